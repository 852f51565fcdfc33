//! TLS for those who connect to us, and whom we trust where we connect. Private
//! keys pass through here, from the file into rustls and nowhere else.

use crate::model::Live;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What HTTPS offers (RFC 7301). Mail has no name to offer.
pub const HTTP: &[&[u8]] = &[b"http/1.1"];

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Nothing in the first file is a certificate.
    #[error("it holds no PEM certificate")]
    NoCertificate,
    /// Nothing in the second file is a private key.
    #[error("it holds no PEM private key, or only an encrypted one")]
    NoKey,
    /// They do not go together, or cannot be used.
    #[error("certificate and key cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
}

/// Why it is not known whom to trust.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// There is no certificate, or one that cannot be read.
    #[error("{0}")]
    Certificate(String),
    /// The crypto provider.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// TLS as a client: towards servers with a public certificate, or one of those
/// in `trust` (PEM; empty: none besides).
///
/// # Errors
/// [`TrustError`] if `trust` holds no certificate that can be read.
pub fn towards(trust: &[u8]) -> Result<ClientConfig, TrustError> {
    let public = webpki_roots::TLS_SERVER_ROOTS;
    let mut roots = RootCertStore::from_iter(public.iter().cloned());
    let unreadable = |why: String| TrustError::Certificate(why);
    for certificate in CertificateDer::pem_slice_iter(trust) {
        let certificate = certificate.map_err(|e| unreadable(e.to_string()))?;
        let added = roots.add(certificate);
        added.map_err(|e| unreadable(e.to_string()))?;
    }
    if !trust.is_empty() && roots.len() == public.len() {
        return Err(unreadable("no certificate in it".to_owned()));
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// TLS as a server. Clones share their certificate, and a new one takes effect
/// for the next connection; the open ones go on.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Live<ServerConfig>,
    protocols: &'static [&'static [u8]],
}

impl Tls {
    /// TLS with this certificate chain and key (PEM), offering `protocols` by
    /// ALPN: [`HTTP`], or none.
    ///
    /// # Errors
    /// [`TlsError`] says which of the two is wrong.
    pub fn new(
        chain: &[u8],
        key: &[u8],
        protocols: &'static [&'static [u8]],
    ) -> Result<Self, TlsError> {
        let config = Live::new(config(chain, key, protocols)?);
        Ok(Self { config, protocols })
    }

    /// Uses another certificate from now on.
    ///
    /// # Errors
    /// As [`Tls::new`]; then the old one stays.
    pub fn replace(&self, chain: &[u8], key: &[u8]) -> Result<(), TlsError> {
        self.config.replace(config(chain, key, self.protocols)?);
        Ok(())
    }

    /// Makes the handshake.
    ///
    /// # Errors
    /// Whatever went wrong in it.
    pub async fn accept<S>(&self, stream: S) -> io::Result<TlsStream<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        TlsAcceptor::from(self.config.current())
            .accept(stream)
            .await
    }
}

fn config(chain: &[u8], key: &[u8], protocols: &[&[u8]]) -> Result<ServerConfig, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|_| TlsError::NoCertificate)?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate);
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NoKey)?;
    // TLS 1.2 and 1.3 (RFC 8997, RFC 9325), rustls' own choice of ciphers.
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    // Tickets spare a mail program that connects for every message half of the
    // handshake. Never 0-RTT: what can be replayed must not be mail.
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::{HTTP, Tls, TlsError};
    use rcgen::{CertifiedKey, generate_simple_self_signed};

    fn pair() -> (String, String) {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (cert.pem(), signing_key.serialize_pem())
    }

    #[test]
    fn a_certificate_is_replaced_only_by_one_that_fits_its_key() {
        let (chain, key) = pair();
        let (other_chain, other_key) = pair();
        let tls = Tls::new(chain.as_bytes(), key.as_bytes(), HTTP).unwrap();
        let before = tls.config.current();
        let wrong = tls.replace(other_chain.as_bytes(), key.as_bytes());
        assert!(matches!(wrong, Err(TlsError::Pair(_))));
        assert!(std::sync::Arc::ptr_eq(&before, &tls.config.current()));
        tls.clone()
            .replace(other_chain.as_bytes(), other_key.as_bytes())
            .unwrap();
        assert!(!std::sync::Arc::ptr_eq(&before, &tls.config.current()));
        assert_eq!(tls.config.current().alpn_protocols, [b"http/1.1".to_vec()]);
    }

    #[test]
    fn each_broken_file_is_named() {
        let (chain, key) = pair();
        let new =
            |chain: &str, key: &str| Tls::new(chain.as_bytes(), key.as_bytes(), &[]).unwrap_err();
        assert!(matches!(new("", &key), TlsError::NoCertificate));
        assert!(matches!(new(&key, &key), TlsError::NoCertificate));
        assert!(matches!(new(&chain, &chain), TlsError::NoKey));
    }
}
