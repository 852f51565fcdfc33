//! sled as the backing: one keyspace, one committer.
//!
//! What this module adds to sled 0.34.7, and why:
//! - **Durability.** `flush` ends in `sync_file_range`, which neither empties
//!   the drive's cache nor writes the file's length. The committer calls
//!   `sync_data` on a handle of its own before it answers.
//! - **Safe reuse of segments.** sled takes a segment into use again once what
//!   replaced its pages is "stable", by which it means `sync_file_range`. While
//!   a batch is applied its stable mark cannot pass the batch's beginning, so
//!   with one committer that syncs after every batch, only what truly reached
//!   the disk is ever written over. Hence: no write outside the committer, and
//!   no flusher thread.
//! - **Recovery on firm ground.** Opening, sled replays its log and writes a
//!   snapshot of where pages are. A kill while it does so leaves a half-written
//!   `snap.….generating`, which the next opening takes for the newest snapshot
//!   and refuses for good: it is removed first. After a kill the log may stand
//!   in the page cache alone, while the snapshot made of it is synced; a power
//!   cut would leave a snapshot ahead of its log: the log is synced first.
//! - **No silent loss.** A damaged octet ends sled's log when it is opened, and
//!   what follows is gone; `mark` notices.
//! - **No blob files.** sled moves an item above a quarter of a segment into a
//!   file that it never syncs. A leaf holds up to 17 items, so values are cut
//!   into pieces of 16 KiB (17 × 16 KiB < 512 KiB = 2 MiB / 4). The `blobs`
//!   folder is removed after opening: were the sum ever wrong, the write would
//!   fail instead of being lost.

mod committer;
mod group;
mod mark;

pub use committer::Compacted;

use crate::store::backing::{Backing, Batch, Pair, Span};
use crate::store::{Error, Figures, Table};
use ::sled::{Db, Mode};
use aws_lc_rs::hmac;
use committer::{Committer, Order};
use mark::{Mark, number_key};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::any::Any;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// sled's unit of writing: an item above a quarter of it becomes a blob file.
const SEGMENT: usize = 2 * 1024 * 1024;
/// Pages kept in memory: the working set of a clinic's day.
const CACHE: u64 = 64 * 1024 * 1024;
/// Batches that wait for the committer before callers are held back.
const WAITING: usize = 1024;
/// A longer value is cut into pieces of this size (see the module's head).
const PIECE: usize = 16 * 1024;
/// Longest value, in octets: the count of pieces is one octet.
pub(super) const MAX_VALUE: usize = PIECE * 255;

/// What the committer and the readers share.
struct Shared {
    path: PathBuf,
    db: RwLock<Db>,
    failure: OnceLock<String>,
    commits: AtomicU64,
    syncs: AtomicU64,
    reads: AtomicU64,
}

/// The engine. Dropping it ends the committer and closes the files.
pub(crate) struct Engine {
    shared: Arc<Shared>,
    orders: Option<mpsc::Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    watch: watch::Receiver<u64>,
}

/// What links the entries of a log: the key and who writes.
pub(crate) struct Chain {
    /// The audit key.
    pub(crate) key: hmac::Key,
    /// The writer's id.
    pub(crate) node: [u8; 16],
}

impl Engine {
    /// Opens the folder, which becomes a store if it is empty.
    pub(crate) fn open(path: &Path) -> Result<(Db, File), Error> {
        let path = path.to_path_buf();
        // sled answers some damage with a panic; it must not take the caller along.
        let opened = std::panic::catch_unwind(move || open_files(&path));
        opened.unwrap_or_else(|panic| Err(stopped_by(&*panic)))
    }

    /// Writes a fresh store's first value, before anything is started; durable
    /// when it returns.
    pub(crate) fn begin(opened: &(Db, File), key: &[u8], value: &[u8]) -> Result<(), Error> {
        let (db, file) = opened;
        let mut stored = vec![0];
        stored.extend_from_slice(value);
        db.insert(key, stored).map_err(|e| broken(&e))?;
        db.flush().map_err(|e| broken(&e))?;
        file.sync_all().map_err(|e| failed(&e))
    }

    /// Reads a value before anything is started.
    pub(crate) fn peek(opened: &(Db, File), key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        read(&opened.0, key)
    }

    /// Starts the committer on an opened folder.
    pub(crate) fn start(path: &Path, opened: (Db, File), chain: Chain) -> Result<Self, Error> {
        let (db, file) = opened;
        let number = read(&db, &number_key())?.map_or(0, |v| group::number(&v));
        let mark = Mark::open(path, number)?;
        let shared = Arc::new(Shared {
            path: path.to_path_buf(),
            db: RwLock::new(db),
            failure: OnceLock::new(),
            commits: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            reads: AtomicU64::new(0),
        });
        let (orders, waiting) = mpsc::channel(WAITING);
        let (tick, watch) = watch::channel(0);
        let committer = Committer::new(Arc::clone(&shared), (file, mark), chain, tick);
        let thread = std::thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || committer.run(waiting))
            .map_err(|e| Error::Io(format!("the committer thread did not start: {e}")))?;
        Ok(Self {
            shared,
            orders: Some(orders),
            thread: Some(thread),
            watch,
        })
    }

    /// Reads one value without waiting.
    pub(crate) fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.shared.reads.fetch_add(1, Ordering::Relaxed);
        read(&self.shared.db(), key)
    }

    /// Ticks after each commit that asked for it.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.watch.clone()
    }

    /// Why nothing can be written any more, if so.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.shared.failure.get().map(String::as_str)
    }

    /// Turns the engine read-only.
    pub(crate) fn fail(&self, why: &str) {
        let _ = self.shared.failure.set(why.to_owned());
    }

    /// Commits, syncs and reads so far.
    pub(crate) fn figures(&self) -> Figures {
        Figures {
            commits: self.shared.commits.load(Ordering::Relaxed),
            syncs: self.shared.syncs.load(Ordering::Relaxed),
            reads: self.shared.reads.load(Ordering::Relaxed),
        }
    }

    /// Copies what is live into a fresh folder and takes that into use. Commits
    /// wait meanwhile; reads go on.
    pub(crate) async fn compact(&self) -> Result<Compacted, Error> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Compact(answer)).await?;
        answered.await.map_err(|_| stopped())?
    }

    async fn order(&self, order: Order) -> Result<(), Error> {
        let orders = self.orders.as_ref().ok_or_else(stopped)?;
        orders.send(order).await.map_err(|_| stopped())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // The thread reports its own failures; here it only has to be over,
            // so that the files are closed when this returns.
            let _ = thread.join();
        }
    }
}

impl Backing for Engine {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.read(key)
    }

    async fn range(&self, span: Span) -> Result<Vec<Pair>, Error> {
        let pairs = range(&self.shared.db(), &span)?;
        let reads = pairs.len() as u64 + 1;
        self.shared.reads.fetch_add(reads, Ordering::Relaxed);
        Ok(pairs)
    }

    async fn commit(&self, batch: Batch) -> Result<Vec<u64>, Error> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Commit(batch, answer)).await?;
        answered.await.map_err(|_| stopped())?
    }
}

impl Shared {
    fn db(&self) -> Db {
        // A poisoned lock still guards a whole handle: it is only ever replaced.
        let db = self
            .db
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        db.clone()
    }
}

/// What a panic of sled's means. Its words hold the system's own where a write
/// failed while it opened; they are looked at for that alone.
pub(crate) fn stopped_by(panic: &(dyn Any + Send)) -> Error {
    let words = panic.downcast_ref::<String>().map_or("", String::as_str);
    if words.contains("StorageFull") || words.contains("No space left") {
        return Error::Full;
    }
    Error::Io("the records cannot be read".to_owned())
}

fn stopped() -> Error {
    Error::Io("the store is closing".to_owned())
}

fn broken(e: &::sled::Error) -> Error {
    match e {
        ::sled::Error::Io(io) => failed(io),
        other => Error::Io(format!("sled: {other}")),
    }
}

fn failed(e: &io::Error) -> Error {
    Error::from_io(e)
}

fn open_files(path: &Path) -> Result<(Db, File), Error> {
    prepare(path).map_err(|e| failed(&e))?;
    settle(&path.join("db")).map_err(|e| failed(&e))?;
    let db = ::sled::Config::new()
        .path(path)
        .segment_size(SEGMENT)
        .cache_capacity(CACHE)
        .mode(Mode::LowSpace)
        .flush_every_ms(None)
        .open()
        .map_err(|e| broken(&e))?;
    // Only an empty folder can be removed: see the module's head.
    let _ = fs::remove_dir(path.join("blobs"));
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path.join("db"));
    Ok((db, file.map_err(|e| failed(&e))?))
}

/// Waits until nobody holds sled's lock. Whoever opens the store holds its own
/// lock already, so this can only be a thread of sled's that outlives its last
/// handle by a moment, in this very process. Held for longer, sled says so.
fn settle(log: &Path) -> io::Result<()> {
    const TRIES: u32 = 200;
    const PAUSE: Duration = Duration::from_millis(10);
    if !log.exists() {
        return Ok(());
    }
    let log = File::open(log)?;
    for _ in 0..TRIES {
        match flock(&log, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => std::thread::sleep(PAUSE),
            done => return Ok(done?),
        }
    }
    Ok(())
}

/// Makes a folder fit for sled's recovery (see the module's head).
fn prepare(path: &Path) -> io::Result<()> {
    let log = path.join("db");
    if !log.exists() {
        return Ok(());
    }
    File::open(log)?.sync_all()?;
    for entry in fs::read_dir(path)? {
        let file = entry?.path();
        if file.extension().is_some_and(|e| e == "generating") {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// The key of piece `n` of the value under `key`.
fn piece_key(key: &[u8], n: u8) -> Vec<u8> {
    Table::Overflow.key(&[key, &[n]])
}

fn read(db: &Db, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
    let Some(stored) = db.get(key).map_err(|e| broken(&e))? else {
        return Ok(None);
    };
    join(db, key, &stored).map(Some)
}

/// A stored value: how many pieces follow, then the first piece.
fn join(db: &Db, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, Error> {
    let Some((&pieces, first)) = stored.split_first() else {
        return Ok(Vec::new());
    };
    let mut value = first.to_vec();
    for n in 0..pieces {
        // A piece that is missing leaves a value that does not open: the reader
        // will find it damaged.
        if let Some(piece) = db.get(piece_key(key, n)).map_err(|e| broken(&e))? {
            value.extend_from_slice(&piece);
        }
    }
    Ok(value)
}

fn range(db: &Db, span: &Span) -> Result<Vec<Pair>, Error> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let after_prefix = successor(&span.prefix);
    let mut low = Included(span.prefix.clone());
    let mut high = after_prefix.map_or(Unbounded, Excluded);
    if let Some(beyond) = span.beyond.clone().filter(|b| b.starts_with(&span.prefix)) {
        *(if span.backward { &mut high } else { &mut low }) = Excluded(beyond);
    }
    let mut found = db.range::<Vec<u8>, _>((low, high));
    let mut pairs = Vec::new();
    while pairs.len() < span.limit {
        let next = if span.backward {
            found.next_back()
        } else {
            found.next()
        };
        let Some(pair) = next else { break };
        let (key, stored) = pair.map_err(|e| broken(&e))?;
        let value = join(db, &key, &stored)?;
        pairs.push((key.to_vec(), value));
    }
    Ok(pairs)
}

/// The first key after all that begin with `prefix`.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}
