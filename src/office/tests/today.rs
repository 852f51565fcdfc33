//! What Today shows of what patients write, and what it leaves out.

use super::bench::{Bench, RUIZ, address};
use super::mail::{JANE, events, find};
use crate::folders;
use crate::model::{ContactId, Direction, EventKind, Flags, Head, Mailbox, MessageId, Role};
use crate::store::Tx;
use crate::store::records::{Contact, MailboxReply, Message};
use axum::http::StatusCode;

/// Something that came in from this address, answers nothing, and lies unread in
/// this account's INBOX; with a contact, a patient wrote it in the portal.
async fn came(bench: &Bench, (who, from): (&str, &str), contact: Option<ContactId>) -> MessageId {
    let (store, account) = (&bench.store, find(bench, who).await);
    let now = store.clock().now();
    let text = "Subject: My tablets\r\n\r\nMay I take two?\r\n";
    let mut content = store.write_content();
    content.write(text.as_bytes()).await.unwrap();
    let content = content.finish().await.unwrap();
    let head = Head {
        subject: "My tablets".into(),
        from: Some(Mailbox {
            name: None,
            address: address(from),
        }),
        ..Head::default()
    };
    let id = MessageId::new(now);
    let mut tx = Tx::new();
    tx.insert(&Message::settled(
        id,
        Direction::Incoming,
        now,
        (&content, &head),
    ));
    tx.attach(content);
    if contact.is_some() {
        tx.insert(&MailboxReply {
            mailbox: store.address_key(&address(from)),
            message: id,
            contact,
        });
    }
    tx.file(
        folders::inbox(store, account.id),
        id,
        Flags::default(),
        None,
    );
    store.commit(tx).await.unwrap();
    id
}

async fn jane(bench: &Bench) -> ContactId {
    let now = bench.store.clock().now();
    let jane = Contact {
        first: Some("Jane".into()),
        last: Some("Doe".into()),
        ..Contact::stub(ContactId::new(now), now)
    };
    let mut tx = Tx::new();
    tx.insert(&jane);
    bench.store.commit(tx).await.unwrap();
    jane.id
}

// WP1, WP3
#[tokio::test]
async fn what_a_patient_writes_anew_is_on_today_and_can_be_closed_and_our_own_letters_are_not() {
    let bench = Bench::new().await;
    let contact = jane(&bench).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    came(&bench, (RUIZ, "secure-mail@clinic.example"), None).await;
    assert!(!ruiz.get("/today").await.text().contains("My tablets"));
    let id = came(&bench, (RUIZ, JANE), Some(contact)).await;
    let today = ruiz.get("/today").await;
    let text = today.text();
    assert!(text.contains("<title>(1) Today"), "{text}");
    assert!(text.contains("Jane Doe") && text.contains("My tablets"));
    let form = today.form();
    let path = format!("/message/{id}/close");
    let done = ruiz.post(&path, &[("form", &form)]).await;
    assert_eq!(done.header("location"), "/today?done=closed");
}

#[tokio::test]
async fn an_emergency_is_in_the_accounting_of_whoever_wrote_whatever_its_reason_ends_with() {
    let bench = Bench::new().await;
    let contact = jane(&bench).await;
    bench.account("other@clinic.example", Role::Provider).await;
    let (mut other, ..) = bench.set_up("other@clinic.example").await;
    let id = came(&bench, (RUIZ, JANE), Some(contact)).await;
    let form = other.get("/today").await.form();
    let reason = "Dr. Ruiz is away and she has called";
    let fields = [("form", form.as_str()), ("reason", reason)];
    let opened = other.post(&format!("/message/{id}/open"), &fields).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text());
    let told = events(&bench, EventKind::Disclose).await;
    let told = told
        .iter()
        .find(|event| event.note == "break-glass")
        .unwrap();
    assert_eq!(told.object, contact.to_string());
}
