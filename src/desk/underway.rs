//! A message that is under way, with all that the office may still change.

use crate::desk::{Desk, Refused, wish};
use crate::model::{Address, Direction, Head, Language, MessageId, Recipient, Route};
use crate::store::Held;
use crate::store::records::{Grant, Hold, Message};
use crate::texts::dates;
use jiff::Timestamp;

/// How often a change is tried while others change the same records: a reader
/// who opens the message, the relay's answer.
pub(super) const RACES: u32 = 8;

/// A message with the recipients a wish is about.
pub(super) struct Case {
    pub(super) message: Message,
    /// `None` once the content is destroyed, or if it cannot be opened.
    pub(super) head: Option<Head>,
    pub(super) to: Vec<Addressee>,
}

/// One of them.
pub(super) struct Addressee {
    pub(super) recipient: Held<Recipient>,
    /// The right to read, on the portal route.
    pub(super) grant: Option<Held<Grant>>,
    address: Option<Address>,
}

impl Addressee {
    /// Whom a sentence is about.
    pub(super) fn masked(&self) -> String {
        let masked = self.address.as_ref().map(Address::masked);
        masked.unwrap_or_else(|| format!("recipient {}", self.recipient.record.n))
    }

    /// `message/n`, as the audit trail names a recipient.
    pub(super) fn object(&self) -> String {
        let recipient = &self.recipient.record;
        format!("{}/{}", recipient.message, recipient.n)
    }

    /// Why a recipient without a grant is beyond the office's reach.
    pub(super) fn beyond(&self) -> &'static str {
        match self.recipient.record.route {
            Some(Route::Clear) => "it left as ordinary mail, and nothing here reaches it any more",
            Some(Route::Local) => "it lies in a mailbox of this gateway and has no notice",
            _ => "it has no link to read it by",
        }
    }

    fn is(&self, wanted: &Address) -> bool {
        let own = self.address.as_ref();
        own.is_some_and(|own| own.folded() == wanted.folded())
    }
}

impl Desk {
    /// The message, with all its recipients or the one that is named.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such message or recipient, or nothing
    /// of it has been decided yet.
    pub(super) async fn case(
        &self,
        id: MessageId,
        only: Option<&Address>,
    ) -> Result<Case, Refused> {
        let message = self.known(id).await?;
        if message.direction != Direction::Outgoing {
            return Err(wish(format!(
                "{id} came to the office, or a mail program put it into a folder; only what the office has sent can be changed"
            )));
        }
        if self.store.get(&Hold::at(id)).await?.is_some() {
            return Err(wish(format!(
                "{id} waits for a provider's release and has not left; `sealpost hold withdraw {id}` takes it back"
            )));
        }
        if !message.dispatched {
            return Err(wish(format!(
                "the routes of {id} have not been chosen yet; try again in a moment, with the gateway running"
            )));
        }
        let head = self.head(&message).await?;
        let mut to = Vec::new();
        for n in 0..message.recipients {
            let Some(recipient) = self.store.hold(&Recipient::at(id, n)).await? else {
                continue;
            };
            let grant = match recipient.record.grant {
                Some(grant) => self.store.hold(&Grant::at(grant)).await?,
                None => None,
            };
            let written = head.as_ref().and_then(|h| h.envelope.get(usize::from(n)));
            let address = written.or(grant.as_ref().map(|g| &g.record.address));
            let address = address.cloned();
            to.push(Addressee {
                recipient,
                grant,
                address,
            });
        }
        if let Some(wanted) = only {
            to.retain(|addressee| addressee.is(wanted));
        }
        if to.is_empty() {
            return Err(wish(format!(
                "no recipient of {id} has this address; `sealpost message show {id} --addresses` shows who has"
            )));
        }
        Ok(Case { message, head, to })
    }

    /// A time as the office writes it: English, in the clinic's zone.
    pub(super) fn written(&self, at: Timestamp) -> String {
        dates::moment(Language::English, at, &self.settings.current().office.zone)
    }
}
