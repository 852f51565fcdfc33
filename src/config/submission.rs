//! `[submission]`: where the office's mail programs connect.

use crate::config::draft::Section;
use crate::config::value::Size;
use std::net::{Ipv6Addr, SocketAddr};

/// Where the office's mail programs connect (RFC 6409, RFC 8314).
#[derive(Clone, Debug)]
pub struct Submission {
    /// Addresses that begin in clear and require STARTTLS. Default port 587 on
    /// every address (`[::]` takes IPv4 too).
    pub listen: Vec<SocketAddr>,
    /// Addresses that speak TLS from the first octet. Default port 465 on every
    /// address: RFC 8314 §3.3 prefers it.
    pub listen_tls: Vec<SocketAddr>,
    /// Largest message, as sent, with its attachments. Default 50 MB: about
    /// 36 MB of files, more than most mail services take.
    pub max_message_size: Size,
}

impl Submission {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        let every = |port| vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))];
        Self {
            listen: s.or("listen", every(587)),
            listen_tls: s.or("listen-tls", every(465)),
            // RFC 5321 §4.5.3.1.7 asks for 64K octets at least.
            max_message_size: s.within(
                "max-message-size",
                Size::megabytes(50),
                Size::megabytes(1)..=Size::megabytes(500),
            ),
        }
    }
}
