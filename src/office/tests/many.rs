//! How long the pages take where thousands of messages lie.

use super::bench::{Bench, RUIZ};
use super::mail::{JANE, answered, find, head_of, sent};
use crate::folders;
use crate::model::{Direction, Head, MessageId, State, System};
use crate::store::records::Message;
use crate::store::{Tx, samples};
use std::time::Instant;

/// Messages in each of INBOX and Sent.
const MANY: usize = 10_000;
/// Messages of one commit.
const STEP: usize = 100;

/// `cargo test --release --lib pages_with_thousands -- --ignored --nocapture`
#[tokio::test]
#[ignore = "measures, and judges nothing"]
async fn pages_with_thousands_of_messages() {
    let bench = Bench::new().await;
    let (store, account) = (&bench.store, find(&bench, RUIZ).await);
    let inbox = folders::inbox(store, account.id);
    for (folder, direction) in [
        (inbox, Direction::Incoming),
        (folders::sent(store, account.id), Direction::Outgoing),
    ] {
        for _ in 0..MANY / STEP {
            let mut tx = Tx::new();
            for _ in 0..STEP {
                let mut content = store.write_content();
                content.write(b"Subject: x\r\n\r\ntext\r\n").await.unwrap();
                let content = content.finish().await.unwrap();
                let now = store.clock().now();
                let head: Head = head_of("Subject: x\r\n\r\ntext\r\n", JANE);
                let message = Message {
                    id: MessageId::new(now),
                    direction,
                    account: Some(account.id),
                    ..samples::message(now, &content, &head)
                };
                tx.attach(content);
                tx.insert(&message);
                tx.file(folder, message.id, System::SEEN.into(), None);
            }
            store.commit(tx).await.unwrap();
        }
    }
    let message = sent(&bench, RUIZ, State::Opened).await.message;
    let answer = answered(&bench, RUIZ).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    for path in [
        "/today".to_owned(),
        format!("/message/{message}"),
        format!("/message/{answer}/answer"),
        "/contacts".to_owned(),
    ] {
        let mut times = Vec::new();
        for _ in 0..5 {
            let begun = Instant::now();
            let page = ruiz.get(&path).await;
            assert!(page.status.is_success(), "{path}");
            times.push(begun.elapsed());
        }
        times.sort();
        println!("{path}: {:?} (the slowest {:?})", times[2], times[4]);
    }
}
