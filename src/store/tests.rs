//! The store's verbs, on a real folder.

use crate::model::{
    Actor, Address, Clock, Event, EventKind, GrantId, Head, JobId, Lane, MailboxId, ManualClock,
    MessageId,
};
use crate::store::backing::{Backing, Batch};
use crate::store::content::{FILE_CHUNK, RECORD_CHUNK, SMALL};
use crate::store::records::{Draft, Due, OpenTask, Quarantined, Throttle};
use crate::store::{
    Change, ContentReader, Error, Label, OpenError, RootKey, Settings, Store, Table, Tx, audit,
};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    root: RootKey,
    hand: ManualClock,
}

impl Bench {
    fn new() -> Self {
        let hand = ManualClock::new(Timestamp::from_second(1_700_000_000).unwrap());
        Self {
            folder: tempfile::tempdir().unwrap(),
            root: RootKey::generate(),
            hand,
        }
    }

    fn settings(&self) -> Settings {
        Settings {
            path: self.folder.path().join("data"),
            minimum_free: 1,
        }
    }

    fn create(&self) -> Store {
        Store::create(
            &self.settings(),
            &self.root,
            Clock::Manual(self.hand.clone()),
        )
        .unwrap()
    }

    fn open(&self) -> Store {
        Store::open(
            &self.settings(),
            &self.root,
            Clock::Manual(self.hand.clone()),
        )
        .unwrap()
    }

    fn refused(&self, root: &RootKey) -> OpenError {
        Store::open(&self.settings(), root, Clock::System).unwrap_err()
    }
}

fn throttle(n: u8, count: u32) -> Throttle {
    Throttle {
        key: [n; 32],
        count,
        since: Timestamp::UNIX_EPOCH,
        until: None,
    }
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| u8::try_from((n * 31 + n / 251) % 256).unwrap())
        .collect()
}

async fn read_all(content: &ContentReader) -> Vec<u8> {
    let mut octets = Vec::new();
    loop {
        let more = content.read(octets.len() as u64, usize::MAX).await.unwrap();
        if more.is_empty() {
            return octets;
        }
        octets.extend(more);
    }
}

async fn put_content(store: &Store, octets: &[u8]) -> crate::model::ContentId {
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

fn files_below(path: &Path) -> Vec<std::path::PathBuf> {
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

#[tokio::test]
async fn records_are_read_back_after_a_restart() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    for n in 0..5 {
        tx.put(&throttle(n, u32::from(n)));
    }
    store.commit(tx).await.unwrap();
    drop(store);
    let store = bench.open();
    assert_eq!(
        store
            .get(&Throttle::at([3; 32]))
            .await
            .unwrap()
            .unwrap()
            .count,
        3
    );
    let all: Vec<Throttle> = store.range(&[], None, 9).await.unwrap();
    assert_eq!(
        all.iter().map(|t| t.count).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4]
    );
    let after: Vec<Throttle> = store
        .range(&[], Some(&Throttle::at([1; 32])), 2)
        .await
        .unwrap();
    assert_eq!(after.iter().map(|t| t.count).collect::<Vec<_>>(), [2, 3]);
    let back: Vec<Throttle> = store
        .range_back(&[], Some(&Throttle::at([3; 32])), 2)
        .await
        .unwrap();
    assert_eq!(back.iter().map(|t| t.count).collect::<Vec<_>>(), [2, 1]);
    let one: Vec<Throttle> = store.range(&[&[4; 32]], None, 9).await.unwrap();
    assert_eq!(one.len(), 1);
}

#[tokio::test]
async fn a_change_whose_expectation_fails_writes_nothing() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    tx.insert(&throttle(1, 1));
    store.commit(tx).await.unwrap();
    let held = store.hold(&Throttle::at([1; 32])).await.unwrap().unwrap();
    let mut tx = Tx::new();
    tx.replace(&held, &throttle(1, 2));
    store.commit(tx).await.unwrap();

    let folder = MailboxId::new(Timestamp::UNIX_EPOCH);
    for stale in 0..3 {
        let mut tx = Tx::new();
        match stale {
            0 => tx.replace(&held, &throttle(1, 3)),
            1 => tx.remove(&held),
            _ => tx.insert(&throttle(1, 3)),
        }
        tx.put(&throttle(2, 2));
        tx.file(folder, MessageId::new(Timestamp::UNIX_EPOCH), false);
        assert_eq!(store.commit(tx).await, Err(Error::Conflict));
    }
    assert_eq!(
        store
            .get(&Throttle::at([1; 32]))
            .await
            .unwrap()
            .unwrap()
            .count,
        2
    );
    assert!(store.get(&Throttle::at([2; 32])).await.unwrap().is_none());
    assert_eq!(store.folder_numbers(folder).await.unwrap(), (1, 0));
}

#[tokio::test]
async fn of_many_who_change_one_record_exactly_one_wins_each_time() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    tx.put(&throttle(1, 0));
    store.commit(tx).await.unwrap();
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            loop {
                let held = store.hold(&Throttle::at([1; 32])).await.unwrap().unwrap();
                let mut tx = Tx::new();
                tx.replace(&held, &throttle(1, held.record.count + 1));
                match store.commit(tx).await {
                    Ok(_) => return,
                    Err(error) => assert_eq!(error, Error::Conflict),
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        store
            .get(&Throttle::at([1; 32]))
            .await
            .unwrap()
            .unwrap()
            .count,
        16
    );
}

#[tokio::test]
async fn steps_of_a_change_take_effect_in_their_order() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    tx.put(&throttle(1, 1));
    tx.delete(&Throttle::at([1; 32]));
    tx.delete(&Throttle::at([2; 32]));
    tx.put(&throttle(2, 1));
    store.commit(tx).await.unwrap();
    assert!(store.get(&Throttle::at([1; 32])).await.unwrap().is_none());
    assert!(store.get(&Throttle::at([2; 32])).await.unwrap().is_some());
}

#[tokio::test]
async fn uids_and_modseqs_rise_without_gaps_under_concurrency() {
    let bench = Bench::new();
    let store = bench.create();
    let folders = [1, 2].map(|_| MailboxId::new(Timestamp::UNIX_EPOCH));
    let mut tasks = Vec::new();
    for n in 0..40 {
        let store = store.clone();
        let folder = folders[n % 2];
        tasks.push(tokio::spawn(async move {
            let mut tx = Tx::new();
            tx.file(folder, MessageId::new(store.clock().now()), n % 3 == 0);
            store.commit(tx).await.unwrap().numbers
        }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap().len(), 3);
    }
    drop(store);
    let store = bench.open();
    for folder in folders {
        let entries = store.entries(folder, 0, 99).await.unwrap();
        assert_eq!(
            entries.iter().map(|e| e.uid).collect::<Vec<_>>(),
            (1..=20).collect::<Vec<_>>()
        );
        assert_eq!(
            entries.iter().map(|e| e.modseq).collect::<Vec<_>>(),
            (1..=20).collect::<Vec<_>>()
        );
        assert_eq!(entries[0].filed, store.clock().now());
        assert_eq!(store.entries(folder, 18, 99).await.unwrap().len(), 2);
        assert_eq!(store.folder_numbers(folder).await.unwrap(), (21, 20));
    }
    let changes = store.changes(0, 99).await.unwrap();
    assert_eq!(
        changes.iter().map(|c| c.0).collect::<Vec<_>>(),
        (1..=40).collect::<Vec<_>>()
    );
    assert!(matches!(changes[7].1, Change::Filed(..)));
    let mut tx = Tx::new();
    tx.file(folders[0], MessageId::new(store.clock().now()), true);
    assert_eq!(store.commit(tx).await.unwrap().numbers, [21, 21, 41]);
}

#[tokio::test]
async fn a_long_record_is_kept_in_pieces_and_leaves_none_behind() {
    let bench = Bench::new();
    let store = bench.create();
    let grant = GrantId::new(Timestamp::UNIX_EPOCH);
    let mailbox = store.address_key(&Address::parse("jane@example.com").unwrap());
    let draft = |length: usize| Draft {
        mailbox,
        grant,
        text: "x".repeat(length),
        at: Timestamp::UNIX_EPOCH,
    };
    for length in [100_000, 1, 40_000, 0] {
        let mut tx = Tx::new();
        tx.put(&draft(length));
        store.commit(tx).await.unwrap();
        let read = store
            .get(&Draft::at(mailbox, grant))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read.text.len(), length);
    }
    let pieces = store.verify().await.unwrap().tables;
    assert!(
        pieces.iter().all(|t| t.table != Table::Overflow),
        "{pieces:?}"
    );
    let mut tx = Tx::new();
    tx.put(&draft(5_000_000));
    assert!(matches!(store.commit(tx).await, Err(Error::Io(_))));
    assert!(store.read_only().is_none());
}

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
    let orphan =
        file.with_file_name(crate::model::ContentId::new(Timestamp::UNIX_EPOCH).to_string());
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

#[tokio::test]
async fn what_is_wrong_with_a_store_is_said_in_a_sentence() {
    let bench = Bench::new();
    assert!(matches!(
        bench.refused(&bench.root),
        OpenError::Missing { .. }
    ));
    let store = bench.create();
    let again = Store::create(&bench.settings(), &bench.root, Clock::System).unwrap_err();
    assert!(matches!(again, OpenError::Exists { .. }));
    assert!(matches!(
        bench.refused(&bench.root),
        OpenError::Locked { .. }
    ));
    drop(store);
    let wrong = bench.refused(&RootKey::generate());
    assert!(matches!(wrong, OpenError::WrongKey { .. }));
    assert!(wrong.to_string().contains("data") && wrong.to_string().contains("escrow"));

    let other = Settings {
        path: bench.folder.path().join("other"),
        minimum_free: 0,
    };
    drop(Store::create(&other, &bench.root, Clock::System).unwrap());
    let keys = bench.settings().path.join("keys");
    let own = fs::read(&keys).unwrap();
    fs::copy(other.path.join("keys"), &keys).unwrap();
    assert!(matches!(
        bench.refused(&bench.root),
        OpenError::OtherStore { .. }
    ));
    fs::write(&keys, own).unwrap();

    let inside = bench.settings().path.join("root.key");
    bench.root.write(&inside).unwrap();
    let root = RootKey::read(&inside).unwrap();
    assert!(matches!(bench.refused(&root), OpenError::KeyFile { .. }));
    fs::remove_dir_all(bench.settings().path.join("records")).unwrap();
    assert!(matches!(
        bench.refused(&bench.root),
        OpenError::Missing { .. }
    ));
}

#[tokio::test]
async fn a_damaged_record_is_set_aside_and_the_rest_is_read() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    for n in 0..3 {
        tx.put(&throttle(n, 7));
    }
    store.commit(tx).await.unwrap();
    damage(&store, Throttle::at([0; 32]).octets()).await;
    damage(&store, Throttle::at([1; 32]).octets()).await;
    assert_eq!(
        store
            .verify()
            .await
            .unwrap()
            .tables
            .iter()
            .map(|t| t.damaged)
            .sum::<u64>(),
        2
    );
    let read = store.get(&Throttle::at([0; 32])).await;
    assert_eq!(read, Err(Error::Damaged(Table::Throttle)));
    assert_eq!(store.get(&Throttle::at([0; 32])).await, Ok(None));
    let all: Vec<Throttle> = store.range(&[], None, 9).await.unwrap();
    assert_eq!(all.len(), 1);
    let aside: Vec<Quarantined> = store.range(&[], None, 9).await.unwrap();
    assert_eq!(aside.len(), 2);
    assert!(store.verify().await.unwrap().is_clean());
    assert!(store.read_only().is_none());
}

#[tokio::test]
async fn many_damaged_records_turn_the_store_read_only() {
    let bench = Bench::new();
    let store = bench.create();
    for n in 0..40 {
        let mut tx = Tx::new();
        tx.put(&throttle(n, 7));
        store.commit(tx).await.unwrap();
        if n % 2 == 0 {
            damage(&store, Throttle::at([n; 32]).octets()).await;
        }
    }
    assert!(!store.verify().await.unwrap().is_clean());
    assert!(store.read_only().is_some());
    let mut tx = Tx::new();
    tx.put(&throttle(1, 8));
    assert!(matches!(store.commit(tx).await, Err(Error::Io(why)) if why.contains("read-only")));
    assert_eq!(
        store
            .get(&Throttle::at([1; 32]))
            .await
            .unwrap()
            .unwrap()
            .count,
        7
    );
}

async fn damage(store: &Store, key: &[u8]) {
    let mut value = store.inner.engine.get(key).await.unwrap().unwrap();
    *value.last_mut().unwrap() ^= 1;
    let mut batch = Batch::default();
    batch.put(key.to_vec(), value);
    store.inner.engine.commit(batch).await.unwrap();
}

#[tokio::test]
async fn the_audit_chain_shows_a_changed_a_removed_and_a_moved_entry() {
    for tampering in 0..5 {
        let bench = Bench::new();
        let store = bench.create();
        for n in 0..20 {
            let mut tx = Tx::new();
            tx.audit(Event::new(Actor::Gateway, EventKind::Submit, n));
            tx.audit(Event::new(Actor::Gateway, EventKind::Route, n));
            store.commit(tx).await.unwrap();
        }
        drop(store);
        let store = bench.open();
        let report = store.verify_audit().await.unwrap();
        assert_eq!((report.good, report.first_bad), (40, None));
        let events = store.audit_events(10, 3).await.unwrap();
        assert_eq!(
            events.iter().map(|e| e.sequence).collect::<Vec<_>>(),
            [11, 12, 13]
        );
        assert_eq!(events[0].event.object, "5");
        assert_eq!(events[0].at, store.clock().now());

        let entry = |n| audit::entry_key(&store.audit_log(), n);
        let mut batch = Batch::default();
        let value = async |n| store.inner.engine.get(&entry(n)).await.unwrap().unwrap();
        match tampering {
            0 => {
                let mut changed = value(17).await;
                changed[40] ^= 1;
                batch.put(entry(17), changed);
            }
            1 => batch
                .write
                .push(crate::store::backing::Write::Delete(entry(17))),
            2 => {
                batch.put(entry(17), value(18).await);
                batch.put(entry(18), value(17).await);
            }
            3 => batch
                .write
                .push(crate::store::backing::Write::Delete(entry(1))),
            _ => batch
                .write
                .push(crate::store::backing::Write::Delete(entry(40))),
        }
        store.inner.engine.commit(batch).await.unwrap();
        let found = store.verify_audit().await.unwrap().first_bad;
        assert_eq!(found, Some([17, 17, 17, 1, 40][tampering]));
    }
}

#[tokio::test]
async fn watchers_wake_for_changes_and_due_jobs_only() {
    let bench = Bench::new();
    let store = bench.create();
    let mut watch = store.watch();
    let mut tx = Tx::new();
    tx.put(&throttle(1, 1));
    store.commit(tx).await.unwrap();
    assert!(!watch.has_changed().unwrap());
    let mut tx = Tx::new();
    tx.put(&Due {
        lease: None,
        lane: Lane::Code,
        due: Timestamp::UNIX_EPOCH,
        job: JobId::new(Timestamp::UNIX_EPOCH),
    });
    store.commit(tx).await.unwrap();
    watch.changed().await.unwrap();
    let mut tx = Tx::new();
    tx.change(Change::Message(MessageId::new(Timestamp::UNIX_EPOCH)));
    store.commit(tx).await.unwrap();
    watch.changed().await.unwrap();
}

#[tokio::test]
async fn compacting_gives_space_back_and_loses_nothing() {
    let bench = Bench::new();
    let store = bench.create();
    let keeps = put_content(&store, &pattern(100_000)).await;
    for n in 0..200 {
        let id = put_content(&store, &pattern(100_000)).await;
        let mut tx = Tx::new();
        tx.purge(id);
        tx.put(&throttle(u8::try_from(n).unwrap(), n));
        tx.audit(Event::new(Actor::Gateway, EventKind::Purge, id));
        store.commit(tx).await.unwrap();
    }
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for n in 0..20 {
                let mut tx = Tx::new();
                tx.put(&throttle(250, n));
                store.commit(tx).await.unwrap();
            }
        }
    });
    let done = store.compact().await.unwrap();
    writer.await.unwrap();
    assert!(done.after * 2 < done.before, "{done:?}");
    let mut open = Some(store);
    for _ in 0..2 {
        let store = open.take().unwrap_or_else(|| bench.open());
        assert_eq!(
            store
                .get(&Throttle::at([250; 32]))
                .await
                .unwrap()
                .unwrap()
                .count,
            19
        );
        let content = store.open_content(keeps).await.unwrap().unwrap();
        assert_eq!(read_all(&content).await, pattern(100_000));
        assert!(store.verify().await.unwrap().is_clean());
    }
    assert!(!bench.settings().path.join("records/blobs").exists());
    assert_eq!(fs::read_dir(bench.settings().path).unwrap().count(), 4);
}

#[tokio::test]
async fn keyed_hashes_differ_by_label_and_by_how_pieces_are_cut() {
    let bench = Bench::new();
    let store = bench.create();
    assert_ne!(
        store.mac(Label::Codes, &[b"ab"]),
        store.mac(Label::Tokens, &[b"ab"])
    );
    assert_ne!(
        store.mac(Label::Codes, &[b"a", b"b"]),
        store.mac(Label::Codes, &[b"ab"])
    );
    let key = |text: &str| store.address_key(&Address::parse(text).unwrap());
    assert_eq!(key("Jane@Example.com"), key("jane@example.COM"));
    assert_ne!(key("jane@example.com"), key("john@example.com"));
    let net = |text: &str| store.network_key(text.parse().unwrap());
    assert_eq!(net("192.0.2.1"), net("::ffff:192.0.2.200"));
    assert_ne!(net("192.0.2.1"), net("192.0.3.1"));
    assert_eq!(net("2001:db8::1"), net("2001:db8::ffff"));
    let before = key("jane@example.com");
    drop(store);
    assert_eq!(
        bench
            .open()
            .address_key(&Address::parse("jane@example.com").unwrap()),
        before
    );
}

#[tokio::test]
async fn a_full_disk_is_noticed_within_a_second_of_the_clock() {
    let bench = Bench::new();
    let mut settings = bench.settings();
    settings.minimum_free = u64::MAX;
    let clock = Clock::Manual(bench.hand.clone());
    let store = Store::create(&settings, &bench.root, clock).unwrap();
    assert!(!store.has_room());
    bench.hand.advance(SignedDuration::from_secs(2));
    assert!(!store.has_room());
    let other = Bench::new();
    assert!(other.create().has_room());
}

#[tokio::test]
async fn the_data_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let store = bench.create();
    put_content(&store, &pattern(300_000)).await;
    drop(store);
    drop(bench.open());
    let data = bench.settings().path;
    assert_eq!(
        fs::metadata(&data).unwrap().permissions().mode() & 0o777,
        0o700
    );
    for file in files_below(&data) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn nothing_of_the_store_prints_what_it_holds() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    tx.put(&OpenTask {
        grant: GrantId::new(Timestamp::UNIX_EPOCH),
        task: crate::model::TaskId::new(Timestamp::UNIX_EPOCH),
    });
    assert_eq!(format!("{tx:?} {:?}", bench.root), "Tx(1 steps) RootKey(…)");
    assert!(!format!("{store:?}").contains("key"));
}
