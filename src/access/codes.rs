//! Codes in the store: reads what [`passcode`] judges by, acts on its verdict,
//! and puts every press and try on record, never the code.

use crate::access::passcode::{self, Book, KNOWN_LOCK, LOCK, Press, Try, Who};
use crate::access::{ATTEMPTS, write};
use crate::model::{Actor, AddressKey, Event, EventKind, GrantId, NetworkKey, Secret, Token};
use crate::store::records::{Browser, CodeMail, CodeTally, Grant, Request};
use crate::store::{Error, Held, Label, Store, Tx};
use jiff::SignedDuration;
use std::net::IpAddr;

/// A press that makes no code is put on record at most this often, so that a
/// scanner cannot fill the disk.
const NOTED: SignedDuration = SignedDuration::from_secs(30);

/// Where a press or a try comes from.
#[derive(Clone, Copy, Debug)]
pub struct From<'a> {
    /// The client's address.
    pub ip: IpAddr,
    /// The cookie of a browser that verified a code before.
    pub known: Option<&'a Token>,
    /// A short fixed word for the kind of browser, for the audit.
    pub agent: &'a str,
}

/// What a press did, and the request as it now stands.
#[derive(Clone, Debug)]
pub struct Pressed {
    /// The verdict.
    pub press: Press,
    /// The request, as its page shows it.
    pub request: Request,
}

/// A grant's request as it stands, for the page; `None` if nobody asked.
///
/// # Errors
/// If the store cannot be read.
pub async fn look(store: &Store, grant: GrantId) -> Result<Option<Request>, Error> {
    let now = store.clock().now();
    let request = store.get(&Request::at(grant)).await?;
    Ok(request.map(|mut request| {
        request.codes.retain(|code| {
            passcode::is_live(code, now) || matches!(code.mail, CodeMail::Refused(_))
        });
        request
    }))
}

/// A press on "Send me a code". If it makes one, `mail` puts its mail into the
/// same commit; it gets the request, the code's number and the code.
///
/// # Errors
/// If the store cannot be read or written, or whatever `mail` fails with.
pub async fn press<E: std::convert::From<Error>>(
    store: &Store,
    grant: GrantId,
    from: &From<'_>,
    mut mail: impl FnMut(&mut Tx, &Request, u32, &Secret) -> Result<(), E>,
) -> Result<Pressed, E> {
    for _ in 0..ATTEMPTS {
        let Some(mut desk) = Desk::open(store, grant, from).await? else {
            break;
        };
        let now = store.clock().now();
        let mut tx = Tx::new();
        let press = desk.book.press(desk.who, now);
        let event = Event::new(Actor::Visitor, EventKind::CodeRequest, grant)
            .from(desk.network)
            .noted(from.agent);
        if press == Press::Code {
            let code = passcode::new_code(passcode::SHORT);
            let hash = hash(store, &desk.book.request, &code);
            let serial = desk.book.add(desk.who, hash, now);
            mail(&mut tx, &desk.book.request, serial, &code)?;
            tx.audit(event);
        } else {
            let request = &mut desk.book.request;
            if request
                .noted
                .is_some_and(|noted| now.duration_since(noted) < NOTED)
            {
                return Ok(Pressed {
                    press,
                    request: request.clone(),
                });
            }
            request.noted = Some(now);
            tx.audit(event.failed(no_code(press)));
        }
        desk.write(&mut tx);
        if store.try_commit(tx).await?.is_some() {
            return Ok(Pressed {
                press,
                request: desk.book.request,
            });
        }
    }
    Err(Error::Conflict.into())
}

/// Tries a code as it was typed. If it is right, `enter` puts what follows (the
/// session) into the same commit and its result is returned; the second value
/// is the cookie by which the browser is known from then on.
///
/// # Errors
/// If the store cannot be read or written.
pub async fn attempt<T>(
    store: &Store,
    grant: GrantId,
    from: &From<'_>,
    typed: &Secret,
    mut enter: impl FnMut(&mut Tx) -> T,
) -> Result<(Try, Option<(T, Token)>), Error> {
    let digits = passcode::digits(typed.expose(), passcode::SHORT);
    for _ in 0..ATTEMPTS {
        let Some(mut desk) = Desk::open(store, grant, from).await? else {
            break;
        };
        let before = desk.book.clone();
        let typed = digits
            .as_ref()
            .map(|digits| hash(store, &desk.book.request, digits));
        let verdict = desk.book.attempt(desk.who, typed, store.clock().now());
        let failed = before.request.failing != desk.book.request.failing && verdict != Try::Right;
        if verdict != Try::Right && !failed {
            // Not looked at: nothing changed, so nothing is written.
            return Ok((verdict, None));
        }
        let mut tx = Tx::new();
        let known = desk.browser(&mut tx, from, verdict == Try::Right);
        let entered = (verdict == Try::Right).then(|| enter(&mut tx));
        desk.record(&mut tx, verdict, from.agent);
        desk.write(&mut tx);
        if store.try_commit(tx).await?.is_some() {
            return Ok((verdict, entered.zip(known)));
        }
    }
    Err(Error::Conflict)
}

/// Lifts a grant's lock: the office has sent the message again. `held` is the
/// grant as the caller is about to write it.
pub fn unlock(tx: &mut Tx, grant: &mut Grant) {
    grant.failures = 0;
    tx.delete(&Request::at(grant.id));
}

/// The records of one press or try, held, and the judge's book made of them.
struct Desk<'a> {
    store: &'a Store,
    grant: Held<Grant>,
    request: Option<Held<Request>>,
    tally: Option<Held<CodeTally>>,
    browser: Option<Held<Browser>>,
    network: NetworkKey,
    who: Who,
    book: Book,
}

impl<'a> Desk<'a> {
    /// `None` if there is no such grant.
    async fn open(
        store: &'a Store,
        grant: GrantId,
        from: &From<'_>,
    ) -> Result<Option<Self>, Error> {
        let Some(grant) = store.hold(&Grant::at(grant)).await? else {
            return Ok(None);
        };
        let mailbox = grant.record.mailbox;
        let request = store.hold(&Request::at(grant.record.id)).await?;
        let tally = store.hold(&CodeTally::at(mailbox)).await?;
        let browser = match from.known {
            Some(cookie) => {
                store
                    .hold(&Browser::at(store.token_key(cookie), mailbox))
                    .await?
            }
            None => None,
        };
        let network = store.network_key(from.ip);
        let trusted = browser.as_ref().filter(|b| b.record.failures < KNOWN_LOCK);
        let who = match trusted {
            Some(browser) => Who {
                key: browser_key(store, &browser.record),
                known: true,
            },
            None => Who {
                key: network,
                known: false,
            },
        };
        let book = Book {
            request: request.as_ref().map_or_else(
                || passcode::unasked(grant.record.id, store.clock().now()),
                |held| held.record.clone(),
            ),
            tally: tally
                .as_ref()
                .map_or_else(|| unsent(mailbox), |held| held.record.clone()),
            failures: grant.record.failures,
        };
        Ok(Some(Self {
            store,
            grant,
            request,
            tally,
            browser,
            network,
            who,
            book,
        }))
    }

    /// Puts what the judge changed into the commit. What it read and did not
    /// change is written too: a verdict must not rest on what another changed.
    fn write(&self, tx: &mut Tx) {
        write(tx, self.request.as_ref(), &self.book.request);
        write(tx, self.tally.as_ref(), &self.book.tally);
        if self.grant.record.failures != self.book.failures {
            let mut grant = self.grant.record.clone();
            grant.failures = self.book.failures;
            tx.replace(&self.grant, &grant);
        }
    }

    /// Keeps count of a known browser's failures; after a right code the
    /// browser is known, by its old cookie if it had one.
    fn browser(&self, tx: &mut Tx, from: &From<'_>, right: bool) -> Option<Token> {
        let held = self.browser.as_ref();
        if !right {
            if let Some(held) = held.filter(|_| self.who.known) {
                let mut browser = held.record.clone();
                browser.failures = browser.failures.saturating_add(1);
                tx.replace(held, &browser);
            }
            return None;
        }
        let mailbox = self.grant.record.mailbox;
        Some(know(self.store, tx, mailbox, (held, from.known)))
    }

    /// The audit events of a try that was looked at.
    fn record(&self, tx: &mut Tx, verdict: Try, agent: &str) {
        let grant = self.grant.record.id;
        let event = Event::new(Actor::Visitor, EventKind::CodeTry, grant).from(self.network);
        tx.audit(match verdict {
            Try::Right => event.noted(agent),
            _ => event.failed(agent),
        });
        let note = match verdict {
            Try::Wait(_) => "wait",
            Try::Locked if self.book.failures >= LOCK => "grant",
            _ => return,
        };
        tx.audit(
            Event::new(Actor::Gateway, EventKind::Lock, grant)
                .from(self.network)
                .noted(note),
        );
    }
}

/// Knows a browser from now on as one that proved this mailbox: by the cookie it
/// has, if we made it so. One that is not ours is never made ours: somebody may
/// have planted it.
pub(super) fn know(
    store: &Store,
    tx: &mut Tx,
    mailbox: AddressKey,
    (held, cookie): (Option<&Held<Browser>>, Option<&Token>),
) -> Token {
    let kept = cookie.filter(|_| held.is_some()).cloned();
    let cookie = kept.unwrap_or_default();
    let browser = Browser {
        token: store.token_key(&cookie),
        mailbox,
        since: store.clock().now(),
        failures: 0,
    };
    write(tx, held, &browser);
    cookie
}

/// Under which key a known browser is counted.
pub(super) fn browser_key(store: &Store, browser: &Browser) -> NetworkKey {
    NetworkKey::from_octets(store.mac(Label::Index, &[b"browser", browser.token.octets()]))
}

pub(super) fn unsent(mailbox: AddressKey) -> CodeTally {
    CodeTally {
        mailbox,
        presses: Vec::new(),
        wrong: 0,
        until: None,
    }
}

/// A code as it is kept: bound to its grant and its request, so that a code of
/// one request never fits another.
pub(super) fn hash(store: &Store, request: &Request, code: &Secret) -> [u8; 32] {
    let pieces: [&[u8]; 3] = [
        request.grant.octets(),
        request.reference.as_bytes(),
        code.expose().as_bytes(),
    ];
    store.mac(Label::Codes, &pieces)
}

const fn no_code(press: Press) -> &'static str {
    match press {
        Press::Code => "",
        Press::Joined { .. } => "joined",
        Press::TooMany { .. } => "too-many",
        Press::Locked => "locked",
    }
}
