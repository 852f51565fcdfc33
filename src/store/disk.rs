//! Folders and files: modes, durable renames, sizes.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Makes a folder that only its owner can enter, and its parents.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a new file that only its owner can read.
pub(super) fn make_file(path: &Path) -> io::Result<File> {
    fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Makes the entries of a folder durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The folder a path stands in.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

/// Takes group and others out of the modes of a folder and its files, and
/// makes all of it durable. sled makes its files with the process's umask.
pub(super) fn secure_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?.path();
        if entry.is_dir() {
            secure_tree(&entry)?;
        } else {
            fs::set_permissions(&entry, fs::Permissions::from_mode(0o600))?;
            File::open(&entry)?.sync_all()?;
        }
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    sync_folder(path)
}

/// Writes a file so that it is there whole, or as it was. What it held before
/// is overwritten with zeros, as far as the file system writes in place.
pub(super) fn write_whole(path: &Path, octets: &[u8]) -> io::Result<()> {
    let fresh = beside(path, "new");
    let _ = fs::remove_file(&fresh);
    let mut file = make_file(&fresh)?;
    file.write_all(octets)?;
    file.sync_all()?;
    let before = fs::OpenOptions::new().write(true).open(path).ok();
    fs::rename(&fresh, path)?;
    sync_folder(parent(path))?;
    if let Some(mut before) = before {
        let length = before.metadata()?.len();
        io::copy(&mut io::Read::take(io::repeat(0), length), &mut before)?;
        before.sync_all()?;
    }
    Ok(())
}

/// `path` with `.suffix` behind its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

/// Gives `fresh` the name of `path`; what had it becomes `old`.
pub(super) fn swap(path: &Path, fresh: &Path, old: &Path) -> io::Result<()> {
    sync_folder(parent(path))?;
    fs::rename(path, old)?;
    sync_folder(parent(path))?;
    fs::rename(fresh, path)?;
    sync_folder(parent(path))
}

/// Puts right what a kill in the middle of [`swap`] left: the old folder is
/// whole until the new one has its name.
pub(super) fn settle(path: &Path) -> io::Result<()> {
    let (fresh, old) = (beside(path, "new"), beside(path, "old"));
    if !path.exists() && old.exists() {
        fs::rename(&old, path)?;
        sync_folder(parent(path))?;
    }
    for rest in [fresh, old] {
        if rest.exists() {
            fs::remove_dir_all(&rest)?;
        }
    }
    Ok(())
}

/// What the files in a folder weigh, in octets.
pub(super) fn size(path: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(path) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(m) if m.is_dir() => size(&entry.path()),
            Ok(m) => m.len(),
            Err(_) => 0,
        })
        .sum()
}

/// Octets free to us on the file system of `path`.
pub(super) fn free(path: &Path) -> io::Result<u64> {
    let space = rustix::fs::statvfs(path)?;
    Ok(space.f_bavail.saturating_mul(space.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::{beside, settle, swap, write_whole};
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_whole_and_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        write_whole(&path, b"one").unwrap();
        write_whole(&path, b"another").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"another");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(!beside(&path, "new").exists());
    }

    #[test]
    fn a_swap_that_was_cut_in_two_leaves_the_old_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records");
        let (fresh, old) = (beside(&path, "new"), beside(&path, "old"));
        for (folder, text) in [(&path, "old"), (&fresh, "new")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("db"), text).unwrap();
        }
        fs::rename(&path, &old).unwrap();
        settle(&path).unwrap();
        assert_eq!(fs::read(path.join("db")).unwrap(), b"old");
        assert!(!fresh.exists() && !old.exists());

        fs::create_dir(&fresh).unwrap();
        fs::write(fresh.join("db"), "new").unwrap();
        swap(&path, &fresh, &old).unwrap();
        settle(&path).unwrap();
        assert_eq!(fs::read(path.join("db")).unwrap(), b"new");
        assert!(!fresh.exists() && !old.exists());
    }
}
