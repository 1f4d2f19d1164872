//! Units of the provider's own: what each kind of usage costs in them.

use super::Abstains;
use super::settle::Settling;
use crate::catalogue::{CreditRate, Plan, RatePer};
use crate::ledger::Meter;
use crate::money::Currency;
use crate::plan::{KindSet, Measure, OwnRate, OwnUnit, Row, TermLimit, TermPool, Usage};

/// The units that a plan's terms name, with their rates.
pub(super) struct Units<'a> {
    plan: &'a Plan,
    usage: &'a Usage,
    /// Of each kind, whether the plan has anything for it.
    served: Vec<bool>,
    own: Vec<OwnUnit>,
    /// Of each unit, the rates of each kind as they are told.
    told: Vec<Vec<Vec<&'a CreditRate>>>,
    taken: Vec<bool>,
}

impl<'a> Units<'a> {
    pub(super) const fn new(plan: &'a Plan, usage: &'a Usage, served: Vec<bool>) -> Units<'a> {
        Units { plan, usage, served, own: Vec::new(), told: Vec::new(), taken: Vec::new() }
    }

    pub(super) fn into_units(self) -> Vec<OwnUnit> {
        self.own
    }

    /// The measure of a unit of the provider's own.
    pub(super) fn measure(&mut self, unit: Currency) -> Measure {
        if let Some(place) = self.own.iter().position(|own| own.unit == unit) {
            return Measure::Own(place);
        }
        let told: Vec<Vec<&CreditRate>> =
            (0..self.usage.kinds.len()).map(|kind| self.of_kind(unit, kind)).collect();
        self.own.push(OwnUnit { unit, rates: vec![Vec::new(); told.len()] });
        self.told.push(told);
        self.taken.push(false);
        Measure::Own(self.own.len() - 1)
    }

    /// The rates of a kind: for each thing that is counted the one that names its task, else its model, else all.
    fn of_kind(&self, unit: Currency, kind: usize) -> Vec<&'a CreditRate> {
        let of = &self.usage.kinds[kind];
        if !self.served[kind] {
            return Vec::new();
        }
        let fits = |rate: &&&CreditRate| rate.unit == unit && rate.models.hold(&of.model);
        let mut rates: Vec<&CreditRate> = self.plan.rates.iter().filter(|rate| fits(&rate)).collect();
        let named = rates.iter().any(|rate| rate.task == Some(of.task));
        rates.retain(|rate| if named { rate.task == Some(of.task) } else { rate.task.is_none() });
        let of_model = rates.iter().any(|rate| !rate.models.is_all());
        rates.retain(|rate| !of_model || !rate.models.is_all());
        let mut first: Vec<&CreditRate> = Vec::new();
        for rate in rates {
            if !first.iter().any(|known| same_count(known.per, rate.per)) {
                first.push(rate);
            }
        }
        first
    }

    /// Whether anything tells what a kind costs in a measure.
    pub(super) fn rates(&self, measure: Measure, kind: usize) -> bool {
        match measure {
            Measure::Own(place) => !self.told[place][kind].is_empty(),
            _ => true,
        }
    }

    /// Settles the rates of a measure that terms use.
    pub(super) fn take(&mut self, measure: Measure, at: &mut Settling<'_>) -> Result<(), Abstains> {
        let Measure::Own(place) = measure else { return Ok(()) };
        if std::mem::replace(&mut self.taken[place], true) {
            return Ok(());
        }
        let unit = self.own[place].unit;
        for kind in 0..self.usage.kinds.len() {
            for rate in self.told[place][kind].clone() {
                if let RatePer::ListMoney(currency) = rate.per
                    && self.usage.currency.is_some_and(|of| of != currency)
                {
                    return Err(Abstains::OtherCurrency(currency));
                }
                let amount = at
                    .cost(&rate.amount)
                    .ok_or_else(|| Abstains::Unpublished { what: format!("what use costs in {unit}") })?;
                let what = format!("what {} costs in {unit}, for {}", rate.per, rate.models.words());
                at.used(&what, &rate.amount, rate.fact.as_ref());
                self.own[place].rates[kind].push(OwnRate { amount, per: rate.per, at_hours: rate.at_hours });
            }
        }
        Ok(())
    }

    /// Refuses usage whose rows lack what limits and pools count: it would pass for free.
    pub(super) fn counted(
        &self,
        serves: &KindSet,
        limits: &[TermLimit],
        pools: &[TermPool],
    ) -> Result<(), Abstains> {
        let measures = limits
            .iter()
            .map(|limit| (limit.measure, &limit.kinds))
            .chain(pools.iter().map(|pool| (pool.measure, &pool.kinds)));
        for (measure, kinds) in measures {
            if matches!(measure, Measure::List) {
                continue;
            }
            let lacks = |row: &&Row| {
                serves.holds(row.kind)
                    && kinds.holds(row.kind)
                    && !row.list_cost.is_zero()
                    && !self.tells(measure, row)
            };
            let rows = self.usage.rows.iter().filter(lacks).count();
            if rows > 0 {
                let rows = u64::try_from(rows).unwrap_or(u64::MAX);
                return Err(Abstains::NeedsCount { what: self.words(measure), rows });
            }
        }
        Ok(())
    }

    fn tells(&self, measure: Measure, row: &Row) -> bool {
        match measure {
            Measure::Requests => row.requests.is_some(),
            // Of input and output one may well be nought.
            Measure::Tokens | Measure::InputTokens | Measure::OutputTokens => {
                row.input_tokens > 0 || row.output_tokens > 0
            }
            Measure::Units(meter) => tells_meter(row, meter),
            Measure::List => true,
            Measure::Own(place) => {
                let kind = usize::try_from(row.kind).unwrap_or(usize::MAX);
                self.own[place].rates.get(kind).is_some_and(|rates| {
                    rates.iter().any(|rate| match rate.per {
                        RatePer::Request => row.requests.is_some(),
                        RatePer::Units(meter, _) => tells_meter(row, meter),
                        RatePer::Tokens(_) => row.input_tokens > 0 || row.output_tokens > 0,
                        RatePer::ListMoney(_) => true,
                    })
                })
            }
        }
    }

    fn words(&self, measure: Measure) -> String {
        match measure {
            Measure::Requests => "requests".to_owned(),
            Measure::Tokens | Measure::InputTokens | Measure::OutputTokens => "tokens".to_owned(),
            Measure::Units(meter) => format!("{}s", crate::ledger::name_of(meter, Meter::NAMED)),
            Measure::List => "list price".to_owned(),
            Measure::Own(place) => self.own[place].unit.to_string(),
        }
    }
}

const fn tells_meter(row: &Row, meter: Meter) -> bool {
    match meter {
        Meter::Request => row.requests.is_some(),
        Meter::Input | Meter::CacheRead | Meter::Output => row.input_tokens > 0 || row.output_tokens > 0,
        _ => matches!(row.metered, Some((counted, _)) if counted as u8 == meter as u8),
    }
}

const fn same_count(a: RatePer, b: RatePer) -> bool {
    match (a, b) {
        (RatePer::Request, RatePer::Request)
        | (RatePer::Tokens(_), RatePer::Tokens(_))
        | (RatePer::ListMoney(_), RatePer::ListMoney(_)) => true,
        (RatePer::Units(a, _), RatePer::Units(b, _)) => a as u8 == b as u8,
        _ => false,
    }
}
