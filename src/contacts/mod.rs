//! Contacts: anybody the office has written to. A stub is made at acceptance,
//! so that a later office page has somebody to name.

use crate::model::{Address, ContactId};
use crate::store::records::{Contact, ContactAddress, ContactStatus};
use crate::store::{Error, Store, Tx};

/// The contact with this address; the oldest, where several share it.
///
/// # Errors
/// The store's own.
pub async fn find(store: &Store, address: &Address) -> Result<Option<ContactId>, Error> {
    let key = store.address_key(address);
    let shared = store
        .range::<ContactAddress>(&[key.octets()], None, 1)
        .await?;
    Ok(shared.first().map(|first| first.contact))
}

/// Adds a contact of whom only the address is known.
pub fn stub(store: &Store, tx: &mut Tx, address: &Address, name: Option<String>) -> ContactId {
    let now = store.clock().now();
    let contact = Contact {
        id: ContactId::new(now),
        addresses: vec![address.clone()],
        name,
        language: None,
        status: ContactStatus::Stub,
        provider: None,
        created: now,
    };
    tx.put(&contact);
    tx.put(&ContactAddress {
        address: store.address_key(address),
        contact: contact.id,
    });
    contact.id
}
