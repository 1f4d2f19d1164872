//! Alerts in the door's words: the inbox, what a person does with an alert, and how alerts are set.

use super::app::{App, House};
use super::forms::wrong;
use super::{
    AlertAnswer, AlertLevel, AlertRow, AlertRule, AlertSettings, AlertState, AnswerAlert, ApiError,
    DeliveryRow, ErrorCode, Event, Inbox, InboxQuery, LowBalance, QuietHours, RuleSetting,
};
use crate::alert::{self, Moment, Quiet, Rule};
use crate::ledger::{self, Channel, name_of};
use crate::money::{self, Currency};
use crate::store::{self, Answer};
use crate::time::Timestamp;

/// The setting that holds how alerts are set.
const SETTING: &str = "alerts";
const USUALLY_SHOWN: u32 = 200;
const MOST_SHOWN: u32 = 2_000;
const LONGEST_SNOOZE: u32 = 720;
const MOST_STEPS: usize = 10;
const LONGEST_AHEAD: u32 = 365;
const HIGHEST_PERCENT: u32 = 200;

impl App {
    pub(super) async fn inbox(&self, query: InboxQuery) -> Result<Inbox, ApiError> {
        let house = self.house().await;
        let now = self.now();
        let most = query.most.unwrap_or(USUALLY_SHOWN).min(MOST_SHOWN);
        let rows = house.store.inbox(most).await?;
        Ok(Inbox {
            now: now.to_string(),
            alerts: rows.iter().map(|row| alert_row(row, now)).collect(),
            unseen: house.store.unseen_alerts().await?,
            warning: match (self.delivery_warning().await?, self.alert_memory().trouble(&house)) {
                (Some(delivery), Some(trouble)) => Some(format!("{delivery} {trouble}")),
                (delivery, trouble) => delivery.or(trouble),
            },
        })
    }

    pub(super) async fn answer_alert(&self, request: &AnswerAlert) -> Result<AlertRow, ApiError> {
        self.answer_alert_in(&self.house().await, request).await
    }

    /// The same in one house, whichever is open: a notification is answered where it came from.
    pub(super) async fn answer_alert_in(
        &self,
        house: &House,
        request: &AnswerAlert,
    ) -> Result<AlertRow, ApiError> {
        let now = self.now();
        let id = request.id;
        let none = || ApiError::bad(format!("there is no alert {id}"));
        let kept = house.store.alert(id).await?.filter(|row| !row.alert.noted).ok_or_else(none)?;
        let answer = match request.answer {
            AlertAnswer::Seen => Answer::Seen,
            AlertAnswer::Snooze { hours } => {
                if !(1..=LONGEST_SNOOZE).contains(&hours) {
                    let problem =
                        format!("\"{hours}\" is not between 1 and {LONGEST_SNOOZE}, which is thirty days");
                    return Err(wrong("hours", problem));
                }
                if kept.ended.is_some() {
                    return Err(ApiError::bad(format!(
                        "alert {id} is over, so there is nothing to put off; mark it as seen"
                    )));
                }
                let settings = self.kept_alert_settings(house).await?;
                let at = now.plus_seconds(i64::from(hours) * 3_600);
                Answer::Snooze(in_room(&settings).due(at, self.calendar().await?))
            }
            AlertAnswer::Used if kept.alert.rule == ledger::AlertRule::Expiry => Answer::Used,
            AlertAnswer::Unused if kept.alert.rule == ledger::AlertRule::Expiry => Answer::Unused,
            AlertAnswer::Used | AlertAnswer::Unused => {
                return Err(ApiError::bad(format!(
                    "alert {id} is of no lot of credit; mark it as seen, or put it off"
                )));
            }
        };
        house.store.answer(id, answer, now).await?;
        self.tell_alerted(house).await?;
        let row = house.store.alert(id).await?.ok_or_else(none)?;
        Ok(alert_row(&row, now))
    }

    pub(super) async fn alert_settings(&self) -> Result<AlertSettings, ApiError> {
        self.kept_alert_settings(&self.house().await).await
    }

    /// How alerts are set in a store.
    pub(super) async fn kept_alert_settings(&self, house: &House) -> Result<AlertSettings, ApiError> {
        let kept = house.store.setting(SETTING).await?;
        // Those of another version that cannot be read are as good as none: every one has a default.
        let kept: Option<AlertSettings> = kept.and_then(|text| serde_json::from_str(&text).ok());
        let mut settings = kept.unwrap_or_else(usual);
        for rule in usual().rules {
            if !settings.rules.iter().any(|kept| kept.rule == rule.rule) {
                settings.rules.push(rule);
            }
        }
        Ok(settings)
    }

    pub(super) async fn change_alert_settings(
        &self,
        settings: AlertSettings,
    ) -> Result<AlertSettings, ApiError> {
        let house = self.house().await;
        let accounts: Vec<i64> = house.store.accounts().await?.iter().map(|row| row.id).collect();
        let settings = checked(settings, &accounts)?;
        let text = serde_json::to_string(&settings).map_err(|error| {
            ApiError::new(ErrorCode::Internal, format!("settings could not be written: {error}"))
        })?;
        house.store.set_setting(SETTING, &text).await?;
        self.tell(Event::Changed);
        self.kept_alert_settings(&house).await
    }

    /// Raises and ends what the figures of the open store say by now, and tells how many alerts wait to be delivered. `fresh`
    /// where nothing was ever evaluated.
    pub async fn raise_alerts(&self, fresh: bool) -> Result<usize, ApiError> {
        self.evaluate_alerts(&self.house().await, self.now(), fresh).await
    }

    /// Raises and ends what the figures say by now, and tells how many alerts wait to be delivered. `fresh` where nothing was
    /// ever evaluated.
    pub(super) async fn evaluate_alerts(
        &self,
        house: &House,
        now: Timestamp,
        fresh: bool,
    ) -> Result<usize, ApiError> {
        if self.awaits_return(house, now).await? {
            // What is over while an account is hidden would be raised a second time when it comes back.
            return Ok(house.store.due_alerts(now, Channel::Desktop, None).await?.len());
        }
        let settings = in_room(&self.kept_alert_settings(house).await?);
        let calendar = self.calendar().await?;
        let facts = self.alert_facts(house, &settings, now, calendar).await?;
        let raised = house.store.alert_stands().await?;
        let last = self.last_look(house).await?;
        let changes = alert::evaluate(&facts, &settings, &raised, Moment { now, calendar, fresh, last });
        house.store.book_alerts(&changes, now).await?;
        if !changes.is_empty() {
            self.tell_alerted(house).await?;
        }
        Ok(house.store.due_alerts(now, Channel::Desktop, None).await?.len())
    }

    pub(super) async fn tell_alerted(&self, house: &House) -> Result<(), ApiError> {
        let unseen = house.store.unseen_alerts().await?;
        self.tell(Event::Alerted { unseen });
        Ok(())
    }
}

/// An alert in the door's words.
pub(super) fn alert_row(row: &store::AlertRow, now: Timestamp) -> AlertRow {
    let alert = &row.alert;
    let delivered = row.deliveries.iter().any(|delivery| delivery.delivered_at.is_some());
    AlertRow {
        id: row.id,
        rule: alert.rule.into(),
        subject: alert.subject.clone(),
        step: alert.step.clone(),
        level: match alert.level {
            ledger::AlertLevel::Info => AlertLevel::Info,
            ledger::AlertLevel::Warning => AlertLevel::Warning,
            ledger::AlertLevel::Urgent => AlertLevel::Urgent,
        },
        title: alert.title.clone(),
        body: alert.body.clone(),
        account: alert.account_id,
        raised_at: row.raised_at.to_string(),
        due_at: alert.due_at.to_string(),
        state: if row.ended.is_some() {
            AlertState::Over
        } else if row.seen_at.is_some() {
            AlertState::Seen
        } else if alert.due_at > now && row.snoozed {
            AlertState::Snoozed
        } else if alert.due_at > now {
            AlertState::Quiet
        } else if delivered {
            AlertState::Sent
        } else {
            AlertState::Due
        },
        deliveries: row.deliveries.iter().map(delivery_row).collect(),
    }
}

/// What a channel did, in the door's words.
pub(super) fn delivery_row(row: &store::DeliveryRow) -> DeliveryRow {
    DeliveryRow {
        channel: name_of(row.channel, Channel::NAMED).to_owned(),
        delivered: row.delivered_at.is_some(),
        at: row.delivered_at.unwrap_or(row.attempted_at).to_string(),
        receipt: row.receipt.clone(),
        problem: row.problem.clone(),
    }
}

const RULES: [(AlertRule, ledger::AlertRule); 10] = [
    (AlertRule::Expiry, ledger::AlertRule::Expiry),
    (AlertRule::LowBalance, ledger::AlertRule::LowBalance),
    (AlertRule::Budget, ledger::AlertRule::Budget),
    (AlertRule::BudgetForecast, ledger::AlertRule::BudgetForecast),
    (AlertRule::Allowance, ledger::AlertRule::Allowance),
    (AlertRule::AllowanceReset, ledger::AlertRule::AllowanceReset),
    (AlertRule::Spike, ledger::AlertRule::Spike),
    (AlertRule::Renewal, ledger::AlertRule::Renewal),
    (AlertRule::KeyFailing, ledger::AlertRule::KeyFailing),
    (AlertRule::PriceChange, ledger::AlertRule::PriceChange),
];

impl From<ledger::AlertRule> for AlertRule {
    fn from(rule: ledger::AlertRule) -> AlertRule {
        RULES.iter().find(|(_, known)| *known == rule).map_or(AlertRule::Expiry, |(rule, _)| *rule)
    }
}

/// As alerts are set without the person's say.
fn usual() -> AlertSettings {
    let rule = |(rule, known): &(AlertRule, ledger::AlertRule)| {
        let Rule { on, steps } = Rule::usual(*known);
        RuleSetting { rule: *rule, on, steps }
    };
    let room = alert::Settings::default();
    AlertSettings {
        rules: RULES.iter().map(rule).collect(),
        low_balance_days: room.low_balance_days,
        low_balances: Vec::new(),
        quiet: None,
        desktop: true,
    }
}

/// Settings in the words of the room that judges. They were checked when they were kept: what cannot be read is left out.
fn in_room(settings: &AlertSettings) -> alert::Settings {
    let rule = |setting: &RuleSetting| {
        let (_, rule) = RULES.iter().find(|(known, _)| *known == setting.rule)?;
        Some((*rule, Rule { on: setting.on, steps: setting.steps.clone() }))
    };
    let low = |low: &LowBalance| {
        Some((low.account, low.currency.parse::<Currency>().ok()?, money::exact(&low.amount).ok()?))
    };
    let quiet = settings
        .quiet
        .as_ref()
        .and_then(|quiet| Some(Quiet { from: minutes(&quiet.from)?, to: minutes(&quiet.to)? }));
    alert::Settings {
        rules: settings.rules.iter().filter_map(rule).collect(),
        low_balance_days: settings.low_balance_days,
        low_balances: settings.low_balances.iter().filter_map(low).collect(),
        quiet,
    }
}

/// Minutes after midnight of a time such as `22:00`.
fn minutes(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let plain = |digits: &str| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(hours) || !plain(minutes) {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Settings that can be kept, or the field that is wrong and what to do.
fn checked(mut settings: AlertSettings, accounts: &[i64]) -> Result<AlertSettings, ApiError> {
    for (at, rule) in settings.rules.iter().enumerate() {
        if settings.rules.iter().take(at).any(|other| other.rule == rule.rule) {
            return Err(wrong("rules", format!("{:?} is in there twice: leave one out", rule.rule)));
        }
        steps(rule)?;
    }
    for rule in &mut settings.rules {
        rule.steps.sort_unstable();
        // Days count down, per cent count up.
        if matches!(rule.rule, AlertRule::Expiry | AlertRule::Renewal) {
            rule.steps.reverse();
        }
    }
    if !(1..=LONGEST_AHEAD).contains(&settings.low_balance_days) {
        return Err(wrong(
            "low_balance_days",
            format!(
                "\"{}\" is not between 1 and {LONGEST_AHEAD}; to hear nothing of low balances, switch the rule off",
                settings.low_balance_days
            ),
        ));
    }
    for (at, low) in settings.low_balances.iter().enumerate() {
        let field = "low_balances";
        if !accounts.contains(&low.account) {
            return Err(wrong(field, format!("there is no account {}", low.account)));
        }
        low.currency.parse::<Currency>().map_err(|error| wrong(field, error.to_string()))?;
        let amount = money::exact(&low.amount).map_err(|error| wrong(field, error.to_string()))?;
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(wrong(field, format!("{amount} lies below nought: use 0 or more")));
        }
        let same = |other: &LowBalance| (other.account, &other.currency) == (low.account, &low.currency);
        if settings.low_balances.iter().take(at).any(same) {
            let problem =
                format!("account {} in {} is in there twice: leave one out", low.account, low.currency);
            return Err(wrong(field, problem));
        }
    }
    if let Some(QuietHours { from, to }) = &settings.quiet {
        for time in [from, to] {
            if minutes(time).is_none() {
                return Err(wrong("quiet", format!("\"{time}\" is not a time such as 22:00")));
            }
        }
        if from == to {
            return Err(wrong("quiet", format!("they begin and end at {from}: choose another end, or none")));
        }
    }
    Ok(settings)
}

fn steps(rule: &RuleSetting) -> Result<(), ApiError> {
    let (most, what) = match rule.rule {
        AlertRule::Expiry | AlertRule::Renewal => (LONGEST_AHEAD, "days"),
        AlertRule::Budget | AlertRule::Allowance => (HIGHEST_PERCENT, "per cent"),
        _ if rule.steps.is_empty() => return Ok(()),
        _ => return Err(wrong("steps", format!("{:?} has no steps: leave them out", rule.rule))),
    };
    if rule.steps.is_empty() {
        let problem =
            format!("{:?} needs at least one step; to hear nothing of it, switch it off", rule.rule);
        return Err(wrong("steps", problem));
    }
    if rule.steps.len() > MOST_STEPS {
        return Err(wrong("steps", format!("{:?} takes at most {MOST_STEPS} steps", rule.rule)));
    }
    if let Some(step) = rule.steps.iter().find(|step| !(1..=most).contains(*step)) {
        return Err(wrong("steps", format!("{step} {what} is not between 1 and {most}")));
    }
    let mut sorted = rule.steps.clone();
    sorted.sort_unstable();
    if let Some([twice, _]) = sorted.array_windows().find(|[one, next]| one == next) {
        return Err(wrong("steps", format!("{twice} is in there twice: leave one out")));
    }
    Ok(())
}
