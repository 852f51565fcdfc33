//! Mailbox names on their way in.

use crate::wire::imap::answer::{Answer, Code};
use crate::wire::imap::glob::DELIMITER;
use crate::wire::imap::utf7;

/// Longest name, pattern or reference, in octets of UTF-8: paths on a client's
/// disk end near 255, and LIST compares each name with each pattern.
const MAX_NAME: usize = 1_000;

/// The name of a mailbox. INBOX is one name in any case (RFC 3501 §5.1), also
/// above others.
pub(super) fn mailbox(octets: &[u8]) -> Result<String, Answer> {
    let name = any(octets)?;
    if name.is_empty() {
        return Err(Answer::no("A mailbox has a name.").with(Code::Cannot));
    }
    let first = name.find(DELIMITER).unwrap_or(name.len());
    Ok(match name.split_at(first) {
        (first, rest) if first.eq_ignore_ascii_case("INBOX") => format!("INBOX{rest}"),
        _ => name,
    })
}

/// A reference or a pattern, which may be empty and match INBOX in any case.
pub(super) fn any(octets: &[u8]) -> Result<String, Answer> {
    let text = std::str::from_utf8(octets).ok().filter(|t| t.is_ascii());
    let name = text.and_then(utf7::decode);
    let fits = |name: &String| name.len() <= MAX_NAME && !name.chars().any(char::is_control);
    name.filter(fits).ok_or_else(|| {
        Answer::no("This mailbox name is not modified UTF-7, or too long.").with(Code::Cannot)
    })
}
