//! The password that somebody chose inside, for the portal's front page. It
//! stands in place of the code where the browser proved the mailbox before;
//! elsewhere the code is asked for all the same. So it is a convenience, and
//! whoever forgot it leaves it out.
//!
//! What a wrong password hears is the same where there is none, and where nobody
//! may sign in, and takes as long.

use crate::access::accounts::{self, AccountError};
use crate::access::codes::From;
use crate::access::password::{PasswordError, Passwords};
use crate::access::throttle::{Patience, Throttles};
use crate::access::{codes, session};
use crate::model::{
    Actor, Address, AddressKey, Event, EventKind, NetworkKey, Secret, Token, TokenKey,
};
use crate::store::records::{Browser, PortalPassword};
use crate::store::{Error, Label, Store, Tx};
use jiff::{SignedDuration, Timestamp};

/// Wrong passwords from all strangers together, for one mailbox: at an hour for
/// each hundred, what is on no list is not found in a lifetime.
const ALL: Patience = Patience {
    round: 100,
    longest: SignedDuration::from_hours(1),
};
/// Wrong passwords from one network, for whatever mailbox, before the first wait
/// and between two: each costs a slow hash, and a list of addresses is long.
const NETWORK: Patience = Patience {
    round: 20,
    longest: SignedDuration::from_hours(1),
};
/// What the audit trail calls it.
const NOTE: &str = "portal-password";

/// Checks and keeps these passwords. Cloning it is cheap; clones share the counts.
#[derive(Clone, Debug)]
pub struct Chosen {
    store: Store,
    passwords: Passwords,
    /// For mailboxes that have a password, and for all others: however many names
    /// a guesser makes up, they push out no count of a real one.
    near: [Throttles; 2],
    all: [Throttles; 2],
    /// For a network, whatever it asks for.
    network: Throttles,
}

/// What a password is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Checked {
    /// It is right, and this browser proved the mailbox before.
    Known,
    /// It is right; the browser has still to prove the mailbox.
    Right,
    /// It is not, or there is none.
    Wrong,
    /// Nothing is looked at before then.
    Slow(Timestamp),
    /// It could not be looked at just now.
    Busy,
}

/// Why a password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It has fewer than [`accounts::SHORTEST`] characters.
    Short,
    /// It is among the first that anybody would try.
    Common,
    /// Nothing could be computed just now.
    Busy,
}

/// One try, as it is counted.
struct Tried {
    /// What the password is held against.
    hash: Option<String>,
    near: [u8; 32],
    /// For the mailbox and for the network; `None` for a browser that proved the
    /// mailbox before: it waits for nobody but itself.
    others: Option<([u8; 32], [u8; 32])>,
}

impl Chosen {
    /// Passwords kept in this store.
    #[must_use]
    pub fn new(store: &Store, passwords: Passwords) -> Self {
        let near = || Throttles::new(store.clone());
        let all = || Throttles::with(store.clone(), ALL);
        Self {
            near: [near(), near()],
            all: [all(), all()],
            network: Throttles::with(store.clone(), NETWORK),
            passwords,
            store: store.clone(),
        }
    }

    /// Holds a password against the mailbox's. `since` says since when who reads there
    /// may sign in, if anybody may: a password that is older was somebody else's.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn check(
        &self,
        (address, since): (&Address, Option<Timestamp>),
        password: &Secret,
        from: &From<'_>,
    ) -> Result<Checked, Error> {
        let tried = self.tried(address, since, from).await?;
        if let Some(left) = self.waits(&tried).await? {
            let now = self.store.clock().now();
            return Ok(Checked::Slow(now.saturating_add(left).unwrap_or(now)));
        }
        let hashes = tried.hash.iter().cloned().collect();
        match self.passwords.verify(password, hashes).await {
            Ok(Some(_)) => {
                self.near(&tried).clear(tried.near).await?;
                Ok(match tried.others {
                    None => Checked::Known,
                    Some(_) => Checked::Right,
                })
            }
            Ok(None) => self.wrong(&tried, self.store.network_key(from.ip)).await,
            Err(PasswordError::Busy) => Ok(Checked::Busy),
            Err(error @ PasswordError::Hash) => {
                tracing::error!(event = "auth.fault", %error, "A sign-in could not be checked.");
                Ok(Checked::Busy)
            }
        }
    }

    async fn tried(
        &self,
        address: &Address,
        since: Option<Timestamp>,
        from: &From<'_>,
    ) -> Result<Tried, Error> {
        let store = &self.store;
        let mailbox = store.address_key(address);
        let kept = self.kept(mailbox, since).await?;
        let known = self.known(mailbox, from.known).await?;
        let place = match &known {
            Some(known) => codes::browser_key(store, known),
            None => store.network_key(from.ip),
        };
        let key = |what: &[u8], place: &[u8]| {
            let pieces: [&[u8]; 4] = [b"front-password", what, mailbox.octets(), place];
            store.mac(Label::Index, &pieces)
        };
        Ok(Tried {
            hash: kept.map(|kept| kept.hash),
            near: key(b"near", place.octets()),
            others: known.is_none().then(|| {
                let network = store.network_key(from.ip);
                let pieces = [b"front-password".as_slice(), b"network", network.octets()];
                (key(b"all", b""), store.mac(Label::Index, &pieces))
            }),
        })
    }

    async fn waits(&self, tried: &Tried) -> Result<Option<SignedDuration>, Error> {
        let mut longest = self.near(tried).waits(tried.near).await?;
        if let Some((all, network)) = tried.others {
            longest = longest.max(self.all(tried).waits(all).await?);
            longest = longest.max(self.network.waits(network).await?);
        }
        Ok(longest)
    }

    /// Counts a wrong one. It is put on record when a wait begins.
    async fn wrong(&self, tried: &Tried, network: NetworkKey) -> Result<Checked, Error> {
        let mut longest = self.near(tried).fail(tried.near).await?.until;
        if let Some((all, network)) = tried.others {
            longest = longest.max(self.all(tried).fail(all).await?.until);
            longest = longest.max(self.network.fail(network).await?.until);
        }
        let Some(until) = longest else {
            return Ok(Checked::Wrong);
        };
        let event = Event::new(Actor::Gateway, EventKind::Lock, "front");
        let mut tx = Tx::new();
        tx.audit(event.from(network).noted(NOTE));
        self.store.commit(tx).await?;
        Ok(Checked::Slow(until))
    }

    const fn near(&self, tried: &Tried) -> &Throttles {
        let [ours, others] = &self.near;
        if tried.hash.is_some() { ours } else { others }
    }

    const fn all(&self, tried: &Tried) -> &Throttles {
        let [ours, others] = &self.all;
        if tried.hash.is_some() { ours } else { others }
    }

    /// Into a session without a code: for [`Checked::Known`] alone.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn enter(&self, address: &Address, from: &From<'_>) -> Result<Token, Error> {
        let mailbox = self.store.address_key(address);
        let mut tx = Tx::new();
        let token = session::begin_at_front(&self.store, &mut tx, (mailbox, address), false);
        let event = Event::new(Actor::Recipient, EventKind::SignIn, "front");
        let network = self.store.network_key(from.ip);
        tx.audit(event.from(network).noted(NOTE));
        self.store.commit(tx).await?;
        Ok(token)
    }

    /// When a mailbox's password was chosen; `None` if there is none.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn chosen(
        &self,
        mailbox: AddressKey,
        since: Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Error> {
        Ok(self.kept(mailbox, since).await?.map(|kept| kept.chosen))
    }

    /// The password of who may sign in now.
    async fn kept(
        &self,
        mailbox: AddressKey,
        since: Option<Timestamp>,
    ) -> Result<Option<PortalPassword>, Error> {
        let kept = self.store.get(&PortalPassword::at(mailbox)).await?;
        Ok(kept.filter(|kept| since.is_some_and(|since| kept.chosen >= since)))
    }

    /// Keeps a password, in place of the one before. Every other session of the
    /// mailbox is over: whoever changes a password may be afraid of somebody.
    ///
    /// # Errors
    /// If the store cannot be read or written; inside, [`Unfit`].
    pub async fn choose(
        &self,
        (address, keep): (&Address, TokenKey),
        password: &Secret,
        from: &From<'_>,
    ) -> Result<Result<(), Unfit>, Error> {
        match accounts::judge(password, address) {
            Ok(()) => {}
            Err(AccountError::Short) => return Ok(Err(Unfit::Short)),
            Err(_) => return Ok(Err(Unfit::Common)),
        }
        let Ok(hash) = self.passwords.hash(password).await else {
            return Ok(Err(Unfit::Busy));
        };
        let mailbox = self.store.address_key(address);
        let mut tx = Tx::new();
        tx.put(&PortalPassword {
            mailbox,
            hash,
            chosen: self.store.clock().now(),
        });
        self.changed(tx, (mailbox, keep), (from, "portal-password-set"))
            .await?;
        Ok(Ok(()))
    }

    /// Takes the password away; from then on a code is asked for everywhere.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn remove(
        &self,
        (mailbox, keep): (AddressKey, TokenKey),
        from: &From<'_>,
    ) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&PortalPassword::at(mailbox));
        self.changed(tx, (mailbox, keep), (from, "portal-password-removed"))
            .await
    }

    async fn changed(
        &self,
        mut tx: Tx,
        (mailbox, keep): (AddressKey, TokenKey),
        (from, note): (&From<'_>, &str),
    ) -> Result<(), Error> {
        let event = Event::new(Actor::Recipient, EventKind::Account, "");
        let network = self.store.network_key(from.ip);
        tx.audit(event.from(network).noted(note));
        self.store.commit(tx).await?;
        session::end_others(&self.store, mailbox, keep).await
    }

    async fn known(
        &self,
        mailbox: AddressKey,
        cookie: Option<&Token>,
    ) -> Result<Option<Browser>, Error> {
        match cookie {
            Some(cookie) => {
                let token = self.store.token_key(cookie);
                self.store.get(&Browser::at(token, mailbox)).await
            }
            None => Ok(None),
        }
    }
}
