//! Which hosts we answer for, and whether a form comes from a page of ours.

use crate::config::name::Url;
use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::Request;
use axum::http::{HeaderMap, Uri, header};

/// The site: its own host and those it had before.
#[derive(Clone, Debug)]
pub struct Site {
    scheme: &'static str,
    hosts: Vec<String>,
}

impl Site {
    /// The site at `url`, and at the addresses it had before.
    #[must_use]
    pub fn new(url: &Url, former: &[Url]) -> Self {
        let all = std::iter::once(url).chain(former);
        Self {
            scheme: if url.is_secure() {
                "https://"
            } else {
                "http://"
            },
            hosts: all
                .map(|u| u.host().to_string().to_ascii_lowercase())
                .collect(),
        }
    }

    /// Whether the request is for a host of ours, on any port: a proxy may
    /// listen on another one.
    #[must_use]
    pub fn serves(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        let host = host(headers, uri);
        host.is_some_and(|host| self.hosts.contains(&host.to_ascii_lowercase()))
    }

    /// Whether a form was sent by a page of ours. Browsers say so themselves
    /// (`Sec-Fetch-Site`); for those that do not, the origin must be ours. An
    /// origin of `null` is nobody's.
    #[must_use]
    pub fn sent_by_us(&self, headers: &HeaderMap, uri: &Uri) -> bool {
        if let Some(from) = headers.get("sec-fetch-site") {
            return from == "same-origin";
        }
        let origin = headers.get(header::ORIGIN).and_then(|o| o.to_str().ok());
        let sender = origin.and_then(|o| o.strip_prefix(self.scheme));
        match (sender, authority(headers, uri)) {
            (Some(sender), Some(own)) => sender.eq_ignore_ascii_case(own),
            _ => false,
        }
    }
}

/// Whether the request names its host once, as every request must
/// (RFC 9112 §3.2): of two names, a proxy may have judged by the other one.
#[must_use]
pub fn names_one_host(headers: &HeaderMap) -> bool {
    headers.get_all(header::HOST).iter().count() == 1
}

/// Whether the value that a form carries is the one expected, in a time that
/// tells nothing.
#[must_use]
pub fn same(expected: &str, value: &str) -> bool {
    verify_slices_are_equal(expected.as_bytes(), value.as_bytes()).is_ok()
}

/// The host that a request is for, as it is written, without its port. `None` if
/// it names none, or more than a host.
#[must_use]
pub fn host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    authority(headers, uri).and_then(bare)
}

/// The value of a query parameter that needs no decoding.
#[must_use]
pub fn query<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let pairs = request
        .uri()
        .query()?
        .split('&')
        .filter_map(|p| p.split_once('='));
    pairs
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Whether a link to this path stays on the site: two slashes at its start would
/// lead to another host, and browsers take a backslash for one.
#[must_use]
pub fn stays(path: &str) -> bool {
    !path.starts_with("//") && !path.contains('\\')
}

/// RFC 9112 §3.2.2: a host in the request line wins over the field.
fn authority<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let field = || headers.get(header::HOST).and_then(|h| h.to_str().ok());
    uri.authority().map(|a| a.as_str()).or_else(field)
}

/// The host without port and brackets. `None` if there is more than a host and
/// a port, such as the name of a user (RFC 9110 §4.2.4).
fn bare(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = port.strip_prefix(':').unwrap_or(port);
    port.bytes().all(|b| b.is_ascii_digit()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, Site, Uri, Url, header};

    fn site() -> Site {
        let url = |text| Url::parse(text).unwrap();
        Site::new(
            &url("https://mail.clinic.example:8443"),
            &[url("https://old.clinic.example"), url("https://[::1]")],
        )
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn our_hosts_are_known_old_ones_too_and_no_other() {
        let uri = Uri::from_static("/");
        for host in [
            "mail.clinic.example",
            "MAIL.clinic.example:443",
            "old.clinic.example",
            "[::1]:8443",
        ] {
            assert!(site().serves(&headers(&[("host", host)]), &uri), "{host}");
        }
        for host in [
            "clinic.example",
            "mail.clinic.example.evil.example",
            "",
            "evil.example",
            "mail.clinic.example:x@evil.example",
            "mail.clinic.example:443@evil.example",
            "[::1]@evil.example",
        ] {
            assert!(!site().serves(&headers(&[("host", host)]), &uri), "{host}");
        }
        assert!(!site().serves(&HeaderMap::new(), &uri));
    }

    #[test]
    fn a_form_from_elsewhere_is_not_ours() {
        let uri = Uri::from_static("/");
        let host = ("host", "mail.clinic.example:8443");
        let from = |more: &[(&'static str, &'static str)]| {
            let mut all = headers(more);
            all.insert(header::HOST, host.1.parse().unwrap());
            site().sent_by_us(&all, &uri)
        };
        assert!(from(&[("sec-fetch-site", "same-origin")]));
        assert!(from(&[("origin", "https://mail.clinic.example:8443")]));
        for site in ["cross-site", "same-site", "none", "sAmE-origin"] {
            assert!(
                !from(&[
                    ("sec-fetch-site", site),
                    ("origin", "https://mail.clinic.example:8443")
                ]),
                "{site}"
            );
        }
        for origin in [
            "null",
            "http://mail.clinic.example:8443",
            "https://mail.clinic.example",
            "https://evil.example",
            "",
        ] {
            assert!(!from(&[("origin", origin)]), "{origin}");
        }
        assert!(!from(&[]));
    }
}
