//! Folders as IMAP shows them, and the sequence of changes. A folder holds
//! entries: a UID names a message, which is stored once. UIDs, mod-sequences and
//! change numbers are drawn inside the commit, in the order of commits, so that
//! a reader who saw a number has seen all before it.
//!
//! ```text
//!  Entry     folder, UID           → message, time, first flags ‖ mod-sequence
//!  Flags     folder, UID, account  → flags since ‖ mod-sequence     (rows.rs)
//!  Placed    message, folder, UID  → nothing: where a message stands
//!  Vanished  folder, mod-sequence  → UIDs that are gone            (history.rs)
//!  Change    number                → what changed                  (history.rs)
//! ```
//!
//! The counters outlive what they counted: no UID is ever given twice.

use crate::model::{AccountId, Flags, MailboxId, MessageId};
use crate::store::backing::{Backing, Batch, Expect, Pair, Piece, Span, Write};
use crate::store::tx::Draws;
use crate::store::{Error, Store, Table};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const ENTRY: u8 = 2;
/// The form of what is gone with one expunge: its UIDs. What was put together of
/// several has the next one (history.rs).
pub(super) const VANISHED: u8 = 1;
const CHANGE: u8 = 1;
/// Records read in one step, so that a large folder does not stand in memory
/// twice.
const PAGE: usize = 4096;

/// What changed, for IDLE, other processes and pages. The written form knows
/// the variants by their order: a new one comes last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A message or what became of it.
    Message(MessageId),
    /// A message was filed in a folder.
    Filed(MailboxId, MessageId),
    /// An account.
    Account(AccountId),
    /// Flags of these UIDs of a folder.
    Flags(MailboxId, Vec<u32>),
    /// These UIDs of a folder are gone.
    Gone(MailboxId, Vec<u32>),
    /// An account's folders: made, renamed, deleted, subscribed. Zeros for the
    /// clinic's shared mailbox.
    Folders(AccountId),
}

/// A UID in a folder (RFC 3501 §2.3.1.1), as it was filed.
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
    /// When it was filed (INTERNALDATE), to the millisecond.
    pub filed: Timestamp,
    /// The flags it was filed with; what they are now is in its row.
    pub flags: Flags,
}

/// What is written down of an entry.
#[derive(Serialize, Deserialize)]
struct Filed {
    message: MessageId,
    /// Milliseconds since 1970.
    filed: i64,
    flags: Flags,
}

/// Its first form, with a time in letters.
#[derive(Deserialize)]
struct Filed1 {
    message: MessageId,
    filed: Timestamp,
    seen: bool,
}

/// What a [`Tx`](crate::store::Tx) wants filed.
pub(super) struct Filing {
    pub(super) folder: MailboxId,
    pub(super) message: MessageId,
    pub(super) flags: Flags,
    pub(super) at: Option<Timestamp>,
}

/// What a [`Tx`](crate::store::Tx) wants gone.
pub(super) struct Vanishing {
    pub(super) folder: MailboxId,
    pub(super) gone: Vec<(u32, MessageId)>,
    /// Whether each must still be there.
    pub(super) sure: bool,
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
        let span = Span {
            prefix: Table::Entry.key(&[folder.octets()]),
            beyond: Some(entry_key(folder, after)),
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
        let drawn = self.counter(&modseq_counter(folder)).await?;
        Ok((uid + 1, modseq(drawn)))
    }

    /// Where a message stands: folders and its UID in each.
    ///
    /// # Errors
    /// [`Error::Io`] if the store cannot be read.
    pub async fn placed(&self, message: MessageId) -> Result<Vec<(MailboxId, u32)>, Error> {
        let span = Span {
            prefix: Table::Placed.key(&[message.octets()]),
            beyond: None,
            backward: false,
            limit: usize::MAX,
        };
        let pairs = self.inner.engine.range(span).await?;
        let place = |(key, _): &Pair| {
            let folder = key.get(17..33)?.first_chunk::<16>()?;
            Some((MailboxId::from_octets(*folder), uid_of(drawn(key))))
        };
        Ok(pairs.iter().filter_map(place).collect())
    }

    /// The next records under `prefix` beyond a key, which moves on.
    pub(super) async fn page(
        &self,
        prefix: &[u8],
        beyond: &mut Option<Vec<u8>>,
    ) -> Result<Vec<Pair>, Error> {
        let span = Span {
            prefix: prefix.to_vec(),
            beyond: beyond.take(),
            backward: false,
            limit: PAGE,
        };
        let pairs = self.inner.engine.range(span).await?;
        *beyond = pairs.last().map(|(key, _)| key.clone());
        Ok(pairs)
    }

    /// The entry in a sealed value.
    pub(super) fn entry(
        &self,
        folder: MailboxId,
        key: &[u8],
        value: &[u8],
    ) -> Result<Entry, Error> {
        let damaged = || Error::Damaged(Table::Entry);
        let (sealed, number) = value.split_last_chunk::<8>().ok_or_else(damaged)?;
        let place = Table::Entry.key(&[folder.octets()]);
        let (version, plain) = self.inner.vault.open(&place, sealed)?;
        let filed = match version {
            1 => postcard::from_bytes::<Filed1>(&plain).map(Filed::from),
            ENTRY => postcard::from_bytes(&plain),
            _ => return Err(Error::Newer),
        };
        let filed = filed.map_err(|_| damaged())?;
        Ok(Entry {
            folder,
            uid: u32::try_from(drawn(key)).map_err(|_| damaged())?,
            modseq: modseq(u64::from_be_bytes(*number)),
            message: filed.message,
            filed: Timestamp::from_millisecond(filed.filed).map_err(|_| damaged())?,
            flags: filed.flags,
        })
    }

    pub(super) async fn counter(&self, key: &[u8]) -> Result<u64, Error> {
        let value = self.inner.engine.get(key).await?;
        Ok(value.map_or(0, |v| drawn(&v)))
    }

    /// Plans a filing: draws UID and mod-sequence, then the change.
    pub(super) fn plan_filing(
        &self,
        batch: &mut Batch,
        filing: Filing,
        draws: &mut Draws,
    ) -> Result<(), Error> {
        let Filing {
            folder,
            message,
            flags,
            at,
        } = filing;
        let prefix = Table::Entry.key(&[folder.octets()]);
        let at = at.unwrap_or_else(|| self.inner.clock.now());
        let body = Filed {
            message,
            filed: at.as_millisecond(),
            flags,
        };
        let sealed = self.sealed(ENTRY, &prefix, &body)?;
        let uid = batch.draw(uid_counter(folder));
        draws.uids.push(uid);
        let number = batch.draw(modseq_counter(folder));
        let (key, value) = (
            vec![Piece::Octets(prefix), Piece::Drawn(uid)],
            vec![Piece::Octets(sealed), Piece::Drawn(number)],
        );
        batch.write.push(Write::Put(key, value));
        let place = Table::Placed.key(&[message.octets(), folder.octets()]);
        let place = vec![Piece::Octets(place), Piece::Drawn(uid)];
        batch.write.push(Write::Put(place, Vec::new()));
        self.plan_change(batch, &Change::Filed(folder, message), draws)
    }

    /// Plans that entries go: with their flags, from the index of places, and
    /// noted for clients that were away.
    pub(super) async fn plan_vanishing(
        &self,
        batch: &mut Batch,
        vanishing: Vanishing,
        draws: &mut Draws,
    ) -> Result<(), Error> {
        let Vanishing {
            folder,
            mut gone,
            sure,
        } = vanishing;
        gone.sort_unstable();
        gone.dedup();
        for (uid, message) in &gone {
            let entry = entry_key(folder, *uid);
            if sure {
                batch.expect.push((entry.clone(), Expect::Present));
            }
            batch.write.push(Write::Delete(entry));
            batch
                .write
                .push(Write::Delete(place_key(*message, folder, *uid)));
            // Flags set by somebody else at this very moment may stay behind.
            // Nobody finds them: the UID is never given again.
            let mut beyond = None;
            let flags = Table::Flags.key(&[folder.octets(), &number(*uid)]);
            let found = self.page(&flags, &mut beyond).await?;
            let drop = |(key, _)| Write::Delete(key);
            batch.write.extend(found.into_iter().map(drop));
        }
        let uids: Vec<u32> = gone.into_iter().map(|(uid, _)| uid).collect();
        let prefix = Table::Vanished.key(&[folder.octets()]);
        let sealed = self.sealed(VANISHED, &prefix, &uids)?;
        let modseq = batch.draw(modseq_counter(folder));
        let key = vec![Piece::Octets(prefix), Piece::Drawn(modseq)];
        batch
            .write
            .push(Write::Put(key, vec![Piece::Octets(sealed)]));
        self.plan_change(batch, &Change::Gone(folder, uids), draws)
    }

    /// Plans an entry in the change sequence.
    pub(super) fn plan_change(
        &self,
        batch: &mut Batch,
        change: &Change,
        draws: &mut Draws,
    ) -> Result<(), Error> {
        let prefix = Table::Change.key(&[]);
        let sealed = self.sealed(CHANGE, &prefix, change)?;
        let number = batch.draw(change_counter());
        draws.change = Some(number);
        let key = vec![Piece::Octets(prefix), Piece::Drawn(number)];
        batch
            .write
            .push(Write::Put(key, vec![Piece::Octets(sealed)]));
        batch.wake = true;
        Ok(())
    }

    /// A value sealed for a place that is not its whole key: part of that is
    /// drawn later.
    pub(super) fn sealed<T: Serialize>(
        &self,
        version: u8,
        place: &[u8],
        value: &T,
    ) -> Result<Vec<u8>, Error> {
        let plain = postcard::to_stdvec(value).map_err(|e| Error::Io(e.to_string()))?;
        self.inner.vault.seal(version, place, &plain)
    }
}

impl From<Filed1> for Filed {
    fn from(first: Filed1) -> Self {
        let seen = crate::model::System::SEEN;
        Self {
            message: first.message,
            filed: first.filed.as_millisecond(),
            flags: if first.seen {
                seen.into()
            } else {
                Flags::default()
            },
        }
    }
}

/// The key of an entry.
pub(super) fn entry_key(folder: MailboxId, uid: u32) -> Vec<u8> {
    Table::Entry.key(&[folder.octets(), &number(uid)])
}

/// The key that says where a message stands.
pub(super) fn place_key(message: MessageId, folder: MailboxId, uid: u32) -> Vec<u8> {
    Table::Placed.key(&[message.octets(), folder.octets(), &number(uid)])
}

/// A UID as it stands in a key, where it is drawn as any other number.
pub(super) fn number(uid: u32) -> [u8; 8] {
    u64::from(uid).to_be_bytes()
}

/// A UID as clients know it. The last one comes after four thousand million.
pub(super) fn uid_of(drawn: u64) -> u32 {
    u32::try_from(drawn).unwrap_or(u32::MAX)
}

/// The mod-sequence that was drawn as this number. A folder that nothing ever
/// happened to has 1, since RFC 7162 §3.1.2.1 knows no 0, and what happens
/// first must come after it.
pub(super) const fn modseq(drawn: u64) -> u64 {
    drawn.saturating_add(1)
}

/// The number that was drawn for a mod-sequence.
pub(super) const fn undrawn(modseq: u64) -> u64 {
    modseq.saturating_sub(1)
}

fn uid_counter(folder: MailboxId) -> Vec<u8> {
    Table::Counter.key(&[b"uid", folder.octets()])
}

pub(super) fn modseq_counter(folder: MailboxId) -> Vec<u8> {
    Table::Counter.key(&[b"modseq", folder.octets()])
}

/// The key of the counter of changes.
pub(super) fn change_counter() -> Vec<u8> {
    Table::Counter.key(&[b"change"])
}

/// The drawn number at the end of a key or value.
pub(super) fn drawn(octets: &[u8]) -> u64 {
    octets
        .last_chunk::<8>()
        .map_or(0, |n| u64::from_be_bytes(*n))
}
