//! Moonshot: the region is the currency, debts are below zero, and failures come inside of successes.

use spendglass_core::providers::find;

use super::{meaning, shown, shown_with, words};

#[test]
fn the_region_decides_the_currency() {
    assert!(shown("moonshot_ai", "balance").contains("6.40001 USD"));
    let china = shown("moonshot_ai", "balance.china");
    assert!(china.contains("152.5 CNY") && !china.contains("USD"), "{china}");
    let provider = find("moonshot_ai").unwrap();
    let [global, china] = provider.regions else { panic!("two regions") };
    assert_eq!(
        (global.base_url, china.base_url),
        ("https://api.moonshot.ai/v1", "https://api.moonshot.cn/v1")
    );
}

#[test]
fn owed_cash_is_below_zero_and_what_is_available_is_no_third_sum() {
    let text = shown("moonshot_ai", "balance.debt");
    assert!(text.contains("purchased") && text.contains("-2.13 USD"), "{text}");
    let other =
        shown_with("moonshot_ai", "balance.debt", "\"available_balance\": 7.5", "\"available_balance\": 99");
    assert_eq!(other, text);
}

#[test]
fn a_code_that_is_not_nought_is_a_failure_in_spite_of_its_status() {
    let body = r#"{"code":5,"message":"the account is being moved","scode":"0x5","status":false}"#;
    assert_eq!(meaning("moonshot_ai", 200, body), 500);
    assert_eq!(words("moonshot_ai", body).as_deref(), Some("the account is being moved"));
    assert_eq!(meaning("moonshot_ai", 200, r#"{"code":401}"#), 401);
    assert_eq!(meaning("moonshot_ai", 200, r#"{"code":0,"data":{}}"#), 200);
    assert_eq!(meaning("moonshot_ai", 429, r#"{"code":5}"#), 429, "a status that tells is believed");
}
