//! List cost: exact, dated, and unknown rather than wrong.

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use spendglass_core::ledger::{Charge, DisjointTokens, ListCost, Meter, Modalities, TokenTotals, TokenUsage};
use spendglass_core::money::{Decimal, exact, exact_add};
use spendglass_core::pricing::{Consumed, PriceBook, Pricer, Unpriced, Usage, list_cost};
use spendglass_core::time::Date;

#[path = "pricing/oracle.rs"]
mod oracle;
#[path = "pricing/own.rs"]
mod own;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    exact(text).unwrap()
}

fn tokens(input: u64, output: u64) -> TokenUsage {
    TokenUsage::from_totals(TokenTotals { input, output, ..TokenTotals::default() }).unwrap()
}

const NONE: Option<&str> = None;

/// List cost of tokens of a model on a day, in a tier.
fn cost(
    provider: &str,
    model: &str,
    at: &str,
    tier: Option<&str>,
    tokens: &TokenUsage,
) -> Result<ListCost, Unpriced> {
    let consumed = Consumed::Tokens(tokens);
    let usage = Usage { provider, model, at: day(at), service_tier: tier, context_window: None, consumed };
    list_cost(PriceBook::bundled(), &usage)
}

fn amount(provider: &str, model: &str, at: &str, tier: Option<&str>, tokens: &TokenUsage) -> Decimal {
    cost(provider, model, at, tier, tokens).unwrap().cost.amount
}

fn adjustment(cost: &ListCost) -> &str {
    cost.basis.adjustment.as_deref().unwrap_or_default()
}

#[test]
fn the_bundled_list_is_the_labelled_one() {
    let list = include_bytes!("../../src-tauri/core/data/prices/genai-prices.json");
    let source = include_str!("../../src-tauri/core/data/prices/source.json");
    let facts = include_str!("../../src-tauri/core/data/prices/facts.json");
    let note: serde_json::Value = serde_json::from_str(source).unwrap();
    assert_eq!(
        note["sha256"],
        format!("{:x}", Sha256::digest(list)),
        "the list was edited, or its label forgotten"
    );
    PriceBook::read(std::str::from_utf8(list).unwrap(), source, facts).unwrap();
    let book = PriceBook::bundled();
    assert_eq!(book.version(), "0.2.1 (2026-10-30)");
    // By name: a provider that is added need not be in the list, its models then stay unpriced.
    for provider in ["openai", "anthropic", "openrouter"] {
        assert!(book.knows(provider), "{provider}");
    }
}

#[test]
fn cost_is_exact_to_the_last_digit() {
    let totals =
        TokenTotals { input: 1_234_567, output: 89_013, cache_read: 1_000_001, ..TokenTotals::default() };
    let usage = TokenUsage::from_totals(totals).unwrap();
    let listed = cost("openai", "gpt-4o-2024-08-06", "2026-11-20", NONE, &usage).unwrap();
    // 234566 × 2.5 + 1000001 × 1.25 + 89013 × 10, in millionths
    assert_eq!(listed.cost.to_string(), "2.72654625 USD");
    assert_eq!(listed.basis.model, "gpt-4o");
    assert_eq!(listed.basis.source, "genai-prices");
    assert_eq!(listed.basis.data_version, "0.2.1 (2026-10-30)");
    assert_eq!(listed.basis.effective_from, None);
    assert_eq!(adjustment(&listed), "");
    let of = |meter| {
        listed.basis.unit_prices.iter().find(|p| p.meter == meter).map(|p| (p.price.to_string(), p.per))
    };
    assert_eq!(of(Meter::Input), Some(("2.5".to_owned(), 1_000_000)));
    assert_eq!(of(Meter::CacheRead), Some(("1.25".to_owned(), 1_000_000)));
    assert_eq!(of(Meter::OutputAudio), None);
}

#[test]
fn a_price_holds_from_its_first_day() {
    let usage = tokens(1_000_000, 1_000_000);
    assert_eq!(amount("openai", "o3", "2025-06-09", NONE, &usage), dec("50"));
    let after = cost("openai", "o3", "2025-06-10", NONE, &usage).unwrap();
    assert_eq!(after.cost.amount, dec("10"));
    assert_eq!(after.basis.effective_from, Some(day("2025-06-10")));
}

#[test]
fn an_announced_price_waits_for_a_newer_list() {
    // Announced in the list of October for the first of December.
    let listed = cost("google", "gemini-4-argon", "2026-12-15", NONE, &tokens(1_000_000, 0)).unwrap();
    assert_eq!((listed.cost.amount, listed.basis.effective_from), (dec("2"), None));
}

#[test]
fn unknown_is_unpriced_and_says_why() {
    let some = tokens(10, 10);
    assert_eq!(cost("openai", "gpt-99-imaginary", "2026-11-20", NONE, &some).unwrap_err(), Unpriced::NoPrice);
    assert_eq!(cost("anthropic", "gpt-4o", "2026-11-20", NONE, &some).unwrap_err(), Unpriced::NoPrice);
    assert_eq!(cost("nobody", "gpt-4o", "2026-11-20", NONE, &some).unwrap_err(), Unpriced::NoProvider);
    assert_eq!(cost("openai", "gpt-5", "2026-11-20", Some("scale"), &some).unwrap_err(), Unpriced::Tier);
    assert_eq!(
        cost("anthropic", "claude-opus-5-5", "2026-11-20", Some("priority"), &some).unwrap_err(),
        Unpriced::Tier
    );
    assert_eq!(
        cost("deepseek", "deepseek-flash", "2026-11-20", NONE, &some).unwrap_err(),
        Unpriced::TimeOfDay
    );
    // Models that the list has without any price, and that are not known to be free.
    assert_eq!(
        cost("openrouter", "google/lyria-3-pro-preview", "2026-11-20", NONE, &some).unwrap_err(),
        Unpriced::NoPrice
    );
}

#[test]
fn a_meter_without_a_price_leaves_the_whole_line_unpriced() {
    let with = |modalities, cache_read| {
        let totals =
            TokenTotals { input: 100, output: 100, cache_read, modalities, ..TokenTotals::default() };
        TokenUsage::from_totals(totals).unwrap()
    };
    let sound = with(Modalities { output_audio: 1, ..Modalities::default() }, 0);
    let listed = |model: &str, usage: &TokenUsage| cost("openai", model, "2026-11-20", NONE, usage);
    assert_eq!(listed("gpt-4o", &sound).unwrap_err(), Unpriced::Meter(Meter::OutputAudio));
    assert_eq!(listed("gpt-realtime", &sound).unwrap().cost.amount, dec("0.002048"));
    let cached = with(Modalities::default(), 1);
    assert_eq!(listed("gpt-4-turbo", &cached).unwrap_err(), Unpriced::Meter(Meter::CacheRead));
    // A picture shown to a model without a price for pictures is plain input.
    let seen = with(Modalities { input_image: 40, ..Modalities::default() }, 0);
    assert_eq!(listed("gpt-4o", &seen).unwrap().cost, listed("gpt-4o", &tokens(100, 100)).unwrap().cost);
    assert_eq!(listed("gpt-realtime", &seen).unwrap().cost.amount, dec("0.00204"));
}

#[test]
fn free_is_a_known_zero() {
    for (provider, model) in [
        ("openrouter", "deepseek/deepseek-r1-0528:free"),
        ("openrouter", "somebody/not-in-the-list:free"),
        ("openai", "omni-moderation-latest"),
    ] {
        let listed = cost(provider, model, "2026-11-20", NONE, &tokens(1000, 1000)).unwrap();
        assert_eq!(listed.cost.to_string(), "0 USD", "{model}");
        assert!(adjustment(&listed).starts_with("free of charge"), "{model}");
    }
    assert_eq!(
        cost("openai", "gpt-4o:free", "2026-11-20", NONE, &tokens(1, 1)).unwrap_err(),
        Unpriced::NoPrice
    );
}

#[test]
fn no_tokens_of_a_known_model_cost_nothing() {
    assert_eq!(amount("openai", "gpt-4o", "2026-11-20", NONE, &tokens(0, 0)), Decimal::ZERO);
    assert_eq!(cost("openai", "gpt-99", "2026-11-20", NONE, &tokens(0, 0)).unwrap_err(), Unpriced::NoPrice);
}

#[test]
fn cache_writes_for_five_minutes_and_an_hour_differ() {
    let write = |five, hour| {
        let counts =
            DisjointTokens { cache_creation_5m: five, cache_creation_1h: hour, ..DisjointTokens::default() };
        let usage = TokenUsage::from_disjoint(counts).unwrap();
        amount("anthropic", "claude-sonnet-5-5-20261001", "2026-11-20", NONE, &usage)
    };
    assert_eq!(
        (write(1_000_000, 0), write(0, 1_000_000), write(1000, 10)),
        (dec("2.5"), dec("4"), dec("0.00254"))
    );
}

#[test]
fn batch_has_the_listed_price_or_half() {
    let batch =
        |provider, model, at, usage: &TokenUsage| cost(provider, model, at, Some("batch"), usage).unwrap();
    let usage = tokens(1_000_000, 1_000_000);
    let listed = batch("anthropic", "claude-sonnet-5-5", "2026-10-14", &usage);
    assert_eq!((listed.cost.amount, listed.basis.effective_from), (dec("6"), Some(day("2026-10-14"))));
    assert_eq!(adjustment(&listed), "batch prices");
    let before = batch("anthropic", "claude-sonnet-5-5", "2026-10-13", &usage);
    assert_eq!((before.cost.amount, before.basis.effective_from), (dec("6"), None));
    assert!(
        adjustment(&before).starts_with("batch: 0.5 × list price (https://platform.claude.com/"),
        "{before:?}"
    );
    // A model that the list has no batch price for, and one whose plain price has changed since.
    assert_eq!(batch("anthropic", "claude-3-haiku-20240307", "2025-01-01", &usage).cost.amount, dec("0.75"));
    assert_eq!(batch("openai", "o3", "2025-06-09", &usage).cost.amount, dec("25"));
    assert_eq!(batch("openai", "o3", "2025-06-10", &usage).cost.amount, dec("5"));
    // This model's cached input costs as much in batch as without, on either side of the day.
    let totals = TokenTotals { input: 1_000_000, cache_read: 1_000_000, ..TokenTotals::default() };
    let cached = TokenUsage::from_totals(totals).unwrap();
    assert_eq!(batch("openai", "gpt-4o", "2026-10-13", &cached).cost.amount, dec("1.25"));
    assert_eq!(batch("openai", "gpt-4o", "2026-10-14", &cached).cost.amount, dec("1.25"));
    assert_eq!(batch("openai", "gpt-5", "2026-10-13", &cached).cost.amount, dec("0.0625"));
}

#[test]
fn other_tiers_have_their_own_prices() {
    let usage = tokens(1_000_000, 0);
    let in_tier = |at, tier| cost("openai", "gpt-5", at, Some(tier), &usage).unwrap();
    for (tier, price) in [("default", "1.25"), ("flex", "0.625"), ("priority", "2.5"), ("fast", "2.5")] {
        assert_eq!(in_tier("2026-10-12", tier).cost.amount, dec(price), "{tier}");
        assert_eq!(in_tier("2026-10-01", tier).cost.amount, dec(price), "{tier} on an earlier day");
    }
    assert_eq!(
        adjustment(&in_tier("2026-10-01", "priority")),
        "priority prices, listed since 2026-10-12 only"
    );
    // Its plain price fell in August: what priority cost before is not known.
    let before = cost("openai", "gpt-5.6-sol", "2026-08-20", Some("priority"), &usage);
    assert_eq!(before.map(|listed| listed.cost), Err(Unpriced::Tier));
}

#[test]
fn the_price_of_long_prompts_is_never_taken_for_a_total() {
    let model = "gpt-6-sol";
    let short = cost("openai", model, "2026-11-20", NONE, &tokens(272_000, 0)).unwrap();
    let day = cost("openai", model, "2026-11-20", NONE, &tokens(272_001, 0)).unwrap();
    assert_eq!((short.cost.amount, day.cost.amount), (dec("0.544"), dec("0.544002")));
    assert_eq!(adjustment(&short), "");
    assert!(adjustment(&day).starts_with("prompts over 272000 tokens cost more"), "{day:?}");
    assert_eq!(short.basis.unit_prices, day.basis.unit_prices);
}

#[test]
fn a_band_that_the_provider_split_has_its_own_price() {
    let usage = tokens(1_000_000, 1_000_000);
    let in_band = |model, band, tier| {
        let consumed = Consumed::Tokens(&usage);
        let at = day("2026-02-01");
        let usage =
            Usage { provider: "anthropic", model, at, service_tier: tier, context_window: band, consumed };
        list_cost(PriceBook::bundled(), &usage).unwrap()
    };
    let below = in_band("claude-sonnet-4-5", Some("0-200k"), NONE);
    let above = in_band("claude-sonnet-4-5", Some("200k-1M"), NONE);
    assert_eq!((below.cost.amount, above.cost.amount), (dec("18"), dec("28.5")));
    assert_eq!((adjustment(&below), adjustment(&above)), ("", "prices for prompts over 200000 tokens"));
    assert_eq!(in_band("claude-sonnet-4-5", Some("200k-1M"), Some("batch")).cost.amount, dec("14.25"));
    // This model's step lies inside the lower band: the lower price, and said so.
    let inside = in_band("claude-haiku-5-5", Some("0-200k"), NONE);
    assert_eq!(inside.cost.amount, dec("0.6"));
    assert!(adjustment(&inside).starts_with("prompts over 100000 tokens cost more"), "{inside:?}");
    assert_eq!(in_band("claude-haiku-5-5", Some("200k-1M"), NONE).cost.amount, dec("3"));
    // A model of one price is not touched by the band.
    assert_eq!(adjustment(&in_band("claude-opus-4-8", Some("200k-1M"), NONE)), "");
}

#[test]
fn units_other_than_tokens_have_prices_too() {
    let units = |provider, model, meter, count: &str| {
        let consumed = Consumed::Units(meter, dec(count));
        let at = day("2026-11-20");
        let usage = Usage { provider, model, at, service_tier: None, context_window: None, consumed };
        list_cost(PriceBook::bundled(), &usage).map(|listed| listed.cost.amount)
    };
    assert_eq!(units("anthropic", "claude-opus-5-5", Meter::WebSearch, "3"), Ok(dec("0.03")));
    assert_eq!(units("openai", "gpt-4o", Meter::FileSearch, "1"), Ok(dec("0.0025")));
    assert_eq!(units("openai", "tts-1-hd", Meter::Character, "123"), Ok(dec("0.00369")));
    assert_eq!(units("openai", "whisper-1", Meter::Second, "61"), Ok(dec("0.0061")));
    assert_eq!(units("openai", "gpt-4o", Meter::Image, "1"), Err(Unpriced::Meter(Meter::Image)));
    // 1.02 an hour for a second has no last digit; for a quarter of an hour it has.
    assert_eq!(units("openai", "gpt-realtime-whisper", Meter::Second, "1"), Err(Unpriced::Inexact));
    assert_eq!(units("openai", "gpt-realtime-whisper", Meter::Second, "900"), Ok(dec("0.255")));
    assert_eq!(
        units("openai", "gpt-4o", Meter::Input, "79228162514264337593543950335"),
        Err(Unpriced::Inexact)
    );
}

#[test]
fn the_most_tokens_there_can_be_do_not_overflow() {
    let most = i64::MAX.unsigned_abs();
    assert_eq!(
        amount("openai", "gpt-4o", "2026-11-20", NONE, &tokens(most, most)),
        dec("115292150460684.6975875")
    );
}

#[test]
fn a_charge_is_priced_by_what_it_names() {
    let mut pricer = Pricer::new(PriceBook::bundled());
    let mut charge = Charge::usage(day("2026-11-20").utc_day());
    assert_eq!(pricer.charge("openai", &charge).unwrap_err(), Unpriced::NoModel);
    charge.request_model = Some("my-alias".to_owned());
    assert_eq!(pricer.charge("openai", &charge).unwrap_err(), Unpriced::NoQuantity);
    charge.tokens = Some(tokens(1_000_000, 0));
    assert_eq!(pricer.charge("openai", &charge).unwrap_err(), Unpriced::NoPrice);
    charge.response_model = Some("gpt-4o-2024-08-06".to_owned());
    assert_eq!(pricer.charge("openai", &charge).unwrap().cost.amount, dec("2.5"));
    charge.service_tier = Some("batch".to_owned());
    assert_eq!(pricer.charge("openai", &charge).unwrap().cost.amount, dec("1.25"));
    charge.tokens = None;
    (charge.sku_meter, charge.consumed_quantity) = (Some(Meter::WebSearch), Some(dec("2")));
    assert_eq!(pricer.charge("openai", &charge).unwrap().cost.amount, dec("0.02"));
}

#[test]
fn names_are_found_in_any_case_and_with_either_form_of_date() {
    let usage = tokens(1_000_000, 0);
    for name in ["gpt-5-2025-08-07", "GPT-5-2025-08-07", "gpt-5-20250807"] {
        assert_eq!(amount("openai", name, "2026-11-20", NONE, &usage), dec("1.25"), "{name}");
    }
    for name in ["gpt-5-20251307", "gpt-5-202508071", "gpt-5-2025080", "gpt-5-20250807x"] {
        assert_eq!(
            cost("openai", name, "2026-11-20", NONE, &usage).unwrap_err(),
            Unpriced::NoPrice,
            "{name}"
        );
    }
}

/// A list of one model, to try what the bundled one does not have.
fn read(prices: &str) -> Result<PriceBook, String> {
    let list =
        format!(r#"[{{"id":"p","models":[{{"id":"m","match":{{"equals":"M"}},"prices":{prices}}}]}}]"#);
    let source = r#"{"name":"n","version":"1","dated":"2026-01-01"}"#;
    PriceBook::read(&list, source, r#"{"multipliers":[],"free":[]}"#).map_err(|error| error.to_string())
}

#[test]
fn digits_arrive_as_written_and_bad_lists_are_refused() {
    let book = read(r#"{"input_mtok":0.1000000000000000055,"output_mtok":1.5e-7,"unheard_of":1}"#).unwrap();
    let usage = tokens(1, 1);
    let consumed = Consumed::Tokens(&usage);
    let usage = Usage {
        provider: "p",
        model: "m",
        at: day("2025-01-01"),
        service_tier: None,
        context_window: None,
        consumed,
    };
    assert_eq!(list_cost(&book, &usage).unwrap().cost.amount, dec("0.0000001000001500000000055"));
    for (bad, told) in [
        (r#"{"input_mtok":-1}"#, "a price of -1"),
        (r#"{"input_mtok":"x"}"#, "is not a number"),
        (r#"{"input_mtok":{"base":1}}"#, "a tiered price: missing field"),
        (r#"[{"constraint":{"start_date":"2026-02-30"},"prices":{}}]"#, "is not a date"),
        ("7", "prices of m"),
    ] {
        let error = read(bad).unwrap_err();
        assert!(error.contains(told), "{bad}: {error}");
    }
    assert!(read("{").is_err());
}

#[test]
fn a_pattern_that_is_not_understood_matches_nothing() {
    let matches = |pattern: &str, name| {
        let list = serde_json::json!([{"id": "p", "models":
            [{"id": "m", "match": {"regex": pattern}, "prices": {"input_mtok": 1}}]}]);
        let source = r#"{"name":"n","version":"1","dated":"2026-01-01"}"#;
        let book = PriceBook::read(&list.to_string(), source, r#"{"multipliers":[],"free":[]}"#).unwrap();
        let usage = tokens(1, 0);
        let consumed = Consumed::Tokens(&usage);
        let at = day("2025-01-01");
        let usage =
            Usage { provider: "p", model: name, at, service_tier: None, context_window: None, consumed };
        list_cost(&book, &usage).is_ok()
    };
    for (pattern, yes, no) in [
        (r"^a-\d{4}-\d$", "a-2026-1", "a-2026-11"),
        (r"^a\.b[-@]\d", "a.b@7-more", "axb@7"),
        ("^abc", "abcd", "zabc"),
        ("^abc$", "abc", "ab"),
        ("^(?!.*-[tT][tT][sS](?:$|-))", "a-ttsy", "a-TTS-b"),
        ("^(?!.*-[tT][tT][sS](?:$|-))", "tts", "a-tts"),
    ] {
        assert!(matches(pattern, yes) && !matches(pattern, no), "{pattern}");
    }
    for pattern in [
        "abc",
        "^ab?c",
        "^(abc)",
        "^a.c",
        "^abc+",
        "^[a-c]bc",
        r"^\w\w\w",
        "^(?!x)abc",
        "^(?!.*[a-b](?:$|-))",
        "^(?!.*a.(?:$|-))",
        "^a|abc",
        "^abc{1}",
    ] {
        assert!(!matches(pattern, "abc"), "{pattern}");
    }
}

fn some_tokens() -> impl Strategy<Value = TokenUsage> {
    (0..90_000_u64, 0..90_000_u64, 0..90_000_u64, 0..90_000_u64, 0..900_000_u64).prop_map(
        |(uncached_input, cache_read, cache_creation_5m, cache_creation_1h, output)| {
            let counts =
                DisjointTokens { uncached_input, cache_read, cache_creation_5m, cache_creation_1h, output };
            TokenUsage::from_disjoint(counts).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn parts_cost_what_the_whole_costs(a in some_tokens(), b in some_tokens(), batch in any::<bool>()) {
        let (x, y) = (a.totals(), b.totals());
        let both = TokenUsage::from_totals(TokenTotals {
            input: x.input + y.input,
            output: x.output + y.output,
            cache_read: x.cache_read + y.cache_read,
            cache_creation: x.cache_creation + y.cache_creation,
            cache_creation_1h: x.cache_creation_1h + y.cache_creation_1h,
            ..TokenTotals::default()
        }).unwrap();
        let tier = batch.then_some("batch");
        let of = |usage| amount("anthropic", "claude-haiku-5-5", "2026-11-20", tier, usage);
        prop_assert_eq!(exact_add(of(&a), of(&b)).unwrap(), of(&both));
    }

    #[test]
    fn a_kept_pricer_says_what_a_fresh_one_says(
        rows in prop::collection::vec((0..4_usize, 0..3_usize, 0..4_usize, 0..3_i64, some_tokens()), 1..40)
    ) {
        let mut kept = Pricer::new(PriceBook::bundled());
        for (model, tier, band, days, tokens) in rows {
            let (provider, model) = [
                ("anthropic", "claude-sonnet-4-5"),
                ("anthropic", "claude-haiku-5-5"),
                ("openai", "gpt-5"),
                ("openai", "unheard-of"),
            ][model];
            let usage = Usage {
                provider,
                model,
                at: day("2026-10-13").plus_days(days),
                service_tier: [None, Some("batch"), Some("priority")][tier],
                context_window: [None, Some("0-200k"), Some("200k-1M"), Some("")][band],
                consumed: Consumed::Tokens(&tokens),
            };
            prop_assert_eq!(kept.list_cost(&usage), list_cost(PriceBook::bundled(), &usage));
        }
    }
}

#[test]
fn providers_that_the_list_names_otherwise_are_priced_by_the_name_we_have_for_them() {
    let book = PriceBook::bundled();
    let of = |provider: &str, model: &str| {
        let at = "2026-11-01".parse().unwrap();
        let tokens = tokens(1_000, 100);
        let consumed = Consumed::Tokens(&tokens);
        list_cost(book, &Usage { provider, model, at, service_tier: None, context_window: None, consumed })
            .unwrap()
            .cost
    };
    for (ours, theirs, model) in [
        ("gcp.gemini", "google", "gemini-2.5-flash"),
        ("x_ai", "x-ai", "grok-4"),
        ("mistral_ai", "mistral", "mistral-large-latest"),
        ("claude_subscription", "anthropic", "claude-sonnet-4-5"),
    ] {
        assert_eq!(of(ours, model), of(theirs, model), "{ours}");
    }
}
