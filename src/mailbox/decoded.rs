//! A part with its transfer encoding undone (RFC 3516, RFC 9051 §6.4.5), piece
//! by piece as it is read: a large part never stands in memory, and whatever it
//! holds costs time in proportion to its length.

use crate::mailbox::section::Octets;
use crate::mime::decode::Decoder;
use crate::mime::structure::{Card, Wanted};
use crate::store::Error;
use std::ops::Range;

/// Longest text that is kept while it is measured, in octets: such a part is
/// read once. A longer one is read again when it is sent.
const KEPT: usize = 64 * 1024;

/// A part on its way through its decoder.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Gone when the last octets have come out.
    decoder: Option<Decoder>,
    /// What of the message is still to be read.
    raw: Range<u64>,
    /// Decoded octets before the first that is wanted.
    skip: u64,
    /// Decoded octets that are still wanted.
    left: u64,
}

/// What is known of a part once it has been through.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) length: u64,
    /// A NUL is among the octets.
    pub(super) has_nul: bool,
    /// The octets, if they are few.
    pub(super) kept: Option<Vec<u8>>,
}

/// Whether we can undo the encoding of the part with these numbers. What holds
/// other parts has none (RFC 2045 §6.4).
pub(super) fn is_known(card: &Card, path: &[u32]) -> bool {
    Decoder::known(card.encoding(path)).is_some()
}

impl Decoded {
    /// The part with these numbers, from which octet on and how many at most;
    /// `None` if there is no such part or its encoding is not known.
    pub(super) fn new(card: &Card, path: &[u32], partial: Option<(u32, u32)>) -> Option<Self> {
        let raw = card.find(path, Wanted::All)?;
        let decoder = Decoder::known(card.encoding(path))?;
        let (from, most) = partial.map_or((0, u64::MAX), |(from, most)| (from.into(), most.into()));
        if decoder.changes_nothing() {
            let start = raw.start.saturating_add(from).min(raw.end);
            let end = start.saturating_add(most).min(raw.end);
            return Some(Self {
                decoder: Some(decoder),
                raw: start..end,
                skip: 0,
                left: u64::MAX,
            });
        }
        Some(Self {
            decoder: Some(decoder),
            raw,
            skip: from,
            left: most,
        })
    }

    /// The next octets, some of them; `None` at the end.
    ///
    /// # Errors
    /// The store's own.
    pub(super) async fn next(&mut self, octets: &Octets) -> Result<Option<Vec<u8>>, Error> {
        while self.left > 0 {
            let mut out = Vec::new();
            let read = octets.take(&mut self.raw).await?;
            match (read, &mut self.decoder) {
                (Some(read), Some(decoder)) => decoder.write(&read, &mut out),
                (None, decoder) => match decoder.take() {
                    Some(decoder) => decoder.finish(&mut out),
                    None => return Ok(None),
                },
                // The decoder goes when nothing is left to be read.
                (Some(_), None) => return Ok(None),
            }
            self.cut(&mut out);
            if !out.is_empty() {
                return Ok(Some(out));
            }
        }
        Ok(None)
    }

    /// Leaves of decoded octets what is wanted.
    fn cut(&mut self, out: &mut Vec<u8>) {
        let before = self.skip.min(out.len() as u64);
        self.skip -= before;
        out.drain(..usize::try_from(before).unwrap_or(out.len()));
        out.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= out.len() as u64;
    }

    /// Goes through the part once without sending it.
    pub(super) async fn measured(&self, octets: &Octets) -> Result<Measured, Error> {
        let mut part = self.clone();
        let (mut length, mut has_nul, mut kept) = (0, false, Some(Vec::new()));
        while let Some(piece) = part.next(octets).await? {
            length += piece.len() as u64;
            has_nul = has_nul || piece.contains(&0);
            kept = kept.filter(|_| length <= KEPT as u64);
            if let Some(kept) = &mut kept {
                kept.extend_from_slice(&piece);
            }
        }
        Ok(Measured {
            length,
            has_nul,
            kept,
        })
    }
}
