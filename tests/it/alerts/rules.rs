//! The other rules: balances, budgets, spikes, renewals, keys and prices.

use spendglass_core::alert::{
    BalanceLeft, BudgetStand, Days, Facts, Key, KeyState, Plan, PriceChange, Range,
};
use spendglass_core::ledger::{AlertEnd, AlertRule, BalanceKind, BudgetSpan};
use spendglass_core::money::Currency;

use super::told::{Desk, at, dec, whose};

const NOW: &str = "2026-11-22T09:00:00Z";

fn balance(left: &str, days: Option<u32>) -> Facts {
    let balance = BalanceLeft {
        whose: whose(),
        kind: BalanceKind::Credits,
        currency: Currency::USD,
        left: dec(left),
        days: days.map(|days| [Some(days.saturating_sub(2)), Some(days), Some(days + 3)]),
        as_of: at(NOW),
    };
    Facts { balances: vec![balance], ..Facts::default() }
}

#[test]
fn a_balance_is_low_by_days_or_by_amount_and_recovers_well_above() {
    let mut desk = Desk::new();
    for (days, said) in [(7, 0), (6, 1), (7, 0), (6, 0), (8, 0), (6, 1)] {
        assert_eq!(desk.look(&balance("20", Some(days)), NOW).len(), said, "{days} days");
    }
    assert_eq!(
        desk.said[0].1.body,
        "$20.00 is left with OpenRouter. As you spend now it lasts about 6 days (4 to 9). Top it up before calls are refused."
    );
    let mut desk = Desk::new();
    desk.settings.low_balances = vec![(1, Currency::USD, dec("10"))];
    for (left, said) in [("10.01", 0), ("10", 1), ("10.50", 0), ("9", 0), ("11.01", 0), ("9.99", 1)] {
        assert_eq!(desk.look(&balance(left, None), NOW).len(), said, "{left}");
    }
    // Nothing is known of days and no amount was named: nothing is said.
    assert_eq!(Desk::new().look(&balance("0.01", None), NOW).len(), 0);
}

fn budget(spent: &str, forecast: Option<&str>, from: &str) -> Facts {
    let from = from.parse().unwrap();
    let stand = BudgetStand {
        id: 3,
        label: "everything".to_owned(),
        account: None,
        span: BudgetSpan::Month,
        from,
        to: BudgetSpan::Month.containing(from).1,
        amount: dec("100"),
        currency: Currency::USD,
        spent: Some(dec(spent)),
        forecast: forecast.map(|p50| Range { p10: dec(spent), p50: dec(p50), p90: dec("500") }),
    };
    Facts { budgets: vec![stand], ..Facts::default() }
}

#[test]
fn a_budget_is_said_at_each_step_and_again_next_month() {
    let mut desk = Desk::new();
    let month = [
        ("49.99", ""),
        ("50", "50%"),
        ("79", ""),
        ("80", "80%"),
        // A late correction lowers it: a little is no news later on, much is.
        ("78", ""),
        ("81", ""),
        ("70", ""),
        ("82", "80%"),
        ("130", "100%"),
    ];
    for (spent, step) in month {
        assert_eq!(desk.steps(&budget(spent, None, "2026-11-01"), NOW).join(","), step, "{spent}");
    }
    assert_eq!(desk.said.last().unwrap().1.title, "130 % of the monthly budget for everything is used");
    assert_eq!(
        desk.said.last().unwrap().1.body,
        "$130.00 is spent where $100.00 was meant to be enough until the end of 30 November (UTC): $30.00 too much."
    );
    assert_eq!(desk.steps(&budget("60", None, "2026-12-01"), "2026-12-20T09:00:00Z"), ["50%"]);
    let old = desk.stands.iter().filter(|stand| stand.subject == "budget:3:2026-11-01");
    assert!(old.filter(|stand| !stand.rearmed).all(|stand| stand.ended == Some(AlertEnd::Passed)));
    desk.look(&Facts::default(), "2026-12-21T09:00:00Z");
    assert_eq!(desk.stands.last().unwrap().ended, Some(AlertEnd::Settled), "the budget was removed");
    // All of it at once is one alert.
    assert_eq!(Desk::new().steps(&budget("99999", None, "2026-11-01"), NOW), ["100%"]);
}

#[test]
fn a_budget_that_will_be_crossed_is_said_before_it_is() {
    let mut desk = Desk::new();
    for (spent, forecast, said) in [
        ("10", "99", 0),
        ("10", "101", 1),
        ("11", "97", 0),
        ("11", "102", 0),
        ("12", "90", 0),
        ("13", "120", 1),
    ] {
        let told = desk.look(&budget(spent, Some(forecast), "2026-11-01"), NOW);
        assert_eq!(
            told.iter().filter(|raised| raised.rule == AlertRule::BudgetForecast).count(),
            said,
            "{forecast}"
        );
    }
    assert_eq!(desk.steps(&budget("100", Some("140"), "2026-11-01"), NOW), ["100%"]);
    assert_eq!(desk.end_of(AlertRule::BudgetForecast, "crossing"), Some(AlertEnd::Settled));
}

fn daily(spent: &str, date: &str) -> Facts {
    let mut facts = budget(spent, None, date);
    let stand = &mut facts.budgets[0];
    (stand.span, stand.to) = (BudgetSpan::Day, stand.from.plus_days(1));
    facts
}

#[test]
fn a_daily_budget_that_nobody_heard_of_is_said_once_and_by_its_date() {
    let mut desk = Desk::new();
    for day in 1..=28 {
        let date = format!("2026-11-{day:02}");
        assert_eq!(desk.steps(&daily("130", &date), &format!("{date}T20:00:00Z")), ["100%"]);
        for stand in &mut desk.stands {
            stand.delivered = false;
        }
    }
    desk.look(&daily("1", "2026-11-29"), "2026-11-29T09:00:00Z");
    let heard = |end: Option<AlertEnd>| end != Some(AlertEnd::Settled);
    let waiting: Vec<i64> = desk
        .stands
        .iter()
        .filter(|stand| stand.step == "100%" && heard(stand.ended))
        .map(|stand| stand.id)
        .collect();
    let last = desk.said.last().unwrap();
    assert_eq!(waiting, [last.0], "the last one alone is still to be heard, for it is not dropped");
    assert_eq!(
        last.1.body,
        "$130.00 is spent where $100.00 was meant to be enough for 28 November (UTC): $30.00 too much."
    );
}

#[test]
fn of_a_budget_nobody_says_what_he_does_not_know() {
    let mut desk = Desk::new();
    assert_eq!(desk.steps(&budget("85", Some("90"), "2026-11-01"), NOW), ["80%"]);
    let mut unknown = budget("0", Some("900"), "2026-11-01");
    unknown.budgets[0].spent = None;
    assert_eq!(desk.look(&unknown, NOW).len(), 0);
    assert_eq!(desk.end_of(AlertRule::Budget, "80%"), None, "what was said of it stands");
    let mut tiny = budget("5", None, "2026-11-01");
    tiny.budgets[0].amount = dec("0.000000000001");
    let said = Desk::new().look(&tiny, NOW);
    assert_eq!(said[0].title, ">999 % of the monthly budget for everything is used");
}

#[test]
fn what_cannot_be_worked_out_ends_nothing() {
    let mut desk = Desk::new();
    desk.look(&balance("20", Some(3)), NOW);
    desk.look(&Facts { unheard: [1].into(), ..Facts::default() }, NOW);
    assert_eq!(desk.end_of(AlertRule::LowBalance, "low"), None);
    desk.look(&Facts { unheard: [2].into(), ..Facts::default() }, NOW);
    assert_eq!(desk.end_of(AlertRule::LowBalance, "low"), Some(AlertEnd::Settled));
}

fn days(costs: &[&str]) -> Facts {
    let first = "2026-11-22".parse::<spendglass_core::time::Date>().unwrap();
    let first = first.plus_days(-i64::try_from(costs.len()).unwrap());
    let days = costs.iter().map(|cost| dec(cost)).collect();
    Facts { days: vec![Days { whose: whose(), currency: Currency::USD, first, days }], ..Facts::default() }
}

#[test]
fn a_day_is_a_spike_against_usual_days() {
    let usual = ["4", "5", "6", "5", "4", "6", "5", "5", "4", "6"];
    let then = |cost: &'static str| [&usual[..], &[cost]].concat();
    // The median is 5, the median distance 0.5 or 1: a spike costs more than twice the usual day, and more than 11.
    for (cost, said) in [("8", 0), ("10.9", 0), ("11.5", 1), ("60", 1)] {
        assert_eq!(Desk::new().look(&days(&then(cost)), NOW).len(), said, "{cost}");
    }
    // Cents do not alarm, and six days say nothing.
    assert_eq!(
        Desk::new().look(&days(&["0.01"; 10].into_iter().chain(["0.90"]).collect::<Vec<_>>()), NOW).len(),
        0
    );
    assert_eq!(Desk::new().look(&days(&["5", "5", "5", "5", "5", "5", "500"]), NOW).len(), 0);
    // Who works a day or two a week is not alarmed by each of them.
    let week = ["0", "0", "9", "0", "0", "0", "11"].repeat(4);
    assert_eq!(Desk::new().look(&days(&[&week[..], &["0", "0", "10"]].concat()), NOW).len(), 0);
    assert_eq!(Desk::new().look(&days(&[&week[..], &["0", "0", "40"]].concat()), NOW).len(), 1);
    // A late correction takes it back.
    let mut desk = Desk::new();
    assert_eq!(desk.steps(&days(&then("60")), NOW), ["USD"]);
    assert!(desk.said[0].1.body.starts_with("A usual day costs $5.00: this one cost 12 times as much"));
    desk.look(&days(&then("6")), NOW);
    assert_eq!(desk.end_of(AlertRule::Spike, "USD"), Some(AlertEnd::Settled));
}

#[test]
fn a_plan_is_said_before_each_renewal() {
    let plan = |renews: &str| {
        let plan = Plan {
            whose: whose(),
            plan: "Pro".to_owned(),
            price: Some((dec("20"), Currency::USD)),
            renews_at: at(renews),
        };
        Facts { plans: vec![plan], ..Facts::default() }
    };
    let mut desk = Desk::new();
    let days = [
        ("2026-11-22T09:00:00Z", "2026-11-30T10:00:00Z", ""),
        ("2026-11-23T00:00:00Z", "2026-11-30T10:00:00Z", "7d"),
        ("2026-11-23T09:00:00Z", "2026-11-30T10:20:00Z", ""),
        ("2026-11-29T09:00:00Z", "2026-11-30T10:00:00Z", "1d"),
        ("2026-11-30T11:00:00Z", "2026-12-30T10:00:00Z", ""),
        ("2026-12-24T09:00:00Z", "2026-12-30T10:00:00Z", "7d"),
    ];
    for (now, renews, step) in days {
        assert_eq!(desk.steps(&plan(renews), now).join(","), step, "{now}");
    }
    assert_eq!(desk.said[0].1.title, "OpenRouter Pro renews on 30 November");
    assert!(desk.said[0].1.body.starts_with("$20.00 is due then."));
}

#[test]
fn a_key_is_said_when_it_is_refused_and_not_when_nobody_answers() {
    let key_of = |state, was_read| Facts {
        keys: vec![Key { whose: whose(), state, was_read, words: None }],
        ..Facts::default()
    };
    let key = |state| key_of(state, true);
    let mut desk = Desk::new();
    let states = [
        (KeyState::Works, 0),
        (KeyState::Unheard, 0),
        (KeyState::Refused, 1),
        (KeyState::Unheard, 0),
        (KeyState::Refused, 0),
        (KeyState::Works, 0),
        (KeyState::Refused, 1),
    ];
    for (state, said) in states {
        assert_eq!(desk.look(&key(state), NOW).len(), said, "{state:?}");
    }
    assert!(desk.said[0].1.body.contains("was read before"));
    let never = Desk::new().look(&key_of(KeyState::Refused, false), NOW);
    assert_eq!(never[0].body, "OpenRouter refuses its key, so nothing of it was ever read. Replace the key.");
}

#[test]
fn a_price_that_changes_is_said_once() {
    let change = PriceChange {
        model: "larch-2".to_owned(),
        from: "2026-12-01".parse().unwrap(),
        words: "Output costs less.".to_owned(),
    };
    let facts = Facts { prices: vec![change], ..Facts::default() };
    let mut desk = Desk::new();
    assert_eq!(desk.steps(&facts, NOW), ["announced"]);
    assert_eq!(desk.steps(&facts, "2026-11-30T09:00:00Z").len(), 0);
    desk.look(&facts, "2026-12-02T09:00:00Z");
    assert_eq!(desk.end_of(AlertRule::PriceChange, "announced"), Some(AlertEnd::Passed));
}

#[test]
fn amounts_are_told_to_what_a_person_reads_and_as_their_currency_is_written() {
    let said = |amount: &str, currency: &str| {
        let mut facts = balance(amount, Some(1));
        facts.balances[0].currency = currency.parse().unwrap();
        Desk::new().look(&facts, NOW)[0].title.clone()
    };
    let cases = [
        ("12.4", "USD", "$12.40"),
        ("0.000123", "USD", "$0.000123"),
        ("-3.5", "USD", "-$3.50"),
        ("1234567.891", "EUR", "€1,234,567.89"),
        ("12345678.9", "INR", "₹1,23,45,678.90"),
        ("5000", "JPY", "¥5,000"),
        ("99.5", "CHF", "99.50 CHF"),
        ("12000", "credits", "12,000 credits"),
    ];
    for (amount, currency, words) in cases {
        assert_eq!(said(amount, currency), format!("OpenRouter balance is low: {words}"));
    }
}
