//! Addresses: ours to listen on, and the relay's to be found.

use crate::config::{Config, Host};
use crate::serve::check::Findings;
use std::io::ErrorKind;
use std::net::{IpAddr, ToSocketAddrs, UdpSocket};

pub(super) fn check(config: &Config, findings: &mut Findings) {
    let doors = [
        ("submission.listen", &config.submission.listen),
        ("submission.listen-tls", &config.submission.listen_tls),
        ("portal.listen", &config.portal.listen),
    ];
    for (door, addresses) in doors {
        for address in addresses {
            if let Some((wrong, fix)) = foreign(address.ip()) {
                findings.fault(config.fault(door, format!("{door} has {address}, {wrong}"), fix));
            }
        }
    }
    relay(config, findings);
    link(config, findings);
}

/// A link whose host is of another domain than From looks like fraud, to people
/// and to filters.
fn link(config: &Config, findings: &mut Findings) {
    let from = config.notice.from.domain();
    let Host::Name(host) = config.portal.url.host() else {
        return;
    };
    let host = host.as_str();
    let under = host
        .strip_suffix(from)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !under {
        findings.warning(config.fault(
            "portal.url",
            format!("portal.url is on {host}, and notices come from {from}; readers and filters take such links for fraud"),
            "give the portal a name under that domain",
        ));
    }
}

/// Why this machine cannot listen on an address. A datagram socket on a free
/// port answers that without touching the ports a running gateway holds.
fn foreign(ip: IpAddr) -> Option<(&'static str, &'static str)> {
    match UdpSocket::bind((ip, 0)) {
        Err(e) if e.kind() == ErrorKind::AddrNotAvailable => Some((
            "which is no address of this machine",
            "write one that `ip address` shows, or [::] for all",
        )),
        Err(_) if ip.is_ipv6() => Some((
            "but this machine has no IPv6",
            "write the IPv4 address, or 0.0.0.0 for all",
        )),
        _ => None,
    }
}

/// A relay that cannot be found now may be found later: the queue waits.
fn relay(config: &Config, findings: &mut Findings) {
    let Host::Name(name) = &config.relay.host else {
        return;
    };
    let found = (name.as_str(), config.relay.port).to_socket_addrs();
    if found.is_ok_and(|mut addresses| addresses.next().is_some()) {
        return;
    }
    findings.warning(config.fault(
        "relay.host",
        format!("relay.host {} cannot be found in DNS", name.as_str()),
        "check its spelling and this machine's resolver; mail waits in the queue until then",
    ));
}
