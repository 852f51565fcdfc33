//! What an answer answers: once the answer is on its way, nobody needs to answer again.

use crate::access::accounts;
use crate::folders;
use crate::model::{AccountId, Direction, Head, MessageId, System};
use crate::store::records::Message;
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
    Ok(came.map(|message| message.id))
}

/// Marks it as answered for everybody whose mailbox shows it, and as read for who
/// answered.
///
/// # Errors
/// The store's own.
pub async fn mark_answered(
    store: &Store,
    id: MessageId,
    by: Option<AccountId>,
) -> Result<(), Error> {
    for account in accounts::list(store).await? {
        let flags = match by {
            Some(by) if by == account.id => System::SEEN.with(System::ANSWERED),
            _ => System::ANSWERED,
        };
        folders::mark(store, account.id, id, (flags, None)).await?;
    }
    Ok(())
}
