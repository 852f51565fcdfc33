//! Delivery: parcels from the queue to the relay, and what the relay answered
//! into the records.
//!
//! ```text
//!  queue ─take─▶ worker ─▶ wanted? ─▶ relay ─▶ outcome ─▶ verdict ─▶ one commit
//! ```
//!
//! Each lane has workers, connections and patience of its own, so that a notice
//! that stalls never delays a code. While acceptance is busy, notices and clear
//! mail keep to a few hands. A stop finishes what is in hand and leaves the
//! rest in the queue.
//!
//! *Architecture invariant:* the relay's answer and everything that follows
//! from it are one durable commit. A kill between the answer and the commit is
//! the only way to a second copy, and that has the same octets.

mod note;
pub mod outcome;
pub mod relay;
mod verdict;

use crate::access::link::{self, LinkState};
use crate::mime::normalise::without_own;
use crate::model::parcel::Body;
use crate::model::{ContentId, JobId, Lane, Live, MessageId, Parcel, Purpose, Recipient, State};
use crate::queue::{self, Leased};
use crate::report::Office;
use crate::store::records::{Grant, Message, Request, Work};
use crate::store::{Error, Store};
use jiff::{SignedDuration, Timestamp};
pub use note::dropped;
use outcome::Outcome;
use relay::{Patience, Relay, Transaction, Wishes};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// So many messages arriving at once mean that acceptance is busy: two cores
/// are full with two of them, and a clinic's quiet hour has one.
const BUSY: usize = 4;
/// Pause after the queue could not be read.
const RETRY: SignedDuration = SignedDuration::from_secs(5);
/// A connection without work is closed after this time, so that the relay is
/// not kept waiting.
const LINGER: SignedDuration = SignedDuration::from_secs(5);
/// Messages of which answers are noted side by side: twice as many as there are
/// hands, so that few wait for another message.
const TURNS: usize = 64;
/// Octets read from the content at once: one sealed chunk.
const CHUNK: usize = 64 * 1024;

/// How one lane is worked.
#[derive(Clone, Copy, Debug)]
struct Plan {
    lane: Lane,
    /// Jobs leased at a time: on the wire, or waiting for a durable write.
    hands: usize,
    /// The same while acceptance is busy.
    busy_hands: usize,
    /// Connections to the relay.
    connections: usize,
    /// How long the relay may take.
    patience: Patience,
    /// Longer than the slowest try: opening, three commands, and a mail of
    /// 100 MB at the slowest rate allowed for.
    lease: SignedDuration,
}

/// Codes first: few, urgent, never slowed. Clear mails are read whole into
/// memory, so two at a time bound it to a few times the largest message.
const PLANS: [Plan; 5] = [
    Plan {
        lane: Lane::Code,
        hands: 8,
        busy_hands: 8,
        connections: 4,
        patience: Patience::SHORT,
        lease: SignedDuration::from_mins(10),
    },
    Plan {
        lane: Lane::Report,
        hands: 4,
        busy_hands: 4,
        connections: 2,
        patience: Patience::LONG,
        lease: SignedDuration::from_mins(60),
    },
    // Nothing of this lane goes to the relay; what it files is announced by a
    // report.
    Plan {
        lane: Lane::Success,
        hands: 4,
        busy_hands: 1,
        connections: 1,
        patience: Patience::SHORT,
        lease: SignedDuration::from_mins(10),
    },
    Plan {
        lane: Lane::Notice,
        hands: 32,
        busy_hands: 2,
        connections: 8,
        patience: Patience::LONG,
        lease: SignedDuration::from_mins(60),
    },
    Plan {
        lane: Lane::Clear,
        hands: 2,
        busy_hands: 1,
        connections: 2,
        patience: Patience::LONG,
        lease: SignedDuration::from_mins(90),
    },
];

/// The delivery of one gateway.
#[derive(Debug)]
pub struct Delivery {
    lanes: Vec<Arc<Worker>>,
}

/// The worker of one lane.
#[derive(Debug)]
struct Worker {
    plan: Plan,
    store: Store,
    relay: Relay,
    office: Live<Office>,
    receiving: Arc<AtomicUsize>,
    /// What the hands hold. A clock that is set forward ends a lease at once;
    /// the mail in hand must not be taken, and sent, a second time.
    held: Mutex<HashSet<JobId>>,
    /// What the relay answered about recipients of one message is noted one
    /// after the other: each note rests on how the others stand.
    turns: Vec<Turn>,
}

/// The turn of the messages whose ids end alike.
type Turn = tokio::sync::Mutex<()>;

impl Delivery {
    /// Delivery to one relay. `receiving` counts the messages that are arriving
    /// at this moment.
    ///
    /// # Errors
    /// [`relay::SettingsError`] if the relay's settings cannot be used.
    pub fn new(
        store: &Store,
        relay: relay::Settings,
        office: &Live<Office>,
        receiving: &Arc<AtomicUsize>,
    ) -> Result<Self, relay::SettingsError> {
        let relay = Arc::new(relay);
        let mut lanes = Vec::with_capacity(PLANS.len());
        for plan in PLANS {
            let (clock, patience) = (store.clock().clone(), plan.patience);
            lanes.push(Arc::new(Worker {
                plan,
                store: store.clone(),
                relay: Relay::new(Arc::clone(&relay), clock, plan.connections, patience)?,
                office: office.clone(),
                receiving: Arc::clone(receiving),
                held: Mutex::default(),
                turns: (0..TURNS).map(|_| Turn::default()).collect(),
            }));
        }
        Ok(Self { lanes })
    }

    /// Delivers until `stop` says so. What is in hand is finished first.
    pub async fn work(&self, stop: watch::Receiver<bool>) {
        let lanes = self.lanes.iter().cloned();
        futures_util::future::join_all(lanes.map(|lane| lane.work(stop.clone()))).await;
    }
}

impl Worker {
    async fn work(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut news = self.store.watch();
        let mut hands = JoinSet::new();
        while !is_over(&stop) {
            // What is committed after this line wakes us again.
            news.mark_unchanged();
            let room = self.room(hands.len());
            let next = self.fill(&mut hands, room).await;
            tokio::select! {
                _ = stop.changed() => {}
                () = a_hand(&mut hands), if !hands.is_empty() => {}
                () = self.more(&mut news, next), if room > 0 => {}
                () = self.linger(), if hands.is_empty() => {}
            }
        }
        self.relay.finish();
        while hands.join_next().await.is_some() {}
        self.relay.close().await;
    }

    /// Waits until there may be more to take.
    async fn more(&self, news: &mut watch::Receiver<u64>, next: Timestamp) {
        tokio::select! {
            _ = news.changed() => {}
            () = self.store.clock().sleep_until(next) => {}
        }
    }

    /// Closes the connections once they have rested for a while.
    async fn linger(&self) {
        self.store.clock().sleep(LINGER).await;
        if !self.relay.rests() {
            std::future::pending::<()>().await;
        }
        self.relay.close().await;
    }

    /// How many more jobs may be taken.
    fn room(&self, hands: usize) -> usize {
        let busy = self.receiving.load(Ordering::Relaxed) >= BUSY;
        let most = if busy {
            self.plan.busy_hands
        } else {
            self.plan.hands
        };
        most.saturating_sub(hands)
    }

    /// Takes jobs into the free hands; returns when there is more to do.
    async fn fill(self: &Arc<Self>, hands: &mut JoinSet<()>, room: usize) -> Timestamp {
        match self.take(hands, room).await {
            Ok(next) => next.unwrap_or(Timestamp::MAX),
            Err(error) => {
                tracing::error!(
                    event = "delivery.stalled", lane = ?self.plan.lane, %error,
                    "The queue could not be read; what is to leave waits."
                );
                let now = self.store.clock().now();
                now.saturating_add(RETRY).unwrap_or(Timestamp::MAX)
            }
        }
    }

    async fn take(
        self: &Arc<Self>,
        hands: &mut JoinSet<()>,
        room: usize,
    ) -> Result<Option<Timestamp>, Error> {
        if room == 0 {
            return Ok(None);
        }
        let lanes = [self.plan.lane];
        let (bounds, held) = ((room, self.plan.lease), self.held().clone());
        for leased in queue::take_beside(&self.store, &lanes, bounds, &held).await? {
            let hand = Hand::new(self, leased.job().id);
            hands.spawn(async move { hand.worker.deliver(leased).await });
        }
        let held = self.held().clone();
        queue::next_due_beside(&self.store, &lanes, &held).await
    }

    fn held(&self) -> MutexGuard<'_, HashSet<JobId>> {
        // The set is whole between two calls, whoever panicked.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn deliver(&self, leased: Leased) {
        let outcome = match &leased.job().work {
            Work::Deliver(parcel) => self.attempt(parcel).await,
            Work::Dispatch(_) | Work::Chart { .. } | Work::Announce(_) => {
                Ok(Outcome::Unfit("lane"))
            }
            Work::Tell { .. } | Work::Displayed { .. } => {
                return note::tell(&self.store, &self.office.current(), &leased).await;
            }
        };
        match outcome {
            Ok(outcome) => self.note(leased, outcome).await,
            Err(error @ (Error::Damaged(_) | Error::Newer | Error::Sealed)) => {
                tracing::error!(
                    event = "delivery.unreadable", job = %leased.job().id, %error,
                    "A mail to be delivered, or what belongs to it, is damaged."
                );
                self.note(leased, Outcome::Unfit("damaged")).await;
            }
            // The lease ends in its time, and the job is taken again.
            Err(error) => tracing::error!(
                event = "delivery.unread", job = %leased.job().id, %error,
                "A mail to be delivered could not be read; it is tried again."
            ),
        }
    }

    async fn note(&self, leased: Leased, outcome: Outcome) {
        let place = match &leased.job().work {
            Work::Deliver(parcel) => about(parcel.purpose),
            Work::Dispatch(_)
            | Work::Tell { .. }
            | Work::Displayed { .. }
            | Work::Chart { .. }
            | Work::Announce(_) => None,
        };
        let place = place.map(|id| id.octets().iter().map(|o| usize::from(*o)).sum::<usize>());
        let turn = place.and_then(|place| self.turns.get(place % TURNS));
        let _mine = match turn {
            Some(turn) => Some(turn.lock().await),
            None => None,
        };
        note::note(&self.store, &self.office.current(), leased, outcome).await;
    }

    async fn attempt(&self, parcel: &Parcel) -> Result<Outcome, Error> {
        // What the relay answers could not be written down, and the mail would
        // leave again after the next start.
        if let Some(why) = self.store.read_only() {
            return Err(Error::Io(why.to_owned()));
        }
        if !self.is_wanted(parcel.purpose).await? {
            return Ok(Outcome::Unwanted);
        }
        let wishes = self.wishes(parcel.purpose).await?;
        let hand_over = async |mail: &[u8]| {
            let transaction = Transaction {
                sender: parcel.sender.as_ref(),
                recipient: &parcel.recipient,
                wishes: wishes.as_ref(),
                mail,
            };
            self.relay.hand_over(&transaction).await
        };
        Ok(match &parcel.body {
            Body::Here(mail) => hand_over(mail).await,
            Body::Content(id) => match self.read(*id).await? {
                Some(mail) => hand_over(&without_own(mail)).await,
                None => Outcome::Unwanted,
            },
        })
    }

    /// What the sender wants to hear of a mail that leaves as it is. A notice
    /// is our own mail: what becomes of it we report ourselves.
    async fn wishes(&self, purpose: Purpose) -> Result<Option<Wishes>, Error> {
        let Purpose::Clear { message, n } = purpose else {
            return Ok(None);
        };
        let recipient = self.store.get(&Recipient::at(message, n)).await?;
        let message = self.store.get(&Message::at(message)).await?;
        Ok(recipient.zip(message).map(|(recipient, message)| Wishes {
            notify: recipient.notify,
            original: recipient.original,
            ret: message.ret,
            envid: message.envid,
        }))
    }

    /// Whether anybody still waits for this mail: a code may be over, a message
    /// taken back, or read before its reminder left.
    async fn is_wanted(&self, purpose: Purpose) -> Result<bool, Error> {
        let store = &self.store;
        Ok(match purpose {
            Purpose::Code { grant, serial } => {
                let request = store.get(&Request::at(grant)).await?;
                request.is_some_and(|r| r.codes.iter().any(|code| code.serial == serial))
            }
            Purpose::Notice { message, n, grant } => {
                let grant = store.get(&Grant::at(grant)).await?;
                let recipient = store.get(&Recipient::at(message, n)).await?;
                grant.is_some_and(|g| g.recalled.is_none() && g.purged.is_none())
                    && recipient.is_some_and(|r| r.state != State::Recalled)
            }
            Purpose::Reminder { message, n, grant } => {
                let grant = store.get(&Grant::at(grant)).await?;
                let recipient = store.get(&Recipient::at(message, n)).await?;
                let now = store.clock().now();
                grant.is_some_and(|g| g.opened.is_none() && link::state(&g, now) == LinkState::Open)
                    && recipient.is_some_and(|r| r.state == State::NoticeAccepted)
            }
            Purpose::Alert | Purpose::Report { .. } | Purpose::Clear { .. } => true,
        })
    }

    /// A whole content in memory, as the library needs it; `None` if purged.
    async fn read(&self, id: ContentId) -> Result<Option<Vec<u8>>, Error> {
        let Some(content) = self.store.open_content(id).await? else {
            return Ok(None);
        };
        let mut mail = Vec::with_capacity(usize::try_from(content.length()).unwrap_or(0));
        loop {
            let chunk = content.read(mail.len() as u64, CHUNK).await?;
            if chunk.is_empty() {
                return Ok(Some(mail));
            }
            mail.extend_from_slice(&chunk);
        }
    }
}

/// One job in hand; dropped, it is not in hand any more.
struct Hand {
    worker: Arc<Worker>,
    job: JobId,
}

impl Hand {
    fn new(worker: &Arc<Worker>, job: JobId) -> Self {
        let worker = Arc::clone(worker);
        worker.held().insert(job);
        Self { worker, job }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.worker.held().remove(&self.job);
    }
}

/// The message whose recipient an outcome may move on.
const fn about(purpose: Purpose) -> Option<MessageId> {
    match purpose {
        Purpose::Notice { message, .. } | Purpose::Clear { message, .. } => Some(message),
        _ => None,
    }
}

/// Whether to stop: it was said, or nobody is left to say it.
fn is_over(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Waits for a free hand; whatever else has finished too is free with it.
async fn a_hand(hands: &mut JoinSet<()>) {
    let _ = hands.join_next().await;
    while hands.try_join_next().is_some() {}
}

#[cfg(test)]
mod tests;
