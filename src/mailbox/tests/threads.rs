//! THREAD=REFERENCES (RFC 5256 §3), step 5: conversations of one subject.

use super::{Bench, letter};
use crate::wire::imap::answer;
use crate::wire::imap::command::Threading;

/// The conversations of messages that come in this order: a subject, and whom
/// they refer to.
async fn threads(messages: &[(&str, &str)]) -> String {
    let bench = Bench::new().await;
    let view = bench.view("INBOX").await;
    for (n, (subject, refers)) in (1..).zip(messages) {
        let text = letter(n, subject, "x");
        let field = format!("\r\nReferences: {refers}\r\n\r\n");
        let text = match *refers {
            "" => text,
            _ => text.replacen("\r\n\r\n", &field, 1),
        };
        bench.put("INBOX", &text).await;
    }
    let shown = view.newest();
    let places: Vec<u32> = (1..=shown.exists()).collect();
    let found = bench
        .mailboxes
        .thread(&shown, places, Threading::References);
    let (roots, nodes) = found.await.unwrap();
    let mut text = Vec::new();
    answer::thread(&mut text, &roots, &nodes);
    let text = String::from_utf8(text).unwrap();
    text.trim_end().replace("* THREAD ", "")
}

#[tokio::test]
async fn messages_of_one_subject_stand_side_by_side_unless_one_answers_the_other() {
    let lost = "<gone@example.test>";
    for (messages, wanted) in [
        (&[("Other", ""), ("Other", "")][..], "((1)(2))"),
        (
            &[("Other", ""), ("Other", ""), ("Other", "")],
            "((1)(2)(3))",
        ),
        (
            &[("Other", ""), ("Other", ""), ("Re: Other", "")],
            "((1)(2)(3))",
        ),
        (&[("Re: Other", ""), ("Fwd: Other", "")], "((1)(2))"),
        (&[("Re: A", ""), ("Re: A", ""), ("A", "")], "(3 (1)(2))"),
        (&[("A", ""), ("B", ""), ("Re: A", "")], "(1 3)(2)"),
        (&[("Re: A", lost), ("Re: A", lost)], "((1)(2))"),
        (
            &[("Re: A", lost), ("Re: A", lost), ("A", "")],
            "((1)(2)(3))",
        ),
        (&[("A", lost), ("Re: A", "")], "(1 2)"),
        (
            &[
                ("A", "<g@x>"),
                ("Re: A", "<g@x>"),
                ("A", "<h@x>"),
                ("Re: A", "<h@x>"),
            ],
            "((1)(2)(3)(4))",
        ),
        (&[("", ""), ("Re:", "")], "(1)(2)"),
    ] {
        assert_eq!(threads(messages).await, wanted, "{messages:?}");
    }
}
