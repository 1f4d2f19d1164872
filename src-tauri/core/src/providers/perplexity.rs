//! Perplexity. It has no endpoint for usage, cost or credit: keys are recognised and explained.

use super::{KeyKind, Provider};

/// Perplexity.
pub const PROVIDER: Provider = Provider {
    id: "perplexity",
    name: "Perplexity",
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["pplx-"],
        made_at: "https://www.perplexity.ai/settings/api",
        note: "Good for inference only: Perplexity tells its usage and its cost to nobody but its own website.",
        ..KeyKind::PLAIN
    }],
    lacks: "Perplexity has no endpoint for usage, cost or what is left of credit. Both are shown at perplexity.ai/settings/api: \
            enter a day's cost, a purchase or a balance by hand (`spendglass enter`), for an account without a key.",
    ..Provider::PLAIN
};
