//! What the persons do at OpenAI, and what it costs there: fixed prices close to the real list, some with the odd
//! decimals of a negotiated rate.

use crate::world::{BERLIN, DAY_AND_NIGHT, EVENINGS, KOLKATA, NEW_YORK, NIGHTLY, Person, Rhythm, Work};

/// Which usage report a line of work shows up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meter {
    Completions,
    Embeddings,
    Moderations,
    Images,
    Speeches,
    Transcriptions,
    VectorStores,
    Sessions,
    FileSearches,
    WebSearches,
}

pub(super) struct Line {
    pub(super) meter: Meter,
    /// Numbers of the person's project, key and member; `None` where the provider reports null.
    pub(super) project: u8,
    pub(super) key: Option<u8>,
    pub(super) member: Option<u8>,
    pub(super) model: &'static str,
    /// Service tier, picture size, context level or vector store, as the report has it.
    pub(super) detail: &'static str,
    pub(super) batch: bool,
    pub(super) work: Work,
}

/// Tokens of a request: uncached, cached and cache-write input, then output.
const fn chat(
    (project, key, member): (u8, u8, u8),
    model: &'static str,
    rhythm: &'static Rhythm,
    pace: u64,
    [uncached, cached, written, output]: [u64; 4],
) -> Line {
    Line {
        meter: Meter::Completions,
        project,
        key: Some(key),
        member: Some(member),
        model,
        detail: "default",
        batch: false,
        work: Work { rhythm, pace, sizes: [uncached, cached, written, output, 0, 0] },
    }
}

/// Work of one size, such as seconds or images.
const fn other(
    meter: Meter,
    (project, key, member): (u8, u8, u8),
    model: &'static str,
    detail: &'static str,
    rhythm: &'static Rhythm,
    pace: u64,
    size: u64,
) -> Line {
    Line {
        meter,
        project,
        key: Some(key),
        member: Some(member),
        model,
        detail,
        batch: false,
        work: Work { rhythm, pace, sizes: [size, 0, 0, 0, 0, 0] },
    }
}

impl Line {
    const fn batched(self) -> Self {
        Line { batch: true, ..self }
    }

    const fn tier(self, detail: &'static str) -> Self {
        Line { detail, ..self }
    }

    const fn keyless(self) -> Self {
        Line { key: None, member: None, ..self }
    }
}

/// A model that no price list knows.
pub(super) const UNLISTED: &str = "tundra-preview-2";

const FREELANCER: &[Line] = &[
    chat((0, 0, 0), "gpt-5.1-2025-11-13", &KOLKATA, 14, [5200, 6100, 0, 780]),
    chat((0, 0, 0), "gpt-5-mini-2025-08-07", &KOLKATA, 30, [2400, 900, 0, 420]),
    chat((1, 1, 0), "gpt-6.1-sol", &KOLKATA, 6, [4100, 9000, 700, 1100]),
    chat((1, 1, 0), "gpt-5-mini-2025-08-07", &NIGHTLY, 60, [1800, 0, 0, 350]).batched(),
    chat((2, 2, 0), "gpt-6-luna", &DAY_AND_NIGHT, 40, [1500, 2200, 60, 240]),
    chat((1, 1, 0), UNLISTED, &KOLKATA, 2, [900, 0, 0, 200]),
    other(Meter::Embeddings, (1, 1, 0), "text-embedding-3-small", "", &KOLKATA, 12, 6400),
    other(Meter::Moderations, (2, 2, 0), "omni-moderation-latest", "", &DAY_AND_NIGHT, 10, 220),
    other(Meter::Images, (0, 0, 0), "gpt-image-2", "1024x1024", &KOLKATA, 1, 1),
    other(Meter::Transcriptions, (0, 0, 0), "whisper-1", "", &KOLKATA, 1, 190),
    other(Meter::VectorStores, (1, 1, 0), "", "", &DAY_AND_NIGHT, 60, 524_288).keyless(),
    other(Meter::FileSearches, (1, 1, 0), "", "handbook", &KOLKATA, 5, 1),
    other(Meter::WebSearches, (2, 2, 0), "gpt-5-mini-2025-08-07", "medium", &DAY_AND_NIGHT, 1, 2).keyless(),
];

const STUDENT: &[Line] = &[
    chat((0, 0, 0), "gpt-4o-mini-2024-07-18", &EVENINGS, 12, [1300, 0, 0, 380]),
    chat((0, 0, 0), "gpt-6-luna", &EVENINGS, 20, [2100, 1200, 40, 500]),
    other(Meter::Embeddings, (0, 0, 0), "text-embedding-3-small", "", &EVENINGS, 3, 5000),
    other(Meter::Images, (0, 0, 0), "gpt-image-1-mini", "1024x1024", &EVENINGS, 1, 1),
];

const TEAM: &[Line] = &[
    chat((0, 0, 0), "gpt-5.1-2025-11-13", &BERLIN, 90, [5600, 7300, 0, 820]),
    chat((0, 1, 1), "gpt-5.1-2025-11-13", &NEW_YORK, 70, [4800, 8100, 0, 900]),
    chat((0, 1, 1), "gpt-5.5-2026-04-23", &NEW_YORK, 12, [3900, 5100, 0, 1200]),
    chat((1, 2, 2), "gpt-6.1-sol", &KOLKATA, 50, [4300, 11_000, 900, 1300]),
    chat((1, 2, 2), "gpt-6.1-terra", &KOLKATA, 60, [3100, 6400, 500, 700]),
    chat((1, 3, 3), "gpt-6.1-terra", &BERLIN, 45, [3500, 5200, 400, 650]).tier("flex"),
    chat((2, 4, 4), "gpt-6-luna", &DAY_AND_NIGHT, 400, [1500, 2600, 80, 260]),
    chat((2, 4, 4), "gpt-5.4-mini-2026-03-17", &DAY_AND_NIGHT, 120, [1900, 900, 0, 310]).tier("priority"),
    chat((3, 5, 4), "gpt-5-mini-2025-08-07", &NIGHTLY, 1500, [2100, 0, 0, 420]).batched(),
    chat((3, 5, 4), "gpt-5.1-2025-11-13", &NIGHTLY, 120, [6200, 0, 0, 900]).batched(),
    chat((4, 6, 5), "gpt-5.4-nano-2026-03-17", &NEW_YORK, 200, [1200, 300, 0, 150]),
    chat((4, 6, 5), UNLISTED, &BERLIN, 8, [2500, 0, 0, 600]),
    other(Meter::Embeddings, (2, 4, 4), "text-embedding-3-large", "", &DAY_AND_NIGHT, 30, 9000),
    other(Meter::Embeddings, (3, 5, 4), "text-embedding-3-small", "", &NIGHTLY, 200, 12_000),
    other(Meter::Moderations, (2, 4, 4), "omni-moderation-latest", "", &DAY_AND_NIGHT, 120, 260),
    other(Meter::Images, (4, 6, 5), "gpt-image-2", "1024x1024", &BERLIN, 6, 1),
    other(Meter::Images, (4, 6, 5), "gpt-image-1-mini", "1024x1792", &NEW_YORK, 4, 2),
    other(Meter::Speeches, (4, 6, 5), "tts-1", "", &NEW_YORK, 9, 1400),
    other(Meter::Transcriptions, (0, 0, 0), "whisper-1", "", &BERLIN, 5, 640),
    other(Meter::VectorStores, (2, 4, 4), "", "", &DAY_AND_NIGHT, 60, 41_943_040).keyless(),
    other(Meter::VectorStores, (1, 2, 2), "", "", &DAY_AND_NIGHT, 60, 6_291_456).keyless(),
    other(Meter::Sessions, (3, 5, 4), "", "", &BERLIN, 4, 1).keyless(),
    other(Meter::FileSearches, (2, 4, 4), "", "manuals", &DAY_AND_NIGHT, 25, 1),
    other(Meter::FileSearches, (1, 2, 2), "", "contracts", &KOLKATA, 9, 1),
    other(Meter::WebSearches, (1, 2, 2), "gpt-6.1-sol", "high", &KOLKATA, 10, 2).keyless(),
    other(Meter::WebSearches, (4, 6, 5), "gpt-5.4-nano-2026-03-17", "low", &NEW_YORK, 12, 1).keyless(),
];

/// The benchmark's bill: a handful of lines a day.
const BULK: &[Line] = &[
    chat((0, 0, 0), "gpt-5.1-2025-11-13", &DAY_AND_NIGHT, 50, [5600, 7300, 0, 820]),
    chat((1, 1, 1), "gpt-6-luna", &DAY_AND_NIGHT, 90, [1500, 2600, 80, 260]),
];

/// Everything the person does.
pub(super) fn lines(person: Person) -> &'static [Line] {
    match person {
        Person::Freelancer => FREELANCER,
        Person::Student => STUDENT,
        Person::Team => TEAM,
        Person::Bulk(_) => BULK,
    }
}

/// 10⁻¹⁸ dollars a token, for a price in dollars a million tokens times 10⁶.
const fn per_million(micro_dollars: u64) -> u64 {
    micro_dollars * 1_000_000
}

/// Uncached input, cached input, cache writes and output, in 10⁻¹⁸ dollars a token.
pub(super) const TOKEN_PRICES: &[(&str, [u64; 4])] = &[
    ("gpt-4o-mini-2024-07-18", [per_million(150_000), per_million(75_000), 0, per_million(600_000)]),
    ("gpt-5-mini-2025-08-07", [per_million(250_000), per_million(25_000), 0, per_million(2_000_000)]),
    ("gpt-5.1-2025-11-13", [1_250_000_391_700, 125_003_917_004, 0, 10_000_000_000_000]),
    ("gpt-5.4-mini-2026-03-17", [per_million(750_000), per_million(75_000), 0, per_million(4_500_000)]),
    ("gpt-5.4-nano-2026-03-17", [per_million(200_000), per_million(20_000), 0, per_million(1_250_000)]),
    ("gpt-5.5-2026-04-23", [per_million(5_000_000), per_million(500_000), 0, per_million(30_000_000)]),
    ("gpt-6-luna", [per_million(100_000), per_million(10_000), per_million(125_000), per_million(500_000)]),
    ("gpt-6.1-sol", [1_999_999_813_331, 99_999_871_129, 2_500_000_000_003, 10_000_000_000_000]),
    (
        "gpt-6.1-terra",
        [per_million(1_000_000), per_million(50_000), per_million(1_250_000), per_million(5_000_000)],
    ),
    ("tundra-preview-2", [per_million(700_000), 0, 0, per_million(2_900_000)]),
];

/// 10⁻¹⁸ dollars for one unit of the work of one size.
pub(super) fn unit_price(line: &Line) -> u64 {
    const CENT: u64 = 10_000_000_000_000_000;
    match line.meter {
        Meter::Completions | Meter::Moderations => 0,
        Meter::Embeddings if line.model == "text-embedding-3-large" => per_million(130_000),
        Meter::Embeddings => per_million(20_000),
        Meter::Images if line.model == "gpt-image-2" => 5 * CENT + CENT / 2,
        Meter::Images => CENT + CENT / 10,
        Meter::Speeches => per_million(15_000_000),
        Meter::Transcriptions => CENT / 100,
        // Ten cents a gibibyte and day, by the byte and hour.
        Meter::VectorStores => 3_880_510,
        Meter::Sessions => 3 * CENT,
        Meter::FileSearches => CENT / 4,
        Meter::WebSearches => CENT,
    }
}
