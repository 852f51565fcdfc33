//! Programs that fetch or keep a copy of the mail, each with its own
//! configuration, its own TLS and its own idea of IMAP.

use crate::harness::{House, relay};
use crate::script::play;

fn keeps(script: &str) {
    let relay = relay();
    let house = House::open(&relay);
    play(script, &house.door, &house.doctor, &[]);
}

#[test]
fn mbsync_brings_a_thousand_messages_there_and_back_twice_without_loss_or_doubles() {
    keeps("mbsync.py");
}

#[test]
fn offlineimap_keeps_a_maildir_and_carries_flags_and_deletions_back() {
    keeps("offlineimap.py");
}

#[test]
fn getmail_fetches_each_message_once_and_deletes_what_it_has() {
    keeps("getmail.py");
}

#[test]
fn fetchmail_hands_each_message_to_its_agent_and_flushes() {
    keeps("fetchmail.py");
}

#[test]
fn neomutt_reads_flags_and_deletes_what_it_is_told_to() {
    keeps("neomutt.py");
}
