//! Sums as CSV (RFC 4180): one row a group and currency, every digit, and no cell that a spreadsheet would run.

use spendglass_core::api::{Amount, Usage, UsageRow};

const HEAD: &str =
    "key,name,provider,currency,billed,listed,input_tokens,output_tokens,requests,unpriced,lane\r\n";

/// The rows. Counts stand in the first row of a group only, so that a column can be added up.
pub(crate) fn usage(usage: &Usage) -> String {
    let mut csv = HEAD.to_owned();
    for row in &usage.rows {
        group(&mut csv, row);
    }
    csv
}

fn group(csv: &mut String, row: &UsageRow) {
    let mut currencies: Vec<&str> = Vec::new();
    for amount in row.billed.iter().chain(&row.listed) {
        if !currencies.contains(&amount.currency.as_str()) {
            currencies.push(&amount.currency);
        }
    }
    if currencies.is_empty() {
        currencies.push("");
    }
    let number = |count: Option<u64>| count.map(|count| count.to_string()).unwrap_or_default();
    for (line, currency) in currencies.into_iter().enumerate() {
        let counts = if line == 0 {
            [
                number(row.input_tokens),
                number(row.output_tokens),
                number(row.requests),
                row.unpriced.to_string(),
            ]
        } else {
            Default::default()
        };
        let head = [
            row.key.as_deref().unwrap_or_default(),
            &row.name,
            row.provider.as_deref().unwrap_or_default(),
            currency,
        ];
        let cells = head.into_iter().map(text);
        let money = [of(&row.billed, currency), of(&row.listed, currency)];
        let cells: Vec<String> = cells.chain(money).chain(counts).chain([text(&row.lane)]).collect();
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
}
