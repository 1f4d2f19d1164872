//! A provider of one's own: a gateway without a connector, described by a small JSON text.
//!
//! The description says where to ask, how the key is sent, and at which places (JSON pointers) of the answer the figures
//! stand. It is kept beside the account and holds no secret.

mod answer;
mod description;

pub use description::{CurrencyBy, Description, Quota, WhereMoney, read};

use super::{
    Auth, Check, Cursor, Field, KeyKind, Next, Page, ParseError, Provider, Query, Request, Sees, Source,
    Stream, decode, said_at,
};

/// The detail that holds the description.
pub const DESCRIPTION: &str = "description";

/// A provider of one's own.
pub const PROVIDER: Provider = Provider {
    id: "own",
    name: "A provider of your own",
    auth: Auth::Described,
    keys: &[KeyKind {
        id: "key",
        name: "Key of your provider",
        sees: &[Sees::Balance, Sees::Quota],
        note: "Whatever your gateway or provider takes in a header. It is sent to the address of the description, and nowhere \
               else.",
        details: &[Field {
            name: DESCRIPTION,
            label: "Description",
            hint: "A small JSON text that says where to ask and where the figures stand in the answer; docs/own-provider.md \
                   shows one. It never holds the key.",
            optional: false,
        }],
        ..KeyKind::PLAIN
    }],
    check: Some(Check {
        request: asked,
        kind: |body| decode::<&serde_json::value::RawValue>(body).map(|_| None),
    }),
    streams: &[Stream {
        name: "state",
        sees: Sees::Balance,
        source: Source::Http(asked),
        parse: |body, query| {
            let description = described(query)?;
            Ok(Page { entries: answer::entries(&description, body, query)?, next: Next::End })
        },
        cursor: Cursor::Snapshot,
        ..Stream::PLAIN
    }],
    error_message: |body| said_at(body, &["/error/message", "/message", "/detail"]),
    latency: "As late as your provider's own answer is.",
    lacks: "Only what the description names is read: a balance, an allowance and when the balance lapses. Cost and tokens are \
            not; import them from a file (`spendglass import`) or enter them by hand (`spendglass enter`).",
    ..Provider::PLAIN
};

fn described(query: &Query) -> Result<Description, ParseError> {
    read(query.details.get(DESCRIPTION))
        .map_err(|error| ParseError::new(format!("the description, {}", error.at), error.problem))
}

fn asked(query: &Query) -> Request {
    // A description is validated before it is kept; should one be broken afterwards, reading the answer says so.
    Request::get_path(described(query).map_or_else(|_| "/".to_owned(), |description| description.path))
}
