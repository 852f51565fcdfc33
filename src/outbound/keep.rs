//! Keeping: everything that a `250` promises goes in with one commit.

use crate::alert;
use crate::contacts;
use crate::folders;
use crate::mime::notice::News;
use crate::model::{Actor, Direction, Event, EventKind, Lane, MessageId};
use crate::model::{Recipient, State, System};
use crate::outbound::conversation::{close_to_clear, root_of, thread_id};
use crate::outbound::judge::{Judged, Submission, shown_name};
use crate::policy::Protection;
use crate::queue;
use crate::release;
use crate::store::records::{Ended, Ending, Message, Submitted, Work};
use crate::store::{Change, Error, Tx};

impl Submission {
    /// One commit: the content, the message, its recipients, the audit event; and
    /// the sender's own copy with the job, or the hold.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the same message was kept a moment before, or an
    /// account that the judgement rests on was changed.
    pub(super) async fn keep(&self, judged: Judged, key: [u8; 32]) -> Result<MessageId, Error> {
        let store = &self.outbound.store;
        let now = store.clock().now();
        let account = self.sender.account.id;
        let mut tx = Tx::new();
        let message = self.message(&judged);
        // Who is switched off at this moment writes nothing more.
        judged.rests.iter().for_each(|held| tx.still(held));
        tx.insert(&message);
        self.add_recipients(&mut tx, &judged);
        if message.protected {
            close_to_clear(store, &mut tx, &judged.head);
        }
        let is_held = judged.held_for.is_some();
        match &judged.held_for {
            Some(provider) => {
                let new = release::New {
                    message: self.id,
                    writer: (&self.sender.account, self.sender.network),
                    provider,
                    binding: judged.arrived.binding,
                    submitted: key,
                };
                release::hold(store, &mut tx, &self.settings.holds, &new).await?;
                self.alert(&mut tx).await?;
            }
            None => {
                let sent = folders::sent(store, account);
                let flags = folders::tracked(System::SEEN, State::Queued);
                tx.file(sent, self.id, flags, None);
                queue::push(&mut tx, now, Lane::Dispatch, Work::Dispatch(self.id));
            }
        }
        self.add_submitted(&mut tx, key).await?;
        if let Some(throttle) = &judged.counted {
            tx.put(throttle);
        }
        if let Ok(at) = now.checked_add(self.settings.retain) {
            tx.put(&Ending {
                at,
                what: Ended::Content(self.id),
            });
        }
        tx.attach(judged.arrived.content);
        tx.change(Change::Message(self.id));
        let event = Event::new(Actor::Account(account), EventKind::Submit, self.id);
        tx.audit(event.from(self.sender.network));
        store.commit(tx).await?;
        let (recipients, size) = (message.recipients, message.size);
        if is_held {
            tracing::info!(event = "submission.held", id = %self.id, recipients, size, "A message was accepted, is safe, and waits for a provider's release.");
            return Ok(self.id);
        }
        tracing::info!(event = "submission.accepted", id = %self.id, recipients, size, "A message was accepted and is safe.");
        Ok(self.id)
    }

    /// Tells the office's outside address, without content, that something waits.
    async fn alert(&self, tx: &mut Tx) -> Result<(), Error> {
        let holds = &self.settings.holds;
        let Some(to) = &holds.notify else {
            return Ok(());
        };
        let office = alert::Office {
            to,
            from: &holds.office.from,
            hostname: &holds.office.hostname,
            language: holds.office.language,
        };
        alert::add(&self.outbound.store, tx, &office, News::Came(1)).await
    }

    fn message(&self, judged: &Judged) -> Message {
        let Judged { arrived, head, .. } = judged;
        let store = &self.outbound.store;
        let mut each = head.envelope.iter().zip(&judged.named);
        let outside = each.find(|(_, n)| !n.person.local);
        let partner = outside.map_or(&self.sender.account.address, |(address, _)| address);
        Message {
            id: self.id,
            direction: Direction::Outgoing,
            account: Some(self.sender.account.id),
            thread: thread_id(store, partner, root_of(head)),
            accepted: store.clock().now(),
            size: arrived.content.length(),
            content: arrived.content.id(),
            head: arrived.content.seal_head(head),
            digest: arrived.digest,
            recipients: u16::try_from(judged.named.len()).unwrap_or(u16::MAX),
            protected: judged.protection == Protection::Protected,
            dispatched: false,
            ret: self.envelope.ret,
            envid: self.envelope.envid.clone(),
            lasts: judged.lasts.map(|span| span.as_secs()),
            answers: None,
            purged: None,
            receipt: arrived.facts.wants_receipt,
        }
    }

    fn add_recipients(&self, tx: &mut Tx, judged: &Judged) {
        let store = &self.outbound.store;
        let now = store.clock().now();
        let state = match &judged.held_for {
            Some(_) => State::Held,
            None => State::Queued,
        };
        let each = self.envelope.recipients.iter().zip(&judged.named);
        for (n, (wanted, named)) in (0..).zip(each) {
            let contact = named.contact.unwrap_or_else(|| {
                let name = shown_name(&wanted.address, &judged.head);
                contacts::stub(store, tx, &wanted.address, name.map(str::to_owned))
            });
            tx.insert(&Recipient {
                message: self.id,
                n,
                contact,
                kind: named.kind,
                route: None,
                state,
                since: now,
                grant: None,
                notify: wanted.notify,
                original: wanted.original.clone(),
                answer: None,
            });
        }
    }

    /// Makes the second of two equal messages that come at once fail.
    async fn add_submitted(&self, tx: &mut Tx, key: [u8; 32]) -> Result<(), Error> {
        let store = &self.outbound.store;
        let submitted = Submitted {
            key,
            message: self.id,
            at: store.clock().now(),
        };
        match store.hold(&Submitted::at(key)).await? {
            Some(older) if older.record.at + Submitted::LASTS > submitted.at => {
                return Err(Error::Conflict);
            }
            Some(older) => tx.replace(&older, &submitted),
            None => tx.insert(&submitted),
        }
        Ok(())
    }
}
