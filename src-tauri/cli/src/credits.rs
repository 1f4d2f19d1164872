//! Lots of credit: what is left, when it lapses, what is at risk; entering and mending them.

use clap::{Args, Subcommand, ValueEnum};
use spendglass_core::api::{
    Account, AddLot, Amount, AnswerOffer, Credits, CreditsQuery, EditLot, LotId, LotOffer, LotRow, LotState,
    MoveLot, OfferAnswer, Request, Response, RuleBy,
};
use spendglass_core::time::{Date, Zone};

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, UNKNOWN, amount, cell, clean, explained, time};
use crate::{Global, providers};

/// What is said of a lot that only may lapse.
const PERHAPS: &str = "(perhaps): the provider's rule is not sure, or nobody saw it applied. A rule of your own counts instead: \
                       spendglass credits edit LOT --rule RULE";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Enter credit that was bought, given or is included in a plan
    ///
    /// Without --expires and --rule the provider's own rule holds, where it is known. It cannot have been had in the future.
    #[command(after_help = "\
Rules: never, on:DATE, after-purchase:365d, after-purchase:12mo, after-inactivity:90d, end-of-period:month,rollover=2 (or day,
week, month@15, month@utc, year). A lot can be spent through the whole of its last day, in your own time zone.

Examples:
  spendglass credits add openai --amount 50 --currency USD --acquired 2025-12-01
  spendglass credits add 3 --amount 500 --currency credits --acquired 2026-11-01 --kind granted --expires 2026-12-01")]
    Add(AddOptions),
    /// What is left, when it lapses, and what would have to be spent a day to use it up
    #[command(
        after_help = "Examples:\n  spendglass credits list\n  spendglass credits list --account openai --json"
    )]
    List(ListOptions),
    /// Change a lot; of one that a provider reports, its rule and note
    #[command(after_help = "\
Examples:
  spendglass credits edit entry-3 --amount 40 --rule after-purchase:365d
  spendglass credits edit grant-2-order-7 --rule provider")]
    Edit(EditOptions),
    /// Give a lot that was entered to another account
    #[command(after_help = "Example:\n  spendglass credits move entry-3 2")]
    Move(MoveOptions),
    /// Remove a lot that was entered, or leave a reported one out of account
    #[command(after_help = "Example:\n  spendglass credits remove entry-3")]
    Remove(RemoveOptions),
    /// Rises of a balance that look like a purchase or a grant
    #[command(after_help = "Example:\n  spendglass credits offers")]
    Offers(ListOptions),
    /// Say what a rise of a balance was; a lot is made of what was bought or given
    #[command(after_help = "Example:\n  spendglass credits answer offer-1-credits-USD-1763625600 purchased")]
    Answer(AnswerOptions),
}

impl Default for Command {
    fn default() -> Command {
        Command::List(ListOptions { account: None })
    }
}

#[derive(Args)]
pub(crate) struct AddOptions {
    /// The account's number or name, or a provider that has one account
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// How much, such as 50
    #[arg(long, allow_negative_numbers = true)]
    amount: String,
    /// A currency such as USD, or the unit that the account is billed in, such as eleven.credits
    #[arg(long)]
    currency: String,
    /// The day it was had
    #[arg(long, value_name = "DATE")]
    acquired: String,
    /// What it is; purchased without it
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    #[command(flatten)]
    end: End,
    /// Words of your own
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Args)]
struct End {
    /// The last day on which it can be spent
    #[arg(long, value_name = "DATE")]
    expires: Option<String>,
    /// The rule it lapses by, such as after-purchase:365d or never
    #[arg(long, conflicts_with = "expires")]
    rule: Option<String>,
}

impl End {
    fn rule(self) -> Result<Option<String>, Failure> {
        let Some(date) = self.expires else { return Ok(self.rule) };
        let date: Date = date.trim().parse().map_err(|error| Failure::usage(format!("Expires: {error}.")))?;
        Ok(Some(format!("on:{date}")))
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Purchased,
    Granted,
    Allowance,
}

impl Kind {
    fn name(self) -> String {
        let name = match self {
            Kind::Purchased => "purchased",
            Kind::Granted => "granted",
            Kind::Allowance => "allowance",
        };
        name.to_owned()
    }
}

#[derive(Args)]
pub(crate) struct ListOptions {
    /// Of one account: its number or name, or a provider that has one account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
}

#[derive(Args)]
pub(crate) struct EditOptions {
    /// The lot's id, as `spendglass credits list` shows it; 3 is entry-3
    #[arg(value_name = "LOT")]
    id: String,
    /// How much it was at first
    #[arg(long, allow_negative_numbers = true)]
    amount: Option<String>,
    /// Its currency or unit
    #[arg(long)]
    currency: Option<String>,
    /// The day it was had
    #[arg(long, value_name = "DATE")]
    acquired: Option<String>,
    /// What it is
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    #[command(flatten)]
    end: End,
    /// Words of your own; an empty text takes them away
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Args)]
pub(crate) struct MoveOptions {
    /// The lot's id
    #[arg(value_name = "LOT")]
    id: String,
    /// The account's number or name, or a provider that has one account
    #[arg(value_name = "ACCOUNT")]
    account: String,
}

#[derive(Args)]
pub(crate) struct RemoveOptions {
    /// The lot's id
    #[arg(value_name = "LOT")]
    id: String,
}

#[derive(Args)]
pub(crate) struct AnswerOptions {
    /// The offer's id, as `spendglass credits offers` shows it
    #[arg(value_name = "OFFER")]
    id: String,
    /// What it was; none is not offered again
    #[arg(value_enum)]
    was: Was,
}

#[derive(Clone, Copy, ValueEnum)]
enum Was {
    Purchased,
    Granted,
    None,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let offers = matches!(command, Command::Offers(_));
    let asked = ask(&door, command).await;
    let zone = door.zone().await;
    door.app.close().await;
    let response = asked?;
    out.answer(&response, || match &response {
        Response::Credits(credits) if offers => offered(&credits.offers, zone),
        response => words(response, zone),
    })?;
    Ok(Ending::Done)
}

async fn ask(door: &Door, command: Command) -> Result<Response, Failure> {
    let expires = match &command {
        Command::Add(AddOptions { end, .. }) | Command::Edit(EditOptions { end, .. }) => {
            end.expires.is_some()
        }
        _ => false,
    };
    let request = match command {
        Command::Add(AddOptions { account, amount, currency, acquired, kind, end, note }) => {
            let account = account_of(door, &account).await?;
            let (kind, rule) = (kind.map(Kind::name), end.rule()?);
            Request::AddLot(AddLot { account, amount, currency, acquired, kind, rule, note })
        }
        Command::List(ListOptions { account }) | Command::Offers(ListOptions { account }) => {
            let account = match account {
                Some(account) => Some(account_of(door, &account).await?),
                None => None,
            };
            Request::Credits(CreditsQuery { account, chart_width: None })
        }
        Command::Edit(EditOptions { id, amount, currency, acquired, kind, end, note }) => {
            let (kind, rule) = (kind.map(Kind::name), end.rule()?);
            Request::EditLot(EditLot { id: lot_id(&id), amount, currency, acquired, kind, rule, note })
        }
        Command::Move(MoveOptions { id, account }) => {
            Request::MoveLot(MoveLot { id: lot_id(&id), account: account_of(door, &account).await? })
        }
        Command::Remove(RemoveOptions { id }) => Request::RemoveLot(LotId { id: lot_id(&id) }),
        Command::Answer(AnswerOptions { id, was }) => {
            let was = match was {
                Was::Purchased => OfferAnswer::Purchased,
                Was::Granted => OfferAnswer::Granted,
                Was::None => OfferAnswer::None,
            };
            Request::AnswerOffer(AnswerOffer { id, was })
        }
    };
    let answer = door.ask(request).await;
    if expires { answer.map_err(|failure| failure.of_option("rule", "expires")) } else { answer }
}

/// The account of a number or a name; of a provider, its only one.
pub(crate) async fn account_of(door: &Door, typed: &str) -> Result<i64, Failure> {
    // A number that is nobody's is refused by the core, with what to do.
    if let Ok(number) = typed.parse() {
        return Ok(number);
    }
    let Response::Accounts(accounts) = door.ask(Request::Accounts).await? else {
        return Err(Failure::mismatch());
    };
    let said = |account: &&Account| {
        account.label.eq_ignore_ascii_case(typed) || account.provider.eq_ignore_ascii_case(typed)
    };
    let found: Vec<&Account> = accounts.iter().filter(said).collect();
    match found.as_slice() {
        [one] => Ok(one.id),
        [] => {
            // A slip of the finger is told with what was meant.
            let rows = providers::rows(door).await?;
            let provider = providers::named(&rows, typed)?;
            Err(Failure::usage(format!(
                "There is no account of {} yet. Make one: spendglass accounts add {} (or with --no-key).",
                provider.name, provider.id
            )))
        }
        several => {
            let ids: Vec<String> =
                several.iter().map(|account| format!("{} ({})", account.id, clean(&account.label))).collect();
            Err(Failure::usage(format!(
                "\"{}\" has several accounts: name one of {}.",
                clean(typed),
                ids.join(", ")
            )))
        }
    }
}

/// A bare number is that of an entry.
fn lot_id(typed: &str) -> String {
    let number = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_digit());
    if number { format!("entry-{typed}") } else { typed.to_owned() }
}

fn words(response: &Response, zone: Zone) -> String {
    match response {
        Response::Credits(credits) => list(credits, zone),
        Response::AddLot(row) => {
            let id = clean(&row.id);
            format!(
                "{}\nMend it: spendglass credits edit {id}. Take it back: spendglass credits remove {id}\n",
                told("Entered", row, zone)
            )
        }
        Response::EditLot(row) => format!("{}\n", told("Changed", row, zone)),
        Response::MoveLot(row) => format!("{}\n", told("Moved", row, zone)),
        Response::RemoveLot(LotId { id }) if id.starts_with("grant-") => {
            let id = clean(id);
            format!(
                "{id} is left out of account. Take it back: spendglass credits edit {id} --rule provider\n"
            )
        }
        Response::RemoveLot(LotId { id }) => format!("{} is removed.\n", clean(id)),
        Response::AnswerOffer(credits) => format!("Answered.\n\n{}", list(credits, zone)),
        _ => String::new(),
    }
}

fn sum(figure: &str, currency: &str) -> String {
    amount(&Amount { amount: figure.to_owned(), currency: currency.to_owned() })
}

fn figure(figure: Option<&str>, currency: &str) -> String {
    figure.map_or_else(|| UNKNOWN.to_owned(), |figure| sum(figure, currency))
}

/// A sentence in lines that fit beside the other columns.
fn wrapped(text: &str) -> Vec<String> {
    const WIDE: usize = 52;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// What a lot is, in words.
fn kind(kind: &str) -> String {
    if kind == "rolledOver" { "rolled over".to_owned() } else { clean(kind) }
}

fn told(done: &str, row: &LotRow, zone: Zone) -> String {
    let left = figure(row.left.as_deref(), &row.currency);
    let mut text = format!(
        "{done} as {}, for account {}, {}: {} {}, {left} left, {}.",
        clean(&row.id),
        row.account,
        clean(&row.label),
        kind(&row.kind),
        figure(row.amount.as_deref(), &row.currency),
        ends(row, zone),
    );
    if row.state == LotState::Lapsed {
        put!(
            text,
            "\nIt is over already: {} of it lapsed unspent.",
            figure(row.lapsed.as_deref(), &row.currency)
        );
    }
    if let Some(never) = &row.never_spent {
        put!(text, "\n{} Mend it: spendglass credits edit {} --currency UNIT", clean(never), clean(&row.id));
    }
    if row.possible {
        put!(text, "\n{PERHAPS}");
    }
    text
}

/// When a lot lapses, and who says so.
fn ends(row: &LotRow, zone: Zone) -> String {
    let by = match row.rule_by {
        RuleBy::Reported => " (reported)",
        RuleBy::Person => "",
        RuleBy::Provider if row.possible => " (perhaps)",
        RuleBy::Provider => " (provider's rule)",
        RuleBy::Nobody => return "end unknown".to_owned(),
    };
    match &row.expires_at {
        // A date is the last day of it; an instant is told in the person's own time.
        Some(date) if date.len() == 10 => format!("good up to {}{by}", clean(date)),
        Some(at) => format!("lapses {}{by}", time(at, zone)),
        None => format!("never lapses{by}"),
    }
}

const fn state(state: LotState) -> &'static str {
    match state {
        LotState::Open => "",
        LotState::Spent => "used up",
        LotState::Lapsed => "lapsed",
        LotState::Ahead => "begins later",
        LotState::Untold => "not told",
    }
}

pub(crate) fn list(credits: &Credits, zone: Zone) -> String {
    if credits.lots.is_empty() && credits.reconciliation.is_empty() && credits.offers.is_empty() {
        return "No credit is known yet. Enter what was bought or given: spendglass credits add ACCOUNT --amount 50 --currency \
                USD --acquired 2026-11-01\n"
            .to_owned();
    }
    let mut text = String::new();
    if !credits.lots.is_empty() {
        let heads =
            [("lot", Stand::Left), ("left", Stand::Point), ("of", Stand::Point), ("end", Stand::Left)];
        let mut table = Table::new(&heads);
        for row in &credits.lots {
            let mut end = vec![if row.state == LotState::Open || row.state == LotState::Ahead {
                ends(row, zone)
            } else {
                state(row.state).to_owned()
            }];
            if row.state == LotState::Lapsed {
                end.push(format!("{} of it unspent", figure(row.lapsed.as_deref(), &row.currency)));
            }
            if let Some(never) = &row.never_spent {
                end.extend(wrapped(&clean(never)));
            }
            if let Some(risk) = &row.at_risk {
                end.push(if risk.p90 == "0" {
                    "nothing at risk at the usual pace".to_owned()
                } else {
                    format!("at risk {} (80 %: {} to {})", sum(&risk.p50, &row.currency), risk.p10, risk.p90)
                });
            }
            if let (None, Some(why)) = (&row.at_risk, &row.at_risk_unknown) {
                end.extend(wrapped(&format!("at risk {UNKNOWN}: {}", clean(why))));
            }
            if let Some(needed) = row.needed_per_day.as_deref().filter(|_| row.state == LotState::Open) {
                end.push(format!("{} a day uses it up", sum(needed, &row.currency)));
            }
            table.row([
                vec![clean(&row.id), format!("  {}, {}", clean(&row.label), kind(&row.kind))],
                cell(figure(row.left.as_deref(), &row.currency)),
                cell(figure(row.amount.as_deref(), &row.currency)),
                end,
            ]);
        }
        text.push_str(&table.render());
        for total in &credits.totals {
            let part = if total.whole { "" } else { ", and what nobody tells" };
            put!(text, "\nLeft in all: {}{part}", sum(&total.left, &total.currency));
            if total.lapsed != "0" {
                put!(text, "; lapsed unspent: {}", sum(&total.lapsed, &total.currency));
            }
        }
        text.push('\n');
    }
    for row in credits.reconciliation.iter().filter(|row| row.words.is_some()) {
        put!(
            text,
            "\n{} (account {}): the balance was {} on {}, the lots say {}: {} apart.\n  {}\n",
            clean(&row.label),
            row.account,
            sum(&row.observed, &row.currency),
            time(&row.observed_at, zone),
            sum(&row.lots, &row.currency),
            sum(&row.difference, &row.currency),
            clean(row.words.as_deref().unwrap_or_default()),
        );
    }
    if !credits.offers.is_empty() {
        put!(text, "\n{}", offered(&credits.offers, zone));
    }
    for note in &credits.notes {
        put!(text, "\n{}\n", clean(note));
    }
    if credits.lots.iter().any(|row| row.possible) {
        put!(text, "\n{PERHAPS}\n");
    }
    put!(text, "\nDays end in {}. Charges count from the end of their UTC day.\n", clean(&credits.zone));
    explained(text)
}

fn offered(offers: &[LotOffer], zone: Zone) -> String {
    if offers.is_empty() {
        return "No rise of a balance waits for an answer.\n".to_owned();
    }
    let mut text = "A balance rose. What was it? Nothing is assumed.\n".to_owned();
    for offer in offers {
        let id = clean(&offer.id);
        put!(
            text,
            "  {} of {} (account {}), seen {}\n    spendglass credits answer {id} purchased|granted|none\n",
            sum(&offer.amount, &offer.currency),
            clean(&offer.label),
            offer.account,
            time(&offer.seen_at, zone),
        );
    }
    text
}
