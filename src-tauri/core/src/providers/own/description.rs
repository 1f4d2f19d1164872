//! The description of a provider of one's own: read strictly, refused in words that say which field and what to do.

use serde::Deserialize;
use url::{Host, Url};

use super::super::{ParseError, decode, recognise};
use crate::ledger::QuotaWindow;
use crate::money::Currency;

/// The longest description.
const LONGEST: usize = 10_000;
const LONGEST_NAME: usize = 60;
const LONGEST_POINTER: usize = 300;
/// The most decimal places that `divide` may move.
const MOST_PLACES: u32 = 12;

/// A description that holds together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// What the person calls the provider.
    pub name: String,
    /// Where it is: scheme, host and port.
    pub origin: String,
    /// The path that is asked for, percent-encoded.
    pub path: String,
    /// The header that carries the key.
    pub header: String,
    /// The word before the key; empty for none.
    pub scheme: &'static str,
    /// What is left of prepaid money or units, where it is told.
    pub balance: Option<WhereMoney>,
    /// An allowance, where it is told.
    pub quota: Option<Quota>,
    /// Where the end of the balance stands.
    pub expires_at: Option<String>,
}

/// Where an amount stands and what it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhereMoney {
    /// Pointer to the amount.
    pub amount: String,
    /// Its currency.
    pub currency: CurrencyBy,
    /// Decimal places by which the amount is moved: 2 for cents.
    pub places: u32,
}

/// How a currency is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CurrencyBy {
    /// By the description.
    Named(Currency),
    /// By the answer, at this pointer.
    At(String),
}

/// Where an allowance stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Pointer to what is used.
    pub used: Option<String>,
    /// Pointer to what there is.
    pub limit: Option<String>,
    /// In which unit.
    pub unit: Currency,
    /// Over which span.
    pub window: QuotaWindow,
    /// Pointer to when it starts again.
    pub resets_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Told {
    name: String,
    url: String,
    header: Option<String>,
    scheme: Option<String>,
    balance: Option<ToldBalance>,
    quota: Option<ToldQuota>,
    expires_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ToldBalance {
    amount: String,
    currency: Option<String>,
    currency_pointer: Option<String>,
    divide: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ToldQuota {
    used: Option<String>,
    limit: Option<String>,
    unit: String,
    window: String,
    resets_at: Option<String>,
}

/// Reads a description. On failure [`ParseError::at`] names the field, and the problem says what to write instead.
pub fn read(text: &str) -> Result<Description, ParseError> {
    if text.len() > LONGEST {
        return Err(ParseError::new(
            "the whole text",
            format!("longer than {LONGEST} characters: leave something out"),
        ));
    }
    let told: Told = decode(text.as_bytes()).map_err(|ParseError { at, problem }| {
        let at = if at.starts_with("the top") { "the whole text".to_owned() } else { at };
        ParseError::new(at, problem)
    })?;
    if let Some(place) = key_shaped(text) {
        let problem = format!(
            "\"{place}…\" looks like a key. The description is kept in the open: give the key by itself, it goes into the keychain"
        );
        return Err(ParseError::new("the whole text", problem));
    }
    let name = told.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let problem = format!("give a name of 1 to {LONGEST_NAME} characters, such as \"Team gateway\"");
        return Err(ParseError::new("name", problem));
    }
    let (origin, path) = place(&told.url)?;
    let description = Description {
        name,
        origin,
        path,
        header: header(told.header.as_deref())?,
        scheme: scheme(told.scheme.as_deref())?,
        balance: told.balance.map(balance).transpose()?,
        quota: told.quota.map(quota).transpose()?,
        expires_at: pointer("expiresAt", told.expires_at)?,
    };
    if description.balance.is_none() && description.quota.is_none() {
        let problem = "describe a `balance`, a `quota` or both: nothing would be read";
        return Err(ParseError::new("the whole text", problem));
    }
    if description.expires_at.is_some() && description.balance.is_none() {
        return Err(ParseError::new("expiresAt", "says when the balance lapses: describe a `balance` too"));
    }
    Ok(description)
}

fn place(text: &str) -> Result<(String, String), ParseError> {
    let refuse = |problem: &str| Err(ParseError::new("url", problem));
    let Ok(url) = Url::parse(text.trim()) else {
        return refuse("this is no address such as https://gateway.example.com/v1/credit");
    };
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return refuse("the host is missing: https://gateway.example.com/v1/credit"),
    };
    if !(url.scheme() == "https" || (url.scheme() == "http" && loopback)) {
        return refuse(
            "must begin with https:// (http:// is allowed on this machine only): a key must not travel unencrypted",
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("leave out the name and password before the host: the key goes into the keychain");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must end with its path: leave out the part from ? or # on");
    }
    Ok((url.origin().ascii_serialization(), url.path().to_owned()))
}

/// Headers that are the connection's own, or that others must not set.
const NOT_FOR_KEYS: &[&str] = &[
    "accept",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

fn header(told: Option<&str>) -> Result<String, ParseError> {
    let name = told.unwrap_or("authorization").trim().to_ascii_lowercase();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
        return Err(ParseError::new(
            "header",
            "give the name of a header, such as \"Authorization\" or \"X-Api-Key\"",
        ));
    }
    if NOT_FOR_KEYS.contains(&name.as_str()) || name.starts_with("proxy-") {
        return Err(ParseError::new(
            "header",
            format!("a key cannot travel in \"{name}\": name the header that takes it"),
        ));
    }
    Ok(name)
}

fn scheme(told: Option<&str>) -> Result<&'static str, ParseError> {
    match told.unwrap_or("Bearer") {
        "Bearer" => Ok("Bearer"),
        "Token" => Ok("Token"),
        "Key" => Ok("Key"),
        "none" => Ok(""),
        _ => {
            let problem =
                "give \"Bearer\", \"Token\", \"Key\", or \"none\" where the key stands alone in its header";
            Err(ParseError::new("scheme", problem))
        }
    }
}

fn balance(told: ToldBalance) -> Result<WhereMoney, ParseError> {
    let currency = match (told.currency, told.currency_pointer) {
        (Some(code), None) => CurrencyBy::Named(currency(&code)?),
        (None, Some(at)) => CurrencyBy::At(must("balance.currencyPointer", at)?),
        (Some(_), Some(_)) => {
            let problem = "give either `currency` or `currencyPointer`, not both";
            return Err(ParseError::new("balance", problem));
        }
        (None, None) => {
            let problem = "say what the amount is in: `\"currency\": \"USD\"`, or `currencyPointer` where the answer says it";
            return Err(ParseError::new("balance", problem));
        }
    };
    let divide = told.divide.unwrap_or(1);
    let places = (0..=MOST_PLACES).find(|places| 10_u64.pow(*places) == divide).ok_or_else(|| {
        ParseError::new(
            "balance.divide",
            format!("{divide} is no power of ten: give 100 for cents, 1000, 10000 and so on"),
        )
    })?;
    Ok(WhereMoney { amount: must("balance.amount", told.amount)?, currency, places })
}

fn currency(code: &str) -> Result<Currency, ParseError> {
    // A unit that several providers might have must not be added up across them.
    let own = |code: &str| code.contains('.').then(|| Currency::virtual_unit(code).ok()).flatten();
    Currency::national(code).ok().or_else(|| own(code)).ok_or_else(|| {
        let problem = "give a code such as \"USD\", or a unit of the provider's own in small letters with its name before it, \
                       such as \"acme.credits\" (at most 16 characters)";
        ParseError::new("balance.currency", problem)
    })
}

fn quota(told: ToldQuota) -> Result<Quota, ParseError> {
    let unit = told.unit.parse::<Currency>().map_err(|_| {
        let problem = "give a unit in small letters, such as \"requests\", \"tokens\" or \"percent\", or a currency such as \"USD\"";
        ParseError::new("quota.unit", problem)
    })?;
    let window =
        told.window.parse::<QuotaWindow>().map_err(|error| ParseError::new("quota.window", error))?;
    let (used, limit) = (pointer("quota.used", told.used)?, pointer("quota.limit", told.limit)?);
    if used.is_none() && limit.is_none() {
        return Err(ParseError::new("quota", "say where `used` or `limit` stands, or both"));
    }
    Ok(Quota { used, limit, unit, window, resets_at: pointer("quota.resetsAt", told.resets_at)? })
}

fn pointer(field: &str, told: Option<String>) -> Result<Option<String>, ParseError> {
    told.map(|told| must(field, told)).transpose()
}

/// A JSON pointer (RFC 6901).
fn must(field: &str, told: String) -> Result<String, ParseError> {
    if !told.starts_with('/') {
        let problem = "a place in the answer is a JSON pointer and begins with /, such as /data/balance or /items/0/left";
        return Err(ParseError::new(field, problem));
    }
    let mut tildes = told.split('~').skip(1);
    if tildes.any(|rest| !rest.starts_with(['0', '1'])) {
        return Err(ParseError::new(field, "in a JSON pointer ~ is written ~0, and / inside of a name ~1"));
    }
    if told.len() > LONGEST_POINTER || told.chars().any(char::is_control) {
        return Err(ParseError::new(field, "this pointer is too long, or has characters that no name has"));
    }
    Ok(told)
}

/// The beginning of a text that may be a key: one of a known provider, a token, or a long run of letters and digits.
fn key_shaped(text: &str) -> Option<String> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.split(|c: char| !part(c)).find_map(|word| {
        let digits = word.bytes().any(|b| b.is_ascii_digit());
        let run = |part: &str| {
            let letters = part.bytes().any(|b| b.is_ascii_alphabetic());
            part.len() >= 32 && letters && part.bytes().any(|b| b.is_ascii_digit())
        };
        let known = word.len() >= 20 && digits && !recognise(word).is_empty();
        let token = word.len() >= 20 && word.starts_with("eyJ");
        let found = known || token || word.split(['-', '.', '_']).any(run);
        found.then(|| word.chars().take(6).collect())
    })
}
