//! Records of a message that went to a portal, as tests need them: whole, and
//! unremarkable in what a test does not speak of.

use crate::model::{
    Address, ContactId, Direction, GrantId, Head, Language, MessageId, Notify, Recipient,
    RecipientKind, Route, State,
};
use crate::store::audit;
use crate::store::backing::{Backing, Batch, Write};
use crate::store::mailbox::place_key;
use crate::store::records::{Grant, Message};
use crate::store::{AddressKey, Finished, Store};
use jiff::{SignedDuration, Timestamp};

/// A message that was accepted now, protected, to one recipient.
pub(crate) fn message(now: Timestamp, content: &Finished, head: &Head) -> Message {
    let id = MessageId::new(now);
    Message {
        recipients: 1,
        ..Message::settled(id, Direction::Outgoing, now, (content, head))
    }
}

/// A grant of a week for the message's one recipient.
pub(crate) fn grant(store: &Store, message: MessageId, to: &Address) -> Grant {
    let now = store.clock().now();
    Grant {
        mailbox: store.address_key(to),
        ..unkeyed_grant(now, message, to)
    }
}

/// The same where no store is: the key of its mailbox is empty.
pub(crate) fn unkeyed_grant(now: Timestamp, message: MessageId, to: &Address) -> Grant {
    let week = SignedDuration::from_hours(7 * 24);
    Grant {
        id: GrantId::new(now),
        message,
        n: 0,
        mailbox: AddressKey::from_octets([0; 32]),
        address: to.clone(),
        contact: ContactId::new(now),
        created: now,
        lasts: week.as_secs(),
        expires: now + week,
        noticed: None,
        recalled: None,
        opened: None,
        replied: None,
        purged: None,
        failures: 0,
        notice: Vec::new(),
        language: Language::English,
        extended: None,
        reminded: None,
    }
}

/// The recipient who has this grant.
pub(crate) fn recipient(grant: &Grant, state: State) -> Recipient {
    Recipient {
        message: grant.message,
        n: grant.n,
        contact: grant.contact,
        kind: RecipientKind::To,
        route: Some(Route::Portal),
        state,
        since: grant.created,
        grant: Some(grant.id),
        notify: Notify::Default,
        original: None,
        answer: None,
    }
}

/// Changes one octet of a value as it stands on the disk.
pub(crate) async fn damage(store: &Store, key: &[u8]) {
    let mut value = store.inner.engine.get(key).await.unwrap().unwrap();
    *value.last_mut().unwrap() ^= 1;
    // The number behind a sealed value is not sealed.
    if let Some(octet) = value.get_mut(40) {
        *octet ^= 1;
    }
    let mut batch = Batch::default();
    batch.put(key.to_vec(), value);
    store.inner.engine.commit(batch).await.unwrap();
}

/// Changes one octet of an entry of the audit trail, and of its link.
pub(crate) async fn damage_entry(store: &Store, sequence: u64) {
    damage(store, &audit::entry_key(&store.audit_log(), sequence)).await;
}

/// Takes away what says where a message stands: an older store had nothing of it.
pub(crate) async fn forget_places(store: &Store, message: MessageId) {
    let mut batch = Batch::default();
    for (folder, uid) in store.placed(message).await.unwrap() {
        let key = place_key(message, folder, uid);
        batch.write.push(Write::Delete(key));
    }
    store.inner.engine.commit(batch).await.unwrap();
}
