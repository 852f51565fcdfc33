//! Libraries that programs of the office are written with.

use crate::harness::{House, relay};
use crate::script::play;

#[test]
fn imaplib_reads_appends_flags_searches_moves_and_expunges() {
    let relay = relay();
    let house = House::open(&relay);
    play("imaplib_session.py", &house.door, &house.doctor, &[]);
}

#[test]
fn imapclient_understands_every_answer_about_folders_and_messages() {
    let relay = relay();
    let house = House::open(&relay);
    house.hide("correct-horse-battery");
    play("imapclient_session.py", &house.door, &house.doctor, &[]);
}

#[test]
fn imapflow_reads_flags_deletes_and_hears_of_a_new_message() {
    let relay = relay();
    let house = House::open(&relay);
    play("imapflow.mjs", &house.door, &house.doctor, &[]);
}

#[test]
fn imap4rev2_is_spoken_with_who_enables_it_and_parts_come_decoded() {
    let relay = relay();
    let house = House::open(&relay);
    play("rev2_session.py", &house.door, &house.doctor, &[]);
}
