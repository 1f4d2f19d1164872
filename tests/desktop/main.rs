//! The real window, driven as a person drives it: on a display, a session bus and a keychain of its own, with the town of
//! pretend providers in this process. There is one instance of the program in a session, so tests take turns.
//!
//! `tests/desktop/session.sh cargo test -p spendglass-app --test window`
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bills;
mod needle;
mod processes;
mod stage;
mod window;

mod credits;
mod deleting;
mod estimate;
mod first_run;
mod gallery;
mod idle;
mod journey;
mod paced;
mod inbox;
mod keyboard;
mod keychain;
mod kinds;
mod ways_in;
mod links;
mod looks;
mod notifications;
mod plans;
mod refusals;
mod sample;
mod second;
mod shell;
mod states;
mod tray;
mod walk;
