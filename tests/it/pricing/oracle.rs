//! The price list's own crate as an oracle: it computes in binary floats, so results agree to nine digits, not to the last.
#![expect(clippy::disallowed_types, clippy::cast_precision_loss, reason = "the oracle answers in floats")]

use std::time::{Duration, SystemTime};

use genai_prices::{Calculator, PriceRequest, UsageKey};
use spendglass_core::ledger::{DisjointTokens, Meter, TokenUsage};
use spendglass_core::money::Decimal;
use spendglass_core::pricing::{Consumed, PriceBook, Pricer, Unpriced, Usage};

use super::day;

/// What the crate makes of the same usage: total and model.
fn oracle(usage: &Usage, counts: DisjointTokens) -> Option<(f64, String)> {
    let mut reported = genai_prices::Usage::default();
    let written = counts.cache_creation_5m + counts.cache_creation_1h;
    for (key, count) in [
        (UsageKey::INPUT_TOKENS, counts.uncached_input + counts.cache_read + written),
        (UsageKey::OUTPUT_TOKENS, counts.output),
        (UsageKey::CACHE_READ_TOKENS, counts.cache_read),
        (UsageKey::CACHE_WRITE_TOKENS, written),
        (UsageKey::CACHE_WRITE_1H_TOKENS, counts.cache_creation_1h),
    ] {
        if count > 0 {
            reported.insert(key, count as f64);
        }
    }
    let seconds = u64::try_from(usage.at.utc_start().unix()).unwrap();
    let mut request = PriceRequest::new(usage.model, &reported)
        .with_provider_id(usage.provider)
        .with_timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    if let Some(tier) = usage.service_tier {
        let key = if tier == "batch" { "processing" } else { "service_tier" };
        request = request.with_price_context(key, tier);
    }
    Calculator::bundled().calculate(&request).ok().map(|found| (found.total_price, found.model_id))
}

#[expect(clippy::float_arithmetic, reason = "measures how far the oracle's float is off")]
fn close(ours: Decimal, oracle: f64) -> bool {
    let ours: f64 = ours.to_string().parse().unwrap();
    (ours - oracle).abs() <= oracle * 1e-9
}

const DAYS: [&str; 6] = ["2024-06-01", "2025-06-10", "2026-08-21", "2026-10-14", "2026-10-19", "2026-11-20"];

#[test]
fn every_model_agrees_with_the_list_s_own_crate() {
    let mut pricer = Pricer::new(PriceBook::bundled());
    let mut random = fastrand::Rng::with_seed(7);
    let (mut compared, mut drawn) = (0, 0);
    for provider in Calculator::bundled().providers() {
        let tiers: &[Option<&str>] = match provider.id() {
            "openai" => &[None, Some("batch"), Some("priority"), Some("flex"), Some("fast")],
            "anthropic" => &[None, Some("batch")],
            "openrouter" => &[None],
            _ => continue,
        };
        for model in provider.models() {
            let id = model.id();
            let names = [id.to_owned(), id.to_owned(), id.to_uppercase(), format!("{id}-20261001")];
            for _ in 0..12 {
                // Short enough for the base price of every model: all in all under 32,000.
                let mut some = |odds: u8| if random.u8(0..odds) == 0 { random.u64(0..8000) } else { 0 };
                let counts = DisjointTokens {
                    uncached_input: some(1),
                    cache_read: some(4),
                    cache_creation_5m: some(3),
                    cache_creation_1h: 0,
                    output: some(1),
                };
                let tokens = TokenUsage::from_disjoint(counts).unwrap();
                let usage = Usage {
                    provider: provider.id(),
                    model: &names[random.usize(0..names.len())],
                    at: day(DAYS[random.usize(0..DAYS.len())]),
                    service_tier: tiers[random.usize(0..tiers.len())],
                    context_window: None,
                    consumed: Consumed::Tokens(&tokens),
                };
                drawn += 1;
                compared += u32::from(agree(&mut pricer, &usage, counts));
            }
        }
    }
    assert!(compared * 3 > drawn, "{compared} of {drawn} compared");
}

/// Whether both give a price, which then must be the same; panics where one of them has no business without.
fn agree(pricer: &mut Pricer, usage: &Usage, counts: DisjointTokens) -> bool {
    let expected = oracle(usage, counts);
    let listed = match pricer.list_cost(usage) {
        Ok(listed) => listed,
        // The crate takes a model without any price for free.
        Err(Unpriced::NoPrice) => {
            assert!(expected.is_none_or(|(total, _)| total == 0.0), "{usage:?}");
            return false;
        }
        // It charges cached input as plain input where the model has no price for it, leaves out a kind of token that the
        // model has no price for, and takes every tier for the standard one.
        Err(Unpriced::Meter(meter)) => {
            let ran = [
                (Meter::CacheRead, counts.cache_read),
                (Meter::Input, counts.uncached_input),
                (Meter::Output, counts.output),
            ];
            assert!(ran.iter().any(|(of, count)| *of == meter && *count > 0), "{meter:?} {usage:?}");
            return false;
        }
        Err(reason) => {
            assert!(reason == Unpriced::Tier && usage.service_tier.is_some(), "{reason}: {usage:?}");
            return false;
        }
    };
    let told = listed.basis.adjustment.as_deref().unwrap_or_default();
    if told.starts_with("free") {
        assert!(expected.is_none_or(|(total, _)| total == 0.0), "{usage:?}");
        return false;
    }
    // It knows no price of a tier before the list has one.
    if told.contains('×') || told.contains("listed since") {
        return false;
    }
    let (total, id) = expected.unwrap_or_else(|| panic!("only here: {usage:?}"));
    assert!(close(listed.cost.amount, total), "{} {total} {usage:?}", listed.cost);
    assert_eq!(listed.basis.model, id);
    true
}

#[test]
fn hour_long_cache_writes_agree_too() {
    let counts = DisjointTokens {
        uncached_input: 1001,
        cache_read: 2003,
        cache_creation_5m: 4007,
        cache_creation_1h: 8009,
        output: 999,
    };
    let tokens = TokenUsage::from_disjoint(counts).unwrap();
    let anthropic = Calculator::bundled().providers().find(|provider| provider.id() == "anthropic").unwrap();
    let mut pricer = Pricer::new(PriceBook::bundled());
    let mut compared = 0;
    for model in anthropic.models() {
        for tier in [None, Some("batch")] {
            let usage = Usage {
                provider: "anthropic",
                model: model.id(),
                at: day("2026-11-20"),
                service_tier: tier,
                context_window: None,
                consumed: Consumed::Tokens(&tokens),
            };
            let Ok(listed) = pricer.list_cost(&usage) else { continue };
            if listed.basis.adjustment.as_deref().is_some_and(|told| told.contains('×')) {
                continue;
            }
            let (total, _) = oracle(&usage, counts).unwrap();
            assert!(close(listed.cost.amount, total), "{} {total} {usage:?}", listed.cost);
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared}");
}
