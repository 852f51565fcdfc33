//! Flags that the gateway sets, wherever an account's mailbox shows a message.

use crate::folders::places;
use crate::model::{AccountId, Flags, Keyword, MessageId, System};
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
    change(store, (account, id), |now| {
        now.system = now.system.with(flags);
        keyword.clone().is_none_or(|word| now.insert(word))
    })
    .await
}

/// Takes these flags away, and no others are changed.
///
/// # Errors
/// The store's own.
pub async fn unmark(
    store: &Store,
    account: AccountId,
    id: MessageId,
    flags: System,
) -> Result<(), Error> {
    let taken = change(store, (account, id), |now| {
        now.system = now.system.without(flags);
        true
    });
    taken.await.map(drop)
}

/// Changes the flags of every entry; nothing, if `one` says of an entry that it cannot
/// be.
async fn change(
    store: &Store,
    (account, id): (AccountId, MessageId),
    one: impl Fn(&mut Flags) -> bool,
) -> Result<bool, Error> {
    for _ in 0..ATTEMPTS {
        let mut tx = Tx::new();
        let mut fits = true;
        for (folder, uid, reader) in places(store, account, id).await? {
            let mut change = store.hold_rows(folder, &[uid], reader).await?;
            change.update(|row| {
                let mut now = row.flags.clone();
                fits &= one(&mut now);
                now
            });
            tx.flag(change);
        }
        if !fits {
            return Ok(false);
        }
        if tx.is_empty() || store.try_commit(tx).await?.is_some() {
            return Ok(true);
        }
    }
    Err(Error::Conflict)
}
