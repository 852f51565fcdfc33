//! What mail programs ask for by themselves before anybody signs in: the
//! settings of the clinic's servers, as [`crate::setup`] writes them.
//!
//! The answers are the same for everybody. No cookie is read or set, no account
//! is looked up, nothing is written down. So a POST may come from anywhere, and
//! other names of the clinic are answered than the portal's: for these paths
//! alone, and without a page. The profile for Apple is given under the portal's
//! own name, since a person opens it.

use crate::model::Address;
use crate::pki::cms;
use crate::portal::Portal;
use crate::portal::guard::hurry;
use crate::setup::{autoconfig, autodiscover, pacc, profile};
use crate::texts::say;
use crate::web::disposition::attachment;
use crate::web::headers::{FILE_POLICY, secure};
use crate::web::site::{host, names_one_host, query};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;

/// Longest question of Autodiscover, in octets: Outlook's has 400.
const MAX_QUESTION: usize = 8_192;
const XML: &str = "text/xml; charset=utf-8";
const JSON: &str = "application/json";
/// By this type a device knows a profile (Apple, "Configuring multiple devices
/// using profiles"), signed or not.
const PROFILE: &str = "application/x-apple-aspen-config";

/// The routes, with a guard of their own.
pub(super) fn router(portal: &Portal) -> Router<Portal> {
    let routes = Router::new()
        .route("/mail/config-v1.1.xml", get(config))
        .route("/.well-known/autoconfig/mail/config-v1.1.xml", get(config))
        .route("/autodiscover/autodiscover.xml", post(discover))
        .route("/Autodiscover/Autodiscover.xml", post(discover))
        .route("/autodiscover/autodiscover.json", get(lead))
        .route("/.well-known/user-agent-configuration.json", get(described))
        .route("/apple/{address}", get(apple));
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
        pacc::PATH => &["ua-auto-config."],
        path if path.starts_with("/apple/") => &[],
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

/// `GET …/user-agent-configuration.json`.
async fn described(State(portal): State<Portal>) -> Response {
    match pacc::document(&portal.0.servers) {
        Some(document) => send(JSON, document),
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

/// `GET /apple/ADDRESS`: the profile for any address of the clinic, whether it has
/// an account or not, signed with the certificate that is in force. A signature
/// costs as much as the handshake did, so that each takes a connection of its own:
/// these are counted.
async fn apple(State(portal): State<Portal>, Path(address): Path<String>) -> Response {
    let (servers, signer) = (&portal.0.servers, portal.0.signer.current());
    let address = Address::parse(&address).ok();
    let address = address.filter(|address| servers.serves(address.domain()));
    let Some(profile) = address.and_then(|address| profile::document(servers, &address)) else {
        let said = say(portal.0.clinic.language, "setup-apple-nobody", &[]);
        return (StatusCode::NOT_FOUND, said).into_response();
    };
    let profile = profile.into_bytes();
    let signed = match signer.as_ref() {
        Some(signer) => cms::sign(signer, &profile, portal.clock().now()),
        None => Ok(profile),
    };
    match signed {
        Ok(profile) => {
            let name = attachment("mail.mobileconfig");
            let kind = HeaderValue::from_static(PROFILE);
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, name),
                (header::CONNECTION, HeaderValue::from_static("close")),
            ];
            (headers, profile).into_response()
        }
        Err(error) => {
            tracing::error!(event = "profile.not-signed", reason = %error, "A profile for Apple's devices could not be signed and was not given.");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn send(kind: &'static str, document: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], document).into_response()
}
