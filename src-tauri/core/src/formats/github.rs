//! GitHub's billing reports: premium requests, all metered usage, and the earliest form, which told no money.

use std::borrow::Cow;

use super::{Format, Line, Row, Taken, Wrong, category_of, may, need};
use crate::money::Currency;

const DATE: usize = 0;
const USER: usize = 1;
const PRODUCT: usize = 2;
const SKU: usize = 3;
const MODEL: usize = 4;
const QUANTITY: usize = 5;
const UNIT: usize = 6;
const NET: usize = 7;
const EXCEEDS: usize = 8;
const ORGANIZATION: usize = 9;
const COST_CENTER: usize = 10;
const REPOSITORY: usize = 11;
const WORKFLOW: usize = 12;

pub(super) const PREMIUM: Format = Format {
    id: "github.premium_requests",
    name: "GitHub Copilot, premium requests",
    provider: "github_copilot",
    columns: &[
        need(&["date"]),
        may(&["username"]),
        may(&["product"]),
        need(&["sku"]),
        need(&["model"]),
        need(&["quantity"]),
        may(&["unit_type"]),
        need(&["net_amount"]),
        may(&["exceeds_quota"]),
        may(&["organization"]),
        may(&["cost_center_name"]),
        may(&["repository"]),
        may(&["workflow_path"]),
    ],
    identity: &[USER, PRODUCT, SKU, MODEL, UNIT, EXCEEDS, ORGANIZATION, COST_CENTER],
    persons: &[USER],
    rivals: &[USAGE.id, EARLY.id],
    rank: 3,
    row: line,
    note: "Billed is the net amount, after what the plan includes.",
    ..Format::PLAIN
};

pub(super) const USAGE: Format = Format {
    id: "github.usage",
    name: "GitHub, usage report",
    provider: "github_copilot",
    columns: &[
        need(&["date"]),
        may(&["username"]),
        need(&["product"]),
        need(&["sku"]),
        may(&["model"]),
        need(&["quantity"]),
        need(&["unit_type"]),
        need(&["net_amount"]),
        may(&["exceeds_quota"]),
        may(&["organization"]),
        may(&["cost_center_name"]),
        may(&["repository"]),
        may(&["workflow_path"]),
    ],
    identity: &[USER, PRODUCT, SKU, MODEL, UNIT, ORGANIZATION, COST_CENTER, REPOSITORY, WORKFLOW],
    persons: &[USER],
    rivals: &[EARLY.id],
    rank: 2,
    row: line,
    note: "Only Copilot, Models and Spark are booked. Billed is the net amount.",
    ..Format::PLAIN
};

fn line(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    let product = row.text(PRODUCT)?.to_ascii_lowercase();
    let of_ai = ["copilot", "models", "spark"].iter().any(|name| product.contains(name));
    if row.has(PRODUCT) && !of_ai {
        return Ok(Taken::Left("lines of products other than AI"));
    }
    let net = row.amount(NET)?;
    hand_out(Line {
        category: category_of(net),
        billed: Some((net, Currency::USD)),
        quantity: row.number(QUANTITY)?,
        unit: row.text(UNIT)?,
        response_model: row.text(MODEL)?,
        project: row.text(ORGANIZATION)?,
        description: Cow::Borrowed(row.text(SKU)?),
        ..Line::usage(row.moment(DATE)?.day())
    });
    Ok(Taken::Booked)
}

const E_TIME: usize = 0;
const E_USER: usize = 1;
const E_MODEL: usize = 2;
const E_USED: usize = 3;
const E_EXCEEDS: usize = 4;

pub(super) const EARLY: Format = Format {
    id: "github.premium_requests_2025",
    name: "GitHub Copilot, premium requests (the form of early 2025)",
    provider: "github_copilot",
    columns: &[
        need(&["timestamp"]),
        may(&["user"]),
        need(&["model"]),
        need(&["requests used"]),
        may(&["exceeds monthly quota"]),
        may(&["total monthly quota"]),
    ],
    identity: &[E_TIME, E_USER, E_MODEL, E_EXCEEDS],
    persons: &[E_USER],
    row: early,
    note: "This form tells no money.",
    ..Format::PLAIN
};

fn early(row: &Row<'_>, hand_out: &mut dyn FnMut(Line<'_>)) -> Result<Taken, Wrong> {
    hand_out(Line {
        quantity: Some(row.amount(E_USED)?),
        unit: "requests",
        response_model: row.text(E_MODEL)?,
        ..Line::usage(row.moment(E_TIME)?.lasting(1))
    });
    Ok(Taken::Booked)
}
