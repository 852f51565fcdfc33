//! Flags that the gateway sets, wherever an account's mailbox shows a message.

use crate::folders::places;
use crate::model::{AccountId, Keyword, MessageId, System};
use crate::store::{Error, Store, Tx};

/// Tries against others who change the same entries.
const ATTEMPTS: usize = 8;

/// Sets these flags, and no others are changed. `false`: an entry has as many keywords
/// as it may have.
///
/// # Errors
/// The store's own.
pub async fn mark(
    store: &Store,
    account: AccountId,
    id: MessageId,
    (flags, keyword): (System, Option<Keyword>),
) -> Result<bool, Error> {
    for _ in 0..ATTEMPTS {
        let mut tx = Tx::new();
        let mut full = false;
        for (folder, uid, reader) in places(store, account, id).await? {
            let mut change = store.hold_rows(folder, &[uid], reader).await?;
            change.update(|row| {
                let mut now = row.flags.clone();
                now.system = now.system.with(flags);
                full |= keyword.clone().is_some_and(|word| !now.insert(word));
                now
            });
            tx.flag(change);
        }
        if full {
            return Ok(false);
        }
        if tx.is_empty() || store.try_commit(tx).await?.is_some() {
            return Ok(true);
        }
    }
    Err(Error::Conflict)
}
