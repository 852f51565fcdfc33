//! The Cryptographic Message Syntax (RFC 5652), as far as it is needed: content
//! and signature in one piece. The types are the crate's; what is signed, and in
//! which order of octets, is here.

use crate::pki::Signer;
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier,
    SignerInfo, SignerInfos,
};
use der::asn1::{OctetString, SetOfVec};
use der::oid::ObjectIdentifier;
use der::oid::db::rfc5911;
use der::{Any, DateTime, Encode, Tag};
use jiff::Timestamp;
use std::time::Duration;
use x509_cert::attr::Attribute;
use x509_cert::time::Time;

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum CmsError {
    /// It cannot be written as DER, such as a date after the year 9999.
    #[error("it cannot be written: {0}")]
    Form(#[from] der::Error),
    /// The provider of cryptography refused, and does not say why.
    #[error("the key did not sign")]
    Key(#[from] aws_lc_rs::error::Unspecified),
}

/// `content` as a SignedData that holds it (RFC 5652 §5), DER: signed at `now`,
/// with the whole chain, so that whoever trusts the root can verify it.
///
/// # Errors
/// [`CmsError`]; with a clock that is not absurd and a sound key there is none.
pub fn sign(signer: &Signer, content: &[u8], now: Timestamp) -> Result<Vec<u8>, CmsError> {
    let certificates = signer.chain().cloned().map(CertificateChoices::Certificate);
    let certificates = CertificateSet::try_from(certificates.collect::<Vec<_>>())?;
    let signed = SignedData {
        // RFC 5652 §5.1: nothing but plain data and plain certificates.
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![signer.digest_algorithm()])?,
        encap_content_info: EncapsulatedContentInfo {
            econtent_type: rfc5911::ID_DATA,
            econtent: Some(Any::new(Tag::OctetString, content)?),
        },
        certificates: Some(certificates),
        crls: None,
        signer_infos: SignerInfos::try_from(vec![information(signer, content, now)?])?,
    };
    let whole = ContentInfo {
        content_type: rfc5911::ID_SIGNED_DATA,
        content: Any::encode_from(&signed)?,
    };
    Ok(whole.to_der()?)
}

/// Who signed what, and when (RFC 5652 §5.3).
fn information(signer: &Signer, content: &[u8], now: Timestamp) -> Result<SignerInfo, CmsError> {
    let attributes = attributes(signer, content, now)?;
    // RFC 5652 §5.4: what is signed has the tag of a SET OF, not the [0] under
    // which it stands below.
    let signature = signer.sign(&attributes.to_der()?)?;
    let own = signer.leaf().tbs_certificate();
    Ok(SignerInfo {
        // It names the certificate by issuer and number.
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: own.issuer().clone(),
            serial_number: own.serial_number().clone(),
        }),
        digest_alg: signer.digest_algorithm(),
        signed_attrs: Some(attributes),
        signature_algorithm: signer.signature_algorithm(),
        signature: OctetString::new(signature)?,
        unsigned_attrs: None,
    })
}

/// The content's type and digest, and the time (RFC 5652 §11.1–11.3).
fn attributes(
    signer: &Signer,
    content: &[u8],
    now: Timestamp,
) -> Result<SignedAttributes, CmsError> {
    let digest = signer.digest(content);
    let digest = OctetString::new(digest.as_ref())?;
    // A clock before 1970 is wrong, and says the beginning of 1970.
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let time = Time::from(DateTime::from_unix_duration(Duration::from_secs(seconds))?);
    let all = vec![
        attribute(
            rfc5911::ID_CONTENT_TYPE,
            Any::encode_from(&rfc5911::ID_DATA)?,
        )?,
        attribute(rfc5911::ID_SIGNING_TIME, Any::encode_from(&time)?)?,
        attribute(rfc5911::ID_MESSAGE_DIGEST, Any::encode_from(&digest)?)?,
    ];
    Ok(SetOfVec::try_from(all)?)
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Result<Attribute, CmsError> {
    let values = SetOfVec::try_from(vec![value])?;
    Ok(Attribute { oid, values })
}
