//! Sync: progress while it runs, a report after it, and a clean end on Ctrl-C.

use std::io::{self, IsTerminal, Write};

use clap::Args;
use spendglass_core::api::{
    self, AccountReport, App, Event, Request, Response, StreamReport, StreamState, SyncQuery, SyncReport,
};
use spendglass_core::time::{Date, Zone};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::door::{Door, Ending, Failure, Interrupts, Out};
use crate::text::{clean, days, several, time};
use crate::{Global, accounts, asking};

#[derive(Args)]
#[command(after_help = "\
What was booked stays when a sync is interrupted or fails; the next one goes on from there.

Exit codes, the highest of all streams:
  0  everything was read
  1  not reachable, asked to wait, an answer unlike its contract, or interrupted
  3  the key is refused, or may not see this
  4  the key is not where it was put, or the keychain is closed
  5  the store cannot be written

Examples:
  spendglass sync
  spendglass sync --account 1 --from 2026-11-01")]
pub(crate) struct Options {
    /// One account, by its number; all without it
    #[arg(long, value_name = "ID", value_parser = asking::number)]
    account: Option<i64>,
    /// Read everything again from this UTC date on
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let query = SyncQuery { account: options.account, from: options.from.map(|date| date.to_string()) };
    let synced = sync(&door.app, query).await;
    let zone = door.zone().await;
    let accounts = door.ask(Request::Accounts).await;
    door.app.close().await;
    let (response, stopped) = synced?;
    let Response::Sync(report) = &response else { return Err(Failure::mismatch()) };
    let keyless = matches!(accounts?, Response::Accounts(accounts) if !accounts.is_empty());
    out.answer(&response, || {
        if report.accounts.is_empty() && keyless {
            return "Nothing to read: the figures of these accounts come from files and entries.\n"
                .to_owned();
        }
        words(report, stopped, zone)
    })?;
    let ending = Ending::of_sync(report);
    Ok(if stopped { ending.max(Ending::Partly) } else { ending })
}

/// Syncs, telling progress to a terminal. The first Ctrl-C cancels the sync and waits for its report, the second gives up.
async fn sync(app: &App, query: SyncQuery) -> Result<(Response, bool), Failure> {
    let mut interrupts = Interrupts::listen()?;
    let mut events = Progress::new(app);
    let worker = app.clone();
    let mut work = tokio::spawn(async move { api::handle(&worker, Request::Sync(query)).await });
    let mut stopped = false;
    let answer = loop {
        tokio::select! {
            answer = &mut work => break answer,
            () = events.next() => {}
            () = interrupts.next() => {
                if stopped {
                    events.wipe();
                    return Err(Failure::new(Ending::Partly, "Interrupted. What was booked before stays."));
                }
                stopped = true;
                api::handle(app, Request::CancelSync).await?;
            }
        }
    };
    events.wipe();
    let answer =
        answer.map_err(|_| Failure::new(Ending::Partly, "The sync broke off. Please report this."))?;
    Ok((answer?, stopped))
}

/// A line on standard error that is written over and over, where a person looks at it.
struct Progress {
    events: Option<Receiver<Event>>,
}

impl Progress {
    fn new(app: &App) -> Progress {
        Progress { events: io::stderr().is_terminal().then(|| app.events()) }
    }

    /// Shows the next event; never ends where there is nobody to show it to.
    async fn next(&mut self) {
        let Some(events) = &mut self.events else { return std::future::pending().await };
        match events.recv().await {
            Ok(Event::SyncProgress { account, stream, done, total, first }) => {
                let what = if first { "first import" } else { "reading" };
                let line = format!("account {account}: {what}, {done} of {total} ({})", clean(&stream));
                // Progress is a courtesy: it never stops the work.
                let _ = write!(io::stderr().lock(), "\r\u{1b}[K{line}");
            }
            Err(RecvError::Closed) => self.events = None,
            Ok(_) | Err(RecvError::Lagged(_)) => {}
        }
    }

    fn wipe(&self) {
        if self.events.is_some() {
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
        }
    }
}

/// The report in words.
pub(crate) fn words(report: &SyncReport, stopped: bool, zone: Zone) -> String {
    if report.accounts.is_empty() {
        return accounts::none();
    }
    let mut text = String::new();
    for account in &report.accounts {
        account_words(&mut text, account, zone);
    }
    if stopped {
        text.push_str(
            "Interrupted. What is told above as booked is kept; the next sync goes on from there.\n",
        );
    } else if !report.complete {
        text.push_str("Where a stream failed, its last good figures stay.\n");
    }
    text
}

fn account_words(text: &mut String, account: &AccountReport, zone: Zone) {
    let is_read = |stream: &&StreamReport| matches!(stream.state, StreamState::Ok | StreamState::Absent);
    let read = account.streams.iter().filter(is_read).count();
    let lines = account.streams.iter().fold(0_u64, |sum, stream| sum.saturating_add(stream.booked));
    let all = account.streams.len();
    let of = if read == all { String::new() } else { format!(" of {all}") };
    let from = account.streams.iter().filter_map(|stream| stream.from.as_deref()).min();
    let to = account.streams.iter().filter_map(|stream| stream.to.as_deref()).max();
    let range = from.zip(to).map(|(from, to)| format!(", {} (UTC days)", days(from, to))).unwrap_or_default();
    put!(
        text,
        "{} (account {}): {}{of} read, {} booked{range}\n",
        clean(&account.label),
        account.account,
        several(read as u64, "stream"),
        several(lines, "line"),
    );
    let told: Vec<(&str, String)> = account
        .streams
        .iter()
        .filter(|stream| stream.state != StreamState::Ok)
        .map(|stream| {
            let message =
                stream.message.as_ref().map(|message| format!(": {}", clean(message))).unwrap_or_default();
            let again =
                stream.retry_at.as_ref().map(|at| format!(" Worth trying again after {}.", time(at, zone)));
            (stream.stream.as_str(), format!("{}{message}{}", state(stream.state), again.unwrap_or_default()))
        })
        .collect();
    for (names, words) in accounts::alike(told.iter().map(|(name, words)| (*name, words.as_str()))) {
        put!(text, "  {names}: {words}\n");
    }
}

fn state(state: StreamState) -> &'static str {
    match state {
        StreamState::Ok => "read",
        StreamState::Absent => "nothing to tell",
        StreamState::New => "not read yet",
        StreamState::Cancelled => "cancelled",
        StreamState::Busy => "being read already",
        StreamState::Unreachable => "not reachable",
        StreamState::RateLimited => "asked to wait",
        StreamState::ProviderChanged => "answer changed",
        StreamState::Forbidden => "not allowed",
        StreamState::KeyRejected => "key refused",
        StreamState::Keychain => "no key",
        StreamState::Failed => "failed here",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::plain;

    fn stream(name: &str, state: StreamState, booked: u64) -> StreamReport {
        let ok = state == StreamState::Ok;
        StreamReport {
            stream: name.to_owned(),
            sees: "cost".to_owned(),
            state,
            message: (!ok).then(|| "OpenAI answered with status 500.".to_owned()),
            retry_at: None,
            booked,
            pages: 1,
            from: ok.then(|| "2026-11-01".to_owned()),
            to: ok.then(|| "2026-11-23".to_owned()),
        }
    }

    #[test]
    fn a_report_counts_what_was_read_and_names_what_was_not() {
        let streams =
            vec![stream("costs", StreamState::Ok, 1200), stream("usage_images", StreamState::Unreachable, 0)];
        let account =
            AccountReport { account: 1, provider: "openai".to_owned(), label: "OpenAI".to_owned(), streams };
        let report = SyncReport { accounts: vec![account], complete: false };
        let expected = "\
OpenAI (account 1): 1 stream of 2 read, 1,200 lines booked, 2026-11-01 to 2026-11-22 (UTC days)
  usage_images: not reachable: OpenAI answered with status 500.
Where a stream failed, its last good figures stay.
";
        assert_eq!(words(&report, false, Zone::UTC), expected);
        assert!(words(&report, true, Zone::UTC).contains("Interrupted."));
        assert_eq!(plain(expected), expected);
    }

    #[test]
    fn streams_that_fail_alike_are_one_line_and_what_is_not_there_is_no_failure() {
        let failed = |name: &str| StreamReport {
            message: Some(format!("OpenAI could not answer {name}: status 500.")),
            ..stream(name, StreamState::Unreachable, 0)
        };
        let absent = StreamReport {
            message: Some("No spend limit is set.".to_owned()),
            ..stream("limits", StreamState::Absent, 0)
        };
        let report = |streams: Vec<StreamReport>, complete: bool| {
            let (provider, label) = ("openai".to_owned(), "OpenAI".to_owned());
            SyncReport { accounts: vec![AccountReport { account: 1, provider, label, streams }], complete }
        };
        let streams = vec![failed("costs"), absent.clone(), failed("usage_images"), failed("usage_audio")];
        let expected = "\
OpenAI (account 1): 1 stream of 4 read, 0 lines booked
  costs and 2 more: not reachable: OpenAI could not answer costs: status 500.
  limits: nothing to tell: No spend limit is set.
Where a stream failed, its last good figures stay.
";
        assert_eq!(words(&report(streams, false), false, Zone::UTC), expected);
        let well = words(&report(vec![stream("costs", StreamState::Ok, 1), absent], true), false, Zone::UTC);
        assert!(well.contains("2 streams read, 1 line booked") && !well.contains("failed"), "{well}");
    }
}
