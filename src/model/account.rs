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

/// What becomes of mail that no provider sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Staff {
    /// It waits for a provider.
    Hold,
    /// It goes.
    Send,
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
    /// Its owner as the clinic writes the name: "Dr. Ana Ruiz". One line of at
    /// most [`Account::LONGEST_NAME`] characters.
    pub name: Option<String>,
    /// What becomes of its mail that no provider sent; `None`: what the clinic
    /// has set for everybody.
    pub staff: Option<Staff>,
    /// The providers in whose name it may write; empty: in every one's.
    pub writes_for: Vec<AccountId>,
}

impl Account {
    /// Longest name, in characters: it stands in a reply of one line.
    pub const LONGEST_NAME: usize = 64;

    /// An account in use that has nothing besides.
    #[must_use]
    pub fn new(address: Address, role: Role, created: Timestamp) -> Self {
        Self {
            id: AccountId::new(created),
            address,
            role,
            standing: Standing::Active,
            created,
            password: None,
            policy: AccountPolicy::default(),
            name: None,
            staff: None,
            writes_for: Vec::new(),
        }
    }

    /// Its owner's name; the address, where the clinic has given none.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(self.address.as_str())
    }

    /// Whether it is a provider's, and in use.
    #[must_use]
    pub fn may_send(&self) -> bool {
        self.role == Role::Provider && self.standing == Standing::Active
    }
}
