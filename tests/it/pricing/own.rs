//! The person's own prices, newer lists, tiers before the list has them, days without peak hours.

use std::sync::Arc;

use super::{NONE, adjustment, cost, day, dec, tokens};
use spendglass_core::ledger::{ListCost, Meter, TokenTotals, TokenUsage};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::pricing::{
    Consumed, Correction, CorrectionError, OWN_SOURCE, PriceBook, PriceFeedError, PriceList, Unpriced, Usage,
    in_usual_units, list_cost, sane, sheet,
};

fn own(model: &str, tier: Option<&str>, meter: Meter, price: &str, from: &str) -> Correction {
    Correction {
        provider: "openai".to_owned(),
        model: model.to_owned(),
        tier: tier.map(str::to_owned),
        meter,
        price: dec(price),
        currency: Currency::USD,
        from: day(from),
        note: None,
    }
}

fn priced(
    book: &PriceBook,
    (provider, model, at): (&str, &str, &str),
    tier: Option<&str>,
    tokens: &TokenUsage,
) -> Result<ListCost, Unpriced> {
    let consumed = Consumed::Tokens(tokens);
    let usage = Usage { provider, model, at: day(at), service_tier: tier, context_window: None, consumed };
    list_cost(book, &usage)
}

fn of(book: &PriceBook, model: &str, at: &str, tier: Option<&str>, usage: &TokenUsage) -> Decimal {
    priced(book, ("openai", model, at), tier, usage).unwrap().cost.amount
}

#[test]
fn the_persons_own_price_comes_before_every_list_from_its_day_on() {
    let book = PriceBook::bundled().with_own(vec![
        own("gpt-4o", None, Meter::Input, "2", "2026-06-01"),
        own("GPT-4o", None, Meter::Input, "1.5", "2026-09-01"),
    ]);
    let usage = tokens(1_000_000, 100_000);
    // By the list 2.5 + 1; from June 2 + 1; from September 1.5 + 1.
    assert_eq!(of(&book, "gpt-4o-2024-08-06", "2026-05-31", NONE, &usage), dec("3.5"));
    assert_eq!(of(&book, "gpt-4o-2024-08-06", "2026-06-01", NONE, &usage), dec("3"));
    let listed = priced(&book, ("openai", "gpt-4o", "2026-09-02"), NONE, &usage).unwrap();
    assert_eq!((listed.cost.amount, listed.basis.effective_from), (dec("2.5"), Some(day("2026-09-01"))));
    assert_eq!(adjustment(&listed), "your own price of input, from 2026-09-01");
    // Another provider's model of that name is another model.
    assert_eq!(
        priced(&book, ("azure", "gpt-4o", "2026-09-02"), NONE, &usage),
        priced(PriceBook::bundled(), ("azure", "gpt-4o", "2026-09-02"), NONE, &usage)
    );
}

#[test]
fn an_own_price_stands_in_for_what_no_list_has() {
    let book = PriceBook::bundled().with_own(vec![
        own("house-model", None, Meter::Input, "1", "2026-01-01"),
        own("house-model", None, Meter::Output, "4", "2026-01-01"),
    ]);
    // 2 × 1 + 0.5 × 4
    let listed =
        priced(&book, ("openai", "house-model", "2026-11-20"), NONE, &tokens(2_000_000, 500_000)).unwrap();
    assert_eq!((listed.cost.amount, listed.basis.source.as_str()), (dec("4"), OWN_SOURCE));
    let cached = TokenTotals { input: 10, cache_read: 5, ..TokenTotals::default() };
    let cached = TokenUsage::from_totals(cached).unwrap();
    assert_eq!(
        priced(&book, ("openai", "house-model", "2026-11-20"), NONE, &cached).unwrap_err(),
        Unpriced::Meter(Meter::CacheRead)
    );
    assert_eq!(
        priced(&book, ("openai", "house-model", "2025-12-31"), NONE, &cached).unwrap_err(),
        Unpriced::NoPrice
    );
    // A price by the hour becomes one price by the person's word.
    let mut hours = own("deepseek-flash", None, Meter::Input, "0.2", "2026-01-01");
    hours.provider = "deepseek".to_owned();
    let book = PriceBook::bundled().with_own(vec![hours]);
    let listed =
        priced(&book, ("deepseek", "deepseek-flash", "2026-11-20"), NONE, &tokens(1_000_000, 0)).unwrap();
    assert_eq!(listed.cost.amount, dec("0.2"));
}

#[test]
fn an_own_price_goes_through_multiples_but_not_over_listed_tiers() {
    let usage = tokens(1_000_000, 0);
    let book = PriceBook::bundled().with_own(vec![own("gpt-4o", None, Meter::Input, "2", "2026-01-01")]);
    // Before the list has batch prices, half of the person's price; after that the list's 1.25.
    assert_eq!(of(&book, "gpt-4o", "2026-10-13", Some("batch"), &usage), dec("1"));
    assert_eq!(of(&book, "gpt-4o", "2026-10-14", Some("batch"), &usage), dec("1.25"));
    let book = book.with_own(vec![own("gpt-4o", Some("batch"), Meter::Input, "0.9", "2026-01-01")]);
    assert_eq!(of(&book, "gpt-4o", "2026-10-14", Some("batch"), &usage), dec("0.9"));
    assert_eq!(of(&book, "gpt-4o", "2026-10-14", NONE, &usage), dec("2.5"));
}

#[test]
fn a_sheet_tells_ones_own_price_apart_from_the_list() {
    let at = day("2026-11-22");
    let book = PriceBook::bundled().with_own(vec![own("gpt-5", None, Meter::Output, "8", "2026-11-01")]);
    let (told, plain) = (sheet(&book, "openai", "gpt-5", at).unwrap(), PriceBook::bundled());
    let before = sheet(plain, "openai", "gpt-5", at).unwrap();
    let standard = &told.groups[0];
    assert_eq!(standard.own, [(Meter::Output, day("2026-11-01"))]);
    // The others keep the list's source and first day.
    assert_eq!(standard.basis.source, before.groups[0].basis.source);
    assert_eq!(standard.basis.effective_from, before.groups[0].basis.effective_from);
    let price = |meter: Meter, sheet: &spendglass_core::pricing::Sheet| {
        sheet.groups[0].basis.unit_prices.iter().find(|unit| unit.meter == meter).map(|unit| unit.price)
    };
    assert_eq!(price(Meter::Output, &told), Some(dec("8")));
    for meter in [Meter::Input, Meter::CacheRead, Meter::InputImage] {
        assert_eq!(price(meter, &told), price(meter, &before), "{meter:?}");
    }
    // The list has prices of its own for a batch.
    let batch = told.groups.iter().find(|group| group.tier.as_deref() == Some("batch")).unwrap();
    assert!(batch.own.is_empty(), "{batch:?}");
    assert!(before.groups.iter().all(|group| group.own.is_empty()));
}

#[test]
fn own_prices_of_another_currency_are_never_added_to_the_lists() {
    let mut rupees = own("gpt-4o", None, Meter::Input, "200", "2026-01-01");
    rupees.currency = Currency::national("INR").unwrap();
    let book = PriceBook::bundled().with_own(vec![rupees]);
    let listed = priced(&book, ("openai", "gpt-4o", "2026-11-20"), NONE, &tokens(500_000, 0)).unwrap();
    assert_eq!(listed.cost.to_string(), "100 INR");
    assert_eq!(
        priced(&book, ("openai", "gpt-4o", "2026-11-20"), NONE, &tokens(500_000, 1)).unwrap_err(),
        Unpriced::Meter(Meter::Output)
    );
}

#[test]
fn prices_for_other_counts_are_made_even_or_refused() {
    assert_eq!(in_usual_units(Meter::Input, dec("0.0025"), 1_000), Ok(dec("2.5")));
    assert_eq!(in_usual_units(Meter::Second, dec("0.006"), 60), Ok(dec("0.36")));
    assert_eq!(
        in_usual_units(Meter::Input, dec("1"), 3),
        Err(CorrectionError::Uneven { asked: 3, usual: 1_000_000 })
    );
    assert_eq!(in_usual_units(Meter::Input, dec("-1"), 1), Err(CorrectionError::Negative));
    assert_eq!(in_usual_units(Meter::Image, dec("0.04"), 1), Ok(dec("0.04")));
    assert_eq!(in_usual_units(Meter::Image, dec("1"), 0), Err(CorrectionError::NoUnits));
}

#[test]
fn tiers_before_the_list_has_them() {
    let million = tokens(1_000_000, 1_000_000);
    let at = |provider, model, at: &str, tier| {
        cost(provider, model, at, Some(tier), &million).unwrap().cost.amount
    };
    // Gemini 2.5 Flash: 0.3 + 2.5, half of it in batch and flex, 1.8 times in priority.
    assert_eq!(at("google", "gemini-2.5-flash", "2026-09-01", "batch"), dec("1.4"));
    assert_eq!(at("google", "gemini-2.5-flash", "2026-09-01", "flex"), dec("1.4"));
    assert_eq!(at("google", "gemini-2.5-flash", "2026-09-01", "priority"), dec("5.04"));
    // Grok 4.3: 1.25 + 2.5, less a fifth.
    assert_eq!(at("x-ai", "grok-4.3", "2026-09-01", "batch"), dec("3"));
    assert_eq!(cost("x-ai", "grok-4", "2026-09-01", Some("batch"), &million).unwrap_err(), Unpriced::Tier);
    // Claude Opus 5.5: 4 + 20, twice in fast mode.
    assert_eq!(at("anthropic", "claude-opus-5-5", "2026-11-20", "fast"), dec("48"));
    assert_eq!(
        cost("anthropic", "claude-sonnet-4-5", "2026-11-20", Some("fast"), &million).unwrap_err(),
        Unpriced::Tier
    );
    // Reading a cache costs the older two as much in batch as otherwise: 0.125 beside half of 1.25.
    let cached = TokenTotals { input: 2_000_000, cache_read: 1_000_000, ..TokenTotals::default() };
    let cached = TokenUsage::from_totals(cached).unwrap();
    let batch = cost("google", "gemini-2.5-pro", "2026-09-01", Some("batch"), &cached).unwrap();
    assert_eq!(batch.cost.amount, dec("0.75"));
    // A newer one, of which the list has no batch price: half of 0.75 and half of 0.075.
    let batch = cost("google", "gemini-3.7-flash", "2026-09-01", Some("batch"), &cached).unwrap();
    assert_eq!(batch.cost.amount, dec("0.4125"));
}

#[test]
fn peak_hours_are_of_weekdays() {
    let usage = tokens(1_000_000, 1_000_000);
    // A Friday, then a Saturday: 0.15 + 0.6 all day.
    assert_eq!(
        cost("deepseek", "deepseek-flash", "2026-11-20", NONE, &usage).unwrap_err(),
        Unpriced::TimeOfDay
    );
    assert_eq!(
        cost("deepseek", "deepseek-flash", "2026-11-21", NONE, &usage).unwrap().cost.amount,
        dec("0.75")
    );
    // Before the rule, and of models that it is not of, nobody knows.
    assert_eq!(
        cost("deepseek", "deepseek-flash", "2026-08-16", NONE, &usage).unwrap_err(),
        Unpriced::TimeOfDay
    );
    assert_eq!(
        cost("deepseek", "deepseek-reasoner", "2026-11-21", NONE, &usage).unwrap_err(),
        Unpriced::TimeOfDay
    );
}

fn list(text: &str, dated: &str) -> Arc<PriceList> {
    Arc::new(PriceList::read(text, "genai-prices", "refreshed", day(dated)).unwrap())
}

#[test]
fn a_newer_list_comes_first_and_the_bundled_one_stays_behind_it() {
    let newer = r#"[{"id":"openai","models":[{"id":"gpt-4o","match":{"starts_with":"gpt-4o"},"prices":{"input_mtok":2.4,"output_mtok":9}},
        {"id":"gpt-7","match":{"equals":"gpt-7"},"prices":{"input_mtok":1,"output_mtok":2}}]}]"#;
    let book = PriceBook::bundled().with_newer(list(newer, "2026-11-21"));
    let usage = tokens(1_000_000, 0);
    let listed = priced(&book, ("openai", "gpt-4o", "2026-11-20"), NONE, &usage).unwrap();
    assert_eq!(
        (listed.cost.amount, listed.basis.data_version.as_str()),
        (dec("2.4"), "refreshed (2026-11-21)")
    );
    assert_eq!(of(&book, "gpt-7", "2026-11-20", NONE, &usage), dec("1"));
    // What it does not have, the bundled one tells: a model, a provider.
    assert_eq!(of(&book, "o3", "2026-11-20", NONE, &usage), dec("2"));
    assert_eq!(
        priced(&book, ("anthropic", "claude-opus-5-5", "2026-11-20"), NONE, &usage).unwrap().cost.amount,
        dec("4")
    );
    assert_eq!(
        (book.version(), PriceBook::bundled().dated()),
        ("refreshed (2026-11-21)".to_owned(), Some(day("2026-10-30")))
    );
}

#[test]
fn an_announced_price_counts_once_a_later_list_confirms_it() {
    let text = r#"[{"id":"google","models":[{"id":"gemini-4-argon","match":{"equals":"gemini-4-argon"},
        "prices":[{"prices":{"input_mtok":2}},{"constraint":{"start_date":"2026-12-01"},"prices":{"input_mtok":4}}]}]}]"#;
    let usage = tokens(1_000_000, 0);
    let on = |dated: &str| {
        let book = PriceBook::bundled().with_newer(list(text, dated));
        let told = priced(&book, ("google", "gemini-4-argon", "2026-12-15"), NONE, &usage).unwrap();
        (told.cost.amount, book.announced("google", day("2026-11-22")))
    };
    assert_eq!(on("2026-11-30"), (dec("2"), vec![("gemini-4-argon".to_owned(), day("2026-12-01"))]));
    assert_eq!(on("2026-12-01"), (dec("4"), vec![]));
}

#[test]
fn a_list_that_cannot_be_true_is_refused() {
    let bundled = include_str!("../../../src-tauri/core/data/prices/genai-prices.json");
    let at = day("2026-11-22");
    let looked = |text: &str| sane(&list(text, "2026-11-22"), PriceBook::bundled(), at);
    assert_eq!(looked(bundled), Ok(()));
    assert!(matches!(looked("[]"), Err(PriceFeedError::Thin { found: 0, .. })));
    let mut all: Vec<serde_json::Value> = serde_json::from_str(bundled).unwrap();
    let openai = all.iter_mut().find(|one| one["id"] == "openai").unwrap();
    let model =
        openai["models"].as_array_mut().unwrap().iter_mut().find(|one| one["id"] == "gpt-4o").unwrap();
    model["prices"]["input_mtok"] = serde_json::json!(25);
    assert_eq!(looked(&serde_json::to_string(&all).unwrap()), Ok(()), "ten times is the edge");
    let told = |price: serde_json::Value| {
        let mut all = all.clone();
        let openai = all.iter_mut().find(|one| one["id"] == "openai").unwrap();
        let model =
            openai["models"].as_array_mut().unwrap().iter_mut().find(|one| one["id"] == "gpt-4o").unwrap();
        model["prices"]["input_mtok"] = price;
        looked(&serde_json::to_string(&all).unwrap())
    };
    let absurd = told(serde_json::json!(25.01)).unwrap_err();
    assert!(absurd.to_string().contains("input of gpt-4o (openai)"), "{absurd}");
    assert!(matches!(told(serde_json::json!(0)), Err(PriceFeedError::Absurd { .. })));
    all.truncate(3);
    assert!(matches!(looked(&serde_json::to_string(&all).unwrap()), Err(PriceFeedError::Thin { .. })));
}

#[test]
fn a_sheet_tells_every_tier_length_and_date() {
    let at = day("2026-11-22");
    let book = PriceBook::bundled();
    let told = sheet(book, "openai", "gpt-6-astra", at).unwrap();
    let of = |tier: Option<&str>, over| {
        let group = told.groups.iter().find(|group| group.tier.as_deref() == tier && group.over == over);
        group
            .and_then(|group| group.basis.unit_prices.iter().find(|unit| unit.meter == Meter::Input))
            .map(|unit| unit.price)
    };
    assert_eq!((of(None, 0), of(None, 272_000)), (Some(dec("10")), Some(dec("20"))));
    assert_eq!((of(Some("flex"), 0), of(Some("flex"), 272_000)), (Some(dec("5")), Some(dec("10"))));
    assert_eq!((of(Some("batch"), 0), of(Some("priority"), 272_000)), (Some(dec("5")), Some(dec("40"))));

    let told = sheet(book, "google", "gemini-4-argon", at).unwrap();
    let announced: Vec<_> = told.changes.iter().filter(|change| change.announced).collect();
    assert_eq!((announced.len(), announced[0].from), (1, Some(day("2026-12-01"))));
    assert_eq!(announced[0].prices[0].price, dec("4"));
    // Nothing of a part that the list prices like the whole.
    assert!(
        told.changes.iter().all(|change| change.prices.iter().all(|unit| unit.meter != Meter::InputImage))
    );

    let told = sheet(book, "deepseek", "deepseek-flash", day("2026-11-20")).unwrap();
    assert_eq!((told.unpriced, told.groups.len()), (Some(Unpriced::TimeOfDay), 0));
    assert_eq!(told.changes[1].hours.as_deref(), Some("01:00 to 04:00 UTC"));

    assert_eq!(sheet(book, "openai", "nothing-like-it", at), None);
    assert!(book.providers_of("gpt-4o").contains(&"openai".to_owned()));
    let own = book.with_own(vec![own("nothing-like-it", None, Meter::Input, "1", "2026-01-01")]);
    assert_eq!(sheet(&own, "openai", "nothing-like-it", at).unwrap().own.len(), 1);
    assert_eq!(own.providers_of("nothing-like-it"), ["openai"]);
}
