//! Sign-in of mail programs: app passwords only. A right password is
//! remembered for a minute, since mail programs sign in for every message; a
//! wrong one for an hour, so that a forgotten phone with an old password
//! neither costs hashes nor makes the whole office's network wait.

mod memory;

use crate::access::notes::Notes;
use crate::access::password::{PasswordError, Passwords};
use crate::access::throttle::{Patience, Throttles};
use crate::access::{accounts, app_password};
use crate::model::{
    Account, AccountId, Actor, Address, AppPasswordId, Event, EventKind, NetworkKey, Scope, Secret,
};
use crate::store::records::AppPassword;
use crate::store::{Error, Label, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use memory::{Memory, Right};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a right password is remembered (foundations §6).
const RIGHT: SignedDuration = SignedDuration::from_secs(60);
/// How long a wrong one is.
const WRONG: SignedDuration = SignedDuration::from_hours(1);
/// Who has signed in from a network does not wait for what others get wrong there.
const WELCOME: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The last use of an app password is written down this exactly.
const USED: SignedDuration = SignedDuration::from_hours(1);

/// Why a sign-in failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// Address and password do not belong together; nothing more is said.
    #[error("the address or the password is not right")]
    Refused,
    /// It could not be looked at just now.
    #[error("too much to do just now; try again in a moment")]
    Busy,
    /// Too many wrong passwords: nothing is looked at for so long.
    #[error("too many wrong passwords; nothing is looked at for a while")]
    Slow(SignedDuration),
}

/// Somebody who signed in, and with what.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The account.
    pub account: Account,
    /// The app password that opened it.
    pub password: AppPasswordId,
}

/// Checks the credentials of mail programs. Cloning it is cheap; clones share
/// what is remembered.
#[derive(Clone, Debug)]
pub struct Login {
    store: Store,
    passwords: Passwords,
    throttles: Throttles,
    strangers: Throttles,
    networks: Throttles,
    notes: Notes,
    memory: Arc<Mutex<Memory>>,
}

impl Login {
    /// Sign-in against the accounts of this store.
    #[must_use]
    pub fn new(store: Store, passwords: Passwords) -> Self {
        Self {
            throttles: Throttles::new(store.clone()),
            strangers: Throttles::new(store.clone()),
            networks: Throttles::with(store.clone(), Patience::NETWORK),
            notes: Notes::new(store.clone()),
            store,
            passwords,
            memory: Arc::new(Mutex::new(Memory::new())),
        }
    }

    /// Whether what somebody signed in with still opens the account: neither was
    /// taken back, and the account's role is the same. For sessions that last.
    ///
    /// # Errors
    /// The store's own.
    pub async fn still_opens(&self, signed_in: &SignedIn) -> Result<bool, Error> {
        let known = &signed_in.account;
        let Some(now) = accounts::active(&self.store, &known.address).await? else {
            return Ok(false);
        };
        let password = AppPassword::at(known.id, signed_in.password);
        let kept = self.store.get(&password).await?.is_some();
        Ok(kept && now.id == known.id && now.role == known.role)
    }

    /// The account that the address and the app password open for `scope`, with
    /// what opened it.
    ///
    /// # Errors
    /// [`LoginError`].
    pub async fn sign_in(
        &self,
        identity: &str,
        password: &Secret,
        scope: Scope,
        ip: IpAddr,
    ) -> Result<SignedIn, LoginError> {
        let account = self.account(identity).await.map_err(busy)?;
        let network = self.store.network_key(ip);
        // A name that nobody has is counted as one that somebody has, so that
        // the answers do not tell which is which.
        let object = account.as_ref().map(|account| account.id);
        let folded = identity.to_lowercase();
        let who = object.as_ref().map_or(folded.as_bytes(), |id| id.octets());
        let key = self
            .store
            .mac(Label::Index, &[b"sign-in", who, network.octets()]);
        let plain = app_password::normal(password);
        let mac = self.memory().mac(who, &plain);
        let seen = Try {
            key,
            whole: self.network(network),
            network,
            ip,
            object,
            mac,
            here: self.memory().mac_here(&mac, scope, ip),
        };

        match self.remembered(&seen, scope) {
            Some(Some(id)) => return self.enter(account, &seen, (id, None)).await,
            Some(None) => return Err(LoginError::Refused),
            None => {}
        }
        if let Some(left) = self.waits(&seen).await.map_err(busy)? {
            return Err(LoginError::Slow(left));
        }
        match self.check(account.as_ref(), &plain, scope).await? {
            Some(found) if app_password::admits(&found.networks, ip) => {
                self.enter(account, &seen, (found.id, Some(found))).await
            }
            Some(found) => {
                // The peer hears what a wrong password hears: that it is right
                // is worth knowing to whoever stole it.
                tracing::warn!(event = "auth.elsewhere", %ip, app_password = %found.id, "A right app password came from a network that it is not for.");
                Err(self.refuse(&seen, "network").await)
            }
            None => Err(self.refuse(&seen, "password").await),
        }
    }

    /// Forgets what is remembered of an account, at once: its password was
    /// changed or revoked, or it was switched off.
    pub fn forget(&self, account: AccountId) {
        let mut memory = self.memory();
        memory
            .right
            .entries
            .retain(|_, (_, right)| right.account != account);
        memory.wrong.entries.clear();
    }

    /// Puts on record that a right password was not let in, and why: at most once
    /// a minute for an account and network.
    ///
    /// # Errors
    /// The store's own.
    pub async fn turned_away(
        &self,
        account: &Account,
        ip: IpAddr,
        why: &'static str,
    ) -> Result<(), Error> {
        let network = self.store.network_key(ip);
        let pieces: [&[u8]; 4] = [
            b"turned-away",
            account.id.octets(),
            network.octets(),
            why.as_bytes(),
        ];
        let key = self.store.mac(Label::Index, &pieces);
        if !self.memory().note(key, self.store.clock().now()) {
            return Ok(());
        }
        let mut tx = Tx::new();
        let event = Event::new(Actor::Account(account.id), EventKind::SignIn, account.id);
        tx.audit(event.from(network).failed(why));
        self.store.commit(tx).await.map(drop)
    }

    /// The account of an address, if it is in use.
    async fn account(&self, identity: &str) -> Result<Option<Account>, Error> {
        let Ok(address) = Address::parse(identity) else {
            return Ok(None);
        };
        accounts::active(&self.store, &address).await
    }

    /// Compares with the one app password it can be: one slow hash, whether
    /// there are many, one or none.
    async fn check(
        &self,
        account: Option<&Account>,
        plain: &Secret,
        scope: Scope,
    ) -> Result<Option<AppPassword>, LoginError> {
        let mut candidates = Vec::new();
        if let Some(account) = account {
            let tag = app_password::tag(&self.store, account.id, plain);
            candidates = app_password::list(&self.store, account.id)
                .await
                .map_err(busy)?;
            candidates.retain(|p| p.tag == tag && p.scope.opens(scope));
        }
        let hashes = candidates.iter().map(|p| p.hash.clone()).collect();
        match self.passwords.verify(plain, hashes).await {
            Ok(found) => Ok(found.and_then(|at| candidates.into_iter().nth(at))),
            Err(PasswordError::Busy) => Err(LoginError::Busy),
            Err(error @ PasswordError::Hash) => {
                tracing::error!(event = "auth.fault", %error, "A sign-in could not be checked.");
                Err(LoginError::Busy)
            }
        }
    }

    /// Notes a success and hands the account over.
    async fn enter(
        &self,
        account: Option<Account>,
        seen: &Try,
        (password, found): (AppPasswordId, Option<AppPassword>),
    ) -> Result<SignedIn, LoginError> {
        let account = account.ok_or(LoginError::Refused)?;
        let now = self.store.clock().now();
        if let Some(found) = &found {
            self.throttles.clear(seen.key).await.map_err(busy)?;
            let mut memory = self.memory();
            memory.right.put(seen.mac, now, RIGHT, Right::of(found));
            memory.welcome.put(seen.key, now, WELCOME, ());
        }
        if self.memory().note(seen.key, now) {
            let mut tx = Tx::new();
            let event = Event::new(Actor::Account(account.id), EventKind::SignIn, account.id);
            tx.audit(event.from(seen.network));
            self.store.commit(tx).await.map_err(busy)?;
        }
        if let Some(found) =
            found.filter(|f| f.used.is_none_or(|used| now.duration_since(used) >= USED))
        {
            self.used(found.account, found.id).await.map_err(busy)?;
        }
        Ok(SignedIn { account, password })
    }

    /// How long this try must still wait: for what was wrong for this name from
    /// here, and for all that was wrong from here.
    async fn waits(&self, seen: &Try) -> Result<Option<SignedDuration>, Error> {
        let near = self.throttles(seen).waits(seen.key).await?;
        if self.is_welcome(seen) {
            return Ok(near);
        }
        Ok(near.max(self.networks.waits(seen.whole).await?))
    }

    /// Whether this account has signed in from this network before.
    fn is_welcome(&self, seen: &Try) -> bool {
        let now = self.store.clock().now();
        self.memory().welcome.get(&seen.key, now).is_some()
    }

    /// Counts a failure. It is put on record when it is the first of a round
    /// and when a wait begins, so that guessing cannot fill the disk; of names that
    /// nobody has only the wait of their network is, however many there are.
    async fn refuse(&self, seen: &Try, why: &str) -> LoginError {
        let now = self.store.clock().now();
        self.memory().wrong.put(seen.here, now, WRONG, ());
        let failed = match self.throttles(seen).fail(seen.key).await {
            Ok(failed) => failed,
            Err(error) => return busy(error),
        };
        if !self.is_welcome(seen) {
            match self.networks.fail(seen.whole).await {
                Ok(all) if all.until.is_some() => {
                    let event = Event::new(Actor::Gateway, EventKind::Lock, "");
                    let event = event.noted("sign-in-network");
                    self.notes.put(event.from(seen.network)).await;
                }
                Ok(_) => {}
                Err(error) => return busy(error),
            }
        }
        let object = seen.object.map_or_else(String::new, |id| id.to_string());
        let event = match (failed.until, seen.object) {
            (Some(_), Some(_)) => {
                Event::new(Actor::Gateway, EventKind::Lock, object).noted("sign-in")
            }
            (None, _) if failed.count == 1 && self.is_news(seen, now) => {
                Event::new(Actor::Unknown, EventKind::SignIn, object).failed(why)
            }
            _ => return LoginError::Refused,
        };
        self.notes.put(event.from(seen.network)).await;
        LoginError::Refused
    }

    /// The key under which a network is counted as a whole.
    fn network(&self, network: NetworkKey) -> [u8; 32] {
        let pieces: [&[u8]; 2] = [b"sign-in-network", network.octets()];
        self.store.mac(Label::Index, &pieces)
    }

    /// Waits until what was refused so far is on record.
    #[cfg(test)]
    pub(super) async fn written(&self) {
        self.notes.written().await;
    }

    /// Names that nobody has are counted apart: however many there are, they
    /// push out no count of an account.
    fn throttles(&self, seen: &Try) -> &Throttles {
        match seen.object {
            Some(_) => &self.throttles,
            None => &self.strangers,
        }
    }

    /// Whether a first failure is to be put on record: of an account each, of
    /// names that nobody has one for their network in a while.
    fn is_news(&self, seen: &Try, now: Timestamp) -> bool {
        let strangers = || {
            let network = seen.network.octets().as_slice();
            self.store
                .mac(Label::Index, &[b"sign-in-strangers", network])
        };
        seen.object.is_some() || self.memory().note(strangers(), now)
    }

    /// What this very try opened a short while ago; `Some(None)` if it was wrong.
    fn remembered(&self, seen: &Try, scope: Scope) -> Option<Option<AppPasswordId>> {
        let now = self.store.clock().now();
        let memory = self.memory();
        let right = memory.right.get(&seen.mac, now);
        if let Some(right) = right.filter(|right| right.opens(scope, seen.ip)) {
            return Some(Some(right.password));
        }
        memory.wrong.get(&seen.here, now).map(|()| None)
    }

    async fn used(&self, account: AccountId, id: AppPasswordId) -> Result<(), Error> {
        let Some(held) = self.store.hold(&AppPassword::at(account, id)).await? else {
            return Ok(());
        };
        let mut record = held.record.clone();
        record.used = Some(self.store.clock().now());
        let mut tx = Tx::new();
        tx.replace(&held, &record);
        self.store.try_commit(tx).await.map(|_| ())
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One sign-in as it is counted and remembered.
struct Try {
    key: [u8; 32],
    /// Of the network alone.
    whole: [u8; 32],
    network: NetworkKey,
    ip: IpAddr,
    object: Option<AccountId>,
    /// Of the name and the password.
    mac: [u8; 32],
    /// Of these, the protocol and the address: what is wrong here and now may be
    /// right for another protocol, or where the password is for.
    here: [u8; 32],
}

fn busy(error: Error) -> LoginError {
    tracing::error!(event = "auth.fault", %error, "A sign-in could not be checked: the store failed.");
    LoginError::Busy
}
