//! The dated facts that come with the program: whole, sourced, of their time, and unknown where nobody knows.

use std::collections::BTreeSet;

use serde_json::Value;
use spendglass_core::catalogue::{
    Confidence, CreditRules, Evidence, FreeTiers, Lapse, Models, Published, Reset, Seen, Span, TierKind,
};
use spendglass_core::ledger::{ExpiryRule, LotKind, QuotaWindow};
use spendglass_core::money::Decimal;
use spendglass_core::providers::ALL;
use spendglass_core::time::Date;

const FILE: &str = include_str!("../../src-tauri/core/data/free_tiers.json");

/// Providers with a free tier that cannot be connected, or not yet.
const NOT_CONNECTED: [&str; 11] = [
    "cloudflare",
    "cerebras",
    "sambanova",
    "huggingface",
    "ibm.watsonx.ai",
    "ovh",
    "nvidia",
    "github",
    "scaleway",
    "jina",
    "modal",
];
/// Those whose connector is under way.
const TO_COME: [&str; 9] = [
    "gcp.gemini",
    "groq",
    "cohere",
    "mistral_ai",
    "zai",
    "vercel",
    "github_copilot",
    "chatgpt_subscription",
    "claude_subscription",
];

fn tiers() -> &'static FreeTiers {
    FreeTiers::bundled().unwrap()
}

#[test]
fn every_free_tier_is_read_and_named_once() {
    let tiers = tiers();
    let ids: BTreeSet<&str> = tiers.tiers.iter().map(|tier| tier.id.as_str()).collect();
    assert_eq!(ids.len(), tiers.tiers.len());
    let limits: usize =
        tiers.tiers.iter().flat_map(|tier| &tier.records).map(|record| record.limits.len()).sum();
    assert_eq!((tiers.tiers.len(), limits), (29, 73), "a figure came or went: say so here");
    for tier in &tiers.tiers {
        let provider = tier.provider.as_str();
        let known = ALL.iter().any(|one| one.id == provider)
            || NOT_CONNECTED.contains(&provider)
            || TO_COME.contains(&provider)
            || provider == "elevenlabs";
        assert!(known, "{}: no provider {provider}", tier.id);
        assert!(tier.id.starts_with(provider.split('_').next().unwrap()), "{}: {provider}", tier.id);
        assert!(!tier.name.is_empty() && !tier.records.is_empty(), "{}", tier.id);
    }
}

#[test]
fn every_figure_has_a_source_a_date_and_a_confidence() {
    let tiers = tiers();
    for tier in &tiers.tiers {
        for record in &tier.records {
            let id = &tier.id;
            assert!(!record.sources.is_empty(), "{id}: no source");
            for source in &record.sources {
                assert!(source.starts_with("https://") && !source.contains(' '), "{id}: {source}");
            }
            assert!(record.seen.first() <= tiers.dated, "{id}: seen in the future");
            // Whoever measured something does not know it for sure.
            assert!(
                record.evidence != Evidence::Community || record.confidence == Confidence::Low,
                "{id}: a measurement that passes for a fact"
            );
            for limit in &record.limits {
                assert!(limit.limit.is_none_or(|limit| limit >= Decimal::ZERO), "{id}");
                let told = limit.limit.is_some();
                assert!(
                    told || matches!(record.published, Published::No(_)) || limit.span == Span::Unstated,
                    "{id}"
                );
                assert!(
                    tier.kind == TierKind::Free || limit.unit.as_str() == "USD",
                    "{id}: a cap is on money"
                );
            }
        }
    }
    assert!(tiers.datasets.iter().all(|set| set.sources.iter().all(|url| url.starts_with("https://"))));
}

#[test]
fn what_is_not_published_is_null_and_never_a_nought_or_left_out() {
    let file: Value = serde_json::from_str(FILE).unwrap();
    let limit = |path: &str| file.pointer(path).unwrap_or_else(|| panic!("{path}"));
    assert_eq!(limit("/tiers/0/id"), "gcp.gemini.free");
    for at in 0..3 {
        assert!(limit(&format!("/tiers/0/records/0/limits/{at}/limit")).is_null());
    }
    let null = "\"limit\": null";
    assert_eq!(FILE.matches(null).count(), 10);
    let gone = FILE.replacen(", \"limit\": null", "", 1);
    assert_ne!(gone, FILE);
    let error = FreeTiers::read(&gone).unwrap_err().to_string();
    assert!(error.contains("missing field `limit`"), "{error}");
    let nought = FILE.replacen(null, "\"limit\": \"-\"", 1);
    assert!(FreeTiers::read(&nought).unwrap_err().to_string().contains("gcp.gemini.free"));
    let misspelt = FILE.replacen("\"resets\"", "\"reset\"", 1);
    assert!(FreeTiers::read(&misspelt).is_err());
}

#[test]
fn the_facts_that_people_ask_for_first_are_there() {
    let limits = |tier: &str, model: &str| -> Vec<String> {
        let records = &tiers().find(tier).unwrap().records;
        let of_it =
            records.iter().filter(|record| record.models.hold(model) && record.seen.as_str() != "2026");
        let told = of_it.flat_map(|record| &record.limits).map(|limit| {
            let amount = limit.limit.map_or("unknown".to_owned(), |limit| limit.to_string());
            format!("{amount} {} per {}, {}", limit.unit, limit.span, limit.resets)
        });
        told.collect()
    };
    assert_eq!(
        limits("gcp.gemini.free", "models/gemini-3.8-flash"),
        [
            "unknown requests per minute, unstated",
            "unknown input_tokens per minute, unstated",
            "unknown requests per day, midnight America/Los_Angeles"
        ]
    );
    assert_eq!(
        limits("groq.free", "OpenAI/gpt-oss-20b"),
        [
            "30 requests per minute, unstated",
            "1000 requests per day, unstated",
            "8000 tokens per minute, unstated",
            "200000 tokens per day, unstated"
        ]
    );
    assert_eq!(limits("groq.free", "whisper-large-v3").len(), 4);
    let day = |tier: &str| limits(tier, "somebody/some-model:free")[1].clone();
    assert_eq!(day("openrouter.free"), "50 requests per day, midnight UTC");
    assert_eq!(day("openrouter.free_after_deposit"), "1000 requests per day, midnight UTC");
    assert_eq!(limits("openrouter.free", "somebody/some-model"), [""; 0]);
    assert_eq!(limits("cohere.trial", "x")[0], "1000 requests per month, unstated");
    assert_eq!(limits("github_copilot.free", "x"), ["2000 code_completions per month, month start UTC"]);
    assert_eq!(limits("scaleway.once", "x"), ["1000000 tokens per lifetime, never"]);
    let today = "2026-11-22".parse().unwrap();
    assert!(tiers().of("github", today).next().is_none(), "GitHub Models ended");
    assert!(tiers().of("github", "2026-07-29".parse().unwrap()).next().is_some());
}

#[test]
fn a_reset_is_read_as_it_is_written() {
    for text in [
        "rolling",
        "midnight America/Los_Angeles",
        "midnight UTC",
        "month start UTC",
        "day 31 of the month Asia/Kolkata",
        "never",
        "unstated",
    ] {
        assert_eq!(text.parse::<Reset>().unwrap().to_string(), text);
    }
    for text in
        ["", "midnight", "midnight Pacific", "day 32 of the month UTC", "day 0 of the month UTC", "daily"]
    {
        let error = text.parse::<Reset>().unwrap_err().to_string();
        assert!(error.contains("midnight ZONE"), "{error}");
    }
    for text in ["second", "unstated", "minute", "10 minutes", "5 hours", "day", "month", "lifetime"] {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
    }
}

#[test]
fn a_date_may_lack_its_day() {
    let today = "2026-11-22".parse().unwrap();
    for (text, first, age) in [
        ("2026", "2026-01-01", None),
        ("2026-10", "2026-10-01", None),
        ("2026-10-08", "2026-10-08", Some(45)),
    ] {
        let seen: Seen = text.parse().unwrap();
        assert_eq!((seen.first().to_string().as_str(), seen.age(today)), (first, age), "{text}");
    }
    for text in ["26", "2026-13", "2026-1-1", "yesterday"] {
        assert!(text.parse::<Seen>().is_err(), "{text}");
    }
}

/// Written out by hand from the rules of daylight saving time: California's clocks change at 02:00 on 8 March and 1 November.
#[test]
fn a_day_in_los_angeles_has_23_24_or_25_hours() {
    let day = Span::Window(QuotaWindow::Day);
    let pacific: Reset = "midnight America/Los_Angeles".parse().unwrap();
    for (now, start, end, hours) in [
        ("2026-03-08T07:59:59Z", "2026-03-07T08:00:00Z", "2026-03-08T08:00:00Z", 24),
        ("2026-03-08T08:00:00Z", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", 23),
        ("2026-03-08T10:30:00Z", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", 23),
        ("2026-03-09T06:59:59Z", "2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z", 23),
        ("2026-03-09T07:00:00Z", "2026-03-09T07:00:00Z", "2026-03-10T07:00:00Z", 24),
        ("2026-11-01T06:59:59Z", "2026-10-31T07:00:00Z", "2026-11-01T07:00:00Z", 24),
        ("2026-11-01T07:00:00Z", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", 25),
        ("2026-11-01T08:30:00Z", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", 25),
        ("2026-11-01T09:30:00Z", "2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z", 25),
        ("2026-11-02T08:00:00Z", "2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z", 24),
    ] {
        let stretch = pacific.stretch(day, now.parse().unwrap()).unwrap();
        let told = (stretch.period.start.to_string(), stretch.period.end.to_string());
        assert_eq!((told.0.as_str(), told.1.as_str()), (start, end), "{now}");
        assert_eq!(stretch.period.seconds(), hours * 3_600, "{now}");
        assert_eq!((stretch.resets_at, stretch.certain), (Some(stretch.period.end), true), "{now}");
    }
}

#[test]
fn months_and_rolling_windows_have_their_own_bounds() {
    let stretch = |reset: &str, span: &str, now: &str| {
        let reset: Reset = reset.parse().unwrap();
        reset.stretch(span.parse().unwrap(), now.parse().unwrap()).map(|stretch| {
            let resets = stretch.resets_at.map_or("-".to_owned(), |at| at.to_string());
            format!("{} {resets} {}", stretch.period.start, stretch.certain)
        })
    };
    let now = "2026-02-10T12:00:00Z";
    for (reset, span, expected) in [
        ("month start UTC", "month", "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z true"),
        ("midnight UTC", "month", "2026-02-01T00:00:00Z 2026-03-01T00:00:00Z true"),
        ("day 31 of the month Asia/Kolkata", "month", "2026-01-30T18:30:00Z 2026-02-27T18:30:00Z true"),
        ("day 10 of the month UTC", "month", "2026-02-10T00:00:00Z 2026-03-10T00:00:00Z true"),
        ("rolling", "day", "2026-02-09T12:00:00Z - true"),
        ("unstated", "day", "2026-02-09T12:00:00Z - false"),
        ("unstated", "month", "2026-01-10T12:00:00Z - false"),
        ("rolling", "5 hours", "2026-02-10T07:00:00Z - true"),
        ("never", "lifetime", "1970-01-01T00:00:00Z - true"),
    ] {
        assert_eq!(stretch(reset, span, now).as_deref(), Some(expected), "{reset} {span}");
    }
    for (reset, span) in [("unstated", "second"), ("rolling", "unstated"), ("midnight UTC", "week")] {
        assert_eq!(stretch(reset, span, now), None, "{reset} {span}");
    }
}

#[test]
fn models_are_matched_by_name_start_or_end() {
    let held = |tier: &str, model: &str| {
        tiers().find(tier).unwrap().records.iter().any(|record| record.models.hold(model))
    };
    assert!(held("groq.free", "whisper-large-v3-turbo") && held("groq.free", "Whisper"));
    assert!(!held("groq.free", "my-whisper") && !held("groq.free", "gpt-oss-20b"));
    assert!(held("openrouter.free", "a/b:free") && !held("openrouter.free", "a/b:freedom"));
    assert!(
        held("gcp.gemini.free", "models/gemini-3-flash") && !held("gcp.gemini.free", "gemini-3-flash-image")
    );
    assert!(Models::all().hold("anything") && Models::all().is_all());
    assert_eq!(Models::one("models/x").only(), Some("models/x"));
    assert!(Models::one("models/x").hold("X"));
}

/// Providers with a credit rule that cannot be connected.
const RULES_OF_OTHERS: [&str; 12] = [
    "inworld",
    "cerebras",
    "higgsfield",
    "neon",
    "tana",
    "mintlify",
    "removebg",
    "nebius",
    "ai21",
    "alibaba",
    "modal",
    "huggingface",
];
const RULES: &str = include_str!("../../src-tauri/core/data/credit_rules.json");

fn rules() -> &'static CreditRules {
    CreditRules::bundled().unwrap()
}

#[test]
fn every_credit_rule_is_read_sourced_dated_and_of_a_known_provider() {
    let rules = rules();
    assert_eq!(rules.rules.len(), 36, "a rule came or went: say so here");
    let ids: BTreeSet<&str> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids.len(), rules.rules.len());
    let mut usual = BTreeSet::new();
    for rule in &rules.rules {
        let (id, provider) = (&rule.id, rule.provider.as_str());
        let known = ALL.iter().any(|one| one.id == provider) || RULES_OF_OTHERS.contains(&provider);
        assert!(known, "{id}: no provider {provider}");
        assert!(id.starts_with(&format!("{provider}.")), "{id}: {provider}");
        assert!(!rule.sources.is_empty(), "{id}: no source");
        for source in &rule.sources {
            assert!(source.starts_with("https://") && !source.contains(' '), "{id}: {source}");
        }
        assert!(rule.seen.first() <= rules.dated, "{id}: seen in the future");
        assert_ne!(
            rule.kind,
            LotKind::RolledOver,
            "{id}: a rule for what was included covers what rolled over"
        );
        let one_of_each = rule.only.is_some() || usual.insert((provider, rule.kind, rule.unit));
        assert!(one_of_each, "{id}: two rules for the same credit");
        if let Some(order) = &rule.order {
            assert!(order.contains(&rule.kind), "{id}: its own kind is not in its order");
        }
        assert!(
            !matches!(rule.lapses, Lapse::By(ExpiryRule::On(_) | ExpiryRule::At(_))),
            "{id}: a day is no rule"
        );
    }
}

#[test]
fn what_a_provider_says_holds_unless_it_is_of_one_gift_only() {
    let day: Date = "2026-01-31".parse().unwrap();
    let said = |provider: &str, kind: LotKind, unit: &str| {
        let rule = rules().usual(provider, kind, unit.parse().unwrap())?;
        Some((rule.of(day).map(|rule| rule.to_string()), rule.is_possible()))
    };
    let by = |rule: &str, possible: bool| Some((Some(rule.to_owned()), possible));
    let (bought, given, included) = (LotKind::Purchased, LotKind::Granted, LotKind::Allowance);
    assert_eq!(said("openai", bought, "USD"), by("after-purchase:365d", false));
    assert_eq!(said("anthropic", bought, "USD"), by("after-purchase:365d", false));
    assert_eq!(said("openrouter", bought, "USD"), by("after-purchase:365d", true));
    assert_eq!(said("deepseek", bought, "CNY"), by("never", false));
    assert_eq!(said("anthropic", included, "USD"), by("end-of-period:month@31", false));
    assert_eq!(said("elevenlabs", included, "credits"), by("end-of-period:month@31,rollover=2", true));
    assert_eq!(
        said("elevenlabs", LotKind::RolledOver, "credits"),
        by("end-of-period:month@31,rollover=2", true)
    );
    assert_eq!(said("github_copilot", included, "USD"), by("end-of-period:month@utc", false));
    // Nobody says, and each lot has its own end: both are unknown, and neither is "never".
    assert_eq!(said("x_ai", bought, "USD"), Some((None, false)));
    assert_eq!(said("openai", given, "USD"), Some((None, false)));
    // What is said of a trial is not said of every gift, nor of dollars what is said of credits.
    for (provider, kind, unit) in [
        ("azure.ai.openai", given, "USD"),
        ("aws.bedrock", given, "USD"),
        ("openai", bought, "credits"),
        ("groq", bought, "USD"),
    ] {
        assert_eq!(said(provider, kind, unit), None, "{provider}");
    }
    assert_eq!(rules().order_of("deepseek"), Some([given, bought].as_slice()));
    assert_eq!(rules().order_of("x_ai"), None);
}

#[test]
fn a_credit_rule_that_is_cut_or_misspelt_is_refused() {
    for (old, new, words) in [
        ("\"lapses\": null,", "", "missing field `lapses`"),
        ("\"unit\": null,", "", "missing field `unit`"),
        ("after-purchase:365d", "after-purchase:365", "openai.prepaid"),
        ("\"purchased\"", "\"bought\"", "openai.prepaid: \"bought\" is no kind of credit"),
        ("billing-period,rollover=2", "billing-period,rollover", "elevenlabs.plan"),
        ("\"possible\"", "\"posible\"", "unknown field"),
    ] {
        let text = RULES.replacen(old, new, 1);
        assert_ne!(text, RULES, "{old}");
        let error = CreditRules::read(&text).unwrap_err().to_string();
        assert!(error.contains(words), "{old}: {error}");
    }
}
