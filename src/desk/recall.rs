//! Taking a message back: nobody reads it from now on; the office keeps it.

use crate::desk::underway::{Addressee, Case, RACES};
use crate::desk::{Desk, Refused, wish};
use crate::folders::{self, Moved};
use crate::model::{Actor, Address, Event, EventKind, GrantId, Lane, MessageId, Purpose, State};
use crate::queue;
use crate::release;
use crate::store::records::{Draft, Grant, Handled, Message, Request, Work};
use crate::store::{Change, Error, Held, Tx};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a recall did for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecalledView {
    /// The place in the message.
    pub n: u16,
    /// The address, masked.
    pub address: String,
    /// Whether it is withdrawn now.
    pub withdrawn: bool,
    /// When the relay had taken the notice.
    pub noticed: Option<Timestamp>,
    /// When the message had been read.
    pub opened: Option<Timestamp>,
    /// When it had been answered.
    pub replied: Option<Timestamp>,
    /// The same in a sentence.
    pub said: String,
}

impl Desk {
    /// Withdraws a message from one recipient or all: links say so, sessions do
    /// not find it, what was to leave about it does not. For good: what was
    /// withdrawn is not given back.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such message or recipient, or nothing
    /// of it can be withdrawn; then nothing has changed.
    pub async fn recall(
        &self,
        id: MessageId,
        only: Option<&Address>,
    ) -> Result<Vec<RecalledView>, Refused> {
        let mut done = self.recall_once(id, only).await;
        for _ in 1..RACES {
            if !matches!(done, Err(Refused::Store(Error::Conflict))) {
                break;
            }
            done = self.recall_once(id, only).await;
        }
        let views = done?;
        if views
            .iter()
            .all(|view| view.withdrawn && view.opened.is_none())
            && let Err(error) = self.ask_again(id).await
        {
            // The message is withdrawn; only the question does not wait again.
            tracing::warn!(event = "recall.unmarked", id = %id, reason = %error, "An answer was withdrawn, but what it answers could not be marked as open again.");
        }
        Ok(views)
    }

    /// What a message answers waits again: nobody has read the answer.
    async fn ask_again(&self, id: MessageId) -> Result<(), Error> {
        let Some(message) = self.store.get(&Message::at(id)).await? else {
            return Ok(());
        };
        let Some(head) = self.head(&message).await? else {
            return Ok(());
        };
        match release::answered(&self.store, &head).await? {
            Some(question) => {
                release::unmark_answered(&self.store, question, message.account).await
            }
            None => Ok(()),
        }
    }

    async fn recall_once(
        &self,
        id: MessageId,
        only: Option<&Address>,
    ) -> Result<Vec<RecalledView>, Refused> {
        let case = self.case(id, only).await?;
        let mut tx = Tx::new();
        let open: Vec<GrantId> = grants(&case)
            .filter(|g| g.record.recalled.is_none())
            .map(|g| g.record.id)
            .collect();
        let is_over = |work: &Work| grant_of(work).is_some_and(|grant| open.contains(&grant));
        let lanes = [Lane::Notice, Lane::Code];
        let dropped = queue::drop_all(&self.store, &mut tx, &lanes, is_over).await?;
        let (mut views, mut moved) = (Vec::new(), Vec::new());
        for addressee in &case.to {
            let unsent = dropped.iter().any(|job| {
                let own = addressee.recipient.record.grant;
                job.lane == Lane::Notice && grant_of(&job.work) == own
            });
            let (view, withdrawn) = self.withdraw(&mut tx, addressee, unsent);
            views.push(view);
            moved.extend(withdrawn);
        }
        if !views.iter().any(|view| view.withdrawn) {
            let said: Vec<String> = views.into_iter().map(|view| view.said).collect();
            return Err(wish(said.join("\n")));
        }
        if !tx.is_empty() {
            folders::track(&self.store, &mut tx, id, &moved).await?;
            self.handled(&mut tx, id).await?;
            tx.change(Change::Message(id));
            self.store.commit(tx).await?;
        }
        Ok(views)
    }

    /// Notes who of the office took it back.
    async fn handled(&self, tx: &mut Tx, id: MessageId) -> Result<(), Error> {
        let Actor::Account(who) = self.actor else {
            return Ok(());
        };
        let before = self.store.get(&Handled::at(id)).await?;
        tx.put(&Handled {
            message: id,
            released: before.and_then(|before| before.released),
            recalled: Some(who),
        });
        Ok(())
    }

    /// Withdraws it from one recipient; what becomes of that one, if anything
    /// does. `unsent`: a notice was still waiting.
    fn withdraw<'a>(
        &self,
        tx: &mut Tx,
        addressee: &'a Addressee,
        unsent: bool,
    ) -> (RecalledView, Option<Moved<'a>>) {
        let who = addressee.masked();
        let recipient = &addressee.recipient.record;
        let mut view = RecalledView {
            n: recipient.n,
            address: who.clone(),
            withdrawn: true,
            noticed: None,
            opened: None,
            replied: None,
            said: String::new(),
        };
        let Some(held) = &addressee.grant else {
            view.withdrawn = false;
            view.said = format!("{who}: not withdrawn; {}", addressee.beyond());
            return (view, None);
        };
        let grant = &held.record;
        view.noticed = grant.noticed;
        view.opened = grant.opened;
        view.replied = grant.replied;
        if let Some(at) = grant.recalled {
            view.said = format!("{who}: was withdrawn before, on {}", self.written(at));
            return (view, None);
        }
        view.said = format!(
            "{who}: withdrawn; {}",
            self.come(grant, recipient.state, unsent)
        );
        let now = self.store.clock().now();
        let mut next = grant.clone();
        next.recalled = Some(now);
        tx.replace(held, &next);
        tx.delete(&Request::at(grant.id));
        tx.delete(&Draft::at(grant.mailbox, grant.id));
        let mut moved = recipient.clone();
        moved.state = State::Recalled;
        moved.since = now;
        let event = Event::new(self.actor, EventKind::Recall, addressee.object());
        tx.audit(event.noted(match grant.opened {
            Some(_) => "read-before",
            None => "unread",
        }));
        (view, Some((&addressee.recipient, moved)))
    }

    /// How far the message had come, and no more than is known.
    fn come(&self, grant: &Grant, state: State, unsent: bool) -> String {
        if let Some(opened) = grant.opened {
            let opened = self.written(opened);
            return match (grant.replied, state) {
                (Some(replied), _) => format!(
                    "it had been read on {opened} and answered on {}",
                    self.written(replied)
                ),
                (None, State::Downloaded) => {
                    format!("it had been read on {opened}, and a file of it downloaded")
                }
                _ => format!("it had been read on {opened}"),
            };
        }
        if let Some(noticed) = grant.noticed {
            return format!(
                "it had not been read; the mail service had taken its notice on {}",
                self.written(noticed)
            );
        }
        let notice = match state {
            _ if unsent => "its notice had not left and will not",
            State::NoticeBounced => "its notice had been refused",
            _ => "its notice may be leaving at this moment, and its link opens nothing",
        };
        format!("it had not been read; {notice}")
    }
}

fn grants(case: &Case) -> impl Iterator<Item = &Held<Grant>> {
    case.to.iter().filter_map(|to| to.grant.as_ref())
}

/// The grant that a job is about.
pub(super) fn grant_of(work: &Work) -> Option<GrantId> {
    let Work::Deliver(parcel) = work else {
        return None;
    };
    match parcel.purpose {
        Purpose::Notice { grant, .. }
        | Purpose::Reminder { grant, .. }
        | Purpose::Code { grant, .. } => Some(grant),
        Purpose::Alert | Purpose::Report { .. } | Purpose::Clear { .. } => None,
    }
}
