//! A header line by line, read leniently: the parts of a message, the messages
//! in it and what a mail program puts here need not be what [`header::fields`]
//! takes, and are shown all the same.
//!
//! [`header::fields`]: crate::mime::header::fields

use crate::mime::decode;
use mail_parser::parsers::MessageStream;

/// A field of a header.
#[derive(Clone, Copy, Debug)]
pub(in crate::mime) struct RawField<'a> {
    /// Its name as written, without the blanks around it; empty if the line has
    /// no colon.
    pub(in crate::mime) name: &'a [u8],
    /// What stands after the colon, with its line breaks.
    pub(in crate::mime) value: &'a [u8],
    /// All of it.
    raw: &'a [u8],
}

impl<'a> RawField<'a> {
    fn new(raw: &'a [u8]) -> Self {
        let colon = memchr::memchr2(b':', b'\n', raw).filter(|at| raw.get(*at) == Some(&b':'));
        let (name, value) = colon
            .and_then(|at| raw.split_at_checked(at))
            .unwrap_or((&[], raw));
        Self {
            name: name.trim_ascii(),
            value: value.strip_prefix(b":").unwrap_or(value),
            raw,
        }
    }

    /// Whether the field has this name, in any case.
    pub(in crate::mime) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value on one line, still encoded.
    pub(in crate::mime) fn unfolded(&self) -> String {
        unfolded(self.value)
    }

    /// The value on one line with its encoded words decoded (RFC 2047).
    pub(in crate::mime) fn decoded(&self) -> String {
        decoded(&self.unfolded())
    }

    /// The value for mail-parser, which wants the line break at its end.
    pub(in crate::mime) fn line(&self) -> Vec<u8> {
        let mut line = self.value.to_vec();
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        line
    }
}

/// The fields of a header, up to its empty line or its end.
pub(in crate::mime) fn raw_fields(header: &[u8]) -> impl Iterator<Item = RawField<'_>> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let first = first_line(rest);
        if first.is_empty() || is_empty_line(first) {
            return None;
        }
        let mut end = first.len();
        loop {
            let next = first_line(rest.get(end..)?);
            if !next.starts_with(b" ") && !next.starts_with(b"\t") {
                break;
            }
            end += next.len();
        }
        let (field, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(RawField::new(field))
    })
}

/// HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 3501 §6.4.5): the fields of a
/// header that have one of these names in any case, or with `except` those that
/// have none of them, as they were written, and the empty line.
#[must_use]
pub fn fields(header: &[u8], names: &[&str], except: bool) -> Vec<u8> {
    let mut kept = Vec::new();
    for field in raw_fields(header) {
        if names.iter().any(|name| field.is(name)) != except {
            kept.extend_from_slice(field.raw);
        }
    }
    if !kept.is_empty() && !kept.ends_with(b"\n") {
        kept.extend_from_slice(b"\r\n");
    }
    kept.extend_from_slice(b"\r\n");
    kept
}

/// The first line with its line break, which the last line may lack.
pub(super) fn first_line(octets: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', octets).map_or(octets.len(), |at| at + 1);
    octets.get(..end).unwrap_or_default()
}

/// Whether a line is the one that ends a header.
pub(super) fn is_empty_line(line: &[u8]) -> bool {
    matches!(line, b"\r\n" | b"\n")
}

/// A value on one line (RFC 5322 §2.2.3). Octets that are no UTF-8 are taken for
/// Windows-1252; what IMAP cannot carry is left out.
fn unfolded(value: &[u8]) -> String {
    let text = decode::text(value.trim_ascii(), None);
    if !text.contains(['\n', '\r', '\0']) {
        return text;
    }
    let (mut line, mut folds) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        match c {
            '\r' | '\n' | '\0' => folds |= c == '\n',
            '\t' if folds => line.push(' '),
            c => {
                line.push(c);
                folds = false;
            }
        }
    }
    line
}

/// A line with its encoded words decoded.
fn decoded(line: &str) -> String {
    if !line.contains("=?") {
        return line.to_owned();
    }
    let line = format!(" {line}\n");
    let value = MessageStream::new(line.as_bytes()).parse_unstructured();
    let text = value.as_text().unwrap_or_default();
    text.trim_start().to_owned()
}
