//! A message that waits for a provider's release: what will be sent, to whom, and
//! how; and the ends of the wait, by whoever proved who they are.

use crate::access::accounts;
use crate::desk::holds::{HoldView, Whom};
use crate::desk::office::{Outcome, Sight, Viewer};
use crate::desk::{Desk, Refused};
use crate::mime::one_line;
use crate::model::{Account, AccountId, Address, MessageId, RecipientKind, Route};
use crate::outbound;
use crate::policy::{Denied, How};
use crate::reading;
use crate::release::{self, Releaser};
use crate::store::Error;
use crate::store::records::{Contact, ContactStatus, Hold};
use jiff::Timestamp;

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub id: MessageId,
    /// What a release binds, in hexadecimal digits: the page's form carries it.
    pub binding: String,
    /// Who wrote it.
    pub writer: Whom,
    /// Whose name it bears.
    pub provider: Whom,
    /// Since when it waits.
    pub created: Timestamp,
    /// When it goes back to who wrote it.
    pub expires: Timestamp,
    /// What the viewer is to it.
    pub standing: Standing,
    /// To whom it goes.
    pub to: Vec<Goes>,
    /// Whether a page cannot show it whole: then it is not released there.
    pub long: bool,
}

/// What a viewer is to a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The provider whose name it bears.
    Provider,
    /// Who stands in for that provider.
    Deputy,
    /// Who wrote it.
    Writer,
    /// Another provider, who releases it in an emergency alone.
    Colleague,
    /// Somebody who sees it and can do nothing with it.
    Other,
}

/// A recipient of a held message, as it would go now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goes {
    /// The address; `None` if what is stored cannot be read.
    pub address: Option<String>,
    /// The directory's name for them.
    pub name: Option<String>,
    /// Where they stand in the message.
    pub kind: RecipientKind,
    /// How it would reach them; `None` if what is stored cannot be read.
    pub route: Option<Route>,
    /// Whether they have an account here that was switched off since: nothing is
    /// released to them.
    pub off: bool,
    /// Whether nobody has entered them in the directory.
    pub unlisted: bool,
}

/// Why a message was not released or given back.
#[derive(Debug, thiserror::Error)]
pub enum Unreleased {
    /// It does not wait, or not any more.
    #[error("it does not wait for a release")]
    Gone,
    /// It is not the one that was shown.
    #[error("it is not the message that was shown")]
    Changed,
    /// It is too long to be shown whole.
    #[error("it is too long to be shown whole")]
    Long,
    /// Whoever was proved may not.
    #[error("whoever was proved may not release it")]
    Denied(Denied),
    /// The account whose name it bears, or one that it goes to, was switched off.
    #[error("the account of the provider or of a recipient has been switched off")]
    SwitchedOff,
    /// What is stored is not what was held.
    #[error("what is stored is not what was held")]
    Damaged,
    /// The reason will not do.
    #[error("the reason will not do")]
    Reason,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

impl From<release::Refused> for Unreleased {
    fn from(refused: release::Refused) -> Self {
        match refused {
            // Whose time is over goes back within minutes: it waits no more.
            release::Refused::Gone | release::Refused::Denied(Denied::Over) => Self::Gone,
            release::Refused::Changed => Self::Changed,
            release::Refused::Denied(Denied::Reason) | release::Refused::Reason => Self::Reason,
            release::Refused::SwitchedOff | release::Refused::Denied(Denied::ProviderGone) => {
                Self::SwitchedOff
            }
            release::Refused::Denied(why) => Self::Denied(why),
            // A page shows blind copies, so nobody is refused for one.
            release::Refused::Blind | release::Refused::Damaged => Self::Damaged,
            release::Refused::Store(error) => Self::Store(error),
        }
    }
}

impl Desk {
    /// A message that waits; `None` if none does that the viewer sees.
    ///
    /// # Errors
    /// The store's own.
    pub async fn pending(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Pending>, Refused> {
        let Some(sight) = self.right(viewer, id).await? else {
            return Ok(None);
        };
        let Some(hold) = self.store.get(&Hold::at(id)).await? else {
            return Ok(None);
        };
        let rules = &self.settings.current().rules;
        let routes = outbound::foreseen(&self.store, rules, id).await?;
        let view = self.hold_view(&hold, (None, true)).await?;
        let mut to = Vec::new();
        for (at, recipient) in view.recipients.iter().enumerate() {
            let route = routes.as_ref().and_then(|routes| routes.get(at)).copied();
            let mut goes = Goes {
                address: recipient.address.clone(),
                name: None,
                kind: recipient.kind,
                route,
                off: false,
                unlisted: false,
            };
            self.fill(&mut goes, (id, recipient.n)).await?;
            to.push(goes);
        }
        let long = match reading::open(&self.store, id).await? {
            Some(opened) => opened.is_cut().await?,
            None => false,
        };
        let HoldView {
            binding,
            writer,
            provider,
            created,
            expires,
            ..
        } = view;
        Ok(Some(Pending {
            id,
            binding,
            writer,
            provider,
            created,
            expires,
            standing: standing(viewer.account, &hold, sight),
            to,
            long,
        }))
    }

    /// Releases a message as it was shown, by whoever was `proved` a moment ago
    /// with password and code: the viewer, or the provider at the screen of who
    /// wrote it. `reason`: an emergency.
    ///
    /// # Errors
    /// [`Unreleased`]; then nothing has left.
    pub async fn release_as_shown(
        &self,
        viewer: &Viewer<'_>,
        pending: &Pending,
        (proved, reason): (&Account, Option<&str>),
    ) -> Result<(), Unreleased> {
        // What is released is what was shown.
        if pending.long {
            return Err(Unreleased::Long);
        }
        let binding = data_encoding::HEXLOWER.decode(pending.binding.as_bytes());
        let binding = binding.ok().and_then(|octets| octets.try_into().ok());
        let binding = binding.ok_or(Unreleased::Changed)?;
        let own = proved.id == viewer.account.id;
        let how = match (pending.standing, reason) {
            (Standing::Provider, _) if own => How::Own,
            (Standing::Deputy, _) if own => How::Deputy,
            (Standing::Colleague, Some(reason)) if own => How::BreakGlass(one_line(reason)),
            (Standing::Writer, _) if !own => How::AtStaffScreen(viewer.account.id),
            _ => return Err(Unreleased::Denied(Denied::Theirs)),
        };
        let by = Releaser {
            provider: proved.id,
            how,
        };
        release::release(&self.store, (pending.id, binding), &by).await?;
        Ok(())
    }

    /// Gives a message back to who wrote it, with a reason of 1 to
    /// [`release::LONGEST_REASON`] characters: its provider or a deputy, signed in.
    ///
    /// # Errors
    /// [`Unreleased`]; then nothing has changed.
    pub async fn give_back(
        &self,
        viewer: &Viewer<'_>,
        pending: &Pending,
        reason: &str,
    ) -> Result<(), Unreleased> {
        let how = match pending.standing {
            Standing::Provider => How::Own,
            Standing::Deputy => How::Deputy,
            _ => return Err(Unreleased::Denied(Denied::Theirs)),
        };
        let by = Releaser {
            provider: viewer.account.id,
            how,
        };
        let office = &self.settings.current().office;
        let reason = plain(reason);
        release::reject(&self.store, office, (pending.id, &reason), &by).await?;
        Ok(())
    }

    /// Takes back what the viewer wrote and nobody has released.
    ///
    /// # Errors
    /// The store's own.
    pub async fn take_back_held(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Outcome, Refused> {
        match self.of(viewer).withdraw_hold(id).await {
            Ok(()) => Ok(Outcome::Done),
            Err(Refused::Store(error)) => Err(Refused::Store(error)),
            Err(_) => Ok(Outcome::Unseen),
        }
    }

    /// What the directory and the accounts know of a recipient.
    async fn fill(&self, goes: &mut Goes, (id, n): (MessageId, u16)) -> Result<(), Error> {
        let recipient = crate::model::Recipient::at(id, n);
        let Some(recipient) = self.store.get(&recipient).await? else {
            return Ok(());
        };
        let contact = self.store.get(&Contact::at(recipient.contact)).await?;
        let stub = contact
            .as_ref()
            .is_none_or(|contact| contact.status == ContactStatus::Stub);
        goes.name = contact.and_then(|contact| contact.full_name());
        let address = goes.address.as_deref().map(Address::parse);
        let account = match address {
            Some(Ok(address)) => accounts::find(&self.store, &address).await?,
            _ => None,
        };
        goes.unlisted = stub && account.is_none();
        goes.off = account.is_some_and(|a| a.standing == crate::model::Standing::Disabled);
        Ok(())
    }
}

fn standing(account: &Account, hold: &Hold, sight: Sight) -> Standing {
    let is = |id: AccountId| id == account.id;
    match sight {
        _ if is(hold.provider) && account.may_send() => Standing::Provider,
        _ if is(hold.writer) => Standing::Writer,
        Sight::Deputy => Standing::Deputy,
        _ if account.may_send() => Standing::Colleague,
        _ => Standing::Other,
    }
}

/// A reason as the letter carries it: lines stay, control characters go.
fn plain(reason: &str) -> String {
    let lines = reason.lines().map(one_line);
    lines.collect::<Vec<String>>().join("\n")
}
