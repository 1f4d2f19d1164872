//! Smaller models of the same provider and generation.

use crate::pricing::PriceBook;
use crate::pricing::listed_as;

/// Parts of names of models that do other work than answering in text.
const OTHER_WORK: &[&str] = &[
    "audio",
    "cyber",
    "embed",
    "image",
    "live",
    "moderation",
    "ocr",
    "realtime",
    "robotics",
    "rosalind",
    "search",
    "transcribe",
    "tts",
    "video",
    "vision",
    "voice",
    "whisper",
    "free",
    "ft",
    "deep",
];

/// The generation a name tells: its first numbers of one or two digits. A date is none.
fn generation(name: &str) -> Vec<u32> {
    let numbers = name.split(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=2).contains(&digits.len()));
    numbers.take(2).filter_map(|digits| digits.parse().ok()).collect()
}

fn family(name: &str) -> &str {
    name.split(|c: char| !c.is_ascii_alphabetic()).find(|part| !part.is_empty()).unwrap_or_default()
}

/// The names of models that may stand in for one: same provider, same family, same generation or a later step of it.
pub fn sibling<'b>(book: &'b PriceBook, provider: &str, model: &str) -> Vec<(String, &'b str)> {
    let model = model.to_ascii_lowercase();
    let model = model.rsplit('/').next().unwrap_or_default();
    let own = generation(model);
    if own.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for listed in listed_as(provider) {
        for name in book.models(listed) {
            let other = name.to_ascii_lowercase();
            let other = other.rsplit('/').next().unwrap_or_default();
            let step = generation(other);
            let later = step.first() == own.first() && step.get(1).unwrap_or(&0) >= own.get(1).unwrap_or(&0);
            let works =
                !other.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| OTHER_WORK.contains(&part));
            if family(other) == family(model) && other != model && later && works {
                found.push((listed.to_owned(), name));
            }
        }
    }
    found
}
