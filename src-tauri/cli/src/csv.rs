//! Sums as CSV (RFC 4180): one row a group and currency, every digit, and no cell that a spreadsheet would run.

use spendglass_core::api::{Amount, BeforeFigures, Usage, UsageRow};

const HEAD: &str =
    "key,name,provider,currency,billed,listed,input_tokens,output_tokens,requests,unpriced,lane\r\n";

/// What stands behind them where the period before is told: `gone` groups have only these.
const BEFORE: &str = ",billed_before,listed_before,input_tokens_before,output_tokens_before,requests_before,\
    billed_before_unknown,usage_before_unknown\r\n";

/// The rows. Counts stand in the first row of a group only, so that a column can be added up.
pub(crate) fn usage(usage: &Usage) -> String {
    let mut csv = HEAD.to_owned();
    let compared = usage.before.as_ref();
    if compared.is_some() {
        csv.truncate(csv.trim_end().len());
        csv.push_str(BEFORE);
    }
    for row in &usage.rows {
        group(&mut csv, row, compared.is_some().then_some(Then::Beside(row.before.as_ref())));
    }
    for row in compared.iter().flat_map(|before| &before.gone) {
        group(&mut csv, row, Some(Then::Gone));
    }
    csv
}

/// What a group was in the period before.
#[derive(Clone, Copy)]
enum Then<'a> {
    /// Beside what it is now.
    Beside(Option<&'a BeforeFigures>),
    /// It is no more: the row tells what it was, and nothing of now.
    Gone,
}

fn group(csv: &mut String, row: &UsageRow, then: Option<Then<'_>>) {
    let was = match then {
        Some(Then::Beside(Some(was))) => Some(was),
        _ => None,
    };
    let gone = matches!(then, Some(Then::Gone));
    let told_then = |figures: Option<&Vec<Amount>>| figures.map(Vec::as_slice).unwrap_or_default().to_vec();
    let (billed_then, listed_then) = if gone {
        (row.billed.clone(), row.listed.clone())
    } else {
        (
            told_then(was.and_then(|was| was.billed.as_ref())),
            told_then(was.and_then(|was| was.listed.as_ref())),
        )
    };
    let (billed, listed): (&[Amount], &[Amount]) = if gone { (&[], &[]) } else { (&row.billed, &row.listed) };
    let mut currencies: Vec<&str> = Vec::new();
    for amount in billed.iter().chain(listed).chain(&billed_then).chain(&listed_then) {
        if !currencies.contains(&amount.currency.as_str()) {
            currencies.push(&amount.currency);
        }
    }
    if currencies.is_empty() {
        currencies.push("");
    }
    let number = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    for (line, currency) in currencies.into_iter().enumerate() {
        let figures = [number(row.input_tokens), number(row.output_tokens), number(row.requests)];
        let first = line == 0;
        let counts = if first && !gone { figures.clone() } else { Default::default() };
        let unpriced = if first && !gone { row.unpriced.to_string() } else { String::new() };
        let head = [
            row.key.as_deref().unwrap_or_default(),
            &row.name,
            row.provider.as_deref().unwrap_or_default(),
            currency,
        ];
        let cells = head.into_iter().map(text);
        let money = [of(billed, currency), of(listed, currency)];
        let now = cells.chain(money).chain(counts).chain([unpriced, text(&row.lane)]);
        let mut cells: Vec<String> = now.collect();
        if then.is_some() {
            let counts_then = match (first, gone, was) {
                (true, true, _) => figures,
                (true, false, Some(was)) => {
                    [number(was.input_tokens), number(was.output_tokens), number(was.requests)]
                }
                _ => Default::default(),
            };
            let why = |why: Option<&String>| why.filter(|_| first).map(|why| text(why)).unwrap_or_default();
            cells.extend([of(&billed_then, currency), of(&listed_then, currency)]);
            cells.extend(counts_then);
            cells.push(why(was.and_then(|was| was.billed_unknown.as_ref())));
            cells.push(why(was.and_then(|was| was.usage_unknown.as_ref())));
        }
        put!(csv, "{}\r\n", cells.join(","));
    }
}

fn of(amounts: &[Amount], currency: &str) -> String {
    amounts
        .iter()
        .find(|amount| amount.currency == currency)
        .map(|amount| amount.amount.clone())
        .unwrap_or_default()
}

/// A cell of text. What begins like a formula is disarmed; figures are never touched.
fn text(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use spendglass_core::api::Grouping;

    use super::*;

    fn money(amount: &str, currency: &str) -> Amount {
        Amount { amount: amount.to_owned(), currency: currency.to_owned() }
    }

    fn row(key: Option<&str>, name: &str) -> UsageRow {
        UsageRow {
            key: key.map(str::to_owned),
            name: name.to_owned(),
            provider: Some("openai".to_owned()),
            account: None,
            billed: vec![],
            listed: vec![],
            input_tokens: None,
            output_tokens: None,
            requests: None,
            unpriced: 0,
            lane: "billed".to_owned(),
            before: None,
            spark: None,
        }
    }

    #[test]
    fn every_digit_is_kept_and_no_cell_runs() {
        let rows = vec![
            UsageRow {
                billed: vec![money("-1.230000000000000001", "USD"), money("5", "credits")],
                listed: vec![money("2.5", "USD")],
                input_tokens: Some(10),
                requests: Some(0),
                ..row(Some("=HYPERLINK(\"x\",1)"), "line\nbreak, \"quoted\"")
            },
            row(None, "-without a key"),
        ];
        let total = row(None, "all");
        let sums = Usage {
            from: "2026-11-01".to_owned(),
            to: "2026-11-23".to_owned(),
            days: "UTC".to_owned(),
            by: Grouping::Model,
            lane: "billed".to_owned(),
            rows,
            total,
            before: None,
            beside: vec![],
            as_of: None,
            notes: vec![],
        };
        let expected = "key,name,provider,currency,billed,listed,input_tokens,output_tokens,requests,unpriced,lane\r\n\
            \"'=HYPERLINK(\"\"x\"\",1)\",\"line\nbreak, \"\"quoted\"\"\",openai,USD,-1.230000000000000001,2.5,10,,0,0,billed\r\n\
            \"'=HYPERLINK(\"\"x\"\",1)\",\"line\nbreak, \"\"quoted\"\"\",openai,credits,5,,,,,,billed\r\n\
            ,'-without a key,openai,,,,,,,0,billed\r\n";
        assert_eq!(usage(&sums), expected);
    }

    #[test]
    fn the_period_before_has_columns_of_its_own() {
        let before = BeforeFigures {
            billed: Some(vec![money("3", "USD"), money("1", "EUR")]),
            billed_unknown: None,
            listed: None,
            input_tokens: None,
            output_tokens: None,
            requests: None,
            usage_unknown: Some("Studio is not read yet.".to_owned()),
        };
        let sums = Usage {
            from: "2026-11-10".to_owned(),
            to: "2026-11-20".to_owned(),
            days: "UTC".to_owned(),
            by: Grouping::Model,
            lane: "billed".to_owned(),
            rows: vec![UsageRow {
                billed: vec![money("2", "USD")],
                requests: Some(4),
                before: Some(before),
                ..row(Some("a"), "a")
            }],
            total: row(None, "all"),
            before: Some(spendglass_core::api::Before {
                from: "2026-10-31".to_owned(),
                to: "2026-11-10".to_owned(),
                gone: vec![UsageRow {
                    billed: vec![money("7", "USD")],
                    requests: Some(9),
                    ..row(Some("b"), "b")
                }],
            }),
            beside: vec![],
            as_of: None,
            notes: vec![],
        };
        let expected = "key,name,provider,currency,billed,listed,input_tokens,output_tokens,requests,unpriced,lane,\
            billed_before,listed_before,input_tokens_before,output_tokens_before,requests_before,\
            billed_before_unknown,usage_before_unknown\r\n\
            a,a,openai,USD,2,,,,4,0,billed,3,,,,,,Studio is not read yet.\r\n\
            a,a,openai,EUR,,,,,,,billed,1,,,,,,\r\n\
            b,b,openai,USD,,,,,,,billed,7,,,,9,,\r\n";
        assert_eq!(usage(&sums), expected);
    }
}
