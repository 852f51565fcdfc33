//! `[notice]`: the mail that tells a patient of a message.

use crate::config::clinic::Clinic;
use crate::config::draft::Section;
use crate::config::name::Domain;
use crate::model::Address;

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
        Some(Self {
            from: from?,
            bounce_address: bounce_address?,
            subject,
            show_sender,
        })
    }
}
