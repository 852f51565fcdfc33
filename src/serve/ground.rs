//! Opens what everything stands on: the store, with its key.

use crate::config::Config;
use crate::model::Clock;
use crate::serve::secrets::{self, Secrecy};
use crate::store::{OpenError, RootKey, Settings, Store};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Below this many free octets new messages are refused: several of the
/// largest, with their records, still fit while somebody makes room.
const MINIMUM_FREE: u64 = 512 << 20;

/// Why the ground does not hold.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    /// No key is named, and none was handed over.
    #[error(
        "there is no store key: set store.key-file, or let the unit hand over the credential store-key"
    )]
    NoKey,
    /// The store belongs to somebody else.
    #[error("{}", foreign(path, *owner, *credential))]
    Foreign {
        /// The data folder.
        path: PathBuf,
        /// The id of the user it belongs to.
        owner: u32,
        /// Whether its key is a systemd credential.
        credential: bool,
    },
    /// The store's own.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl GroundError {
    /// Whether it may be over at the next try: a disk that fails may come back,
    /// and another process that has the store open will end.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Open(OpenError::Io { .. } | OpenError::Locked { .. })
        )
    }
}

fn foreign(path: &Path, owner: u32, credential: bool) -> String {
    let how = match credential {
        true => format!(
            "systemd-run --pipe --wait -p User={owner} -p LoadCredential=store-key:KEYFILE sealpost …"
        ),
        false => format!("sudo -u '#{owner}' sealpost …"),
    };
    format!(
        "{} belongs to another user (id {owner}); start the gateway (systemctl start sealpost), or use that user: `{how}`",
        path.display()
    )
}

/// Holds whoever calls off a store that belongs to another user. Even root:
/// files it makes in the store would lock the gateway out.
///
/// # Errors
/// [`GroundError::Foreign`].
pub fn own(config: &Config) -> Result<(), GroundError> {
    let path = &config.store.path;
    match fs::metadata(path) {
        Ok(found) if found.uid() != rustix::process::geteuid().as_raw() => {
            Err(GroundError::Foreign {
                path: path.clone(),
                owner: found.uid(),
                credential: config.store.key_file.is_none(),
            })
        }
        // What is missing or cannot be read is said by whoever needs it.
        _ => Ok(()),
    }
}

/// Where the store is and when it counts as full.
#[must_use]
pub fn settings(config: &Config) -> Settings {
    Settings {
        path: config.store.path.clone(),
        minimum_free: MINIMUM_FREE,
    }
}

/// The root key, from its file or credential.
///
/// # Errors
/// If there is none, or it cannot be used.
pub fn root_key(config: &Config) -> Result<RootKey, GroundError> {
    match secrets::store_key(&config.store) {
        Secrecy::File(path) => Ok(RootKey::read(&path)?),
        Secrecy::Credential(path) => Ok(RootKey::read_credential(&path)?),
        Secrecy::Absent => Err(GroundError::NoKey),
    }
}

/// Opens the store, if it is the caller's own; never makes one.
///
/// # Errors
/// [`GroundError`] says what is wrong with which file.
pub fn open(config: &Config, clock: Clock) -> Result<Store, GroundError> {
    own(config)?;
    Ok(Store::open(&settings(config), &root_key(config)?, clock)?)
}
