use super::{Error, Multipart, Part};
use crate::model::{Clock, ManualClock};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// A form with one endless file of which so many octets come every so often;
/// the clock moves with them. Also how many pieces have come.
fn trickle(octets: usize, every: SignedDuration) -> (Multipart, Arc<AtomicUsize>) {
    let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
    let clock = Clock::Manual(hand.clone());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let head = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n";
    let frames = stream::unfold(Bytes::from(head), move |frame| {
        let counted = Arc::clone(&counted);
        let hand = hand.clone();
        async move {
            hand.advance(every);
            counted.fetch_add(1, Ordering::Relaxed);
            let next = Bytes::from(vec![b'a'; octets]);
            Some((Ok::<_, std::io::Error>(frame), next))
        }
    });
    let mut headers = HeaderMap::new();
    let kind = "multipart/form-data; boundary=x".parse().unwrap();
    headers.insert(header::CONTENT_TYPE, kind);
    let form = Multipart::new(&headers, Body::from_stream(frames), clock).unwrap();
    (form, count)
}

#[tokio::test]
async fn a_trickle_is_cut_off_although_it_never_stops() {
    let (mut form, count) = trickle(1, SignedDuration::from_secs(59));
    form.part().await.unwrap();
    let slow = loop {
        if let Err(error) = form.chunk().await {
            break error;
        }
        assert!(count.load(Ordering::Relaxed) < 10, "still taken in");
    };
    assert_eq!(slow, Error::Slow);
}

#[tokio::test]
async fn a_phone_on_a_poor_line_has_the_time_it_needs() {
    let (mut form, count) = trickle(50_000, SignedDuration::from_secs(10));
    form.part().await.unwrap();
    while count.load(Ordering::Relaxed) < 1_000 {
        form.chunk().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_not_wanted_is_listened_to_for_half_a_minute() {
    let (mut form, count) = trickle(50_000, SignedDuration::from_secs(10));
    form.part().await.unwrap();
    form.drain(500_000_000).await;
    assert!(count.load(Ordering::Relaxed) <= 5);
}
