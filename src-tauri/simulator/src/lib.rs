//! A loopback town of pretend providers.
