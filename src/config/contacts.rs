//! `[contacts]`: the directory of patients and others.

use crate::config::draft::Section;
use crate::config::value::words;

words! {
    /// What a patient's record must have before it is kept.
    Required {
        /// The first name.
        First = "first",
        /// The last name.
        Last = "last",
        /// A name of any kind.
        Name = "name",
        /// The date of birth.
        Born = "born",
        /// A telephone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
        /// The postal address.
        Postal = "postal",
        /// The primary provider.
        Provider = "provider",
    }
}

words! {
    /// What happens to mail to somebody who is not in the directory.
    Unknown {
        /// It is taken; they are found by a search, and not listed.
        Allow = "allow",
        /// It is taken, and they are listed until somebody completes them.
        Stub = "stub",
        /// It is refused.
        Refuse = "refuse",
    }
}

/// The directory of patients and others.
#[derive(Clone, Debug)]
pub struct Contacts {
    /// What a patient's record must have. Default a name, an address and the
    /// primary provider (requirements C7.1).
    pub required: Vec<Required>,
    /// What happens to mail to somebody who is not in the directory. Default
    /// taken: a clinic begins without one.
    pub unknown: Unknown,
}

impl Contacts {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let required = vec![Required::Name, Required::Email, Required::Provider];
        Self {
            required: s.or("required", required),
            unknown: s.or("unknown", Unknown::Allow),
        }
    }
}
