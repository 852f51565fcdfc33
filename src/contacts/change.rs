//! A contact is put into the directory: checked, and written with its indexes
//! and the audit event in one commit.

use crate::contacts::draft::{Known, applied};
use crate::contacts::{Draft, Field, Problem, Problems};
use crate::model::{AccountId, Actor, Address, ContactId, Event, EventKind};
use crate::store::records::{Contact, ContactAddress, FamilyMember};
use crate::store::{Error, Held, Store, Tx};
use jiff::civil::Date;
use std::collections::{HashMap, HashSet};

/// What drafts are held against.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The day it is at the clinic.
    pub today: Date,
    /// The providers' accounts, by folded address.
    pub providers: HashMap<String, AccountId>,
    /// What a patient's record must have (`contacts.required`).
    pub required: Vec<Field>,
}

/// Why a contact was not put.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// There is nobody with this id.
    #[error("there is no such contact")]
    Unknown,
    /// What was written will not do.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a change made of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    /// The contact as it was; `None` for a new one.
    pub before: Option<Contact>,
    /// The contact as it is with the commit.
    pub contact: Contact,
    /// Whether anything is another than before.
    pub changed: bool,
    /// Whether it is now called otherwise: its folders are, too.
    pub renamed: bool,
}

impl Rules {
    pub(super) fn known(&self, store: &Store) -> Known<'_> {
        Known {
            now: store.clock().now(),
            today: self.today,
            providers: &self.providers,
            required: &self.required,
        }
    }
}

/// Puts a new contact, or a change of the one with this id, into the caller's
/// commit, which fails with [`Error::Conflict`] if somebody else was faster.
/// Nothing is put if nothing changes.
///
/// # Errors
/// [`PutError`]; the commit must then not be made.
pub async fn put(
    store: &Store,
    tx: &mut Tx,
    which: Option<ContactId>,
    draft: &Draft,
    (rules, by): (&Rules, Actor),
) -> Result<Put, PutError> {
    let known = rules.known(store);
    let held = match which {
        Some(id) => Some(
            store
                .hold(&Contact::at(id))
                .await?
                .ok_or(PutError::Unknown)?,
        ),
        None => None,
    };
    let before = match &held {
        Some(held) => held.record.clone(),
        None => Contact::stub(ContactId::new(known.now), known.now),
    };
    let after = applied(draft, &before, &known)?;
    if after.guarantor != before.guarantor {
        check_guarantor(store, tx, &after).await?;
    }
    let put = Put {
        changed: held.is_none() || after != before,
        renamed: after.listed_name() != before.listed_name(),
        before: held.as_ref().map(|held| held.record.clone()),
        contact: after,
    };
    if put.changed {
        let word = word(held.as_ref().map(|held| &held.record), &put.contact);
        write(store, tx, held.as_ref(), &put.contact);
        let event = Event::new(by, EventKind::Contact, put.contact.id);
        tx.audit(event.noted(word));
    }
    Ok(put)
}

/// What the audit trail says of a change.
fn word(before: Option<&Contact>, after: &Contact) -> &'static str {
    match before {
        None => "added",
        Some(before) => match (before.portal, after.portal) {
            (None, Some(_)) => "granted",
            (Some(_), None) => "revoked",
            _ => "changed",
        },
    }
}

/// A family has one head: no chains, no circles.
async fn check_guarantor(store: &Store, tx: &mut Tx, after: &Contact) -> Result<(), PutError> {
    let Some(head) = after.guarantor else {
        return Ok(());
    };
    let wrong = |problem| PutError::Problems(Problems(vec![problem]));
    let held = store.hold(&Contact::at(head)).await?;
    let held = held.filter(|held| held.record.guarantor.is_none());
    let held = held.ok_or_else(|| wrong(Problem::Guarantor))?;
    let members = store
        .range::<FamilyMember>(&[after.id.octets()], None, 1)
        .await?;
    if !members.is_empty() {
        return Err(wrong(Problem::Head));
    }
    // Whoever gives the head a guarantor at this moment must fail.
    tx.replace(&held, &held.record);
    Ok(())
}

/// Writes a contact and what finds it.
pub(super) fn write(store: &Store, tx: &mut Tx, before: Option<&Held<Contact>>, after: &Contact) {
    let none = Vec::new();
    let old = before.map_or(&none, |held| &held.record.addresses);
    match before {
        Some(held) => tx.replace(held, after),
        None => tx.insert(after),
    }
    let at = |address: &Address| ContactAddress {
        address: store.address_key(address),
        contact: after.id,
    };
    let folded =
        |list: &[Address]| -> HashSet<String> { list.iter().map(Address::folded).collect() };
    let (had, has) = (folded(old), folded(&after.addresses));
    for gone in old.iter().filter(|a| !has.contains(&a.folded())) {
        tx.delete(&ContactAddress::at(store.address_key(gone), after.id));
    }
    for new in after
        .addresses
        .iter()
        .filter(|a| !had.contains(&a.folded()))
    {
        tx.put(&at(new));
    }
    let head = before.and_then(|held| held.record.guarantor);
    if head != after.guarantor {
        if let Some(head) = head {
            tx.delete(&FamilyMember::at(head, after.id));
        }
        if let Some(guarantor) = after.guarantor {
            tx.put(&FamilyMember {
                guarantor,
                contact: after.id,
            });
        }
    }
}
