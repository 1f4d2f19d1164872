//! Every stream against the town of pretend providers, which was written from the same contracts by its own lights.

use std::collections::{BTreeMap, BTreeSet};

use spendglass_core::net::{BaseUrl, Credential, Net, Timeouts};
use spendglass_core::providers::{
    ALL, Bucket, Cursor, Details, KeyKind, Next, Page, ParseError, Part, Provider, Query, Request, Source,
    Stream, find,
};
use spendglass_core::time::{Period, Timestamp};
use spendglass_core::vault::Secret;
use spendglass_simulator::{Fault, Person, STREAMS, Town, TownOptions, TownProvider, serve};

use super::bodies::has_path;
use super::fits;

const NOW: &str = "2026-09-10T17:41:09Z";

#[test]
fn the_town_has_every_provider_and_stream() {
    for provider in ALL.iter().filter(|provider| !provider.streams.is_empty()) {
        let id = provider.id;
        let there: BTreeMap<&str, &[&str]> = STREAMS.iter().copied().collect();
        let there = there.get(id).unwrap_or_else(|| panic!("{id} has no handler"));
        let here: BTreeSet<&str> = provider.streams.iter().map(|stream| stream.name).collect();
        let there: BTreeSet<&str> = there.iter().copied().collect();
        assert!(here.is_subset(&there), "{id}: no answer to {:?}", here.difference(&there));
    }
}

/// A provider of the town, asked as the engine asks.
struct Visit {
    provider: &'static Provider,
    base: BaseUrl,
    secret: Secret,
    details: Details,
    net: Net,
    credential: Credential,
}

impl Visit {
    async fn new(there: &TownProvider) -> Option<Visit> {
        let provider = find(there.id)?;
        let base = BaseUrl::parse(&there.base_url).unwrap();
        let (secret, details) = given(there);
        let net = Net::new(Timeouts::default());
        let own = Credential::of(provider.auth, &secret, &details).unwrap();
        let credential = if let Some(credential) = own {
            credential
        } else {
            let answer = net.token(provider, &base, &secret, &details, now()).await.unwrap();
            assert_eq!(answer.status, 200, "{}: {}", provider.id, String::from_utf8_lossy(&answer.body));
            Credential::of_token(&answer.body).unwrap()
        };
        Some(Visit { provider, base, secret, details, net, credential })
    }

    /// The kind of the key, by the check or by its look.
    async fn kind(&self) -> Option<&'static KeyKind> {
        let check = self.provider.check.as_ref()?;
        let body =
            self.ask(&(check.request)(&Query::snapshot(now(), self.details.clone())), &[]).await.unwrap();
        let told = (check.kind)(&body).unwrap_or_else(|error| panic!("{}: {error}", self.provider.id));
        let looks = self.provider.kinds_of(self.secret.expose());
        match told {
            Some(id) => Some(self.provider.key_kind(id).unwrap()),
            None => looks.first().copied().or(self.provider.keys.first()),
        }
    }

    /// The body of an answer; `None` where there is no such thing for this account.
    async fn ask(&self, request: &Request, absent: &[(u16, &str)]) -> Option<Vec<u8>> {
        let mut request = request.clone();
        let answer = loop {
            let sent = self.net.send(self.provider, &self.base, &self.credential, &request, now()).await;
            match sent.unwrap() {
                answer if answer.status == 404 && request.has_older() => request = request.older(),
                answer => break answer,
            }
        };
        let status = (self.provider.meaning)(answer.status, &answer.body);
        if absent.iter().any(|(known, _)| *known == status) {
            return None;
        }
        let words = String::from_utf8_lossy(&answer.body).chars().take(400).collect::<String>();
        assert!((200..300).contains(&status), "{}{}: {status} {words}", self.provider.id, request.path);
        Some(answer.body)
    }

    /// The parts that a stream is read for; one of no name for a stream without parts.
    async fn parts(&self, stream: &Stream, query: &Query) -> Vec<Option<Part>> {
        let Source::Parts { list, parts, .. } = stream.source else { return vec![None] };
        let (mut found, mut query) = (Vec::new(), query.clone());
        for _ in 0..20 {
            let Some(body) = self.ask(&list(&query), stream.absent).await else { return found };
            let page = parts(&body, &query).unwrap();
            found.extend(page.parts.into_iter().map(Some));
            match page.next {
                Next::End => return found,
                Next::Token(token) => query.page = Some(token),
                Next::Missing => panic!("{}/{}: a list without an end", self.provider.id, stream.name),
            }
        }
        panic!("{}/{}: the list of parts does not end", self.provider.id, stream.name);
    }

    /// Reads all pages of a window; the number of entries, each of which fits.
    async fn read(&self, stream: &'static Stream, question: &Query) -> usize {
        let id = format!("{}/{}", self.provider.id, stream.name);
        let mut entries = 0;
        for part in self.parts(stream, question).await {
            let mut query = Query { part, ..question.clone() };
            for pages in 0.. {
                assert!(pages < 100, "{id} does not end");
                let Some(body) = self.ask(&stream.request(&query), stream.absent).await else { break };
                let page = (stream.parse)(&body, &query).unwrap_or_else(|error| panic!("{id}: {error}"));
                entries += page.entries.len();
                page.entries.iter().for_each(|entry| fits(&id, stream, &query, entry));
                match page.next {
                    Next::End => break,
                    Next::Token(token) => query.page = Some(token),
                    Next::Missing => panic!("{id}: more is promised, without a cursor"),
                }
            }
        }
        entries
    }

    /// The first page of each window, of the first part that has one.
    async fn first_pages(&self, stream: &'static Stream) -> Vec<Result<Page, ParseError>> {
        let mut pages = Vec::new();
        for query in queries(stream, &self.details) {
            for part in self.parts(stream, &query).await.into_iter().take(1) {
                let query = Query { part, ..query.clone() };
                if let Some(body) = self.ask(&stream.request(&query), stream.absent).await {
                    pages.push((stream.parse)(&body, &query));
                }
            }
        }
        pages
    }
}

/// The key and what is told beside it.
fn given(there: &TownProvider) -> (Secret, Details) {
    (Secret::new(there.key.as_str()).unwrap(), Details::new(there.details.iter().cloned().collect()))
}

#[tokio::test]
async fn every_stream_of_the_town_is_read_to_its_end() {
    let mut unread: BTreeSet<String> =
        super::streams().map(|(provider, stream)| format!("{}/{}", provider.id, stream.name)).collect();
    for person in [Person::Freelancer, Person::Student, Person::Team] {
        let town = open(person).await;
        let mut entries = 0;
        for there in town.providers() {
            let Some(visit) = Visit::new(&there).await else { continue };
            let Some(kind) = visit.kind().await else { continue };
            for stream in visit.provider.streams.iter().filter(|stream| kind.sees.contains(&stream.sees)) {
                for query in queries(stream, &visit.details) {
                    let read = visit.read(stream, &query).await;
                    entries += read;
                    if read > 0 {
                        unread.remove(&format!("{}/{}", visit.provider.id, stream.name));
                    }
                }
            }
        }
        assert!(entries > 100, "{person:?} did nearly nothing: {entries} entries");
        town.shutdown().await;
    }
    assert!(unread.is_empty(), "nobody in town had an entry of {unread:?}");
}

/// The figures that the town can spoil in the first pages of a stream.
const SPOILED: [&str; 6] =
    ["wrong-shape", "not-json", "unknown-currency", "negative-count", "outside-window", "huge-number"];

#[tokio::test]
async fn what_the_town_can_spoil_is_refused_with_its_place() {
    let town = open(Person::Team).await;
    for there in town.providers() {
        let Some(visit) = Visit::new(&there).await else { continue };
        let Some(kind) = visit.kind().await else { continue };
        for stream in visit.provider.streams.iter().filter(|stream| kind.sees.contains(&stream.sees)) {
            let id = format!("{}/{}", visit.provider.id, stream.name);
            let clean = visit.first_pages(stream).await;
            assert!(clean.iter().all(Result::is_ok), "{id}: {clean:?}");
            if clean.is_empty() {
                continue;
            }
            for kind in SPOILED {
                // What makes no sense for a stream is no fault of it.
                let Ok(fault) = format!("{id}={kind}").parse::<Fault>() else { continue };
                town.set_faults(vec![fault]);
                let pages = visit.first_pages(stream).await;
                let errors: Vec<_> = pages.into_iter().filter_map(Result::err).collect();
                assert!(!errors.is_empty(), "{id}={kind}: nothing was spoiled, or it was not seen");
                assert!(errors.iter().all(has_path), "{id}={kind}: {errors:?}");
            }
            if let Ok(fault) = format!("{id}=missing-cursor").parse::<Fault>() {
                town.set_faults(vec![fault]);
                let pages = visit.first_pages(stream).await;
                assert!(pages.into_iter().all(|page| page.unwrap().next == Next::Missing), "{id}");
            }
            town.set_faults(vec![format!("{id}=unknown-field").parse().unwrap()]);
            assert_eq!(visit.first_pages(stream).await, clean, "{id}: an unknown field is ignored");
            town.set_faults(Vec::new());
        }
    }
    town.shutdown().await;
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
fn queries(stream: &Stream, details: &Details) -> Vec<Query> {
    let today = now().utc_date();
    let query = |from: i64, to: i64, bucket| Query {
        window: Period::utc_days(today.plus_days(from), today.plus_days(to)).unwrap(),
        bucket,
        page: None,
        observed_at: now(),
        part: None,
        details: details.clone(),
    };
    match stream.cursor {
        Cursor::Snapshot => vec![query(0, 1, Bucket::Day)],
        Cursor::Daily { slice, today, .. } => {
            let end = i64::from(today);
            vec![query(end - i64::from(slice.0), end, Bucket::Day)]
        }
        Cursor::Monthly { today: told, .. } => {
            let first = today.month_start().days_since(today);
            let before = today.plus_days(first - 1).month_start().days_since(today);
            vec![query(before, first, Bucket::Day), query(first, i64::from(told), Bucket::Day)]
        }
        Cursor::Hourly { recent_slice, slice, .. } => {
            let start = -i64::from(slice.0) - 31;
            vec![query(1 - i64::from(recent_slice.0), 1, Bucket::Hour), query(start, -31, Bucket::Day)]
        }
    }
}
