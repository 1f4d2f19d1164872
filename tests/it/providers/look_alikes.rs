//! Keys that begin alike: told apart by their shape, and by the person where that does not suffice.

use spendglass_core::providers::recognise;

/// Who a key may be of.
fn owners(key: &str) -> Vec<String> {
    recognise(key).iter().map(|(provider, kind)| format!("{}/{}", provider.id, kind.id)).collect()
}

const HEX: &str = "0f3a5c7e9b1d2f4a6c8e0b2d4f6a8c0e";
const MIXED: &str = "Tn4Yq81LmZx0Rb7Wc5JdTn4Yq81LmZx0Rb7Wc5JdMzX01kD8";
const LOWER: &str = "tnvyqaclmzxqrbewchjdtnuyqielmzxorbwwcijdmzxpqkdg";

#[test]
fn keys_that_begin_alike_are_told_apart_by_what_follows() {
    assert_eq!(owners(&format!("sk-{HEX}")), ["deepseek/api"]);
    assert_eq!(owners(&format!("sk-{LOWER}")), ["siliconflow/api"]);
    assert_eq!(owners(&format!("sk-{MIXED}")), ["moonshot_ai/api", "stability/api"], "the person is asked");
    assert_eq!(owners(&format!("sk-kimi-{MIXED}")), ["kimi_code/api"]);
    assert_eq!(owners(&format!("sk_{HEX}0f3a5c7e9b1d2f4a")), ["elevenlabs/api"]);
    assert_eq!(owners(&format!("sk_{MIXED}")), ["novita/api"]);
}

#[test]
fn an_old_key_of_openai_is_not_taken_for_a_chinese_one() {
    let old = format!("sk-{}T3BlbkFJ{}", &MIXED[..20], &MIXED[..20]);
    assert_eq!(owners(&old), ["openai/legacy"]);
}

#[test]
fn keys_without_a_beginning_are_known_by_their_shape_alone() {
    let uuid = "01234567-89ab-4def-8123-456789abcdef";
    assert!(
        owners(uuid).contains(&"leonardo/api".to_owned()) && owners(uuid).contains(&"exa/service".to_owned())
    );
    assert_eq!(owners(&format!("{uuid}:{HEX}")), ["fal/admin", "fal/api"]);
    assert_eq!(owners("01234567-89ab-4def-8123-456789abcde"), Vec::<String>::new());
    assert_eq!(owners(HEX), Vec::<String>::new());
}
