//! Newer prices and rates of exchange, fetched where the person wants it. What is fetched is looked over before it counts, and
//! what comes with this version stays behind it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::app::{App, House};
use super::failures::sentence;
use super::forms::wrong;
use super::{ApiError, ErrorCode, Event, PriceRefresh, PriceSource, RatesRefresh};
use crate::exchange::{self, RateFeed};
use crate::net::{FeedUrl, FetchError, Fetched, NetError};
use crate::pricing::{self, PriceBook, PriceList};
use crate::store::PriceChange;
use crate::time::{Date, Timestamp};

/// The file of the list in the data folder: a line about it, then the list as it came.
const FILE: &str = "price-list.json";
const PRICES: &str =
    "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data.json";
const LIST: &str = "genai-prices";
/// The rates of a day, and of the last days where more than a few are missing.
const RATES: &str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml";
const RATES_OF_DAYS: &str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml";
/// Weekends are no gap.
const GAP: i64 = 4;
/// The settings in which the marks of versions and times of tries are kept.
const RATES_TAG: &str = "rates fetched";
const TRIED: &str = "refresh tried";
/// Seconds between two tries that nobody asked for.
const DAY: i64 = 86_400;

/// The list that was read last, by the mark of its file.
#[derive(Debug, Clone, Default)]
pub(super) struct ListMemory(Arc<Mutex<Option<Read>>>);

type Read = ((SystemTime, u64), Option<Kept>);

/// A list that was fetched.
#[derive(Debug, Clone)]
struct Kept {
    note: Note,
    list: Arc<PriceList>,
}

/// What is known of a list that was fetched.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    url: String,
    tag: Option<String>,
    /// The last day on which its address still had it.
    dated: String,
    version: String,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
struct RatesNote {
    url: String,
    tag: Option<String>,
}

impl House {
    /// What prices usage: the person's own prices, the list that was fetched, the one of this version.
    pub(super) async fn book(&self) -> Result<PriceBook, ApiError> {
        let own = self.store.price_corrections().await?;
        Ok(self.lists()?.with_own(own))
    }

    /// The lists alone.
    pub(super) fn lists(&self) -> Result<PriceBook, ApiError> {
        let bundled = PriceBook::bundled();
        Ok(match self.kept()? {
            // A version that is newer than what was fetched before it has the newer list.
            Some(kept) if kept.list.dated() >= bundled.dated() => bundled.with_newer(kept.list),
            _ => bundled.clone(),
        })
    }

    /// The lists as a screen shows them, the newest first.
    pub(super) fn sources(&self, today: Date) -> Result<Vec<PriceSource>, ApiError> {
        let bundled = PriceBook::bundled();
        let mut sources = Vec::new();
        if let Some(kept) = self.kept()?.filter(|kept| kept.list.dated() >= bundled.dated()) {
            sources.push(source(&kept.note, today));
        }
        let dated = bundled.dated().unwrap_or(today);
        sources.push(PriceSource {
            name: LIST.to_owned(),
            version: bundled.version(),
            dated: dated.to_string(),
            age_days: today.days_since(dated),
            url: None,
        });
        Ok(sources)
    }

    /// The list that was fetched. One that is damaged is as good as none: the one of this version is there.
    fn kept(&self) -> Result<Option<Kept>, ApiError> {
        let Some(mark) = self.store.kept_mark(FILE) else { return Ok(None) };
        let lock = || self.list.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, kept)) = lock().as_ref()
            && *known == mark
        {
            return Ok(kept.clone());
        }
        let kept = self.store.kept_file(FILE)?.as_deref().and_then(read);
        *lock() = Some((mark, kept.clone()));
        Ok(kept)
    }
}

/// Reads the kept file: the note, and the list if it is the one that the note is of.
fn read(bytes: &[u8]) -> Option<Kept> {
    let at = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (&bytes[..at], &bytes[at + 1..]);
    let note: Note = serde_json::from_slice(head).ok()?;
    if format!("{:x}", Sha256::digest(body)) != note.sha256 {
        return None;
    }
    let list =
        PriceList::read(std::str::from_utf8(body).ok()?, LIST, &note.version, note.dated.parse().ok()?)
            .ok()?;
    Some(Kept { note, list: Arc::new(list) })
}

fn source(note: &Note, today: Date) -> PriceSource {
    let age_days = note.dated.parse().map_or(0, |dated: Date| today.days_since(dated));
    PriceSource {
        name: LIST.to_owned(),
        version: note.version.clone(),
        dated: note.dated.clone(),
        age_days,
        url: Some(note.url.clone()),
    }
}

impl App {
    /// Fetches the price list; what had no price is priced by it.
    pub(super) async fn refresh_prices(&self, url: Option<String>) -> Result<PriceRefresh, ApiError> {
        let house = self.house().await;
        let url = feed("url", url.or(self.settings().await?.price_feed), PRICES)?;
        self.fetch_prices(&house, &url).await
    }

    async fn fetch_prices(&self, house: &House, url: &FeedUrl) -> Result<PriceRefresh, ApiError> {
        let today = self.now().utc_date();
        let kept = house.kept()?;
        let known = kept.as_ref().filter(|kept| kept.note.url == url.as_str());
        let tag = known.and_then(|kept| kept.note.tag.clone());
        let fetched = house.net.fetch(url, tag.as_deref()).await.map_err(failed)?;
        let (note, body, changed) = match (fetched, known) {
            // It is confirmed as of today: what it had announced for a day up to now holds.
            (Fetched::Same, Some(kept)) => {
                let file = house.store.kept_file(FILE)?.unwrap_or_default();
                let body = file.split(|byte| *byte == b'\n').next().map_or(0, |head| head.len() + 1);
                let body = file.get(body..).unwrap_or_default().to_vec();
                (Note { dated: today.to_string(), ..kept.note.clone() }, body, false)
            }
            (Fetched::Same, None) => {
                let words =
                    "the address says that nothing changed, and nothing of it is known here: try again";
                return Err(ApiError::new(ErrorCode::ProviderChanged, words));
            }
            (Fetched::New { body, tag }, _) => {
                let sha256 = format!("{:x}", Sha256::digest(&body));
                let changed = kept.as_ref().is_none_or(|kept| kept.note.sha256 != sha256);
                let version = format!("feed {}", &sha256[..8]);
                let dated = today.to_string();
                (Note { url: url.as_str().to_owned(), tag, dated, version, sha256 }, body, changed)
            }
        };
        let shape = |error: String| changed_shape(&pricing::PriceFeedError::Shape(error).to_string());
        let text = std::str::from_utf8(&body).map_err(|_| shape("it is not text".to_owned()))?;
        let list =
            PriceList::read(text, LIST, &note.version, today).map_err(|error| shape(error.to_string()))?;
        pricing::sane(&list, PriceBook::bundled(), today)
            .map_err(|error| changed_shape(&error.to_string()))?;
        let head = serde_json::to_vec(&note).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("a note could not be written: {error}"))
        })?;
        house.store.keep_file(FILE, &[&head, b"\n", &body])?;
        let lists = house.lists()?;
        let priced = house.store.change_prices(PriceChange::Newer, |own| lists.with_own(own)).await?;
        self.tell(Event::Changed);
        Ok(PriceRefresh { changed, source: source(&note, today), priced: priced.unwrap_or(0) })
    }

    /// Fetches rates of exchange. What is known of a day stays as it is.
    pub(super) async fn refresh_rates(&self, url: Option<String>) -> Result<RatesRefresh, ApiError> {
        let house = self.house().await;
        let told = url.or(self.settings().await?.rate_feed);
        self.fetch_rates(&house, told).await
    }

    async fn fetch_rates(&self, house: &House, url: Option<String>) -> Result<RatesRefresh, ApiError> {
        let today = self.now().utc_date();
        let known = house.rates().await?;
        let gap = known.dated().is_none_or(|dated| today.days_since(dated) > GAP);
        let url = feed("url", url, if gap { RATES_OF_DAYS } else { RATES })?;
        let note = house.store.setting(RATES_TAG).await?;
        let note = note.and_then(|text| serde_json::from_str::<RatesNote>(&text).ok());
        let tag = note.filter(|note| note.url == url.as_str()).and_then(|note| note.tag);
        let (added, tag) = match house.net.fetch(&url, tag.as_deref()).await.map_err(failed)? {
            Fetched::Same => (0, tag),
            Fetched::New { body, tag } => {
                let shape = RateFeed::recognise(&body).ok_or_else(|| {
                    changed_shape("the answer is not a list of rates: nothing of it was kept")
                })?;
                let points = shape.read(&body).map_err(|error| changed_shape(&error.to_string()))?;
                exchange::sane(&points, &known, today).map_err(|error| changed_shape(&error.to_string()))?;
                // What this version brings along is not kept a second time.
                let bundled = exchange::Rates::bundled().ok();
                let fresh: Vec<_> = points
                    .into_iter()
                    .filter(|point| bundled.is_none_or(|bundled| !bundled.has(point)))
                    .collect();
                (house.store.add_exchange_rates(&fresh).await?, tag)
            }
        };
        let note = RatesNote { url: url.as_str().to_owned(), tag };
        let text = serde_json::to_string(&note).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("a note could not be written: {error}"))
        })?;
        house.store.set_setting(RATES_TAG, &text).await?;
        self.tell(Event::Changed);
        let dated = house.rates().await?.dated().map(|dated| dated.to_string());
        Ok(RatesRefresh { added, dated, url: url.as_str().to_owned() })
    }

    /// Fetches what the settings ask for, once a day. What fails is tried again tomorrow, and what is known stays.
    pub(super) async fn refresh_as_set(&self, house: &House, now: Timestamp) -> Result<(), ApiError> {
        let settings = self.settings().await?;
        if !settings.refresh_prices && !settings.refresh_rates {
            return Ok(());
        }
        let tried = house.store.setting(TRIED).await?.and_then(|at| at.parse::<Timestamp>().ok());
        if tried.is_some_and(|tried| (0..DAY).contains(&now.seconds_since(tried))) {
            return Ok(());
        }
        house.store.set_setting(TRIED, &now.to_string()).await?;
        if settings.refresh_prices {
            let url = feed("url", settings.price_feed, PRICES)?;
            // The state of the lists shows their age wherever they are shown.
            let _ = self.fetch_prices(house, &url).await;
        }
        if settings.refresh_rates {
            let _ = self.fetch_rates(house, settings.rate_feed).await;
        }
        Ok(())
    }
}

fn feed(field: &'static str, url: Option<String>, usual: &str) -> Result<FeedUrl, ApiError> {
    let url = url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    FeedUrl::parse(url.as_deref().unwrap_or(usual)).map_err(|error| wrong(field, error.to_string()))
}

pub(super) fn changed_shape(words: &str) -> ApiError {
    ApiError::new(ErrorCode::ProviderChanged, sentence(words))
}

pub(super) fn failed(error: FetchError) -> ApiError {
    let code = match &error {
        FetchError::TooLarge(_) => ErrorCode::ProviderChanged,
        FetchError::Status { status: 429, .. } => ErrorCode::Wait,
        FetchError::Status { status, .. } if *status < 500 => ErrorCode::ProviderChanged,
        FetchError::Net(NetError::Redirected { .. }) => ErrorCode::BadRequest,
        FetchError::Status { .. } | FetchError::Net(_) => ErrorCode::Unreachable,
    };
    let words = match error {
        FetchError::Net(NetError::Redirected { host, to }) => {
            format!("{host} redirects to {to}: give that address, if it is the right one")
        }
        error => error.to_string(),
    };
    ApiError::new(code, words)
}
