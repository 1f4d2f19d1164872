//! A loopback town of pretend providers, deterministic from a seed: for the demo, the tests and the benchmarks.
//!
//! It speaks the providers' contracts by its own lights and shares no code with the rest of the program, so that a
//! misreading there cannot hide here. Money is counted in whole 10⁻¹⁸ dollars; there is no rounding anywhere.
//!
//! To add a provider: write one file beside this one with a `pub(crate) const HANDLER: Handler` (see `handler.rs` for
//! its fields: the base path, the streams with the fields a fault may spoil, how a key is admitted, how a query is
//! checked and answered, and the provider's own error body), and add its name to `providers!` below. Address, keys,
//! request counts and every fault follow from that line. What a person does is a list of `Work` (`world.rs`), asked for
//! with `World::done`: pure functions of the seed and the minute, so that any window and any paging agree. Providers
//! that page by time buckets use `pages.rs`.

mod json;
mod world;
mod handler;
mod pages;
mod faults;
mod town;

pub use faults::{Fault, FaultError, KINDS, Kind};
pub use handler::STREAMS;
pub use town::{Town, TownOptions, TownProvider, serve};
pub use world::{NobodyError, Person};

/// Opens each provider's file and puts it into `ALL`, so that a provider is added by one line and cannot be half added.
macro_rules! providers {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every provider of the town, in display order.
        pub(crate) const ALL: &[&handler::Handler] = &[$(&$name::HANDLER),+];
    };
}

providers! {
    openai,
    anthropic,
    openrouter,
}
