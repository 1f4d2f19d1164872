//! Every figure of the founding documents that is a price, a rate, an allowance, a discount or an expiry: entered as a plan, settled
//! and replayed. They are illustrations, and appear beside real plans nowhere but in sample data.

use spendglass_core::catalogue::{Confidence, Plan, Plans, Quantity, Surface, Task};
use spendglass_core::money::{Currency, Decimal, exact};
use spendglass_core::plan::{
    Buyer, Case, Element, Kind, Learned, Measure, Replayed, Resolved, Row, Usage, replay, resolve,
};
use spendglass_core::time::{Date, Period};

fn number(text: &str) -> Decimal {
    exact(text).unwrap()
}

fn shapes() -> &'static Plans {
    Plans::illustration().unwrap_or_else(|error| panic!("{error}"))
}

fn plan(id: &str) -> &'static Plan {
    shapes().find(&format!("illustration/{id}")).unwrap_or_else(|| panic!("no {id}"))
}

const CLAUDE: (&str, &str) = ("anthropic", "claude-opus-4-8");
const GPT: (&str, &str) = ("openai", "gpt-5.5");
const GEMINI: (&str, &str) = ("gcp.gemini", "gemini-3.1-pro-preview");

/// Requests of one kind at 0.02 USD each, so many on each of the named days of a year that begins on 2026-01-01.
fn requests((provider, model): (&str, &str), task: Task, batch: bool, days: &[(i64, u64)]) -> Usage {
    let from = Date::new(2026, 1, 1).unwrap();
    let to = Date::new(2027, 1, 1).unwrap();
    let kind = Kind {
        account: 1,
        provider: provider.to_owned(),
        model: model.to_owned(),
        surface: Surface::Api,
        task,
        batch,
        project: None,
        api_key: None,
    };
    let rows = days.iter().flat_map(|(day, count)| {
        let start = Period::utc_days(from.plus_days(*day), from.plus_days(day + 1)).unwrap().start;
        (0..*count).map(move |second| Row {
            at: start.plus_seconds(i64::try_from(second).unwrap()),
            seconds: 1,
            kind: 0,
            requests: Some(1),
            input_tokens: 900,
            cache_read_tokens: 0,
            output_tokens: 100,
            metered: None,
            list_cost: Decimal::new(2, 2),
            billed_cost: None,
        })
    });
    Usage {
        window: Some((from, to)),
        currency: Some(Currency::USD),
        kinds: vec![kind],
        rows: rows.collect(),
        excluded: Vec::new(),
    }
}

fn india() -> Buyer {
    Buyer { country: Some("IN".to_owned()), student: true, seats: 1, ..Buyer::default() }
}

fn settle(id: &str, usage: &Usage, case: Case) -> Resolved {
    let found = resolve(plan(id), shapes(), usage, &india(), &Learned::default(), case);
    let found = found.unwrap_or_else(|why| panic!("{id}: {why}"));
    assert!(found.illustration && found.lowest == Confidence::Low, "{id}");
    found
}

fn through(id: &str, usage: &Usage, case: Case) -> Replayed {
    let chain = [Element::Plan(Box::new(settle(id, usage, case).terms))];
    replay(usage, &chain).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn refused(replayed: &Replayed) -> u64 {
    replayed.months.iter().map(|month| month.refused.requests).sum()
}

fn used(replayed: &Replayed, month: usize) -> Decimal {
    replayed.months[month].used.iter().map(|(_, amount)| *amount).sum()
}

fn fixed(replayed: &Replayed, month: usize) -> Decimal {
    replayed.months[month].fixed.iter().map(|(_, amount)| *amount).sum()
}

/// What a record says, and the requests of 5,000 credits that its range of rates pays for: in the dear case, in the cheap one.
type RateRecord =
    (&'static str, (&'static str, &'static str), Task, &'static str, [&'static str; 2], [u64; 2]);

#[test]
fn rates_in_ranges_by_model_and_task_are_replayed_in_both_cases() {
    let records: [RateRecord; 4] = [
        ("n-claude-query", CLAUDE, Task::Text, "claude-bundle", ["0.5", "2"], [2_500, 10_000]),
        ("n-gpt-query", GPT, Task::Text, "gpt-bundle", ["1", "3"], [1_666, 5_000]),
        ("n-gpt-vision", GPT, Task::Vision, "gpt-bundle", ["2", "4"], [1_250, 2_500]),
        ("n-gemini-query", GEMINI, Task::Text, "gemini-basic", ["0.3", "1.5"], [3_333, 11_000]),
    ];
    for (record, model, task, id, [least, most], [dear, cheap]) in records {
        let between = Quantity::Between(number(least), number(most));
        assert!(plan(id).rates.iter().any(|rate| rate.amount == between), "{record}");
        let usage = requests(model, task, false, &[(0, 11_000)]);
        for (case, served) in [(Case::Dear, dear), (Case::Cheap, cheap)] {
            let replayed = through(id, &usage, case);
            // A request of which only a part is paid for counts on both sides.
            let left = 11_000 - served;
            assert!(
                refused(&replayed).abs_diff(left) <= 1,
                "{record}: {} refused, not {left}",
                refused(&replayed)
            );
        }
    }
}

#[test]
fn prices_allowances_and_discounts_come_out_as_they_are_told() {
    let many = |model| requests(model, Task::Text, false, &[(3, 150), (40, 80)]);
    // n-gemini-free: 100 queries a day.
    let free = through("gemini-free", &many(GEMINI), Case::Middle);
    assert_eq!((refused(&free), fixed(&free, 0)), (50, Decimal::ZERO), "n-gemini-free");
    // Record, plan, model, what each month costs in the dear case and in the cheap one.
    let monthly = [
        ("n-basic-inr", "gemini-basic", GEMINI, "499", "499"),
        ("n-basic-credits", "gemini-student", GEMINI, "499", "499"),
        ("n-pro-inr", "claude-professional", CLAUDE, "2999", "2999"),
        ("n-ent-inr", "enterprise-bundle", GPT, "9999", "9999"),
        ("n-forecast-flat", "flat", GPT, "4999", "4999"),
        ("n-in-claude", "claude-india", CLAUDE, "14", "14"),
        ("n-in-discount", "india", GPT, "15", "12"),
    ];
    for (record, id, model, dear, cheap) in monthly {
        let usage = many(model);
        for (case, price) in [(Case::Dear, dear), (Case::Cheap, cheap)] {
            let replayed = through(id, &usage, case);
            // u-renewal: every month anew.
            let months: Vec<_> = (0..12).map(|month| fixed(&replayed, month)).collect();
            assert_eq!(months, vec![number(price); 12], "{record}");
            assert_eq!(refused(&replayed), 0, "{record}");
        }
    }
    assert_eq!(plan("gemini-basic").credit[0].amount, Quantity::Exact(number("5000")), "n-basic-credits");
    let more = Quantity::AtLeast(number("9999"));
    assert_eq!(plan("enterprise-bundle").prices[0].amount, more, "n-ent-inr: or more");
    // n-ent-disc: 20 to 30 % off what comes beyond the credit: 1,666 requests of 3 credits, or 5,000 of 1.
    let heavy = requests(GPT, Task::Text, false, &[(0, 6_000)]);
    let beyond = used(&through("enterprise-bundle", &heavy, Case::Cheap), 0);
    assert_eq!(beyond, number("14"), "1,000 x 0.02 less 30 %");
    let beyond = used(&through("enterprise-bundle", &heavy, Case::Dear), 0);
    assert!(
        beyond > number("69.3") && beyond < number("69.4"),
        "(6,000 - 1,666.67) x 0.02 less 20 %: {beyond}"
    );
    // n-batch and n-batch-n: 100 queries in a batch at half the price, beyond the 100 of the day.
    let batch = requests(GPT, Task::Text, true, &[(0, 200)]);
    assert_eq!(used(&through("hybrid", &batch, Case::Middle), 0), number("1"), "100 x 0.02 / 2");
    let single = requests(GPT, Task::Text, false, &[(0, 200)]);
    assert_eq!(used(&through("hybrid", &single, Case::Middle), 0), number("2"), "k-hybrid");
}

#[test]
fn credit_lapses_by_inactivity_after_months_and_rolls_over() {
    // n-claude-exp: used again on the 89th day it is there, on the 91st it is gone.
    for (again, served) in [(89, true), (91, false)] {
        let usage = requests(CLAUDE, Task::Text, false, &[(0, 10), (again, 10)]);
        let replayed = through("claude-bundle", &usage, Case::Cheap);
        assert_eq!(refused(&replayed) == 0, served, "n-claude-exp, day {again}");
        assert!(!replayed.elements[0].lapsed.is_empty(), "in the end it lapses");
    }
    // n-gpt-exp: 6 months from 2026-01-01 end with 2026-06-30, the 181st day of the year.
    for (again, served) in [(180, true), (181, false)] {
        let usage = requests(GPT, Task::Text, false, &[(0, 10), (again, 10)]);
        assert_eq!(
            refused(&through("gpt-bundle", &usage, Case::Cheap)) == 0,
            served,
            "n-gpt-exp, day {again}"
        );
    }
    // k-rollover: what January leaves is there in February, and not in March.
    let two = requests(GEMINI, Task::Text, false, &[(31, 6_600)]);
    assert_eq!(refused(&through("gemini-basic", &two, Case::Dear)), 0, "6,600 x 1.5 of 10,000");
    assert!(refused(&through("gemini-student", &two, Case::Dear)) > 3_000, "without rollover 5,000");
    // u-trial: a month of credit.
    let late = requests(GPT, Task::Text, false, &[(0, 10), (31, 10)]);
    assert_eq!(refused(&through("trial", &late, Case::Cheap)), 10, "u-trial");
}

#[test]
fn pools_mixes_and_refills_are_expressible() {
    // k-pool: seats draw on one sum, whose price is for the whole.
    let usage = requests(GPT, Task::Text, false, &[(0, 100)]);
    let team = Buyer { seats: 4, ..india() };
    let pooled =
        resolve(plan("enterprise-bundle"), shapes(), &usage, &team, &Learned::default(), Case::Dear).unwrap();
    assert_eq!(pooled.terms.fixed[0].amount, number("9999"), "k-pool");
    assert!(matches!(pooled.terms.pools[0].measure, Measure::Own(_)));
    // k-mix and k-free-first: the free tier, then a paid plan that serves the same.
    let usage = requests(GEMINI, Task::Text, false, &[(0, 150)]);
    let chain = [settle("gemini-free", &usage, Case::Dear), settle("gemini-basic", &usage, Case::Dear)]
        .map(|found| Element::Plan(Box::new(found.terms)));
    let mixed = replay(&usage, &chain).unwrap();
    assert_eq!(refused(&mixed), 0);
    assert_eq!(mixed.elements[0].served_list, number("2"), "100 of 150 for nothing");
    assert_eq!(mixed.elements[1].served_list, number("1"));
    // u-refill and u-forms: bundles are bought as they are needed: 6,000 credits are two of them.
    let usage = requests(GPT, Task::Text, false, &[(0, 2_000)]);
    assert_eq!(used(&through("top-up", &usage, Case::Dear), 0), number("998"), "u-refill");
}

#[test]
fn illustrations_are_marked_and_in_no_real_catalogue() {
    assert_eq!(shapes().plans.len(), 13);
    for plan in &shapes().plans {
        assert!(plan.illustration && plan.id.starts_with("illustration/"), "{}", plan.id);
        assert!(plan.product.ends_with("(illustration)"), "{}", plan.id);
        assert!(Plans::bundled().unwrap().find(&plan.id).is_none(), "{}", plan.id);
    }
}
