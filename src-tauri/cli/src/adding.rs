//! Connecting a provider: whatever its key is made of, and whatever must be told or agreed to beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use spendglass_core::api::{
    AddAccount, KeyCandidate, KeyIntake, KeyKindRow, PastedKey, ProviderRow, Request, Response,
};
use spendglass_core::vault::Secret;

use crate::door::{Door, Ending, Failure, Out, note};
use crate::{Global, accounts, asking, key, providers};

/// Longer files than this are no key and no description.
const LONGEST_FILE: u64 = 64 * 1024;

#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option that is typed or not")]
pub(crate) struct AddOptions {
    /// The provider, as `spendglass providers` lists it; without it, the key is looked at
    provider: Option<String>,
    /// A name of your own
    #[arg(long, value_name = "L")]
    label: Option<String>,
    /// Another address than the provider's own: https, or http on this machine
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The kind of key, where the key itself does not tell, as `spendglass providers PROVIDER` lists it
    #[arg(long, value_name = "K")]
    kind: Option<String>,
    /// Something to be told beside the key, none of it secret; @FILE in place of the value reads a file
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// The region that the key was made in
    #[arg(long, value_name = "R")]
    region: Option<String>,
    /// The environment variable that holds the key
    #[arg(long, value_name = "NAME", group = "way")]
    key_env: Option<String>,
    /// The key has several parts: asks for each; from a pipe it takes them as a JSON object
    #[arg(long, group = "way")]
    fields: bool,
    /// The file that is the key, such as that of a service account
    #[arg(long, value_name = "FILE", group = "way")]
    key_file: Option<PathBuf>,
    /// Read the login that the vendor's own tool keeps on this machine, after saying what that means
    #[arg(long, group = "way")]
    login: bool,
    /// No key: figures come from files and by hand
    #[arg(long, group = "way")]
    no_key: bool,
    /// Agree to what reading with this kind of key costs
    #[arg(long)]
    accept_cost: bool,
    /// Agree without being asked
    #[arg(long, requires = "login")]
    yes: bool,
}

pub(crate) async fn run(global: &Global, out: &Out, options: AddOptions) -> Result<Ending, Failure> {
    let door = Door::open(global).await?;
    let answer = add(&door, options).await;
    door.app.close().await;
    let response = answer?;
    let Response::AddAccount(account) = &response else { return Err(Failure::mismatch()) };
    if account.base_url.as_ref().is_some_and(|url| url.starts_with("http://")) {
        note("Note: plain http, without encryption. That is accepted for an address on this machine only.");
    }
    out.answer(&response, || accounts::added(account))?;
    Ok(Ending::Done)
}

async fn add(door: &Door, options: AddOptions) -> Result<Response, Failure> {
    let rows = providers::rows(door).await?;
    let row = options.provider.as_deref().map(|typed| providers::named(&rows, typed)).transpose()?;
    let mut request = beside_the_key(&options)?;
    if let Some(row) = row {
        request.provider.clone_from(&row.id);
        give(&mut request, row, &options)?;
    } else {
        if options.key_env.is_some() || options.fields || options.login || options.no_key {
            return Err(Failure::usage("Name the provider too, as `spendglass providers` lists it."));
        }
        let pasted = match &options.key_file {
            Some(path) => file_key(path)?,
            None => key::read("a provider")?,
        };
        let (candidate, kind) = recognised(door, &pasted).await?;
        let kind = kind.map(|kind| format!(": {kind}")).unwrap_or_default();
        note(&format!("This is a key of {}{kind}.", candidate.provider_name));
        agree_to_cost(&mut request, &candidate.kind)?;
        request.provider = candidate.provider;
        request.kind = request.kind.or(Some(candidate.kind.id));
        request.key = Some(pasted);
    }
    door.ask(Request::AddAccount(request)).await
}

/// What is told in arguments.
fn beside_the_key(options: &AddOptions) -> Result<AddAccount, Failure> {
    let AddOptions { label, base_url, kind, key_env, accept_cost, no_key, .. } = options;
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
    let mut details = details(&options.set)?;
    if let Some(region) = &options.region {
        details.insert("region".to_owned(), region.clone());
    }
    Ok(AddAccount {
        label: label.clone(),
        base_url: base_url.clone(),
        kind: kind.clone(),
        key_env: key_env.clone(),
        accept_cost: *accept_cost,
        without_key: *no_key,
        details,
        ..AddAccount::default()
    })
}

fn details(set: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut details = BTreeMap::new();
    for one in set {
        // The value is not repeated: it may be a key in the wrong place.
        let Some((name, value)) = one.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Err(Failure::usage("--set takes NAME=VALUE, or NAME=@FILE to read a file."));
        };
        let value = match value.strip_prefix('@') {
            Some(path) => file(Path::new(path))?,
            None => value.to_owned(),
        };
        details.insert(name.to_owned(), value);
    }
    Ok(details)
}

/// The key itself, from wherever it comes.
fn give(request: &mut AddAccount, row: &ProviderRow, options: &AddOptions) -> Result<(), Failure> {
    if options.key_env.is_some() || options.no_key {
        return Ok(());
    }
    if let Some(path) = &options.key_file {
        request.key = Some(file_key(path)?);
        return Ok(());
    }
    let kind = kind_of(row, options)?;
    if let Some(kind) = kind {
        agree_to_cost(request, kind)?;
    }
    if options.login {
        let kind = kind
            .filter(|kind| kind.intake == KeyIntake::Login)
            .ok_or_else(|| Failure::usage(format!("{} has no tool whose login could be read.", row.name)))?;
        agree(&kind.terms, options.yes)?;
        request.kind = Some(kind.id.clone());
        request.accept_login = true;
        return Ok(());
    }
    let whose = if options.fields && kind.is_none_or(|kind| kind.fields.is_empty()) {
        return Err(Failure::usage(format!("No key of {} has several parts: leave --fields out.", row.name)));
    } else {
        row.name.as_str()
    };
    match kind.map(|kind| (kind, kind.intake)) {
        Some((kind, KeyIntake::Fields)) => {
            request.kind = Some(kind.id.clone());
            request.fields = parts(kind, whose)?;
        }
        Some((kind, KeyIntake::Login)) => {
            return Err(Failure::usage(format!(
                "{} is read by a login and not by a key. Add --login: it says first what that means. {}",
                row.name, kind.terms
            )));
        }
        Some((kind, KeyIntake::File)) if asking::somebody_is_there() => {
            let name = kind.name.clone();
            return Err(Failure::usage(format!(
                "The {name} of {whose} is a file: name it with --key-file FILE."
            )));
        }
        _ => request.key = Some(key::read(whose)?),
    }
    Ok(())
}

/// The kind that is meant: the one that was named, the one that is given so, or the only one that can be used.
fn kind_of<'a>(row: &'a ProviderRow, options: &AddOptions) -> Result<Option<&'a KeyKindRow>, Failure> {
    if let Some(id) = &options.kind {
        let found = row.keys.iter().find(|kind| kind.id == *id);
        return found.map(Some).ok_or_else(|| {
            let known: Vec<&str> = row.keys.iter().map(|kind| kind.id.as_str()).collect();
            Failure::usage(format!("{} has no such kind of key. Known are {}.", row.name, known.join(", ")))
        });
    }
    let able = || row.keys.iter().filter(|kind| !kind.sees.is_empty());
    let given_so = |intake: KeyIntake| able().find(|kind| kind.intake == intake);
    if options.login {
        return Ok(given_so(KeyIntake::Login));
    }
    if options.fields {
        return Ok(given_so(KeyIntake::Fields));
    }
    let mut able = able();
    let first = able.next();
    Ok(first.filter(|_| able.next().is_none()))
}

/// Says what using a login means, and asks.
fn agree(terms: &str, agreed: bool) -> Result<(), Failure> {
    if agreed {
        return Ok(());
    }
    if !asking::somebody_is_there() {
        return Err(Failure::usage(format!("{terms} Agree to that with --yes.")));
    }
    note(terms);
    if asking::agrees("Go on?")? { Ok(()) } else { Err(Failure::usage("Nothing was added.")) }
}

/// Says what reading costs and asks, where somebody can answer; elsewhere the core says what to add.
fn agree_to_cost(request: &mut AddAccount, kind: &KeyKindRow) -> Result<(), Failure> {
    if kind.cost.is_empty() || request.accept_cost || !asking::somebody_is_there() {
        return Ok(());
    }
    note(&kind.cost);
    request.accept_cost = asking::agrees("Go on?")?;
    if request.accept_cost { Ok(()) } else { Err(Failure::usage("Nothing was added.")) }
}

/// The parts of a key: a prompt for each, or a JSON object from a pipe.
pub(crate) fn parts(kind: &KeyKindRow, whose: &str) -> Result<BTreeMap<String, Secret>, Failure> {
    let names = || kind.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    if !asking::somebody_is_there() {
        let text = key::piped_text()?;
        return serde_json::from_str(&text).map_err(|_| {
            Failure::usage(format!(
                "{} of {whose} has several parts: give them on standard input as a JSON object of texts with {}.",
                kind.name,
                names()
            ))
        });
    }
    let mut parts = BTreeMap::new();
    for field in &kind.fields {
        let left = if field.optional { ", may be left empty" } else { "" };
        let prompt = format!("{} of {whose} (not shown{left}). {}\n> ", field.label, field.hint);
        if let Some(part) = key::prompted(&prompt, field.optional, &field.label)? {
            parts.insert(field.name.clone(), part);
        }
    }
    Ok(parts)
}

/// Whose key it is, and of which kind where its look tells; asks where several providers fit.
async fn recognised(door: &Door, pasted: &Secret) -> Result<(KeyCandidate, Option<String>), Failure> {
    let request = Request::RecogniseKey(PastedKey { key: pasted.clone() });
    let Response::RecogniseKey(mut candidates) = door.ask(request).await? else {
        return Err(Failure::mismatch());
    };
    // Kinds of one provider that look alike are told apart by the check.
    let all = candidates.len();
    candidates.dedup_by(|one, before| one.provider == before.provider);
    let alone = candidates.len() == all;
    let settled = |one: KeyCandidate| {
        let kind = alone.then(|| one.kind.name.clone());
        (one, kind)
    };
    match candidates.len() {
        0 => Err(Failure::usage(
            "It does not show whose key this is. Name the provider: spendglass accounts add PROVIDER.",
        )),
        1 if !telling(&candidates[0]) => Err(Failure::usage(format!(
            "This may be a key of {}, but keys of many providers begin like it, and it would be sent there. Name the provider: \
             spendglass accounts add {}.",
            candidates[0].provider_name, candidates[0].provider
        ))),
        1 => Ok(settled(candidates.remove(0))),
        _ if asking::somebody_is_there() => {
            let choices: Vec<String> =
                candidates.iter().map(|one| format!("{}: {}", one.provider_name, one.kind.name)).collect();
            let chosen =
                asking::choose("Keys of several providers look like this one. Whose is it?", &choices)?;
            Ok(settled(candidates.swap_remove(chosen)))
        }
        _ => {
            let mut known: Vec<String> = candidates.into_iter().map(|one| one.provider).collect();
            known.dedup();
            Err(Failure::usage(format!(
                "Keys of several providers look like this one. Name the provider: {}.",
                known.join(", ")
            )))
        }
    }
}

/// Whether the key begins as keys of that provider alone do.
fn telling(candidate: &KeyCandidate) -> bool {
    candidate.kind.prefixes.is_empty() || candidate.kind.prefixes.iter().any(|prefix| prefix.len() > 4)
}

fn file_key(path: &Path) -> Result<Secret, Failure> {
    Secret::new(file(path)?)
        .map_err(|error| Failure::usage(format!("The key in {} cannot be used: it {error}.", path.display())))
}

fn file(path: &Path) -> Result<String, Failure> {
    let failed = |words: String| Failure::usage(format!("{} cannot be read: {words}.", path.display()));
    let length = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if length > LONGEST_FILE {
        return Err(failed(format!("it is longer than {LONGEST_FILE} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Typed {
        #[command(flatten)]
        options: AddOptions,
    }

    fn typed(line: &str) -> AddOptions {
        Typed::try_parse_from(std::iter::once("add").chain(line.split_whitespace())).unwrap().options
    }

    fn kind(id: &str, intake: KeyIntake, sees: &[&str]) -> KeyKindRow {
        KeyKindRow {
            id: id.to_owned(),
            name: id.to_owned(),
            prefixes: vec![],
            sees: sees.iter().map(|&sees| sees.to_owned()).collect(),
            made_at: String::new(),
            note: String::new(),
            intake,
            fields: vec![],
            details: vec![],
            cost: String::new(),
            terms: "It is read only.".to_owned(),
        }
    }

    fn row(keys: Vec<KeyKindRow>) -> ProviderRow {
        ProviderRow {
            id: "acme".to_owned(),
            name: "Acme".to_owned(),
            base_url: String::new(),
            keys,
            latency: String::new(),
            lacks: String::new(),
            streams: vec![],
        }
    }

    #[test]
    fn what_is_told_beside_a_key_may_lie_in_a_file_and_is_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("described.json");
        std::fs::write(&path, "{\"balance\": \"/left\"}\n").unwrap();
        let set = [format!("description=@{}", path.display()), "team=a=b".to_owned(), "empty=".to_owned()];
        let told = details(&set).unwrap();
        assert_eq!(told["description"], "{\"balance\": \"/left\"}");
        assert_eq!((told["team"].as_str(), told["empty"].as_str()), ("a=b", ""));
        for wrong in ["Correct-Horse", "=x"] {
            let said = details(&[wrong.to_owned()]).unwrap_err().words;
            assert!(said.contains("NAME=VALUE") && !said.contains("Horse"), "{said}");
        }
        let said = details(&["x=@/nonexistent/file".to_owned()]).unwrap_err().words;
        assert!(said.contains("/nonexistent/file cannot be read"), "{said}");
        std::fs::write(&path, vec![b'x'; 70_000]).unwrap();
        assert!(file(&path).unwrap_err().words.contains("longer than"));
    }

    #[test]
    fn the_kind_is_the_one_named_or_given_so_or_the_only_one_that_can_be_used() {
        let of = |line: &str, keys: Vec<KeyKindRow>| {
            let row = row(keys);
            kind_of(&row, &typed(line)).map(|kind| kind.map(|kind| kind.id.clone()))
        };
        let parts = || kind("parts", KeyIntake::Fields, &["cost"]);
        let login = || kind("login", KeyIntake::Login, &["quota"]);
        let plain = || kind("plain", KeyIntake::Text, &["cost"]);
        let useless = || kind("useless", KeyIntake::Text, &[]);
        let all = || vec![plain(), useless(), parts(), login()];
        let some = |id: &str| Some(id.to_owned());
        assert_eq!(of("acme --fields", all()).unwrap(), some("parts"));
        assert_eq!(of("acme --login", all()).unwrap(), some("login"));
        assert_eq!(of("acme --kind useless", all()).unwrap(), some("useless"));
        assert_eq!(of("acme", all()).unwrap(), None, "the key itself tells");
        assert_eq!(of("acme", vec![useless(), parts()]).unwrap(), some("parts"));
        let said = of("acme --kind golden", all()).unwrap_err().words;
        assert!(said.ends_with("Known are plain, useless, parts, login."), "{said}");
    }

    #[test]
    fn a_login_is_read_only_after_its_terms_are_agreed_to() {
        let row = row(vec![kind("login", KeyIntake::Login, &["quota"])]);
        let mut request = AddAccount::default();
        give(&mut request, &row, &typed("acme --login --yes")).unwrap();
        assert!(request.accept_login && request.kind.as_deref() == Some("login"));
        let said = give(&mut AddAccount::default(), &row, &typed("acme")).unwrap_err().words;
        assert!(said.contains("--login") && said.contains("It is read only."), "{said}");
        let mut none = AddAccount::default();
        give(&mut none, &row, &typed("acme --no-key")).unwrap();
        assert!(none.key.is_none() && !none.accept_login);
    }
}
