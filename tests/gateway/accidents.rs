//! Accidents that happen to machines, with the real daemon: what was answered
//! `250` is safe, what cannot be done is said in a sentence, and the rest goes on.
//!
//! What each test shows:
//! - a disk that fills up at any write of a start, a message, its dispatch and
//!   its delivery: whoever was not told `250` was told to try later; after a
//!   restart with room everything acknowledged arrives, once, and the store is
//!   in order. A disk with too little room from the start says so and refuses;
//! - a data folder that is not mounted, or half there: exit 78, and nothing is
//!   made in it, so that the true one can still be mounted;
//! - a clock that jumps a year forward and a day back while mail is in hand:
//!   nothing is lost and nothing is sent twice;
//! - octets that flip: `damage`;
//! - a wrong key and a second daemon: `commands` has them; a stop in the middle of
//!   DATA and certificates that are replaced: `signals`.
//!
//! `trouble.c` makes the full disk and the wrong clock for the one process.

use crate::attacks::good;
use crate::daemon::Daemon;
use crate::harness::{Login, relay, wait};
use crate::postfix::Postfix;
use crate::relays::{Act, Actor};
use crate::smtp::Smtp;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// Longer than what is kept among the records (128 KiB): a content file.
pub(crate) const LARGE: usize = 200_000;

/// The library that makes trouble, built into this folder.
fn trouble(folder: &Path) -> PathBuf {
    let library = folder.join("trouble.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/trouble.c");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-o"])
        .args([&library, &source])
        .arg("-lpthread");
    assert!(
        compiler.status().unwrap().success(),
        "a C compiler is needed"
    );
    library
}

/// Loads the library into the next runs.
fn burden(daemon: &mut Daemon) -> Burden {
    let folder = daemon.folder.path().to_owned();
    let burden = Burden {
        full: folder.join("full"),
        clock: folder.join("clock"),
    };
    let library = trouble(&folder);
    daemon.set("LD_PRELOAD", library);
    daemon.set("TROUBLE_FOLDER", daemon.data.clone());
    daemon.set("TROUBLE_FULL", burden.full.clone());
    daemon.set("TROUBLE_CLOCK", burden.clock.clone());
    burden
}

/// Where the library is told what to do.
struct Burden {
    full: PathBuf,
    clock: PathBuf,
}

impl Burden {
    /// The disk is full from the change on that has this number.
    fn full_from(&self, change: u32) {
        fs::write(&self.full, change.to_string()).unwrap();
    }

    /// There is room again; whether anything found that there was none.
    fn room(&self) -> bool {
        let _ = fs::remove_file(&self.full);
        fs::remove_file(self.full.with_file_name("full.hit")).is_ok()
    }

    /// The clock is wrong by so many seconds.
    fn wrong_by(&self, seconds: i64) {
        fs::write(&self.clock, seconds.to_string()).unwrap();
    }
}

/// Sends a message; the code, or nothing if the connection broke.
pub(crate) fn send(daemon: &Daemon, doctor: &Login, to: &str, length: usize) -> Option<u16> {
    let config = crate::smtp::trusting(&daemon.door.certificate);
    let mut smtp = Smtp::try_sign_in(daemon.door.submission, &config, doctor).ok()?;
    // A mail program that sends again sends the same.
    let stamp = "Date: Sun, 22 Nov 2026 15:00:00 +0000\r\n";
    let text = format!("Message-ID: <{to}.sent>\r\n{stamp}{}", good(doctor, to));
    let text = text + &"More of the same.\r\n".repeat(length / 19);
    let said = smtp.submit(&doctor.address, to, &text);
    said.map(|reply| reply.code)
        .or_else(|error| error.to_string()[..3].parse().map_err(|_| ()))
        .ok()
}

/// Everybody got a mail; who got two got the same one twice.
fn came_once(relay: &Postfix, people: &BTreeMap<String, (usize, Option<u16>)>) {
    let mut came: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    for mail in relay.mails() {
        if people.contains_key(&mail.to) {
            came.entry(mail.to).or_default().push(mail.octets);
        }
    }
    let (mut once, mut again) = (0, 0);
    for (to, (_, code)) in people {
        let mails = came
            .get(to)
            .unwrap_or_else(|| panic!("{to} ({code:?}) got nothing"));
        once += 1;
        again += mails.len() - 1;
        // The relay had taken it, and that could not be written down.
        assert!(
            mails.iter().all(|mail| *mail == mails[0]),
            "{to} got two mails"
        );
    }
    println!("{once} came, {again} second copies");
    assert!(again <= once / 2, "{again} second copies of {once}");
}

/// After a restart with room: everything is in order and flows.
pub(crate) fn recovers(daemon: &mut Daemon) {
    daemon.kill();
    daemon.resume();
    let verified = daemon.good(&["store", "verify"]);
    assert!(verified.contains("everything is in order"), "{verified}");
}

/// Waits until nothing is left, trying again what looked like a broken relay.
pub(crate) fn drain(daemon: &Daemon) {
    wait("an empty queue", || {
        let jobs = daemon.jobs();
        for job in jobs.iter().filter(|job| job["attempts"] != 0) {
            daemon.command(&["queue", "retry", job["id"].as_str().unwrap()]);
        }
        jobs.is_empty().then_some(())
    });
}

/// Whether it starts, or how it ends.
pub(crate) fn started(daemon: &mut Daemon) -> Result<(), ExitStatus> {
    wait("a start or an end", || match daemon.try_ended() {
        Some(ended) => Some(Err(ended)),
        None => daemon.greets().then_some(Ok(())),
    })
}

/// What the disk has can be read, or a sentence says why not.
fn can_be_looked_at(daemon: &Daemon) {
    let looked = daemon.command(&["message", "list"]);
    let said = String::from_utf8_lossy(&looked.stderr);
    let told = said.contains("no space");
    assert!(looked.status.success() || told, "{said}");
}

#[test]
fn a_disk_that_fills_up_at_any_write_loses_nothing_that_was_acknowledged() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |settings| {
        settings.set("limits.new-recipients-per-hour", "10000");
    });
    let doctor = daemon.account("ruiz", "provider");
    daemon.kill();
    let burden = burden(&mut daemon);
    let mut fates = BTreeMap::new();
    let mut change = 0;
    loop {
        daemon.resume();
        burden.full_from(change);
        for length in [0, LARGE, 0] {
            let to = daemon.patient("jane");
            let code = send(&daemon, &doctor, &to, length);
            let fine = code.is_none_or(|code| code == 250 || (400..500).contains(&code));
            assert!(
                fine,
                "{code:?} when the disk was full from change {change} on"
            );
            fates.insert(to, (length, code));
        }
        // What dispatch and delivery write.
        std::thread::sleep(Duration::from_millis(200));
        let hit = burden.room();
        if !hit {
            break;
        }
        // The log said so, and the gateway still answers.
        let log = daemon.log();
        assert!(
            log.contains("event=store.read-only") || log.contains("event=submission."),
            "{log}"
        );
        can_be_looked_at(&daemon);
        recovers(&mut daemon);
        // A kill with mail in hand would cost second copies too.
        drain(&daemon);
        daemon.kill();
        change += if change < 40 { 1 } else { 5 };
    }
    recovers(&mut daemon);
    let count = |what: fn(u16) -> bool| {
        let codes = fates.values().filter_map(|(_, code)| *code);
        codes.filter(|code| what(*code)).count()
    };
    let (acknowledged, later) = (count(|code| code == 250), count(|code| code > 400));
    println!("{change} places, {acknowledged} acknowledged, {later} told to try later");
    assert!(change > 10 && acknowledged > 5 && later > 10);
    // Who was not told 250 sends again, as mail programs do. A write may have
    // reached the disk although its sync failed: then it is the same message.
    for (to, (length, code)) in &fates {
        if *code != Some(250) {
            assert_eq!(send(&daemon, &doctor, to, *length), Some(250));
        }
    }
    drain(&daemon);
    for to in fates.keys() {
        relay.wait_for(to, 1);
    }
    came_once(&relay, &fates);
}

#[test]
fn a_disk_that_is_full_at_the_start_is_named_and_harms_nothing() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let to = daemon.patient("jane");
    assert_eq!(send(&daemon, &doctor, &to, LARGE), Some(250));
    relay.wait_for(&to, 1);
    daemon.kill();
    let burden = burden(&mut daemon);
    for change in (0..).step_by(2) {
        burden.full_from(change);
        daemon.spawn();
        let ready = started(&mut daemon);
        let hit = burden.room();
        match ready {
            // 70: it may succeed later.
            Err(ended) => {
                let log = daemon.log();
                let said = log.lines().last().unwrap();
                assert!(hit && said.contains("no space"), "{said}");
                assert_eq!(ended.code(), Some(70), "change {change}: {said}");
            }
            Ok(()) => daemon.kill(),
        }
        if !hit {
            break;
        }
    }
    recovers(&mut daemon);
    assert_eq!(send(&daemon, &doctor, &to, 0), Some(250));
    relay.wait_for(&to, 2);
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn a_data_folder_that_is_not_mounted_or_half_there_is_left_as_it_is() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |_| ());
    let aside = daemon.data.with_file_name("elsewhere");
    fs::rename(&daemon.data, &aside).unwrap();
    fs::create_dir(&daemon.data).unwrap();
    fs::set_permissions(&daemon.data, fs::Permissions::from_mode(0o700)).unwrap();
    let path = daemon.data.to_str().unwrap().to_owned();
    for command in [
        &["serve"][..],
        &["check"],
        &["user", "list"],
        &["store", "verify"],
    ] {
        let said = daemon.bad(command, 78);
        let why = said.contains("no store") || said.contains("is empty");
        assert!(said.contains(&path) && why, "{said}");
        let left = fs::read_dir(&daemon.data).unwrap().count();
        assert_eq!(left, 0, "{command:?} made something");
    }
    // What a file system's own folder holds is no store either.
    fs::create_dir(daemon.data.join("lost+found")).unwrap();
    daemon.bad(&["serve"], 78);
    assert_eq!(fs::read_dir(&daemon.data).unwrap().count(), 1);
    fs::remove_dir_all(&daemon.data).unwrap();
    fs::rename(&aside, &daemon.data).unwrap();
    // A part of the folder is missing, as after a restore that broke off.
    for part in ["keys", "records"] {
        let (path, aside) = (daemon.data.join(part), daemon.folder.path().join(part));
        fs::rename(&path, &aside).unwrap();
        daemon.bad(&["serve"], 78);
        assert!(!path.exists(), "{part} was made anew");
        fs::rename(&aside, &path).unwrap();
    }
    daemon.resume();
    assert_eq!(daemon.stop().code(), Some(0));
}

const DAY: i64 = 24 * 3600;

#[test]
fn a_clock_that_jumps_while_mail_is_in_hand_loses_nothing_and_sends_nothing_twice() {
    let relay = relay();
    let actor = Actor::start();
    let mut daemon = Daemon::make(&relay, |settings| actor.serve(settings));
    let burden = burden(&mut daemon);
    daemon.resume();
    let doctor = daemon.account("ruiz", "provider");
    let mut people = Vec::new();
    let mut wrong = 0;
    for jump in [365 * DAY, -DAY, -364 * DAY, -DAY, 3 * DAY] {
        // One mail is in hand when the clock jumps, one waits for its next try.
        let (held, late) = (daemon.patient("jane"), daemon.patient("jane"));
        actor.at("MAIL", Act::Say("450 4.2.0 later\r\n"));
        assert_eq!(send(&daemon, &doctor, &late, 0), Some(250));
        wait("a first try", || {
            let jobs = daemon.jobs();
            let tried = |j: &serde_json::Value| j["attempts"] == 1 && j["in_hand"] == false;
            jobs.iter().any(tried).then_some(())
        });
        actor.behave();
        actor.at(".", Act::Wait);
        assert_eq!(send(&daemon, &doctor, &held, 0), Some(250));
        wait("a mail in hand", || (actor.taken(&held) == 1).then_some(()));
        wrong += jump;
        burden.wrong_by(wrong);
        // News wakes the workers, who see the new time.
        let next = daemon.patient("jane");
        assert_eq!(send(&daemon, &doctor, &next, 0), Some(250));
        wait("the next mail", || (actor.taken(&next) == 1).then_some(()));
        actor.behave();
        wait("an end of everything in hand", || {
            let jobs = daemon.jobs();
            jobs.iter().all(|j| j["in_hand"] == false).then_some(())
        });
        drain(&daemon);
        people.extend([held, late, next]);
    }
    for to in &people {
        assert_eq!(actor.taken(to), 1, "lost, or sent twice");
    }
    let verified = daemon.good(&["store", "verify"]);
    assert!(verified.contains("everything is in order"), "{verified}");
    assert_eq!(daemon.stop().code(), Some(0));
}
