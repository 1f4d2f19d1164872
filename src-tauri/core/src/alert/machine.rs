//! What all rules have in common: steps are raised once, ended, and armed again.

use std::collections::{BTreeSet, HashMap};

use super::{Moment, Rule, Settings};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};
use crate::store::{AlertStand, BookedAlerts, EndedAlert, RaisedAlert};
use crate::time::Timestamp;

/// A window is over only some minutes after the time told for it: such times drift.
pub(super) const GRACE: i64 = 600;

/// A step of a subject.
pub(super) struct Step {
    pub(super) name: String,
    /// The figure is past it.
    pub(super) reached: bool,
    /// The figure is so far from it that it may be raised again.
    pub(super) recovered: bool,
    pub(super) level: AlertLevel,
    pub(super) title: String,
    pub(super) body: String,
}

/// What begins a new episode, beside a figure that recovered.
#[derive(Clone, Copy)]
pub(super) enum Episode {
    /// Nothing.
    Figure,
    /// Another end than was known when it was raised, later by more than so many seconds.
    Term { until: Timestamp, slack: i64 },
    /// A window that starts again: its end is another one, and the old one has come.
    Window { until: Option<Timestamp>, slack: i64 },
}

impl Episode {
    fn until(self) -> Option<Timestamp> {
        match self {
            Episode::Figure => None,
            Episode::Term { until, .. } => Some(until),
            Episode::Window { until, .. } => until,
        }
    }

    /// Whether what was raised is of an episode that is over.
    fn is_after(self, raised: &AlertStand, now: Timestamp) -> bool {
        let Some(old) = raised.until else { return false };
        match self {
            Episode::Figure => false,
            Episode::Term { until, slack } => until.seconds_since(old) > slack,
            Episode::Window { until: Some(until), slack } => {
                until.seconds_since(old) > slack && now.seconds_since(old) >= -GRACE
            }
            Episode::Window { until: None, .. } => now.seconds_since(old) >= GRACE,
        }
    }

    /// Whether what was raised, and was armed again since, is of this very episode: it is not raised twice in one.
    fn is_of(self, raised: &AlertStand) -> bool {
        match (self, raised.until) {
            (Episode::Term { until, slack } | Episode::Window { until: Some(until), slack }, Some(old)) => {
                until.seconds_since(old).abs() <= slack
            }
            _ => false,
        }
    }
}

/// How a subject stands with a rule.
pub(super) struct Standing {
    pub(super) rule: AlertRule,
    pub(super) subject: String,
    pub(super) account: Option<i64>,
    pub(super) episode: Episode,
    /// From the loosest to the tightest.
    pub(super) steps: Vec<Step>,
    /// Whether its matter is over.
    pub(super) over: Option<AlertEnd>,
    /// Whether and when it is only noted.
    pub(super) noted: Noted,
}

/// Whether and when what is reached is remembered only, and not said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// It is always said.
    Never,
    /// At the very first look, for it was so before anybody asked.
    AtFirst,
    /// It is never said.
    Always,
}

/// Raises, ends and arms.
pub(super) struct Machine<'a> {
    pub(super) settings: &'a Settings,
    pub(super) moment: Moment,
    raised: HashMap<(AlertRule, &'a str), Vec<&'a AlertStand>>,
    by_rule: HashMap<AlertRule, Vec<&'a AlertStand>>,
    judged: BTreeSet<(AlertRule, String)>,
    /// Accounts of which nothing can be said now.
    unheard: BTreeSet<i64>,
    changes: BookedAlerts,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        stands: &'a [AlertStand],
        unheard: &BTreeSet<i64>,
        moment: Moment,
    ) -> Machine<'a> {
        let mut raised: HashMap<_, Vec<_>> = HashMap::new();
        let mut by_rule: HashMap<_, Vec<_>> = HashMap::new();
        for stand in stands {
            raised.entry((stand.rule, stand.subject.as_str())).or_default().push(stand);
            by_rule.entry(stand.rule).or_default().push(stand);
        }
        Machine {
            settings,
            moment,
            raised,
            by_rule,
            judged: BTreeSet::new(),
            unheard: unheard.clone(),
            changes: BookedAlerts::default(),
        }
    }

    /// A rule as it is set, where it is on.
    pub(super) fn rule(&self, rule: AlertRule) -> Option<Rule> {
        Some(self.settings.rule(rule)).filter(|rule| rule.on)
    }

    /// What was raised of a rule and subject.
    pub(super) fn raised_of(&self, rule: AlertRule, subject: &str) -> Vec<&'a AlertStand> {
        self.raised.get(&(rule, subject)).cloned().unwrap_or_default()
    }

    /// Everything that was raised of a rule.
    pub(super) fn raised_by(&self, rule: AlertRule) -> Vec<&'a AlertStand> {
        self.by_rule.get(&rule).cloned().unwrap_or_default()
    }

    pub(super) fn was_judged(&self, rule: AlertRule, subject: &str) -> bool {
        self.judged.contains(&(rule, subject.to_owned()))
    }

    pub(super) fn end(&mut self, stand: &AlertStand, how: AlertEnd) {
        if stand.ended.is_none() && !self.changes.ended.iter().any(|ended| ended.id == stand.id) {
            self.changes.ended.push(EndedAlert { id: stand.id, how });
        }
    }

    /// Settles what nobody has heard yet, also of a matter that has passed: something newer is said in its place.
    pub(super) fn supersede(&mut self, stand: &AlertStand) {
        if stand.delivered || stand.seen || stand.ended == Some(AlertEnd::Settled) {
            return;
        }
        self.changes.ended.retain(|ended| ended.id != stand.id);
        self.changes.ended.push(EndedAlert { id: stand.id, how: AlertEnd::Settled });
    }

    /// The last of the subjects that begin so, of which something was raised, also just now.
    pub(super) fn latest_told(&self, rule: AlertRule, begins: &str) -> Option<&str> {
        let before = self.by_rule.get(&rule).into_iter().flatten().map(|stand| stand.subject.as_str());
        let now = self.changes.raised.iter().filter(|raised| raised.rule == rule);
        before
            .chain(now.map(|raised| raised.subject.as_str()))
            .filter(|subject| subject.starts_with(begins))
            .max()
    }

    pub(super) fn rearm(&mut self, stand: &AlertStand) {
        if !stand.rearmed && !self.changes.rearmed.contains(&stand.id) {
            self.changes.rearmed.push(stand.id);
        }
    }

    /// Judges a subject. Returns what was said of an episode that is over by now, and what is armed again because the figure fell.
    pub(super) fn judge(&mut self, standing: Standing) -> Vec<&'a AlertStand> {
        let Standing { rule, subject, account, episode, steps, over, noted } = standing;
        let mine = self.raised_of(rule, &subject);
        self.judged.insert((rule, subject.clone()));
        if mine.iter().any(|stand| stand.used) {
            return Vec::new();
        }
        if let Some(how) = over {
            for stand in mine {
                self.end(stand, how);
            }
            return Vec::new();
        }
        let now = self.moment.now;
        let place = |name: &str| steps.iter().position(|step| step.name == name);
        let (mut holding, mut left) = (Vec::new(), Vec::new());
        for stand in mine {
            let recovered =
                place(&stand.step).is_some_and(|at| steps.get(at).is_some_and(|step| step.recovered));
            let is_after = episode.is_after(stand, now);
            // In the same window it is not said again, however the figure went.
            if !stand.rearmed && (is_after || (recovered && !episode.is_of(stand))) {
                self.rearm(stand);
                self.end(stand, AlertEnd::Settled);
                left.push(stand);
            } else if !stand.rearmed || episode.is_of(stand) {
                holding.push(stand);
            }
        }
        let Some(tightest) = steps.iter().rposition(|step| step.reached) else { return left };
        if holding.iter().any(|stand| place(&stand.step).is_some_and(|at| at >= tightest)) {
            return left;
        }
        // What nobody has heard yet is said by the tighter step now.
        for stand in &holding {
            if !stand.delivered && !stand.seen && place(&stand.step).is_some() {
                self.end(stand, AlertEnd::Settled);
            }
        }
        let until = episode.until();
        let due_at = self.settings.due(now, self.moment.calendar);
        for (at, step) in steps.into_iter().enumerate().take(tightest + 1) {
            let missed = at < tightest;
            if missed && holding.iter().any(|stand| stand.step == step.name) {
                continue;
            }
            self.changes.raised.push(RaisedAlert {
                rule,
                subject: subject.clone(),
                step: step.name,
                level: step.level,
                title: step.title,
                body: step.body,
                account_id: account,
                due_at,
                until,
                // A step that was missed is remembered, so that it is not said on the way back.
                noted: missed
                    || match noted {
                        Noted::Never => false,
                        Noted::AtFirst => self.moment.fresh,
                        Noted::Always => true,
                    },
            });
        }
        left
    }

    /// Raises something whose earlier episode, if there was one, has just been ended.
    pub(super) fn raise_anew(
        &mut self,
        rule: AlertRule,
        subject: &str,
        step: &str,
        account: Option<i64>,
        (title, body): (String, String),
    ) {
        self.changes.raised.push(RaisedAlert {
            rule,
            subject: subject.to_owned(),
            step: step.to_owned(),
            level: AlertLevel::Info,
            title,
            body,
            account_id: account,
            due_at: self.settings.due(self.moment.now, self.moment.calendar),
            until: None,
            noted: self.moment.fresh,
        });
    }

    /// What was raised of something that is not there any more.
    pub(super) fn vanished(&self, rule: AlertRule) -> Vec<&'a AlertStand> {
        let unheard = |account: Option<i64>| account.is_some_and(|account| self.unheard.contains(&account));
        let gone = |stand: &&AlertStand| {
            !self.was_judged(rule, &stand.subject) && !stand.rearmed && !unheard(stand.account_id)
        };
        self.raised_by(rule).into_iter().filter(gone).collect()
    }

    pub(super) fn finish(mut self) -> BookedAlerts {
        // A rule that is switched off says nothing, and what it has not said yet it will not.
        let off: Vec<_> = self
            .by_rule
            .iter()
            .filter(|(rule, _)| !self.settings.rule(**rule).on)
            .flat_map(|(_, stands)| stands)
            .filter(|stand| !stand.delivered)
            .copied()
            .collect();
        for stand in off {
            self.end(stand, AlertEnd::Settled);
        }
        self.changes.rearmed.sort_unstable();
        self.changes.ended.sort_by_key(|ended| ended.id);
        self.changes
    }
}
