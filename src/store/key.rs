//! Tables, keys, and what a record has to say about itself.

use serde::{Serialize, de::DeserializeOwned};
use std::fmt;
use std::marker::PhantomData;

/// A table: the first octet of a key. The numbers are written to disk and never
/// change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "each is named after its record")]
pub enum Table {
    Meta = 0,
    Counter = 1,
    Content = 2,
    Chunk = 3,
    Overflow = 4,
    Message = 10,
    Recipient = 11,
    Thread = 12,
    Grant = 13,
    MailboxGrant = 14,
    MailboxReply = 15,
    Link = 16,
    Request = 17,
    Session = 18,
    Draft = 19,
    Contact = 20,
    ContactAddress = 21,
    Account = 22,
    AccountAddress = 23,
    AppPassword = 24,
    CodeTally = 25,
    Browser = 26,
    MailFolder = 30,
    Entry = 31,
    Flags = 32,
    Vanished = 33,
    Placed = 34,
    AccountFolder = 35,
    Card = 36,
    Validity = 37,
    Job = 40,
    Due = 41,
    Throttle = 42,
    Task = 43,
    OpenTask = 44,
    Submitted = 45,
    Protected = 46,
    Ending = 47,
    Quarantined = 48,
    Change = 49,
    Audit = 50,
    Swept = 51,
    Hold = 60,
    AccountHold = 61,
    Deputy = 62,
    GivenBack = 63,
    Unfinished = 64,
    Factor = 65,
    OfficeSession = 66,
    OfficeBrowser = 67,
    Handled = 68,
    FamilyMember = 70,
    Asking = 80,
    PortalPassword = 81,
    Charting = 85,
    ChartRoot = 86,
}

impl Table {
    /// Whether a write leaves no piece of an earlier, longer value behind: chunks,
    /// records of ids, times, numbers and flags alone never fill more than one
    /// piece, and a change is never written over. They are the most frequent
    /// writes.
    pub(super) const fn is_short(self) -> bool {
        matches!(
            self,
            Self::Counter
                | Self::Chunk
                | Self::MailboxGrant
                | Self::Link
                | Self::Entry
                | Self::Flags
                | Self::Placed
                | Self::AccountFolder
                | Self::Due
                | Self::Submitted
                | Self::Ending
                | Self::Change
                | Self::AccountHold
                | Self::FamilyMember
                | Self::Charting
        )
    }

    /// Every table, in the order of its octet.
    pub const ALL: [Self; 56] = [
        Self::Meta,
        Self::Counter,
        Self::Content,
        Self::Chunk,
        Self::Overflow,
        Self::Message,
        Self::Recipient,
        Self::Thread,
        Self::Grant,
        Self::MailboxGrant,
        Self::MailboxReply,
        Self::Link,
        Self::Request,
        Self::Session,
        Self::Draft,
        Self::Contact,
        Self::ContactAddress,
        Self::Account,
        Self::AccountAddress,
        Self::AppPassword,
        Self::CodeTally,
        Self::Browser,
        Self::MailFolder,
        Self::Entry,
        Self::Flags,
        Self::Vanished,
        Self::Placed,
        Self::AccountFolder,
        Self::Card,
        Self::Validity,
        Self::Job,
        Self::Due,
        Self::Throttle,
        Self::Task,
        Self::OpenTask,
        Self::Submitted,
        Self::Protected,
        Self::Ending,
        Self::Quarantined,
        Self::Change,
        Self::Audit,
        Self::Swept,
        Self::Hold,
        Self::AccountHold,
        Self::Deputy,
        Self::GivenBack,
        Self::Unfinished,
        Self::Factor,
        Self::OfficeSession,
        Self::OfficeBrowser,
        Self::Handled,
        Self::FamilyMember,
        Self::Asking,
        Self::PortalPassword,
        Self::Charting,
        Self::ChartRoot,
    ];

    /// The table's octet.
    #[must_use]
    pub const fn octet(self) -> u8 {
        self as u8
    }

    /// The table a key belongs to; `None` for an octet nobody uses.
    #[must_use]
    pub fn of(key: &[u8]) -> Option<Self> {
        let first = *key.first()?;
        Self::ALL.into_iter().find(|table| table.octet() == first)
    }

    /// The octets of a key in this table: its octet, then the pieces.
    pub(crate) fn key(self, pieces: &[&[u8]]) -> Vec<u8> {
        let mut octets = Vec::with_capacity(1 + pieces.iter().map(|p| p.len()).sum::<usize>());
        octets.push(self.octet());
        for piece in pieces {
            octets.extend_from_slice(piece);
        }
        octets
    }
}

/// A typed key: it can only find the kind of record it was made for.
pub struct Key<R> {
    octets: Vec<u8>,
    record: PhantomData<fn() -> R>,
}

impl<R> Key<R> {
    /// Table and pieces, one after the other.
    #[must_use]
    pub fn of(table: Table, pieces: &[&[u8]]) -> Self {
        Self {
            octets: table.key(pieces),
            record: PhantomData,
        }
    }

    /// The key's octets.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

impl<R> Clone for Key<R> {
    fn clone(&self) -> Self {
        Self {
            octets: self.octets.clone(),
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for Key<R> {
    /// Shows the table alone: what follows may be a keyed hash of a person's
    /// address, and a log is no place for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Table::of(&self.octets) {
            Some(table) => write!(f, "Key({table:?}, …)"),
            None => f.write_str("Key(…)"),
        }
    }
}

/// A kind of record: its table, its key, its version.
pub trait Record: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its table.
    const TABLE: Table;
    /// The version of its written form.
    const VERSION: u8;

    /// Its key.
    fn key(&self) -> Key<Self>
    where
        Self: Sized;

    /// Reads a form written under an older `version`. A record that changes its
    /// form raises [`Record::VERSION`] and says here how the old one is read.
    #[must_use]
    fn upgrade(version: u8, octets: &[u8]) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = (version, octets);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Table};

    #[test]
    fn every_table_is_found_by_its_octet() {
        for table in Table::ALL {
            assert_eq!(Table::of(&[table.octet(), 7]), Some(table));
        }
        assert_eq!(Table::of(&[]), None);
        assert_eq!(Table::of(&[255]), None);
        assert!(Table::ALL.is_sorted());
    }

    #[test]
    fn a_key_does_not_print_what_it_is_made_of() {
        let key = Key::<()>::of(Table::Session, &[b"canary"]);
        assert_eq!(format!("{key:?}"), "Key(Session, …)");
        assert_eq!(key.octets(), b"\x12canary");
    }
}
