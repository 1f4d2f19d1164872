//! Keys that stopped working.

use super::machine::{Episode, Machine, Noted, Standing, Step};
use super::{Key, KeyState};
use crate::ledger::{AlertEnd, AlertLevel, AlertRule};

pub(super) fn judge(keys: &[Key], machine: &mut Machine<'_>) {
    if machine.rule(AlertRule::KeyFailing).is_none() {
        return;
    }
    for key in keys {
        let label = &key.whose.label;
        let said = key.words.as_deref().map(|words| format!(" It says: {words}")).unwrap_or_default();
        let body = if key.was_read {
            format!(
                "{label} was read before, and refuses its key now, so its figures stand still.{said} Replace the key."
            )
        } else {
            format!("{label} refuses its key, so nothing of it was ever read.{said} Replace the key.")
        };
        machine.judge(Standing {
            rule: AlertRule::KeyFailing,
            subject: format!("key:{}", key.whose.account),
            account: Some(key.whose.account),
            episode: Episode::Figure,
            steps: vec![Step {
                name: "refused".to_owned(),
                reached: key.state == KeyState::Refused,
                recovered: key.state == KeyState::Works,
                level: AlertLevel::Urgent,
                title: format!("{label} refuses its key"),
                body,
            }],
            over: None,
            noted: Noted::Never,
        });
    }
    for stand in machine.vanished(AlertRule::KeyFailing) {
        machine.end(stand, AlertEnd::Settled);
    }
}
