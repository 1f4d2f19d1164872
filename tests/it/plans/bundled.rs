//! The plans that come with the program.

use std::collections::BTreeSet;

use spendglass_core::catalogue::{Confidence, Evidence, Overage, Plans, Quantity, Starts, Surface};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::{Currency, Decimal, exact};
use spendglass_core::time::{Date, Zone};

fn plans() -> &'static Plans {
    Plans::bundled().unwrap_or_else(|error| panic!("{error}"))
}

fn number(text: &str) -> Decimal {
    exact(text).unwrap()
}

#[test]
fn every_plan_is_read_with_source_date_and_confidence() {
    let plans = plans();
    let figures: usize = plans
        .plans
        .iter()
        .map(|plan| {
            plan.prices.len() + plan.limits.len() + plan.credit.len() + plan.packs.len() + plan.fees.len()
        })
        .sum();
    assert_eq!((plans.plans.len(), figures), (75, 163), "a plan or a figure came or went: say so here");
    let dated = plans.dated.unwrap();
    for plan in &plans.plans {
        let own = plan.prices.iter().filter_map(|price| price.fact.as_ref());
        let facts = own
            .chain(plan.limits.iter().filter_map(|limit| limit.fact.as_ref()))
            .chain(plan.credit.iter().filter_map(|pool| pool.fact.as_ref()))
            .chain(
                [Some(&plan.fact), plan.overage_fact.as_ref(), plan.seats_fact.as_ref()]
                    .into_iter()
                    .flatten(),
            );
        for fact in facts {
            assert!(!fact.sources.is_empty() && fact.seen.first() <= dated, "{}", plan.id);
            // What nobody looked up again is never sure.
            assert!(
                fact.evidence != Evidence::Remembered || fact.confidence < Confidence::High,
                "{}: remembered, yet sure",
                plan.id
            );
        }
        assert!(!plan.illustration, "{}: an illustration is no offer", plan.id);
    }
    let names: BTreeSet<(&str, &str)> =
        plans.plans.iter().map(|plan| (plan.product.as_str(), plan.name.as_str())).collect();
    assert_eq!(names.len(), plans.plans.len(), "two plans of one name");
}

#[test]
fn figures_keep_their_digits_and_what_nobody_says_stays_unpublished() {
    let plans = plans();
    let find = |id: &str| plans.find(id).unwrap();
    assert_eq!(find("poe/4.99").prices[0].amount, Quantity::Exact(number("4.99")));
    assert_eq!(find("openai/chatgpt-plus").limits[0].amount, Quantity::Unpublished);
    let pro = &find("openai/chatgpt-pro-500").limits[0];
    assert_eq!(pro.amount, Quantity::Times { by: number("50"), of: "openai/chatgpt-plus".to_owned() });
    assert_eq!(pro.window, QuotaWindow::Week);
    let max = find("anthropic/claude-max");
    assert_eq!(max.credit[0].surfaces, [Surface::Api]);
    assert_eq!(max.limits[0].starts, Some(Starts::FirstUse));
    let copilot = find("github/copilot-pro").credit.iter().map(|pool| &pool.amount);
    assert_eq!(
        copilot.collect::<Vec<_>>(),
        [&Quantity::Exact(number("1000")), &Quantity::Exact(number("500"))]
    );
    assert_eq!(find("github/copilot-pro").credit[0].starts, Some(Starts::Calendar(Zone::UTC)));
    let go = find("opencode/go");
    assert_eq!(go.limits[1].amount, Quantity::ShareOfMonth(number("50")));
    let unit = Currency::virtual_unit("characters").unwrap();
    assert!(matches!(
        &find("elevenlabs/pro").overage,
        Overage::PerUnit { unit: told, price: Quantity::Exact(price), per: 1000, .. } if *told == unit && *price == number("0.15")
    ));
    assert_eq!(find("cursor/student-pro").then.as_ref().unwrap().plan, "cursor/pro");
    assert_eq!(find("openrouter/standard").fees[0].at_least, Some(number("0.80")));
}

#[test]
fn a_fact_is_stale_after_its_limit_and_a_bare_year_counts_from_its_first_day() {
    let plans = plans();
    let day = |text: &str| text.parse::<Date>().unwrap();
    let fact = &plans.find("cursor/pro").unwrap().fact;
    assert_eq!(fact.seen.as_str(), "2026-10-07");
    assert!(!fact.stale(day("2026-12-06"), plans.stale_after_days));
    assert!(fact.stale(day("2026-12-07"), plans.stale_after_days));
    assert!(plans.find("poe/4.99").unwrap().fact.stale(day("2025-03-03"), plans.stale_after_days));
}
