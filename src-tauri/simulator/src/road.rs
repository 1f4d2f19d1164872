//! From the path of a request to the stream that answers it.

use hyper::http::request::Parts;

use crate::ALL;
use crate::handler::{Handler, Stream, When};

pub(crate) struct Road {
    pub(crate) handler: &'static Handler,
    pub(crate) stream: &'static Stream,
    /// What stands at each `{}`.
    pub(crate) params: Vec<String>,
    /// Where the method is wrong: those there are.
    pub(crate) allow: Option<String>,
}

/// Finds the stream of a request; else the provider that has none there, or `None` where nobody lives.
pub(crate) fn road(head: &Parts, body: &[u8]) -> Result<Road, Option<&'static Handler>> {
    let path = head.uri.path();
    let handler =
        ALL.iter().copied().find(|handler| inside(path, handler.base_path).is_some()).ok_or(None)?;
    let below = inside(path, handler.base_path).unwrap_or_default();
    let meant = |stream: &Stream| match stream.when {
        When::Header(name, value) => {
            head.headers.get(name).is_some_and(|told| told.as_bytes() == value.as_bytes())
        }
        When::Query(name, part) => {
            let mut pairs = url::form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes());
            pairs.any(|(known, value)| known == name && value.contains(part))
        }
        When::Body(part) => String::from_utf8_lossy(body).contains(part),
        When::Always => true,
    };
    let fits = |stream: &'static Stream| Some((stream, follow(stream.path, below)?));
    let mut ways: Vec<_> = handler.streams.iter().filter(|stream| meant(stream)).filter_map(fits).collect();
    // A literal segment wins, from the left; on one path, what is not always meant.
    ways.sort_by_key(|(stream, _)| {
        let open = stream.path.split('/').map(|part| part == "{}").collect::<Vec<bool>>();
        (open, stream.when == When::Always)
    });
    let first = ways.first().map(|(stream, _)| stream.path).ok_or(Some(handler))?;
    ways.retain(|(stream, _)| stream.path == first);
    let allowed = |stream: &Stream| stream.methods.contains(&head.method.as_str());
    let place = ways.iter().position(|(stream, _)| allowed(stream));
    let methods =
        || ways.iter().flat_map(|(stream, _)| stream.methods).copied().collect::<Vec<_>>().join(", ");
    let allow = place.is_none().then(methods);
    let (stream, params) = ways.swap_remove(place.unwrap_or_default());
    Ok(Road { handler, stream, params, allow })
}

/// What is below a base path.
fn inside<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What stands at each `{}` of a pattern, decoded, where the path follows it.
fn follow(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut parts = path.split('/');
    for wanted in pattern.split('/') {
        let part = decoded(parts.next()?)?;
        if wanted == "{}" {
            // An empty id is none.
            params.push(Some(part).filter(|part| !part.is_empty())?);
        } else if wanted != part {
            return None;
        }
    }
    parts.next().is_none().then_some(params)
}

/// A segment without its percent signs; `None` where they make no text.
fn decoded(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, after @ ..] = rest {
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                bytes.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
                rest = after;
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_followed_to_its_end() {
        assert_eq!(follow("/v1/{}/x", "/v1/a%20b%2Fc/x"), Some(vec!["a b/c".to_owned()]));
        assert_eq!(follow("/v1/x", "/v1/x"), Some(Vec::new()));
        assert_eq!(follow("/", "/"), Some(Vec::new()));
        for path in ["/v1//x", "/v1/a", "/v1/a/x/", "/v1/a/b/x", "/v1/%zz/x", "/v1/%2", "/v2/a/x", ""] {
            assert_eq!(follow("/v1/{}/x", path), None, "{path}");
        }
    }
}
