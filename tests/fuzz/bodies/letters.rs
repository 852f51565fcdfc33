//! What the gateway writes itself (`mime::notice`, `report`, `write`, `letter`):
//! whatever names, subjects and texts come in, mail goes out that two readers
//! read back with the same values, in lines that every server takes, and with
//! the fields we wrote and no other.

use mail_parser::{Address as Read, Message, MessageParser, MimeHeaders};
use sealpost::mime::index::Indexer;
use sealpost::mime::letter::Head;
use sealpost::mime::notice::{Alert, CodeMail, Kind, News, Notice, Opens, alert, code, notice};
use sealpost::mime::report::{About, Event, OutsideReport, Reason, Report, outside_report, report};
use sealpost::mime::sniff::safe_name;
use sealpost::mime::write::{Base64Lines, ReplyMail, reply};
use sealpost::mime::{Stamp, header, normalise, one_line};
use sealpost::model::message::PartRole;
use sealpost::model::{Address, Answer, Language, Mailbox, Secret};

const LINK: &str = "https://mail.north.example/m/abcdefghijklmnopqrstuvwxyz234567";
/// Every field that a mail of ours may have.
const FIELDS: &str = "from to reply-to subject date message-id in-reply-to references mime-version \
    content-type content-transfer-encoding auto-submitted content-language";

/// What stands in a mail, out of the pieces of an input.
struct Values {
    name: String,
    address: Address,
    subject: String,
    text: String,
    id: String,
    file: String,
    answer: String,
    original: Vec<u8>,
    content: Vec<u8>,
}

/// The other reader takes a bracket within a quoted local part for the end of
/// the address, and ours a local part that begins an encoded word for one.
fn is_read_everywhere(address: &Address) -> bool {
    !address.as_str().contains(['<', '>']) && !address.as_str().contains("=?")
}

impl Values {
    /// Pieces stand between unit separators (0x1F): name, address, subject,
    /// text, an id, a file's name, a relay's answer, a header, a file.
    fn of(octets: &[u8]) -> Self {
        let pieces: Vec<&[u8]> = octets.splitn(9, |o| *o == 0x1f).collect();
        let octets = |n: usize| pieces.get(n).copied().unwrap_or_default().to_vec();
        let text = |n: usize| String::from_utf8_lossy(&octets(n)).into_owned();
        let usual = || Address::parse("jane@example.com").expect("it is an address");
        Self {
            name: text(0),
            address: Address::parse(&text(1))
                .ok()
                .filter(is_read_everywhere)
                .unwrap_or_else(usual),
            subject: text(2),
            text: text(3),
            id: text(4),
            file: text(5),
            answer: text(6),
            original: octets(7),
            content: octets(8),
        }
    }

    fn mailbox(&self) -> Mailbox {
        Mailbox {
            name: Some(self.name.clone()),
            address: self.address.clone(),
        }
    }
}

/// The octets as the values of every kind of mail.
pub fn run(octets: &[u8]) {
    let values = Values::of(octets);
    let from = values.mailbox();
    let head = Head {
        from: &from,
        to: &values.address,
        reply_to: Some(&from),
        message_id: "one@gate.example",
        date: jiff::Timestamp::UNIX_EPOCH,
    };
    for language in Language::ALL {
        for kind in [Kind::Message, Kind::Reminder] {
            notices(&values, kind, head, language);
        }
        codes(&values, head, language);
        reports(&values, head, language);
    }
    answers(&values, &from);
}

fn notices(values: &Values, kind: Kind, head: Head<'_>, language: Language) {
    let written = |clinic: &str, sender: &str, subject: &str, expires: &str| {
        notice(&Notice {
            kind,
            head,
            language,
            second: Some(Language::English),
            clinic,
            sender: Some(sender),
            link: LINK,
            expires,
            subject: Some(subject),
        })
    };
    let (name, subject) = (&values.name, &values.subject);
    let octets = written(name, "x", subject, &values.text);
    let mail = read(&octets, &values.mailbox(), Some(subject));
    let (text, html) = (body(&mail, false), body(&mail, true));
    assert!(text.contains(LINK) && html.contains(LINK));
    // Whatever the values are, they add no tag.
    let octets = written("x", "x", "x", "x");
    let usual = MessageParser::new().parse(&octets).expect("it is mail");
    let tags = |html: &str| html.matches('<').count();
    assert_eq!(tags(&html), tags(&body(&usual, true)));
}

fn codes(values: &Values, head: Head<'_>, language: Language) {
    let opens = match values.text.len() % 2 {
        0 => Opens::Message,
        _ => Opens::Portal,
    };
    let octets = code(&CodeMail {
        head,
        language,
        opens,
        clinic: &values.name,
        code: &Secret::new("493817"),
        reference: "BDHJ",
        serial: u32::try_from(values.text.len()).unwrap_or(u32::MAX),
        minutes: 10,
    });
    let mail = read(&octets, &values.mailbox(), None);
    for html in [false, true] {
        let text = body(&mail, html);
        let runs = text.split(|c: char| !c.is_ascii_digit());
        let found: Vec<&str> = runs.filter(|run| run.len() >= 6).collect();
        assert_eq!(found, ["493817"], "a program would take another code");
    }
    let mailboxes = [values.mailbox().address];
    for news in [
        News::Came(3),
        News::Unread {
            hours: 24,
            mailboxes: &mailboxes,
            off: true,
        },
    ] {
        let octets = alert(&Alert {
            head,
            language,
            news,
        });
        read(&octets, &values.mailbox(), None);
    }
}

fn reports(values: &Values, head: Head<'_>, language: Language) {
    let answer = Answer {
        at: jiff::Timestamp::UNIX_EPOCH,
        code: 550,
        text: values.answer.clone(),
    };
    // A header that is reported on was taken once.
    let original = match header::fields(&values.original) {
        Ok(_) => &values.original[..],
        Err(_) => b"",
    };
    let envid = Some(values.id.as_str()).filter(|id| is_xtext(id));
    let orcpt = Some(values.file.as_str()).filter(|orcpt| is_xtext(orcpt));
    for event in [
        Event::Failed(Reason::of(&answer)),
        Event::Delayed(&values.subject),
    ] {
        let octets = report(&Report {
            head,
            language,
            host: "gate.example",
            accepted: jiff::Timestamp::UNIX_EPOCH,
            original,
            envid,
            about: About {
                recipient: &values.address,
                original: orcpt,
                event,
                answer: Some(&answer),
            },
        });
        let mail = read(&octets, &values.mailbox(), None);
        delivery_status(&mail);
        let octets = outside_report(&OutsideReport {
            head,
            language,
            accepted: &values.text,
            reference: &values.id,
            event,
        });
        read(&octets, &values.mailbox(), None);
    }
}

/// What the session takes as ENVID and ORCPT: RFC 3461 §4.
fn is_xtext(text: &str) -> bool {
    (1..=300).contains(&text.len()) && text.bytes().all(|o| o.is_ascii_graphic() && o != b'=')
}

/// RFC 3464 §2: two groups of fields, ASCII, and none that we did not write.
fn delivery_status(mail: &Message<'_>) {
    let status = mail.parts.iter().find(|part| {
        part.content_type()
            .is_some_and(|kind| kind.subtype() == Some("delivery-status"))
    });
    let status = status
        .expect("a report has its part for programs")
        .contents();
    assert!(status.is_ascii());
    let text = String::from_utf8_lossy(status);
    let groups: Vec<&str> = text.trim_end().split("\r\n\r\n").collect();
    assert_eq!(groups.len(), 2, "{text:?}");
    let known = "Reporting-MTA Arrival-Date Original-Envelope-Id Original-Recipient \
        Final-Recipient Action Status Diagnostic-Code Last-Attempt-Date";
    for line in groups.iter().flat_map(|group| group.split("\r\n")) {
        let name = line.split_once(": ").expect("a field").0;
        assert!(known.split_whitespace().any(|k| k == name), "{line:?}");
        assert!(!line.chars().any(char::is_control) && line.len() <= 998);
    }
}

fn answers(values: &Values, from: &Mailbox) {
    let references = [values.id.clone(), "root@x".to_owned()];
    let (writing, mut octets) = reply(&ReplyMail {
        from,
        to: &[from.clone(), from.clone()],
        subject: &values.subject,
        in_reply_to: Some(&values.id),
        references: &references,
        message_id: "one@gate.example",
        date: jiff::Timestamp::UNIX_EPOCH,
        text: &values.text,
    });
    // The type is ours (`Kind::media_type`). Of a text, a reader gives words.
    octets.extend(writing.file(&values.file, "application/pdf"));
    let mut lines = Base64Lines::default();
    lines.write(&values.content, &mut octets);
    lines.finish(&mut octets);
    octets.extend(writing.end());
    let mail = read(&octets, from, Some(&values.subject));
    assert_eq!(unbroken(&body(&mail, false)), unbroken(&values.text));
    assert_eq!(mail.attachment_count(), 1);
    let file = mail.attachment(0).expect("the answer has a file");
    assert_eq!(file.contents(), values.content);
    let name = safe_name(&values.file).unwrap_or_else(|| "file".to_owned());
    assert_eq!(file.attachment_name(), Some(name.as_str()));
    own_reader(&octets, values, &name);
}

/// Our own reader finds the text and the file too.
fn own_reader(octets: &[u8], values: &Values, name: &str) {
    let (head, rest) = split(octets);
    let mut indexer = Indexer::new(head);
    indexer.write(rest).expect("what we write is simple");
    let parts = indexer.finish().expect("what we write is simple").parts;
    let [text, file] = &parts[..] else {
        unreachable!("{} parts instead of two", parts.len())
    };
    assert_eq!((text.role, file.role), (PartRole::Text, PartRole::File));
    assert_eq!(file.name.as_deref(), Some(name));
    let encoded = values.content.len().div_ceil(3) * 4;
    assert!(file.length as usize >= encoded);
}

/// Holds a mail against what every mail of ours must be.
fn read<'o>(octets: &'o [u8], author: &Mailbox, subject: Option<&str>) -> Message<'o> {
    let international = author.address.is_international();
    assert!(international || octets.is_ascii(), "not in 7 bits");
    let text = String::from_utf8_lossy(octets);
    for line in text.split("\r\n") {
        assert!(
            line.len() <= 998 && !line.contains(['\r', '\n', '\0']),
            "{line:?}"
        );
    }
    let (head, _) = split(octets);
    let fields = header::fields(head).expect("what we write is a header");
    for (n, field) in fields.iter().enumerate() {
        let name = field.name.to_ascii_lowercase();
        assert!(
            FIELDS.split_whitespace().any(|known| known == name),
            "{name}"
        );
        assert!(!fields[..n].iter().any(|f| f.is(&name)), "{name} twice");
    }
    let mail = MessageParser::new()
        .parse(octets)
        .expect("what we write is mail");
    let name = Some(phrase(author.name.as_deref().unwrap_or_default()));
    let name = name.filter(|name| !name.is_empty());
    for field in [mail.from(), mail.reply_to()].into_iter().flatten() {
        one_author(field, name.as_deref(), &author.address);
    }
    let facts = normalise(head, &stamp())
        .expect("our own reader takes it")
        .facts;
    assert_eq!(facts.from.name, name);
    assert!(facts.from.address == author.address);
    assert!(facts.to.iter().all(|to| to.address == author.address));
    if let Some(subject) = subject.map(phrase) {
        assert_eq!(mail.subject().unwrap_or_default(), subject);
        assert_eq!(facts.subject, subject);
    }
    mail
}

fn one_author(field: &Read<'_>, name: Option<&str>, address: &Address) {
    let found: Vec<_> = field.iter().collect();
    let [found] = &found[..] else {
        unreachable!("{} authors instead of one", found.len())
    };
    assert_eq!(found.name().filter(|name| !name.is_empty()), name);
    // The other reader takes the quotes of a local part away.
    let bare = |text: &str| text.replace(['"', '\\'], "");
    assert_eq!(found.address().map(bare), Some(bare(address.as_str())));
}

fn stamp() -> Stamp<'static> {
    Stamp {
        received: "by x".to_owned(),
        writer: None,
        date: jiff::Timestamp::UNIX_EPOCH,
        message_id: "x@x".to_owned(),
        secure_tag: "",
        clear_tag: "",
    }
}

fn split(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.windows(4).position(|w| w == b"\r\n\r\n");
    octets.split_at(end.expect("a header ends") + 4)
}

fn body(mail: &Message<'_>, html: bool) -> String {
    let body = if html {
        mail.body_html(0)
    } else {
        mail.body_text(0)
    };
    body.expect("the mail has both forms").into_owned()
}

/// A name or a subject as it is written: one line of at most 200 characters,
/// in which nobody finds an encoded word.
fn phrase(text: &str) -> String {
    let line = one_line(text).replace("=?", "= ?");
    let cut: String = line.chars().take(200).collect();
    one_line(&cut)
}

/// A text without what the way may change: its line breaks, control
/// characters, and blanks at its end.
fn unbroken(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    kept.collect::<String>().trim_end().to_owned()
}
