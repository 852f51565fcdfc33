//! The audit trail as an auditor reads it: verified, and taken out piece by
//! piece. For one contact it is the accounting of disclosures (45 CFR 164.528):
//! who saw or had what of their messages, and when.

use crate::desk::{Desk, Refused, wish};
use crate::model::{
    Account, AccountId, Actor, Address, ContactId, Direction, Event, EventKind, GrantId, MessageId,
    Recipient, TaskId,
};
use crate::store::records::{Contact, Grant, Message, Task};
use crate::store::{Audited, Error, Label, Table, Tx};
use data_encoding::BASE32_DNSSEC;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Entries looked at for one piece: a small part of a second.
const PIECE: usize = 512;
/// Octets of an address's keyed hash in its handle: enough that no two of a
/// clinic's addresses share one.
const HANDLE: usize = 8;

/// What is to be taken out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AuditWish {
    /// Entries after this running number; 0: from the first.
    pub after: u64,
    /// From the beginning of this day in the clinic's zone.
    pub from: Option<Date>,
    /// To the end of this one.
    pub to: Option<Date>,
    /// About this contact's messages and record alone.
    pub contact: Option<ContactId>,
    /// Whether addresses are shown whole, which is audited.
    pub addresses: bool,
}

/// A piece of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPiece {
    /// The entries that were wanted, oldest first; may be none.
    pub entries: Vec<AuditView>,
    /// Where the next piece begins; `None`: this was the last one.
    pub next: Option<u64>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditView {
    /// Its running number.
    pub sequence: u64,
    /// When, in UTC.
    pub time: Timestamp,
    /// Who: `gateway`, `account`, `visitor`, `recipient`, `operator`, `unknown`.
    pub actor: String,
    /// The account's id, or the operator's user id.
    pub actor_id: Option<String>,
    /// The account's address, as a handle unless addresses were asked for.
    pub actor_address: Option<String>,
    /// What happened, in the audit trail's own word.
    pub event: String,
    /// The id of the thing it was done to, as it was written down.
    pub object: String,
    /// The message it is about.
    pub message: Option<String>,
    /// The contacts it is about.
    pub contacts: Vec<String>,
    /// The outside address it is about, as a handle unless addresses were asked
    /// for.
    pub address: Option<String>,
    /// From which network, hashed.
    pub network: Option<String>,
    /// Whether it succeeded.
    pub success: bool,
    /// A short word that says more.
    pub note: String,
}

/// What verifying the audit trail found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditVerifiedView {
    /// Whether every entry is as it was written, and none is missing.
    pub clean: bool,
    /// How many entries are in order, from the first on.
    pub good: u64,
    /// The running number of the first that was changed, removed or moved.
    pub broken_at: Option<u64>,
    /// When the last entry before it was written.
    pub last_good: Option<Timestamp>,
}

/// Whom and what an entry is about.
#[derive(Default)]
struct About {
    message: Option<MessageId>,
    contacts: Vec<ContactId>,
    address: Option<Address>,
}

impl About {
    /// The same, about this contact if it is about none yet.
    fn or_of(mut self, contact: Option<ContactId>) -> Self {
        if self.contacts.is_empty() {
            self.contacts.extend(contact);
        }
        self
    }
}

impl Desk {
    /// A piece of the audit trail. Whoever takes it out is on record with the
    /// first piece.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such contact, no such time, or an entry
    /// that does not open; the store's own.
    pub async fn audit(&self, asked: &AuditWish) -> Result<AuditPiece, Refused> {
        let times = self.times(asked)?;
        if asked.after == 0 {
            self.note_export(asked).await?;
        }
        let read = self.store.audit_events(asked.after, PIECE).await;
        let read = read.map_err(|error| match error {
            Error::Damaged(Table::Audit) | Error::Sealed => wish(
                "an entry of the audit trail does not open; `sealpost audit verify` names the place",
            ),
            other => Refused::Store(other),
        })?;
        let next = read.last().map(|last| last.sequence);
        let next = next.filter(|_| read.len() == PIECE);
        let mut entries = Vec::new();
        for audited in &read {
            let (from, to) = times;
            let after = from.is_none_or(|from| audited.at >= from);
            if !after || to.is_some_and(|to| audited.at >= to) {
                continue;
            }
            let about = self.about(&audited.event).await?;
            if asked.contact.is_none_or(|id| about.contacts.contains(&id)) {
                entries.push(self.entry(audited, &about, asked.addresses).await?);
            }
        }
        Ok(AuditPiece { entries, next })
    }

    /// Follows the audit trail from its first entry to its last.
    ///
    /// # Errors
    /// The store's own, if it cannot be read at all.
    pub async fn verify_audit(&self) -> Result<AuditVerifiedView, Refused> {
        let found = self.store.verify_audit().await?;
        let last = match found.good.checked_sub(1) {
            Some(before) => self.store.audit_events(before, 1).await?,
            None => Vec::new(),
        };
        Ok(AuditVerifiedView {
            clean: found.first_bad.is_none(),
            good: found.good,
            broken_at: found.first_bad,
            last_good: last.first().map(|last| last.at),
        })
    }

    /// The first moment that is wanted, and the first that is not any more.
    fn times(&self, asked: &AuditWish) -> Result<(Option<Timestamp>, Option<Timestamp>), Refused> {
        let settings = self.settings.current();
        let zone = &settings.voice.zone;
        let begins = |day: Date| {
            let start = day.to_zoned(zone.clone());
            let start = start.map_err(|_| wish(format!("{day} is no day that can be looked for")));
            start.map(|start| start.timestamp())
        };
        if asked.from.zip(asked.to).is_some_and(|(from, to)| from > to) {
            return Err(wish("the first day is after the last; exchange the two"));
        }
        let after = |day: Date| {
            let next = day.tomorrow();
            next.map_err(|_| wish(format!("{day} is no day that can be looked for")))
        };
        let to = asked.to.map(after).transpose()?;
        Ok((
            asked.from.map(begins).transpose()?,
            to.map(begins).transpose()?,
        ))
    }

    async fn note_export(&self, asked: &AuditWish) -> Result<(), Refused> {
        let object = match asked.contact {
            Some(id) => {
                let contact = self.store.get(&Contact::at(id)).await?;
                if contact.is_none() {
                    return Err(wish(format!(
                        "there is no contact {id}; `sealpost contact list` shows who there is"
                    )));
                }
                id.to_string()
            }
            None => "audit".to_owned(),
        };
        let mut tx = Tx::new();
        let event = Event::new(self.actor, EventKind::Export, &object);
        tx.audit(event.noted(match asked.addresses {
            true => "audit-with-addresses",
            false => "audit",
        }));
        if asked.addresses {
            tx.audit(Event::new(self.actor, EventKind::Disclose, object));
        }
        self.store.commit(tx).await?;
        Ok(())
    }

    async fn entry(
        &self,
        audited: &Audited,
        about: &About,
        addresses: bool,
    ) -> Result<AuditView, Error> {
        let event = &audited.event;
        let (actor, actor_id, account) = actor(event.actor);
        let account = match account {
            Some(id) => self.store.get(&Account::at(id)).await?,
            None => None,
        };
        let shown = |address: &Address| match addresses {
            true => address.as_str().to_owned(),
            false => self.handle(address),
        };
        let network = event.network.as_ref();
        Ok(AuditView {
            sequence: audited.sequence,
            time: audited.at,
            actor: actor.to_owned(),
            actor_id,
            actor_address: account.as_ref().map(|account| shown(&account.address)),
            event: word(event.kind),
            object: event.object.clone(),
            message: about.message.map(|id| id.to_string()),
            contacts: about.contacts.iter().map(ToString::to_string).collect(),
            address: about.address.as_ref().map(shown),
            network: network.map(|network| short(network.octets())),
            success: event.success,
            note: event.note.clone(),
        })
    }

    /// The name under which an address is known without being told: the same for
    /// the same address, and nobody finds the address by it without the key.
    fn handle(&self, address: &Address) -> String {
        let folded = address.folded();
        short(
            &self
                .store
                .mac(Label::Logs, &[b"address", folded.as_bytes()]),
        )
    }

    /// Whom and what an event is about: its object names a grant, a message (with
    /// a recipient or a part), a contact or a task.
    async fn about(&self, event: &Event) -> Result<About, Error> {
        let (id, tail) = match event.object.split_once('/') {
            Some((id, tail)) => (id, Some(tail)),
            None => (event.object.as_str(), None),
        };
        let store = &self.store;
        if let Ok(id) = id.parse::<GrantId>()
            && let Some(grant) = store.get(&Grant::at(id)).await?
        {
            return Ok(of_grant(&grant));
        }
        if let Ok(id) = id.parse::<MessageId>()
            && let Some(message) = store.get(&Message::at(id)).await?
        {
            let about = self.about_message(&message, tail).await?;
            // The reason of an emergency is a sentence, whatever its last word is.
            let named = match event.kind {
                EventKind::BreakGlass => None,
                _ => named(&event.note),
            };
            return Ok(about.or_of(named));
        }
        if let Ok(id) = id.parse::<ContactId>()
            && store.get(&Contact::at(id)).await?.is_some()
        {
            return Ok(About {
                contacts: vec![id],
                ..About::default()
            });
        }
        if let Ok(id) = id.parse::<TaskId>()
            && let Some(task) = store.get(&Task::at(id)).await?
            && let Some(grant) = store.get(&Grant::at(task.grant)).await?
        {
            return Ok(of_grant(&grant));
        }
        Ok(About::default())
    }

    async fn about_message(&self, message: &Message, tail: Option<&str>) -> Result<About, Error> {
        let mut about = About {
            message: Some(message.id),
            ..About::default()
        };
        if message.direction == Direction::Incoming {
            // What stands behind the id of an answer is one of its parts.
            let grant = match message.answers {
                Some(grant) => self.store.get(&Grant::at(grant)).await?,
                None => None,
            };
            return Ok(About {
                message: about.message,
                ..grant.map_or_else(About::default, |grant| of_grant(&grant))
            });
        }
        let n = tail.and_then(|tail| tail.parse::<u16>().ok());
        let wanted = match n {
            Some(n) => n..n.saturating_add(1),
            None => 0..message.recipients,
        };
        let alone = wanted.len() == 1;
        for n in wanted {
            let Some(recipient) = self.store.get(&Recipient::at(message.id, n)).await? else {
                continue;
            };
            about.contacts.push(recipient.contact);
            if alone {
                about.address = self.address_of(&recipient).await?;
            }
        }
        Ok(about)
    }

    /// A recipient's address, also when the message itself is destroyed.
    async fn address_of(&self, recipient: &Recipient) -> Result<Option<Address>, Error> {
        if let Some(id) = recipient.grant
            && let Some(grant) = self.store.get(&Grant::at(id)).await?
        {
            return Ok(Some(grant.address));
        }
        let contact = self.store.get(&Contact::at(recipient.contact)).await?;
        Ok(contact.and_then(|contact| contact.addresses.first().cloned()))
    }
}

fn of_grant(grant: &Grant) -> About {
    About {
        message: Some(grant.message),
        contacts: vec![grant.contact],
        address: Some(grant.address.clone()),
    }
}

/// The contact whose id stands at the end of a note: a message that answers none
/// has no grant that would say whose it is.
fn named(note: &str) -> Option<ContactId> {
    note.rsplit(' ').next()?.parse().ok()
}

/// Who acted: a word, an id in text, and the account.
fn actor(actor: Actor) -> (&'static str, Option<String>, Option<AccountId>) {
    match actor {
        Actor::Gateway => ("gateway", None, None),
        Actor::Account(id) => ("account", Some(id.to_string()), Some(id)),
        Actor::Visitor => ("visitor", None, None),
        Actor::Recipient => ("recipient", None, None),
        Actor::Operator(user) => ("operator", Some(user.to_string()), None),
        Actor::Unknown => ("unknown", None, None),
    }
}

/// The stable word of a kind of event.
fn word(kind: EventKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "-".to_owned(),
    }
}

fn short(hash: &[u8]) -> String {
    BASE32_DNSSEC.encode(hash.get(..HANDLE).unwrap_or(hash))
}
