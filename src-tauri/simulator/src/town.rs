//! The engine: listens on loopback, finds the stream, plays the fault, looks at the key, asks the provider's handler.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, DATE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use crate::ALL;
use crate::admit::{Holder, Keys, check};
use crate::faults::{Fault, Invented, Kind, spoil, spoils_tree};
use crate::feeds;
use crate::handler::{Answer, Ask, Handler, Pairs, Refusal, Stream};
use crate::json::Json;
use crate::reply::{Reply, cut, http_date, refuse, text, whole, with_headers};
use crate::road::{Road, road};
use crate::world::{Person, World};

/// Written text is kept up to this many bytes, so that a benchmark pays for it once.
const KEPT_BYTES: usize = 1 << 30;
const SLOW: Duration = Duration::from_mins(2);
/// No true request is longer.
const BODY_BYTES: usize = 1 << 20;

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
    /// The key that sees bills. A key of several parts is a JSON object of them: `user` and `password`;
    /// `access_key_id`, `secret_access_key` and perhaps `session_token`; `client_email`, `private_key_id` and
    /// `private_key` (PKCS#8 in base64, without the PEM lines); `client_secret`; `token`.
    pub key: String,
    /// What an account needs besides its key and is no secret, such as `tenant_id`.
    pub details: Vec<(String, String)>,
    /// Credit that its person bought or was given, which no endpoint tells.
    pub lots: Vec<TownLot>,
    /// A key of the wrong kind, of the same form; where there is one kind, a key that the provider does not know.
    pub ordinary_key: String,
}

/// Credit that a person knows of and no endpoint tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownLot {
    /// How much.
    pub amount: &'static str,
    /// In which currency.
    pub currency: &'static str,
    /// `purchased` or `granted`.
    pub kind: &'static str,
    /// The day it was had.
    pub acquired: String,
    /// The last day on which it can be spent, where that is not by the provider's own rule.
    pub expires: Option<String>,
    /// The person's words.
    pub note: &'static str,
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
    /// When its clock was set.
    set_at: Instant,
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
        set_at: Instant::now(),
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
        turn.set_at = Instant::now();
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
            let keys = Keys::of(handler, self.state.seed);
            let details = (handler.details)(self.state.seed).into_iter();
            TownProvider {
                id: handler.id,
                base_url: format!("http://{}{}", self.state.address, handler.base_path),
                key: keys.text(handler.key, Holder::Admin),
                details: details.map(|(name, value)| (name.to_owned(), value)).collect(),
                lots: self.state.world().lots(handler.id),
                ordinary_key: keys.text(handler.key, Holder::Ordinary),
            }
        };
        ALL.iter().map(provider).collect()
    }

    /// The providers of whom the town's person holds an account, in display order.
    pub fn accounts(&self) -> Vec<TownProvider> {
        let held = self.state.person.holds();
        self.providers().into_iter().filter(|provider| held.contains(&provider.id)).collect()
    }

    /// What the terminal prints: `{"now", "providers": {"openai": {"baseUrl", "key"}, ...}}`, with `"details"` where
    /// an account needs them.
    pub fn announcement(&self) -> serde_json::Value {
        let provider = |TownProvider { id, base_url, key, details, .. }: TownProvider| {
            let mut told = serde_json::json!({"baseUrl": base_url, "key": key});
            if !details.is_empty() {
                let details = details.into_iter().map(|(name, value)| (name, value.into())).collect();
                told["details"] = serde_json::Value::Object(details);
            }
            (id.to_owned(), told)
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

    /// What its clock says on an answer: it goes on from where it was set.
    fn clock(&self) -> DateTime<Utc> {
        let turn = self.turn();
        let gone = i64::try_from(turn.set_at.elapsed().as_secs()).unwrap_or(0);
        turn.now + chrono::TimeDelta::seconds(gone)
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
                Door::Town => dated(&state, respond(&state, request).await),
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

/// The answer with the town's own clock on it, not that of this machine.
fn dated(state: &State, mut reply: Reply) -> Reply {
    if let Ok(date) = HeaderValue::try_from(http_date(state.clock())) {
        reply.headers_mut().insert(DATE, date);
    }
    reply
}

async fn respond(state: &State, request: Request<Incoming>) -> Reply {
    let latency = state.turn().latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_BYTES).collect().await.map(http_body_util::Collected::to_bytes);
    let Road { handler, stream, params, allow } = match road(&head, body.as_deref().unwrap_or_default()) {
        Ok(road) => road,
        Err(None) => {
            let now = state.turn().now;
            if let Some(reply) = feeds::reply(&head, now) {
                return reply;
            }
            let words = "no provider of this town lives here\n";
            return text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", words);
        }
        Err(Some(handler)) => return refuse(handler, &Refusal::status(404)),
    };
    *state.turn().counts.entry(format!("{}/{}", handler.id, stream.name)).or_default() += 1;
    if let Some(allow) = allow {
        let mut reply = refuse(handler, &Refusal::status(405));
        if let Ok(allow) = HeaderValue::from_str(&allow) {
            reply.headers_mut().insert(ALLOW, allow);
        }
        return reply;
    }
    let Ok(body) = body else {
        return refuse(handler, &Refusal::status(413));
    };
    let fault = state.fault(handler, stream);
    if let Some((place, kind)) = fault {
        if let Some(reply) = early_fault(state, handler, kind, &head) {
            state.use_up(place);
            return reply;
        }
        if kind == Kind::Slow {
            state.use_up(place);
            tokio::time::sleep(SLOW).await;
        }
    }
    let pairs = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
    let ask = Ask {
        handler,
        stream,
        method: head.method.as_str(),
        uri: &head.uri,
        params,
        query: pairs.into_owned().collect(),
        headers: &head.headers,
        body,
        keys: &Keys::of(handler, state.seed),
        holder: Holder::Admin,
        seed: state.seed,
        now: state.turn().now,
        spoiled: fault.is_some_and(|(_, kind)| spoils_tree(kind)),
    };
    answer(state, ask, fault)
}

/// Faults that answer before anything is looked at.
fn early_fault(state: &State, handler: &Handler, kind: Kind, head: &Parts) -> Option<Reply> {
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
            let rest = head.uri.path_and_query().map_or("/", |path| path.as_str());
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
        Kind::TooManyDate => Some(http_date(state.clock() + chrono::TimeDelta::seconds(1))),
        _ => None,
    };
    if let Some(wait) = wait.and_then(|wait| HeaderValue::try_from(wait).ok()) {
        reply.headers_mut().insert(RETRY_AFTER, wait);
    }
    Some(reply)
}

fn answer(state: &State, mut ask: Ask, fault: Option<(usize, Kind)>) -> Reply {
    let handler = ask.handler;
    // Before an invented cursor is taken out: a signature is one of the request as it came.
    match check(&ask) {
        Ok(holder) => ask.holder = holder,
        Err(refusal) => return refuse(handler, &refusal),
    }
    if let Err(refusal) = (handler.guard)(&ask) {
        return refuse(handler, &refusal);
    }
    let invented = fault.and_then(|(_, kind)| Invented::take(kind, &mut ask));
    let world = state.world();
    let name = format!("{} {} {:?} {}", world.now, ask.method, ask.holder, ask.uri);
    if !ask.spoiled
        && let Some(kept) = state.turn().kept.get(&name).cloned()
    {
        return finish(state, kept, fault, Vec::new());
    }
    match (handler.answer)(&ask, &world) {
        Err(refusal) => refuse(handler, &refusal),
        Ok(Answer::Text(body)) => {
            let mut turn = state.turn();
            // What was posted is not part of the name.
            if ask.body.is_empty() && turn.kept_bytes + body.len() <= KEPT_BYTES {
                turn.kept_bytes += body.len();
                turn.kept.insert(name, body.clone());
            }
            drop(turn);
            finish(state, body, fault, Vec::new())
        }
        Ok(Answer::Plain(kind, body, headers)) => {
            let mut reply = finish(state, body.into(), fault, headers);
            if fault.is_none_or(|(_, fault)| fault != Kind::NotJson) {
                reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            }
            reply
        }
        Ok(Answer::Tree(tree)) => finish_tree(state, &ask, tree, fault, invented, Vec::new()),
        Ok(Answer::TreeWith(tree, headers)) => finish_tree(state, &ask, tree, fault, invented, headers),
    }
}

fn finish_tree(
    state: &State,
    ask: &Ask,
    mut tree: Json,
    fault: Option<(usize, Kind)>,
    invented: Option<Invented>,
    headers: Pairs,
) -> Reply {
    if let Some((place, kind)) = fault
        && spoils_tree(kind)
        && spoil(kind, ask.stream, &mut tree, invented, ask)
    {
        state.use_up(place);
    }
    finish(state, tree.render().into(), fault, headers)
}

/// Sends a good answer, or what a fault leaves of it.
fn finish(state: &State, body: Bytes, fault: Option<(usize, Kind)>, headers: Pairs) -> Reply {
    let reply = match fault {
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
    };
    with_headers(reply, headers)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a date in Retry-After or a signature may be of the real clock"
)]
pub(crate) fn real_now() -> DateTime<Utc> {
    Utc::now()
}
