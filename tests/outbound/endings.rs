//! What time and a kill do to a message.

use crate::bench::{Bench, Mail, token};
use jiff::SignedDuration;
use sealpost::access::link::{self, LinkState};
use sealpost::model::{Lane, State};
use sealpost::queue;
use sealpost::store::records::Grant;
use sealpost::store::{Change, Tx};

#[tokio::test]
async fn a_message_lasts_as_long_as_its_writer_says() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("long").field("X-Sealpost-Expires: 60d");
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    let grant = bench.grant(id, 0).await;
    assert_eq!(grant.lasts, 60 * 24 * 3600);
    let octets = String::from_utf8(bench.octets(id).await).unwrap();
    assert!(!octets.contains("X-Sealpost"));
    // It is not destroyed as long as it can be read, whatever `retain` says.
    bench.days(31).await;
    assert_eq!(bench.message(id).await.purged, None);
    bench.days(30).await;
    assert!(bench.message(id).await.purged.is_some());
}

#[tokio::test]
async fn a_clock_that_leaps_a_year_ahead_destroys_nothing_until_somebody_could_notice() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("leap")).await;
    bench.dispatch().await;
    bench.sweep().await;
    let year = SignedDuration::from_hours(365 * 24);
    bench.hand.advance(year);
    for _ in 0..2 {
        bench.sweep().await;
        assert_eq!(bench.message(id).await.purged, None);
        assert_eq!(bench.recipient(id, 0).await.state, State::Queued);
        bench.hand.advance(SignedDuration::from_hours(24));
    }
    // The clock is set right: all is as before.
    bench.hand.advance(-year);
    bench.sweep().await;
    assert_eq!(bench.message(id).await.purged, None);
    // Nobody set it right in three days: then it was the time that passed.
    bench.hand.advance(year);
    bench.sweep().await;
    bench.days(3).await;
    assert!(bench.message(id).await.purged.is_some());
}

#[tokio::test]
async fn a_grant_expires_when_its_time_is_over() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("week")).await;
    bench.dispatch().await;
    let token = token(&bench.parcels(Lane::Notice).await[0]);
    bench.hand.advance(SignedDuration::from_hours(7 * 24 - 1));
    bench.sweep().await;
    assert_eq!(bench.recipient(id, 0).await.state, State::Queued);
    bench.hand.advance(SignedDuration::from_hours(1));
    bench.sweep().await;
    assert_eq!(bench.recipient(id, 0).await.state, State::Expired);
    let (_, state) = link::find(bench.store(), &token).await.unwrap().unwrap();
    assert_eq!(state, LinkState::Expired);
}

#[tokio::test]
async fn content_is_destroyed_after_its_time_and_the_keys_roll_across_restarts() {
    let mut bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let day = SignedDuration::from_hours(24);
    let first = bench.send(&ruiz, &Mail::new("first")).await;
    bench.dispatch().await;
    bench.hand.advance(SignedDuration::from_hours(12));
    let second = bench.send(&ruiz, &Mail::new("second")).await;
    bench.dispatch().await;
    bench.hand.advance(SignedDuration::from_hours(30 * 24 - 12));
    assert_eq!(bench.store().unrolled().await.unwrap(), None);
    bench.sweep().await;
    let message = bench.message(first).await;
    assert!(message.purged.is_some() && message.head.is_empty());
    let gone = bench.store().open_content(message.content).await.unwrap();
    assert!(gone.is_none());
    let grant = bench.grant(first, 0).await;
    assert!(grant.purged.is_some() && grant.notice.is_empty());
    // The key was a month old, so it went at once.
    assert_eq!(bench.store().unrolled().await.unwrap(), None);
    bench.hand.advance(SignedDuration::from_hours(12));
    bench.sweep().await;
    assert!(bench.message(second).await.purged.is_some());
    assert!(bench.store().unrolled().await.unwrap().is_some());
    // No process lives for a day, and still the key goes after one.
    for _ in 0..2 {
        bench.restart();
        bench.hand.advance(day / 4);
        bench.sweep().await;
    }
    assert_eq!(bench.store().unrolled().await.unwrap(), None);
}

#[tokio::test]
async fn a_kill_between_acceptance_and_dispatch_leaves_exactly_one_notice() {
    let mut bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("kill")).await;
    bench.restart();
    // The next process dies with the job in its hand.
    let lease = SignedDuration::from_secs(60);
    let taken = queue::take(bench.store(), &[Lane::Dispatch], 9, lease).await;
    assert_eq!(taken.unwrap().len(), 1);
    bench.restart();
    assert_eq!(queue::reclaim(bench.store()).await.unwrap(), 1);
    bench.dispatch().await;
    let before = bench.grant(id, 0).await.id;
    bench.restart();
    queue::reclaim(bench.store()).await.unwrap();
    bench.dispatch().await;
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 1);
    assert_eq!(bench.grant(id, 0).await.id, before);
    assert_eq!(bench.count::<Grant>().await, 1);
}

#[tokio::test]
async fn every_hour_what_happened_long_ago_in_the_mailboxes_is_forgotten() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mut sweep = bench.sweeper();
    sweep.turn().await.unwrap();
    let mut tx = Tx::new();
    for _ in 0..20_500 {
        tx.change(Change::Account(ruiz.id));
    }
    let newest = bench.store().commit(tx).await.unwrap().change();
    for (minutes, known) in [(59, true), (1, false)] {
        bench.hand.advance(SignedDuration::from_mins(minutes));
        sweep.turn().await.unwrap();
        let oldest = bench.store().changes(0, 1).await.unwrap();
        assert_eq!(oldest.is_some(), known, "after {minutes} minutes more");
    }
    let kept = bench.store().changes(newest - 20_000, 1).await.unwrap();
    assert_eq!(kept.unwrap()[0].0, newest - 19_999);
}
