//! `SiliconFlow`: the host is the currency, 20000 is fine, and a wrong key is answered by a bare text.

use super::{meaning, shown, words};

#[test]
fn the_host_decides_the_currency() {
    assert!(shown("siliconflow", "balance").contains("64 USD"));
    let china = shown("siliconflow", "balance.china");
    assert!(china.contains("-3.2051 CNY") && china.contains("14 CNY") && !china.contains("USD"), "{china}");
}

#[test]
fn the_total_is_not_counted_beside_its_parts() {
    let text = shown("siliconflow", "balance");
    assert!(text.matches("balance ").count() == 2 && !text.contains("64.57"), "{text}");
}

#[test]
fn a_code_other_than_20000_is_a_failure() {
    let body = r#"{"code":20012,"message":"model is busy","data":null}"#;
    assert_eq!(meaning("siliconflow", 200, body), 500);
    assert_eq!(meaning("siliconflow", 200, r#"{"code":20000,"data":{}}"#), 200);
    assert_eq!(meaning("siliconflow", 403, r#"{"code":30001}"#), 403);
}

#[test]
fn an_error_may_be_a_bare_text_or_no_json_at_all() {
    assert_eq!(words("siliconflow", "\"Invalid token\"").as_deref(), Some("Invalid token"));
    assert_eq!(words("siliconflow", "Service Temporarily Unavailable"), None);
    assert_eq!(words("siliconflow", r#"{"message":"slow down","data":""}"#).as_deref(), Some("slow down"));
}
