//! Google Gemini by Cloud Monitoring: what is left of each model's allowances, and requests and tokens by day.
//!
//! Each metric is a part, since one request tells one metric. The same use is told once for each limit that it counts
//! against: one of those series is kept for each model, the others are left out.

mod metric;
mod series;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

use metric::{Counted, Metric, OUTPUT, SERVICE, Side};
use series::{Answer, Series, once};

use super::google::{FILE, PROJECT, TOKEN_ORIGIN, TOKEN_URL};
use super::{
    Auth, Check, Cursor, Days, Entry, KeyKind, Next, Page, PageToken, ParseError, Part, Parts, Provider,
    Query, Request, Sees, Source, Stream, decode, segment, told,
};
use crate::ledger::{Charge, Meter, Modalities, QuotaReading, QuotaWindow, TokenTotals, TokenUsage};
use crate::money::{Decimal, exact_add};
use crate::time::{Calendar, Period, Timestamp, Zone};

/// Google Gemini.
pub const PROVIDER: Provider = Provider {
    id: "gcp.gemini",
    name: "Google Gemini",
    base_url: "https://monitoring.googleapis.com",
    origins: &[TOKEN_ORIGIN],
    auth: Auth::ServiceAccount {
        scope: "https://www.googleapis.com/auth/monitoring.read",
        token_url: TOKEN_URL,
    },
    keys: &[
        KeyKind {
            id: "service_account",
            name: "Service account with Monitoring Viewer",
            sees: &[Sees::Usage, Sees::Quota],
            made_at: "https://console.cloud.google.com/iam-admin/serviceaccounts",
            note: "Make a service account in the project of your API key, give it the role Monitoring Viewer, and make a JSON \
                   key for it: give that file. It can read figures and nothing else.",
            intake: FILE,
            details: &[PROJECT],
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "ai_studio",
            name: "AI Studio API key",
            prefixes: &["AIza"],
            sees: &[],
            made_at: "https://console.cloud.google.com/iam-admin/serviceaccounts",
            note: "Good for inference only: Google has no way to read usage, cost or limits with it. Make a service account \
                   with the role Monitoring Viewer in the same project, and give its JSON key instead.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |query| descriptors(query).with("pageSize", 1),
        kind: |body| decode::<Descriptors<'_>>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "limits",
            sees: Sees::Quota,
            source: Source::Parts {
                list,
                parts: |body, _| metrics(body, |metric| metric.counted != Counted::OutputTokens),
                request: limits_request,
            },
            parse: limits,
            cursor: Cursor::Snapshot,
            absent: NOTHING,
            ..Stream::PLAIN
        },
        Stream {
            name: "usage",
            sees: Sees::Usage,
            source: Source::Parts {
                list,
                parts: |body, _| metrics(body, |metric| metric.side == Side::Usage),
                request: usage_request,
            },
            parse: usage,
            cursor: Cursor::Daily { history: Days(180), lookback: Days(3), slice: Days(60), today: true },
            absent: NOTHING,
            ..Stream::PLAIN
        },
    ],
    latency: "Counts are up to four minutes old.",
    lacks: "Cloud Monitoring tells no money: connect Google Cloud billing (BigQuery export) for that, or import a cost table. \
            Google tells neither credits nor when they lapse: enter those.",
    ..Provider::PLAIN
};

/// A metric without a series is one that this project never ran.
const NOTHING: &[(u16, &str)] = &[(404, "Google keeps no such counter for this project yet.")];
const RESOURCE: &str = "generativelanguage.googleapis.com/Location";

fn project(query: &Query) -> String {
    segment(query.details.get("project_id"))
}

fn descriptors(query: &Query) -> Request {
    Request::get_path(format!("/v3/projects/{}/metricDescriptors", project(query)))
        .with("filter", format!("metric.type = starts_with(\"{SERVICE}\")"))
}

fn list(query: &Query) -> Request {
    let request = descriptors(query).with("pageSize", 1_000);
    match &query.page {
        Some(page) => request.with("pageToken", &page.0),
        None => request,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptors<'a> {
    #[serde(borrow, default)]
    metric_descriptors: Vec<Descriptor<'a>>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Descriptor<'a> {
    #[serde(rename = "type", borrow)]
    name: Cow<'a, str>,
}

/// The metrics that are read here: which ones there are differs from tier to tier, so Google is asked.
fn metrics(body: &[u8], wanted: impl Fn(&Metric) -> bool) -> Result<Parts, ParseError> {
    let Descriptors { metric_descriptors, next_page_token } = decode(body)?;
    let names = metric_descriptors.into_iter().map(|descriptor| descriptor.name.into_owned());
    let read = names.filter(|name| Metric::read(name).is_some_and(|metric| wanted(&metric)));
    let parts = read.map(|id| Part { id, name: None }).collect();
    Ok(Parts { parts, next: following(next_page_token) })
}

fn following(token: Option<String>) -> Next {
    told(token).map_or(Next::End, |token| Next::Token(PageToken(token)))
}

/// The request for one metric over a span, cut into periods.
fn series(query: &Query, span: Period, cut: i64, by: [&'static str; 2], groups: &[&str]) -> Request {
    let metric = query.part_id().replace(['"', '\\'], "");
    let [aligner, reducer] = by;
    let request = Request::get_path(format!("/v3/projects/{}/timeSeries", project(query)))
        .with("filter", format!("metric.type = \"{metric}\" AND resource.type = \"{RESOURCE}\""))
        .with("interval.startTime", span.start)
        .with("interval.endTime", span.end)
        .with("aggregation.alignmentPeriod", format!("{cut}s"))
        .with("aggregation.perSeriesAligner", aligner)
        .with("aggregation.crossSeriesReducer", reducer);
    let fields = ["metric.labels.model", "resource.labels.resource_container"];
    let request = fields
        .iter()
        .chain(groups)
        .fold(request, |request, field| request.with("aggregation.groupByFields", field))
        .with("view", "FULL")
        .with("pageSize", 10_000);
    match Turned::of(query).page {
        Some(page) => request.with("pageToken", page),
        None => request,
    }
}

/// The cursor to a page: Google's own, and behind it which series was kept for what on the pages before.
#[derive(Default)]
struct Turned {
    page: Option<String>,
    kept: BTreeMap<String, String>,
}

impl Turned {
    fn of(query: &Query) -> Turned {
        let (page, kept) = query.page_text().split_once('\n').unwrap_or((query.page_text(), ""));
        Turned {
            page: told(Some(page.to_owned())),
            // Written below, so it can be read.
            kept: serde_json::from_str(kept).unwrap_or_default(),
        }
    }

    fn next(self, token: Option<String>) -> Next {
        let Some(token) = told(token) else { return Next::End };
        // Texts can always be written as JSON.
        let kept = serde_json::to_string(&self.kept).unwrap_or_default();
        Next::Token(PageToken(format!("{token}\n{kept}")))
    }
}

/// The day under way where Google counts: it resets at midnight in California.
fn pacific_day(now: Timestamp) -> Period {
    let calendar = Calendar::new(Zone::PACIFIC);
    calendar.day(calendar.date_of(now))
}

/// Google aligns nothing finer than a minute.
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

fn limits_request(query: &Query) -> Request {
    let now = query.observed_at;
    let groups = &["metric.labels.limit_name"];
    if let Some(Metric { side: Side::Limit, .. }) = Metric::read(query.part_id()) {
        let span = Period { start: now.plus_seconds(-DAY), end: now };
        return series(query, span, HOUR, ["ALIGN_MAX", "REDUCE_MAX"], groups);
    }
    // One period that reaches from midnight until now, so that one point tells all of the day and nothing before.
    let start = pacific_day(now).start;
    let cut = now.seconds_since(start).max(MINUTE);
    let span = Period { start, end: start.plus_seconds(cut) };
    series(query, span, cut, ["ALIGN_SUM", "REDUCE_SUM"], groups)
}

fn limits(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let metric = metric_of(query)?;
    let mut turned = Turned::of(query);
    let readings = match metric.side {
        Side::Limit => allowed(&answer.time_series, &metric, query)?,
        Side::Usage => used(&answer.time_series, &metric, query, &mut turned.kept)?,
    };
    let entries = readings.into_iter().map(Entry::Quota).collect();
    Ok(Page { entries, next: turned.next(answer.next_page_token) })
}

fn metric_of(query: &Query) -> Result<Metric, ParseError> {
    let problem = || ParseError::new("the metric", format!("{} is not read here", query.part_id()));
    Metric::read(query.part_id()).ok_or_else(problem)
}

/// The limits themselves, each over the span that its name tells; one of a span, of which several may be told.
fn allowed(all: &[Series], metric: &Metric, query: &Query) -> Result<Vec<QuotaReading>, ParseError> {
    let mut found = BTreeMap::new();
    for (i, series) in all.iter().enumerate() {
        let name = series.limit_name();
        let window = match name {
            _ if name.contains("PerDay") => QuotaWindow::Day,
            _ if name.contains("PerMinute") => QuotaWindow::MINUTE,
            // A span that is not known here.
            _ => continue,
        };
        // Points come newest first; the newest is what holds.
        let mut latest = None;
        for (j, point) in series.points.iter().enumerate() {
            let at = || format!("timeSeries[{i}].points[{j}]");
            let (end, limit) = (point.period(at)?.end, point.value(|| format!("{}.value", at()))?);
            if latest.is_none_or(|(known, _)| end > known) {
                latest = Some((end, limit));
            }
        }
        let Some((_, limit)) = latest else { continue };
        // No limit is written as the largest number there is, or as one below zero.
        if limit.is_sign_negative() || limit >= Decimal::from(i64::MAX) {
            continue;
        }
        let reading = QuotaReading { limit: Some(limit), ..reading(series, metric, window, query) };
        let key = (series.of(), window);
        match found.get(&key) {
            Some((known, _)) if *known <= name => {}
            _ => {
                found.insert(key, (name, reading));
            }
        }
    }
    Ok(found.into_values().map(|(_, reading)| reading).collect())
}

/// What was used since midnight.
fn used(
    all: &[Series],
    metric: &Metric,
    query: &Query,
    kept: &mut BTreeMap<String, String>,
) -> Result<Vec<QuotaReading>, ParseError> {
    let day = pacific_day(query.observed_at);
    let mut readings = Vec::new();
    for (i, series) in once(all, kept) {
        let mut used = None;
        for (j, point) in series.points.iter().enumerate() {
            let at = || format!("timeSeries[{i}].points[{j}]");
            let period = point.period(at)?;
            if period.end <= day.start {
                continue;
            }
            if !day.holds(&period) {
                let problem = format!("{period} is not of the day that is counted, {day}");
                return Err(ParseError::new(at(), problem));
            }
            let value = point.value(|| format!("{}.value", at()))?;
            if value.is_sign_negative() && !value.is_zero() {
                return Err(ParseError::new(at(), format!("{value} is no count")));
            }
            let sum = exact_add(used.unwrap_or_default(), value);
            used = Some(sum.ok_or_else(|| ParseError::new(at(), "the counts cannot be added exactly"))?);
        }
        if used.is_some() {
            readings.push(QuotaReading { used, ..reading(series, metric, QuotaWindow::Day, query) });
        }
    }
    Ok(readings)
}

fn reading(series: &Series, metric: &Metric, window: QuotaWindow, query: &Query) -> QuotaReading {
    QuotaReading {
        observed_at: query.observed_at,
        name: metric.allowance(),
        window,
        unit: metric.unit(),
        used: None,
        limit: None,
        resets_at: (window == QuotaWindow::Day).then(|| pacific_day(query.observed_at).end),
        model: series.model(),
        project: series.project(),
    }
}

fn usage_request(query: &Query) -> Request {
    let is_output = query.part_id() == OUTPUT;
    let group = if is_output { "metric.labels.output_modality" } else { "metric.labels.limit_name" };
    series(query, query.window, DAY, ["ALIGN_SUM", "REDUCE_SUM"], &[group])
}

fn usage(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let metric = metric_of(query)?;
    let mut turned = Turned::of(query);
    let mut entries = Vec::new();
    for (i, series) in once(&answer.time_series, &mut turned.kept) {
        for (j, point) in series.points.iter().enumerate() {
            let at = || format!("timeSeries[{i}].points[{j}]");
            let Period { start, end } = point.period(at)?;
            let period = query.bucket_period(start, end, at)?;
            let value = point.value(|| format!("{}.value", at()))?;
            if !value.is_zero() {
                entries.push(Entry::Charge(charge(series, &metric, period, value, &at)?));
            }
        }
    }
    Ok(Page { entries, next: turned.next(answer.next_page_token) })
}

fn charge(
    series: &Series,
    metric: &Metric,
    period: Period,
    value: Decimal,
    at: &dyn Fn() -> String,
) -> Result<Charge, ParseError> {
    let whole = value.normalize();
    let count = u64::try_from(whole.mantissa()).ok().filter(|_| whole.scale() == 0);
    let count = count.ok_or_else(|| ParseError::new(at(), format!("{value} is no count")))?;
    let plain = Charge {
        request_model: series.model(),
        project: series.project(),
        // A tier that is paid for has no prices of its own; that nothing was paid must be told.
        service_tier: metric.tier.filter(|tier| *tier == "free").map(str::to_owned),
        description: Some(metric.family.clone()),
        ..Charge::usage(period)
    };
    let counted = |meter, unit: &str| Charge {
        consumed_quantity: Some(value),
        consumed_unit: Some(unit.to_owned()),
        sku_meter: Some(meter),
        ..plain.clone()
    };
    let tokens = |totals| {
        let tokens = TokenUsage::from_totals(totals).map_err(|error| ParseError::new(at(), error))?;
        Ok(Charge { tokens: Some(tokens), ..plain.clone() })
    };
    match metric.counted {
        Counted::Requests => Ok(Charge { requests: Some(count), ..counted(Meter::Request, "requests") }),
        Counted::Searches => Ok(counted(Meter::WebSearch, "searches")),
        Counted::InputTokens => tokens(TokenTotals { input: count, ..TokenTotals::default() }),
        Counted::OutputTokens => {
            let of = |modality| {
                let told = series.metric.labels.output_modality.as_deref();
                if told.is_some_and(|told| told.eq_ignore_ascii_case(modality)) { count } else { 0 }
            };
            let modalities =
                Modalities { output_audio: of("AUDIO"), output_image: of("IMAGE"), ..Modalities::default() };
            tokens(TokenTotals { output: count, modalities, ..TokenTotals::default() })
        }
    }
}
