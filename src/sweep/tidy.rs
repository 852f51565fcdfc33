//! Takes away what only mattered for a while: it would grow for ever.

use crate::access;
use crate::store::records::{MailFolder, Submitted};
use crate::store::{Error, Key, Record, Store, Tx, apart};
use jiff::SignedDuration;

/// Records looked at in one step, so that a large store is tidied without
/// holding up anybody.
const STEP: usize = 500;

/// Changes that are kept. Who follows them is a moment behind, and reads its
/// folders anew if it was further: a day of a large clinic is more than enough.
const CHANGES: u64 = 20_000;
/// Records of expunges that a folder may have. A mail program that was here
/// within the newest half hears exactly what went since; an older one hears of
/// more UIDs, which it does not know any more.
const EXPUNGES: usize = 1000;

/// Deletes what has passed.
///
/// # Errors
/// The store's own.
pub(super) async fn tidy(store: &Store, idle: SignedDuration) -> Result<(), Error> {
    let now = store.clock().now();
    pass(store, |r: &Submitted| {
        now.duration_since(r.at) >= Submitted::LASTS
    })
    .await?;
    forget(store).await?;
    access::sweep::sweep(store, idle).await.map(drop)
}

/// Shortens what happened in the mailboxes.
async fn forget(store: &Store) -> Result<(), Error> {
    store.forget_changes(CHANGES).await?;
    let store = store.clone();
    apart(async move {
        let mut after = None;
        loop {
            let folders: Vec<MailFolder> = store.range(&[], after.as_ref(), STEP).await?;
            let Some(last) = folders.last() else {
                return Ok(());
            };
            after = Some(last.key());
            for folder in &folders {
                match store.join_vanished(folder.id, EXPUNGES).await {
                    // Whoever asks for it is told; the other folders go on.
                    Err(Error::Damaged(_)) => {}
                    joined => joined?,
                }
            }
        }
    })
    .await
}

async fn pass<R: Record>(store: &Store, over: impl Fn(&R) -> bool) -> Result<(), Error> {
    let mut after: Option<Key<R>> = None;
    loop {
        let records = store.range::<R>(&[], after.as_ref(), STEP).await?;
        let Some(last) = records.last() else {
            return Ok(());
        };
        after = Some(last.key());
        let mut tx = Tx::new();
        let mut any = false;
        for record in records.iter().filter(|r| over(r)) {
            tx.delete(&record.key());
            any = true;
        }
        if any {
            store.commit(tx).await?;
        }
    }
}
