//! Keeping: everything that a `250` promises goes in with one commit.

use crate::contacts;
use crate::folders;
use crate::model::{Actor, Direction, Event, EventKind, Lane, MessageId};
use crate::model::{Recipient, State, System};
use crate::outbound::conversation::{close_to_clear, root_of, thread_id};
use crate::outbound::judge::{Judged, Submission, shown_name};
use crate::policy::Protection;
use crate::queue;
use crate::store::records::{Ended, Ending, Message, Submitted, Work};
use crate::store::{Change, Error, Tx};

impl Submission {
    /// One commit: the content, the message, its recipients, the sender's own
    /// copy, the job, the audit event.
    ///
    /// # Errors
    /// [`Error::Conflict`] if the same message was kept a moment before.
    pub(super) async fn keep(&self, judged: Judged, key: [u8; 32]) -> Result<MessageId, Error> {
        let store = &self.outbound.store;
        let now = store.clock().now();
        let account = self.sender.account.id;
        let mut tx = Tx::new();
        let message = self.message(&judged);
        tx.insert(&message);
        self.add_recipients(&mut tx, &judged);
        if message.protected {
            close_to_clear(store, &mut tx, &judged.head);
        }
        let sent = folders::sent(store, account);
        tx.file(sent, self.id, System::SEEN.into(), None);
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
        queue::push(&mut tx, now, Lane::Dispatch, Work::Dispatch(self.id));
        tx.change(Change::Message(self.id));
        let event = Event::new(Actor::Account(account), EventKind::Submit, self.id);
        tx.audit(event.from(self.sender.network));
        store.commit(tx).await?;
        let (recipients, size) = (message.recipients, message.size);
        tracing::info!(event = "submission.accepted", id = %self.id, recipients, size, "A message was accepted and is safe.");
        Ok(self.id)
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
        }
    }

    fn add_recipients(&self, tx: &mut Tx, judged: &Judged) {
        let store = &self.outbound.store;
        let now = store.clock().now();
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
                state: State::Queued,
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
