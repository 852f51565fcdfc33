//! Certificates: they parse, belong to their key, name this host, and last.

use crate::config::{Config, Fault, Host, TlsMode, Url};
use crate::pki::{Signer, Unsuitable};
use crate::serve::check::{Findings, files};
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::path::Path;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// From here on somebody should be told: two weeks of holidays fit in.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// What helps against a browser's warning.
const PUBLIC: &str = "name a public certificate and write mode = \"files\"";

pub(super) fn check(config: &Config, now: Timestamp, findings: &mut Findings) {
    match config.tls.mode {
        TlsMode::Files => {
            if let Err(fault) = own(config, now, findings) {
                findings.fault(fault);
            }
        }
        TlsMode::SelfSigned => {
            findings.warning(config.fault(
                "tls.mode",
                "tls.mode is \"self-signed\", so every patient's browser will warn of it",
                PUBLIC,
            ));
            if let Err(fault) = made(config, findings) {
                findings.fault(fault);
            }
        }
    }
    for (name, path) in [
        ("relay.trust", &config.relay.trust),
        ("chart.webhook-trust", &config.chart.webhook_trust),
    ] {
        if let Some(path) = path
            && let Err(fault) = chain(config, name, path)
        {
            findings.fault(fault);
        }
    }
}

/// Our own certificate, as somebody issued it.
fn own(config: &Config, now: Timestamp, findings: &mut Findings) -> Result<(), Fault> {
    let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.private_key) else {
        return Ok(());
    };
    let chain = pair(config, certificate, key, findings)?;
    let leaf = chain
        .first()
        .and_then(|der| X509Certificate::from_der(der).ok());
    if let Some((_, leaf)) = leaf {
        names(config, &leaf, findings);
        validity(config, &leaf, now, findings);
        if leaf.issuer().as_raw() == leaf.subject().as_raw() {
            findings.warning(config.fault(
                "tls.certificate",
                "tls.certificate is signed by itself, so every patient's browser will warn of it",
                PUBLIC,
            ));
        }
    }
    Ok(())
}

/// The certificate that the gateway made for itself. Before its first start
/// neither file is there.
fn made(config: &Config, findings: &mut Findings) -> Result<(), Fault> {
    match (&config.tls.certificate, &config.tls.private_key) {
        (Some(certificate), Some(key)) if certificate.exists() || key.exists() => {
            pair(config, certificate, key, findings).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// A certificate and its key: readable, the key closed to others, and one the
/// other's; and whether they can sign.
fn pair(
    config: &Config,
    certificate: &Path,
    key: &Path,
    findings: &mut Findings,
) -> Result<Vec<CertificateDer<'static>>, Fault> {
    files::closed(config, "tls.private-key", key)?;
    let chain = chain(config, "tls.certificate", certificate)?;
    let octets = files::read(config, "tls.private-key", key)?;
    let private = PrivateKeyDer::from_pem_slice(&octets).map_err(|_| {
        let message = format!(
            "tls.private-key {} holds no private key in PEM form",
            key.display()
        );
        config.fault(
            "tls.private-key",
            message,
            "name the key that belongs to the certificate",
        )
    })?;
    belong_together(config, &chain, private)?;
    let pem = files::read(config, "tls.certificate", certificate)?;
    if let Err(unsuitable) = Signer::new(&pem, &octets) {
        let fix = match unsuitable {
            Unsuitable::Kind => {
                "get a certificate for a key of RSA (2048 bits or more) or ECDSA (P-256 or P-384)"
            }
            _ => "get a certificate of a public authority",
        };
        findings.warning(config.fault(
            "tls.private-key",
            format!("profiles for Mac, iPhone and iPad are given out unsigned, and the devices say so: {unsuitable}"),
            fix,
        ));
    }
    Ok(chain)
}

/// The certificates of a PEM file; at least one, each of them readable.
fn chain(config: &Config, name: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let octets = files::read(config, name, path)?;
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&octets).collect();
    let readable = |c: &CertificateDer<'_>| X509Certificate::from_der(c).is_ok();
    match parsed {
        Ok(chain) if !chain.is_empty() && chain.iter().all(readable) => Ok(chain),
        _ => Err(config.fault(
            name,
            format!("{name} {} holds no certificate in PEM form", path.display()),
            "name a file that begins with -----BEGIN CERTIFICATE-----",
        )),
    }
}

fn belong_together(
    config: &Config,
    chain: &[CertificateDer<'static>],
    key: PrivateKeyDer<'static>,
) -> Result<(), Fault> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    match CertifiedKey::from_der(chain.to_vec(), key, &provider) {
        Ok(_) => Ok(()),
        Err(error) => Err(config.fault(
            "tls.private-key",
            format!("tls.private-key does not belong to tls.certificate ({error})"),
            "name the key with which the certificate was requested",
        )),
    }
}

fn names(config: &Config, leaf: &X509Certificate<'_>, findings: &mut Findings) {
    let hostname = config.clinic.hostname.as_str();
    let mut wanted = vec![("clinic.hostname", hostname)];
    // Behind a proxy, patients see the proxy's certificate.
    if let Host::Name(name) = config.portal.url.host()
        && config.portal.trusted_proxies.is_empty()
        && name.as_str() != hostname
    {
        wanted.push(("portal.url", name.as_str()));
    }
    if let Some(Host::Name(name)) = config.office.url.as_ref().map(Url::host)
        && config.portal.trusted_proxies.is_empty()
    {
        wanted.push(("office.url", name.as_str()));
    }
    for (setting, name) in wanted {
        if !covers(leaf, name) {
            findings.fault(config.fault(
                "tls.certificate",
                format!("tls.certificate is not for {name}, the name in {setting}"),
                format!("get a certificate that names {name}"),
            ));
        }
    }
}

fn covers(leaf: &X509Certificate<'_>, name: &str) -> bool {
    let Ok(Some(names)) = leaf.subject_alternative_name() else {
        return false;
    };
    names
        .value
        .general_names
        .iter()
        .any(|general| match general {
            GeneralName::DNSName(pattern) => matches(pattern, name),
            _ => false,
        })
}

/// RFC 9525 §6.3: a star stands for one whole label, the first.
fn matches(pattern: &str, name: &str) -> bool {
    if pattern.eq_ignore_ascii_case(name) {
        return true;
    }
    match (pattern.strip_prefix("*."), name.split_once('.')) {
        (Some(rest), Some((_, parent))) => rest.eq_ignore_ascii_case(parent),
        _ => false,
    }
}

fn validity(config: &Config, leaf: &X509Certificate<'_>, now: Timestamp, findings: &mut Findings) {
    let name = "tls.certificate";
    let (begins, ends) = (leaf.validity().not_before, leaf.validity().not_after);
    let renew = "renew it; `systemctl reload sealpost` reads it";
    if now.as_second() >= ends.timestamp() {
        findings.fault(config.fault(name, format!("{name} ended on {ends}"), renew));
    } else if now.as_second() < begins.timestamp() {
        let message = format!("{name} is not valid before {begins}");
        findings.fault(config.fault(name, message, "wait, or set the machine's clock"));
    } else if ends.timestamp() - now.as_second() < SOON.as_secs() {
        findings.warning(config.fault(name, format!("{name} ends on {ends}"), renew));
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_exactly_one_label() {
        assert!(matches("mail.clinic.example", "mail.clinic.example"));
        assert!(matches("*.clinic.example", "mail.clinic.example"));
        assert!(!matches("*.clinic.example", "a.mail.clinic.example"));
        assert!(!matches("*.clinic.example", "clinic.example"));
        assert!(!matches("*.example", "mail.clinic.example"));
    }
}
