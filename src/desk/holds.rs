//! What waits for a provider's release, without what it says: who sees it, who ends
//! the wait, and how. Who calls a verb of an account has proved that account.

use crate::desk::messages::MAX_LISTED;
use crate::desk::{Desk, Refused, wish};
use crate::model::{Account, Address, MessageId, Recipient, RecipientKind};
use crate::release::{self, Releaser};
use crate::store::records::{Deputy, Hold, Message, Part};
use crate::store::{Error, Record};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A held message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// Its id, and the reference its writer was given.
    pub id: String,
    /// Who wrote it.
    pub writer: Whom,
    /// The provider whose name it bears.
    pub provider: Whom,
    /// Since when it waits.
    pub created: Timestamp,
    /// When it goes back to who wrote it.
    pub expires: Timestamp,
    /// What a release binds, in hexadecimal digits: whoever releases gives it back,
    /// so that what was shown is what goes.
    pub binding: String,
    /// What whoever asked has to do with it; `None` for whoever runs the machine.
    pub part: Option<Mine>,
    /// Its recipients, in the envelope's order.
    pub recipients: Vec<HeldRecipient>,
}

/// An account that has to do with a held message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whom {
    /// Its id, as the audit trail names it.
    pub id: String,
    /// Its address.
    pub address: Address,
    /// Its owner's name, if the clinic has given one.
    pub name: Option<String>,
}

/// What an account has to do with a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mine {
    /// It wrote it, and may take it back.
    Written,
    /// It bears its name: to be released or rejected.
    ToRelease,
    /// It bears the name of a provider for whom this one stands in.
    AsDeputy,
}

/// A recipient of a held message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRecipient {
    /// The place in the message.
    pub n: u16,
    /// The address; masked for whoever runs the machine, unless addresses were
    /// asked for. `None` if what is stored cannot be read.
    pub address: Option<String>,
    /// Where it stood in the message.
    pub kind: RecipientKind,
}

impl HoldView {
    /// The binding as [`Desk::release`] takes it.
    #[must_use]
    pub fn bound(&self) -> Option<[u8; 32]> {
        let octets = HEXLOWER.decode(self.binding.as_bytes()).ok()?;
        octets.try_into().ok()
    }
}

impl Desk {
    /// What is held of an account, the oldest first: what it wrote, what bears its
    /// name, and what it may release as a deputy; a thousand of each at most.
    ///
    /// # Errors
    /// The store's own.
    pub async fn holds(&self, account: &Account) -> Result<Vec<HoldView>, Refused> {
        let mut found = Vec::new();
        for (part, mine) in [
            (Part::Writer, Mine::Written),
            (Part::Provider, Mine::ToRelease),
        ] {
            let holds = release::held(&self.store, (account.id, part), MAX_LISTED).await?;
            found.extend(holds.into_iter().map(|hold| (hold, mine)));
        }
        if account.may_send() {
            let now = self.store.clock().now();
            // Few accounts, fewer deputies: all of them are read.
            let deputies: Vec<Deputy> = self.store.range(&[], None, MAX_LISTED).await?;
            let ours = deputies
                .iter()
                .filter(|d| d.deputy == account.id && now < d.until);
            for deputy in ours {
                let theirs = (deputy.provider, Part::Provider);
                let holds = release::held(&self.store, theirs, MAX_LISTED).await?;
                let others = holds.into_iter().filter(|hold| hold.writer != account.id);
                found.extend(others.map(|hold| (hold, Mine::AsDeputy)));
            }
        }
        found.sort_by_key(|(hold, _)| hold.message);
        let mut views = Vec::with_capacity(found.len());
        for (hold, mine) in found {
            views.push(self.hold_view(&hold, (Some(mine), true)).await?);
        }
        Ok(views)
    }

    /// Everything that is held, the oldest first, for whoever runs the machine.
    ///
    /// # Errors
    /// The store's own.
    pub async fn all_holds(&self, addresses: bool) -> Result<Vec<HoldView>, Refused> {
        self.disclose("holds", addresses).await?;
        let mut views = Vec::new();
        for hold in release::all(&self.store, MAX_LISTED).await? {
            views.push(self.hold_view(&hold, (None, addresses)).await?);
        }
        Ok(views)
    }

    /// One held message, for whoever runs the machine.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if it does not wait.
    pub async fn hold(&self, id: MessageId, addresses: bool) -> Result<HoldView, Refused> {
        let hold = self.store.get(&Hold::at(id)).await?;
        let hold = hold.ok_or_else(|| {
            wish(format!(
                "no message {id} waits for release; `sealpost hold list` shows what does"
            ))
        })?;
        self.disclose(&id.to_string(), addresses).await?;
        self.hold_view(&hold, (None, addresses)).await
    }

    /// Releases a held message: it goes as it was held, or not at all. `binding` is
    /// that of the view which the provider was shown.
    ///
    /// # Errors
    /// A [`Refused::Wish`] with the reason; then nothing has left.
    pub async fn release(
        &self,
        id: MessageId,
        binding: [u8; 32],
        by: &Releaser,
    ) -> Result<(), Refused> {
        let done = release::release(&self.store, (id, binding), by).await;
        done.map_err(refusal)
    }

    /// Gives a held message back to its writer, with the reason, of 1 to
    /// [`release::LONGEST_REASON`] characters.
    ///
    /// # Errors
    /// A [`Refused::Wish`]; then nothing has changed.
    pub async fn reject(&self, id: MessageId, reason: &str, by: &Releaser) -> Result<(), Refused> {
        let office = &self.settings.current().office;
        let done = release::reject(&self.store, office, (id, reason), by).await;
        done.map_err(refusal)
    }

    /// Takes a held message back: whoever uses this desk wrote it, or runs the
    /// machine. It is a draft of its writer then.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if it does not wait, or is somebody else's.
    pub async fn withdraw_hold(&self, id: MessageId) -> Result<(), Refused> {
        let office = &self.settings.current().office;
        let done = release::withdraw(&self.store, office, id, self.actor).await;
        done.map_err(refusal)
    }

    async fn hold_view(
        &self,
        hold: &Hold,
        (part, addresses): (Option<Mine>, bool),
    ) -> Result<HoldView, Refused> {
        let message = self.store.get(&Message::at(hold.message)).await?;
        let head = match &message {
            Some(message) => self.head(message).await?,
            None => None,
        };
        let prefix: [&[u8]; 1] = [hold.message.octets()];
        let most = usize::from(message.map_or(0, |message| message.recipients));
        let each: Vec<Recipient> = self.store.range(&prefix, None, most).await?;
        let shown = |address: &Address| match addresses {
            true => address.as_str().to_owned(),
            false => address.masked(),
        };
        let recipients = each.iter().map(|recipient| HeldRecipient {
            n: recipient.n,
            address: head
                .as_ref()
                .and_then(|head| head.envelope.get(usize::from(recipient.n)))
                .map(shown),
            kind: recipient.kind,
        });
        Ok(HoldView {
            id: hold.message.to_string(),
            writer: self.whom(hold.writer).await?,
            provider: self.whom(hold.provider).await?,
            created: hold.created,
            expires: hold.expires,
            binding: HEXLOWER.encode(&hold.binding),
            part,
            recipients: recipients.collect(),
        })
    }

    async fn whom(&self, id: crate::model::AccountId) -> Result<Whom, Error> {
        let account = self.store.get(&Account::at(id)).await?;
        let account = account.ok_or(Error::Damaged(Account::TABLE))?;
        Ok(Whom {
            id: id.to_string(),
            address: account.address,
            name: account.name,
        })
    }
}

fn refusal(refused: release::Refused) -> Refused {
    match refused {
        release::Refused::Store(error) => Refused::Store(error),
        other => wish(other.to_string()),
    }
}
