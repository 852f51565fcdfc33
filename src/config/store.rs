//! `[store]`: where everything is kept.

use crate::config::draft::Section;
use crate::config::value::words;
use jiff::SignedDuration;
use std::path::PathBuf;

words! {
    /// What keeps the records.
    Engine {
        /// sled: one process, one folder, nothing to install.
        Sled = "sled",
    }
}

/// Where everything is kept, and for how long.
#[derive(Clone, Debug)]
pub struct Store {
    /// What keeps the records. Default sled, the only one so far.
    pub engine: Engine,
    /// The data folder. Default as systemd's `StateDirectory` makes it.
    pub path: PathBuf,
    /// The file with the store key, never inside `path`: whoever copies the
    /// data must not get the key with it. Default none: the systemd credential
    /// `store-key`.
    pub key_file: Option<PathBuf>,
    /// How long content is kept after it was accepted. Default 90 days: long
    /// enough for the office to extend a message that a patient let expire.
    pub retain: SignedDuration,
}

impl Store {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let day = SignedDuration::from_hours(24);
        Self {
            engine: s.or("engine", Engine::Sled),
            path: s.or("path", PathBuf::from("/var/lib/sealpost")),
            key_file: s.or("key-file", None),
            // A day is the sweep's own step; ten years outlast every duty to keep.
            retain: s.within("retain", day * 90, day..=day * 3650),
        }
    }
}
