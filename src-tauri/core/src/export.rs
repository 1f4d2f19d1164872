//! What other programs read: calendars. Pure.
