//! The octets that FETCH asks for, read as they are sent.

use crate::mailbox::Mailboxes;
use crate::mailbox::cards::open;
use crate::mailbox::search::range;
use crate::mime::structure::{Wanted as Part, fields};
use crate::model::MessageId;
use crate::store::{ContentReader, Error};
use crate::wire::imap::command::{Section, Wanted};
use std::ops::Range;

/// Longest header that is taken apart into fields, in octets: above what a
/// message is accepted with.
const MAX_HEADER: u64 = 1024 * 1024;

/// A message's octets, open for reading.
pub struct Octets {
    content: ContentReader,
}

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Octets({})", self.content.id())
    }
}

/// What a section is: octets at hand, or a range of the message.
#[derive(Debug)]
pub enum Piece {
    /// These.
    Here(Vec<u8>),
    /// Those of the message in this range.
    There(Range<u64>),
}

impl Piece {
    /// How many octets it has.
    #[must_use]
    pub fn length(&self) -> u64 {
        match self {
            Self::Here(octets) => octets.len() as u64,
            Self::There(range) => range.end.saturating_sub(range.start),
        }
    }
}

impl Mailboxes {
    /// Opens a message's octets; `None` if they were destroyed.
    ///
    /// # Errors
    /// The store's own.
    pub async fn octets(&self, message: MessageId) -> Result<Option<Octets>, Error> {
        let content = open(&self.0.store, message).await?;
        Ok(content.map(|content| Octets { content }))
    }

    /// A section of a message; `None` if it has no such part.
    ///
    /// # Errors
    /// The store's own.
    pub async fn section(
        &self,
        message: MessageId,
        octets: &Octets,
        section: &Section,
    ) -> Result<Option<Piece>, Error> {
        let part = match &section.wanted {
            // The commonest of all needs nothing more.
            Wanted::All if section.path.is_empty() => {
                let whole = Piece::There(0..octets.content.length());
                return Ok(Some(partial(whole, section.partial)));
            }
            Wanted::All => Part::All,
            Wanted::Header | Wanted::Fields { .. } => Part::Header,
            Wanted::Text => Part::Text,
            Wanted::Mime => Part::Mime,
        };
        let Some(card) = self.0.cards.get(message).await? else {
            return Ok(None);
        };
        let Some(found) = card.find(&section.path, part) else {
            return Ok(None);
        };
        let piece = match &section.wanted {
            Wanted::Fields { names, except } => {
                let end = found.end.min(found.start.saturating_add(MAX_HEADER));
                let header = range(&octets.content, found.start..end).await?;
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Piece::Here(fields(&header, &names, *except))
            }
            _ => Piece::There(found),
        };
        Ok(Some(partial(piece, section.partial)))
    }
}

impl Octets {
    /// Reads on from a place in the message, at most 64 KiB and `limit`.
    ///
    /// # Errors
    /// The store's own.
    pub async fn read(&self, from: u64, limit: u64) -> Result<Vec<u8>, Error> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        self.content.read(from, limit).await
    }
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
    }
}
