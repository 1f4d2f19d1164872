//! A stream's windows, page by page. A sequence that breaks books nothing.

use std::collections::HashSet;

use super::{Read, Run, SignIn, SyncError, Window};
use crate::ledger::Charge;
use crate::pricing::Pricer;
use crate::providers::{Cursor, Entry, Next, Page, PageToken, ParseError, Part, Query, Source, Stream};
use crate::store::{Sequence, Snapshot, StreamRow};
use crate::time::Period;

/// A window whose last page has come.
struct Collected {
    sequence: Sequence,
    window: Period,
    pages: u64,
}

impl Run<'_> {
    /// Reads all windows of a stream; `read` grows with each that is booked.
    #[expect(clippy::too_many_arguments, reason = "one caller; a struct would only rename them")]
    pub(super) async fn stream(
        &self,
        stream: &'static Stream,
        row: &StreamRow,
        windows: &[Window],
        attempts: u32,
        pricer: &mut Pricer<'_>,
        read: &mut Read,
        booked: &mut (dyn FnMut(Read) -> Read + Send),
    ) -> Result<(), SyncError> {
        if stream.cursor == Cursor::Snapshot {
            self.snapshot(stream, attempts, read).await?;
        }
        let mut count = |(lines, pages, window): (u64, u64, Period)| {
            let (from, until) = (window.start.utc_date(), window.end.utc_date());
            *read = booked(Read {
                booked: read.booked + lines,
                pages: read.pages + pages,
                days: Some((read.days.map_or(from, |(first, _)| first), until)),
            });
        };
        let mut waiting: Option<Collected> = None;
        let mut parts = None;
        for window in windows {
            // A window is booked while the next one is read.
            let booking = async {
                if let Some(collected) = waiting.take() {
                    count(self.book(collected).await?);
                }
                Ok::<_, SyncError>(())
            };
            let collecting = self.collect(stream, row, *window, attempts, pricer, &mut parts);
            let (done, next) = tokio::join!(booking, collecting);
            done?;
            waiting = Some(next?);
        }
        if let Some(collected) = waiting {
            count(self.book(collected).await?);
        }
        Ok(())
    }

    /// Books a window, unless the sync was cancelled meanwhile: how many lines, of how many pages, over which days.
    async fn book(&self, collected: Collected) -> Result<(u64, u64, Period), SyncError> {
        if self.cancel.is_cancelled() {
            return Err(SyncError::Cancelled);
        }
        let Collected { sequence, window, pages } = collected;
        Ok((sequence.book().await?, pages, window))
    }

    /// All pages of a window, not yet booked. The parts are listed once for all windows: no list asks for a date.
    async fn collect(
        &self,
        stream: &'static Stream,
        row: &StreamRow,
        window: Window,
        attempts: u32,
        pricer: &mut Pricer<'_>,
        parts: &mut Option<Vec<Option<Part>>>,
    ) -> Result<Collected, SyncError> {
        let mut sequence = self.engine.store.begin_sequence(row.id, window.period);
        let question = Query {
            window: window.period,
            bucket: window.bucket,
            page: None,
            observed_at: self.job.now,
            part: None,
            details: self.job.details.clone(),
        };
        let mut pages = 0;
        let listed = match parts.take() {
            Some(listed) => listed,
            None => self.parts(stream, &question, attempts).await?,
        };
        for part in &*parts.insert(listed) {
            let mut query = Query { part: part.clone(), ..question.clone() };
            let mut seen = HashSet::<PageToken>::new();
            // Of a window all parts are booked or none: its rows are replaced whole, those of a part that failed with them.
            let first = self.page(stream, &query, attempts).await;
            let mut page = first.map_err(|error| error.of_part(query.part.as_ref()))?;
            loop {
                pages += 1;
                let entries = page.entries;
                let Some(token) = self.turn(stream.name, page.next, &mut seen)? else {
                    sequence.stage(self.priced(stream, entries, pricer)?).await?;
                    break;
                };
                query.page = Some(token);
                // The next page travels and is taken apart while this one is priced and put aside.
                let staged = async {
                    sequence.stage(self.priced(stream, entries, pricer)?).await?;
                    Ok::<_, SyncError>(())
                };
                let (next, staged) = tokio::join!(self.page(stream, &query, attempts), staged);
                staged?;
                page = next?;
            }
        }
        Ok(Collected { sequence, window: window.period, pages })
    }

    /// The cursor to the page that follows, unless this is the last; refuses paging that would never end.
    fn turn(
        &self,
        stream: &'static str,
        next: Next,
        seen: &mut HashSet<PageToken>,
    ) -> Result<Option<PageToken>, SyncError> {
        let refuse = |problem: String| SyncError::Changed { stream, at: "its paging".to_owned(), problem };
        let token = match next {
            Next::End => return Ok(None),
            Next::Missing => {
                return Err(refuse("more pages are promised, but no cursor to them is given".to_owned()));
            }
            Next::Token(token) => token,
        };
        if !seen.insert(token.clone()) {
            return Err(refuse("the same page cursor comes twice, which would never end".to_owned()));
        }
        if seen.len() as u64 >= self.engine.policy.max_pages {
            let most = self.engine.policy.max_pages;
            return Err(refuse(format!("more than {most} pages for one window")));
        }
        Ok(Some(token))
    }

    /// The parts of the account that a stream is read for; one of no name for a stream without parts.
    async fn parts(
        &self,
        stream: &'static Stream,
        question: &Query,
        attempts: u32,
    ) -> Result<Vec<Option<Part>>, SyncError> {
        let Source::Parts { list, parts, .. } = stream.source else { return Ok(vec![None]) };
        let mut query = question.clone();
        let (mut found, mut seen, mut ids) = (Vec::new(), HashSet::<PageToken>::new(), HashSet::new());
        loop {
            let Some(answer) = self.fetch_of(stream, &list(&query), attempts).await? else {
                return Ok(found);
            };
            let page = parts(&answer.body, &query).map_err(SyncError::changed(stream.name))?;
            if page.parts.iter().any(|part| part.id.is_empty()) {
                let (at, problem) = ("the list of its parts".to_owned(), "a part has no id".to_owned());
                return Err(SyncError::Changed { stream: stream.name, at, problem });
            }
            // A list may shift between two of its pages: no part is read twice.
            found.extend(page.parts.into_iter().filter(|part| ids.insert(part.id.clone())).map(Some));
            match self.turn(stream.name, page.next, &mut seen)? {
                Some(token) => query.page = Some(token),
                None => return Ok(found),
            }
        }
    }

    /// Reads a snapshot stream. What one part of the account does not tell hides nothing of the others.
    async fn snapshot(
        &self,
        stream: &'static Stream,
        attempts: u32,
        read: &mut Read,
    ) -> Result<(), SyncError> {
        let question = Query::snapshot(self.job.now, self.job.details.clone());
        let mut snapshot = Snapshot::default();
        let mut failed = None;
        for part in self.parts(stream, &question, attempts).await? {
            let query = Query { part, ..question.clone() };
            let part = query.part.clone();
            let error = match self.entries(stream, query, attempts, &mut read.pages).await {
                Ok(entries) => {
                    for entry in entries {
                        keep(stream, &mut snapshot, entry)?;
                    }
                    continue;
                }
                Err(error) => error,
            };
            let of_this_part =
                matches!(error, SyncError::SignIn(SignIn::Forbidden { .. }) | SyncError::Changed { .. });
            if matches!(error, SyncError::Cancelled | SyncError::Store(_) | SyncError::Internal(_)) {
                return Err(error);
            }
            failed.get_or_insert(error.of_part(part.as_ref()));
            if !of_this_part {
                break;
            }
        }
        if failed.is_some() {
            // A sum over some of the parts would be taken for that of all, and a plan that was not told for one that was left.
            snapshot.balances.clear();
            snapshot.subscriptions.clear();
        }
        if failed.is_none() || !snapshot.is_empty() {
            self.engine.store.book_snapshot(self.job.account_id, &snapshot, self.job.now).await?;
        }
        read.booked = snapshot.len() as u64;
        failed.map_or(Ok(()), Err)
    }

    /// All entries of a part, or of a stream without parts.
    async fn entries(
        &self,
        stream: &'static Stream,
        mut query: Query,
        attempts: u32,
        pages: &mut u64,
    ) -> Result<Vec<Entry>, SyncError> {
        let (mut entries, mut seen) = (Vec::new(), HashSet::<PageToken>::new());
        loop {
            let page = self.page(stream, &query, attempts).await?;
            *pages += 1;
            entries.extend(page.entries);
            match self.turn(stream.name, page.next, &mut seen)? {
                Some(token) => query.page = Some(token),
                None => return Ok(entries),
            }
        }
    }

    async fn page(&self, stream: &'static Stream, query: &Query, attempts: u32) -> Result<Page, SyncError> {
        let Some(answer) = self.fetch_of(stream, &stream.request(query), attempts).await? else {
            return Ok(Page { entries: Vec::new(), next: Next::End });
        };
        // A long page takes a tenth of a second to read: on a thread of its own, beside what the others do meanwhile.
        let (parse, query) = (stream.parse, query.clone());
        let parsed = tokio::task::spawn_blocking(move || parse(&answer.body, &query)).await;
        let parsed = parsed.map_err(|error| SyncError::Internal(format!("a page was not read ({error})")))?;
        parsed.map_err(SyncError::changed(stream.name))
    }

    /// The charges of a page, list costs filled in where quantity and model are known.
    fn priced(
        &self,
        stream: &'static Stream,
        entries: Vec<Entry>,
        pricer: &mut Pricer<'_>,
    ) -> Result<Vec<Charge>, SyncError> {
        let provider = self.job.provider.id;
        let price = |entry| match entry {
            Entry::Charge(mut charge) => {
                charge.list_cost = pricer.charge(provider, &charge).ok();
                Ok(charge)
            }
            _ => Err(misplaced(stream)),
        };
        entries.into_iter().map(price).collect()
    }
}

/// Puts an entry where it belongs.
fn keep(stream: &'static Stream, snapshot: &mut Snapshot, entry: Entry) -> Result<(), SyncError> {
    match entry {
        Entry::Balance(balance) => snapshot
            .add_balance(balance)
            .map_err(|error| SyncError::changed(stream.name)(ParseError::new("the balances", error)))?,
        Entry::Quota(reading) => snapshot.add_quota(reading),
        Entry::Grant(grant) => snapshot.grants.push(grant),
        Entry::Subscription(subscription) => snapshot.subscriptions.push(subscription),
        // What has no name keeps its id.
        Entry::Name(name) if name.id.is_empty() || name.name.is_empty() => {}
        Entry::Name(name) => snapshot.names.push(name),
        Entry::Charge(_) => return Err(misplaced(stream)),
    }
    Ok(())
}

fn misplaced(stream: &'static Stream) -> SyncError {
    SyncError::Internal(format!("the stream {} reports what its cursor cannot keep", stream.name))
}
