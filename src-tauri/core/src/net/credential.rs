//! How a key is put into a request, and how a token is had for one that does not travel itself.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
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
    /// A header with this value.
    Header(HeaderName, Secret, &'static str),
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
        let bearer = |word: &'static str, secret: Secret| Proof::Header(AUTHORIZATION, secret, word);
        let proof = match auth {
            // A key of several fields that travels as a bearer, such as a tool's login, holds it as `token`.
            Auth::Bearer => bearer("Bearer ", secret.field("token").unwrap_or_else(|| secret.clone())),
            Auth::Scheme("") => bearer("", secret.clone()),
            Auth::Scheme("Token") => bearer("Token ", secret.clone()),
            Auth::Scheme("Key") => bearer("Key ", secret.clone()),
            Auth::Scheme("token") => bearer("token ", secret.clone()),
            Auth::Scheme(_) => return Err(NetError::BadKey),
            Auth::Header(name) => Proof::Header(HeaderName::from_static(name), secret.clone(), ""),
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
                match details.get("scheme") {
                    "" => Proof::Header(name, secret.clone(), ""),
                    "Bearer" => Proof::Header(name, secret.clone(), "Bearer "),
                    "Token" => Proof::Header(name, secret.clone(), "Token "),
                    "Key" => Proof::Header(name, secret.clone(), "Key "),
                    _ => return Err(NetError::BadKey),
                }
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
        Ok(Credential(Proof::Header(AUTHORIZATION, token.access_token, "Bearer ")))
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
                headers.insert(name.clone(), sensitive(&format!("{word}{}", secret.expose()))?);
            }
            Proof::Basic(user, password) => {
                let password = password.as_ref().map_or("", Secret::expose);
                let pair = STANDARD.encode(format!("{}:{password}", user.expose()));
                headers.insert(AUTHORIZATION, sensitive(&format!("Basic {pair}"))?);
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

fn sensitive(text: &str) -> Result<HeaderValue, NetError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| NetError::BadKey)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where and how a token is asked for. The body holds the secret: it goes to the token's own address and nowhere else.
#[derive(Debug)]
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
            // An environment variable holds the file as Google made it, the keychain the letters of its key alone.
            let pem = match key.expose() {
                whole if whole.contains("-----BEGIN") => whole.to_owned(),
                letters => format!("-----BEGIN PRIVATE KEY-----\n{letters}\n-----END PRIVATE KEY-----\n"),
            };
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
            let filled: BTreeMap<&str, &str> = details.iter().collect();
            let mut url = token_url.to_owned();
            for (name, value) in filled {
                url = url.replace(&format!("{{{name}}}"), &crate::providers::segment(value));
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
