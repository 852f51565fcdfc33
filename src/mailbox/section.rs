//! The octets that FETCH asks for, read as they are sent. What a message's card
//! holds, its header, is not read at all.

use crate::mailbox::Mailboxes;
use crate::mailbox::cards::open;
use crate::mailbox::decoded::{Decoded, is_known};
use crate::mailbox::search::range;
use crate::mime::structure::{Card, Wanted as Part, fields};
use crate::model::MessageId;
use crate::store::{ContentReader, Error};
use crate::wire::imap::command::{Section, Wanted};
use std::ops::Range;
use std::sync::Arc;

/// Longest header that is taken apart into fields, in octets: above what a
/// message is accepted with.
const MAX_HEADER: u64 = 1024 * 1024;

/// A message whose octets are asked for.
pub struct Octets {
    mailboxes: Mailboxes,
    message: MessageId,
    card: Option<Arc<Card>>,
    content: Option<ContentReader>,
}

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Octets({})", self.message)
    }
}

/// Whether the octets of a message can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// They can.
    Ready,
    /// The message was destroyed.
    Gone,
    /// A part is in a transfer encoding that nobody here can undo.
    Encoded,
}

/// What a section is: octets at hand, or where they come from.
#[derive(Debug)]
pub enum Piece {
    /// These.
    Here(Vec<u8>),
    /// Those of the message in this range.
    There(Range<u64>),
    /// Those that come out of a decoder.
    Decoded {
        /// How to come by them.
        part: Decoded,
        /// How many they are.
        length: u64,
        /// Whether a NUL is among them.
        has_nul: bool,
    },
    /// No octets: how many a decoded part has.
    Size(u64),
}

impl Piece {
    /// How many octets it has.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Here(octets) => octets.len() as u64,
            Self::There(range) => range.end.saturating_sub(range.start),
            Self::Decoded { length, .. } | Self::Size(length) => *length,
        }
    }

    /// Whether a NUL is among octets that were decoded. Of a range as it is
    /// stored nobody asks: it goes out as the literal it came in as.
    #[must_use]
    pub fn has_nul(&self) -> bool {
        match self {
            Self::Here(octets) => octets.contains(&0),
            Self::Decoded { has_nul, .. } => *has_nul,
            Self::There(_) | Self::Size(_) => false,
        }
    }
}

impl Mailboxes {
    /// A message's octets, not opened yet.
    #[must_use]
    pub fn octets(&self, message: MessageId) -> Octets {
        Octets {
            mailboxes: self.clone(),
            message,
            card: None,
            content: None,
        }
    }
}

impl Octets {
    /// Opens what these sections take.
    ///
    /// # Errors
    /// The store's own.
    pub async fn open<'s>(
        &mut self,
        mut sections: impl Iterator<Item = &'s Section> + Clone,
    ) -> Result<Opened, Error> {
        let inner = &self.mailboxes.0;
        let mut decoded = sections.clone().filter(|section| is_decoded(section));
        if let Some(first) = decoded.next() {
            self.card = inner.cards.get(self.message).await?;
            let Some(card) = &self.card else {
                return Ok(Opened::Gone);
            };
            let known = |section: &Section| is_known(card, &section.path);
            if !known(first) || !decoded.all(known) {
                return Ok(Opened::Encoded);
            }
        }
        let mut by_card = true;
        if sections.any(|section| !is_of_own_header(section)) {
            by_card = false;
        } else {
            self.card = inner.cards.get(self.message).await?;
            by_card &= self.card.as_ref().is_some_and(|card| card.header.is_some());
        }
        if !by_card {
            self.content = open(&inner.store, self.message).await?;
        }
        Ok(match by_card || self.content.is_some() {
            true => Opened::Ready,
            false => Opened::Gone,
        })
    }

    /// A section of the message; `None` if it has no such part.
    ///
    /// # Errors
    /// The store's own.
    pub async fn section(&mut self, section: &Section) -> Result<Option<Piece>, Error> {
        if section.path.is_empty()
            && section.wanted == Wanted::All
            && let Some(content) = &self.content
        {
            // The commonest of all needs nothing more.
            let whole = Piece::There(0..content.length());
            return Ok(Some(partial(whole, section.partial)));
        }
        if self.card.is_none() {
            self.card = self.mailboxes.0.cards.get(self.message).await?;
        }
        let Some(card) = self.card.clone() else {
            return Ok(None);
        };
        if is_decoded(section) {
            return self.decoded(&card, section).await;
        }
        let part = match &section.wanted {
            Wanted::All | Wanted::Decoded | Wanted::DecodedSize => Part::All,
            Wanted::Header | Wanted::Fields { .. } => Part::Header,
            Wanted::Text => Part::Text,
            Wanted::Mime => Part::Mime,
        };
        let Some(found) = card.find(&section.path, part) else {
            return Ok(None);
        };
        let kept = card.header.as_deref().filter(|_| is_of_own_header(section));
        let piece = match (&section.wanted, kept) {
            (Wanted::Fields { names, except }, Some(header)) => {
                Piece::Here(fields(header, &borrowed(names), *except))
            }
            (Wanted::Fields { names, except }, None) => {
                let header = self.header(found).await?;
                Piece::Here(fields(&header, &borrowed(names), *except))
            }
            (_, Some(header)) => Piece::Here(header.to_vec()),
            (_, None) => Piece::There(found),
        };
        Ok(Some(partial(piece, section.partial)))
    }

    async fn decoded(&self, card: &Card, section: &Section) -> Result<Option<Piece>, Error> {
        let Some(part) = Decoded::new(card, &section.path, section.partial) else {
            return Ok(None);
        };
        let measured = part.measured(self).await?;
        if section.wanted == Wanted::DecodedSize {
            return Ok(Some(Piece::Size(measured.length)));
        }
        Ok(Some(match measured.kept {
            Some(octets) => Piece::Here(octets),
            None => Piece::Decoded {
                part,
                length: measured.length,
                has_nul: measured.has_nul,
            },
        }))
    }

    /// The next octets of a piece, at most 64 KiB of a range; `None` at its end.
    ///
    /// # Errors
    /// The store's own. A message that ends too early is one too.
    pub async fn next(&self, piece: &mut Piece) -> Result<Option<Vec<u8>>, Error> {
        match piece {
            Piece::Here(octets) => Ok(Some(std::mem::take(octets)).filter(|o| !o.is_empty())),
            Piece::There(range) => self.take(range).await,
            Piece::Decoded { part, .. } => part.next(self).await,
            Piece::Size(_) => Ok(None),
        }
    }

    /// Takes octets off the front of a range of the message.
    pub(super) async fn take(&self, range: &mut Range<u64>) -> Result<Option<Vec<u8>>, Error> {
        if range.is_empty() {
            return Ok(None);
        }
        let octets = self.read(range.start, range.end - range.start).await?;
        if octets.is_empty() {
            return Err(Error::Io("a message ends within a part".to_owned()));
        }
        range.start += octets.len() as u64;
        Ok(Some(octets))
    }

    /// Reads on from a place in the message, at most 64 KiB and `limit`.
    async fn read(&self, from: u64, limit: u64) -> Result<Vec<u8>, Error> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        match &self.content {
            Some(content) => content.read(from, limit).await,
            None => Ok(Vec::new()),
        }
    }

    async fn header(&self, found: Range<u64>) -> Result<Vec<u8>, Error> {
        let end = found.end.min(found.start.saturating_add(MAX_HEADER));
        match &self.content {
            Some(content) => range(content, found.start..end).await,
            None => Ok(Vec::new()),
        }
    }
}

/// Whether a section is the message's own header, or fields of it.
fn is_of_own_header(section: &Section) -> bool {
    section.path.is_empty() && matches!(section.wanted, Wanted::Header | Wanted::Fields { .. })
}

fn is_decoded(section: &Section) -> bool {
    matches!(section.wanted, Wanted::Decoded | Wanted::DecodedSize)
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// `<from.count>` of a piece (RFC 3501 §6.4.5).
fn partial(piece: Piece, wanted: Option<(u32, u32)>) -> Piece {
    let Some((from, count)) = wanted else {
        return piece;
    };
    let (from, count) = (u64::from(from), u64::from(count));
    match piece {
        Piece::There(range) => {
            let start = range.start.saturating_add(from).min(range.end);
            Piece::There(start..start.saturating_add(count).min(range.end))
        }
        Piece::Here(octets) => {
            let index = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
            let start = index(from).min(octets.len());
            let end = index(from.saturating_add(count)).min(octets.len());
            Piece::Here(octets.get(start..end).unwrap_or_default().to_vec())
        }
        // Cut already.
        piece => piece,
    }
}
