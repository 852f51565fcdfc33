//! A message arrives by DATA or by BDAT, and in any pieces. A reader written
//! for its plainness, from RFC 5321 §4.5.2 and the bounds alone, says what
//! must come out.

use super::cut;
use bytes::BytesMut;
use sealpost::model::Language;
use sealpost::wire::smtp::{Event, MAX_CONTENT_LINE, Options, Service, Session, Step, Tls};

const MAX_SIZE: u64 = 6_000;
const START: &[u8] = b"EHLO x\r\nAUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n\
    MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n";

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It was taken, as these octets.
    Taken(Vec<u8>),
    /// It was refused.
    Refused,
    /// It did not come to its end.
    Open,
}

/// The octets as what follows DATA, and as the chunks of BDAT.
pub fn run(octets: &[u8]) {
    let expected = dotted(octets);
    for pieces in cut::ways(octets) {
        assert_eq!(feed(&[START, b"DATA\r\n"], &pieces), expected);
    }
    let expected = judged(ended(octets));
    let chunks = chunks(octets);
    for pieces in [vec![&chunks[..]], cut::uneven(&chunks)] {
        assert_eq!(feed(&[START], &pieces), expected);
    }
}

/// What DATA must make of it.
fn dotted(wire: &[u8]) -> Fate {
    let mut message = Vec::new();
    let mut rest = wire;
    // A line ends at CRLF and nowhere else.
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let (line, after) = rest.split_at(at + 2);
        if line == b".\r\n" {
            return judged(message);
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        rest = after;
    }
    Fate::Open
}

/// The message as its last chunk leaves it: its last line is made whole.
fn ended(octets: &[u8]) -> Vec<u8> {
    let mut message = octets.to_vec();
    if !message.is_empty() && !message.ends_with(b"\r\n") {
        message.extend_from_slice(b"\r\n");
    }
    message
}

/// Whether a message can be taken.
fn judged(message: Vec<u8>) -> Fate {
    let text = String::from_utf8_lossy(&message).replace("\r\n", "");
    let long = |line: &[u8]| line.len() > MAX_CONTENT_LINE;
    let fits = message.len() as u64 <= MAX_SIZE
        && !text.contains(['\r', '\n', '\0'])
        && !message.split(|o| matches!(o, b'\r' | b'\n')).any(long);
    if fits {
        Fate::Taken(message)
    } else {
        Fate::Refused
    }
}

/// The message in chunks of BDAT, the last of them perhaps empty.
fn chunks(octets: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    for chunk in octets.chunks(1 + octets.len() / 3) {
        wire.extend_from_slice(format!("BDAT {}\r\n", chunk.len()).as_bytes());
        wire.extend_from_slice(chunk);
    }
    wire.extend_from_slice(b"BDAT 0 LAST\r\n");
    wire
}

fn feed(starts: &[&[u8]], pieces: &[&[u8]]) -> Fate {
    let mut session = Session::new(Options {
        hostname: "mail.clinic.example".to_owned(),
        language: Language::English,
        tls: Tls::Already,
        max_size: MAX_SIZE,
        recipients: 1,
        errors: 20,
        service: Service::Submission,
    });
    let (mut input, mut message) = (BytesMut::new(), Vec::new());
    for piece in starts.iter().chain(pieces) {
        input.extend_from_slice(piece);
        loop {
            match session.step(&mut input) {
                Step::Read => break,
                Step::Ask(Event::Content(octets)) => message.extend_from_slice(&octets),
                Step::Ask(Event::Finish) => return Fate::Taken(message),
                Step::Ask(Event::Abort) | Step::Pause(_) => {}
                Step::Ask(_) => session.accept(),
                Step::Close => return Fate::Refused,
                Step::StartTls => unreachable!("TLS is there already"),
            }
        }
        if is_refused(&session.output()) {
            return Fate::Refused;
        }
    }
    Fate::Open
}

fn is_refused(replies: &[u8]) -> bool {
    let mut lines = replies.split(|o| *o == b'\n');
    lines.any(|line| line.starts_with(b"5"))
}
