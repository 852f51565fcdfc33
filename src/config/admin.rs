//! `[admin]`: the door for whoever runs the machine.

use crate::config::draft::Section;
use std::path::PathBuf;

/// The door for whoever runs the machine.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The Unix socket for `sealpost user`, `message`, `queue` and `store`.
    /// Default as systemd's `RuntimeDirectory` makes its folder.
    pub socket: PathBuf,
}

impl Admin {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            socket: s.or("socket", PathBuf::from("/run/sealpost/admin.sock")),
        }
    }
}
