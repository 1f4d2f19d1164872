//! Exact sums by a grouping.

use clap::{Args, ValueEnum};
use spendglass_core::api::{
    Amount, BeforeFigures, Grouping, Only, Request, Response, Usage, UsageQuery, UsageRow,
};
use spendglass_core::money::{self, Decimal};
use spendglass_core::time::{Date, Zone};

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{
    Stand, Table, UNKNOWN, amount, amounts, amounts_cell, as_of, cell, clean, count, days, explained,
    lane_head, several,
};
use crate::{Global, csv};

#[derive(Args)]
#[command(after_help = "\
Dates are UTC dates, as providers bill; without them the present month to date. In JSON and CSV every amount has every digit.

Examples:
  spendglass usage --by model
  spendglass usage --by day --from 2026-11-01 --to 2026-12-01 --csv > november.csv
  spendglass usage --by client --compare
  spendglass usage --by model --only project=p1 --only provider=openai
  spendglass usage --by provider --json

With --only one group is looked into: its id as --json tells it under key; nothing after the = is what nobody says.")]
pub(crate) struct Options {
    /// What the sums are grouped by
    #[arg(long, value_name = "GROUPING")]
    by: By,
    /// First UTC date
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// End date, exclusive
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Tell the period of the same length just before, too; unknown where it was not wholly read
    #[arg(long)]
    compare: bool,
    /// Look into one group alone; given more than once, into what is of all of them
    #[arg(long, value_name = "GROUPING=ID", value_parser = only)]
    only: Vec<Only>,
    /// Print CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum By {
    Day,
    Provider,
    Account,
    Model,
    Project,
    Key,
    Item,
    Session,
    Client,
    Tag,
}

impl From<By> for Grouping {
    fn from(by: By) -> Grouping {
        match by {
            By::Day => Grouping::Day,
            By::Provider => Grouping::Provider,
            By::Account => Grouping::Account,
            By::Model => Grouping::Model,
            By::Project => Grouping::Project,
            By::Key => Grouping::Key,
            By::Item => Grouping::Item,
            By::Session => Grouping::Session,
            By::Client => Grouping::Client,
            By::Tag => Grouping::Tag,
        }
    }
}

/// Why a text names no group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoGroup {
    #[error("there is no = in it, as in model=gpt-5")]
    NoSign,
    #[error("\"{0}\" is nothing to group by: use one of those that --by takes")]
    NoGrouping(String),
}

/// One group, such as `model=gpt-5`.
pub(crate) fn only(text: &str) -> Result<Only, NoGroup> {
    let (by, key) = text.split_once('=').ok_or(NoGroup::NoSign)?;
    let by = By::from_str(by.trim(), true).map_err(|_| NoGroup::NoGrouping(by.trim().to_owned()))?;
    let key = Some(key.trim().to_owned()).filter(|key| !key.is_empty());
    Ok(Only { by: by.into(), key, provider: None, account: None })
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let date = |date: Option<Date>| date.map(|date| date.to_string());
    let query = UsageQuery {
        compare: options.compare,
        only: options.only,
        ..UsageQuery::of(options.by.into(), date(options.from), date(options.to))
    };
    let filtered = !query.only.is_empty();
    let (response, zone) = Door::ask_once(global, Request::Usage(query)).await?;
    let Response::Usage(usage) = &response else { return Err(Failure::mismatch()) };
    if options.csv {
        Out::raw(&csv::usage(usage))?;
    } else {
        out.answer(&response, || {
            if filtered && usage.rows.is_empty() { none_of_it(usage) } else { words(usage, zone) }
        })?;
    }
    Ok(Ending::Done)
}

/// Said where what was asked for by --only is nowhere, though other figures may be.
fn none_of_it(usage: &Usage) -> String {
    format!(
        "Nothing of {} is of what --only names. Which there are: spendglass usage --by model, with the same days; their ids are in --json.\n",
        days(&usage.from, &usage.to)
    )
}

/// The sums in words.
pub(crate) fn words(usage: &Usage, zone: Zone) -> String {
    let by = group_name(usage.by);
    let range = days(&usage.from, &usage.to);
    let at = match (usage.lane.as_str(), &usage.as_of) {
        ("entered", None) => "by hand and from files".to_owned(),
        (_, at) => as_of(at.as_deref(), zone),
    };
    let mut text = format!("By {by}, {range} ({} days), {at}\n\n", usage.days);
    if usage.rows.is_empty() {
        text.push_str("Nothing is known of these days.\n");
    } else {
        let heads = [
            (by, Stand::Left),
            (lane_head(&usage.lane), Stand::Point),
            ("at list price, est.", Stand::Point),
            ("input tokens", Stand::Right),
            ("output tokens", Stand::Right),
            ("requests", Stand::Right),
        ];
        let mut table = Table::new(&heads);
        let mut add = |name: String, row: &UsageRow| {
            table.row([
                cell(name),
                amounts_cell(&row.billed),
                amounts_cell(&row.listed),
                cell(count(row.input_tokens)),
                cell(count(row.output_tokens)),
                cell(count(row.requests)),
            ]);
        };
        for row in &usage.rows {
            add(clean(&row.name), row);
        }
        add("All".to_owned(), &usage.total);
        text.push_str(&table.render());
        text.push_str(&earlier(usage));
        if usage.total.unpriced > 0 {
            let lines = several(usage.total.unpriced, "line");
            put!(text, "\nThe list price lacks {lines} of usage without a known price.\n");
        }
        if usage.rows.iter().any(|row| row.billed.is_empty() || row.listed.is_empty()) {
            text.push_str("\n— is not known: the provider does not tell it by this grouping, or no list price is known.\n");
        }
    }
    for lane in &usage.beside {
        put!(text, "\nBeside that, {} {}; never added up.\n", lane.lane, amounts(&lane.billed));
    }
    for note in &usage.notes {
        put!(text, "\n{}\n", clean(note));
    }
    text.push_str(&assigning(usage));
    explained(text)
}

/// How to assign, where nothing is.
fn assigning(usage: &Usage) -> String {
    let kind = match usage.by {
        Grouping::Client => "client",
        Grouping::Tag => "tag",
        _ => return String::new(),
    };
    if usage.rows.iter().any(|row| row.key.is_some()) {
        return String::new();
    }
    format!("\nAssign: spendglass budgets assign --account 1 --{kind} NAME\n")
}

/// The period before, where it was asked for: what was billed then, or why nobody knows.
fn earlier(usage: &Usage) -> String {
    let Some(before) = &usage.before else { return String::new() };
    let by = group_name(usage.by);
    let mut text = format!("\nBefore, {}\n\n", days(&before.from, &before.to));
    let head = |name: &'static str| (name, Stand::Point);
    let then = match lane_head(&usage.lane) {
        "estimated" => "estimated then",
        "logged" => "logged then",
        "entered" => "entered then",
        _ => "billed then",
    };
    let mut table = Table::new(&[(by, Stand::Left), head(then), head("now")]);
    let mut reasons: Vec<String> = Vec::new();
    let mut add = |name: String, row: &UsageRow, then: Option<&BeforeFigures>| {
        let billed = then.and_then(|then| then.billed.as_deref());
        if let Some(why) = then.and_then(|then| then.billed_unknown.as_ref())
            && !reasons.contains(why)
        {
            reasons.push(why.clone());
        }
        table.row([
            cell(name),
            billed.map_or_else(|| cell(UNKNOWN), amounts_cell),
            amounts_cell(&row.billed),
        ]);
    };
    for row in &usage.rows {
        add(clean(&row.name), row, row.before.as_ref());
    }
    add("All".to_owned(), &usage.total, usage.total.before.as_ref());
    text.push_str(&table.render());
    for row in &before.gone {
        put!(text, "\nNo more: {}, then {}\n", clean(&row.name), amounts(&row.billed));
    }
    for why in reasons {
        put!(text, "\n{}\n", clean(&why));
    }
    text
}

pub(crate) fn group_name(by: Grouping) -> &'static str {
    match by {
        Grouping::Day => "day",
        Grouping::Provider => "provider",
        Grouping::Account => "account",
        Grouping::Model => "model",
        Grouping::Project => "project",
        Grouping::Key => "key",
        Grouping::Item => "item",
        Grouping::Session => "session",
        Grouping::Client => "client",
        Grouping::Tag => "tag",
    }
}

/// What each day was billed, as bars of text. Sums by day go in; a day of which nothing is known has no bar and no zero.
pub(crate) fn bars(usage: &Usage, wide: usize) -> String {
    let (Ok(from), Ok(to)) = (usage.from.parse::<Date>(), usage.to.parse::<Date>()) else {
        return String::new();
    };
    let Some(currency) = usage.total.billed.first().map(|amount| amount.currency.as_str()) else {
        return "Nothing was billed on these days, as far as is known.\n".to_owned();
    };
    let of = |row: &UsageRow| -> Option<(Decimal, Amount)> {
        let amount = row.billed.iter().find(|amount| amount.currency == currency)?;
        Some((money::exact(&amount.amount).ok()?, amount.clone()))
    };
    let most = usage.rows.iter().filter_map(&of).map(|(value, _)| value).max().unwrap_or_default();
    let mut table = Table::new(&[("UTC day", Stand::Left), ("billed", Stand::Point), ("", Stand::Left)]);
    for day in (0..to.days_since(from)).map(|day| from.plus_days(day).to_string()) {
        let known = usage.rows.iter().find(|row| row.key.as_ref() == Some(&day)).and_then(&of);
        match known {
            Some((value, shown)) => {
                table.row([cell(day), cell(amount(&shown)), cell("█".repeat(length(value, most, wide)))]);
            }
            None => table.row([cell(day), cell(UNKNOWN), cell("")]),
        }
    }
    table.render()
}

fn length(value: Decimal, most: Decimal, wide: usize) -> usize {
    let share =
        value.checked_div(most).unwrap_or_default().checked_mul(Decimal::from(wide)).unwrap_or_default();
    let whole = usize::try_from(share.round()).unwrap_or(0).min(wide);
    // A day that cost something has a bar, however small.
    if whole == 0 && value > Decimal::ZERO { 1 } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(key: Option<&str>, name: &str, billed: &[(&str, &str)]) -> UsageRow {
        let billed = billed.iter().map(|(amount, currency)| Amount {
            amount: (*amount).to_owned(),
            currency: (*currency).to_owned(),
        });
        UsageRow {
            key: key.map(str::to_owned),
            name: name.to_owned(),
            provider: None,
            account: None,
            billed: billed.collect(),
            listed: vec![],
            input_tokens: Some(1_000_000),
            output_tokens: None,
            requests: None,
            unpriced: 0,
            lane: "billed".to_owned(),
            before: None,
            spark: None,
        }
    }

    fn usage(by: Grouping, rows: Vec<UsageRow>) -> Usage {
        Usage {
            from: "2026-11-20".to_owned(),
            to: "2026-11-23".to_owned(),
            days: "UTC".to_owned(),
            by,
            lane: "billed".to_owned(),
            rows,
            total: row(None, "all", &[("3.5", "USD"), ("7", "credits")]),
            before: None,
            beside: vec![],
            as_of: None,
            notes: vec!["OpenRouter tells nothing of today.".to_owned()],
        }
    }

    #[test]
    fn currencies_stand_below_each_other_and_are_never_added() {
        let rows =
            vec![row(Some("a"), "model a", &[("3.5", "USD"), ("7", "credits")]), row(None, "not told", &[])];
        let text = words(&usage(Grouping::Model, rows), Zone::UTC);
        assert!(
            text.starts_with("By model, 2026-11-20 to 2026-11-22 (UTC days), nothing read yet\n"),
            "{text}"
        );
        assert!(text.contains("3.50 USD") && text.contains("7    credits"), "{text}");
        assert!(text.contains("1,000,000") && text.contains("— is not known"), "{text}");
        assert!(text.contains("OpenRouter tells nothing of today."));
    }

    #[test]
    fn the_way_to_assign_is_named_where_nothing_is() {
        let nobody = usage(Grouping::Client, vec![row(None, "", &[("1", "USD")])]);
        assert!(words(&nobody, Zone::UTC).contains("spendglass budgets assign --account 1 --client NAME"));
        let lark = usage(Grouping::Client, vec![row(Some("Lark"), "Lark", &[("1", "USD")])]);
        assert!(!words(&lark, Zone::UTC).contains("budgets assign"));
        assert!(!words(&usage(Grouping::Model, Vec::new()), Zone::UTC).contains("budgets assign"));
    }

    #[test]
    fn bars_keep_their_measure() {
        let rows = vec![
            row(Some("2026-11-20"), "2026-11-20", &[("0.01", "USD")]),
            row(Some("2026-11-22"), "2026-11-22", &[("3.49", "USD")]),
        ];
        let text = bars(&usage(Grouping::Day, rows), 20);
        let lines: Vec<&str> = text.lines().collect();
        let long = |line: &str| line.matches('█').count();
        assert_eq!((long(lines[1]), long(lines[2]), long(lines[3])), (1, 0, 20), "{text}");
        assert!(lines[2].contains('—'), "a day without a figure is not free: {text}");
    }

    #[test]
    fn a_credit_has_no_bar() {
        let minus = money::exact("-2.5").unwrap();
        assert_eq!(length(minus, Decimal::ONE, 20), 0);
        assert_eq!(length(Decimal::ZERO, Decimal::ZERO, 20), 0);
    }
}
