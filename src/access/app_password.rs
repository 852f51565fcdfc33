//! App passwords: one for each mail program, made by us, shown once, taken
//! back one by one.

use crate::access::password::{PasswordError, Passwords};
use crate::model::secret::random;
use crate::model::{Account, AccountId, Actor, AppPasswordId, Event, EventKind, Scope, Secret};
use crate::store::records::AppPassword;
use crate::store::{Error, Label, Store, Tx};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Thirty-two letters and digits without `l`, `o`, `0` and `1`: five bits each.
const LETTERS: [char; 32] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u',
    'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7', '8', '9',
];
/// Letters of a password: 100 bits.
const LENGTH: usize = 20;
/// Letters in a group.
const GROUP: usize = 5;
/// App passwords of one account: a bound on what a sign-in reads.
pub const MOST: usize = 64;
/// Networks of one app password: the sites of a large clinic, and what a look at
/// one costs stays nothing.
pub const MOST_NETWORKS: usize = 16;

/// Why no app password was made.
#[derive(Debug, thiserror::Error)]
pub enum AppPasswordError {
    /// The account has as many as it may have.
    #[error(
        "the account has {MOST} app passwords already; take back one that is no longer used with `sealpost user revoke`"
    )]
    Many,
    /// More networks than an app password may have.
    #[error(
        "an app password is limited to {MOST_NETWORKS} networks at most; name larger ones, or make a second one"
    )]
    Networks,
    /// The hash could not be computed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// What a new app password is called and opens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Wish {
    /// What its owner calls it: `Outlook at the front desk`.
    pub name: String,
    /// Which protocols it opens.
    pub scope: Scope,
    /// The networks it opens from; empty: from anywhere.
    pub networks: Vec<IpNet>,
}

/// Makes an app password. The text is returned once and kept nowhere.
///
/// # Errors
/// [`AppPasswordError`].
pub async fn make(
    store: &Store,
    passwords: &Passwords,
    account: &Account,
    wish: Wish,
    by: Actor,
) -> Result<Secret, AppPasswordError> {
    if list(store, account.id).await?.len() >= MOST {
        return Err(AppPasswordError::Many);
    }
    if wish.networks.len() > MOST_NETWORKS {
        return Err(AppPasswordError::Networks);
    }
    let secret = fresh::<LENGTH>();
    let plain = normal(&secret);
    let now = store.clock().now();
    let record = AppPassword {
        account: account.id,
        id: AppPasswordId::new(now),
        name: wish.name,
        scope: wish.scope,
        hash: passwords.hash(&plain).await?,
        tag: tag(store, account.id, &plain),
        created: now,
        used: None,
        networks: wish.networks,
    };
    let mut tx = Tx::new();
    tx.insert(&record);
    tx.audit(Event::new(by, EventKind::Account, account.id).noted("app-password-made"));
    store.commit(tx).await?;
    Ok(secret)
}

/// An account's app passwords, oldest first.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(store: &Store, account: AccountId) -> Result<Vec<AppPassword>, Error> {
    store.range(&[account.octets()], None, MOST).await
}

/// Takes an app password back; `false` if there is none of this id. Let
/// [`crate::access::login::Login::forget`] follow.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn revoke(
    store: &Store,
    account: AccountId,
    id: AppPasswordId,
    by: Actor,
) -> Result<bool, Error> {
    let key = AppPassword::at(account, id);
    if store.get(&key).await?.is_none() {
        return Ok(false);
    }
    let mut tx = Tx::new();
    tx.delete(&key);
    tx.audit(Event::new(by, EventKind::Account, account).noted("app-password-revoked"));
    store.commit(tx).await?;
    Ok(true)
}

/// What was typed, as it was made: small letters, no blanks, no dashes.
#[must_use]
pub fn normal(typed: &Secret) -> Secret {
    let kept = typed
        .expose()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-');
    Secret::new(kept.map(|c| c.to_ascii_lowercase()).collect::<String>())
}

/// Whether a password that is limited to these networks opens from `ip`; none
/// of them means that it is not limited.
#[must_use]
pub fn admits(networks: &[IpNet], ip: IpAddr) -> bool {
    // A socket for both kinds shows IPv4 inside of IPv6 (RFC 4291 §2.5.5.2).
    let ip = ip.to_canonical();
    networks.is_empty() || networks.iter().any(|network| network.contains(&ip))
}

/// Sixteen bits by which the right one of several app passwords is found, so
/// that one slow hash is enough however many there are. Keyed, so that it says
/// nothing without the store's key, and far too short to stand for the rest.
#[must_use]
pub fn tag(store: &Store, account: AccountId, plain: &Secret) -> [u8; 2] {
    let mac = store.mac(
        Label::Index,
        &[b"app-password", account.octets(), plain.expose().as_bytes()],
    );
    let [first, second, ..] = mac;
    [first, second]
}

/// So many random letters, five bits each, in groups of five.
pub(super) fn fresh<const N: usize>() -> Secret {
    let mut text = String::with_capacity(N + N / GROUP);
    for (n, octet) in random::<N>().iter().enumerate() {
        if n > 0 && n % GROUP == 0 {
            text.push('-');
        }
        // 256 is a multiple of 32, so every letter is equally likely.
        text.extend(LETTERS.get(usize::from(*octet) % LETTERS.len()));
    }
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::{LENGTH, admits, fresh, normal};
    use crate::model::Secret;

    #[test]
    fn an_app_password_has_a_hundred_bits_in_groups_of_five() {
        let secret = fresh::<LENGTH>();
        let groups: Vec<_> = secret.expose().split('-').collect();
        assert_eq!(groups.len(), 4);
        assert!(groups.iter().all(|g| g.len() == 5));
        assert_ne!(secret, fresh::<LENGTH>());
    }

    #[test]
    fn blanks_dashes_and_capitals_do_not_matter_when_it_is_typed() {
        let typed = Secret::new(
            " ABCDE fghij-23456\\u{a0}zzzzz\\n"
                .replace("\\u{a0}", "\u{a0}")
                .replace("\\n", "\n"),
        );
        assert_eq!(normal(&typed).expose(), "abcdefghij23456zzzzz");
    }

    #[test]
    fn a_network_admits_its_own_addresses_in_either_writing() {
        let networks = ["10.1.0.0/16", "2001:db8::/32"].map(|n| n.parse().unwrap());
        for (ip, inside) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("2001:db8::7", true),
            ("2001:db9::7", false),
        ] {
            assert_eq!(admits(&networks, ip.parse().unwrap()), inside, "{ip}");
            assert!(admits(&[], ip.parse().unwrap()), "{ip}");
        }
    }
}
