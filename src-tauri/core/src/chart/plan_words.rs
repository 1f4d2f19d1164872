//! What a cost curve says in words: how much a share of a month is, its table, and its description.

use super::plan_curve::{CostCurve, CostLine, MOST_LINES, NOW, UsualMonth, drawn};
use super::{NO_DATA, Table, UNKNOWN, Unit};
use crate::money::Decimal;
use std::borrow::Cow;

impl UsualMonth {
    /// How much a share of it is, as exact as it is counted.
    pub(super) fn at(&self, share: Decimal) -> Option<Decimal> {
        let amount = self.amount.checked_mul(share)?.checked_div(Decimal::ONE_HUNDRED)?;
        Some(match self.unit {
            Unit::Count { .. } => amount.round(),
            Unit::Money { .. } => amount,
        })
    }

    /// What is counted: `requests a month`, `USD a month at list price`.
    pub(super) fn of(&self) -> String {
        format!("{} {}", self.unit.name(), self.each)
    }
}

impl CostCurve {
    /// `1.5× now, 960 requests a month`.
    pub(super) fn at(&self, share: Decimal) -> String {
        let times = (share / Decimal::ONE_HUNDRED).round_dp(2).normalize();
        let amount = self.usual.as_ref().and_then(|usual| Some((usual, usual.at(share)?)));
        let amount = amount.map(|(usual, amount)| match &usual.unit {
            Unit::Count { noun } => format!(", {} {noun} {}", usual.unit.short(amount), usual.each),
            Unit::Money { .. } => format!(", {} {}", usual.unit.short(amount), usual.each),
        });
        format!("{times}× now{}", amount.unwrap_or_default())
    }
}

/// Every share of every line, with what each line costs there; where a line has no such point, nothing is made up.
pub(super) fn table(curve: &CostCurve) -> Table {
    let unit = curve.unit.name();
    let names = curve.lines.iter().map(|line| format!("{} ({unit})", line.name));
    let mut columns = vec!["Use".to_owned()];
    columns.extend(names);
    let mut shares: Vec<Decimal> =
        curve.lines.iter().flat_map(|line| &line.points).map(|point| point.share).collect();
    shares.sort_unstable();
    shares.dedup();
    let cell = |line: &CostLine, share: Decimal| {
        line.points.iter().find(|point| point.share == share).map_or_else(
            || UNKNOWN.to_owned(),
            |point| {
                if point.refuses { format!("{}, refuses some", point.cost) } else { point.cost.to_string() }
            },
        )
    };
    let rows = shares.into_iter().map(|share| {
        let mut row = vec![curve.at(share)];
        row.extend(curve.lines.iter().map(|line| cell(line, share)));
        row
    });
    Table { columns, rows: rows.collect() }
}

pub(super) fn describe(curve: &CostCurve) -> String {
    if curve.lines.iter().all(|line| line.points.is_empty()) {
        return format!("{NO_DATA}.");
    }
    let now = Decimal::from(NOW);
    let costs: Vec<String> = drawn(curve)
        .filter_map(|line| {
            let point = line.points.iter().find(|point| point.share == now)?;
            let refuses = if point.refuses { ", refusing some of it" } else { "" };
            Some(format!("{} {}{refuses}", line.name, curve.unit.told(point.cost)))
        })
        .collect();
    let mut text: Vec<Cow<'_, str>> = vec![match drawn(curve).count() {
        1 => "One line of what a month costs by how much is used.".into(),
        count => format!("{count} lines of what a month costs by how much is used.").into(),
    }];
    if !costs.is_empty() {
        text.push(format!("{}: {}.", curve.at(now), costs.join("; ")).into());
    }
    if let Some((low, high)) = curve.own {
        text.push(
            format!("Eight of ten of your own months: {} to {}.", curve.at(low), curve.at(high)).into(),
        );
    }
    text.extend(curve.break_even.iter().map(|point| format!("{}.", point.words).into()));
    if curve.lines.len() > MOST_LINES {
        text.push(format!("{} more are in the table alone.", curve.lines.len() - MOST_LINES).into());
    }
    text.join(" ")
}
