//! A message as the gateway knows it: its head, its parts, its recipients.

use crate::model::{Address, Answer, ContactId, GrantId, Mailbox, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A language the gateway speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// Every language, in the order in which a switch shows them.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// The language tag (RFC 5646).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// The language with this tag, region ignored.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|l| l.tag() == primary)
    }
}

/// Which way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From the office.
    Outgoing,
    /// To the office.
    Incoming,
    /// Put into a folder by a mail program, and travelling nowhere: a draft, a
    /// copy from elsewhere. Its content goes with its last entry.
    Stored,
}

/// How a message reaches one recipient. Later issues add S/MIME and Direct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// Filed in a mailbox of this gateway; nothing leaves.
    Local,
    /// Sealed here; a notice leaves.
    Portal,
    /// Leaves as it is, where the policy allows it for the whole message.
    Clear,
}

/// What has become of a message for one recipient (requirements C6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Waits for a provider's release.
    Held,
    /// Accepted from the office; its notice or mail waits to leave.
    Queued,
    /// The relay took the notice.
    NoticeAccepted,
    /// The relay, or a server behind it, refused the notice for good.
    NoticeBounced,
    /// A code was verified and the message was shown.
    Opened,
    /// A file of it was downloaded.
    Downloaded,
    /// The recipient answered.
    Replied,
    /// Its time is over.
    Expired,
    /// The office took it back.
    Recalled,
    /// The relay took the message itself (clear, S/MIME).
    Relayed,
    /// Filed in a mailbox here.
    Delivered,
    /// Given up; the sender has been told.
    Failed,
    /// Direct: the receiving side has processed it.
    Processed,
    /// Direct: the receiving side has handed it to its reader.
    Dispatched,
    /// Direct: no confirmation came in time.
    Overdue,
}

/// Where a recipient stands in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecipientKind {
    /// In a To field.
    To,
    /// In a Cc field.
    Cc,
    /// In neither: a blind copy.
    Bcc,
}

/// One recipient of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The message.
    pub message: MessageId,
    /// The recipient's place in [`Head::envelope`].
    pub n: u16,
    /// Who it is.
    pub contact: ContactId,
    /// Where it stood in the message.
    pub kind: RecipientKind,
    /// How the message reaches it; `None` until that was decided.
    pub route: Option<Route>,
    /// What has become of it.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// The right to read it, on the portal route.
    pub grant: Option<GrantId>,
    /// What the sender asked to be told (RFC 3461 §4.1).
    pub notify: crate::model::Notify,
    /// The original recipient as the sender gave it, `type;address`
    /// (RFC 3461 §4.2).
    pub original: Option<String>,
    /// What the relay answered last.
    pub answer: Option<Answer>,
}

impl Recipient {
    /// The recipient after its notice or mail came to `state`; `None` if it has
    /// come further already, or its time is over.
    #[must_use]
    pub fn moved(&self, state: State, at: Timestamp) -> Option<Self> {
        use State::{Failed, NoticeAccepted, NoticeBounced, Queued, Relayed};
        let open = matches!(
            self.state,
            Queued | NoticeAccepted | NoticeBounced | Relayed | Failed
        );
        (open && self.state != state).then(|| Self {
            state,
            since: at,
            ..self.clone()
        })
    }
}

/// What is known of a message without opening its content. Sealed under the
/// message's own key, so that it goes when the message goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The decoded subject, tags removed, on one line.
    pub subject: String,
    /// Who wrote it.
    pub from: Option<Mailbox>,
    /// The To field.
    pub to: Vec<Mailbox>,
    /// The Cc field.
    pub cc: Vec<Mailbox>,
    /// The envelope's recipients in their order.
    pub envelope: Vec<Address>,
    /// The Message-ID without its angle brackets.
    pub message_id: String,
    /// In-Reply-To and References, oldest first, without angle brackets.
    pub references: Vec<String>,
    /// When it says it was written.
    pub date: Option<Timestamp>,
    /// The parts, in the order of the message.
    pub parts: Vec<Part>,
    /// The name of the recipient's doctor, office or person to show, if known.
    pub regarding: Option<String>,
}

/// One leaf part of a message (RFC 2045): where its octets lie and what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// First octet of the part's body in the stored message.
    pub offset: u64,
    /// Length of the body as stored (still transfer-encoded), in octets.
    pub length: u64,
    /// Content-Transfer-Encoding in lower case: `7bit`, `base64`, …
    pub encoding: String,
    /// Content-Type in lower case without parameters: `text/plain`.
    pub kind: String,
    /// The charset parameter in lower case, if given.
    pub charset: Option<String>,
    /// The file name, decoded, if given. Never a path.
    pub name: Option<String>,
    /// Content-ID without angle brackets.
    pub content_id: Option<String>,
    /// What the part is for.
    pub role: PartRole,
}

/// What a part is for, as a reader sees the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartRole {
    /// Text to be read.
    Text,
    /// The same as HTML.
    Html,
    /// A picture that the HTML shows.
    Inline,
    /// A file.
    File,
    /// Text that an HTML part beside it says too (RFC 2046 §5.1.4): who reads
    /// the HTML does not need it.
    Alternative,
}
