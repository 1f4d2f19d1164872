//! The recorded answers below `tests/fixtures`, each with the question that it answers, and how a page is written down.
//!
//! `<provider>/<stream>.json` and `<stream>.<variant>.json` are answers; `<stream>.query.json` (or
//! `<stream>.<variant>.query.json`, which wins) says what was asked. `check.*.json` and `error.*.json` belong to the provider.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::Deserialize;
use spendglass_core::ledger::{BalanceKind, ChargeCategory, Lane, QuotaWindow, name_of};
use spendglass_core::providers::{ALL, Bucket, Entry, Next, Page, ParseError, Provider, Query, Stream};
use spendglass_core::time::{Date, Period, Timestamp};

/// A recorded answer of a stream.
pub(crate) struct Fixture {
    pub(crate) provider: &'static Provider,
    pub(crate) stream: &'static Stream,
    /// File name without `.json`.
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) query: Query,
}

impl Fixture {
    pub(crate) fn parse(&self) -> Result<Page, ParseError> {
        (self.stream.parse)(&self.body, &self.query)
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

/// The names, without `.json`, of a provider's files that hold answers, in order.
pub(crate) fn answers(provider: &Provider) -> Vec<String> {
    let folder = root().join("tests/fixtures").join(provider.id);
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

/// The recorded answers of one stream.
pub(crate) fn of(provider: &'static Provider, stream: &'static Stream) -> Vec<Fixture> {
    let names = answers(provider).into_iter().filter(|name| is_of(name, stream.name));
    names
        .map(|name| {
            let (body, query) = (read(provider, &name), query(provider, stream, &name));
            Fixture { provider, stream, name, body, query }
        })
        .collect()
}

/// One recorded answer, by the provider's id and the file's name.
pub(crate) fn one(provider: &str, name: &str) -> &'static Fixture {
    all().iter().find(|fixture| fixture.provider.id == provider && fixture.name == name).unwrap()
}

fn query(provider: &Provider, stream: &Stream, name: &str) -> Query {
    let folder = root().join("tests/fixtures").join(provider.id);
    let own = folder.join(format!("{name}.query.json"));
    let path = if own.exists() { own } else { folder.join(format!("{}.query.json", stream.name)) };
    let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let asked: Asked = serde_json::from_slice(&text).unwrap();
    let date = |text: &str| text.parse::<Date>().unwrap();
    Query {
        window: Period::utc_days(date(&asked.from), date(&asked.to)).unwrap(),
        bucket: match asked.bucket.as_str() {
            "hour" => Bucket::Hour,
            "day" => Bucket::Day,
            bucket => panic!("{}: a bucket is \"hour\" or \"day\", not {bucket:?}", path.display()),
        },
        page: None,
        observed_at: asked.observed_at.parse::<Timestamp>().unwrap(),
    }
}

/// A page as text: one line an entry, every field that is known, in the order of the ledger.
pub(crate) fn dump(page: &Page) -> String {
    let mut text = String::new();
    for entry in &page.entries {
        let mut fields: Vec<(&str, Option<String>)> = Vec::new();
        match entry {
            Entry::Charge(charge) => {
                let lane = name_of(charge.lane, Lane::NAMED);
                let category = name_of(charge.category, ChargeCategory::NAMED);
                write!(text, "charge {lane} {category} {}", charge.charge_period).unwrap();
                assert_eq!(charge.list_cost, None, "only pricing makes a list cost");
                let shown = |text: &Option<String>| text.as_ref().map(|text| format!("{text:?}"));
                fields.extend([
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
                ]);
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
            }
            Entry::Balance(balance) => {
                let kind = name_of(balance.kind, BalanceKind::NAMED);
                write!(text, "balance {kind} at {}: {}", balance.observed_at, balance.amount).unwrap();
                fields.push(("acquired", balance.acquired.map(|amount| amount.normalize().to_string())));
                fields.push(("used", balance.used.map(|amount| amount.normalize().to_string())));
            }
            Entry::Quota(quota) => {
                let window = name_of(quota.window, QuotaWindow::NAMED);
                write!(text, "quota {:?} {window} at {}", quota.name, quota.observed_at).unwrap();
                fields.push(("used", quota.used.map(|amount| amount.normalize().to_string())));
                fields.push(("limit", quota.limit.map(|amount| amount.normalize().to_string())));
                fields.push(("unit", Some(quota.unit.to_string())));
                fields.push(("resets_at", quota.resets_at.map(|at| at.to_string())));
            }
        }
        text.push('\n');
        for (name, value) in fields {
            if let Some(value) = value {
                writeln!(text, "    {name} {value}").unwrap();
            }
        }
    }
    match &page.next {
        Next::End => text.push_str("end\n"),
        Next::Token(token) => writeln!(text, "next {:?}", token.0).unwrap(),
        Next::Missing => text.push_str("more is promised, without a cursor\n"),
    }
    text
}
