//! `ElevenLabs`: the credits of the plan and their reset, what is used beyond them, the plan itself, and credits by day and model.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Auth, Bucket, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query,
    Region, Request, Sees, Source, Stream, billed, category_of, decode, goes_on, said_at, shifted, told,
};
use crate::ledger::{Charge, QuotaReading, QuotaWindow, Subscription};
use crate::money::{Currency, Decimal, Money};
use crate::time::Timestamp;

/// `ElevenLabs`.
pub const PROVIDER: Provider = Provider {
    id: "elevenlabs",
    name: "ElevenLabs",
    base_url: "https://api.elevenlabs.io",
    regions: &[
        Region { id: "global", name: "Usual", base_url: "https://api.elevenlabs.io", currency: "USD" },
        Region {
            id: "eu",
            name: "Data kept in the European Union",
            base_url: "https://api.eu.residency.elevenlabs.io",
            currency: "USD",
        },
        Region {
            id: "in",
            name: "Data kept in India",
            base_url: "https://api.in.residency.elevenlabs.io",
            currency: "USD",
        },
    ],
    auth: Auth::Header("xi-api-key"),
    keys: &[KeyKind {
        id: "api",
        name: "API key",
        prefixes: &["sk_"],
        shape: Some(|key| goes_on(key, "sk_", 48, u8::is_ascii_hexdigit)),
        sees: &[Sees::Cost, Sees::Quota],
        made_at: "https://elevenlabs.io/app/developers/api-keys",
        note: "A restricted key needs the right to read the user, and that to read usage for the credits by day. Keys of an \
               account with data residency are good in that region only.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: |_| Request::get("/v1/user/subscription"),
        kind: |body| decode::<Plan>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "subscription",
            sees: Sees::Quota,
            source: Source::Http(|_| Request::get("/v1/user/subscription")),
            parse: subscription,
            ..Stream::PLAIN
        },
        Stream {
            name: "character_stats",
            sees: Sees::Cost,
            source: Source::Http(character_stats_request),
            parse: character_stats,
            cursor: Cursor::Daily { history: Days(365), lookback: Days(2), slice: Days(92), today: true },
            ..Stream::PLAIN
        },
    ],
    // Details are an object, or a list where a parameter is wrong.
    error_message: |body| said_at(body, &["/detail/message", "/detail/0/msg", "/detail"]),
    meaning,
    units: &[CHARGED],
    latency: "The credits used are told as they stand; the credits by day are complete once the UTC day is over.",
    lacks: "It tells credits, which are no money: what they cost is the plan's price and what is used beyond it.",
    ..Provider::PLAIN
};

const CREDITS: Currency = Currency::unit("credits");
const VOICES: Currency = Currency::unit("voices");
/// Credits as they are charged, under a name of their own: credits of two providers are not the same.
const CHARGED: Currency = Currency::unit("eleven.credits");

/// A key that lacks a right is answered like a wrong one.
fn meaning(status: u16, body: &[u8]) -> u16 {
    #[derive(Deserialize)]
    struct Refused {
        detail: Detail,
    }
    #[derive(Deserialize)]
    struct Detail {
        status: String,
    }
    if status != 401 {
        return status;
    }
    match serde_json::from_slice::<Refused>(body) {
        Ok(refused) if refused.detail.status == "missing_permissions" => 403,
        _ => status,
    }
}

#[derive(Deserialize)]
struct Plan {
    tier: String,
    status: Option<String>,
    /// Credits, in spite of its name.
    character_count: Count,
    character_limit: Count,
    next_character_count_reset_unix: Option<i64>,
    character_refresh_period: Option<String>,
    billing_period: Option<String>,
    max_credit_limit_extension: Option<Extension>,
    current_overage: Option<Overage>,
    currency: Option<String>,
    next_invoice: Option<Invoice>,
    voice_slots_used: Option<Count>,
    voice_limit: Option<Count>,
    professional_voice_slots_used: Option<Count>,
    professional_voice_limit: Option<Count>,
}

/// How far credits may be exceeded: a count, or the word `unlimited`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Extension {
    Credits(u64),
    Word(String),
}

#[derive(Deserialize)]
struct Overage {
    amount: Exact,
    currency: Option<String>,
}

#[derive(Deserialize)]
struct Invoice {
    amount_due_cents: Option<Exact>,
    /// -1 where none is due.
    next_payment_attempt_unix: Option<i64>,
}

/// The span that a word of the provider names; words that come later have none.
fn span(word: Option<&str>) -> Option<QuotaWindow> {
    match word? {
        "monthly_period" => Some(QuotaWindow::Month),
        "3_month_period" => Some(QuotaWindow::Months(3)),
        "6_month_period" => Some(QuotaWindow::Months(6)),
        "annual_period" => Some(QuotaWindow::Year),
        _ => None,
    }
}

fn subscription(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let plan: Plan = decode(body)?;
    let now = query.observed_at;
    let moment = |seconds: Option<i64>, at: &str| {
        let seconds = seconds.filter(|seconds| *seconds > 0);
        let moment = seconds.map(Timestamp::from_unix).transpose().map_err(ParseError::time(at))?;
        Ok(moment.filter(|moment| *moment > now))
    };
    let resets_at = moment(plan.next_character_count_reset_unix, "next_character_count_reset_unix")?;
    // Plans without a period of their own, such as the free one, count by the month.
    let window = match plan.character_refresh_period.as_deref() {
        None => Some(QuotaWindow::Month),
        word => span(word),
    };
    let number = |count: Count| Decimal::from(count.0);
    let (used, limit) = (plan.character_count.0, plan.character_limit.0);
    let mut entries = Vec::new();
    if let Some(window) = window {
        let of = |name, unit| QuotaReading { resets_at, ..QuotaReading::of(now, name, window, unit) };
        entries.push(Entry::Quota(QuotaReading {
            used: Some(Decimal::from(used)),
            limit: Some(Decimal::from(limit)),
            ..of("plan credits", CREDITS)
        }));
        let beyond = match plan.max_credit_limit_extension {
            Some(Extension::Credits(0)) | None => None,
            Some(Extension::Credits(most)) => Some(Some(Decimal::from(most))),
            Some(Extension::Word(word)) => (word == "unlimited").then_some(None),
        };
        if let Some(limit_beyond) = beyond {
            entries.push(Entry::Quota(QuotaReading {
                used: Some(Decimal::from(used.saturating_sub(limit))),
                limit: limit_beyond,
                ..of("credits beyond the plan", CREDITS)
            }));
        }
        // Money owed so far in this period: a count that starts again at the reset. It belongs to no day, so it is no charge.
        if let Some(Overage { amount, currency }) = &plan.current_overage
            && let Some(currency) = currency.as_deref().or(plan.currency.as_deref())
        {
            let owed = billed(amount.0, currency, || "current_overage".to_owned())?;
            entries.push(Entry::Quota(QuotaReading {
                used: Some(owed.amount),
                ..of("charged beyond the plan", owed.currency)
            }));
        }
    }
    let slots = [
        ("voices", plan.voice_slots_used, plan.voice_limit),
        ("professional voices", plan.professional_voice_slots_used, plan.professional_voice_limit),
    ];
    for (name, used, limit) in slots {
        if used.is_some() || limit.is_some() {
            entries.push(Entry::Quota(QuotaReading {
                used: used.map(number),
                limit: limit.map(number),
                ..QuotaReading::of(now, name, QuotaWindow::Lifetime, VOICES)
            }));
        }
    }
    // An invoice that holds an overage is not what the plan costs.
    let no_more = plan.current_overage.as_ref().is_none_or(|overage| overage.amount.0.is_zero());
    let due = plan.next_invoice.as_ref().and_then(|invoice| invoice.amount_due_cents).filter(|_| no_more);
    let price = match (due, plan.currency.as_deref()) {
        (Some(cents), Some(currency)) => {
            let at = || "next_invoice.amount_due_cents".to_owned();
            Some(billed(shifted(cents.0, 2, at)?, currency, String::new)?)
        }
        _ => None,
    };
    let attempt = plan.next_invoice.and_then(|invoice| invoice.next_payment_attempt_unix);
    if !plan.tier.is_empty() {
        entries.push(Entry::Subscription(Subscription {
            plan: plan.tier,
            status: told(plan.status),
            price,
            period: span(plan.billing_period.as_deref()),
            renews_at: moment(attempt, "next_invoice.next_payment_attempt_unix")?,
            observed_at: now,
        }));
    }
    Ok(Page { entries, next: Next::End })
}

/// Milliseconds here, seconds elsewhere; the end is the last second of the last day.
fn character_stats_request(query: &Query) -> Request {
    Request::get("/v1/usage/character-stats")
        .with("start_unix", query.window.start.unix() * 1_000)
        .with("end_unix", query.window.end.plus_seconds(-1).unix() * 1_000)
        .with("breakdown_type", "model")
        .with("aggregation_interval", "day")
        .with("metric", "credits")
}

#[derive(Deserialize)]
struct Stats<'a> {
    /// In milliseconds.
    time: Vec<i64>,
    /// One amount for each time, by model.
    #[serde(borrow)]
    usage: BTreeMap<String, &'a RawValue>,
}

fn character_stats(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let stats: Stats<'_> = decode(body)?;
    let mut days = Vec::with_capacity(stats.time.len());
    for (i, millis) in stats.time.into_iter().enumerate() {
        let at = || format!("time[{i}]");
        let start = Timestamp::from_unix_millis(millis).map_err(ParseError::time(at()))?;
        days.push(query.bucket_period(start, start.plus_seconds(Bucket::Day.seconds()), at)?);
    }
    let mut entries = Vec::new();
    for (model, amounts) in stats.usage {
        // Labels are data, so what else the provider may put beside them is told by its form alone.
        if amounts.get().starts_with('{') {
            continue;
        }
        let amounts: Vec<Exact> = decode(amounts.get().as_bytes())
            .map_err(|error| ParseError::new(format!("usage.{model}"), error.problem))?;
        if amounts.len() != days.len() {
            let problem = format!("{} amounts for {} times", amounts.len(), days.len());
            return Err(ParseError::new(format!("usage.{model}"), problem));
        }
        for (day, amount) in days.iter().zip(amounts) {
            // Every model is told for every day; a day on which it was not used is no line of a bill.
            if amount.0.is_zero() {
                continue;
            }
            let cost = Money::new(amount.0, CHARGED);
            entries.push(Entry::Charge(Charge {
                category: category_of(&cost),
                billed_cost: Some(cost),
                request_model: told(Some(model.clone())),
                ..Charge::usage(*day)
            }));
        }
    }
    Ok(Page { entries, next: Next::End })
}
