//! Answers which plan to buy: usage out of the store through every plan that could be had, landed where the person pays.

mod answer;
mod asking;
mod current;
mod drawing;
mod landings;
mod learning;
mod memory;
mod musts;
mod offers;
mod saving;
mod taking;
mod usage;
mod words;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

pub(super) use drawing::Which;
pub(super) use memory::PlanMemory;

use super::app::House;
use super::figures::Books;
use super::pictures::Drawn as Shown;
use super::{
    ApiError, App, BuyerRow, ErrorCode, FigureSource, Measure, PlanComparison, PlansQuery, ReplayWindow,
};
use crate::catalogue::{Confidence, FreeTiers, Plan, Plans};
use crate::chart::Chart;
use crate::exchange::{Rates, TaxRules};
use crate::ledger::name_of;
use crate::money::Decimal;
use crate::plan::{self, Announced, Choice, Drawn, KindSet, choose, draw};
use crate::pricing::{PriceBook, sheet};
use crate::time::{Date, Timestamp};
use answer::Told;
use asking::Asked;
use current::Paid;
use landings::Ways;
use memory::Mark;
use offers::Offered;
use usage::Used;

/// A catalogue is some hundred kilobytes.
const LARGEST_FILE: u64 = 8 << 20;
/// With more plans a comparison takes long.
const MOST_PLANS: usize = 200;

/// Everything that takes time, done.
struct Stand {
    used: Arc<Used>,
    offered: Offered,
    paid: Paid,
    drawn: Drawn,
    announced: Vec<Announced>,
    /// Of the usage at the volume that was asked for.
    requests: Option<u64>,
    list_cost: Decimal,
}

impl Stand {
    /// Whether anything was used that is compared.
    fn drawn_from(&self) -> bool {
        !self.used.usage.rows.is_empty()
    }
}

/// A comparison, with what it was made from.
struct Compared {
    asked: Asked,
    stand: Arc<Stand>,
    ways: Ways,
    choice: Choice,
    list_source: FigureSource,
    catalogue: Catalogue,
    sample: bool,
    now: Timestamp,
}

/// The plans that are compared.
#[derive(Clone)]
struct Catalogue {
    plans: Arc<Plans>,
    /// Whether free tiers come with them: a person's own file stands alone.
    alone: bool,
}

impl App {
    /// Which plan to buy.
    pub(super) async fn plans(&self, query: &PlansQuery) -> Result<PlanComparison, ApiError> {
        let compared = self.compare(query).await?;
        let told = compared.told();
        let width = query.chart_width.filter(|_| !compared.choice.options.is_empty());
        let picture = |which: Which| {
            let draw = |width| {
                drawing::draw(&told, which, width, "")
                    .map(|chart| Shown::new(chart).into_picture(Measure::Billed))
            };
            width.map(draw).transpose()
        };
        let (curve, spread) = (picture(Which::Curve)?, picture(Which::Spread)?);
        let (abstained, dearer) = told.left_out();
        Ok(PlanComparison {
            now: compared.now.to_string(),
            window: compared.window(),
            buyer: compared.buyer(),
            options: told.options(),
            shapes: told.shapes(),
            abstained,
            dearer,
            recommendation: told.recommendation(),
            curve,
            spread,
            notes: compared.notes(),
        })
    }

    /// One of the pictures alone, to be kept as a file.
    pub(super) async fn draw_plans(
        &self,
        query: &PlansQuery,
        which: Which,
        width: u32,
    ) -> Result<Chart, ApiError> {
        let compared = self.compare(query).await?;
        let as_of = compared
            .stand
            .used
            .as_of
            .map_or_else(String::new, |at| format!(", as of {}", at.to_the_minute()));
        let ending = if compared.sample { format!("{as_of}, sample data") } else { as_of };
        drawing::draw(&compared.told(), which, width, &ending)
    }

    async fn compare(&self, query: &PlansQuery) -> Result<Compared, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let asked = Asked::of(query, &self.settings().await?)?;
        let books = Books::open(&house).await?;
        let accounts = accounts(query, &books)?;
        let catalogue = self.catalogue(&house, query.catalogue.as_deref()).await?;
        let (rates, book) = (house.rates().await?, house.book().await?);
        let rules = TaxRules::bundled().map_err(|error| broken(&error.to_string()))?;
        let mark = Mark::of(&house, &books, *self.news().borrow(), now.utc_date(), (&accounts, asked.days));
        let remembered = self.plan_memory().of(mark);
        let used = match remembered.used {
            Some(used) => used,
            None => {
                Arc::new(usage::read(&house, &books, &accounts, asked.days, now.utc_date(), &rates).await?)
            }
        };
        musts::check(&asked.must, &used.usage, &catalogue, &book)?;
        let of_usage = used.usage.currency;
        let payer = asked.payer(of_usage);
        let key = asked.key(&catalogue.plans, catalogue.alone);
        let known = remembered.stands.iter().find(|(of, _)| *of == key).map(|(_, stand)| Arc::clone(stand));
        let stand = if let Some(stand) = known {
            stand
        } else {
            let subscribed = current::subscriptions(&house, &accounts).await?;
            let learned = learning::learned(&house, &books, &used, &subscribed, &catalogue.plans).await?;
            let paid = current::paid(&books, &used, &subscribed, &catalogue.plans)?;
            let work = Work {
                used: Arc::clone(&used),
                asked: asked.clone(),
                catalogue: catalogue.clone(),
                learned,
                paid,
                rates: rates.clone(),
                payer: payer.clone(),
                prior: remembered.stands.last().map(|(_, stand)| Arc::clone(stand)),
                today: now.utc_date(),
            };
            let book = book.clone();
            let done = tokio::task::spawn_blocking(move || work.done(&book, rules));
            let stand = done.await.map_err(|error| broken(&error.to_string()))??;
            Arc::new(stand)
        };
        self.plan_memory().keep(mark, &used, key, &stand);
        let purses = landings::purses(&stand.offered.offers, &stand.paid.current, of_usage);
        let ways = landings::ways(&purses, &payer, &rates, rules, now.utc_date())?;
        let choice = choose(&stand.drawn, &ways.landings);
        let list_source = FigureSource {
            what: "list prices of models, as you go".to_owned(),
            value: "each row at the price of its day".to_owned(),
            sources: vec![format!("price list {}", book.version())],
            seen: book.dated().map(|date| date.to_string()).unwrap_or_default(),
            confidence: name_of(Confidence::High, Confidence::NAMED).to_owned(),
            stale: false,
        };
        let sample = house.sample;
        Ok(Compared { asked, stand, ways, choice, list_source, catalogue, sample, now })
    }

    /// The plans to compare: those of a file alone, else those that are known, with the person's corrections.
    async fn catalogue(&self, house: &House, file: Option<&str>) -> Result<Catalogue, ApiError> {
        let Some(path) = file else {
            let plans = house.plans().await?;
            return Ok(Catalogue { plans: Arc::new(plans), alone: false });
        };
        let wrong =
            |problem: String| super::forms::refused("catalogue", format!("the catalogue {path}: {problem}"));
        let text = tokio::task::spawn_blocking({
            let path = path.to_owned();
            move || {
                let length = std::fs::metadata(&path)?.len();
                if length > LARGEST_FILE {
                    return Ok(None);
                }
                std::fs::read_to_string(&path).map(Some)
            }
        });
        let text: Result<Option<String>, std::io::Error> =
            text.await.map_err(|error| broken(&error.to_string()))?;
        let text = text.map_err(|error| wrong(error.to_string()))?;
        let text = text.ok_or_else(|| wrong(format!("it is larger than {} MB", LARGEST_FILE >> 20)))?;
        let plans = Plans::read(&text).map_err(|error| wrong(error.to_string()))?;
        let count = plans.plans.len();
        if count > MOST_PLANS {
            return Err(wrong(format!(
                "it has {count} plans, and {MOST_PLANS} are compared at most: leave some out"
            )));
        }
        Ok(Catalogue { plans: Arc::new(plans), alone: true })
    }
}

fn broken(problem: &str) -> ApiError {
    ApiError::new(ErrorCode::Internal, problem.to_owned())
}

/// The accounts that are asked for; each must be there.
fn accounts(query: &PlansQuery, books: &Books) -> Result<Vec<i64>, ApiError> {
    if query.accounts.is_empty() {
        return Ok(books.accounts.iter().map(|row| row.id).collect());
    }
    let mut all = query.accounts.clone();
    all.sort_unstable();
    all.dedup();
    match all.iter().find(|account| !books.accounts.iter().any(|row| row.id == **account)) {
        Some(missing) => Err(super::states::no_such_account(*missing)),
        None => Ok(all),
    }
}

impl Asked {
    /// What a stand depends on besides the usage that was read.
    fn key(&self, plans: &Plans, alone: bool) -> u64 {
        let mut hasher = DefaultHasher::new();
        let buyer = &self.buyer;
        (&buyer.country, buyer.student, buyer.seats, buyer.yearly, buyer.any_surface).hash(&mut hasher);
        (self.volume, &self.must, alone).hash(&mut hasher);
        // Plans hold no floats and few words: their text tells them apart.
        format!("{plans:?}").hash(&mut hasher);
        hasher.finish()
    }
}

/// What is to be done off the threads that answer.
struct Work {
    used: Arc<Used>,
    asked: Asked,
    catalogue: Catalogue,
    learned: plan::Learned,
    paid: Paid,
    rates: Rates,
    payer: crate::exchange::Buyer,
    prior: Option<Arc<Stand>>,
    today: Date,
}

impl Work {
    fn done(self, book: &PriceBook, rules: &TaxRules) -> Result<Stand, ApiError> {
        let scaled = match self.asked.volume {
            100 => None,
            percent => Some(usage::at_volume(&self.used.usage, percent)?),
        };
        let usage = scaled.as_ref().unwrap_or(&self.used.usage);
        let tiers = if self.catalogue.alone {
            None
        } else {
            Some(FreeTiers::bundled().map_err(|error| broken(&error.to_string()))?)
        };
        let (asked, plans) = (&self.asked, &self.catalogue.plans);
        let offered = offers::offered(plans, tiers, usage, &asked.buyer, &self.learned, &asked.must);
        let mut paid = self.paid;
        if asked.volume != 100 {
            let by = Decimal::new(i64::from(asked.volume), 2);
            for billed in &mut paid.current.billed {
                billed.amount = crate::money::exact_mul(billed.amount, by).unwrap_or(billed.amount);
            }
        }
        let announced = announced(usage, book, self.today);
        let purses = landings::purses(&offered.offers, &paid.current, usage.currency);
        let ways = landings::ways(&purses, &self.payer, &self.rates, rules, self.today)?;
        let prior = self.prior.as_ref().map(|stand| &stand.drawn);
        // Who pays nothing that is known does not pay nothing: there is no option of staying then.
        let known = !paid.current.fixed.is_empty() || !paid.current.billed.is_empty();
        let current = known.then_some(&paid.current);
        let drawn = draw(usage, &offered.offers, current, &announced, &ways.landings, prior);
        let requests = usage.rows.iter().try_fold(0_u64, |sum, row| sum.checked_add(row.requests?));
        let list_cost = usage::list_cost(usage, None)?;
        Ok(Stand { used: self.used, offered, paid, drawn, announced, requests, list_cost })
    }
}

/// List prices that are announced to change, of models that were used, as what the use would then cost.
fn announced(usage: &plan::Usage, book: &PriceBook, today: Date) -> Vec<Announced> {
    let mut all = Vec::new();
    let mut providers: Vec<&str> = usage.kinds.iter().map(|kind| kind.provider.as_str()).collect();
    providers.sort_unstable();
    providers.dedup();
    for provider in providers {
        for (model, on) in book.announced(provider, today) {
            let of = |kind: &plan::Kind| {
                kind.provider == provider && named(book, provider, &kind.model, &model, today)
            };
            let kinds = KindSet::those(&usage.kinds, of);
            if kinds.is_empty() {
                continue;
            }
            let Some(percent) = change(usage, book, provider, &model, (on, today), &kinds) else { continue };
            all.push(Announced { on, what: format!("the list price of {model}"), kinds, percent });
        }
    }
    all
}

/// Whether usage names a model of the list.
fn named(book: &PriceBook, provider: &str, used: &str, listed: &str, today: Date) -> bool {
    used == listed || sheet(book, provider, used, today).is_some_and(|sheet| sheet.model == listed)
}

/// What tokens of some kinds would cost at the announced prices, in per cent of what they cost at today's.
fn change(
    usage: &plan::Usage,
    book: &PriceBook,
    provider: &str,
    model: &str,
    (on, today): (Date, Date),
    kinds: &KindSet,
) -> Option<Decimal> {
    use crate::ledger::{Meter, UnitPrice};
    let sheet = sheet(book, provider, model, today)?;
    let now = sheet.groups.iter().find(|group| group.tier.is_none() && group.over == 0)?;
    let then = sheet.changes.iter().find(|change| change.announced && change.from == Some(on))?;
    let (mut plain, mut cached, mut output) = (0_u64, 0_u64, 0_u64);
    for row in usage.rows.iter().filter(|row| kinds.holds(row.kind)) {
        plain = plain.checked_add(row.input_tokens.saturating_sub(row.cache_read_tokens))?;
        cached = cached.checked_add(row.cache_read_tokens)?;
        output = output.checked_add(row.output_tokens)?;
    }
    let cost = |prices: &[UnitPrice]| {
        let of = |meter: Meter, tokens: u64| {
            if tokens == 0 {
                return Some(Decimal::ZERO);
            }
            let price = prices.iter().find(|price| price.meter == meter)?;
            price.price.checked_mul(tokens.into())?.checked_div(price.per.into())
        };
        of(Meter::Input, plain)?
            .checked_add(of(Meter::CacheRead, cached)?)?
            .checked_add(of(Meter::Output, output)?)
    };
    let (now, then) = (cost(&now.basis.unit_prices)?, cost(&then.prices)?);
    Some(then.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(now)?.round_dp(2))
}

impl Compared {
    fn told(&self) -> Told<'_> {
        Told {
            choice: &self.choice,
            offered: &self.stand.offered,
            paid: &self.stand.paid,
            ways: &self.ways,
            list_source: &self.list_source,
            today: self.now.utc_date(),
            of_usage: self.stand.used.usage.currency,
            until: self.stand.used.usage.window.filter(|_| self.stand.drawn_from()).map(|(_, to)| to),
        }
    }

    fn window(&self) -> ReplayWindow {
        let usage = &self.stand.used.usage;
        let today = self.now.utc_date();
        let (from, to) = usage.window.unwrap_or((today, today));
        let told = !usage.rows.is_empty();
        ReplayWindow {
            from: from.to_string(),
            to: to.to_string(),
            days: u32::try_from(to.days_since(from)).unwrap_or(0),
            complete_days: self.stand.used.complete_days,
            shorter: self.stand.used.shorter.clone(),
            usage_rows: usage.rows.len() as u64,
            requests: self.stand.requests.filter(|_| told),
            list_cost: told.then(|| self.stand.list_cost.normalize().to_string()),
            list_currency: usage.currency.filter(|_| told).map(|currency| currency.to_string()),
            excluded: usage.excluded.iter().map(answer::excluded).collect(),
            as_of: self.stand.used.as_of.map(|at| at.to_string()),
        }
    }

    fn buyer(&self) -> BuyerRow {
        let buyer = &self.asked.buyer;
        let payer = self.asked.payer(self.stand.used.usage.currency);
        BuyerRow {
            country: buyer.country.clone(),
            tax: self.asked.status,
            card_markup: payer.card_markup.unwrap_or_default().normalize().to_string(),
            currency: payer.currency.to_string(),
            student: buyer.student,
            seats: buyer.seats,
            yearly: buyer.yearly,
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = self.stand.used.notes.clone();
        if self.stand.used.usage.rows.is_empty() {
            notes.push("No usage with a known list price is in these days: connect an account or import a file, and sync.".to_owned());
        }
        if self.asked.volume != 100 {
            notes.push(format!("Everything is worked out for {} % of what was used.", self.asked.volume));
        }
        notes.extend(self.stand.paid.notes.iter().cloned());
        notes.extend(self.ways.notes.iter().cloned());
        for one in &self.stand.announced {
            notes.push(format!(
                "{} changes on {}, to {} % of today's for what you use: announced, and counted once a later list confirms it.",
                super::failures::sentence(&one.what).trim_end_matches('.'),
                one.on,
                one.percent.normalize()
            ));
        }
        let today = self.now.utc_date();
        let stale = |plan: &&Plan| plan.fact.stale(today, self.catalogue.plans.stale_after_days);
        match self.catalogue.plans.plans.iter().filter(|plan| !plan.illustration).filter(stale).count() {
            0 => {}
            1 => notes.push(format!(
                "One plan was last looked up more than {} days ago: it is worth checking before you buy.",
                self.catalogue.plans.stale_after_days
            )),
            count => notes.push(format!(
                "{count} plans were last looked up more than {} days ago: they are worth checking before you buy.",
                self.catalogue.plans.stale_after_days
            )),
        }
        match self.stand.offered.idle {
            0 => {}
            1 => notes.push(
                "One plan or free tier serves nothing of what you used that costs anything, where you used it.".to_owned(),
            ),
            count => notes.push(format!(
                "{count} plans and free tiers serve nothing of what you used that costs anything, where you used it."
            )),
        }
        notes
    }
}
