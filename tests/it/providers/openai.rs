//! OpenAI's limits are settings, in cents where its costs are in dollars; names come without keys and addresses.

use spendglass_core::ledger::{NameOf, QuotaWindow};
use spendglass_core::money::{Currency, exact};
use spendglass_core::providers::{Entry, Next, Query, Source};

use super::{changed, page, parameter, quotas, request, stream};
use crate::fixtures;

#[test]
fn the_spend_limit_is_in_cents() {
    let page = page("openai", "spend_limit");
    let [limit] = quotas(&page)[..] else { panic!("{page:?}") };
    assert_eq!(limit.limit, Some(exact("120.5").unwrap()), "12050 cents");
    assert_eq!((limit.unit, limit.window, limit.used), (Currency::USD, QuotaWindow::Month, None));
    assert_eq!(stream("openai", "spend_limit").absent[0].0, 404, "none is set: no failure");
}

#[test]
fn a_limit_over_an_unknown_span_is_no_meter() {
    assert!(page("openai", "spend_limit.new_interval").entries.is_empty());
    let error = changed("openai", "spend_limit", "12050", "null").unwrap_err();
    assert_eq!(error.at, "threshold_amount");
}

#[test]
fn rate_limits_are_told_by_model_and_project_and_never_as_used() {
    let page = page("openai", "rate_limits");
    let limits = quotas(&page);
    assert_eq!(limits.len(), 10);
    assert!(limits.iter().all(|limit| limit.used.is_none() && limit.resets_at.is_none()));
    assert!(limits.iter().all(|limit| limit.project.as_deref() == Some("proj_harbour")));
    let told = |model: &str| -> Vec<String> {
        let of = limits.iter().filter(|limit| limit.model.as_deref() == Some(model));
        of.map(|limit| format!("{} {} a {}", limit.limit.unwrap(), limit.unit, limit.window)).collect()
    };
    // What is null or missing is no limit of nought.
    assert_eq!(told("gpt-image-1"), ["50 requests a minute", "100000 tokens a minute", "5 images a minute"]);
    assert_eq!(told("gpt-5.1").last().unwrap(), "1350000 tokens a day");
}

#[test]
fn archived_projects_have_names_but_no_limits() {
    let asked = |name: &str| match stream("openai", name).source {
        Source::Parts { list, .. } | Source::Http(list) => list(&fixtures::one("openai", name).query),
    };
    assert_eq!(parameter(&asked("projects"), "include_archived"), ["true"]);
    assert_eq!(parameter(&asked("api_keys"), "include_archived"), ["true"]);
    assert!(parameter(&asked("rate_limits"), "include_archived").is_empty());
}

#[test]
fn lists_go_on_after_their_last_id() {
    let first = page("openai", "projects");
    let Next::Token(token) = first.next else { panic!("{:?}", first.next) };
    let query = Query { page: Some(token), ..fixtures::one("openai", "projects").query.clone() };
    assert_eq!(parameter(&request(stream("openai", "projects"), &query), "after"), ["proj_old"]);
}

#[test]
fn what_has_no_name_stays_without_one() {
    let page = page("openai", "api_keys");
    let names = page.entries.iter().map(|entry| match entry {
        Entry::Name(name) => (name.of, name.id.as_str(), name.name.as_str()),
        other => panic!("{other:?}"),
    });
    let key = NameOf::ApiKey;
    assert_eq!(
        names.collect::<Vec<_>>(),
        [(key, "key_build", "Build machine"), (key, "key_website", "Website")]
    );
    assert!(!format!("{page:?}").contains("sk-proj"), "a masked key is a part of a key");
}
