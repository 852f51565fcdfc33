//! What pages are made with beside their text: the stylesheet, the clinic's
//! logo, our mark. Nothing comes from anywhere else.

use crate::portal::Portal;
use crate::portal::calm::Calm;
use crate::portal::guard::Stop;
use crate::portal::link;
use crate::portal::page::Assets;
use crate::portal::visitor::Visitor;
use crate::web::headers::{FILE_POLICY, FOR_GOOD};
use aws_lc_rs::digest::{SHA256, digest};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use std::sync::Arc;

const STYLE: &str = include_str!("style.css");
const ICON: &str = include_str!("icon.svg");
/// Octets of the digest that an address carries: enough to tell versions apart.
const TOLD: usize = 6;
/// What does not carry its digest in its address is asked for again after a day.
const FOR_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// The files, and where pages find them.
#[derive(Debug)]
pub(super) struct Static {
    pub(super) at: Assets,
    logo: Option<(Bytes, &'static str)>,
}

impl Static {
    pub(super) fn new(logo: Option<Vec<u8>>) -> Self {
        let logo = logo.and_then(|octets| {
            let kind = picture(&octets)?;
            Some((Bytes::from(octets), kind))
        });
        let at = Assets {
            style: format!("/style-{}.css", version(STYLE.as_bytes())),
            logo: match &logo {
                Some((octets, _)) => format!("/logo?{}", version(octets)),
                None => "/icon.svg".to_owned(),
            },
        };
        Self { at, logo }
    }
}

fn version(octets: &[u8]) -> String {
    let digest = digest(&SHA256, octets);
    let told = digest.as_ref().get(..TOLD).unwrap_or_default();
    data_encoding::HEXLOWER.encode(told)
}

/// The picture's type by its first octets; `None` if it is none we show.
fn picture(octets: &[u8]) -> Option<&'static str> {
    let kind = infer::get(octets)?.mime_type();
    matches!(kind, "image/png" | "image/jpeg").then_some(kind)
}

/// `GET /style-<version>.css`. An older version's address gets today's style:
/// a page that was open during an update still looks right.
pub(super) async fn style(
    state: State<Portal>,
    visitor: Extension<Arc<Visitor>>,
    Path(file): Path<String>,
) -> Response {
    if file.starts_with("style-") && file.ends_with(".css") {
        return send(
            Bytes::from_static(STYLE.as_bytes()),
            "text/css; charset=utf-8",
            FOR_GOOD,
        );
    }
    link::missing(state, visitor).await.into_response()
}

/// `GET /icon.svg`.
pub(super) async fn icon() -> Response {
    send(
        Bytes::from_static(ICON.as_bytes()),
        "image/svg+xml",
        FOR_A_DAY,
    )
}

/// `GET /logo`.
pub(super) async fn logo(State(portal): State<Portal>) -> Response {
    match portal.0.files.logo.clone() {
        Some((octets, kind)) => send(octets, kind, FOR_A_DAY),
        None => Stop::from(Calm::Missing).into_response(),
    }
}

fn send(octets: Bytes, kind: &'static str, cache: HeaderValue) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, cache),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        ),
    ];
    (headers, octets).into_response()
}
