//! Plays the dialogues in `tests/dialogs/` against the machines that speak SMTP
//! and IMAP.
//!
//! A file holds dialogues, each under a line `== what it shows`:
//!
//! ```text
//! @ tls                  the connection is encrypted from the start
//! @ signed in            the same, and the client has signed in well
//! @ whole                only fed group by group (what shows depends on timing)
//! C: a line              the client's line; CRLF is added
//! C| octets              the client's octets; nothing is added
//! S: 250 2.1.0 *         a line we answer; `*` at its end stands for the rest
//! M: octets              a message was finished and holds this
//! E: abort               the driver was told so
//! X                      we close; T: TLS is made
//! # a comment
//! ```
//!
//! What else can be set, and what the drivers show, stands in `dialogs/smtp.rs`
//! and `dialogs/imap.rs`.
//!
//! Octets are written `\r \n \0 \xHH \\`, and `\{1000*x}` is a thousand `x`.
//! Each dialogue is fed three ways: group by group, octet by octet, and each
//! group in two halves at every place. The answers must be the same.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read its files says so and stops"
)]

#[path = "dialogs/imap.rs"]
mod imap;
#[path = "dialogs/script.rs"]
mod script;
#[path = "dialogs/smtp.rs"]
mod smtp;

use script::{Setup, read_all};
use std::fmt::Write as _;

/// Dialogues below which somebody has lost some.
const LEAST: usize = 60;

fn play_all<S: Setup>(folder: &str) {
    let dialogues = read_all::<S>(folder);
    let (mut played, mut wrong) = (0, String::new());
    for dialogue in &dialogues {
        for feeding in dialogue.feedings() {
            played += 1;
            if let Err(difference) = dialogue.play(&feeding) {
                let _ = writeln!(
                    wrong,
                    "{} ({})\n{difference}",
                    dialogue.name,
                    feeding.name()
                );
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(played > 3 * LEAST);
    let count = dialogues.len();
    assert!(count >= LEAST, "only {count} dialogues");
}

#[test]
fn every_dialogue_goes_as_written_however_its_octets_arrive() {
    play_all::<smtp::Submission>("tests/dialogs");
}

#[test]
fn every_dialogue_with_a_mailbox_goes_as_written_however_its_octets_arrive() {
    play_all::<imap::Mailbox>("tests/dialogs/imap");
}
