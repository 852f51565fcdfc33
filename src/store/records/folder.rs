//! Folders, where an account finds them, and what is kept of a message's form.

use crate::model::{AccountId, ContactId, ContentId, MailboxId, MessageId};
use crate::store::{Key, Record, Table};
use serde::{Deserialize, Serialize};

/// A folder as IMAP shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailFolder {
    /// Its id; it keeps it whatever it is called.
    pub id: MailboxId,
    /// Whose it is; `None` for the clinic's shared mailbox.
    pub account: Option<AccountId>,
    /// Its name, its levels parted by `/`: `INBOX`, `Archive/2026`. Empty for
    /// the view of a contact, which is named after the contact when it is shown.
    pub name: String,
    /// RFC 3501 §2.3.1.1.
    pub uidvalidity: u32,
    /// Whose mail it shows, if it is the view of a contact.
    pub contact: Option<ContactId>,
    /// What it is for, if that has a name of its own.
    pub special: Option<Special>,
    /// Whether clients list it among what their owner wants to see.
    pub subscribed: bool,
    /// Whether each of its entries can be found from its message. Not so in a
    /// folder of a store from before there was such an index, until it is made up for.
    pub placed: bool,
}

/// Special uses (RFC 6154 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Special {
    /// `\Sent`.
    Sent,
    /// `\Drafts`.
    Drafts,
    /// `\Trash`.
    Trash,
    /// `\Archive`.
    Archive,
    /// `\Junk`.
    Junk,
}

/// Finds an account's folders beyond those that everybody has: those it made,
/// and the views of its contacts. No two of an account have the same slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFolder {
    /// Whose it is; `None` for the clinic's shared mailbox.
    pub account: Option<AccountId>,
    /// Keyed hash of the folder's name, or of the contact it shows.
    pub slot: [u8; 16],
    /// The folder.
    pub folder: MailboxId,
}

/// The last UIDVALIDITY that a folder of an account's own making got. It outlives
/// the folders, so that none is given twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// Whose they are.
    pub account: AccountId,
    /// RFC 3501 §2.3.1.1.
    pub last: u32,
}

/// What IMAP says of a message's form, as it was worked out once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The message.
    pub message: MessageId,
    /// Its content.
    pub content: ContentId,
    /// The card, sealed under the content's own key, so that it goes with it.
    #[serde(with = "serde_bytes")]
    pub sealed: Vec<u8>,
}

impl MailFolder {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(id: MailboxId) -> Key<Self> {
        Key::of(Table::MailFolder, &[id.octets()])
    }
}

impl Record for MailFolder {
    const TABLE: Table = Table::MailFolder;
    const VERSION: u8 = 2;

    fn key(&self) -> Key<Self> {
        Self::at(self.id)
    }

    /// Version 1 ended before `contact`. There were INBOX and Sent, which
    /// everybody wants to see, and no index of places.
    fn upgrade(version: u8, octets: &[u8]) -> Option<Self> {
        let whole = (version == 1).then(|| [octets, &[0, 0, 1, 0]].concat())?;
        let mut folder: Self = postcard::from_bytes(&whole).ok()?;
        folder.special = (folder.name == "Sent").then_some(Special::Sent);
        Some(folder)
    }
}

impl AccountFolder {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(account: Option<AccountId>, slot: [u8; 16]) -> Key<Self> {
        let owner = Self::owner(account);
        Key::of(Table::AccountFolder, &[&owner, &slot])
    }

    /// What the keys of one owner begin with: the account's id, or zeros.
    #[must_use]
    pub fn owner(account: Option<AccountId>) -> [u8; 16] {
        account.map(|a| *a.octets()).unwrap_or_default()
    }
}

impl Record for AccountFolder {
    const TABLE: Table = Table::AccountFolder;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.account, self.slot)
    }
}

impl Validity {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(account: AccountId) -> Key<Self> {
        Key::of(Table::Validity, &[account.octets()])
    }
}

impl Record for Validity {
    const TABLE: Table = Table::Validity;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.account)
    }
}

impl Card {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(message: MessageId) -> Key<Self> {
        Key::of(Table::Card, &[message.octets()])
    }
}

impl Record for Card {
    const TABLE: Table = Table::Card;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::{MailFolder, Special};
    use crate::model::{AccountId, MailboxId};
    use crate::store::Record;

    #[test]
    fn a_folder_of_the_first_form_is_read_as_one_that_everybody_sees() {
        let now = MailFolder {
            id: MailboxId::from_octets([1; 16]),
            account: Some(AccountId::from_octets([2; 16])),
            name: "INBOX".into(),
            uidvalidity: 1_700_000_000,
            contact: None,
            special: None,
            subscribed: true,
            placed: false,
        };
        // Field by field, as the first version wrote them.
        let first = |name: &str| {
            postcard::to_stdvec(&(now.id, now.account, name, now.uidvalidity)).unwrap()
        };
        let read = MailFolder::upgrade(1, &first("INBOX"));
        assert_eq!(read, Some(now.clone()));
        let sent = MailFolder {
            name: "Sent".into(),
            special: Some(Special::Sent),
            ..now.clone()
        };
        assert_eq!(MailFolder::upgrade(1, &first("Sent")), Some(sent));
        assert_eq!(MailFolder::upgrade(0, &first("INBOX")), None);
    }
}
