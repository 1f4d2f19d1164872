//! What Google's providers share: the service account's file, and where its tokens are had.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Field, FileParts, Intake, ParseError, decode, told};

/// Where a service account's assertion is changed for a token.
pub(super) const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";
/// The origin of that.
pub(super) const TOKEN_ORIGIN: &str = "https://oauth2.googleapis.com";
/// How a service account is given.
pub(super) const FILE: Intake = Intake::File(service_account);

/// The project, which the file names already.
pub(super) const PROJECT: Field = Field {
    name: "project_id",
    label: "Project",
    hint: "The id of the Google Cloud project, if it is another than that of the service account.",
    optional: true,
};

/// How a key begins and ends in the file.
const OPENS: &str = "-----BEGIN PRIVATE KEY-----";
const CLOSES: &str = "-----END PRIVATE KEY-----";

#[derive(Deserialize)]
struct File {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<String>,
    private_key_id: Option<String>,
    private_key: Option<String>,
    project_id: Option<String>,
}

/// Takes what is needed from the file of a service account: the secret stays small enough for every keychain, since of
/// the private key only its letters are kept.
pub(super) fn service_account(text: &str) -> Result<FileParts, ParseError> {
    let file: File = decode(text.trim().as_bytes())?;
    // What was taken from a file before may be given again: it names no kind, and its key has lost its lines.
    let taken = file.kind.is_none() && file.private_key.as_deref().is_some_and(|key| !key.contains("-----"));
    match file.kind.as_deref() {
        Some("service_account") => {}
        None if taken => {}
        Some("authorized_user") => {
            let problem = "this is the login of a person (gcloud's application default credentials): give the JSON key of a \
                           service account, made under IAM & Admin, Service Accounts, Keys";
            return Err(ParseError::new("type", problem));
        }
        _ => return Err(ParseError::new("type", "this is no key of a service account")),
    }
    let needed = |text: Option<String>, name: &str| {
        told(text).ok_or_else(|| ParseError::new(name, "it is missing from the file"))
    };
    let key = needed(file.private_key, "private_key")?;
    let letters = if taken {
        key.as_str()
    } else {
        key.trim().strip_prefix(OPENS).and_then(|rest| rest.strip_suffix(CLOSES)).unwrap_or_default()
    };
    let letters: String = letters.split_whitespace().collect();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    if letters.is_empty() || !letters.bytes().all(plain) {
        return Err(ParseError::new("private_key", "it is no private key as Google writes it"));
    }
    let secret = BTreeMap::from([
        ("client_email".to_owned(), needed(file.client_email, "client_email")?),
        ("private_key_id".to_owned(), needed(file.private_key_id, "private_key_id")?),
        ("private_key".to_owned(), letters),
    ]);
    let mut details = BTreeMap::new();
    if !taken || file.project_id.is_some() {
        details.insert("project_id".to_owned(), needed(file.project_id, "project_id")?);
    }
    Ok(FileParts { secret, details })
}
