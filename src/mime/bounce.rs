//! What a mail that came back says (RFC 3464). Every octet is a stranger's: it is
//! read within bounds, and says only how the delivery went, never whose.

use crate::mime::decode::Decoder;
use crate::mime::index::{self, Indexer};
use crate::mime::{dsn, one_line};
use mail_parser::{MessageParser, MimeHeaders};
use memchr::memmem;

/// Longest part with the facts that is looked at, in octets: a report on one
/// recipient has some hundreds.
const MAX_FACTS: usize = 64 * 1024;
/// Longest words of the other server that are kept, in characters.
const MAX_WORDS: usize = 200;

/// What became of a mail that another server had taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bounce {
    /// It was given up.
    Failed(Said),
    /// It is late, and tried again.
    Delayed(Said),
    /// It is no report about a delivery, or one of another kind: a person's answer,
    /// "out of office", "relayed".
    Other,
}

/// The words of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The reply code of SMTP: the other server's, or the one that fits.
    pub code: u16,
    /// The enhanced status code, and what else was said: one line, at most 200
    /// characters. It may hold an address.
    pub text: String,
    /// Whether the other server gave up after trying for long.
    pub timed_out: bool,
}

/// Reads a mail that came back. Of several recipients in one report the worst
/// counts: our return addresses stand for one each.
///
/// Its parts are found by our own index, which goes over the octets once and to a
/// bounded depth: a stranger chooses how parts stand in one another, and a tree of
/// twenty thousand forwarded mails must cost neither time nor stack.
#[must_use]
pub fn read(mail: &[u8]) -> Bounce {
    let facts = facts(mail);
    facts.map_or(Bounce::Other, |facts| {
        judge(&String::from_utf8_lossy(&facts))
    })
}

/// The part with the facts, decoded.
fn facts(mail: &[u8]) -> Option<Vec<u8>> {
    let end = memmem::find(mail, b"\r\n\r\n")?.checked_add(4)?;
    let (header, body) = mail.split_at_checked(end)?;
    // RFC 3462 §2: a report is the whole mail, never a part of another.
    let whole = MessageParser::new().parse_headers(header)?;
    if index::kind(whole.content_type()?) != "multipart/report" {
        return None;
    }
    let mut indexer = Indexer::new(header);
    indexer.write(body).ok()?;
    let found = indexer.finish().ok()?;
    let part = found.parts.iter().find(|part| {
        let kinds = ["message/delivery-status", "message/global-delivery-status"];
        kinds.contains(&part.kind.as_str())
    })?;
    let start = usize::try_from(part.offset).ok()?;
    let length = usize::try_from(part.length).ok()?.min(MAX_FACTS);
    let stored = mail.get(start..start.checked_add(length)?)?;
    let mut facts = Vec::new();
    let mut decoder = Decoder::new(&part.encoding);
    decoder.write(stored, &mut facts);
    decoder.finish(&mut facts);
    Some(facts)
}

/// One recipient's facts (RFC 3464 §2.3).
#[derive(Default)]
struct Facts {
    action: String,
    status: String,
    diagnostic: String,
}

fn judge(text: &str) -> Bounce {
    let groups = groups(text);
    let with = |action: &str| groups.iter().find(|facts| facts.action == action);
    if let Some(facts) = with("failed") {
        Bounce::Failed(facts.said(550))
    } else if let Some(facts) = with("delayed") {
        Bounce::Delayed(facts.said(450))
    } else {
        Bounce::Other
    }
}

/// The groups of fields, parted by empty lines.
fn groups(text: &str) -> Vec<Facts> {
    let mut groups = vec![Facts::default()];
    for field in unfolded(text) {
        if field.trim().is_empty() {
            groups.push(Facts::default());
            continue;
        }
        let Some((name, value)) = field.split_once(':') else {
            continue;
        };
        let Some(facts) = groups.last_mut() else {
            continue;
        };
        let value = one_line(value).trim().to_owned();
        match name.trim().to_ascii_lowercase().as_str() {
            // RFC 3464 §2.3.3: a comment may follow.
            "action" => {
                let word = value.split([' ', '(']).next().unwrap_or_default();
                facts.action = word.to_ascii_lowercase();
            }
            "status" => facts.status = status(&value).unwrap_or_default().to_owned(),
            "diagnostic-code" => facts.diagnostic = value,
            _ => {}
        }
    }
    groups
}

/// Lines with what was folded put together (RFC 5322 §2.2.3).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) && !line.trim().is_empty() => {
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

impl Facts {
    /// What is told of it, with `usual` where no code of SMTP stands in it.
    fn said(&self, usual: u16) -> Said {
        let (kind, words) = self.diagnostic.split_once(';').unwrap_or_default();
        let words = match kind.trim().eq_ignore_ascii_case("smtp") {
            true => words.trim(),
            false => self.diagnostic.trim(),
        };
        let (code, words) = code(words).unwrap_or((usual, words));
        let words = words.trim_start_matches(['-', ' ']);
        let own = status(words);
        let given = Some(self.status.as_str()).filter(|status| !status.is_empty());
        let chosen = given.or(own).unwrap_or(match usual {
            550 => "5.0.0",
            _ => "4.0.0",
        });
        let rest = own.and_then(|own| words.strip_prefix(own)).unwrap_or(words);
        let text = format!("{chosen} {}", unlinked(rest.trim()));
        Said {
            code,
            text: text.trim().chars().take(MAX_WORDS).collect(),
            // RFC 3463 §3.5: 4.7, the time in which it had to be delivered is over.
            timed_out: usual == 550 && (chosen.starts_with("4.") || chosen.ends_with(".4.7")),
        }
    }
}

/// Words of a stranger that stand in a letter of ours: nothing in them can be
/// pressed.
fn unlinked(words: &str) -> String {
    let words = words.split(' ').map(|word| {
        let lower = word.to_ascii_lowercase();
        match lower.contains("://") || lower.contains("www.") || lower.contains("mailto:") {
            true => "…",
            false => word,
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A refusal's code with which words begin, and the rest.
fn code(words: &str) -> Option<(u16, &str)> {
    let (digits, rest) = words.split_at_checked(3)?;
    let fits = digits.bytes().all(|octet| octet.is_ascii_digit());
    let code = digits.parse().ok().filter(|code| (400..600).contains(code));
    let ends = rest.is_empty() || rest.starts_with([' ', '-']);
    code.filter(|_| fits && ends).map(|code| (code, rest))
}

/// The enhanced status code of a failure or delay with which a text begins.
fn status(text: &str) -> Option<&str> {
    dsn::status(text).filter(|status| !status.starts_with('2'))
}

#[cfg(test)]
mod tests {
    use super::{Bounce, Said, read};

    fn report(kind: &str, facts: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\nContent-Type: {kind}; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{facts}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: A notice\r\n\r\nAction: failed\r\n\r\n--b--\r\n"
        )
        .into_bytes()
    }

    fn said(facts: &str) -> Bounce {
        read(&report("multipart/report", facts))
    }

    #[test]
    fn a_failed_delivery_is_read_with_what_the_other_server_said() {
        let facts = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; jane@example.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n <jane@example.test> no such user\r\n";
        let expected = Said {
            code: 550,
            text: "5.1.1 <jane@example.test> no such user".to_owned(),
            timed_out: false,
        };
        assert_eq!(said(facts), Bounce::Failed(expected));
    }

    #[test]
    fn a_delay_is_a_delay_and_a_failure_beside_it_counts() {
        let late = "Reporting-MTA: dns; mx\r\n\r\nAction: delayed\r\nStatus: 4.4.1\r\n";
        assert!(matches!(said(late), Bounce::Delayed(s) if s.text == "4.4.1" && s.code == 450));
        let both =
            format!("{late}\r\nAction: FAILED (after five days)\r\nStatus: 4.4.7 (expired)\r\n");
        assert!(matches!(said(&both), Bounce::Failed(s) if s.timed_out && s.text == "4.4.7"));
    }

    #[test]
    fn what_is_no_report_of_a_failure_or_delay_says_nothing() {
        for facts in [
            "Action: delivered\r\nStatus: 2.0.0\r\n",
            "Action: relayed\r\n",
            "",
            "Action failed",
        ] {
            assert_eq!(said(facts), Bounce::Other, "{facts}");
        }
        let failed = "Reporting-MTA: dns; mx\r\n\r\nAction: failed\r\n";
        assert_eq!(read(&report("multipart/mixed", failed)), Bounce::Other);
        let away = b"From: jane@example.test\r\nAuto-Submitted: auto-replied\r\nSubject: Out of office\r\n\r\nAction: failed\r\n";
        assert_eq!(read(away), Bounce::Other);
        assert_eq!(read(b""), Bounce::Other);
    }

    #[test]
    fn parts_within_parts_without_end_cost_neither_time_nor_stack() {
        // Twenty thousand forwarded mails in one another once overran the stack;
        // as many multiparts that never end took a quarter of a minute.
        let mut nested = b"Content-Type:message/rfc822\r\n\r\n".repeat(33_000);
        assert_eq!(read(&nested), Bounce::Other);
        let mut report = b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n".to_vec();
        report.append(&mut nested);
        assert_eq!(read(&report), Bounce::Other);
        let mut open = b"Content-Type: multipart/report; boundary=b\r\n\r\n".to_vec();
        open.extend(b"--b\r\nContent-Type:multipart/x;boundary=z\r\n\r\n".repeat(23_000));
        let began = std::time::Instant::now();
        assert_eq!(read(&open), Bounce::Other);
        // It takes some hundredths of a second; the bound is for a busy machine.
        assert!(began.elapsed().as_secs() < 5);
    }

    #[test]
    fn what_a_stranger_says_holds_nothing_to_press() {
        let facts = "x: y\r\n\r\nAction: failed\r\nStatus: 5.7.1\r\nDiagnostic-Code: smtp; 550 5.7.1 confirm at https://evil.example/x or WWW.evil.example now\r\n";
        assert!(
            matches!(said(facts), Bounce::Failed(s) if s.text == "5.7.1 confirm at … or … now")
        );
    }

    #[test]
    fn a_strangers_words_stay_on_one_short_line() {
        let hostile = format!(
            "x: y\r\n\r\nAction: failed\r\nStatus: 9.9.9\r\nDiagnostic-Code: smtp; 250 5.1.1\0\r\n\tBcc: a\u{7}\r\n {}\r\n",
            "w".repeat(5000)
        );
        let Bounce::Failed(said) = said(&hostile) else {
            panic!("it is a failure")
        };
        assert!(said.text.chars().count() <= 200 && !said.text.contains(|c: char| c.is_control()));
        assert_eq!((said.code, said.text.starts_with("5.0.0 ")), (550, true));
    }
}
