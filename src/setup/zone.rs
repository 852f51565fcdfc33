//! The records by which mail programs find the servers, as lines of a zone file
//! (RFC 1035 §5).

use crate::setup::{Ports, Servers, pacc};
use std::fmt::Write as _;
use std::net::IpAddr;

/// The lines for all of the clinic's domains. Names are absolute, so they fit
/// into any zone file.
#[must_use]
pub fn lines(servers: &Servers) -> String {
    let mut text = String::new();
    for domain in &servers.domains {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "; {domain}: where mail programs read and send (RFC 6186, RFC 8314).\n\
             ; A service with the target \".\" is not offered."
        );
        let host = servers.host.as_str();
        text.push_str(&services(domain, host, ("submission", 10), servers.sending));
        text.push_str(&services(domain, host, ("imap", 10), servers.reading));
        text.push_str(&web(domain, servers));
    }
    text
}

/// The two records of a service: `NAMEs` over TLS from the first octet, `NAME`
/// with STARTTLS, which is to be tried after the other (RFC 8314 §5.1).
fn services(domain: &str, host: &str, (name, after): (&str, u16), ports: Ports) -> String {
    let over_tls = format!("{name}s");
    let all = [
        (over_tls.as_str(), ports.tls, 0),
        (name, ports.starttls, after),
    ];
    let mut lines = String::new();
    for (name, port, priority) in all {
        let _ = match port {
            Some(port) => writeln!(
                lines,
                "_{name}._tcp.{domain}. IN SRV {priority} 1 {port} {host}."
            ),
            // RFC 2782: there decidedly is no such service.
            None => writeln!(lines, "_{name}._tcp.{domain}. IN SRV 0 0 0 ."),
        };
    }
    lines
}

/// Where Thunderbird and Outlook ask over HTTPS. They ask on port 443 alone.
fn web(domain: &str, servers: &Servers) -> String {
    let web = &servers.web;
    if web.port != 443 || !web.origin.starts_with("https:") {
        return format!(
            "; autoconfig.{domain} must be answered on port 443 over HTTPS; the portal is at {}.\n",
            web.origin
        );
    }
    let record = match web.host.parse() {
        Ok(IpAddr::V4(ip)) => format!("A {ip}"),
        Ok(IpAddr::V6(ip)) => format!("AAAA {ip}"),
        Err(_) => format!("CNAME {}.", web.host),
    };
    let target = match web.host.parse::<IpAddr>() {
        Ok(_) => &servers.host,
        Err(_) => &web.host,
    };
    let later = pacc::document(servers).map_or_else(String::new, |document| {
        let digest = pacc::record(&document);
        format!(
            "; For programs to come (draft-ietf-mailmaint-pacc), if you like; the certificate must\n\
             ; name it. The text changes with the clinic's name and the host.\n\
             ;ua-auto-config.{domain}. IN {record}\n\
             ;_ua-auto-config.{domain}. IN TXT \"{digest}\"\n"
        )
    });
    format!(
        "; Thunderbird asks here for the settings. The certificate must name it too.\n\
         autoconfig.{domain}. IN {record}\n\
         ; For classic Outlook, only if neither Exchange nor Microsoft 365 serves {domain}:\n\
         ;_autodiscover._tcp.{domain}. IN SRV 0 1 443 {target}.\n\
         {later}"
    )
}
