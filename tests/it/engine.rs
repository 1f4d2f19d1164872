//! The engine under bad input: what is echoed, refused, absent, half there, too early, or asked twice.

mod door;
mod probes;
mod road;

use std::collections::BTreeMap;

use proptest::prelude::*;
use spendglass_core::providers::{Cursor, Days, FileParts, recognise, segment};
use spendglass_core::store::{Covered, StreamState};
use spendglass_core::sync::{SignIn, StreamOutcome, SyncError, windows};
use spendglass_core::time::Date;
use spendglass_core::vault::{Secret, SecretError};

use probes::{BILLS, CLOUD, DEAR, ODD, PAIR, PROJECTS, ROBOT, TENANT};
use road::{NOW, Reply, Road, html, json};

const GOOD: &str = r#"{"used": 1}"#;

fn secret(parts: &[(&str, &str)]) -> Secret {
    let part = |(name, value): &(&str, &str)| ((*name).to_owned(), Secret::new(*value).unwrap());
    Secret::of_fields(&parts.iter().map(part).collect())
}

fn said(outcome: &StreamOutcome) -> (StreamState, String) {
    let error = outcome.error.as_ref().expect("it went well");
    (error.state(), error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_key_is_repeated() {
    let (user, password) = ("pk-owner-4Q", "pass\"word\\9x7");
    let key = secret(&[("user", user), ("password", password)]);
    let road = Road::open(|asked, _| {
        let pair = asked.headers["authorization"].trim_start_matches("Basic ").to_owned();
        Reply(
            403,
            Vec::new(),
            format!("no PK-Owner-4q, pass\"word\\9x7 or {pair} may see the secret_access_key"),
        )
    })
    .await;
    let (state, text) = said(&road.sync(&PAIR, &key, NOW).await[0]);
    assert_eq!(state, StreamState::Forbidden);
    assert!(text.contains("no [key], [key] or [key] may see the secret_access_key"), "{text}");
    let kept = road.kept();
    for part in [user, password] {
        assert!(!kept.windows(part.len()).any(|w| w == part.as_bytes()), "{part} lies in the data folder");
    }
    assert!(!format!("{:?}", road.job(&PAIR, &key, NOW)).contains("owner"));
}

const TOKEN: &str = r#"{"access_token": "tok-abcdefghijklmnop-1", "expires_in": 3599}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_early_is_had_anew_once() {
    let key = secret(&[("client_secret", "c1ient~Secret-value")]);
    let road = Road::open(|asked, before| match (asked.path.as_str(), before) {
        ("/tenant%2F1/token", 0) => json(200, TOKEN),
        ("/tenant%2F1/token", _) => json(200, &TOKEN.replace("nop-1", "nop-2")),
        ("/later", 0) => json(401, "the token tok-abcdefghijklmnop-1 has expired"),
        _ => json(200, GOOD),
    })
    .await;
    let outcomes = road.sync(&TENANT, &key, NOW).await;
    assert!(outcomes.iter().all(|outcome| outcome.error.is_none()), "{outcomes:?}");
    let asked = road.asked();
    let paths: Vec<_> = asked.iter().map(|asked| asked.path.as_str()).collect();
    assert_eq!(paths, ["/tenant%2F1/token", "/limit", "/later", "/tenant%2F1/token", "/later"]);
    assert_eq!(asked[4].headers["authorization"], "Bearer tok-abcdefghijklmnop-2");
    let body =
        "grant_type=client_credentials&client_id=client-1&client_secret=c1ient%7ESecret-value&scope=read";
    assert_eq!((asked[0].method.as_str(), asked[0].body.as_str()), ("POST", body));

    // One that is refused at once, or again, is not asked for without end, and nothing of it is repeated.
    let road = Road::open(|asked, _| match asked.path.as_str() {
        "/tenant%2F1/token" => json(200, TOKEN),
        _ => json(401, "neither TOK-ABCDEFGHIJKLMNOP-1 nor c1ient~secret-value is known"),
    })
    .await;
    for outcome in road.sync(&TENANT, &key, NOW).await {
        let (state, text) = said(&outcome);
        assert_eq!(state, StreamState::KeyRejected);
        assert!(text.contains("neither [key] nor [key] is known"), "{text}");
    }
    let tokens = road.asked().iter().filter(|asked| asked.path.ends_with("/token")).count();
    assert_eq!(tokens, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_endpoint_says_is_told_apart() {
    let key = secret(&[("client_secret", "c1ient~Secret-value")]);
    for (status, body, is_html, state, requests) in [
        (400, r#"{"error": "invalid_client"}"#, false, StreamState::KeyRejected, 1),
        (401, r#"{"error": "invalid_client"}"#, false, StreamState::KeyRejected, 1),
        (500, "", false, StreamState::Unreachable, 3),
        (200, "", true, StreamState::Unreachable, 1),
        (200, "{}", false, StreamState::ProviderChanged, 1),
        (200, "tok-abcdefghijklmnop-1", false, StreamState::ProviderChanged, 1),
        (200, r#"{"access_token": "two words"}"#, false, StreamState::ProviderChanged, 1),
        (200, r#"{"access_token": 7}"#, false, StreamState::ProviderChanged, 1),
    ] {
        let road = Road::open(move |_, _| if is_html { html(status) } else { json(status, body) }).await;
        let (told, text) = said(&road.sync(&TENANT, &key, NOW).await[0]);
        assert_eq!(told, state, "{status} {body}: {text}");
        assert!(!text.contains("two words") && !text.contains("abcdefgh"), "{text}");
        let first = road.asked().iter().filter(|asked| asked.path.ends_with("/token")).count();
        // The second stream gets a single try.
        assert!(first == 2 * requests || first == requests + 1, "{status} {body}: {first}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_key_is_the_persons_to_mend_and_a_wrong_clock_too() {
    let road = Road::open(|_, _| json(200, GOOD)).await;
    let robot = secret(&[("client_email", "robot@road.example"), ("private_key", "TUlJ")]);
    for (provider, key) in [(&ROBOT, &robot), (&CLOUD, &robot)] {
        let outcomes = road.sync(provider, key, NOW).await;
        let error = outcomes[0].error.as_ref().unwrap();
        assert!(matches!(error, SyncError::SignIn(SignIn::Unfit { .. })), "{error}");
        assert!(error.to_string().contains("https://road.example/keys"), "{error}");
    }
    assert!(road.asked().is_empty());

    let key = secret(&[("access_key_id", "AKIAROAD"), ("secret_access_key", "s3cret/Access+Key")]);
    let dated = |date: &'static str| {
        move |_: &road::Asked, _: usize| {
            Reply(403, vec![("date", date.to_owned())], "Signature expired".to_owned())
        }
    };
    let road = Road::open(dated("Wed, 18 Nov 2026 10:00:00 GMT")).await;
    let (state, text) = said(&road.sync(&CLOUD, &key, NOW).await[0]);
    assert_eq!(state, StreamState::Unreachable);
    assert!(text.contains("set this machine's clock") && text.contains("2026-11-18T10:00:00"), "{text}");
    let road = Road::open(dated("Wed, 18 Nov 2026 12:31:00 GMT")).await;
    assert_eq!(said(&road.sync(&CLOUD, &key, NOW).await[0]).0, StreamState::Forbidden);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_statuses_are_understood() {
    let key = Secret::new("road-0123456789abcdef").unwrap();
    let road = Road::open(|asked, before| match (asked.path.as_str(), before) {
        ("/posted", 0) => json(500, ""),
        // Some frameworks answer an unknown path with a web page.
        ("/new", _) => html(404),
        ("/perhaps", _) => json(404, "{}"),
        _ => json(200, GOOD),
    })
    .await;
    let outcomes = road.sync(&ODD, &key, NOW).await;
    assert!(outcomes.iter().all(|outcome| outcome.error.is_none()), "{outcomes:?}");
    assert_eq!(outcomes[2].absent, Some("No limit was ever set."));
    let row = road.row("perhaps").await;
    assert_eq!((row.state, row.message.as_deref()), (StreamState::Absent, Some("No limit was ever set.")));
    assert!(row.synced_at.is_some());
    let posted: Vec<_> = road.asked().into_iter().filter(|asked| asked.method == "POST").collect();
    assert_eq!(posted.len(), 2);
    assert!(posted.iter().all(|asked| asked.body == r#"{"from":"2026-11-18"}"#));
    assert_eq!(road.asked().iter().filter(|asked| asked.path == "/old").count(), 1);

    // What an answer stands for decides, with the wish to wait that it carries; a web page is nobody's word.
    let road = Road::open(|asked, _| match asked.path.as_str() {
        "/posted" => Reply(200, vec![("retry-after", "77".to_owned())], "E:429".to_owned()),
        "/new" => json(200, "E:401"),
        _ => html(404),
    })
    .await;
    let outcomes = road.sync(&ODD, &key, NOW).await;
    let states: Vec<_> = outcomes.iter().map(|outcome| said(outcome).0).collect();
    assert_eq!(states, [StreamState::RateLimited, StreamState::KeyRejected, StreamState::ProviderChanged]);
    let wait = outcomes[0].retry_at.unwrap().seconds_since(NOW.parse().unwrap());
    assert!((77..=79).contains(&wait), "{wait}");

    // A count that is used up, and waits that only some providers tell.
    for (status, headers, seconds) in [
        (
            403,
            &[
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "1795005300"),
                ("date", "Wed, 18 Nov 2026 12:30:00 GMT"),
            ][..],
            300,
        ),
        (403, &[("x-ratelimit-remaining", "0")][..], 60),
        (
            429,
            &[
                ("x-ms-ratelimit-microsoft.costmanagement-clienttype-retry-after", "41"),
                ("x-ms-ratelimit-microsoft.costmanagement-entity-retry-after", "12"),
            ][..],
            41,
        ),
        (429, &[("retry-after", "18446744073709551615")][..], i64::MAX),
    ] {
        let road = Road::open(move |_, _| {
            Reply(
                status,
                headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
                String::new(),
            )
        })
        .await;
        let outcome = &road.sync(&ODD, &key, NOW).await[0];
        assert_eq!(said(outcome).0, StreamState::RateLimited, "{headers:?}");
        let wait = outcome.retry_at.unwrap().seconds_since(NOW.parse().unwrap());
        assert!(
            (seconds..=seconds.saturating_add(2)).contains(&wait)
                || (seconds == i64::MAX && wait > 1_000_000_000),
            "{headers:?}: {wait}"
        );
    }
}

fn list(parts: &[&str]) -> Reply {
    json(200, &serde_json::json!({ "parts": parts }).to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_part_hides_no_other() {
    let key = Secret::new("road-0123456789abcdef").unwrap();
    let road = Road::open(|asked, before| match (asked.path.as_str(), before) {
        ("/parts?page=", _) => list(&["a", "b", "a", "c/../d", ".."]),
        ("/parts/b/limit", 0) => json(403, "not yours"),
        ("/parts/a/limit", _) => json(200, r#"{"used": 2, "left": "1.5", "name": "First"}"#),
        ("/parts/b/limit", _) => json(200, r#"{"used": 3, "left": "2.25", "name": ""}"#),
        _ => json(200, GOOD),
    })
    .await;
    let outcome = &road.sync(&PROJECTS, &key, NOW).await[0];
    let (state, text) = said(outcome);
    assert_eq!(state, StreamState::Forbidden);
    assert!(text.contains("limits of \"b\""), "{text}");
    let paths: Vec<_> = road.asked().into_iter().map(|asked| asked.path).collect();
    let all = [
        "/parts?page=",
        "/parts/a/limit",
        "/parts/b/limit",
        "/parts/c%2F..%2Fd/limit",
        "/parts/%252E%252E/limit",
    ];
    assert_eq!(paths, all, "each once, and below its own path");
    let quotas = road.store.latest_quotas().await.unwrap();
    assert_eq!(quotas.len(), 3);
    assert_eq!(road.store.names().await.unwrap().len(), 1);
    assert!(road.store.latest_balances().await.unwrap().is_empty(), "a sum of some is not the sum");
    assert_eq!(outcome.read.booked, 4);

    // Once all are told, the balances of all are one; a name that is empty is none.
    let outcome = &road.sync(&PROJECTS, &key, "2026-11-18T13:30:00Z").await[0];
    assert!(outcome.error.is_none(), "{outcome:?}");
    let balances = road.store.latest_balances().await.unwrap();
    assert_eq!(balances.len(), 1);
    assert_eq!(balances[0].1.amount.amount.to_string(), "3.75");
    assert_eq!(balances[0].1.acquired.unwrap().to_string(), "3.75");
    assert_eq!(balances[0].1.used, None);
    assert_eq!(road.store.names().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_parts_end_and_have_ids() {
    let key = Secret::new("road-0123456789abcdef").unwrap();
    for (body, state, words) in [
        (r#"{"parts": []}"#, None, ""),
        (r#"{"parts": ["a", ""]}"#, Some(StreamState::ProviderChanged), "has no id"),
        (r#"{"parts": ["a"], "next": "again"}"#, Some(StreamState::ProviderChanged), "comes twice"),
        (r#"{"parts": "a"}"#, Some(StreamState::ProviderChanged), "parts"),
    ] {
        let road =
            Road::open(
                move |asked, _| {
                    if asked.path.starts_with("/parts?") { json(200, body) } else { json(200, GOOD) }
                },
            )
            .await;
        for provider in [&PROJECTS, &BILLS] {
            let outcome = &road.sync(provider, &key, NOW).await[0];
            assert_eq!(outcome.error.as_ref().map(SyncError::state), state, "{body}");
            assert!(state.is_none() || said(outcome).1.contains(words), "{}", said(outcome).1);
        }
    }
    let road = Road::open(|asked, before| match asked.path.split_once("?page=") {
        Some((_, page)) => json(200, &format!(r#"{{"parts": [], "next": "{page}{before}"}}"#)),
        None => json(200, GOOD),
    })
    .await;
    assert!(said(&road.sync(&PROJECTS, &key, NOW).await[0]).1.contains("more than 25 pages"));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_window_all_parts_are_booked_or_none() {
    let key = Secret::new("road-0123456789abcdef").unwrap();
    let road = Road::open(|asked, before| match (asked.path.as_str(), before) {
        ("/parts?page=", _) => list(&["a", "b"]),
        ("/parts/b/limit", 0) => json(403, "not yours"),
        _ => json(200, GOOD),
    })
    .await;
    let (state, text) = said(&road.sync(&BILLS, &key, NOW).await[0]);
    assert_eq!(state, StreamState::Forbidden);
    assert!(text.contains("bills of \"b\""), "{text}");
    assert_eq!(road.row("bills").await.covered, None, "half a window would be taken for the whole");
    assert!(road.sync(&BILLS, &key, NOW).await[0].error.is_none());
    assert!(road.row("bills").await.covered.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_costs_money_is_left_alone_for_its_time_and_the_report_says_so() {
    let key = Secret::new("road-0123456789abcdef").unwrap();
    let road = Road::open(|_, before| if before == 0 { json(403, "not yet") } else { json(200, GOOD) }).await;
    let after = |minutes: i64| {
        NOW.parse::<spendglass_core::time::Timestamp>().unwrap().plus_seconds(60 * minutes).to_string()
    };
    // When, what the report says, whether it was asked, and from when on it is worth asking again.
    for (minutes, state, asks, again) in [
        (0, Some(StreamState::Forbidden), true, Some(15)),
        (1, Some(StreamState::Forbidden), false, Some(15)),
        (14, Some(StreamState::Forbidden), false, Some(15)),
        (15, None, true, None),
        (20, Some(StreamState::Ok), false, Some(15 + 720)),
        (15 + 719, Some(StreamState::Ok), false, Some(15 + 720)),
        // A clock that was set back: a try that lies ahead blocks nothing.
        (-60, None, true, None),
        (-59, Some(StreamState::Ok), false, Some(-60 + 720)),
        (-60 + 720, None, true, None),
    ] {
        let before = road.asked().len();
        let outcome = &road.sync(&DEAR, &key, &after(minutes)).await[0];
        assert_eq!(road.asked().len() > before, asks, "{minutes}");
        let told =
            outcome.error.as_ref().map(SyncError::state).or(outcome.rests.as_ref().map(|rests| rests.state));
        assert_eq!(told, state, "{minutes}: {outcome:?}");
        assert_eq!(outcome.retry_at.map(|at| at.to_string()), again.map(after), "{minutes}");
        assert_eq!(road.row("limit").await.retry_at.is_some(), (0..15).contains(&minutes), "{minutes}");
    }
    // A closed keychain asks for nothing, so nothing is waited for; but what was read stays read.
    let id = road.row("limit").await.id;
    for (noted, asks) in [(StreamState::KeyMissing, false), (StreamState::KeyRejected, false)] {
        road.store.stream_failed(id, noted, "gone", None, after(700).parse().unwrap()).await.unwrap();
        let before = road.asked().len();
        road.sync(&DEAR, &key, &after(701)).await;
        assert_eq!(road.asked().len() > before, asks, "{noted:?}");
    }
    road.store.forget_refusals(road.account).await.unwrap();
    assert_eq!(road.row("limit").await.state, StreamState::New);
}

#[test]
fn a_key_of_parts_is_read_part_by_part() {
    let file = "\u{feff} { \"type\" : \"a b\\\" {\" ,\n \"deep\": {\"token\": \"d\"}, \"n\": 7, \"token\": \"first\", \"token\": \"last\" } ";
    let key = Secret::new(file).unwrap();
    assert_eq!(
        key.expose(),
        r#"{"type":"a b\" {","deep":{"token":"d"},"n":7,"token":"first","token":"last"}"#
    );
    assert_eq!(key.field("token").unwrap().expose(), "last");
    for none in ["n", "deep", "type", "missing"] {
        assert!(key.field(none).is_none(), "{none} is no part that could be sent");
    }
    assert!(Secret::new("road-key").unwrap().field("token").is_none());
    assert_eq!(Secret::new("{\"a\": \"é\"}").unwrap_err(), SecretError::NotWhole);
    assert_eq!(Secret::new("{\"a\": \"b\"").unwrap_err(), SecretError::NotWhole);

    // The largest file that Google writes, after what is not needed is left out: 30 letters of name and of project, 2,048 bits.
    let email = format!("{}@{}.iam.gserviceaccount.com", "n".repeat(30), "p".repeat(30));
    let der = 1_220;
    let robot = secret(&[
        ("client_email", &email),
        ("private_key_id", &"0".repeat(40)),
        ("private_key", &"A".repeat(der / 3 * 4 + 4)),
    ]);
    assert!(robot.expose().len() < 2_560, "{} bytes are too many for Windows", robot.expose().len());

    let told = FileParts {
        secret: BTreeMap::from([("private_key".to_owned(), "hidden".to_owned())]),
        details: BTreeMap::new(),
    };
    assert!(!format!("{told:?}").contains("hidden"));
}

proptest! {
    #[test]
    fn parts_come_back_as_they_were(values in proptest::collection::vec("[!-~]{1,40}", 1..5)) {
        let names = ["a", "b", "c", "d", "e"];
        let parts: Vec<_> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
        // A part that reads as white space and quotes only is no key.
        prop_assume!(parts.iter().all(|(_, value)| Secret::new(*value).is_ok_and(|read| read.expose() == *value)));
        let key = secret(&parts);
        let again = Secret::new(key.expose()).unwrap();
        prop_assert_eq!(again.expose(), key.expose());
        for (name, value) in parts {
            let part = key.field(name).unwrap();
            prop_assert_eq!(part.expose(), value);
        }
    }

    #[test]
    fn no_id_leads_elsewhere(id in "\\PC{1,12}|\\.{1,3}|(\\./|\\.\\./|%2e){1,3}") {
        let path = format!("/v1/parts/{}/limit", segment(&id));
        let url = url::Url::parse("https://road.example").unwrap().join(&path).unwrap();
        prop_assert!(url.path().starts_with("/v1/parts/") && url.path().ends_with("/limit"), "{url}");
        prop_assert_eq!(url.path_segments().unwrap().count(), 4);
        prop_assert!(url.query().is_none() && url.fragment().is_none());
    }

    #[test]
    fn months_are_cut_where_they_begin(
        today in 0_i64..1_500, history in 1_u16..800, lookback in 0_u16..70, with_today: bool,
        covered in proptest::option::of(0_i64..1_600), from in proptest::option::of(0_i64..1_600),
    ) {
        let day = |days: i64| Date::new(2023, 12, 30).unwrap().plus_days(days);
        let cursor = Cursor::Monthly { history: Days(history), lookback: Days(lookback), today: with_today };
        let covered = covered.map(|until| Covered { from: day(until - 1), until: day(until) });
        let all = windows(cursor, covered, from.map(day), day(today).utc_start().plus_seconds(3_600));
        let end = day(today + i64::from(with_today)).utc_start();
        prop_assert_eq!(all.last().unwrap().period.end, end);
        prop_assert!(all.windows(2).all(|pair| pair[0].period.end == pair[1].period.start));
        for window in &all {
            let (first, last) = (window.period.start.utc_date(), window.period.end.utc_date().plus_days(-1));
            prop_assert!(first.days_since(last) <= 0);
            prop_assert_eq!(first.to_string()[..7].to_owned(), last.to_string()[..7].to_owned());
        }
        for pair in all.windows(2) {
            prop_assert_eq!(&pair[1].period.start.utc_date().to_string()[8..], "01");
        }
    }
}

#[test]
fn nonsense_is_nobodys_key() {
    for text in [
        "hello",
        "12345",
        "sk",
        "sk-",
        "-",
        "{}",
        "{\"a\":1}",
        "[1]",
        "Bearer",
        "https://road.example/v1",
        "password1",
        "{\"type\":\"authorized_user\",\"client_secret\":\"x\"}",
        "OPENAI_ADMIN_KEY",
        "~/.config/key",
    ] {
        let found: Vec<_> = recognise(text).iter().map(|(provider, kind)| (provider.id, kind.id)).collect();
        assert!(found.is_empty(), "{text:?} is taken for {found:?}");
    }
}
