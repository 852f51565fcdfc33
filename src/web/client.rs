//! Who is asking, as far as a request shows.

use crate::net::Peer;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr};

/// How many hops of X-Forwarded-For are looked at; a real chain has a few.
const MAX_HOPS: usize = 16;

/// The address of whoever sent a request.
#[must_use]
pub fn of(request: &Request, proxies: &[IpNet]) -> IpAddr {
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |p| p.ip);
    ip(peer, request.headers(), proxies)
}

/// Whether somebody looks at what comes back, so that the request counts as use.
#[must_use]
pub fn looks(request: &Request) -> bool {
    *request.method() != Method::HEAD && !is_prefetch(request.headers())
}

/// The client's address. X-Forwarded-For is read only where the connection
/// comes from a proxy of ours, from the right, up to the first address that is
/// no proxy of ours: what stands further left anybody can write.
#[must_use]
pub fn ip(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let trusted = |ip: IpAddr| proxies.iter().any(|net| net.contains(&ip));
    let mut client = peer.to_canonical();
    if !trusted(client) {
        return client;
    }
    let fields = headers.get_all("x-forwarded-for").into_iter();
    let hops: Vec<&str> = fields
        .filter_map(|f| f.to_str().ok())
        .flat_map(|f| f.split(','))
        .collect();
    for hop in hops.iter().rev().take(MAX_HOPS) {
        let Ok(ip) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = ip.to_canonical();
        if !trusted(client) {
            break;
        }
    }
    client
}

/// The kind of program that asks, as one of four fixed words for the audit.
#[must_use]
pub fn agent(headers: &HeaderMap) -> &'static str {
    let agent = headers.get("user-agent").and_then(|a| a.to_str().ok());
    match agent {
        None => "unknown",
        Some(a) if !a.starts_with("Mozilla/") => "program",
        Some(a) if a.contains("Mobi") || a.contains("Android") => "phone",
        Some(_) => "computer",
    }
}

/// Whether a browser fetches the page before anybody asked for it.
#[must_use]
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz", "x-purpose"]
        .iter()
        .any(|name| {
            let value = headers
                .get(*name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default();
            value.contains("prefetch") || value.contains("prerender") || value.contains("preview")
        })
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, agent, ip, is_prefetch};

    fn forwarded(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), value.parse().unwrap())])
    }

    #[test]
    fn only_our_proxies_say_who_the_client_is() {
        let proxies = ["10.0.0.0/8".parse().unwrap()];
        let ask =
            |peer: &str, hops| ip(peer.parse().unwrap(), &forwarded(hops), &proxies).to_string();
        assert_eq!(ask("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(ask("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(
            ask("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2"),
            "198.51.100.7"
        );
        assert_eq!(
            ask("::ffff:10.0.0.1", "::ffff:198.51.100.7"),
            "198.51.100.7"
        );
        assert_eq!(ask("10.0.0.1", "nonsense"), "10.0.0.1");
    }

    #[test]
    fn a_program_is_told_from_a_phone_and_a_prefetch_from_a_look() {
        let with = |name: &'static str, value: &'static str| {
            HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
        };
        assert_eq!(
            agent(&with("user-agent", "Mozilla/5.0 (iPhone) Mobile/15E148")),
            "phone"
        );
        assert_eq!(
            agent(&with("user-agent", "Mozilla/5.0 (X11; Linux x86_64)")),
            "computer"
        );
        assert_eq!(agent(&with("user-agent", "curl/8.5")), "program");
        assert_eq!(agent(&HeaderMap::new()), "unknown");
        assert!(is_prefetch(&with("sec-purpose", "prefetch;prerender")));
        assert!(!is_prefetch(&with("sec-fetch-mode", "navigate")));
    }
}
