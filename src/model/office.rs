//! Who writes to the office in the gateway's name, and how; and what the office
//! itself writes on its pages.

use crate::model::{ContactId, Language, Mailbox, MessageId};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What somebody of the office writes on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Composing {
    /// To this contact.
    To(ContactId),
    /// In answer to this message.
    Answer(MessageId),
    /// To this contact, in place of this draft that came back.
    Again(ContactId, MessageId),
}

/// What the gateway's own mails to the office need: reports, and letters about
/// what is held.
#[derive(Clone, Debug)]
pub struct Office {
    /// The gateway's host name.
    pub hostname: String,
    /// Whom they are from.
    pub from: Mailbox,
    /// The language the office reads.
    pub language: Language,
    /// The clinic's time zone.
    pub zone: TimeZone,
    /// How long they are kept, as all content.
    pub retain: SignedDuration,
    /// Where the office's pages are, as an origin; `None` if there are none.
    pub pages: Option<String>,
}

impl Office {
    /// The page of a message, or what lies `below` it, for a letter that sends its
    /// reader there.
    #[must_use]
    pub fn page(&self, message: MessageId, below: &str) -> Option<String> {
        let origin = self.pages.as_ref()?;
        Some(format!("{origin}/message/{message}{below}"))
    }
}
