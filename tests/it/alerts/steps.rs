//! Steps: one alert each, one for all that were missed, and none again without a reason.

use spendglass_core::alert::{Facts, Rule};
use spendglass_core::ledger::{AlertEnd, AlertLevel, AlertRule};

use super::told::{Desk, dec, lot, with_lapsed, with_lot, with_quota};

const LAPSE: &str = "2026-12-31T00:00:00Z";

#[test]
fn a_lot_is_said_at_each_step_once() {
    let mut desk = Desk::new();
    let facts = with_lot("50", LAPSE);
    let days = [
        ("2026-11-30T23:59:00Z", ""),
        ("2026-12-01T00:00:00Z", "30d"),
        ("2026-12-01T00:05:00Z", ""),
        ("2026-12-16T23:59:00Z", ""),
        ("2026-12-17T00:00:00Z", "14d"),
        ("2026-12-24T00:00:00Z", "7d"),
        ("2026-12-28T00:00:00Z", "3d"),
        ("2026-12-30T00:00:00Z", "1d"),
        ("2026-12-30T23:00:00Z", ""),
    ];
    for (now, step) in days {
        assert_eq!(desk.steps(&facts, now).join(","), step, "{now}");
    }
    assert_eq!(desk.steps(&with_lapsed("50", LAPSE), "2026-12-31T00:00:00Z").len(), 0);
    for step in ["30d", "14d", "7d", "3d", "1d"] {
        assert_eq!(desk.end_of(AlertRule::Expiry, step), Some(AlertEnd::Passed), "{step}");
    }
    assert_eq!(desk.said[4].1.level, AlertLevel::Urgent);
}

#[test]
fn steps_that_were_slept_over_become_one() {
    let mut desk = Desk::new();
    let facts = with_lot("50", LAPSE);
    assert_eq!(desk.steps(&facts, "2026-12-29T09:00:00Z"), ["3d"], "30, 14 and 7 days went by unseen");
    assert_eq!(desk.steps(&facts, "2026-12-30T09:00:00Z"), ["1d"]);
}

#[test]
fn what_nobody_heard_gives_way_to_the_tighter_step() {
    let mut desk = Desk::new();
    let facts = with_lot("50", LAPSE);
    desk.look(&facts, "2026-12-17T00:00:00Z");
    desk.stand("14d").delivered = false;
    desk.look(&facts, "2026-12-24T00:00:00Z");
    assert_eq!(desk.end_of(AlertRule::Expiry, "14d"), Some(AlertEnd::Settled));
    desk.look(&facts, "2026-12-28T00:00:00Z");
    assert_eq!(desk.end_of(AlertRule::Expiry, "7d"), None, "it was delivered");
}

#[test]
fn a_reminder_that_nobody_heard_in_time_is_not_dropped() {
    let mut desk = Desk::new();
    assert_eq!(desk.steps(&with_lot("50", LAPSE), "2026-12-30T22:31:00Z"), ["1d"]);
    desk.stand("1d").delivered = false;
    assert_eq!(desk.steps(&with_lapsed("50", LAPSE), "2026-12-31T00:01:00Z").len(), 0, "it is said already");
    assert_eq!(desk.end_of(AlertRule::Expiry, "1d"), Some(AlertEnd::Passed), "and so it is still delivered");
    let said = &desk.said[0].1;
    assert!(said.body.contains("at the end of 30 December") && !said.body.contains("today"), "{}", said.body);
}

#[test]
fn a_lot_that_lapses_between_two_looks_is_said_once_after_the_fact() {
    let mut desk = Desk::new();
    desk.look(&Facts::default(), "2026-12-29T09:00:00Z");
    let gone = with_lapsed("12.40", LAPSE);
    let said = desk.look(&gone, "2027-01-10T09:00:00Z");
    assert_eq!(said.len(), 1);
    assert_eq!((said[0].step.as_str(), said[0].level), ("lapsed", AlertLevel::Warning));
    assert_eq!(said[0].title, "$12.40 of OpenRouter credit lapsed at the end of 30 December 2026");
    for now in ["2027-01-10T09:01:00Z", "2027-01-29T09:00:00Z", "2027-03-01T09:00:00Z"] {
        assert_eq!(desk.steps(&gone, now).len(), 0, "{now}");
    }
    assert_eq!(desk.end_of(AlertRule::Expiry, "lapsed"), Some(AlertEnd::Passed), "in March it is no news");
    // An earlier reminder that nobody heard gives way to it; a later step was slept over.
    let mut desk = Desk::new();
    desk.look(&with_lot("50", LAPSE), "2026-12-17T00:00:00Z");
    desk.stand("14d").delivered = false;
    assert_eq!(desk.steps(&gone, "2026-12-31T09:00:00Z"), ["lapsed"]);
    assert_eq!(desk.end_of(AlertRule::Expiry, "14d"), Some(AlertEnd::Settled));
}

#[test]
fn what_lapsed_long_ago_or_with_nothing_in_it_is_no_news() {
    let first = |now: &str| Desk::new().look_as(&with_lapsed("50", LAPSE), now, true).len();
    assert_eq!((first("2027-01-06T23:00:00Z"), first("2027-01-07T01:00:00Z")), (1, 0));
    let after = |lapsed: &str, before: &str, now: &str| {
        let mut desk = Desk::new();
        desk.look(&Facts::default(), before);
        desk.look(&with_lapsed(lapsed, LAPSE), now).len()
    };
    assert_eq!(after("0", "2026-12-29T09:00:00Z", "2027-01-01T09:00:00Z"), 0);
    assert_eq!(after("50", "2026-12-29T09:00:00Z", "2027-01-31T09:00:00Z"), 0, "a month ago");
    assert_eq!(after("50", "2027-01-01T09:00:00Z", "2027-01-02T09:00:00Z"), 0, "entered after it had lapsed");
}

#[test]
fn neither_drift_nor_a_clock_that_is_moved_raises_a_lot_again() {
    let mut desk = Desk::new();
    desk.look(&with_lot("50", LAPSE), "2026-12-24T00:00:00Z");
    for lapse in ["2026-12-31T00:07:00Z", "2026-12-30T23:51:00Z", LAPSE] {
        assert_eq!(desk.steps(&with_lot("50", lapse), "2026-12-24T00:20:00Z").len(), 0, "{lapse}");
    }
    for now in ["2026-12-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-12-24T01:00:00Z"] {
        assert_eq!(desk.steps(&with_lot("50", LAPSE), now).len(), 0, "{now}");
    }
    // Its end is put off by a month: that is another matter.
    let later = with_lot("50", "2027-01-31T00:00:00Z");
    assert_eq!(desk.steps(&later, "2026-12-25T00:00:00Z").len(), 0);
    assert_eq!(desk.steps(&later, "2027-01-24T00:00:00Z"), ["7d"]);
}

#[test]
fn a_lot_is_said_only_while_something_is_at_risk() {
    let now = "2026-12-24T00:00:00Z";
    let with = |risk: Option<[&str; 3]>| Facts { lots: vec![lot("50", risk, LAPSE)], ..Facts::default() };
    assert_eq!(Desk::new().steps(&with(Some(["0", "0", "0"])), now).len(), 0);
    assert_eq!(Desk::new().steps(&with(Some(["0", "0", "0.004"])), now).len(), 0, "less than a cent");
    assert_eq!(Desk::new().steps(&with(Some(["0", "0", "2.5"])), now), ["7d"]);
    let unknown = Desk::new().look(&with(None), now);
    assert_eq!(unknown[0].title, "$50.00 of OpenRouter credit lapses at the end of 30 December");
    assert!(unknown[0].body.contains("not known (a forecast needs 7 complete days), so all that is left"));
    let told = Desk::new().look(&with(Some(["3", "12.40", "15"])), now);
    assert_eq!(
        told[0].body,
        "$50.00 of your OpenRouter credit lapses at the end of 30 December, and as you spend now about $12.40 of it would be \
         lost ($3.00 to $15.00). Spend $1.55 a day to use it up, or mark it as used to hear no more of it."
    );
}

#[test]
fn a_lot_that_is_used_up_or_gone_is_over() {
    for gone in [Facts::default(), with_lot("0", LAPSE)] {
        let mut desk = Desk::new();
        desk.look(&with_lot("50", LAPSE), "2026-12-24T00:00:00Z");
        assert_eq!(desk.steps(&gone, "2026-12-25T00:00:00Z").len(), 0);
        assert_eq!(desk.end_of(AlertRule::Expiry, "7d"), Some(AlertEnd::Settled));
    }
}

#[test]
fn a_lot_that_is_marked_as_used_is_silent_for_good() {
    let mut desk = Desk::new();
    desk.look(&with_lot("50", LAPSE), "2026-12-24T00:00:00Z");
    desk.stand("7d").used = true;
    for now in ["2026-12-28T00:00:00Z", "2026-12-30T12:00:00Z"] {
        assert_eq!(desk.steps(&with_lot("50", LAPSE), now).len(), 0, "{now}");
    }
}

#[test]
fn a_rule_that_is_off_says_nothing_and_steps_are_the_persons() {
    let facts = with_lot("50", LAPSE);
    let mut desk = Desk::new();
    desk.settings.rules.insert(AlertRule::Expiry, Rule { on: false, steps: vec![7] });
    assert_eq!(desk.steps(&facts, "2026-12-30T12:00:00Z").len(), 0);
    desk.settings.rules.insert(AlertRule::Expiry, Rule { on: true, steps: vec![60, 2] });
    assert_eq!(desk.steps(&facts, "2026-11-02T00:00:00Z"), ["60d"]);
    assert_eq!(desk.steps(&facts, "2026-12-29T00:00:00Z"), ["2d"]);
}

const FIRST: Option<&str> = Some("2026-11-23T00:00:00Z");
const SECOND: Option<&str> = Some("2026-11-24T00:00:00Z");

#[test]
fn an_allowance_is_said_by_steps_and_again_in_its_next_window() {
    let mut desk = Desk::new();
    let day = [
        ("2026-11-22T08:00:00Z", "740", FIRST, ""),
        ("2026-11-22T09:00:00Z", "750", FIRST, "75%"),
        ("2026-11-22T10:00:00Z", "760", FIRST, ""),
        ("2026-11-22T11:00:00Z", "905", FIRST, "90%"),
        // Around a step: no flutter, not even after it had fallen far, in the same window.
        ("2026-11-22T12:00:00Z", "895", FIRST, ""),
        ("2026-11-22T12:10:00Z", "905", FIRST, ""),
        ("2026-11-22T12:20:00Z", "500", FIRST, ""),
        ("2026-11-22T12:30:00Z", "910", FIRST, ""),
        // Its end drifts by minutes, also past the end that was told.
        ("2026-11-22T12:40:00Z", "910", Some("2026-11-23T00:09:00Z"), ""),
        ("2026-11-23T00:02:00Z", "915", Some("2026-11-23T00:09:00Z"), ""),
        ("2026-11-23T00:20:00Z", "3", SECOND, "reset"),
        ("2026-11-23T09:00:00Z", "1000", SECOND, "100%"),
        // The clock is moved back a day, and the old window shows once more.
        ("2026-11-22T13:00:00Z", "915", FIRST, ""),
        ("2026-11-23T09:30:00Z", "1000", SECOND, ""),
        ("2026-11-24T01:00:00Z", "0", Some("2026-11-25T00:00:00Z"), "reset"),
    ];
    for (now, used, resets, step) in day {
        assert_eq!(desk.steps(&with_quota(Some(used), resets), now).join(","), step, "{now}, {used}");
    }
}

#[test]
fn a_reset_is_said_after_a_window_that_was_nearly_used_up_only() {
    let mut desk = Desk::new();
    assert_eq!(desk.steps(&with_quota(Some("800"), FIRST), "2026-11-22T09:00:00Z"), ["75%"]);
    assert_eq!(desk.steps(&with_quota(Some("1"), SECOND), "2026-11-23T01:00:00Z").len(), 0);
    // Nothing was read since the window ended, and it has reset all the same.
    let mut desk = Desk::new();
    assert_eq!(desk.steps(&with_quota(Some("950"), FIRST), "2026-11-22T09:00:00Z"), ["90%"]);
    assert_eq!(desk.steps(&with_quota(None, None), "2026-11-23T00:05:00Z").len(), 0, "such times drift");
    assert_eq!(desk.steps(&with_quota(None, None), "2026-11-23T00:15:00Z"), ["reset"]);
    // An allowance by model is told no more once its model is not used.
    let mut desk = Desk::new();
    desk.look(&with_quota(Some("950"), FIRST), "2026-11-22T09:00:00Z");
    assert_eq!(desk.steps(&Facts::default(), "2026-11-23T00:15:00Z"), ["reset"]);
}

#[test]
fn at_launch_an_expiry_is_raised_and_a_full_allowance_is_noted() {
    let mut desk = Desk::new();
    let facts = Facts {
        lots: with_lot("50", LAPSE).lots,
        quotas: with_quota(Some("990"), FIRST).quotas,
        ..Facts::default()
    };
    let said: Vec<_> = desk.look_as(&facts, "2026-12-29T09:00:00Z", true);
    assert_eq!(said.iter().map(|raised| raised.rule).collect::<Vec<_>>(), [AlertRule::Expiry]);
    let mut desk = Desk::new();
    let quota = with_quota(Some("990"), FIRST);
    assert_eq!(desk.look_as(&quota, "2026-11-22T09:00:00Z", true).len(), 0);
    assert_eq!(desk.steps(&quota, "2026-11-22T09:01:00Z").len(), 0, "it is noted, not put off");
    assert_eq!(desk.steps(&with_quota(Some("1000"), FIRST), "2026-11-22T10:00:00Z"), ["100%"]);
    // Whoever looks but once in two days is warned all the same.
    let mut desk = Desk::new();
    desk.look_as(&with_quota(Some("100"), FIRST), "2026-11-20T09:00:00Z", true);
    assert_eq!(desk.steps(&with_quota(Some("990"), FIRST), "2026-11-22T09:00:00Z"), ["90%"]);
}

#[test]
fn a_reset_has_a_switch_of_its_own_and_goes_by_the_highest_step() {
    let window = [(Some("950"), FIRST, "2026-11-22T09:00:00Z"), (Some("1"), SECOND, "2026-11-23T01:00:00Z")];
    let said = |allowance: Rule, reset: bool| {
        let mut desk = Desk::new();
        desk.settings.rules.insert(AlertRule::Allowance, allowance);
        desk.settings.rules.insert(AlertRule::AllowanceReset, Rule { on: reset, steps: vec![] });
        window.map(|(used, resets, now)| desk.steps(&with_quota(used, resets), now).join(","))
    };
    let on = |steps: &[u32]| Rule { on: true, steps: steps.to_vec() };
    assert_eq!(said(Rule { on: false, steps: vec![75, 90, 100] }, true), ["", "reset"]);
    assert_eq!(said(on(&[75, 90, 100]), false), ["90%", ""]);
    assert_eq!(said(on(&[50]), true), ["50%", "reset"]);
}

#[test]
fn a_limit_of_nothing_and_a_rate_are_no_allowance() {
    let mut nothing = with_quota(Some("5"), FIRST);
    nothing.quotas[0].limit = dec("0");
    assert_eq!(Desk::new().steps(&nothing, "2026-11-22T09:00:00Z").len(), 0);
    let mut rate = with_quota(Some("1000"), FIRST);
    rate.quotas[0].window = spendglass_core::ledger::QuotaWindow::MINUTE;
    assert_eq!(Desk::new().steps(&rate, "2026-11-22T09:00:00Z").len(), 0);
}
