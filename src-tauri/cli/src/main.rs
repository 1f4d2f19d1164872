//! Spendglass in a terminal: types a request, prints the answer, and decides nothing itself.

/// Appends to a text. Writing into a `String` cannot fail.
macro_rules! put {
    ($text:expr, $($words:tt)*) => {{
        use std::fmt::Write as _;
        let _ = write!($text, $($words)*);
    }};
}

mod accounts;
mod adding;
mod alerts;
mod asking;
mod budgets;
mod chart;
mod credits;
mod csv;
mod demo;
mod doctor;
mod door;
mod enter;
mod estimate;
mod export;
mod forecast;
mod holdings;
mod import;
mod keeping;
mod key;
mod limits;
mod manual;
mod plan_catalogue;
mod prices;
mod plans;
mod providers;
mod rates;
mod savings;
mod status;
mod syncing;
mod text;
mod town;
mod usage;
mod watch;
mod webhook;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use spendglass_core::time::{Clock, Timestamp, Zone};

use door::{Ending, Failure, Out};

/// What AI use costs: today, this month and by model, read from the providers' own billing.
///
/// Keys are kept in the operating system's keychain, figures in a store on this machine. Nothing is sent to anybody but the
/// provider that is asked.
#[derive(Parser)]
#[command(name = "spendglass", version, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands, before it or after it.
#[derive(Args)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
    /// Folder of the store, in place of the usual one
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// The time to take as the present, such as 2026-11-22T09:30:00Z
    #[arg(long, global = true, value_name = "RFC3339")]
    now: Option<Timestamp>,
    /// Time zone of your own days, such as Asia/Kolkata; providers bill by UTC days all the same
    #[arg(long, global = true, value_name = "IANA")]
    pub(crate) timezone: Option<Zone>,
    /// Print the answer as JSON, and nothing else
    #[arg(long, global = true)]
    json: bool,
}

impl Global {
    pub(crate) fn clock(&self) -> Clock {
        self.now.map_or(Clock::System, Clock::Fixed)
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  partly done: a provider could not be reached, asks to wait, or answered unlike its contract; or interrupted
  2  wrong usage: an argument, a date, an address, an account that does not exist
  3  sign-in needed: a key is refused, or is of a kind that does not see this
  4  keychain: it is locked or absent, or a key is not where it was put
  5  store: the data folder cannot be read or written, or is of a newer version
Where several things went wrong in one sync, the highest code is given. Errors are told on standard error.

Examples:
  spendglass demo                          see all of it with sample data, without a key
  spendglass accounts add openai           asks for the key, without showing it
  spendglass sync && spendglass status     read what is new; what today and this month cost";

/// Commands of which the plain one lists.
#[derive(Args)]
struct Listed<T: Subcommand> {
    #[command(subcommand)]
    command: Option<T>,
}

#[derive(Subcommand)]
enum Command {
    /// The whole trip with sample data: add, sync, status, usage, chart
    Demo(demo::Options),
    /// Connect providers: add, list, check, remove, replace-key
    #[command(after_help = "Example:\n  spendglass accounts add openai --label Studio")]
    Accounts(Listed<accounts::Command>),
    /// Every provider, its kinds of key, what each sees and where it is made
    Providers(providers::Options),
    /// Enter by hand what no provider tells: a purchase, balance, allowance, subscription or a day's cost
    #[command(
        subcommand,
        after_help = "Example:\n  spendglass enter purchase openai 25 USD --acquired-on 2026-11-02"
    )]
    Enter(enter::Command),
    /// Read what is new from the providers
    Sync(syncing::Options),
    /// Import a file that a provider's console exported
    Import(import::Options),
    /// What today and this month cost, and how fresh that is
    #[command(after_help = "Example:\n  spendglass status --timezone Asia/Kolkata")]
    Status,
    /// Exact sums by day, provider, account, model, project, key, item, session, client or tag
    Usage(usage::Options),
    /// What is left of free tiers, windows and configured limits, and when they start again
    Limits(limits::Options),
    /// What the month is likely to come to, and how long balances last
    Forecast(forecast::Options),
    /// What a text will cost before it is sent; it is counted here, and neither kept nor sent
    Estimate(estimate::Options),
    /// Which plan to buy: your own usage through every plan, at the price you would really pay; the plans themselves
    Plans(plans::Options),
    /// What you could save where you are: batch, caching, smaller models, allowances, plans, credit about to lapse
    Savings(savings::Options),
    /// Budgets by day, week or month, of everything or of a part of it; clients and tags
    #[command(after_help = "Example:\n  spendglass budgets set --amount 100 --currency USD --span month")]
    Budgets(Listed<budgets::Command>),
    /// The inbox of alerts, and how alerts are set
    #[command(after_help = "Example:\n  spendglass alerts")]
    Alerts(Listed<alerts::Command>),
    /// Lots of credit: what is left, when it lapses, what is at risk
    #[command(after_help = "Example:\n  spendglass credits")]
    Credits(Listed<credits::Command>),
    /// Prices of models: by tier, length of prompt and date; your own prices; newer lists
    Prices(prices::Options),
    /// Rates of exchange, and what a price comes to where it is paid
    Rates(rates::Options),
    /// Draw a chart into a file
    Chart(chart::Options),
    /// Take figures away: charges as FOCUS, everything as JSON, the calendar as a file or an address
    #[command(subcommand, after_help = "Example:\n  spendglass export charges --out charges.csv")]
    Export(export::Command),
    /// Copy everything that is known into one file, to bring back with `restore`
    BackUp(keeping::BackUpOptions),
    /// Bring everything back as it was in a backup; what is here now is kept
    Restore(keeping::RestoreOptions),
    /// Delete everything: the store, its copies, and the keys in the keychain
    DeleteEverything(keeping::DeleteOptions),
    /// What works, what does not, and what to do
    #[command(after_help = "\
Exit codes: 5 where the store fails, 4 where the keychain does, 1 where something else does, 0 otherwise.

Example:
  spendglass doctor")]
    Doctor,
    /// Read what is due and remind, again and again: the loop of the window without a window
    Watch(watch::Options),
    /// Completion of commands and options for your shell
    Completions(manual::Completions),
    /// Writes a manual page for every command: for packages
    #[command(hide = true)]
    Manual(manual::Pages),
    /// Serve a loopback town of pretend providers, to try things out and for tests
    Simulator(town::Options),
}

fn main() -> ExitCode {
    let typed: Vec<OsString> = std::env::args_os().collect();
    let arguments = match read(&typed) {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    let Arguments { global, command } = arguments;
    let out = Out::new(global.json);
    let ending = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Ending::Partly, format!("No threads can be started: {error}.")))
        .and_then(|runtime| runtime.block_on(run(&global, &out, command)));
    match ending {
        Ok(ending) => ending.into(),
        Err(failure) => {
            if global.json {
                door::complain_as_json(&failure);
            } else {
                door::complain(&failure.words);
            }
            failure.ending.into()
        }
    }
}

/// Reads the arguments. An argument that may be a key is never repeated: what is on a screen or in a log stays there.
fn read(typed: &[OsString]) -> Result<Arguments, ExitCode> {
    let given = || typed.iter().skip(1).map(|argument| argument.to_string_lossy());
    if given().any(|argument| key::key_shaped(&argument)) {
        door::complain(key::IN_ARGUMENTS);
        return Err(Ending::Usage.into());
    }
    let arguments = || {
        let mut command = Arguments::command();
        let mut matches = command.try_get_matches_from_mut(typed)?;
        if let Some(words) = does_nothing(&command, &matches) {
            return Err(command.error(ErrorKind::ArgumentConflict, words));
        }
        Arguments::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    };
    arguments().map_err(|error| {
        let takes_key = given().any(|argument| argument == "add" || argument == "replace-key");
        if takes_key && matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand) {
            door::complain(key::STRAY);
        } else {
            // Nothing is left to tell where the terminal itself is gone.
            let _ = error.print();
        }
        u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
    })
}

/// An option of a command that has commands of its own does nothing in front of one of them. Those of every command do.
fn does_nothing(root: &clap::Command, matches: &ArgMatches) -> Option<String> {
    let (name, of) = matches.subcommand()?;
    let (inner, _) = of.subcommand()?;
    let mut own = root.find_subcommand(name)?.get_arguments().filter(|argument| !argument.is_global_set());
    let typed = |argument: &&clap::Arg| {
        let id = argument.get_id().as_str();
        of.try_contains_id(id).is_ok_and(|known| known)
            && of.value_source(id) == Some(ValueSource::CommandLine)
    };
    let stray = own.find(typed)?;
    let called = stray.get_long().map_or_else(|| stray.get_id().to_string(), |long| format!("--{long}"));
    Some(format!(
        "{called} does nothing before `{inner}`: leave it out, or see spendglass {name} {inner} --help"
    ))
}

async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Demo(options) => Box::pin(demo::run(global, out, options)).await,
        Command::Accounts(Listed { command }) => {
            accounts::run(global, out, command.unwrap_or_default()).await
        }
        Command::Providers(options) => providers::run(global, out, options).await,
        Command::Enter(command) => enter::run(global, out, command).await,
        Command::Sync(options) => syncing::run(global, out, options).await,
        Command::Import(options) => import::run(global, out, options).await,
        Command::Status => status::run(global, out).await,
        Command::Usage(options) => usage::run(global, out, options).await,
        Command::Limits(options) => limits::run(global, out, options).await,
        Command::Forecast(options) => forecast::run(global, out, options).await,
        Command::Estimate(options) => estimate::run(global, out, options).await,
        Command::Savings(options) => savings::run(global, out, options).await,
        Command::Plans(options) => plans::run(global, out, options).await,
        Command::Budgets(Listed { command }) => budgets::run(global, out, command.unwrap_or_default()).await,
        Command::Alerts(Listed { command }) => alerts::run(global, out, command.unwrap_or_default()).await,
        Command::Credits(Listed { command }) => credits::run(global, out, command.unwrap_or_default()).await,
        Command::Prices(options) => prices::run(global, out, options).await,
        Command::Rates(options) => rates::run(global, out, options).await,
        Command::Chart(options) => chart::run(global, out, options).await,
        Command::Export(command) => export::run(global, out, command).await,
        Command::BackUp(options) => keeping::back_up(global, out, options).await,
        Command::Restore(options) => keeping::restore(global, out, options).await,
        Command::DeleteEverything(options) => keeping::delete_everything(global, out, options).await,
        Command::Watch(options) => watch::run(global, out, options).await,
        Command::Completions(options) => manual::completions(&options, Arguments::command()),
        Command::Manual(options) => manual::pages(&options, Arguments::command()),
        Command::Doctor => doctor::run(global, out).await,
        Command::Simulator(options) => town::run(global, out, options).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_well_formed_and_every_command_has_an_example() {
        let mut root = Arguments::command();
        root.build();
        root.clone().debug_assert();
        let mut left: Vec<clap::Command> = root.get_subcommands().cloned().collect();
        while let Some(command) = left.pop() {
            if command.get_name() == "help" {
                continue;
            }
            let name = command.get_name().to_owned();
            assert!(command.get_about().is_some(), "{name} has no description");
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("spendglass "), "{name} has no example");
            left.extend(command.get_subcommands().cloned());
        }
    }

    #[test]
    fn global_arguments_go_before_and_after() {
        let read = |line: &str| Arguments::try_parse_from(line.split(' ')).unwrap().global;
        for line in [
            "spendglass --json --timezone Asia/Kolkata status",
            "spendglass status --timezone Asia/Kolkata --json",
        ] {
            let global = read(line);
            assert!(global.json);
            assert_eq!(global.timezone.unwrap().name(), "Asia/Kolkata");
        }
    }

    #[test]
    fn global_arguments_go_before_a_command_of_a_command() {
        let typed = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for line in [
            "plans --json list",
            "prices --json unset gpt-5 input",
            "rates --json refresh",
            "limits --json tier 1 none",
            "savings --json dismiss a",
        ] {
            assert!(super::read(&typed(&format!("spendglass {line}"))).unwrap().global.json, "{line}");
        }
        for (line, stray) in [
            ("plans --country IN list", "--country"),
            ("rates --from USD refresh", "--from"),
            ("prices --provider openai refresh", "--provider"),
        ] {
            let mut command = Arguments::command();
            let matches = command.try_get_matches_from_mut(typed(&format!("spendglass {line}"))).unwrap();
            let words = does_nothing(&command, &matches).unwrap();
            assert!(words.starts_with(&format!("{stray} does nothing before")), "{words}");
        }
    }
}
