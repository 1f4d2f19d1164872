//! Notifications of the desktop: what is shown, the receipt of the server that shows it, and what the person does with it.

#[cfg(any(target_os = "macos", target_os = "windows"))]
mod handed;
#[cfg(not(any(target_os = "macos", target_os = "windows")))]
mod bus;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;

#[cfg(not(any(target_os = "macos", target_os = "windows")))]
use bus::Desk;
#[cfg(any(target_os = "macos", target_os = "windows"))]
use handed::Desk;

/// How long a call may wait for the notification server.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Reactions kept for a listener that is slow.
const REACTIONS_KEPT: usize = 64;
/// Longest title and body that are handed on.
const LONGEST: usize = 1_000;

/// What is to be shown. Nothing in it is markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// How much it presses.
    pub urgency: Urgency,
    /// What the person can do with it, where the server has buttons.
    pub actions: Vec<Action>,
    /// The receipt of the one whose place it takes.
    pub replaces: Option<String>,
}

/// How much a notification presses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It goes by itself, soon.
    Low,
    /// It goes by itself.
    Normal,
    /// It stays until the person closes it.
    Critical,
}

/// What a person can do with a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Look at it in the window.
    Open,
    /// Have it again later.
    Snooze,
    /// Say that it is dealt with.
    Used,
}

/// What a person did with a notification that was shown in this run, or is recalled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// The receipt that was given for it.
    pub receipt: String,
    /// What was chosen; nothing where it was closed or went by itself.
    pub chosen: Option<Action>,
}

/// Who shows notifications, and what it can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The name it gives itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it has buttons.
    pub actions: bool,
    /// Whether it takes the body for markup.
    pub markup: bool,
    /// Whether it shows a body at all.
    pub body: bool,
    /// Which run of it this is, where it tells: another one counts its receipts anew.
    pub run: Option<String>,
}

/// Why a notification is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeError {
    /// There is no session of a desktop.
    #[error(
        "there is no desktop session here (no session bus answers): alerts wait in the inbox. Log in to a desktop, or set a webhook"
    )]
    NoBus,
    /// A session, but nobody in it who shows notifications.
    #[error(
        "no notification service runs in this session: alerts wait in the inbox. Start one, such as dunst or mako, or that of your desktop"
    )]
    NoServer,
    /// It does not answer.
    #[error("the notification service did not answer in time: it is tried again. If it stays, restart it")]
    Silent,
    /// It went away in the middle.
    #[error("the notification service ended while it was asked: it is tried again")]
    Died,
    /// It says no.
    #[error("the notification service refused: {0}")]
    Refused(String),
}

/// The desktop of the person. Cheap to clone; a connection is made when the first notification is shown, and made anew when it
/// breaks.
#[derive(Debug, Clone)]
pub struct Desktop(Arc<Desk>);

impl Desktop {
    /// The desktop of this session.
    pub fn session() -> Desktop {
        Desktop(Arc::new(Desk::new(None, PATIENCE, broadcast::Sender::new(REACTIONS_KEPT))))
    }

    /// The desktop behind the bus of this address.
    #[cfg(not(any(target_os = "macos", target_os = "windows")))]
    pub fn at(address: &str, patience: Duration) -> Desktop {
        let reactions = broadcast::Sender::new(REACTIONS_KEPT);
        Desktop(Arc::new(Desk::new(Some(address.to_owned()), patience, reactions)))
    }

    /// Who shows notifications now.
    pub async fn server(&self) -> Result<Server, NoticeError> {
        self.0.server().await
    }

    /// Shows a notification, and gives the server's receipt for it.
    pub async fn show(&self, notice: &Notice) -> Result<String, NoticeError> {
        self.0.show(&tidied(notice)).await
    }

    /// Has what persons do with these receipts told as well, which a run of the server gave to an earlier run of this program.
    pub fn recall(&self, run: &str, receipts: &[String]) {
        self.0.recall(run, receipts);
    }

    /// What persons do from now on with what was shown in this run, or is recalled.
    pub fn reactions(&self) -> broadcast::Receiver<Reaction> {
        self.0.reactions().subscribe()
    }
}

/// Bounded, and without control characters: texts come from providers, too.
fn tidied(notice: &Notice) -> Notice {
    let line =
        |text: &str| text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
    let lines = |text: &str| text.chars().filter(|c| *c == '\n' || !c.is_control()).take(LONGEST).collect();
    Notice { title: line(&notice.title), body: lines(&notice.body), ..notice.clone() }
}
