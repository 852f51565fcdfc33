//! The committer: one thread that judges, writes and syncs for everybody who
//! waits, and answers only when the disk has it.

use crate::store::backing::Batch;
use crate::store::sled::group::{Group, Memory, fits};
use crate::store::sled::mark::Mark;
use crate::store::sled::{Chain, Engine, Shared, broken, failed};
use crate::store::{Error, disk};
use ::sled::Db;
use aws_lc_rs::digest;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// A group takes no further batch above this many octets, so that the first
/// one in it does not wait for long.
const GROUP: usize = 1024 * 1024;
/// A group of at least this many batches tells that more are on their way:
/// before the next one, the committer waits for them. A lone client keeps four
/// batches busy, counting the dispatch and delivery of what it sent before.
const COMPANY: usize = 6;
/// How long it waits then. Each group costs a sync and the waking of several
/// threads, whatever is in it. Measured with ten clients: this wait takes a
/// quarter off the work of a message, and makes the answers come sooner. A lone
/// client's batches find no company and are not held up.
const GATHER: Duration = Duration::from_micros(1500);
/// Records copied at a time when compacting, so that memory stays small.
const COPIED: usize = 1024;

type Answer = oneshot::Sender<Result<Vec<u64>, Error>>;

/// What can be asked of the committer.
pub(super) enum Order {
    /// Apply this batch.
    Commit(Batch, Answer),
    /// Copy what is live into a fresh folder.
    Compact(oneshot::Sender<Result<Compacted, Error>>),
}

/// What compacting did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// Records copied.
    pub records: u64,
    /// Size of the records' folder before, in octets.
    pub before: u64,
    /// Size after.
    pub after: u64,
}

/// The committer's own state.
pub(super) struct Committer {
    shared: Arc<Shared>,
    file: File,
    mark: Mark,
    chain: Chain,
    memory: Memory,
    /// Batches in the last group.
    last: usize,
    tick: watch::Sender<u64>,
}

impl Committer {
    pub(super) fn new(
        shared: Arc<Shared>,
        (file, mark): (File, Mark),
        chain: Chain,
        tick: watch::Sender<u64>,
    ) -> Self {
        Self {
            shared,
            file,
            mark,
            chain,
            memory: Memory::default(),
            last: 0,
            tick,
        }
    }

    /// Works until the engine is dropped.
    pub(super) fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        while let Some(order) = orders.blocking_recv() {
            match order {
                Order::Compact(answer) => {
                    let _ = answer.send(self.compact());
                }
                Order::Commit(batch, answer) => {
                    if let Some(compact) = self.group((batch, answer), &mut orders) {
                        let _ = compact.send(self.compact());
                    }
                }
            }
        }
    }

    /// Takes the first batch and all that wait, writes them and answers. An
    /// order to compact ends the group and is handed back.
    fn group(
        &mut self,
        first: (Batch, Answer),
        orders: &mut mpsc::Receiver<Order>,
    ) -> Option<oneshot::Sender<Result<Compacted, Error>>> {
        if self.last >= COMPANY {
            std::thread::sleep(GATHER);
        }
        let db = self.shared.db();
        let mut group = Group::new(&db, &self.chain, &mut self.memory);
        let (mut waiters, mut refused) = (Vec::new(), Vec::new());
        let (mut wake, mut compact) = (false, None);
        let mut next = Some(first);
        while let Some((batch, answer)) = next.take() {
            match judge(&self.shared, &mut group, &batch) {
                Ok(numbers) => {
                    wake |= batch.wake;
                    waiters.push((answer, numbers));
                }
                Err(error) => refused.push((answer, error)),
            }
            if group.octets() < GROUP {
                match orders.try_recv() {
                    Ok(Order::Commit(batch, answer)) => next = Some((batch, answer)),
                    Ok(Order::Compact(answer)) => compact = Some(answer),
                    Err(_) => {}
                }
            }
        }
        self.last = waiters.len();
        if !waiters.is_empty() {
            let numbered = group.number();
            let written = numbered.and_then(|number| {
                write(&db, group.into_batch()?, &self.file)?;
                self.mark.note(number);
                Ok(())
            });
            self.answer(waiters, written, wake);
        }
        // Only now: whoever lost looks again at once, and must see who won.
        for (answer, error) in refused {
            let _ = answer.send(Err(error));
        }
        compact
    }

    fn answer(&self, waiters: Vec<(Answer, Vec<u64>)>, written: Result<(), Error>, wake: bool) {
        match written {
            Ok(()) => {
                let count = u64::try_from(waiters.len()).unwrap_or(u64::MAX);
                self.shared.commits.fetch_add(count, Ordering::Relaxed);
                self.shared.syncs.fetch_add(1, Ordering::Relaxed);
                for (answer, numbers) in waiters {
                    let _ = answer.send(Ok(numbers));
                }
                if wake {
                    self.tick.send_modify(|n| *n = n.wrapping_add(1));
                }
            }
            Err(error) => {
                // After a failed sync nobody can know what the disk has: pages
                // may have been dropped, and a second sync would succeed without
                // them. Nothing more is written until the store is opened anew.
                tracing::error!(event = "store.read-only", %error, "The store could not write; it only reads until the gateway is started again.");
                let _ = self.shared.failure.set(error.to_string());
                for (answer, _) in waiters {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// Copies, checks, swaps. The old folder stays whole until the new one has
    /// its name; [`disk::settle`] puts things right after a kill.
    fn compact(&mut self) -> Result<Compacted, Error> {
        if let Some(why) = self.shared.failure.get() {
            return Err(read_only(why));
        }
        let path = self.shared.path.clone();
        let (fresh, old) = (disk::beside(&path, "new"), disk::beside(&path, "old"));
        let before = disk::size(&path);
        let room = disk::free(&path).map_err(|e| failed(&e))?;
        let db = self.shared.db();
        // The copy is never larger than what is there now, dead space included.
        if room < before {
            return Err(Error::Full);
        }
        let _ = fs::remove_dir_all(&fresh);
        let (copy, file) = Engine::open(&fresh)?;
        let counted = copy_all(&db, &copy, &file).and_then(|()| compare(&db, &copy));
        let records = counted.inspect_err(|_| drop(fs::remove_dir_all(&fresh)))?;
        disk::secure_tree(&fresh).map_err(|e| failed(&e))?;
        disk::swap(&path, &fresh, &old).map_err(|e| failed(&e))?;
        *self
            .shared
            .db
            .write()
            .unwrap_or_else(PoisonError::into_inner) = copy;
        self.file = file;
        drop(db);
        let _ = fs::remove_dir_all(&old);
        Ok(Compacted {
            records,
            before,
            after: disk::size(&path),
        })
    }
}

fn judge(shared: &Shared, group: &mut Group<'_>, batch: &Batch) -> Result<Vec<u64>, Error> {
    if let Some(why) = shared.failure.get() {
        return Err(read_only(why));
    }
    if !fits(batch) {
        return Err(Error::Io(
            "a record is larger than the store keeps (4 MiB)".to_owned(),
        ));
    }
    group.take(batch)
}

fn read_only(why: &str) -> Error {
    Error::Io(format!(
        "the store is read-only since a write failed ({why}); mend the disk and restart"
    ))
}

/// Applies, flushes and syncs: only when all three succeeded is it durable.
fn write(db: &Db, batch: ::sled::Batch, file: &File) -> Result<(), Error> {
    let written = catch_unwind(AssertUnwindSafe(|| {
        db.apply_batch(batch).map_err(|e| broken(&e))?;
        db.flush().map_err(|e| broken(&e))?;
        file.sync_data().map_err(|e| failed(&e))
    }));
    written.unwrap_or_else(|_| Err(Error::Io("sled stopped on an internal error".to_owned())))
}

fn copy_all(from: &Db, to: &Db, file: &File) -> Result<(), Error> {
    let (mut batch, mut held) = (::sled::Batch::default(), 0);
    for pair in from.iter() {
        let (key, value) = pair.map_err(|e| broken(&e))?;
        batch.insert(key, value);
        held += 1;
        if held == COPIED {
            to.apply_batch(std::mem::take(&mut batch))
                .map_err(|e| broken(&e))?;
            held = 0;
        }
    }
    write(to, batch, file)
}

/// The count of records, if both hold the same.
fn compare(one: &Db, other: &Db) -> Result<u64, Error> {
    let (count, hash) = fingerprint(one)?;
    if (count, hash) == fingerprint(other)? {
        return Ok(count);
    }
    Err(Error::Io(
        "the compacted copy differs from the records; nothing was changed".to_owned(),
    ))
}

fn fingerprint(db: &Db) -> Result<(u64, Vec<u8>), Error> {
    let mut hash = digest::Context::new(&digest::SHA256);
    let mut count = 0;
    for pair in db.iter() {
        let (key, value) = pair.map_err(|e| broken(&e))?;
        for part in [&key, &value] {
            hash.update(&part.len().to_be_bytes());
            hash.update(part);
        }
        count += 1;
    }
    Ok((count, hash.finish().as_ref().to_vec()))
}
