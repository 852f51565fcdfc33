//! The mails a patient gets: the notice of a message, and the code that opens
//! it; and the office's alert. Nothing of the message itself stands in them:
//! no subject, no word, no file name, no patient's name (requirements C1.1).

use crate::mime::clean::escape;
use crate::mime::letter::{
    Head, alternative, button, heading, octets, paragraph, phrase, rule, sheet, small, start,
};
use crate::model::{Address, Arg, Language, Secret};
use crate::texts::say;

/// Why a notice leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is a message to read.
    Message,
    /// It has not been read, and its time will be over.
    Reminder,
}

impl Kind {
    /// Its subject, title and first sentence in the catalogue: without the
    /// sender's name, and with it.
    const fn words(self) -> [&'static str; 4] {
        match self {
            Self::Message => [
                "notice-subject",
                "notice-title",
                "notice-from-clinic",
                "notice-from-sender",
            ],
            Self::Reminder => [
                "reminder-subject",
                "reminder-title",
                "reminder-from-clinic",
                "reminder-from-sender",
            ],
        }
    }
}

/// The notice "you have a secure message", or the reminder of it.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// Which of the two.
    pub kind: Kind,
    /// Who writes to whom.
    pub head: Head<'a>,
    /// The language it is written in.
    pub language: Language,
    /// A second language for one line at the end, where the reader's is unknown.
    pub second: Option<Language>,
    /// The clinic's name.
    pub clinic: &'a str,
    /// The sender's name, where the policy shows it.
    pub sender: Option<&'a str>,
    /// The reader's link, whole.
    pub link: &'a str,
    /// Until when it can be read, written out in `language`.
    pub expires: &'a str,
    /// The clinic's own subject line; a neutral one if there is none.
    pub subject: Option<&'a str>,
}

/// Writes a notice.
#[must_use]
pub fn notice(notice: &Notice<'_>) -> Vec<u8> {
    let (language, clinic) = (notice.language, phrase(notice.clinic));
    let say_in = |language: Language, id: &str, args: &[(&str, &str)]| tell(language, id, args);
    let tell = |id: &str, args: &[(&str, &str)]| say_in(language, id, args);
    let [subject, title, from_clinic, from_sender] = notice.kind.words();
    let sender = notice.sender.map(phrase).filter(|s| !s.is_empty());
    let who = match &sender {
        Some(sender) => tell(from_sender, &[("sender", sender), ("clinic", &clinic)]),
        None => tell(from_clinic, &[("clinic", &clinic)]),
    };
    let until = tell("notice-until", &[("expires", notice.expires)]);
    let code = tell("notice-code", &[]);
    let (doubt, never) = (tell("notice-doubt", &[]), tell("notice-never", &[]));
    let second = notice.second.filter(|s| *s != language);
    let second = second.map(|s| (s, say_in(s, "notice-second", &[("clinic", &clinic)])));

    let mut text = format!(
        "{who}\n\n{}\n{}\n\n{until}\n{code}\n\n{doubt}\n{never}\n",
        tell("notice-open", &[]),
        notice.link
    );
    let mut rows = heading(&tell(title, &[])) + &paragraph(&who);
    rows += &button(
        &tell("notice-button", &[]),
        &tell("notice-open-plain", &[]),
        notice.link,
    );
    rows += &(paragraph(&until) + &paragraph(&code) + &rule() + &small(&doubt) + &small(&never));
    if let Some((other, line)) = second {
        text += &format!("\n{line}\n");
        // Screen readers change their voice by `lang`.
        rows += &small(&line).replacen("<p ", &format!("<p lang=\"{}\" ", other.tag()), 1);
    }
    let subject = notice.subject.map_or_else(|| tell(subject, &[]), phrase);
    let html = sheet(language, &clinic, &subject, &rows);
    octets(start(&notice.head, &subject, language, "auto-generated").body(alternative(text, html)))
}

/// What a code opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// The message whose link asked for it.
    Message,
    /// The portal, at its front page.
    Portal,
}

impl Opens {
    /// The first and the last sentence but one in the catalogue.
    const fn words(self) -> [&'static str; 2] {
        match self {
            Self::Message => ["code-first", "code-ignore"],
            Self::Portal => ["code-first-portal", "code-ignore-portal"],
        }
    }
}

/// The mail with a one-time code.
#[derive(Clone, Copy, Debug)]
pub struct CodeMail<'a> {
    /// Who writes to whom.
    pub head: Head<'a>,
    /// The language it is written in.
    pub language: Language,
    /// The clinic's name.
    pub clinic: &'a str,
    /// What it opens.
    pub opens: Opens,
    /// The code: six digits, or eight for the front page.
    pub code: &'a Secret,
    /// The request's four letters, which the page shows too.
    pub reference: &'a str,
    /// The code's running number in its request: it makes each subject another
    /// one, so that no mail program hides a new code in an old conversation.
    pub serial: u32,
    /// How long the code works, in minutes.
    pub minutes: u32,
}

/// Writes a code mail: the code comes first, and no other six digits stand in
/// it, so that programs which fill in codes find the right one.
#[must_use]
pub fn code(mail: &CodeMail<'_>) -> Vec<u8> {
    // A clinic's name could hold six digits; it stands in From anyway.
    let clinic = without_codes(&phrase(mail.clinic));
    let (language, code) = (mail.language, mail.code.expose());
    let reference = phrase(mail.reference);
    let tell = |id: &str, args: &[(&str, &str)]| tell(language, id, args);
    let [first, ignore] = mail.opens.words();
    let first = tell(first, &[("code", code), ("clinic", &clinic)]);
    let where_ = tell("code-reference", &[("reference", &reference)]);
    let minutes = [("minutes", Arg::Number(i64::from(mail.minutes)))];
    let lasts = say(language, "code-lasts", &minutes);
    let (ignore, never) = (tell(ignore, &[]), tell("code-never", &[]));

    let text = format!("{first}\n\n{where_}\n{lasts}\n\n{ignore}\n{never}\n");
    let digits = format!(
        "<p class=\"ink\" style=\"margin:0 0 16px;font-size:36px;line-height:1.3;font-weight:bold;letter-spacing:4px;\
         color:#1C2523\">{}</p>\n",
        escape(code)
    );
    let rows = heading(&tell("code-title", &[]))
        + &digits
        + &paragraph(&where_)
        + &paragraph(&lasts)
        + &rule()
        + &small(&ignore)
        + &small(&never);
    let subject = tell(
        "code-subject",
        &[("reference", &reference), ("mark", &mark(mail.serial))],
    );
    let html = sheet(language, &clinic, &tell("code-title", &[]), &rows);
    octets(start(&mail.head, &subject, language, "auto-generated").body(alternative(text, html)))
}

/// A running number in letters: A, B, … Z, AA, …
fn mark(serial: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(serial) + 1;
    while left > 0 {
        left -= 1;
        letters.extend(char::from_u32(
            u32::from(b'A') + u32::try_from(left % 26).unwrap_or_default(),
        ));
        left /= 26;
    }
    letters.iter().rev().collect()
}

/// A text without runs of six digits, which a program could take for the code.
fn without_codes(text: &str) -> String {
    let mut run = 0;
    let kept = text.chars().filter(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run < 6
    });
    kept.collect()
}

/// The alert "there is something to read", to an outside address of the office.
#[derive(Clone, Copy, Debug)]
pub struct Alert<'a> {
    /// Who writes to whom.
    pub head: Head<'a>,
    /// The language it is written in.
    pub language: Language,
    /// What it says.
    pub news: News<'a>,
}

/// What an alert says.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// So many answers came since the last alert.
    Came(u32),
    /// Something still waits: nobody has answered it or marked it as read.
    Unread {
        /// For so many hours, or longer.
        hours: i64,
        /// With these accounts of the office; none: in the shared mailbox.
        mailboxes: &'a [Address],
        /// Whether all accounts that got it are switched off.
        off: bool,
    },
}

/// Writes an alert. It says that something came or still waits, and neither what nor
/// from whom.
#[must_use]
pub fn alert(alert: &Alert<'_>) -> Vec<u8> {
    let say = |id: &str, args: &[(&str, Arg)]| say(alert.language, id, args);
    let (subject, news) = match alert.news {
        News::Came(count) => {
            let count = [("count", Arg::Number(i64::from(count)))];
            let came = say("alert-came", &count);
            (say("alert-subject", &[]), came)
        }
        News::Unread {
            hours,
            mailboxes,
            off,
        } => {
            let waits = say("alert-unread", &[("hours", Arg::Number(hours))]);
            let names: Vec<&str> = mailboxes.iter().map(Address::as_str).collect();
            let place = match names.as_slice() {
                [] => say("alert-unread-shared", &[]),
                names => say(
                    "alert-unread-in",
                    &[("mailboxes", Arg::Text(names.join(", ")))],
                ),
            };
            let off = if off {
                format!("\n{}", say("alert-unread-off", &[]))
            } else {
                String::new()
            };
            (
                say("alert-unread-subject", &[]),
                format!("{waits}\n{place}{off}"),
            )
        }
    };
    let read = say("alert-read", &[]);
    octets(
        start(&alert.head, &subject, alert.language, "auto-generated")
            .text_body(format!("{news}\n{read}\n")),
    )
}

fn tell(language: Language, id: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<(&str, Arg)> = args
        .iter()
        .map(|(name, value)| (*name, Arg::Text((*value).to_owned())))
        .collect();
    say(language, id, &args)
}

#[cfg(test)]
mod tests {
    use super::{
        Alert, CodeMail, Kind, News, Notice, Opens, alert, code, mark, notice, without_codes,
    };
    use crate::mime::letter::Head;
    use crate::model::{Address, Language, Mailbox, Secret};
    use jiff::Timestamp;
    use mail_parser::{Message, MessageParser};

    const LINK: &str = "https://mail.north.example/m/abcdefghijklmnopqrstuvwxyz234567";

    struct People {
        from: Mailbox,
        to: Address,
    }

    fn people(name: &str) -> People {
        let from = Mailbox {
            name: Some(name.to_owned()),
            address: Address::parse("secure@north.example").unwrap(),
        };
        People {
            from,
            to: Address::parse("jane@example.com").unwrap(),
        }
    }

    impl People {
        fn head(&self) -> Head<'_> {
            Head {
                from: &self.from,
                to: &self.to,
                reply_to: None,
                message_id: "abc@north.example",
                date: Timestamp::from_second(1_795_370_400).unwrap(),
            }
        }

        fn notice(&self, language: Language) -> Notice<'_> {
            let expires = match language {
                Language::English => "Sunday, 29 November 2026, 5:00 PM (Pacific)",
                Language::Spanish => "domingo, 29 de noviembre de 2026, 17:00 (Pacífico)",
            };
            Notice {
                kind: Kind::Message,
                head: self.head(),
                language,
                second: None,
                clinic: "North Clinic",
                sender: None,
                link: LINK,
                expires,
                subject: None,
            }
        }

        fn code<'a>(&'a self, language: Language, code: &'a Secret) -> CodeMail<'a> {
            CodeMail {
                head: self.head(),
                language,
                clinic: "North Clinic",
                opens: Opens::Message,
                code,
                reference: "KTVR",
                serial: 0,
                minutes: 10,
            }
        }
    }

    /// A mail with its boundary masked; also checks what every mail must be.
    fn masked(mail: &[u8]) -> String {
        let text = String::from_utf8(mail.to_vec()).unwrap();
        assert!(text.is_ascii(), "7-bit");
        assert!(
            text.split("\r\n")
                .all(|l| l.len() <= 998 && !l.contains(['\r', '\n'])),
            "canonical lines"
        );
        let boundary = text
            .split("boundary=\"")
            .nth(1)
            .and_then(|t| t.split('"').next())
            .unwrap_or("none");
        text.replace(boundary, "BOUNDARY").replace("\r\n", "\n")
    }

    fn bodies(mail: &Message<'_>) -> (String, String) {
        (
            mail.body_text(0).unwrap().into_owned(),
            mail.body_html(0).unwrap().into_owned(),
        )
    }

    /// How often exactly six digits stand between word boundaries.
    fn codes(text: &str) -> Vec<&str> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| w.len() == 6 && w.bytes().all(|b| b.is_ascii_digit()))
            .collect()
    }

    fn visible(html: &str) -> String {
        let body = html.split_once("<body").unwrap().1;
        mail_parser::decoders::html::html_to_text(&format!("<body{body}"))
    }

    fn links(html: &str) -> Vec<&str> {
        html.split("href=\"")
            .skip(1)
            .filter_map(|t| t.split('"').next())
            .collect()
    }

    #[test]
    fn a_notice_is_complete_as_text_and_as_html_in_both_languages() {
        let people = people("North Clinic");
        for language in Language::ALL {
            let octets = notice(&people.notice(language));
            insta::assert_snapshot!(format!("notice-{}", language.tag()), masked(&octets));
            let mail = MessageParser::new().parse(&octets).unwrap();
            let (text, html) = bodies(&mail);
            assert!(
                text.lines().any(|line| line == LINK),
                "the link has a line of its own"
            );
            assert_eq!(links(&html), [LINK, LINK], "one button, one plain link");
            assert!(
                html.contains(&format!(">{LINK}</a>")),
                "what is shown is where it leads"
            );
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())));
            one_host(&text);
            one_host(&html);
            nothing_remote(&html);
            assert_eq!(
                mail.header_raw("Auto-Submitted").unwrap().trim(),
                "auto-generated"
            );
            assert!(mail.body_html(1).is_none() && mail.attachment_count() == 0);
        }
    }

    #[test]
    fn a_reminder_is_a_notice_that_says_the_message_is_unread() {
        let people = people("North Clinic");
        for language in Language::ALL {
            let reminder = Notice {
                kind: Kind::Reminder,
                ..people.notice(language)
            };
            let octets = notice(&reminder);
            insta::assert_snapshot!(format!("reminder-{}", language.tag()), masked(&octets));
            let mail = MessageParser::new().parse(&octets).unwrap();
            let (text, html) = bodies(&mail);
            assert_eq!(links(&html), [LINK, LINK]);
            one_host(&text);
            nothing_remote(&html);
        }
    }

    fn one_host(form: &str) {
        let mut hosts = form
            .split("://")
            .skip(1)
            .map(|t| t.split('/').next().unwrap());
        assert!(hosts.all(|host| host == "mail.north.example"));
        assert!(form.contains("2026") && form.contains("North Clinic"));
    }

    fn nothing_remote(html: &str) {
        for bad in ["<img", "<script", "<link", "url(", "@import", "<form"] {
            assert!(!html.contains(bad), "{bad}");
        }
        let tables = html.matches("<table").count();
        assert_eq!(tables, html.matches("<table role=\"presentation\"").count());
    }

    #[test]
    fn the_sender_and_the_second_language_are_told_where_asked_for() {
        let people = people("North Clinic");
        let asked = Notice {
            sender: Some("Dr. Ruiz"),
            second: Some(Language::Spanish),
            subject: Some("From North"),
            ..people.notice(Language::English)
        };
        let octets = notice(&asked);
        let mail = MessageParser::new().parse(&octets).unwrap();
        let (text, html) = bodies(&mail);
        assert_eq!(mail.subject(), Some("From North"));
        assert!(text.starts_with("Dr. Ruiz at North Clinic has sent you a secure message."));
        assert!(text.trim_end().ends_with("también en español."));
        assert!(html.contains("<p lang=\"es\" ") && html.contains("también en español."));
    }

    #[test]
    fn a_code_mail_holds_its_code_once_and_first() {
        let people = people("North Clinic");
        let secret = Secret::new("048213");
        for language in Language::ALL {
            let octets = code(&people.code(language, &secret));
            insta::assert_snapshot!(format!("code-{}", language.tag()), masked(&octets));
            let mail = MessageParser::new().parse(&octets).unwrap();
            let (text, html) = bodies(&mail);
            assert!(text.starts_with("048213 "));
            assert_eq!(codes(&text), ["048213"]);
            assert_eq!(codes(&visible(&html)), ["048213"]);
            assert_eq!(codes(&html), ["048213"], "no colour looks like a code");
            let raw = String::from_utf8(octets.clone()).unwrap();
            let body = raw.split_once("\r\n\r\n").unwrap().1;
            assert_eq!(codes(body), ["048213", "048213"], "nor does a boundary");
            let subject = mail.subject().unwrap();
            assert!(subject.contains("KTVR") && !subject.bytes().any(|b| b.is_ascii_digit()));
            assert!(links(&html).is_empty() && !text.contains("http"));
            assert!(text.contains("KTVR") && visible(&html).contains("KTVR"));
            assert!(
                mail.header_raw("References").is_none() && mail.header_raw("In-Reply-To").is_none()
            );
        }
    }

    #[test]
    fn every_code_of_a_request_has_another_subject() {
        let people = people("North Clinic");
        let secret = Secret::new("123456");
        let subjects: std::collections::HashSet<String> = (0..60)
            .map(|serial| {
                let octets = code(&CodeMail {
                    serial,
                    ..people.code(Language::English, &secret)
                });
                MessageParser::new()
                    .parse(&octets)
                    .unwrap()
                    .subject()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        assert_eq!(subjects.len(), 60);
        assert_eq!(
            [mark(0), mark(25), mark(26), mark(u32::MAX)],
            ["A", "Z", "AA", "MWLQKWV"]
        );
    }

    #[test]
    fn a_clinic_called_by_a_number_does_not_hide_the_code() {
        assert_eq!(without_codes("Clinic 1234567 of 12"), "Clinic 12345 of 12");
    }

    #[test]
    fn no_field_can_add_a_header_or_a_line() {
        let evil = "x\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>";
        let people = people(evil);
        let secret = Secret::new("123456");
        let mails = [
            notice(&Notice {
                clinic: evil,
                sender: Some(evil),
                subject: Some(evil),
                expires: evil,
                ..people.notice(Language::English)
            }),
            code(&CodeMail {
                clinic: evil,
                reference: evil,
                ..people.code(Language::Spanish, &secret)
            }),
        ];
        for octets in mails {
            masked(&octets);
            let mail = MessageParser::new().parse(&octets).unwrap();
            assert!(mail.bcc().is_none());
            assert!(!mail.body_html(0).unwrap().contains("<script>alert"));
        }
    }

    #[test]
    fn an_alert_says_that_something_came_and_no_more() {
        let people = people("North Clinic");
        for language in Language::ALL {
            let octets = alert(&Alert {
                head: people.head(),
                language,
                news: News::Came(2),
            });
            insta::assert_snapshot!(format!("alert-{}", language.tag()), masked(&octets));
        }
    }

    #[test]
    fn an_alert_of_what_still_waits_names_whose_mailbox_it_is_in_and_no_more() {
        let people = people("North Clinic");
        let office = ["ruiz@north.example", "desk@north.example"];
        let office = office.map(|a| Address::parse(a).unwrap());
        for language in Language::ALL {
            for (place, hours, mailboxes, off) in [
                ("own", 24, &office[..], false),
                ("shared", 1, &office[..0], false),
                ("off", 24, &office[..1], true),
            ] {
                let octets = alert(&Alert {
                    head: people.head(),
                    language,
                    news: News::Unread {
                        hours,
                        mailboxes,
                        off,
                    },
                });
                let name = format!("alert-unread-{place}-{}", language.tag());
                insta::assert_snapshot!(name, masked(&octets));
            }
        }
    }
}
