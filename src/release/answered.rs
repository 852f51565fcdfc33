//! What an answer answers: once the answer is on its way, nobody needs to answer again.

use crate::access::accounts;
use crate::folders;
use crate::model::{AccountId, Address, Direction, Head, MessageId, Role, Standing, System};
use crate::store::records::{Grant, Message};
use crate::store::{Error, Store};

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
