//! Upkeep: opening, damage, the audit chain, compacting.

use super::{Bench, files_below, pattern, put_content, read_all, throttle};
use crate::model::{Actor, Clock, Event, EventKind, heard};
use crate::store::backing::{Backing, Batch, Write};
use crate::store::records::{Quarantined, Throttle};
use crate::store::{Error, OpenError, RootKey, Settings, Store, Table, Tx, audit, samples};
use jiff::SignedDuration;
use std::fs;
use std::os::unix::fs::PermissionsExt;

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
    samples::damage(&store, Throttle::at([0; 32]).octets()).await;
    samples::damage(&store, Throttle::at([1; 32]).octets()).await;
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
async fn records_that_lost_what_was_acknowledged_are_not_opened() {
    let bench = Bench::new();
    let store = bench.create();
    let commit = async |n| {
        let mut tx = Tx::new();
        tx.put(&throttle(n, 7));
        store.commit(tx).await.unwrap();
    };
    for n in 0..5 {
        commit(n).await;
    }
    drop(store);
    let mark = bench.settings().path.join("mark");
    let kept = fs::read(&mark).unwrap();
    let ahead = u64::from_be_bytes(kept.clone().try_into().unwrap()) + 3;
    fs::write(&mark, ahead.to_be_bytes()).unwrap();
    let refused = bench.refused(&bench.root);
    assert!(matches!(&refused, OpenError::Damaged { .. }), "{refused}");
    assert!(refused.to_string().contains("last 3 writes"), "{refused}");
    // One that lags behind, or is gone, says nothing.
    fs::write(&mark, 1_u64.to_be_bytes()).unwrap();
    drop(bench.open());
    fs::remove_file(&mark).unwrap();
    drop(bench.open());
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
            samples::damage(&store, Throttle::at([n; 32]).octets()).await;
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
            1 => batch.write.push(Write::Delete(entry(17))),
            2 => {
                batch.put(entry(17), value(18).await);
                batch.put(entry(18), value(17).await);
            }
            3 => batch.write.push(Write::Delete(entry(1))),
            _ => batch.write.push(Write::Delete(entry(40))),
        }
        store.inner.engine.commit(batch).await.unwrap();
        let found = store.verify_audit().await.unwrap().first_bad;
        assert_eq!(found, Some([17, 17, 17, 1, 40][tampering]));
    }
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
    assert_eq!(fs::read_dir(bench.settings().path).unwrap().count(), 5);
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
async fn a_full_disk_is_said_in_the_log_and_not_at_every_message() {
    heard::listen();
    let bench = Bench::new();
    let mut settings = bench.settings();
    settings.minimum_free = u64::MAX;
    let clock = Clock::Manual(bench.hand.clone());
    let store = Store::create(&settings, &bench.root, clock).unwrap();
    let count = || {
        let said = heard::lines();
        said.iter()
            .filter(|line| line.contains("\"store.full\""))
            .count()
    };
    for _ in 0..5 {
        assert!(!store.has_room());
        bench.hand.advance(SignedDuration::from_secs(60));
    }
    assert_eq!(count(), 1);
    bench.hand.advance(SignedDuration::from_mins(15));
    assert!(!store.has_room());
    assert_eq!(count(), 2);
}

#[tokio::test]
async fn whether_a_key_opens_a_store_is_told_while_the_store_is_open_and_changes_nothing() {
    let bench = Bench::new();
    let store = bench.create();
    let data = bench.settings().path;
    let before = files_below(&data).len();
    assert!(bench.root.opens(&data).unwrap());
    assert!(!RootKey::generate().opens(&data).unwrap());
    assert_eq!(files_below(&data).len(), before);
    drop(store);
    let missing = bench.root.opens(&data.join("content")).unwrap_err();
    assert!(matches!(missing, OpenError::Missing { .. }));
}

#[tokio::test]
async fn the_data_folder_is_private() {
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
