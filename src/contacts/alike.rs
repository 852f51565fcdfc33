//! Who may be the same person as somebody who is about to be written down.

use crate::contacts::draft::{Known, applied};
use crate::contacts::import::person;
use crate::contacts::{Draft, PutError, Rules, Wanted, search, sharing};
use crate::model::ContactId;
use crate::store::records::Contact;
use crate::store::{Error, Store};

/// Namesakes that are looked at: more people of one name are told apart by hand.
const NAMESAKES: usize = 50;

/// The contacts who have the name and the date of birth, or one of the e-mail
/// addresses, that this draft gives; those left out who had them in common with
/// the contact before.
///
/// # Errors
/// [`PutError`].
pub async fn alike(
    store: &Store,
    which: Option<ContactId>,
    draft: &Draft,
    rules: &Rules,
) -> Result<Vec<Contact>, PutError> {
    let known = Known {
        required: &[],
        ..rules.known(store)
    };
    let before = match which {
        Some(id) => store.get(&Contact::at(id)).await?,
        None => Some(Contact::stub(ContactId::new(known.now), known.now)),
    };
    let before = before.ok_or(PutError::Unknown)?;
    let draft = Draft {
        portal: None,
        ..draft.clone()
    };
    let after = applied(&draft, &before, &known)?;
    let had = common(store, &before).await?;
    let mut found = common(store, &after).await?;
    found.retain(|one| !had.iter().any(|known| known.id == one.id));
    Ok(found)
}

/// The others with whom a contact has a name and a birthday, or a mailbox, in
/// common.
async fn common(store: &Store, contact: &Contact) -> Result<Vec<Contact>, Error> {
    let mut found: Vec<Contact> = Vec::new();
    let mut add = |other: Contact| {
        if other.id != contact.id && !found.iter().any(|known| known.id == other.id) {
            found.push(other);
        }
    };
    for address in &contact.addresses {
        sharing(store, address)
            .await?
            .into_iter()
            .for_each(&mut add);
    }
    if let (Some(own), Some(words)) = (person(contact), contact.full_name()) {
        let wanted = Wanted {
            words,
            unlisted: true,
            limit: NAMESAKES,
            ..Wanted::default()
        };
        let namesakes = search(store, wanted).await?.contacts.into_iter();
        let same = namesakes.filter(|other| person(other).as_ref() == Some(&own));
        same.for_each(&mut add);
    }
    Ok(found)
}
