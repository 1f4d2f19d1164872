//! The figures of a file of plans: quantities, currencies, countries, facts, each with what to write where it is wrong.

use super::written::{Fields, Place};
use super::{CatalogueError, Confidence, Evidence, Fact, Models, Quantity, Surface, TaxIn};
use crate::ledger::ExpiryRule;
use crate::money::{Currency, Decimal};

const FACT: &[&str] = &["sources", "seen", "confidence", "evidence"];

pub(super) fn need_text(fields: &Fields<'_>, name: &str, such_as: &str) -> Result<String, CatalogueError> {
    fields.need(name, such_as)?.text().map(str::to_owned)
}

/// A fact; what it leaves out is as in the one above it.
pub(super) fn fact_of(fields: &Fields<'_>, above: Option<&Fact>) -> Result<Fact, CatalogueError> {
    let missing = |name: &str, such_as: &str| fields.need(name, such_as).map(|_| ());
    if above.is_none() {
        missing("sources", "[\"https://acme.example/pricing\"]")?;
        missing("seen", "\"2026-11-22\", the day on which it was seen")?;
        missing("confidence", "\"high\", \"medium\" or \"low\"")?;
        missing("evidence", "\"official\" where the provider's own page says so")?;
    }
    let left_out = || fields.wrong("what it is known by cannot be null");
    let sources = match (fields.get("sources"), above) {
        (Some(place), _) => {
            let sources = place.texts()?;
            if sources.is_empty() {
                return Err(
                    place.wrong("at least one source is needed: the page that says so, or \"invoice\"")
                );
            }
            sources
        }
        (None, Some(above)) => above.sources.clone(),
        (None, None) => return Err(left_out()),
    };
    let seen = fields.get("seen").map(|place| place.parsed()).transpose()?;
    let confidence = fields.get("confidence").map(|place| place.named(Confidence::NAMED)).transpose()?;
    let evidence = fields.get("evidence").map(|place| place.named(Evidence::NAMED)).transpose()?;
    Ok(Fact {
        sources,
        seen: seen.or_else(|| above.map(|above| above.seen.clone())).ok_or_else(left_out)?,
        confidence: confidence.or_else(|| above.map(|above| above.confidence)).ok_or_else(left_out)?,
        evidence: evidence.or_else(|| above.map(|above| above.evidence)).ok_or_else(left_out)?,
    })
}

pub(super) fn own_fact(
    fields: &Fields<'_>,
    name: &str,
    above: &Fact,
) -> Result<Option<Fact>, CatalogueError> {
    fields.get(name).map(|place| fact_of(&place.fields(FACT)?, Some(above))).transpose()
}

pub(super) fn surfaces(fields: &Fields<'_>) -> Result<Vec<Surface>, CatalogueError> {
    fields.list("surfaces")?.iter().map(|place| place.named(Surface::NAMED)).collect()
}

/// `models`, and whether each has the figure for itself. Left out: all, together.
pub(super) fn models(fields: &Fields<'_>) -> Result<Models, CatalogueError> {
    let each = fields.truth("each_model")?;
    let Some(place) = fields.get("models") else { return Ok(Models::of(vec!["*".to_owned()], each)) };
    let patterns = place.texts()?;
    if patterns.is_empty() {
        return Err(place.wrong("no model is named; write [\"*\"] for all"));
    }
    let inner = |pattern: &String| pattern.trim_start_matches('*').trim_end_matches('*').contains('*');
    if let Some(pattern) = patterns.iter().find(|pattern| inner(pattern)) {
        return Err(place.wrong(format!("\"{pattern}\": a * stands at the start or at the end alone")));
    }
    Ok(Models::of(patterns, each))
}

/// A quantity; `null` where nobody says.
pub(super) fn quantity(place: &Place<'_>) -> Result<Quantity, CatalogueError> {
    if place.is_null() {
        return Ok(Quantity::Unpublished);
    }
    if !place.is_object() {
        let unlimited = place.text().is_ok_and(|text| text == "unlimited");
        return if unlimited { Ok(Quantity::Unlimited) } else { place.number().map(Quantity::Exact) };
    }
    let fields = place.fields(&["min", "max", "at_least", "times", "of", "percent_of_month"])?;
    let told: Vec<&str> = ["min", "max", "at_least", "times", "of", "percent_of_month"]
        .into_iter()
        .filter(|name| fields.get(name).is_some())
        .collect();
    let number = |name: &str| fields.need(name, "\"1\"")?.number();
    match told.as_slice() {
        ["min", "max"] => {
            let (least, most) = (number("min")?, number("max")?);
            if least > most {
                return Err(place.wrong(format!("min {least} is above max {most}")));
            }
            Ok(Quantity::Between(least, most))
        }
        ["at_least"] => number("at_least").map(Quantity::AtLeast),
        ["times", "of"] => {
            let by = number("times")?;
            if by.is_zero() {
                return Err(place.wrong("times 0 says nothing"));
            }
            Ok(Quantity::Times { by, of: need_text(&fields, "of", "the id of the other plan")? })
        }
        ["percent_of_month"] => percent(&fields.need("percent_of_month", "\"20\"")?).map(Quantity::ShareOfMonth),
        _ => Err(place.wrong(
            "write a number such as \"1000\", \"unlimited\", null, {\"min\", \"max\"}, {\"at_least\"}, {\"times\", \"of\"} or \
             {\"percent_of_month\"}",
        )),
    }
}

pub(super) fn percent(place: &Place<'_>) -> Result<Decimal, CatalogueError> {
    let percent = place.number()?;
    if percent > Decimal::ONE_HUNDRED {
        return Err(place.wrong(format!("{percent} per cent is more than 100")));
    }
    Ok(percent)
}

/// A number, a range or nothing: what a price or a rate can be.
pub(super) fn figure(place: &Place<'_>) -> Result<Quantity, CatalogueError> {
    match quantity(place)? {
        Quantity::Times { .. } | Quantity::ShareOfMonth(_) | Quantity::Unlimited => {
            Err(place.wrong("write a number, {\"min\", \"max\"}, {\"at_least\"}, or null where nobody says"))
        }
        told => Ok(told),
    }
}

pub(super) fn percents(place: &Place<'_>) -> Result<Quantity, CatalogueError> {
    let told = figure(place)?;
    let (Quantity::Exact(most) | Quantity::Between(_, most) | Quantity::AtLeast(most)) = told else {
        return Ok(told);
    };
    if most > Decimal::ONE_HUNDRED {
        return Err(place.wrong(format!("{most} per cent is more than 100")));
    }
    Ok(told)
}

pub(super) fn national(place: &Place<'_>) -> Result<Currency, CatalogueError> {
    let text = place.text()?;
    Currency::national(text)
        .ok()
        .filter(|currency| currency.as_str() == text)
        .ok_or_else(|| place.wrong(format!("\"{text}\" is no currency; write a code such as USD or INR")))
}

pub(super) fn unit(place: &Place<'_>) -> Result<Currency, CatalogueError> {
    let wrong = |error| {
        place.wrong(format!(
            "{error}; write a code such as USD, or a unit of at most 16 lower-case letters, digits, \"_\", \"-\" or \".\""
        ))
    };
    place.text()?.parse().map_err(wrong)
}

/// Such as `IN`.
pub(super) fn market(place: &Place<'_>) -> Result<String, CatalogueError> {
    let text = place.text()?;
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(text.to_owned());
    }
    Err(place.wrong(format!("\"{text}\" is no country; write its two capital letters, such as \"IN\"")))
}

pub(super) fn tax(fields: &Fields<'_>) -> Result<TaxIn, CatalogueError> {
    fields.get("tax").map_or(Ok(TaxIn::Unstated), |place| place.named(TaxIn::NAMED))
}

pub(super) fn life(fields: &Fields<'_>, alone: bool) -> Result<ExpiryRule, CatalogueError> {
    let Some(place) = fields.get("life") else { return Ok(ExpiryRule::Never) };
    let rule = place.parsed()?;
    if matches!(rule, ExpiryRule::EndOfPeriod { .. }) {
        return Err(place.wrong("credit that comes each period tells by \"rollover\" when it lapses"));
    }
    if !alone && rule != ExpiryRule::Never {
        return Err(place.wrong(
            "only credit that comes once (\"every\": \"lifetime\") has a life; else write \"rollover\"",
        ));
    }
    Ok(rule)
}
