//! Answers for the catalogue of plans: what is known, what the person says of it, and newer plans.

mod told;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::app::{App, House};
use super::forms::{note, wrong};
use super::refreshing::{changed_shape, failed};
use super::{
    ApiError, CorrectPlan, CorrectedPlans, ErrorCode, Event, OwnPlanCredit, OwnPlanLimit, OwnPlanPrice,
    PlanCatalogue, PlanCatalogueQuery, PlanCorrectionId, PlanCorrectionRow, PlanRefresh, PlanSource,
    RefreshPlans,
};
use crate::catalogue::{CatalogueError, Corrected, Correction, CorrectionKind, PlanPrice, Plans, Quantity};
use crate::ledger::name_of;
use crate::money::{Decimal, exact_mul};
use crate::net::{FeedUrl, Fetched};
use crate::store::PlanCorrection;
use crate::time::Date;

/// The plans that were fetched, in the data folder: a line about them, then the file as it came.
const FILE: &str = "plans.json";
/// Each plan is replayed in many ways: with more of them a comparison takes long.
const MOST_OWN_PLANS: usize = 100;
/// A price that is so many times another is a slip, or another currency.
const FAR_OFF: u32 = 10;

/// What is known of plans that were fetched.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    url: String,
    tag: Option<String>,
    /// The last day on which the address still had them.
    fetched: String,
    sha256: String,
}

/// The plans of this version, or newer ones that were fetched.
struct Catalogue {
    text: String,
    plans: Plans,
    note: Option<Note>,
}

impl House {
    /// The plans that count: those of this version or newer ones, with what the person says over them. Beside sample data also those
    /// that only show a shape.
    pub(super) async fn plans(&self) -> Result<Plans, ApiError> {
        let rows = self.store.plan_corrections().await?;
        let base = self.catalogue()?;
        let plans = if rows.is_empty() { base.plans } else { over(&base.text, &rows)?.plans };
        if self.sample {
            return Ok(plans.and(Plans::illustration().map_err(|error| broken(&error))?));
        }
        Ok(plans)
    }

    fn catalogue(&self) -> Result<Catalogue, ApiError> {
        let bundled = Plans::bundled().map_err(|error| broken(&error))?;
        let own = || Catalogue { text: Plans::bundled_text().to_owned(), plans: bundled.clone(), note: None };
        let kept = self.store.kept_file(FILE)?.as_deref().and_then(read);
        // A version that is newer than what was fetched before it has the newer plans.
        let newer = |kept: &Catalogue| {
            let fetched = kept.note.as_ref().and_then(|note| note.fetched.parse::<Date>().ok());
            kept.plans.dated.max(fetched) >= bundled.dated
        };
        Ok(kept.filter(newer).unwrap_or_else(own))
    }
}

/// Reads the kept file. One that is damaged is as good as none.
fn read(bytes: &[u8]) -> Option<Catalogue> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    let note: Note = serde_json::from_slice(&bytes[..at]).ok()?;
    let body = &bytes[at + 1..];
    if format!("{:x}", Sha256::digest(body)) != note.sha256 {
        return None;
    }
    let text = std::str::from_utf8(body).ok()?.to_owned();
    let plans = Plans::read(&text).ok()?;
    Some(Catalogue { text, plans, note: Some(note) })
}

fn over(text: &str, rows: &[PlanCorrection]) -> Result<Corrected, ApiError> {
    let corrections: Vec<Correction> = rows.iter().map(|row| row.correction.clone()).collect();
    Plans::corrected(text, &corrections).map_err(|error| broken(&error))
}

fn broken(error: &CatalogueError) -> ApiError {
    ApiError::new(ErrorCode::Internal, error.to_string())
}

impl App {
    pub(super) async fn plan_catalogue(&self, query: &PlanCatalogueQuery) -> Result<PlanCatalogue, ApiError> {
        let house = self.house().await;
        let today = self.now().utc_date();
        let rows = house.store.plan_corrections().await?;
        let base = house.catalogue()?;
        let plans = house.plans().await?;
        let refused = over(&base.text, &rows)?.refused;
        if let Some(id) = &query.plan
            && plans.find(id).is_none()
        {
            return Err(wrong(
                "plan",
                format!("there is no plan \"{}\": see spendglass plans list", cut(id)),
            ));
        }
        let wanted = |id: &str, provider: &str| {
            query.plan.as_deref().is_none_or(|plan| plan == id)
                && query.provider.as_deref().is_none_or(|one| one == provider)
        };
        let limit = plans.stale_after_days;
        let told = plans.plans.iter().filter(|plan| wanted(&plan.id, &plan.provider));
        let corrections = rows.iter().enumerate().map(|(index, row)| {
            let why = refused.iter().find(|(at, _)| *at == index).map(|(_, error)| error.to_string());
            correction_row(row, why)
        });
        Ok(PlanCatalogue {
            source: source(&base, today),
            stale_after_days: limit,
            plans: told.map(|plan| told::plan(plan, today, limit)).collect(),
            corrections: corrections
                .filter(|row| query.plan.as_deref().is_none_or(|plan| plan == row.plan))
                .collect(),
        })
    }

    pub(super) async fn correct_plan(&self, form: CorrectPlan) -> Result<CorrectedPlans, ApiError> {
        let house = self.house().await;
        let today = self.now().utc_date();
        let (field, corrections) = corrections(&form, today)?;
        let why = note(form.note.clone())?;
        let base = house.catalogue()?;
        let mut rows = house.store.plan_corrections().await?;
        if why.is_none() {
            doubted(&form, &base.plans)?;
        }
        let mut put = Vec::new();
        for correction in corrections {
            let part = correction.part().map_err(|error| wrong(field, said(&error)))?;
            rows.retain(|row| {
                let same = row.correction.plan == correction.plan && row.correction.kind == correction.kind;
                !(same && row.part == part)
            });
            let row =
                PlanCorrection { id: 0, correction: correction.clone(), part: part.clone(), note: None };
            // Whole plans come first, so that prices and limits of them find them.
            let place = if correction.kind == CorrectionKind::Plan { 0 } else { rows.len() };
            rows.insert(place, row);
            put.push((correction, part));
        }
        let own = rows.iter().filter(|row| row.correction.kind == CorrectionKind::Plan).count();
        if own > MOST_OWN_PLANS && put.iter().any(|(one, _)| one.kind == CorrectionKind::Plan) {
            return Err(wrong(
                field,
                format!(
                    "there would be {own} plans of your own, and {MOST_OWN_PLANS} are compared at most: take some back first (spendglass plans restore)"
                ),
            ));
        }
        let tried = over(&base.text, &rows)?;
        let new = |index: usize| rows.get(index).is_some_and(|row| row.id == 0);
        if let Some((_, error)) = tried.refused.iter().find(|(index, _)| new(*index)) {
            return Err(wrong(field, said(error)));
        }
        let ids = house.store.set_plan_corrections(&put, why.as_deref()).await?;
        self.tell(Event::Changed);
        let rows = house.store.plan_corrections().await?;
        let mine = rows.iter().filter(|row| ids.contains(&row.id));
        Ok(CorrectedPlans { corrections: mine.map(|row| correction_row(row, None)).collect() })
    }

    pub(super) async fn remove_plan_correction(
        &self,
        PlanCorrectionId { id }: PlanCorrectionId,
    ) -> Result<CorrectedPlans, ApiError> {
        let house = self.house().await;
        let rows = house.store.plan_corrections().await?;
        let row = rows.iter().find(|row| row.id == id);
        let missing = || wrong("id", format!("there is no correction {id}: see spendglass plans list"));
        let row = row.ok_or_else(missing)?;
        if !house.store.remove_plan_correction(id).await? {
            return Err(missing());
        }
        self.keep_plan_correction(&house, row.clone());
        self.tell(Event::Changed);
        Ok(CorrectedPlans { corrections: vec![correction_row(row, None)] })
    }

    /// Fetches newer plans. They count only if all of them can be read and none is far off what is known.
    pub(super) async fn refresh_plans(&self, form: RefreshPlans) -> Result<PlanRefresh, ApiError> {
        let house = self.house().await;
        let today = self.now().utc_date();
        let before = house.catalogue()?;
        if form.off {
            house.store.keep_file(FILE, &[])?;
            self.tell(Event::Changed);
            return Ok(refresh(&before, &house.catalogue()?, today));
        }
        let url = form.url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
        let url = url.or_else(|| before.note.as_ref().map(|note| note.url.clone()));
        let url =
            url.ok_or_else(|| wrong("url", "say where the plans are: an address that begins with https"))?;
        let url = FeedUrl::parse(&url).map_err(|error| wrong("url", error.to_string()))?;
        let known = before.note.as_ref().filter(|note| note.url == url.as_str());
        let tag = known.and_then(|note| note.tag.clone());
        let fetched = today.to_string();
        let (note, text) = match house.net.fetch(&url, tag.as_deref()).await.map_err(failed)? {
            Fetched::Same => match known {
                Some(note) => (Note { fetched, ..note.clone() }, before.text.clone()),
                None => {
                    return Err(changed_shape(
                        "the address says that nothing changed, and nothing of it is known here",
                    ));
                }
            },
            Fetched::New { body, tag } => {
                let sha256 = format!("{:x}", Sha256::digest(&body));
                let text = String::from_utf8(body)
                    .map_err(|_| changed_shape("the answer is no text: the plans that were known stay"))?;
                (Note { url: url.as_str().to_owned(), tag, fetched, sha256 }, text)
            }
        };
        let plans = Plans::read(&text)
            .map_err(|error| changed_shape(&format!("{}; the plans that were known stay", said(&error))))?;
        sane(&plans)?;
        let head = serde_json::to_vec(&note).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("a note could not be written: {error}"))
        })?;
        house.store.keep_file(FILE, &[&head, b"\n", text.as_bytes()])?;
        self.tell(Event::Changed);
        Ok(refresh(&before, &house.catalogue()?, today))
    }
}

/// A price, limit or credit of nothing, or a price far off the catalogue's, is most likely a slip: a note says that it is meant.
fn doubted(form: &CorrectPlan, plans: &Plans) -> Result<(), ApiError> {
    // What is below nought is refused in any case.
    let number =
        |text: &str| crate::money::exact(text.trim()).ok().filter(|number| !number.is_sign_negative());
    let meant = "If it is meant, say why in a note";
    if let Some(limit) =
        form.limit.as_ref().filter(|limit| number(&limit.amount).is_some_and(|n| n.is_zero()))
    {
        let words = format!("a limit of 0 {} lets nothing be used. {meant}", cut(&limit.unit));
        return Err(wrong("limit", words));
    }
    if form.credit.as_ref().is_some_and(|credit| number(&credit.amount).is_some_and(|n| n.is_zero())) {
        return Err(wrong("credit", format!("a credit of 0 is none. {meant}")));
    }
    let (Some(price), Some(id)) = (&form.price, form.plan.as_deref()) else { return Ok(()) };
    let (Some(new), Some(plan)) = (number(&price.amount), plans.find(id.trim())) else { return Ok(()) };
    let every = price.every.as_deref().map_or("month", str::trim);
    let like = |known: &&PlanPrice| {
        known.currency.as_str().eq_ignore_ascii_case(price.currency.trim())
            && known.every.to_string() == every
    };
    let listed = plan.prices.iter().filter(like).find_map(|known| match known.amount {
        Quantity::Exact(amount) => Some((amount, known.currency)),
        _ => None,
    });
    let costs =
        plan.prices.iter().any(|price| !matches!(price.amount, Quantity::Exact(amount) if amount.is_zero()));
    if new.is_zero() && costs {
        return Err(wrong(
            "price",
            format!("0 would make it free, and the catalogue says that it is not. {meant}"),
        ));
    }
    let Some((old, currency)) = listed.filter(|(old, _)| !old.is_zero()) else { return Ok(()) };
    let far = |a: Decimal, b: Decimal| exact_mul(b, FAR_OFF.into()).is_none_or(|most| a > most);
    if far(new, old) || far(old, new) {
        let words =
            format!("{new} is more than {FAR_OFF} times off the {old} {currency} of the catalogue. {meant}");
        return Err(wrong("price", words));
    }
    Ok(())
}

/// Refuses plans that no catalogue can be: none at all, illustrations, or prices far off those of this version.
fn sane(plans: &Plans) -> Result<(), ApiError> {
    let refused = |why: String| changed_shape(&format!("{why}; the plans that were known stay"));
    if plans.plans.is_empty() {
        return Err(refused("the file has no plan".to_owned()));
    }
    if plans.dated.is_none() {
        return Err(refused("the file does not say of which day it is (\"dated\")".to_owned()));
    }
    if let Some(plan) = plans.plans.iter().find(|plan| plan.illustration) {
        return Err(refused(format!("{} is an illustration and no offer", plan.id)));
    }
    let bundled = Plans::bundled().map_err(|error| broken(&error))?;
    let many = Decimal::from(FAR_OFF);
    for plan in &plans.plans {
        let Some(known) = bundled.find(&plan.id) else { continue };
        for price in &plan.prices {
            let like = |other: &&PlanPrice| {
                (other.currency, other.every, other.billed_yearly, other.kind, &other.market)
                    == (price.currency, price.every, price.billed_yearly, price.kind, &price.market)
            };
            let other = known.prices.iter().find(like).map(|other| &other.amount);
            if let (Quantity::Exact(new), Some(Quantity::Exact(old))) = (&price.amount, other) {
                let above = |a: &Decimal, b: &Decimal| exact_mul(*b, many).is_none_or(|most| *a > most);
                if !old.is_zero() && (above(new, old) || above(old, new)) {
                    return Err(refused(format!(
                        "{} costs {new} {} there and {old} here, more than ten times off",
                        plan.id, price.currency
                    )));
                }
            }
        }
    }
    Ok(())
}

fn refresh(before: &Catalogue, after: &Catalogue, today: Date) -> PlanRefresh {
    let not_in = |one: &Plans, other: &Plans| {
        let ids = one.plans.iter().map(|plan| plan.id.clone());
        ids.filter(|id| other.find(id).is_none()).collect::<Vec<_>>()
    };
    PlanRefresh {
        changed: before.text != after.text,
        source: source(after, today),
        added: not_in(&after.plans, &before.plans),
        gone: not_in(&before.plans, &after.plans),
    }
}

fn source(base: &Catalogue, today: Date) -> PlanSource {
    let dated = base.plans.dated.unwrap_or(today);
    PlanSource {
        dated: dated.to_string(),
        age_days: today.days_since(dated),
        url: base.note.as_ref().map(|note| note.url.clone()),
        fetched: base.note.as_ref().map(|note| note.fetched.clone()),
        plans: u32::try_from(base.plans.plans.len()).unwrap_or(u32::MAX),
    }
}

pub(super) fn correction_row(row: &PlanCorrection, refused: Option<String>) -> PlanCorrectionRow {
    PlanCorrectionRow {
        id: row.id,
        plan: row.correction.plan.clone(),
        kind: name_of(row.correction.kind, CorrectionKind::NAMED).to_owned(),
        part: Some(row.part.clone()).filter(|part| !part.is_empty()),
        value: row.correction.value.clone(),
        note: row.note.clone(),
        made: row.correction.made.to_string(),
        refused,
    }
}

/// What a form puts before the catalogue, and which of its fields says so.
fn corrections(form: &CorrectPlan, made: Date) -> Result<(&'static str, Vec<Correction>), ApiError> {
    let told = [form.price.is_some(), form.limit.is_some(), form.credit.is_some(), form.file.is_some()];
    if told.iter().filter(|told| **told).count() != 1 {
        return Err(wrong("price", "say one of price, limit, credit and file"));
    }
    if let Some(file) = &form.file {
        let plans = Plans::as_corrections(file, made).map_err(|error| wrong("file", said(&error)))?;
        if plans.is_empty() {
            return Err(wrong("file", "it has no plan"));
        }
        return Ok(("file", plans));
    }
    let plan = form.plan.as_deref().map(str::trim).filter(|plan| !plan.is_empty());
    let plan = plan.ok_or_else(|| wrong("plan", "say which plan, by its id: see spendglass plans list"))?;
    let (field, kind, value) = if let Some(price) = &form.price {
        ("price", CorrectionKind::Price, price_value(price))
    } else if let Some(limit) = &form.limit {
        ("limit", CorrectionKind::Limit, limit_value(limit))
    } else if let Some(credit) = &form.credit {
        ("credit", CorrectionKind::Credit, credit_value(credit))
    } else {
        return Err(wrong("price", "say one of price, limit, credit and file"));
    };
    let value = Value::Object(value).to_string();
    Ok((field, vec![Correction { plan: plan.to_owned(), kind, value, made }]))
}

fn price_value(price: &OwnPlanPrice) -> Map<String, Value> {
    let OwnPlanPrice { amount, currency, every, billed_yearly, per_seat, tax } = price;
    let mut value = Map::new();
    value.insert("amount".to_owned(), json!(amount.trim()));
    value.insert("currency".to_owned(), json!(currency.trim().to_ascii_uppercase()));
    put(&mut value, "every", every.as_deref());
    put(&mut value, "tax", tax.as_deref());
    if *billed_yearly {
        value.insert("billed_yearly".to_owned(), json!(true));
    }
    if let Some(per_seat) = per_seat {
        value.insert("per_seat".to_owned(), json!(per_seat));
    }
    value
}

fn limit_value(limit: &OwnPlanLimit) -> Map<String, Value> {
    let OwnPlanLimit { unit, amount, window, starts } = limit;
    let mut value = Map::new();
    value.insert("unit".to_owned(), json!(unit.trim()));
    value.insert("amount".to_owned(), json!(amount.trim()));
    value.insert("window".to_owned(), json!(window.trim()));
    put(&mut value, "starts", starts.as_deref());
    value
}

fn credit_value(credit: &OwnPlanCredit) -> Map<String, Value> {
    let OwnPlanCredit { unit, amount, every, starts } = credit;
    let mut value = Map::new();
    value.insert("unit".to_owned(), json!(unit.trim()));
    value.insert("amount".to_owned(), json!(amount.trim()));
    put(&mut value, "every", every.as_deref());
    put(&mut value, "starts", starts.as_deref());
    value
}

fn put(value: &mut Map<String, Value>, name: &str, told: Option<&str>) {
    if let Some(told) = told.map(str::trim).filter(|told| !told.is_empty()) {
        value.insert(name.to_owned(), json!(told));
    }
}

/// What is wrong, without the words that it is the catalogue.
fn said(error: &CatalogueError) -> String {
    let words = error.to_string();
    words.strip_prefix("the catalogue cannot be read: ").unwrap_or(&words).to_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}
