//! A message as it is kept.

use crate::model::{AccountId, ContentId, Direction, GrantId, Head, MessageId, Return};
use crate::store::Finished;
use crate::store::records::ThreadId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An accepted message, or a patient's answer. What it says is in its content
/// and in `head`, both sealed under the content's own key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, and the reference its sender was given.
    pub id: MessageId,
    /// Which way it travels.
    pub direction: Direction,
    /// The office account that sent it; `None` for an answer.
    pub account: Option<AccountId>,
    /// The conversation it belongs to.
    pub thread: ThreadId,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// Its size as stored, in octets.
    pub size: u64,
    /// Where its octets are.
    pub content: ContentId,
    /// The model's `Head`, sealed under the content's key.
    #[serde(with = "serde_bytes")]
    pub head: Vec<u8>,
    /// SHA-256 of the normalised message and its recipients: by what a resend is
    /// known. Zeros for what a mail program put in.
    pub digest: [u8; 32],
    /// How many recipients it has.
    pub recipients: u16,
    /// Whether any route or rule made it protected.
    pub protected: bool,
    /// Whether its routes have been chosen.
    pub dispatched: bool,
    /// RET of the envelope (RFC 3461 §4.3).
    pub ret: Option<Return>,
    /// ENVID of the envelope as given (RFC 3461 §4.4).
    pub envid: Option<String>,
    /// How long it can be read, in seconds, if its writer said so; else the
    /// clinic's rule counts.
    pub lasts: Option<i64>,
    /// The grant an answer was written under.
    pub answers: Option<GrantId>,
    /// When its content was destroyed.
    pub purged: Option<Timestamp>,
    /// Whether its writer asked to be told when it is read (RFC 8098 §2.1).
    pub receipt: bool,
}

impl Message {
    /// A protected message that is done with from the start: nobody is to be sent
    /// it. It belongs to no conversation and has no digest yet.
    #[must_use]
    pub fn settled(
        id: MessageId,
        direction: Direction,
        accepted: Timestamp,
        (content, head): (&Finished, &Head),
    ) -> Self {
        Self {
            id,
            direction,
            account: None,
            thread: ThreadId([0; 16]),
            accepted,
            size: content.length(),
            content: content.id(),
            head: content.seal_head(head),
            digest: [0; 32],
            recipients: 0,
            protected: true,
            dispatched: true,
            ret: None,
            envid: None,
            lasts: None,
            answers: None,
            purged: None,
            receipt: false,
        }
    }
}
