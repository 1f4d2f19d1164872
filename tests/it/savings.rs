//! Savings, worked out by hand on small usage: each amount, what points to it, and that no money is promised twice.

use std::collections::BTreeSet;

use spendglass_core::catalogue::{Discounts, Surface, Task};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::{Currency, Decimal, exact};
use spendglass_core::plan::savings::{
    Certainty, LapsingLot, PaidPlan, Part, Question, Saving, SavingKind, Savings, find, sibling,
};
use spendglass_core::plan::{Kind, KindSet, Measure, Row, TermLimit, TermOverage, Terms, Usage};
use spendglass_core::pricing::PriceBook;
use spendglass_core::time::{Date, Timestamp, Zone};

/// A dollar a million in, a tenth from the cache, five out; half in a batch. The small one costs a fifth.
const LIST: &str = r#"[
    {"id": "anthropic", "models": [
        {"id": "claude-big-5", "match": {"equals": "claude-big-5"},
            "prices": {"input_mtok": 1, "output_mtok": 5, "cache_read_mtok": 0.1, "cache_write_mtok": 1},
            "price_variants": [{"when": {"service_tier": "batch"}, "prices": {"input_mtok": 0.5, "output_mtok": 2.5, "cache_read_mtok": 0.05}}]},
        {"id": "claude-small-5", "match": {"equals": "claude-small-5"}, "prices": {"input_mtok": 0.2, "output_mtok": 1, "cache_read_mtok": 0.02}},
        {"id": "claude-tiny-5", "match": {"equals": "claude-tiny-5"}, "prices": {"input_mtok": 0.01, "output_mtok": 0.05}},
        {"id": "claude-small-4", "match": {"equals": "claude-small-4"}, "prices": {"input_mtok": 0.2, "output_mtok": 1}},
        {"id": "claude-voice-5-tts", "match": {"equals": "claude-voice-5-tts"}, "prices": {"input_mtok": 0.3, "output_mtok": 1.5}}]},
    {"id": "deepseek", "models": [{"id": "deepseek-chat", "match": {"equals": "deepseek-chat"}, "prices": [
        {"prices": {"input_mtok": 1, "output_mtok": 1}},
        {"constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"}, "prices": {"input_mtok": 2, "output_mtok": 2}}]}]},
    {"id": "groq", "models": [{"id": "open-8", "match": {"equals": "open-8"}, "prices": {"input_mtok": 1, "output_mtok": 1}}]}]"#;

fn book() -> PriceBook {
    let source = r#"{"name": "list", "version": "1", "dated": "2026-11-01"}"#;
    PriceBook::read(LIST, source, r#"{"multipliers": [], "free": []}"#).unwrap()
}

fn number(text: &str) -> Decimal {
    exact(text).unwrap()
}

fn kind(account: i64, provider: &str, model: &str) -> Kind {
    Kind {
        account,
        provider: provider.to_owned(),
        model: model.to_owned(),
        surface: Surface::Api,
        task: Task::Text,
        batch: false,
        project: None,
        api_key: Some("night".to_owned()),
    }
}

/// A row of an hour that ends at a time.
fn row(at: &str, kind: u32, requests: u64, tokens: [u64; 3], list_cost: &str) -> Row {
    let [input_tokens, cache_read_tokens, output_tokens] = tokens;
    Row {
        at: at.parse::<Timestamp>().unwrap(),
        seconds: 3600,
        kind,
        requests: Some(requests),
        input_tokens,
        cache_read_tokens,
        output_tokens,
        metered: None,
        list_cost: number(list_cost),
        billed_cost: None,
    }
}

fn usage(kinds: Vec<Kind>, rows: Vec<Row>) -> Usage {
    let day = |text: &str| text.parse::<Date>().unwrap();
    Usage {
        window: Some((day("2026-11-01"), day("2026-11-15"))),
        currency: Some(Currency::USD),
        kinds,
        rows,
        excluded: Vec::new(),
    }
}

/// Ten nights of 20 requests at two o'clock: 1,000,000 tokens in and 10,000 out cost 1.05 dollars each.
fn nights(kind: u32) -> Vec<Row> {
    (1..=10)
        .map(|day| row(&format!("2026-11-{day:02}T02:59:59Z"), kind, 20, [1_000_000, 0, 10_000], "1.05"))
        .collect()
}

#[derive(Default)]
struct Beside {
    confirmed: BTreeSet<String>,
    tiers: Vec<(i64, String, Terms, Vec<String>)>,
    plans: Vec<PaidPlan>,
    lots: Vec<LapsingLot>,
}

fn found(usage: &Usage, beside: &Beside) -> Savings {
    let book = book();
    find(&Question {
        usage,
        book: &book,
        discounts: Discounts::bundled().unwrap(),
        confirmed: &beside.confirmed,
        tiers: &beside.tiers,
        plans: &beside.plans,
        lots: &beside.lots,
        today: "2026-11-15".parse().unwrap(),
    })
}

fn the(savings: &Savings, kind: SavingKind) -> &Saving {
    let of: Vec<_> = savings.all.iter().filter(|saving| saving.kind == kind).collect();
    assert_eq!(of.len(), 1, "{kind:?}: {savings:#?}");
    of[0]
}

fn amounts(saving: &Saving) -> [String; 3] {
    saving.amounts.map(|amount| amount.normalize().to_string())
}

#[test]
fn work_by_the_clock_could_go_by_batch_once_the_person_says_so() {
    let usage = usage(vec![kind(1, "anthropic", "claude-big-5")], nights(0));
    let savings = found(&usage, &Beside::default());
    let batch = the(&savings, SavingKind::Batch);
    assert_eq!((batch.id.as_str(), &batch.part), ("batch:1:key:night", &Some(Part::Key("night".to_owned()))));
    // Half of ten times 1.05.
    assert_eq!(amounts(batch), ["5.25"; 3]);
    assert_eq!(batch.certainty, Certainty::NeedsWord);
    assert_eq!(
        (batch.behind.rows, batch.behind.requests, batch.behind.days, batch.behind.kinds),
        (10, 200, 10, 1)
    );
    assert_eq!(batch.behind.list_cost, number("10.5"));
    assert_eq!(batch.behind.uncounted, 0);
    assert!(batch.sources[0].starts_with("https://"), "{batch:?}");
    // Without a word of the person's, it is in no total: only what is taken of the cache is.
    let cache = the(&savings, SavingKind::Cache);
    assert_eq!(savings.of_usage, cache.amounts);

    let confirmed =
        Beside { confirmed: BTreeSet::from(["batch:1:key:night".to_owned()]), ..Beside::default() };
    let savings = found(&usage, &confirmed);
    assert_eq!(the(&savings, SavingKind::Batch).certainty, Certainty::Measured);
}

#[test]
fn requests_that_nobody_counts_are_not_said_to_be_none() {
    let mut rows: Vec<Row> = (0..6).flat_map(|_| nights(0)).collect();
    rows.sort_by_key(|row| row.at);
    for row in &mut rows {
        row.requests = None;
    }
    let usage = usage(vec![kind(1, "anthropic", "claude-big-5")], rows);
    let savings = found(&usage, &Beside::default());
    let batch = the(&savings, SavingKind::Batch);
    assert_eq!((batch.behind.rows, batch.behind.uncounted, batch.behind.requests), (60, 60, 0));
    assert!(batch.words.contains("lines of usage") && !batch.words.contains("requests"), "{}", batch.words);
}

#[test]
fn work_that_comes_at_all_hours_points_to_no_batch() {
    let at = |day: u32, hour: u32| format!("2026-11-{day:02}T{hour:02}:59:59Z");
    let rows = (1..=10).flat_map(|day| {
        (0..8).map(move |n| row(&at(day, n * 3), 0, u64::from(day % 4) + 1, [100, 0, 3_000], "0.0151"))
    });
    let usage = usage(vec![kind(1, "anthropic", "claude-big-5")], rows.collect());
    assert!(found(&usage, &Beside::default()).all.is_empty());
    // The person knows better.
    let confirmed =
        Beside { confirmed: BTreeSet::from(["batch:1:key:night".to_owned()]), ..Beside::default() };
    assert_eq!(the(&found(&usage, &confirmed), SavingKind::Batch).certainty, Certainty::Measured);
    // Work in the provider's own app, and work that is in a batch already, cannot go there.
    for change in [|kind: &mut Kind| kind.surface = Surface::Chat, |kind: &mut Kind| kind.batch = true] {
        let mut usage = usage.clone();
        change(&mut usage.kinds[0]);
        assert!(found(&usage, &confirmed).all.is_empty());
    }
}

#[test]
fn work_day_and_night_points_to_a_batch() {
    let hour = |day: u32, hour: u32| format!("2026-11-{day:02}T{hour:02}:59:59Z");
    let bot = |quiet: u64| -> Vec<Row> {
        let hours = (2..=9).flat_map(|day| (0..24).map(move |n| (day, n)));
        hours
            .map(|(day, n)| {
                let requests = if n == 3 { quiet } else { 10 + u64::from(day % 3) * 10 };
                row(&hour(day, n), 0, requests, [100, 0, 3_000], "0.0151")
            })
            .collect()
    };
    let kinds = || vec![kind(1, "anthropic", "claude-big-5")];
    let savings = found(&usage(kinds(), bot(9)), &Beside::default());
    assert!(the(&savings, SavingKind::Batch).words.contains("every hour"));
    // An hour in which hardly anything happens is somebody's night.
    let savings = found(&usage(kinds(), bot(1)), &Beside::default());
    assert!(savings.all.iter().all(|saving| saving.kind != SavingKind::Batch), "{savings:#?}");
}

#[test]
fn what_was_used_at_dear_hours_costs_half_at_others() {
    // Two o'clock on a Tuesday and on a Saturday, and noon: dear hours are from Monday to Friday.
    let rows = ["2026-11-03T02:29:59Z", "2026-11-03T12:29:59Z", "2026-11-07T02:29:59Z"]
        .map(|at| row(at, 0, 5, [1_000, 0, 1_000], "0.004"));
    let of_hours = usage(vec![kind(4, "deepseek", "deepseek-chat")], rows.to_vec());
    let savings = found(&of_hours, &Beside::default());
    let off_peak = the(&savings, SavingKind::OffPeak);
    assert_eq!(amounts(off_peak), ["0.002"; 3]);
    assert_eq!((off_peak.behind.rows, off_peak.certainty), (1, Certainty::NeedsWord));
    assert!(off_peak.sources[0].starts_with("https://"));
    // Of a day nobody can tell the hour.
    let mut of_days = of_hours;
    for row in &mut of_days.rows {
        row.seconds = 86_400;
    }
    assert!(found(&of_days, &Beside::default()).all.is_empty());
}

#[test]
fn repeated_large_prompts_could_be_read_from_the_cache() {
    let usage = usage(vec![kind(1, "anthropic", "claude-big-5")], nights(0));
    let savings = found(&usage, &Beside::default());
    let cache = the(&savings, SavingKind::Cache);
    assert_eq!(cache.certainty, Certainty::Assumed);
    // Of a million tokens a night 30, 50 or 80 in 100 are repeated; of these 19 in 20 cost a tenth, the rest what it cost.
    // 300,000 * 0.95 * 0.9 dollars a million, ten times.
    assert_eq!(amounts(cache), ["2.565", "4.275", "6.84"]);
    assert_eq!(cache.overlaps, ["batch:1:key:night"]);
    // With most of it read from the cache already, there is nothing to say.
    let mut cached = usage;
    for row in &mut cached.rows {
        row.cache_read_tokens = 900_000;
    }
    assert!(found(&cached, &Beside::default()).all.iter().all(|saving| saving.kind != SavingKind::Cache));
}

#[test]
fn short_answers_could_come_from_the_nearest_smaller_model() {
    // 60 requests a day with 100 tokens out each, by the day, no pattern.
    let rows = (1..=10).map(|day| Row {
        seconds: 86_400,
        ..row(&format!("2026-11-{day:02}T23:59:59Z"), 0, 10 + 20 * (day % 2), [10_000, 0, 3_000], "0.025")
    });
    let usage = usage(vec![kind(1, "anthropic", "claude-big-5")], rows.collect());
    let savings = found(&usage, &Beside::default());
    let smaller = the(&savings, SavingKind::SmallerModel);
    assert_eq!(smaller.instead.as_deref(), Some("claude-small-5"));
    assert_eq!(smaller.certainty, Certainty::NeedsWord);
    // Four fifths of a quarter dollar.
    assert_eq!(amounts(smaller), ["0.2"; 3]);
    assert_eq!(savings.of_usage, [Decimal::ZERO; 3]);
    let book = book();
    let names: Vec<&str> =
        sibling(&book, "anthropic", "claude-big-5").into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["claude-small-5", "claude-tiny-5"]);
    let bundled = PriceBook::bundled();
    let names: Vec<&str> = sibling(bundled, "openai", "gpt-5.4").into_iter().map(|(_, name)| name).collect();
    assert!(
        names.contains(&"gpt-5.4-mini") && !names.contains(&"gpt-5.3") && !names.contains(&"gpt-4o"),
        "{names:?}"
    );
    assert!(names.iter().all(|name| !name.contains("image") && !name.contains("audio")), "{names:?}");
    assert!(sibling(bundled, "openai", "davinci").is_empty());
}

#[test]
fn one_part_of_usage_is_counted_once_by_the_largest_saving() {
    let usage = usage(
        vec![
            kind(1, "anthropic", "claude-big-5"),
            Kind { api_key: Some("day".to_owned()), ..kind(1, "anthropic", "claude-big-5") },
        ],
        [nights(0), nights(1)].concat(),
    );
    let both = ["batch:1:key:night", "batch:1:key:day"].map(str::to_owned);
    let savings = found(&usage, &Beside { confirmed: BTreeSet::from(both), ..Beside::default() });
    let sum = |kind| {
        savings
            .all
            .iter()
            .filter(|saving| saving.kind == kind)
            .fold(Decimal::ZERO, |sum, saving| sum + saving.amounts[1])
    };
    assert_eq!((sum(SavingKind::Batch), sum(SavingKind::Cache)), (number("10.5"), number("8.55")));
    // Not 19.05: what goes by batch is not promised once more for the cache.
    assert_eq!(savings.of_usage[1], number("10.5"));
    for saving in &savings.all {
        assert_eq!(saving.overlaps.len(), 1, "{saving:?}");
        assert!(saving.amounts[0] <= saving.amounts[1] && saving.amounts[1] <= saving.amounts[2]);
        assert!(saving.amounts[2] <= saving.behind.list_cost, "no more is saved than was spent");
    }
}

/// Fifty requests a day for nothing.
fn free_tier(kinds: usize) -> Terms {
    Terms {
        id: "groq.free".to_owned(),
        serves: KindSet::all(kinds),
        fixed: Vec::new(),
        units: Vec::new(),
        limits: vec![TermLimit {
            measure: Measure::Requests,
            amount: number("50"),
            window: QuotaWindow::Day,
            starts: spendglass_core::catalogue::Starts::Calendar("UTC".parse::<Zone>().unwrap()),
            kinds: KindSet::all(kinds),
        }],
        pools: Vec::new(),
        packs: Vec::new(),
        overage: TermOverage::Blocked,
        volume: Vec::new(),
        batch_percent_off: Decimal::ZERO,
        fees: Vec::new(),
        minimum: None,
    }
}

#[test]
fn a_free_allowance_would_have_served_what_a_replay_says() {
    // On the first day all of 40 requests, on the second 50 of 100.
    let rows = vec![
        row("2026-11-02T09:59:59Z", 0, 40, [400, 0, 40], "0.4"),
        row("2026-11-03T09:59:59Z", 0, 100, [1_000, 0, 100], "1"),
    ];
    let usage = usage(vec![kind(3, "groq", "open-8")], rows);
    let tiers = vec![(3, "Free".to_owned(), free_tier(1), vec!["https://groq.example/limits".to_owned()])];
    let savings = found(&usage, &Beside { tiers, ..Beside::default() });
    let free = the(&savings, SavingKind::FreeAllowance);
    let whole = free.amounts[1].round_dp(4);
    assert_eq!((whole, free.certainty), (number("0.9"), Certainty::Assumed));
    assert_eq!(savings.of_usage, free.amounts);
}

#[test]
fn a_plan_that_costs_more_than_what_is_used_through_it_is_told_and_one_of_unknown_use_is_not() {
    let chat = Kind { surface: Surface::Chat, ..kind(2, "claude_subscription", "claude-big-5") };
    let usage = usage(vec![chat], vec![row("2026-11-02T09:59:59Z", 0, 4, [1_000, 0, 100], "3.5")]);
    let plan = |account, paid: &str, currency| PaidPlan {
        account,
        plan: "Pro".to_owned(),
        paid: number(paid),
        currency,
    };
    let plans = vec![
        plan(2, "20", Currency::USD),
        // Of this account nobody tells the use; that one is in another currency.
        plan(9, "50", Currency::USD),
        plan(2, "900", Currency::national("INR").unwrap()),
    ];
    let savings = found(&usage, &Beside { plans, ..Beside::default() });
    let plan = the(&savings, SavingKind::PlanUnused);
    assert_eq!((plan.account, amounts(plan)), (2, ["16.5".to_owned(), "16.5".to_owned(), "16.5".to_owned()]));
    // It is money of a plan, not of usage.
    assert_eq!(savings.of_usage, [Decimal::ZERO; 3]);
    let worth =
        vec![PaidPlan { account: 2, plan: "Pro".to_owned(), paid: number("3"), currency: Currency::USD }];
    assert!(found(&usage, &Beside { plans: worth, ..Beside::default() }).all.is_empty());
}

#[test]
fn credit_about_to_lapse_is_told_without_any_usage() {
    let lot = LapsingLot {
        account: 1,
        lot: "entry-7".to_owned(),
        left: ["2", "5", "9"].map(number),
        currency: Currency::USD,
        until: "2026-12-01".to_owned(),
        sources: Vec::new(),
    };
    let savings = found(&Usage::default(), &Beside { lots: vec![lot], ..Beside::default() });
    assert_eq!(amounts(the(&savings, SavingKind::Lapsing)), ["2", "5", "9"]);
    assert!(found(&Usage::default(), &Beside::default()).all.is_empty());
}
