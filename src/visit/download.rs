//! One file of a message, on its way to the reader.

use crate::mime::decode::Decoder;
use crate::model::message::PartRole;
use crate::model::{Actor, Event, EventKind, State};
use crate::store::ContentReader;
use crate::visit::reading::{self, Opened};
use crate::visit::view::{Caller, File, Reader, Which};
use crate::visit::{Error, Visit};

/// Octets read at once.
const STEP: usize = 64 * 1024;

/// A file on its way to the reader: decoded piece by piece, never held whole.
#[derive(Debug)]
pub struct Download {
    /// What it is.
    pub file: File,
    content: ContentReader,
    /// Where the next octet lies, and where the part ends.
    span: (u64, u64),
    decoder: Option<Decoder>,
}

impl Visit {
    /// A file; marks it downloaded if the request counts. `None`: not this
    /// reader's, no such file, or no longer available.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn file(
        &self,
        reader: &Reader,
        which: Which,
        n: u16,
        caller: &Caller,
    ) -> Result<Option<Download>, Error> {
        let Some(opened) = self.open(reader, which).await? else {
            return Ok(None);
        };
        let Opened {
            grant,
            head,
            content,
            ..
        } = opened;
        let part = head.parts.get(usize::from(n));
        let Some(part) = part.filter(|part| matches!(part.role, PartRole::File | PartRole::Inline))
        else {
            return Ok(None);
        };
        if let Some(grant) = grant.filter(|_| caller.counts) {
            let event = Event::new(
                Actor::Recipient,
                EventKind::Download,
                format!("{}/{n}", grant.id),
            );
            let event = event
                .from(self.store.network_key(caller.ip))
                .noted(caller.agent);
            self.note(grant.id, State::Downloaded, Some(event)).await?;
        }
        Ok(Some(Download {
            file: reading::file(n, part),
            decoder: Some(Decoder::new(&part.encoding)),
            span: (part.offset, part.offset.saturating_add(part.length)),
            content,
        }))
    }
}

impl Download {
    /// The next octets, decoded, at most some tens of KiB; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Message`]: the response must break off, so
    /// that nobody takes half a file for a whole one.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let mut out = Vec::new();
        while out.is_empty() {
            let Some(decoder) = &mut self.decoder else {
                return Ok(None);
            };
            let (at, end) = self.span;
            let left = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
            if left == 0 {
                if let Some(decoder) = self.decoder.take() {
                    decoder.finish(&mut out);
                }
                break;
            }
            let piece = self.content.read(at, left.min(STEP)).await?;
            if piece.is_empty() {
                return Err(Error::Message("a file ends before its part does"));
            }
            self.span.0 = at.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            decoder.write(&piece, &mut out);
        }
        Ok(Some(out).filter(|out| !out.is_empty()))
    }
}
