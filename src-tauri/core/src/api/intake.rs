//! What a person gives to connect a provider, made into a key and the details beside it. Nothing is sent or kept here.

use std::collections::BTreeMap;

use super::{AddAccount, ApiError, ErrorCode};
use crate::providers::{self, Auth, Field, FileParts, Intake, KeyKind, Provider, own};
use crate::time::Timestamp;
use crate::vault::{Secret, from_environment, read_login};

/// The kind of an account without a key.
pub(super) const NO_KEY: &str = "none";
/// The detail that names a region.
pub(super) const REGION: &str = "region";
const LONGEST_DETAIL: usize = 20_000;

/// What was given.
pub(super) enum Given {
    /// No key: files and entries.
    Nothing { base_url: Option<String> },
    /// A key.
    Key { key: Key, base_url: Option<String>, place: Place },
}

/// A key, ready to be checked.
pub(super) struct Key {
    pub(super) secret: Secret,
    pub(super) details: BTreeMap<String, String>,
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
        return Ok(Given::Nothing { base_url });
    }
    let kind = match kind {
        Some(id) => Some(provider.key_kind(&id).ok_or_else(|| no_such_kind(provider, &id))?),
        None => None,
    };
    let (mut details, described_at) = described(provider, details)?;
    let base_url = base_url.or(described_at);
    if accept_login {
        let by_login = |kind: &'static KeyKind| match kind.intake {
            Intake::Login(login) => Some((kind, login)),
            _ => None,
        };
        let Some((login, from)) = kind.and_then(by_login).or_else(|| provider.keys.iter().find_map(by_login))
        else {
            return Err(ApiError::bad(format!("{} has no tool whose login could be read", provider.name)));
        };
        let (secret, told) = read_login(&from, now).await?;
        details.extend(told);
        let key = Key { secret, details, kind: login };
        return Ok(Given::Key { key, base_url, place: Place::Login });
    }
    let (secret, place) = match (key, key_env) {
        (Some(key), _) => (key, Place::Keychain),
        (None, Some(name)) => (from_environment(&name)?, Place::Variable(name)),
        (None, None) => (Secret::of_fields(&fields), Place::Keychain),
    };
    let kind = match kind {
        Some(kind) => kind,
        None => settled(provider, &secret, base_url.is_some())?,
    };
    let secret = match kind.intake {
        Intake::Fields(wanted) => parts(provider, wanted, &secret)?,
        Intake::File(read) => {
            let FileParts { secret: kept, details: told } = read(secret.expose()).map_err(|error| {
                ApiError::bad(format!("this file is no key of {}: {error}", provider.name))
            })?;
            // What was typed wins over what the file says.
            for (name, value) in told {
                details.entry(name).or_insert(value);
            }
            in_secret(kept)?
        }
        _ => secret,
    };
    complete(provider, kind, &details)?;
    if !kind.cost.is_empty() && !request.accept_cost {
        let message = format!("{} Agree to that first (--accept-cost)", kind.cost);
        return Err(ApiError::new(ErrorCode::MoreNeeded, message));
    }
    Ok(Given::Key { key: Key { secret, details, kind }, base_url, place })
}

/// The kind where it is settled before the provider is asked: by what the text is, or because there is only one.
fn settled(
    provider: &'static Provider,
    secret: &Secret,
    own_address: bool,
) -> Result<&'static KeyKind, ApiError> {
    let mut able = provider.keys.iter().filter(|kind| !kind.sees.is_empty());
    if secret.expose().starts_with('{') {
        let structured = able.find(|kind| matches!(kind.intake, Intake::File(_) | Intake::Fields(_)));
        return structured.ok_or_else(|| ApiError::bad(format!("{} takes a key, not a file", provider.name)));
    }
    let kind = recognised_kind(provider, secret, own_address)?;
    match kind.intake {
        // The provider may still say that it is another kind that looks alike.
        Intake::Text => Ok(kind),
        Intake::Fields(fields) => {
            let names: Vec<_> = fields.iter().map(|field| field.label).collect();
            let message =
                format!("{} is made of several parts: give {} (--fields)", kind.name, names.join(", "));
            Err(ApiError::new(ErrorCode::MoreNeeded, message))
        }
        Intake::File(_) => Err(ApiError::new(
            ErrorCode::MoreNeeded,
            format!("give the whole content of the file (--key-file): {}", kind.note),
        )),
        Intake::Login(_) => Err(ApiError::bad(format!("{} is read by its tool's login", provider.name))),
    }
}

/// The kind that a text is of, by its look; a gateway's own keys have no look to go by and are taken for the kind that sees most.
pub(super) fn recognised_kind(
    provider: &'static Provider,
    secret: &Secret,
    own_address: bool,
) -> Result<&'static KeyKind, ApiError> {
    let recognised = providers::recognise(secret.expose());
    let own = provider.kinds_of(secret.expose());
    let kind = own.iter().find(|kind| !kind.sees.is_empty()).or(own.first()).copied();
    if kind.is_none()
        && !own_address
        && let Some((other, _)) = recognised.first()
    {
        return Err(ApiError::bad(format!(
            "this looks like a key of {}, not of {}. Add it as {}",
            other.name, provider.name, other.id
        )));
    }
    kind.or_else(|| provider.keys.first()).ok_or_else(|| {
        ApiError::new(
            ErrorCode::BadRequest,
            format!("{} has no kind of key. {}", provider.name, provider.lacks),
        )
    })
}

/// The parts of a key, all that are wanted and none else.
fn parts(provider: &Provider, wanted: &[Field], secret: &Secret) -> Result<Secret, ApiError> {
    let names = || wanted.iter().map(|field| field.label).collect::<Vec<_>>().join(", ");
    let given: BTreeMap<String, Secret> = serde_json::from_str(secret.expose()).map_err(|_| {
        ApiError::new(
            ErrorCode::MoreNeeded,
            format!("this key of {} is made of several parts: give {} (--fields)", provider.name, names()),
        )
    })?;
    for field in wanted.iter().filter(|field| !field.optional) {
        if !given.contains_key(field.name) {
            return Err(ApiError::new(
                ErrorCode::MoreNeeded,
                format!("{} is missing. {}", field.label, field.hint),
            ));
        }
    }
    if let Some(name) = given.keys().find(|name| !wanted.iter().any(|field| field.name == name.as_str())) {
        let name: String = name.chars().take(40).collect();
        return Err(ApiError::bad(format!("\"{name}\" is no part of this key: give {}", names())));
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
    let told = |name: &str| details.get(name).is_some_and(|value| !value.is_empty());
    if let Some(field) = kind.details.iter().find(|field| !field.optional && !told(field.name)) {
        let message = format!("{} is needed too (--set {}=…). {}", field.label, field.name, field.hint);
        return Err(ApiError::new(ErrorCode::MoreNeeded, message));
    }
    if let Some(region) = details.get(REGION)
        && !provider.regions.iter().any(|known| known.id == region)
    {
        let known: Vec<_> = provider.regions.iter().map(|region| region.id).collect();
        return Err(ApiError::bad(format!(
            "{} has no such region. Known are: {}",
            provider.name,
            known.join(", ")
        )));
    }
    Ok(())
}

/// The details, tidied up. Those of a provider of one's own say where it is and how it takes its key, in a description that is
/// looked at before anything is sent.
fn described(
    provider: &Provider,
    mut details: BTreeMap<String, String>,
) -> Result<(BTreeMap<String, String>, Option<String>), ApiError> {
    if provider.auth != Auth::Described {
        return Ok((cleaned(details)?, None));
    }
    let text = details.remove(own::DESCRIPTION).filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        let message =
            format!("a description is needed too (--set {}=@FILE). {}", own::DESCRIPTION, provider.lacks);
        ApiError::new(ErrorCode::MoreNeeded, message)
    })?;
    let description = own::read(&text).map_err(|error| {
        ApiError::bad(format!("the description is not right, at {}: {}", error.at, error.problem))
    })?;
    let mut details = cleaned(details)?;
    // On one line, as it is shown; what is in it has been read and is kept as it was meant.
    let kept = serde_json::from_str::<serde_json::Value>(&text).map_or(text, |value| value.to_string());
    details.insert(own::DESCRIPTION.to_owned(), kept);
    details.insert("header".to_owned(), description.header);
    details.insert("scheme".to_owned(), description.scheme.to_owned());
    Ok((details, Some(description.origin)))
}

/// What a person called a provider of their own.
pub(super) fn own_name(provider: &Provider, details: &BTreeMap<String, String>) -> Option<String> {
    let text = details.get(own::DESCRIPTION).filter(|_| provider.auth == Auth::Described)?;
    own::read(text).ok().map(|description| description.name)
}

fn cleaned(details: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut clean = BTreeMap::new();
    for (name, value) in details {
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

fn no_such_kind(provider: &Provider, id: &str) -> ApiError {
    let known: Vec<_> = provider.keys.iter().map(|kind| kind.id).collect();
    let id: String = id.chars().take(40).collect();
    ApiError::bad(format!("{} has no kind of key \"{id}\". Known are: {}", provider.name, known.join(", ")))
}
