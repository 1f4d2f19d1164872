//! Who asks: the keys of the town, and the ways a request proves that it holds one.

mod aws;
pub(crate) mod grant;
mod rsa_key;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::handler::{Ask, Handler, Refusal};
use crate::world::{dice, made_up, salt};

/// What kind of key a client of the provider is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// One text.
    Text,
    /// A user name that begins so and a password: `{"user", "password"}`.
    Pair { user_prefix: &'static str },
    /// `{"access_key_id", "secret_access_key"}`, and `session_token` where the key is a temporary one.
    Aws { session: bool },
    /// `{"client_email", "private_key_id", "private_key"}`.
    ServiceAccount,
    /// `{"client_secret"}`; the client id is a detail, `client_id`.
    ClientSecret,
    /// The login of a vendor's own tool: `{"token"}`.
    Login,
}

/// How a request proves its key. A missing or wrong key is refused with 401, an ordinary one with 403 at a stream that
/// it does not see.
#[derive(Clone, Copy)]
pub(crate) enum Admit {
    /// No key is asked for.
    Open,
    /// `Authorization: Bearer KEY`.
    Bearer,
    /// `Authorization: WORD KEY`.
    Scheme(&'static str),
    /// A header that holds the bare key.
    Header(&'static str),
    /// HTTP Basic: the key as the user with an empty password, or the user and password of a pair.
    Basic,
    /// AWS Signature Version 4 for this service and region; without a region, the one of the detail `region`.
    Aws { service: &'static str, region: &'static str },
    /// A bearer token that a stream gave out (see `grant.rs`) for this scope.
    Grant { scope: &'static str },
    /// The provider's own way, words and all.
    Own(fn(&Ask) -> Result<(), Refusal>),
}

/// Which of the two keys it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Admin,
    Ordinary,
}

/// The two keys a provider knows. The secret of each, and the name that goes with it where a key has several parts: a
/// user, an access key id, an e-mail address.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) admin: String,
    pub(crate) ordinary: String,
    pub(crate) admin_name: String,
    pub(crate) ordinary_name: String,
    pub(crate) session: Option<String>,
}

impl Keys {
    /// They begin like true ones, are as long, and say what they are.
    pub(crate) fn of(handler: &Handler, seed: u64) -> Keys {
        let letters = |kind: &str, length| made_up(seed, &format!("{}/{kind}", handler.id), length);
        let secret = |prefix: &str, kind: &str| match handler.key {
            // Forty letters, as theirs have.
            Key::Aws { .. } => format!("simulated{}", letters(kind, 31)),
            // The id of the private key.
            Key::ServiceAccount => hex(seed, handler, kind),
            Key::ClientSecret => format!("{prefix}simulated~{}", letters(kind, 26)),
            _ => format!("{prefix}simulated{}", letters(kind, 64)),
        };
        let name = |kind: &str| match handler.key {
            Key::Pair { user_prefix } => {
                format!("{user_prefix}simulated-{}", letters(&format!("{kind} user"), 24))
            }
            Key::Aws { .. } => format!("AKIASIMULATED{}", letters(&format!("{kind} id"), 7).to_uppercase()),
            Key::ServiceAccount => {
                let project = letters("project", 12).to_lowercase();
                format!("{kind}@simulated-{project}.iam.gserviceaccount.com")
            }
            _ => String::new(),
        };
        let second = if handler.ordinary_key_prefix.is_empty() {
            handler.key_prefix
        } else {
            handler.ordinary_key_prefix
        };
        Keys {
            admin: secret(handler.key_prefix, "admin"),
            ordinary: secret(second, "ordinary"),
            admin_name: name("admin"),
            ordinary_name: name("ordinary"),
            session: (handler.key == Key::Aws { session: true }).then(|| letters("session", 120)),
        }
    }

    /// The key as a client holds it.
    pub(crate) fn text(&self, key: Key, holder: Holder) -> String {
        let (name, secret) = match holder {
            Holder::Admin => (&self.admin_name, &self.admin),
            Holder::Ordinary => (&self.ordinary_name, &self.ordinary),
        };
        let parts = match key {
            Key::Text => return secret.clone(),
            Key::Pair { .. } => serde_json::json!({"user": name, "password": secret}),
            Key::Aws { .. } => match &self.session {
                None => serde_json::json!({"access_key_id": name, "secret_access_key": secret}),
                Some(session) => {
                    serde_json::json!({"access_key_id": name, "secret_access_key": secret, "session_token": session})
                }
            },
            Key::ServiceAccount => serde_json::json!({
                "client_email": name,
                "private_key_id": secret,
                "private_key": rsa_key::PRIVATE,
            }),
            Key::ClientSecret => serde_json::json!({"client_secret": secret}),
            Key::Login => serde_json::json!({"token": secret}),
        };
        parts.to_string()
    }

    /// Whose secret it is.
    pub(crate) fn holder(&self, secret: &str) -> Option<Holder> {
        match secret {
            _ if secret == self.admin => Some(Holder::Admin),
            _ if secret == self.ordinary => Some(Holder::Ordinary),
            _ => None,
        }
    }

    /// Whose name it is.
    pub(crate) fn named(&self, name: &str) -> Option<Holder> {
        match name {
            _ if name == self.admin_name => Some(Holder::Admin),
            _ if name == self.ordinary_name => Some(Holder::Ordinary),
            _ => None,
        }
    }
}

fn hex(seed: u64, handler: &Handler, kind: &str) -> String {
    let part = |place| format!("{:016x}", dice(seed, &[salt(handler.id), salt(kind), place]));
    let mut text: String = [1, 2, 3].map(part).concat();
    text.truncate(40);
    text
}

/// Finds out whose key a request holds and whether that key may see the stream.
pub(crate) fn check(ask: &Ask) -> Result<Holder, Refusal> {
    let admit = ask.stream.admit.unwrap_or(ask.handler.admit);
    let missing = || Refusal::status(401);
    let found = match admit {
        Admit::Open => return Ok(Holder::Admin),
        Admit::Own(admit) => return admit(ask).map(|()| Holder::Admin),
        Admit::Bearer => ask.bearer().and_then(|key| ask.keys.holder(key)),
        Admit::Scheme(word) => scheme(ask, word).and_then(|key| ask.keys.holder(key)),
        Admit::Header(name) => ask.header(name).and_then(|key| ask.keys.holder(key)),
        Admit::Basic => basic(ask),
        Admit::Aws { service, region } => Some(aws::check(ask, service, region)?),
        Admit::Grant { scope } => Some(grant::check(ask, scope)?),
    };
    let holder = found.ok_or_else(missing)?;
    if holder == Holder::Ordinary {
        // Where there is one kind of key, the other one is nobody's.
        if ask.handler.key == Key::Text && ask.handler.ordinary_key_prefix.is_empty() {
            return Err(missing());
        }
        if !ask.stream.ordinary {
            return Err(Refusal::status(403));
        }
    }
    Ok(holder)
}

fn scheme<'a>(ask: &'a Ask, word: &str) -> Option<&'a str> {
    ask.header("authorization")?.strip_prefix(word)?.strip_prefix(' ')
}

fn basic(ask: &Ask) -> Option<Holder> {
    let bytes = STANDARD.decode(scheme(ask, "Basic")?).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    match ask.handler.key {
        Key::Pair { .. } => ask.keys.holder(password).filter(|holder| ask.keys.named(user) == Some(*holder)),
        _ => ask.keys.holder(user).filter(|_| password.is_empty()),
    }
}
