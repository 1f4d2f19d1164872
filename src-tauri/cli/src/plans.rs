//! Which plan to buy: one's own usage through every plan, and what to do.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use spendglass_core::api::{
    Amount, ExcludedUsage, PictureKind, PictureQuery, PictureTheme, PlanAction, PlanComparison, PlanOption,
    PlansQuery, Request, Response, TaxStatus,
};
use spendglass_core::time::Zone;

use crate::chart::{format_of, path_of};
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, UNKNOWN, amount, as_of, cell, clean, count, days, explained, several};
use crate::{Global, credits, plan_catalogue};

/// More options than this are told as JSON alone.
const MOST_ROWS: usize = 15;

#[derive(Args)]
#[command(after_help = "\
The usage of whole UTC days is replayed through every plan that could be had, with its limits, credit, overage and rollover, and
what each would cost is landed: with tax, exchange and card mark-up. A switch is advised only where it saves at least 5 % and one
US dollar a month with a chance of 80 % or more. What is left out here is as the settings say.

Examples:
  spendglass plans
  spendglass plans --country IN --tax consumer --card-markup 3.5 --currency INR --steps
  spendglass plans --student --must gpt-5 --days 365 --sources
  spendglass plans --catalogue my-plans.json --json
  spendglass plans --chart plans.svg
  spendglass plans list")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is typed or not")]
pub(crate) struct Options {
    #[command(subcommand)]
    catalogue_command: Option<plan_catalogue::Command>,
    /// The country you buy in, by its two letters
    #[arg(long, value_name = "COUNTRY")]
    country: Option<String>,
    /// How you stand to taxes: consumer pays it, registered claims it back, none pays none
    #[arg(long, value_enum, value_name = "STATUS")]
    tax: Option<Tax>,
    /// Your own rate of tax in per cent
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    tax_rate: Option<String>,
    /// What your card adds in another currency, in per cent
    #[arg(long, value_name = "PERCENT", allow_negative_numbers = true)]
    card_markup: Option<String>,
    /// The currency you pay in
    #[arg(long, value_name = "CURRENCY")]
    currency: Option<String>,
    /// You are a verified student
    #[arg(long)]
    student: bool,
    /// For how many people
    #[arg(long, value_name = "NUMBER")]
    seats: Option<u32>,
    /// A year may be paid for at once
    #[arg(long)]
    yearly: bool,
    /// What is used by an API key could be used in a plan's own app instead
    #[arg(long)]
    any_app: bool,
    /// A model that must be served; may be given several times
    #[arg(long, value_name = "MODEL")]
    must: Vec<String>,
    /// Over how many days back: 30, 90 or 365, as 1, 3 or 12 billing months
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    days: u32,
    /// Your own plans in the published schema, in place of all others
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
    /// Only this account: its number or name, or a provider that has one account; may be given several times
    #[arg(long = "account", value_name = "ACCOUNT")]
    accounts: Vec<String>,
    /// How much would be used, in per cent of what was
    #[arg(long, value_name = "PERCENT")]
    volume: Option<u32>,
    /// Every step from list price to what you pay
    #[arg(long)]
    steps: bool,
    /// Every figure with its source
    #[arg(long)]
    sources: bool,
    /// Draw cost against usage into a file; its name ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tax {
    Consumer,
    Registered,
    None,
}

pub(crate) async fn run(global: &Global, out: &Out, mut options: Options) -> Result<Ending, Failure> {
    if let Some(command) = options.catalogue_command.take() {
        return plan_catalogue::run(global, out, command).await;
    }
    let format = options.chart.as_deref().map(format_of).transpose()?;
    let door = Door::open(global).await?;
    let asked = ask(&door, &options, format).await;
    let zone = door.zone().await;
    door.app.close().await;
    let response = asked?;
    let Response::Plans(told) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || {
        let mut text = words(told, zone, &options);
        if let Some(path) = &options.chart {
            put!(text, "\nKept in {}\n", path.display());
        }
        text
    })?;
    Ok(Ending::Done)
}

async fn ask(
    door: &Door,
    options: &Options,
    format: Option<spendglass_core::api::PictureFormat>,
) -> Result<Response, Failure> {
    let mut accounts = Vec::new();
    for typed in &options.accounts {
        accounts.push(credits::account_of(door, typed).await?);
    }
    // The core reads it from its own folder, wherever that is.
    let catalogue = options
        .catalogue
        .as_ref()
        .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string());
    let query = PlansQuery {
        days: Some(options.days),
        country: options.country.clone(),
        tax: options.tax.map(|tax| match tax {
            Tax::Consumer => TaxStatus::Consumer,
            Tax::Registered => TaxStatus::Registered,
            Tax::None => TaxStatus::None,
        }),
        tax_rate: options.tax_rate.clone(),
        card_markup: options.card_markup.clone(),
        currency: options.currency.clone(),
        student: options.student.then_some(true),
        seats: options.seats,
        yearly: options.yearly.then_some(true),
        must: options.must.clone(),
        any_surface: options.any_app,
        catalogue,
        accounts,
        volume: options.volume,
        chart_width: None,
    };
    let response = door.ask(Request::Plans(query.clone())).await?;
    if let (Some(path), Some(format)) = (&options.chart, format) {
        let query = PictureQuery {
            plans: Some(query),
            path: Some(path_of(path)?),
            ..PictureQuery::of(PictureKind::PlanCurve, PictureTheme::Light, format)
        };
        let drawn = door.ask(Request::Picture(query)).await;
        drawn.map_err(|failure| failure.of_option("path", "--chart"))?;
    }
    Ok(response)
}

/// The comparison in words: what to do first.
fn words(told: &PlanComparison, zone: Zone, options: &Options) -> String {
    let mut text = String::new();
    let advice = &told.recommendation;
    let named = |id: Option<&str>| {
        let found = id.and_then(|id| told.options.iter().find(|option| option.id == id));
        found.map_or_else(String::new, |option| clean(&option.name))
    };
    match advice.action {
        PlanAction::Switch => put!(text, "Switch to {}.\n", named(advice.option.as_deref())),
        PlanAction::Stay if advice.option.as_deref() == Some("current") => {
            text.push_str("Stay as you are.\n");
        }
        PlanAction::Stay => put!(text, "Stay with {}.\n", named(advice.option.as_deref())),
        PlanAction::NotEnoughData => text.push_str("Not enough data.\n"),
    }
    put!(text, "{}\n\n", clean(&advice.why));

    let window = &told.window;
    if window.usage_rows == 0 {
        text.push_str("There is no usage with a known price to compare with.\n");
    } else {
        put!(
            text,
            "Your usage of {} (UTC): {}, {} since the first use, {}, {} at list price, {}.\n",
            days(&window.from, &window.to),
            several(window.usage_rows, "row"),
            several(window.complete_days.into(), "complete day"),
            window.requests.map_or("requests not counted everywhere".to_owned(), |requests| several(
                requests, "request"
            )),
            money(window.list_cost.as_deref(), window.list_currency.as_deref()),
            as_of(window.as_of.as_deref(), zone),
        );
        if let Some(why) = &window.shorter {
            put!(text, "{}\n", clean(why));
        }
    }
    text.push_str(&buyer(told));
    if !told.options.is_empty() {
        text.push('\n');
        text.push_str(&table(told));
    }
    for (place, option) in shown(told) {
        more(&mut text, place + 1, option, options);
    }
    match told.options.len() - shown(told).count() {
        0 => {}
        1 => text.push_str("\nOne dearer option is told with --json.\n"),
        more => put!(text, "\n{more} dearer options are told with --json.\n"),
    }
    if told.dearer > 0 {
        put!(
            text,
            "\nFurther combinations that need no look, since their fees alone cost more than another or they add nothing to it: {}.\n",
            told.dearer
        );
    }
    left_out(&mut text, told);
    shapes(&mut text, told);
    if !told.notes.is_empty() {
        text.push_str("\nTo be known:\n");
        for note in &told.notes {
            put!(text, "  - {}\n", clean(note));
        }
    }
    explained(text)
}

/// The options that are told in words, with their places: the best, and always what is paid now and what is advised.
fn shown(told: &PlanComparison) -> impl Iterator<Item = (usize, &PlanOption)> {
    let advised = told.recommendation.option.as_deref();
    let always = move |id: &str| id == "current" || id == "metered" || Some(id) == advised;
    told.options.iter().enumerate().filter(move |(place, option)| *place < MOST_ROWS || always(&option.id))
}

fn money(figure: Option<&str>, currency: Option<&str>) -> String {
    match (figure, currency) {
        (Some(figure), Some(currency)) => {
            amount(&Amount { amount: figure.to_owned(), currency: currency.to_owned() })
        }
        _ => UNKNOWN.to_owned(),
    }
}

fn buyer(told: &PlanComparison) -> String {
    let buyer = &told.buyer;
    let mut parts = vec![match &buyer.country {
        Some(country) => format!("bought in {}", clean(country)),
        None => "no country told".to_owned(),
    }];
    parts.push(
        match buyer.tax {
            TaxStatus::Consumer => "tax paid as a consumer",
            TaxStatus::Registered => "tax claimed back as a registered business",
            TaxStatus::None => "no tax",
        }
        .to_owned(),
    );
    parts.push(format!("card mark-up {} %", clean(&buyer.card_markup)));
    parts.push(format!("paid in {}", clean(&buyer.currency)));
    if buyer.student {
        parts.push("a student".to_owned());
    }
    if buyer.seats > 1 {
        parts.push(format!("for {} people", buyer.seats));
    }
    if buyer.yearly {
        parts.push("a year at once if it is cheaper".to_owned());
    }
    format!("Every figure below is landed: {}.\n", parts.join(", "))
}

fn table(told: &PlanComparison) -> String {
    let currency = &told.buyer.currency;
    let mut table = Table::new(&[
        ("", Stand::Right),
        ("option", Stand::Left),
        ("low", Stand::Point),
        ("a month", Stand::Point),
        ("high", Stand::Point),
        ("cheapest %", Stand::Right),
        ("refused", Stand::Left),
        ("sure", Stand::Left),
    ]);
    for (place, option) in shown(told) {
        let of = |pick: fn(&spendglass_core::api::Spread) -> &String| {
            let figure = option.monthly.as_ref().map(|monthly| pick(&monthly.range).as_str());
            money(figure, Some(currency))
        };
        let refused = &option.refused;
        let refused = if refused.hours == 0 && refused.share == "0" {
            "none".to_owned()
        } else {
            let requests = refused
                .requests
                .map_or(String::new(), |requests| format!("{}, ", several(requests, "request")));
            format!("{requests}{}", several(refused.hours.into(), "hour"))
        };
        table.row([
            cell((place + 1).to_string()),
            cell(clean(&option.name)),
            cell(of(|range| &range.p10)),
            cell(of(|range| &range.p50)),
            cell(of(|range| &range.p90)),
            cell(match option.probability_cheapest.as_deref() {
                None if option.same_as_now => "as now".to_owned(),
                chance => chance.map_or(UNKNOWN.to_owned(), clean),
            }),
            cell(refused),
            cell(clean(&option.confidence)),
        ]);
    }
    table.render()
}

/// What is to be said of one option below the table.
fn more(text: &mut String, place: usize, option: &PlanOption, options: &Options) {
    put!(text, "\n{place}. {} ({})", clean(&option.name), clean(&option.id));
    text.push('\n');
    let months: Vec<String> = option
        .replayed
        .iter()
        .map(|month| {
            format!("{} ~{} ({})", month.month, rounded(&month.cost), several(month.days.into(), "day"))
        })
        .collect();
    let currency =
        option.monthly.as_ref().map_or(String::new(), |monthly| format!(" in {}", clean(&monthly.currency)));
    if !months.is_empty() {
        put!(text, "   would have cost{currency}: {}\n", months.join(", "));
    }
    for plan in &option.plans {
        let price = match (&plan.price, &plan.currency, &plan.every) {
            (Some(price), Some(currency), Some(every)) => {
                format!(
                    "{} {}",
                    money(Some(price), Some(currency)),
                    if every == "once" { "once".to_owned() } else { format!("a {every}") }
                )
            }
            _ => "no price of its own".to_owned(),
        };
        put!(text, "   {}: {price}, serves {} % of your usage\n", clean(&plan.name), clean(&plan.served));
    }
    let points = option.break_even.iter().map(|point| &point.words);
    for line in points.chain(&option.sensitivity).chain(&option.uncertain) {
        put!(text, "   - {}\n", clean(line));
    }
    if options.steps && !option.landed.is_empty() {
        text.push_str("   landed:\n");
        for step in &option.landed {
            put!(
                text,
                "     {} {}: {}",
                clean(&step.label),
                clean(&step.by),
                money(Some(&step.amount), Some(&step.currency))
            );
            let from = [step.source.as_deref(), step.as_of.as_deref()].into_iter().flatten();
            let from: Vec<String> = from.map(clean).collect();
            if from.is_empty() { text.push('\n') } else { put!(text, " ({})\n", from.join(", ")) }
        }
    }
    if options.sources && !option.sources.is_empty() {
        text.push_str("   sources:\n");
        for figure in &option.sources {
            let stale = if figure.stale { ", stale" } else { "" };
            let seen = if figure.seen.is_empty() {
                String::new()
            } else {
                format!(", seen {}", clean(&figure.seen))
            };
            put!(
                text,
                "     {}: {}{seen}, {} confidence{stale}: {}\n",
                clean(&figure.what),
                clean(&figure.value),
                clean(&figure.confidence),
                figure.sources.iter().map(|source| clean(source)).collect::<Vec<_>>().join(", ")
            );
        }
    }
}

/// A figure to two places: there is a `~` before it.
fn rounded(figure: &str) -> String {
    let exact = spendglass_core::money::exact(figure);
    exact.map_or_else(|_| clean(figure), |exact| exact.round_dp(2).normalize().to_string())
}

/// What only shows how plans may be made, by figures that nobody asks: apart, and never ranked.
fn shapes(text: &mut String, told: &PlanComparison) {
    if told.shapes.is_empty() {
        return;
    }
    text.push_str(
        "\nIllustrations, by made-up figures: no offers, and in no rank, chance or advice above. A month would cost about\n",
    );
    for shape in &told.shapes {
        let currency = Some(told.buyer.currency.as_str());
        let month = shape.monthly.as_ref().map(|monthly| monthly.range.p50.as_str());
        put!(text, "  - {} ({}): {}\n", clean(&shape.name), clean(&shape.id), money(month, currency));
    }
}

fn left_out(text: &mut String, told: &PlanComparison) {
    if !told.window.excluded.is_empty() {
        text.push_str("\nUsage that is not in this:\n");
        for ExcludedUsage { what, why, rows, share } in &told.window.excluded {
            put!(
                text,
                "  - {}, {}{}: {}\n",
                clean(what),
                several(*rows, "row"),
                share
                    .as_deref()
                    .map_or_else(String::new, |share| format!(", {} % of all tokens", clean(share))),
                clean(why)
            );
        }
    }
    if !told.abstained.is_empty() {
        put!(text, "\nPlans that are not in this ({}):\n", count(Some(told.abstained.len() as u64)));
        for plan in &told.abstained {
            put!(text, "  - {} ({}): {}\n", clean(&plan.name), clean(&plan.id), clean(&plan.why));
        }
    }
}
