//! What each provider's figures mean, where a golden file would not say why.

mod anthropic;
mod azure;
mod bedrock;
mod clouds;
mod cursor;
mod deepseek;
mod elevenlabs;
mod exa;
mod fal;
mod firecrawl;
mod gemini;
mod github_copilot;
mod kimi_code;
mod leonardo;
mod look_alikes;
mod luma;
mod makers;
mod moonshot;
mod novita;
mod openai;
mod plans;
mod recraft;
mod runway;
mod siliconflow;
mod stability;
mod subscriptions;
mod tavily;
mod vercel;
mod xai;

use spendglass_core::ledger::{Charge, ChargeCategory, Lane, Meter, QuotaReading, QuotaWindow, TokenUsage};
use spendglass_core::money::{Decimal, MixedMoney, exact};
use spendglass_core::providers::{
    Bucket, Details, Entry, Next, Page, PageToken, ParseError, Query, Request, Sees, Stream, find, recognise,
};
use spendglass_core::time::{Date, Period, Timestamp};

use crate::fixtures::{self, Said};

fn stream(provider: &str, name: &str) -> &'static Stream {
    find(provider).unwrap().streams.iter().find(|stream| stream.name == name).unwrap()
}

fn days(from: &str, to: &str, bucket: Bucket) -> Query {
    let date = |text: &str| text.parse::<Date>().unwrap();
    Query {
        window: Period::utc_days(date(from), date(to)).unwrap(),
        bucket,
        page: None,
        observed_at: "2026-09-10T17:41:09Z".parse().unwrap(),
        part: None,
        details: Details::default(),
    }
}

fn page(provider: &str, name: &str) -> Page {
    fixtures::one(provider, name).parse().unwrap()
}

fn charges(page: &Page) -> Vec<&Charge> {
    let mut charges = Vec::new();
    for entry in &page.entries {
        if let Entry::Charge(charge) = entry {
            charges.push(charge);
        }
    }
    charges
}

/// What a body in place of a fixture's says, written down as in its golden file; or the error with its place.
fn said(provider: &str, name: &str, body: &str) -> String {
    let fixture = fixtures::one(provider, name);
    match (fixture.stream.parse)(body.as_bytes(), &fixture.query) {
        Ok(page) => fixtures::dump(&Said::Page(page)),
        Err(error) => error.to_string(),
    }
}

/// What a fixture says, written down.
fn shown(provider: &str, name: &str) -> String {
    said(provider, name, std::str::from_utf8(&fixtures::one(provider, name).body).unwrap())
}

/// What a fixture says with one text replaced by another.
fn shown_with(provider: &str, name: &str, from: &str, to: &str) -> String {
    match changed(provider, name, from, to) {
        Ok(page) => fixtures::dump(&Said::Page(page)),
        Err(error) => error.to_string(),
    }
}

/// The status that an answer of a provider stands for.
fn meaning(provider: &str, status: u16, body: &str) -> u16 {
    (find(provider).unwrap().meaning)(status, body.as_bytes())
}

/// A provider's words in a body.
fn words(provider: &str, body: &str) -> Option<String> {
    (find(provider).unwrap().error_message)(body.as_bytes())
}

fn quotas(page: &Page) -> Vec<&QuotaReading> {
    let quotas = page.entries.iter().filter_map(|entry| match entry {
        Entry::Quota(quota) => Some(quota),
        _ => None,
    });
    quotas.collect()
}

/// What is posted.
fn posted(request: &Request) -> serde_json::Value {
    serde_json::from_str(&request.body.as_ref().unwrap().text).unwrap()
}

/// A fixture with one text replaced by another, which must occur.
fn changed(provider: &str, name: &str, from: &str, to: &str) -> Result<Page, ParseError> {
    let fixture = fixtures::one(provider, name);
    let text = std::str::from_utf8(&fixture.body).unwrap();
    assert!(text.contains(from), "{from} is not in {provider}/{name}");
    (fixture.stream.parse)(text.replacen(from, to, 1).as_bytes(), &fixture.query)
}

fn request(stream: &Stream, query: &Query) -> Request {
    stream.request(query)
}

fn parameter<'a>(request: &'a Request, name: &str) -> Vec<&'a str> {
    request.query.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect()
}

fn billed(page: &Page) -> MixedMoney {
    let mut total = MixedMoney::default();
    charges(page)
        .iter()
        .filter_map(|charge| charge.billed_cost)
        .for_each(|cost| total.add(cost.amount, cost.currency).unwrap());
    total
}

#[test]
fn no_digit_of_an_amount_is_lost() {
    let shown = |page: &Page| {
        billed(page).iter().map(|(currency, total)| format!("{total} {currency}")).collect::<Vec<_>>()
    };
    // 0.7316250 + 2.40 + 0.000000000012345678 + 0.0011 + 0.5200000000000001 + 0
    assert_eq!(shown(&page("openai", "costs")), ["3.652725000012345778 USD"]);
    // Cents: 41.8221 + 7.005 + 12.60 + 3.3 + 118.4400000000000001
    assert_eq!(shown(&page("anthropic", "cost_report")), ["1.831671000000000001 USD"]);
    // Two currencies stay two totals.
    assert_eq!(shown(&page("openai", "costs.page2")), ["0.16 EUR", "12345678901230.817891 USD"]);
}

#[test]
fn a_negative_line_keeps_its_sign_and_is_a_credit() {
    for (provider, name, amount) in
        [("openai", "costs.page2", "-3.75"), ("anthropic", "cost_report.page2", "-1.5")]
    {
        let page = page(provider, name);
        let credits: Vec<_> =
            charges(&page).into_iter().filter(|charge| charge.category == ChargeCategory::Credit).collect();
        assert_eq!(credits.len(), 1);
        assert_eq!(credits[0].billed_cost.unwrap().amount, exact(amount).unwrap());
    }
}

#[test]
fn an_error_names_its_place() {
    let cases = [
        ("openai", "costs", "0.7316250", "\"a lot\"", "data[0].results[0].amount.value"),
        (
            "openai",
            "costs",
            "0.7316250",
            "0.12345678901234567890123456789",
            "data[0].results[0].amount.value",
        ),
        ("openai", "costs", "\"usd\"", "\"doubloons\"", "data[0].results[0].amount.currency"),
        ("openai", "costs", "\"results\": []", "\"result_list\": []", "data[1]"),
        ("openai", "costs", "\"start_time\": 1788825600", "\"start_time\": 1788829200", "data[1]"),
        (
            "openai",
            "costs",
            "\"start_time\": 1788825600",
            "\"start_time\": 17888256000000",
            "data[1].start_time",
        ),
        (
            "openai",
            "usage_completions",
            "\"input_tokens\": 52400",
            "\"input_tokens\": -1",
            "data[0].results[0].input_tokens",
        ),
        (
            "openai",
            "usage_completions",
            "\"input_tokens\": 52400",
            "\"input_tokens\": 1.5",
            "data[0].results[0].input_tokens",
        ),
        (
            "openai",
            "usage_completions",
            "\"input_tokens\": 52400",
            "\"input_tokens\": 20000",
            "data[0].results[0]",
        ),
        ("openai", "usage_completions", "\"output_tokens\": 8805", "\"output\": 8805", "data[0].results[0]"),
        ("openai", "usage_images", "\"images\": 5", "\"pictures\": 5", "data[0].results[0]"),
        ("anthropic", "cost_report", "\"41.8221\"", "\"41,8221\"", "data[0].results[0].amount"),
        (
            "anthropic",
            "cost_report",
            "\"41.8221\"",
            "\"0.123456789012345678901234567\"",
            "data[0].results[0].amount",
        ),
        ("anthropic", "cost_report", "\"USD\"", "\"\"", "data[0].results[0].currency"),
        (
            "anthropic",
            "cost_report",
            "\"starting_at\": \"2026-09-08T00:00:00Z\"",
            "\"starting_at\": \"2026-09-08\"",
            "data[1].starting_at",
        ),
        (
            "anthropic",
            "cost_report",
            "\"ending_at\": \"2026-09-09T00:00:00Z\"",
            "\"ending_at\": \"2026-09-10T00:00:00Z\"",
            "data[1]",
        ),
        (
            "anthropic",
            "usage_report_messages",
            "\"web_search_requests\": 3",
            "\"web_search_requests\": -3",
            "data[0].results[0].server_tool_use.web_search_requests",
        ),
        ("openrouter", "activity", "\"2026-09-09\"", "\"2026-09-10\"", "data[0].date"),
        ("openrouter", "activity", "\"2026-09-09\"", "\"2026-08-10\"", "data[0].date"),
        ("openrouter", "activity", "\"2026-09-08 00:00:00\"", "\"2026-09-08 13:00:00\"", "data[2].date"),
        ("openrouter", "activity", "6100", "14031", "data[0]"),
        ("openrouter", "activity", "\"requests\": 24", "\"requests\": null", "data[0].requests"),
        ("openrouter", "credits", "61.20473901", "null", "data.total_usage"),
        ("openrouter", "key", "-0.114", "\"none\"", "data.limit_remaining"),
    ];
    for (provider, name, from, to, at) in cases {
        let error = changed(provider, name, from, to).unwrap_err();
        assert_eq!(error.at, at, "{provider}/{name} with {to}: {error}");
    }
}

#[test]
fn a_bucket_that_comes_twice_is_refused() {
    let error = changed(
        "openai",
        "costs",
        "1788825600,\n      \"end_time\": 1788912000",
        "1788739200,\n      \"end_time\": 1788825600",
    );
    assert!(error.unwrap_err().problem.contains("twice"));
    let error = changed(
        "anthropic",
        "cost_report",
        "2026-09-08T00:00:00Z\",\n      \"ending_at\": \"2026-09-09",
        "2026-09-07T00:00:00Z\",\n      \"ending_at\": \"2026-09-08",
    );
    assert!(error.unwrap_err().problem.contains("twice"));
}

#[test]
fn days_are_not_taken_for_hours() {
    for (provider, name) in [("openai", "usage_completions"), ("anthropic", "usage_report_messages")] {
        for name in [name.to_owned(), format!("{name}.days")] {
            let fixture = fixtures::one(provider, &name);
            let bucket = if fixture.query.bucket == Bucket::Day { Bucket::Hour } else { Bucket::Day };
            let error = (fixture.stream.parse)(&fixture.body, &Query { bucket, ..fixture.query.clone() })
                .unwrap_err();
            assert_eq!(error.at, "data[0]", "{error}");
        }
    }
}

#[test]
fn openai_is_asked_within_its_caps() {
    let limit = |name: &str, from: &str, to: &str, bucket| {
        parameter(&request(stream("openai", name), &days(from, to, bucket)), "limit").join(",")
    };
    assert_eq!(limit("costs", "2026-08-01", "2026-09-01", Bucket::Day), "31");
    assert_eq!(limit("costs", "2025-09-10", "2026-09-10", Bucket::Day), "180");
    assert_eq!(limit("usage_images", "2025-09-10", "2026-09-10", Bucket::Day), "31");
    assert_eq!(limit("usage_images", "2026-09-03", "2026-09-10", Bucket::Hour), "168");
    assert_eq!(limit("usage_images", "2026-08-01", "2026-09-10", Bucket::Hour), "168");
    assert_eq!(limit("usage_images", "2026-09-09", "2026-09-10", Bucket::Hour), "24");

    let query = Query {
        page: Some(PageToken("page_A+b=".to_owned())),
        ..days("2026-09-03", "2026-09-10", Bucket::Hour)
    };
    let asked = request(stream("openai", "usage_completions"), &query);
    assert_eq!(asked.path, "/organization/usage/completions");
    assert_eq!(
        parameter(&asked, "group_by[]"),
        ["project_id", "api_key_id", "model", "batch", "service_tier"]
    );
    assert_eq!(parameter(&asked, "start_time"), ["1788393600"]);
    assert_eq!(parameter(&asked, "end_time"), ["1788998400"]);
    assert_eq!(parameter(&asked, "bucket_width"), ["1h"]);
    assert_eq!(parameter(&asked, "page"), ["page_A+b="], "encoding is the engine's part");
}

#[test]
fn anthropic_is_asked_within_its_caps() {
    let asked = request(stream("anthropic", "cost_report"), &days("2025-09-10", "2026-09-10", Bucket::Day));
    assert_eq!(parameter(&asked, "limit"), ["31"]);
    assert_eq!(parameter(&asked, "group_by[]"), ["workspace_id", "description"]);
    assert_eq!(parameter(&asked, "starting_at"), ["2025-09-10T00:00:00Z"]);
    assert_eq!(parameter(&asked, "ending_at"), ["2026-09-10T00:00:00Z"]);
    let asked = request(
        stream("anthropic", "usage_report_messages"),
        &days("2026-09-03", "2026-09-10", Bucket::Hour),
    );
    assert_eq!((parameter(&asked, "limit"), parameter(&asked, "bucket_width")), (vec!["168"], vec!["1h"]));
}

fn meters(tokens: &TokenUsage) -> Vec<(Meter, u64)> {
    tokens.disjoint_meters().into_iter().filter(|(_, count)| *count > 0).collect()
}

#[test]
fn audio_and_images_are_parts_of_the_totals_however_their_cached_part_is_told() {
    let page = page("openai", "usage_completions");
    let of = |model: &str| {
        let charges = charges(&page);
        let charge = charges.iter().find(|charge| charge.response_model.as_deref() == Some(model)).unwrap();
        meters(charge.tokens.as_ref().unwrap())
    };
    let audio = vec![
        (Meter::Input, 1_500),
        (Meter::CacheRead, 500),
        (Meter::Output, 1_100),
        (Meter::InputAudio, 5_000),
        (Meter::CacheReadAudio, 2_000),
        (Meter::OutputAudio, 3_000),
    ];
    assert_eq!(of("gpt-realtime"), audio, "the cached part is told beside the rest");
    assert_eq!(of("gpt-realtime-mini"), audio, "the cached part is told within the rest");
    let unclear = vec![(Meter::Input, 6_500), (Meter::CacheRead, 2_500), (Meter::Output, 4_100)];
    assert_eq!(of("gpt-audio"), unclear, "the parts do not add up, so only the totals count");
    let image = vec![
        (Meter::Input, 700),
        (Meter::CacheWrite, 600),
        (Meter::InputImage, 1_300),
        (Meter::OutputImage, 1_056),
    ];
    assert_eq!(of("gpt-image-1"), image, "what was written to a cache is told beside the text");
}

#[test]
fn a_batch_is_a_tier() {
    let page = page("openai", "usage_completions");
    let tiers: Vec<_> = charges(&page).iter().map(|charge| charge.service_tier.as_deref()).collect();
    assert_eq!(tiers[..4], [Some("default"), Some("batch"), Some("priority"), None]);
}

#[test]
fn requests_are_counted_once() {
    let requests = |provider: &str, name: &str| {
        charges(&page(provider, name)).iter().filter_map(|charge| charge.requests).collect::<Vec<_>>()
    };
    assert_eq!(requests("openai", "usage_images"), [3, 1]);
    // The requests that searched the web are among the completions.
    assert_eq!(requests("openai", "usage_web_search_calls"), Vec::<u64>::new());
    assert_eq!(requests("anthropic", "usage_report_messages"), Vec::<u64>::new());
    assert_eq!(requests("openrouter", "activity"), [24, 5, 61, 1]);
}

#[test]
fn a_search_is_a_line_of_its_own_without_tokens() {
    let page = page("anthropic", "usage_report_messages");
    let charges = charges(&page);
    let searches: Vec<_> =
        charges.iter().filter(|charge| charge.sku_meter == Some(Meter::WebSearch)).collect();
    assert_eq!(searches.len(), 1);
    assert_eq!((searches[0].consumed_quantity, searches[0].tokens), (Some(Decimal::from(3)), None));
    let tokens = charges[0].tokens.unwrap();
    assert_eq!((tokens.input_tokens(), tokens.output_tokens()), (18_300 + 402_000 + 9_100 + 2_048, 5_077));
}

#[test]
fn the_bill_of_ones_own_key_is_an_estimate_without_tokens() {
    let page = page("openrouter", "activity");
    let own: Vec<_> = charges(&page).into_iter().filter(|charge| charge.lane == Lane::Estimated).collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0].billed_cost.unwrap().amount, exact("0.2175").unwrap());
    assert_eq!((own[0].tokens, own[0].requests), (None, None));
}

#[test]
fn days_that_were_not_asked_for_are_left_out() {
    let fixture = fixtures::one("openrouter", "activity");
    let query = days("2026-09-09", "2026-09-10", Bucket::Day);
    let page = (fixture.stream.parse)(&fixture.body, &query).unwrap();
    assert_eq!(charges(&page).len(), 3, "two rows of the one day, and the estimate beside one");
}

#[test]
fn the_check_tells_keys_of_openrouter_apart() {
    let provider = find("openrouter").unwrap();
    let check = provider.check.as_ref().unwrap();
    let kind = |name: &str| (check.kind)(&fixtures::read(provider, name)).unwrap();
    assert_eq!(kind("check.management"), Some("management"));
    assert_eq!(kind("check.provisioning"), Some("management"));
    assert_eq!(kind("check.ordinary"), Some("ordinary"));
    assert_eq!(kind("check.old"), Some("ordinary"));
    assert_eq!(provider.kind_that_sees(Sees::Cost).unwrap().id, "management");
    assert_eq!(provider.kinds_of("sk-or-v1-0").len(), 2);
}

#[test]
fn a_pasted_key_is_recognised_by_its_longest_prefix() {
    let of = |key: &str| {
        recognise(key).iter().map(|(by, kind)| format!("{}/{}", by.id, kind.id)).collect::<Vec<_>>()
    };
    assert_eq!(of("sk-admin-0"), ["openai/admin"]);
    assert_eq!(of("sk-svcacct-0"), ["openai/project"]);
    assert_eq!(of("sk-0T3BlbkFJ0"), ["openai/legacy"]);
    assert_eq!(of("sk-0"), [""; 0], "half the field's keys begin like this");
    assert_eq!(of("sk-ant-admin01-0"), ["anthropic/admin"]);
    assert_eq!(of("sk-ant-api03-0"), ["anthropic/api"]);
    assert_eq!(of("sk-or-v1-0"), ["openrouter/management", "openrouter/ordinary"]);
    assert!(of("no_0").is_empty());
}

#[test]
fn counts_start_again_at_the_next_utc_boundary() {
    let fixture = fixtures::one("openrouter", "key");
    let resets = |now: &str, window: QuotaWindow| {
        let query = Query { observed_at: now.parse().unwrap(), ..fixture.query.clone() };
        let page = (fixture.stream.parse)(&fixture.body, &query).unwrap();
        let found = page.entries.iter().find_map(|entry| match entry {
            Entry::Quota(quota) if quota.window == window => Some(quota.resets_at),
            _ => None,
        });
        found.unwrap().map(|at: Timestamp| at.to_string()).unwrap_or_default()
    };
    assert_eq!(resets("2026-09-10T17:41:09Z", QuotaWindow::Day), "2026-09-11T00:00:00Z");
    // 10 September 2026 is a Thursday; 13 a Sunday, 14 a Monday.
    assert_eq!(resets("2026-09-10T17:41:09Z", QuotaWindow::Week), "2026-09-14T00:00:00Z");
    assert_eq!(resets("2026-09-13T23:59:59Z", QuotaWindow::Week), "2026-09-14T00:00:00Z");
    assert_eq!(resets("2026-09-14T00:00:00Z", QuotaWindow::Week), "2026-09-21T00:00:00Z");
    assert_eq!(resets("2026-12-31T23:59:59Z", QuotaWindow::Month), "2027-01-01T00:00:00Z");
    assert_eq!(resets("2026-12-31T23:59:59Z", QuotaWindow::Lifetime), "");
}

#[test]
fn more_without_a_cursor_is_told() {
    for (provider, name) in [("openai", "costs.page2"), ("anthropic", "cost_report.page2")] {
        let page = changed(provider, name, "\"has_more\": false", "\"has_more\": true").unwrap();
        assert_eq!(page.next, Next::Missing);
    }
}
