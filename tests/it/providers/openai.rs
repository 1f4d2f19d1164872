//! OpenAI's limits are settings, in cents where its costs are in dollars; names come without keys and addresses.

use spendglass_core::ledger::{NameOf, QuotaWindow};
use spendglass_core::money::{Currency, exact};
use spendglass_core::providers::{Entry, Next, Query, Source};
use spendglass_core::store::{KeyPlace, NewAccount, Snapshot, Store};

use super::{changed, page, parameter, quotas, request, stream};
use crate::fixtures;
use crate::house::peek;

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

#[tokio::test]
async fn limits_that_are_told_again_as_they_were_take_no_more_room() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let fixture = fixtures::one("openai", "rate_limits");
    let now = fixture.query.observed_at;
    let store = Store::open(&data, now).await.unwrap();
    let account = NewAccount {
        provider: "openai".to_owned(),
        label: None,
        base_url: None,
        key_kind: "admin".to_owned(),
        key_hint: None,
        key_fingerprint: Some("0".repeat(64)),
        key_place: KeyPlace::Keychain("entry".to_owned()),
        details: std::collections::BTreeMap::new(),
    };
    let id = store.add_account(&account, now).await.unwrap();
    let told = |hours: i64, from: &str, to: &str| {
        let observed_at = now.plus_seconds(3_600 * hours);
        let query = Query { observed_at, ..fixture.query.clone() };
        let body =
            std::str::from_utf8(&fixture.body).unwrap().replacen(from, to, usize::from(!from.is_empty()));
        let page = (fixture.stream.parse)(body.as_bytes(), &query).unwrap();
        let quotas = quotas(&page).into_iter().cloned().collect();
        (Snapshot { quotas, ..Snapshot::default() }, observed_at)
    };
    for hours in 0..3 {
        let (snapshot, at) = told(hours, "", "");
        store.book_snapshot(id, &snapshot, at).await.unwrap();
    }
    let latest = store.latest_quotas().await.unwrap();
    assert!(latest.iter().all(|(_, quota)| quota.observed_at == now.plus_seconds(7_200)), "{latest:?}");
    let rows = async || {
        let mut connection = peek(&data).await;
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM quotas").fetch_one(&mut connection).await.unwrap()
    };
    assert_eq!(rows().await, 10);
    // One that changed stays beside what it was.
    let (snapshot, at) = told(3, "450000", "900000");
    store.book_snapshot(id, &snapshot, at).await.unwrap();
    assert_eq!(rows().await, 11);
}
