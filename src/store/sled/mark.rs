//! How far the records had come, in a small file beside them.
//!
//! sled takes a damaged octet in its log for the end of the log, as a torn write
//! would be, and drops everything behind it without a word. So each group of
//! commits carries a number, and once the disk has it, that number is noted
//! here. Records that come back with a lower one have lost what was
//! acknowledged. The note is not synced: after a power cut it may lag behind,
//! and it never runs ahead.

use crate::store::{Error, Table, disk};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// The note.
pub(super) struct Mark(File);

/// Where the number stands among the records.
pub(super) fn number_key() -> Vec<u8> {
    Table::Counter.key(&[b"commits"])
}

fn path(records: &Path) -> PathBuf {
    disk::parent(records).join("mark")
}

impl Mark {
    /// Opens the note beside `records`, which have come to `number`.
    pub(super) fn open(records: &Path, number: u64) -> Result<Self, Error> {
        let path = path(records);
        let noted = fs::read(&path).ok().and_then(|o| o.try_into().ok());
        let noted = noted.map_or(0, u64::from_be_bytes);
        if number < noted {
            let lost = noted - number;
            return Err(Error::Io(format!(
                "the last {lost} writes that were acknowledged are missing from the records; to go on without them, remove the file {}",
                path.display()
            )));
        }
        let opened = fs::OpenOptions::new().write(true).open(&path);
        let opened = opened.or_else(|_| disk::make_file(&path));
        Ok(Self(opened.map_err(|e| Error::from_io(&e))?))
    }

    /// Notes what the disk has. Where that fails, the note lags behind.
    pub(super) fn note(&self, number: u64) {
        let _ = self.0.write_all_at(&number.to_be_bytes(), 0);
    }
}
