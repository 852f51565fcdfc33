//! Conversations: how one is named, and whether it ever held protected mail.

use crate::model::{Address, Head};
use crate::store::records::{Protected, ThreadId};
use crate::store::{Error, Label, Store, Tx};

/// Names the conversation with an outside mailbox that began with the message
/// `root` (its Message-ID without angle brackets).
#[must_use]
pub fn thread_id(store: &Store, outside: &Address, root: &str) -> ThreadId {
    let hash = store.mac(
        Label::Index,
        &[b"thread", outside.folded().as_bytes(), root.as_bytes()],
    );
    ThreadId(hash.first_chunk::<16>().copied().unwrap_or_default())
}

/// The Message-ID with which the conversation began.
pub(super) fn root_of(head: &Head) -> &str {
    head.references.first().unwrap_or(&head.message_id)
}

/// Remembers, with the caller's commit, that this message is protected: clear
/// is closed to whatever refers to it or to the first message of its
/// conversation, whoever it is sent to. Answers quote.
///
/// Written when a message is accepted, so that no later one can overtake it.
pub fn close_to_clear(store: &Store, tx: &mut Tx, head: &Head) {
    let root = root_of(head);
    tx.put(&mark(store, &head.message_id));
    if root != head.message_id {
        tx.put(&mark(store, root));
    }
}

/// Whether clear is closed to a message because of what it refers to. A client
/// may name the whole conversation or only the message it answers.
pub(super) async fn is_closed(store: &Store, head: &Head) -> Result<bool, Error> {
    for id in head.references.iter().chain([&head.message_id]) {
        let key = mark(store, id).key;
        if store.get(&Protected::at(key)).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn mark(store: &Store, message_id: &str) -> Protected {
    Protected {
        key: store.mac(Label::Index, &[b"protected", message_id.as_bytes()]),
    }
}
