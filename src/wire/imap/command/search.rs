//! What SEARCH, SORT and THREAD ask for.

use crate::model::{Keyword, System};
use crate::wire::imap::answer::Answer;
use crate::wire::imap::set::Which;
use jiff::civil::Date;

/// SEARCH, or which messages SORT and THREAD take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Whether UIDs are asked for.
    pub uid: bool,
    /// What must hold.
    pub key: Key,
    /// `RETURN (…)` of RFC 4731; `None`: a SEARCH line is the answer.
    pub returns: Option<Returns>,
    /// It cannot be done, and this is said. It is asked for all the same if its
    /// result were to be saved: now nothing is (RFC 5182 §2.1).
    pub refused: Option<Answer>,
}

/// What an ESEARCH line holds (RFC 4731), and whether the result is saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the options of RFC 4731 are independent of each other"
)]
pub struct Returns {
    /// MIN
    pub min: bool,
    /// MAX
    pub max: bool,
    /// ALL
    pub all: bool,
    /// COUNT
    pub count: bool,
    /// SAVE: for `$` (RFC 5182). Alone: no ESEARCH line at all.
    pub save: bool,
}

/// What SEARCH looks for. Nested at most nine deep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Every message.
    All,
    /// No message: RECENT, NEW, a keyword that cannot exist.
    Nothing,
    /// All of these; at least one.
    And(Vec<Key>),
    /// One or the other.
    Or(Box<(Key, Key)>),
    /// Not this.
    Not(Box<Key>),
    /// These sequence numbers.
    Sequence(Which),
    /// These UIDs.
    Uid(Which),
    /// This system flag.
    Flag(System),
    /// This keyword.
    Keyword(Keyword),
    /// INTERNALDATE.
    Arrived(When, Date),
    /// The Date header.
    Sent(When, Date),
    /// Larger than so many octets.
    Larger(u32),
    /// Smaller than so many octets.
    Smaller(u32),
    /// Arrived more than so many seconds ago (RFC 5032).
    Older(u32),
    /// Arrived no more than so many seconds ago.
    Younger(u32),
    /// The mod-sequence is at least this (RFC 7162 §3.1.5).
    ModSeq(u64),
    /// In a header that is looked at so often that it has a name.
    Within(Field, String),
    /// In any other header; an empty text asks whether it is there.
    Header(String, String),
    /// In the text.
    Body(String),
    /// In the header or the text.
    Text(String),
}

impl Key {
    /// Whether MODSEQ stands anywhere in it: the answer then names the highest
    /// mod-sequence found (RFC 7162 §3.1.5).
    #[must_use]
    pub fn has_modseq(&self) -> bool {
        match self {
            Self::ModSeq(_) => true,
            Self::And(keys) => keys.iter().any(Self::has_modseq),
            Self::Or(both) => both.0.has_modseq() || both.1.has_modseq(),
            Self::Not(key) => key.has_modseq(),
            _ => false,
        }
    }

    /// Whether sequence numbers stand anywhere in it: no message may leave while
    /// it is answered (RFC 7162 §3.2.10.2).
    #[must_use]
    pub fn has_numbers(&self) -> bool {
        match self {
            Self::Sequence(which) => matches!(which, Which::Set(_)),
            Self::And(keys) => keys.iter().any(Self::has_numbers),
            Self::Or(both) => both.0.has_numbers() || both.1.has_numbers(),
            Self::Not(key) => key.has_numbers(),
            _ => false,
        }
    }
}

/// A day compared, without time or zone (RFC 3501 §6.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// BEFORE
    Before,
    /// ON
    On,
    /// SINCE: on or after.
    Since,
}

/// A header with a search key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// BCC
    Bcc,
    /// CC
    Cc,
    /// FROM
    From,
    /// SUBJECT
    Subject,
    /// TO
    To,
}

/// What SORT goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// What is compared.
    pub by: SortBy,
    /// The largest first.
    pub reverse: bool,
}

/// What SORT compares (RFC 5256 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// INTERNALDATE
    Arrival,
    /// The first Cc address.
    Cc,
    /// The Date header.
    Date,
    /// The first From address.
    From,
    /// The size.
    Size,
    /// The base subject.
    Subject,
    /// The first To address.
    To,
}

/// How THREAD threads (RFC 5256 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threading {
    /// By subject alone.
    OrderedSubject,
    /// By References.
    References,
}
