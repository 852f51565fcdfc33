//! The commands as a sysadmin and other people's scripts call them.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of a test fail like the test itself"
)]

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder that `sealpost init` has filled.
struct Clinic {
    folder: TempDir,
}

impl Clinic {
    fn new() -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let made = clinic.init();
        assert_eq!(made.status.code(), Some(0), "{}", err(&made));
        clinic
    }

    fn init(&self) -> Output {
        let dir = self.path("").display().to_string();
        let words = [
            "init",
            "--dir",
            &dir,
            "--hostname",
            "mail.clinic.example",
            "--domain",
            "clinic.example",
        ];
        run(&words, "")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("gateway").join(name)
    }

    fn config(&self) -> PathBuf {
        self.path("sealpost.toml")
    }

    /// Runs a command of this clinic.
    fn run(&self, line: &str, input: &str) -> Output {
        let file = self.config().display().to_string();
        let words: Vec<&str> = line.split(' ').chain(["-c", &file]).collect();
        run(&words, input)
    }

    /// Sets a key as a text editor would: the line that has it, commented or not.
    fn set(&self, key: &str, value: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        let is_it = |line: &str| {
            line.trim_start_matches('#')
                .starts_with(&format!("{key} = "))
        };
        assert_eq!(
            text.lines().filter(|l| is_it(l)).count(),
            1,
            "{key} is not unique"
        );
        let changed = text.lines().map(|line| match is_it(line) {
            true => format!("{key} = {value}\n"),
            false => format!("{line}\n"),
        });
        fs::write(self.config(), changed.collect::<String>()).unwrap();
    }

    fn line_of(&self, key: &str) -> usize {
        let text = fs::read_to_string(self.config()).unwrap();
        text.lines()
            .position(|l| l.starts_with(&format!("{key} = ")))
            .unwrap()
            + 1
    }

    /// The check must fail with exactly one fault, at `key`, that says `words`.
    fn assert_fault(&self, key: &str, words: &str) {
        let before = tree(self.folder.path());
        let checked = self.run("check", "");
        let said = err(&checked);
        assert_eq!(checked.status.code(), Some(78), "{said}{}", out(&checked));
        assert_eq!(said.lines().count(), 1, "{said}");
        let place = format!("{}:{}: ", self.config().display(), self.line_of(key));
        assert!(said.contains(&place), "{said}, not at {place}");
        assert!(said.contains(words) && said.contains("; "), "{said}");
        assert_eq!(
            tree(self.folder.path()),
            before,
            "the check changed something"
        );
    }
}

fn run(words: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Every path below, with mode, size and time of change.
fn tree(path: &Path) -> Vec<String> {
    let about = fs::metadata(path).unwrap();
    let changed = about.modified().unwrap();
    let mut all = vec![format!(
        "{path:?} {:?} {} {changed:?}",
        about.permissions(),
        about.len()
    )];
    if about.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        entries.sort();
        all.extend(entries.iter().flat_map(|entry| tree(entry)));
    }
    all
}

#[test]
fn a_fresh_folder_passes_the_check_and_is_closed_to_others() {
    let clinic = Clinic::new();
    let checked = clinic.run("check", "");
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
    assert!(out(&checked).contains("not finished"), "{}", out(&checked));
    for (name, mode) in [
        ("", 0o700),
        ("data", 0o700),
        ("keys/store.key", 0o600),
        ("tls/private-key.pem", 0o600),
    ] {
        let found = fs::metadata(clinic.path(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[test]
fn the_escrow_sheet_holds_the_key_and_its_warning() {
    let clinic = Clinic {
        folder: tempfile::tempdir().unwrap(),
    };
    let printed = out(&clinic.init());
    let key = fs::read_to_string(clinic.path("keys/store.key")).unwrap();
    let letters: String = printed.split_whitespace().collect();
    assert!(letters.contains(key.trim()), "{printed}");
    assert!(printed.contains("Without it all mail is lost"), "{printed}");
}

#[test]
fn init_overwrites_nothing_and_a_wrong_wish_leaves_nothing() {
    let clinic = Clinic::new();
    let before = tree(clinic.folder.path());
    let again = clinic.init();
    assert_eq!(again.status.code(), Some(64));
    assert!(
        err(&again).contains("nothing is overwritten"),
        "{}",
        err(&again)
    );
    assert_eq!(tree(clinic.folder.path()), before);

    let empty = tempfile::tempdir().unwrap();
    let dir = empty.path().join("g").display().to_string();
    let wish = [
        "init",
        "--dir",
        &dir,
        "--hostname",
        "h.example",
        "--domain",
        "d.example",
        "--portal-url",
        "http://h.example",
    ];
    let refused = run(&wish, "");
    assert_eq!(refused.status.code(), Some(78), "{}", err(&refused));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn a_key_that_others_can_read_fails_the_check() {
    let clinic = Clinic::new();
    let key = clinic.path("keys/store.key");
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    clinic.assert_fault("key-file", "can be read by others; chmod 600");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "no key\n").unwrap();
    clinic.assert_fault("key-file", "cannot be used");
    fs::remove_file(&key).unwrap();
    clinic.assert_fault("key-file", "cannot be read");
}

#[test]
fn a_key_that_is_linked_into_the_data_fails_the_check() {
    let clinic = Clinic::new();
    let (key, inside) = (clinic.path("keys/store.key"), clinic.path("data/store.key"));
    fs::rename(&key, &inside).unwrap();
    std::os::unix::fs::symlink(&inside, &key).unwrap();
    clinic.assert_fault("key-file", "leads into store.path");
}

#[test]
fn a_missing_store_fails_the_check() {
    let clinic = Clinic::new();
    fs::remove_dir_all(clinic.path("data")).unwrap();
    clinic.assert_fault("path", "cannot be read");
}

#[test]
fn certificates_must_parse_belong_to_their_key_and_name_this_host() {
    let clinic = Clinic::new();
    clinic.set("mode", "\"files\"");
    assert_eq!(clinic.run("check", "").status.code(), Some(0));

    let other = rcgen::generate_simple_self_signed(vec!["other.example".to_owned()]).unwrap();
    let (certificate, key) = (
        clinic.path("tls/certificate.pem"),
        clinic.path("tls/private-key.pem"),
    );
    fs::write(&certificate, other.cert.pem()).unwrap();
    clinic.assert_fault("private-key", "does not belong to tls.certificate");
    fs::write(&key, other.signing_key.serialize_pem()).unwrap();
    clinic.assert_fault("certificate", "is not for mail.clinic.example");
    fs::write(&certificate, "nothing\n").unwrap();
    clinic.assert_fault("certificate", "holds no certificate in PEM form");
}

#[test]
fn a_certificate_that_has_ended_fails_the_check() {
    let clinic = Clinic::new();
    clinic.set("mode", "\"files\"");
    let mut params = rcgen::CertificateParams::new(vec!["mail.clinic.example".to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let pair = rcgen::KeyPair::generate().unwrap();
    let ended = params.self_signed(&pair).unwrap();
    fs::write(clinic.path("tls/certificate.pem"), ended.pem()).unwrap();
    fs::write(clinic.path("tls/private-key.pem"), pair.serialize_pem()).unwrap();
    clinic.assert_fault("certificate", "ended on");
}

#[test]
fn a_password_file_that_others_can_read_fails_the_check() {
    let clinic = Clinic::new();
    let file = clinic.path("relay-password");
    fs::write(&file, "secret\n").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    clinic.set("username", "\"gateway\"");
    clinic.set(
        "password-file",
        &format!("{:?}", file.display().to_string()),
    );
    clinic.assert_fault("password-file", "can be read by others");
}

#[test]
fn an_address_of_another_machine_fails_the_check() {
    let clinic = Clinic::new();
    clinic.set("listen-tls", "[\"192.0.2.1:465\"]");
    clinic.assert_fault("listen-tls", "which is no address of this machine");
}

#[test]
fn a_logo_must_be_a_picture() {
    let clinic = Clinic::new();
    let logo = clinic.path("logo.png");
    fs::write(&logo, "<svg></svg>").unwrap();
    clinic.set("logo", &format!("{:?}", logo.display().to_string()));
    clinic.assert_fault("logo", "is neither PNG nor JPEG");
}

#[test]
fn an_unreadable_configuration_ends_with_78_everywhere() {
    for line in [
        "check",
        "config show",
        "user list",
        "message list",
        "queue list",
        "store verify",
    ] {
        let words: Vec<&str> = line
            .split(' ')
            .chain(["-c", "/nonexistent/sealpost.toml"])
            .collect();
        let output = run(&words, "");
        assert_eq!(output.status.code(), Some(78), "{line}");
        assert!(
            err(&output).contains("/nonexistent/sealpost.toml:1: "),
            "{line}: {}",
            err(&output)
        );
    }
}

#[test]
fn a_slip_on_the_command_line_ends_with_64() {
    for line in [
        "",
        "frobnicate",
        "user add nobody --role staff",
        "user add a@b.example --role boss",
        "queue retry 7",
    ] {
        let words: Vec<&str> = line.split(' ').filter(|w| !w.is_empty()).collect();
        assert_eq!(run(&words, "").status.code(), Some(64), "{line}");
    }
    assert_eq!(run(&["--help"], "").status.code(), Some(0));
}

#[test]
fn accounts_are_made_listed_and_switched_off_without_a_gateway() {
    let clinic = Clinic::new();
    let made = clinic.run(
        "user add dr.ruiz@clinic.example --role provider --password-stdin",
        "correct horse battery\n",
    );
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    assert_eq!(out(&made), "");

    let password = clinic.run(
        "user app-password dr.ruiz@clinic.example --name desk --scope smtp",
        "",
    );
    let shown = out(&password);
    assert_eq!(
        shown.lines().count(),
        1,
        "the password stands alone: {shown:?}"
    );
    assert!(shown.trim().len() >= 16 && err(&password).is_empty());

    let listed: serde_json::Value =
        serde_json::from_str(&out(&clinic.run("user list --json", ""))).unwrap();
    assert_eq!(listed[0]["address"], "dr.ruiz@clinic.example");
    assert_eq!(listed[0]["role"], "provider");
    assert_eq!(listed[0]["password"], true);
    assert_eq!(listed[0]["app_passwords"][0]["scope"], "smtp");

    assert_eq!(
        clinic
            .run("user disable dr.ruiz@clinic.example", "")
            .status
            .code(),
        Some(0)
    );
    assert!(out(&clinic.run("user list", "")).contains("disabled"));
}

#[test]
fn what_cannot_be_done_ends_with_64_and_says_what_to_do() {
    let clinic = Clinic::new();
    for (line, input, words) in [
        (
            "user add a@clinic.example --role staff --password-stdin",
            "short\n",
            "shorter than 12",
        ),
        (
            "user add a@clinic.example --role staff --password-stdin",
            "",
            "no password came",
        ),
        (
            "user add a@elsewhere.example --role staff",
            "",
            "not among clinic.domains",
        ),
        ("user disable a@clinic.example", "", "no such account"),
        (
            "message show 00000000000000000000000000",
            "",
            "there is no message",
        ),
        ("queue drop 00000000000000000000000000", "", "no such job"),
    ] {
        let output = clinic.run(line, input);
        assert_eq!(output.status.code(), Some(64), "{line}");
        assert!(err(&output).contains(words), "{line}: {}", err(&output));
    }
    assert_eq!(
        out(&clinic.run("user list --json", "")).trim(),
        "[]",
        "a refused account was made"
    );
}

#[test]
fn the_store_is_compacted_and_verified() {
    let clinic = Clinic::new();
    clinic.run("user add a@clinic.example --role staff", "");
    assert_eq!(clinic.run("store compact", "").status.code(), Some(0));
    let verified = clinic.run("store verify --json", "");
    assert_eq!(verified.status.code(), Some(0), "{}", err(&verified));
    let found: serde_json::Value = serde_json::from_str(&out(&verified)).unwrap();
    assert_eq!(found["clean"], true);
}

#[test]
fn the_shipped_file_is_shown_with_its_comments() {
    let shown = out(&run(&["config", "show", "--defaults"], ""));
    assert_eq!(
        shown,
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/sealpost.toml")).unwrap()
    );
}
