//! What stands in the way of more than one account, gathered from what the last syncs met.

use serde::{Deserialize, Serialize};

use super::app::{App, House};
use super::figures::Books;
use super::running::seen;
use super::states::{known, listed};
use super::steps::spoken;
use super::{ApiError, ErrorCode, Event, Trouble, TroubleKind};
use crate::store::{AccountRow, KeyPlace, StoreError, StreamRow, StreamState};
use crate::sync::{Heard, StreamOutcome, SyncError};
use crate::time::Timestamp;

/// A clock that is off by more than this many seconds is told of.
const CLOCK_MAY_BE_OFF: i64 = 300;
/// A clock that is off by so many seconds more or less than it was is told of anew.
const CLOCK_MOVED: i64 = 60;
/// Clocks that were heard within this many seconds are held against each other.
const TOGETHER: i64 = 900;
/// The setting that keeps how the clock was off.
const CLOCK: &str = "clock_off";

/// How this machine's clock was off when it was last compared, as it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Off {
    provider: String,
    theirs: String,
    ours: String,
    ahead: i64,
}

impl App {
    /// What stands in the way of more than one account, the worst first.
    pub(super) async fn troubles(&self, house: &House, books: &Books) -> Result<Vec<Trouble>, ApiError> {
        let mut troubles = Vec::new();
        troubles.extend(house.is_full().then(|| disk_full(house)));
        troubles.extend(keychain(books));
        troubles.extend(self.clock_wrong(house).await?);
        troubles.extend(offline(books));
        troubles.sort_by_key(|trouble| trouble.kind);
        Ok(troubles)
    }

    async fn clock_wrong(&self, house: &House) -> Result<Option<Trouble>, ApiError> {
        let kept = house.store.setting(CLOCK).await?;
        // What another version kept and cannot be read is as good as nothing: the next sync compares again.
        let Some(off) = kept.and_then(|text| serde_json::from_str::<Off>(&text).ok()) else {
            return Ok(None);
        };
        let Off { provider, theirs, ours, ahead } = off;
        let calendar = self.calendar().await?;
        let said = |text: &str| {
            let at = text.parse::<Timestamp>().ok();
            // What another version kept is told as it was kept.
            at.map_or_else(
                || text.to_owned(),
                |at| format!("{}, {}", spoken(calendar.date_of(at)), calendar.clock_of(at)),
            )
        };
        let (theirs, ours) = (said(&theirs), said(&ours));
        let way = if ahead > 0 { "ahead of" } else { "behind" };
        let message = format!(
            "This computer's clock is {} {way} {provider}'s: it said {ours} when {provider} said {theirs}. Days are cut by it, \
             and reminders come by it.",
            span(ahead.abs())
        );
        let remedy = if self.clock_stands_still() {
            "It is set by hand: start Spendglass without --now, then sync."
        } else {
            "Set this computer's date, time and time zone, then sync."
        };
        Ok(Some(Trouble {
            kind: TroubleKind::ClockWrong,
            message,
            remedy: remedy.to_owned(),
            accounts: Vec::new(),
        }))
    }

    /// Notes what a sync met that concerns more than its account.
    pub(super) async fn note_troubles(
        &self,
        house: &House,
        outcomes: &Result<Vec<StreamOutcome>, StoreError>,
    ) {
        let met = |outcome: &StreamOutcome| matches!(outcome.error, Some(SyncError::Store(StoreError::Full)));
        let full = match outcomes {
            Ok(outcomes) => outcomes.iter().any(met),
            Err(error) => matches!(error, StoreError::Full),
        };
        // Whoever hears that the sync ended asks anew.
        house.set_full(full);
        if let Err(error) = self.compare_clocks(house).await {
            self.note_failure_of(house, &error);
        }
    }

    /// Notes a failure that concerns more than what was asked.
    pub(super) async fn note_failure(&self, error: &ApiError) {
        self.note_failure_of(&self.house().await, error);
    }

    pub(super) fn note_failure_of(&self, house: &House, error: &ApiError) {
        if error.code == ErrorCode::DiskFull && house.set_full(true) {
            self.tell(Event::Changed);
        }
    }

    /// Holds this machine's clock against those of the providers. One that agrees is believed.
    async fn compare_clocks(&self, house: &House) -> Result<(), ApiError> {
        let clocks = house.engine.clocks();
        let Some((account, heard)) = closest(clocks.iter().map(|(account, heard)| (*account, *heard))) else {
            return Ok(());
        };
        let kept = house.store.setting(CLOCK).await?;
        let before = kept.as_deref().and_then(|text| serde_json::from_str::<Off>(text).ok());
        let ahead = heard.ahead();
        if house.sample || ahead.abs() <= CLOCK_MAY_BE_OFF {
            if before.is_some() {
                house.store.set_setting(CLOCK, "").await?;
            }
            return Ok(());
        }
        if before.is_some_and(|before| (before.ahead - ahead).abs() <= CLOCK_MOVED) {
            return Ok(());
        }
        let rows = house.store.accounts().await?;
        let row = rows.iter().find(|row| row.id == account);
        let provider = row.and_then(known).map_or("the provider", |(provider, _)| provider.name);
        let (theirs, ours) = (heard.theirs.to_string(), heard.ours.to_string());
        let off = Off { provider: provider.to_owned(), theirs, ours, ahead };
        let text = serde_json::to_string(&off).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("the clock could not be noted: {error}"))
        })?;
        Ok(house.store.set_setting(CLOCK, &text).await?)
    }
}

/// Of the clocks that were heard last, the one that is closest to this machine's: one provider's clock may be wrong.
fn closest(clocks: impl Iterator<Item = (i64, Heard)> + Clone) -> Option<(i64, Heard)> {
    let newest: Timestamp = clocks.clone().map(|(_, heard)| heard.theirs).max()?;
    clocks
        .filter(|(_, heard)| newest.seconds_since(heard.theirs) <= TOGETHER)
        .min_by_key(|(_, heard)| heard.ahead().abs())
}

/// "7 minutes", "3 hours", "5 days", to the nearest.
fn span(seconds: i64) -> String {
    let whole = |unit: i64| (seconds + unit / 2) / unit;
    match seconds {
        ..7_200 => format!("{} minutes", whole(60)),
        7_200..172_800 => format!("{} hours", whole(3_600)),
        _ => format!("{} days", whole(86_400)),
    }
}

fn disk_full(house: &House) -> Trouble {
    Trouble {
        kind: TroubleKind::DiskFull,
        message: "The disk is full or takes no more: what is read now cannot be kept. Nothing was half written; the figures shown \
                  are those that were booked last."
            .to_owned(),
        remedy: format!("Free some space on the disk of {}, then sync.", house.store.folder().display()),
        accounts: Vec::new(),
    }
}

/// The accounts that a key is needed for, with the streams that it sees.
fn read(books: &Books) -> impl Iterator<Item = (&AccountRow, Vec<&StreamRow>)> {
    let with_key = books.accounts.iter().filter(|row| row.account.key_place != KeyPlace::Nowhere);
    with_key.filter_map(|row| {
        let (provider, kind) = known(row)?;
        let of = |kept: &&StreamRow| {
            kept.account_id == row.id && seen(provider, kind).any(|stream| stream.name == kept.name)
        };
        Some((row, books.streams.iter().filter(of).collect()))
    })
}

/// A keychain that does not give its keys.
fn keychain(books: &Books) -> Option<Trouble> {
    let closed =
        |stream: &&&StreamRow| matches!(stream.state, StreamState::Keychain | StreamState::KeychainAbsent);
    let without: Vec<(&AccountRow, &StreamRow)> =
        read(books).filter_map(|(row, streams)| Some((row, *streams.iter().find(closed)?))).collect();
    // What was met last is told.
    let (_, last) = without.iter().max_by_key(|(_, stream)| stream.attempted_at)?;
    let labels: Vec<String> = without.iter().map(|(row, _)| books.label_of(row.id)).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let (kind, what) = if last.state == StreamState::KeychainAbsent {
        (TroubleKind::KeychainAbsent, "There is no keychain that gives the key")
    } else {
        (TroubleKind::KeychainLocked, "The keychain does not give the key")
    };
    let many = if labels.len() == 1 { "" } else { "s" };
    Some(Trouble {
        kind,
        message: format!("{what}{many} of {}. The last good figures stay.", listed(&labels)),
        remedy: last.message.clone().unwrap_or_default(),
        accounts: without.iter().map(|(row, _)| row.id).collect(),
    })
}

/// Nobody is reached: not one provider that was asked.
fn offline(books: &Books) -> Option<Trouble> {
    let mut away = Vec::new();
    for (row, streams) in read(books) {
        let last = streams.iter().filter_map(|stream| stream.attempted_at).max();
        // Streams that were left alone say nothing of the last try.
        let mut tried = streams.iter().filter(|stream| stream.attempted_at == last);
        match tried.next() {
            None => {}
            Some(first) if last.is_none() || is_without_key(first.state) => {}
            Some(first)
                if first.state == StreamState::Offline && tried.all(|s| s.state == StreamState::Offline) =>
            {
                away.push(row);
            }
            Some(_) => return None,
        }
    }
    let message = match away.as_slice() {
        [] => return None,
        [one] => format!(
            "{} cannot be reached. If nothing else opens either, this computer is offline.",
            books.label_of(one.id)
        ),
        all => format!("None of {} accounts can be reached: this computer seems to be offline.", all.len()),
    };
    Some(Trouble {
        kind: TroubleKind::Offline,
        message: format!("{message} The last good figures stay."),
        remedy: "Check the connection. Spendglass tries again by itself.".to_owned(),
        accounts: away.iter().map(|row| row.id).collect(),
    })
}

/// Nobody was asked, for want of a key.
fn is_without_key(state: StreamState) -> bool {
    matches!(
        state,
        StreamState::New | StreamState::Keychain | StreamState::KeychainAbsent | StreamState::KeyMissing
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(theirs: &str, ours: &str) -> Heard {
        Heard { theirs: theirs.parse().unwrap(), ours: ours.parse().unwrap() }
    }

    #[test]
    fn one_clock_that_agrees_is_believed_and_old_ones_are_not() {
        let wrong = heard("2026-11-18T12:00:00Z", "2026-11-18T15:00:00Z");
        let right = heard("2026-11-18T12:05:00Z", "2026-11-18T12:05:01Z");
        let long_ago = heard("2026-11-18T09:00:00Z", "2026-11-18T09:00:00Z");
        assert_eq!(closest([(1, wrong), (2, right)].into_iter()), Some((2, right)));
        assert_eq!(closest([(1, wrong), (3, long_ago)].into_iter()), Some((1, wrong)));
        assert_eq!(closest(std::iter::empty()), None);
    }

    #[test]
    fn spans_are_told_to_the_nearest_unit() {
        let told: Vec<String> = [301, 7_199, 7_200, 172_799, 400_000].map(span).into();
        assert_eq!(told, ["5 minutes", "120 minutes", "2 hours", "48 hours", "5 days"]);
    }
}
