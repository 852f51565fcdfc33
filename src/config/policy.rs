//! `[policy]`: what is protected, and who may send.

use crate::config::draft::Section;
use crate::config::name::Domain;
use crate::config::value::words;
use jiff::SignedDuration;

words! {
    /// What happens to mail that says nothing about protection.
    Protection {
        /// It is protected.
        Secure = "secure",
        /// It is protected only with the secure tag.
        Tagged = "tagged",
    }
}

words! {
    /// What happens to a protected message with more than one outside recipient.
    Copies {
        /// It is refused, with the reason.
        Refuse = "refuse",
        /// Each gets a copy of their own, and none sees another.
        Each = "each",
    }
}

words! {
    /// What happens to what staff send.
    StaffMail {
        /// It waits for a provider.
        Hold = "hold",
        /// It is sent.
        Send = "send",
    }
}

/// What is protected, and who may send.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What happens to mail that says nothing about protection. Default
    /// protected: a slip then costs a click, not a patient's privacy.
    pub default: Protection,
    /// Domains that may be written to in clear. Default none.
    pub clear_domains: Vec<Domain>,
    /// A word in the subject that lets one message leave in clear. Default
    /// none: it cannot be used by accident.
    pub clear_tag: Option<String>,
    /// A word in the subject that protects a message. Default none: with
    /// `secure` nothing needs it.
    pub secure_tag: Option<String>,
    /// What happens to a protected message with more than one outside
    /// recipient. Default refused (requirements SE5).
    pub copies: Copies,
    /// What happens to what staff send. Default held: letting staff send is the
    /// clinic's own decision.
    pub staff: StaffMail,
    /// How long a message waits for a provider. Default 2 days, as
    /// other mail systems have it (requirements C5.5).
    pub hold_expires: SignedDuration,
    /// Whether a provider releases by moving a message into a folder. Default not:
    /// an app password on a telephone is less than the office page asks for.
    pub release_by_move: bool,
    /// How long a patient may read, counted from the notice. Default 7 days
    /// (requirements SE8).
    pub expires: SignedDuration,
}

impl Policy {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let hours = SignedDuration::from_hours;
        Self {
            default: s.or("default", Protection::Secure),
            clear_domains: s.or("clear-domains", Vec::new()),
            clear_tag: s.or("clear-tag", None),
            secure_tag: s.or("secure-tag", None),
            copies: s.or("copies", Copies::Refuse),
            staff: s.or("staff", StaffMail::Hold),
            // Within an hour nobody has looked; after a month nobody will.
            hold_expires: s.within("hold-expires", hours(2 * 24), hours(1)..=hours(30 * 24)),
            release_by_move: s.or("release-by-move", false),
            // Within an hour a notice may not even have arrived; a link older
            // than a year belongs to somebody else's mailbox by now.
            expires: s.within("expires", hours(7 * 24), hours(1)..=hours(365 * 24)),
        }
    }
}
