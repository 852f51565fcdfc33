//! Whom the office writes to, and how they are found.

use crate::model::{AccountId, Address, AddressKey, ContactId, Language};
use crate::store::{Key, Record, Table};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Anybody the office has written to, or keeps in its directory (requirements
/// C7.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their id.
    pub id: ContactId,
    /// Their addresses, the first the usual one.
    pub addresses: Vec<Address>,
    /// Their name as the office writes it in From and To.
    pub name: Option<String>,
    /// Their language, once known.
    pub language: Option<Language>,
    /// What they are to the clinic.
    pub status: ContactStatus,
    /// Their primary provider.
    pub provider: Option<AccountId>,
    /// When the record was made.
    pub created: Timestamp,
    /// Their first name, or names.
    pub first: Option<String>,
    /// Their last name, or names.
    pub last: Option<String>,
    /// Their date of birth.
    pub born: Option<Date>,
    /// Their telephone numbers as they were written, the first the usual one.
    pub phones: Vec<String>,
    /// Their postal address, its lines parted by a line feed.
    pub postal: Option<String>,
    /// Who answers for them: the head of the family, who has no guarantor.
    pub guarantor: Option<ContactId>,
    /// When they were allowed to sign in to the portal; `None`: they may not.
    pub portal: Option<Timestamp>,
    /// Whether others who share the mailbox may see nothing of them.
    pub confidential: bool,
    /// When the record was last changed.
    pub changed: Timestamp,
}

/// What a contact is to the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactStatus {
    /// Made when a message was accepted; nobody has said more.
    Stub,
    /// A patient.
    Patient,
    /// Another provider or office.
    NonPatient,
}

impl ContactStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Stub, Self::Patient, Self::NonPatient];

    /// The word for it in commands and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stub => "stub",
            Self::Patient => "patient",
            Self::NonPatient => "non-patient",
        }
    }
}

/// Which contacts share an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactAddress {
    /// The address, hashed.
    pub address: AddressKey,
    /// The contact.
    pub contact: ContactId,
}

/// Which contacts have a guarantor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyMember {
    /// The head of the family.
    pub guarantor: ContactId,
    /// One of the others.
    pub contact: ContactId,
}

impl Contact {
    /// A contact of whom nothing is known yet.
    #[must_use]
    pub const fn stub(id: ContactId, now: Timestamp) -> Self {
        Self {
            id,
            addresses: Vec::new(),
            name: None,
            language: None,
            status: ContactStatus::Stub,
            provider: None,
            created: now,
            first: None,
            last: None,
            born: None,
            phones: Vec::new(),
            postal: None,
            guarantor: None,
            portal: None,
            confidential: false,
            changed: now,
        }
    }

    /// Their whole name as one says it: `Jane Doe`; else as the office writes it.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        match (&self.first, &self.last) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            _ => self.name.clone().or_else(|| self.only_name()),
        }
    }

    /// The same as a list is sorted by it: `Doe, Jane`.
    #[must_use]
    pub fn listed_name(&self) -> Option<String> {
        match (&self.last, &self.first) {
            (Some(last), Some(first)) => Some(format!("{last}, {first}")),
            _ => self.name.clone().or_else(|| self.only_name()),
        }
    }

    fn only_name(&self) -> Option<String> {
        self.last.clone().or_else(|| self.first.clone())
    }

    /// The key under which this record is kept.
    #[must_use]
    pub fn at(id: ContactId) -> Key<Self> {
        Key::of(Table::Contact, &[id.octets()])
    }
}

impl fmt::Debug for Contact {
    /// Shows the id alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contact({})", self.id)
    }
}

impl Record for Contact {
    const TABLE: Table = Table::Contact;
    const VERSION: u8 = 2;

    fn key(&self) -> Key<Self> {
        Self::at(self.id)
    }

    /// Version 1 ended before `first`: nothing is known of what came since.
    fn upgrade(version: u8, octets: &[u8]) -> Option<Self> {
        /// A contact as the first version wrote it.
        #[derive(Deserialize)]
        struct First {
            id: ContactId,
            addresses: Vec<Address>,
            name: Option<String>,
            language: Option<Language>,
            status: ContactStatus,
            provider: Option<AccountId>,
            created: Timestamp,
        }
        if version != 1 {
            return None;
        }
        let first: First = postcard::from_bytes(octets).ok()?;
        Some(Self {
            addresses: first.addresses,
            name: first.name,
            language: first.language,
            status: first.status,
            provider: first.provider,
            ..Self::stub(first.id, first.created)
        })
    }
}

impl ContactAddress {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(address: AddressKey, contact: ContactId) -> Key<Self> {
        let pieces = [address.octets().as_slice(), contact.octets()];
        Key::of(Table::ContactAddress, &pieces)
    }
}

impl Record for ContactAddress {
    const TABLE: Table = Table::ContactAddress;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.address, self.contact)
    }
}

impl FamilyMember {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(guarantor: ContactId, contact: ContactId) -> Key<Self> {
        let pieces = [guarantor.octets().as_slice(), contact.octets()];
        Key::of(Table::FamilyMember, &pieces)
    }
}

impl Record for FamilyMember {
    const TABLE: Table = Table::FamilyMember;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.guarantor, self.contact)
    }
}

#[cfg(test)]
mod tests {
    use super::{Contact, ContactStatus};
    use crate::model::{AccountId, Address, ContactId, Language};
    use crate::store::Record;
    use jiff::Timestamp;

    #[test]
    fn a_contact_of_the_first_form_is_read_with_all_it_had() {
        let at = Timestamp::from_second(1_790_000_000).unwrap();
        let kept = Contact {
            addresses: vec![Address::parse("jane@example.com").unwrap()],
            name: Some("Jane Doe".into()),
            language: Some(Language::Spanish),
            status: ContactStatus::Patient,
            provider: Some(AccountId::from_octets([7; 16])),
            ..Contact::stub(ContactId::from_octets([1; 16]), at)
        };
        // Field by field, as the first version wrote them.
        let first = postcard::to_stdvec(&(
            kept.id,
            &kept.addresses,
            &kept.name,
            kept.language,
            kept.status,
            kept.provider,
            kept.created,
        ))
        .unwrap();
        assert_eq!(Contact::upgrade(1, &first), Some(kept.clone()));
        assert_eq!(Contact::upgrade(0, &first), None);
        let now = postcard::to_stdvec(&kept).unwrap();
        assert_eq!(postcard::from_bytes(&now), Ok(kept));
    }

    #[test]
    fn a_contact_is_called_by_what_is_known_of_the_name() {
        let mut contact = Contact::stub(ContactId::from_octets([1; 16]), Timestamp::UNIX_EPOCH);
        assert_eq!((contact.full_name(), contact.listed_name()), (None, None));
        contact.last = Some("Doe".into());
        assert_eq!(contact.listed_name().as_deref(), Some("Doe"));
        contact.name = Some("Jane D.".into());
        assert_eq!(contact.full_name().as_deref(), Some("Jane D."));
        contact.first = Some("Jane".into());
        assert_eq!(contact.full_name().as_deref(), Some("Jane Doe"));
        assert_eq!(contact.listed_name().as_deref(), Some("Doe, Jane"));
        let shown = format!("{contact:?}");
        assert!(!shown.contains("Jane"), "{shown}");
    }
}
