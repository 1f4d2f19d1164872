//! What is taken off list prices, as dated facts.

use spendglass_core::catalogue::{ChangeState, Confidence, DiscountKind, Discounts, Evidence, Off, Plans};
use spendglass_core::ledger::Meter;
use spendglass_core::money::{Decimal, exact};
use spendglass_core::time::Date;

const FILE: &str = include_str!("../../../src-tauri/core/data/discounts.json");

fn discounts() -> &'static Discounts {
    Discounts::bundled().unwrap_or_else(|error| panic!("{error}"))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    exact(text).unwrap()
}

#[test]
fn every_entry_is_read_with_its_source_and_names_plans_that_exist() {
    let all = &discounts().all;
    let rules: usize = all.iter().map(|one| one.rules.len()).sum();
    assert_eq!((all.len(), rules), (49, 69), "an entry came or went: say so here");
    let plans = Plans::bundled().unwrap();
    for one in all {
        assert!(!one.fact.sources.is_empty() && one.fact.seen.first() <= discounts().dated, "{}", one.id);
        assert!(
            one.fact.evidence != Evidence::Remembered || one.fact.confidence == Confidence::Low,
            "{}",
            one.id
        );
        for rule in &one.rules {
            if let Off::Percent { plans: named, .. } = &rule.off {
                assert!(named.iter().all(|id| plans.find(id).is_some()), "{}", one.id);
            }
        }
    }
}

#[test]
fn the_first_rule_that_holds_a_model_and_meter_counts_and_a_range_by_its_dear_end() {
    let today = day("2026-11-22");
    let times = |provider: &str, kind, model: &str, meter| {
        discounts().times(provider, kind, model, meter, today).map(|(times, _)| times)
    };
    let batch = DiscountKind::Batch;
    assert_eq!(times("openai", batch, "gpt-5.5", Meter::Input), Some(number("0.5")));
    assert_eq!(times("x_ai", batch, "grok-4.3", Meter::Output), Some(number("0.8")));
    assert_eq!(times("x_ai", batch, "grok-9", Meter::Output), None, "nobody says");
    assert_eq!(times("gcp.gemini", batch, "gemini-2.5-pro", Meter::CacheRead), Some(number("1")));
    assert_eq!(times("gcp.gemini", batch, "gemini-3.8-flash", Meter::CacheRead), Some(number("0.5")));
    let cache = DiscountKind::Cache;
    assert_eq!(times("anthropic", cache, "claude-opus-5-5", Meter::CacheRead), Some(number("0.05")));
    assert_eq!(times("anthropic", cache, "claude-haiku-5-5", Meter::CacheRead), Some(number("0.1")));
    assert_eq!(times("anthropic", cache, "claude-haiku-5-5", Meter::CacheWrite1h), Some(number("2")));
    assert_eq!(times("openai", cache, "gpt-6.1-sol", Meter::CacheRead), Some(number("0.05")));
    assert_eq!(times("openai", cache, "gpt-5.5", Meter::CacheRead), Some(number("0.1")));
    assert_eq!(times("openai", cache, "gpt-4o-mini", Meter::CacheRead), Some(number("0.5")));
    assert_eq!(times("moonshot_ai", cache, "kimi-k3", Meter::CacheRead), Some(number("0.25")));
    assert_eq!(times("openai", DiscountKind::Priority, "gpt-5.5", Meter::Input), Some(number("2.5")));
}

#[test]
fn days_are_kept_peak_hours_changes_and_the_end_of_models() {
    let all = discounts();
    let peak = |today: &str| all.of("deepseek", DiscountKind::OffPeak, day(today)).count();
    assert_eq!((peak("2026-08-16"), peak("2026-08-17")), (0, 1));
    let peak = all.of("deepseek", DiscountKind::OffPeak, day("2026-11-22")).next().unwrap();
    let Off::Hours(hours) = &peak.rules[0].off else { panic!("hours") };
    let spans: Vec<_> = hours.iter().map(|at| (at.from_minute, at.to_minute, at.weekends)).collect();
    assert_eq!(spans, [(60, 240, false), (360, 600, false)]);
    let (change, of) = all.changes("gcp.gemini", "gemini-4-argon").next().unwrap();
    assert_eq!((change.on, change.state), (day("2026-12-01"), ChangeState::Announced));
    assert_eq!(change.after.as_ref().unwrap()[1], (Meter::Output, number("20")));
    assert_eq!(of.fact.seen.as_str(), "2026-11-10");
    let states: Vec<_> =
        all.changes("mistral_ai", "mistral-large-4").map(|(change, _)| change.state).collect();
    assert_eq!(states, [ChangeState::Applied, ChangeState::Applied]);
    let sol = all.changes("openai", "gpt-5.6-sol").next().unwrap().0;
    assert!(sol.after.is_none() && sol.state == ChangeState::Promotion);
    assert_eq!(all.ends("openai", "gpt-5-mini").unwrap().0, day("2026-12-11"));
    assert!(all.ends("openai", "gpt-5.5").is_none(), "another family");
    let long = all.of("anthropic", DiscountKind::LongContext, day("2026-11-22")).next().unwrap();
    assert_eq!(long.rules_of("claude-sonnet-4-5", day("2026-04-29")).count(), 1);
    assert_eq!(long.rules_of("claude-sonnet-4-5", day("2026-04-30")).count(), 0);
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (from, to, told) in [
        ("\"kind\": \"batch\"", "\"kind\": \"bulk\"", "\"bulk\" cannot be here; write batch, flex"),
        ("\"times\": \"0.5\"", "\"times\": \"half\"", "discounts[0].rules[0].times"),
        ("\"times\": \"0.5\"", "\"percent\": \"50\"", "\"percent\" is no field here"),
        ("\"meters\": [\"input\", \"output\"]", "\"meters\": [\"in\"]", "discounts[0].rules[0].meters[0]"),
        ("\"id\": \"batch/anthropic\"", "\"id\": \"batch/openai\"", "another entry has this id"),
        ("\"state\": \"announced\"", "\"state\": \"maybe\"", "announced, applied, cancelled or promotion"),
    ] {
        assert!(FILE.contains(from), "{from}");
        let error = Discounts::read(&FILE.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(told), "{error}\nlacks {told}");
    }
}
