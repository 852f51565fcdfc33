//! `[chart]`: where patients' files go besides the mailbox, and who hears of it.

use crate::config::draft::Section;
use crate::config::name::Url;
use std::path::PathBuf;

/// Where patients' files go besides the mailbox, and who hears of it.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The folder that every file a patient sends is also written into. Default
    /// none: they stay in the mailbox alone.
    pub folder: Option<PathBuf>,
    /// A program of the clinic that is told, without content, of what has come.
    /// Default none.
    pub webhook: Option<Endpoint>,
    /// The file that holds the key with which events are signed. Default none: the
    /// systemd credential `webhook-secret`, if there is a `webhook`.
    pub webhook_secret: Option<PathBuf>,
    /// A file with CA certificates trusted there besides the public ones. Default
    /// none.
    pub webhook_trust: Option<PathBuf>,
}

impl Chart {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            folder: s.or("folder", None),
            webhook: s.or("webhook", None),
            webhook_secret: s.or("webhook-secret", None),
            webhook_trust: s.or("webhook-trust", None),
        }
    }
}

/// Where a program takes events: a machine, and a path there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    origin: Url,
    path: String,
}

impl Endpoint {
    /// Reads `https://host[:port][/path[?query]]`, or the same with `http`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let at = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(at)?;
        // RFC 3986 §3.3: what is not visible ASCII would have to be encoded, and a
        // fragment is never sent.
        let plain = path.bytes().all(|b| b.is_ascii_graphic() && b != b'#');
        let origin = Url::parse(&format!("{scheme}://{authority}"))?;
        plain.then(|| Self {
            origin,
            path: path.to_owned(),
        })
    }

    /// The machine it names, and how it is reached.
    #[must_use]
    pub const fn origin(&self) -> &Url {
        &self.origin
    }

    /// The path there, with its query; `/` if none was written.
    #[must_use]
    pub fn path(&self) -> &str {
        match self.path.as_str() {
            "" => "/",
            path => path,
        }
    }

    /// The address as it is written.
    pub(super) fn text(&self) -> String {
        format!("{}{}", self.origin.as_str(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn an_endpoint_has_a_machine_and_a_path_and_no_person() {
        for (text, path) in [
            ("https://emr.clinic.example", "/"),
            (
                "https://emr.clinic.example:8443/Hook?from=sealpost",
                "/Hook?from=sealpost",
            ),
            ("http://127.0.0.1:9000/x", "/x"),
            ("http://[::1]:9000/", "/"),
        ] {
            let read = Endpoint::parse(text).unwrap();
            assert_eq!((read.path(), read.text().as_str()), (path, text));
        }
        for wrong in [
            "emr.clinic.example/x",
            "ftp://emr.clinic.example/x",
            "https://user:word@emr.clinic.example/x",
            "https://emr.clinic.example?x",
            "https://emr.clinic.example/a b",
            "https://emr.clinic.example/a#b",
            "https:///x",
        ] {
            assert_eq!(Endpoint::parse(wrong), None, "{wrong}");
        }
    }
}
