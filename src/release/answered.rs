//! What an answer answers: once the answer is on its way, nobody needs to answer again.
//! Until then it is still to be done, and yet somebody has seen to it.

use crate::access::accounts;
use crate::folders;
use crate::model::{AccountId, Address, Direction, Head, MessageId, Role, Standing, System};
use crate::release;
use crate::store::records::{Grant, Hold, Message};
use crate::store::{Error, Store};

/// Held messages that are looked at for an answer: as many as two writers may have.
/// Behind them one is not found, and the office is told of what it answers.
const LOOKED: usize = 2 * release::MOST;

/// The message from outside that this one answers, as its references name it: what a
/// patient writes is known by its id (RFC 5322 §3.6.4).
///
/// # Errors
/// The store's own.
pub async fn answered(store: &Store, head: &Head) -> Result<Option<MessageId>, Error> {
    let last = head.references.last();
    let id = last.and_then(|last| last.split('@').next()?.parse().ok());
    let Some(id) = id else { return Ok(None) };
    let message = store.get(&Message::at(id)).await?;
    let came = message.filter(|message| message.direction == Direction::Incoming);
    let Some(came) = came else { return Ok(None) };
    let answers = answers(store, &came, head).await?;
    Ok(answers.then_some(id))
}

/// Whether a message goes to who wrote the other one: what is sent on to somebody else
/// refers to it too, and answers nobody.
async fn answers(store: &Store, came: &Message, head: &Head) -> Result<bool, Error> {
    let theirs = match came.answers {
        Some(grant) => store
            .get(&Grant::at(grant))
            .await?
            .map(|grant| grant.address),
        None => match store.open_content(came.content).await {
            Ok(Some(content)) => {
                let opened = content.open_head(&came.head).ok();
                opened
                    .and_then(|opened| opened.from)
                    .map(|from| from.address)
            }
            Ok(None) | Err(Error::Damaged(_) | Error::Newer | Error::Sealed) => None,
            Err(error) => return Err(error),
        },
    };
    let goes = |address: &Address| {
        head.envelope
            .iter()
            .any(|to| to.folded() == address.folded())
    };
    Ok(theirs.as_ref().is_some_and(goes))
}

/// Whether an answer to this message waits for its release.
///
/// # Errors
/// The store's own. What cannot be read of one that is held does not count: it can be
/// no more released than read.
pub async fn answer_waits(store: &Store, id: MessageId) -> Result<bool, Error> {
    for hold in release::all(store, LOOKED).await? {
        match holds_answer(store, &hold, id).await {
            Ok(true) => return Ok(true),
            Ok(false) | Err(Error::Io(_) | Error::Damaged(_) | Error::Newer | Error::Sealed) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

async fn holds_answer(store: &Store, hold: &Hold, id: MessageId) -> Result<bool, Error> {
    let Some(message) = store.get(&Message::at(hold.message)).await? else {
        return Ok(false);
    };
    let Some(content) = store.open_content(message.content).await? else {
        return Ok(false);
    };
    let head = content.open_head(&message.head)?;
    // As at the release: references are what a mail program wrote.
    Ok(answered(store, &head).await? == Some(id) && folders::sees(store, hold.writer, id).await?)
}

/// Marks it as answered for everybody whose mailbox shows it, and as read for who
/// answered. If that fails for one, it is done for the others.
///
/// # Errors
/// The store's own.
pub async fn mark_answered(
    store: &Store,
    id: MessageId,
    by: Option<AccountId>,
) -> Result<(), Error> {
    let mut failed = None;
    for account in accounts::list(store).await? {
        if account.role == Role::Admin || account.standing == Standing::Disabled {
            continue;
        }
        let flags = match by {
            Some(by) if by == account.id => System::SEEN.with(System::ANSWERED),
            _ => System::ANSWERED,
        };
        if let Err(error) = folders::mark(store, account.id, id, (flags, None)).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}

/// Takes the marks back: the answer was withdrawn before anybody had read it, so that
/// the question waits again, also for who had answered. If that fails for one, it is
/// done for the others.
///
/// # Errors
/// The store's own.
pub async fn unmark_answered(
    store: &Store,
    id: MessageId,
    by: Option<AccountId>,
) -> Result<(), Error> {
    let mut failed = None;
    for account in accounts::list(store).await? {
        let flags = match by {
            Some(by) if by == account.id => System::SEEN.with(System::ANSWERED),
            _ => System::ANSWERED,
        };
        if let Err(error) = folders::unmark(store, account.id, id, flags).await {
            failed = Some(error);
        }
    }
    failed.map_or(Ok(()), Err)
}
