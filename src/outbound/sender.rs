//! Who hands a message in.

use crate::model::{Account, NetworkKey};

/// A signed-in mail client.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Whose account it signed in with.
    pub account: Account,
    /// From which network.
    pub network: NetworkKey,
}
