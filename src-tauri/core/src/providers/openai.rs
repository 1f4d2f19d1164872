//! OpenAI.

use super::{Auth, Check, Provider, Request};

/// OpenAI.
pub const PROVIDER: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    base_url: "https://api.openai.com/v1",
    auth: Auth::Bearer,
    headers: &[],
    keys: &[],
    check: Check { request: |_| Request::get("/"), kind: |_| Ok(None) },
    streams: &[],
    error_message: |_| None,
    latency: "",
};
