//! The only reader of time. Everything that waits, waits here, so that a test
//! can move a week in one step.

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until a test moves it.
    Manual(ManualClock),
}

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub struct ManualClock(watch::Sender<Timestamp>);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        Self(watch::Sender::new(start))
    }

    /// Moves the clock on (or back) and wakes whoever waited for that time.
    pub fn advance(&self, by: SignedDuration) {
        self.0
            .send_modify(|now| *now = now.saturating_add(by).unwrap_or(*now));
    }
}

impl Clock {
    /// The time now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Manual(clock) => *clock.0.borrow(),
        }
    }

    /// Waits until the clock shows `due` or later, and no longer than that was
    /// to take when the wait began: who waits over a clock that is set back is
    /// woken early, and looks again.
    pub async fn sleep_until(&self, due: Timestamp) {
        match self {
            Self::System => {
                let mut longest = due.duration_since(self.now());
                loop {
                    // A machine that slept, or a clock set forward, must not
                    // keep us waiting for a stale time: look every minute.
                    let left = due.duration_since(self.now()).min(longest);
                    if left <= SignedDuration::ZERO {
                        return;
                    }
                    let step = left.min(SignedDuration::from_mins(1));
                    tokio::time::sleep(step.unsigned_abs()).await;
                    longest -= step;
                }
            }
            Self::Manual(clock) => {
                let mut moved = clock.0.subscribe();
                // The sender lives in `clock`, so this cannot fail.
                let _ = moved.wait_for(|now| *now >= due).await;
            }
        }
    }

    /// Waits for a span of time, from this call on. Setting the machine's clock
    /// makes it neither longer nor shorter.
    pub fn sleep(&self, span: SignedDuration) -> impl Future<Output = ()> + '_ {
        let end = Instant::now().checked_add(span.max(SignedDuration::ZERO).unsigned_abs());
        let due = self.now().saturating_add(span).unwrap_or(Timestamp::MAX);
        async move {
            match (self, end) {
                (Self::System, Some(end)) => tokio::time::sleep_until(end).await,
                _ => self.sleep_until(due).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, ManualClock};
    use jiff::{SignedDuration, Timestamp};

    #[tokio::test]
    async fn a_week_passes_in_one_step() {
        let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
        let clock = Clock::Manual(hand.clone());
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(SignedDuration::from_hours(7 * 24)).await }
        });
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        hand.advance(SignedDuration::from_hours(7 * 24));
        sleeper.await.unwrap();
        assert_eq!(clock.now().as_second(), 7 * 24 * 3600);
    }
}
