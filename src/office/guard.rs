//! Around every route: who is asking, what is refused outright, what happens
//! when something fails, and the headers that every response carries.

use crate::access::office::Refused;
use crate::desk;
use crate::office::Office;
use crate::office::calm::Calm;
use crate::office::page::Inside;
use crate::office::visitor::Visitor;
use crate::store::Error as StoreError;
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
pub(super) struct Stop(Box<(Calm, Option<Inside>)>);

impl Stop {
    /// The page for somebody who is signed in.
    pub(super) fn inside(calm: Calm, inside: Inside) -> Self {
        Self(Box::new((calm, Some(inside))))
    }

    /// A fault of ours. It is logged here and nowhere else; the page shows the
    /// reference alone.
    pub(super) fn fault(what: &str) -> Self {
        let reference = web::reference();
        tracing::error!(
            event = "office.fault",
            reference,
            reason = what,
            "A page could not be shown; it names this reference."
        );
        Self::from(Calm::Fault { reference })
    }
}

impl From<Calm> for Stop {
    fn from(calm: Calm) -> Self {
        Self(Box::new((calm, None)))
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::from(Calm::Room),
            error => Self::fault(&error.to_string()),
        }
    }
}

impl From<desk::Refused> for Stop {
    fn from(refused: desk::Refused) -> Self {
        match refused {
            desk::Refused::Store(error) => Self::from(error),
            other => Self::fault(&other.to_string()),
        }
    }
}

impl From<askama::Error> for Stop {
    fn from(error: askama::Error) -> Self {
        Self::fault(&error.to_string())
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

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let mut response = self.0.0.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page, drawn.
pub(super) fn show(status: StatusCode, view: &impl Template) -> Result<Response, Stop> {
    Ok(web::show(status, view)?)
}

/// A failed try, for fail2ban: the first three fields of the line are fixed.
pub(super) fn refused(visitor: &Visitor, refused: Refused) {
    if matches!(refused, Refused::Wrong | Refused::Slow(_)) {
        tracing::warn!(event = "auth.failed", proto = "office", ip = %visitor.ip, "A sign-in to the office page was refused.");
    }
}

/// Stands around every route.
pub(super) async fn guard(
    State(office): State<Office>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = Arc::new(Visitor::read(&office, &request));
    let mut response = match web::refusal(&office.0.site, &request) {
        Some(refusal) => Stop::from(Calm::from(refusal)).into_response(),
        None => {
            request.extensions_mut().insert(Arc::clone(&visitor));
            let answer = web::caught(next.run(request)).await;
            answer.unwrap_or_else(|| Stop::fault("a panic").into_response())
        }
    };
    if let Some(stop) = response.extensions_mut().remove::<Stop>() {
        let (calm, inside) = *stop.0;
        let mut page = office.page(&visitor);
        page.inside = inside;
        let drawn = web::show(calm.status(), &calm.view(page));
        response = web::instead(drawn, &response);
    }
    if let Some(cookie) = visitor.wishes.switch_cookie() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    secure(response.headers_mut());
    response
}

/// Ends a request that takes too long.
pub(super) async fn hurry(State(office): State<Office>, request: Request, next: Next) -> Response {
    let answer = web::hurried(&office.0.clock, next.run(request)).await;
    answer.unwrap_or_else(|| Stop::from(Calm::Slow).into_response())
}
