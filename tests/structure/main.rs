//! What IMAP says of a message here means what Dovecot says of it: both read the
//! seeds of the fuzz targets `message` and `structure`, and are compared part by
//! part. Where ours differs on purpose, [`OTHERWISE`] says why.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

mod dovecot;
pub mod value;

use sealpost::mime::decode::text;
use sealpost::mime::structure::{Card, Form, Wanted, card};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
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

#[test]
fn every_message_is_to_a_mail_program_what_it_is_at_dovecot() {
    let messages = messages();
    assert!(messages.len() >= 50, "the seeds are gone");
    let asked: Vec<String> = ITEMS
        .iter()
        .map(|(item, ..)| item.replace("BODY[", "BODY.PEEK["))
        .collect();
    let asked = format!(
        "(RFC822.SIZE ENVELOPE BODY BODYSTRUCTURE {})",
        asked.join(" ")
    );
    let theirs = dovecot::fetch(messages.values().map(Vec::as_slice), &asked);
    let mut faults = Vec::new();
    assert_eq!(theirs.len(), messages.len(), "Dovecot answered for all");
    for (name, octets) in &messages {
        // Which number a file of a maildir gets is Dovecot's affair.
        let whole = |said: &&BTreeMap<String, Value>| said["BODY[]"].text() == Some(octets);
        let theirs = theirs
            .iter()
            .find(whole)
            .expect("the message is there as it was put");
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
