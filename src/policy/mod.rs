//! The judge. Facts in, verdict out: no clock, no store, no network, and no
//! other module of ours than `model`.
//!
//! [`admit`] says in the SMTP dialogue whether a message is taken at all, or held
//! until a provider releases it; [`may_release`] and [`may_reject`] say who may end
//! that wait; [`decide`] says how it reaches each recipient. All are closed: every
//! message gets one of the verdicts below, and none of them is "clear" unless the
//! policy allows clear for the whole message.
//!
//! Protection has three voices: the clinic's [`Rules`], the account's own
//! policy, and the message's tags. An account under `secure` protects all it
//! writes. An account under `off` writes as if the clinic's default were
//! [`Default::Tagged`]: its unmarked mail leaves as it is, while a tag, or a
//! conversation that was ever protected, still protects. Where no secure tag
//! is configured `off` could protect nothing at all, so it says nothing there.
//! Where two voices disagree, the safer is heard (docs/decisions/0011).

mod admit;
mod decide;
mod directory;
mod lasting;
mod release;

pub use admit::{
    Admission, Answers, Facts, admit, may_see_chart, may_send_from, may_write_as, sends_at_once,
};
pub use decide::{Delivery, Person, Protection, Wishes, decide, protection, still};
pub use directory::{Sight, may_export_directory, may_keep_directory, sight};
pub use lasting::lasting;
pub use release::{
    Claim, Denied, How, MAX_REASON, MIN_REASON, may_change, may_open, may_reject, may_release,
};

pub use crate::model::Staff;

/// What the clinic has decided (`[policy]`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What happens to mail that nobody marked.
    pub default: Default,
    /// Domains, in lower case, to which mail may leave as it is.
    pub clear_domains: Vec<String>,
    /// Whether a subject tag that asks for clear is configured.
    pub clear_tag: bool,
    /// Whether a subject tag that asks for protection is configured.
    pub secure_tag: bool,
    /// What to do with several outside recipients.
    pub copies: Copies,
    /// What to do with mail that no provider sent.
    pub staff: Staff,
    /// What to do with mail to somebody who is not in the directory.
    pub unknown: Unknown,
}

/// What happens to mail that nobody marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// It is protected.
    Secure,
    /// It leaves as it is; a tag in the subject protects it.
    Tagged,
}

/// What to do with several outside recipients (source documents: a secure
/// message goes directly to one patient).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// Refuse: exactly one, in To.
    Refuse,
    /// Seal one copy for each; none sees another.
    Each,
}

/// What to do with mail to somebody outside who is not in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Refuse it: whoever is written to is entered first.
    Refuse,
    /// Take it.
    Take,
}

#[cfg(test)]
impl Rules {
    /// As a new clinic has them.
    pub(crate) fn sample() -> Self {
        Self {
            default: Default::Secure,
            clear_domains: Vec::new(),
            clear_tag: false,
            secure_tag: false,
            copies: Copies::Each,
            staff: Staff::Hold,
            unknown: Unknown::Take,
        }
    }
}
