//! A loopback town of pretend providers, deterministic from a seed: for the demo, the tests and the benchmarks.
//!
//! It speaks the providers' contracts by its own lights and shares no code with the rest of the program, so that a
//! misreading there cannot hide here. Money is counted in whole 10⁻¹⁸ dollars; there is no rounding anywhere.
//!
//! To add a provider: write one file with a `pub(crate) const HANDLER: Handler` (see `handler.rs` for its fields: the
//! base path, the streams with the fields a fault may spoil, how a key is admitted, how a query is checked and
//! answered, and the provider's own error body), and add it to `ALL` in `handler.rs`. Addresses, keys, request counts,
//! every fault and the shared tests (`tests/town.rs`) follow from that line. What a person does is a list of `Work`
//! (`world.rs`), asked for with `World::done`: pure functions of the seed and the minute, so that any window and any
//! paging agree. Providers that page by time buckets use `pages.rs`.

mod json;
mod world;
mod handler;
mod pages;
mod faults;
mod openai;
mod anthropic;
mod openrouter;
mod town;

pub use faults::{Fault, FaultError, KINDS, Kind};
pub use handler::STREAMS;
pub use town::{Town, TownOptions, TownProvider, serve};
pub use world::{NobodyError, Person};
