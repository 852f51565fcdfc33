//! What a message is made into when it is accepted, once and for all. The list
//! is short and closed (foundations §4):
//!
//! - Bcc and Resent-Bcc go, and any `X-Sealpost-…` field that came with it;
//! - Return-Path goes: whoever delivers writes it (RFC 5321 §4.4);
//! - the clinic's tags leave the subject, also out of encoded words;
//! - a missing or unreadable Date or Message-ID is put in;
//! - a Received field is put on top, and who wrote it, where From names somebody
//!   else.
//!
//! All other octets stay as they were written. The digest by which a resend is
//! known leaves out what was put on top. What leaves as it is leaves without our
//! own fields ([`without_own`]).

use crate::mime::header::{Field, fields, is_id};
use crate::mime::{Fault, decoded_once, one_line};
use crate::model::{Address, Mailbox};
use jiff::Timestamp;
use mail_builder::headers::Header;
use mail_builder::headers::date::Date;
use mail_builder::headers::text::Text;
use mail_parser::parsers::MessageStream;

/// Our own fields. One is read as a wish; none that came in stays in the message.
const OWN_PREFIX: &str = "x-sealpost-";
/// For how long the message can be read (requirements SE8).
const EXPIRES: &str = "X-Sealpost-Expires";
/// Who wrote what bears another's name (requirements C5.2). For the office alone.
const DRAFTED_BY: &str = "X-Sealpost-Drafted-By";
/// Fields that may stand once (RFC 5322 §3.6, RFC 2045 §3), with the name a
/// fault gives.
const ONCE: [&str; 15] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Date",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    EXPIRES,
];
/// Where we fold a Received field, in octets (RFC 5322 §2.1.1).
const FOLD: usize = 76;

/// What the gateway adds when it accepts a message.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    /// The value of the Received field, on one line (RFC 5321 §4.4).
    pub received: String,
    /// The account that hands it in.
    pub writer: Option<&'a Address>,
    /// The time of acceptance, for a message without a date.
    pub date: Timestamp,
    /// An identifier without angle brackets, for a message without one.
    pub message_id: String,
    /// The tag that asks for protection; empty if there is none.
    pub secure_tag: &'a str,
    /// The tag that asks for clear mail; empty if there is none.
    pub clear_tag: &'a str,
}

/// A header as it is stored, and what it says.
#[derive(Debug)]
pub struct Normalised {
    /// The header with its empty line; the body follows as it came.
    pub octets: Vec<u8>,
    /// How many octets at the start are the trace that the digest leaves out.
    traced: usize,
    /// What it says.
    pub facts: Facts,
}

impl Normalised {
    /// The part of the header that the digest covers.
    #[must_use]
    pub fn digestable(&self) -> &[u8] {
        self.octets.get(self.traced..).unwrap_or_default()
    }
}

/// What a header says, decoded.
#[derive(Debug)]
pub struct Facts {
    /// The one author.
    pub from: Mailbox,
    /// Who sent it, where that is somebody else.
    pub sender: Option<Mailbox>,
    /// Where answers go.
    pub reply_to: Vec<Mailbox>,
    /// The To field, groups taken apart.
    pub to: Vec<Mailbox>,
    /// The Cc field.
    pub cc: Vec<Mailbox>,
    /// The addresses that stood in Bcc or Resent-Bcc.
    pub bcc: Vec<Address>,
    /// The subject on one line, tags removed; empty if there is none.
    pub subject: String,
    /// Whether the subject held the tag that asks for protection.
    pub tagged_secure: bool,
    /// Whether the subject held the tag that asks for clear mail.
    pub tagged_clear: bool,
    /// The Message-ID without angle brackets, its own or the stamp's.
    pub message_id: String,
    /// References, then In-Reply-To where it adds one; oldest first.
    pub references: Vec<String>,
    /// When it says it was written, or the time of acceptance.
    pub date: Timestamp,
    /// What kind of automatic mail it is, if it is one.
    pub automatic: Option<Automatic>,
    /// Whether the sender asks for a read receipt (RFC 8098 §2.1).
    pub wants_receipt: bool,
    /// For how long it is to be readable, as written in `X-Sealpost-Expires`.
    pub expires: Option<String>,
}

/// Kinds of mail that no person wrote: none of them becomes a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// A read receipt (RFC 8098).
    Receipt,
    /// A delivery report or another report (RFC 6522).
    Report,
    /// An automatic answer (RFC 3834 §5.1).
    Replied,
    /// Made by a program for another reason.
    Generated,
    /// Bulk mail by its Precedence field.
    Bulk,
}

/// Makes a header canonical. `header` is the whole block, its empty line
/// included or not, CRLF throughout.
///
/// # Errors
/// A [`Fault`] names what cannot be taken.
pub fn normalise(header: &[u8], stamp: &Stamp<'_>) -> Result<Normalised, Fault> {
    let fields = fields(header)?;
    for name in ONCE {
        if fields.iter().filter(|f| f.is(name)).count() > 1 {
            return Err(Fault::Twice(name));
        }
    }
    let facts = facts(&fields, stamp)?;
    let mut octets = trace(&stamp.received);
    let own = facts.from.address.folded();
    if let Some(writer) = stamp.writer.filter(|writer| writer.folded() != own) {
        let field = format!("{DRAFTED_BY}: {}\r\n", writer.as_str());
        octets.extend_from_slice(field.as_bytes());
    }
    let traced = octets.len();
    write(&mut octets, &fields, &facts, stamp);
    Ok(Normalised {
        octets,
        traced,
        facts,
    })
}

/// A message as it leaves: without our own fields, which say who of the office
/// wrote it. All other octets stay.
#[must_use]
pub fn without_own(mail: Vec<u8>) -> Vec<u8> {
    let end = memchr::memmem::find(&mail, b"\r\n\r\n").map_or(mail.len(), |at| at + 2);
    let (header, body) = mail.split_at(end);
    let mut kept = Vec::with_capacity(mail.len());
    let mut ours = false;
    for line in header.split_inclusive(|octet| *octet == b'\n') {
        // A folded line belongs to the field before it.
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            let name = line.get(..OWN_PREFIX.len()).unwrap_or_default();
            ours = name.eq_ignore_ascii_case(OWN_PREFIX.as_bytes());
        }
        if !ours {
            kept.extend_from_slice(line);
        }
    }
    if kept.len() == header.len() {
        return mail;
    }
    kept.extend_from_slice(body);
    kept
}

fn facts(fields: &[Field<'_>], stamp: &Stamp<'_>) -> Result<Facts, Fault> {
    let find = |name: &str| fields.iter().find(|f| f.is(name));
    let list = |name: &'static str| {
        find(name).map_or(Ok(Vec::new()), |f| {
            f.mailboxes().ok_or(Fault::Address(name))
        })
    };
    let from = find("From")
        .ok_or(Fault::Missing("From"))?
        .mailboxes()
        .ok_or(Fault::Address("From"))?;
    // RFC 5322 §3.6.2 allows several authors; here each message has one
    // account that answers for it.
    let [from] = <[Mailbox; 1]>::try_from(from).map_err(|_| Fault::Address("From"))?;
    let mut subject = find("Subject").map(Field::text).unwrap_or_default();
    let tagged_secure = remove_tag(&mut subject, stamp.secure_tag);
    let tagged_clear = remove_tag(&mut subject, stamp.clear_tag);
    let mut references = find("References").map(Field::ids).unwrap_or_default();
    for id in find("In-Reply-To").map(Field::ids).unwrap_or_default() {
        if !references.contains(&id) {
            references.push(id);
        }
    }
    Ok(Facts {
        from,
        sender: list("Sender")?.into_iter().next(),
        reply_to: list("Reply-To")?,
        to: list("To")?,
        cc: list("Cc")?,
        bcc: blind(fields),
        subject,
        tagged_secure,
        tagged_clear,
        message_id: message_id(fields).unwrap_or_else(|| stamp.message_id.clone()),
        references,
        date: find("Date").and_then(Field::date).unwrap_or(stamp.date),
        automatic: automatic(fields),
        wants_receipt: find("Disposition-Notification-To").is_some(),
        expires: find(EXPIRES).map(Field::text),
    })
}

/// What can be read of the blind copies. Nothing depends on it but a sentence
/// to the sender, so an unreadable field is no fault.
fn blind(fields: &[Field<'_>]) -> Vec<Address> {
    let blind = fields.iter().filter(|f| is_blind(f));
    blind
        .filter_map(Field::mailboxes)
        .flatten()
        .map(|m| m.address)
        .collect()
}

fn is_blind(field: &Field<'_>) -> bool {
    field.is("Bcc") || field.is("Resent-Bcc")
}

fn message_id(fields: &[Field<'_>]) -> Option<String> {
    let ids = fields.iter().find(|f| f.is("Message-ID"))?.ids();
    let [id] = <[String; 1]>::try_from(ids).ok()?;
    is_id(&id).then_some(id)
}

/// Takes every occurrence of `tag` out of a subject, in any case, and what a
/// removal brings together; says whether there was one. In one pass: a subject
/// may be nothing but tags.
fn remove_tag(subject: &mut String, tag: &str) -> bool {
    let tag = tag.trim();
    let mut kept = String::with_capacity(subject.len());
    let mut found = false;
    for c in subject.chars().filter(|_| !tag.is_empty()) {
        if c == ' ' && kept.ends_with(' ') {
            continue;
        }
        kept.push(c);
        let at = kept.len().saturating_sub(tag.len());
        let ends = kept.get(at..);
        if ends.is_some_and(|end| end.eq_ignore_ascii_case(tag)) {
            found = true;
            kept.truncate(at);
            if !kept.ends_with(' ') {
                kept.push(' ');
            }
        }
    }
    if found {
        // It is written anew, and must not be decoded a second time.
        *subject = decoded_once(&one_line(&kept));
    }
    found
}

fn automatic(fields: &[Field<'_>]) -> Option<Automatic> {
    let text = |name: &str| {
        fields
            .iter()
            .find(|f| f.is(name))
            .map(|f| f.text().to_ascii_lowercase())
            .unwrap_or_default()
    };
    if let Some(report) = report_type(fields) {
        let receipt = report == "disposition-notification";
        return Some(if receipt {
            Automatic::Receipt
        } else {
            Automatic::Report
        });
    }
    // RFC 3834 §5: anything but "no" says that no person wrote it.
    match text("Auto-Submitted")
        .split([';', ' ', '('])
        .next()
        .unwrap_or_default()
    {
        "" | "no" => {}
        "auto-replied" => return Some(Automatic::Replied),
        _ => return Some(Automatic::Generated),
    }
    matches!(text("Precedence").as_str(), "bulk" | "junk" | "list").then_some(Automatic::Bulk)
}

/// The `report-type` of a `multipart/report` (RFC 6522 §3).
fn report_type(fields: &[Field<'_>]) -> Option<String> {
    let field = fields.iter().find(|f| f.is("Content-Type"))?;
    let value = MessageStream::new(field.value())
        .parse_content_type()
        .into_content_type()?;
    let is_report = value.ctype().eq_ignore_ascii_case("multipart")
        && value
            .subtype()
            .is_some_and(|s| s.eq_ignore_ascii_case("report"));
    is_report.then(|| {
        value
            .attribute("report-type")
            .unwrap_or_default()
            .to_ascii_lowercase()
    })
}

/// The Received field, folded between words.
fn trace(received: &str) -> Vec<u8> {
    let mut octets = b"Received:".to_vec();
    let mut column = octets.len();
    for word in one_line(received).split(' ') {
        if column + 1 + word.len() > FOLD {
            octets.extend_from_slice(b"\r\n");
            column = 0;
        }
        octets.push(b' ');
        octets.extend_from_slice(word.as_bytes());
        column += 1 + word.len();
    }
    octets.extend_from_slice(b"\r\n");
    octets
}

fn write(octets: &mut Vec<u8>, fields: &[Field<'_>], facts: &Facts, stamp: &Stamp<'_>) {
    let (mut has_id, mut has_date) = (false, false);
    for field in fields {
        let own = field.name.to_ascii_lowercase().starts_with(OWN_PREFIX);
        if own || is_blind(field) || field.is("Return-Path") {
            continue;
        }
        if field.is("Message-ID") {
            has_id = message_id(fields).is_some();
            if !has_id {
                continue;
            }
        }
        if field.is("Date") {
            has_date = field.date().is_some();
            if !has_date {
                continue;
            }
        }
        if field.is("Subject") && (facts.tagged_secure || facts.tagged_clear) {
            octets.extend_from_slice(b"Subject: ");
            Text::new(facts.subject.as_str()).write_header(octets, 9);
        } else {
            octets.extend_from_slice(field.raw);
        }
    }
    if !has_date {
        let date = Date::new(stamp.date.as_second()).to_rfc822();
        octets.extend_from_slice(format!("Date: {date}\r\n").as_bytes());
    }
    if !has_id {
        octets.extend_from_slice(format!("Message-ID: <{}>\r\n", stamp.message_id).as_bytes());
    }
    octets.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::{Automatic, Normalised, Stamp, normalise, remove_tag, without_own};
    use crate::mime::Fault;
    use crate::model::Address;
    use jiff::Timestamp;

    const BASE: &str = "From: Dr. Ruiz <ruiz@clinic.example>\r\nTo: jane@example.com\r\nSubject: Hello\r\n\
        Date: Sun, 22 Nov 2026 10:00:00 -0800\r\nMessage-ID: <one@clinic.example>\r\n";

    fn stamp<'a>() -> Stamp<'a> {
        Stamp {
            received: "from client.example ([192.0.2.7]) by gate.clinic.example with ESMTPSA id abc; Sun, 22 Nov 2026 18:00:01 +0000".into(),
            writer: None,
            date: Timestamp::from_second(1_795_370_401).unwrap(),
            message_id: "fresh@gate.clinic.example".into(),
            secure_tag: "[secure]",
            clear_tag: "[clear]",
        }
    }

    fn run(header: &str) -> Result<Normalised, Fault> {
        normalise(header.as_bytes(), &stamp())
    }

    fn text(done: &Normalised) -> String {
        String::from_utf8(done.octets.clone()).unwrap()
    }

    #[test]
    fn a_complete_header_only_gains_its_trace() {
        let done = run(&format!("{BASE}\r\n")).unwrap();
        assert_eq!(done.digestable(), format!("{BASE}\r\n").as_bytes());
        assert!(text(&done).starts_with("Received: from client.example"));
        assert!(text(&done).lines().all(|line| line.len() <= 78));
        assert_eq!(done.facts.from.name.as_deref(), Some("Dr. Ruiz"));
        assert_eq!(done.facts.message_id, "one@clinic.example");
        assert_eq!(done.facts.date.to_string(), "2026-11-22T18:00:00Z");
    }

    #[test]
    fn blind_copies_and_our_own_fields_go() {
        let done = run(&format!("{BASE}Bcc: hidden@example.com,\r\n other@example.com\r\nresent-bcc: third@example.com\r\nX-SealPost-Route: clear\r\nX-Other: kept\r\n\r\n")).unwrap();
        let text = text(&done);
        for gone in ["hidden", "other@", "third", "ealPost"] {
            assert!(!text.contains(gone), "{gone} stayed");
        }
        assert!(text.contains("X-Other: kept\r\n\r\n"));
        let blind: Vec<_> = done.facts.bcc.iter().map(|a| a.as_str()).collect();
        assert_eq!(
            blind,
            [
                "hidden@example.com",
                "other@example.com",
                "third@example.com"
            ]
        );
    }

    #[test]
    fn who_wrote_in_anothers_name_is_on_record_and_does_not_leave() {
        let desk = Address::parse("desk@clinic.example").unwrap();
        let forged = format!("{BASE}X-Sealpost-Drafted-By: ruiz@clinic.example\r\n\r\n");
        let mut stamp = stamp();
        stamp.writer = Some(&desk);
        let done = normalise(forged.as_bytes(), &stamp).unwrap();
        let stored = text(&done);
        let line = "X-Sealpost-Drafted-By: desk@clinic.example\r\n";
        assert!(stored.contains(line), "{stored}");
        assert_eq!(stored.matches("Drafted-By").count(), 1, "{stored}");
        assert_eq!(done.digestable(), format!("{BASE}\r\n").as_bytes());
        let left = String::from_utf8(without_own(done.octets)).unwrap();
        assert_eq!(left, stored.replace(line, ""));
        let ruiz = Address::parse("Ruiz@clinic.example").unwrap();
        stamp.writer = Some(&ruiz);
        let own = normalise(BASE.as_bytes(), &stamp).unwrap();
        assert!(!text(&own).contains("Drafted-By"));
    }

    #[test]
    fn only_our_own_fields_are_left_out_and_the_body_never() {
        let body = "X-Sealpost-A: 1\r\n\r\nx-sealpost-b: 2\r\n";
        let mail = format!("A: 1\r\nx-SEALPOST-c: 3\r\n folded\r\n\tmore\r\nB: 2\r\n\r\n{body}");
        let left = without_own(mail.into_bytes());
        assert_eq!(left, format!("A: 1\r\nB: 2\r\n\r\n{body}").into_bytes());
        let whole = format!("A: 1\r\n\r\n{body}").into_bytes();
        assert_eq!(without_own(whole.clone()), whole);
    }

    #[test]
    fn a_return_path_that_was_submitted_goes() {
        let header = format!("Return-Path:\r\n <else@where.example>\r\n{BASE}");
        let done = run(&format!("{header}return-path: <>\r\n\r\n")).unwrap();
        assert_eq!(done.digestable(), format!("{BASE}\r\n").as_bytes());
    }

    #[test]
    fn a_wish_for_an_expiry_is_read_and_does_not_stay() {
        let wish = "x-sealpost-expires:  14d \r\n";
        let done = run(&format!("{BASE}{wish}")).unwrap();
        assert_eq!(done.facts.expires.as_deref(), Some("14d"));
        assert!(!text(&done).contains("14d"));
        assert_eq!(run(BASE).unwrap().facts.expires, None);
        assert_eq!(
            run(&format!("{BASE}{wish}{wish}")).err(),
            Some(Fault::Twice("X-Sealpost-Expires"))
        );
    }

    #[test]
    fn a_subject_of_tags_within_tags_is_done_with_in_one_pass() {
        for (subject, tag, left) in [
            ("[secure]".repeat(30_000), "[Secure]", ""),
            ("a".repeat(9_999) + " " + &"b".repeat(9_999), "a b", ""),
            ("1 aa b b2".to_owned(), " a b ", "1 2"),
            ("as it is ".to_owned(), " ", "as it is "),
            (
                "=?[secure]utf-8?q?x?=".to_owned(),
                "[secure]",
                "= ? utf-8?q?x?=",
            ),
        ] {
            let mut subject = subject;
            remove_tag(&mut subject, tag);
            assert_eq!(subject, left);
        }
    }

    #[test]
    fn tags_leave_the_subject_in_every_dress() {
        for (subject, left) in [
            ("[secure] Your results", "Your results"),
            ("Re: [SECURE] Your results", "Re: Your results"),
            (
                "=?utf-8?q?=5Bsecure=5D_Su_cita_ma=C3=B1ana?=",
                "Su cita mañana",
            ),
            ("=?utf-8?b?W3NlY3VyZV0gSG9sYQ==?=", "Hola"),
            ("=?utf-8?q?=5Bsec?=\r\n =?utf-8?q?ure=5D_split?=", "split"),
            ("[sec[secure]ure] nested", "[sec ure] nested"),
        ] {
            let done = run(&BASE.replace("Hello", subject)).unwrap();
            assert!(done.facts.tagged_secure, "{subject}");
            assert_eq!(done.facts.subject, left);
            assert!(!text(&done).to_lowercase().contains("[secure]"));
            let again = run(std::str::from_utf8(done.digestable()).unwrap()).unwrap();
            assert_eq!(
                (again.facts.subject.as_str(), again.facts.tagged_secure),
                (left, false)
            );
        }
        let clear = run(&BASE.replace("Hello", "[clear] Hours")).unwrap().facts;
        assert!(clear.tagged_clear && !clear.tagged_secure);
    }

    #[test]
    fn a_missing_or_broken_date_or_identifier_is_put_in() {
        let bare = "From: ruiz@clinic.example\r\nTo: jane@example.com\r\n";
        for header in [
            bare.to_owned(),
            format!("{bare}Date: soon\r\nMessage-ID: none\r\n"),
        ] {
            let done = run(&header).unwrap();
            let text = text(&done);
            assert!(
                text.contains("Message-ID: <fresh@gate.clinic.example>\r\n"),
                "{text}"
            );
            assert_eq!(text.matches("Date:").count(), 1, "{text}");
            assert_eq!(done.facts.message_id, "fresh@gate.clinic.example");
            assert_eq!(done.facts.date.as_second(), 1_795_370_401);
        }
    }

    #[test]
    fn what_stands_twice_or_not_at_all_is_a_fault() {
        assert_eq!(
            run(&format!("{BASE}from: x@clinic.example\r\n")).err(),
            Some(Fault::Twice("From"))
        );
        assert_eq!(
            run(&format!("{BASE}SUBJECT: x\r\n")).err(),
            Some(Fault::Twice("Subject"))
        );
        assert_eq!(
            run("To: jane@example.com\r\n").err(),
            Some(Fault::Missing("From"))
        );
        assert_eq!(
            run("From: a@b.example, c@d.example\r\n").err(),
            Some(Fault::Address("From"))
        );
        assert_eq!(
            run(&BASE.replace("jane@example.com", "Jane")).err(),
            Some(Fault::Address("To"))
        );
    }

    #[test]
    fn references_come_before_in_reply_to_and_none_twice() {
        let done = run(&format!(
            "{BASE}In-Reply-To: <b@x> <c@x>\r\nReferences: <a@x>\r\n <b@x>\r\n"
        ))
        .unwrap();
        assert_eq!(done.facts.references, ["a@x", "b@x", "c@x"]);
    }

    #[test]
    fn automatic_mail_is_known_for_what_it_is() {
        for (field, kind) in [
            (
                "Auto-Submitted: auto-replied (vacation)",
                Some(Automatic::Replied),
            ),
            ("Auto-Submitted: auto-generated", Some(Automatic::Generated)),
            ("Auto-Submitted: no", None),
            ("Precedence: bulk", Some(Automatic::Bulk)),
            (
                "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
                Some(Automatic::Receipt),
            ),
            (
                "Content-Type: multipart/report; boundary=x;\r\n report-type=\"delivery-status\"",
                Some(Automatic::Report),
            ),
            ("Content-Type: text/plain", None),
        ] {
            assert_eq!(
                run(&format!("{BASE}{field}\r\n")).unwrap().facts.automatic,
                kind,
                "{field}"
            );
        }
    }
}
