//! Counts: exact where an encoding is published, a range that holds the truth where it is not.

use std::collections::BTreeMap;

use proptest::prelude::*;
use spendglass_core::estimate::{
    Counted, Encoding, FEWEST_REQUESTS, LONGEST, NoText, Range, Text, TokenRatios, replies, text_of,
};
use tiktoken_rs::{cl100k_base_singleton, o200k_base_singleton};

fn ratios() -> &'static TokenRatios {
    TokenRatios::bundled().unwrap()
}

fn tokens(text: &str, model: &str) -> (Range, Counted) {
    Text::new(text).tokens(ratios(), model)
}

#[test]
fn known_texts_have_known_counts() {
    // Counts that OpenAI's own library is published to give.
    for (text, o200k, cl100k) in [
        ("", 0, 0),
        ("hello world", 2, 2),
        ("tiktoken is great!", 6, 6),
        ("antidisestablishmentarianism", 6, 6),
        ("2 + 2 = 4", 7, 7),
        ("お誕生日おめでとう", 8, 9),
    ] {
        assert_eq!(Encoding::O200k.count(text).tokens, o200k, "{text}");
        assert_eq!(Encoding::Cl100k.count(text).tokens, cl100k, "{text}");
    }
    // A word with a meaning of its own is plain text here: nobody sends it as anything else.
    assert!(Encoding::O200k.count("<|endoftext|>").tokens > 1);
}

#[test]
fn every_openai_model_of_the_map_is_exact() {
    for (model, encoding) in [
        ("gpt-5", Encoding::O200k),
        ("gpt-5.4-mini-2026-03-17", Encoding::O200k),
        ("openai/gpt-4o", Encoding::O200k),
        ("global.openai.gpt-5.6-sol", Encoding::O200k),
        ("openai/gpt-oss-120b", Encoding::O200k),
        ("GPT-4o:extended", Encoding::O200k),
        ("ft:gpt-4o-mini:house::1", Encoding::O200k),
        ("o3", Encoding::O200k),
        ("gpt-4-turbo", Encoding::Cl100k),
        ("gpt-3.5-turbo", Encoding::Cl100k),
        ("text-embedding-3-small", Encoding::Cl100k),
    ] {
        assert_eq!(Encoding::of(model), Some(encoding), "{model}");
        assert_eq!(tokens("one two three", model), (Range::exactly(3), Counted::Exact(encoding)), "{model}");
    }
    for model in ["gpt-6-sol", "claude-opus-5", "gemini-3.5-flash", "davinci", ""] {
        assert_eq!(Encoding::of(model), None, "{model}");
    }
}

#[test]
fn a_model_is_of_the_family_that_its_name_tells() {
    for (model, family) in [
        ("claude-3-5-sonnet-20241022", "claude_3"),
        ("claude-sonnet-4-5", "claude_3"),
        ("claude-opus-4-20250514", "claude_3"),
        ("anthropic/claude-opus-4.6", "claude_3"),
        ("claude-opus-4-7", "claude_47"),
        ("regional.anthropic.claude-opus-4-8-v1:0", "claude_47"),
        ("claude-sonnet-5", "claude_47"),
        ("claude-sonnet-5-5", "claude_newer"),
        ("claude-haiku-5-5", "claude_newer"),
        ("claude", "claude"),
        ("models/gemini-3.5-flash", "gemini"),
        ("gemma-2-27b-it", "gemma_2"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama_3"),
        ("meta.llama4-scout-17b-instruct-v1:0", "llama_4"),
        ("deepseek-r1-distill-llama-70b", "llama_3"),
        ("deepseek-ai/DeepSeek-V4-Flash", "deepseek"),
        ("qwen/qwen3-32b", "qwen_2"),
        ("Qwen/Qwen3.8-27B", "qwen_newer"),
        ("mixtral-8x7b-32768", "mixtral"),
        ("codestral-2508", "mistral"),
        ("moonshotai/kimi-k3", "kimi"),
        ("GLM-4.7", "glm_4"),
        ("zai-org/GLM-5.3", "glm_5"),
        ("gpt-6.1-terra", "openai_unlisted"),
    ] {
        assert_eq!(ratios().family(model).map(|family| family.id.as_str()), Some(family), "{model}");
    }
    for model in ["grok-4.5", "command-a", "amazon.nova-pro-v1:0", "sonar"] {
        assert_eq!(ratios().family(model), None, "{model}");
        assert!(matches!(tokens("text", model).1, Counted::Unmeasured(_)), "{model}");
    }
}

/// Texts of our own with what each tokenizer was measured to make of them. None is among those that the ratios were taken from.
const HELD_OUT: &str = include_str!("held_out.json");

#[derive(serde::Deserialize)]
struct HeldOut {
    name: String,
    text: String,
    tokens: BTreeMap<String, u64>,
}

#[test]
fn a_range_holds_what_was_measured_of_other_texts() {
    let (mut inside, mut all) = (0, 0);
    for HeldOut { name, text, tokens: counts } in serde_json::from_str::<Vec<HeldOut>>(HELD_OUT).unwrap() {
        for (model, truth) in counts {
            let (range, counted) = tokens(&text, &model);
            let holds = (range.low..=range.high).contains(&truth);
            if let Counted::Exact(_) = counted {
                assert_eq!(range, Range::exactly(truth), "{model}: {name}");
                continue;
            }
            all += 1;
            inside += u32::from(holds);
            // Whatever is outside of its range is close to it.
            let (low, high) = (range.low * 80 / 100, range.high * 125 / 100);
            assert!((low..=high).contains(&truth), "{model}: {truth} of {range:?} for {name}");
        }
    }
    assert!(all >= 150, "{all}");
    assert!(inside * 100 >= all * 85, "{inside} of {all}");
}

#[test]
fn every_family_has_a_range_for_every_kind_and_the_unmeasured_one_spans_the_measured() {
    for text in [
        "plain words of a letter",
        "यह एक वाक्य है",
        "这是一个句子",
        "fn main() { let x = [1]; }",
        "12345 678 90",
    ] {
        let (wide, _) = tokens(text, "grok-4.5");
        for model in ["claude-sonnet-4-5", "gemini-3.5-flash", "deepseek-chat", "qwen3-32b", "mistral-large"]
        {
            let (range, counted) = tokens(text, model);
            assert!(range.low <= range.typical && range.typical <= range.high, "{model} {range:?}");
            assert!(matches!(counted, Counted::Measured(_)), "{model}");
            assert!(
                wide.low <= range.typical && range.typical <= wide.high,
                "{model}: {range:?} of {wide:?}"
            );
        }
    }
}

#[test]
fn long_texts_are_counted_piece_by_piece_to_the_same_sum() {
    let mut text = String::new();
    for line in 0..40_000 {
        text.push_str(["\n\n  ", "  indented /\n/", "end of line\n", "नमस्ते दुनिया\n", "\r\n42 "][line % 5]);
        text.push_str("some words, and 1234567 digits\n");
    }
    assert!(text.len() > 1_000_000);
    let whole = o200k_base_singleton().encode_ordinary(&text).len() as u64;
    assert_eq!(Encoding::O200k.count(&text).range(), Range::exactly(whole));
    let whole = cl100k_base_singleton().encode_ordinary(&text).len() as u64;
    assert_eq!(Encoding::Cl100k.count(&text).range(), Range::exactly(whole));
}

#[test]
fn stretches_that_the_encoder_cannot_split_are_counted_all_the_same() {
    // The rule for blanks gives up somewhere below a million of them.
    let blanks = Encoding::O200k.count(&format!("{}x", " ".repeat(1_000_000)));
    assert!(blanks.slack > 0 && blanks.tokens > 5_000, "{blanks:?}");
    let range = blanks.range();
    assert!(range.low < range.typical && range.typical < range.high);
}

#[test]
fn answers_are_as_long_as_they_were() {
    assert_eq!(replies([]), None);
    assert_eq!(replies([(FEWEST_REQUESTS - 1, 5_000, 1)]), None);
    // A hundred answers of 1 to 100 tokens, one by one, in any order.
    let lines = (1..=100).map(|n| (1, (n * 37) % 101, 1));
    let found = replies(lines).unwrap();
    assert_eq!(found.length, Range { low: 10, typical: 50, high: 90 });
    assert_eq!((found.requests, found.one_by_one), (100, 100));
    // A mean of ninety requests weighs as ninety; a line without requests tells nothing.
    let found = replies([(90, 9_000, 1), (10, 50_000, 1), (0, 1_000_000, 9)]).unwrap();
    assert_eq!(found.length, Range { low: 100, typical: 100, high: 100 });
    assert_eq!((found.requests, found.one_by_one), (100, 0));
    let found = replies([(89, 8_900, 1), (11, 55_000, 1)]).unwrap();
    assert_eq!(found.length.high, 5_000);
    // The same told eleven times over is eleven times as much.
    let found = replies([(1, 100, 89), (1, 5_000, 11)]).unwrap();
    assert_eq!((found.length.high, found.one_by_one), (5_000, 100));
    let found = replies([(u64::MAX, 5, 1), (u64::MAX, u64::MAX, 2)]).unwrap();
    assert_eq!(found.requests, u64::MAX);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let bundled = include_str!("../../../src-tauri/core/data/token_ratios.json");
    for (from, to, words) in [
        ("\"1.08\"", "\"0\"", "not a positive number of hundredths"),
        ("\"1.08\"", "\"1.085\"", "not a positive number of hundredths"),
        ("\"1.08\"", "\"0.50\"", "do not rise"),
        ("\"english\": [", "\"elvish\": [", "\"elvish\" is not a kind of text"),
        ("\"english\": \"4.42\",", "", "a kind of text is missing"),
        ("\"dated\": \"2026-11-22\"", "\"dated\": \"soon\"", "dated"),
        ("\"low\": 100,", "\"low\": 1000,", "do not rise"),
    ] {
        assert!(bundled.contains(from), "{from}");
        let error = TokenRatios::read(&bundled.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn what_is_no_text_is_refused_in_words() {
    let text = |bytes: &[u8]| text_of(bytes.to_vec());
    assert_eq!(text(b""), Ok(String::new()));
    assert_eq!(text("naïve ✓".as_bytes()), Ok("naïve ✓".to_owned()));
    assert_eq!(text(b"\xef\xbb\xbfmarked"), Ok("marked".to_owned()));
    assert_eq!(text(b"GIF\0"), Err(NoText::Binary(4)));
    assert_eq!(text(b"\xff\xfea\0"), Err(NoText::Utf16));
    assert_eq!(text(b"caf\xe9 noir"), Err(NoText::NotUtf8(4)));
    let long = usize::try_from(LONGEST).unwrap();
    assert!(text_of(vec![b'a'; long]).is_ok());
    assert_eq!(text_of(vec![b'a'; long + 1]), Err(NoText::TooLong));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_counted_as_the_encoder_does(text in "(\\PC|[ \\n\\t]){0,400}") {
        let whole = o200k_base_singleton().encode_ordinary(&text).len() as u64;
        prop_assert_eq!(Encoding::O200k.count(&text).range(), Range::exactly(whole));
        for model in ["claude-opus-5", "gemini-3-flash", "grok-4.5"] {
            let (range, _) = tokens(&text, model);
            prop_assert!(range.low <= range.typical && range.typical <= range.high);
            prop_assert_eq!(range.high == 0, whole == 0);
        }
    }
}
