//! The systemd units, as systemd reads them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Most exposure that `systemd-analyze security` may find, in tenths.
const EXPOSURE: &str = "--threshold=16";

/// The shipped units with the built program in them, since one that is not
/// there is found wrong.
struct Units(TempDir);

impl Units {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/systemd");
        for entry in fs::read_dir(shipped).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let text = text.replace("/usr/local/bin/sealpost", env!("CARGO_BIN_EXE_sealpost"));
            fs::write(folder.path().join(path.file_name().unwrap()), text).unwrap();
        }
        Self(folder)
    }

    fn path(&self, unit: &str) -> std::path::PathBuf {
        self.0.path().join(unit)
    }

    fn replace(&self, unit: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(unit)).unwrap();
        assert!(text.contains(old), "{unit} has no {old}");
        fs::write(self.path(unit), text.replace(old, new)).unwrap();
    }

    fn verify(&self) -> Output {
        let units = fs::read_dir(self.0.path()).unwrap();
        analyze("verify", "--man=no", units.map(|unit| unit.unwrap().path()))
    }

    fn security(&self) -> Output {
        let unit = self.path("sealpost.service");
        let mut command = Command::new("systemd-analyze");
        command.args(["security", "--offline=true", EXPOSURE]);
        command.arg(unit).output().unwrap()
    }
}

fn analyze(verb: &str, option: &str, units: impl Iterator<Item = impl AsRef<Path>>) -> Output {
    let mut command = Command::new("systemd-analyze");
    command.args([verb, option]);
    units.for_each(|unit| {
        command.arg(unit.as_ref());
    });
    command.output().unwrap()
}

#[test]
fn systemd_finds_nothing_to_remark_in_the_units() {
    let units = Units::new();
    let found = units.verify();
    let said = String::from_utf8_lossy(&found.stderr);
    assert!(found.status.success() && said.is_empty(), "{said}");
    // It would say so.
    units.replace(
        "sealpost-portal.socket",
        "FileDescriptorName",
        "FileDescriptrName",
    );
    let said = units.verify();
    let said = String::from_utf8_lossy(&said.stderr);
    assert!(said.contains("FileDescriptrName"), "{said}");
}

#[test]
fn the_service_is_exposed_no_more_than_1_6_and_has_no_right() {
    let units = Units::new();
    let found = units.security();
    let said = String::from_utf8_lossy(&found.stdout);
    assert!(found.status.success(), "{said}");
    let overall = said.lines().find(|l| l.contains("Overall exposure level"));
    assert!(overall.is_some_and(|l| l.contains("OK")), "{said}");
    // Whoever gave it every capability would be stopped here.
    units.replace("sealpost.service", "CapabilityBoundingSet=", "#");
    assert!(!units.security().status.success());
    for right in ["AmbientCapabilities", "CapabilityBoundingSet"] {
        assert_eq!(service(right), [""], "{right}");
    }
}

/// The values of a setting of the service.
fn service(setting: &str) -> Vec<String> {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/systemd/sealpost.service");
    let unit = fs::read_to_string(unit).unwrap();
    let lines = unit.lines().filter_map(|l| l.strip_prefix(setting));
    let values = lines.filter_map(|l| l.strip_prefix('='));
    values.map(str::to_owned).collect()
}

#[test]
fn the_store_key_is_a_credential_and_the_sockets_belong_to_the_service() {
    let key = "store-key:/etc/sealpost/keys/store.key";
    assert_eq!(service("LoadCredential"), [key]);
    let sockets = ["submission", "submissions", "imaps", "portal", "office"]
        .map(|n| format!("sealpost-{n}.socket"));
    assert_eq!(service("Sockets"), [sockets.join(" ")]);
    assert_eq!(service("Also"), [sockets.join(" ")]);
}

#[test]
fn the_unit_checks_before_a_reload_and_restarts_nothing_that_a_restart_does_not_mend() {
    let unit = concat!(env!("CARGO_MANIFEST_DIR"), "/systemd/sealpost.service");
    let unit = fs::read_to_string(unit).unwrap();
    let lines: Vec<&str> = unit.lines().filter(|l| !l.starts_with('#')).collect();
    let reloads: Vec<&str> = lines
        .iter()
        .filter_map(|l| l.strip_prefix("ExecReload="))
        .collect();
    assert_eq!(
        reloads,
        ["/usr/local/bin/sealpost check", "/bin/kill -HUP $MAINPID"]
    );
    // RestartPreventExitStatus counts for the main process alone (systemd.service(5)).
    assert!(lines.contains(&"RestartPreventExitStatus=78"));
    assert!(!lines.iter().any(|l| l.starts_with("ExecStartPre")));
    // A user that is gone after a stop cannot be used for `store verify`.
    assert!(lines.contains(&"User=sealpost") && !unit.contains("DynamicUser="));
}
