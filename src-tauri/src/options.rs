//! What the window understands on its command line.

use std::path::PathBuf;

use clap::Parser;
use spendglass_core::api::{self, ApiError, Config, ErrorCode};
use spendglass_core::time::{Clock, Timestamp, Zone};
use spendglass_core::vault::Vault;

use crate::sample;

/// The window of Spendglass: what AI use costs, today and this month.
///
/// The same in a terminal: spendglass.
#[derive(Debug, Parser)]
#[command(name = "spendglass-app", version)]
pub(crate) struct Options {
    /// Folder of the store, in place of the usual one
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The time to take as the present, such as 2026-11-22T09:30:00Z
    #[arg(long, value_name = "RFC3339")]
    now: Option<Timestamp>,
    /// Time zone of your own days, such as Asia/Kolkata; providers bill by UTC days all the same
    #[arg(long, value_name = "IANA")]
    timezone: Option<Zone>,
    /// Start out of sight: in the tray, or minimised where there is none
    #[arg(long)]
    hidden: bool,
    /// Open on a screen: today, spend, credits, limits, plans, estimate, accounts, settings or inbox
    #[arg(long, value_name = "SCREEN", value_parser = SCREENS)]
    screen: Option<String>,
}

/// The screens, by the names that the page gives them.
const SCREENS: [&str; 9] =
    ["today", "spend", "credits", "limits", "plans", "estimate", "accounts", "settings", "inbox"];

/// The screen that the arguments of another start name.
pub(crate) fn screen_of(arguments: &[String]) -> Option<String> {
    Options::try_parse_from(arguments).ok()?.screen
}

impl Options {
    /// The screen to open on, where one was named.
    pub(crate) fn screen(&self) -> Option<&str> {
        self.screen.as_deref()
    }

    /// Whether the window stays out of sight at first.
    pub(crate) const fn hidden(&self) -> bool {
        self.hidden
    }

    /// The folder of the store, where one was named.
    pub(crate) fn data_dir(&self) -> Option<String> {
        self.data_dir.as_ref().map(|folder| folder.display().to_string())
    }

    /// What the core needs to open.
    pub(crate) fn config(&self) -> Result<Config, ApiError> {
        let data_dir = self.data_dir.clone().or_else(api::default_data_dir).ok_or_else(|| ApiError {
            code: ErrorCode::Store,
            message: "There is no home folder to keep the store in. Start Spendglass with --data-dir DIR."
                .to_owned(),
            retry_at: None,
            field: None,
        })?;
        Ok(Config {
            data_dir,
            vault: Vault::system(),
            clock: self.now.map_or(Clock::System, Clock::Fixed),
            zone: self.timezone,
            sample: Some(sample::source()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, clap::Error> {
        Options::try_parse_from([&["spendglass-app"], arguments].concat())
    }

    #[test]
    fn a_fixed_present_and_zone_reach_the_core() {
        let options =
            parse(&["--data-dir", "/d", "--now", "2026-11-22T09:30:00Z", "--timezone", "Asia/Kolkata"])
                .unwrap();
        let config = options.config().unwrap();
        assert_eq!(config.data_dir, PathBuf::from("/d"));
        assert_eq!(config.clock.now().to_string(), "2026-11-22T09:30:00Z");
        assert_eq!(config.zone.map(|zone| zone.name()), Some("Asia/Kolkata"));
        assert!(config.sample.is_some());
    }

    #[test]
    fn what_is_no_time_or_zone_is_refused_before_a_window_opens() {
        assert!(parse(&["--now", "yesterday"]).is_err());
        assert!(parse(&["--timezone", "Asia/Atlantis"]).is_err());
        assert!(parse(&["sk-admin-key"]).is_err());
        assert!(parse(&["--screen", "kitchen"]).is_err());
    }

    #[test]
    fn another_start_names_a_screen() {
        let line = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(screen_of(&line(&["spendglass-app", "--screen", "credits"])).as_deref(), Some("credits"));
        assert_eq!(screen_of(&line(&["spendglass-app"])), None);
        assert_eq!(screen_of(&line(&["spendglass-app", "--screen", "kitchen"])), None);
    }

    /// The package's manual page is written by `UPDATE_EXPECT=1 cargo test -p spendglass-app -- manual`.
    #[test]
    fn the_manual_page_says_these_options() {
        use clap::CommandFactory as _;
        let mut page = Vec::new();
        let command = Options::command().version("@VERSION@");
        clap_mangen::Man::new(command)
            .source("Spendglass @VERSION@")
            .manual("Spendglass")
            .render(&mut page)
            .unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/linux/spendglass-app.1");
        #[expect(clippy::disallowed_methods, reason = "the usual way to ask for expected files anew")]
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), String::from_utf8(page).unwrap());
    }
}
