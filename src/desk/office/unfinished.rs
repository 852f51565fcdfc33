//! What somebody was writing on a page and has not sent: kept for them alone, until
//! it is sent, thrown away, or forgotten for a month.

use crate::access::sweep;
use crate::desk::office::Wish;
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{Account, AccountId, Actor, Composing, Event, EventKind, MessageId, Role};
use crate::reading;
use crate::store::records::{Contact, Unfinished};
use crate::store::{Error, Record, Tx};
use jiff::{SignedDuration, Timestamp};

/// How long it is kept.
pub const UNFINISHED: SignedDuration = sweep::DRAFT;
/// Texts of one account: nobody writes more at a time. Beyond it the oldest goes.
const MOST: usize = 200;
/// Texts of one account that are read at once: all there are, though several were
/// added at one moment.
const PAGE: usize = MOST + 50;

/// Something that is not finished, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
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
    /// Keeps what somebody has typed, in place of what was kept of it before. Whether
    /// it was kept: nothing typed is nothing, and to whom one cannot write, one
    /// writes nothing.
    ///
    /// # Errors
    /// The store's own.
    pub async fn keep_unfinished(
        &self,
        account: &Account,
        composing: Composing,
        typed: &Wish,
    ) -> Result<bool, Refused> {
        let empty = typed.text.trim().is_empty() && typed.subject.trim().is_empty();
        if empty || !self.is_written_to(account, composing).await? {
            return Ok(false);
        }
        let kept = Unfinished {
            account: account.id,
            composing,
            at: self.store.clock().now(),
            from: typed.from.clone(),
            to: typed.to.clone(),
            subject: typed.subject.clone(),
            text: typed.text.clone(),
            picked: typed.picked.clone(),
        };
        let mut tx = Tx::new();
        let mut others = self.unfinished_of(account.id).await?;
        others.retain(|other| other.composing.octets() != composing.octets());
        let oldest = others.iter().min_by_key(|other| other.at);
        if let Some(oldest) = oldest.filter(|_| others.len() >= MOST) {
            tx.delete(&oldest.key());
        }
        tx.put(&kept);
        tx.audit(event(account.id, composing, "kept"));
        self.store.commit(tx).await?;
        Ok(true)
    }

    /// What was kept of this, as a form holds it, and when it was kept.
    ///
    /// # Errors
    /// The store's own.
    pub async fn unfinished(
        &self,
        account: AccountId,
        composing: Composing,
    ) -> Result<Option<(Wish, Timestamp)>, Refused> {
        let key = Unfinished::at(account, composing);
        let Some(kept) = self.store.get(&key).await? else {
            return Ok(None);
        };
        let wish = Wish {
            from: kept.from,
            to: kept.to,
            subject: kept.subject,
            text: kept.text,
            picked: kept.picked,
            ..Wish::default()
        };
        Ok(Some((wish, kept.at)))
    }

    /// Throws away what was kept of this.
    ///
    /// # Errors
    /// The store's own.
    pub async fn drop_unfinished(
        &self,
        account: AccountId,
        composing: Composing,
    ) -> Result<(), Refused> {
        let thrown = event(account, composing, "thrown-away");
        Ok(self.remove(account, composing, Some(thrown)).await?)
    }

    /// Forgets what was kept of a message that is sent.
    ///
    /// # Errors
    /// The store's own.
    pub async fn finish(&self, account: AccountId, composing: Composing) -> Result<(), Refused> {
        Ok(self.remove(account, composing, None).await?)
    }

    async fn remove(
        &self,
        account: AccountId,
        composing: Composing,
        event: Option<Event>,
    ) -> Result<(), Error> {
        let key = Unfinished::at(account, composing);
        let Some(held) = self.store.hold(&key).await? else {
            return Ok(());
        };
        let mut tx = Tx::new();
        tx.remove(&held);
        if let Some(event) = event {
            tx.audit(event);
        }
        // Another window was quicker: it has kept a newer text, or none is left.
        self.store.try_commit(tx).await.map(drop)
    }

    /// What an account has not finished, the newest first.
    pub(super) async fn begun(&self, account: AccountId) -> Result<Vec<Begun>, Error> {
        let mut begun = Vec::new();
        for kept in self.unfinished_of(account).await? {
            let to = self.meant_for(&kept).await?;
            begun.push(Begun {
                composing: kept.composing,
                to,
                subject: kept.subject,
                at: kept.at,
            });
        }
        begun.sort_by_key(|begun| std::cmp::Reverse(begun.at));
        Ok(begun)
    }

    /// To whom it is written. Of several at one mailbox the form says which.
    async fn meant_for(&self, kept: &Unfinished) -> Result<Option<String>, Error> {
        let (chosen, address) = match kept.to.split_once(' ') {
            Some((id, address)) => (id.parse().ok(), Some(address.to_owned())),
            None => (None, None),
        };
        let name = match (chosen, kept.composing) {
            (Some(contact), _) | (None, Composing::To(contact) | Composing::Again(contact, _)) => {
                self.person(contact).await?.0
            }
            (None, Composing::Answer(message)) => self.wrote(kept.account, message).await?,
        };
        Ok(name.or(address))
    }

    /// Who wrote a message, if the account sees it.
    async fn wrote(&self, account: AccountId, message: MessageId) -> Result<Option<String>, Error> {
        if !folders::sees(&self.store, account, message).await? {
            return Ok(None);
        }
        let Some(opened) = reading::open(&self.store, message).await? else {
            return Ok(None);
        };
        let from = opened.head.from.as_ref().map(|from| &from.address);
        let came = self.came(&opened.message, from).await?;
        let name = match came.and_then(|came| came.contact) {
            Some(contact) => self.person(contact).await?.0,
            None => None,
        };
        Ok(name.or_else(|| reading::sender(&opened.head)))
    }

    async fn is_written_to(&self, account: &Account, composing: Composing) -> Result<bool, Error> {
        if account.role == Role::Admin {
            return Ok(false);
        }
        match composing {
            Composing::To(contact) | Composing::Again(contact, _) => {
                Ok(self.store.get(&Contact::at(contact)).await?.is_some())
            }
            Composing::Answer(message) => folders::sees(&self.store, account.id, message).await,
        }
    }

    async fn unfinished_of(&self, account: AccountId) -> Result<Vec<Unfinished>, Error> {
        let prefix: [&[u8]; 1] = [account.octets()];
        self.store.range(&prefix, None, PAGE).await
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
