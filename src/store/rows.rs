//! A folder's rows: its entries with the flags they have now, read in one pass,
//! and how flags are changed.
//!
//! In an account's own folder all flags stand under zeros. In the shared mailbox
//! every account has a `\Seen` of its own, under its id, and all the rest is
//! under zeros. Until an account has set or cleared its `\Seen`, the one counts
//! that the entry was filed with.

use crate::model::{AccountId, Flags, MailboxId, MessageId, System};
use crate::store::backing::{Backing, Batch, Expect, Piece, Span, Write};
use crate::store::mailbox::{
    Change, Entry, drawn, entry_key, modseq, modseq_counter, number, uid_of,
};
use crate::store::records::AccountFolder;
use crate::store::tx::Draws;
use crate::store::{Error, Store, Table};
use jiff::Timestamp;
use std::future::Future;
use tokio::runtime::Handle;

const FLAGS: u8 = 1;
/// Up to this many rows are read where the caller is; more are read where they
/// cannot hold up other sessions.
const FEW: usize = 32;

/// An entry as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its UID.
    pub uid: u32,
    /// The mod-sequence of its newest change (RFC 7162 §3.1), at least 2.
    pub modseq: u64,
    /// When it was filed (INTERNALDATE), to the millisecond.
    pub filed: Timestamp,
    /// The message.
    pub message: MessageId,
    /// Its flags, as the reader sees them.
    pub flags: Flags,
}

/// A folder as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Above every UID that was given so far.
    pub uidnext: u32,
    /// Whatever happened up to this mod-sequence is in the rows; 1 if nothing
    /// ever happened. What came while they were read may be, and comes again.
    pub highest_modseq: u64,
    /// Whatever changed up to this change number is in the rows.
    pub change: u64,
    /// The rows, in the order of UIDs.
    pub rows: Vec<Row>,
}

/// Rows of one folder that were read to change their flags. The commit fails
/// with [`Error::Conflict`] if the flags of one were changed in between, or one
/// is gone.
#[derive(Debug)]
pub struct FlagChange {
    folder: MailboxId,
    reader: Option<AccountId>,
    held: Vec<HeldRow>,
}

/// A row with what it was read from.
struct HeldRow {
    row: Row,
    /// The flags it shall have.
    wanted: Flags,
    common: Option<Vec<u8>>,
    own: Option<Vec<u8>>,
}

impl std::fmt::Debug for HeldRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HeldRow({})", self.row.uid)
    }
}

impl FlagChange {
    /// The rows as they were read, in the order of the UIDs asked for. One that
    /// is not in the folder any more is not among them.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.held.iter().map(|held| &held.row)
    }

    /// Leaves out the rows of which `keep` says no.
    pub fn retain(&mut self, mut keep: impl FnMut(&Row) -> bool) {
        self.held.retain(|held| keep(&held.row));
    }

    /// Says which flags each row shall have.
    pub fn update(&mut self, mut flags: impl FnMut(&Row) -> Flags) {
        for held in &mut self.held {
            held.wanted = flags(&held.row);
        }
    }

    /// Whether no row gets other flags than it has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.iter().all(HeldRow::stays)
    }
}

impl HeldRow {
    fn stays(&self) -> bool {
        self.wanted == self.row.flags
    }
}

impl Store {
    /// A folder as `reader` sees it: `None` for an account's own folders,
    /// in which everything is its owner's. A damaged entry is set aside and left
    /// out; damaged flags are set aside, and those it was filed with count again.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Io`].
    pub async fn rows(&self, folder: MailboxId, reader: Option<AccountId>) -> Result<Rows, Error> {
        let store = self.clone();
        apart(async move { store.read_rows(folder, reader).await }).await
    }

    /// The newest rows of a folder, the newest first, at most `most`, and below the UID
    /// `before` if one is given: however many there are, no others are read.
    ///
    /// # Errors
    /// As [`Store::rows`].
    pub async fn latest_rows(
        &self,
        folder: MailboxId,
        reader: Option<AccountId>,
        (before, most): (Option<u32>, usize),
    ) -> Result<Vec<Row>, Error> {
        let store = self.clone();
        let span = Span {
            beyond: before.map(|before| entry_key(folder, before)),
            prefix: Table::Entry.key(&[folder.octets()]),
            backward: true,
            limit: most,
        };
        apart(async move {
            let mut rows = Vec::new();
            for (key, value) in store.inner.engine.range(span).await? {
                match store.entry(folder, &key, &value) {
                    Ok(entry) => rows.extend(store.row(folder, entry.uid, reader).await?),
                    Err(Error::Damaged(_)) => drop(store.set_aside(&key, value).await),
                    Err(other) => return Err(other),
                }
            }
            Ok(rows)
        })
        .await
    }

    /// One row; `None` if it is not there.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Newer`], [`Error::Io`].
    pub async fn row(
        &self,
        folder: MailboxId,
        uid: u32,
        reader: Option<AccountId>,
    ) -> Result<Option<Row>, Error> {
        let held = self.hold_row(folder, uid, reader).await?;
        Ok(held.map(|held| held.row))
    }

    /// Rows of a folder, to change their flags. What is not there is left out.
    ///
    /// # Errors
    /// As [`Store::row`].
    pub async fn hold_rows(
        &self,
        folder: MailboxId,
        uids: &[u32],
        reader: Option<AccountId>,
    ) -> Result<FlagChange, Error> {
        let (store, uids) = (self.clone(), uids.to_vec());
        let few = uids.len() <= FEW;
        let read = async move {
            let mut held = Vec::with_capacity(uids.len());
            for uid in uids {
                held.extend(store.hold_row(folder, uid, reader).await?);
            }
            Ok(FlagChange {
                folder,
                reader,
                held,
            })
        };
        if few { read.await } else { apart(read).await }
    }

    async fn read_rows(&self, folder: MailboxId, reader: Option<AccountId>) -> Result<Rows, Error> {
        // The numbers come first: whatever they count is there to be read.
        let change = self.newest_change().await?;
        let (uidnext, highest_modseq) = self.folder_numbers(folder).await?;
        let mut rows = self.read_entries(folder, uid_of(uidnext)).await?;
        self.read_flags(folder, reader, &mut rows).await?;
        Ok(Rows {
            uidnext: uid_of(uidnext),
            highest_modseq,
            change,
            rows,
        })
    }

    async fn read_entries(&self, folder: MailboxId, end: u32) -> Result<Vec<Row>, Error> {
        let prefix = Table::Entry.key(&[folder.octets()]);
        let (mut rows, mut beyond) = (Vec::new(), None);
        loop {
            let page = self.page(&prefix, &mut beyond).await?;
            if page.is_empty() {
                return Ok(rows);
            }
            rows.reserve(page.len());
            for (key, value) in page {
                match self.entry(folder, &key, &value) {
                    Ok(entry) if entry.uid < end => rows.push(Row::from(entry)),
                    // It came meanwhile, and is told of by a later change.
                    Ok(_) => {}
                    Err(Error::Damaged(_)) => drop(self.set_aside(&key, value).await),
                    Err(other) => return Err(other),
                }
            }
        }
    }

    /// Puts the flags that were set since on the rows. Both come in the order of
    /// UIDs, so one walk does.
    async fn read_flags(
        &self,
        folder: MailboxId,
        reader: Option<AccountId>,
        rows: &mut [Row],
    ) -> Result<(), Error> {
        let prefix = Table::Flags.key(&[folder.octets()]);
        let own = AccountFolder::owner(reader);
        let (mut at, mut beyond) = (0, None);
        loop {
            let page = self.page(&prefix, &mut beyond).await?;
            if page.is_empty() {
                return Ok(());
            }
            for (key, value) in page {
                let (place, whose) = key
                    .split_last_chunk::<16>()
                    .unwrap_or((key.as_slice(), &[0; 16]));
                let uid = uid_of(drawn(place));
                let rest = rows.get(at..).unwrap_or_default();
                at += rest.partition_point(|row| row.uid < uid);
                let common = *whose == [0; 16];
                let Some(row) = rows.get_mut(at).filter(|row| row.uid == uid) else {
                    continue;
                };
                if !common && *whose != own {
                    continue;
                }
                match self.flags(&key, &value) {
                    Ok(found) if common => row.take_common(found, reader),
                    Ok(found) => row.take_own(&found),
                    Err(Error::Damaged(_)) => drop(self.set_aside(&key, value).await),
                    Err(other) => return Err(other),
                }
            }
        }
    }

    async fn hold_row(
        &self,
        folder: MailboxId,
        uid: u32,
        reader: Option<AccountId>,
    ) -> Result<Option<HeldRow>, Error> {
        let key = entry_key(folder, uid);
        let Some(value) = self.inner.engine.get(&key).await? else {
            return Ok(None);
        };
        let mut row = Row::from(self.entry(folder, &key, &value)?);
        let key = flags_key(folder, uid, None);
        let common = self.inner.engine.get(&key).await?;
        if let Some(value) = &common {
            row.take_common(self.flags(&key, value)?, reader);
        }
        let mut own = None;
        if reader.is_some() {
            let key = flags_key(folder, uid, reader);
            own = self.inner.engine.get(&key).await?;
            if let Some(value) = &own {
                row.take_own(&self.flags(&key, value)?);
            }
        }
        Ok(Some(HeldRow {
            wanted: row.flags.clone(),
            row,
            common,
            own,
        }))
    }

    /// The flags in a sealed value, and the mod-sequence of their change.
    fn flags(&self, key: &[u8], value: &[u8]) -> Result<(Flags, u64), Error> {
        let damaged = || Error::Damaged(Table::Flags);
        let (sealed, number) = value.split_last_chunk::<8>().ok_or_else(damaged)?;
        let (version, plain) = self.inner.vault.open(key, sealed)?;
        if version > FLAGS {
            return Err(Error::Newer);
        }
        let flags = postcard::from_bytes(&plain).map_err(|_| damaged())?;
        Ok((flags, modseq(u64::from_be_bytes(*number))))
    }

    /// Plans new flags, all under one mod-sequence.
    pub(super) fn plan_flags(
        &self,
        batch: &mut Batch,
        change: FlagChange,
        draws: &mut Draws,
    ) -> Result<(), Error> {
        let FlagChange {
            folder,
            reader,
            mut held,
        } = change;
        held.retain(|held| !held.stays());
        if held.is_empty() {
            return Ok(());
        }
        let number = batch.draw(modseq_counter(folder));
        let mut uids: Vec<u32> = Vec::with_capacity(held.len());
        for held in held {
            let uid = held.row.uid;
            uids.push(uid);
            batch.expect.push((entry_key(folder, uid), Expect::Present));
            for (whose, flags, before) in held.records(reader) {
                let key = flags_key(folder, uid, whose);
                let sealed = self.sealed(FLAGS, &key, &flags)?;
                let expect = before.map_or(Expect::Absent, Expect::Equals);
                batch.expect.push((key.clone(), expect));
                let value = vec![Piece::Octets(sealed), Piece::Drawn(number)];
                batch
                    .write
                    .push(Write::Put(vec![Piece::Octets(key)], value));
            }
        }
        uids.sort_unstable();
        uids.dedup();
        self.plan_change(batch, &Change::Flags(folder, uids), draws)
    }
}

/// Whose flags a record holds, what they are, and what was read there before.
type Written = (Option<AccountId>, Flags, Option<Vec<u8>>);

impl HeldRow {
    /// The records that change.
    fn records(self, reader: Option<AccountId>) -> Vec<Written> {
        let (now, wanted) = (self.row.flags, self.wanted);
        if reader.is_none() {
            return vec![(None, wanted, self.common)];
        }
        let mut records = Vec::new();
        let seen = wanted.system.contains(System::SEEN);
        if seen != now.system.contains(System::SEEN) {
            let own = if seen {
                System::SEEN
            } else {
                System::default()
            };
            records.push((reader, own.into(), self.own));
        }
        let (now, wanted) = (unseen(now), unseen(wanted));
        if now != wanted {
            records.push((None, wanted, self.common));
        }
        records
    }
}

impl Row {
    /// Flags that count for everybody; in the shared mailbox all but `\Seen`.
    fn take_common(&mut self, (flags, modseq): (Flags, u64), reader: Option<AccountId>) {
        let seen = self.flags.system.contains(System::SEEN);
        self.flags = flags;
        if reader.is_some() {
            self.see(seen);
        }
        self.modseq = self.modseq.max(modseq);
    }

    /// The reader's own `\Seen` in the shared mailbox.
    fn take_own(&mut self, (flags, modseq): &(Flags, u64)) {
        self.see(flags.system.contains(System::SEEN));
        self.modseq = self.modseq.max(*modseq);
    }

    fn see(&mut self, seen: bool) {
        let system = self.flags.system.without(System::SEEN);
        self.flags.system = if seen {
            system.with(System::SEEN)
        } else {
            system
        };
    }
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Self {
        Self {
            uid: entry.uid,
            modseq: entry.modseq,
            filed: entry.filed,
            message: entry.message,
            flags: entry.flags,
        }
    }
}

fn unseen(mut flags: Flags) -> Flags {
    flags.system = flags.system.without(System::SEEN);
    flags
}

fn flags_key(folder: MailboxId, uid: u32, whose: Option<AccountId>) -> Vec<u8> {
    let whose = AccountFolder::owner(whose);
    Table::Flags.key(&[folder.octets(), &number(uid), &whose])
}

/// Reads much where it cannot hold up other sessions: opening ten thousand
/// records keeps a core busy for tens of milliseconds.
pub(crate) async fn apart<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Error>> + Send + 'static,
{
    let here = Handle::current();
    let done = tokio::task::spawn_blocking(move || here.block_on(work)).await;
    done.unwrap_or_else(|_| Err(Error::Io("reading was interrupted".to_owned())))
}
