//! A certificate of our own, for a trial: nobody outside trusts it.

use crate::config::{Config, Host};
use rcgen::{CertifiedKey, generate_simple_self_signed};

/// A certificate and its key.
pub struct SelfSigned {
    /// The certificate, PEM.
    pub certificate: String,
    /// Its private key, PEM.
    pub private_key: zeroize::Zeroizing<String>,
}

/// The names a certificate of this gateway must have.
#[must_use]
pub fn names(config: &Config) -> Vec<String> {
    let mut names = vec![config.clinic.hostname.as_str().to_owned()];
    for url in std::iter::once(&config.portal.url).chain(&config.office.url) {
        let name = match url.host() {
            Host::Name(name) => name.as_str().to_owned(),
            Host::Ip(ip) => ip.to_string(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Makes a certificate for these names or addresses.
///
/// # Errors
/// If a name cannot stand in a certificate.
pub fn make(names: Vec<String>) -> Result<SelfSigned, rcgen::Error> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names)?;
    Ok(SelfSigned {
        certificate: cert.pem(),
        private_key: zeroize::Zeroizing::new(signing_key.serialize_pem()),
    })
}
