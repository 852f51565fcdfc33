//! What SEARCH finds in a message (RFC 3501 §6.4.4): text is decoded, by its
//! transfer encoding and its charset, and folded, and so is what is looked for.
//!
//! BODY looks at what a reader sees: the text parts, HTML by its visible words,
//! and who wrote the messages within, to whom, about what. TEXT looks at every
//! header besides. Files are not looked into.

use crate::mime::decode::{Decoder, text};
use crate::mime::html_text;
use crate::mime::structure::lines::{RawField, raw_fields};
use crate::mime::structure::{Form, Section};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::ops::Range;

/// How much of each text is looked through, in octets of the stored message: it
/// is decoded in memory, three times over for HTML. Letters are under 1 MiB;
/// what is longer is a log or a table.
const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// The fields that a mail program shows above a message within.
const SEEN: [&str; 5] = ["From", "To", "Cc", "Subject", "Date"];
/// How many names in brackets are passed over before a `re:`; mailing lists put
/// one there.
const MAX_BLOBS: usize = 4;

/// Folds text, so that case does not matter (RFC 3501 §6.4.4): small letters, by
/// Unicode, and accents kept. Blanks in a row, line breaks among them, are one
/// space, so that a phrase is found wherever the lines of a letter break.
#[must_use]
pub fn fold(text: &str) -> String {
    String::from_utf8(folded(text)).unwrap_or_default()
}

/// [`fold`] as octets.
fn folded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        let run = rest.bytes().take_while(u8::is_ascii).count();
        let (ascii, after) = rest.split_at_checked(run).unwrap_or((rest, ""));
        let mut blank = out.last() == Some(&b' ');
        for octet in ascii.bytes() {
            let is_blank = matches!(octet, b' ' | b'\t'..=b'\r');
            if !is_blank {
                out.push(octet.to_ascii_lowercase());
            } else if !blank {
                out.push(b' ');
            }
            blank = is_blank;
        }
        let mut chars = after.chars();
        let Some(wide) = chars.next() else {
            return out;
        };
        if !wide.is_whitespace() {
            for small in wide.to_lowercase() {
                out.extend_from_slice(small.encode_utf8(&mut [0; 4]).as_bytes());
            }
        } else if out.last() != Some(&b' ') {
            out.push(b' ');
        }
        rest = chars.as_str();
    }
}

/// What is looked for, prepared to look for it in many messages.
#[derive(Clone, Debug)]
pub struct Needle(Finder<'static>);

impl Needle {
    /// Prepares a text as it was asked for.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Finder::new(&folded(text)).into_owned())
    }

    /// Whether it stands in a text that is folded already. The empty text
    /// stands everywhere.
    #[must_use]
    pub fn is_in(&self, folded: &str) -> bool {
        self.0.find(folded.as_bytes()).is_some()
    }

    fn is_within(&self, text: &str) -> bool {
        self.0.find(&folded(text)).is_some()
    }
}

/// HEADER (RFC 3501 §6.4.4): whether a field of this name, in any case, has the
/// needle in its value. The empty needle asks whether there is such a field.
#[must_use]
pub fn header_contains(header: &[u8], name: &str, needle: &Needle) -> bool {
    raw_fields(header)
        .filter(|field| field.is(name))
        .any(|field| needle.is_within(&field.decoded()))
}

/// BODY: whether the body of a message, whole in `octets`, contains the needle.
#[must_use]
pub fn body_contains(octets: &[u8], sections: &[Section], needle: &Needle) -> bool {
    in_any(octets, &in_body(sections), needle)
}

/// TEXT: whether its header or its body does.
#[must_use]
pub fn text_contains(octets: &[u8], sections: &[Section], needle: &Needle) -> bool {
    in_any(octets, &in_text(sections), needle)
}

fn in_any(octets: &[u8], places: &[Place<'_>], needle: &Needle) -> bool {
    places.iter().any(|place| {
        let range = usize::try_from(place.range.start)
            .ok()
            .zip(usize::try_from(place.range.end).ok());
        let found = range.and_then(|(from, to)| octets.get(from..to));
        found.is_some_and(|octets| place.contains(octets, needle))
    })
}

/// A piece of a message that is looked at, for who would rather not fetch the
/// rest: a file beside a letter can be large.
#[derive(Clone, Debug)]
pub struct Place<'s> {
    /// Where it lies in the stored message.
    pub range: Range<u64>,
    what: What<'s>,
}

/// What a place holds.
#[derive(Clone, Copy, Debug)]
enum What<'s> {
    /// The text of this part.
    Text(&'s Section),
    /// A header.
    Header,
    /// The header of a message within, as far as a reader sees it.
    Top,
}

impl Place<'_> {
    /// Whether its octets contain the needle.
    #[must_use]
    pub fn contains(&self, octets: &[u8], needle: &Needle) -> bool {
        let mut fields = raw_fields(octets);
        match self.what {
            What::Text(section) => needle.is_within(&readable(octets, section)),
            What::Header => fields.any(|field| needle.is_within(&shown(&field))),
            What::Top => fields
                .filter(|field| SEEN.iter().any(|name| field.is(name)))
                .any(|field| needle.is_within(&shown(&field))),
        }
    }
}

/// The pieces that BODY looks at, texts before headers.
#[must_use]
pub fn in_body(sections: &[Section]) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = sections.iter().filter_map(text_place).collect();
    let inner = sections.windows(2).filter_map(|pair| match pair {
        [outer, inner] if outer.form == Form::Message => Some(inner),
        _ => None,
    });
    places.extend(inner.map(|section| header_place(section, What::Top)));
    places
}

/// The pieces that TEXT looks at, headers before texts.
#[must_use]
pub fn in_text(sections: &[Section]) -> Vec<Place<'_>> {
    let headers = sections.iter().map(|s| header_place(s, What::Header));
    headers
        .chain(sections.iter().filter_map(text_place))
        .collect()
}

fn header_place<'s>(section: &'s Section, what: What<'s>) -> Place<'s> {
    Place {
        range: section.header.clone(),
        what,
    }
}

/// A text, or what a machine reports in words (RFC 3464 §2.1, RFC 8098 §3).
fn text_place(section: &Section) -> Option<Place<'_>> {
    let is_text = section.kind.starts_with("text/") || section.kind.starts_with("message/");
    let Range { start, end } = section.body;
    (section.form == Form::Leaf && is_text).then(|| Place {
        range: start..end.min(start.saturating_add(MAX_TEXT)),
        what: What::Text(section),
    })
}

/// A field as a line of its own, decoded.
fn shown(field: &RawField<'_>) -> String {
    format!(
        "{}: {}",
        String::from_utf8_lossy(field.name),
        field.decoded()
    )
}

/// A part's text as somebody reads it.
fn readable(octets: &[u8], section: &Section) -> String {
    let octets = match section.encoding.as_str() {
        encoding @ ("base64" | "quoted-printable") => {
            let (mut decoder, mut out) = (Decoder::new(encoding), Vec::new());
            out.reserve(octets.len());
            decoder.write(octets, &mut out);
            decoder.finish(&mut out);
            Cow::Owned(out)
        }
        _ => Cow::Borrowed(octets),
    };
    let text = text(&octets, section.charset.as_deref());
    if section.kind == "text/html" {
        html_text::words(&text)
    } else {
        text
    }
}

/// A folded subject without what replies and forwards put around it, and
/// whether there was such a thing (RFC 5256 §2.1): for SORT and THREAD.
#[must_use]
pub fn base_subject(folded: &str) -> (&str, bool) {
    let (mut base, mut is_reply) = (folded.trim(), false);
    loop {
        while let Some(before) = base.strip_suffix("(fwd)") {
            (base, is_reply) = (before.trim_end(), true);
        }
        loop {
            if let Some(after) = after_reply(base) {
                (base, is_reply) = (after, true);
            } else if let Some(after) = after_blob(base).filter(|after| !after.is_empty()) {
                base = after;
            } else {
                break;
            }
        }
        let forwarded = base.strip_prefix("[fwd:");
        let Some(inner) = forwarded.and_then(|rest| rest.strip_suffix(']')) else {
            return (base, is_reply);
        };
        (base, is_reply) = (inner.trim(), true);
    }
}

/// What stands after `re:`, `fw:` or `fwd:` and the blobs before it.
fn after_reply(subject: &str) -> Option<&str> {
    let mut rest = subject;
    for _ in 0..MAX_BLOBS {
        rest = after_blob(rest).unwrap_or(rest);
    }
    let mut words = ["re", "fwd", "fw"].into_iter();
    let after = words.find_map(|word| rest.strip_prefix(word))?.trim_start();
    let after = after_blob(after).unwrap_or(after);
    after.strip_prefix(':').map(str::trim_start)
}

/// What stands after something in brackets.
fn after_blob(subject: &str) -> Option<&str> {
    let (blob, after) = subject.strip_prefix('[')?.split_once(']')?;
    (!blob.contains('[')).then(|| after.trim_start())
}

#[cfg(test)]
mod tests {
    use super::{
        Needle, base_subject, body_contains, fold, header_contains, in_body, text_contains,
    };
    use crate::mime::structure::card;
    use proptest::prelude::*;

    fn body(message: &str, needle: &str) -> bool {
        let octets = message.replace('\n', "\r\n").into_bytes();
        body_contains(&octets, &card(&octets).sections, &Needle::new(needle))
    }

    fn text(message: &str, needle: &str) -> bool {
        let octets = message.replace('\n', "\r\n").into_bytes();
        text_contains(&octets, &card(&octets).sections, &Needle::new(needle))
    }

    #[test]
    fn case_and_line_breaks_do_not_matter_and_accents_do() {
        for (written, asked, found) in [
            ("Blood PRESSURE", "blood pressure", true),
            ("blood\r\n   pressure", "Blood Pressure", true),
            ("blood\u{a0}pressure", "blood  pressure", true),
            ("SEÑORA ÉLAN", "señora élan", true),
            ("señora", "senora", false),
            ("ΟΔΟΣ", "οδοσ", true),
            ("İzmir", "İZMIR", true),
            ("bloodpressure", "blood pressure", false),
            ("anything", "", true),
            ("", "", true),
        ] {
            assert_eq!(
                Needle::new(asked).is_in(&fold(written)),
                found,
                "{asked} in {written}"
            );
        }
    }

    #[test]
    fn a_body_is_searched_as_it_is_read() {
        for (head, written, asked) in [
            ("", "Hello Jane", "HELLO"),
            (
                "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
                "Se=C3=B1ora Ru=\niz",
                "señora ruiz",
            ),
            (
                "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: base64\n",
                "U2Xxb3Jh",
                "SEÑORA",
            ),
            (
                "Content-Type: text/plain; charset=iso-2022-jp\n",
                "\u{1b}$B%O%m\u{1b}(B",
                "ハロ",
            ),
            (
                "Content-Type: text/html; charset=utf-8\n",
                "<p>Se&ntilde;<b>or</b>a</p><style>x{}</style>",
                "Señora",
            ),
            (
                "Content-Transfer-Encoding: x-unknown\n",
                "as it is",
                "as it",
            ),
        ] {
            let message = format!("Subject: outside\n{head}\n{written}\n");
            assert!(body(&message, asked), "{asked} in {written}");
            assert!(!body(&message, "outside"), "BODY leaves the header alone");
            assert!(text(&message, "outside"));
        }
        assert!(!body(
            "Content-Type: text/html\n\n<p class=\"hidden\">x</p>",
            "hidden"
        ));
    }

    #[test]
    fn messages_within_are_searched_and_files_are_not() {
        let message = "Subject: FW: lab\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nsee below\n--m\nContent-Type: message/rfc822\n\nFrom: =?utf-8?q?Mar=C3=ADa?= <m@x.example>\nSubject: Potassium\nContent-Transfer-Encoding: base64\n\ndmFsdWUgNCw0\n--m\nContent-Type: application/pdf; name=report.pdf\n\npotash\n--m--\n";
        for asked in ["see below", "maría", "potassium", "value 4,4"] {
            assert!(body(message, asked), "{asked}");
        }
        assert!(!body(message, "content-transfer-encoding") && text(message, "base64"));
        assert!(!body(message, "potash"));
        assert!(!body(message, "report.pdf") && text(message, "report.pdf"));
        assert!(text(message, "subject: fw: lab"));
    }

    #[test]
    fn only_what_is_looked_at_need_be_fetched() {
        let message = "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nhere\r\n--m\r\nContent-Type: application/pdf\r\n\r\nlarge\r\n--m--\r\n";
        let card = card(message.as_bytes());
        let places = in_body(&card.sections);
        assert_eq!(places.len(), 1);
        let range = usize::try_from(places[0].range.start).unwrap()
            ..usize::try_from(places[0].range.end).unwrap();
        assert_eq!(&message[range], "here");
    }

    #[test]
    fn a_header_is_searched_by_name_decoded_and_unfolded() {
        let header = b"X-Note: =?utf-8?q?caf=C3=A9?=\r\n =?utf-8?q?_au_lait?=\r\nX-Note: two\r\nX-Empty:\r\n\r\n";
        let has = |name: &str, asked: &str| header_contains(header, name, &Needle::new(asked));
        assert!(has("x-note", "CAFÉ AU LAIT") && has("X-NOTE", "two"));
        assert!(!has("X-Note", "three") && !has("X-Other", ""));
        assert!(has("X-Empty", "") && !has("X-Empty", "x"));
    }

    #[test]
    fn a_subject_is_the_same_however_often_it_was_answered() {
        for (subject, base, is_reply) in [
            ("lab results", "lab results", false),
            ("re: lab results", "lab results", true),
            ("re: fwd: re[2]: lab results (fwd)", "lab results", true),
            ("[clinic] re: lab results", "lab results", true),
            ("[fwd: re: lab results]", "lab results", true),
            ("[clinic] lab results", "lab results", false),
            ("[clinic]", "[clinic]", false),
            ("regarding: x", "regarding: x", false),
            ("re:", "", true),
            ("[[a] b", "[[a] b", false),
        ] {
            assert_eq!(base_subject(subject), (base, is_reply), "{subject}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_found_in_any_case(before: String, word in "\\PC{1,12}", after: String) {
            let whole = format!("{before}{word}{after}");
            prop_assert!(Needle::new(&word).is_in(&fold(&whole)) || word.chars().all(char::is_whitespace));
            prop_assert_eq!(fold(&fold(&word)), fold(&word));
        }
    }
}
