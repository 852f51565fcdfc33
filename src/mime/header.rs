//! A message's header (RFC 5322 §2.2, §3.6) as fields, read strictly: what two
//! programs could read in two ways is refused, so that nobody sees another
//! sender or another part than we do.

use crate::mime::{Fault, mailboxes, one_line};
use crate::model::Mailbox;
use jiff::Timestamp;
use mail_parser::parsers::MessageStream;

/// Longest header we take, in octets. Real ones stay under 32 KiB even after
/// many hops; the whole block is held in memory for each open session.
pub const MAX_HEADER: usize = 256 * 1024;
/// Longest line, in octets without CRLF: twice what RFC 5322 §2.1.1 allows, as
/// in the body, since a long conversation's References come unfolded.
const MAX_LINE: usize = 1996;
/// Longest message identifier we keep, in octets. Real ones are under 200; a
/// longer one could not stand on a line with others.
const MAX_ID: usize = 250;
/// How many identifiers of a References field we keep: enough to find any
/// thread, and small beside the message.
const MAX_REFERENCES: usize = 100;

/// Collects a header from a stream, up to the empty line that ends it.
#[derive(Debug, Default)]
pub struct Block {
    octets: Vec<u8>,
    complete: bool,
}

impl Block {
    /// Takes what belongs to the header from `chunk` and says how many octets
    /// that was; the rest of the chunk is body.
    ///
    /// # Errors
    /// [`Fault::HeaderSize`] beyond [`MAX_HEADER`].
    pub fn write(&mut self, chunk: &[u8]) -> Result<usize, Fault> {
        if self.complete {
            return Ok(0);
        }
        let before = self.octets.len();
        let room = (MAX_HEADER + 4).saturating_sub(before);
        self.octets
            .extend_from_slice(chunk.get(..room.min(chunk.len())).unwrap_or_default());
        if let Some(end) = self.end(before) {
            self.octets.truncate(end);
            self.complete = true;
        }
        if self.octets.len() > MAX_HEADER {
            return Err(Fault::HeaderSize);
        }
        Ok(self.octets.len() - before)
    }

    /// Where the empty line ends, looking no further back than needed.
    fn end(&self, before: usize) -> Option<usize> {
        if self.octets.starts_with(b"\r\n") {
            return Some(2);
        }
        let from = before.saturating_sub(3);
        let fresh = self.octets.get(from..)?;
        fresh
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .map(|at| from + at + 4)
    }

    /// Whether the empty line has come.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The header so far, with the empty line once it has come.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

/// One header field.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    /// Its name as written.
    pub name: &'a str,
    /// The whole field with its folded lines and the last CRLF.
    pub raw: &'a [u8],
}

impl<'a> Field<'a> {
    /// Whether the field has this name, in any case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// What stands after the colon, with the last CRLF.
    #[must_use]
    pub fn value(&self) -> &'a [u8] {
        self.raw.get(self.name.len() + 1..).unwrap_or_default()
    }

    /// The value as one decoded line (RFC 2047).
    #[must_use]
    pub fn text(&self) -> String {
        let value = MessageStream::new(self.value()).parse_unstructured();
        one_line(&value.into_text().unwrap_or_default())
    }

    /// The value as a date (RFC 5322 §3.3).
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        let date = MessageStream::new(self.value())
            .parse_date()
            .into_datetime()?;
        if !date.is_valid() {
            return None;
        }
        Timestamp::from_second(date.to_timestamp()).ok()
    }

    /// The value as mailboxes, groups taken apart; `None` if anything in it is
    /// no address, or if it can be read in two ways.
    #[must_use]
    pub fn mailboxes(&self) -> Option<Vec<Mailbox>> {
        mailboxes::parse(std::str::from_utf8(self.value()).ok()?)
    }

    /// The message identifiers in the value, without angle brackets
    /// (RFC 5322 §3.6.4). What is no identifier is passed over.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(self.value());
        let ids = text
            .split('<')
            .skip(1)
            .filter_map(|piece| piece.split_once('>'));
        ids.map(|(id, _)| id)
            .filter(|id| is_id(id))
            .map(str::to_owned)
            .take(MAX_REFERENCES)
            .collect()
    }
}

/// Whether a text can stand between angle brackets as a message identifier.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>')
}

/// Takes a header apart. The empty line at its end may be there or not.
///
/// # Errors
/// A [`Fault`] that names the line, counted from 1.
pub fn fields(header: &[u8]) -> Result<Vec<Field<'_>>, Fault> {
    if header.len() > MAX_HEADER {
        return Err(Fault::HeaderSize);
    }
    let mut fields: Vec<Field<'_>> = Vec::new();
    let (mut start, mut ended) = (0, false);
    for (n, line) in header.split_inclusive(|b| *b == b'\n').enumerate() {
        let line_at = start;
        start += line.len();
        if line == b"\r\n" && start == header.len() {
            break;
        }
        check(line, n + 1)?;
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let open = fields.last_mut().filter(|_| !ended);
            let open = open.ok_or(Fault::Field(n + 1))?;
            // RFC 5322 §4.2: a folded line of blanks alone is obsolete, and
            // some readers take it for the end of the header. At a field's end,
            // where programs still write it, it is left out.
            if line.iter().all(u8::is_ascii_whitespace) {
                ended = true;
                continue;
            }
            let whole = line_at - open.raw.len();
            open.raw = header.get(whole..start).unwrap_or_default();
        } else {
            let name = name(line).ok_or(Fault::Field(n + 1))?;
            fields.push(Field { name, raw: line });
            ended = false;
        }
    }
    Ok(fields)
}

/// A field's name (RFC 5322 §2.2): visible ASCII up to the colon, and no blank
/// before it, which readers disagree about.
fn name(line: &[u8]) -> Option<&str> {
    let colon = line.iter().position(|b| *b == b':')?;
    let name = line.get(..colon)?;
    let fits = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    fits.then(|| std::str::from_utf8(name).ok()).flatten()
}

/// Looks at one line with its line break.
fn check(line: &[u8], n: usize) -> Result<(), Fault> {
    let text = line.strip_suffix(b"\r\n").ok_or(Fault::Control(n))?;
    if text.len() > MAX_LINE || text.is_empty() {
        return Err(Fault::Field(n));
    }
    if text.iter().any(|b| b.is_ascii_control() && *b != b'\t') {
        return Err(Fault::Control(n));
    }
    std::str::from_utf8(text)
        .map(|_| ())
        .map_err(|_| Fault::Charset(n))
}

#[cfg(test)]
mod tests {
    use super::{Block, MAX_HEADER, fields};
    use crate::mime::Fault;

    #[test]
    fn a_header_ends_at_its_empty_line_however_it_is_cut() {
        let message = b"A: b\r\nC: d\r\n\r\nbody\r\n\r\n";
        for cut in 0..message.len() {
            let mut block = Block::default();
            let first = block.write(&message[..cut]).unwrap();
            let second = block.write(&message[cut..]).unwrap();
            assert_eq!(first + second, 14, "cut at {cut}");
            assert!(block.is_complete());
            assert_eq!(block.octets(), b"A: b\r\nC: d\r\n\r\n");
        }
        let mut empty = Block::default();
        assert_eq!(empty.write(b"\r\nbody"), Ok(2));
    }

    #[test]
    fn a_header_without_end_is_refused() {
        let mut block = Block::default();
        let line = [b'a'; 1000];
        let fault = (0..MAX_HEADER).find_map(|_| block.write(&line).err());
        assert_eq!(fault, Some(Fault::HeaderSize));
    }

    #[test]
    fn a_fold_of_blanks_at_the_end_of_a_field_is_left_out() {
        let found = fields(b"A: b\r\n \r\nC: d\r\n\t \r\n\r\n").unwrap();
        let raw: Vec<&[u8]> = found.iter().map(|field| field.raw).collect();
        assert_eq!(raw, [b"A: b\r\n", b"C: d\r\n"]);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_no_header() {
        let cases: [(&[u8], Fault); 10] = [
            (b" folded first\r\n", Fault::Field(1)),
            (b"From : a@b.example\r\n", Fault::Field(1)),
            (b"no colon\r\n", Fault::Field(1)),
            (b" \r\nA: b\r\n", Fault::Field(1)),
            (b"A: b\r\n \r\n c\r\n", Fault::Field(3)),
            (b"A: b\nC: d\r\n", Fault::Control(1)),
            (b"A: b\rC: d\r\n", Fault::Control(1)),
            (b"A: b\x00\r\n", Fault::Control(1)),
            (b"A: \xff\r\n", Fault::Charset(1)),
            (b"A: b", Fault::Control(1)),
        ];
        for (header, fault) in cases {
            assert_eq!(fields(header).err(), Some(fault), "{header:?}");
        }
    }
}
