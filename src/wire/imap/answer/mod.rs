//! What we say, as octets (RFC 3501 §7 and its extensions): small functions
//! that append to a buffer. Each line they write is whole and ends in CRLF, but
//! for FETCH, which a [`Row`] writes item by item.
//!
//! Our own, not the codec's: what IMAP says of a message lies rendered in the
//! store, and long answers are written into one buffer that is sent in pieces.
//!
//! The sentences of the protocol are English here: mail programs show them raw,
//! if at all, beside sentences of their own. What a person may have to act upon
//! is handed in by the driver, out of the texts.

mod code;
mod data;
mod row;
mod text;

pub use code::{Answer, Code};
pub use data::{
    Found, Listed, Node, enabled, esearch, exists, expunge, flags, id, list, namespace, recent,
    search, sort, status, thread, vanished,
};
pub use row::Row;
pub use text::{nstring, string};

pub(super) use code::Condition;
pub(super) use data::capability;
pub(super) use text::sentence;

/// Appends `* OK [code] text`.
pub fn ok(out: &mut Vec<u8>, code: &Code, text: &str) {
    untagged(out, "OK", Some(code), text);
}

/// Appends `* BYE text`; the connection is then closed.
pub(super) fn bye(out: &mut Vec<u8>, code: Option<&Code>, text: &str) {
    untagged(out, "BYE", code, text);
}

/// Appends `+ text`: the client goes on.
pub(super) fn go_on(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(b"+ ");
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// Appends the line that ends a command.
pub(super) fn tagged(out: &mut Vec<u8>, tag: &str, answer: &Answer) {
    out.extend_from_slice(tag.as_bytes());
    out.push(b' ');
    let condition = match answer.condition {
        Condition::Ok => "OK",
        Condition::No => "NO",
        Condition::Bad => "BAD",
    };
    status_line(out, condition, answer.code.as_ref(), &answer.text);
}

fn untagged(out: &mut Vec<u8>, condition: &str, code: Option<&Code>, text: &str) {
    out.extend_from_slice(b"* ");
    status_line(out, condition, code, text);
}

fn status_line(out: &mut Vec<u8>, condition: &str, code: Option<&Code>, text: &str) {
    out.extend_from_slice(condition.as_bytes());
    out.push(b' ');
    if let Some(code) = code {
        out.push(b'[');
        code.write(out);
        out.extend_from_slice(b"] ");
    }
    sentence(out, text);
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests;
