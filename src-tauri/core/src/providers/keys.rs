//! Kinds of key: how they look, what they see, of which parts they are made, and how they travel.

use std::collections::BTreeMap;
use std::fmt;

use super::{ParseError, Sees};

/// How a key travels in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `Authorization: WORD KEY`.
    Scheme(&'static str),
    /// A header of the provider's own.
    Header(&'static str),
    /// HTTP Basic: the fields `user` and `password` of the key, or the whole key as the user name with an empty password.
    Basic,
    /// AWS Signature Version 4, with the fields `access_key_id`, `secret_access_key` and, for temporary keys, `session_token`.
    SigV4 {
        /// The service that signs, such as `ce`.
        service: &'static str,
        /// The region that signs.
        region: &'static str,
    },
    /// A Google service account: its signed assertion is changed for a token that lives an hour. Fields `client_email`,
    /// `private_key_id` and `private_key` (PKCS#8 in base64, without the PEM lines).
    ServiceAccount {
        /// What the token may do.
        scope: &'static str,
        /// Where it is had, on an origin of the provider.
        token_url: &'static str,
    },
    /// OAuth client credentials: field `client_secret`, details `client_id` and, in braces in the URL, others.
    ClientCredentials {
        /// What the token may do.
        scope: &'static str,
        /// Where it is had; `{name}` stands for a detail.
        token_url: &'static str,
    },
    /// The header that the person described: details `header` and `scheme`.
    Described,
}

impl Auth {
    /// Whether a token must be had for the key, which does not travel itself.
    pub const fn is_by_token(self) -> bool {
        matches!(self, Auth::ServiceAccount { .. } | Auth::ClientCredentials { .. })
    }
}

/// A place that a provider serves from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Stable id.
    pub id: &'static str,
    /// Name for a person.
    pub name: &'static str,
    /// Its own base URL.
    pub base_url: &'static str,
    /// The currency it bills in, where the answers do not say.
    pub currency: &'static str,
}

/// A kind of key that a provider hands out.
#[derive(Debug)]
pub struct KeyKind {
    /// Stable id within the provider.
    pub id: &'static str,
    /// The provider's own name for it.
    pub name: &'static str,
    /// How such keys begin; an empty one where they are known by their shape alone.
    pub prefixes: &'static [&'static str],
    /// Whether a text that begins so has the shape of such a key; for prefixes that several share.
    pub shape: Option<fn(&str) -> bool>,
    /// What it can see. Nothing, where it is good for inference only.
    pub sees: &'static [Sees],
    /// The page on which it is made.
    pub made_at: &'static str,
    /// Who can make it and what to mind, in one sentence.
    pub note: &'static str,
    /// How a person gives it.
    pub intake: Intake,
    /// What must be told beside it, none of it secret.
    pub details: &'static [Field],
    /// What reading with it costs, in one sentence; the person is asked first. Empty where it costs nothing.
    pub cost: &'static str,
}

impl KeyKind {
    /// What a kind of key is where nothing else is said; for `..KeyKind::PLAIN`.
    pub const PLAIN: KeyKind = KeyKind {
        id: "",
        name: "",
        prefixes: &[],
        shape: None,
        sees: &[],
        made_at: "",
        note: "",
        intake: Intake::Text,
        details: &[],
        cost: "",
    };

    /// How well a text fits, if it does: a longer prefix fits better, a shape of its own better than none.
    pub fn fit(&self, key: &str) -> Option<usize> {
        // A prefix alone is no key.
        let fitting = self.prefixes.iter().filter(|prefix| key.starts_with(**prefix) && key != **prefix);
        let longest = fitting.map(|prefix| prefix.len()).max()?;
        match self.shape {
            Some(shape) => shape(key).then_some(2 * longest + 1),
            None => Some(2 * longest),
        }
    }
}

/// Whether a key goes on after a prefix with so many characters of a kind, and ends there; for [`KeyKind::shape`].
pub fn goes_on(key: &str, prefix: &str, length: usize, kind: fn(&u8) -> bool) -> bool {
    key.strip_prefix(prefix).is_some_and(|rest| rest.len() == length && rest.bytes().all(|byte| kind(&byte)))
}

/// Whether a key is a UUID: groups of 8, 4, 4, 4 and 12 hexadecimal digits.
pub fn is_uuid(key: &str) -> bool {
    let lengths: Vec<usize> = key.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// How a person gives a key.
#[derive(Debug, Clone, Copy)]
pub enum Intake {
    /// As one text.
    Text,
    /// As several texts; they are kept together as one secret, a JSON object of these fields.
    Fields(&'static [Field]),
    /// As the content of a file, from which what is needed is taken.
    File(fn(&str) -> Result<FileParts, ParseError>),
    /// By the login that the vendor's own tool keeps on this machine: read only, read anew each time, never refreshed.
    Login(Login),
}

/// One thing that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Stable name.
    pub name: &'static str,
    /// What the provider calls it.
    pub label: &'static str,
    /// Where it is found, or how it looks.
    pub hint: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What was taken from a file. Its `Debug` shows nothing of the secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct FileParts {
    /// Goes into the keychain.
    pub secret: BTreeMap<String, String>,
    /// Is kept beside the account.
    pub details: BTreeMap<String, String>,
}

impl fmt::Debug for FileParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret: Vec<_> = self.secret.keys().collect();
        f.debug_struct("FileParts").field("secret", &secret).field("details", &self.details).finish()
    }
}

/// A login that a vendor's tool keeps on this machine.
#[derive(Debug, Clone, Copy)]
pub struct Login {
    /// The tool, as the vendor writes it.
    pub tool: &'static str,
    /// What to run to sign in again.
    pub renew: &'static str,
    /// The environment variable that names the tool's folder, if it has one.
    pub folder_variable: &'static str,
    /// The tool's folder below the person's home.
    pub folder: &'static str,
    /// The file in that folder.
    pub file: &'static str,
    /// What using it means, in plain words: it is shown before a person agrees.
    pub terms: &'static str,
    /// Takes the login from the file: secret field `token`, details as the requests need them. `now` is in Unix milliseconds.
    pub read: fn(&str, now_millis: i64) -> Result<FileParts, LoginError>,
}

/// Why a login cannot be used. Holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginError {
    /// The tool keeps no login here.
    NoFile,
    /// The file is there, but nobody is signed in, or with another kind of login.
    SignedOut,
    /// It has expired.
    Expired,
    /// It may not read usage.
    NoScope,
    /// The file is not as it was.
    Changed,
}
