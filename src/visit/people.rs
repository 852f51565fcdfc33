//! Who reads at a mailbox. A family often shares one, and a session proves the
//! mailbox and no more: so here, and nowhere else, it is decided of whom a session
//! shows anything, who may sign in, and who may write (decision 0032).
//!
//! *Architecture invariant:* mail about a confidential contact is shown at a
//! mailbox that is theirs alone, and nowhere else.

use crate::contacts;
use crate::model::{Address, ContactId};
use crate::store::Store;
use crate::store::records::{Contact, ContactStatus, Grant, MailboxReply, Message};
use crate::visit::view::Reader;
use crate::visit::{Error, Visit};
use jiff::Timestamp;

/// Everybody who is known to read at a mailbox, oldest first. Of whom only the
/// address is known, nothing says that it is somebody else.
#[derive(Clone, Debug)]
pub(super) struct People(Vec<Contact>);

impl People {
    pub(super) async fn of(store: &Store, address: &Address) -> Result<Self, Error> {
        let mut people = contacts::sharing(store, address).await?;
        people.retain(|one| {
            one.status != ContactStatus::Stub || one.portal.is_some() || one.confidential
        });
        Ok(Self(people))
    }

    /// Whether more than one reads here.
    pub(super) const fn share(&self) -> bool {
        self.0.len() > 1
    }

    /// Those who may sign in here without a link, and write. Whose mail is not
    /// shown here has nothing to sign in for.
    pub(super) fn granted(&self) -> impl Iterator<Item = &Contact> {
        let granted = self.0.iter().filter(|one| one.portal.is_some());
        granted.filter(|one| !one.confidential || !self.share())
    }

    /// Since when all those may; `None` if nobody may.
    pub(super) fn granted_since(&self) -> Option<Timestamp> {
        self.granted().filter_map(|one| one.portal).max()
    }

    /// Whether the pages show that more than one reads here: a confidential contact
    /// is not even counted.
    pub(super) fn seem_many(&self) -> bool {
        self.0.iter().filter(|one| !one.confidential).count() > 1
    }

    /// What tells this contact from the others here: the first name, else the
    /// whole one. `None` where nobody has to be told apart, or nobody is known by
    /// this id.
    pub(super) fn about(&self, contact: ContactId) -> Option<String> {
        let one = self.0.iter().find(|one| one.id == contact)?;
        self.seem_many().then(|| self.called(one)).flatten()
    }

    /// What a contact is called on a page that all of them can see.
    pub(super) fn called(&self, contact: &Contact) -> Option<String> {
        let first = contact.first.as_ref().filter(|first| {
            let same = |one: &&Contact| one.first.as_ref() == Some(*first) && !one.confidential;
            self.0.iter().filter(same).count() <= 1
        });
        first.cloned().or_else(|| contact.full_name())
    }

    fn is_alone(&self, contact: ContactId) -> bool {
        matches!(self.0.as_slice(), [one] if one.id == contact)
    }
}

impl Visit {
    /// Whether mail about this contact is shown in this session.
    pub(super) async fn shows(&self, reader: &Reader, contact: ContactId) -> Result<bool, Error> {
        let people = &reader.people;
        if people.is_alone(contact) {
            return Ok(true);
        }
        if let Some(one) = people.0.iter().find(|one| one.id == contact) {
            return Ok(!one.confidential);
        }
        // Somebody who has another address by now: the old mail is still theirs.
        let one = self.store.get(&Contact::at(contact)).await?;
        Ok(one.is_none_or(|one| !one.confidential))
    }

    /// The same of something that was written here.
    pub(super) async fn shows_sent(
        &self,
        reader: &Reader,
        own: &MailboxReply,
    ) -> Result<bool, Error> {
        match self.writer(own).await? {
            Some(contact) => self.shows(reader, contact).await,
            None => Ok(true),
        }
    }

    /// What tells whom something is about that was written here.
    pub(super) async fn about_sent(
        &self,
        reader: &Reader,
        own: &MailboxReply,
    ) -> Result<Option<String>, Error> {
        let contact = self.writer(own).await?;
        Ok(contact.and_then(|contact| reader.people.about(contact)))
    }

    /// Whom something is about that was written here.
    pub(super) async fn writer(&self, own: &MailboxReply) -> Result<Option<ContactId>, Error> {
        if own.contact.is_some() {
            return Ok(own.contact);
        }
        // Kept by an older version: it follows from what was answered.
        let message = self.store.get(&Message::at(own.message)).await?;
        let Some(grant) = message.and_then(|message| message.answers) else {
            return Ok(None);
        };
        let grant = self.store.get(&Grant::at(grant)).await?;
        Ok(grant.map(|grant| grant.contact))
    }
}
