//! What ends, ends here: grants expire, content whose retention is over is
//! destroyed, keys roll so that "destroyed" is true, and what only mattered
//! for a while is tidied away.

mod tidy;

use crate::model::{Actor, Event, EventKind, GrantId, MessageId, Recipient, State};
use crate::store::records::{Ended, Ending, Grant, Message};
use crate::store::{Change, Error, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// How often the sweep looks. An expired link is judged by the clock at every
/// visit, so a minute's delay here is seen by nobody.
const EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How often keys roll once something was destroyed (foundations: at least
/// daily).
const ROLL: SignedDuration = SignedDuration::from_hours(24);

/// How often what has passed is tidied away.
const TIDY: SignedDuration = SignedDuration::from_hours(1);

/// Endings handled in one look: the rest waits for the next turn of the loop,
/// which follows at once.
const BATCH: usize = 100;

/// The sweep over one store.
#[derive(Debug)]
pub struct Sweep {
    store: Store,
    idle: SignedDuration,
    rolled: Timestamp,
    tidied: Timestamp,
    destroyed: bool,
}

impl Sweep {
    /// A sweep that begins now; `idle` is how long a session may lie idle.
    #[must_use]
    pub fn new(store: Store, idle: SignedDuration) -> Self {
        let now = store.clock().now();
        // What was destroyed just before a restart still waits for its roll.
        Self {
            store,
            idle,
            rolled: now,
            tidied: now,
            destroyed: true,
        }
    }

    /// Sweeps until `stop` says so.
    pub async fn work(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.turn().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(event = "sweep.failed", reason = %error, "Something that has ended could not be closed; it is tried again.")
                }
            }
            let clock = self.store.clock().clone();
            tokio::select! {
                _ = stop.changed() => {}
                () = clock.sleep(EVERY) => {}
            }
        }
    }

    /// One look at what has ended. Returns whether there is more to do at once.
    ///
    /// # Errors
    /// The store's own; what was not closed stays due.
    pub async fn turn(&mut self) -> Result<bool, Error> {
        let now = self.store.clock().now();
        let due = self.store.range::<Ending>(&[], None, BATCH).await?;
        let mut handled = 0;
        for ending in due.iter().take_while(|e| e.at <= now) {
            self.close(ending, now).await?;
            handled += 1;
        }
        if now.duration_since(self.tidied) >= TIDY {
            tidy::tidy(&self.store, self.idle).await?;
            self.tidied = now;
        }
        if self.destroyed && now.duration_since(self.rolled) >= ROLL {
            self.roll(now).await?;
        }
        Ok(handled == BATCH)
    }

    async fn close(&mut self, ending: &Ending, now: Timestamp) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&Ending::at(ending.at, ending.what));
        match ending.what {
            Ended::Grant(grant) => self.expire(&mut tx, grant, now).await?,
            Ended::Content(message) => self.destroy(&mut tx, message, now).await?,
        }
        match self.store.commit(tx).await {
            // Somebody used the grant at this very moment: look again.
            Err(Error::Conflict) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Closes a grant whose time is over. One that was extended has another
    /// ending of its own.
    async fn expire(&self, tx: &mut Tx, id: GrantId, now: Timestamp) -> Result<(), Error> {
        let Some(grant) = self.store.get(&Grant::at(id)).await? else {
            return Ok(());
        };
        if grant.expires > now || grant.recalled.is_some() {
            return Ok(());
        }
        let key = Recipient::at(grant.message, grant.n);
        let Some(held) = self.store.hold(&key).await? else {
            return Ok(());
        };
        // What was read stays "opened": that is what the office asks about.
        if matches!(held.record.state, State::Queued | State::NoticeAccepted) {
            let mut recipient = held.record.clone();
            recipient.state = State::Expired;
            recipient.since = now;
            tx.replace(&held, &recipient);
        }
        tx.change(Change::Message(grant.message));
        tx.audit(Event::new(Actor::Gateway, EventKind::Expiry, id));
        Ok(())
    }

    /// Destroys the content of a message whose retention is over: its key goes
    /// now, and with the next roll no older copy of the keys opens it.
    async fn destroy(&mut self, tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<(), Error> {
        let Some(held) = self.store.hold(&Message::at(id)).await? else {
            return Ok(());
        };
        let mut message = held.record.clone();
        if message.purged.is_some() {
            return Ok(());
        }
        tx.purge(message.content);
        message.purged = Some(now);
        message.head = Vec::new();
        for n in 0..message.recipients {
            let Some(recipient) = self.store.get(&Recipient::at(id, n)).await? else {
                continue;
            };
            let Some(grant) = recipient.grant else {
                continue;
            };
            if let Some(mut grant) = self.store.get(&Grant::at(grant)).await? {
                grant.purged = Some(now);
                grant.notice = Vec::new();
                tx.put(&grant);
            }
        }
        tx.replace(&held, &message);
        tx.change(Change::Message(id));
        tx.audit(Event::new(Actor::Gateway, EventKind::Purge, id));
        self.destroyed = true;
        Ok(())
    }

    async fn roll(&mut self, now: Timestamp) -> Result<(), Error> {
        self.store.roll_keys().await?;
        let mut tx = Tx::new();
        tx.audit(Event::new(Actor::Gateway, EventKind::Key, "").noted("rolled-and-destroyed"));
        self.store.commit(tx).await?;
        self.rolled = now;
        self.destroyed = false;
        tracing::info!(
            event = "keys.rolled",
            "The keys were rolled; content destroyed before this moment cannot be opened by any copy of the data folder and today's keys."
        );
        Ok(())
    }
}
