//! The worked examples of docs/plans.md, step by step: every figure there comes out of here, by the way that the program goes: a file in
//! the published form, settled for the buyer, replayed, landed.

use spendglass_core::catalogue::{Plans, Surface, Task, TaxIn};
use spendglass_core::exchange::{self, Rates, StepKind, TaxRules, TaxShown, TaxStatus, land};
use spendglass_core::money::{Currency, Decimal, Money};
use spendglass_core::plan::{
    Buyer, Case, Element, Kind, Learned, Measure, Purse, Replayed, Resolved, Row, Usage, replay, resolve,
};
use spendglass_core::time::{Calendar, Date, Zone};

const USD: Purse = Purse { currency: Currency::USD, tax: TaxIn::Excluded };

fn number(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// So many requests in an hour of a local day, and what they cost at list price.
type Told = (Date, u32, u64, Decimal);

fn usage(from: &str, to: &str, zone: Zone, rows: &[Told]) -> Usage {
    let row = |(day, hour, requests, list): &Told| Row {
        at: Calendar::new(zone).start_of(*day).plus_seconds(i64::from(*hour) * 3_600),
        seconds: 1,
        kind: 0,
        requests: Some(*requests),
        input_tokens: 1_000 * requests,
        cache_read_tokens: 0,
        output_tokens: 200 * requests,
        metered: None,
        list_cost: *list,
        billed_cost: None,
    };
    Usage {
        window: Some((date(from), date(to))),
        currency: Some(Currency::USD),
        kinds: vec![Kind {
            account: 1,
            provider: "acme".to_owned(),
            model: "small".to_owned(),
            surface: Surface::Api,
            task: Task::Text,
            batch: false,
            project: None,
            api_key: None,
        }],
        rows: rows.iter().map(row).collect(),
        excluded: Vec::new(),
    }
}

/// A file with one plan, of which only what matters is written here.
fn file(rest: &str) -> Plans {
    let text = format!(
        r#"{{"plans": [{{"id": "acme/plan", "provider": "acme", "product": "Acme", "name": "Plan", {rest},
        "sources": ["https://acme.example/pricing"], "seen": "2026-06-30", "confidence": "high", "evidence": "official"}}]}}"#
    );
    Plans::read(&text).unwrap()
}

fn settled(plans: &Plans, usage: &Usage, buyer: &Buyer) -> Resolved {
    resolve(&plans.plans[0], plans, usage, buyer, &Learned::default(), Case::Middle).unwrap()
}

fn run(usage: &Usage, chain: &[Element]) -> Replayed {
    replay(usage, chain).unwrap()
}

fn plan(resolved: &Resolved) -> Element {
    Element::Plan(Box::new(resolved.terms.clone()))
}

/// What months cost in dollars, price and use together.
fn months(replayed: &Replayed) -> Vec<Decimal> {
    let month = |month: &spendglass_core::plan::MonthCost| {
        let all = month.fixed.iter().chain(&month.used).chain(&month.rest);
        all.inspect(|(purse, _)| assert_eq!(*purse, USD)).map(|(_, sum)| sum).sum()
    };
    replayed.months.iter().map(month).collect()
}

fn total(replayed: &Replayed) -> Decimal {
    months(replayed).into_iter().sum()
}

/// What was billed for use, month by month.
fn used(replayed: &Replayed) -> Vec<Decimal> {
    replayed.months.iter().map(|month| month.used.iter().map(|(_, sum)| sum).sum()).collect()
}

fn refused(replayed: &Replayed) -> (u64, u32) {
    let both = replayed.months.iter().map(|month| (month.refused.requests, month.refused.hours));
    both.fold((0, 0), |(requests, hours), (more, later)| (requests + more, hours + later))
}

fn numbers(texts: &[&str]) -> Vec<Decimal> {
    texts.iter().map(|text| number(text)).collect()
}

#[test]
fn a_student_under_a_free_tier() {
    let mut rows = Vec::new();
    let (mut weekdays, mut weekends) = (0, 0);
    for day in (0..30).map(|day| date("2026-06-01").plus_days(day)) {
        let weekend = ["Saturday", "Sunday"].contains(&day.weekday());
        *(if weekend { &mut weekends } else { &mut weekdays }) += 1;
        // Ten an hour, from nine in the morning.
        let hours = if weekend { 13 } else { 8 };
        rows.extend((9..9 + hours).map(|hour| (day, hour, 10, number("0.04"))));
    }
    assert_eq!((weekdays, weekends), (22, 8));
    let usage = usage("2026-06-01", "2026-07-01", "Asia/Kolkata".parse().unwrap(), &rows);
    assert_eq!(usage.rows.iter().filter_map(|row| row.requests).sum::<u64>(), 2_800);

    let tier = file(
        r#""prices": [{"amount": "0", "currency": "USD", "tax": "excluded"}], "overage": "blocked",
        "limits": [{"unit": "requests", "amount": "100", "window": "day", "starts": "calendar Asia/Kolkata"}]"#,
    );
    let tier = settled(&tier, &usage, &Buyer::default());
    assert_eq!(total(&run(&usage, &[Element::Metered(USD)])), number("11.20"));
    let alone = run(&usage, &[plan(&tier)]);
    assert_eq!((total(&alone), refused(&alone)), (Decimal::ZERO, (240, 24)));
    let both = run(&usage, &[plan(&tier), Element::Metered(USD)]);
    assert_eq!((total(&both), refused(&both)), (number("0.96"), (0, 0)));
    assert_eq!(both.elements[0].served_list, number("10.24"));
}

#[test]
fn a_freelancer_between_a_subscription_and_metered() {
    // On days 1 to 20 of each month at noon: 15, 32 and 45 requests a day.
    let mut rows = Vec::new();
    for (month, requests) in [("2026-04-01", 15), ("2026-05-01", 32), ("2026-06-01", 45)] {
        let list = number("0.05") * Decimal::from(requests);
        rows.extend((0..20).map(|day| (date(month).plus_days(day), 12, requests, list)));
    }
    let usage = usage("2026-04-01", "2026-07-01", Zone::UTC, &rows);
    assert_eq!(usage.rows.iter().filter_map(|row| row.requests).sum::<u64>(), 1_840);

    let subscription = file(
        r#""prices": [{"amount": "20", "currency": "USD", "tax": "excluded"}],
        "credit": [{"unit": "requests", "amount": "500", "every": "month", "starts": "purchase"}],
        "overage": {"at_list": "100", "tax": "excluded"}"#,
    );
    let subscription = settled(&subscription, &usage, &Buyer::default());
    let metered = run(&usage, &[Element::Metered(USD)]);
    assert_eq!(months(&metered), numbers(&["15.00", "32.00", "45.00"]));
    assert_eq!(total(&metered), number("92.00"));
    let replayed = run(&usage, &[plan(&subscription)]);
    assert_eq!(used(&replayed), numbers(&["0", "7.00", "20.00"]));
    assert_eq!(months(&replayed), numbers(&["20.00", "27.00", "40.00"]));
    assert_eq!(total(&replayed), number("87.00"));
    assert_eq!(replayed.elements[0].lapsed, [(Measure::Requests, number("200"))]);
    assert_eq!(replayed.elements[0].left, []);

    // The break-even: at 400 requests in a month both cost the same, at 399 the one, at 401 the other is cheaper.
    for (requests, which) in [(399, -1), (400, 0), (401, 1), (500, 100), (900, 100)] {
        let list = number("0.05") * Decimal::from(requests);
        let usage =
            self::usage("2026-06-01", "2026-07-01", Zone::UTC, &[(date("2026-06-10"), 12, requests, list)]);
        let saved =
            total(&run(&usage, &[Element::Metered(USD)])) - total(&run(&usage, &[plan(&subscription)]));
        assert_eq!(saved, number("0.05") * Decimal::from(which), "{requests}");
    }
}

#[test]
fn a_team_with_pooled_credit_and_minimum_seats() {
    let of = |month: &str, list: &str| {
        let list = number(list) / Decimal::TEN;
        (0..10).map(|day| (date(month).plus_days(3 * day), 15, 40, list)).collect::<Vec<_>>()
    };
    let rows = [of("2026-04-01", "60"), of("2026-05-01", "130"), of("2026-06-01", "200")].concat();
    let usage = usage("2026-04-01", "2026-07-01", Zone::UTC, &rows);

    let team = file(
        r#""audience": "team", "seats": {"min": 5, "pooled": true},
        "prices": [{"amount": "30", "currency": "USD", "tax": "excluded", "per_seat": true}],
        "credit": [{"unit": "USD", "amount": "20", "every": "month", "starts": "purchase", "rollover": {"periods": 1}}],
        "overage": {"at_list": "100", "tax": "excluded"},
        "discounts": [{"on": "use", "percent": "10", "from_amount": "50"}]"#,
    );
    let team = settled(&team, &usage, &Buyer { seats: 3, ..Buyer::default() });
    assert_eq!(team.terms.pools[0].amount, Decimal::ONE_HUNDRED);
    let replayed = run(&usage, &[plan(&team)]);
    let fixed: Vec<_> = replayed.months.iter().map(|month| month.fixed.clone()).collect();
    assert_eq!(fixed, vec![vec![(USD, number("150"))]; 3]);
    assert_eq!(used(&replayed), numbers(&["0", "0", "90"]));
    assert_eq!(months(&replayed), numbers(&["150", "150", "240"]));
    assert_eq!(total(&replayed), number("540"));
    assert_eq!(replayed.elements[0].lapsed, [(Measure::List, number("10"))]);
    assert_eq!(replayed.elements[0].left, []);
    assert_eq!(total(&run(&usage, &[Element::Metered(USD)])), number("390"));
    // Were it sold from three seats on, 60 of credit a month would be bought, and 180 less be paid.
    let three = file(
        r#""audience": "team", "seats": {"min": 1, "pooled": true},
        "prices": [{"amount": "30", "currency": "USD", "tax": "excluded", "per_seat": true}],
        "credit": [{"unit": "USD", "amount": "20", "every": "month", "starts": "purchase", "rollover": {"periods": 1}}],
        "overage": {"at_list": "100", "tax": "excluded"},
        "discounts": [{"on": "use", "percent": "10", "from_amount": "50"}]"#,
    );
    let three = settled(&three, &usage, &Buyer { seats: 3, ..Buyer::default() });
    let replayed = run(&usage, &[plan(&three)]);
    // April 60 of 60; May 130 − 60 = 70, less 10 %: 63; June 200 − 60 = 140, less 10 %: 126.
    assert_eq!(months(&replayed), numbers(&["90", "153", "216"]));
}

/// The landed price of what is listed in dollars, and each step of it.
fn landed(list: &str, currency: Currency, tax: TaxShown, status: TaxStatus) -> exchange::Landed {
    let inr = Currency::national("INR").unwrap();
    let rates = r#"{"about": "made up", "source": "made up", "licence": "", "fetched": "2026-06-30", "base": "USD",
        "currencies": "INR", "days": {"2026-06-30": "88.50"}}"#;
    let buyer = exchange::Buyer {
        country: Some("IN".to_owned()),
        status,
        tax_percent: None,
        card_markup: Some(number("3.5")),
        currency: inr,
    };
    let list = Money::new(number(list), currency);
    let (rates, rules) = (Rates::read(rates).unwrap(), TaxRules::bundled().unwrap());
    land(list, tax, &buyer, &rates, rules, date("2026-06-30")).unwrap()
}

#[test]
fn a_rupee_buyer_with_gst_and_card_mark_up() {
    let inr = Currency::national("INR").unwrap();
    let list = number("0.8");
    let rows: Vec<Told> = (0..30).map(|day| (date("2026-06-01").plus_days(day), 12, 20, list)).collect();
    let usage = usage("2026-06-01", "2026-07-01", "Asia/Kolkata".parse().unwrap(), &rows);
    let world = file(
        r#""prices": [{"amount": "20", "currency": "USD", "tax": "excluded"},
            {"amount": "1999", "currency": "INR", "market": "IN", "tax": "included"}],
        "limits": [{"unit": "requests", "amount": "unlimited", "window": "month", "starts": "purchase"}],
        "overage": "blocked""#,
    );
    let abroad = settled(&world, &usage, &Buyer::default());
    let local = settled(&world, &usage, &Buyer { country: Some("IN".to_owned()), ..Buyer::default() });
    let cost = |chain: &[Element]| {
        let replayed = run(&usage, chain);
        assert_eq!((replayed.months.len(), refused(&replayed)), (1, (0, 0)));
        let month = replayed.months.into_iter().next().unwrap();
        let [all] = [month.fixed, month.used, month.rest].concat().try_into().unwrap();
        all
    };
    let (purse, sum): (Purse, Decimal) = cost(&[plan(&abroad)]);
    assert_eq!((purse, sum), (USD, number("20")));
    let price = landed("20", purse.currency, TaxShown::Excluded, TaxStatus::Consumer);
    let steps: Vec<_> = price.steps.iter().map(|step| (step.step.kind, step.result.amount)).collect();
    let expected = [
        (StepKind::Tax, number("23.60")),
        (StepKind::Exchange, number("2088.60")),
        (StepKind::CardMarkup, number("2174.85918")),
    ];
    assert_eq!(steps, expected);
    assert_eq!(price.total, Money::new(number("2174.85918"), inr));
    let factors: Vec<_> = price.steps.iter().map(|step| step.step.factor).collect();
    assert_eq!(factors, numbers(&["1.18", "88.50", "1.0413"]));

    assert_eq!(cost(&[Element::Metered(USD)]), (USD, number("24")));
    let metered = landed("24", Currency::USD, TaxShown::Excluded, TaxStatus::Consumer);
    let steps: Vec<_> = metered.steps.iter().map(|step| step.result.amount).collect();
    assert_eq!(steps, numbers(&["28.32", "2506.32", "2609.831016"]));

    // In rupees, with its tax: nothing is put on top.
    let (purse, sum) = cost(&[plan(&local)]);
    assert_eq!((purse, sum), (Purse { currency: inr, tax: TaxIn::Included }, number("1999")));
    let price = landed("1999", inr, TaxShown::Included, TaxStatus::Consumer);
    assert_eq!((price.total.amount, price.steps.len()), (number("1999"), 0));

    let business = landed("20", Currency::USD, TaxShown::Excluded, TaxStatus::Registered);
    assert_eq!(business.total.amount, number("1843.101"));
    assert_eq!(business.recoverable, Some(Money::new(number("318.60"), inr)));
}
