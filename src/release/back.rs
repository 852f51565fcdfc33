//! What was not released goes back to who wrote it: into Drafts, as it is stored,
//! to be changed and sent again. Then it is a draft like any other, and is
//! destroyed with its last entry.

use crate::folders;
use crate::mime::is_readable;
use crate::model::{Actor, Direction, Event, EventKind, MessageId, Office, Recipient, System};
use crate::policy;
use crate::release::go::Case;
use crate::release::{ATTEMPTS, Refused, Releaser, letters, remove, take_out};
use crate::store::records::{GivenBack, Hold, Message, Submitted};
use crate::store::{Change, Error, Held, Store, Tx};

/// Longest reason of a rejection, in characters: a paragraph.
pub const LONGEST_REASON: usize = 1000;

/// Rejects a held message; its writer gets it back with the reason.
///
/// # Errors
/// [`Refused`]; then nothing has changed.
pub async fn reject(
    store: &Store,
    office: &Office,
    (message, reason): (MessageId, &str),
    by: &Releaser,
) -> Result<(), Refused> {
    let reason = reason.trim();
    if !is_readable(reason) || reason.chars().count() > LONGEST_REASON {
        return Err(Refused::Reason);
    }
    let mut lost = 0;
    loop {
        let case = Case::read(store, message, by, policy::may_reject).await?;
        let mut tx = Tx::new();
        case.rests(&mut tx);
        let is_draft = give_back(store, &mut tx, &case.hold).await?;
        let (hold, who) = (&case.hold.record, &case.by.record);
        letters::rejected(store, &mut tx, office, (hold, who, reason)).await?;
        if is_draft {
            tx.put(&GivenBack {
                message,
                by: who.id,
                at: store.clock().now(),
                reason: reason.to_owned(),
            });
        }
        let note = format!("rejected {}", by.how.word());
        case.audit(&mut tx, &by.how, EventKind::Hold, &note);
        if done(store, tx, &mut lost).await? {
            return Ok(());
        }
    }
}

/// Takes a held message back, for its writer or for whoever runs the machine; a
/// writer who did not ask for it is told.
///
/// # Errors
/// [`Refused::Gone`] if it does not wait, or is somebody else's; the store's own.
pub async fn withdraw(
    store: &Store,
    office: &Office,
    message: MessageId,
    by: Actor,
) -> Result<(), Refused> {
    let mut lost = 0;
    loop {
        let held = store.hold(&Hold::at(message)).await?;
        let held = held.ok_or(Refused::Gone)?;
        match by {
            // Whether somebody else's is held is nobody's business.
            Actor::Account(account) if account != held.record.writer => return Err(Refused::Gone),
            Actor::Account(_) | Actor::Operator(_) => {}
            _ => return Err(Refused::Gone),
        }
        let mut tx = Tx::new();
        give_back(store, &mut tx, &held).await?;
        if matches!(by, Actor::Operator(_)) {
            letters::withdrawn(store, &mut tx, office, &held.record).await?;
        }
        tx.audit(Event::new(by, EventKind::Hold, message).noted("withdrawn"));
        if done(store, tx, &mut lost).await? {
            return Ok(());
        }
    }
}

/// Gives a message back whose time is over, with the sweep's commit; writer and
/// provider are told. One that was released at this moment makes that fail.
///
/// # Errors
/// The store's own.
pub async fn expire(
    store: &Store,
    tx: &mut Tx,
    office: &Office,
    message: MessageId,
) -> Result<(), Error> {
    let Some(held) = store.hold(&Hold::at(message)).await? else {
        return Ok(());
    };
    if held.record.expires > store.clock().now() {
        return Ok(());
    }
    give_back(store, tx, &held).await?;
    letters::expired(store, tx, office, &held.record).await?;
    tx.audit(Event::new(Actor::Gateway, EventKind::Hold, message).noted("expired"));
    tracing::info!(event = "hold.expired", id = %message, "A held message was not released in time and went back to who wrote it.");
    Ok(())
}

async fn done(store: &Store, tx: Tx, lost: &mut usize) -> Result<bool, Error> {
    let done = store.try_commit(tx).await?.is_some();
    *lost += 1;
    if !done && *lost >= ATTEMPTS {
        return Err(Error::Conflict);
    }
    Ok(done)
}

/// Ends the wait and makes the message a draft of its writer; `false` if there is none
/// any more.
async fn give_back(store: &Store, tx: &mut Tx, held: &Held<Hold>) -> Result<bool, Error> {
    let hold = &held.record;
    let id = hold.message;
    remove(tx, held);
    // The same message may come again, and is then not taken for a second try.
    tx.delete(&Submitted::at(hold.submitted));
    for account in [hold.writer, hold.provider] {
        take_out(store, tx, (folders::awaiting(store, account), id)).await?;
    }
    tx.change(Change::Message(id));
    let message = store.hold(&Message::at(id)).await?;
    let Some(message) = message.filter(|message| message.record.purged.is_none()) else {
        return Ok(false);
    };
    for n in 0..message.record.recipients {
        tx.delete(&Recipient::at(id, n));
    }
    tx.replace(
        &message,
        &Message {
            direction: Direction::Stored,
            recipients: 0,
            dispatched: true,
            ..message.record.clone()
        },
    );
    let flags = System::DRAFT.with(System::SEEN);
    tx.file(folders::drafts(store, hold.writer), id, flags.into(), None);
    Ok(true)
}
