//! Strings, numbers, flags and dates (RFC 3501 §9).

use crate::model::{Flags, Keyword, System};
use crate::texts;
use crate::wire::imap::dialect::Dialect;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::Write as _;

/// Longest quoted string; longer ones go as literals, which need no scan.
const MAX_QUOTED: usize = 1_000;

const SYSTEM: [(System, &str); 5] = [
    (System::ANSWERED, "\\Answered"),
    (System::FLAGGED, "\\Flagged"),
    (System::DELETED, "\\Deleted"),
    (System::SEEN, "\\Seen"),
    (System::DRAFT, "\\Draft"),
];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Appends a string: quoted if it can be, else a literal. A NUL, which no form
/// can carry (RFC 3501 §9, `CHAR8`), becomes `?`.
pub fn string(out: &mut Vec<u8>, octets: &[u8]) {
    let plain = |b: &u8| matches!(b, 0x20..=0x7e | b'\t');
    if octets.len() > MAX_QUOTED || !octets.iter().all(plain) {
        literal_head(out, octets.len() as u64);
        out.extend(octets.iter().map(|b| if *b == 0 { b'?' } else { *b }));
        return;
    }
    quoted(out, octets);
}

/// A quoted string. Nothing in `octets` may need more than a `\` before it.
fn quoted(out: &mut Vec<u8>, octets: &[u8]) {
    out.push(b'"');
    for b in octets {
        if b"\"\\".contains(b) {
            out.push(b'\\');
        }
        out.push(*b);
    }
    out.push(b'"');
}

/// Appends a string, or NIL.
pub fn nstring(out: &mut Vec<u8>, octets: Option<&[u8]>) {
    match octets {
        Some(octets) => string(out, octets),
        None => out.extend_from_slice(b"NIL"),
    }
}

pub(super) fn literal_head(out: &mut Vec<u8>, length: u64) {
    out.push(b'{');
    number(out, length);
    out.extend_from_slice(b"}\r\n");
}

/// A mailbox name, in the form of the dialect. In UTF-8 it is quoted, as
/// RFC 9051 §4.3 allows: names hold no control characters.
pub(super) fn mailbox(out: &mut Vec<u8>, dialect: Dialect, name: &str) {
    let name = dialect.name_out(name);
    if name.len() > MAX_QUOTED || name.chars().any(char::is_control) {
        return string(out, name.as_bytes());
    }
    quoted(out, name.as_bytes());
}

pub(super) fn number(out: &mut Vec<u8>, value: u64) {
    let _ = write!(out, "{value}");
}

pub(super) fn numbers(out: &mut Vec<u8>, values: &[u32]) {
    for value in values {
        out.push(b' ');
        number(out, (*value).into());
    }
}

/// All system flags and these keywords, with `\*` if new ones can be made.
pub(super) fn flag_list(out: &mut Vec<u8>, keywords: &[Keyword], more: bool) {
    let system = SYSTEM.iter().map(|(_, name)| *name);
    let keywords = keywords.iter().map(Keyword::as_str);
    parenthesised(out, system.chain(keywords).chain(more.then_some("\\*")));
}

/// The flags of a message.
pub(super) fn flags_of(out: &mut Vec<u8>, flags: &Flags) {
    let system = SYSTEM
        .iter()
        .filter(|(flag, _)| flags.system.contains(*flag));
    let keywords = flags.keywords.iter().map(Keyword::as_str);
    parenthesised(out, system.map(|(_, name)| *name).chain(keywords));
}

pub(super) fn parenthesised<'a>(out: &mut Vec<u8>, words: impl Iterator<Item = &'a str>) {
    out.push(b'(');
    for (n, word) in words.enumerate() {
        if n > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word.as_bytes());
    }
    out.push(b')');
}

/// `"17-Jul-1996 02:44:25 +0000"` (RFC 3501 §9, `date-time`). A year that has
/// no four digits is 1970's: nobody's mail is of it.
pub(super) fn date_time(out: &mut Vec<u8>, at: Timestamp) {
    let at = if (0..=9999).contains(&at.to_zoned(TimeZone::UTC).year()) {
        at
    } else {
        Timestamp::UNIX_EPOCH
    };
    let at = at.to_zoned(TimeZone::UTC);
    let month = usize::try_from(at.month() - 1).unwrap_or_default();
    let _ = write!(
        out,
        "\"{:2}-{}-{:04} {:02}:{:02}:{:02} +0000\"",
        at.day(),
        MONTHS.get(month).unwrap_or(&"Jan"),
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    );
}

/// A sentence for people: ASCII, one line, never empty (RFC 3501 §9, `text`).
pub(in crate::wire::imap) fn sentence(out: &mut Vec<u8>, text: &str) {
    let text = texts::ascii(text);
    let text = if text.is_empty() { "-" } else { &text };
    out.extend_from_slice(text.as_bytes());
}
