//! A patient's answer as a message (RFC 5322), written in pieces so that its
//! files stream through: the head with the text, then for each file its
//! header, its lines of base64, and at last the end. All of it is 7-bit, CRLF,
//! and no line is longer than 998 octets.

use crate::mime::header::is_id;
use crate::mime::letter::{boundary, phrase, written};
use crate::mime::sniff::safe_name;
use crate::model::Mailbox;
use data_encoding::BASE64;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::Header;
use mail_builder::headers::address::Address as Written;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::text::Text;
use mail_builder::mime::{BodyPart, MimePart};

/// Octets in a line of 76 base64 characters (RFC 2045 §6.8).
const LINE: usize = 57;
/// How many references a message carries: the first and the latest
/// (RFC 5322 §3.6.4 allows to leave some out).
const MAX_REFERENCES: usize = 30;

/// What an answer is made of.
#[derive(Clone, Copy, Debug)]
pub struct ReplyMail<'a> {
    /// The patient.
    pub from: &'a Mailbox,
    /// The office side of the thread.
    pub to: &'a [Mailbox],
    /// The subject.
    pub subject: &'a str,
    /// The Message-ID it answers, without angle brackets.
    pub in_reply_to: Option<&'a str>,
    /// The thread's identifiers, oldest first.
    pub references: &'a [String],
    /// Its own Message-ID, without angle brackets.
    pub message_id: &'a str,
    /// When it was sent.
    pub date: Timestamp,
    /// What the patient wrote.
    pub text: &'a str,
}

/// A multipart message being written.
#[derive(Debug)]
pub struct Writing {
    boundary: String,
}

/// Longest media type, in octets: RFC 6838 §4.2 allows 127 on each side.
const MAX_TYPE: usize = 255;

/// Starts an answer: what comes back is its header and its text.
#[must_use]
pub fn reply(mail: &ReplyMail<'_>) -> (Writing, Vec<u8>) {
    let writing = Writing {
        boundary: boundary(),
    };
    let mut head = MessageBuilder::new()
        .from(written(mail.from))
        .to(Written::new_list(mail.to.iter().map(written).collect()))
        .subject(Text::new(phrase(mail.subject)))
        .date(Date::new(mail.date.as_second()))
        .message_id(MessageId::new(mail.message_id));
    let references = references(mail);
    if let Some(id) = mail.in_reply_to.filter(|id| is_id(id)) {
        head = head.in_reply_to(MessageId::new(id));
    }
    if !references.is_empty() {
        head = head.references(MessageId::new_list(references.into_iter()));
    }
    let kind = ContentType::new("multipart/mixed").attribute("boundary", writing.boundary.as_str());
    // The multipart is opened here and closed by `end`: files come in between.
    head = head
        .header("Content-Type", kind)
        .body(MimePart::raw(BodyPart::Text("\r\n".into())));
    let mut octets = Vec::new();
    head.serialize(&mut octets);
    octets.extend_from_slice(format!("--{}\r\n", writing.boundary).as_bytes());
    MimePart::new("text/plain", plain(mail.text)).write_part(&mut octets);
    (writing, octets)
}

/// The thread's identifiers, the answered one last, bounded.
fn references<'a>(mail: &ReplyMail<'a>) -> Vec<&'a str> {
    let answered = mail
        .in_reply_to
        .filter(|id| !mail.references.iter().any(|r| r == id));
    let mut ids: Vec<&str> = mail
        .references
        .iter()
        .map(String::as_str)
        .chain(answered)
        .filter(|id| is_id(id))
        .collect();
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..ids.len() + 1 - MAX_REFERENCES);
    }
    ids
}

/// Text with the line breaks of this system, without control characters.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

impl Writing {
    /// The header of the next file; its lines of base64 follow.
    #[must_use]
    pub fn file(&self, name: &str, media_type: &str) -> Vec<u8> {
        let name = safe_name(name).unwrap_or_else(|| "file".to_owned());
        let fits = (1..=MAX_TYPE).contains(&media_type.len())
            && media_type
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"/.+-".contains(&b));
        let media_type = if fits {
            media_type
        } else {
            "application/octet-stream"
        };
        let mut octets = format!("\r\n--{}\r\nContent-Type: ", self.boundary).into_bytes();
        ContentType::new(media_type)
            .attribute("name", name.as_str())
            .write_header(&mut octets, 14);
        octets.extend_from_slice(b"Content-Disposition: ");
        ContentType::new("attachment")
            .attribute("filename", name.as_str())
            .write_header(&mut octets, 21);
        octets.extend_from_slice(b"Content-Transfer-Encoding: base64\r\n\r\n");
        octets
    }

    /// The end of the message.
    #[must_use]
    pub fn end(self) -> Vec<u8> {
        format!("\r\n--{}--\r\n", self.boundary).into_bytes()
    }
}

/// Encodes a stream as base64 in lines of 76 characters (RFC 2045 §6.8).
#[derive(Debug, Default)]
pub struct Base64Lines {
    left: Vec<u8>,
}

impl Base64Lines {
    /// Encodes `octets` onto the end of `out`, in whole lines.
    pub fn write(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        let missing = (LINE - self.left.len()).min(octets.len());
        let (first, rest) = octets.split_at(missing);
        self.left.extend_from_slice(first);
        if self.left.len() < LINE {
            return;
        }
        line(&self.left, out);
        self.left.clear();
        let lines = rest.chunks_exact(LINE);
        self.left.extend_from_slice(lines.remainder());
        lines.for_each(|octets| line(octets, out));
    }

    /// Encodes what is left.
    pub fn finish(self, out: &mut Vec<u8>) {
        if !self.left.is_empty() {
            line(&self.left, out);
        }
    }
}

fn line(octets: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(BASE64.encode(octets).as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::{Base64Lines, ReplyMail, reply};
    use crate::mime::index::Indexer;
    use crate::mime::normalise::{Stamp, normalise};
    use crate::model::message::PartRole;
    use crate::model::{Address, Mailbox};
    use jiff::Timestamp;
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    fn mailbox(name: &str, address: &str) -> Mailbox {
        Mailbox {
            name: Some(name.to_owned()),
            address: Address::parse(address).unwrap(),
        }
    }

    fn message(text: &str, field: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
        let (from, to) = (
            mailbox(field, "jane@example.com"),
            [
                mailbox(field, "ruiz@clinic.example"),
                mailbox("B", "desk@clinic.example"),
            ],
        );
        let references = ["root@x".to_owned(), field.to_owned()];
        let (writing, mut octets) = reply(&ReplyMail {
            from: &from,
            to: &to,
            subject: field,
            in_reply_to: Some("one@clinic.example"),
            references: &references,
            message_id: "answer@gate.example",
            date: Timestamp::from_second(1_795_370_400).unwrap(),
            text,
        });
        for (name, content) in files {
            octets.extend(writing.file(name, "application/pdf"));
            let mut lines = Base64Lines::default();
            content
                .chunks(7)
                .for_each(|piece| lines.write(piece, &mut octets));
            lines.finish(&mut octets);
        }
        octets.extend(writing.end());
        assert!(octets.is_ascii(), "7-bit");
        let text = String::from_utf8(octets.clone()).unwrap();
        assert!(
            text.split("\r\n")
                .all(|l| l.len() <= 998 && !l.contains(['\r', '\n'])),
            "canonical lines"
        );
        octets
    }

    #[test]
    fn an_answer_is_read_back_as_it_was_written() {
        let pdf: Vec<u8> = (0..=255).cycle().take(1000).collect();
        let octets = message(
            "Gracias, señora.\r\n.\r\nFrom here\n",
            "Re: Su cita mañana",
            &[("Informe de María.pdf", &pdf), ("../b.pdf", b"")],
        );
        let mail = MessageParser::new().parse(&octets).unwrap();
        assert_eq!(mail.subject(), Some("Re: Su cita mañana"));
        assert_eq!(
            mail.body_text(0).unwrap().trim_end(),
            "Gracias, señora.\r\n.\r\nFrom here"
        );
        assert_eq!(
            mail.attachment(0).unwrap().attachment_name(),
            Some("Informe de María.pdf")
        );
        assert_eq!(mail.attachment(0).unwrap().contents(), pdf);
        assert_eq!(mail.attachment(1).unwrap().attachment_name(), Some("b.pdf"));
        assert_eq!(mail.in_reply_to().as_text(), Some("one@clinic.example"));
        assert_eq!(
            mail.references().as_text_list().unwrap(),
            ["root@x", "one@clinic.example"]
        );
    }

    #[test]
    fn our_own_reader_takes_what_we_write() {
        let octets = message("Hola", "Re: x", &[("a.pdf", b"%PDF-1.7")]);
        let split = octets.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        let stamp = Stamp {
            received: "by x".into(),
            writer: None,
            date: Timestamp::UNIX_EPOCH,
            message_id: "x@x".into(),
            secure_tag: "",
            clear_tag: "",
        };
        let facts = normalise(&octets[..split], &stamp).unwrap().facts;
        assert_eq!(
            (facts.subject.as_str(), facts.to.len(), facts.automatic),
            ("Re: x", 2, None)
        );
        let mut indexer = Indexer::new(&octets[..split]);
        indexer.write(&octets[split..]).unwrap();
        let found = indexer.finish().unwrap();
        assert!(found.has_text);
        let roles: Vec<_> = found
            .parts
            .iter()
            .map(|p| (p.role, p.name.as_deref()))
            .collect();
        assert_eq!(
            roles,
            [(PartRole::Text, None), (PartRole::File, Some("a.pdf"))]
        );
    }

    #[test]
    fn no_field_can_add_a_header() {
        let evil = "x\r\nBcc: evil@example.com\r\n\r\nbody";
        let octets = message(evil, evil, &[(evil, b"x")]);
        let split = octets.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let header = String::from_utf8_lossy(&octets[..split]).into_owned();
        assert!(
            !header.lines().any(|l| l.to_lowercase().starts_with("bcc")),
            "{header}"
        );
        let mail = MessageParser::new().parse(&octets).unwrap();
        assert!(mail.bcc().is_none());
        assert_eq!(mail.attachment_count(), 1);
    }

    proptest! {
        #[test]
        fn any_words_stay_in_their_place(text in "\\PC{0,200}|[\r\n\t -~]{0,400}", field in "[\r\n\t\\x00-\\x1f -~é]{0,300}", file: Vec<u8>) {
            let octets = message(&text, &field, &[(&field, &file)]);
            let mail = MessageParser::new().parse(&octets).unwrap();
            prop_assert_eq!(mail.attachment_count(), 1);
            prop_assert_eq!(mail.attachment(0).unwrap().contents(), &file);
            prop_assert_eq!(mail.headers().iter().filter(|h| h.name().eq_ignore_ascii_case("subject")).count(), 1);
            prop_assert!(mail.bcc().is_none());
        }

        #[test]
        fn lines_of_base64_do_not_depend_on_the_cut(octets: Vec<u8>, step in 1_usize..200) {
            let (mut whole, mut cut) = (Vec::new(), Vec::new());
            let mut lines = Base64Lines::default();
            lines.write(&octets, &mut whole);
            lines.finish(&mut whole);
            let mut lines = Base64Lines::default();
            octets.chunks(step).for_each(|piece| lines.write(piece, &mut cut));
            lines.finish(&mut cut);
            prop_assert_eq!(&whole, &cut);
            prop_assert!(String::from_utf8(whole).unwrap().split("\r\n").all(|l| l.len() <= 76));
        }
    }
}
