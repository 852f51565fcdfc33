//! Reading content: any range, opening only the chunks it touches.

use crate::model::{ContentId, Head};
use crate::store::backing::Backing;
use crate::store::content::{
    self, Cipher, ContentRecord, Place, TAG, blocking, chunk_key, file_path,
};
use crate::store::vault::KeyOctets;
use crate::store::{Error, Inner, Store, Table};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Most octets one read gives.
const MOST: usize = 64 * 1024;

/// Content being read.
pub struct ContentReader {
    inner: Arc<Inner>,
    record: ContentRecord,
    key: KeyOctets,
    cipher: Cipher,
    file: Option<Arc<File>>,
}

impl Store {
    /// Opens a content object; `None` if purged.
    ///
    /// # Errors
    /// [`Error::Sealed`] if its key was destroyed, [`Error::Damaged`] if its
    /// record or file is.
    pub async fn open_content(&self, id: ContentId) -> Result<Option<ContentReader>, Error> {
        let Some(record) = self.get(&ContentRecord::at(id)).await? else {
            return Ok(None);
        };
        let key = self
            .inner
            .ring
            .read()
            .await
            .unwrap(id, record.kek, &record.wrapped)?;
        let file = if record.place == Place::File {
            let path = file_path(&self.inner.path, id);
            match blocking(move || open(&path)).await? {
                Some(file) => Some(Arc::new(file)),
                // A purge may have come between the record and the file.
                None if self
                    .inner
                    .engine
                    .read(ContentRecord::at(id).octets())?
                    .is_none() =>
                {
                    return Ok(None);
                }
                None => return Err(Error::Damaged(Table::Content)),
            }
        } else {
            None
        };
        let cipher = Cipher::new(&key, id, record.place)?;
        let inner = Arc::clone(&self.inner);
        Ok(Some(ContentReader {
            inner,
            record,
            key,
            cipher,
            file,
        }))
    }
}

fn open(path: &std::path::Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

impl ContentReader {
    /// The object's id.
    #[must_use]
    pub fn id(&self) -> ContentId {
        self.record.id
    }

    /// Its length in octets.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.record.length
    }

    /// Reads up to 64 KiB from `offset`, at most `limit`; empty at the end.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a chunk does not open.
    pub async fn read(&self, offset: u64, limit: usize) -> Result<Vec<u8>, Error> {
        let left = self.record.length.saturating_sub(offset);
        let wanted = limit.min(MOST).min(usize::try_from(left).unwrap_or(MOST));
        let mut octets = Vec::with_capacity(wanted);
        while octets.len() < wanted {
            let at = offset + octets.len() as u64;
            let size = self.record.place.chunk();
            let (n, skip) = (at / size, usize::try_from(at % size).unwrap_or(0));
            let plain = self.chunk(n).await?;
            let fresh = plain.get(skip..).filter(|p| !p.is_empty());
            let fresh = fresh.ok_or(Error::Damaged(Table::Content))?;
            octets.extend_from_slice(fresh.get(..wanted - octets.len()).unwrap_or(fresh));
        }
        Ok(octets)
    }

    /// Opens a head that was sealed under this content's key.
    ///
    /// # Errors
    /// [`Error::Damaged`] if it does not open, [`Error::Newer`] if a newer
    /// version wrote it.
    pub fn open_head(&self, sealed: &[u8]) -> Result<Head, Error> {
        content::open_head(&self.key, self.record.id, sealed)
    }

    /// Seals a head anew under this content's key.
    ///
    /// # Errors
    /// [`Error::Sealed`] if sealing fails, which it does not on a sound machine.
    pub fn seal_head(&self, head: &Head) -> Result<Vec<u8>, Error> {
        content::seal_head(&self.key, self.record.id, head)
    }

    /// The object's key, and its id: under both, more is kept beside it.
    pub(super) fn key(&self) -> (&KeyOctets, ContentId) {
        (&self.key, self.record.id)
    }

    async fn chunk(&self, n: u64) -> Result<Vec<u8>, Error> {
        let last = n + 1 == self.record.chunks();
        let sealed = match &self.file {
            None => {
                let found = self.inner.engine.get(&chunk_key(self.record.id, n)).await?;
                found.ok_or(Error::Damaged(Table::Chunk))?
            }
            Some(file) => {
                let size = self.record.place.chunk();
                let plain = size.min(self.record.length - n * size);
                let length = usize::try_from(plain).unwrap_or(MOST) + TAG;
                let (file, at) = (Arc::clone(file), n * (size + TAG as u64));
                blocking(move || read_at(&file, at, length)).await?
            }
        };
        self.cipher.open(n, last, sealed)
    }
}

/// Reads what is there, which is less than `length` in a file that was cut.
fn read_at(file: &File, at: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut octets = vec![0; length];
    match file.read_exact_at(&mut octets, at) {
        Ok(()) => Ok(octets),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}

impl fmt::Debug for ContentReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ContentReader({}, {} octets)",
            self.record.id, self.record.length
        )
    }
}
