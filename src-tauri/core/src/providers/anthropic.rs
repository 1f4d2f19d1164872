//! Anthropic.

use super::{Auth, Check, Provider, Request};

/// Anthropic.
pub const PROVIDER: Provider = Provider {
    id: "anthropic",
    name: "Anthropic",
    base_url: "https://api.anthropic.com",
    auth: Auth::Bearer,
    headers: &[],
    keys: &[],
    check: Check { request: |_| Request::get("/"), kind: |_| Ok(None) },
    streams: &[],
    error_message: |_| None,
    latency: "",
};
