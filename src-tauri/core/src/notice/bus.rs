//! Linux: `org.freedesktop.Notifications`, asked directly. The id that the server gives is the receipt.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::zvariant::{DynamicType, Value};
use zbus::{Connection, MatchRule, Message, MessageStream, connection};

use super::{Action, Notice, NoticeError, Reaction, Server, Urgency};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// Whose notifications these are, for the person.
const PROGRAM: &str = "Spendglass";
/// The icon of the package.
const ICON: &str = "spendglass-app";
/// What the notification is of, for rules of the person's own.
const CATEGORY: &str = "x-spendglass.alert";
/// Milliseconds until a notification goes by itself.
const SOON: i32 = 10_000;
const LATER: i32 = 30_000;
const NEVER: i32 = 0;
const SIGNALS_KEPT: usize = 64;

/// The way to the notification server of one bus.
#[derive(Debug)]
pub(super) struct Desk {
    address: Option<String>,
    patience: Duration,
    live: Mutex<Option<Live>>,
    shown: Arc<Mutex<Shown>>,
    reactions: broadcast::Sender<Reaction>,
}

#[derive(Debug)]
struct Live {
    connection: Connection,
    listening: JoinHandle<()>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// What was shown, and by whom: ids of another server, or of another program's notifications, mean nothing here.
#[derive(Debug, Default)]
struct Shown {
    owner: String,
    ids: BTreeSet<u32>,
}

/// A call that did not succeed.
enum Failed {
    /// The connection itself is gone.
    Broken,
    Told(NoticeError),
}

impl From<Failed> for NoticeError {
    fn from(failed: Failed) -> NoticeError {
        match failed {
            Failed::Broken => NoticeError::Died,
            Failed::Told(error) => error,
        }
    }
}

impl Desk {
    pub(super) fn new(
        address: Option<String>,
        patience: Duration,
        reactions: broadcast::Sender<Reaction>,
    ) -> Desk {
        Desk { address, patience, live: Mutex::default(), shown: Arc::default(), reactions }
    }

    pub(super) const fn reactions(&self) -> &broadcast::Sender<Reaction> {
        &self.reactions
    }

    pub(super) async fn server(&self) -> Result<Server, NoticeError> {
        Ok(self.found().await?.1)
    }

    pub(super) fn recall(&self, run: &str, receipts: &[String]) {
        let Some((_, owner)) = run.split_once(' ') else { return };
        let mut shown = lock(&self.shown);
        if shown.owner != owner {
            *shown = Shown { owner: owner.to_owned(), ids: BTreeSet::new() };
        }
        shown.ids.extend(receipts.iter().filter_map(|receipt| receipt.parse::<u32>().ok()));
    }

    pub(super) async fn show(&self, notice: &Notice) -> Result<String, NoticeError> {
        let (connection, server, owner) = self.found().await?;
        let replaces = {
            let mut shown = lock(&self.shown);
            if shown.owner != owner {
                // A server that started anew counts its ids anew.
                *shown = Shown { owner, ids: BTreeSet::new() };
            }
            let before = notice.replaces.as_ref().and_then(|receipt| receipt.parse().ok());
            before.filter(|id| shown.ids.contains(id)).unwrap_or(0)
        };
        let (summary, body) = texts(notice, &server);
        let actions = if server.actions { buttons(&notice.actions) } else { Vec::new() };
        let (urgency, expires) = match notice.urgency {
            Urgency::Low => (0_u8, SOON),
            Urgency::Normal => (1, LATER),
            Urgency::Critical => (2, NEVER),
        };
        let hints = HashMap::from([
            ("urgency", Value::from(urgency)),
            ("category", Value::from(CATEGORY)),
            ("desktop-entry", Value::from(PROGRAM)),
        ]);
        let said =
            (PROGRAM, replaces, ICON, summary.as_str(), body.as_str(), actions.as_slice(), hints, expires);
        let answer = self.call(&connection, NAME, PATH, NAME, "Notify", &said).await;
        let answer = answer.inspect_err(|failed| self.forget_if_broken(failed))?;
        let id: u32 = read(&answer)?;
        lock(&self.shown).ids.insert(id);
        Ok(id.to_string())
    }

    /// The server that answers now, with the way to it. A connection that broke meanwhile is made anew.
    async fn found(&self) -> Result<(Connection, Server, String), NoticeError> {
        let known = lock(&self.live).as_ref().map(|live| live.connection.clone());
        if let Some(connection) = known {
            match self.ask(&connection).await {
                Ok((server, owner)) => return Ok((connection, server, owner)),
                Err(Failed::Broken) => self.forget(),
                Err(Failed::Told(error)) => return Err(error),
            }
        }
        let connection = self.connect().await?;
        let asked = self.ask(&connection).await.inspect_err(|failed| self.forget_if_broken(failed));
        let (server, owner) = asked?;
        Ok((connection, server, owner))
    }

    async fn ask(&self, connection: &Connection) -> Result<(Server, String), Failed> {
        let told = self.call(connection, NAME, PATH, NAME, "GetServerInformation", &()).await?;
        let (name, _vendor, version, _spec): (String, String, String, String) = read(&told)?;
        let able = self.call(connection, NAME, PATH, NAME, "GetCapabilities", &()).await?;
        let able: Vec<String> = read(&able)?;
        let owner = told.header().sender().map(ToString::to_string).unwrap_or_default();
        let has = |capability: &str| able.iter().any(|able| able == capability);
        let server = Server {
            name: short(&name),
            version: short(&version),
            actions: has("actions"),
            markup: has("body-markup"),
            body: has("body"),
            run: Some(format!("{} {owner}", connection.server_guid())),
        };
        Ok((server, owner))
    }

    async fn connect(&self) -> Result<Connection, NoticeError> {
        let builder = match &self.address {
            Some(address) => connection::Builder::address(address.as_str()),
            None => connection::Builder::session(),
        };
        let builder = builder.map_err(|_| NoticeError::NoBus)?;
        let made = tokio::time::timeout(self.patience, builder.build()).await;
        let connection = made.map_err(|_| NoticeError::Silent)?.map_err(|_| NoticeError::NoBus)?;
        let rule =
            MatchRule::builder().msg_type(Type::Signal).sender(NAME).and_then(|rule| rule.interface(NAME));
        let rule = rule.map_err(|error| NoticeError::Refused(short(&error.to_string())))?.build();
        let listening = MessageStream::for_match_rule(rule, &connection, Some(SIGNALS_KEPT));
        let signals = tokio::time::timeout(self.patience, listening).await;
        let signals = signals.map_err(|_| NoticeError::Silent)?.map_err(|error| told(&error))?;
        let (shown, reactions) = (Arc::clone(&self.shown), self.reactions.clone());
        let listening = tokio::spawn(listen(signals, shown, reactions));
        *lock(&self.live) = Some(Live { connection: connection.clone(), listening });
        Ok(connection)
    }

    async fn call<B>(
        &self,
        connection: &Connection,
        to: &str,
        path: &str,
        interface: &str,
        method: &str,
        body: &B,
    ) -> Result<Message, Failed>
    where
        B: serde::Serialize + DynamicType + Sync,
    {
        let call = connection.call_method(Some(to), path, Some(interface), method, body);
        match tokio::time::timeout(self.patience, call).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(zbus::Error::InputOutput(_))) => Err(Failed::Broken),
            Ok(Err(error)) => Err(Failed::Told(told(&error))),
            Err(_) => Err(Failed::Told(NoticeError::Silent)),
        }
    }

    fn forget_if_broken(&self, failed: &Failed) {
        if matches!(failed, Failed::Broken) {
            self.forget();
        }
    }

    fn forget(&self) {
        drop(lock(&self.live).take());
        *lock(&self.shown) = Shown::default();
    }
}

/// Hands on what persons do, until the connection ends.
async fn listen(
    mut signals: MessageStream,
    shown: Arc<Mutex<Shown>>,
    reactions: broadcast::Sender<Reaction>,
) {
    while let Some(Ok(signal)) = signals.next().await {
        let header = signal.header();
        let Some(member) = header.member() else { continue };
        let (id, chosen) = match member.as_str() {
            "ActionInvoked" => match signal.body().deserialize::<(u32, String)>() {
                Ok((id, key)) => (id, action(&key)),
                Err(_) => continue,
            },
            "NotificationClosed" => match signal.body().deserialize::<(u32, u32)>() {
                Ok((id, _reason)) => (id, None),
                Err(_) => continue,
            },
            _ => continue,
        };
        let ours = {
            let mut shown = lock(&shown);
            let from_it = header.sender().is_some_and(|sender| sender.as_str() == shown.owner);
            // Once it is closed nothing more comes of it, and its id may be given to another.
            from_it
                && if member.as_str() == "NotificationClosed" {
                    shown.ids.remove(&id)
                } else {
                    shown.ids.contains(&id)
                }
        };
        if ours {
            // Nobody listening is no error.
            let _ = reactions.send(Reaction { receipt: id.to_string(), chosen });
        }
    }
}

const OPEN: &str = "open";
const SNOOZE: &str = "snooze";
const USED: &str = "used";
/// A click on the notification itself.
const DEFAULT: &str = "default";

fn action(key: &str) -> Option<Action> {
    match key {
        DEFAULT | OPEN => Some(Action::Open),
        SNOOZE => Some(Action::Snooze),
        USED => Some(Action::Used),
        _ => None,
    }
}

/// Keys and labels by turns.
fn buttons(actions: &[Action]) -> Vec<&'static str> {
    let mut buttons = vec![DEFAULT, "Open"];
    for action in actions {
        buttons.extend(match action {
            Action::Open => [OPEN, "Open"],
            Action::Snooze => [SNOOZE, "Snooze"],
            Action::Used => [USED, "I used it"],
        });
    }
    buttons
}

/// Title and body as this server takes them.
fn texts(notice: &Notice, server: &Server) -> (String, String) {
    if !server.body {
        return (format!("{}: {}", notice.title, notice.body.replace('\n', " ")), String::new());
    }
    let body = if server.markup { escaped(&notice.body) } else { notice.body.clone() };
    (notice.title.clone(), body)
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn read<T: serde::de::DeserializeOwned + zbus::zvariant::Type>(answer: &Message) -> Result<T, Failed> {
    let refused =
        |_| Failed::Told(NoticeError::Refused("its answer is not what the standard says".to_owned()));
    answer.body().deserialize().map_err(refused)
}

/// What an error of the bus means.
fn told(error: &zbus::Error) -> NoticeError {
    let zbus::Error::MethodError(name, words, _) = error else { return NoticeError::Died };
    let name = name.as_str().strip_prefix("org.freedesktop.DBus.Error.").unwrap_or(name.as_str());
    match name {
        "ServiceUnknown" | "NameHasNoOwner" | "UnknownMethod" | "UnknownObject" | "UnknownInterface" => {
            NoticeError::NoServer
        }
        // One that cannot be started, in any of a dozen ways.
        _ if name.starts_with("Spawn.") => NoticeError::NoServer,
        "NoReply" | "Disconnected" => NoticeError::Died,
        "Timeout" | "TimedOut" => NoticeError::Silent,
        _ => NoticeError::Refused(short(words.as_deref().unwrap_or(name))),
    }
}

/// One line of bounded length.
fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(160).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
