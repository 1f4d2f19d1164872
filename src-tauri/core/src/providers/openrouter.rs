//! OpenRouter.

use super::{Auth, Check, Provider, Request};

/// OpenRouter.
pub const PROVIDER: Provider = Provider {
    id: "openrouter",
    name: "OpenRouter",
    base_url: "https://openrouter.ai/api/v1",
    auth: Auth::Bearer,
    headers: &[],
    keys: &[],
    check: Check { request: |_| Request::get("/"), kind: |_| Ok(None) },
    streams: &[],
    error_message: |_| None,
    latency: "",
};
