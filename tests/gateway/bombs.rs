//! Messages that are made to break whoever reads them, from a client that has
//! signed in, at the real daemon.
//!
//! Each is refused with a sentence, or taken; what is taken is announced, and
//! can be opened and read by the patient. The next message over the same
//! connection is taken as if nothing had been, memory stays in bounds, and no
//! job is left in the queue.
//!
//! What is thrown: headers of 10 MB, in one field and in 100,000; the most
//! fields that fit; 10,000 multiparts in one another; 100,000 parts; boundaries
//! and parameters without end; 16 MB of base64 that holds nothing; messages in
//! messages, 5,000 deep; 49 MB in one line; HTML nested 100,000 deep; encoded
//! words by the thousand; and addresses by the thousand.

use crate::attacks::{Target, good};
use crate::browser::Browser;
use crate::harness::notice;
use crate::smtp::Smtp;
use crate::visit::opened;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// What all bombs together may add to the daemon's peak, in MiB: one header of
/// 256 KiB in several forms, a page drawn of the largest text that is shown.
const GROWTH: u64 = 128;
/// A bomb of 49 MB must be judged in this time, in a debug build beside others.
const JUDGED: Duration = Duration::from_secs(60);

/// What is thrown: a name, further header fields, and a body.
struct Bomb {
    name: &'static str,
    fields: String,
    body: String,
    /// The codes it may get: 250 is taken, 554 and 550 refused.
    codes: &'static [u16],
}

const TAKEN: &[u16] = &[250];
const REFUSED: &[u16] = &[554];

fn bomb(name: &'static str, codes: &'static [u16], fields: String, body: String) -> Bomb {
    Bomb {
        name,
        fields,
        body,
        codes,
    }
}

fn mixed(boundary: &str) -> String {
    format!("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n")
}

const TEXT: &str = "Please come fasting.\r\n";

fn headers() -> Vec<Bomb> {
    let line = format!(" {}\r\n", "x".repeat(900));
    let text = || TEXT.to_owned();
    let many = |count: usize| {
        (0..count).fold(String::new(), |mut all, n| {
            let _ = write!(all, "X-{n}: b\r\n");
            all
        })
    };
    let words = "=?utf-8?q?=C3=A9?= ".repeat(40);
    let words = format!("X-Words: {words}\r\n");
    let people = |count: usize| {
        let one = |n| format!(" \"P {n}\" <p{n}@example.test>");
        let all: Vec<String> = (0..count).map(one).collect();
        format!("Cc: a@example.test,\r\n{}\r\n", all.join(",\r\n"))
    };
    vec![
        bomb(
            "one field of 10 MB",
            REFUSED,
            format!("X-Long: a\r\n{}", line.repeat(11_000)),
            text(),
        ),
        bomb("100,000 fields", REFUSED, many(100_000), text()),
        bomb("the most fields that fit", TAKEN, many(20_000), text()),
        bomb("encoded words", TAKEN, words.repeat(250), text()),
        bomb("2,000 people in Cc", &[550], people(2_000), text()),
        bomb(
            "a header without end",
            REFUSED,
            "X-A: b\r\n".repeat(2_000_000),
            String::new(),
        ),
    ]
}

fn nests() -> Vec<Bomb> {
    let mut deep = "--b0\r\n".to_owned();
    let mut rfc822 = "--b0\r\n".to_owned();
    for n in 1..=10_000 {
        let _ = write!(
            deep,
            "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"
        );
        if n <= 5_000 {
            rfc822.push_str("Content-Type: message/rfc822\r\n\r\n");
        }
    }
    deep.push_str("\r\n");
    let part = "--b0\r\n\r\nx\r\n";
    let alike = "--b0\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n";
    vec![
        bomb(
            "10,000 nested multiparts",
            &[250, 554],
            mixed("b0"),
            deep + TEXT,
        ),
        bomb(
            "messages in messages",
            &[250, 554],
            mixed("b0"),
            rfc822 + TEXT,
        ),
        bomb("100,000 parts", REFUSED, mixed("b0"), part.repeat(100_000)),
        bomb("499 parts", TAKEN, mixed("b0"), part.repeat(499)),
        bomb(
            "a multipart in itself",
            &[250, 554],
            mixed("b0"),
            alike.repeat(10_000) + TEXT,
        ),
        bomb(
            "no part at all",
            &[250, 554],
            mixed("b0"),
            "--b0--\r\n".repeat(100_000),
        ),
    ]
}

fn parameters() -> Vec<Bomb> {
    let long = "b".repeat(1_900);
    let open = format!("--{long}\r\n\r\n{TEXT}--{long}--\r\n");
    let folded = format!("Content-Type: multipart/mixed; boundary=\r\n \"{long}\"\r\n");
    let pieces = (0..5_000).fold(String::new(), |mut all, n| {
        let _ = write!(all, ";\r\n name*{n}*=%61");
        all
    });
    let named = format!(
        "--b0\r\n\r\n{TEXT}--b0\r\nContent-Type: text/plain; x=y{}\r\n\r\nx\r\n",
        &pieces[..30_000]
    );
    let huge =
        format!("--b0\r\n\r\n{TEXT}--b0\r\nContent-Type: text/plain{pieces}{pieces}\r\n\r\nx\r\n");
    vec![
        bomb("a boundary of 1,900", &[250, 554], folded, open),
        bomb(
            "parameters without end in the header",
            &[250, 554],
            format!("Content-Type: text/plain{pieces}\r\n"),
            TEXT.to_owned(),
        ),
        bomb(
            "thousands of pieces of a name",
            &[250, 554],
            mixed("b0"),
            named,
        ),
        bomb(
            "a part whose header is too large",
            REFUSED,
            mixed("b0"),
            huge,
        ),
    ]
}

fn bodies() -> Vec<Bomb> {
    let base64 =
        |kind: &str| format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n");
    let line = format!("{}\r\n", "=".repeat(76));
    let blank = "\r\n".repeat(8_000_000);
    let nested = "<div>".repeat(100_000);
    let html = nested
        .as_bytes()
        .chunks(900)
        .map(|c| String::from_utf8_lossy(c).into_owned());
    let html = html.collect::<Vec<_>>().join("\r\n") + "<p>Please come fasting.\r\n";
    let quoted = "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n";
    vec![
        bomb(
            "base64 of nothing",
            &[250, 554],
            base64("text/plain"),
            line.repeat(200_000),
        ),
        bomb(
            "blank lines in base64",
            &[250, 554],
            base64("text/html"),
            blank.clone(),
        ),
        bomb("blank lines", &[250, 554], String::new(), blank),
        bomb(
            "soft line ends alone",
            &[250, 554],
            quoted.to_owned(),
            "=\r\n".repeat(1_000_000) + TEXT,
        ),
        bomb(
            "deep HTML",
            TAKEN,
            "Content-Type: text/html\r\n".to_owned(),
            html,
        ),
        bomb(
            "49 MB in one line",
            &[550],
            String::new(),
            "a".repeat(49_000_000),
        ),
        bomb(
            "dots alone",
            TAKEN,
            String::new(),
            "..\r\n".repeat(1_000_000) + TEXT,
        ),
    ]
}

/// Throws them one after the other over one connection, a good message after
/// each; opens what was taken.
fn throw(bombs: &[Bomb]) {
    let target = Target::new(|settings| settings.set("limits.new-recipients-per-hour", "1000"));
    let mut smtp = target.sign_in();
    for bomb in bombs {
        let to = target.daemon.patient("jane");
        let from = &target.doctor.address;
        let head = format!("From: {from}\r\nTo: {to}\r\nSubject: About your visit\r\n");
        let text = format!("{head}{}\r\n{}\r\n.\r\n", bomb.fields, bomb.body);
        let began = Instant::now();
        smtp.begin(from, &to).unwrap();
        smtp.send(text.as_bytes()).unwrap();
        let said = smtp.read().unwrap();
        let took = began.elapsed();
        println!(
            "{}: {} in {took:?}, {} MiB",
            bomb.name,
            said.code,
            target.daemon.peak()
        );
        assert!(bomb.codes.contains(&said.code), "{}: {said:?}", bomb.name);
        assert!(took < JUDGED, "{} took {took:?}", bomb.name);
        if said.code == 250 {
            defused(&target, bomb, &to);
        }
        after(&target, &mut smtp);
    }
    target.well_within(GROWTH);
}

/// The patient is told of it and can open it.
fn defused(target: &Target, bomb: &Bomb, to: &str) {
    let told = notice(&target.relay.wait_for(to, 1)[0]);
    let browser = Browser::new(&target.daemon.door);
    let began = Instant::now();
    let page = opened(&target.relay, &browser, &told.link, to).says("About your visit");
    assert!(page.status < 400, "{}: {}", bomb.name, page.status);
    assert!(
        began.elapsed() < JUDGED,
        "{}: {:?}",
        bomb.name,
        began.elapsed()
    );
}

/// The same connection carries a good message.
fn after(target: &Target, smtp: &mut Smtp) {
    let to = target.daemon.patient("jane");
    let text = good(&target.doctor, &to);
    let said = smtp.submit(&target.doctor.address, &to, &text).unwrap();
    said.is(250).unwrap();
}

#[test]
fn headers_that_never_end_are_refused_and_those_that_fit_are_read() {
    throw(&headers());
}

#[test]
fn multiparts_and_messages_in_one_another_do_no_harm() {
    throw(&nests());
}

#[test]
fn boundaries_and_parameters_without_end_do_no_harm() {
    throw(&parameters());
}

#[test]
fn bodies_that_hold_nothing_or_one_endless_line_do_no_harm() {
    throw(&bodies());
}
