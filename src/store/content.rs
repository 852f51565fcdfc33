//! Content: the octets of messages and answers, sealed under a random key per
//! object while they are written. Small content becomes chunks that go in with
//! the records that name it, in one durable write; larger content is a file of
//! its own, durable before its record is committed.
//!
//! *Architecture invariant:* no octet of content reaches a disk unsealed.

use crate::model::{ContentId, Head, secret};
use crate::store::keys::Ring;
use crate::store::vault::{KeyOctets, aead_key, expand};
use crate::store::{Error, Inner, Key, Record, Store, Table, disk};
use aws_lc_rs::aead::{Aad, LessSafeKey, Nonce};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use zeroize::Zeroizing;

/// Content up to this size stands among the records. Measured: below it one
/// write for message and content is cheaper, above it a file is much faster.
pub(super) const SMALL: usize = 128 * 1024;
/// Plain octets of a chunk among the records: sealed it is 16 KiB, which keeps
/// sled from making blob files.
pub(super) const RECORD_CHUNK: usize = 16 * 1024 - TAG;
/// Plain octets of a chunk in a file.
pub(super) const FILE_CHUNK: usize = 64 * 1024;
/// Sealed octets collected before they are handed to the disk at once.
const RUN: usize = 4 * (FILE_CHUNK + TAG);
pub(super) const TAG: usize = 16;
const VERSION: u8 = 1;
const NONCE: usize = 12;

/// What is kept about a content object.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ContentRecord {
    pub(super) id: ContentId,
    pub(super) length: u64,
    pub(super) place: Place,
    /// Which key-encryption key wraps the object's key.
    pub(super) kek: u32,
    #[serde(with = "serde_bytes")]
    pub(super) wrapped: Vec<u8>,
}

/// Where the sealed octets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    /// In chunks among the records.
    Records,
    /// In a file.
    File,
}

impl ContentRecord {
    pub(super) fn at(id: ContentId) -> Key<Self> {
        Key::of(Table::Content, &[id.octets()])
    }

    /// How many chunks it has.
    pub(super) fn chunks(&self) -> u64 {
        self.length.div_ceil(self.place.chunk())
    }
}

impl Record for ContentRecord {
    const TABLE: Table = Table::Content;
    const VERSION: u8 = VERSION;
    fn key(&self) -> Key<Self> {
        Self::at(self.id)
    }
}

impl Place {
    /// Plain octets of a chunk.
    pub(super) const fn chunk(self) -> u64 {
        match self {
            Self::Records => RECORD_CHUNK as u64,
            Self::File => FILE_CHUNK as u64,
        }
    }

    const fn octet(self) -> u8 {
        match self {
            Self::Records => 0,
            Self::File => 1,
        }
    }
}

/// The key of a chunk among the records.
pub(super) fn chunk_key(id: ContentId, n: u64) -> Vec<u8> {
    Table::Chunk.key(&[id.octets(), &n.to_be_bytes()])
}

/// Where a content file stands below the data folder.
pub(super) fn file_path(data: &Path, id: ContentId) -> PathBuf {
    let name = id.to_string();
    // The last letters of an id are random: files spread evenly.
    let folder = name.get(name.len() - 2..).unwrap_or_default();
    data.join("content").join(folder).join(&name)
}

/// Seals and opens the chunks of one object.
pub(super) struct Cipher {
    key: LessSafeKey,
    bound: [u8; 18],
}

impl Cipher {
    pub(super) fn new(key: &KeyOctets, id: ContentId, place: Place) -> Result<Self, Error> {
        let mut bound = [0; 18];
        let parts = id.octets().iter().copied().chain([VERSION, place.octet()]);
        for (slot, octet) in bound.iter_mut().zip(parts) {
            *slot = octet;
        }
        Ok(Self {
            key: aead_key(key)?,
            bound,
        })
    }

    /// Seals chunk `n` and adds it to `out`.
    fn seal(&self, n: u64, last: bool, plain: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let start = out.len();
        out.extend_from_slice(plain);
        let body = out.get_mut(start..).unwrap_or_default();
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce(n, last), Aad::from(self.bound), body)
            .map_err(|_| Error::Sealed)?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Opens chunk `n`.
    pub(super) fn open(&self, n: u64, last: bool, mut sealed: Vec<u8>) -> Result<Vec<u8>, Error> {
        let opened = self
            .key
            .open_in_place(nonce(n, last), Aad::from(self.bound), &mut sealed);
        let length = opened.map_err(|_| Error::Damaged(Table::Content))?.len();
        sealed.truncate(length);
        Ok(sealed)
    }
}

/// Counter and last flag: a chunk can be neither moved nor cut off.
fn nonce(n: u64, last: bool) -> Nonce {
    let [a, b, c, d, e, f, g, h] = n.to_be_bytes();
    Nonce::assume_unique_for_key([a, b, c, d, e, f, g, h, 0, 0, 0, u8::from(last)])
}

/// Seals a head beside the content.
pub(super) fn seal_head(key: &KeyOctets, id: ContentId, head: &Head) -> Result<Vec<u8>, Error> {
    let plain = postcard::to_stdvec(head).map_err(|e| Error::Io(e.to_string()))?;
    seal_beside(key, id, b"head", &plain)
}

/// Opens what [`seal_head`] sealed.
pub(super) fn open_head(key: &KeyOctets, id: ContentId, value: &[u8]) -> Result<Head, Error> {
    let plain = open_beside(key, id, (b"head", Table::Message), value)?;
    postcard::from_bytes(&plain).map_err(|_| Error::Damaged(Table::Message))
}

/// Seals what is kept beside the content under a sub-key of the object's key, so
/// that its nonces cannot meet those of the chunks, and it goes when the object's
/// key goes.
pub(super) fn seal_beside(
    key: &KeyOctets,
    id: ContentId,
    label: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut sealed = Vec::with_capacity(plain.len() + TAG);
    sealed.extend_from_slice(plain);
    let nonce: [u8; NONCE] = secret::random();
    aead_key(&*expand(key.as_slice(), id.octets(), label)?)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from([VERSION]),
            &mut sealed,
        )
        .map_err(|_| Error::Sealed)?;
    let mut value = vec![VERSION];
    value.extend_from_slice(&nonce);
    value.append(&mut sealed);
    Ok(value)
}

/// Opens what [`seal_beside`] sealed under this label for a record of this table.
pub(super) fn open_beside(
    key: &KeyOctets,
    id: ContentId,
    (label, table): (&[u8], Table),
    value: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let damaged = || Error::Damaged(table);
    let (&version, rest) = value.split_first().ok_or_else(damaged)?;
    if version > VERSION {
        return Err(Error::Newer);
    }
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
    let mut plain = Zeroizing::new(sealed.to_vec());
    let length = aead_key(&*expand(key.as_slice(), id.octets(), label)?)?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from([version]),
            &mut plain,
        )
        .map_err(|_| damaged())?
        .len();
    plain.truncate(length);
    Ok(plain)
}

/// A content file that no committed record names yet: dropped, it is removed.
pub(super) struct Pending(PathBuf);

impl Pending {
    /// From now on the file stays.
    pub(super) fn keep(mut self) {
        self.0 = PathBuf::new();
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.0.as_os_str().is_empty() {
            // If it cannot be removed now, it is swept at the next start.
            let _ = fs::remove_file(&self.0);
        }
    }
}

/// Content being written. Dropped without `finish` and `attach`, it leaves nothing.
pub struct ContentWriter {
    inner: Arc<Inner>,
    id: ContentId,
    key: KeyOctets,
    /// Plain octets not yet sealed: at most [`SMALL`] and a chunk.
    held: Zeroizing<Vec<u8>>,
    length: u64,
    spill: Option<Spill>,
}

/// The file of content that has grown large.
struct Spill {
    file: File,
    pending: Pending,
    cipher: Cipher,
    sealed: Vec<u8>,
    next: u64,
}

/// Finished content, not yet part of the store.
pub struct Finished {
    id: ContentId,
    length: u64,
    key: KeyOctets,
    sealed: Sealed,
}

/// Content on its way into a commit.
pub(super) struct Attached {
    /// The record that names it.
    pub(super) record: ContentRecord,
    /// Its chunks, if it is small.
    pub(super) chunks: Vec<Vec<u8>>,
    /// Its file, to be kept if the commit succeeds.
    pub(super) file: Option<Pending>,
}

enum Sealed {
    Chunks(Vec<Vec<u8>>),
    File(Pending),
}

impl Store {
    /// Begins a content object: sealed as it is written.
    #[must_use]
    pub fn write_content(&self) -> ContentWriter {
        ContentWriter {
            inner: Arc::clone(&self.inner),
            id: ContentId::new(self.inner.clock.now()),
            key: Zeroizing::new(secret::random()),
            held: Zeroizing::default(),
            length: 0,
            spill: None,
        }
    }
}

impl ContentWriter {
    /// The object's id.
    #[must_use]
    pub fn id(&self) -> ContentId {
        self.id
    }

    /// Octets written so far.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Adds octets.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::Io`] if the disk does not take them; the
    /// object is then of no use.
    pub async fn write(&mut self, octets: &[u8]) -> Result<(), Error> {
        for part in octets.chunks(FILE_CHUNK) {
            self.held.extend_from_slice(part);
            self.length += part.len() as u64;
            if self.spill.is_none() && self.held.len() > SMALL {
                self.spill = Some(self.open_spill().await?);
            }
            if let Some(mut spill) = self.spill.take() {
                spill.seal_full(&mut self.held)?;
                if spill.sealed.len() >= RUN {
                    spill = blocking(move || spill.write().map(|()| spill)).await?;
                }
                self.spill = Some(spill);
            }
        }
        Ok(())
    }

    /// Seals what is left. Large content is durable in its file when this
    /// returns; small content becomes durable with the commit that attaches it.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::Io`] if the disk does not take it.
    pub async fn finish(mut self) -> Result<Finished, Error> {
        let sealed = if let Some(mut spill) = self.spill.take() {
            spill
                .cipher
                .seal(spill.next, true, &self.held, &mut spill.sealed)?;
            let path = file_path(&self.inner.path, self.id);
            Sealed::File(blocking(move || spill.finish(path)).await?)
        } else {
            Sealed::Chunks(self.seal_small()?)
        };
        Ok(Finished {
            id: self.id,
            length: self.length,
            key: self.key,
            sealed,
        })
    }

    fn seal_small(&self) -> Result<Vec<Vec<u8>>, Error> {
        let cipher = Cipher::new(&self.key, self.id, Place::Records)?;
        let count = self.held.len().div_ceil(RECORD_CHUNK) as u64;
        let mut chunks = Vec::new();
        for (n, plain) in (0..).zip(self.held.chunks(RECORD_CHUNK)) {
            let mut sealed = Vec::with_capacity(plain.len() + TAG);
            cipher.seal(n, n + 1 == count, plain, &mut sealed)?;
            chunks.push(sealed);
        }
        Ok(chunks)
    }

    async fn open_spill(&self) -> Result<Spill, Error> {
        let cipher = Cipher::new(&self.key, self.id, Place::File)?;
        let path = disk::beside(&file_path(&self.inner.path, self.id), "part");
        let inner = Arc::clone(&self.inner);
        let (file, pending) = blocking(move || {
            inner.make_content_folder(disk::parent(&path))?;
            let file = disk::make_file(&path)?;
            Ok((file, Pending(path)))
        })
        .await?;
        Ok(Spill {
            file,
            pending,
            cipher,
            sealed: Vec::new(),
            next: 0,
        })
    }
}

impl Inner {
    /// Makes the folder of a content file, if it is not there. Whoever finds it
    /// waits until whoever makes it has made its name durable: a power cut takes
    /// a folder without a durable name away with all the synced files in it.
    fn make_content_folder(&self, folder: &Path) -> io::Result<()> {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.exists() {
            return Ok(());
        }
        disk::make_folder(folder)?;
        // Nobody may find it without a durable name.
        disk::sync_folder(disk::parent(folder)).inspect_err(|_| drop(fs::remove_dir(folder)))
    }
}

impl Spill {
    /// Seals all whole chunks that cannot be the last one.
    fn seal_full(&mut self, held: &mut Zeroizing<Vec<u8>>) -> Result<(), Error> {
        while held.len() > FILE_CHUNK {
            let plain = held.get(..FILE_CHUNK).unwrap_or_default();
            self.cipher
                .seal(self.next, false, plain, &mut self.sealed)?;
            self.next += 1;
            held.drain(..FILE_CHUNK);
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.sealed)?;
        self.sealed.clear();
        Ok(())
    }

    /// Makes the file durable under its own name.
    fn finish(mut self, path: PathBuf) -> io::Result<Pending> {
        self.write()?;
        self.file.sync_all()?;
        fs::rename(&self.pending.0, &path)?;
        self.pending.0.clone_from(&path);
        disk::sync_folder(disk::parent(&path))?;
        Ok(self.pending)
    }
}

impl Finished {
    /// The object's id.
    #[must_use]
    pub fn id(&self) -> ContentId {
        self.id
    }

    /// Its length in octets.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Seals a head under the content's own key.
    #[must_use]
    pub fn seal_head(&self, head: &Head) -> Vec<u8> {
        // Neither encoding nor sealing a head can fail; an empty head would be
        // reported as damaged by whoever opens it.
        seal_head(&self.key, self.id, head).unwrap_or_default()
    }

    /// What a commit needs, the object's key wrapped under the ring's current key.
    pub(super) fn attach(self, ring: &Ring) -> Result<Attached, Error> {
        let (kek, wrapped) = ring.wrap(self.id, &self.key)?;
        let (place, chunks, file) = match self.sealed {
            Sealed::Chunks(chunks) => (Place::Records, chunks, None),
            Sealed::File(pending) => (Place::File, Vec::new(), Some(pending)),
        };
        let (id, length) = (self.id, self.length);
        let record = ContentRecord {
            id,
            length,
            place,
            kek,
            wrapped,
        };
        Ok(Attached {
            record,
            chunks,
            file,
        })
    }
}

impl fmt::Debug for ContentWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentWriter({})", self.id)
    }
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Finished({}, {} octets)", self.id, self.length)
    }
}

/// Does file work where it cannot hold up other sessions.
pub(super) async fn blocking<T, F>(work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: FnOnce() -> io::Result<T> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|e| Error::from_io(&e)),
        Err(_) => Err(Error::Io("file work was interrupted".to_owned())),
    }
}
