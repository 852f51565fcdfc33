//! `[imap]`: where the office reads its mail.

use crate::config::draft::Section;
use std::net::{Ipv6Addr, SocketAddr};

/// Where the office's mail programs read (RFC 3501, RFC 8314). Both lists
/// empty: nowhere.
#[derive(Clone, Debug)]
pub struct Imap {
    /// Addresses that begin in clear and require STARTTLS. Default none: every
    /// mail program in use speaks TLS from the first octet, which RFC 8314 §3.2
    /// prefers.
    pub listen: Vec<SocketAddr>,
    /// Addresses that speak TLS from the first octet. Default port 993 on every
    /// address (`[::]` takes IPv4 too).
    pub listen_tls: Vec<SocketAddr>,
    /// Whether programs may read that copy the mailbox to their maker's servers,
    /// such as the new Outlook. Default false: without a contract about patients'
    /// data such a copy is a disclosure (requirements C4.7).
    pub allow_cloud_mirrors: bool,
    /// Connections at once with one account. Default 20: a mail program keeps up
    /// to five, and four devices are more than most people have.
    pub connections_per_account: u32,
}

impl Imap {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let every = vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, 993))];
        Self {
            listen: s.or("listen", Vec::new()),
            listen_tls: s.or("listen-tls", every),
            allow_cloud_mirrors: s.or("allow-cloud-mirrors", false),
            // Below five a single Thunderbird would be turned away.
            connections_per_account: s.within("connections-per-account", 20, 5..=1_000),
        }
    }
}
