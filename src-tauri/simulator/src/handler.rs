//! What a pretend provider is: a value of plain facts and two functions. The engine (`town.rs`) knows nothing else of it.

use hyper::HeaderMap;
use hyper::body::Bytes;

use crate::ALL;
use crate::json::Json;
use crate::world::World;

/// The streams of each provider, by name.
pub const STREAMS: &[(&str, &[&str])] = &{
    let mut table: [(&str, &[&str]); ALL.len()] = [("", &[]); ALL.len()];
    let mut index = 0;
    while index < ALL.len() {
        table[index] = (ALL[index].id, ALL[index].names);
        index += 1;
    }
    table
};

pub(crate) struct Handler {
    pub(crate) id: &'static str,
    /// The path of the base URL a client is given; the paths of the streams follow it.
    pub(crate) base_path: &'static str,
    /// How the keys that see bills begin, and the ordinary ones.
    pub(crate) key_prefix: &'static str,
    pub(crate) ordinary_key_prefix: &'static str,
    pub(crate) streams: &'static [Stream],
    /// The names of `streams`, made by [`names`].
    pub(crate) names: &'static [&'static str],
    /// Looks at the key of a request, as the provider does.
    pub(crate) admit: fn(&Ask) -> Result<(), Refusal>,
    /// Checks the query and answers it.
    pub(crate) answer: fn(&Ask, &World) -> Result<Answer, Refusal>,
    /// The provider's own body for a refusal.
    pub(crate) refuse: fn(&Refusal) -> Json,
}

/// One path of a provider, and what the engine of faults must know to spoil its answers.
pub(crate) struct Stream {
    pub(crate) name: &'static str,
    /// Below the base path.
    pub(crate) path: &'static str,
    /// The field that holds everything: `wrong-shape` renames it.
    pub(crate) list: &'static str,
    /// Whether it answers in pages (`has_more`, `next_page`, `page=`).
    pub(crate) paged: bool,
    /// Names of a field with a count, with money and with a currency.
    pub(crate) count: Option<&'static str>,
    pub(crate) money: Option<&'static str>,
    pub(crate) currency: Option<&'static str>,
    /// Adds a bucket or row from outside of the asked window; says whether it could.
    pub(crate) stray: Option<fn(&mut Json) -> bool>,
}

pub(crate) const fn names<const N: usize>(streams: &[Stream; N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = streams[index].name;
        index += 1;
    }
    names
}

/// The two keys a provider knows.
pub(crate) struct Keys {
    pub(crate) admin: String,
    pub(crate) ordinary: String,
}

/// A request, taken apart.
pub(crate) struct Ask<'a> {
    pub(crate) stream: &'static Stream,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) keys: &'a Keys,
    /// A fault wants to change the answer, so it must be a tree.
    pub(crate) spoiled: bool,
}

impl Ask<'_> {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization").and_then(|value| value.strip_prefix("Bearer "))
    }

    /// The value of a parameter that may appear once.
    pub(crate) fn only(&self, name: &'static str) -> Result<Option<&str>, Refusal> {
        let mut values = self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(Refusal::query(name, format!("{name}: given more than once")));
        }
        Ok(first)
    }
}

pub(crate) enum Answer {
    Tree(Json),
    /// Text that was written directly, for speed.
    Text(Bytes),
}

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// Empty: the provider's usual words for the status.
    pub(crate) message: String,
    pub(crate) param: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn status(status: u16) -> Self {
        Refusal { status, message: String::new(), param: None }
    }

    /// A parameter that the provider does not accept.
    pub(crate) fn query(param: &'static str, message: impl Into<String>) -> Self {
        Refusal { status: 400, message: message.into(), param: Some(param) }
    }

    /// The words of the refusal, or these where it has none of its own.
    pub(crate) fn words<'a>(&'a self, usual: &'a str) -> &'a str {
        if self.message.is_empty() { usual } else { &self.message }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::world::Person;

    /// Holds for every provider, whoever adds it.
    #[test]
    fn every_handler_holds_together() {
        let mut places = BTreeSet::new();
        for handler in ALL {
            assert!(places.insert(handler.base_path), "{} has a path of its own", handler.id);
            assert!(handler.base_path.starts_with('/') && !handler.base_path.ends_with('/'));
            assert!(!handler.key_prefix.is_empty() && !handler.ordinary_key_prefix.is_empty());
            let named: Vec<&str> = handler.streams.iter().map(|stream| stream.name).collect();
            assert_eq!(handler.names, named, "{}: names are made from the streams", handler.id);
            let paths: BTreeSet<&str> = handler.streams.iter().map(|stream| stream.path).collect();
            assert_eq!(paths.len(), named.len(), "{}: one path a stream", handler.id);
            for status in [400, 401, 403, 404, 405, 429, 500] {
                let body = (handler.refuse)(&Refusal::status(status)).render();
                assert!(body.len() > 20 && body.starts_with('{'), "{}: {body}", handler.id);
            }
        }
    }

    #[test]
    fn no_handler_lets_a_wrong_key_in_or_falls_over_a_bare_query() {
        let keys = Keys { admin: "the-admin-key".into(), ordinary: "the-ordinary-key".into() };
        let now = "2026-11-20T14:37:00Z".parse().unwrap();
        let world = World::new(Person::Team, 7, now, now);
        for handler in ALL {
            for stream in handler.streams {
                let mut headers = HeaderMap::new();
                for key in ["", "Bearer wrong", "wrong"] {
                    headers.insert("authorization", key.parse().unwrap());
                    headers.insert("x-api-key", key.parse().unwrap());
                    let ask =
                        Ask { stream, query: Vec::new(), headers: &headers, keys: &keys, spoiled: false };
                    let refusal = (handler.admit)(&ask).unwrap_err();
                    assert_eq!(refusal.status, 401, "{}/{}", handler.id, stream.name);
                }
                let ask = Ask { stream, query: Vec::new(), headers: &headers, keys: &keys, spoiled: false };
                if let Err(refusal) = (handler.answer)(&ask, &world) {
                    assert_eq!(refusal.status, 400, "{}/{}: {refusal:?}", handler.id, stream.name);
                }
            }
        }
    }
}
