//! The calendar at an address of this machine, to which calendar programs subscribe.
//!
//! The path is a long random word: who knows it may read. Only this machine is listened to, under this machine's own names, so
//! that a page of a browser cannot reach it by a name of its own that leads here.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, HeaderValue, IF_NONE_MATCH, RETRY_AFTER,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::app::App;
use super::{ApiError, CalendarAddress, ErrorCode, Event};

const SETTING: &str = "calendar_address";
/// Whether the port was taken when it was last tried: programs that do not serve tell of it, too.
const TAKEN: &str = "calendar_port_taken";
/// How long to wait for a port that another program has.
const AGAIN: Duration = Duration::from_secs(3);
/// How often it is looked whether another program turned the address on or off, or gave it up.
const LOOK: Duration = Duration::from_secs(30);
/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// Clients that are answered at once.
const CLIENTS: usize = 8;

/// Where the calendar is served. Without a word in its path it is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    port: u16,
    word: Option<String>,
}

impl Place {
    fn path(&self) -> Option<String> {
        self.word.as_ref().map(|word| format!("/{word}.ics"))
    }

    fn address(&self, taken: bool) -> CalendarAddress {
        let url = self.path().map(|path| format!("http://127.0.0.1:{}{path}", self.port));
        let problem = (taken && url.is_some()).then(|| {
            format!(
                "Another program has port {} of this machine, so the calendar is not answered there. It is as soon as that \
                 program ends; or turn the address off and on again for a new port, and subscribe anew.",
                self.port
            )
        });
        CalendarAddress { on: url.is_some(), url, problem }
    }
}

/// 128 random bits of the operating system, as hexadecimal digits.
pub(super) fn random() -> Result<String, ApiError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        let words = format!("the operating system gives no random numbers ({error}): try again");
        ApiError::new(ErrorCode::Internal, words)
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

impl App {
    pub(super) async fn calendar_address(&self) -> Result<CalendarAddress, ApiError> {
        let taken = self.is_port_taken().await?;
        Ok(self.place().await?.address(taken))
    }

    /// Turns the address on, under a word of its own each time, or off: the old word is then worth nothing.
    pub(super) async fn set_calendar_address(&self, on: bool) -> Result<CalendarAddress, ApiError> {
        let mut place = self.place().await?;
        if on && place.word.is_none() {
            place.word = Some(format!("{}{}", random()?, random()?));
            // The port that programs know stays, unless another program sits on it.
            if place.port == 0 || self.is_port_taken().await? {
                place.port = free_port().await?;
                self.note_port(false).await?;
            }
        } else if !on {
            place.word = None;
        }
        self.set_place(&place).await?;
        self.tell(Event::Changed);
        let taken = self.is_port_taken().await?;
        Ok(place.address(taken))
    }

    async fn is_port_taken(&self) -> Result<bool, ApiError> {
        Ok(self.own_store().setting(TAKEN).await?.is_some_and(|taken| taken == "true"))
    }

    async fn note_port(&self, taken: bool) -> Result<(), ApiError> {
        if self.is_port_taken().await? != taken {
            self.own_store().set_setting(TAKEN, if taken { "true" } else { "false" }).await?;
            self.tell(Event::Changed);
        }
        Ok(())
    }

    async fn place(&self) -> Result<Place, ApiError> {
        let kept = self.own_store().setting(SETTING).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    async fn set_place(&self, place: &Place) -> Result<(), ApiError> {
        let text = serde_json::to_string(place).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("the address could not be written: {error}"))
        })?;
        Ok(self.own_store().set_setting(SETTING, &text).await?)
    }

    /// Serves the calendar's address while it is on. Of several programs over one store one does. Never returns: it is dropped.
    pub async fn serve_calendar(&self) {
        let mut news = self.news();
        loop {
            // A store that cannot be read now may be read later.
            let place = self.place().await.unwrap_or_default();
            tokio::select! {
                () = self.serve(&place) => {}
                () = self.moved(&mut news, &place) => {}
            }
        }
    }

    /// Ends when the address is another one.
    async fn moved(&self, news: &mut watch::Receiver<u64>, place: &Place) {
        loop {
            // Told or not, it is looked: another program tells nothing here.
            let _ = tokio::time::timeout(LOOK, news.changed()).await;
            if self.place().await.is_ok_and(|now| now != *place) {
                return;
            }
        }
    }

    async fn serve(&self, place: &Place) {
        let Some(path) = place.path() else { return std::future::pending().await };
        let Ok(Some(lock)) = self.own_store().try_lock_calendar() else {
            // Another program serves it, for now.
            return tokio::time::sleep(LOOK).await;
        };
        let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, place.port)).await {
            Ok(listener) => listener,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                // A new port by itself would leave every calendar program behind: it is said, and this one is waited for.
                let _ = self.note_port(true).await;
                drop(lock);
                return tokio::time::sleep(AGAIN).await;
            }
            Err(_) => return tokio::time::sleep(LOOK).await,
        };
        // A note that cannot be written now is corrected the next time.
        let _ = self.note_port(false).await;
        let calendar = Arc::new(Shelf { app: self.clone(), port: place.port, path });
        let clients = Arc::new(Semaphore::new(CLIENTS));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    // Beyond that many clients the next one is turned away.
                    if let (Ok((socket, _)), Ok(turn)) = (accepted, Arc::clone(&clients).try_acquire_owned()) {
                        let calendar = Arc::clone(&calendar);
                        connections.spawn(async move {
                            calendar.connection(socket).await;
                            drop(turn);
                        });
                    }
                }
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn free_port() -> Result<u16, ApiError> {
    let found = async { TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr() };
    let found = found.await.map_err(|error| {
        ApiError::new(ErrorCode::Internal, format!("this machine gives no port to listen on: {error}"))
    })?;
    Ok(found.port())
}

/// The calendar, and what a request for it must name.
struct Shelf {
    app: App,
    port: u16,
    path: String,
}

type Reply = Response<Full<Bytes>>;

impl Shelf {
    async fn connection(&self, socket: TcpStream) {
        let service = service_fn(async |request: Request<Incoming>| {
            Ok::<Reply, Infallible>(self.answer(&request).await)
        });
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).keep_alive(false);
        let answered = http.serve_connection(TokioIo::new(socket), service);
        // It ends in an error whenever a client leaves early.
        let _ = tokio::time::timeout(3 * PATIENCE, answered).await;
    }

    async fn answer(&self, request: &Request<Incoming>) -> Reply {
        if !self.is_own_name(request) {
            return plain(
                StatusCode::MISDIRECTED_REQUEST,
                "This is another machine than the one you name.\n",
            );
        }
        // Compared as hashes: the time it takes says nothing of the word.
        if Sha256::digest(request.uri().path()) != Sha256::digest(&self.path) {
            return plain(StatusCode::NOT_FOUND, "There is nothing here.\n");
        }
        if request.method() != Method::GET && request.method() != Method::HEAD {
            let mut reply = plain(StatusCode::METHOD_NOT_ALLOWED, "This can be read, and nothing else.\n");
            reply.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return reply;
        }
        let house = self.app.house().await;
        // Invented events have no place in a person's calendar; calendar programs keep what they have.
        let written = if house.sample { None } else { self.app.write_calendar(&house).await.ok() };
        let Some(written) = written else {
            let mut reply = plain(StatusCode::SERVICE_UNAVAILABLE, "The calendar cannot be told now.\n");
            reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("600"));
            return reply;
        };
        let tag = format!("\"{}\"", &format!("{:x}", Sha256::digest(&written.text))[..32]);
        let asked = request.headers().get_all(IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
        let known = asked
            .flat_map(|tags| tags.split(','))
            .any(|known| known.trim() == "*" || known.trim().trim_start_matches("W/") == tag);
        let mut reply = if known {
            let mut reply = Reply::default();
            *reply.status_mut() = StatusCode::NOT_MODIFIED;
            reply
        } else {
            let mut reply = Response::new(Full::new(Bytes::from(written.text)));
            let calendar = HeaderValue::from_static("text/calendar; charset=utf-8");
            reply.headers_mut().insert(CONTENT_TYPE, calendar);
            reply
        };
        let headers = reply.headers_mut();
        headers.extend(HeaderValue::try_from(tag).ok().map(|tag| (ETAG, tag)));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        reply
    }

    /// Whether the client names this machine: a name that a stranger lets lead here is another one.
    fn is_own_name(&self, request: &Request<Incoming>) -> bool {
        let mut names = request.headers().get_all(HOST).iter();
        let (Some(name), None) = (names.next(), names.next()) else { return false };
        ["127.0.0.1", "localhost"]
            .iter()
            .any(|own| name.as_bytes() == format!("{own}:{}", self.port).as_bytes())
    }
}

fn plain(status: StatusCode, words: &'static str) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from_static(words.as_bytes())));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    reply
}
