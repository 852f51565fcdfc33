//! `[inbound]`: where other mail servers bring back what they could not deliver.

use crate::config::draft::Section;
use std::net::SocketAddr;

/// Where failures of notices and codes come back to (RFC 5321, RFC 3464).
#[derive(Clone, Debug)]
pub struct Inbound {
    /// Addresses that take mail to our signed return addresses and nothing else.
    /// Default none: the port is open to everybody, and mail comes there only once
    /// an MX record or a rule of the relay leads to it.
    pub listen: Vec<SocketAddr>,
}

impl Inbound {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            listen: s.or("listen", Vec::new()),
        }
    }
}
