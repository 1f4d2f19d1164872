//! The engine: listens on loopback, finds the stream, plays the fault, asks the provider's handler.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::ALL;
use crate::faults::{Fault, Invented, Kind, spoil, spoils_tree};
use crate::handler::{Answer, Ask, Handler, Keys, Refusal, Stream};
use crate::json::{Json, object};
use crate::world::{Person, World, made_up};

type Reply = Response<BoxBody<Bytes, io::Error>>;

/// Written text is kept up to this many bytes, so that a benchmark pays for it once.
const KEPT_BYTES: usize = 1 << 30;
const SLOW: Duration = Duration::from_mins(2);

/// What town to open.
#[derive(Clone, Debug)]
pub struct TownOptions {
    /// A loopback address; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Whose data it shows.
    pub person: Person,
    /// Everything follows from it.
    pub seed: u64,
    /// Where the town's clock stands. It does not tick.
    pub now: DateTime<Utc>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
}

/// One provider of the town, as a client needs it.
#[derive(Clone, Debug)]
pub struct TownProvider {
    /// As in the program's registry.
    pub id: &'static str,
    /// What takes the place of the provider's own base URL.
    pub base_url: String,
    /// The key that sees bills.
    pub key: String,
    /// A key of the wrong kind.
    pub ordinary_key: String,
}

/// A running town. It closes when it is dropped.
#[derive(Debug)]
pub struct Town {
    state: Arc<State>,
    tasks: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    person: Person,
    seed: u64,
    opened: DateTime<Utc>,
    address: SocketAddr,
    trap_port: u16,
    turn: Mutex<Turn>,
}

/// What changes while the town is open.
#[derive(Debug)]
struct Turn {
    now: DateTime<Utc>,
    /// Each with the number of requests it still spoils.
    faults: Vec<(Fault, Option<u32>)>,
    latency: Duration,
    counts: BTreeMap<String, u64>,
    trapped: Vec<String>,
    kept: HashMap<String, Bytes>,
    kept_bytes: usize,
}

/// Opens a town.
///
/// # Errors
/// When the address is not on loopback or cannot be listened on.
pub async fn serve(options: TownOptions) -> io::Result<Town> {
    if !options.listen.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the town of pretend providers stays on loopback",
        ));
    }
    let listener = TcpListener::bind(options.listen).await?;
    let trap = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let trap_port = trap.local_addr()?.port();
    let turn = Turn {
        now: options.now,
        faults: Vec::new(),
        latency: Duration::ZERO,
        counts: BTreeMap::new(),
        trapped: Vec::new(),
        kept: HashMap::new(),
        kept_bytes: 0,
    };
    let state = Arc::new(State {
        person: options.person,
        seed: options.seed,
        opened: options.now,
        address: listener.local_addr()?,
        trap_port,
        turn: Mutex::new(turn),
    });
    let mut tasks = vec![
        tokio::spawn(accept(listener, Arc::clone(&state), Door::Town)),
        tokio::spawn(accept(trap, Arc::clone(&state), Door::Trap)),
    ];
    // `localhost` may be either family; a machine without the other one has nothing to trap there.
    if let Ok(second) = TcpListener::bind((Ipv6Addr::LOCALHOST, trap_port)).await {
        tasks.push(tokio::spawn(accept(second, Arc::clone(&state), Door::Trap)));
    }
    let town = Town { state, tasks };
    town.set_faults(options.faults);
    Ok(town)
}

impl Town {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.state.address
    }

    /// Where its clock stands.
    pub fn now(&self) -> DateTime<Utc> {
        self.state.turn().now
    }

    /// Sets its clock.
    pub fn set_now(&self, now: DateTime<Utc>) {
        let mut turn = self.state.turn();
        turn.now = now;
        turn.kept.clear();
        turn.kept_bytes = 0;
    }

    /// Replaces all faults; their counts begin anew.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.state.turn().faults = faults.into_iter().map(|fault| (fault.clone(), fault.times)).collect();
    }

    /// Every answer takes at least so long.
    pub fn set_latency(&self, latency: Duration) {
        self.state.turn().latency = latency;
    }

    /// The providers, in display order.
    pub fn providers(&self) -> Vec<TownProvider> {
        let provider = |handler: &&Handler| {
            let Keys { admin, ordinary } = keys(handler, self.state.seed);
            let base_url = format!("http://{}{}", self.state.address, handler.base_path);
            TownProvider { id: handler.id, base_url, key: admin, ordinary_key: ordinary }
        };
        ALL.iter().map(provider).collect()
    }

    /// What the terminal prints: `{"now", "providers": {"openai": {"baseUrl", "key"}, ...}}`.
    pub fn announcement(&self) -> serde_json::Value {
        let provider = |provider: TownProvider| {
            (provider.id.to_owned(), serde_json::json!({"baseUrl": provider.base_url, "key": provider.key}))
        };
        let providers: serde_json::Map<_, _> = self.providers().into_iter().map(provider).collect();
        let now = self.now().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        serde_json::json!({"now": now, "providers": providers})
    }

    /// How many requests each stream saw, good or bad, as `openai/costs`.
    pub fn request_counts(&self) -> BTreeMap<String, u64> {
        self.state.turn().counts.clone()
    }

    /// Who followed a redirect to the other host, with the names of the headers they brought. Nobody should.
    pub fn redirected_requests(&self) -> Vec<String> {
        self.state.turn().trapped.clone()
    }

    /// Closes the town and waits until it is closed.
    pub async fn shutdown(mut self) {
        for task in std::mem::take(&mut self.tasks) {
            task.abort();
            // The only news is that it was cancelled.
            let _ = task.await;
        }
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl State {
    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn world(&self) -> World {
        World::new(self.person, self.seed, self.opened, self.turn().now)
    }

    /// The fault that the next request to the stream meets.
    fn fault(&self, handler: &Handler, stream: &Stream) -> Option<(usize, Kind)> {
        let turn = self.turn();
        let mut faults = turn.faults.iter().enumerate();
        faults
            .find(|(_, (fault, left))| *left != Some(0) && fault.touches(handler, stream))
            .map(|(place, (fault, _))| (place, fault.kind))
    }

    fn use_up(&self, place: usize) {
        if let Some((_, Some(left))) = self.turn().faults.get_mut(place) {
            *left = left.saturating_sub(1);
        }
    }
}

/// The keys of a provider: they begin like true ones, are as long, and say what they are.
fn keys(handler: &Handler, seed: u64) -> Keys {
    let key = |prefix: &str, kind: &str| {
        let name = format!("{}/{kind}", handler.id);
        format!("{prefix}simulated{}", made_up(seed, &name, 64))
    };
    Keys { admin: key(handler.key_prefix, "admin"), ordinary: key(handler.ordinary_key_prefix, "ordinary") }
}

#[derive(Clone, Copy)]
enum Door {
    Town,
    Trap,
}

/// Serves every connection in one task set, so that ending this task ends them all.
async fn accept(listener: TcpListener, state: Arc<State>, door: Door) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A failed accept is the client's; the next one may do better.
                let Ok((socket, _)) = accepted else { continue };
                // Small answers go out at once; a socket without the option is only slower.
                let _ = socket.set_nodelay(true);
                connections.spawn(connection(socket, Arc::clone(&state), door));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(socket: tokio::net::TcpStream, state: Arc<State>, door: Door) {
    let service = service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&state);
        async move {
            Ok::<Reply, Infallible>(match door {
                Door::Town => respond(&state, &request).await,
                Door::Trap => trap(&state, &request),
            })
        }
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    // It ends in an error whenever a client leaves early or a body is cut on purpose.
    let _ = server.timer(TokioTimer::new()).serve_connection(TokioIo::new(socket), service).await;
}

fn trap(state: &State, request: &Request<Incoming>) -> Reply {
    let headers: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
    let line = format!("{} {} with {}", request.method(), request.uri().path(), headers.join(", "));
    state.turn().trapped.push(line);
    text(StatusCode::OK, "application/json", "{}")
}

async fn respond(state: &State, request: &Request<Incoming>) -> Reply {
    let latency = state.turn().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let path = request.uri().path();
    let Some(handler) = ALL.iter().find(|handler| inside(path, handler.base_path).is_some()) else {
        return text(
            StatusCode::NOT_FOUND,
            "text/plain; charset=utf-8",
            "no provider of this town lives here\n",
        );
    };
    let below = inside(path, handler.base_path).unwrap_or_default();
    let Some(stream) = handler.streams.iter().find(|stream| stream.path == below) else {
        return refuse(handler, &Refusal::status(404));
    };
    *state.turn().counts.entry(format!("{}/{}", handler.id, stream.name)).or_default() += 1;
    if request.method() != Method::GET {
        let mut reply = refuse(handler, &Refusal::status(405));
        reply.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        return reply;
    }
    let fault = state.fault(handler, stream);
    if let Some((place, kind)) = fault {
        if let Some(reply) = early_fault(state, handler, kind, request) {
            state.use_up(place);
            return reply;
        }
        if kind == Kind::Slow {
            state.use_up(place);
            tokio::time::sleep(SLOW).await;
        }
    }
    answer(state, handler, stream, request, fault)
}

/// What is below a base path.
fn inside<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Faults that answer before anything is looked at.
fn early_fault(state: &State, handler: &Handler, kind: Kind, request: &Request<Incoming>) -> Option<Reply> {
    let status = match kind {
        Kind::Unauthorized => 401,
        Kind::Forbidden => 403,
        Kind::NotFound => 404,
        Kind::TooMany | Kind::TooManySeconds | Kind::TooManyZero | Kind::TooManyDate | Kind::TooManyLong => {
            429
        }
        Kind::ServerError => 500,
        Kind::Unavailable => {
            let page = "<html><body><h1>503 Service Unavailable</h1></body></html>\n";
            return Some(text(StatusCode::SERVICE_UNAVAILABLE, "text/html", page));
        }
        Kind::Redirect => {
            let rest = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let mut reply = text(StatusCode::FOUND, "text/html", "<html>moved</html>\n");
            if let Ok(place) = HeaderValue::from_str(&format!("http://localhost:{}{rest}", state.trap_port)) {
                reply.headers_mut().insert(LOCATION, place);
            }
            return Some(reply);
        }
        _ => return None,
    };
    let mut reply = refuse(handler, &Refusal::status(status));
    let wait = match kind {
        Kind::TooManySeconds => Some("1".to_owned()),
        Kind::TooManyZero => Some("0".to_owned()),
        Kind::TooManyLong => Some("3600".to_owned()),
        Kind::TooManyDate => Some(http_date(real_now() + chrono::TimeDelta::seconds(1))),
        _ => None,
    };
    if let Some(wait) = wait.and_then(|wait| HeaderValue::try_from(wait).ok()) {
        reply.headers_mut().insert(RETRY_AFTER, wait);
    }
    Some(reply)
}

fn answer(
    state: &State,
    handler: &'static Handler,
    stream: &'static Stream,
    request: &Request<Incoming>,
    fault: Option<(usize, Kind)>,
) -> Reply {
    let pairs = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let mut query: Vec<(String, String)> = pairs.into_owned().collect();
    let keys = keys(handler, state.seed);
    let mut invented = None;
    if let Some((_, kind)) = fault {
        query.retain(|(name, value)| {
            let read = if name == "page" { Invented::read(kind, value) } else { None };
            invented = read.or(invented);
            read.is_none()
        });
    }
    let spoiled = fault.is_some_and(|(_, kind)| spoils_tree(kind));
    let ask = Ask { stream, query, headers: request.headers(), keys: &keys, spoiled };
    if let Err(refusal) = (handler.admit)(&ask) {
        return refuse(handler, &refusal);
    }
    let world = state.world();
    let name = format!("{} {}", world.now, request.uri());
    if !spoiled && let Some(kept) = state.turn().kept.get(&name).cloned() {
        return finish(state, kept, fault);
    }
    match (handler.answer)(&ask, &world) {
        Err(refusal) => refuse(handler, &refusal),
        Ok(Answer::Text(body)) => {
            let mut turn = state.turn();
            if turn.kept_bytes + body.len() <= KEPT_BYTES {
                turn.kept_bytes += body.len();
                turn.kept.insert(name, body.clone());
            }
            drop(turn);
            finish(state, body, fault)
        }
        Ok(Answer::Tree(mut tree)) => {
            if let Some((place, kind)) = fault
                && spoils_tree(kind)
                && spoil(kind, stream, &mut tree, invented)
            {
                state.use_up(place);
            }
            finish(state, tree.render().into(), fault)
        }
    }
}

/// Sends a good answer, or what a fault leaves of it.
fn finish(state: &State, body: Bytes, fault: Option<(usize, Kind)>) -> Reply {
    match fault {
        Some((place, Kind::CutBody)) => {
            state.use_up(place);
            cut(&body)
        }
        Some((place, Kind::NotJson)) => {
            state.use_up(place);
            let page = "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";
            text(StatusCode::OK, "text/html; charset=utf-8", page)
        }
        _ => whole(StatusCode::OK, "application/json", body),
    }
}

fn refuse(handler: &Handler, refusal: &Refusal) -> Reply {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    whole(status, "application/json", (handler.refuse)(refusal).render().into())
}

fn text(status: StatusCode, kind: &'static str, body: &'static str) -> Reply {
    whole(status, kind, Bytes::from_static(body.as_bytes()))
}

fn whole(status: StatusCode, kind: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body).map_err(|never| match never {}).boxed());
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// Promises the whole body, sends half of it and hangs up.
fn cut(body: &Bytes) -> Reply {
    let half = body.slice(..body.len() / 2);
    let parts = stream::unfold(Some(half), |half| async {
        if let Some(half) = half {
            return Some((Ok(Frame::data(half)), None));
        }
        // Lets the connection send what it has before it learns that no more will come.
        tokio::task::yield_now().await;
        Some((Err(io::ErrorKind::ConnectionAborted.into()), None))
    });
    let mut reply = Response::new(BodyExt::boxed(StreamBody::new(parts)));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    reply
}

/// The words of a refusal that has the same shape at several providers: `{"error": {...}}`.
pub(crate) fn error<const N: usize>(fields: [(&'static str, Json); N]) -> Json {
    object([("error", object(fields))])
}

fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[expect(clippy::disallowed_methods, reason = "a date in Retry-After is read against the real clock")]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}
