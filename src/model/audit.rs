//! What the audit trail records: who did what to which thing, and from where.

use crate::model::{AccountId, NetworkKey};
use serde::{Deserialize, Serialize};

/// Who acted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// The gateway itself.
    Gateway,
    /// An office account.
    Account(AccountId),
    /// Whoever came with a link, before a code was verified.
    Visitor,
    /// A recipient with a verified code.
    Recipient,
    /// Whoever runs the machine: the command line, by its user id.
    Operator(u32),
    /// Somebody whose sign-in failed.
    Unknown,
}

/// What happened. The names are stable: they are what an auditor reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// Somebody of the office signed in, with a mail client or to the pages, or
    /// failed to.
    SignIn,
    /// A session ended by its owner.
    SignOut,
    /// A message was accepted or refused.
    Submit,
    /// A recipient's route was chosen.
    Route,
    /// A notice left, or failed for good.
    Notice,
    /// A code was asked for.
    CodeRequest,
    /// A code was tried.
    CodeTry,
    /// A lock fell on a failing network or account.
    Lock,
    /// A message was shown.
    Open,
    /// A file was downloaded.
    Download,
    /// A recipient answered.
    Reply,
    /// The office was asked to send again.
    AskAgain,
    /// A message's time ended, or was changed.
    Expiry,
    /// A message was taken back.
    Recall,
    /// Content was destroyed.
    Purge,
    /// A key was made, rolled or destroyed.
    Key,
    /// An account or app password was made or changed.
    Account,
    /// Somebody looked at metadata with addresses shown.
    Disclose,
    /// A queue entry was retried or dropped by hand.
    Queue,
    /// The configuration was read anew.
    Configuration,
    /// The store was compacted or verified, or a record set aside.
    Store,
    /// Something the office was asked to do was closed.
    Task,
    /// A message waits for a provider's release; or it was given back, with how.
    Hold,
    /// A provider released a held message, with how; or could not.
    Release,
    /// A provider used what belongs to another, in an emergency. The note is the
    /// reason.
    BreakGlass,
    /// A contact was added or changed, or let into the portal or no longer.
    Contact,
    /// A file was written into the chart's folder, or the audit trail was taken
    /// out.
    Export,
    /// What somebody writes on a page of the office was kept, or thrown away.
    Draft,
}

/// One audit event. Time and place in the chain are added when it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub actor: Actor,
    /// What.
    pub kind: EventKind,
    /// The id of the thing it was done to, as text; empty if there is none.
    pub object: String,
    /// From which network, hashed.
    pub network: Option<NetworkKey>,
    /// Whether it succeeded.
    pub success: bool,
    /// A short fixed word that says more, perhaps with an id behind it: a reason, a
    /// user-agent class, whose file it is. Never a person's data; but the reason of a break-glass stands in its own words.
    pub note: String,
}

impl Event {
    /// A successful event without a network or note.
    #[must_use]
    pub fn new(actor: Actor, kind: EventKind, object: impl ToString) -> Self {
        Self {
            actor,
            kind,
            object: object.to_string(),
            network: None,
            success: true,
            note: String::new(),
        }
    }

    /// The same event, failed, with the reason in a word.
    #[must_use]
    pub fn failed(mut self, note: &str) -> Self {
        self.success = false;
        note.clone_into(&mut self.note);
        self
    }

    /// The same event with a short fixed note.
    #[must_use]
    pub fn noted(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    /// The same event with the network it came from.
    #[must_use]
    pub const fn from(mut self, network: NetworkKey) -> Self {
        self.network = Some(network);
        self
    }
}
