//! Finds the parts of a message (RFC 2045, RFC 2046) while it streams by, in
//! memory that depends on how deep it is and not on how long it is. What it
//! keeps of each part is where its octets lie in the stored message.
//!
//! A forwarded message, a signature, an encrypted or a winmail.dat part is one
//! opaque file: it is stored and handed over, never looked into.

use crate::mime::decode::{Decoder, text};
use crate::mime::pictures::{Search, Shown};
use crate::mime::sniff::safe_name;
use crate::mime::{Fault, html_text, is_readable};
use crate::model::Part;
use crate::model::message::PartRole;
use mail_parser::{ContentType, MessageParser, MimeHeaders};

/// How deep multiparts may stand in one another. Real mail stays under 8; what
/// is deeper becomes one opaque file.
const MAX_DEPTH: usize = 24;
/// How many leaf parts a message may have. Real mail stays under 100; the
/// index is held in memory and sealed with the head.
const MAX_PARTS: usize = 500;
/// Longest header of a part, in octets: a long file name in many pieces is
/// under 4 KiB.
const MAX_PART_HEADER: usize = 32 * 1024;
/// Longest line that can be a delimiter, in octets (RFC 2046 §5.1.1 allows a
/// boundary of 70; a line has at most 1000).
const MAX_DELIMITER: usize = 1000;
/// Longest boundary we follow, in octets: sloppy writers exceed 70.
const MAX_BOUNDARY: usize = 200;
/// How much of all text parts together is looked at for something to read, in
/// octets: it is done while the session waits. A message that holds more is
/// taken to have some.
const MAX_PREVIEW: usize = 64 * 1024;
/// Longest type, charset or Content-ID that is kept, in octets.
const MAX_WORD: usize = 250;

/// What was found.
#[derive(Debug, Default)]
pub struct Index {
    /// The leaf parts in the order of the message.
    pub parts: Vec<Part>,
    /// Whether a text or HTML part has anything to read, once tags, blanks and
    /// invisible characters are left out.
    pub has_text: bool,
}

/// Indexes a message. Give it the stored header, then the body in pieces.
#[derive(Debug)]
pub struct Indexer {
    index: Index,
    /// The place of the next octet in the stored message.
    at: u64,
    /// How much may still be looked at.
    preview: usize,
    shown: Shown,
    line: Line,
    levels: Vec<Level>,
    state: State,
}

/// The line being read.
#[derive(Debug, Default)]
struct Line {
    /// Where it starts.
    start: u64,
    /// Its octets, as long as it may be a delimiter.
    held: Vec<u8>,
    /// Whether it is known to be none.
    plain: bool,
}

/// A multipart that is open.
#[derive(Debug)]
struct Level {
    boundary: Vec<u8>,
    related: bool,
    digest: bool,
    alternative: bool,
    children: usize,
    /// How many parts stand before its first.
    first: usize,
}

#[derive(Debug)]
enum State {
    /// Before the first part or after the last: nothing that counts.
    Between,
    /// In a part's header.
    Header(Vec<u8>),
    /// In a leaf part's body.
    Leaf(Box<Leaf>),
}

#[derive(Debug)]
struct Leaf {
    part: Part,
    preview: Option<Preview>,
    /// For the pictures of an HTML part.
    search: Option<Search>,
}

/// The start of a text part, decoded.
#[derive(Debug)]
struct Preview {
    decoder: Decoder,
    octets: Vec<u8>,
}

/// What a part's header says.
#[derive(Default)]
struct PartHead {
    kind: String,
    encoding: String,
    charset: Option<String>,
    name: Option<String>,
    content_id: Option<String>,
    attachment: bool,
    inline: bool,
    boundary: Option<Vec<u8>>,
}

impl Indexer {
    /// Starts with the header as stored, its empty line included.
    #[must_use]
    pub fn new(header: &[u8]) -> Self {
        let at = u64::try_from(header.len()).unwrap_or(u64::MAX);
        let mut indexer = Self {
            index: Index::default(),
            at,
            preview: MAX_PREVIEW,
            shown: Shown::new(),
            line: Line {
                start: at,
                ..Line::default()
            },
            levels: Vec::new(),
            state: State::Between,
        };
        indexer.open(PartHead::read(header, "text/plain"));
        indexer
    }

    /// Takes the next piece of the body.
    ///
    /// # Errors
    /// [`Fault::Complex`] for more parts, or longer part headers, than a real
    /// message has.
    pub fn write(&mut self, octets: &[u8]) -> Result<(), Fault> {
        for piece in octets.split_inclusive(|b| *b == b'\n') {
            self.at += u64::try_from(piece.len()).unwrap_or_default();
            let ends = piece.ends_with(b"\n");
            self.piece(piece, ends)?;
            if ends {
                self.line.start = self.at;
                self.line.held.clear();
                self.line.plain = false;
            }
        }
        Ok(())
    }

    /// Ends the message and gives the index.
    ///
    /// # Errors
    /// As [`Indexer::write`].
    pub fn finish(mut self) -> Result<Index, Fault> {
        if !self.line.held.is_empty() && !self.line.plain {
            // The last line may lack its line break.
            self.complete_line()?;
        }
        if let State::Header(header) = &self.state {
            let head = PartHead::read(header, self.default_kind());
            self.part(head)?;
        }
        self.close(self.at);
        self.leave(0);
        self.shown.settle(&mut self.index.parts);
        Ok(self.index)
    }

    /// Takes a piece of one line; `ends` if its line break is in it.
    fn piece(&mut self, piece: &[u8], ends: bool) -> Result<(), Fault> {
        if self.line.plain {
            return self.plain(piece, ends);
        }
        self.line.held.extend_from_slice(piece);
        let dashes = b"--".iter().zip(&self.line.held).all(|(a, b)| a == b);
        if self.levels.is_empty() || !dashes || self.line.held.len() > MAX_DELIMITER {
            self.line.plain = true;
            let held = std::mem::take(&mut self.line.held);
            self.plain(&held, ends)?;
            // Keep the buffer: a line comes every few dozen octets.
            self.line.held = held;
            return Ok(());
        }
        if ends { self.complete_line() } else { Ok(()) }
    }

    /// Takes a whole line that begins with `--`.
    fn complete_line(&mut self) -> Result<(), Fault> {
        let held = std::mem::take(&mut self.line.held);
        match self.delimiter(&held) {
            Some((level, closes)) => self.boundary(level, closes)?,
            None => self.plain(&held, held.ends_with(b"\n"))?,
        }
        self.line.held = held;
        Ok(())
    }

    /// Which open multipart a line is a delimiter of, the innermost first, and
    /// whether it closes it (RFC 2046 §5.1.1).
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        let word = line.trim_ascii_end().strip_prefix(b"--")?;
        let closed = word.strip_suffix(b"--");
        self.levels.iter().enumerate().rev().find_map(|(n, level)| {
            if word == level.boundary {
                Some((n, false))
            } else {
                (closed == Some(&level.boundary)).then_some((n, true))
            }
        })
    }

    fn boundary(&mut self, level: usize, closes: bool) -> Result<(), Fault> {
        if let State::Header(header) = &self.state {
            // A part of a header alone: its empty body is before this line.
            let head = PartHead::read(header, self.default_kind());
            self.part(head)?;
            self.at_line_start();
        }
        // The line break before a delimiter belongs to the delimiter.
        self.close(self.line.start.saturating_sub(2));
        self.leave(level + usize::from(!closes));
        if closes {
            self.state = State::Between;
        } else {
            if let Some(level) = self.levels.last_mut() {
                level.children += 1;
            }
            self.state = State::Header(Vec::new());
        }
        Ok(())
    }

    /// Leaves the multiparts deeper than `depth`. Where texts are alternatives
    /// to HTML, they are known as such from now on.
    fn leave(&mut self, depth: usize) {
        while self.levels.len() > depth {
            let Some(level) = self.levels.pop().filter(|level| level.alternative) else {
                continue;
            };
            let within = self.index.parts.get_mut(level.first..).unwrap_or_default();
            if within.iter().any(|part| part.role == PartRole::Html) {
                let texts = within.iter_mut().filter(|part| part.role == PartRole::Text);
                texts.for_each(|part| part.role = PartRole::Alternative);
            }
        }
    }

    /// Moves a part that was just opened back to the start of this line.
    fn at_line_start(&mut self) {
        if let State::Leaf(leaf) = &mut self.state {
            leaf.part.offset = self.line.start;
        }
    }

    /// Takes octets that are no delimiter.
    fn plain(&mut self, octets: &[u8], ends: bool) -> Result<(), Fault> {
        match &mut self.state {
            State::Between => Ok(()),
            State::Leaf(leaf) => {
                if let Some(search) = &mut leaf.search {
                    self.shown.look(search, octets);
                }
                if leaf.look(octets, self.preview) {
                    self.index.has_text = true;
                }
                Ok(())
            }
            State::Header(header) => {
                if header.len() + octets.len() > MAX_PART_HEADER {
                    return Err(Fault::Complex);
                }
                header.extend_from_slice(octets);
                if ends && (header.as_slice() == b"\r\n" || header.ends_with(b"\r\n\r\n")) {
                    let header = std::mem::take(header);
                    let head = PartHead::read(&header, self.default_kind());
                    return self.part(head);
                }
                Ok(())
            }
        }
    }

    /// The type of a part that names none (RFC 2046 §5.1.5).
    fn default_kind(&self) -> &'static str {
        if self.levels.last().is_some_and(|l| l.digest) {
            "message/rfc822"
        } else {
            "text/plain"
        }
    }

    fn part(&mut self, head: PartHead) -> Result<(), Fault> {
        if self.index.parts.len() >= MAX_PARTS {
            return Err(Fault::Complex);
        }
        self.open(head);
        Ok(())
    }

    /// Opens what a header announces: a multipart, or a leaf.
    fn open(&mut self, head: PartHead) {
        if let Some(boundary) = &head.boundary
            && self.levels.len() < MAX_DEPTH
        {
            self.levels.push(Level {
                boundary: boundary.clone(),
                related: head.kind == "multipart/related",
                digest: head.kind == "multipart/digest",
                alternative: head.kind == "multipart/alternative",
                children: 0,
                first: self.index.parts.len(),
            });
            self.state = State::Between;
            return;
        }
        let role = self.role(&head);
        let looks = matches!(role, PartRole::Text | PartRole::Html) && !self.index.has_text;
        let preview = looks.then(|| Preview {
            decoder: Decoder::new(&head.encoding),
            octets: Vec::new(),
        });
        let search = (role == PartRole::Html).then(|| Search::new(&head.encoding));
        self.state = State::Leaf(Box::new(Leaf {
            search,
            part: head.into_part(self.at, role),
            preview,
        }));
    }

    fn role(&self, head: &PartHead) -> PartRole {
        if head.attachment {
            return PartRole::File;
        }
        let first = self.index.parts.is_empty();
        let within = self.levels.last();
        // Some clients name the text itself; any later named text is a file.
        let body = head.name.is_none() || first;
        let any_html = self.index.parts.iter().any(|p| p.role == PartRole::Html);
        let shown =
            within.is_some_and(|l| l.related && l.children > 1) || (head.inline && any_html);
        match head.kind.as_str() {
            "text/plain" if body => PartRole::Text,
            "text/html" if body => PartRole::Html,
            kind if kind.starts_with("image/") && head.content_id.is_some() && shown => {
                PartRole::Inline
            }
            _ => PartRole::File,
        }
    }

    /// Ends the open leaf at `end`.
    fn close(&mut self, end: u64) {
        let State::Leaf(leaf) = std::mem::replace(&mut self.state, State::Between) else {
            return;
        };
        let Leaf {
            mut part, preview, ..
        } = *leaf;
        part.length = end.saturating_sub(part.offset);
        if let Some(preview) = preview {
            self.preview = self.preview.saturating_sub(preview.octets.len());
            self.index.has_text |= preview.has_text(&part);
        }
        self.index.parts.push(part);
    }
}

impl Leaf {
    /// Looks at more of a text; `true` once it is more than we look at.
    fn look(&mut self, octets: &[u8], most: usize) -> bool {
        let Some(preview) = &mut self.preview else {
            return false;
        };
        preview.decoder.write(octets, &mut preview.octets);
        let full = preview.octets.len() >= most;
        if full {
            self.preview = None;
        }
        full
    }
}

impl Preview {
    fn has_text(self, part: &Part) -> bool {
        let Self {
            decoder,
            mut octets,
        } = self;
        decoder.finish(&mut octets);
        let text = text(&octets, part.charset.as_deref());
        if part.role == PartRole::Html {
            is_readable(&html_text::words(&text))
        } else {
            is_readable(&text)
        }
    }
}

impl PartHead {
    fn read(header: &[u8], default: &str) -> Self {
        let plain = || Self {
            kind: default.to_owned(),
            encoding: "7bit".to_owned(),
            ..Self::default()
        };
        let Some(message) = MessageParser::new().parse_headers(header) else {
            return plain();
        };
        let Some(part) = message.parts.first() else {
            return plain();
        };
        let mut head = plain();
        if let Some(encoding) = part.content_transfer_encoding() {
            head.encoding = word(encoding);
        }
        if let Some(content) = part.content_type() {
            head.kind = kind(content);
            head.charset = charset(content);
            head.name = content.attribute("name").and_then(safe_name);
            head.boundary = boundary(content).filter(|_| head.kind.starts_with("multipart/"));
        }
        if let Some(disposition) = part.content_disposition() {
            head.attachment = disposition.ctype().eq_ignore_ascii_case("attachment");
            head.inline = disposition.ctype().eq_ignore_ascii_case("inline");
            head.name = disposition
                .attribute("filename")
                .and_then(safe_name)
                .or(head.name);
        }
        let id = part.content_id().map(|id| id.trim_matches(['<', '>', ' ']));
        head.content_id = id
            .filter(|id| (1..=MAX_WORD).contains(&id.len()))
            .map(str::to_owned);
        head
    }

    fn into_part(self, offset: u64, role: PartRole) -> Part {
        Part {
            offset,
            length: 0,
            encoding: self.encoding,
            kind: self.kind,
            charset: self.charset,
            name: self.name,
            content_id: self.content_id,
            role,
        }
    }
}

/// The media type that a Content-Type means, in lower case.
pub(in crate::mime) fn kind(content: &ContentType<'_>) -> String {
    match (content.ctype(), content.subtype()) {
        ("", _) => "application/octet-stream".to_owned(),
        // RFC 1049 mailers wrote "text" alone.
        (main, None) if main.eq_ignore_ascii_case("text") => "text/plain".to_owned(),
        (_, None) => "application/octet-stream".to_owned(),
        (main, Some(sub)) => word(&format!("{main}/{sub}")),
    }
}

/// The charset that it names.
pub(in crate::mime) fn charset(content: &ContentType<'_>) -> Option<String> {
    let charset = content.attribute("charset").map(word);
    charset.filter(|charset| !charset.is_empty())
}

/// What separates the parts of a multipart.
pub(in crate::mime) fn boundary(content: &ContentType<'_>) -> Option<Vec<u8>> {
    let boundary = content.attribute("boundary").map(str::trim_end);
    let fits = boundary.filter(|b| (1..=MAX_BOUNDARY).contains(&b.len()));
    fits.map(|boundary| boundary.as_bytes().to_vec())
}

/// A word of a header as we keep it: lower case, visible ASCII, bounded.
fn word(text: &str) -> String {
    text.trim()
        .to_ascii_lowercase()
        .chars()
        .filter(char::is_ascii_graphic)
        .take(MAX_WORD)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Index, Indexer};
    use crate::mime::Fault;
    use crate::model::message::PartRole;
    use mail_parser::{MessageParser, PartType};
    use proptest::prelude::*;

    fn index(message: &str, step: usize) -> Result<Index, Fault> {
        let split = message.find("\r\n\r\n").map_or(message.len(), |at| at + 4);
        let (header, body) = message.as_bytes().split_at(split);
        let mut indexer = Indexer::new(header);
        for piece in body.chunks(step.max(1)) {
            indexer.write(piece)?;
        }
        indexer.finish()
    }

    fn lines(text: &str) -> String {
        text.replace('\n', "\r\n")
    }

    /// Role, type, name and octets of every part, one a line.
    fn shown(message: &str) -> Vec<String> {
        let found = index(message, 7).unwrap();
        let parts = found.parts.iter().map(|p| {
            let from = usize::try_from(p.offset).unwrap();
            let body = &message[from..from + usize::try_from(p.length).unwrap()];
            format!(
                "{:?} {} {} {body:?}",
                p.role,
                p.kind,
                p.name.as_deref().unwrap_or("-")
            )
        });
        parts.collect()
    }

    fn nested() -> String {
        lines(concat!(
            "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"m\"\n\npreamble\n--m\n",
            "Content-Type: multipart/related; boundary=\"m-r\"\n\n--m-r\n",
            "Content-Type: multipart/alternative; boundary=a\n\n",
            "--a\nContent-Type: text/plain; charset=utf-8\n\nHello\n--b is not mine\n",
            "--a\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>Hello</p><img src=3D\"cid:lo=\ngo@x\">\n--a--\n",
            "--m-r\nContent-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\niVBORw==\n--m-r--\n",
            "--m\nContent-Type: application/pdf; name=x\nContent-Disposition: attachment;\n filename*0*=utf-8''Informe%20;\n filename*1*=de%20Mar%C3%ADa.pdf\n\nPDF\n",
            "--m\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=z\n\n--z\n\ninner text\n--z--\n",
            "--m--\nepilogue\n"
        ))
    }

    #[test]
    fn every_leaf_is_found_where_it_lies() {
        assert_eq!(
            shown(&nested()),
            [
                "Alternative text/plain - \"Hello\\r\\n--b is not mine\"",
                "Html text/html - \"<p>Hello</p><img src=3D\\\"cid:lo=\\r\\ngo@x\\\">\"",
                "Inline image/png - \"iVBORw==\"",
                "File application/pdf Informe de María.pdf \"PDF\"",
                "File message/rfc822 - \"Subject: inner\\r\\nContent-Type: multipart/mixed; boundary=z\\r\\n\\r\\n--z\\r\\n\\r\\ninner text\\r\\n--z--\"",
            ]
        );
    }

    #[test]
    fn a_text_beside_html_is_an_alternative_only_where_it_says_so() {
        let shown = |kind: &str, end: &str| {
            shown(&lines(&format!(
                "Content-Type: multipart/{kind}; boundary=m\n\n--m\n\nTake five\n--m\nContent-Type: text/html\n\n<p>Dr. Ruiz</p>\n{end}"
            )))
        };
        let html = "Html text/html - \"<p>Dr. Ruiz</p>";
        for end in ["--m--\n", ""] {
            let parts = shown("mixed", end);
            assert!(
                parts[0].starts_with("Text ") && parts[1].starts_with(html),
                "{parts:?}"
            );
            let parts = shown("alternative", end);
            assert!(parts[0].starts_with("Alternative ") && parts[1].starts_with(html));
        }
    }

    #[test]
    fn a_message_without_parts_is_one_text() {
        assert_eq!(
            shown("Subject: x\r\n\r\nHello\r\n"),
            ["Text text/plain - \"Hello\\r\\n\""]
        );
        assert_eq!(
            shown("Content-Type: application/pdf; name=\"../a.pdf\"\r\n\r\nPDF"),
            ["File application/pdf a.pdf \"PDF\""]
        );
    }

    #[test]
    fn broken_structures_lose_nothing() {
        // The end is missing; an inner part is not closed; a header stands alone.
        assert_eq!(
            shown(&lines(
                "Content-Type: multipart/mixed; boundary=m\n\n--m\n\none\n--m\nContent-Type: text/csv\n\ntwo"
            )),
            ["Text text/plain - \"one\"", "File text/csv - \"two\""]
        );
        assert_eq!(
            shown(&lines(
                "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\none\n--m\n\ntwo\n--m--"
            )),
            ["Text text/plain - \"one\"", "Text text/plain - \"two\""]
        );
        assert_eq!(
            shown(&lines(
                "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: text/csv\n--m\n\n\n--m--\n"
            )),
            ["File text/csv - \"\"", "Text text/plain - \"\""]
        );
        // A multipart that names no boundary is one file.
        assert_eq!(
            shown(&lines("Content-Type: multipart/mixed\n\n--m\n\none\n")),
            ["File multipart/mixed - \"--m\\r\\n\\r\\none\\r\\n\""]
        );
    }

    #[test]
    fn what_is_signed_sealed_or_forwarded_stays_whole() {
        for (kind, name) in [
            (
                "application/pkcs7-mime; smime-type=enveloped-data",
                "smime.p7m",
            ),
            ("application/ms-tnef", "winmail.dat"),
            ("message/rfc822", "mail.eml"),
            ("text/plain", "notes.txt"),
        ] {
            let message = format!(
                "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nx\r\n--m\r\nContent-Type: {kind}; name={name}\r\n\r\n--q\r\n--m--\r\n"
            );
            let parts = index(&message, 5).unwrap().parts;
            assert_eq!(parts.len(), 2, "{kind}");
            assert_eq!(
                (parts[1].role, parts[1].name.as_deref()),
                (PartRole::File, Some(name))
            );
        }
    }

    #[test]
    fn text_is_only_what_somebody_can_read() {
        let has = |kind: &str, body: &str| {
            index(&format!("Content-Type: {kind}\r\n\r\n{body}"), 3)
                .unwrap()
                .has_text
        };
        assert!(has("text/plain", "Hi"));
        assert!(!has("text/plain; charset=utf-8", " \r\n\u{A0}\u{200B}\r\n"));
        assert!(!has(
            "text/plain\r\nContent-Transfer-Encoding: quoted-printable",
            "=20=0D=0A=\r\n\t"
        ));
        assert!(!has(
            "text/html",
            "<html><head><title>T</title><style>p{color:red}</style></head><body><!-- c --><p>&nbsp;</p><br>&#8203;<script>x</script></body></html>"
        ));
        assert!(has("text/html", "<p>&nbsp;<b>a</b></p>"));
        assert!(!has("application/pdf", "PDF"));
        assert!(
            has(
                "text/html",
                &format!("<style>{}</style>", "x".repeat(70_000))
            ),
            "a long part is given the benefit"
        );
    }

    #[test]
    fn the_parts_of_a_message_share_what_is_looked_at() {
        let has = |parts: usize| {
            let part = format!(
                "--m\r\nContent-Type: text/html\r\n\r\n{}\r\n",
                "<div>".repeat(1000)
            );
            let message = format!(
                "Content-Type: multipart/mixed; boundary=m\r\n\r\n{}--m--\r\n",
                part.repeat(parts)
            );
            index(&message, 4096).unwrap().has_text
        };
        assert!(!has(13), "65 000 octets are looked at");
        assert!(has(14), "70 000 are given the benefit");
    }

    #[test]
    fn a_bomb_is_refused_and_a_deep_nest_becomes_a_file() {
        let deep: String = (0..1000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"))
            .collect();
        let parts = index(&deep, 4096).unwrap().parts;
        assert_eq!(parts.len(), 1);
        assert_eq!(parts[0].role, PartRole::File);
        let many = format!(
            "Content-Type: multipart/mixed; boundary=m\r\n\r\n{}",
            "--m\r\n\r\n\r\n".repeat(2000)
        );
        assert_eq!(index(&many, 4096).err(), Some(Fault::Complex));
        let long = format!(
            "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n{}",
            "X: y\r\n".repeat(9000)
        );
        assert_eq!(index(&long, 4096).err(), Some(Fault::Complex));
    }

    #[test]
    fn another_reader_finds_the_same_parts() {
        let plain = "Subject: x\r\n\r\nHello\r\n".to_owned();
        let digest = lines(
            "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b  \n\nx\n\n--a b\nContent-Type: text/html\n\n<p>\n--a b--\n",
        );
        for message in [nested(), plain, digest] {
            let ours: Vec<_> = index(&message, 11)
                .unwrap()
                .parts
                .iter()
                .map(|p| (p.offset, p.offset + p.length))
                .collect();
            let theirs = MessageParser::new().parse(&message).unwrap();
            let leaves = theirs
                .parts
                .iter()
                .filter(|p| !matches!(p.body, PartType::Multipart(_)));
            let theirs: Vec<_> = leaves
                .map(|p| (u64::from(p.offset_body), u64::from(p.offset_end)))
                .collect();
            assert_eq!(ours, theirs, "{message}");
        }
    }

    /// Messages of a few parts, some of them broken.
    fn message() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "--m\r\n",
            "--m--\r\n",
            "--n\r\n",
            "--n--\r\n",
            "\r\n",
            "text\r\n",
            "-",
            "--",
            "\r",
            "\n",
            "--m",
            " \r\n",
            "Content-Type: text/html\r\n",
            "Content-Type: multipart/related; boundary=n\r\n",
            "Content-Disposition: attachment; filename=a.txt\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            "SGk=\r\n",
        ]);
        prop::collection::vec(piece, 0..60).prop_map(|p| {
            format!(
                "Content-Type: multipart/mixed; boundary=m\r\n\r\n{}",
                p.concat()
            )
        })
    }

    proptest! {
        #[test]
        fn how_a_message_is_cut_changes_nothing(message in message(), step in 1_usize..20) {
            let whole = index(&message, message.len()).unwrap();
            let cut = index(&message, step).unwrap();
            prop_assert_eq!(&whole.parts, &cut.parts);
            prop_assert_eq!(whole.has_text, cut.has_text);
            let end = u64::try_from(message.len()).unwrap();
            prop_assert!(whole.parts.iter().all(|p| p.offset + p.length <= end));
            prop_assert!(whole.parts.windows(2).all(|w| w[0].offset + w[0].length <= w[1].offset));
        }
    }
}
