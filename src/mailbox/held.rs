//! What mail programs may do with what waits for a provider's release: look, and
//! nothing that a slip could do. Where the clinic has it so, a provider releases by
//! moving a message from "Awaiting release" to "Release".
//!
//! *Architecture invariant:* no copy and no append releases anything, and nothing
//! that is held is lost by what a mail program does.

use crate::folders::{self, Folder};
use crate::mailbox::{ChangeError, Mailboxes, View};
use crate::model::{Account, AccountId, MessageId};
use crate::policy::How;
use crate::release::{self, Refused, Releaser};
use crate::store::records::{Hold, Part};
use crate::store::{Error, Row};

impl Mailboxes {
    /// Whether this account releases by moving.
    pub(super) fn releases_by_move(&self, account: &Account) -> bool {
        self.0.holds.current().by_move && account.may_send()
    }

    /// Whether what is moved to this folder is to be released.
    #[must_use]
    pub fn is_release(&self, folder: &Folder) -> bool {
        let account = folder.account;
        account.is_some_and(|account| folder.id == folders::release(&self.0.store, account))
    }

    /// Whether what is held stands in this folder.
    fn is_awaiting(&self, folder: &Folder) -> bool {
        let account = folder.account;
        account.is_some_and(|account| folder.id == folders::awaiting(&self.0.store, account))
    }

    /// Whether the gateway alone puts messages into this folder.
    pub(super) fn takes_nothing(&self, folder: &Folder) -> bool {
        self.is_awaiting(folder) || self.is_release(folder)
    }

    /// Refuses to take out of a folder what is held there.
    pub(super) async fn stays(
        &self,
        folder: &Folder,
        messages: impl Iterator<Item = MessageId>,
    ) -> Result<(), ChangeError> {
        if self.is_awaiting(folder) {
            for message in messages {
                if self.is_held(message).await? {
                    return Err(ChangeError::Held);
                }
            }
        }
        Ok(())
    }

    /// Whether anything that the account wrote waits for release.
    pub(super) async fn has_held(&self, writer: AccountId) -> Result<bool, Error> {
        let held = release::held(&self.0.store, (writer, Part::Writer), 1).await?;
        Ok(!held.is_empty())
    }

    /// Whether a message waits for release.
    pub(super) async fn is_held(&self, message: MessageId) -> Result<bool, Error> {
        let hold = self.0.store.get(&Hold::at(message)).await?;
        Ok(hold.is_some())
    }

    /// Releases messages of the provider whose folder this is, each by itself; the
    /// first that may not be released ends it, and those before it are on their
    /// way.
    ///
    /// # Errors
    /// [`ChangeError::NotHeld`], [`ChangeError::Release`], [`ChangeError::Store`].
    pub async fn release(&self, view: &View, rows: &[Row]) -> Result<(), ChangeError> {
        let done = self.release_each(view, rows).await;
        self.0.tracker.catch_up().await?;
        done
    }

    async fn release_each(&self, view: &View, rows: &[Row]) -> Result<(), ChangeError> {
        let Some(provider) = view
            .folder
            .account
            .filter(|_| self.is_awaiting(&view.folder))
        else {
            return Err(ChangeError::NotHeld);
        };
        let by = Releaser {
            provider,
            how: How::Move,
        };
        for row in rows {
            let store = &self.0.store;
            let hold = store.get(&Hold::at(row.message)).await?;
            let hold = hold.ok_or(ChangeError::NotHeld)?;
            let released = release::release(store, (row.message, hold.binding), &by).await;
            released.map_err(|refused| match refused {
                Refused::Store(error) => ChangeError::Store(error),
                other => ChangeError::Release(other.to_string()),
            })?;
        }
        Ok(())
    }
}
