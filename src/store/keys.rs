//! Keys: the root key and what follows from it, and the file of
//! key-encryption keys.
//!
//! This file may hold keys in memory and reads and writes two files: the root
//! key's, outside the data folder, and `keys`, inside it, sealed under the root.
//! Nothing here prints a key.

use crate::model::{ContentId, Secret, secret};
use crate::store::vault::{KeyOctets, aead_key, expand};
use crate::store::{Error, OpenError, disk};
use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use aws_lc_rs::hmac;
use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// A key file is one short line; more is not read.
const LONGEST: u64 = 1024;
const NONCE: usize = 12;

/// The root key: everything at rest hangs on it.
pub struct RootKey {
    octets: KeyOctets,
    pub(super) file: Option<PathBuf>,
}

impl RootKey {
    /// A new root key.
    #[must_use]
    pub fn generate() -> Self {
        Self {
            octets: Zeroizing::new(secret::random()),
            file: None,
        }
    }

    /// Reads a key file: 64 hexadecimal digits or 52 base32 letters and digits,
    /// large or small, with or without the blanks of the escrow sheet.
    ///
    /// # Errors
    /// [`OpenError::KeyFile`] if it cannot be read, is no key, or can be read by
    /// anybody but its owner.
    pub fn read(path: &Path) -> Result<Self, OpenError> {
        let refuse = |reason: String| OpenError::KeyFile {
            path: path.to_path_buf(),
            reason,
        };
        let about = fs::metadata(path).map_err(|e| refuse(e.to_string()))?;
        if about.permissions().mode() & 0o077 != 0 {
            return Err(refuse(
                "other users can read it; `chmod 600` mends that".to_owned(),
            ));
        }
        Self::read_credential(path)
    }

    /// Reads a key that systemd hands over as a credential. Its modes are
    /// systemd's business (an access list makes it look group-readable).
    ///
    /// # Errors
    /// [`OpenError::KeyFile`] if it cannot be read or is no key.
    pub fn read_credential(path: &Path) -> Result<Self, OpenError> {
        let refuse = |reason: String| OpenError::KeyFile {
            path: path.to_path_buf(),
            reason,
        };
        let length = fs::metadata(path).map_err(|e| refuse(e.to_string()))?.len();
        if length > LONGEST {
            return Err(refuse("it is too long for a key".to_owned()));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|e| refuse(e.to_string()))?);
        let octets = parse(&text).ok_or_else(|| {
            refuse("a key is 64 hexadecimal digits or 52 letters and digits".to_owned())
        })?;
        Ok(Self {
            octets,
            file: Some(path.to_path_buf()),
        })
    }

    /// Writes the key to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`OpenError::KeyFile`] if there is a file already or it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), OpenError> {
        let written = disk::make_file(path).and_then(|mut file| {
            file.write_all(self.text().expose().as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            disk::sync_folder(disk::parent(path))
        });
        written.map_err(|e| OpenError::KeyFile {
            path: path.to_path_buf(),
            reason: e.to_string(),
        })
    }

    /// The key in letters and digits, for the key file and the escrow sheet.
    #[must_use]
    pub fn text(&self) -> Secret {
        Secret::new(BASE32_NOPAD.encode(self.octets.as_slice()))
    }

    /// The sub-key with this label.
    pub(super) fn derive(&self, label: &str) -> Result<KeyOctets, Error> {
        expand(
            self.octets.as_slice(),
            b"sealpost root v1",
            label.as_bytes(),
        )
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(…)")
    }
}

/// Typed from the escrow sheet, a key has the sheet's blanks and lines.
fn parse(typed: &str) -> Option<KeyOctets> {
    let mut text = Zeroizing::new(String::with_capacity(typed.len()));
    text.extend(typed.chars().filter(|c| !c.is_whitespace()));
    let octets = match text.len() {
        64 => HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?,
        52 => {
            text.make_ascii_uppercase();
            BASE32_NOPAD.decode(text.as_bytes()).ok()?
        }
        _ => return None,
    };
    let octets = Zeroizing::new(octets);
    octets.as_slice().try_into().ok().map(Zeroizing::new)
}

/// The keys of keyed hashes that follow from the root.
pub(super) struct Hashes {
    pub(super) networks: hmac::Key,
    pub(super) codes: hmac::Key,
    pub(super) tokens: hmac::Key,
    pub(super) logs: hmac::Key,
}

impl Hashes {
    pub(super) fn of(root: &RootKey) -> Result<Self, Error> {
        Ok(Self {
            networks: hash_key(&*root.derive("networks")?),
            codes: hash_key(&*root.derive("codes")?),
            tokens: hash_key(&*root.derive("tokens")?),
            logs: hash_key(&*root.derive("logs")?),
        })
    }
}

/// A key for HMAC-SHA-256.
pub(super) fn hash_key(octets: &[u8; 32]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, octets)
}

/// What the file `keys` holds.
#[derive(Serialize, Deserialize)]
struct Kept {
    index: [u8; 32],
    keks: Vec<Kek>,
}

/// A key-encryption key with its id and the time it was made. The newest wraps;
/// all unwrap.
#[derive(Clone, Serialize, Deserialize)]
struct Kek {
    id: u32,
    made: Timestamp,
    octets: [u8; 32],
}

impl Kek {
    fn new(id: u32, made: Timestamp) -> Self {
        Self {
            id,
            made,
            octets: secret::random(),
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.index.zeroize();
    }
}

impl Drop for Kek {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

/// The keys in the file `keys`: the address index (random, so that it does not
/// change with the root) and the key-encryption keys, oldest first.
pub(super) struct Ring {
    path: PathBuf,
    seal: LessSafeKey,
    store: [u8; 16],
    kept: Kept,
}

impl Ring {
    /// A new ring with its first key, written to `path`.
    pub(super) fn create(
        path: &Path,
        root: &RootKey,
        store: [u8; 16],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let ring = Self {
            path: path.to_path_buf(),
            seal: aead_key(&*root.derive("kek-wrap")?)?,
            store,
            kept: Kept {
                index: secret::random(),
                keks: vec![Kek::new(1, now)],
            },
        };
        ring.write()?;
        Ok(ring)
    }

    /// Reads the file. `None` if its octets do not open.
    pub(super) fn read(path: &Path, root: &RootKey) -> Result<Option<Self>, Error> {
        let octets = fs::read(path).map_err(|e| Error::Io(e.to_string()))?;
        let seal = aead_key(&*root.derive("kek-wrap")?)?;
        Ok(open_ring(&octets, &seal).map(|(store, kept)| Self {
            path: path.to_path_buf(),
            seal,
            store,
            kept,
        }))
    }

    /// The id of the store these keys belong to.
    pub(super) fn store(&self) -> [u8; 16] {
        self.store
    }

    /// The key of the address index.
    pub(super) fn index(&self) -> hmac::Key {
        hash_key(&self.kept.index)
    }

    /// The id of the key that wraps now.
    pub(super) fn current(&self) -> u32 {
        self.kept.keks.last().map_or(0, |kek| kek.id)
    }

    /// Whether there is a key besides the current one.
    pub(super) fn has_older(&self) -> bool {
        self.kept.keks.len() > 1
    }

    /// When the oldest key that still exists was made.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.kept.keks.first().map(|kek| kek.made)
    }

    /// Adds a key, which is from now on the current one; durable when it returns.
    pub(super) fn add(&mut self, now: Timestamp) -> Result<(), Error> {
        self.kept.keks.push(Kek::new(self.current() + 1, now));
        self.write().inspect_err(|_| {
            // What is not written must not be used.
            self.kept.keks.pop();
        })
    }

    /// Destroys all keys before this one; durable when it returns.
    pub(super) fn keep_from(&mut self, id: u32) -> Result<(), Error> {
        self.kept.keks.retain(|kek| kek.id >= id);
        self.write()
    }

    /// Wraps a content object's key under the current key.
    pub(super) fn wrap(&self, content: ContentId, key: &[u8; 32]) -> Result<(u32, Vec<u8>), Error> {
        let kek = self.kept.keks.last().ok_or(Error::Sealed)?;
        let nonce: [u8; NONCE] = secret::random();
        let mut sealed = key.to_vec();
        aead_key(&kek.octets)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                bound(content, kek.id),
                &mut sealed,
            )
            .map_err(|_| Error::Sealed)?;
        let mut wrapped = nonce.to_vec();
        wrapped.append(&mut sealed);
        Ok((kek.id, wrapped))
    }

    /// Unwraps a content object's key.
    pub(super) fn unwrap(
        &self,
        content: ContentId,
        id: u32,
        wrapped: &[u8],
    ) -> Result<KeyOctets, Error> {
        let kek = self
            .kept
            .keks
            .iter()
            .find(|kek| kek.id == id)
            .ok_or(Error::Sealed)?;
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE>().ok_or(Error::Sealed)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let plain = aead_key(&kek.octets)?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                bound(content, id),
                &mut sealed,
            )
            .map_err(|_| Error::Sealed)?;
        let octets: &[u8] = plain;
        octets
            .try_into()
            .map(Zeroizing::new)
            .map_err(|_| Error::Sealed)
    }

    fn write(&self) -> Result<(), Error> {
        let nonce: [u8; NONCE] = secret::random();
        let mut sealed = postcard::to_stdvec(&self.kept).map_err(|_| Error::Sealed)?;
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.store),
                &mut sealed,
            )
            .map_err(|_| Error::Sealed)?;
        let mut octets = self.store.to_vec();
        octets.extend_from_slice(&nonce);
        octets.append(&mut sealed);
        disk::write_whole(&self.path, &octets).map_err(|e| Error::Io(e.to_string()))
    }
}

fn open_ring(octets: &[u8], seal: &LessSafeKey) -> Option<([u8; 16], Kept)> {
    let (store, rest) = octets.split_first_chunk::<16>()?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
    let mut plain = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let opened = seal
        .open_in_place(nonce, Aad::from(*store), &mut plain)
        .ok()?;
    Some((*store, postcard::from_bytes(opened).ok()?))
}

fn bound(content: ContentId, kek: u32) -> Aad<[u8; 20]> {
    let mut aad = [0; 20];
    let parts = content.octets().iter().copied().chain(kek.to_be_bytes());
    for (slot, octet) in aad.iter_mut().zip(parts) {
        *slot = octet;
    }
    Aad::from(aad)
}

#[cfg(test)]
mod tests {
    use super::{Ring, RootKey};
    use crate::model::ContentId;
    use crate::store::{Error, OpenError};
    use jiff::{SignedDuration, Timestamp};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_file_is_read_back_and_refused_if_others_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let root = RootKey::generate();
        root.write(&path).unwrap();
        assert!(root.write(&path).is_err(), "a key file was overwritten");
        assert_eq!(RootKey::read(&path).unwrap().text(), root.text());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = RootKey::read(&path).unwrap_err();
        assert!(matches!(&refused, OpenError::KeyFile { .. }));
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
        assert!(RootKey::read_credential(&path).is_ok());
    }

    #[test]
    fn a_key_may_be_written_in_hexadecimal_and_nothing_else_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        for (text, good) in [
            ("0f".repeat(32), true),
            ("0g".repeat(32), false),
            ("0f".repeat(31), false),
        ] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            assert_eq!(RootKey::read(&path).is_ok(), good);
        }
    }

    #[test]
    fn a_key_typed_from_the_escrow_sheet_is_taken_with_its_blanks_and_in_small_letters() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.key");
        let root = RootKey::generate();
        let letters: Vec<char> = root.text().expose().to_lowercase().chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|g| g.iter().collect()).collect();
        let (first, second) = groups.split_at(7);
        let typed = format!("  {}\n  {}\n", first.join(" "), second.join("  "));
        fs::write(&path, typed).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(RootKey::read(&path).unwrap().text(), root.text());
    }

    #[test]
    fn a_wrapped_key_opens_until_its_kek_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let root = RootKey::generate();
        let start = Timestamp::UNIX_EPOCH;
        let mut ring = Ring::create(&path, &root, [1; 16], start).unwrap();
        let content = ContentId::new(Timestamp::UNIX_EPOCH);
        let (id, wrapped) = ring.wrap(content, &[9; 32]).unwrap();
        ring.add(start + SignedDuration::from_hours(1)).unwrap();
        assert_eq!(ring.oldest(), Some(start));
        assert_ne!(ring.current(), id);
        assert_eq!(*ring.unwrap(content, id, &wrapped).unwrap(), [9; 32]);
        let mut again = Ring::read(&path, &root).unwrap().unwrap();
        assert_eq!(*again.unwrap(content, id, &wrapped).unwrap(), [9; 32]);
        let other = ContentId::new(Timestamp::UNIX_EPOCH);
        assert!(again.unwrap(other, id, &wrapped).is_err());
        let current = again.current();
        again.keep_from(current).unwrap();
        assert_eq!(again.oldest(), Some(start + SignedDuration::from_hours(1)));
        let last = Ring::read(&path, &root).unwrap().unwrap();
        assert!(matches!(
            last.unwrap(content, id, &wrapped),
            Err(Error::Sealed)
        ));
        assert!(Ring::read(&path, &RootKey::generate()).unwrap().is_none());
    }
}
