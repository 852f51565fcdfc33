//! What waits for a provider's release, whose it is, and who may stand in.

use crate::model::{AccountId, MessageId};
use crate::store::{Key, Record, Table};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A message that waits for a provider's release. Whoever ends the wait removes
/// this record in the same commit, so that exactly one does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The message.
    pub message: MessageId,
    /// Who wrote it.
    pub writer: AccountId,
    /// The provider whose name it bears.
    pub provider: AccountId,
    /// SHA-256 of the octets as stored and of the recipients: what a release
    /// binds (decision 0028).
    pub binding: [u8; 32],
    /// The key of its [`Submitted`](crate::store::records::Submitted): once it
    /// was given back, the same message may come again.
    pub submitted: [u8; 32],
    /// Since when it waits.
    pub created: Timestamp,
    /// When it is given back.
    pub expires: Timestamp,
}

/// With what words a message came back to who wrote it. It is destroyed with the draft
/// that the message then is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// The message.
    pub message: MessageId,
    /// Who did not release it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// The words.
    pub reason: String,
}

/// Who of the office released a message, or took it back: what its page says of it.
/// The audit trail says the same, among everything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The message.
    pub message: MessageId,
    /// Who released it, and when.
    pub released: Option<(AccountId, Timestamp)>,
    /// Who took it back, the last time.
    pub recalled: Option<AccountId>,
}

/// What an account has to do with a held message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// It wrote it.
    Writer = 0,
    /// It bears its name.
    Provider = 1,
}

/// Finds what is held of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountHold {
    /// The account.
    pub account: AccountId,
    /// What it has to do with it.
    pub part: Part,
    /// The message.
    pub message: MessageId,
}

/// Who may release in a provider's stead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deputy {
    /// The provider who is away.
    pub provider: AccountId,
    /// The provider who stands in.
    pub deputy: AccountId,
    /// Not from this time on.
    pub until: Timestamp,
}

impl Hold {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(message: MessageId) -> Key<Self> {
        Key::of(Table::Hold, &[message.octets()])
    }

    /// What finds it from its writer and from its provider.
    #[must_use]
    pub fn found_by(&self) -> [AccountHold; 2] {
        let found = |account, part| AccountHold {
            account,
            part,
            message: self.message,
        };
        [
            found(self.writer, Part::Writer),
            found(self.provider, Part::Provider),
        ]
    }
}

impl Record for Hold {
    const TABLE: Table = Table::Hold;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.message)
    }
}

impl AccountHold {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(account: AccountId, part: Part, message: MessageId) -> Key<Self> {
        let pieces: [&[u8]; 3] = [account.octets(), &[part as u8], message.octets()];
        Key::of(Table::AccountHold, &pieces)
    }
}

impl Record for AccountHold {
    const TABLE: Table = Table::AccountHold;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.account, self.part, self.message)
    }
}

impl Handled {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(message: MessageId) -> Key<Self> {
        Key::of(Table::Handled, &[message.octets()])
    }
}

impl Record for Handled {
    const TABLE: Table = Table::Handled;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.message)
    }
}

impl GivenBack {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(message: MessageId) -> Key<Self> {
        Key::of(Table::GivenBack, &[message.octets()])
    }
}

impl Record for GivenBack {
    const TABLE: Table = Table::GivenBack;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.message)
    }
}

impl Deputy {
    /// The key under which this record is kept.
    #[must_use]
    pub fn at(provider: AccountId, deputy: AccountId) -> Key<Self> {
        Key::of(Table::Deputy, &[provider.octets(), deputy.octets()])
    }
}

impl Record for Deputy {
    const TABLE: Table = Table::Deputy;
    const VERSION: u8 = 1;

    fn key(&self) -> Key<Self> {
        Self::at(self.provider, self.deputy)
    }
}
