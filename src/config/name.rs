//! Names of machines: domains, hosts, and the portal's address.

use crate::model::Address;
use std::fmt;
use std::net::IpAddr;

/// A DNS name in ASCII and lower case, without a dot at its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Domain(String);

impl Domain {
    /// Reads a domain; `None` if the text is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        // What may follow the @ of an address is a domain, or a literal.
        let address = Address::parse(&format!("x@{text}")).ok()?;
        let fits = text.is_ascii() && !text.starts_with('[') && text.parse::<IpAddr>().is_err();
        fits.then(|| Self(address.domain().to_owned()))
    }

    /// The domain as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name always means this machine (RFC 6761 §6.3).
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.0 == "localhost" || self.0.ends_with(".localhost")
    }
}

/// A machine, by name or by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// By name.
    Name(Domain),
    /// By address.
    Ip(IpAddr),
}

impl Host {
    /// Reads a name or an address (IPv6 with or without brackets).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
        match bare.unwrap_or(text).parse() {
            Ok(ip) => Some(Self::Ip(ip)),
            Err(_) => Domain::parse(text).map(Self::Name),
        }
    }

    /// Whether it can only be this machine.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name.is_local(),
            Self::Ip(ip) => ip.is_loopback(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name.as_str()),
            Self::Ip(ip) => ip.fmt(f),
        }
    }
}

/// Where the portal is found: a scheme and a host, perhaps a port, no path, so
/// that links, cookies and the origin of forms are the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    text: String,
    host: Host,
    port: u16,
    secure: bool,
}

impl Url {
    /// Reads `https://host[:port]`, or the same with `http`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let (scheme, authority) = text.split_once("://")?;
        let secure = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = port.map(str::parse::<u16>).transpose().ok()?;
        // An origin is written without its scheme's own port (RFC 6454 §6.2).
        let text = match (port, secure) {
            (None, _) | (Some(443), true) | (Some(80), false) => format!("{scheme}://{host}"),
            (Some(port), _) => format!("{scheme}://{host}:{port}"),
        };
        let host = Host::parse(host)?;
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        Some(Self {
            text,
            host,
            port,
            secure,
        })
    }

    /// The address, without a slash at its end: also the origin (RFC 6454 §6.2)
    /// that forms come from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The machine it names.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The port it means, written or not.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is `https`.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }
}

#[cfg(test)]
mod tests {
    use super::{Domain, Host, Url};

    #[test]
    fn a_domain_is_lower_case_ascii_without_its_last_dot() {
        assert_eq!(
            Domain::parse("Clinic.Example.").unwrap().as_str(),
            "clinic.example"
        );
        for wrong in [
            "",
            "a b",
            "clinic..example",
            "192.0.2.1",
            "[192.0.2.1]",
            "clínica.example",
            "a@b",
        ] {
            assert!(Domain::parse(wrong).is_none(), "{wrong} was taken");
        }
    }

    #[test]
    fn loopback_is_known_by_name_and_by_address() {
        for local in ["localhost", "mail.localhost", "127.0.0.9", "::1", "[::1]"] {
            assert!(Host::parse(local).unwrap().is_loopback(), "{local}");
        }
        for far in ["localhost.example", "192.0.2.1", "2001:db8::1"] {
            assert!(!Host::parse(far).unwrap().is_loopback(), "{far}");
        }
    }

    #[test]
    fn a_portal_address_has_a_host_and_perhaps_a_port() {
        let url = Url::parse("https://Mail.Clinic.Example:8443/").unwrap();
        assert_eq!(url.as_str(), "https://mail.clinic.example:8443");
        let plain = Url::parse("https://mail.clinic.example:443").unwrap();
        assert_eq!(plain.as_str(), "https://mail.clinic.example");
        assert!(Url::parse("http://[::1]").unwrap().host().is_loopback());
        assert!(Url::parse("http://[::1]:80").unwrap().host().is_loopback());
        for wrong in [
            "mail.clinic.example",
            "ftp://a.example",
            "https://a.example/path",
            "https://u@a.example",
            "https://a.example:x",
            "https://a.example?x",
        ] {
            assert!(Url::parse(wrong).is_none(), "{wrong} was taken");
        }
    }
}
