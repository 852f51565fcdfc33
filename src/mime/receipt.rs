//! "It was read": the report that a writer asked for with a
//! Disposition-Notification-To (RFC 8098). It is filed in the writer's mailbox
//! here and may name the reader; nothing of it leaves.

use crate::mime::dsn::{final_recipient, original_recipient};
use crate::mime::letter::{Head, multipart, octets, phrase, start};
use crate::mime::report::{ascii, original_id};
use crate::model::{Address, Arg, Language};
use crate::texts::say;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::MimePart;

/// A receipt for the writer's mailbox in the store.
#[derive(Clone, Copy, Debug)]
pub struct Receipt<'a> {
    /// Who writes to whom: the gateway to the writer.
    pub head: Head<'a>,
    /// The language it is written in.
    pub language: Language,
    /// This gateway's host name.
    pub host: &'a str,
    /// The original's header as stored; nothing of its body is ever returned.
    pub original: &'a [u8],
    /// Who opened it.
    pub reader: &'a Address,
    /// ORCPT as the sender gave it, `type;address` (RFC 3461 §4.2).
    pub orcpt: Option<&'a str>,
    /// When it was first shown, written out in `language`.
    pub opened: &'a str,
}

/// Writes a receipt: plain words first, then the facts for programs, then the
/// original's header.
#[must_use]
pub fn receipt(receipt: &Receipt<'_>) -> Vec<u8> {
    let subject = say(receipt.language, "receipt-subject", &[]);
    let mut mail = start(&receipt.head, &subject, receipt.language, "auto-replied");
    let id = original_id(receipt.original);
    if let Some(id) = &id {
        mail = mail
            .in_reply_to(MessageId::new(id.clone()))
            .references(MessageId::new(id.clone()));
    }
    let kind =
        ContentType::new("multipart/report").attribute("report-type", "disposition-notification");
    let facts = MimePart::new(
        ContentType::new("message/disposition-notification"),
        facts(receipt, id.as_deref()).into_bytes(),
    );
    let parts = vec![
        MimePart::new("text/plain", words(receipt)),
        facts.transfer_encoding("7bit"),
        MimePart::new(
            ContentType::new("text/rfc822-headers"),
            String::from_utf8_lossy(receipt.original).into_owned(),
        ),
    ];
    octets(mail.body(multipart(kind, parts)))
}

/// The part for a person: who, when, and what that does not say.
fn words(receipt: &Receipt<'_>) -> String {
    let args = [
        ("recipient", Arg::Text(receipt.reader.as_str().to_owned())),
        ("opened", Arg::Text(phrase(receipt.opened))),
    ];
    let said = ["receipt-opened", "receipt-means", "report-headers-only"];
    let lines = said.map(|name| say(receipt.language, name, &args));
    lines.join("\n\n") + "\n"
}

/// The part for programs (RFC 8098 §3.1). Somebody opened it; that this is told
/// was decided by the gateway (§3.2.6).
fn facts(receipt: &Receipt<'_>, id: Option<&str>) -> String {
    let mut lines = vec![format!("Reporting-UA: {}; Sealpost", ascii(receipt.host))];
    let orcpt = receipt.orcpt.map(original_recipient);
    lines.extend(orcpt.map(|orcpt| format!("Original-Recipient: {orcpt}")));
    lines.push(format!(
        "Final-Recipient: {}",
        final_recipient(receipt.reader)
    ));
    lines.extend(id.map(|id| format!("Original-Message-ID: <{}>", ascii(id))));
    lines.push("Disposition: manual-action/MDN-sent-automatically; displayed".to_owned());
    lines.push(String::new());
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::{Receipt, receipt};
    use crate::mime::letter::Head;
    use crate::model::{Address, Language, Mailbox};
    use jiff::Timestamp;
    use mail_parser::{MessageParser, MimeHeaders};

    const ORIGINAL: &[u8] = b"From: ruiz@clinic.example\r\nSubject: Your results\r\nMessage-ID: <one@clinic.example>\r\nDisposition-Notification-To: ruiz@clinic.example\r\n\r\n";

    fn written(language: Language, original: &[u8]) -> String {
        let from = Mailbox {
            name: None,
            address: Address::parse("secure-mail@clinic.example").unwrap(),
        };
        let to = Address::parse("ruiz@clinic.example").unwrap();
        let reader = Address::parse("jos\u{e9}@example.com").unwrap();
        let mail = receipt(&Receipt {
            head: Head {
                from: &from,
                to: &to,
                reply_to: None,
                message_id: "r@clinic.example",
                date: Timestamp::from_second(1_795_370_600).unwrap(),
            },
            language,
            host: "mail.clinic.example",
            original,
            reader: &reader,
            orcpt: Some("rfc822;jos\u{e9}@example.com"),
            opened: "Sunday, 22 November 2026",
        });
        String::from_utf8(mail).unwrap()
    }

    #[test]
    fn a_receipt_is_read_back_by_programs_and_names_the_message_it_is_about() {
        let text = written(Language::English, ORIGINAL);
        assert!(text.is_ascii());
        let mail = MessageParser::new().parse(text.as_bytes()).unwrap();
        let kind = mail.content_type().unwrap();
        assert_eq!(
            kind.attribute("report-type"),
            Some("disposition-notification")
        );
        let facts = String::from_utf8_lossy(mail.parts[2].contents()).into_owned();
        for line in [
            "Reporting-UA: mail.clinic.example; Sealpost\r\n",
            "Final-Recipient: utf-8; jos\\x{E9}@example.com\r\n",
            "Original-Message-ID: <one@clinic.example>\r\n",
            "Disposition: manual-action/MDN-sent-automatically; displayed\r\n",
        ] {
            assert!(facts.contains(line), "{line} in {facts}");
        }
        assert_eq!(mail.in_reply_to().as_text(), Some("one@clinic.example"));
    }

    #[test]
    fn a_receipt_speaks_both_languages_and_claims_no_more_than_is_known() {
        let english = written(Language::English, ORIGINAL).replace("=\r\n", "");
        assert!(english.contains("does not say"), "{english}");
        let spanish = written(Language::Spanish, ORIGINAL);
        assert!(!spanish.contains("does not say"));
    }

    #[test]
    fn a_header_that_has_no_id_is_named_by_none() {
        let text = written(Language::English, b"Subject: x\r\n\r\n");
        assert!(!text.contains("Original-Message-ID") && text.contains("; displayed"));
    }
}
