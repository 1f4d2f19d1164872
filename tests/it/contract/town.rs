//! Every stream against the town of pretend providers, which was written from the same contracts by its own lights.

use std::collections::{BTreeMap, BTreeSet};

use spendglass_core::providers::{
    ALL, Auth, Bucket, Cursor, Next, Page, PageToken, ParseError, Provider, Query, Request, Source, Stream,
};
use spendglass_core::time::{Period, Timestamp};
use spendglass_simulator::{Fault, Person, STREAMS, Town, TownOptions, TownProvider, serve};

use super::{fits, has_path};

const NOW: &str = "2026-09-10T17:41:09Z";

#[test]
fn the_town_has_every_provider_and_stream() {
    let here: BTreeMap<&str, BTreeSet<&str>> = ALL
        .iter()
        .map(|provider| (provider.id, provider.streams.iter().map(|stream| stream.name).collect()))
        .collect();
    for (id, names) in here {
        let there = STREAMS.iter().find(|(known, _)| *known == id).map(|(_, names)| *names);
        let there: BTreeSet<&str> =
            there.unwrap_or_else(|| panic!("{id} has no handler")).iter().copied().collect();
        assert!(names.is_subset(&there), "{id}: no answer to {:?}", names.difference(&there));
    }
}

#[tokio::test]
async fn every_stream_of_the_town_is_read_to_its_end() {
    for person in [Person::Freelancer, Person::Student, Person::Team] {
        let town = open(person).await;
        let mut entries = 0;
        for there in town.providers() {
            let Some(provider) = ALL.iter().find(|provider| provider.id == there.id) else { continue };
            for stream in provider.streams {
                for query in queries(stream) {
                    entries += read(provider, stream, &there, query).await;
                }
            }
            let body = ask(provider, &there.base_url, &there.key, &(provider.check.request)(now())).await;
            let kind = (provider.check.kind)(&body).unwrap();
            assert!(kind.is_none_or(|kind| provider.key_kind(kind).is_some()), "{}: {kind:?}", provider.id);
        }
        assert!(entries > 100, "{person:?} did nearly nothing: {entries} entries");
        town.shutdown().await;
    }
}

/// The figures that the town can spoil in the first pages of a stream.
const SPOILED: [&str; 6] =
    ["wrong-shape", "not-json", "unknown-currency", "negative-count", "outside-window", "huge-number"];

#[tokio::test]
async fn what_the_town_can_spoil_is_refused_with_its_place() {
    let town = open(Person::Team).await;
    for there in town.providers() {
        let Some(provider) = ALL.iter().find(|provider| provider.id == there.id) else { continue };
        for stream in provider.streams {
            let id = format!("{}/{}", provider.id, stream.name);
            let clean = first_pages(provider, stream, &there).await;
            assert!(clean.iter().all(Result::is_ok), "{id}: {clean:?}");
            for kind in SPOILED {
                // What makes no sense for a stream is no fault of it.
                let Ok(fault) = format!("{id}={kind}").parse::<Fault>() else { continue };
                town.set_faults(vec![fault]);
                let pages = first_pages(provider, stream, &there).await;
                let errors: Vec<_> = pages.into_iter().filter_map(Result::err).collect();
                assert!(!errors.is_empty(), "{id}={kind}: nothing was spoiled, or it was not seen");
                assert!(errors.iter().all(has_path), "{id}={kind}: {errors:?}");
            }
            if let Ok(fault) = format!("{id}=missing-cursor").parse::<Fault>() {
                town.set_faults(vec![fault]);
                let pages = first_pages(provider, stream, &there).await;
                assert!(pages.into_iter().all(|page| page.unwrap().next == Next::Missing), "{id}");
            }
            town.set_faults(vec![format!("{id}=unknown-field").parse().unwrap()]);
            assert_eq!(
                first_pages(provider, stream, &there).await,
                clean,
                "{id}: an unknown field is ignored"
            );
            town.set_faults(Vec::new());
        }
    }
    town.shutdown().await;
}

async fn first_pages(
    provider: &Provider,
    stream: &Stream,
    there: &TownProvider,
) -> Vec<Result<Page, ParseError>> {
    let Source::Http(request) = stream.source;
    let mut pages = Vec::new();
    for query in queries(stream) {
        let body = ask(provider, &there.base_url, &there.key, &request(&query)).await;
        pages.push((stream.parse)(&body, &query));
    }
    pages
}

async fn open(person: Person) -> Town {
    let listen = "127.0.0.1:0".parse().unwrap();
    let options = TownOptions { listen, person, seed: 7, now: NOW.parse().unwrap(), faults: Vec::new() };
    serve(options).await.unwrap()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A few windows of a stream, as its cursor cuts them.
fn queries(stream: &Stream) -> Vec<Query> {
    let today = now().utc_date();
    let query = |from: i64, to: i64, bucket| Query {
        window: Period::utc_days(today.plus_days(from), today.plus_days(to)).unwrap(),
        bucket,
        page: None,
        observed_at: now(),
    };
    match stream.cursor {
        Cursor::Snapshot => vec![query(0, 1, Bucket::Day)],
        Cursor::Daily { slice, today, .. } => {
            let end = i64::from(today);
            vec![query(end - i64::from(slice.0), end, Bucket::Day)]
        }
        Cursor::Hourly { recent_slice, slice, .. } => {
            let start = -i64::from(slice.0) - 31;
            vec![query(1 - i64::from(recent_slice.0), 1, Bucket::Hour), query(start, -31, Bucket::Day)]
        }
    }
}

/// Reads all pages of a window; the number of entries, each of which fits.
async fn read(provider: &Provider, stream: &'static Stream, there: &TownProvider, mut query: Query) -> usize {
    let Source::Http(request) = stream.source;
    let mut entries = 0;
    for _ in 0..100 {
        let body = ask(provider, &there.base_url, &there.key, &request(&query)).await;
        let page: Page = (stream.parse)(&body, &query)
            .unwrap_or_else(|error| panic!("{}/{}: {error}", provider.id, stream.name));
        entries += page.entries.len();
        let id = format!("{}/{}", provider.id, stream.name);
        page.entries.iter().for_each(|entry| fits(&id, stream, &query, entry));
        match page.next {
            Next::End => return entries,
            Next::Token(PageToken(token)) => query.page = Some(PageToken(token)),
            Next::Missing => panic!("{id}: more is promised, without a cursor"),
        }
    }
    panic!("{}/{} does not end", provider.id, stream.name);
}

async fn ask(provider: &Provider, base: &str, key: &str, request: &Request) -> Vec<u8> {
    let mut sent = reqwest::Client::new().get(format!("{base}{}", request.path)).query(&request.query);
    sent = match provider.auth {
        Auth::Bearer => sent.bearer_auth(key),
        Auth::Header(name) => sent.header(name, key),
    };
    for (name, value) in provider.headers {
        sent = sent.header(*name, *value);
    }
    let answer = sent.header("user-agent", "Spendglass/test").send().await.unwrap();
    let status = answer.status();
    let body = answer.bytes().await.unwrap().to_vec();
    assert!(
        status.is_success(),
        "{}{}: {status} {}",
        provider.id,
        request.path,
        String::from_utf8_lossy(&body)
    );
    body
}
