//! Rows of `charges` packed into bytes: how the pages of a sequence wait for its end, at a tenth of what a table would cost.

use std::fmt::{Display, Write};

use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use super::StoreError;
use crate::ledger::{Charge, Modalities, TokenTotals};
use crate::time::Period;

/// Values of a row in the table, the stream's number first.
pub(super) const VALUES: usize = 17;

// Which of the values that may be missing are there.
const BILLED: u8 = 1;
const LISTED: u8 = 1 << 1;
const QUANTITY: u8 = 1 << 2;
const TOKENS: u8 = 1 << 3;
const MODALITIES: u8 = 1 << 4;
const REQUESTS: u8 = 1 << 5;

/// The numbers of a row, as they are to be written.
pub(super) struct Figures<'a> {
    pub(super) period: Period,
    pub(super) billed: Option<&'a dyn Display>,
    /// The amount at list price, and the number of its basis.
    pub(super) listed: Option<(&'a dyn Display, i64)>,
    pub(super) quantity: Option<&'a dyn Display>,
    pub(super) tokens: Option<TokenTotals>,
    pub(super) requests: Option<u64>,
}

impl Figures<'_> {
    /// Those of a charge.
    pub(super) fn of(charge: &Charge, basis_id: i64) -> Figures<'_> {
        Figures {
            period: charge.charge_period,
            billed: charge.billed_cost.as_ref().map(|billed| &billed.amount as &dyn Display),
            listed: charge.list_cost.as_ref().map(|list| (&list.cost.amount as &dyn Display, basis_id)),
            quantity: charge.consumed_quantity.as_ref().map(|quantity| quantity as &dyn Display),
            tokens: charge.tokens.map(|tokens| tokens.totals()),
            requests: charge.requests,
        }
    }
}

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

    /// Adds a row; its facet goes by its number.
    pub(super) fn push(&mut self, figures: &Figures<'_>, facet_id: i64) -> Result<(), StoreError> {
        let modalities = figures.tokens.and_then(|totals| as_json(&totals.modalities));
        let flag = |there: bool, flag: u8| if there { flag } else { 0 };
        self.bytes.push(
            flag(figures.billed.is_some(), BILLED)
                | flag(figures.listed.is_some(), LISTED)
                | flag(figures.quantity.is_some(), QUANTITY)
                | flag(figures.tokens.is_some(), TOKENS)
                | flag(modalities.is_some(), MODALITIES)
                | flag(figures.requests.is_some(), REQUESTS),
        );
        self.number(figures.period.start.unix());
        self.number(figures.period.end.unix());
        self.number(facet_id);
        if let Some(billed) = figures.billed {
            self.text(billed)?;
        }
        if let Some((listed, basis_id)) = figures.listed {
            self.text(listed)?;
            self.number(basis_id);
        }
        if let Some(quantity) = figures.quantity {
            self.text(quantity)?;
        }
        if let Some(t) = figures.tokens {
            let counts =
                [t.input, t.output, t.cache_read, t.cache_creation, t.cache_creation_1h, t.reasoning];
            for tokens in counts {
                self.count(tokens)?;
            }
        }
        if let Some(modalities) = modalities {
            self.text(modalities)?;
        }
        if let Some(requests) = figures.requests {
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
    let mut rest = Rest(packed);
    let mut values = SqliteArguments::default();
    let mut rows = 0;
    while !rest.0.is_empty() {
        let row = rest.row().ok_or_else(broken)?;
        row.add_to(&mut values, stream_id, ordinal)
            .map_err(|error| StoreError::Sql(sqlx::Error::Encode(error)))?;
        ordinal += 1;
        rows += 1;
    }
    Ok((rows, values))
}

/// One packed row, read.
pub(super) fn unpacked(packed: &[u8]) -> Result<Unpacked<'_>, StoreError> {
    Rest(packed).row().ok_or_else(broken)
}

fn broken() -> StoreError {
    StoreError::Row("rows that were put aside and came back changed".to_owned())
}

/// A row as it was packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unpacked<'a> {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) facet_id: i64,
    pub(super) billed: Option<&'a str>,
    listed: Option<&'a str>,
    pub(super) basis_id: Option<i64>,
    pub(super) quantity: Option<&'a str>,
    pub(super) tokens: [Option<i64>; 6],
    modalities: Option<&'a str>,
    pub(super) requests: Option<i64>,
}

impl Unpacked<'_> {
    /// Adds its values in the order of the table's columns.
    pub(super) fn add_to(
        &self,
        values: &mut SqliteArguments,
        stream_id: i64,
        ordinal: i64,
    ) -> Result<(), BoxDynError> {
        for number in [stream_id, self.start, ordinal, self.end, self.facet_id] {
            values.add(number)?;
        }
        values.add(self.billed)?;
        values.add(self.listed)?;
        values.add(self.basis_id)?;
        values.add(self.quantity)?;
        for count in self.tokens {
            values.add(count)?;
        }
        values.add(self.modalities)?;
        values.add(self.requests)
    }
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    /// The next row; nothing where the bytes end early.
    fn row(&mut self) -> Option<Unpacked<'a>> {
        let flags = self.byte()?;
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
        Some(Unpacked {
            start,
            end,
            facet_id,
            billed,
            listed,
            basis_id,
            quantity,
            tokens,
            modalities,
            requests,
        })
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

/// Reads what [`as_json`] wrote.
pub(super) fn modalities(text: Option<&str>) -> Result<Modalities, StoreError> {
    let Some(text) = text else { return Ok(Modalities::default()) };
    let counts: std::collections::BTreeMap<&str, u64> =
        serde_json::from_str(text).map_err(|error| StoreError::Row(format!("modalities ({error})")))?;
    let of = |name: &str| counts.get(name).copied().unwrap_or(0);
    Ok(Modalities {
        input_audio: of("inputAudio"),
        cache_read_audio: of("cacheReadAudio"),
        output_audio: of("outputAudio"),
        input_image: of("inputImage"),
        cache_read_image: of("cacheReadImage"),
        output_image: of("outputImage"),
    })
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
