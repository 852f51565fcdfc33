//! What mail programs ask for by themselves before anybody signs in: the
//! settings of the clinic's servers, as [`crate::setup`] writes them.
//!
//! The answers are the same for everybody. No cookie is read or set, no account
//! is looked up, nothing is written down. So a POST may come from anywhere, and
//! other names of the clinic are answered than the portal's: for these paths
//! alone, and without a page.

use crate::portal::Portal;
use crate::portal::guard::hurry;
use crate::setup::{autoconfig, autodiscover};
use crate::web::headers::{FILE_POLICY, secure};
use crate::web::site::{host, names_one_host, query};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;

/// Longest question of Autodiscover, in octets: Outlook's has 400.
const MAX_QUESTION: usize = 8_192;
const XML: &str = "text/xml; charset=utf-8";
const JSON: &str = "application/json";

/// The routes, with a guard of their own.
pub(super) fn router(portal: &Portal) -> Router<Portal> {
    let routes = Router::new()
        .route("/mail/config-v1.1.xml", get(config))
        .route("/.well-known/autoconfig/mail/config-v1.1.xml", get(config))
        .route("/autodiscover/autodiscover.xml", post(discover))
        .route("/Autodiscover/Autodiscover.xml", post(discover))
        .route("/autodiscover/autodiscover.json", get(lead));
    routes
        .layer(DefaultBodyLimit::max(MAX_QUESTION))
        .layer(middleware::from_fn_with_state(portal.clone(), hurry))
        .layer(middleware::from_fn_with_state(portal.clone(), guard))
}

/// What stands before a clinic's domain in the names under which programs ask
/// for a path; nothing, where it is the domain itself.
fn prefixes(path: &str) -> &'static [&'static str] {
    match path {
        "/mail/config-v1.1.xml" => &["autoconfig."],
        "/.well-known/autoconfig/mail/config-v1.1.xml" => &[""],
        _ => &["", "autodiscover."],
    }
}

async fn guard(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let own = portal.0.site.serves(request.headers(), request.uri());
    let refused = if !names_one_host(request.headers()) {
        Some(StatusCode::BAD_REQUEST)
    } else if !own && !is_asked_here(&portal, &request) {
        Some(StatusCode::MISDIRECTED_REQUEST)
    } else {
        None
    };
    let mut response = match refused {
        Some(status) => status.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FILE_POLICY),
    );
    secure(headers);
    if !own {
        // The clinic's web site may stand under this name, on another machine; how
        // it is reached is not ours to bind.
        headers.remove(header::STRICT_TRANSPORT_SECURITY);
    }
    response
}

/// Whether programs ask for this path under the host that is named.
fn is_asked_here(portal: &Portal, request: &Request) -> bool {
    let Some(host) = host(request.headers(), request.uri()) else {
        return false;
    };
    let host = host.to_ascii_lowercase();
    let domains = prefixes(request.uri().path())
        .iter()
        .filter_map(|prefix| host.strip_prefix(prefix));
    domains.into_iter().any(|d| portal.0.servers.serves(d))
}

/// `GET …/config-v1.1.xml`. What follows a `?` is an address, and does not
/// matter.
async fn config(State(portal): State<Portal>) -> Response {
    match autoconfig::document(&portal.0.servers) {
        Some(document) => send(XML, document),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST …/autodiscover.xml`.
async fn discover(State(portal): State<Portal>, question: Bytes) -> Response {
    let question = String::from_utf8_lossy(&question);
    send(XML, autodiscover::xml(&portal.0.servers, &question))
}

/// `GET …/autodiscover.json?Protocol=AutodiscoverV1`.
async fn lead(State(portal): State<Portal>, request: Request) -> Response {
    match autodiscover::json(&portal.0.servers, query(&request, "Protocol")) {
        Ok(answer) => send(JSON, answer),
        Err(answer) => (StatusCode::BAD_REQUEST, send(JSON, answer.to_owned())).into_response(),
    }
}

fn send(kind: &'static str, document: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], document).into_response()
}
