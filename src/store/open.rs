//! Making a store and opening one. What can be wrong is said before anything
//! is served, each in a sentence that names the file and the way out.

use crate::model::{Clock, ContentId, secret};
use crate::store::keys::{Hashes, Ring, RootKey, hash_key};
use crate::store::sled::{Chain, Engine, stopped_by};
use crate::store::vault::{KeyOctets, Vault};
use crate::store::{Error, Inner, Room, Store, Table, content, disk, hash};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};
use tokio::sync::RwLock;

/// Version of the store's layout.
const SCHEMA: u32 = 1;

/// Where the store is and when it counts as full.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The data folder.
    pub path: PathBuf,
    /// Below this many free octets new messages are not taken.
    pub minimum_free: u64,
}

impl Settings {
    /// Octets free where the store is.
    ///
    /// # Errors
    /// What the file system said.
    pub fn free(&self) -> io::Result<u64> {
        disk::free(&self.path)
    }
}

impl RootKey {
    /// Whether this key opens the store in a data folder. Reads the file `keys`
    /// and nothing else, so that it may be asked while a gateway runs.
    ///
    /// # Errors
    /// [`OpenError`] if there is no store, or its file cannot be read.
    pub fn opens(&self, data: &Path) -> Result<bool, OpenError> {
        let keys = data.join("keys");
        if !keys.exists() {
            return Err(OpenError::Missing {
                path: data.to_path_buf(),
            });
        }
        let opens = || match Ring::read(&keys, self) {
            Ok(ring) => Ok(ring.is_some()),
            Err(e) => Err(damaged(&keys, &e)),
        };
        // A gateway at work may be replacing the file, and overwriting the old
        // one, at this very moment: only twice is an answer.
        Ok(opens()? || opens()?)
    }
}

/// Why a store was not opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no store.
    #[error("there is no store in {}; `sealpost init` makes one, or correct `path` under [store]", path.display())]
    Missing {
        /// The data folder.
        path: PathBuf,
    },
    /// There is something already where a store was to be made.
    #[error("{} is not empty; choose a new folder, or remove what is in it if you are sure that it is no store", path.display())]
    Exists {
        /// The data folder.
        path: PathBuf,
    },
    /// The root key is not the one the store was made with.
    #[error("the root key does not open the store in {}; give the key that `sealpost init` wrote for it, from the escrow sheet if need be", path.display())]
    WrongKey {
        /// The data folder.
        path: PathBuf,
    },
    /// The files come from two stores.
    #[error("{} belongs to another store than the records beside it; restore both from the same backup", path.display())]
    OtherStore {
        /// The file of keys.
        path: PathBuf,
    },
    /// A newer version wrote it.
    #[error("the store in {} was written by a newer version; install that version", path.display())]
    Newer {
        /// The data folder.
        path: PathBuf,
    },
    /// Another process has it.
    #[error("another process has the store in {} open; stop it first", path.display())]
    Locked {
        /// The data folder.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("{} is damaged ({reason}); restore the data folder from a backup", path.display())]
    Damaged {
        /// What cannot be read.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The key file.
    #[error("the key file {} cannot be used: {reason}", path.display())]
    KeyFile {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refused.
    #[error("{} cannot be used: {reason}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        reason: String,
    },
}

impl Store {
    /// Makes a store in a folder that is missing or empty, and opens it.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way.
    pub fn create(settings: &Settings, root: &RootKey, clock: Clock) -> Result<Self, OpenError> {
        let path = &settings.path;
        keep_apart(root, path)?;
        if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(OpenError::Exists { path: path.clone() });
        }
        let made = disk::make_folder(path).and_then(|()| disk::make_folder(&path.join("content")));
        made.map_err(|e| refused(path, &e))?;
        let lock = lock(path)?;
        let identity = Identity {
            store: secret::random(),
            node: secret::random(),
        };
        let records = path.join("records");
        let opened = Engine::open(&records).map_err(|e| damaged(&records, &e))?;
        let value = identity.written(root).map_err(|e| damaged(&records, &e))?;
        Engine::begin(&opened, &meta_key(), &value).map_err(|e| damaged(&records, &e))?;
        disk::secure_tree(&records).map_err(|e| refused(&records, &e))?;
        // The file of keys comes last: a store without it was never finished.
        let ring = Ring::create(&path.join("keys"), root, identity.store, clock.now());
        let ring = ring.map_err(|e| damaged(&path.join("keys"), &e))?;
        let synced = disk::sync_folder(path).and_then(|()| disk::sync_folder(disk::parent(path)));
        synced.map_err(|e| refused(path, &e))?;
        let parts = Parts {
            opened,
            ring,
            node: identity.node,
            lock,
        };
        assemble(settings, root, clock, parts).map_err(|e| damaged(path, &e))
    }

    /// Opens a store; never makes one.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with which file.
    pub fn open(settings: &Settings, root: &RootKey, clock: Clock) -> Result<Self, OpenError> {
        // Where a write fails, sled may panic as late as when it is closed again.
        let open = || Self::open_now(settings, root, clock);
        let opened = catch_unwind(AssertUnwindSafe(open));
        opened.unwrap_or_else(|panic| Err(damaged(&settings.path, &stopped_by(&*panic))))
    }

    fn open_now(settings: &Settings, root: &RootKey, clock: Clock) -> Result<Self, OpenError> {
        let path = &settings.path;
        keep_apart(root, path)?;
        let (records, keys) = (path.join("records"), path.join("keys"));
        if !keys.exists() {
            return Err(OpenError::Missing { path: path.clone() });
        }
        let lock = lock(path)?;
        disk::settle(&records).map_err(|e| refused(&records, &e))?;
        if !records.join("db").exists() {
            return Err(OpenError::Missing { path: path.clone() });
        }
        let ring = Ring::read(&keys, root).map_err(|e| damaged(&keys, &e))?;
        let ring = ring.ok_or_else(|| OpenError::WrongKey { path: path.clone() })?;
        let opened = Engine::open(&records).map_err(|e| damaged(&records, &e))?;
        let value = Engine::peek(&opened, &meta_key()).map_err(|e| damaged(&records, &e))?;
        let node = check(&value.unwrap_or_default(), root, &ring, path)?;
        disk::secure_tree(&records).map_err(|e| refused(&records, &e))?;
        let parts = Parts {
            opened,
            ring,
            node,
            lock,
        };
        let store = assemble(settings, root, clock, parts).map_err(|e| damaged(path, &e))?;
        store
            .sweep()
            .map_err(|e| refused(&path.join("content"), &e))?;
        Ok(store)
    }

    /// Removes content files that no record names: what was being written when
    /// the process ended, and what was purged but not yet removed.
    fn sweep(&self) -> io::Result<()> {
        let content = self.inner.path.join("content");
        // That process may have made a folder whose name is not durable yet.
        disk::sync_folder(&content)?;
        for folder in fs::read_dir(content)? {
            for file in fs::read_dir(folder?.path())? {
                let file = file?.path();
                let name = file
                    .file_name()
                    .and_then(|n| n.to_str())
                    .unwrap_or_default();
                if !self.names(name) {
                    fs::remove_file(&file)?;
                }
            }
        }
        Ok(())
    }

    /// Whether a record names the content file `name`. If that cannot be read,
    /// the file stays.
    fn names(&self, name: &str) -> bool {
        let Ok(id) = name.parse::<ContentId>() else {
            return false;
        };
        let key = content::ContentRecord::at(id);
        self.inner
            .engine
            .read(key.octets())
            .map_or(true, |found| found.is_some())
    }
}

/// Who a store is: kept in clear, with a check value under the root key.
struct Identity {
    store: [u8; 16],
    node: [u8; 16],
}

/// What is open before the store is.
struct Parts {
    opened: (::sled::Db, File),
    ring: Ring,
    node: [u8; 16],
    lock: File,
}

impl Identity {
    fn written(&self, root: &RootKey) -> Result<Vec<u8>, Error> {
        let mut value = SCHEMA.to_be_bytes().to_vec();
        value.extend_from_slice(&self.store);
        value.extend_from_slice(&self.node);
        value.extend_from_slice(&check_value(root, &self.store)?);
        Ok(value)
    }
}

fn check_value(root: &RootKey, store: &[u8; 16]) -> Result<[u8; 32], Error> {
    Ok(hash(&hash_key(&*root.derive("check")?), &[store]))
}

/// Checks the identity a store wrote of itself; gives its node.
fn check(value: &[u8], root: &RootKey, ring: &Ring, path: &Path) -> Result<[u8; 16], OpenError> {
    let bad = || OpenError::Damaged {
        path: path.join("records"),
        reason: "the store's own identity is missing".to_owned(),
    };
    let (schema, rest) = value.split_first_chunk::<4>().ok_or_else(bad)?;
    if u32::from_be_bytes(*schema) > SCHEMA {
        return Err(OpenError::Newer {
            path: path.to_path_buf(),
        });
    }
    let (store, rest) = rest.split_first_chunk::<16>().ok_or_else(bad)?;
    let (node, found) = rest.split_first_chunk::<16>().ok_or_else(bad)?;
    if *store != ring.store() {
        return Err(OpenError::OtherStore {
            path: path.join("keys"),
        });
    }
    let expected = check_value(root, store).map_err(|e| damaged(path, &e))?;
    if found != expected {
        return Err(OpenError::WrongKey {
            path: path.to_path_buf(),
        });
    }
    Ok(*node)
}

fn assemble(
    settings: &Settings,
    root: &RootKey,
    clock: Clock,
    parts: Parts,
) -> Result<Store, Error> {
    let audit = hash_key(&*root.derive("audit")?);
    let chain = Chain {
        key: audit.clone(),
        node: parts.node,
    };
    let records: KeyOctets = root.derive("records")?;
    let path = fs::canonicalize(&settings.path).map_err(|e| Error::from_io(&e))?;
    let inner = Inner {
        clock,
        engine: Engine::start(&path.join("records"), parts.opened, chain)?,
        vault: Vault::new(records)?,
        hashes: Hashes::of(root)?,
        index: parts.ring.index(),
        ring: RwLock::new(parts.ring),
        rolling: tokio::sync::Mutex::new(()),
        audit,
        node: parts.node,
        path,
        minimum_free: settings.minimum_free,
        room: Mutex::new(Room::default()),
        set_aside: AtomicU32::new(0),
        making: Mutex::default(),
        _lock: parts.lock,
    };
    Ok(Store {
        inner: Arc::new(inner),
    })
}

impl Store {
    /// What links this writer's audit entries.
    pub(super) fn chain(&self) -> Chain {
        Chain {
            key: self.inner.audit.clone(),
            node: self.inner.node,
        }
    }
}

/// A root key beside the data would be copied with it.
fn keep_apart(root: &RootKey, path: &Path) -> Result<(), OpenError> {
    let Some(file) = &root.file else {
        return Ok(());
    };
    let inside = match (fs::canonicalize(file), fs::canonicalize(path)) {
        (Ok(file), Ok(path)) => file.starts_with(path),
        _ => file.starts_with(path),
    };
    if inside {
        return Err(OpenError::KeyFile {
            path: file.clone(),
            reason: "it stands inside the data folder, so that a copy of the data would hold its key; move it out".to_owned(),
        });
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let file = path.join("lock");
    let opened = fs::OpenOptions::new()
        .write(true)
        .open(&file)
        .or_else(|_| disk::make_file(&file));
    let opened = opened.map_err(|e| refused(&file, &e))?;
    match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(opened),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(OpenError::Locked {
            path: path.to_path_buf(),
        }),
        Err(e) => Err(refused(&file, &e.into())),
    }
}

fn meta_key() -> Vec<u8> {
    Table::Meta.key(&[b"store"])
}

fn refused(path: &Path, e: &io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_path_buf(),
        reason: e.to_string(),
    }
}

/// What a store that cannot be read is: damaged, unless the disk has no room for
/// what opening writes; that may pass.
fn damaged(path: &Path, e: &Error) -> OpenError {
    let (path, reason) = (path.to_path_buf(), e.to_string());
    match e {
        Error::Full => OpenError::Io { path, reason },
        _ => OpenError::Damaged { path, reason },
    }
}
