//! The audit trail as it is taken out, and what waits for the chart.

use super::{BOB, Bench, JANE, address, swept};
use crate::chart::{self, Answered, Wanted};
use crate::desk::Refused;
use crate::desk::audit::{AuditPiece, AuditView, AuditWish};
use crate::model::message::PartRole;
use crate::model::{Actor, ContactId, Direction, Event, EventKind, MessageId, Part};
use crate::store::records::{Contact, Message};
use crate::store::{Tx, samples};
use jiff::SignedDuration;
use jiff::civil::date;

async fn piece(bench: &Bench, wish: AuditWish) -> AuditPiece {
    bench.desk.audit(&wish).await.unwrap()
}

fn words(entries: &[AuditView]) -> Vec<&str> {
    entries.iter().map(|entry| entry.event.as_str()).collect()
}

async fn note(bench: &Bench, object: &str) {
    let mut tx = Tx::new();
    tx.audit(Event::new(Actor::Operator(7), EventKind::Store, object));
    bench.store().commit(tx).await.unwrap();
}

#[tokio::test]
async fn the_accounting_of_a_contact_is_all_about_them_and_nothing_of_others() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE, BOB]).await;
    let mut contacts: Vec<ContactId> = Vec::new();
    for (grant, at) in sent.grants.iter().zip([JANE, BOB]) {
        let grant = bench.grant(*grant).await;
        let contact = Contact {
            addresses: vec![address(at)],
            ..Contact::stub(grant.contact, bench.now())
        };
        bench.put(&contact).await;
        contacts.push(contact.id);
    }
    bench.taken().await;
    bench
        .desk
        .recall(sent.id, Some(&address(JANE)))
        .await
        .unwrap();
    let task = bench.asked(sent.grants[1]).await;
    bench.desk.finish_task(task).await.unwrap();
    bench.desk.message(sent.id, true).await.unwrap();

    let about = |contact: ContactId, addresses| AuditWish {
        contact: Some(contact),
        addresses,
        ..AuditWish::default()
    };
    let jane = piece(&bench, about(contacts[0], false)).await;
    assert_eq!(words(&jane.entries), ["recall", "disclose", "export"]);
    assert_eq!(jane.next, None);
    let recall = &jane.entries[0];
    assert_eq!(recall.message, Some(sent.id.to_string()));
    assert_eq!(recall.contacts, [contacts[0].to_string()]);
    assert_eq!(
        (recall.actor.as_str(), recall.actor_id.as_deref()),
        ("operator", Some("7"))
    );
    let handle = recall.address.clone().unwrap();
    assert!(!handle.contains('@') && handle.len() >= 10, "{handle}");

    let whole = piece(&bench, about(contacts[0], true)).await;
    assert_eq!(whole.entries[0].address.as_deref(), Some(JANE));
    assert_eq!(words(&whole.entries[3..]), ["export", "disclose"]);
    let bob = piece(&bench, about(contacts[1], false)).await;
    assert_eq!(words(&bob.entries), ["task", "disclose", "export"]);
    assert_ne!(bob.entries[0].address.as_ref(), Some(&handle));

    let unknown = ContactId::new(bench.now());
    let refused = bench.desk.audit(&about(unknown, false)).await;
    assert!(matches!(refused, Err(Refused::Wish(why)) if why.contains("there is no contact")));
}

#[tokio::test]
async fn a_message_that_answers_none_is_in_the_accounting_of_who_wrote_it() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    let jane = bench.grant(sent.grants[0]).await.contact;
    bench.put(&Contact::stub(jane, bench.now())).await;
    let like = bench.store().get(&Message::at(sent.id)).await.unwrap();
    let id = MessageId::new(bench.now());
    let message = Message {
        id,
        direction: Direction::Incoming,
        answers: None,
        ..like.unwrap()
    };
    bench.put(&message).await;
    let reply = Event::new(Actor::Recipient, EventKind::Reply, id);
    let file = Event::new(Actor::Gateway, EventKind::Export, format!("{id}/1"));
    let mut tx = Tx::new();
    tx.audit(reply.noted(&format!("new-message {jane}")));
    tx.audit(file.noted(&format!("chart {jane}")));
    bench.store().commit(tx).await.unwrap();
    let wish = AuditWish {
        contact: Some(jane),
        ..AuditWish::default()
    };
    let hers = piece(&bench, wish).await;
    assert_eq!(words(&hers.entries), ["reply", "export", "export"]);
    assert_eq!(hers.entries[1].message, Some(id.to_string()));
}

#[tokio::test]
async fn days_are_the_clinics_and_a_long_trail_comes_in_pieces() {
    let bench = Bench::new();
    // The clock shows 15:00 UTC; the clinic's day ends at 08:00 UTC.
    note(&bench, "first").await;
    bench.hand.advance(SignedDuration::from_mins(17 * 60 - 1));
    note(&bench, "late").await;
    bench.hand.advance(SignedDuration::from_mins(1));
    note(&bench, "next day").await;
    let day = date(2026, 11, 22);
    let of_day = |from, to| AuditWish {
        from,
        to,
        ..AuditWish::default()
    };
    let objects = |piece: &AuditPiece| {
        let stores = piece.entries.iter().filter(|e| e.event == "store");
        stores.map(|e| e.object.clone()).collect::<Vec<_>>()
    };
    let found = piece(&bench, of_day(Some(day), Some(day))).await;
    assert_eq!(objects(&found), ["first", "late"]);
    let found = piece(&bench, of_day(day.tomorrow().ok(), None)).await;
    assert_eq!(objects(&found), ["next day"]);
    let turned = bench
        .desk
        .audit(&of_day(day.tomorrow().ok(), Some(day)))
        .await;
    assert!(matches!(turned, Err(Refused::Wish(_))));

    for n in 0..600 {
        note(&bench, &n.to_string()).await;
    }
    let mut wish = AuditWish::default();
    let (mut all, mut pieces) = (Vec::new(), 0);
    loop {
        let found = piece(&bench, wish.clone()).await;
        all.extend(found.entries.iter().map(|entry| entry.sequence));
        pieces += 1;
        let Some(next) = found.next else { break };
        wish.after = next;
    }
    let whole: Vec<u64> = (1..=u64::try_from(all.len()).unwrap()).collect();
    assert_eq!(all, whole, "one is missing, or came twice");
    assert!(pieces > 1 && all.len() > 600);
}

#[tokio::test]
async fn the_first_bad_entry_is_named_and_what_cannot_be_opened_is_not_passed_over() {
    let bench = Bench::new();
    for n in 0..10 {
        note(&bench, &n.to_string()).await;
    }
    let found = bench.desk.verify_audit().await.unwrap();
    assert!(found.clean && found.good == 10 && found.broken_at.is_none());
    samples::damage_entry(bench.store(), 7).await;
    let found = bench.desk.verify_audit().await.unwrap();
    assert_eq!(
        (found.clean, found.good, found.broken_at),
        (false, 6, Some(7))
    );
    assert_eq!(found.last_good, Some(bench.now()));
    let refused = bench.desk.audit(&AuditWish::default()).await;
    assert!(matches!(refused, Err(Refused::Wish(why)) if why.contains("audit verify")));
}

#[tokio::test]
async fn what_waits_for_the_chart_is_kept_until_it_is_written_or_dropped() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.taken().await;
    let part = Part {
        offset: 0,
        length: 1,
        encoding: "7bit".into(),
        kind: "text/plain".into(),
        charset: None,
        name: None,
        content_id: None,
        role: PartRole::File,
    };
    let wanted = Wanted {
        files: true,
        news: false,
    };
    let answered = Answered {
        message: sent.id,
        contact: None,
        parts: &[part],
    };
    let mut tx = Tx::new();
    chart::follow(&mut tx, bench.now(), wanted, &answered);
    bench.store().commit(tx).await.unwrap();
    let mut sweep = bench.sweeper(None);
    let purged = async || {
        let message = bench.store().get(&Message::at(sent.id)).await.unwrap();
        message.unwrap().purged.is_some()
    };
    // Not in one leap: the sweep would rest.
    for _ in 0..14 {
        bench.days(7);
        swept(&mut sweep).await;
    }
    assert!(
        !purged().await,
        "the file was destroyed before it was written"
    );
    let waiting = bench.desk.jobs().await.unwrap();
    assert_eq!(waiting[0].purpose, "chart");
    let id = bench.jobs().await[0].job.id;
    bench.desk.drop_job(id).await.unwrap();
    bench.hand.advance(SignedDuration::from_hours(2));
    swept(&mut sweep).await;
    assert!(purged().await, "what was dropped holds its content back");
}
