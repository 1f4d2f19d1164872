//! When each account is read next. Pure: what happened and the present go in, a plan comes out.

use crate::store::{PlanRow, StreamState};
use crate::time::Timestamp;

/// Seconds between readings while the window is looked at or figures move.
pub(super) const SHORTEST: i64 = 120;
/// Seconds between readings where nothing moves.
pub(super) const LONGEST: i64 = 1_800;
/// Waits after readings that reached nobody: the network is often back soon.
const AFTER_FAILURES: [i64; 3] = [60, 120, 240];
/// Accounts that are read at once.
pub(super) const AT_ONCE: usize = 4;
/// No plan reaches further than this beyond the wish of a provider.
const FURTHEST: i64 = 2 * LONGEST + LONGEST / 5;

/// What feeds this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Power {
    Mains,
    Battery,
    /// The machine does not say: it is taken for mains.
    Unsaid,
}

impl Power {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Power::Mains => "mains",
            Power::Battery => "battery",
            Power::Unsaid => "unknown",
        }
    }
}

/// Under what circumstances it is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Circumstances {
    pub(super) power: Power,
    /// Whether a person looks at the window.
    pub(super) looked_at: bool,
}

/// What came of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// The figures moved.
    Moved,
    /// They are as they were.
    Still,
    /// Nobody was reached.
    Nobody,
    /// It was refused: nothing changes until somebody does something.
    Refused,
    /// All of it rests since an earlier reading: nobody was asked.
    Unasked,
}

/// What came of a stream, and when it may be read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Streamed {
    pub(super) state: StreamState,
    /// Until when it is left alone, as often as the provider's own page asks for.
    pub(super) rests_until: Option<Timestamp>,
    /// When it is worth trying again, where the provider said.
    pub(super) retry_at: Option<Timestamp>,
}

/// The plan of an account that has none: at once.
pub(super) fn first(account_id: i64, now: Timestamp) -> PlanRow {
    PlanRow {
        account_id,
        planned_at: now,
        due_at: now,
        not_before: now,
        every: SHORTEST,
        failures: 0,
        mark: String::new(),
    }
}

/// The plan of an account whose reading a person stopped: nobody takes it up again at once but themselves.
pub(super) fn stopped(account_id: i64, now: Timestamp) -> PlanRow {
    let rested = now.plus_seconds(LONGEST);
    PlanRow { due_at: rested, not_before: rested, every: LONGEST, ..first(account_id, now) }
}

/// When an account is due under the present circumstances.
pub(super) fn due_at(plan: &PlanRow, under: Circumstances, now: Timestamp) -> Timestamp {
    let reach = plan.not_before.max(plan.planned_at).plus_seconds(FURTHEST);
    if plan.planned_at > now || plan.due_at > reach {
        // Planned by a clock that was wrong.
        return now;
    }
    if under.looked_at && plan.failures == 0 {
        return plan.due_at.min(plan.planned_at.plus_seconds(SHORTEST).max(plan.not_before));
    }
    plan.due_at
}

/// The accounts to read now, those that waited longest first, and no more at once than is polite.
pub(super) fn to_read(
    plans: &[PlanRow],
    under: Circumstances,
    under_way: &[i64],
    now: Timestamp,
) -> Vec<PlanRow> {
    let mut due: Vec<(Timestamp, &PlanRow)> = plans
        .iter()
        .filter(|plan| !under_way.contains(&plan.account_id))
        .map(|plan| (due_at(plan, under, now), plan))
        .filter(|(due, _)| *due <= now)
        .collect();
    due.sort_by_key(|(due, plan)| (*due, plan.account_id));
    due.into_iter().take(AT_ONCE.saturating_sub(under_way.len())).map(|(_, plan)| plan.clone()).collect()
}

/// What came of the reading of an account.
pub(super) fn came(streams: &[Streamed], before: &str, after: &str) -> Came {
    let any = |states: &[StreamState]| streams.iter().any(|stream| states.contains(&stream.state));
    if any(&[StreamState::Ok, StreamState::Absent]) {
        return if before == after { Came::Still } else { Came::Moved };
    }
    if any(&[StreamState::Offline, StreamState::Unreachable]) {
        Came::Nobody
    } else if any(&[StreamState::RateLimited]) {
        // Its wish says when, and nothing is wrong.
        Came::Still
    } else {
        Came::Refused
    }
}

/// Before when an account is not to be asked: where it said to wait, until then; else until the first of its streams may be read.
fn not_before(streams: &[Streamed], now: Timestamp) -> Timestamp {
    let asked_to_wait = streams
        .iter()
        .filter(|stream| stream.state == StreamState::RateLimited)
        .filter_map(|stream| stream.retry_at)
        .max();
    let free = |stream: &Streamed| stream.retry_at.max(stream.rests_until).unwrap_or(now);
    let first_free = streams.iter().map(free).min().unwrap_or(now);
    first_free.max(asked_to_wait.unwrap_or(now)).max(now)
}

/// The next plan of an account. `dice` is 0 to 999 and spreads accounts that were read together.
pub(super) fn next(
    plan: &PlanRow,
    came: Came,
    streams: &[Streamed],
    mark: String,
    under: Circumstances,
    dice: i64,
    now: Timestamp,
) -> PlanRow {
    let usual = plan.every.clamp(SHORTEST, LONGEST);
    // Who asks before it is due learns nothing about the pace, however often they ask.
    let due = due_at(plan, under, now) <= now;
    if came == Came::Unasked && !due {
        return plan.clone();
    }
    let (every, failures) = match came {
        Came::Moved => (SHORTEST, 0),
        Came::Still => (if due { (usual * 2).min(LONGEST) } else { usual }, 0),
        Came::Nobody => (usual, if due { plan.failures.saturating_add(1) } else { plan.failures.max(1) }),
        Came::Refused => (LONGEST, 0),
        Came::Unasked => (usual, plan.failures),
    };
    let soon = usize::try_from(failures).ok().and_then(|n| AFTER_FAILURES.get(n.wrapping_sub(1)));
    let wait = match (came, soon) {
        (_, Some(soon)) => *soon,
        _ if failures > 0 => every.max(AFTER_FAILURES[2]),
        (Came::Refused, _) => every,
        _ if under.looked_at => SHORTEST,
        _ => every,
    };
    let wait = match under.power {
        Power::Battery if !under.looked_at && failures == 0 => wait * 2,
        _ => wait,
    };
    let not_before = not_before(streams, now);
    let spread = wait * dice.clamp(0, 999) / 10_000;
    let due_at = now.plus_seconds(wait).max(not_before).plus_seconds(spread);
    PlanRow { account_id: plan.account_id, planned_at: now, due_at, not_before, every, failures, mark }
}

#[cfg(test)]
mod tests {
    use StreamState::{Absent, KeyRejected, Ok, ProviderChanged, RateLimited, Unreachable};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const IDLE: Circumstances = Circumstances { power: Power::Mains, looked_at: false };
    const LOOKED: Circumstances = Circumstances { looked_at: true, ..IDLE };
    const BATTERY: Circumstances = Circumstances { power: Power::Battery, looked_at: false };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(NOW + seconds).unwrap()
    }

    fn plan(account_id: i64, every: i64, failures: u32) -> PlanRow {
        PlanRow { every, failures, ..first(account_id, at(0)) }
    }

    /// A stream that was just read, where its state says so.
    fn stream(state: StreamState, floor: i64, retry: Option<i64>) -> Streamed {
        let rests = matches!(state, Ok | Absent) && floor > 0;
        Streamed { state, rests_until: rests.then(|| at(floor)), retry_at: retry.map(at) }
    }

    fn waits(before: &PlanRow, came: Came, streams: &[Streamed], under: Circumstances) -> (i64, i64, u32) {
        let plan = next(before, came, streams, String::new(), under, 0, at(0));
        (plan.due_at.seconds_since(at(0)), plan.every, plan.failures)
    }

    #[test]
    fn the_pace_follows_use() {
        let ok = [stream(Ok, 0, None)];
        for (every, came, under, expected) in [
            (1_800, Came::Moved, IDLE, (120, 120)),
            (120, Came::Still, IDLE, (240, 240)),
            (240, Came::Still, IDLE, (480, 480)),
            (960, Came::Still, IDLE, (1_800, 1_800)),
            (1_800, Came::Still, IDLE, (1_800, 1_800)),
            // While somebody looks: every two minutes, and the pace still grows for when nobody does.
            (960, Came::Still, LOOKED, (120, 1_800)),
            (120, Came::Moved, BATTERY, (240, 120)),
            (1_800, Came::Still, BATTERY, (3_600, 1_800)),
            (1_800, Came::Still, Circumstances { looked_at: true, ..BATTERY }, (120, 1_800)),
            (1_800, Came::Still, Circumstances { power: Power::Unsaid, ..IDLE }, (1_800, 1_800)),
            // A key that is refused is not tried every two minutes, whoever looks.
            (120, Came::Refused, LOOKED, (1_800, 1_800)),
        ] {
            let (wait, next, failures) = waits(&plan(1, every, 0), came, &ok, under);
            assert_eq!((wait, next, failures), (expected.0, expected.1, 0), "{every} {came:?} {under:?}");
        }
    }

    #[test]
    fn one_that_reached_nobody_is_tried_soon_and_then_as_usual() {
        let gone = [stream(Unreachable, 0, None)];
        for under in [IDLE, BATTERY, LOOKED] {
            for (failures, wait) in [(0, 60), (1, 120), (2, 240), (3, 480), (9, 480)] {
                assert_eq!(
                    waits(&plan(1, 480, failures), Came::Nobody, &gone, under),
                    (wait, 480, failures + 1)
                );
            }
        }
        assert_eq!(waits(&plan(1, 120, 7), Came::Nobody, &gone, IDLE), (240, 120, 8));
        assert_eq!(waits(&plan(1, 480, 3), Came::Still, &[stream(Ok, 0, None)], IDLE), (960, 960, 0));
    }

    #[test]
    fn a_person_who_asks_again_and_again_changes_no_pace() {
        let (ok, gone) = ([stream(Ok, 0, None)], [stream(Unreachable, 0, None)]);
        let mut plan = plan(1, 240, 0);
        for (came, streams, expected) in [
            (Came::Still, &ok, (480, 480, 0)),
            (Came::Still, &ok, (480, 480, 0)),
            (Came::Nobody, &gone, (60, 480, 1)),
            (Came::Nobody, &gone, (60, 480, 1)),
            (Came::Moved, &ok, (120, 120, 0)),
        ] {
            plan = next(&plan, came, streams, String::new(), IDLE, 0, at(10));
            let wait = plan.due_at.seconds_since(at(10));
            assert_eq!((wait, plan.every, plan.failures), expected, "{came:?}");
        }
        let due = next(&plan, Came::Still, &ok, String::new(), IDLE, 0, at(130));
        assert_eq!(due.every, 240);
        // Looked at it is due earlier than it was planned for.
        let looked = PlanRow { due_at: at(141), planned_at: at(10), ..plan };
        assert_eq!(next(&looked, Came::Still, &ok, String::new(), LOOKED, 0, at(130)).every, 240);
    }

    #[test]
    fn asking_nobody_moves_no_plan() {
        let rests = [Streamed { state: Ok, rests_until: Some(at(3_600)), retry_at: None }];
        let made = next(&plan(1, 120, 0), Came::Moved, &rests, String::new(), IDLE, 999, at(0));
        for now in [10, 3_500] {
            assert_eq!(next(&made, Came::Unasked, &rests, String::new(), LOOKED, 0, at(now)), made);
        }
        // What is due all the same waits for the end of the rest, and is not due at once again.
        for (failures, wait) in [(0, 3_600), (2, 3_600)] {
            let due = next(&plan(1, 480, failures), Came::Unasked, &rests, String::new(), IDLE, 0, at(0));
            assert_eq!((due.due_at, due.every, due.failures), (at(wait), 480, failures));
        }
    }

    #[test]
    fn wishes_and_floors_of_providers_are_kept() {
        for (streams, wait) in [
            (vec![stream(RateLimited, 0, Some(5_000))], 5_000),
            // Its other streams wait along: the limit is of the key.
            (vec![stream(RateLimited, 0, Some(5_000)), stream(Ok, 0, None)], 5_000),
            (vec![stream(Ok, 3_600, None)], 3_600),
            (vec![stream(Ok, 3_600, None), stream(Ok, 0, None)], 240),
            (vec![stream(Ok, 3_600, None), stream(Ok, 300, None)], 300),
            (vec![stream(Ok, 3_600, Some(100))], 3_600),
            (vec![stream(Absent, 43_200, None)], 43_200),
            // One that rests since the last time is not read at its floor anew.
            (vec![stream(Unreachable, 3_600, Some(900))], 900),
            (vec![stream(RateLimited, 0, Some(-50))], 240),
            (vec![], 240),
        ] {
            assert_eq!(waits(&plan(1, 120, 0), Came::Still, &streams, IDLE).0, wait, "{streams:?}");
            let made = next(&plan(1, 120, 0), Came::Still, &streams, String::new(), IDLE, 0, at(0));
            let looked = due_at(&made, LOOKED, at(1)).seconds_since(at(0));
            assert_eq!(looked, if wait == 240 { 120 } else { wait }, "nobody who looks shortens a wish");
        }
    }

    #[test]
    fn a_clock_that_was_wrong_keeps_nobody_waiting() {
        let ok = [stream(Ok, 0, None)];
        let made = next(&plan(1, 1_800, 0), Came::Still, &ok, String::new(), IDLE, 999, at(0));
        let due = due_at(&made, IDLE, at(0));
        assert!((1_800..=1_980).contains(&due.seconds_since(at(0))));
        // Moved forward by days: due. Moved back by a minute, by a year: planned in the future, so due.
        for (now, expected) in [(86_400, due), (1_979, due), (-60, at(-60)), (-31_536_000, at(-31_536_000))] {
            assert_eq!(due_at(&made, IDLE, at(now)), expected, "{now}");
        }
        // A due time that no plan would have made, such as after a bit was turned over.
        let wild = PlanRow { due_at: at(1_000_000), ..made.clone() };
        assert_eq!(due_at(&wild, IDLE, at(5)), at(5));
        let wish = [stream(RateLimited, 0, Some(1_000_000))];
        let kept = next(&made, Came::Refused, &wish, String::new(), IDLE, 0, at(0));
        assert_eq!(due_at(&kept, IDLE, at(5)), at(1_000_000));
    }

    #[test]
    fn after_days_off_a_few_are_read_at_a_time() {
        let plans: Vec<PlanRow> =
            (1..=50).map(|id| PlanRow { due_at: at(100 - id), ..plan(id, 120, 0) }).collect();
        let now = at(300_000);
        let mut read = Vec::new();
        let mut left = plans.clone();
        while !left.is_empty() {
            let batch = to_read(&left, IDLE, &[], now);
            assert!(batch.len() <= AT_ONCE && !batch.is_empty());
            left.retain(|plan| !batch.contains(plan));
            read.extend(batch.iter().map(|plan| plan.account_id));
        }
        assert_eq!(read, (1..=50).rev().collect::<Vec<i64>>(), "those that waited longest first");
        assert_eq!(to_read(&plans, IDLE, &[50, 49, 48], now).len(), 1);
        assert!(to_read(&plans, IDLE, &[1, 2, 3, 4], now).is_empty());
        assert!(to_read(&plans, IDLE, &[], at(49)).is_empty());
        // Read together, they are spread out afterwards.
        let ok = [stream(Ok, 0, None)];
        let again: std::collections::BTreeSet<i64> = (0..50)
            .map(|n| {
                next(&plan(n, 1_800, 0), Came::Still, &ok, String::new(), IDLE, n * 20, now).due_at.unix()
            })
            .collect();
        assert!(again.len() > 40 && again.last().unwrap() - again.first().unwrap() > 120);
    }

    #[test]
    fn what_came_is_told_by_states_and_marks() {
        for (states, before, after, expected) in [
            (&[Ok][..], "a", "b", Came::Moved),
            (&[Ok, Unreachable], "a", "a", Came::Still),
            (&[Absent], "a", "a", Came::Still),
            (&[Unreachable, Unreachable], "a", "a", Came::Nobody),
            (&[Unreachable, KeyRejected], "a", "a", Came::Nobody),
            (&[KeyRejected], "a", "a", Came::Refused),
            (&[ProviderChanged, RateLimited], "a", "a", Came::Still),
            (&[ProviderChanged], "a", "a", Came::Refused),
            (&[], "a", "a", Came::Refused),
        ] {
            let streams: Vec<_> = states.iter().map(|state| stream(*state, 0, None)).collect();
            assert_eq!(came(&streams, before, after), expected, "{states:?}");
        }
    }
}
