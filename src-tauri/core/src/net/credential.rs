//! How a key is put into a request, and how a token is had for one that does not travel itself.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};
use url::Url;

use super::NetError;
use crate::providers::{Auth, Body, Details, Provider, Request};
use crate::time::Timestamp;
use crate::vault::Secret;

/// What proves who asks: a key, or the token that was had for one. Shows nothing of itself.
#[derive(Debug, Clone)]
pub struct Credential(Proof);

#[derive(Debug, Clone)]
enum Proof {
    /// A header with this value behind a word.
    Header(HeaderName, Secret, String),
    /// User name and password.
    Basic(Secret, Option<Secret>),
    Signed {
        id: Secret,
        key: Secret,
        session: Option<Secret>,
        service: &'static str,
        region: &'static str,
    },
}

/// How long a Google assertion is good for.
const ASSERTION_SECONDS: i64 = 3_600;

impl Credential {
    /// The credential of a key that travels itself; `None` where a token must be had for it first.
    pub fn of(auth: Auth, secret: &Secret, details: &Details) -> Result<Option<Credential>, NetError> {
        let proof = match auth {
            // A key of several fields that travels as a bearer, such as a tool's login, holds it as `token`.
            Auth::Bearer => bearer(secret.field("token").unwrap_or_else(|| secret.clone())),
            Auth::Scheme(word) => Proof::Header(AUTHORIZATION, secret.clone(), word.to_owned()),
            Auth::Header(name) => Proof::Header(HeaderName::from_static(name), secret.clone(), String::new()),
            Auth::Basic => match secret.field("user") {
                Some(user) => Proof::Basic(user, secret.field("password")),
                None => Proof::Basic(secret.clone(), None),
            },
            Auth::SigV4 { service, region } => Proof::Signed {
                id: secret.field("access_key_id").ok_or(NetError::BadKey)?,
                key: secret.field("secret_access_key").ok_or(NetError::BadKey)?,
                session: secret.field("session_token"),
                service,
                region,
            },
            Auth::ServiceAccount { .. } | Auth::ClientCredentials { .. } => return Ok(None),
            Auth::Described => {
                let name =
                    HeaderName::from_bytes(details.get("header").as_bytes()).map_err(|_| NetError::BadKey)?;
                Proof::Header(name, secret.clone(), details.get("scheme").to_owned())
            }
        };
        Ok(Some(Credential(proof)))
    }

    /// The credential of a token that was had.
    pub fn of_token(body: &[u8]) -> Result<Credential, NetError> {
        #[derive(Deserialize)]
        struct Token {
            access_token: Secret,
        }
        let token: Token = serde_json::from_slice(body).map_err(|_| NetError::NoToken)?;
        Ok(Credential(bearer(token.access_token)))
    }

    /// What of it may be echoed, and must then be cut from the words of an error.
    pub(crate) fn traces(&self) -> Vec<Zeroizing<String>> {
        match &self.0 {
            Proof::Header(_, secret, _) => secret.traces(),
            Proof::Basic(user, password) => vec![pair(user, password.as_ref())],
            // What it is made of is in the key itself.
            Proof::Signed { .. } => Vec::new(),
        }
    }

    /// Puts the credential into the headers of a request that is otherwise ready.
    pub(super) fn apply(
        &self,
        headers: &mut HeaderMap,
        url: &Url,
        request: &Request,
        now: Timestamp,
    ) -> Result<(), NetError> {
        match &self.0 {
            Proof::Header(name, secret, word) => {
                let gap = if word.is_empty() { "" } else { " " };
                let value = Zeroizing::new(format!("{word}{gap}{}", secret.expose()));
                headers.insert(name.clone(), sensitive(&value)?);
            }
            Proof::Basic(user, password) => {
                let value = Zeroizing::new(format!("Basic {}", *pair(user, password.as_ref())));
                headers.insert(AUTHORIZATION, sensitive(&value)?);
            }
            Proof::Signed { id, key, session, service, region } => {
                let session = session.as_ref().map(|session| session.expose().to_owned());
                let identity =
                    Credentials::new(id.expose(), key.expose(), session, None, "spendglass").into();
                let moment = u64::try_from(now.unix()).unwrap_or(0);
                let params = v4::SigningParams::builder()
                    .identity(&identity)
                    .region(region)
                    .name(request.sign_as.unwrap_or(service))
                    .time(SystemTime::UNIX_EPOCH + Duration::from_secs(moment))
                    .settings(SigningSettings::default())
                    .build()
                    .map_err(|_| NetError::BadKey)?
                    .into();
                let told =
                    headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
                let body = request.body.as_ref().map_or("", |body| body.text.as_str());
                let method = if request.body.is_some() { "POST" } else { "GET" };
                let signable =
                    SignableRequest::new(method, url.as_str(), told, SignableBody::Bytes(body.as_bytes()))
                        .map_err(|_| NetError::BadKey)?;
                let (instructions, _) = sign(signable, &params).map_err(|_| NetError::BadKey)?.into_parts();
                let (signed, _) = instructions.into_parts();
                for header in signed {
                    let name = HeaderName::from_static(header.name());
                    headers.insert(name, sensitive(header.value())?);
                }
            }
        }
        Ok(())
    }
}

fn bearer(secret: Secret) -> Proof {
    Proof::Header(AUTHORIZATION, secret, "Bearer".to_owned())
}

/// User name and password as HTTP Basic sends them.
fn pair(user: &Secret, password: Option<&Secret>) -> Zeroizing<String> {
    let plain = Zeroizing::new(format!("{}:{}", user.expose(), password.map_or("", Secret::expose)));
    Zeroizing::new(STANDARD.encode(plain.as_bytes()))
}

fn sensitive(text: &str) -> Result<HeaderValue, NetError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| NetError::BadKey)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where and how a token is asked for. The body holds the secret: it goes to the token's own address and nowhere else, so
/// this has no `Debug`.
pub(super) struct TokenRequest {
    pub(super) url: String,
    pub(super) body: Body,
}

/// The claims of a service account (RFC 7523).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

/// The request for a token, for a key that does not travel itself.
pub(super) fn token_request(
    provider: &Provider,
    secret: &Secret,
    details: &Details,
    now: Timestamp,
) -> Result<TokenRequest, NetError> {
    match provider.auth {
        Auth::ServiceAccount { scope, token_url } => {
            let email = secret.field("client_email").ok_or(NetError::BadKey)?;
            let key = secret.field("private_key").ok_or(NetError::BadKey)?;
            let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
            header.kid = secret.field("private_key_id").map(|id| id.expose().to_owned());
            let (iat, exp) = (now.unix(), now.unix() + ASSERTION_SECONDS);
            let claims = Claims { iss: email.expose(), scope, aud: token_url, iat, exp };
            let pem = Zeroizing::new(format!(
                "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
                key.expose()
            ));
            let key = jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes())
                .map_err(|_| NetError::BadPrivateKey)?;
            let assertion =
                jsonwebtoken::encode(&header, &claims, &key).map_err(|_| NetError::BadPrivateKey)?;
            let form =
                [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", &assertion)];
            Ok(TokenRequest { url: token_url.to_owned(), body: in_form(&form) })
        }
        Auth::ClientCredentials { scope, token_url } => {
            let password = secret.field("client_secret").unwrap_or_else(|| secret.clone());
            let mut url = token_url.to_owned();
            for (name, value) in details.iter() {
                url = url.replace(&format!("{{{name}}}"), &crate::providers::segment(value));
            }
            if url.contains('{') {
                return Err(NetError::BadKey);
            }
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", details.get("client_id")),
                ("client_secret", password.expose()),
                ("scope", scope),
            ];
            Ok(TokenRequest { url, body: in_form(&form) })
        }
        _ => Err(NetError::BadKey),
    }
}

fn in_form(pairs: &[(&str, &str)]) -> Body {
    let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Body { kind: "application/x-www-form-urlencoded", text }
}
