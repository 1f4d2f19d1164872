//! Alerts: what is raised when, and what the store remembers.

mod books;
