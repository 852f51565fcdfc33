//! Links. A link names one grant and proves nothing: whoever holds it may ask
//! for a code to be mailed to the recipient, and that is all.

use crate::model::{GrantId, Token};
use crate::store::records::{Grant, Link};
use crate::store::{Error, Store, Tx};
use jiff::Timestamp;

/// What a link's grant is worth now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// The message can be read.
    Open,
    /// Its time is over; the office can give more.
    Expired,
    /// The office took it back.
    Withdrawn,
    /// Its content has been destroyed.
    Purged,
}

/// Makes a link to a grant. Its token exists here and in the notice alone.
#[must_use]
pub fn make(store: &Store, tx: &mut Tx, grant: GrantId) -> Token {
    let token = Token::new();
    tx.insert(&Link {
        token: store.token_key(&token),
        grant,
        created: store.clock().now(),
    });
    token
}

/// The grant a link names, and what it is worth. `None`: no link of ours.
///
/// # Errors
/// If the store cannot be read.
pub async fn find(store: &Store, token: &Token) -> Result<Option<(Grant, LinkState)>, Error> {
    let Some(link) = store.get(&Link::at(store.token_key(token))).await? else {
        return Ok(None);
    };
    let grant = store.get(&Grant::at(link.grant)).await?;
    let now = store.clock().now();
    Ok(grant.map(|grant| {
        let state = state(&grant, now);
        (grant, state)
    }))
}

/// What a grant is worth. A recall outweighs the passing of time, so that the
/// page says what the office did.
#[must_use]
pub fn state(grant: &Grant, now: Timestamp) -> LinkState {
    if grant.recalled.is_some() {
        LinkState::Withdrawn
    } else if grant.purged.is_some() {
        LinkState::Purged
    } else if grant.expires <= now {
        LinkState::Expired
    } else {
        LinkState::Open
    }
}
