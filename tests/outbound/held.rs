//! What waits for release: what may change meanwhile, and what may not.

use crate::bench::{Bench, Mail, PATIENT, address, settings};
use jiff::SignedDuration;
use sealpost::access::accounts;
use sealpost::model::{
    Account, AccountPolicy, Actor, Lane, MessageId, Role, Route, Standing, State,
};
use sealpost::policy::How;
use sealpost::queue;
use sealpost::release::{self, MOST, Refused, Releaser};
use sealpost::store::Tx;
use sealpost::store::records::{AccountHold, Ended, Ending, Hold, Message};

const BY: Actor = Actor::Operator(0);

struct Clinic {
    bench: Bench,
    ruiz: Account,
    desk: Account,
}

impl Clinic {
    async fn new() -> Self {
        let bench = Bench::new(|_| ());
        Self {
            ruiz: bench.ruiz().await,
            desk: bench.account("desk@clinic.example", Role::Staff).await,
            bench,
        }
    }

    async fn hold(&self, mail: &Mail) -> MessageId {
        self.bench.hold(&self.desk, mail).await
    }

    async fn record(&self, id: MessageId) -> Option<Hold> {
        self.bench.store().get(&Hold::at(id)).await.unwrap()
    }

    async fn release(&self, id: MessageId) -> Result<(), Refused> {
        let binding = self.record(id).await.unwrap().binding;
        let by = Releaser {
            provider: self.ruiz.id,
            how: How::Own,
        };
        release::release(self.bench.store(), (id, binding), &by).await
    }

    /// Releases it and chooses the routes.
    async fn go(&self, id: MessageId) {
        self.release(id).await.unwrap();
        self.bench.dispatch().await;
    }

    async fn jobs(&self) -> usize {
        let jobs = queue::list(self.bench.store(), 1000).await.unwrap();
        jobs.len()
    }
}

/// A message that the policy lets leave as it is.
fn clear(id: &str) -> Mail {
    Mail::new(id).to(&["info@supplier.example"])
}

#[tokio::test]
async fn what_was_to_leave_in_clear_is_protected_if_the_clinic_has_become_stricter() {
    let clinic = Clinic::new().await;
    let bench = &clinic.bench;
    let usual = clinic.hold(&clear("usual")).await;
    assert!(!bench.message(usual).await.protected);
    clinic.go(usual).await;
    assert_eq!(bench.parcels(Lane::Clear).await.len(), 1);

    let by_tag = clinic
        .hold(&Mail::new("tag").subject("[clear] Hours"))
        .await;
    let by_domain = clinic.hold(&clear("domain")).await;
    let answer = clear("answer").field("In-Reply-To: <sealed@clinic.example>");
    let answer = clinic.hold(&answer).await;
    let account = clinic.hold(&clear("account")).await;
    // A conversation that holds protected mail since.
    bench.send(&clinic.ruiz, &Mail::new("sealed")).await;
    clinic.go(answer).await;
    assert!(bench.message(answer).await.protected);
    bench.reload(|settings| {
        settings.rules.clear_domains = Vec::new();
        settings.rules.clear_tag = false;
    });
    for id in [by_tag, by_domain] {
        assert!(!bench.message(id).await.protected);
        clinic.go(id).await;
        assert!(bench.message(id).await.protected);
    }
    bench.reload(|_| ());
    let secure = AccountPolicy::Secure;
    accounts::set_policy(bench.store(), clinic.ruiz.id, secure, BY)
        .await
        .unwrap();
    clinic.go(account).await;
    assert!(bench.message(account).await.protected);
    assert_eq!(bench.parcels(Lane::Clear).await.len(), 1, "the first alone");
}

#[tokio::test]
async fn a_recipient_who_has_joined_the_clinic_is_written_to_inside_and_one_who_left_not_at_all() {
    let clinic = Clinic::new().await;
    let bench = &clinic.bench;
    let mail = |id: &str| Mail::new(id).to(&["new@clinic.example"]);
    let (joins, leaves) = (
        clinic.hold(&mail("one")).await,
        clinic.hold(&mail("two")).await,
    );
    let new = bench.account("new@clinic.example", Role::Provider).await;
    clinic.go(joins).await;
    let recipient = bench.recipient(joins, 0).await;
    assert_eq!(
        (recipient.route, recipient.state),
        (Some(Route::Local), State::Delivered)
    );
    assert_eq!(bench.filed(&new, "INBOX").await, [(joins, false)]);
    accounts::set_standing(bench.store(), new.id, Standing::Disabled, BY)
        .await
        .unwrap();
    let refused = clinic.release(leaves).await.unwrap_err();
    assert!(matches!(refused, Refused::SwitchedOff), "{refused}");
    assert!(clinic.record(leaves).await.is_some(), "it still waits");
    assert!(bench.parcels(Lane::Notice).await.is_empty());
}

#[tokio::test]
async fn nothing_leaves_of_a_message_that_is_not_what_was_held() {
    let clinic = Clinic::new().await;
    let (bench, store) = (&clinic.bench, clinic.bench.store());
    let (other_to, other_text) = (
        clinic.hold(&Mail::new("to")).await,
        clinic.hold(&Mail::new("text")).await,
    );
    let source = bench.message(clinic.hold(&Mail::new("source")).await).await;
    let mut head = bench.head(other_to).await;
    head.envelope = vec![address("mallory@else.example")];
    let held = store.hold(&Message::at(other_to)).await.unwrap().unwrap();
    let content = store
        .open_content(held.record.content)
        .await
        .unwrap()
        .unwrap();
    let mut tx = Tx::new();
    let changed = Message {
        head: content.seal_head(&head).unwrap(),
        ..held.record.clone()
    };
    tx.replace(&held, &changed);
    let held = store.hold(&Message::at(other_text)).await.unwrap().unwrap();
    let changed = Message {
        content: source.content,
        head: source.head,
        ..held.record.clone()
    };
    tx.replace(&held, &changed);
    store.commit(tx).await.unwrap();
    for id in [other_to, other_text] {
        let refused = clinic.release(id).await.unwrap_err();
        assert!(matches!(refused, Refused::Damaged), "{refused}");
        assert!(clinic.record(id).await.is_some());
    }
    assert_eq!(clinic.jobs().await, 0);
    let events = store.audit_events(0, 1000).await.unwrap();
    let failed = events.iter().filter(|e| e.event.note == "damaged");
    assert_eq!(failed.count(), 2);
    // Its time is over all the same, and nothing of it stands in the way.
    bench.days(3).await;
    assert!(clinic.record(other_to).await.is_none());
    assert_eq!(bench.filed(&clinic.desk, "Drafts").await.len(), 3);
}

#[tokio::test]
async fn one_writer_fills_no_more_than_the_bound_and_a_release_makes_room() {
    let clinic = Clinic::new().await;
    let bench = &clinic.bench;
    let first = clinic.hold(&Mail::new("0")).await;
    for n in 1..MOST {
        clinic.hold(&Mail::new(&n.to_string())).await;
    }
    let more = Mail::new("more");
    assert_eq!(
        bench.refused(&clinic.desk, &more).await,
        "refuse-many-holds"
    );
    let other = bench.account("other@clinic.example", Role::Staff).await;
    bench.hold(&other, &more).await;
    clinic.release(first).await.unwrap();
    clinic.hold(&more).await;
}

#[tokio::test]
async fn of_all_who_end_a_wait_at_once_exactly_one_does() {
    let clinic = Clinic::new().await;
    let (bench, store) = (&clinic.bench, clinic.bench.store());
    let office = settings().holds.office;
    let by = Releaser {
        provider: clinic.ruiz.id,
        how: How::Own,
    };
    let writer = Actor::Account(clinic.desk.id);
    let mut sent = 0;
    for n in 0..20 {
        let id = clinic.hold(&Mail::new(&n.to_string())).await;
        let binding = clinic.record(id).await.unwrap().binding;
        let (released, rejected, withdrawn) = tokio::join!(
            release::release(store, (id, binding), &by),
            release::reject(store, &office, (id, "The hour is wrong."), &by),
            release::withdraw(store, &office, id, writer),
        );
        let ends = [&released, &rejected, &withdrawn];
        assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
        sent += usize::from(released.is_ok());
        assert!(clinic.record(id).await.is_none());
    }
    bench.dispatch().await;
    assert_eq!(bench.parcels(Lane::Notice).await.len(), sent);
    assert_eq!(bench.filed(&clinic.desk, "Sent").await.len(), sent);
    assert_eq!(bench.filed(&clinic.desk, "Drafts").await.len(), 20 - sent);
    assert!(
        bench
            .filed(&clinic.desk, "Awaiting release")
            .await
            .is_empty()
    );
    assert!(
        bench
            .filed(&clinic.ruiz, "Awaiting release")
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn whoever_ends_a_wait_leaves_nothing_of_it_behind() {
    let clinic = Clinic::new().await;
    let (bench, store) = (&clinic.bench, clinic.bench.store());
    let released = clinic.hold(&Mail::new("released")).await;
    let withdrawn = clinic.hold(&Mail::new("withdrawn")).await;
    let expired = clinic.hold(&Mail::new("expired")).await;
    clinic.go(released).await;
    let office = settings().holds.office;
    release::withdraw(store, &office, withdrawn, Actor::Account(clinic.desk.id))
        .await
        .unwrap();
    bench.days(3).await;
    assert_eq!(bench.count::<Hold>().await, 0);
    assert_eq!(bench.count::<AccountHold>().await, 0);
    let endings: Vec<Ending> = store.range(&[], None, 1000).await.unwrap();
    assert!(endings.iter().all(|e| !matches!(e.what, Ended::Hold(_))));
    let drafts = bench.filed(&clinic.desk, "Drafts").await;
    assert_eq!(drafts, [(withdrawn, true), (expired, true)]);
    // Long after the retention a draft is still a draft; what was sent is gone.
    bench.days(120).await;
    assert!(bench.message(released).await.purged.is_some());
    assert_eq!(bench.filed(&clinic.desk, "Drafts").await, drafts);
    assert!(!bench.octets(expired).await.is_empty());
    assert_eq!(bench.head(expired).await.envelope, [address(PATIENT)]);
}

#[tokio::test]
async fn what_is_held_is_not_destroyed_before_its_wait_is_over() {
    let hours = SignedDuration::from_hours;
    let bench = Bench::new(|settings| {
        settings.retain = hours(24);
        settings.holds.lasts = hours(72);
    });
    bench.ruiz().await;
    let desk = bench.account("desk@clinic.example", Role::Staff).await;
    let id = bench.hold(&desk, &Mail::new("long")).await;
    bench.days(2).await;
    assert!(bench.message(id).await.purged.is_none());
    bench.days(2).await;
    assert_eq!(bench.filed(&desk, "Drafts").await, [(id, true)]);
    assert!(!bench.octets(id).await.is_empty());
}
