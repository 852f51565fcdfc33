//! A reply as octets (RFC 5321 §4.2, RFC 2034).

use crate::model::{Language, Reply};
use crate::texts;

/// Longest reply line, with its CRLF (RFC 5321 §4.5.3.1.5).
const MAX_LINE: usize = 512;

/// The lines of `reply` in `language`. Without `international` (the client did
/// not ask for SMTPUTF8, RFC 6531 §3.7.4.2) they are ASCII. Whatever stands in
/// the values, no line break but ours leaves.
#[must_use]
pub fn render(reply: &Reply, language: Language, international: bool) -> Vec<u8> {
    let sentence = texts::say(language, reply.text, &reply.args);
    let sentence: String = sentence
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let sentence = if international {
        sentence
    } else {
        texts::ascii(&sentence)
    };
    let status = reply
        .enhanced
        .map(|(class, subject, detail)| format!("{class}.{subject}.{detail} "))
        .unwrap_or_default();
    let room = MAX_LINE - "250-\r\n".len() - status.len();
    lines(reply.code, &status, &wrap(&sentence, room))
}

/// A reply of several lines that are keywords, not sentences: EHLO.
pub(super) fn keywords(code: u16, lines_: &[String]) -> Vec<u8> {
    lines(code, "", lines_)
}

fn lines(code: u16, status: &str, texts: &[String]) -> Vec<u8> {
    let mut octets = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        // RFC 5321 §4.2.1: every line but the last has a hyphen after its code.
        let mark = if n + 1 < texts.len() { '-' } else { ' ' };
        octets.extend_from_slice(format!("{code}{mark}{status}{text}\r\n").as_bytes());
    }
    octets
}

/// Breaks at spaces into pieces of at most `room` octets; at least one piece.
fn wrap(sentence: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in sentence.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for c in word.chars() {
            if line.len() + c.len_utf8() > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::{render, wrap};
    use crate::model::{Language, Reply};

    #[test]
    fn no_value_can_break_out_of_its_line() {
        let reply = Reply::new(553, (5, 7, 1), "no such sentence\r\n250 OK\n.");
        let octets = render(&reply, Language::English, false);
        assert_eq!(octets, b"553 5.7.1 no such sentence 250 OK .\r\n");
    }

    #[test]
    fn a_long_sentence_is_wrapped_within_512_octets() {
        for word in ["wordy ".repeat(300), "x".repeat(2_000), "ñ".repeat(1_000)] {
            let lines = wrap(&word, 500);
            assert!(lines.len() > 3);
            assert!(lines.iter().all(|l| l.len() <= 500 && !l.is_empty()));
            assert_eq!(lines.concat().replace(' ', ""), word.replace(' ', ""));
        }
        assert_eq!(wrap("", 500), [""]);
        let reply = Reply::new(550, (5, 7, 1), "two words");
        assert_eq!(
            render(&reply, Language::Spanish, true),
            b"550 5.7.1 two words\r\n"
        );
    }
}
