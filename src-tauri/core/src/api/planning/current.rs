//! What the person pays now for the same usage: what was billed for it, and the prices of their subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use super::super::ApiError;
use super::super::app::House;
use super::super::figures::Books;
use super::taking::used_by;
use super::usage::{Used, list_cost};
use crate::catalogue::{Plan, PlanStatus, Plans, Quantity, Surface, TaxIn};
use crate::ledger::{ChargeCategory, Entered, QuotaWindow};
use crate::money::{Currency, Decimal, Money, MoneyError, Total};
use crate::plan::{Billed, Current, Purse};
use crate::store::RollupRow;
use crate::time::{Date, Timestamp};

/// What is paid now, and where each figure of it comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Paid {
    pub(super) current: Current,
    /// Whether list prices stand in for a bill anywhere.
    pub(super) estimated: bool,
    pub(super) figures: Vec<PaidFigure>,
    pub(super) notes: Vec<String>,
}

/// One figure of what is paid now.
#[derive(Debug, Clone)]
pub(super) struct PaidFigure {
    pub(super) what: String,
    pub(super) value: String,
    pub(super) source: String,
    pub(super) seen: Option<Timestamp>,
}

/// A subscription, as the provider or the person tells it.
pub(super) struct Subscribed {
    pub(super) account: i64,
    pub(super) plan: String,
    price: Option<Money>,
    period: Option<QuotaWindow>,
    seen: Timestamp,
    by_hand: bool,
}

/// The subscriptions of some accounts. What was entered of an account comes before what its provider tells without a price.
pub(super) async fn subscriptions(house: &House, accounts: &[i64]) -> Result<Vec<Subscribed>, ApiError> {
    let told = house.store.subscriptions().await?.into_iter().map(|(account, told)| Subscribed {
        account,
        plan: told.plan,
        price: told.price,
        period: told.period,
        seen: told.observed_at,
        by_hand: false,
    });
    let entered = house.store.entries(None).await?.into_iter().filter_map(|row| match row.entered {
        Entered::Subscription(entered) => Some(Subscribed {
            account: row.account_id,
            plan: entered.plan,
            price: entered.price,
            period: Some(entered.period),
            seen: row.changed_at,
            by_hand: true,
        }),
        _ => None,
    });
    let mut all: Vec<Subscribed> =
        told.chain(entered).filter(|one| accounts.contains(&one.account)).collect();
    let by_hand: BTreeSet<i64> =
        all.iter().filter(|one| one.by_hand && one.price.is_some()).map(|one| one.account).collect();
    all.retain(|one| one.by_hand || one.price.is_some() || !by_hand.contains(&one.account));
    Ok(all)
}

/// What is paid now for what was used.
pub(super) fn paid(
    books: &Books,
    used: &Used,
    subscribed: &[Subscribed],
    plans: &Plans,
) -> Result<Paid, ApiError> {
    let mut paid = Paid::default();
    let told: BTreeSet<i64> = used.usage.kinds.iter().map(|kind| kind.account).collect();
    for one in subscribed {
        // What it serves is in no option, so leaving it would look like a saving.
        let apart = !told.contains(&one.account)
            && used.sums.iter().any(|row| row.account_id == one.account && !row.beside);
        if apart {
            let label = books.label_of(one.account);
            paid.notes.push(format!(
                "{} at {label} is not in what you pay now: nothing of what it serves can be compared.",
                one.plan
            ));
            continue;
        }
        subscription(one, books, plans, &mut paid);
    }
    let mut aside = false;
    for account in told {
        let rows: Vec<&RollupRow> =
            used.sums.iter().filter(|row| row.account_id == account && !row.beside).collect();
        aside |= rows.iter().any(|row| {
            let of_money = matches!(row.category, ChargeCategory::Tax | ChargeCategory::Credit);
            of_money && row.sums.billed.is_some_and(|sum| !sum.is_zero())
        });
        use_of(account, &rows, books, used, subscribed, &mut paid)?;
    }
    if aside {
        paid.notes.push("Taxes and credits on your bills are not in what you pay now: tax is put on as said, for every option alike.".to_owned());
    }
    Ok(paid)
}

/// What an account pays for use: its bill where that is known for nearly all of its days, else list prices, as an estimate.
fn use_of(
    account: i64,
    rows: &[&RollupRow],
    books: &Books,
    used: &Used,
    subscribed: &[Subscribed],
    paid: &mut Paid,
) -> Result<(), ApiError> {
    let label = books.label_of(account);
    let money = |row: &&&RollupRow| {
        let counts = matches!(row.category, ChargeCategory::Usage | ChargeCategory::Adjustment);
        counts && row.sums.billed.is_some()
    };
    let bill = Bill::of(account, rows.iter().copied().filter(|row| money(&row)), used)?;
    let days: BTreeSet<Date> = rows.iter().filter(money).map(|row| row.start.utc_date()).collect();
    let span = books.billed_span(account);
    let is_billed =
        |day: Date| days.contains(&day) || span.is_some_and(|(from, until)| from <= day && day < until);
    let mut open = Total::default();
    let mut all = Total::default();
    for row in rows {
        let Some(listed) = row.sums.listed else { continue };
        let plus = |sum: Total| sum.checked_add(listed).ok_or(MoneyError::Overflow(Currency::USD));
        all = plus(all)?;
        if !is_billed(row.start.utc_date()) {
            open = plus(open)?;
        }
    }
    // A bill that is a few days behind is the bill all the same.
    let known = open.nearest() * Decimal::TEN <= all.nearest() && (bill.is_there || span.is_some());
    let own_unit = bill.sums.keys().any(Currency::is_own_unit);
    let mixed = bill.is_mixed(used.usage.currency, all);
    if known && !own_unit && !mixed {
        if !open.is_zero() {
            paid.notes.push(format!(
                "{label} is not billed yet for some of its days: what you pay now is a little more than shown."
            ));
        }
        if !bill.dropped.is_empty() {
            paid.notes.push(format!(
                "Of the bill of {label}, {} for what is not in this usage is left out.",
                words_of(&bill.dropped)
            ));
        }
        for (currency, sum) in bill.sums {
            let amount = sum.exact().unwrap_or_else(|| sum.nearest());
            let purse = Purse { currency, tax: TaxIn::Excluded };
            paid.current.billed.push(Billed { account, purse, amount });
            paid.figures.push(PaidFigure {
                what: format!("{label}: billed for this usage over the window"),
                value: Money::new(amount, currency).to_string(),
                source: "the provider's bill, by day: it is not split to single requests".to_owned(),
                seen: books.as_of_account(account),
            });
        }
        return Ok(());
    }
    let covered = subscribed.iter().any(|one| one.account == account);
    let surface = books.provider_of(account).map_or(Surface::Api, |provider| used_by(provider.id).1);
    if !bill.is_there && (covered || surface != Surface::Api) {
        paid.notes.push(format!("{label} bills nothing for use: your subscription is taken to cover it."));
        return Ok(());
    }
    let Some(currency) = used.usage.currency else { return Ok(()) };
    let amount = list_cost(&used.usage, Some(account))?;
    paid.estimated = true;
    let why = if own_unit {
        "it is billed in units of its own"
    } else if mixed && known {
        "its bill also holds what is not in this usage, and does not say how much"
    } else {
        "no bill of it is known for these days; connect a key that sees costs, or import its bill"
    };
    paid.notes.push(format!("What you pay {label} for use is an estimate at list price: {why}."));
    paid.current.billed.push(Billed { account, purse: Purse { currency, tax: TaxIn::Excluded }, amount });
    paid.figures.push(PaidFigure {
        what: format!("{label}: this usage at list price over the window (estimated)"),
        value: Money::new(amount, currency).to_string(),
        source: "the price list".to_owned(),
        seen: books.as_of_account(account).or_else(|| books.told_at(account)),
    });
    Ok(())
}

/// What an account was billed, as far as it is for the usage that was taken in.
#[derive(Default)]
struct Bill {
    sums: BTreeMap<Currency, Total>,
    /// What is surely for something else.
    dropped: BTreeMap<Currency, Total>,
    is_there: bool,
    /// Whether something of the account was left out that its bill holds without saying how much.
    blurred: bool,
}

impl Bill {
    fn of<'a>(
        account: i64,
        rows: impl Iterator<Item = &'a RollupRow>,
        used: &Used,
    ) -> Result<Bill, ApiError> {
        let (mut named, mut unnamed) = (BTreeMap::new(), BTreeMap::new());
        let mut bill = Bill::default();
        for row in rows {
            let Some((currency, more)) = row.currency.zip(row.sums.billed) else { continue };
            bill.is_there = true;
            let sums = match &row.member {
                None => &mut unnamed,
                Some(model) if used.left_out.contains(&(account, model.clone())) => &mut bill.dropped,
                Some(_) => &mut named,
            };
            let sum: &mut Total = sums.entry(currency).or_default();
            *sum = sum.checked_add(more).ok_or(MoneyError::Overflow(currency))?;
        }
        let left_out =
            used.left_out.range((account, String::new())..).next().is_some_and(|(of, _)| *of == account);
        // Where lines name models, those that name none are for something else, such as searches.
        let by_model = named
            .iter()
            .all(|(currency, sum)| unnamed.get(currency).is_none_or(|rest| rest.nearest() <= sum.nearest()))
            && !named.is_empty();
        if left_out && by_model {
            add(&mut bill.dropped, unnamed)?;
        } else {
            bill.blurred = left_out && !unnamed.is_empty();
            add(&mut named, unnamed)?;
        }
        bill.sums = named;
        Ok(bill)
    }

    /// Whether it is more than the usage at list price, and what was left out may be why.
    fn is_mixed(&self, currency: Option<Currency>, listed: Total) -> bool {
        let billed = currency.and_then(|currency| self.sums.get(&currency));
        self.blurred && billed.is_none_or(|billed| billed.nearest() > listed.nearest())
    }
}

fn add(to: &mut BTreeMap<Currency, Total>, more: BTreeMap<Currency, Total>) -> Result<(), ApiError> {
    for (currency, more) in more {
        let sum = to.entry(currency).or_default();
        *sum = sum.checked_add(more).ok_or(MoneyError::Overflow(currency))?;
    }
    Ok(())
}

fn words_of(sums: &BTreeMap<Currency, Total>) -> String {
    let words = sums.iter().map(|(currency, sum)| super::words::money(sum.nearest(), *currency));
    words.collect::<Vec<_>>().join(" and ")
}

fn subscription(one: &Subscribed, books: &Books, plans: &Plans, paid: &mut Paid) {
    let label = books.label_of(one.account);
    let plan = plan_of(one, books, plans);
    if let Some(plan) = plan {
        paid.current.plans.push(plan.id.clone());
    }
    let said = |by_hand: bool| if by_hand { "entered by you" } else { "told by the provider" };
    let known =
        one.price.zip(one.period).map(|(price, period)| (price, period, said(one.by_hand).to_owned()));
    let listed = || {
        let plan = plan?;
        let price = plan.prices.iter().find(|price| price.market.is_none())?;
        let Quantity::Exact(amount) = price.amount else { return None };
        let source = plan.fact.sources.first().cloned().unwrap_or_default();
        Some((Money::new(amount, price.currency), price.every, format!("its list price: {source}")))
    };
    let Some((price, period, source)) = known.or_else(listed) else {
        paid.notes.push(format!(
            "What {} at {label} costs is not known, so staying looks cheaper than it is: enter it (spendglass enter subscription).",
            one.plan
        ));
        return;
    };
    let Some(amount) = a_month(price.amount, period) else {
        paid.notes.push(format!(
            "{} at {label} is paid for once: its price is not in what you pay a month.",
            one.plan
        ));
        return;
    };
    // As the plan's own list price is: nobody says whether what was told holds tax.
    let tax = plan.and_then(|plan| plan.prices.first()).map_or(TaxIn::Unstated, |price| price.tax);
    paid.current.fixed.push((Purse { currency: price.currency, tax }, amount));
    paid.figures.push(PaidFigure {
        what: format!("{label}: {}", one.plan),
        value: format!("{price} a {period}"),
        source,
        seen: Some(one.seen),
    });
}

/// What a price comes to a month, to a millionth; nothing for what is paid once.
fn a_month(amount: Decimal, period: QuotaWindow) -> Option<Decimal> {
    let (times, of) = match period {
        QuotaWindow::Month => return Some(amount),
        QuotaWindow::Months(months) => (1, i128::from(months)),
        QuotaWindow::Year => (1, 12),
        QuotaWindow::Week => (52, 12),
        QuotaWindow::Day => (365, 12),
        QuotaWindow::Minutes(_) | QuotaWindow::Lifetime => return None,
    };
    let plain = amount.normalize();
    let grains = plain.mantissa().checked_mul(times)?.checked_mul(1_000_000)?.checked_div(of)?;
    Total::of(grains, i64::from(plain.scale()) + 6)?.exact()
}

/// Words beside the name of a plan that do not make it another: how it is paid and who tells of it.
const BESIDE_A_NAME: [&str; 14] = [
    "plan",
    "subscription",
    "monthly",
    "quarterly",
    "yearly",
    "annual",
    "individual",
    "seat",
    "seats",
    "default",
    "tier",
    "for",
    "google",
    "github",
];

/// The plan that a subscription is, where its words name one and nothing else: `Google AI Pro` is Google's Pro, `Colab Pro` is not.
pub(super) fn plan_of<'p>(one: &Subscribed, books: &Books, plans: &'p Plans) -> Option<&'p Plan> {
    let provider = books.provider_of(one.account)?;
    let (own, (lists, _)) = (provider.id, used_by(provider.id));
    let told = words(&one.plan);
    let fits = |plan: &&Plan| {
        let whose = plan.provider == own || plan.provider == lists;
        let named = words(&plan.name);
        let mut beside = words(&plan.product);
        beside.extend(words(provider.name));
        beside.extend(words(&plan.provider));
        // Twenty times the usage of the same plan is that plan, and so are two seats.
        let is_beside = |word: &String| {
            let number = word.strip_suffix('x').unwrap_or(word).parse::<u32>().is_ok();
            number || named.contains(word) || beside.contains(word) || BESIDE_A_NAME.contains(&word.as_str())
        };
        whose
            && !plan.illustration
            && !named.is_empty()
            && named.iter().all(|word| told.contains(word))
            && told.iter().all(is_beside)
    };
    let rank = |plan: &&Plan| (words(&plan.name).len(), plan.status == PlanStatus::Current);
    plans.plans.iter().filter(fits).max_by_key(rank)
}

/// Its words in small letters; a plus sign behind a word is one of its own.
fn words(text: &str) -> Vec<String> {
    let text = text.replace('+', " plus ");
    let apart = text.split(|letter: char| !letter.is_alphanumeric());
    apart.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}
