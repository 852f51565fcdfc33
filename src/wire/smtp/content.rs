//! The octets of a message: where it ends, and what may not stand in it.

use crate::model::Reply;
use crate::wire::smtp::replies;
use crate::wire::smtp::session::Event;
use bytes::{Buf, Bytes, BytesMut};

/// Longest line of a message, without its CRLF. RFC 5322 §2.1.1 says 998;
/// programs that count characters come to twice as many octets in accented or
/// Cyrillic text, and nobody at the keyboard could mend that.
pub const MAX_CONTENT_LINE: usize = 2 * 998;

/// How far past the largest message we go on reading to find its end, so that
/// the refusal can be read. Past that we hang up.
const OVERRUN: u64 = 1024 * 1024;

/// What is wrong with the lines of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// A CR without LF or an LF without CR.
    Bare,
    /// A NUL.
    Nul,
    /// A line over [`MAX_CONTENT_LINE`].
    Long,
}

/// What was cut off the front of the buffer.
#[derive(Debug)]
pub(super) enum Piece {
    /// Nothing: more octets are needed to know.
    More,
    /// Octets of the message.
    Octets(Bytes),
    /// `CRLF . CRLF`.
    End,
}

/// A message while it arrives.
#[derive(Debug)]
pub(super) struct Content {
    lines: Lines,
    octets: u64,
    max: u64,
    refused: Option<Reply>,
}

impl Content {
    /// A message of at most `max` octets.
    pub(super) fn new(max: u64) -> Self {
        Self {
            lines: Lines::default(),
            octets: 0,
            max,
            refused: None,
        }
    }

    /// Whether `more` octets would make it too large.
    pub(super) fn exceeds(&self, more: u64) -> bool {
        self.octets.saturating_add(more) > self.max
    }

    /// Refuses it; the first reason stays.
    pub(super) fn refuse(&mut self, reply: Reply) {
        self.refused.get_or_insert(reply);
    }

    /// Why it was refused, if it was.
    pub(super) fn refused(&self) -> Option<&Reply> {
        self.refused.as_ref()
    }

    /// Whether so much was sent that waiting for the end makes no sense.
    pub(super) fn overran(&self) -> bool {
        self.octets > self.max.saturating_mul(2).saturating_add(OVERRUN)
    }

    /// Cuts the next piece of DATA off the buffer, without the dots that
    /// RFC 5321 §4.5.2 adds.
    pub(super) fn dotted(&mut self, input: &mut BytesMut) -> Piece {
        if self.lines.start && input.first() == Some(&b'.') {
            // RFC 5321 §4.1.1.4: only CRLF "." CRLF ends a message. The CRLF in
            // front is what made `start` true.
            if input.starts_with(b".\r\n") {
                input.advance(3);
                return Piece::End;
            }
            if b".\r\n".starts_with(input) {
                return Piece::More;
            }
            input.advance(1);
            self.lines.start = false;
        }
        let length = self.lines.scan(input, true);
        if length == 0 {
            return Piece::More;
        }
        Piece::Octets(input.split_to(length).freeze())
    }

    /// Cuts up to `left` octets of a BDAT chunk off the buffer.
    pub(super) fn counted(&mut self, input: &mut BytesMut, left: u64) -> Option<Bytes> {
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        if length == 0 {
            return None;
        }
        let octets = input.split_to(length).freeze();
        self.lines.scan(&octets, false);
        Some(octets)
    }

    /// Counts a piece; `Content` if it is to be kept, `Abort` the moment the
    /// message turns out to be unacceptable, nothing from then on.
    pub(super) fn take(&mut self, octets: Bytes) -> Option<Event> {
        if self.refused.is_some() {
            self.octets = self.octets.saturating_add(octets.len() as u64);
            return None;
        }
        if self.exceeds(octets.len() as u64) {
            self.refuse(replies::too_large(self.max));
        }
        match self.lines.fault {
            Some(Fault::Bare) => self.refuse(replies::CONTENT_BARE),
            Some(Fault::Nul) => self.refuse(replies::CONTENT_NUL),
            Some(Fault::Long) => self.refuse(replies::content_line_long()),
            None => {}
        }
        self.octets = self.octets.saturating_add(octets.len() as u64);
        Some(match self.refused {
            None => Event::Content(octets),
            Some(_) => Event::Abort,
        })
    }

    /// Called at the end of the last BDAT chunk: the CRLF that is missing, or
    /// `None` if the last line is whole. A CR that nothing follows is bare.
    pub(super) fn complete(&mut self) -> Option<Event> {
        if self.lines.start {
            return None;
        }
        if self.lines.cr {
            self.lines.fault = Some(Fault::Bare);
        }
        self.lines.start = true;
        self.take(Bytes::from_static(b"\r\n"))
    }
}

/// Follows the lines of a message across any split of the stream.
#[derive(Debug)]
struct Lines {
    /// At the start of a line, after a true CRLF.
    start: bool,
    /// The last octet was a CR.
    cr: bool,
    column: usize,
    fault: Option<Fault>,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            start: true,
            cr: false,
            column: 0,
            fault: None,
        }
    }
}

impl Lines {
    /// Goes over the octets; with `dots`, stops in front of a line that begins
    /// with a dot. Says how far it went.
    fn scan(&mut self, octets: &[u8], dots: bool) -> usize {
        let mut rest = octets;
        while let Some(&first) = rest.first() {
            if dots && self.start && first == b'.' {
                break;
            }
            let length = self.run(first, rest);
            rest = rest.get(length..).unwrap_or_default();
        }
        octets.len() - rest.len()
    }

    /// One special octet, or a run of plain ones.
    fn run(&mut self, first: u8, rest: &[u8]) -> usize {
        if std::mem::take(&mut self.cr) {
            if first == b'\n' {
                self.start = true;
                self.column = 0;
                return 1;
            }
            self.blame(Fault::Bare);
        }
        self.start = false;
        match first {
            b'\r' => self.cr = true,
            b'\n' => self.blame(Fault::Bare),
            0 => self.blame(Fault::Nul),
            _ => return self.plain(rest),
        }
        1
    }

    fn plain(&mut self, rest: &[u8]) -> usize {
        let special = rest.iter().position(|o| matches!(o, b'\r' | b'\n' | 0));
        let length = special.unwrap_or(rest.len());
        self.column = self.column.saturating_add(length);
        if self.column > MAX_CONTENT_LINE {
            self.blame(Fault::Long);
        }
        length
    }

    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, MAX_CONTENT_LINE, Piece};
    use crate::wire::smtp::session::Event;
    use bytes::BytesMut;

    /// Feeds `wire` in pieces of `size`; what was kept, and the refusal.
    fn read(wire: &[u8], size: usize) -> (Vec<u8>, Option<u16>, Vec<u8>) {
        let mut content = Content::new(100_000);
        let (mut input, mut kept) = (BytesMut::new(), Vec::new());
        let mut chunks = wire.chunks(size);
        loop {
            match content.dotted(&mut input) {
                Piece::More => input.extend_from_slice(chunks.next().expect("the content ends")),
                Piece::End => break,
                Piece::Octets(octets) => {
                    if let Some(Event::Content(octets)) = content.take(octets) {
                        kept.extend_from_slice(&octets);
                    }
                }
            }
        }
        let mut rest = input.to_vec();
        rest.extend(chunks.flatten());
        (kept, content.refused().map(|r| r.code), rest)
    }

    #[test]
    fn dots_are_taken_away_and_only_a_true_end_ends() {
        for size in 1..20 {
            let (kept, refused, rest) = read(b"..a\r\n.b\r\n...\r\na.\r\n.\r\nNOOP", size);
            assert_eq!(kept, b".a\r\nb\r\n..\r\na.\r\n");
            assert_eq!(refused, None);
            assert_eq!(rest, b"NOOP");
            assert_eq!(read(b".\r\n", size).0, b"");
        }
    }

    #[test]
    fn every_look_alike_of_the_end_refuses_the_message_and_runs_nothing() {
        for fake in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r\n.\r",
            "\r.\r\n",
            "\n.\r",
            "\r\n.\r\r\n",
            "\r\r\n.\n\r\n",
            "\n\r.\r\n",
            "\n\n.\r\n",
            "\r.\n",
        ] {
            let wire = format!("Subject: a\r\n\r\nb{fake}MAIL FROM:<x@y.example>\r\n.\r\nQUIT\r\n");
            for size in 1..40 {
                let (_, refused, rest) = read(wire.as_bytes(), size);
                assert_eq!(refused, Some(550), "{fake:?}");
                assert_eq!(rest, b"QUIT\r\n", "{fake:?}");
            }
        }
    }

    #[test]
    fn a_line_at_the_bound_is_taken_and_one_octet_more_is_not() {
        let longest = "a".repeat(MAX_CONTENT_LINE);
        assert_eq!(read(format!("{longest}\r\n.\r\n").as_bytes(), 7).1, None);
        assert_eq!(
            read(format!("{longest}a\r\n.\r\n").as_bytes(), 7).1,
            Some(550)
        );
        assert_eq!(read(b"a\0b\r\n.\r\n", 7).1, Some(550));
    }
}
