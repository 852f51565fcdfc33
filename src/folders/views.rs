//! The views of contacts: where an account finds them, all of them or one by
//! the name it is listed under.
//!
//! ```text
//!  slot   kind ‖ keyed hash of the last letters of the name ‖ the folder's id
//!          1                     7                                  8 octets
//! ```
//!
//! A view is named when it is listed, so no name can be its key. But every name
//! ends in letters of the contact's id, and two views are called the same only
//! if these are the same: whoever looks for one reads those few alone.

use crate::folders::list::{Folder, found_by, list};
use crate::folders::{PATIENTS, hashed, name, put_if_missing, slot, validity};
use crate::model::{Account, AccountId, ContactId, MailboxId};
use crate::store::records::{AccountFolder, Contact, MailFolder};
use crate::store::{Change, Error, Key, Record, Store, Tx};
use std::collections::HashSet;

/// What the slots of views begin with.
const VIEW: u8 = 2;
/// What they began with when the rest was the folder's id.
const VIEW_1: u8 = 1;
/// Octets of a slot that views of the same letters share.
const ALIKE: usize = 8;
/// Records read at once.
const PAGE: usize = 256;

/// An account's view of a contact, in which the mail with that contact is filed
/// besides. Made with the first of it, in the caller's commit.
///
/// # Errors
/// The store's own.
pub async fn of_contact(
    store: &Store,
    tx: &mut Tx,
    account: AccountId,
    contact: ContactId,
) -> Result<MailboxId, Error> {
    let id = view(store, account, contact);
    let view = MailFolder {
        id,
        account: Some(account),
        name: String::new(),
        uidvalidity: validity(contact.octets()),
        contact: Some(contact),
        special: None,
        subscribed: true,
        placed: true,
    };
    if put_if_missing(store, tx, view).await? {
        tx.put(&place(store, account, (contact, id)));
        tx.change(Change::Folders(account));
    }
    Ok(id)
}

/// The id of an account's view of a contact, whether it has been made or not.
#[must_use]
pub fn view(store: &Store, account: AccountId, contact: ContactId) -> MailboxId {
    let pieces: [&[u8]; 3] = [b"view", account.octets(), contact.octets()];
    MailboxId::from_octets(hashed(store, &pieces))
}

/// Notes in the caller's commit that an account's views of these contacts are
/// called otherwise now. The folders themselves stay as they are: their names are
/// made when they are listed.
///
/// # Errors
/// The store's own.
pub async fn renamed(
    store: &Store,
    tx: &mut Tx,
    account: AccountId,
    contacts: &[ContactId],
) -> Result<(), Error> {
    for contact in contacts {
        let view = view(store, account, *contact);
        if store.get(&MailFolder::at(view)).await?.is_some() {
            tx.change(Change::Folders(account));
            break;
        }
    }
    Ok(())
}

/// The view of this name.
pub(super) async fn find(
    store: &Store,
    account: &Account,
    wanted: &str,
) -> Result<Option<Folder>, Error> {
    let Some(letters) = name::letters(wanted) else {
        return Ok(None);
    };
    let alike = alike(store, account.id, letters);
    let start = alike.get(..ALIKE).unwrap_or_default();
    let near = found_by(store, account.id, start).await?;
    let named = named(store, near).await?;
    let found = named.into_iter().find(|folder| folder.name == wanted);
    if found.is_some() || !has_old(store, account.id).await? {
        return Ok(found);
    }
    let all = list(store, account).await?;
    Ok(all.into_iter().find(|folder| folder.name == wanted))
}

/// Views as they are shown, each with its name. They come with all that could
/// be called the same.
pub(super) async fn named(store: &Store, views: Vec<MailFolder>) -> Result<Vec<Folder>, Error> {
    let with_contact = |view: MailFolder| Some((view.contact?, view));
    let mut views: Vec<_> = views.into_iter().filter_map(with_contact).collect();
    // In the order of their making, so that a newcomer changes nobody's name.
    views.sort_unstable_by_key(|(contact, _)| *contact);
    let mut taken = HashSet::new();
    let mut named = Vec::with_capacity(views.len());
    for (id, record) in views {
        let contact = store.get(&Contact::at(id)).await?;
        let written = contact.and_then(|contact| contact.listed_name());
        let name = name::of_contact(id, written.as_deref(), |name| taken.contains(name));
        taken.insert(name.clone());
        named.push(Folder::new(record, name));
    }
    Ok(named)
}

/// One view of an account, if it has any: it says that there is something below
/// [`PATIENTS`], and its name may be another than among all.
pub(super) async fn one(store: &Store, account: AccountId) -> Result<Option<Folder>, Error> {
    for kind in [VIEW, VIEW_1] {
        let prefix = [account.octets().as_slice(), &[kind]];
        let found: Vec<AccountFolder> = store.range(&prefix, None, 1).await?;
        if let Some(found) = found.first()
            && let Some(record) = store.get(&MailFolder::at(found.folder)).await?
        {
            return Ok(Some(Folder::new(record, format!("{PATIENTS}/Patient"))));
        }
    }
    Ok(None)
}

/// Puts the views of an older store where [`find`] finds them. Once done, it
/// does nothing.
pub(super) async fn make_up(store: &Store) -> Result<(), Error> {
    let mut after: Option<Key<AccountFolder>> = None;
    loop {
        let page: Vec<AccountFolder> = store.range(&[], after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(());
        };
        after = Some(last.key());
        let mut tx = Tx::new();
        for old in page.iter().filter(|f| f.slot.first() == Some(&VIEW_1)) {
            let record = store.get(&MailFolder::at(old.folder)).await?;
            let contact = record.and_then(|record| record.contact);
            if let (Some(account), Some(contact)) = (old.account, contact) {
                tx.delete(&old.key());
                tx.put(&place(store, account, (contact, old.folder)));
            }
        }
        if !tx.is_empty() {
            store.commit(tx).await?;
        }
    }
}

async fn has_old(store: &Store, account: AccountId) -> Result<bool, Error> {
    let prefix = [account.octets().as_slice(), &[VIEW_1]];
    let old: Vec<AccountFolder> = store.range(&prefix, None, 1).await?;
    Ok(!old.is_empty())
}

/// Where an account finds a view.
fn place(store: &Store, account: AccountId, view: (ContactId, MailboxId)) -> AccountFolder {
    let (contact, folder) = view;
    let mut slot = alike(store, account, &name::of_id(contact));
    for (octet, own) in slot.iter_mut().skip(ALIKE).zip(folder.octets()) {
        *octet = *own;
    }
    AccountFolder {
        account: Some(account),
        slot,
        folder,
    }
}

/// A slot as all views have it that end in these letters, in its first octets.
fn alike(store: &Store, account: AccountId, letters: &str) -> [u8; 16] {
    let pieces: [&[u8]; 3] = [b"letters", account.octets(), letters.as_bytes()];
    slot(VIEW, hashed(store, &pieces))
}
