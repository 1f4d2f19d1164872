//! The level: what a day costs apart from its weekday, which way of telling it did best so far, and how unsure it is.

use super::model::ONE;

/// The days ahead on which a way of telling the level is tried.
const AHEAD: usize = 10;
/// The same, as a divisor.
const AHEAD_DAYS: i64 = 10;
/// Before so many days a level is not tried.
const FROM: usize = 7;
/// What a day weighs against the day after it, for half-lives of 5, 12, 25 and 50 days, of [`ONE`].
const KEEPS: [i64; 4] = [57_052, 61_858, 63_744, 64_634];
/// The same half-lives in days.
const HALF_LIVES: [i64; 4] = [5, 12, 25, 50];
/// Ways of telling the level: by a half-life, and how far the way from a slower one is gone on, in fourths.
const WAYS: [(usize, usize, i64); 6] = [(1, 1, 0), (2, 2, 0), (0, 0, 0), (3, 3, 0), (1, 2, 4), (0, 2, 2)];
/// Trials weigh less the older they are: a half-life of about six weeks.
const TRIAL_KEEPS: i64 = 64_464;
/// What is taken for the wandering of a level before anything is known of it: a variance a day, of [`ONE`] squared.
const WANDER_AT_FIRST: i64 = 3_000_000;
/// So many days of trial stand against that.
const TRIALS_AT_FIRST: i64 = 20;

/// A level and how unsure it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    /// What a day costs apart from its weekday.
    pub(super) now: i64,
    /// How far that may be off: a standard deviation of its logarithm, of [`ONE`].
    pub(super) unsure: i64,
    /// How far it goes within a day, likewise.
    pub(super) wander: i64,
}

/// The level at the end of days that have each a factor.
pub(super) fn level(days: &[i64], factors: &[i64]) -> Level {
    let count = days.len();
    let running = KEEPS.map(|keeps| running(days, factors, keeps));
    let told = |way: (usize, usize, i64), at: usize| {
        let (fast, slow) = (running[way.0][at], running[way.1][at]);
        (fast + (fast - slow) * way.2 / 4).clamp(fast / 2, fast.saturating_mul(2))
    };
    let ahead = ahead(days, factors);
    let (mut best, mut least, mut doubt) = (WAYS[0], None, ONE);
    for way in WAYS {
        let (mut off, mut size, mut weight) = (0_i128, 0_i128, 1_i64 << 30);
        for at in (FROM..=count.saturating_sub(AHEAD)).rev() {
            let (told, came) = (told(way, at), ahead[at]);
            off += i128::from((told - came).abs()) * i128::from(weight);
            size += i128::from(i64::midpoint(told, came)) * i128::from(weight);
            weight = weight * TRIAL_KEEPS / ONE;
        }
        if size > 0 {
            let part = i64::try_from(off * i128::from(ONE) / size).unwrap_or(ONE);
            // A later way must be better by some, or chance would choose.
            if least.is_none_or(|least| part < least * 97 / 100) {
                (best, least, doubt) = (way, Some(part), part);
            }
        }
    }
    let now = told(best, count).max(0);
    let half_life = HALF_LIVES[best.0];
    let noise = noise(days, factors, &running[1]);
    // What chance alone does to the mean of the days ahead and to the level itself, of which the rest is wandering.
    let of_level = noise * 10 / (29 * half_life);
    let by_chance = noise / AHEAD_DAYS + of_level;
    let seen = doubt * 5 / 4;
    let excess = (seen * seen - by_chance).max(0);
    let a_day = excess * 100 / (330 + 72 * half_life);
    let trials = i64::try_from(count.saturating_sub(AHEAD + FROM)).unwrap_or_default().min(60);
    let wander = (a_day * trials + WANDER_AT_FIRST * TRIALS_AT_FIRST) / (trials + TRIALS_AT_FIRST);
    let unsure = of_level + wander * 72 * half_life / 100;
    let root = |square: i64| square.max(0).isqrt().min(ONE / 2);
    Level { now, unsure: root(unsure), wander: root(wander) }
}

/// The level before each day, and after the last, of the days up to there.
fn running(days: &[i64], factors: &[i64], keeps: i64) -> Vec<i64> {
    let (mut sum, mut weights) = (0_i128, 0_i128);
    let keep = |held: i128| held * i128::from(keeps) / i128::from(ONE);
    let mut out = Vec::with_capacity(days.len() + 1);
    out.push(0);
    for (day, factor) in days.iter().zip(factors) {
        sum = keep(sum) + (i128::from(*day) << 20);
        weights = keep(weights) + (i128::from(*factor) << 20);
        out.push(part(sum * i128::from(ONE), weights));
    }
    out
}

/// What the next days after each day were like.
fn ahead(days: &[i64], factors: &[i64]) -> Vec<i64> {
    (0..days.len())
        .map(|at| {
            let end = (at + AHEAD).min(days.len());
            let (sum, weights) = (days[at..end].iter().sum::<i64>(), factors[at..end].iter().sum::<i64>());
            part(i128::from(sum) * i128::from(ONE), i128::from(weights))
        })
        .collect()
}

/// How far single days lie off the level: a variance, of [`ONE`] squared.
fn noise(days: &[i64], factors: &[i64], levels: &[i64]) -> i64 {
    let (mut off, mut size, mut weight) = (0_i128, 0_i128, 1_i64 << 20);
    for at in (FROM.min(days.len())..days.len()).rev() {
        let level = i128::from(levels[at]);
        let plain = i128::from(days[at]) * i128::from(ONE) / i128::from(factors[at].max(1));
        off += (plain - level) * (plain - level) * i128::from(weight);
        size += level * level * i128::from(weight);
        weight = weight * TRIAL_KEEPS / ONE;
    }
    let square = i128::from(ONE) * i128::from(ONE);
    // In two steps: a variance of large amounts leaves no room to multiply.
    part(off.saturating_mul(i128::from(ONE)), (size / i128::from(ONE)).max(1))
        .min(i64::try_from(square * 9).unwrap_or(i64::MAX))
}

fn part(of: i128, by: i128) -> i64 {
    if by == 0 { 0 } else { i64::try_from(of / by).unwrap_or(i64::MAX) }
}
