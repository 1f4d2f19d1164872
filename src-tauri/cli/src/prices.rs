//! Prices of models: what lists and the person say, and newer lists.

use clap::{Args, Subcommand};
use spendglass_core::api::{
    CorrectPrice, CorrectedPrice, CorrectionRow, PriceChangeRow, PriceGroupRow, PriceRefresh, PriceRow,
    PriceSheet, PriceSource, Prices, PricesQuery, RefreshPrices, RemovePriceCorrection, Request, Response,
};

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, cell, clean, number, several};

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Option<Command>,
    /// The model, as usage names it; without it the lists and your own prices are shown
    model: Option<String>,
    /// The provider, where several have the model
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// The UTC day; today without it
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
}

/// What the plain tier is called.
const STANDARD: &str = "standard";
/// Who says the person's own prices.
const YOURS: &str = "your own price";

const EXAMPLES: &str = "\
Examples:
  spendglass prices
  spendglass prices gpt-4o --provider openai
  spendglass prices gemini-4-argon --at 2026-12-01 --json
  spendglass prices set gpt-4o input 2.2 --provider openai --from 2026-11-01 --note contract
  spendglass prices unset gpt-4o input
  spendglass prices refresh";

#[derive(Subcommand)]
enum Command {
    /// Put your own price before every list; list costs from its day on are worked out again
    #[command(after_help = "\
Tokens are priced by the million, unless --per says otherwise. All your own prices of a model are of one currency.

Examples:
  spendglass prices set gpt-4o input 2.2 --provider openai --from 2026-11-01
  spendglass prices set gpt-4o output 4.4 --provider openai --from 2026-11-01 --tier batch
  spendglass prices set house-model input 0.0005 --per 1000 --provider openai --from 2026-01-01")]
    Set(Set),
    /// Take a price of your own back
    #[command(after_help = "\
Examples:
  spendglass prices unset gpt-4o input
  spendglass prices unset gpt-4o output --tier batch --from 2026-11-01")]
    Unset(Unset),
    /// Fetch a newer list, now; it counts only if it is whole and near what is known
    #[command(after_help = "\
Examples:
  spendglass prices refresh
  spendglass prices refresh --url https://mirror.example.com/prices.json")]
    Refresh(Refresh),
}

#[derive(Args)]
struct Set {
    /// The model, as usage names it
    model: String,
    /// Of what: input, output, cache-read, cache-write, request, image … (a wrong one is answered with all)
    meter: String,
    /// The price, such as 2.2
    #[arg(allow_negative_numbers = true)]
    price: String,
    /// Its first UTC day
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The provider, where several have the model
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// The currency; USD without it
    #[arg(long)]
    currency: Option<String>,
    /// For how many units; a million tokens without it
    #[arg(long, value_name = "UNITS")]
    per: Option<u32>,
    /// The service tier, such as batch; the standard one without it
    #[arg(long)]
    tier: Option<String>,
    /// Why
    #[arg(long)]
    note: Option<String>,
}

#[derive(Args)]
struct Unset {
    /// The model
    model: String,
    /// Of what
    meter: String,
    /// Its first day, where there are several
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// The provider, where several have such a price
    #[arg(long, value_name = "ID")]
    provider: Option<String>,
    /// The service tier; the standard one without it
    #[arg(long)]
    tier: Option<String>,
}

#[derive(Args)]
struct Refresh {
    /// Where the list is: https, or http on this machine
    #[arg(long)]
    url: Option<String>,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let Options { command, model, provider, at } = options;
    match command {
        None => {
            if model.is_none() && (provider.is_some() || at.is_some()) {
                return Err(Failure::usage("Name a model: spendglass prices MODEL."));
            }
            let request = Request::Prices(PricesQuery { model, provider, at });
            let (response, _) = Door::ask_once(global, request).await?;
            let Response::Prices(prices) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || words(prices))?;
        }
        Some(Command::Set(Set { model, meter, price, from, provider, currency, per, tier, note })) => {
            let form = CorrectPrice { provider, model, meter, price, currency, per, from, tier, note };
            let (response, _) = Door::ask_once(global, Request::CorrectPrice(form)).await?;
            let Response::CorrectPrice(done) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || changed("Set", done))?;
        }
        Some(Command::Unset(Unset { model, meter, from, provider, tier })) => {
            let which = RemovePriceCorrection { provider, model, meter, from, tier };
            let (response, _) = Door::ask_once(global, Request::RemovePriceCorrection(which)).await?;
            let Response::RemovePriceCorrection(done) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || changed("Taken back", done))?;
        }
        Some(Command::Refresh(Refresh { url })) => {
            let (response, _) = Door::ask_once(global, Request::RefreshPrices(RefreshPrices { url })).await?;
            let Response::RefreshPrices(done) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || refreshed(done))?;
        }
    }
    Ok(Ending::Done)
}

fn words(prices: &Prices) -> String {
    let mut text = String::new();
    for sheet in &prices.sheets {
        sheet_words(&mut text, sheet, &prices.at);
    }
    if !prices.own.is_empty() {
        text.push_str("Your own prices\n");
        let mut table = Table::new(&[
            ("from", Stand::Left),
            ("provider", Stand::Left),
            ("model", Stand::Left),
            ("tier", Stand::Left),
            ("meter", Stand::Left),
            ("price", Stand::Right),
            ("note", Stand::Left),
        ]);
        for own in &prices.own {
            table.row([
                shown(&own.from),
                shown(&own.provider),
                shown(&own.model),
                shown(own.tier.as_deref().unwrap_or(STANDARD)),
                shown(&own.price.meter),
                cell(priced(&own.price)),
                shown(own.note.as_deref().unwrap_or_default()),
            ]);
        }
        put!(text, "{}\n", table.render());
    }
    text.push_str("Lists, the newest first\n");
    for source in &prices.sources {
        put!(text, "  {}\n", source_words(source));
    }
    if prices.sheets.is_empty() && prices.own.is_empty() {
        text.push_str("\nOf a model: spendglass prices MODEL\n");
    }
    text
}

fn sheet_words(text: &mut String, sheet: &PriceSheet, at: &str) {
    put!(text, "{} of {}, on {at}\n", clean(&sheet.model), clean(&sheet.provider));
    if let Some(reason) = &sheet.unpriced {
        put!(text, "  No plain price on that day: {}.\n", clean(reason));
    }
    let mut table = Table::new(&[
        ("tier", Stand::Left),
        ("prompts over", Stand::Right),
        ("meter", Stand::Left),
        ("price", Stand::Right),
        ("since", Stand::Left),
        ("source", Stand::Left),
    ]);
    for group in &sheet.groups {
        rows(&mut table, group);
    }
    if !sheet.groups.is_empty() {
        text.push_str(&table.render());
    }
    let mut notes: Vec<&str> = sheet.groups.iter().filter_map(|group| group.adjustment.as_deref()).collect();
    notes.dedup();
    for note in notes {
        put!(text, "  {}\n", clean(note));
    }
    if sheet.changes.len() > 1 {
        text.push_str("Plain prices by date\n");
        for change in &sheet.changes {
            put!(text, "  {}\n", change_words(change));
        }
    }
    text.push('\n');
}

/// A cell of text from outside.
fn shown(text: &str) -> Vec<String> {
    cell(clean(text))
}

fn rows(table: &mut Table, group: &PriceGroupRow) {
    for price in &group.prices {
        table.row([
            shown(group.tier.as_deref().unwrap_or(STANDARD)),
            cell(if group.over_tokens == 0 { String::new() } else { number(&group.over_tokens.to_string()) }),
            shown(&price.meter),
            cell(priced(price)),
            shown(price.own_from.as_ref().or(group.effective_from.as_ref()).map_or("", String::as_str)),
            match price.own_from {
                Some(_) => cell(YOURS),
                None => shown(format!("{} {}", group.source, group.version).trim()),
            },
        ]);
    }
}

fn change_words(change: &PriceChangeRow) -> String {
    let from =
        change.from.as_deref().map_or_else(|| "at first".to_owned(), |from| format!("from {}", clean(from)));
    let hours = change.hours.as_deref().map_or_else(String::new, |hours| format!(", {}", clean(hours)));
    let announced = if change.announced { " (announced: counts once a newer list confirms it)" } else { "" };
    let prices: Vec<String> = change
        .prices
        .iter()
        .map(|price| format!("{} {}", clean(&price.meter), clean(&price.price)))
        .collect();
    format!("{from}{hours}: {}{announced}", prices.join(", "))
}

/// The price of one meter, such as `2.5 USD per 1,000,000`.
fn priced(price: &PriceRow) -> String {
    let per = if price.per == 1 { String::new() } else { format!(" per {}", number(&price.per.to_string())) };
    format!("{} {}{per}", clean(&price.price), clean(&price.currency))
}

fn source_words(source: &PriceSource) -> String {
    let days = u64::try_from(source.age_days).unwrap_or_default();
    let from = source
        .url
        .as_deref()
        .map_or_else(|| "came with Spendglass".to_owned(), |url| format!("from {}", clean(url)));
    format!(
        "{} {}, as of {}, {} old, {from}",
        clean(&source.name),
        clean(&source.version),
        source.dated,
        several(days, "day")
    )
}

fn own_words(own: &CorrectionRow) -> String {
    let tier = own.tier.as_deref().map_or_else(String::new, |tier| format!(" in {}", clean(tier)));
    format!(
        "{} of {} ({}){tier} from {}: {}",
        clean(&own.price.meter),
        clean(&own.model),
        clean(&own.provider),
        own.from,
        priced(&own.price)
    )
}

fn changed(what: &str, done: &CorrectedPrice) -> String {
    let lines = match done.repriced {
        0 => "No line of usage costs another amount.".to_owned(),
        count => format!("{} of usage worked out again.", several(count, "line")),
    };
    format!("{what}: {}. {lines}\n", own_words(&done.correction))
}

fn refreshed(done: &PriceRefresh) -> String {
    let what = if done.changed { "A newer list is here" } else { "Nothing changed" };
    let priced = match done.priced {
        0 => String::new(),
        count => format!(" {} that had no price have one now.", several(count, "line")),
    };
    format!("{what}: {}.{priced}\n", source_words(&done.source))
}
