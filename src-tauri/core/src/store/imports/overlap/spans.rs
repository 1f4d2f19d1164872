//! Days that belong together since a line lasts over them: what lies inside of a month's line is compared with the month.

use std::collections::BTreeSet;

use sqlx::SqliteConnection;

use super::super::super::StoreError;
use super::super::DAY;

/// Spans of more than a day, in order; no two of them overlap.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<(i64, i64)>);

impl Spans {
    /// Those of an arrival, of which `long` are the ones of more than a day, and of a stream that it meets there.
    pub(super) async fn of(
        connection: &mut SqliteConnection,
        stream_id: i64,
        long: &BTreeSet<(i64, i64)>,
        reach: (i64, i64),
    ) -> Result<Spans, StoreError> {
        let (mut from, mut until) = reach;
        loop {
            let met: Vec<(i64, i64)> = sqlx::query_as(
                "SELECT DISTINCT period_start, period_end FROM charges \
                 WHERE stream_id = ? AND period_start < ? AND period_end > ? AND period_end - period_start > ?",
            )
            .bind(stream_id)
            .bind(until)
            .bind(from)
            .bind(DAY)
            .fetch_all(&mut *connection)
            .await?;
            let spans = Spans::joined(long.iter().copied().chain(met));
            // What reaches out of it may meet more there.
            let wider = spans.reach((from, until));
            if wider == (from, until) {
                return Ok(spans);
            }
            (from, until) = wider;
        }
    }

    fn joined(spans: impl IntoIterator<Item = (i64, i64)>) -> Spans {
        let whole = |(start, end): (i64, i64)| {
            (start - start.rem_euclid(DAY), end + (DAY - end.rem_euclid(DAY)).rem_euclid(DAY))
        };
        let mut joined = Vec::<(i64, i64)>::new();
        for (start, end) in spans.into_iter().map(whole).collect::<BTreeSet<_>>() {
            match joined.last_mut() {
                Some(last) if start < last.1 => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        Spans(joined)
    }

    /// The days that belong to a day: it alone, where no line lasts longer.
    pub(super) fn around(&self, day: i64) -> (i64, i64) {
        let place = self.0.partition_point(|(start, _)| *start <= day);
        let span = place.checked_sub(1).and_then(|place| self.0.get(place));
        span.copied().filter(|(_, end)| day < *end).unwrap_or((day, day + DAY))
    }

    /// A stretch of time with what belongs to its first and its last day.
    pub(super) fn reach(&self, (from, until): (i64, i64)) -> (i64, i64) {
        (self.around(from).0.min(from), self.around(until - DAY).1.max(until))
    }
}
