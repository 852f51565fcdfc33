//! The headers of every response (requirements C8.1).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;

/// What a page may do: show its own styles, pictures and frames, and send its
/// forms home.
pub const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same, for a page with a comfort that takes a script of ours: nothing may depend
/// on it (decision 0008).
pub const SCRIPT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a mail's body may do in its frame: look as it looks, and open links.
pub const BODY_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// What a message made for paper may do: look as it looks, and nothing else. It
/// stands in no sandbox, since none could close itself when the session ends;
/// as no script, form, frame or address of elsewhere is allowed, nothing is
/// left that a sandbox would keep from it.
pub const PRINT_POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// What a file may do when a browser opens it after all: nothing.
pub const FILE_POLICY: &str = "sandbox; default-src 'none'";

/// For whatever a page or a file of a patient is: kept nowhere.
pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// For what changes its address with its content: kept for a year.
pub const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The same on every response, whatever it is.
const ALWAYS: [(HeaderName, &str); 5] = [
    // Two years, as browsers' own lists ask for; other names of the clinic's
    // domain are not ours to bind.
    (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: a form would then carry `Origin: null`.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Puts the headers on. A policy or a cache rule that is there already stays.
pub fn secure(headers: &mut HeaderMap) {
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = headers.entry(header::CONTENT_SECURITY_POLICY);
    policy.or_insert(HeaderValue::from_static(PAGE_POLICY));
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}

/// Makes a page with content close itself at `ends`, without a script: the same
/// as a `meta` refresh, which would stand in the page.
#[must_use]
pub fn closing(mut response: Response, ends: Timestamp, now: Timestamp) -> Response {
    let left = ends.duration_since(now).as_secs().max(1);
    if let Ok(value) = HeaderValue::try_from(format!("{left}; url=/locked")) {
        response.headers_mut().insert(header::REFRESH, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::{FILE_POLICY, HeaderMap, HeaderValue, PAGE_POLICY, header, secure};

    #[test]
    fn a_response_that_says_nothing_gets_the_strictest_headers() {
        let mut headers = HeaderMap::new();
        secure(&mut headers);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], PAGE_POLICY);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }

    #[test]
    fn a_policy_of_its_own_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        );
        secure(&mut headers);
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], FILE_POLICY);
    }
}
