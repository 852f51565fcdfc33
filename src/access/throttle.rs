//! Counts that slow a guesser down: after a few failures the key (an account
//! and a network, say) waits, each time longer. Waits survive a restart; the
//! counts below the first wait are kept in memory, so that a guesser causes
//! one durable write for a whole round of tries and not one for each.

use crate::access::{ATTEMPTS, write};
use crate::store::records::Throttle;
use crate::store::{Error, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Failures before the first wait, and between two waits.
const ROUND: u32 = 5;
/// The usual first wait; each further one is twice as long.
pub(super) const FIRST: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
/// Whoever has not failed for so long after a wait begins anew.
const FORGET: SignedDuration = SignedDuration::from_hours(24);
/// Keys counted in memory. When there are more, the one counted longest ago is
/// dropped: to gain a free try so, a guesser needs thousands of networks.
const COUNTED: usize = 4_096;

/// A count of failures and when it last grew.
type Count = (u32, Timestamp);

/// How soon a guesser waits, and how long at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Failures before the first wait, and between two waits.
    pub round: u32,
    /// The first wait; each further one is twice as long.
    pub first: SignedDuration,
    /// The longest wait.
    pub longest: SignedDuration,
}

impl Patience {
    /// For all that one network gets wrong, whatever names it tries: above what the
    /// forgotten phones of a practice come to, and a wait for each hundred keeps
    /// whoever goes through names from trying many.
    pub const NETWORK: Self = Self {
        round: 100,
        first: FIRST,
        longest: LONGEST,
    };
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            round: ROUND,
            first: FIRST,
            longest: LONGEST,
        }
    }
}

/// The counts of one purpose. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Throttles {
    store: Store,
    patience: Patience,
    counts: Arc<Mutex<HashMap<[u8; 32], Count>>>,
}

/// What a failure led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// How many failures this round has: 1 for the first.
    pub count: u32,
    /// Until when the key must wait, if it must.
    pub until: Option<Timestamp>,
}

impl Throttles {
    /// Counts kept in this store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self::with(store, Patience::default())
    }

    /// The same with another patience.
    #[must_use]
    pub fn with(store: Store, patience: Patience) -> Self {
        Self {
            store,
            patience,
            counts: Arc::default(),
        }
    }

    /// How long the key must still wait; zero or less never comes back.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn waits(&self, key: [u8; 32]) -> Result<Option<SignedDuration>, Error> {
        let now = self.store.clock().now();
        let record = self.store.get(&Throttle::at(key)).await?;
        let left = record
            .and_then(|r| r.until)
            .map(|until| until.duration_since(now));
        Ok(left.filter(|left| *left > SignedDuration::ZERO))
    }

    /// Counts a failure. `note` may add to the durable write that a wait causes.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn fail(&self, key: [u8; 32]) -> Result<Failed, Error> {
        let now = self.store.clock().now();
        let count = self.count(key, now);
        if count < self.patience.round {
            return Ok(Failed { count, until: None });
        }
        for _ in 0..ATTEMPTS {
            let held = self.store.hold(&Throttle::at(key)).await?;
            let before = held.as_ref().map(|h| &h.record);
            let record = lengthened(before, key, (now, self.patience));
            let mut tx = Tx::new();
            write(&mut tx, held.as_ref(), &record);
            if self.store.try_commit(tx).await?.is_some() {
                self.uncount(&key);
                return Ok(Failed {
                    count,
                    until: record.until,
                });
            }
        }
        Err(Error::Conflict)
    }

    /// A success: the key begins anew. Writes only if there was something to forget.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn clear(&self, key: [u8; 32]) -> Result<(), Error> {
        self.uncount(&key);
        if self.store.get(&Throttle::at(key)).await?.is_some() {
            let mut tx = Tx::new();
            tx.delete(&Throttle::at(key));
            self.store.commit(tx).await?;
        }
        Ok(())
    }

    fn count(&self, key: [u8; 32], now: Timestamp) -> u32 {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= COUNTED && !counts.contains_key(&key) {
            let oldest = counts
                .iter()
                .min_by_key(|(_, (_, at))| *at)
                .map(|(key, _)| *key);
            oldest.and_then(|key| counts.remove(&key));
        }
        let entry = counts.entry(key).or_insert((0, now));
        let fresh = now.duration_since(entry.1) >= FORGET;
        *entry = (if fresh { 1 } else { entry.0.saturating_add(1) }, now);
        entry.0
    }

    fn uncount(&self, key: &[u8; 32]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(key);
    }
}

/// Whether nothing in the record matters any more.
#[must_use]
pub fn is_over(record: &Throttle, now: Timestamp) -> bool {
    let last = record.until.unwrap_or(record.since);
    last.saturating_add(FORGET).is_ok_and(|end| end <= now)
}

/// The record after one more round of failures: the first wait, then each time
/// twice as long, up to the longest.
fn lengthened(
    before: Option<&Throttle>,
    key: [u8; 32],
    (now, patience): (Timestamp, Patience),
) -> Throttle {
    let before = before.filter(|record| !is_over(record, now));
    let rounds = before.map_or(0, |record| record.count).saturating_add(1);
    let doublings = (rounds - 1).min(16);
    let wait = patience.first.saturating_mul(1 << doublings);
    let wait = wait.min(patience.longest);
    Throttle {
        key,
        count: rounds,
        since: before.map_or(now, |record| record.since),
        until: Some(now.saturating_add(wait).unwrap_or(Timestamp::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Patience, is_over, lengthened};
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn waits_double_from_half_a_minute_to_an_hour_and_are_forgotten_after_a_day() {
        let mut now = Timestamp::UNIX_EPOCH;
        let mut record = None;
        let mut waits = Vec::new();
        for _ in 0..9 {
            let next = lengthened(record.as_ref(), [0; 32], (now, Patience::default()));
            let until = next.until.unwrap();
            waits.push(until.duration_since(now).as_secs());
            now = until;
            record = Some(next);
        }
        assert_eq!(waits, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        let record = record.unwrap();
        assert!(!is_over(&record, now));
        let later = now + SignedDuration::from_hours(24);
        assert!(is_over(&record, later));
        let anew = lengthened(Some(&record), [0; 32], (later, Patience::default()));
        assert_eq!(anew.count, 1);
    }
}
