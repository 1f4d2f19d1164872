//! What the person says of plans, laid over a catalogue: a price, a limit, a credit, or a whole plan of their own.

use super::written::{Place, Written};
use super::{CatalogueError, Plans};
use crate::time::Date;

/// Who says so, in the place of a page.
const BY_PERSON: &str = "entered by you";

/// What is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CorrectionKind {
    /// What it costs for a period: it takes the place of every price for the same period.
    Price,
    /// A limit: it takes the place of those of the same unit and window.
    Limit,
    /// A credit: it takes the place of those of the same unit and period.
    Credit,
    /// A whole plan, in the place of the one of the same id or beside all others.
    Plan,
}

impl CorrectionKind {
    /// Every kind, with its name.
    pub const NAMED: &[(CorrectionKind, &str)] = &[
        (CorrectionKind::Price, "price"),
        (CorrectionKind::Limit, "limit"),
        (CorrectionKind::Credit, "credit"),
        (CorrectionKind::Plan, "plan"),
    ];

    const fn list(self) -> &'static str {
        match self {
            CorrectionKind::Price => "prices",
            CorrectionKind::Limit => "limits",
            CorrectionKind::Credit => "credit",
            CorrectionKind::Plan => "plans",
        }
    }

    /// The fields by which two are of the same thing, with what stands for one that is left out.
    const fn same(self) -> &'static [(&'static str, &'static str)] {
        match self {
            CorrectionKind::Price => &[("every", "month"), ("billed_yearly", "false")],
            CorrectionKind::Limit => &[("unit", ""), ("window", "")],
            CorrectionKind::Credit => &[("unit", ""), ("every", "month")],
            CorrectionKind::Plan => &[("id", "")],
        }
    }
}

/// One thing that the person says of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The plan's id.
    pub plan: String,
    /// What is corrected.
    pub kind: CorrectionKind,
    /// What stands in its place, as the published schema writes it.
    pub value: String,
    /// The day on which it was said.
    pub made: Date,
}

/// Plans with corrections over them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// The plans.
    pub plans: Plans,
    /// Which corrections could not be laid over them, by their place, and why.
    pub refused: Vec<(usize, CatalogueError)>,
}

impl Correction {
    /// Which part of the plan it is of, in words: `month`, `requests in a day`. One plan has one correction of each part.
    pub fn part(&self) -> Result<String, CatalogueError> {
        let value = Written::read(&self.value)?;
        let told = self.kind.same().iter().map(|(name, usual)| word(&value, name, usual));
        Ok(match self.kind {
            CorrectionKind::Plan => String::new(),
            _ => told.filter(|text| text != "false").collect::<Vec<_>>().join(" / "),
        })
    }
}

impl Plans {
    /// Reads plans with corrections over them. One that does not fit is told of and left out, and spoils no other.
    pub fn corrected(text: &str, corrections: &[Correction]) -> Result<Corrected, CatalogueError> {
        let mut file = Written::read(text)?;
        let mut plans = Plans::of(&file)?;
        let mut refused = Vec::new();
        for (index, correction) in corrections.iter().enumerate() {
            let mut tried = file.clone();
            match lay(&mut tried, correction).and_then(|()| Plans::of(&tried)) {
                Ok(read) => (file, plans) = (tried, read),
                Err(error) => refused.push((index, error)),
            }
        }
        Ok(Corrected { plans, refused })
    }

    /// The plans of a file as corrections, each a plan of the person's own. What the file leaves out of where a plan comes from is
    /// the person's word.
    pub fn as_corrections(text: &str, made: Date) -> Result<Vec<Correction>, CatalogueError> {
        let file = Written::read(text)?;
        let one = file.field("plans").is_none().then(|| vec![file.clone()]);
        let listed = match (one, file.field("plans")) {
            (Some(one), _) => one,
            (None, Some(Written::List(items))) => items.clone(),
            _ => return Err(Place::new("the file", &file).wrong("\"plans\" is a list of plans")),
        };
        let correction = |plan: &Written| {
            let id = plan.field("id").and_then(Written::as_text).unwrap_or_default().to_owned();
            Correction { plan: id, kind: CorrectionKind::Plan, value: plan.to_json(), made }
        };
        Ok(listed.iter().map(correction).collect())
    }
}

/// The text of a field, or what stands for it where it is left out.
fn word(value: &Written, name: &str, usual: &str) -> String {
    match value.field(name) {
        Some(Written::Text(text)) => text.clone(),
        Some(Written::Truth(true)) => "billed yearly".to_owned(),
        Some(Written::Truth(false) | Written::Null) | None => usual.to_owned(),
        Some(other) => other.to_json(),
    }
}

fn lay(file: &mut Written, correction: &Correction) -> Result<(), CatalogueError> {
    let mut value = Written::read(&correction.value)?;
    Place::new(correction.plan.as_str(), &value).object()?;
    let fact = [
        ("sources", Written::List(vec![Written::Text(BY_PERSON.to_owned())])),
        ("seen", Written::Text(correction.made.to_string())),
        ("confidence", Written::Text("high".to_owned())),
        ("evidence", Written::Text("person".to_owned())),
    ];
    let kind = correction.kind;
    if kind == CorrectionKind::Plan {
        for (name, told) in fact {
            if value.field(name).is_none() {
                value.set(name, told);
            }
        }
    } else {
        value.set("fact", Written::Fields(fact.map(|(name, told)| (name.to_owned(), told)).into()));
    }
    let missing = || CatalogueError(format!("{}: there is no plan of this id", correction.plan));
    let holder = if kind == CorrectionKind::Plan {
        &mut *file
    } else {
        let plans = file.list_mut("plans").ok_or_else(missing)?;
        let mine =
            |plan: &&mut Written| plan.field("id").and_then(Written::as_text) == Some(&correction.plan);
        plans.iter_mut().find(mine).ok_or_else(missing)?
    };
    let list = holder.list_mut(kind.list()).ok_or_else(missing)?;
    if kind == CorrectionKind::Price {
        // For a seat or for the whole, as it was told before.
        let per_seat = list.iter().find_map(|price| price.field("per_seat").cloned());
        if let Some(told) = per_seat.filter(|_| value.field("per_seat").is_none()) {
            value.set("per_seat", told);
        }
    }
    let same = |other: &Written| {
        kind.same().iter().all(|(name, usual)| word(other, name, usual) == word(&value, name, usual))
    };
    let place = list.iter().position(same).unwrap_or(list.len());
    let kept = std::mem::take(list);
    list.extend(kept.into_iter().filter(|other| !same(other)));
    let place = place.min(list.len());
    list.insert(place, value);
    Ok(())
}
