//! What the office does with a message that it sees.

use crate::desk::office::letter::{CLOSED, is_its_own};
use crate::desk::office::{Sight, Viewer};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{AccountId, Direction, Keyword, MessageId, System, TaskId};
use crate::reading;
use crate::store::Error;
use crate::store::records::{Grant, Message, Task};
use jiff::civil::Date;

/// What came of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It cannot be done, and nothing has changed: somebody was faster, a patient
    /// or a colleague, or a day is too late.
    Not,
    /// There is no such thing that the viewer sees and may change.
    Unseen,
}

impl Desk {
    /// Takes a message back from all its readers, for good.
    ///
    /// # Errors
    /// The store's own.
    pub async fn take_back(&self, viewer: &Viewer<'_>, id: MessageId) -> Result<Outcome, Refused> {
        if !self.may_change(viewer, id).await? {
            return Ok(Outcome::Unseen);
        }
        outcome(self.of(viewer).recall(id, None).await)
    }

    /// Sends a new notice to all readers, and gives them time to the end of
    /// `until`, or the clinic's usual time.
    ///
    /// # Errors
    /// The store's own.
    pub async fn send_again(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
        until: Option<Date>,
    ) -> Result<Outcome, Refused> {
        if !self.may_change(viewer, id).await? {
            return Ok(Outcome::Unseen);
        }
        outcome(self.of(viewer).extend(id, None, until).await)
    }

    /// Sends a message again to who asked for it, which closes the task.
    ///
    /// # Errors
    /// The store's own.
    pub async fn task_again(&self, viewer: &Viewer<'_>, id: TaskId) -> Result<Outcome, Refused> {
        let Some(grant) = self.asked_of(viewer, id).await? else {
            return Ok(Outcome::Unseen);
        };
        let to = Some(&grant.address);
        outcome(self.of(viewer).extend(grant.message, to, None).await)
    }

    /// Closes a task without sending anything.
    ///
    /// # Errors
    /// The store's own.
    pub async fn task_done(&self, viewer: &Viewer<'_>, id: TaskId) -> Result<Outcome, Refused> {
        if self.asked_of(viewer, id).await?.is_none() {
            return Ok(Outcome::Unseen);
        }
        outcome(self.of(viewer).finish_task(id).await)
    }

    /// Closes an answer that needs none (WM12): read, with the keyword `Closed`,
    /// wherever the account's mailbox shows it. Mail programs see both. A draft that
    /// came back goes to Trash.
    ///
    /// # Errors
    /// The store's own.
    pub async fn close_answer(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Outcome, Refused> {
        if self.right(viewer, id).await? != Some(Sight::Mailbox) {
            return Ok(Outcome::Unseen);
        }
        let opened = reading::open(&self.store, id).await?;
        let Some(opened) = opened else {
            return Ok(Outcome::Unseen);
        };
        let from = opened.head.from.as_ref().map(|from| &from.address);
        if self.came(&opened.message, from).await?.is_none() {
            return match self.put_away(viewer, id).await? {
                true => Ok(Outcome::Done),
                false => Ok(Outcome::Unseen),
            };
        }
        let closed = (System::SEEN, Keyword::new(CLOSED));
        self.mark(viewer.account.id, id, closed).await
    }

    /// Sets these flags on a message wherever the account's mailbox shows it.
    pub(super) async fn mark(
        &self,
        account: AccountId,
        id: MessageId,
        flags: (System, Option<Keyword>),
    ) -> Result<Outcome, Refused> {
        Ok(
            match folders::mark(&self.store, account, id, flags).await? {
                true => Outcome::Done,
                false => Outcome::Not,
            },
        )
    }

    async fn may_change(&self, viewer: &Viewer<'_>, id: MessageId) -> Result<bool, Error> {
        if self.right(viewer, id).await? != Some(Sight::Mailbox) {
            return Ok(false);
        }
        let Some(message) = self.store.get(&Message::at(id)).await? else {
            return Ok(false);
        };
        let opened = reading::open(&self.store, id).await?;
        Ok(message.direction == Direction::Outgoing
            && is_its_own(viewer.account, &message, opened.as_ref()))
    }

    /// The grant that a task is about, if it is the viewer's to close.
    async fn asked_of(&self, viewer: &Viewer<'_>, id: TaskId) -> Result<Option<Grant>, Error> {
        let Some(task) = self.store.get(&Task::at(id)).await? else {
            return Ok(None);
        };
        let Some(grant) = self.store.get(&Grant::at(task.grant)).await? else {
            return Ok(None);
        };
        let theirs = self.may_change(viewer, grant.message).await?;
        Ok(theirs.then_some(grant))
    }
}

fn outcome<T>(done: Result<T, Refused>) -> Result<Outcome, Refused> {
    match done {
        Ok(_) => Ok(Outcome::Done),
        Err(Refused::Store(error)) => Err(Refused::Store(error)),
        Err(_) => Ok(Outcome::Not),
    }
}
