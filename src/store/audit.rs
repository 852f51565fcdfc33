//! The audit trail: append-only and hash-chained. Each entry's link covers the
//! one before it, the writer, the running number and the sealed event, under a
//! key of its own, so that a changed, missing or moved entry is found.

use crate::model::Event;
use crate::store::backing::{Backing, Span};
use crate::store::sled::Chain;
use crate::store::{Error, Store, Table};
use aws_lc_rs::hmac;
use jiff::Timestamp;

/// Version of an entry's written form.
pub(super) const VERSION: u8 = 1;
/// Entries read at a time when verifying.
const STEP: usize = 512;
const LINK: usize = 32;

/// An audit event as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Its running number; the first is 1.
    pub sequence: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// What verifying the audit trail found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditReport {
    /// How many entries are in order.
    pub good: u64,
    /// The running number at which the chain first fails: an entry that was
    /// changed, removed or moved.
    pub first_bad: Option<u64>,
}

/// A place in a chain: the number and link of its last entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) sequence: u64,
    pub(super) link: [u8; LINK],
}

impl Link {
    /// Before the first entry.
    pub(super) const fn first() -> Self {
        Self {
            sequence: 0,
            link: [0; LINK],
        }
    }

    /// The place after an entry with this body.
    pub(super) fn next(&self, chain: &Chain, body: &[u8]) -> Self {
        let sequence = self.sequence + 1;
        let mut mac = hmac::Context::with_key(&chain.key);
        mac.update(&self.link);
        mac.update(&chain.node);
        mac.update(&sequence.to_be_bytes());
        mac.update(body);
        let mut link = [0; LINK];
        for (slot, octet) in link.iter_mut().zip(mac.sign().as_ref()) {
            *slot = *octet;
        }
        Self { sequence, link }
    }

    /// The place as it is kept under [`head_key`].
    pub(super) fn written(&self) -> Vec<u8> {
        let mut value = self.sequence.to_be_bytes().to_vec();
        value.extend_from_slice(&self.link);
        value
    }

    /// Reads [`Self::written`]. A value of another shape is taken for a chain
    /// without entries, which verifying will find.
    pub(super) fn read(value: &[u8]) -> Self {
        let read = value.split_first_chunk::<8>().and_then(|(sequence, link)| {
            let link = link.try_into().ok()?;
            Some(Self {
                sequence: u64::from_be_bytes(*sequence),
                link,
            })
        });
        read.unwrap_or_else(Self::first)
    }
}

/// The key of a log's entry.
pub(super) fn entry_key(log: &[u8], sequence: u64) -> Vec<u8> {
    let mut key = log.to_vec();
    key.extend_from_slice(&sequence.to_be_bytes());
    key
}

/// Where the last place of a log is kept: it shows that the end was cut off.
pub(super) fn head_key(log: &[u8]) -> Vec<u8> {
    Table::Meta.key(&[b"log", log])
}

impl Store {
    /// Audit events after the running number `after`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Damaged`] if an entry does not open; [`Store::verify_audit`] names it.
    pub async fn audit_events(&self, after: u64, limit: usize) -> Result<Vec<Audited>, Error> {
        let mut events = Vec::new();
        for (sequence, body, _) in self.audit_entries(after, limit).await? {
            let (at, event) = self.open_event(&body)?;
            events.push(Audited {
                sequence,
                at,
                event,
            });
        }
        Ok(events)
    }

    /// Audit events before the running number `before`, newest first, at most
    /// `limit`; without a number, the newest.
    ///
    /// # Errors
    /// As [`Store::audit_events`].
    pub async fn audit_before(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Audited>, Error> {
        let log = self.audit_log();
        let span = Span {
            beyond: before.map(|before| entry_key(&log, before)),
            prefix: log,
            backward: true,
            limit,
        };
        let mut events = Vec::new();
        for (key, value) in self.inner.engine.range(span).await? {
            let sequence = key.last_chunk::<8>().map_or(0, |n| u64::from_be_bytes(*n));
            let (body, _) = value
                .split_last_chunk::<LINK>()
                .unwrap_or((&[], &[0; LINK]));
            let (at, event) = self.open_event(body)?;
            events.push(Audited {
                sequence,
                at,
                event,
            });
        }
        Ok(events)
    }

    /// Follows the chain from its first entry to its last.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read.
    pub async fn verify_audit(&self) -> Result<AuditReport, Error> {
        let chain = self.chain();
        let mut place = Link::first();
        loop {
            let entries = self.audit_entries(place.sequence, STEP).await?;
            if entries.is_empty() {
                break;
            }
            for (sequence, body, link) in entries {
                let next = place.next(&chain, &body);
                if sequence != next.sequence || link != next.link || self.open_event(&body).is_err()
                {
                    return Ok(AuditReport {
                        good: place.sequence,
                        first_bad: Some(next.sequence),
                    });
                }
                place = next;
            }
        }
        let head = self.inner.engine.get(&head_key(&self.audit_log())).await?;
        let head = head.map_or_else(Link::first, |value| Link::read(&value));
        // Entries may have been added while the chain was followed; an end that
        // lies before ours, or a link that differs, was tampered with.
        let cut = head.sequence < place.sequence
            || (head.sequence == place.sequence && head.link != place.link)
            || (head.sequence > place.sequence
                && self.audit_entries(place.sequence, 1).await?.is_empty());
        Ok(AuditReport {
            good: place.sequence,
            first_bad: cut.then_some(place.sequence + 1),
        })
    }

    /// The key of this writer's log.
    pub(super) fn audit_log(&self) -> Vec<u8> {
        Table::Audit.key(&[&self.inner.node])
    }

    /// An event sealed with the time of its writing.
    pub(super) fn seal_event(&self, at: Timestamp, event: &Event) -> Result<Vec<u8>, Error> {
        let plain = postcard::to_stdvec(&(at, event)).map_err(|e| Error::Io(e.to_string()))?;
        self.inner.vault.seal(VERSION, &self.audit_log(), &plain)
    }

    fn open_event(&self, body: &[u8]) -> Result<(Timestamp, Event), Error> {
        let (_, plain) = self.inner.vault.open(&self.audit_log(), body)?;
        postcard::from_bytes(&plain).map_err(|_| Error::Damaged(Table::Audit))
    }

    /// Entries as they are kept: number, sealed event, link.
    async fn audit_entries(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Vec<u8>, [u8; LINK])>, Error> {
        let log = self.audit_log();
        let span = Span {
            beyond: Some(entry_key(&log, after)),
            prefix: log,
            backward: false,
            limit,
        };
        let mut entries = Vec::new();
        for (key, value) in self.inner.engine.range(span).await? {
            let sequence = key.last_chunk::<8>().map_or(0, |n| u64::from_be_bytes(*n));
            let (body, link) = value
                .split_last_chunk::<LINK>()
                .unwrap_or((&[], &[0; LINK]));
            entries.push((sequence, body.to_vec(), *link));
        }
        Ok(entries)
    }
}
