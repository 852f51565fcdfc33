//! Messages that are taken back.

use super::{BOB, Bench, Draft, EventKind, JANE, Lane, Message, Route, State, address, queue};
use crate::access::link::LinkState;
use crate::access::passcode;
use crate::model::parcel::Body;
use crate::model::{GrantId, Parcel, Purpose};
use crate::store::Tx;
use crate::store::records::{Request, Work};

/// A code that was asked for and waits to leave, and a draft.
async fn used(bench: &Bench, id: GrantId) {
    let grant = bench.grant(id).await;
    bench.put(&passcode::unasked(id, bench.now())).await;
    bench
        .put(&Draft {
            mailbox: grant.mailbox,
            grant: id,
            text: "I was about to".into(),
            at: bench.now(),
            subject: String::new(),
        })
        .await;
    let parcel = Parcel {
        sender: None,
        recipient: grant.address.clone(),
        purpose: Purpose::Code {
            grant: id,
            serial: 0,
        },
        body: Body::Here(Vec::new()),
    };
    let mut tx = Tx::new();
    queue::push(&mut tx, bench.now(), Lane::Code, Work::Deliver(parcel));
    bench.store().commit(tx).await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_taken_back_leaves_nothing_but_what_the_office_keeps() {
    let bench = Bench::new();
    let other = bench.send(&[BOB]).await;
    let sent = bench.send(&[JANE]).await;
    used(&bench, sent.grants[0]).await;
    let views = bench.desk.recall(sent.id, None).await.unwrap();
    assert_eq!(
        views[0].said,
        "j•••@example.com: withdrawn; it had not been read; its notice had not left and will not"
    );
    assert_eq!(bench.leads(&sent.links[0]).await, LinkState::Withdrawn);
    assert_eq!(bench.state(sent.grants[0]).await, State::Recalled);
    assert!(bench.all::<Draft>().await.is_empty());
    assert!(bench.all::<Request>().await.is_empty());
    // The other message's notice waits as before.
    let jobs = bench.jobs().await;
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(bench.leads(&other.links[0]).await, LinkState::Open);
    let message = bench.store().get(&Message::at(sent.id)).await.unwrap();
    let content = message.unwrap().content;
    assert!(bench.store().open_content(content).await.unwrap().is_some());
    let events = bench.events(EventKind::Recall).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].object, format!("{}/0", sent.id));
    assert_eq!(events[0].note, "unread");
    // Once more it says so and does nothing.
    bench.days(1);
    let again = bench.desk.recall(sent.id, None).await.unwrap();
    assert!(again[0].said.contains("was withdrawn before, on Sunday"));
    assert_eq!(bench.events(EventKind::Recall).await.len(), 1);
}

#[tokio::test]
async fn a_recall_says_how_far_the_message_had_come() {
    let bench = Bench::new();
    for (state, noticed, opened, replied, wanted) in [
        (
            State::NoticeAccepted,
            true,
            false,
            false,
            "had not been read; the mail service had taken its notice on",
        ),
        (
            State::NoticeBounced,
            false,
            false,
            false,
            "had not been read; its notice had been refused",
        ),
        (
            State::Queued,
            false,
            false,
            false,
            "its notice may be leaving at this moment",
        ),
        (
            State::Opened,
            true,
            true,
            false,
            "it had been read on Sunday, 22 November 2026",
        ),
        (
            State::Downloaded,
            true,
            true,
            false,
            "and a file of it downloaded",
        ),
        (State::Replied, true, true, true, "and answered on"),
    ] {
        let sent = bench.send(&[JANE]).await;
        bench.taken().await;
        let now = bench.now();
        let id = sent.grants[0];
        bench
            .change(id, |grant| {
                grant.noticed = noticed.then_some(now);
                grant.opened = opened.then_some(now);
                grant.replied = replied.then_some(now);
            })
            .await;
        let mut recipient = bench.recipient(&bench.grant(id).await).await;
        recipient.state = state;
        bench.put(&recipient).await;
        let views = bench.desk.recall(sent.id, None).await.unwrap();
        assert!(
            views[0].said.contains(wanted),
            "{state:?}: {}",
            views[0].said
        );
    }
}

#[tokio::test]
async fn one_recipient_of_several_is_enough() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE, BOB]).await;
    let bob = address("BOB@example.net");
    let views = bench.desk.recall(sent.id, Some(&bob)).await.unwrap();
    assert_eq!(views.len(), 1);
    assert_eq!(bench.leads(&sent.links[0]).await, LinkState::Open);
    assert_eq!(bench.leads(&sent.links[1]).await, LinkState::Withdrawn);
    assert_eq!(bench.jobs().await.len(), 1);
    let nobody = address("eve@example.com");
    let said = bench.refused(bench.desk.recall(sent.id, Some(&nobody)));
    assert!(said.await.contains("--addresses` shows who has"));
}

#[tokio::test]
async fn what_left_as_ordinary_mail_is_not_said_to_be_withdrawn() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE, BOB]).await;
    let mut clear = bench.recipient(&bench.grant(sent.grants[1]).await).await;
    clear.route = Some(Route::Clear);
    clear.grant = None;
    bench.put(&clear).await;
    let bob = address(BOB);
    let said = bench.refused(bench.desk.recall(sent.id, Some(&bob))).await;
    assert!(said.contains("left as ordinary mail"), "{said}");
    let views = bench.desk.recall(sent.id, None).await.unwrap();
    let done: Vec<bool> = views.iter().map(|view| view.withdrawn).collect();
    assert_eq!(done, [true, false]);
}

#[tokio::test]
async fn a_message_that_is_not_there_or_not_yet_decided_is_not_withdrawn() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    let unknown = crate::model::MessageId::new(bench.now());
    let said = bench.refused(bench.desk.recall(unknown, None)).await;
    assert!(said.contains("there is no message"), "{said}");
    let mut message = bench.all::<Message>().await.remove(0);
    message.dispatched = false;
    bench.put(&message).await;
    let said = bench.refused(bench.desk.recall(sent.id, None)).await;
    assert!(said.contains("have not been chosen yet"), "{said}");
}
