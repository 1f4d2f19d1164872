//! The words of the books: charges, tokens, balances and quotas, in the terms of FinOps FOCUS and OpenTelemetry `GenAI`.

mod alerts;
mod entered;
mod lots;
mod tokens;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub use alerts::{
    AlertEnd, AlertLevel, AlertRule, AssignedPart, Assignment, AssignmentKind, Budget, BudgetScope,
    BudgetSpan, Channel,
};
pub use entered::{
    Entered, EnteredAllowance, EnteredBalance, EnteredCost, EnteredPurchase, EnteredSubscription,
    LimitSource, ResetRule,
};
pub use lots::{Cycle, ExpiryRule, Life, LotKind, LotSource, NotARule};
pub use tokens::{DisjointTokens, Modalities, TokenError, TokenTotals, TokenUsage};

use crate::money::{Currency, Decimal, Money};
use crate::time::{BillingCycle, Date, Period, Timestamp};

/// The kind of a charge (FOCUS `ChargeCategory`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChargeCategory {
    /// Something was used.
    Usage,
    /// Something was bought in advance.
    Purchase,
    /// A tax.
    Tax,
    /// Money given back or granted.
    Credit,
    /// A correction.
    Adjustment,
}

impl ChargeCategory {
    /// Every category, with its name in the store.
    pub const NAMED: &[(ChargeCategory, &str)] = &[
        (ChargeCategory::Usage, "usage"),
        (ChargeCategory::Purchase, "purchase"),
        (ChargeCategory::Tax, "tax"),
        (ChargeCategory::Credit, "credit"),
        (ChargeCategory::Adjustment, "adjustment"),
    ];
}

/// Who says so. Lanes are never added up: the same request may arrive by two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// The provider's own bill and records.
    Billed,
    /// A figure that a provider or gateway computed.
    Estimated,
    /// A tool's log on this machine.
    Logged,
    /// By hand or from a file.
    Entered,
}

impl Lane {
    /// Every lane, with its name in the store, in the order in which one is chosen for a total.
    pub const NAMED: &[(Lane, &str)] = &[
        (Lane::Billed, "billed"),
        (Lane::Estimated, "estimated"),
        (Lane::Logged, "logged"),
        (Lane::Entered, "entered"),
    ];
}

/// What is measured (FOCUS `SkuMeter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meter {
    /// Input tokens that were neither read from nor written to a cache.
    Input,
    /// Input tokens read from a prompt cache.
    CacheRead,
    /// Input tokens written to a prompt cache (kept five minutes where the provider tells).
    CacheWrite,
    /// Input tokens written to a prompt cache kept for an hour.
    CacheWrite1h,
    /// Output tokens, reasoning included.
    Output,
    /// Audio input tokens.
    InputAudio,
    /// Audio input tokens read from a cache.
    CacheReadAudio,
    /// Audio output tokens.
    OutputAudio,
    /// Image input tokens.
    InputImage,
    /// Image input tokens read from a cache.
    CacheReadImage,
    /// Image output tokens.
    OutputImage,
    /// Requests.
    Request,
    /// Characters of text.
    Character,
    /// Seconds of audio or video.
    Second,
    /// Pictures.
    Image,
    /// Sessions of a sandbox.
    Session,
    /// Bytes kept.
    Byte,
    /// Searches of the web.
    WebSearch,
    /// Searches of stored files.
    FileSearch,
    /// Code run by the provider.
    CodeExecution,
}

impl Meter {
    /// Every meter, with its name in the store.
    pub const NAMED: &[(Meter, &str)] = &[
        (Meter::Input, "input"),
        (Meter::CacheRead, "cache_read"),
        (Meter::CacheWrite, "cache_write"),
        (Meter::CacheWrite1h, "cache_write_1h"),
        (Meter::Output, "output"),
        (Meter::InputAudio, "input_audio"),
        (Meter::CacheReadAudio, "cache_read_audio"),
        (Meter::OutputAudio, "output_audio"),
        (Meter::InputImage, "input_image"),
        (Meter::CacheReadImage, "cache_read_image"),
        (Meter::OutputImage, "output_image"),
        (Meter::Request, "request"),
        (Meter::Character, "character"),
        (Meter::Second, "second"),
        (Meter::Image, "image"),
        (Meter::Session, "session"),
        (Meter::Byte, "byte"),
        (Meter::WebSearch, "web_search"),
        (Meter::FileSearch, "file_search"),
        (Meter::CodeExecution, "code_execution"),
    ];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        name_of(self, Meter::NAMED)
    }
}

/// The name of a value in its table.
pub fn name_of<T: Copy + PartialEq>(value: T, named: &'static [(T, &'static str)]) -> &'static str {
    named.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| name)
}

/// The value of a name in its table.
pub fn named<T: Copy>(name: &str, named: &[(T, &str)]) -> Option<T> {
    named.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
}

/// A list price of one meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    /// What is priced.
    pub meter: Meter,
    /// The price of `per` units.
    pub price: Decimal,
    /// How many units the price buys.
    pub per: u32,
}

/// Where a list cost comes from: kept with every computed figure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PriceBasis {
    /// The price book.
    pub source: String,
    /// Its version or date.
    pub data_version: String,
    /// The model as the price book names it.
    pub model: String,
    /// Currency of the prices.
    pub currency: Currency,
    /// First day on which these prices hold, where the book tells.
    pub effective_from: Option<Date>,
    /// The unit prices used, discounts applied.
    pub unit_prices: Vec<UnitPrice>,
    /// What was applied to the plain list price, such as "batch: half price", with its source.
    pub adjustment: Option<String>,
}

/// Quantity at list price. Only `pricing` makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCost {
    /// The amount.
    pub cost: Money,
    /// The prices behind it.
    pub basis: Arc<PriceBasis>,
}

/// One line of cost or usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Who says so.
    pub lane: Lane,
    /// Its kind.
    pub category: ChargeCategory,
    /// When it arose: a UTC day or hour as the provider cut it.
    pub charge_period: Period,
    /// What the provider bills. Only from a payload that reports money.
    pub billed_cost: Option<Money>,
    /// Quantity at list price; unknown where the model or a meter has no known price.
    pub list_cost: Option<ListCost>,
    /// How much was consumed, in `consumed_unit`.
    pub consumed_quantity: Option<Decimal>,
    /// The unit of `consumed_quantity`.
    pub consumed_unit: Option<String>,
    /// Which meter ran.
    pub sku_meter: Option<Meter>,
    /// Tokens, where they are counted.
    pub tokens: Option<TokenUsage>,
    /// Requests, where they are counted.
    pub requests: Option<u64>,
    /// The model that was asked for.
    pub request_model: Option<String>,
    /// The model that answered.
    pub response_model: Option<String>,
    /// The provider's service tier, in its own word (`default`, `batch`, `priority` …).
    pub service_tier: Option<String>,
    /// The provider's context band, in its own word.
    pub context_window: Option<String>,
    /// Project or workspace (a FOCUS sub-account), by the provider's id.
    pub project: Option<String>,
    /// API key (a FOCUS sub-account), by the provider's id, never the secret.
    pub api_key: Option<String>,
    /// The provider's own words for the line.
    pub description: Option<String>,
    /// The session of a tool that it is of, by the tool's id.
    pub session: Option<String>,
}

impl Charge {
    /// A line of usage in the provider's own records, with nothing known yet but its period.
    pub const fn usage(charge_period: Period) -> Charge {
        Charge {
            lane: Lane::Billed,
            category: ChargeCategory::Usage,
            charge_period,
            billed_cost: None,
            list_cost: None,
            consumed_quantity: None,
            consumed_unit: None,
            sku_meter: None,
            tokens: None,
            requests: None,
            request_model: None,
            response_model: None,
            service_tier: None,
            context_window: None,
            project: None,
            api_key: None,
            description: None,
            session: None,
        }
    }

    /// The model to show and to price: the one asked for, else the one that answered.
    pub fn model(&self) -> Option<&str> {
        self.request_model.as_deref().or(self.response_model.as_deref())
    }

    /// The billing period that holds the charge (FOCUS `BillingPeriodStart` and `-End`): the UTC calendar month.
    pub fn billing_period(&self) -> (Date, Date) {
        BillingCycle::CALENDAR_MONTH.containing(self.charge_period.start.utc_date())
    }
}

/// What a balance is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BalanceKind {
    /// Bought in advance and granted, in one sum.
    Credits,
    /// Bought in advance.
    Purchased,
    /// Given by the provider.
    Granted,
}

impl BalanceKind {
    /// Every kind, with its name in the store.
    pub const NAMED: &[(BalanceKind, &str)] = &[
        (BalanceKind::Credits, "credits"),
        (BalanceKind::Purchased, "purchased"),
        (BalanceKind::Granted, "granted"),
    ];
}

/// What was left of prepaid money when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// When it was looked at.
    pub observed_at: Timestamp,
    /// What it is made of.
    pub kind: BalanceKind,
    /// What is left; negative where the provider lets it be.
    pub amount: Money,
    /// Everything ever acquired, where the provider tells.
    pub acquired: Option<Decimal>,
    /// Everything ever used, where the provider tells.
    pub used: Option<Decimal>,
}

impl Balance {
    /// What is left, with nothing known of what was acquired and used.
    pub const fn left(observed_at: Timestamp, kind: BalanceKind, amount: Money) -> Balance {
        Balance { observed_at, kind, amount, acquired: None, used: None }
    }
}

/// A dated lot of credit: bought or granted, with its end where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditGrant {
    /// The provider's id, or one made from what tells the lot apart. What is told of one id by several streams is put together.
    pub id: String,
    /// Bought or granted.
    pub kind: BalanceKind,
    /// In which currency or unit.
    pub currency: Currency,
    /// How much it was at first, where told.
    pub amount: Option<Decimal>,
    /// How much is left of it, where told.
    pub left: Option<Decimal>,
    /// When it was acquired, where told.
    pub acquired_at: Option<Timestamp>,
    /// When it lapses; `None` where it does not or nothing is told.
    pub expires_at: Option<Timestamp>,
    /// When it was seen.
    pub observed_at: Timestamp,
}

/// A plan that is paid for by the month or year, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The plan, in the provider's words.
    pub plan: String,
    /// Its state in the provider's words (`active`, `trialing` …), where told.
    pub status: Option<String>,
    /// What it costs a period, where told.
    pub price: Option<Money>,
    /// The period it is paid for by, where told: `month`, `year`.
    pub period: Option<QuotaWindow>,
    /// When it renews or ends, where told.
    pub renews_at: Option<Timestamp>,
    /// When it was seen.
    pub observed_at: Timestamp,
}

/// What a sub-account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameOf {
    /// A project or workspace.
    Project,
    /// An API key.
    ApiKey,
}

impl NameOf {
    /// Both, with their names in the store.
    pub const NAMED: &[(NameOf, &str)] = &[(NameOf::Project, "project"), (NameOf::ApiKey, "key")];
}

/// What a project or key is called, by the provider's id that charges carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// What it is.
    pub of: NameOf,
    /// The provider's id.
    pub id: String,
    /// What it is called.
    pub name: String,
}

/// The span over which an allowance is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuotaWindow {
    /// Some minutes; an hour is 60 of them.
    Minutes(u32),
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
    /// Some months, such as a quarter.
    Months(u8),
    /// A year.
    Year,
    /// Never reset.
    Lifetime,
}

impl QuotaWindow {
    /// A minute.
    pub const MINUTE: QuotaWindow = QuotaWindow::Minutes(1);
    /// The five hours of a subscription's session.
    pub const FIVE_HOURS: QuotaWindow = QuotaWindow::Minutes(300);

    /// The window of a length in seconds; `None` where it is no whole number of minutes.
    pub fn of_seconds(seconds: i64) -> Option<QuotaWindow> {
        match seconds {
            86_400 => Some(QuotaWindow::Day),
            604_800 => Some(QuotaWindow::Week),
            _ if seconds > 0 && seconds % 60 == 0 => {
                u32::try_from(seconds / 60).ok().map(QuotaWindow::Minutes)
            }
            _ => None,
        }
    }
}

impl fmt::Display for QuotaWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            QuotaWindow::Minutes(1) => f.write_str("minute"),
            QuotaWindow::Minutes(60) => f.write_str("hour"),
            QuotaWindow::Minutes(minutes) if minutes % 60 == 0 => write!(f, "{} hours", minutes / 60),
            QuotaWindow::Minutes(minutes) => write!(f, "{minutes} minutes"),
            QuotaWindow::Day => f.write_str("day"),
            QuotaWindow::Week => f.write_str("week"),
            QuotaWindow::Month => f.write_str("month"),
            QuotaWindow::Months(months) => write!(f, "{months} months"),
            QuotaWindow::Year => f.write_str("year"),
            QuotaWindow::Lifetime => f.write_str("lifetime"),
        }
    }
}

/// A text names no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a window such as minute, hour, 5 hours, day, week, month, year or lifetime")]
pub struct NotAWindow(pub String);

impl FromStr for QuotaWindow {
    type Err = NotAWindow;

    fn from_str(text: &str) -> Result<QuotaWindow, NotAWindow> {
        let bad = || NotAWindow(text.chars().take(40).collect());
        let counted = || {
            let (count, unit) = text.split_once(' ')?;
            let count = count.parse::<u32>().ok().filter(|count| *count > 0)?;
            match unit {
                "minutes" => Some(QuotaWindow::Minutes(count)),
                "hours" => count.checked_mul(60).map(QuotaWindow::Minutes),
                "months" => u8::try_from(count).ok().map(QuotaWindow::Months),
                _ => None,
            }
        };
        match text {
            "minute" => Ok(QuotaWindow::Minutes(1)),
            "hour" => Ok(QuotaWindow::Minutes(60)),
            "day" => Ok(QuotaWindow::Day),
            "week" => Ok(QuotaWindow::Week),
            "month" => Ok(QuotaWindow::Month),
            "year" => Ok(QuotaWindow::Year),
            "lifetime" => Ok(QuotaWindow::Lifetime),
            _ => counted().ok_or_else(bad),
        }
    }
}

/// An allowance, or a count that resets, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaReading {
    /// When it was seen.
    pub observed_at: Timestamp,
    /// What is counted, in plain words, stable from reading to reading.
    pub name: String,
    /// Over which span.
    pub window: QuotaWindow,
    /// In which unit: a currency, or `requests`, `tokens` …
    pub unit: Currency,
    /// How much is used, where told.
    pub used: Option<Decimal>,
    /// How much there is; `None` where there is no limit or none is told.
    pub limit: Option<Decimal>,
    /// When the count starts again, where told.
    pub resets_at: Option<Timestamp>,
    /// The model it is for; `None` for all.
    pub model: Option<String>,
    /// The project it is for, by the provider's id; `None` for the whole account.
    pub project: Option<String>,
}

impl QuotaReading {
    /// A reading of which nothing is known yet but what is counted.
    pub fn of(observed_at: Timestamp, name: &str, window: QuotaWindow, unit: Currency) -> QuotaReading {
        let name = name.to_owned();
        QuotaReading {
            observed_at,
            name,
            window,
            unit,
            used: None,
            limit: None,
            resets_at: None,
            model: None,
            project: None,
        }
    }
}
