//! A mail's HTML as a document of its own, for a sandboxed frame.

use crate::model::Language;
use crate::web::guard::show;
use crate::web::headers::BODY_POLICY;
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

#[derive(Template)]
#[template(path = "web/templates/body.html", config = ".askama.toml")]
pub(crate) struct BodyView<'a> {
    pub(crate) language: &'static str,
    pub(crate) title: &'a str,
    pub(crate) fragment: &'a str,
}

/// The document, under its own policy: it can show itself and open links, and
/// nothing else. `fragment` is cleaned HTML; it is not escaped.
///
/// # Errors
/// The template's own.
pub fn body(language: Language, title: &str, fragment: &str) -> Result<Response, askama::Error> {
    let view = BodyView {
        language: language.tag(),
        title,
        fragment,
    };
    let mut response = show(StatusCode::OK, &view)?;
    let policy = HeaderValue::from_static(BODY_POLICY);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}
