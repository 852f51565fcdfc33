//! The certificate for mail clients and browsers, and its key.

use crate::config::{Config, TlsMode};
use crate::pki::Signer;
use crate::serve::self_signed;
use anyhow::Context;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// The chain and the private key, both PEM. A self-signed certificate is made
/// once, at the two paths if they are given, else for this run alone.
pub(super) fn read(config: &Config) -> anyhow::Result<(Vec<u8>, Zeroizing<Vec<u8>>)> {
    let paths = config
        .tls
        .certificate
        .as_deref()
        .zip(config.tls.private_key.as_deref());
    if config.tls.mode == TlsMode::SelfSigned {
        match paths {
            Some((certificate, key)) if !certificate.exists() && !key.exists() => {
                make(config, certificate, key)?
            }
            Some(_) => {}
            None => {
                let made = self_signed::make(self_signed::names(config))?;
                let key = Zeroizing::new(made.private_key.as_bytes().to_vec());
                return Ok((made.certificate.into_bytes(), key));
            }
        }
    }
    let (certificate, key) =
        paths.context("tls.certificate and tls.private-key must both be set")?;
    let chain = fs::read(certificate)
        .with_context(|| format!("tls.certificate: {} cannot be read", certificate.display()))?;
    let private = fs::read(key)
        .with_context(|| format!("tls.private-key: {} cannot be read", key.display()))?;
    Ok((chain, Zeroizing::new(private)))
}

/// The certificate and key as their files hold them now, to sign with while
/// nothing is served. Makes nothing.
///
/// # Errors
/// Why they cannot be used from here, as the end of a sentence.
pub(crate) fn signer(config: &Config) -> Result<Signer, String> {
    let paths = config.tls.certificate.as_deref();
    let Some((certificate, key)) = paths.zip(config.tls.private_key.as_deref()) else {
        return Err(
            "the certificate is made anew at every start; name two files under [tls]".into(),
        );
    };
    let read = |path: &Path| {
        fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let (chain, private) = (read(certificate)?, Zeroizing::new(read(key)?));
    Signer::new(&chain, &private).map_err(|unsuitable| unsuitable.to_string())
}

fn make(config: &Config, certificate: &Path, key: &Path) -> anyhow::Result<()> {
    let made = self_signed::make(self_signed::names(config))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(key)?;
    file.write_all(made.private_key.as_bytes())?;
    file.sync_all()?;
    fs::write(certificate, made.certificate)?;
    Ok(())
}
