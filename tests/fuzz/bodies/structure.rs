//! What IMAP says of any octets (`mime::structure`): its parts lie in one
//! another, its text is IMAP, and a card is read back as it was written. What
//! SEARCH looks at is found (`mime::search`).

#[path = "../../structure/value.rs"]
mod value;

use sealpost::mime::header;
use sealpost::mime::index::Indexer;
use sealpost::mime::search::{Needle, base_subject, body_contains, fold, text_contains};
use sealpost::mime::structure::{Card, Form, Section, Wanted, card, fields};
use value::{Value, read};

/// What a card is bounded by.
const MAX_SECTIONS: usize = 1_000;
const MAX_DEPTH: u8 = 33;
/// How much larger than a message's header a card may be: an address of one
/// letter is written out, for three fields, and for a message within twice.
const SWELL: usize = 160;
/// The indexer's own bounds.
const INDEXED_DEPTH: u8 = 24;
const INDEXED_PARTS: usize = 500;

/// The octets as a message.
pub fn run(octets: &[u8]) {
    let made = card(octets);
    assert_eq!(made.size, octets.len() as u64);
    places(&made);
    rendered(&made);
    let kept = made.to_octets();
    assert!(kept.len() <= 2_000 + octets.len() * SWELL);
    assert_eq!(Card::from_octets(&kept).as_ref(), Some(&made));
    let _ = Card::from_octets(octets);
    picked(octets);
    indexed(octets, &made);
    searched(octets, &made);
}

/// Every section lies within the one that holds it, behind the one before it.
fn places(made: &Card) {
    assert!((1..=MAX_SECTIONS).contains(&made.sections.len()));
    for (at, section) in made.sections.iter().enumerate() {
        assert!(section.depth <= MAX_DEPTH && section.header.start <= section.header.end);
        assert!(section.header.end == section.body.start);
        assert!(section.body.start <= section.body.end && section.body.end <= made.size);
        let mut before = made.sections[..at].iter().rev();
        if let Some(parent) = before.find(|other| other.depth < section.depth) {
            assert!(parent.depth + 1 == section.depth && parent.form != Form::Leaf);
            assert!(parent.body.start <= section.header.start);
            assert!(section.body.end <= parent.body.end);
        } else {
            assert!(at == 0 && section.header.start == 0);
        }
    }
    for pair in made.sections.windows(2) {
        assert!(pair[0].header.end <= pair[1].header.start);
    }
    numbered(made);
}

/// Every part has a number, counted as IMAP counts.
fn numbered(made: &Card) {
    let (mut path, mut depths): (Vec<u32>, Vec<u8>) = (Vec::new(), Vec::new());
    for (at, section) in made.sections.iter().enumerate() {
        while depths.last().is_some_and(|depth| *depth > section.depth) {
            depths.pop();
            path.pop();
        }
        let outer = at.checked_sub(1).map(|before| &made.sections[before]);
        let is_message = outer.is_none_or(|outer| outer.form == Form::Message);
        match depths.last() {
            Some(depth) if *depth == section.depth => {
                if let Some(last) = path.last_mut() {
                    *last += 1;
                }
            }
            // A multipart that is a whole message has no number of its own.
            _ if is_message && section.form == Form::Multipart => continue,
            _ => {
                depths.push(section.depth);
                path.push(1);
            }
        }
        assert_eq!(made.find(&path, Wanted::All), Some(section.body.clone()));
        assert_eq!(made.find(&path, Wanted::Mime), Some(section.header.clone()));
        let header = made.find(&path, Wanted::Header);
        assert_eq!(header.is_some(), section.form == Form::Message);
    }
}

/// What is rendered is IMAP, and has the form of the sections.
fn rendered(made: &Card) {
    let whole = |octets: &[u8]| {
        let (value, rest) = read(octets).expect("what is rendered is a value of IMAP");
        assert!(rest.is_empty());
        value
    };
    envelope(&whole(&made.envelope));
    for (text, extended) in [(&made.body, false), (&made.body_structure, true)] {
        let mut sections = made.sections.iter();
        structure(&whole(text), extended, &mut sections);
        assert!(sections.next().is_none(), "a section is not shown");
    }
}

fn envelope(value: &Value) {
    assert_eq!(value.list().len(), 10);
    for lists in &value.list()[2..8] {
        assert!(*lists == Value::Nil || !lists.list().is_empty());
        assert!(lists.list().iter().all(|one| one.list().len() == 4));
    }
}

fn structure<'s>(value: &Value, extended: bool, sections: &mut impl Iterator<Item = &'s Section>) {
    let section = sections
        .next()
        .expect("there is a section for what is shown");
    let values = value.list();
    let text = |at: usize| {
        let text = values[at].text().expect("it is a text");
        String::from_utf8_lossy(text).into_owned()
    };
    let count = |at: usize, of: u64| assert_eq!(values[at], Value::Atom(of.to_string()));
    let length = section.body.end - section.body.start;
    let extension = if extended { 4 } else { 0 };
    match section.form {
        Form::Multipart => {
            let parts = values.iter().take_while(|v| !v.list().is_empty());
            let mut shown = 0;
            for part in parts {
                structure(part, extended, sections);
                shown += 1;
            }
            assert!(shown > 0 && values.len() == shown + 1 + extension);
            assert_eq!(section.kind, format!("multipart/{}", text(shown)));
        }
        Form::Message => {
            assert_eq!((text(0), text(1)), ("message".into(), "rfc822".into()));
            count(6, length);
            envelope(&values[7]);
            structure(&values[8], extended, sections);
            assert_eq!(values.len(), 10 + extension);
        }
        Form::Leaf => {
            assert_eq!(section.kind, format!("{}/{}", text(0), text(1)));
            assert_eq!(section.encoding, text(5));
            count(6, length);
            let lines = usize::from(section.kind.starts_with("text/"));
            assert_eq!(values.len(), 7 + lines + extension);
        }
    }
}

/// Each field is among those that are named, or among those that are not.
fn picked(octets: &[u8]) {
    let names = ["subject", "To", "CONTENT-TYPE"];
    let (some, others) = (fields(octets, &names, false), fields(octets, &names, true));
    assert!(some.ends_with(b"\n") && others.ends_with(b"\n"));
    assert_eq!(fields(&some, &names, true).len(), 2);
    assert_eq!(fields(&others, &names, false).len(), 2);
}

/// The portal's indexer, where it takes the message, finds the same parts. What
/// stands in a broken header is anybody's guess.
fn indexed(octets: &[u8], made: &Card) {
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n");
    let feeds = octets
        .windows(2)
        .all(|two| two[1] != b'\n' || two[0] == b'\r');
    let plain = made.sections.iter().all(|section| {
        let opaque = section.kind.starts_with("message/");
        let header = &octets[section.header.start as usize..section.header.end as usize];
        section.depth < INDEXED_DEPTH
            && section.form != Form::Message
            && !opaque
            && header::fields(header).is_ok()
    });
    let Some(end) = end.filter(|_| feeds && plain && made.sections.len() < INDEXED_PARTS) else {
        return;
    };
    if made.sections[0].header.end != end as u64 + 4 {
        return;
    }
    let (header, body) = octets.split_at(end + 4);
    let mut indexer = Indexer::new(header);
    if indexer.write(body).is_err() {
        return;
    }
    for part in indexer.finish().map_or(Vec::new(), |index| index.parts) {
        let place = part.offset..part.offset + part.length;
        assert!(
            made.sections.iter().any(|section| section.body == place),
            "{part:?} is missing among {:?}",
            made.sections
        );
    }
}

/// What is in a plain body is found there; nothing upsets the search.
fn searched(octets: &[u8], made: &Card) {
    let somewhere = octets.get(octets.len() / 2..).unwrap_or_default();
    let word: Vec<u8> = somewhere.iter().copied().take(12).collect();
    let word = String::from_utf8_lossy(&word).into_owned();
    let needle = Needle::new(&word);
    let in_body = body_contains(octets, &made.sections, &needle);
    assert!(!in_body || text_contains(octets, &made.sections, &needle));
    assert!(needle.is_in(&fold(&word)));
    let (base, _) = base_subject(&made.words.subject);
    assert!(made.words.subject.contains(base));
}
