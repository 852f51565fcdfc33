//! The commands as scripts and systemd use them: exit codes, what is printed,
//! and two processes that want the same store.

use crate::daemon::Daemon;
use crate::harness::{Login, name, notice, relay, sealpost, wait};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use crate::settings::Settings;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn plain(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .args(arguments)
        .output()
        .unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn help_and_version_succeed_and_a_slip_is_a_slip() {
    for good in [&["--help"][..], &["--version"], &["serve", "--help"]] {
        let output = plain(good);
        assert_eq!(output.status.code(), Some(0), "{good:?}");
        assert!(
            !output.stdout.is_empty() && output.stderr.is_empty(),
            "{good:?}"
        );
    }
    for slip in [
        &["sevre"][..],
        &[],
        &["user", "add", "a@clinic.example"],
        &["user", "add", "not an address", "--role", "staff"],
        &["user", "add", "a@clinic.example", "--role", "boss"],
        &["message", "show", "17"],
        &["init"],
    ] {
        let output = plain(slip);
        assert_eq!(output.status.code(), Some(64), "{slip:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{slip:?}"
        );
    }
}

/// `sealpost init` in `folder` with this relay.
fn init(folder: &Path, relay: &str) -> Output {
    plain(&[
        "init",
        "--dir",
        folder.to_str().unwrap(),
        "--hostname",
        "mail.clinic.example",
        "--domain",
        "clinic.example",
        "--clinic-name",
        "Lakeside \"North\"",
        "--relay",
        relay,
        "--portal-url",
        "https://mail.clinic.example:8443",
    ])
}

/// What a command printed that succeeded.
fn printed(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn init_makes_what_check_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("clinic");
    let sheet = printed(&init(&home, "smtp://relay.clinic.example:2525"));
    assert!(
        sheet.contains("lost"),
        "no word of what is at stake: {sheet}"
    );
    for (path, wanted) in [
        ("keys/store.key", 0o600),
        ("data", 0o700),
        ("tls/private-key.pem", 0o600),
    ] {
        assert_eq!(mode(&home.join(path)), wanted, "{path}");
    }
    let config = home.join("sealpost.toml");
    printed(&sealpost(&config, &["check"]));
    let shown = printed(&sealpost(&config, &["config", "show"]));
    for line in [
        "port = 2525",
        "security = \"starttls\"",
        "name = \"Lakeside \\\"North\\\"\"",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    let defaults = printed(&plain(&["config", "show", "--defaults"]));
    assert_eq!(
        defaults,
        fs::read_to_string("config/sealpost.toml").unwrap()
    );
}

#[test]
fn init_overwrites_nothing_and_leaves_nothing_after_a_slip() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("clinic");
    let relay = "smtp://relay.clinic.example";
    printed(&init(&home, relay));
    let key = fs::read(home.join("keys/store.key")).unwrap();
    assert_eq!(init(&home, relay).status.code(), Some(64), "a second init");
    assert_eq!(fs::read(home.join("keys/store.key")).unwrap(), key);
    for wrong in ["ftp://relay.clinic.example", "relay.clinic.example"] {
        let other = folder.path().join("other");
        assert_eq!(init(&other, wrong).status.code(), Some(64), "{wrong}");
        assert!(!other.exists(), "{wrong} left something behind");
    }
}

#[test]
fn a_broken_configuration_is_named_with_line_and_fix() {
    let relay = relay();
    let daemon = Daemon::make(&relay, |_| ());
    daemon.good(&["check"]);
    let good = fs::read_to_string(&daemon.config).unwrap();
    fs::write(&daemon.config, good.replace("phone =", "fone =")).unwrap();
    for command in [
        &["check"][..],
        &["serve"],
        &["user", "list"],
        &["config", "show"],
    ] {
        let said = daemon.bad(command, 78);
        assert!(
            said.contains("sealpost.toml:") && said.contains("phone"),
            "{said}"
        );
    }
    fs::remove_file(&daemon.config).unwrap();
    let said = daemon.bad(&["serve"], 78);
    assert!(said.contains("sealpost.toml"), "{said}");
}

#[test]
fn what_is_missing_or_wrong_is_named_and_the_daemon_does_not_start() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |_| ());
    let key = daemon.data.with_file_name("keys").join("store.key");
    let kept = fs::read(&key).unwrap();

    fs::remove_file(&key).unwrap();
    let said = daemon.bad(&["serve"], 78);
    assert!(said.contains("store.key"), "{said}");

    // Another store's key.
    let other = Daemon::make(&relay, |_| ());
    fs::copy(other.data.with_file_name("keys").join("store.key"), &key).unwrap();
    let said = daemon.bad(&["serve"], 78);
    assert!(said.contains(daemon.data.to_str().unwrap()), "{said}");
    let said = daemon.bad(&["user", "list"], 78);
    assert!(said.contains("key"), "{said}");

    fs::write(&key, &kept).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let said = daemon.bad(&["serve"], 78);
    assert!(said.contains("store.key"), "{said}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();

    let aside = daemon.data.with_file_name("elsewhere");
    fs::rename(&daemon.data, &aside).unwrap();
    let said = daemon.bad(&["serve"], 78);
    assert!(said.contains(daemon.data.to_str().unwrap()), "{said}");
    assert!(!daemon.data.join("keys").exists(), "serve made a store");
    let _ = fs::remove_dir_all(&daemon.data);
    fs::rename(&aside, &daemon.data).unwrap();

    daemon.resume();
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn a_second_daemon_on_the_same_store_ends_with_a_sentence() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    // The same store, other doors.
    let mut second = Settings::under(daemon.data.parent().unwrap());
    second.relay(&relay);
    second.text(
        "admin.socket",
        daemon.folder.path().join("second.sock").to_str().unwrap(),
    );
    let file = daemon.folder.path().join("second.toml");
    fs::write(&file, second.toml()).unwrap();
    let output = plain(&["serve", "-c", file.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // It will end: systemd may try again.
    assert_eq!(output.status.code(), Some(70), "{said}");
    assert!(said.contains("another process has the store in"), "{said}");
    // The first is none the worse.
    daemon.good(&["store", "verify"]);
    assert_eq!(daemon.stop().code(), Some(0));
}

/// An account's password for the office page.
const PASSWORD: &str = "correct horse battery";

/// Makes an account by all the commands there are, and every slip with them.
fn made(daemon: &Daemon) -> Login {
    let doctor = format!("{}@clinic.example", name("ruiz"));
    let said = daemon.good(&["user", "add", &doctor, "--role", "provider"]);
    assert_eq!(said, "");
    let said = daemon.bad(&["user", "add", &doctor, "--role", "staff"], 64);
    assert!(said.contains("account already"), "{said}");
    let said = daemon.bad(&["user", "add", "a@else.example", "--role", "staff"], 64);
    assert!(said.contains("clinic.domains"), "{said}");
    let said = daemon.good(&["user", "app-password", &doctor, "--name", "desk"]);
    let password = said.strip_suffix('\n').unwrap();
    let alone = password.len() >= 20 && !password.contains([' ', '\n', ':']);
    assert!(alone, "{said:?} is not a password alone");
    daemon.hide(password);
    let unknown = ["user", "app-password", "no@clinic.example", "--name", "x"];
    daemon.bad(&unknown, 64);
    for (input, code) in [("short\n", 64), ("", 64), (PASSWORD, 0)] {
        let output = with_input(daemon, &["user", "passwd", &doctor], input);
        assert_eq!(output.status.code(), Some(code), "{input:?}");
    }
    Login {
        address: doctor,
        password: password.to_owned(),
    }
}

/// The account stands in the list, without its password.
fn listed(daemon: &Daemon, login: &Login) {
    let text = daemon.good(&["user", "list", "--json"]);
    assert!(!text.contains(&login.password), "the password is listed");
    let all: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mine = all.iter().find(|a| a["address"] == login.address).unwrap();
    assert_eq!(mine["role"], "provider");
    assert_eq!(mine["password"], true);
    assert_eq!(mine["app_passwords"][0]["name"], "desk");
}

/// The app password opens submission, the account's own does not, and neither
/// does once the account is switched off, or the app password is taken back.
fn used(daemon: &Daemon, relay: &Postfix, login: &Login) {
    let letter = Letter::new(login, &daemon.patient("jane"));
    let send = |login: &Login| swaks(&daemon.door, login, &letter, true, &[]);
    assert!(send(login).good);
    let web = Login {
        password: PASSWORD.to_owned(),
        ..login.clone()
    };
    assert!(!send(&web).good);
    let refused = || {
        let said = send(login);
        let all = said.text;
        assert!(!said.good && all.contains("535 5.7.8"), "{all}");
    };
    daemon.good(&["user", "disable", &login.address]);
    refused();
    daemon.good(&["user", "enable", &login.address]);
    assert!(send(login).good, "it is on again");
    daemon.good(&["user", "revoke", &login.address, "--name", "desk"]);
    refused();
    daemon.bad(&["user", "revoke", &login.address, "--name", "desk"], 64);
    notice(&relay.wait_for(&letter.to, 1)[0]);
}

#[test]
fn accounts_are_made_while_no_daemon_runs() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |_| ());
    let login = made(&daemon);
    listed(&daemon, &login);
    daemon.resume();
    used(&daemon, &relay, &login);
}

#[test]
fn accounts_are_made_through_the_daemon_that_runs() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let socket = daemon.data.with_file_name("admin.sock");
    assert_eq!(mode(&socket), 0o600);
    let login = made(&daemon);
    listed(&daemon, &login);
    used(&daemon, &relay, &login);
    assert_eq!(daemon.stop().code(), Some(0));
    assert!(!socket.exists(), "the socket was left");
}

fn with_input(daemon: &Daemon, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .arg("-c")
        .arg(&daemon.config)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

/// The one message and the one job as an administrator sees them.
fn looked_at(daemon: &Daemon, letter: &Letter, job: &str) {
    let listed: serde_json::Value =
        serde_json::from_str(&daemon.good(&["message", "list", "--json"])).unwrap();
    let message = listed[0]["id"].as_str().unwrap();
    assert_eq!(listed[0]["protected"], true);
    let shown = daemon.good(&["message", "show", message, "--json"]);
    assert!(shown.contains("\"state\": \"queued\""), "{shown}");
    let masked = shown + &daemon.good(&["message", "list"]);
    for address in [&letter.to, &letter.from] {
        assert!(!masked.contains(address), "{address} is in {masked}");
    }
    let whole = daemon.good(&["message", "show", message, "--addresses"]);
    assert!(whole.contains(&letter.to), "{whole}");
    let unknown = "0".repeat(26);
    for verb in [["message", "show"], ["queue", "retry"], ["queue", "drop"]] {
        daemon.bad(&[verb[0], verb[1], &unknown], 64);
    }
    let verified = daemon.good(&["store", "verify"]);
    assert!(verified.contains("everything is in order"), "{verified}");
    daemon.good(&["store", "compact", "--json"]);
    let queued = daemon.good(&["queue", "list"]);
    assert!(queued.contains(job), "compaction lost a job: {queued}");
}

#[test]
fn messages_queue_and_store_are_looked_at_with_and_without_a_daemon() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let letter = Letter::new(&doctor, &daemon.patient("defer"));
    assert!(swaks(&daemon.door, &doctor, &letter, true, &[]).good);
    let job = wait("a try", || {
        daemon.jobs().into_iter().find(|j| j["attempts"] == 1)
    });
    let id = job["id"].as_str().unwrap().to_owned();
    looked_at(&daemon, &letter, &id);
    assert_eq!(daemon.stop().code(), Some(0));
    looked_at(&daemon, &letter, &id);
    daemon.good(&["queue", "drop", &id]);
    assert!(!daemon.good(&["queue", "list"]).contains(&id));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let relay = relay();
    let daemon = Daemon::start(&relay, |_| ());
    let other = Daemon::make(&relay, |settings| {
        settings.set(
            "submission.listen",
            &format!("[\"127.0.0.1:{}\"]", daemon.door.submission),
        );
    });
    let said = other.bad(&["serve"], 70);
    assert!(said.contains("submission.listen: 127.0.0.1:"), "{said}");
    assert!(said.contains("`ss -ltnp` shows which"), "{said}");
}

#[test]
fn the_demonstration_plays_both_sides_and_succeeds() {
    let output = plain(&["demo", "--once"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{shown}\n{said}");
    for step in [
        "the reception submits",
        "releases it",
        "a notice leaves",
        "the code opens",
        "answers with a file",
        "answers from the page",
    ] {
        assert!(shown.contains(step), "no {step} in {shown}");
    }
}

#[test]
fn nobody_else_uses_the_store() {
    let relay = relay();
    let daemon = Daemon::make(&relay, |_| ());
    if fs::metadata(&daemon.data).unwrap().uid() != 0 {
        return; // Only root can give a folder away.
    }
    let nobody = 65_534;
    std::os::unix::fs::chown(&daemon.data, Some(nobody), Some(nobody)).unwrap();
    let said = daemon.bad(&["user", "list"], 64);
    assert!(said.contains("belongs to another user"), "{said}");
}
