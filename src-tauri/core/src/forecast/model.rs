//! The method, in whole numbers: what a day is like, and how days may go on.

use super::chance::Chance;
use super::level::{Level, level};

/// One, as a fixed-point number.
pub(super) const ONE: i64 = 1 << 16;
/// Weekdays.
const WEEK: usize = 7;
/// What is older says nothing of what comes.
pub(super) const LOOK_BACK: usize = 182;

/// What a day weighs against the day after it, of [`ONE`]: a half-life of about 16 days for the level.
const LEVEL_KEEPS: i64 = 62_758;
/// A half-life of about six weeks for the rhythm of the week.
const RHYTHM_KEEPS: i64 = 64_464;
/// A half-life of about seven weeks for the days that are drawn again.
const DRAWN_KEEPS: i64 = 64_617;
/// So many ordinary weeks stand against what the weekdays seem to be like.
const ORDINARY_WEEKS: i64 = 2;
/// A day above so many times the middle one counts as so many for the level: it is drawn again, but is no new level.
const BURST: i64 = 4;
/// What goes one way for long goes on by so many per cent of that.
const DRIFT_KEPT: i64 = 35;

/// What is known of a run of days.
pub(super) struct Model {
    seed: u64,
    /// The weekday of the first day to come.
    weekday: usize,
    factors: [i64; WEEK],
    /// What each day that was would be at the present level, without its weekday.
    pool: Vec<i64>,
    /// In what size each of them stands for one at the present level, its weekday kept, of [`ONE`].
    sizes: Vec<i64>,
    /// What a day to come is like beside the one before it, where the level goes one way for long; of [`ONE`].
    drift: i64,
    /// Which day of the history the first of them is.
    left_out: usize,
    /// Running sums of what each of them weighs.
    reach: Vec<u64>,
    /// For how many days nothing was used, where that is longer than is usual here; else none.
    quiet: u64,
    level: Level,
}

impl Model {
    /// From days in order; `weekday` is that of the first.
    pub(super) fn fit(days: &[i64], weekday: usize, seed: u64) -> Model {
        let left_out = days.len().saturating_sub(LOOK_BACK);
        let (days, weekday) = (&days[left_out..], (weekday + left_out) % WEEK);
        let next = (weekday + days.len()) % WEEK;
        let quiet = quiet_days(days);
        let known = &days[..days.len() - quiet];
        let at = |i: usize| (weekday + i) % WEEK;
        let cap = burst_from(known);
        let capped: Vec<i64> = known.iter().map(|day| (*day).clamp(0, cap)).collect();
        let factors = rhythm(&capped, weekday);
        let of_days: Vec<i64> = (0..known.len()).map(|i| factors[at(i)]).collect();
        let levels = levels(&capped, |i| of_days[i]);
        let level = level(&capped, &of_days);
        let mut weight: i64 = 1 << 30;
        let mut weights: Vec<u64> = (0..known.len())
            .map(|_| {
                let this = weight;
                weight = weight * DRAWN_KEEPS / ONE;
                this.unsigned_abs()
            })
            .collect();
        weights.reverse();
        // A day at a level that was is worth as much at the present one; not more than thrice, not less than a third.
        let moved = |i: usize, day: i64| {
            let plain = i128::from(day) * i128::from(ONE) / i128::from(of_days[i]);
            let (now, then) = (i128::from(level.now), i128::from(levels[i]));
            if then == 0 { plain } else { plain * (3 * now).clamp(then, 9 * then) / (3 * then) }
        };
        // Together they must be worth what the level says.
        let (mut worth, mut weighed) = (0_i128, 0_i128);
        for i in 0..known.len() {
            worth += moved(i, capped[i]) * i128::from(weights[i]) / i128::from(ONE);
            weighed += i128::from(weights[i]);
        }
        let said = i128::from(level.now) * weighed / i128::from(ONE);
        let set = if worth == 0 {
            i128::from(ONE)
        } else {
            (said * i128::from(ONE) / worth).clamp(i128::from(ONE) / 2, i128::from(ONE) * 2)
        };
        let pool = (0..known.len())
            .map(|i| i64::try_from(moved(i, known[i]) * set / i128::from(ONE)).unwrap_or(i64::MAX))
            .collect();
        let sizes = sizes(&capped, &of_days, &levels, level.now, &weights);
        let reach = weights
            .iter()
            .scan(0, |sum: &mut u64, weight| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        let drift = drift(&capped);
        Model {
            seed,
            weekday: next,
            factors,
            pool,
            sizes,
            drift,
            left_out,
            reach,
            quiet: quiet as u64,
            level,
        }
    }

    /// The `number`th way in which the next days may go. The same for the same model; a longer one begins like a shorter one.
    pub(super) fn path(&self, number: u64, days: usize, mut each: impl FnMut(usize, i64)) {
        let mut chance = Chance::new(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let still = if self.quiet == 0 { 0 } else { self.pause(&mut chance) };
        let mut level = chance.factor(self.level.unsure);
        let (mut at, mut left) = (0, 0);
        for day in 0..days {
            if day as u64 >= still {
                if left == 0 || at >= self.pool.len() {
                    at = self.draw(&mut chance);
                    left = 3 + chance.below(5);
                }
                let factor = self.factors[(self.weekday + day) % WEEK];
                let plain = self.pool.get(at).copied().unwrap_or_default();
                each(day, scaled(scaled(plain, factor), level));
                at += 1;
                left -= 1;
            } else {
                each(day, 0);
            }
            level = scaled(level, chance.factor(self.level.wander)).clamp(ONE / 8, ONE * 8);
        }
    }

    /// The `number`th way in which the next days may go, of whole weeks that were: for each day to come, which day of the history
    /// stands for it, and in what size. Weekdays are kept. The level is taken to be so much less sure than it is told, of [`ONE`].
    pub(super) fn weeks(
        &self,
        number: u64,
        days: usize,
        wider: i64,
        mut each: impl FnMut(usize, usize, i64),
    ) {
        let mut chance = Chance::new(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let still = if self.quiet == 0 { 0 } else { self.pause(&mut chance) };
        let mut level = chance.factor(scaled(self.level.unsure, wider));
        let known = self.sizes.len();
        let span = known + usize::try_from(self.quiet).unwrap_or_default();
        let (mut at, mut left) = (0, 0);
        for day in 0..days {
            if left == 0 || at >= known {
                let drawn = self.draw(&mut chance);
                // The day of the drawn week that has the weekday that is due.
                at = drawn - drawn % WEEK + (span + day) % WEEK;
                while at >= known && at >= WEEK {
                    at -= WEEK;
                }
                left = WEEK;
            }
            let size = if (day as u64) < still { 0 } else { self.sizes.get(at).copied().unwrap_or_default() };
            each(day, self.left_out + at, scaled(size, level));
            at += 1;
            left -= 1;
            let wander = chance.factor(scaled(self.level.wander, wider));
            level = scaled(scaled(level, self.drift), wander).clamp(ONE / 8, ONE * 8);
        }
    }

    /// How long a pause goes on that is as old as this one: as likely longer than that again as shorter.
    fn pause(&self, chance: &mut Chance) -> u64 {
        let part = 1 + chance.below(1_000);
        self.quiet * (1_000 - part.min(1_000)) / part
    }

    fn draw(&self, chance: &mut Chance) -> usize {
        let Some(all) = self.reach.last().copied().filter(|all| *all > 0) else { return 0 };
        let point = chance.below(all);
        self.reach.partition_point(|sum| *sum <= point)
    }
}

/// In what size each day stands for one at the present level whose weekday is the same: not more than thrice, not less than a third.
fn sizes(days: &[i64], factors: &[i64], levels: &[i64], now: i64, weights: &[u64]) -> Vec<i64> {
    let moved: Vec<i64> = levels
        .iter()
        .map(|then| {
            let (now, then) = (i128::from(now), i128::from(*then));
            let size =
                if then == 0 { 1 } else { (3 * now).clamp(then, 9 * then) * i128::from(ONE) / (3 * then) };
            if then == 0 { ONE } else { i64::try_from(size).unwrap_or(ONE) }
        })
        .collect();
    // Together they must be worth what the level says.
    let (mut worth, mut said) = (0_i128, 0_i128);
    for i in 0..days.len() {
        worth += i128::from(scaled(days[i], moved[i])) * i128::from(weights[i]) / i128::from(ONE);
        said += i128::from(scaled(now, factors[i])) * i128::from(weights[i]) / i128::from(ONE);
    }
    let one = i128::from(ONE);
    let set = if worth == 0 { one } else { (said * one / worth).clamp(one / 2, one * 2) };
    let set = i64::try_from(set).unwrap_or(ONE);
    moved.into_iter().map(|size| scaled(size, set)).collect()
}

/// What a day to come is like beside the one before it. Where four weeks were more than the four before them, and those more than their
/// own, it goes on so, as slowly as the slower of the two and held back.
fn drift(days: &[i64]) -> i64 {
    const SPAN: usize = 4 * WEEK;
    if days.len() < 3 * SPAN {
        return ONE;
    }
    let sum = |back: usize| {
        let end = days.len() - back * SPAN;
        days[end - SPAN..end].iter().map(|day| i128::from(*day)).sum::<i128>()
    };
    let (last, before, first) = (sum(0), sum(1), sum(2));
    let ratio = |later: i128, earlier: i128| {
        if earlier == 0 { ONE } else { i64::try_from(later * i128::from(ONE) / earlier).unwrap_or(2 * ONE) }
    };
    let (one, other) = (ratio(last, before), ratio(before, first));
    let goes = if one > ONE && other > ONE {
        one.min(other)
    } else if one < ONE && other < ONE {
        one.max(other)
    } else {
        ONE
    };
    let goes = goes.clamp(ONE * 6 / 10, ONE * 16 / 10) - ONE;
    ONE + goes * DRIFT_KEPT / 100 / 28
}

/// A part of a number.
fn scaled(number: i64, part: i64) -> i64 {
    i64::try_from(i128::from(number) * i128::from(part) / i128::from(ONE)).unwrap_or(i64::MAX)
}

/// How many days at the end nothing was used, where that is longer than any pause before; else none.
fn quiet_days(days: &[i64]) -> usize {
    let mut used: Vec<i64> = days.iter().copied().filter(|day| *day > 0).collect();
    used.sort_unstable();
    let Some(middle) = used.get(used.len() / 2) else { return 0 };
    let little = middle / 50;
    let (mut longest, mut run) = (0, 0);
    for day in days {
        if *day <= little {
            run += 1;
        } else {
            longest = longest.max(run);
            run = 0;
        }
    }
    if run > longest.max(2) { run } else { 0 }
}

/// From what a day on a burst is told: some times the middle of the days on which something was used.
fn burst_from(days: &[i64]) -> i64 {
    let mut used: Vec<i64> = days.iter().rev().take(8 * WEEK).copied().filter(|day| *day > 0).collect();
    used.sort_unstable();
    used.get(used.len() / 2).map_or(i64::MAX / ONE / ONE, |middle| middle * BURST)
}

/// What each weekday is like beside the others, held back towards none.
fn rhythm(days: &[i64], weekday: usize) -> [i64; WEEK] {
    let (mut sums, mut weights) = ([0_i128; WEEK], [0_i128; WEEK]);
    let mut weight: i64 = 1 << 30;
    for (i, day) in days.iter().enumerate().rev() {
        let at = (weekday + i) % WEEK;
        sums[at] += i128::from(*day) * i128::from(weight);
        weights[at] += i128::from(weight);
        weight = weight * RHYTHM_KEEPS / ONE;
    }
    let (sum, all) = (sums.iter().sum::<i128>(), weights.iter().sum::<i128>());
    let mut factors = [ONE; WEEK];
    if sum <= 0 || all == 0 {
        return factors;
    }
    let ordinary = i128::from(ORDINARY_WEEKS) << 30;
    for at in 0..WEEK {
        let held = sums[at] + ordinary * sum / all;
        let mean = held / (weights[at] + ordinary);
        factors[at] =
            i64::try_from(mean * i128::from(ONE) * all / sum).unwrap_or(ONE).clamp(ONE / 50, ONE * 7);
    }
    let mean = factors.iter().sum::<i64>() / 7;
    factors.map(|factor| (factor * ONE / mean.max(1)).max(ONE / 50))
}

/// The level at each day, from the days on both sides of it.
fn levels(days: &[i64], factor: impl Fn(usize) -> i64) -> Vec<i64> {
    let one_way = |order: &mut dyn Iterator<Item = usize>| {
        let (mut sum, mut weights) = (0_i128, 0_i128);
        let mut out = vec![(0_i128, 0_i128); days.len()];
        for i in order {
            out[i] = (sum, weights);
            let keep = |held: i128| held * i128::from(LEVEL_KEEPS) / i128::from(ONE);
            sum = keep(sum + (i128::from(days[i]) << 20));
            weights = keep(weights + (i128::from(factor(i)) << 20));
        }
        out
    };
    let before = one_way(&mut (0..days.len()));
    let after = one_way(&mut (0..days.len()).rev());
    (0..days.len())
        .map(|i| {
            let sum = before[i].0 + after[i].0 + (i128::from(days[i]) << 20);
            let weights = before[i].1 + after[i].1 + (i128::from(factor(i)) << 20);
            if weights == 0 { 0 } else { i64::try_from(sum * i128::from(ONE) / weights).unwrap_or(i64::MAX) }
        })
        .collect()
}
