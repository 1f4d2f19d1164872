//! Rows of `charges` packed into bytes: how the pages of a sequence wait for its end, at a tenth of what a table would cost.

use std::fmt::{Display, Write};

use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use super::StoreError;
use crate::ledger::{Charge, Modalities};

/// Values of a row in the table, the stream's number first.
pub(super) const VALUES: usize = 17;

// Which of the values that may be missing are there.
const BILLED: u8 = 1;
const LISTED: u8 = 1 << 1;
const QUANTITY: u8 = 1 << 2;
const TOKENS: u8 = 1 << 3;
const MODALITIES: u8 = 1 << 4;
const REQUESTS: u8 = 1 << 5;

/// Rows in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Packed {
    bytes: Vec<u8>,
    rows: usize,
}

impl Packed {
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Empties it, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.rows = 0;
    }

    /// Adds a charge; its facet and the basis of its list cost go by their numbers.
    pub(super) fn push(&mut self, charge: &Charge, facet_id: i64, basis_id: i64) -> Result<(), StoreError> {
        let totals = charge.tokens.map(|tokens| tokens.totals());
        let modalities = totals.and_then(|totals| as_json(&totals.modalities));
        let flag = |there: bool, flag: u8| if there { flag } else { 0 };
        self.bytes.push(
            flag(charge.billed_cost.is_some(), BILLED)
                | flag(charge.list_cost.is_some(), LISTED)
                | flag(charge.consumed_quantity.is_some(), QUANTITY)
                | flag(totals.is_some(), TOKENS)
                | flag(modalities.is_some(), MODALITIES)
                | flag(charge.requests.is_some(), REQUESTS),
        );
        self.number(charge.charge_period.start.unix());
        self.number(charge.charge_period.end.unix());
        self.number(facet_id);
        if let Some(billed) = &charge.billed_cost {
            self.text(billed.amount)?;
        }
        if let Some(listed) = &charge.list_cost {
            self.text(listed.cost.amount)?;
            self.number(basis_id);
        }
        if let Some(quantity) = charge.consumed_quantity {
            self.text(quantity)?;
        }
        if let Some(t) = totals {
            let counts =
                [t.input, t.output, t.cache_read, t.cache_creation, t.cache_creation_1h, t.reasoning];
            for tokens in counts {
                self.count(tokens)?;
            }
        }
        if let Some(modalities) = modalities {
            self.text(modalities)?;
        }
        if let Some(requests) = charge.requests {
            self.count(requests)?;
        }
        self.rows += 1;
        Ok(())
    }

    fn number(&mut self, number: i64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn count(&mut self, count: u64) -> Result<(), StoreError> {
        self.number(i64::try_from(count).map_err(|_| StoreError::Row(format!("a count of {count}")))?);
        Ok(())
    }

    /// A text with its length before it.
    fn text(&mut self, text: impl Display) -> Result<(), StoreError> {
        struct Tail<'a>(&'a mut Vec<u8>);
        impl Write for Tail<'_> {
            fn write_str(&mut self, text: &str) -> std::fmt::Result {
                self.0.extend_from_slice(text.as_bytes());
                Ok(())
            }
        }
        let at = self.bytes.len();
        self.bytes.extend_from_slice(&[0; 2]);
        let too_long = || StoreError::Row("a value too long to be kept".to_owned());
        write!(Tail(&mut self.bytes), "{text}").map_err(|_| too_long())?;
        let length = u16::try_from(self.bytes.len() - at - 2).map_err(|_| too_long())?;
        self.bytes[at..at + 2].copy_from_slice(&length.to_le_bytes());
        Ok(())
    }
}

/// The values of packed rows in the order of the table's columns, and how many rows they are. `ordinal` is the first row's.
pub(super) fn values(
    packed: &[u8],
    stream_id: i64,
    mut ordinal: i64,
) -> Result<(usize, SqliteArguments), StoreError> {
    let broken = || StoreError::Row("rows that were put aside and came back changed".to_owned());
    let mut rest = Rest(packed);
    let mut values = SqliteArguments::default();
    let mut rows = 0;
    while let Some(flags) = rest.byte() {
        rest.row(flags, stream_id, ordinal, &mut values)
            .ok_or_else(broken)?
            .map_err(|error| StoreError::Sql(sqlx::Error::Encode(error)))?;
        ordinal += 1;
        rows += 1;
    }
    Ok((rows, values))
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// The next row's values. Nothing where the bytes end early; an error where a value is refused.
    fn row(
        &mut self,
        flags: u8,
        stream_id: i64,
        ordinal: i64,
        values: &mut SqliteArguments,
    ) -> Option<Result<(), BoxDynError>> {
        let has = |flag| flags & flag != 0;
        let (start, end, facet_id) = (self.number()?, self.number()?, self.number()?);
        let billed = if has(BILLED) { Some(self.text()?) } else { None };
        let (listed, basis_id) =
            if has(LISTED) { (Some(self.text()?), Some(self.number()?)) } else { (None, None) };
        let quantity = if has(QUANTITY) { Some(self.text()?) } else { None };
        let mut tokens = [None; 6];
        if has(TOKENS) {
            for count in &mut tokens {
                *count = Some(self.number()?);
            }
        }
        let modalities = if has(MODALITIES) { Some(self.text()?) } else { None };
        let requests = if has(REQUESTS) { Some(self.number()?) } else { None };
        let mut add = || {
            for number in [stream_id, start, ordinal, end, facet_id] {
                values.add(number)?;
            }
            values.add(billed)?;
            values.add(listed)?;
            values.add(basis_id)?;
            values.add(quantity)?;
            for count in tokens {
                values.add(count)?;
            }
            values.add(modalities)?;
            values.add(requests)
        };
        Some(add())
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<i64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*bytes))
    }

    fn text(&mut self) -> Option<&'a str> {
        let (length, rest) = self.0.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(u16::from_le_bytes(*length).into())?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

/// The modalities that are not nought, as JSON.
fn as_json(modalities: &Modalities) -> Option<String> {
    if *modalities == Modalities::default() {
        return None;
    }
    let Modalities {
        input_audio,
        cache_read_audio,
        output_audio,
        input_image,
        cache_read_image,
        output_image,
    } = *modalities;
    let fields = [
        ("inputAudio", input_audio),
        ("cacheReadAudio", cache_read_audio),
        ("outputAudio", output_audio),
        ("inputImage", input_image),
        ("cacheReadImage", cache_read_image),
        ("outputImage", output_image),
    ];
    let map: serde_json::Map<String, serde_json::Value> =
        fields.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name.to_owned(), n.into())).collect();
    Some(serde_json::Value::Object(map).to_string())
}
