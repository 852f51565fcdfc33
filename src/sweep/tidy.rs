//! Takes away what only mattered for a while: it would grow for ever, and a
//! session or request that is over should not be lying about.

use crate::store::records::{Request, Session, Submitted, Throttle};
use crate::store::{Error, Key, Record, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// Records looked at in one step, so that a large store is tidied without
/// holding up anybody.
const STEP: usize = 500;

/// A resend after a lost `250` is recognised for this long (foundations §4).
const RESEND: SignedDuration = SignedDuration::from_hours(48);

/// A session lives twelve hours at most; a stale one is kept a day longer, so
/// that an answer posted after its end can still be kept as a draft.
const SESSION: SignedDuration = SignedDuration::from_hours(36);

/// Requests and throttles count by the hour and the day.
const COUNTS: SignedDuration = SignedDuration::from_hours(48);

/// Deletes what has passed.
///
/// # Errors
/// The store's own.
pub(super) async fn tidy(store: &Store, now: Timestamp) -> Result<(), Error> {
    let older = |at: Timestamp, than: SignedDuration| now.duration_since(at) > than;
    pass::<Submitted>(store, |r| older(r.at, RESEND)).await?;
    pass::<Session>(store, |r| older(r.started, SESSION)).await?;
    pass::<Request>(store, |r| older(r.opened, COUNTS) && r.codes.iter().all(|c| older(c.created, COUNTS))).await?;
    pass::<Throttle>(store, |r| older(r.since, COUNTS) && r.until.is_none_or(|until| until < now)).await
}

async fn pass<R: Record>(store: &Store, over: impl Fn(&R) -> bool) -> Result<(), Error> {
    let mut after: Option<Key<R>> = None;
    loop {
        let records = store.range::<R>(&[], after.as_ref(), STEP).await?;
        let Some(last) = records.last() else { return Ok(()) };
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
