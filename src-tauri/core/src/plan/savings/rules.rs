//! The rules: what in a person's usage points to each saving.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::{Cell, PLACES, Place, cut, dear_at, lapsing, less, part_of, whole};
use super::{Behind, Certainty, LapsingLot, PaidPlan, Part, Saving, SavingKind, Savings, added, sibling};
use crate::catalogue::{DiscountKind, Discounts, Off, Surface, Task, TaxIn};
use crate::ledger::{Meter, TokenTotals, TokenUsage};
use crate::money::{Currency, Decimal, exact_add};
use crate::plan::{Element, Kind, Purse, Terms, Usage, replay};
use crate::pricing::{Consumed, PriceBook, Pricer, Unpriced, Usage as Priced, listed_as};
use crate::time::Date;

/// Fewer requests than these show no habit.
pub const FEWEST_REQUESTS: u64 = 50;
/// Fewer days than these show no habit.
const FEWEST_DAYS: usize = 7;
/// Prompts of so many tokens and more are worth keeping in a cache; shorter ones no provider keeps.
const LARGE_PROMPT: u64 = 2_000;
/// Of repeated large prompts so much of the input, in per cent, is taken to be the same as before.
const REPEATED: [i64; 3] = [30, 50, 80];
/// Answers of so many tokens are short.
const SHORT_ANSWER: u64 = 200;
/// A smaller model costs at most so much of the dear one, in per cent.
const SMALLER: i64 = 50;
/// Every hour of the day has so much of its even share, in per cent, where work goes on day and night.
const EVEN: u64 = 30;
/// Work whose requests fall into so many hours of the day is no conversation.
const HOURS: usize = 4;

/// Everything that savings are found in.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The usage.
    pub usage: &'a Usage,
    /// The prices.
    pub book: &'a PriceBook,
    /// Discounts, dated.
    pub discounts: &'a Discounts,
    /// The ids of batch savings that the person confirmed: this work can wait.
    pub confirmed: &'a BTreeSet<String>,
    /// Free tiers that the person may use and is not known to: the account, the tier's name, its terms, its sources.
    pub tiers: &'a [(i64, String, Terms, Vec<String>)],
    /// Plans that are paid for.
    pub plans: &'a [PaidPlan],
    /// Lots that may lapse.
    pub lots: &'a [LapsingLot],
    /// The day.
    pub today: Date,
}

/// Usage, cut into parts, with what prices them.
struct Desk<'a> {
    question: &'a Question<'a>,
    cells: BTreeMap<Place, Cell>,
    currency: Currency,
    pricer: Pricer<'a>,
}

/// Finds what there is to be saved.
pub fn find(question: &Question) -> Savings {
    let mut all = Vec::new();
    if let Some(currency) = question.usage.currency {
        let cells = cut(question.usage);
        let mut desk = Desk { question, cells, currency, pricer: Pricer::new(question.book) };
        all.extend(desk.batches());
        all.extend(desk.caches());
        all.extend(desk.smaller_models());
        all.extend(desk.off_peak());
        all.extend(desk.free_allowances());
        all.extend(desk.unused_plans());
    }
    all.extend(question.lots.iter().map(lapsing));
    Savings::of(all, question.usage)
}

/// A saving of which nothing is worked out yet.
struct Draft {
    id: String,
    kind: SavingKind,
    certainty: Certainty,
    words: String,
    sources: Vec<String>,
    part: Option<Part>,
    instead: Option<String>,
}

impl<'a> Desk<'a> {
    fn kind(&self, kind: u32) -> Option<&'a Kind> {
        self.question.usage.kinds.get(usize::try_from(kind).ok()?)
    }

    /// Kinds of text by API key, at once, by what the caller groups them by.
    fn groups<K: Ord>(&self, key: impl Fn(&Kind) -> K) -> BTreeMap<K, Vec<u32>> {
        let mut groups = BTreeMap::<K, Vec<u32>>::new();
        for (kind, place) in self.question.usage.kinds.iter().zip(0_u32..) {
            if kind.surface == Surface::Api && kind.task == Task::Text && !kind.batch {
                groups.entry(key(kind)).or_default().push(place);
            }
        }
        groups
    }

    /// The parts of usage of some kinds.
    fn of(&self, kinds: &[u32]) -> Vec<(Place, Cell)> {
        let wanted: BTreeSet<u32> = kinds.iter().copied().collect();
        let of = self.cells.iter().filter(|((kind, _), _)| wanted.contains(kind));
        of.map(|(place, cell)| (*place, *cell)).collect()
    }

    /// What a part costs with a model, so much of its input read from a cache and put into one.
    fn cost(
        &mut self,
        whose: &Kind,
        model: &str,
        at: Date,
        cell: Cell,
        cache: [u64; 2],
        tier: Option<&str>,
    ) -> Result<Decimal, Unpriced> {
        let [cache_read, cache_creation] = cache;
        let totals = TokenTotals {
            input: cell.input,
            output: cell.output,
            cache_read,
            cache_creation,
            ..TokenTotals::default()
        };
        let tokens = TokenUsage::from_totals(totals).map_err(|_| Unpriced::NoQuantity)?;
        let mut last = Err(Unpriced::NoProvider);
        for provider in listed_as(&whose.provider) {
            let consumed = Consumed::Tokens(&tokens);
            let usage = Priced { provider, model, at, service_tier: tier, context_window: None, consumed };
            last = self.pricer.list_cost(&usage).map(|cost| cost.cost.amount);
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// What a part costs as it was, by today's rules of its day.
    fn plain(&mut self, whose: &Kind, at: Date, cell: Cell) -> Result<Decimal, Unpriced> {
        self.cost(whose, &whose.model, at, cell, [cell.cached, 0], None)
    }

    fn saving(&self, draft: Draft, account: i64, parts: Vec<(Place, Cell, [Decimal; 3])>) -> Option<Saving> {
        let mut amounts = [Decimal::ZERO; 3];
        let mut behind = Behind::default();
        let (mut kinds, mut days, mut models) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut cells = BTreeMap::new();
        for (place, cell, saved) in parts {
            amounts = added(amounts, saved);
            behind.rows += cell.rows;
            behind.requests = behind.requests.saturating_add(cell.requests);
            behind.uncounted += cell.uncounted;
            behind.list_cost = exact_add(behind.list_cost, cell.list_cost).unwrap_or(behind.list_cost);
            kinds.insert(place.0);
            days.insert(place.1);
            models.extend(self.kind(place.0).map(|kind| kind.model.clone()));
            cells.insert(place, saved);
        }
        behind.kinds = kinds.len();
        behind.days = days.len();
        let Draft { id, kind, certainty, words, sources, part, instead } = draft;
        (amounts[2] > Decimal::ZERO).then(|| Saving {
            id,
            kind,
            account,
            part,
            models: models.into_iter().collect(),
            instead,
            amounts,
            currency: self.currency,
            certainty,
            behind,
            words,
            sources,
            overlaps: Vec::new(),
            cells,
        })
    }

    fn sources(&self, provider: &str, kind: DiscountKind) -> Vec<String> {
        let found = self.question.discounts.of(provider, kind, self.question.today).next();
        found.map_or_else(
            || vec![format!("price list {}", self.question.book.version())],
            |one| one.fact.sources.clone(),
        )
    }

    /// Work by project or key that goes by the clock, or that the person says can wait.
    fn batches(&mut self) -> Vec<Saving> {
        let mut found = Vec::new();
        for ((account, part), kinds) in self.groups(|kind| (kind.account, part_of(kind))) {
            let id = match &part {
                Some(Part::Project(name)) => format!("batch:{account}:project:{name}"),
                Some(Part::Key(name)) => format!("batch:{account}:key:{name}"),
                None => format!("batch:{account}"),
            };
            let confirmed = self.question.confirmed.contains(&id);
            let Some(pattern) =
                self.pattern(&kinds).or_else(|| confirmed.then(|| "You said that it can wait.".to_owned()))
            else {
                continue;
            };
            let mut parts = Vec::new();
            let mut sources = Vec::new();
            for (place, cell) in self.of(&kinds) {
                let Some(kind) = self.kind(place.0) else { continue };
                if let (Ok(plain), Some(batch)) =
                    (self.plain(kind, place.1, cell), self.batch(kind, place.1, cell))
                    && let Some(saved) = less(cell.list_cost, plain, batch)
                {
                    parts.push((place, cell, [saved; 3]));
                    if sources.is_empty() {
                        sources = self.sources(&kind.provider, DiscountKind::Batch);
                    }
                }
            }
            let draft = Draft {
                id,
                kind: SavingKind::Batch,
                certainty: if confirmed { Certainty::Measured } else { Certainty::NeedsWord },
                words: pattern,
                sources,
                part,
                instead: None,
            };
            found.extend(self.saving(draft, account, parts));
        }
        found
    }

    /// What a part costs in a batch: by the price list, else by what is known of the provider.
    fn batch(&mut self, kind: &Kind, at: Date, cell: Cell) -> Option<Decimal> {
        if let Ok(cost) = self.cost(kind, &kind.model, at, cell, [cell.cached, 0], Some("batch")) {
            return Some(cost);
        }
        let times = |meter| {
            let known =
                self.question.discounts.times(&kind.provider, DiscountKind::Batch, &kind.model, meter, at);
            known.map(|(times, _)| times)
        };
        let input = times(Meter::Input)?;
        if times(Meter::Output)? != input {
            return None;
        }
        let fresh = Cell { input: cell.input.checked_sub(cell.cached)?, cached: 0, ..cell };
        let all = self.plain(kind, at, cell).ok()?;
        let fresh = self.plain(kind, at, fresh).ok()?;
        // Input from the cache is taken to cost the same in a batch where nobody says.
        all.checked_sub(fresh)?.checked_add(fresh.checked_mul(input)?)
    }

    /// By what work looks as if nobody waited for it: hours of the day, all of them or few, or the same every day of the week.
    fn pattern(&self, kinds: &[u32]) -> Option<String> {
        let rows = self.question.usage.rows.iter().filter(|row| kinds.contains(&row.kind));
        let (mut by_hour, mut by_day, mut hourly_days) =
            ([0_u64; 24], BTreeMap::<Date, u64>::new(), BTreeSet::new());
        let (mut all, mut hourly) = (0_u64, 0_u64);
        // Lines that do not tell their requests count as one each, and are not called so.
        let mut what = "its requests fall into";
        for row in rows {
            if row.requests.is_none() {
                what = "its lines of usage fall into";
            }
            let (asked, day) = (row.requests.unwrap_or(1), row.at.utc_date());
            all = all.saturating_add(asked);
            *by_day.entry(day).or_default() += asked;
            if row.seconds <= 3600 {
                hourly = hourly.saturating_add(asked);
                hourly_days.insert(day);
                by_hour[usize::try_from(row.at.unix().rem_euclid(86_400) / 3600).unwrap_or(0)] += asked;
            }
        }
        if hourly >= FEWEST_REQUESTS && hourly_days.len() >= FEWEST_DAYS {
            let days = hourly_days.len();
            let mut busiest = by_hour;
            busiest.sort_unstable_by(|a, b| b.cmp(a));
            let most: u64 = busiest.iter().take(HOURS).sum();
            if most.saturating_mul(100) >= hourly.saturating_mul(90) {
                return Some(format!("Nine in ten of {what} {HOURS} hours of the day, on {days} days."));
            }
            if by_hour.iter().all(|hour| hour.saturating_mul(2_400) >= hourly.saturating_mul(EVEN)) {
                return Some(format!("It goes on at every hour of the day and night, on {days} days."));
            }
        }
        let (least, most) = (by_day.values().min()?, by_day.values().max()?);
        let weekend = by_day.keys().any(|day| day.days_since_monday() >= 5);
        let steady = least.saturating_mul(5) >= most.saturating_mul(4) && weekend;
        let enough = all >= FEWEST_REQUESTS && by_day.len() >= FEWEST_DAYS;
        (enough && steady).then(|| {
            format!("It comes to nearly the same every day, weekends too, on {} days.", by_day.len())
        })
    }

    /// Large prompts again and again, of which hardly anything is read from the cache.
    fn caches(&mut self) -> Vec<Saving> {
        let mut found = Vec::new();
        let key = |kind: &Kind| (kind.account, kind.provider.clone(), kind.model.clone(), part_of(kind));
        for ((account, provider, model, part), kinds) in self.groups(key) {
            let cells = self.of(&kinds);
            let whole = whole(&cells);
            let repeats = whole.requests >= FEWEST_REQUESTS
                && whole.input / whole.requests.max(1) >= LARGE_PROMPT
                && whole.input / 10 >= whole.output
                && whole.cached.saturating_mul(5) < whole.input;
            if !repeats {
                continue;
            }
            let mut parts = Vec::new();
            for (place, cell) in cells {
                let Some(kind) = self.kind(place.0) else { continue };
                let Ok(plain) = self.plain(kind, place.1, cell) else { continue };
                let fresh = cell.input.saturating_sub(cell.cached);
                let saved = REPEATED.map(|percent| {
                    let again = fresh / 100 * u64::try_from(percent).unwrap_or(0);
                    // Every twentieth time the prompt has to be put there anew.
                    let put = again / 20;
                    let cost =
                        self.cost(kind, &kind.model, place.1, cell, [cell.cached + again - put, put], None);
                    cost.ok().and_then(|cost| less(cell.list_cost, plain, cost)).unwrap_or_default()
                });
                parts.push((place, cell, saved));
            }
            let id = format!(
                "cache:{account}:{model}{}",
                part.as_ref().map(|part| format!(":{}", part.name())).unwrap_or_default()
            );
            let draft = Draft {
                id,
                kind: SavingKind::Cache,
                certainty: Certainty::Assumed,
                words: format!(
                    "A request has {} tokens in on average and {} out; {} in 100 of what goes in is read from a cache. Taken that 30, 50 or 80 in 100 of the rest is the same as before.",
                    whole.input / whole.requests.max(1),
                    whole.output / whole.requests.max(1),
                    whole.cached.saturating_mul(100) / whole.input.max(1)
                ),
                sources: self.sources(&provider, DiscountKind::Cache),
                part,
                instead: None,
            };
            found.extend(self.saving(draft, account, parts));
        }
        found
    }

    /// Short answers of a dear model where the same provider has a smaller one of the same generation.
    fn smaller_models(&mut self) -> Vec<Saving> {
        let mut found = Vec::new();
        let key = |kind: &Kind| (kind.account, kind.provider.clone(), kind.model.clone());
        for ((account, provider, model), kinds) in self.groups(key) {
            let cells = self.of(&kinds);
            let whole = whole(&cells);
            if whole.requests < FEWEST_REQUESTS || whole.output / whole.requests.max(1) > SHORT_ANSWER {
                continue;
            }
            let (Some(kind), Some(((_, last), _))) =
                (kinds.first().and_then(|kind| self.kind(*kind)), cells.last())
            else {
                continue;
            };
            let Ok(plain) = self.plain(kind, *last, whole) else { continue };
            // The dearest of those that cost half at most is the nearest to what the person has.
            let mut best: Option<(Decimal, String)> = None;
            for (_, other) in sibling(self.question.book, &provider, &model) {
                let cost = self.cost(kind, other, *last, whole, [whole.cached, 0], None);
                let Ok(cost) = cost.or_else(|_| self.cost(kind, other, *last, whole, [0, 0], None)) else {
                    continue;
                };
                let half = plain.checked_mul(Decimal::new(SMALLER, 2)).unwrap_or_default();
                if cost <= half && best.as_ref().is_none_or(|(known, _)| *known < cost) {
                    best = Some((cost, other.to_owned()));
                }
            }
            let Some((cost, instead)) = best else { continue };
            let parts = cells.into_iter().map(|(place, cell)| {
                let saved = less(cell.list_cost, plain, cost).unwrap_or_default();
                (place, cell, [saved; 3])
            });
            let draft = Draft {
                id: format!("smaller:{account}:{model}"),
                kind: SavingKind::SmallerModel,
                certainty: Certainty::NeedsWord,
                words: format!(
                    "Its answers have {} tokens on average. Whether {instead} is good enough for them, only you can tell: try it on some.",
                    whole.output / whole.requests.max(1)
                ),
                sources: vec![format!("price list {}", self.question.book.version())],
                part: None,
                instead: Some(instead),
            };
            found.extend(self.saving(draft, account, parts.collect()));
        }
        found
    }

    /// Use at dear hours of a provider whose prices depend on the hour.
    fn off_peak(&mut self) -> Vec<Saving> {
        let mut by_group = BTreeMap::<(i64, String), BTreeMap<Place, (Cell, [Decimal; 3])>>::new();
        let mut sources = BTreeMap::<String, Vec<String>>::new();
        for row in self.question.usage.rows.iter().filter(|row| row.seconds <= 3600) {
            let Some(kind) = self.kind(row.kind).filter(|kind| kind.surface == Surface::Api && !kind.batch)
            else {
                continue;
            };
            let day = row.at.utc_date();
            let dear =
                self.question.discounts.of(&kind.provider, DiscountKind::OffPeak, day).find_map(|one| {
                    let hours = one.rules_of(&kind.model, day).find_map(|rule| match &rule.off {
                        Off::Hours(hours) => Some(hours),
                        _ => None,
                    })?;
                    Some((hours.iter().find(|hours| dear_at(hours, row))?.times, one.fact.sources.clone()))
                });
            let Some((times, pages)) = dear.filter(|(times, _)| *times > Decimal::ONE) else { continue };
            // Other hours may be told of a plan's credit: only a list that asks for the hour has dear ones.
            let one = Cell { input: row.input_tokens, output: row.output_tokens, ..Cell::default() };
            if self.cost(kind, &kind.model, day, one, [0, 0], None) != Err(Unpriced::TimeOfDay) {
                continue;
            }
            let Some(saved) = less(row.list_cost, times, Decimal::ONE) else { continue };
            let group = by_group.entry((kind.account, kind.provider.clone())).or_default();
            let part = group.entry((row.kind, day)).or_default();
            part.0.rows += 1;
            part.0.requests = part.0.requests.saturating_add(row.requests.unwrap_or(0));
            part.0.uncounted += u64::from(row.requests.is_none());
            part.0.list_cost = exact_add(part.0.list_cost, row.list_cost).unwrap_or(part.0.list_cost);
            part.1 = added(part.1, [saved; 3]);
            sources.insert(kind.provider.clone(), pages);
        }
        let made = by_group.into_iter().filter_map(|((account, provider), parts)| {
            let draft = Draft {
                id: format!("off-peak:{account}"),
                kind: SavingKind::OffPeak,
                certainty: Certainty::NeedsWord,
                words: "It was used at the provider's dear hours. What can wait costs less at the others."
                    .to_owned(),
                sources: sources.get(&provider).cloned().unwrap_or_default(),
                part: None,
                instead: None,
            };
            let parts = parts.into_iter().map(|(place, (cell, saved))| (place, cell, saved)).collect();
            self.saving(draft, account, parts)
        });
        made.collect()
    }

    /// What a free allowance would have served of what was paid for.
    fn free_allowances(&self) -> Vec<Saving> {
        let usage = self.question.usage;
        let purse = Purse { currency: self.currency, tax: TaxIn::Excluded };
        let made = self.question.tiers.iter().filter_map(|(account, name, terms, sources)| {
            let chain = [Element::Plan(Box::new(terms.clone())), Element::Metered(purse)];
            let served = replay(usage, &chain).ok()?.elements.first()?.served_list;
            let holds = |kind: u32| {
                terms.serves.holds(kind) && self.kind(kind).is_some_and(|kind| kind.account == *account)
            };
            let kinds: Vec<u32> = (0_u32..).take(usage.kinds.len()).filter(|kind| holds(*kind)).collect();
            let cells = self.of(&kinds);
            let all = whole(&cells).list_cost;
            let parts = cells.into_iter().map(|(place, cell)| {
                let share = cell.list_cost.checked_mul(served).and_then(|cost| cost.checked_div(all));
                (place, cell, [share.unwrap_or_default().trunc_with_scale(PLACES).min(cell.list_cost); 3])
            });
            let draft = Draft {
                id: format!("free:{account}:{}", terms.id),
                kind: SavingKind::FreeAllowance,
                certainty: Certainty::Assumed,
                words: format!("{name} would have served this of your own use, as it came. Taken that the account has it, and that nothing else uses it up."),
                sources: sources.clone(),
                part: None,
                instead: None,
            };
            self.saving(draft, *account, parts.collect())
        });
        made.collect()
    }

    /// Plans through which less was used than they cost.
    fn unused_plans(&self) -> Vec<Saving> {
        let made = self.question.plans.iter().filter_map(|plan| {
            if plan.currency != self.currency {
                return None;
            }
            let through = |kind: &Kind| kind.account == plan.account && kind.surface != Surface::Api;
            let kinds = self.question.usage.kinds.iter().zip(0_u32..).filter(|(kind, _)| through(kind));
            let cells = self.of(&kinds.map(|(_, place)| place).collect::<Vec<_>>());
            // Of a plan whose use nobody tells nothing can be said.
            if cells.is_empty() {
                return None;
            }
            let value = whole(&cells).list_cost;
            let saved = plan.paid.checked_sub(value)?;
            let draft = Draft {
                id: format!("plan:{}:{}", plan.account, plan.plan),
                kind: SavingKind::PlanUnused,
                certainty: Certainty::Assumed,
                words: format!(
                    "{} cost {} {} over these days; what was used through it is worth {value} at list price. Taken that the same could be bought as you go.",
                    plan.plan, plan.paid, plan.currency
                ),
                sources: vec![format!("price list {}", self.question.book.version())],
                part: None,
                instead: None,
            };
            let parts = cells.into_iter().map(|(place, cell)| (place, cell, [Decimal::ZERO; 3])).collect();
            let mut saving = self.saving_of_nothing(draft, plan.account, parts)?;
            saving.amounts = [saved.max(Decimal::ZERO); 3];
            Some(saving)
        });
        made.collect()
    }

    /// A saving whose amount is not of its parts: it is of their plan.
    fn saving_of_nothing(
        &self,
        draft: Draft,
        account: i64,
        parts: Vec<(Place, Cell, [Decimal; 3])>,
    ) -> Option<Saving> {
        let parts = parts
            .into_iter()
            .map(|(place, cell, _)| (place, cell, [Decimal::ZERO, Decimal::ZERO, Decimal::ONE]));
        let mut saving = self.saving(draft, account, parts.collect())?;
        saving.cells.clear();
        Some(saving)
    }
}
