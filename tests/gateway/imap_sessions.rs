//! What two sessions of one mailbox are told of each other, and what a client is
//! told that comes back.
//!
//! What each test shows:
//! - what another session changed is told, whatever a STORE keeps silent;
//! - what was expunged is learnt, also by who broke off before hearing of it;
//! - mod-sequences rise with every change, and an expunge names the newest;
//! - no UIDVALIDITY comes back for another folder;
//! - a program that says late that it is a mirror is turned away all the same.

use crate::harness::{House, relay};
use crate::imap::Imap;
use sealpost::folders;
use sealpost::model::{Flags, MessageId, Role};
use sealpost::store::Tx;

/// A short message.
fn letter(subject: &str) -> String {
    format!("From: a@example.test\r\nSubject: {subject}\r\n\r\nx\r\n")
}

/// An account's own session.
fn enter(house: &House) -> Imap {
    Imap::sign_in(&house.door, &house.doctor)
}

/// Two sessions in an INBOX of so many messages; `enabling` comes before.
fn two(house: &House, messages: usize, enabling: &str) -> (Imap, Imap) {
    let (mut one, mut other) = (enter(house), enter(house));
    for n in 1..=messages {
        assert!(one.append(&letter(&format!("{n}"))).contains("x OK"));
    }
    for imap in [&mut one, &mut other] {
        if !enabling.is_empty() {
            imap.good(&format!("ENABLE {enabling}"));
        }
        imap.good("SELECT INBOX");
    }
    (one, other)
}

/// The number behind a word.
fn number(said: &str, word: &str) -> u64 {
    let rest = said.split_once(word).map(|(_, rest)| rest);
    let digits: String = rest
        .unwrap_or_default()
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or_else(|_| panic!("{word}: {said}"))
}

#[test]
fn a_silent_store_still_tells_what_another_session_has_changed() {
    let relay = relay();
    let house = House::open(&relay);
    for enabling in ["", "CONDSTORE"] {
        let (mut a, mut b) = two(&house, 3, enabling);
        b.good("STORE 3 +FLAGS.SILENT (\\Flagged $Label1)");
        let said = a.good("STORE 3 +FLAGS.SILENT (\\Seen)");
        assert!(said.contains("\\Flagged"), "{enabling}: {said}");
        assert!(said.contains("$Label1"), "{enabling}: {said}");
        // What was as it was expected stays unsaid.
        let said = a.good("STORE 2 +FLAGS.SILENT (\\Seen)");
        assert!(!said.contains("FLAGS"), "{enabling}: {said}");
        // Also where nothing is left to change.
        b.good("STORE 1 +FLAGS.SILENT (\\Seen \\Answered)");
        let said = a.good("UID STORE 1 +FLAGS.SILENT (\\Seen)");
        assert!(said.contains("\\Answered"), "{enabling}: {said}");
        assert!(said.contains("UID 1"), "{enabling}: {said}");
        a.good("UID STORE 1:* FLAGS.SILENT ()");
    }
}

#[test]
fn who_is_told_that_a_store_was_not_done_learns_the_flags_that_are_there() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, mut b) = two(&house, 2, "CONDSTORE");
    let known = number(&a.good("FETCH 2 (MODSEQ)"), "MODSEQ");
    b.good("STORE 2 +FLAGS (\\Flagged)");
    let mut said = a.good(&format!(
        "STORE 2 (UNCHANGEDSINCE {known}) +FLAGS.SILENT (\\Seen)"
    ));
    assert!(said.contains("[MODIFIED 2]"), "{said}");
    said.push_str(&a.good("NOOP"));
    assert!(said.contains("FLAGS (\\Flagged)"), "{said}");
}

#[test]
fn no_folder_takes_over_the_uids_of_another_of_its_name() {
    let relay = relay();
    let house = House::open(&relay);
    let mut imap = enter(&house);
    let validity = |imap: &mut Imap, name: &str| {
        let said = imap.good(&format!("STATUS {name} (UIDVALIDITY)"));
        number(&said, "UIDVALIDITY")
    };
    imap.good("CREATE M1");
    imap.good("CREATE M2");
    let (one, two) = (validity(&mut imap, "M1"), validity(&mut imap, "M2"));
    assert!(one < two, "made in one second: {one} {two}");
    imap.good("SELECT M1");
    imap.good("DELETE M2");
    imap.good("RENAME M1 M2");
    let moved = validity(&mut imap, "M2");
    assert!(moved > two, "{moved} {two}");
    let said = imap.good("SELECT M2");
    assert_eq!(number(&said, "[UIDVALIDITY"), moved, "{said}");
    imap.good("DELETE M2");
    imap.good("CREATE M2");
    assert!(validity(&mut imap, "M2") > moved);
}

#[test]
fn a_mirror_that_says_what_it_is_after_it_has_signed_in_is_turned_out() {
    let relay = relay();
    let house = House::open(&relay);
    let mut imap = enter(&house);
    imap.send(b"x ID (\"name\" \"Microsoft Office 365\")\r\ny SELECT INBOX\r\n")
        .unwrap();
    let said = imap.rest();
    assert!(said.contains("* BYE [ALERT] This program copies"), "{said}");
    assert!(!said.contains("EXISTS"), "{said}");
    let events = house.run(house.store().audit_events(0, 1000)).unwrap();
    let audit = format!("{events:?}");
    assert!(audit.contains("\"mirror\""), "{audit}");
}

#[test]
fn who_breaks_off_before_an_expunge_was_told_learns_of_it_on_return() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, mut b) = two(&house, 4, "QRESYNC");
    b.good("STORE 1 +FLAGS.SILENT (\\Deleted)");
    a.good("NOOP");
    b.good("EXPUNGE");
    let said = a.good("STORE 3 +FLAGS.SILENT (\\Seen)");
    assert!(!said.contains("VANISHED"), "{said}");
    let heard = number(&said, "MODSEQ (");
    let known = number(&said, "[HIGHESTMODSEQ");
    assert!(known < heard, "{said}");
    let said = a.good("STATUS INBOX (UIDVALIDITY)");
    let validity = number(&said, "UIDVALIDITY");
    drop(a);
    let mut again = enter(&house);
    again.good("ENABLE QRESYNC");
    let said = again.good(&format!("SELECT INBOX (QRESYNC ({validity} {known} 1:4))"));
    assert!(said.contains("VANISHED (EARLIER) 1\r\n"), "{said}");
    assert!(said.contains("FLAGS (\\Seen)"), "{said}");
}

#[test]
fn an_expunge_counts_and_says_how_far() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, mut b) = two(&house, 3, "QRESYNC");
    let highest = |imap: &mut Imap| {
        let said = imap.good("STATUS INBOX (HIGHESTMODSEQ)");
        number(&said, "HIGHESTMODSEQ")
    };
    b.good("STORE 1:2 +FLAGS.SILENT (\\Deleted)");
    let before = highest(&mut a);
    let said = b.good("UID EXPUNGE 1");
    let first = number(&said, "x OK [HIGHESTMODSEQ");
    assert!(first > before, "{said}");
    assert_eq!(highest(&mut a), first);
    let said = b.good("EXPUNGE");
    let second = number(&said, "x OK [HIGHESTMODSEQ");
    assert!(second > first, "{said}");
    // A change of flags is no more than what it says.
    let said = b.good("STORE 1 +FLAGS (\\Seen)");
    assert!(number(&said, "MODSEQ (") > second, "{said}");
}

#[test]
fn what_one_puts_into_the_shared_mailbox_as_read_the_others_have_yet_to_read() {
    let relay = relay();
    let house = House::open(&relay);
    let nurse = house.account("nurse", Role::Provider);
    let mut a = enter(&house);
    let mut b = Imap::sign_in(&house.door, &nurse);
    let text = letter("For all");
    let append = format!(
        "APPEND Shared/INBOX (\\Seen \\Flagged) {{{}+}}\r\n{text}",
        text.len()
    );
    a.good(&append);
    let unseen = |imap: &mut Imap| {
        let said = imap.good("STATUS Shared/INBOX (UNSEEN)");
        number(&said, "UNSEEN")
    };
    assert_eq!((unseen(&mut a), unseen(&mut b)), (0, 1));
    b.good("SELECT Shared/INBOX");
    let said = b.good("FETCH 1 FLAGS");
    assert!(said.contains("FLAGS (\\Flagged)"), "{said}");
}

#[test]
fn lsub_names_what_is_above_what_is_subscribed_to() {
    let relay = relay();
    let house = House::open(&relay);
    let mut imap = enter(&house);
    imap.good("CREATE x/y/z");
    imap.good("SUBSCRIBE x/y/z");
    let said = imap.good("LSUB \"\" \"%\"");
    assert!(
        said.contains("* LSUB (\\Noselect) \"/\" \"Shared\"\r\n"),
        "{said}"
    );
    assert!(
        said.contains("* LSUB (\\Noselect) \"/\" \"x\"\r\n"),
        "{said}"
    );
    let said = imap.good("LSUB \"\" \"x/%\"");
    assert!(
        said.contains("* LSUB (\\Noselect) \"/\" \"x/y\"\r\n"),
        "{said}"
    );
    // Where the pattern reaches it, it is named itself, and nothing else.
    let said = imap.good("LSUB \"\" \"x*\"");
    assert_eq!(said.matches("* LSUB").count(), 1, "{said}");
    assert!(said.contains("* LSUB () \"/\" \"x/y/z\""), "{said}");
    // What is for a use is no child that is subscribed to.
    let said = imap.good("LIST (SPECIAL-USE RECURSIVEMATCH) \"\" \"%\"");
    assert!(!said.contains("CHILDINFO"), "{said}");
    assert!(!said.contains("Shared"), "{said}");
}

#[test]
fn a_client_that_resynchronises_is_told_uids_with_every_change() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, _) = two(&house, 2, "QRESYNC");
    for command in ["STORE 2 +FLAGS (\\Flagged)", "FETCH 1 BODY[]"] {
        let said = a.good(command);
        assert!(said.contains("UID "), "{command}: {said}");
        assert!(said.contains("MODSEQ ("), "{command}: {said}");
    }
    let said = a.good("SELECT INBOX");
    assert_eq!(said.matches("[CLOSED]").count(), 1, "{said}");
}

#[test]
fn no_message_leaves_while_numbers_are_answered_and_none_has_left_that_is_shown() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, mut b) = two(&house, 5, "QRESYNC");
    b.good("STORE 2 +FLAGS.SILENT (\\Deleted)");
    a.good("NOOP");
    b.good("EXPUNGE");
    for command in [
        "UID SEARCH 2:3",
        "UID SEARCH OR SEEN (NOT 4)",
        "UID SORT (ARRIVAL) UTF-8 2:3",
        "UID THREAD REFERENCES UTF-8 2:3",
        "FETCH 1 UID",
    ] {
        let said = a.good(command);
        assert!(!said.contains("VANISHED"), "{command}: {said}");
    }
    let said = a.good("UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)");
    assert!(!said.contains("VANISHED (EARLIER)"), "{said}");
    assert!(said.contains("* VANISHED 2\r\n"), "{said}");
    b.good("STORE 2 +FLAGS.SILENT (\\Deleted)");
    b.good("EXPUNGE");
    let said = a.good("UID SEARCH UID 1:3");
    assert!(said.contains("* VANISHED 3\r\n"), "{said}");
}

#[test]
fn what_another_session_expunged_is_neither_copied_nor_marked() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, mut b) = two(&house, 4, "");
    b.good("STORE 2 +FLAGS.SILENT (\\Deleted)");
    b.good("EXPUNGE");
    let said = a.say("COPY 1:3 Trash").unwrap();
    assert!(said.contains("x NO [EXPUNGEISSUED]"), "{said}");
    assert!(a.good("STATUS Trash (MESSAGES)").contains("MESSAGES 0"));
    let (mut a, mut b) = two(&house, 0, "");
    b.good("STORE 2 +FLAGS.SILENT (\\Deleted)");
    b.good("EXPUNGE");
    let said = a.say("STORE 1:3 +FLAGS (\\Answered)").unwrap();
    assert!(said.contains("x NO [EXPUNGEISSUED]"), "{said}");
    assert!(!said.contains("* 2 FETCH"), "{said}");
    assert_eq!(said.matches("FLAGS (\\Answered)").count(), 2, "{said}");
}

#[test]
fn a_folder_below_inbox_is_found_however_inbox_is_written() {
    let relay = relay();
    let house = House::open(&relay);
    let mut imap = enter(&house);
    imap.good("CREATE Inbox/later");
    for name in ["Inbox/later", "INBOX/later", "inbox/later"] {
        imap.good(&format!("STATUS {name} (MESSAGES)"));
        let said = imap.good(&format!("LIST \"\" {name}"));
        assert!(said.contains("\"/\" \"INBOX/later\"\r\n"), "{said}");
    }
    imap.good("RENAME inBox/later inBox/sooner");
    imap.good("SELECT INBOX/sooner");
    imap.good("DELETE iNBOX/sooner");
}

#[test]
fn whoever_begins_to_count_in_a_selected_mailbox_hears_where_it_stands() {
    let relay = relay();
    let house = House::open(&relay);
    for command in ["FETCH 1 (MODSEQ)", "ENABLE CONDSTORE", "ENABLE QRESYNC"] {
        let (mut a, _) = two(&house, 1, "");
        let said = a.good(command);
        assert!(said.contains("* OK [HIGHESTMODSEQ "), "{command}: {said}");
        let end = said.find("x OK").unwrap();
        assert!(said.find("HIGHESTMODSEQ").unwrap() < end, "{said}");
        // Once.
        let said = a.good("FETCH 1 (MODSEQ)");
        assert!(!said.contains("HIGHESTMODSEQ"), "{command}: {said}");
    }
}

#[test]
fn a_session_in_a_folder_that_was_deleted_is_told_so() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, mut b, mut c) = (enter(&house), enter(&house), enter(&house));
    a.good("CREATE away");
    a.good("SELECT away");
    c.good("SELECT away");
    c.send(b"x IDLE\r\n").unwrap();
    b.good("DELETE away");
    // Whoever waits for news says nothing.
    let _ = a.send(b"x NOOP\r\n");
    for imap in [&mut a, &mut c] {
        let said = imap.rest();
        assert!(said.contains("* BYE The mailbox that was"), "{said}");
    }
    // Whoever turns to another folder goes on.
    b.good("CREATE away");
    b.good("SELECT away");
    b.good("DELETE away");
    b.good("SELECT INBOX");
}

#[test]
fn what_is_asked_for_beyond_the_last_message_is_an_error_and_a_star_is_none() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, _) = two(&house, 2, "");
    for command in ["FETCH 3 UID", "FETCH 1:3 UID", "STORE 9 +FLAGS (\\Seen)"] {
        let said = a.say(command).unwrap();
        assert!(said.contains("x BAD"), "{command}: {said}");
    }
    for command in ["FETCH 1:* UID", "UID FETCH 9 UID", "SEARCH 9"] {
        a.good(command);
    }
    a.good("SELECT Trash");
    a.good("FETCH 1:* UID");
    // A search for a text that looks like a browser's first line.
    a.good("SEARCH SUBJECT HTTP/1.1");
    let said = a.say("CREATE foo (USE (\\Sent))").unwrap();
    assert!(said.contains("x NO [USEATTR]"), "{said}");
}

#[test]
fn a_saved_result_is_what_was_asked_for() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, _) = two(&house, 3, "");
    for (options, saved) in [
        ("SAVE MIN", "* SEARCH 1\r\n"),
        ("SAVE MAX", "* SEARCH 3\r\n"),
        ("SAVE MIN MAX", "* SEARCH 1 3\r\n"),
        ("SAVE MIN COUNT", "* SEARCH 1 2 3\r\n"),
        ("SAVE", "* SEARCH 1 2 3\r\n"),
    ] {
        a.good(&format!("SEARCH RETURN ({options}) ALL"));
        let said = a.good("SEARCH $");
        assert!(said.contains(saved), "{options}: {said}");
    }
    // A search that fails saves nothing.
    let said = a.say("SEARCH RETURN (SAVE) CHARSET KOI8-R ALL").unwrap();
    assert!(said.contains("x NO [BADCHARSET"), "{said}");
    assert!(a.good("SEARCH $").contains("* SEARCH\r\n"));
    a.good("STORE 3 +FLAGS (\\Seen)");
    let first = number(&a.good("FETCH 1 (MODSEQ)"), "MODSEQ (");
    let said = a.good("SEARCH RETURN (MIN) MODSEQ 1");
    assert_eq!(number(&said, "MODSEQ"), first, "{said}");
}

#[test]
fn a_search_for_any_of_fifty_addresses_finds_them_all() {
    let relay = relay();
    let house = House::open(&relay);
    let (mut a, _) = two(&house, 3, "");
    let none = "OR FROM nobody@example.test ".repeat(49);
    let said = a.good(&format!("SEARCH {none}SUBJECT 2"));
    assert!(said.contains("* SEARCH 2\r\n"), "{said}");
    let said = a.good(&format!("SORT (REVERSE ARRIVAL) UTF-8 {none}SUBJECT 3"));
    assert!(said.contains("* SORT 3\r\n"), "{said}");
    let deep = "NOT (ALL ".repeat(20) + "SEEN" + &")".repeat(20);
    let said = a.say(&format!("SEARCH {deep}")).unwrap();
    assert!(said.contains("x NO [LIMIT]"), "{said}");
}

#[test]
fn an_entry_that_has_lost_its_message_is_seen_empty_and_can_be_expunged() {
    let relay = relay();
    let house = House::open(&relay);
    let mut a = enter(&house);
    let store = house.store();
    let mut tx = Tx::new();
    let nowhere = MessageId::new(store.clock().now());
    tx.file(folders::shared(store), nowhere, Flags::default(), None);
    house.run(store.commit(tx)).unwrap();
    let said = a.good("SELECT Shared/INBOX");
    assert!(said.contains("* 1 EXISTS"), "{said}");
    let said = a.good("FETCH 1:* (RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER] BODY[])");
    assert!(said.contains("RFC822.SIZE 0 "), "{said}");
    assert!(said.contains("BODY[] {0}\r\n"), "{said}");
    a.good("STORE 1 +FLAGS (\\Deleted)");
    let said = a.good("EXPUNGE");
    assert!(said.contains("* 1 EXPUNGE"), "{said}");
}
