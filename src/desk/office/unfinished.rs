//! What somebody was writing on a page and has not sent: kept for them alone, until
//! it is sent, thrown away, or forgotten for a month (decision 0036).

use crate::access::sweep;
use crate::desk::office::{LONGEST_SUBJECT, LONGEST_TEXT, Wish};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{
    Account, AccountId, Actor, Composing, Event, EventKind, MessageId, Role, WorkId,
};
use crate::reading;
use crate::store::records::{Message, Unfinished};
use crate::store::{Error, Held, Tx};
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;

/// How long it is kept.
pub const UNFINISHED: SignedDuration = sweep::DRAFT;
/// Texts of one account: nobody writes more at a time, and all are read for Today.
/// Beyond it the oldest goes.
const MOST: usize = 20;
/// Texts that are read at once: all there are, though many came at one moment.
const PAGE: usize = 64;
/// Tries against others who change the same account or text.
const ATTEMPTS: usize = 5;

/// What somebody writes, and from what the form was filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Its id, in every form of it.
    pub id: WorkId,
    /// What is written.
    pub composing: Composing,
    /// When that was kept from which the form was filled in; `None` if it began empty.
    /// What another window has kept since is neither replaced nor removed.
    pub seen: Option<Timestamp>,
}

/// From where something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whence {
    /// The client's address; it goes on record as a network alone.
    pub ip: IpAddr,
    /// Whether the session was over: then nothing else makes room for it.
    pub late: bool,
}

/// Something that is not finished, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its id.
    pub id: WorkId,
    /// What is written.
    pub composing: Composing,
    /// To whom: the directory's name, else the address.
    pub to: Option<String>,
    /// The subject so far.
    pub subject: String,
    /// When it was kept.
    pub at: Timestamp,
}

impl Desk {
    /// Keeps what somebody has typed, cut at the bounds of a message. Whether it was
    /// kept: nothing typed is nothing.
    ///
    /// # Errors
    /// The store's own; [`Error::Full`] if there is no room.
    pub async fn keep_unfinished(
        &self,
        account: &Account,
        work: Work,
        typed: &Wish,
        whence: Whence,
    ) -> Result<bool, Refused> {
        let empty = typed.text.trim().is_empty() && typed.subject.trim().is_empty();
        if empty || account.role == Role::Admin {
            return Ok(false);
        }
        if !self.store.has_room() {
            return Err(Error::Full.into());
        }
        for _ in 0..ATTEMPTS {
            if let Some(kept) = self.keep_once(account, work, typed, whence).await? {
                return Ok(kept);
            }
        }
        Err(Error::Conflict.into())
    }

    /// One try; `None` if something changed meanwhile.
    async fn keep_once(
        &self,
        account: &Account,
        work: Work,
        typed: &Wish,
        whence: Whence,
    ) -> Result<Option<bool>, Error> {
        let Some(active) = self.store.hold(&Account::at(account.id)).await? else {
            return Ok(Some(false));
        };
        if active.record != *account {
            return Ok(Some(false));
        }
        let now = self.store.clock().now();
        let held = self
            .store
            .hold(&Unfinished::at(account.id, work.id))
            .await?;
        let mut kept = unfinished(account.id, work, typed, now);
        let mut tx = Tx::new();
        tx.still(&active);
        match held {
            Some(held) if work.seen == Some(held.record.at) => tx.replace(&held, &kept),
            other => {
                if other.is_some() {
                    // Another window has kept a newer text: both stay.
                    kept.id = WorkId::new(now);
                }
                if !self.make_room(&mut tx, account.id, whence.late).await? {
                    return Ok(Some(false));
                }
                tx.insert(&kept);
            }
        }
        let note = if whence.late { "kept-late" } else { "kept" };
        let network = self.store.network_key(whence.ip);
        tx.audit(event(account.id, work.composing, note).from(network));
        Ok(self.store.try_commit(tx).await?.map(|_| true))
    }

    /// Lets the oldest go if there are too many. Whether there is room: what comes
    /// from a session that is over removes nothing.
    async fn make_room(&self, tx: &mut Tx, account: AccountId, late: bool) -> Result<bool, Error> {
        let mut all = self.unfinished_of(account).await?;
        if late && all.len() >= MOST {
            return Ok(false);
        }
        all.sort_by_key(|kept| kept.at);
        let many = (all.len() + 1).saturating_sub(MOST);
        for oldest in all.iter().take(many) {
            tx.delete(&Unfinished::at(account, oldest.id));
            tx.audit(event(account, oldest.composing, "too-many"));
        }
        Ok(true)
    }

    /// What was kept of this: what is written, what a form holds of it, and when it
    /// was kept.
    ///
    /// # Errors
    /// The store's own.
    pub async fn unfinished(
        &self,
        account: AccountId,
        id: WorkId,
    ) -> Result<Option<(Composing, Wish, Timestamp)>, Refused> {
        let Some(kept) = self.store.get(&Unfinished::at(account, id)).await? else {
            return Ok(None);
        };
        let wish = Wish {
            from: kept.from,
            to: kept.to,
            subject: kept.subject,
            text: kept.text,
            picked: kept.picked,
            once: id.to_string(),
            ..Wish::default()
        };
        Ok(Some((kept.composing, wish, kept.at)))
    }

    /// Another text to the same person, or in answer to the same message, that is not
    /// finished: the newest.
    ///
    /// # Errors
    /// The store's own.
    pub async fn begun_before(
        &self,
        account: AccountId,
        composing: Composing,
    ) -> Result<Option<WorkId>, Refused> {
        let all = self.unfinished_of(account).await?;
        let alike = all.iter().filter(|kept| kept.composing == composing);
        Ok(alike.max_by_key(|kept| kept.at).map(|kept| kept.id))
    }

    /// Throws away what was kept of this; whether it was that which the form showed.
    ///
    /// # Errors
    /// The store's own.
    pub async fn drop_unfinished(
        &self,
        account: AccountId,
        (id, seen): (WorkId, Option<Timestamp>),
    ) -> Result<bool, Refused> {
        let Some(held) = self.seen_unfinished(account, (id, seen)).await? else {
            return Ok(false);
        };
        let mut tx = Tx::new();
        tx.remove(&held);
        tx.audit(event(account, held.record.composing, "thrown-away"));
        Ok(self.store.try_commit(tx).await?.is_some())
    }

    /// Forgets what was kept of a message that is sent.
    ///
    /// # Errors
    /// The store's own.
    pub async fn finish(
        &self,
        account: AccountId,
        (id, seen): (WorkId, Option<Timestamp>),
    ) -> Result<(), Refused> {
        let Some(held) = self.seen_unfinished(account, (id, seen)).await? else {
            return Ok(());
        };
        let mut tx = Tx::new();
        tx.remove(&held);
        self.store.try_commit(tx).await?;
        Ok(())
    }

    /// What an account has not finished, the newest first.
    pub(super) async fn begun(&self, account: AccountId) -> Result<Vec<Begun>, Error> {
        let mut begun = Vec::new();
        for kept in self.unfinished_of(account).await? {
            begun.push(Begun {
                id: kept.id,
                composing: kept.composing,
                to: self.meant_for(&kept).await?,
                subject: kept.subject,
                at: kept.at,
            });
        }
        begun.sort_by_key(|begun| std::cmp::Reverse(begun.at));
        Ok(begun)
    }

    /// To whom it is written. Of several at one mailbox the form says which. Who wrote
    /// a message that the account does not see any more is not named.
    async fn meant_for(&self, kept: &Unfinished) -> Result<Option<String>, Error> {
        let unseen = match kept.composing {
            Composing::Answer(message) => {
                !folders::sees(&self.store, kept.account, message).await?
            }
            Composing::To(_) | Composing::Again(..) => false,
        };
        if unseen {
            return Ok(None);
        }
        let (chosen, address) = match kept.to.split_once(' ') {
            Some((id, address)) => (id.parse().ok(), Some(address.to_owned())),
            None => (None, None),
        };
        let name = match (chosen, kept.composing) {
            (Some(contact), _) | (None, Composing::To(contact) | Composing::Again(contact, _)) => {
                self.person(contact).await?.0
            }
            (None, Composing::Answer(message)) => self.wrote(message).await?,
        };
        Ok(name.or(address))
    }

    /// Who wrote a message.
    async fn wrote(&self, id: MessageId) -> Result<Option<String>, Error> {
        let Some(message) = self.store.get(&Message::at(id)).await? else {
            return Ok(None);
        };
        let Some(head) = self.head(&message).await? else {
            return Ok(None);
        };
        let from = head.from.as_ref().map(|from| &from.address);
        let came = self.came(&message, from).await?;
        let name = match came.and_then(|came| came.contact) {
            Some(contact) => self.person(contact).await?.0,
            None => None,
        };
        Ok(name.or_else(|| reading::sender(&head)))
    }

    async fn seen_unfinished(
        &self,
        account: AccountId,
        (id, seen): (WorkId, Option<Timestamp>),
    ) -> Result<Option<Held<Unfinished>>, Error> {
        let held = self.store.hold(&Unfinished::at(account, id)).await?;
        Ok(held.filter(|held| Some(held.record.at) == seen))
    }

    async fn unfinished_of(&self, account: AccountId) -> Result<Vec<Unfinished>, Error> {
        let prefix: [&[u8]; 1] = [account.octets()];
        self.store.range(&prefix, None, PAGE).await
    }
}

fn unfinished(account: AccountId, work: Work, typed: &Wish, now: Timestamp) -> Unfinished {
    let cut = |text: &str, most| text.chars().take(most).collect();
    Unfinished {
        account,
        id: work.id,
        composing: work.composing,
        at: now,
        from: typed.from.clone(),
        to: typed.to.clone(),
        subject: cut(&typed.subject, LONGEST_SUBJECT),
        text: cut(&typed.text, LONGEST_TEXT),
        picked: typed.picked.clone(),
    }
}

fn event(account: AccountId, composing: Composing, note: &str) -> Event {
    let actor = Actor::Account(account);
    let event = match composing {
        Composing::To(contact) => Event::new(actor, EventKind::Draft, contact),
        Composing::Answer(message) | Composing::Again(_, message) => {
            Event::new(actor, EventKind::Draft, message)
        }
    };
    event.noted(note)
}
