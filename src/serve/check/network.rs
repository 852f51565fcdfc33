//! Addresses: ours to listen on, and the relay's to be found.

use crate::config::{Config, Host};
use crate::serve::check::Findings;
use crate::serve::sockets::{Door, Held};
use std::io::ErrorKind;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

pub(super) fn check(config: &Config, held: &Held, findings: &mut Findings) {
    for door in Door::ALL {
        let (wanted, theirs) = (wanted(config, door), held.of(door));
        if door == Door::Office && config.office.url.is_none() {
            continue;
        }
        if !theirs.is_empty() {
            overruled(config, door, &theirs, findings);
            continue;
        }
        for address in wanted {
            listening(config, door.setting(), *address, findings);
        }
    }
    relay(config, findings);
    link(config, findings);
    office(config, findings);
    way_back(config, held, findings);
}

/// A clinic without office pages has nowhere to see what waits for it.
fn office(config: &Config, findings: &mut Findings) {
    if config.office.url.is_none() {
        findings.warning(config.fault(
            "office.url",
            "office.url is not set, so there are no office pages",
            "name an address for them, such as \"https://office.clinic.example:8443\"",
        ));
    }
}

/// Where the settings say that a door listens.
pub(super) fn wanted(config: &Config, door: Door) -> &[SocketAddr] {
    match door {
        Door::Submission => &config.submission.listen,
        Door::Submissions => &config.submission.listen_tls,
        Door::Imap => &config.imap.listen,
        Door::Imaps => &config.imap.listen_tls,
        Door::Inbound => &config.inbound.listen,
        Door::Portal => &config.portal.listen,
        Door::Office => config.office.doors(),
    }
}

/// A socket that systemd holds is used, whatever the setting says; whoever
/// changed only the setting should hear of it.
fn overruled(config: &Config, door: Door, theirs: &[SocketAddr], findings: &mut Findings) {
    let wanted = wanted(config, door);
    let same = wanted.len() == theirs.len() && wanted.iter().all(|a| theirs.contains(a));
    if !same {
        let (setting, name) = (door.setting(), door.name());
        let theirs: Vec<String> = theirs.iter().map(SocketAddr::to_string).collect();
        findings.warning(config.fault(
            setting,
            format!(
                "{setting} is not used: systemd holds the socket, on {}",
                theirs.join(" ")
            ),
            format!("write the same there, or change ListenStream= in sealpost-{name}.socket"),
        ));
    }
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

/// A failure that comes hours after the relay took a notice comes to the return
/// address, and is lost on the writer if nobody reads there.
fn way_back(config: &Config, held: &Held, findings: &mut Findings) {
    if !config.inbound.listen.is_empty() || !held.of(Door::Inbound).is_empty() {
        return;
    }
    let bounce = &config.notice.bounce_address;
    let (local, domain) = (bounce.local(), bounce.domain());
    findings.warning(config.fault(
        "inbound.listen",
        format!("inbound.listen is empty, so nobody here reads what comes back to {local}+…@{domain}, and a writer does not hear that a notice failed after the relay had taken it"),
        format!("give it an address such as \"[::]:25\", and have mail to {local}+…@{domain} come there: by a rule of the mail server of {domain}, or by a notice.bounce-address in a domain whose MX record names this machine"),
    ));
}

/// Whether this machine can listen on an address. A datagram socket on a free
/// port answers that without touching the ports a running gateway holds.
fn listening(config: &Config, door: &str, address: SocketAddr, findings: &mut Findings) {
    let fault = |wrong, fix| config.fault(door, format!("{door} has {address}, {wrong}"), fix);
    match UdpSocket::bind((address.ip(), 0)) {
        // The network, or a failover, may still bring it.
        Err(e) if e.kind() == ErrorKind::AddrNotAvailable => findings.not_yet(fault(
            "which is no address of this machine",
            "write one that `ip address` shows, or [::] for all",
        )),
        Err(_) if address.is_ipv6() => findings.fault(fault(
            "but this machine has no IPv6",
            "write the IPv4 address, or 0.0.0.0 for all",
        )),
        _ => {}
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
