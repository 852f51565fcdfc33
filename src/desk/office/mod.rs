//! What somebody of the office sees and does on its pages. Unlike an administrator's
//! views, these hold contents: an account sees what its mailbox shows, a deputy what
//! waits for the release, and a provider in an emergency what was opened with a
//! reason. Administrators see nobody's mail.

mod act;
mod back;
mod came;
mod glass;
mod kept;
mod lately;
mod letter;
mod pen;
mod pending;
mod today;
mod told;
mod unfinished;
mod who;
mod write;

pub use act::Outcome;
pub use back::{Back, Returned, Words};
pub use glass::{Glass, Opening};
pub use kept::{Kept, Kepts, Place, Preview};
pub use lately::Lately;
pub use letter::{Addressee, Can, Content, Days, Letter, Notice, Waiting};
pub use pen::{Pen, Unsent};
pub use pending::{Goes, Pending, Standing, Unreleased};
pub use today::{Asked, Line, Today, Trouble, Waits};
pub use told::Told;
pub use unfinished::{Begun, UNFINISHED, Whence, Work};
pub use write::{Author, Blank, LONGEST_SUBJECT, Person, Posted, Wish};

pub use crate::policy::{MAX_REASON, MIN_REASON};
pub use crate::reading::{Download, File};
pub use crate::release::LONGEST_REASON;
pub use crate::upload::LONGEST_TEXT;

use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{Account, Actor, ContactId, MessageId, Role, TokenKey};
use crate::reading;
use crate::store::Error;
use crate::store::records::{Contact, Deputy, Hold};

/// Who looks: an account, as it is now, in one session.
#[derive(Clone, Copy, Debug)]
pub struct Viewer<'a> {
    /// The account.
    pub account: &'a Account,
    /// The session.
    pub session: TokenKey,
}

/// Why somebody sees a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The account's mailbox shows it.
    Mailbox,
    /// It waits for a provider for whom the account stands in.
    Deputy,
    /// It was opened in this session, in an emergency.
    Glass,
}

impl Desk {
    /// Whether the viewer sees a message.
    ///
    /// # Errors
    /// The store's own.
    pub async fn is_seen(&self, viewer: &Viewer<'_>, id: MessageId) -> Result<bool, Refused> {
        Ok(self.right(viewer, id).await?.is_some())
    }

    /// By what right the viewer sees a message, if at all.
    pub(super) async fn right(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Sight>, Error> {
        let account = viewer.account;
        if account.role == Role::Admin {
            return Ok(None);
        }
        if folders::sees(&self.store, account.id, id).await? {
            return Ok(Some(Sight::Mailbox));
        }
        if let Some(hold) = self.store.get(&Hold::at(id)).await?
            && account.may_send()
            && self.stands_in(account, &hold).await?
        {
            return Ok(Some(Sight::Deputy));
        }
        let broken = account.may_send() && self.glass.is_open(viewer.session, id);
        Ok(broken.then_some(Sight::Glass))
    }

    /// Whether an account is deputy of the provider whose name a message bears, and
    /// did not write it.
    async fn stands_in(&self, account: &Account, hold: &Hold) -> Result<bool, Error> {
        let deputy = Deputy::at(hold.provider, account.id);
        let deputy = self.store.get(&deputy).await?;
        let now = self.store.clock().now();
        Ok(hold.writer != account.id && deputy.is_some_and(|deputy| now < deputy.until))
    }

    /// A message that the viewer sees, opened; `None` if they do not see it, or
    /// nothing of it is left.
    async fn seen(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<reading::Opened>, Error> {
        match self.right(viewer, id).await? {
            Some(_) => reading::open(&self.store, id).await,
            None => Ok(None),
        }
    }

    /// The same desk with the viewer's account in the audit trail.
    fn of(&self, viewer: &Viewer<'_>) -> Self {
        self.used_by(Actor::Account(viewer.account.id))
    }

    /// What the directory says of somebody: name and telephone.
    async fn person(&self, id: ContactId) -> Result<(Option<String>, Option<String>), Error> {
        let contact = self.store.get(&Contact::at(id)).await?;
        Ok(contact.map_or((None, None), |contact| {
            (contact.full_name(), contact.phones.into_iter().next())
        }))
    }
}
