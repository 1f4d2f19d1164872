//! What a prompt costs, by hand.

use spendglass_core::estimate::{Prompt, Way, cost, near};
use spendglass_core::money::exact;
use spendglass_core::pricing::{PriceBook, Pricer, Unpriced, listed_as};
use spendglass_core::time::Date;

const LIST: &str = r#"[
    {"id": "maker", "models": [
        {"id": "large", "match": {"equals": "large"}, "prices": {
            "input_mtok": {"base": 2, "tiers": [{"start": 200000, "price": 4}]},
            "output_mtok": {"base": 10, "tiers": [{"start": 200000, "price": 15}]},
            "cache_read_mtok": 0.2, "cache_write_mtok": 2.5},
            "price_variants": [{"when": {"service_tier": "batch"}, "prices": {"input_mtok": 1, "output_mtok": 5}}]},
        {"id": "small", "match": {"equals": "small"}, "prices": {"input_mtok": 0.1, "output_mtok": 0.4}}]}]"#;

fn book() -> PriceBook {
    let source = r#"{"name": "list", "version": "1", "dated": "2026-11-01"}"#;
    PriceBook::read(LIST, source, r#"{"multipliers": [], "free": []}"#).unwrap()
}

fn priced(model: &str, input: u64, output: u64, way: Way) -> Result<String, Unpriced> {
    let book = book();
    let at: Date = "2026-11-20".parse().unwrap();
    let prompt = Prompt { provider: "maker", model, at, input, output };
    cost(&mut Pricer::new(&book), &prompt, way).map(|cost| cost.cost.amount.normalize().to_string())
}

#[test]
fn a_prompt_costs_what_a_person_works_out() {
    // 100,000 tokens at 2 dollars a million and 1,000 at 10.
    assert_eq!(priced("large", 100_000, 1_000, Way::Now), Ok("0.21".to_owned()));
    assert_eq!(priced("large", 100_000, 1_000, Way::Batch), Ok("0.105".to_owned()));
    // Read from the cache: 100,000 at 0.2; put into it: at 2.5.
    assert_eq!(priced("large", 100_000, 1_000, Way::Cached), Ok("0.03".to_owned()));
    assert_eq!(priced("large", 100_000, 1_000, Way::CacheWrite), Ok("0.26".to_owned()));
    // Nothing goes in: the answer alone is paid.
    assert_eq!(priced("large", 0, 1_000, Way::Now), Ok("0.01".to_owned()));
    assert_eq!(priced("large", 0, 0, Way::Now), Ok("0".to_owned()));
}

#[test]
fn the_price_of_long_prompts_begins_behind_the_border_and_not_before() {
    assert_eq!(priced("large", 200_000, 0, Way::Now), Ok("0.4".to_owned()));
    assert_eq!(priced("large", 200_001, 0, Way::Now), Ok("0.800004".to_owned()));
    assert_eq!(priced("large", 200_001, 1_000, Way::Now), Ok("0.815004".to_owned()));
}

#[test]
fn what_has_no_price_has_no_cost() {
    assert_eq!(priced("small", 100, 10, Way::Batch), Err(Unpriced::Tier));
    assert!(matches!(priced("small", 100, 10, Way::Cached), Err(Unpriced::Meter(_))));
    assert_eq!(priced("smaller", 100, 10, Way::Now), Err(Unpriced::NoPrice));
}

#[test]
fn every_provider_that_is_listed_otherwise_is_found_in_the_bundled_list() {
    let book = PriceBook::bundled();
    for (ours, model) in [
        ("openai", "gpt-5-mini"),
        ("anthropic", "claude-sonnet-5"),
        ("gcp.gemini", "gemini-3.5-flash"),
        ("x_ai", "grok-4.5"),
        ("mistral_ai", "mistral-medium-latest"),
        ("moonshot_ai", "kimi-k2.6"),
        ("aws.bedrock", "global.anthropic.claude-opus-4-7-v1:0"),
        ("azure.ai.openai", "o4-mini"),
        ("github_copilot", "claude-opus-4.7"),
    ] {
        let found = listed_as(ours).into_iter().find_map(|listed| book.model(listed, model));
        assert!(found.is_some(), "{ours} {model}");
    }
}

#[test]
fn models_that_are_shown_unasked_are_priced() {
    let book = PriceBook::bundled();
    let at: Date = "2026-11-22".parse().unwrap();
    for (ours, models) in &spendglass_core::estimate::TokenRatios::bundled().unwrap().choices {
        assert!(listed_as(ours).iter().any(|listed| book.knows(listed)), "{ours}");
        for model in models {
            let costs = listed_as(ours).into_iter().filter_map(|provider| {
                let prompt = Prompt { provider, model, at, input: 1_000, output: 100 };
                cost(&mut Pricer::new(book), &prompt, Way::Now).ok()
            });
            let costs: Vec<_> = costs.collect();
            assert!(costs.iter().any(|cost| cost.cost.amount > exact("0").unwrap()), "{ours} {model}");
        }
    }
}

#[test]
fn a_name_that_is_not_known_is_answered_by_those_like_it() {
    let known = ["gpt-5", "gpt-5-mini", "gpt-4o", "claude-opus-5", "claude-sonnet-5", "o3"];
    assert_eq!(near("gpt5-mini", known), ["gpt-5-mini", "gpt-5"]);
    assert_eq!(near("claude-sonet-5", known).first(), Some(&"claude-sonnet-5"));
    assert_eq!(near("opus", known), ["claude-opus-5"]);
    assert!(near("zzzzzzzzzz", known).is_empty());
    assert!(near("", known).iter().all(|name| name.len() <= 2), "{:?}", near("", known));
}
