//! Content: sealed, read back, destroyed.

use super::{Bench, files_below, pattern, put_content, read_all, throttle};
use crate::model::{Clock, ContentId, Head};
use crate::store::content::{FILE_CHUNK, RECORD_CHUNK, SMALL};
use crate::store::{Error, Settings, Store, Tx};
use jiff::Timestamp;
use std::fs;
use std::path::Path;

#[tokio::test]
async fn content_of_every_size_is_read_back_from_any_place() {
    let bench = Bench::new();
    let store = bench.create();
    let sizes = [
        0,
        1,
        RECORD_CHUNK - 1,
        RECORD_CHUNK,
        RECORD_CHUNK + 1,
        SMALL,
        SMALL + 1,
        2 * FILE_CHUNK,
        3 * FILE_CHUNK,
        3 * FILE_CHUNK + 1,
        1_000_000,
    ];
    let mut kept = Vec::new();
    for size in sizes {
        kept.push((put_content(&store, &pattern(size)).await, size));
    }
    drop(store);
    let store = bench.open();
    for (id, size) in kept {
        let content = store.open_content(id).await.unwrap().unwrap();
        assert_eq!(content.length(), size as u64);
        assert_eq!(
            read_all(&content).await,
            pattern(size),
            "content of {size} octets"
        );
        let middle = content.read(size as u64 / 2, 100).await.unwrap();
        assert_eq!(middle, pattern(size)[size / 2..(size / 2 + 100).min(size)]);
        assert!(content.read(size as u64 + 5, 10).await.unwrap().is_empty());
    }
    assert!(!bench.settings().path.join("records/blobs").exists());
    assert!(store.verify().await.unwrap().is_clean());
}

#[tokio::test]
async fn content_that_is_dropped_leaves_nothing() {
    let bench = Bench::new();
    let store = bench.create();
    let data = bench.settings().path.join("content");
    let mut writer = store.write_content();
    writer.write(&pattern(300_000)).await.unwrap();
    assert_eq!(files_below(&data).len(), 1);
    drop(writer);
    assert_eq!(files_below(&data).len(), 0);
    let mut writer = store.write_content();
    writer.write(&pattern(300_000)).await.unwrap();
    let finished = writer.finish().await.unwrap();
    let mut tx = Tx::new();
    tx.attach(finished);
    tx.insert(&throttle(1, 1));
    tx.insert(&throttle(1, 1));
    drop(tx);
    assert_eq!(files_below(&data).len(), 0);
}

#[tokio::test]
async fn a_content_file_without_a_record_is_swept_at_the_next_start() {
    let bench = Bench::new();
    let store = bench.create();
    let id = put_content(&store, &pattern(200_000)).await;
    let data = bench.settings().path.join("content");
    let file = files_below(&data).pop().unwrap();
    let orphan = file.with_file_name(ContentId::new(Timestamp::UNIX_EPOCH).to_string());
    fs::copy(&file, &orphan).unwrap();
    fs::copy(&file, file.with_extension("part")).unwrap();
    drop(store);
    let store = bench.open();
    assert_eq!(files_below(&data), [file]);
    assert!(store.open_content(id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_head_opens_under_its_own_content_only() {
    let bench = Bench::new();
    let store = bench.create();
    let head = Head {
        subject: "canary".to_owned(),
        ..Head::default()
    };
    let mut writer = store.write_content();
    writer.write(b"text").await.unwrap();
    let finished = writer.finish().await.unwrap();
    let id = finished.id();
    let sealed = finished.seal_head(&head);
    assert!(!sealed.windows(6).any(|w| w == b"canary"));
    let mut tx = Tx::new();
    tx.attach(finished);
    store.commit(tx).await.unwrap();
    let content = store.open_content(id).await.unwrap().unwrap();
    assert_eq!(content.open_head(&sealed).unwrap(), head);
    assert_eq!(
        content
            .open_head(&content.seal_head(&head).unwrap())
            .unwrap(),
        head
    );
    let other = put_content(&store, b"other").await;
    let other = store.open_content(other).await.unwrap().unwrap();
    assert!(other.open_head(&sealed).is_err());
}

#[tokio::test]
async fn after_purge_and_roll_todays_keys_cannot_open_yesterdays_copy() {
    let bench = Bench::new();
    let store = bench.create();
    let small = put_content(&store, b"a small message").await;
    let large = put_content(&store, &pattern(200_000)).await;
    let stays = put_content(&store, b"stays").await;
    let data = bench.settings().path;
    let copy = bench.folder.path().join("copy");
    copy_folder(&data, &copy);

    let mut tx = Tx::new();
    tx.purge(small);
    tx.purge(large);
    store.commit(tx).await.unwrap();
    assert!(store.open_content(small).await.unwrap().is_none());
    assert!(store.open_content(large).await.unwrap().is_none());
    assert!(files_below(&data.join("content")).is_empty());

    let settings = Settings {
        path: copy.clone(),
        minimum_free: 0,
    };
    let opens = async |keys: &Path| {
        fs::copy(keys, copy.join("keys")).unwrap();
        let old = Store::open(&settings, &bench.root, Clock::System).unwrap();
        let mut opened = Vec::new();
        for id in [small, large, stays] {
            opened.push(match old.open_content(id).await {
                Ok(Some(content)) => !read_all(&content).await.is_empty(),
                Err(Error::Sealed) => false,
                other => panic!("{other:?}"),
            });
        }
        opened
    };
    assert_eq!(
        opens(&data.join("keys")).await,
        [true, true, true],
        "before the roll"
    );
    assert_eq!(store.roll_keys().await.unwrap(), 1);
    assert!(!store.has_old_keys().await);
    assert_eq!(
        opens(&data.join("keys")).await,
        [false, false, false],
        "after the roll"
    );

    let content = store.open_content(stays).await.unwrap().unwrap();
    assert_eq!(read_all(&content).await, b"stays");
    drop((content, store));
    let store = bench.open();
    let content = store.open_content(stays).await.unwrap().unwrap();
    assert_eq!(read_all(&content).await, b"stays");
}

#[tokio::test]
async fn content_finished_before_a_roll_and_attached_after_it_opens() {
    let bench = Bench::new();
    let store = bench.create();
    let mut writer = store.write_content();
    writer.write(b"early").await.unwrap();
    let finished = writer.finish().await.unwrap();
    let id = finished.id();
    store.roll_keys().await.unwrap();
    let mut tx = Tx::new();
    tx.attach(finished);
    store.commit(tx).await.unwrap();
    let content = store.open_content(id).await.unwrap().unwrap();
    assert_eq!(read_all(&content).await, b"early");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)
        } else {
            assert!(fs::copy(entry.path(), target).is_ok())
        }
    }
}

#[tokio::test]
async fn of_two_rolls_at_once_neither_loses_a_key() {
    let bench = Bench::new();
    let store = bench.create();
    let mut kept = Vec::new();
    for n in 0..20_u8 {
        kept.push((put_content(&store, &[n; 100]).await, n));
    }
    let rolls: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.roll_keys().await.unwrap() })
        })
        .collect();
    for roll in rolls {
        assert_eq!(roll.await.unwrap(), 20);
    }
    drop(store);
    let store = bench.open();
    assert!(!store.has_old_keys().await);
    for (id, n) in kept {
        let content = store.open_content(id).await.unwrap().unwrap();
        assert_eq!(read_all(&content).await, [n; 100]);
    }
}
