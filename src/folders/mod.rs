//! The folders of an office mailbox, as IMAP shows them (decision 0025).
//!
//! ```text
//!  INBOX  Sent  Drafts  Trash  Archive  Junk  Awaiting release   everybody's
//!  Archive/2026 …                                                made by a client
//!  Release                                                       a provider's, if the clinic has it so
//!  Patients/Doe, Jane k3xq …                                     a contact's mail
//!  Shared/INBOX                                                  the clinic's
//! ```
//!
//! A folder that everybody has is found without a look-up: its id follows from
//! whose it is and what it is called, so mail is filed in it whether its record
//! has been made or not.

mod change;
mod entries;
mod list;
mod mark;
mod name;
mod post;
#[cfg(test)]
mod tests;
mod track;
mod unread;
mod views;

pub use change::{Refused, create, delete, rename, subscribe};
pub use entries::{copy, expunge, make_up, take_out};
pub use list::{Folder, add_release, find, find_beside_release, list, outline};
pub use mark::{mark, unmark};
pub use name::{PATIENTS, SHARED, normal};
pub use post::{Post, post};
pub use track::{Moved, still_tracked, track, tracked};
pub use unread::{is_unread, lies_unread};
pub use views::{of_contact, renamed, view};

use crate::model::{AccountId, MailboxId, MessageId};
use crate::store::records::{AccountFolder, MailFolder, Special};
use crate::store::{Change, Error, Label, Store, Tx};

/// What every account has. These are neither renamed nor deleted: the gateway
/// files in them.
const STANDARD: [(&str, Option<Special>); 7] = [
    ("INBOX", None),
    ("Sent", Some(Special::Sent)),
    ("Drafts", Some(Special::Drafts)),
    ("Trash", Some(Special::Trash)),
    ("Archive", Some(Special::Archive)),
    ("Junk", Some(Special::Junk)),
    (AWAITING, None),
];

/// Where what is held stands, for who wrote it and for whose name it bears.
pub const AWAITING: &str = "Awaiting release";
/// Where a provider moves what is held to release it, if the clinic has it so.
pub const RELEASE: &str = "Release";

/// Whose the shared mailbox is in [`Change::Folders`].
const NOBODY: AccountId = AccountId::from_octets([0; 16]);

/// An account's INBOX.
#[must_use]
pub fn inbox(store: &Store, account: AccountId) -> MailboxId {
    id(store, Some(account), "INBOX")
}

/// An account's own copies of what it sent.
#[must_use]
pub fn sent(store: &Store, account: AccountId) -> MailboxId {
    id(store, Some(account), "Sent")
}

/// An account's folder for what is held.
#[must_use]
pub fn awaiting(store: &Store, account: AccountId) -> MailboxId {
    id(store, Some(account), AWAITING)
}

/// The folder to which an account moves what is to be released.
#[must_use]
pub fn release(store: &Store, account: AccountId) -> MailboxId {
    id(store, Some(account), RELEASE)
}

/// An account's drafts.
#[must_use]
pub fn drafts(store: &Store, account: AccountId) -> MailboxId {
    id(store, Some(account), "Drafts")
}

/// Where an account's mail lies that is done with.
#[must_use]
pub fn trash(store: &Store, account: AccountId) -> MailboxId {
    id(store, Some(account), "Trash")
}

/// The clinic's shared INBOX: for answers to nobody who is still there.
#[must_use]
pub fn shared(store: &Store) -> MailboxId {
    id(store, None, "INBOX")
}

/// Whether an account sees a message: an entry for it stands in one of the
/// account's folders, or in the shared INBOX.
///
/// # Errors
/// The store's own.
pub async fn sees(store: &Store, account: AccountId, message: MessageId) -> Result<bool, Error> {
    Ok(!places(store, account, message).await?.is_empty())
}

/// Where an account sees a message: folder, UID, and as whom its flags are read
/// there; `None` in a folder of its own.
///
/// # Errors
/// The store's own.
pub async fn places(
    store: &Store,
    account: AccountId,
    message: MessageId,
) -> Result<Vec<(MailboxId, u32, Option<AccountId>)>, Error> {
    let own = STANDARD.map(|(name, _)| id(store, Some(account), name));
    let mut places = Vec::new();
    for (folder, uid) in store.placed(message).await? {
        if folder == shared(store) {
            places.push((folder, uid, Some(account)));
            continue;
        }
        let mine = own.contains(&folder) || {
            let record = store.get(&MailFolder::at(folder)).await?;
            record.is_some_and(|folder| folder.account == Some(account))
        };
        if mine {
            places.push((folder, uid, None));
        }
    }
    Ok(places)
}

/// The id of a folder that everybody has.
#[must_use]
pub fn id(store: &Store, account: Option<AccountId>, name: &str) -> MailboxId {
    let owner = AccountFolder::owner(account);
    MailboxId::from_octets(hashed(store, &[b"folder", &owner, name.as_bytes()]))
}

/// Makes what every account has, and the shared INBOX, where it is not there yet.
///
/// # Errors
/// The store's own.
pub async fn ensure(store: &Store, account: AccountId) -> Result<(), Error> {
    let mut tx = Tx::new();
    for (name, special) in STANDARD {
        let own = standard(store, Some(account), name, special);
        put_if_missing(store, &mut tx, own).await?;
    }
    if !tx.is_empty() {
        tx.change(Change::Folders(account));
    }
    let shared = standard(store, None, "INBOX", None);
    if put_if_missing(store, &mut tx, shared).await? {
        tx.change(Change::Folders(NOBODY));
    }
    if tx.is_empty() {
        return Ok(());
    }
    store.commit(tx).await.map(drop)
}

fn standard(
    store: &Store,
    account: Option<AccountId>,
    name: &str,
    special: Option<Special>,
) -> MailFolder {
    MailFolder {
        id: id(store, account, name),
        account,
        name: name.to_owned(),
        uidvalidity: validity(&AccountFolder::owner(account)),
        contact: None,
        special,
        subscribed: true,
        placed: true,
    }
}

/// Writes a folder's record unless there is one; whether it did. Two who do so
/// at once write the same, so neither need fail.
async fn put_if_missing(store: &Store, tx: &mut Tx, folder: MailFolder) -> Result<bool, Error> {
    let missing = store.get(&MailFolder::at(folder.id)).await?.is_none();
    if missing {
        tx.put(&folder);
    }
    Ok(missing)
}

/// UIDVALIDITY (RFC 3501 §2.3.1.1) of a folder that is never deleted, and never
/// another of the same name: the same for ever, never zero. It is the second in
/// which the folder's owner or contact was made, which an id begins with; it fits
/// 32 bits until 2106.
fn validity(octets: &[u8; 16]) -> u32 {
    let mut millis = [0; 8];
    for (slot, octet) in millis.iter_mut().skip(2).zip(octets) {
        *slot = *octet;
    }
    let seconds = u64::from_be_bytes(millis) / 1000;
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

/// What the slots of folders begin with that a client made.
const MADE: u8 = 0;

/// A place among the folders of an owner: what kind, then a keyed hash.
fn slot(kind: u8, mut hash: [u8; 16]) -> [u8; 16] {
    if let Some(first) = hash.first_mut() {
        *first = kind;
    }
    hash
}

fn hashed(store: &Store, pieces: &[&[u8]]) -> [u8; 16] {
    let hash = store.mac(Label::Index, pieces);
    hash.first_chunk::<16>().copied().unwrap_or_default()
}
