//! What the page hears. It asks for what comes next and is answered once there is something: to run a script in the page for each
//! event would have this process keep a script engine of its own, for what such scripts give back.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use spendglass_core::api::Event;
use tokio::sync::watch;

/// So many are kept for a page that asks late.
const KEPT: usize = 1024;
/// So long a question of the page waits. Some systems give a request up after a minute.
pub(crate) const PATIENCE: Duration = Duration::from_secs(25);

/// What happened, in its order.
#[derive(Default)]
pub(crate) struct Heard {
    kept: Mutex<VecDeque<Event>>,
    // How many there were.
    told: watch::Sender<u64>,
}

/// What happened since the page asked.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct News {
    events: Vec<Event>,
    /// What the page asks with next.
    seen: u64,
}

impl Heard {
    /// Tells the page.
    pub(crate) fn tell(&self, event: Event) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(event);
        self.told.send_modify(|told| *told += 1);
    }

    /// What came after so many; a page that has heard nothing yet hears what comes from now on. Where nothing comes within the time
    /// the answer is empty.
    pub(crate) async fn after(&self, seen: Option<u64>, patience: Duration) -> News {
        let mut told = self.told.subscribe();
        if let Some(seen) = seen {
            // Too late or not, what there is is told.
            let _ = tokio::time::timeout(patience, told.wait_for(|told| *told > seen)).await;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let told = *self.told.borrow();
        let missing = usize::try_from(told.saturating_sub(seen.unwrap_or(told))).unwrap_or(usize::MAX);
        let mut events: Vec<Event> = kept.iter().skip(kept.len().saturating_sub(missing)).cloned().collect();
        // Some are kept no more: the page reads everything again.
        if missing > kept.len() {
            events.insert(0, Event::Changed);
        }
        News { events, seen: told }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(screen: usize) -> Event {
        Event::Show { screen: screen.to_string() }
    }

    fn news(events: Vec<Event>, seen: u64) -> News {
        News { events, seen }
    }

    #[tokio::test]
    async fn what_comes_is_told_once_and_in_order() {
        let heard = Heard::default();
        heard.tell(show(0));
        assert_eq!(
            heard.after(None, PATIENCE).await,
            news(Vec::new(), 1),
            "a new page has read everything itself"
        );
        heard.tell(show(1));
        heard.tell(show(2));
        assert_eq!(heard.after(Some(1), PATIENCE).await, news(vec![show(1), show(2)], 3));
        assert_eq!(
            heard.after(Some(2), PATIENCE).await,
            news(vec![show(2)], 3),
            "what was asked for twice is told twice"
        );
    }

    #[tokio::test]
    async fn a_question_waits_for_what_comes() {
        let heard = Heard::default();
        let (answer, ()) = tokio::join!(heard.after(Some(0), PATIENCE), async {
            tokio::task::yield_now().await;
            heard.tell(show(1));
        });
        assert_eq!(answer, news(vec![show(1)], 1));
    }

    #[tokio::test]
    async fn a_question_does_not_wait_for_ever() {
        let short = Duration::from_millis(1);
        assert_eq!(Heard::default().after(Some(0), short).await, news(Vec::new(), 0));
    }

    #[tokio::test]
    async fn who_asks_too_late_reads_everything_again() {
        let heard = Heard::default();
        (0..=KEPT).for_each(|number| heard.tell(show(number)));
        let told = heard.after(Some(0), PATIENCE).await;
        assert_eq!(told.events.len(), KEPT + 1);
        assert_eq!(told.events[..2], [Event::Changed, show(1)]);
        assert_eq!(heard.after(Some(1), PATIENCE).await.events[0], show(1), "all of them are there yet");
    }
}
