//! Mailbox names on their way in.

use crate::wire::imap::answer::{Answer, Code};
use crate::wire::imap::dialect::Dialect;

/// Longest name, pattern or reference, in octets of UTF-8: paths on a client's
/// disk end near 255, and LIST compares each name with each pattern.
const MAX_NAME: usize = 1_000;

/// The name of a mailbox. INBOX is one name in any case (RFC 3501 §5.1).
pub(super) fn mailbox(octets: &[u8], dialect: Dialect) -> Result<String, Answer> {
    let name = any(octets, dialect)?;
    if name.is_empty() {
        return Err(Answer::no("A mailbox has a name.").with(Code::Cannot));
    }
    if name.eq_ignore_ascii_case("INBOX") {
        return Ok("INBOX".to_owned());
    }
    Ok(name)
}

/// The name of a mailbox that is to be.
pub(super) fn made(octets: &[u8], dialect: Dialect) -> Result<String, Answer> {
    let name = mailbox(octets, dialect)?;
    if !dialect.may_be_made(&name) {
        let text = "A new mailbox name is Unicode in its composed form (NFC), on one line.";
        return Err(Answer::no(text).with(Code::Cannot));
    }
    Ok(name)
}

/// A reference or a pattern, which may be empty and match INBOX in any case.
pub(super) fn any(octets: &[u8], dialect: Dialect) -> Result<String, Answer> {
    let fits = |name: &String| name.len() <= MAX_NAME && !name.chars().any(char::is_control);
    let name = dialect.name_in(octets).filter(fits);
    name.ok_or_else(|| {
        let text = match dialect {
            Dialect::Rev1 => "This mailbox name is not modified UTF-7, or too long.",
            Dialect::Rev2 => "This mailbox name is not UTF-8, or too long.",
        };
        Answer::no(text).with(Code::Cannot)
    })
}
