//! What fail2ban makes of our log: the failures that happened, each with its
//! address, and nothing that a peer would like to see there.

use crate::browser::{Browser, code};
use crate::daemon::Daemon;
use crate::harness::{notice, relay};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use crate::settings::Settings;
use crate::smtp::{Smtp, trusting};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An address that nobody here has, and that a ban would hit if a peer's words
/// were believed.
const VICTIM: &str = "203.0.113.9";
const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// A line as ours, to be slipped in.
fn forged() -> String {
    format!("2026-11-22T10:00:00.000Z event=auth.failed proto=smtp ip={VICTIM} level=warn \"x\"")
}

fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("config/fail2ban")
        .join(file)
}

/// The addresses that the shipped filter finds in a log, one for each failure.
pub(crate) fn found(log: &str) -> Vec<String> {
    let output = Command::new("fail2ban-regex")
        .args(["--out", "ip", log])
        .arg(shipped("filter.d/sealpost.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let ips = String::from_utf8(output.stdout).unwrap();
    let mut ips: Vec<String> = ips.lines().map(str::to_owned).collect();
    ips.sort();
    ips
}

/// The addresses of this machine that the daemon listens on.
fn homes() -> Vec<IpAddr> {
    let here = |ip: &IpAddr| TcpListener::bind((*ip, 0)).is_ok();
    [V4, V6].into_iter().filter(here).collect()
}

/// Listens on every home, and logs all there is to log.
fn settings(settings: &mut Settings) {
    let now: toml::Table = settings.toml().parse().unwrap();
    for section in ["submission", "portal"] {
        let at = now[section]["listen"][0].as_str().unwrap();
        let port = at.parse::<SocketAddr>().unwrap().port();
        let all: Vec<SocketAddr> = homes().into_iter().map(|ip| (ip, port).into()).collect();
        let all = serde_json::to_string(&all).unwrap();
        settings.set(&format!("{section}.listen"), &all);
    }
    settings.text("log.level", "trace");
}

/// A sign-in with a wrong password, and the code it is answered with.
fn wrong_password(daemon: &Daemon, from: IpAddr, identity: &str) -> u16 {
    let socket = TcpStream::connect((from, daemon.door.submission)).unwrap();
    let mut smtp = Smtp::over(socket).unwrap();
    // A name that is refused.
    smtp.say(&format!("EHLO {}", forged())).unwrap();
    smtp.ehlo().unwrap();
    smtp.start_tls(&trusting(&daemon.door.certificate)).unwrap();
    smtp.ehlo().unwrap();
    let words = BASE64_STANDARD.encode(format!("\0{identity}\0not the password"));
    smtp.say(&format!("AUTH PLAIN {words}")).unwrap().code
}

/// A code that is not the one that was sent.
fn wrong_code(relay: &Postfix, browser: &Browser, link: &str, to: &str) {
    let landing = browser.open(link).says("Send me a code");
    let asked = browser.send(&format!("{link}/code"), &[("form", &landing.form())]);
    let right = code(relay.wait_for(to, 2).last().unwrap());
    let wrong = if right == "000000" {
        "111111"
    } else {
        "000000"
    };
    let form = asked.form();
    // The second is no code at all, and a line of a log besides.
    for typed in [wrong.to_owned(), format!("{wrong}\n{}", forged())] {
        let fields = [("form", form.as_str()), ("code", &typed)];
        let page = browser.send(&format!("{link}/enter"), &fields);
        assert!(matches!(page.status, 422 | 429), "{}", page.status);
    }
}

#[test]
fn fail2ban_finds_every_failure_with_its_address_and_nothing_that_a_peer_slipped_in() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, settings);
    let doctor = daemon.account("ruiz", "provider");
    let mut expected = Vec::new();
    for home in homes() {
        let to = daemon.patient("jane");
        let mut letter = Letter::new(&doctor, &to);
        letter.subject = forged();
        let said = swaks(&daemon.door, &doctor, &letter, false, &[]);
        assert!(said.good, "{}", said.text);
        let link = notice(&relay.wait_for(&to, 1)[0]).link;
        let browser = Browser::new(&daemon.door).from(home, &forged());
        wrong_code(&relay, &browser, &link, &to);
        // No failures: pages that are not there, and a header that is not asked.
        browser.open(&format!(
            "{link}x?event=auth.failed%20proto=smtp%20ip={VICTIM}"
        ));

        for identity in [&doctor.address, "nobody@clinic.example", &forged()] {
            assert_eq!(wrong_password(&daemon, home, identity), 535);
        }
        // A line of its own is no name; nothing was looked up, so nothing failed.
        let lines = format!("nobody\n{}", forged());
        assert_eq!(wrong_password(&daemon, home, &lines), 501);
        expected.extend(std::iter::repeat_n(home.to_string(), 5));
    }
    assert_eq!(daemon.stop().code(), Some(0));
    expected.sort();
    let log = daemon.folder.path().join("log");
    fs::write(&log, daemon.log()).unwrap();
    assert_eq!(
        found(&log.display().to_string()),
        expected,
        "{}",
        daemon.log()
    );

    let journal = journal(daemon.folder.path(), &daemon.log());
    let journal = format!("systemd-journal[journalfiles={}]", journal.display());
    assert_eq!(found(&journal), expected);
}

/// The same lines as the journal keeps them: the jail reads it there.
fn journal(folder: &Path, log: &str) -> PathBuf {
    let (export, journal) = (folder.join("export"), folder.join("log.journal"));
    let entry = |(at, line): (usize, &str)| {
        let time = 1_790_000_000_000_000 + at;
        format!(
            "__REALTIME_TIMESTAMP={time}\n__MONOTONIC_TIMESTAMP={at}\n_BOOT_ID={:032x}\n_HOSTNAME=mail\nSYSLOG_IDENTIFIER=sealpost\n_PID=7\n_SYSTEMD_UNIT=sealpost.service\nMESSAGE={line}\n\n",
            1
        )
    };
    let entries: String = (1..).zip(log.lines()).map(entry).collect();
    fs::write(&export, entries).unwrap();
    let output = Command::new("/lib/systemd/systemd-journal-remote")
        .arg("--output")
        .arg(&journal)
        .arg(&export)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    journal
}

#[test]
fn the_filter_takes_the_place_of_a_field_for_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let time = "2026-11-22T21:30:01.123Z";
    let failed =
        |ip: &str| format!("{time} event=otp.failed proto=portal ip={ip} level=warn \"x\"\n");
    let slipped = [
        format!(
            "{time} event=smtp.closed client=\"x {}\" level=warn \"x\"\n",
            forged()
        ),
        format!("{time} event=smtp.closed client=x {}\n", forged()),
        format!(
            "{time} event=smtp.closed client=\"x\\n{}\" level=warn \"x\"\n",
            forged()
        ),
        format!("{time} event=auth.failed client=x proto=smtp ip={VICTIM} level=warn \"x\"\n"),
        format!("{time} event=auth.failed proto=smtp ip={VICTIM}.example level=warn \"x\"\n"),
        format!("x {}\n", forged()),
    ];
    let ours = [failed("192.0.2.1"), failed("2001:db8::7")];
    fs::write(&log, ours.concat() + &slipped.concat()).unwrap();
    assert_eq!(
        found(&log.display().to_string()),
        ["192.0.2.1", "2001:db8::7"]
    );
}

#[test]
fn fail2ban_takes_the_jail_and_shuts_every_door() {
    let folder = tempfile::tempdir().unwrap();
    let conf = folder.path().join("fail2ban");
    let copied = Command::new("cp")
        .args(["-r", "/etc/fail2ban"])
        .arg(&conf)
        .status();
    assert!(copied.unwrap().success());
    // The distribution's own jail wants a log that this machine may not have.
    let others = fs::read_dir(conf.join("jail.d")).unwrap();
    others.for_each(|other| fs::remove_file(other.unwrap().path()).unwrap());
    for file in ["filter.d/sealpost.conf", "jail.d/sealpost.conf"] {
        fs::copy(shipped(file), conf.join(file)).unwrap();
    }
    let client = |verb: &str| {
        let mut command = Command::new("fail2ban-client");
        let output = command.arg("-c").arg(&conf).arg(verb).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    client("--test");
    let all = client("-d");
    for said in [
        "'add', 'sealpost', 'systemd'",
        "'start', 'sealpost'",
        "443,465,587,993,8443",
    ] {
        assert!(all.contains(said), "{said} is not in {all}");
    }
}
