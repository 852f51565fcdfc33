//! What lies in a patient's folder: to be looked at, and sent along with a message.
//! Nothing is changed here.
//!
//! The folder may be a share that hangs. Each look has its time, and few look at
//! once, so that a page is drawn without these files sooner than it waits.

use crate::chart::folder::Root;
use crate::chart::name::{self, FolderName};
use crate::model::ContactId;
use crate::store::records::Contact;
use jiff::Timestamp;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Looks at once. A share that hangs holds a thread for each.
const AT_ONCE: usize = 4;
/// How long a page waits for a disk.
const PATIENCE: Duration = Duration::from_secs(3);
/// Octets read at once.
const PIECE: usize = 64 << 10;

static ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE)));

/// A file in a patient's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    /// Its name in the folder.
    pub name: String,
    /// In octets.
    pub size: u64,
    /// When it was last written.
    pub written: Timestamp,
}

/// A patient's folder, as far as it is read.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
    folder: FolderName,
}

/// A file of it, as it comes.
#[derive(Debug)]
pub struct Taken {
    file: Arc<File>,
    at: u64,
}

impl Shelf {
    /// The folder of this contact below `root`, whether it is there or not.
    #[must_use]
    pub fn new(root: &Path, contact: &Contact) -> Self {
        let id: Option<ContactId> = Some(contact.id);
        Self {
            root: root.to_owned(),
            folder: name::folder(id, Some(contact)),
        }
    }

    /// The files in it, the newest first, at most `most`: none if there is no folder.
    /// Links, hidden files and folders are left out.
    ///
    /// # Errors
    /// The disk's own, or that it did not answer in time.
    pub async fn files(&self, most: usize) -> io::Result<Vec<Lying>> {
        let Self { root, folder } = self.clone();
        let look = move || match Root::look(&root)? {
            Some(root) => match root.found(&folder)? {
                Some(drawer) => drawer.files(most),
                None => Ok(Vec::new()),
            },
            None => Ok(Vec::new()),
        };
        in_time(look).await
    }

    /// One of its files; `None` if there is none of this name.
    ///
    /// # Errors
    /// As [`Shelf::files`].
    pub async fn take(&self, name: &str) -> io::Result<Option<Taken>> {
        let Self { root, folder } = self.clone();
        let name = name.to_owned();
        let look = move || -> io::Result<Option<File>> {
            let Some(root) = Root::look(&root)? else {
                return Ok(None);
            };
            match root.found(&folder)? {
                Some(drawer) => drawer.read(&name),
                None => Ok(None),
            }
        };
        let file = in_time(look).await?;
        Ok(file.map(|file| Taken {
            file: Arc::new(file),
            at: 0,
        }))
    }
}

impl Taken {
    /// Its next octets; `None` at its end.
    ///
    /// # Errors
    /// The disk's own, or that it did not answer in time.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let (file, at) = (Arc::clone(&self.file), self.at);
        // A read that hangs keeps its turn, so that few can.
        let piece = in_time(move || {
            let mut piece = vec![0; PIECE];
            let n = file.read_at(&mut piece, at)?;
            piece.truncate(n);
            Ok(piece)
        });
        let piece = piece.await?;
        self.at += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        Ok((!piece.is_empty()).then_some(piece))
    }

    /// Its first octets, at most `most`.
    ///
    /// # Errors
    /// As [`Taken::next`].
    pub async fn beginning(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut first = Vec::new();
        while first.len() < most
            && let Some(piece) = self.next().await?
        {
            first.extend(piece);
        }
        first.truncate(most);
        Ok(first)
    }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the chart's disk does not answer")
}

/// Does work on the disk, if it is done in time. Its turn ends with the work: a disk
/// that hangs is asked by few.
async fn in_time<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let turn = timeout(PATIENCE, Arc::clone(&ROOM).acquire_owned()).await;
    let turn = turn.map_err(|_| late())?.map_err(io::Error::other)?;
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    let done = timeout(PATIENCE, done).await.map_err(|_| late())?;
    done.map_err(io::Error::other)?
}
