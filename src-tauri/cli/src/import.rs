//! Import: what a file holds, and what becomes of it.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use spendglass_core::api::{
    self, ApiError, App, Event, ImportPart, ImportQuery, ImportReport, Request, Response,
};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::Global;
use crate::door::{Door, Ending, Failure, Interrupts, Out};
use crate::text::{amounts, clean, count, days, several};

#[derive(Args)]
#[command(after_help = "\
Known are the exports of OpenAI, Anthropic, OpenRouter, Cursor, DeepSeek (also as zip), Google Cloud and GitHub, and FOCUS 1.0 to
1.4: the format is told by the columns. The same file twice, or one that overlaps with another, changes nothing that is booked.
With a single wrong line nothing is booked. A name after --as that is none is answered with all that are known.

Exit codes:
  0  imported, or looked into without a wrong line
  1  interrupted
  2  a line is wrong, the format is not known, or an argument is
  5  the store cannot be written

Examples:
  spendglass import cost_2026-10-01_2026-11-01.csv --preview
  spendglass import activity.csv
  spendglass import cost.csv --account openai
  spendglass import other.csv --account 3 --as map:date=Day,cost=Amount,currency=USD,model=Model")]
pub(crate) struct Options {
    /// The file: a CSV, or a zip of some
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Its format, or which column is what: map:date=…,cost=…,currency=…,model=…,input=…,output=…,requests=…
    #[arg(long = "as", value_name = "FORMAT")]
    format: Option<String>,
    /// Only tell what it holds and what would become of it
    #[arg(long)]
    preview: bool,
    /// The account it is of, by its number; or its provider, whose only account it is, or who gets one without a key
    #[arg(long, value_name = "ID|PROVIDER")]
    account: Option<String>,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let path = std::path::absolute(&options.file).unwrap_or(options.file);
    let Some(path) = path.to_str() else {
        return Err(Failure::usage("The name of the file is not Unicode. Rename it first."));
    };
    let account = options.account.as_deref().and_then(|text| text.trim().parse::<i64>().ok());
    let query = ImportQuery {
        path: path.to_owned(),
        account,
        provider: options.account.filter(|_| account.is_none()),
        format: options.format,
        mapping: None,
    };
    let request = if options.preview { Request::PreviewImport(query) } else { Request::Import(query) };
    let door = Door::open(global).await?;
    let answer = ask(&door.app, request).await;
    door.app.close().await;
    let response = answer?;
    let (Response::PreviewImport(report) | Response::Import(report)) = &response else {
        return Err(Failure::mismatch());
    };
    out.answer(&response, || words(report, options.preview))?;
    Ok(if report.wrong > 0 { Ending::Usage } else { Ending::Done })
}

/// Asks, telling progress to a terminal. The first Ctrl-C cancels, and nothing is booked; the second gives up.
async fn ask(app: &App, request: Request) -> Result<Response, Failure> {
    let mut interrupts = Interrupts::listen()?;
    let mut events = io::stderr().is_terminal().then(|| app.events());
    let worker = app.clone();
    let mut work = tokio::spawn(async move { api::handle(&worker, request).await });
    let mut stopped = false;
    let answer = loop {
        tokio::select! {
            answer = &mut work => break answer,
            () = told(&mut events) => {}
            () = interrupts.next() => {
                if stopped {
                    return Err(Failure::new(Ending::Partly, "Interrupted. Nothing of the file is booked."));
                }
                stopped = true;
                api::handle(app, Request::CancelSync).await?;
            }
        }
    };
    if events.is_some() {
        let _ = write!(io::stderr().lock(), "\r\u{1b}[K");
    }
    let answer =
        answer.map_err(|_| Failure::new(Ending::Partly, "The import broke off. Please report this."))?;
    Ok(answer.map_err(by_option)?)
}

/// The same error with the option that says what is missing.
fn by_option(mut error: ApiError) -> ApiError {
    if error.field.as_deref() == Some("account") {
        error.message.push_str(" (--account ID, or --account PROVIDER)");
    }
    error
}

/// Shows how far a file is read; never ends where there is nobody to show it to.
async fn told(events: &mut Option<Receiver<Event>>) {
    let Some(receiver) = events else { return std::future::pending().await };
    match receiver.recv().await {
        Ok(Event::ImportProgress { file, done, total }) => {
            let percent = done.saturating_mul(100) / total.max(1);
            // Progress is a courtesy: it never stops the work.
            let _ = write!(io::stderr().lock(), "\r\u{1b}[K{}: {} % read", clean(&file), percent.min(100));
        }
        Err(RecvError::Closed) => *events = None,
        Ok(_) | Err(RecvError::Lagged(_)) => {}
    }
}

fn words(report: &ImportReport, preview: bool) -> String {
    let mut text = String::new();
    let account = report.account.map_or_else(|| "a new account".to_owned(), |id| format!("account {id}"));
    let done = match (report.booked, preview) {
        (true, _) => "imported",
        (false, true) => "looked into, nothing is booked",
        (false, false) => "not imported",
    };
    put!(text, "{}: {done}. {} ({account})\n", clean(&report.file), clean(&report.label));
    for part in &report.parts {
        part_words(&mut text, part);
    }
    for note in &report.notes {
        put!(text, "  Note: {}\n", clean(note));
    }
    text
}

fn part_words(text: &mut String, part: &ImportPart) {
    let name = if part.name.is_empty() { String::new() } else { format!("{}: ", clean(&part.name)) };
    let range = part
        .from
        .as_deref()
        .zip(part.to.as_deref())
        .map(|(from, to)| format!(", {} (UTC days)", days(from, to)));
    put!(
        text,
        "  {name}{}, {}{}\n",
        part.format.name,
        several(part.lines, "line"),
        range.unwrap_or_default()
    );
    if !part.billed.is_empty() {
        put!(text, "  Billed: {}\n", amounts(&part.billed));
    }
    if part.input_tokens.is_some() || part.output_tokens.is_some() {
        put!(text, "  Tokens: {} in, {} out\n", count(part.input_tokens), count(part.output_tokens));
    }
    if part.requests.is_some() {
        put!(text, "  Requests: {}\n", count(part.requests));
    }
    if part.charges > 0 {
        put!(
            text,
            "  Charges: {}, of which {} were here before\n",
            count(Some(part.charges)),
            count(Some(part.known))
        );
    }
    for left in &part.left_out {
        put!(text, "  Left out: {} {}\n", count(Some(left.lines)), left.what);
    }
    for wrong in &part.wrong_lines {
        put!(text, "  Line {}: {}\n", wrong.line, clean(&wrong.problem));
    }
    let more = part.wrong.saturating_sub(part.wrong_lines.len() as u64);
    if more > 0 {
        put!(text, "  and {} more wrong.\n", several(more, "line"));
    }
}
