//! The commands as scripts and systemd use them: exit codes, what is printed,
//! signals, and two processes that want the same store.

use crate::daemon::Daemon;
use crate::harness::{notice, relay, wait};
use crate::programs::{Letter, swaks};
use crate::settings::Settings;
use crate::smtp::{Smtp, trusting};
use rustix::process::Signal;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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

#[test]
fn init_makes_what_check_accepts_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("clinic");
    let dir = home.to_str().unwrap();
    let wish = [
        "init",
        "--dir",
        dir,
        "--hostname",
        "mail.clinic.example",
        "--domain",
        "clinic.example",
        "--clinic-name",
        "Lakeside \"North\"",
        "--relay",
        "smtp://relay.clinic.example:2525",
        "--portal-url",
        "https://mail.clinic.example:8443",
    ];
    let output = plain(&wish);
    let sheet = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let config = home.join("sealpost.toml");
    let file = config.to_str().unwrap();
    for (path, wanted) in [
        ("keys/store.key", 0o600),
        ("data", 0o700),
        ("tls/private-key.pem", 0o600),
    ] {
        assert_eq!(mode(&home.join(path)), wanted, "{path}");
    }
    assert!(
        sheet.contains("lost"),
        "the escrow sheet says what is at stake: {sheet}"
    );
    let check = plain(&["check", "-c", file]);
    assert_eq!(
        check.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&check.stderr)
    );
    let shown = String::from_utf8(plain(&["config", "show", "-c", file]).stdout).unwrap();
    for line in [
        "port = 2525",
        "security = \"starttls\"",
        "name = \"Lakeside \\\"North\\\"\"",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    let before = fs::read(&config).unwrap();
    assert_eq!(plain(&wish).status.code(), Some(64), "a second init");
    assert_eq!(fs::read(&config).unwrap(), before);
    let defaults = plain(&["config", "show", "--defaults"]);
    assert_eq!(defaults.stdout, fs::read("config/sealpost.toml").unwrap());
    for wrong in ["ftp://relay.clinic.example", "relay.clinic.example"] {
        let other = folder.path().join("other");
        let mut wish = wish;
        wish[2] = other.to_str().unwrap();
        wish[10] = wrong;
        assert_eq!(plain(&wish).status.code(), Some(64), "{wrong}");
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
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("another process has the store in"), "{said}");
    // The first is none the worse.
    daemon.good(&["store", "verify"]);
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn accounts_are_made_with_and_without_a_running_daemon() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |_| ());
    for running in [false, true] {
        let doctor = format!("{}@clinic.example", crate::harness::name("ruiz"));
        if running {
            daemon.resume();
            assert_eq!(mode(&daemon.data.with_file_name("admin.sock")), 0o600);
        }
        assert_eq!(
            daemon.good(&["user", "add", &doctor, "--role", "provider"]),
            ""
        );
        let said = daemon.bad(&["user", "add", &doctor, "--role", "staff"], 64);
        assert!(said.contains("account already"), "{said}");
        let said = daemon.bad(&["user", "add", "a@else.example", "--role", "staff"], 64);
        assert!(said.contains("clinic.domains"), "{said}");
        let password = daemon.good(&["user", "app-password", &doctor, "--name", "desk"]);
        let line = password.strip_suffix('\n').unwrap();
        assert!(
            line.len() >= 20 && !line.contains([' ', '\n', ':']),
            "{password:?}"
        );
        daemon.hide(line);
        daemon.bad(
            &["user", "app-password", "no@clinic.example", "--name", "x"],
            64,
        );

        let short = with_input(&daemon, &["user", "passwd", &doctor], "short\n");
        assert_eq!(short.status.code(), Some(64));
        let long = with_input(
            &daemon,
            &["user", "passwd", &doctor],
            "correct horse battery\n",
        );
        assert_eq!(
            long.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&long.stderr)
        );
        let none = with_input(&daemon, &["user", "passwd", &doctor], "");
        assert_eq!(none.status.code(), Some(64));

        let listed: serde_json::Value =
            serde_json::from_str(&daemon.good(&["user", "list", "--json"])).unwrap();
        let mine = listed
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["address"] == *doctor)
            .unwrap();
        assert_eq!(
            (&mine["role"], &mine["password"]),
            (&"provider".into(), &true.into())
        );
        assert_eq!(mine["app_passwords"][0]["name"], "desk");
        assert!(!listed.to_string().contains(line), "the password is listed");
        if running {
            let login = crate::harness::Login {
                address: doctor.clone(),
                password: line.to_owned(),
            };
            let letter = Letter::new(&login, &daemon.patient("jane"));
            assert!(swaks(&daemon.door, &login, &letter, true, &[]).good);
            // The account's own password opens no mail program.
            let web = crate::harness::Login {
                password: "correct horse battery".to_owned(),
                ..login.clone()
            };
            assert!(!swaks(&daemon.door, &web, &letter, true, &[]).good);
            daemon.good(&["user", "disable", &doctor]);
            let said = swaks(&daemon.door, &login, &letter, true, &[]);
            assert!(
                !said.good && said.text.contains("535 5.7.8"),
                "{}",
                said.text
            );
            notice(&relay.wait_for(&letter.to, 1)[0]);
        }
    }
    assert_eq!(daemon.stop().code(), Some(0));
    assert!(
        !daemon.data.with_file_name("admin.sock").exists(),
        "the socket was left"
    );
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
    let unknown = "0".repeat(26);
    for running in [true, false] {
        if !running {
            assert_eq!(daemon.stop().code(), Some(0));
        }
        let listed: serde_json::Value =
            serde_json::from_str(&daemon.good(&["message", "list", "--json"])).unwrap();
        let message = listed[0]["id"].as_str().unwrap();
        assert_eq!(listed[0]["protected"], true);
        let shown = daemon.good(&["message", "show", message, "--json"]);
        assert!(shown.contains("\"state\": \"queued\""), "{shown}");
        for masked in [&shown, &daemon.good(&["message", "list"])] {
            assert!(
                !masked.contains(&letter.to) && !masked.contains(&doctor.address),
                "{masked}"
            );
        }
        let whole = daemon.good(&["message", "show", message, "--addresses"]);
        assert!(whole.contains(&letter.to), "{whole}");
        daemon.bad(&["message", "show", &unknown], 64);
        daemon.bad(&["queue", "retry", &unknown], 64);
        daemon.bad(&["queue", "drop", &unknown], 64);
        assert!(daemon.good(&["queue", "list"]).contains(&id));
        let verified = daemon.good(&["store", "verify"]);
        assert!(verified.contains("everything is in order"), "{verified}");
        daemon.good(&["store", "compact", "--json"]);
        assert!(
            daemon.good(&["queue", "list"]).contains(&id),
            "compaction lost a job"
        );
    }
    daemon.good(&["queue", "drop", &id]);
    assert!(!daemon.good(&["queue", "list"]).contains(&id));
}

#[test]
fn hangup_reads_the_certificate_anew_and_refuses_a_broken_configuration() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |s| s.text("tls.mode", "files"));
    certificate(&daemon);
    daemon.resume();
    let shown = |daemon: &Daemon| {
        let mut smtp = Smtp::connect(daemon.door.submission).unwrap();
        smtp.ehlo().unwrap();
        smtp.start_tls(&trusting(&daemon.door.certificate)).unwrap();
        smtp.ehlo().unwrap();
        smtp.certificate()
    };
    let first = shown(&daemon);
    let broken = fs::read_to_string(&daemon.config).unwrap();
    fs::write(&daemon.config, broken.replace("[relay]", "[realy]")).unwrap();
    daemon.signal(Signal::HUP);
    let log = wait("a refusal", || {
        Some(daemon.log()).filter(|l| l.contains("event=reload.refused"))
    });
    assert!(
        log.contains("sealpost.toml:") && log.contains("relay"),
        "{log}"
    );
    assert_eq!(shown(&daemon), first, "the old settings are not in force");

    fs::write(&daemon.config, &broken).unwrap();
    // A session that is open keeps what it began with.
    let doctor = daemon.account("ruiz", "provider");
    let mut open = Smtp::sign_in(&daemon.door, &doctor);
    certificate(&daemon);
    daemon.signal(Signal::HUP);
    wait("the reload", || {
        daemon.log().contains("event=reloaded").then_some(())
    });
    assert_ne!(shown(&daemon), first, "the new certificate is not served");
    open.say("NOOP").unwrap().is(250).unwrap();

    // A key that does not belong to the certificate.
    let second = shown(&daemon);
    let key = daemon.door.certificate.with_file_name("private-key.pem");
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(&key, other.signing_key.serialize_pem()).unwrap();
    daemon.signal(Signal::HUP);
    let refused = |daemon: &Daemon| daemon.log().matches("event=reload.refused").count() == 2;
    wait("a second refusal", || refused(&daemon).then_some(()));
    assert_eq!(shown(&daemon), second);
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn hangup_reads_the_policy_anew() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let settings = fs::read_to_string(&daemon.config).unwrap();
    for (round, clear) in [false, true, false].into_iter().enumerate() {
        let policy = "[policy]\nclear-domains = [\"partner.test\"]\n";
        let text = format!("{settings}{}", if clear { policy } else { "" });
        fs::write(&daemon.config, text).unwrap();
        daemon.signal(Signal::HUP);
        let reloaded = |log: &str| log.matches("event=reloaded").count() > round;
        wait("the reload", || reloaded(&daemon.log()).then_some(()));
        let to = daemon
            .patient("lab")
            .replace("example.test", "partner.test");
        let letter = Letter::new(&doctor, &to);
        assert!(swaks(&daemon.door, &doctor, &letter, true, &[]).good);
        let text = relay.wait_for(&to, 1)[0].text();
        assert_eq!(text.contains("Please come fasting."), clear, "{text}");
    }
    assert_eq!(daemon.stop().code(), Some(0));
}

/// Puts a new certificate in the place of the daemon's.
fn certificate(daemon: &Daemon) {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    let key = daemon.door.certificate.with_file_name("private-key.pem");
    fs::write(&daemon.door.certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn the_end_waits_for_a_message_in_the_middle_of_its_text() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let to = daemon.patient("jane");
    let mut idle = Smtp::sign_in(&daemon.door, &doctor);
    let mut smtp = Smtp::sign_in(&daemon.door, &doctor);
    let text = Letter::new(&doctor, &to).lines().replace('\n', "\r\n");
    let (first, second) = text.split_at(text.len() - 8);
    smtp.say(&format!("MAIL FROM:<{}>", doctor.address))
        .unwrap()
        .is(250)
        .unwrap();
    smtp.say(&format!("RCPT TO:<{to}>"))
        .unwrap()
        .is(250)
        .unwrap();
    smtp.say("DATA").unwrap().is(354).unwrap();
    smtp.send(first.as_bytes()).unwrap();
    daemon.signal(Signal::TERM);
    // Who has nothing in hand is sent away; nobody new comes in.
    let said = idle.read().unwrap();
    assert_eq!(said.code, 421, "{said:?}");
    wait("a closed door", || {
        Smtp::connect(daemon.door.submission).is_err().then_some(())
    });
    smtp.send(format!("{second}.\r\n").as_bytes()).unwrap();
    smtp.read().unwrap().is(250).unwrap();
    drop(smtp);
    assert_eq!(daemon.ended().code(), Some(0));
    daemon.resume();
    notice(&relay.wait_for(&to, 1)[0]);
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn the_service_manager_is_told_and_no_secret_is_in_the_environment() {
    let relay = relay();
    let daemon = Daemon::make(&relay, |_| ());
    let path = daemon.folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .arg("serve")
        .arg("-c")
        .arg(&daemon.config)
        .env("NOTIFY_SOCKET", &path)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let told = || {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    assert!(told().contains("READY=1"));
    // Ready means that mail programs are let in at once.
    Smtp::connect(daemon.door.submission).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(told().contains("STOPPING=1"));
    assert_eq!(child.wait().unwrap().code(), Some(0));
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
}

#[test]
fn the_demonstration_plays_both_sides_and_succeeds() {
    let output = plain(&["demo", "--once"]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{shown}\n{said}");
    for step in ["a notice leaves", "the code opens", "answers with a file"] {
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
