//! What the gateway itself writes to somebody of the office.

use crate::folders::inbox;
use crate::mime::index::Indexer;
use crate::model::{Account, Direction, Flags, Head, Mailbox, MessageId, Office, Part};
use crate::store::records::{Ended, Ending, Message, ThreadId};
use crate::store::{Change, Error, Store, Tx};
use aws_lc_rs::digest;

/// A mail of the gateway's own, composed already.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// Its id.
    pub id: MessageId,
    /// Whose INBOX it goes to.
    pub account: &'a Account,
    /// Its Message-ID without angle brackets.
    pub message_id: &'a str,
    /// Its octets.
    pub mail: &'a [u8],
    /// The conversation it is about.
    pub thread: ThreadId,
    /// Whether that is protected.
    pub protected: bool,
}

/// Files a mail of the gateway's own, unread, in an account's INBOX, with the
/// caller's commit. Nothing leaves.
///
/// # Errors
/// The store's own.
pub async fn post(
    store: &Store,
    tx: &mut Tx,
    office: &Office,
    post: &Post<'_>,
) -> Result<(), Error> {
    let now = store.clock().now();
    let mut content = store.write_content();
    content.write(post.mail).await?;
    let content = content.finish().await?;
    let head = Head {
        from: Some(office.from.clone()),
        to: vec![Mailbox {
            name: None,
            address: post.account.address.clone(),
        }],
        message_id: post.message_id.to_owned(),
        date: Some(now),
        parts: parts(post.mail),
        ..Head::default()
    };
    let mut sum = [0; 32];
    let digest = digest::digest(&digest::SHA256, post.mail);
    for (slot, octet) in sum.iter_mut().zip(digest.as_ref()) {
        *slot = *octet;
    }
    let settled = Message::settled(post.id, Direction::Incoming, now, (&content, &head));
    tx.attach(content);
    tx.insert(&Message {
        thread: post.thread,
        digest: sum,
        protected: post.protected,
        ..settled
    });
    if let Ok(at) = now.checked_add(office.retain) {
        let what = Ended::Content(post.id);
        tx.put(&Ending { at, what });
    }
    let inbox = inbox(store, post.account.id);
    tx.file(inbox, post.id, Flags::default(), None);
    tx.change(Change::Message(post.id));
    Ok(())
}

/// The parts of a mail that we wrote ourselves.
fn parts(mail: &[u8]) -> Vec<Part> {
    let end = memchr::memmem::find(mail, b"\r\n\r\n").map_or(mail.len(), |at| at + 4);
    let (header, body) = mail.split_at(end);
    let mut indexer = Indexer::new(header);
    let index = indexer.write(body).and_then(|()| indexer.finish());
    index.map(|index| index.parts).unwrap_or_default()
}
