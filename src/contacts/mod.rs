//! Contacts: anybody the office has written to, and the directory that it keeps
//! of them (requirements C7).
//!
//! ```text
//!  a form, a command, a line of a file ─▶ Draft ─▶ checked ─▶ one commit
//!                                                 (rules)     (record, indexes, audit)
//! ```
//!
//! A stub is made at acceptance of whoever is not known yet. Several people may
//! share an address; who of them is meant, [`addressed`] says (docs/decisions,
//! "Several people, one mailbox").

mod alike;
mod change;
mod draft;
mod fold;
mod import;
mod search;
mod table;
#[cfg(test)]
mod tests;

pub use alike::alike;
pub use change::{Effect, Put, PutError, Rules, put};
pub use draft::{Draft, Field, Problem, Problems, missing_for_portal};
pub use import::{Line, Plan, PlanError, Reason, Verdict, carry_out, plan};
pub use search::{Found, Wanted, search};
pub use table::{MAX_OCTETS, SheetError, Stray, export, guarded};

use crate::contacts::change::effects;
use crate::mime::one_line;
use crate::model::{Address, ContactId};
use crate::store::records::{Contact, ContactAddress, FamilyMember};
use crate::store::{Error, Store, Tx};

/// How many of those who share an address, or belong to a family, are looked at:
/// more than any household; a mailbox of a home is not a person's.
const HOUSEHOLD: usize = 50;

/// Whom mail to this address is for, where the writer called them `name`: the one
/// of those who share the address who goes by that name, else the oldest.
///
/// # Errors
/// The store's own.
pub async fn addressed(
    store: &Store,
    address: &Address,
    name: Option<&str>,
) -> Result<Option<ContactId>, Error> {
    let key = store.address_key(address);
    let shared = store
        .range::<ContactAddress>(&[key.octets()], None, HOUSEHOLD)
        .await?;
    let oldest = shared.first().map(|first| first.contact);
    let (Some(name), [_, _, ..]) = (name, shared.as_slice()) else {
        return Ok(oldest);
    };
    let wanted = fold::name(name);
    let mut meant = None;
    for one in &shared {
        let contact = store.get(&Contact::at(one.contact)).await?;
        if contact.is_some_and(|contact| goes_by(&contact, &wanted)) {
            if meant.is_some() {
                // Two of the same name: it says nothing.
                return Ok(oldest);
            }
            meant = Some(one.contact);
        }
    }
    Ok(meant.or(oldest))
}

/// What stands for a name, however its words are ordered and accented.
#[must_use]
pub fn name_key(name: &str) -> String {
    fold::name(name).join(" ")
}

/// Whether this is one of the contact's names, its words in any order.
fn goes_by(contact: &Contact, wanted: &[String]) -> bool {
    let names = [&contact.name, &contact.full_name()];
    let mut names = names.into_iter().flatten().map(|name| fold::name(name));
    !wanted.is_empty() && names.any(|name| name == wanted)
}

/// All who share an address, oldest first, at most fifty.
///
/// # Errors
/// The store's own.
pub async fn sharing(store: &Store, address: &Address) -> Result<Vec<Contact>, Error> {
    let key = store.address_key(address);
    let shared = store
        .range::<ContactAddress>(&[key.octets()], None, HOUSEHOLD)
        .await?;
    read(store, shared.iter().map(|one| one.contact)).await
}

/// The others of a contact's family, its head first, at most fifty: who has the
/// same guarantor, or whose guarantor this one is.
///
/// # Errors
/// The store's own.
pub async fn family(store: &Store, contact: &Contact) -> Result<Vec<Contact>, Error> {
    let head = contact.guarantor.unwrap_or(contact.id);
    let members = store
        .range::<FamilyMember>(&[head.octets()], None, HOUSEHOLD)
        .await?;
    let all = members.iter().map(|member| member.contact);
    let all = [head].into_iter().chain(all);
    read(store, all.filter(|one| *one != contact.id)).await
}

async fn read(store: &Store, ids: impl Iterator<Item = ContactId>) -> Result<Vec<Contact>, Error> {
    let mut contacts = Vec::new();
    for id in ids {
        contacts.extend(store.get(&Contact::at(id)).await?);
    }
    Ok(contacts)
}

/// Adds a contact of whom only the address is known, and perhaps what the writer
/// called them: one line, cut where a contact's name ends.
pub fn stub(store: &Store, tx: &mut Tx, address: &Address, name: Option<String>) -> ContactId {
    let now = store.clock().now();
    let name = name.map(|name| one_line(&name).chars().take(draft::MAX_NAME).collect());
    let name = name.filter(|name: &String| !name.is_empty());
    let contact = Contact {
        addresses: vec![address.clone()],
        name,
        ..Contact::stub(ContactId::new(now), now)
    };
    tx.put(&contact);
    tx.put(&ContactAddress {
        address: store.address_key(address),
        contact: contact.id,
    });
    contact.id
}
