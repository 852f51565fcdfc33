//! A letter of the gateway's own to somebody of the office, who reads it in the
//! mailbox here: plain text, nothing to follow.

use crate::mime::letter::{Head, octets, start};
use crate::model::Language;

/// A letter.
#[derive(Clone, Copy, Debug)]
pub struct Memo<'a> {
    /// Who writes to whom, and when.
    pub head: Head<'a>,
    /// Its language.
    pub language: Language,
    /// Its subject.
    pub subject: &'a str,
    /// Its text, paragraph by paragraph.
    pub paragraphs: &'a [String],
}

/// The letter's octets.
#[must_use]
pub fn memo(memo: &Memo<'_>) -> Vec<u8> {
    // RFC 3834 §5.1: no person wrote it.
    let mail = start(&memo.head, memo.subject, memo.language, "auto-generated");
    let text = memo.paragraphs.join("\r\n\r\n") + "\r\n";
    octets(mail.text_body(text))
}
