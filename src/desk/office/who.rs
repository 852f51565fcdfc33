//! Who writes, to whom, and who answers: what a form can choose from, and what it chose.

use crate::access::accounts;
use crate::contacts;
use crate::desk::Desk;
use crate::desk::office::{Author, Person, Sight, Unsent, Viewer};
use crate::model::{Account, AccountId, Address, ContactId, Direction, Mailbox, MessageId};
use crate::policy;
use crate::reading::{self, Opened};
use crate::store::Error;
use crate::store::records::{Contact, Grant};

impl Desk {
    /// A message that can be answered: it came in, and the viewer's mailbox shows it.
    pub(super) async fn answerable(
        &self,
        viewer: &Viewer<'_>,
        id: MessageId,
    ) -> Result<Option<Opened>, Error> {
        if self.right(viewer, id).await? != Some(Sight::Mailbox) {
            return Ok(None);
        }
        let opened = reading::open(&self.store, id).await?;
        Ok(opened.filter(|opened| opened.message.direction == Direction::Incoming))
    }

    /// Who may have written a message that came in: all who read at the mailbox it
    /// came from, the one whom the directory means chosen.
    pub(super) async fn writers(&self, opened: &Opened) -> Result<Vec<Person>, Error> {
        let grant = match opened.message.answers {
            Some(grant) => self.store.get(&Grant::at(grant)).await?,
            None => None,
        };
        let from = opened.head.from.as_ref().map(|from| &from.address);
        match (&grant, from) {
            (Some(grant), _) => self.people(&grant.address, Some(grant.contact)).await,
            (None, Some(from)) => {
                let came = self.came(&opened.message, Some(from)).await?;
                self.people(from, came.and_then(|came| came.contact)).await
            }
            (None, None) => Ok(Vec::new()),
        }
    }

    /// All who read at an address; `meant` is chosen, else whoever is alone there.
    pub(super) async fn people(
        &self,
        address: &Address,
        meant: Option<ContactId>,
    ) -> Result<Vec<Person>, Error> {
        let sharing = contacts::sharing(&self.store, address).await?;
        let alone = sharing.len() == 1;
        let person = |contact: Contact| Person {
            id: contact.id,
            address: address.as_str().to_owned(),
            name: contact.full_name(),
            born: contact.born,
            meant: meant.map_or(alone, |meant| meant == contact.id),
        };
        Ok(sharing.into_iter().map(person).collect())
    }

    /// In whose name the message was sent that this one answers.
    pub(super) async fn written_to(&self, opened: &Opened) -> Result<Option<AccountId>, Error> {
        let Some(grant) = opened.message.answers else {
            return Ok(None);
        };
        let Some(grant) = self.store.get(&Grant::at(grant)).await? else {
            return Ok(None);
        };
        let first = reading::open(&self.store, grant.message).await?;
        let from = first.and_then(|first| first.head.from);
        let Some(from) = from else { return Ok(None) };
        let account = accounts::active(&self.store, &from.address).await?;
        Ok(account.map(|account| account.id))
    }

    /// Whose names an account may put in From. Chosen is the first of `wanted` among
    /// them, else the account itself, else whoever is alone (WM4).
    pub(super) async fn authors(
        &self,
        account: &Account,
        wanted: &[Option<AccountId>],
    ) -> Result<Vec<Author>, Error> {
        let rules = &self.settings.current().rules;
        let all = accounts::list(&self.store).await?;
        let may = |author: &&Account| policy::may_write_as(account, author, rules);
        let all: Vec<&Account> = all.iter().filter(may).collect();
        let is_there = |id| all.iter().any(|author| author.id == id);
        let own = Some(account.id);
        let mut wanted = wanted.iter().copied().chain([own]).flatten();
        let alone = all.first().filter(|_| all.len() == 1).map(|one| one.id);
        let meant = wanted.find(|id| is_there(*id)).or(alone);
        let author = |author: &&Account| Author {
            address: author.address.as_str().to_owned(),
            shown: author.shown().to_owned(),
            at_once: policy::sends_at_once(account, author, rules),
            meant: meant == Some(author.id),
        };
        Ok(all.iter().map(author).collect())
    }

    /// The author that a form names.
    pub(super) async fn author(&self, account: &Account, from: &str) -> Result<Mailbox, Unsent> {
        let address = Address::parse(from).map_err(|_| Unsent::From)?;
        let author = accounts::active(&self.store, &address).await?;
        let rules = &self.settings.current().rules;
        let author = author.filter(|author| policy::may_write_as(account, author, rules));
        let author = author.ok_or(Unsent::From)?;
        Ok(Mailbox {
            name: author.name,
            address: author.address,
        })
    }

    /// The person that a form names: a contact who has this address.
    pub(super) async fn addressee_of(&self, key: &str) -> Result<(Contact, Address), Unsent> {
        let (id, address) = key.split_once(' ').ok_or(Unsent::To)?;
        let id: ContactId = id.parse().map_err(|_| Unsent::To)?;
        let contact = self.store.get(&Contact::at(id)).await?;
        let contact = contact.ok_or(Unsent::To)?;
        let mut addresses = contact.addresses.iter();
        let address = addresses.find(|known| known.as_str() == address).cloned();
        Ok((contact, address.ok_or(Unsent::To)?))
    }
}
