//! Reads plans from a file. What is wrong is told with the plan, the field and what to write instead.

use std::sync::LazyLock;

use super::plan_checks::check;
use super::plan_figures::{
    fact_of, figure, life, market, models, national, need_text, own_fact, percent, percents, quantity,
    surfaces, tax, unit,
};
use super::plan_words::power_of_ten;
use super::written::{Fields, Place, Written};
use super::{
    AtHours, Audience, CatalogueError, CreditRate, DiscountOn, Fact, Fee, Limit, Minimum, Models, Overage,
    Pack, Plan, PlanDiscount, PlanPrice, PlanStatus, Plans, Pool, PriceKind, Quantity, Rollover, Seats,
    Serves, Task, Then,
};
use crate::ledger::QuotaWindow;

const BUNDLED: &str = include_str!("../../data/plans.json");
/// Figures that only show a shape.
const ILLUSTRATION: &str = include_str!("../../data/illustration.json");
/// More than one person has, and a guard against slips of the finger.
const MOST_SEATS: u32 = 100_000;

static PLANS: LazyLock<Result<Plans, CatalogueError>> = LazyLock::new(|| Plans::read(BUNDLED));
static SHOWN: LazyLock<Result<Plans, CatalogueError>> = LazyLock::new(|| Plans::read(ILLUSTRATION));

const TOP: &[&str] = &["$schema", "about", "dated", "stale_after_days", "plans"];
const PLAN: &[&str] = &[
    "id",
    "provider",
    "product",
    "name",
    "audience",
    "status",
    "from",
    "until",
    "serves",
    "prices",
    "seats",
    "limits",
    "credit",
    "rates",
    "packs",
    "overage",
    "overage_fact",
    "discounts",
    "fees",
    "minimum",
    "then",
    "sources",
    "seen",
    "confidence",
    "evidence",
    "notes",
    "illustration",
];

impl Plans {
    /// The plans that come with this version.
    pub fn bundled() -> Result<&'static Plans, CatalogueError> {
        PLANS.as_ref().map_err(Clone::clone)
    }

    /// Plans whose figures only show a shape: sample data, and no offer.
    pub fn illustration() -> Result<&'static Plans, CatalogueError> {
        SHOWN.as_ref().map_err(Clone::clone)
    }

    /// The text of the plans that come with this version, which corrections are laid over.
    pub const fn bundled_text() -> &'static str {
        BUNDLED
    }

    /// Reads plans. Whatever cannot be read is an error that names its place and what to write there.
    pub fn read(text: &str) -> Result<Plans, CatalogueError> {
        Plans::of(&Written::read(text)?)
    }

    pub(super) fn of(file: &Written) -> Result<Plans, CatalogueError> {
        let top = Place::new("the file", file).fields(TOP)?;
        for text in ["$schema", "about"] {
            top.get(text).map(|place| place.text()).transpose()?;
        }
        let listed = top.need("plans", "a list of plans")?.list()?;
        let plans = Plans {
            dated: top.get("dated").map(|place| place.parsed()).transpose()?,
            stale_after_days: top
                .get("stale_after_days")
                .map_or(Ok(60), |place| place.whole(1, 3_650))?
                .into(),
            plans: listed
                .iter()
                .zip(items(file))
                .map(|(place, item)| plan(place, item))
                .collect::<Result<_, _>>()?,
        };
        check(&plans)?;
        Ok(plans)
    }

    /// These plans, and others behind them that have ids of their own.
    #[must_use]
    pub fn and(mut self, others: &Plans) -> Plans {
        for plan in &others.plans {
            if self.find(&plan.id).is_none() {
                self.plans.push(plan.clone());
            }
        }
        self
    }

    /// The plan of an id.
    pub fn find(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }
}

fn items(file: &Written) -> &[Written] {
    match file.field("plans") {
        Some(Written::List(items)) => items,
        _ => &[],
    }
}

fn plan(place: &Place<'_>, written: &Written) -> Result<Plan, CatalogueError> {
    // From here on a plan is called by its id rather than by its place in the list.
    let id = place.fields(PLAN)?.need("id", "\"acme/pro\"")?.text()?.to_owned();
    let plan = Place::new(id.clone(), written).fields(PLAN)?;
    let fact = fact_of(&plan, None)?;
    let own = |fields: &Fields<'_>| own_fact(fields, "fact", &fact);
    let each = |name: &str| plan.list(name);
    let seats = plan.get("seats").map(|place| place.fields(&["min", "max", "pooled", "fact"])).transpose()?;
    let overage = plan.get("overage").map_or(Ok(Overage::Unpublished), |place| overage(&place))?;
    Ok(Plan {
        provider: need_text(&plan, "provider", "\"anthropic\"")?,
        product: need_text(&plan, "product", "\"Claude\"")?,
        name: need_text(&plan, "name", "\"Pro\"")?,
        audience: plan
            .get("audience")
            .map_or(Ok(Audience::Individual), |place| place.named(Audience::NAMED))?,
        status: plan.get("status").map_or(Ok(PlanStatus::Current), |place| place.named(PlanStatus::NAMED))?,
        from: plan.get("from").map(|place| place.parsed()).transpose()?,
        until: plan.get("until").map(|place| place.parsed()).transpose()?,
        serves: plan.get("serves").map_or_else(|| Ok(Serves::everything()), |place| serves(&place))?,
        prices: each("prices")?.iter().map(|place| price(place, &own)).collect::<Result<_, _>>()?,
        seats: seats.as_ref().map_or(Ok(Seats { min: 1, max: None, pooled: false }), read_seats)?,
        seats_fact: seats.as_ref().map_or(Ok(None), own)?,
        limits: each("limits")?.iter().map(|place| limit(place, &own)).collect::<Result<_, _>>()?,
        credit: each("credit")?.iter().map(|place| pool(place, &own)).collect::<Result<_, _>>()?,
        rates: each("rates")?.iter().map(|place| rate(place, &own)).collect::<Result<_, _>>()?,
        packs: each("packs")?.iter().map(|place| pack(place, &own)).collect::<Result<_, _>>()?,
        overage,
        overage_fact: own_fact(&plan, "overage_fact", &fact)?,
        discounts: each("discounts")?.iter().map(|place| discount(place, &own)).collect::<Result<_, _>>()?,
        fees: each("fees")?.iter().map(fee).collect::<Result<_, _>>()?,
        minimum: plan.get("minimum").map(|place| minimum(&place)).transpose()?,
        then: plan.get("then").map(|place| then(&place)).transpose()?,
        notes: plan.texts("notes")?,
        illustration: plan.truth("illustration")?,
        id,
        fact,
    })
}

fn serves(place: &Place<'_>) -> Result<Serves, CatalogueError> {
    let fields = place.fields(&["providers", "models", "except", "surfaces"])?;
    Ok(Serves {
        providers: fields.texts("providers")?,
        models: models(&fields)?,
        except: fields.texts("except")?,
        surfaces: surfaces(&fields)?,
    })
}

fn price(
    place: &Place<'_>,
    own: &impl Fn(&Fields<'_>) -> Result<Option<Fact>, CatalogueError>,
) -> Result<PlanPrice, CatalogueError> {
    let fields = place.fields(&[
        "amount",
        "currency",
        "every",
        "billed_yearly",
        "per_seat",
        "market",
        "tax",
        "kind",
        "from_seats",
        "fact",
        "note",
    ])?;
    let every = fields.get("every").map_or(Ok(QuotaWindow::Month), |place| {
        let every = place.parsed()?;
        match every {
            QuotaWindow::Month | QuotaWindow::Year | QuotaWindow::Lifetime => Ok(every),
            _ => Err(place
                .wrong(format!("a price is paid every month, year or lifetime (once), not every {every}"))),
        }
    })?;
    let billed_yearly = fields.truth("billed_yearly")?;
    if billed_yearly && every != QuotaWindow::Month {
        return Err(place.wrong("billed_yearly goes with an amount told by the month"));
    }
    let kind = match fields.get("kind") {
        None => PriceKind::List,
        Some(place) if place.is_object() => {
            let fields = place.fields(&["intro_months"])?;
            PriceKind::Intro(fields.need("intro_months", "12")?.whole(1, 120)?)
        }
        Some(place) => match place.text()? {
            "list" => PriceKind::List,
            "student" => PriceKind::Student,
            _ => return Err(place.wrong("write \"list\", \"student\" or {\"intro_months\": 12}")),
        },
    };
    Ok(PlanPrice {
        amount: figure(&fields.need("amount", "\"20\", or null where nobody says")?)?,
        currency: national(&fields.need("currency", "\"USD\"")?)?,
        every,
        billed_yearly,
        per_seat: fields.truth("per_seat")?,
        market: fields.get("market").map(|place| market(&place)).transpose()?,
        tax: tax(&fields)?,
        kind,
        from_seats: fields.get("from_seats").map_or(Ok(1), |place| place.whole(1, MOST_SEATS))?,
        fact: own(&fields)?,
        note: fields.get("note").map(|place| place.text().map(str::to_owned)).transpose()?,
    })
}

fn read_seats(fields: &Fields<'_>) -> Result<Seats, CatalogueError> {
    let min = fields.get("min").map_or(Ok(1), |place| place.whole(0, MOST_SEATS))?;
    let max = fields.get("max").map(|place| place.whole(min.max(1), MOST_SEATS)).transpose()?;
    Ok(Seats { min, max, pooled: fields.truth("pooled")? })
}

fn limit(
    place: &Place<'_>,
    own: &impl Fn(&Fields<'_>) -> Result<Option<Fact>, CatalogueError>,
) -> Result<Limit, CatalogueError> {
    let fields = place.fields(&["unit", "amount", "window", "starts", "models", "each_model", "fact"])?;
    Ok(Limit {
        unit: unit(&fields.need("unit", "\"requests\", \"tokens\", \"USD\" or \"usage\"")?)?,
        amount: quantity(&fields.need("amount", "\"100\", or null where nobody says")?)?,
        window: fields.need("window", "\"5 hours\", \"day\", \"week\" or \"month\"")?.parsed()?,
        starts: fields.get("starts").map(|place| place.parsed()).transpose()?,
        models: models(&fields)?,
        fact: own(&fields)?,
    })
}

fn pool(
    place: &Place<'_>,
    own: &impl Fn(&Fields<'_>) -> Result<Option<Fact>, CatalogueError>,
) -> Result<Pool, CatalogueError> {
    let fields = place.fields(&[
        "unit",
        "amount",
        "every",
        "starts",
        "rollover",
        "life",
        "models",
        "each_model",
        "surfaces",
        "fact",
    ])?;
    let every = fields.get("every").map_or(Ok(QuotaWindow::Month), |place| place.parsed())?;
    let alone = every == QuotaWindow::Lifetime;
    Ok(Pool {
        unit: unit(&fields.need("unit", "\"USD\" or \"credits\"")?)?,
        amount: quantity(&fields.need("amount", "\"1000\", or null where nobody says")?)?,
        every,
        starts: fields.get("starts").map(|place| place.parsed()).transpose()?,
        rollover: fields.get("rollover").map_or(Ok(Rollover::Lapses), |place| rollover(&place))?,
        life: life(&fields, alone)?,
        models: models(&fields)?,
        surfaces: surfaces(&fields)?,
        fact: own(&fields)?,
    })
}

fn rollover(place: &Place<'_>) -> Result<Rollover, CatalogueError> {
    if place.is_object() {
        let fields = place.fields(&["periods", "capped"])?;
        return match (fields.get("periods"), fields.told("capped")) {
            (Some(periods), None) => periods.whole(1, 120).map(Rollover::Periods),
            (None, Some(capped)) => figure(&capped).map(Rollover::Capped),
            _ => Err(place.wrong("write either {\"periods\": 2} or {\"capped\": \"20000\"}")),
        };
    }
    let stays = place.named(&[(false, "lapses"), (true, "stays")])?;
    Ok(if stays { Rollover::Stays } else { Rollover::Lapses })
}

fn rate(
    place: &Place<'_>,
    own: &impl Fn(&Fields<'_>) -> Result<Option<Fact>, CatalogueError>,
) -> Result<CreditRate, CatalogueError> {
    let fields =
        place.fields(&["unit", "amount", "per", "models", "each_model", "task", "at_hours", "fact"])?;
    Ok(CreditRate {
        unit: unit(&fields.need("unit", "\"credits\"")?)?,
        amount: figure(&fields.need("amount", "\"2\", or null where nobody says")?)?,
        per: fields.need("per", "\"request\", \"1000000 input\" or \"USD\"")?.parsed()?,
        models: models(&fields)?,
        task: fields.get("task").map(|place| place.named(Task::NAMED)).transpose()?,
        at_hours: fields.get("at_hours").map(|place| at_hours(&place)).transpose()?,
        fact: own(&fields)?,
    })
}

pub(super) fn at_hours(place: &Place<'_>) -> Result<AtHours, CatalogueError> {
    let fields = place.fields(&["zone", "from", "to", "weekends", "times"])?;
    let clock = |name: &str| {
        let place = fields.need(name, "\"14:00\"")?;
        let text = place.text()?;
        let minute = || {
            let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5)?;
            let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
            (minute < 60 && hour * 60 + minute <= 1_440).then_some(hour * 60 + minute)
        };
        minute().ok_or_else(|| place.wrong(format!("\"{text}\" is no time of day; write such as \"14:00\"")))
    };
    let (from_minute, to_minute) = (clock("from")?, clock("to")?);
    if from_minute == to_minute {
        return Err(
            place.wrong("\"from\" and \"to\" are the same; where a rate holds all day, write no at_hours")
        );
    }
    Ok(AtHours {
        zone: fields.need("zone", "\"UTC\"")?.parsed()?,
        from_minute,
        to_minute,
        weekends: fields.get("weekends").map_or(Ok(true), |place| place.truth())?,
        times: fields.need("times", "\"3\"")?.number()?,
    })
}

fn pack(
    place: &Place<'_>,
    own: &impl Fn(&Fields<'_>) -> Result<Option<Fact>, CatalogueError>,
) -> Result<Pack, CatalogueError> {
    let fields = place.fields(&["price", "currency", "tax", "credit", "unit", "life", "fact"])?;
    let credit = fields.need("credit", "\"1000\"")?;
    let told = figure(&credit)?;
    if matches!(told, Quantity::Exact(least) | Quantity::Between(least, _) | Quantity::AtLeast(least) if least.is_zero())
    {
        return Err(credit.wrong("a pack brings more than 0"));
    }
    Ok(Pack {
        price: figure(&fields.need("price", "\"10\"")?)?,
        currency: national(&fields.need("currency", "\"USD\"")?)?,
        tax: tax(&fields)?,
        credit: told,
        unit: unit(&fields.need("unit", "\"credits\"")?)?,
        life: life(&fields, true)?,
        fact: own(&fields)?,
    })
}

fn overage(place: &Place<'_>) -> Result<Overage, CatalogueError> {
    if !place.is_object() {
        let packs = place.text().and_then(|_| place.named(&[(false, "blocked"), (true, "packs")]));
        let or_more = |_| {
            place.wrong(
                "write \"blocked\", \"packs\", {\"at_list\": \"100\"}, {\"per_unit\": {…}}, or null where nobody says",
            )
        };
        return packs.map(|packs| if packs { Overage::Packs } else { Overage::Blocked }).map_err(or_more);
    }
    let fields = place.fields(&["at_list", "per_unit", "tax"])?;
    match (fields.told("at_list"), fields.get("per_unit")) {
        (Some(percent), None) => Ok(Overage::AtList { percent: figure(&percent)?, tax: tax(&fields)? }),
        (None, Some(place)) => {
            let fields = place.fields(&["unit", "price", "per", "currency", "tax"])?;
            let per = fields.get("per").map_or(Ok(1), |place| {
                let per = place.whole(1, 1_000_000_000)?;
                let ten = power_of_ten(per).then_some(per);
                ten.ok_or_else(|| place.wrong(format!("{per} is no power of ten; write 1, 1000 or 1000000")))
            })?;
            Ok(Overage::PerUnit {
                unit: unit(&fields.need("unit", "\"characters\"")?)?,
                price: figure(&fields.need("price", "\"0.30\"")?)?,
                per,
                currency: national(&fields.need("currency", "\"USD\"")?)?,
                tax: tax(&fields)?,
            })
        }
        _ => Err(place.wrong("write either \"at_list\" or \"per_unit\"")),
    }
}

fn discount(
    place: &Place<'_>,
    own: &impl Fn(&Fields<'_>) -> Result<Option<Fact>, CatalogueError>,
) -> Result<PlanDiscount, CatalogueError> {
    let fields = place.fields(&["on", "percent", "market", "students", "from_amount", "fact"])?;
    Ok(PlanDiscount {
        on: fields.need("on", "\"price\", \"use\" or \"batch\"")?.named(DiscountOn::NAMED)?,
        percent: percents(&fields.need("percent", "\"50\"")?)?,
        market: fields.get("market").map(|place| market(&place)).transpose()?,
        students: fields.truth("students")?,
        from_amount: fields.get("from_amount").map(|place| place.number()).transpose()?,
        fact: own(&fields)?,
    })
}

fn fee(place: &Place<'_>) -> Result<Fee, CatalogueError> {
    let fields = place.fields(&["name", "percent", "at_least"])?;
    Ok(Fee {
        percent: percent(&fields.need("percent", "\"5.5\"")?)?,
        at_least: fields.get("at_least").map(|place| place.number()).transpose()?,
        name: need_text(&fields, "name", "\"credit purchase\"")?,
    })
}

fn minimum(place: &Place<'_>) -> Result<Minimum, CatalogueError> {
    let fields = place.fields(&["amount", "currency", "every"])?;
    let every = fields.get("every").map_or(Ok(QuotaWindow::Month), |place| {
        let every = place.parsed()?;
        let fits = matches!(every, QuotaWindow::Month | QuotaWindow::Year);
        fits.then_some(every).ok_or_else(|| place.wrong("write month or year"))
    })?;
    Ok(Minimum {
        amount: fields.need("amount", "\"50\"")?.number()?,
        currency: national(&fields.need("currency", "\"USD\"")?)?,
        every,
    })
}

fn then(place: &Place<'_>) -> Result<Then, CatalogueError> {
    let fields = place.fields(&["plan", "after_months"])?;
    Ok(Then {
        plan: need_text(&fields, "plan", "the id of the plan it turns into")?,
        after_months: fields.need("after_months", "12")?.whole(1, 120)?,
    })
}

impl Serves {
    /// Every model of the plan's own provider, wherever it is used.
    pub fn everything() -> Serves {
        Serves { providers: Vec::new(), models: Models::all(), except: Vec::new(), surfaces: Vec::new() }
    }
}
