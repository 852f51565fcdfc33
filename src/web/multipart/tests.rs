use super::{Error, Multipart, Part};
use crate::model::Clock;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use futures_util::stream;

fn form(boundary: &str, body: &[u8], frame: usize) -> Multipart {
    let mut headers = HeaderMap::new();
    let kind = format!("multipart/form-data; boundary={boundary}");
    headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
    let frames: Vec<Result<Bytes, std::io::Error>> = body
        .chunks(frame)
        .map(|c| Ok(Bytes::copy_from_slice(c)))
        .collect();
    Multipart::new(
        &headers,
        Body::from_stream(stream::iter(frames)),
        Clock::System,
    )
    .unwrap()
}

async fn all(mut form: Multipart) -> Result<Vec<(Part, Vec<u8>)>, Error> {
    let mut parts = Vec::new();
    while let Some(part) = form.part().await? {
        let mut octets = Vec::new();
        while let Some(chunk) = form.chunk().await? {
            octets.extend_from_slice(&chunk);
        }
        parts.push((part, octets));
    }
    Ok(parts)
}

const FORM: &[u8] = b"--x\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\nabc\r\n\
--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--z almost\r\n--y\r\n\
--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\scans\\%22\xC3\xA1\\\".png\"\r\nContent-Type: image/png\r\n\r\n\x00\r\n\r\r\n-\xFF\r\n\
--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\"\r\n\r\n\r\n--x--\r\nafter";

#[tokio::test]
async fn a_form_reads_the_same_however_it_is_cut() {
    for frame in 1..40 {
        let parts = all(form("x", FORM, frame)).await.unwrap();
        assert_eq!(parts.len(), 4, "frames of {frame}");
        assert_eq!(
            parts[0],
            (
                Part {
                    name: "form".into(),
                    file: None
                },
                b"abc".to_vec()
            )
        );
        assert_eq!(parts[1].1, b"\r\n--z almost\r\n--y");
        assert_eq!(parts[2].0.file.as_deref(), Some("C:\\scans\\\"á\".png"));
        assert_eq!(parts[2].1, b"\x00\r\n\r\r\n-\xFF");
        assert_eq!(
            parts[3],
            (
                Part {
                    name: "file".into(),
                    file: Some(String::new())
                },
                Vec::new()
            )
        );
    }
}

#[tokio::test]
async fn what_is_left_of_a_part_is_skipped() {
    let mut form = form("x", FORM, 7);
    let mut names = Vec::new();
    while let Some(part) = form.part().await.unwrap() {
        names.push(part.name);
    }
    assert_eq!(names, ["form", "text", "file", "file"]);
}

#[tokio::test]
async fn a_form_that_ends_early_or_is_none_is_refused() {
    for body in [
        &b""[..],
        b"--x",
        b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nabc",
        b"hello",
    ] {
        assert_eq!(all(form("x", body, 5)).await, Err(Error::Malformed));
    }
    let nameless = b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--";
    assert_eq!(all(form("x", nameless, 5)).await, Err(Error::Malformed));
    assert!(Multipart::new(&HeaderMap::new(), Body::empty(), Clock::System).is_none());
}

#[tokio::test]
async fn a_header_without_end_fills_no_memory() {
    let body = [b"--x\r\nA: ".to_vec(), vec![b'a'; 1_000_000]].concat();
    let mut form = form("x", &body, 1_000);
    assert_eq!(form.part().await, Err(Error::Malformed));
    assert!(form.held.capacity() < 100_000);
}

#[tokio::test]
async fn a_part_is_handed_on_as_it_arrives() {
    let body = [
        b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n".to_vec(),
        vec![b'\r'; 3_000_000],
        b"\r\n--x--\r\n".to_vec(),
    ]
    .concat();
    let mut form = form("x", &body, 16_384);
    form.part().await.unwrap();
    let mut length = 0;
    while let Some(chunk) = form.chunk().await.unwrap() {
        length += chunk.len();
        assert!(form.held.capacity() < 200_000);
    }
    assert_eq!(length, 3_000_000);
}
