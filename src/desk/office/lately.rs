//! What was sent lately, for who wants to look at it again.

use crate::desk::Desk;
use crate::folders;
use crate::model::{Account, Direction, MessageId, Recipient, State};
use crate::store::Error;
use crate::store::records::{Grant, Message};
use jiff::Timestamp;

/// Messages in the list: what somebody sent this morning.
const MOST: usize = 10;
/// Entries of Sent that are looked at for them: a mail program may have put others in.
const LOOKED: usize = 100;
/// Recipients of one message that are named.
const NAMED: u16 = 5;

/// A message that was sent lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lately {
    /// The message.
    pub message: MessageId,
    /// Its subject; `None` if its content is gone.
    pub subject: Option<String>,
    /// To whom, and what has become of it; the first five.
    pub to: Vec<(String, State)>,
    /// How many more.
    pub more: usize,
    /// When it was sent.
    pub at: Timestamp,
}

impl Desk {
    /// The newest that an account has sent.
    pub(super) async fn lately(&self, account: &Account) -> Result<Vec<Lately>, Error> {
        let sent = folders::sent(&self.store, account.id);
        let rows = self.store.latest_rows(sent, None, (None, LOOKED)).await?;
        let mut lately: Vec<Lately> = Vec::new();
        for row in &rows {
            if lately.len() == MOST {
                break;
            }
            let message = self.store.get(&Message::at(row.message)).await?;
            let ours = |message: &Message| message.direction == Direction::Outgoing;
            if let Some(message) = message.filter(ours) {
                lately.push(self.late(&message, row.filed).await?);
            }
        }
        Ok(lately)
    }

    async fn late(&self, message: &Message, at: Timestamp) -> Result<Lately, Error> {
        let head = self.head(message).await?;
        let mut to = Vec::new();
        for n in 0..message.recipients.min(NAMED) {
            let recipient = self.store.get(&Recipient::at(message.id, n)).await?;
            let Some(recipient) = recipient else { continue };
            let written = head.as_ref().map(|head| &head.envelope);
            let written = written.and_then(|envelope| envelope.get(usize::from(n)));
            let mut who = self.person(recipient.contact).await?.0;
            who = who.or_else(|| written.map(|address| address.as_str().to_owned()));
            if let (None, Some(grant)) = (&who, recipient.grant) {
                let grant = self.store.get(&Grant::at(grant)).await?;
                who = grant.map(|grant| grant.address.as_str().to_owned());
            }
            to.push((who.unwrap_or_default(), recipient.state));
        }
        Ok(Lately {
            message: message.id,
            subject: head.map(|head| head.subject),
            more: usize::from(message.recipients.saturating_sub(NAMED)),
            to,
            at,
        })
    }
}
