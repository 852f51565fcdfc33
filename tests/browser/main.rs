//! The portal and the office page in a real browser: Chromium, driven by the scripts beside this
//! file, in front of a gateway in this process with Postfix behind it.
//!
//! A script plays the patient, or somebody at the office. What a patient cannot do (write as the office,
//! look into a mailbox, wait a week) it asks of the test that started it, a
//! line of JSON for each wish; see `stage.rs`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that is surprised should stop"
)]

// What this suite shares with the one in tests/gateway.
#[path = "../gateway/harness.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod harness;
#[path = "../gateway/postfix.rs"]
#[expect(dead_code, reason = "this suite needs a part of it")]
mod postfix;
#[path = "../gateway/settings.rs"]
mod settings;

mod stage;

use stage::{play, play_in};

#[test]
fn a_patient_reads_downloads_and_answers_with_and_without_scripts_in_both_languages() {
    play("path.mjs", &[]);
}

#[test]
fn links_that_lead_nowhere_say_why_and_what_to_do() {
    play("closed.mjs", &[]);
}

#[test]
fn messages_close_after_a_quiet_quarter_of_an_hour_and_no_word_is_lost() {
    play("idle.mjs", &[]);
}

#[test]
fn a_swarm_of_scanners_opens_nothing_and_no_patient_is_kept_out() {
    play("swarm.mjs", &[]);
}

#[test]
fn another_sites_page_can_do_nothing_in_a_signed_in_browser() {
    play("crosssite.mjs", &[]);
}

#[test]
fn files_that_would_run_something_run_nothing_when_opened() {
    play("files.mjs", &[]);
}

#[test]
fn a_browser_that_is_closed_forgets_unless_its_owner_asked_it_not_to() {
    play("private.mjs", &[]);
}

#[test]
fn a_message_is_printed_whole_and_nothing_around_it() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/print");
    play("print.mjs", &[folder]);
}

#[test]
fn hostile_mails_run_nothing_and_reach_nobody() {
    play("hostile.mjs", &[]);
}

#[test]
fn every_page_can_be_used_by_everybody_in_english() {
    play_in("en", "pages.mjs", &[]);
}

#[test]
fn every_page_can_be_used_by_everybody_in_spanish() {
    play_in("es", "pages.mjs", &[]);
}

#[test]
fn the_whole_path_goes_by_keyboard_alone() {
    play("keyboard.mjs", &[]);
}

#[test]
fn the_office_signs_in_with_two_steps_and_every_page_can_be_used_by_everybody_in_english() {
    play_in("en", "office.mjs", &[]);
}

#[test]
fn the_office_signs_in_with_two_steps_and_every_page_can_be_used_by_everybody_in_spanish() {
    play_in("es", "office.mjs", &[]);
}

#[test]
fn a_patient_signs_in_without_a_link_and_every_page_can_be_used_by_everybody_in_english() {
    play_in("en", "front.mjs", &[]);
}

#[test]
fn a_patient_signs_in_without_a_link_and_every_page_can_be_used_by_everybody_in_spanish() {
    play_in("es", "front.mjs", &[]);
}

/// Writes a picture of every page to a folder, for people to look at:
/// `cargo test --test browser pictures -- --ignored`.
#[test]
#[ignore = "draws pictures for people, and judges nothing"]
fn pictures_of_every_page() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/pictures");
    for language in ["en", "es"] {
        play_in(language, "pictures.mjs", &[folder]);
    }
}

/// The same of the office page: `cargo test --test browser pictures_of_the_office -- --ignored`.
#[test]
#[ignore = "draws pictures for people, and judges nothing"]
fn pictures_of_the_office() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/pictures");
    for language in ["en", "es"] {
        play_in(language, "office.mjs", &[folder]);
        play_in(language, "front.mjs", &[folder]);
    }
}
