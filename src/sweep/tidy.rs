//! Takes away what only mattered for a while: it would grow for ever.

use crate::access;
use crate::store::records::Submitted;
use crate::store::{Error, Key, Record, Store, Tx};
use jiff::SignedDuration;

/// Records looked at in one step, so that a large store is tidied without
/// holding up anybody.
const STEP: usize = 500;

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
    access::sweep::sweep(store, idle).await.map(drop)
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
