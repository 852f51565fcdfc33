//! The folders of an office mailbox, as IMAP will show them. A folder is made
//! when the first message is filed in it.

use crate::model::{AccountId, MailboxId};
use crate::store::records::MailFolder;
use crate::store::{Error, Label, Store, Tx};

/// An account's INBOX.
///
/// # Errors
/// The store's own.
pub async fn inbox(store: &Store, tx: &mut Tx, account: AccountId) -> Result<MailboxId, Error> {
    folder(store, tx, Some(account), "INBOX").await
}

/// An account's own copies of what it sent.
///
/// # Errors
/// The store's own.
pub async fn sent(store: &Store, tx: &mut Tx, account: AccountId) -> Result<MailboxId, Error> {
    folder(store, tx, Some(account), "Sent").await
}

/// The clinic's shared INBOX: for answers to nobody who is still there.
///
/// # Errors
/// The store's own.
pub async fn shared(store: &Store, tx: &mut Tx) -> Result<MailboxId, Error> {
    folder(store, tx, None, "INBOX").await
}

/// A folder's id follows from whose it is and what it is called, so that it is
/// found without an index and two sessions that make it at once make the same.
#[must_use]
pub fn id(store: &Store, account: Option<AccountId>, name: &str) -> MailboxId {
    let owner = account.map(|a| *a.octets()).unwrap_or_default();
    let hash = store.mac(Label::Index, &[b"folder", &owner, name.as_bytes()]);
    MailboxId::from_octets(hash.first_chunk::<16>().copied().unwrap_or_default())
}

async fn folder(
    store: &Store,
    tx: &mut Tx,
    account: Option<AccountId>,
    name: &str,
) -> Result<MailboxId, Error> {
    let id = id(store, account, name);
    if store.get(&MailFolder::at(id)).await?.is_none() {
        // RFC 3501 §2.3.1.1: never zero, and larger if the folder is ever made
        // anew. Seconds since 1970 fit 32 bits until 2106.
        let seconds = u32::try_from(store.clock().now().as_second()).unwrap_or(u32::MAX);
        tx.put(&MailFolder {
            id,
            account,
            name: name.to_owned(),
            uidvalidity: seconds.max(1),
        });
    }
    Ok(id)
}
