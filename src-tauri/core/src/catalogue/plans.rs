//! Plans that can be bought, as what they promise: price, limits, credit, rates, packs, what happens beyond.

use super::{Confidence, Evidence, Models, Seen};
use crate::ledger::{ExpiryRule, Meter, QuotaWindow};
use crate::money::{Currency, Decimal};
use crate::time::{Date, Zone};

/// Plans, as a file tells them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plans {
    /// The day of the whole.
    pub dated: Option<Date>,
    /// After how many days a figure is worth checking again.
    pub stale_after_days: i64,
    /// The plans.
    pub plans: Vec<Plan>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Stable id, such as `anthropic/claude-pro`.
    pub id: String,
    /// Our id of the provider, whether or not it can be connected.
    pub provider: String,
    /// The product, such as `Claude`.
    pub product: String,
    /// The plan's name within the product, such as `Pro`.
    pub name: String,
    /// Whom it is for.
    pub audience: Audience,
    /// Whether it can be bought.
    pub status: PlanStatus,
    /// The first day on which it could or can be bought, where told.
    pub from: Option<Date>,
    /// The day from which it can be bought no more.
    pub until: Option<Date>,
    /// What it can be used for.
    pub serves: Serves,
    /// What it costs; empty where nobody publishes it.
    pub prices: Vec<PlanPrice>,
    /// How many seats it is sold for.
    pub seats: Seats,
    /// The source of that, where it is not the plan's.
    pub seats_fact: Option<Fact>,
    /// What can be used at most. All that are for a model hold at once.
    pub limits: Vec<Limit>,
    /// Credit that comes with it, in the order in which it is spent where kinds do not tell.
    pub credit: Vec<Pool>,
    /// What use costs in the units of limits and credit that are the provider's own.
    pub rates: Vec<CreditRate>,
    /// Credit that can be bought beside it, or instead of a monthly price.
    pub packs: Vec<Pack>,
    /// What happens to use beyond limits and credit.
    pub overage: Overage,
    /// The source of that, where it is not the plan's.
    pub overage_fact: Option<Fact>,
    /// What is taken off.
    pub discounts: Vec<PlanDiscount>,
    /// What is put on top when credit is bought or use is billed.
    pub fees: Vec<Fee>,
    /// The least that is billed in a window.
    pub minimum: Option<Minimum>,
    /// The plan it turns into by itself, and after how many months: the trap of a free year.
    pub then: Option<Then>,
    /// Where it all comes from, where a figure does not tell otherwise.
    pub fact: Fact,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// Whether its figures only show a shape, and are no offer.
    pub illustration: bool,
}

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Pages that say so.
    pub sources: Vec<String>,
    /// When they were seen.
    pub seen: Seen,
    /// How sure it is.
    pub confidence: Confidence,
    /// By whom it is told.
    pub evidence: Evidence,
}

impl Fact {
    /// Whether it is older than such facts keep. Where only a month or year was written down, its first day counts.
    pub fn stale(&self, today: Date, limit_days: i64) -> bool {
        today.days_since(self.seen.first()) > limit_days
    }
}

/// Whom a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// One person.
    Individual,
    /// Verified students.
    Student,
    /// Several people.
    Team,
    /// A company, by contract.
    Enterprise,
}

impl Audience {
    /// Every audience, with its name.
    pub const NAMED: &[(Audience, &str)] = &[
        (Audience::Individual, "individual"),
        (Audience::Student, "student"),
        (Audience::Team, "team"),
        (Audience::Enterprise, "enterprise"),
    ];
}

/// Whether a plan can be bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanStatus {
    /// It can.
    Current,
    /// Not now.
    SoldOut,
    /// Not yet.
    Announced,
    /// No more; those who have it keep it.
    Retired,
}

impl PlanStatus {
    /// Every state, with its name.
    pub const NAMED: &[(PlanStatus, &str)] = &[
        (PlanStatus::Current, "current"),
        (PlanStatus::SoldOut, "sold_out"),
        (PlanStatus::Announced, "announced"),
        (PlanStatus::Retired, "retired"),
    ];
}

/// What a plan can be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serves {
    /// Providers of models, by our ids; empty: the plan's own provider.
    pub providers: Vec<String>,
    /// The models.
    pub models: Models,
    /// Models that it leaves out all the same.
    pub except: Vec<String>,
    /// Where it can be used; empty: anywhere.
    pub surfaces: Vec<Surface>,
}

/// Where models are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// By an API key.
    Api,
    /// By a coding agent of the provider in a terminal or editor.
    CodingAgent,
    /// In an editor of its own.
    Editor,
    /// In the provider's chat.
    Chat,
    /// In a studio for pictures, sound or video.
    Studio,
}

impl Surface {
    /// Every surface, with its name.
    pub const NAMED: &[(Surface, &str)] = &[
        (Surface::Api, "api"),
        (Surface::CodingAgent, "coding_agent"),
        (Surface::Editor, "editor"),
        (Surface::Chat, "chat"),
        (Surface::Studio, "studio"),
    ];
}

/// How much, as far as anybody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// So much.
    Exact(Decimal),
    /// Something between the two, both included.
    Between(Decimal, Decimal),
    /// So much or more.
    AtLeast(Decimal),
    /// So many times what another plan has in the same unit and window.
    Times {
        /// How many times.
        by: Decimal,
        /// The id of the other plan.
        of: String,
    },
    /// A share of the plan's monthly credit in the same unit, in per cent.
    ShareOfMonth(Decimal),
    /// As much as one likes.
    Unlimited,
    /// Nobody says.
    Unpublished,
}

/// A price of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPrice {
    /// How much for one `every`.
    pub amount: Quantity,
    /// In which currency.
    pub currency: Currency,
    /// For how long it pays: a month, a year; `Lifetime` for once.
    pub every: QuotaWindow,
    /// Whether a year is paid for at once, though the amount is told by the month.
    pub billed_yearly: bool,
    /// For each seat, or for the whole.
    pub per_seat: bool,
    /// The country it holds for, by its two letters; `None`: the list price anywhere else.
    pub market: Option<String>,
    /// Whether tax is in it.
    pub tax: TaxIn,
    /// For whom or how long it holds.
    pub kind: PriceKind,
    /// Holds from so many seats on.
    pub from_seats: u32,
    /// Its own source, where it is not the plan's.
    pub fact: Option<Fact>,
    /// What else is to be known.
    pub note: Option<String>,
}

/// Whether tax is in a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxIn {
    /// It is.
    Included,
    /// It comes on top.
    Excluded,
    /// Nobody says.
    Unstated,
}

impl TaxIn {
    /// Every way, with its name.
    pub const NAMED: &[(TaxIn, &str)] =
        &[(TaxIn::Included, "included"), (TaxIn::Excluded, "excluded"), (TaxIn::Unstated, "unstated")];
}

/// For whom or how long a price holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceKind {
    /// For everybody.
    List,
    /// For verified students.
    Student,
    /// For the first so many months.
    Intro(u32),
}

/// For how many people a plan is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seats {
    /// At least.
    pub min: u32,
    /// At most, where there is an end.
    pub max: Option<u32>,
    /// Whether all seats draw on one sum of credit and limits.
    pub pooled: bool,
}

/// The most that can be used in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What is counted: `requests`, `tokens`, `input_tokens`, `output_tokens`, `characters`, `seconds`, `images`, a currency (use at list
    /// price), a unit that `rates` tell, or `usage` (the provider's own measure, learned from the person's readings).
    pub unit: Currency,
    /// How much.
    pub amount: Quantity,
    /// Over which span.
    pub window: QuotaWindow,
    /// When a window begins; `None` where nobody says.
    pub starts: Option<Starts>,
    /// The models it is for; each by itself where they say so.
    pub models: Models,
    /// Its own source, where it is not the plan's.
    pub fact: Option<Fact>,
}

/// When a window begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Starts {
    /// At midnight in a zone: of each day, of Monday, of the first of the month or year. Windows of hours begin at midnight too.
    Calendar(Zone),
    /// On the day of the purchase and each period after it, at midnight UTC.
    Purchase,
    /// With the first use after the last one ended.
    FirstUse,
    /// Never at once: what was used leaves the count when it is as old as the window is long.
    Sliding,
}

/// Credit that comes with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its unit: a currency, spent at list price, or a unit that `rates` tell.
    pub unit: Currency,
    /// How much each time.
    pub amount: Quantity,
    /// How often it comes; `Lifetime`: once, with the plan.
    pub every: QuotaWindow,
    /// When it comes; `None` where nobody says.
    pub starts: Option<Starts>,
    /// What becomes of what is left when it comes again.
    pub rollover: Rollover,
    /// When a pool that comes once lapses.
    pub life: ExpiryRule,
    /// What it may be spent on.
    pub models: Models,
    /// Where it may be spent; empty: where the plan is used.
    pub surfaces: Vec<Surface>,
    /// Its own source, where it is not the plan's.
    pub fact: Option<Fact>,
}

/// What becomes of credit that is left at the end of its period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollover {
    /// It lapses.
    Lapses,
    /// It lives on for so many more periods.
    Periods(u32),
    /// It is added up, up to so much in all.
    Capped(Quantity),
    /// It stays.
    Stays,
}

/// What use costs in a unit of the provider's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditRate {
    /// The unit.
    pub unit: Currency,
    /// How much of it.
    pub amount: Quantity,
    /// For what.
    pub per: RatePer,
    /// For which models.
    pub models: Models,
    /// For which kind of work; `None` for all that no other rate names.
    pub task: Option<Task>,
    /// More or less of it at certain hours.
    pub at_hours: Option<AtHours>,
    /// Its own source, where it is not the plan's.
    pub fact: Option<Fact>,
}

/// For what a rate is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatePer {
    /// One request, query, message or interaction.
    Request,
    /// So many units of a meter: of 1,000,000 input tokens, of one character, second or image.
    Units(Meter, u32),
    /// So many tokens of any kind.
    Tokens(u32),
    /// One unit of a currency at list price.
    ListMoney(Currency),
}

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Text in, text out.
    Text,
    /// Pictures are read.
    Vision,
    /// Pictures are made.
    Image,
    /// Speech or music is read or made.
    Audio,
    /// Video is made.
    Video,
    /// The web or files are searched.
    Search,
}

impl Task {
    /// Every kind of work, with its name.
    pub const NAMED: &[(Task, &str)] = &[
        (Task::Text, "text"),
        (Task::Vision, "vision"),
        (Task::Image, "image"),
        (Task::Audio, "audio"),
        (Task::Video, "video"),
        (Task::Search, "search"),
    ];
}

/// Hours at which a rate is multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtHours {
    /// The zone.
    pub zone: Zone,
    /// From this minute of the day.
    pub from_minute: u32,
    /// Up to this one, exclusive.
    pub to_minute: u32,
    /// Whether on Saturdays and Sundays too.
    pub weekends: bool,
    /// By how much.
    pub times: Decimal,
}

/// Credit that can be bought at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// What it costs.
    pub price: Quantity,
    /// In which currency.
    pub currency: Currency,
    /// Whether tax is in the price.
    pub tax: TaxIn,
    /// How much credit it brings.
    pub credit: Quantity,
    /// In which unit.
    pub unit: Currency,
    /// When it lapses.
    pub life: ExpiryRule,
    /// Its own source, where it is not the plan's.
    pub fact: Option<Fact>,
}

/// What happens to use beyond limits and credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overage {
    /// It is refused.
    Blocked,
    /// It is billed at the list price of each model, times so many per cent.
    AtList {
        /// 100 for the list price itself.
        percent: Quantity,
        /// Whether tax is in it.
        tax: TaxIn,
    },
    /// It is billed by unit.
    PerUnit {
        /// The unit.
        unit: Currency,
        /// The price of `per` units.
        price: Quantity,
        /// How many units the price buys.
        per: u32,
        /// The price's currency.
        currency: Currency,
        /// Whether tax is in it.
        tax: TaxIn,
    },
    /// The smallest pack that still fits is bought, again and again.
    Packs,
    /// Nobody says.
    Unpublished,
}

/// What is taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDiscount {
    /// From what.
    pub on: DiscountOn,
    /// How much, in per cent.
    pub percent: Quantity,
    /// In which country alone, by its two letters.
    pub market: Option<String>,
    /// Only for verified students.
    pub students: bool,
    /// Only where what it is taken from comes to so much in a month, in the price's currency.
    pub from_amount: Option<Decimal>,
    /// Its own source, where it is not the plan's.
    pub fact: Option<Fact>,
}

/// From what a discount is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiscountOn {
    /// The plan's own price.
    Price,
    /// What is billed for use.
    Use,
    /// What is billed for use that was sent in batches.
    Batch,
}

impl DiscountOn {
    /// Everything that something is taken off, with its name.
    pub const NAMED: &[(DiscountOn, &str)] =
        &[(DiscountOn::Price, "price"), (DiscountOn::Use, "use"), (DiscountOn::Batch, "batch")];
}

/// What is put on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// Of what is bought or billed beside the plan's own price, in per cent.
    pub percent: Decimal,
    /// The least of it in a month in which there is any.
    pub at_least: Option<Decimal>,
    /// What it is called.
    pub name: String,
}

/// The least that is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minimum {
    /// How much.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// In which span: a month or a year.
    pub every: QuotaWindow,
}

/// What a plan turns into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Then {
    /// The id of the plan.
    pub plan: String,
    /// After how many months.
    pub after_months: u32,
}
