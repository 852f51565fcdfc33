//! What came back is found on Today, and sent again from there; what was sent lately
//! is found too.

use super::bench::{Bench, RUIZ};
use super::mail::{DESK, JANE, answered, find, held, sent};
use super::write::{came, is_chosen, led, opened, person, send};
use crate::folders;
use crate::model::{MessageId, Role, State, System};
use crate::policy::How;
use crate::release::{self, Releaser};
use crate::store::records::Hold;
use crate::web::tests::Browser;
use axum::http::StatusCode;

/// What the desk wrote to Jane in Dr. Ruiz's name, given back with a reason.
async fn given_back(bench: &Bench, ruiz: &mut Browser) -> MessageId {
    let id = held(bench).await;
    let form = ruiz.get("/today").await.form();
    let fields = [("form", form.as_str()), ("reason", "Wrong+dose")];
    let done = ruiz.post(&format!("/message/{id}/reject"), &fields).await;
    assert_eq!(done.header("location"), "/today?done=returned");
    id
}

async fn drafts(bench: &Bench, who: &str) -> Vec<MessageId> {
    let account = find(bench, who).await;
    let drafts = folders::drafts(&bench.store, account.id);
    let rows = bench.store.rows(drafts, None).await.unwrap().rows;
    rows.iter().map(|row| row.message).collect()
}

// WM1
#[tokio::test]
async fn what_was_given_back_is_on_its_writers_today_and_sent_again_from_there_with_its_files() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let id = given_back(&bench, &mut ruiz).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let today = desk.get("/today").await.text();
    assert!(today.contains("1 message came back to you"), "{today}");
    let page = desk.get(&format!("/message/{id}")).await.text();
    assert!(
        page.contains("This was not sent. Change it and send it again here"),
        "{page}"
    );
    let path = format!("/write/{jane}?draft={id}");
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
    let blank = desk.get(&path).await.text();
    assert!(
        blank.contains("value=\"Your &#60;results&#62;\""),
        "{blank}"
    );
    assert!(
        blank.contains("All is well.") && is_chosen(&blank, RUIZ),
        "{blank}"
    );
    let files: Vec<String> = opened(&bench, id)
        .await
        .files()
        .iter()
        .map(|file| format!("{id}/{}", file.n))
        .collect();
    assert_eq!(files.len(), 2);
    for file in &files {
        assert!(
            blank.contains(&format!("value=\"{file}\" checked")),
            "{blank}"
        );
    }
    let to = format!("{jane} {JANE}");
    let fields = [
        ("from", RUIZ),
        ("to", to.as_str()),
        ("subject", "Your results"),
        ("text", "The right dose."),
        ("pick", files[0].as_str()),
    ];
    let (next, word) = led(&send(&mut desk, &path, &fields, &[]).await);
    assert_eq!(word, "held");
    assert_eq!(opened(&bench, next).await.files().len(), 1);
    assert!(bench.store.get(&Hold::at(next)).await.unwrap().is_some());
    // As a mail program does, what was sent leaves Drafts; it lies in Trash.
    assert_eq!(drafts(&bench, DESK).await, []);
    let today = desk.get("/today").await.text();
    assert!(!today.contains("came back to you"), "{today}");
    let old = desk.get(&format!("/message/{id}")).await;
    assert_eq!(old.status, StatusCode::OK);
    assert!(!old.text().contains("?draft="), "{}", old.text());
}

// WM1
#[tokio::test]
async fn the_words_with_which_it_was_given_back_stand_wherever_its_writer_looks() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let id = given_back(&bench, &mut ruiz).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let today = desk.get("/today").await.text();
    let words = "ruiz@clinic.example gave it back, today";
    for page in [
        today,
        desk.get(&format!("/message/{id}")).await.text(),
        desk.get(&format!("/write/{jane}?draft={id}")).await.text(),
    ] {
        assert!(
            page.contains(words) && page.contains("Wrong dose"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn what_came_back_and_is_not_wanted_is_put_away_by_its_writer_alone() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let id = given_back(&bench, &mut ruiz).await;
    let form = ruiz.get("/today").await.form();
    let path = format!("/message/{id}/close");
    let theirs = ruiz.post(&path, &[("form", &form)]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    let draft = ruiz.get(&format!("/write/{jane}?draft={id}")).await;
    assert_eq!(draft.status, StatusCode::NOT_FOUND);
    let (mut desk, ..) = bench.set_up(DESK).await;
    let form = desk.get("/today").await.form();
    let done = desk.post(&path, &[("form", &form)]).await;
    assert_eq!(done.header("location"), "/today?done=closed");
    assert_eq!(drafts(&bench, DESK).await, []);
    let today = desk.get("/today").await.text();
    assert!(!today.contains("came back to you"), "{today}");
}

#[tokio::test]
async fn what_was_sent_lately_is_listed_with_its_fate_and_is_nothing_to_do() {
    let bench = Bench::new().await;
    let grant = sent(&bench, RUIZ, State::Opened).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let today = ruiz.get("/today").await.text();
    assert!(today.contains("Sent lately"), "{today}");
    assert!(today.contains("<span>Jane Doe: Opened</span>"), "{today}");
    assert!(today.contains(&format!("/message/{}", grant.message)));
    assert!(today.contains("Nothing waits for you"), "{today}");
}

// C2.16
#[tokio::test]
async fn at_a_shared_mailbox_each_file_says_whose_it_is() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let files = [("lab.txt", "text/plain", "T25l")];
    came(&bench, RUIZ, jane, &files).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let alone = ruiz.get(&format!("/write/{jane}")).await.text();
    assert!(
        alone.contains("lab.txt") && !alone.contains("at this mailbox"),
        "{alone}"
    );
    let tim = person(&bench, ("Tim", "Doe"), JANE, None).await;
    let shared = ruiz.get(&format!("/write/{tim}")).await.text();
    assert!(shared.contains("from somebody at this mailbox"), "{shared}");
}

// WM12
#[tokio::test]
async fn a_question_stays_on_today_while_its_answer_waits_and_leaves_when_it_is_released() {
    let bench = Bench::new().await;
    bench.account(DESK, Role::Staff).await;
    let id = answered(&bench, DESK).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let path = format!("/message/{id}/answer");
    let page = desk.get(&path).await.text();
    let to = chosen(&page);
    let fields = [
        ("from", RUIZ),
        ("to", to.as_str()),
        ("subject", "Re: Your results"),
        ("text", "Yes."),
    ];
    let (answer, word) = led(&send(&mut desk, &path, &fields, &[]).await);
    assert_eq!(word, "held");
    let today = desk.get("/today").await.text();
    assert!(today.contains("an answer waits for release"), "{today}");
    let page = desk.get(&format!("/message/{id}")).await.text();
    assert!(
        page.contains(&format!("href=\"/message/{answer}\"")),
        "{page}"
    );
    // Taken back, it leaves the question as it was; who wrote it need not look for how.
    let page = desk.get(&format!("/message/{answer}")).await;
    assert!(page.text().contains(&format!("/message/{answer}/withdraw")));
    let hold = bench.store.get(&Hold::at(answer)).await.unwrap().unwrap();
    let by = Releaser {
        provider: find(&bench, RUIZ).await.id,
        how: How::Own,
    };
    release::release(&bench.store, (answer, hold.binding), &by)
        .await
        .unwrap();
    let today = desk.get("/today").await.text();
    assert!(today.contains("<title>Today"), "{today}");
    let account = find(&bench, DESK).await;
    let inbox = folders::inbox(&bench.store, account.id);
    let rows = bench.store.rows(inbox, None).await.unwrap().rows;
    let row = rows.iter().find(|row| row.message == id).unwrap();
    assert!(
        row.flags
            .system
            .contains(System::SEEN.with(System::ANSWERED))
    );
}

#[tokio::test]
async fn an_answer_that_came_back_stays_in_its_thread_when_it_is_sent_again() {
    let bench = Bench::new().await;
    bench.account(DESK, Role::Staff).await;
    let id = answered(&bench, DESK).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let path = format!("/message/{id}/answer");
    let page = desk.get(&path).await.text();
    let to = chosen(&page);
    let fields = [
        ("from", RUIZ),
        ("to", to.as_str()),
        ("subject", "Re: Your results"),
        ("text", "Yes."),
    ];
    let (answer, _) = led(&send(&mut desk, &path, &fields, &[]).await);
    let form = desk.get("/today").await.form();
    let path = format!("/message/{answer}/withdraw");
    desk.post(&path, &[("form", &form)]).await;
    let contact = to.split(' ').next().unwrap();
    let path = format!("/write/{contact}?draft={answer}");
    let (again, _) = led(&send(&mut desk, &path, &fields, &[]).await);
    let first = opened(&bench, answer).await.head.references;
    assert_eq!(first.last(), Some(&format!("{id}@clinic.example")));
    assert_eq!(opened(&bench, again).await.head.references, first);
}

/// Who is chosen in a page's list of Jane's mailbox.
fn chosen(page: &str) -> String {
    let mut values = page
        .split("<option value=\"")
        .filter_map(|rest| rest.split('"').next());
    values
        .find(|value| value.ends_with(JANE))
        .unwrap()
        .to_owned()
}
