//! What a value may be: one type for each kind of setting, read once.

use crate::config::chart::Endpoint;
use crate::config::name::{Domain, Host, Url};
use crate::model::{Address, Language};
use ipnet::IpNet;
use jiff::{SignedDuration, tz::TimeZone};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Longest text, in characters: every text here ends up on one line of a mail
/// or a page.
const MAX_TEXT: usize = 200;

/// A value as the file has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Truth(bool),
    List(Vec<Self>),
    /// A kind that no setting has, as it is written.
    Other(String),
}

impl Value {
    pub(super) fn show(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::List(items) => list(items.iter().map(Self::show)),
            Self::Other(text) => text.clone(),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.trim()),
            _ => None,
        }
    }
}

/// A text as TOML, on one line whatever it holds: JSON's escapes are TOML's too.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// A kind of setting.
pub(super) trait Setting: Sized {
    /// Reads a value; the error says what to write instead.
    fn read(value: &Value) -> Result<Self, String>;
    /// The value as TOML.
    fn show(&self) -> String;
}

/// Defines an enum of fixed words, the only values a setting takes.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// The word as the file has it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl $crate::config::value::Setting for $name {
            fn read(value: &$crate::config::value::Value) -> Result<Self, String> {
                let shown = value.show();
                $(if shown == concat!("\"", $word, "\"") { return Ok(Self::$variant); })*
                Err(["one of", $(concat!(" \"", $word, "\""),)*].concat())
            }
            fn show(&self) -> String {
                format!("\"{}\"", self.word())
            }
        }
    };
}
pub(super) use words;

/// A number of octets. Written `"50 MB"` (a million octets) or `"50 MiB"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

impl Size {
    const UNITS: [(&'static str, u64); 7] = [
        ("GB", 1_000_000_000),
        ("MB", 1_000_000),
        ("KB", 1_000),
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
        ("B", 1),
    ];

    /// So many million octets.
    #[must_use]
    pub const fn megabytes(count: u64) -> Self {
        Self(count * 1_000_000)
    }

    /// The number of octets.
    #[must_use]
    pub const fn octets(self) -> u64 {
        self.0
    }
}

impl Setting for Size {
    fn read(value: &Value) -> Result<Self, String> {
        let wanted = || "a size such as \"50 MB\" or \"50 MiB\"".to_owned();
        let (count, unit) = value.text().and_then(counted).ok_or_else(wanted)?;
        let (_, factor) = Self::UNITS
            .into_iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wanted)?;
        count.checked_mul(factor).map(Self).ok_or_else(wanted)
    }

    fn show(&self) -> String {
        let fits = Self::UNITS
            .into_iter()
            .find(|(_, factor)| self.0.is_multiple_of(*factor));
        let (unit, factor) = fits.unwrap_or(("B", 1));
        format!("\"{} {unit}\"", self.0 / factor)
    }
}

impl Setting for SignedDuration {
    fn read(value: &Value) -> Result<Self, String> {
        let wanted = || "a length of time such as \"15m\", \"12h\" or \"7d\"".to_owned();
        let (count, unit) = value.text().and_then(counted).ok_or_else(wanted)?;
        let count = i64::try_from(count).map_err(|_| wanted())?;
        let factor = SPANS
            .into_iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wanted)?
            .1;
        count
            .checked_mul(factor)
            .map(Self::from_secs)
            .ok_or_else(wanted)
    }

    fn show(&self) -> String {
        let seconds = self.as_secs();
        let fits = SPANS.into_iter().find(|(_, factor)| seconds % factor == 0);
        let (unit, factor) = fits.unwrap_or(("s", 1));
        format!("\"{}{unit}\"", seconds / factor)
    }
}

const SPANS: [(&str, i64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

/// `15m` as 15 and `m`.
fn counted(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at_checked(end)?;
    Some((count.parse().ok()?, unit.trim_start()))
}

impl Setting for String {
    fn read(value: &Value) -> Result<Self, String> {
        let fits = |t: &&str| {
            !t.is_empty() && t.chars().count() <= MAX_TEXT && !t.chars().any(char::is_control)
        };
        let text = value.text().filter(fits);
        text.map(str::to_owned).ok_or_else(|| {
            format!("one line of text in quotation marks, at most {MAX_TEXT} characters")
        })
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Setting for bool {
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::Truth(truth) => Ok(*truth),
            _ => Err("true or false".into()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl Setting for $type {
            fn read(value: &Value) -> Result<Self, String> {
                match value {
                    Value::Number(number) => Self::try_from(*number).ok(),
                    _ => None,
                }
                .ok_or_else(|| format!("a whole number from 0 to {}, without quotation marks", Self::MAX))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
numbers!(u16 u32);

/// Kinds that a text is parsed into.
macro_rules! texts {
    ($($type:ty: $wanted:literal, |$text:ident| $read:expr, |$it:ident| $show:expr;)*) => {$(
        impl Setting for $type {
            fn read(value: &Value) -> Result<Self, String> {
                let read = value.text().and_then(|$text| $read);
                read.ok_or_else(|| $wanted.to_owned())
            }

            fn show(&self) -> String {
                let $it = self;
                quoted(&$show)
            }
        }
    )*};
}

texts! {
    SocketAddr: "an address with a port, such as \"0.0.0.0:587\" or \"[::1]:587\"",
        |text| text.parse().ok(), |it| it.to_string();
    IpNet: "a network such as \"10.0.0.0/8\" or an address such as \"192.0.2.1\"",
        |text| text.parse().ok().or_else(|| text.parse().ok().map(|ip: std::net::IpAddr| Self::from(ip))),
        |it| it.to_string();
    Address: "an e-mail address such as \"office@clinic.example\"",
        |text| Self::parse(text).ok(), |it| it.as_str();
    Language: "one of \"en\" \"es\"",
        |text| Self::ALL.into_iter().find(|l| l.tag() == text), |it| it.tag();
    PathBuf: "a path from the root, such as \"/etc/sealpost/sealpost.toml\"; a service has no working folder",
        |text| Some(Self::from(text)).filter(|path| path.is_absolute()), |it| it.to_string_lossy();
    TimeZone: "a time zone of the IANA database, such as \"America/New_York\"",
        |text| Self::get(text).ok().filter(|zone| zone.iana_name().is_some()),
        |it| it.iana_name().unwrap_or("UTC");
    Domain: "a domain such as \"clinic.example\" (an international one in its xn-- form)",
        |text| Self::parse(text), |it| it.as_str();
    Host: "a host name such as \"mail.clinic.example\" or an IP address",
        |text| Self::parse(text), |it| it.to_string();
    Url: "an address such as \"https://mail.clinic.example\", without a path",
        |text| Self::parse(text), |it| it.as_str();
    Endpoint: "an address such as \"https://records.clinic.example/sealpost\"",
        |text| Self::parse(text), |it| it.text();
}

impl<T: Setting> Setting for Vec<T> {
    fn read(value: &Value) -> Result<Self, String> {
        match value {
            Value::List(items) => items.iter().map(T::read).collect(),
            _ => Err("a list in square brackets, such as [\"…\", \"…\"]".into()),
        }
    }

    fn show(&self) -> String {
        list(self.iter().map(T::show))
    }
}

/// An empty text stands for "none".
impl<T: Setting> Setting for Option<T> {
    fn read(value: &Value) -> Result<Self, String> {
        if value.text() == Some("") {
            return Ok(None);
        }
        T::read(value).map(Some)
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "\"\"".to_owned(), T::show)
    }
}

#[cfg(test)]
mod tests {
    use super::{Setting, Size, Value};
    use jiff::SignedDuration;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn sizes_are_read_in_both_systems_and_written_back() {
        for (written, octets) in [
            ("50 MB", 50_000_000),
            ("50MB", 50_000_000),
            ("50 MiB", 52_428_800),
            ("1 GB", 1_000_000_000),
            ("7 B", 7),
        ] {
            let size = Size::read(&text(written)).unwrap();
            assert_eq!(size.octets(), octets);
            let again = size.show();
            assert_eq!(Size::read(&text(again.trim_matches('"'))), Ok(size));
        }
        for wrong in ["50", "MB", "-1 MB", "50 mb", "99999999999 GB", ""] {
            assert!(Size::read(&text(wrong)).is_err(), "{wrong} was taken");
        }
    }

    #[test]
    fn lengths_of_time_are_read_and_written_back() {
        for (written, seconds) in [("7d", 604_800), ("15m", 900), ("90s", 90), ("36h", 129_600)] {
            let span = SignedDuration::read(&text(written)).unwrap();
            assert_eq!(span.as_secs(), seconds);
            assert_eq!(span.show(), format!("\"{written}\""));
        }
        for wrong in ["7", "d", "7 weeks", "-1d", "9999999999999999d"] {
            assert!(
                SignedDuration::read(&text(wrong)).is_err(),
                "{wrong} was taken"
            );
        }
    }

    #[test]
    fn a_text_is_one_line() {
        assert!(String::read(&text("Bcc: a\r\nb")).is_err());
        assert!(String::read(&text("  ")).is_err());
        assert_eq!(
            String::read(&text(" Harbour Clinic ")).unwrap(),
            "Harbour Clinic"
        );
    }
}
