//! Where alerts are sent beside the desktop, and a test of every channel.

use std::io::{self, IsTerminal};

use clap::{Args, Subcommand};
use spendglass_core::api::{DeliveryRow, Request, Response, SetWebhook, TestedAlert, Webhook};
use spendglass_core::notice::Desktop;
use spendglass_core::time::Zone;
use spendglass_core::vault::Secret;

use crate::Global;
use crate::door::{Door, Ending, Failure, Out};
use crate::key;
use crate::text::{clean, time};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Send alerts to an address: Zapier, Make, ntfy, Slack, or a program of yours
    Set(Set),
    /// Where alerts are sent, and what came of the last one
    #[command(after_help = "Example:\n  spendglass alerts webhook show")]
    Show,
    /// Send them there no longer; the secret is taken out of the keychain
    #[command(after_help = "Example:\n  spendglass alerts webhook remove")]
    Remove,
}

#[derive(Args)]
#[command(after_help = "\
What is sent is JSON: id, rule, subject, step, level, title, body, account, raisedAt, dueAt, test, and text, which is title
and body in one, as Slack and ntfy want it. With a secret it is signed: the header X-Spendglass-Signature is
t=UNIX,v1=HEX, where HEX is the HMAC-SHA256 of \"UNIX.BODY\". Anything but a status of 200 to 299 is tried again, after 1, 2, 4,
8 minutes and so on. Address and secret are kept in the keychain.

An address that holds a token, such as Slack's, does not belong on a command line: leave it out, and it is read from standard
input or asked for. With --secret-stdin the secret is the next line there.

Examples:
  spendglass alerts webhook set https://ntfy.example.org/spending
  spendglass alerts webhook set < address.txt
  spendglass alerts webhook set http://127.0.0.1:8080/alerts --secret-stdin < secret.txt")]
pub(crate) struct Set {
    /// The address: https, or http on this machine
    url: Option<String>,
    /// Read a secret from standard input, with which what is sent is signed
    #[arg(long)]
    secret_stdin: bool,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    let request = match command {
        Command::Set(options) => Request::SetWebhook(given(options)?),
        Command::Show => Request::Webhook,
        Command::Remove => Request::SetWebhook(SetWebhook { url: None, secret: None }),
    };
    let (response, zone) = Door::ask_once(global, request).await?;
    let (Response::Webhook(webhook) | Response::SetWebhook(webhook)) = &response else {
        return Err(Failure::mismatch());
    };
    out.answer(&response, || words(webhook, zone))?;
    Ok(Ending::Done)
}

/// Sends a test through every channel that is on.
pub(crate) async fn test(global: &Global, out: &Out) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    door.app.show_on(Desktop::session());
    let answer = door.ask(Request::TestAlert).await;
    door.app.close().await;
    let response = answer?;
    let Response::TestAlert(tested) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || tested_words(tested))?;
    let arrived = !tested.deliveries.is_empty() && tested.deliveries.iter().all(|row| row.delivered);
    Ok(if arrived { Ending::Done } else { Ending::Partly })
}

fn given(options: Set) -> Result<SetWebhook, Failure> {
    let piped = !io::stdin().is_terminal();
    let text = if piped && (options.url.is_none() || options.secret_stdin) {
        key::piped_text()?
    } else {
        String::new()
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let url = match options.url {
        Some(url) => url,
        None if piped => lines.next().unwrap_or_default().to_owned(),
        None => key::prompted("Address (not shown): ", false, "The address")?
            .map(|address| address.expose().to_owned())
            .unwrap_or_default(),
    };
    let secret = match (options.secret_stdin, piped) {
        (false, _) => None,
        (true, true) => {
            let line = lines.next().unwrap_or_default();
            Some(Secret::new(line).map_err(|error| {
                Failure::usage(format!(
                    "The secret {error}. Give it on standard input, as a line of its own."
                ))
            })?)
        }
        (true, false) => key::prompted("Secret (not shown): ", false, "The secret")?,
    };
    Ok(SetWebhook { url: Some(url), secret })
}

fn words(webhook: &Webhook, zone: Zone) -> String {
    let Some(url) = &webhook.url else {
        return "Alerts are sent to no webhook. Set one: spendglass alerts webhook set URL\n".to_owned();
    };
    let signed = if webhook.signed { "signed with the secret in the keychain" } else { "not signed" };
    let last = match &webhook.last {
        Some(row) => format!("Last: {}, {}\n", time(&row.at, zone), outcome(row)),
        None => "Nothing was sent there yet: spendglass alerts test\n".to_owned(),
    };
    format!("Alerts are sent to {}, {signed}.\n{last}", clean(url))
}

fn outcome(row: &DeliveryRow) -> String {
    match &row.problem {
        _ if row.delivered => format!("arrived ({})", clean(row.receipt.as_deref().unwrap_or("taken"))),
        Some(problem) => format!("did not arrive. {}", clean(problem)),
        None => "under way".to_owned(),
    }
}

fn tested_words(tested: &TestedAlert) -> String {
    if tested.deliveries.is_empty() {
        return "Nothing was sent: the desktop is off and no webhook is set. Turn one on: spendglass alerts webhook set URL\n"
            .to_owned();
    }
    let mut words = String::new();
    for row in &tested.deliveries {
        put!(words, "{}: {}\n", row.channel, outcome(row));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(delivered: bool, problem: Option<&str>) -> DeliveryRow {
        DeliveryRow {
            channel: "webhook".to_owned(),
            delivered,
            at: "2026-11-22T09:30:00Z".to_owned(),
            receipt: delivered.then(|| "204".to_owned()),
            problem: problem.map(str::to_owned),
        }
    }

    #[test]
    fn what_came_of_it_is_said_in_words() {
        let webhook =
            |last| Webhook { url: Some("https://ntfy.example.org/x".to_owned()), signed: true, last };
        let said = |last| words(&webhook(last), Zone::UTC);
        assert!(said(None).contains("signed with the secret") && said(None).contains("alerts test"));
        assert!(said(Some(row(true, None))).contains("arrived (204)"));
        assert!(said(Some(row(false, Some("It was closed.")))).ends_with("did not arrive. It was closed.\n"));
        let none = Webhook { url: None, signed: false, last: None };
        assert!(words(&none, Zone::UTC).contains("no webhook"));
        assert!(tested_words(&TestedAlert { deliveries: vec![] }).starts_with("Nothing was sent"));
        let both = TestedAlert { deliveries: vec![row(true, None), row(false, Some("No."))] };
        assert_eq!(tested_words(&both), "webhook: arrived (204)\nwebhook: did not arrive. No.\n");
    }
}
