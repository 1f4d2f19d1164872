//! Entries by hand: what no provider tells.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;
use spendglass_core::api::{
    AllowanceEntry, Amount, BalanceEntry, ChangeEntry, CostEntry, Enter, EntriesQuery, Entry, EntryId,
    EntryRow, PurchaseEntry, Request, Resets, Response, SubscriptionEntry,
};
use spendglass_core::time::Calendar;

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, amount, cell, clean, number};
use crate::{Global, asking, providers};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Credit that was bought, given or included in a plan
    #[command(after_help = "\
Examples:
  spendglass enter purchase openai 25 USD --acquired-on 2026-11-02 --expires-on 2027-11-02
  spendglass enter purchase anthropic 50 USD --rule after-purchase:365d
  spendglass enter purchase 3 500 credits --granted --note \"Welcome gift\"")]
    Purchase(PurchaseOptions),
    /// What is left of prepaid money
    #[command(after_help = "Example:\n  spendglass enter balance openai 12.34 USD --as-of 2026-11-22")]
    Balance(BalanceOptions),
    /// How much may be used in a span of time, such as a free tier
    #[command(after_help = "\
Examples:
  spendglass enter allowance gcp.gemini \"Requests a day\" 250 requests --window day --resets midnight --zone America/Los_Angeles
  spendglass enter allowance anthropic \"Tokens a minute\" 40000 tokens --window minute --model some-model")]
    Allowance(AllowanceOptions),
    /// A plan that is paid for by the week, month or year
    #[command(after_help = "\
Example:
  spendglass enter subscription anthropic Pro --price 20 --currency USD --period month --renews-on 2026-12-01")]
    Subscription(SubscriptionOptions),
    /// What a UTC day cost; below 0 where money was given back
    #[command(
        after_help = "Example:\n  spendglass enter cost openai 3.20 USD --date 2026-11-20 --project site"
    )]
    Cost(CostOptions),
    /// Everything that was entered
    #[command(after_help = "Examples:\n  spendglass enter list\n  spendglass enter list --account 1 --json")]
    List(ListOptions),
    /// Change fields of an entry; an empty value takes a field away
    #[command(after_help = "Example:\n  spendglass enter change 3 --set amount=30 --set note=")]
    Change(ChangeOptions),
    /// Remove an entry, and what it added to the figures
    #[command(after_help = "Example:\n  spendglass enter remove 3")]
    Remove(Which),
}

#[derive(Args)]
pub(crate) struct Whose {
    /// The account's number, or a provider: then its only account is meant, or one without a key is made
    #[arg(value_name = "ACCOUNT_OR_PROVIDER")]
    whose: String,
    /// With a provider: the account of this name, made without a key where there is none
    #[arg(long, value_name = "L")]
    label: Option<String>,
}

#[derive(Args)]
pub(crate) struct Sum {
    /// How much, such as 12.50
    #[arg(allow_negative_numbers = true)]
    amount: String,
    /// A currency such as USD, or a unit in small letters such as credits
    currency: String,
}

#[derive(Args)]
pub(crate) struct PurchaseOptions {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    sum: Sum,
    /// The day it was had; today without it
    #[arg(long, value_name = "DATE")]
    acquired_on: Option<String>,
    /// The last day on which it can be spent; without it and a rule, the provider's own rule holds
    #[arg(long, value_name = "DATE")]
    expires_on: Option<String>,
    /// Another rule it lapses by, such as after-purchase:365d, after-inactivity:90d or never
    #[arg(long, value_name = "RULE", conflicts_with = "expires_on")]
    rule: Option<String>,
    /// It was given and not bought
    #[arg(long)]
    granted: bool,
    /// A plan includes it: it was neither bought nor given
    #[arg(long, conflicts_with = "granted")]
    included: bool,
    /// Words of your own
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Args)]
pub(crate) struct BalanceOptions {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    sum: Sum,
    /// The day it was looked at; today without it
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

#[derive(Args)]
pub(crate) struct AllowanceOptions {
    #[command(flatten)]
    whose: Whose,
    /// What it is called
    name: String,
    /// How much there is
    limit: String,
    /// requests, tokens, a currency or another unit in small letters
    unit: String,
    /// minute, hour, "5 hours", day, week, month, year, lifetime
    #[arg(long, value_name = "SPAN")]
    window: String,
    /// When it is whole again; needed for a day and a month
    #[arg(long, value_enum)]
    resets: Option<Reset>,
    /// The IANA zone of the midnight; UTC without it
    #[arg(long, value_name = "IANA")]
    zone: Option<String>,
    /// The model it is for; without it, all
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The project it is for, by the provider's id
    #[arg(long, value_name = "ID")]
    project: Option<String>,
    /// The provider's words from which it was learned
    #[arg(long, value_name = "TEXT")]
    learned_from: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reset {
    Rolling,
    Midnight,
    FirstOfMonth,
    Never,
}

#[derive(Args)]
pub(crate) struct SubscriptionOptions {
    #[command(flatten)]
    whose: Whose,
    /// The plan
    plan: String,
    /// What it costs a period
    #[arg(long, value_name = "AMOUNT")]
    price: Option<String>,
    /// The currency of the price
    #[arg(long)]
    currency: Option<String>,
    /// week, month or year
    #[arg(long)]
    period: String,
    /// The day it renews
    #[arg(long, value_name = "DATE")]
    renews_on: Option<String>,
}

#[derive(Args)]
pub(crate) struct CostOptions {
    #[command(flatten)]
    whose: Whose,
    #[command(flatten)]
    sum: Sum,
    /// The UTC day; today without it
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// The model it was for
    #[arg(long)]
    model: Option<String>,
    /// The project it was for
    #[arg(long)]
    project: Option<String>,
    /// Words of your own
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

#[derive(Args)]
pub(crate) struct ListOptions {
    /// Those of one account, by its number
    #[arg(long, value_name = "ID", value_parser = asking::number)]
    account: Option<i64>,
}

#[derive(Args)]
pub(crate) struct ChangeOptions {
    #[command(flatten)]
    which: Which,
    /// A field and its new value, such as amount=12.50 or expires-on=2027-05-02
    #[arg(long, value_name = "FIELD=VALUE", required = true)]
    set: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Which {
    /// The entry's number, as `spendglass enter list` shows it
    #[arg(value_name = "ID", value_parser = asking::number)]
    id: i64,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let asked = ask(&door, global, command).await;
    door.app.close().await;
    let response = asked?;
    out.answer(&response, || words(&response))?;
    Ok(Ending::Done)
}

async fn ask(door: &Door, global: &Global, command: Command) -> Result<Response, Failure> {
    let now = global.clock().now();
    let own_day = Calendar::new(door.zone().await).date_of(now).to_string();
    let (whose, entry) = match command {
        Command::Purchase(options) => {
            let PurchaseOptions { whose, sum, acquired_on, expires_on, rule, granted, included, note } =
                options;
            let acquired_on = acquired_on.unwrap_or(own_day);
            let Sum { amount, currency } = sum;
            let entry =
                PurchaseEntry { amount, currency, acquired_on, expires_on, rule, granted, included, note };
            (whose, Entry::Purchase(entry))
        }
        Command::Balance(BalanceOptions { whose, sum: Sum { amount, currency }, as_of }) => {
            (whose, Entry::Balance(BalanceEntry { amount, currency, as_of: as_of.unwrap_or(own_day) }))
        }
        Command::Allowance(options) => {
            let AllowanceOptions {
                whose,
                name,
                limit,
                unit,
                window,
                resets,
                zone,
                model,
                project,
                learned_from,
            } = options;
            let resets = resets.map(|resets| match resets {
                Reset::Rolling => Resets::Rolling,
                Reset::Midnight => Resets::Midnight,
                Reset::FirstOfMonth => Resets::FirstOfMonth,
                Reset::Never => Resets::Never,
            });
            let entry =
                AllowanceEntry { name, limit, unit, window, resets, zone, model, project, learned_from };
            (whose, Entry::Allowance(entry))
        }
        Command::Subscription(SubscriptionOptions { whose, plan, price, currency, period, renews_on }) => {
            (whose, Entry::Subscription(SubscriptionEntry { plan, price, currency, period, renews_on }))
        }
        Command::Cost(CostOptions { whose, sum: Sum { amount, currency }, date, model, project, note }) => {
            let date = date.unwrap_or_else(|| now.utc_date().to_string());
            (whose, Entry::Cost(CostEntry { date, amount, currency, model, project, note }))
        }
        Command::List(ListOptions { account }) => {
            return door.ask(Request::Entries(EntriesQuery { account })).await;
        }
        Command::Change(ChangeOptions { which: Which { id }, set }) => return change(door, id, &set).await,
        Command::Remove(Which { id }) => return door.ask(Request::RemoveEntry(EntryId { id })).await,
    };
    let Whose { whose, label } = whose;
    let enter = match whose.parse::<i64>() {
        Ok(account) if label.is_none() => Enter { account: Some(account), provider: None, label, entry },
        Ok(_) => {
            return Err(Failure::usage("--label goes with a provider; an account's number says enough."));
        }
        Err(_) => {
            let rows = providers::rows(door).await?;
            let provider = Some(providers::named(&rows, &whose)?.id.clone());
            Enter { account: None, provider, label, entry }
        }
    };
    door.ask(Request::Enter(enter)).await
}

/// Puts other values into an entry, and the whole of it in its place.
async fn change(door: &Door, id: i64, set: &[String]) -> Result<Response, Failure> {
    let query = EntriesQuery::default();
    let Response::Entries(rows) = door.ask(Request::Entries(query)).await? else {
        return Err(Failure::mismatch());
    };
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(|| {
        Failure::usage(format!("There is no entry {id}. `spendglass enter list` shows those there are."))
    })?;
    let entry = changed(&row.entry, set)?;
    door.ask(Request::ChangeEntry(ChangeEntry { id, entry })).await
}

fn changed(entry: &Entry, set: &[String]) -> Result<Entry, Failure> {
    let fault =
        |error: serde_json::Error| Failure::new(Ending::Partly, format!("The entry is no JSON: {error}."));
    let mut value = serde_json::to_value(entry).map_err(fault)?;
    let known = fields(entry);
    for one in set {
        let (field, new) = one
            .split_once('=')
            .ok_or_else(|| Failure::usage("--set takes FIELD=VALUE, such as amount=12.50."))?;
        if !known.contains(&field) {
            return Err(Failure::usage(format!(
                "This entry has no field \"{}\". It has {}.",
                clean(field),
                known.join(", ")
            )));
        }
        value[camel(field)] = match (field, new) {
            ("granted" | "included", "yes" | "true") => Value::Bool(true),
            ("granted" | "included", "no" | "false" | "") => Value::Bool(false),
            ("granted", _) => return Err(Failure::usage("Granted is yes or no.")),
            ("included", _) => return Err(Failure::usage("Included is yes or no.")),
            ("resets", "") => Value::Null,
            ("resets", new) => Value::String(camel(new)),
            (_, new) => Value::String(new.to_owned()),
        };
    }
    serde_json::from_value(value)
        .map_err(|error| Failure::usage(format!("This cannot be entered: {}.", clean(&error.to_string()))))
}

/// The fields of each kind, as options name them.
fn fields(entry: &Entry) -> &'static [&'static str] {
    match entry {
        Entry::Purchase(_) => {
            &["amount", "currency", "acquired-on", "expires-on", "rule", "granted", "included", "note"]
        }
        Entry::Balance(_) => &["amount", "currency", "as-of"],
        Entry::Allowance(_) => {
            &["name", "limit", "unit", "window", "resets", "zone", "model", "project", "learned-from"]
        }
        Entry::Subscription(_) => &["plan", "price", "currency", "period", "renews-on"],
        Entry::Cost(_) => &["date", "amount", "currency", "model", "project", "note"],
    }
}

/// `expires-on` as the door names it.
fn camel(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    let mut up = false;
    for c in field.chars() {
        match c {
            '-' => up = true,
            c if up => {
                name.push(c.to_ascii_uppercase());
                up = false;
            }
            c => name.push(c),
        }
    }
    name
}

fn words(response: &Response) -> String {
    match response {
        Response::Entries(rows) if rows.is_empty() => {
            "Nothing was entered yet. Enter something: spendglass enter purchase openai 25 USD\n".to_owned()
        }
        Response::Entries(rows) => {
            let heads = [
                ("id", Stand::Right),
                ("account", Stand::Left),
                ("kind", Stand::Left),
                ("entered", Stand::Left),
            ];
            let mut table = Table::new(&heads);
            for row in rows {
                table.row([
                    cell(row.id.to_string()),
                    cell(format!("{}, {}", row.account, clean(&row.label))),
                    cell(kind(&row.entry)),
                    cell(what(&row.entry)),
                ]);
            }
            table.render()
        }
        Response::Enter(row) => {
            let id = row.id;
            format!(
                "{}\nMend it: spendglass enter change {id} --set FIELD=VALUE. Take it back: spendglass enter remove {id}\n",
                told("Entered", row)
            )
        }
        Response::ChangeEntry(row) => format!("{}\n", told("Changed", row)),
        Response::RemoveEntry(EntryId { id }) => {
            format!("Entry {id} is removed, and what it added to the figures.\n")
        }
        _ => String::new(),
    }
}

fn told(done: &str, row: &EntryRow) -> String {
    let (kind, what) = (kind(&row.entry), what(&row.entry));
    format!("{done} as {}, for account {}, {}: {kind}, {what}.", row.id, row.account, clean(&row.label))
}

fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::Purchase(PurchaseEntry { granted: true, .. }) => "grant",
        Entry::Purchase(PurchaseEntry { included: true, .. }) => "included credit",
        Entry::Purchase(_) => "purchase",
        Entry::Balance(_) => "balance",
        Entry::Allowance(_) => "allowance",
        Entry::Subscription(_) => "subscription",
        Entry::Cost(_) => "cost",
    }
}

/// An entry in one line.
fn what(entry: &Entry) -> String {
    let sum = |figure: &str, currency: &str| {
        amount(&Amount { amount: figure.to_owned(), currency: currency.to_owned() })
    };
    let mut words = String::new();
    let mut more = |label: &str, value: &Option<String>| {
        if let Some(value) = value {
            put!(words, ", {label} {}", clean(value));
        }
    };
    let first = match entry {
        Entry::Purchase(purchase) => {
            more("good up to", &purchase.expires_on);
            more("lapses by", &purchase.rule);
            more("note", &purchase.note);
            format!("{} on {}", sum(&purchase.amount, &purchase.currency), purchase.acquired_on)
        }
        Entry::Balance(balance) => {
            format!("{} left on {}", sum(&balance.amount, &balance.currency), balance.as_of)
        }
        Entry::Allowance(allowance) => {
            let resets = allowance.resets.map(|resets| match resets {
                Resets::Rolling => "rolling",
                Resets::Midnight => "at midnight",
                Resets::FirstOfMonth => "on the first of the month",
                Resets::Never => "never",
            });
            more("resets", &resets.map(str::to_owned));
            more("of", &allowance.zone);
            more("model", &allowance.model);
            more("project", &allowance.project);
            more("learned from", &allowance.learned_from);
            let (limit, unit) = (number(&allowance.limit), clean(&allowance.unit));
            format!("{}: {limit} {unit} a {}", clean(&allowance.name), clean(&allowance.window))
        }
        Entry::Subscription(plan) => {
            more("renews", &plan.renews_on);
            let price = plan.price.as_deref().zip(plan.currency.as_deref());
            let price =
                price.map_or_else(|| "at an unknown price".to_owned(), |(price, unit)| sum(price, unit));
            format!("{}, {price} a {}", clean(&plan.plan), clean(&plan.period))
        }
        Entry::Cost(cost) => {
            more("model", &cost.model);
            more("project", &cost.project);
            more("note", &cost.note);
            format!("{} on {} (UTC day)", sum(&cost.amount, &cost.currency), cost.date)
        }
    };
    first + &words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every field that can be named is one that the door knows, and there is no other.
    #[test]
    fn fields_are_those_of_the_door() {
        let text = |text: &str| Some(text.to_owned());
        let entries = [
            Entry::Purchase(PurchaseEntry {
                amount: "1".to_owned(),
                currency: "USD".to_owned(),
                acquired_on: "2026-11-01".to_owned(),
                expires_on: text("2026-12-01"),
                rule: text("never"),
                granted: true,
                included: true,
                note: text("x"),
            }),
            Entry::Balance(BalanceEntry {
                amount: "1".to_owned(),
                currency: "USD".to_owned(),
                as_of: "2026-11-01".to_owned(),
            }),
            Entry::Allowance(AllowanceEntry {
                name: "n".to_owned(),
                limit: "1".to_owned(),
                unit: "requests".to_owned(),
                window: "day".to_owned(),
                resets: Some(Resets::FirstOfMonth),
                zone: text("UTC"),
                model: text("m"),
                project: text("p"),
                learned_from: text("w"),
            }),
            Entry::Subscription(SubscriptionEntry {
                plan: "p".to_owned(),
                price: text("1"),
                currency: text("USD"),
                period: "month".to_owned(),
                renews_on: text("2026-12-01"),
            }),
            Entry::Cost(CostEntry {
                date: "2026-11-01".to_owned(),
                amount: "1".to_owned(),
                currency: "USD".to_owned(),
                model: text("m"),
                project: text("p"),
                note: text("x"),
            }),
        ];
        for entry in &entries {
            let value = serde_json::to_value(entry).unwrap();
            let known: std::collections::BTreeSet<String> =
                fields(entry).iter().map(|field| camel(field)).collect();
            let there = value.as_object().unwrap().keys().filter(|key| *key != "kind").cloned().collect();
            assert_eq!(known, there);
            assert_eq!(changed(entry, &[]).unwrap(), *entry);
        }
        let Entry::Allowance(changed_one) =
            changed(&entries[2], &["resets=midnight".to_owned(), "model=".to_owned()]).unwrap()
        else {
            panic!()
        };
        assert_eq!((changed_one.resets, changed_one.model.as_deref()), (Some(Resets::Midnight), Some("")));
        let said = changed(&entries[0], &["colour=red".to_owned()]).unwrap_err().words;
        assert!(said.contains("no field \"colour\"") && said.contains("expires-on"), "{said}");
        assert!(changed(&entries[0], &["granted=perhaps".to_owned()]).is_err());
    }
}
