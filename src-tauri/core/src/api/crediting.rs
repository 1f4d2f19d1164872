//! Lots of credit at the door: shown, entered, changed, moved, removed; rises of balances answered.

use super::app::{App, House};
use super::failures::sentence;
use super::forecasting;
use super::forms::{LotFields, LotWords, currency, expiry_rule, lot, lot_kind, note, refused, wrong};
use super::keys::find_account;
use super::lot_rows::totals;
use super::purses::{FARTHEST, LotStand, Purses};
use super::time_lines::{time_line, time_line_chart};
use super::told_lots::LotKey;
use super::{
    AddLot, AnswerOffer, ApiError, Credits, CreditsQuery, EditLot, ErrorCode, Event, LotId, LotRow, LotState,
    MoveLot, PictureKind, PictureQuery,
};
use crate::chart::Chart;
use crate::ledger::{Entered, EnteredPurchase, LotKind, name_of};
use crate::money::Total;
use crate::plan::savings::LapsingLot;
use crate::store::{EntryRow, LotOverride, Owner};
use crate::time::Timestamp;

/// What the form calls the days of a lot.
const FIELDS: LotFields = LotFields { acquired: "acquired", ends: "rule" };
/// The first screen looks so many days ahead for something at risk.
const NEXT: usize = 92;
/// In the place of a rule: the provider's own.
const PROVIDERS: &str = "provider";

impl App {
    /// Every lot of a house as it stands, in order, with what it was worked out from; what is at risk of those that lapse within so
    /// many days.
    pub(super) async fn lots(
        &self,
        house: &House,
        account: Option<i64>,
        now: Timestamp,
        reach: usize,
    ) -> Result<(Purses, Vec<LotStand>), ApiError> {
        let purses = Purses::open(house, self.calendar().await?, now, account).await?;
        let stands = purses.ordered(reach);
        Ok((purses, stands))
    }

    pub(super) async fn credits(&self, query: &CreditsQuery) -> Result<Credits, ApiError> {
        let house = self.house().await;
        if let Some(account) = query.account {
            find_account(&house, account).await?;
        }
        let (purses, stands) = self.lots(&house, query.account, self.now(), FARTHEST).await?;
        let answered = house.store.answered_rises().await?;
        let time_line = match query.chart_width {
            Some(width) if !stands.is_empty() => time_line(&stands, &purses, width)?,
            _ => None,
        };
        let pools = match query.chart_width {
            Some(width) => purses.pools(&stands, width)?,
            None => Vec::new(),
        };
        Ok(Credits {
            pools,
            units: purses.units(),
            now: purses.now.to_string(),
            zone: purses.calendar.zone().name().to_owned(),
            totals: totals(&stands)?,
            reconciliation: purses.reconciliation(),
            offers: purses.offers(&answered).iter().map(|offer| offer.row(&purses.books)).collect(),
            balances: forecasting::balances(
                &house,
                &purses.books,
                &purses.outlook,
                purses.calendar,
                query.account,
            )
            .await?,
            time_line,
            notes: notes(&purses),
            lots: stands.iter().map(|stand| stand.row(&purses.books)).collect(),
        })
    }

    /// A picture of credit, to be kept as a file.
    pub(super) async fn credit_chart(&self, query: &PictureQuery, width: u32) -> Result<Chart, ApiError> {
        let house = self.house().await;
        if let Some(account) = query.account {
            find_account(&house, account).await?;
        }
        let (purses, stands) = self.lots(&house, query.account, self.now(), FARTHEST).await?;
        let ending = format!(", as of {}{}", purses.now, if house.sample { ", sample data" } else { "" });
        let drawn = if query.kind == PictureKind::TimeLine {
            time_line_chart(&stands, &purses, (width, &ending))?
        } else {
            let currency = query.currency.as_deref().map(|code| currency("currency", code)).transpose()?;
            purses.pool_chart(&stands, query.account, currency, (width, &ending))?
        };
        drawn.ok_or_else(|| {
            refused("account", "nothing is known of credit that could be drawn; `credits list` says why")
        })
    }

    /// The lot that lapses next with something at risk; where nothing is known to be at risk, the one that lapses next.
    pub(super) async fn next_expiry(&self, house: &House) -> Result<Option<LotRow>, ApiError> {
        let (purses, stands) = self.lots(house, None, self.now(), NEXT).await?;
        let due = || stands.iter().filter(|stand| stand.needed_per_day.is_some());
        let next = due().find(|stand| stand.is_at_risk()).or_else(|| {
            let unknown = due().find(|stand| stand.at_risk.is_none());
            unknown.or_else(|| due().next())
        });
        Ok(next.map(|stand| stand.row(&purses.books)))
    }

    pub(super) async fn add_lot(&self, request: AddLot) -> Result<LotRow, ApiError> {
        let house = self.own_house().await?;
        let id = self.enter_lot(&house, request).await?;
        self.tell(Event::Changed);
        self.lot(&house, &format!("entry-{id}")).await
    }

    /// Keeps a lot, and tells the number of its entry.
    pub(super) async fn enter_lot(&self, house: &House, request: AddLot) -> Result<i64, ApiError> {
        let account = find_account(house, request.account).await?;
        let AddLot { amount, currency, acquired, kind, rule, note, .. } = request;
        let kind = kind.filter(|kind| !kind.trim().is_empty());
        let words = LotWords {
            amount,
            currency,
            acquired,
            lot: kind.map_or(Ok(LotKind::Purchased), |kind| lot_kind("kind", &kind))?,
            rule: rule.filter(|rule| rule.trim() != PROVIDERS),
            expires_on: None,
            note,
        };
        let entered = Entered::Purchase(lot(words, &FIELDS, self.own_today().await?)?);
        Ok(house.store.add_entry(Owner::Account(account.id), &entered, self.now()).await?)
    }

    pub(super) async fn edit_lot(&self, request: EditLot) -> Result<LotRow, ApiError> {
        let house = self.own_house().await?;
        match LotKey::read(&request.id) {
            Some(LotKey::Entry(id)) => {
                let (row, lot) = entered(&house, id).await?.ok_or_else(|| no_such_lot(&request.id))?;
                let changed = Entered::Purchase(edited(&lot, &request, self.own_today().await?)?);
                self.before_change(&house, row.id).await?;
                house.store.change_entry(row.id, &changed, self.now()).await?;
            }
            Some(LotKey::Grant(account, grant)) => {
                let said = said_of(&house, account, grant).await?.ok_or_else(|| no_such_lot(&request.id))?;
                let anew = said_anew(said.clone(), &request)?;
                house.store.set_lot_override(&anew, self.now()).await?;
                self.keep_said(said);
            }
            None => return Err(no_such_lot(&request.id)),
        }
        self.tell(Event::Changed);
        self.lot(&house, &request.id).await
    }

    pub(super) async fn move_lot(&self, request: MoveLot) -> Result<LotRow, ApiError> {
        let house = self.own_house().await?;
        let id = match LotKey::read(&request.id) {
            Some(LotKey::Entry(id)) if entered(&house, id).await?.is_some() => id,
            Some(LotKey::Grant(account, grant)) if said_of(&house, account, grant).await?.is_some() => {
                return Err(refused(
                    "id",
                    "the provider reports this lot, so it stays with its account; only what was entered can be moved",
                ));
            }
            _ => return Err(no_such_lot(&request.id)),
        };
        let account = find_account(&house, request.account).await?;
        self.before_change(&house, id).await?;
        house.store.move_entry(id, account.id, self.now()).await?;
        self.tell(Event::Changed);
        self.lot(&house, &request.id).await
    }

    pub(super) async fn remove_lot(&self, request: LotId) -> Result<LotId, ApiError> {
        let house = self.own_house().await?;
        match LotKey::read(&request.id) {
            Some(LotKey::Entry(id)) if entered(&house, id).await?.is_some() => {
                self.before_change(&house, id).await?;
                house.store.remove_entry(id, self.now()).await?;
            }
            Some(LotKey::Grant(account, grant)) => {
                let said = said_of(&house, account, grant).await?.filter(|said| !said.left_out);
                let said = said.ok_or_else(|| no_such_lot(&request.id))?;
                let out = LotOverride { left_out: true, ..said.clone() };
                house.store.set_lot_override(&out, self.now()).await?;
                self.keep_said(said);
            }
            _ => return Err(no_such_lot(&request.id)),
        }
        self.tell(Event::Changed);
        Ok(request)
    }

    pub(super) async fn answer_offer(&self, request: &AnswerOffer) -> Result<Credits, ApiError> {
        let house = self.own_house().await?;
        let answered = house.store.answered_rises().await?;
        let purses = Purses::open(&house, self.calendar().await?, self.now(), None).await?;
        let offer = purses.offer(&request.id, &answered).ok_or_else(|| {
            refused(
                "id",
                "there is no such offer, or it was answered; `credits offers` shows those there are",
            )
        })?;
        let was = offer.lot(request.was, &purses);
        house.store.answer_rise(&offer.key, was.as_ref(), self.now()).await?;
        self.tell(Event::Changed);
        self.credits(&CreditsQuery::default()).await
    }

    /// The lot of an id, as it now stands.
    pub(super) async fn lot(&self, house: &House, id: &str) -> Result<LotRow, ApiError> {
        let (purses, stands) = self.lots(house, None, self.now(), FARTHEST).await?;
        let found = stands.iter().find(|stand| stand.told.id == id);
        found.map(|stand| stand.row(&purses.books)).ok_or_else(|| {
            let why = purses.notes.join(" ");
            let said = format!("the lot is kept, but it could not be worked out what became of it. {why}");
            ApiError::new(ErrorCode::Internal, said)
        })
    }

    /// The person's own date, which may be ahead of the UTC date that bills go by.
    async fn own_today(&self) -> Result<crate::time::Date, ApiError> {
        let now = self.now();
        Ok(self.calendar().await?.date_of(now).max(now.utc_date()))
    }
}

/// A lot that was entered, by the number of its entry.
async fn entered(house: &House, id: i64) -> Result<Option<(EntryRow, EnteredPurchase)>, ApiError> {
    let row = house.store.entry(id).await?;
    Ok(row.and_then(|row| match &row.entered {
        Entered::Purchase(lot) => Some((row.clone(), lot.clone())),
        _ => None,
    }))
}

/// What is said of a reported lot so far; nothing where no such lot is reported.
async fn said_of(house: &House, account: i64, grant: &str) -> Result<Option<LotOverride>, ApiError> {
    let grants = house.store.credit_grants().await?;
    if !grants.iter().any(|(of, known)| *of == account && known.id == grant) {
        return Ok(None);
    }
    let said = house.store.lot_overrides().await?;
    let known = said.into_iter().find(|said| said.account_id == account && said.grant == grant);
    Ok(Some(known.unwrap_or_else(|| LotOverride {
        account_id: account,
        grant: grant.to_owned(),
        rule: None,
        note: None,
        left_out: false,
    })))
}

/// Nothing to change is a mistake.
fn is_empty(request: &EditLot) -> bool {
    let EditLot { id: _, amount, currency, acquired, kind, rule, note } = request;
    [amount, currency, acquired, kind, rule, note].iter().all(|field| field.is_none())
}

fn nothing() -> ApiError {
    ApiError::bad("say what to change: the amount, currency, day, kind, rule or note of the lot")
}

fn edited(
    lot: &EnteredPurchase,
    request: &EditLot,
    today: crate::time::Date,
) -> Result<EnteredPurchase, ApiError> {
    if is_empty(request) {
        return Err(nothing());
    }
    let EditLot { id: _, amount, currency, acquired, kind, rule, note } = request.clone();
    let own = lot.rule.map(|rule| rule.to_string());
    let words = LotWords {
        amount: amount.unwrap_or_else(|| lot.amount.amount.to_string()),
        currency: currency.unwrap_or_else(|| lot.amount.currency.to_string()),
        acquired: acquired.unwrap_or_else(|| lot.acquired_on.to_string()),
        lot: kind.map_or(Ok(lot.lot), |kind| lot_kind("kind", &kind))?,
        rule: match rule {
            Some(rule) if rule.trim() == PROVIDERS => None,
            Some(rule) if rule.trim().is_empty() => {
                return Err(wrong("rule", "give a rule, or provider for the provider's own"));
            }
            Some(rule) => Some(rule),
            None => own,
        },
        expires_on: None,
        note: note.or_else(|| lot.note.clone()),
    };
    let changed = super::forms::lot(words, &FIELDS, today)?;
    Ok(EnteredPurchase { source: lot.source, ..changed })
}

/// Of a reported lot only the rule and the note are the person's. Any change takes it back into account.
fn said_anew(said: LotOverride, request: &EditLot) -> Result<LotOverride, ApiError> {
    let told = [
        ("amount", &request.amount),
        ("currency", &request.currency),
        ("acquired", &request.acquired),
        ("kind", &request.kind),
    ];
    if let Some((field, _)) = told.iter().find(|(_, value)| value.is_some()) {
        let problem = "the provider reports this lot: only its rule and its note can be changed here";
        return Err(wrong(field, problem));
    }
    if is_empty(request) {
        return Err(nothing());
    }
    Ok(LotOverride {
        rule: match request.rule.as_deref().map(str::trim) {
            None => said.rule,
            Some(PROVIDERS) => None,
            Some(rule) => Some(expiry_rule("rule", rule)?),
        },
        note: if request.note.is_some() { note(request.note.clone())? } else { said.note.clone() },
        left_out: false,
        ..said
    })
}

fn no_such_lot(id: &str) -> ApiError {
    let shown: String = id.chars().filter(|c| !c.is_control()).take(60).collect();
    refused("id", format!("there is no lot \"{shown}\"; `credits list` shows those there are"))
}

/// What is missing or partial.
fn notes(purses: &Purses) -> Vec<String> {
    let mut notes: Vec<String> = purses.notes.iter().map(|note| sentence(note)).collect();
    for purse in &purses.all {
        let label = purses.books.label_of(purse.account);
        let left_out: Vec<&str> = purse.left_out.iter().map(String::as_str).collect();
        if !left_out.is_empty() {
            let lots = left_out.join(", ");
            notes.push(format!(
                "{label}: left out of account is {lots}. A change of its rule or note takes it back."
            ));
        }
        for (lot, at) in purse.cut_by_a_lapse() {
            notes.push(format!(
                "{label}: {lot} lapsed at {at}, within a day that is billed as a whole (UTC). What was known of the day by then \
                 counts before; more of it may have been spent in time, and then less has lapsed than is shown."
            ));
        }
        let untold = purse.lots.iter().filter(|lot| lot.left.is_none() && lot.lot().is_none()).count();
        if untold > 0 {
            notes.push(format!(
                "{label} tells of lots without saying how much they were or when they were had."
            ));
        }
        let unruled: Vec<_> = purse.lots.iter().filter(|lot| lot.rule.is_none()).collect();
        if let Some(first) = unruled.first() {
            let kind = match first.kind {
                LotKind::Purchased => "bought",
                LotKind::Granted => "given",
                LotKind::Allowance | LotKind::RolledOver => name_of(first.kind, LotKind::NAMED),
            };
            let of_its_kind = || purse.lots.iter().filter(|lot| lot.kind == first.kind);
            // Where others of the kind have a rule, it is told which have none.
            notes.push(if of_its_kind().all(|lot| lot.rule.is_none()) {
                format!(
                    "{label}: nobody says when credit that was {kind} lapses. If you know, give its rule; until then no end is told."
                )
            } else {
                let lots: Vec<&str> =
                    of_its_kind().filter(|lot| lot.rule.is_none()).map(|lot| lot.id.as_str()).collect();
                format!(
                    "{label}: nobody says when {} lapses, credit that was {kind}. If you know, give its rule; until then no end is told.",
                    lots.join(", ")
                )
            });
        }
    }
    notes
}

/// Lots that lapse within a year with something likely left in them.
pub(super) async fn lapsing_lots(
    app: &App,
    house: &House,
    now: Timestamp,
) -> Result<Vec<LapsingLot>, ApiError> {
    let (purses, stands) = app.lots(house, None, now, FARTHEST).await?;
    let last = |at: Timestamp| purses.calendar.date_of(at.plus_seconds(-1)).to_string();
    let lot = |stand: &LotStand| {
        let spread = stand.at_risk.as_ref().filter(|_| stand.state == LotState::Open)?;
        Some(LapsingLot {
            account: stand.told.account,
            lot: stand.told.id.clone(),
            left: [spread.p10, spread.p50, spread.p90].map(Total::nearest),
            currency: stand.told.currency,
            until: stand.lapses_at.map_or_else(String::new, last),
            sources: stand.told.published.map(|rule| rule.sources.clone()).unwrap_or_default(),
        })
    };
    Ok(stands.iter().filter_map(lot).collect())
}
