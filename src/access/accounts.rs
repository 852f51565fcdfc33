//! Office accounts: made, found, listed, switched off.

use crate::access::common::is_common;
use crate::access::password::{PasswordError, Passwords};
use crate::access::{ATTEMPTS, office};
use crate::model::{
    Account, AccountId, AccountPolicy, Actor, Address, Event, EventKind, Role, Secret, Staff,
    Standing,
};
use crate::store::records::AccountAddress;
use crate::store::{Error, Held, Store, Tx};

/// The shortest account password (requirements C8.11).
pub const SHORTEST: usize = 12;
/// Accounts read at once when they are listed.
const PAGE: usize = 256;

/// Why an account could not be made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The address has an account already.
    #[error("this address has an account already")]
    Exists,
    /// There is no such account any more.
    #[error("there is no such account")]
    Unknown,
    /// The password is too short.
    #[error("the password is shorter than {SHORTEST} characters")]
    Short,
    /// The password is among the first that anybody would try.
    #[error("the password is among those that everybody tries first")]
    Common,
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Makes an account without a password.
///
/// # Errors
/// [`AccountError::Exists`], [`AccountError::Store`].
pub async fn add(
    store: &Store,
    address: Address,
    role: Role,
    by: Actor,
) -> Result<Account, AccountError> {
    let now = store.clock().now();
    let account = Account::new(address, role, now);
    let mut tx = Tx::new();
    tx.insert(&AccountAddress {
        address: store.address_key(&account.address),
        account: account.id,
    });
    tx.insert(&account);
    tx.audit(Event::new(by, EventKind::Account, account.id).noted("made"));
    match store.try_commit(tx).await? {
        Some(_) => Ok(account),
        // Both keys are new but for the address, so it is the address.
        None => Err(AccountError::Exists),
    }
}

/// The account of an address, whether it is in use or not.
///
/// # Errors
/// If the store cannot be read.
pub async fn find(store: &Store, address: &Address) -> Result<Option<Account>, Error> {
    Ok(hold(store, address).await?.map(|held| held.record))
}

/// The same, for a change that rests on it.
///
/// # Errors
/// If the store cannot be read.
pub async fn hold(store: &Store, address: &Address) -> Result<Option<Held<Account>>, Error> {
    match store
        .get(&AccountAddress::at(store.address_key(address)))
        .await?
    {
        Some(found) => store.hold(&Account::at(found.account)).await,
        None => Ok(None),
    }
}

/// The account of an address, if it is in use.
///
/// # Errors
/// If the store cannot be read.
pub async fn active(store: &Store, address: &Address) -> Result<Option<Account>, Error> {
    let found = find(store, address).await?;
    Ok(found.filter(|account| account.standing == Standing::Active))
}

/// All accounts, oldest first.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(store: &Store) -> Result<Vec<Account>, Error> {
    let mut all: Vec<Account> = Vec::new();
    loop {
        let after = all.last().map(|account| Account::at(account.id));
        let page = store.range(&[], after.as_ref(), PAGE).await?;
        let last = page.len() < PAGE;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// Switches an account off, or on again. Let
/// [`crate::access::login::Login::forget`] follow.
///
/// # Errors
/// [`AccountError::Unknown`], [`AccountError::Store`].
pub async fn set_standing(
    store: &Store,
    id: AccountId,
    standing: Standing,
    by: Actor,
) -> Result<(), AccountError> {
    let note = match standing {
        Standing::Active => "enabled",
        Standing::Disabled => "disabled",
    };
    change(store, id, (by, note), |account| account.standing = standing).await?;
    // Else one that lay idle would be alive again with the account.
    Ok(office::end_all(store, id).await?)
}

/// Sets whether the account's mail is protected. [`AccountPolicy::Off`] does
/// nothing where no tag asks for protection (`policy.secure-tag`): say so
/// before calling this.
///
/// # Errors
/// [`AccountError::Unknown`], [`AccountError::Store`].
pub async fn set_policy(
    store: &Store,
    id: AccountId,
    policy: AccountPolicy,
    by: Actor,
) -> Result<(), AccountError> {
    let note = match policy {
        AccountPolicy::Off => "policy-off",
        AccountPolicy::Inherit => "policy-inherit",
        AccountPolicy::Secure => "policy-secure",
    };
    change(store, id, (by, note), |account| account.policy = policy).await
}

/// Sets what the account's owner does; every session of the account is over. What was
/// trusted to the old role is not trusted to the new one: whether its mail waits, and
/// for whom it writes, is set anew. Let
/// [`crate::access::login::Login::forget`] follow.
///
/// # Errors
/// [`AccountError::Unknown`], [`AccountError::Store`].
pub async fn set_role(
    store: &Store,
    id: AccountId,
    role: Role,
    by: Actor,
) -> Result<(), AccountError> {
    let note = match role {
        Role::Staff => "role-staff",
        Role::Provider => "role-provider",
        Role::Admin => "role-admin",
    };
    change(store, id, (by, note), |account| {
        account.role = role;
        (account.staff, account.writes_for) = (None, Vec::new());
    })
    .await?;
    Ok(office::end_all(store, id).await?)
}

/// What is to become another about an account; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// Its owner's name, checked already; `Some(None)` takes it away.
    pub name: Option<Option<String>>,
    /// What becomes of its mail that no provider sent; `Some(None)`: what the
    /// clinic has set.
    pub staff: Option<Option<Staff>>,
    /// The providers in whose name it may write; an empty list: in every one's.
    pub writes_for: Option<Vec<AccountId>>,
}

/// Sets what a [`Profile`] names.
///
/// # Errors
/// [`AccountError::Unknown`], [`AccountError::Store`].
pub async fn set_profile(
    store: &Store,
    id: AccountId,
    profile: &Profile,
    by: Actor,
) -> Result<(), AccountError> {
    let mut words = Vec::new();
    words.extend(profile.name.as_ref().map(|_| "name"));
    words.extend(profile.staff.map(|staff| match staff {
        Some(Staff::Hold) => "staff-hold",
        Some(Staff::Send) => "staff-send",
        None => "staff-inherit",
    }));
    words.extend(profile.writes_for.as_ref().map(|_| "writes-for"));
    change(store, id, (by, &words.join(" ")), |account| {
        if let Some(name) = &profile.name {
            account.name.clone_from(name);
        }
        if let Some(staff) = profile.staff {
            account.staff = staff;
        }
        if let Some(providers) = &profile.writes_for {
            account.writes_for.clone_from(providers);
        }
    })
    .await
}

/// Whether a password will do for the account of this address.
///
/// # Errors
/// [`AccountError::Short`], [`AccountError::Common`].
pub fn judge(password: &Secret, address: &Address) -> Result<(), AccountError> {
    let password = password.expose();
    if password.chars().count() < SHORTEST {
        return Err(AccountError::Short);
    }
    let pieces = |text| str::split(text, ['.', '-', '_', '+']);
    let names: Vec<&str> = pieces(address.local())
        .chain(pieces(address.domain()))
        .chain([address.local()])
        .collect();
    match is_common(password, &names) {
        true => Err(AccountError::Common),
        false => Ok(()),
    }
}

/// Sets the password for the office page; every session of the account is over.
/// Let [`crate::access::login::Login::forget`] follow.
///
/// # Errors
/// [`AccountError`].
pub async fn set_password(
    store: &Store,
    passwords: &Passwords,
    id: AccountId,
    password: &Secret,
    by: Actor,
) -> Result<(), AccountError> {
    let known = store.get(&Account::at(id)).await?;
    judge(password, &known.ok_or(AccountError::Unknown)?.address)?;
    let hash = passwords.hash(password).await?;
    change(store, id, (by, "password-set"), |account| {
        account.password = Some(hash.clone())
    })
    .await?;
    let mut tx = Tx::new();
    office::begin_anew(store, &mut tx, id);
    store.commit(tx).await?;
    office::end_all(store, id).await?;
    Ok(office::forget_browsers(store, id).await?)
}

async fn change(
    store: &Store,
    id: AccountId,
    (by, note): (Actor, &str),
    change: impl Fn(&mut Account),
) -> Result<(), AccountError> {
    for _ in 0..ATTEMPTS {
        let held = store
            .hold(&Account::at(id))
            .await?
            .ok_or(AccountError::Unknown)?;
        let mut account = held.record.clone();
        change(&mut account);
        let mut tx = Tx::new();
        tx.replace(&held, &account);
        tx.audit(Event::new(by, EventKind::Account, id).noted(note));
        tx.change(crate::store::Change::Account(id));
        if store.try_commit(tx).await?.is_some() {
            return Ok(());
        }
    }
    Err(Error::Conflict.into())
}
