//! Answers as they go over the wire.

use std::io;

use chrono::{DateTime, Utc};
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::handler::{Handler, Pairs, Refusal};

pub(crate) type Reply = Response<BoxBody<Bytes, io::Error>>;

pub(crate) fn refuse(handler: &Handler, refusal: &Refusal) -> Reply {
    let status = (handler.status)(refusal);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = refusal.body.clone().unwrap_or_else(|| (handler.refuse)(refusal));
    with_headers(whole(status, "application/json", body.render().into()), refusal.headers.clone())
}

pub(crate) fn with_headers(mut reply: Reply, headers: Pairs) -> Reply {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            reply.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    reply
}

pub(crate) fn text(status: StatusCode, kind: &'static str, body: &'static str) -> Reply {
    whole(status, kind, Bytes::from_static(body.as_bytes()))
}

pub(crate) fn whole(status: StatusCode, kind: &'static str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body).map_err(|never| match never {}).boxed());
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

/// Promises the whole body, sends half of it and hangs up.
pub(crate) fn cut(body: &Bytes) -> Reply {
    let half = body.slice(..body.len() / 2);
    let parts = stream::unfold(Some(half), |half| async {
        if let Some(half) = half {
            return Some((Ok(Frame::data(half)), None));
        }
        // Lets the connection send what it has before it learns that no more will come.
        tokio::task::yield_now().await;
        Some((Err(io::ErrorKind::ConnectionAborted.into()), None))
    });
    let mut reply = Response::new(BodyExt::boxed(StreamBody::new(parts)));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    reply
}

pub(crate) fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
