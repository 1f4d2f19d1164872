//! Charges as lines of JSON: every figure as text with all its digits, what nobody told as null.

use serde::Serialize;
use serde_json::value::RawValue;

use super::focus::Charged;
use crate::time::Timestamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    record: &'static str,
    account: i64,
    provider: &'a str,
    stream: &'a str,
    lane: &'a str,
    category: &'a str,
    start: Option<String>,
    end: Option<String>,
    billed: Option<Amount<'a>>,
    listed: Option<Amount<'a>>,
    list_unit_prices: Option<&'a RawValue>,
    quantity: Option<&'a str>,
    unit: Option<&'a str>,
    meter: Option<&'a str>,
    request_model: Option<&'a str>,
    response_model: Option<&'a str>,
    service_tier: Option<&'a str>,
    context_window: Option<&'a str>,
    project: Option<&'a str>,
    api_key: Option<&'a str>,
    session: Option<&'a str>,
    description: Option<&'a str>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_creation_1h_input_tokens: Option<u64>,
    reasoning_output_tokens: Option<u64>,
    requests: Option<u64>,
}

#[derive(Serialize)]
struct Amount<'a> {
    amount: &'a str,
    currency: &'a str,
}

/// The line of a charge.
pub fn charge(of: &Charged<'_>) -> serde_json::Result<String> {
    let Charged { charge, facet, .. } = of;
    let time = |seconds| Timestamp::from_unix(seconds).ok().map(|at| at.to_string());
    serde_json::to_string(&Line {
        record: "charges",
        account: of.account,
        provider: of.provider,
        stream: of.stream,
        lane: &facet.lane,
        category: &facet.category,
        start: time(charge.start),
        end: time(charge.end),
        billed: charge.billed.as_deref().map(|amount| Amount { amount, currency: &facet.billed_currency }),
        listed: charge.listed.as_deref().map(|amount| Amount { amount, currency: &facet.list_currency }),
        list_unit_prices: of.basis.and_then(|basis| serde_json::from_str(basis).ok()),
        quantity: charge.quantity.as_deref(),
        unit: told(&facet.unit),
        meter: told(&facet.meter),
        request_model: told(&facet.request_model),
        response_model: told(&facet.response_model),
        service_tier: told(&facet.service_tier),
        context_window: told(&facet.context_window),
        project: told(&facet.project),
        api_key: told(&facet.api_key),
        session: told(&facet.session),
        description: told(&facet.description),
        input_tokens: charge.input_tokens,
        output_tokens: charge.output_tokens,
        cache_read_input_tokens: charge.cache_read,
        cache_creation_input_tokens: charge.cache_creation,
        cache_creation_1h_input_tokens: charge.cache_creation_1h,
        reasoning_output_tokens: charge.reasoning,
        requests: charge.requests,
    })
}

fn told(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
