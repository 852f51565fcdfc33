//! What came from a patient, by the portal: an answer, or a message that answers
//! none. The gateway's own letters lie in the same folders, and are nobody's.

use crate::desk::Desk;
use crate::model::{Address, ContactId, Direction};
use crate::store::Error;
use crate::store::records::{Grant, MailboxReply, Message};

/// Something that a patient wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Came {
    /// Whom it is about, as far as that is known.
    pub(super) contact: Option<ContactId>,
}

impl Desk {
    /// Whether a patient wrote it, from this address.
    pub(super) async fn came(
        &self,
        message: &Message,
        from: Option<&Address>,
    ) -> Result<Option<Came>, Error> {
        if message.direction != Direction::Incoming {
            return Ok(None);
        }
        if let Some(grant) = message.answers {
            let grant = self.store.get(&Grant::at(grant)).await?;
            let contact = grant.map(|grant| grant.contact);
            return Ok(Some(Came { contact }));
        }
        let Some(from) = from else { return Ok(None) };
        let mailbox = self.store.address_key(from);
        let own = MailboxReply::at(mailbox, message.id);
        Ok(self.store.get(&own).await?.map(|own| Came {
            contact: own.contact,
        }))
    }
}
