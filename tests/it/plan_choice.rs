//! Which plan to take: what is compared with what, what may decide, and what is said where nothing can be.

use crate::plan_persons::people::{self, as_listed, at_list, bare, dec, dollars, kind, limit, offer, pool};
use spendglass_core::catalogue::{Rollover, TaxIn};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Against, Announced, Billed, Choice, Current, Excluded, Judged, KindSet, Landings, Measure, Offer, Part,
    Purse, Recommendation, Row, Scenario, TooLittle, Usage, VolumeUnit, WhyExcluded, WhyLeftOut, WhyStay,
    choose, draw,
};
use spendglass_core::time::Date;

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// So many days up to 2026-09-01, each with one row of ten requests at ten cents each.
fn steady(days: i64) -> Usage {
    let to = date("2026-09-01");
    let from = to.plus_days(-days);
    let row = |day: i64| Row {
        at: from.plus_days(day).utc_start().plus_seconds(43_199),
        seconds: 3_600,
        kind: 0,
        requests: Some(10),
        input_tokens: 9_000,
        cache_read_tokens: 0,
        output_tokens: 1_000,
        metered: None,
        list_cost: dec("1"),
        billed_cost: None,
    };
    Usage {
        window: Some((from, to)),
        currency: Some(Currency::USD),
        kinds: vec![kind("small")],
        rows: (0..days).map(row).collect(),
        excluded: Vec::new(),
    }
}

/// The same, of which a fifth is of another model.
fn two_models(days: i64) -> Usage {
    let mut usage = steady(days);
    usage.kinds.push(kind("large"));
    for row in usage.rows.iter_mut().step_by(5) {
        row.kind = 1;
    }
    usage
}

fn flat(id: &str, price: &str) -> Offer {
    offer(bare(id, dec(price), 1))
}

fn chosen(usage: &Usage, offers: &[Offer]) -> Choice {
    choose(&draw(usage, offers, None, &[], &as_listed(), None), &as_listed())
}

fn option<'a>(choice: &'a Choice, id: &str) -> &'a Judged {
    let found = choice.options.iter().find(|one| one.id == id);
    found.unwrap_or_else(|| {
        panic!("{id} is not among {:?}", choice.options.iter().map(|one| &one.id).collect::<Vec<_>>())
    })
}

fn held(choice: &Choice) -> &[Against] {
    match &choice.recommendation {
        Recommendation::Stay { why: WhyStay::Held(against), .. } => against,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flat_price_far_below_the_bill_is_worth_a_switch() {
    let choice = chosen(&steady(90), &[flat("flat", "10")]);
    assert_eq!((choice.days, choice.few, choice.draws), (90, false, 1_008));
    let Recommendation::Switch { to, saves, .. } = &choice.recommendation else {
        panic!("{:?}", choice.recommendation)
    };
    assert_eq!((to.as_str(), saves.chance), ("flat", dec("100")));
    let metered = option(&choice, "metered");
    let range = metered.monthly.unwrap();
    assert!(range.p10 <= dec("30.4") && range.p90 >= dec("30.4"), "{range:?}");
    assert!((dec("27")..dec("34")).contains(&metered.mean.unwrap()), "{:?}", metered.mean);
    let flat = option(&choice, "flat");
    assert_eq!(flat.monthly.map(|range| (range.p10, range.p90)), Some((dec("10"), dec("10"))));
    assert_eq!((flat.chance_cheapest, flat.regret), (Some(dec("100")), Some(Decimal::ZERO)));
    assert_eq!(metered.chance_cheapest, Some(Decimal::ZERO));
    // It is its own best; what stands behind it is never asked and is no option of its own.
    assert!(choice.options.iter().all(|one| one.id != "flat+metered"));
}

#[test]
fn what_costs_the_same_as_ever_is_stayed_with() {
    let choice = chosen(&steady(90), &[flat("flat", "29.5")]);
    let Recommendation::Stay { with, rival, why } = &choice.recommendation else {
        panic!("{:?}", choice.recommendation)
    };
    assert_eq!((with.as_str(), why), ("metered", &WhyStay::TooLittle));
    assert_eq!(rival.as_ref().map(|(id, _)| id.as_str()), Some("flat"));
    let dear = chosen(&steady(90), &[flat("flat", "36")]);
    assert!(matches!(dear.recommendation, Recommendation::Stay { why: WhyStay::Cheapest, .. }));
    let alone = chosen(&steady(90), &[]);
    let none = Recommendation::Stay { with: "metered".to_owned(), rival: None, why: WhyStay::NoRival };
    assert_eq!(alone.recommendation, none);
}

#[test]
fn a_saving_below_a_dollar_is_none() {
    let mut usage = steady(90);
    usage.rows.iter_mut().for_each(|row| row.list_cost = dec("0.03"));
    let choice = chosen(&usage, &[flat("flat", "0.1")]);
    assert!(matches!(choice.recommendation, Recommendation::Stay { why: WhyStay::TooLittle, .. }));
}

#[test]
fn too_few_days_are_said_with_what_they_would_have_cost() {
    let choice = chosen(&steady(6), &[flat("flat", "10")]);
    assert_eq!(choice.recommendation, Recommendation::NotEnoughData(TooLittle::Days(6)));
    assert_eq!((choice.draws, choice.few), (0, true));
    let metered = option(&choice, "metered");
    assert_eq!((metered.monthly, metered.chance_cheapest, metered.regret), (None, None, None));
    assert_eq!(metered.replayed.iter().map(|month| month.cost).collect::<Vec<_>>(), [dec("6")]);
    assert!(choice.what_if.is_empty());
    // Days before anything was used are no days of use.
    let mut late = steady(90);
    late.rows.drain(..85);
    assert_eq!(chosen(&late, &[]).recommendation, Recommendation::NotEnoughData(TooLittle::Days(5)));
    // A fortnight is little: the range is wider than that of a quarter.
    let width = |days: i64| {
        let choice = chosen(&steady(days), &[]);
        let range = option(&choice, "metered").monthly.unwrap();
        (choice.few, range.p90 - range.p10)
    };
    assert!(width(14).0 && !width(90).0);
    assert!(width(14).1 > width(90).1, "{:?} {:?}", width(14), width(90));
}

#[test]
fn where_nothing_was_used_nothing_is_advised() {
    let idle = Usage { rows: Vec::new(), ..steady(90) };
    let choice = chosen(&idle, &[flat("flat", "10")]);
    assert!(matches!(choice.recommendation, Recommendation::Stay { why: WhyStay::NothingUsed, .. }));
    let none = chosen(&Usage::default(), &[flat("flat", "10")]);
    assert_eq!(none.recommendation, Recommendation::NotEnoughData(TooLittle::Days(0)));
}

#[test]
fn equal_options_share_their_chance() {
    let choice = chosen(&steady(90), &[flat("one", "10"), flat("other", "10")]);
    assert_eq!(option(&choice, "one").chance_cheapest, Some(dec("50")));
    assert_eq!(option(&choice, "other").chance_cheapest, Some(dec("50")));
}

#[test]
fn options_that_cost_the_same_in_every_month_are_one() {
    // Never used up as it is, and at twice as much it is.
    let mut roomy = bare("roomy", dec("10"), 1);
    roomy.limits.push(limit(Measure::Requests, dec("500"), QuotaWindow::Month, 1));
    let choice = chosen(&steady(90), &[offer(roomy)]);
    let ids: Vec<&str> = choice.options.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["roomy", "metered"]);
    assert_eq!(option(&choice, "roomy").chance_cheapest, Some(dec("100")));
    let double = choice.what_if.iter().find(|what| what.of == Scenario::Double).unwrap();
    assert_eq!(
        double.cheapest.as_ref().unwrap().0,
        "roomy+metered",
        "what goes on behind it is not forgotten"
    );

    // A seat without a price, whose use is paid at list, is nothing else than paying as you go.
    let mut seat = bare("seat", Decimal::ZERO, 1);
    seat.pools.push(pool(Measure::List, Decimal::ZERO, Rollover::Lapses, 1));
    seat.overage = at_list(Decimal::ONE_HUNDRED);
    let choice = chosen(&steady(90), &[offer(seat.clone())]);
    let ids: Vec<&str> = choice.options.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["metered"]);
    let why = WhyLeftOut::SameAs { than: "metered".to_owned() };
    assert_eq!(choice.left_out, [(vec![Part::Offer("seat".to_owned())], why)]);
    // Who has it finds it.
    let current = Current { plans: vec!["seat".to_owned()], ..Current::default() };
    let drawn = draw(&steady(90), &[offer(seat)], Some(&current), &[], &as_listed(), None);
    assert!(choose(&drawn, &as_listed()).options.iter().any(|one| one.id == "seat"));
}

#[test]
fn what_refuses_more_is_not_the_cheapest_of_the_same_thing() {
    let mut terms = bare("capped", dec("1"), 1);
    terms.limits.push(limit(Measure::Requests, dec("8"), QuotaWindow::Day, 1));
    // A row is divided at the last digit that list costs have.
    let mut usage = steady(90);
    usage.rows[0].list_cost = dec("1.000001");
    let choice = chosen(&usage, &[offer(terms)]);
    let capped = option(&choice, "capped");
    assert!(!capped.serves_all);
    assert_eq!((capped.refused.requests, capped.refused_share), (180, dec("20")));
    assert_eq!((capped.chance_cheapest, capped.regret), (None, None));
    assert_eq!(capped.against, [Against::Refuses]);
    // With pay as you go behind it, it serves all.
    let Recommendation::Switch { to, .. } = &choice.recommendation else {
        panic!("{:?}", choice.recommendation)
    };
    assert_eq!(to, "capped+metered");
    assert_eq!(option(&choice, "capped+metered").served, [("capped".to_owned(), dec("80"))]);
    assert_eq!(choice.options.last().map(|one| one.id.as_str()), Some("capped"));
}

#[test]
fn a_figure_of_low_confidence_never_decides_alone() {
    let low = vec!["the price of 10 USD".to_owned()];
    let unsure = Offer { low: low.clone(), ..flat("flat", "10") };
    assert_eq!(held(&chosen(&steady(90), std::slice::from_ref(&unsure))), [Against::LowConfidence(low)]);
    // Another, of which one is sure, is then advised though it saves less.
    let choice = chosen(&steady(90), &[unsure, flat("sure", "15")]);
    assert!(matches!(&choice.recommendation, Recommendation::Switch { to, .. } if to == "sure"));
    // A range decides only by its dear end.
    let ranged = |dear: &str| Offer { dear: Some(bare("flat", dec(dear), 1)), ..flat("flat", "10") };
    assert_eq!(held(&chosen(&steady(90), &[ranged("40")])), [Against::DearEnd]);
    let safe = chosen(&steady(90), &[ranged("20")]);
    assert!(matches!(safe.recommendation, Recommendation::Switch { .. }));
    assert_eq!(option(&safe, "flat").dear.map(|range| range.p50), Some(dec("20")));
}

#[test]
fn an_illustration_is_no_offer() {
    let shape = || Offer { illustration: true, ..flat("shape", "2") };
    let tier = || Offer { tier: true, ..flat("tier", "5") };
    let sets = [vec![], vec![flat("flat", "10")], vec![flat("flat", "10"), tier(), flat("other", "20")]];
    for offers in sets {
        let without = chosen(&steady(90), &offers);
        let with = chosen(&steady(90), &offers.iter().cloned().chain([shape()]).collect::<Vec<_>>());
        // It is replayed and told, and nothing else is another for it: no rank, chance, advice or what would change.
        let [told] = &with.shapes[..] else { panic!("{:?}", with.shapes) };
        assert_eq!((told.id.as_str(), told.mean), ("shape", Some(dec("2"))));
        assert_eq!((told.chance_cheapest, told.regret, &told.break_even), (None, None, &Vec::new()));
        assert!(told.against.contains(&Against::Illustration), "{:?}", told.against);
        assert_eq!(Choice { shapes: Vec::new(), ..with }, without);
    }
}

#[test]
fn limits_that_could_not_be_held_against_rows_do_not_decide() {
    let mut usage = steady(90);
    for row in &mut usage.rows {
        (row.at, row.seconds) = (row.at.utc_date().plus_days(1).utc_start().plus_seconds(-1), 86_400);
    }
    let mut terms = bare("sessions", dec("10"), 1);
    terms.limits.push(limit(Measure::Requests, dec("5"), QuotaWindow::FIVE_HOURS, 1));
    let choice = chosen(&usage, &[offer(terms)]);
    assert_eq!(option(&choice, "sessions").unchecked_share, dec("100"));
    assert_eq!(held(&choice), [Against::Unchecked]);
}

#[test]
fn two_currencies_are_never_added_without_a_rate() {
    let rupees = Purse { currency: Currency::national("INR").unwrap(), tax: TaxIn::Included };
    let mut terms = bare("rupees", Decimal::ZERO, 1);
    terms.fixed.push(spendglass_core::plan::Fixed {
        amount: dec("850"),
        purse: rupees,
        ..people::monthly(Decimal::ONE)
    });
    let offers = [offer(terms)];
    let drawn = draw(&steady(90), &offers, None, &[], &as_listed(), None);
    let without = choose(&drawn, &as_listed());
    let left_out =
        without.left_out.iter().map(|(parts, why)| (parts.as_slice(), why.clone())).collect::<Vec<_>>();
    assert!(
        left_out.contains(&(&[Part::Offer("rupees".to_owned())][..], WhyLeftOut::NoRate(rupees))),
        "{left_out:?}"
    );
    assert!(without.options.iter().all(|one| one.id == "metered"));
    let with = Landings { factors: vec![(dollars(), Decimal::ONE), (rupees, dec("0.0118"))], ..as_listed() };
    let choice = choose(&drawn, &with);
    let plan = option(&choice, "rupees");
    assert_eq!(plan.mean, Some(dec("10.03")));
    assert_eq!((plan.replayed[0].cost, plan.replayed[0].list[0]), (dec("10.03"), (rupees, dec("850"))));
}

#[test]
fn what_was_drawn_lands_again_elsewhere() {
    let drawn = draw(&steady(90), &[flat("flat", "10")], None, &[], &as_listed(), None);
    let taxed = Landings { factors: vec![(dollars(), dec("1.18"))], ..as_listed() };
    let (bare, taxed) = (choose(&drawn, &as_listed()), choose(&drawn, &taxed));
    assert_eq!(option(&taxed, "flat").mean, Some(dec("11.8")));
    let (one, other) = (option(&bare, "metered"), option(&taxed, "metered"));
    assert!((one.mean.unwrap() * dec("1.18") - other.mean.unwrap()).abs() < dec("0.00001"));
    assert_eq!(one.replayed[0].cost * dec("1.18"), other.replayed[0].cost);
}

#[test]
fn what_was_tried_before_is_taken_as_it_was() {
    let offers = [flat("flat", "10"), flat("other", "20")];
    let drawn = draw(&two_models(90), &offers, None, &[], &as_listed(), None);
    let changed = [flat("flat", "10"), flat("other", "15")];
    let again = draw(&two_models(90), &changed, None, &[], &as_listed(), Some(&drawn));
    let afresh = draw(&two_models(90), &changed, None, &[], &as_listed(), None);
    assert_eq!(choose(&again, &as_listed()), choose(&afresh, &as_listed()));
    assert_ne!(choose(&again, &as_listed()), choose(&drawn, &as_listed()));
    // Other usage takes nothing from before.
    let other = draw(&two_models(91), &offers, None, &[], &as_listed(), Some(&drawn));
    assert_eq!(choose(&other, &as_listed()), chosen(&two_models(91), &offers));
}

#[test]
fn rows_are_added_up_and_never_priced_again() {
    // A row above a threshold and many below it, each with the list cost that it came with: a sum of them is no request of that size.
    let mut usage = steady(60);
    usage.rows[7].input_tokens = 900_000;
    usage.rows[7].list_cost = dec("4.123456789");
    let choice = chosen(&usage, &[]);
    let sum = option(&choice, "metered").replayed.iter().map(|month| month.cost).sum::<Decimal>();
    assert_eq!(sum, dec("63.123456789"));
}

#[test]
fn what_could_not_be_taken_in_is_told_with_its_share() {
    let unpriced = Excluded {
        what: "acme/unheard-of".to_owned(),
        why: WhyExcluded::Unpriced,
        rows: 12,
        share: Some(dec("3.5")),
    };
    let usage = Usage { excluded: vec![unpriced.clone()], ..steady(90) };
    assert_eq!(chosen(&usage, &[]).excluded, [unpriced]);
}

#[test]
fn a_model_that_one_must_have_is_served_or_paid_as_you_go() {
    let lacking = Offer { lacks: vec!["large".to_owned()], ..flat("flat", "10") };
    let choice = chosen(&steady(90), &[lacking]);
    let why = WhyLeftOut::Lacks(vec!["large".to_owned()]);
    assert_eq!(choice.left_out, [(vec![Part::Offer("flat".to_owned())], why)]);
    assert_eq!(option(&choice, "flat+metered").mean, Some(dec("10")));
}

#[test]
fn what_can_never_pay_is_named_and_not_followed() {
    let mut elsewhere = flat("elsewhere", "1");
    elsewhere.terms.serves = KindSet::default();
    let choice = chosen(&steady(90), &[flat("palace", "900"), elsewhere]);
    let named = |id: &str| {
        let found = choice.left_out.iter().find(|(parts, _)| *parts == [Part::Offer(id.to_owned())]);
        found.map(|(_, why)| why.clone())
    };
    assert_eq!(named("palace"), Some(WhyLeftOut::DearerFees { than: "metered".to_owned() }));
    assert_eq!(named("elsewhere"), Some(WhyLeftOut::ServesNothing));
    assert!(choice.options.iter().all(|one| one.id == "metered"));
}

#[test]
fn break_even_is_told_in_requests() {
    let choice = chosen(&steady(90), &[flat("flat", "20")]);
    let points = &option(&choice, "flat").break_even;
    let [point] = &points[..] else { panic!("{points:?}") };
    assert_eq!((point.than.as_str(), point.above, point.at.unit), ("metered", true, VolumeUnit::Requests));
    // Ten cents a request, twenty dollars: two hundred of them.
    assert!((dec("199")..=dec("201")).contains(&point.at.amount), "{point:?}");
    let curve = &option(&choice, "metered").curve;
    assert_eq!((curve.len(), curve[0].cost, curve[24].share), (25, Decimal::ZERO, dec("300")));
    assert_eq!(curve[16].cost, curve[8].cost * dec("2"));
    // Where requests are not counted, tokens tell.
    let mut usage = steady(90);
    usage.rows.iter_mut().for_each(|row| row.requests = None);
    let choice = chosen(&usage, &[flat("flat", "20")]);
    let point = &option(&choice, "flat").break_even[0];
    assert_eq!(point.at.unit, VolumeUnit::Tokens);
    assert!((dec("199000")..=dec("201000")).contains(&point.at.amount), "{point:?}");
}

#[test]
fn staying_goes_on_as_it_was_billed() {
    let current = Current {
        plans: vec!["has".to_owned()],
        fixed: vec![(dollars(), dec("12"))],
        billed: vec![Billed { account: 1, purse: dollars(), amount: dec("45") }],
    };
    let offers = [flat("has", "12"), flat("flat", "20")];
    let choice = choose(&draw(&steady(90), &offers, Some(&current), &[], &as_listed(), None), &as_listed());
    let now = option(&choice, "current");
    // Half of list price is billed: fifteen dollars of thirty, and the plan.
    assert!((dec("26")..dec("28.5")).contains(&now.mean.unwrap()), "{:?}", now.mean);
    assert_eq!(now.replayed.iter().map(|month| month.cost).sum::<Decimal>(), dec("81"));
    assert_eq!(option(&choice, "has").against, [Against::SameAsNow]);
    // What one has is one with staying: it has no chance of its own, and stands right behind it.
    assert_eq!((option(&choice, "has").chance_cheapest, option(&choice, "has").regret), (None, None));
    let ids: Vec<&str> = choice.options.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["flat", "current", "has", "metered"]);
    assert!(matches!(&choice.recommendation, Recommendation::Switch { to, .. } if to == "flat"));
    let twice: Vec<&str> =
        option(&choice, "flat").break_even.iter().map(|point| point.than.as_str()).collect();
    assert_eq!(twice, ["current", "metered"]);
}

#[test]
fn who_pays_as_he_goes_is_not_told_to_switch_to_it() {
    // Ninety at list price, and a bill a little above it.
    let current = Current {
        plans: Vec::new(),
        fixed: Vec::new(),
        billed: vec![Billed { account: 1, purse: dollars(), amount: dec("99") }],
    };
    let offers = [flat("dear", "40")];
    let choice = choose(&draw(&steady(90), &offers, Some(&current), &[], &as_listed(), None), &as_listed());
    assert!(option(&choice, "current").mean > option(&choice, "metered").mean);
    assert_eq!(option(&choice, "metered").against, [Against::SameAsNow]);
    let Recommendation::Stay { with, why, .. } = &choice.recommendation else {
        panic!("{:?}", choice.recommendation)
    };
    // What is said and what the figures say is the same: both ways to pay are one, and it is the cheapest.
    assert_eq!((with.as_str(), why), ("current", &WhyStay::Cheapest));
    let chance = |id: &str| option(&choice, id).chance_cheapest;
    assert_eq!((chance("current"), chance("metered")), (Some(dec("96.6")), None));
    assert!(option(&choice, "metered").same_as_now && !option(&choice, "current").same_as_now);
    assert_eq!(choice.options[0].id, "current", "the figure that is paid goes before the list price");
    assert!(choice.what_if.iter().all(|one| one.costs.iter().all(|(id, _)| id != "metered")));
}

#[test]
fn what_would_change_the_answer_is_told() {
    let mut large = bare("for-large", dec("2"), 2);
    large.serves = KindSet::those(&two_models(90).kinds, |kind| kind.model == "large");
    let mut small = bare("for-small", dec("10"), 2);
    small.serves = KindSet::those(&two_models(90).kinds, |kind| kind.model == "small");
    let usage = two_models(90);
    let announced = Announced {
        on: date("2026-10-01"),
        what: "small".to_owned(),
        kinds: KindSet::those(&usage.kinds, |kind| kind.model == "small"),
        percent: dec("10"),
    };
    let drawn = draw(&usage, &[offer(large), offer(small)], None, &[announced], &as_listed(), None);
    let choice = choose(&drawn, &as_listed());
    let of = |scenario: &dyn Fn(&Scenario) -> bool| {
        let found = choice.what_if.iter().find(|what| scenario(&what.of)).unwrap();
        (found.cheapest.as_ref().map(|(id, _)| id.as_str()), found.changes)
    };
    assert_eq!(of(&|one| *one == Scenario::AsItIs).0, Some("for-small+for-large+metered"));
    assert_eq!(
        of(&|one| matches!(one, Scenario::Without { model, .. } if model == "small")),
        (Some("for-large"), true)
    );
    assert_eq!(
        of(&|one| matches!(one, Scenario::Announced { what, .. } if what == "small")),
        (Some("for-large"), true)
    );
    assert!(!of(&|one| *one == Scenario::Double).1);
}

#[test]
fn credit_that_rolls_over_is_judged_after_it_could() {
    // Every other week nothing, then twice as much: a week's credit that lives on for another serves it all.
    let mut usage = steady(84);
    let first = usage.window.unwrap().0;
    for row in &mut usage.rows {
        if row.at.utc_date().days_since(first) / 7 % 2 == 1 {
            row.requests = Some(20);
            row.list_cost = dec("2");
        }
    }
    let with = |id: &str, rollover: Rollover| {
        let mut terms = bare(id, dec("5"), 1);
        let mut weekly = pool(Measure::List, dec("11"), rollover, 1);
        weekly.every = QuotaWindow::Week;
        terms.pools.push(weekly);
        terms.overage = at_list(dec("100"));
        offer(terms)
    };
    let choice = chosen(&usage, &[with("lapses", Rollover::Lapses), with("rolls", Rollover::Periods(2))]);
    let mean = |id: &str| option(&choice, id).mean.unwrap();
    assert!(mean("rolls") + dec("1") < mean("lapses"), "{} {}", mean("rolls"), mean("lapses"));
}

#[test]
fn the_same_usage_gives_the_same_answer() {
    let offers = [flat("flat", "10"), flat("other", "20")];
    assert_eq!(chosen(&two_models(45), &offers), chosen(&two_models(45), &offers));
}
