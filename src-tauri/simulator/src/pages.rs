//! Buckets and pages, the way OpenAI and Anthropic cut time: aligned to UTC, one bucket an interval, so many buckets a
//! page, and an opaque cursor that belongs to one query only.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::handler::{Ask, Refusal};
use crate::world::{MINUTES_A_DAY, World, dice, salt};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Minute,
    Hour,
    Day,
}

impl Width {
    pub(crate) fn read(text: Option<&str>) -> Option<Self> {
        match text {
            Some("1m") => Some(Width::Minute),
            Some("1h") => Some(Width::Hour),
            Some("1d") | None => Some(Width::Day),
            Some(_) => None,
        }
    }

    pub(crate) fn minutes(self) -> i64 {
        match self {
            Width::Minute => 1,
            Width::Hour => 60,
            Width::Day => MINUTES_A_DAY,
        }
    }

    /// Buckets on a page of a usage report: unasked, and at most.
    pub(crate) fn usage_limits(self) -> (i64, i64) {
        match self {
            Width::Minute => (60, 1440),
            Width::Hour => (24, 168),
            Width::Day => (7, 31),
        }
    }
}

/// The buckets of one page.
pub(crate) struct Slice {
    /// First and last minute (exclusive) of each bucket.
    pub(crate) buckets: Vec<(i64, i64)>,
    /// The cursor of the page after this one.
    pub(crate) next: Option<String>,
}

/// Cuts `[start, end)`, in minutes and aligned, into the page that `cursor` names. Buckets that have not begun are not
/// there.
pub(crate) fn slice(
    ask: &Ask,
    world: &World,
    (start, end): (i64, i64),
    width: Width,
    limit: i64,
    cursor: Option<&str>,
) -> Result<Slice, Refusal> {
    let print = fingerprint(ask, world);
    let first = match cursor {
        None => start,
        Some(text) => read_cursor(text, print)
            .ok_or_else(|| Refusal::query("page", "page: Invalid cursor, or a cursor of another query."))?,
    };
    let end = end.min((world.now.div_euclid(width.minutes()) + 1) * width.minutes());
    let stop = end.min(first + limit * width.minutes());
    let mut buckets = Vec::new();
    let mut at = first;
    while at < stop {
        buckets.push((at, at + width.minutes()));
        at += width.minutes();
    }
    let next = (at < end).then(|| write_cursor(at, print));
    Ok(Slice { buckets, next })
}

/// What the query asks for, without its cursor: the same for any order of the parameters.
fn fingerprint(ask: &Ask, world: &World) -> u64 {
    let mut parts: Vec<u64> = ask
        .query
        .iter()
        .filter(|(name, _)| name != "page")
        .map(|(name, value)| dice(salt(name), &[salt(value)]))
        .collect();
    parts.sort_unstable();
    parts.push(salt(ask.stream.name));
    dice(world.seed, &parts)
}

fn write_cursor(at: i64, print: u64) -> String {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(at.cast_unsigned() ^ print).to_be_bytes());
    bytes[8..].copy_from_slice(&dice(print, &[at.cast_unsigned()]).to_be_bytes());
    format!("page_{}", base64(&bytes))
}

fn read_cursor(text: &str, print: u64) -> Option<i64> {
    let bytes = unbase64(text.strip_prefix("page_")?)?;
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let (place, check) = bytes.split_at(8);
    let at = u64::from_be_bytes(place.try_into().ok()?) ^ print;
    (dice(print, &[at]).to_be_bytes() == *check).then_some(at.cast_signed())
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_query() {
        let cursor = write_cursor(123_456, 99);
        assert_eq!(read_cursor(&cursor, 99), Some(123_456));
        assert_eq!(read_cursor(&cursor, 98), None);
        assert_eq!(read_cursor("page_zzz", 99), None);
    }
}
