//! Keeps the folders that somebody looks at up to date: follows the sequence of
//! changes, which is the truth for all processes, and wakes who waits.
//!
//! ```text
//!  store.watch() ──▶ changes after the last seen ──▶ newer snapshots ──▶ sessions
//! ```
//!
//! A change says which rows it touched, and these alone are read anew. What is
//! read may be newer than the change; the later change then reads it once more.

use crate::folders::Folder;
use crate::mailbox::snapshot::Snapshot;
use crate::model::{AccountId, MailboxId};
use crate::store::{Change, Error, Row, Rows, Store, apart};
use jiff::SignedDuration;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

/// Changes read in one step.
const STEP: usize = 1024;
/// When more rows of a folder than this were touched, reading it whole is
/// quicker than one by one.
const MANY: usize = 1000;
/// Rows that are read where the caller is: a millisecond's work. More of them are
/// read where they cannot hold up other sessions.
const FEW: usize = 32;
/// Folders kept that nobody looks at: whoever comes back in a minute, as mail
/// programs do, finds them ready. One of 10,000 messages takes under 1 MB.
const UNUSED: usize = 32;
/// Pause after the store failed.
const RETRY: SignedDuration = SignedDuration::from_secs(5);

/// A folder, and who looks at it if that makes a difference.
type Key = (MailboxId, Option<AccountId>);

/// What is loaded. Cloning it is cheap; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Tracker {
    store: Store,
    loaded: Arc<Mutex<Loaded>>,
}

#[derive(Debug, Default)]
struct Loaded {
    /// Changes up to this one are in every snapshot.
    at: u64,
    /// Folders that a change touched since their highest mod-sequence was read.
    uncounted: BTreeSet<MailboxId>,
    folders: HashMap<Key, watch::Sender<Arc<Snapshot>>>,
}

/// What changes touched in one folder.
#[derive(Default)]
struct Touched {
    /// How many messages came.
    came: usize,
    flags: BTreeSet<u32>,
    gone: BTreeSet<u32>,
}

impl Touched {
    fn count(&self) -> usize {
        self.came + self.flags.len()
    }
}

impl Tracker {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            loaded: Arc::default(),
        }
    }

    /// The folder as it is now, and whatever becomes of it.
    pub(super) async fn open(
        &self,
        folder: &Folder,
        account: AccountId,
    ) -> Result<watch::Receiver<Arc<Snapshot>>, Error> {
        let key = (folder.id, folder.reader(account));
        let mut loaded = self.loaded.lock().await;
        self.follow(&mut loaded).await?;
        if let Some(known) = loaded.folders.get(&key) {
            // RENAME gives a folder a new one, and leaves all else.
            known.send_if_modified(|snapshot| {
                if snapshot.uidvalidity != folder.uidvalidity {
                    Arc::make_mut(snapshot).uidvalidity = folder.uidvalidity;
                }
                false
            });
            return Ok(known.subscribe());
        }
        loaded.prune();
        let rows = self.store.rows(key.0, key.1).await?;
        if loaded.folders.is_empty() {
            loaded.at = rows.change;
        }
        let snapshot = snapshot((key.0, folder.uidvalidity), rows);
        let (sender, receiver) = watch::channel(Arc::new(snapshot));
        loaded.folders.insert(key, sender);
        Ok(receiver)
    }

    /// Brings every loaded folder up to now: whoever committed a change and
    /// calls this sees it afterwards.
    pub(super) async fn catch_up(&self) -> Result<(), Error> {
        let mut loaded = self.loaded.lock().await;
        self.follow(&mut loaded).await
    }

    /// Follows a folder no more: it was deleted, and whoever looks at it is told.
    pub(super) async fn forget(&self, folder: MailboxId) {
        let mut loaded = self.loaded.lock().await;
        loaded.folders.retain(|(id, _), _| *id != folder);
    }

    /// Follows the store until `stop` says so.
    pub(super) async fn work(&self, mut stop: watch::Receiver<bool>) {
        let mut changed = self.store.watch();
        while !*stop.borrow() {
            changed.mark_unchanged();
            if let Err(error) = self.catch_up().await {
                tracing::error!(event = "imap.behind", reason = %error, "The changes of mailboxes could not be read; mail programs see them later.");
                self.store.clock().sleep(RETRY).await;
            }
            tokio::select! {
                _ = changed.changed() => {}
                stopped = stop.changed() => if stopped.is_err() { break },
            }
        }
    }

    async fn follow(&self, loaded: &mut Loaded) -> Result<(), Error> {
        if loaded.folders.is_empty() {
            return Ok(());
        }
        loop {
            // Read before the changes: if none is left, all that these numbers
            // count is in the snapshots.
            let highest = self.highest(loaded).await?;
            let Some(changes) = self.store.changes(loaded.at, STEP).await? else {
                return self.begin_anew(loaded).await;
            };
            let Some((last, _)) = changes.last() else {
                loaded.count(&highest);
                return Ok(());
            };
            let last = *last;
            let mut touched: HashMap<MailboxId, Touched> = HashMap::new();
            for (_, change) in changes {
                match change {
                    Change::Filed(folder, _) => touched.entry(folder).or_default().came += 1,
                    Change::Flags(folder, uids) => {
                        touched.entry(folder).or_default().flags.extend(uids);
                    }
                    Change::Gone(folder, uids) => {
                        touched.entry(folder).or_default().gone.extend(uids);
                    }
                    Change::Message(_) | Change::Account(_) | Change::Folders(_) => {}
                }
            }
            let arcs = touched
                .into_iter()
                .map(|(id, touched)| (id, Arc::new(touched)));
            let touched: HashMap<MailboxId, Arc<Touched>> = arcs.collect();
            for ((folder, reader), sender) in &loaded.folders {
                if let Some(touched) = touched.get(folder) {
                    let before = sender.borrow().clone();
                    let (me, reader, touched) = (self.clone(), *reader, Arc::clone(touched));
                    let few = touched.count() <= FEW;
                    let newer = async move { me.newer(&before, reader, &touched).await };
                    let newer = if few { newer.await } else { apart(newer).await }?;
                    sender.send_replace(Arc::new(newer));
                    loaded.uncounted.insert(*folder);
                }
            }
            loaded.at = last;
        }
    }

    /// The highest mod-sequences of the folders that were touched.
    async fn highest(&self, loaded: &Loaded) -> Result<HashMap<MailboxId, u64>, Error> {
        let mut highest = HashMap::with_capacity(loaded.uncounted.len());
        for folder in &loaded.uncounted {
            let (_, modseq) = self.store.folder_numbers(*folder).await?;
            highest.insert(*folder, modseq);
        }
        Ok(highest)
    }

    /// Reads every loaded folder whole: changes that we have not seen are
    /// forgotten.
    async fn begin_anew(&self, loaded: &mut Loaded) -> Result<(), Error> {
        let at = self.store.newest_change().await?;
        for ((folder, reader), sender) in &loaded.folders {
            let uidvalidity = sender.borrow().uidvalidity;
            let rows = self.store.rows(*folder, *reader).await?;
            let snapshot = snapshot((*folder, uidvalidity), rows);
            sender.send_replace(Arc::new(snapshot));
        }
        loaded.at = at;
        Ok(())
    }

    async fn newer(
        &self,
        before: &Snapshot,
        reader: Option<AccountId>,
        touched: &Touched,
    ) -> Result<Snapshot, Error> {
        if touched.flags.len() > MANY {
            let rows = self.store.rows(before.folder, reader).await?;
            return Ok(snapshot((before.folder, before.uidvalidity), rows));
        }
        let mut newer = before.clone();
        newer.rows.retain(|row| !touched.gone.contains(&row.uid));
        for uid in &touched.flags {
            let place = newer.rows.binary_search_by_key(uid, |row| row.uid);
            let slot = place.ok().and_then(|index| newer.rows.get_mut(index));
            if let Some(slot) = slot
                && let Some(row) = self.row(before.folder, *uid, reader).await?
            {
                *slot = row;
            }
        }
        if touched.came > 0 {
            self.add_new(&mut newer, reader).await?;
        }
        // What a row tells is in it. What went is counted when all is read.
        let highest = newer.rows.iter().map(|row| row.modseq).max();
        newer.highest_modseq = newer.highest_modseq.max(highest.unwrap_or(1));
        Ok(newer)
    }

    async fn add_new(&self, newer: &mut Snapshot, reader: Option<AccountId>) -> Result<(), Error> {
        loop {
            let after = newer.uidnext.saturating_sub(1);
            let entries = self.store.entries(newer.folder, after, STEP).await?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            newer.uidnext = last.uid.saturating_add(1);
            for entry in entries {
                let row = self.row(newer.folder, entry.uid, reader).await?;
                newer.rows.extend(row);
            }
        }
    }

    /// One row; nothing if it is damaged, since the rest must go on.
    async fn row(
        &self,
        folder: MailboxId,
        uid: u32,
        reader: Option<AccountId>,
    ) -> Result<Option<Row>, Error> {
        match self.store.row(folder, uid, reader).await {
            Err(Error::Damaged(_)) => Ok(None),
            row => row,
        }
    }
}

fn snapshot((folder, uidvalidity): (MailboxId, u32), rows: Rows) -> Snapshot {
    Snapshot {
        folder,
        uidvalidity,
        uidnext: rows.uidnext,
        highest_modseq: rows.highest_modseq,
        rows: rows.rows,
    }
}

impl Loaded {
    /// Puts the highest mod-sequences into the snapshots. Nobody is woken for a
    /// number alone.
    fn count(&mut self, highest: &HashMap<MailboxId, u64>) {
        for ((folder, _), sender) in &self.folders {
            let Some(highest) = highest.get(folder) else {
                continue;
            };
            sender.send_if_modified(|snapshot| {
                if snapshot.highest_modseq < *highest {
                    Arc::make_mut(snapshot).highest_modseq = *highest;
                }
                false
            });
        }
        self.uncounted.clear();
    }

    /// Forgets folders that nobody looks at, if there are many.
    fn prune(&mut self) {
        let unused = |sender: &watch::Sender<_>| sender.receiver_count() == 0;
        let count = self.folders.values().filter(|s| unused(s)).count();
        if count > UNUSED {
            self.folders.retain(|_, sender| !unused(sender));
        }
    }
}
