//! What is taken off or put on list prices, and which prices and models change on which day: dated facts.

use std::sync::LazyLock;

use super::plan_figures::{fact_of, figure, models, national, need_text, percent};
use super::plan_reading::at_hours;
use super::written::{Fields, Place, Written};
use super::{AtHours, CatalogueError, Fact, Models, Quantity};
use crate::ledger::Meter;
use crate::money::{Currency, Decimal};
use crate::time::Date;

const BUNDLED: &str = include_str!("../../data/discounts.json");
const TOP: &[&str] = &["about", "dated", "stale_after_days", "discounts"];
const ENTRY: &[&str] = &[
    "id",
    "provider",
    "kind",
    "from",
    "within_hours",
    "rules",
    "sources",
    "seen",
    "confidence",
    "evidence",
    "note",
];

/// Every discount that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discounts {
    /// The day of the whole.
    pub dated: Date,
    /// After how many days a figure is worth checking again.
    pub stale_after_days: i64,
    /// The discounts.
    pub all: Vec<Discount>,
}

/// What a provider says of one way to pay less or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discount {
    /// Stable id, such as `batch/openai`.
    pub id: String,
    /// Our id of the provider.
    pub provider: String,
    /// Of what it is.
    pub kind: DiscountKind,
    /// The day from which it holds, where it is told.
    pub from: Option<Date>,
    /// Within how many hours the answer comes, where one waits for it.
    pub within_hours: Option<u32>,
    /// What holds for which models; the first that fits counts.
    pub rules: Vec<DiscountRule>,
    /// Where it comes from.
    pub fact: Fact,
    /// What else is to be known.
    pub note: Option<String>,
}

/// Of what a discount is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DiscountKind {
    /// Requests that are sent together and answered within a day.
    Batch,
    /// Requests that may wait.
    Flex,
    /// Requests that are answered before others.
    Priority,
    /// A faster way to run a model.
    Fast,
    /// Input that is kept; told of the price of input.
    Cache,
    /// Prompts longer than a model's usual ones.
    LongContext,
    /// Where it is run.
    Region,
    /// Dearer hours.
    OffPeak,
    /// A plan that is paid by the year.
    Yearly,
    /// The provider chooses the model.
    AutomaticModel,
    /// A price that changes on a day.
    PriceChange,
    /// A model that ends on a day.
    Retirement,
}

impl DiscountKind {
    /// Every kind, with its name.
    pub const NAMED: &[(DiscountKind, &str)] = &[
        (DiscountKind::Batch, "batch"),
        (DiscountKind::Flex, "flex"),
        (DiscountKind::Priority, "priority"),
        (DiscountKind::Fast, "fast"),
        (DiscountKind::Cache, "cache"),
        (DiscountKind::LongContext, "long_context"),
        (DiscountKind::Region, "region"),
        (DiscountKind::OffPeak, "off_peak"),
        (DiscountKind::Yearly, "yearly"),
        (DiscountKind::AutomaticModel, "automatic_model"),
        (DiscountKind::PriceChange, "price_change"),
        (DiscountKind::Retirement, "retirement"),
    ];
}

/// What holds for some models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountRule {
    /// The models.
    pub models: Models,
    /// How many models it was looked up for, where that was counted.
    pub checked: Option<u32>,
    /// The day from which it is no more.
    pub until: Option<Date>,
    /// What it is.
    pub off: Off,
}

/// What is taken off or put on, or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Off {
    /// These meters cost so many times as much.
    Times {
        /// The meters.
        meters: Vec<Meter>,
        /// How many times: a number or a range.
        times: Quantity,
        /// How long what is written to a cache is kept, where the price depends on it.
        kept_minutes: Option<u32>,
        /// Where it is run, where the price depends on it.
        region: Option<String>,
    },
    /// Requests with longer prompts cost so many times as much, the whole of each.
    Long {
        /// From more prompt tokens than these.
        over_tokens: u64,
        /// Input.
        input: Decimal,
        /// Output.
        output: Decimal,
    },
    /// At these hours it costs so many times as much.
    Hours(Vec<AtHours>),
    /// So many per cent are taken off plans.
    Percent {
        /// The plans, by their ids; empty where it is no plan.
        plans: Vec<String>,
        /// How much.
        percent: Decimal,
    },
    /// The price changes.
    Change(PriceChange),
    /// The model ends on a day.
    Ends(Date),
}

/// A change of price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// On which day, at the earliest.
    pub on: Date,
    /// Whether it came.
    pub state: ChangeState,
    /// In which currency.
    pub currency: Currency,
    /// For how many tokens.
    pub per_tokens: u32,
    /// The prices before.
    pub before: Vec<(Meter, Decimal)>,
    /// The prices after; `None` where they are not told.
    pub after: Option<Vec<(Meter, Decimal)>>,
}

/// Whether a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeState {
    /// It is told for a day to come, and never applied by itself.
    Announced,
    /// It came.
    Applied,
    /// It was announced and taken back.
    Cancelled,
    /// A promotion that ends on that day or later.
    Promotion,
}

impl ChangeState {
    /// Every state, with its name.
    pub const NAMED: &[(ChangeState, &str)] = &[
        (ChangeState::Announced, "announced"),
        (ChangeState::Applied, "applied"),
        (ChangeState::Cancelled, "cancelled"),
        (ChangeState::Promotion, "promotion"),
    ];
}

static DISCOUNTS: LazyLock<Result<Discounts, CatalogueError>> = LazyLock::new(|| Discounts::read(BUNDLED));

impl Discounts {
    /// The discounts that come with this version.
    pub fn bundled() -> Result<&'static Discounts, CatalogueError> {
        DISCOUNTS.as_ref().map_err(Clone::clone)
    }

    /// Reads discounts. Whatever cannot be read is an error that names its place and what to write there.
    pub fn read(text: &str) -> Result<Discounts, CatalogueError> {
        let file = Written::read(text)?;
        let top = Place::new("the file", &file).fields(TOP)?;
        let listed = top.need("discounts", "a list of discounts")?.list()?;
        let all: Vec<Discount> = listed.iter().map(entry).collect::<Result<_, _>>()?;
        for (index, one) in all.iter().enumerate() {
            if all[..index].iter().any(|other| other.id == one.id) {
                return Err(CatalogueError(format!("{}: another entry has this id", one.id)));
            }
        }
        Ok(Discounts {
            dated: top.need("dated", "\"2026-11-22\"")?.parsed()?,
            stale_after_days: top.need("stale_after_days", "60")?.whole(1, 3_650)?.into(),
            all,
        })
    }

    /// Those of a provider and kind that hold on a day.
    pub fn of(&self, provider: &str, kind: DiscountKind, day: Date) -> impl Iterator<Item = &Discount> {
        self.all.iter().filter(move |one| {
            one.provider == provider && one.kind == kind && one.from.is_none_or(|from| from <= day)
        })
    }

    /// How many times as much a meter of a model costs in some way on a day: of a range its dear end, so that a saving is never
    /// said too large. `None` where nobody says. In rules of caches, of the price of input.
    pub fn times(
        &self,
        provider: &str,
        kind: DiscountKind,
        model: &str,
        meter: Meter,
        day: Date,
    ) -> Option<(Decimal, &Discount)> {
        self.of(provider, kind, day).find_map(|one| {
            one.rules_of(model, day).find_map(|rule| match &rule.off {
                Off::Times {
                    meters, times: Quantity::Exact(times) | Quantity::Between(_, times), ..
                } if meters.contains(&meter) => Some((*times, one)),
                _ => None,
            })
        })
    }

    /// Changes of a model's price, and whether they came.
    pub fn changes(&self, provider: &str, model: &str) -> impl Iterator<Item = (&PriceChange, &Discount)> {
        let mine = self.all.iter().filter(move |one| one.provider == provider);
        mine.flat_map(move |one| {
            let fit = one.rules.iter().filter(move |rule| rule.models.hold(model));
            fit.filter_map(move |rule| match &rule.off {
                Off::Change(change) => Some((change, one)),
                _ => None,
            })
        })
    }

    /// The day on which a model ends, where it is told.
    pub fn ends(&self, provider: &str, model: &str) -> Option<(Date, &Discount)> {
        self.all.iter().filter(|one| one.provider == provider).find_map(|one| {
            one.rules.iter().filter(|rule| rule.models.hold(model)).find_map(|rule| match rule.off {
                Off::Ends(day) => Some((day, one)),
                _ => None,
            })
        })
    }
}

impl Discount {
    /// The rules for a model on a day, the one that counts first.
    pub fn rules_of(&self, model: &str, day: Date) -> impl Iterator<Item = &DiscountRule> {
        self.rules
            .iter()
            .filter(move |rule| rule.models.hold(model) && rule.until.is_none_or(|until| day < until))
    }
}

fn entry(place: &Place<'_>) -> Result<Discount, CatalogueError> {
    let fields = place.fields(ENTRY)?;
    let id = need_text(&fields, "id", "\"batch/acme\"")?;
    let kind = fields.need("kind", "\"batch\"")?.named(DiscountKind::NAMED)?;
    let rules = fields.need("rules", "a list of rules")?.list()?;
    Ok(Discount {
        provider: need_text(&fields, "provider", "\"acme\"")?,
        kind,
        from: fields.get("from").map(|place| place.parsed()).transpose()?,
        within_hours: fields.get("within_hours").map(|place| place.whole(1, 8_760)).transpose()?,
        rules: rules.iter().map(|place| rule(place, kind)).collect::<Result<_, _>>()?,
        fact: fact_of(&fields, None)?,
        note: fields.get("note").map(|place| place.text().map(str::to_owned)).transpose()?,
        id,
    })
}

fn rule(place: &Place<'_>, kind: DiscountKind) -> Result<DiscountRule, CatalogueError> {
    let of_kind: &[&str] = match kind {
        DiscountKind::Batch | DiscountKind::Flex | DiscountKind::Priority | DiscountKind::Fast => {
            &["meters", "times"]
        }
        DiscountKind::Cache => &["meters", "times", "kept_minutes"],
        DiscountKind::Region => &["meters", "times", "region"],
        DiscountKind::LongContext => &["over_tokens", "input_times", "output_times"],
        DiscountKind::OffPeak => &["at_hours"],
        DiscountKind::Yearly => &["plans", "percent"],
        DiscountKind::AutomaticModel => &["percent"],
        DiscountKind::PriceChange => &["on", "state", "currency", "per_tokens", "before", "after"],
        DiscountKind::Retirement => &["on"],
    };
    let fields = place.fields(&[&["models", "each_model", "checked", "until"], of_kind].concat())?;
    let number = |name: &str| fields.need(name, "\"0.5\"")?.number();
    let off = match kind {
        DiscountKind::LongContext => Off::Long {
            over_tokens: fields.need("over_tokens", "200000")?.whole(1, u32::MAX)?.into(),
            input: number("input_times")?,
            output: number("output_times")?,
        },
        DiscountKind::OffPeak => {
            let hours = fields.need("at_hours", "a list of hours")?.list()?;
            Off::Hours(hours.iter().map(at_hours).collect::<Result<_, _>>()?)
        }
        DiscountKind::Yearly | DiscountKind::AutomaticModel => Off::Percent {
            plans: fields.texts("plans")?,
            percent: percent(&fields.need("percent", "\"20\"")?)?,
        },
        DiscountKind::PriceChange => Off::Change(change(&fields)?),
        DiscountKind::Retirement => Off::Ends(fields.need("on", "\"2026-12-11\"")?.parsed()?),
        _ => Off::Times {
            meters: meters(&fields.need("meters", "[\"input\", \"output\"]")?)?,
            times: figure(&fields.need("times", "\"0.5\"")?)?,
            kept_minutes: fields.get("kept_minutes").map(|place| place.whole(1, 525_600)).transpose()?,
            region: fields.get("region").map(|place| place.text().map(str::to_owned)).transpose()?,
        },
    };
    Ok(DiscountRule {
        models: models(&fields)?,
        checked: fields.get("checked").map(|place| place.whole(1, 100_000)).transpose()?,
        until: fields.get("until").map(|place| place.parsed()).transpose()?,
        off,
    })
}

fn meters(place: &Place<'_>) -> Result<Vec<Meter>, CatalogueError> {
    place.list()?.iter().map(|meter| meter.named(Meter::NAMED)).collect()
}

fn change(fields: &Fields<'_>) -> Result<PriceChange, CatalogueError> {
    let prices = |place: Place<'_>| {
        let names: Vec<&str> = Meter::NAMED.iter().map(|(_, name)| *name).collect();
        let told = place.fields(&names)?;
        let price = |(meter, name): &(Meter, &str)| told.get(name).map(|place| Ok((*meter, place.number()?)));
        Meter::NAMED.iter().filter_map(price).collect::<Result<Vec<_>, CatalogueError>>()
    };
    Ok(PriceChange {
        on: fields.need("on", "\"2026-12-01\"")?.parsed()?,
        state: fields.need("state", "\"announced\"")?.named(ChangeState::NAMED)?,
        currency: national(&fields.need("currency", "\"USD\"")?)?,
        per_tokens: fields.need("per_tokens", "1000000")?.whole(1, 1_000_000_000)?,
        before: prices(fields.need("before", "{\"input\": \"2\"}")?)?,
        after: fields.get("after").map(prices).transpose()?,
    })
}
