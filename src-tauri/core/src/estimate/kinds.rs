//! What a text is made of: languages by their script, code, numbers. Tokenizers differ most by this.

use crate::ledger::name_of;

/// A kind of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Latin script without accents: English above all.
    English,
    /// Latin script with accents.
    European,
    /// Source code, markup, JSON.
    Code,
    /// Lines that are mostly digits.
    Numbers,
    /// Hindi, Marathi, Nepali, Sanskrit.
    Devanagari,
    /// The other scripts of India and Sri Lanka.
    Indic,
    /// Chinese and Japanese.
    Cjk,
    /// Korean.
    Hangul,
    /// Cyrillic.
    Cyrillic,
    /// Arabic and Hebrew.
    Arabic,
    /// Every other script, and pictures.
    Rest,
}

/// How many kinds there are.
pub(super) const KINDS: usize = 11;

impl Kind {
    /// Every kind, with its name.
    pub const NAMED: &[(Kind, &str); KINDS] = &[
        (Kind::English, "english"),
        (Kind::European, "european"),
        (Kind::Code, "code"),
        (Kind::Numbers, "numbers"),
        (Kind::Devanagari, "devanagari"),
        (Kind::Indic, "indic"),
        (Kind::Cjk, "cjk"),
        (Kind::Hangul, "hangul"),
        (Kind::Cyrillic, "cyrillic"),
        (Kind::Arabic, "arabic"),
        (Kind::Rest, "other"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        name_of(self, Kind::NAMED)
    }
}

/// How many characters of a text are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Makeup {
    characters: [u64; KINDS],
}

/// Lines that are looked at together: a line of code may look like prose, thirty of them do not.
const BLOCK: u32 = 64;
/// A line with so many of its visible signs being digits, in per cent, is one of numbers.
const NUMERIC: u64 = 40;
/// A line with so many of its visible signs being neither letter, digit nor common stop, in per cent, looks like code.
const SYMBOLIC: u64 = 8;
/// Lines that look like code make code of their block from this share on, in per cent.
const OF_CODE: u64 = 30;
/// Letters with accents make a European language from this share on, in thousandths.
const ACCENTED: u64 = 4;

/// Latin text of a stretch of lines.
#[derive(Clone, Copy, Default)]
struct Block {
    lines: u32,
    latin: u64,
    symbolic: u64,
    letters: u64,
    accented: u64,
}

/// One line.
#[derive(Default)]
struct Line {
    characters: [u64; KINDS],
    letters: u64,
    accented: u64,
    digits: u64,
    symbols: u64,
    visible: u64,
}

impl Makeup {
    /// Looks through a text.
    pub fn of(text: &str) -> Makeup {
        let mut makeup = Makeup::default();
        let (mut block, mut prose) = (Block::default(), Block::default());
        for line in text.split_inclusive('\n') {
            let line = Line::of(line);
            for (sum, more) in makeup.characters.iter_mut().zip(line.characters).skip(1) {
                *sum += more;
            }
            let latin = line.characters[Kind::English as usize];
            if line.visible > 0 && line.digits * 100 >= NUMERIC * line.visible {
                makeup.characters[Kind::Numbers as usize] += latin;
                continue;
            }
            block.lines += 1;
            block.latin += latin;
            block.letters += line.letters;
            block.accented += line.accented;
            if line.symbols > 0 && line.symbols * 100 >= SYMBOLIC * line.visible {
                block.symbolic += latin;
            }
            if block.lines == BLOCK {
                makeup.close(std::mem::take(&mut block), &mut prose);
            }
        }
        makeup.close(block, &mut prose);
        let accented = prose.accented * 1000 >= ACCENTED * prose.letters.max(1);
        makeup.characters[if accented { Kind::European } else { Kind::English } as usize] += prose.latin;
        makeup
    }

    fn close(&mut self, block: Block, prose: &mut Block) {
        if block.symbolic > 0 && block.symbolic * 100 >= OF_CODE * block.latin {
            self.characters[Kind::Code as usize] += block.latin;
        } else {
            prose.latin += block.latin;
            prose.letters += block.letters;
            prose.accented += block.accented;
        }
    }

    /// How many characters there are.
    pub fn characters(&self) -> u64 {
        self.characters.iter().sum()
    }

    /// The kinds that are in it, with their characters; most first.
    pub fn kinds(&self) -> Vec<(Kind, u64)> {
        let all = Kind::NAMED.iter().zip(self.characters).map(|((kind, _), count)| (*kind, count));
        let mut there: Vec<_> = all.filter(|(_, count)| *count > 0).collect();
        there.sort_by_key(|(kind, count)| (u64::MAX - count, *kind));
        there
    }

    pub(super) const fn by_kind(&self) -> [u64; KINDS] {
        self.characters
    }
}

impl Line {
    /// Blanks, stops and digits go with the script before them, those at the start with the first one.
    fn of(text: &str) -> Line {
        let mut line = Line::default();
        let (mut script, mut ahead) = (None, 0);
        for c in text.chars() {
            if c.is_ascii() && !c.is_ascii_whitespace() {
                line.visible += 1;
                line.digits += u64::from(c.is_ascii_digit());
                line.symbols += u64::from(c.is_ascii_punctuation() && !".,'!?-:".contains(c));
            }
            match script_of(c) {
                Some(Kind::European) => {
                    line.accented += 1;
                    script = Some(Kind::English);
                }
                Some(new) => script = Some(new),
                None => {}
            }
            if let Some(script) = script {
                line.letters += u64::from(script == Kind::English && c.is_alphabetic());
                line.characters[script as usize] += 1 + std::mem::take(&mut ahead);
            } else {
                ahead += 1;
            }
        }
        line.characters[Kind::English as usize] += ahead;
        line
    }
}

/// The script of a character; nothing for blanks, stops and digits, which every script uses.
const fn script_of(c: char) -> Option<Kind> {
    Some(match c as u32 {
        0x41..=0x5a | 0x61..=0x7a => Kind::English,
        0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x24f | 0x1e00..=0x1eff => Kind::European,
        0x400..=0x52f => Kind::Cyrillic,
        0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff => Kind::Arabic,
        0x900..=0x97f | 0xa8e0..=0xa8ff => Kind::Devanagari,
        0x980..=0xdff => Kind::Indic,
        0x1100..=0x11ff | 0x3130..=0x318f | 0xac00..=0xd7ff => Kind::Hangul,
        0x2e80..=0x312f | 0x3190..=0x9fff | 0xf900..=0xfaff | 0xff00..=0xffef | 0x20000..=0x3ffff => {
            Kind::Cjk
        }
        0..=0xbf | 0xd7 | 0xf7 | 0x2b0..=0x36f | 0x2000..=0x2bff | 0xfe00..=0xfe0f => return None,
        _ => Kind::Rest,
    })
}
