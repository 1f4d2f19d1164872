//! Delivery: what is due goes to each channel, an attempt before and a receipt after. What no channel takes stays in the inbox.

use super::alerts::AlertAnswer;
use super::app::{App, House};
use super::failures::sentence;
use super::forms::camel;
use super::watching::Told;
use super::webhook::{self, Hook, HookError, Message};
use super::{AnswerAlert, ApiError, DeliveryRow as DoorRow, Event, TestedAlert};
use crate::ledger::{AlertLevel, AlertRule, Channel, name_of};
use crate::notice::{Action, Desktop, Notice, NoticeError, Reaction, Urgency};
use crate::store::{AlertRow, DueAlert, StoreError};
use crate::time::Timestamp;

/// The channels, as they are told.
const DESKTOP: &str = "desktop";
const WEBHOOK: &str = "webhook";
/// Hours for which the button of a notification puts an alert off.
const SNOOZE_HOURS: u32 = 24;
/// Waits after tries that a channel answered with a problem; the last one holds for all further.
const WAITS: [i64; 8] = [60, 120, 240, 480, 960, 1_800, 3_600, 21_600];
/// How long an absence of the notification service is believed without asking again, in seconds.
const BELIEVED: i64 = 600;
/// After so many seconds without a look of the loop, nothing watches.
const UNWATCHED: i64 = 900;

/// What is known of the notification service.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    at: Timestamp,
    problem: Option<String>,
}

impl App {
    /// Delivers what is due. Says how many alerts arrived somewhere.
    pub(super) async fn deliver(
        &self,
        house: &House,
        tell: &(dyn Fn(Told) + Send + Sync),
    ) -> Result<u32, ApiError> {
        let mut arrived = 0;
        if let (Some(desktop), true) =
            (self.watch_state().desktop(), self.kept_alert_settings(house).await?.desktop)
        {
            arrived += self.to_desktop(house, desktop, tell).await?;
        }
        if let Some(hook) = webhook::hook(house).await? {
            arrived += self.to_webhook(house, &hook, tell).await?;
        }
        if arrived > 0 {
            self.tell(Event::Alerted { unseen: house.store.unseen_alerts().await? });
        }
        Ok(arrived)
    }

    async fn to_desktop(
        &self,
        house: &House,
        desktop: &Desktop,
        tell: &(dyn Fn(Told) + Send + Sync),
    ) -> Result<u32, StoreError> {
        let due = house.store.due_alerts(self.now(), Channel::Desktop, None).await?;
        if due.is_empty() {
            self.look_at_server(desktop).await;
            return Ok(0);
        }
        // Asked first: to write an attempt every minute while nobody is there would wear the disk.
        if let Err(error) = desktop.server().await {
            self.note_server(Some(&error));
            let problem = sentence(&error.to_string());
            for due in due.iter().filter(|due| problem_of(due) != Some(&problem)) {
                house.store.undelivered(due.alert.id, Channel::Desktop, &problem, self.now()).await?;
                tell(Told::Undelivered {
                    channel: DESKTOP,
                    title: due.alert.alert.title.clone(),
                    problem: problem.clone(),
                });
            }
            return Ok(0);
        }
        self.note_server(None);
        let mut arrived = 0;
        for due in due.into_iter().filter(|due| is_time(due, self.now())) {
            let alert = due.alert;
            let notice = self.notice(&alert);
            house.store.attempt(alert.id, Channel::Desktop, self.now()).await?;
            match desktop.show(&notice).await {
                Ok(receipt) => {
                    self.watch_state().shown(&receipt, alert.id);
                    house.store.delivered(alert.id, Channel::Desktop, &receipt, self.now()).await?;
                    arrived += 1;
                    tell(Told::Delivered { channel: DESKTOP, title: alert.alert.title });
                }
                Err(error) => {
                    let problem = sentence(&error.to_string());
                    house.store.undelivered(alert.id, Channel::Desktop, &problem, self.now()).await?;
                    let title = alert.alert.title;
                    tell(Told::Undelivered { channel: DESKTOP, title, problem });
                    if !matches!(error, NoticeError::Refused(_)) {
                        // The others would wait for the same silence.
                        self.note_server(Some(&error));
                        break;
                    }
                }
            }
        }
        Ok(arrived)
    }

    async fn to_webhook(
        &self,
        house: &House,
        hook: &Hook,
        tell: &(dyn Fn(Told) + Send + Sync),
    ) -> Result<u32, StoreError> {
        let due = house.store.due_alerts(self.now(), Channel::Webhook, hook.since()).await?;
        let mut arrived = 0;
        for due in due.into_iter().filter(|due| is_time(due, self.now())) {
            let alert = due.alert;
            house.store.attempt(alert.id, Channel::Webhook, self.now()).await?;
            match webhook::send(house, hook, &message(&alert), self.now()).await {
                Ok(receipt) => {
                    house.store.delivered(alert.id, Channel::Webhook, &receipt, self.now()).await?;
                    arrived += 1;
                    tell(Told::Delivered { channel: WEBHOOK, title: alert.alert.title });
                }
                Err(error) => {
                    let problem = sentence(&error.to_string());
                    house.store.undelivered(alert.id, Channel::Webhook, &problem, self.now()).await?;
                    let title = alert.alert.title;
                    tell(Told::Undelivered { channel: WEBHOOK, title, problem });
                    if !matches!(error, HookError::Refused(_)) {
                        break;
                    }
                }
            }
        }
        Ok(arrived)
    }

    /// Sends a test through every channel that is on.
    pub(super) async fn test_alert(&self) -> Result<TestedAlert, ApiError> {
        const TITLE: &str = "Spendglass can reach you here";
        const BODY: &str = "This is a test: reminders will look like this one. Nothing is to be done.";
        let house = self.house().await;
        let mut deliveries = Vec::new();
        if let (Some(desktop), true) =
            (self.watch_state().desktop(), self.kept_alert_settings(&house).await?.desktop)
        {
            let notice = Notice {
                title: TITLE.to_owned(),
                body: BODY.to_owned(),
                urgency: Urgency::Normal,
                actions: Vec::new(),
                replaces: None,
            };
            let shown = desktop.show(&notice).await;
            self.note_server(shown.as_ref().err());
            deliveries.push(tested(Channel::Desktop, shown, self.now()));
        }
        if let Some(hook) = webhook::hook(&house).await? {
            let now = self.now().to_string();
            let message = Message {
                id: 0,
                rule: "test".to_owned(),
                subject: "test".to_owned(),
                step: "test".to_owned(),
                level: "info".to_owned(),
                title: TITLE.to_owned(),
                body: BODY.to_owned(),
                account: None,
                raised_at: now.clone(),
                due_at: now,
                test: true,
                text: format!("{TITLE}\n{BODY}"),
            };
            let sent = webhook::send(&house, &hook, &message, self.now()).await;
            deliveries.push(tested(Channel::Webhook, sent, self.now()));
        }
        Ok(TestedAlert { deliveries })
    }

    /// Does what a person chose on a notification.
    pub(super) async fn react(&self, reaction: &Reaction, tell: &(dyn Fn(Told) + Send + Sync)) {
        let Some(alert) = self.watch_state().alert_of(&reaction.receipt) else {
            // A test: there is nothing to answer, but the window may be wanted.
            if reaction.chosen == Some(Action::Open) {
                self.tell(Event::Show { screen: "inbox".to_owned() });
            }
            return;
        };
        let Some(chosen) = reaction.chosen else {
            self.watch_state().closed(&reaction.receipt);
            return;
        };
        let answer = match chosen {
            Action::Open => AlertAnswer::Seen,
            Action::Snooze => AlertAnswer::Snooze { hours: SNOOZE_HOURS },
            Action::Used => AlertAnswer::Used,
        };
        if chosen == Action::Open {
            let rule = self.real().store.alert(alert).await.ok().flatten().map(|row| row.alert.rule);
            self.tell(Event::Show { screen: screen(rule).to_owned() });
        }
        match self.answer_alert_in(self.real(), &AnswerAlert { id: alert, answer }).await {
            Ok(row) => tell(Told::Answered { title: row.title, chosen }),
            Err(error) => tell(Told::Failed { words: error.message }),
        }
    }

    /// Why alerts do not reach the person now, in words.
    pub(super) async fn delivery_warning(&self) -> Result<Option<String>, ApiError> {
        let house = self.house().await;
        let hooked = webhook::hook(&house).await?.is_some();
        let wanted = self.kept_alert_settings(&house).await?.desktop;
        if !wanted && !hooked {
            return Ok(Some("Nothing is delivered: the desktop is off, and no webhook is set.".to_owned()));
        }
        if let (Some(desktop), true) = (self.watch_state().desktop(), wanted) {
            self.look_at_server(desktop).await;
            if let Some(problem) = self.watch_state().seen().and_then(|seen| seen.problem) {
                return Ok(Some(problem));
            }
        }
        let looked = self.last_look(&house).await?;
        let lately = looked.is_some_and(|at| self.now().seconds_since(at) < UNWATCHED);
        Ok((!lately && !house.sample && !house.store.is_watched()?).then(|| {
            "Nothing watches now: reminders come only while the window is open, or spendglass watch runs."
                .to_owned()
        }))
    }

    /// Asks whether a notification service is there, unless that is known.
    async fn look_at_server(&self, desktop: &Desktop) {
        let known = self.watch_state().seen();
        let fresh = known.is_some_and(|seen| (0..BELIEVED).contains(&self.now().seconds_since(seen.at)));
        if !fresh {
            self.note_server(desktop.server().await.as_ref().err());
        }
    }

    pub(super) fn note_server(&self, error: Option<&NoticeError>) {
        let problem = error.map(|error| sentence(&error.to_string()));
        self.watch_state().set_seen(Seen { at: self.now(), problem });
    }

    fn notice(&self, alert: &AlertRow) -> Notice {
        let mut actions = Vec::new();
        if self.is_listened_to() {
            actions.push(Action::Open);
        }
        actions.push(Action::Snooze);
        if alert.alert.rule == AlertRule::Expiry {
            actions.push(Action::Used);
        }
        Notice {
            title: alert.alert.title.clone(),
            body: alert.alert.body.clone(),
            urgency: match alert.alert.level {
                AlertLevel::Info => Urgency::Low,
                AlertLevel::Warning => Urgency::Normal,
                AlertLevel::Urgent => Urgency::Critical,
            },
            actions,
            replaces: self.watch_state().receipt_of(alert.id),
        }
    }
}

fn problem_of(due: &DueAlert) -> Option<&String> {
    due.tried.as_ref()?.problem.as_ref()
}

/// Whether another try is not too early. One that was cut off by the end of the program is made again at once, and so is one
/// that found nobody there: somebody has answered by now.
fn is_time(due: &DueAlert, now: Timestamp) -> bool {
    let Some(tried) = &due.tried else { return true };
    let Some(problem) = &tried.problem else { return true };
    let absent = [NoticeError::NoBus, NoticeError::NoServer].map(|error| sentence(&error.to_string()));
    let last = WAITS.len() - 1;
    let wait = WAITS[usize::try_from(tried.attempts).unwrap_or(last).saturating_sub(1).min(last)];
    let waited = now.seconds_since(tried.attempted_at);
    absent.contains(problem) || !(0..wait).contains(&waited)
}

/// The screen on which a person does something about an alert.
fn screen(rule: Option<AlertRule>) -> &'static str {
    match rule {
        Some(AlertRule::Expiry | AlertRule::LowBalance) => "credits",
        Some(AlertRule::Allowance | AlertRule::AllowanceReset) => "limits",
        Some(AlertRule::Spike) => "spend",
        Some(AlertRule::KeyFailing) => "accounts",
        _ => "inbox",
    }
}

fn message(row: &AlertRow) -> Message {
    let alert = &row.alert;
    Message {
        id: row.id,
        rule: camel(name_of(alert.rule, AlertRule::NAMED)),
        subject: alert.subject.clone(),
        step: alert.step.clone(),
        level: name_of(alert.level, AlertLevel::NAMED).to_owned(),
        title: alert.title.clone(),
        body: alert.body.clone(),
        account: alert.account_id,
        raised_at: row.raised_at.to_string(),
        due_at: alert.due_at.to_string(),
        test: false,
        text: format!("{}\n{}", alert.title, alert.body),
    }
}

/// What came of a test.
fn tested(channel: Channel, outcome: Result<String, impl std::error::Error>, now: Timestamp) -> DoorRow {
    DoorRow {
        channel: name_of(channel, Channel::NAMED).to_owned(),
        delivered: outcome.is_ok(),
        at: now.to_string(),
        problem: outcome.as_ref().err().map(|error| sentence(&error.to_string())),
        receipt: outcome.ok(),
    }
}
