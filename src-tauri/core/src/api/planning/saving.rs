//! What could be saved: usage out of the store through the rules, and what the person said of each saving.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::super::app::{App, House};
use super::super::crediting::lapsing_lots;
use super::super::figures::Books;
use super::super::held::Holdings;
use super::super::limiting::chosen_tier;
use super::super::{
    Amount, AnswerSaving, ApiError, Event, SavingAnswer, SavingCertainty, SavingRange, SavingRow, Savings,
    SavingsQuery,
};
use super::{broken, usage};
use crate::catalogue::{Discounts, FreeTiers, TierKind};
use crate::ledger::{NameOf, name_of};
use crate::money::{Currency, Decimal, exact};
use crate::plan::savings::{Certainty, PaidPlan, Part, Question, Saving, SavingKind, find};
use crate::plan::{Terms, Usage, resolve_tier};
use crate::time::Date;

/// Days that are looked at where nobody says.
const DAYS: u32 = 90;
/// Days at most.
const MOST_DAYS: u32 = 365;
/// The setting that keeps what was said.
const SAID: &str = "savings";
/// The longest id: a project's or key's name is in it.
const LONGEST_ID: usize = 400;
/// What is said of so many savings is kept; of more, what was said first is forgotten.
const MOST_SAID: usize = 1_000;

/// What a person said of savings, by their ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    confirmed: Vec<String>,
    dismissed: Vec<String>,
}

/// A free tier that an account may have: the account, the name, the terms, the pages.
type MayHave = (i64, String, Terms, Vec<String>);

impl App {
    /// What could be saved.
    pub(in super::super) async fn savings(&self, query: &SavingsQuery) -> Result<Savings, ApiError> {
        let days = query.days.unwrap_or(DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            let words = format!("{days} days cannot be looked at: use 1 to {MOST_DAYS}");
            return Err(ApiError { field: Some("days".to_owned()), ..ApiError::bad(words) });
        }
        let house = self.house().await;
        let now = self.now();
        let today = now.utc_date();
        let books = Books::open(&house).await?;
        let accounts: Vec<i64> = books.accounts.iter().map(|row| row.id).collect();
        let rates = house.rates().await?;
        let used = usage::read(&house, &books, &accounts, days, today, &rates).await?;
        let said = said(&house).await?;
        let tiers = may_have(&house, &books, &used.usage, today).await?;
        let plans = paid_plans(&house, &books, &used.usage, now).await?;
        let lots = lapsing_lots(self, &house, now).await?;
        let book = house.book().await?;
        let discounts = Discounts::bundled().map_err(|error| broken(&error.to_string()))?;
        let confirmed: BTreeSet<String> = said.confirmed.iter().cloned().collect();
        let window = used.usage.window;
        let as_of = used.as_of;
        let unpriced = used.usage.rows.is_empty() && !used.usage.excluded.is_empty();
        let notes: Vec<String> = used.shorter.into_iter().chain(used.notes).collect();
        let work = move || {
            let question = Question {
                usage: &used.usage,
                book: &book,
                discounts,
                confirmed: &confirmed,
                tiers: &tiers,
                plans: &plans,
                lots: &lots,
                today,
            };
            find(&question)
        };
        let found = tokio::task::spawn_blocking(work).await.map_err(|error| broken(&error.to_string()))?;
        let shown = found.all.iter().filter(|saving| !said.dismissed.contains(&saving.id));
        let rows: Vec<SavingRow> = shown.map(|saving| row(saving, &books, &said)).collect();
        // What was put away is not to be had: with any of it a sum of the rest cannot be told from what is here.
        let whole = found.all.len() == rows.len();
        let mut notes = notes;
        if !whole {
            notes.push("Some savings were put away: no sum is told.".to_owned());
        }
        let asking = rows.iter().filter(|row| row.certainty == SavingCertainty::NeedsWord).count();
        match if whole { asking } else { 0 } {
            0 => {}
            1 => notes.push("One saving is not in the sum: only you know whether it can be done.".to_owned()),
            asking => notes.push(format!(
                "{asking} savings are not in the sum: only you know whether they can be done."
            )),
        }
        if window.is_none() {
            notes.push("No usage is known of these days: only credit can be looked at.".to_owned());
        } else if unpriced {
            notes.push(
                "Nothing of what you used has a price that is known, so no saving on it can be told."
                    .to_owned(),
            );
        }
        Ok(Savings {
            now: now.to_string(),
            from: window.map(|(from, _)| from.to_string()),
            to: window.map(|(_, to)| to.to_string()),
            as_of: as_of.map(|at| at.to_string()),
            of_usage: found.currency.filter(|_| whole).map(|currency| range(found.of_usage, currency)),
            rows,
            dismissed: said.dismissed,
            notes,
        })
    }

    /// Keeps what a person says of a saving.
    pub(in super::super) async fn answer_saving(&self, request: &AnswerSaving) -> Result<Savings, ApiError> {
        let AnswerSaving { id, answer } = request;
        let bad = |words: &str| ApiError { field: Some("id".to_owned()), ..ApiError::bad(words) };
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(bad("that is no saving's id; `savings` shows those there are"));
        }
        if *answer == SavingAnswer::Confirm && !id.starts_with("batch:") {
            return Err(bad("only work that can go by batch is confirmed; the others can be put away"));
        }
        let house = self.house().await;
        let mut said = said(&house).await?;
        for list in [&mut said.confirmed, &mut said.dismissed] {
            list.retain(|known| known != id);
        }
        match answer {
            SavingAnswer::Confirm => keep(&mut said.confirmed, id),
            SavingAnswer::Dismiss => keep(&mut said.dismissed, id),
            SavingAnswer::Forget => {}
        }
        let text = serde_json::to_string(&said).map_err(|error| broken(&error.to_string()))?;
        house.store.set_setting(SAID, &text).await?;
        self.tell(Event::Changed);
        self.savings(&SavingsQuery::default()).await
    }
}

fn keep(list: &mut Vec<String>, id: &str) {
    list.push(id.to_owned());
    let over = list.len().saturating_sub(MOST_SAID);
    list.drain(..over);
}

async fn said(house: &House) -> Result<Said, ApiError> {
    let kept = house.store.setting(SAID).await?;
    // What another version wrote and this one cannot read is as good as not said.
    Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Free tiers that accounts may have beside what they pay for, and are not known to be on.
async fn may_have(
    house: &House,
    books: &Books,
    usage: &Usage,
    today: Date,
) -> Result<Vec<MayHave>, ApiError> {
    let tiers = FreeTiers::bundled().map_err(|error| broken(&error.to_string()))?;
    let mut all = Vec::new();
    for account in &books.accounts {
        if chosen_tier(house, account).await?.is_some() {
            continue;
        }
        for tier in tiers.of(&account.account.provider, today) {
            if tier.kind != TierKind::Free || !tier.also_when_paying {
                continue;
            }
            if let Ok(resolved) = resolve_tier(tier, usage) {
                let sources = tier.records.iter().flat_map(|record| record.sources.clone());
                let sources = sources.collect::<BTreeSet<_>>().into_iter().collect();
                all.push((account.id, tier.name.clone(), resolved.terms, sources));
            }
        }
    }
    Ok(all)
}

/// What subscriptions cost over the window, where their price and period are told.
async fn paid_plans(
    house: &House,
    books: &Books,
    usage: &Usage,
    now: crate::time::Timestamp,
) -> Result<Vec<PaidPlan>, ApiError> {
    let Some((from, to)) = usage.window else { return Ok(Vec::new()) };
    let days = Decimal::from(to.days_since(from));
    // Of plans alone: no end of a lot by a zone's days is asked for.
    let holdings = Holdings::open(house, crate::time::Calendar::new(crate::time::Zone::UTC)).await?;
    let mut all = Vec::new();
    for account in &books.accounts {
        for plan in holdings.of(account.id, now).subscriptions {
            let length = match plan.period.as_deref() {
                Some("month") => 30,
                Some("year") => 365,
                _ => continue,
            };
            let Some(price) = &plan.price else { continue };
            let (Ok(amount), Ok(currency)) = (exact(&price.amount), price.currency.parse::<Currency>())
            else {
                continue;
            };
            let paid = amount.checked_mul(days).and_then(|paid| paid.checked_div(Decimal::from(length)));
            let Some(paid) = paid else { continue };
            all.push(PaidPlan { account: account.id, plan: plan.plan, paid: paid.round_dp(2), currency });
        }
    }
    Ok(all)
}

fn row(saving: &Saving, books: &Books, said: &Said) -> SavingRow {
    let part = saving.part.as_ref().map(|part| {
        let (of, id) = match part {
            Part::Project(id) => (NameOf::Project, id),
            Part::Key(id) => (NameOf::ApiKey, id),
        };
        books.names.get(saving.account, of, id).unwrap_or(id).to_owned()
    });
    let behind = &saving.behind;
    SavingRow {
        id: saving.id.clone(),
        kind: name_of(saving.kind, SavingKind::NAMED).to_owned(),
        account: saving.account,
        label: books.label_of(saving.account),
        part,
        models: saving.models.clone(),
        instead: saving.instead.clone(),
        amount: range(saving.amounts, saving.currency),
        certainty: match saving.certainty {
            Certainty::Measured => SavingCertainty::Measured,
            Certainty::Assumed => SavingCertainty::Assumed,
            Certainty::NeedsWord => SavingCertainty::NeedsWord,
        },
        confirmed: said.confirmed.contains(&saving.id),
        why: saving.words.clone(),
        todo: todo(saving.kind).to_owned(),
        usage_rows: behind.rows,
        requests: (behind.uncounted < behind.rows).then_some(behind.requests),
        days: u32::try_from(behind.days).unwrap_or(u32::MAX),
        list_cost: (behind.rows > 0).then(|| amount(behind.list_cost, saving.currency)),
        sources: saving.sources.clone(),
        overlaps: saving.overlaps.clone(),
    }
}

const fn todo(kind: SavingKind) -> &'static str {
    match kind {
        SavingKind::Batch => {
            "If nobody waits for this work, say so here, and send it by the provider's batch endpoint."
        }
        SavingKind::Cache => {
            "Put what stays the same at the start of the prompt, and mark it for the provider's cache where it asks for that."
        }
        SavingKind::SmallerModel => {
            "Send some of these requests to the smaller model, and compare the answers."
        }
        SavingKind::OffPeak => "Start what can wait at the provider's cheaper hours.",
        SavingKind::FreeAllowance => {
            "Look in the provider's console whether the account has the free allowance, and say so under Limits."
        }
        SavingKind::PlanUnused => {
            "Cancel the plan before it renews, or use it in place of what you pay as you go."
        }
        SavingKind::Lapsing => "Use this credit before the others, or buy no more until it is spent.",
    }
}

fn range([low, typical, high]: [Decimal; 3], currency: Currency) -> SavingRange {
    SavingRange {
        low: amount(low, currency),
        typical: amount(typical, currency),
        high: amount(high, currency),
    }
}

fn amount(amount: Decimal, currency: Currency) -> Amount {
    Amount { amount: amount.normalize().to_string(), currency: currency.to_string() }
}
