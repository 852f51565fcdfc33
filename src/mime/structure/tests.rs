//! What IMAP says of a message, rule by rule.

use super::scan::{MAX_DEPTH, MAX_SECTIONS};
use super::{Card, Form, Wanted, card, fields};
use crate::mime::index::Indexer;
use proptest::prelude::*;
use std::ops::Range;

fn lines(text: &str) -> String {
    text.replace('\n', "\r\n")
}

fn shown(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

fn envelope(header: &str) -> String {
    shown(&card(lines(header).as_bytes()).envelope)
}

fn structure(message: &str) -> String {
    shown(&card(lines(message).as_bytes()).body_structure)
}

#[test]
fn an_envelope_is_what_the_header_says() {
    assert_eq!(
        envelope(concat!(
            "Date: Sun, 22 Nov 2026 10:00:00 -0800\nSubject: IMAP4rev1 WG\n\tmtg \"minutes\"\n",
            "From: \"Terry Gray\" <gray@cac.example>\nSender: t@cac.example\nTo: imap@cac.example,\n",
            " (John \"K\") klensin@mit.example\nCc: minutes@cnri.example\nMessage-Id: <B27@cac.example>\n",
            "In-Reply-To: <B26@cac.example>\n\n"
        )),
        concat!(
            r#"("Sun, 22 Nov 2026 10:00:00 -0800" "IMAP4rev1 WG mtg \"minutes\"" "#,
            r#"(("Terry Gray" NIL "gray" "cac.example")) ((NIL NIL "t" "cac.example")) "#,
            r#"(("Terry Gray" NIL "gray" "cac.example")) ((NIL NIL "imap" "cac.example")"#,
            r#"("John \"K\"" NIL "klensin" "mit.example")) ((NIL NIL "minutes" "cnri.example")) "#,
            r#"NIL "<B26@cac.example>" "<B27@cac.example>")"#
        )
    );
}

#[test]
fn an_envelope_of_nothing_is_all_nil() {
    let nothing = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
    for header in [
        "",
        "\n",
        "X: y\n\n",
        "Subject:\nFrom:\nTo: \n\n",
        "no field\n\n",
    ] {
        assert_eq!(envelope(header), nothing, "{header:?}");
    }
}

#[test]
fn an_empty_sender_and_reply_to_are_the_author() {
    let list = r#"((NIL NIL "a" "b.example"))"#;
    let all = format!("(NIL NIL {list} {list} {list} NIL NIL NIL NIL NIL)");
    assert_eq!(envelope("From: a@b.example\nSender:\nReply-To: ,\n\n"), all);
}

#[test]
fn what_is_no_ascii_is_a_literal() {
    assert_eq!(
        envelope("Subject: Se\u{f1}ora\n\n"),
        "(NIL {7}\r\nSe\u{f1}ora NIL NIL NIL NIL NIL NIL NIL NIL)"
    );
    // Windows-1252 becomes UTF-8; NUL has no place in IMAP; other controls have.
    let card = card(b"Subject: \xd1\0\x01 \\\r\n\r\n");
    assert_eq!(
        shown(&card.envelope),
        "(NIL {5}\r\n\u{d1}\u{1} \\ NIL NIL NIL NIL NIL NIL NIL NIL)"
    );
}

#[test]
fn address_lists_are_read_as_far_as_they_can_be() {
    for (list, shown) in [
        ("a@b.example", r#"(NIL NIL "a" "b.example")"#),
        ("Jane <a@b.example>", r#"("Jane" NIL "a" "b.example")"#),
        (r#""Doe, \"J\"" <a@b>"#, r#"("Doe, \"J\"" NIL "a" "b")"#),
        ("Dr. J.  Doe <a@b>", r#"("Dr. J. Doe" NIL "a" "b")"#),
        (
            "=?utf-8?q?Doe,_Jane?= <a@b>",
            r#"("=?utf-8?q?Doe,_Jane?=" NIL "a" "b")"#,
        ),
        (r#""jane doe"@b"#, r#"(NIL NIL "jane doe" "b")"#),
        ("a@[192.0.2.1]", r#"(NIL NIL "a" "[192.0.2.1]")"#),
        ("jane . doe @ b", r#"(NIL NIL "jane.doe" "b")"#),
        ("<@x,@y:a@b>", r#"(NIL "@x,@y" "a" "b")"#),
        ("a@b (Jane (Doe))", r#"("Jane (Doe)" NIL "a" "b")"#),
        (
            "Team: a@b, Bob <c@d>;, e@f",
            r#"(NIL NIL "Team" NIL)(NIL NIL "a" "b")("Bob" NIL "c" "d")(NIL NIL NIL NIL)(NIL NIL "e" "f")"#,
        ),
        (
            "undisclosed-recipients:;",
            r#"(NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)"#,
        ),
        (
            "open: a@b",
            r#"(NIL NIL "open" NIL)(NIL NIL "a" "b")(NIL NIL NIL NIL)"#,
        ),
        ("jane", r#"(NIL NIL "jane" "MISSING_DOMAIN")"#),
        (
            "Jane Doe",
            r#"("Jane Doe" NIL "MISSING_MAILBOX" "MISSING_DOMAIN")"#,
        ),
        (
            "Jane <>",
            r#"("Jane" NIL "MISSING_MAILBOX" "MISSING_DOMAIN")"#,
        ),
        ("Jane Doe a@b", r#"("Jane Doe" NIL "a" "b")"#),
        (
            "Jane <a@b, Bob <c@d>",
            r#"("Jane" NIL "a" "b")("Bob" NIL "c" "d")"#,
        ),
        ("\"open <a@b>", r#"(NIL NIL "open <a@b>" "MISSING_DOMAIN")"#),
    ] {
        let own = format!("(NIL NIL NIL NIL NIL ({shown}) NIL NIL NIL NIL)");
        assert_eq!(envelope(&format!("To: {list}\n\n")), own, "{list}");
    }
}

#[test]
fn a_field_that_stands_twice_hides_nobody() {
    assert!(
        envelope("From: a@b\nFrom: c@d\n\n")
            .starts_with(r#"(NIL NIL ((NIL NIL "a" "b")(NIL NIL "c" "d")) "#)
    );
}

#[test]
fn a_text_without_a_type_is_plain_ascii() {
    assert_eq!(
        structure("Subject: x\n\none\ntwo\n"),
        r#"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2 NIL NIL NIL NIL)"#
    );
    let card = card(b"Subject: x\r\n\r\none");
    assert_eq!(
        shown(&card.body),
        r#"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0)"#
    );
}

#[test]
fn a_part_says_everything_its_header_says() {
    assert_eq!(
        structure(concat!(
            "Content-Type: APPLICATION/PDF; Name=\"a;b\\\"c.pdf\" (comment); x=report(1).pdf ;y = z\n",
            "Content-ID: <1@x>\nContent-Description: The\n report\nContent-Transfer-Encoding: BASE64\n",
            "Content-Disposition: Attachment;\n filename*0*=utf-8'es'Informe%20;\n filename*1=\"100%\"; size=3\n",
            "Content-Language: es, en\nContent-Location: http://x.example/a\n\nJVB\n"
        )),
        concat!(
            r#"("application" "pdf" ("name" "a;b\"c.pdf" "x" "report(1).pdf" "y" "z") "<1@x>" "The report" "base64" 5 "#,
            r#"NIL ("attachment" ("size" "3" "filename*" "utf-8'es'Informe%20100%25")) ("es" "en") "http://x.example/a")"#
        )
    );
}

#[test]
fn parameters_in_pieces_are_joined_in_their_order() {
    let structure = structure(
        "Content-Type: text/csv; name*1=b; name*10=k; name*0=a; name*2=c; charset=utf-8\n\n",
    );
    assert!(
        structure.starts_with(r#"("text" "csv" ("charset" "utf-8" "name" "abck") "#),
        "{structure}"
    );
}

#[test]
fn a_multipart_shows_its_parts_and_then_itself() {
    assert_eq!(
        structure(concat!(
            "Content-Type: multipart/mixed; boundary=m\n\npreamble\n--m\nContent-Type: multipart/alternative; boundary=a\n\n",
            "--a\n\nHi\n--a\nContent-Type: text/html; charset=utf-8\n\n<p>\n--a--\n--m\nContent-Type: image/gif\n\n--m--\nepilogue\n"
        )),
        concat!(
            r#"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 2 0 NIL NIL NIL NIL)"#,
            r#"("text" "html" ("charset" "utf-8") NIL NIL "7bit" 3 0 NIL NIL NIL NIL) "alternative" ("boundary" "a") NIL NIL NIL)"#,
            r#"("image" "gif" NIL NIL NIL "7bit" 0 NIL NIL NIL NIL) "mixed" ("boundary" "m") NIL NIL NIL)"#
        )
    );
}

#[test]
fn a_message_in_a_message_has_an_envelope_of_its_own() {
    assert_eq!(
        structure(
            "Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: one\nFrom: a@b\n\nx\ny\n--d\nContent-Type: text/plain\n\n--d--\n"
        ),
        concat!(
            r#"(("message" "rfc822" NIL NIL NIL "7bit" 31 (NIL "one" ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL) "#,
            r#"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1 NIL NIL NIL NIL) 4 NIL NIL NIL NIL)"#,
            r#"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL) "digest" ("boundary" "d") NIL NIL NIL)"#
        )
    );
}

#[test]
fn a_container_of_nothing_has_an_empty_text() {
    let empty = r#"("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)"#;
    for message in [
        "Content-Type: multipart/mixed; boundary=m\n\n",
        "Content-Type: multipart/mixed; boundary=m\n\nno delimiter\n",
        "Content-Type: multipart/mixed; boundary=m\n\n--m--\n",
        "Content-Type: multipart/mixed; boundary=m\n",
    ] {
        assert_eq!(
            structure(message),
            format!(r#"({empty} "mixed" ("boundary" "m") NIL NIL NIL)"#)
        );
    }
    let nothing = "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
    assert_eq!(
        structure("Content-Type: message/rfc822\n\n"),
        format!(r#"("message" "rfc822" NIL NIL NIL "7bit" 0 {nothing} {empty} 0 NIL NIL NIL NIL)"#)
    );
}

#[test]
fn a_multipart_that_names_no_boundary_is_octets() {
    assert_eq!(
        structure("Content-Type: multipart/mixed; x=y\n\n--m\n\nHi\n"),
        r#"("application" "octet-stream" NIL NIL NIL "7bit" 11 NIL NIL NIL NIL)"#
    );
}

/// The example of RFC 3501 §6.4.5.
fn example() -> String {
    lines(concat!(
        "Subject: all\nContent-Type: multipart/mixed; boundary=a\n\n",
        "--a\n\nbody 1\n--a\nContent-Type: application/octet-stream\n\nbody 2\n",
        "--a\nContent-Type: message/rfc822\n\nSubject: three\nContent-Type: multipart/mixed; boundary=b\n\n",
        "--b\n\nbody 3.1\n--b\nContent-Type: application/octet-stream\n\nbody 3.2\n--b--\n",
        "--a\nContent-Type: multipart/mixed; boundary=c\n\n",
        "--c\nContent-Type: image/gif\n\nbody 4.1\n",
        "--c\nContent-Type: message/rfc822\n\nSubject: four two\nContent-Type: multipart/mixed; boundary=d\n\n",
        "--d\n\nbody 4.2.1\n--d\nContent-Type: multipart/alternative; boundary=e\n\n",
        "--e\n\nbody 4.2.2.1\n--e\nContent-Type: text/richtext\n\nbody 4.2.2.2\n--e--\n--d--\n--c--\n--a--\n"
    ))
}

fn part<'m>(message: &'m str, path: &[u32], wanted: Wanted) -> Option<&'m str> {
    let Range { start, end } = card(message.as_bytes()).find(path, wanted)?;
    message.get(usize::try_from(start).unwrap()..usize::try_from(end).unwrap())
}

#[test]
fn every_part_has_the_number_that_the_standard_gives_it() {
    let message = example();
    for path in [
        &[1][..],
        &[2],
        &[3, 1],
        &[3, 2],
        &[4, 1],
        &[4, 2, 1],
        &[4, 2, 2, 1],
        &[4, 2, 2, 2],
    ] {
        let numbers: Vec<String> = path.iter().map(u32::to_string).collect();
        let body = format!("body {}", numbers.join("."));
        assert_eq!(part(&message, path, Wanted::All), Some(body.as_str()));
    }
    for path in [
        &[0][..],
        &[5],
        &[1, 1],
        &[2, 1],
        &[3, 3],
        &[3, 1, 1],
        &[4, 2, 2, 3],
        &[1, 0],
    ] {
        assert_eq!(part(&message, path, Wanted::All), None, "{path:?}");
    }
}

#[test]
fn header_text_and_mime_are_of_what_the_standard_says() {
    let message = example();
    let begins = |path: &[u32], wanted, with: &str| {
        let found = part(&message, path, wanted);
        assert!(
            found.is_some_and(|f| f.starts_with(with)),
            "{path:?} {wanted:?}"
        );
    };
    assert_eq!(part(&message, &[], Wanted::All), Some(message.as_str()));
    let header = part(&message, &[], Wanted::Header).unwrap();
    assert!(header.ends_with("boundary=a\r\n\r\n"));
    begins(&[], Wanted::Text, "--a\r\n");
    begins(&[3], Wanted::Header, "Subject: three\r\n");
    begins(&[3], Wanted::Text, "--b\r\n");
    begins(&[3], Wanted::All, "Subject: three\r\n");
    begins(&[4, 2], Wanted::Header, "Subject: four two");
    for (path, mime) in [
        (&[][..], None),
        (&[1], Some("\r\n")),
        (&[2], Some("Content-Type: application/octet-stream\r\n\r\n")),
        (&[3], Some("Content-Type: message/rfc822\r\n\r\n")),
    ] {
        assert_eq!(part(&message, path, Wanted::Mime), mime);
    }
    // Only a message has a header and a text.
    for path in [&[1][..], &[4], &[4, 1]] {
        assert_eq!(part(&message, path, Wanted::Header), None);
        assert_eq!(part(&message, path, Wanted::Text), None);
    }
}

#[test]
fn a_message_of_one_part_is_its_part_one() {
    let single = "Subject: x\r\n\r\nHello\r\n";
    assert_eq!(part(single, &[1], Wanted::All), Some("Hello\r\n"));
    assert_eq!(part(single, &[1], Wanted::Mime), Some("Subject: x\r\n\r\n"));
    assert_eq!(part(single, &[1, 1], Wanted::All), None);
    assert_eq!(part(single, &[2], Wanted::All), None);
    let forwarded = "Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nHello\r\n";
    assert_eq!(
        part(forwarded, &[1], Wanted::All),
        Some("Subject: in\r\n\r\nHello\r\n")
    );
    assert_eq!(
        part(forwarded, &[1], Wanted::Header),
        Some("Subject: in\r\n\r\n")
    );
    assert_eq!(part(forwarded, &[1, 1], Wanted::All), Some("Hello\r\n"));
    assert_eq!(part(forwarded, &[1, 1, 1], Wanted::All), None);
}

#[test]
fn fields_are_picked_as_they_were_written() {
    let header = b"A: 1\r\nb: 2\r\n folded\r\nA : 3\r\nno colon\r\nC:4\r\n\r\nA: body\r\n";
    assert_eq!(
        shown(&fields(header, &["a"], false)),
        "A: 1\r\nA : 3\r\n\r\n"
    );
    assert_eq!(
        shown(&fields(header, &["B", "c"], false)),
        "b: 2\r\n folded\r\nC:4\r\n\r\n"
    );
    assert_eq!(
        shown(&fields(header, &["A", "C"], true)),
        "b: 2\r\n folded\r\nno colon\r\n\r\n"
    );
    assert_eq!(
        shown(&fields(header, &[], true)),
        shown(&header[..header.len() - 9])
    );
    assert_eq!(shown(&fields(header, &["x"], false)), "\r\n");
    assert_eq!(shown(&fields(b"A: cut", &["a"], false)), "A: cut\r\n\r\n");
}

#[test]
fn words_are_decoded_folded_and_dated() {
    let message = lines(concat!(
        "From: =?utf-8?q?Mar=C3=8DA_Ruiz?= <Ruiz@Clinic.example>\nTo: \"Doe, J\" <Jane@x>, bob@y\nCc: Team: Zoe@z;\n",
        "Subject: RE: =?iso-8859-1?q?An=E1lisis?=\n de sangre\nDate: Mon, 23 Nov 2026 01:30:00 +0200\n",
        "Message-ID: <1@x>\nReferences: <a@x>\n <b@x>\n\n"
    ));
    let words = card(message.as_bytes()).words;
    assert_eq!(words.from, "maría ruiz <ruiz@clinic.example>");
    assert_eq!(words.to, "\"doe, j\" <jane@x>, bob@y");
    assert_eq!(words.subject, "re: análisis de sangre");
    assert_eq!(
        (words.first_from.as_str(), words.first_to.as_str()),
        ("ruiz", "jane")
    );
    assert_eq!(words.first_cc, "zoe");
    assert_eq!(
        (words.message_id.as_str(), words.references.as_str()),
        ("<1@x>", "<a@x> <b@x>")
    );
    let sent = words.sent.unwrap();
    let instant: jiff::Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
    assert_eq!(sent.at, instant.as_second());
    let epoch = jiff::civil::date(1970, 1, 1);
    let day = jiff::civil::date(2026, 11, 23) - epoch;
    assert_eq!(sent.day, i64::from(day.get_days()));
    assert_eq!(card(b"Date: soon\r\n\r\n").words.sent, None);
    let old = card(b"Date: 22 Nov 26 18:30 EST\r\n\r\n")
        .words
        .sent
        .unwrap();
    assert_eq!(old.at, instant.as_second());
    assert_eq!(old.day, sent.day - 1);
}

#[test]
fn bare_line_feeds_are_line_breaks_too() {
    let message = example();
    let bare = message.replace("\r\n", "\n");
    for path in [&[1][..], &[4, 2, 2, 2]] {
        assert_eq!(
            part(&bare, path, Wanted::All),
            part(&message, path, Wanted::All)
        );
    }
}

#[test]
fn a_card_is_kept_and_an_older_one_is_not_read() {
    let made = card(example().as_bytes());
    let mut kept = made.to_octets();
    assert_eq!(Card::from_octets(&kept), Some(made));
    kept[0] += 1;
    assert_eq!(Card::from_octets(&kept), None);
    assert_eq!(Card::from_octets(&[]), None);
    assert_eq!(Card::from_octets(&[1, 200, 1]), None);
}

#[test]
fn what_is_deeper_than_mail_is_one_opaque_part() {
    let deep: String = (0..1000)
        .map(|n| match n % 2 {
            0 => format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"),
            _ => "Content-Type: message/rfc822\r\n\r\n".to_owned(),
        })
        .collect();
    let made = card(deep.as_bytes());
    assert_eq!(made.sections.len(), MAX_DEPTH + 1);
    let last = made.sections.last().unwrap();
    assert_eq!(
        (last.form, last.kind.as_str()),
        (Form::Leaf, "application/octet-stream")
    );
    assert_eq!(last.body.end, made.size);
}

#[test]
fn what_has_more_parts_than_mail_ends_in_one_long_part() {
    let many = format!(
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n{}--m--\r\nepilogue\r\n",
        "--m\r\n\r\nx\r\n".repeat(5000)
    );
    let made = card(many.as_bytes());
    assert_eq!(made.sections.len(), MAX_SECTIONS);
    let last = made.sections.last().unwrap();
    let close = u64::try_from(many.find("--m--").unwrap()).unwrap();
    assert_eq!(last.body.end, close - 2);
}

#[test]
fn a_header_without_measure_makes_no_card_without_measure() {
    let address = format!("To: {}\r\n", "a,".repeat(100_000));
    let made = card(format!("{address}Subject: x\r\n\r\nbody").as_bytes());
    assert!(made.envelope.len() < 200_000);
    let long = format!("X: {}\r\nSubject: x\r\n\r\nbody", "y".repeat(2_000_000));
    let made = card(long.as_bytes());
    assert_eq!(made.words.subject, "");
    assert_eq!(made.find(&[], Wanted::Text), Some(made.size - 4..made.size));
    for hostile in [
        "=?u8?q?a ",
        "=?",
        "a*1=b;",
        "(",
        "<",
        "\"",
        "[",
        "a@",
        ":",
        "; ",
    ] {
        let value = hostile.repeat(200_000 / hostile.len());
        for name in [
            "Subject",
            "From",
            "Content-Type: a/b; x",
            "Content-Disposition",
        ] {
            let _ = card(format!("{name}: {value}\r\n\r\n").as_bytes());
        }
    }
}

/// Messages of a few parts, some of them broken.
fn message() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "--m\r\n",
        "--m--\r\n",
        "--n\r\n",
        "--n--\r\n",
        "\r\n",
        "text\r\n",
        "--",
        "\n",
        "--m",
        "Subject: x\r\n",
        "From: a@b, (c\r\n",
        "Content-Type: text/html\r\n",
        "Content-Type: message/rfc822\r\n",
        "Content-Type: multipart/digest; boundary=n\r\n",
        "Content-Disposition: attachment; filename=a.txt\r\n",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|p| {
        format!(
            "Content-Type: multipart/mixed; boundary=m\r\n\r\n{}",
            p.concat()
        )
    })
}

/// Every section lies within the one that holds it, behind the one before it.
fn holds(made: &Card) {
    for (at, section) in made.sections.iter().enumerate() {
        assert!(section.header.start <= section.header.end);
        assert_eq!(section.header.end, section.body.start);
        assert!(section.body.start <= section.body.end && section.body.end <= made.size);
        let mut before = made.sections[..at].iter().rev();
        let parent = before.find(|other| other.depth < section.depth);
        if let Some(parent) = parent {
            assert_eq!(parent.depth + 1, section.depth);
            assert!(parent.body.start <= section.header.start);
            assert!(section.body.end <= parent.body.end, "{:?}", made.sections);
        } else {
            assert_eq!((at, section.header.start), (0, 0));
        }
    }
    for pair in made.sections.windows(2) {
        assert!(pair[0].header.end <= pair[1].header.start);
    }
}

proptest! {
    #[test]
    fn every_part_lies_within_its_parent(message in message()) {
        let made = card(message.as_bytes());
        holds(&made);
        prop_assert_eq!(Card::from_octets(&made.to_octets()), Some(made));
    }

    #[test]
    fn no_octets_upset_the_reader(octets: Vec<u8>) {
        holds(&card(&octets));
    }

    #[test]
    fn the_portal_finds_the_same_parts(message in message()) {
        let no_message = !message.contains("rfc822") && !message.contains("digest");
        if no_message && message.replace("\r\n", "").find('\n').is_none() {
            let split = message.find("\r\n\r\n").unwrap() + 4;
            let mut indexer = Indexer::new(&message.as_bytes()[..split]);
            indexer.write(&message.as_bytes()[split..]).unwrap();
            let made = card(message.as_bytes());
            for part in indexer.finish().unwrap().parts {
                let body = part.offset..part.offset + part.length;
                let same = made.sections.iter().any(|s| s.body == body && s.kind == part.kind);
                prop_assert!(same, "{:?} is missing among {:?}", part, made.sections);
            }
        }
    }
}

#[test]
fn every_seed_keeps_its_parts_within() {
    for folder in ["tests/fuzz/corpus/message", "tests/fuzz/corpus/structure"] {
        for seed in std::fs::read_dir(folder).unwrap() {
            holds(&card(&std::fs::read(seed.unwrap().path()).unwrap()));
        }
    }
}
