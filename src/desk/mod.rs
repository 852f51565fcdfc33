//! The desk: what the office's administrators do. Each verb is a function over
//! the store; who calls it (the admin socket, later a page) it does not know.
//! What comes back is metadata: never a subject, a file name or a text.

pub mod accounts;
pub mod messages;
pub mod queue;
pub mod store;

use crate::model::Actor;
use crate::store::{Error, Store};

/// The desk over one store, for one caller.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    domains: Vec<String>,
    actor: Actor,
}

/// Why a wish was not granted.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// It cannot be done: the reason and what to do instead.
    #[error("{0}")]
    Wish(String),
    /// The store failed.
    #[error("the store failed: {0}; see the gateway's log")]
    Store(#[from] Error),
}

impl Desk {
    /// The desk for `actor`, of a clinic with these domains (in lower case).
    #[must_use]
    pub const fn new(store: Store, domains: Vec<String>, actor: Actor) -> Self {
        Self { store, domains, actor }
    }
}

fn wish(reason: impl Into<String>) -> Refused {
    Refused::Wish(reason.into())
}
