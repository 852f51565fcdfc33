//! The head of a message as one reader may keep it: who wrote it, the reader
//! and the office, and what the parts need to be read. No trace, no other
//! recipient, nothing that programs wrote to one another.

use crate::mime::Fault;
use crate::mime::header::{self, is_id};
use crate::mime::letter::{phrase, written};
use crate::model::Mailbox;
use jiff::Timestamp;
use mail_builder::headers::Header;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;

/// The fields without which the body cannot be read (RFC 2045 §3): they are
/// taken as they stand, and so the body may be too.
const KEPT: [&str; 3] = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

/// What the reader may know.
#[derive(Clone, Copy, Debug)]
pub struct Copy<'a> {
    /// Who wrote it.
    pub from: &'a Mailbox,
    /// Of the To field, the reader and the office.
    pub to: &'a [Mailbox],
    /// Of the Cc field, the same.
    pub cc: &'a [Mailbox],
    /// Its subject.
    pub subject: &'a str,
    /// When it was sent.
    pub date: Timestamp,
    /// Its Message-ID, without angle brackets.
    pub message_id: &'a str,
}

/// The head, its empty line included; the body follows as it is stored. `stored`
/// is the header that stands before that body now.
///
/// # Errors
/// A [`Fault`] if that is no header.
pub fn head(copy: &Copy<'_>, stored: &[u8]) -> Result<Vec<u8>, Fault> {
    let fields = header::fields(stored)?;
    let mut octets = Vec::with_capacity(1024);
    field(&mut octets, "From", written(copy.from));
    for (name, list) in [("To", copy.to), ("Cc", copy.cc)] {
        if !list.is_empty() {
            let list = list.iter().map(written).collect();
            field(&mut octets, name, Written::new_list(list));
        }
    }
    field(&mut octets, "Subject", Text::new(phrase(copy.subject)));
    field(&mut octets, "Date", Date::new(copy.date.as_second()));
    if is_id(copy.message_id) {
        field(&mut octets, "Message-ID", MessageId::new(copy.message_id));
    }
    for kept in KEPT {
        let found = fields.iter().filter(|field| field.is(kept));
        found.for_each(|field| octets.extend_from_slice(field.raw));
    }
    octets.extend_from_slice(b"\r\n");
    Ok(octets)
}

fn field(octets: &mut Vec<u8>, name: &str, value: impl Header) {
    octets.extend_from_slice(name.as_bytes());
    octets.extend_from_slice(b": ");
    value.write_header(octets, name.len() + 2);
}

#[cfg(test)]
mod tests {
    use super::{Copy, head};
    use crate::model::{Address, Mailbox};
    use jiff::Timestamp;

    fn mailbox(name: &str, address: &str) -> Mailbox {
        Mailbox {
            name: Some(name.to_owned()),
            address: Address::parse(address).unwrap(),
        }
    }

    #[test]
    fn only_what_is_named_here_is_copied() {
        let stored = b"Received: from bob by x\r\nFrom: x <y@z.example>\r\nTo: bob@example.net\r\n\
            X-Mailer: Bob\r\nReferences: <bob@example.net>\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\n";
        let (from, to) = (
            mailbox("Ruiz\r\nBcc: bob@example.net", "ruiz@clinic.example"),
            [mailbox("Jane", "jane@example.com")],
        );
        let copy = Copy {
            from: &from,
            to: &to,
            cc: &[],
            subject: "Señal\r\nBcc: x",
            date: Timestamp::from_second(1_795_370_400).unwrap(),
            message_id: "first@clinic.example",
        };
        let octets = head(&copy, stored).unwrap();
        insta::assert_snapshot!(String::from_utf8(octets).unwrap().replace("\r\n", "\n"), @r#"
        From: "Ruiz Bcc: bob@example.net" <ruiz@clinic.example>
        To: "Jane" <jane@example.com>
        Subject: =?utf-8?Q?Se=C3=B1al_Bcc:_x?=
        Date: Sun, 22 Nov 2026 18:00:00 +0000
        Message-ID: <first@clinic.example>
        MIME-Version: 1.0
        Content-Type: multipart/mixed;
         boundary=b

        "#);
    }

    #[test]
    fn a_message_without_a_header_of_its_own_is_a_fault() {
        let from = mailbox("x", "y@z.example");
        let copy = Copy {
            from: &from,
            to: &[],
            cc: &[],
            subject: "",
            date: Timestamp::UNIX_EPOCH,
            message_id: "",
        };
        assert!(head(&copy, b"nothing of the kind\r\n\r\n").is_err());
    }
}
