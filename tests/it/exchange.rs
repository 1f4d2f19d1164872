//! Rates of exchange by date, and landed prices, with hand arithmetic.

use proptest::prelude::*;
use spendglass_core::exchange::{
    Buyer, ConvertError, FOR_CHARGES, FOR_PRICES, FeedError, Landed, RateError, RateFeed, Rates, StepKind,
    TaxRules, TaxShown, TaxStatus, Warning, land, landing, sane,
};
use spendglass_core::money::{Currency, Decimal, MixedMoney, Money, exact, exact_mul};
use spendglass_core::time::Date;

fn cur(code: &str) -> Currency {
    code.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn dec(text: &str) -> Decimal {
    exact(text).unwrap()
}

/// Rates of one dollar, of two days of January.
fn dollars() -> Rates {
    Rates::read(
        r#"{"source":"a paper","base":"USD","currencies":"INR EUR","days":{"2026-01-06":"90.22 0.8","2026-01-09":"91 -"}}"#,
    )
    .unwrap()
}

#[test]
fn bundled_rates_are_dated_and_agree_with_another_source() {
    let rates = Rates::bundled().unwrap();
    assert!(rates.dated().unwrap() >= day("2026-10-30"));
    for code in ["USD", "INR", "GBP", "JPY", "CNY", "BRL", "IDR", "AUD", "CAD", "SGD", "KRW"] {
        let rate = rates.of(cur("EUR"), cur(code), day("2026-10-30"), FOR_CHARGES).unwrap();
        assert_eq!((rate.date, rate.through), (day("2026-10-30"), None), "{code}");
    }
    // A newspaper's 90.22 rupees to the dollar on 2026-01-06; by way of the euro 105.5405 ÷ 1.1707 = 90.1516186896…
    let rate = rates.of(cur("USD"), cur("INR"), day("2026-01-06"), FOR_CHARGES).unwrap();
    assert_eq!((rate.factor, rate.through), (dec("90.15161869"), Some(cur("EUR"))));
    assert!((rate.factor - dec("90.22")).abs() < dec("0.1"));
    assert!(rate.source.contains("European Central Bank"));
}

#[test]
fn the_last_rate_on_or_before_a_day_counts() {
    let rates = dollars();
    let of = |from: &str, to: &str, at: &str, within| rates.of(cur(from), cur(to), day(at), within);
    assert_eq!(of("USD", "INR", "2026-01-06", 0).unwrap().factor, dec("90.22"));
    let weekend = of("USD", "INR", "2026-01-08", 10).unwrap();
    assert_eq!(
        (weekend.factor, weekend.date, weekend.age(day("2026-01-08"))),
        (dec("90.22"), day("2026-01-06"), 2)
    );
    assert_eq!(of("USD", "INR", "2026-01-09", 10).unwrap().factor, dec("91"));
    // The euro has none of the 9th: that of the 6th is the last of both. 90.22 ÷ 0.8 = 112.775
    let cross = of("EUR", "INR", "2026-01-12", 10).unwrap();
    assert_eq!(
        (cross.factor, cross.date, cross.through),
        (dec("112.775"), day("2026-01-06"), Some(cur("USD")))
    );
    // 1 ÷ 90.22 = 0.0110840168477…, kept to ten digits
    assert_eq!(of("INR", "USD", "2026-01-06", 0).unwrap().factor, dec("0.01108401685"));
    assert_eq!(of("INR", "INR", "1990-01-01", 0).unwrap().factor, Decimal::ONE);
}

#[test]
fn no_rate_is_made_up() {
    let rates = dollars();
    let of = |from: &str, to: &str, at: &str| rates.of(cur(from), cur(to), day(at), 3);
    assert!(matches!(
        of("USD", "INR", "2026-01-13").unwrap_err(),
        RateError::TooFar { last: Some(last), within: 3, .. } if last == day("2026-01-09")
    ));
    assert!(matches!(of("USD", "INR", "2026-01-05").unwrap_err(), RateError::TooFar { last: None, .. }));
    assert_eq!(of("USD", "GBP", "2026-01-09").unwrap_err(), RateError::NoRates(cur("GBP")));
    assert_eq!(of("poe.points", "USD", "2026-01-09").unwrap_err(), RateError::OwnUnit(cur("poe.points")));
    assert_eq!(of("credits", "credits", "2026-01-09").unwrap_err(), RateError::OwnUnit(cur("credits")));
    let told = of("USD", "INR", "2026-01-13").unwrap_err().to_string();
    assert!(told.contains("2026-01-13") && told.contains("2026-01-09") && told.contains("refresh"), "{told}");
}

#[test]
fn two_currencies_are_never_added_without_a_dated_rate() {
    let rates = dollars();
    let mut amounts = MixedMoney::default();
    amounts.add(dec("10"), cur("USD")).unwrap();
    amounts.add(dec("100"), cur("INR")).unwrap();
    // 10 × 90.22 + 100 = 1002.2
    let sum = rates.convert_all(&amounts, cur("INR"), day("2026-01-06"), FOR_CHARGES).unwrap();
    assert_eq!((sum.total, sum.parts.len()), (dec("1002.2").into(), 2));
    assert!(sum.parts.iter().all(|(_, rate)| rate.date == day("2026-01-06")));

    amounts.add(dec("1"), cur("GBP")).unwrap();
    amounts.add(dec("5"), cur("credits")).unwrap();
    let refused = rates.convert_all(&amounts, cur("INR"), day("2026-01-06"), FOR_CHARGES).unwrap_err();
    assert_eq!(
        refused,
        ConvertError::Missing(vec![RateError::NoRates(cur("GBP")), RateError::OwnUnit(cur("credits"))])
    );
    let told = refused.to_string();
    assert!(told.contains("GBP") && told.contains("credits"), "{told}");
}

#[test]
fn history_does_not_change_when_a_rate_is_published_again_or_by_another() {
    let rates = Rates::bundled().unwrap();
    let at = day("2026-10-30");
    let before = rates.of(cur("USD"), cur("INR"), at, FOR_CHARGES).unwrap();
    let again = r"<Envelope><Cube><Cube time='2026-10-30'><Cube currency='USD' rate='1.2'/><Cube currency='INR' rate='111'/>
        </Cube><Cube time='2026-11-20'><Cube currency='USD' rate='1.1'/><Cube currency='INR' rate='99'/></Cube></Cube></Envelope>";
    let other = r#"[{"date":"2026-10-30","base":"USD","quote":"INR","rate":93.5}]"#;
    let more = rates
        .with(RateFeed::Ecb.read(again.as_bytes()).unwrap())
        .with(RateFeed::Frankfurter.read(other.as_bytes()).unwrap());
    assert_eq!(more.of(cur("USD"), cur("INR"), at, FOR_CHARGES).unwrap(), before);
    // 99 ÷ 1.1 = 90
    assert_eq!(more.of(cur("USD"), cur("INR"), day("2026-11-22"), FOR_CHARGES).unwrap().factor, dec("90"));
    assert_eq!(more.dated(), Some(day("2026-11-20")));
}

fn buyer(country: Option<&str>, status: TaxStatus, markup: Option<&str>, currency: &str) -> Buyer {
    Buyer {
        country: country.map(str::to_owned),
        status,
        tax_percent: None,
        card_markup: markup.map(dec),
        currency: cur(currency),
    }
}

fn landed(amount: &str, currency: &str, tax: TaxShown, buyer: &Buyer) -> Landed {
    let list = Money::new(dec(amount), cur(currency));
    land(list, tax, buyer, &dollars(), TaxRules::bundled().unwrap(), day("2026-01-06")).unwrap()
}

#[test]
fn a_rupee_buyer_pays_gst_and_a_card_mark_up_with_gst() {
    let person = buyer(Some("IN"), TaxStatus::Consumer, Some("3.5"), "INR");
    let landed = landed("20", "USD", TaxShown::Excluded, &person);
    // 20 × 1.18 = 23.60 dollars
    // 23.60 × 90.22 = 2129.192 rupees
    // the mark-up of 3.5 % with 18 % on it: 3.5 × 1.18 = 4.13 %, so × 1.0413
    // 2129.192 × 1.0413 = 2217.1276296
    let steps: Vec<_> = landed.steps.iter().map(|step| (step.step.kind, step.result.to_string())).collect();
    assert_eq!(
        steps,
        [
            (StepKind::Tax, "23.6 USD".to_owned()),
            (StepKind::Exchange, "2129.192 INR".to_owned()),
            (StepKind::CardMarkup, "2217.1276296 INR".to_owned()),
        ]
    );
    assert_eq!(landed.total, Money::new(dec("2217.1276296"), cur("INR")));
    assert_eq!((landed.recoverable, landed.least, landed.warnings), (None, None, vec![]));
    assert!(landed.steps.iter().all(|step| !step.step.source.is_empty()));
    assert_eq!(landed.steps[1].step.as_of, "2026-01-06");
}

#[test]
fn a_registered_business_claims_the_tax_back() {
    let business = buyer(Some("in"), TaxStatus::Registered, Some("3.5"), "INR");
    let landed = landed("20", "USD", TaxShown::Excluded, &business);
    // 20 × 90.22 × 1.0413 = 1878.92172; claimed back: 20 × 0.18 × 90.22 = 324.792
    assert_eq!(landed.total, Money::new(dec("1878.92172"), cur("INR")));
    assert_eq!(landed.recoverable, Some(Money::new(dec("324.792"), cur("INR"))));
    assert!(landed.steps[0].step.label.contains("reverse charge"));
}

#[test]
fn tax_that_is_included_is_not_charged_again() {
    let person = buyer(Some("IN"), TaxStatus::Consumer, Some("3.5"), "INR");
    // In rupees already: no rate, no mark-up, no tax.
    let own = landed("1999", "INR", TaxShown::Included, &person);
    assert_eq!((own.total, own.steps.len()), (Money::new(dec("1999"), cur("INR")), 0));
    // Rupees without tax: 1999 × 1.18 = 2358.82, and no mark-up since no other currency is charged.
    let own = landed("1999", "INR", TaxShown::Excluded, &person);
    assert_eq!((own.total, own.steps.len()), (Money::new(dec("2358.82"), cur("INR")), 1));
    // Dollars with tax: 20 × 90.22 × 1.0413 = 1878.92172
    assert_eq!(landed("20", "USD", TaxShown::Included, &person).total.amount, dec("1878.92172"));
    let business = buyer(Some("IN"), TaxStatus::Registered, Some("0"), "INR");
    let included = landed("20", "USD", TaxShown::Included, &business);
    assert_eq!((included.recoverable, included.warnings), (None, vec![Warning::IncludedForRegistered]));
}

#[test]
fn unstated_tax_is_told_as_a_range_and_taken_on_the_dear_side() {
    let person = buyer(Some("IN"), TaxStatus::Consumer, Some("0"), "INR");
    let landed = landed("20", "USD", TaxShown::Unstated, &person);
    // with tax 20 × 1.18 × 90.22 = 2129.192; without 20 × 90.22 = 1804.4
    assert_eq!(landed.total.amount, dec("2129.192"));
    assert_eq!(landed.least.unwrap().amount, dec("1804.4"));
    assert_eq!(landed.warnings, [Warning::TaxUnstated]);
}

#[test]
fn what_is_not_known_is_said_and_not_made_up() {
    let abroad = buyer(Some("DE"), TaxStatus::Consumer, Some("1.5"), "EUR");
    // 20 × 0.8 × 1.015 = 16.24
    let without = landed("20", "USD", TaxShown::Excluded, &abroad);
    assert_eq!(without.total.amount, dec("16.24"));
    assert_eq!(without.warnings, [Warning::TaxNotKnown("DE".to_owned())]);
    // with the person's own 19 %: 16.24 × 1.19 = 19.3256
    let told = Buyer { tax_percent: Some(dec("19")), ..abroad };
    assert_eq!(landed("20", "USD", TaxShown::Excluded, &told).total.amount, dec("19.3256"));
    let nowhere = buyer(None, TaxStatus::Consumer, None, "INR");
    assert_eq!(
        landed("20", "USD", TaxShown::Excluded, &nowhere).warnings,
        [Warning::NoCountry, Warning::MarkupNotTold(None)]
    );
    let exempt = buyer(Some("IN"), TaxStatus::Exempt, None, "INR");
    let exempt = landed("20", "USD", TaxShown::Excluded, &exempt);
    assert_eq!(exempt.total.amount, dec("1804.4"));
    assert_eq!(exempt.warnings, [Warning::MarkupNotTold(Some((dec("2"), dec("3.5"))))]);
}

#[test]
fn an_old_rate_is_told_to_be_old_and_a_very_old_one_refused() {
    let person = buyer(Some("IN"), TaxStatus::Exempt, Some("0"), "INR");
    let rules = TaxRules::bundled().unwrap();
    let on = |at: Date| landing(cur("USD"), TaxShown::Excluded, &person, &dollars(), rules, at);
    assert_eq!(on(day("2026-02-09")).unwrap().warnings, [Warning::OldRate(31)]);
    assert!(on(day("2026-01-09").plus_days(FOR_PRICES)).is_ok());
    assert!(matches!(on(day("2026-01-09").plus_days(FOR_PRICES + 1)), Err(RateError::TooFar { .. })));
    assert_eq!(
        landing(cur("credits"), TaxShown::Excluded, &person, &dollars(), rules, day("2026-01-09")),
        Err(RateError::OwnUnit(cur("credits")))
    );
}

#[test]
fn feeds_are_read_exactly_or_not_at_all() {
    let xml = r#"<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope xmlns:gesmes="x"><Cube><Cube time="2026-11-20">
        <Cube currency="USD" rate="1.10250"/><Cube currency='INR' rate='105.4'/><Cube currency="QQQ" rate="2"/></Cube></Cube></gesmes:Envelope>"#;
    let points = RateFeed::recognise(xml.as_bytes()).unwrap().read(xml.as_bytes()).unwrap();
    let told: Vec<_> =
        points.iter().map(|p| format!("{} {} {} {}", p.date, p.base, p.quote, p.rate)).collect();
    assert_eq!(told, ["2026-11-20 EUR USD 1.1025", "2026-11-20 EUR INR 105.4"]);
    let day_of = br#"{"amount":1.0,"base":"USD","date":"2026-11-20","rates":{"INR":91.123456789,"EUR":0.9}}"#;
    let points = RateFeed::recognise(day_of).unwrap().read(day_of).unwrap();
    assert_eq!(points.iter().find(|p| p.quote == cur("INR")).unwrap().rate, dec("91.123456789"));

    let bad =
        |body: &str| RateFeed::recognise(body.as_bytes()).map(|feed| feed.read(body.as_bytes()).unwrap_err());
    assert!(matches!(bad(&xml[..xml.len() - 30]), Some(FeedError::Shape(_))), "cut off");
    assert!(matches!(bad(&xml.replace("1.10250", "-1")), Some(FeedError::Shape(_))));
    assert!(matches!(bad(&xml.replace("2026-11-20", "20.11.2026")), Some(FeedError::Shape(_))));
    assert!(matches!(bad("<html><body>Sign in</body></html>"), Some(FeedError::Shape(_))));
    assert!(matches!(bad(r#"{"message":"not found"}"#), Some(FeedError::Shape(_))));
    assert!(matches!(
        bad(r#"[{"date":"2026-11-20","base":"USD","quote":"INR","rate":null}]"#),
        Some(FeedError::Shape(_))
    ));
    assert_eq!(bad("[]"), Some(FeedError::Empty));
    assert_eq!(RateFeed::recognise(b"  no"), None);
}

#[test]
fn absurd_rates_are_refused() {
    let known = Rates::bundled().unwrap();
    let look = |rate: &str, date: &str| {
        let body = format!(r#"[{{"date":"{date}","base":"USD","quote":"INR","rate":{rate}}}]"#);
        sane(&RateFeed::Frankfurter.read(body.as_bytes()).unwrap(), known, day("2026-11-22"))
    };
    assert_eq!(look("95", "2026-11-20"), Ok(()));
    assert!(matches!(look("9.5", "2026-11-20"), Err(FeedError::Absurd { .. })));
    assert!(matches!(look("950", "2026-11-20"), Err(FeedError::Absurd { .. })));
    assert_eq!(look("95", "2026-11-24"), Err(FeedError::Ahead(day("2026-11-24"))));
}

proptest! {
    /// The landed price is linear: the factor alone gives what the steps give.
    #[test]
    fn the_factor_alone_is_the_whole(cents in 1_i64..10_000_000, markup in 0_i64..500, status in 0..3_usize, shown in 0..3_usize) {
        let mut person = buyer(Some("IN"), TaxStatus::NAMED[status].0, None, "INR");
        person.card_markup = Some(Decimal::new(markup, 2));
        let (rules, at) = (TaxRules::bundled().unwrap(), day("2026-01-06"));
        let landing = landing(cur("USD"), TaxShown::NAMED[shown].0, &person, &dollars(), rules, at).unwrap();
        let list = Money::new(Decimal::new(cents, 2), cur("USD"));
        let landed = landing.apply(list).unwrap();
        prop_assert_eq!(landed.total.amount, exact_mul(list.amount, landing.factor).unwrap());
        let steps = landing.steps.iter().try_fold(Decimal::ONE, |all, step| exact_mul(all, step.factor)).unwrap();
        prop_assert_eq!(steps, landing.factor);
        prop_assert_eq!(landed.steps.last().unwrap().result, landed.total);
        prop_assert!(landed.least.is_none_or(|least| least.amount <= landed.total.amount));
    }

    /// There and back again is the same to nine digits.
    #[test]
    fn a_rate_and_its_inverse_agree(days in 0_i64..700, a in 0..20_usize, b in 0..20_usize) {
        let rates = Rates::bundled().unwrap();
        let all = rates.currencies();
        let at = day("2024-01-10").plus_days(days);
        let there = rates.of(all[a], all[b], at, FOR_CHARGES).unwrap();
        let back = rates.of(all[b], all[a], at, FOR_CHARGES).unwrap();
        let off = (there.factor * back.factor - Decimal::ONE).abs();
        prop_assert!(off < Decimal::new(1, 8), "{there:?} {back:?}");
        prop_assert_eq!(there.date, back.date);
    }
}
