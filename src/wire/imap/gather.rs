//! Commands out of a stream: lines, and the literals that they announce.

use bytes::BytesMut;
use std::fmt;
use zeroize::Zeroize;

/// What the stream holds next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing whole yet.
    More,
    /// A line that announces a literal.
    Literal(Announced),
    /// The last line of a command.
    Whole,
    /// More than a command may have.
    Long,
    /// A line with a bare CR or LF, or a NUL.
    Broken,
}

/// `{n}` or `{n+}` at the end of a line (RFC 3501 §4.3, RFC 7888).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Announced {
    /// Octets; the largest number for what is larger than any.
    pub(super) length: u64,
    /// The client waits to be told to go on.
    pub(super) sync: bool,
}

/// A command while it arrives, as it was sent. It may hold a password, so it
/// is not shown, and wiped when it is done with.
#[derive(Default)]
pub(super) struct Gather {
    text: BytesMut,
    /// How much of the buffer is known to hold no line end.
    searched: usize,
    /// Octets of the literals in `text`.
    literals: usize,
    /// Octets of a literal that are still to come.
    left: usize,
}

impl fmt::Debug for Gather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gather(…)")
    }
}

impl Gather {
    /// Goes on with what has come. `most` octets may the lines have.
    pub(super) fn next(&mut self, input: &mut BytesMut, most: usize) -> Found {
        if self.left > 0 {
            let mut octets = input.split_to(self.left.min(input.len()));
            self.text.extend_from_slice(&octets);
            self.left -= octets.len();
            octets.zeroize();
            if self.left > 0 {
                return Found::More;
            }
        }
        let fresh = input.get(self.searched..).unwrap_or_default();
        let end = fresh.iter().position(|&o| o == b'\n');
        let length = self.searched + end.map_or(fresh.len(), |end| end + 1);
        if self.text.len() - self.literals + length > most {
            return Found::Long;
        }
        if end.is_none() {
            self.searched = length;
            return Found::More;
        }
        self.searched = 0;
        let mut line = input.split_to(length);
        let found = match line.strip_suffix(b"\r\n") {
            Some(text) if !text.iter().any(|o| matches!(o, b'\r' | 0)) => {
                announced(text).map_or(Found::Whole, Found::Literal)
            }
            _ => Found::Broken,
        };
        self.text.extend_from_slice(&line);
        line.zeroize();
        found
    }

    /// Takes the literal that was announced into the command.
    pub(super) fn hold(&mut self, length: usize) {
        self.left = length;
        self.literals += length;
    }

    /// Octets of the literals so far.
    pub(super) const fn literals(&self) -> usize {
        self.literals
    }

    /// The command so far.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The command; the next one begins.
    pub(super) fn take(&mut self) -> BytesMut {
        std::mem::take(self).text
    }

    /// Forgets the command; it may hold a password.
    pub(super) fn forget(&mut self) {
        self.take().zeroize();
    }

    /// Whether nothing of a command has come.
    pub(super) fn is_fresh(&self) -> bool {
        self.text.is_empty() && self.searched == 0
    }
}

/// The announcement at the end of a line. `{` is in no atom, and a quoted
/// string ends in `"`, so nothing else can stand here.
fn announced(line: &[u8]) -> Option<Announced> {
    let line = line.strip_suffix(b"}")?;
    let at = line.iter().rposition(|o| *o == b'{')?;
    let number = line.get(at + 1..)?;
    let (digits, sync) = match number.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (number, true),
    };
    let digits = std::str::from_utf8(digits).ok()?;
    let good = !digits.is_empty() && digits.bytes().all(|d| d.is_ascii_digit());
    good.then(|| Announced {
        length: digits.parse().unwrap_or(u64::MAX),
        sync,
    })
}

#[cfg(test)]
mod tests {
    use super::{Announced, Found, Gather, announced};
    use bytes::BytesMut;

    #[test]
    fn a_literal_is_announced_at_the_end_of_a_line_alone() {
        let found = |length, sync| Some(Announced { length, sync });
        assert_eq!(announced(b"a LOGIN {5}"), found(5, true));
        assert_eq!(announced(b"a APPEND x ~{005+}"), found(5, false));
        assert_eq!(announced(b"{99999999999999999999}"), found(u64::MAX, true));
        for plain in ["", "{}", "{+}", "{5} ", "{-5}", "{5", "5}", "{a}", "{5+ }"] {
            assert_eq!(announced(plain.as_bytes()), None, "{plain}");
        }
    }

    #[test]
    fn a_command_with_literals_comes_out_as_it_was_sent() {
        let (mut gather, mut input) = (Gather::default(), BytesMut::new());
        let sent = b"a LOGIN {3}\r\nx\r\n {1+}\r\ny\r\n";
        let mut found = Vec::new();
        for octet in sent {
            input.extend_from_slice(&[*octet]);
            match gather.next(&mut input, 100) {
                Found::More => {}
                Found::Literal(announced) => {
                    gather.hold(usize::try_from(announced.length).unwrap());
                    found.push(announced.length);
                }
                other => assert_eq!(other, Found::Whole),
            }
        }
        assert_eq!((found, gather.literals()), (vec![3, 1], 4));
        assert_eq!(&gather.take()[..], sent);
        assert!(gather.is_fresh());
    }

    #[test]
    fn a_line_without_an_end_is_given_up() {
        let (mut gather, mut input) = (Gather::default(), BytesMut::from(&[b'a'; 100][..]));
        assert_eq!(gather.next(&mut input, 100), Found::More);
        input.extend_from_slice(b"a");
        assert_eq!(gather.next(&mut input, 100), Found::Long);
    }
}
