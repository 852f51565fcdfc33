//! What a browser is given to keep.

use crate::reading::Download;
use crate::web::disposition::{attachment, content_type};
use crate::web::headers::FILE_POLICY;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;

/// What is taken away, as it comes out of the store: never whole in memory. If
/// it breaks off, so does the response, and the browser says that the file is
/// not whole.
#[must_use]
pub fn save(name: &str, download: Download) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type(&download.kind)),
        (CONTENT_DISPOSITION, attachment(name)),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        ),
    ];
    let octets = stream::try_unfold(download, |mut download| async {
        let next = download.next().await.inspect_err(|error| {
            tracing::error!(event = "web.fault", %error, "A download broke off.");
        })?;
        Ok::<_, crate::reading::Error>(next.map(|octets| (Bytes::from(octets), download)))
    });
    (headers, Body::from_stream(octets)).into_response()
}
