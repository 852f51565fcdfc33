//! Sign-in to the office page: an address and its password, then a code of the
//! second factor (decision 0029). Also for who proves who they are without
//! signing in.
//!
//! ```text
//!  password ─▶ Password ─▶ code ───▶ Full      an account with a second factor
//!         └──▶ SetUp ────▶ confirm ─▶ Full     one without: it is set up now
//! ```
//!
//! Each stage is a session of its own with a fresh token. What a wrong try hears
//! is the same for an address that nobody has, and takes as long.

mod session;
mod tries;

pub use session::{
    ABSOLUTE, Halfway, IDLE, Late, Signed, Worth, end_all, forget_browsers, is_over,
};

use crate::access::factor::{self, Typed};
use crate::access::password::{PasswordError, Passwords};
use crate::access::{ATTEMPTS, accounts};
use crate::model::{
    Account, AccountId, Actor, Address, Event, EventKind, Secret, Seed, Token, TokenKey,
};
use crate::store::records::{Factor, OfficeBrowser, OfficeSession, Stage};
use crate::store::{Error, Store, Tx};
use jiff::SignedDuration;
use session::Ground;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Mutex;
use tries::{Tries, Try, What};

/// Stands for the account that an unknown address does not have.
const NOBODY: AccountId = AccountId::from_octets([0; 16]);

/// Where a try comes from.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The client's address.
    pub ip: IpAddr,
    /// The cookie of a browser that signed in before.
    pub known: Option<&'a Token>,
    /// The session that the browser had until now; it ends with the next stage.
    pub former: Option<&'a Token>,
    /// A short fixed word for the kind of browser, for the audit.
    pub agent: &'static str,
}

/// Why somebody got no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What was typed is not right; nothing more is said.
    #[error("what was typed is not right")]
    Wrong,
    /// What was typed can be no code; it counts as no try.
    #[error("what was typed has not the form of a code")]
    Unlike,
    /// Nothing is looked at for so long.
    #[error("too many wrong tries; nothing is looked at for a while")]
    Slow(SignedDuration),
    /// The sign-in is over: it took too long, or something changed.
    #[error("the sign-in is over; begin anew")]
    Over,
    /// It could not be looked at just now.
    #[error("too much to do just now; try again in a moment")]
    Busy,
}

/// The cookies of somebody who got in.
#[derive(Clone, Debug)]
pub struct Entered {
    /// Of the session.
    pub session: Token,
    /// By which the browser is known from then on.
    pub known: Token,
}

/// Sign-in to the office page. Cloning it is cheap; clones share the counts.
#[derive(Clone, Debug)]
pub struct Office {
    store: Store,
    passwords: Passwords,
    tries: Tries,
    /// Codes are looked at one after the other: a thousand that come at once
    /// would else all be looked at before the first wrong one counts.
    turn: Arc<Mutex<()>>,
}

impl Office {
    /// Sign-in against the accounts of this store.
    #[must_use]
    pub fn new(store: Store, passwords: Passwords) -> Self {
        Self {
            tries: Tries::new(&store),
            store,
            passwords,
            turn: Arc::default(),
        }
    }

    /// The first screen: the cookie of a session that waits for a code, or for
    /// the second factor to be set up.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn password(
        &self,
        address: &str,
        password: &Secret,
        caller: &Caller<'_>,
    ) -> Result<Token, Refused> {
        let account = self.right_password(address, password, caller).await?;
        let factor = self.store.get(&Factor::at(account.id)).await;
        let factor = factor.map_err(busy)?;
        let stage = match factor {
            Some(_) => Stage::Password,
            None => Stage::SetUp(Seed::new()),
        };
        let former = self.former(caller);
        let ground = self.ground((&account, None)).await;
        // Its password is another by now.
        let ground = ground.map_err(wrong)?;
        let mut tx = Tx::new();
        ground.holds(&mut tx);
        let whose = (&account, factor.as_ref());
        let token = session::begin(&self.store, &mut tx, whose, stage, &former);
        let begun = self.store.try_commit(tx).await.map_err(busy)?;
        begun.map(|_| token).ok_or(Refused::Wrong)
    }

    /// The second screen: a code of the app, or a recovery code.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn code(
        &self,
        halfway: &Halfway,
        code: &Secret,
        caller: &Caller<'_>,
    ) -> Result<Entered, Refused> {
        let known = self.known(halfway.account.id, caller).await.map_err(busy)?;
        let whose = (&halfway.account, Some(halfway.token));
        self.right_code(whose, code, caller, |tx, factor| {
            self.enter(tx, (halfway, factor), (caller, known.is_some()))
        })
        .await
    }

    /// The second screen of who has no second factor yet: the first code of the
    /// app that was set up. Returns the recovery codes too, this once.
    ///
    /// # Errors
    /// [`Refused`]. [`Refused::Over`] if another browser was first, or something
    /// has changed.
    pub async fn confirm(
        &self,
        halfway: &Halfway,
        code: &Secret,
        caller: &Caller<'_>,
    ) -> Result<(Entered, Vec<Secret>), Refused> {
        let seed = halfway.seed.as_ref().ok_or(Refused::Over)?;
        let now = self.store.clock().now();
        // Whoever types here has the seed before their eyes: there is nothing to
        // guess, and nothing is counted.
        let used = match factor::typed(code) {
            Typed::App(code) => factor::fits(seed, &code, now, None).ok_or(Refused::Wrong)?,
            Typed::Recovery(_) | Typed::Neither => return Err(Refused::Unlike),
        };
        let account = halfway.account.id;
        let whose = (&halfway.account, Some(halfway.token));
        let ground = self.ground(whose).await?;
        let (codes, recovery) = factor::recovery(&self.store, account);
        let factor = Factor {
            account,
            seed: seed.clone(),
            confirmed: now,
            used,
            recovery,
        };
        let known = self.known(account, caller).await.map_err(busy)?;
        let mut tx = Tx::new();
        ground.holds(&mut tx);
        tx.insert(&factor);
        let entered = self.enter(&mut tx, (halfway, &factor), (caller, known.is_some()));
        let network = self.store.network_key(caller.ip);
        let actor = Actor::Account(account);
        for (kind, note) in [
            (EventKind::Account, "factor-set"),
            (EventKind::SignIn, "office"),
        ] {
            tx.audit(Event::new(actor, kind, account).noted(note).from(network));
        }
        match self.store.try_commit(tx).await.map_err(busy)? {
            Some(_) => Ok((entered, codes)),
            None => Err(Refused::Over),
        }
    }

    /// Who somebody is, by address, password and code at once; no session is
    /// made. For what is done at a screen where another is signed in, and for a
    /// step that asks again.
    ///
    /// # Errors
    /// [`Refused`]; an account without a second factor is [`Refused::Wrong`].
    pub async fn prove(
        &self,
        (address, password): (&str, &Secret),
        code: &Secret,
        caller: &Caller<'_>,
    ) -> Result<Account, Refused> {
        let account = self.right_password(address, password, caller).await?;
        let whose = (&account, None);
        let proved = self.right_code(whose, code, caller, |_, _| ()).await;
        proved.map_err(wrong)?;
        Ok(account)
    }

    /// New recovery codes in place of those that are left, for a code. They are
    /// shown this once.
    ///
    /// # Errors
    /// [`Refused`].
    pub async fn renew(
        &self,
        signed: &Signed,
        code: &Secret,
        caller: &Caller<'_>,
    ) -> Result<Vec<Secret>, Refused> {
        let account = signed.account.id;
        let whose = (&signed.account, Some(signed.token));
        self.right_code(whose, code, caller, |tx, factor| {
            let (codes, hashes) = factor::recovery(&self.store, account);
            factor.recovery = hashes;
            let event = Event::new(Actor::Account(account), EventKind::Account, account);
            tx.audit(event.noted("recovery-renewed"));
            codes
        })
        .await
    }

    /// What a cookie is worth; if the request `counts`, the idle time starts anew.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn worth(&self, cookie: &Token, counts: bool) -> Result<Worth, Error> {
        session::worth(&self.store, cookie, counts).await
    }

    /// Ends the session for good.
    ///
    /// # Errors
    /// If the store cannot be written.
    pub async fn sign_out(
        &self,
        (account, session): (AccountId, TokenKey),
        caller: &Caller<'_>,
    ) -> Result<(), Error> {
        let mut tx = Tx::new();
        tx.delete(&OfficeSession::at(session));
        let event = Event::new(Actor::Account(account), EventKind::SignOut, account);
        let network = self.store.network_key(caller.ip);
        tx.audit(event.from(network).noted(caller.agent));
        self.store.commit(tx).await.map(drop)
    }

    /// The value for the form of the first screen, for a browser with this cookie.
    #[must_use]
    pub fn form(&self, browser: &Token) -> Secret {
        crate::access::form::value(&self.store, browser)
    }

    /// Whether a form's value was made for this browser in this hour or the last.
    #[must_use]
    pub fn form_fits(&self, browser: &Token, value: &str) -> bool {
        crate::access::form::fits(&self.store, browser, value)
    }

    /// The account whose password this is. An address that nobody has, one whose
    /// account is switched off or has no password, and a wrong password are told
    /// the same, at the same cost.
    async fn right_password(
        &self,
        address: &str,
        password: &Secret,
        caller: &Caller<'_>,
    ) -> Result<Account, Refused> {
        let account = self.account(address).await.map_err(busy)?;
        let id = account.as_ref().map(|account| account.id);
        let known = self.known(id.unwrap_or(NOBODY), caller).await;
        let known = known.map_err(busy)?;
        let folded = address.trim().to_lowercase();
        let who = (id.as_ref().map_or(folded.as_bytes(), |id| id.octets()), id);
        let network = self.store.network_key(caller.ip);
        let tried = self.tries.of(What::Password, who, network, known);
        self.may_try(&tried).await?;
        let hash = account.as_ref().and_then(|a| a.password.clone());
        let right = self.passwords.verify(password, hash.into_iter().collect());
        match (right.await, account) {
            (Ok(Some(_)), Some(account)) => {
                self.tries.clear(&tried).await.map_err(busy)?;
                Ok(account)
            }
            (Ok(_), _) => {
                self.tries.fail(&tried).await.map_err(busy)?;
                Err(Refused::Wrong)
            }
            (Err(PasswordError::Busy), _) => Err(Refused::Busy),
            (Err(error @ PasswordError::Hash), _) => {
                tracing::error!(event = "auth.fault", %error, "A sign-in could not be checked.");
                Err(Refused::Busy)
            }
        }
    }

    /// Uses a code up. What `then` adds is committed with it, or not at all.
    async fn right_code<T>(
        &self,
        (account, session): (&Account, Option<TokenKey>),
        code: &Secret,
        caller: &Caller<'_>,
        mut then: impl FnMut(&mut Tx, &mut Factor) -> T,
    ) -> Result<T, Refused> {
        let typed = factor::typed(code);
        let (what, how) = match typed {
            Typed::App(_) => (What::Code, "office"),
            Typed::Recovery(_) => (What::Recovery, "page-recovery"),
            Typed::Neither => return Err(Refused::Unlike),
        };
        let known = self.known(account.id, caller).await.map_err(busy)?;
        let network = self.store.network_key(caller.ip);
        let who = (account.id.octets().as_slice(), Some(account.id));
        let tried = self.tries.of(what, who, network, known);
        let _turn = self.turn.lock().await;
        self.may_try(&tried).await?;
        for _ in 0..ATTEMPTS {
            let ground = self.ground((account, session)).await?;
            let held = self.store.hold(&Factor::at(account.id)).await;
            let held = held.map_err(busy)?.ok_or(Refused::Over)?;
            let mut factor = held.record.clone();
            if !self.takes(&mut factor, &typed) {
                self.tries.fail(&tried).await.map_err(busy)?;
                return Err(Refused::Wrong);
            }
            let mut tx = Tx::new();
            ground.holds(&mut tx);
            let done = then(&mut tx, &mut factor);
            tx.replace(&held, &factor);
            let event = Event::new(Actor::Account(account.id), EventKind::SignIn, account.id);
            tx.audit(event.noted(how).from(network));
            if self.store.try_commit(tx).await.map_err(busy)?.is_some() {
                self.tries.clear(&tried).await.map_err(busy)?;
                return Ok(done);
            }
        }
        Err(busy(Error::Conflict))
    }

    /// What a step stands on, and may not change before it is committed.
    async fn ground(
        &self,
        (account, session): (&Account, Option<TokenKey>),
    ) -> Result<Ground, Refused> {
        let ground = Ground::read(&self.store, account, session).await;
        ground.map_err(busy)?.ok_or(Refused::Over)
    }

    /// Whether the second factor takes this code; it is used up in `factor`.
    fn takes(&self, factor: &mut Factor, typed: &Typed) -> bool {
        let now = self.store.clock().now();
        match typed {
            Typed::App(code) => {
                let step = factor::fits(&factor.seed, code, now, Some(factor.used));
                factor.used = step.unwrap_or(factor.used);
                step.is_some()
            }
            Typed::Recovery(code) => {
                let left = &factor.recovery;
                let at = factor::recovers(&self.store, factor.account, left, code);
                at.map(|at| factor.recovery.remove(at)).is_some()
            }
            Typed::Neither => false,
        }
    }

    /// Waits until what was refused so far is on record.
    #[cfg(test)]
    pub(super) async fn written(&self) {
        self.tries.written().await;
    }

    async fn may_try(&self, tried: &Try) -> Result<(), Refused> {
        match self.tries.waits(tried).await.map_err(busy)? {
            Some(left) => Err(Refused::Slow(left)),
            None => Ok(()),
        }
    }

    /// Into the session: its cookie, and the one by which the browser is known.
    fn enter(
        &self,
        tx: &mut Tx,
        (halfway, factor): (&Halfway, &Factor),
        (caller, known): (&Caller<'_>, bool),
    ) -> Entered {
        let account = &halfway.account;
        let before = [halfway.token];
        let whose = (account, Some(factor));
        Entered {
            session: session::begin(&self.store, tx, whose, Stage::Full, &before),
            known: session::know(&self.store, tx, account.id, (caller, known)),
        }
    }

    fn former(&self, caller: &Caller<'_>) -> Vec<TokenKey> {
        let former = caller.former.map(|token| self.store.token_key(token));
        former.into_iter().collect()
    }

    /// The browser, if it has signed in to this account before.
    async fn known(
        &self,
        account: AccountId,
        caller: &Caller<'_>,
    ) -> Result<Option<TokenKey>, Error> {
        let Some(cookie) = caller.known else {
            return Ok(None);
        };
        let token = self.store.token_key(cookie);
        let known = self.store.get(&OfficeBrowser::at(token, account)).await?;
        Ok(known.map(|browser| browser.token))
    }

    async fn account(&self, address: &str) -> Result<Option<Account>, Error> {
        match Address::parse(address.trim()) {
            Ok(address) => accounts::active(&self.store, &address).await,
            Err(_) => Ok(None),
        }
    }
}

/// Whether an account has a second factor.
///
/// # Errors
/// If the store cannot be read.
pub async fn has_factor(store: &Store, account: AccountId) -> Result<bool, Error> {
    Ok(store.get(&Factor::at(account)).await?.is_some())
}

/// Takes an account's second factor away, for who has lost the phone and the
/// recovery codes; whether it had one. Its sessions are over, and the next
/// sign-in sets up another.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn reset(store: &Store, account: AccountId, by: Actor) -> Result<bool, Error> {
    if !has_factor(store, account).await? {
        return Ok(false);
    }
    let mut tx = Tx::new();
    // Whatever it holds by now: taken away is taken away.
    tx.delete(&Factor::at(account));
    begin_anew(store, &mut tx, account);
    tx.audit(Event::new(by, EventKind::Account, account).noted("factor-reset"));
    store.commit(tx).await?;
    end_all(store, account).await?;
    forget_browsers(store, account).await?;
    Ok(true)
}

/// Begins what strangers got wrong at an account anew, in the caller's commit.
pub(super) fn begin_anew(store: &Store, tx: &mut Tx, account: AccountId) {
    tries::begin_anew(store, tx, account);
}

/// To who has shown no session, what is over is just not right.
fn wrong(refused: Refused) -> Refused {
    match refused {
        Refused::Over => Refused::Wrong,
        other => other,
    }
}

fn busy(error: Error) -> Refused {
    tracing::error!(event = "auth.fault", %error, "A sign-in could not be checked: the store failed.");
    Refused::Busy
}
