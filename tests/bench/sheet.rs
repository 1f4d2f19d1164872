//! The table of figures.

use std::fmt::Write as _;

/// A figure, and the limit it is held against, if any.
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) value: String,
    pub(crate) limit: Option<(String, bool)>,
}

impl Figure {
    pub(crate) fn plain(what: impl Into<String>, value: impl Into<String>) -> Figure {
        Figure { what: what.into(), value: value.into(), limit: None }
    }

    pub(crate) fn held(
        what: impl Into<String>,
        value: impl Into<String>,
        limit: impl Into<String>,
        holds: bool,
    ) -> Figure {
        Figure { limit: Some((limit.into(), holds)), ..Figure::plain(what, value) }
    }
}

/// The figures as a table that a terminal and a README both show.
pub(crate) fn table(figures: &[Figure]) -> String {
    let head = ["Figure", "Measured", "Limit", "Holds"].map(str::to_owned);
    let rows = figures.iter().map(|figure| {
        let (limit, holds) = match &figure.limit {
            Some((limit, holds)) => (limit.clone(), if *holds { "yes" } else { "NO" }),
            None => (String::new(), ""),
        };
        [figure.what.clone(), figure.value.clone(), limit, holds.to_owned()]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let widths: Vec<usize> = (0..4)
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
        .collect();
    let mut out = String::new();
    for (place, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(out, "| {cell:<width$} ");
        }
        out.push_str("|\n");
        if place == 0 {
            for width in &widths {
                let _ = write!(out, "|{}", "-".repeat(width + 2));
            }
            out.push_str("|\n");
        }
    }
    out
}

/// A whole number with its thousands told apart.
pub(crate) fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `part` / `whole` with two digits, cut.
pub(crate) fn ratio(part: u128, whole: u128) -> String {
    let hundredths = part * 100 / whole.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The one in the middle.
pub(crate) fn median<T: Ord + Copy>(samples: &mut [T]) -> Option<T> {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied()
}
