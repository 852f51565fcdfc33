//! Command lines out of a stream, in bounded memory.

use bytes::BytesMut;

/// Longest line we hold, with its CRLF: RFC 4954 §4 wants room for 12 288
/// octets in an AUTH exchange; every other command is held to less.
pub(super) const MAX_LINE: usize = 12_288;

/// What the reader found.
#[derive(Debug)]
pub(super) enum Line {
    /// No whole line yet.
    More,
    /// A line, without its CRLF. May hold a password; its reader wipes it.
    Text(BytesMut),
    /// A line over [`MAX_LINE`], thrown away up to its CRLF.
    Long,
    /// A line with a bare CR, a bare LF or a NUL in it (RFC 5321 §2.3.8, §4.1.1.1).
    Broken,
}

/// Takes lines off the front of a buffer.
#[derive(Debug, Default)]
pub(super) struct LineReader {
    /// How much of the buffer is known to hold no line end.
    searched: usize,
    /// Within a line that is too long.
    discarding: bool,
}

impl LineReader {
    pub(super) fn next(&mut self, input: &mut BytesMut) -> Line {
        if self.discarding {
            return self.discard(input);
        }
        let fresh = input.get(self.searched..).unwrap_or_default();
        let end = fresh.iter().position(|&o| o == b'\n');
        let length = self.searched + end.map_or(fresh.len(), |end| end + 1);
        if length > MAX_LINE || (end.is_none() && length == MAX_LINE) {
            self.discarding = true;
            return self.discard(input);
        }
        if end.is_none() {
            self.searched = length;
            return Line::More;
        }
        self.searched = 0;
        let mut line = input.split_to(length);
        // A line that ends in LF alone is answered at once, so that a person
        // with a terminal sees why, but it is never run.
        if !line.ends_with(b"\r\n") {
            return Line::Broken;
        }
        line.truncate(line.len() - 2);
        if line.contains(&b'\r') || line.contains(&0) {
            return Line::Broken;
        }
        Line::Text(line)
    }

    fn discard(&mut self, input: &mut BytesMut) -> Line {
        self.searched = 0;
        if let Some(end) = input.windows(2).position(|pair| pair == b"\r\n") {
            let _ = input.split_to(end + 2);
            self.discarding = false;
            return Line::Long;
        }
        // A CR at the very end may be the first half of the CRLF.
        let keep = usize::from(input.ends_with(b"\r"));
        let _ = input.split_to(input.len() - keep);
        Line::More
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, LineReader, MAX_LINE};
    use bytes::BytesMut;

    #[test]
    fn an_endless_line_is_thrown_away_in_bounded_memory() {
        let mut reader = LineReader::default();
        let mut input = BytesMut::new();
        for _ in 0..100 {
            input.extend_from_slice(&[b'a'; 4096]);
            assert!(matches!(reader.next(&mut input), Line::More));
            assert!(input.len() <= MAX_LINE);
        }
        input.extend_from_slice(b"\nNOOP\nstill the same line\r");
        assert!(matches!(reader.next(&mut input), Line::More));
        input.extend_from_slice(b"\nNOOP\r\n");
        assert!(matches!(reader.next(&mut input), Line::Long));
        assert!(matches!(reader.next(&mut input), Line::Text(line) if &line[..] == b"NOOP"));
    }
}
