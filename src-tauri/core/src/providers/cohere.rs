//! Cohere. It has no endpoint for usage, cost or credit: keys are explained.

use super::{KeyKind, Provider};

/// Cohere.
pub const PROVIDER: Provider = Provider {
    id: "cohere",
    name: "Cohere",
    keys: &[
        KeyKind {
            id: "production",
            name: "Production key",
            made_at: "https://dashboard.cohere.com/api-keys",
            note: "Good for inference only: Cohere tells its usage and its cost to nobody but its own dashboard.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "trial",
            name: "Trial key",
            made_at: "https://dashboard.cohere.com/api-keys",
            note: "Free, with a thousand calls a month, which Cohere counts and does not tell. It looks like a production key.",
            ..KeyKind::PLAIN
        },
    ],
    lacks: "Cohere has no endpoint for usage, cost or what is left. What it bills is shown at dashboard.cohere.com under Billing \
            and usage: enter a day's cost, a balance or an allowance by hand (`spendglass enter`), for an account without a key.",
    ..Provider::PLAIN
};
