//! What holds of every replay, whatever the usage and the plan.

use proptest::prelude::*;
use spendglass_core::catalogue::{Quantity, Rollover, Starts, TaxIn};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::plan::{
    Element, KindSet, Measure, Purse, ReplayError, Replayed, Row, TermLimit, TermOverage, TermPool, Terms,
    Usage, replay,
};
use spendglass_core::time::Zone;

use super::pairs::{self, decimal};

const USD: Purse = Purse { currency: Currency::USD, tax: TaxIn::Excluded };

/// A plan of which nothing is known yet: it serves all, includes all and costs nothing.
pub(super) fn open(usage: &Usage) -> Terms {
    Terms {
        id: "acme/open".to_owned(),
        serves: KindSet::all(usage.kinds.len()),
        fixed: Vec::new(),
        units: Vec::new(),
        limits: Vec::new(),
        pools: Vec::new(),
        packs: Vec::new(),
        overage: TermOverage::AtList { percent: Decimal::ONE_HUNDRED, purse: USD },
        volume: Vec::new(),
        batch_percent_off: Decimal::ZERO,
        fees: Vec::new(),
        minimum: None,
    }
}

fn cost(replayed: &Replayed) -> Decimal {
    let months = replayed.months.iter();
    months
        .flat_map(|month| month.fixed.iter().chain(&month.used).chain(&month.rest))
        .map(|(_, sum)| sum)
        .sum()
}

fn refused(replayed: &Replayed) -> (u64, u64, u32, Decimal) {
    let add = |(requests, uncounted, hours, list): (u64, u64, u32, Decimal),
               month: &spendglass_core::plan::MonthCost| {
        let refused = &month.refused;
        (
            requests + refused.requests,
            uncounted + refused.uncounted,
            hours + refused.hours,
            list + refused.list_cost,
        )
    };
    replayed.months.iter().fold((0, 0, 0, Decimal::ZERO), add)
}

fn drawn() -> impl Strategy<Value = (Usage, Vec<Element>)> {
    any::<u64>().prop_map(|seed| pairs::pair(&mut fastrand::Rng::with_seed(seed)))
}

/// Usage small enough that no row is without a count, with some amount of an allowance and a larger one.
fn allowances() -> impl Strategy<Value = (Usage, Measure, Decimal, Decimal)> {
    let measures = [Measure::Requests, Measure::Tokens, Measure::OutputTokens, Measure::List];
    (any::<u64>(), prop::sample::select(measures.to_vec()), 0_u64..4_000, 0_u64..2_000, 0_u32..3).prop_map(
        |(seed, measure, less, more, places)| {
            let (mut usage, _) = pairs::pair(&mut fastrand::Rng::with_seed(seed));
            usage.rows.retain(|row| row.requests.is_some());
            (usage, measure, decimal(less, places), decimal(less + more, places))
        },
    )
}

fn windows() -> impl Strategy<Value = QuotaWindow> {
    let all = [
        QuotaWindow::FIVE_HOURS,
        QuotaWindow::Day,
        QuotaWindow::Week,
        QuotaWindow::Month,
        QuotaWindow::Months(3),
        QuotaWindow::Year,
        QuotaWindow::Lifetime,
    ];
    prop::sample::select(all.to_vec())
}

fn rollovers() -> impl Strategy<Value = Rollover> {
    prop_oneof![
        Just(Rollover::Lapses),
        (0_u32..4).prop_map(Rollover::Periods),
        (0_u64..5_000).prop_map(|cap| Rollover::Capped(Quantity::Exact(cap.into()))),
        Just(Rollover::Stays),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// A plan's price is paid in any case, and nothing that is billed for use pays it back.
    #[test]
    fn no_month_costs_less_than_its_price((usage, chain) in drawn()) {
        let Ok(replayed) = replay(&usage, &chain) else { return Ok(()) };
        for month in &replayed.months {
            for (purse, sum) in month.fixed.iter().chain(&month.used).chain(&month.rest) {
                prop_assert!(*sum > Decimal::ZERO, "{purse:?} {sum}");
            }
        }
    }

    /// Where pay as you go stands behind, nothing is refused, and all that was used is served by someone.
    #[test]
    fn nothing_is_refused_where_one_pays_as_one_goes((usage, mut chain) in drawn()) {
        chain.push(Element::Metered(USD));
        let Ok(replayed) = replay(&usage, &chain) else { return Ok(()) };
        prop_assert_eq!(refused(&replayed), (0, 0, 0, Decimal::ZERO));
        let served: Decimal = replayed.elements.iter().map(|element| element.served_list).sum();
        prop_assert_eq!(served, usage.rows.iter().map(|row| row.list_cost).sum::<Decimal>());
    }

    /// What is served, refused and left to pay as you go is all that was used.
    #[test]
    fn nothing_that_was_used_is_lost((usage, chain) in drawn()) {
        let Ok(replayed) = replay(&usage, &chain) else { return Ok(()) };
        let served: Decimal = replayed.elements.iter().map(|element| element.served_list).sum();
        let rest: Decimal = replayed.months.iter().flat_map(|month| &month.rest).map(|(_, sum)| sum).sum();
        let used = usage.rows.iter().map(|row| row.list_cost).sum::<Decimal>();
        prop_assert_eq!(served + rest + refused(&replayed).3, used);
    }

    /// More credit never makes it dearer.
    #[test]
    fn more_credit_never_costs_more(
        (usage, measure, less, more) in allowances(),
        every in windows(),
        rollover in rollovers(),
    ) {
        let with = |amount: Decimal| {
            let pool = TermPool {
                measure,
                amount,
                every,
                starts: Starts::Calendar("Asia/Kathmandu".parse().unwrap()),
                rollover: rollover.clone(),
                life: spendglass_core::ledger::ExpiryRule::AfterInactivity(3),
                kinds: KindSet::all(usage.kinds.len()),
            };
            let terms = Terms { pools: vec![pool], ..open(&usage) };
            cost(&replay(&usage, &[Element::Plan(Box::new(terms))]).unwrap())
        };
        prop_assert!(with(more) <= with(less));
    }

    /// A higher limit never makes it dearer, where windows stand still.
    #[test]
    fn a_higher_limit_never_costs_more(
        (usage, measure, less, more) in allowances(),
        window in windows(),
        starts in prop::sample::select(vec![Starts::Calendar(Zone::PACIFIC), Starts::Purchase]),
    ) {
        let with = |amount: Decimal| {
            let kinds = KindSet::all(usage.kinds.len());
            let limit = TermLimit { measure, amount, window, starts, kinds };
            let terms = Terms { limits: vec![limit], ..open(&usage) };
            cost(&replay(&usage, &[Element::Plan(Box::new(terms))]).unwrap())
        };
        prop_assert!(with(more) <= with(less));
    }
}

fn two_at_once() -> Usage {
    let kind = |model: &str| spendglass_core::plan::Kind {
        account: 1,
        provider: "acme".to_owned(),
        model: model.to_owned(),
        surface: spendglass_core::catalogue::Surface::Api,
        task: spendglass_core::catalogue::Task::Text,
        batch: false,
        project: None,
        api_key: None,
    };
    let row = |kind: u32, list: u64| Row {
        at: "2026-03-02T09:00:00Z".parse().unwrap(),
        seconds: 1,
        kind,
        requests: Some(1),
        input_tokens: 10,
        cache_read_tokens: 0,
        output_tokens: 10,
        metered: None,
        list_cost: decimal(list, 0),
        billed_cost: None,
    };
    Usage {
        window: Some(("2026-03-01".parse().unwrap(), "2026-04-01".parse().unwrap())),
        currency: Some(Currency::USD),
        kinds: vec![kind("small"), kind("large")],
        rows: vec![row(0, 1), row(1, 5)],
        excluded: Vec::new(),
    }
}

/// Rows of one instant go through as they came: the first has the allowance.
#[test]
fn rows_of_one_instant_keep_their_order() {
    let mut usage = two_at_once();
    let limit = TermLimit {
        measure: Measure::Requests,
        amount: Decimal::ONE,
        window: QuotaWindow::Day,
        starts: Starts::Calendar(Zone::UTC),
        kinds: KindSet::all(2),
    };
    let chain = [Element::Plan(Box::new(Terms { limits: vec![limit], ..open(&usage) }))];
    assert_eq!(cost(&replay(&usage, &chain).unwrap()), decimal(5, 0));
    usage.rows.reverse();
    assert_eq!(cost(&replay(&usage, &chain).unwrap()), decimal(1, 0));
}

/// What 28 digits cannot hold is told, never rounded.
#[test]
fn what_is_too_long_is_told() {
    let mut usage = two_at_once();
    usage.rows[0].list_cost = Decimal::from_str_exact("7922816251426433759354395.0001").unwrap();
    let percent = decimal(1_125, 1);
    let chain = [Element::Plan(Box::new(Terms {
        pools: vec![TermPool {
            measure: Measure::Requests,
            amount: Decimal::ZERO,
            every: QuotaWindow::Month,
            starts: Starts::Purchase,
            rollover: Rollover::Lapses,
            life: spendglass_core::ledger::ExpiryRule::Never,
            kinds: KindSet::all(2),
        }],
        overage: TermOverage::AtList { percent, purse: USD },
        ..open(&usage)
    }))];
    assert!(matches!(replay(&usage, &chain), Err(ReplayError::Overflow)));
}

/// Months of a purchase on the 31st end on the last of a shorter month, and on the 31st again after it.
#[test]
fn months_of_a_purchase_keep_its_day() {
    let mut usage = two_at_once();
    usage.window = Some(("2026-01-31".parse().unwrap(), "2026-05-15".parse().unwrap()));
    let row = usage.rows[0];
    let at = |text: &str| Row { at: text.parse().unwrap(), ..row };
    // One in each month, and one more that the month has no room for.
    usage.rows = vec![
        at("2026-02-27T23:59:59Z"),
        at("2026-02-28T00:00:00Z"),
        at("2026-03-29T12:00:00Z"),
        at("2026-03-30T23:59:59Z"),
        at("2026-03-31T00:00:00Z"),
        at("2026-04-29T23:59:59Z"),
        at("2026-04-30T00:00:00Z"),
    ];
    let limit = TermLimit {
        measure: Measure::Requests,
        amount: Decimal::ONE,
        window: QuotaWindow::Month,
        starts: Starts::Purchase,
        kinds: KindSet::all(2),
    };
    let terms = Terms { limits: vec![limit], overage: TermOverage::Blocked, ..open(&usage) };
    let replayed = replay(&usage, &[Element::Plan(Box::new(terms))]).unwrap();
    let refused: Vec<u64> = replayed.months.iter().map(|month| month.refused.requests).collect();
    // 31 January, 28 February (two too many), 31 March (one too many), 30 April.
    assert_eq!(refused, [0, 2, 1, 0]);
}
