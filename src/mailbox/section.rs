//! The octets that FETCH asks for, read as they are sent. What a message's card
//! holds, its header, is not read at all.

use crate::mailbox::Mailboxes;
use crate::mailbox::cards::open;
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
    /// Opens what these sections take; `false` if the message was destroyed.
    ///
    /// # Errors
    /// The store's own.
    pub async fn open<'s>(
        &mut self,
        mut sections: impl Iterator<Item = &'s Section>,
    ) -> Result<bool, Error> {
        let inner = &self.mailboxes.0;
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
        Ok(by_card || self.content.is_some())
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
        let part = match &section.wanted {
            Wanted::All => Part::All,
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

    /// Reads on from a place in the message, at most 64 KiB and `limit`.
    ///
    /// # Errors
    /// The store's own.
    pub async fn read(&self, from: u64, limit: u64) -> Result<Vec<u8>, Error> {
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
    }
}
