//! Which folders an account sees.

use crate::folders::change::at;
use crate::folders::{AWAITING, MADE, PATIENTS, RELEASE, SHARED, STANDARD};
use crate::folders::{id, name, standard, views};
use crate::model::{Account, AccountId, ContactId, MailboxId, Role, Standing};
use crate::store::records::{AccountFolder, MailFolder, Special};
use crate::store::{Error, Record, Store, apart};

/// Folders read at once.
const PAGE: usize = 256;
/// How a folder is shown that an account had called [`RELEASE`] before.
const OWN_RELEASE: &str = "Release (own)";

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

    pub(super) fn new(record: MailFolder, name: String) -> Self {
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
    apart(async move {
        let (found, views) = found_by(&store, account.id, &[])
            .await?
            .into_iter()
            .partition(|record| record.contact.is_none());
        let views = views::named(&store, views).await?;
        read(&store, &account, (found, views)).await
    })
    .await
}

/// The same with one of its contacts at most, under no name of its own: that
/// there are some. An office has thousands.
///
/// # Errors
/// The store's own.
pub async fn outline(store: &Store, account: &Account) -> Result<Vec<Folder>, Error> {
    let (store, account) = (store.clone(), account.clone());
    apart(async move {
        let found = found_by(&store, account.id, &[MADE]).await?;
        let view = views::one(&store, account.id).await?;
        read(&store, &account, (found, view.into_iter().collect())).await
    })
    .await
}

/// The folder of an account that is listed under this name; no other is looked
/// at, however many there are.
///
/// # Errors
/// The store's own.
pub async fn find(store: &Store, account: &Account, name: &str) -> Result<Option<Folder>, Error> {
    let below = |parent: &str| name.strip_prefix(parent)?.strip_prefix('/');
    if below(PATIENTS).is_some() {
        return views::find(store, account, name).await;
    }
    if let Some(name) = below(SHARED) {
        let shared = shared(store, account).await?;
        return Ok(shared.filter(|folder| name == "INBOX" && folder.account.is_none()));
    }
    let id = if name::is_standard(name) {
        id(store, Some(account.id), name)
    } else {
        match store.get(&at(store, account.id, name)).await? {
            Some(place) => place.folder,
            None => return Ok(None),
        }
    };
    let found = store.get(&MailFolder::at(id)).await?;
    Ok(found.map(|record| Folder::new(record, name.to_owned())))
}

/// Puts the folder into a list to which a provider moves what is to be released.
/// It is always empty and has no record. One of that name which the account had
/// made before is shown under another, so that a slip sends nothing.
pub fn add_release(store: &Store, account: AccountId, folders: &mut Vec<Folder>) {
    for own in folders.iter_mut().filter(|folder| folder.name == RELEASE) {
        own.name = OWN_RELEASE.to_owned();
    }
    let after = folders.iter().position(|folder| folder.name == AWAITING);
    let place = after.map_or(folders.len(), |at| at + 1);
    folders.insert(place, to_release(store, account));
}

/// The same as [`find`] for an account that has the folder of [`add_release`].
///
/// # Errors
/// The store's own.
pub async fn find_beside_release(
    store: &Store,
    account: &Account,
    name: &str,
) -> Result<Option<Folder>, Error> {
    match name {
        RELEASE => Ok(Some(to_release(store, account.id))),
        OWN_RELEASE => {
            let own = find(store, account, RELEASE).await?;
            let shown = |own| Folder {
                name: OWN_RELEASE.to_owned(),
                ..own
            };
            match own {
                Some(own) => Ok(Some(shown(own))),
                None => find(store, account, name).await,
            }
        }
        name => find(store, account, name).await,
    }
}

fn to_release(store: &Store, account: AccountId) -> Folder {
    let record = standard(store, Some(account), RELEASE, None);
    Folder::new(record, RELEASE.to_owned())
}

async fn read(
    store: &Store,
    account: &Account,
    (found, views): (Vec<MailFolder>, Vec<Folder>),
) -> Result<Vec<Folder>, Error> {
    let mut folders = Vec::with_capacity(STANDARD.len() + found.len() + views.len() + 1);
    for (name, _) in STANDARD {
        let id = id(store, Some(account.id), name);
        let found = store.get(&MailFolder::at(id)).await?;
        folders.extend(found.map(|record| Folder::new(record, name.to_owned())));
    }
    folders.extend(found.into_iter().map(|record| {
        let name = record.name.clone();
        Folder::new(record, name)
    }));
    folders.extend(views);
    folders.extend(shared(store, account).await?);
    Ok(folders)
}

/// The clinic's shared mailbox, if the account works with mail.
async fn shared(store: &Store, account: &Account) -> Result<Option<Folder>, Error> {
    if account.standing != Standing::Active || account.role == Role::Admin {
        return Ok(None);
    }
    let id = id(store, None, "INBOX");
    let found = store.get(&MailFolder::at(id)).await?;
    Ok(found.map(|record| {
        let name = format!("{SHARED}/{}", record.name);
        Folder::new(record, name)
    }))
}

/// The records of the folders that an account made, and of its views; those
/// alone whose slot begins with `start`.
pub(super) async fn found_by(
    store: &Store,
    account: AccountId,
    start: &[u8],
) -> Result<Vec<MailFolder>, Error> {
    let mut folders = Vec::new();
    let mut after = None;
    loop {
        let prefix = [account.octets().as_slice(), start];
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
