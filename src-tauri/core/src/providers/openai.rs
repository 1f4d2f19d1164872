//! OpenAI's developer platform: the organization's costs by day, and its usage of every kind by the hour.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;

use super::{
    Auth, Bucket, Check, Count, Cursor, Days, Entry, Exact, KeyKind, Next, Page, ParseError, Provider, Query,
    Request, Sees, Source, Stream, billed, category_of, decode, error_words, told,
};
use crate::ledger::{Charge, Meter, Modalities, TokenError, TokenTotals, TokenUsage};
use crate::money::Decimal;
use crate::time::{Period, Timestamp};

/// OpenAI.
pub const PROVIDER: Provider = Provider {
    id: "openai",
    name: "OpenAI",
    base_url: "https://api.openai.com/v1",
    auth: Auth::Bearer,
    headers: &[],
    keys: &[
        KeyKind {
            id: "admin",
            name: "Admin key",
            prefixes: &["sk-admin-"],
            sees: &[Sees::Cost, Sees::Usage],
            made_at: "https://platform.openai.com/settings/organization/admin-keys",
            note: "Made by an owner of the organization; a personal account is an organization with one owner, so you \
                   can make one too. It cannot be used for inference, but it can manage members and keys: keep one for \
                   Spendglass alone.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "project",
            name: "Project or service account key",
            prefixes: &["sk-proj-", "sk-svcacct-"],
            sees: &[],
            made_at: "https://platform.openai.com/settings/organization/admin-keys",
            note: "Good for inference only: it sees neither cost nor usage. Make an admin key (sk-admin-…) instead.",
            ..KeyKind::PLAIN
        },
        KeyKind {
            id: "legacy",
            name: "User key",
            prefixes: &["sk-"],
            sees: &[],
            made_at: "https://platform.openai.com/settings/organization/admin-keys",
            note: "An old kind of key, good for inference only: it sees neither cost nor usage. Make an admin key \
                   (sk-admin-…) instead.",
            ..KeyKind::PLAIN
        },
    ],
    check: Some(Check {
        request: |query| {
            Request::get("/organization/costs")
                .with("start_time", query.observed_at.utc_date().utc_start().unix())
                .with("limit", 1)
        },
        kind: |body| decode::<Answer<CostRow>>(body).map(|_| None),
    }),
    streams: &[
        Stream {
            name: "costs",
            sees: Sees::Cost,
            source: Source::Http(|query| {
                asked(query, "/organization/costs", 180, &["line_item", "project_id", "api_key_id"])
            }),
            parse: |body, query| read(body, query, cost),
            cursor: Cursor::Daily { history: Days(365), lookback: Days(3), slice: Days(31), today: true },
            ..Stream::PLAIN
        },
        usage(
            "usage_completions",
            |query| COMPLETIONS.request(query),
            |body, query| COMPLETIONS.parse(body, query),
        ),
        usage(
            "usage_embeddings",
            |query| EMBEDDINGS.request(query),
            |body, query| EMBEDDINGS.parse(body, query),
        ),
        usage(
            "usage_moderations",
            |query| MODERATIONS.request(query),
            |body, query| MODERATIONS.parse(body, query),
        ),
        usage("usage_images", |query| IMAGES.request(query), |body, query| IMAGES.parse(body, query)),
        usage(
            "usage_audio_speeches",
            |query| SPEECHES.request(query),
            |body, query| SPEECHES.parse(body, query),
        ),
        usage(
            "usage_audio_transcriptions",
            |query| TRANSCRIPTIONS.request(query),
            |body, query| TRANSCRIPTIONS.parse(body, query),
        ),
        usage(
            "usage_vector_stores",
            |query| VECTOR_STORES.request(query),
            |body, query| VECTOR_STORES.parse(body, query),
        ),
        usage(
            "usage_code_interpreter_sessions",
            |query| SESSIONS.request(query),
            |body, query| SESSIONS.parse(body, query),
        ),
        usage(
            "usage_file_search_calls",
            |query| FILE_SEARCHES.request(query),
            |body, query| FILE_SEARCHES.parse(body, query),
        ),
        usage(
            "usage_web_search_calls",
            |query| WEB_SEARCHES.request(query),
            |body, query| WEB_SEARCHES.parse(body, query),
        ),
    ],
    error_message: error_words,
    latency: "Usage appears within minutes; the cost of a day grows while it lasts and may be corrected for two days.",
    ..Provider::PLAIN
};

/// A stream of usage. 31 days by the hour, because only hours can be cut into the person's own days and a month is what is
/// looked at. A page holds seven days of hours: that is five calls instead of one, beside the eleven for the year before.
const fn usage(
    name: &'static str,
    request: fn(&Query) -> Request,
    parse: fn(&[u8], &Query) -> Result<Page, ParseError>,
) -> Stream {
    Stream {
        name,
        sees: Sees::Usage,
        source: Source::Http(request),
        parse,
        cursor: Cursor::Hourly {
            recent: Days(31),
            recent_slice: Days(7),
            history: Days(365),
            lookback: Days(3),
            slice: Days(31),
        },
        ..Stream::PLAIN
    }
}

/// A request for buckets. One page holds the whole window where the provider's cap allows it.
fn asked(query: &Query, path: &'static str, cap: i64, groups: &[&str]) -> Request {
    let width = match query.bucket {
        Bucket::Hour => "1h",
        Bucket::Day => "1d",
    };
    let request = Request::get(path)
        .with("start_time", query.window.start.unix())
        .with("end_time", query.window.end.unix())
        .with("bucket_width", width)
        .with("limit", query.buckets().clamp(1, cap));
    let request = groups.iter().fold(request, |request, group| request.with("group_by[]", group));
    match &query.page {
        Some(page) => request.with("page", &page.0),
        None => request,
    }
}

/// How much of a window one page of usage holds at most.
const fn usage_cap(bucket: Bucket) -> i64 {
    match bucket {
        Bucket::Hour => 168,
        Bucket::Day => 31,
    }
}

#[derive(Deserialize)]
struct Answer<R> {
    data: Vec<BucketOf<R>>,
    has_more: bool,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct BucketOf<R> {
    start_time: i64,
    end_time: i64,
    #[serde(alias = "result")]
    results: Vec<R>,
}

/// Reads a page: every row of every bucket becomes one charge.
fn read<'a, R: Deserialize<'a>>(
    body: &'a [u8],
    query: &Query,
    charge: impl Fn(R, Period, &dyn Fn() -> String) -> Result<Charge, ParseError>,
) -> Result<Page, ParseError> {
    let answer: Answer<R> = decode(body)?;
    let mut entries = Vec::with_capacity(answer.data.iter().map(|bucket| bucket.results.len()).sum());
    let mut seen = BTreeSet::new();
    for (i, bucket) in answer.data.into_iter().enumerate() {
        let bound = |seconds, name| {
            Timestamp::from_unix(seconds).map_err(|error| ParseError::new(format!("data[{i}].{name}"), error))
        };
        let (start, end) = (bound(bucket.start_time, "start_time")?, bound(bucket.end_time, "end_time")?);
        let period = query.bucket_period(start, end, || format!("data[{i}]"))?;
        if !seen.insert(start) {
            return Err(ParseError::new(format!("data[{i}]"), format!("the bucket of {start} comes twice")));
        }
        for (j, row) in bucket.results.into_iter().enumerate() {
            let at = || format!("data[{i}].results[{j}]");
            entries.push(Entry::Charge(charge(row, period, &at)?));
        }
    }
    Ok(Page { entries, next: Next::from_pair(answer.has_more, answer.next_page.as_deref()) })
}

#[derive(Deserialize)]
struct CostRow<'a> {
    #[serde(borrow)]
    amount: Amount<'a>,
    line_item: Option<String>,
    project_id: Option<String>,
    api_key_id: Option<String>,
    quantity: Option<Exact>,
    quantity_unit: Option<String>,
}

#[derive(Deserialize)]
struct Amount<'a> {
    value: Exact,
    #[serde(borrow)]
    currency: Cow<'a, str>,
}

/// A line of the bill. Its item is free text, to be shown and not to be taken apart: so no model and no meter.
fn cost(row: CostRow<'_>, period: Period, at: &dyn Fn() -> String) -> Result<Charge, ParseError> {
    let money = billed(row.amount.value.0, &row.amount.currency, || format!("{}.amount", at()))?;
    Ok(Charge {
        category: category_of(&money),
        billed_cost: Some(money),
        consumed_quantity: row.quantity.map(|quantity| quantity.0),
        consumed_unit: told(row.quantity_unit),
        project: told(row.project_id),
        api_key: told(row.api_key_id),
        description: told(row.line_item),
        ..Charge::usage(period)
    })
}

/// A kind of usage that is counted in tokens.
struct TokenKind {
    path: &'static str,
    groups: &'static [&'static str],
    output: bool,
}

const COMPLETIONS: TokenKind = TokenKind {
    path: "/organization/usage/completions",
    groups: &["project_id", "api_key_id", "model", "batch", "service_tier"],
    output: true,
};
const EMBEDDINGS: TokenKind = TokenKind {
    path: "/organization/usage/embeddings",
    groups: &["project_id", "api_key_id", "model"],
    output: false,
};
const MODERATIONS: TokenKind = TokenKind { path: "/organization/usage/moderations", ..EMBEDDINGS };

#[derive(Deserialize)]
struct TokenRow {
    input_tokens: Count,
    output_tokens: Option<Count>,
    input_cached_tokens: Option<Count>,
    input_cache_write_tokens: Option<Count>,
    input_text_tokens: Option<Count>,
    input_cached_text_tokens: Option<Count>,
    input_audio_tokens: Option<Count>,
    input_cached_audio_tokens: Option<Count>,
    input_image_tokens: Option<Count>,
    input_cached_image_tokens: Option<Count>,
    output_text_tokens: Option<Count>,
    output_audio_tokens: Option<Count>,
    output_image_tokens: Option<Count>,
    num_model_requests: Count,
    project_id: Option<String>,
    api_key_id: Option<String>,
    model: Option<String>,
    batch: Option<bool>,
    service_tier: Option<String>,
}

impl TokenKind {
    fn request(&self, query: &Query) -> Request {
        asked(query, self.path, usage_cap(query.bucket), self.groups)
    }

    fn parse(&self, body: &[u8], query: &Query) -> Result<Page, ParseError> {
        read(body, query, |row: TokenRow, period, at| {
            if self.output && row.output_tokens.is_none() {
                return Err(ParseError::new(at(), "missing field `output_tokens`"));
            }
            let tokens = row.tokens().map_err(|error| ParseError::new(at(), error))?;
            // A batch is priced as a tier of its own; the provider tells it apart by a flag beside the tier.
            let tier =
                if row.batch == Some(true) { Some("batch".to_owned()) } else { told(row.service_tier) };
            Ok(Charge {
                tokens: Some(tokens),
                requests: Some(row.num_model_requests.0),
                response_model: told(row.model),
                service_tier: tier,
                project: told(row.project_id),
                api_key: told(row.api_key_id),
                ..Charge::usage(period)
            })
        })
    }
}

impl TokenRow {
    fn tokens(&self) -> Result<TokenUsage, TokenError> {
        let plain = TokenTotals {
            input: self.input_tokens.0,
            output: count(self.output_tokens),
            cache_read: count(self.input_cached_tokens),
            cache_creation: count(self.input_cache_write_tokens),
            ..TokenTotals::default()
        };
        match self.modalities(&plain) {
            Some(modalities) => TokenUsage::from_totals(TokenTotals { modalities, ..plain })
                .or_else(|_| TokenUsage::from_totals(plain)),
            None => TokenUsage::from_totals(plain),
        }
    }

    /// The audio and image parts, where the breakdown agrees with the totals. Whether `input_audio_tokens` contains its cached
    /// part differs between payloads; the sum over all kinds tells. Where it does not, no breakdown is better than a wrong one.
    fn modalities(&self, totals: &TokenTotals) -> Option<Modalities> {
        let (audio, image) = (count(self.input_audio_tokens), count(self.input_image_tokens));
        let cached_audio = count(self.input_cached_audio_tokens);
        let cached_image = count(self.input_cached_image_tokens);
        let (output_audio, output_image) = (count(self.output_audio_tokens), count(self.output_image_tokens));
        let told = [audio, image, cached_audio, cached_image, output_audio, output_image];
        if told.iter().all(|part| *part == 0) {
            return None;
        }
        let add = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        let contains_cached = match self.input_text_tokens {
            // Without the text part there is no sum to tell by; where nothing is cached both readings agree.
            None if cached_audio == 0 && cached_image == 0 => false,
            None => return None,
            Some(text) => {
                let cached = add(&[count(self.input_cached_text_tokens), cached_audio, cached_image])?;
                let listed = add(&[text.0, audio, image])?;
                let apart = add(&[listed, cached])?;
                // Tokens written to a cache may be part of the text or beside it.
                let sums = [totals.input, totals.input.saturating_sub(totals.cache_creation)];
                if cached != totals.cache_read {
                    return None;
                }
                let contains = sums.iter().find_map(|sum| {
                    if apart == *sum { Some(false) } else { (listed == *sum).then_some(true) }
                });
                contains?
            }
        };
        let output = add(&[count(self.output_text_tokens), output_audio, output_image])?;
        if self.output_text_tokens.is_some() && output != totals.output {
            return None;
        }
        let uncached = |all: u64, cached| if contains_cached { all.checked_sub(cached) } else { Some(all) };
        Some(Modalities {
            input_audio: uncached(audio, cached_audio)?,
            cache_read_audio: cached_audio,
            output_audio,
            input_image: uncached(image, cached_image)?,
            cache_read_image: cached_image,
            output_image,
        })
    }
}

fn count(told: Option<Count>) -> u64 {
    told.unwrap_or_default().0
}

/// A kind of usage that is counted in something else.
struct CountedKind {
    path: &'static str,
    groups: &'static [&'static str],
    field: &'static str,
    count: fn(&CountedRow) -> Option<Count>,
    requests: fn(&CountedRow) -> Option<Count>,
    unit: &'static str,
    meter: Meter,
}

const IMAGES: CountedKind = CountedKind {
    path: "/organization/usage/images",
    groups: &["project_id", "api_key_id", "model", "size", "source"],
    field: "images",
    count: |row| row.images,
    requests: |row| row.num_model_requests,
    unit: "images",
    meter: Meter::Image,
};
const SPEECHES: CountedKind = CountedKind {
    path: "/organization/usage/audio_speeches",
    groups: &["project_id", "api_key_id", "model"],
    field: "characters",
    count: |row| row.characters,
    unit: "characters",
    meter: Meter::Character,
    ..IMAGES
};
const TRANSCRIPTIONS: CountedKind = CountedKind {
    path: "/organization/usage/audio_transcriptions",
    field: "seconds",
    count: |row| row.seconds,
    unit: "seconds",
    meter: Meter::Second,
    ..SPEECHES
};
// Bytes kept are a level, not a flow: the figure of one bucket is what lay there, and figures of two buckets must not be added.
const VECTOR_STORES: CountedKind = CountedKind {
    path: "/organization/usage/vector_stores",
    groups: &["project_id"],
    field: "usage_bytes",
    count: |row| row.usage_bytes,
    requests: |_| None,
    unit: "bytes",
    meter: Meter::Byte,
};
const SESSIONS: CountedKind = CountedKind {
    path: "/organization/usage/code_interpreter_sessions",
    field: "num_sessions",
    count: |row| row.num_sessions,
    unit: "sessions",
    meter: Meter::Session,
    ..VECTOR_STORES
};
const FILE_SEARCHES: CountedKind = CountedKind {
    path: "/organization/usage/file_search_calls",
    groups: &["project_id", "api_key_id", "vector_store_id"],
    field: "num_requests",
    count: |row| row.num_requests,
    requests: |_| None,
    unit: "searches",
    meter: Meter::FileSearch,
};
// The requests to the model that searched are told here too, but they were counted among the completions already.
const WEB_SEARCHES: CountedKind = CountedKind {
    path: "/organization/usage/web_search_calls",
    groups: &["project_id", "api_key_id", "model", "context_level"],
    meter: Meter::WebSearch,
    ..FILE_SEARCHES
};

#[derive(Deserialize)]
struct CountedRow {
    images: Option<Count>,
    characters: Option<Count>,
    seconds: Option<Count>,
    usage_bytes: Option<Count>,
    num_sessions: Option<Count>,
    num_requests: Option<Count>,
    num_model_requests: Option<Count>,
    project_id: Option<String>,
    api_key_id: Option<String>,
    model: Option<String>,
    source: Option<String>,
    size: Option<String>,
    vector_store_id: Option<String>,
    context_level: Option<String>,
}

impl CountedKind {
    fn request(&self, query: &Query) -> Request {
        asked(query, self.path, usage_cap(query.bucket), self.groups)
    }

    fn parse(&self, body: &[u8], query: &Query) -> Result<Page, ParseError> {
        read(body, query, |row: CountedRow, period, at| {
            let quantity = (self.count)(&row)
                .ok_or_else(|| ParseError::new(at(), format!("missing field `{}`", self.field)))?;
            let requests = (self.requests)(&row).map(|requests| requests.0);
            let level = told(row.context_level).map(|level| format!("{level} search context"));
            let words = [told(row.source), told(row.size), told(row.vector_store_id), level];
            let description = words.into_iter().flatten().collect::<Vec<_>>().join(", ");
            Ok(Charge {
                consumed_quantity: Some(Decimal::from(quantity.0)),
                consumed_unit: Some(self.unit.to_owned()),
                sku_meter: Some(self.meter),
                requests,
                response_model: told(row.model),
                project: told(row.project_id),
                api_key: told(row.api_key_id),
                description: told(Some(description)),
                ..Charge::usage(period)
            })
        })
    }
}
