//! Sessions of recipients: one browser, one mailbox. The cookie's token is
//! stored hashed; a session ends by sign-out, by lying idle, or by age.

use crate::model::{Address, AddressKey, Token, TokenKey, secret::random};
use crate::store::records::Session;
use crate::store::{Error, Store, Tx};
use data_encoding::BASE32_NOPAD;
use jiff::{SignedDuration, Timestamp};

/// The oldest a session gets, used or not (requirements C2.11).
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(12);
/// The shortest and longest idle time that may be configured.
pub const IDLE: [SignedDuration; 2] = [SignedDuration::from_mins(5), SignedDuration::from_mins(60)];
/// For so long after its end a session still vouches for a text that was being
/// written: a night and a morning.
const STALE: SignedDuration = SignedDuration::from_hours(24);
/// Use is written down at most this often, so a session may end this much
/// early, never late.
const TOUCH: SignedDuration = SignedDuration::from_mins(1);
/// Sessions read at once.
const PAGE: usize = 256;

/// What a session is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It is live.
    Live,
    /// It ended a short while ago.
    Stale,
    /// It ended long ago.
    Over,
}

/// Begins a session with a fresh token, for the cookie.
#[must_use]
pub fn begin(store: &Store, tx: &mut Tx, mailbox: (AddressKey, &Address), private: bool) -> Token {
    start(store, tx, mailbox, (private, false))
}

/// The same for who came by the front page: it lasts no longer than the right to
/// sign in there.
#[must_use]
pub fn begin_at_front(
    store: &Store,
    tx: &mut Tx,
    mailbox: (AddressKey, &Address),
    private: bool,
) -> Token {
    start(store, tx, mailbox, (private, true))
}

fn start(
    store: &Store,
    tx: &mut Tx,
    mailbox: (AddressKey, &Address),
    (private, front): (bool, bool),
) -> Token {
    let token = Token::new();
    let now = store.clock().now();
    tx.insert(&Session {
        token: store.token_key(&token),
        mailbox: mailbox.0,
        address: mailbox.1.clone(),
        started: now,
        seen: now,
        private,
        form: BASE32_NOPAD.encode(&random::<20>()),
        front,
    });
    token
}

/// The session a cookie names, unless it is long over.
///
/// # Errors
/// If the store cannot be read.
pub async fn find(
    store: &Store,
    cookie: &Token,
    idle: SignedDuration,
) -> Result<Option<(Session, SessionState)>, Error> {
    let session = store.get(&Session::at(store.token_key(cookie))).await?;
    let now = store.clock().now();
    Ok(
        session.and_then(|session| match state(&session, idle, now) {
            SessionState::Over => None,
            state => Some((session, state)),
        }),
    )
}

/// Notes that the session is in use, at most once a minute. Losing a race with
/// a sign-out or another request changes nothing.
///
/// # Errors
/// If the store cannot be written.
pub async fn touch(store: &Store, session: &mut Session) -> Result<(), Error> {
    let now = store.clock().now();
    if now.duration_since(session.seen) < TOUCH {
        return Ok(());
    }
    let Some(held) = store.hold(&Session::at(session.token)).await? else {
        return Ok(());
    };
    session.seen = now;
    let mut tx = Tx::new();
    tx.replace(&held, session);
    store.try_commit(tx).await.map(|_| ())
}

/// Ends a session.
pub fn end(tx: &mut Tx, session: &Session) {
    tx.delete(&Session::at(session.token));
}

/// Ends every session of a mailbox but one.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn end_others(store: &Store, mailbox: AddressKey, keep: TokenKey) -> Result<(), Error> {
    let mut after = None;
    loop {
        let page: Vec<Session> = store.range(&[], after.as_ref(), PAGE).await?;
        let mut tx = Tx::new();
        let others = page
            .iter()
            .filter(|s| s.mailbox == mailbox && s.token != keep);
        for session in others {
            tx.delete(&Session::at(session.token));
        }
        if !tx.is_empty() {
            store.commit(tx).await?;
        }
        match page.last() {
            Some(last) => after = Some(Session::at(last.token)),
            None => return Ok(()),
        }
    }
}

/// What a session is worth now.
#[must_use]
pub fn state(session: &Session, idle: SignedDuration, now: Timestamp) -> SessionState {
    let ends = ends(session, idle);
    if now < ends {
        SessionState::Live
    } else if now < later(ends, STALE) {
        SessionState::Stale
    } else {
        SessionState::Over
    }
}

/// When a session ends if nothing more is done. One on a private device lies
/// idle as long as it may live.
#[must_use]
pub fn ends(session: &Session, idle: SignedDuration) -> Timestamp {
    let absolute = later(session.started, ABSOLUTE);
    if session.private {
        absolute
    } else {
        later(session.seen, idle).min(absolute)
    }
}

fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}
