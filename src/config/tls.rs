//! `[tls]`: the certificate for mail clients and browsers.

use crate::config::draft::Section;
use crate::config::value::words;
use std::path::PathBuf;

words! {
    /// Where the certificate comes from.
    TlsMode {
        /// From two files, read again on SIGHUP.
        Files = "files",
        /// Made here; nobody outside trusts it.
        SelfSigned = "self-signed",
    }
}

/// The certificate for mail clients and browsers.
#[derive(Clone, Debug)]
pub struct Tls {
    /// Where the certificate comes from. Default files: patients' browsers
    /// accept no self-signed one.
    pub mode: TlsMode,
    /// The certificate chain, PEM. Needed with `files`; with `self-signed` it
    /// is made there once, or afresh at every start if none is named.
    pub certificate: Option<PathBuf>,
    /// The certificate's private key, PEM. As `certificate`.
    pub private_key: Option<PathBuf>,
}

impl Tls {
    pub(super) fn read(s: &mut Section<'_>) -> Self {
        Self {
            mode: s.or("mode", TlsMode::Files),
            certificate: s.or("certificate", None),
            private_key: s.or("private-key", None),
        }
    }
}
