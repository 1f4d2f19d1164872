//! Traps of `MiniMax`, Z.ai and Replicate, where a golden file would not say why.

use spendglass_core::ledger::QuotaWindow;
use spendglass_core::money::Decimal;
use spendglass_core::providers::{Entry, Next, Page, find, recognise};

use super::{changed, page};
use crate::fixtures;

fn quotas(page: &Page) -> Vec<(String, QuotaWindow, Option<Decimal>)> {
    let quota = |entry: &Entry| match entry {
        Entry::Quota(quota) => Some((quota.name.clone(), quota.window, quota.used)),
        _ => None,
    };
    page.entries.iter().filter_map(quota).collect()
}

#[test]
fn an_error_inside_a_200_is_an_error() {
    for (provider, name, status) in [
        ("minimax", "error.key", 401),
        ("minimax", "error.wait", 429),
        ("zai", "error.key", 401),
        ("zai", "error.wait", 429),
    ] {
        let provider = find(provider).unwrap();
        assert_eq!(
            (provider.meaning)(200, &fixtures::read(provider, name)),
            status,
            "{}/{name}",
            provider.id
        );
    }
    let other = br#"{"base_resp":{"status_code":1039,"status_msg":"odd"}}"#;
    assert_eq!((find("minimax").unwrap().meaning)(200, other), 502);
    assert_eq!((find("zai").unwrap().meaning)(200, br#"{"code":500,"success":false}"#), 502);
    assert_eq!((find("zai").unwrap().meaning)(200, br#"{"code":200,"success":false}"#), 502);
}

#[test]
fn minimax_tells_what_remains_and_zai_what_is_used() {
    // 96 percent remain.
    assert_eq!(quotas(&page("minimax", "plan"))[0].2, Some(Decimal::from(4)));
    // 25 percent are used.
    assert_eq!(quotas(&page("zai", "quota"))[0].2, Some(Decimal::from(25)));
    // A count that may be of what is left is no count of what is used.
    assert_eq!(quotas(&page("minimax", "plan.older"))[0].2, None);
}

#[test]
fn the_month_of_searches_bears_the_code_of_a_minute() {
    let of = |page: &Page| quotas(page).iter().map(|(_, window, _)| *window).collect::<Vec<_>>();
    assert_eq!(of(&page("zai", "quota")), [QuotaWindow::FIVE_HOURS, QuotaWindow::Week, QuotaWindow::Month]);
    // Half an hour of tokens is one.
    assert_eq!(of(&page("zai", "quota.other"))[1], QuotaWindow::Minutes(30));
}

#[test]
fn an_older_path_is_tried_where_the_newer_is_not_found() {
    let provider = find("minimax").unwrap();
    let asked = provider.streams[0].request(&fixtures::one("minimax", "plan").query);
    assert_eq!(asked.path, "/v1/token_plan/remains");
    assert_eq!(asked.else_path, Some("/v1/api/openplatform/coding_plan/remains"));
}

#[test]
fn only_the_cursor_of_the_next_page_is_taken_and_only_from_its_own_host() {
    let Next::Token(token) = page("replicate", "predictions").next else { panic!() };
    assert_eq!(token.0, "cD0yMDI2LTA5LTA5");
    for (from, to) in [
        ("https://api.replicate.com/v1/predictions", "https://api.replicate.example/v1/predictions"),
        ("https://api.replicate.com/v1/predictions", "https://api.replicate.com/v1/account"),
        ("https://api.replicate.com/v1/predictions?", "/v1/predictions?"),
    ] {
        let error = changed("replicate", "predictions", from, to).unwrap_err();
        assert_eq!(error.at, "next", "{error}");
    }
    let without = changed("replicate", "predictions", "&cursor=", "&curse=").unwrap();
    assert_eq!(without.next, Next::Missing);
}

#[test]
fn what_went_into_a_prediction_and_came_out_is_not_kept() {
    let dump = format!("{:?}", page("replicate", "predictions"));
    assert!(!dump.contains("nobody"), "{dump}");
}

#[test]
fn keys_of_these_are_recognised_and_explained() {
    for (key, provider, able) in [
        ("sk-cp-Tn4Yq81LmZx0Rb7Wc5Jd", "minimax", true),
        ("sk-api-Tn4Yq81LmZx0Rb7Wc5Jd", "minimax", false),
        ("0123456789abcdef0123456789abcdef.Tn4Yq81LmZx0Rb7W", "zai", true),
        ("r8_Tn4Yq81LmZx0Rb7Wc5Jd", "replicate", true),
        ("gsk_Tn4Yq81LmZx0Rb7Wc5Jd", "groq", false),
        ("pplx-Tn4Yq81LmZx0Rb7Wc5Jd", "perplexity", false),
    ] {
        let found = recognise(key);
        let (of, kind) = found.first().unwrap_or_else(|| panic!("{provider} is not recognised"));
        assert_eq!((of.id, found.len(), !kind.sees.is_empty()), (provider, 1, able));
    }
}
