//! The judge of one-time codes: who gets one, and whose try is looked at.
//! It has no clock, store or key; [`crate::access::codes`] acts on it.
//!
//! Three things are weighed against each other. A code is short, so guesses
//! are counted. A mail scanner presses buttons, so what it uses up must not be
//! the patient's. And whoever holds a link can type wrong codes, so waits fall
//! on the network that failed, never on a fresh network or on a browser that
//! verified a code before. A wait is never a loss: nothing here destroys what
//! a later, right code opens.

use crate::model::secret::random;
use crate::model::{GrantId, NetworkKey, Secret};
use crate::store::records::{Code, CodeMail, CodeTally, Failing, Request};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::{SignedDuration, Timestamp};

/// A code is good for this long after the relay took its mail (requirements C3.2).
pub const VALID: SignedDuration = SignedDuration::from_mins(10);
/// And never longer than this after it was made, whatever became of its mail.
/// A code mail that has not left by then is given up.
pub const LONGEST: SignedDuration = SignedDuration::from_mins(30);
/// A scanner's presses cause at most one mail in this time (requirements C3.12).
pub const BETWEEN: SignedDuration = SignedDuration::from_secs(30);
/// Codes that are live side by side: mails overtake each other (requirements B.7).
const LIVE: usize = 3;
/// Codes for one mailbox in an hour, and in a day (requirements C3.5).
pub(super) const HOURLY: usize = 5;
/// See [`HOURLY`].
pub(super) const DAILY: usize = 15;
/// What every network keeps for itself in an hour, whatever others used up.
pub(super) const RESERVE: usize = 2;
/// Tries of one network or known browser in one request.
pub(super) const TRIES: u32 = 5;
/// Tries of all networks together in one request.
const ALL_TRIES: u32 = 15;
/// Wrong codes in a row under one grant, then only the office can help
/// (NIST SP 800-63B §3.2.2). A try against three live codes counts three, so
/// that the chance of a guess stays at 100 in a million.
pub const LOCK: u32 = 100;
/// Wrong codes in a row after which a known browser is known no more.
pub const KNOWN_LOCK: u32 = 20;
/// The first wait; each further one is twice as long.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
/// The longest wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// Whoever has not failed for this long is forgotten.
const FORGET: SignedDuration = SignedDuration::from_hours(24);
/// Networks remembered as failing under one grant: more than [`LOCK`] lets fail.
const FAILING: usize = 128;
/// Presses remembered for one mailbox: far above what the rules let through in
/// a day, so that it bounds the record and nothing else.
pub(super) const PRESSES: usize = 512;
/// No vowels, so no words; nothing that looks like something else; and none of
/// the consonants of which rude abbreviations are made.
const LETTERS: [char; 12] = ['B', 'D', 'H', 'J', 'M', 'N', 'P', 'R', 'T', 'W', 'X', 'Z'];

/// Who presses or types: a network, or a known browser under a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The network's key; for a known browser a key made from its cookie.
    pub key: NetworkKey,
    /// Whether it is a browser that verified a code of this mailbox before.
    pub known: bool,
}

/// All that is judged by: the grant's request, the mailbox's tally, and the
/// grant's wrong codes in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The grant's request.
    pub request: Request,
    /// The mailbox's tally.
    pub tally: CodeTally,
    /// The grant's wrong codes in a row.
    pub failures: u32,
}

/// What a press leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Press {
    /// A new code: make it, then call [`Book::add`].
    Code,
    /// The codes under way must do until then.
    Joined {
        /// When a further code may be asked for.
        again: Timestamp,
    },
    /// No code, and none is under way.
    TooMany {
        /// When a code may be asked for.
        again: Timestamp,
    },
    /// Only the office can help.
    Locked,
}

/// What a try leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Try {
    /// The code is right; every code of the request is used up.
    Right,
    /// It is not; so many tries are left in this request.
    Wrong {
        /// Tries left.
        left: u32,
    },
    /// The try was not looked at, or was the last: nothing is looked at before then.
    Wait(Timestamp),
    /// Only the office can help.
    Locked,
}

/// A grant's request before anybody asked for a code.
#[must_use]
pub fn unasked(grant: GrantId, now: Timestamp) -> Request {
    Request {
        grant,
        reference: reference(),
        opened: now,
        codes: Vec::new(),
        next: 0,
        pressed: None,
        noted: None,
        failing: Vec::new(),
    }
}

impl Book {
    /// Judges a press on "Send me a code".
    pub fn press(&mut self, who: Who, now: Timestamp) -> Press {
        self.forget(now);
        if self.failures >= LOCK && !who.known {
            return Press::Locked;
        }
        if let Some(until) = self.waits(who, now) {
            return self.denied(until);
        }
        // A request with no live code is over, and so is one in which this
        // caller has no tries left: a further code in it would be of no use.
        let over = self.request.codes.is_empty() || self.left(who) == 0;
        let spaced = self.request.pressed.map(|last| plus(last, BETWEEN));
        if let Some(again) = spaced.filter(|again| *again > now) {
            return self.denied(again);
        }
        let full = !over && self.request.codes.len() >= LIVE;
        if let Some(oldest) = self.request.codes.first().filter(|_| full) {
            return Press::Joined {
                again: ends(oldest),
            };
        }
        if let Some(again) = self.allowance(who, now) {
            return self.denied(again);
        }
        if over {
            self.renew(now);
        }
        Press::Code
    }

    /// Adds the code that a press led to.
    pub fn add(&mut self, who: Who, hash: [u8; 32], now: Timestamp) -> u32 {
        let serial = self.request.next;
        self.request.next = serial.saturating_add(1);
        self.request.pressed = Some(now);
        self.request.codes.push(Code {
            serial,
            hash,
            created: now,
            mail: CodeMail::Waiting,
        });
        self.tally.presses.push((who.key, now));
        let surplus = self.tally.presses.len().saturating_sub(PRESSES);
        self.tally.presses.drain(..surplus);
        serial
    }

    /// Judges a try. `typed` is the keyed hash of what was typed; `None` if it
    /// could not be a code at all, which costs nothing.
    pub fn attempt(&mut self, who: Who, typed: Option<[u8; 32]>, now: Timestamp) -> Try {
        self.forget(now);
        if let Some(until) = self.waits(who, now) {
            return Try::Wait(until);
        }
        if self.failures >= LOCK && !who.known {
            return Try::Locked;
        }
        let left = self.left(who);
        let Some(typed) = typed.filter(|_| left > 0) else {
            return Try::Wrong { left };
        };
        if self.matches(&typed) {
            self.clear();
            return Try::Right;
        }
        self.fail(who, now)
    }

    /// Drops what time has overtaken: dead codes, old failures, old presses.
    fn forget(&mut self, now: Timestamp) {
        self.request.codes.retain(|code| is_live(code, now));
        self.request
            .failing
            .retain(|f| plus(f.last, FORGET) > now || f.until > Some(now));
        self.tally.presses.retain(|(_, at)| plus(*at, FORGET) > now);
    }

    /// Until when this caller is not looked at: its own wait first, then the
    /// mailbox's for those who failed before. A fresh network never waits for
    /// others, a known browser only for itself.
    fn waits(&self, who: Who, now: Timestamp) -> Option<Timestamp> {
        let own = self.request.failing.iter().find(|f| f.who == who.key)?;
        let shared = self.tally.until.filter(|_| !who.known);
        own.until.max(shared).filter(|until| *until > now)
    }

    /// How many tries this caller has left in the request.
    fn left(&self, who: Who) -> u32 {
        let failing = &self.request.failing;
        let own = failing
            .iter()
            .find(|f| f.who == who.key)
            .map_or(0, |f| f.tries);
        let own = TRIES.saturating_sub(own);
        if who.known {
            return own;
        }
        let all: u32 = failing.iter().filter(|f| !f.known).map(|f| f.tries).sum();
        own.min(ALL_TRIES.saturating_sub(all))
    }

    /// A new request in place of the old one: the old codes end with it, the
    /// waits do not.
    fn renew(&mut self, now: Timestamp) {
        self.request.reference = reference();
        self.request.opened = now;
        self.request.codes.clear();
        for failing in &mut self.request.failing {
            failing.tries = 0;
        }
    }

    /// No new code: joined if one is under way, too many if not.
    const fn denied(&self, again: Timestamp) -> Press {
        if self.request.codes.is_empty() {
            Press::TooMany { again }
        } else {
            Press::Joined { again }
        }
    }

    /// `None` if a code may be made now, else from when. The mailbox's common
    /// allowance comes first; when it is used up, each network still has its
    /// own reserve.
    fn allowance(&self, who: Who, now: Timestamp) -> Option<Timestamp> {
        let all = || self.tally.presses.iter().map(|(_, at)| *at);
        let own = || {
            self.tally
                .presses
                .iter()
                .filter(|(key, _)| *key == who.key)
                .map(|(_, at)| *at)
        };
        let common = free_from(all(), HOURLY, hour()).max(free_from(all(), DAILY, FORGET));
        let reserve = free_from(own(), RESERVE, hour()).max(free_from(own(), DAILY, FORGET));
        Some(common.min(reserve)).filter(|again| *again > now)
    }

    /// Whether the typed code is one of the live ones: every one is compared,
    /// whichever fits.
    fn matches(&self, typed: &[u8; 32]) -> bool {
        self.request.codes.iter().fold(false, |found, code| {
            verify_slices_are_equal(&code.hash, typed).is_ok() | found
        })
    }

    fn clear(&mut self) {
        self.request.codes.clear();
        self.request.failing.clear();
        self.tally.wrong = 0;
        self.tally.until = None;
        self.failures = 0;
    }

    fn fail(&mut self, who: Who, now: Timestamp) -> Try {
        let guesses = u32::try_from(self.request.codes.len()).unwrap_or(u32::MAX);
        let failing = self.entry(who, now);
        failing.tries = failing.tries.saturating_add(1);
        failing.last = now;
        if failing.tries >= TRIES {
            failing.rounds = failing.rounds.saturating_add(1);
            failing.until = Some(plus(now, wait(failing.rounds)));
        }
        if !who.known {
            self.failures = self.failures.saturating_add(guesses).min(LOCK);
            self.tally.wrong = self.tally.wrong.saturating_add(1);
            if self.tally.wrong.is_multiple_of(ALL_TRIES) {
                self.tally.until = Some(plus(now, wait(self.tally.wrong / ALL_TRIES)));
            }
            if self.failures >= LOCK {
                return Try::Locked;
            }
        }
        let left = self.left(who);
        self.waits(who, now).map_or(Try::Wrong { left }, Try::Wait)
    }

    /// The caller's entry among the failing; made if need be, in place of the
    /// one that failed longest ago if there are too many.
    fn entry(&mut self, who: Who, now: Timestamp) -> &mut Failing {
        let list = &mut self.request.failing;
        let at = list
            .iter()
            .position(|f| f.who == who.key)
            .unwrap_or_else(|| {
                if list.len() >= FAILING {
                    let oldest = list
                        .iter()
                        .enumerate()
                        .min_by_key(|(_, f)| f.last)
                        .map(|(i, _)| i);
                    list.remove(oldest.unwrap_or_default());
                }
                list.len()
            });
        if at == list.len() {
            list.push(Failing {
                who: who.key,
                known: who.known,
                tries: 0,
                rounds: 0,
                until: None,
                last: now,
            });
        }
        #[expect(
            clippy::indexing_slicing,
            reason = "the position was just found or pushed"
        )]
        &mut list[at]
    }
}

/// Notes what became of a code's mail. A code that is gone needs no note.
pub fn mailed(request: &mut Request, serial: u32, mail: CodeMail) {
    if let Some(code) = request.codes.iter_mut().find(|c| c.serial == serial) {
        // A second acceptance of the same mail must not make it live longer.
        if !matches!(code.mail, CodeMail::Handed(_)) {
            code.mail = mail;
        }
    }
}

/// Notes that the mail with the newest code, which the relay had taken, came back
/// at `at`; whether there was one. Whoever waits for it learns that it will not
/// come.
pub fn returned(request: &mut Request, at: Timestamp) -> bool {
    let newest = request.codes.last_mut();
    let handed = newest.filter(|code| matches!(code.mail, CodeMail::Handed(_)));
    let Some(code) = handed else {
        return false;
    };
    code.mail = CodeMail::Refused(at);
    true
}

/// Whether nothing in the request matters any more.
#[must_use]
pub fn is_over(request: &Request, now: Timestamp) -> bool {
    request.codes.iter().all(|code| !is_live(code, now))
        && request.failing.iter().all(|f| plus(f.last, FORGET) <= now)
        && plus(request.opened, FORGET) <= now
}

/// Whether nothing in the tally matters any more.
#[must_use]
pub fn is_settled(tally: &CodeTally, now: Timestamp) -> bool {
    tally.presses.iter().all(|(_, at)| plus(*at, FORGET) <= now)
        && tally.until.is_none_or(|until| plus(until, FORGET) <= now)
}

/// Until when a code can be used, as far as is known now.
#[must_use]
pub fn ends(code: &Code) -> Timestamp {
    let longest = plus(code.created, LONGEST);
    match code.mail {
        CodeMail::Handed(at) => plus(at, VALID).min(longest),
        CodeMail::Waiting | CodeMail::Deferred(_) => longest,
        // Nobody has received it, so it waits for nobody.
        CodeMail::Refused(_) => code.created,
    }
}

/// Whether a code can still be used.
#[must_use]
pub fn is_live(code: &Code, now: Timestamp) -> bool {
    now < ends(code)
}

/// Digits of a code that a link asked for.
pub const SHORT: usize = 6;
/// Digits of a code that the front page asked for: there a guesser chooses among
/// all mailboxes, and not among those whose link he holds.
pub const LONG: usize = 8;

/// A new code of at most nine decimal digits, every one as likely as any other,
/// leading zeros kept.
#[must_use]
pub fn new_code(length: usize) -> Secret {
    let most = 10_u32.saturating_pow(u32::try_from(length).unwrap_or(u32::MAX));
    // The largest multiple in 32 bits: above it, draw again, or low codes would
    // be a little more likely.
    let fair = u32::MAX - u32::MAX % most;
    loop {
        let drawn = u32::from_be_bytes(random());
        if drawn < fair {
            return Secret::new(format!("{:0length$}", drawn % most));
        }
    }
}

/// The digits of what somebody typed or pasted: blanks, hyphens and invisible
/// marks left out, full-width and Arabic-Indic digits understood (requirements
/// C3.8). `None` if so many digits are not what is left.
#[must_use]
pub fn digits(typed: &str, length: usize) -> Option<Secret> {
    let mut digits = String::with_capacity(length);
    for c in typed.chars() {
        match ascii_digit(c) {
            Some(digit) if digits.len() < length => digits.push(digit),
            Some(_) => return None,
            None if is_filler(c) => {}
            None => return None,
        }
    }
    (digits.len() == length).then(|| Secret::new(digits))
}

fn ascii_digit(c: char) -> Option<char> {
    /// Where a script's digits begin: ASCII, full-width, Arabic-Indic, and the
    /// form of the latter used for Persian and Urdu.
    const ZEROS: [char; 4] = ['0', '\u{ff10}', '\u{660}', '\u{6f0}'];
    ZEROS.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(zero))?;
        char::from_digit(value, 10)
    })
}

fn is_filler(c: char) -> bool {
    c.is_whitespace()
        || c == '-'
        || ('\u{2010}'..='\u{2015}').contains(&c)
        || matches!(
            c,
            // The minus sign, and the marks that nobody sees: soft hyphen, byte
            // order, direction, joiners, isolates.
            '\u{2212}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{fe63}' | '\u{ff0d}'
        )
}

pub(super) fn reference() -> String {
    random::<4>()
        .iter()
        // 256 is not a multiple of 12; a reference is a name, not a secret.
        .filter_map(|octet| LETTERS.get(usize::from(*octet) % LETTERS.len()))
        .collect()
}

/// 30 s, 1 min, 2 min, … up to an hour.
fn wait(round: u32) -> SignedDuration {
    let doublings = round.saturating_sub(1).min(16);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

/// From when fewer than `most` of these times lie within `span`.
pub(super) fn free_from(
    times: impl Iterator<Item = Timestamp>,
    most: usize,
    span: SignedDuration,
) -> Timestamp {
    let mut times: Vec<Timestamp> = times.collect();
    times.sort_unstable();
    let nth = times.len().checked_sub(most).and_then(|at| times.get(at));
    nth.map_or(Timestamp::MIN, |at| plus(*at, span))
}

const fn hour() -> SignedDuration {
    SignedDuration::from_hours(1)
}

fn plus(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::{
        BETWEEN, Book, LETTERS, LOCK, Press, SHORT, Try, Who, digits, is_live, mailed, new_code,
        plus, unasked,
    };
    use crate::model::{AddressKey, GrantId, NetworkKey};
    use crate::store::records::{CodeMail, CodeTally};
    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};
    use std::collections::HashSet;

    const RIGHT: [u8; 32] = [1; 32];
    const WRONG: [u8; 32] = [9; 32];

    fn book() -> Book {
        Book {
            request: unasked(GrantId::new(start()), start()),
            tally: CodeTally {
                mailbox: AddressKey::from_octets([0; 32]),
                presses: Vec::new(),
                wrong: 0,
                until: None,
            },
            failures: 0,
        }
    }

    fn start() -> Timestamp {
        Timestamp::from_second(1_790_000_000).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        plus(start(), SignedDuration::from_secs(seconds))
    }

    fn network(n: u16) -> Who {
        let mut octets = [0; 32];
        octets[..2].copy_from_slice(&n.to_be_bytes());
        Who {
            key: NetworkKey::from_octets(octets),
            known: false,
        }
    }

    fn known() -> Who {
        Who {
            key: NetworkKey::from_octets([0xff; 32]),
            known: true,
        }
    }

    /// A press that is to make a code.
    fn code(book: &mut Book, who: Who, now: Timestamp) -> u32 {
        assert_eq!(book.press(who, now), Press::Code);
        book.add(who, RIGHT, now)
    }

    #[test]
    fn a_press_makes_a_code_and_the_code_opens_once() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        assert_eq!(book.attempt(network(1), Some(RIGHT), at(60)), Try::Right);
        let again = book.attempt(network(1), Some(RIGHT), at(61));
        assert_eq!(
            again,
            Try::Wrong { left: 4 },
            "a used code answers like a wrong one"
        );
    }

    #[test]
    fn presses_join_one_request_and_at_most_three_codes_live_in_it() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        let reference = book.request.reference.clone();
        assert_eq!(
            book.press(network(2), at(29)),
            Press::Joined { again: at(30) }
        );
        code(&mut book, network(2), at(30));
        code(&mut book, network(1), at(60));
        assert!(matches!(
            book.press(network(3), at(90)),
            Press::Joined { .. }
        ));
        assert_eq!(book.request.codes.len(), 3);
        assert_eq!(book.request.reference, reference);
        assert_eq!(book.attempt(network(3), Some(RIGHT), at(91)), Try::Right);
        assert!(book.request.codes.is_empty(), "a success ends its siblings");
    }

    #[test]
    fn a_code_lasts_ten_minutes_from_its_acceptance_and_thirty_in_all() {
        let mut book = book();
        let serial = code(&mut book, network(1), at(0));
        assert!(is_live(&book.request.codes[0], at(30 * 60 - 1)));
        mailed(&mut book.request, serial, CodeMail::Deferred(at(300)));
        assert!(is_live(&book.request.codes[0], at(30 * 60 - 1)));
        mailed(&mut book.request, serial, CodeMail::Handed(at(300)));
        assert!(is_live(&book.request.codes[0], at(900 - 1)));
        assert!(!is_live(&book.request.codes[0], at(900)));
        mailed(&mut book.request, serial, CodeMail::Handed(at(600)));
        assert!(
            !is_live(&book.request.codes[0], at(900)),
            "it was made to live longer"
        );
        let reference = book.request.reference.clone();
        assert_eq!(
            book.attempt(network(1), Some(RIGHT), at(901)),
            Try::Wrong { left: 4 }
        );
        // 20 736 references: were this the same one, the next would differ.
        code(&mut book, network(1), at(902));
        if book.request.reference == reference {
            code(&mut book, network(1), at(8_000));
            assert_ne!(book.request.reference, reference);
        }
        let late = code(&mut book, network(1), at(20_000));
        mailed(
            &mut book.request,
            late,
            CodeMail::Handed(at(20_000 + 25 * 60)),
        );
        assert!(!is_live(&book.request.codes[0], at(20_000 + 30 * 60)));
        mailed(&mut book.request, 99, CodeMail::Handed(at(20_000)));
    }

    #[test]
    fn a_refused_code_is_of_no_use_to_anybody() {
        let mut book = book();
        let serial = code(&mut book, network(1), at(0));
        mailed(&mut book.request, serial, CodeMail::Refused(at(1)));
        assert_eq!(
            book.attempt(network(1), Some(RIGHT), at(2)),
            Try::Wrong { left: 4 }
        );
        assert_eq!(
            book.press(network(1), at(10)),
            Press::TooMany { again: at(30) }
        );
        code(&mut book, network(1), at(31));
    }

    #[test]
    fn a_mailbox_gets_five_codes_an_hour_and_fifteen_a_day_from_one_network() {
        let mut book = book();
        let mut codes = 0;
        for minute in 0..60 {
            if book.press(network(1), at(minute * 60)) == Press::Code {
                book.add(network(1), RIGHT, at(minute * 60));
                book.request.codes.clear();
                codes += 1;
            }
        }
        assert_eq!(codes, 5);
        assert_eq!(
            book.press(network(1), at(3_599)),
            Press::TooMany { again: at(3_600) }
        );
        for minute in 60..24 * 60 {
            if book.press(network(1), at(minute * 60)) == Press::Code {
                book.add(network(1), RIGHT, at(minute * 60));
                book.request.codes.clear();
                codes += 1;
            }
        }
        assert_eq!(codes, 15);
    }

    #[test]
    fn scanners_from_many_networks_leave_the_patient_her_codes() {
        let mut book = book();
        // A mail filter's farm presses from a new network every ten seconds
        // for two hours, and types what it likes.
        let mut mails = 0;
        for n in 0..720_u16 {
            let now = at(i64::from(n) * 10);
            if book.press(network(n), now) == Press::Code {
                book.add(network(n), RIGHT, now);
                mails += 1;
            }
        }
        assert!(mails <= 3 * 2 * 60 / 10, "{mails} mails in two hours");
        // Whenever the patient comes, she can ask or join, and can type.
        for minute in 0..30 {
            let patient = network(60_000);
            let mut book = book.clone();
            let now = at(7_200 + minute * 60);
            match book.press(patient, now) {
                Press::Code => {
                    book.add(patient, RIGHT, now);
                }
                Press::Joined { .. } => {}
                other => panic!("after {minute} minutes: {other:?}"),
            }
            assert_eq!(book.attempt(patient, Some(RIGHT), now), Try::Right);
        }
    }

    #[test]
    fn a_fresh_network_keeps_two_codes_an_hour_when_others_used_all_up() {
        let mut book = book();
        for n in 0..15 {
            let now = at(i64::from(n) * 4_000);
            code(&mut book, network(n), now);
            book.request.codes.clear();
        }
        let now = 15 * 4_000;
        code(&mut book, network(99), at(now));
        book.request.codes.clear();
        code(&mut book, network(99), at(now + 31));
        book.request.codes.clear();
        assert!(matches!(
            book.press(network(99), at(now + 62)),
            Press::TooMany { .. }
        ));
        code(&mut book, network(100), at(now + 62));
    }

    #[test]
    fn five_wrong_tries_of_one_network_make_it_wait_and_nobody_else() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        for left in (1..5).rev() {
            assert_eq!(
                book.attempt(network(6), Some(WRONG), at(1)),
                Try::Wrong { left }
            );
        }
        assert_eq!(
            book.attempt(network(6), Some(WRONG), at(1)),
            Try::Wait(at(31))
        );
        assert_eq!(
            book.attempt(network(6), Some(RIGHT), at(30)),
            Try::Wait(at(31))
        );
        assert_eq!(
            book.attempt(network(6), Some(RIGHT), at(32)),
            Try::Wrong { left: 0 },
            "its tries in this request stay used up"
        );
        assert_eq!(book.attempt(network(1), Some(RIGHT), at(32)), Try::Right);
    }

    #[test]
    fn after_its_wait_a_new_request_gives_a_network_new_tries_and_longer_waits() {
        let mut book = book();
        let mut now = 0;
        for expected in [30, 60, 120, 240, 480, 960] {
            assert_eq!(book.press(network(1), at(now)), Press::Code);
            book.add(network(1), RIGHT, at(now));
            book.tally.presses.clear();
            book.tally.wrong = 0;
            for _ in 0..4 {
                let _ = book.attempt(network(1), Some(WRONG), at(now));
            }
            let last = book.attempt(network(1), Some(WRONG), at(now));
            assert_eq!(last, Try::Wait(at(now + expected)));
            now += expected + 31;
        }
    }

    #[test]
    fn fifteen_wrong_tries_close_a_request_to_all_but_a_known_browser() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        for n in 10..13 {
            for _ in 0..5 {
                let _ = book.attempt(network(n), Some(WRONG), at(1));
            }
        }
        assert_eq!(
            book.attempt(network(1), Some(RIGHT), at(2)),
            Try::Wrong { left: 0 }
        );
        assert_eq!(
            book.clone().attempt(known(), Some(RIGHT), at(2)),
            Try::Right
        );
        // The fresh network asks anew and is let in; those that failed wait.
        code(&mut book, network(1), at(31));
        assert_eq!(book.attempt(network(1), Some(RIGHT), at(32)), Try::Right);
    }

    #[test]
    fn the_mailbox_wait_falls_on_those_who_failed_before_alone() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        for n in 10..25 {
            let _ = book.attempt(network(n), Some(WRONG), at(1));
        }
        assert_eq!(book.tally.until, Some(at(31)));
        assert_eq!(
            book.attempt(network(10), Some(RIGHT), at(2)),
            Try::Wait(at(31))
        );
        code(&mut book, network(1), at(30));
        assert_eq!(book.attempt(network(1), Some(RIGHT), at(30)), Try::Right);
        assert_eq!(
            (book.tally.wrong, book.tally.until, book.failures),
            (0, None, 0)
        );
    }

    #[test]
    fn a_hundred_wrong_codes_lock_the_grant_but_not_a_known_browser() {
        let mut book = book();
        let mut now = 0;
        let mut looked_at = 0;
        for n in 0_u16.. {
            if book.press(network(n), at(now)) == Press::Code {
                book.add(network(n), RIGHT, at(now));
            }
            match book.attempt(network(n), Some(WRONG), at(now)) {
                Try::Locked => break,
                _ => looked_at += book.request.codes.len(),
            }
            now += 60;
        }
        assert!(
            looked_at < LOCK as usize,
            "{looked_at} guesses were looked at"
        );
        assert_eq!(book.press(network(50_000), at(now)), Press::Locked);
        assert_eq!(
            book.attempt(network(50_000), Some(RIGHT), at(now)),
            Try::Locked
        );
        now += 1_800;
        code(&mut book, known(), at(now));
        assert_eq!(book.attempt(known(), Some(RIGHT), at(now)), Try::Right);
        assert_eq!(book.failures, 0);
    }

    #[test]
    fn what_cannot_be_a_code_costs_no_try() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        let before = book.clone();
        assert_eq!(
            book.attempt(network(1), None, at(1)),
            Try::Wrong { left: 5 }
        );
        assert_eq!(book, before);
    }

    #[test]
    fn a_press_that_makes_no_code_ends_none() {
        let mut book = book();
        code(&mut book, network(1), at(0));
        for _ in 0..5 {
            let _ = book.attempt(network(6), Some(WRONG), at(1));
        }
        assert!(matches!(
            book.press(network(6), at(29)),
            Press::Joined { .. }
        ));
        assert_eq!(book.attempt(network(1), Some(RIGHT), at(29)), Try::Right);
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        for typed in [
            "123456",
            "123 456",
            "123-456",
            " 123456\n",
            "\u{ff11}\u{ff12}\u{ff13}\u{ff14}\u{ff15}\u{ff16}",
            "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
            "\u{6f1}\u{6f2}\u{6f3}\u{6f4}\u{6f5}\u{6f6}",
            "123\u{2011}456\u{200e}",
            "\u{feff}123\u{a0}456\r\n",
            "1\u{200b}2\u{200c}3\u{200d}4\u{2060}5\u{ad}6",
            "\u{2066}123456\u{2069}",
            "\u{202b}\u{661}\u{662}\u{663}\u{202f}\u{664}\u{665}\u{666}\u{202c}\u{61c}",
            "\u{ff11}\u{ff12}\u{ff13}\u{ff0d}\u{ff14}\u{ff15}\u{ff16}\u{3000}",
            "1\t2\t3\t4\t5\t6",
        ] {
            let read = digits(typed, SHORT).unwrap();
            assert_eq!(read.expose(), "123456", "{typed:?}");
        }
        for typed in [
            "",
            "12345",
            "1234567",
            "12345a",
            "code: 123456",
            "\u{661}",
            "0x1e240",
            "123456\0",
            "1.2e5",
        ] {
            assert!(digits(typed, SHORT).is_none(), "{typed:?} was taken");
        }
    }

    #[test]
    fn codes_have_six_digits_and_keep_their_zeros() {
        let codes: Vec<_> = (0..5_000).map(|_| new_code(SHORT)).collect();
        assert!(codes.iter().all(|c| c.expose().len() == 6));
        assert!(
            codes
                .iter()
                .all(|c| digits(c.expose(), SHORT).as_ref() == Some(c))
        );
        assert!(codes.iter().any(|c| c.expose().starts_with('0')));
        let distinct: HashSet<_> = codes.iter().map(|c| c.expose()).collect();
        assert!(distinct.len() > 4_900);
    }

    #[test]
    fn references_are_four_letters_that_make_no_words() {
        for _ in 0..200 {
            let reference = unasked(GrantId::new(start()), start()).reference;
            assert_eq!(reference.len(), 4);
            assert!(reference.chars().all(|c| LETTERS.contains(&c)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        // Whatever strangers did before, for hours: a network that has neither
        // asked nor failed gets in within a minute, unless the hundred is full.
        #[test]
        fn nobody_can_keep_a_fresh_network_out(
            steps in prop::collection::vec((0_u16..40, any::<bool>(), 0_i64..120), 0..120),
        ) {
            let mut book = book();
            let mut now = 0;
            for (n, presses, pause) in steps {
                now += pause;
                if presses {
                    if book.press(network(n), at(now)) == Press::Code {
                        book.add(network(n), RIGHT, at(now));
                    }
                } else {
                    let _ = book.attempt(network(n), Some(WRONG), at(now));
                }
                prop_assert!(book.request.codes.len() <= 3);
            }
            if book.failures < LOCK {
                let patient = network(1_000);
                let mut entered = false;
                for _ in 0..2 {
                    if book.press(patient, at(now)) == Press::Code {
                        book.add(patient, RIGHT, at(now));
                    }
                    entered |= book.attempt(patient, Some(RIGHT), at(now)) == Try::Right;
                    now += BETWEEN.as_secs();
                }
                prop_assert!(entered);
            }
        }
    }
}
