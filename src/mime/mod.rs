//! Mail as octets: reading what the office wrote, writing what leaves. Nothing
//! here does I/O, waits, or reads the clock: times come in as arguments.
//!
//! The way in: [`header::Block`] collects a message's header, [`normalise`]
//! makes it canonical, [`index::Indexer`] finds the parts while the body
//! streams by. The way to a reader: [`decode`] undoes a part's encoding,
//! [`clean`] makes its HTML harmless, or, where [`html_bounds`] finds it too
//! costly, [`html_text`] leaves its words alone. The way out: [`notice`] and
//! [`report`] write the gateway's own mails, the latter and [`receipt`] with the
//! words of [`dsn`]; [`write`](mod@write) a patient's answer, and [`sniff`] and [`swell`]
//! judge the files that come with one; [`copy`] and [`zip`] are for what a
//! reader takes away. For a mail program, [`structure`] says what IMAP says of a
//! message, and [`search`] looks for words in it. [`bounce`] reads what came back.

pub mod bounce;
pub mod clean;
pub mod copy;
pub mod decode;
pub mod dsn;
pub mod header;
pub mod html_bounds;
pub mod html_text;
pub mod index;
pub mod letter;
pub mod mailboxes;
pub mod memo;
pub mod normalise;
pub mod notice;
mod pictures;
pub mod receipt;
pub mod report;
pub mod search;
pub mod sniff;
pub mod structure;
pub mod swell;
pub mod write;
pub mod zip;

pub use normalise::{Automatic, Facts, Normalised, Stamp, normalise};

/// Why a message cannot be taken as it is. The words name the place, never
/// what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The header is longer than [`header::MAX_HEADER`].
    #[error("the header is larger than 256 KiB; send the message again with fewer fields")]
    HeaderSize,
    /// A line of the header is no field.
    #[error("line {0} of the header is not a header field")]
    Field(usize),
    /// A control character, or a CR or LF that is not a line break.
    #[error("line {0} of the header holds a control character")]
    Control(usize),
    /// Octets above 127 that are not UTF-8 (RFC 6532 §3.2).
    #[error("line {0} of the header holds characters that are not UTF-8")]
    Charset(usize),
    /// A field that may stand once stands twice (RFC 5322 §3.6).
    #[error("the header field {0} stands more than once")]
    Twice(&'static str),
    /// A field that must stand does not.
    #[error("the header field {0} is missing")]
    Missing(&'static str),
    /// A field for addresses holds something else.
    #[error("the header field {0} holds something that is not an e-mail address")]
    Address(&'static str),
    /// More parts, or longer part headers, than a real message has.
    #[error("the message has too many parts, or a part whose header is too long")]
    Complex,
}

/// One line of text that is safe to show and to put into a field: blanks and
/// control characters become single spaces, and the marks that turn the
/// direction of writing, with which a name can be made to look like another,
/// go away.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' => {}
            c if c.is_whitespace() || c.is_control() => {
                if !line.is_empty() && !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c => line.push(c),
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// A decoded text for a field. What still looks like an encoded word
/// (RFC 2047 §2) is taken apart, or readers would decode it once more and show
/// something else than was written.
pub(crate) fn decoded_once(text: &str) -> String {
    text.replace("=?", "= ?")
}

/// Whether a text holds anything to read: blanks, no-break spaces, control
/// characters and characters of no width do not count.
#[must_use]
pub fn is_readable(text: &str) -> bool {
    text.chars()
        .any(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(c))
}

/// Characters that take no ink, or fill a place with nothing.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::{is_readable, one_line};

    #[test]
    fn a_line_loses_breaks_controls_and_direction_marks() {
        assert_eq!(
            one_line("  a\r\n\tb\u{0}c \u{202E}fdp.exe "),
            "a b c fdp.exe"
        );
    }

    #[test]
    fn blanks_of_every_kind_are_nothing_to_read() {
        assert!(!is_readable(
            " \t\r\n\u{A0}\u{200B}\u{FEFF}\u{2060}\u{3000}"
        ));
        assert!(is_readable("\u{A0}x"));
    }
}
