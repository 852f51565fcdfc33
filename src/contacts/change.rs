//! A contact is put into the directory: checked, and written with its indexes
//! and the audit event in one commit.

use crate::contacts::draft::{Known, applied};
use crate::contacts::{Draft, Field, Problem, Problems};
use crate::model::{AccountId, Actor, Address, ContactId, Event, EventKind};
use crate::store::records::{Contact, ContactAddress, FamilyMember};
use crate::store::{Error, Held, Store, Tx};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// What drafts are held against.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The day it is at the clinic.
    pub today: Date,
    /// The providers' accounts, by folded address, and by [`name_key`] where no
    /// two have the name.
    ///
    /// [`name_key`]: crate::contacts::name_key
    pub providers: HashMap<String, AccountId>,
    /// The providers whose patients whoever asks may not take from them.
    pub theirs: HashSet<AccountId>,
    /// What a patient's record must have (`contacts.required`).
    pub required: Vec<Field>,
    /// The clinic's own domains, in lower case.
    pub domains: Vec<String>,
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
            theirs: &self.theirs,
            required: &self.required,
            domains: &self.domains,
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
        let words = words(held.as_ref().map(|held| &held.record), &put.contact);
        write(store, tx, held.as_ref(), &put.contact);
        let event = Event::new(by, EventKind::Contact, put.contact.id);
        tx.audit(event.noted(&words));
    }
    Ok(put)
}

/// What of a change decides who can read messages: it is never done in passing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The e-mail addresses are others than before.
    Addresses,
    /// Sign-in to the portal is granted.
    Granted,
    /// It is taken back.
    Revoked,
}

impl Effect {
    /// The word for it, in the audit trail and in lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Granted => "granted",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Addresses => "messages go to other e-mail addresses",
            Self::Granted => "may sign in to the portal",
            Self::Revoked => "may sign in to the portal no longer",
        })
    }
}

/// What a change does to who can read messages; `before` is `None` for somebody
/// new, whose first addresses replace none.
pub(super) fn effects(before: Option<&Contact>, after: &Contact) -> Vec<Effect> {
    let folded = |contact: &Contact| -> Vec<String> {
        contact.addresses.iter().map(Address::folded).collect()
    };
    let moved = before.is_some_and(|before| folded(before) != folded(after));
    let had = before.is_some_and(|before| before.portal.is_some());
    let sign_in = match (had, after.portal.is_some()) {
        (false, true) => Some(Effect::Granted),
        (true, false) => Some(Effect::Revoked),
        _ => None,
    };
    let addresses = moved.then_some(Effect::Addresses);
    addresses.into_iter().chain(sign_in).collect()
}

/// What the audit trail says of a change.
fn words(before: Option<&Contact>, after: &Contact) -> String {
    let effects = effects(before, after);
    let first = match before {
        None => Some("added"),
        Some(_) if effects.is_empty() => Some("changed"),
        Some(_) => None,
    };
    let effects = effects.into_iter().map(Effect::word);
    // Who is a patient's provider decides who sees their chart.
    let moved = before.is_some_and(|before| before.provider != after.provider);
    first
        .into_iter()
        .chain(effects)
        .chain(moved.then_some("provider"))
        .collect::<Vec<_>>()
        .join(" ")
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
