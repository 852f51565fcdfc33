//! Where secrets lie: files of their own, or systemd credentials; never the
//! configuration, never the environment (requirements C11.4).

use crate::config::{Chart, Relay, Store};
use std::path::{Path, PathBuf};

/// The systemd credential that holds the store key.
pub const STORE_KEY: &str = "store-key";
/// The systemd credential that holds the relay's password.
pub const RELAY_PASSWORD: &str = "relay-password";
/// The systemd credential that holds the key of the webhook's signatures.
pub const WEBHOOK_SECRET: &str = "webhook-secret";

/// Where a secret is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// A file that the configuration names: its mode is ours to judge.
    File(PathBuf),
    /// A systemd credential: systemd has seen to its mode.
    Credential(PathBuf),
    /// The configuration names no file, and no credentials were handed to this
    /// process.
    Absent,
}

impl Secrecy {
    /// Where it is, if anywhere.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Credential(path) => Some(path),
            Self::Absent => None,
        }
    }
}

/// Where the store key is.
#[must_use]
pub fn store_key(store: &Store) -> Secrecy {
    place(store.key_file.as_deref(), STORE_KEY)
}

/// Where the relay's password is; `None` if the relay asks for none.
#[must_use]
pub fn relay_password(relay: &Relay) -> Option<Secrecy> {
    relay.username.as_ref()?;
    Some(place(relay.password_file.as_deref(), RELAY_PASSWORD))
}

/// Where the key of the webhook's signatures is; `None` if there is no webhook.
#[must_use]
pub fn webhook_secret(chart: &Chart) -> Option<Secrecy> {
    chart.webhook.as_ref()?;
    Some(place(chart.webhook_secret.as_deref(), WEBHOOK_SECRET))
}

fn place(file: Option<&Path>, credential: &str) -> Secrecy {
    // systemd.exec(5), CREDENTIALS_DIRECTORY: where credentials are, no secret itself.
    let folder = || std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    match file {
        Some(file) => Secrecy::File(file.to_owned()),
        None => folder().map_or(Secrecy::Absent, |f| Secrecy::Credential(f.join(credential))),
    }
}
