//! A loopback town of pretend providers, deterministic from a seed: for the demo, the tests and the benchmarks.
//!
//! It speaks the providers' contracts by its own lights and shares no code with the rest of the program, so that a
//! misreading there cannot hide here. Money is counted in whole 10⁻¹⁸ dollars; there is no rounding anywhere.
//!
//! To add a provider: write one file beside this one with a `pub(crate) const HANDLER: Handler` and add its name to
//! `providers!` below. Address, keys, request counts, the check of the key and every fault follow from that. The files:
//!
//! - `handler.rs`: the fields of `Handler` and `Stream`; write what differs from `..Handler::PLAIN` and `..PLAIN`. Each
//!   endpoint is a stream with a name of its own, those included that only list parts or hand out tokens. Methods,
//!   paths with `{}`, paging and the fields that faults may spoil are facts of the stream. `Answer`, and `Refusal` in
//!   `refusal.rs`: trees, written text, other content, headers, a status or body of the provider's own.
//! - `admit.rs`: what key a client is given (`Key`) and how a request proves it (`Admit`): bearer, scheme, header, Basic,
//!   AWS Signature V4, tokens for service accounts and client credentials (`admit/grant.rs`).
//! - `given.rs`: reads query, JSON body and form strictly; whatever is unknown or of another type is refused with 400.
//! - `world.rs`: what a person does is a list of `Work`, asked for with `World::done`: pure functions of the seed and
//!   the minute, so that any window and any paging agree. `figures.rs`: days, months, money as text. `trade.rs`: usual lines of work
//!   with prices, and credits bought in packs. `pages.rs`: time buckets and their cursors.
//! - `feeds.rs`: price lists and rates of exchange, which need no key.
//! - `json.rs`: a tree whose numbers are the text they are sent as.

mod json;
mod figures;
mod world;
mod refusal;
mod handler;
mod given;
mod admit;
mod trade;
mod pocket;
mod pages;
mod road;
mod reply;
mod faults;
mod feeds;
mod town;
#[cfg(test)]
mod probe;

pub use faults::{Fault, FaultError, KINDS, Kind};
pub use handler::STREAMS;
pub use town::{Town, TownLot, TownOptions, TownProvider, serve};
pub use world::{NobodyError, Person};

/// Opens each provider's file and puts it into `ALL`, so that a provider is added by one line and cannot be half added.
macro_rules! providers {
    ($($name:ident),+ $(,)?) => {
        $(mod $name;)+

        /// Every provider of the town, in display order; in unit tests, those of `probe.rs` too.
        pub(crate) const ALL: &[&handler::Handler] = &[
            $(&$name::HANDLER,)+
            #[cfg(test)] &probe::CLOUD,
            #[cfg(test)] &probe::PROJECTS,
            #[cfg(test)] &probe::TENANT,
            #[cfg(test)] &probe::PAIR,
            #[cfg(test)] &probe::WORDS,
            #[cfg(test)] &probe::LOGIN,
        ];
    };
}

providers! {
    openai,
    anthropic,
    gemini,
    openrouter,
    deepseek,
    moonshot,
    xai,
    github_copilot,
    cursor,
    azure,
    bedrock,
    mistral,
    elevenlabs,
    deepgram,
    poe,
    vercel,
    fireworks,
    together,
    siliconflow,
    novita,
    stability,
    runway,
    leonardo,
    luma,
    recraft,
    fal,
    tavily,
    firecrawl,
    exa,
    litellm,
    helicone,
    langfuse,
    gemini_billing,
    kimi_code,
    minimax,
    zai,
    replicate,
    claude_subscription,
    chatgpt_subscription,
    gemini_cli,
    own,
}
