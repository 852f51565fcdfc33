//! The office's mailboxes, as its mail programs see them: what lies in a folder,
//! what is new, what a message is made of, what is found, and what is changed.
//! No protocol: the door `imap` says it all in IMAP.
//!
//! ```text
//!  store.changes() ──▶ tracker ──▶ snapshots ──▶ sessions ──▶ news
//!  a message ──▶ card (form, words) ──▶ FETCH, SEARCH, SORT, THREAD
//! ```
//!
//! *Architecture invariant:* what a session was told stays true until it is told
//! otherwise: it looks at a snapshot that never changes.
//! *Architecture invariant:* a change is durable before it is answered.

mod append;
mod cards;
mod change;
mod decoded;
mod held;
mod list;
mod order;
mod search;
mod section;
mod snapshot;
#[cfg(test)]
mod tests;
mod tracker;
mod twin;

pub use append::{AppendError, Appending};
pub use change::{ChangeError, Flagging};
pub use decoded::Decoded;
pub use list::Name;
pub use search::SearchError;
pub use section::{Octets, Opened, Piece};
pub use snapshot::{News, Snapshot};

/// What a door shows and passes on.
pub use crate::folders::{Folder, Refused, SHARED};
pub use crate::store::Row;
pub use crate::store::records::Special;

use crate::folders;
use crate::mailbox::cards::Cards;
use crate::mailbox::search::Searcher;
use crate::mailbox::tracker::Tracker;
use crate::mime::structure::Card;
use crate::model::{Account, AccountId, Clock, Live, MessageId};
use crate::release;
use crate::store::records::Message;
use crate::store::{Error, Store};
use crate::wire::imap::command::Key;
use std::sync::Arc;
use tokio::sync::watch;

/// The mailboxes. Cloning it is cheap; clones are the same.
#[derive(Clone, Debug)]
pub struct Mailboxes(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    tracker: Tracker,
    cards: Cards,
    searcher: Searcher,
    holds: Live<release::Settings>,
}

/// A folder that somebody looks at.
#[derive(Clone, Debug)]
pub struct View {
    /// The folder.
    pub folder: Folder,
    /// Whose `\Seen` counts, where everybody has their own.
    reader: Option<AccountId>,
    news: watch::Receiver<Arc<Snapshot>>,
}

impl View {
    /// The folder as it is now.
    #[must_use]
    pub fn newest(&self) -> Arc<Snapshot> {
        self.news.borrow().clone()
    }

    /// Waits until the folder is another than when it was last waited for or
    /// [`View::seen`]; `false` if nobody follows it any more.
    pub async fn changed(&mut self) -> bool {
        self.news.changed().await.is_ok()
    }

    /// Whether the folder was deleted.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.news.has_changed().is_err()
    }

    /// The folder as it is now, which [`View::changed`] will not tell of again.
    pub fn seen(&mut self) -> Arc<Snapshot> {
        self.news.borrow_and_update().clone()
    }
}

impl Mailboxes {
    /// The mailboxes in a store.
    #[must_use]
    pub fn new(store: Store, holds: Live<release::Settings>) -> Self {
        let cards = Cards::new(store.clone());
        Self(Arc::new(Inner {
            tracker: Tracker::new(store.clone()),
            searcher: Searcher::new(store.clone(), cards.clone()),
            cards,
            store,
            holds,
        }))
    }

    /// Follows what changes until `stop` says so. Without it, nobody is told of
    /// what others do.
    pub async fn work(&self, stop: watch::Receiver<bool>) {
        self.0.tracker.work(stop).await;
    }

    /// The clock that all of it goes by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.0.store.clock()
    }

    /// Makes the folders that everybody has, if they are not there yet.
    ///
    /// # Errors
    /// The store's own.
    pub async fn prepare(&self, account: &Account) -> Result<(), Error> {
        folders::ensure(&self.0.store, account.id).await
    }

    /// The folder of this name; INBOX in any case (RFC 3501 §5.1), also above
    /// others.
    ///
    /// # Errors
    /// The store's own.
    pub async fn find(&self, account: &Account, name: &str) -> Result<Option<Folder>, Error> {
        let (store, name) = (&self.0.store, folders::normal(name));
        if self.releases_by_move(account) {
            return folders::find_beside_release(store, account, &name).await;
        }
        folders::find(store, account, &name).await
    }

    /// Looks at a folder.
    ///
    /// # Errors
    /// The store's own.
    pub async fn open(&self, account: &Account, folder: &Folder) -> Result<View, Error> {
        let mut news = self.0.tracker.open(folder, account.id).await?;
        news.mark_unchanged();
        Ok(View {
            folder: folder.clone(),
            reader: folder.reader(account.id),
            news,
        })
    }

    /// Brings every view up to now.
    ///
    /// # Errors
    /// The store's own.
    pub async fn catch_up(&self) -> Result<(), Error> {
        self.0.tracker.catch_up().await
    }

    /// The UIDs that are gone since a mod-sequence (RFC 7162 §3.2.6).
    ///
    /// # Errors
    /// The store's own.
    pub async fn vanished(&self, view: &View, since: u64) -> Result<Vec<u32>, Error> {
        self.0.store.vanished(view.folder.id, since).await
    }

    /// Whether a row stands in the folder still although its message is destroyed:
    /// it was copied at that very moment (decision 0025).
    ///
    /// # Errors
    /// The store's own.
    pub async fn is_left(&self, view: &View, row: &Row) -> Result<bool, Error> {
        let store = &self.0.store;
        let message = store.get(&Message::at(row.message)).await?;
        if message.is_some_and(|message| message.purged.is_none()) {
            return Ok(false);
        }
        let stands = store.row(view.folder.id, row.uid, view.reader).await?;
        Ok(stands.is_some())
    }

    /// What IMAP says of a message; `None` if it was destroyed.
    ///
    /// # Errors
    /// The store's own.
    pub async fn card(&self, message: MessageId) -> Result<Option<Arc<Card>>, Error> {
        self.0.cards.get(message).await
    }

    /// The same of several, in their order.
    ///
    /// # Errors
    /// The store's own.
    pub async fn cards(&self, messages: &[MessageId]) -> Result<Vec<Option<Arc<Card>>>, Error> {
        self.0.cards.many(messages).await
    }

    /// The places of the messages for which `key` holds; `saved` are the UIDs
    /// that `$` stands for.
    ///
    /// # Errors
    /// [`SearchError`].
    pub async fn search(
        &self,
        snapshot: &Arc<Snapshot>,
        key: &Key,
        saved: &[u32],
    ) -> Result<Vec<u32>, SearchError> {
        self.0.searcher.find(snapshot, key, saved).await
    }

    /// Makes a folder.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn create(
        &self,
        account: &Account,
        name: &str,
        special: Option<Special>,
    ) -> Result<(), Refused> {
        let made = folders::create(&self.0.store, account.id, name, special).await;
        made.map(drop)
    }

    /// Renames a folder and those below it.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn rename(&self, account: &Account, from: &str, to: &str) -> Result<(), Refused> {
        let folder = self.find(account, from).await?.ok_or(Refused::Unknown)?;
        if self.is_release(&folder) {
            return Err(Refused::Fixed);
        }
        folders::rename(&self.0.store, account.id, folder.id, to).await
    }

    /// Deletes a folder with its entries.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn delete(&self, account: &Account, name: &str) -> Result<(), Refused> {
        let folder = self.find(account, name).await?.ok_or(Refused::Unknown)?;
        if self.is_release(&folder) {
            return Err(Refused::Fixed);
        }
        folders::delete(&self.0.store, account.id, folder.id).await?;
        self.0.tracker.forget(folder.id).await;
        Ok(self.catch_up().await?)
    }

    /// Subscribes to a folder, or no longer.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn subscribe(
        &self,
        account: &Account,
        name: &str,
        subscribed: bool,
    ) -> Result<(), Refused> {
        let folder = self.find(account, name).await?.ok_or(Refused::Unknown)?;
        if self.is_release(&folder) {
            return if subscribed {
                Ok(())
            } else {
                Err(Refused::Fixed)
            };
        }
        folders::subscribe(&self.0.store, account.id, folder.id, subscribed).await
    }
}
