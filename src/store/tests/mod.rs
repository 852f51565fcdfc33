//! The store's verbs, on a real folder.

mod cards;
mod content;
mod folders;
mod records;
mod upkeep;

use crate::model::{Clock, ContentId, ManualClock};
use crate::store::records::Throttle;
use crate::store::{ContentReader, OpenError, RootKey, Settings, Store, Tx};
use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(super) struct Bench {
    pub(super) folder: TempDir,
    pub(super) root: RootKey,
    pub(super) hand: ManualClock,
}

impl Bench {
    pub(super) fn new() -> Self {
        let hand = ManualClock::new(Timestamp::from_second(1_700_000_000).unwrap());
        Self {
            folder: tempfile::tempdir().unwrap(),
            root: RootKey::generate(),
            hand,
        }
    }

    pub(super) fn settings(&self) -> Settings {
        Settings {
            path: self.folder.path().join("data"),
            minimum_free: 1,
        }
    }

    pub(super) fn create(&self) -> Store {
        Store::create(
            &self.settings(),
            &self.root,
            Clock::Manual(self.hand.clone()),
        )
        .unwrap()
    }

    pub(super) fn open(&self) -> Store {
        Store::open(
            &self.settings(),
            &self.root,
            Clock::Manual(self.hand.clone()),
        )
        .unwrap()
    }

    pub(super) fn refused(&self, root: &RootKey) -> OpenError {
        Store::open(&self.settings(), root, Clock::System).unwrap_err()
    }
}

pub(super) fn throttle(n: u8, count: u32) -> Throttle {
    Throttle {
        key: [n; 32],
        count,
        since: Timestamp::UNIX_EPOCH,
        until: None,
    }
}

pub(super) fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| u8::try_from((n * 31 + n / 251) % 256).unwrap())
        .collect()
}

pub(super) async fn read_all(content: &ContentReader) -> Vec<u8> {
    let mut octets = Vec::new();
    loop {
        let more = content.read(octets.len() as u64, usize::MAX).await.unwrap();
        if more.is_empty() {
            return octets;
        }
        octets.extend(more);
    }
}

pub(super) async fn put_content(store: &Store, octets: &[u8]) -> ContentId {
    let mut writer = store.write_content();
    for part in octets.chunks(10_007) {
        writer.write(part).await.unwrap();
    }
    let finished = writer.finish().await.unwrap();
    let id = finished.id();
    let mut tx = Tx::new();
    tx.attach(finished);
    store.commit(tx).await.unwrap();
    id
}

pub(super) fn files_below(path: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_dir() {
            files.extend(files_below(&entry))
        } else {
            files.push(entry)
        }
    }
    files
}
