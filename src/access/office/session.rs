//! Sessions of the office page: what a cookie is worth, asked of the store at
//! every request, so that a change takes effect at once (requirements C15.8).

use crate::access::office::Caller;
use crate::model::secret::random;
use crate::model::{Account, AccountId, Role, Secret, Seed, Standing, Token, TokenKey};
use crate::store::records::{Factor, OfficeBrowser, OfficeSession, Stage};
use crate::store::{Error, Held, Label, Record, Store, Tx};
use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};

/// How long a session may lie idle (requirements C8.11).
pub const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// The oldest it gets, used or not (requirements C8.11).
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// How long a sign-in may stand between password and code: time to install an app.
const HALFWAY: SignedDuration = SignedDuration::from_mins(15);
/// For so long after its end a session still vouches for a text that was being
/// written: a night and a morning.
const LATE: SignedDuration = SignedDuration::from_hours(24);
/// Use is written down at most this often, so a session may end this much early,
/// never late.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);
/// Sessions read at once.
const PAGE: usize = 256;

/// What a cookie is worth.
#[derive(Clone, Debug)]
pub enum Worth {
    /// Signed in.
    In(Box<Signed>),
    /// The password was right; a code is to come.
    Halfway(Box<Halfway>),
    /// Time alone has ended it, a short while ago: good for keeping what was being
    /// written, and for nothing else.
    Late(Box<Late>),
    /// It was worth something a while ago.
    Over,
    /// Nothing is known of it.
    Out,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The account, as it is now.
    pub account: Account,
    /// The session.
    pub token: TokenKey,
    /// The value its forms carry.
    pub form: Secret,
    /// When it ends if nothing more is done.
    pub ends: Timestamp,
    /// Recovery codes that are left.
    pub recovery: usize,
}

/// Somebody whose password was right.
#[derive(Clone, Debug)]
pub struct Halfway {
    /// The account, as it is now.
    pub account: Account,
    /// The session.
    pub token: TokenKey,
    /// The value its forms carry.
    pub form: Secret,
    /// The seed to be set up; `None` if the account has a second factor.
    pub seed: Option<Seed>,
}

/// Somebody whom time has signed out.
#[derive(Clone, Debug)]
pub struct Late {
    /// The account, as it is now.
    pub account: Account,
    /// The session.
    pub token: TokenKey,
    /// The value the session's forms carry.
    pub form: Secret,
}

/// What somebody's next step stands on: it must hold when the step is committed.
pub(super) struct Ground {
    account: Held<Account>,
    session: Option<Held<OfficeSession>>,
}

impl Ground {
    /// `None` if the account is not what it was when it was proved, or the session
    /// is over.
    pub(super) async fn read(
        store: &Store,
        proved: &Account,
        session: Option<TokenKey>,
    ) -> Result<Option<Self>, Error> {
        let account = store.hold(&Account::at(proved.id)).await?;
        let same = |now: &Account| {
            let stands = now.standing == Standing::Active;
            stands && now.password == proved.password && now.role == proved.role
        };
        let Some(account) = account.filter(|held| same(&held.record)) else {
            return Ok(None);
        };
        let mut ground = Self {
            account,
            session: None,
        };
        if let Some(token) = session {
            ground.session = store.hold(&OfficeSession::at(token)).await?;
            if ground.session.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(ground))
    }

    /// Makes the commit fail if any of it has changed by then.
    pub(super) fn holds(&self, tx: &mut Tx) {
        tx.still(&self.account);
        if let Some(session) = &self.session {
            tx.still(session);
        }
    }
}

/// What a cookie is worth; if the request `counts`, the idle time starts anew.
///
/// # Errors
/// If the store cannot be read or written.
pub(super) async fn worth(store: &Store, cookie: &Token, counts: bool) -> Result<Worth, Error> {
    let key = OfficeSession::at(store.token_key(cookie));
    let Some(mut session) = store.get(&key).await? else {
        return Ok(Worth::Out);
    };
    let account = store.get(&Account::at(session.account)).await?;
    let account = account.filter(|a| a.standing == Standing::Active);
    let factor = store.get(&Factor::at(session.account)).await?;
    let now = store.clock().now();
    let Some(account) = account else {
        return Ok(Worth::Over);
    };
    if session.binding != binding(store, &account, factor.as_ref()) {
        return Ok(Worth::Over);
    }
    let (token, form) = (session.token, Secret::new(&session.form));
    if ends(&session) <= now {
        let late = session.stage == Stage::Full && !is_over(&session, now);
        return Ok(match late {
            true => Worth::Late(Box::new(Late {
                account,
                token,
                form,
            })),
            false => Worth::Over,
        });
    }
    let seed = match (session.stage.clone(), &factor) {
        (Stage::Full, Some(factor)) => {
            if counts {
                touch(store, &mut session).await?;
            }
            return Ok(Worth::In(Box::new(Signed {
                account,
                token,
                form,
                ends: ends(&session),
                recovery: factor.recovery.len(),
            })));
        }
        (Stage::Password, Some(_)) => None,
        (Stage::SetUp(seed), None) => Some(seed),
        // The binding says so already; nothing is left to chance.
        _ => return Ok(Worth::Over),
    };
    Ok(Worth::Halfway(Box::new(Halfway {
        account,
        token,
        form,
        seed,
    })))
}

/// Begins a stage with a fresh token, for the cookie, and ends the one before.
pub(super) fn begin(
    store: &Store,
    tx: &mut Tx,
    (account, factor): (&Account, Option<&Factor>),
    stage: Stage,
    before: &[TokenKey],
) -> Token {
    for former in before {
        tx.delete(&OfficeSession::at(*former));
    }
    let token = Token::new();
    let now = store.clock().now();
    tx.insert(&OfficeSession {
        token: store.token_key(&token),
        account: account.id,
        started: now,
        seen: now,
        form: BASE32_NOPAD.encode(&random::<20>()),
        binding: binding(store, account, factor),
        stage,
    });
    token
}

/// Knows this browser from now on. A cookie that we know is kept; what somebody
/// else may have planted is not.
pub(super) fn know(
    store: &Store,
    tx: &mut Tx,
    account: AccountId,
    (caller, known): (&Caller<'_>, bool),
) -> Token {
    let kept = caller.known.filter(|_| known).cloned();
    let token = kept.unwrap_or_default();
    tx.put(&OfficeBrowser {
        token: store.token_key(&token),
        account,
        since: store.clock().now(),
    });
    token
}

/// Ends every session of an account, at whatever stage.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn end_all(store: &Store, account: AccountId) -> Result<(), Error> {
    delete_all(store, |s: &OfficeSession| s.account == account).await
}

/// Knows no browser of an account any more: each is a stranger, as its password or
/// its second factor is another.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn forget_browsers(store: &Store, account: AccountId) -> Result<(), Error> {
    delete_all(store, |b: &OfficeBrowser| b.account == account).await
}

/// Deletes the records that are meant, whatever they hold by then.
async fn delete_all<R: Record>(store: &Store, meant: impl Fn(&R) -> bool) -> Result<(), Error> {
    let mut after = None;
    loop {
        let page: Vec<R> = store.range(&[], after.as_ref(), PAGE).await?;
        let mut tx = Tx::new();
        for record in page.iter().filter(|record| meant(record)) {
            tx.delete(&record.key());
        }
        if !tx.is_empty() {
            store.commit(tx).await?;
        }
        match page.last() {
            Some(last) => after = Some(last.key()),
            None => return Ok(()),
        }
    }
}

/// Whether time has ended a session so long ago that it is good for nothing.
#[must_use]
pub fn is_over(session: &OfficeSession, now: Timestamp) -> bool {
    let late = match session.stage {
        Stage::Full => LATE,
        Stage::Password | Stage::SetUp(_) => SignedDuration::ZERO,
    };
    let end = ends(session).saturating_add(late);
    end.unwrap_or(Timestamp::MAX) <= now
}

/// When a session ends if nothing more is done.
fn ends(session: &OfficeSession) -> Timestamp {
    let later = |at: Timestamp, span| at.saturating_add(span).unwrap_or(Timestamp::MAX);
    match session.stage {
        Stage::Full => later(session.seen, IDLE).min(later(session.started, ABSOLUTE)),
        Stage::Password | Stage::SetUp(_) => later(session.started, HALFWAY),
    }
}

/// Notes that the session is in use. Losing a race with a sign-out or another
/// request changes nothing.
async fn touch(store: &Store, session: &mut OfficeSession) -> Result<(), Error> {
    let now = store.clock().now();
    if now.duration_since(session.seen) < TOUCH {
        return Ok(());
    }
    let Some(held) = store.hold(&OfficeSession::at(session.token)).await? else {
        return Ok(());
    };
    session.seen = now;
    let mut tx = Tx::new();
    tx.replace(&held, session);
    store.try_commit(tx).await.map(drop)
}

/// What a session stands on: the password, the role and the second factor.
fn binding(store: &Store, account: &Account, factor: Option<&Factor>) -> [u8; 32] {
    let role: &[u8] = match account.role {
        Role::Staff => b"staff",
        Role::Provider => b"provider",
        Role::Admin => b"admin",
    };
    let password = account.password.as_deref().unwrap_or_default();
    let seed = factor.map_or(&[][..], |factor| factor.seed.expose());
    let pieces = [
        b"page-session".as_slice(),
        account.id.octets(),
        role,
        password.as_bytes(),
        seed,
    ];
    store.mac(Label::Tokens, &pieces)
}
