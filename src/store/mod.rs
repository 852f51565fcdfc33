//! The store: typed records and sealed content over one narrow seam.
//!
//! A flow reads records, collects what it wants to change in a [`Tx`], and
//! commits it: all of it or nothing, and durable when `commit` returns.
//!
//! ```text
//!  Tx ─▶ commit ─▶ vault (seals) ─▶ backing (seam) ─▶ sled: committer ─▶ disk
//!  ContentWriter ─▶ chunks in the same commit, or a file before it
//!  get, range ◀─ vault (opens) ◀─ backing
//! ```
//!
//! Reads see what has been applied, which may be a moment before it is durable;
//! whoever acts on work he finds is woken by [`Store::watch`], after it is.
//!
//! *Architecture invariant:* everything below `<data>` is sealed, but for ids,
//! running numbers, keyed hashes and times in keys.

mod audit;
mod backing;
mod card;
mod content;
mod disk;
mod history;
mod key;
mod keys;
mod mailbox;
mod maintain;
mod open;
mod reader;
mod record_keys;
pub mod records;
mod rows;
#[cfg(test)]
pub(crate) mod samples;
mod sled;
#[cfg(test)]
mod tests;
mod tx;
mod vault;

pub use audit::{AuditReport, Audited};
pub use content::{ContentWriter, Finished};
pub use key::{Key, Record, Table};
pub use keys::RootKey;
pub use mailbox::{Change, Entry};
pub use maintain::{ContentCount, TableCount, Verified};
pub use open::{OpenError, Settings};
pub use reader::ContentReader;
pub(crate) use rows::apart;
pub use rows::{FlagChange, Row, Rows};
pub use sled::Compacted;
pub use tx::{Receipt, Tx};

use crate::model::{Address, AddressKey, Clock, NetworkKey, Token, TokenKey};
use aws_lc_rs::hmac;
use backing::{Backing, Batch, Expect, Span, Write};
use jiff::{SignedDuration, Timestamp};
use records::Quarantined;
use std::fmt;
use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{RwLock, watch};

/// Damaged records that are set aside before the store turns read-only: a few
/// are bad luck, more mean that the disk is failing.
const FEW: u32 = 16;
/// How long an answer about free space is good, in milliseconds.
const ROOM_KNOWN: i64 = 1000;
/// How often the log says that the disk is full while messages are refused for
/// it: often enough for whoever watches, without burying the rest.
const SAY_FULL: SignedDuration = SignedDuration::from_mins(15);

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What a change expected does not hold.
    #[error("somebody else changed the record first; read it again and repeat the change")]
    Conflict,
    /// A record or content does not open.
    #[error("a record in the table {0:?} is damaged; `sealpost store verify` tells how many are")]
    Damaged(Table),
    /// A record in a form we do not know.
    #[error("a record was written by a newer version; run that version")]
    Newer,
    /// The key that sealed it is not there.
    #[error(
        "the key that sealed this is not here: it was destroyed, or belongs to another root key"
    )]
    Sealed,
    /// No space.
    #[error("no space is left on the disk of the store; make room and restart")]
    Full,
    /// The disk, or the engine, failed.
    #[error("the store failed: {0}")]
    Io(String),
}

impl Error {
    fn from_io(e: &io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(e.to_string()),
        }
    }
}

/// A record as it was read: committing a change to it fails with
/// [`Error::Conflict`] if somebody else changed it in between.
#[derive(Clone)]
pub struct Held<R> {
    /// The record.
    pub record: R,
    raw: Vec<u8>,
}

impl<R: fmt::Debug> fmt::Debug for Held<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// Which sub-key a keyed hash uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Indexes over addresses, Message-IDs, digests.
    Index,
    /// One-time codes.
    Codes,
    /// Form tokens and return addresses.
    Tokens,
    /// Handles in logs.
    Logs,
}

/// Counts for the metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Commits that succeeded.
    pub commits: u64,
    /// Times the records were synced: fewer, since waiting commits share one.
    pub syncs: u64,
    /// Records looked for: one for each that was asked for by its key, and for
    /// each span one, and one more for each record it gave.
    pub reads: u64,
}

/// The store. Cloning it is cheap; when the last clone is dropped, the files
/// are closed.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    engine: sled::Engine,
    vault: vault::Vault,
    ring: RwLock<keys::Ring>,
    rolling: tokio::sync::Mutex<()>,
    hashes: keys::Hashes,
    index: hmac::Key,
    audit: hmac::Key,
    node: [u8; 16],
    path: PathBuf,
    minimum_free: u64,
    room: Mutex<Room>,
    set_aside: AtomicU32,
    /// Held while a folder for content files is made.
    making: Mutex<()>,
    /// Locked as long as the store is open; released after the engine.
    _lock: File,
}

/// What is known of the free space.
#[derive(Default)]
struct Room {
    /// When it was looked at last, and whether there was enough.
    known: Option<(Timestamp, bool)>,
    /// When the log said last that there is not.
    said: Option<Timestamp>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.inner.path.display())
    }
}

impl Store {
    /// The clock the store stamps with.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Reads one record. A damaged one is set aside, so that the next read
    /// finds nothing.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Newer`], [`Error::Io`].
    pub async fn get<R: Record>(&self, key: &Key<R>) -> Result<Option<R>, Error> {
        Ok(self.hold(key).await?.map(|held| held.record))
    }

    /// Reads one record to change it.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn hold<R: Record>(&self, key: &Key<R>) -> Result<Option<Held<R>>, Error> {
        loop {
            let Some(raw) = self.inner.engine.get(key.octets()).await? else {
                return Ok(None);
            };
            let damaged = match self.unseal::<R>(key.octets(), &raw) {
                Ok(record) => return Ok(Some(Held { record, raw })),
                Err(damaged @ Error::Damaged(_)) => damaged,
                Err(other) => return Err(other),
            };
            // A long value that is written while we read its pieces looks
            // damaged; setting it aside then finds another one, and we look anew.
            if self.set_aside(key.octets(), raw).await != Err(Error::Conflict) {
                return Err(damaged);
            }
        }
    }

    /// Records whose key (after the table octet) begins with `prefix`, after the
    /// key `after` if given, in key order, at most `limit`. Damaged records are
    /// set aside and left out, so that one cannot hold up the rest.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Io`].
    pub async fn range<R: Record>(
        &self,
        prefix: &[&[u8]],
        after: Option<&Key<R>>,
        limit: usize,
    ) -> Result<Vec<R>, Error> {
        self.span(prefix, after, limit, false).await
    }

    /// The same, newest (largest key) first, before the key `before` if given.
    ///
    /// # Errors
    /// As [`Store::range`].
    pub async fn range_back<R: Record>(
        &self,
        prefix: &[&[u8]],
        before: Option<&Key<R>>,
        limit: usize,
    ) -> Result<Vec<R>, Error> {
        self.span(prefix, before, limit, true).await
    }

    /// The keyed hash under which an address is looked up.
    #[must_use]
    pub fn address_key(&self, address: &Address) -> AddressKey {
        let folded = address.folded();
        AddressKey::from_octets(self.mac(Label::Index, &[b"address", folded.as_bytes()]))
    }

    /// The keyed hash under which a token is looked up.
    #[must_use]
    pub fn token_key(&self, token: &Token) -> TokenKey {
        TokenKey::from_octets(self.mac(Label::Tokens, &[b"token", token.expose().as_bytes()]))
    }

    /// The hashed /24 or /64 of an address.
    #[must_use]
    pub fn network_key(&self, ip: IpAddr) -> NetworkKey {
        let octets = match ip.to_canonical() {
            IpAddr::V4(v4) => v4.octets().iter().take(3).copied().collect::<Vec<u8>>(),
            IpAddr::V6(v6) => v6.octets().iter().take(8).copied().collect(),
        };
        NetworkKey::from_octets(hash(&self.inner.hashes.networks, &[&octets]))
    }

    /// HMAC-SHA-256 of the pieces (length-prefixed) under the sub-key `label`:
    /// codes, form tokens, throttle keys, indexes.
    #[must_use]
    pub fn mac(&self, label: Label, pieces: &[&[u8]]) -> [u8; 32] {
        let key = match label {
            Label::Index => &self.inner.index,
            Label::Codes => &self.inner.hashes.codes,
            Label::Tokens => &self.inner.hashes.tokens,
            Label::Logs => &self.inner.hashes.logs,
        };
        hash(key, pieces)
    }

    /// Whether free space is above the bound. If not, the log says so: whoever
    /// asks is about to refuse a message for it.
    #[must_use]
    pub fn has_room(&self) -> bool {
        let now = self.inner.clock.now();
        let (inner, minimum) = (&self.inner, self.inner.minimum_free);
        let mut room = inner.room.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, enough)) = room.known
            && now.as_millisecond().abs_diff(at.as_millisecond()) < ROOM_KNOWN.unsigned_abs()
        {
            return enough;
        }
        // If the file system does not say, there may be room: writing will tell.
        let free = disk::free(&inner.path).unwrap_or(u64::MAX);
        let enough = free >= minimum;
        room.known = Some((now, enough));
        if enough {
            room.said = None;
        } else if room.said.is_none_or(|at| at + SAY_FULL <= now) {
            room.said = Some(now);
            tracing::error!(
                event = "store.full",
                free,
                minimum,
                "The disk of the store has too little room; new messages are refused until there is more."
            );
        }
        enough
    }

    /// Wakes when something was committed that changes (`Tx::change`) or queues
    /// (`Due` put).
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.engine.watch()
    }

    /// Why nothing can be written any more, if so.
    #[must_use]
    pub fn read_only(&self) -> Option<&str> {
        self.inner.engine.failure()
    }

    /// Counts since the store was opened.
    #[must_use]
    pub fn figures(&self) -> Figures {
        self.inner.engine.figures()
    }

    async fn span<R: Record>(
        &self,
        prefix: &[&[u8]],
        beyond: Option<&Key<R>>,
        limit: usize,
        backward: bool,
    ) -> Result<Vec<R>, Error> {
        let span = Span {
            prefix: R::TABLE.key(prefix),
            beyond: beyond.map(|key| key.octets().to_vec()),
            backward,
            limit,
        };
        let mut records = Vec::new();
        for (key, raw) in self.inner.engine.range(span).await? {
            match self.unseal(&key, &raw) {
                Ok(record) => records.push(record),
                Err(Error::Damaged(_)) => drop(self.set_aside(&key, raw).await),
                Err(other) => return Err(other),
            }
        }
        Ok(records)
    }

    /// A record sealed for its place.
    fn seal<R: Record>(&self, record: &R) -> Result<Vec<u8>, Error> {
        let plain = postcard::to_stdvec(record).map_err(|e| Error::Io(e.to_string()))?;
        self.inner
            .vault
            .seal(R::VERSION, record.key().octets(), &plain)
    }

    /// The record in a sealed value.
    fn unseal<R: Record>(&self, key: &[u8], raw: &[u8]) -> Result<R, Error> {
        let (version, plain) = self.inner.vault.open(key, raw)?;
        let record = match version {
            v if v > R::VERSION => return Err(Error::Newer),
            v if v < R::VERSION => R::upgrade(v, &plain),
            _ => postcard::from_bytes(&plain).ok(),
        };
        record.ok_or(Error::Damaged(R::TABLE))
    }

    /// Moves a damaged record out of the way and keeps it for whoever mends.
    async fn set_aside(&self, key: &[u8], raw: Vec<u8>) -> Result<(), Error> {
        let table = Table::of(key).unwrap_or(Table::Meta);
        tracing::error!(
            event = "store.damaged",
            ?table,
            "A damaged record was found and is set aside."
        );
        if self.inner.set_aside.fetch_add(1, Ordering::Relaxed) >= FEW {
            self.inner.engine.fail("many records are damaged");
            return Err(Error::Damaged(table));
        }
        let aside = Quarantined {
            key: key.to_vec(),
            value: raw.clone(),
            at: self.inner.clock.now(),
        };
        let mut batch = Batch::default();
        batch.expect.push((key.to_vec(), Expect::Equals(raw)));
        batch.write.push(Write::Delete(key.to_vec()));
        batch.put(aside.key().octets().to_vec(), self.seal(&aside)?);
        self.inner.engine.commit(batch).await.map(drop)
    }
}

fn hash(key: &hmac::Key, pieces: &[&[u8]]) -> [u8; 32] {
    let mut mac = hmac::Context::with_key(key);
    for piece in pieces {
        mac.update(&(piece.len() as u64).to_be_bytes());
        mac.update(piece);
    }
    let mut octets = [0; 32];
    for (slot, octet) in octets.iter_mut().zip(mac.sign().as_ref()) {
        *slot = *octet;
    }
    octets
}
