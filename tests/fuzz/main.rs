//! Replays the seeds of the fuzz targets: what was found once is not lost again,
//! and nobody needs a fuzzer for it. `tests/soak/fuzz` looks for more.
//!
//! A seed is a file in `corpus/<target>`, as it came or as it was found. Each
//! target has a body in `bodies`, which says what must hold.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cognitive_complexity,
    reason = "a body stops where something does not hold, and asks much in a row"
)]

pub mod bodies;

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// No input may keep anybody busy for longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs every seed of a target. The last name that is printed is the culprit's.
fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new("tests/fuzz/corpus").join(target);
    let mut seeds: Vec<_> = fs::read_dir(&folder)
        .expect("a target has a folder of seeds")
        .map(|entry| entry.expect("a folder can be read").path())
        .collect();
    seeds.sort();
    assert!(seeds.len() >= 3, "{target} has lost its seeds");
    for seed in seeds {
        println!("{}", seed.display());
        let octets = fs::read(&seed).expect("a seed can be read");
        let began = Instant::now();
        body(&octets);
        let took = began.elapsed();
        assert!(took < PATIENCE, "it took {took:?}");
    }
}

#[test]
fn an_address_list_is_read_as_every_other_reader_reads_it() {
    replay("addresses", bodies::addresses::run);
}

#[test]
fn what_comes_back_says_little_and_nothing_else_is_kept_of_it() {
    replay("bounce", bodies::bounce::run);
}

#[test]
fn a_broken_configuration_is_refused_with_its_line_whatever_it_holds() {
    replay("config", bodies::config::run);
}

#[test]
fn a_message_arrives_the_same_however_its_octets_are_cut() {
    replay("content", bodies::content::run);
}

#[test]
fn no_html_is_left_with_anything_that_runs_or_fetches() {
    replay("html", bodies::html::run);
}

#[test]
fn a_mail_program_can_say_nothing_that_brings_its_mailboxes_out_of_order() {
    replay("imap", bodies::imap::run);
}

#[test]
fn a_letter_of_ours_is_read_back_as_it_was_written() {
    replay("letters", bodies::letters::run);
}

#[test]
fn the_parts_of_any_message_lie_within_it_and_can_be_shown() {
    replay("message", bodies::message::run);
}

#[test]
fn a_form_is_the_same_however_its_octets_arrive() {
    replay("multipart", bodies::multipart::run);
}

#[test]
fn a_record_is_written_and_read_as_the_same() {
    replay("records", bodies::records::run);
}

#[test]
fn a_mail_client_can_say_nothing_that_brings_a_session_out_of_order() {
    replay("smtp", bodies::smtp::run);
}

#[test]
fn a_file_is_what_its_name_says_and_its_name_leads_nowhere() {
    replay("sniff", bodies::sniff::run);
}

#[test]
fn what_imap_says_of_a_message_is_well_formed_and_its_parts_lie_in_it() {
    replay("structure", bodies::structure::run);
}

#[test]
fn nothing_typed_or_sent_along_is_taken_for_more_than_it_is() {
    replay("tokens", bodies::tokens::run);
}

#[test]
fn every_target_has_its_seeds_its_body_and_its_place_in_the_manifest() {
    let names = |folder: &str| {
        let entries = fs::read_dir(Path::new("tests/fuzz").join(folder)).expect("it is there");
        let name = |path: &Path| path.file_stem().map(|n| n.to_string_lossy().into_owned());
        let mut names: Vec<String> = entries
            .filter_map(|entry| name(&entry.expect("a folder can be read").path()))
            .collect();
        names.sort();
        names
    };
    let targets = names("targets");
    let mut bodies = names("bodies");
    bodies.retain(|name| name != "mod" && name != "cut");
    assert_eq!(targets, bodies);
    assert_eq!(targets, names("corpus"));
    let manifest = fs::read_to_string("tests/fuzz/Cargo.toml").expect("there is a manifest");
    for target in targets {
        assert!(manifest.contains(&format!("path = \"targets/{target}.rs\"")));
    }
}

/// Pieces of which mail is made, and of which attacks are.
const PIECES: [&str; 28] = [
    "EHLO x\r\n",
    "STARTTLS\r\n",
    "AUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n",
    "AUTH LOGIN\r\n",
    "amFuZQ==\r\n",
    "*\r\n",
    "MAIL FROM:<a@b.example>",
    " SIZE=10",
    " SMTPUTF8",
    "RCPT TO:<c@d.example>\r\n",
    "RCPT TO:<é@d.example> NOTIFY=NEVER\r\n",
    "DATA\r\n",
    "BDAT 5\r\n",
    "BDAT 5 LAST\r\n",
    "BDAT 0 LAST\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
    "From: a\r\n\r\ntext",
    "\r\n.\r\n",
    ".\r\n",
    "\n.\n",
    "\r",
    "\n",
    "\0",
    ".",
    "\r\n",
    "hello",
];

/// The same for mailboxes.
const MAILBOX_PIECES: [&str; 44] = [
    "a LOGIN jane secret\r\n",
    "a LOGIN {4+}\r\njane {6}\r\nsecret\r\n",
    "a AUTHENTICATE PLAIN",
    " AGphbmUAc2VjcmV0\r\n",
    "a STARTTLS\r\n",
    "a SELECT INBOX\r\n",
    "a EXAMINE Sent (CONDSTORE)\r\n",
    "a SELECT x (QRESYNC (1 2 3:4))\r\n",
    "a ENABLE QRESYNC\r\n",
    "a IDLE\r\n",
    "DONE\r\n",
    "a APPEND INBOX {5+}\r\n",
    "a APPEND INBOX (\\Seen) {5}\r\n",
    "a APPEND INBOX {300+}\r\n",
    "hello",
    "hello\r\n",
    "a LIST \"\" *\r\n",
    "a LIST (SUBSCRIBED) \"\" (% x) RETURN (STATUS (SIZE))\r\n",
    "a STATUS x (MESSAGES)\r\n",
    "a CREATE x (USE (\\Sent))\r\n",
    "a DELETE &APE-\r\n",
    "a UID FETCH 1:* (UID BODY[1.HEADER.FIELDS (A)]<1.2>)\r\n",
    "a FETCH 1:2 (FLAGS) (CHANGEDSINCE 5)\r\n",
    "a STORE $ +FLAGS.SILENT (\\Deleted x)\r\n",
    "a SEARCH RETURN (MIN SAVE) ",
    "a UID SEARCH CHARSET UTF-8 ",
    "a SORT (REVERSE DATE) UTF-8 ",
    "OR SEEN NOT $ ",
    "SUBJECT {3+}\r\nabc ",
    "ALL\r\n",
    "a COPY 1 x\r\n",
    "a UID MOVE 2:3 x\r\n",
    "a EXPUNGE\r\n",
    "a CLOSE\r\n",
    "a LOGOUT\r\n",
    "a NOOP\r\n",
    "{70000+}\r\n",
    "{7}\r\n",
    "(",
    "\"",
    "\r",
    "\n",
    "\0",
    "\r\n",
];

fn piece(known: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => select(known).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_the_order_holds_and_no_bare_line_end_gets_through(
        pieces in proptest::collection::vec(piece(&PIECES), 0..60),
    ) {
        bodies::smtp::run(&pieces.concat());
    }

    #[test]
    fn whatever_comes_the_mailboxes_stay_in_order_and_the_pieces_do_not_matter(
        pieces in proptest::collection::vec(piece(&MAILBOX_PIECES), 0..60),
    ) {
        bodies::imap::run(&pieces.concat());
    }
}
