//! Reminders, by the sweep.

use super::{Bench, EventKind, JANE, Lane, State, swept};
use crate::model::Purpose;
use crate::store::records::Work;
use jiff::SignedDuration;

const TWO_DAYS: Option<SignedDuration> = Some(SignedDuration::from_hours(48));

/// How many reminders wait in the queue.
async fn reminders(bench: &Bench) -> usize {
    let jobs = bench.jobs().await;
    let is_one = |work: &Work| matches!(work, Work::Deliver(parcel) if matches!(parcel.purpose, Purpose::Reminder { .. }));
    let notices = jobs.iter().filter(|l| l.job.lane == Lane::Notice);
    notices.filter(|l| is_one(&l.job.work)).count()
}

#[tokio::test]
async fn an_unread_message_is_called_to_mind_once_whatever_restarts() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.taken().await;
    let mut sweep = bench.sweeper(TWO_DAYS);
    bench.days(4);
    swept(&mut sweep).await;
    assert_eq!(reminders(&bench).await, 0, "too early");
    bench.days(1);
    swept(&mut sweep).await;
    assert_eq!(reminders(&bench).await, 1);
    // Whatever starts anew looks at all endings again.
    for _ in 0..3 {
        bench.hand.advance(SignedDuration::from_hours(1));
        swept(&mut bench.sweeper(TWO_DAYS)).await;
        swept(&mut sweep).await;
    }
    assert_eq!(reminders(&bench).await, 1);
    let grant = bench.grant(sent.grants[0]).await;
    let day = SignedDuration::from_hours(24);
    assert_eq!(grant.reminded, Some(grant.created + day * 5));
    let events = bench.events(EventKind::Notice).await;
    assert_eq!(events.iter().filter(|e| e.note == "reminder").count(), 1);
    let view = bench.desk.message(sent.id, false).await.unwrap();
    let portal = view.recipients[0].portal.as_ref().unwrap();
    assert_eq!(portal.reminded, grant.reminded);
}

#[tokio::test]
async fn whoever_was_down_at_the_hour_reminds_later_but_not_after_the_end() {
    let bench = Bench::new();
    bench.send(&[JANE]).await;
    bench.taken().await;
    bench.days(6);
    swept(&mut bench.sweeper(TWO_DAYS)).await;
    assert_eq!(reminders(&bench).await, 1);
    let bench = Bench::new();
    bench.send(&[JANE]).await;
    bench.taken().await;
    bench.days(8);
    swept(&mut bench.sweeper(TWO_DAYS)).await;
    assert_eq!(reminders(&bench).await, 0);
}

#[tokio::test]
async fn nobody_is_reminded_of_what_was_read_or_withdrawn_or_where_it_is_off() {
    for case in ["read", "withdrawn", "off"] {
        let bench = Bench::new();
        let sent = bench.send(&[JANE]).await;
        bench.taken().await;
        let now = bench.now();
        match case {
            "read" => bench.change(sent.grants[0], |g| g.opened = Some(now)).await,
            "withdrawn" => drop(bench.desk.recall(sent.id, None).await.unwrap()),
            _ => {}
        }
        let span = TWO_DAYS.filter(|_| case != "off");
        bench.days(6);
        swept(&mut bench.sweeper(span)).await;
        assert_eq!(reminders(&bench).await, 0, "{case}");
    }
}

#[tokio::test]
async fn an_extension_moves_the_reminder_with_the_end() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.taken().await;
    let mut sweep = bench.sweeper(TWO_DAYS);
    bench.days(4);
    swept(&mut sweep).await;
    bench.desk.extend(sent.id, None, None).await.unwrap();
    bench.taken().await;
    bench.days(2);
    swept(&mut sweep).await;
    assert_eq!(reminders(&bench).await, 0, "the old end is no end any more");
    bench.days(3);
    swept(&mut sweep).await;
    assert_eq!(reminders(&bench).await, 1);
    // A reminder that waits is dropped with the message it calls to mind.
    bench.desk.recall(sent.id, None).await.unwrap();
    assert_eq!(reminders(&bench).await, 0);
    assert_eq!(bench.state(sent.grants[0]).await, State::Recalled);
}
