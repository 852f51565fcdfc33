//! Entries: what is copied, what goes, and what goes with it.

use crate::folders::views;
use crate::model::{Direction, MailboxId, MessageId};
use crate::store::records::{Card, GivenBack, MailFolder, Message};
use crate::store::{Error, Record, Row, Store, Tx};
use std::collections::HashSet;

/// Entries made up for in one commit.
const STEP: usize = 500;
/// Folders looked at in one step.
const PAGE: usize = 256;

/// Files what stands in one folder in another too, with its flags and its time
/// (RFC 3501 §6.4.7); no octet is copied. To move it, let [`Tx::vanish`] follow
/// in the same commit. `false`: one of the messages is destroyed, and the change
/// must not be committed.
///
/// # Errors
/// The store's own.
pub async fn copy(store: &Store, tx: &mut Tx, to: MailboxId, rows: &[Row]) -> Result<bool, Error> {
    for row in rows {
        let held = store.hold(&Message::at(row.message)).await?;
        let Some(held) = held.filter(|held| held.record.purged.is_none()) else {
            return Ok(false);
        };
        if held.record.direction == Direction::Stored {
            // Whoever takes its last entry out at this moment must fail, and
            // find this one.
            tx.replace(&held, &held.record);
        } else {
            tx.still(&held);
        }
        tx.file(to, row.message, row.flags.clone(), Some(row.filed));
    }
    Ok(true)
}

/// Takes entries, each a UID and its message, out of a folder. A message that a
/// mail program had put there is destroyed with its last entry; all others stay,
/// for their recipients and until their retention is over.
///
/// # Errors
/// The store's own.
pub async fn expunge(
    store: &Store,
    tx: &mut Tx,
    folder: MailboxId,
    gone: &[(u32, MessageId)],
) -> Result<(), Error> {
    tx.vanish(folder, gone);
    let uids: HashSet<u32> = gone.iter().map(|(uid, _)| *uid).collect();
    let messages: HashSet<MessageId> = gone.iter().map(|(_, message)| *message).collect();
    for id in messages {
        let held = store.hold(&Message::at(id)).await?;
        let Some(held) = held.filter(|held| held.record.direction == Direction::Stored) else {
            continue;
        };
        let placed = store.placed(id).await?;
        let goes = |(place, uid): &(MailboxId, u32)| *place == folder && uids.contains(uid);
        if placed.iter().all(goes) {
            tx.purge(held.record.content);
            tx.delete(&Card::at(id));
            tx.delete(&GivenBack::at(id));
            tx.remove(&held);
        }
    }
    Ok(())
}

/// Takes a message out of every folder: its content is about to be destroyed in
/// the same commit. Nothing of a folder can hold that up.
///
/// # Errors
/// The store's own.
pub async fn take_out(store: &Store, tx: &mut Tx, message: MessageId) -> Result<(), Error> {
    let placed = store.placed(message).await?;
    for places in placed.chunk_by(|one, other| one.0 == other.0) {
        let Some((folder, _)) = places.first() else {
            continue;
        };
        let gone: Vec<_> = places.iter().map(|(_, uid)| (*uid, message)).collect();
        tx.clear(*folder, &gone);
    }
    tx.delete(&Card::at(message));
    Ok(())
}

/// Makes up for what an older store lacks: where each message stands, and where
/// a view is found by its name. What was destroyed since leaves the folders.
/// Once done, it does nothing.
///
/// # Errors
/// The store's own; what was done stays, and the next call does the rest.
pub async fn make_up(store: &Store) -> Result<(), Error> {
    views::make_up(store).await?;
    let mut after = None;
    loop {
        let folders: Vec<MailFolder> = store.range(&[], after.as_ref(), PAGE).await?;
        let Some(last) = folders.last() else {
            return Ok(());
        };
        after = Some(last.key());
        for folder in folders.iter().filter(|folder| !folder.placed) {
            make_up_in(store, folder.id).await?;
        }
    }
}

async fn make_up_in(store: &Store, folder: MailboxId) -> Result<(), Error> {
    for rows in store.rows(folder, None).await?.rows.chunks(STEP) {
        let mut tx = Tx::new();
        for row in rows {
            let message = store.get(&Message::at(row.message)).await?;
            if message.is_some_and(|message| message.purged.is_none()) {
                tx.place(folder, row.uid, row.message);
            } else {
                tx.vanish(folder, &[(row.uid, row.message)]);
            }
        }
        store.commit(tx).await?;
    }
    let Some(held) = store.hold(&MailFolder::at(folder)).await? else {
        return Ok(());
    };
    let mut tx = Tx::new();
    tx.replace(
        &held,
        &MailFolder {
            placed: true,
            ..held.record.clone()
        },
    );
    store.commit(tx).await.map(drop)
}
