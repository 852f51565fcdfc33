//! Reports about mail that did not arrive, is late, or went well where the
//! sender asked to hear it (RFC 6522, RFC 3464).
//! A [`Report`] is filed in the sender's mailbox here and may name the
//! recipient; what leaves by the relay is [`outside_report`], which names
//! nobody.

use crate::mime::dsn::{envelope_id, final_recipient, original_recipient};
use crate::mime::header::{fields, is_id};
use crate::mime::letter::{Head, multipart, octets, phrase, start};
use crate::mime::one_line;
use crate::model::{Address, Answer, Arg, Language};
use crate::texts::say;
use jiff::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::MimePart;

/// Longest line of a relay's words we repeat, in characters.
const MAX_DIAGNOSTIC: usize = 400;

/// Why a recipient was not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// That mailbox does not exist.
    NoMailbox,
    /// That domain does not exist or takes no mail.
    NoDomain,
    /// The mailbox is full.
    Full,
    /// The other side refused it for a reason of its own.
    Refused,
    /// It could not be handed over in the time allowed.
    TimedOut,
    /// Somebody at the office took it out of the queue.
    Dropped,
    /// No safe way to the recipient is allowed here.
    NoRoute,
}

impl Reason {
    /// What the relay's answer means, by its enhanced code (RFC 3463) where it
    /// gives one, else by its reply code.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        let code = status(&answer.text).unwrap_or_default();
        match code.split_once('.').map(|(_, detail)| detail) {
            Some("1.1" | "1.3" | "1.6" | "2.1") => Self::NoMailbox,
            Some("1.2" | "1.10" | "4.4") => Self::NoDomain,
            Some("2.2") => Self::Full,
            Some(_) => Self::Refused,
            None if answer.code == 552 => Self::Full,
            None => Self::Refused,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::NoMailbox => "report-why-no-mailbox",
            Self::NoDomain => "report-why-no-domain",
            Self::Full => "report-why-full",
            Self::Refused => "report-why-refused",
            Self::TimedOut => "report-why-timed-out",
            Self::Dropped => "report-why-dropped",
            Self::NoRoute => "report-why-no-route",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::NoMailbox | Self::NoDomain => "report-do-address",
            Self::Full => "report-do-call",
            Self::Refused | Self::TimedOut => "report-do-later",
            Self::Dropped | Self::NoRoute => "report-do-office",
        }
    }

    /// The status of RFC 3463 where the relay gave none.
    const fn status(self) -> &'static str {
        match self {
            Self::NoMailbox => "5.1.1",
            Self::NoDomain => "5.1.2",
            Self::Full => "5.2.2",
            Self::Refused => "5.0.0",
            Self::TimedOut => "5.4.7",
            Self::Dropped => "5.7.0",
            Self::NoRoute => "5.7.1",
        }
    }
}

/// How far a message came that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Success {
    /// It is in a mailbox of this gateway.
    Delivered,
    /// A relay took the message itself, and will not report on it.
    Relayed,
    /// It waits in the portal, and a relay took the notice of it.
    Noticed,
}

impl Success {
    const fn subject(self) -> &'static str {
        match self {
            Self::Delivered => "report-subject-delivered",
            Self::Relayed => "report-subject-relayed",
            Self::Noticed => "report-subject-noticed",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Delivered => "report-delivered",
            Self::Relayed => "report-relayed",
            Self::Noticed => "report-noticed",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Delivered => "report-delivered-then",
            Self::Relayed => "report-relayed-then",
            Self::Noticed => "report-noticed-then",
        }
    }

    const fn outside(self) -> &'static str {
        match self {
            Self::Delivered => "outside-delivered",
            Self::Relayed => "outside-relayed",
            Self::Noticed => "outside-noticed",
        }
    }

    /// RFC 3464 §2.3.3. "relayed" is also what goes where nobody reports an
    /// arrival; a message that waits in the portal has not been delivered.
    const fn action(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Relayed | Self::Noticed => "relayed",
        }
    }
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// It failed for good.
    Failed(Reason),
    /// It is late; the time, written out, until which we go on trying.
    Delayed(&'a str),
    /// It went well.
    Done(Success),
}

impl Event<'_> {
    const fn subject(self) -> &'static str {
        match self {
            Self::Failed(_) => "report-subject-failed",
            Self::Delayed(_) => "report-subject-delayed",
            Self::Done(success) => success.subject(),
        }
    }

    const fn outside(self) -> &'static str {
        match self {
            Self::Failed(_) => "outside-failed",
            Self::Delayed(_) => "outside-delayed",
            Self::Done(success) => success.outside(),
        }
    }

    /// The action, and the status where the relay gave none that fits.
    const fn facts(self) -> (&'static str, &'static str) {
        match self {
            Self::Failed(reason) => ("failed", reason.status()),
            Self::Delayed(_) => ("delayed", "4.0.0"),
            Self::Done(success) => (success.action(), "2.0.0"),
        }
    }
}

/// A report for the sender's mailbox in the store.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Who writes to whom: the gateway to the sender.
    pub head: Head<'a>,
    /// The language it is written in.
    pub language: Language,
    /// This gateway's host name.
    pub host: &'a str,
    /// When the message was accepted.
    pub accepted: Timestamp,
    /// The original's header as stored; nothing of its body is ever returned.
    pub original: &'a [u8],
    /// The sender's own name for the envelope (RFC 3461 §4.4), as given.
    pub envid: Option<&'a str>,
    /// The recipient it is about.
    pub about: About<'a>,
}

/// One recipient, and what became of it.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The address.
    pub recipient: &'a Address,
    /// ORCPT as the sender gave it, `type;address` (RFC 3461 §4.2).
    pub original: Option<&'a str>,
    /// What has happened.
    pub event: Event<'a>,
    /// What the relay answered last.
    pub answer: Option<&'a Answer>,
}

/// Writes a report: plain words first, then the facts for programs, then the
/// original's header.
#[must_use]
pub fn report(report: &Report<'_>) -> Vec<u8> {
    let subject = say(report.language, report.about.event.subject(), &[]);
    let mut mail = start(&report.head, &subject, report.language, "auto-replied");
    if let Some(id) = original_id(report.original) {
        mail = mail
            .in_reply_to(MessageId::new(id.clone()))
            .references(MessageId::new(id));
    }
    let kind = ContentType::new("multipart/report").attribute("report-type", "delivery-status");
    let facts = MimePart::new(
        ContentType::new("message/delivery-status"),
        facts(report).into_bytes(),
    );
    let parts = vec![
        MimePart::new("text/plain", words(report)),
        facts.transfer_encoding("7bit"),
        MimePart::new(
            ContentType::new("text/rfc822-headers"),
            String::from_utf8_lossy(report.original).into_owned(),
        ),
    ];
    octets(mail.body(multipart(kind, parts)))
}

/// The part for a person: who did not get it, why, what to do.
fn words(report: &Report<'_>) -> String {
    let about = &report.about;
    let recipient = Arg::Text(about.recipient.as_str().to_owned());
    let (first, then) = match about.event {
        Event::Failed(reason) => {
            let why = say(report.language, reason.words(), &[]);
            let first = say(
                report.language,
                "report-failed",
                &[("recipient", recipient), ("why", Arg::Text(why))],
            );
            (first, say(report.language, reason.advice(), &[]))
        }
        Event::Delayed(until) => {
            let first = say(
                report.language,
                "report-delayed",
                &[("recipient", recipient)],
            );
            (
                first,
                say(
                    report.language,
                    "report-delayed-until",
                    &[("until", Arg::Text(phrase(until)))],
                ),
            )
        }
        Event::Done(success) => (
            say(
                report.language,
                success.words(),
                &[("recipient", recipient)],
            ),
            say(report.language, success.advice(), &[]),
        ),
    };
    let technical = about.answer.map(|answer| {
        let said = say(report.language, "report-relay-said", &[]);
        format!("\n{said}\n  {}\n", diagnostic(answer))
    });
    let rest = say(report.language, "report-headers-only", &[]);
    format!(
        "{first}\n{then}\n{}\n{rest}\n",
        technical.unwrap_or_default()
    )
}

/// The part for programs (RFC 3464 §2).
fn facts(report: &Report<'_>) -> String {
    let about = &report.about;
    let (action, own_status) = about.event.facts();
    let given = about
        .answer
        .and_then(|a| status(&a.text))
        .filter(|s| s.chars().next() == own_status.chars().next());
    let mut lines = vec![
        format!("Reporting-MTA: dns; {}", ascii(report.host)),
        format!(
            "Arrival-Date: {}",
            Date::new(report.accepted.as_second()).to_rfc822()
        ),
    ];
    lines.extend(
        report
            .envid
            .map(|id| format!("Original-Envelope-Id: {}", envelope_id(id))),
    );
    lines.push(String::new());
    lines.extend(
        about
            .original
            .map(|orcpt| format!("Original-Recipient: {}", original_recipient(orcpt))),
    );
    lines.push(format!(
        "Final-Recipient: {}",
        final_recipient(about.recipient)
    ));
    lines.push(format!("Action: {action}"));
    lines.push(format!(
        "Status: {}",
        given.unwrap_or_else(|| own_status.to_owned())
    ));
    if let Some(answer) = about.answer {
        lines.push(format!(
            "Diagnostic-Code: smtp; {}",
            ascii(&diagnostic(answer))
        ));
        lines.push(format!(
            "Last-Attempt-Date: {}",
            Date::new(answer.at.as_second()).to_rfc822()
        ));
    }
    lines.push(String::new());
    lines.join("\r\n")
}

fn diagnostic(answer: &Answer) -> String {
    let text: String = one_line(&answer.text)
        .chars()
        .take(MAX_DIAGNOSTIC)
        .collect();
    // A relay's words may or may not begin with its code.
    let code = answer.code.to_string();
    if answer.code == 0 || text.starts_with(&code) {
        text
    } else {
        format!("{code} {text}")
    }
}

/// The enhanced status code in a relay's words (RFC 2034), if there is one.
fn status(text: &str) -> Option<String> {
    let is_status = |word: &&str| {
        let pieces: Vec<&str> = word.split('.').collect();
        let number = |p: &&str| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
        pieces.len() == 3
            && pieces.iter().all(number)
            && matches!(pieces.first(), Some(&("2" | "4" | "5")))
    };
    let words = text.split([' ', '-', '\t']).take(3);
    words
        .map(|w| w.trim_matches(|c: char| !c.is_ascii_digit()))
        .find(is_status)
        .map(str::to_owned)
}

/// One line of visible ASCII, for a field that allows no other.
pub(super) fn ascii(text: &str) -> String {
    one_line(text)
        .chars()
        .map(|c| if c.is_ascii() { c } else { '?' })
        .take(MAX_DIAGNOSTIC)
        .collect()
}

pub(super) fn original_id(header: &[u8]) -> Option<String> {
    let fields = fields(header).ok()?;
    let ids = fields.iter().find(|f| f.is("Message-ID"))?.ids();
    ids.into_iter().next().filter(|id| is_id(id))
}

/// A report that leaves by the relay.
#[derive(Clone, Copy, Debug)]
pub struct OutsideReport<'a> {
    /// Who writes to whom.
    pub head: Head<'a>,
    /// The language it is written in.
    pub language: Language,
    /// When the message was accepted, written out in `language`.
    pub accepted: &'a str,
    /// The reference the sender was given with the `250`.
    pub reference: &'a str,
    /// What has happened; of it only the kind is told.
    pub event: Event<'a>,
}

/// Writes a report that holds a time and a reference, and nothing of the
/// message or its recipient (foundations §4).
#[must_use]
pub fn outside_report(report: &OutsideReport<'_>) -> Vec<u8> {
    let args = [
        ("accepted", Arg::Text(phrase(report.accepted))),
        ("reference", Arg::Text(phrase(report.reference))),
    ];
    let text = format!(
        "{}\n{}\n",
        say(report.language, report.event.outside(), &args),
        say(report.language, "outside-look", &[])
    );
    let subject = say(report.language, report.event.subject(), &[]);
    let mail: MessageBuilder<'_> = start(&report.head, &subject, report.language, "auto-replied");
    octets(mail.text_body(text))
}

#[cfg(test)]
mod tests {
    use super::{
        About, Event, OutsideReport, Reason, Report, Success, outside_report, report, status,
    };
    use crate::mime::letter::Head;
    use crate::model::{Address, Answer, Language, Mailbox};
    use jiff::Timestamp;
    use mail_parser::MessageParser;

    const ORIGINAL: &[u8] = b"From: ruiz@clinic.example\r\nTo: jane@example.com\r\nSubject: Your results\r\nMessage-ID: <one@clinic.example>\r\n\r\n";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn answer(code: u16, text: &str) -> Answer {
        Answer {
            at: at(1_795_370_500),
            code,
            text: text.to_owned(),
        }
    }

    fn written(language: Language, event: Event<'_>, said: Option<&Answer>, to: &str) -> Vec<u8> {
        let from = Mailbox {
            name: Some("Sealpost".into()),
            address: Address::parse("postmaster@clinic.example").unwrap(),
        };
        let (sender, recipient) = (
            Address::parse("ruiz@clinic.example").unwrap(),
            Address::parse(to).unwrap(),
        );
        let head = Head {
            from: &from,
            to: &sender,
            reply_to: None,
            message_id: "r@clinic.example",
            date: at(1_795_370_600),
        };
        let about = About {
            recipient: &recipient,
            original: Some("rfc822;jane+2Btag@example.com"),
            event,
            answer: said,
        };
        report(&Report {
            head,
            language,
            host: "gate.clinic.example",
            accepted: at(1_795_370_400),
            original: ORIGINAL,
            envid: Some("q+2B1"),
            about,
        })
    }

    fn masked(mail: &[u8]) -> String {
        let text = String::from_utf8(mail.to_vec()).unwrap();
        assert!(
            text.is_ascii()
                && text
                    .split("\r\n")
                    .all(|l| l.len() <= 998 && !l.contains(['\r', '\n']))
        );
        let boundary = text
            .split("boundary=\"")
            .nth(1)
            .and_then(|t| t.split('"').next())
            .unwrap_or("none");
        text.replace(boundary, "BOUNDARY").replace("\r\n", "\n")
    }

    #[test]
    fn a_report_begins_with_who_why_and_what_to_do() {
        let said = answer(550, "5.1.1 <jane@example.com> User unknown");
        for language in Language::ALL {
            let mail = written(
                language,
                Event::Failed(Reason::of(&said)),
                Some(&said),
                "jane@example.com",
            );
            insta::assert_snapshot!(format!("report-{}", language.tag()), masked(&mail));
        }
    }

    #[test]
    fn a_report_is_read_back_by_programs() {
        let said = answer(550, "550-5.1.1 no such\r\nuser");
        let mail = written(
            Language::English,
            Event::Failed(Reason::of(&said)),
            Some(&said),
            "jos\u{e9}@ejemplo.example",
        );
        let mail = MessageParser::new().parse(&mail).unwrap();
        let kinds: Vec<_> = mail
            .parts
            .iter()
            .filter_map(|p| mail_parser::MimeHeaders::content_type(p))
            .map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap()))
            .collect();
        assert_eq!(
            kinds,
            [
                "multipart/report",
                "text/plain",
                "message/delivery-status",
                "text/rfc822-headers"
            ]
        );
        let facts = String::from_utf8_lossy(mail.parts[2].contents()).into_owned();
        for line in [
            "Final-Recipient: utf-8; jos\\x{E9}@ejemplo.example\r\n",
            "Action: failed\r\n",
            "Status: 5.1.1\r\n",
            "Diagnostic-Code: smtp; 550-5.1.1 no such user\r\n",
            "Original-Envelope-Id: q+1\r\n",
            "Original-Recipient: rfc822;jane+tag@example.com\r\n",
        ] {
            assert!(facts.contains(line), "{line} in {facts}");
        }
        assert_eq!(mail.in_reply_to().as_text(), Some("one@clinic.example"));
    }

    #[test]
    fn a_delay_says_until_when_we_try() {
        let said = answer(451, "4.7.1 greylisted");
        let mail = written(
            Language::English,
            Event::Delayed("Tuesday, 24 November 2026, 10:00 AM (Pacific)"),
            Some(&said),
            "jane@example.com",
        );
        let text = masked(&mail);
        assert!(
            text.contains("Action: delayed\n") && text.contains("Status: 4.7.1\n"),
            "{text}"
        );
        assert!(text.contains("until Tuesday, 24 November 2026"));
    }

    #[test]
    fn a_success_says_how_far_the_message_came_and_claims_no_more() {
        for (success, action, words) in [
            (Success::Delivered, "delivered", "is in the mailbox"),
            (Success::Relayed, "relayed", "does not say when it arrives"),
            (
                Success::Noticed,
                "relayed",
                "does not say whether it was read",
            ),
        ] {
            let said = answer(250, "2.6.0 queued");
            let mail = written(
                Language::English,
                Event::Done(success),
                Some(&said),
                "jane@example.com",
            );
            let text = masked(&mail).replace("=\n", "");
            assert!(text.contains(&format!("Action: {action}\n")), "{text}");
            assert!(text.contains("Status: 2.6.0\n"), "{text}");
            assert!(text.contains(words), "{text}");
        }
        let mail = written(
            Language::Spanish,
            Event::Done(Success::Delivered),
            None,
            "jane@example.com",
        );
        assert!(masked(&mail).contains("Status: 2.0.0\n"));
    }

    #[test]
    fn what_leaves_by_the_relay_names_nobody() {
        let from = Mailbox {
            name: None,
            address: Address::parse("secure@clinic.example").unwrap(),
        };
        let to = Address::parse("office@elsewhere.example").unwrap();
        let head = Head {
            from: &from,
            to: &to,
            reply_to: None,
            message_id: "o@clinic.example",
            date: at(1_795_370_600),
        };
        for (language, event) in [
            (Language::English, Event::Failed(Reason::Refused)),
            (Language::Spanish, Event::Delayed("")),
        ] {
            let mail = outside_report(&OutsideReport {
                head,
                language,
                accepted: "Sunday, 22 November 2026, 10:00 AM (Pacific)",
                reference: "k5q0a",
                event,
            });
            insta::assert_snapshot!(format!("outside-{}", language.tag()), masked(&mail));
        }
    }

    #[test]
    fn a_relays_answer_becomes_a_reason() {
        for (code, text, reason) in [
            (550, "5.1.1 unknown", Reason::NoMailbox),
            (550, "550 5.1.2 no such domain", Reason::NoDomain),
            (552, "mailbox full", Reason::Full),
            (452, "4.2.2 over quota", Reason::Full),
            (554, "no", Reason::Refused),
            (550, "5.7.1 192.0.2.1 blocked", Reason::Refused),
        ] {
            assert_eq!(Reason::of(&answer(code, text)), reason, "{text}");
        }
        assert_eq!(status("blocked 10.1.2 by"), None);
    }

    #[test]
    fn a_relays_words_cannot_add_a_line() {
        let said = answer(550, "5.0.0 x\r\nStatus: 2.0.0\r\n\r\nAction: delivered");
        let text = masked(&written(
            Language::English,
            Event::Failed(Reason::Refused),
            Some(&said),
            "jane@example.com",
        ));
        assert_eq!(text.matches("\nStatus:").count(), 1);
        assert_eq!(text.matches("\nAction:").count(), 1);
    }
}
