//! The pages about mail: who sees what, and what comes of a press.

use super::bench::{Bench, RUIZ, address};
use crate::access::accounts;
use crate::folders;
use crate::mime::index::Indexer;
use crate::model::{
    Account, Actor, Direction, Event, EventKind, Flags, Head, Mailbox, MessageId, Recipient, Role,
    State, System, TaskId,
};
use crate::release::{self, Binding, New};
use crate::store::records::{Contact, ContactAddress, Grant, Message, OpenTask, Task, TaskKind};
use crate::store::{Tx, samples};
use axum::http::StatusCode;
use jiff::SignedDuration;

pub(super) const DESK: &str = "desk@clinic.example";
pub(super) const JANE: &str = "jane@example.com";

/// A letter with HTML that would like to do harm, and two files.
const LETTER: &str = "Subject: Your <results>\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/html\r\n\r\n\
    <p>All is well.</p><script>alert(1)</script><img src=\"https://evil.example/spy.png\">\r\n\
    --x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=one.txt\r\n\r\nONE\r\n\
    --x\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=two.txt\r\n\r\nTWO\r\n\
    --x--\r\n";

/// The notice as it is kept.
const NOTICE: &str = "From: North Clinic <secure-mail@clinic.example>\r\nTo: jane@example.com\r\n\
    Subject: A message from North Clinic\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
    Open it: https://portal.clinic.example/m/xxxxxxxx\r\n";

pub(super) async fn find(bench: &Bench, who: &str) -> Account {
    let found = accounts::find(&bench.store, &address(who)).await;
    found.unwrap().unwrap()
}

pub(super) fn head_of(octets: &str, from: &str) -> Head {
    let end = octets.find("\r\n\r\n").unwrap() + 4;
    let (header, body) = octets.split_at(end);
    let mut indexer = Indexer::new(header.as_bytes());
    indexer.write(body.as_bytes()).unwrap();
    let plain = |text: &str| Mailbox {
        name: None,
        address: address(text),
    };
    Head {
        subject: "Your <results>".into(),
        from: Some(plain(from)),
        to: vec![plain(JANE)],
        envelope: vec![address(JANE)],
        message_id: "one@clinic.example".into(),
        parts: indexer.finish().unwrap().parts,
        ..Head::default()
    }
}

/// A message of this account to Jane, of which the relay has taken the notice.
pub(super) async fn sent(bench: &Bench, who: &str, state: State) -> Grant {
    let (store, account) = (&bench.store, find(bench, who).await);
    let now = store.clock().now();
    let mut content = store.write_content();
    content.write(LETTER.as_bytes()).await.unwrap();
    let content = content.finish().await.unwrap();
    let mut message = samples::message(now, &content, &head_of(LETTER, who));
    message.account = Some(account.id);
    message.dispatched = true;
    let grant = Grant {
        noticed: Some(now),
        notice: NOTICE.as_bytes().to_vec(),
        ..samples::grant(store, message.id, &address(JANE))
    };
    let contact = Contact {
        first: Some("Jane".into()),
        last: Some("Doe".into()),
        phones: vec!["503 555 0142".into()],
        addresses: vec![address(JANE)],
        ..Contact::stub(grant.contact, now)
    };
    let mut tx = Tx::new();
    tx.attach(content);
    tx.insert(&message);
    tx.insert(&grant);
    tx.insert(&contact);
    tx.put(&ContactAddress {
        address: store.address_key(&address(JANE)),
        contact: contact.id,
    });
    tx.insert(&samples::recipient(&grant, state));
    let folder = folders::sent(store, account.id);
    tx.file(folder, message.id, System::SEEN.into(), None);
    store.commit(tx).await.unwrap();
    grant
}

/// Jane's answer, unread in this account's INBOX.
pub(super) async fn answered(bench: &Bench, who: &str) -> MessageId {
    let grant = sent(bench, who, State::Replied).await;
    let (store, account) = (&bench.store, find(bench, who).await);
    let now = store.clock().now();
    let mut content = store.write_content();
    content.write(LETTER.as_bytes()).await.unwrap();
    let content = content.finish().await.unwrap();
    let id = MessageId::new(now);
    let head = Head {
        message_id: format!("{id}@clinic.example"),
        ..head_of(LETTER, JANE)
    };
    let whole = Message::settled(id, Direction::Incoming, now, (&content, &head));
    let mut tx = Tx::new();
    tx.attach(content);
    tx.insert(&Message {
        answers: Some(grant.id),
        ..whole
    });
    let folder = folders::inbox(store, account.id);
    tx.file(folder, id, Flags::default(), None);
    store.commit(tx).await.unwrap();
    id
}

/// A message that the desk wrote in Dr. Ruiz's name and that waits.
pub(super) async fn held(bench: &Bench) -> MessageId {
    held_saying(bench, "All is well.").await
}

/// The same, with these words in it.
pub(super) async fn held_saying(bench: &Bench, words: &str) -> MessageId {
    held_as(bench, &LETTER.replace("All is well.", words)).await
}

/// The same, of these octets.
pub(super) async fn held_as(bench: &Bench, letter: &str) -> MessageId {
    if accounts::find(&bench.store, &address(DESK))
        .await
        .unwrap()
        .is_none()
    {
        bench.account(DESK, Role::Staff).await;
    }
    let (writer, provider) = (find(bench, DESK).await, find(bench, RUIZ).await);
    let (store, now) = (&bench.store, bench.store.clock().now());
    let mut content = store.write_content();
    content.write(letter.as_bytes()).await.unwrap();
    let content = content.finish().await.unwrap();
    let head = head_of(letter, RUIZ);
    let mut message = samples::message(now, &content, &head);
    message.account = Some(writer.id);
    message.dispatched = false;
    let grant = samples::grant(store, message.id, &address(JANE));
    let recipient = Recipient {
        route: None,
        grant: None,
        ..samples::recipient(&grant, State::Held)
    };
    let mut binding = Binding::default();
    binding.write(letter.as_bytes());
    let network = store.network_key("192.0.2.7".parse().unwrap());
    let new = New {
        message: message.id,
        writer: (&writer, network),
        provider: &provider,
        binding: binding.finish(head.envelope.iter()),
        submitted: [0; 32],
    };
    let mut tx = Tx::new();
    tx.attach(content);
    tx.insert(&message);
    tx.insert(&recipient);
    let settings = release::samples::settings();
    release::hold(store, &mut tx, &settings, &new)
        .await
        .unwrap();
    store.commit(tx).await.unwrap();
    message.id
}

pub(super) async fn events(bench: &Bench, kind: EventKind) -> Vec<Event> {
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let events = events.into_iter().map(|entry| entry.event);
    events.filter(|event| event.kind == kind).collect()
}

// WM10
#[tokio::test]
async fn a_message_stands_beside_its_notice_with_what_has_become_of_it() {
    let bench = Bench::new().await;
    let grant = sent(&bench, RUIZ, State::NoticeAccepted).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/message/{}", grant.message);
    let page = ruiz.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    for words in [
        "Your &#60;results&#62;",
        "Jane Doe, jane@example.com",
        "503 555 0142",
        "Notice sent today",
        "Not opened yet.",
        "https://portal.clinic.example/m/xxxxxxxx",
        "Open it:",
        "one.txt",
        "sandbox=\"allow-popups allow-popups-to-escape-sandbox\"",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let paper = ruiz.get(&format!("{path}/print")).await.text();
    // Paper is read another day.
    for words in [
        "All is well.",
        "Open it:",
        "Notice sent Monday, 21 September 2026",
    ] {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    let file = ruiz.get(&format!("{path}/file/2")).await;
    assert_eq!(file.body, b"TWO");
    assert_eq!(
        file.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert!(
        ruiz.get(&format!("{path}/files.zip"))
            .await
            .body
            .starts_with(b"PK")
    );
    // The HTML is no file.
    let none = ruiz.get(&format!("{path}/file/0")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn html_of_a_mail_runs_nothing_and_fetches_nothing() {
    let bench = Bench::new().await;
    let id = answered(&bench, RUIZ).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let body = ruiz.get(&format!("/message/{id}/body")).await;
    let policy = body.header("content-security-policy");
    assert!(policy.starts_with("sandbox allow-popups"), "{policy}");
    assert!(
        policy.contains("default-src 'none'; img-src data:"),
        "{policy}"
    );
    let print = ruiz.get(&format!("/message/{id}/print")).await;
    let policy = print.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'; img-src data:"),
        "{policy}"
    );
    for page in [body, print] {
        let text = page.text();
        assert!(text.contains("All is well."), "{text}");
        assert!(
            !text.contains("<script") && !text.contains("evil"),
            "{text}"
        );
    }
}

// WM11
#[tokio::test]
async fn a_message_of_somebody_else_is_answered_as_one_that_is_not_there() {
    let bench = Bench::new().await;
    let theirs = sent(&bench, RUIZ, State::NoticeAccepted).await.message;
    let nothing = MessageId::new(bench.store.clock().now());
    for (who, role) in [
        ("other@clinic.example", Role::Provider),
        (DESK, Role::Staff),
        ("root@clinic.example", Role::Admin),
    ] {
        bench.account(who, role).await;
        let (mut browser, ..) = bench.set_up(who).await;
        let form = browser.get("/today").await.form();
        let before = bench.store.audit_events(0, 1_000).await.unwrap().len();
        for rest in [
            "",
            "/body",
            "/print",
            "/file/1",
            "/files.zip",
            "/view/1",
            "/answer",
            "/recall",
            "/release",
        ] {
            let mut told = Vec::new();
            for id in [theirs, nothing] {
                let page = browser.get(&format!("/message/{id}{rest}")).await;
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{who} {rest}");
                let text = page.text();
                assert!(
                    !text.contains("results") && !text.contains("jane"),
                    "{text}"
                );
                told.push(text.replace(&id.to_string(), "…"));
            }
            assert_eq!(told[0], told[1], "{who} {rest}");
        }
        for rest in [
            "/close",
            "/extend",
            "/recall",
            "/release",
            "/reject",
            "/withdraw",
        ] {
            let path = format!("/message/{theirs}{rest}");
            let answer = browser
                .post(&path, &[("form", &form), ("reason", "x")])
                .await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who} {rest}");
        }
        let after = bench.store.audit_events(0, 1_000).await.unwrap().len();
        assert_eq!(before, after, "{who}");
    }
}

#[tokio::test]
async fn a_provider_opens_it_in_an_emergency_for_one_session_and_on_record() {
    let bench = Bench::new().await;
    let id = sent(&bench, RUIZ, State::NoticeAccepted).await.message;
    bench.account("other@clinic.example", Role::Provider).await;
    bench.account(DESK, Role::Staff).await;
    let (mut other, seed, _) = bench.set_up("other@clinic.example").await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let (page, open) = (format!("/message/{id}"), format!("/message/{id}/open"));
    let form = other.get(&page).await.form();
    for short in [
        "",
        "too+short",
        "%00%01%02%03%04%05%06%07%08%09%0A",
        &"x".repeat(201),
    ] {
        let answer = other
            .post(&open, &[("form", &form), ("reason", short)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{short}");
    }
    let own = desk.get("/today").await.form();
    let fields = [
        ("form", own.as_str()),
        ("reason", "the+patient+is+here+now"),
    ];
    assert_eq!(
        desk.post(&open, &fields).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(events(&bench, EventKind::BreakGlass).await.is_empty());

    let fields = [
        ("form", form.as_str()),
        ("reason", "Jane+is+here%0A%1B[31mnow"),
    ];
    let answer = other.post(&open, &fields).await;
    assert_eq!(answer.header("location"), page);
    let record = events(&bench, EventKind::BreakGlass).await;
    assert_eq!(record.len(), 1);
    assert_eq!(record[0].object, id.to_string());
    assert_eq!(record[0].note, "Jane is here [31mnow");
    let text = other.get(&page).await.text();
    assert!(text.contains("You opened this in an emergency"), "{text}");
    // Reading is all: nothing is changed by who opened it so.
    assert!(
        !text.contains("/recall") && !text.contains("/extend"),
        "{text}"
    );
    let recall = other
        .post(&format!("{page}/recall"), &[("form", &form)])
        .await;
    assert_eq!(recall.status, StatusCode::NOT_FOUND);
    // Another session of the same person asks again.
    let mut again = bench.signed_in("other@clinic.example", &seed).await;
    assert_eq!(again.get(&page).await.status, StatusCode::NOT_FOUND);
}

// WM12, WP3
#[tokio::test]
async fn an_answer_waits_on_today_until_it_is_closed_without_a_reply() {
    let bench = Bench::new().await;
    let id = answered(&bench, RUIZ).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let today = ruiz.get("/today").await;
    let text = today.text();
    assert!(text.contains("<title>(1) Today"), "{text}");
    assert!(
        text.contains("1 new message from patients") && text.contains("Jane Doe"),
        "{text}"
    );
    // Looking at it answers nothing.
    ruiz.get(&format!("/message/{id}")).await;
    assert!(ruiz.get("/today").await.text().contains("(1) Today"));
    let form = today.form();
    let path = format!("/message/{id}/close");
    let done = ruiz.post(&path, &[("form", &form)]).await;
    assert_eq!(done.header("location"), "/today?done=closed");
    let text = ruiz.get("/today?done=closed").await.text();
    assert!(
        text.contains("<title>Today") && text.contains("off your list"),
        "{text}"
    );
    let account = find(&bench, RUIZ).await;
    let inbox = folders::inbox(&bench.store, account.id);
    let rows = bench.store.rows(inbox, None).await.unwrap().rows;
    let row = rows.iter().find(|row| row.message == id).unwrap();
    assert!(row.flags.system.contains(System::SEEN) && row.flags.has_keyword("Closed"));
    let text = ruiz.get(&format!("/message/{id}")).await.text();
    assert!(!text.contains("/close\""), "{text}");
}

#[tokio::test]
async fn taking_back_asks_first_and_sending_again_makes_a_new_notice() {
    let bench = Bench::new().await;
    let grant = sent(&bench, RUIZ, State::NoticeAccepted).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/message/{}", grant.message);
    let form = ruiz.get(&path).await.form();
    let fields = [("form", form.as_str()), ("until", "")];
    let again = ruiz.post(&format!("{path}/extend"), &fields).await;
    assert_eq!(again.header("location"), format!("{path}?done=again"));
    let extended = bench
        .store
        .get(&Grant::at(grant.id))
        .await
        .unwrap()
        .unwrap();
    assert!(extended.extended.is_some() && extended.expires > grant.expires);
    // A day that is over changes nothing, and that is said.
    let fields = [("form", form.as_str()), ("until", "2001-01-01")];
    let late = ruiz.post(&format!("{path}/extend"), &fields).await;
    assert_eq!(late.header("location"), format!("{path}?done=day"));
    let said = ruiz.get(late.header("location")).await.text();
    assert!(
        said.contains("Choose a day from 28 September 2026 to "),
        "{said}"
    );

    let asks = ruiz.get(&format!("{path}/recall")).await.text();
    assert!(asks.contains("This is for good"), "{asks}");
    let same = bench
        .store
        .get(&Grant::at(grant.id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(same, extended, "asking has changed something");
    let done = ruiz
        .post(&format!("{path}/recall"), &[("form", &form)])
        .await;
    assert_eq!(done.header("location"), format!("{path}?done=recalled"));
    let text = ruiz.get(&format!("{path}?done=recalled")).await.text();
    assert!(
        text.contains("Taken back by ruiz@clinic.example, today") && !text.contains("/extend"),
        "{text}"
    );
    let account = find(&bench, RUIZ).await;
    // Whoever presses too late is led to the message as it stands.
    let late = ruiz.get(&format!("{path}/recall")).await;
    assert_eq!(late.header("location"), format!("{path}?done=gone"));
    let recalls = events(&bench, EventKind::Recall).await;
    assert!(
        recalls
            .iter()
            .all(|e| e.actor == Actor::Account(account.id))
    );
}

#[tokio::test]
async fn today_shows_what_failed_what_is_unopened_for_days_and_whom_to_call() {
    let bench = Bench::new().await;
    let failed = sent(&bench, RUIZ, State::Failed).await.message;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let unopened = sent(&bench, RUIZ, State::NoticeAccepted).await;
    let text = ruiz.get("/today").await.text();
    assert!(text.contains("1 message did not arrive"), "{text}");
    assert!(text.contains(&format!("/message/{failed}\"")) && !text.contains("not opened"));
    bench.hand.advance(SignedDuration::from_hours(73));
    let now = bench.store.clock().now();
    let task = Task {
        id: TaskId::new(now),
        kind: TaskKind::SendAgain,
        grant: unopened.id,
        created: now,
        done: None,
    };
    let mut tx = Tx::new();
    tx.insert(&task);
    tx.insert(&OpenTask {
        grant: unopened.id,
        task: task.id,
    });
    bench.store.commit(tx).await.unwrap();
    bench.account("other@clinic.example", Role::Provider).await;
    let (mut other, ..) = bench.set_up("other@clinic.example").await;
    let path = format!("/task/{}", task.id);
    let form = other.get("/today").await.form();
    for end in ["again", "done"] {
        let theirs = other
            .post(&format!("{path}/{end}"), &[("form", &form)])
            .await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    }

    let mut ruiz = bench.signed_in(RUIZ, &seed).await;
    let today = ruiz.get("/today").await;
    let text = today.text();
    assert!(text.contains("1 message is still not opened"), "{text}");
    assert!(text.contains("Phone 503 555 0142"), "{text}");
    let form = today.form();
    let done = ruiz
        .post(&format!("{path}/again"), &[("form", &form)])
        .await;
    assert_eq!(done.header("location"), "/today?done=again");
    let grant = bench.store.get(&Grant::at(unopened.id)).await.unwrap();
    assert!(grant.unwrap().extended.is_some());
    let text = ruiz.get("/today?done=again").await.text();
    assert!(
        !text.contains(&path) && text.contains("A new notice is on its way"),
        "{text}"
    );
}
