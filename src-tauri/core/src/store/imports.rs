//! Lines of a file on their way into the books, and the table `imports`. Each line has a number of its own, made from what
//! tells it apart: so the same line, whichever file it comes in, is booked once, and a later figure takes the place of an
//! earlier one. Everything of a file is booked in one transaction, or nothing.

mod overlap;
mod runs;

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, SqliteConnection};

use super::charges::insert_rows;
use super::entries::Owner;
use super::facets::Facet;
use super::packed::{self, Figures, Packed};
use super::price_bases;
use super::rollup::{GroupSums, Sums};
use super::{Store, StoreError, decimal, timestamp};
use crate::formats::{Format, Line, may_be_kept};
use crate::ledger::{ListCost, PriceBasis, TokenUsage};
use crate::money::{Currency, Total};
use crate::time::{Date, Period, Timestamp};
use overlap::Plan;
use runs::Runs;

/// Rows to a statement: SQLite takes 32,766 values at once.
const CHUNK: usize = 1_000;
const DAY: i64 = 86_400;
/// What the names of streams of imported lines begin with. No provider has one of such a name.
pub const IMPORT_STREAM: &str = "import.";

/// The lines of one kind out of a file, put aside until they are booked. Dropped before that, they leave no trace.
#[derive(Debug)]
pub struct Arrival {
    format: &'static Format,
    stream: String,
    known: HashMap<Vec<u8>, usize>,
    facets: Vec<Facet>,
    /// By address of the basis, which is kept alive so that no other takes its place.
    bases: HashMap<usize, (Arc<PriceBasis>, usize)>,
    sums: Sums,
    /// The spans of lines that last longer than a day.
    long: BTreeSet<(i64, i64)>,
    /// The latest end of a line.
    until: i64,
    runs: Runs,
    key: Vec<u8>,
    row: Packed,
}

/// What becomes of an arrival, beside what the store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Lines that come into the books or are there already.
    pub lines: u64,
    /// Those of them that are there already, with this or an earlier figure.
    pub known: u64,
    /// Lines of the file that are left out, since finer ones of the same money are there.
    pub left_out: u64,
    /// Lines of the file that are left out, since they are only a part of what a line that is there tells.
    pub partial: u64,
    /// Lines of the file that are left out, since a line that is there is of some of their days and of others.
    pub crossing: u64,
    /// Lines of the store that give way to finer ones or to another grouping of the same.
    pub displaced: u64,
    /// Lines of the store that give way, since they are only a part of what a line of the file tells.
    pub outgrown: u64,
    /// Lines that came twice in the file.
    pub repeated: u64,
    /// Other formats that are there for some of these days: of each day one counts.
    pub instead_of: Vec<&'static str>,
}

/// What is noted of a file that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFile {
    /// Its name, without its folder.
    pub name: String,
    /// Its lines, the header not among them.
    pub lines: u64,
}

/// An import as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Number.
    pub id: i64,
    /// The account's number.
    pub account_id: i64,
    /// The name of the file.
    pub file_name: String,
    /// The format's id.
    pub format: String,
    /// Lines that were booked.
    pub lines: u64,
    /// The first and the last day that they are of.
    pub days: Option<(Date, Date)>,
    /// When.
    pub imported_at: Timestamp,
}

impl Store {
    /// Starts to collect lines of a format. `stream` sets files of one format apart that have nothing to do with each other.
    pub fn begin_import(&self, format: &'static Format, stream: &str) -> Arrival {
        Arrival {
            format,
            stream: format!("{IMPORT_STREAM}{stream}"),
            known: HashMap::new(),
            facets: Vec::new(),
            bases: HashMap::new(),
            sums: Sums::default(),
            long: BTreeSet::new(),
            until: i64::MIN,
            runs: Runs::new(self.folder()),
            key: Vec::new(),
            row: Packed::default(),
        }
    }

    /// What would become of arrivals in an account; nothing is written.
    pub async fn preview_import(
        &self,
        account_id: Option<i64>,
        arrivals: &[Arrival],
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        let mut outcomes = Vec::new();
        for arrival in arrivals {
            outcomes.push(Plan::of(&mut connection, account_id, arrival).await?.told(arrival)?);
        }
        Ok(outcomes)
    }

    /// Books arrivals in one transaction, with their account where that is new: its number, and what became of each.
    pub async fn book_import(
        &self,
        owner: Owner<'_>,
        arrivals: Vec<Arrival>,
        file: &ImportedFile,
        now: Timestamp,
    ) -> Result<(i64, Vec<Outcome>), StoreError> {
        let mut transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
        let account_id = match owner {
            Owner::Account(account_id) => account_id,
            Owner::New(account) => Store::insert_account(&mut transaction, account, now).await?,
        };
        let mut outcomes = Vec::new();
        for arrival in arrivals {
            outcomes.push(arrival.book(&mut transaction, account_id, file, now).await?);
        }
        transaction.commit().await?;
        Ok((account_id, outcomes))
    }

    /// Every import, the latest first.
    pub async fn imports(&self) -> Result<Vec<ImportRow>, StoreError> {
        let rows = sqlx::query("SELECT * FROM imports ORDER BY id DESC").fetch_all(&self.readers).await?;
        rows.iter().map(import).collect()
    }
}

impl Arrival {
    /// The format.
    pub const fn format(&self) -> &'static Format {
        self.format
    }

    /// Keeps a line apart under its number.
    pub fn stage(&mut self, number: i64, line: &Line<'_>, list: Option<&ListCost>) -> Result<(), StoreError> {
        let facet = self.facet(line, list);
        let basis = list.map_or(0, |list| self.basis(list));
        let one = GroupSums {
            billed: line.billed.map(|(amount, _)| amount),
            listed: list.map(|list| list.cost.amount.into()),
            input_tokens: line.tokens.map(|tokens| tokens.input_tokens()),
            output_tokens: line.tokens.map(|tokens| tokens.output_tokens()),
            requests: line.requests,
            unpriced: 0,
            charges: 1,
        };
        let one = one.or_unpriced(line.quantity.is_some_and(|quantity| !quantity.is_zero()), line.meter);
        self.sums.add(facet, line.period, &one)?;
        self.until = self.until.max(line.period.end.unix());
        if line.period.seconds() > DAY {
            self.long.insert((line.period.start.unix(), line.period.end.unix()));
        }
        let figures = Figures {
            period: line.period,
            billed: line.billed.as_ref().map(|(amount, _)| amount as &dyn std::fmt::Display),
            listed: list.map(|list| (&list.cost.amount as &dyn std::fmt::Display, as_number(basis))),
            quantity: line.quantity.as_ref().map(|quantity| quantity as &dyn std::fmt::Display),
            tokens: line.tokens.map(|tokens: TokenUsage| tokens.totals()),
            requests: line.requests,
        };
        self.row.clear();
        self.row.push(&figures, as_number(facet))?;
        self.runs.push(line.period.start.unix(), number, self.row.bytes())
    }

    /// The place of a line's facet. Looked up by its texts as they stand in the file: a million lines have a few hundred.
    fn facet(&mut self, line: &Line<'_>, list: Option<&ListCost>) -> usize {
        let texts = [
            line.unit,
            line.request_model,
            line.response_model,
            line.service_tier,
            line.context_window,
            line.project,
            line.api_key,
            &*line.description,
            line.session,
        ];
        let billed = line.billed.map(|(_, currency)| currency);
        let listed = list.map(|list| list.cost.currency);
        self.key.clear();
        self.key.push(line.category as u8);
        self.key.push(line.meter.map_or(u8::MAX, |meter| meter as u8));
        for currency in [billed, listed] {
            self.key.extend_from_slice(currency.as_ref().map_or("", Currency::as_str).as_bytes());
            self.key.push(0);
        }
        for text in texts {
            self.key.extend_from_slice(text.as_bytes());
            self.key.push(0);
        }
        if let Some(place) = self.known.get(self.key.as_slice()) {
            return *place;
        }
        let kept = texts.map(|text| if may_be_kept(text) { text.to_owned() } else { String::new() });
        let facet = Facet::entered(line.category, line.meter, billed, listed, kept);
        // Two that differ only in what is not kept are one.
        let place = self.sums.of(&facet).unwrap_or_else(|| {
            let place = self.sums.begin(facet.clone(), as_number(self.facets.len()));
            self.facets.push(facet);
            place
        });
        self.known.insert(self.key.clone(), place);
        place
    }

    fn basis(&mut self, list: &ListCost) -> usize {
        let next = self.bases.len();
        let entry = self.bases.entry(Arc::as_ptr(&list.basis).addr());
        entry.or_insert_with(|| (Arc::clone(&list.basis), next)).1
    }

    async fn book(
        mut self,
        writer: &mut SqliteConnection,
        account_id: i64,
        file: &ImportedFile,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let mut plan = Plan::of(writer, Some(account_id), &self).await?;
        for (stream_id, days) in &plan.displaced_days {
            delete_days(writer, *stream_id, days).await?;
            Sums::clear(writer, *stream_id, days).await?;
        }
        let stream_id = Store::stream_id(writer, account_id, &self.stream).await?;
        for (start, number) in &plan.displaced {
            sqlx::query("DELETE FROM charges WHERE stream_id = ? AND period_start = ? AND ordinal = ?")
                .bind(stream_id)
                .bind(start)
                .bind(number)
                .execute(&mut *writer)
                .await?;
        }
        let repeated = self.insert(writer, stream_id, &mut plan).await?;
        // Days that had lines before, or lines that came twice or are left out, are added up again from what is booked now.
        let mut anew: BTreeSet<i64> = plan.anew().into_iter().chain(repeated).collect();
        anew.retain(|day| !plan.left_days.contains(day));
        let days: BTreeSet<i64> = self.sums.days().difference(&plan.left_days).copied().collect();
        self.sums.forget(&anew);
        self.sums.forget(&plan.left_days);
        add_up(&mut self.sums, writer, stream_id, &anew).await?;
        self.sums.replace_days(writer, stream_id, &days.union(&anew).copied().collect()).await?;
        sqlx::query("UPDATE streams SET state = 'ok', synced_at = ?2, attempted_at = ?2 WHERE id = ?1")
            .bind(stream_id)
            .bind(now.unix())
            .execute(&mut *writer)
            .await?;
        sqlx::query(
            "INSERT INTO imports (account_id, stream, file_name, format, lines, first_day, last_day, imported_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(account_id)
        .bind(&self.stream)
        .bind(&file.name)
        .bind(self.format.id)
        .bind(i64::try_from(plan.outcome.lines).unwrap_or(i64::MAX))
        .bind(days.first())
        .bind(days.last())
        .bind(now.unix())
        .execute(&mut *writer)
        .await?;
        Ok(plan.outcome)
    }

    /// Inserts what the plan does not leave out; tells the days on which a line came twice and was taken once.
    async fn insert(
        &self,
        writer: &mut SqliteConnection,
        stream_id: i64,
        plan: &mut Plan,
    ) -> Result<BTreeSet<i64>, StoreError> {
        let mut facet_ids = Vec::with_capacity(self.facets.len());
        for facet in &self.facets {
            facet_ids.push(facet.put(writer).await?);
        }
        let mut basis_ids = vec![0; self.bases.len()];
        for (basis, place) in self.bases.values() {
            basis_ids[*place] = price_bases::put(writer, basis).await?;
        }
        let place_of = |ids: &[i64], place: i64| {
            let id = usize::try_from(place).ok().and_then(|place| ids.get(place)).copied();
            id.ok_or_else(|| StoreError::Row("a line without its facet".to_owned()))
        };
        let mut merged = self.runs.merged(self.format.unique)?;
        let mut repeated = BTreeSet::new();
        let mut ready: Option<(usize, SqliteArguments)> = None;
        loop {
            // The next rows are made ready while SQLite writes these.
            let (done, next) = tokio::join!(insert_rows(writer, "INSERT OR REPLACE", ready.take()), async {
                let (mut rows, mut values) = (0, SqliteArguments::default());
                while rows < CHUNK
                    && let Some(next) = merged.next()?
                {
                    if next.is_repeat {
                        repeated.insert(next.start - next.start.rem_euclid(DAY));
                    }
                    if !plan.takes(next.start, next.number, next.is_repeat) {
                        continue;
                    }
                    let mut row = packed::unpacked(next.row)?;
                    row.facet_id = place_of(&facet_ids, row.facet_id)?;
                    row.basis_id = row.basis_id.map(|place| place_of(&basis_ids, place)).transpose()?;
                    row.add_to(&mut values, stream_id, next.number)
                        .map_err(|error| StoreError::Sql(sqlx::Error::Encode(error)))?;
                    rows += 1;
                }
                Ok::<_, StoreError>((rows, values))
            });
            done?;
            let (rows, values) = next?;
            if rows == 0 {
                return Ok(repeated);
            }
            ready = Some((rows, values));
        }
    }
}

/// Adds up some days from what is booked.
pub(super) async fn add_up(
    sums: &mut Sums,
    writer: &mut SqliteConnection,
    stream_id: i64,
    days: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    let mut places = HashMap::<i64, (usize, Facet)>::new();
    for day in days {
        let rows = sqlx::query(
            "SELECT period_start, period_end, facet_id, billed, listed, quantity, input_tokens, output_tokens, requests \
             FROM charges WHERE stream_id = ? AND period_start >= ? AND period_start < ?",
        )
        .bind(stream_id)
        .bind(day)
        .bind(day + DAY)
        .fetch_all(&mut *writer)
        .await?;
        for row in rows {
            let facet_id: i64 = row.try_get(2)?;
            let (place, facet) = match places.entry(facet_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let facet = Facet::get(writer, facet_id).await?;
                    let place = match sums.of(&facet) {
                        Some(place) => place,
                        None => sums.begin(facet.clone(), facet_id),
                    };
                    new.insert((place, facet))
                }
            };
            let one = counted(&row, facet)?;
            let period = Period::new(timestamp(row.try_get(0)?)?, timestamp(row.try_get(1)?)?)
                .map_err(|error| StoreError::Row(error.to_string()))?;
            sums.add(*place, period, &one)?;
        }
    }
    Ok(())
}

/// A booked line as sums of one.
fn counted(row: &SqliteRow, facet: &Facet) -> Result<GroupSums, StoreError> {
    let total = |column: usize| -> Result<Option<Total>, StoreError> {
        Ok(row.try_get::<Option<&str>, _>(column)?.map(str::parse).transpose()?)
    };
    let count = |column: usize| -> Result<Option<u64>, StoreError> {
        let count: Option<i64> = row.try_get(column)?;
        count.map(u64::try_from).transpose().map_err(|_| StoreError::Row("a count below nought".to_owned()))
    };
    let quantity = total(5)?.is_some_and(|quantity| !quantity.is_zero());
    let listed: Option<&str> = row.try_get(4)?;
    let one = GroupSums {
        billed: total(3)?,
        listed: listed.map(decimal).transpose()?.map(Total::from),
        input_tokens: count(6)?,
        output_tokens: count(7)?,
        requests: count(8)?,
        unpriced: 0,
        charges: 1,
    };
    Ok(one.or_unpriced(quantity, facet.meter()))
}

async fn delete_days(
    writer: &mut SqliteConnection,
    stream_id: i64,
    days: &BTreeSet<i64>,
) -> Result<(), StoreError> {
    for day in days {
        sqlx::query("DELETE FROM charges WHERE stream_id = ? AND period_start >= ? AND period_start < ?")
            .bind(stream_id)
            .bind(day)
            .bind(day + DAY)
            .execute(&mut *writer)
            .await?;
    }
    Ok(())
}

fn as_number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn import(row: &SqliteRow) -> Result<ImportRow, StoreError> {
    let day = |column: &str| -> Result<Option<Date>, StoreError> {
        let start: Option<i64> = row.try_get(column)?;
        Ok(start.map(timestamp).transpose()?.map(Timestamp::utc_date))
    };
    let lines: i64 = row.try_get("lines")?;
    Ok(ImportRow {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        file_name: row.try_get("file_name")?,
        format: row.try_get("format")?,
        lines: lines.unsigned_abs(),
        days: day("first_day")?.zip(day("last_day")?),
        imported_at: timestamp(row.try_get("imported_at")?)?,
    })
}
