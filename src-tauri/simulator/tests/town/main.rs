//! The town, asked over its socket like a client would.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod balances;
mod client;
mod faults;
mod lists;
mod refusals;
mod shapes;
mod sums;
