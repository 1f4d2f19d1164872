//! The inbox, what is done with an alert, and how alerts are set.

use clap::{Args, Subcommand, ValueEnum};
use spendglass_core::api::{
    AlertAnswer, AlertLevel, AlertRow, AlertRule, AlertSettings, AlertState, AnswerAlert, Inbox, InboxQuery,
    LowBalance, QuietHours, Request, Response,
};
use spendglass_core::time::{Calendar, Timestamp, Zone};

use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, cell, clean, several, time};
use crate::{Global, asking, credits, webhook};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Every alert that was raised, the newest first, with what became of it
    #[command(after_help = "Examples:\n  spendglass alerts list\n  spendglass alerts list --most 10 --json")]
    List(List),
    /// Put an alert off: it comes again
    #[command(after_help = "Example:\n  spendglass alerts snooze 12 --hours 24")]
    Snooze(Snooze),
    /// Mark an alert as seen
    #[command(after_help = "Example:\n  spendglass alerts seen 12")]
    Seen(Which),
    /// The credit was used, or is meant to lapse: nothing more is said of this lot
    #[command(after_help = "Example:\n  spendglass alerts used 12")]
    Used(Which),
    /// Take that back: what is said of this lot is said again
    #[command(after_help = "Example:\n  spendglass alerts unused 12")]
    Unused(Which),
    /// How alerts are set; with arguments, changes it
    #[command(after_help = "\
Rules: expiry, low-balance, budget, budget-forecast, allowance, allowance-reset, spike, renewal, key-failing, price-change.
Steps are days before (expiry, renewal) or per cent (budget, allowance).

Examples:
  spendglass alerts settings
  spendglass alerts settings --rule expiry --steps 30,14,7,3,1
  spendglass alerts settings --rule spike --off
  spendglass alerts settings --quiet 22:00-08:00 --low-balance-days 5
  spendglass alerts settings --low-balance openai:10:USD --no-desktop")]
    Settings(Settings),
    /// Send a test through every channel that is on
    #[command(
        after_help = "Exit codes: 0 it arrived everywhere, 1 it did not.\n\nExample:\n  spendglass alerts test"
    )]
    Test,
    /// Send alerts to an address of yours, too
    #[command(
        subcommand,
        after_help = "Example:\n  spendglass alerts webhook set https://ntfy.example.org/spending"
    )]
    Webhook(webhook::Command),
}

impl Default for Command {
    fn default() -> Command {
        Command::List(List { most: None })
    }
}

#[derive(Args)]
pub(crate) struct List {
    /// At most so many, 1 or more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    most: Option<u32>,
}

#[derive(Args)]
pub(crate) struct Which {
    /// The alert's number, as `spendglass alerts list` shows it
    #[arg(value_parser = asking::number)]
    id: i64,
}

#[derive(Args)]
pub(crate) struct Snooze {
    /// The alert's number, as `spendglass alerts list` shows it
    #[arg(value_parser = asking::number)]
    id: i64,
    /// After so many hours, 1 to 720
    #[arg(long, default_value_t = 24)]
    hours: u32,
}

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed")]
pub(crate) struct Settings {
    /// The rule that --on, --off and --steps are about
    #[arg(long, value_enum, value_name = "NAME")]
    rule: Option<Rule>,
    /// Switch the rule on
    #[arg(long, requires = "rule", conflicts_with = "off")]
    on: bool,
    /// Switch the rule off
    #[arg(long, requires = "rule")]
    off: bool,
    /// The steps of the rule, such as 30,14,7
    #[arg(long, requires = "rule", value_delimiter = ',', value_name = "STEPS")]
    steps: Option<Vec<u32>>,
    /// Hours in which nothing is delivered, in your zone, such as 22:00-08:00
    #[arg(long, value_name = "FROM-TO", conflicts_with = "no_quiet")]
    quiet: Option<String>,
    /// No quiet hours
    #[arg(long)]
    no_quiet: bool,
    /// A balance is low when it lasts fewer days than this
    #[arg(long, value_name = "N")]
    low_balance_days: Option<u32>,
    /// A balance is low at this amount, such as 2:10:USD for account 2 or openai:10:USD; an empty amount takes that back
    #[arg(long, value_name = "ACCOUNT:AMOUNT:CURRENCY")]
    low_balance: Vec<String>,
    /// Show alerts on the desktop
    #[arg(long, conflicts_with = "no_desktop")]
    desktop: bool,
    /// Show no alerts on the desktop
    #[arg(long)]
    no_desktop: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rule {
    Expiry,
    LowBalance,
    Budget,
    BudgetForecast,
    Allowance,
    AllowanceReset,
    Spike,
    Renewal,
    KeyFailing,
    PriceChange,
}

impl Rule {
    const fn of(rule: AlertRule) -> Rule {
        match rule {
            AlertRule::Expiry => Rule::Expiry,
            AlertRule::LowBalance => Rule::LowBalance,
            AlertRule::Budget => Rule::Budget,
            AlertRule::BudgetForecast => Rule::BudgetForecast,
            AlertRule::Allowance => Rule::Allowance,
            AlertRule::AllowanceReset => Rule::AllowanceReset,
            AlertRule::Spike => Rule::Spike,
            AlertRule::Renewal => Rule::Renewal,
            AlertRule::KeyFailing => Rule::KeyFailing,
            AlertRule::PriceChange => Rule::PriceChange,
        }
    }
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let command = match command {
        Command::Test => return webhook::test(global, out).await,
        Command::Webhook(command) => return webhook::run(global, out, command).await,
        command => command,
    };
    let door = Door::open(global).await?;
    let asked = ask(&door, command).await;
    let quiet = quiet(&door).await;
    let zone = door.zone().await;
    door.app.close().await;
    let response = asked?;
    let words = match &response {
        Response::Inbox(inbox) => inbox_words(inbox, quiet.as_ref(), zone),
        Response::AnswerAlert(row) => format!("Alert {}: {}\n", row.id, state(row, quiet.as_ref(), zone)),
        Response::AlertSettings(settings) | Response::ChangeAlertSettings(settings) => {
            settings_words(settings)
        }
        _ => return Err(Failure::mismatch()),
    };
    out.answer(&response, || words)?;
    Ok(Ending::Done)
}

/// The quiet hours, where there are any.
async fn quiet(door: &Door) -> Option<QuietHours> {
    match door.ask(Request::AlertSettings).await {
        Ok(Response::AlertSettings(settings)) => settings.quiet,
        _ => None,
    }
}

async fn ask(door: &Door, command: Command) -> Result<Response, Failure> {
    let answer = |id, answer| Request::AnswerAlert(AnswerAlert { id, answer });
    let request = match command {
        Command::List(List { most }) => Request::Inbox(InboxQuery { most }),
        Command::Snooze(Snooze { id, hours }) => answer(id, AlertAnswer::Snooze { hours }),
        Command::Seen(Which { id }) => answer(id, AlertAnswer::Seen),
        Command::Used(Which { id }) => answer(id, AlertAnswer::Used),
        Command::Unused(Which { id }) => answer(id, AlertAnswer::Unused),
        Command::Settings(settings) => changed(door, settings).await?,
        // These have answers of their own.
        Command::Test | Command::Webhook(_) => return Err(Failure::mismatch()),
    };
    door.ask(request).await
}

/// The settings as they are, with what was typed in their place.
async fn changed(door: &Door, typed: Settings) -> Result<Request, Failure> {
    let Response::AlertSettings(before) = door.ask(Request::AlertSettings).await? else {
        return Err(Failure::mismatch());
    };
    let mut after = before.clone();
    if let Some(rule) = typed.rule {
        if !typed.on && !typed.off && typed.steps.is_none() {
            return Err(Failure::usage("Say what to do with the rule: --on, --off or --steps."));
        }
        for setting in after.rules.iter_mut().filter(|setting| Rule::of(setting.rule) == rule) {
            setting.on = if typed.off { false } else { typed.on || setting.on };
            if let Some(steps) = &typed.steps {
                setting.steps.clone_from(steps);
            }
        }
    }
    if let Some(quiet) = &typed.quiet {
        let (from, to) = quiet.split_once('-').ok_or_else(|| {
            Failure::usage(format!("\"{}\" are no hours such as 22:00-08:00.", clean(quiet)))
        })?;
        after.quiet = Some(QuietHours { from: from.trim().to_owned(), to: to.trim().to_owned() });
    }
    if typed.no_quiet {
        after.quiet = None;
    }
    after.low_balance_days = typed.low_balance_days.unwrap_or(after.low_balance_days);
    for text in &typed.low_balance {
        let low = low_balance(door, text).await?;
        after.low_balances.retain(|old| (old.account, &old.currency) != (low.account, &low.currency));
        if !low.amount.is_empty() {
            after.low_balances.push(low);
        }
    }
    if typed.desktop || typed.no_desktop {
        after.desktop = typed.desktop;
    }
    Ok(if after == before { Request::AlertSettings } else { Request::ChangeAlertSettings(after) })
}

async fn low_balance(door: &Door, text: &str) -> Result<LowBalance, Failure> {
    let bad =
        || Failure::usage(format!("\"{}\" is not ACCOUNT:AMOUNT:CURRENCY, such as 2:10:USD.", clean(text)));
    // A name may have a colon in it.
    let mut parts = text.rsplitn(3, ':').map(str::trim);
    let (Some(currency), Some(amount), Some(account)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(bad());
    };
    let account = credits::account_of(door, account).await?;
    Ok(LowBalance { account, currency: currency.to_owned(), amount: amount.to_owned() })
}

fn inbox_words(inbox: &Inbox, quiet: Option<&QuietHours>, zone: Zone) -> String {
    let mut text = String::new();
    if let Some(warning) = &inbox.warning {
        put!(text, "{}\n\n", clean(warning));
    }
    if inbox.alerts.is_empty() {
        text.push_str("No alert was raised.\n");
        return text;
    }
    put!(text, "{} unseen\n", several(u64::from(inbox.unseen), "alert"));
    for row in &inbox.alerts {
        let level = match row.level {
            AlertLevel::Info => "",
            AlertLevel::Warning => "! ",
            AlertLevel::Urgent => "!! ",
        };
        put!(text, "\n{:>5}  {level}{}\n", row.id, clean(&row.title));
        put!(text, "       {}\n", clean(&row.body));
        put!(text, "       raised {}; {}\n", time(&row.raised_at, zone), state(row, quiet, zone));
        for delivery in &row.deliveries {
            let channel = clean(&delivery.channel);
            let at = time(&delivery.at, zone);
            match (delivery.delivered, &delivery.problem) {
                (true, _) => put!(text, "       {channel}: delivered {at}\n"),
                (false, Some(problem)) => {
                    put!(text, "       {channel}: not delivered {at}: {}\n", clean(problem));
                }
                (false, None) => put!(text, "       {channel}: tried {at}, without an answer yet\n"),
            }
        }
    }
    if inbox.alerts.iter().any(|row| row.level != AlertLevel::Info) {
        text.push_str("\n! something is to be done; !! it is to be done today.\n");
    }
    text
}

/// Whether quiet hours end at this time.
fn is_end_of(quiet: &QuietHours, at: &str, zone: Zone) -> bool {
    at.parse::<Timestamp>().is_ok_and(|at| {
        let shown = Calendar::new(zone).show(at);
        shown.split_whitespace().nth(1) == Some(quiet.to.as_str())
    })
}

fn state(row: &AlertRow, quiet: Option<&QuietHours>, zone: Zone) -> String {
    match row.state {
        AlertState::Quiet if quiet.is_some_and(|quiet| is_end_of(quiet, &row.due_at, zone)) => {
            format!("waits for the end of quiet hours, {}", time(&row.due_at, zone))
        }
        AlertState::Quiet => format!("comes {}", time(&row.due_at, zone)),
        AlertState::Due => "due, not delivered yet".to_owned(),
        AlertState::Sent => "delivered".to_owned(),
        AlertState::Snoozed => format!("put off until {}", time(&row.due_at, zone)),
        AlertState::Seen => "seen".to_owned(),
        AlertState::Over => "over".to_owned(),
    }
}

fn settings_words(settings: &AlertSettings) -> String {
    let mut table = Table::new(&[("rule", Stand::Left), ("", Stand::Left), ("steps", Stand::Left)]);
    for setting in &settings.rules {
        let name = Rule::of(setting.rule).to_possible_value();
        let unit = match setting.rule {
            AlertRule::Expiry | AlertRule::Renewal => " days before",
            AlertRule::Budget | AlertRule::Allowance => " %",
            _ => "",
        };
        let steps: Vec<String> = setting.steps.iter().map(u32::to_string).collect();
        table.row([
            cell(name.map_or_else(String::new, |name| name.get_name().to_owned())),
            cell(if setting.on { "on" } else { "off" }),
            cell(if steps.is_empty() { String::new() } else { format!("{}{unit}", steps.join(", ")) }),
        ]);
    }
    let mut text = table.render();
    put!(text, "\nA balance is low when it lasts fewer than {} days.\n", settings.low_balance_days);
    for low in &settings.low_balances {
        let (amount, currency) = (clean(&low.amount), clean(&low.currency));
        put!(text, "That of account {} is low at {amount} {currency}.\n", low.account);
    }
    match &settings.quiet {
        Some(QuietHours { from, to }) => {
            put!(text, "Quiet from {from} to {to}: what falls due then comes at {to}.\n");
        }
        None => text.push_str("No quiet hours.\n"),
    }
    text.push_str(if settings.desktop {
        "The desktop shows alerts.\n"
    } else {
        "The desktop shows no alerts.\n"
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_waits_for_quiet_hours_says_so() {
        let row = AlertRow {
            id: 1,
            rule: AlertRule::Expiry,
            subject: "lot:entry-1".to_owned(),
            step: "7d".to_owned(),
            level: AlertLevel::Warning,
            title: "Credit lapses".to_owned(),
            body: "In a week.".to_owned(),
            account: Some(1),
            raised_at: "2026-11-20T23:00:00Z".to_owned(),
            due_at: "2026-11-21T08:00:00Z".to_owned(),
            state: AlertState::Quiet,
            deliveries: vec![],
        };
        let night = QuietHours { from: "22:00".to_owned(), to: "08:00".to_owned() };
        let other = QuietHours { to: "07:00".to_owned(), ..night.clone() };
        assert!(
            state(&row, Some(&night), Zone::UTC)
                .starts_with("waits for the end of quiet hours, 2026-11-21 08:00")
        );
        for none in [None, Some(&other)] {
            assert!(state(&row, none, Zone::UTC).starts_with("comes 2026-11-21 08:00"));
        }
        let inbox = |level| Inbox {
            now: row.raised_at.clone(),
            alerts: vec![AlertRow { level, ..row.clone() }],
            unseen: 1,
            warning: None,
        };
        assert!(
            inbox_words(&inbox(AlertLevel::Urgent), None, Zone::UTC).contains("!! it is to be done today")
        );
        assert!(!inbox_words(&inbox(AlertLevel::Info), None, Zone::UTC).contains('!'));
    }
}
