//! Accounts.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use spendglass_core::api::{
    Account, AccountId, AccountRemoved, AccountState, KeyIntake, PlaceOfKey, RemoveAccount, ReplaceKey,
    Request, Response, StreamState,
};
use spendglass_core::time::Zone;

use crate::adding::AddOptions;
use crate::door::{Door, Ending, Failure, Out};
use crate::text::{Stand, Table, UNKNOWN, cell, clean, time};
use crate::{Global, adding, asking, holdings, key};

#[derive(Subcommand, Default)]
pub(crate) enum Command {
    /// Connect a provider: checks the key, keeps it in the keychain
    ///
    /// The key is read from standard input where something is piped into it, else at a prompt that does not show it. It is
    /// never an argument. With --key-env the key stays in an environment variable, for servers and cron; the name is kept,
    /// never the key. What a provider asks for is told by `spendglass providers PROVIDER`.
    #[command(after_help = "\
Examples:
  spendglass accounts add                                  asks for a key and sees whose it is
  spendglass accounts add openai --label Studio
  pass show openai-admin | spendglass accounts add openai
  spendglass accounts add anthropic --key-env ANTHROPIC_ADMIN_KEY
  spendglass accounts add langfuse --fields --region eu    asks for each part of the key
  spendglass accounts add gcp.gemini --key-file service-account.json
  spendglass accounts add cohere --no-key                  for files and entries by hand")]
    Add(AddOptions),
    /// Every account, with its state and what to do about it
    #[command(after_help = "Example:\n  spendglass accounts list --json")]
    #[default]
    List,
    /// Ask the provider whether the key still works
    #[command(after_help = "Example:\n  spendglass accounts check 1")]
    Check(Which),
    /// Remove an account, its key and everything read with it
    ///
    /// Asks first; where nobody sits at a terminal, as in a script, --yes is needed. Where the keychain does not let the key be
    /// removed, nothing is.
    #[command(after_help = "\
Exit codes: 2 where nobody could be asked and --yes was not given, 4 where the keychain does not let the key be removed (nothing is
removed in either case), 1 where the key was left there.

Examples:
  spendglass accounts remove 1
  spendglass accounts remove 1 --yes
  spendglass accounts remove 1 --leave-key")]
    Remove(RemoveOptions),
    /// Give an account a new key, where the old one was refused, lost or reset
    #[command(after_help = "\
Examples:
  spendglass accounts replace-key 1
  pass show openai-admin | spendglass accounts replace-key 1")]
    ReplaceKey(Which),
}

#[derive(Args)]
pub(crate) struct RemoveOptions {
    #[command(flatten)]
    which: Which,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    /// Go on where the keychain is locked or absent; the key stays in it
    #[arg(long)]
    leave_key: bool,
}

#[derive(Args)]
pub(crate) struct Which {
    /// The account's number, as `spendglass accounts list` shows it
    #[arg(value_name = "ID", value_parser = asking::number)]
    id: i64,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Add(options) => adding::run(global, out, options).await,
        Command::List => list(global, out).await,
        Command::Check(Which { id }) => {
            let request = Request::CheckAccount(AccountId { account: id });
            let (response, zone) = Door::ask_once(global, request).await?;
            let Response::CheckAccount(account) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || table(std::slice::from_ref(account), zone))?;
            Ok(Ending::of_account(account.state))
        }
        Command::Remove(options) => remove(global, out, options).await,
        Command::ReplaceKey(Which { id }) => replace_key(global, out, id).await,
    }
}

async fn remove(global: &Global, out: &Out, options: RemoveOptions) -> Result<Ending, Failure> {
    let RemoveOptions { which: Which { id }, yes, leave_key } = options;
    let door = Door::open(global).await?;
    let removed = async {
        if !yes {
            let account = one(&door, id).await?;
            let what = format!(
                "Remove {} ({}), and everything read with it or entered for it?",
                title(&account),
                key_words(&account)
            );
            asking::must_agree(&what, "Nothing was removed.")?;
        }
        let request = RemoveAccount { account: id, leave_key: Some(leave_key) };
        door.ask(Request::RemoveAccount(request)).await
    };
    let removed = removed.await;
    door.app.close().await;
    let response = removed.map_err(|failure| failure.of_option("leaveKey", "--leave-key"))?;
    let Response::RemoveAccount(removed) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || of_removed(removed))?;
    Ok(if removed.left.is_some() { Ending::Partly } else { Ending::Done })
}

fn of_removed(removed: &AccountRemoved) -> String {
    let id = removed.account;
    match &removed.left {
        None => format!(
            "Account {id} is removed with everything read with it or entered for it; no key of it is kept here.\n"
        ),
        Some(left) => format!(
            "Account {id} is removed with everything read with it or entered for it.\nLeft: {}. {}\n",
            clean(&left.what),
            clean(&left.why)
        ),
    }
}

async fn replace_key(global: &Global, out: &Out, id: i64) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let replaced = async {
        let account = one(&door, id).await?;
        let mut request = ReplaceKey { account: id, key: None, fields: BTreeMap::new() };
        if account.key_kind.intake == KeyIntake::Fields {
            request.fields = adding::parts(&account.key_kind, &account.provider_name)?;
        } else {
            request.key = Some(key::read(&title(&account))?);
        }
        door.ask(Request::ReplaceKey(request)).await
    };
    let replaced = replaced.await;
    door.app.close().await;
    let response = replaced?;
    let Response::ReplaceKey(account) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || format!("{} has its new key: {}.\n", title(account), key_words(account)))?;
    Ok(Ending::Done)
}

/// The account of a number.
async fn one(door: &Door, id: i64) -> Result<Account, Failure> {
    let Response::Accounts(accounts) = door.ask(Request::Accounts).await? else {
        return Err(Failure::mismatch());
    };
    accounts.into_iter().find(|account| account.id == id).ok_or_else(|| {
        Failure::usage(format!("There is no account {id}. `spendglass accounts list` shows those there are."))
    })
}

/// Said of a new account.
pub(crate) fn added(account: &Account) -> String {
    let (title, keys) = (title(account), key_words(account));
    if account.key_place == PlaceOfKey::Nowhere {
        let id = account.id;
        return format!(
            "Added {title}: {keys}.\nNext: spendglass enter purchase {id} 25 USD, or spendglass import FILE\n"
        );
    }
    let sees = account.key_kind.sees.join(", ");
    format!("Added {title}: {keys}. It sees {sees}.\nNext: spendglass sync\n")
}

async fn list(global: &Global, out: &Out) -> Result<Ending, Failure> {
    let now = Door::config(global)?.clock.now().to_string();
    let (response, zone) = Door::ask_once(global, Request::Accounts).await?;
    let Response::Accounts(accounts) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || {
        if accounts.is_empty() {
            return none();
        }
        format!("{}{}{}", table(accounts, zone), told_beside(accounts), holdings::words(accounts, &now, zone))
    })?;
    Ok(Ending::Done)
}

/// Said where there is no account.
pub(crate) fn none() -> String {
    "No account yet. Add one: spendglass accounts add openai (or another that `spendglass providers` lists).\n\
     To look around without a key: spendglass demo\n"
        .to_owned()
}

/// "account 1, OpenAI".
fn title(account: &Account) -> String {
    let label = clean(&account.label);
    if account.label == account.provider_name {
        format!("account {}, {label}", account.id)
    } else {
        format!("account {}, {label} ({})", account.id, account.provider_name)
    }
}

fn key_words(account: &Account) -> String {
    let kind = &account.key_kind.name;
    let hint = account.key_hint.as_ref().map(|hint| format!(" …{}", clean(hint))).unwrap_or_default();
    match (account.key_place, &account.key_env) {
        (PlaceOfKey::Nowhere, _) => "files and entries".to_owned(),
        (PlaceOfKey::Login, _) => format!("{kind}, by the tool's login"),
        (_, Some(name)) => format!("{kind} in ${}", clean(name)),
        (PlaceOfKey::Keychain | PlaceOfKey::Variable, None) => format!("{kind}{hint} in the keychain"),
    }
}

/// What accounts are told beside their keys: region, project and the like.
fn told_beside(accounts: &[Account]) -> String {
    let mut text = String::new();
    for account in accounts {
        let mut told: Vec<String> = account
            .details
            .iter()
            .map(|(name, value)| format!("{}: {}", clean(name), shortened(&clean(value))))
            .collect();
        told.extend(account.base_url.as_ref().map(|url| format!("address: {}", clean(url))));
        if !told.is_empty() {
            let gap = if text.is_empty() { "\n" } else { "" };
            put!(text, "{gap}{}: {}\n", title(account), told.join("; "));
        }
    }
    text
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        text.to_owned()
    } else {
        text.chars().take(LONGEST).chain(['…']).collect()
    }
}

/// The accounts, and below them whatever needs a word.
pub(crate) fn table(accounts: &[Account], zone: Zone) -> String {
    let heads = [
        ("id", Stand::Right),
        ("account", Stand::Left),
        ("key", Stand::Left),
        ("state", Stand::Left),
        ("last read", Stand::Left),
    ];
    let mut table = Table::new(&heads);
    for account in accounts {
        let label = clean(&account.label);
        let name = if account.label == account.provider_name {
            label
        } else {
            format!("{label} ({})", account.provider_name)
        };
        let read = account.synced_at.as_ref().map_or_else(|| UNKNOWN.to_owned(), |at| time(at, zone));
        table.row([
            cell(account.id.to_string()),
            cell(name),
            cell(key_words(account)),
            cell(state(account.state)),
            cell(read),
        ]);
    }
    let mut text = table.render();
    for account in accounts {
        for line in words(account, zone) {
            put!(text, "\n{}: {line}\n", title(account));
        }
    }
    text
}

fn words(account: &Account, zone: Zone) -> Vec<String> {
    let mut lines = Vec::new();
    let well = matches!(
        account.state,
        AccountState::Fresh | AccountState::ByHand | AccountState::Stale | AccountState::Syncing
    );
    // The account says what its worst stream says, which is told below with the stream's name.
    let said_below = account.streams.iter().any(|stream| stream.message.as_ref() == Some(&account.message));
    if !well && !said_below && !account.message.is_empty() {
        lines.push(clean(&account.message));
    }
    lines.extend(account.partly.as_deref().map(clean));
    if let Some(at) = &account.retry_at {
        lines.push(format!("worth trying again after {}", time(at, zone)));
    }
    let loud = account.streams.iter().filter_map(|stream| {
        let quiet = matches!(stream.state, StreamState::Ok | StreamState::Absent | StreamState::New);
        let message = stream.message.as_ref().filter(|_| !quiet)?;
        Some((stream.name.as_str(), message.as_str()))
    });
    lines.extend(alike(loud).into_iter().map(|(names, message)| format!("{names}: {}", clean(&message))));
    if let Some(advice) = advice(account) {
        lines.push(advice);
    }
    lines
}

/// Streams that say the same but for their own names, in one line: how they are called together, and what the first says.
pub(crate) fn alike<'a>(told: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    let mut groups: Vec<(String, Vec<&str>, &str)> = Vec::new();
    for (name, message) in told {
        let nameless = message.replace(name, "");
        match groups.iter_mut().find(|(known, ..)| *known == nameless) {
            Some((_, names, _)) => names.push(name),
            None => groups.push((nameless, vec![name], message)),
        }
    }
    let together = |names: Vec<&str>| match names.as_slice() {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [one, rest @ ..] => format!("{one} and {} more", rest.len()),
        [] => String::new(),
    };
    groups.into_iter().map(|(_, names, message)| (together(names), message.to_owned())).collect()
}

/// What to type.
fn advice(account: &Account) -> Option<String> {
    use spendglass_core::api::Advice;
    let id = account.id;
    let words = match account.advice? {
        Advice::Sync => format!("do: spendglass sync --account {id}"),
        Advice::ReplaceKey => format!("do: spendglass accounts replace-key {id}"),
        Advice::OpenKeychain => {
            format!("do: unlock or start the keychain, then spendglass accounts check {id}")
        }
        Advice::Wait => "do: nothing; the next sync after that time tries again".to_owned(),
        Advice::Update => "do: update Spendglass; the provider changed its answer".to_owned(),
    };
    Some(words)
}

pub(crate) fn state(state: AccountState) -> &'static str {
    match state {
        AccountState::New => "not read yet",
        AccountState::Syncing => "reading now",
        AccountState::Fresh => "up to date",
        AccountState::ByHand => "by hand and from files",
        AccountState::Stale => "not read lately",
        AccountState::KeyRejected => "key refused",
        AccountState::Forbidden => "key may not see all",
        AccountState::KeyMissing => "key missing",
        AccountState::Keychain => "keychain closed",
        AccountState::KeychainAbsent => "no keychain",
        AccountState::RateLimited => "asked to wait",
        AccountState::Unreachable => "not reachable",
        AccountState::ProviderChanged => "answer changed",
        AccountState::Failed => "failed here",
    }
}
