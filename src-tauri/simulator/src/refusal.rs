//! Why a provider does not answer, and its words for that.

use crate::handler::Pairs;
use crate::json::{Json, object};

/// Why a request is refused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Empty: the provider's usual words for the status.
    pub(crate) message: String,
    pub(crate) param: Option<&'static str>,
    /// The provider's own name for it, where the status is not enough.
    pub(crate) code: Option<&'static str>,
    /// The whole body, where it is not what the handler's `refuse` makes.
    pub(crate) body: Option<Json>,
    pub(crate) headers: Pairs,
}

impl Refusal {
    pub(crate) fn status(status: u16) -> Self {
        Refusal { status, ..Refusal::default() }
    }

    pub(crate) fn said(status: u16, message: impl Into<String>) -> Self {
        Refusal { message: message.into(), ..Refusal::status(status) }
    }

    pub(crate) fn coded(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Refusal { code: Some(code), ..Refusal::said(status, message) }
    }

    /// A parameter that the provider does not accept.
    pub(crate) fn query(param: &'static str, message: impl Into<String>) -> Self {
        Refusal { param: Some(param), ..Refusal::said(400, message) }
    }

    /// A parameter that must be there.
    pub(crate) fn missing(param: &'static str) -> Self {
        Refusal::query(param, format!("{param}: this parameter is required"))
    }

    pub(crate) fn with_body(self, body: Json) -> Self {
        Refusal { body: Some(body), ..self }
    }

    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "an ability of the engine that its own tests use; no provider needs it yet"
        )
    )]
    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The words of the refusal, or these where it has none of its own.
    pub(crate) fn words<'a>(&'a self, usual: &'a str) -> &'a str {
        if self.message.is_empty() { usual } else { &self.message }
    }

    /// The words of the refusal, or plain ones for its status.
    pub(crate) fn plainly(&self) -> &str {
        self.words(match self.status {
            401 => "Invalid API key",
            402 => "Payment required",
            403 => "This key may not do that",
            404 => "Not found",
            405 => "Method not allowed",
            413 => "Request body too large",
            429 => "Too many requests",
            500.. => "Internal server error",
            _ => "Bad request",
        })
    }
}

/// The usual shape of a refusal, for the many providers that have it: `{"error": {"message", "type", "code"}}`.
pub(crate) fn refuse(refusal: &Refusal) -> Json {
    let kind = match refusal.status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    error([
        ("message", refusal.plainly().into()),
        ("type", kind.into()),
        ("code", refusal.code.map_or_else(|| refusal.status.to_string(), str::to_owned).into()),
    ])
}

/// The words of a refusal that has the same shape at several providers: `{"error": {...}}`.
pub(crate) fn error<const N: usize>(fields: [(&'static str, Json); N]) -> Json {
    object([("error", object(fields))])
}
