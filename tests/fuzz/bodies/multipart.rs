//! A form with files (`web::multipart`): however its octets arrive, the same
//! parts come out, and never more than came in.

use super::cut;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use futures_util::stream;
use sealpost::model::{Clock, ManualClock};
use sealpost::web::multipart::{Error, Multipart, Part};
use std::cell::LazyCell;
use tokio::runtime::{Builder, Runtime};

type Parts = Vec<(Part, Vec<u8>)>;

thread_local! {
    static RUNTIME: LazyCell<Runtime> = LazyCell::new(|| {
        Builder::new_current_thread().build().expect("a runtime without a driver starts")
    });
}

/// The first line as the Content-Type, what follows as the body.
pub fn run(octets: &[u8]) {
    let end = octets
        .iter()
        .position(|o| *o == b'\n')
        .unwrap_or(octets.len());
    let (kind, body) = octets.split_at(end);
    let Ok(kind) = HeaderValue::from_bytes(kind.trim_ascii()) else {
        return;
    };
    let body = body.get(1..).unwrap_or_default();
    let whole = read(&kind, &[body]);
    if let Some(Ok(parts)) = &whole {
        assert!(parts.len() <= 200);
        let held: usize = parts
            .iter()
            .map(|(part, octets)| size(part) + octets.len())
            .sum();
        // A name that is not UTF-8 is shown with marks of three octets.
        assert!(held <= 3 * body.len(), "more came out than went in");
    }
    for pieces in cut::ways(body) {
        assert_eq!(read(&kind, &pieces), whole);
    }
}

fn size(part: &Part) -> usize {
    part.name.len() + part.file.as_ref().map_or(0, String::len)
}

/// All parts; `None` where no boundary is named.
fn read(kind: &HeaderValue, pieces: &[&[u8]]) -> Option<Result<Parts, Error>> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, kind.clone());
    let frames: Vec<Result<Bytes, std::io::Error>> = pieces
        .iter()
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let body = Body::from_stream(stream::iter(frames));
    let clock = Clock::Manual(ManualClock::new(jiff::Timestamp::UNIX_EPOCH));
    let form = Multipart::new(&headers, body, clock)?;
    Some(RUNTIME.with(|runtime| runtime.block_on(all(form))))
}

async fn all(mut form: Multipart) -> Result<Parts, Error> {
    let mut parts = Vec::new();
    while let Some(part) = form.part().await? {
        let mut octets = Vec::new();
        while let Some(chunk) = form.chunk().await? {
            assert!(!chunk.is_empty());
            octets.extend_from_slice(&chunk);
        }
        parts.push((part, octets));
    }
    Ok(parts)
}
