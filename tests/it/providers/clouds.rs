//! Bills and gateways: a query that still runs, credits that are negative, one day on two pages, money that is not exact to look at.

use std::fmt::Write as _;

use spendglass_core::ledger::ChargeCategory::{Adjustment, Credit, Tax, Usage};
use spendglass_core::ledger::Lane;
use spendglass_core::providers::{Bucket, Details, Entry, Next, Query, find};

use super::{billed, changed, charges, days, page, parameter, stream};
use crate::fixtures;

fn posted(query: &Query, provider: &str, name: &str) -> serde_json::Value {
    serde_json::from_str(&stream(provider, name).request(query).body.unwrap().text).unwrap()
}

fn shown(provider: &str, names: &[&str]) -> Vec<String> {
    let mut all = spendglass_core::money::MixedMoney::default();
    for name in names {
        all.add_all(&billed(&page(provider, name))).unwrap();
    }
    all.iter().map(|(currency, total)| format!("{total} {currency}")).collect()
}

#[test]
fn what_was_billed_and_what_was_given_back_are_lines_of_their_own_and_add_up() {
    // 0.012300000001 - 0.0123 + 0.000871 and 0.19 - 0.000004 - 0.25, beside dollars that are never added.
    assert_eq!(shown("gcp.billing", &["costs", "costs.page2"]), ["-0.059132999999 EUR", "1.5 USD"]);
    let (first, second) = (page("gcp.billing", "costs"), page("gcp.billing", "costs.page2"));
    let all = charges(&first).into_iter().chain(charges(&second));
    let kinds: Vec<_> = all.map(|charge| charge.category).collect();
    assert_eq!(kinds, [Usage, Credit, Usage, Usage, Adjustment, Usage, Adjustment, Tax]);
    // The rows are of single hours: those of one day and SKU are one line.
    assert_eq!(charges(&first)[0].consumed_quantity, Some(41_000.into()));
}

#[test]
fn a_query_that_runs_is_asked_for_again_but_not_for_ever() {
    let fixture = fixtures::one("gcp.billing", "costs.running");
    let mut query = fixture.query.clone();
    let mut seen = std::collections::BTreeSet::new();
    let polls = (0..100).take_while(|_| {
        let Ok(page) = (fixture.stream.parse)(&fixture.body, &query) else { return false };
        let Next::Token(token) = page.next else { panic!("{page:?}") };
        assert!(
            seen.insert(token.0.clone()),
            "{token:?} comes twice, which the engine takes for endless paging"
        );
        query.page = Some(token);
        let request = fixture.stream.request(&query);
        assert!(request.path.ends_with("/projects/spend-test-31/queries/job_Qh2v") && request.body.is_none());
        assert_eq!(parameter(&request, "location"), ["EU"]);
        assert_eq!(parameter(&request, "pageToken"), Vec::<&str>::new());
        true
    });
    assert_eq!(polls.count(), 15);
    // The page behind a finished one is of the same job.
    let Next::Token(token) = page("gcp.billing", "costs").next else { panic!() };
    let next = fixture.stream.request(&Query { page: Some(token), ..fixture.query.clone() });
    assert_eq!(parameter(&next, "pageToken"), ["BFV7Q"]);
    assert!(
        changed("gcp.billing", "costs.empty", "\"0\"", "\"3\"").is_err(),
        "rows are promised and none comes"
    );
}

#[test]
fn a_tables_name_cannot_leave_its_quotes() {
    let query = |table: &str| {
        let details = [("project_id", "p-1"), ("table", table)];
        let details = details.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Query { details: Details::new(details), ..days("2026-09-08", "2026-09-11", Bucket::Day) }
    };
    let sql =
        |table: &str| posted(&query(table), "gcp.billing", "costs")["query"].as_str().unwrap().to_owned();
    assert!(sql("a-b.data.gcp_v1").contains("FROM `a-b.data.gcp_v1` WHERE"));
    let strange = sql("x` WHERE true; DROP TABLE y; -- `\n'\"\\");
    assert_eq!(strange.matches('`').count(), 4, "{strange}");
    assert!(
        !strange.contains([';', '\\', '\n', '"']) && strange.contains("`xWHEREtrueDROPTABLEy--`"),
        "{strange}"
    );
    let body = posted(&query("a.b"), "gcp.billing", "costs");
    assert_eq!(body["queryParameters"][1]["parameterValue"]["value"], "2026-09-11T00:00:00Z");
    assert_eq!((&body["useLegacySql"], body.get("location")), (&false.into(), None));
    // The check asks for that table, by its own project where the name has one.
    let check = find("gcp.billing").unwrap().check.as_ref().unwrap();
    let path = |table: &str| (check.request)(&query(table)).path.into_owned();
    assert_eq!(path("other.data.t"), "/projects/other/datasets/data/tables/t");
    assert_eq!(path("data.t"), "/projects/p-1/datasets/data/tables/t");
    assert_eq!(path("domain.com:x.data.t"), "/projects/domain.com%3Ax/datasets/data/tables/t");
}

#[test]
fn a_day_on_two_pages_adds_up_and_no_view_of_it_is_counted_twice() {
    assert_eq!(shown("litellm", &["activity", "activity.page2"]), ["1.17000000000000003 USD"]);
    let first = page("litellm", "activity");
    let requests: u64 = charges(&first).iter().filter_map(|charge| charge.requests).sum();
    // 41 and 15, though models, keys and providers each tell them again.
    assert_eq!(requests, 56);
    assert!(charges(&first).iter().all(|charge| charge.lane == Lane::Estimated));
    let Next::Token(token) = first.next else { panic!() };
    let fixture = fixtures::one("litellm", "activity");
    let asked = fixture.stream.request(&Query { page: Some(token), ..fixture.query.clone() });
    assert_eq!((parameter(&asked, "page"), parameter(&asked, "end_date")), (vec!["2"], vec!["2026-09-10"]));
    assert!(!format!("{:?}", page("litellm", "user")).contains('@'), "an address is kept");
}

#[test]
fn an_older_server_is_asked_in_its_own_way_and_only_it() {
    let fixture = fixtures::one("langfuse", "metrics");
    let newer = fixture.stream.request(&fixture.query);
    let asked: serde_json::Value = serde_json::from_str(parameter(&newer, "query")[0]).unwrap();
    assert_eq!((&asked["view"], &asked["config"]["row_limit"]), (&"observations".into(), &1_000.into()));
    let older = newer.clone().older();
    assert_eq!(older.path, "/api/public/metrics/daily");
    assert_eq!((parameter(&older, "page"), parameter(&older, "query")), (vec!["1"], Vec::<&str>::new()));
    assert!(!older.has_older());
    let Next::Token(token) = page("langfuse", "metrics.daily").next else { panic!() };
    let second = fixture.stream.request(&Query { page: Some(token), ..fixture.query.clone() });
    assert_eq!((second.path.as_ref(), parameter(&second, "page")), ("/api/public/metrics/daily", vec!["2"]));
    // The sum of a day stands beside its models and is not added to them.
    assert_eq!(shown("langfuse", &["metrics.daily"]), ["1.2975 USD"]);
}

#[test]
fn a_full_answer_without_a_cursor_is_not_taken_for_the_whole() {
    let fixture = fixtures::one("langfuse", "metrics");
    let rows = |count: usize| {
        let row = r#"{"time_dimension":"2026-09-09","providedModelName":"m","sum_totalCost":"1"}"#;
        let body = format!(r#"{{"data":[{}]}}"#, vec![row; count].join(","));
        (fixture.stream.parse)(body.as_bytes(), &fixture.query).unwrap().next
    };
    assert_eq!((rows(999), rows(1_000)), (Next::End, Next::Missing));
}

#[test]
fn requests_are_paged_by_counting_and_wrapped_as_the_server_wants_it() {
    let fixture = fixtures::one("helicone", "requests");
    let body = posted(&fixture.query, "helicone", "requests");
    let span = &body["filter"]["request_response_rmt"]["request_created_at"];
    assert_eq!(
        (&span["gte"], &span["lte"]),
        (&"2026-09-08T00:00:00Z".into(), &"2026-09-10T00:00:00Z".into())
    );
    assert_eq!((&body["includeInputs"], &body["offset"]), (&false.into(), &0.into()));
    let mut rows = String::new();
    for n in 0..1_000 {
        let comma = if n > 0 { "," } else { "" };
        write!(rows, r#"{comma}{{"request_created_at":"2026-09-08T10:00:00Z","cost":0.001}}"#).unwrap();
    }
    let full = format!(r#"{{"data":[{rows}],"error":null}}"#);
    let page = (fixture.stream.parse)(full.as_bytes(), &fixture.query).unwrap();
    assert_eq!(page.entries.len(), 1, "requests of one day and model are one line");
    let Next::Token(token) = page.next else { panic!("{:?}", page.next) };
    let second = Query { page: Some(token), ..fixture.query.clone() };
    assert_eq!(posted(&second, "helicone", "requests")["offset"], 1_000);
    let Next::Token(third) = (fixture.stream.parse)(full.as_bytes(), &second).unwrap().next else { panic!() };
    assert_eq!(third.0, "2000");
}

#[test]
fn an_error_inside_a_200_means_what_it_says() {
    let helicone = find("helicone").unwrap();
    let meant = |name: &str| (helicone.meaning)(200, &fixtures::read(helicone, name));
    assert_eq!((meant("error.inside"), meant("error.query"), meant("requests")), (401, 500, 200));
    assert_eq!((meant("requests.empty"), (helicone.meaning)(429, b"{\"error\":\"x\"}")), (200, 429));
}

#[test]
fn cached_tokens_are_told_within_the_prompt_or_beside_it() {
    let tokens = |provider: &str, name: &str, place: usize| {
        let page = page(provider, name);
        let tokens = charges(&page)[place].tokens.unwrap().totals();
        (tokens.input, tokens.cache_read, tokens.cache_creation)
    };
    // OpenAI's within, Anthropic's beside.
    assert_eq!(tokens("helicone", "requests", 0), (1_500, 400, 0));
    assert_eq!(tokens("helicone", "requests", 1), (30 + 9_000 + 250, 9_000, 250));
    assert_eq!(tokens("litellm", "activity", 1), (50_000, 12_000, 0));
    assert_eq!(tokens("litellm", "activity.page2", 0), (2_000 + 18_000 + 500, 18_000, 500));
    let kept = page("helicone", "requests").entries.len();
    assert_eq!(kept, 3, "what arose at the end that was asked for is of the next day");
    assert!(!format!("{:?}", page("helicone", "requests")).contains("dropped"), "a body is kept");
}

#[test]
fn a_budget_that_cannot_be_read_has_no_window_and_a_reset_behind_us_is_none() {
    assert_eq!(page("litellm", "key.odd_span").entries, []);
    let Entry::Quota(reading) = page("litellm", "key.reset_behind").entries.remove(0) else { panic!() };
    assert_eq!((reading.resets_at, reading.limit), (None, Some(5.into())));
}
