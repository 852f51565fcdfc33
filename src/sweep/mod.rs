//! What ends, ends here: grants expire, what nobody released goes back, content
//! whose retention is over is destroyed, keys roll so that "destroyed" is true,
//! and what only mattered for a while is tidied away. Before a grant expires
//! unread, its reader is reminded; and what a patient wrote and still waits after its
//! time, the office is told of once more.

mod pause;
mod remind;
mod tidy;
mod unread;

use crate::access::link::{self, LinkState};
use crate::folders;
use crate::model::{
    Actor, Direction, Event, EventKind, GrantId, Live, MessageId, Office, Recipient, State,
};
use crate::release;
use crate::report;
use crate::route::portal::Voice;
use crate::store::records::{Charting, Ended, Ending, Grant, Hold, Message};
use crate::store::{Change, Error, Held, Key, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
pub use unread::Unread;

/// How often the sweep looks. An expired link is judged by the clock at every
/// visit, so a minute's delay here is seen by nobody.
const EVERY: SignedDuration = SignedDuration::from_mins(1);

/// How old a key may be under which something was destroyed (foundations: it
/// rolls at least daily).
const ROLL: SignedDuration = SignedDuration::from_hours(24);

/// How often what has passed is tidied away.
const TIDY: SignedDuration = SignedDuration::from_hours(1);

/// When an ending that could not be closed is tried again: it must not stand
/// before the others.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Endings handled in one look: the rest waits for the next turn of the loop,
/// which follows at once.
const BATCH: usize = 100;

/// What the configuration says about endings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a session may lie idle.
    pub idle: SignedDuration,
    /// How long before its end an unread message is called to mind; `None`:
    /// never.
    pub reminder: Option<SignedDuration>,
    /// When the office is told once more of what still waits; `None`: never.
    pub unread: Option<Unread>,
    /// How the gateway's own mails speak.
    pub voice: Voice,
    /// How the gateway writes to the office.
    pub office: Office,
}

/// The sweep over one store.
#[derive(Debug)]
pub struct Sweep {
    store: Store,
    settings: Live<Settings>,
    tidied: Option<Timestamp>,
    /// Whether it is known where each message stands.
    placed: bool,
    /// The last ending that was looked at for a reminder.
    looked: Option<Key<Ending>>,
}

impl Sweep {
    /// A sweep.
    #[must_use]
    pub const fn new(store: Store, settings: Live<Settings>) -> Self {
        Self {
            store,
            settings,
            tidied: None,
            placed: false,
            looked: None,
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
            tokio::select! {
                stopped = stop.changed() => if stopped.is_err() { break },
                () = self.store.clock().sleep(EVERY) => {}
            }
        }
    }

    /// One look at what has ended. Returns whether there is more to do at once.
    /// One duty that fails does not hold up the others.
    ///
    /// # Errors
    /// The store's own; what was not closed stays due.
    pub async fn turn(&mut self) -> Result<bool, Error> {
        let now = self.store.clock().now();
        let placed = self.make_up().await;
        // A link is judged by the clock at every visit, also during a pause.
        let (closed, reminded) = match pause::pauses(&self.store, now).await {
            Ok(true) => (Ok(false), Ok(false)),
            Ok(false) => (self.close_due(now).await, self.remind(now).await),
            Err(error) => (Err(error), Ok(false)),
        };
        let tidied = self.tidy(now).await;
        let rolled = self.roll(now).await;
        rolled.and(tidied).and(placed)?;
        let (closed, reminded) = (closed?, reminded?);
        Ok(closed || reminded)
    }

    /// Closes what is due; returns whether more may be.
    async fn close_due(&self, now: Timestamp) -> Result<bool, Error> {
        let due = self.store.range::<Ending>(&[], None, BATCH).await?;
        let due = due.iter().take_while(|e| e.at <= now);
        let mut handled = 0;
        for ending in due {
            match self.close(ending, now).await {
                // Somebody used the grant at this very moment: look again.
                Ok(()) | Err(Error::Conflict) => {}
                Err(error @ (Error::Damaged(_) | Error::Newer | Error::Sealed)) => {
                    tracing::error!(event = "sweep.set-back", reason = %error, "Something that has ended cannot be read; it is tried again in an hour.");
                    self.set_back(ending, now).await?;
                }
                Err(error) => return Err(error),
            }
            handled += 1;
        }
        Ok(handled == BATCH)
    }

    async fn close(&self, ending: &Ending, now: Timestamp) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&Ending::at(ending.at, ending.what));
        match ending.what {
            Ended::Grant(grant) => self.expire(&mut tx, grant, now).await?,
            Ended::Content(message) => self.destroy(&mut tx, message, now).await?,
            Ended::Hold(message) => {
                let settings = self.settings.current();
                release::expire(&self.store, &mut tx, &settings.office, message).await?;
            }
            Ended::Unread(message) => self.tell_unread(&mut tx, message, now).await?,
        }
        self.store.commit(tx).await.map(drop)
    }

    async fn set_back(&self, ending: &Ending, now: Timestamp) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&Ending::at(ending.at, ending.what));
        tx.put(&Ending {
            at: now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX),
            what: ending.what,
        });
        self.store.commit(tx).await.map(drop)
    }

    /// Closes a grant whose time is over. One that was extended has another
    /// ending of its own.
    async fn expire(&self, tx: &mut Tx, id: GrantId, now: Timestamp) -> Result<(), Error> {
        let Some(grant) = self.store.hold(&Grant::at(id)).await? else {
            return Ok(());
        };
        if link::state(&grant.record, now) != LinkState::Expired {
            return Ok(());
        }
        // An extension at this very moment must not be overtaken.
        tx.replace(&grant, &grant.record);
        let grant = &grant.record;
        let key = Recipient::at(grant.message, grant.n);
        let Some(held) = self.store.hold(&key).await? else {
            return Ok(());
        };
        // What was read stays "opened": that is what the office asks about.
        if matches!(held.record.state, State::Queued | State::NoticeAccepted) {
            let mut recipient = held.record.clone();
            recipient.state = State::Expired;
            recipient.since = now;
            self.tell(tx, (grant, &recipient)).await?;
            folders::track(&self.store, tx, grant.message, &[(&held, recipient)]).await?;
        }
        tx.change(Change::Message(grant.message));
        tx.audit(Event::new(Actor::Gateway, EventKind::Expiry, id));
        Ok(())
    }

    /// Tells the writer that nobody read the message. What cannot be read of it does
    /// not keep its time from ending.
    async fn tell(&self, tx: &mut Tx, unread: (&Grant, &Recipient)) -> Result<(), Error> {
        let settings = self.settings.current();
        match report::unread(&self.store, &settings.office, tx, unread).await {
            Err(error @ (Error::Damaged(_) | Error::Newer | Error::Sealed)) => {
                tracing::error!(event = "sweep.untold", grant = %unread.0.id, reason = %error, "A message ended unread, and its writer could not be told: it cannot be read.");
                Ok(())
            }
            told => told,
        }
    }

    /// Destroys the content of a message whose retention is over: its key goes
    /// now, and with the next roll no older copy of the keys opens it. It leaves
    /// every folder with the same commit. What somebody may still read is kept
    /// until they may no longer.
    async fn destroy(&self, tx: &mut Tx, id: MessageId, now: Timestamp) -> Result<(), Error> {
        let Some(held) = self.store.hold(&Message::at(id)).await? else {
            return Ok(());
        };
        let mut message = held.record.clone();
        // What was given back is a draft, and goes with its last entry.
        if message.purged.is_some() || message.direction == Direction::Stored {
            return Ok(());
        }
        if self.store.get(&Hold::at(id)).await?.is_some() {
            // Its wait is over first; then it is somebody's draft, or on its way.
            tx.put(&Ending {
                at: now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX),
                what: Ended::Content(id),
            });
            return Ok(());
        }
        let waiting = self
            .store
            .range::<Charting>(&[id.octets()], None, 1)
            .await?;
        if !waiting.is_empty() {
            // A file of it is not in the chart yet: a lost disk loses nothing.
            tx.put(&Ending {
                at: now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX),
                what: Ended::Content(id),
            });
            return Ok(());
        }
        let grants = self.grants(&message).await?;
        let open = grants
            .iter()
            .filter(|g| link::state(&g.record, now) == LinkState::Open);
        if let Some(at) = open.map(|g| g.record.expires).max() {
            tx.put(&Ending {
                at,
                what: Ended::Content(id),
            });
            return Ok(());
        }
        for grant in grants {
            let mut closed = grant.record.clone();
            closed.purged = Some(now);
            closed.notice = Vec::new();
            tx.replace(&grant, &closed);
        }
        folders::take_out(&self.store, tx, id).await?;
        tx.purge(message.content);
        message.purged = Some(now);
        message.head = Vec::new();
        tx.replace(&held, &message);
        tx.change(Change::Message(id));
        tx.audit(Event::new(Actor::Gateway, EventKind::Purge, id));
        Ok(())
    }

    async fn grants(&self, message: &Message) -> Result<Vec<Held<Grant>>, Error> {
        let mut grants = Vec::new();
        for n in 0..message.recipients {
            let recipient = self.store.get(&Recipient::at(message.id, n)).await?;
            if let Some(id) = recipient.and_then(|r| r.grant) {
                grants.extend(self.store.hold(&Grant::at(id)).await?);
            }
        }
        Ok(grants)
    }

    /// Sees to it, once, that a message which goes is found in every folder.
    async fn make_up(&mut self) -> Result<(), Error> {
        if self.placed {
            return Ok(());
        }
        match folders::make_up(&self.store).await {
            // A client took something out at this very moment: the next turn
            // does the rest.
            Err(Error::Conflict) => Ok(()),
            done => {
                self.placed = done.is_ok();
                done
            }
        }
    }

    async fn tidy(&mut self, now: Timestamp) -> Result<(), Error> {
        let lately = self.tidied.is_some_and(|at| now.duration_since(at) < TIDY);
        if !lately {
            tidy::tidy(&self.store, self.settings.current().idle).await?;
            self.tidied = Some(now);
        }
        Ok(())
    }

    /// Rolls the keys if something was destroyed under one that is a day old. The
    /// store remembers both, so that a restart changes nothing.
    async fn roll(&self, now: Timestamp) -> Result<(), Error> {
        let since = self.store.unrolled().await?;
        if since.is_none_or(|made| now.duration_since(made) < ROLL) {
            return Ok(());
        }
        self.store.roll_keys().await?;
        let mut tx = Tx::new();
        tx.audit(Event::new(Actor::Gateway, EventKind::Key, "").noted("rolled-and-destroyed"));
        self.store.commit(tx).await?;
        tracing::info!(
            event = "keys.rolled",
            "The keys were rolled; content destroyed before this moment cannot be opened by any copy of the data folder and today's keys."
        );
        Ok(())
    }
}
