//! Mailboxes as IMAP will show them, and the sequence of changes. UIDs,
//! mod-sequences and change numbers are drawn inside the commit, in the order
//! of commits, so that a reader who saw a number has seen all before it.

use crate::model::{AccountId, MailboxId, MessageId};
use crate::store::backing::{Backing, Batch, Piece, Span, Write};
use crate::store::{Error, Store, Table};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const ENTRY: u8 = 1;
const CHANGE: u8 = 1;

/// What changed, for IDLE, other processes and pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A message or what became of it.
    Message(MessageId),
    /// A message was filed in a folder.
    Filed(MailboxId, MessageId),
    /// An account.
    Account(AccountId),
}

/// A UID in a folder (RFC 3501 §2.3.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The folder.
    pub folder: MailboxId,
    /// Its number there; rises, is never given twice.
    pub uid: u32,
    /// The folder's mod-sequence when it was filed (RFC 7162 §3.1).
    pub modseq: u64,
    /// The message.
    pub message: MessageId,
    /// When it was filed.
    pub filed: Timestamp,
    /// Whether it counts as read from the start, as a copy of one's own mail does.
    pub seen: bool,
}

#[derive(Serialize, Deserialize)]
struct Filed {
    message: MessageId,
    filed: Timestamp,
    seen: bool,
}

/// What a [`Tx`](crate::store::Tx) wants filed.
pub(super) struct Filing {
    pub(super) folder: MailboxId,
    pub(super) message: MessageId,
    pub(super) seen: bool,
}

impl Store {
    /// Entries of a folder after a UID, in the order of UIDs, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Damaged`] if an entry does not open.
    pub async fn entries(
        &self,
        folder: MailboxId,
        after: u32,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        let prefix = Table::Entry.key(&[folder.octets()]);
        let beyond = Table::Entry.key(&[folder.octets(), &u64::from(after).to_be_bytes()]);
        let span = Span {
            prefix: prefix.clone(),
            beyond: Some(beyond),
            backward: false,
            limit,
        };
        let pairs = self.inner.engine.range(span).await?;
        pairs
            .iter()
            .map(|(key, value)| self.entry(folder, key, value))
            .collect()
    }

    /// The next UID and the highest mod-sequence of a folder.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read.
    pub async fn folder_numbers(&self, folder: MailboxId) -> Result<(u64, u64), Error> {
        let uid = self.counter(&uid_counter(folder)).await?;
        Ok((uid + 1, self.counter(&modseq_counter(folder)).await?))
    }

    /// Changes after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a change does not open.
    pub async fn changes(&self, after: u64, limit: usize) -> Result<Vec<(u64, Change)>, Error> {
        let prefix = Table::Change.key(&[]);
        let beyond = Table::Change.key(&[&after.to_be_bytes()]);
        let span = Span {
            prefix: prefix.clone(),
            beyond: Some(beyond),
            backward: false,
            limit,
        };
        let pairs = self.inner.engine.range(span).await?;
        let read = |(key, value): &(Vec<u8>, Vec<u8>)| {
            let (_, plain) = self.inner.vault.open(&prefix, value)?;
            let change = postcard::from_bytes(&plain).map_err(|_| Error::Damaged(Table::Change))?;
            Ok((drawn(key), change))
        };
        pairs.iter().map(read).collect()
    }

    fn entry(&self, folder: MailboxId, key: &[u8], value: &[u8]) -> Result<Entry, Error> {
        let damaged = || Error::Damaged(Table::Entry);
        let (sealed, modseq) = value.split_last_chunk::<8>().ok_or_else(damaged)?;
        let (_, plain) = self
            .inner
            .vault
            .open(&Table::Entry.key(&[folder.octets()]), sealed)?;
        let filed: Filed = postcard::from_bytes(&plain).map_err(|_| damaged())?;
        Ok(Entry {
            folder,
            uid: u32::try_from(drawn(key)).map_err(|_| damaged())?,
            modseq: u64::from_be_bytes(*modseq),
            message: filed.message,
            filed: filed.filed,
            seen: filed.seen,
        })
    }

    async fn counter(&self, key: &[u8]) -> Result<u64, Error> {
        let value = self.inner.engine.get(key).await?;
        Ok(value.map_or(0, |v| drawn(&v)))
    }

    /// Plans a filing: draws UID and mod-sequence, then the change.
    pub(super) fn plan_filing(
        &self,
        batch: &mut Batch,
        filing: &Filing,
        at: Timestamp,
    ) -> Result<(), Error> {
        let folder = filing.folder;
        let prefix = Table::Entry.key(&[folder.octets()]);
        let body = Filed {
            message: filing.message,
            filed: at,
            seen: filing.seen,
        };
        let plain = postcard::to_stdvec(&body).map_err(|e| Error::Io(e.to_string()))?;
        let sealed = self.inner.vault.seal(ENTRY, &prefix, &plain)?;
        let uid = batch.draw(uid_counter(folder));
        let modseq = batch.draw(modseq_counter(folder));
        let (key, value) = (
            vec![Piece::Octets(prefix), uid],
            vec![Piece::Octets(sealed), modseq],
        );
        batch.write.push(Write::Put(key, value));
        self.plan_change(batch, Change::Filed(folder, filing.message))
    }

    /// Plans an entry in the change sequence.
    pub(super) fn plan_change(&self, batch: &mut Batch, change: Change) -> Result<(), Error> {
        let prefix = Table::Change.key(&[]);
        let plain = postcard::to_stdvec(&change).map_err(|e| Error::Io(e.to_string()))?;
        let sealed = self.inner.vault.seal(CHANGE, &prefix, &plain)?;
        let number = batch.draw(Table::Counter.key(&[b"change"]));
        let key = vec![Piece::Octets(prefix), number];
        batch
            .write
            .push(Write::Put(key, vec![Piece::Octets(sealed)]));
        batch.wake = true;
        Ok(())
    }
}

fn uid_counter(folder: MailboxId) -> Vec<u8> {
    Table::Counter.key(&[b"uid", folder.octets()])
}

fn modseq_counter(folder: MailboxId) -> Vec<u8> {
    Table::Counter.key(&[b"modseq", folder.octets()])
}

/// The drawn number at the end of a key or value.
fn drawn(octets: &[u8]) -> u64 {
    octets
        .last_chunk::<8>()
        .map_or(0, |n| u64::from_be_bytes(*n))
}
