//! Whether what came in still waits for somebody to read it.

use crate::folders::{places, trash};
use crate::model::{AccountId, MessageId, System};
use crate::store::records::MailFolder;
use crate::store::{Error, Row, Store};

/// Whether an entry is still to be read: neither read nor answered.
#[must_use]
pub fn is_unread(row: &Row) -> bool {
    let done = [System::SEEN, System::ANSWERED];
    !done.iter().any(|flag| row.flags.system.contains(*flag))
}

/// Whether what came in lies with an account still, unread wherever it lies. What
/// was put into Trash or marked to be deleted was dealt with, and so was what is in
/// none of the account's folders any more.
///
/// # Errors
/// The store's own.
pub async fn lies_unread(
    store: &Store,
    account: AccountId,
    message: MessageId,
) -> Result<bool, Error> {
    let mut lies = false;
    for (folder, uid, reader) in places(store, account, message).await? {
        let record = store.get(&MailFolder::at(folder)).await?;
        // In a contact's folder everything is filed as read.
        if record.is_some_and(|folder| folder.contact.is_some()) {
            continue;
        }
        let Some(row) = store.row(folder, uid, reader).await? else {
            continue;
        };
        let deleted = row.flags.system.contains(System::DELETED);
        if deleted || folder == trash(store, account) || !is_unread(&row) {
            return Ok(false);
        }
        lies = true;
    }
    Ok(lies)
}
