//! A form's words made exact, or the field that is wrong and what to do; and back into words.

use super::{
    AllowanceEntry, ApiError, BalanceEntry, CostEntry, Entry, PurchaseEntry, Resets, SubscriptionEntry,
};
use crate::ledger::{
    Entered, EnteredAllowance, EnteredBalance, EnteredCost, EnteredPurchase, EnteredSubscription, ExpiryRule,
    LimitSource, LotKind, LotSource, QuotaWindow, ResetRule,
};
use crate::money::{self, Currency, Decimal, Money};
use crate::time::{Date, Zone};

const LONGEST_NOTE: usize = 200;
const LONGEST_NAME: usize = 80;
/// More digits than any bill has: sums of such amounts are exact.
const MOST_WHOLE_DIGITS: usize = 15;
const MOST_DECIMALS: u32 = 12;
/// Nobody paid for this before; a year such as 0202 is a slip.
const FIRST_YEAR: i32 = 2000;
const LAST_YEAR: i32 = 2200;

/// What is wrong with a field, and what to do.
pub(super) fn wrong(field: &'static str, problem: impl Into<String>) -> ApiError {
    let words = field.replace('_', " ");
    ApiError { field: Some(camel(field)), ..ApiError::bad(format!("{words}: {}", problem.into())) }
}

/// What is wrong, of a field that a person does not know by its name.
pub(super) fn refused(field: &'static str, problem: impl Into<String>) -> ApiError {
    ApiError { field: Some(camel(field)), ..ApiError::bad(problem) }
}

/// A field as the door names it.
pub(super) fn camel(field: &str) -> String {
    let mut parts = field.split('_');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        name.extend(part.chars().take(1).flat_map(char::to_uppercase).chain(part.chars().skip(1)));
    }
    name
}

/// A form's words made exact.
pub(super) fn exact(entry: Entry, today: Date) -> Result<Entered, ApiError> {
    Ok(match entry {
        Entry::Purchase(form) => Entered::Purchase(purchase(form, today)?),
        Entry::Balance(form) => Entered::Balance(EnteredBalance {
            amount: money("amount", &form.amount, &form.currency, Sign::Any)?,
            as_of: past("as_of", &form.as_of, today)?,
        }),
        Entry::Allowance(form) => Entered::Allowance(allowance(form)?),
        Entry::Subscription(form) => Entered::Subscription(subscription(form)?),
        Entry::Cost(form) => Entered::Cost(EnteredCost {
            date: past("date", &form.date, today)?,
            amount: money("amount", &form.amount, &form.currency, Sign::Any)?,
            model: words("model", form.model, LONGEST_NAME)?,
            project: words("project", form.project, LONGEST_NAME)?,
            note: words("note", form.note, LONGEST_NOTE)?,
        }),
    })
}

/// The words of a lot, from whichever form.
pub(super) struct LotWords {
    pub(super) amount: String,
    pub(super) currency: String,
    pub(super) acquired: String,
    pub(super) lot: LotKind,
    pub(super) rule: Option<String>,
    pub(super) expires_on: Option<String>,
    pub(super) note: Option<String>,
}

/// What the fields of a day are called in the two forms.
pub(super) struct LotFields {
    pub(super) acquired: &'static str,
    pub(super) ends: &'static str,
}

fn purchase(form: PurchaseEntry, today: Date) -> Result<EnteredPurchase, ApiError> {
    let lot = match (form.granted, form.included) {
        (true, true) => {
            return Err(wrong("included", "credit is either given or included: leave one of the two out"));
        }
        (true, false) => LotKind::Granted,
        (false, true) => LotKind::Allowance,
        (false, false) => LotKind::Purchased,
    };
    let PurchaseEntry { amount, currency, acquired_on: acquired, expires_on, rule, note, .. } = form;
    let words = LotWords { amount, currency, acquired, lot, rule, expires_on, note };
    self::lot(words, &LotFields { acquired: "acquired_on", ends: "expires_on" }, today)
}

/// A lot made exact.
pub(super) fn lot(form: LotWords, fields: &LotFields, today: Date) -> Result<EnteredPurchase, ApiError> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let amount = money("amount", &form.amount, &form.currency, Sign::Positive)?;
    let acquired_on = past(fields.acquired, &form.acquired, today)?;
    let rule = match (filled(form.expires_on), filled(form.rule)) {
        (Some(_), Some(_)) => {
            return Err(wrong(
                "rule",
                "give either the day on which it lapses or a rule: leave one of the two out",
            ));
        }
        (Some(day), None) => Some(ExpiryRule::On(date(fields.ends, &day)?)),
        (None, Some(rule)) => Some(expiry_rule("rule", &rule)?),
        (None, None) => None,
    };
    let ends = match rule {
        Some(ExpiryRule::On(date)) => Some(date),
        Some(ExpiryRule::At(at)) => Some(at.utc_date()),
        _ => None,
    };
    if let Some(ends) = ends {
        let field = fields.ends;
        let day = date(field, &ends.to_string())?;
        if day < acquired_on {
            let problem = format!("{day} lies before {acquired_on}, the day it was had: mend one of the two");
            return Err(wrong(field, problem));
        }
    }
    Ok(EnteredPurchase {
        amount,
        acquired_on,
        lot: form.lot,
        rule,
        source: LotSource::Entered,
        note: words("note", form.note, LONGEST_NOTE)?,
    })
}

/// A rule by which credit lapses.
pub(super) fn expiry_rule(field: &'static str, text: &str) -> Result<ExpiryRule, ApiError> {
    text.trim().parse::<ExpiryRule>().map_err(|error| wrong(field, error.to_string()))
}

/// What a lot may be that a person enters.
pub(super) fn lot_kind(field: &'static str, text: &str) -> Result<LotKind, ApiError> {
    match text.trim() {
        "purchased" => Ok(LotKind::Purchased),
        "granted" => Ok(LotKind::Granted),
        "allowance" => Ok(LotKind::Allowance),
        text => Err(wrong(field, format!("\"{}\" is not purchased, granted or allowance", shown(text)))),
    }
}

/// A person's words on a lot.
pub(super) fn note(text: Option<String>) -> Result<Option<String>, ApiError> {
    words("note", text, LONGEST_NOTE)
}

fn allowance(form: AllowanceEntry) -> Result<EnteredAllowance, ApiError> {
    let window = window("window", &form.window)?;
    let zone = form.zone.filter(|zone| !zone.trim().is_empty());
    let resets = reset_rule(window, form.resets, zone.as_deref())?;
    Ok(EnteredAllowance {
        name: needed("name", form.name, LONGEST_NAME)?,
        limit: number("limit", &form.limit, Sign::NotNegative)?,
        unit: currency("unit", &form.unit)?,
        window,
        resets,
        model: words("model", form.model, LONGEST_NAME)?,
        project: words("project", form.project, LONGEST_NAME)?,
        source: match words("learned_from", form.learned_from, LONGEST_NOTE)? {
            Some(text) => LimitSource::Learned { text },
            None => LimitSource::Entered,
        },
    })
}

fn reset_rule(
    window: QuotaWindow,
    resets: Option<Resets>,
    zone: Option<&str>,
) -> Result<ResetRule, ApiError> {
    let no = |problem: String| Err(wrong("resets", problem));
    let resets = match (window, resets) {
        (QuotaWindow::Day, Some(Resets::Midnight)) => Resets::Midnight,
        (QuotaWindow::Month, Some(Resets::FirstOfMonth)) => Resets::FirstOfMonth,
        (QuotaWindow::Lifetime, None | Some(Resets::Never)) => Resets::Never,
        (QuotaWindow::Day, None) => {
            return no("say whether a day ends at midnight (and of which zone) or is rolling".to_owned());
        }
        (QuotaWindow::Month, None) => {
            return no("say whether a month ends on the first (and of which zone) or is rolling".to_owned());
        }
        (QuotaWindow::Lifetime, Some(_)) => {
            return no("an allowance for a lifetime never resets: leave this out".to_owned());
        }
        (_, Some(Resets::Midnight)) => {
            return no(format!("midnight ends a day, and the window is a {window}"));
        }
        (_, Some(Resets::FirstOfMonth)) => {
            return no(format!("the first of the month ends a month, and the window is a {window}"));
        }
        (_, Some(Resets::Never)) => {
            return no(format!("what never resets has the window lifetime, and this one has a {window}"));
        }
        (_, None | Some(Resets::Rolling)) => Resets::Rolling,
    };
    let named = match zone {
        Some(name) => {
            let zone = name.trim().parse::<Zone>();
            Some(zone.map_err(|error| wrong("zone", format!("{error}: give an IANA name")))?)
        }
        None => None,
    };
    let zone = named.unwrap_or(Zone::UTC);
    match resets {
        Resets::Midnight => Ok(ResetRule::Midnight { zone }),
        Resets::FirstOfMonth => Ok(ResetRule::FirstOfMonth { zone }),
        Resets::Rolling | Resets::Never if named.is_some() => {
            Err(wrong("zone", "a zone is for an allowance that resets at midnight: leave it out"))
        }
        Resets::Rolling => Ok(ResetRule::Rolling),
        Resets::Never => Ok(ResetRule::Never),
    }
}

fn subscription(form: SubscriptionEntry) -> Result<EnteredSubscription, ApiError> {
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let price = match (filled(form.price), filled(form.currency)) {
        (Some(amount), Some(currency)) => Some(money("price", &amount, &currency, Sign::NotNegative)?),
        (None, None) => None,
        (Some(_), None) => return Err(wrong("currency", "give the currency of the price, such as USD")),
        (None, Some(_)) => return Err(wrong("price", "give the price too, or leave the currency out")),
    };
    let period = window("period", &form.period)?;
    if !matches!(period, QuotaWindow::Week | QuotaWindow::Month | QuotaWindow::Year) {
        return Err(wrong(
            "period",
            format!("a plan is paid for by the week, month or year, not by the {period}"),
        ));
    }
    Ok(EnteredSubscription {
        plan: needed("plan", form.plan, LONGEST_NAME)?,
        price,
        period,
        renews_on: filled(form.renews_on).map(|text| date("renews_on", &text)).transpose()?,
    })
}

/// Which numbers are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Any,
    NotNegative,
    Positive,
}

/// An amount with its currency.
pub(super) fn money(field: &'static str, amount: &str, unit: &str, sign: Sign) -> Result<Money, ApiError> {
    Ok(Money::new(number(field, amount, sign)?, currency("currency", unit)?))
}

pub(super) fn number(field: &'static str, text: &str, sign: Sign) -> Result<Decimal, ApiError> {
    let text = text.trim();
    let shown = || shown(text);
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    let not = || {
        wrong(
            field,
            format!(
                "\"{}\" is not a number such as 12.50: digits and a point, no sign of a currency and no other separator",
                shown()
            ),
        )
    };
    let whole = text.trim_start_matches('-').split('.').next().unwrap_or_default().trim_start_matches('0');
    if !plain {
        return Err(not());
    }
    let too_long = || {
        let most = format!("{MOST_WHOLE_DIGITS} digits before the point and {MOST_DECIMALS} behind it");
        wrong(field, format!("{} has too many digits: at most {most} are kept", shown()))
    };
    if whole.len() > MOST_WHOLE_DIGITS {
        return Err(too_long());
    }
    let number = match money::exact(text) {
        Ok(number) => number.normalize(),
        Err(money::NumberError::TooPrecise(_)) => return Err(too_long()),
        Err(money::NumberError::NotANumber(_)) => return Err(not()),
    };
    if number.scale() > MOST_DECIMALS {
        return Err(too_long());
    }
    match sign {
        Sign::Positive if number <= Decimal::ZERO => Err(wrong(field, "give more than 0")),
        Sign::NotNegative if number < Decimal::ZERO => Err(wrong(field, "give 0 or more")),
        _ => Ok(number),
    }
}

pub(super) fn currency(field: &'static str, text: &str) -> Result<Currency, ApiError> {
    let text = text.trim();
    // "usd" is the dollar: no provider counts in a unit that is called as a currency is.
    Currency::national(text).or_else(|_| Currency::virtual_unit(text)).map_err(|_| {
        let problem = if text.is_empty() {
            "give a currency such as USD, or a unit such as credits".to_owned()
        } else {
            format!(
                "\"{}\" is no currency such as USD, and no unit such as credits (small letters, digits, . _ and -, at most 16)",
                shown(text)
            )
        };
        wrong(field, problem)
    })
}

fn window(field: &'static str, text: &str) -> Result<QuotaWindow, ApiError> {
    text.trim().parse::<QuotaWindow>().map_err(|error| wrong(field, error.to_string()))
}

pub(super) fn date(field: &'static str, text: &str) -> Result<Date, ApiError> {
    let date = text.trim().parse::<Date>().map_err(|error| wrong(field, error.to_string()))?;
    if (FIRST_YEAR..=LAST_YEAR).contains(&date.year()) {
        Ok(date)
    } else {
        Err(wrong(
            field,
            format!("{date} lies too far away: give a day between {FIRST_YEAR} and {LAST_YEAR}"),
        ))
    }
}

fn past(field: &'static str, text: &str, today: Date) -> Result<Date, ApiError> {
    let date = date(field, text)?;
    if date > today {
        return Err(wrong(field, format!("{date} lies in the future: give a day up to {today}")));
    }
    Ok(date)
}

pub(super) fn needed(field: &'static str, text: String, longest: usize) -> Result<String, ApiError> {
    words(field, Some(text), longest)?.ok_or_else(|| wrong(field, "this is empty: give it a few words"))
}

fn words(field: &'static str, text: Option<String>, longest: usize) -> Result<Option<String>, ApiError> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let length = text.chars().count();
    if length > longest {
        return Err(wrong(field, format!("this has {length} characters: shorten it to {longest}")));
    }
    if text.chars().any(char::is_control) {
        return Err(wrong(field, "this has line breaks or characters that cannot be shown: leave them out"));
    }
    Ok(Some(text))
}

/// The start of a text, for a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// What was entered, as a form shows it.
pub(super) fn in_words(entered: &Entered) -> Entry {
    let text = |number: Decimal| number.normalize().to_string();
    match entered.clone() {
        Entered::Purchase(purchase) => Entry::Purchase(PurchaseEntry {
            amount: text(purchase.amount.amount),
            currency: purchase.amount.currency.to_string(),
            acquired_on: purchase.acquired_on.to_string(),
            expires_on: purchase.expires_on().map(|date| date.to_string()),
            rule: purchase
                .rule
                .filter(|rule| !matches!(rule, ExpiryRule::On(_)))
                .map(|rule| rule.to_string()),
            granted: purchase.lot == LotKind::Granted,
            included: matches!(purchase.lot, LotKind::Allowance | LotKind::RolledOver),
            note: purchase.note,
        }),
        Entered::Balance(balance) => Entry::Balance(BalanceEntry {
            amount: text(balance.amount.amount),
            currency: balance.amount.currency.to_string(),
            as_of: balance.as_of.to_string(),
        }),
        Entered::Allowance(allowance) => {
            let (resets, zone) = match allowance.resets {
                ResetRule::Rolling => (Resets::Rolling, None),
                ResetRule::Never => (Resets::Never, None),
                ResetRule::Midnight { zone } => (Resets::Midnight, Some(zone)),
                ResetRule::FirstOfMonth { zone } => (Resets::FirstOfMonth, Some(zone)),
            };
            Entry::Allowance(AllowanceEntry {
                name: allowance.name,
                limit: text(allowance.limit),
                unit: allowance.unit.to_string(),
                window: allowance.window.to_string(),
                resets: Some(resets),
                zone: zone.map(|zone| zone.to_string()),
                model: allowance.model,
                project: allowance.project,
                learned_from: match allowance.source {
                    LimitSource::Entered => None,
                    LimitSource::Learned { text } => Some(text),
                },
            })
        }
        Entered::Subscription(plan) => Entry::Subscription(SubscriptionEntry {
            plan: plan.plan,
            price: plan.price.map(|price| text(price.amount)),
            currency: plan.price.map(|price| price.currency.to_string()),
            period: plan.period.to_string(),
            renews_on: plan.renews_on.map(|date| date.to_string()),
        }),
        Entered::Cost(cost) => Entry::Cost(CostEntry {
            date: cost.date.to_string(),
            amount: text(cost.amount.amount),
            currency: cost.amount.currency.to_string(),
            model: cost.model,
            project: cost.project,
            note: cost.note,
        }),
    }
}
