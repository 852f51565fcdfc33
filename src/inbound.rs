//! What comes back: another server says that it could not deliver a mail of ours.
//!
//! ```text
//!  smtp::Returns ─▶ whose return address? ─▶ what does it say? ─▶ one commit
//! ```
//!
//! What it is about, the return address alone says, which we signed when the mail
//! left (`route::verp`, decision 0031); what the report says of recipients, dates
//! and messages is not looked at. So whoever makes a report up needs the return
//! address of that very mail, and can do no more with it than the server that has
//! it could: say that this one mail was not delivered.
//!
//! *Architecture invariant:* what was opened is not moved back by whatever comes.

use crate::access::passcode;
use crate::folders;
use crate::mime::bounce::{self, Bounce, Said};
use crate::mime::report::Reason;
use crate::model::{
    Actor, Address, Answer, Clock, Event, EventKind, GrantId, Live, Office, Recipient, State,
};
use crate::report::{self, Case, News};
use crate::route::verp;
pub use crate::route::verp::Handle;
use crate::store::records::{CodeMail, Grant, Request};
use crate::store::{Change, Error, Held, Label, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How often a commit is tried while others change the same records.
const RACES: usize = 8;
/// How long a report waits that is quicker than our note of the relay's answer.
const PATIENCE: SignedDuration = SignedDuration::from_secs(5);
/// What changes nothing is put on record once in this time for each return address:
/// whoever has one can send as many mails as they like, and the trail is kept long.
const ON_RECORD: SignedDuration = SignedDuration::from_hours(1);
/// Return addresses remembered for that; beyond them all are forgotten, which costs
/// an entry each.
const REMEMBERED: usize = 4096;

/// Why a mail was not taken. Its server is to try again.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// What it is about waits to leave, as far as is written down.
    #[error("what came back has not been noted as handed over yet")]
    NotYet,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What the configuration says about what comes back.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The return address before it is signed.
    pub bounce: Address,
    /// Who reports to the office, and how.
    pub office: Office,
}

/// What takes back. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Inbound {
    store: Store,
    settings: Live<Settings>,
    /// About what something was put on record that changed nothing, and when.
    lately: Arc<Mutex<HashMap<String, Timestamp>>>,
}

impl Inbound {
    /// Over one store.
    #[must_use]
    pub fn new(store: Store, settings: Live<Settings>) -> Self {
        Self {
            store,
            settings,
            lately: Arc::default(),
        }
    }

    /// The clock everybody here goes by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.store.clock()
    }

    /// Whether the disk has room to note anything.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.store.has_room()
    }

    /// What a mail to this address is about; `None` unless we signed it.
    #[must_use]
    pub fn about(&self, address: &Address) -> Option<Handle> {
        let bounce = &self.settings.current().bounce;
        verp::parse(bounce, address, |pieces| {
            self.store.mac(Label::Tokens, pieces)
        })
    }

    /// Whether an address is in the domain of our return addresses.
    #[must_use]
    pub fn is_here(&self, address: &Address) -> bool {
        self.settings.current().bounce.domain() == address.domain()
    }

    /// Takes a mail that came back to these addresses of ours; durable when it
    /// returns. The same mail again changes nothing.
    ///
    /// # Errors
    /// [`TakeError`]; then its server is to try again.
    pub async fn take(&self, about: &[Handle], mail: &[u8]) -> Result<(), TakeError> {
        let bounce = bounce::read(mail);
        for handle in about {
            let mut tried = 0;
            while let Err(error) = self.note(*handle, &bounce).await {
                tried += 1;
                if !matches!(error, TakeError::Store(Error::Conflict)) || tried >= RACES {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    async fn note(&self, handle: Handle, bounce: &Bounce) -> Result<(), TakeError> {
        match (handle, bounce) {
            (Handle::Notice(grant), Bounce::Failed(said)) => self.failed(grant, said).await,
            (Handle::Notice(grant), Bounce::Delayed(said)) => self.late(grant, said).await,
            (Handle::Code(grant), Bounce::Failed(_)) => self.code(grant).await,
            // Clear mail has its writer's address to come back to; a code that is
            // late is over before anybody could be told.
            (Handle::Notice(grant) | Handle::Code(grant), _) => {
                Ok(self.left(&grant.to_string(), "no-failure").await?)
            }
            (Handle::Message(message), _) => {
                Ok(self.left(&message.to_string(), "no-notice").await?)
            }
        }
    }

    /// A notice was not delivered: its recipient is not reached, and the writer is
    /// told, as if our relay had said so at once.
    async fn failed(&self, id: GrantId, said: &Said) -> Result<(), TakeError> {
        let store = &self.store;
        let Some(grant) = store.get(&Grant::at(id)).await? else {
            return Ok(self.left(&id.to_string(), "unknown").await?);
        };
        let object = format!("{}/{}", grant.message, grant.n);
        let held = self.handed_over(&grant).await?;
        let now = store.clock().now();
        let moved = held.and_then(|held| {
            let moved = held.record.moved(State::NoticeBounced, now)?;
            Some((held, moved))
        });
        let Some((held, mut moved)) = moved else {
            // It is known already, or the message was read, or is over.
            return Ok(self.left(&object, "came-back-too-late").await?);
        };
        let answer = self.answer(said);
        let reason = match said.timed_out {
            true => Reason::TimedOut,
            false => Reason::of(&answer),
        };
        moved.answer = Some(answer.clone());
        let mut tx = Tx::new();
        folders::track(store, &mut tx, grant.message, &[(&held, moved)]).await?;
        let case = Case {
            message: grant.message,
            n: grant.n,
            recipient: &grant.address,
            answer: Some(&answer),
            news: News::Failed(reason),
        };
        report::file(store, &self.settings.current().office, &mut tx, &case).await?;
        tx.change(Change::Message(grant.message));
        let event = Event::new(Actor::Gateway, EventKind::Notice, &object);
        tx.audit(event.failed("came-back"));
        store.commit(tx).await?;
        tracing::warn!(
            event = "returns.failed", about = %object, code = said.code,
            "A notice that the relay had taken came back; its writer is told."
        );
        Ok(())
    }

    /// The recipient of a notice, once it no longer waits to leave. A report can be
    /// quicker than our note of the relay's `250`, which would then overtake it.
    async fn handed_over(&self, grant: &Grant) -> Result<Option<Held<Recipient>>, TakeError> {
        let (store, clock) = (&self.store, self.store.clock());
        let until = clock.now().saturating_add(PATIENCE);
        let until = until.unwrap_or(Timestamp::MAX);
        let mut news = store.watch();
        loop {
            // What is committed after this line wakes us.
            news.mark_unchanged();
            let held = store.hold(&Recipient::at(grant.message, grant.n)).await?;
            if held
                .as_ref()
                .is_none_or(|held| held.record.state != State::Queued)
            {
                return Ok(held);
            }
            tokio::select! {
                changed = news.changed() => if changed.is_err() { return Err(TakeError::NotYet) },
                () = clock.sleep_until(until) => return Err(TakeError::NotYet),
            }
        }
    }

    /// A notice is late somewhere behind our relay: that is noted, and nobody is
    /// bothered.
    async fn late(&self, id: GrantId, said: &Said) -> Result<(), TakeError> {
        let store = &self.store;
        let Some(grant) = store.get(&Grant::at(id)).await? else {
            return Ok(self.left(&id.to_string(), "unknown").await?);
        };
        let object = format!("{}/{}", grant.message, grant.n);
        let held = self.handed_over(&grant).await?;
        // One delay is noted: every note stands in the way of whoever reads the
        // message at that moment, and a stranger can send as many as they like.
        let noted = |held: &Held<Recipient>| {
            let answer = held.record.answer.as_ref();
            answer.is_some_and(|answer| (400..500).contains(&answer.code))
        };
        let waits = held.filter(|held| held.record.state == State::NoticeAccepted && !noted(held));
        let Some(held) = waits else {
            return Ok(self.left(&object, "came-back-too-late").await?);
        };
        let mut tx = Tx::new();
        tx.replace(
            &held,
            &Recipient {
                answer: Some(self.answer(said)),
                ..held.record.clone()
            },
        );
        tx.change(Change::Message(grant.message));
        let event = Event::new(Actor::Gateway, EventKind::Notice, &object);
        tx.audit(event.noted("late-elsewhere"));
        store.commit(tx).await?;
        tracing::info!(event = "returns.late", about = %object, code = said.code, "A notice is late behind the relay.");
        Ok(())
    }

    /// A code was not delivered: whoever waits for it reads so on the page.
    async fn code(&self, id: GrantId) -> Result<(), TakeError> {
        let (store, now) = (&self.store, self.store.clock().now());
        let held = store.hold(&Request::at(id)).await?;
        let newest = held.as_ref().and_then(|held| held.record.codes.last());
        if newest.is_some_and(|code| code.mail == CodeMail::Waiting) {
            return Err(TakeError::NotYet);
        }
        let returned = held.and_then(|held| {
            let mut next = held.record.clone();
            passcode::returned(&mut next, now).then_some((held, next))
        });
        let Some((held, next)) = returned else {
            return Ok(self.left(&id.to_string(), "came-back-too-late").await?);
        };
        let mut tx = Tx::new();
        tx.replace(&held, &next);
        let event = Event::new(Actor::Gateway, EventKind::CodeRequest, id);
        tx.audit(event.failed("came-back"));
        store.commit(tx).await?;
        tracing::warn!(event = "returns.code", about = %id, "The mail with a code came back; the page says so.");
        Ok(())
    }

    /// Whether it was put on record a moment ago that something came about this.
    fn is_known(&self, object: &str) -> bool {
        let now = self.store.clock().now();
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lately.get(object);
        if before.is_some_and(|at| now.duration_since(*at) < ON_RECORD) {
            return true;
        }
        if lately.len() >= REMEMBERED {
            lately.clear();
        }
        lately.insert(object.to_owned(), now);
        false
    }

    /// It changes nothing, and that it came is on record.
    async fn left(&self, object: &str, why: &str) -> Result<(), Error> {
        if self.is_known(object) {
            return Ok(());
        }
        let mut tx = Tx::new();
        let event = Event::new(Actor::Gateway, EventKind::Notice, object);
        tx.audit(event.noted(why));
        self.store.commit(tx).await?;
        tracing::info!(event = "returns.left", about = %object, reason = why, "A mail came back that changes nothing.");
        Ok(())
    }

    fn answer(&self, said: &Said) -> Answer {
        Answer {
            at: self.store.clock().now(),
            code: said.code,
            text: said.text.clone(),
        }
    }
}
