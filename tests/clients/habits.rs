//! What the big mail programs say, in their order, and what may be said before
//! the connection is encrypted.

use crate::harness::{House, Login, relay};
use crate::script::{Running, play, script};
use crate::settings::free_port;
use jiff::SignedDuration;

#[test]
fn outlook_signs_in_lists_reads_sends_and_deletes_as_it_is_used_to() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    play("outlook.py", &house.door, &house.doctor, &[&to]);
    relay.wait_for(&to, 1);
    house.drained();
}

#[test]
fn thunderbird_comes_back_to_what_changed_and_its_sent_copy_is_the_only_one() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    play("thunderbird.py", &house.door, &house.doctor, &[&to]);
    relay.wait_for(&to, 1);
    house.drained();
}

#[test]
fn the_new_outlook_is_refused_in_words_and_may_be_allowed() {
    let relay = relay();
    let house = House::open(&relay);
    play("mirror.py", &house.door, &house.doctor, &["refused"]);
    drop(house);
    let house = House::with(&relay, |s| s.set("imap.allow-cloud-mirrors", "true"));
    play("mirror.py", &house.door, &house.doctor, &["allowed"]);
}

#[test]
fn on_the_plain_port_nothing_counts_that_was_said_before_tls() {
    let port = free_port();
    let relay = relay();
    let house = House::with(&relay, |s| {
        s.set("imap.listen", &format!("[\"127.0.0.1:{port}\"]"));
    });
    let port = port.to_string();
    play("starttls.py", &house.door, &house.doctor, &[&port]);
}

#[test]
fn who_is_switched_off_is_out_of_the_mailbox_within_a_minute() {
    out_after(|login| vec!["user", "disable", &login.address]);
}

#[test]
fn whose_app_password_is_taken_back_is_out_of_the_mailbox_within_a_minute() {
    out_after(|login| vec!["user", "revoke", &login.address, "--name", "test"]);
}

/// A program in IDLE and one between two commands are told to go.
fn out_after(command: impl Fn(&Login) -> Vec<&str>) {
    let relay = relay();
    let house = House::open(&relay);
    let waits = Running::start(&mut script("switched_off.py", &house.door, &house.doctor));
    waits.says("waiting");
    let off = house.command(&command(&house.doctor));
    assert!(off.status.success(), "{off:?}");
    house.later(SignedDuration::from_secs(61));
    waits.ends();
}
