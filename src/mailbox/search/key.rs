//! What a search looks for, made ready, and the judgement of one message with
//! what is known of it so far: yes, no, or not yet.

use super::{Known, day};
use crate::mailbox::snapshot::Snapshot;
use crate::mime::search::{Needle, header_contains};
use crate::model::{Keyword, System};
use crate::wire::imap::command::{Field, Key, When};
use crate::wire::imap::set::{Ranges, Which};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use std::sync::Arc;

/// How far into a message a key must look at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Needs {
    Row,
    Card,
    Octets,
}

/// A key that was made ready once for all messages. It takes about as much
/// memory as it took to write, however many messages it names.
pub(super) enum Prepared {
    Always(bool),
    And(Vec<Prepared>),
    Or(Box<(Prepared, Prepared)>),
    Not(Box<Prepared>),
    Places(Ranges),
    Uids(Ranges),
    /// UIDs in their order, the same list wherever `$` stands.
    Saved(Arc<[u32]>),
    Flag(System),
    Keyword(Keyword),
    Arrived(When, i64),
    Sent(When, i64),
    Larger(u64),
    Smaller(u64),
    Before(Timestamp),
    After(Timestamp),
    ModSeq(u64),
    Within(Field, Needle),
    Header(String, Needle),
    Body(Needle),
    Text(Needle),
}

impl Prepared {
    /// Makes a key ready. The depth is bounded by who read it from the wire.
    pub(super) fn new(key: &Key, snapshot: &Snapshot, of: (&Arc<[u32]>, Timestamp)) -> Self {
        let ready = |key: &Key| Self::new(key, snapshot, of);
        let ago = |seconds: u32| {
            let span = jiff::SignedDuration::from_secs(seconds.into());
            of.1.checked_sub(span).unwrap_or(Timestamp::MIN)
        };
        match key {
            Key::All => Self::Always(true),
            Key::Nothing => Self::Always(false),
            Key::And(keys) => Self::And(keys.iter().map(ready).collect()),
            Key::Or(pair) => Self::Or(Box::new((ready(&pair.0), ready(&pair.1)))),
            Key::Not(key) => Self::Not(Box::new(ready(key))),
            Key::Sequence(which) => named(which, snapshot, (of.0, false)),
            Key::Uid(which) => named(which, snapshot, (of.0, true)),
            Key::Flag(flag) => Self::Flag(*flag),
            Key::Keyword(keyword) => Self::Keyword(keyword.clone()),
            Key::Arrived(when, date) => Self::Arrived(*when, days(*date)),
            Key::Sent(when, date) => Self::Sent(*when, days(*date)),
            Key::Larger(octets) => Self::Larger((*octets).into()),
            Key::Smaller(octets) => Self::Smaller((*octets).into()),
            Key::Older(seconds) => Self::Before(ago(*seconds)),
            Key::Younger(seconds) => Self::After(ago(*seconds)),
            Key::ModSeq(modseq) => Self::ModSeq(*modseq),
            Key::Within(field, text) => Self::Within(*field, Needle::new(text)),
            Key::Header(name, text) => Self::Header(name.clone(), Needle::new(text)),
            Key::Body(text) => Self::Body(Needle::new(text)),
            Key::Text(text) => Self::Text(Needle::new(text)),
        }
    }

    /// How far it must look.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::And(keys) => keys.iter().map(Self::needs).max().unwrap_or(Needs::Row),
            Self::Or(pair) => pair.0.needs().max(pair.1.needs()),
            Self::Not(key) => key.needs(),
            Self::Sent(..) | Self::Larger(_) | Self::Smaller(_) | Self::Within(..) => Needs::Card,
            Self::Header(..) | Self::Body(_) | Self::Text(_) => Needs::Octets,
            _ => Needs::Row,
        }
    }

    pub(super) fn looks_at_header(&self) -> bool {
        self.any(&|key| matches!(key, Self::Header(..)))
    }

    pub(super) fn looks_at_body(&self) -> bool {
        self.any(&|key| matches!(key, Self::Body(_)))
    }

    pub(super) fn looks_at_text(&self) -> bool {
        self.any(&|key| matches!(key, Self::Text(_)))
    }

    /// How many keys there are in it.
    pub(super) fn keys(&self) -> u64 {
        self.count(&|_| true)
    }

    /// How many of them look at octets.
    pub(super) fn texts(&self) -> u64 {
        self.count(&|key| matches!(key, Self::Header(..) | Self::Body(_) | Self::Text(_)))
    }

    fn count(&self, is: &dyn Fn(&Self) -> bool) -> u64 {
        let within = match self {
            Self::And(keys) => keys.iter().map(|key| key.count(is)).sum(),
            Self::Or(pair) => pair.0.count(is) + pair.1.count(is),
            Self::Not(key) => key.count(is),
            _ => 0,
        };
        within + u64::from(is(self))
    }

    fn any(&self, is: &dyn Fn(&Self) -> bool) -> bool {
        is(self)
            || match self {
                Self::And(keys) => keys.iter().any(|key| key.any(is)),
                Self::Or(pair) => pair.0.any(is) || pair.1.any(is),
                Self::Not(key) => key.any(is),
                _ => false,
            }
    }

    /// Whether a message is one; `None` if that takes more than is known yet.
    pub(super) fn judge(&self, known: &Known<'_>) -> Option<bool> {
        match self {
            Self::Always(yes) => Some(*yes),
            Self::And(keys) => all(keys.iter().map(|key| key.judge(known))),
            Self::Or(pair) => {
                let either = [&pair.0, &pair.1].into_iter();
                all(either.map(|key| key.judge(known).map(|yes| !yes))).map(|none| !none)
            }
            Self::Not(key) => key.judge(known).map(|yes| !yes),
            Self::Places(places) => Some(places.contains(known.place)),
            Self::Uids(uids) => Some(uids.contains(known.row.uid)),
            Self::Saved(uids) => Some(uids.binary_search(&known.row.uid).is_ok()),
            Self::Flag(flag) => Some(known.row.flags.system.contains(*flag)),
            Self::Keyword(keyword) => Some(known.row.flags.has_keyword(keyword.as_str())),
            Self::Arrived(when, wanted) => Some(compare(*when, day(known.row.filed), *wanted)),
            Self::Before(at) => Some(known.row.filed <= *at),
            Self::After(at) => Some(known.row.filed > *at),
            Self::ModSeq(modseq) => Some(known.row.modseq >= *modseq),
            Self::Sent(..) | Self::Larger(_) | Self::Smaller(_) | Self::Within(..) => {
                self.judge_card(known)
            }
            Self::Header(..) | Self::Body(_) | Self::Text(_) => self.judge_octets(known),
        }
    }

    fn judge_card(&self, known: &Known<'_>) -> Option<bool> {
        let card = known.card?;
        let words = &card.words;
        Some(match self {
            Self::Sent(when, wanted) => words
                .sent
                .is_some_and(|sent| compare(*when, sent.day, *wanted)),
            Self::Larger(octets) => card.size > *octets,
            Self::Smaller(octets) => card.size < *octets,
            Self::Within(field, needle) => needle.is_in(match field {
                Field::Bcc => &words.bcc,
                Field::Cc => &words.cc,
                Field::From => &words.from,
                Field::Subject => &words.subject,
                Field::To => &words.to,
            }),
            _ => false,
        })
    }

    fn judge_octets(&self, known: &Known<'_>) -> Option<bool> {
        let octets = known.octets.as_ref()?;
        let within = |places: &[(crate::mime::search::Place<'_>, Vec<u8>)], needle| {
            places
                .iter()
                .any(|(place, octets)| place.contains(octets, needle))
        };
        Some(match self {
            Self::Header(name, needle) => header_contains(&octets.header, name, needle),
            Self::Body(needle) => within(&octets.body, needle),
            Self::Text(needle) => within(&octets.text, needle),
            _ => false,
        })
    }
}

/// All of them, as far as is known: one no decides, an unknown leaves it open.
fn all(verdicts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut whole = Some(true);
    for verdict in verdicts {
        match verdict {
            Some(false) => return Some(false),
            Some(true) => {}
            None => whole = None,
        }
    }
    whole
}

fn named(which: &Which, snapshot: &Snapshot, (saved, by_uid): (&Arc<[u32]>, bool)) -> Prepared {
    match which {
        Which::Set(set) if by_uid => Prepared::Uids(set.resolve(snapshot.last_uid())),
        Which::Set(set) => Prepared::Places(set.resolve(snapshot.exists())),
        Which::Saved => Prepared::Saved(Arc::clone(saved)),
    }
}

fn compare(when: When, day: i64, wanted: i64) -> bool {
    match when {
        When::Before => day < wanted,
        When::On => day == wanted,
        When::Since => day >= wanted,
    }
}

/// Days since 1970.
fn days(day: Date) -> i64 {
    let since = day.duration_since(date(1970, 1, 1));
    since.as_secs().div_euclid(86_400)
}
