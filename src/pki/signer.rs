//! A certificate chain and its private key, to sign with. The key goes from the
//! file into aws-lc-rs and nowhere else; it cannot be printed or read back.

use aws_lc_rs::digest::{self, Digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair,
    RSA_PKCS1_SHA256, RsaKeyPair,
};
use der::asn1::Null;
use der::oid::ObjectIdentifier;
use der::oid::db::rfc5912;
use der::{Any, Decode, Encode};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use x509_cert::Certificate;
use x509_cert::spki::AlgorithmIdentifierOwned;

/// Why nothing can be signed with a certificate and its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsuitable {
    /// The chain is empty, or one of it is not written as RFC 5280 has it.
    #[error("the certificate chain cannot be read")]
    Chain,
    /// Nothing there is a private key.
    #[error("there is no private key that can be read")]
    NoKey,
    /// A key of another kind, such as Ed25519 or P-521: devices do not take its
    /// signatures. Or RSA below 2048 bits.
    #[error("the key is neither RSA of 2048 bits or more nor ECDSA on P-256 or P-384")]
    Kind,
    /// The key is another certificate's.
    #[error("the key does not belong to the certificate")]
    Pair,
}

/// Who signs: a certificate, those that lead to its root, and its private key.
pub struct Signer {
    /// The signer's own certificate.
    leaf: Certificate,
    /// The others, as far as they were named.
    issuers: Vec<Certificate>,
    key: Key,
}

enum Key {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

impl Signer {
    /// Takes a chain, the signer's own certificate first, and its private key, as
    /// PEM (PKCS#8, PKCS#1 or SEC1).
    ///
    /// # Errors
    /// [`Unsuitable`] says what is wrong with them.
    pub fn new(chain: &[u8], key: &[u8]) -> Result<Self, Unsuitable> {
        let mut certificates = certificates(chain)?.into_iter();
        let leaf = certificates.next().ok_or(Unsuitable::Chain)?;
        let mut issuers: Vec<Certificate> = Vec::new();
        for issuer in certificates {
            // A set holds each of its members once.
            if issuer != leaf && !issuers.contains(&issuer) {
                issuers.push(issuer);
            }
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Unsuitable::NoKey)?;
        let key = Key::new(&key).ok_or(Unsuitable::Kind)?;
        let certified = leaf.tbs_certificate().subject_public_key_info();
        if certified.subject_public_key.raw_bytes() != key.public() {
            return Err(Unsuitable::Pair);
        }
        Ok(Self { leaf, issuers, key })
    }

    /// The signer's own certificate.
    pub(super) fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The whole chain, in the order it was given.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.issuers)
    }

    /// The digest that goes with the key: SHA-256, and SHA-384 with P-384
    /// (RFC 5754 §2). Its parameters are absent.
    pub(super) fn digest_algorithm(&self) -> AlgorithmIdentifierOwned {
        plain(match self.key {
            Key::Rsa(_) | Key::P256(_) => rfc5912::ID_SHA_256,
            Key::P384(_) => rfc5912::ID_SHA_384,
        })
    }

    /// The digest of `octets`, by [`Signer::digest_algorithm`].
    pub(super) fn digest(&self, octets: &[u8]) -> Digest {
        let algorithm = match self.key {
            Key::Rsa(_) | Key::P256(_) => &digest::SHA256,
            Key::P384(_) => &digest::SHA384,
        };
        digest::digest(algorithm, octets)
    }

    /// How it signs. RFC 3370 §3.2: everybody who knows RSA knows this name of it.
    pub(super) fn signature_algorithm(&self) -> AlgorithmIdentifierOwned {
        match self.key {
            Key::Rsa(_) => AlgorithmIdentifierOwned {
                oid: rfc5912::RSA_ENCRYPTION,
                parameters: Some(Any::from(Null)),
            },
            Key::P256(_) => plain(rfc5912::ECDSA_WITH_SHA_256),
            Key::P384(_) => plain(rfc5912::ECDSA_WITH_SHA_384),
        }
    }

    /// The signature over `octets`, by [`Signer::signature_algorithm`].
    ///
    /// # Errors
    /// The provider of cryptography does not say why.
    pub(super) fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, octets, &mut signature)?;
                Ok(signature)
            }
            Key::P256(key) | Key::P384(key) => Ok(key.sign(&random, octets)?.as_ref().to_vec()),
        }
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Key {
    /// The key, if it is of a kind that signs here.
    fn new(key: &PrivateKeyDer<'_>) -> Option<Self> {
        let der = key.secret_der();
        let rsa = match key {
            PrivateKeyDer::Pkcs1(_) => RsaKeyPair::from_der(der),
            _ => RsaKeyPair::from_pkcs8(der),
        };
        if let Ok(key) = rsa {
            return Some(Self::Rsa(key));
        }
        let ecdsa = |algorithm| EcdsaKeyPair::from_private_key_der(algorithm, der).ok();
        ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)
            .map(Self::P256)
            .or_else(|| ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING).map(Self::P384))
    }

    /// The public half, as a certificate holds it (RFC 3279 §2.3.1, RFC 5480 §2.2).
    fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public_key().as_ref(),
            Self::P256(key) | Self::P384(key) => key.public_key().as_ref(),
        }
    }
}

/// The certificates of a PEM file. Each must be written again as it was read, for
/// a change of one octet would break the signature it carries.
fn certificates(chain: &[u8]) -> Result<Vec<Certificate>, Unsuitable> {
    let read = |der: CertificateDer<'_>| {
        let certificate = Certificate::from_der(&der).ok()?;
        let again = certificate.to_der().ok()?;
        (again == der.as_ref()).then_some(certificate)
    };
    CertificateDer::pem_slice_iter(chain)
        .map(|der| der.ok().and_then(read).ok_or(Unsuitable::Chain))
        .collect()
}

fn plain(oid: ObjectIdentifier) -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid,
        parameters: None,
    }
}
