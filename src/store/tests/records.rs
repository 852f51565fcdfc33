//! Records: read, changed, counted.

use super::{Bench, throttle};
use crate::model::{Address, Flags, GrantId, JobId, Lane, MailboxId, MessageId, TaskId};
use crate::store::records::{Draft, Due, OpenTask, Throttle};
use crate::store::{Change, Error, Label, Table, Tx};
use jiff::Timestamp;

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
        let message = MessageId::new(Timestamp::UNIX_EPOCH);
        tx.file(folder, message, Flags::default(), None);
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
    assert_eq!(store.folder_numbers(folder).await.unwrap(), (1, 1));
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
            // Whoever loses has lost to another of the sixteen.
            for _ in 0..16 {
                let held = store.hold(&Throttle::at([1; 32])).await.unwrap().unwrap();
                let mut tx = Tx::new();
                tx.replace(&held, &throttle(1, held.record.count + 1));
                match store.commit(tx).await {
                    Ok(_) => return,
                    Err(error) => assert_eq!(error, Error::Conflict),
                }
            }
            panic!("a change lost although nobody won");
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
            let message = MessageId::new(store.clock().now());
            tx.file(folder, message, Flags::default(), None);
            store.commit(tx).await.unwrap()
        }));
    }
    for task in tasks {
        let receipt = task.await.unwrap();
        assert_eq!(receipt.uids().len(), 1);
        assert!(receipt.change() > 0);
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
            (2..=21).collect::<Vec<_>>()
        );
        assert_eq!(entries[0].filed, store.clock().now());
        assert_eq!(store.entries(folder, 18, 99).await.unwrap().len(), 2);
        assert_eq!(store.folder_numbers(folder).await.unwrap(), (21, 21));
    }
    let changes = store.changes(0, 99).await.unwrap().unwrap();
    assert_eq!(
        changes.iter().map(|c| c.0).collect::<Vec<_>>(),
        (1..=40).collect::<Vec<_>>()
    );
    assert!(matches!(changes[7].1, Change::Filed(..)));
    let mut tx = Tx::new();
    let message = MessageId::new(store.clock().now());
    tx.file(folders[0], message, Flags::default(), None);
    let receipt = store.commit(tx).await.unwrap();
    assert_eq!((receipt.uids(), receipt.change()), (&[21][..], 41));
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
        subject: String::new(),
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
        lane: Lane::Code,
        due: Timestamp::UNIX_EPOCH,
        job: JobId::new(Timestamp::UNIX_EPOCH),
        lease: None,
    });
    store.commit(tx).await.unwrap();
    watch.changed().await.unwrap();
    let mut tx = Tx::new();
    tx.change(Change::Message(MessageId::new(Timestamp::UNIX_EPOCH)));
    store.commit(tx).await.unwrap();
    watch.changed().await.unwrap();
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
async fn nothing_of_the_store_prints_what_it_holds() {
    let bench = Bench::new();
    let store = bench.create();
    let mut tx = Tx::new();
    tx.put(&OpenTask {
        grant: GrantId::new(Timestamp::UNIX_EPOCH),
        task: TaskId::new(Timestamp::UNIX_EPOCH),
    });
    assert_eq!(format!("{tx:?} {:?}", bench.root), "Tx(1 steps) RootKey(…)");
    assert!(!format!("{store:?}").contains("key"));
}
