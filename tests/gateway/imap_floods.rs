//! Clients that have signed in and ask for too much, at the IMAP door of the real
//! daemon. Meanwhile another account goes on working; afterwards the daemon has
//! not grown.
//!
//! What is thrown: 100,000 commands in a row, answers that nobody reads, strings
//! of 64 KiB, searches and sorts with as many keys as a command has room for,
//! keys in keys, a header and an encoded part asked for in a hundred ways, searches
//! through all texts by five clients at once, and a hundred changes told to somebody
//! who does not listen.

use crate::attacks::Target;
use crate::harness::Login;
use crate::imap::{Imap, enter};
use crate::imap_attacks::{GROWTH, fill, letter, text};
use std::time::{Duration, Instant};

/// So soon must another account's small commands be answered.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Another account with a small INBOX, that goes on working.
struct Other {
    imap: Imap,
    /// How long each of its rounds took.
    took: Vec<Duration>,
}

impl Other {
    fn new(target: &Target) -> Self {
        let nurse: Login = target.daemon.account("nurse", "provider");
        let mut imap = Imap::sign_in(&target.daemon.door, &nurse);
        fill(&mut imap, &letter("Results", "", "All is well."), 2);
        let took = Vec::new();
        Self { imap, took }
    }

    /// Looks into its INBOX.
    fn works(&mut self) {
        let began = Instant::now();
        self.imap.good("NOOP");
        self.imap.good("SELECT INBOX");
        self.took.push(began.elapsed());
    }

    /// The middle one of its rounds: a busy machine may stop anybody once.
    fn was_served_at_once(&mut self) {
        self.took.sort_unstable();
        let middle = self.took[self.took.len() / 2];
        println!("others: {} rounds, {middle:?}", self.took.len());
        assert!(middle < AT_ONCE, "others had to wait: {:?}", self.took);
    }
}

#[test]
fn a_hundred_thousand_commands_in_a_row_are_answered_and_others_beside_them() {
    let target = Target::new(|_| ());
    let mut other = Other::new(&target);
    let mut flood = Imap::inbox(&target.daemon.door, &target.doctor);
    let piece = "x NOOP\r\n".repeat(1_000);
    // Four thousand of them are always under way.
    for round in 0..104 {
        if round < 100 {
            flood.send(piece.as_bytes()).unwrap();
        }
        let due = if round < 4 { 0 } else { 1_000 };
        for _ in 0..due {
            let said = flood.answer().unwrap();
            assert!(said.starts_with("x OK"), "{said}");
        }
        if round % 10 == 0 {
            other.works();
        }
    }
    flood.good("NOOP");
    other.was_served_at_once();
    target.well_within(GROWTH);
}

#[test]
fn who_asks_for_everything_and_never_reads_costs_no_memory() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let mut other = Other::new(&target);
    let mut first = Imap::sign_in(door, &target.doctor);
    fill(&mut first, &letter("Large", "", &text(1024)), 4);
    let mut held = vec![first];
    while held.len() < 10 {
        held.push(Imap::inbox(door, &target.doctor));
    }
    let all = "x FETCH 1:* (ENVELOPE BODY.PEEK[])\r\n".repeat(1_000);
    for imap in &mut held {
        imap.send(all.as_bytes()).unwrap();
    }
    for _ in 0..9 {
        other.works();
    }
    other.was_served_at_once();
    // They have not been forgotten: each reads an answer whole.
    for imap in &mut held {
        assert!(imap.answer().unwrap().contains("x OK"));
    }
    target.well_within(GROWTH);
}

#[test]
fn strings_of_64_kib_are_taken_four_at_a_time_and_from_strangers_not_at_all() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let mut imap = Imap::inbox(door, &target.doctor);
    let string = |length: usize| format!("{{{length}+}}\r\n{}", "q".repeat(length));
    let most = format!("SEARCH{}", format!(" SUBJECT {}", string(65_536)).repeat(4));
    for _ in 0..50 {
        imap.good(&most);
        let said = imap.say(&format!("{most} SUBJECT {}", string(1))).unwrap();
        assert!(said.contains("x NO [TOOBIG]"), "{said}");
        let said = imap.say(&format!("SEARCH SUBJECT {}", string(65_537)));
        assert!(said.unwrap().contains("x NO [TOOBIG]"));
    }
    for _ in 0..10 {
        let mut stranger = Imap::connect(door).unwrap();
        for _ in 0..10 {
            let said = stranger.say(&format!("LOGIN {}", string(65_536)));
            let said = said.unwrap();
            assert!(said.contains("x NO [TOOBIG]"), "{said}");
        }
    }
    imap.good("NOOP");
    target.well_within(GROWTH);
}

/// As many of these as a command has room for, behind `head`.
fn many(head: &str, key: &str) -> String {
    format!("{head}{}", key.repeat(65_000 / key.len()))
}

#[test]
fn searches_and_sorts_with_thousands_of_keys_hold_nobody_up() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let mut other = Other::new(&target);
    let mut first = Imap::sign_in(door, &target.doctor);
    fill(&mut first, &letter("Results", "", "All is well."), 9);
    // One for each thread that serves, and one more.
    let mut floods = vec![first];
    while floods.len() < 3 {
        floods.push(Imap::inbox(door, &target.doctor));
    }
    floods[0].good("SEARCH RETURN (SAVE) ALL");
    for command in [
        many("SEARCH", " 1:*"),
        many("UID SEARCH", " UID 1:*"),
        many("SEARCH", " NOT KEYWORD a"),
        many("SEARCH", " NOT SUBJECT q"),
        many("SEARCH", " LARGER 9"),
        format!("SORT ({}DATE) UTF-8 ALL", "DATE ".repeat(12_000)),
    ] {
        for flood in &mut floods {
            flood.send(format!("x {command}\r\n").as_bytes()).unwrap();
        }
        for _ in 0..3 {
            other.works();
        }
        for flood in &mut floods {
            let said = flood.answer().unwrap();
            assert!(said.contains("x OK"), "{}: {said}", &command[..40]);
        }
    }
    floods[0].good(&many("SEARCH", " $"));
    other.was_served_at_once();
    target.well_within(GROWTH);
}

#[test]
fn keys_within_keys_are_refused_and_the_next_command_is_answered() {
    let target = Target::new(|_| ());
    let mut imap = Imap::inbox(&target.daemon.door, &target.doctor);
    for (open, close) in [("(", ")"), ("NOT ", ""), ("OR ALL ", ""), ("OR (", ") ALL")] {
        let depth = 60_000 / (open.len() + close.len());
        for verb in ["SEARCH", "SORT (DATE) UTF-8", "THREAD REFERENCES UTF-8"] {
            let keys = format!("{}ALL{}", open.repeat(depth), close.repeat(depth));
            let said = imap.say(&format!("{verb} {keys}")).unwrap();
            assert!(said.starts_with("x NO [LIMIT]"), "{verb} {open}: {said}");
            imap.good("SEARCH NOT (OR ALL (SEEN NOT (DELETED)))");
        }
    }
    target.well_within(GROWTH);
}

#[test]
fn a_search_for_thousands_of_texts_is_refused_with_a_sentence() {
    let target = Target::new(|_| ());
    let mut other = Other::new(&target);
    let mut imap = Imap::sign_in(&target.daemon.door, &target.doctor);
    fill(&mut imap, &letter("Large", "", &text(1024)), 3);
    for key in [" TEXT q", " BODY q", " NOT HEADER q q"] {
        let command = many("SEARCH SUBJECT Large", key);
        imap.send(format!("x {command}\r\n").as_bytes()).unwrap();
        other.works();
        let said = imap.answer().unwrap();
        let refused = said.contains("x NO [LIMIT] The search would read too much.");
        // A header is short: all of it may be looked through.
        assert!(refused || key.contains("HEADER"), "{key}: {said}");
    }
    assert!(
        imap.good("SEARCH OR SUBJECT q TEXT fasting")
            .contains("* SEARCH 1 2")
    );
    other.was_served_at_once();
    target.well_within(GROWTH);
}

#[test]
fn a_long_header_asked_for_in_a_hundred_ways_is_sent_piece_by_piece() {
    let target = Target::new(|_| ());
    let mut imap = Imap::sign_in(&target.daemon.door, &target.doctor);
    let line = format!("X-Long: {}\r\n", "x".repeat(900));
    let long = letter("Long", &line.repeat(900), "All is well.");
    fill(&mut imap, &long, 0);
    let ways: Vec<String> = (0..99)
        .map(|n| format!("BODY.PEEK[HEADER.FIELDS.NOT (A{n})]"))
        .collect();
    let said = imap.good(&format!("FETCH 1 ({})", ways.join(" ")));
    assert!(said.len() > 99 * 900 * 900, "{} octets", said.len());
    let said = imap.say(&format!("FETCH 1 ({} BODY[1] BODY[2])", ways.join(" ")));
    assert!(said.unwrap().starts_with("x NO [LIMIT]"));
    target.well_within(GROWTH);
}

#[test]
fn an_encoded_part_asked_for_in_a_hundred_ways_is_decoded_piece_by_piece_and_holds_nobody_up() {
    let target = Target::new(|_| ());
    let mut other = Other::new(&target);
    let mut imap = Imap::sign_in(&target.daemon.door, &target.doctor);
    // Blanks at the ends of lines are what a decoder has to hold back.
    let line = format!("=41{}=\r\n", " ".repeat(900));
    let encoded = "Content-Transfer-Encoding: quoted-printable\r\n";
    fill(&mut imap, &letter("Long", encoded, &line.repeat(4_000)), 0);
    let length = 4_000 * 901 + 2;
    let said = imap.good("FETCH 1 BINARY.SIZE[1]");
    assert!(
        said.starts_with(&format!("* 1 FETCH (BINARY.SIZE[1] {length})")),
        "{said:.80}"
    );
    let ways = (0..98).map(|n| format!("BINARY.PEEK[1]<{}.1>", length - 2 - 901 * n));
    let ways: Vec<String> = ways.collect();
    let command = format!("x FETCH 1 ({} BINARY.PEEK[1])\r\n", ways.join(" "));
    imap.send(command.as_bytes()).unwrap();
    for _ in 0..15 {
        other.works();
    }
    let said = imap.answer().unwrap();
    assert!(said.ends_with("x OK FETCH completed.\r\n") && said.len() > length);
    other.was_served_at_once();
    target.well_within(GROWTH);
}

#[test]
fn five_searches_through_all_texts_leave_others_their_mail() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let mut other = Other::new(&target);
    let mut first = Imap::sign_in(door, &target.doctor);
    fill(&mut first, &letter("Large", "", &text(1024)), 5);
    let mut readers = vec![first];
    while readers.len() < 5 {
        readers.push(Imap::inbox(door, &target.doctor));
    }
    for imap in &mut readers {
        imap.send(b"x SEARCH TEXT Kestrel\r\n").unwrap();
    }
    let mut said = Vec::new();
    for _ in 0..15 {
        other.works();
    }
    for imap in &mut readers {
        said.push(imap.answer().unwrap());
    }
    let answer = |said: &String| said.starts_with("* SEARCH\r\nx OK");
    assert!(said.iter().all(answer), "{said:?}");
    other.was_served_at_once();
    target.well_within(GROWTH);
}

#[test]
fn who_idles_and_does_not_listen_to_a_hundred_changes_costs_no_memory() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let mut busy = Imap::sign_in(door, &target.doctor);
    fill(&mut busy, &letter("Results", "", "All is well."), 6);
    let mut deaf: Vec<Imap> = (0..10).map(|_| Imap::inbox(door, &target.doctor)).collect();
    for imap in &mut deaf {
        imap.send(b"x IDLE\r\n").unwrap();
    }
    for round in 0..100 {
        let mark = if round % 2 == 0 { '+' } else { '-' };
        busy.good(&format!("STORE 1:* {mark}FLAGS.SILENT (\\Flagged deaf)"));
    }
    assert!(busy.append(&letter("Last", "", "New.")).contains("x OK"));
    // Who listens at last has heard everything by the end of the command.
    for imap in &mut deaf {
        imap.send(b"DONE\r\n").unwrap();
        let said = imap.answer().unwrap();
        assert!(said.contains("* 65 EXISTS"), "{said}");
        let said = imap.good("SEARCH FLAGGED");
        assert!(said.starts_with("* SEARCH\r\n"), "{said}");
    }
    let mut again = Imap::connect(door).unwrap();
    again.good(&enter(&target.doctor));
    target.well_within(GROWTH);
}
