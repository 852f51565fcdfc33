//! A new message: who may write, to whom it goes, and how it is answered.

use super::bench::{Answer, Bench, Browser};
use super::upload::{fields, upload};
use crate::access::accounts;
use crate::folders;
use crate::model::{Actor, Address, Direction, Lane, MailboxId, Role, Standing};
use crate::outbound::thread_id;
use crate::store::records::{Message, Thread};
use axum::http::StatusCode;
use jiff::SignedDuration;

const JANE: &str = "jane@example.com";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";
const WORDS: [(&str, &str); 2] = [("subject", "My tablets"), ("text", "May I take two?")];

/// Sends a new message with these fields besides the form's value.
async fn write(browser: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let form = browser.get("/new").await.form();
    let mut all = vec![("form", form.as_str())];
    all.extend_from_slice(more);
    upload(browser, "/new", fields(&all, &[("scan.pdf", PDF)])).await
}

/// The messages in a folder.
async fn filed(bench: &Bench, folder: MailboxId) -> Vec<Message> {
    let mut filed = Vec::new();
    for entry in bench.store.entries(folder, 0, 100).await.unwrap() {
        let message = bench.store.get(&Message::at(entry.message)).await.unwrap();
        filed.extend(message);
    }
    filed
}

#[tokio::test]
async fn what_a_patient_writes_reaches_the_primary_provider_and_can_be_answered() {
    let bench = Bench::new().await;
    let jane = bench.granted("Jane", JANE).await;
    let mut browser = bench.came_in(JANE).await;
    let inbox = browser.get("/inbox").await.text();
    assert!(inbox.contains("href=\"/new\""), "{inbox}");
    let sent = write(&mut browser, &WORDS).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let done = browser.get(sent.header("location")).await.text();
    for said in [
        "Your message was sent",
        "May I take two?",
        "My tablets",
        "scan.pdf",
    ] {
        assert!(done.contains(said), "{done}");
    }
    assert!(browser.get("/sent").await.text().contains("My tablets"));

    let ruiz = jane.provider.unwrap();
    let inbox = filed(&bench, folders::inbox(&bench.store, ruiz)).await;
    let [message] = inbox.as_slice() else {
        panic!("{} messages", inbox.len());
    };
    assert_eq!(
        (message.direction, message.account),
        (Direction::Incoming, None)
    );
    assert!(message.protected);
    let view = folders::view(&bench.store, ruiz, jane.id);
    assert_eq!(filed(&bench, view).await.len(), 1);
    assert!(
        filed(&bench, folders::shared(&bench.store))
            .await
            .is_empty()
    );
    // The office's answer finds the conversation, and so goes by the portal.
    let content = bench
        .store
        .open_content(message.content)
        .await
        .unwrap()
        .unwrap();
    let head = content.open_head(&message.head).unwrap();
    let address = Address::parse(JANE).unwrap();
    let thread = thread_id(&bench.store, &address, &head.message_id);
    assert_eq!(message.thread, thread);
    let known = bench.store.get(&Thread::at(thread)).await.unwrap().unwrap();
    assert_eq!(known.accounts, [ruiz]);
    assert_eq!(head.from.unwrap().name.as_deref(), Some("Jane Doe"));
    assert_eq!(head.to[0].address.as_str(), "ruiz@clinic.example");
}

#[tokio::test]
async fn without_a_provider_who_is_still_there_the_whole_clinic_gets_it() {
    let bench = Bench::new().await;
    let jane = bench.granted("Jane", JANE).await;
    let mut browser = bench.came_in(JANE).await;
    let ruiz = jane.provider.unwrap();
    let off = accounts::set_standing(&bench.store, ruiz, Standing::Disabled, Actor::Gateway);
    off.await.unwrap();
    assert_eq!(
        write(&mut browser, &WORDS).await.status,
        StatusCode::SEE_OTHER
    );
    bench.amend(&jane, |jane| jane.provider = None).await;
    bench.hand.advance(SignedDuration::from_secs(1));
    assert_eq!(
        write(&mut browser, &WORDS).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(filed(&bench, folders::shared(&bench.store)).await.len(), 2);
    assert!(
        filed(&bench, folders::inbox(&bench.store, ruiz))
            .await
            .is_empty()
    );
    assert!(
        browser
            .get("/sent")
            .await
            .text()
            .contains("To North Clinic")
    );
}

#[tokio::test]
async fn nobody_else_can_be_written_to() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let other = Address::parse("desk@clinic.example").unwrap();
    let other = accounts::add(&bench.store, other, Role::Staff, Actor::Gateway);
    let other = other.await.unwrap();
    let mut browser = bench.came_in(JANE).await;
    let id = other.id.to_string();
    for to in [
        id.as_str(),
        "desk@clinic.example",
        "victim@elsewhere.example",
    ] {
        let more = [("to", to), WORDS[0], WORDS[1]];
        // Without a list the field says nothing.
        assert_eq!(
            write(&mut browser, &more).await.status,
            StatusCode::SEE_OTHER
        );
    }
    assert!(
        filed(&bench, folders::inbox(&bench.store, other.id))
            .await
            .is_empty()
    );
    let jobs = crate::queue::list(&bench.store, 100).await.unwrap();
    let leaving = jobs.iter().filter(|l| l.job.lane != Lane::Code);
    assert_eq!(leaving.count(), 0, "something leaves");
}

#[tokio::test]
async fn the_clinics_list_is_the_choice_there_is() {
    let list = [
        "desk@clinic.example",
        "gone@clinic.example",
        "ruiz@clinic.example",
    ];
    let bench = Bench::listing(&list).await;
    let jane = bench.granted("Jane", JANE).await;
    let desk = Address::parse("desk@clinic.example").unwrap();
    let desk = accounts::add(&bench.store, desk, Role::Staff, Actor::Gateway);
    let desk = desk.await.unwrap();
    let mut browser = bench.came_in(JANE).await;
    let page = browser.get("/new").await.text();
    assert!(page.contains("desk@clinic.example") && page.contains("ruiz@clinic.example"));
    assert!(!page.contains("gone@clinic.example"), "{page}");
    let to = desk.id.to_string();
    let more = [("to", to.as_str()), WORDS[0], WORDS[1]];
    assert_eq!(
        write(&mut browser, &more).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        filed(&bench, folders::inbox(&bench.store, desk.id))
            .await
            .len(),
        1
    );
    let nobody = jane.id.to_string();
    let more = [("to", nobody.as_str()), WORDS[0], WORDS[1]];
    assert_eq!(
        write(&mut browser, &more).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn who_was_not_let_in_reads_and_answers_but_writes_nothing_new() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    assert!(!browser.get("/inbox").await.text().contains("/new"));
    for path in ["/new", "/password"] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    let form = browser.get(&format!("{message}/reply")).await.form();
    let all = [("form", form.as_str()), WORDS[0], WORDS[1]];
    let refused = upload(&mut browser, "/new", fields(&all, &[])).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        refused.text().contains("reply to them"),
        "{}",
        refused.text()
    );
    // With the right it may, by a link too; and when the right goes, no more.
    let jane = bench.granted("Jane", JANE).await;
    assert!(browser.get("/inbox").await.text().contains("href=\"/new\""));
    assert_eq!(
        write(&mut browser, &WORDS).await.status,
        StatusCode::SEE_OTHER
    );
    let form = browser.get("/new").await.form();
    bench.amend(&jane, |jane| jane.portal = None).await;
    let all = [("form", form.as_str()), WORDS[0], WORDS[1]];
    let refused = upload(&mut browser, "/new", fields(&all, &[])).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_new_message_that_lacks_something_says_what_and_keeps_the_rest() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let mut browser = bench.came_in(JANE).await;
    let long = "x".repeat(151);
    for (subject, said) in [
        ("", "in a few words what it is about"),
        (long.as_str(), "longer than 150 characters"),
    ] {
        let fields = [("subject", subject), WORDS[1]];
        let refused = write(&mut browser, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(
            page.contains(said) && page.contains("May I take two?"),
            "{page}"
        );
        assert!(
            page.contains("aria-describedby=\"subject-problem\""),
            "{page}"
        );
    }
    assert!(
        browser
            .get("/sent")
            .await
            .text()
            .contains("Nothing sent yet")
    );
}

/// For whom the form writes, where there is only one.
fn hidden_person(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("name=\"person\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_was_being_written_is_shown_to_nobody_else_who_comes_to_read_there() {
    let bench = Bench::new().await;
    let jane = bench
        .person("Jane", JANE, |jane| jane.confidential = true)
        .await;
    let mut browser = bench.came_in(JANE).await;
    let page = browser.get("/new").await;
    let (form, person) = (page.form(), hidden_person(&page));
    bench.hand.advance(SignedDuration::from_mins(16));
    let all = [
        ("form", form.as_str()),
        ("person", person.as_str()),
        WORDS[0],
        WORDS[1],
    ];
    upload(&mut browser, "/new", fields(&all, &[])).await;
    bench.amend(&jane, |jane| jane.addresses.clear()).await;
    bench.leaves(&jane, JANE).await;
    bench.granted("Dora", JANE).await;
    let mut other = bench.came_in(JANE).await;
    let page = other.get("/new").await.text();
    assert!(page.contains("name=\"subject\""), "{page}");
    assert!(!page.contains("My tablets"), "{page}");
}

#[tokio::test]
async fn what_was_being_written_when_the_session_ended_waits_for_the_next() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let mut browser = bench.came_in(JANE).await;
    let page = browser.get("/new").await;
    let (form, person) = (page.form(), hidden_person(&page));
    bench.hand.advance(SignedDuration::from_mins(16));
    let all = [
        ("form", form.as_str()),
        ("person", person.as_str()),
        WORDS[0],
        WORDS[1],
    ];
    let late = upload(&mut browser, "/new", fields(&all, &[])).await;
    assert_eq!(late.header("location"), "/locked?kept=1");
    let mut browser = bench.came_in(JANE).await;
    let page = browser.get("/new").await;
    let text = page.text();
    assert!(
        text.contains("May I take two?") && text.contains("My tablets"),
        "{text}"
    );
    let form = page.form();
    browser.post("/new/discard", &[("form", &form)]).await;
    assert!(!browser.get("/new").await.text().contains("My tablets"));
}
