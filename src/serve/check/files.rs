//! Files and folders: there, of the right kind, and closed to others.

use crate::config::{Config, Fault};
use crate::serve::chart;
use crate::serve::check::Findings;
use crate::serve::ground;
use crate::serve::secrets::{self, Secrecy};
use crate::serve::settings::AS_USER;
use crate::store::{RootKey, Settings};
use rustix::fs::{Access, access};
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Below this many free octets the next answer with its files may not fit.
const CHART_ROOM: u64 = 100 << 20;
/// Largest logo in octets: it is inlined in every notice.
const MAX_LOGO: u64 = 500_000;

pub(super) fn check(config: &Config, findings: &mut Findings) {
    let there = store_folder(config, findings);
    let root = store_key(config, findings);
    if let (true, Some(root)) = (there, root) {
        fitting(config, &root, findings);
    }
    room(config, &ground::settings(config), findings);
    if let Some(password) = secrets::relay_password(&config.relay) {
        secret(config, "relay.password-file", &password, findings);
    }
    if let Some(place) = secrets::webhook_secret(&config.chart) {
        webhook_secret(config, &place, findings);
    }
    chart_folder(config, findings);
    key_beside_data(config, findings);
    logo(config, findings);
    socket_folder(config, findings);
}

/// Whether something is there that may be a store.
fn store_folder(config: &Config, findings: &mut Findings) -> bool {
    let path = &config.store.path;
    let mut entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            let fix = match error.kind() {
                ErrorKind::PermissionDenied => AS_USER,
                _ => "make a store with `sealpost init`, or name the one there is",
            };
            let wrong = format!("store.path {} cannot be read: {error}", path.display());
            findings.fault(config.fault("store.path", wrong, fix));
            return false;
        }
    };
    let empty = entries.next().is_none();
    if empty {
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
    !empty
}

/// The store key must be there, closed to others, and a key.
fn store_key(config: &Config, findings: &mut Findings) -> Option<RootKey> {
    let place = secrets::store_key(&config.store);
    let before = findings.faults.len();
    secret(config, "store.key-file", &place, findings);
    if findings.faults.len() > before {
        return None;
    }
    match RootKey::read_credential(place.path()?) {
        Ok(root) => Some(root),
        Err(error) => {
            findings.fault(config.fault(
                "store.key-file",
                error.to_string(),
                "put back the key that `sealpost init` wrote, from the escrow sheet if need be",
            ));
            None
        }
    }
}

/// The key must be this store's.
fn fitting(config: &Config, root: &RootKey, findings: &mut Findings) {
    let data = config.store.path.display();
    match root.opens(&config.store.path) {
        Ok(true) => {}
        Ok(false) => findings.fault(config.fault(
            "store.key-file",
            format!("the store key does not open the store in {data}"),
            "put back the key that `sealpost init` wrote for this store, from the escrow sheet if need be",
        )),
        Err(error) => findings.fault(config.fault(
            "store.path",
            format!("store.path {data} holds no store that can be read ({error})"),
            "bring back the data folder from a backup, or correct the path",
        )),
    }
}

/// A full disk stops nobody from reading; the gateway starts, and takes nothing.
fn room(config: &Config, settings: &Settings, findings: &mut Findings) {
    let minimum = settings.minimum_free;
    if let Ok(free) = settings.free()
        && free < minimum
    {
        findings.warning(config.fault(
            "store.path",
            format!(
                "store.path {} has {} MiB free, and below {} MiB new messages are refused",
                settings.path.display(),
                free >> 20,
                minimum >> 20
            ),
            "make room on its disk",
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
            "give it to the user the gateway runs as, or run it as the gateway's user",
        ));
    }
}

/// A key that can be guessed signs nothing.
fn webhook_secret(config: &Config, place: &Secrecy, findings: &mut Findings) {
    let name = "chart.webhook-secret";
    let before = findings.faults.len();
    secret(config, name, place, findings);
    let Some(path) = place.path().filter(|_| findings.faults.len() == before) else {
        return;
    };
    let long = fs::read_to_string(path).is_ok_and(|key| chart::is_long_enough(&key));
    if !long {
        findings.fault(config.fault(
            name,
            format!(
                "{name} {} holds fewer than {} characters",
                path.display(),
                chart::MIN_SECRET
            ),
            "`openssl rand -hex 32` makes a good one",
        ));
    }
}

/// A chart that cannot be written keeps nobody from reading or writing mail: what
/// is for it waits.
fn chart_folder(config: &Config, findings: &mut Findings) {
    let Some(path) = &config.chart.folder else {
        return;
    };
    let shown = path.display();
    let wrong = match fs::metadata(path) {
        Err(error) => Some(format!("cannot be read: {error}")),
        Ok(found) if !found.is_dir() => Some("is no folder".to_owned()),
        Ok(_) if access(path, Access::WRITE_OK | Access::EXEC_OK).is_err() => {
            Some("cannot be written in by this user".to_owned())
        }
        Ok(_) => match free(path) {
            Some(free) if free < CHART_ROOM => Some(format!("has only {} MiB free", free >> 20)),
            _ => None,
        },
    };
    if let Some(wrong) = wrong {
        findings.warning(config.fault(
            "chart.folder",
            format!("chart.folder {shown} {wrong}; patients' files wait in the queue until it does"),
            "mount its disk, make room, or give it to the gateway's user (ReadWritePaths= in the unit)",
        ));
    }
}

/// Octets free on the disk of a folder, if the system says.
fn free(path: &Path) -> Option<u64> {
    let path = path.to_owned();
    let disk = Settings {
        path,
        minimum_free: 0,
    };
    disk.free().ok()
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

/// Below /run systemd makes it, before the gateway starts and not for whoever
/// checks by hand; anywhere else the gateway would not start.
fn socket_folder(config: &Config, findings: &mut Findings) {
    let socket = &config.admin.socket;
    if socket.parent().is_some_and(Path::is_dir) {
        return;
    }
    let shown = socket.display();
    let wrong = format!("the folder of admin.socket {shown} does not exist");
    if socket.starts_with("/run") {
        let fix = "make it, unless systemd does (RuntimeDirectory)";
        findings.warning(config.fault("admin.socket", wrong, fix));
    } else {
        let fix = "make it, and give it to the gateway's user";
        findings.fault(config.fault("admin.socket", wrong, fix));
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

#[cfg(test)]
mod tests {
    use super::room;
    use crate::config::{Config, SHIPPED};
    use crate::serve::check::Findings;
    use crate::store::Settings;

    #[test]
    fn a_disk_with_less_than_the_minimum_free_is_warned_of() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse(SHIPPED, "sealpost.toml").unwrap();
        for (minimum_free, warned) in [(1, false), (u64::MAX, true)] {
            let path = folder.path().to_path_buf();
            let settings = Settings { path, minimum_free };
            let mut findings = Findings::default();
            room(&config, &settings, &mut findings);
            assert!(findings.faults.is_empty(), "{findings}");
            let said = findings.to_string();
            assert_eq!(said.contains("new messages are refused"), warned, "{said}");
        }
    }
}
