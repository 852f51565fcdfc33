//! A new message: to the primary provider, to somebody of the clinic's list, or to
//! the clinic's shared mailbox, and to nobody else. It is written for one of those
//! who may sign in at this mailbox, and from then on goes the way of an answer.

use crate::access::accounts;
use crate::model::{Account, AccountId, Address, ContactId, Head, Mailbox, MessageId, Standing};
use crate::outbound;
use crate::store::Tx;
use crate::store::records::{Contact, Draft};
use crate::visit::people::People;
use crate::visit::reply::Answer;
use crate::visit::view::{NewMessage, NewPage, Owner, Reader, Writer};
use crate::visit::{Error, LONGEST_TEXT, Refusal, ReplyIntake, Rules, Visit};

/// The longest subject, in characters: two lines of a list.
pub const LONGEST_SUBJECT: usize = 150;

impl Visit {
    /// What the page for a new message shows; `None` if nobody here may write.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn new_page(&self, reader: &Reader) -> Result<Option<NewPage>, Error> {
        let people = &reader.people;
        let for_whom = people.granted().map(|one| Writer {
            id: one.id.to_string(),
            name: people.called(one).unwrap_or_default(),
        });
        let for_whom: Vec<Writer> = for_whom.collect();
        if for_whom.is_empty() {
            return Ok(None);
        }
        let listed = self.listed(&self.rules()).await?;
        let to = listed.iter().map(|account| Writer {
            id: account.id.to_string(),
            name: account.address.as_str().to_owned(),
        });
        let mut draft = None;
        for one in people.granted() {
            let kept = Draft::at(reader.mailbox, Draft::new_of(one.id));
            draft = draft.or(self.store.get(&kept).await?);
        }
        Ok(Some(NewPage {
            for_whom,
            shared: people.seem_many(),
            to: to.collect(),
            draft: draft.map(|draft| (draft.subject, draft.text)),
        }))
    }

    /// Begins a new message.
    ///
    /// # Errors
    /// [`Refusal::Closed`] if whoever it is for may not write, and what else is
    /// wrong with it.
    pub async fn begin_new(
        &self,
        reader: &Reader,
        new: &NewMessage<'_>,
    ) -> Result<ReplyIntake, Refusal> {
        let contact = self.chosen(&reader.people, new.for_whom)?;
        let subject = new.subject.trim();
        if subject.is_empty() {
            return Err(Refusal::NoSubject);
        }
        if subject.chars().count() > LONGEST_SUBJECT {
            return Err(Refusal::LongSubject {
                limit: LONGEST_SUBJECT,
            });
        }
        let rules = self.rules();
        let at = self.store.clock().now();
        let id = MessageId::new(at);
        let message_id = format!("{id}@{}", rules.letterhead.hostname);
        let accounts = self.addressed(contact, new.to, &rules).await?;
        let thread = outbound::thread_id(&self.store, &reader.address, &message_id);
        let head = Head {
            subject: subject.to_owned(),
            from: Some(Mailbox {
                name: contact.full_name(),
                address: reader.address.clone(),
            }),
            to: office(&accounts, &rules),
            envelope: accounts.iter().map(|one| one.address.clone()).collect(),
            message_id,
            date: Some(at),
            ..Head::default()
        };
        let answer = Answer {
            id,
            answered: None,
            contact: Some(contact.id),
            at,
            thread,
            accounts,
            head,
        };
        Ok(self.take_in(reader, rules, answer))
    }

    /// Whether this contact may write from this mailbox, as the directory is now.
    pub(super) async fn may_write(
        &self,
        reader: &Reader,
        contact: Option<ContactId>,
    ) -> Result<(), Refusal> {
        let people = People::of(&self.store, &reader.address).await?;
        match people.granted().any(|one| Some(one.id) == contact) {
            true => Ok(()),
            false => Err(Refusal::Closed),
        }
    }

    /// Keeps a new message that could not be sent, as text and subject, for the
    /// next session of whom it is for ([`Writer::id`]); cut off at a bound. Where
    /// nobody was chosen yet, nothing is kept: it would be shown to all who read here.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn keep_new(
        &self,
        owner: Owner,
        for_whom: &str,
        (subject, text): (&str, &str),
    ) -> Result<(), Error> {
        let contact: Option<ContactId> = for_whom.parse().ok();
        let Some(contact) = contact.filter(|_| !text.trim().is_empty()) else {
            return Ok(());
        };
        let mut tx = Tx::new();
        tx.put(&Draft {
            mailbox: owner.0,
            grant: Draft::new_of(contact),
            text: text.chars().take(LONGEST_TEXT).collect(),
            at: self.store.clock().now(),
            subject: subject.chars().take(LONGEST_SUBJECT).collect(),
        });
        self.store.commit(tx).await?;
        Ok(())
    }

    /// Drops the new message that was kept.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn drop_new(&self, reader: &Reader) -> Result<(), Error> {
        let mut tx = Tx::new();
        for one in reader.people.granted() {
            tx.delete(&Draft::at(reader.mailbox, Draft::new_of(one.id)));
        }
        self.store.commit(tx).await?;
        Ok(())
    }

    /// For whom it is written: the only one there is, or the one that was chosen.
    fn chosen<'a>(&self, people: &'a People, id: &str) -> Result<&'a Contact, Refusal> {
        let mut granted = people.granted();
        match (granted.next(), granted.next()) {
            (None, _) => Err(Refusal::Closed),
            (Some(only), None) if id.is_empty() || only.id.to_string() == id => Ok(only),
            (Some(_), Some(_)) if id.is_empty() => Err(Refusal::Unchosen),
            _ => {
                let mut granted = people.granted();
                let chosen = granted.find(|one| one.id.to_string() == id);
                chosen.ok_or(Refusal::Closed)
            }
        }
    }

    /// Who of the office gets it; nobody: the shared mailbox.
    async fn addressed(
        &self,
        contact: &Contact,
        to: &str,
        rules: &Rules,
    ) -> Result<Vec<Account>, Refusal> {
        if !rules.write_to.is_empty() {
            let listed = self.listed(rules).await?;
            if to.is_empty() {
                return Ok(listed.into_iter().take(1).collect());
            }
            let mut listed = listed.into_iter();
            let chosen = listed.find(|account| account.id.to_string() == to);
            return chosen.map(|one| vec![one]).ok_or(Refusal::Closed);
        }
        let Some(provider) = contact.provider else {
            return Ok(Vec::new());
        };
        let provider: Option<Account> = self.store.get(&Account::at(provider)).await?;
        let provider = provider.filter(|account| account.standing == Standing::Active);
        Ok(provider.into_iter().collect())
    }

    /// The active accounts of the clinic's list.
    async fn listed(&self, rules: &Rules) -> Result<Vec<Account>, Error> {
        let mut listed: Vec<Account> = Vec::new();
        for address in &rules.write_to {
            let account = accounts::active(&self.store, address).await?;
            let known = |id: AccountId| listed.iter().any(|one| one.id == id);
            listed.extend(account.filter(|account| !known(account.id)));
        }
        Ok(listed)
    }
}

/// Whom it is addressed to, as the office and the writer read it.
fn office(accounts: &[Account], rules: &Rules) -> Vec<Mailbox> {
    let mailbox = |name: Option<&String>, address: &Address| Mailbox {
        name: name.cloned(),
        address: address.clone(),
    };
    if accounts.is_empty() {
        let letterhead = &rules.letterhead;
        return vec![mailbox(Some(&letterhead.clinic), &letterhead.from)];
    }
    let named = accounts.iter();
    named
        .map(|account| mailbox(None, &account.address))
        .collect()
}
