//! Who writes to the office in the gateway's name, and how.

use crate::model::{Language, Mailbox};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

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
}
