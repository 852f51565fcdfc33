//! What is kept about who signs in at the portal's front page.

use crate::model::{Address, AddressKey, GrantId, TokenKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A browser that named an address at the front page. It is written whether
/// anybody may sign in at that address or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// The browser's cookie, hashed.
    pub token: TokenKey,
    /// The address, as it was typed.
    pub address: Address,
    /// The same, as a key.
    pub mailbox: AddressKey,
    /// Under which id the request with its one code is kept, as if for a grant.
    pub request: GrantId,
    /// Four letters, on the page and in the mail.
    pub reference: String,
    /// When the newest code was asked for.
    pub asked: Timestamp,
    /// Wrong codes since then.
    pub tries: u32,
}

/// The password that somebody chose inside, for the front page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortalPassword {
    /// The mailbox.
    pub mailbox: AddressKey,
    /// Its Argon2id hash, in PHC form.
    pub hash: String,
    /// When it was chosen.
    pub chosen: Timestamp,
}
