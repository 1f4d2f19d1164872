//! What a prompt costs at list price, sent in one of several ways.

use crate::ledger::{ListCost, TokenTotals, TokenUsage};
use crate::pricing::{Consumed, Pricer, Unpriced, Usage};
use crate::time::Date;

/// One prompt with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prompt<'a> {
    /// The provider, as the price list names it.
    pub provider: &'a str,
    /// The model.
    pub model: &'a str,
    /// The UTC day.
    pub at: Date,
    /// Tokens that go in.
    pub input: u64,
    /// Tokens that come out.
    pub output: u64,
}

/// How a prompt is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// At once.
    Now,
    /// In a batch, answered within a day or so.
    Batch,
    /// The whole prompt is read from the provider's cache, where it lies already.
    Cached,
    /// The whole prompt is put into the provider's cache, to be read from it later.
    CacheWrite,
}

/// The list cost of one request. Its length is known, so that the price for prompts of this length holds.
pub fn cost(pricer: &mut Pricer, prompt: &Prompt, way: Way) -> Result<ListCost, Unpriced> {
    let cached = |on: bool| if on { prompt.input } else { 0 };
    let totals = TokenTotals {
        input: prompt.input,
        output: prompt.output,
        cache_read: cached(way == Way::Cached),
        cache_creation: cached(way == Way::CacheWrite),
        ..TokenTotals::default()
    };
    let tokens = TokenUsage::from_totals(totals).map_err(|_| Unpriced::Inexact)?;
    let band = format!("{}-{}", prompt.input.saturating_sub(1), prompt.input);
    pricer.list_cost(&Usage {
        provider: prompt.provider,
        model: prompt.model,
        at: prompt.at,
        service_tier: (way == Way::Batch).then_some("batch"),
        context_window: Some(&band),
        consumed: Consumed::Tokens(&tokens),
    })
}

/// Names that were told at most.
const TOLD: usize = 5;

/// The names closest to one that is not known, closest first.
pub fn near<'n>(asked: &str, known: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let asked = folded(asked);
    let mut close: Vec<(usize, usize, &str)> = Vec::new();
    for name in known {
        let other = folded(name);
        let within = asked.len() >= 3 && (other.contains(&asked) || asked.contains(&other));
        let apart = slips(&asked, &other);
        if within || apart * 3 <= asked.chars().count().max(4) {
            close.push((if within { apart.min(1) } else { apart }, apart, name));
        }
    }
    close.sort_unstable();
    // A name with its maker's in front is the same one.
    let mut told: Vec<&str> = Vec::new();
    for (_, _, name) in close {
        if told.len() < TOLD && !told.iter().any(|known| folded(known) == folded(name)) {
            told.push(name);
        }
    }
    told
}

fn folded(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or_default();
    last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// How many letters have to be changed, put in or left out to make one name of the other.
fn slips(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let changed = corner + usize::from(left != *right);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
