//! What the office page keeps about who signs in, and what they have begun to write.

use crate::model::{AccountId, Composing, Seed, TokenKey, WorkId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An account's second factor. It is written when the first code of its app was
/// right; until then the seed stands in the session that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factor {
    /// The account.
    pub account: AccountId,
    /// What the app computes its codes from.
    pub seed: Seed,
    /// When the app was set up.
    pub confirmed: Timestamp,
    /// The newest step whose code was taken: none is taken twice (RFC 6238 §5.2).
    pub used: u64,
    /// The keyed hashes of the recovery codes that are left.
    pub recovery: Vec<[u8; 32]>,
}

/// A browser on its way into the office page, or inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeSession {
    /// Its cookie, hashed.
    pub token: TokenKey,
    /// Whose it is.
    pub account: AccountId,
    /// When this stage began.
    pub started: Timestamp,
    /// When it was last used, to the minute.
    pub seen: Timestamp,
    /// The value its forms carry.
    pub form: String,
    /// Keyed hash of what it stands on: password, role, second factor. If one of
    /// them changes, the session is over.
    pub binding: [u8; 32],
    /// How far it has come.
    pub stage: Stage,
}

/// How far a sign-in has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// The password was right; the code is still to come.
    Password,
    /// The password was right and there is no second factor yet: this one is
    /// shown, to this browser alone.
    SetUp(Seed),
    /// Signed in.
    Full,
}

/// A browser that has signed in to an account before: strangers who guess at the
/// account do not make it wait. It opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeBrowser {
    /// Its cookie, hashed.
    pub token: TokenKey,
    /// The account.
    pub account: AccountId,
    /// When it last signed in.
    pub since: Timestamp,
}

/// A message that somebody of the office was writing on a page and has not sent.
/// Its files are not kept: a browser has them, or they lie where they were ticked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// Who writes it; nobody else is shown it.
    pub account: AccountId,
    /// Its id, which its form carries too.
    pub id: WorkId,
    /// What is written.
    pub composing: Composing,
    /// When it was kept, to the nanosecond: the form that was filled in from it says so.
    pub at: Timestamp,
    /// Whose name it was to bear, as the form said.
    pub from: String,
    /// To whom it was to go, as the form said.
    pub to: String,
    /// The subject so far.
    pub subject: String,
    /// The text so far.
    pub text: String,
    /// The files that were ticked, as the form said.
    pub picked: Vec<String>,
}
