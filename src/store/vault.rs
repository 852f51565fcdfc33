//! Sealing of records.
//!
//! A value is `version | key generation | salt | counter | AES-256-GCM
//! ciphertext and tag`. Each start of the store draws a salt, derives a sub-key
//! from it and counts nonces under that, so that no nonce is ever used twice,
//! also after a copy of the folder was put back. The table, the key and the
//! version are bound: a value moved to another place does not open.

use crate::model::secret;
use crate::store::{Error, Table};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// Generation of the records key; a later one comes with a changed root.
const GENERATION: u8 = 1;
const SALT: usize = 16;
/// version, generation, salt, counter.
const HEADER: usize = 2 + SALT + 8;
/// Sub-keys of earlier starts kept in memory: about 1 KiB each.
const KEPT: usize = 4096;

/// Thirty-two octets of key.
pub(super) type KeyOctets = Zeroizing<[u8; 32]>;

/// Seals and opens records.
pub(super) struct Vault {
    root: KeyOctets,
    salt: [u8; SALT],
    own: LessSafeKey,
    counter: AtomicU64,
    others: RwLock<HashMap<[u8; SALT], Arc<LessSafeKey>>>,
}

impl Vault {
    /// A vault under the records key, with a sub-key of its own.
    pub(super) fn new(root: KeyOctets) -> Result<Self, Error> {
        let salt = secret::random();
        let own = sub_key(&root, &salt)?;
        Ok(Self {
            root,
            salt,
            own,
            counter: AtomicU64::new(0),
            others: RwLock::default(),
        })
    }

    /// Seals a record's octets for its place.
    pub(super) fn seal(&self, version: u8, key: &[u8], plain: &[u8]) -> Result<Vec<u8>, Error> {
        let counter = self.counter.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut value = Vec::with_capacity(HEADER + plain.len() + AES_256_GCM.tag_len());
        value.extend_from_slice(&[version, GENERATION]);
        value.extend_from_slice(&self.salt);
        value.extend_from_slice(&counter);
        value.extend_from_slice(plain);
        let body = value.get_mut(HEADER..).unwrap_or_default();
        let tag = self
            .own
            .seal_in_place_separate_tag(nonce(counter), Aad::from(bound(key, version)), body)
            .map_err(|_| Error::Sealed)?;
        value.extend_from_slice(tag.as_ref());
        Ok(value)
    }

    /// Opens a value: its version and its octets.
    pub(super) fn open(&self, key: &[u8], value: &[u8]) -> Result<(u8, Zeroizing<Vec<u8>>), Error> {
        let damaged = || Error::Damaged(Table::of(key).unwrap_or(Table::Meta));
        let (head, sealed) = value.split_at_checked(HEADER).ok_or_else(damaged)?;
        let (&version, rest) = head.split_first().ok_or_else(damaged)?;
        let (&generation, rest) = rest.split_first().ok_or_else(damaged)?;
        if generation != GENERATION {
            return Err(Error::Sealed);
        }
        let (salt, counter) = rest.split_first_chunk::<SALT>().ok_or_else(damaged)?;
        let counter: [u8; 8] = counter.try_into().map_err(|_| damaged())?;
        let mut plain = Zeroizing::new(sealed.to_vec());
        let aad = Aad::from(bound(key, version));
        let length = if *salt == self.salt {
            self.own
                .open_in_place(nonce(counter), aad, &mut plain)
                .map(|p| p.len())
        } else {
            self.other(salt)?
                .open_in_place(nonce(counter), aad, &mut plain)
                .map(|p| p.len())
        };
        plain.truncate(length.map_err(|_| damaged())?);
        Ok((version, plain))
    }

    /// The sub-key of another start.
    fn other(&self, salt: &[u8; SALT]) -> Result<Arc<LessSafeKey>, Error> {
        let known = self
            .others
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(salt)
            .cloned();
        if let Some(key) = known {
            return Ok(key);
        }
        let key = Arc::new(sub_key(&self.root, salt)?);
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        // A damaged value may carry any salt: the memory is bounded.
        if others.len() >= KEPT {
            others.clear();
        }
        others.insert(*salt, Arc::clone(&key));
        Ok(key)
    }
}

/// What is bound to a value: its key (which begins with the table) and version.
fn bound(key: &[u8], version: u8) -> Vec<u8> {
    let mut aad = Vec::with_capacity(key.len() + 1);
    aad.extend_from_slice(key);
    aad.push(version);
    aad
}

fn nonce(counter: [u8; 8]) -> Nonce {
    let [a, b, c, d, e, f, g, h] = counter;
    Nonce::assume_unique_for_key([0, 0, 0, 0, a, b, c, d, e, f, g, h])
}

fn sub_key(root: &KeyOctets, salt: &[u8]) -> Result<LessSafeKey, Error> {
    aead_key(&*expand(
        root.as_slice(),
        salt,
        b"sealpost records start v1",
    )?)
}

/// A key for AES-256-GCM.
pub(super) fn aead_key(octets: &[u8; 32]) -> Result<LessSafeKey, Error> {
    UnboundKey::new(&AES_256_GCM, octets)
        .map(LessSafeKey::new)
        .map_err(|_| Error::Sealed)
}

/// HKDF-SHA-256 (RFC 5869) to 32 octets.
pub(super) fn expand(secret: &[u8], salt: &[u8], label: &[u8]) -> Result<KeyOctets, Error> {
    let mut octets = Zeroizing::new([0; 32]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
        .extract(secret)
        .expand(&[label], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(octets.as_mut_slice()))
        .map_err(|_| Error::Sealed)?;
    Ok(octets)
}

#[cfg(test)]
mod tests {
    use super::{Vault, expand};
    use crate::store::{Error, Table};
    use zeroize::Zeroizing;

    fn vault() -> Vault {
        Vault::new(Zeroizing::new([7; 32])).unwrap()
    }

    #[test]
    fn what_was_sealed_in_one_start_opens_in_another() {
        let (one, two) = (vault(), vault());
        let key = Table::Message.key(&[b"id"]);
        let value = one.seal(3, &key, b"canary").unwrap();
        assert!(!value.windows(6).any(|w| w == b"canary"));
        for vault in [&one, &two] {
            let (version, plain) = vault.open(&key, &value).unwrap();
            assert_eq!((version, plain.as_slice()), (3, b"canary".as_slice()));
        }
        assert_ne!(value, one.seal(3, &key, b"canary").unwrap());
    }

    #[test]
    fn a_value_that_was_changed_moved_or_cut_does_not_open() {
        let vault = vault();
        let key = Table::Message.key(&[b"id"]);
        let value = vault.seal(1, &key, b"text").unwrap();
        let elsewhere = Table::Message.key(&[b"ie"]);
        assert!(matches!(
            vault.open(&elsewhere, &value),
            Err(Error::Damaged(Table::Message))
        ));
        for place in 0..value.len() {
            let mut changed = value.clone();
            changed[place] ^= 1;
            assert!(
                vault.open(&key, &changed).is_err(),
                "octet {place} is not bound"
            );
            assert!(vault.open(&key, &value[..place]).is_err());
        }
    }

    #[test]
    fn the_derivation_is_rfc_5869() {
        // RFC 5869, test case 1, cut to 32 octets.
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let okm = expand(&[0x0b; 22], &salt, &info).unwrap();
        let expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf";
        assert_eq!(data_encoding::HEXLOWER.encode(okm.as_slice()), expected);
    }
}
