//! Codes of the portal's front page: somebody names an address, and a code goes
//! there if whoever reads it may sign in (decision 0032).
//!
//! Nobody learns here whether an address is known. For one that is not, the same
//! is judged, written and answered, and only the mail is missing. What is shown
//! depends on this browser and its network alone, never on the mailbox.
//!
//! A code is bound to the browser that asked: nobody else's browser can try it,
//! and nobody else's press puts it out. What a guesser can do in all is bounded
//! for the whole gateway: after a hundred wrong codes in an hour these codes rest.

use crate::access::codes::{self, From};
use crate::access::passcode::{
    self, BETWEEN, DAILY, HOURLY, LONG, PRESSES, RESERVE, TRIES, free_from,
};
use crate::access::throttle::{FIRST, Patience, Throttles};
use crate::access::{ATTEMPTS, session, write};
use crate::model::{
    Actor, Address, AddressKey, Event, EventKind, GrantId, NetworkKey, Secret, Token,
};
use crate::store::records::{Asking, Browser, Code, CodeMail, CodeTally, Request, Throttle};
use crate::store::{Error, Held, Label, Store, Tx};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::{SignedDuration, Timestamp};

/// Wrong codes in an hour, of all the world together, after which codes of the
/// front page rest: a hundred guesses an hour at a hundred million codes find one
/// in a century.
const BUDGET: u32 = 100;
/// The hour in which wrong codes are counted, and for which codes rest.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Questions from one network before the first wait, and between two: a waiting
/// room has one network, and a scanner's list has thousands of addresses.
const ASKS: Patience = Patience {
    round: 20,
    first: FIRST,
    longest: HOUR,
};
/// What the audit trail calls it where no contact is meant.
const FRONT: &str = "front";

/// The codes of the front page. Cloning it is cheap; clones share the counts.
#[derive(Clone, Debug)]
pub struct Front {
    store: Store,
    asks: Throttles,
    tries: Throttles,
}

/// What a question for a code led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Asked {
    /// It was taken: whether a code left is not said.
    Taken,
    /// This browser asked a moment ago; what it was told then holds.
    Joined,
    /// This network has asked too often; it waits until then.
    Slow(Timestamp),
    /// Codes of the front page rest until then.
    Resting(Timestamp),
}

/// What a try led to.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Tried {
    /// The code was right; the mailbox is proved.
    Right(Proved),
    /// It was not, or there was none; so many tries are left.
    Wrong {
        /// Tries left until another code is needed.
        left: u32,
    },
    /// Nothing is looked at from this network before then.
    Slow(Timestamp),
    /// Codes of the front page rest until then.
    Resting(Timestamp),
    /// This browser has asked for no code, or so long ago that it is forgotten.
    Unasked,
}

/// The cookies of somebody who proved a mailbox.
#[derive(Debug, PartialEq, Eq)]
pub struct Proved {
    /// Of the session.
    pub session: Token,
    /// By which the browser is known from then on.
    pub known: Token,
    /// The mailbox's address.
    pub address: Address,
}

/// From where somebody asks or tries, as it is counted.
struct Place {
    key: NetworkKey,
    /// Whether it is a browser that proved the mailbox.
    known: bool,
}

/// Who asks, and for which address.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The cookie of the browser's front page.
    pub browser: &'a Token,
    /// The address that was typed.
    pub address: &'a Address,
    /// For the audit trail: the contact who may sign in; `None` if nobody may.
    pub whom: Option<crate::model::ContactId>,
}

impl Front {
    /// Codes kept in this store.
    #[must_use]
    pub fn new(store: &Store) -> Self {
        Self {
            asks: Throttles::with(store.clone(), ASKS),
            tries: Throttles::new(store.clone()),
            store: store.clone(),
        }
    }

    /// What this browser asked for last; `None` if nothing, or long ago.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn look(&self, browser: &Token) -> Result<Option<Asking>, Error> {
        let asking = self
            .store
            .get(&Asking::at(self.store.token_key(browser)))
            .await?;
        let now = self.store.clock().now();
        Ok(asking.filter(|asking| !is_over(asking, now)))
    }

    /// Until when codes of the front page rest, if they do.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn rests(&self) -> Result<Option<Timestamp>, Error> {
        let budget = self.store.get(&Throttle::at(self.budget())).await?;
        let now = self.store.clock().now();
        Ok(budget.and_then(|b| b.until).filter(|until| *until > now))
    }

    /// Somebody asks for a code. `mail` writes the code's mail, and is asked to
    /// whether anybody will get it or not; it puts it into the commit if its last
    /// argument says so.
    ///
    /// # Errors
    /// If the store cannot be read or written, or whatever `mail` fails with.
    pub async fn ask<E: std::convert::From<Error>>(
        &self,
        question: &Question<'_>,
        from: &From<'_>,
        mut mail: impl FnMut(&mut Tx, &Request, &Secret, bool) -> Result<(), E>,
    ) -> Result<Asked, E> {
        let store = &self.store;
        let network = store.network_key(from.ip);
        let now = store.clock().now();
        let mailbox = store.address_key(question.address);
        let place = self.place(Some(mailbox), from).await?;
        if let Some(until) = self.rests_for(&place).await? {
            return Ok(Asked::Resting(until));
        }
        let asker = self.key(b"front-asks", place.key);
        if let Some(left) = self.asks.waits(asker).await? {
            return Ok(Asked::Slow(plus(now, left)));
        }
        for _ in 0..ATTEMPTS {
            let desk = Desk::open(store, question.browser, Some(question.address), from).await?;
            if desk.asked_just_now(now) {
                return Ok(Asked::Joined);
            }
            let mut tx = Tx::new();
            let may = desk.count(&mut tx, network, now);
            let (request, code) = desk.renew(&mut tx, question.address, now);
            mail(&mut tx, &request, &code, may && question.whom.is_some())?;
            let event = Event::new(Actor::Visitor, EventKind::CodeRequest, object(question));
            let event = event.from(network).noted(from.agent);
            tx.audit(match (may, question.whom) {
                (true, Some(_)) => event,
                (false, _) => event.failed("too-many"),
                (true, None) => event.failed("nobody"),
            });
            if store.try_commit(tx).await?.is_some() {
                let _ = self.asks.fail(asker).await?;
                return Ok(Asked::Taken);
            }
        }
        Err(Error::Conflict.into())
    }

    /// Tries a code as it was typed; `private` keeps the session on this device.
    /// `may` says whether whoever reads at the address may still sign in.
    ///
    /// # Errors
    /// If the store cannot be read or written.
    pub async fn attempt(
        &self,
        (browser, typed): (&Token, &Secret),
        (may, private): (bool, bool),
        from: &From<'_>,
    ) -> Result<Tried, Error> {
        let store = &self.store;
        let network = store.network_key(from.ip);
        let asked = self.look(browser).await?.map(|asking| asking.mailbox);
        let place = self.place(asked, from).await?;
        let guesser = self.key(b"front-tries", place.key);
        if let Some(barred) = self.barred(&place, guesser).await? {
            return Ok(barred);
        }
        let typed = passcode::digits(typed.expose(), LONG);
        for _ in 0..ATTEMPTS {
            let desk = Desk::open(store, browser, None, from).await?;
            let Some(asking) = desk.asking.as_ref().filter(|a| !desk.is_over(&a.record)) else {
                return Ok(Tried::Unasked);
            };
            let left = TRIES.saturating_sub(asking.record.tries);
            let Some(typed) = typed.as_ref().filter(|_| left > 0) else {
                // What can be no code is no try.
                return Ok(Tried::Wrong { left });
            };
            let mut tx = Tx::new();
            if may && desk.matches(typed) {
                let proved = desk.enter(&mut tx, asking, (from, private));
                tx.audit(tried(network).noted(from.agent));
                if store.try_commit(tx).await?.is_some() {
                    self.tries.clear(guesser).await?;
                    return Ok(Tried::Right(proved));
                }
                continue;
            }
            let mut next = asking.record.clone();
            next.tries = next.tries.saturating_add(1);
            tx.replace(asking, &next);
            tx.audit(tried(network).failed(from.agent));
            let rests = self.spend(&mut tx, network).await?;
            if store.try_commit(tx).await?.is_none() {
                continue;
            }
            if let Some(until) = rests {
                return Ok(Tried::Resting(until));
            }
            let waits = self.tries.fail(guesser).await?.until;
            return Ok(match waits {
                Some(until) => Tried::Slow(until),
                None => Tried::Wrong { left: left - 1 },
            });
        }
        Err(Error::Conflict)
    }

    /// Counts a wrong code of all the world's; until when codes rest, if this was
    /// the last of the hour.
    async fn spend(&self, tx: &mut Tx, network: NetworkKey) -> Result<Option<Timestamp>, Error> {
        let now = self.store.clock().now();
        let key = self.budget();
        let held = self.store.hold(&Throttle::at(key)).await?;
        let before = held.as_ref().map(|held| &held.record);
        let before = before.filter(|b| plus(b.since, HOUR) > now && b.until.is_none());
        let mut next = before.cloned().unwrap_or(Throttle {
            key,
            count: 0,
            since: now,
            until: None,
        });
        next.count = next.count.saturating_add(1);
        next.until = (next.count >= BUDGET).then(|| plus(now, HOUR));
        write(tx, held.as_ref(), &next);
        if next.until.is_some() {
            tracing::warn!(
                event = "front.rests",
                budget = BUDGET,
                "Too many wrong codes were typed at the portal's front page; its codes rest for an hour. Links keep working."
            );
            let event = Event::new(Actor::Gateway, EventKind::Lock, FRONT);
            tx.audit(event.from(network).noted("budget"));
        }
        Ok(next.until)
    }

    /// From where somebody asks or tries. A browser that proved the mailbox before is
    /// a place of its own: no stranger's presses, from its network or from all the
    /// world, keep its owner out.
    async fn place(&self, mailbox: Option<AddressKey>, from: &From<'_>) -> Result<Place, Error> {
        let known = match (mailbox, from.known) {
            (Some(mailbox), Some(cookie)) => {
                let token = self.store.token_key(cookie);
                self.store.get(&Browser::at(token, mailbox)).await?
            }
            _ => None,
        };
        let own = known.map(|known| codes::browser_key(&self.store, &known));
        Ok(Place {
            known: own.is_some(),
            key: own.unwrap_or_else(|| self.store.network_key(from.ip)),
        })
    }

    /// Why nothing is looked at that is tried from there now; `None` if it is.
    async fn barred(&self, place: &Place, guesser: [u8; 32]) -> Result<Option<Tried>, Error> {
        if let Some(until) = self.rests_for(place).await? {
            return Ok(Some(Tried::Resting(until)));
        }
        let left = self.tries.waits(guesser).await?;
        let now = self.store.clock().now();
        Ok(left.map(|left| Tried::Slow(plus(now, left))))
    }

    async fn rests_for(&self, place: &Place) -> Result<Option<Timestamp>, Error> {
        if place.known {
            Ok(None)
        } else {
            self.rests().await
        }
    }

    fn budget(&self) -> [u8; 32] {
        self.store.mac(Label::Index, &[b"front-budget"])
    }

    fn key(&self, what: &[u8], network: NetworkKey) -> [u8; 32] {
        self.store.mac(Label::Index, &[what, network.octets()])
    }
}

/// Whether nothing in the record matters any more: no code lives so long.
#[must_use]
pub fn is_over(asking: &Asking, now: Timestamp) -> bool {
    plus(asking.asked, HOUR) <= now
}

fn object(question: &Question<'_>) -> String {
    let whom = question.whom.map(|contact| contact.to_string());
    whom.unwrap_or_else(|| FRONT.to_owned())
}

fn tried(network: NetworkKey) -> Event {
    Event::new(Actor::Visitor, EventKind::CodeTry, FRONT).from(network)
}

fn plus(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// The records of one question or try, held.
struct Desk<'a> {
    store: &'a Store,
    asking: Option<Held<Asking>>,
    request: Option<Held<Request>>,
    tally: Option<Held<CodeTally>>,
    browser: Option<Held<Browser>>,
    token: crate::model::TokenKey,
    mailbox: AddressKey,
}

impl<'a> Desk<'a> {
    /// For the address that was typed, or the one that this browser typed before.
    async fn open(
        store: &'a Store,
        browser: &Token,
        typed: Option<&Address>,
        from: &From<'_>,
    ) -> Result<Self, Error> {
        let token = store.token_key(browser);
        let asking = store.hold(&Asking::at(token)).await?;
        let before = asking.as_ref().map(|held| held.record.mailbox);
        let mailbox = typed.map(|typed| store.address_key(typed)).or(before);
        let mailbox = mailbox.unwrap_or(AddressKey::from_octets([0; 32]));
        let request = match &asking {
            Some(held) => store.hold(&Request::at(held.record.request)).await?,
            None => None,
        };
        let browser = match from.known {
            Some(cookie) => {
                let known = Browser::at(store.token_key(cookie), mailbox);
                store.hold(&known).await?
            }
            None => None,
        };
        Ok(Self {
            tally: store.hold(&CodeTally::at(counted(store, mailbox))).await?,
            store,
            asking,
            request,
            browser,
            token,
            mailbox,
        })
    }

    fn is_over(&self, asking: &Asking) -> bool {
        is_over(asking, self.store.clock().now())
    }

    /// Whether this browser asked for this address within the last half minute.
    fn asked_just_now(&self, now: Timestamp) -> bool {
        let asking = self.asking.as_ref().map(|held| &held.record);
        asking.is_some_and(|a| a.mailbox == self.mailbox && plus(a.asked, BETWEEN) > now)
    }

    /// Counts a mail to the mailbox, if one may be sent: so many an hour and a
    /// day, whoever asks, so that nobody fills a patient's mailbox; and a few more
    /// for a browser that proved it before, so that nobody keeps the patient out.
    fn count(&self, tx: &mut Tx, network: NetworkKey, now: Timestamp) -> bool {
        let known = self.browser.as_ref().map(|held| &held.record);
        let own = known.map(|browser| codes::browser_key(self.store, browser));
        let mut tally = match &self.tally {
            Some(held) => held.record.clone(),
            None => codes::unsent(counted(self.store, self.mailbox)),
        };
        tally.presses.retain(|(_, at)| plus(*at, DAY) > now);
        let all = || tally.presses.iter().map(|(_, at)| *at);
        let from_all = free_from(all(), HOURLY, HOUR).max(free_from(all(), DAILY, DAY));
        let from_own = own.map(|own| {
            let mine = tally.presses.iter().filter(|(key, _)| *key == own);
            free_from(mine.map(|(_, at)| *at), RESERVE, HOUR)
        });
        let may = from_all <= now || from_own.is_some_and(|from| from <= now);
        if may {
            tally.presses.push((own.unwrap_or(network), now));
            let surplus = tally.presses.len().saturating_sub(PRESSES);
            tally.presses.drain(..surplus);
        }
        write(tx, self.tally.as_ref(), &tally);
        may
    }

    /// A new code in place of the browser's old one, whose mail is wanted no more.
    fn renew(&self, tx: &mut Tx, address: &Address, now: Timestamp) -> (Request, Secret) {
        if let Some(old) = &self.asking {
            tx.delete(&Request::at(old.record.request));
        }
        let mut request = passcode::unasked(GrantId::new(now), now);
        let code = passcode::new_code(LONG);
        request.codes.push(Code {
            serial: 0,
            hash: codes::hash(self.store, &request, &code),
            created: now,
            mail: CodeMail::Waiting,
        });
        request.pressed = Some(now);
        tx.insert(&request);
        let asking = Asking {
            token: self.token,
            address: address.clone(),
            mailbox: self.mailbox,
            request: request.grant,
            reference: request.reference.clone(),
            asked: now,
            tries: 0,
        };
        write(tx, self.asking.as_ref(), &asking);
        (request, code)
    }

    fn matches(&self, typed: &Secret) -> bool {
        let Some(request) = &self.request else {
            return false;
        };
        let now = self.store.clock().now();
        let typed = codes::hash(self.store, &request.record, typed);
        let mut live = request.record.codes.iter();
        live.any(|code| {
            passcode::is_live(code, now) && verify_slices_are_equal(&code.hash, &typed).is_ok()
        })
    }

    /// Into the session; the code is used up with the same commit.
    fn enter(
        &self,
        tx: &mut Tx,
        asking: &Held<Asking>,
        (from, private): (&From<'_>, bool),
    ) -> Proved {
        tx.remove(asking);
        if let Some(request) = &self.request {
            tx.remove(request);
        }
        let address = &asking.record.address;
        let whose = (self.mailbox, address);
        let held = (self.browser.as_ref(), from.known);
        Proved {
            session: session::begin_at_front(self.store, tx, whose, private),
            known: codes::know(self.store, tx, self.mailbox, held),
            address: address.clone(),
        }
    }
}

/// Under which key the front page's mails to a mailbox are counted: apart from
/// those that a link asked for, which whoever watches here must not see.
fn counted(store: &Store, mailbox: AddressKey) -> AddressKey {
    AddressKey::from_octets(store.mac(Label::Index, &[b"front-mails", mailbox.octets()]))
}
