//! `[notice]`: the mail that tells a patient of a message.

use crate::config::clinic::Clinic;
use crate::config::draft::Section;
use crate::config::name::Domain;
use crate::config::value::{Setting, Value};
use crate::model::Address;
use jiff::SignedDuration;

/// How long before its end an unread message is called to mind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reminder {
    /// Never.
    Off,
    /// So long before: at least an hour, since a mail may take that long.
    Before(SignedDuration),
}

impl Reminder {
    /// The span; `None` if there is no reminder.
    #[must_use]
    pub const fn span(self) -> Option<SignedDuration> {
        match self {
            Self::Off => None,
            Self::Before(span) => Some(span),
        }
    }
}

impl Setting for Reminder {
    fn read(value: &Value) -> Result<Self, String> {
        if value.show() == "\"off\"" {
            return Ok(Self::Off);
        }
        let span = SignedDuration::read(value).ok();
        let span = span.filter(|span| *span >= SignedDuration::from_hours(1));
        span.map(Self::Before)
            .ok_or_else(|| "\"off\", or a length of time from one hour on, such as \"2d\"".into())
    }

    fn show(&self) -> String {
        match self {
            Self::Off => "\"off\"".to_owned(),
            Self::Before(span) => span.show(),
        }
    }
}

/// The mail that tells a patient of a message.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Who it is from, in one of the clinic's domains. Default `secure-mail@`
    /// the first of them: not a person, so that nobody answers in clear by habit.
    pub from: Address,
    /// Where failures come back to; a signed tag is added after a `+`. Default
    /// `from`, which is known to exist.
    pub bounce_address: Address,
    /// Its subject. Default none: a sentence with the clinic's name, in the
    /// patient's language.
    pub subject: Option<String>,
    /// Whether it names the person who wrote. Default no: a name can tell what
    /// a patient is treated for.
    pub show_sender: bool,
    /// How long before its end a patient is reminded of an unread message.
    /// Default never: a mail more is the clinic's own decision.
    pub reminder: Reminder,
}

impl Notice {
    pub(super) fn read(s: &mut Section<'_>, clinic: Option<&Clinic>) -> Option<Self> {
        // Without a domain of its own the clinic has a fault already.
        let domain = clinic
            .and_then(|c| c.domains.first())
            .map_or("localhost", Domain::as_str);
        let usual = Address::parse(&format!("secure-mail@{domain}")).ok();
        let from = usual.map(|usual| s.or("from", usual));
        let bounce_address = from.clone().map(|from| s.or("bounce-address", from));
        let subject = s.or("subject", None);
        let show_sender = s.or("show-sender", false);
        let reminder = s.or("reminder", Reminder::Off);
        Some(Self {
            from: from?,
            bounce_address: bounce_address?,
            subject,
            show_sender,
            reminder,
        })
    }
}
