//! What the publishers of rates answer, read exactly, and looked over before any of it is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{RatePoint, Rates};
use crate::money::{Currency, Decimal, exact, exact_mul};
use crate::time::Date;

/// The name under which the European Central Bank's rates are kept, bundled or refreshed.
const ECB: &str = "European Central Bank, euro foreign exchange reference rates";
const FRANKFURTER: &str = "Frankfurter, rates of central banks";
/// How many days a pair is compared over.
const COMPARED: i64 = 400;
/// By how much a rate may have moved since the last one that is known.
const MOST: Decimal = Decimal::from_parts(3, 0, 0, false, 0);

/// The shapes in which rates are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateFeed {
    /// The European Central Bank's XML, of a day or of many.
    Ecb,
    /// Frankfurter's JSON.
    Frankfurter,
}

/// Why an answer was not taken. What was known before stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// It is not what a publisher of rates answers.
    #[error("the answer is not a list of rates ({0}): nothing of it was kept")]
    Shape(String),
    /// It holds nothing.
    #[error("the list of rates is empty: nothing was changed")]
    Empty,
    /// A rate is of a day that has not come.
    #[error("the list has rates of {0}, a day that has not come: nothing of it was kept")]
    Ahead(Date),
    /// A rate is far from the last one that is known.
    #[error(
        "one {base} is {rate} {quote} on {date} by the list, more than three times off the last known rate of {known}: nothing of it was kept"
    )]
    Absurd {
        /// Of this.
        base: Currency,
        /// In this.
        quote: Currency,
        /// The day.
        date: Date,
        /// What it says.
        rate: Decimal,
        /// What was known.
        known: Decimal,
    },
}

impl RateFeed {
    /// The shape of an answer, by its first character.
    pub fn recognise(body: &[u8]) -> Option<RateFeed> {
        match body.iter().find(|byte| !byte.is_ascii_whitespace() && **byte < 0x80) {
            Some(b'<') => Some(RateFeed::Ecb),
            Some(b'{' | b'[') => Some(RateFeed::Frankfurter),
            _ => None,
        }
    }

    /// Every rate of an answer. Currencies that are not money of a country are left out.
    pub fn read(self, body: &[u8]) -> Result<Vec<RatePoint>, FeedError> {
        let text = std::str::from_utf8(body).map_err(|_| FeedError::Shape("it is not text".to_owned()))?;
        let points = match self {
            RateFeed::Ecb => ecb(text)?,
            RateFeed::Frankfurter => frankfurter(text)?,
        };
        if points.is_empty() { Err(FeedError::Empty) } else { Ok(points) }
    }
}

/// Looks rates over: none of a day to come, none far from what is known.
pub fn sane(points: &[RatePoint], known: &Rates, today: Date) -> Result<(), FeedError> {
    if points.is_empty() {
        return Err(FeedError::Empty);
    }
    for point in points {
        // Somewhere it is tomorrow already.
        if point.date > today.plus_days(1) {
            return Err(FeedError::Ahead(point.date));
        }
        let Ok(last) = known.of(point.base, point.quote, point.date, COMPARED) else { continue };
        let beyond = |a: Decimal, b: Decimal| exact_mul(b, MOST).is_none_or(|most| a > most);
        if beyond(point.rate, last.factor) || beyond(last.factor, point.rate) {
            return Err(FeedError::Absurd {
                base: point.base,
                quote: point.quote,
                date: point.date,
                rate: point.rate,
                known: last.factor,
            });
        }
    }
    Ok(())
}

/// `<Cube time='…'>` with `<Cube currency='…' rate='…'/>` below it; the closing tag of the whole must be there.
fn ecb(text: &str) -> Result<Vec<RatePoint>, FeedError> {
    let shape = |what: &str| FeedError::Shape(what.chars().take(60).collect());
    if !text.trim_end().ends_with("Envelope>") {
        return Err(shape("it is cut off"));
    }
    let base = Currency::national("EUR").map_err(|error| shape(&error.to_string()))?;
    let source: Arc<str> = ECB.into();
    let (mut points, mut day) = (Vec::new(), None);
    for tag in text.split('<').filter(|tag| tag.starts_with("Cube")) {
        let tag = tag.split('>').next().unwrap_or_default();
        if let Some(time) = attribute(tag, "time") {
            day = Some(time.parse::<Date>().map_err(|_| shape(&format!("\"{time}\" is not a date")))?);
        }
        let Some(code) = attribute(tag, "currency") else { continue };
        let rate = attribute(tag, "rate").ok_or_else(|| shape("a currency without its rate"))?;
        let date = day.ok_or_else(|| shape("a rate without its day"))?;
        if let Ok(quote) = Currency::national(code) {
            points.push(RatePoint { date, base, quote, rate: positive(rate)?, source: Arc::clone(&source) });
        }
    }
    if points.is_empty() { Err(shape("it names no currency")) } else { Ok(points) }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let after = tag.split_once(&format!(" {name}="))?.1;
    let quote = after.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    after[1..].split(quote).next()
}

/// One pair of one day, as version 2 lists them.
#[derive(Deserialize)]
struct Row<'a> {
    date: String,
    base: String,
    quote: String,
    #[serde(borrow)]
    rate: &'a RawValue,
}

/// One day, as version 1 tells it.
#[derive(Deserialize)]
struct OfDay<'a> {
    date: String,
    base: String,
    #[serde(borrow)]
    rates: BTreeMap<String, &'a RawValue>,
}

fn frankfurter(text: &str) -> Result<Vec<RatePoint>, FeedError> {
    let wrong = |error: serde_json::Error| FeedError::Shape(error.to_string());
    let rows = if text.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<Row>>(text).map_err(wrong)?
    } else {
        let day: OfDay = serde_json::from_str(text).map_err(wrong)?;
        let row = |(quote, rate)| Row { date: day.date.clone(), base: day.base.clone(), quote, rate };
        day.rates.into_iter().map(row).collect()
    };
    let source: Arc<str> = FRANKFURTER.into();
    let mut points = Vec::with_capacity(rows.len());
    for row in rows {
        let date =
            row.date.parse().map_err(|_| FeedError::Shape(format!("\"{}\" is not a date", row.date)))?;
        if let (Ok(base), Ok(quote)) = (Currency::national(&row.base), Currency::national(&row.quote))
            && base != quote
        {
            let rate = positive(row.rate.get())?;
            points.push(RatePoint { date, base, quote, rate, source: Arc::clone(&source) });
        }
    }
    Ok(points)
}

fn positive(text: &str) -> Result<Decimal, FeedError> {
    let rate = exact(text).ok().filter(|rate| *rate > Decimal::ZERO);
    rate.ok_or_else(|| {
        FeedError::Shape(format!("\"{}\" is not a rate", text.chars().take(40).collect::<String>()))
    })
}
