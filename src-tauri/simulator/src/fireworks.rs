//! Fireworks AI: what an account was charged in a span, told as one sum a line; money in whole units and thousand-millionths.

use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::trade::{Line, done, usual};
use crate::world::{DOLLAR, MINUTES_A_DAY, World, made_up, month_start, plain};

pub(crate) const HANDLER: Handler = Handler {
    id: "fireworks",
    base_path: "/fireworks",
    key_prefix: "fw_",
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let code = match refusal.status {
            400 => 3_u64,
            401 => 16,
            403 => 7,
            404 => 5,
            429 => 8,
            _ => 13,
        };
        let message = Json::from(refusal.plainly());
        object([("code", code.into()), ("message", message), ("details", Json::List(Vec::new()))])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 3] = [
    Stream {
        name: "accounts",
        path: "/v1/accounts",
        list: Some("accounts"),
        paging: Some(Paging::cursor("nextPageToken", "pageToken")),
        ..PLAIN
    },
    Stream {
        name: "billing",
        path: "/v1/accounts/{}/billing/summary",
        list: Some("lineItems"),
        money: Some("totalCost.units"),
        currency: Some("totalCost.currencyCode"),
        ..PLAIN
    },
    Stream {
        name: "quotas",
        path: "/v1/accounts/{}/quotas",
        list: Some("quotas"),
        money: Some("usage"),
        ..PLAIN
    },
];

fn slug(seed: u64) -> String {
    format!("someone-{}", made_up(seed, "fireworks/account", 6).to_lowercase())
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    let tree = match ask.stream.name {
        "accounts" => {
            ask.knows(&["pageSize", "pageToken"])?;
            let account = object([
                ("name", format!("accounts/{}", slug(world.seed)).into()),
                ("displayName", "Someone".into()),
                ("state", "READY".into()),
            ]);
            object([
                ("accounts", Json::List(vec![account])),
                ("nextPageToken", "".into()),
                ("totalSize", 1_u64.into()),
            ])
        }
        "billing" => {
            ask.part(&slug(world.seed))?;
            summary(ask, world)?
        }
        _ => {
            ask.part(&slug(world.seed))?;
            ask.knows(&["pageSize", "pageToken"])?;
            let start = month_start(world.today()) * MINUTES_A_DAY;
            let spent: i128 = charged(world, start, world.now).iter().map(|charged| charged.nanos).sum();
            let quota = object([
                ("name", format!("accounts/{}/quotas/monthly-spend-usd", slug(world.seed)).into()),
                ("value", "50".into()),
                ("maxValue", "500".into()),
                ("usage", Json::Number(plain(spent, 9))),
            ]);
            object([("quotas", Json::List(vec![quota]))])
        }
    };
    Ok(Answer::Tree(tree))
}

struct Charged {
    category: &'static str,
    model: &'static str,
    quantity: u64,
    /// 10⁻⁹ dollars: nothing finer can be told.
    nanos: i128,
}

const CATEGORIES: [&str; 3] = ["LLM input tokens", "LLM output tokens", "LLM input tokens (cached)"];

/// The lines of a span.
fn charged(world: &World, from: i64, to: i64) -> Vec<Charged> {
    let of = |line: &'static Line| {
        let tally = done(world, "fireworks", line, from, to);
        (0..3).filter(move |place| tally.amounts[*place] > 0).map(move |place| {
            let amount = i128::from(tally.amounts[place]) * i128::from(line.prices[place]);
            Charged {
                category: CATEGORIES[place],
                model: line.model,
                quantity: tally.amounts[place],
                nanos: amount / (DOLLAR / 1_000_000_000),
            }
        })
    };
    usual(world.person).iter().flat_map(of).collect()
}

fn summary(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["startTime", "endTime", "granularity"])?;
    let from = ask.minute("startTime")?.ok_or_else(|| Refusal::missing("startTime"))?;
    let to = ask.minute("endTime")?.ok_or_else(|| Refusal::missing("endTime"))?;
    if from >= to {
        return Err(Refusal::query("endTime", "endTime must be after startTime"));
    }
    let item = |charged: Charged| {
        let mut cost = vec![("currencyCode".into(), Json::from("USD"))];
        // What is nought may be left out.
        let (units, nanos) = (charged.nanos / 1_000_000_000, charged.nanos % 1_000_000_000);
        if units != 0 || nanos == 0 || charged.category == CATEGORIES[0] {
            cost.push(("units".into(), units.to_string().into()));
        }
        if nanos != 0 {
            cost.push(("nanos".into(), Json::Number(nanos.to_string())));
        }
        object([
            ("category", charged.category.into()),
            ("groupingKey", "model_bucket".into()),
            ("groupingValue", charged.model.into()),
            ("quantity", charged.quantity.into()),
            ("series", "SERVERLESS".into()),
            ("totalCost", Json::Object(cost)),
        ])
    };
    let items = charged(world, from, to).into_iter().map(item).collect();
    Ok(object([("lineItems", Json::List(items)), ("usageBuckets", Json::List(Vec::new()))]))
}
