//! Commands about thousands of messages at once.

use super::{Bench, uids};
use crate::folders::Folder;
use crate::mailbox::{ChangeError, View};
use crate::model::{Direction, Flags, Head, MessageId, System};
use crate::store::records::Message;
use crate::store::{Row, Tx, samples};
use crate::wire::imap::command::{Criterion, SortBy, Threading};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

impl Bench {
    /// Messages that were received, all of them with the same octets.
    async fn fill(&self, folder: &str, count: usize) -> Vec<MessageId> {
        let folder = self.folder(folder).await;
        let mut content = self.store.write_content();
        content.write(b"Subject: x\r\n\r\ntext\r\n").await.unwrap();
        let content = content.finish().await.unwrap();
        let mut tx = Tx::new();
        let mut made = Vec::new();
        for _ in 0..count {
            let now = self.store.clock().now();
            let record = Message {
                direction: Direction::Incoming,
                ..samples::message(now, &content, &Head::default())
            };
            tx.insert(&record);
            tx.file(folder.id, record.id, Flags::default(), None);
            made.push(record.id);
        }
        tx.attach(content);
        self.store.commit(tx).await.unwrap();
        made
    }

    async fn copy(&self, view: &View, to: &Folder) -> Result<(Vec<u32>, Vec<u32>), ChangeError> {
        let rows: Vec<Row> = view.newest().rows.clone();
        self.mailboxes.transfer(view, (&rows, to), false).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_whole_or_nothing_of_it_is() {
    let bench = Bench::new().await;
    let messages = bench.fill("INBOX", 1200).await;
    let (view, target) = (bench.view("INBOX").await, bench.view("Archive").await);
    let archive = bench.folder("Archive").await;
    // One of the last is destroyed at the moment of copying.
    let held = bench.store.hold(&Message::at(messages[1100])).await;
    let held = held.unwrap().unwrap();
    let mut tx = Tx::new();
    let purged = Message {
        purged: Some(bench.store.clock().now()),
        ..held.record.clone()
    };
    tx.replace(&held, &purged);
    bench.store.commit(tx).await.unwrap();
    let done = bench.copy(&view, &archive).await;
    assert!(matches!(done, Err(ChangeError::Gone)), "{done:?}");
    bench.mailboxes.catch_up().await.unwrap();
    assert!(uids(&target).is_empty());
    let rows = view.newest().rows[..1100].to_vec();
    let done = bench.mailboxes.transfer(&view, (&rows, &archive), false);
    assert_eq!(done.await.unwrap().1.len(), 1100);
    assert_eq!(uids(&target).len(), 1100);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_messages_are_copied_marked_moved_and_expunged_and_one_more_is_refused() {
    let bench = Bench::new().await;
    bench.fill("INBOX", 10_000).await;
    let (view, target) = (bench.view("INBOX").await, bench.view("Archive").await);
    let archive = bench.folder("Archive").await;
    // What somebody else waits for a small commit meanwhile.
    let (bench_store, start) = (bench.store.clone(), Instant::now());
    let other = tokio::spawn(async move {
        let mut longest = Duration::ZERO;
        for n in 0..40 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let began = Instant::now();
            let mut tx = Tx::new();
            tx.put(&crate::store::records::Throttle {
                key: [n; 32],
                count: 1,
                since: jiff::Timestamp::UNIX_EPOCH,
                until: None,
            });
            bench_store.commit(tx).await.unwrap();
            longest = longest.max(began.elapsed());
        }
        longest
    });
    let (from, to) = bench.copy(&view, &archive).await.unwrap();
    let copied = start.elapsed();
    let waited = other.await.unwrap();
    assert_eq!((from.len(), to.len()), (10_000, 10_000));
    assert_eq!(uids(&target), to);
    let (all, start) = (uids(&view), Instant::now());
    bench.flag(&view, &all, System::DELETED.into()).await;
    let marked = start.elapsed();
    bench.put("INBOX", "Subject: one more\r\n\r\nx\r\n").await;
    let start = Instant::now();
    let done = bench.copy(&view, &archive).await;
    assert!(matches!(done, Err(ChangeError::Many)), "{done:?}");
    assert_eq!(uids(&target).len(), 10_000);
    let rows = view.newest().rows[..5_000].to_vec();
    let moved = bench.mailboxes.transfer(&view, (&rows, &archive), true);
    assert_eq!(moved.await.unwrap().0.len(), 5_000);
    let moved = start.elapsed();
    let start = Instant::now();
    bench.mailboxes.expunge(&view, None).await.unwrap();
    println!(
        "copied in {copied:?} (others waited {waited:?}), marked in {marked:?}, half moved in {moved:?}, half expunged in {:?}",
        start.elapsed()
    );
    assert_eq!(uids(&view).len(), 1);
    assert_eq!(uids(&target).len(), 15_000);
}

#[tokio::test]
async fn who_was_away_while_changes_were_forgotten_misses_none() {
    let bench = Bench::new().await;
    bench.fill("INBOX", 50).await;
    let mut view = bench.view("INBOX").await;
    let (inbox, shown) = (bench.folder("INBOX").await, view.seen());
    // The store alone knows of these.
    let first = shown.rows[0].clone();
    let mut held = bench.store.hold_rows(inbox.id, &[7], None).await.unwrap();
    held.update(|_| System::FLAGGED.into());
    let mut tx = Tx::new();
    tx.vanish(inbox.id, &[(first.uid, first.message)]);
    tx.flag(held);
    tx.file(inbox.id, first.message, System::SEEN.into(), None);
    bench.store.commit(tx).await.unwrap();
    bench.store.forget_changes(0).await.unwrap();
    bench.mailboxes.catch_up().await.unwrap();
    let newer = view.seen();
    assert_eq!(
        newer.rows,
        bench.store.rows(inbox.id, None).await.unwrap().rows
    );
    let news = shown.news(&newer);
    assert_eq!(
        (news.gone, news.exists, news.flags),
        (vec![(1, 1)], Some(50), vec![6])
    );
    // And from then on it follows again.
    bench.put("INBOX", "Subject: one more\r\n\r\nx\r\n").await;
    assert_eq!(view.seen().exists(), 51);
}

#[tokio::test]
async fn while_thousands_are_put_in_order_the_thread_serves_others() {
    let bench = Bench::new().await;
    bench.fill("INBOX", 5_000).await;
    let view = bench.view("INBOX").await;
    let shown = view.newest();
    let all: Vec<u32> = (1..=shown.exists()).collect();
    let by = |by| Criterion { by, reverse: true };
    // Cards are made first; the rest is ordering alone.
    let date = [by(SortBy::Date)];
    let first = bench.mailboxes.sort(&shown, all.clone(), &date).await;
    assert_eq!(first.unwrap(), all);
    // This test has one thread, so whoever keeps it busy keeps the other out.
    let turns = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&turns);
    let other = tokio::spawn(async move {
        loop {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
        }
    });
    let mut criteria = vec![by(SortBy::Subject); 50];
    criteria.push(by(SortBy::Arrival));
    // Where the order is made at once, the other has no turn; elsewhere it has,
    // unless a machine happens to be done before anybody looks.
    let (mut sorting, mut threading) = (0, 0);
    for _ in 0..100 {
        let before = turns.load(Ordering::Relaxed);
        let sorted = bench.mailboxes.sort(&shown, all.clone(), &criteria);
        assert_eq!(sorted.await.unwrap(), all, "equals stay as they stand");
        let between = turns.load(Ordering::Relaxed);
        let threads = bench
            .mailboxes
            .thread(&shown, all.clone(), Threading::OrderedSubject);
        assert_eq!(threads.await.unwrap().0.len(), 1);
        sorting += between - before;
        threading += turns.load(Ordering::Relaxed) - between;
        if sorting > 50 && threading > 50 {
            break;
        }
    }
    assert!(
        sorting > 50 && threading > 50,
        "{sorting} turns while it was sorted, {threading} in conversations"
    );
    other.abort();
}
