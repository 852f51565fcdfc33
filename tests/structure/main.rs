//! What IMAP says of a message here means what Dovecot says of it: both read the
//! seeds of the fuzz targets `message` and `structure`, and are compared part by
//! part. Where ours differs on purpose, [`OTHERWISE`] says why.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod dovecot;
mod value;

use dovecot::Said;
use sealpost::mime::decode::{Decoder, text};
use sealpost::mime::search::{Needle, body_contains, header_contains, text_contains};
use sealpost::mime::structure::{Card, Form, Wanted, card};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;
use value::{Value, read};

/// What is asked of both: the name of the item, and the section it is.
const ITEMS: [(&str, &[u32], Wanted); 10] = [
    ("BODY[]", &[], Wanted::All),
    ("BODY[HEADER]", &[], Wanted::Header),
    ("BODY[TEXT]", &[], Wanted::Text),
    ("BODY[1]", &[1], Wanted::All),
    ("BODY[1.MIME]", &[1], Wanted::Mime),
    ("BODY[1.1]", &[1, 1], Wanted::All),
    ("BODY[2]", &[2], Wanted::All),
    ("BODY[2.MIME]", &[2], Wanted::Mime),
    ("BODY[2.HEADER]", &[2], Wanted::Header),
    ("BODY[2.2]", &[2, 2], Wanted::All),
];

/// Where ours is another than Dovecot's, in which items, and why. Each of these
/// must differ, or it has no place here.
const OTHERWISE: [(&str, &[&str], &str); 15] = [
    (
        "a-word-that-never-ends",
        FORMS,
        "a value has a hundred parameters at most",
    ),
    ("deep", FORMS, "32 levels are shown, there 100"),
    (
        "boundaries-alike",
        FORMS,
        "a delimiter is a whole line, as in the portal; there its beginning is enough",
    ),
    ("boundaries-alike", &["BODY[2]", "BODY[2.MIME]"], "the same"),
    (
        "boundaries-alike",
        &["BODY[1]"],
        "the line break before a delimiter belongs to it, behind a multipart too (RFC 2046 §5.1.1)",
    ),
    ("related", &["BODY[2]"], "the same"),
    (
        "headers-alone",
        &["BODY[2.MIME]"],
        "a header keeps its last line break, although a delimiter follows",
    ),
    (
        "headers-without-bodies",
        &["BODY[1.MIME]", "BODY[2.MIME]"],
        "the same",
    ),
    (
        "no-boundary",
        &["BODY", "BODYSTRUCTURE", "BODY[1]", "BODY[1.MIME]"],
        "a multipart without delimiters can be fetched; there it is an empty text",
    ),
    (
        "no-text-type",
        FORMS,
        "the type `text` is text/plain; there it lacks a subtype",
    ),
    ("type-alone", FORMS, "the same"),
    (
        "no-type",
        FORMS,
        "an empty field is none; there the type is two empty texts",
    ),
    (
        "sloppy-parameters",
        FORMS,
        "report(1).pdf is a name; there it ends in a comment",
    ),
    (
        "odd-addresses",
        &["ENVELOPE"],
        "a comment before an address is a name too, and commas alone are no address",
    ),
    (
        "comma-in-an-encoded-word",
        &["ENVELOPE"],
        "an encoded word with a comma in it is one word",
    ),
];
const FORMS: &[&str] = &["BODY", "BODYSTRUCTURE"];

/// The messages by name, as the gateway stores them: lines end in CRLF.
fn messages() -> BTreeMap<String, Vec<u8>> {
    let mut messages = BTreeMap::new();
    for folder in ["message", "structure"] {
        let folder = Path::new("tests/fuzz/corpus").join(folder);
        for entry in fs::read_dir(folder).expect("there are seeds") {
            let path = entry.expect("a folder can be read").path();
            let name = path.file_name().expect("a file has a name");
            let octets = fs::read(&path).expect("a seed can be read");
            messages.insert(name.to_string_lossy().into_owned(), stored(&octets));
        }
    }
    messages
}

fn stored(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(octets.len());
    for octet in octets {
        if *octet == b'\n' && lines.last() != Some(&b'\r') {
            lines.push(b'\r');
        }
        lines.push(*octet);
    }
    lines
}

/// What we say, in the form of an answer to FETCH.
fn ours(card: &Card, octets: &[u8]) -> BTreeMap<String, Value> {
    let whole = |text: &[u8]| read(text).expect("ours is IMAP").0;
    let mut said = BTreeMap::from([
        ("ENVELOPE".to_owned(), whole(&card.envelope)),
        ("BODY".to_owned(), whole(&card.body)),
        ("BODYSTRUCTURE".to_owned(), whole(&card.body_structure)),
        ("RFC822.SIZE".to_owned(), Value::Atom(card.size.to_string())),
    ]);
    for (item, path, wanted) in ITEMS {
        // Dovecot takes a part without parts for its own part 1. RFC 3501 §6.4.5
        // says so of a message alone, and here there is none.
        let alone = path.strip_suffix(&[1]).filter(|outer| !outer.is_empty());
        let alone = alone.filter(|_| card.sections[0].form == Form::Multipart);
        let range = card.find(path, wanted);
        let range = range.or_else(|| card.find(alone?, wanted));
        let range = range.unwrap_or_default();
        let at = |at: u64| usize::try_from(at).expect("it is in memory");
        let octets = octets[at(range.start)..at(range.end)].to_vec();
        said.insert(item.to_owned(), Value::Text(octets));
    }
    said
}

/// What a value means, loosely: case, the width of blanks, the charset of an old
/// header and the order of parameters say nothing. A section that is not there
/// is empty.
fn meaning(item: &str, value: &Value) -> Value {
    if item.starts_with("BODY[") {
        return match value {
            Value::Nil => Value::Text(Vec::new()),
            other => other.clone(),
        };
    }
    match value {
        Value::Text(octets) => {
            let line = text(octets, None);
            let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
            Value::Text(line.to_lowercase().into_bytes())
        }
        Value::List(values) => {
            let mut values: Vec<Value> = values.iter().map(|v| meaning(item, v)).collect();
            let are_texts = values.iter().all(|v| v.text().is_some());
            if are_texts && item != "ENVELOPE" {
                let mut pairs: Vec<Vec<Value>> = values.chunks(2).map(<[_]>::to_vec).collect();
                pairs.sort_by_key(|pair| format!("{pair:?}"));
                values = pairs.concat();
            }
            Value::List(values)
        }
        other => other.clone(),
    }
}

fn readable(value: &Value) -> String {
    match value {
        Value::Nil => "NIL".to_owned(),
        Value::Atom(atom) => atom.clone(),
        Value::Text(octets) => format!("{:?}", String::from_utf8_lossy(octets)),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(readable).collect();
            format!("({})", values.join(" "))
        }
    }
}

/// Number and items of each message by its name. Which number a file of a
/// maildir gets is Dovecot's affair.
fn fetched<'s>(
    said: &'s [Said],
    messages: &'s BTreeMap<String, Vec<u8>>,
) -> BTreeMap<&'s str, (u32, &'s BTreeMap<String, Value>)> {
    let named = said.iter().filter_map(|said| {
        let Said::Fetch(number, items) = said else {
            return None;
        };
        let whole = items["BODY[]"].text().expect("a message is a text");
        let name = messages.iter().find(|(_, octets)| *octets == whole);
        let (name, _) = name.expect("the message is there as it was put");
        Some((name.as_str(), (*number, items)))
    });
    let named: BTreeMap<_, _> = named.collect();
    assert_eq!(named.len(), messages.len(), "Dovecot has them all");
    named
}

#[test]
fn every_message_is_to_a_mail_program_what_it_is_at_dovecot() {
    let messages = messages();
    assert!(messages.len() >= 50, "the seeds are gone");
    let asked = ITEMS.map(|(item, ..)| item.replace("BODY[", "BODY.PEEK["));
    let asked = format!(
        "FETCH 1:* (RFC822.SIZE ENVELOPE BODY BODYSTRUCTURE {})",
        asked.join(" ")
    );
    let theirs = dovecot::ask(messages.values().map(Vec::as_slice), &[asked]);
    let theirs = fetched(&theirs, &messages);
    let mut faults = Vec::new();
    for (name, octets) in &messages {
        let (_, theirs) = &theirs[name.as_str()];
        for (item, ours) in ours(&card(octets), octets) {
            let theirs = theirs.get(&item).expect("it was asked for");
            let same = meaning(&item, &ours) == meaning(&item, theirs);
            let differs = OTHERWISE
                .iter()
                .any(|(n, items, _)| n == name && items.contains(&item.as_str()));
            if same == differs {
                let (ours, theirs) = (readable(&ours), readable(theirs));
                faults.push(format!(
                    "{name} {item}\n  ours    {ours}\n  Dovecot {theirs}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Parts that come out of BINARY otherwise than at Dovecot, and why.
const DECODED_OTHERWISE: [(&str, u32, &str); 2] = [
    (
        "no-boundary",
        1,
        "a multipart without delimiters is a part; there it is an empty text",
    ),
    ("boundaries-alike", 2, "a delimiter is a whole line"),
];
/// Bodies in their encodings, well made: Dovecot hangs up on what is not.
const ENCODED: [(&str, &str, &str); 10] = [
    ("file", "base64", "JVBERi0xLjcKAP8=\r\n"),
    ("in-lines", "BASE64", "SGVs\r\nbG8h\r\nSGVsbG8h\r\n"),
    ("empty", "base64", ""),
    ("text", "quoted-printable", "caf=C3=A9 =3D caf=c3=a9\r\n"),
    ("soft", "quoted-printable", "one =\r\ntwo=\r\n\r\nthree"),
    ("blanks-at-the-end", "quoted-printable", "one \t \r\ntwo  "),
    ("a-nul", "quoted-printable", "a=00b"),
    ("eight", "8bit", "caf\u{e9}\r\n"),
    ("binary", "Binary", "a\tb\r\n"),
    ("none", "7BIT", "a\r\n"),
];
/// Dovecot does not decode it: an empty field is none here, there an encoding
/// that nobody knows.
const NOT_DECODED: &str = "no-type";

/// A part, decoded; `None` where it is none that BINARY may be asked for.
fn decoded(card: &Card, part: u32, octets: &[u8]) -> Option<Vec<u8>> {
    let range = card.find(&[part], Wanted::All)?;
    let leaf = card
        .sections
        .iter()
        .find(|s| s.body == range && s.form == Form::Leaf)?;
    let mut decoder = Decoder::known(&leaf.encoding)?;
    let at = |at: u64| usize::try_from(at).expect("it is in memory");
    let mut out = Vec::new();
    decoder.write(&octets[at(range.start)..at(range.end)], &mut out);
    decoder.finish(&mut out);
    Some(out)
}

#[test]
fn every_part_is_decoded_to_what_dovecot_makes_of_it() {
    let mut faults = Vec::new();
    for part in [1, 2] {
        let (item, size) = (format!("BINARY[{part}]"), format!("BINARY.SIZE[{part}]"));
        let mut messages = messages();
        messages.extend(ENCODED.map(|(name, encoding, text)| {
            let head = format!("Content-Transfer-Encoding: {encoding}\r\nSubject: {name}\r\n\r\n");
            (format!("{encoding}-{name}"), (head + text).into_bytes())
        }));
        messages.retain(|name, octets| {
            name != NOT_DECODED && decoded(&card(octets), part, octets).is_some()
        });
        assert!(messages.len() >= 10, "the seeds are gone");
        let asked = format!("FETCH 1:* (BODY.PEEK[] BINARY.PEEK[{part}] {size})");
        let said = dovecot::ask(messages.values().map(Vec::as_slice), &[asked]);
        for (name, (_, theirs)) in fetched(&said, &messages) {
            let octets = &messages[name];
            let ours = decoded(&card(octets), part, octets).expect("it was chosen");
            let same = theirs[&item] == Value::Text(ours.clone())
                && theirs[&size] == Value::Atom(ours.len().to_string());
            let differs = DECODED_OTHERWISE
                .iter()
                .any(|(n, p, _)| *n == name && *p == part);
            if same == differs {
                let (ours, theirs) = (readable(&Value::Text(ours)), readable(&theirs[&item]));
                faults.push(format!(
                    "{name} {part}\n  ours    {ours}\n  Dovecot {theirs}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is looked for: the key of SEARCH, and the text.
const SOUGHT: [(&str, &str); 26] = [
    ("BODY", "hello"),
    ("BODY", "HELLO"),
    ("BODY", "value 4,4"),
    ("BODY", "SEÑORA DOE"),
    ("BODY", "take five drops"),
    ("BODY", "ハロ"),
    ("BODY", "nowhere"),
    ("BODY", "reporting-mta: dns"),
    ("BODY", "JVBERi0xLjcK"),
    ("BODY", "Subject: inside"),
    ("BODY", "multipart/mixed"),
    ("BODY", "boundary"),
    ("TEXT", "hello"),
    ("TEXT", "clinic.example"),
    ("TEXT", "Análisis"),
    ("TEXT", "logo.png"),
    ("TEXT", "lab0@x.example"),
    ("SUBJECT", "ANÁLISIS"),
    ("SUBJECT", "¿Qué tal? Hoy"),
    ("SUBJECT", "folded at once"),
    ("FROM", "maría ruiz"),
    ("FROM", "JANE"),
    ("TO", "doe"),
    ("CC", "undisclosed"),
    ("HEADER Message-ID", "@clinic.example"),
    ("HEADER Content-Language", ""),
];
/// Days, for SENTON.
const DAYS: [(&str, i64); 2] = [("22-Nov-2026", 20_779), ("21-Nov-2026", 20_778)];

/// Where we find another set than Dovecot, which messages, and why.
const FOUND_OTHERWISE: [(&str, &[&str], &str); 3] = [
    ("BODY hello", &["no-text-type"], "the type `text` is a text"),
    ("BODY HELLO", &["no-text-type"], "the same"),
    (
        "BODY Subject: inside",
        &["forwarded-alone"],
        "whoever sees a message within sees its subject",
    ),
];

/// Whether we find it.
fn finds(key: &str, sought: &str, octets: &[u8]) -> bool {
    let (card, needle) = (card(octets), Needle::new(sought));
    let words = &card.words;
    match key.split_once(' ') {
        Some((_, name)) => {
            let header = card.find(&[], Wanted::Header).expect("a message has one");
            let end = usize::try_from(header.end).expect("it is in memory");
            header_contains(&octets[..end], name, &needle)
        }
        None => match key {
            "BODY" => body_contains(octets, &card.sections, &needle),
            "TEXT" => text_contains(octets, &card.sections, &needle),
            "SUBJECT" => needle.is_in(&words.subject),
            "FROM" => needle.is_in(&words.from),
            "TO" => needle.is_in(&words.to),
            "CC" => needle.is_in(&words.cc),
            other => unreachable!("we do not look for {other}"),
        },
    }
}

#[test]
fn whoever_searches_finds_what_dovecot_finds() {
    let messages = messages();
    let mut asked = vec!["FETCH 1:* (BODY.PEEK[])".to_owned()];
    asked.extend(SOUGHT.map(|(key, sought)| {
        let length = sought.len();
        format!("SEARCH CHARSET UTF-8 {key} {{{length}+}}\r\n{sought}")
    }));
    asked.extend(DAYS.map(|(day, _)| format!("SEARCH SENTON {day}")));
    let said = dovecot::ask(messages.values().map(Vec::as_slice), &asked);
    let numbers = fetched(&said, &messages);
    let mut found = said.iter().filter_map(|said| match said {
        Said::Search(found) => Some(found),
        Said::Fetch(..) => None,
    });
    let mut faults = Vec::new();
    let mut compare = |what: String, finds: &dyn Fn(&[u8]) -> bool| {
        let found = found.next().expect("every search is answered");
        for (name, octets) in &messages {
            let theirs = found.contains(&numbers[name.as_str()].0);
            let differs = |(w, names, _): &(&str, &[&str], &str)| {
                *w == what && names.contains(&name.as_str())
            };
            if (finds(octets) == theirs) == FOUND_OTHERWISE.iter().any(differs) {
                faults.push(format!("{what}: Dovecot finds {name}: {theirs}"));
            }
        }
    };
    for (key, sought) in SOUGHT {
        compare(format!("{key} {sought}"), &|octets| {
            finds(key, sought, octets)
        });
    }
    for (name, day) in DAYS {
        let on = |octets: &[u8]| card(octets).words.sent.is_some_and(|sent| sent.day == day);
        compare(format!("SENTON {name}"), &on);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Prints what a message of 5 KiB costs in each dress; for people, who judge the
/// numbers themselves.
#[test]
#[ignore = "it measures: cargo test --release --test structure -- --ignored --nocapture"]
fn what_a_search_of_a_body_costs() {
    let line = "La señora Doe dice que la presión estaba un poco alta esta mañana.\r\n";
    let text = line.repeat(5_120 / line.len());
    let quoted = text.replace('ñ', "=C3=B1").replace('ó', "=C3=B3");
    let html = text.replace(" un ", " <b class=\"x\">un</b> ");
    let base64 = data_encoding::BASE64_MIME.encode(&text.as_bytes()[..3_840]);
    let needle = Needle::new("nowhere at all");
    for (dress, kind, encoding, body) in [
        ("plain", "plain", "8bit", &text),
        ("quoted", "plain", "quoted-printable", &quoted),
        ("base64", "plain", "base64", &base64),
        ("html", "html", "8bit", &html),
    ] {
        let message = format!(
            "Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
        );
        let card = card(message.as_bytes());
        let began = Instant::now();
        for _ in 0..10_000 {
            assert!(!body_contains(message.as_bytes(), &card.sections, &needle));
        }
        println!("{dress}: 10,000 bodies in {:?}", began.elapsed());
    }
}
