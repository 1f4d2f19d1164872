//! What a pretend provider is: a value of plain facts and a few functions. The engine (`town.rs`) knows nothing else of
//! it. Write down what differs from `Handler::PLAIN` and `PLAIN` (a stream), no more.

use hyper::body::Bytes;
use hyper::{HeaderMap, Uri};

use crate::ALL;
use crate::admit::{Admit, Holder, Key, Keys};
use crate::json::Json;
pub(crate) use crate::refusal::{Refusal, error, refuse};
use crate::world::World;
use chrono::{DateTime, Utc};

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

/// Names and values, such as the details of an account or the headers of an answer.
pub(crate) type Pairs = Vec<(&'static str, String)>;

pub(crate) struct Handler {
    /// As in the program's registry.
    pub(crate) id: &'static str,
    /// The path of the base URL a client is given; the paths of the streams follow it. Requests to another origin of
    /// the provider come here too, with the path they have there.
    pub(crate) base_path: &'static str,
    /// What kind of key a client holds.
    pub(crate) key: Key,
    /// How the keys that see bills begin, and the ordinary ones. Without a prefix for ordinary keys there is one kind of
    /// key, and `ordinary_key` is a key that the provider does not know.
    pub(crate) key_prefix: &'static str,
    pub(crate) ordinary_key_prefix: &'static str,
    /// How the key proves itself, at every stream that does not say otherwise.
    pub(crate) admit: Admit,
    /// A finer rule, asked when the key was found good: a header that must be there, a key that sees only its own part.
    pub(crate) guard: fn(&Ask) -> Result<(), Refusal>,
    /// What an account needs besides its key and is no secret, such as `tenant_id`; follows from the seed.
    pub(crate) details: fn(u64) -> Pairs,
    pub(crate) streams: &'static [Stream],
    /// The names of `streams`, made by [`names`].
    pub(crate) names: &'static [&'static str],
    /// Checks the query or the body and answers it.
    pub(crate) answer: fn(&Ask, &World) -> Result<Answer, Refusal>,
    /// The provider's own body for a refusal.
    pub(crate) refuse: fn(&Refusal) -> Json,
    /// The provider's own status for a refusal, where it is not the usual one: 200 with an error inside, AWS' 400.
    pub(crate) status: fn(&Refusal) -> u16,
}

impl Handler {
    /// One bearer key, no details, `{"error": {"message", "type", "code"}}`. Needs an id, a base path, a key prefix,
    /// streams with their names, and an answer.
    pub(crate) const PLAIN: Handler = Handler {
        id: "",
        base_path: "",
        key: Key::Text,
        key_prefix: "",
        ordinary_key_prefix: "",
        admit: Admit::Bearer,
        guard: |_| Ok(()),
        details: |_| Vec::new(),
        streams: &[],
        names: &[],
        answer: |_, _| Err(Refusal::status(404)),
        refuse,
        status: |refusal| refusal.status,
    };
}

/// One path of a provider, and what the engine of faults must know to spoil its answers. Fields of an answer are dotted
/// paths such as `amount.value`, found from the top or else at the first place below that has them; lists on the way
/// are looked through.
pub(crate) struct Stream {
    pub(crate) name: &'static str,
    /// Below the base path. `{}` stands for one segment, which the handler finds decoded in `Ask::params`.
    pub(crate) path: &'static str,
    pub(crate) methods: &'static [&'static str],
    /// What tells it from other streams on the same path.
    pub(crate) when: When,
    /// How the key proves itself here, where it is not as everywhere.
    pub(crate) admit: Option<Admit>,
    /// Whether an ordinary key sees it.
    pub(crate) ordinary: bool,
    /// The field that holds everything: `wrong-shape` renames it, and an invented page has it empty. In an answer that
    /// is a list, a field of its rows.
    pub(crate) list: Option<&'static str>,
    pub(crate) paging: Option<Paging>,
    /// A field with a count, with money and with a currency.
    pub(crate) count: Option<&'static str>,
    pub(crate) money: Option<&'static str>,
    pub(crate) currency: Option<&'static str>,
    /// Adds a bucket or row from outside of the asked window; says whether it could.
    pub(crate) stray: Option<fn(&mut Json) -> bool>,
    /// Whether it answers in JSON.
    pub(crate) json: bool,
}

/// A stream that is fetched by GET and has nothing a fault could spoil. Needs a name and a path.
pub(crate) const PLAIN: Stream = Stream {
    name: "",
    path: "",
    methods: &["GET"],
    when: When::Always,
    admit: None,
    ordinary: false,
    list: None,
    paging: None,
    count: None,
    money: None,
    currency: None,
    stray: None,
    json: true,
};

/// What a request must bring to be meant for a stream. The one that is always meant answers what no other does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum When {
    /// A header with this value, such as `x-amz-target`.
    Header(&'static str, &'static str),
    /// A parameter of the query whose value has this in it; anything does for nothing.
    Query(&'static str, &'static str),
    /// A body that has this in it.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "an ability of the engine that its own tests use; no provider needs it yet"
        )
    )]
    Body(&'static str),
    Always,
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

/// How a list goes on, for the faults that spoil that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    pub(crate) form: Form,
    /// The parameter of the request: a name in the query, or a path in a JSON body.
    pub(crate) param: &'static str,
    pub(crate) in_body: bool,
    /// The flag of the answer that says there is more.
    pub(crate) more: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// The answer holds the cursor of the next page at this path.
    Cursor(&'static str),
    /// The answer holds the URL of the next page at this path; the parameter is in its query.
    Link(&'static str),
    /// The next page begins after the last row of the list, named by this field of it.
    LastRow(&'static str),
    /// The client counts pages or rows; the answer may hold the number of all of them at this path.
    Counted(Option<&'static str>),
}

impl Paging {
    /// The cursor at `field` of the answer is sent back as `param`.
    pub(crate) const fn cursor(field: &'static str, param: &'static str) -> Self {
        Paging { form: Form::Cursor(field), param, in_body: false, more: None }
    }

    pub(crate) const fn link(field: &'static str, param: &'static str) -> Self {
        Paging { form: Form::Link(field), param, in_body: false, more: None }
    }

    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "an ability of the engine that its own tests use; no provider needs it yet"
        )
    )]
    pub(crate) const fn last_row(field: &'static str, param: &'static str) -> Self {
        Paging { form: Form::LastRow(field), param, in_body: false, more: None }
    }

    /// Page numbers or offsets, with the number of all pages or rows where the answer has it.
    pub(crate) const fn counted(param: &'static str, all: Option<&'static str>) -> Self {
        Paging { form: Form::Counted(all), param, in_body: false, more: None }
    }

    pub(crate) const fn more(self, flag: &'static str) -> Self {
        Paging { more: Some(flag), ..self }
    }

    pub(crate) const fn in_body(self) -> Self {
        Paging { in_body: true, ..self }
    }
}

/// A request, taken apart. What reads its query and body strictly is in `given.rs`.
pub(crate) struct Ask<'a> {
    pub(crate) handler: &'static Handler,
    pub(crate) stream: &'static Stream,
    pub(crate) method: &'a str,
    pub(crate) uri: &'a Uri,
    /// What stands at each `{}` of the path.
    pub(crate) params: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) keys: &'a Keys,
    /// Whose key it was; known once it was admitted.
    pub(crate) holder: Holder,
    pub(crate) seed: u64,
    /// The town's clock.
    pub(crate) now: DateTime<Utc>,
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

    /// What the first `{}` of the path stands for.
    pub(crate) fn param(&self) -> &str {
        self.params.first().map_or("", String::as_str)
    }

    /// A detail of the account, as the client was told it.
    pub(crate) fn detail(&self, name: &str) -> String {
        let found = (self.handler.details)(self.seed).into_iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value).unwrap_or_default()
    }

    /// Refuses (404) a path whose first part is not this.
    pub(crate) fn part(&self, known: &str) -> Result<(), Refusal> {
        if self.param() == known { Ok(()) } else { Err(Refusal::status(404)) }
    }

    /// The URL of this request with the parameter set to this value: a link to another page.
    pub(crate) fn link(&self, param: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.query.iter().filter(|(name, _)| name != param)).append_pair(param, value);
        let host = self.header("host").unwrap_or_default();
        format!("http://{host}{}?{}", self.uri.path(), query.finish())
    }
}

pub(crate) enum Answer {
    Tree(Json),
    /// A tree with headers of its own.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "an ability of the engine that its own tests use; no provider needs it yet"
        )
    )]
    TreeWith(Json, Pairs),
    /// JSON text that was written directly, for speed.
    Text(Bytes),
    /// Something else than JSON: its content type, the text and more headers.
    #[cfg_attr(
        not(test),
        expect(
            dead_code,
            reason = "an ability of the engine that its own tests use; no provider needs it yet"
        )
    )]
    Plain(&'static str, String, Pairs),
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::admit::check;
    use crate::world::Person;

    /// Holds for every provider, whoever adds it.
    #[test]
    fn every_handler_holds_together() {
        let mut places: BTreeSet<String> = BTreeSet::new();
        for handler in ALL {
            assert!(handler.base_path.starts_with('/') && !handler.base_path.ends_with('/'));
            let place = format!("{}/", handler.base_path);
            let apart = |other: &String| !other.starts_with(&place) && !place.starts_with(other.as_str());
            assert!(places.iter().all(apart), "{} has a path of its own", handler.id);
            places.insert(place);
            let named: Vec<&str> = handler.streams.iter().map(|stream| stream.name).collect();
            assert_eq!(handler.names, named, "{}: names are made from the streams", handler.id);
            let unique: BTreeSet<&str> = named.iter().copied().collect();
            assert!(unique.len() == named.len() && !unique.contains(""), "{}: {named:?}", handler.id);
            let paths: BTreeSet<_> =
                handler.streams.iter().map(|stream| (stream.path, stream.when)).collect();
            assert_eq!(paths.len(), named.len(), "{}: one path a stream", handler.id);
            for stream in handler.streams {
                let id = format!("{}/{}", handler.id, stream.name);
                assert!(stream.path.starts_with('/') && !stream.methods.is_empty(), "{id}");
                let fields = [stream.list, stream.count, stream.money, stream.currency];
                assert!(fields.iter().flatten().all(|field| !field.is_empty()), "{id}: {fields:?}");
                let admit = stream.admit.unwrap_or(handler.admit);
                let parts = matches!(handler.key, Key::Aws { .. } | Key::ServiceAccount | Key::ClientSecret);
                let fits = match admit {
                    Admit::Aws { .. } => matches!(handler.key, Key::Aws { .. }),
                    Admit::Grant { .. } => matches!(handler.key, Key::ServiceAccount | Key::ClientSecret),
                    Admit::Basic => matches!(handler.key, Key::Text | Key::Pair { .. }),
                    Admit::Open | Admit::Own(_) => true,
                    Admit::Bearer | Admit::Scheme(_) | Admit::Header(_) => !parts,
                };
                assert!(fits, "{id}: {:?} cannot prove itself like that", handler.key);
            }
            for status in [400, 401, 403, 404, 405, 413, 429, 500] {
                let refusal = Refusal::status(status);
                let body = (handler.refuse)(&refusal).render();
                assert!(body.len() > 12 && body.starts_with('{'), "{}: {body}", handler.id);
                assert!((200..600).contains(&(handler.status)(&refusal)), "{}", handler.id);
            }
            let keys = Keys::of(handler, 7);
            let [key, other] = [Holder::Admin, Holder::Ordinary].map(|holder| keys.text(handler.key, holder));
            assert!(key != other && key.contains("imulated") || key.contains("SIMULATED"), "{key}");
            assert_ne!(Keys::of(handler, 8).admin, keys.admin, "{}: keys follow from the seed", handler.id);
        }
    }

    fn ask<'a>(
        handler: &'static Handler,
        stream: &'static Stream,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        keys: &'a Keys,
    ) -> Ask<'a> {
        Ask {
            handler,
            stream,
            method: stream.methods[0],
            uri,
            params: stream.path.split('/').filter(|part| *part == "{}").map(str::to_owned).collect(),
            query: Vec::new(),
            headers,
            body: Bytes::new(),
            keys,
            holder: Holder::Admin,
            seed: 7,
            now: "2026-11-20T14:37:00Z".parse().unwrap(),
            spoiled: false,
        }
    }

    #[test]
    fn no_handler_lets_a_wrong_key_in_or_falls_over_a_bare_query() {
        let now = "2026-11-20T14:37:00Z".parse().unwrap();
        let world = World::new(Person::Team, 7, now, now);
        let uri = Uri::from_static("/");
        for handler in ALL {
            let keys = Keys::of(handler, 7);
            for stream in handler.streams {
                let id = format!("{}/{}", handler.id, stream.name);
                let mut headers = HeaderMap::new();
                let scheme = match stream.admit.unwrap_or(handler.admit) {
                    Admit::Open => None,
                    Admit::Scheme(scheme) => Some(format!("{scheme} wrong")),
                    _ => Some("Bearer wrong".to_owned()),
                };
                if let Some(scheme) = scheme {
                    for key in ["", "wrong", "Basic d3Jvbmc6", scheme.as_str()] {
                        headers.insert("authorization", key.parse().unwrap());
                        headers.insert("x-api-key", key.parse().unwrap());
                        if let Admit::Header(name) = stream.admit.unwrap_or(handler.admit) {
                            headers.insert(name, key.parse().unwrap());
                        }
                        let refusal = check(&ask(handler, stream, &uri, &headers, &keys)).unwrap_err();
                        assert_eq!(refusal.status, 401, "{id}");
                    }
                }
                if let Err(refusal) = (handler.answer)(&ask(handler, stream, &uri, &headers, &keys), &world) {
                    assert!(matches!(refusal.status, 400..500), "{id}: {refusal:?}");
                }
            }
        }
    }
}
