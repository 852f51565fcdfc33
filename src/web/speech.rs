//! How a page speaks: the language, the clinic, the time, and the verbs by which
//! a template asks for its sentences. A template holds no sentence of its own.

use crate::model::{Arg, Language};
use crate::texts;
use askama::filters::Safe;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::borrow::Borrow;
use std::fmt::Display;

/// What the pages show of the clinic.
#[derive(Clone, Debug)]
pub struct Clinic {
    /// Its name, as it writes it.
    pub name: String,
    /// Its phone number as people read it; `None` if it gave none.
    pub phone: Option<String>,
    /// Its time zone: every time on a page is in it, and says so.
    pub zone: TimeZone,
    /// The language of a visitor of whom nothing is known.
    pub language: Language,
}

/// The voice of one page.
#[derive(Clone, Debug)]
pub struct Speech<'a> {
    /// The language it is written in.
    pub language: Language,
    /// Whose page it is.
    pub clinic: &'a Clinic,
    /// The time of the request.
    pub now: Timestamp,
}

/// Stand before and after a value inside a sentence while the sentence is
/// escaped: private-use characters, taken out of values first.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

impl Speech<'_> {
    /// A sentence without values.
    #[must_use]
    pub fn t(&self, id: &str) -> String {
        texts::say(self.language, id, &[])
    }

    /// A sentence that names the clinic.
    #[must_use]
    pub fn clinic(&self, id: &str) -> String {
        self.one(id, "clinic", &self.clinic.name)
    }

    /// A sentence with one value.
    pub fn one(&self, id: &str, name: &str, value: impl Display) -> String {
        texts::say(self.language, id, &[(name, Arg::Text(value.to_string()))])
    }

    /// A sentence with two values.
    #[must_use]
    pub fn two(&self, id: &str, first: (&str, &str), second: (&str, &str)) -> String {
        self.all(id, [first, second])
    }

    /// A sentence with several values.
    #[must_use]
    pub fn all<const N: usize>(&self, id: &str, values: [(&str, &str); N]) -> String {
        let args = values.map(|(name, value)| (name, Arg::Text(value.to_owned())));
        texts::say(self.language, id, &args)
    }

    /// A sentence with a number, which may choose its form.
    pub fn count(&self, id: &str, n: impl Borrow<usize>) -> String {
        let n = i64::try_from(*n.borrow()).unwrap_or(i64::MAX);
        texts::say(self.language, id, &[("n", Arg::Number(n))])
    }

    /// A sentence with one value, which stands out in bold; `clinic` may stand
    /// in it too.
    pub fn bold(&self, id: &str, name: &str, value: impl Display) -> Safe<String> {
        let marked = value.to_string().replace([OPEN, CLOSE], "");
        let args = [
            (name, Arg::Text(format!("{OPEN}{marked}{CLOSE}"))),
            ("clinic", Arg::Text(self.clinic.name.clone())),
        ];
        let sentence = escaped(&texts::say(self.language, id, &args));
        Safe(
            sentence
                .replace(OPEN, "<strong>")
                .replace(CLOSE, "</strong>"),
        )
    }

    /// "Sunday, 29 November 2026, 5:00 PM (Pacific)".
    pub fn moment(&self, at: &Timestamp) -> String {
        unbroken(&texts::dates::moment(self.language, *at, &self.clinic.zone))
    }

    /// "today, 9:41 AM", "18 November": for lists.
    pub fn short(&self, at: &Timestamp) -> String {
        unbroken(&texts::dates::short(
            self.language,
            *at,
            self.now,
            &self.clinic.zone,
        ))
    }

    /// "10:02 AM (Pacific)".
    pub fn clock(&self, at: &Timestamp) -> String {
        let args = [
            (
                "time",
                Arg::Text(unbroken(&texts::dates::time(
                    self.language,
                    *at,
                    &self.clinic.zone,
                ))),
            ),
            (
                "zone",
                Arg::Text(texts::dates::zone_name(
                    self.language,
                    *at,
                    &self.clinic.zone,
                )),
            ),
        ];
        texts::say(self.language, "clock", &args)
    }

    /// "7 days left".
    pub fn left(&self, until: &Timestamp) -> String {
        texts::dates::left(self.language, *until, self.now)
    }

    /// "2 minutes", from now until then.
    pub fn wait(&self, until: &Timestamp) -> String {
        texts::dates::wait(self.language, until.duration_since(self.now))
    }

    /// "15 minutes": a span, in words.
    #[must_use]
    pub fn span(&self, span: SignedDuration) -> String {
        texts::dates::wait(self.language, span)
    }

    /// "214 KB".
    pub fn size(&self, octets: &u64) -> String {
        texts::size(self.language, *octets)
    }

    /// The other languages: each with its tag and its own name.
    pub fn others(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let own = self.language;
        let others = Language::ALL.into_iter().filter(move |l| *l != own);
        others.map(|l| (l.tag(), texts::language_name(l)))
    }

    /// The clinic's phone number as a link dials it (RFC 3966): digits alone,
    /// and the leading plus. `None` without a number.
    #[must_use]
    pub fn dial(&self) -> Option<String> {
        let phone = self.clinic.phone.as_deref()?.trim();
        let digits = phone.chars().filter(char::is_ascii_digit);
        let plus = phone.starts_with('+').then_some('+');
        Some(plus.into_iter().chain(digits).collect())
    }
}

/// A time whose "AM" stays on the line of its hour. The catalogue's own space
/// is a plain one, for mails and terminals.
fn unbroken(time: &str) -> String {
    time.replace(" AM", "\u{A0}AM").replace(" PM", "\u{A0}PM")
}

/// A text made harmless for HTML, in element content and quoted attributes.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
