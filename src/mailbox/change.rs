//! What a mail program changes: flags, and where messages stand. Durable before
//! it is answered.

use crate::folders::{self, Folder};
use crate::mailbox::{Mailboxes, View};
use crate::model::{Flags, MailboxId, MessageId, System};
use crate::store::{Error, Row, Tx, apart};
use crate::wire::imap::command::StoreMode;

/// Messages changed in one commit, so that others' commits wait for little.
const STEP: usize = 500;
/// Messages copied at most, since a COPY is one commit: the server must leave the
/// other folder as it was if it cannot copy them all (RFC 3501 §6.4.7), also if it
/// is killed. Everybody's commits wait for it, so it must not take seconds.
const MOST: usize = 10_000;
/// How often a change is tried if somebody else changed the same messages.
const ATTEMPTS: usize = 8;

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A message was destroyed meanwhile.
    #[error("one of the messages is no longer there")]
    Gone,
    /// More messages than one COPY takes.
    #[error("at most {MOST} messages can be copied at once")]
    Many,
    /// More keywords than a message may have.
    #[error("a message has room for 64 keywords")]
    Keywords,
    /// It waits for release, and stays where it is until then.
    #[error(
        "the message waits for a provider's release and stays in this folder; have it given back, or take it back, on the office page"
    )]
    Held,
    /// The gateway alone files there.
    #[error("the gateway keeps this folder itself; nothing can be put into it")]
    Kept,
    /// To "Release" only what is held is moved, from where it waits.
    #[error("only a message in Awaiting release can be released, and only by moving it")]
    NotHeld,
    /// It may not be released.
    #[error("{0}")]
    Release(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// New flags for messages.
#[derive(Clone, Debug)]
pub struct Flagging<'a> {
    /// Add, remove or replace.
    pub mode: StoreMode,
    /// Which flags.
    pub flags: &'a Flags,
    /// Only what was not changed after this mod-sequence (RFC 7162 §3.1.3).
    pub unchanged_since: Option<u64>,
}

impl Flagging<'_> {
    /// Whether it makes of one set of flags the other.
    #[must_use]
    pub fn leads(&self, from: &Flags, to: &Flags) -> bool {
        let mut made = from.clone();
        changed(&mut made, self) && made == *to
    }
}

impl Mailboxes {
    /// Changes flags; gives back the UIDs that stayed as they are because
    /// somebody changed them since (RFC 7162 §3.1.3). What is no longer there
    /// is left out.
    ///
    /// # Errors
    /// [`ChangeError::Keywords`], [`ChangeError::Store`].
    pub async fn flag(
        &self,
        view: &View,
        uids: &[u32],
        flagging: &Flagging<'_>,
    ) -> Result<Vec<u32>, ChangeError> {
        let mut modified = Vec::new();
        for part in uids.chunks(STEP) {
            modified.extend(self.flag_some(view, part, flagging).await?);
        }
        self.0.tracker.catch_up().await?;
        Ok(modified)
    }

    async fn flag_some(
        &self,
        view: &View,
        uids: &[u32],
        flagging: &Flagging<'_>,
    ) -> Result<Vec<u32>, ChangeError> {
        let store = &self.0.store;
        for _ in 0..ATTEMPTS {
            let mut change = store.hold_rows(view.folder.id, uids, view.reader).await?;
            let mut modified = Vec::new();
            if let Some(since) = flagging.unchanged_since {
                change.retain(|row| {
                    let as_known = row.modseq <= since;
                    if !as_known {
                        modified.push(row.uid);
                    }
                    as_known
                });
            }
            let mut full = false;
            change.update(|row| {
                let mut flags = row.flags.clone();
                full |= !changed(&mut flags, flagging);
                flags
            });
            if full {
                return Err(ChangeError::Keywords);
            }
            if change.is_empty() {
                return Ok(modified);
            }
            let mut tx = Tx::new();
            tx.flag(change);
            if store.try_commit(tx).await?.is_some() {
                return Ok(modified);
            }
        }
        Err(Error::Conflict.into())
    }

    /// Copies messages into another folder, all or none, or moves them there,
    /// each wholly (RFC 6851 §3.3); gives back the UIDs here and there, side by
    /// side. What is no longer there is not moved. What is held stays, and none
    /// of the others is moved.
    ///
    /// # Errors
    /// [`ChangeError`], but for keywords and a release.
    pub async fn transfer(
        &self,
        view: &View,
        (rows, to): (&[Row], &Folder),
        moves: bool,
    ) -> Result<(Vec<u32>, Vec<u32>), ChangeError> {
        if self.is_release(to) {
            return Err(ChangeError::NotHeld);
        }
        if self.takes_nothing(to) {
            return Err(ChangeError::Kept);
        }
        if moves {
            let messages = rows.iter().map(|row| row.message);
            self.stays(&view.folder, messages).await?;
        } else if rows.len() > MOST {
            return Err(ChangeError::Many);
        }
        let step = if moves { STEP } else { MOST };
        let (mut from, mut there) = (Vec::new(), Vec::new());
        for part in rows.chunks(step) {
            let (me, view, to, part) = (self.clone(), view.clone(), to.clone(), part.to_vec());
            let done = aside(async move { me.transfer_some(&view, (&part, &to), moves).await });
            let (here, new) = done.await?;
            from.extend(here);
            there.extend(new);
        }
        self.0.tracker.catch_up().await?;
        Ok((from, there))
    }

    async fn transfer_some(
        &self,
        view: &View,
        (rows, to): (&[Row], &Folder),
        moves: bool,
    ) -> Result<(Vec<u32>, Vec<u32>), ChangeError> {
        let store = &self.0.store;
        for _ in 0..ATTEMPTS {
            let mut there = Vec::with_capacity(rows.len());
            for row in rows {
                there.extend(store.row(view.folder.id, row.uid, view.reader).await?);
            }
            if !moves && there.len() < rows.len() {
                return Err(ChangeError::Gone);
            }
            if to.account.is_none() {
                // What one has read, the others of the clinic have not.
                for row in &mut there {
                    row.flags.system = row.flags.system.without(System::SEEN);
                }
            }
            let mut tx = Tx::new();
            if !folders::copy(store, &mut tx, to.id, &there).await? {
                return Err(ChangeError::Gone);
            }
            let gone = entries(&there);
            if moves {
                tx.vanish(view.folder.id, &gone);
            }
            if let Some(receipt) = store.try_commit(tx).await? {
                let from = there.iter().map(|row| row.uid).collect();
                return Ok((from, receipt.uids().to_vec()));
            }
        }
        Err(Error::Conflict.into())
    }

    /// Takes messages with `\Deleted` out of the folder: all of them, or those
    /// among `uids`. If one of them is held, all stay.
    ///
    /// # Errors
    /// [`ChangeError::Held`], [`ChangeError::Store`].
    pub async fn expunge(&self, view: &View, uids: Option<&[u32]>) -> Result<(), ChangeError> {
        self.0.tracker.catch_up().await?;
        let newest = view.newest();
        let deleted = newest.rows.iter().filter(|row| {
            row.flags.system.contains(System::DELETED)
                && uids.is_none_or(|uids| uids.binary_search(&row.uid).is_ok())
        });
        let gone: Vec<(u32, MessageId)> = deleted.map(|row| (row.uid, row.message)).collect();
        let messages = gone.iter().map(|(_, message)| *message);
        self.stays(&view.folder, messages).await?;
        for part in gone.chunks(STEP) {
            let (me, folder, part) = (self.clone(), view.folder.id, part.to_vec());
            aside(async move { me.expunge_some(folder, &part).await }).await?;
        }
        self.0.tracker.catch_up().await?;
        Ok(())
    }

    async fn expunge_some(
        &self,
        folder: MailboxId,
        gone: &[(u32, MessageId)],
    ) -> Result<(), ChangeError> {
        let store = &self.0.store;
        for _ in 0..ATTEMPTS {
            let mut left = Vec::with_capacity(gone.len());
            for (uid, message) in gone {
                // Who else expunged it was quicker, and that is all right.
                let row = store.row(folder, *uid, None).await?;
                left.extend(row.map(|_| (*uid, *message)));
            }
            let mut tx = Tx::new();
            folders::expunge(store, &mut tx, folder, &left).await?;
            if tx.is_empty() || store.try_commit(tx).await?.is_some() {
                return Ok(());
            }
        }
        Err(Error::Conflict.into())
    }
}

/// Does what reads and seals hundreds of records where it cannot hold up other
/// sessions.
async fn aside<T, F>(work: F) -> Result<T, ChangeError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ChangeError>> + Send + 'static,
{
    apart(async move { Ok(work.await) }).await?
}

/// Rows as what names them in the store.
fn entries(rows: &[Row]) -> Vec<(u32, MessageId)> {
    rows.iter().map(|row| (row.uid, row.message)).collect()
}

/// Changes flags as it was asked; `false` if they are too many.
fn changed(flags: &mut Flags, flagging: &Flagging<'_>) -> bool {
    match flagging.mode {
        StoreMode::Add => flags.add(flagging.flags),
        StoreMode::Remove => {
            flags.remove(flagging.flags);
            true
        }
        StoreMode::Replace => {
            flags.set(flagging.flags);
            true
        }
    }
}
