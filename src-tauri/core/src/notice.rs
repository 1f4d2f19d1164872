//! A note out to the desktop's notification service, a receipt in.
