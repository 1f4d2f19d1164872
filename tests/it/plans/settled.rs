//! Plans settled for a buyer and a usage.

use spendglass_core::catalogue::{
    Confidence, FreeTiers, Plan, Plans, RatePer, Rollover, Starts, Surface, Task, TaxIn,
};
use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::{Currency, Decimal, exact};
use spendglass_core::plan::{
    Abstains, Buyer, Capacity, Case, Fixed, Kind, Learned, Measure, Purse, Resolved, Row, TermOverage, Usage,
    resolve, resolve_tier,
};
use spendglass_core::time::{Date, Period, Timestamp, Zone};

fn number(text: &str) -> Decimal {
    exact(text).unwrap()
}

pub(super) fn kind(provider: &str, model: &str, surface: Surface) -> Kind {
    Kind {
        account: 1,
        provider: provider.to_owned(),
        model: model.to_owned(),
        surface,
        task: Task::Text,
        batch: false,
        project: None,
        api_key: None,
    }
}

/// A year from January 2026 with one row of each kind.
pub(super) fn usage(kinds: Vec<Kind>) -> Usage {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let (from, to) = (day("2025-12-01"), day("2026-12-01"));
    let start = Period::utc_days(from, to).unwrap().start;
    let row = |kind: usize| Row {
        at: start.plus_seconds(3_600),
        seconds: 1,
        kind: u32::try_from(kind).unwrap(),
        requests: Some(1),
        input_tokens: 1_000,
        cache_read_tokens: 0,
        output_tokens: 200,
        metered: None,
        list_cost: number("0.01"),
        billed_cost: None,
    };
    let rows = (0..kinds.len()).map(row).collect();
    Usage { window: Some((from, to)), currency: Some(Currency::USD), kinds, rows, excluded: Vec::new() }
}

fn buyer() -> Buyer {
    Buyer { seats: 1, ..Buyer::default() }
}

fn bundled(id: &str) -> &'static Plan {
    Plans::bundled().unwrap().find(id).unwrap_or_else(|| panic!("no {id}"))
}

fn settle(id: &str, usage: &Usage, buyer: &Buyer, learned: &Learned) -> Result<Resolved, Abstains> {
    resolve(bundled(id), Plans::bundled().unwrap(), usage, buyer, learned, Case::Middle)
}

fn capacity(middle: &str) -> Capacity {
    let middle = number(middle);
    let at = "2026-11-20T10:00:00Z".parse::<Timestamp>().unwrap();
    Capacity {
        low: middle - Decimal::ONE,
        middle,
        high: middle + Decimal::ONE,
        readings: 5,
        from: at,
        to: at,
    }
}

fn learned(plan: &str, window: QuotaWindow, middle: &str) -> Learned {
    let mut learned = Learned::default();
    learned.insert(plan, window, capacity(middle));
    learned
}

fn month(amount: &str, currency: &str, tax: TaxIn) -> Fixed {
    let purse = Purse { currency: currency.parse().unwrap(), tax };
    Fixed { amount: number(amount), purse, months: 1, from_month: 0, to_month: u32::MAX }
}

#[test]
fn the_price_of_ones_country_comes_before_the_list_and_tells_whether_tax_is_in_it() {
    let usage = usage(vec![kind("openai", "gpt-5.5", Surface::CodingAgent)]);
    let week = learned("openai/chatgpt-plus", QuotaWindow::Week, "10");
    let list = settle("openai/chatgpt-pro-200", &usage, &buyer(), &week).unwrap();
    assert_eq!(list.terms.fixed, [month("200", "USD", TaxIn::Excluded)]);
    assert_eq!(list.lowest, Confidence::Medium);
    let india = Buyer { country: Some("IN".to_owned()), ..buyer() };
    let there = settle("openai/chatgpt-pro-200", &usage, &india, &week).unwrap();
    assert_eq!(there.terms.fixed, [month("19900", "INR", TaxIn::Included)]);
    assert_eq!(there.lowest, Confidence::Low, "the rupee price is remembered, not read");
    let price = there.facts.iter().find(|used| used.what.starts_with("price in INR")).unwrap();
    assert_eq!((price.value.as_str(), price.fact.seen.as_str()), ("19900", "2025"));
    let abroad = settle("alibaba/coding", &usage_of("alibaba"), &buyer(), &Learned::default()).unwrap_err();
    assert!(matches!(&abroad, Abstains::NotForYou(why) if why.contains("CN")), "{abroad}");
}

fn usage_of(provider: &str) -> Usage {
    usage(vec![kind(provider, "some-model", Surface::CodingAgent)])
}

#[test]
fn a_multiple_takes_what_was_learned_of_the_other_plan_and_abstains_without() {
    let usage = usage(vec![kind("openai", "gpt-5.5", Surface::CodingAgent)]);
    let unknown = settle("openai/chatgpt-pro-200", &usage, &buyer(), &Learned::default()).unwrap_err();
    assert!(unknown.to_string().contains("multiple of openai/chatgpt-plus"), "{unknown}");
    assert!(unknown.to_string().contains("connect the account"), "{unknown}");
    let week = learned("openai/chatgpt-plus", QuotaWindow::Week, "10");
    let known = settle("openai/chatgpt-pro-200", &usage, &buyer(), &week).unwrap();
    let limit = &known.terms.limits[0];
    assert_eq!(
        (limit.measure, limit.amount, limit.window),
        (Measure::List, number("200"), QuotaWindow::Week)
    );
    assert!(known.ranged, "the readings differ");
    let plans = Plans::bundled().unwrap();
    let dear =
        resolve(bundled("openai/chatgpt-pro-200"), plans, &usage, &buyer(), &week, Case::Dear).unwrap();
    let cheap =
        resolve(bundled("openai/chatgpt-pro-200"), plans, &usage, &buyer(), &week, Case::Cheap).unwrap();
    assert_eq!((dear.terms.limits[0].amount, cheap.terms.limits[0].amount), (number("180"), number("220")));
    assert!(known.facts.iter().any(|used| used.fact.sources == ["5 of your own readings"]));
}

#[test]
fn a_plan_serves_its_surfaces_and_its_credit_the_places_it_is_for() {
    let kinds = vec![
        kind("anthropic", "claude-sonnet-5-5", Surface::CodingAgent),
        kind("anthropic", "claude-sonnet-5-5", Surface::Api),
        kind("openai", "gpt-5.5", Surface::Api),
    ];
    let usage = usage(kinds);
    let mut known = learned("anthropic/claude-pro", QuotaWindow::FIVE_HOURS, "8");
    known.insert(
        "anthropic/claude-pro",
        QuotaWindow::Week,
        Capacity { low: number("40"), middle: number("50"), high: number("60"), ..capacity("50") },
    );
    let ultra = settle("anthropic/claude-ultra", &usage, &buyer(), &known).unwrap();
    let serves = |kind| ultra.terms.serves.holds(kind);
    assert!(serves(0) && serves(1) && !serves(2));
    let pool = &ultra.terms.pools[0];
    assert!(pool.kinds.holds(1) && !pool.kinds.holds(0));
    assert_eq!(
        (pool.amount, pool.starts, &pool.rollover),
        (number("200"), Starts::Purchase, &Rollover::Lapses)
    );
    // The five hours have no end there, and the week is ten times that of Pro.
    let limits: Vec<_> = ultra.terms.limits.iter().map(|limit| (limit.window, limit.amount)).collect();
    assert_eq!(limits, [(QuotaWindow::Week, number("500"))]);
    assert!(ultra.terms.limits[0].kinds.holds(0) && !ultra.terms.limits[0].kinds.holds(1));
    let max = settle("anthropic/claude-max", &usage, &buyer(), &known).unwrap_err();
    assert!(matches!(max, Abstains::Unpublished { .. }), "its week is told by nobody: {max}");
    let anywhere = Buyer { any_surface: true, ..buyer() };
    let app = settle("anthropic/claude-ultra", &usage, &anywhere, &known).unwrap();
    assert!(app.terms.limits[0].kinds.holds(1), "what was used by key could be used in the app");
    let free = settle("anthropic/claude-free", &usage, &buyer(), &known);
    assert_eq!(free.unwrap_err(), Abstains::ServesNothing);
}

#[test]
fn pay_as_you_go_is_an_empty_pool_before_what_is_billed_with_its_fee() {
    let usage = usage(vec![kind("anthropic", "claude-sonnet-5-5", Surface::Api)]);
    let router = settle("openrouter/standard", &usage, &buyer(), &Learned::default()).unwrap();
    assert!(router.terms.fixed.is_empty());
    assert_eq!(router.terms.pools.len(), 1);
    assert!(router.terms.pools[0].amount.is_zero() && router.terms.pools[0].kinds.holds(0));
    let purse = Purse { currency: Currency::USD, tax: TaxIn::Excluded };
    assert_eq!(router.terms.overage, TermOverage::AtList { percent: number("100"), purse });
    assert_eq!(
        (router.terms.fees[0].percent, router.terms.fees[0].at_least),
        (number("5.5"), number("0.80"))
    );
    // Nothing is told of what these allow: that is no free use.
    for silent in ["cursor/hobby", "perplexity/pro", "xai/supergrok-lite"] {
        let plan = bundled(silent);
        let maker = plan.serves.providers.first().unwrap_or(&plan.provider).clone();
        let surface = plan.serves.surfaces[0];
        let usage = self::usage(vec![kind(&maker, "some-model", surface)]);
        let error = settle(silent, &usage, &buyer(), &Learned::default()).unwrap_err();
        assert_eq!(error, Abstains::Unpublished { what: "what it allows".to_owned() }, "{silent}");
    }
    let unpriced = settle("openrouter/business", &usage, &buyer(), &Learned::default()).unwrap_err();
    assert_eq!(unpriced, Abstains::NoPrice);
    assert!(unpriced.to_string().contains("invoice"), "{unpriced}");
}

#[test]
fn seats_are_paid_for_at_their_least_and_only_a_pool_takes_in_empty_ones() {
    let usage = usage(vec![kind("anthropic", "claude-sonnet-5-5", Surface::Editor)]);
    let three = Buyer { seats: 3, ..buyer() };
    let pooled = settle("github/copilot-business", &usage, &three, &Learned::default()).unwrap();
    assert_eq!(pooled.terms.fixed, [month("57", "USD", TaxIn::Excluded)]);
    assert_eq!(pooled.terms.pools[0].amount, number("5700"));
    let Measure::Own(unit) = pooled.terms.pools[0].measure else { panic!("a unit of its own") };
    let rates = &pooled.terms.units[unit].rates[0];
    assert_eq!((rates[0].amount, rates[0].per), (number("100"), RatePer::ListMoney(Currency::USD)));
    assert_eq!(pooled.terms.pools[0].starts, Starts::Calendar(Zone::UTC));
    assert!(!pooled.ranged);
    let alone = settle("cursor/pro", &usage, &three, &Learned::default()).unwrap();
    assert_eq!(alone.terms.fixed, [month("60", "USD", TaxIn::Excluded)]);
    assert_eq!(alone.terms.pools[0].amount, number("60"));
    assert!(alone.ranged && alone.notes.iter().any(|note| note.contains("at best")), "{:?}", alone.notes);
    let app = self::usage(vec![kind("anthropic", "claude-sonnet-5-5", Surface::Chat)]);
    let week = learned("anthropic/claude-pro", QuotaWindow::Week, "50");
    let team = settle("anthropic/claude-team-standard", &app, &buyer(), &week).unwrap();
    assert_eq!(team.terms.fixed, [month("50", "USD", TaxIn::Excluded)], "two seats at least");
    assert_eq!(team.terms.limits[0].amount, number("62.5"), "one person sits on one of them");
    let crowd = Buyer { seats: 151, ..buyer() };
    let full = settle("anthropic/claude-team-standard", &app, &crowd, &week).unwrap_err();
    assert!(matches!(&full, Abstains::NotForYou(why) if why.contains("150")), "{full}");
}

#[test]
fn a_year_is_paid_at_once_only_by_those_who_may_and_offers_of_first_months_end() {
    let usage = usage(vec![kind("anthropic", "claude-sonnet-5-5", Surface::Editor)]);
    let yearly = Buyer { yearly: true, ..buyer() };
    let year = settle("cursor/pro", &usage, &yearly, &Learned::default()).unwrap();
    let purse = Purse { currency: Currency::USD, tax: TaxIn::Excluded };
    let paid = Fixed { amount: number("192"), purse, months: 12, from_month: 0, to_month: u32::MAX };
    assert_eq!(year.terms.fixed, [paid]);
    let kinds = vec![kind("zai", "glm-5.3", Surface::CodingAgent)];
    let go = settle("opencode/go", &self::usage(kinds), &buyer(), &Learned::default()).unwrap();
    let fixed: Vec<_> = go.terms.fixed.iter().map(|one| (one.amount, one.from_month, one.to_month)).collect();
    assert_eq!(fixed, [(number("5"), 0, 1), (number("10"), 1, u32::MAX)]);
    let limits: Vec<_> = go.terms.limits.iter().map(|limit| limit.amount).collect();
    assert_eq!(limits, [number("12"), number("30"), number("60")]);
    let student = Buyer { student: true, ..buyer() };
    let trap = settle("cursor/student-pro", &usage, &student, &Learned::default());
    assert!(trap.is_err(), "what it allows is not told: {trap:?}");
    assert!(matches!(
        settle("cursor/student-pro", &usage, &buyer(), &Learned::default()),
        Err(Abstains::NotForYou(_))
    ));
    assert!(matches!(
        settle("cerebras/code-50", &usage, &buyer(), &Learned::default()),
        Err(Abstains::NotForSale(_))
    ));
}

#[test]
fn usage_without_the_count_of_a_limit_is_no_free_use() {
    let mut usage = usage_of("alibaba");
    let china = Buyer { country: Some("CN".to_owned()), ..buyer() };
    let counted = settle("alibaba/coding", &usage, &china, &Learned::default()).unwrap();
    let windows: Vec<_> = counted.terms.limits.iter().map(|limit| (limit.window, limit.starts)).collect();
    assert_eq!(
        windows,
        [
            (QuotaWindow::FIVE_HOURS, Starts::FirstUse),
            (QuotaWindow::Week, Starts::Purchase),
            (QuotaWindow::Month, Starts::Purchase)
        ]
    );
    assert!(counted.notes.iter().any(|note| note.contains("Nobody says when a window of week begins")));
    usage.rows[0].requests = None;
    let missing = settle("alibaba/coding", &usage, &china, &Learned::default()).unwrap_err();
    assert_eq!(missing, Abstains::NeedsCount { what: "requests".to_owned(), rows: 1 });
}

#[test]
fn a_free_tier_holds_each_model_by_itself_and_says_what_is_not_replayed() {
    let tiers = FreeTiers::bundled().unwrap();
    let groq = tiers.find("groq.free").unwrap();
    let kinds = vec![
        kind("groq", "openai/gpt-oss-20b", Surface::Api),
        kind("groq", "openai/gpt-oss-120b", Surface::Api),
        kind("groq", "a-model-nobody-knows", Surface::Api),
    ];
    let found = resolve_tier(groq, &usage(kinds)).unwrap();
    assert!(found.terms.fixed.is_empty() && found.terms.overage == TermOverage::Blocked);
    assert!(found.terms.serves.holds(0) && !found.terms.serves.holds(2));
    let of_first: Vec<_> = found
        .terms
        .limits
        .iter()
        .filter(|limit| limit.kinds.holds(0))
        .map(|limit| (limit.measure, limit.amount, limit.window))
        .collect();
    assert_eq!(
        of_first,
        [
            (Measure::Requests, number("1000"), QuotaWindow::Day),
            (Measure::Tokens, number("200000"), QuotaWindow::Day)
        ]
    );
    assert!(found.notes.iter().any(|note| note.contains("30 requests in one minute")), "{:?}", found.notes);
    let cap = tiers.find("gcp.gemini.tier_1").unwrap();
    assert!(matches!(resolve_tier(cap, &usage_of("gcp.gemini")), Err(Abstains::NotForSale(_))));
    let gemini = tiers.find("gcp.gemini.free").unwrap();
    let silent = usage(vec![kind("gcp.gemini", "gemini-3.8-flash", Surface::Api)]);
    assert!(matches!(resolve_tier(gemini, &silent), Err(Abstains::Unpublished { .. })));
    assert_eq!(resolve_tier(gemini, &usage_of("openai")).unwrap_err(), Abstains::ServesNothing);
}
