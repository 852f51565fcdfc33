//! Messages that are given more time.

use super::{BOB, Bench, EventKind, JANE, State, WEEK, address, new_link, swept};
use crate::access::link::LinkState;
use crate::access::passcode::LOCK;
use crate::store::records::{Ended, Ending, Link};
use jiff::civil::date;

#[tokio::test]
async fn a_message_whose_time_was_over_opens_again_by_the_old_link_and_by_a_new_one() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.taken().await;
    let mut sweep = bench.sweeper(None);
    bench.days(8);
    swept(&mut sweep).await;
    assert_eq!(bench.state(sent.grants[0]).await, State::Expired);
    let views = bench.desk.extend(sent.id, None, None).await.unwrap();
    let said = &views[0].said;
    for words in [
        "j•••@example.com: can be read until Monday, 7 December 2026",
        "a new notice is in the queue",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(views[0].expires, Some(bench.now() + WEEK));
    assert_eq!(bench.state(sent.grants[0]).await, State::Queued);
    let jobs = bench.jobs().await;
    assert_eq!(jobs.len(), 1);
    let new = new_link(&jobs);
    assert_ne!(new.expose(), sent.links[0].expose());
    for link in [&new, &sent.links[0]] {
        assert_eq!(bench.leads(link).await, LinkState::Open);
    }
    let events = bench.events(EventKind::Expiry).await;
    assert_eq!(events.last().unwrap().note, "extended");
    // It ends again, when it was said to.
    bench.taken().await;
    bench.days(6);
    swept(&mut sweep).await;
    assert_eq!(bench.state(sent.grants[0]).await, State::NoticeAccepted);
    bench.days(1);
    swept(&mut sweep).await;
    assert_eq!(bench.state(sent.grants[0]).await, State::Expired);
    assert_eq!(bench.leads(&new).await, LinkState::Expired);
}

#[tokio::test]
async fn a_day_ends_in_the_clinics_zone_and_the_old_ending_is_gone() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    let until = Some(date(2026, 12, 24));
    let views = bench.desk.extend(sent.id, None, until).await.unwrap();
    let expires = views[0].expires.unwrap();
    assert_eq!(expires.to_string(), "2026-12-25T07:59:59Z");
    let mut endings = bench.all::<Ending>().await;
    endings.retain(|e| matches!(e.what, Ended::Grant(_)));
    let at: Vec<_> = endings.iter().map(|e| e.at).collect();
    assert_eq!(at, [expires]);
    // The first notice had not left: one mail says it all.
    assert_eq!(bench.jobs().await.len(), 1);
    assert_eq!(bench.all::<Link>().await.len(), 2);
}

#[tokio::test]
async fn no_day_that_is_over_too_near_or_too_far_is_taken() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    for (day, wanted) in [
        (date(2026, 11, 21), "2026-11-21 is over"),
        (date(2026, 11, 25), "can be read until Sunday, 29 November"),
        (date(2027, 2, 21), "the last day is 2027-02-20"),
        (date(9999, 12, 31), "choose a nearer one"),
    ] {
        let said = bench.refused(bench.desk.extend(sent.id, None, Some(day)));
        let said = said.await;
        assert!(said.contains(wanted), "{day}: {said}");
    }
    assert_eq!(bench.jobs().await.len(), 1, "a notice left all the same");
    // On its last day a message is kept for a part of it.
    let last = Some(date(2027, 2, 20));
    let views = bench.desk.extend(sent.id, None, last).await.unwrap();
    assert_eq!(
        views[0].expires.unwrap().to_string(),
        "2027-02-20T15:00:00Z"
    );
    assert!(views[0].said.contains("kept no longer"));
    // Who names no day gets a new notice, and nothing is made shorter.
    let views = bench.desk.extend(sent.id, None, None).await.unwrap();
    assert_eq!(
        views[0].expires.unwrap().to_string(),
        "2027-02-20T15:00:00Z"
    );
    bench.days(90);
    let said = bench.refused(bench.desk.extend(sent.id, None, None)).await;
    assert!(said.contains("was to be kept until"), "{said}");
}

#[tokio::test]
async fn what_was_destroyed_or_withdrawn_is_not_given_back() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE, BOB]).await;
    bench.taken().await;
    let jane = address(JANE);
    bench.desk.recall(sent.id, Some(&jane)).await.unwrap();
    let said = bench.refused(bench.desk.extend(sent.id, Some(&jane), None));
    let said = said.await;
    assert!(
        said.contains("what was withdrawn is not given back"),
        "{said}"
    );
    bench.days(1);
    let views = bench.desk.extend(sent.id, None, None).await.unwrap();
    let done: Vec<bool> = views.iter().map(|view| view.extended).collect();
    assert_eq!(done, [false, true]);
    assert_eq!(bench.leads(&sent.links[0]).await, LinkState::Withdrawn);
    bench.days(90);
    swept(&mut bench.sweeper(None)).await;
    let said = bench.refused(bench.desk.extend(sent.id, None, None)).await;
    assert!(said.contains("was destroyed on "), "{said}");
}

#[tokio::test]
async fn a_hundred_wrong_codes_and_the_request_to_send_again_are_over_with_an_extension() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.taken().await;
    bench.days(1);
    bench.change(sent.grants[0], |g| g.failures = LOCK).await;
    bench.asked(sent.grants[0]).await;
    let views = bench.desk.extend(sent.id, None, None).await.unwrap();
    let said = &views[0].said;
    for words in [
        "wrong codes is lifted",
        "request to send it again is closed",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(bench.grant(sent.grants[0]).await.failures, 0);
    assert!(bench.desk.tasks(false).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_has_read_a_message_stays_one_who_has() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.taken().await;
    let mut recipient = bench.recipient(&bench.grant(sent.grants[0]).await).await;
    recipient.state = State::Downloaded;
    bench.put(&recipient).await;
    bench.days(1);
    bench.desk.extend(sent.id, None, None).await.unwrap();
    assert_eq!(bench.state(sent.grants[0]).await, State::Downloaded);
}
