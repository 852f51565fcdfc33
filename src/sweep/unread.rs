//! Tells the office once more of what a patient wrote and nobody has read.
//!
//! It stands in the index of endings since it came in (decision 0035), so that it
//! is looked at once, whatever restarts and reloads there are in between.

use crate::access::accounts;
use crate::alert;
use crate::folders;
use crate::mime::notice::News;
use crate::model::{Account, Actor, Address, Event, EventKind, MessageId, Role};
use crate::store::records::{Ended, Ending, Message};
use crate::store::{Error, Tx};
use crate::sweep::Sweep;
use jiff::{SignedDuration, Timestamp};

/// When and where the office is told once more.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The outside address.
    pub to: Address,
    /// How long something may lie unread.
    pub after: SignedDuration,
}

impl Sweep {
    /// Tells the office of a message that nobody has read in its time, and puts it on
    /// record; nothing, if somebody has, or if the office does not wish it any more.
    pub(super) async fn tell_unread(
        &self,
        tx: &mut Tx,
        id: MessageId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let store = &self.store;
        let settings = self.settings.current();
        let message = store.get(&Message::at(id)).await?;
        let (Some(unread), Some(message)) = (&settings.unread, message) else {
            return Ok(());
        };
        let due = message.accepted.saturating_add(unread.after);
        let due = due.unwrap_or(Timestamp::MAX);
        if due > now {
            // A reload has given it more time.
            tx.put(&Ending {
                at: due,
                what: Ended::Unread(id),
            });
            return Ok(());
        }
        let Some(mailboxes) = self.waits_with(&message).await? else {
            return Ok(());
        };
        let office = alert::Office {
            to: &unread.to,
            from: &settings.office.from,
            hostname: &settings.office.hostname,
            language: settings.office.language,
        };
        let news = News::Unread {
            hours: now.duration_since(message.accepted).as_hours(),
            mailboxes: &mailboxes,
        };
        alert::add(store, tx, &office, news).await?;
        let event = Event::new(Actor::Gateway, EventKind::Notice, id);
        tx.audit(event.noted("still-unread"));
        Ok(())
    }

    /// The accounts that got a message, if it lies unread with every one of them; none
    /// of them, if that is the shared mailbox. `None`: somebody has dealt with it, or
    /// it is destroyed.
    async fn waits_with(&self, message: &Message) -> Result<Option<Vec<Address>>, Error> {
        let store = &self.store;
        let Some(content) = store.open_content(message.content).await? else {
            return Ok(None);
        };
        let got = content.open_head(&message.head)?.envelope;
        let mut accounts: Vec<Account> = Vec::with_capacity(got.len());
        for address in &got {
            accounts.extend(accounts::find(store, address).await?);
        }
        if got.is_empty() {
            accounts = accounts::list(store).await?;
            accounts.retain(|account| account.role != Role::Admin);
        }
        for account in &accounts {
            if !folders::lies_unread(store, account.id, message.id).await? {
                return Ok(None);
            }
        }
        Ok(Some(got))
    }
}
