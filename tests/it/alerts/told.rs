//! Facts in, alerts out, remembered as the store does: what the tests of the pure room share.

use spendglass_core::alert::{Facts, Lot, Moment, Quota, Range, Settings, Whose, evaluate};
use spendglass_core::ledger::{AlertEnd, AlertRule, QuotaWindow};
use spendglass_core::money::{Currency, Decimal};
use spendglass_core::store::{AlertStand, RaisedAlert};
use spendglass_core::time::{Calendar, Timestamp};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| panic!("{text} is no time"))
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn whose() -> Whose {
    Whose { account: 1, label: "OpenRouter".to_owned() }
}

/// What was raised so far, in memory, by the rules of the table.
pub(crate) struct Desk {
    pub(crate) settings: Settings,
    pub(crate) calendar: Calendar,
    pub(crate) stands: Vec<AlertStand>,
    pub(crate) said: Vec<(i64, RaisedAlert)>,
    pub(crate) last: Option<Timestamp>,
    next: i64,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk::within("UTC")
    }

    pub(crate) fn within(zone: &str) -> Desk {
        let calendar = Calendar::new(zone.parse().unwrap());
        Desk {
            settings: Settings::default(),
            calendar,
            stands: Vec::new(),
            said: Vec::new(),
            last: None,
            next: 1,
        }
    }

    /// Evaluates and books; returns what a person is told of.
    pub(crate) fn look(&mut self, facts: &Facts, now: &str) -> Vec<RaisedAlert> {
        self.look_as(facts, now, false)
    }

    pub(crate) fn look_as(&mut self, facts: &Facts, now: &str, fresh: bool) -> Vec<RaisedAlert> {
        let now = at(now);
        let moment = Moment { now, calendar: self.calendar, fresh, last: self.last };
        let changes = evaluate(facts, &self.settings, &self.stands, moment);
        for stand in &mut self.stands {
            stand.rearmed |= changes.rearmed.contains(&stand.id);
            let ended = changes.ended.iter().find(|ended| ended.id == stand.id);
            let unheard = stand.ended == Some(AlertEnd::Passed) && !stand.delivered;
            stand.ended =
                stand.ended.filter(|_| !unheard || ended.is_none()).or(ended.map(|ended| ended.how));
        }
        let mut told = Vec::new();
        for raised in changes.raised {
            let same = |stand: &AlertStand| {
                (stand.rule, &stand.subject, &stand.step) == (raised.rule, &raised.subject, &raised.step)
            };
            let stands = self.stands.iter().any(|stand| same(stand) && !stand.rearmed);
            assert!(!stands, "{} of {} is raised while it stands", raised.step, raised.subject);
            self.stands.retain(|stand| !same(stand));
            self.stands.push(AlertStand {
                id: self.next,
                rule: raised.rule,
                subject: raised.subject.clone(),
                step: raised.step.clone(),
                account_id: raised.account_id,
                raised_at: now,
                until: raised.until,
                rearmed: false,
                ended: None,
                seen: false,
                used: false,
                delivered: !raised.noted,
            });
            if !raised.noted {
                self.said.push((self.next, raised.clone()));
                told.push(raised);
            }
            self.next += 1;
        }
        // The same once more, a moment later, says nothing.
        let again = evaluate(facts, &self.settings, &self.stands, moment);
        assert!(again.is_empty(), "twice is not the same as once: {again:?}");
        self.last = Some(now);
        told
    }

    /// The steps that a person is told of.
    pub(crate) fn steps(&mut self, facts: &Facts, now: &str) -> Vec<String> {
        self.look(facts, now).into_iter().map(|raised| raised.step).collect()
    }

    /// How what was said of a step ended.
    pub(crate) fn end_of(&self, rule: AlertRule, step: &str) -> Option<AlertEnd> {
        self.stands.iter().find(|stand| stand.rule == rule && stand.step == step).unwrap().ended
    }

    pub(crate) fn stand(&mut self, step: &str) -> &mut AlertStand {
        self.stands.iter_mut().find(|stand| stand.step == step).unwrap()
    }
}

pub(crate) fn lot(left: &str, risk: Option<[&str; 3]>, lapses_at: &str) -> Lot {
    Lot {
        id: "entry-1".to_owned(),
        whose: whose(),
        currency: Currency::USD,
        left: Some(dec(left)),
        lapsed: Some(dec("0")),
        lapses_at: Some(at(lapses_at)),
        at_risk: risk.map(|[p10, p50, p90]| Range { p10: dec(p10), p50: dec(p50), p90: dec(p90) }),
        at_risk_unknown: risk.is_none().then(|| "a forecast needs 7 complete days".to_owned()),
        needed_per_day: Some(dec("1.55")),
        by_inactivity: false,
        possible: false,
    }
}

pub(crate) fn with_lot(left: &str, lapses_at: &str) -> Facts {
    Facts { lots: vec![lot(left, Some(["3", "12.40", "15"]), lapses_at)], ..Facts::default() }
}

/// The same lot once it has lapsed, as the books then tell it.
pub(crate) fn with_lapsed(amount: &str, lapses_at: &str) -> Facts {
    let lot = Lot { lapsed: Some(dec(amount)), needed_per_day: None, ..lot("0", None, lapses_at) };
    Facts { lots: vec![Lot { at_risk_unknown: None, ..lot }], ..Facts::default() }
}

pub(crate) fn with_quota(used: Option<&str>, resets_at: Option<&str>) -> Facts {
    let quota = Quota {
        whose: whose(),
        name: "free requests".to_owned(),
        window: QuotaWindow::Day,
        model: None,
        project: None,
        unit: "requests".parse().unwrap(),
        used: used.map(dec),
        at_most: false,
        limit: dec("1000"),
        resets_at: resets_at.map(at),
    };
    Facts { quotas: vec![quota], ..Facts::default() }
}
