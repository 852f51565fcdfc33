use super::bench::{Answer, Bench, Browser};
use crate::folders;
use crate::mime::zip::{Archive, Measure};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use bytes::Bytes;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};

pub(super) const KIND: &str = "multipart/form-data; boundary=x";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

pub(super) fn parts(form: &str, text: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    fields(&[("form", form), ("text", text)], files)
}

pub(super) fn fields(plain: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in plain {
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
    upload(browser, &format!("{message}/reply"), body).await
}

pub(super) async fn upload(browser: &mut Browser, path: &str, body: Vec<u8>) -> Answer {
    let frames: Vec<Result<Bytes, std::io::Error>> = body
        .chunks(1_000)
        .map(|c| Ok(Bytes::copy_from_slice(c)))
        .collect();
    browser.headers = vec![("sec-fetch-site", "same-origin".into())];
    let answer = browser
        .ask(
            Method::POST,
            path,
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
        page.text().contains("10 KB") && page.text().contains("docx, pdf, png, txt"),
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
        done.contains("Your message was sent") && done.contains("Thank you &#38; good day"),
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
async fn a_button_that_is_pressed_twice_sends_one_answer_and_a_change_is_another() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let page = browser.get(&format!("{message}/reply")).await;
    let form = page.form();
    let text = page.text();
    let (_, once) = text.split_once("name=\"once\" value=\"").unwrap();
    let once = once.split('"').next().unwrap();
    let mut led = Vec::new();
    for (words, octets) in [
        ("Thank you", PDF),
        ("Thank you", PDF),
        ("Thanks", PDF),
        ("Thank you", b"%PDF-1.7\n2 0 obj\n"),
    ] {
        let plain = [("form", form.as_str()), ("once", once), ("text", words)];
        let body = fields(&plain, &[("scan.pdf", octets)]);
        let sent = send(&mut browser, &message, body).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        led.push(sent.header("location").to_owned());
    }
    assert_eq!(led[0], led[1]);
    led.sort();
    led.dedup();
    assert_eq!(led.len(), 3, "{led:?}");
    let inbox = folders::inbox(&bench.store, bench.ruiz().await);
    let rows = bench.store.rows(inbox, None).await.unwrap().rows;
    assert_eq!(rows.len(), 3, "what was sent once reached the office once");
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
        let chooser = text.find("<input id=\"files\"").unwrap();
        let told = text.find("No file is chosen now.").unwrap();
        assert!(told < chooser, "{text}");
    }
    let empty = send(&mut browser, &message, parts(&form, " ", &[("", b"")])).await;
    assert!(
        empty.text().contains("write a few words")
            && !empty.text().contains("choose your files again")
    );
    assert!(
        browser
            .get("/sent")
            .await
            .text()
            .contains("Nothing sent yet")
    );
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

/// A picture that says it has this many pixels on a side.
fn png(side: u32) -> Vec<u8> {
    let mut octets = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    octets.extend_from_slice(&[side.to_be_bytes(), side.to_be_bytes()].concat());
    octets.resize(60, 0);
    octets
}

/// A document whose list says that its first file unpacks to this many octets.
fn docx(octets: u32) -> Vec<u8> {
    let mut archive = Archive::new(Timestamp::UNIX_EPOCH);
    let measured = Measure::default().finish();
    let mut document = archive.file(Some("[Content_Types].xml"), measured).unwrap();
    let size = document.len() + 24;
    document.extend(archive.end().unwrap());
    document[size..size + 4].copy_from_slice(&octets.to_le_bytes());
    document
}

/// Files of an answer, and what the page says of them in English and Spanish.
type Case = (Vec<(&'static str, Vec<u8>)>, [&'static str; 2]);

fn swelling() -> [Case; 5] {
    let mut many = vec![("n.txt", b"x".to_vec()); 20];
    many.push(("last.txt", b"x".to_vec()));
    let large = ["1.txt", "2.txt", "3.txt"].map(|name| (name, vec![b' '; 9_000]));
    [
        (
            vec![("flood.png", png(40_000))],
            [
                "“flood.png” has more than 250 million pixels",
                "«flood.png» tiene más de 250 millones de píxeles",
            ],
        ),
        (
            vec![("bomb.docx", docx(600_000_000))],
            [
                "“bomb.docx” holds more than we can take: 500 MB",
                "«bomb.docx» contiene más de lo que podemos aceptar: 500 MB",
            ],
        ),
        (
            vec![("cut.png", png(1)[..12].to_vec())],
            [
                "cannot tell how large “cut.png” is",
                "No podemos saber cuánto ocupa «cut.png»",
            ],
        ),
        (
            many,
            [
                "“last.txt” is one too many: we take up to 20 files",
                "«last.txt» ya no cabe: aceptamos hasta 20 archivos",
            ],
        ),
        (
            large.into(),
            [
                "“3.txt” does not fit: all your files together may be up to 25 KB",
                "«3.txt» no cabe: entre todos sus archivos pueden pesar hasta 25 KB",
            ],
        ),
    ]
}

fn borrowed<'a>(files: &'a [(&'a str, Vec<u8>)]) -> Vec<(&'a str, &'a [u8])> {
    let files = files.iter();
    files
        .map(|(name, octets)| (*name, octets.as_slice()))
        .collect()
}

#[tokio::test]
async fn what_would_swell_is_refused_with_its_limit_in_both_languages() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let form = browser.get(&format!("{message}/reply")).await.form();
    for (files, words) in swelling() {
        for (language, words) in ["en", "es"].into_iter().zip(words) {
            browser.get(&format!("/inbox?lang={language}")).await;
            let body = parts(&form, "My words", &borrowed(&files));
            let answer = send(&mut browser, &message, body).await;
            let text = answer.text();
            assert!(answer.status.is_client_error(), "{}", answer.status);
            assert!(text.contains(words), "{words}: {text}");
            assert!(text.contains("My words"), "the text is lost: {text}");
        }
    }
    browser.get("/inbox?lang=en").await;
    assert!(
        browser
            .get("/sent")
            .await
            .text()
            .contains("Nothing sent yet")
    );
    let good = [("photo.png", png(9_000)), ("form.docx", docx(0))];
    let body = parts(&form, "My words", &borrowed(&good));
    let sent = send(&mut browser, &message, body).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
}

#[tokio::test]
async fn who_has_signed_out_leaves_no_text_behind() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let page = browser.get(&format!("{message}/reply")).await;
    let form = page.form();
    let cookies = browser.cookies.clone();
    browser.post("/sign-out", &[("form", &form)]).await;
    // The page is still open in another window, with its old cookie.
    browser.cookies = cookies;
    let late = send(&mut browser, &message, parts(&form, "What I wrote", &[])).await;
    assert_eq!(late.header("location"), "/locked");
    bench.hand.advance(SignedDuration::from_mins(1));
    let (mut next, message) = bench.signed_in(&link).await;
    let page = next.get(&format!("{message}/reply")).await.text();
    assert!(!page.contains("What I wrote"), "{page}");
}
