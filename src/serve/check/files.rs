//! Files and folders: there, of the right kind, and closed to others.

use crate::config::{Config, Fault};
use crate::serve::check::Findings;
use crate::serve::secrets::{self, Secrecy};
use crate::store::RootKey;
use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Largest logo in octets: it is inlined in every notice.
const MAX_LOGO: u64 = 500_000;

pub(super) fn check(config: &Config, findings: &mut Findings) {
    store_folder(config, findings);
    store_key(config, findings);
    if let Some(password) = secrets::relay_password(&config.relay) {
        secret(config, "relay.password-file", &password, findings);
    }
    key_beside_data(config, findings);
    logo(config, findings);
    socket_folder(config, findings);
}

fn store_folder(config: &Config, findings: &mut Findings) {
    let path = &config.store.path;
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            return findings.fault(config.fault(
                "store.path",
                format!("store.path {} cannot be read: {error}", path.display()),
                "make a store with `sealpost init`, or name the one there is",
            ));
        }
    };
    if entries.next().is_none() {
        findings.fault(config.fault(
            "store.path",
            format!("store.path {} is empty", path.display()),
            "make a store with `sealpost init`, or bring back the one that was here",
        ));
    }
    if let Ok(found) = fs::metadata(path)
        && is_open(&found)
    {
        findings.fault(config.fault(
            "store.path",
            format!("store.path {} can be entered by others", path.display()),
            format!("chmod 700 {}", path.display()),
        ));
    }
}

/// The store key must be there, closed to others, and a key.
fn store_key(config: &Config, findings: &mut Findings) {
    let place = secrets::store_key(&config.store);
    let before = findings.faults.len();
    secret(config, "store.key-file", &place, findings);
    if findings.faults.len() == before
        && let Some(path) = place.path()
        && let Err(error) = RootKey::read_credential(path)
    {
        findings.fault(config.fault(
            "store.key-file",
            error.to_string(),
            "put back the key that `sealpost init` wrote, from the escrow sheet if need be",
        ));
    }
}

/// A secret must be there and closed to everybody but its owner.
fn secret(config: &Config, name: &str, place: &Secrecy, findings: &mut Findings) {
    let Some(path) = place.path() else {
        return findings.warning(config.fault(
            name,
            format!("{name} is not set, and no systemd credential can be seen from here"),
            "set it, unless the unit hands over the credential (LoadCredential)",
        ));
    };
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) => {
            return findings.fault(config.fault(
                name,
                format!("{name} {shown} cannot be read: {error}"),
                "put the secret there, or name the file that holds it",
            ));
        }
    };
    if !found.is_file() || found.len() == 0 {
        findings.fault(config.fault(
            name,
            format!("{name} {shown} holds nothing"),
            "put the secret there, or name the file that holds it",
        ));
    } else if matches!(place, Secrecy::File(_)) && is_open(&found) {
        findings.fault(config.fault(
            name,
            format!("{name} {shown} can be read by others"),
            format!("chmod 600 {shown}"),
        ));
    } else if fs::File::open(path).is_err() {
        findings.fault(config.fault(
            name,
            format!("{name} {shown} cannot be opened by this user"),
            "give it to the user the gateway runs as, or run the check as that user",
        ));
    }
}

/// The rules compare the names; a link could still lead into the data.
fn key_beside_data(config: &Config, findings: &mut Findings) {
    let real = |path: &Path| fs::canonicalize(path).ok();
    let key = config.store.key_file.as_deref().and_then(real);
    if let (Some(key), Some(data)) = (key, real(&config.store.path))
        && key.starts_with(&data)
    {
        findings.fault(config.fault(
            "store.key-file",
            "store.key-file leads into store.path, so a copy of the data would bring its key along",
            "move the key to another folder",
        ));
    }
}

fn logo(config: &Config, findings: &mut Findings) {
    let Some(path) = &config.clinic.logo else {
        return;
    };
    let wrong = match fs::metadata(path) {
        Err(error) => Some(format!("cannot be read: {error}")),
        Ok(found) if found.len() > MAX_LOGO => Some("is larger than 500 KB".to_owned()),
        Ok(_) => match infer::get_from_path(path) {
            Ok(Some(kind)) if ["image/png", "image/jpeg"].contains(&kind.mime_type()) => None,
            _ => Some("is neither PNG nor JPEG".to_owned()),
        },
    };
    if let Some(wrong) = wrong {
        findings.fault(config.fault(
            "clinic.logo",
            format!("clinic.logo {} {wrong}", path.display()),
            "name a PNG or JPEG of at most 500 KB, or leave it out",
        ));
    }
}

fn socket_folder(config: &Config, findings: &mut Findings) {
    let socket = &config.admin.socket;
    if socket.parent().is_none_or(|folder| !folder.is_dir()) {
        findings.warning(config.fault(
            "admin.socket",
            format!(
                "the folder of admin.socket {} does not exist",
                socket.display()
            ),
            "make it, unless systemd does (RuntimeDirectory)",
        ));
    }
}

fn is_open(found: &Metadata) -> bool {
    found.permissions().mode() & 0o077 != 0
}

/// A file that has to be there for `name`, as text, or the fault.
pub(super) fn read(config: &Config, name: &str, path: &Path) -> Result<Vec<u8>, Fault> {
    fs::read(path).map_err(|error| {
        config.fault(
            name,
            format!("{name} {} cannot be read: {error}", path.display()),
            "put the file there, readable for the gateway, or name the right one",
        )
    })
}

/// Whether a file holding a private key is closed to others.
pub(super) fn closed(config: &Config, name: &str, path: &Path) -> Result<(), Fault> {
    match fs::metadata(path) {
        Ok(found) if is_open(&found) => Err(config.fault(
            name,
            format!("{name} {} can be read by others", path.display()),
            format!("chmod 600 {}", path.display()),
        )),
        _ => Ok(()),
    }
}
