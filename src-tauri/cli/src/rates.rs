//! Rates of exchange, and what a price comes to where it is paid.

use clap::{Args, Subcommand, ValueEnum};
use spendglass_core::api::{
    LandedPrice, RateRow, Rates, RatesQuery, RatesRefresh, RefreshRates, Request, Response, TaxIs, TaxStatus,
};

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, UNKNOWN, amount, cell, clean, several};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// The day; today without it. The last rate published on or before it counts
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    /// One unit of this; USD without it
    #[arg(long, value_name = "CURRENCY")]
    from: Option<String>,
    /// In this; your own currency by the settings, else every one, without it
    #[arg(long, value_name = "CURRENCY")]
    to: Option<String>,
    /// A price to land where it is paid, with every step
    #[arg(long, allow_negative_numbers = true)]
    amount: Option<String>,
    /// Whether that price holds its tax; nobody says without it
    #[arg(long, value_enum, value_name = "WHETHER", requires = "amount")]
    price_tax: Option<Tax>,
    /// The country you buy in, such as IN
    #[arg(long, requires = "amount")]
    country: Option<String>,
    /// How you stand to taxes there: consumer pays it, registered claims it back, none pays none
    #[arg(long, alias = "tax-status", value_enum, value_name = "STATUS", requires = "amount")]
    tax: Option<Status>,
    /// Your own rate of tax in per cent
    #[arg(long, value_name = "PERCENT", requires = "amount")]
    tax_rate: Option<String>,
    /// What your card adds to a charge in another currency, in per cent
    #[arg(long, value_name = "PERCENT", requires = "amount")]
    card_markup: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  spendglass rates
  spendglass rates --from USD --to INR --at 2026-01-06
  spendglass rates --from USD --to INR --amount 20 --price-tax excluded --country IN --tax consumer --card-markup 3.5
  spendglass rates refresh";

#[derive(Subcommand)]
enum Command {
    /// Fetch newer rates, now; what is known of a day stays as it is
    #[command(after_help = "\
Examples:
  spendglass rates refresh
  spendglass rates refresh --url 'https://api.frankfurter.dev/v2/rates?base=usd&quotes=inr,eur'")]
    Refresh(Refresh),
}

#[derive(Args)]
struct Refresh {
    /// Where the rates are, in the shape of the European Central Bank or of Frankfurter: https, or http on this machine
    #[arg(long)]
    url: Option<String>,
}

/// Whether a price holds its tax.
#[derive(Clone, Copy, ValueEnum)]
enum Tax {
    /// It does
    Included,
    /// It comes on top
    Excluded,
    /// Nobody says
    Unstated,
}

/// How one stands to taxes.
#[derive(Clone, Copy, ValueEnum)]
enum Status {
    /// Tax is paid
    Consumer,
    /// Tax is reverse-charged and claimed back
    Registered,
    /// No tax is paid
    None,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let Options { command, at, from, to, amount, price_tax, country, tax, tax_rate, card_markup } = options;
    if let Some(Command::Refresh(Refresh { url })) = command {
        let (response, _) = Door::ask_once(global, Request::RefreshRates(RefreshRates { url })).await?;
        let Response::RefreshRates(done) = &response else { return Err(Failure::mismatch()) };
        out.answer(&response, || refreshed(done))?;
        return Ok(Ending::Done);
    }
    let held = price_tax.map(|held| match held {
        Tax::Included => TaxIs::Included,
        Tax::Excluded => TaxIs::Excluded,
        Tax::Unstated => TaxIs::Unstated,
    });
    let tax_status = tax.map(|status| match status {
        Status::Consumer => TaxStatus::Consumer,
        Status::Registered => TaxStatus::Registered,
        Status::None => TaxStatus::None,
    });
    let query = RatesQuery { at, from, to, amount, tax: held, country, tax_status, tax_rate, card_markup };
    let (response, _) = Door::ask_once(global, Request::Rates(query)).await?;
    let Response::Rates(rates) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || words(rates))?;
    Ok(Ending::Done)
}

fn words(rates: &Rates) -> String {
    let mut text = String::new();
    if let Some(landed) = &rates.landed {
        landed_words(&mut text, landed);
    } else {
        let mut table = Table::new(&[
            ("one", Stand::Left),
            ("is", Stand::Right),
            ("of", Stand::Left),
            ("published for", Stand::Left),
            ("source", Stand::Left),
        ]);
        for row in &rates.rows {
            table.row([
                cell(clean(&row.from)),
                cell(clean(&row.rate)),
                cell(clean(&row.to)),
                cell(published(row)),
                cell(clean(&source(row))),
            ]);
        }
        if rates.rows.is_empty() {
            put!(text, "No rate is known on {}.\n", rates.at);
        } else {
            text.push_str(&table.render());
        }
    }
    put!(text, "\nThe last rates known are of {}.\n", rates.dated.as_deref().unwrap_or(UNKNOWN));
    text
}

fn published(row: &RateRow) -> String {
    match u64::try_from(row.age_days).unwrap_or_default() {
        0 => row.date.clone(),
        days => format!("{}, {} before", row.date, several(days, "day")),
    }
}

fn source(row: &RateRow) -> String {
    let through = row.through.as_deref().map_or_else(String::new, |through| format!(", by way of {through}"));
    format!("{}{through}", row.source)
}

fn landed_words(text: &mut String, landed: &LandedPrice) {
    put!(text, "Listed: {}\n", amount(&landed.list));
    let mut table = Table::new(&[
        ("step", Stand::Left),
        ("×", Stand::Right),
        ("comes to", Stand::Right),
        ("as of", Stand::Left),
        ("source", Stand::Left),
    ]);
    for step in &landed.steps {
        table.row([
            cell(clean(&step.label)),
            cell(clean(&step.factor)),
            cell(amount(&step.result)),
            cell(clean(&step.as_of)),
            cell(clean(&step.source)),
        ]);
    }
    if !landed.steps.is_empty() {
        text.push_str(&table.render());
    }
    put!(text, "You pay: {}\n", amount(&landed.total));
    if let Some(least) = &landed.least {
        put!(text, "If the price holds its tax already: {}\n", amount(least));
    }
    if let Some(back) = &landed.recoverable {
        put!(text, "Paid beside it and claimed back: {}\n", amount(back));
    }
    for warning in &landed.warnings {
        put!(text, "Note: {}\n", clean(warning));
    }
}

fn refreshed(done: &RatesRefresh) -> String {
    let what = match done.added {
        0 => "Nothing is new".to_owned(),
        count => format!("{} are new", several(count, "rate")),
    };
    format!(
        "{what}; the last rates known are of {}. From {}\n",
        done.dated.as_deref().unwrap_or(UNKNOWN),
        clean(&done.url)
    )
}
