//! FETCH (RFC 3501 §7.4.2), item by item.

use crate::model::Flags;
use crate::wire::imap::answer::text::{date_time, flags_of, literal_head, number, string};
use crate::wire::imap::command::{Item, Label, Section, Wanted};
use jiff::Timestamp;

/// One `* n FETCH (…)` being written. It holds no buffer: between two items
/// the driver may send what is there and write octets itself.
///
/// ```
/// use sealpost::wire::imap::answer::Row;
/// let mut out = Vec::new();
/// let mut row = Row::begin(&mut out, 3);
/// row.uid(&mut out, 7);
/// row.size(&mut out, 120);
/// Row::end(&mut out);
/// assert_eq!(out, b"* 3 FETCH (UID 7 RFC822.SIZE 120)\r\n");
/// ```
#[derive(Debug)]
pub struct Row {
    empty: bool,
}

impl Row {
    /// Begins the line of the message with this sequence number.
    pub fn begin(out: &mut Vec<u8>, sequence: usize) -> Self {
        out.extend_from_slice(b"* ");
        number(out, sequence as u64);
        out.extend_from_slice(b" FETCH (");
        Self { empty: true }
    }

    /// Ends the line.
    pub fn end(out: &mut Vec<u8>) {
        out.extend_from_slice(b")\r\n");
    }

    /// UID
    pub fn uid(&mut self, out: &mut Vec<u8>, uid: u32) {
        self.name(out, "UID ");
        number(out, uid.into());
    }

    /// FLAGS
    pub fn flags(&mut self, out: &mut Vec<u8>, flags: &Flags) {
        self.name(out, "FLAGS ");
        flags_of(out, flags);
    }

    /// MODSEQ (RFC 7162 §3.1.4.2)
    pub fn modseq(&mut self, out: &mut Vec<u8>, modseq: u64) {
        self.name(out, "MODSEQ (");
        number(out, modseq);
        out.push(b')');
    }

    /// RFC822.SIZE, in octets
    pub fn size(&mut self, out: &mut Vec<u8>, size: u64) {
        self.name(out, "RFC822.SIZE ");
        number(out, size);
    }

    /// INTERNALDATE, in UTC
    pub fn internal_date(&mut self, out: &mut Vec<u8>, at: Timestamp) {
        self.name(out, "INTERNALDATE ");
        date_time(out, at);
    }

    /// ENVELOPE, BODY or BODYSTRUCTURE: what lies rendered in the card. Any
    /// other item writes nothing.
    pub fn rendered(&mut self, out: &mut Vec<u8>, item: &Item, octets: &[u8]) {
        let name = match item {
            Item::Envelope => "ENVELOPE ",
            Item::Body => "BODY ",
            Item::BodyStructure => "BODYSTRUCTURE ",
            _ => return,
        };
        self.name(out, name);
        out.extend_from_slice(octets);
    }

    /// The head of a section: exactly `length` octets must follow.
    pub fn section(&mut self, out: &mut Vec<u8>, section: &Section, length: u64) {
        self.label(out, section);
        literal_head(out, length);
    }

    /// The same where a NUL is among the octets, as only BINARY may have it: a
    /// literal8 (RFC 3516 §4.2).
    pub fn section_with_nul(&mut self, out: &mut Vec<u8>, section: &Section, length: u64) {
        self.label(out, section);
        out.push(b'~');
        literal_head(out, length);
    }

    /// BINARY.SIZE, in octets.
    pub fn decoded_size(&mut self, out: &mut Vec<u8>, section: &Section, octets: u64) {
        self.label(out, section);
        number(out, octets);
    }

    /// A section that the message does not have: NIL, or no octets where a
    /// number must stand (RFC 9051 §9, `msg-att-static`).
    pub fn no_section(&mut self, out: &mut Vec<u8>, section: &Section) {
        if section.wanted == Wanted::DecodedSize {
            return self.decoded_size(out, section, 0);
        }
        self.label(out, section);
        out.extend_from_slice(b"NIL");
    }

    fn name(&mut self, out: &mut Vec<u8>, name: &str) {
        if !self.empty {
            out.push(b' ');
        }
        self.empty = false;
        out.extend_from_slice(name.as_bytes());
    }

    fn label(&mut self, out: &mut Vec<u8>, section: &Section) {
        match section.label {
            Label::Rfc822 => return self.name(out, "RFC822 "),
            Label::Rfc822Header => return self.name(out, "RFC822.HEADER "),
            Label::Rfc822Text => return self.name(out, "RFC822.TEXT "),
            Label::Body => {}
        }
        let (name, whole) = match section.wanted {
            Wanted::Decoded => ("BINARY[", true),
            Wanted::DecodedSize => ("BINARY.SIZE[", true),
            Wanted::All => ("BODY[", true),
            _ => ("BODY[", false),
        };
        self.name(out, name);
        for (n, part) in section.path.iter().enumerate() {
            if n > 0 {
                out.push(b'.');
            }
            number(out, (*part).into());
        }
        if !section.path.is_empty() && !whole {
            out.push(b'.');
        }
        match &section.wanted {
            Wanted::All | Wanted::Decoded | Wanted::DecodedSize => {}
            Wanted::Header => out.extend_from_slice(b"HEADER"),
            Wanted::Text => out.extend_from_slice(b"TEXT"),
            Wanted::Mime => out.extend_from_slice(b"MIME"),
            Wanted::Fields { names, except } => fields(out, names, *except),
        }
        out.push(b']');
        if let Some((from, _)) = section.partial {
            out.push(b'<');
            number(out, from.into());
            out.push(b'>');
        }
        out.push(b' ');
    }
}

fn fields(out: &mut Vec<u8>, names: &[String], except: bool) {
    out.extend_from_slice(b"HEADER.FIELDS");
    out.extend_from_slice(if except { b".NOT (" } else { b" (" });
    for (n, name) in names.iter().enumerate() {
        if n > 0 {
            out.push(b' ');
        }
        // Programs compare what they asked for with what comes, so a plain
        // name stays plain (RFC 3501 §9, `header-fld-name`).
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if !name.is_empty() && name.bytes().all(plain) {
            out.extend_from_slice(name.as_bytes());
        } else {
            string(out, name.as_bytes());
        }
    }
    out.push(b')');
}
