//! AWS Bedrock: its lines of the bill by Cost Explorer, each request of which AWS charges for.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    Auth, Body, Check, Cursor, Days, Entry, Exact, Field, Intake, KeyKind, Next, Page, PageToken, ParseError,
    Provider, Query, Request, Sees, Source, Stream, billed, category_of, decode, plain_words, said_at, told,
};
use crate::ledger::Charge;
use crate::time::Date;

const STS: &str = "https://sts.us-east-1.amazonaws.com";
const NO_FIGURES: &str =
    "Cost Explorer has no figures yet: open it once in the AWS console, and give it a day.";

/// AWS Bedrock.
pub const PROVIDER: Provider = Provider {
    id: "aws.bedrock",
    name: "AWS Bedrock",
    base_url: "https://ce.us-east-1.amazonaws.com",
    origins: &[STS],
    auth: Auth::SigV4 { service: "ce", region: "us-east-1" },
    keys: &[KeyKind {
        id: "access_key",
        name: "IAM access key",
        prefixes: &["AKIA", "ASIA"],
        sees: &[Sees::Cost],
        made_at: "https://console.aws.amazon.com/iam/home#/security_credentials",
        note: "Make an IAM user for Spendglass alone, whose only right is ce:GetCostAndUsage, and an access key for it. Cost \
               Explorer must have been opened once by the owner of the account.",
        intake: Intake::Fields(&[
            Field {
                name: "access_key_id",
                label: "Access key id",
                hint: "Begins with AKIA or ASIA.",
                optional: false,
            },
            Field {
                name: "secret_access_key",
                label: "Secret access key",
                hint: "40 characters, shown once.",
                optional: false,
            },
            Field {
                name: "session_token",
                label: "Session token",
                hint: "Only for temporary keys, which begin with ASIA.",
                optional: true,
            },
        ]),
        cost: "AWS charges US$0.01 for every request to Cost Explorer; Spendglass asks at most twice a day, with one request or a \
               few each time.",
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        // Who am I: free, and open to every key.
        request: |_| Request {
            sign_as: Some("sts"),
            ..Request::get("/").with("Action", "GetCallerIdentity").with("Version", "2011-06-15").at(STS)
        },
        kind: identity,
    }),
    streams: &[Stream {
        name: "cost_and_usage",
        sees: Sees::Cost,
        source: Source::Http(asked),
        parse: read,
        cursor: Cursor::Daily { history: Days(180), lookback: Days(7), slice: Days(180), today: false },
        floor: 12 * 3_600,
        absent: &[(404, NO_FIGURES)],
        beside: false,
    }],
    error_message: words,
    meaning,
    latency: "Cost Explorer is up to a day late, leaves out the day under way, and its figures may change until the month is \
              closed.",
    lacks: "Tokens are told by CloudWatch region by region, which is charged for too and not read; what is left of promotional \
            credits is told nowhere: enter them by hand.",
    ..Provider::PLAIN
};

/// The answer of STS, in JSON or in XML as it pleases.
fn identity(body: &[u8]) -> Result<Option<&'static str>, ParseError> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "GetCallerIdentityResponse")]
        response: Response,
    }
    #[derive(Deserialize)]
    struct Response {
        #[serde(rename = "GetCallerIdentityResult")]
        result: Caller,
    }
    #[derive(Deserialize)]
    struct Caller {
        #[serde(rename = "Account")]
        _account: String,
    }
    if body.trim_ascii_start().starts_with(b"<GetCallerIdentityResponse") {
        return Ok(None);
    }
    decode::<Answer>(body).map(|answer| {
        let Answer { response: Response { result: Caller { .. } } } = answer;
        None
    })
}

/// Every service is asked for: models of other makers are billed as services of their own.
fn asked(query: &Query) -> Request {
    let mut wish = serde_json::json!({
        "TimePeriod": {
            "Start": query.window.start.utc_date().to_string(),
            "End": query.window.end.utc_date().to_string(),
        },
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost", "UsageQuantity"],
        "GroupBy": [
            { "Type": "DIMENSION", "Key": "SERVICE" },
            { "Type": "DIMENSION", "Key": "USAGE_TYPE" },
        ],
    });
    if let Some(PageToken(token)) = &query.page {
        wish["NextPageToken"] = token.as_str().into();
    }
    Request {
        body: Some(Body { kind: "application/x-amz-json-1.1", text: wish.to_string() }),
        ..Request::get("/")
    }
    .header("x-amz-target", "AWSInsightsIndexService.GetCostAndUsage")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    #[serde(borrow)]
    results_by_time: Vec<Day<'a>>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Day<'a> {
    #[serde(borrow)]
    time_period: Span<'a>,
    #[serde(borrow)]
    groups: Vec<Group<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Span<'a> {
    #[serde(borrow)]
    start: Cow<'a, str>,
    #[serde(borrow)]
    end: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Group<'a> {
    #[serde(borrow)]
    keys: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    metrics: Metrics<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metrics<'a> {
    #[serde(borrow)]
    unblended_cost: Metric<'a>,
    #[serde(borrow)]
    usage_quantity: Option<Metric<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metric<'a> {
    amount: Exact,
    #[serde(borrow)]
    unit: Cow<'a, str>,
}

/// A bill that is not closed yet (`Estimated`) is the provider's own all the same; its last days are read again.
fn read(body: &[u8], query: &Query) -> Result<Page, ParseError> {
    let answer: Answer<'_> = decode(body)?;
    let mut entries = Vec::new();
    for (i, day) in answer.results_by_time.into_iter().enumerate() {
        let at = || format!("ResultsByTime[{i}].TimePeriod");
        let bound = |text: &str, name| {
            text.parse::<Date>().map(Date::utc_start).map_err(ParseError::time(format!("{}.{name}", at())))
        };
        let (start, end) = (bound(&day.time_period.start, "Start")?, bound(&day.time_period.end, "End")?);
        let period = query.bucket_period(start, end, at)?;
        for (j, group) in day.groups.into_iter().enumerate() {
            let at = || format!("ResultsByTime[{i}].Groups[{j}]");
            let [service, usage_type] = group.keys.as_slice() else {
                return Err(ParseError::new(
                    format!("{}.Keys", at()),
                    "expected a service and a type of usage",
                ));
            };
            if !service.to_ascii_lowercase().contains("bedrock") {
                continue;
            }
            let cost = group.metrics.unblended_cost;
            let cost = billed(cost.amount.0, &cost.unit, || format!("{}.Metrics.UnblendedCost", at()))?;
            let quantity = group.metrics.usage_quantity.filter(|used| !matches!(&*used.unit, "" | "N/A"));
            entries.push(Entry::Charge(Charge {
                category: category_of(&cost),
                billed_cost: Some(cost),
                consumed_quantity: quantity.as_ref().map(|used| used.amount.0),
                consumed_unit: quantity.map(|used| used.unit.into_owned()),
                response_model: model(service),
                description: told(Some(format!("{service}, {usage_type}"))),
                ..Charge::usage(period)
            }));
        }
    }
    let next = match told(answer.next_page_token) {
        Some(token) => Next::Token(PageToken(token)),
        None => Next::End,
    };
    Ok(Page { entries, next })
}

/// The model that a service is named after, as those of other makers are.
fn model(service: &str) -> Option<String> {
    let name = service.strip_suffix("(Amazon Bedrock Edition)")?.trim_end();
    told(Some(name.to_owned()))
}

/// AWS names an error in the body, and its status says little: nearly everything is a 400.
fn meaning(status: u16, body: &[u8]) -> u16 {
    if status < 400 {
        return status;
    }
    match code(body).as_deref() {
        Some("AccessDeniedException" | "AccessDenied" | "OptInRequired") => 403,
        Some(
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "InvalidAccessKeyId",
        ) => 401,
        Some(
            "LimitExceededException" | "ThrottlingException" | "Throttling" | "TooManyRequestsException",
        ) => 429,
        Some("DataUnavailableException") => 404,
        _ => status,
    }
}

/// The name of an error: behind a namespace and `#` in JSON of one kind, `Error.Code` in another, `<Code>` in XML.
fn code(body: &[u8]) -> Option<String> {
    if let Ok(body) = serde_json::from_slice::<serde_json::Value>(body) {
        let place =
            ["/__type", "/Error/Code", "/code"].into_iter().find_map(|place| body.pointer(place)?.as_str());
        return place.map(|name| name.rsplit('#').next().unwrap_or(name).to_owned());
    }
    between(std::str::from_utf8(body).ok()?, "<Code>", "</Code>").map(str::to_owned)
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(inner, _)| inner)
}

fn words(body: &[u8]) -> Option<String> {
    said_at(body, &["/Message", "/message", "/Error/Message"])
        .or_else(|| plain_words(between(std::str::from_utf8(body).ok()?, "<Message>", "</Message>")?))
}
