//! What IMAP says of a message's form (RFC 3501 §2.3.5, §2.3.6, §6.4.5,
//! §7.4.2), from its stored octets: once, as a [`Card`] that is kept.
//!
//! The parts are found by a scan of our own ([`scan`]) by the same rule as the
//! streaming indexer's, so that IMAP and the portal see the same parts.
//! mail-parser, which reads every field's meaning here, is not asked for the
//! parts: it takes a delimiter's beginning for the whole, decodes every body on
//! the way, goes into encoded messages whose octets have no place in ours, and
//! has no bound on depth.
//!
//! What stands in an ENVELOPE or a BODYSTRUCTURE is what was written: encoded
//! words and RFC 2231 values stay encoded, for the mail program to decode.

mod address;
mod head;
pub(in crate::mime) mod lines;
mod render;
mod scan;
#[cfg(test)]
mod tests;
mod words;

pub use lines::fields;
pub use words::{Sent, Words};

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What is written before a card's octets. A card of another version is made
/// anew; raise it whenever a card would come out otherwise than before.
const VERSION: u8 = 2;
/// Longest header of a message that its card holds whole, in octets: programs ask
/// for fields of it again and again, and nearly all are shorter.
const KEPT_HEADER: usize = 8 * 1024;

/// Everything IMAP says of a message's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// RFC822.SIZE, in octets.
    pub size: u64,
    /// ENVELOPE as IMAP text, parentheses and all.
    #[serde(with = "serde_bytes")]
    pub envelope: Vec<u8>,
    /// BODY as IMAP text: BODYSTRUCTURE without its extension data.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// BODYSTRUCTURE as IMAP text.
    #[serde(with = "serde_bytes")]
    pub body_structure: Vec<u8>,
    /// The message itself and all its parts, each before those within it. There
    /// is at least one.
    pub sections: Vec<Section>,
    /// The message's own header with the empty line, if it is at most 8 KiB.
    pub header: Option<serde_bytes::ByteBuf>,
    /// What SEARCH, SORT and THREAD look at in the header.
    pub words: Words,
}

/// A message or a part of one: where its octets lie in the stored message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// How many sections it stands within.
    pub depth: u8,
    /// What it holds.
    pub form: Form,
    /// Its header with the empty line.
    pub header: Range<u64>,
    /// Its body, still in its transfer encoding.
    pub body: Range<u64>,
    /// Its media type in lower case, such as `text/plain`.
    pub kind: String,
    /// Its transfer encoding in lower case; `7bit` if it names none.
    pub encoding: String,
    /// Its charset in lower case, if it names one.
    pub charset: Option<String>,
}

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Octets that are not looked into.
    Leaf,
    /// Parts: the sections that follow, one deeper.
    Multipart,
    /// A message (`message/rfc822`): the section that follows, one deeper.
    Message,
}

/// Which octets of a section are wanted (RFC 3501 §6.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// `BODY[]`, or a part's body: `BODY[1]`.
    All,
    /// The header of the message, or of the message that a part is.
    Header,
    /// The text of the message, or of the message that a part is.
    Text,
    /// A part's own header.
    Mime,
}

/// Reads a message. Time and memory grow with its length; no octets upset it.
#[must_use]
pub fn card(octets: &[u8]) -> Card {
    let nodes = scan::nodes(octets);
    let header = nodes.first().map_or(&[][..], |node| node.looked);
    let whole = nodes.first().and_then(|node| {
        let range = &node.section.header;
        let (from, to) = (range.start.try_into().ok()?, range.end.try_into().ok()?);
        octets.get::<Range<usize>>(from..to)
    });
    let kept = whole.filter(|header| header.len() <= KEPT_HEADER);
    Card {
        header: kept.map(serde_bytes::ByteBuf::from),
        size: u64::try_from(octets.len()).unwrap_or(u64::MAX),
        envelope: render::envelope(header),
        body: render::structure(&nodes, false),
        body_structure: render::structure(&nodes, true),
        words: Words::read(header),
        sections: nodes.into_iter().map(|node| node.section).collect(),
    }
}

impl Card {
    /// As it is kept.
    #[must_use]
    pub fn to_octets(&self) -> Vec<u8> {
        // Writing into memory has nothing to fail at.
        postcard::to_extend(self, vec![VERSION]).unwrap_or_default()
    }

    /// Reads what [`Card::to_octets`] wrote; `None` if that was another
    /// version, or something else.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let (version, rest) = octets.split_first()?;
        if *version != VERSION {
            return None;
        }
        postcard::from_bytes(rest).ok()
    }

    /// The octets of a section, by its numbers (RFC 3501 §6.4.5). `None` if the
    /// message has no such section, or the section nothing of that sort.
    #[must_use]
    pub fn find(&self, path: &[u32], wanted: Wanted) -> Option<Range<u64>> {
        if path.is_empty() {
            let root = self.sections.first()?;
            return match wanted {
                Wanted::All => Some(0..self.size),
                Wanted::Header => Some(root.header.clone()),
                Wanted::Text => Some(root.body.clone()),
                Wanted::Mime => None,
            };
        }
        let at = self.numbered(path)?;
        let part = self.sections.get(at)?;
        let inner = self.sections.get(at + 1);
        let inner = inner.filter(|_| part.form == Form::Message);
        match wanted {
            Wanted::All => Some(part.body.clone()),
            Wanted::Mime => Some(part.header.clone()),
            Wanted::Header => inner.map(|message| message.header.clone()),
            Wanted::Text => inner.map(|message| message.body.clone()),
        }
    }

    /// The transfer encoding of the part with these numbers, in lower case. What
    /// holds other parts has none of its own (RFC 2045 §6.4), and a whole message
    /// neither: its octets are what they are.
    #[must_use]
    pub fn encoding(&self, path: &[u32]) -> &str {
        let at = self.numbered(path).filter(|_| !path.is_empty());
        match at.and_then(|at| self.sections.get(at)) {
            Some(part) if part.form == Form::Leaf => &part.encoding,
            _ => "binary",
        }
    }

    /// Where the part with these numbers stands among the sections.
    fn numbered(&self, path: &[u32]) -> Option<usize> {
        // Numbers count the parts of a multipart. A message that is none has
        // itself as its part 1.
        let (mut within, mut is_message, mut part) = (0, true, 0);
        for number in path {
            part = match self.sections.get(within)?.form {
                Form::Multipart => self.child(within, *number)?,
                _ if is_message && *number == 1 => within,
                _ => return None,
            };
            is_message = self.sections.get(part)?.form == Form::Message;
            within = part + usize::from(is_message);
        }
        Some(part)
    }

    /// The part of a multipart with this number, counted from 1.
    fn child(&self, of: usize, number: u32) -> Option<usize> {
        let depth = self.sections.get(of)?.depth;
        let nth = usize::try_from(number).ok()?.checked_sub(1)?;
        let below = self.sections.iter().enumerate().skip(of + 1);
        below
            .take_while(|(_, section)| section.depth > depth)
            .filter(|(_, section)| section.depth == depth + 1)
            .nth(nth)
            .map(|(at, _)| at)
    }
}
