//! Alerts: what is raised when, and what the store remembers.

mod books;
mod hours;
mod rules;
mod steps;
mod told;
mod whole;
