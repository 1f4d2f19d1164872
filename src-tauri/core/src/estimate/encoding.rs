//! The encodings that OpenAI publishes: what they make of a text is known to the last token.

use std::collections::HashSet;

use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};
use tiktoken_rs::{CoreBPE, cl100k_base_singleton, o200k_base_singleton};

use super::Range;

/// About so many bytes are encoded at a time, so that a long text takes little memory.
const PIECE: usize = 256 * 1024;
/// A stretch that the encoder's rule cannot split, such as a million blanks, is cut into so many bytes.
const HARD_PIECE: usize = 64 * 1024;
/// At a cut that is no border of tokens, a count may be off by this.
const SLACK: u64 = 2;

/// An encoding. That of gpt-oss makes the same of plain text as `o200k_base`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// `o200k_base`.
    O200k,
    /// `cl100k_base`.
    Cl100k,
}

/// Tokens of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub tokens: u64,
    /// By how much that may be off: nought but for texts with stretches that cannot be split.
    pub slack: u64,
}

impl Count {
    /// The count with what it may be off by.
    pub const fn range(self) -> Range {
        let Count { tokens, slack } = self;
        Range { low: tokens.saturating_sub(slack), typical: tokens, high: tokens.saturating_add(slack) }
    }
}

impl Encoding {
    /// The encoding that a model is published to use.
    pub fn of(model: &str) -> Option<Encoding> {
        let name = model.to_ascii_lowercase();
        let name = name.rsplit('/').next().unwrap_or_default();
        let name = name.rsplit("openai.").next().unwrap_or_default();
        // Gateways put a variant behind a colon; fine-tuned models have one in front.
        let name = if name.starts_with("ft:") { name } else { name.split(':').next().unwrap_or_default() };
        match get_tokenizer(name)? {
            Tokenizer::O200kBase | Tokenizer::O200kHarmony => Some(Encoding::O200k),
            Tokenizer::Cl100kBase => Some(Encoding::Cl100k),
            Tokenizer::P50kBase | Tokenizer::P50kEdit | Tokenizer::R50kBase | Tokenizer::Gpt2 => None,
        }
    }

    /// The published name.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::O200k => "o200k_base",
            Encoding::Cl100k => "cl100k_base",
        }
    }

    /// How many tokens a text has. Words with a meaning of their own, such as `<|endoftext|>`, count as plain text.
    pub fn count(self, text: &str) -> Count {
        let encoder = self.encoder();
        let mut count = Count::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(border(rest));
            rest = after;
            count_piece(encoder, piece, &mut count);
        }
        count
    }

    fn encoder(self) -> &'static CoreBPE {
        match self {
            Encoding::O200k => o200k_base_singleton(),
            Encoding::Cl100k => cl100k_base_singleton(),
        }
    }
}

/// Reads the encoding that nearly every count starts from, which takes a moment the first time.
pub fn warm() {
    Encoding::O200k.encoder();
}

fn count_piece(encoder: &CoreBPE, piece: &str, count: &mut Count) {
    let none = HashSet::new();
    if let Ok((tokens, _)) = encoder.encode(piece, &none) {
        count.tokens += tokens.len() as u64;
        return;
    }
    let mut rest = piece;
    while !rest.is_empty() {
        let (hard, after) = rest.split_at(rest.floor_char_boundary(HARD_PIECE.min(rest.len())));
        rest = after;
        // Nothing this short is beyond the encoder; if it were, a token has at least one byte.
        count.tokens += encoder.encode(hard, &none).map_or(hard.len(), |(tokens, _)| tokens.len()) as u64;
        count.slack += if rest.is_empty() { 0 } else { SLACK };
    }
}

/// Where the first piece of a text ends. Between the end of a line and a letter or digit no token of these encodings lies.
fn border(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = PIECE;
    while let Some(next) = bytes.get(at) {
        if next.is_ascii_alphanumeric() && bytes[at - 1] == b'\n' {
            return at;
        }
        at += 1;
    }
    text.len()
}
