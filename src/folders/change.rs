//! What a client may do with folders: make, rename, delete, subscribe.

use crate::folders::list::found_by;
use crate::folders::{MADE, STANDARD, entries, hashed, name, slot};
use crate::model::{AccountId, MailboxId};
use crate::store::records::{AccountFolder, MailFolder, Special, Validity};
use crate::store::{Change, Error, Held, Key, Store, Tx};

/// Folders that an account makes at most: a list of them is answered from memory.
const MANY: usize = 1000;
/// How often a change is tried if somebody else changed the same folders.
const ATTEMPTS: usize = 4;
/// Entries taken out in one commit, so that others' commits wait for little.
const STEP: usize = 1000;

/// Why a folder was not made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The name is taken.
    #[error("there is a folder of this name already")]
    Exists,
    /// It is not there.
    #[error("there is no such folder")]
    Unknown,
    /// The gateway files in it.
    #[error("the gateway keeps this folder itself; it can be neither renamed nor deleted")]
    Fixed,
    /// Others stand below it.
    #[error("there are folders below this one; delete or move them first")]
    Children,
    /// The name will not do.
    #[error(
        "this name cannot be used; choose a shorter one, without * and %, that is not below Patients, Shared or Release"
    )]
    Name,
    /// There are very many.
    #[error("there are {MANY} folders already; delete some first")]
    Many,
    /// Another folder is for that (RFC 6154 §3).
    #[error("there is a folder for this use already")]
    Use,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Makes a folder, and those above it that are missing (RFC 3501 §6.3.3).
/// Nobody is subscribed to it yet.
///
/// # Errors
/// [`Refused`].
pub async fn create(
    store: &Store,
    account: AccountId,
    wanted: &str,
    special: Option<Special>,
) -> Result<MailboxId, Refused> {
    let name = name::checked(wanted).ok_or(Refused::Name)?;
    for _ in 0..ATTEMPTS {
        let made = found_by(store, account, &[MADE]).await?;
        if is_taken(&made, &name) {
            return Err(Refused::Exists);
        }
        if made.len() >= MANY {
            return Err(Refused::Many);
        }
        let used = |of: Option<Special>| special.is_some() && of == special;
        if STANDARD.iter().any(|(_, of)| used(*of)) || made.iter().any(|f| used(f.special)) {
            return Err(Refused::Use);
        }
        let mut tx = Tx::new();
        let mut numbers = Numbers::of(store, account, &made).await?;
        add_above(store, &mut tx, (&mut numbers, &made), &name);
        let id = add(store, &mut tx, &mut numbers, (&name, special));
        numbers.note(&mut tx);
        tx.change(Change::Folders(account));
        if store.try_commit(tx).await?.is_some() {
            return Ok(id);
        }
    }
    Err(Error::Conflict.into())
}

/// Renames a folder and those below it. They keep their ids and UIDs, and get
/// another UIDVALIDITY: another folder may have had the name, and the same UIDs.
///
/// # Errors
/// [`Refused`].
pub async fn rename(
    store: &Store,
    account: AccountId,
    folder: MailboxId,
    wanted: &str,
) -> Result<(), Refused> {
    let to = name::checked(wanted).ok_or(Refused::Name)?;
    for _ in 0..ATTEMPTS {
        let from = own(store, account, folder).await?.record.name;
        let made = found_by(store, account, &[MADE]).await?;
        if is_taken(&made, &to) {
            return Err(Refused::Exists);
        }
        if is_below(&to, &from) {
            return Err(Refused::Name);
        }
        let mut tx = Tx::new();
        let mut numbers = Numbers::of(store, account, &made).await?;
        add_above(store, &mut tx, (&mut numbers, &made), &to);
        for record in made.iter().filter(|f| is_within(&f.name, &from)) {
            let rest = record.name.get(from.len()..).unwrap_or_default();
            let name = name::checked(&format!("{to}{rest}")).ok_or(Refused::Name)?;
            let held = store.hold(&MailFolder::at(record.id)).await?;
            let held = held.ok_or(Refused::Unknown)?;
            let renamed = MailFolder {
                name: name.clone(),
                uidvalidity: numbers.draw(),
                ..held.record.clone()
            };
            tx.replace(&held, &renamed);
            tx.delete(&at(store, account, &record.name));
            tx.insert(&place(store, account, &name, record.id));
        }
        numbers.note(&mut tx);
        tx.change(Change::Folders(account));
        if store.try_commit(tx).await?.is_some() {
            return Ok(());
        }
    }
    Err(Error::Conflict.into())
}

/// Deletes a folder with its entries. What stands in other folders too, or was
/// sent or received, stays.
///
/// # Errors
/// [`Refused`].
pub async fn delete(store: &Store, account: AccountId, folder: MailboxId) -> Result<(), Refused> {
    for _ in 0..ATTEMPTS {
        let held = own(store, account, folder).await?;
        let name = &held.record.name;
        let made = found_by(store, account, &[MADE]).await?;
        if made.iter().any(|other| is_below(&other.name, name)) {
            return Err(Refused::Children);
        }
        empty(store, folder).await?;
        let mut tx = Tx::new();
        tx.remove(&held);
        tx.delete(&at(store, account, name));
        tx.change(Change::Folders(account));
        if store.try_commit(tx).await?.is_some() {
            return Ok(());
        }
    }
    Err(Error::Conflict.into())
}

/// Subscribes to a folder, or no longer. The shared mailbox is always among what
/// its readers want to see.
///
/// # Errors
/// [`Refused::Unknown`], [`Refused::Fixed`], [`Refused::Store`].
pub async fn subscribe(
    store: &Store,
    account: AccountId,
    folder: MailboxId,
    subscribed: bool,
) -> Result<(), Refused> {
    for _ in 0..ATTEMPTS {
        let held = store.hold(&MailFolder::at(folder)).await?;
        let held = held.ok_or(Refused::Unknown)?;
        if held.record.subscribed == subscribed {
            return Ok(());
        }
        if held.record.account != Some(account) {
            return Err(Refused::Fixed);
        }
        let mut tx = Tx::new();
        tx.replace(
            &held,
            &MailFolder {
                subscribed,
                ..held.record.clone()
            },
        );
        tx.change(Change::Folders(account));
        if store.try_commit(tx).await?.is_some() {
            return Ok(());
        }
    }
    Err(Error::Conflict.into())
}

/// A folder that its owner made, and so may change.
async fn own(
    store: &Store,
    account: AccountId,
    folder: MailboxId,
) -> Result<Held<MailFolder>, Refused> {
    let held = store.hold(&MailFolder::at(folder)).await?;
    let held = held.ok_or(Refused::Unknown)?;
    let record = &held.record;
    let theirs = record.account == Some(account) && record.contact.is_none();
    if !theirs || name::is_standard(&record.name) {
        return Err(Refused::Fixed);
    }
    Ok(held)
}

/// Takes all entries out of a folder.
async fn empty(store: &Store, folder: MailboxId) -> Result<(), Error> {
    let rows = store.rows(folder, None).await?.rows;
    let gone: Vec<_> = rows.iter().map(|row| (row.uid, row.message)).collect();
    for part in gone.chunks(STEP) {
        let mut tx = Tx::new();
        entries::expunge(store, &mut tx, folder, part).await?;
        store.commit(tx).await?;
    }
    Ok(())
}

/// The UIDVALIDITY of folders that an account makes or renames: each above all
/// that any of them had, so that a name and a UID never come back for another
/// message (RFC 3501 §2.3.1.1). As a rule it is the second in which it is drawn.
struct Numbers {
    account: AccountId,
    held: Option<Held<Validity>>,
    last: u32,
}

impl Numbers {
    async fn of(store: &Store, account: AccountId, made: &[MailFolder]) -> Result<Self, Error> {
        let held = store.hold(&Validity::at(account)).await?;
        let last = held.as_ref().map_or(0, |held| held.record.last);
        // Those of an older store had the second in which they were made.
        let others = made.iter().map(|folder| folder.uidvalidity).max();
        let now = u32::try_from(store.clock().now().as_second()).unwrap_or_default();
        let before = now.saturating_sub(1);
        Ok(Self {
            account,
            held,
            last: last.max(others.unwrap_or_default()).max(before),
        })
    }

    fn draw(&mut self) -> u32 {
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// The commit fails if somebody else drew meanwhile.
    fn note(self, tx: &mut Tx) {
        let record = Validity {
            account: self.account,
            last: self.last,
        };
        match &self.held {
            Some(held) => tx.replace(held, &record),
            None => tx.insert(&record),
        }
    }
}

fn is_taken(made: &[MailFolder], name: &str) -> bool {
    name::is_standard(name) || made.iter().any(|folder| folder.name == name)
}

fn is_below(name: &str, parent: &str) -> bool {
    let rest = name.strip_prefix(parent);
    rest.is_some_and(|rest| rest.starts_with('/'))
}

fn is_within(name: &str, parent: &str) -> bool {
    name == parent || is_below(name, parent)
}

/// Adds the folders above a name that are missing.
fn add_above(store: &Store, tx: &mut Tx, own: (&mut Numbers, &[MailFolder]), name: &str) {
    let (numbers, made) = own;
    for parent in name::above(name).filter(|parent| !is_taken(made, parent)) {
        add(store, tx, numbers, (parent, None));
    }
}

/// Adds a folder; the commit fails if the name was taken meanwhile.
fn add(
    store: &Store,
    tx: &mut Tx,
    numbers: &mut Numbers,
    (name, special): (&str, Option<Special>),
) -> MailboxId {
    let id = MailboxId::new(store.clock().now());
    let account = numbers.account;
    tx.insert(&MailFolder {
        id,
        account: Some(account),
        name: name.to_owned(),
        uidvalidity: numbers.draw(),
        contact: None,
        special,
        subscribed: false,
        placed: true,
    });
    tx.insert(&place(store, account, name, id));
    id
}

fn place(store: &Store, account: AccountId, name: &str, folder: MailboxId) -> AccountFolder {
    let hash = hashed(store, &[b"name", account.octets(), name.as_bytes()]);
    AccountFolder {
        account: Some(account),
        slot: slot(MADE, hash),
        folder,
    }
}

/// Where an account finds a folder that it made.
pub(super) fn at(store: &Store, account: AccountId, name: &str) -> Key<AccountFolder> {
    let nowhere = MailboxId::from_octets([0; 16]);
    let place = place(store, account, name, nowhere);
    AccountFolder::at(place.account, place.slot)
}
