//! The engine of faults: which can be asked for, whether they make sense for a stream, and how they spoil an answer.

mod going_on;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::ALL;
use crate::handler::{Ask, Form, Handler, Paging, Stream};
use crate::json::{Json, object};
pub(crate) use going_on::Invented;
use going_on::go_on;

macro_rules! kinds {
    ($($variant:ident $name:literal $meaning:literal,)*) => {
        /// What can go wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $(#[doc = $meaning] $variant,)*
        }

        /// The names of all kinds of faults; [`Kind::meaning`] has a line on each.
        pub const KINDS: &[&str] = &[$($name,)*];

        impl Kind {
            /// Every kind, in the order of [`KINDS`].
            pub const ALL: &[Kind] = &[$(Kind::$variant,)*];

            /// The name, as in `PROVIDER/STREAM=KIND`.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// One line on what happens.
            pub fn meaning(self) -> &'static str {
                match self { $(Kind::$variant => $meaning,)* }
            }
        }
    };
}

kinds! {
    Unauthorized "401" "the key is refused",
    Forbidden "403" "the key is known but may not do this",
    NotFound "404" "the path or id is not known",
    TooMany "429" "too many requests, without Retry-After",
    TooManySeconds "429-retry-after" "too many requests, Retry-After of one second",
    TooManyZero "429-retry-after-0" "too many requests, Retry-After of 0",
    TooManyDate "429-retry-after-date" "too many requests, Retry-After as an HTTP date one second ahead of the clock on the answer",
    TooManyLong "429-retry-after-long" "too many requests, Retry-After of an hour",
    ServerError "500" "the provider's own error body",
    Unavailable "503" "the page of a proxy that cannot reach the provider",
    Slow "slow" "the answer comes after 120 seconds, unless the client leaves",
    CutBody "cut-body" "the connection is closed in the middle of the promised body",
    NotJson "not-json" "status 200 with a page of HTML",
    WrongShape "wrong-shape" "valid JSON whose main field has another name",
    EndlessPaging "endless-paging" "always one more page, with ever new cursors",
    RepeatedCursor "repeated-cursor" "always one more page, with the same cursor",
    MissingCursor "missing-cursor" "one more page is promised, without a cursor",
    Redirect "redirect" "302 to another host, where a trap counts who comes",
    UnknownCurrency "unknown-currency" "an amount in a currency that does not exist",
    NegativeCount "negative-count" "a count below zero",
    OutsideWindow "outside-window" "a bucket or row from outside of the asked window",
    HugeNumber "huge-number" "a number that no 96-bit decimal holds",
    UnknownField "unknown-field" "an unknown field in every object, which clients must ignore",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let found = Kind::ALL.iter().find(|kind| kind.name() == text);
        found.copied().ok_or_else(|| FaultError::Kind { asked: text.to_owned(), kinds: KINDS.join(", ") })
    }
}

/// A fault asked for: `PROVIDER/STREAM=KIND`, or `...=KIND*N` for the first N requests only. `*` is every stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The provider's id.
    pub provider: String,
    /// The stream's name, or `*`.
    pub stream: String,
    /// What goes wrong.
    pub kind: Kind,
    /// How many requests are spoiled; `None` for all.
    pub times: Option<u32>,
}

/// Why a fault cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The text is not built like a fault.
    #[error(
        "`{0}` is not a fault: write PROVIDER/STREAM=KIND or PROVIDER/STREAM=KIND*N (STREAM may be `*`, N is at least 1)"
    )]
    Form(String),
    /// There is no such provider.
    #[error("no provider `{asked}` in this town; there are {providers}")]
    Provider {
        /// As written.
        asked: String,
        /// Those there are.
        providers: String,
    },
    /// The provider has no such stream.
    #[error("{provider} has no stream `{asked}`; it has {streams}, or `*` for all")]
    Stream {
        /// The provider's id.
        provider: String,
        /// As written.
        asked: String,
        /// Those it has.
        streams: String,
    },
    /// There is no such kind.
    #[error("no fault is called `{asked}`; the kinds are {kinds}")]
    Kind {
        /// As written.
        asked: String,
        /// Those there are.
        kinds: String,
    },
    /// The answers of the stream have nothing that could be spoiled so.
    #[error("{kind} makes no sense for {provider}/{stream}, which has no {lacking}; it works for {fitting}")]
    Senseless {
        /// The kind.
        kind: Kind,
        /// The provider's id.
        provider: String,
        /// The stream as written.
        stream: String,
        /// What would be needed.
        lacking: &'static str,
        /// Where it would work.
        fitting: String,
    },
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let form = || FaultError::Form(text.to_owned());
        let (place, kind) = text.split_once('=').ok_or_else(form)?;
        let (provider, stream) = place.split_once('/').ok_or_else(form)?;
        let (kind, times) = match kind.split_once('*') {
            None => (kind, None),
            Some((kind, times)) => {
                let times = times.parse().ok().filter(|times| *times > 0).ok_or_else(form)?;
                (kind, Some(times))
            }
        };
        let fault = Fault { provider: provider.into(), stream: stream.into(), kind: kind.parse()?, times };
        fault.check()?;
        Ok(fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}={}", self.provider, self.stream, self.kind)?;
        self.times.map_or(Ok(()), |times| write!(f, "*{times}"))
    }
}

impl Fault {
    fn check(&self) -> Result<(), FaultError> {
        let handler =
            ALL.iter().find(|handler| handler.id == self.provider).ok_or_else(|| FaultError::Provider {
                asked: self.provider.clone(),
                providers: listed(ALL.iter().map(|handler| handler.id)),
            })?;
        if self.stream != "*" && !handler.names.contains(&self.stream.as_str()) {
            return Err(FaultError::Stream {
                provider: self.provider.clone(),
                asked: self.stream.clone(),
                streams: listed(handler.names.iter().copied()),
            });
        }
        if handler.streams.iter().any(|stream| self.touches(handler, stream)) {
            return Ok(());
        }
        let fitting = ALL.iter().flat_map(|handler| {
            let fits = handler.streams.iter().filter(|stream| lacks(self.kind, stream).is_none());
            fits.map(|stream| format!("{}/{}", handler.id, stream.name))
        });
        let mut lacking = handler.streams.iter().filter(|stream| self.names(stream));
        Err(FaultError::Senseless {
            kind: self.kind,
            provider: self.provider.clone(),
            stream: self.stream.clone(),
            lacking: lacking.find_map(|stream| lacks(self.kind, stream)).unwrap_or_default(),
            fitting: listed(fitting),
        })
    }

    fn names(&self, stream: &Stream) -> bool {
        self.stream == "*" || self.stream == stream.name
    }

    /// Whether it spoils requests to this stream.
    pub(crate) fn touches(&self, handler: &Handler, stream: &Stream) -> bool {
        self.provider == handler.id && self.names(stream) && lacks(self.kind, stream).is_none()
    }
}

fn listed<S: AsRef<str>>(names: impl Iterator<Item = S>) -> String {
    let names: Vec<S> = names.collect();
    names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ")
}

/// What the answers of the stream would need for this kind.
fn lacks(kind: Kind, stream: &Stream) -> Option<&'static str> {
    let (there, what) = match kind {
        _ if spoils_tree(kind) && !stream.json => (false, "JSON"),
        Kind::WrongShape => (stream.list.is_some(), "main field"),
        // Where the client only counts, and nothing tells it to go on, the rows themselves do.
        Kind::EndlessPaging => {
            let told = |paging: Paging| match paging.form {
                Form::Counted(all) => paging.more.is_some() || all.is_some(),
                _ => true,
            };
            (stream.paging.is_some_and(told), "pages")
        }
        Kind::RepeatedCursor => {
            let led = |paging: Paging| !matches!(paging.form, Form::Counted(_));
            (stream.paging.is_some_and(led), "cursor")
        }
        Kind::MissingCursor => {
            let told = |paging: Paging| paging.field().is_some() && paging.more.is_some();
            (stream.paging.is_some_and(told), "cursor beside a flag for more")
        }
        Kind::UnknownCurrency => (stream.currency.is_some(), "currency"),
        Kind::NegativeCount => (stream.count.is_some(), "count"),
        Kind::OutsideWindow => (stream.stray.is_some(), "dates"),
        Kind::HugeNumber => (stream.money.or(stream.count).is_some(), "amount or count"),
        _ => return None,
    };
    (!there).then_some(what)
}

/// Whether the kind changes the tree of a good answer.
pub(crate) fn spoils_tree(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::WrongShape
            | Kind::EndlessPaging
            | Kind::RepeatedCursor
            | Kind::MissingCursor
            | Kind::UnknownCurrency
            | Kind::NegativeCount
            | Kind::OutsideWindow
            | Kind::HugeNumber
            | Kind::UnknownField
    )
}

/// Spoils a good answer. `false` where it had nothing to spoil, such as a page without rows: the fault then waits.
pub(crate) fn spoil(
    kind: Kind,
    stream: &Stream,
    tree: &mut Json,
    invented: Option<Invented>,
    ask: &Ask,
) -> bool {
    // A figure stays a number or a text, as it was.
    let mut replace = |path: Option<&str>, value: &str| {
        let Some(leaf) = path.and_then(|path| tree.first_leaf(path)) else { return false };
        match leaf {
            Json::Number(text) => value.clone_into(text),
            other => *other = value.into(),
        }
        true
    };
    match kind {
        Kind::UnknownCurrency => replace(stream.currency, "ZZZ"),
        Kind::NegativeCount => replace(stream.count, "-5"),
        Kind::HugeNumber => replace(stream.money.or(stream.count), "123456789012345678901234567890123456789"),
        Kind::OutsideWindow => stream.stray.is_some_and(|stray| stray(tree)),
        Kind::WrongShape => stream.list.is_some_and(|list| tree.rename(list, "renamed")),
        Kind::UnknownField => {
            let extra = || object([("nested", Json::List(vec![Json::Null, "text".into(), 1_u64.into()]))]);
            tree.each_object(&mut |fields| fields.insert(0, (Cow::Borrowed("not_in_the_contract"), extra())));
            true
        }
        Kind::MissingCursor | Kind::RepeatedCursor | Kind::EndlessPaging => {
            stream.paging.is_some_and(|paging| go_on(kind, stream, paging, tree, invented, ask))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        text.parse::<Fault>().unwrap_err().to_string()
    }

    #[test]
    fn faults_are_read_and_written() {
        for text in ["openai/costs=401", "anthropic/*=429-retry-after*2", "openrouter/key=unknown-field"] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(*kind));
            assert!(!kind.meaning().is_empty());
        }
        assert_eq!(KINDS.len(), Kind::ALL.len());
    }

    #[test]
    fn a_wrong_fault_is_told_what_there_is() {
        assert!(refused("openai/costs").contains("PROVIDER/STREAM=KIND"));
        assert!(refused("openai/costs=401*0").contains("at least 1"));
        assert!(refused("closedai/costs=401").contains("openai, anthropic, "));
        assert!(refused("anthropic/costs=401").contains("cost_report, usage_report_messages"));
        assert!(refused("openai/costs=418").contains("cut-body, not-json"));
    }

    #[test]
    fn a_senseless_fault_is_refused() {
        for text in [
            "openrouter/activity=endless-paging",
            "openrouter/*=missing-cursor",
            "openai/usage_images=unknown-currency",
            "anthropic/cost_report=negative-count",
            "anthropic/organization_me=huge-number",
            "openrouter/credits=outside-window",
        ] {
            assert!(refused(text).contains("makes no sense"), "{text}");
        }
        assert!("anthropic/*=endless-paging".parse::<Fault>().is_ok(), "some of its streams have pages");
    }
}
