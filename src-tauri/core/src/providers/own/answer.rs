//! Reads the figures of an answer at the places that a description names.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::super::{Entry, Exact, ParseError, Query, billed, decode, shifted};
use super::{CurrencyBy, Description, Quota, WhereMoney};
use crate::ledger::{Balance, BalanceKind, CreditGrant, QuotaReading};
use crate::money::{Decimal, Money};
use crate::time::{Date, Timestamp};

/// Larger numbers than this are Unix milliseconds: in seconds they would lie after the year 5000.
const MILLIS_FROM: i64 = 100_000_000_000;

/// The entries of an answer.
pub(super) fn entries(
    description: &Description,
    body: &[u8],
    query: &Query,
) -> Result<Vec<Entry>, ParseError> {
    let answer: &RawValue = decode(body)?;
    let now = query.observed_at;
    let mut entries = Vec::new();
    if let Some(found) = &description.balance {
        let amount = money(answer, found)?;
        let balance =
            Balance { observed_at: now, kind: BalanceKind::Credits, amount, acquired: None, used: None };
        entries.push(Entry::Balance(balance));
        if let Some(expires_at) = time(answer, description.expires_at.as_deref())? {
            entries.push(Entry::Grant(CreditGrant {
                id: "balance".to_owned(),
                kind: BalanceKind::Credits,
                currency: amount.currency,
                amount: None,
                left: Some(amount.amount),
                acquired_at: None,
                expires_at: Some(expires_at),
                observed_at: now,
            }));
        }
    }
    if let Some(Quota { used, limit, unit, window, resets_at }) = &description.quota {
        let (used_at, limit_at) = (used.as_deref(), limit.as_deref());
        let (used, limit) = (number(answer, used_at)?, number(answer, limit_at)?);
        if used.is_none() && limit.is_none() {
            let places = [used_at, limit_at].into_iter().flatten().collect::<Vec<_>>().join(" and ");
            return Err(ParseError::new(places, "the answer tells no figure of the quota"));
        }
        entries.push(Entry::Quota(QuotaReading {
            observed_at: now,
            name: "allowance".to_owned(),
            window: *window,
            unit: *unit,
            used,
            limit,
            resets_at: time(answer, resets_at.as_deref())?.and_then(|at| query.upcoming(at)),
            model: None,
            project: None,
        }));
    }
    Ok(entries)
}

fn money(answer: &RawValue, found: &WhereMoney) -> Result<Money, ParseError> {
    let at = found.amount.as_str();
    let Some(amount) = number(answer, Some(at))? else {
        let problem =
            "nothing is there: look at the answer, and write the place of the amount in `balance.amount`";
        return Err(ParseError::new(at, problem));
    };
    let amount = shifted(amount, found.places, || at.to_owned())?;
    match &found.currency {
        CurrencyBy::Named(currency) => Ok(Money::new(amount, *currency)),
        CurrencyBy::At(at) => {
            let code = place(answer, at).and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
            let Some(code) = code else {
                let problem = "no text that names a currency is there: name it in `balance.currency` instead";
                return Err(ParseError::new(at, problem));
            };
            let amount = billed(amount, &code, String::new);
            amount.map_err(|ParseError { problem, .. }| {
                ParseError::new(at, format!("{problem}: name the currency in `balance.currency` instead"))
            })
        }
    }
}

/// The number at a pointer; `None` where nothing or null is there.
fn number(answer: &RawValue, at: Option<&str>) -> Result<Option<Decimal>, ParseError> {
    let Some((at, raw)) = at.and_then(|at| Some((at, place(answer, at)?))) else { return Ok(None) };
    let number = serde_json::from_str::<Option<Exact>>(raw.get())
        .map_err(|error| ParseError::new(at, plainly(&error)))?;
    Ok(number.map(|number| number.0))
}

/// The time at a pointer: RFC 3339, a date, or Unix seconds or milliseconds; `None` where nothing or null is there.
fn time(answer: &RawValue, at: Option<&str>) -> Result<Option<Timestamp>, ParseError> {
    let Some((at, raw)) = at.and_then(|at| Some((at, place(answer, at)?))) else { return Ok(None) };
    let text = raw.get().trim_matches('"');
    if text == "null" || text.is_empty() {
        return Ok(None);
    }
    let time = match (text.parse::<i64>(), text.parse::<Date>()) {
        (Ok(number), _) if number.abs() >= MILLIS_FROM => Timestamp::from_unix_millis(number),
        (Ok(number), _) => Timestamp::from_unix(number),
        (_, Ok(date)) => Ok(date.utc_start()),
        _ => Timestamp::parse_utc(text),
    };
    time.map(Some).map_err(ParseError::time(at))
}

/// What stands at a pointer, digit for digit as it was sent.
fn place<'a>(answer: &'a RawValue, pointer: &str) -> Option<&'a RawValue> {
    let mut found = answer;
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        found = if found.get().starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(found.get()).ok()?;
            let plain = name == "0" || !name.starts_with(['0', '+']);
            items.get(name.parse::<usize>().ok().filter(|_| plain)?).copied()?
        } else {
            let fields: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(found.get()).ok()?;
            fields.get(name.as_str()).copied()?
        };
    }
    Some(found)
}

/// The words of an error without the place inside of the single value, which says nothing.
fn plainly(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}
