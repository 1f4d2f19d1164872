//! AWS Signature Version 4: the request is signed once more with the town's own key, and both must agree.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use chrono::NaiveDateTime;

use super::Holder;
use crate::handler::{Ask, Refusal};
use crate::town::real_now;

/// How far the clock of a client may be off, in seconds.
const SKEW: i64 = 300;

fn wrong(words: &str) -> Refusal {
    Refusal::coded(401, "InvalidSignatureException", words)
}

pub(super) fn check(ask: &Ask, service: &str, region: &str) -> Result<Holder, Refusal> {
    let told = ask.header("authorization").ok_or_else(|| {
        Refusal::coded(401, "MissingAuthenticationTokenException", "Missing Authentication Token")
    })?;
    let claim = Claim::read(told).ok_or_else(|| {
        Refusal::coded(401, "IncompleteSignatureException", "Authorization header is incomplete.")
    })?;
    let unknown = || {
        let words = "The security token included in the request is invalid.";
        Refusal::coded(401, "UnrecognizedClientException", words)
    };
    let holder = ask.keys.named(claim.access_key_id).ok_or_else(unknown)?;
    if ask.header("x-amz-security-token") != ask.keys.session.as_deref() {
        return Err(unknown());
    }
    let region = if region.is_empty() { ask.detail("region") } else { region.to_owned() };
    let date = ask.header("x-amz-date").unwrap_or_default();
    let moment = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ")
        .map_err(|_| wrong("Date must be in ISO-8601 'basic format'."))?
        .and_utc();
    if claim.scope != format!("{}/{region}/{service}/aws4_request", date.get(..8).unwrap_or_default()) {
        return Err(wrong("Credential should be scoped to a valid date, region and service."));
    }
    let near = |now: chrono::DateTime<chrono::Utc>| (moment - now).num_seconds().abs() <= SKEW;
    if !near(ask.now) && !near(real_now()) {
        return Err(wrong("Signature expired: the date of the request is too far from now."));
    }
    let must = ask
        .headers
        .keys()
        .map(hyper::header::HeaderName::as_str)
        .filter(|name| matches!(*name, "host" | "content-type") || name.starts_with("x-amz-"));
    for name in must {
        if !claim.signed_headers.contains(&name) {
            return Err(wrong(&format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")));
        }
    }
    let seconds = Duration::from_secs(u64::try_from(moment.timestamp()).unwrap_or_default());
    let again = signature(ask, holder, &claim, service, &region, SystemTime::UNIX_EPOCH + seconds);
    if again.as_deref() != Some(claim.signature) {
        return Err(wrong("The request signature we calculated does not match the signature you provided."));
    }
    Ok(holder)
}

/// What the header says.
struct Claim<'a> {
    access_key_id: &'a str,
    scope: &'a str,
    signed_headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Claim<'a> {
    fn read(told: &'a str) -> Option<Self> {
        let mut parts = told.strip_prefix("AWS4-HMAC-SHA256 ")?.split(',').map(str::trim);
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let (access_key_id, scope) = part("Credential")?.split_once('/')?;
        let signed_headers = part("SignedHeaders")?.split(';').collect();
        Some(Claim { access_key_id, scope, signed_headers, signature: part("Signature")? })
    }
}

/// The signature that the request should have; `None` where it cannot be signed.
fn signature(
    ask: &Ask,
    holder: Holder,
    claim: &Claim,
    service: &str,
    region: &str,
    time: SystemTime,
) -> Option<String> {
    let secret = match holder {
        Holder::Admin => &ask.keys.admin,
        Holder::Ordinary => &ask.keys.ordinary,
    };
    let session = ask.keys.session.clone();
    let identity = Credentials::new(claim.access_key_id, secret, session, None, "town").into();
    let mut settings = SigningSettings::default();
    // Only headers that were signed are handed over.
    settings.excluded_headers = None;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time)
        .settings(settings)
        .build()
        .ok()?
        .into();
    // The crate adds the date and the session token by itself.
    let named = |name: &&&str| !matches!(**name, "x-amz-date" | "x-amz-security-token");
    let headers = claim.signed_headers.iter().filter(named).flat_map(|name| {
        let values = ask.headers.get_all(*name).iter();
        values.filter_map(|value| Some((*name, value.to_str().ok()?)))
    });
    let url = format!("http://{}{}", ask.header("host")?, ask.uri.path_and_query()?);
    let request = SignableRequest::new(ask.method, url, headers, SignableBody::Bytes(&ask.body)).ok()?;
    Some(sign(request, &params).ok()?.into_parts().1)
}
