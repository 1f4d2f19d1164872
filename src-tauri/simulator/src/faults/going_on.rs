//! How a list that goes on is spoiled.

use super::Kind;
use crate::handler::{Ask, Form, Paging, Stream};
use crate::json::Json;
use crate::pages::{base64, unbase64};

impl Paging {
    /// The field of the whole answer that leads to the next page.
    pub(super) fn field(self) -> Option<&'static str> {
        match self.form {
            Form::Cursor(field) | Form::Link(field) => Some(field),
            Form::LastRow(_) | Form::Counted(_) => None,
        }
    }
}

/// Promises one more page.
pub(super) fn go_on(
    kind: Kind,
    stream: &Stream,
    paging: Paging,
    tree: &mut Json,
    invented: Option<Invented>,
    ask: &Ask,
) -> bool {
    let next = match kind {
        Kind::MissingCursor => None,
        Kind::RepeatedCursor => Some(Invented::Repeated),
        _ => {
            let turn = match invented {
                Some(Invented::Endless(turn)) => turn + 1,
                // A true page that has a true successor needs no help.
                _ if goes_on(paging, tree) => return true,
                _ => 1,
            };
            if invented.is_some()
                // Without a row nothing would lead on.
                && !matches!(paging.form, Form::LastRow(_))
                && let Some(list) = stream.list.and_then(|list| tree.find(list, is_list))
            {
                *list = Json::List(Vec::new());
            }
            Some(Invented::Endless(turn))
        }
    };
    let told = paging.more.is_none_or(|more| tree.put(more, true.into()));
    let led = match paging.form {
        Form::Cursor(field) => tree.put(field, next.map(Invented::cursor).into()),
        Form::Link(field) => {
            let link = |next: Invented| ask.link(paging.param, &next.cursor());
            tree.put(field, next.map(link).into())
        }
        Form::LastRow(field) => {
            let rows = stream.list.and_then(|list| tree.find(list, is_list)).and_then(Json::items);
            rows.and_then(|rows| rows.last_mut())
                .is_some_and(|row| row.put(field, next.map(Invented::cursor).into()))
        }
        // More than anybody reads.
        Form::Counted(all) => all.is_none_or(|all| tree.put(all, 1_000_000_u64.into())),
    };
    told && led
}

fn is_list(value: &Json) -> bool {
    matches!(value, Json::List(_))
}

/// Whether a good answer says that there is more.
fn goes_on(paging: Paging, tree: &mut Json) -> bool {
    if let Some(more) = paging.more {
        return tree.find(more, |value| *value == Json::Bool(true)).is_some();
    }
    paging.field().and_then(|field| tree.first_leaf(field)).is_some_and(|cursor| *cursor != Json::from(""))
}

/// A cursor that a fault made up; it leads to the first page again, or to an endless row of empty ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invented {
    Repeated,
    Endless(u64),
}

impl Invented {
    fn cursor(self) -> String {
        let text = match self {
            Invented::Repeated => "again-and-again".to_owned(),
            Invented::Endless(turn) => format!("on-and-on-{turn:06}"),
        };
        format!("page_{}", base64(text.as_bytes()))
    }

    fn read(kind: Kind, cursor: &str) -> Option<Self> {
        let text = String::from_utf8(unbase64(cursor.strip_prefix("page_")?)?).ok()?;
        match kind {
            Kind::RepeatedCursor if text == "again-and-again" => Some(Invented::Repeated),
            Kind::EndlessPaging => text.strip_prefix("on-and-on-")?.parse().ok().map(Invented::Endless),
            _ => None,
        }
    }

    /// Takes an invented cursor out of a request, so that the handler answers the first page.
    pub(crate) fn take(kind: Kind, ask: &mut Ask) -> Option<Self> {
        let paging = ask.stream.paging?;
        let mut invented = None;
        if paging.in_body {
            let mut body: serde_json::Value = serde_json::from_slice(&ask.body).ok()?;
            let pointer = format!("/{}", paging.param.replace('.', "/"));
            let (parent, name) = pointer.rsplit_once('/')?;
            let parent = body.pointer_mut(parent)?.as_object_mut()?;
            invented = Some(Invented::read(kind, parent.get(name)?.as_str()?)?);
            parent.remove(name);
            ask.body = body.to_string().into();
        } else {
            ask.query.retain(|(name, value)| {
                let read = if name == paging.param { Invented::read(kind, value) } else { None };
                invented = read.or(invented);
                read.is_none()
            });
        }
        invented
    }
}
