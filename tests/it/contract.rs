//! What every provider keeps to. A provider that is added to `ALL` is held to all of this without a line here.

mod bodies;
mod keys;
mod mutations;
mod pages;
mod readme;
mod requests;
mod town;
mod values;

use std::fs;

use expect_test::expect_file;
use spendglass_core::ledger::{Balance, Charge, CreditGrant, Name, QuotaReading, Subscription};
use spendglass_core::money::Currency;
use spendglass_core::providers::{ALL, Cursor, Entry, Page, Parts, Query, Sees, Source, Stream};
use spendglass_core::time::Period;

use crate::fixtures::{self, Fixture, Said, answers, golden, golden_folder, is_of, lists};
use keys::key_shaped;

fn said(fixture: &Fixture) -> Said {
    fixture.read(&fixture.body).unwrap_or_else(|error| panic!("{}: {error}", fixture.id()))
}

fn page(fixture: &Fixture) -> Page {
    fixture.parse().unwrap_or_else(|error| panic!("{}: {error}", fixture.id()))
}

/// Every recorded answer, lists of parts included.
fn every_answer() -> impl Iterator<Item = &'static Fixture> {
    fixtures::all().iter().chain(fixtures::all_lists())
}

fn streams() -> impl Iterator<Item = (&'static spendglass_core::providers::Provider, &'static Stream)> {
    ALL.iter().flat_map(|provider| provider.streams.iter().map(move |stream| (*provider, stream)))
}

#[test]
fn every_answer_parses_to_its_golden_file_and_twice_to_the_same() {
    for (provider, stream) in streams() {
        let (found, lists) = (fixtures::of(provider, stream), fixtures::lists_of(provider, stream));
        let id = format!("{}/{}", provider.id, stream.name);
        assert!(
            found.iter().any(|fixture| fixture.name == stream.name),
            "tests/fixtures/{id}.json is missing"
        );
        let has_parts = matches!(stream.source, Source::Parts { .. });
        assert!(
            has_parts == lists.iter().any(|fixture| fixture.name == format!("parts.{}", stream.name)),
            "tests/fixtures/{}/parts.{}.json: a stream with parts has a list of them, another has none",
            provider.id,
            stream.name
        );
        let entries: usize = found.iter().map(|fixture| page(fixture).entries.len()).sum();
        assert!(entries > 0, "{id}: no fixture holds an entry");
        assert!(
            !has_parts || lists.iter().any(|list| !said(list).is_empty()),
            "{id}: no fixture lists a part"
        );
        for fixture in found.into_iter().chain(lists) {
            assert!(
                fixture.lists || has_parts || fixture.query.part.is_none(),
                "{}: has no parts",
                fixture.id()
            );
            let first = said(&fixture);
            assert_eq!(first, said(&fixture), "{}: reading twice differs", fixture.id());
            expect_file![golden(provider, &fixture.name)].assert_eq(&fixtures::dump(&first));
        }
    }
}

#[test]
fn every_entry_fits_its_window_and_stream() {
    for fixture in every_answer() {
        all_fit(&fixture.id(), fixture.stream, &fixture.query, &said(fixture));
    }
}

/// What must hold of all that an answer says, from a fixture as from a mutation of one.
fn all_fit(id: &str, stream: &Stream, query: &Query, said: &Said) {
    match said {
        Said::Page(page) => page.entries.iter().for_each(|entry| fits(id, stream, query, entry)),
        Said::Parts(Parts { parts, .. }) => {
            for part in parts {
                assert!(!part.id.is_empty() && part.name.as_deref() != Some(""), "{id}: {part:?}");
            }
        }
    }
}

fn fits(id: &str, stream: &Stream, query: &Query, entry: &Entry) {
    let known = |currency: Currency| currency.as_str().parse::<Currency>() == Ok(currency);
    let now = query.observed_at;
    match (entry, stream.cursor) {
        (Entry::Charge(_), Cursor::Snapshot) => panic!("{id}: a snapshot told {entry:?}"),
        (Entry::Charge(charge), _) => {
            assert!(
                matches!(stream.sees, Sees::Cost | Sees::Usage),
                "{id}: {:?} told {entry:?}",
                stream.sees
            );
            let Charge { charge_period: Period { start, end }, billed_cost, .. } = charge;
            assert!(start < end, "{id}: an empty period");
            assert!(query.window.holds(&charge.charge_period), "{id}: {} is outside", charge.charge_period);
            assert_eq!(end.seconds_since(*start), query.bucket.seconds(), "{id}: not the bucket asked for");
            assert_eq!(start.unix() % query.bucket.seconds(), 0, "{id}: not cut in UTC");
            assert!(billed_cost.is_none_or(|cost| known(cost.currency)), "{id}: {billed_cost:?}");
            assert_eq!(charge.list_cost, None, "{id}: only pricing makes a list cost");
            assert!(
                stream.sees != Sees::Usage || billed_cost.is_none(),
                "{id}: usage without money must not claim any"
            );
            let told =
                charge.tokens.is_some() || charge.consumed_quantity.is_some() || charge.requests.is_some();
            assert!(billed_cost.is_some() || told, "{id}: a charge of nothing");
        }
        (_, Cursor::Daily { .. } | Cursor::Monthly { .. } | Cursor::Hourly { .. }) => {
            panic!("{id}: a stream of charges told {entry:?}")
        }
        (Entry::Balance(Balance { observed_at, amount, .. }), Cursor::Snapshot) => {
            assert!(known(amount.currency) && *observed_at == now, "{id}: {entry:?}");
        }
        (Entry::Quota(QuotaReading { observed_at, unit, resets_at, name, .. }), Cursor::Snapshot) => {
            assert_eq!(*observed_at, now, "{id}");
            assert!(known(*unit) && !name.is_empty(), "{id}: {name:?} in {unit}");
            assert!(resets_at.is_none_or(|at| at > now), "{id}: {name} was reset already (Query::upcoming)");
        }
        (Entry::Grant(CreditGrant { id: lot, currency, observed_at, .. }), Cursor::Snapshot) => {
            assert!(known(*currency) && !lot.is_empty() && *observed_at == now, "{id}: {entry:?}");
        }
        (Entry::Subscription(Subscription { plan, price, observed_at, .. }), Cursor::Snapshot) => {
            assert!(!plan.is_empty() && *observed_at == now, "{id}: {entry:?}");
            assert!(price.is_none_or(|price| known(price.currency)), "{id}: {entry:?}");
        }
        (Entry::Name(Name { id: of, name, .. }), Cursor::Snapshot) => {
            assert!(!of.is_empty() && !name.is_empty(), "{id}: {entry:?}");
        }
    }
}

#[test]
fn checks_and_errors_are_read() {
    for provider in ALL {
        let Some(check) = &provider.check else { continue };
        let names = answers(provider);
        for kind in ["check", "error"] {
            assert!(names.iter().any(|name| is_of(name, kind)), "{}: no {kind}.json", provider.id);
        }
        for name in &names {
            let body = fixtures::read(provider, name);
            if is_of(name, "check") {
                let kind =
                    (check.kind)(&body).unwrap_or_else(|error| panic!("{}/{name}: {error}", provider.id));
                assert!(
                    kind.is_none_or(|kind| provider.key_kind(kind).is_some()),
                    "{name}: no such kind {kind:?}"
                );
                let kind = kind.unwrap_or("by its prefix");
                expect_file![golden(provider, name)].assert_eq(&format!("key kind: {kind}\n"));
            } else if is_of(name, "error") {
                let words = (provider.error_message)(&body).unwrap_or_default();
                assert!(
                    !words.is_empty() && key_shaped(&words).is_none(),
                    "{}/{name}: {words:?}",
                    provider.id
                );
                assert!(!words.contains("**"), "{name}: a masked key is a part of a key: {words:?}");
                expect_file![golden(provider, name)].assert_eq(&format!("{words}\n"));
            } else {
                let known = provider
                    .streams
                    .iter()
                    .any(|stream| is_of(name, stream.name) || lists(name, stream.name));
                assert!(known, "{}/{name}.json belongs to no stream", provider.id);
            }
        }
        for body in
            ["", "<html>", "{}", "[]", "null", "{\"error\":null}", "{\"error\":{\"message\":7}}", "\u{0}"]
        {
            let words = (provider.error_message)(body.as_bytes());
            assert_eq!(words, None, "{}: {body:?} says nothing", provider.id);
        }
    }
}

#[test]
fn a_good_answer_means_what_its_status_says() {
    for provider in ALL.iter().filter(|provider| provider.check.is_some()) {
        for name in answers(provider) {
            let body = fixtures::read(provider, &name);
            if !is_of(&name, "error") {
                assert_eq!((provider.meaning)(200, &body), 200, "{}/{name}", provider.id);
            }
        }
        for status in [200, 400, 401, 403, 404, 429, 500, 503] {
            for body in ["", "[]", "null", "\u{0}"] {
                let meant = (provider.meaning)(status, body.as_bytes());
                assert_eq!(meant, status, "{}: {body:?} says nothing", provider.id);
            }
        }
    }
}

#[test]
fn no_golden_file_is_left_over() {
    for provider in ALL.iter().filter(|provider| provider.check.is_some()) {
        for entry in fs::read_dir(golden_folder(provider)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let stem = name.strip_suffix(".txt").unwrap_or_else(|| panic!("{name} is no golden file"));
            assert!(
                answers(provider).iter().any(|answer| answer == stem),
                "{}/{name}: no fixture",
                provider.id
            );
        }
    }
}
