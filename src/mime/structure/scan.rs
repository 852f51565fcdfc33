//! Where the parts of a message begin and end (RFC 2046 §5.1): one pass over
//! its octets. A delimiter is what the indexer takes for one, a whole line.

use super::head::{Head, OCTETS};
use super::lines::{first_line, is_empty_line};
use super::{Form, Section};
use std::ops::Range;

/// How deep multiparts and messages may stand in one another, so that no stack
/// grows, ours or a client's. A mail forwarded six times in the usual way has
/// 12; the indexer follows 24 multiparts. What is deeper is one opaque part.
pub(super) const MAX_DEPTH: usize = 32;
/// How many sections a message may have: twice the leaves it may have at
/// accept. From then on delimiters begin no part, and all that follows belongs
/// to the last one.
pub(super) const MAX_SECTIONS: usize = 1000;
/// How much header is read in all, in octets, which bounds the card: four times
/// the longest header we take, for the messages within. A header beyond counts
/// as empty.
const MAX_LOOKED: usize = 1024 * 1024;
/// Longest line that can be a delimiter, in octets; as in the indexer.
const MAX_DELIMITER: usize = 1000;

/// A section, and what its header says.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) section: Section,
    pub(super) head: Head,
    /// Its header, as far as it is looked at.
    pub(super) looked: &'a [u8],
    /// How many lines its body has.
    pub(super) lines: usize,
}

impl Node<'_> {
    /// Whether IMAP says how many lines it has.
    pub(super) fn has_lines(&self) -> bool {
        self.section.form == Form::Message || self.head.kind.starts_with("text/")
    }
}

/// The message and its parts, each before those within it.
pub(super) fn nodes(octets: &[u8]) -> Vec<Node<'_>> {
    let mut scan = Scan {
        octets,
        nodes: Vec::new(),
        open: Vec::new(),
        budget: MAX_LOOKED,
    };
    scan.part(0, 0, "text/plain");
    scan.nodes
}

struct Scan<'a> {
    octets: &'a [u8],
    nodes: Vec<Node<'a>>,
    /// The boundaries of the multiparts that are open, the outermost first.
    open: Vec<Vec<u8>>,
    /// How much header may still be looked at.
    budget: usize,
}

/// What ends a part.
#[derive(Clone, Copy, Debug)]
struct End {
    /// Where its octets end.
    at: usize,
    /// Where what follows begins.
    next: usize,
    /// Which open multipart's delimiter it is, and whether it closes it; none
    /// for the end of the message.
    by: Option<(usize, bool)>,
}

impl<'a> Scan<'a> {
    /// Reads the part at `at`, and says what ended it.
    fn part(&mut self, at: usize, depth: usize, default: &str) -> End {
        let (body, cut) = self.header(at);
        let (me, boundary) = self.push(at..body, depth, default);
        let form = self.nodes.get(me).map(|node| node.section.form);
        let mut end = match (form, cut) {
            (Some(Form::Multipart), _) => {
                let end = cut.unwrap_or_else(|| self.parts(me, body, depth, boundary));
                self.at_least_one(me, end.at.max(body), depth);
                end
            }
            (Some(Form::Message), None) => self.part(body, depth + 1, "text/plain"),
            (Some(Form::Message), Some(end)) => {
                self.at_least_one(me, body, depth);
                end
            }
            _ => cut.unwrap_or_else(|| self.skip(body)),
        };
        end.at = end.at.max(body);
        let octets = self.octets.get(body..end.at).unwrap_or_default();
        if let Some(node) = self.nodes.get_mut(me) {
            node.section.body.end = place(end.at);
            if node.has_lines() {
                node.lines = memchr::memchr_iter(b'\n', octets).count();
            }
        }
        end
    }

    /// Reads the parts of a multipart whose body begins at `at`.
    fn parts(&mut self, me: usize, at: usize, depth: usize, boundary: Vec<u8>) -> End {
        let kind = self.nodes.get(me).map(|node| node.head.kind.as_str());
        let default = match kind {
            // RFC 2046 §5.1.5
            Some("multipart/digest") => "message/rfc822",
            _ => "text/plain",
        };
        let level = self.open.len();
        self.open.push(boundary);
        let mut end = self.skip(at);
        while end.by == Some((level, false)) {
            end = if self.is_full() {
                self.skip(end.next)
            } else {
                self.part(end.next, depth + 1, default)
            };
        }
        self.open.truncate(level);
        if end.by == Some((level, true)) {
            let last = end.at;
            end = self.skip(end.next);
            end.at = end.at.max(last);
        }
        end
    }

    /// IMAP has no word for a container of nothing: it gets an empty text.
    fn at_least_one(&mut self, me: usize, at: usize, depth: usize) {
        if self.nodes.len() == me + 1 {
            self.push(at..at, depth + 1, "text/plain");
        }
    }

    fn is_full(&self) -> bool {
        self.nodes.len() >= MAX_SECTIONS
    }

    /// Notes a section with an empty body, and gives its place and boundary.
    fn push(&mut self, header: Range<usize>, depth: usize, default: &str) -> (usize, Vec<u8>) {
        let octets = self.octets.get(header.clone()).unwrap_or_default();
        let looked = if octets.len() <= self.budget {
            octets
        } else {
            &[]
        };
        self.budget -= looked.len();
        let mut head = Head::read(looked, default);
        let boundary = head.boundary.take();
        // One more must fit below, or it would have to be made up.
        let has_room = depth < MAX_DEPTH && self.nodes.len() + 1 < MAX_SECTIONS;
        let form = match head.kind.as_str() {
            "message/rfc822" if has_room => Form::Message,
            kind if kind.starts_with("multipart/") && boundary.is_some() && has_room => {
                Form::Multipart
            }
            _ => Form::Leaf,
        };
        let contains = head.kind == "message/rfc822" || head.kind.starts_with("multipart/");
        if form == Form::Leaf && contains {
            head.kind = OCTETS.to_owned();
            head.parameters.clear();
        }
        let section = Section {
            depth: u8::try_from(depth).unwrap_or(u8::MAX),
            form,
            body: place(header.end)..place(header.end),
            header: place(header.start)..place(header.end),
            kind: head.kind.clone(),
            encoding: head.encoding.clone(),
            charset: head.charset.clone(),
        };
        self.nodes.push(Node {
            section,
            head,
            looked,
            lines: 0,
        });
        (self.nodes.len() - 1, boundary.unwrap_or_default())
    }

    /// Where the body of the part at `at` begins, and what cut its header off,
    /// if something did.
    fn header(&self, at: usize) -> (usize, Option<End>) {
        let mut start = at;
        loop {
            let line = first_line(self.octets.get(start..).unwrap_or_default());
            let next = start + line.len();
            if is_empty_line(line) {
                return (next, None);
            }
            let by = self.delimiter(line);
            if line.is_empty() || by.is_some() {
                let at = start;
                return (start, Some(End { at, next, by }));
            }
            start = next;
        }
    }

    /// Looks for the next delimiter from the line that begins at `from`.
    fn skip(&self, from: usize) -> End {
        let rest = self.octets.get(from..).unwrap_or_default();
        let last = End {
            at: self.octets.len(),
            next: self.octets.len(),
            by: None,
        };
        if self.open.is_empty() {
            return last;
        }
        let first = rest.starts_with(b"--").then_some(from);
        let others = memchr::memmem::find_iter(rest, b"\n--").map(|at| from + at + 1);
        let mut starts = first.into_iter().chain(others);
        let found = starts.find_map(|start| {
            let line = first_line(self.octets.get(start..).unwrap_or_default());
            let by = self.delimiter(line)?;
            // Where nothing more fits in, the part that is open goes on.
            (by.1 || !self.is_full()).then_some(End {
                at: self.before(start),
                next: start + line.len(),
                by: Some(by),
            })
        });
        found.unwrap_or(last)
    }

    /// Which open multipart a line is a delimiter of, the innermost first, and
    /// whether it closes it (RFC 2046 §5.1.1).
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        if line.len() > MAX_DELIMITER {
            return None;
        }
        let word = line.trim_ascii_end().strip_prefix(b"--")?;
        let closed = word.strip_suffix(b"--");
        self.open
            .iter()
            .enumerate()
            .rev()
            .find_map(|(n, boundary)| {
                if word == boundary {
                    Some((n, false))
                } else {
                    (closed == Some(boundary)).then_some((n, true))
                }
            })
    }

    /// The place before the line break that stands before `start`, which
    /// belongs to the delimiter there.
    fn before(&self, start: usize) -> usize {
        let before = self.octets.get(..start).unwrap_or_default();
        let bare = before.strip_suffix(b"\n").unwrap_or(before);
        bare.strip_suffix(b"\r").unwrap_or(bare).len()
    }
}

fn place(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}
