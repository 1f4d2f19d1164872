//! Cursor's Admin API: requests of a team by the millisecond in cents, and its spend by member with limits in dollars.

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{cost, done, spent, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, Person, World, cents, month_start, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "cursor",
    base_path: "/cursor",
    key_prefix: "key_",
    admit: Admit::Basic,
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let kind = match refusal.status {
            401 => "Unauthorized",
            403 => "Forbidden",
            429 => "Too Many Requests",
            500.. => "Internal Server Error",
            _ => "Bad Request",
        };
        object([("error", kind.into()), ("message", refusal.plainly().into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 3] = [
    Stream { name: "members", path: "/teams/members", list: Some("teamMembers"), ..PLAIN },
    Stream {
        name: "usage_events",
        path: "/teams/filtered-usage-events",
        methods: &["POST"],
        list: Some("usageEvents"),
        paging: Some(
            Paging::counted("page", Some("pagination.numPages")).more("pagination.hasNextPage").in_body(),
        ),
        count: Some("tokenUsage.inputTokens"),
        stray: Some(stray),
        ..PLAIN
    },
    Stream {
        name: "spend",
        path: "/teams/spend",
        methods: &["POST"],
        list: Some("teamMemberSpend"),
        paging: Some(Paging::counted("page", Some("totalPages")).in_body()),
        money: Some("spendCents"),
        ..PLAIN
    },
];

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    ask.knows(&[])?;
    match ask.stream.name {
        "members" => {
            let member = |number: u64| {
                object([
                    ("id", number.into()),
                    ("name", format!("Simulated member {number}").into()),
                    ("email", format!("member{number} at simulated").into()),
                    ("role", "member".into()),
                ])
            };
            Ok(Answer::Tree(object([(
                "teamMembers",
                Json::List((1..=members(world)).map(member).collect()),
            )])))
        }
        "usage_events" => events(ask, world),
        _ => spend(ask, world),
    }
}

fn members(world: &World) -> u64 {
    if world.person == Person::Team { 3 } else { 1 }
}

/// One event for each line of work and hour in which something was done, newest first.
fn events(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let body = ask.json(&["startDate", "endDate", "userId", "email", "page", "pageSize"])?;
    let millis = |name: &'static str| {
        let millis = body.whole(name, 0, 100_000_000_000_000)?.ok_or_else(|| Refusal::missing(name))?;
        // Seconds would be years too early.
        if millis < 1_000_000_000_000 {
            return Err(Refusal::query(name, format!("{name}: expected epoch milliseconds")));
        }
        Ok(millis)
    };
    let (start, end) = (millis("startDate")?, millis("endDate")?);
    if end < start {
        return Err(Refusal::query("endDate", "endDate: must be after startDate"));
    }
    let page = body.whole("page", 1, 1_000_000)?.unwrap_or(1);
    let size = body.whole("pageSize", 1, 1000)?.unwrap_or(10);
    let hours = (start.max(world.since * 60_000) / 3_600_000)..(end.min(world.now * 60_000) / 3_600_000 + 1);
    let mut all = Vec::new();
    for hour in hours.rev() {
        for (number, line) in usual(world.person).iter().enumerate() {
            let number = i64::try_from(number).unwrap_or_default();
            let at = hour * 3_600_000 + 1_000 * number + 7;
            let tally = done(world, "cursor", line, hour * 60, (hour + 1) * 60);
            if tally.requests == 0 || !(start..=end).contains(&at) {
                continue;
            }
            let included = (hour + number) % 3 == 0;
            let kind = if included { "Included in Business" } else { "Usage-based" };
            let [input, output, read, ..] = tally.amounts;
            let mut fields = vec![
                ("timestamp".into(), at.to_string().into()),
                ("model".into(), line.model.into()),
                ("kind".into(), kind.into()),
                ("maxMode".into(), (number == 1).into()),
                ("requestsCosts".into(), Json::Number("1.4".into())),
                ("isTokenBasedCall".into(), (!included).into()),
                ("cursorTokenFee".into(), Json::Number("0.25".into())),
                ("isFreeBugbot".into(), false.into()),
                ("userEmail".into(), format!("member{} at simulated", number + 1).into()),
            ];
            if !included {
                let tokens = object([
                    ("inputTokens", input.into()),
                    ("outputTokens", output.into()),
                    ("cacheWriteTokens", 0_u64.into()),
                    ("cacheReadTokens", read.into()),
                    ("totalCents", Json::Number(plain(cost(line, &tally), DOLLAR_DIGITS - 2))),
                ]);
                fields.push(("tokenUsage".into(), tokens));
            }
            all.push(Json::Object(fields));
        }
    }
    let count = i64::try_from(all.len()).unwrap_or_default();
    let pages = (count + size - 1) / size;
    let first = usize::try_from((page - 1) * size).unwrap_or_default();
    let rows = all.into_iter().skip(first).take(usize::try_from(size).unwrap_or_default()).collect();
    let pagination = object([
        ("numPages", pages.into()),
        ("currentPage", page.into()),
        ("pageSize", size.into()),
        ("hasNextPage", (page < pages).into()),
        ("hasPreviousPage", (page > 1).into()),
    ]);
    Ok(Answer::Tree(object([
        ("totalUsageEventsCount", count.into()),
        ("pagination", pagination),
        ("usageEvents", Json::List(rows)),
        ("period", object([("startDate", start.into()), ("endDate", end.into())])),
    ])))
}

/// The month under way, in cents; limits in dollars, nought where none is set.
fn spend(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let body = ask.json(&["searchTerm", "sortBy", "sortDirection", "page", "pageSize"])?;
    let page = body.whole("page", 1, 1_000_000)?.unwrap_or(1);
    body.whole("pageSize", 1, 1000)?;
    let from = month_start(world.today()) * MINUTES_A_DAY;
    let sum = cents(spent(world, "cursor", usual(world.person), from, world.now));
    // Two members a page, however many are asked for.
    let all = i64::try_from(members(world)).unwrap_or_default();
    let pages = (all + 1) / 2;
    let member = |number: i64| {
        object([
            ("spendCents", (sum / all).into()),
            ("overallSpendCents", (sum / all + 500).into()),
            ("includedSpendCents", 500_u64.into()),
            ("fastPremiumRequests", 12_u64.into()),
            ("name", format!("Simulated member {number}").into()),
            ("email", format!("member{number} at simulated").into()),
            ("role", "member".into()),
            ("hardLimitOverrideDollars", if number == 1 { 100_u64 } else { 0 }.into()),
            ("monthlyLimitDollars", Json::Null),
        ])
    };
    let rows = (2 * page - 1..=all.min(2 * page)).map(member).collect();
    Ok(Answer::Tree(object([
        ("teamMemberSpend", Json::List(rows)),
        ("subscriptionCycleStart", (from * 60_000).into()),
        ("totalMembers", all.into()),
        ("totalPages", pages.into()),
    ])))
}

/// A copy of an event, of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(events) = tree.field("usageEvents").and_then(Json::items) else { return false };
    let Some(mut event) = events.last().cloned() else { return false };
    event.set("timestamp", "978307200007".into());
    events.push(event);
    true
}
