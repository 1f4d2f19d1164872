//! Every format of file read to its golden text; twice, in pieces and in another order to the same store; and the numbers, signs
//! and encodings that consoles and spreadsheets write.

use std::fmt::Write as _;

use expect_test::expect_file;
use proptest::prelude::*;

use crate::fixtures::root;
use crate::importing::{Books, alone, fixture, taken_apart};

/// Every fixture that tells its format by its columns, with the format and its wrong lines (none).
const FIXTURES: [(&str, &str); 27] = [
    ("openai-cost", "openai.cost"),
    ("openai-cost-ungrouped", "openai.cost"),
    ("openai-completions", "openai.completions"),
    ("openai-embeddings", "openai.embeddings"),
    ("openai-images", "openai.images"),
    ("openai-empty", "openai.empty"),
    ("anthropic-cost", "anthropic.cost"),
    ("anthropic-cost-old", "anthropic.cost"),
    ("anthropic-tokens-day", "anthropic.tokens"),
    ("anthropic-tokens-hour", "anthropic.tokens"),
    ("anthropic-tokens-2025", "anthropic.tokens"),
    ("openrouter-generations", "openrouter.generations"),
    ("openrouter-activity", "openrouter.activity"),
    ("cursor-1", "cursor.usage"),
    ("cursor-2", "cursor.usage"),
    ("cursor-3", "cursor.usage"),
    ("cursor-team", "cursor.usage"),
    ("deepseek-amount", "deepseek.amount"),
    ("deepseek-cost", "deepseek.cost"),
    ("deepseek-cost-iso", "deepseek.cost"),
    ("google-cost-table", "google.cost_table"),
    ("github-premium", "github.premium_requests"),
    ("github-usage", "github.usage"),
    ("github-early", "github.premium_requests_2025"),
    ("focus-1.0", "focus"),
    ("focus-1.2", "focus"),
    ("focus-1.4", "focus"),
];

#[tokio::test]
async fn every_format_is_told_by_its_columns_and_reads_to_its_golden_text() {
    for (name, format) in FIXTURES {
        let books = Books::open().await;
        let path = books.put(&format!("{name}.csv"), fixture(name));
        let reading = books.read(&path, "").await.unwrap();
        let part = &reading.parts[0];
        assert_eq!(part.format.id, format, "{name}");
        let told = &part.told;
        let mut text = format!("{}: {} lines, left out {:?}\n", part.format.name, told.lines, told.left);
        writeln!(
            text,
            "{:?} billed {:?} tokens {:?} {:?} requests {:?}",
            told.days.map(|(first, last)| (first.to_string(), last.to_string())),
            told.billed.iter().map(|(currency, total)| format!("{total} {currency}")).collect::<Vec<_>>(),
            told.input_tokens,
            told.output_tokens,
            told.requests
        )
        .unwrap();
        books.book(reading).await;
        for ((_, stream, _), lines) in books.rows().await {
            writeln!(text, "{stream}\n{}", lines.join("\n")).unwrap();
        }
        let golden = root().join("tests/golden/csv");
        std::fs::create_dir_all(&golden).unwrap();
        expect_file![golden.join(format!("{name}.txt"))].assert_eq(&text);
        for secret in ["somebody", "another", "uuid-1", "masked"] {
            assert!(!text.contains(secret), "{name} keeps {secret}");
        }
    }
}

#[tokio::test]
async fn every_format_twice_in_pieces_and_in_another_order_gives_the_same_store() {
    for (name, _) in FIXTURES {
        let text = fixture(name);
        let (head, records) = taken_apart(&text);
        let whole = alone(&text).await;
        assert!(!whole.is_empty() || name == "openai-empty", "{name}");
        let file = |records: &[String]| format!("{head}{}", records.concat());
        let mut backwards = records.clone();
        backwards.reverse();
        assert_eq!(alone(&file(&backwards)).await, whole, "{name} backwards");
        for (way, order) in [("in pieces", &records), ("in pieces, backwards", &backwards)] {
            let books = Books::open().await;
            // A file of one's own for each line, but never for one of two that nothing tells apart.
            for record in order {
                let same: Vec<String> =
                    records.iter().filter(|other| twin(name, other, record)).cloned().collect();
                books.import(file(&same)).await;
            }
            assert_eq!(books.rows().await, whole, "{name} {way}");
            // And the whole over it, twice.
            for _ in 0..2 {
                let outcome = books.import(&text).await;
                assert_eq!(outcome.known, outcome.lines, "{name}");
                assert_eq!(books.rows().await, whole, "{name} {way}, and whole");
            }
            books.store.check_integrity().await.unwrap();
        }
    }
}

/// Lines that are told apart by nothing but how often they come stay in one file.
fn twin(name: &str, other: &str, record: &str) -> bool {
    other == record
        || (name == "cursor-1" && other.starts_with("2025-02-01") && record.starts_with("2025-02-01"))
}

#[tokio::test]
async fn encodings_line_ends_and_separators_change_nothing() {
    for name in ["openai-cost", "openrouter-generations", "deepseek-cost", "cursor-3", "anthropic-cost"] {
        let text = fixture(name);
        let whole = alone(&text).await;
        let crlf = text.replace('\n', "\r\n");
        let books = Books::open().await;
        books.import(format!("\u{feff}{crlf}")).await;
        let spreadsheet: Vec<u8> =
            [0xfeff].into_iter().chain(crlf.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let other = Books::open().await;
        other.import(&spreadsheet).await;
        if name == "openrouter-generations" {
            // A line end inside of quotes is kept as it is, and not read.
            assert_eq!(books.rows().await.len(), whole.len());
        }
        assert_eq!(books.rows().await, whole, "{name} with a mark and CRLF");
        assert_eq!(other.rows().await, whole, "{name} as UTF-16");
    }
    // Semicolons, as spreadsheets of some countries write them; and a column that nobody knows, in another place.
    let plain = "Date,Slug,Usage,BYOK Usage,Requests,Prompt Tokens,Completion Tokens,Reasoning Tokens\n\
                 2026-10-01,a/b,0.5,0,3,10,20,0\n";
    let other = "Slug ; date;New Column;USAGE;Requests;Prompt Tokens;Completion Tokens\na/b;2026-10-01;x;0.5;3;10;20\n";
    assert_eq!(alone(plain).await, alone(other).await);
}

#[tokio::test]
async fn numbers_are_read_to_the_last_digit_or_refused() {
    let day = |amount: &str| {
        format!("Date,Slug,Usage,Requests,Prompt Tokens,Completion Tokens\n2026-10-01,m,{amount},1,1,1\n")
    };
    for (amount, kept) in [
        ("0.416365980000000000000000000000", "0.41636598"),
        ("0.123456789012345678901234567891", "0.123456789012345678901234567891"),
        ("\"1,234,567.10\"", "1234567.1"),
        ("$0.10", "0.1"),
        ("-$3", "-3"),
        ("1.5E-7", "0.00000015"),
        ("2e3", "2000"),
        (".5", "0.5"),
        ("-0", "0"),
    ] {
        let books = Books::open().await;
        books.import(day(amount)).await;
        let lines = format!("{:?}", books.rows().await);
        assert!(lines.contains(&format!("|'{kept}'|")), "{amount}: {lines}");
    }
    let books = Books::open().await;
    for amount in ["NaN", "-", "Included", "1.2.3", "\"1,23\"", "0x10", "1e99", "1e", "--1", "٣"] {
        let wrong = books.wrong(day(amount)).await;
        assert!(wrong.len() == 1 && wrong[0].starts_with("2: usage: "), "{amount}: {wrong:?}");
    }
    assert_eq!(books.wrong(day("")).await, ["2: usage: is empty"]);
    let comma = "Date;Slug;Usage;Requests;Prompt Tokens;Completion Tokens\n2026-10-01;m;1,234;1;1;1\n";
    assert!(books.wrong(comma).await[0].contains("may be a decimal point"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However a file is cut and shuffled, with lines in several pieces, the store is the same.
    #[test]
    fn any_cut_in_any_order_gives_the_same_store(
        fixture_at in 0_usize..FIXTURES.len(),
        cuts in proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 0..6), 1..4),
        seed in any::<u64>(),
    ) {
        let name = FIXTURES[fixture_at].0;
        let text = fixture(name);
        let (head, records) = taken_apart(&text);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let whole = alone(&text).await;
            let books = Books::open().await;
            let mut pieces: Vec<Vec<String>> = cuts
                .iter()
                .map(|cut| cut.iter().map(|at| at.get(&records).clone()).collect())
                .collect();
            pieces.push(records.clone());
            for (turn, piece) in pieces.iter_mut().enumerate() {
                let mut all: Vec<String> = records.iter().filter(|one| piece.iter().any(|p| twin(name, one, p))).cloned().collect();
                let by = |record: &String| record.bytes().fold(seed ^ turn as u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
                all.sort_by_key(by);
                books.import(format!("{head}{}", all.concat())).await;
            }
            assert_eq!(books.rows().await, whole, "{name}");
        });
    }
}
