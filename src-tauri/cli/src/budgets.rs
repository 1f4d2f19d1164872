//! Budgets, and what is assigned to clients and tags.

use clap::{Args, Subcommand};
use spendglass_core::api::{
    Amount, Assign, Assignment, BudgetId, BudgetOf, BudgetRow, Request, Response, SetBudget,
};

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, amount, cell, clean, days, explained, lane_head};
use crate::{Global, asking, credits};

#[derive(Subcommand, Default)]
pub(crate) enum Command {
    /// Every budget: what is spent of it, how much of the span is over, and what it is likely to come to
    #[command(after_help = "Examples:\n  spendglass budgets list\n  spendglass budgets list --json")]
    #[default]
    List,
    /// Make a budget of everything, or of a part of it
    #[command(after_help = "\
Days are UTC days, as providers bill; a week begins on Monday. Only spending in the budget's own currency is counted.

Examples:
  spendglass budgets set --amount 100 --currency USD --span month
  spendglass budgets set --amount 5 --currency USD --span day --provider openai
  spendglass budgets set --amount 400 --currency EUR --span month --client Lark")]
    Set(Terms),
    /// Change a budget: what is left out stays
    #[command(after_help = "Example:\n  spendglass budgets edit 2 --amount 120")]
    Edit(Edit),
    /// Remove a budget
    #[command(after_help = "Example:\n  spendglass budgets remove 2")]
    Remove(Which),
    /// What is assigned to clients and carries tags
    #[command(after_help = "Example:\n  spendglass budgets assignments")]
    Assignments,
    /// Assign an account, or a project or key of it, to a client, or give it a tag
    #[command(after_help = "\
Where an account and a project of it are both assigned to one client, nothing is counted twice.

Examples:
  spendglass budgets assign --account 1 --client Lark
  spendglass budgets assign --account 2 --project site --tag research")]
    Assign(Assigning),
    /// Take an assignment back
    #[command(after_help = "Example:\n  spendglass budgets unassign --account 1 --client Lark")]
    Unassign(Assigning),
}

#[derive(Args)]
pub(crate) struct Terms {
    /// How much, such as 100 or 12.50
    #[arg(long, allow_negative_numbers = true)]
    amount: String,
    /// The currency or unit, such as USD or credits
    #[arg(long)]
    currency: String,
    /// Over which span: day, week or month
    #[arg(long, value_name = "SPAN")]
    span: String,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct Of {
    /// Only of a provider, by its id
    #[arg(long, value_name = "P")]
    provider: Option<String>,
    /// Only of an account: its number or name, or a provider that has one account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Only of a project or workspace, by its name or the provider's id
    #[arg(long, value_name = "X")]
    project: Option<String>,
    /// Only of a key, by its name or the provider's id
    #[arg(long, value_name = "K")]
    key: Option<String>,
    /// Only of what is assigned to a client
    #[arg(long, value_name = "C")]
    client: Option<String>,
    /// Only of what carries a tag
    #[arg(long, value_name = "T")]
    tag: Option<String>,
}

impl Of {
    async fn given(self, door: &Door) -> Result<Option<BudgetOf>, Failure> {
        let Of { provider, account, project, key, client, tag } = self;
        let account = match account {
            Some(typed) => Some(credits::account_of(door, &typed).await?),
            None => None,
        };
        Ok(provider
            .map(|provider| BudgetOf::Provider { provider })
            .or(account.map(|account| BudgetOf::Account { account }))
            .or(project.map(|project| BudgetOf::Project { project }))
            .or(key.map(|key| BudgetOf::Key { key }))
            .or(client.map(|client| BudgetOf::Client { client }))
            .or(tag.map(|tag| BudgetOf::Tag { tag })))
    }
}

#[derive(Args)]
pub(crate) struct Edit {
    /// The budget's number, as `spendglass budgets list` shows it
    #[arg(value_parser = asking::number)]
    id: i64,
    /// How much, such as 100 or 12.50
    #[arg(long, allow_negative_numbers = true)]
    amount: Option<String>,
    /// The currency or unit, such as USD or credits
    #[arg(long)]
    currency: Option<String>,
    /// Over which span: day, week or month
    #[arg(long, value_name = "SPAN")]
    span: Option<String>,
    #[command(flatten)]
    of: Of,
}

#[derive(Args)]
pub(crate) struct Which {
    /// The budget's number, as `spendglass budgets list` shows it
    #[arg(value_parser = asking::number)]
    id: i64,
}

#[derive(Args)]
pub(crate) struct Assigning {
    /// The account's number or name, or a provider that has one account
    #[arg(long, value_name = "ACCOUNT")]
    account: String,
    /// The client; or --tag
    #[arg(long, value_name = "C", conflicts_with = "tag")]
    client: Option<String>,
    /// The tag
    #[arg(long, value_name = "T")]
    tag: Option<String>,
    /// Only a project or workspace of it, by its name or the provider's id
    #[arg(long, value_name = "X", conflicts_with = "key")]
    project: Option<String>,
    /// Only a key of it, by its name or the provider's id
    #[arg(long, value_name = "K")]
    key: Option<String>,
}

impl Assigning {
    async fn request(self, door: &Door, on: bool) -> Result<Request, Failure> {
        let Assigning { account, client, tag, project, key } = self;
        let (kind, name) = match (client, tag) {
            (Some(client), _) => ("client", client),
            (None, Some(tag)) => ("tag", tag),
            (None, None) => return Err(Failure::usage("Say which: --client NAME or --tag NAME.")),
        };
        let account = credits::account_of(door, &account).await?;
        Ok(Request::Assign(Assign {
            assignment: Assignment { kind: kind.to_owned(), name, account, project, key },
            on,
        }))
    }
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let asked = ask(&door, command).await;
    door.app.close().await;
    let response = asked?;
    let words = match &response {
        Response::Budgets(rows) => list(rows),
        Response::SetBudget(row) => list(std::slice::from_ref(row)),
        Response::RemoveBudget(BudgetId { id }) => format!("Budget {id} is removed.\n"),
        Response::Assignments(all) | Response::Assign(all) => assignments(all),
        _ => return Err(Failure::mismatch()),
    };
    out.answer(&response, || words)?;
    Ok(Ending::Done)
}

async fn ask(door: &Door, command: Command) -> Result<Response, Failure> {
    let request = match command {
        Command::List => Request::Budgets,
        Command::Set(Terms { amount, currency, span, of }) => {
            let of = of.given(door).await?.unwrap_or(BudgetOf::All);
            Request::SetBudget(SetBudget { id: None, of, span, amount, currency })
        }
        Command::Edit(edit) => Request::SetBudget(edited(door, edit).await?),
        Command::Remove(Which { id }) => Request::RemoveBudget(BudgetId { id }),
        Command::Assignments => Request::Assignments,
        Command::Assign(assigning) => assigning.request(door, true).await?,
        Command::Unassign(assigning) => assigning.request(door, false).await?,
    };
    door.ask(request).await
}

/// The budget as it is, with what was typed in its place.
async fn edited(door: &Door, edit: Edit) -> Result<SetBudget, Failure> {
    let Edit { id, amount, currency, span, of } = edit;
    let Response::Budgets(rows) = door.ask(Request::Budgets).await? else { return Err(Failure::mismatch()) };
    let none = || Failure::usage(format!("There is no budget {id}: see spendglass budgets list."));
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(none)?;
    let of = of.given(door).await?;
    if of.is_none() && amount.is_none() && currency.is_none() && span.is_none() {
        return Err(Failure::usage(
            "Say what to change: the amount, currency or span of the budget, or what it is of.",
        ));
    }
    Ok(SetBudget {
        id: Some(id),
        of: of.unwrap_or(row.of),
        span: span.unwrap_or(row.span),
        amount: amount.unwrap_or(row.amount),
        currency: currency.unwrap_or(row.currency),
    })
}

fn list(rows: &[BudgetRow]) -> String {
    if rows.is_empty() {
        return "No budget is set. Set one: spendglass budgets set --amount 100 --currency USD --span month\n".to_owned();
    }
    let heads = [
        ("", Stand::Right),
        ("budget of", Stand::Left),
        ("span (UTC)", Stand::Left),
        ("spent", Stand::Right),
        ("", Stand::Left),
        ("of", Stand::Right),
        ("used", Stand::Right),
        ("span over", Stand::Right),
        ("likely in the end", Stand::Left),
    ];
    let mut table = Table::new(&heads);
    for row in rows {
        let money =
            |figure: &str| amount(&Amount { amount: figure.to_owned(), currency: row.currency.clone() });
        let likely = match (&row.forecast, &row.forecast_unknown) {
            (Some(range), _) => {
                format!("{} ({} to {})", money(&range.p50), money(&range.p10), money(&range.p90))
            }
            (None, Some(why)) => clean(why),
            (None, None) => String::new(),
        };
        table.row([
            cell(row.id.to_string()),
            cell(clean(&row.label)),
            cell(format!("{} {}", row.span, days(&row.from, &row.to))),
            cell(row.spent.as_deref().map_or_else(|| "—".to_owned(), money)),
            cell(lane_head(&row.lane)),
            cell(money(&row.amount)),
            cell(row.percent.map_or_else(|| "—".to_owned(), |percent| format!("{percent} %"))),
            cell(format!("{} %", row.pace_percent)),
            cell(likely),
        ]);
    }
    let mut text = table.render();
    for row in rows.iter().filter(|row| !row.notes.is_empty()) {
        put!(text, "\nBudget {}:\n", row.id);
        for note in &row.notes {
            put!(text, "  {}\n", clean(note));
        }
    }
    explained(text)
}

fn assignments(all: &[Assignment]) -> String {
    if all.is_empty() {
        return "Nothing is assigned. Assign: spendglass budgets assign --account 1 --client NAME\n"
            .to_owned();
    }
    let heads = [("", Stand::Left), ("name", Stand::Left), ("account", Stand::Right), ("part", Stand::Left)];
    let mut table = Table::new(&heads);
    for one in all {
        let part = match (&one.project, &one.key) {
            (Some(project), _) => format!("project {}", clean(project)),
            (None, Some(key)) => format!("key {}", clean(key)),
            (None, None) => "all of it".to_owned(),
        };
        table.row([
            cell(clean(&one.kind)),
            cell(clean(&one.name)),
            cell(one.account.to_string()),
            cell(part),
        ]);
    }
    table.render()
}
