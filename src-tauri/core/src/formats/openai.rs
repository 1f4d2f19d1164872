//! OpenAI's usage dashboard: cost by day, and usage of each kind by minute, hour or day, grouped as the person chose.

use std::borrow::Cow;

use super::grouping;
use super::{Column, Format, Line, ReadLine, Row, Taken, Wrong, category_of, may, need};
use crate::ledger::Meter;
use crate::providers::Count;
use crate::providers::openai::TokenRow;

const START: usize = 0;
const END: usize = 1;
const PROJECT: usize = 2;
const USER: usize = 3;
const KEY: usize = 4;

const AMOUNT: usize = 5;
const CURRENCY: usize = 6;
const LINE_ITEM: usize = 7;
const QUANTITY: usize = 8;
const QUANTITY_UNIT: usize = 9;

const PROJECT_COLUMN: Column = may(&["project_id"]);
const USER_COLUMN: Column = may(&["user_id", "user_email"]);
const KEY_COLUMN: Column = may(&["api_key_id"]);

pub(super) const COST: Format = Format {
    id: "openai.cost",
    name: "OpenAI, cost",
    provider: "openai",
    columns: &[
        need(&["start_time"]),
        need(&["end_time"]),
        PROJECT_COLUMN,
        USER_COLUMN,
        KEY_COLUMN,
        need(&["amount_value"]),
        need(&["amount_currency"]),
        may(&["line_item"]),
        may(&["quantity"]),
        may(&["quantity_unit"]),
        may(&["start_time_iso"]),
        may(&["end_time_iso"]),
    ],
    identity: &[LINE_ITEM, PROJECT, KEY, USER],
    persons: &[USER],
    grouped: Some(grouping::DESCRIPTION | grouping::PROJECT),
    row: cost,
    ..Format::PLAIN
};

fn cost(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let said = [AMOUNT, CURRENCY, LINE_ITEM, PROJECT, KEY, USER];
    if said.iter().all(|column| row.bytes(*column).is_empty()) {
        return Ok(Taken::Left("days without cost"));
    }
    let amount = row.amount(AMOUNT)?;
    hand_out(Line {
        category: category_of(amount),
        billed: Some((amount, row.currency(CURRENCY)?)),
        quantity: row.number(QUANTITY)?,
        unit: row.text(QUANTITY_UNIT)?,
        project: row.text(PROJECT)?,
        api_key: row.text(KEY)?,
        description: Cow::Borrowed(row.text(LINE_ITEM)?),
        ..Line::usage(row.unix_period(START, END)?)
    });
    Ok(Taken::Booked)
}

const T_MODEL: usize = 5;
const T_REQUESTS: usize = 6;
const T_BATCH: usize = 7;
const T_TIER: usize = 8;
const T_INPUT: usize = 9;
const T_OUTPUT: usize = 10;

const COMPLETION_COLUMNS: &[Column] = &token_columns(need(&["output_tokens"]));
const EMBEDDING_COLUMNS: &[Column] = &token_columns(may(&["output_tokens"]));

const fn token_columns(output: Column) -> [Column; 22] {
    [
        need(&["start_time"]),
        need(&["end_time"]),
        PROJECT_COLUMN,
        USER_COLUMN,
        KEY_COLUMN,
        may(&["model"]),
        need(&["num_model_requests"]),
        may(&["batch"]),
        may(&["service_tier"]),
        need(&["input_tokens"]),
        output,
        may(&["input_cached_tokens"]),
        may(&["input_cache_write_tokens"]),
        may(&["input_text_tokens"]),
        may(&["input_cached_text_tokens"]),
        may(&["input_audio_tokens"]),
        may(&["input_cached_audio_tokens"]),
        may(&["input_image_tokens"]),
        may(&["input_cached_image_tokens"]),
        may(&["output_text_tokens"]),
        may(&["output_audio_tokens"]),
        may(&["output_image_tokens"]),
    ]
}

pub(super) const COMPLETIONS: Format = Format {
    id: "openai.completions",
    name: "OpenAI, usage of completions",
    provider: "openai",
    columns: COMPLETION_COLUMNS,
    identity: &[PROJECT, USER, KEY, T_MODEL, T_BATCH, T_TIER],
    persons: &[USER],
    grouped: Some(grouping::RESPONSE_MODEL | grouping::PROJECT),
    row: tokens,
    ..Format::PLAIN
};

pub(super) const EMBEDDINGS: Format = Format {
    id: "openai.embeddings",
    name: "OpenAI, usage of embeddings or moderations",
    columns: EMBEDDING_COLUMNS,
    ..COMPLETIONS
};

fn tokens(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let empty = |column: usize| row.bytes(column).is_empty();
    if [T_REQUESTS, T_INPUT, T_OUTPUT, T_MODEL].into_iter().all(empty) {
        return Ok(Taken::Left("buckets without activity"));
    }
    let count = |column: usize| row.told_count(column).map(|count| count.map(Count));
    let counts = TokenRow {
        input_tokens: Count(row.count(T_INPUT)?),
        output_tokens: count(T_OUTPUT)?,
        input_cached_tokens: count(11)?,
        input_cache_write_tokens: count(12)?,
        input_text_tokens: count(13)?,
        input_cached_text_tokens: count(14)?,
        input_audio_tokens: count(15)?,
        input_cached_audio_tokens: count(16)?,
        input_image_tokens: count(17)?,
        input_cached_image_tokens: count(18)?,
        output_text_tokens: count(19)?,
        output_audio_tokens: count(20)?,
        output_image_tokens: count(21)?,
        ..TokenRow::default()
    };
    let batch = row.bytes(T_BATCH).eq_ignore_ascii_case(b"true");
    hand_out(Line {
        tokens: Some(counts.tokens().map_err(Wrong::line)?),
        requests: row.told_count(T_REQUESTS)?,
        response_model: row.text(T_MODEL)?,
        service_tier: if batch { "batch" } else { row.text(T_TIER)? },
        project: row.text(PROJECT)?,
        api_key: row.text(KEY)?,
        ..Line::usage(row.unix_period(START, END)?)
    });
    Ok(Taken::Booked)
}

const COUNTED: usize = 5;
const C_MODEL: usize = 6;
const C_REQUESTS: usize = 7;
/// What else a line may be told apart by: size, source, store, level.
const C_WORDS: [usize; 4] = [8, 9, 10, 11];

/// A kind of usage that is counted in something else than tokens.
const fn counted(id: &'static str, name: &'static str, columns: &'static [Column], row: ReadLine) -> Format {
    Format {
        id,
        name,
        provider: "openai",
        columns,
        identity: &[PROJECT, USER, KEY, C_MODEL, 8, 9, 10, 11],
        persons: &[USER],
        grouped: Some(grouping::RESPONSE_MODEL | grouping::PROJECT),
        row,
        ..Format::PLAIN
    }
}

const fn counted_columns(of: Column, store: Column, level: Column) -> [Column; 12] {
    [
        need(&["start_time"]),
        need(&["end_time"]),
        PROJECT_COLUMN,
        USER_COLUMN,
        KEY_COLUMN,
        of,
        may(&["model"]),
        may(&["num_model_requests"]),
        may(&["size"]),
        may(&["source"]),
        store,
        level,
    ]
}

const STORE: Column = may(&["vector_store_id"]);
const LEVEL: Column = may(&["context_level"]);

const IMAGE_COLUMNS: &[Column] = &counted_columns(need(&["images"]), STORE, LEVEL);
const SPEECH_COLUMNS: &[Column] = &counted_columns(need(&["characters"]), STORE, LEVEL);
const TRANSCRIPT_COLUMNS: &[Column] = &counted_columns(need(&["seconds"]), STORE, LEVEL);
const SESSION_COLUMNS: &[Column] = &counted_columns(need(&["num_sessions"]), STORE, LEVEL);
const BYTE_COLUMNS: &[Column] = &counted_columns(need(&["usage_bytes"]), STORE, LEVEL);
const FILE_COLUMNS: &[Column] = &counted_columns(need(&["num_requests"]), need(&["vector_store_id"]), LEVEL);
const WEB_COLUMNS: &[Column] = &counted_columns(need(&["num_requests"]), STORE, need(&["context_level"]));

pub(super) const IMAGES: Format =
    counted("openai.images", "OpenAI, usage of images", IMAGE_COLUMNS, |row, out| {
        count(row, out, Meter::Image, "images")
    });
pub(super) const SPEECHES: Format =
    counted("openai.audio_speeches", "OpenAI, usage of speech", SPEECH_COLUMNS, |row, out| {
        count(row, out, Meter::Character, "characters")
    });
pub(super) const TRANSCRIPTIONS: Format = counted(
    "openai.audio_transcriptions",
    "OpenAI, usage of transcription",
    TRANSCRIPT_COLUMNS,
    |row, out| count(row, out, Meter::Second, "seconds"),
);
pub(super) const SESSIONS: Format = counted(
    "openai.code_interpreter_sessions",
    "OpenAI, usage of the code interpreter",
    SESSION_COLUMNS,
    |row, out| count(row, out, Meter::Session, "sessions"),
);
pub(super) const VECTOR_STORES: Format =
    counted("openai.vector_stores", "OpenAI, bytes in vector stores", BYTE_COLUMNS, |row, out| {
        count(row, out, Meter::Byte, "bytes")
    });
pub(super) const FILE_SEARCHES: Format =
    counted("openai.file_search_calls", "OpenAI, file searches", FILE_COLUMNS, |row, out| {
        count(row, out, Meter::FileSearch, "searches")
    });
pub(super) const WEB_SEARCHES: Format =
    counted("openai.web_search_calls", "OpenAI, web searches", WEB_COLUMNS, |row, out| {
        count(row, out, Meter::WebSearch, "searches")
    });

fn count(
    row: &Row<'_>,
    hand_out: &mut dyn FnMut(Line<'_>),
    meter: Meter,
    unit: &'static str,
) -> Result<Taken, Wrong> {
    let Some(quantity) = row.number(COUNTED)? else { return Ok(Taken::Left("buckets without activity")) };
    let mut words = Vec::new();
    for column in C_WORDS {
        words.push(row.text(column)?);
    }
    words.retain(|word| !word.is_empty());
    // Requests to the model that searched are among the completions already.
    let searched = matches!(meter, Meter::FileSearch | Meter::WebSearch);
    hand_out(Line {
        quantity: Some(quantity),
        unit,
        meter: Some(meter),
        requests: if searched { None } else { row.told_count(C_REQUESTS)? },
        response_model: row.text(C_MODEL)?,
        project: row.text(PROJECT)?,
        api_key: row.text(KEY)?,
        description: Cow::Owned(words.join(", ")),
        ..Line::usage(row.unix_period(START, END)?)
    });
    Ok(Taken::Booked)
}

/// What the dashboard writes where nothing was used: the four columns of time, and nothing else.
pub(super) const EMPTY: Format = Format {
    id: "openai.empty",
    name: "OpenAI, usage without any activity",
    provider: "openai",
    columns: &[
        need(&["start_time"]),
        need(&["end_time"]),
        need(&["start_time_iso"]),
        need(&["end_time_iso"]),
    ],
    bare: true,
    row: |_, _| Ok(Taken::Left("buckets without activity")),
    ..Format::PLAIN
};
