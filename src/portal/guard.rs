//! Around every route: who is asking, what is refused outright, what happens
//! when something fails, and the headers that every response carries.

use crate::model::Language;
use crate::model::secret;
use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::page::Signed;
use crate::portal::visitor::Visitor;
use crate::store::Error as StoreError;
use crate::visit;
use crate::web::headers::secure;
use crate::web::site::names_one_host;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use futures_util::FutureExt;
use jiff::SignedDuration;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Longest time for a request without an upload: the store answers in
/// milliseconds, a form arrives in one piece.
const MAX_TIME: SignedDuration = SignedDuration::from_secs(30);
/// Room for a page: most have 4 to 8 KB.
const PAGE_SIZE: usize = 8_192;

/// A route that ended in a calm page. The guard draws it: it alone knows the
/// visitor whatever went wrong.
#[derive(Clone, Debug)]
pub(super) struct Stop(Box<Ending>);

#[derive(Clone, Debug)]
struct Ending {
    calm: Calm,
    reader: Option<Signed>,
    stored: Option<Language>,
}

impl Stop {
    /// The page for a signed-in reader.
    pub(super) fn inside(calm: Calm, reader: Signed) -> Self {
        Self(Box::new(Ending {
            calm,
            reader: Some(reader),
            stored: None,
        }))
    }

    /// The page in the language of the recipient's mails.
    pub(super) fn spoken(calm: Calm, stored: Language) -> Self {
        Self(Box::new(Ending {
            calm,
            reader: None,
            stored: Some(stored),
        }))
    }

    /// A fault of ours. It is logged here and nowhere else; the page shows the
    /// reference alone.
    pub(super) fn fault(what: &str) -> Self {
        let reference = data_encoding::BASE32_NOPAD.encode(&secret::random::<5>());
        let reference = reference.to_ascii_lowercase();
        tracing::error!(
            event = "portal.fault",
            reference,
            reason = what,
            "A page could not be shown; it names this reference."
        );
        Self::from(Calm::Fault { reference })
    }
}

impl From<Calm> for Stop {
    fn from(calm: Calm) -> Self {
        Self(Box::new(Ending {
            calm,
            reader: None,
            stored: None,
        }))
    }
}

impl From<visit::Error> for Stop {
    fn from(error: visit::Error) -> Self {
        match error {
            visit::Error::Store(StoreError::Full) => Self::from(Calm::Room),
            error => Self::fault(&error.to_string()),
        }
    }
}

impl From<askama::Error> for Stop {
    fn from(error: askama::Error) -> Self {
        Self::fault(&error.to_string())
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let mut response = self.0.calm.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page, drawn.
pub(super) fn show(status: StatusCode, view: &impl Template) -> Result<Response, Stop> {
    let mut page = String::with_capacity(PAGE_SIZE);
    view.render_into(&mut page)?;
    Ok((status, Html(page)).into_response())
}

/// Stands around every route.
pub(super) async fn guard(
    State(portal): State<Portal>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = Arc::new(Visitor::read(&portal, &request));
    let mut response = match refusal(&portal, &request) {
        Some(calm) => Stop::from(calm).into_response(),
        None => {
            request.extensions_mut().insert(Arc::clone(&visitor));
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
            answer.unwrap_or_else(|_| Stop::fault("a panic").into_response())
        }
    };
    if let Some(stop) = response.extensions_mut().remove::<Stop>() {
        response = ending(&portal, &visitor, *stop.0, response);
    }
    if let Some(cookie) = visitor.switch_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    secure(response.headers_mut());
    response
}

/// What is refused before any route is looked for.
fn refusal(portal: &Portal, request: &Request) -> Option<Calm> {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        return Some(Calm::Method);
    }
    if !names_one_host(request.headers()) {
        return Some(Calm::Malformed);
    }
    let site = &portal.0.site;
    if !site.serves(request.headers(), request.uri()) {
        return Some(Calm::Host);
    }
    // Here and not in the routes, so that none can forget it, and before a
    // form is read.
    let foreign =
        *request.method() == Method::POST && !site.sent_by_us(request.headers(), request.uri());
    foreign.then_some(Calm::Foreign)
}

/// Draws a calm page; headers that the route set stay.
fn ending(portal: &Portal, visitor: &Visitor, ending: Ending, before: Response) -> Response {
    let mut page = portal.page(visitor, ending.stored);
    page.reader = ending.reader;
    let drawn = show(ending.calm.status(), &ending.calm.view(page));
    let mut response = drawn.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    for (name, value) in before.headers() {
        if *name != header::CONTENT_LENGTH {
            response.headers_mut().append(name, value.clone());
        }
    }
    // RFC 9110 §15.5.6: the answer says which methods there are.
    if matches!(ending.calm, Calm::Method) {
        let allow = response.headers_mut().entry(header::ALLOW);
        allow.or_insert(HeaderValue::from_static("GET, HEAD, POST"));
    }
    response
}

/// Ends a request that takes too long.
pub(super) async fn hurry(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    tokio::select! {
        response = next.run(request) => response,
        () = portal.0.clock.sleep(MAX_TIME) => Stop::from(Calm::Slow).into_response(),
    }
}
