//! Where the page may lead: to itself, and by the person's own browser to the pages on which keys are made and to those that the
//! core named as the source of a figure.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use spendglass_core::api::{ProviderRow, Request, Response};
use tauri::{AppHandle, Manager, Url};

use crate::door::Door;

/// Whether the address is that of the page that came with this program.
pub(crate) fn is_own_page(url: &Url) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) => cfg!(not(windows)),
        // On Windows the page has an http address; in development it comes from Vite.
        ("http" | "https", Some("tauri.localhost")) => cfg!(windows),
        ("http", Some("127.0.0.1")) => tauri::is_dev() && url.port() == Some(1420),
        _ => false,
    }
}

/// What the core named as sources of figures.
#[derive(Default)]
pub(crate) struct Sources(Mutex<BTreeSet<String>>);

impl Sources {
    /// Learns those of an answer.
    pub(crate) fn learn(&self, answer: &Response) {
        let named: Vec<&String> = match answer {
            Response::Limits(told) => told.rows.iter().filter_map(|row| row.source.url.as_ref()).collect(),
            Response::Credits(told) => told.lots.iter().filter_map(|lot| lot.rule_source.as_ref()).collect(),
            Response::Savings(told) => told.rows.iter().flat_map(|row| &row.sources).collect(),
            Response::Estimate(told) => told.models.iter().flat_map(|model| &model.counted.sources).collect(),
            Response::Plans(told) => {
                let figures = told.options.iter().flat_map(|option| &option.sources);
                let steps = told.options.iter().flat_map(|option| &option.landed);
                figures
                    .flat_map(|figure| &figure.sources)
                    .chain(steps.filter_map(|step| step.source.as_ref()))
                    .collect()
            }
            _ => return,
        };
        let mut known = self.known();
        for source in named {
            if !known.contains(source) {
                known.insert(source.clone());
            }
        }
    }

    /// Forgets them all.
    pub(crate) fn forget(&self) {
        self.known().clear();
    }

    /// Whether the address is one of them as it stands.
    fn hold(&self, url: &Url) -> bool {
        url.scheme() == "https" && self.known().iter().any(|known| Url::parse(known).as_ref() == Ok(url))
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the address in the person's browser where it is a page on which a provider's keys are made, or the source of a figure.
/// Nothing else is opened: a page that was led astray could carry figures out in an address. (What a list of plans that was fetched
/// names as a source is one.)
pub(crate) fn open(app: &AppHandle, url: &Url) {
    let (app, url) = (app.clone(), url.clone());
    tauri::async_runtime::spawn(async move {
        let door = app.state::<Door>();
        let Ok(Response::Providers(providers)) = door.ask(&app, Request::Providers).await else { return };
        if !makes_keys(&providers, &url) && !app.state::<Sources>().hold(&url) {
            eprintln!(
                "spendglass-app: a link that leads elsewhere than to the source of a figure was not opened"
            );
        } else if let Ok(Err(error)) =
            tauri::async_runtime::spawn_blocking(move || open_with_system(url.as_str())).await
        {
            eprintln!("spendglass-app: no browser could be opened: {error}");
        }
    });
}

/// Opens an address or a folder with what the person uses for it.
pub(crate) fn open_with_system(what: impl AsRef<OsStr>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    return crate::plain::open(what);
    #[cfg(not(target_os = "linux"))]
    ::open::that_detached(what)
}

fn makes_keys(providers: &[ProviderRow], url: &Url) -> bool {
    let mut pages = providers.iter().flat_map(|provider| &provider.keys).map(|kind| &kind.made_at);
    url.scheme() == "https" && pages.any(|page| Url::parse(page).as_ref() == Ok(url))
}

#[cfg(test)]
mod tests {
    use spendglass_core::api::{KeyIntake, KeyKindRow};

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_the_programs_own_page_is_shown() {
        assert_eq!(is_own_page(&url("tauri://localhost/index.html")), cfg!(not(windows)));
        for other in [
            "https://example.com/",
            "http://localhost/",
            "tauri://example.com/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
        ] {
            assert!(!is_own_page(&url(other)), "{other}");
        }
    }

    #[test]
    fn only_a_page_that_makes_keys_is_opened_and_only_as_it_stands() {
        let kind = |made_at: &str| KeyKindRow {
            id: "admin".to_owned(),
            name: "Admin key".to_owned(),
            prefixes: vec![],
            sees: vec![],
            made_at: made_at.to_owned(),
            note: String::new(),
            intake: KeyIntake::Text,
            fields: vec![],
            details: vec![],
            cost: String::new(),
            terms: String::new(),
        };
        let providers = [ProviderRow {
            id: "openai".to_owned(),
            name: "OpenAI".to_owned(),
            base_url: "https://api.example.com/v1".to_owned(),
            keys: vec![kind("https://console.example.com/keys"), kind("http://plain.example.com/keys")],
            latency: String::new(),
            lacks: String::new(),
            streams: vec![],
        }];
        assert!(makes_keys(&providers, &url("https://console.example.com/keys")));
        for other in [
            "https://console.example.com/keys?spent=12",
            "https://console.example.com/keys/..",
            "https://console.example.com.evil.com/keys",
            "https://user@console.example.com/keys",
            "http://console.example.com/keys",
            "http://plain.example.com/keys",
            "file:///keys",
        ] {
            assert!(!makes_keys(&providers, &url(other)), "{other}");
        }
    }
}
