//! `[office]`: the pages where the office works, and how it hears of an answer.

use crate::config::draft::Section;
use crate::config::name::Url;
use crate::config::value::{Setting, Value};
use crate::model::Address;
use jiff::SignedDuration;
use std::net::{Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

/// How long an answer may wait before the office is told once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadAfter {
    /// For ever.
    Off,
    /// So long.
    Span(SignedDuration),
}

impl UnreadAfter {
    /// An hour: within less, nobody is late. Thirty days: whoever hears of it later
    /// hears of it too late.
    const BOUNDS: RangeInclusive<SignedDuration> =
        SignedDuration::from_hours(1)..=SignedDuration::from_hours(30 * 24);

    /// The span; `None` if nobody is told.
    #[must_use]
    pub const fn span(self) -> Option<SignedDuration> {
        match self {
            Self::Off => None,
            Self::Span(span) => Some(span),
        }
    }
}

impl Setting for UnreadAfter {
    fn read(value: &Value) -> Result<Self, String> {
        if value.show() == "\"off\"" {
            return Ok(Self::Off);
        }
        let span = SignedDuration::read(value).ok();
        let span = span.filter(|span| Self::BOUNDS.contains(span));
        span.map(Self::Span)
            .ok_or_else(|| "\"off\", or a length of time from \"1h\" to \"30d\"".into())
    }

    fn show(&self) -> String {
        match self {
            Self::Off => "\"off\"".to_owned(),
            Self::Span(span) => span.show(),
        }
    }
}

/// The pages where the office works, and how it hears of an answer.
#[derive(Clone, Debug)]
pub struct Office {
    /// Where the pages listen. Default port 8443 on every address: the portal has
    /// 443, and the two share neither address nor name (requirements C8.4).
    pub listen: Vec<SocketAddr>,
    /// Where the office finds the pages. Default none: there are no pages.
    pub url: Option<Url>,
    /// An address that is told, without content, that an answer has come; at
    /// most every 15 minutes. Default none: nothing leaves.
    pub notify: Option<Address>,
    /// After how long that address is told once more of an answer that still waits:
    /// nobody has answered it or marked it as read. Default a day: by then everybody who works there was at work.
    pub unread_after: UnreadAfter,
    /// From when on the pages show what a patient has not opened, so that somebody
    /// calls. Default 3 days: half the time that a message can be read.
    pub unopened: SignedDuration,
}

impl Office {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let days = |days: i64| SignedDuration::from_hours(24 * days);
        let every = vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, 8443))];
        Self {
            listen: s.or("listen", every),
            url: s.or("url", None),
            notify: s.or("notify", None),
            unread_after: s.or("unread-after", UnreadAfter::Span(days(1))),
            unopened: s.within("unopened", days(3), days(1)..=days(30)),
        }
    }

    /// Where the pages listen; nowhere, if there are none.
    #[must_use]
    pub fn doors(&self) -> &[SocketAddr] {
        match self.url {
            Some(_) => &self.listen,
            None => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::UnreadAfter;
    use crate::config::value::{Setting, Value};
    use jiff::SignedDuration;

    #[test]
    fn what_lies_unread_is_told_of_after_an_hour_to_thirty_days_or_never() {
        let read = |text: &str| UnreadAfter::read(&Value::Text(text.into()));
        for (text, hours) in [("1h", 1), ("60m", 1), ("24h", 24), ("30d", 720)] {
            let span = SignedDuration::from_hours(hours);
            let read = read(text).unwrap();
            assert_eq!(read.span(), Some(span), "{text}");
            let again = Value::Text(read.show().trim_matches('"').into());
            assert_eq!(UnreadAfter::read(&again), Ok(read));
        }
        assert_eq!(read("off"), Ok(UnreadAfter::Off));
        assert_eq!(UnreadAfter::Off.span(), None);
        for wrong in ["59m", "31d", "0h", "24", "never", ""] {
            let said = read(wrong).unwrap_err();
            assert!(said.contains("\"1h\" to \"30d\""), "{wrong}: {said}");
        }
    }
}
