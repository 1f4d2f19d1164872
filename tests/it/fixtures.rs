//! The recorded answers below `tests/fixtures`, each with the question that it answers, and how a page is written down.
//!
//! `<provider>/<stream>.json` and `<stream>.<variant>.json` are answers; `<stream>.query.json` (or
//! `<stream>.<variant>.query.json`, which wins) says what was asked. `parts.<stream>.json` (and variants) are the lists of
//! parts of a stream that has them. `check.*.json` and `error.*.json` belong to the provider.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use spendglass_core::ledger::{BalanceKind, Charge, ChargeCategory, Lane, NameOf, name_of};
use spendglass_core::money::Decimal;
use spendglass_core::providers::{
    ALL, Bucket, Details, Entry, Next, Page, ParseError, Part, Parts, Provider, Query, Request, Source,
    Stream,
};
use spendglass_core::time::{Date, Period, Timestamp};

/// A recorded answer of a stream, or of the list of its parts.
pub(crate) struct Fixture {
    pub(crate) provider: &'static Provider,
    pub(crate) stream: &'static Stream,
    /// File name without `.json`.
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) query: Query,
    /// Objects whose fields are names, such as `data.models`: a field that is added to one is no unknown field.
    pub(crate) maps: Vec<String>,
    /// Whether it lists parts.
    pub(crate) lists: bool,
    /// Whether it names no time at all, so that only its request dates it.
    pub(crate) undated: bool,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Said {
    Page(Page),
    Parts(Parts),
}

impl Said {
    pub(crate) fn next(&self) -> &Next {
        match self {
            Said::Page(page) => &page.next,
            Said::Parts(parts) => &parts.next,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Said::Page(page) => page.entries.is_empty(),
            Said::Parts(parts) => parts.parts.is_empty(),
        }
    }
}

impl Fixture {
    /// The page of a stream's answer.
    pub(crate) fn parse(&self) -> Result<Page, ParseError> {
        (self.stream.parse)(&self.body, &self.query)
    }

    /// What a body in place of this one says.
    pub(crate) fn read(&self, body: &[u8]) -> Result<Said, ParseError> {
        match self.stream.source {
            Source::Parts { parts, .. } if self.lists => parts(body, &self.query).map(Said::Parts),
            _ => (self.stream.parse)(body, &self.query).map(Said::Page),
        }
    }

    /// The request that it answers, of another page.
    pub(crate) fn request(&self, query: &Query) -> Request {
        match self.stream.source {
            Source::Parts { list, .. } if self.lists => list(query),
            _ => self.stream.request(query),
        }
    }

    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.provider.id, self.name)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Asked {
    from: String,
    to: String,
    bucket: String,
    observed_at: String,
    part: Option<AskedPart>,
    #[serde(default)]
    details: BTreeMap<String, String>,
    #[serde(default)]
    maps: Vec<String>,
    #[serde(default)]
    undated: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedPart {
    id: String,
    name: Option<String>,
}

/// The top folder of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).canonicalize().unwrap()
}

/// A provider's folder of golden files; made where it is missing, so that `UPDATE_EXPECT=1` can fill it.
pub(crate) fn golden_folder(provider: &Provider) -> PathBuf {
    let folder = root().join("tests/golden").join(provider.id);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Where the text of an answer is kept.
pub(crate) fn golden(provider: &Provider, name: &str) -> PathBuf {
    golden_folder(provider).join(format!("{name}.txt"))
}

/// The names, without `.json`, of a provider's files that hold answers, in order. One without an endpoint has none.
pub(crate) fn answers(provider: &Provider) -> Vec<String> {
    let folder = root().join("tests/fixtures").join(provider.id);
    if provider.check.is_none() && !folder.exists() {
        return Vec::new();
    }
    let read = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = read
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|name| name != "query" && name.rsplit('.').next() != Some("query"))
        .collect();
    names.sort();
    names
}

/// Whether a file holds an answer of this kind: `check`, `error` or the name of a stream.
pub(crate) fn is_of(name: &str, kind: &str) -> bool {
    name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a file lists the parts of a stream.
pub(crate) fn lists(name: &str, stream: &str) -> bool {
    name.strip_prefix("parts.").is_some_and(|rest| is_of(rest, stream))
}

/// A recorded answer, by the name of its file without `.json`.
pub(crate) fn read(provider: &Provider, name: &str) -> Vec<u8> {
    let path = root().join("tests/fixtures").join(provider.id).join(format!("{name}.json"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every recorded answer of every stream.
pub(crate) fn all() -> &'static [Fixture] {
    static READ: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
        ALL.iter()
            .flat_map(|provider| provider.streams.iter().flat_map(|stream| of(provider, stream)))
            .collect()
    });
    &READ
}

/// Every recorded list of parts.
pub(crate) fn all_lists() -> &'static [Fixture] {
    static READ: LazyLock<Vec<Fixture>> = LazyLock::new(|| {
        ALL.iter()
            .flat_map(|provider| provider.streams.iter().flat_map(|stream| lists_of(provider, stream)))
            .collect()
    });
    &READ
}

/// The recorded answers of one stream.
pub(crate) fn of(provider: &'static Provider, stream: &'static Stream) -> Vec<Fixture> {
    let names = answers(provider).into_iter().filter(|name| is_of(name, stream.name));
    names.map(|name| fixture(provider, stream, name, false)).collect()
}

/// The recorded lists of the parts of one stream.
pub(crate) fn lists_of(provider: &'static Provider, stream: &'static Stream) -> Vec<Fixture> {
    let names = answers(provider).into_iter().filter(|name| lists(name, stream.name));
    names.map(|name| fixture(provider, stream, name, true)).collect()
}

/// One recorded answer, by the provider's id and the file's name.
pub(crate) fn one(provider: &str, name: &str) -> &'static Fixture {
    let mut every = all().iter().chain(all_lists());
    every.find(|fixture| fixture.provider.id == provider && fixture.name == name).unwrap()
}

fn fixture(provider: &'static Provider, stream: &'static Stream, name: String, lists: bool) -> Fixture {
    let folder = root().join("tests/fixtures").join(provider.id);
    let places = [
        name.clone(),
        format!("{}{}", if lists { "parts." } else { "" }, stream.name),
        stream.name.to_owned(),
    ];
    let path = places.map(|place| folder.join(format!("{place}.query.json")));
    let path = path.iter().find(|path| path.exists()).unwrap_or(&path[2]);
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let asked: Asked =
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let date = |text: &str| text.parse::<Date>().unwrap();
    let query = Query {
        window: Period::utc_days(date(&asked.from), date(&asked.to)).unwrap(),
        bucket: match asked.bucket.as_str() {
            "hour" => Bucket::Hour,
            "day" => Bucket::Day,
            bucket => panic!("{}: a bucket is \"hour\" or \"day\", not {bucket:?}", path.display()),
        },
        page: None,
        observed_at: asked.observed_at.parse::<Timestamp>().unwrap(),
        part: asked.part.map(|AskedPart { id, name }| Part { id, name }).filter(|_| !lists),
        details: Details::new(asked.details),
    };
    let body = read(provider, &name);
    Fixture { provider, stream, name, body, query, maps: asked.maps, lists, undated: asked.undated }
}

/// What was said, as text: one line an entry, every field that is known, in the order of the ledger.
pub(crate) fn dump(said: &Said) -> String {
    let mut text = String::new();
    match said {
        Said::Page(page) => page.entries.iter().for_each(|entry| dump_entry(&mut text, entry)),
        Said::Parts(parts) => {
            for Part { id, name } in &parts.parts {
                let name = name.as_ref().map(|name| format!(" {name:?}")).unwrap_or_default();
                writeln!(text, "part {id:?}{name}").unwrap();
            }
        }
    }
    match said.next() {
        Next::End => text.push_str("end\n"),
        Next::Token(token) => writeln!(text, "next {:?}", token.0).unwrap(),
        Next::Missing => text.push_str("more is promised, without a cursor\n"),
    }
    text
}

fn dump_entry(text: &mut String, entry: &Entry) {
    let number = |amount: Option<Decimal>| amount.map(|amount| amount.normalize().to_string());
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let words = |words: &Option<String>| words.as_ref().map(|words| format!("{words:?}"));
    let fields = match entry {
        Entry::Charge(charge) => {
            let lane = name_of(charge.lane, Lane::NAMED);
            let category = name_of(charge.category, ChargeCategory::NAMED);
            write!(text, "charge {lane} {category} {}", charge.charge_period).unwrap();
            charge_fields(charge)
        }
        Entry::Balance(balance) => {
            let kind = name_of(balance.kind, BalanceKind::NAMED);
            write!(text, "balance {kind} at {}: {}", balance.observed_at, balance.amount).unwrap();
            vec![("acquired", number(balance.acquired)), ("used", number(balance.used))]
        }
        Entry::Quota(quota) => {
            write!(text, "quota {:?} {} at {}", quota.name, quota.window, quota.observed_at).unwrap();
            vec![
                ("used", number(quota.used)),
                ("limit", number(quota.limit)),
                ("unit", Some(quota.unit.to_string())),
                ("resets_at", time(quota.resets_at)),
                ("model", words(&quota.model)),
                ("project", words(&quota.project)),
            ]
        }
        Entry::Grant(grant) => {
            let kind = name_of(grant.kind, BalanceKind::NAMED);
            write!(text, "grant {:?} {kind} at {}", grant.id, grant.observed_at).unwrap();
            vec![
                ("amount", number(grant.amount)),
                ("left", number(grant.left)),
                ("currency", Some(grant.currency.to_string())),
                ("acquired_at", time(grant.acquired_at)),
                ("expires_at", time(grant.expires_at)),
            ]
        }
        Entry::Subscription(plan) => {
            write!(text, "subscription {:?} at {}", plan.plan, plan.observed_at).unwrap();
            vec![
                ("status", words(&plan.status)),
                ("price", plan.price.map(|price| price.to_string())),
                ("period", plan.period.map(|period| period.to_string())),
                ("renews_at", time(plan.renews_at)),
            ]
        }
        Entry::Name(name) => {
            write!(text, "name of {} {:?}: {:?}", name_of(name.of, NameOf::NAMED), name.id, name.name)
                .unwrap();
            Vec::new()
        }
    };
    text.push('\n');
    for (name, value) in fields {
        if let Some(value) = value {
            writeln!(text, "    {name} {value}").unwrap();
        }
    }
}

fn charge_fields(charge: &Charge) -> Vec<(&'static str, Option<String>)> {
    assert_eq!(charge.list_cost, None, "only pricing makes a list cost");
    let shown = |text: &Option<String>| text.as_ref().map(|text| format!("{text:?}"));
    let mut fields = vec![
        ("billed", charge.billed_cost.map(|cost| cost.to_string())),
        ("quantity", charge.consumed_quantity.map(|quantity| quantity.normalize().to_string())),
        ("unit", shown(&charge.consumed_unit)),
        ("meter", charge.sku_meter.map(|meter| meter.name().to_owned())),
        ("requests", charge.requests.map(|requests| requests.to_string())),
        ("request_model", shown(&charge.request_model)),
        ("response_model", shown(&charge.response_model)),
        ("tier", shown(&charge.service_tier)),
        ("context", shown(&charge.context_window)),
        ("project", shown(&charge.project)),
        ("key", shown(&charge.api_key)),
        ("description", shown(&charge.description)),
    ];
    if let Some(tokens) = charge.tokens {
        let totals = tokens.totals();
        fields.push(("tokens", Some(format!("{} in, {} out", totals.input, totals.output))));
        fields.push(("reasoning", Some(totals.reasoning.to_string()).filter(|text| text != "0")));
        let meters = tokens.disjoint_meters();
        fields.extend(
            meters
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(meter, count)| (meter.name(), Some(count.to_string()))),
        );
    }
    fields
}
