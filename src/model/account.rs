//! Office accounts: who may write and who may send.

use crate::model::{AccountId, Address};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a person does in the clinic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Writes; a provider releases (unless the policy lets staff send).
    Staff,
    /// Writes and sends.
    Provider,
    /// Runs the gateway; writes and sends nothing.
    Admin,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// In use.
    Active,
    /// Switched off: nothing signs in with it.
    Disabled,
}

/// Whether an account's mail is protected (requirements SE15). The order is that
/// of protection: of two that speak about one message, the greater counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountPolicy {
    /// Only what is marked, or belongs to a protected conversation.
    Off,
    /// As the clinic has set it for everybody.
    #[default]
    Inherit,
    /// Everything, whatever tags and domains say.
    Secure,
}

impl AccountPolicy {
    /// The word for it in commands and the audit trail.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Inherit => "inherit",
            Self::Secure => "secure",
        }
    }
}

/// Which protocols an app password opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Submission only.
    Smtp,
    /// Reading only.
    Imap,
    /// Both.
    Both,
}

impl Scope {
    /// Whether a password of this scope opens `wanted`.
    #[must_use]
    pub fn opens(self, wanted: Self) -> bool {
        self == Self::Both || self == wanted
    }
}

/// One office account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The address it sends from and signs in with.
    pub address: Address,
    /// What its owner does.
    pub role: Role,
    /// Whether it may be used.
    pub standing: Standing,
    /// When it was made.
    pub created: Timestamp,
    /// The Argon2id hash of the account's own password, for the office page
    /// alone; `None` until one is set.
    pub password: Option<String>,
    /// Whether its mail is protected.
    pub policy: AccountPolicy,
}
