//! What must hold between the plans of a file, and between the parts of one.

use std::collections::BTreeSet;

use super::{CatalogueError, Overage, Plan, Plans, Quantity};
use crate::ledger::QuotaWindow;
use crate::money::Currency;

/// Units that rows of usage count by themselves.
pub(super) const COUNTED: [&str; 7] =
    ["requests", "tokens", "input_tokens", "output_tokens", "characters", "seconds", "images"];
/// The provider's own measure, which is learned from the person's readings.
pub(super) const OWN_MEASURE: &str = "usage";

pub(super) fn check(plans: &Plans) -> Result<(), CatalogueError> {
    let mut ids = BTreeSet::new();
    for plan in &plans.plans {
        if !ids.insert(plan.id.as_str()) {
            return Err(wrong(plan, "id", "another plan has this id; each has one of its own"));
        }
        itself(plan)?;
    }
    for plan in &plans.plans {
        among(plan, plans)?;
    }
    Ok(())
}

fn wrong(plan: &Plan, field: &str, what: impl std::fmt::Display) -> CatalogueError {
    CatalogueError(format!("{}: {field}: {what}", plan.id))
}

fn itself(plan: &Plan) -> Result<(), CatalogueError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"/._-".contains(&byte);
    if plan.id.len() > 64 || !plan.id.bytes().all(allowed) {
        return Err(wrong(
            plan,
            "id",
            "write at most 64 lower-case letters, digits and / . _ -, such as acme/pro",
        ));
    }
    if let (Some(from), Some(until)) = (plan.from, plan.until)
        && from >= until
    {
        return Err(wrong(
            plan,
            "until",
            format!("{until} is not after {from}, from which it can be bought"),
        ));
    }
    let rated = |unit: Currency| {
        let name = unit.as_str();
        unit_is_national(unit) || COUNTED.contains(&name) || plan.rates.iter().any(|rate| rate.unit == unit)
    };
    let no_rate = |unit: Currency| {
        format!(
            "nothing tells what use costs in {unit}; write a rate of it, or count in {} or a currency",
            COUNTED.join(", ")
        )
    };
    for (index, limit) in plan.limits.iter().enumerate() {
        let told = !matches!(limit.amount, Quantity::Unpublished | Quantity::Unlimited);
        if told && limit.unit.as_str() != OWN_MEASURE && !rated(limit.unit) {
            return Err(wrong(plan, &format!("limits[{index}].unit"), no_rate(limit.unit)));
        }
        if matches!(limit.amount, Quantity::ShareOfMonth(_)) && !has_month(plan, limit.unit) {
            let what = format!("there is no monthly credit in {} to take a share of", limit.unit);
            return Err(wrong(plan, &format!("limits[{index}].amount"), what));
        }
    }
    for (index, pool) in plan.credit.iter().enumerate() {
        if matches!(pool.amount, Quantity::ShareOfMonth(_)) {
            return Err(wrong(
                plan,
                &format!("credit[{index}].amount"),
                "a share of the month is for limits alone",
            ));
        }
        if pool.unit.as_str() == OWN_MEASURE {
            return Err(wrong(
                plan,
                &format!("credit[{index}].unit"),
                "credit is told in money or in a unit with rates",
            ));
        }
        if !matches!(pool.amount, Quantity::Unpublished) && !rated(pool.unit) {
            return Err(wrong(plan, &format!("credit[{index}].unit"), no_rate(pool.unit)));
        }
    }
    for (index, rate) in plan.rates.iter().enumerate() {
        if unit_is_national(rate.unit)
            || COUNTED.contains(&rate.unit.as_str())
            || rate.unit.as_str() == OWN_MEASURE
        {
            let what =
                format!("{} is counted by itself; a rate is told in a unit of the provider's own", rate.unit);
            return Err(wrong(plan, &format!("rates[{index}].unit"), what));
        }
    }
    for (index, pack) in plan.packs.iter().enumerate() {
        if pack.unit != plan.packs[0].unit {
            let what = format!("all packs of a plan bring the same unit, here {}", plan.packs[0].unit);
            return Err(wrong(plan, &format!("packs[{index}].unit"), what));
        }
        if !rated(pack.unit) {
            return Err(wrong(plan, &format!("packs[{index}].unit"), no_rate(pack.unit)));
        }
    }
    match &plan.overage {
        Overage::Packs if plan.packs.is_empty() => Err(wrong(
            plan,
            "overage",
            "\"packs\" needs at least one pack; write null where nobody tells their price",
        )),
        Overage::PerUnit { unit, .. } if !rated(*unit) => {
            Err(wrong(plan, "overage.per_unit.unit", no_rate(*unit)))
        }
        _ => Ok(()),
    }
}

pub(super) fn unit_is_national(unit: Currency) -> bool {
    unit.as_str().bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether credit in a unit comes by the month.
fn has_month(plan: &Plan, unit: Currency) -> bool {
    plan.credit.iter().any(|pool| pool.unit == unit && pool.every == QuotaWindow::Month)
}

fn among(plan: &Plan, plans: &Plans) -> Result<(), CatalogueError> {
    if let Some(then) = &plan.then
        && plans.find(&then.plan).is_none()
    {
        return Err(wrong(plan, "then.plan", format!("there is no plan \"{}\"", then.plan)));
    }
    let limits = plan.limits.iter().map(|limit| (&limit.amount, limit.unit, limit.window));
    for (index, (amount, unit, window)) in limits.enumerate() {
        multiple(plan, plans, amount, &format!("limits[{index}].amount"), |other| {
            other
                .limits
                .iter()
                .find(|limit| limit.unit == unit && limit.window == window)
                .map(|limit| &limit.amount)
        })?;
    }
    let pools = plan.credit.iter().map(|pool| (&pool.amount, pool.unit, pool.every));
    for (index, (amount, unit, every)) in pools.enumerate() {
        multiple(plan, plans, amount, &format!("credit[{index}].amount"), |other| {
            other.credit.iter().find(|pool| pool.unit == unit && pool.every == every).map(|pool| &pool.amount)
        })?;
    }
    Ok(())
}

/// Multiples of multiples, at most: a hostile file must not keep anybody waiting.
const LONGEST_CHAIN: usize = 16;

/// Follows multiples from plan to plan; each step must lead to a figure of the same unit and window, and never back.
fn multiple<'a>(
    plan: &Plan,
    plans: &'a Plans,
    amount: &'a Quantity,
    field: &str,
    of_plan: impl Fn(&'a Plan) -> Option<&'a Quantity>,
) -> Result<(), CatalogueError> {
    let mut seen = vec![plan.id.as_str()];
    let mut amount = amount;
    while let Quantity::Times { of, .. } = amount {
        let other = plans.find(of).ok_or_else(|| wrong(plan, field, format!("there is no plan \"{of}\"")))?;
        if seen.contains(&of.as_str()) {
            return Err(wrong(
                plan,
                field,
                format!("\"{of}\" is told as a multiple of itself; write null for one of them"),
            ));
        }
        if seen.len() > LONGEST_CHAIN {
            return Err(wrong(
                plan,
                field,
                format!(
                    "it leads through more than {LONGEST_CHAIN} other plans; write the figure, or a multiple of a nearer one"
                ),
            ));
        }
        seen.push(of);
        amount = of_plan(other).ok_or_else(|| {
            wrong(plan, field, format!("\"{of}\" has nothing in the same unit and window; write it there"))
        })?;
    }
    Ok(())
}
