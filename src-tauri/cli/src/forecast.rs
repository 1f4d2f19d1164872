//! What is likely to come: month ends and how long balances last.

use clap::Args;
use spendglass_core::api::{
    Amount, BackTest, DaySpread, DaysLeft, Forecast, ForecastQuery, MonthEnd, Request, Response, Spread,
};
use spendglass_core::time::Zone;

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, UNKNOWN, amount, as_of, cell, clean, explained, number, time};
use crate::{Global, credits};

#[derive(Args)]
#[command(after_help = "\
A forecast is worked out from complete UTC days, at least seven of them. Eight times in ten the month ends between low and high;
how often that held in your own past months is said below the table.

Examples:
  spendglass forecast
  spendglass forecast --account openai
  spendglass forecast --json")]
pub(crate) struct Options {
    /// Of one account: its number or name, or a provider that has one account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
}

pub(crate) async fn run(global: &Global, out: &Out, options: Options) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let asked = ask(&door, options).await;
    let zone = door.zone().await;
    door.app.close().await;
    let response = asked?;
    let Response::Forecast(forecast) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || words(forecast, zone))?;
    Ok(Ending::Done)
}

async fn ask(door: &Door, options: Options) -> Result<Response, Failure> {
    let account = match options.account {
        Some(typed) => Some(credits::account_of(door, &typed).await?),
        None => None,
    };
    door.ask(Request::Forecast(ForecastQuery { account, chart_width: None })).await
}

/// The forecast in words.
pub(crate) fn words(forecast: &Forecast, zone: Zone) -> String {
    let mut text = format!("{} ({})\n\n", time(&forecast.now, zone), zone.name());
    if forecast.months.is_empty() {
        text.push_str("Nothing was spent of late, as far as is known: there is nothing to forecast.\n");
    } else {
        let mut table = Table::new(&[
            ("the month's end", Stand::Left),
            ("lane", Stand::Left),
            ("so far", Stand::Point),
            ("low", Stand::Point),
            ("likely", Stand::Point),
            ("high", Stand::Point),
            ("from days", Stand::Right),
        ]);
        for row in &forecast.months {
            month(&mut table, row);
        }
        if forecast.accounts.len() > 1 {
            for row in &forecast.accounts {
                month(&mut table, row);
            }
        }
        text.push_str(&table.render());
        for row in &forecast.months {
            if row.as_of.is_some() {
                put!(text, "\n{} is known {}.\n", row.currency, as_of(row.as_of.as_deref(), zone));
            } else {
                put!(text, "\nNobody says as of when {} is known.\n", row.currency);
            }
            if let Some(test) = &row.back_test {
                text.push_str(&tested(test, &row.currency));
            }
        }
        for row in forecast.months.iter().chain(&forecast.accounts) {
            if let Some(unknown) = &row.unknown {
                put!(text, "\n{}, {}: {}\n", whose(row), row.currency, clean(unknown));
            }
            if !row.without.is_empty() {
                let labels: Vec<String> = row.without.iter().map(|label| clean(label)).collect();
                let (labels, it) =
                    (labels.join(", "), if labels.len() == 1 { "it counts" } else { "they count" });
                put!(
                    text,
                    "\n{}, {}: nobody knows what {labels} will cost until then: {it} as so far.\n",
                    whose(row),
                    row.currency
                );
            }
        }
    }
    if !forecast.balances.is_empty() {
        text.push('\n');
        text.push_str(&balances(&forecast.balances));
        for row in &forecast.balances {
            if let Some(unknown) = &row.unknown {
                put!(text, "\n{}, {}: {}\n", clean(&row.label), row.currency, clean(unknown));
            }
        }
    }
    explained(text)
}

fn whose(row: &MonthEnd) -> String {
    row.label.as_deref().map_or_else(|| "All".to_owned(), clean)
}

fn month(table: &mut Table, row: &MonthEnd) {
    let shown = |figure: &str| amount(&Amount { amount: figure.to_owned(), currency: row.currency.clone() });
    let of = |pick: fn(&Spread) -> &String| {
        row.range.as_ref().map_or(UNKNOWN.to_owned(), |range| shown(pick(range)))
    };
    table.row([
        cell(format!("{} {}", whose(row), row.month)),
        cell(row.lane.clone()),
        cell(shown(&row.so_far)),
        cell(of(|range| &range.p10)),
        cell(of(|range| &range.p50)),
        cell(of(|range| &range.p90)),
        cell(row.of_days.to_string()),
    ]);
}

/// How well it would have done before.
fn tested(test: &BackTest, currency: &str) -> String {
    let months = if test.months == 1 {
        "1 month that is".to_owned()
    } else {
        format!("{} months that are", test.months)
    };
    format!(
        "Tried on {months} over, in {currency}: {} of {} forecasts held their range; half were off by less than {} %, those of \
         the plain run rate by {} %.\n",
        test.inside, test.forecasts, test.error_percent, test.run_rate_error_percent
    )
}

fn balances(rows: &[DaysLeft]) -> String {
    let mut table = Table::new(&[
        ("balance", Stand::Left),
        ("left", Stand::Point),
        ("a day", Stand::Point),
        ("days left, few", Stand::Right),
        ("likely", Stand::Right),
        ("many", Stand::Right),
    ]);
    for row in rows {
        let shown =
            |figure: &str| amount(&Amount { amount: figure.to_owned(), currency: row.currency.clone() });
        let days = |pick: fn(&DaySpread) -> Option<u32>| match &row.days {
            Some(days) => pick(days).map_or_else(|| "over 730".to_owned(), |days| number(&days.to_string())),
            None => UNKNOWN.to_owned(),
        };
        table.row([
            cell(format!("{}, {}", clean(&row.label), row.kind)),
            cell(shown(&row.left)),
            cell(row.per_day.as_ref().map_or(UNKNOWN.to_owned(), |day| shown(&day.p50))),
            cell(days(|days| days.p10)),
            cell(days(|days| days.p50)),
            cell(days(|days| days.p90)),
        ]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: Option<&str>, range: Option<Spread>, unknown: Option<&str>) -> MonthEnd {
        MonthEnd {
            account: label.map(|_| 1),
            label: label.map(str::to_owned),
            month: "2026-11".to_owned(),
            currency: "USD".to_owned(),
            lane: "billed".to_owned(),
            so_far: "12.345678".to_owned(),
            as_of: Some("2026-11-20T09:00:00Z".to_owned()),
            range,
            unknown: unknown.map(str::to_owned),
            without: Vec::new(),
            of_days: 60,
            back_test: Some(BackTest {
                forecasts: 12,
                months: 2,
                inside: 10,
                error_percent: "7.5".to_owned(),
                run_rate_error_percent: "14.2".to_owned(),
            }),
        }
    }

    #[test]
    fn a_range_its_test_and_what_is_unknown_are_said() {
        let spread = |a: &str, b: &str, c: &str| Spread { p10: a.into(), p50: b.into(), p90: c.into() };
        let balance = DaysLeft {
            account: 1,
            label: "Studio".to_owned(),
            kind: "credits".to_owned(),
            currency: "USD".to_owned(),
            left: "40".to_owned(),
            as_of: "2026-11-20T09:00:00Z".to_owned(),
            per_day: Some(spread("0.8", "1", "1.4")),
            from: "charges".to_owned(),
            days: Some(DaySpread { p10: Some(28), p50: Some(40), p90: None }),
            unknown: None,
        };
        let forecast = Forecast {
            now: "2026-11-20T09:00:00Z".to_owned(),
            months: vec![row(None, Some(spread("18.2", "20.44", "25")), None)],
            accounts: vec![
                row(Some("Studio"), Some(spread("18.2", "20.44", "25")), None),
                row(Some("New"), None, Some("A forecast needs 7 complete days, and there are 2 so far.")),
            ],
            balances: vec![balance],
            daily: None,
        };
        let said = words(&forecast, Zone::UTC);
        for part in
            ["12.35", "18.2", "20.44", "10 of 12", "7.5 %", "14.2 %", "there are 2 so far", "over 730", "28"]
        {
            assert!(said.contains(part), "{part} in {said}");
        }
        let undated = MonthEnd { as_of: None, ..row(None, None, None) };
        let undated = Forecast { months: vec![undated], ..forecast.clone() };
        assert!(words(&undated, Zone::UTC).contains("Nobody says as of when USD is known."));
        let nothing = Forecast { months: vec![], accounts: vec![], balances: vec![], ..forecast };
        assert!(words(&nothing, Zone::UTC).contains("nothing to forecast"));
    }
}
