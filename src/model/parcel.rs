//! What leaves the gateway: parcels, their lanes, and what the relay said.

use crate::model::{Address, ContentId, GrantId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The envelope a client gave us (RFC 5321 §2.3.1), with its DSN wishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// MAIL FROM; `None` for the null sender `<>`.
    pub sender: Option<Address>,
    /// RCPT TO, in order, with the DSN wishes of each.
    pub recipients: Vec<Wanted>,
    /// The size the client announced, in octets (RFC 1870).
    pub announced: Option<u64>,
    /// Whether the client asked for SMTPUTF8 (RFC 6531).
    pub international: bool,
    /// What of the message a report returns (RFC 3461 §4.3).
    pub ret: Option<Return>,
    /// The sender's own name for the envelope, as given (RFC 3461 §4.4).
    pub envid: Option<String>,
}

/// One recipient as the client asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The address.
    pub address: Address,
    /// What the sender wants to hear (RFC 3461 §4.1).
    pub notify: Notify,
    /// ORCPT as given, `type;address` (RFC 3461 §4.2).
    pub original: Option<String>,
}

/// When the sender wants to be told (RFC 3461 §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notify {
    /// Nothing was said: failures and delays.
    #[default]
    Default,
    /// Never.
    Never,
    /// Only what is named here.
    On {
        /// When it has arrived.
        success: bool,
        /// When it has failed.
        failure: bool,
        /// When it is late.
        delay: bool,
    },
}

impl Notify {
    /// Whether a success is to be reported.
    #[must_use]
    pub const fn success(self) -> bool {
        matches!(self, Self::On { success: true, .. })
    }

    /// Whether a failure is to be reported.
    #[must_use]
    pub const fn failure(self) -> bool {
        matches!(self, Self::Default | Self::On { failure: true, .. })
    }

    /// Whether a delay is to be reported.
    #[must_use]
    pub const fn delay(self) -> bool {
        matches!(self, Self::Default | Self::On { delay: true, .. })
    }
}

/// What of the original a report returns (RFC 3461 §4.3). We never return a
/// body, whatever was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Return {
    /// RET=FULL.
    Full,
    /// RET=HDRS.
    Headers,
}

/// The order in which work is done: a code before a report before a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// An accepted message waits for its routes to be chosen.
    Dispatch = 0,
    /// One-time codes: someone is waiting at a screen.
    Code = 1,
    /// Reports and alerts.
    Report = 2,
    /// Notices.
    Notice = 3,
    /// Mail that the policy lets leave as it is.
    Clear = 4,
    /// Somebody is to be told of a success.
    Success = 5,
    /// A patient's file is to be written into the chart's folder.
    Chart = 6,
    /// The clinic's own program is to hear of something.
    Webhook = 7,
}

impl Lane {
    /// Every lane, the most urgent first.
    pub const ALL: [Self; 8] = [
        Self::Dispatch,
        Self::Code,
        Self::Report,
        Self::Success,
        Self::Notice,
        Self::Clear,
        Self::Chart,
        Self::Webhook,
    ];
}

/// One mail to one recipient, ready to leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parcel {
    /// The envelope sender; `None` for the null sender.
    pub sender: Option<Address>,
    /// The one recipient.
    pub recipient: Address,
    /// What it is, and whom its outcome concerns.
    pub purpose: Purpose,
    /// The mail itself.
    pub body: Body,
}

/// Where a parcel's octets are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// Here: notices, codes, reports.
    Here(#[serde(with = "serde_bytes")] Vec<u8>),
    /// The stored content: clear mail.
    Content(ContentId),
}

/// What a parcel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// "You have a secure message."
    Notice {
        /// The message.
        message: MessageId,
        /// The recipient's place in it.
        n: u16,
        /// The right the link names.
        grant: GrantId,
    },
    /// A one-time code.
    Code {
        /// Whose request it answers.
        grant: GrantId,
        /// Which of the request's codes, by its running number.
        serial: u32,
    },
    /// A content-free alert to an outside address of the office.
    Alert,
    /// A content-free report or delay note to an outside sender.
    Report {
        /// The message it is about.
        message: MessageId,
    },
    /// The message itself, in clear, as the policy allows.
    Clear {
        /// The message.
        message: MessageId,
        /// The recipient's place in it.
        n: u16,
    },
    /// "You have not read it yet."
    Reminder {
        /// The message.
        message: MessageId,
        /// The recipient's place in it.
        n: u16,
        /// The right the link names.
        grant: GrantId,
    },
}

/// What the relay answered, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// When it answered, or when we gave up waiting.
    pub at: Timestamp,
    /// Its reply code; 0 where there was none (no connection, time-out).
    pub code: u16,
    /// Its words, on one line, at most 200 characters; may hold an address, so
    /// it is never logged.
    pub text: String,
}
