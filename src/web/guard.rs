//! What stands around every route of every door: what is refused outright, what
//! happens when something fails or takes too long, how a page becomes a response.

use crate::model::{Clock, secret};
use crate::web::site::{Site, names_one_host};
use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use futures_util::FutureExt;
use jiff::SignedDuration;
use std::panic::AssertUnwindSafe;

/// Longest time for a request without an upload: the store answers in
/// milliseconds, a form arrives in one piece.
const MAX_TIME: SignedDuration = SignedDuration::from_secs(30);
/// Room for a page: most have 4 to 8 KB.
const PAGE_SIZE: usize = 8_192;

/// Why a request gets no further than the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A method that no page takes.
    Method,
    /// It names its host twice or not at all.
    Malformed,
    /// A host name that is not ours.
    Host,
    /// A form that another site's page sent.
    Foreign,
}

/// What is refused before any route is looked for. A forged form is refused
/// here and not in the routes, so that none can forget it, and before it is read.
#[must_use]
pub fn refusal(site: &Site, request: &Request) -> Option<Refusal> {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return Some(Refusal::Method);
    }
    if !names_one_host(request.headers()) {
        return Some(Refusal::Malformed);
    }
    if !site.serves(request.headers(), request.uri()) {
        return Some(Refusal::Host);
    }
    let foreign =
        *request.method() == Method::POST && !site.sent_by_us(request.headers(), request.uri());
    foreign.then_some(Refusal::Foreign)
}

/// The answer of what follows; `None` if it panicked.
pub async fn caught(answer: impl Future<Output = Response>) -> Option<Response> {
    AssertUnwindSafe(answer).catch_unwind().await.ok()
}

/// The answer of what follows; `None` if it takes too long.
pub async fn hurried(clock: &Clock, answer: impl Future<Output = Response>) -> Option<Response> {
    tokio::select! {
        response = answer => Some(response),
        () = clock.sleep(MAX_TIME) => None,
    }
}

/// What a page and the log call a fault of ours: eight letters and digits.
#[must_use]
pub fn reference() -> String {
    let reference = data_encoding::BASE32_NOPAD.encode(&secret::random::<5>());
    reference.to_ascii_lowercase()
}

/// A page, drawn.
///
/// # Errors
/// The template's own.
pub fn show(status: StatusCode, view: &impl Template) -> Result<Response, askama::Error> {
    let mut page = String::with_capacity(PAGE_SIZE);
    view.render_into(&mut page)?;
    Ok((status, Html(page)).into_response())
}

/// A page in place of what a route answered; headers that the route set stay.
#[must_use]
pub fn instead(drawn: Result<Response, askama::Error>, before: &Response) -> Response {
    let mut response = drawn.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    for (name, value) in before.headers() {
        if *name != header::CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    // RFC 9110 §15.5.6: the answer says which methods there are.
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allow = response.headers_mut().entry(header::ALLOW);
        allow.or_insert(HeaderValue::from_static("GET, HEAD, POST"));
    }
    response
}
