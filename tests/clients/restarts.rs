//! What was answered stays true, however the gateway ends.

use crate::daemon::Daemon;
use crate::harness::relay;
use crate::script::{Running, play, script};
use std::thread;
use std::time::Duration;

#[test]
fn uids_flags_and_mod_sequences_are_after_a_restart_as_they_were_answered() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let book = daemon.folder.path().join("book.json");
    let book = book.to_string_lossy().into_owned();
    play("ledger.py", &daemon.door, &doctor, &["write", &book, "60"]);
    assert!(daemon.stop().success());
    daemon.resume();
    play("ledger.py", &daemon.door, &doctor, &["check", &book]);
}

#[test]
fn what_was_answered_before_a_kill_is_so_after_it() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let book = daemon.folder.path().join("book.json");
    let book = book.to_string_lossy().into_owned();
    for round in 0..6_u64 {
        let mut writer = script("ledger.py", &daemon.door, &doctor);
        let writer = Running::start(writer.args(["write", &book, "100000"]));
        writer.says("writing");
        // In the middle of its work, each time elsewhere.
        thread::sleep(Duration::from_millis(300 + 170 * round));
        daemon.kill();
        writer.ends();
        daemon.resume();
        play("ledger.py", &daemon.door, &doctor, &["check", &book]);
    }
}
