//! Accounts and providers.

use clap::{Args, Subcommand};
use spendglass_core::api::{
    Account, AccountId, AccountState, AddAccount, KeyKindRow, ProviderRow, ReplaceKey, Request, Response,
    StreamState,
};
use spendglass_core::time::Zone;

use crate::door::{Door, Ending, Failure, Out, note};
use crate::text::{Stand, Table, UNKNOWN, cell, clean, several, time};
use crate::{Global, key};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Connect a provider: checks the key, keeps it in the keychain
    ///
    /// The key is read from standard input where something is piped into it, else at a prompt that does not show it. It is
    /// never an argument. With --key-env the key stays in an environment variable, for servers and cron; the name is kept,
    /// never the key.
    #[command(after_help = "\
Examples:
  spendglass accounts add openai --label Studio
  pass show openai-admin | spendglass accounts add openai
  spendglass accounts add anthropic --key-env ANTHROPIC_ADMIN_KEY")]
    Add(AddOptions),
    /// Every account, with its state and what to do about it
    #[command(after_help = "Example:\n  spendglass accounts list --json")]
    List,
    /// Ask the provider whether the key still works
    #[command(after_help = "Example:\n  spendglass accounts check 1")]
    Check(Which),
    /// Remove an account, its key and everything read with it
    #[command(after_help = "Example:\n  spendglass accounts remove 1")]
    Remove(Which),
    /// Give an account a new key, where the old one was refused, lost or reset
    #[command(after_help = "\
Examples:
  spendglass accounts replace-key 1
  pass show openai-admin | spendglass accounts replace-key 1")]
    ReplaceKey(Which),
}

#[derive(Args)]
pub(crate) struct AddOptions {
    /// The provider, as `spendglass providers` lists it
    provider: String,
    /// A name of your own
    #[arg(long, value_name = "L")]
    label: Option<String>,
    /// Another address than the provider's own: https, or http on this machine
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The environment variable that holds the key
    #[arg(long, value_name = "NAME")]
    key_env: Option<String>,
}

#[derive(Args)]
pub(crate) struct Which {
    /// The account's number, as `spendglass accounts list` shows it
    #[arg(value_name = "ID")]
    id: i64,
}

pub(crate) async fn run(global: &Global, out: &Out, command: Command) -> Result<Ending, Failure> {
    match command {
        Command::Add(options) => add(global, out, options).await,
        Command::List => list(global, out).await,
        Command::Check(Which { id }) => {
            let request = Request::CheckAccount(AccountId { account: id });
            let (response, zone) = Door::ask_once(global, request).await?;
            let Response::CheckAccount(account) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || table(std::slice::from_ref(account), zone))?;
            Ok(Ending::of_account(account.state))
        }
        Command::Remove(Which { id }) => {
            let request = Request::RemoveAccount(AccountId { account: id });
            let (response, _) = Door::ask_once(global, request).await?;
            out.answer(&response, || {
                format!("Account {id} is removed, with its key and everything read with it.\n")
            })?;
            Ok(Ending::Done)
        }
        Command::ReplaceKey(Which { id }) => {
            let key = key::read(&format!("account {id}"))?;
            let request = Request::ReplaceKey(ReplaceKey {
                account: id,
                key: Some(key),
                fields: std::collections::BTreeMap::new(),
            });
            let (response, _) = Door::ask_once(global, request).await?;
            let Response::ReplaceKey(account) = &response else { return Err(Failure::mismatch()) };
            out.answer(&response, || {
                format!("{} has its new key: {}.\n", title(account), key_words(account))
            })?;
            Ok(Ending::Done)
        }
    }
}

async fn add(global: &Global, out: &Out, options: AddOptions) -> Result<Ending, Failure> {
    let AddOptions { provider, label, base_url, key_env } = options;
    // An id is short and plain; anything else may be a key in the wrong place and must not be repeated by an error.
    let id = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-');
    if provider.len() > 24 || !provider.bytes().all(id) {
        return Err(Failure::usage(
            "That is not a provider. Name one as `spendglass providers` lists it, such as openai; the key comes by standard input.",
        ));
    }
    let variable = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if key_env.as_ref().is_some_and(|name| name.is_empty() || !name.bytes().all(variable)) {
        return Err(Failure::usage(
            "--key-env takes the name of an environment variable, such as OPENAI_ADMIN_KEY, and not the key itself.",
        ));
    }
    if base_url.as_ref().is_some_and(|url| url.trim().is_empty()) {
        return Err(Failure::usage(
            "--base-url is empty. Give an address, or leave it out to use the provider's own.",
        ));
    }
    let key = if key_env.is_some() { None } else { Some(key::read(&provider)?) };
    let request =
        Request::AddAccount(AddAccount { provider, label, base_url, key, key_env, ..AddAccount::default() });
    let (response, _) = Door::ask_once(global, request).await?;
    let Response::AddAccount(account) = &response else { return Err(Failure::mismatch()) };
    if account.base_url.as_ref().is_some_and(|url| url.starts_with("http://")) {
        note("Note: plain http, without encryption. That is accepted for an address on this machine only.");
    }
    out.answer(&response, || {
        let sees = account.key_kind.sees.join(", ");
        format!("Added {}: {}. It sees {sees}.\nNext: spendglass sync\n", title(account), key_words(account))
    })?;
    Ok(Ending::Done)
}

async fn list(global: &Global, out: &Out) -> Result<Ending, Failure> {
    let (response, zone) = Door::ask_once(global, Request::Accounts).await?;
    let Response::Accounts(accounts) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || if accounts.is_empty() { none() } else { table(accounts, zone) })?;
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
    match (&account.key_env, &account.key_hint) {
        (Some(name), _) => format!("{kind} in ${}", clean(name)),
        (None, Some(hint)) => format!("{kind} …{}", clean(hint)),
        (None, None) => kind.clone(),
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
    let well = matches!(account.state, AccountState::Fresh | AccountState::Stale | AccountState::Syncing);
    if !well && !account.message.is_empty() {
        lines.push(clean(&account.message));
    }
    if let Some(at) = &account.retry_at {
        lines.push(format!("worth trying again after {}", time(at, zone)));
    }
    for stream in &account.streams {
        let quiet = matches!(stream.state, StreamState::Ok | StreamState::New);
        if let Some(message) =
            stream.message.as_ref().filter(|message| !quiet && **message != account.message)
        {
            lines.push(format!("{}: {}", stream.name, clean(message)));
        }
    }
    if let Some(advice) = advice(account) {
        lines.push(advice);
    }
    lines
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
        AccountState::Stale => "not read lately",
        AccountState::KeyRejected => "key refused",
        AccountState::Forbidden => "key may not see all",
        AccountState::KeyMissing => "key missing",
        AccountState::Keychain => "keychain closed",
        AccountState::RateLimited => "asked to wait",
        AccountState::Unreachable => "not reachable",
        AccountState::ProviderChanged => "answer changed",
        AccountState::Failed => "failed here",
    }
}

pub(crate) async fn providers(global: &Global, out: &Out) -> Result<Ending, Failure> {
    let (response, _) = Door::ask_once(global, Request::Providers).await?;
    let Response::Providers(rows) = &response else { return Err(Failure::mismatch()) };
    out.answer(&response, || provider_words(rows))?;
    Ok(Ending::Done)
}

fn provider_words(rows: &[ProviderRow]) -> String {
    let mut text = String::new();
    for row in rows {
        put!(text, "{} ({})\n  {}\n", row.name, row.id, row.latency);
        for kind in &row.keys {
            put!(text, "  {}: {}\n", kind.name, kind_words(kind));
        }
        text.push('\n');
    }
    put!(text, "{}. Add one: spendglass accounts add ID\n", several(rows.len() as u64, "provider"));
    text
}

fn kind_words(kind: &KeyKindRow) -> String {
    let begins = kind.prefixes.iter().map(|prefix| format!("{prefix}…")).collect::<Vec<_>>().join(", ");
    if kind.sees.is_empty() {
        return format!("begins {begins}; sees no cost and no usage");
    }
    format!("begins {begins}; sees {}; made at {}\n    {}", kind.sees.join(", "), kind.made_at, kind.note)
}
