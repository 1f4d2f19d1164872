//! Anthropic's Claude Code report is an estimate in cents; limits are settings; persons are not read.

use spendglass_core::ledger::{ChargeCategory, Lane, QuotaWindow};
use spendglass_core::money::exact;
use spendglass_core::providers::Bucket;

use super::{changed, charges, days, page, parameter, quotas, request, stream};

#[test]
fn claude_code_is_an_estimate_in_cents() {
    let page = page("anthropic", "usage_report_claude_code");
    let charges = charges(&page);
    assert!(charges.iter().all(|charge| charge.lane == Lane::Estimated && charge.tokens.is_some()));
    let cost: Vec<_> = charges.iter().map(|charge| charge.billed_cost.map(|cost| cost.to_string())).collect();
    // 186 and 42.53 cents; what is not told is unknown, not nought.
    assert_eq!(cost, [Some("1.86 USD".to_owned()), Some("0.4253 USD".to_owned()), None]);
    assert!(charges.iter().all(|charge| charge.category == ChargeCategory::Usage));
    let tokens = charges[0].tokens.unwrap();
    assert_eq!((tokens.input_tokens(), tokens.output_tokens()), (45_230 + 8_790 + 2_340, 12_450));
}

#[test]
fn nobody_is_named() {
    let text = format!("{:?}", page("anthropic", "usage_report_claude_code"));
    assert!(
        !text.contains("example.com") && !text.contains("Build machine") && !text.contains("iTerm"),
        "{text}"
    );
}

#[test]
fn claude_code_is_asked_by_one_date_at_a_time() {
    let query = days("2026-09-08", "2026-09-09", Bucket::Day);
    let asked = request(stream("anthropic", "usage_report_claude_code"), &query);
    assert_eq!(parameter(&asked, "starting_at"), ["2026-09-08"], "a date alone");
    assert_eq!(parameter(&asked, "limit"), ["1000"], "records, not buckets");
    assert!(parameter(&asked, "ending_at").is_empty());
    let error =
        changed("anthropic", "usage_report_claude_code", "2026-09-08T00", "2026-09-07T00").unwrap_err();
    assert_eq!(error.at, "data[0].date");
}

#[test]
fn rate_limits_are_of_models_and_of_other_things() {
    let page = page("anthropic", "rate_limits");
    let told: Vec<String> = quotas(&page)
        .iter()
        .map(|limit| {
            assert!(limit.used.is_none());
            let model = limit.model.as_deref().unwrap_or("all");
            format!("{model}: {} {} {} a {}", limit.name, limit.limit.unwrap(), limit.unit, limit.window)
        })
        .collect();
    assert_eq!(
        told,
        [
            "claude-opus-5: requests 4000 requests a minute",
            "claude-opus-5: input tokens 2000000 tokens a minute",
            "claude-opus-5: output tokens 400000 tokens a minute",
            "claude-sonnet-5: input tokens, shared by a group of models 1500000 tokens a minute",
            "claude-sonnet-4-5: input tokens, shared by a group of models 1500000 tokens a minute",
            "all: requests (batch) 4000 requests a minute",
            "all: searches (a group of next year) 700 searches a day",
        ]
    );
}

#[test]
fn spend_limits_are_in_cents_and_of_no_person() {
    let page = page("anthropic", "spend_limits");
    let told: Vec<_> = quotas(&page)
        .into_iter()
        .map(|limit| (limit.limit.unwrap(), limit.window, limit.project.as_deref()))
        .collect();
    let dollars = |text: &str| exact(text).unwrap();
    assert_eq!(
        told,
        [
            (dollars("500"), QuotaWindow::Month, None),
            (dollars("12.5"), QuotaWindow::Day, Some("wrkspc_01Alpha")),
            (dollars("1000"), QuotaWindow::Month, None),
        ]
    );
    let absent: Vec<u16> =
        stream("anthropic", "spend_limits").absent.iter().map(|(status, _)| *status).collect();
    assert_eq!(absent, [403, 404], "most are not let into the preview");
}
