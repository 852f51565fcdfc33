//! A message as it is taken in and read again (`mime`): its header collected,
//! made canonical and understood, its parts found, decoded, and shown.

use super::{cut, html};
use sealpost::mime::clean::Picture;
use sealpost::mime::decode::{Decoder, text};
use sealpost::mime::header::{Block, MAX_HEADER, fields};
use sealpost::mime::index::{Index, Indexer};
use sealpost::mime::sniff::safe_name;
use sealpost::mime::{Fault, Normalised, Stamp, normalise, one_line};
use sealpost::model::Part;
use sealpost::model::message::PartRole;

/// Parts below which nothing is bounded, and headers of theirs.
const MAX_PARTS: usize = 500;
/// How many parts are decoded here: time is for finding more inputs.
const LOOKED_AT: usize = 8;

/// The octets as a message.
pub fn run(octets: &[u8]) {
    let ways = cut::ways(octets);
    let header = collected(&ways[0]);
    for pieces in &ways {
        assert_eq!(collected(pieces), header);
    }
    let Some(header) = header else { return };
    let body = &octets[header.len()..];
    if let Ok(done) = understood(&header) {
        canonical(&done);
    }
    let found = indexed(&header, &[body]);
    for pieces in cut::ways(body) {
        same(&found, &indexed(&header, &pieces));
    }
    if let Ok(index) = found {
        places(&index.parts, header.len(), octets.len());
        shown(&index.parts, octets);
    }
}

/// The header with its empty line; `None` if it does not end, or is too large.
fn collected(pieces: &[&[u8]]) -> Option<Vec<u8>> {
    let mut block = Block::default();
    for piece in pieces {
        let taken = block.write(piece).ok()?;
        assert!(taken <= piece.len() && block.octets().len() <= MAX_HEADER);
        assert!(taken == piece.len() || block.is_complete());
    }
    block.is_complete().then(|| block.octets().to_vec())
}

fn understood(header: &[u8]) -> Result<Normalised, Fault> {
    normalise(
        header,
        &Stamp {
            received: "from x by gate.example with ESMTPSA id y; z".to_owned(),
            writer: None,
            date: jiff::Timestamp::UNIX_EPOCH,
            message_id: "fresh@gate.example".to_owned(),
            secure_tag: "[secure]",
            clear_tag: "[clear]",
        },
    )
}

/// What was made canonical is a header, reveals no blind copy, and says the
/// same when it is read again.
fn canonical(done: &Normalised) {
    let (facts, written) = (&done.facts, fields(&done.octets));
    let written = written.expect("what was made canonical is a header");
    for gone in ["Bcc", "Resent-Bcc", "Return-Path", "X-Sealpost-Expires"] {
        assert!(!written.iter().any(|f| f.is(gone)), "{gone} stayed");
    }
    for once in ["From", "Date", "Message-ID"] {
        assert_eq!(written.iter().filter(|f| f.is(once)).count(), 1, "{once}");
    }
    assert_eq!(facts.subject, one_line(&facts.subject));
    let again = understood(&done.octets).expect("it is taken again");
    let again = again.facts;
    assert!(facts.from == again.from && facts.sender == again.sender);
    assert!(facts.to == again.to && facts.cc == again.cc && facts.reply_to == again.reply_to);
    assert_eq!(facts.subject, again.subject);
    assert_eq!(facts.message_id, again.message_id);
    assert_eq!(facts.references, again.references);
    assert_eq!(facts.date, again.date);
    assert_eq!(facts.automatic, again.automatic);
    assert!(again.bcc.is_empty() && again.expires.is_none());
    assert!(!again.tagged_secure && !again.tagged_clear);
}

fn indexed(header: &[u8], pieces: &[&[u8]]) -> Result<Index, Fault> {
    let mut indexer = Indexer::new(header);
    for piece in pieces {
        indexer.write(piece)?;
    }
    indexer.finish()
}

fn same(one: &Result<Index, Fault>, other: &Result<Index, Fault>) {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            assert_eq!(one.parts, other.parts);
            assert_eq!(one.has_text, other.has_text);
        }
        (Err(one), Err(other)) => assert_eq!(one, other),
        _ => unreachable!("cut differently, it is taken once and refused once"),
    }
}

/// The parts lie in the body, one behind the other, and are named harmlessly.
fn places(parts: &[Part], from: usize, to: usize) {
    assert!(parts.len() <= MAX_PARTS);
    let (mut at, end) = (from as u64, to as u64);
    for part in parts {
        assert!(part.offset >= at, "a part begins before the last one ends");
        at = part.offset + part.length;
        assert!(at <= end, "a part ends behind the message");
        let word = |word: &str| word.len() <= 250 && word.bytes().all(|o| o.is_ascii_graphic());
        assert!(word(&part.kind) && word(&part.encoding));
        assert!(part.charset.as_deref().is_none_or(word));
        let name = part.name.as_deref();
        assert!(name.is_none_or(|name| safe_name(name).as_deref() == Some(name)));
    }
}

/// Decodes parts as the page does, and cleans the HTML among them.
fn shown(parts: &[Part], message: &[u8]) {
    let mut pictures = Vec::new();
    for part in parts.iter().take(LOOKED_AT) {
        if part.role == PartRole::Inline {
            pictures.push((part.content_id.as_deref(), decoded(part, message)));
        }
    }
    let album: Vec<Picture<'_>> = pictures
        .iter()
        .filter_map(|(id, octets)| Some(Picture { id: (*id)?, octets }))
        .collect();
    for part in parts.iter().take(LOOKED_AT) {
        let text = text(&decoded(part, message), part.charset.as_deref());
        if part.role == PartRole::Html {
            html::check(&text, &album);
        }
    }
}

/// A part without its transfer encoding, which never makes it longer.
fn decoded(part: &Part, message: &[u8]) -> Vec<u8> {
    let from = part.offset as usize;
    let stored = &message[from..from + part.length as usize];
    let decode = |pieces: &[&[u8]]| {
        let (mut decoder, mut out) = (Decoder::new(&part.encoding), Vec::new());
        for piece in pieces {
            decoder.write(piece, &mut out);
        }
        decoder.finish(&mut out);
        out
    };
    let out = decode(&[stored]);
    assert!(out.len() <= stored.len());
    assert_eq!(decode(&cut::uneven(stored)), out);
    out
}
