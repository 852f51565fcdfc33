//! Opens what everything stands on: the store, with its key.

use crate::config::Config;
use crate::model::Clock;
use crate::serve::secrets::{self, Secrecy};
use crate::store::{OpenError, RootKey, Settings, Store};

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
    /// The store's own.
    #[error(transparent)]
    Open(#[from] OpenError),
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

/// Opens the store; never makes one.
///
/// # Errors
/// [`GroundError`] says what is wrong with which file.
pub fn open(config: &Config, clock: Clock) -> Result<Store, GroundError> {
    Ok(Store::open(&settings(config), &root_key(config)?, clock)?)
}
