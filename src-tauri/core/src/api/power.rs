//! What feeds this machine.

use starship_battery::State;

use super::schedule::Power;

/// Asks the system, which may take a moment.
pub(super) async fn power() -> Power {
    tokio::task::spawn_blocking(read).await.unwrap_or(Power::Unsaid)
}

fn read() -> Power {
    let Ok(batteries) = starship_battery::Manager::new().and_then(|all| all.batteries()) else {
        return Power::Unsaid;
    };
    let states: Vec<State> = batteries.flatten().map(|battery| battery.state()).collect();
    if states.contains(&State::Discharging) || states.contains(&State::Empty) {
        Power::Battery
    } else if !states.is_empty() && states.iter().all(|state| *state == State::Unknown) {
        Power::Unsaid
    } else {
        // A machine without a battery is on mains.
        Power::Mains
    }
}
