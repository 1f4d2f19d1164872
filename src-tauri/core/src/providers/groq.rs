//! Groq. It has no endpoint for usage, cost or credit: keys are recognised and explained.

use super::{KeyKind, Provider};

/// Groq.
pub const PROVIDER: Provider = Provider {
    id: "groq",
    name: "Groq",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["gsk_"],
        made_at: "https://console.groq.com/keys",
        note: "Good for inference only: Groq tells its usage and its cost to nobody but its own console.",
        ..KeyKind::PLAIN
    }],
    lacks: "Groq has no endpoint for usage, cost or what is left for an ordinary key (Enterprise accounts have metrics of their \
            own). What it costs is shown at console.groq.com/dashboard/usage: enter a day's cost, a balance or an allowance by \
            hand (`spendglass enter`), for an account without a key.",
    ..Provider::PLAIN
};
