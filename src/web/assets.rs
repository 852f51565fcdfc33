//! What pages are made with beside their text: the stylesheet, the clinic's
//! logo, our mark. Nothing comes from anywhere else.

use crate::web::headers::{FILE_POLICY, FOR_GOOD};
use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

/// What every door's pages look like.
pub const STYLE: &str = include_str!("style.css");
/// Our own mark.
pub const ICON: &str = include_str!("icon.svg");
/// Octets of the digest that an address carries: enough to tell versions apart.
const TOLD: usize = 6;
/// What does not carry its digest in its address is asked for again after a day.
const FOR_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// Where the pages find what is not in them, each under a name that changes
/// with its content.
#[derive(Clone, Debug)]
pub struct Assets {
    /// The stylesheet.
    pub style: String,
    /// The logo, or our own mark.
    pub logo: String,
}

/// The files, and where pages find them.
#[derive(Debug)]
pub struct Static {
    /// Where pages find them.
    pub at: Assets,
    style: Bytes,
    logo: Option<(Bytes, &'static str)>,
}

impl Static {
    /// The clinic's logo as its file holds it, if it has one; and what a door
    /// adds to [`STYLE`].
    #[must_use]
    pub fn new(logo: Option<Vec<u8>>, more: &str) -> Self {
        let logo = logo.and_then(|octets| {
            let kind = picture(&octets)?;
            Some((Bytes::from(octets), kind))
        });
        let style = Bytes::from([STYLE, more].concat());
        let at = Assets {
            style: format!("/style-{}.css", version(&style)),
            logo: match &logo {
                Some((octets, _)) => format!("/logo?{}", version(octets)),
                None => "/icon.svg".to_owned(),
            },
        };
        Self { at, style, logo }
    }

    /// `GET /style-<version>.css`; `None` under another name. An older version's
    /// address gets today's style: a page that was open during an update still
    /// looks right.
    #[must_use]
    pub fn style(&self, file: &str) -> Option<Response> {
        let ours = file.starts_with("style-") && file.ends_with(".css");
        ours.then(|| send(self.style.clone(), "text/css; charset=utf-8", FOR_GOOD))
    }

    /// `GET /logo`; `None` if the clinic has none.
    #[must_use]
    pub fn logo(&self) -> Option<Response> {
        let (octets, kind) = self.logo.clone()?;
        Some(send(octets, kind, FOR_A_DAY))
    }
}

/// `GET /icon.svg`.
pub async fn icon() -> Response {
    send(
        Bytes::from_static(ICON.as_bytes()),
        "image/svg+xml",
        FOR_A_DAY,
    )
}

/// A script of ours.
#[must_use]
pub fn script(text: &'static str) -> Response {
    let octets = Bytes::from_static(text.as_bytes());
    send(octets, "text/javascript; charset=utf-8", FOR_A_DAY)
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
