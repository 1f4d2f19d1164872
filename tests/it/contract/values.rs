//! What a provider says of itself: ids, names, places, cursors, and sentences that are sentences.

use std::collections::BTreeSet;

use spendglass_core::money::Currency;
use spendglass_core::providers::{ALL, Auth, Cursor, find};
use url::Url;

use super::streams;

pub(super) fn plain(name: &str, also: char) -> bool {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == also;
    !name.is_empty() && name.chars().all(ok)
}

#[test]
fn ids_and_names_are_unique_and_plain() {
    let mut ids = BTreeSet::new();
    for provider in ALL {
        let id = provider.id;
        assert!(plain(id, '.') && !id.contains(".."), "{id:?} is no plain id");
        assert!(ids.insert(id), "{id} is listed twice");
        assert_eq!(find(id).map(|found| found.name), Some(provider.name));
        assert!(!provider.name.trim().is_empty());
        assert!(
            provider.lacks.is_empty() || provider.lacks.ends_with('.'),
            "{id}: what it lacks is a sentence"
        );
        let mut names = BTreeSet::from(["check", "error", "parts"]);
        for stream in provider.streams {
            assert!(plain(stream.name, '_'), "{id}: {:?} is no plain name", stream.name);
            assert!(names.insert(stream.name), "{id}: {} is listed twice, or reserved", stream.name);
        }
    }
}

#[test]
fn a_provider_has_streams_and_a_check_or_says_why_not() {
    for provider in ALL {
        let id = provider.id;
        if provider.streams.is_empty() {
            assert!(provider.check.is_none(), "{id}: nothing to read, so nothing to check");
            assert!(provider.keys.iter().all(|kind| kind.sees.is_empty()), "{id}: a key that sees nothing");
            assert!(provider.lacks.len() > 60, "{id}: say what is missing, and the best other way in");
        } else {
            assert!(provider.check.is_some(), "{id}: keys are checked before they are kept");
            assert!(provider.latency.ends_with('.'), "{id}: the latency is a sentence");
        }
    }
}

#[test]
fn places_are_https_and_whole() {
    let place = |id: &str, text: &str| {
        let url = Url::parse(text).unwrap_or_else(|error| panic!("{id}: {text}: {error}"));
        assert_eq!(url.scheme(), "https", "{id}: {text}");
        assert!(url.has_host() && url.username().is_empty() && url.password().is_none(), "{id}: {text}");
        assert!(url.query().is_none() && url.fragment().is_none() && !text.ends_with('/'), "{id}: {text}");
    };
    for provider in ALL {
        let id = provider.id;
        if !provider.base_url.is_empty() {
            place(id, provider.base_url);
        }
        provider.origins.iter().for_each(|origin| place(id, origin));
        let mut regions = BTreeSet::new();
        for region in provider.regions {
            assert!(plain(region.id, '_') || plain(region.id, '-'), "{id}: region {:?}", region.id);
            assert!(regions.insert(region.id) && !region.name.is_empty(), "{id}: region {}", region.id);
            place(id, region.base_url);
            let known = region.currency.is_empty() || Currency::national(region.currency).is_ok();
            assert!(known, "{id}: region {} bills in {:?}", region.id, region.currency);
        }
        if let (Some(usual), false) = (provider.regions.first(), provider.base_url.is_empty()) {
            assert_eq!(provider.base_url, usual.base_url, "{id}: the first region is the usual one");
        }
        if let Auth::ServiceAccount { token_url, .. } | Auth::ClientCredentials { token_url, .. } =
            provider.auth
        {
            place(id, &token_url.replace(['{', '}'], ""));
        }
    }
}

#[test]
fn cursors_can_be_followed() {
    for (provider, stream) in streams() {
        let fits = match stream.cursor {
            Cursor::Snapshot => true,
            Cursor::Daily { history, lookback, slice, .. } => {
                lookback <= history && slice.0 > 0 && slice <= history
            }
            Cursor::Monthly { history, lookback, .. } => lookback <= history && history.0 > 0,
            Cursor::Hourly { recent, recent_slice, history, lookback, slice } => {
                recent <= history
                    && lookback <= recent
                    && recent_slice.0 > 0
                    && recent_slice <= recent
                    && slice.0 > 0
                    && slice <= history
            }
        };
        assert!(fits, "{}/{}: {:?}", provider.id, stream.name, stream.cursor);
        assert!((0..=86_400).contains(&stream.floor), "{}/{}: floor", provider.id, stream.name);
        for (status, words) in stream.absent {
            let at = format!("{}/{}: {status} {words:?}", provider.id, stream.name);
            assert!((400..500).contains(status) && *status != 401 && *status != 429, "{at} is no absence");
            assert!(words.len() > 15 && words.ends_with('.'), "{at} is no sentence");
        }
    }
}
