//! Delivery: what is due goes to each channel, an attempt before and a receipt after. What no channel takes stays in the inbox.

use std::collections::BTreeMap;

use super::alerts::AlertAnswer;
use super::app::{App, House};
use super::failures::sentence;
use super::forms::camel;
use super::watching::Told;
use super::webhook::{self, Hook, HookError, Message};
use super::{AnswerAlert, ApiError, DeliveryRow as DoorRow, Event, TestedAlert};
use crate::ledger::{AlertLevel, AlertRule, Channel, name_of};
use crate::notice::{Action, Desktop, Notice, NoticeError, Reaction, Server, Urgency};
use crate::store::{AlertRow, DueAlert, Receipt, StoreError};
use crate::time::Timestamp;

/// The channels, as they are told.
const DESKTOP: &str = "desktop";
const WEBHOOK: &str = "webhook";
/// Hours for which the button of a notification puts an alert off.
const SNOOZE_HOURS: u32 = 24;
/// Waits after tries that a channel answered with a problem; the last one holds for all further.
const WAITS: [i64; 8] = [60, 120, 240, 480, 960, 1_800, 3_600, 21_600];
/// No wait of the desktop is longer, in seconds: asking it costs nothing, and it may be well again any time.
const DESKTOP_WAIT: i64 = 600;
/// So many reminders come one by one at once; of more, those that are not over, and of the rest one tells.
const ONE_BY_ONE: usize = 8;
/// What was over before so many seconds is not shown by itself any more.
const LONG_OVER: i64 = 7 * 86_400;
/// So many titles stand in the one that tells of the rest.
const TITLES: usize = 3;
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
            if let Some(server) = self.look_at_server(desktop).await {
                self.meet(house, desktop, &server).await?;
            }
            return Ok(0);
        }
        // Asked first: to write an attempt every minute while nobody is there would wear the disk.
        let server = match desktop.server().await {
            Ok(server) => server,
            Err(error) => {
                self.note_server(Some(&error));
                let problem = sentence(&error.to_string());
                for due in due.iter().filter(|due| problem_of(due) != Some(&problem)) {
                    house.store.undelivered(due.turn(), Channel::Desktop, &problem, self.now()).await?;
                    let title = due.alert.alert.title.clone();
                    tell(Told::Undelivered { channel: DESKTOP, title, problem: problem.clone() });
                }
                return Ok(0);
            }
        };
        self.note_server(None);
        self.meet(house, desktop, &server).await?;
        let due = due.into_iter().filter(|due| is_time(due, DESKTOP_WAIT, self.now())).collect();
        let (single, rest) = parted(due, self.now());
        let mut arrived = 0;
        for due in &single {
            let notice = self.notice(&due.alert);
            match self.show(house, desktop, &server, std::slice::from_ref(due), &notice, tell).await? {
                Shown::Well(count) => arrived += count,
                Shown::Refused => {}
                // The others would wait for the same silence.
                Shown::Nobody => return Ok(arrived),
            }
        }
        if let Some(notice) = summary(&rest)
            && let Shown::Well(count) = self.show(house, desktop, &server, &rest, &notice, tell).await?
        {
            arrived += count;
        }
        Ok(arrived)
    }

    /// Shows what tells of some alerts, with an attempt before and a receipt after for each of them.
    async fn show(
        &self,
        house: &House,
        desktop: &Desktop,
        server: &Server,
        of: &[DueAlert],
        notice: &Notice,
        tell: &(dyn Fn(Told) + Send + Sync),
    ) -> Result<Shown, StoreError> {
        let mut turns = Vec::new();
        for due in of {
            if house.store.attempt(due.turn(), Channel::Desktop, self.now()).await? {
                turns.push(due.turn());
            }
        }
        if turns.is_empty() {
            return Ok(Shown::Well(0));
        }
        let title = notice.title.clone();
        match desktop.show(notice).await {
            Ok(number) => {
                // What tells of the rest has no buttons: nothing in it is an answer.
                let one = !notice.actions.is_empty();
                if let (true, [turn]) = (one, turns.as_slice()) {
                    self.watch_state().shown(&number, turn.alert);
                } else {
                    self.watch_state().closed(&number);
                }
                let server = server.run.as_deref().filter(|_| one);
                let receipt = Receipt { number: &number, server };
                for turn in &turns {
                    house.store.delivered(*turn, Channel::Desktop, receipt, self.now()).await?;
                }
                tell(Told::Delivered { channel: DESKTOP, title });
                Ok(Shown::Well(u32::try_from(turns.len()).unwrap_or(u32::MAX)))
            }
            Err(error) => {
                let problem = sentence(&error.to_string());
                for turn in &turns {
                    house.store.undelivered(*turn, Channel::Desktop, &problem, self.now()).await?;
                }
                tell(Told::Undelivered { channel: DESKTOP, title, problem });
                if matches!(error, NoticeError::Refused(_)) {
                    return Ok(Shown::Refused);
                }
                self.note_server(Some(&error));
                Ok(Shown::Nobody)
            }
        }
    }

    /// Recalls what this run of the service has shown for an earlier run of the program: its buttons are still there.
    async fn meet(&self, house: &House, desktop: &Desktop, server: &Server) -> Result<(), StoreError> {
        let Some(run) = server.run.as_deref().filter(|run| !self.watch_state().is_met(run)) else {
            return Ok(());
        };
        let shown: BTreeMap<String, i64> = house.store.receipts_of(run).await?.into_iter().collect();
        let receipts: Vec<String> = shown.keys().cloned().collect();
        desktop.recall(run, &receipts);
        self.watch_state().meet(run, shown);
        Ok(())
    }

    async fn to_webhook(
        &self,
        house: &House,
        hook: &Hook,
        tell: &(dyn Fn(Told) + Send + Sync),
    ) -> Result<u32, StoreError> {
        let due = house.store.due_alerts(self.now(), Channel::Webhook, hook.since()).await?;
        let mut arrived = 0;
        let longest = i64::MAX;
        for due in due.into_iter().filter(|due| is_time(due, longest, self.now())) {
            let turn = due.turn();
            if !house.store.attempt(turn, Channel::Webhook, self.now()).await? {
                continue;
            }
            let alert = due.alert;
            match webhook::send(house, hook, &message(&alert), self.now()).await {
                Ok(status) => {
                    let receipt = Receipt { number: &status, server: None };
                    house.store.delivered(turn, Channel::Webhook, receipt, self.now()).await?;
                    arrived += 1;
                    tell(Told::Delivered { channel: WEBHOOK, title: alert.alert.title });
                }
                Err(error) => {
                    let problem = sentence(&error.to_string());
                    house.store.undelivered(turn, Channel::Webhook, &problem, self.now()).await?;
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
            if let Ok(receipt) = &shown {
                self.watch_state().closed(receipt);
            }
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
            // A test, or what tells of many: there is nothing to answer, but the window may be wanted.
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

    /// Asks who shows notifications, if anybody, unless that is known.
    async fn look_at_server(&self, desktop: &Desktop) -> Option<Server> {
        let known = self.watch_state().seen();
        if known.is_some_and(|seen| (0..BELIEVED).contains(&self.now().seconds_since(seen.at))) {
            return None;
        }
        let server = desktop.server().await;
        self.note_server(server.as_ref().err());
        server.ok()
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

/// What came of showing something.
enum Shown {
    /// It stands there, of so many alerts.
    Well(u32),
    Refused,
    /// Nobody answers any more.
    Nobody,
}

/// What comes one by one, and what is told in sum: after a long absence nobody wants a flood of what is over or was overtaken.
fn parted(due: Vec<DueAlert>, now: Timestamp) -> (Vec<DueAlert>, Vec<DueAlert>) {
    let many = due.len() > ONE_BY_ONE;
    let mut newest = BTreeMap::new();
    for DueAlert { alert, .. } in &due {
        let id = newest.entry((name_of(alert.alert.rule, AlertRule::NAMED), alert.alert.subject.clone()));
        let id = id.or_insert(alert.id);
        *id = alert.id.max(*id);
    }
    let mut room = ONE_BY_ONE;
    due.into_iter().partition(|DueAlert { alert: row, .. }| {
        let key = (name_of(row.alert.rule, AlertRule::NAMED), row.alert.subject.clone());
        let over = row.ended.is_some();
        let stale = if many {
            over || newest.get(&key) != Some(&row.id)
        } else {
            over && now.seconds_since(row.alert.due_at) > LONG_OVER
        };
        let comes = !stale && room > 0;
        room -= usize::from(comes);
        comes
    })
}

/// What tells of all that does not come one by one.
fn summary(rest: &[DueAlert]) -> Option<Notice> {
    let title = match rest {
        [] => return None,
        [_] => "1 more reminder waits in the inbox".to_owned(),
        rest => format!("{} more reminders wait in the inbox", rest.len()),
    };
    let mut body: Vec<String> = rest.iter().take(TITLES).map(|due| due.alert.alert.title.clone()).collect();
    if rest.len() > TITLES {
        body.push(format!("and {} more", rest.len() - TITLES));
    }
    let urgency = Urgency::Normal;
    Some(Notice { title, body: body.join("\n"), urgency, actions: Vec::new(), replaces: None })
}

/// Whether another try is not too early, where no wait is longer than `longest` seconds. One that was cut off by the end of the program is made again at once, and so is one
/// that found nobody there: somebody has answered by now.
fn is_time(due: &DueAlert, longest: i64, now: Timestamp) -> bool {
    let Some(tried) = &due.tried else { return true };
    let Some(problem) = &tried.problem else { return true };
    let absent = [NoticeError::NoBus, NoticeError::NoServer].map(|error| sentence(&error.to_string()));
    let last = WAITS.len() - 1;
    let wait =
        WAITS[usize::try_from(tried.attempts).unwrap_or(last).saturating_sub(1).min(last)].min(longest);
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
