use super::bench::{Answer, Bench, Browser};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;

pub(super) const KIND: &str = "multipart/form-data; boundary=x";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

pub(super) fn parts(form: &str, text: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in [("form", form), ("text", text)] {
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .into_bytes(),
        );
    }
    for (name, octets) in files {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n").into_bytes());
        body.extend_from_slice(octets);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    body
}

pub(super) async fn send(browser: &mut Browser, message: &str, body: Vec<u8>) -> Answer {
    let frames: Vec<Result<Bytes, std::io::Error>> = body
        .chunks(1_000)
        .map(|c| Ok(Bytes::copy_from_slice(c)))
        .collect();
    browser.headers = vec![("sec-fetch-site", "same-origin".into())];
    let path = format!("{message}/reply");
    let answer = browser
        .ask(
            Method::POST,
            &path,
            Some(KIND),
            Body::from_stream(stream::iter(frames)),
        )
        .await;
    browser.headers.clear();
    answer
}

#[tokio::test]
async fn an_answer_with_a_file_arrives_and_says_so() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let page = browser.get(&format!("{message}/reply")).await;
    assert!(
        page.text().contains("10 KB") && page.text().contains("pdf, png, txt"),
        "{}",
        page.text()
    );
    assert_eq!(
        page.header("refresh"),
        "",
        "a form being written is not taken away"
    );
    let scan: Vec<u8> = PDF.iter().copied().cycle().take(9_000).collect();
    let sent = send(
        &mut browser,
        &message,
        parts(
            &page.form(),
            "Thank you & good day",
            &[("scan.pdf", &scan), ("", b"")],
        ),
    )
    .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let done = browser.get(sent.header("location")).await.text();
    assert!(
        done.contains("Your reply was sent") && done.contains("Thank you &#38; good day"),
        "{done}"
    );
    assert!(done.contains("scan.pdf") && done.contains("1 file"));
    let file = done
        .split("href=\"")
        .find(|h| h.contains("/file/"))
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!(browser.get(file).await.body, scan);
    assert!(browser.get("/sent").await.text().contains("Re: Your"));
}

#[tokio::test]
async fn what_is_refused_is_named_and_the_text_is_kept() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let form = browser.get(&format!("{message}/reply")).await.form();
    let large: Vec<u8> = PDF.iter().copied().cycle().take(11_000).collect();
    for (name, octets, status, words) in [
        (
            "scan.pdf",
            large.as_slice(),
            StatusCode::PAYLOAD_TOO_LARGE,
            "“scan.pdf” is larger than 10 KB",
        ),
        (
            "run.exe",
            b"MZ",
            StatusCode::UNPROCESSABLE_ENTITY,
            "We cannot take “run.exe”",
        ),
        (
            "scan.png",
            PDF,
            StatusCode::UNPROCESSABLE_ENTITY,
            "“scan.png” does not hold",
        ),
        (
            "scan.pdf",
            b"",
            StatusCode::UNPROCESSABLE_ENTITY,
            "“scan.pdf” is empty",
        ),
    ] {
        let answer = send(
            &mut browser,
            &message,
            parts(&form, "My words", &[(name, octets)]),
        )
        .await;
        assert_eq!(answer.status, status, "{name}");
        let text = answer.text();
        assert!(text.contains(words), "{words}: {text}");
        assert!(
            text.contains("My words") && text.contains("choose your files again"),
            "{text}"
        );
    }
    let empty = send(&mut browser, &message, parts(&form, " ", &[("", b"")])).await;
    assert!(
        empty.text().contains("write a few words")
            && !empty.text().contains("choose your files again")
    );
    assert!(browser.get("/sent").await.text().contains("No replies yet"));
}

#[tokio::test]
async fn an_answer_sent_too_late_waits_behind_the_next_code() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let form = browser.get(&format!("{message}/reply")).await.form();
    bench.hand.advance(SignedDuration::from_mins(20));
    let late = send(&mut browser, &message, parts(&form, "What I wrote", &[])).await;
    assert_eq!(late.header("location"), "/locked?kept=1");
    assert!(
        browser
            .get("/locked?kept=1")
            .await
            .text()
            .contains("We kept your text")
    );
    let forged = send(
        &mut browser,
        &message,
        parts("AAAA", "What somebody else wrote", &[]),
    )
    .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);

    let (mut next, message) = bench.signed_in(&link).await;
    assert!(next.get(&message).await.text().contains("Go on writing"));
    let page = next.get(&format!("{message}/reply")).await;
    assert!(page.text().contains("What I wrote"), "{}", page.text());
    next.post(&format!("{message}/discard"), &[("form", &page.form())])
        .await;
    assert!(
        !next
            .get(&format!("{message}/reply"))
            .await
            .text()
            .contains("What I wrote")
    );
}

#[tokio::test]
async fn a_form_that_is_none_is_refused_calmly() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let answer = send(&mut browser, &message, b"nonsense".to_vec()).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let other = send(&mut browser, "/message/nonsense", b"--x--".to_vec()).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN, "no form value");
    let mut stranger = bench.browser();
    assert_eq!(
        send(&mut stranger, &message, parts("", "x", &[]))
            .await
            .header("location"),
        "/"
    );
}
