//! The plans that are known: shown with their sources, put right, added, fetched.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use serde_json::Value;
use spendglass_core::api::{
    CataloguePlan, CorrectPlan, CorrectedPlans, OwnPlanCredit, OwnPlanLimit, OwnPlanPrice, PlanCatalogue,
    PlanCatalogueQuery, PlanCorrectionId, PlanCorrectionRow, PlanRefresh, PlanSource, RefreshPlans, Request,
    Response,
};

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, UNKNOWN, cell, clean, several};
use crate::{Global, asking};

/// A file of plans is not larger.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Every plan that is known, and what you say of them
    #[command(after_help = "\
Examples:
  spendglass plans list
  spendglass plans list --provider anthropic --json")]
    List(List),
    /// A plan with every figure: where it comes from, when it was seen, how sure it is
    #[command(after_help = "Example:\n  spendglass plans show anthropic/claude-pro")]
    Show(Show),
    /// Put what you know of a plan before the catalogue: the price on your invoice, a limit, a credit
    #[command(after_help = "\
A price takes the place of every price for the same period, a limit of those of the same unit and window. Nothing of it is sent.

Examples:
  spendglass plans correct anthropic/claude-pro --price 1999 INR --price-tax included --note invoice
  spendglass plans correct cursor/pro --price 192 USD --every year
  spendglass plans correct openai/chatgpt-plus --limit 40 usage week
  spendglass plans correct mistral/pro --credit 20 USD month")]
    Correct(Correct),
    /// Add plans of your own from a file in the published schema
    #[command(after_help = "\
The page docs/adding-a-plan.md shows how to write one.

Example:
  spendglass plans add acme.json")]
    Add(Add),
    /// Take back what you said of a plan, by its number
    #[command(after_help = "Example:\n  spendglass plans restore 2")]
    Restore(Restore),
    /// Fetch newer plans, now; they count only if all of them can be read and none is far off what is known
    #[command(after_help = "\
Examples:
  spendglass plans refresh --url https://plans.example.com/plans.json
  spendglass plans refresh
  spendglass plans refresh --off")]
    Refresh(Refresh),
}

#[derive(Args)]
pub(crate) struct List {
    /// Those of a provider alone, by its id
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
}

#[derive(Args)]
pub(crate) struct Show {
    /// The plan's id, as `spendglass plans list` shows it
    plan: String,
}

#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["price", "limit", "credit"])))]
pub(crate) struct Correct {
    /// The plan's id, as `spendglass plans list` shows it
    plan: String,
    /// What it costs
    #[arg(long, num_args = 2, value_names = ["AMOUNT", "CURRENCY"], allow_negative_numbers = true)]
    price: Option<Vec<String>>,
    /// The most that can be used: how much, of what (requests, tokens, USD, usage …), in which window (5 hours, day, week, month …)
    #[arg(long, num_args = 3, value_names = ["AMOUNT", "UNIT", "WINDOW"], allow_negative_numbers = true)]
    limit: Option<Vec<String>>,
    /// Credit that comes with it: how much, in which unit, how often
    #[arg(long, num_args = 3, value_names = ["AMOUNT", "UNIT", "PERIOD"], allow_negative_numbers = true)]
    credit: Option<Vec<String>>,
    /// For how long the price pays: month, year or lifetime
    #[arg(long, value_name = "PERIOD", requires = "price")]
    every: Option<String>,
    /// A year is paid at once, though the price is told by the month
    #[arg(long, requires = "price")]
    yearly: bool,
    /// Whether tax is in the price: included, excluded or unstated
    #[arg(long, alias = "tax", value_name = "WHETHER", requires = "price")]
    price_tax: Option<String>,
    /// The price is for each seat
    #[arg(long, requires = "price")]
    per_seat: bool,
    /// When a window of the limit or the credit begins: "calendar ZONE", purchase, "first use" or sliding
    #[arg(long, value_name = "WHEN", conflicts_with = "price")]
    starts: Option<String>,
    /// Why
    #[arg(long)]
    note: Option<String>,
}

#[derive(Args)]
pub(crate) struct Add {
    /// The file
    file: PathBuf,
    /// Why
    #[arg(long)]
    note: Option<String>,
}

#[derive(Args)]
pub(crate) struct Restore {
    /// The number of the correction, as `spendglass plans list` shows it
    #[arg(value_parser = asking::number)]
    id: i64,
}

#[derive(Args)]
pub(crate) struct Refresh {
    /// Where the plans are: https, or http on this machine; the address of the last time without it
    #[arg(long, conflicts_with = "off")]
    url: Option<String>,
    /// Go back to the plans that came with Spendglass
    #[arg(long)]
    off: bool,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let request = match command {
        Command::List(List { provider }) => {
            let query = PlanCatalogueQuery { plan: None, provider };
            let (response, _) = Door::ask_once(global, Request::PlanCatalogue(query)).await?;
            let Response::PlanCatalogue(told) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || list(told))?;
            return Ok(Ending::Done);
        }
        Command::Show(Show { plan }) => {
            let query = PlanCatalogueQuery { plan: Some(plan), provider: None };
            let (response, _) = Door::ask_once(global, Request::PlanCatalogue(query)).await?;
            let Response::PlanCatalogue(told) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || show(told))?;
            return Ok(Ending::Done);
        }
        Command::Refresh(Refresh { url, off }) => {
            let form = RefreshPlans { url, off };
            let (response, _) = Door::ask_once(global, Request::RefreshPlans(form)).await?;
            let Response::RefreshPlans(done) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || refreshed(done))?;
            return Ok(Ending::Done);
        }
        Command::Correct(correct) => Request::CorrectPlan(correction(correct)),
        Command::Add(Add { file, note }) => {
            Request::CorrectPlan(CorrectPlan { file: Some(read(&file)?), note, ..CorrectPlan::default() })
        }
        Command::Restore(Restore { id }) => Request::RemovePlanCorrection(PlanCorrectionId { id }),
    };
    let (response, _) = Door::ask_once(global, request).await?;
    let (what, done) = match &response {
        Response::CorrectPlan(done) => ("Kept", done),
        Response::RemovePlanCorrection(done) => ("Taken back", done),
        _ => return Err(Failure::mismatch()),
    };
    out.answer(&response, || changed(what, done))?;
    Ok(Ending::Done)
}

fn correction(correct: Correct) -> CorrectPlan {
    let Correct { plan, price, limit, credit, every, yearly, price_tax, per_seat, starts, note } = correct;
    let mut form = CorrectPlan { plan: Some(plan), note, ..CorrectPlan::default() };
    // Clap has counted the values of each.
    if let Some([amount, currency]) = price.map(<[String; 2]>::try_from).and_then(Result::ok) {
        let per_seat = per_seat.then_some(true);
        form.price =
            Some(OwnPlanPrice { amount, currency, every, billed_yearly: yearly, per_seat, tax: price_tax });
    }
    if let Some([amount, unit, window]) = limit.map(<[String; 3]>::try_from).and_then(Result::ok) {
        form.limit = Some(OwnPlanLimit { unit, amount, window, starts: starts.clone() });
    }
    if let Some([amount, unit, every]) = credit.map(<[String; 3]>::try_from).and_then(Result::ok) {
        form.credit = Some(OwnPlanCredit { unit, amount, every: Some(every), starts });
    }
    form
}

fn read(file: &PathBuf) -> Result<String, Failure> {
    let unfit = |why: String| Failure::usage(format!("{} {why}", file.display()));
    let size = std::fs::metadata(file).map_err(|error| unfit(format!("cannot be read: {error}")))?.len();
    if size > LARGEST_FILE {
        return Err(unfit("is larger than 8 MiB: is it a file of plans?".to_owned()));
    }
    std::fs::read_to_string(file).map_err(|error| unfit(format!("cannot be read: {error}")))
}

fn list(told: &PlanCatalogue) -> String {
    let mut table = Table::new(&[
        ("plan", Stand::Left),
        ("name", Stand::Left),
        ("price", Stand::Left),
        ("confidence", Stand::Left),
        ("", Stand::Left),
    ]);
    for plan in &told.plans {
        table.row([
            cell(clean(&plan.id)),
            cell(clean(&format!("{} {}", plan.product, plan.name))),
            cell(plan.price.as_deref().map_or_else(|| UNKNOWN.to_owned(), clean)),
            cell(clean(&plan.confidence)),
            cell(remarks(plan)),
        ]);
    }
    let mut text = table.render();
    put!(text, "\n{}\n", source(&told.source));
    if !told.corrections.is_empty() {
        text.push_str("\nWhat you say of plans\n");
        for row in &told.corrections {
            put!(text, "  {}\n", correction_words(row));
        }
    }
    text.push_str("\nOf a plan: spendglass plans show PLAN\n");
    text
}

fn remarks(plan: &CataloguePlan) -> String {
    let mut words = Vec::new();
    if plan.status != "current" {
        words.push(plan.status.replace('_', " "));
    }
    for (told, word) in
        [(plan.own, "yours"), (plan.stale, "to be checked"), (plan.illustration, "illustration")]
    {
        if told {
            words.push(word.to_owned());
        }
    }
    words.join(", ")
}

fn show(told: &PlanCatalogue) -> String {
    let mut text = String::new();
    for plan in &told.plans {
        put!(text, "{} {} ({})\n", clean(&plan.product), clean(&plan.name), clean(&plan.id));
        if plan.illustration {
            text.push_str("An illustration: its figures only show a shape, and are no offer.\n");
        }
        let mut table = Table::new(&[
            ("figure", Stand::Left),
            ("value", Stand::Left),
            ("seen", Stand::Left),
            ("confidence", Stand::Left),
            ("source", Stand::Left),
        ]);
        for row in &plan.figures {
            let seen = if row.stale { format!("{} (to be checked)", row.seen) } else { row.seen.clone() };
            table.row([
                cell(clean(&row.what)),
                cell(clean(&row.value)),
                cell(clean(&seen)),
                cell(clean(&row.confidence)),
                row.sources.iter().map(|source| clean(source)).collect(),
            ]);
        }
        text.push_str(&table.render());
        for note in &plan.notes {
            put!(text, "  {}\n", clean(note));
        }
    }
    for row in &told.corrections {
        put!(text, "\nYour word: {}\n", correction_words(row));
    }
    put!(text, "\n{}\n", source(&told.source));
    text
}

fn source(source: &PlanSource) -> String {
    let days = u64::try_from(source.age_days).unwrap_or_default();
    let from = source.url.as_deref().map_or_else(
        || "they came with Spendglass".to_owned(),
        |url| {
            format!(
                "fetched from {}, last on {}",
                clean(url),
                clean(source.fetched.as_deref().unwrap_or(UNKNOWN))
            )
        },
    );
    format!(
        "{} as of {}, {} old; {from}.",
        several(source.plans.into(), "plan"),
        clean(&source.dated),
        several(days, "day")
    )
}

fn correction_words(row: &PlanCorrectionRow) -> String {
    let part = row.part.as_deref().map_or_else(String::new, |part| format!(" ({})", clean(part)));
    let value = if row.part.is_some() { format!(": {}", value_words(row)) } else { String::new() };
    let note = row.note.as_deref().map_or_else(String::new, |note| format!(", {}", clean(note)));
    let refused =
        row.refused.as_deref().map_or_else(String::new, |why| format!(" DOES NOT COUNT: {}", clean(why)));
    let (id, kind, plan, made) = (row.id, clean(&row.kind), clean(&row.plan), clean(&row.made));
    format!("{id}. {kind} of {plan}{part}{value} (said on {made}{note}){refused}")
}

/// What was said, which is kept as the published schema writes it, as one would say it.
fn value_words(row: &PlanCorrectionRow) -> String {
    let told: Value = serde_json::from_str(&row.value).unwrap_or_default();
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(clean);
    let is = |name: &str| told.get(name).and_then(Value::as_bool).unwrap_or_default();
    let each = |period: Option<String>| match period.as_deref() {
        Some("lifetime") => "once".to_owned(),
        period => format!("a {}", period.unwrap_or("month")),
    };
    let starts = text("starts").map_or_else(String::new, |starts| format!(", begun by {starts}"));
    let words = match row.kind.as_str() {
        "price" => text("amount").zip(text("currency")).map(|(amount, currency)| {
            let tax = match text("tax").as_deref() {
                Some("included") => ", tax included",
                Some("excluded") => ", before tax",
                _ => "",
            };
            let yearly = if is("billed_yearly") { ", paid by the year" } else { "" };
            let seat = if is("per_seat") { ", for each seat" } else { "" };
            format!("{amount} {currency} {}{tax}{yearly}{seat}", each(text("every")))
        }),
        "limit" => text("amount").zip(text("unit")).zip(text("window")).map(|((amount, unit), window)| {
            let a = if window.starts_with(|first: char| first.is_ascii_digit()) { "" } else { "a " };
            format!("at most {amount} {unit} in {a}{window}{starts}")
        }),
        "credit" => text("amount")
            .zip(text("unit"))
            .map(|(amount, unit)| format!("{amount} {unit} of credit {}{starts}", each(text("every")))),
        _ => None,
    };
    words.unwrap_or_else(|| clean(&row.value))
}

fn changed(what: &str, done: &CorrectedPlans) -> String {
    let mut text = String::new();
    for row in &done.corrections {
        put!(text, "{what}: {}\n", correction_words(row));
    }
    text
}

fn refreshed(done: &PlanRefresh) -> String {
    let mut text =
        if done.changed { "Other plans count now.\n".to_owned() } else { "Nothing changed.\n".to_owned() };
    for (ids, what) in [(&done.added, "New"), (&done.gone, "No more")] {
        if !ids.is_empty() {
            let ids: Vec<String> = ids.iter().map(|id| clean(id)).collect();
            put!(text, "{what}: {}\n", ids.join(", "));
        }
    }
    put!(text, "{}\n", source(&done.source));
    text
}
