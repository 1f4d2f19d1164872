//! AWS: Cost Explorer's lines of the bill, those of other services among them; and who a key belongs to.

use std::collections::BTreeMap;

use crate::admit::{Admit, Key};
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, When, names};
use crate::json::{Json, object};
use crate::trade::{Line, cost, done, usual};
use crate::world::{DOLLAR_DIGITS, MINUTES_A_DAY, World, date, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "aws.bedrock",
    base_path: "/aws.bedrock",
    key: Key::Aws { session: false },
    admit: Admit::Aws { service: "ce", region: "us-east-1" },
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let kind = refusal.code.unwrap_or(match refusal.status {
            401 => "UnrecognizedClientException",
            403 => "AccessDeniedException",
            429 => "LimitExceededException",
            500.. => "InternalServerException",
            _ => "ValidationException",
        });
        object([("__type", kind.into()), ("Message", refusal.plainly().into())])
    },
    status: |refusal| if refusal.status < 500 { 400 } else { refusal.status },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "cost_and_usage",
        path: "/",
        methods: &["POST"],
        when: When::Header("x-amz-target", "AWSInsightsIndexService.GetCostAndUsage"),
        list: Some("ResultsByTime"),
        paging: Some(Paging::cursor("NextPageToken", "NextPageToken").in_body()),
        money: Some("UnblendedCost.Amount"),
        currency: Some("UnblendedCost.Unit"),
        stray: Some(stray),
        ..PLAIN
    },
    Stream {
        name: "caller_identity",
        path: "/",
        when: When::Query("Action", "GetCallerIdentity"),
        admit: Some(Admit::Aws { service: "sts", region: "us-east-1" }),
        list: Some("GetCallerIdentityResponse"),
        // Any key may ask who it is.
        ordinary: true,
        ..PLAIN
    },
];

/// Days of a page.
const PAGE: i64 = 40;

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    if ask.stream.name == "caller_identity" {
        ask.knows(&["Action", "Version"])?;
        if ask.only("Version")? != Some("2011-06-15") {
            return Err(Refusal::query(
                "Version",
                "Could not find operation GetCallerIdentity for this version",
            ));
        }
        let caller = object([
            ("Account", "000011112222".into()),
            ("Arn", "arn:aws:iam::000011112222:user/simulated".into()),
            ("UserId", "AIDASIMULATED".into()),
        ]);
        let response = object([("GetCallerIdentityResult", caller)]);
        return Ok(Answer::Tree(object([("GetCallerIdentityResponse", response)])));
    }
    let fields = ["TimePeriod", "Granularity", "Metrics", "GroupBy", "Filter", "NextPageToken"];
    let body = ask.json(&fields)?;
    let period =
        body.object("TimePeriod", &["Start", "End"])?.ok_or_else(|| Refusal::missing("TimePeriod"))?;
    let day = |name: &'static str| period.day(name)?.ok_or_else(|| Refusal::missing(name));
    let (start, end) = (day("Start")?, day("End")?);
    if end <= start {
        return Err(Refusal::query("End", "Start date (and hour) should be before end date (and hour)"));
    }
    if start < world.today() - 14 * 31 {
        return Err(Refusal::query("Start", "You haven't enabled historical data beyond 14 months"));
    }
    body.one_of("Granularity", &["DAILY"])?;
    let metrics = body.texts("Metrics")?.ok_or_else(|| Refusal::missing("Metrics"))?;
    if metrics.is_empty() || !metrics.iter().all(|name| ["UnblendedCost", "UsageQuantity"].contains(name)) {
        return Err(Refusal::query("Metrics", "Metrics: expected UnblendedCost or UsageQuantity"));
    }
    let groups = body.objects("GroupBy", &["Type", "Key"])?.unwrap_or_default();
    let keys = groups.iter().map(|group| {
        group.one_of("Type", &["DIMENSION"])?;
        group.one_of("Key", &["SERVICE", "USAGE_TYPE"])
    });
    if keys.collect::<Result<Vec<_>, _>>()? != ["SERVICE", "USAGE_TYPE"] {
        return Err(Refusal::query("GroupBy", "GroupBy: only SERVICE with USAGE_TYPE is played here"));
    }
    let first = match body.text("NextPageToken")? {
        None => start,
        Some(token) => {
            let place = token.strip_prefix("page/").and_then(|day| day.parse().ok());
            place
                .filter(|day| (start..end).contains(day))
                .ok_or_else(|| Refusal::query("NextPageToken", "NextPageToken: it is not of this question"))?
        }
    };
    let last = end.min(first + PAGE);
    let mut fields = vec![
        ("GroupDefinitions".into(), Json::List(Vec::new())),
        ("ResultsByTime".into(), Json::List((first..last).map(|day| result(world, day)).collect())),
        ("DimensionValueAttributes".into(), Json::List(Vec::new())),
    ];
    if last < end {
        fields.push(("NextPageToken".into(), format!("page/{last}").into()));
    }
    Ok(Answer::Tree(Json::Object(fields)))
}

fn service(line: &Line) -> &'static str {
    match line.model {
        "large-1" => "Large 1 (Amazon Bedrock Edition)",
        "large-1-turbo" => "Large 1 Turbo (Amazon Bedrock Edition)",
        _ => "Amazon Bedrock",
    }
}

fn result(world: &World, day: i64) -> Json {
    let group = |service: &str, usage: &str, money: i128, quantity: String, unit: &str| {
        let metric = |amount: String, unit: &str| object([("Amount", amount.into()), ("Unit", unit.into())]);
        object([
            ("Keys", Json::List(vec![service.into(), usage.into()])),
            (
                "Metrics",
                object([
                    ("UnblendedCost", metric(plain(money, DOLLAR_DIGITS), "USD")),
                    ("UsageQuantity", metric(quantity, unit)),
                ]),
            ),
        ])
    };
    let mut groups = Vec::new();
    let mut sums: BTreeMap<&str, (i128, u64)> = BTreeMap::new();
    for line in usual(world.person) {
        let tally = done(world, "aws.bedrock", line, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
        if tally.requests > 0 {
            let sum = sums.entry(service(line)).or_default();
            sum.0 += cost(line, &tally);
            sum.1 += tally.amounts[0] + tally.amounts[1];
        }
    }
    for (service, (money, tokens)) in sums {
        let thousands = plain(i128::from(tokens), 3);
        groups.push(group(service, "USE1-tokens", money, thousands, "1K tokens"));
    }
    groups.push(group(
        "Amazon Simple Storage Service",
        "TimedStorage-ByteHrs",
        20_000_000_000_000_000,
        "1".into(),
        "GB-Mo",
    ));
    object([
        (
            "TimePeriod",
            object([("Start", date(day).to_string().into()), ("End", date(day + 1).to_string().into())]),
        ),
        ("Total", object([])),
        ("Groups", Json::List(groups)),
        ("Estimated", (day + 31 > world.today()).into()),
    ])
}

/// A copy of a day, of long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(days) = tree.field("ResultsByTime").and_then(Json::items) else { return false };
    let Some(mut day) = days.last().cloned() else { return false };
    let period = object([("Start", "2001-01-01".into()), ("End", "2001-01-02".into())]);
    day.set("TimePeriod", period);
    days.push(day);
    true
}
