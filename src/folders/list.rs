//! Which folders an account sees.

use crate::folders::{SHARED, STANDARD, id, name};
use crate::model::{Account, AccountId, ContactId, MailboxId, Role, Standing};
use crate::store::records::{AccountFolder, Contact, MailFolder, Special};
use crate::store::{Error, Record, Store, apart};
use std::collections::HashSet;

/// Folders read at once.
const PAGE: usize = 256;

/// A folder as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its id.
    pub id: MailboxId,
    /// Whose it is; `None` for the clinic's shared mailbox.
    pub account: Option<AccountId>,
    /// Its whole name, levels parted by `/`; no two in a list are called the same.
    pub name: String,
    /// RFC 3501 §2.3.1.1.
    pub uidvalidity: u32,
    /// What it is for (RFC 6154).
    pub special: Option<Special>,
    /// Whether it is subscribed to.
    pub subscribed: bool,
    /// Whose mail it shows, if it is the view of a contact.
    pub contact: Option<ContactId>,
}

impl Folder {
    /// Who reads, as [`Store::rows`] wants to know it: in the shared mailbox
    /// everybody has a `\Seen` of their own.
    #[must_use]
    pub fn reader(&self, account: AccountId) -> Option<AccountId> {
        self.account.is_none().then_some(account)
    }

    fn new(record: MailFolder, name: String) -> Self {
        Self {
            id: record.id,
            account: record.account,
            name,
            uidvalidity: record.uidvalidity,
            special: record.special,
            subscribed: record.subscribed,
            contact: record.contact,
        }
    }
}

/// The folders of an account: what everybody has, what it made, its contacts in
/// the order in which they became known, and the clinic's shared mailbox if the
/// account works with mail. It reads; [`crate::folders::ensure`] comes before.
///
/// # Errors
/// The store's own.
pub async fn list(store: &Store, account: &Account) -> Result<Vec<Folder>, Error> {
    let (store, account) = (store.clone(), account.clone());
    apart(async move { read(&store, &account).await }).await
}

async fn read(store: &Store, account: &Account) -> Result<Vec<Folder>, Error> {
    let mut folders = Vec::new();
    for (name, _) in STANDARD {
        let id = id(store, Some(account.id), name);
        let found = store.get(&MailFolder::at(id)).await?;
        folders.extend(found.map(|record| Folder::new(record, name.to_owned())));
    }
    let mut views = Vec::new();
    for record in found_by(store, account.id, &[]).await? {
        match record.contact {
            Some(contact) => views.push((contact, record)),
            None => {
                let name = record.name.clone();
                folders.push(Folder::new(record, name));
            }
        }
    }
    // In the order of their making, so that a newcomer changes nobody's name.
    views.sort_unstable_by_key(|(contact, _)| *contact);
    let mut taken = HashSet::new();
    for (id, record) in views {
        let contact = store.get(&Contact::at(id)).await?;
        let written = contact.and_then(|contact| contact.listed_name());
        let name = name::of_contact(id, written.as_deref(), |name| taken.contains(name));
        taken.insert(name.clone());
        folders.push(Folder::new(record, name));
    }
    if account.standing == Standing::Active && account.role != Role::Admin {
        let id = id(store, None, "INBOX");
        let found = store.get(&MailFolder::at(id)).await?;
        let named = |record: MailFolder| {
            let name = format!("{SHARED}/{}", record.name);
            Folder::new(record, name)
        };
        folders.extend(found.map(named));
    }
    Ok(folders)
}

/// The records of the folders that an account made, and of its views; those
/// alone whose slot begins with `kind`, if that is given.
pub(super) async fn found_by(
    store: &Store,
    account: AccountId,
    kind: &[u8],
) -> Result<Vec<MailFolder>, Error> {
    let mut folders = Vec::new();
    let mut after = None;
    loop {
        let prefix = [account.octets().as_slice(), kind];
        let page: Vec<AccountFolder> = store.range(&prefix, after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(folders);
        };
        after = Some(last.key());
        for found in page {
            folders.extend(store.get(&MailFolder::at(found.folder)).await?);
        }
    }
}
