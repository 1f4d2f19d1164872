//! OpenAI's usage: what is counted in tokens, and what is counted in something else.

use serde::Deserialize;

use super::super::{Bucket, Count, Page, ParseError, Query, Request, told};
use super::{asked, read};
use crate::ledger::{Charge, Meter, Modalities, TokenError, TokenTotals, TokenUsage};
use crate::money::Decimal;

/// How much of a window one page of usage holds at most.
const fn usage_cap(bucket: Bucket) -> i64 {
    match bucket {
        Bucket::Hour => 168,
        Bucket::Day => 31,
    }
}

/// A kind of usage that is counted in tokens.
pub(super) struct TokenKind {
    path: &'static str,
    groups: &'static [&'static str],
    output: bool,
}

pub(super) const COMPLETIONS: TokenKind = TokenKind {
    path: "/organization/usage/completions",
    groups: &["project_id", "api_key_id", "model", "batch", "service_tier"],
    output: true,
};
pub(super) const EMBEDDINGS: TokenKind = TokenKind {
    path: "/organization/usage/embeddings",
    groups: &["project_id", "api_key_id", "model"],
    output: false,
};
pub(super) const MODERATIONS: TokenKind = TokenKind { path: "/organization/usage/moderations", ..EMBEDDINGS };

/// Counts of a line, as the API and the console's files tell them.
#[derive(Default, Deserialize)]
pub(crate) struct TokenRow {
    pub(crate) input_tokens: Count,
    pub(crate) output_tokens: Option<Count>,
    pub(crate) input_cached_tokens: Option<Count>,
    pub(crate) input_cache_write_tokens: Option<Count>,
    pub(crate) input_text_tokens: Option<Count>,
    pub(crate) input_cached_text_tokens: Option<Count>,
    pub(crate) input_audio_tokens: Option<Count>,
    pub(crate) input_cached_audio_tokens: Option<Count>,
    pub(crate) input_image_tokens: Option<Count>,
    pub(crate) input_cached_image_tokens: Option<Count>,
    pub(crate) output_text_tokens: Option<Count>,
    pub(crate) output_audio_tokens: Option<Count>,
    pub(crate) output_image_tokens: Option<Count>,
    pub(crate) num_model_requests: Count,
    pub(crate) project_id: Option<String>,
    pub(crate) api_key_id: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) batch: Option<bool>,
    pub(crate) service_tier: Option<String>,
}

impl TokenKind {
    pub(super) fn request(&self, query: &Query) -> Request {
        asked(query, self.path, usage_cap(query.bucket), self.groups)
    }

    pub(super) fn parse(&self, body: &[u8], query: &Query) -> Result<Page, ParseError> {
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
    pub(crate) fn tokens(&self) -> Result<TokenUsage, TokenError> {
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
pub(super) struct CountedKind {
    path: &'static str,
    groups: &'static [&'static str],
    field: &'static str,
    count: fn(&CountedRow) -> Option<Count>,
    requests: fn(&CountedRow) -> Option<Count>,
    unit: &'static str,
    meter: Meter,
}

pub(super) const IMAGES: CountedKind = CountedKind {
    path: "/organization/usage/images",
    groups: &["project_id", "api_key_id", "model", "size", "source"],
    field: "images",
    count: |row| row.images,
    requests: |row| row.num_model_requests,
    unit: "images",
    meter: Meter::Image,
};
pub(super) const SPEECHES: CountedKind = CountedKind {
    path: "/organization/usage/audio_speeches",
    groups: &["project_id", "api_key_id", "model"],
    field: "characters",
    count: |row| row.characters,
    unit: "characters",
    meter: Meter::Character,
    ..IMAGES
};
pub(super) const TRANSCRIPTIONS: CountedKind = CountedKind {
    path: "/organization/usage/audio_transcriptions",
    field: "seconds",
    count: |row| row.seconds,
    unit: "seconds",
    meter: Meter::Second,
    ..SPEECHES
};
// Bytes kept are a level, not a flow: the figure of one bucket is what lay there, and figures of two buckets must not be added.
pub(super) const VECTOR_STORES: CountedKind = CountedKind {
    path: "/organization/usage/vector_stores",
    groups: &["project_id"],
    field: "usage_bytes",
    count: |row| row.usage_bytes,
    requests: |_| None,
    unit: "bytes",
    meter: Meter::Byte,
};
pub(super) const SESSIONS: CountedKind = CountedKind {
    path: "/organization/usage/code_interpreter_sessions",
    field: "num_sessions",
    count: |row| row.num_sessions,
    unit: "sessions",
    meter: Meter::Session,
    ..VECTOR_STORES
};
pub(super) const FILE_SEARCHES: CountedKind = CountedKind {
    path: "/organization/usage/file_search_calls",
    groups: &["project_id", "api_key_id", "vector_store_id"],
    field: "num_requests",
    count: |row| row.num_requests,
    requests: |_| None,
    unit: "searches",
    meter: Meter::FileSearch,
};
// The requests to the model that searched are told here too, but they were counted among the completions already.
pub(super) const WEB_SEARCHES: CountedKind = CountedKind {
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
    pub(super) fn request(&self, query: &Query) -> Request {
        asked(query, self.path, usage_cap(query.bucket), self.groups)
    }

    pub(super) fn parse(&self, body: &[u8], query: &Query) -> Result<Page, ParseError> {
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
