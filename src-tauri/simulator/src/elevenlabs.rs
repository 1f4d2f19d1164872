//! `ElevenLabs`: credits of the plan with their reset in Unix seconds, and credits by day with times in milliseconds.

use chrono::DateTime;

use crate::admit::Admit;
use crate::handler::{Answer, Ask, Handler, PLAIN, Refusal, Stream, names};
use crate::json::{Json, object};
use crate::world::{
    BERLIN, DAY_AND_NIGHT, DOLLAR, EVENINGS, KOLKATA, MINUTES_A_DAY, Person, Work, World, date, day_of,
    fixed, month_start, next_month, salt,
};

pub(crate) const HANDLER: Handler = Handler {
    id: "elevenlabs",
    base_path: "/elevenlabs",
    key_prefix: "sk_",
    admit: Admit::Header("xi-api-key"),
    streams: &STREAMS,
    names: &names(&STREAMS),
    details: |_| vec![("region", "global".to_owned())],
    answer,
    refuse,
    status: |refusal| if refusal.status == 400 { 422 } else { refusal.status },
    ..Handler::PLAIN
};

const STREAMS: [Stream; 2] = [
    Stream {
        name: "subscription",
        path: "/v1/user/subscription",
        list: Some("character_count"),
        count: Some("character_count"),
        money: Some("current_overage.amount"),
        currency: Some("current_overage.currency"),
        ..PLAIN
    },
    Stream {
        name: "character_stats",
        path: "/v1/usage/character-stats",
        list: Some("usage"),
        stray: Some(stray),
        ..PLAIN
    },
];

/// Credits a request.
fn voices(person: Person) -> &'static [(&'static str, Work)] {
    match person {
        Person::Freelancer => {
            &[("eleven_multilingual_v2", Work { rhythm: &KOLKATA, pace: 2, sizes: [340, 0, 0, 0, 0, 0] })]
        }
        Person::Student => {
            &[("eleven_flash_v2_5", Work { rhythm: &EVENINGS, pace: 2, sizes: [90, 0, 0, 0, 0, 0] })]
        }
        Person::Team => &[
            ("eleven_multilingual_v2", Work { rhythm: &BERLIN, pace: 30, sizes: [420, 0, 0, 0, 0, 0] }),
            ("eleven_flash_v2_5", Work { rhythm: &DAY_AND_NIGHT, pace: 12, sizes: [150, 0, 0, 0, 0, 0] }),
        ],
        Person::Bulk(_) => &[],
    }
}

fn credits(world: &World, voice: &str, work: &Work, from: i64, to: i64) -> u64 {
    world.done(salt("elevenlabs") ^ salt(voice).rotate_left(9), work, from, to).amounts[0]
}

fn refuse(refusal: &Refusal) -> Json {
    let status = match refusal.status {
        401 => "invalid_api_key",
        403 => "missing_permissions",
        429 => "too_many_concurrent_requests",
        500.. => "system_busy",
        _ => "invalid_request",
    };
    let words = refusal.plainly();
    let detail = match refusal.param {
        Some(name) => Json::List(vec![object([
            ("loc", Json::List(vec!["query".into(), name.into()])),
            ("msg", words.into()),
            ("type", "value_error".into()),
        ])]),
        None => object([("status", status.into()), ("message", words.into())]),
    };
    object([("detail", detail)])
}

fn answer(ask: &Ask, world: &World) -> Result<Answer, Refusal> {
    match ask.stream.name {
        "subscription" => {
            ask.knows(&[])?;
            Ok(Answer::Tree(subscription(world)))
        }
        _ => stats(ask, world).map(Answer::Tree),
    }
}

fn subscription(world: &World) -> Json {
    let month = month_start(world.today());
    let reset = next_month(month) * MINUTES_A_DAY * 60;
    let used: u64 = voices(world.person)
        .iter()
        .map(|(voice, work)| credits(world, voice, work, month * MINUTES_A_DAY, world.now))
        .sum();
    let (tier, limit, extension, price): (_, u64, Json, Option<i64>) = match world.person {
        Person::Student => ("free", 10_000, 0_u64.into(), None),
        Person::Team => ("pro", 500_000, "unlimited".into(), Some(9900)),
        _ => ("creator", 100_000, 0_u64.into(), Some(2200)),
    };
    // Each credit beyond the plan is 0.00018 of the account's currency.
    let beyond = if world.person == Person::Team { used.saturating_sub(limit) } else { 0 };
    let overage = fixed(i128::from(beyond) * 18 * DOLLAR / 100_000, 7);
    let currency = if world.person == Person::Team { "eur" } else { "usd" };
    let paid = price.is_some();
    let invoice = price.map(|cents| {
        object([
            ("amount_due_cents", cents.into()),
            ("subtotal_cents", cents.into()),
            ("tax_cents", 0_u64.into()),
            ("discounts", Json::List(Vec::new())),
            ("next_payment_attempt_unix", (reset + 60).into()),
            ("payment_intent_status", Json::Null),
        ])
    });
    let period = paid.then_some("monthly_period");
    object([
        ("tier", tier.into()),
        ("character_count", used.into()),
        ("character_limit", limit.into()),
        ("max_credit_limit_extension", extension),
        ("can_extend_character_limit", paid.into()),
        ("next_character_count_reset_unix", reset.into()),
        ("voice_slots_used", 2_u64.into()),
        ("voice_limit", 30_u64.into()),
        ("professional_voice_slots_used", 0_u64.into()),
        ("professional_voice_limit", 1_u64.into()),
        ("currency", paid.then_some(currency).into()),
        ("current_overage", object([("amount", overage.into()), ("currency", currency.into())])),
        ("status", if paid { "active" } else { "free" }.into()),
        ("billing_period", period.into()),
        ("character_refresh_period", period.into()),
        ("next_invoice", invoice.into()),
        ("open_invoices", Json::List(Vec::new())),
        ("has_open_invoices", false.into()),
        ("pending_change", Json::Null),
    ])
}

fn stats(ask: &Ask, world: &World) -> Result<Json, Refusal> {
    ask.knows(&[
        "start_unix",
        "end_unix",
        "breakdown_type",
        "include_workspace_metrics",
        "aggregation_interval",
        "metric",
    ])?;
    // Milliseconds: a number of seconds would be a day of January 1970, which nobody means.
    let millis = |name| {
        let millis = ask.whole(name, 1_000_000_000_000, 9_999_999_999_999)?;
        millis.ok_or_else(|| Refusal::query(name, "field required"))
    };
    let (start, end) = (millis("start_unix")?, millis("end_unix")?);
    if end <= start || end - start > 366 * 86_400_000 {
        return Err(Refusal::query("end_unix", "the time range must be between a moment and a year"));
    }
    let labels = match ask.only("breakdown_type")?.unwrap_or("none") {
        "none" => false,
        "model" => true,
        _ => return Err(Refusal::query("breakdown_type", "not a breakdown of this town")),
    };
    if !matches!(ask.only("aggregation_interval")?, None | Some("day")) {
        return Err(Refusal::query("aggregation_interval", "not an interval of this town"));
    }
    if !matches!(ask.only("metric")?, None | Some("credits")) {
        return Err(Refusal::query("metric", "not a metric of this town"));
    }
    let day = |millis: i64| day_of(DateTime::from_timestamp_millis(millis).unwrap_or_default().date_naive());
    // The last moment asked for lies inside its day.
    let days: Vec<i64> = world.days(day(start), day(end) + 1).collect();
    let of = |voice: &str, work: &Work, day: i64| {
        credits(world, voice, work, day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)
    };
    let voices = voices(world.person);
    let usage = if labels {
        let row = |(voice, work): &(&'static str, Work)| {
            let amounts = days.iter().map(|day| of(voice, work, *day).into()).collect();
            ((*voice).into(), Json::List(amounts))
        };
        voices.iter().map(row).collect()
    } else {
        let sum = |day: &i64| voices.iter().map(|(voice, work)| of(voice, work, *day)).sum::<u64>().into();
        vec![("All".into(), Json::List(days.iter().map(sum).collect()))]
    };
    let time = days.iter().map(|day| (day * MINUTES_A_DAY * 60_000).into()).collect();
    Ok(object([("time", Json::List(time)), ("usage", Json::Object(usage))]))
}

/// A day of long ago in front of the others, with an amount for every label.
fn stray(tree: &mut Json) -> bool {
    let long_ago = day_of(date(0)) * MINUTES_A_DAY * 60_000;
    let Some(times) = tree.field("time").and_then(Json::items) else { return false };
    times.insert(0, long_ago.into());
    let Some(Json::Object(labels)) = tree.field("usage") else { return false };
    labels.iter_mut().filter_map(|(_, amounts)| amounts.items()).for_each(|amounts| {
        amounts.insert(0, 7_u64.into());
    });
    true
}
