//! The daemon and its signals: hangup, the end, and what systemd is told.

use crate::daemon::Daemon;
use crate::harness::{notice, relay, wait};
use crate::programs::{Letter, swaks};
use crate::smtp::{Smtp, trusting};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

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
fn the_service_manager_is_told_when_it_begins_and_ends() {
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
        .env("WATCHDOG_USEC", "400000")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // What is said besides, such as that it is alive, may stand before it.
    let told = |word: &str| {
        let mut buffer = [0; 512];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            if String::from_utf8_lossy(&buffer[..length]).contains(word) {
                break;
            }
        }
    };
    told("READY=1");
    told("WATCHDOG=1");
    told("WATCHDOG=1");
    // Ready means that mail programs are let in at once.
    Smtp::connect(daemon.door.submission).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    // Also where the new configuration is refused: the gateway goes on.
    fs::write(&daemon.config, "[clinic]\n").unwrap();
    rustix::process::kill_process(pid, Signal::HUP).unwrap();
    told("RELOADING=1");
    told("READY=1");
    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    told("STOPPING=1");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
