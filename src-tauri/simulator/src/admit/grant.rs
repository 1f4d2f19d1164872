//! Tokens for keys that do not travel themselves: Google's service accounts and OAuth client credentials.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

use super::{Holder, rsa_key};
use crate::handler::{Answer, Ask, Refusal};
use crate::json::object;
use crate::town::real_now;
use crate::world::made_up;

/// How long a token lives, in seconds.
const LIFE: i64 = 3599;
/// How far the clock of a client may be off, in seconds.
const SKEW: i64 = 300;

fn refused(status: u16, code: &'static str, words: &str) -> Refusal {
    let body = object([("error", code.into()), ("error_description", words.into())]);
    Refusal::coded(status, code, words).with_body(body)
}

/// Answers `POST …/token` with a token for the signed assertion of a service account (RFC 7523). The assertion must be
/// meant for `audience` and ask for nothing but these scopes.
pub(crate) fn by_assertion(ask: &Ask, audience: &str, scopes: &[&str]) -> Result<Answer, Refusal> {
    let [kind, assertion] = ask
        .form(["grant_type", "assertion"])
        .map_err(|refusal| refused(400, "invalid_request", &refusal.message))?;
    if kind != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        return Err(refused(400, "unsupported_grant_type", &format!("Invalid grant_type: {kind}")));
    }
    let invalid = |words: &str| refused(400, "invalid_grant", words);
    let key = DecodingKey::from_rsa_pem(rsa_key::PUBLIC.as_bytes())
        .map_err(|error| Refusal::said(500, error.to_string()))?;
    // The times are looked at below, against the town's clock.
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let token = jsonwebtoken::decode::<Value>(&assertion, &key, &validation)
        .map_err(|_| invalid("Invalid JWT Signature."))?;
    let text = |name: &str| token.claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let holder = ask.keys.named(text("iss")).ok_or_else(|| invalid("Invalid grant: account not found"))?;
    let id = if holder == Holder::Admin { &ask.keys.admin } else { &ask.keys.ordinary };
    if token.header.kid.as_ref().is_some_and(|kid| kid != id) {
        return Err(invalid("Invalid JWT Signature."));
    }
    if text("aud") != audience {
        return Err(invalid("Invalid JWT: the audience is not this token endpoint."));
    }
    let time = |name: &str| token.claims.get(name).and_then(Value::as_i64);
    let (Some(issued), Some(ends)) = (time("iat"), time("exp")) else {
        return Err(invalid("Invalid JWT: iat and exp are required."));
    };
    let timely = |now: i64| issued <= now + SKEW && ends > now;
    if ends - issued > 3600 || !(timely(ask.now.timestamp()) || timely(real_now().timestamp())) {
        return Err(invalid(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
        ));
    }
    let asked = text("scope");
    if !asked.split(' ').all(|scope| scopes.contains(&scope)) {
        return Err(refused(400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."));
    }
    Ok(issue(ask, holder, asked))
}

/// Answers `POST /{tenant}/oauth2/v2.0/token` with a token for a client secret. The tenant, where the path has one, and
/// the client are those of the details `tenant_id` and `client_id`.
pub(crate) fn by_client_secret(ask: &Ask, scope: &str) -> Result<Answer, Refusal> {
    let [kind, client, secret, asked] = ask
        .form(["grant_type", "client_id", "client_secret", "scope"])
        .map_err(|refusal| refused(400, "invalid_request", &refusal.message))?;
    if kind != "client_credentials" {
        return Err(refused(400, "unsupported_grant_type", "AADSTS70003: The grant type is not supported."));
    }
    if !ask.params.is_empty() && ask.param() != ask.detail("tenant_id") {
        return Err(refused(400, "invalid_request", "AADSTS90002: Tenant not found."));
    }
    if client != ask.detail("client_id") {
        let words = "AADSTS700016: Application was not found in the directory.";
        return Err(refused(400, "unauthorized_client", words));
    }
    let holder = ask.keys.holder(&secret);
    let holder = holder
        .ok_or_else(|| refused(401, "invalid_client", "AADSTS7000215: Invalid client secret provided."))?;
    if asked != scope {
        return Err(refused(400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid."));
    }
    Ok(issue(ask, holder, &asked))
}

fn issue(ask: &Ask, holder: Holder, scopes: &str) -> Answer {
    let claim = format!(
        "{} {} {scopes}",
        if holder == Holder::Admin { "admin" } else { "ordinary" },
        ask.now.timestamp()
    );
    let claim = URL_SAFE_NO_PAD.encode(claim);
    let token = format!("simulated.{claim}.{}", seal(ask, &claim));
    Answer::Tree(object([
        ("access_token", token.into()),
        ("expires_in", LIFE.into()),
        ("token_type", "Bearer".into()),
    ]))
}

fn seal(ask: &Ask, claim: &str) -> String {
    made_up(ask.seed, &format!("{}/grant/{claim}", ask.handler.id), 43)
}

/// Whose token it is, and whether it is for this scope and still good by the town's clock.
pub(super) fn check(ask: &Ask, scope: &str) -> Result<Holder, Refusal> {
    let refused = || Refusal::status(401);
    let told = ask.bearer().and_then(|token| token.strip_prefix("simulated.")).ok_or_else(refused)?;
    let (claim, mark) = told.split_once('.').ok_or_else(refused)?;
    if mark != seal(ask, claim) {
        return Err(refused());
    }
    let bytes = URL_SAFE_NO_PAD.decode(claim).map_err(|_| refused())?;
    let text = String::from_utf8(bytes).map_err(|_| refused())?;
    let mut words = text.split(' ');
    let holder = if words.next() == Some("admin") { Holder::Admin } else { Holder::Ordinary };
    let issued: i64 = words.next().and_then(|word| word.parse().ok()).ok_or_else(refused)?;
    if !(issued..=issued + LIFE).contains(&ask.now.timestamp()) {
        return Err(refused());
    }
    if !words.any(|word| word == scope) {
        let words = "Request had insufficient authentication scopes.";
        return Err(Refusal::coded(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", words));
    }
    Ok(holder)
}
