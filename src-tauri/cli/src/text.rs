//! Figures as text: amounts, counts, times and aligned tables.

use spendglass_core::api::Amount;
use spendglass_core::money::{self, Decimal};
use spendglass_core::time::{Calendar, Date, Timestamp, Zone};

/// What stands for a figure that nobody knows. It is never 0.
pub(crate) const UNKNOWN: &str = "—";
/// Said once below figures of which one was rounded.
const ROUNDED: &str = "~ marks a rounded amount; --json gives every digit.\n";

/// Text from outside, safe for a terminal: no escape sequences, no line breaks, nothing that turns the line around.
pub(crate) fn clean(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean = |c: char| {
        if c.is_whitespace() {
            ' '
        } else if c.is_control() {
            '\u{fffd}'
        } else {
            c
        }
    };
    text.chars().filter(|c| !turns(*c)).map(clean).collect()
}

/// The signs that this program writes itself, in ASCII: for files and pipes.
pub(crate) fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, c| {
        match c {
            '—' | '–' | '−' | '·' => plain.push('-'),
            '…' => plain.push_str("..."),
            '“' | '”' => plain.push('"'),
            '‘' | '’' => plain.push('\''),
            '×' => plain.push('x'),
            '█' => plain.push('#'),
            '\u{fffd}' => plain.push('?'),
            c => plain.push(c),
        }
        plain
    })
}

/// An amount with its currency: every digit where four decimals suffice, else rounded and marked `~`.
pub(crate) fn amount(amount: &Amount) -> String {
    let figure = match money::exact(&amount.amount) {
        Ok(exact) => {
            let national = amount.currency.bytes().all(|b| b.is_ascii_uppercase());
            decimal(exact, if national { 2 } else { 0 })
        }
        // Better the text as it came than no figure.
        Err(_) => clean(&amount.amount),
    };
    format!("{figure} {}", clean(&amount.currency))
}

/// Amounts of several currencies in one line.
pub(crate) fn amounts(amounts: &[Amount]) -> String {
    if amounts.is_empty() {
        return UNKNOWN.to_owned();
    }
    amounts.iter().map(amount).collect::<Vec<_>>().join(" and ")
}

fn decimal(exact: Decimal, decimals: u32) -> String {
    let exact = exact.normalize();
    let shown = if exact.scale() <= 4 { exact } else { rounded(exact) };
    let mark = if shown == exact { "" } else { "~" };
    let text = shown.normalize().abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if shown.is_sign_negative() && !shown.is_zero() { "-" } else { "" };
    let width = usize::try_from(decimals).unwrap_or(0);
    let fraction = format!("{fraction:0<width$}");
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{mark}{sign}{}{point}{fraction}", grouped(whole))
}

/// Two decimals, or four significant digits of a price below 1.
fn rounded(exact: Decimal) -> Decimal {
    if exact.abs() >= Decimal::ONE {
        return exact.round_dp(2);
    }
    let digits = exact.mantissa().unsigned_abs().to_string().len();
    let zeros = exact.scale().saturating_sub(u32::try_from(digits).unwrap_or(u32::MAX));
    exact.round_dp(zeros + 4)
}

/// A decimal text with thousands separators, such as the figures of an allowance.
pub(crate) fn number(text: &str) -> String {
    money::exact(text).map_or_else(|_| clean(text), |exact| decimal(exact, 0))
}

/// A count with thousands separators.
pub(crate) fn count(count: Option<u64>) -> String {
    count.map_or_else(|| UNKNOWN.to_owned(), |count| grouped(&count.to_string()))
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// "1 line", "2 lines".
pub(crate) fn several(count: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(&count.to_string()), if count == 1 { "" } else { "s" })
}

/// A time of the core in the person's zone.
pub(crate) fn time(rfc3339: &str, zone: Zone) -> String {
    rfc3339.parse::<Timestamp>().map_or_else(|_| clean(rfc3339), |at| Calendar::new(zone).show(at))
}

/// "as of …", or why not.
pub(crate) fn as_of(at: Option<&str>, zone: Zone) -> String {
    at.map_or_else(|| "nothing read yet".to_owned(), |at| format!("as of {}", time(at, zone)))
}

/// The head of a column of money, by the lane it is of: what a person entered is not called billed.
pub(crate) fn lane_head(lane: &str) -> &'static str {
    match lane {
        "estimated" => "estimated",
        "logged" => "logged",
        "entered" => "entered",
        _ => "billed",
    }
}

/// UTC days from the first to the last, of a range whose end is exclusive.
pub(crate) fn days(from: &str, to: &str) -> String {
    let last = to.parse::<Date>().map_or_else(|_| clean(to), |end| end.plus_days(-1).to_string());
    if from == last { clean(from) } else { format!("{} to {last}", clean(from)) }
}

/// The text, with a word on rounding where something was rounded.
pub(crate) fn explained(mut text: String) -> String {
    let rounded = text.split_whitespace().any(|word| {
        word.strip_prefix('~').is_some_and(|rest| rest.starts_with(|c: char| c == '-' || c.is_ascii_digit()))
    });
    if rounded {
        text.push('\n');
        text.push_str(ROUNDED);
    }
    text
}

/// How a column stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stand {
    Left,
    Right,
    /// Amounts below each other by their decimal points.
    Point,
}

/// Columns below each other. A cell may have several lines.
pub(crate) struct Table {
    heads: Vec<(&'static str, Stand)>,
    rows: Vec<Vec<Vec<String>>>,
}

impl Table {
    pub(crate) fn new(heads: &[(&'static str, Stand)]) -> Table {
        Table { heads: heads.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [Vec<String>; N]) {
        self.rows.push(cells.into());
    }

    pub(crate) fn render(&self) -> String {
        let columns: Vec<Column> = (0..self.heads.len()).map(|at| self.column(at)).collect();
        let mut text = String::new();
        let mut line = |cells: Vec<String>| {
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        };
        let heads = self.heads.iter().zip(&columns);
        line(heads.map(|((head, stand), column)| pad(head, column.width(), *stand != Stand::Left)).collect());
        for row in &self.rows {
            for at in 0..row.iter().map(Vec::len).max().unwrap_or(0) {
                let cells = row.iter().zip(&columns);
                line(
                    cells
                        .map(|(cell, column)| column.place(cell.get(at).map_or("", String::as_str)))
                        .collect(),
                );
            }
        }
        text
    }

    fn column(&self, at: usize) -> Column {
        let (head, stand) = self.heads[at];
        let mut column = Column { stand, head: width(head), before: 0, after: 0, unit: 0 };
        for cell in self.rows.iter().filter_map(|row| row.get(at)).flatten() {
            let (before, after, unit) = column.parts(cell);
            column.before = column.before.max(width(before));
            column.after = column.after.max(width(after));
            column.unit = column.unit.max(width(unit));
        }
        column
    }
}

/// One cell of one line.
pub(crate) fn cell(text: impl Into<String>) -> Vec<String> {
    vec![text.into()]
}

/// A cell of amounts, one line a currency.
pub(crate) fn amounts_cell(amounts: &[Amount]) -> Vec<String> {
    if amounts.is_empty() { cell(UNKNOWN) } else { amounts.iter().map(amount).collect() }
}

struct Column {
    stand: Stand,
    head: usize,
    before: usize,
    after: usize,
    unit: usize,
}

impl Column {
    /// What stands before the decimal point, the fraction with its point, and the unit with its space.
    fn parts<'a>(&self, cell: &'a str) -> (&'a str, &'a str, &'a str) {
        if self.stand != Stand::Point {
            return (cell, "", "");
        }
        let (number, unit) = cell.split_at(cell.find(' ').unwrap_or(cell.len()));
        let (before, after) = number.split_at(number.find('.').unwrap_or(number.len()));
        (before, after, unit)
    }

    fn width(&self) -> usize {
        self.head.max(self.before + self.after + self.unit)
    }

    fn place(&self, cell: &str) -> String {
        let (before, after, unit) = self.parts(cell);
        match self.stand {
            Stand::Left => pad(before, self.width(), false),
            Stand::Right => pad(before, self.width(), true),
            Stand::Point => {
                let before = pad(before, self.before, true);
                let amount =
                    format!("{before}{}{}", pad(after, self.after, false), pad(unit, self.unit, false));
                pad(&amount, self.width(), true)
            }
        }
    }
}

fn pad(text: &str, to: usize, left: bool) -> String {
    let space = " ".repeat(to.saturating_sub(width(text)));
    if left { format!("{space}{text}") } else { format!("{text}{space}") }
}

/// Columns of a terminal that a text takes, near enough: wide East Asian signs and pictures take two, marks none.
fn width(text: &str) -> usize {
    let of = |c: char| match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(number: &str, currency: &str) -> String {
        amount(&Amount { amount: number.to_owned(), currency: currency.to_owned() })
    }

    #[test]
    fn amounts_are_exact_or_marked() {
        for (number, expected) in [
            ("0", "0.00 USD"),
            ("12.5", "12.50 USD"),
            ("1234567.8912", "1,234,567.8912 USD"),
            ("-1234.5", "-1,234.50 USD"),
            ("1234567.891234", "~1,234,567.89 USD"),
            ("0.000123", "0.000123 USD"),
            ("0.00012345", "~0.0001234 USD"),
            ("0.99999999", "~1.00 USD"),
            ("-0.00000000071234", "~-0.0000000007123 USD"),
            ("12.340000000000", "12.34 USD"),
            ("1e3", "1,000.00 USD"),
            ("n/a", "n/a USD"),
        ] {
            assert_eq!(shown(number, "USD"), expected, "{number}");
        }
        assert_eq!(shown("1500", "credits"), "1,500 credits");
        assert_eq!(amounts(&[]), "—");
    }

    #[test]
    fn rounding_is_explained_where_it_happened() {
        assert_eq!(explained("1.00 USD\n".to_owned()), "1.00 USD\n");
        assert!(explained("~1.00 USD\n".to_owned()).ends_with(ROUNDED));
        assert_eq!(explained("kept in ~/x\n".to_owned()), "kept in ~/x\n");
    }

    #[test]
    fn counts_are_grouped_and_unknown_is_not_zero() {
        assert_eq!(count(Some(1_234_567)), "1,234,567");
        assert_eq!(count(Some(0)), "0");
        assert_eq!(count(None), "—");
        assert_eq!(several(1, "line"), "1 line");
        assert_eq!(several(2000, "line"), "2,000 lines");
    }

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mred\r\nb\u{202e}c"), "a\u{fffd}[31mred  bc");
        assert_eq!(plain("— … “x” ██ é"), "- ... \"x\" ## é");
    }

    #[test]
    fn ranges_name_their_last_day() {
        assert_eq!(days("2026-11-01", "2026-11-23"), "2026-11-01 to 2026-11-22");
        assert_eq!(days("2026-11-22", "2026-11-23"), "2026-11-22");
    }

    #[test]
    fn amounts_stand_by_their_points() {
        let mut table =
            Table::new(&[("model", Stand::Left), ("billed", Stand::Point), ("requests", Stand::Right)]);
        table.row([cell("gpt"), vec!["~1,234.50 USD".into(), "5 credits".into()], cell("7")]);
        table.row([cell("模型"), cell("0.000123 USD"), cell("1,000")]);
        table.row([cell("claude"), cell(UNKNOWN), cell("—")]);
        let expected = "\
model                 billed  requests
gpt     ~1,234.50     USD             7
             5        credits
模型         0.000123 USD         1,000
claude       —                        —
";
        let expected: Vec<&str> = expected.lines().collect();
        let table = table.render();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), expected.len());
        let column = |line: &str| line.find("USD").map(|at| width(&line[..at]));
        assert_eq!(column(lines[1]), column(lines[3]), "{table}");
        assert!(lines[1].ends_with("       7") && lines[4].ends_with('—'), "{table}");
        assert!(lines[0].ends_with("requests") && lines.iter().all(|line| !line.ends_with(' ')), "{table}");
    }
}
