//! Octets that flip on the disk under the real daemon.
//!
//! What each test shows:
//! - octets that flip in content files: what is damaged is set aside and named,
//!   the rest is sent, and the writer hears of it once an operator gives it up;
//! - octets that flip in the records: where sled drops the end of its log without
//!   a word, the gateway does not start (78) and says how many writes are lost;
//!   nothing that was acknowledged goes missing in silence.

use crate::accidents::{LARGE, drain, recovers, send, started};
use crate::daemon::Daemon;
use crate::harness::{Login, relay, wait};
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every content file.
fn contents(daemon: &Daemon) -> Vec<PathBuf> {
    let files = daemon.octets().into_iter().map(|(path, _)| path);
    files
        .filter(|path| path.starts_with(daemon.data.join("content")))
        .collect()
}

fn flip(path: &Path, at: u64) {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .unwrap();
    let mut octet = [0];
    file.read_exact_at(&mut octet, at).unwrap();
    file.write_all_at(&[octet[0] ^ 0x10], at).unwrap();
}

#[test]
fn a_content_file_that_is_damaged_or_gone_is_named_and_the_rest_flows() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |settings| {
        settings.set("policy.clear-domains", "[\"partner.test\"]");
    });
    let doctor = daemon.account("ruiz", "provider");
    // Clear mail is read from its content at the moment it leaves.
    let people: Vec<String> = ["deferone", "defertwo", "deferthree"]
        .map(|stem| daemon.patient(stem).replace("example.test", "partner.test"))
        .into();
    let mut files = Vec::new();
    for to in &people {
        let before = contents(&daemon);
        assert_eq!(send(&daemon, &doctor, to, LARGE), Some(250));
        let mut fresh = contents(&daemon);
        fresh.retain(|path| !before.contains(path));
        assert_eq!(fresh.len(), 1);
        files.push(fresh.remove(0));
    }
    wait("three tries", || {
        let jobs = daemon.jobs();
        (jobs.iter().filter(|j| j["attempts"] == 1).count() == 3).then_some(())
    });
    daemon.kill();
    flip(&files[0], 100_000);
    fs::remove_file(&files[1]).unwrap();
    daemon.resume();
    // From now on the relay takes them.
    for to in &people {
        relay.answer(to, &["DUNNO"; 3]);
    }
    for job in daemon.jobs() {
        daemon.good(&["queue", "retry", job["id"].as_str().unwrap()]);
    }
    relay.wait_for(&people[2], 1);
    let aside = wait("two jobs set aside", || {
        let jobs = daemon.jobs();
        let aside = jobs.iter().filter(|job| job["due"].is_null()).count();
        (aside == 2).then_some(jobs)
    });
    let log = daemon.log();
    assert_eq!(log.matches("event=delivery.unreadable").count(), 2, "{log}");
    let output = daemon.command(&["store", "verify"]);
    assert_eq!(output.status.code(), Some(1), "verify says nothing of it");
    // An operator gives them up, and their writer hears of it.
    for job in &aside {
        daemon.good(&["queue", "drop", job["id"].as_str().unwrap()]);
    }
    relay.wait_for(&doctor.address, 2);
    assert_eq!(
        send(&daemon, &doctor, &daemon.patient("jane"), LARGE),
        Some(250)
    );
    drain(&daemon);
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.unwrap().success());
}

#[test]
fn octets_that_flip_in_the_records_are_noticed_and_nothing_is_lost_in_silence() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    for _ in 0..10 {
        let to = daemon.patient("jane");
        assert_eq!(send(&daemon, &doctor, &to, 20_000), Some(250));
        relay.wait_for(&to, 1);
    }
    drain(&daemon);
    daemon.kill();
    let kept = daemon.folder.path().join("kept");
    copy(&daemon.data, &kept);
    let log = daemon.data.join("records/db");
    let whole = fs::read(&log).unwrap();
    let used = whole.iter().rposition(|octet| *octet != 0).unwrap() as u64;
    // One octet in each 16 KiB, in each 64 KiB, and one alone here and there.
    let sparse = (0..8).map(|n| (used, used * n / 8));
    let mut noticed = 0;
    for (step, first) in [(1 << 14, 900), (1 << 16, 17)].into_iter().chain(sparse) {
        let places = (0..).map(|n| first + n * step);
        places
            .take_while(|at| *at < used)
            .for_each(|at| flip(&log, at));
        noticed += u32::from(is_noticed(&mut daemon, &doctor));
        fs::remove_dir_all(&daemon.data).unwrap();
        copy(&kept, &daemon.data);
    }
    println!("{noticed} of 10 were noticed");
    assert!(noticed > 5, "most flips lie in what is in use");
    recovers(&mut daemon);
    assert_eq!(daemon.stop().code(), Some(0));
}

/// Whether damage is named, at the start or by `store verify`; where it is not,
/// everything that was acknowledged is there.
fn is_noticed(daemon: &mut Daemon, doctor: &Login) -> bool {
    daemon.spawn();
    if let Err(ended) = started(daemon) {
        let log = daemon.log();
        let said = log.lines().last().unwrap();
        assert_eq!(ended.code(), Some(78), "{said}");
        assert!(said.contains("restore"), "{said}");
        goes_on_without(daemon, doctor, said);
        return true;
    }
    let output = daemon.command(&["store", "verify"]);
    let named = output.status.code() != Some(0);
    if !named {
        let listed = daemon.good(&["message", "list", "--json"]);
        let all: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
        assert_eq!(all.len(), 10, "lost in silence");
    }
    daemon.kill();
    named
}

/// Whoever has no backup can go on with what is left, as the sentence says.
fn goes_on_without(daemon: &mut Daemon, doctor: &Login, said: &str) {
    let mark = daemon.data.join("mark");
    if !said.contains(mark.to_str().unwrap()) {
        return;
    }
    fs::remove_file(mark).unwrap();
    daemon.resume();
    // The account itself may be among what was lost.
    let code = send(daemon, doctor, &daemon.patient("jane"), 0);
    assert!(matches!(code, None | Some(250 | 535)), "{code:?}");
    daemon.kill();
}
