//! Whether OpenSSL takes what is signed here, and finds what was changed.

use crate::pki::{Signer, Unsuitable, cms};
use jiff::Timestamp;
use std::path::Path;
use std::process::{Command, Output};
use std::{fs, str};
use tempfile::TempDir;

const CONTENT: &[u8] = b"<?xml version=\"1.0\"?>\r\n<plist>\xc3\xb1\n\0</plist>\n";

/// Runs OpenSSL in a folder.
fn openssl(folder: &Path, line: &str) -> Output {
    let mut command = Command::new("openssl");
    let output = command.args(line.split(' ')).current_dir(folder).output();
    output.expect("Debian's openssl, which tests/install brings")
}

fn done(folder: &Path, line: &str) -> Vec<u8> {
    let output = openssl(folder, line);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
    output.stdout
}

/// An authority, one below it, and a server's certificate from that one with a key
/// of this kind, as an administrator would get them: `root.pem`, `chain.pem`,
/// `key.pem`.
fn authority(kind: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30";
    done(
        at,
        &format!("{new} -keyout root.key -out root.pem -subj /CN=Root"),
    );
    done(
        at,
        &format!(
            "{new} -CA root.pem -CAkey root.key -keyout issuer.key -out issuer.pem -subj /CN=Issuer -addext basicConstraints=critical,CA:true"
        ),
    );
    done(
        at,
        &format!(
            "req -x509 -newkey {kind} -nodes -days 30 -CA issuer.pem -CAkey issuer.key -keyout key.pem -out leaf.pem -subj /CN=mail.clinic.example -addext subjectAltName=DNS:mail.clinic.example -addext extendedKeyUsage=serverAuth -addext basicConstraints=CA:false"
        ),
    );
    let [leaf, issuer] = ["leaf.pem", "issuer.pem"].map(|name| fs::read(at.join(name)).unwrap());
    fs::write(at.join("chain.pem"), [leaf, issuer].concat()).unwrap();
    folder
}

fn signer(folder: &Path, key: &str) -> Result<Signer, Unsuitable> {
    let read = |name| fs::read(folder.join(name)).unwrap();
    Signer::new(&read("chain.pem"), &read(key))
}

/// What OpenSSL makes of these octets: the content, if it trusts the signature.
fn verified(folder: &Path, signed: &[u8]) -> Option<Vec<u8>> {
    fs::write(folder.join("signed"), signed).unwrap();
    let line = "cms -verify -inform DER -in signed -CAfile root.pem -purpose any -binary";
    let output = openssl(folder, line);
    output.status.success().then_some(output.stdout)
}

#[test]
fn openssl_verifies_what_each_kind_of_key_signs_and_finds_every_changed_octet() {
    let now: Timestamp = "2026-11-23T04:05:06Z".parse().unwrap();
    for (kind, digest) in [
        ("rsa:2048", "sha256"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "sha256"),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "sha384"),
    ] {
        let folder = authority(kind);
        let at = folder.path();
        let signer = signer(at, "key.pem").unwrap();
        let signed = cms::sign(&signer, CONTENT, now).unwrap();
        assert_eq!(verified(at, &signed).as_deref(), Some(CONTENT), "{kind}");
        let shown = done(at, "cms -cmsout -print -noout -inform DER -in signed");
        let shown = str::from_utf8(&shown).unwrap();
        assert!(
            shown.contains("Nov 23 04:05:06 2026 GMT"),
            "{kind}: {shown}"
        );
        assert!(
            shown.contains(&format!("algorithm: {digest} (")),
            "{kind}: {shown}"
        );
        // Somewhere in the content, the attributes and the signature.
        let content = signed.windows(CONTENT.len()).position(|w| w == CONTENT);
        for changed in [content.unwrap() + 8, signed.len() - 200, signed.len() - 8] {
            let mut signed = signed.clone();
            signed[changed] ^= 1;
            assert_eq!(verified(at, &signed), None, "{kind}: octet {changed}");
        }
        // DER has one way to write it: what is read is written again the same.
        let der: ::cms::content_info::ContentInfo = der::Decode::from_der(&signed).unwrap();
        assert_eq!(der::Encode::to_der(&der).unwrap(), signed);
    }
}

#[test]
fn the_older_forms_of_a_key_file_are_read() {
    for kind in ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384"] {
        let folder = authority(kind);
        let at = folder.path();
        done(at, "pkey -in key.pem -traditional -out old.pem");
        let old = fs::read_to_string(at.join("old.pem")).unwrap();
        assert!(!old.contains("BEGIN PRIVATE KEY"), "{kind}: {old}");
        let signed = cms::sign(
            &signer(at, "old.pem").unwrap(),
            CONTENT,
            Timestamp::UNIX_EPOCH,
        );
        let signed = signed.unwrap();
        assert_eq!(verified(at, &signed).as_deref(), Some(CONTENT), "{kind}");
    }
}

#[test]
fn a_chain_that_names_a_certificate_twice_is_signed_with_all_the_same() {
    let folder = authority("ec -pkeyopt ec_paramgen_curve:P-256");
    let at = folder.path();
    let chain = fs::read(at.join("chain.pem")).unwrap();
    fs::write(at.join("chain.pem"), chain.repeat(2)).unwrap();
    let signed = cms::sign(
        &signer(at, "key.pem").unwrap(),
        CONTENT,
        Timestamp::UNIX_EPOCH,
    );
    assert_eq!(verified(at, &signed.unwrap()).as_deref(), Some(CONTENT));
}

#[test]
fn what_cannot_sign_says_why() {
    for kind in ["ed25519", "ec -pkeyopt ec_paramgen_curve:P-521"] {
        let folder = authority(kind);
        let wrong = signer(folder.path(), "key.pem").unwrap_err();
        assert_eq!(wrong, Unsuitable::Kind, "{kind}");
    }
    let folder = authority("ec -pkeyopt ec_paramgen_curve:P-256");
    let at = folder.path();
    for (key, why) in [
        ("issuer.key", Unsuitable::Pair),
        ("root.pem", Unsuitable::NoKey),
    ] {
        assert_eq!(signer(at, key).unwrap_err(), why, "{key}");
    }
    fs::write(at.join("chain.pem"), "").unwrap();
    assert_eq!(signer(at, "key.pem").unwrap_err(), Unsuitable::Chain);
}

#[test]
fn a_signer_cannot_be_printed() {
    let folder = authority("ec -pkeyopt ec_paramgen_curve:P-256");
    let signer = signer(folder.path(), "key.pem").unwrap();
    assert_eq!(format!("{signer:?}"), "Signer(…)");
}
