//! The one integration binary of the core.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod alerts;
mod belongings;
mod bindings;
mod calendar;
mod catalogue;
mod chart;
mod children;
mod contract;
mod credit;
mod credits;
mod door;
mod engine;
mod entries;
mod estimate;
mod estimating;
mod exchange;
mod faults;
mod feeds;
mod fixtures;
mod forecast;
mod forecasting;
mod formats;
mod house;
mod importing;
mod kill;
mod late;
mod limits;
mod migration;
mod money;
mod names;
#[cfg(target_os = "linux")]
mod notice;
mod plan_replay;
mod planning;
mod packages;
mod pricing;
mod own;
mod plan;
mod plan_choice;
mod plan_persons;
mod plans;
mod plan_catalogue;
mod providers;
mod removing;
mod journey;
mod keeping;
mod saving;
mod savings;
mod spending;
mod store;
mod tidy;
mod time;
mod troubles;
mod vault;
#[cfg(target_os = "linux")]
mod watching;
mod windows;
#[cfg(target_os = "linux")]
mod year;
