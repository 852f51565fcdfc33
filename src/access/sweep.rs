//! Removes what time has overtaken: old sessions, requests, tallies, waits and
//! browsers that have not come back.

use crate::access::session::SessionState;
use crate::access::{front, office, passcode, session, throttle};
use crate::store::records::{
    Asking, Browser, CodeTally, Draft, OfficeBrowser, OfficeSession, Request, Session, Throttle,
    Unfinished,
};
use crate::store::{Error, Record, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// Records read at once.
const PAGE: usize = 256;
/// A browser that has not verified a code for so long is known no more.
const BROWSER: SignedDuration = SignedDuration::from_hours(24 * 180);
/// A text that was never taken up again is dropped after this time.
pub const DRAFT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Removes all of them; returns how many. Safe to break off and to repeat.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn sweep(store: &Store, idle: SignedDuration) -> Result<usize, Error> {
    let now = store.clock().now();
    let past = |at: Timestamp, span| at.saturating_add(span).is_ok_and(|end| end <= now);
    let mut removed = 0;
    removed += clear(store, |s: &Session| {
        session::state(s, idle, now) == SessionState::Over
    })
    .await?;
    removed += clear(store, |r: &Request| passcode::is_over(r, now)).await?;
    removed += clear(store, |a: &Asking| front::is_over(a, now)).await?;
    removed += clear(store, |t: &CodeTally| passcode::is_settled(t, now)).await?;
    removed += clear(store, |t: &Throttle| throttle::is_over(t, now)).await?;
    removed += clear(store, |b: &Browser| past(b.since, BROWSER)).await?;
    removed += clear(store, |s: &OfficeSession| office::is_over(s, now)).await?;
    removed += clear(store, |b: &OfficeBrowser| past(b.since, BROWSER)).await?;
    removed += clear(store, |d: &Draft| past(d.at, DRAFT)).await?;
    removed += clear(store, |u: &Unfinished| past(u.at, DRAFT)).await?;
    Ok(removed)
}

async fn clear<R: Record>(store: &Store, over: impl Fn(&R) -> bool) -> Result<usize, Error> {
    let mut removed = 0;
    let mut after = None;
    loop {
        let page: Vec<R> = store.range(&[], after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(removed);
        };
        let next = last.key();
        for record in page.iter().filter(|record| over(record)) {
            removed += usize::from(remove(store, record, &over).await?);
        }
        after = Some(next);
    }
}

/// Removes one record unless it changed in the meantime.
async fn remove<R: Record>(
    store: &Store,
    record: &R,
    over: &impl Fn(&R) -> bool,
) -> Result<bool, Error> {
    let held = store
        .hold(&record.key())
        .await?
        .filter(|held| over(&held.record));
    let Some(held) = held else { return Ok(false) };
    let mut tx = Tx::new();
    tx.remove(&held);
    Ok(store.try_commit(tx).await?.is_some())
}
