//! The real program against the real simulator: what is typed, what is printed, how it ends.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod alerts;
mod credits;
mod enter;
mod estimate;
mod export;
mod faults;
mod forecast;
mod keeping;
mod keys;
mod limits;
mod plan_catalogue;
mod plans;
mod prices;
mod raw;
mod savings;
mod stage;
mod sums;
mod trip;
mod watch;
