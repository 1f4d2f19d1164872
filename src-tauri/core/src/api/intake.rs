//! What a person gives to connect a provider, made into a key and the details beside it. Nothing is sent or kept here.

use std::collections::BTreeMap;

use super::{AddAccount, ApiError, ErrorCode, SampleAccount};
use crate::providers::{
    self, Auth, Field, FileParts, Intake, KeyKind, Login, Provider, Sees, own, plain_words,
};
use crate::sync::{SignIn, SyncError, without_key};
use crate::time::Timestamp;
use crate::vault::{Secret, from_environment, read_login};

/// The kind of an account without a key.
pub(super) const NO_KEY: &str = "none";
/// The detail that names a region.
pub(super) const REGION: &str = "region";
/// Prefixes of this length, such as `sk-` and `key_`, are used by many.
const SHARED: usize = 4;
const LONGEST_DETAIL: usize = 20_000;

/// What was given.
pub(super) enum Given {
    /// No key: files and entries.
    Nothing,
    /// A key.
    Key { key: Key, base_url: Option<String>, place: Place },
}

/// A key, ready to be checked.
pub(super) struct Key {
    pub(super) secret: Secret,
    /// All that the requests need.
    pub(super) details: BTreeMap<String, String>,
    /// What of it is kept: not what a tool's login tells, which is read anew each time.
    pub(super) kept: BTreeMap<String, String>,
    /// Its kind; the provider may tell another that looks alike.
    pub(super) kind: &'static KeyKind,
}

/// Where the key is to be kept.
pub(super) enum Place {
    Keychain,
    Variable(String),
    Login,
}

/// Takes a request to add an account apart; what is missing or too much is named.
pub(super) async fn given(
    provider: &'static Provider,
    request: AddAccount,
    now: Timestamp,
) -> Result<Given, ApiError> {
    let AddAccount { key, key_env, fields, kind, details, accept_login, without_key, .. } = request;
    let base_url = request.base_url.map(|url| url.trim().to_owned()).filter(|url| !url.is_empty());
    let ways = [key.is_some(), key_env.is_some(), !fields.is_empty(), accept_login, without_key];
    if ways.iter().filter(|way| **way).count() != 1 {
        return Err(ApiError::bad(
            "give exactly one: a key, its parts, an environment variable that holds it, the login of the vendor's tool, or no key",
        ));
    }
    if without_key {
        if base_url.is_some() || kind.is_some() || !details.is_empty() {
            return Err(ApiError::bad(
                "an account without a key has no address, kind of key or details: leave them out",
            ));
        }
        return Ok(Given::Nothing);
    }
    let kind =
        kind.map(|id| provider.key_kind(&id).ok_or_else(|| no_such_kind(provider, &id))).transpose()?;
    let (details, own) = described(provider, details)?;
    let base_url = base_url.or(own.as_ref().map(|own| own.origin.clone()));
    let (place, kind, secret, told) = if accept_login {
        let (kind, login) = login_of(provider, kind)?;
        let (secret, told) = read_login(&login, now).await?;
        (Place::Login, kind, secret, told)
    } else {
        let (given, place) = match (key, key_env) {
            (Some(key), _) => (key, Place::Keychain),
            (None, Some(name)) => (from_environment(variable(&name)?)?, Place::Variable(name)),
            (None, None) => (Secret::of_fields(&fields), Place::Keychain),
        };
        let kind = kind.map_or_else(|| settled(provider, &given, base_url.is_some()), Ok)?;
        if kind.sees.is_empty() {
            return Err(useless(provider, kind));
        }
        let (secret, told) = as_sent(provider, kind, &given)?;
        (place, kind, secret, told)
    };
    let mut kept = cleaned(provider, kind, details)?;
    if let Some(own) = own {
        kept.insert("header".to_owned(), own.header);
        kept.insert("scheme".to_owned(), own.scheme.to_owned());
    }
    // What was typed wins over what the file or the login says.
    let mut all = told.clone();
    all.extend(kept.clone());
    if !matches!(place, Place::Login) {
        kept = all.clone();
    }
    complete(provider, kind, &all)?;
    let holds_key =
        |value: &str| secret.traces().iter().any(|part| part.len() >= 16 && value.contains(part.as_str()));
    if let Some((name, _)) = kept.iter().find(|(name, value)| !told.contains_key(*name) && holds_key(value)) {
        return Err(ApiError::bad(format!(
            "\"{name}\" holds a part of the key: what is told beside it is no secret"
        )));
    }
    if !kind.cost.is_empty() && !request.accept_cost {
        let message = format!("{} Agree to that first (--accept-cost)", kind.cost);
        return Err(ApiError::new(ErrorCode::MoreNeeded, message));
    }
    Ok(Given::Key { key: Key { secret, details: all, kept, kind }, base_url, place })
}

/// What a pretend provider gives: its key is in the shape that is sent.
pub(super) fn of_sample(provider: &'static Provider, account: &SampleAccount) -> Result<Given, ApiError> {
    let secret = account.key.clone();
    let of_parts = |kind: &&KeyKind| !kind.sees.is_empty() && !matches!(kind.intake, Intake::Text);
    let kind = match provider.keys.iter().find(of_parts) {
        Some(kind) if secret.expose().starts_with('{') => kind,
        _ => recognised_kind(provider, &secret, true)?,
    };
    let details: BTreeMap<_, _> = account.details.iter().cloned().collect();
    let key = Key { secret, kept: details.clone(), details, kind };
    Ok(Given::Key { key, base_url: Some(account.base_url.clone()), place: Place::Keychain })
}

/// The kind that is read by a tool's login: the one that was asked for, or the first.
fn login_of(
    provider: &'static Provider,
    kind: Option<&'static KeyKind>,
) -> Result<(&'static KeyKind, Login), ApiError> {
    let mut kinds = provider.keys.iter().filter(|known| kind.is_none_or(|kind| kind.id == known.id));
    let found = kinds.find_map(|kind| match kind.intake {
        Intake::Login(login) => Some((kind, login)),
        _ => None,
    });
    found.ok_or_else(|| {
        let what = kind.map_or(provider.name, |kind| kind.name);
        ApiError::bad(format!("{what} is not read by the login of a tool: give a key"))
    })
}

/// A variable's name; a key in its place is not repeated.
fn variable(name: &str) -> Result<&str, ApiError> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if plain && name.len() <= 100 && name.starts_with(|c: char| !c.is_ascii_digit()) {
        Ok(name)
    } else {
        Err(ApiError::bad(
            "an environment variable is given by its name, such as OPENAI_ADMIN_KEY, and not by the key itself",
        ))
    }
}

/// The kind where none was named: by what the text is, or because there is only one. The provider may still tell another
/// that looks alike.
fn settled(
    provider: &'static Provider,
    secret: &Secret,
    own_address: bool,
) -> Result<&'static KeyKind, ApiError> {
    if !secret.expose().starts_with('{') {
        return recognised_kind(provider, secret, own_address);
    }
    let able = || {
        let able = provider.keys.iter().filter(|kind| !kind.sees.is_empty());
        able.filter(|kind| matches!(kind.intake, Intake::File(_) | Intake::Fields(_)))
    };
    let fits = |kind: &&'static KeyKind| match kind.intake {
        Intake::Fields(wanted) => {
            wanted.iter().all(|field| field.optional || secret.field(field.name).is_some())
        }
        _ => false,
    };
    able().find(fits).or_else(|| able().next()).ok_or_else(|| {
        ApiError::bad(format!("{} takes a key of one text, no file and no parts", provider.name))
    })
}

/// The kind that a text is of, by its look; a gateway's own keys have no look to go by and are taken for the kind that sees most.
fn recognised_kind(
    provider: &'static Provider,
    secret: &Secret,
    own_address: bool,
) -> Result<&'static KeyKind, ApiError> {
    let own = provider.kinds_of(secret.expose());
    // A prefix that half the field shares is no reason to doubt whom the person named.
    let telling = |kind: &KeyKind| {
        kind.prefixes.iter().any(|prefix| prefix.len() > SHARED && secret.expose().starts_with(prefix))
    };
    if own.is_empty()
        && !own_address
        && let Some((other, _)) =
            providers::recognise(secret.expose()).into_iter().find(|(_, kind)| telling(kind))
    {
        return Err(ApiError::bad(format!(
            "this looks like a key of {}, not of {}. Add it as {}",
            other.name, provider.name, other.id
        )));
    }
    let one_text = |kind: &&KeyKind| matches!(kind.intake, Intake::Text) && !kind.sees.is_empty();
    let looks = own.iter().find(|kind| !kind.sees.is_empty()).or(own.first()).copied();
    looks
        .or_else(|| provider.keys.iter().find(one_text))
        .or_else(|| provider.keys.first())
        .ok_or_else(|| ApiError::bad(format!("{} has no kind of key. {}", provider.name, provider.lacks)))
}

/// A key as it is sent, from what was given or what a variable holds, and what that tells beside it.
pub(super) fn as_sent(
    provider: &Provider,
    kind: &KeyKind,
    given: &Secret,
) -> Result<(Secret, BTreeMap<String, String>), ApiError> {
    match kind.intake {
        Intake::Text if given.expose().starts_with('{') => {
            Err(ApiError::bad(format!("the {} of {} is one text: give it alone", kind.name, provider.name)))
        }
        Intake::Text => Ok((given.clone(), BTreeMap::new())),
        Intake::Fields(wanted) => Ok((parts(provider, wanted, given)?, BTreeMap::new())),
        Intake::File(_) if !given.expose().starts_with('{') => Err(ApiError::new(
            ErrorCode::MoreNeeded,
            format!("give the whole content of the file (--key-file): {}", kind.note),
        )),
        Intake::File(read) => {
            let FileParts { secret, details } = read(given.expose()).map_err(|error| {
                // The reader's words may repeat what it did not like; names that all such files share may stay.
                let mut traces = given.traces();
                traces.retain(|trace| trace.len() >= 16);
                let problem = without_key(&error.to_string(), &traces);
                ApiError::bad(format!("this file is no key of {}: {problem}", provider.name))
            })?;
            Ok((in_secret(secret)?, details))
        }
        Intake::Login(login) => Err(ApiError::bad(format!(
            "{} is read by the login of {}, with your consent, and takes no key",
            provider.name, login.tool
        ))),
    }
}

/// The parts of a key, all that are wanted and none else.
fn parts(provider: &Provider, wanted: &[Field], secret: &Secret) -> Result<Secret, ApiError> {
    let names = || wanted.iter().map(|field| field.label).collect::<Vec<_>>().join(", ");
    let more = |message: String| ApiError::new(ErrorCode::MoreNeeded, message);
    let given: BTreeMap<String, Secret> = serde_json::from_str(secret.expose()).map_err(|_| {
        more(format!(
            "this key of {} is made of several parts, each a text: give {} (--fields)",
            provider.name,
            names()
        ))
    })?;
    if let Some(field) = wanted.iter().find(|field| !field.optional && !given.contains_key(field.name)) {
        return Err(more(format!("{} is missing. {}", field.label, field.hint)));
    }
    if let Some(name) = given.keys().find(|name| !wanted.iter().any(|field| field.name == name.as_str())) {
        return Err(ApiError::bad(format!("\"{}\" is no part of this key: give {}", shown(name), names())));
    }
    Ok(Secret::of_fields(&given))
}

fn in_secret(kept: BTreeMap<String, String>) -> Result<Secret, ApiError> {
    let mut fields = BTreeMap::new();
    for (name, value) in kept {
        let value = Secret::new(value)
            .map_err(|error| ApiError::bad(format!("the part \"{name}\" of the file {error}")))?;
        fields.insert(name, value);
    }
    Ok(Secret::of_fields(&fields))
}

/// Whether everything that must be told beside the key is there.
fn complete(provider: &Provider, kind: &KeyKind, details: &BTreeMap<String, String>) -> Result<(), ApiError> {
    if let Some(field) =
        kind.details.iter().find(|field| !field.optional && !details.contains_key(field.name))
    {
        let message = format!("{} is needed too (--set {}=…). {}", field.label, field.name, field.hint);
        return Err(ApiError::new(ErrorCode::MoreNeeded, message));
    }
    match details.get(REGION) {
        Some(region) if is_known(provider, kind, REGION) && !provider.regions.is_empty() => {
            if provider.regions.iter().any(|known| known.id == region) {
                return Ok(());
            }
            let known: Vec<_> = provider.regions.iter().map(|region| region.id).collect();
            let message = format!("{} has no such region. Known are: {}", provider.name, known.join(", "));
            Err(ApiError::bad(message))
        }
        _ => Ok(()),
    }
}

/// Whether a kind of key has a detail of this name.
pub(super) fn is_known(provider: &Provider, kind: &KeyKind, name: &str) -> bool {
    kind.details.iter().any(|field| field.name == name) || (name == REGION && !provider.regions.is_empty())
}

/// The description of a provider of one's own: it says where that is and how it takes its key, and is looked at before
/// anything is sent.
fn described(
    provider: &Provider,
    mut details: BTreeMap<String, String>,
) -> Result<(BTreeMap<String, String>, Option<own::Description>), ApiError> {
    if provider.auth != Auth::Described {
        return Ok((details, None));
    }
    let text = details.remove(own::DESCRIPTION).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        let message =
            format!("a description is needed too (--set {}=@FILE). {}", own::DESCRIPTION, provider.lacks);
        ApiError::new(ErrorCode::MoreNeeded, message)
    })?;
    let description = own::read(&text).map_err(|error| {
        ApiError::bad(format!("the description is not right, at {}: {}", error.at, error.problem))
    })?;
    // On one line, as it is shown; what is in it has been read and is kept as it was meant.
    let kept = serde_json::from_str::<serde_json::Value>(&text).map_or(text, |value| value.to_string());
    details.insert(own::DESCRIPTION.to_owned(), kept);
    // The description says these.
    details.retain(|name, _| name != "header" && name != "scheme");
    Ok((details, Some(description)))
}

/// What a person called a provider of their own.
pub(super) fn own_name(provider: &Provider, details: &BTreeMap<String, String>) -> Option<String> {
    let text = details.get(own::DESCRIPTION).filter(|_| provider.auth == Auth::Described)?;
    own::read(text).ok().map(|description| description.name)
}

/// The details that a kind asks for, cleaned; another is refused, since it would be kept in plain text for nothing.
fn cleaned(
    provider: &Provider,
    kind: &KeyKind,
    details: BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut clean = BTreeMap::new();
    for (name, value) in details {
        if !is_known(provider, kind, &name) {
            let mut known: Vec<_> = kind.details.iter().map(|field| field.name).collect();
            known.extend((!provider.regions.is_empty()).then_some(REGION));
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            return Err(ApiError::bad(format!(
                "\"{}\" is nothing that is told beside this key of {}. Known is {known}",
                shown(&name),
                provider.name
            )));
        }
        let value = value.trim().to_owned();
        if value.len() > LONGEST_DETAIL || value.chars().any(|c| c.is_control() && c != '\n') {
            return Err(ApiError::bad(format!(
                "\"{name}\" is too long or has characters that cannot be kept"
            )));
        }
        if !value.is_empty() {
            clean.insert(name, value);
        }
    }
    Ok(clean)
}

/// The kind of key to ask for: one that sees cost, or the first that sees anything.
pub(super) fn needed(provider: &Provider) -> Option<&'static KeyKind> {
    let able = || provider.keys.iter().find(|kind| !kind.sees.is_empty());
    provider.kind_that_sees(Sees::Cost).or_else(able)
}

/// A key that nothing can be read with.
pub(super) fn useless(provider: &'static Provider, given: &'static KeyKind) -> ApiError {
    let Some(needed) = needed(provider) else {
        let (name, lacks) = (provider.name, provider.lacks);
        let message = format!(
            "{name} tells nothing that a key could read. {lacks} It can be added without a key (--no-key)"
        );
        return ApiError::new(ErrorCode::WrongKeyKind, message);
    };
    SyncError::SignIn(SignIn::WrongKind {
        provider: provider.name,
        given: given.name,
        needed: needed.name,
        made_at: needed.made_at,
        note: needed.note,
    })
    .into()
}

fn no_such_kind(provider: &Provider, id: &str) -> ApiError {
    let known: Vec<_> = provider.keys.iter().map(|kind| kind.id).collect();
    ApiError::bad(format!(
        "{} has no kind of key \"{}\". Known are: {}",
        provider.name,
        shown(id),
        known.join(", ")
    ))
}

/// A name that a person gave, as it may be repeated: it may be a key in the wrong place.
pub(super) fn shown(name: &str) -> String {
    let start: String = name.chars().take(40).collect();
    plain_words(&start).unwrap_or_default()
}
