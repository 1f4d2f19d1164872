//! macOS and Windows: handed to the system, which gives no id back and tells nothing of what the person does.

use std::time::Duration;

use notify_rust::Notification;
use tokio::sync::{broadcast, oneshot};

use super::{Notice, NoticeError, Reaction, Server, Urgency};

#[cfg(target_os = "macos")]
const NAME: &str = "macOS Notification Center";
#[cfg(target_os = "windows")]
const NAME: &str = "Windows notifications";
/// What stands in the place of an id.
const TAKEN: &str = "taken";

/// The way to the notifications of the system.
#[derive(Debug)]
pub(super) struct Desk {
    patience: Duration,
    reactions: broadcast::Sender<Reaction>,
}

impl Desk {
    pub(super) fn new(
        _address: Option<String>,
        patience: Duration,
        reactions: broadcast::Sender<Reaction>,
    ) -> Desk {
        Desk { patience, reactions }
    }

    pub(super) const fn reactions(&self) -> &broadcast::Sender<Reaction> {
        &self.reactions
    }

    #[expect(clippy::unused_async, reason = "as on Linux, where somebody is asked")]
    pub(super) async fn server(&self) -> Result<Server, NoticeError> {
        let name = NAME.to_owned();
        Ok(Server { name, version: String::new(), actions: false, markup: false, body: true, run: None })
    }

    /// Nothing is told of what was shown, in this run or another.
    #[expect(clippy::unused_self, reason = "as on Linux, where ids are kept")]
    pub(super) const fn recall(&self, _run: &str, _receipts: &[String]) {}

    /// On a thread of its own: the call blocks, and may do so for long.
    pub(super) async fn show(&self, notice: &Notice) -> Result<String, NoticeError> {
        let (answer, answered) = oneshot::channel();
        let (title, body) = (notice.title.clone(), notice.body.clone());
        let stays = notice.urgency == Urgency::Critical;
        let thread = std::thread::Builder::new().name("notice".to_owned()).spawn(move || {
            let mut notification = Notification::new();
            notification.appname("Spendglass").summary(&title).body(&body);
            if stays {
                notification.timeout(notify_rust::Timeout::Never);
            }
            let shown = notification.show().map(drop).map_err(|error| error.to_string());
            drop(answer.send(shown));
        });
        thread.map_err(|error| NoticeError::Refused(format!("no thread for it: {}", error.kind())))?;
        match tokio::time::timeout(self.patience, answered).await {
            Ok(Ok(Ok(()))) => Ok(TAKEN.to_owned()),
            Ok(Ok(Err(words))) => Err(NoticeError::Refused(words.chars().take(160).collect())),
            Ok(Err(_)) => Err(NoticeError::Died),
            Err(_) => Err(NoticeError::Silent),
        }
    }
}
