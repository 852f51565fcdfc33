//! ENVELOPE, BODY and BODYSTRUCTURE as IMAP text (RFC 3501 §7.4.2, §9).

use super::address::{self, Entry};
use super::head::Parameters;
use super::lines::{RawField, raw_fields};
use super::scan::Node;
use super::{Form, Section};

/// What a header says, as an ENVELOPE.
pub(super) fn envelope(header: &[u8]) -> Vec<u8> {
    let fields: Vec<RawField<'_>> = raw_fields(header).collect();
    let mut out = vec![b'('];
    let text = |name: &str| {
        let field = fields.iter().find(|field| field.is(name));
        field
            .map(RawField::unfolded)
            .filter(|text| !text.is_empty())
    };
    let list = |name: &str| {
        let named = fields.iter().filter(|field| field.is(name));
        // A field that stands twice is shown as one, so that nobody hides behind
        // the first.
        let mut entries = named.flat_map(|field| address::parse(&field.unfolded()));
        let mut list = Vec::new();
        entries
            .by_ref()
            .for_each(|entry| entry_to(&entry, &mut list));
        list
    };
    nstring(text("Date").as_deref(), &mut out);
    out.push(b' ');
    nstring(text("Subject").as_deref(), &mut out);
    let from = list("From");
    addresses(&from, &mut out);
    for name in ["Sender", "Reply-To"] {
        let own = list(name);
        addresses(if own.is_empty() { &from } else { &own }, &mut out);
    }
    for name in ["To", "Cc", "Bcc"] {
        addresses(&list(name), &mut out);
    }
    for name in ["In-Reply-To", "Message-ID"] {
        out.push(b' ');
        nstring(text(name).as_deref(), &mut out);
    }
    out.push(b')');
    out
}

fn addresses(list: &[u8], out: &mut Vec<u8>) {
    if list.is_empty() {
        out.extend_from_slice(b" NIL");
    } else {
        out.extend_from_slice(b" (");
        out.extend_from_slice(list);
        out.push(b')');
    }
}

fn entry_to(entry: &Entry, out: &mut Vec<u8>) {
    match entry {
        Entry::Group(name) => {
            out.extend_from_slice(b"(NIL NIL ");
            string(name, out);
            out.extend_from_slice(b" NIL)");
        }
        Entry::End => out.extend_from_slice(b"(NIL NIL NIL NIL)"),
        Entry::Mailbox {
            name,
            route,
            local,
            domain,
        } => {
            out.push(b'(');
            nstring(name.as_deref(), out);
            out.push(b' ');
            nstring(route.as_deref(), out);
            out.push(b' ');
            string(local, out);
            out.push(b' ');
            string(domain, out);
            out.push(b')');
        }
    }
}

/// The structure of a message: BODYSTRUCTURE, or BODY if it is not `extended`.
pub(super) fn structure(nodes: &[Node<'_>], extended: bool) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some((node, below)) = nodes.split_first() {
        part(node, below, extended, &mut out);
    }
    out
}

/// One part; `below` begins with the parts in it.
fn part(node: &Node<'_>, below: &[Node<'_>], extended: bool, out: &mut Vec<u8>) {
    out.push(b'(');
    let (main, sub) = node.head.kind.split_once('/').unwrap_or_default();
    if node.section.form == Form::Multipart {
        let depth = node.section.depth;
        let within = below.iter().take_while(|n| n.section.depth > depth).count();
        for at in 0..within {
            let Some((child, rest)) = below.get(at..).and_then(<[_]>::split_first) else {
                break;
            };
            if child.section.depth == depth + 1 {
                part(child, rest, extended, out);
            }
        }
        out.push(b' ');
        string(sub, out);
        if extended {
            out.push(b' ');
            parameters(&node.head.parameters, out);
            extension(node, out);
        }
    } else {
        string(main, out);
        out.push(b' ');
        string(sub, out);
        single(node, below, extended, out);
    }
    out.push(b')');
}

/// What is said of a part that is no multipart, after its type.
fn single(node: &Node<'_>, below: &[Node<'_>], extended: bool, out: &mut Vec<u8>) {
    let head = &node.head;
    let mut named = head.parameters.clone();
    let is_text = head.kind.starts_with("text/");
    if is_text && !named.iter().any(|(name, _)| name == "charset") {
        // RFC 2046 §4.1.2
        named.push(("charset".to_owned(), "us-ascii".to_owned()));
    }
    out.push(b' ');
    parameters(&named, out);
    for value in [&head.id, &head.description] {
        out.push(b' ');
        nstring(value.as_deref(), out);
    }
    out.push(b' ');
    string(&head.encoding, out);
    number(length(&node.section), out);
    if node.section.form == Form::Message
        && let Some((inner, rest)) = below.split_first()
    {
        out.push(b' ');
        out.extend_from_slice(&envelope(inner.looked));
        out.push(b' ');
        part(inner, rest, extended, out);
    }
    if node.has_lines() {
        number(u64::try_from(node.lines).unwrap_or(u64::MAX), out);
    }
    if extended {
        // Content-MD5 is of no use to anybody.
        out.extend_from_slice(b" NIL");
        extension(node, out);
    }
}

/// Disposition, language and location.
fn extension(node: &Node<'_>, out: &mut Vec<u8>) {
    match &node.head.disposition {
        Some((word, named)) => {
            out.extend_from_slice(b" (");
            string(word, out);
            out.push(b' ');
            parameters(named, out);
            out.push(b')');
        }
        None => out.extend_from_slice(b" NIL"),
    }
    out.push(b' ');
    strings(node.head.languages.iter().map(String::as_str), out);
    out.push(b' ');
    nstring(node.head.location.as_deref(), out);
}

fn parameters(named: &Parameters, out: &mut Vec<u8>) {
    let strings_of = |(name, value): &'_ (String, String)| [name.clone(), value.clone()];
    let flat: Vec<String> = named.iter().flat_map(strings_of).collect();
    strings(flat.iter().map(String::as_str), out);
}

/// A list of strings in parentheses, or NIL if there are none.
fn strings<'s>(texts: impl Iterator<Item = &'s str>, out: &mut Vec<u8>) {
    let mut texts = texts.peekable();
    if texts.peek().is_none() {
        out.extend_from_slice(b"NIL");
        return;
    }
    for (n, text) in texts.enumerate() {
        out.push(if n == 0 { b'(' } else { b' ' });
        string(text, out);
    }
    out.push(b')');
}

fn length(section: &Section) -> u64 {
    section.body.end.saturating_sub(section.body.start)
}

fn number(number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(format!(" {number}").as_bytes());
}

fn nstring(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => string(text, out),
        None => out.extend_from_slice(b"NIL"),
    }
}

/// A string: quoted if that can hold it, else a literal (RFC 3501 §4.3). No NUL
/// and no line break comes here.
fn string(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        out.push(b'"');
        for octet in text.bytes() {
            if matches!(octet, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(octet);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(format!("{{{}}}\r\n", text.len()).as_bytes());
        out.extend_from_slice(text.as_bytes());
    }
}
