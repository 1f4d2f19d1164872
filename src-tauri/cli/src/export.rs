//! What other programs read: the calendar, charges as FOCUS, everything as lines of JSON, and a client's summary.

use clap::{Args, Subcommand};
use spendglass_core::api::{
    CalendarAddress, CalendarFile, ClientSummary, ClientSummaryQuery, Export, ExportCalendar, Exported,
    ExportedFile, Request, Response,
};
use spendglass_core::time::Date;

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{amounts, clean, days, several};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write the calendar into a file that any calendar program imports
    #[command(after_help = "\
The calendar holds a day for each lot of credit that lapses, for each allowance of a month or more that starts again and for each
plan that renews, with one alarm each. Import the file again after a change: events keep their ids, so they are updated and not
doubled, and what is no longer so is cancelled.

Example:
  spendglass export ics --out spendglass.ics")]
    Ics(File),
    /// Write every charge as CSV in the columns of FOCUS 1.2, the open specification of cost and usage
    #[command(after_help = "\
A cell that is empty was told by nobody; it is no nought. The column x_Lane says who tells of a charge: lanes are never added up.
Projects, keys and models have their columns, clients and tags are in Tags.

Examples:
  spendglass export charges --out charges.csv
  spendglass export charges --from 2026-10-01 --to 2026-11-01 --out october.csv")]
    Charges(Range),
    /// Write everything that can be read as lines of JSON: accounts without keys, charges, lots, budgets, settings, alerts
    #[command(after_help = "\
Each line is an object that says in `record` what it is. Keys are in no export. What to bring back as it is, rather than to read, is a backup:
spendglass back-up.

Example:
  spendglass export all --out spendglass.jsonl")]
    All(Range),
    /// The address of the calendar on this machine, to subscribe to; with --on or --off it is turned on or off
    #[command(after_help = "\
The address is answered on this machine alone, while the window or `spendglass watch` runs. The word in it is all it takes to read
the calendar. Turned off and on again, it has another word: whoever was given the old one no longer reads.

Example:
  spendglass export address --on")]
    Address(Address),
    /// What a client cost, line by line, as CSV for an invoice
    #[command(after_help = "\
A line a day, project, key, model, lane and currency; what is assigned to the client is told by `spendglass budgets assignments`.
Estimates have lines of their own lane and are in no sum of what is billed. Without --out the CSV is printed. Dates are UTC dates, as
providers bill; without them the present month to date.

Example:
  spendglass export client Acme --from 2026-11-01 --to 2026-12-01 --out acme-november.csv")]
    Client(Client),
}

#[derive(Args)]
pub(crate) struct Client {
    /// The client, as it is assigned
    name: String,
    /// First UTC date
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// End date, exclusive
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// The file to write; an older one is replaced as a whole
    #[arg(long, value_name = "FILE")]
    out: Option<String>,
}

#[derive(Args)]
pub(crate) struct File {
    /// The file to write; an older one is replaced as a whole
    #[arg(long, value_name = "FILE")]
    out: String,
}

#[derive(Args)]
pub(crate) struct Range {
    /// The file to write; an older one is replaced as a whole
    #[arg(long, value_name = "FILE")]
    out: String,
    /// The first UTC day of charges, such as 2026-10-01
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The UTC day after the last one
    #[arg(long, value_name = "DATE")]
    to: Option<String>,
}

impl Range {
    fn of(self, what: Exported) -> Request {
        Request::Export(Export { what, path: self.out, from: self.from, to: self.to })
    }
}

#[derive(Args)]
pub(crate) struct Address {
    /// Answer at the address from now on
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// Answer no longer; the address is worth nothing any more
    #[arg(long)]
    off: bool,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let request = match command {
        Command::Ics(File { out: path }) => Request::ExportCalendar(ExportCalendar { path }),
        Command::Charges(range) => range.of(Exported::Charges),
        Command::All(range) => range.of(Exported::All),
        Command::Address(Address { on, off }) if on || off => {
            Request::SetCalendarAddress(CalendarAddress { on, url: None, problem: None })
        }
        Command::Address(_) => Request::CalendarAddress,
        Command::Client(Client { name, from, to, out }) => Request::ClientSummary(ClientSummaryQuery {
            client: name,
            from: from.map(|date| date.to_string()),
            to: to.map(|date| date.to_string()),
            path: out,
        }),
    };
    let of_a_client = matches!(&request, Request::ClientSummary(_));
    let (response, _) = Door::ask_once(global, request).await.map_err(|mut failure| {
        if of_a_client && failure.words.contains("no client") {
            let words = failure.words.trim_end_matches('.');
            failure.words = format!("{words}. Assign: spendglass budgets assign --account 1 --client NAME");
        }
        failure
    })?;
    if let Response::ClientSummary(ClientSummary { path: None, csv, .. }) = &response
        && !out.is_json()
    {
        Out::raw(csv)?;
        return Ok(Ending::Done);
    }
    let words = match &response {
        Response::ExportCalendar(file) => of_file(file),
        Response::ClientSummary(summary) => of_client(summary),
        Response::Export(file) => of_export(file),
        Response::CalendarAddress(address) | Response::SetCalendarAddress(address) => of_address(address),
        _ => return Err(Failure::mismatch()),
    };
    out.answer(&response, || words)?;
    Ok(Ending::Done)
}

/// Where the CSV is kept, with what is in it.
fn of_client(summary: &ClientSummary) -> String {
    let path = summary.path.as_deref().unwrap_or_default();
    let lines = several(summary.rows.len() as u64, "line");
    let mut text = format!(
        "{}, {}: {lines}, kept in {path}\n",
        clean(&summary.client),
        days(&summary.from, &summary.to)
    );
    for sum in &summary.totals {
        put!(text, "{} {}\n", sum.lane, amounts(&sum.billed));
    }
    for note in &summary.notes {
        put!(text, "\n{}\n", clean(note));
    }
    text
}

fn of_file(file: &CalendarFile) -> String {
    let events = several(u64::from(file.events), "event");
    let cancelled = match file.cancelled {
        0 => String::new(),
        count => format!(", {count} of them cancelled"),
    };
    format!("{events}{cancelled}, kept in {}\n", file.path)
}

fn of_export(file: &ExportedFile) -> String {
    let charges = several(file.charges, "charge");
    let others = match file.lines - file.charges.min(file.lines) {
        0 => String::new(),
        count => format!(" and {}", several(count, "other line")),
    };
    format!("{charges}{others}, kept in {}\n", file.path)
}

fn of_address(address: &CalendarAddress) -> String {
    match (&address.url, &address.problem) {
        (Some(url), Some(problem)) => format!("{url}\n{problem}\n"),
        (Some(url), None) => format!(
            "{url}\nIt is answered on this machine while the window or `spendglass watch` runs. Keep it to yourself.\n"
        ),
        (None, _) => "The calendar has no address. Give it one: spendglass export address --on\n".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use spendglass_core::api::{Amount, LaneFigure};

    use super::*;

    #[test]
    fn a_file_is_told_with_what_is_in_it() {
        let file = |events, cancelled| CalendarFile { path: "a.ics".to_owned(), events, cancelled };
        assert_eq!(of_file(&file(1, 0)), "1 event, kept in a.ics\n");
        assert_eq!(of_file(&file(3, 2)), "3 events, 2 of them cancelled, kept in a.ics\n");
    }

    #[test]
    fn a_summary_is_told_with_its_sums() {
        let summary = ClientSummary {
            client: "Acme".to_owned(),
            from: "2026-11-01".to_owned(),
            to: "2026-12-01".to_owned(),
            days: "UTC".to_owned(),
            sums: vec![],
            rows: vec![],
            totals: vec![LaneFigure {
                lane: "billed".to_owned(),
                billed: vec![Amount { amount: "5.25".to_owned(), currency: "USD".to_owned() }],
            }],
            as_of: None,
            notes: vec!["Something.".to_owned()],
            csv: String::new(),
            path: Some("a.csv".to_owned()),
        };
        let told = of_client(&summary);
        assert!(told.starts_with("Acme, ") && told.contains("0 lines, kept in a.csv\nbilled "), "{told}");
        assert!(told.contains("5.25") && told.ends_with("Something.\n"), "{told}");
    }

    #[test]
    fn an_export_is_told_with_what_is_in_it() {
        let file = |lines, charges| ExportedFile { path: "a".to_owned(), lines, charges, sample: false };
        assert_eq!(of_export(&file(2, 2)), "2 charges, kept in a\n");
        assert_eq!(of_export(&file(4, 1)), "1 charge and 3 other lines, kept in a\n");
    }

    #[test]
    fn an_address_is_told_with_when_it_answers() {
        let url = "http://127.0.0.1:1/x.ics".to_owned();
        let told = |problem| of_address(&CalendarAddress { on: true, url: Some(url.clone()), problem });
        assert_eq!(told(Some("Taken.".to_owned())), format!("{url}\nTaken.\n"));
        let on = told(None);
        assert!(on.starts_with(&format!("{url}\n")) && on.contains("spendglass watch"), "{on}");
        let off = of_address(&CalendarAddress { on: false, url: None, problem: None });
        assert!(off.contains("export address --on"), "{off}");
    }
}
