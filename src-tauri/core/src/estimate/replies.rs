//! How long a model's answers were.

use super::Range;

/// From so many requests on, history tells how long answers are.
pub const FEWEST_REQUESTS: u64 = 10;

/// How long answers were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replies {
    /// The 10th, 50th and 90th of a hundred requests.
    pub length: Range,
    /// How many requests that is from.
    pub requests: u64,
    /// How many of them were counted one by one. The others are known by the mean of an hour or a day, which hides how far
    /// single answers lie apart.
    pub one_by_one: u64,
}

/// The lengths of answers, from lines that each tell how many requests there were, what tokens came out of them together, and how
/// often just this was told. Nothing where there are too few.
pub fn replies(lines: impl IntoIterator<Item = (u64, u64, u64)>) -> Option<Replies> {
    let mut lengths: Vec<(u64, u64)> = Vec::new();
    let (mut requests, mut one_by_one) = (0_u64, 0_u64);
    for (asked, tokens, times) in lines {
        let Some(mean) = tokens.checked_div(asked) else { continue };
        let all = asked.saturating_mul(times);
        requests = requests.saturating_add(all);
        one_by_one = one_by_one.saturating_add(if asked == 1 { times } else { 0 });
        lengths.push((mean, all));
    }
    if requests < FEWEST_REQUESTS {
        return None;
    }
    lengths.sort_unstable();
    let at = |percent: u64| {
        let wanted = u128::from(requests) * u128::from(percent);
        let mut passed = 0_u128;
        let found = lengths.iter().find(|(_, asked)| {
            passed += u128::from(*asked) * 100;
            passed >= wanted
        });
        found.or(lengths.last()).map_or(0, |(length, _)| *length)
    };
    let length = Range { low: at(10), typical: at(50), high: at(90) };
    Some(Replies { length, requests, one_by_one })
}
