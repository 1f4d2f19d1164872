//! What the person's own books tell of a text's cost: models in use, lengths of answers, what is left. A keystroke asks for it
//! again, so it is kept for a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::app::{App, House};
use super::figures::{Books, whole_days};
use super::held::Holdings;
use super::{ApiError, LimitRow, LotState, ShareOf};
use crate::catalogue::Models;
use crate::estimate::{Replies, replies};
use crate::ledger::Lane;
use crate::money::{Currency, Decimal, Total, exact};
use crate::pricing::{PriceBook, listed_as};
use crate::providers::openrouter;
use crate::report;
use crate::store::{AnswerRow, Dimension};
use crate::time::Timestamp;

/// So many days tell what a person uses, and how long answers are.
pub(super) const DAYS: i64 = 90;
/// What another program may have written meanwhile is seen after so many seconds.
const KEPT_SECONDS: i64 = 30;

/// What is known, until something is read or entered.
#[derive(Default)]
pub(super) struct EstimateMemory(Mutex<Option<Arc<EstimateFacts>>>);

impl EstimateMemory {
    /// Something was read or entered here.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<EstimateFacts>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a person's books tell of a text's cost.
pub(super) struct EstimateFacts {
    sample: bool,
    made_at: Timestamp,
    /// The prices.
    pub(super) book: PriceBook,
    /// Providers of the accounts, each once, in the order of the accounts.
    pub(super) providers: Vec<String>,
    /// Provider and model; most used first.
    pub(super) used: Vec<(String, String)>,
    /// By provider and model, as the price list names it where it does.
    replies: BTreeMap<(String, String), Replies>,
    /// Whatever is left, by provider.
    pub(super) left: Vec<(String, Remains)>,
}

/// Something of which something is left.
#[derive(Debug, Clone)]
pub(super) struct Remains {
    pub(super) account: i64,
    pub(super) label: String,
    pub(super) of: ShareOf,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) left: Decimal,
    pub(super) as_of: Option<String>,
    pub(super) until: Option<String>,
    models: Vec<Models>,
    /// Whether it counts models that cost nothing alone.
    pub(super) free_alone: bool,
}

impl Remains {
    /// Whether use of a model takes from it.
    pub(super) fn is_for(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|models| models.is_all() || models.hold(model))
    }
}

impl App {
    /// What the books tell, as it was read a moment ago or now.
    pub(super) async fn estimate_facts(&self, house: &House) -> Result<Arc<EstimateFacts>, ApiError> {
        let now = self.now();
        let kept = self.estimate_memory().lock().clone();
        let fresh = |facts: &Arc<EstimateFacts>| {
            facts.sample == house.sample && (0..KEPT_SECONDS).contains(&now.seconds_since(facts.made_at))
        };
        if let Some(facts) = kept.filter(fresh) {
            return Ok(facts);
        }
        let facts = Arc::new(self.read_estimate_facts(house, now).await?);
        *self.estimate_memory().lock() = Some(Arc::clone(&facts));
        Ok(facts)
    }

    async fn read_estimate_facts(&self, house: &House, now: Timestamp) -> Result<EstimateFacts, ApiError> {
        let books = Books::open(house).await?;
        let book = house.book().await?;
        let today = now.utc_date();
        let period = whole_days(today.plus_days(-DAYS), today.plus_days(1))?;
        let provider_of = |account: i64| {
            let row = books.accounts.iter().find(|row| row.id == account);
            row.map(|row| row.account.provider.clone())
        };
        let mut rows = house.store.rollup(Dimension::Model, period).await?;
        report::choose(&mut rows);
        let mut used = BTreeMap::<(String, String), u64>::new();
        for row in rows.iter().filter(|row| !row.beside) {
            let tokens =
                row.sums.input_tokens.unwrap_or(0).saturating_add(row.sums.output_tokens.unwrap_or(0));
            if let (Some(provider), Some(model), 1..) = (provider_of(row.account_id), &row.member, tokens) {
                let sum = used.entry((provider, model.clone())).or_default();
                *sum = sum.saturating_add(tokens);
            }
        }
        let mut used: Vec<_> = used.into_iter().collect();
        used.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
        let mut providers = Vec::new();
        for row in &books.accounts {
            if !providers.contains(&row.account.provider) {
                providers.push(row.account.provider.clone());
            }
        }
        Ok(EstimateFacts {
            sample: house.sample,
            made_at: now,
            providers,
            used: used.into_iter().map(|(model, _)| model).collect(),
            replies: lengths(&book, house.store.answers(period).await?, provider_of),
            book,
            left: self.left(house, &books, now).await?,
        })
    }

    /// What is left of allowances and of credit; of credit the balance that the provider tells, else what lots say.
    async fn left(
        &self,
        house: &House,
        books: &Books,
        now: Timestamp,
    ) -> Result<Vec<(String, Remains)>, ApiError> {
        let mut all = Vec::new();
        let limits = self.limits_of(house, now).await?;
        all.extend(limits.rows.iter().filter_map(|row| Some((row.provider.clone(), of_limit(row)?))));
        let holdings = Holdings::open(house, self.calendar().await?).await?;
        let (_, lots) = self.lots(house, None, now, 0).await?;
        for row in &books.accounts {
            let of_account = |of, name: String, unit: String, left: Decimal, as_of, until| Remains {
                account: row.id,
                label: books.label_of(row.id),
                of,
                name,
                unit,
                left,
                as_of,
                until,
                models: Vec::new(),
                free_alone: false,
            };
            let mut told = BTreeSet::new();
            let held = holdings.of(row.id, now);
            for balance in held.balances {
                // What is bought and what is granted of one currency may be told apart, or in one sum.
                let Ok(left) = exact(&balance.left.amount) else { continue };
                told.insert(balance.left.currency.clone());
                let name = format!("balance ({})", balance.kind);
                let unit = balance.left.currency;
                let left = of_account(ShareOf::Balance, name, unit, left, Some(balance.as_of), None);
                all.push((row.account.provider.clone(), left));
            }
            let mut sums = BTreeMap::<Currency, (Total, u32, Option<Timestamp>)>::new();
            for lot in lots.iter().filter(|lot| lot.told.account == row.id && lot.state == LotState::Open) {
                let Some(left) = lot.left else { continue };
                let sum = sums.entry(lot.told.currency).or_default();
                sum.0 = sum.0.checked_add(left).unwrap_or(sum.0);
                sum.1 += 1;
                sum.2 = sum.2.into_iter().chain(lot.lapses_at).min();
            }
            for (currency, (left, count, first)) in sums {
                if told.contains(currency.as_str()) {
                    continue;
                }
                let name = if count == 1 { "one lot".to_owned() } else { format!("{count} lots") };
                let until = first.map(|at| at.to_string());
                let unit = currency.to_string();
                let left = of_account(ShareOf::Lots, name, unit, left.nearest(), None, until);
                all.push((row.account.provider.clone(), left));
            }
        }
        Ok(all)
    }
}

impl EstimateFacts {
    /// How long a model's answers were.
    pub(super) fn replies(&self, provider: &str, model: &str) -> Option<&Replies> {
        self.replies.get(&(provider.to_owned(), canonical(&self.book, provider, model)))
    }
}

/// The model as the price list names it, so that dated names and aliases are one.
fn canonical(book: &PriceBook, provider: &str, model: &str) -> String {
    let listed = listed_as(provider).into_iter().find_map(|listed| book.model(listed, model));
    listed.unwrap_or(model).to_owned()
}

/// The lengths of answers by provider and model: of each account as its best lane tells them.
fn lengths(
    book: &PriceBook,
    rows: Vec<AnswerRow>,
    provider_of: impl Fn(i64) -> Option<String>,
) -> BTreeMap<(String, String), Replies> {
    let mut best = BTreeMap::<(i64, String), Lane>::new();
    for row in &rows {
        let lane = best.entry((row.account_id, row.model.clone())).or_insert(row.lane);
        *lane = row.lane.min(*lane);
    }
    let mut lines = BTreeMap::<(String, String), Vec<(u64, u64, u64)>>::new();
    for row in rows {
        let chosen = best.get(&(row.account_id, row.model.clone())) == Some(&row.lane);
        if let (true, Some(provider)) = (chosen, provider_of(row.account_id)) {
            let model = canonical(book, &provider, &row.model);
            lines.entry((provider, model)).or_default().extend(row.lines);
        }
    }
    lines.into_iter().filter_map(|(model, lines)| Some((model, replies(lines)?))).collect()
}

/// What is left of a limit; nothing where nobody knows, or where it counts what a text does not tell.
fn of_limit(row: &LimitRow) -> Option<Remains> {
    let left = exact(row.left.as_deref()?).ok()?;
    (!row.configured).then(|| Remains {
        account: row.account,
        label: row.label.clone(),
        of: ShareOf::Limit,
        name: format!("{}, per {}", row.name, row.window),
        unit: row.unit.clone(),
        left,
        as_of: row.as_of.clone(),
        until: row.resets_at.clone(),
        models: row
            .model
            .as_deref()
            .map(|all| all.split(", ").map(Models::one).collect())
            .unwrap_or_default(),
        free_alone: row.provider == openrouter::PROVIDER.id && row.name == openrouter::FREE_REQUESTS,
    })
}
