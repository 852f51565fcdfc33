//! Around every route: who is asking, what is refused outright, what happens
//! when something fails, and the headers that every response carries.

use crate::model::Language;
use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::page::Signed;
use crate::portal::visitor::Visitor;
use crate::store::Error as StoreError;
use crate::visit;
use crate::web::guard::{self as web, Refusal};
use crate::web::headers::secure;
use askama::Template;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

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
        let reference = web::reference();
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

impl From<Refusal> for Calm {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Method => Self::Method,
            Refusal::Malformed => Self::Malformed,
            Refusal::Host => Self::Host,
            Refusal::Foreign => Self::Foreign,
        }
    }
}

/// A page, drawn.
pub(super) fn show(status: StatusCode, view: &impl Template) -> Result<Response, Stop> {
    Ok(web::show(status, view)?)
}

/// Stands around every route.
pub(super) async fn guard(
    State(portal): State<Portal>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = Arc::new(Visitor::read(&portal, &request));
    let mut response = match web::refusal(&portal.0.site, &request) {
        Some(refusal) => Stop::from(Calm::from(refusal)).into_response(),
        None => {
            request.extensions_mut().insert(Arc::clone(&visitor));
            let answer = web::caught(next.run(request)).await;
            answer.unwrap_or_else(|| Stop::fault("a panic").into_response())
        }
    };
    if let Some(stop) = response.extensions_mut().remove::<Stop>() {
        response = ending(&portal, &visitor, *stop.0, &response);
    }
    if let Some(cookie) = visitor.wishes.switch_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    secure(response.headers_mut());
    response
}

/// Draws a calm page; headers that the route set stay.
fn ending(portal: &Portal, visitor: &Visitor, ending: Ending, before: &Response) -> Response {
    let mut page = portal.page(visitor, ending.stored);
    page.reader = ending.reader;
    web::instead(
        web::show(ending.calm.status(), &ending.calm.view(page)),
        before,
    )
}

/// Ends a request that takes too long.
pub(super) async fn hurry(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let answer = web::hurried(&portal.0.clock, next.run(request)).await;
    answer.unwrap_or_else(|| Stop::from(Calm::Slow).into_response())
}
