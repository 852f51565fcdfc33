//! What we write is read back by the codec, which was written by others.

use crate::model::{Flags, Keyword, System};
use crate::wire::imap::answer::{self, Answer, Code, Found, Listed, Node, Row};
use crate::wire::imap::command::{Item, Label, Returns, Section, Special, StatusItem, Wanted};
use crate::wire::imap::dialect::Dialect;
use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder as _;
use jiff::Timestamp;

/// What a function appends, checked to be one response that the codec reads.
fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let text = raw(write);
    let read = ResponseCodec::default().decode(text.as_bytes());
    assert!(
        matches!(read, Ok((rest, _)) if rest.is_empty()),
        "{text:?} is not read"
    );
    text.trim_end().to_owned()
}

fn raw(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("it is UTF-8")
}

fn keywords(words: &[&str]) -> Vec<Keyword> {
    words.iter().filter_map(|w| Keyword::new(w)).collect()
}

#[test]
fn data_about_a_mailbox_is_written_as_the_standard_writes_it() {
    let forwarded = keywords(&["$Forwarded"]);
    assert_eq!(written(|o| answer::exists(o, 23)), "* 23 EXISTS");
    assert_eq!(written(|o| answer::recent(o, Dialect::Rev1)), "* 0 RECENT");
    assert_eq!(written(|o| answer::expunge(o, 44)), "* 44 EXPUNGE");
    assert_eq!(
        raw(|o| answer::vanished(o, true, &[300, 301, 303])),
        "* VANISHED (EARLIER) 300:301,303\r\n"
    );
    assert_eq!(raw(|o| answer::vanished(o, false, &[])), "");
    assert_eq!(
        written(|o| answer::flags(o, &forwarded)),
        "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded)"
    );
    assert_eq!(
        written(|o| answer::enabled(o, &["CONDSTORE", "QRESYNC"])),
        "* ENABLED CONDSTORE QRESYNC"
    );
    assert_eq!(
        written(|o| answer::status(
            o,
            Dialect::Rev1,
            "Patients/ñ",
            &[(StatusItem::Messages, 231), (StatusItem::UidNext, 44292)]
        )),
        "* STATUS \"Patients/&APE-\" (MESSAGES 231 UIDNEXT 44292)"
    );
    assert_eq!(
        written(|o| answer::id(o, &[("name", "Sealpost"), ("x", "\"")])),
        "* ID (\"name\" \"Sealpost\" \"x\" \"\\\"\")"
    );
    assert_eq!(
        written(|o| answer::namespace(o, Dialect::Rev1, None)),
        "* NAMESPACE ((\"\" \"/\")) NIL NIL"
    );
    assert_eq!(
        written(|o| answer::namespace(o, Dialect::Rev1, Some("Shared/"))),
        "* NAMESPACE ((\"\" \"/\")) NIL ((\"Shared/\" \"/\"))"
    );
}

#[test]
fn a_mailbox_is_listed_with_what_is_known_of_it() {
    let sent = Listed {
        name: "Sent",
        children: Some(false),
        subscribed: true,
        special: Some(Special::Sent),
        ..Listed::default()
    };
    assert_eq!(
        written(|o| answer::list(o, Dialect::Rev1, false, &sent)),
        "* LIST (\\HasNoChildren \\Subscribed \\Sent) \"/\" \"Sent\""
    );
    let gone = Listed {
        name: "old",
        non_existent: true,
        ..Listed::default()
    };
    assert_eq!(
        written(|o| answer::list(o, Dialect::Rev1, true, &gone)),
        "* LSUB (\\NonExistent) \"/\" \"old\""
    );
    assert_eq!(
        written(|o| answer::list(o, Dialect::Rev1, false, &Listed::default())),
        "* LIST (\\Noselect) \"/\" \"\""
    );
    let above = Listed {
        name: "Patients",
        no_select: true,
        subscribed_within: true,
        ..Listed::default()
    };
    assert_eq!(
        raw(|o| answer::list(o, Dialect::Rev1, false, &above)),
        "* LIST (\\Noselect) \"/\" \"Patients\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n"
    );
}

#[test]
fn what_was_found_is_told_in_the_form_that_was_asked_for() {
    let found = Found {
        numbers: &[2, 3, 6],
        uid: true,
        modseq: Some(917),
    };
    assert_eq!(
        written(|o| answer::search(o, &found)),
        "* SEARCH 2 3 6 (MODSEQ 917)"
    );
    assert_eq!(written(|o| answer::sort(o, &[6, 2])), "* SORT 6 2");
    let all = Returns {
        min: true,
        max: true,
        all: true,
        count: true,
        save: true,
    };
    assert_eq!(
        raw(|o| answer::esearch(o, "A1", all, &found)),
        "* ESEARCH (TAG \"A1\") UID MIN 2 MAX 6 ALL 2:3,6 COUNT 3 MODSEQ 917\r\n"
    );
    let none = Found {
        numbers: &[],
        uid: false,
        modseq: Some(1),
    };
    // RFC 4731 §3.1: MIN, MAX and ALL are left out where nothing is found.
    assert_eq!(
        raw(|o| answer::esearch(o, "A1", all, &none)),
        "* ESEARCH (TAG \"A1\") COUNT 0\r\n"
    );
    assert_eq!(written(|o| answer::search(o, &none)), "* SEARCH");
    let save = Returns {
        save: true,
        ..Returns::default()
    };
    assert_eq!(raw(|o| answer::esearch(o, "A1", save, &found)), "");
}

#[test]
fn threads_are_nested_as_the_standard_nests_them() {
    let node = |number, answers: &[usize]| Node {
        number,
        answers: answers.to_vec(),
    };
    // RFC 5256 §4: (2)(3 6 (4 23)(44 7 96)).
    let nodes = [
        node(2, &[]),
        node(3, &[2]),
        node(6, &[3, 5]),
        node(4, &[4]),
        node(23, &[]),
        node(44, &[6]),
        node(7, &[7]),
        node(96, &[]),
    ];
    assert_eq!(
        written(|o| answer::thread(o, &[0, 1], &nodes)),
        "* THREAD (2)(3 6 (4 23)(44 7 96))"
    );
    let missing = [node(0, &[1, 2]), node(3, &[]), node(5, &[])];
    assert_eq!(
        written(|o| answer::thread(o, &[0], &missing)),
        "* THREAD ((3)(5))"
    );
    assert_eq!(raw(|o| answer::thread(o, &[], &[])), "* THREAD\r\n");
    let long: Vec<Node> = (0..100_000)
        .map(|n| node(n + 1, &[n as usize + 1]))
        .collect();
    assert!(raw(|o| answer::thread(o, &[0], &long)).ends_with(" 100000)\r\n"));
}

#[test]
fn an_answer_carries_its_code_and_stays_on_its_line() {
    let tagged = |answer: Answer| written(|o| answer::tagged(o, "a1", &answer));
    for (code, text) in [
        (Code::UidValidity(7), "[UIDVALIDITY 7]"),
        (Code::UidNext(8), "[UIDNEXT 8]"),
        (Code::Unseen(3), "[UNSEEN 3]"),
        (Code::HighestModSeq(9), "[HIGHESTMODSEQ 9]"),
        (Code::AppendUid(1, 2), "[APPENDUID 1 2]"),
        (
            Code::CopyUid {
                uid_validity: 1,
                from: vec![1, 2, 9],
                to: vec![3, 4, 5],
            },
            "[COPYUID 1 1:2,9 3:5]",
        ),
        (Code::Modified(vec![7, 9]), "[MODIFIED 7,9]"),
        (Code::BadCharset, "[BADCHARSET (US-ASCII UTF-8)]"),
        (Code::PermanentFlags(None), "[PERMANENTFLAGS ()]"),
        (
            Code::PermanentFlags(Some(keywords(&["x"]))),
            "[PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft x \\*)]",
        ),
        (Code::TryCreate, "[TRYCREATE]"),
        (Code::ReadOnly, "[READ-ONLY]"),
        (Code::Closed, "[CLOSED]"),
        (Code::OverQuota, "[OVERQUOTA]"),
        (Code::HasChildren, "[HASCHILDREN]"),
        (Code::UnknownCte, "[UNKNOWN-CTE]"),
        (Code::AuthenticationFailed, "[AUTHENTICATIONFAILED]"),
    ] {
        assert_eq!(
            tagged(Answer::ok("Done.").with(code)),
            format!("a1 OK {text} Done.")
        );
    }
    assert_eq!(tagged(Answer::no("ñ\r\na2 OK")), "a1 NO n  a2 OK");
    assert_eq!(tagged(Answer::bad("")), "a1 BAD -");
}

#[test]
fn a_message_is_told_item_by_item() {
    let flags = Flags {
        system: System::SEEN.with(System::ANSWERED),
        keywords: keywords(&["$Forwarded"]),
    };
    let section = |path: &[u32], wanted, partial| Section {
        path: path.to_vec(),
        wanted,
        partial,
        peek: true,
        label: Label::Body,
    };
    let fields = Wanted::Fields {
        names: vec!["Subject".to_owned(), "x y".to_owned()],
        except: true,
    };
    let text = written(|out| {
        let mut row = Row::begin(out, 12);
        row.uid(out, 4827313);
        row.modseq(out, 65402);
        row.flags(out, &flags);
        row.size(out, 4286);
        row.internal_date(out, Timestamp::from_second(1_700_000_000).unwrap());
        row.rendered(
            out,
            &Item::Envelope,
            b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
        );
        row.rendered(out, &Item::Flags, b"not this");
        row.section(out, &section(&[1, 2], Wanted::Mime, None), 3);
        out.extend_from_slice(b"abc");
        row.section(out, &section(&[], fields, Some((5, 9))), 0);
        row.no_section(out, &section(&[7], Wanted::All, None));
        Row::end(out);
    });
    assert_eq!(
        text,
        "* 12 FETCH (UID 4827313 MODSEQ (65402) FLAGS (\\Answered \\Seen $Forwarded) \
         RFC822.SIZE 4286 INTERNALDATE \"14-Nov-2023 22:13:20 +0000\" \
         ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODY[1.2.MIME] {3}\r\nabc \
         BODY[HEADER.FIELDS.NOT (Subject \"x y\")]<5> {0}\r\n BODY[7] NIL)"
    );
}

#[test]
fn a_string_goes_quoted_or_as_a_literal() {
    let string = |octets: &[u8]| {
        let mut out = Vec::new();
        answer::nstring(&mut out, Some(octets));
        String::from_utf8_lossy(&out).into_owned()
    };
    assert_eq!(string(b"a \"b\" \\"), r#""a \"b\" \\""#);
    assert_eq!(string(b""), "\"\"");
    assert_eq!(string("é".as_bytes()), "{2}\r\né");
    assert_eq!(string(b"a\r\nb"), "{4}\r\na\r\nb");
    assert_eq!(string(b"a\0b"), "{3}\r\na?b");
    assert!(string(&[b'x'; 5_000]).starts_with("{5000}\r\n"));
    assert_eq!(raw(|o| answer::nstring(o, None)), "NIL");
}

#[test]
fn a_day_of_one_digit_has_a_space_before_it() {
    let date = |seconds| {
        raw(|out| {
            Row::begin(out, 1).internal_date(out, Timestamp::from_second(seconds).unwrap());
        })
    };
    assert!(date(0).ends_with("\" 1-Jan-1970 00:00:00 +0000\""));
    assert!(date(-70_000_000_000).ends_with("\" 1-Jan-1970 00:00:00 +0000\""));
}

#[test]
fn to_a_client_of_rev2_names_are_utf_8_and_nothing_is_recent() {
    let new = Dialect::Rev2;
    assert_eq!(raw(|o| answer::recent(o, new)), "");
    assert_eq!(
        written(|o| answer::status(o, new, "R&D/ñ \"x\"", &[(StatusItem::Deleted, 2)])),
        "* STATUS \"R&D/ñ \\\"x\\\"\" (DELETED 2)"
    );
    let kept = Listed {
        name: "INBOX/später",
        old_name: Some("inbox/später"),
        ..Listed::default()
    };
    assert_eq!(
        raw(|o| answer::list(o, new, false, &kept)),
        "* LIST () \"/\" \"INBOX/später\" (\"OLDNAME\" (\"inbox/später\"))\r\n"
    );
    assert_eq!(
        written(|o| answer::namespace(o, new, Some("Geteiltes für alle/"))),
        "* NAMESPACE ((\"\" \"/\")) NIL ((\"Geteiltes für alle/\" \"/\"))"
    );
    let long = "ñ".repeat(501);
    let said = raw(|o| answer::status(o, new, &long, &[]));
    assert!(said.starts_with("* STATUS {1002}\r\nñ"));
}

#[test]
fn a_decoded_part_says_its_size_and_has_a_literal_for_octets_with_a_nul() {
    let part = |wanted, partial| Section {
        partial,
        ..Section::peek(vec![1, 2], wanted)
    };
    let text = written(|out| {
        let mut row = Row::begin(out, 3);
        row.section(out, &part(Wanted::Decoded, None), 1);
        out.push(b'x');
        row.decoded_size(out, &part(Wanted::DecodedSize, None), 9);
        row.no_section(out, &part(Wanted::Decoded, None));
        row.no_section(out, &part(Wanted::DecodedSize, None));
        row.section_with_nul(out, &part(Wanted::Decoded, None), 2);
        out.extend_from_slice(b"a\0");
        Row::end(out);
    });
    assert_eq!(
        text,
        "* 3 FETCH (BINARY[1.2] {1}\r\nx BINARY.SIZE[1.2] 9 BINARY[1.2] NIL \
         BINARY.SIZE[1.2] 0 BINARY[1.2] ~{2}\r\na\0)"
    );
    let said = raw(|out| {
        let section = part(Wanted::Decoded, Some((7, 5)));
        Row::begin(out, 1).section_with_nul(out, &section, 5);
    });
    assert_eq!(said, "* 1 FETCH (BINARY[1.2]<7> ~{5}\r\n");
}
