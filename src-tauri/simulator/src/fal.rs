//! fal.ai: what is left, and cost by endpoint and day, seven days a page. Only an admin key may ask.

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Paging, Refusal, Stream, error, names};
use crate::json::{Json, object};
use crate::world::{
    BERLIN, DAY_AND_NIGHT, DOLLAR, DOLLAR_DIGITS, EVENINGS, KOLKATA, MINUTES_A_DAY, Person, Work, World,
    number, plain, salt, time_text,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "fal",
    base_path: "/fal/v1",
    ordinary_key_prefix: "api-",
    admit: Admit::Scheme("Key"),
    streams: &STREAMS,
    names: &names(&STREAMS),
    answer,
    refuse: |refusal| {
        let (kind, usual) = match refusal.status {
            401 => ("authorization_error", "Cannot access the account without a key"),
            403 => ("authorization_error", "Admin API key required"),
            500.. => ("internal_error", "Internal server error"),
            _ => ("validation_error", "Invalid request"),
        };
        error([("type", kind.into()), ("message", refusal.words(usual).into())])
    },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "billing",
        path: "/account/billing",
        list: Some("credits"),
        money: Some("credits.current_balance"),
        currency: Some("credits.currency"),
        ..PLAIN
    },
    Stream {
        name: "usage",
        path: "/models/usage",
        list: Some("time_series"),
        paging: Some(Paging::cursor("next_cursor", "cursor").more("has_more")),
        money: Some("cost"),
        currency: Some("currency"),
        stray: Some(stray),
        ..PLAIN
    },
];

const PAGE: i64 = 7;

/// An endpoint, its unit, the price of one in 10⁻¹⁸ dollars, and the units of a request.
struct Model(&'static str, &'static str, u64, Work);

fn models(person: Person) -> &'static [Model] {
    const IMAGE: u64 = 25_000_000_000_000_000;
    match person {
        Person::Freelancer => &[Model(
            "fal-ai/flux/dev",
            "image",
            IMAGE,
            Work { rhythm: &KOLKATA, pace: 3, sizes: [1, 0, 0, 0, 0, 0] },
        )],
        Person::Student => &[Model(
            "fal-ai/flux/schnell",
            "megapixel",
            3_000_000_000_000_000,
            Work { rhythm: &EVENINGS, pace: 2, sizes: [2, 0, 0, 0, 0, 0] },
        )],
        Person::Team => &[
            Model(
                "fal-ai/flux/dev",
                "image",
                IMAGE,
                Work { rhythm: &DAY_AND_NIGHT, pace: 40, sizes: [1, 0, 0, 0, 0, 0] },
            ),
            Model(
                "fal-ai/kling-video/v2",
                "second",
                140_000_000_000_000_000,
                Work { rhythm: &BERLIN, pace: 3, sizes: [5, 0, 0, 0, 0, 0] },
            ),
        ],
        Person::Bulk(_) => &[],
    }
}

fn used(world: &World, Model(name, _, price, work): &Model, from: i64, to: i64) -> (u64, i128) {
    let quantity = world.done(salt("fal") ^ salt(name).rotate_left(11), work, from, to).amounts[0];
    (quantity, i128::from(quantity) * i128::from(*price))
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    match ask.stream.name {
        "billing" => billing(ask, world).map(Answer::Tree),
        _ => usage(ask, world).map(Answer::Tree),
    }
}

fn billing(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["expand"])?;
    let expanded = match ask.only("expand")? {
        None => false,
        Some("credits") => true,
        Some(_) => return Err(Refusal::query("expand", "expand: unknown")),
    };
    let mut fields = vec![("username".into(), "somebody".into())];
    if expanded {
        let spent: i128 =
            models(world.person).iter().map(|model| used(world, model, world.since, world.now).1).sum();
        let left = (spent / (50 * DOLLAR) + 1) * 50 * DOLLAR - spent;
        let balance = Json::Number(plain(left, DOLLAR_DIGITS));
        fields.push(("credits".into(), object([("current_balance", balance), ("currency", "USD".into())])));
    }
    Ok(Json::Object(fields))
}

fn usage(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&["start", "end", "timeframe", "timezone", "expand", "cursor"])?;
    let minute = |name| ask.minute(name)?.ok_or_else(|| Refusal::missing(name));
    let (start, end) = (minute("start")?, minute("end")?);
    if end <= start || start % MINUTES_A_DAY != 0 {
        return Err(Refusal::query("end", "end: must lie after start, which begins a day"));
    }
    if ask.only("timeframe")? != Some("day") || ask.only("timezone")?.is_some_and(|zone| zone != "UTC") {
        return Err(Refusal::query("timeframe", "timeframe: this town keeps days, in UTC"));
    }
    let groups: Vec<&str> = ask.only("expand")?.unwrap_or_default().split(',').collect();
    if !groups.contains(&"time_series") {
        return Err(Refusal::query("expand", "expand: this town keeps time_series"));
    }
    let days = world.days(start.div_euclid(MINUTES_A_DAY), (end - 1).div_euclid(MINUTES_A_DAY) + 1);
    let first = match ask.only("cursor")? {
        None => days.start,
        Some(text) => text
            .strip_prefix("day-")
            .and_then(|text| text.parse().ok())
            .filter(|day| days.contains(day))
            .ok_or_else(|| Refusal::query("cursor", "cursor: unknown"))?,
    };
    let last = days.end.min(first + PAGE);
    let bucket = |day: i64| {
        let results = models(world.person).iter().filter_map(|model| {
            let (quantity, cost) = used(world, model, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY);
            let Model(name, unit, price, _) = model;
            (quantity > 0).then(|| {
                object([
                    ("endpoint_id", (*name).into()),
                    ("unit", (*unit).into()),
                    ("quantity", quantity.into()),
                    ("unit_price", Json::Number(plain((*price).into(), DOLLAR_DIGITS))),
                    ("cost", Json::Number(number(cost, 6))),
                    ("currency", "USD".into()),
                    ("auth_method", "somebody's key".into()),
                ])
            })
        });
        let results = results.collect();
        object([("bucket", time_text(day * MINUTES_A_DAY).into()), ("results", Json::List(results))])
    };
    let next = (last < days.end).then(|| format!("day-{last}"));
    Ok(object([
        ("time_series", Json::List((first..last).map(bucket).collect())),
        ("next_cursor", next.clone().into()),
        ("has_more", next.is_some().into()),
    ]))
}

/// A copy of a bucket from long ago.
fn stray(tree: &mut Json) -> bool {
    let Some(buckets) = tree.field("time_series").and_then(Json::items) else { return false };
    let Some(mut bucket) = buckets.last().cloned() else { return false };
    bucket.set("bucket", time_text(0).into());
    buckets.push(bucket);
    true
}
