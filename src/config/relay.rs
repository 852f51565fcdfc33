//! `[relay]`: the mail server that takes what leaves.

use crate::config::draft::Section;
use crate::config::name::Host;
use crate::config::value::words;
use std::path::PathBuf;

words! {
    /// How the way to the relay is protected.
    Security {
        /// TLS from the first octet.
        Tls = "tls",
        /// STARTTLS, required: a relay without it gets nothing.
        StartTls = "starttls",
        /// None; only to this machine itself.
        None = "none",
    }
}

impl Security {
    const fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// The mail server that takes what leaves: notices, codes, reports.
#[derive(Clone, Debug)]
pub struct Relay {
    /// Its name or address. Required: the gateway delivers nowhere by itself.
    pub host: Host,
    /// Its port. Default by `security`: 465, 587 or 25.
    pub port: u16,
    /// How the way there is protected. Default STARTTLS, required.
    pub security: Security,
    /// The name to sign in with. Default none: no sign-in.
    pub username: Option<String>,
    /// The file that holds the password alone. Default none: the systemd
    /// credential `relay-password`, if there is a `username`.
    pub password_file: Option<PathBuf>,
    /// A file with CA certificates trusted besides the public ones. Default
    /// none.
    pub trust: Option<PathBuf>,
}

impl Relay {
    pub(super) fn read(s: &mut Section<'_>) -> Option<Self> {
        let host = s.required("host", "\"relay.clinic.example\"");
        let security = s.or("security", Security::StartTls);
        let port = s.within("port", security.port(), 1..=u16::MAX);
        let username = s.or("username", None);
        let password_file = s.or("password-file", None);
        let trust = s.or("trust", None);
        Some(Self {
            host: host?,
            port,
            security,
            username,
            password_file,
            trust,
        })
    }
}
