//! A change: collected by a flow, committed whole.

use crate::model::{ContentId, Event, Flags, MailboxId, MessageId};
use crate::store::backing::{Backing, Batch, Expect, Write};
use crate::store::content::{
    Attached, ContentRecord, Finished, Pending, Place, blocking, chunk_key, file_path,
};
use crate::store::keys::Ring;
use crate::store::mailbox::{Change, Filing, Vanishing, entry_key, place_key, uid_of};
use crate::store::maintain::purged_key;
use crate::store::rows::FlagChange;
use crate::store::{Error, Held, Key, Record, Store, Table};
use jiff::Timestamp;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// What a commit gave back: the numbers it drew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    uids: Vec<u32>,
    change: u64,
}

impl Receipt {
    /// The UIDs of what was filed, in the order of [`Tx::file`].
    #[must_use]
    pub fn uids(&self) -> &[u32] {
        &self.uids
    }

    /// The highest change number; 0 if nothing was noted as a change.
    #[must_use]
    pub const fn change(&self) -> u64 {
        self.change
    }
}

/// Which of the numbers that a batch draws its caller wants to know.
#[derive(Default)]
pub(super) struct Draws {
    /// The places of UIDs.
    pub(super) uids: Vec<usize>,
    /// The place of the last change number.
    pub(super) change: Option<usize>,
}

impl Draws {
    fn receipt(&self, numbers: &[u64]) -> Receipt {
        let number = |place: usize| numbers.get(place).copied().unwrap_or_default();
        Receipt {
            uids: self.uids.iter().map(|p| uid_of(number(*p))).collect(),
            change: self.change.map_or(0, number),
        }
    }
}

/// A change to be committed whole. Its steps take effect in their order.
#[derive(Default)]
pub struct Tx {
    steps: Vec<Step>,
    contents: Vec<Finished>,
    purges: Vec<ContentId>,
    /// Why a record could not be written down; reported by the commit.
    fault: Option<String>,
}

enum Step {
    Write {
        key: Vec<u8>,
        version: u8,
        plain: Zeroizing<Vec<u8>>,
        expect: Option<Expect>,
    },
    Delete {
        key: Vec<u8>,
        expect: Option<Expect>,
    },
    Still(Vec<u8>, Vec<u8>),
    Place(Vec<u8>, Vec<u8>),
    File(Filing),
    Flag(FlagChange),
    Vanish(Vanishing),
    Change(Change),
    Audit(Event),
}

impl Tx {
    /// A change without steps.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.contents.is_empty() && self.purges.is_empty()
    }

    /// Writes, whatever was there.
    pub fn put<R: Record>(&mut self, record: &R) {
        self.write(record, None);
    }

    /// Writes; the commit fails if the key is already there.
    pub fn insert<R: Record>(&mut self, record: &R) {
        self.write(record, Some(Expect::Absent));
    }

    /// Writes; the commit fails if the record changed since it was held. The
    /// key must not change.
    pub fn replace<R: Record>(&mut self, held: &Held<R>, record: &R) {
        if held.record.key().octets() != record.key().octets() {
            self.fault = Some("a record was replaced under another key".to_owned());
        }
        self.write(record, Some(Expect::Equals(held.raw.clone())));
    }

    /// Deletes, whatever was there.
    pub fn delete<R: Record>(&mut self, key: &Key<R>) {
        self.steps.push(Step::Delete {
            key: key.octets().to_vec(),
            expect: None,
        });
    }

    /// Deletes; the commit fails if the record changed since it was held.
    pub fn remove<R: Record>(&mut self, held: &Held<R>) {
        let key = held.record.key().octets().to_vec();
        self.steps.push(Step::Delete {
            key,
            expect: Some(Expect::Equals(held.raw.clone())),
        });
    }

    /// Attaches finished content: its record (and small content itself) goes in
    /// with this commit.
    pub fn attach(&mut self, content: Finished) {
        self.contents.push(content);
    }

    /// Drops the content's wrapped key and octets: unreadable at once here, and
    /// in any copy of the folder after the next [`Store::roll_keys`].
    pub fn purge(&mut self, content: ContentId) {
        self.purges.push(content);
    }

    /// Files a message in a folder under the next UID and modseq, and notes the
    /// change. `at` is its INTERNALDATE, if not the time of the commit. In the
    /// shared mailbox, `\Seen` among the flags counts for every account until it
    /// says otherwise.
    pub fn file(
        &mut self,
        folder: MailboxId,
        message: MessageId,
        flags: Flags,
        at: Option<Timestamp>,
    ) {
        self.steps.push(Step::File(Filing {
            folder,
            message,
            flags,
            at,
        }));
    }

    /// Sets flags, and notes the change. The commit fails if one of the rows is
    /// gone, or its flags were changed since they were held.
    pub fn flag(&mut self, change: FlagChange) {
        if !change.is_empty() {
            self.steps.push(Step::Flag(change));
        }
    }

    /// Takes entries, each a UID and its message, out of a folder, and notes the
    /// change. The commit fails if one is not there. The messages stay.
    pub fn vanish(&mut self, folder: MailboxId, gone: &[(u32, MessageId)]) {
        self.take_out(folder, gone, true);
    }

    /// The same, whether they are there or not.
    pub fn clear(&mut self, folder: MailboxId, gone: &[(u32, MessageId)]) {
        self.take_out(folder, gone, false);
    }

    /// Notes where a message stands that was filed before there was an index of
    /// it. The commit fails if it no longer stands there.
    pub fn place(&mut self, folder: MailboxId, uid: u32, message: MessageId) {
        self.steps.push(Step::Place(
            entry_key(folder, uid),
            place_key(message, folder, uid),
        ));
    }

    /// Changes nothing; the commit fails if the record changed since it was held.
    pub fn still<R: Record>(&mut self, held: &Held<R>) {
        let key = held.record.key().octets().to_vec();
        self.steps.push(Step::Still(key, held.raw.clone()));
    }

    /// Adds to the change sequence.
    pub fn change(&mut self, change: Change) {
        self.steps.push(Step::Change(change));
    }

    /// Adds to the audit chain, with the time of the commit.
    pub fn audit(&mut self, event: Event) {
        self.steps.push(Step::Audit(event));
    }

    fn take_out(&mut self, folder: MailboxId, gone: &[(u32, MessageId)], sure: bool) {
        if !gone.is_empty() {
            let gone = gone.to_vec();
            self.steps
                .push(Step::Vanish(Vanishing { folder, gone, sure }));
        }
    }

    fn write<R: Record>(&mut self, record: &R, expect: Option<Expect>) {
        match postcard::to_stdvec(record) {
            Ok(plain) => self.steps.push(Step::Write {
                key: record.key().octets().to_vec(),
                version: R::VERSION,
                plain: Zeroizing::new(plain),
                expect,
            }),
            Err(e) => self.fault = Some(format!("a {:?} record cannot be written: {e}", R::TABLE)),
        }
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Tx({} steps)",
            self.steps.len() + self.contents.len() + self.purges.len()
        )
    }
}

impl Store {
    /// All or nothing; durable when it returns. Once begun it runs to its end,
    /// also if the caller no longer waits for it.
    ///
    /// # Errors
    /// [`Error::Conflict`] if what the change expects does not hold: nothing
    /// was written. After [`Error::Io`] or [`Error::Full`] it is unknown whether
    /// the change survives; it must be answered as a failure.
    pub async fn commit(&self, tx: Tx) -> Result<Receipt, Error> {
        if let Some(fault) = tx.fault {
            return Err(Error::Io(fault));
        }
        if tx.contents.is_empty() && tx.purges.is_empty() {
            let mut batch = Batch::default();
            let draws = self.plan(&mut batch, tx.steps).await?;
            let numbers = self.inner.engine.commit(batch).await?;
            return Ok(draws.receipt(&numbers));
        }
        // Files must be kept or removed by the outcome, whoever waits for it.
        let store = self.clone();
        let done = tokio::spawn(async move { store.commit_content(tx).await });
        done.await
            .map_err(|_| Error::Io("the commit was interrupted".to_owned()))?
    }

    /// The same; `None` if what the change expects does not hold: somebody else
    /// was first, and it is worth reading again.
    ///
    /// # Errors
    /// As [`Store::commit`], without [`Error::Conflict`].
    pub async fn try_commit(&self, tx: Tx) -> Result<Option<Receipt>, Error> {
        match self.commit(tx).await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(Error::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn commit_content(&self, tx: Tx) -> Result<Receipt, Error> {
        // Held until the commit is over: the current key may not change between
        // the wrapping and the record, or a roll would miss it.
        let ring = self.inner.ring.read().await;
        let mut batch = Batch::default();
        let mut files = Vec::new();
        for content in tx.contents {
            files.extend(self.plan_content(&mut batch, content, &ring)?);
        }
        let mut purged = Vec::new();
        for id in tx.purges {
            purged.extend(self.plan_purge(&mut batch, id).await?);
            batch.put(purged_key(), ring.current().to_be_bytes().to_vec());
        }
        let draws = self.plan(&mut batch, tx.steps).await?;
        match self.inner.engine.commit(batch).await {
            Ok(numbers) => {
                files.into_iter().for_each(Pending::keep);
                remove(purged).await;
                Ok(draws.receipt(&numbers))
            }
            Err(error) => {
                if matches!(error, Error::Io(_) | Error::Full) {
                    // The records may have reached the disk after all. If not,
                    // the next start sweeps the files.
                    files.into_iter().for_each(Pending::keep);
                }
                Err(error)
            }
        }
    }

    fn plan_content(
        &self,
        batch: &mut Batch,
        content: Finished,
        ring: &Ring,
    ) -> Result<Option<Pending>, Error> {
        let Attached {
            record,
            chunks,
            file,
        } = content.attach(ring)?;
        for (n, chunk) in (0..).zip(chunks) {
            batch.put(chunk_key(record.id, n), chunk);
        }
        let key = record.key().octets().to_vec();
        let value = self.seal(&record)?;
        batch.put(key, value);
        Ok(file)
    }

    /// Plans the removal of an object; the file to be removed afterwards.
    async fn plan_purge(&self, batch: &mut Batch, id: ContentId) -> Result<Option<PathBuf>, Error> {
        let key = ContentRecord::at(id);
        let Some(record) = self.get(&key).await? else {
            return Ok(None);
        };
        batch.write.push(Write::Delete(key.octets().to_vec()));
        if record.place == Place::File {
            return Ok(Some(file_path(&self.inner.path, id)));
        }
        for n in 0..record.chunks() {
            batch.write.push(Write::Delete(chunk_key(id, n)));
        }
        Ok(None)
    }

    async fn plan(&self, batch: &mut Batch, steps: Vec<Step>) -> Result<Draws, Error> {
        let mut draws = Draws::default();
        for step in steps {
            match step {
                Step::Write {
                    key,
                    version,
                    plain,
                    expect,
                } => {
                    batch.wake |= key.first() == Some(&Table::Due.octet());
                    let value = self.inner.vault.seal(version, &key, &plain)?;
                    batch.expect.extend(expect.map(|e| (key.clone(), e)));
                    batch.put(key, value);
                }
                Step::Delete { key, expect } => {
                    batch.expect.extend(expect.map(|e| (key.clone(), e)));
                    batch.write.push(Write::Delete(key));
                }
                Step::Still(key, raw) => batch.expect.push((key, Expect::Equals(raw))),
                Step::Place(entry, place) => {
                    batch.expect.push((entry, Expect::Present));
                    batch.put(place, Vec::new());
                }
                Step::File(filing) => self.plan_filing(batch, filing, &mut draws)?,
                Step::Flag(change) => self.plan_flags(batch, change, &mut draws)?,
                Step::Vanish(gone) => self.plan_vanishing(batch, gone, &mut draws).await?,
                Step::Change(change) => self.plan_change(batch, &change, &mut draws)?,
                Step::Audit(event) => {
                    let body = self.seal_event(self.inner.clock.now(), &event)?;
                    batch.append.push((self.audit_log(), body));
                }
            }
        }
        Ok(draws)
    }
}

/// Removes the files of purged content. One that stays is unreadable, and is
/// swept at the next start.
async fn remove(files: Vec<PathBuf>) {
    if files.is_empty() {
        return;
    }
    let removed = blocking(move || files.iter().try_for_each(fs::remove_file)).await;
    if let Err(error) = removed {
        tracing::warn!(event = "store.leftover", %error, "A purged content's file could not be removed; the next start removes it.");
    }
}
