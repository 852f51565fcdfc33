//! Tells the office once more of what a patient wrote and still waits.
//!
//! It stands in the index of endings since it came in (decision 0035), so that it
//! is looked at once, whatever restarts and reloads there are in between.

use crate::access::accounts;
use crate::alert;
use crate::folders;
use crate::mime::notice::News;
use crate::model::{Account, Actor, Address, Event, EventKind, MessageId, Role, Standing};
use crate::release;
use crate::store::records::{Ended, Ending, Message};
use crate::store::{Error, Tx};
use crate::sweep::{AGAIN, Settings, Sweep};
use jiff::{SignedDuration, Timestamp};

/// When and where the office is told once more.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The outside address.
    pub to: Address,
    /// How long something may wait.
    pub after: SignedDuration,
}

/// With whom something lies unread.
struct Lies {
    /// The accounts that got it; none, if it lies in the shared mailbox.
    mailboxes: Vec<Address>,
    /// Whether all of them are switched off.
    off: bool,
}

impl Sweep {
    /// Tells the office of a message that still waits when its time is over: nobody
    /// has answered it or marked it as read. Nothing, if somebody has, or if the office
    /// does not wish it any more; and nothing yet, while an answer waits for a release.
    pub(super) async fn tell_unread(
        &self,
        tx: &mut Tx,
        id: MessageId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let settings = self.settings.current();
        let message = self.store.get(&Message::at(id)).await?;
        let (Some(unread), Some(message)) = (&settings.unread, message) else {
            return Ok(());
        };
        let what = Ended::Unread(id);
        let due = message.accepted.saturating_add(unread.after);
        let at = due.unwrap_or(Timestamp::MAX);
        if at > now {
            // A reload has given it more time.
            tx.put(&Ending { at, what });
            return Ok(());
        }
        let at = now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX);
        match self.lies(&message).await {
            Ok(None) => {}
            Ok(Some(_)) if release::answer_waits(&self.store, id).await? => {
                // Its answer may be rejected yet, and then the office is to hear of it.
                tx.put(&Ending { at, what });
            }
            Ok(Some(lies)) => {
                self.say_unread(tx, (&settings, unread), (&message, &lies, now))
                    .await?;
            }
            // It is this message's own: what is due behind it goes on.
            Err(error @ (Error::Io(_) | Error::Damaged(_) | Error::Newer | Error::Sealed)) => {
                tracing::error!(event = "sweep.unlooked", %id, reason = %error, "Whether what a patient wrote still waits cannot be read; it is looked at again in an hour.");
                tx.put(&Ending { at, what });
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Adds the mail, and puts it on record.
    async fn say_unread(
        &self,
        tx: &mut Tx,
        (settings, unread): (&Settings, &Unread),
        (message, lies, now): (&Message, &Lies, Timestamp),
    ) -> Result<(), Error> {
        let office = alert::Office {
            to: &unread.to,
            from: &settings.office.from,
            hostname: &settings.office.hostname,
            language: settings.office.language,
        };
        let news = News::Unread {
            hours: now.duration_since(message.accepted).as_hours(),
            mailboxes: &lies.mailboxes,
            off: lies.off,
        };
        alert::add(&self.store, tx, &office, news).await?;
        let event = Event::new(Actor::Gateway, EventKind::Notice, message.id);
        tx.audit(event.noted("still-unread"));
        Ok(())
    }

    /// With whom a message lies, if it is unread with every account that got it.
    /// `None`: somebody has dealt with it, or it is destroyed.
    async fn lies(&self, message: &Message) -> Result<Option<Lies>, Error> {
        let store = &self.store;
        let Some(content) = store.open_content(message.content).await? else {
            return Ok(None);
        };
        let mailboxes = content.open_head(&message.head)?.envelope;
        let mut accounts: Vec<Account> = Vec::with_capacity(mailboxes.len());
        for address in &mailboxes {
            accounts.extend(accounts::find(store, address).await?);
        }
        if mailboxes.is_empty() {
            accounts = accounts::list(store).await?;
            accounts.retain(|account| account.role != Role::Admin);
        }
        for account in &accounts {
            if !folders::lies_unread(store, account.id, message.id).await? {
                return Ok(None);
            }
        }
        let off = |account: &Account| account.standing == Standing::Disabled;
        let off = accounts.iter().all(off);
        Ok(Some(Lies { mailboxes, off }))
    }
}
