//! What a recipient can do: follow a link, prove the mailbox with a code,
//! read, download, answer, sign out. No markup; the doors show what these
//! verbs return. Before a session: `entry` with a link, `front` without; the
//! session: `admission`; of whom it shows anything: `people`; lists: `shelf`; one message: `reading`, `download`; answers: `reply`;
//! new messages: `compose`.
//!
//! *Architecture invariant:* without a session, only [`Visit::request_code`],
//! [`Visit::verify`] and [`Visit::ask_again`] change anything, and the door
//! calls them for a POST alone; the same holds for [`Visit::front_ask`] and
//! [`Visit::front_verify`].

mod admission;
mod body;
mod compose;
mod download;
mod entry;
mod front;
mod mail;
mod once;
mod people;
mod reading;
mod refusal;
mod reply;
mod shelf;
#[cfg(test)]
mod tests;
pub mod view;

pub use access::chosen::Unfit;
pub use compose::LONGEST_SUBJECT;
pub use refusal::Refusal;
pub use reply::ReplyIntake;

pub use view::{
    Admission, Asked, Caller, Closed, CodePage, Entry, FileLine, Front, FrontAsked, FrontCode,
    FrontEntry, FrontSignIn, FrontTried, InboxLine, Landing, Letter, Listing, Mark, NewMessage,
    NewPage, Owner, Reader, Sent, SentLine, Stale, Unseen, Verified, Which, Writer,
};

pub use crate::reading::{Download, File};

use crate::access::{self, password::Passwords};
use crate::chart;
use crate::model::{Address, Clock, Language, Live};
use crate::reading as stored;
use crate::store::{self, Store};
use crate::upload::Limits;
use jiff::SignedDuration;
use std::sync::Arc;

/// Why a verb could not be done. The door shows a calm page; the log has said
/// what happened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(#[from] store::Error),
    /// A mail could not be composed, or a message is not what its record says.
    #[error("a message could not be built or read: {0}")]
    Message(&'static str),
}

impl From<stored::Error> for Error {
    fn from(error: stored::Error) -> Self {
        match error {
            stored::Error::Store(error) => Self::Store(error),
            stored::Error::Message(what) => Self::Message(what),
        }
    }
}

/// What the configuration says about visits.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long a session may lie idle: 5 to 60 minutes.
    pub idle: SignedDuration,
    /// What is taken of an answer's files.
    pub uploads: Limits,
    /// How long content is kept.
    pub retain: SignedDuration,
    /// Who our own mails are from.
    pub letterhead: Letterhead,
    /// The office accounts whom a patient may write to; empty: each patient's own
    /// provider, or the shared mailbox.
    pub write_to: Vec<Address>,
    /// Where a content-free alert goes when an answer arrives.
    pub notify: Option<Address>,
    /// How long an answer may wait before that is told once more; `None`: for
    /// ever.
    pub unread_after: Option<SignedDuration>,
    /// What else follows an answer.
    pub chart: chart::Wanted,
}

/// Who our own mails are from.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The clinic's name.
    pub clinic: String,
    /// The clinic's host name, for Message-IDs.
    pub hostname: String,
    /// The address in From.
    pub from: Address,
    /// Where bounces go: its local part takes a signed extension.
    pub bounce: Address,
    /// The language of what the office reads.
    pub language: Language,
}

/// The recipient's desk. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Visit {
    store: Store,
    rules: Live<Rules>,
    front: access::front::Front,
    chosen: access::chosen::Chosen,
}

impl Visit {
    /// The desk over a store. `passwords` computes as many slow hashes at once
    /// as the whole gateway may.
    #[must_use]
    pub fn new(store: Store, passwords: Passwords, rules: Live<Rules>) -> Self {
        Self {
            chosen: access::chosen::Chosen::new(&store, passwords),
            front: access::front::Front::new(&store),
            store,
            rules,
        }
    }

    /// The clock it works by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.store.clock()
    }

    /// The rules it works by: the door shows limits and sets the refresh.
    #[must_use]
    pub fn rules(&self) -> Arc<Rules> {
        self.rules.current()
    }
}
