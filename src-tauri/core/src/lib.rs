//! Every decision of Spendglass. It knows providers, money, the store and the keychain; it does not know that a window exists.
//!
//! The rooms below form one staircase: a room may use those listed above it, never those below. A test refuses the rest.
#![warn(missing_docs)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod money;
pub mod time;
pub mod ledger;
pub mod catalogue;
pub mod exchange;
pub mod pricing;
pub mod providers;
pub mod formats;
pub mod store;
pub mod vault;
pub mod net;
pub mod notice;
pub mod sync;
pub mod importing;
pub mod report;
pub mod forecast;
pub mod credit;
pub mod allowance;
pub mod estimate;
pub mod plan;
pub mod alert;
pub mod export;
pub mod chart;
pub mod api;
