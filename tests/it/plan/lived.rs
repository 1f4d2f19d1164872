//! Of the oracle: a plan as it is lived through, its limits, pools and packs.

use spendglass_core::catalogue::{Quantity, Rollover};
use spendglass_core::ledger::{ExpiryRule, Life, QuotaWindow};
use spendglass_core::money::Decimal;
use spendglass_core::plan::{Measure, Purse, Row, TermOverage, TermPack, TermPool, Terms};
use spendglass_core::time::Timestamp;

use super::counts::{Count, Part, World, counted, less, of, power_of, split};
use super::exact::Exact;
use super::oracle::Fate;
use super::spans::{DAY, boundaries, counted_in, enforced, some_months_after};

/// A dated sum of credit.
#[derive(Clone, Debug)]
struct Lot {
    had: Timestamp,
    /// By which boundary of its pool it came; the purchase's number for packs.
    number: usize,
    life: ExpiryRule,
    left: i128,
}

impl Lot {
    /// When it lapses, as things stand.
    fn lapses(&self, active: Option<Timestamp>) -> Option<Timestamp> {
        match self.life {
            ExpiryRule::Never => None,
            ExpiryRule::On(date) => Some(date.plus_days(1).utc_start()),
            ExpiryRule::At(at) => Some(at),
            ExpiryRule::AfterPurchase(Life::Days(days)) => Some(self.had.plus_seconds(DAY * i64::from(days))),
            ExpiryRule::AfterPurchase(Life::Months(months)) => {
                let date = self.had.utc_date();
                let late = self.had.seconds_since(date.utc_start());
                Some(some_months_after(date, months).utc_start().plus_seconds(late))
            }
            ExpiryRule::AfterInactivity(days) => {
                let last = active.map_or(self.had, |active| active.max(self.had));
                Some(last.plus_seconds(DAY * i64::from(days)))
            }
            ExpiryRule::EndOfPeriod { .. } => panic!("refused before"),
        }
    }
}

/// A pool with what is in it.
struct Held<'a> {
    terms: &'a TermPool,
    boundaries: Vec<Timestamp>,
    passed: usize,
    lots: Vec<Lot>,
}

/// A plan as it is lived through.
pub(super) struct Lived<'a> {
    number: usize,
    terms: &'a Terms,
    /// For each limit, what was counted in it, and when.
    counted: Vec<Vec<(Timestamp, i128)>>,
    pools: Vec<Held<'a>>,
    packs: Vec<Lot>,
    bought: usize,
    active: Option<Timestamp>,
    pub(super) fate: Fate,
}

/// What was billed for use, and when, by whom.
pub(super) type Bills = Vec<(usize, Timestamp, Purse, Exact)>;

impl<'a> Lived<'a> {
    pub(super) fn new(world: &World, number: usize, terms: &'a Terms) -> Lived<'a> {
        let pools = terms.pools.iter().map(|pool| {
            let left = world.grains(pool.amount, counted(pool.measure, number));
            let life = if pool.every == QuotaWindow::Lifetime { pool.life } else { ExpiryRule::Never };
            let lots = vec![Lot { had: world.from.utc_start(), number: 0, life, left }];
            Held { terms: pool, boundaries: boundaries(pool, world.from, world.to), passed: 0, lots }
        });
        Lived {
            number,
            terms,
            counted: vec![Vec::new(); terms.limits.len()],
            pools: pools.collect(),
            packs: Vec::new(),
            bought: 0,
            active: None,
            fate: Fate::default(),
        }
    }

    fn lapse(&mut self, world: &mut World, measure: Measure, grains: i128) {
        if grains > 0 {
            world.saw("lapsed");
            self.fate.lapsed.push((measure, world.amount(grains, counted(measure, self.number))));
        }
    }

    /// Lets come and lapse what does so up to an instant, that included.
    pub(super) fn settle(&mut self, world: &mut World, at: Timestamp) {
        for place in 0..self.pools.len() {
            let terms = self.pools[place].terms;
            let grains = |amount: Decimal| world.grains(amount, counted(terms.measure, self.number));
            let amount = grains(terms.amount);
            let mut lapsed = 0;
            let pool = &mut self.pools[place];
            while pool.passed < pool.boundaries.len() && pool.boundaries[pool.passed] <= at {
                let had = pool.boundaries[pool.passed];
                pool.passed += 1;
                let number = pool.passed;
                let fresh = Lot { had, number, life: ExpiryRule::Never, left: amount };
                match &terms.rollover {
                    Rollover::Stays => {}
                    Rollover::Lapses => lapsed += pool.lots.drain(..).map(|lot| lot.left).sum::<i128>(),
                    Rollover::Periods(more) => {
                        let ends = |lot: &Lot| lot.number + 1 + *more as usize <= number;
                        lapsed += pool.lots.iter().filter(|lot| ends(lot)).map(|lot| lot.left).sum::<i128>();
                        pool.lots.retain(|lot| !ends(lot));
                    }
                    Rollover::Capped(cap) => {
                        let Quantity::Exact(cap) = cap else { panic!("exact") };
                        let left = pool.lots.drain(..).map(|lot| lot.left).sum::<i128>();
                        let most = grains(*cap).max(amount);
                        let kept = (left + amount).min(most);
                        lapsed += left + amount - kept;
                        pool.lots.push(Lot { left: kept, ..fresh });
                        continue;
                    }
                }
                pool.lots.push(fresh);
            }
            let over = |lot: &Lot| lot.lapses(self.active).is_some_and(|end| end <= at);
            lapsed += pool.lots.iter().filter(|lot| over(lot)).map(|lot| lot.left).sum::<i128>();
            pool.lots.retain(|lot| !over(lot));
            self.lapse(world, terms.measure, lapsed);
        }
        let over = |lot: &Lot| lot.lapses(self.active).is_some_and(|end| end <= at);
        let lapsed = self.packs.iter().filter(|lot| over(lot)).map(|lot| lot.left).sum();
        self.packs.retain(|lot| !over(lot));
        if let Some(pack) = self.terms.packs.first() {
            self.lapse(world, pack.measure, lapsed);
        }
    }

    /// What of a part may be served, and what may not.
    pub(super) fn within_limits(
        &mut self,
        world: &mut World,
        row: &Row,
        part: Part,
    ) -> (Option<Part>, Option<Part>) {
        let mut tightest: Option<(i128, i128)> = None;
        let mut unchecked = false;
        for (limit, counted_before) in self.terms.limits.iter().zip(&self.counted) {
            if !limit.kinds.holds(row.kind) {
                continue;
            }
            if !enforced(limit, row) {
                unchecked = true;
                continue;
            }
            let count = counted(limit.measure, self.number);
            let need = of(&part, count).expect("counted");
            let before = counted_in(limit, counted_before, row.at, world.from);
            let left = (world.grains(limit.amount, count) - before).max(0);
            if need <= left {
                continue;
            }
            if tightest.is_none_or(|tightest| less((left, need), tightest)) {
                tightest = Some((left, need));
            }
        }
        if unchecked {
            world.saw("unchecked");
            let list = world.amount(of(&part, Count::List).unwrap(), Count::List);
            self.fate.unchecked = self.fate.unchecked.plus(list);
        }
        let (served, beyond) = match tightest {
            None => (Some(part), None),
            Some((0, _)) => (None, Some(part)),
            Some((num, den)) => {
                world.saw("split by a limit");
                let (served, rest) = split(&part, num, den);
                (Some(served), Some(rest))
            }
        };
        if let Some(served) = &served {
            for (limit, counted_before) in self.terms.limits.iter().zip(&mut self.counted) {
                if limit.kinds.holds(row.kind) && enforced(limit, row) {
                    let count = of(served, counted(limit.measure, self.number)).expect("counted");
                    counted_before.push((row.at, count));
                }
            }
            self.active = Some(row.at);
        }
        (served, beyond)
    }

    /// What pools do not pay of a part.
    pub(super) fn pay_by_pools(&mut self, world: &mut World, row: &Row, part: Part) -> Option<Part> {
        let mut unpaid = part;
        let mut first = true;
        for pool in &mut self.pools {
            if !pool.terms.kinds.holds(row.kind) {
                continue;
            }
            let need = of(&unpaid, counted(pool.terms.measure, self.number)).expect("counted");
            if need == 0 && first {
                return None;
            }
            first = false;
            let mut due = need;
            // The newest first, then those that came before it, the oldest first.
            let mut order: Vec<usize> = (0..pool.lots.len()).collect();
            order.sort_by_key(|lot| pool.lots[*lot].number);
            if let Some(newest) = order.pop() {
                order.insert(0, newest);
            }
            for lot in order {
                let taken = due.min(pool.lots[lot].left);
                pool.lots[lot].left -= taken;
                due -= taken;
            }
            if need > 0 && due == 0 {
                world.saw("paid by a pool");
                return None;
            }
            if due < need {
                world.saw("split by a pool");
                unpaid = split(&unpaid, need - due, need).1;
            }
        }
        if first { None } else { Some(unpaid) }
    }

    fn pay_by_packs(&mut self, world: &mut World, row: &Row, part: &Part, bills: &mut Bills) {
        let first = self.terms.packs.first().expect("packs to buy");
        let count = counted(first.measure, self.number);
        let mut due = of(part, count).expect("counted");
        while due > 0 {
            let soonest = |lot: &&mut Lot| {
                let end = lot.lapses(self.active);
                (end.is_none(), end, lot.number)
            };
            if let Some(lot) = self.packs.iter_mut().filter(|lot| lot.left > 0).min_by_key(soonest) {
                let taken = due.min(lot.left);
                lot.left -= taken;
                due -= taken;
                continue;
            }
            let credit = |pack: &TermPack| world.grains(pack.credit, count);
            let mut best: Option<&TermPack> = None;
            for pack in &self.terms.packs {
                let better = best.is_none_or(|best| match (credit(best) >= due, credit(pack) >= due) {
                    (true, true) => pack.price < best.price,
                    (true, false) => false,
                    (false, true) => true,
                    (false, false) => {
                        credit(pack) > credit(best) || credit(pack) == credit(best) && pack.price < best.price
                    }
                });
                if better {
                    best = Some(pack);
                }
            }
            let pack = best.unwrap();
            let left = credit(pack);
            assert!(left > 0, "a pack with credit");
            world.saw("bought a pack");
            bills.push((self.number, row.at, pack.purse, pack.price.into()));
            self.bought += 1;
            self.packs.push(Lot { had: row.at, number: self.bought, life: pack.life, left });
        }
    }

    /// Bills, or refuses, what is beyond; `false` where it is refused.
    pub(super) fn beyond(&mut self, world: &mut World, row: &Row, part: &Part, bills: &mut Bills) -> bool {
        let list = world.amount(of(part, Count::List).unwrap(), Count::List);
        match self.terms.overage {
            TermOverage::Blocked => return false,
            TermOverage::AtList { percent, purse } => {
                let mut cost = list.percent(percent.into());
                if world.usage.kinds[row.kind as usize].batch {
                    world.saw("billed in a batch");
                    cost = cost.percent(
                        Exact::from(Decimal::ONE_HUNDRED).minus(self.terms.batch_percent_off.into()),
                    );
                }
                world.saw("billed at list");
                bills.push((self.number, row.at, purse, cost));
            }
            TermOverage::PerUnit { measure, price, per, purse } => {
                let count = counted(measure, self.number);
                let units = world.amount(of(part, count).expect("counted"), count);
                world.saw("billed by unit");
                let cost = units.times(price.into()).by_ten_to(power_of(per));
                bills.push((self.number, row.at, purse, cost));
            }
            TermOverage::Packs => self.pay_by_packs(world, row, part, bills),
        }
        true
    }

    pub(super) fn leave(mut self, world: &mut World) -> Fate {
        // The last second inside the window.
        self.settle(world, world.to.utc_start().plus_seconds(-1));
        let mut left = Vec::new();
        for pool in &self.pools {
            left.extend(pool.lots.iter().map(|lot| (pool.terms.measure, lot.left)));
        }
        if let Some(pack) = self.terms.packs.first() {
            left.extend(self.packs.iter().map(|lot| (pack.measure, lot.left)));
        }
        let exact = |(measure, grains)| (measure, world.amount(grains, counted(measure, self.number)));
        self.fate.left = left.into_iter().map(exact).collect();
        self.fate
    }
}
