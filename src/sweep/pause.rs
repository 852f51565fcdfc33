//! A clock that is set a year ahead must not destroy a year's mail. What has
//! ended cannot be closed twice, and what was destroyed does not come back: so
//! after a leap of the clock the sweep pauses, until somebody had time to notice.

use crate::store::{Error, Key, Record, Store, Table, Tx};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// A leap is more than this between two looks: a gateway that was off for a
/// week's holiday has not leapt.
const LEAP: SignedDuration = SignedDuration::from_hours(8 * 24);
/// How long nothing is closed after a leap: over any weekend.
const PAUSE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// How often the time is written down.
const NOTED: SignedDuration = SignedDuration::from_hours(1);

/// When the sweep looked last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Swept {
    /// By the clock as it was.
    at: Timestamp,
    /// Nothing is closed before this time.
    pause: Option<Timestamp>,
}

impl Record for Swept {
    const TABLE: Table = Table::Swept;
    const VERSION: u8 = 1;
    fn key(&self) -> Key<Self> {
        Self::place()
    }
}

impl Swept {
    fn place() -> Key<Self> {
        Key::of(Table::Swept, &[])
    }

    /// What is to be remembered of a look at `now`, and whether the clock leapt.
    fn next(before: Option<&Self>, now: Timestamp) -> (Self, bool) {
        let gap = before.map_or(SignedDuration::ZERO, |b| now.duration_since(b.at));
        let end = now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
        if gap > LEAP {
            let pause = Some(end);
            return (Self { at: now, pause }, true);
        }
        // One that ends further ahead than a pause lasts began under a clock
        // that has been set back since.
        let pause = before.and_then(|b| b.pause);
        let pause = pause.filter(|until| now < *until && *until <= end);
        (Self { at: now, pause }, false)
    }
}

/// Whether nothing may be closed at `now`; remembers that somebody looked.
///
/// # Errors
/// The store's own.
pub(super) async fn pauses(store: &Store, now: Timestamp) -> Result<bool, Error> {
    let before = store.get(&Swept::place()).await?;
    let (next, leapt) = Swept::next(before.as_ref(), now);
    let noted = before.as_ref().is_some_and(|before| {
        let since = now.duration_since(before.at).abs();
        since < NOTED && before.pause == next.pause
    });
    if !noted {
        let mut tx = Tx::new();
        tx.put(&next);
        store.commit(tx).await?;
    }
    if leapt {
        let days = before.map_or(0, |b| now.duration_since(b.at).as_hours() / 24);
        tracing::warn!(
            event = "sweep.paused",
            days,
            "The clock shows many days more than at the last look: the gateway was off, or the clock is wrong. Nothing is expired or destroyed for three days; check the clock (`timedatectl`)."
        );
    }
    Ok(next.pause.is_some())
}

#[cfg(test)]
mod tests {
    use super::Swept;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn after_a_leap_nothing_ends_for_three_days_unless_the_clock_is_set_right() {
        let day = |n: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n);
        let look = |before: &Swept, n| Swept::next(Some(before), day(n));
        let (first, leapt) = Swept::next(None, day(0));
        assert!(!leapt && first.pause.is_none());
        let (week, leapt) = look(&first, 7);
        assert!(!leapt && week.pause.is_none());
        let (year, leapt) = look(&week, 372);
        assert!(leapt && year.pause == Some(day(375)));
        let (still, leapt) = look(&year, 374);
        assert!(!leapt && still.pause.is_some());
        assert_eq!(look(&still, 375).0.pause, None);
        // The clock is set right again: the pause is over with the error.
        assert_eq!(look(&still, 8).0.pause, None);
    }
}
