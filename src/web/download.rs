//! What a browser is given to keep.

use crate::mime::sniff::Kind;
use crate::reading::Download;
use crate::web::disposition::{attachment, content_type};
use crate::web::headers::FILE_POLICY;
use axum::BoxError;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

/// A picture that a page shows in place, named by what its octets are and not by what
/// was said of it; `None` if it is none that every browser shows and none runs.
///
/// # Errors
/// The store's own.
pub async fn picture(mut download: Download) -> Result<Option<Response>, crate::reading::Error> {
    let first = download.next().await?.unwrap_or_default();
    Ok(shown(first, rest(download)))
}

/// The same of octets that come from elsewhere: the first ones, and the rest.
pub fn shown<E: Into<BoxError> + 'static>(
    first: Vec<u8>,
    rest: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
) -> Option<Response> {
    let kind = Kind::raster(&first)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
        (CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(FILE_POLICY),
        ),
    ];
    let first = stream::once(async { Ok(Bytes::from(first)) });
    let body = Body::from_stream(first.chain(rest));
    Some((headers, body).into_response())
}

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
    (headers, Body::from_stream(rest(download))).into_response()
}

/// The octets that are still to come.
fn rest(download: Download) -> impl Stream<Item = Result<Bytes, crate::reading::Error>> {
    stream::try_unfold(download, |mut download| async {
        let next = download.next().await.inspect_err(|error| {
            tracing::error!(event = "web.fault", %error, "A download broke off.");
        })?;
        Ok(next.map(|octets| (Bytes::from(octets), download)))
    })
}
