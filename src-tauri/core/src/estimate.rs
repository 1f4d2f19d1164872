//! What a text will cost before it is sent: tokens, money, the share of what is left. Pure.
//!
//! A text is read here and nowhere kept: what comes out are counts.

mod costs;
mod encoding;
mod families;
mod file;
mod kinds;
mod replies;

pub use costs::{Prompt, Way, cost, near};
pub use encoding::{Count, Encoding, warm};
pub use families::{Family, RatiosError, TokenRatios};
pub use file::{NoText, text_of};
pub use kinds::{Kind, Makeup};
pub use replies::{FEWEST_REQUESTS, Replies, replies};

use std::cell::OnceCell;

/// The longest text that is counted, in bytes: more than any model takes in.
pub const LONGEST: u64 = 32 * 1024 * 1024;

/// A count that is not known to the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Hardly less.
    pub low: u64,
    /// Most likely.
    pub typical: u64,
    /// Hardly more.
    pub high: u64,
}

impl Range {
    /// A count that is known.
    pub const fn exactly(count: u64) -> Range {
        Range { low: count, typical: count, high: count }
    }
}

/// How tokens were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// By the encoding that the model is published to use.
    Exact(Encoding),
    /// By what models of its family make of text of these kinds.
    Measured(&'static Family),
    /// By the span of all families, since nobody publishes how it counts.
    Unmeasured(&'static Family),
}

/// A text, counted as often as models ask for it and no more.
#[derive(Debug)]
pub struct Text<'t> {
    whole: &'t str,
    makeup: Makeup,
    o200k: OnceCell<Count>,
    cl100k: OnceCell<Count>,
}

impl<'t> Text<'t> {
    /// A text that is looked through, and not counted yet.
    pub fn new(text: &'t str) -> Text<'t> {
        Text { whole: text, makeup: Makeup::of(text), o200k: OnceCell::new(), cl100k: OnceCell::new() }
    }

    /// What it is made of.
    pub const fn makeup(&self) -> &Makeup {
        &self.makeup
    }

    /// How many tokens a model makes of it, and how sure that is.
    pub fn tokens(&self, ratios: &'static TokenRatios, model: &str) -> (Range, Counted) {
        if let Some(encoding) = Encoding::of(model) {
            let count = self.count(encoding);
            return (count.range(), Counted::Exact(encoding));
        }
        let (family, counted) = match ratios.family(model) {
            Some(family) => (family, Counted::Measured(family)),
            None => (&ratios.unmeasured, Counted::Unmeasured(&ratios.unmeasured)),
        };
        (ratios.apply(family, &self.makeup, self.count(Encoding::O200k)), counted)
    }

    fn count(&self, encoding: Encoding) -> Count {
        let known = match encoding {
            Encoding::O200k => &self.o200k,
            Encoding::Cl100k => &self.cl100k,
        };
        *known.get_or_init(|| encoding.count(self.whole))
    }
}
