//! The records (foundations §2): what is kept about messages, people and work.
//! Each has a table, a key and a version; all are sealed at rest. No address
//! and no token stands in a key, only its keyed hash.

mod chart;
mod contact;
mod folder;
mod front;
mod hold;
mod message;
mod office;

pub use chart::{ChartRoot, Charting, News, NewsKind};
pub use contact::{Contact, ContactAddress, ContactStatus, FamilyMember};
pub use folder::{AccountFolder, Card, MailFolder, Special, Validity};
pub use front::{Asking, PortalPassword};
pub use hold::{AccountHold, Deputy, GivenBack, Handled, Hold, Part};
pub use message::Message;
pub use office::{Factor, OfficeBrowser, OfficeSession, Stage, Unfinished};

use crate::model::{
    AccountId, Address, AddressKey, Answer, AppPasswordId, ContactId, GrantId, JobId, Lane,
    Language, MessageId, NetworkKey, Parcel, Scope, TaskId, TokenKey,
};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Names a conversation: the keyed hash of the outside mailbox and the root
/// Message-ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ThreadId(pub [u8; 16]);

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The office accounts that take part: an answer reaches each.
    pub accounts: Vec<AccountId>,
}

/// One recipient's right to read one message in the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// The message.
    pub message: MessageId,
    /// The recipient's place in it.
    pub n: u16,
    /// The mailbox that may read: a session proves exactly one.
    pub mailbox: AddressKey,
    /// The mailbox's address, for the code mail and the masked form.
    pub address: Address,
    /// Who it is.
    pub contact: ContactId,
    /// When it was given.
    pub created: Timestamp,
    /// How long it lasts, in seconds, counted from the relay's first
    /// acceptance of the notice.
    pub lasts: i64,
    /// When it ends: `created + lasts` until the relay has taken the notice.
    pub expires: Timestamp,
    /// When the relay first took the notice.
    pub noticed: Option<Timestamp>,
    /// When the office took it back.
    pub recalled: Option<Timestamp>,
    /// When the message was first shown.
    pub opened: Option<Timestamp>,
    /// When it was last answered.
    pub replied: Option<Timestamp>,
    /// When the content was destroyed.
    pub purged: Option<Timestamp>,
    /// Consecutive wrong codes over all requests (requirements C3.5: 100).
    pub failures: u32,
    /// The notice as sent, its token masked.
    #[serde(with = "serde_bytes")]
    pub notice: Vec<u8>,
    /// The language of its mails.
    pub language: Language,
    /// When the office last gave it more time. It then ends at `expires`,
    /// whenever a notice is taken.
    pub extended: Option<Timestamp>,
    /// When a reminder was put into the queue; there is at most one.
    pub reminded: Option<Timestamp>,
}

/// The order in which a mailbox sees its grants: newest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxGrant {
    /// The mailbox.
    pub mailbox: AddressKey,
    /// The grant.
    pub grant: GrantId,
}

/// The order in which a mailbox sees its own answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxReply {
    /// The mailbox.
    pub mailbox: AddressKey,
    /// The answer, or what was written anew.
    pub message: MessageId,
    /// Whom it is about; `None` where that is not known, or follows from what is
    /// answered.
    pub contact: Option<ContactId>,
}

/// What a link's token names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The token, hashed.
    pub token: TokenKey,
    /// The right it names.
    pub grant: GrantId,
    /// When it was made.
    pub created: Timestamp,
}

/// The one open request for a code under a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The grant.
    pub grant: GrantId,
    /// Four letters, on the page and in the mail.
    pub reference: String,
    /// When it was opened.
    pub opened: Timestamp,
    /// Its codes, oldest first; at most three are live.
    pub codes: Vec<Code>,
    /// The next code's running number.
    pub next: u32,
    /// When the grant's newest code was made, in this request or before it.
    pub pressed: Option<Timestamp>,
    /// When a press without a new code was last put on record.
    pub noted: Option<Timestamp>,
    /// Who failed, in this request and before it.
    pub failing: Vec<Failing>,
}

/// Somebody who typed wrong codes under a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// The network, or the browser if it is known.
    pub who: NetworkKey,
    /// Whether this is a browser that verified a code before.
    pub known: bool,
    /// Wrong tries in this request.
    pub tries: u32,
    /// How often its tries were used up, over all requests.
    pub rounds: u32,
    /// No code of it is looked at before this time.
    pub until: Option<Timestamp>,
    /// When it last failed.
    pub last: Timestamp,
}

/// What codes one mailbox was sent, and how often somebody guessed at them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTally {
    /// The mailbox.
    pub mailbox: AddressKey,
    /// Presses that led to a code, by network and time: the last day's.
    pub presses: Vec<(NetworkKey, Timestamp)>,
    /// Wrong codes in a row.
    pub wrong: u32,
    /// Nobody who failed before is looked at before this time.
    pub until: Option<Timestamp>,
}

/// A browser that verified a code of a mailbox: it does not share the fate of
/// the network it is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    /// Its cookie, hashed.
    pub token: TokenKey,
    /// The mailbox.
    pub mailbox: AddressKey,
    /// When it last verified a code.
    pub since: Timestamp,
    /// Wrong codes in a row since then.
    pub failures: u32,
}

/// One code of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// Its running number in the request.
    pub serial: u32,
    /// HMAC of grant and code under the codes' key.
    pub hash: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
    /// What has become of its mail.
    pub mail: CodeMail,
}

/// What is known of a code's mail, and no more than that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeMail {
    /// Waits to leave.
    Waiting,
    /// The relay took it.
    Handed(Timestamp),
    /// The relay asked us to wait; the next try is at this time.
    Deferred(Timestamp),
    /// The relay refused it.
    Refused(Timestamp),
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Its cookie, hashed.
    pub token: TokenKey,
    /// The one mailbox it proves.
    pub mailbox: AddressKey,
    /// That mailbox's address.
    pub address: Address,
    /// When the code was verified.
    pub started: Timestamp,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
    /// "This is my private device".
    pub private: bool,
    /// The value its forms carry.
    pub form: String,
    /// Whether it began at the front page and not with a link: then it lasts no
    /// longer than the right to sign in there.
    pub front: bool,
}

/// An answer that was being written when the session ended, or not yet sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Whose it is.
    pub mailbox: AddressKey,
    /// Under which grant; for a new message, [`Draft::new_of`].
    pub grant: GrantId,
    /// The text so far.
    pub text: String,
    /// When it was kept.
    pub at: Timestamp,
    /// The subject so far, of a new message.
    pub subject: String,
}

impl Draft {
    /// Stands for the grant that a new message does not have: the contact for whom it
    /// is written. Whoever else comes to read at the mailbox is not shown it.
    #[must_use]
    pub const fn new_of(contact: ContactId) -> GrantId {
        GrantId::from_octets(*contact.octets())
    }
}

/// Finds an account by its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountAddress {
    /// The address, hashed.
    pub address: AddressKey,
    /// The account.
    pub account: AccountId,
}

/// One app password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPassword {
    /// The account it opens.
    pub account: AccountId,
    /// Its id.
    pub id: AppPasswordId,
    /// What its owner calls it.
    pub name: String,
    /// Which protocols it opens.
    pub scope: Scope,
    /// Its Argon2id hash, in PHC form.
    pub hash: String,
    /// The first two octets of the password's keyed hash: which of an account's
    /// passwords a slow hash is worth computing for.
    pub tag: [u8; 2],
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the hour.
    pub used: Option<Timestamp>,
    /// The networks it opens from; empty: from anywhere.
    pub networks: Vec<IpNet>,
}

/// A job in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its lane.
    pub lane: Lane,
    /// What to do.
    pub work: Work,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last asked for; while a worker holds it, its [`Due`] stands
    /// at the lease's end instead.
    pub due: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether a delay has been reported.
    pub warned: bool,
    /// What the relay answered last.
    pub answer: Option<Answer>,
}

/// What a job does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Choose the routes of this message.
    Dispatch(MessageId),
    /// Hand this parcel to the relay.
    Deliver(Parcel),
    /// Tell the sender, who asked for it, that this recipient was reached.
    Tell {
        /// The message.
        message: MessageId,
        /// The recipient's place in it.
        n: u16,
    },
    /// Tell the writer, who asked for it, that this recipient has opened it.
    Displayed {
        /// The message.
        message: MessageId,
        /// The recipient's place in it.
        n: u16,
    },
    /// Write this file of a patient's answer into the chart's folder.
    Chart {
        /// The answer.
        message: MessageId,
        /// The file's place among its parts.
        part: u16,
    },
    /// Tell the clinic's own program of something.
    Announce(News),
}

/// The queue's order within a lane, and the lock on a job: whoever changes a
/// job moves or removes this entry in the same commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The lane.
    pub lane: Lane,
    /// When it is due, or when its lease ends.
    pub due: Timestamp,
    /// Which job.
    pub job: JobId,
    /// The fencing number of the worker that holds it.
    pub lease: Option<u64>,
}

/// A count that slows somebody down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Throttle {
    /// What is counted: a scope, then a keyed hash.
    pub key: [u8; 32],
    /// How many.
    pub count: u32,
    /// Since when.
    pub since: Timestamp,
    /// Nothing is allowed before this time.
    pub until: Option<Timestamp>,
}

/// Something the office should do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What to do.
    pub kind: TaskKind,
    /// For which grant.
    pub grant: GrantId,
    /// When it was asked for.
    pub created: Timestamp,
    /// When it was done.
    pub done: Option<Timestamp>,
}

/// What the office is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskKind {
    /// Send this message again.
    SendAgain,
}

/// The one open task of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTask {
    /// The grant.
    pub grant: GrantId,
    /// The task.
    pub task: TaskId,
}

/// Recognises a client's resend after a lost `250`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// Keyed hash of account, Message-ID, digest.
    pub key: [u8; 32],
    /// The message it became.
    pub message: MessageId,
    /// When.
    pub at: Timestamp,
}

impl Submitted {
    /// A second try is recognised for this long (foundations §4).
    pub const LASTS: SignedDuration = SignedDuration::from_hours(48);
}

/// Remembers that the message with this Message-ID, or the conversation that
/// began with it, held protected mail: clear is closed to whatever refers to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protected {
    /// Keyed hash of the Message-ID.
    pub key: [u8; 32],
}

/// When something ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// Which grant's time is over, which message's content is to be destroyed, which
    /// is no longer held, or which should have been read.
    pub what: Ended,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// A grant's time.
    Grant(GrantId),
    /// A message's retention.
    Content(MessageId),
    /// The wait of a message for its release.
    Hold(MessageId),
    /// The time in which the office should have dealt with what a patient wrote.
    Unread(MessageId),
}

/// A record that could not be read: set aside and named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Its key.
    pub key: Vec<u8>,
    /// Its octets as found.
    pub value: Vec<u8>,
    /// When it was set aside.
    pub at: Timestamp,
}
