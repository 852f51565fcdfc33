//! A button that is pressed twice sends one answer.

use crate::store::records::Submitted;
use crate::store::{self, Label, Tx};
use crate::upload::Said;
use crate::visit::reply::ReplyIntake;
use crate::visit::view::Sent;
use crate::visit::{Error, Refusal};
use jiff::Timestamp;

impl ReplyIntake {
    /// Gives it a value of the form's own: what says the same under the same value is
    /// one answer, however often a button is pressed. Call it before the text.
    pub fn once(&mut self, value: &str) {
        if value.is_empty() {
            return;
        }
        let head = &self.answer.head;
        let mut said = Said::new();
        said.piece(value.as_bytes());
        said.piece(head.subject.as_bytes());
        for address in &head.envelope {
            said.piece(address.as_str().as_bytes());
        }
        if let Some(contact) = self.answer.contact {
            said.piece(contact.octets());
        }
        if let Some((grant, _)) = self.answer.answered {
            said.piece(grant.octets());
        }
        self.said = Some(said);
    }

    /// The key under which this form is known, once all was said.
    pub(super) fn once_key(&mut self) -> Option<[u8; 32]> {
        let said = self.said.take()?.end();
        let pieces = [b"answered", self.reader.mailbox.octets().as_slice(), &said];
        Some(self.visit.store.mac(Label::Index, &pieces))
    }

    /// The same answer as it was kept before, if its button was pressed twice.
    pub(super) async fn first(&self, once: Option<[u8; 32]>) -> Result<Option<Sent>, Refusal> {
        let Some(key) = once else { return Ok(None) };
        let store = &self.visit.store;
        if store.get(&Submitted::at(key)).await?.is_none() {
            return Ok(None);
        }
        // What is found may be applied and not be durable yet: it is, once a later
        // commit is.
        store.commit(Tx::new()).await?;
        let known = store.get(&Submitted::at(key)).await?;
        let known = known.filter(|s| self.now().duration_since(s.at) < Submitted::LASTS);
        Ok(known.map(|first| Sent {
            message: first.message,
            at: first.at,
        }))
    }

    /// Makes the second of two that come at once fail.
    pub(super) async fn add_once(
        &self,
        tx: &mut Tx,
        key: [u8; 32],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let submitted = Submitted {
            key,
            message: self.answer.id,
            at: now,
        };
        match self.visit.store.hold(&Submitted::at(key)).await? {
            Some(older) if now.duration_since(older.record.at) < Submitted::LASTS => {
                return Err(Error::Store(store::Error::Conflict).into());
            }
            Some(older) => tx.replace(&older, &submitted),
            None => tx.insert(&submitted),
        }
        Ok(())
    }

    /// What the other press has kept, which was faster.
    pub(super) async fn faster(&self, once: Option<[u8; 32]>) -> Result<Sent, Refusal> {
        // It may not even be applied yet.
        self.visit.store.commit(Tx::new()).await?;
        let first = self.first(once).await?;
        first.ok_or_else(|| Error::Store(store::Error::Conflict).into())
    }
}
