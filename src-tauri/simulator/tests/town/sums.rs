//! Any window, bucket width, page size and grouping tells the same totals.

use std::collections::BTreeMap;

use spendglass_simulator::{Person, Town};

use crate::client::{NOW, Tree, at, get, open, streams};

const DAY: i64 = 86_400;

/// What the tests must know of a report that comes in buckets.
struct Report {
    provider: &'static str,
    path: &'static str,
    groups: &'static [&'static str],
    daily_only: bool,
}

const BY_MODEL: &[&str] = &["project_id", "user_id", "api_key_id", "model"];

const REPORTS: &[(&str, Report)] = &[
    ("openai/costs", openai("costs", &["project_id", "line_item", "api_key_id"], true)),
    (
        "openai/usage_completions",
        openai(
            "usage/completions",
            &["project_id", "user_id", "api_key_id", "model", "batch", "service_tier"],
            false,
        ),
    ),
    ("openai/usage_embeddings", openai("usage/embeddings", BY_MODEL, false)),
    ("openai/usage_moderations", openai("usage/moderations", BY_MODEL, false)),
    (
        "openai/usage_images",
        openai("usage/images", &["project_id", "user_id", "api_key_id", "model", "size", "source"], false),
    ),
    ("openai/usage_audio_speeches", openai("usage/audio_speeches", BY_MODEL, false)),
    ("openai/usage_audio_transcriptions", openai("usage/audio_transcriptions", BY_MODEL, false)),
    ("openai/usage_vector_stores", openai("usage/vector_stores", &["project_id"], false)),
    (
        "openai/usage_code_interpreter_sessions",
        openai("usage/code_interpreter_sessions", &["project_id"], false),
    ),
    (
        "openai/usage_file_search_calls",
        openai("usage/file_search_calls", &["project_id", "user_id", "api_key_id", "vector_store_id"], false),
    ),
    (
        "openai/usage_web_search_calls",
        openai(
            "usage/web_search_calls",
            &["project_id", "user_id", "api_key_id", "model", "context_level"],
            false,
        ),
    ),
    (
        "anthropic/cost_report",
        Report {
            provider: "anthropic",
            path: "cost_report",
            groups: &["workspace_id", "description"],
            daily_only: true,
        },
    ),
    (
        "anthropic/usage_report_messages",
        Report {
            provider: "anthropic",
            path: "usage_report/messages",
            groups: &[
                "api_key_id",
                "workspace_id",
                "model",
                "service_tier",
                "context_window",
                "inference_geo",
                "account_id",
                "service_account_id",
            ],
            daily_only: false,
        },
    ),
];

const fn openai(path: &'static str, groups: &'static [&'static str], daily_only: bool) -> Report {
    Report { provider: "openai", path, groups, daily_only }
}

/// Every bucket of a query, over all of its pages.
async fn buckets(town: &Town, report: &Report, window: (i64, i64), rest: &str) -> Vec<Tree> {
    let (start, end) = window;
    let query = if report.provider == "openai" {
        format!("/organization/{}?start_time={start}&end_time={end}{rest}", report.path)
    } else {
        let time = |at: i64| chrono::DateTime::from_timestamp(at, 0).unwrap().format("%Y-%m-%dT%H:%M:%SZ");
        format!("/v1/organizations/{}?starting_at={}&ending_at={}{rest}", report.path, time(start), time(end))
    };
    let mut all = Vec::new();
    let mut page = String::new();
    loop {
        let reply = get(town, report.provider, &format!("{query}{page}")).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.body);
        let tree = Tree::read(&reply.body);
        all.extend_from_slice(tree.get("data").list());
        let Tree::Text(cursor) = tree.get("next_page") else {
            assert_eq!(tree.get("has_more"), &Tree::Bool(false));
            return all;
        };
        assert_eq!(tree.get("has_more"), &Tree::Bool(true));
        let cursor: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
        page = format!("&page={cursor}");
    }
}

fn sums(buckets: &[Tree]) -> BTreeMap<String, i128> {
    let mut sums = BTreeMap::new();
    for bucket in buckets {
        bucket.get("results").sum_into("", &mut sums);
    }
    // Only some groupings have it; what it counts has its own reports.
    sums.remove(".quantity");
    sums
}

fn grouping(groups: &[&str]) -> String {
    groups.iter().flat_map(|group| ["&group_by[]=", group]).collect()
}

fn window() -> (i64, i64) {
    let today = at(NOW).timestamp().div_euclid(DAY) * DAY;
    (today - 11 * DAY, today + DAY)
}

#[tokio::test]
async fn every_way_to_ask_gives_the_same_totals() {
    for person in [Person::Team, Person::Freelancer, Person::Student] {
        let town = open(person, 7, NOW, &[]).await;
        for (name, report) in REPORTS {
            let daily = buckets(&town, report, window(), "").await;
            assert_eq!(daily.len(), 12, "{name} has a bucket a day, the empty ones too");
            let total = sums(&daily);
            if person == Person::Team {
                assert!(!total.is_empty() && total.values().all(|sum| *sum >= 0), "{name}: {total:?}");
            }
            let mut ways = vec![("&limit=1".to_owned(), 12), ("&limit=5&bucket_width=1d".to_owned(), 12)];
            if !report.daily_only {
                // The town's clock stands at 14:37, so the last hour is the fifteenth.
                ways.push(("&bucket_width=1h".to_owned(), 11 * 24 + 15));
                ways.push(("&bucket_width=1h&limit=168".to_owned(), 11 * 24 + 15));
            }
            for group in report.groups {
                ways.push((grouping(&[group]), 12));
            }
            ways.push((grouping(report.groups), 12));
            for (way, count) in ways {
                let found = buckets(&town, report, window(), &way).await;
                assert_eq!(found.len(), count, "{person} {name}{way}");
                assert_eq!(sums(&found), total, "{person} {name}{way}");
            }
        }
    }
}

#[tokio::test]
async fn minutes_add_up_to_their_hours() {
    let town = open(Person::Team, 3, NOW, &[]).await;
    let now = at(NOW).timestamp().div_euclid(60) * 60;
    let hours = (now.div_euclid(3600) * 3600 - 7200, now.div_euclid(3600) * 3600 + 3600);
    for (name, report) in REPORTS.iter().filter(|(_, report)| !report.daily_only) {
        let hourly = buckets(&town, report, hours, "&bucket_width=1h").await;
        let minutes = buckets(&town, report, hours, "&bucket_width=1m").await;
        assert_eq!((hourly.len(), minutes.len()), (3, 120 + 38), "{name}");
        assert_eq!(sums(&hourly), sums(&minutes), "{name}");
    }
}

#[tokio::test]
async fn one_day_at_a_time_is_the_whole_window() {
    let town = open(Person::Team, 11, NOW, &[]).await;
    for (name, report) in REPORTS {
        let (start, end) = window();
        let whole = buckets(&town, report, (start, end), "&limit=31").await;
        let mut single = Vec::new();
        for day in (start..end).step_by(usize::try_from(DAY).unwrap()) {
            single.extend(buckets(&town, report, (day, day + DAY), "").await);
        }
        assert_eq!(sums(&single), sums(&whole), "{name}");
    }
}

#[tokio::test]
async fn rows_are_null_where_not_grouped_and_filters_let_through_only_theirs() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let report = &REPORTS[1].1;
    let grouped = buckets(&town, report, window(), &grouping(&["model", "batch"])).await;
    let mut models = BTreeMap::new();
    for row in grouped.iter().flat_map(|bucket| bucket.get("results").list()) {
        assert_eq!(row.get("project_id"), &Tree::Nothing);
        assert!(matches!(row.get("batch"), Tree::Bool(_)), "{row:?}");
        let Tree::Text(model) = row.get("model") else { panic!("{row:?}") };
        let mut sums = BTreeMap::new();
        row.sum_into("", &mut sums);
        *models.entry(model.clone()).or_insert(0) += sums[".output_tokens"];
    }
    assert!(models.len() > 5 && models.contains_key("tundra-preview-2"), "{models:?}");
    for encoding in ["models", "models[]"] {
        let only = buckets(&town, report, window(), &format!("&{encoding}=gpt-6-luna")).await;
        assert_eq!(sums(&only)[".output_tokens"], models["gpt-6-luna"]);
    }
    let plain = buckets(&town, report, window(), "&group_by=model&group_by=batch").await;
    assert_eq!(plain, grouped, "both encodings of group_by");
}

#[tokio::test]
async fn the_same_seed_is_the_same_town() {
    let report = &REPORTS[0].1;
    let all = grouping(report.groups);
    let one = buckets(&open(Person::Freelancer, 7, NOW, &[]).await, report, window(), &all).await;
    let two = buckets(&open(Person::Freelancer, 7, NOW, &[]).await, report, window(), &all).await;
    let other = buckets(&open(Person::Freelancer, 8, NOW, &[]).await, report, window(), &all).await;
    assert_eq!(one, two);
    assert_ne!(one, other);
}

#[tokio::test]
async fn a_day_is_billed_late_and_then_stays() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let day = at(NOW).timestamp().div_euclid(DAY) * DAY;
    let report = &REPORTS[0].1;
    let mut seen = Vec::new();
    for hours in [26, 32, 38, 61, 200] {
        town.set_now(chrono::DateTime::from_timestamp(day + hours * 3600, 0).unwrap());
        seen.push(sums(&buckets(&town, report, (day, day + DAY), "").await)[".amount.value"]);
    }
    assert!(seen[0] < seen[2], "the bill grows: {seen:?}");
    assert_eq!(seen[3], seen[4], "after 36 hours it is settled: {seen:?}");
    town.set_now(chrono::DateTime::from_timestamp(day + 26 * 3600, 0).unwrap());
    assert_eq!(
        sums(&buckets(&town, report, (day, day + DAY), "").await)[".amount.value"],
        seen[0],
        "and follows from the clock alone"
    );
}

#[tokio::test]
async fn corrections_take_off_too() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let (_, end) = window();
    let items = buckets(&town, &REPORTS[0].1, (end - 60 * DAY, end), "&limit=60&group_by=line_item").await;
    let amounts: Vec<String> = items
        .iter()
        .flat_map(|bucket| bucket.get("results").list())
        .filter(|row| row.get("line_item") == &Tree::Text("usage correction".into()))
        .map(|row| match row.get("amount").get("value") {
            Tree::Number(text) | Tree::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(amounts.iter().any(|amount| amount.starts_with('-')), "{amounts:?}");
    assert!(amounts.iter().any(|amount| !amount.starts_with('-')), "{amounts:?}");
}

#[tokio::test]
async fn amounts_come_as_numbers_and_as_texts_and_fit_a_decimal() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let (_, end) = window();
    let all = grouping(REPORTS[0].1.groups);
    let rows = buckets(&town, &REPORTS[0].1, (end - 30 * DAY, end), &all).await;
    let (mut numbers, mut texts, mut longest) = (0, 0, 0);
    for row in rows.iter().flat_map(|bucket| bucket.get("results").list()) {
        let text = match row.get("amount").get("value") {
            Tree::Number(text) => (numbers += 1, text).1,
            Tree::Text(text) => (texts += 1, text).1,
            other => panic!("{other:?}"),
        };
        let digits = text.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit).count();
        longest = longest.max(digits);
    }
    assert!(numbers > 100 && texts > 100, "{numbers} numbers, {texts} texts");
    assert!((17..=26).contains(&longest), "{longest} significant digits");
}

#[tokio::test]
async fn spend_looks_like_the_person() {
    // Dollars of thirty days, from the sums in 10⁻²⁰ dollars.
    for (person, least, most) in
        [(Person::Freelancer, 20, 300), (Person::Student, 0, 15), (Person::Team, 1200, 6000)]
    {
        let town = open(person, 7, NOW, &[]).await;
        let (_, end) = window();
        let costs = buckets(&town, &REPORTS[0].1, (end - 30 * DAY, end), "&limit=30").await;
        let dollars = sums(&costs)[".amount.value"] / 10_i128.pow(20);
        assert!((least..=most).contains(&dollars), "{person}: {dollars}");
        if person == Person::Student {
            let empty = costs.iter().filter(|bucket| bucket.get("results").list().is_empty()).count();
            assert!(empty >= 8, "weekends are empty");
        } else {
            assert!(!costs.last().unwrap().get("results").list().is_empty(), "something was spent today");
        }
        let early = buckets(&town, &REPORTS[0].1, (end - 300 * DAY, end - 250 * DAY), "&limit=60").await;
        assert!(sums(&early).is_empty() && early.len() == 50, "nothing before the history");
    }
}

#[tokio::test]
async fn bulk_has_about_so_many_rows_and_its_text_equals_its_tree() {
    let town = open(Person::Bulk(20_000), 7, NOW, &[]).await;
    let report = &REPORTS[1].1;
    let hour = at(NOW).timestamp().div_euclid(3600) * 3600;
    let month = (hour - 720 * 3600, hour + 3600);
    let text = "&bucket_width=1h&limit=168&group_by[]=model&group_by[]=api_key_id&group_by[]=project_id";
    let written = buckets(&town, report, month, text).await;
    let rows: usize = written.iter().map(|bucket| bucket.get("results").list().len()).sum();
    assert_eq!(rows, 20_000);
    // A filter that lets everything through goes the slow way.
    let built = buckets(&town, report, month, &format!("{text}&batch=false")).await;
    let sorted = |buckets: &[Tree]| -> Vec<Vec<String>> {
        let rows = |bucket: &Tree| {
            let mut rows: Vec<String> =
                bucket.get("results").list().iter().map(|row| format!("{row:?}")).collect();
            rows.sort();
            rows
        };
        buckets.iter().map(rows).collect()
    };
    assert_eq!(sorted(&written), sorted(&built));
    let daily = buckets(&town, report, month, "&limit=31").await;
    assert_eq!(sums(&daily), sums(&written), "ungrouped days");
    let again = buckets(&town, report, month, text).await;
    assert_eq!(again, written, "kept pages are the same pages");
}

/// The numbers of one OpenRouter path, with the query.
async fn router(town: &Town, path: &str) -> Tree {
    let reply = get(town, "openrouter", path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.body);
    Tree::read(&reply.body).get("data").clone()
}

fn summed(tree: &Tree, field: &str) -> i128 {
    let mut sums = BTreeMap::new();
    tree.sum_into("", &mut sums);
    sums.get(&format!(".{field}")).copied().unwrap_or_default()
}

#[tokio::test]
async fn openrouter_tells_one_story_on_all_paths() {
    for person in [Person::Team, Person::Freelancer, Person::Student] {
        let town = open(person, 7, NOW, &[]).await;
        let all = router(&town, "/activity").await;
        let dates: std::collections::BTreeSet<String> =
            all.list().iter().map(|row| format!("{:?}", row.get("date"))).collect();
        assert_eq!(dates.len(), 30, "{person}: a hobby bot runs every day, and today is not complete");
        let mut total = BTreeMap::new();
        for day in 1..=30 {
            let date = (at(NOW) - chrono::TimeDelta::days(day)).format("%Y-%m-%d");
            router(&town, &format!("/activity?date={date}")).await.sum_into("", &mut total);
        }
        let mut whole = BTreeMap::new();
        all.sum_into("", &mut whole);
        assert_eq!(total, whole, "{person}");

        // What the key says of a day at its last minute is what the activity says of it later.
        town.set_now(at("2026-11-20T23:59:59Z"));
        let evening = router(&town, "/key").await;
        let (credits, key) = (router(&town, "/credits").await, summed(&evening, "usage"));
        assert_eq!(summed(&credits, "total_usage"), key, "{person}");
        assert!(summed(&credits, "total_credits") > key, "{person}");
        assert!(summed(&evening, "usage_daily") > 0, "{person}");
        assert!(summed(&evening, "usage_weekly") > summed(&evening, "usage_daily"), "{person}");
        assert!(summed(&evening, "usage_monthly") > summed(&evening, "usage_weekly"), "{person}");
        town.set_now(at("2026-11-21T00:00:00Z"));
        let day = router(&town, "/activity?date=2026-11-20").await;
        let night = router(&town, "/key").await;
        let (shown, meant) = (summed(&evening, "usage_daily"), summed(&day, "usage"));
        assert!(shown <= meant && meant - shown < meant / 100, "{person}: all but the last minute");
        assert_eq!(summed(&night, "usage"), key + meant - shown, "{person}");
        assert_eq!(summed(&night, "usage_daily"), 0, "{person}: a new day");
    }
}

#[tokio::test]
async fn anthropic_counts_cents_and_knows_null_ids() {
    let town = open(Person::Team, 7, NOW, &[]).await;
    let (_, cost_report) = REPORTS.iter().find(|(name, _)| *name == "anthropic/cost_report").unwrap();
    let rows = buckets(&town, cost_report, window(), "&group_by[]=description&group_by[]=workspace_id").await;
    let rows: Vec<&Tree> = rows.iter().flat_map(|bucket| bucket.get("results").list()).collect();
    let cents: i128 = rows.iter().map(|row| summed(row, "amount")).sum();
    let dollars_a_day = cents / 10_i128.pow(20) / 100 / 12;
    assert!((10..=120).contains(&dollars_a_day), "{dollars_a_day}");
    for kind in ["tokens", "web_search", "code_execution"] {
        assert!(rows.iter().any(|row| row.get("cost_type") == &Tree::Text(kind.into())), "{kind}");
    }
    let nowhere = rows.iter().filter(|row| row.get("workspace_id") == &Tree::Nothing).count();
    assert!(nowhere > 0 && nowhere < rows.len(), "the default workspace is null");
    assert!(rows.iter().all(|row| row.get("service_tier") != &Tree::Text("priority".into())));
}

#[test]
fn every_stream_that_comes_in_buckets_is_tested_here() {
    for (provider, stream) in streams() {
        let single = ["organization_me", "credits", "key", "activity"].contains(&stream);
        let name = format!("{provider}/{stream}");
        assert!(single || REPORTS.iter().any(|(tested, _)| *tested == name), "{name} is not tested");
    }
}
