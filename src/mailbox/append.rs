//! APPEND (RFC 3501 §6.3.11): a message that a mail program puts into a folder.
//! It is sealed as it comes in, and never stands in memory whole.

use crate::folders::{self, AWAITING, Folder};
use crate::mailbox::twin::{Print, Printed, Twin};
use crate::mailbox::{ChangeError, Flagging, Mailboxes, View};
use crate::model::{Account, Direction, Flags, Head, MessageId, System};
use crate::store::records::{Message, Special};
use crate::store::{ContentWriter, Error, Finished, Tx};
use crate::wire::imap::command::StoreMode;
use jiff::Timestamp;

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The disk has too little room.
    #[error("there is too little room for another message")]
    Full,
    /// The gateway alone files there.
    #[error("the gateway keeps this folder itself; nothing can be put into it")]
    Kept,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A message on its way in.
pub struct Appending {
    mailboxes: Mailboxes,
    account: Account,
    folder: Folder,
    flags: Flags,
    date: Option<Timestamp>,
    content: ContentWriter,
    print: Print,
}

impl std::fmt::Debug for Appending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Appending({})", self.folder.id)
    }
}

impl Mailboxes {
    /// Begins to take a message.
    ///
    /// # Errors
    /// [`AppendError::Full`], [`AppendError::Kept`].
    pub fn append(
        &self,
        account: &Account,
        folder: Folder,
        (flags, date): (Flags, Option<Timestamp>),
    ) -> Result<Appending, AppendError> {
        if self.takes_nothing(&folder) {
            return Err(AppendError::Kept);
        }
        if !self.0.store.has_room() {
            return Err(AppendError::Full);
        }
        Ok(Appending {
            content: self.0.store.write_content(),
            mailboxes: self.clone(),
            account: account.clone(),
            folder,
            flags,
            date,
            print: Print::new(),
        })
    }
}

impl Appending {
    /// The UIDVALIDITY of the folder it goes to.
    #[must_use]
    pub const fn uidvalidity(&self) -> u32 {
        self.folder.uidvalidity
    }

    /// Takes the next octets.
    ///
    /// # Errors
    /// [`AppendError::Store`]: it cannot become whole any more.
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), AppendError> {
        self.print.write(octets);
        Ok(self.content.write(octets).await?)
    }

    /// Keeps the message; gives back its UID. A copy of what the account has
    /// just sent is not kept twice: ours takes the new UID (requirements C4.10).
    /// Nor is a copy in Sent of what waits for release, and then there is no UID:
    /// it was not sent, and stands where it waits.
    ///
    /// # Errors
    /// [`AppendError::Store`].
    pub async fn finish(self) -> Result<Option<u32>, AppendError> {
        let Self {
            mailboxes,
            account,
            folder,
            flags,
            date,
            content,
            print,
        } = self;
        if folder.special == Some(Special::Sent) {
            let view = mailboxes.open(&account, &folder).await?;
            let printed = print.finish();
            let twin = Twin::of(&mailboxes, &view, &printed).await?;
            if let Some(uid) = renew(&mailboxes, &view, (twin, &flags, date)).await? {
                return Ok(Some(uid));
            }
            if waits(&mailboxes, &account, &printed).await? {
                return Ok(None);
            }
        }
        let done = content.finish().await?;
        let owner = (&account, &folder);
        let uid = keep(&mailboxes, owner, (flags, date), done).await?;
        Ok(Some(uid))
    }
}

/// Files a message that a mail program has put in; its UID.
async fn keep(
    mailboxes: &Mailboxes,
    (account, folder): (&Account, &Folder),
    (mut flags, date): (Flags, Option<Timestamp>),
    content: Finished,
) -> Result<u32, Error> {
    // What one has read, the others of the clinic have not.
    let seen = folder.account.is_none() && flags.system.contains(System::SEEN);
    if seen {
        flags.system = flags.system.without(System::SEEN);
    }
    let store = &mailboxes.0.store;
    let mut tx = Tx::new();
    let now = store.clock().now();
    let id = MessageId::new(now);
    let head = Head::default();
    tx.insert(&Message {
        account: Some(account.id),
        ..Message::settled(id, Direction::Stored, now, (&content, &head))
    });
    tx.attach(content);
    tx.file(folder.id, id, flags, date);
    let receipt = store.commit(tx).await?;
    mailboxes.0.tracker.catch_up().await?;
    let uid = receipt.uids().first().copied().unwrap_or_default();
    if seen && let Err(error) = see(mailboxes, (account, folder), uid).await {
        // The message is there: to say no would bring it twice.
        tracing::error!(event = "imap.failed", reason = %error, "A message put into the shared mailbox could not be marked as read by who put it there.");
    }
    Ok(uid)
}

/// Whether the message is one of the account's that waits for release.
async fn waits(mailboxes: &Mailboxes, account: &Account, printed: &Printed) -> Result<bool, Error> {
    // Nearly always nothing does, and then there is nothing to look for.
    if !mailboxes.has_held(account.id).await? {
        return Ok(false);
    }
    let Some(folder) = mailboxes.find(account, AWAITING).await? else {
        return Ok(false);
    };
    let view = mailboxes.open(account, &folder).await?;
    match Twin::of(mailboxes, &view, printed).await? {
        Some(twin) => mailboxes.is_held(twin.row.message).await,
        None => Ok(false),
    }
}

/// Marks a message of the shared mailbox as read by one account.
async fn see(
    mailboxes: &Mailboxes,
    (account, folder): (&Account, &Folder),
    uid: u32,
) -> Result<(), ChangeError> {
    let view = mailboxes.open(account, folder).await?;
    let flagging = Flagging {
        mode: StoreMode::Add,
        flags: &Flags::from(System::SEEN),
        unchanged_since: None,
    };
    mailboxes.flag(&view, &[uid], &flagging).await.map(drop)
}

/// Gives our own copy the UID, flags and date of the one that came.
async fn renew(
    mailboxes: &Mailboxes,
    view: &View,
    (twin, flags, date): (Option<Twin>, &Flags, Option<Timestamp>),
) -> Result<Option<u32>, Error> {
    let Some(Twin { row }) = twin else {
        return Ok(None);
    };
    let store = &mailboxes.0.store;
    let mut tx = Tx::new();
    let row = crate::store::Row {
        flags: folders::still_tracked(flags.clone(), &row.flags),
        filed: date.unwrap_or(row.filed),
        ..row
    };
    if !folders::copy(store, &mut tx, view.folder.id, std::slice::from_ref(&row)).await? {
        return Ok(None);
    }
    tx.vanish(view.folder.id, &[(row.uid, row.message)]);
    // If ours is going at this moment, the copy that came is kept.
    let receipt = store.try_commit(tx).await?;
    let uid = receipt.and_then(|receipt| receipt.uids().first().copied());
    mailboxes.0.tracker.catch_up().await?;
    Ok(uid)
}
