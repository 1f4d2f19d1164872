//! Gemini by Cloud Monitoring: a day that ends at midnight in California, and counters that tell the same thing twice.

use spendglass_core::ledger::{QuotaReading, QuotaWindow};
use spendglass_core::net::{BaseUrl, Credential, Net, Timeouts};
use spendglass_core::providers::{
    Details, Entry, Intake, Next, PageToken, Part, Query, Request, Source, find, recognise,
};
use spendglass_core::store::Snapshot;
use spendglass_core::time::{Calendar, Timestamp};
use spendglass_core::vault::Secret;
use spendglass_simulator::{Person, Town, TownOptions, serve};

use super::{changed, charges, page, parameter, stream};
use crate::fixtures;

const FREE: &str = "generativelanguage.googleapis.com/quota/generate_content_free_tier_requests";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn in_kolkata(at: Timestamp) -> String {
    Calendar::new("Asia/Kolkata".parse().unwrap()).show(at)
}

fn asked(now: &str, side: &str) -> (Query, Request) {
    let part = Part { id: format!("{FREE}/{side}"), name: None };
    let query = Query { part: Some(part), ..Query::snapshot(at(now), Details::default()) };
    let request = stream("gcp.gemini", "limits").request(&query);
    (query, request)
}

fn quotas(entries: Vec<Entry>) -> Vec<QuotaReading> {
    let quota = |entry| match entry {
        Entry::Quota(reading) => reading,
        entry => panic!("{entry:?}"),
    };
    entries.into_iter().map(quota).collect()
}

/// Now, the midnight before, how long the day has lasted, and what is shown of the midnight that follows.
const DAYS: [(&str, &str, &str, &str); 8] = [
    ("2026-09-11T06:59:59Z", "2026-09-10T07:00:00Z", "86399s", "2026-09-11 12:30 +05:30"),
    ("2026-09-11T07:00:00Z", "2026-09-11T07:00:00Z", "60s", "2026-09-12 12:30 +05:30"),
    // The clocks go forward: a day of 23 hours.
    ("2026-03-08T09:59:00Z", "2026-03-08T08:00:00Z", "7140s", "2026-03-09 12:30 +05:30"),
    ("2026-03-09T06:59:59Z", "2026-03-08T08:00:00Z", "82799s", "2026-03-09 12:30 +05:30"),
    ("2026-03-09T07:01:00Z", "2026-03-09T07:00:00Z", "60s", "2026-03-10 12:30 +05:30"),
    // They go back: one of 25.
    ("2026-11-02T07:30:00Z", "2026-11-01T07:00:00Z", "88200s", "2026-11-02 13:30 +05:30"),
    ("2026-11-02T07:59:59Z", "2026-11-01T07:00:00Z", "89999s", "2026-11-02 13:30 +05:30"),
    ("2026-11-02T08:02:00Z", "2026-11-02T08:00:00Z", "120s", "2026-11-03 13:30 +05:30"),
];

#[test]
fn one_point_reaches_from_midnight_in_california_until_now() {
    for (now, midnight, length, shown) in DAYS {
        let (query, request) = asked(now, "usage");
        assert_eq!(parameter(&request, "interval.startTime"), [midnight], "{now}");
        assert_eq!(parameter(&request, "aggregation.alignmentPeriod"), [length], "{now}");
        let end = at(parameter(&request, "interval.endTime")[0]);
        assert_eq!(format!("{}s", end.seconds_since(at(midnight))), length, "{now}: one period, no more");
        let series = |from: &str, to: Timestamp| {
            format!(
                r#"{{"timeSeries":[{{"metric":{{"labels":{{"model":"m","limit_name":"APerDay"}}}},
                "points":[{{"interval":{{"startTime":"{from}","endTime":"{to}"}},"value":{{"int64Value":"7"}}}}]}}]}}"#
            )
        };
        let parse = stream("gcp.gemini", "limits").parse;
        let readings = quotas(parse(series(midnight, end).as_bytes(), &query).unwrap().entries);
        let [reading] = readings.as_slice() else { panic!("{readings:?}") };
        assert_eq!(reading.used, Some(7.into()));
        assert_eq!(reading.resets_at.map(in_kolkata).as_deref(), Some(shown), "{now}");
        // Yesterday's use is not today's, and a point that mixes both cannot be taken apart.
        let before = at(midnight).plus_seconds(-60);
        assert_eq!(
            parse(series("2026-01-01T08:00:00Z", at(midnight)).as_bytes(), &query).unwrap().entries,
            []
        );
        assert!(parse(series(&before.to_string(), end).as_bytes(), &query).is_err(), "{now}");
    }
}

#[test]
fn use_and_limit_come_in_two_answers_and_are_one_allowance() {
    let mut snapshot = Snapshot::default();
    for name in ["limits", "limits.requests_limit", "limits.tokens", "limits.tokens_limit"] {
        for reading in quotas(page("gcp.gemini", name).entries) {
            snapshot.add_quota(reading);
        }
    }
    let of = |name: &str, model: &str, window| {
        let mut found = snapshot.quotas.iter().filter(|quota| {
            quota.name == name && quota.model.as_deref() == Some(model) && quota.window == window
        });
        let first = found.next().map(|quota| (quota.used, quota.limit));
        assert_eq!(found.next(), None, "{name} of {model} comes twice");
        first
    };
    let some = |n: i64| Some(n.into());
    let (day, minute) = (QuotaWindow::Day, QuotaWindow::MINUTE);
    // The newest limit holds, though older points follow it.
    assert_eq!(of("free tier requests", "gemini-3.5-flash", day), Some((some(17), some(20))));
    assert_eq!(of("free tier requests", "gemini-3.1-flash-lite", day), Some((some(204), some(500))));
    assert_eq!(of("free tier input tokens", "gemini-3.5-flash", day), Some((some(47_613), some(1_000_000))));
    // What was used in the minute is not told: not nought, and not the day's use.
    assert_eq!(of("free tier requests", "gemini-3.5-flash", minute), Some((None, some(5))));
    // A series without points tells nothing, nor does one that is not there.
    assert_eq!(of("free tier requests", "gemini-3.8-flash", day), None);
    assert_eq!(page("gcp.gemini", "limits.empty").entries, []);
}

#[test]
fn the_same_use_is_counted_once_also_over_pages() {
    let first = page("gcp.gemini", "usage.requests");
    let Next::Token(token) = first.next.clone() else { panic!("{first:?}") };
    let fixture = fixtures::one("gcp.gemini", "usage.requests_page2");
    let query = Query { page: Some(token.clone()), ..fixture.query.clone() };
    let second = (fixture.stream.parse)(&fixture.body, &query).unwrap();
    let requests = |model: &str| -> u64 {
        let of = charges(&first).into_iter().chain(charges(&second));
        of.filter(|charge| charge.model() == Some(model)).filter_map(|charge| charge.requests).sum()
    };
    // 17 and 20, not twice each: the second page tells them again for the other limit.
    assert_eq!((requests("gemini-3.5-flash"), requests("gemini-3.1-flash-lite")), (37, 204));
    assert_eq!(parameter(&fixture.stream.request(&query), "pageToken"), ["CAEQAA"]);
    let tokens: u64 =
        charges(&page("gcp.gemini", "usage")).iter().filter_map(|c| c.tokens).map(|t| t.input_tokens()).sum();
    assert_eq!(tokens, 47_613 + 90_210 + 1_200);
    // A cursor of Google's own is enough.
    let bare = Query { page: Some(PageToken("CAEQAA".to_owned())), ..fixture.query.clone() };
    assert_eq!(parameter(&fixture.stream.request(&bare), "pageToken"), ["CAEQAA"]);
}

#[test]
fn what_costs_nothing_is_marked_and_what_repeats_is_not_read() {
    let tiers = |name: &str| {
        let page = page("gcp.gemini", name);
        charges(&page).iter().map(|charge| charge.service_tier.clone()).collect::<Vec<_>>()
    };
    assert!(tiers("usage").iter().all(|tier| tier.as_deref() == Some("free")));
    assert_eq!(tiers("usage.paid_requests"), [None]);
    let Source::Parts { parts, .. } = stream("gcp.gemini", "usage").source else { panic!() };
    let list = fixtures::one("gcp.gemini", "parts.usage");
    let parts = parts(&list.body, &list.query).unwrap().parts;
    assert!(
        parts.iter().all(|part| !part.id.contains("_internal") && !part.id.ends_with("/exceeded")),
        "{parts:?}"
    );
    // Whole numbers are text; anything else is no count.
    assert!(changed("gcp.gemini", "usage", "\"1200\"", "\"1200.5\"").is_err());
    assert!(changed("gcp.gemini", "limits", "\"204\"", "\"-204\"").is_err());
}

/// A file as Google makes it, of a key of 2,048 bits.
fn file(change: impl Fn(&mut serde_json::Value)) -> String {
    let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7simulated00\n";
    let mut file = serde_json::json!({
        "type": "service_account",
        "project_id": "gen-lang-client-0417755102",
        "private_key_id": "0123456789abcdef0123456789abcdef01234567",
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{}AAAA==\n-----END PRIVATE KEY-----\n", line.repeat(26)),
        "client_email": "spendglass-reader-of-figures@gen-lang-client-0417755102.iam.gserviceaccount.com",
        "client_id": "104857600000000000000",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    change(&mut file);
    file.to_string()
}

#[test]
fn a_service_accounts_file_becomes_a_secret_that_every_keychain_holds() {
    for provider in ["gcp.gemini", "gcp.billing"] {
        let Intake::File(read) = find(provider).unwrap().keys[0].intake else { panic!("{provider}") };
        let parts = read(&file(|_| {})).unwrap();
        assert_eq!(parts.details.get("project_id").unwrap(), "gen-lang-client-0417755102");
        let names: Vec<_> = parts.secret.keys().map(String::as_str).collect();
        assert_eq!(names, ["client_email", "private_key", "private_key_id"]);
        let key = &parts.secret["private_key"];
        assert!(key.len() > 1_600 && !key.contains(['\n', '-', ' ']), "{} letters", key.len());
        let kept = serde_json::to_string(&parts.secret).unwrap().len();
        assert!(kept < 2_560, "{kept} bytes are more than Windows keeps");
        let refused = |change: fn(&mut serde_json::Value)| read(&file(change)).unwrap_err();
        assert!(refused(|file| file["type"] = "authorized_user".into()).problem.contains("service account"));
        assert_eq!(refused(|file| file["type"] = "external_account".into()).at, "type");
        assert_eq!(refused(|file| file["private_key"] = "none".into()).at, "private_key");
        assert_eq!(refused(|file| file["client_email"] = "".into()).at, "client_email");
        assert_eq!(refused(|file| file["project_id"] = serde_json::Value::Null).at, "project_id");
        assert!(read("no file").is_err());
        // What was taken once can be given again, and is the same.
        let again = read(&serde_json::to_string(&parts.secret).unwrap()).unwrap();
        assert_eq!((again.secret, again.details.len()), (parts.secret, 0));
    }
}

#[test]
fn a_key_of_ai_studio_is_known_and_told_to_see_nothing() {
    let found = recognise("AIzaTn4Yq81LmZx0Rb7Wc5JdMzX01kD8Tn4Yq81");
    let [(provider, kind)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((provider.id, kind.id, kind.sees), ("gcp.gemini", "ai_studio", &[][..]));
    assert!(kind.note.contains("service account"));
}

/// What the town tells of the limits at this moment, as the engine puts it together.
async fn limits(town: &Town, now: &str) -> Vec<QuotaReading> {
    town.set_now(now.parse().unwrap());
    let there = town.providers().into_iter().find(|there| there.id == "gcp.gemini").unwrap();
    let (provider, base) = (find(there.id).unwrap(), BaseUrl::parse(&there.base_url).unwrap());
    let secret = Secret::new(there.key.as_str()).unwrap();
    let details = Details::new(there.details.iter().cloned().collect());
    let net = Net::new(Timeouts::default());
    let token = net.token(provider, &base, &secret, &details, at(now)).await.unwrap();
    let credential = Credential::of_token(&token.body).unwrap();
    let ask =
        async |request: &Request| net.send(provider, &base, &credential, request, at(now)).await.unwrap();
    let stream = stream("gcp.gemini", "limits");
    let Source::Parts { list, parts, .. } = stream.source else { panic!() };
    let question = Query::snapshot(at(now), details.clone());
    let listed = parts(&ask(&list(&question)).await.body, &question).unwrap();
    let mut snapshot = Snapshot::default();
    for part in listed.parts {
        let mut query = Query { part: Some(part), ..question.clone() };
        loop {
            let answer = ask(&stream.request(&query)).await;
            if answer.status == 404 {
                break;
            }
            let page = (stream.parse)(&answer.body, &query).unwrap();
            for reading in quotas(page.entries) {
                snapshot.add_quota(reading);
            }
            match page.next {
                Next::Token(token) => query.page = Some(token),
                _ => break,
            }
        }
    }
    snapshot.quotas
}

#[tokio::test]
async fn the_students_free_tier_is_used_up_by_the_day_of_california() {
    let options = |now: &str| TownOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        person: Person::Student,
        seed: 7,
        now: now.parse().unwrap(),
        faults: Vec::new(),
    };
    // An hour before midnight, just before it and an hour after: on a plain day and where the clocks change.
    let changes = [
        ["2026-09-11T06:00:00Z", "2026-09-11T06:58:00Z", "2026-09-11T08:00:00Z"],
        ["2026-03-09T06:00:00Z", "2026-03-09T06:58:00Z", "2026-03-09T08:00:00Z"],
        ["2026-11-02T07:00:00Z", "2026-11-02T07:58:00Z", "2026-11-02T09:00:00Z"],
    ];
    let resets = [
        ["2026-09-11 12:30 +05:30", "2026-09-12 12:30 +05:30"],
        ["2026-03-09 12:30 +05:30", "2026-03-10 12:30 +05:30"],
        ["2026-11-02 13:30 +05:30", "2026-11-03 13:30 +05:30"],
    ];
    for (moments, [before, after]) in changes.into_iter().zip(resets) {
        let town = serve(options(moments[0])).await.unwrap();
        let mut left = Vec::new();
        for (now, reset) in moments.into_iter().zip([before, before, after]) {
            let readings = limits(&town, now).await;
            let lite = readings.iter().find(|reading| {
                reading.name == "free tier requests"
                    && reading.window == QuotaWindow::Day
                    && reading.model.as_deref() == Some("gemini-3.1-flash-lite")
            });
            let lite = lite.unwrap_or_else(|| panic!("{now}: {readings:?}"));
            assert_eq!(lite.limit, Some(500.into()), "{now}");
            assert_eq!(lite.resets_at.map(in_kolkata).as_deref(), Some(reset), "{now}");
            left.push(lite.limit.unwrap() - lite.used.unwrap());
        }
        assert!(left[1] < left[0], "{moments:?}: {left:?}: the clock goes on, and less is left");
        assert!(
            left[2] > left[1] && left[2] >= 480.into(),
            "{moments:?}: {left:?}: a new day, nearly all is left"
        );
        town.shutdown().await;
    }
}
