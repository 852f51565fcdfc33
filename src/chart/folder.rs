//! The chart's folder on the disk.
//!
//! Security: names come from patients. Nothing here takes a path but the
//! folder's own; everything below it is opened by one name, relative to the
//! handle of the folder it is in, and no symbolic link is followed.

use crate::chart::Lying;
use crate::chart::name::{self, FolderName};
use jiff::Timestamp;
use rustix::fs::fstat;
use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, RenameFlags, Stat, fsync, linkat, mkdirat, openat,
    renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use std::cmp::Reverse;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

/// The file by which the folder is known again. A disk that is not mounted leaves
/// an empty folder behind; what is written there would be gone with the mount.
pub(super) const MARK: &str = ".sealpost-chart";
/// A folder nobody else may enter.
const PRIVATE: Mode = Mode::RWXU;
/// Entries of a patient's folder that are looked at. More than a chart holds.
const LOOKED: usize = 10_000;
/// Files of one name on one day. More is a loop, not a patient.
const NAMES: u32 = 999;

/// The chart's folder.
#[derive(Debug)]
pub(super) struct Root(OwnedFd);

/// One patient's folder in it.
#[derive(Debug)]
pub(super) struct Drawer(OwnedFd);

impl Root {
    /// Opens the folder. If it is `known`, it must bear our mark; else it gets it.
    pub(super) fn open(path: &Path, known: bool) -> io::Result<Self> {
        let root = openat(
            CWD,
            path,
            OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let marked = statat(&root, MARK, AtFlags::SYMLINK_NOFOLLOW);
        match marked {
            Ok(_) => {}
            Err(Errno::NOENT) if known => {
                return Err(io::Error::other(
                    "chart.folder is not the one that was written to before: the file .sealpost-chart is not in it; mount its disk, or make that file if the folder is meant to begin anew",
                ));
            }
            Err(Errno::NOENT) => {
                create(&root, MARK)?.sync_all()?;
                fsync(&root)?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Self(root))
    }

    /// Opens a patient's folder; makes it if there is none.
    pub(super) fn drawer(&self, wanted: &FolderName) -> io::Result<Drawer> {
        if let Some(found) = self.found(wanted)? {
            return Ok(found);
        }
        match mkdirat(&self.0, wanted.whole.as_str(), PRIVATE) {
            Ok(()) | Err(Errno::EXIST) => fsync(&self.0)?,
            Err(error) => return Err(error.into()),
        }
        self.enter(&wanted.whole)
    }

    /// Opens the folder to be read alone; `None` if it is not there, or does not bear
    /// our mark, as an empty mount point does not.
    pub(super) fn look(path: &Path) -> io::Result<Option<Self>> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = match openat(CWD, path, flags, Mode::empty()) {
            Ok(root) => root,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match statat(&root, MARK, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(Some(Self(root))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A patient's folder, if there is one.
    pub(super) fn found(&self, wanted: &FolderName) -> io::Result<Option<Drawer>> {
        self.find(wanted)?.map(|name| self.enter(&name)).transpose()
    }

    fn enter(&self, name: &str) -> io::Result<Drawer> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Drawer(openat(&self.0, name, flags, Mode::empty())?))
    }

    fn find(&self, wanted: &FolderName) -> io::Result<Option<String>> {
        // The usual case, which reads no list of all patients.
        if matches!(self.stat(&wanted.whole), Ok(stat) if is(&stat, FileType::Directory)) {
            return Ok(Some(wanted.whole.clone()));
        }
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            // A name that is no UTF-8 is none of ours.
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if name::is_of(name, wanted) && is(&self.stat(name)?, FileType::Directory) {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }

    fn stat(&self, name: &str) -> io::Result<Stat> {
        Ok(statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?)
    }
}

/// Where a file stands that was once whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Under its temporary name.
    Temporary,
    /// Under its own.
    Named,
    /// Nowhere.
    Nowhere,
}

impl Drawer {
    /// A new file under this name that nobody else may read; what stood there
    /// before, half of a file, is taken away.
    pub(super) fn begin(&self, temporary: &str) -> io::Result<File> {
        self.discard(temporary)?;
        create(&self.0, temporary)
    }

    /// Takes a temporary file away.
    pub(super) fn discard(&self, temporary: &str) -> io::Result<()> {
        match unlinkat(&self.0, temporary, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The file's inode number, once its name is on the disk too.
    pub(super) fn keep(&self, temporary: &str) -> io::Result<u64> {
        fsync(&self.0)?;
        Ok(statat(&self.0, temporary, AtFlags::SYMLINK_NOFOLLOW)?.st_ino)
    }

    /// Looks for a file by its inode number.
    pub(super) fn find(&self, inode: u64, temporary: &str) -> io::Result<Found> {
        let mut found = Found::Nowhere;
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = entry.file_name();
            let stat = match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                Err(Errno::NOENT) => continue,
                Err(error) => return Err(error.into()),
            };
            if stat.st_ino != inode || !is(&stat, FileType::RegularFile) {
                continue;
            }
            if name.to_bytes() != temporary.as_bytes() {
                return Ok(Found::Named);
            }
            found = Found::Temporary;
        }
        Ok(found)
    }

    /// Gives a file the first name that is free, and never one that is taken.
    pub(super) fn name(&self, temporary: &str, names: impl Fn(u32) -> String) -> io::Result<()> {
        for n in 1..=NAMES {
            match self.rename(temporary, &names(n)) {
                Ok(()) => {
                    fsync(&self.0)?;
                    return Ok(());
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let why = format!("there are {NAMES} files of one name and day already");
        Err(io::Error::other(why))
    }

    /// The files in it, the newest first, at most `most`. What somebody else put there
    /// as a link leads out of it, and is left out.
    pub(super) fn files(&self, most: usize) -> io::Result<Vec<Lying>> {
        let mut files = Vec::new();
        for entry in Dir::read_from(&self.0)?.take(LOOKED) {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            if !name::is_plain(name) {
                continue;
            }
            // One that cannot be looked at hides no other.
            let Ok(stat) = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) else {
                continue;
            };
            if is(&stat, FileType::RegularFile) {
                files.push(Lying {
                    name: name.to_owned(),
                    size: u64::try_from(stat.st_size).unwrap_or_default(),
                    written: Timestamp::from_second(stat.st_mtime).unwrap_or_default(),
                });
            }
        }
        files.sort_by_key(|file| Reverse(file.written));
        files.truncate(most);
        Ok(files)
    }

    /// One of its files, to be read; `None` if there is none of this name.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<File>> {
        if !name::is_plain(name) {
            return Ok(None);
        }
        // A pipe would hold up whoever opens it.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::LOOP | Errno::NXIO) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let is_file = is(&fstat(&file)?, FileType::RegularFile);
        Ok(is_file.then(|| File::from(file)))
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), Errno> {
        match renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            // NFS and others know no such flag, but links.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
                linkat(&self.0, from, &self.0, to, AtFlags::empty())?;
                unlinkat(&self.0, from, AtFlags::empty())
            }
            done => done,
        }
    }
}

fn create(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(folder, name, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(File::from(file))
}

fn is(stat: &Stat, kind: FileType) -> bool {
    FileType::from_raw_mode(stat.st_mode) == kind
}
