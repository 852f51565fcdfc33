//! The desk: what the office's administrators do. Each verb is a function over
//! the store; who calls it (the admin socket, later a page) it does not know.
//! What comes back is metadata: never a subject, a file name or a text. People
//! are shown by [`contacts`], mail by [`office`], to who may see them.

pub mod accounts;
pub mod audit;
pub mod contacts;
mod deputies;
pub mod extend;
pub mod holds;
pub mod messages;
pub mod office;
mod own;
pub mod queue;
pub mod recall;
pub mod store;
pub mod tasks;
#[cfg(test)]
mod tests;
pub mod trail;
mod underway;

use crate::access::login::Login;
use crate::access::password::Passwords;
use crate::model::{Actor, Live};
use crate::policy::Rules;
use crate::reading;
use crate::report::Office;
use crate::route::portal::Voice;
use crate::store::{Error, Store};
use crate::upload::Limits;
use jiff::SignedDuration;
use std::path::PathBuf;

/// The desk over one store. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    login: Login,
    passwords: Passwords,
    settings: Live<Settings>,
    actor: Actor,
    glass: office::Glass,
}

/// What the configuration says about the desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The clinic's own domains, in lower case.
    pub domains: Vec<String>,
    /// Whether a writer has a tag to ask for protection (`policy.secure-tag`).
    pub secure_tag: bool,
    /// How reports are made.
    pub office: Office,
    /// How long a message can be read that the office gives more time, unless it
    /// says until when.
    pub expires: SignedDuration,
    /// How the gateway's own mails speak.
    pub voice: Voice,
    /// What is asked of the directory of contacts.
    pub directory: contacts::Directory,
    /// What the clinic has decided about mail: by it a route is foreseen.
    pub rules: Rules,
    /// From when on the office is shown what a patient has not opened.
    pub unopened: SignedDuration,
    /// What is taken of files that a form sends in.
    pub uploads: Limits,
    /// The folder with the patients' folders (`chart.folder`).
    pub chart: Option<PathBuf>,
}

/// Why a wish was not granted.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It cannot be done: the reason and what to do instead.
    #[error("{0}")]
    Wish(String),
    /// It cannot be done, for a reason that a page says in its reader's language;
    /// and the same as a sentence for a terminal.
    #[error("{1}")]
    Known(Cause, String),
    /// What was written about a contact will not do.
    #[error(transparent)]
    Problems(#[from] contacts::Problems),
    /// The store failed.
    #[error("the store failed: {0}; see the gateway's log")]
    Store(#[from] Error),
}

/// A reason that a page knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is nobody, or nothing, of this name or id.
    Unknown,
    /// The address has an account already.
    Taken,
    /// The address is of no domain of the clinic.
    Foreign,
    /// Somebody named is no provider in office.
    NoProvider,
    /// The day is past, or too far away.
    Day,
    /// There are as many as there may be.
    Many,
}

impl From<reading::Error> for Refused {
    fn from(error: reading::Error) -> Self {
        match error {
            reading::Error::Store(error) => Self::Store(error),
            reading::Error::Message(what) => wish(what),
        }
    }
}

impl Desk {
    /// The desk over a store. `keys` are the gateway's own, so that what changes
    /// here is known there at once.
    #[must_use]
    pub fn new(store: Store, keys: (Login, Passwords), settings: Live<Settings>) -> Self {
        let (login, passwords) = keys;
        Self {
            store,
            login,
            passwords,
            settings,
            actor: Actor::Gateway,
            glass: office::Glass::default(),
        }
    }

    /// The same desk, with `actor` in front of it: the one the audit trail names.
    #[must_use]
    pub fn used_by(&self, actor: Actor) -> Self {
        Self {
            actor,
            ..self.clone()
        }
    }

    /// The store's clock.
    #[must_use]
    pub fn clock(&self) -> &crate::model::Clock {
        self.store.clock()
    }
}

fn because(cause: Cause, reason: impl Into<String>) -> Refused {
    Refused::Known(cause, reason.into())
}

fn wish(reason: impl Into<String>) -> Refused {
    Refused::Wish(reason.into())
}
