//! The worker: takes accepted messages from the queue, and decides what becomes
//! of one whose routes cannot be chosen.

use crate::model::{Lane, MessageId};
use crate::outbound::Outbound;
use crate::queue::{self, Leased};
use crate::store::records::Work;
use crate::store::{Error, Tx};
use jiff::{SignedDuration, Timestamp};

/// How many messages are dispatched side by side: enough to share one durable
/// write, few enough that a burst leaves room for acceptance.
const SIDE_BY_SIDE: usize = 32;

/// Pause after the store failed; what was accepted stays queued.
const RETRY: SignedDuration = SignedDuration::from_secs(15);

/// How often a dispatch is begun anew when another message of the same
/// conversation was first. Each loss means that another got through.
const RACES: usize = SIDE_BY_SIDE;

impl Outbound {
    /// Dispatches accepted messages until `stop` says so. What is in hand is
    /// finished first.
    pub async fn work(&self, mut stop: tokio::sync::watch::Receiver<bool>) {
        let mut changed = self.store.watch();
        while !*stop.borrow() {
            // What is committed after this line wakes us again.
            changed.mark_unchanged();
            let due = match self.turn().await {
                Ok(0) => queue::next_due(&self.store, &[Lane::Dispatch]).await,
                Ok(_) => continue,
                Err(error) => Err(error),
            };
            let due = due.unwrap_or_else(|error| {
                tracing::error!(event = "dispatch.stalled", reason = %error, "The queue could not be read; accepted mail waits.");
                Some(self.later())
            });
            tokio::select! {
                _ = changed.changed() => {}
                stopped = stop.changed() => if stopped.is_err() { break },
                () = self.store.clock().sleep_until(due.unwrap_or(Timestamp::MAX)) => {}
            }
        }
    }

    /// One look at the queue: dispatches what is due, side by side. Returns how
    /// many messages were in hand; 0 if nothing is due.
    ///
    /// # Errors
    /// The store's own. What was accepted stays queued.
    pub async fn turn(&self) -> Result<usize, Error> {
        // Nothing leaves here, so a lease, one more durable write, is not needed.
        let jobs = queue::look(&self.store, Lane::Dispatch, SIDE_BY_SIDE).await?;
        let count = jobs.len();
        let each = jobs.into_iter().map(|job| self.dispatch_or_wait(job));
        let ends = futures_util::future::join_all(each).await;
        ends.into_iter().collect::<Result<(), Error>>()?;
        Ok(count)
    }

    /// Fails if the store takes not even the note that the message must wait:
    /// it is still due, and would be taken again at once.
    async fn dispatch_or_wait(&self, job: Leased) -> Result<(), Error> {
        let Work::Dispatch(message) = job.job().work else {
            return Ok(());
        };
        let Err(error) = self.dispatch_anew(&job, message).await else {
            return Ok(());
        };
        let mut tx = Tx::new();
        if is_for_good(&error) {
            tracing::error!(event = "dispatch.set-aside", about = %message, reason = %error, "A message cannot be read, so its routes cannot be chosen; it is set aside. `sealpost queue list` shows it.");
            queue::set_aside(&mut tx, &job, None);
        } else {
            tracing::error!(event = "dispatch.failed", about = %message, reason = %error, "The routes of a message could not be chosen; it is tried again.");
            queue::defer(&mut tx, &job, self.later(), None);
        }
        match self.store.commit(tx).await {
            // Somebody else has done it, or the operator dropped it.
            Ok(_) | Err(Error::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn dispatch_anew(&self, job: &Leased, message: MessageId) -> Result<(), Error> {
        for _ in 0..RACES {
            match self.dispatch(job, message).await {
                Err(Error::Conflict) => {}
                done => return done,
            }
        }
        Err(Error::Conflict)
    }

    fn later(&self) -> Timestamp {
        let now = self.store.clock().now();
        now.saturating_add(RETRY).unwrap_or(Timestamp::MAX)
    }
}

/// Whether trying again can never help.
const fn is_for_good(error: &Error) -> bool {
    matches!(error, Error::Damaged(_) | Error::Newer | Error::Sealed)
}
