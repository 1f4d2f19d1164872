//! What the person says of plans, laid over a catalogue.

use spendglass_core::catalogue::{Corrected, Correction, CorrectionKind, Evidence, Plans, Quantity, TaxIn};
use spendglass_core::money::exact;
use spendglass_core::plan::{Buyer, Case, Learned, resolve};

use super::bad::with;
use super::settled::{kind, usage};

fn correction(plan: &str, kind: CorrectionKind, value: &str) -> Correction {
    Correction { plan: plan.to_owned(), kind, value: value.to_owned(), made: "2026-11-21".parse().unwrap() }
}

fn over(corrections: &[Correction]) -> Corrected {
    Plans::corrected(Plans::bundled_text(), corrections).unwrap()
}

#[test]
fn the_price_on_an_invoice_takes_the_place_of_every_price_for_the_same_period() {
    let price = r#"{"amount": "2360.50", "currency": "INR", "tax": "included"}"#;
    let Corrected { plans, refused } =
        over(&[correction("anthropic/claude-pro", CorrectionKind::Price, price)]);
    assert!(refused.is_empty(), "{refused:?}");
    let plan = plans.find("anthropic/claude-pro").unwrap();
    let amounts: Vec<_> = plan.prices.iter().map(|price| price.amount.to_string()).collect();
    assert_eq!(amounts, ["2360.5", "17", "200"], "those of the year stay");
    assert_eq!(plan.prices[0].tax, TaxIn::Included);
    let fact = plan.prices[0].fact.as_ref().unwrap();
    assert_eq!((fact.sources[0].as_str(), fact.seen.as_str()), ("entered by you", "2026-11-21"));
    assert_eq!(fact.evidence, Evidence::Person);
    // A seat stays a seat.
    let seat = r#"{"amount": "30", "currency": "USD"}"#;
    let corrected = over(&[correction("anthropic/claude-team-standard", CorrectionKind::Price, seat)]);
    assert!(corrected.plans.find("anthropic/claude-team-standard").unwrap().prices[0].per_seat);
}

#[test]
fn ones_own_price_comes_before_that_of_ones_country_and_has_no_discount_any_more() {
    let own = r#"{"amount": "1800", "currency": "INR", "tax": "included"}"#;
    let text = Plans::bundled_text().replacen(
        r#""id": "cursor/pro","#,
        r#""id": "cursor/pro", "discounts": [{ "on": "price", "percent": "30" }],"#,
        1,
    );
    let corrected = Plans::corrected(&text, &[correction("cursor/pro", CorrectionKind::Price, own)]).unwrap();
    let used =
        usage(vec![kind("anthropic", "claude-sonnet-5-5", spendglass_core::catalogue::Surface::Editor)]);
    let buyer = Buyer { country: Some("IN".to_owned()), seats: 1, ..Buyer::default() };
    let plan = corrected.plans.find("cursor/pro").unwrap();
    let settled = resolve(plan, &corrected.plans, &used, &buyer, &Learned::default(), Case::Middle).unwrap();
    assert_eq!(settled.terms.fixed[0].amount, exact("1800").unwrap());
    let read = Plans::read(&text).unwrap();
    let plan = read.find("cursor/pro").unwrap();
    let settled = resolve(plan, &read, &used, &buyer, &Learned::default(), Case::Middle).unwrap();
    assert_eq!(settled.terms.fixed[0].amount, exact("14").unwrap(), "30 % off 20");
}

#[test]
fn a_limit_nobody_publishes_can_be_told_and_a_whole_plan_too() {
    let limit = r#"{"unit": "usage", "amount": "40", "window": "week"}"#;
    let credit = r#"{"unit": "USD", "amount": "25"}"#;
    let own = with("", "");
    let mut all = Plans::as_corrections(&own, "2026-11-21".parse().unwrap()).unwrap();
    all.push(correction("openai/chatgpt-plus", CorrectionKind::Limit, limit));
    all.push(correction("cursor/pro", CorrectionKind::Credit, credit));
    let Corrected { plans, refused } = over(&all);
    assert!(refused.is_empty(), "{refused:?}");
    assert_eq!(plans.plans.len(), 76);
    assert_eq!(plans.find("acme/pro").unwrap().fact.sources, ["https://acme.example/pricing"]);
    let limits: Vec<_> = plans
        .find("openai/chatgpt-plus")
        .unwrap()
        .limits
        .iter()
        .map(|limit| limit.amount.to_string())
        .collect();
    assert_eq!(limits, ["not published", "40"]);
    let pool = &plans.find("cursor/pro").unwrap().credit;
    assert_eq!((pool.len(), &pool[0].amount), (1, &Quantity::Exact(exact("25").unwrap())));
    let parts: Vec<_> = all.iter().map(|one| one.part().unwrap()).collect();
    assert_eq!(parts, ["", "usage / week", "USD / month"]);
    // One plan alone, without saying where it comes from: the person says so.
    let bare = with(r#""sources": ["https://acme.example/pricing"], "seen": "2026-11-20", "#, "");
    let bare = bare
        .split_once('[')
        .unwrap()
        .1
        .rsplit_once(']')
        .unwrap()
        .0
        .replace(r#""confidence": "high", "evidence": "official""#, r#""notes": ["As agreed."]"#);
    let bare = Plans::as_corrections(&bare, "2026-11-21".parse().unwrap()).unwrap();
    assert_eq!(over(&bare).plans.find("acme/pro").unwrap().fact.sources, ["entered by you"]);
}

#[test]
fn a_correction_that_does_not_fit_is_told_of_and_spoils_no_other() {
    let all = [
        correction("gone/plan", CorrectionKind::Price, r#"{"amount": "5", "currency": "USD"}"#),
        correction("cursor/pro", CorrectionKind::Price, r#"{"amount": "five", "currency": "USD"}"#),
        correction("cursor/pro", CorrectionKind::Price, "[1]"),
        correction("cursor/pro", CorrectionKind::Price, r#"{"amount": "21", "currency": "USD"}"#),
    ];
    let Corrected { plans, refused } = over(&all);
    let why: Vec<_> = refused.iter().map(|(index, error)| (*index, error.to_string())).collect();
    assert_eq!(why.len(), 3);
    assert!(why[0].1.contains("gone/plan: there is no plan of this id"), "{why:?}");
    assert!(why[1].1.contains("cursor/pro: prices[0].amount"), "{why:?}");
    assert_eq!(why[2].0, 2);
    assert_eq!(plans.find("cursor/pro").unwrap().prices[0].amount.to_string(), "21");
}
