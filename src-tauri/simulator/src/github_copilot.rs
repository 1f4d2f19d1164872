//! GitHub's billing reports: dated lines of all products, and what was used by model, added up over what is asked.

use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{Line, cost, done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, World, date, day_of, next_month, number, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "github_copilot",
    base_path: "/github_copilot",
    key_prefix: "github_pat_",
    ordinary_key_prefix: "ghp_",
    guard: |ask| match (ask.header("user-agent"), ask.header("x-github-api-version")) {
        (None, _) => {
            Err(Refusal::said(403, "Request forbidden by administrative rules: add a User-Agent header."))
        }
        (_, Some("2026-03-10" | "2022-11-28") | None) => Ok(()),
        _ => Err(Refusal::said(400, "Unsupported 'X-GitHub-Api-Version'")),
    },
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let words = match refusal.status {
            401 => refusal.words("Bad credentials"),
            403 => refusal.words("Resource not accessible by personal access token"),
            _ => refusal.plainly(),
        };
        object([
            ("message", words.into()),
            ("documentation_url", "https://docs.github.com/rest".into()),
            ("status", refusal.status.to_string().into()),
        ])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 4] = [
    // Every token may ask whose it is.
    Stream { name: "user", path: "/user", list: Some("login"), ordinary: true, ..PLAIN },
    Stream {
        name: "billing_usage",
        path: "/users/{}/settings/billing/usage",
        list: Some("usageItems"),
        money: Some("netAmount"),
        stray: Some(stray),
        ..PLAIN
    },
    Stream {
        name: "ai_credit_usage",
        path: "/users/{}/settings/billing/ai_credit/usage",
        money: Some("grossQuantity"),
        ..REPORT
    },
    Stream {
        name: "premium_request_usage",
        path: "/users/{}/settings/billing/premium_request/usage",
        money: Some("grossQuantity"),
        ..REPORT
    },
];

const REPORT: Stream = Stream { list: Some("usageItems"), stray: Some(another_day), ..PLAIN };

const LOGIN: &str = "simulated-octopus";

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "user" {
        ask.knows(&[])?;
        return Ok(Answer::Tree(object([
            ("login", LOGIN.into()),
            ("id", 7_u64.into()),
            ("type", "User".into()),
        ])));
    }
    ask.part(LOGIN)?;
    if ask.stream.name == "billing_usage" {
        ask.knows(&["year", "month", "day"])?;
        return bill(ask, world);
    }
    ask.knows(&["year", "month", "day", "model", "product"])?;
    report(ask, world)
}

/// The days that are asked for, end exclusive, and what of year, month and day bounds them.
struct Span {
    days: (i64, i64),
    bounds: [Option<i64>; 3],
}

/// What is asked for. Where no month is named it is all the year,
/// or for the reports by model the month under way.
fn span(ask: &Ask, world: &World, whole_year: bool) -> Result<Span, Refusal> {
    let today = date(world.today()).format("%Y %-m").to_string();
    let (this_year, this_month) = today.split_once(' ').unwrap_or_default();
    let number = |text: &str| text.parse::<i64>().unwrap_or_default();
    let year = ask.whole("year", 2000, 2100)?.unwrap_or_else(|| number(this_year));
    let month = ask.whole("month", 1, 12)?;
    let day = ask.whole("day", 1, 31)?;
    let month = if whole_year && day.is_none() { month } else { month.or(Some(number(this_month))) };
    let wrong = || Refusal::query("day", "There is no such date");
    let at = |month: i64, day: i64| {
        let text = format!("{year:04}-{month:02}-{day:02}");
        text.parse().map(day_of).map_err(|_| wrong())
    };
    let days = match (month, day) {
        (Some(month), Some(day)) => (at(month, day)?, at(month, day)? + 1),
        (Some(month), None) => (at(month, 1)?, next_month(at(month, 1)?)),
        (None, _) => (at(1, 1)?, next_month(at(12, 1)?)),
    };
    Ok(Span { days, bounds: [Some(year), month, day] })
}

/// Credits of a cent each: what was used, and what the plan does not cover, a third of it.
fn credits(world: &World, line: &Line, day: i64) -> (i128, i128) {
    let tally = done(world, "github_copilot", line, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
    let used = cost(line, &tally);
    (used, used / 3)
}

fn bill(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let (from, to) = span(ask, world, true)?.days;
    let mut items = Vec::new();
    for day in world.days(from, to) {
        let (mut gross, mut net) = (0, 0);
        for line in usual(world.person) {
            let (used, billed) = credits(world, line, day);
            gross += used;
            net += billed;
        }
        let dollars = |money: i128| Json::Number(number(money, 7));
        let item = |product: &str, sku: &str, unit: &str, quantity: Json, gross: i128, net: i128| {
            object([
                ("date", format!("{}T00:00:00Z", date(day)).into()),
                ("product", product.into()),
                ("sku", sku.into()),
                ("quantity", quantity),
                ("unitType", unit.into()),
                ("pricePerUnit", Json::Number("0.01".into())),
                ("grossAmount", dollars(gross)),
                ("discountAmount", dollars(gross - net)),
                ("netAmount", dollars(net)),
            ])
        };
        if gross > 0 {
            let quantity = Json::Number(plain(gross, DOLLAR_DIGITS - 2));
            items.push(item("Copilot", "Copilot AI Credits", "ai-credits", quantity, gross, net));
        }
        let minutes = 72_000_000_000_000_000;
        items.push(item("Actions", "Actions Linux", "minutes", 12_u64.into(), minutes, minutes));
    }
    Ok(Answer::Tree(object([("usageItems", Json::List(items))])))
}

fn report(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let Span { days: (from, to), bounds } = span(ask, world, false)?;
    let premium = ask.stream.name == "premium_request_usage";
    let (wanted, product) = (ask.only("model")?, ask.only("product")?);
    let mut items = Vec::new();
    let shown = product.is_none_or(|product| product.eq_ignore_ascii_case("copilot"));
    for line in usual(world.person).iter().filter(|_| shown) {
        if wanted.is_some_and(|model| model != line.model) {
            continue;
        }
        let sum = |of: fn((i128, i128)) -> i128| -> i128 {
            world.days(from, to).map(|day| of(credits(world, line, day))).sum()
        };
        let (gross, net) = (sum(|(gross, _)| gross), sum(|(_, net)| net));
        if gross == 0 {
            continue;
        }
        // A premium request costs four cents, a credit one.
        let (unit, sku, price, each) = if premium {
            ("requests", "Copilot Premium Request", "0.04", 4)
        } else {
            ("ai-credits", "Copilot AI Credits", "0.01", 1)
        };
        let quantity = |money: i128| Json::Number(plain(money / each, DOLLAR_DIGITS - 2));
        let dollars = |money: i128| Json::Number(number(money, 7));
        items.push(object([
            ("product", "Copilot".into()),
            ("sku", sku.into()),
            ("model", line.model.into()),
            ("unitType", unit.into()),
            ("pricePerUnit", Json::Number(price.into())),
            ("grossQuantity", quantity(gross)),
            ("grossAmount", dollars(gross)),
            ("discountQuantity", quantity(gross - net)),
            ("discountAmount", dollars(gross - net)),
            ("netQuantity", quantity(net)),
            ("netAmount", dollars(net)),
        ]));
    }
    let bounds = ["year", "month", "day"].into_iter().zip(bounds);
    let period = bounds.filter_map(|(name, value)| Some((name.into(), value?.into())));
    Ok(Answer::Tree(object([
        ("timePeriod", Json::Object(period.collect())),
        ("user", LOGIN.into()),
        ("usageItems", Json::List(items)),
    ])))
}

/// A copy of a line, of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(items) = tree.field("usageItems").and_then(Json::items) else { return false };
    let Some(mut item) = items.last().cloned() else { return false };
    item.set("date", "2001-01-01T00:00:00Z".into());
    items.push(item);
    true
}

/// The report of another day than was asked for.
fn another_day(tree: &mut Json) -> bool {
    tree.field("timePeriod").is_some_and(|period| period.set("year", 2001_u64.into()))
}
