//! What was used, row by row, in the form that replays read.

use crate::catalogue::{Surface, Task};
use crate::ledger::Meter;
use crate::money::{Currency, Decimal};
use crate::time::{Date, Period, Timestamp};

/// What a person used in a window of whole UTC days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// The first day and the day after the last; nothing where there is no usage at all.
    pub window: Option<(Date, Date)>,
    /// The currency of every list cost.
    pub currency: Option<Currency>,
    /// What rows are of. A row names its kind by the place in this list.
    pub kinds: Vec<Kind>,
    /// Rows by their instant; those of one instant stay as they came.
    pub rows: Vec<Row>,
    /// What could not be taken in, each with its share.
    pub excluded: Vec<Excluded>,
}

/// What rows are of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// The account.
    pub account: i64,
    /// Our id of the provider whose list price holds.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Where it was used.
    pub surface: Surface,
    /// The kind of work.
    pub task: Task,
    /// Whether it was sent in a batch.
    pub batch: bool,
    /// The project, by the provider's id.
    pub project: Option<String>,
    /// The API key, by the provider's id.
    pub api_key: Option<String>,
}

/// Usage of one kind at one time: a request, or what a provider tells of an hour or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The last second of what it tells of: there it counts.
    pub at: Timestamp,
    /// Over how many seconds it tells; 1 for a single request.
    pub seconds: u32,
    /// Its kind.
    pub kind: u32,
    /// Requests, where they are counted.
    pub requests: Option<u64>,
    /// Input tokens, cached ones included.
    pub input_tokens: u64,
    /// Of these, read from a cache.
    pub cache_read_tokens: u64,
    /// Output tokens, reasoning included.
    pub output_tokens: u64,
    /// What another meter than tokens counted.
    pub metered: Option<(Meter, Decimal)>,
    /// What it costs at list price, as you go. Never below nought.
    pub list_cost: Decimal,
    /// What the provider billed for it, where it says so for the row itself.
    pub billed_cost: Option<Decimal>,
}

/// Usage that could not be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excluded {
    /// Of what: a model, an account.
    pub what: String,
    /// Why.
    pub why: WhyExcluded,
    /// How many rows.
    pub rows: u64,
    /// Their share of all tokens, or of all rows where nothing counts tokens, in per cent; nothing where that is
    /// not told, as of money alone.
    pub share: Option<Decimal>,
}

/// Why usage could not be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyExcluded {
    /// Its model has no known list price.
    Unpriced,
    /// It names no model.
    NoModel,
    /// It tells money alone, and no use of a model.
    MoneyOnly,
    /// It may be the same as what another account tells.
    Beside,
    /// Its list price is in another currency, and there is no dated rate.
    OtherCurrency,
}

impl Row {
    /// When what it tells of begins.
    pub fn starts(&self) -> Timestamp {
        self.at.plus_seconds(1 - i64::from(self.seconds))
    }
}

impl Usage {
    /// The billing months of the window, from its first day: each ends where the next begins, the last with the window.
    pub fn months(&self) -> Vec<Period> {
        let Some((from, to)) = self.window else { return Vec::new() };
        let mut months = Vec::new();
        let mut start = from;
        while start < to {
            let end = months_after(from, months.len() + 1).min(to);
            if let Ok(period) = Period::utc_days(start, end) {
                months.push(period);
            }
            start = end;
        }
        months
    }
}

/// The same day so many months later; the last of the month where it is shorter.
pub(super) fn months_after(date: Date, months: usize) -> Date {
    let months = u32::try_from(months).unwrap_or(u32::MAX);
    let mut first = date.month_start();
    for _ in 0..months.min(2_400) {
        first = first.next_month_start();
    }
    let length = first.next_month_start().days_since(first);
    first.plus_days((i64::from(date.day()) - 1).min(length - 1))
}
