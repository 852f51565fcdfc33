//! Who did what with a message that went out: who wrote it in somebody else's name,
//! who released it, who took it back.

use crate::desk::Desk;
use crate::model::{Account, AccountId};
use crate::reading::Opened;
use crate::store::Error;
use crate::store::records::{Handled, Message};
use jiff::Timestamp;

/// Who did what with a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Who wrote it, if it bears somebody else's name.
    pub writer: Option<String>,
    /// Who released it, and when.
    pub released: Option<(String, Timestamp)>,
    /// Who took it back, the last time.
    pub recalled: Option<String>,
}

impl Desk {
    /// Who did what. What an operator does on the machine is nobody's of the office.
    pub(super) async fn told(
        &self,
        message: &Message,
        opened: Option<&Opened>,
    ) -> Result<Told, Error> {
        let mut told = Told::default();
        let from = opened.and_then(|opened| opened.head.from.as_ref());
        if let (Some(id), Some(from)) = (message.account, from) {
            let writer = self.store.get(&Account::at(id)).await?;
            let other = writer.filter(|writer| writer.address != from.address);
            told.writer = other.map(|writer| writer.shown().to_owned());
        }
        let Some(handled) = self.store.get(&Handled::at(message.id)).await? else {
            return Ok(told);
        };
        if let Some((id, at)) = handled.released {
            told.released = self.name(id).await?.map(|name| (name, at));
        }
        if let Some(id) = handled.recalled {
            told.recalled = self.name(id).await?;
        }
        Ok(told)
    }

    async fn name(&self, id: AccountId) -> Result<Option<String>, Error> {
        let account = self.store.get(&Account::at(id)).await?;
        Ok(account.map(|account| account.shown().to_owned()))
    }
}
