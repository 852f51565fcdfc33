//! The queue over a real store.

use super::{ASIDE, Refused, defer, done, done_late, drop, list, next_due, push, reclaim, retry};
use super::{set_aside, take};
use crate::model::{Clock, JobId, Lane, ManualClock, MessageId};
use crate::store::records::Work;
use crate::store::{Error, RootKey, Settings, Store, Tx};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

const SPAN: SignedDuration = SignedDuration::from_mins(5);

struct Bench {
    store: Store,
    hand: ManualClock,
    _folder: TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let hand = ManualClock::new(Timestamp::from_second(1_800_000_000).unwrap());
    let settings = Settings {
        path: folder.path().join("data"),
        minimum_free: 1,
    };
    let clock = Clock::Manual(hand.clone());
    Bench {
        store: Store::create(&settings, &RootKey::generate(), clock).unwrap(),
        hand,
        _folder: folder,
    }
}

impl Bench {
    fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    async fn push(&self, lane: Lane) -> JobId {
        let mut tx = Tx::new();
        let work = Work::Dispatch(MessageId::new(self.now()));
        let id = push(&mut tx, self.now(), lane, work);
        self.store.commit(tx).await.unwrap();
        id
    }

    async fn take(&self, limit: usize) -> Vec<super::Leased> {
        take(&self.store, &Lane::ALL, limit, SPAN).await.unwrap()
    }

    async fn commit(&self, change: impl FnOnce(&mut Tx)) -> Result<(), Error> {
        let mut tx = Tx::new();
        change(&mut tx);
        self.store.commit(tx).await.map(std::mem::drop)
    }
}

#[tokio::test]
async fn jobs_are_taken_in_lane_order_and_once() {
    let bench = bench();
    let notice = bench.push(Lane::Notice).await;
    let code = bench.push(Lane::Code).await;
    let taken = bench.take(9).await;
    let ids: Vec<JobId> = taken.iter().map(|leased| leased.job().id).collect();
    assert_eq!(ids, [code, notice]);
    assert!(bench.take(9).await.is_empty());
    for leased in &taken {
        bench.commit(|tx| done(tx, leased)).await.unwrap();
    }
    assert!(list(&bench.store, 9).await.unwrap().is_empty());
    assert_eq!(next_due(&bench.store, &Lane::ALL).await.unwrap(), None);
}

#[tokio::test]
async fn workers_that_reach_at_once_never_hold_the_same_job() {
    let bench = bench();
    for _ in 0..20 {
        bench.push(Lane::Notice).await;
    }
    let takes = (0..4).map(|_| bench.take(10));
    let taken = futures_util::future::join_all(takes).await;
    let mut ids: Vec<JobId> = taken.iter().flatten().map(|l| l.job().id).collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "a job was given twice");
    assert!(all >= 10);
}

#[tokio::test]
async fn a_job_is_taken_again_after_its_lease_and_the_late_worker_cannot_end_it() {
    let bench = bench();
    let id = bench.push(Lane::Notice).await;
    let first = bench.take(1).await.remove(0);
    assert_eq!(first.until(), bench.now() + SPAN);
    bench.hand.advance(SPAN);
    let second = bench.take(1).await.remove(0);
    assert_eq!(second.job().id, id);
    let late = bench.commit(|tx| done(tx, &first)).await;
    assert_eq!(late, Err(Error::Conflict));
    let due = bench.now();
    let late = bench.commit(|tx| defer(tx, &first, due, None)).await;
    assert_eq!(late, Err(Error::Conflict));
    // But what the relay has taken must not leave again.
    let mut tx = Tx::new();
    done_late(&bench.store, &mut tx, &first).await.unwrap();
    bench.store.commit(tx).await.unwrap();
    assert!(list(&bench.store, 9).await.unwrap().is_empty());
    assert!(bench.commit(|tx| done(tx, &second)).await.is_err());
}

#[tokio::test]
async fn a_deferred_job_is_due_later_and_counts_its_tries() {
    let bench = bench();
    bench.push(Lane::Notice).await;
    let mut leased = bench.take(1).await.remove(0);
    leased.warned();
    let due = bench.now() + SignedDuration::from_mins(1);
    bench
        .commit(|tx| defer(tx, &leased, due, None))
        .await
        .unwrap();
    assert!(bench.take(1).await.is_empty());
    assert_eq!(
        next_due(&bench.store, &[Lane::Notice]).await.unwrap(),
        Some(due)
    );
    bench.hand.advance(SignedDuration::from_mins(1));
    let again = bench.take(1).await.remove(0);
    assert_eq!((again.job().attempts, again.job().warned), (1, true));
}

#[tokio::test]
async fn a_job_set_aside_waits_for_an_operator() {
    let bench = bench();
    let id = bench.push(Lane::Notice).await;
    let other = bench.push(Lane::Notice).await;
    let taken = bench.take(2).await;
    let bad = taken.iter().find(|leased| leased.job().id == id).unwrap();
    bench.commit(|tx| set_aside(tx, bad, None)).await.unwrap();
    bench.hand.advance(SignedDuration::from_hours(24 * 365));
    assert_eq!(bench.take(9).await[0].job().id, other);
    let listed = list(&bench.store, 9).await.unwrap();
    assert!(listed.iter().any(|l| l.job.id == id && l.due == ASIDE));
    let mut tx = Tx::new();
    retry(&bench.store, &mut tx, id).await.unwrap();
    bench.store.commit(tx).await.unwrap();
    assert_eq!(bench.take(9).await[0].job().id, id);
}

#[tokio::test]
async fn an_operator_cannot_drop_what_is_in_hand() {
    let bench = bench();
    let id = bench.push(Lane::Notice).await;
    let leased = bench.take(1).await.remove(0);
    let mut tx = Tx::new();
    let refused = drop(&bench.store, &mut tx, id).await;
    assert!(matches!(refused, Err(Refused::InHand)));
    let due = bench.now() + SPAN;
    bench
        .commit(|tx| defer(tx, &leased, due, None))
        .await
        .unwrap();
    let mut tx = Tx::new();
    assert_eq!(drop(&bench.store, &mut tx, id).await.unwrap().id, id);
    bench.store.commit(tx).await.unwrap();
    let gone = drop(&bench.store, &mut Tx::new(), id).await;
    assert!(matches!(gone, Err(Refused::Unknown)));
}

#[tokio::test]
async fn what_a_killed_process_held_is_due_at_the_next_start() {
    let bench = bench();
    for _ in 0..3 {
        bench.push(Lane::Code).await;
    }
    assert_eq!(bench.take(2).await.len(), 2);
    assert_eq!(reclaim(&bench.store).await.unwrap(), 2);
    assert_eq!(bench.take(9).await.len(), 3);
}

#[tokio::test]
async fn a_clock_that_is_set_back_leaves_no_job_behind() {
    let bench = bench();
    bench.push(Lane::Notice).await;
    let [first] = &bench.take(1).await[..] else {
        panic!("one job");
    };
    let later = bench.now() + SignedDuration::from_hours(1);
    bench
        .commit(|tx| defer(tx, first, later, None))
        .await
        .unwrap();
    bench.push(Lane::Clear).await;
    let held = bench.take(1).await;
    assert_eq!(held.len(), 1);
    bench.push(Lane::Report).await;
    let [aside] = &bench.take(1).await[..] else {
        panic!("one job");
    };
    bench.commit(|tx| set_aside(tx, aside, None)).await.unwrap();

    bench.hand.advance(SignedDuration::from_hours(-24));
    let next = next_due(&bench.store, &Lane::ALL).await.unwrap().unwrap();
    assert!(next <= bench.now() + super::LONGEST);
    // What waits is due; what is in hand, or set aside, is left alone.
    let taken = bench.take(9).await;
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].job().id, first.job().id);
    assert!(bench.take(9).await.is_empty());
    assert_eq!(reclaim(&bench.store).await.unwrap(), 2);
    assert_eq!(bench.take(9).await.len(), 2);
}

#[tokio::test]
async fn what_is_in_hand_is_not_taken_again_although_the_clock_ended_its_lease() {
    let bench = bench();
    bench.push(Lane::Notice).await;
    let first = bench.take(1).await.remove(0);
    let held = [first.job().id].into();
    bench.hand.advance(SignedDuration::from_hours(24 * 365));
    let second = bench.push(Lane::Notice).await;
    let next = super::next_due_beside(&bench.store, &Lane::ALL, &held).await;
    assert_eq!(next.unwrap(), Some(bench.now()));
    let taken = super::take_beside(&bench.store, &Lane::ALL, (1, SPAN), &held).await;
    let taken = taken.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].job().id, second);
    // The worker ends it as if the clock had stood still.
    bench.commit(|tx| done(tx, &first)).await.unwrap();
}
