//! Release on the page: whose proof, for which message, how often.

use super::bench::{Bench, PHRASE, RUIZ, spaced};
use super::mail::{DESK, events, find, held, held_as, held_saying};
use crate::model::{Actor, Event, EventKind, MessageId, Role, Seed};
use crate::store::Tx;
use crate::store::records::{Deputy, Hold};
use crate::web::tests::{Answer, Browser};
use axum::http::StatusCode;
use jiff::SignedDuration;

/// A letter that says one thing as a page and another as plain text.
const TWO_FACED: &str = "Subject: Your results\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain\r\n\r\nPay to our new account.\r\n\
    --x\r\nContent-Type: text/html\r\n\r\n<p>All is well.</p>\r\n\
    --x--\r\n";

/// A letter with two pictures that its page does not name.
const PICTURES: &str = "Subject: Your results\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/related; boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/html\r\n\r\n<p>All is well.</p>\r\n\
    --x\r\nContent-Type: image/png; name=account.png\r\nContent-ID: <one@x>\r\n\
    Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
    --x\r\nContent-Type: image/png; name=other.png\r\nContent-ID: <two@x>\r\n\
    Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
    --x--\r\n";

fn binding(page: &Answer) -> String {
    let text = page.text();
    let field = text.split("name=\"binding\" value=\"").nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

async fn waits(bench: &Bench, id: MessageId) -> bool {
    bench.store.get(&Hold::at(id)).await.unwrap().is_some()
}

/// What a release form of this page holds.
struct Form {
    path: String,
    form: String,
    binding: String,
}

impl Form {
    async fn of(browser: &mut Browser, id: MessageId) -> Self {
        let path = format!("/message/{id}/release");
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        Self {
            binding: binding(&page),
            form: page.form(),
            path,
        }
    }

    /// Where a release leads.
    fn released(&self) -> String {
        let id = self.path.split('/').nth(2).unwrap();
        format!("/today?done=released&message={id}")
    }

    async fn send(&self, browser: &mut Browser, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![("form", self.form.as_str()), ("binding", &self.binding)];
        fields.extend(more);
        browser.post(&self.path, &spaced(&fields)).await
    }
}

// WM1
#[tokio::test]
async fn a_provider_reads_what_goes_to_whom_and_releases_with_password_and_code() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let id = held(&bench).await;
    let today = ruiz.get("/today").await.text();
    assert!(
        today.contains("For you to release, written by desk@"),
        "{today}"
    );
    let form = Form::of(&mut ruiz, id).await;
    let text = ruiz.get(&form.path).await.text();
    for words in [
        "Your &#60;results&#62;",
        "jane@example.com",
        "Protected: a notice with a link",
        "Not in the contacts yet",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for (password, code) in [("", "123456"), (PHRASE, ""), (PHRASE, "12")] {
        let answer = form
            .send(&mut ruiz, &[("password", password), ("code", code)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let code = bench.code(&seed);
    let wrong = form
        .send(&mut ruiz, &[("password", "wrong"), ("code", &code)])
        .await;
    assert!(
        wrong.text().contains("Nothing was sent"),
        "{}",
        wrong.text()
    );
    assert!(waits(&bench, id).await);
    let proof = [("password", PHRASE), ("code", code.as_str())];
    let done = form.send(&mut ruiz, &proof).await;
    assert_eq!(done.header("location"), form.released(), "{}", done.text());
    assert!(!waits(&bench, id).await);
    let record = events(&bench, EventKind::Release).await;
    assert_eq!(record[0].note, "own");
    // The same form once more finds nothing that waits.
    let again = form.send(&mut ruiz, &proof).await;
    let there = format!("/message/{id}?done=gone");
    assert_eq!(again.header("location"), there);
    assert_eq!(events(&bench, EventKind::Release).await.len(), 1);
    // It leads to the message, which says who wrote and who released it.
    let page = ruiz.get(&there).await.text();
    assert!(page.contains("as it stands now"), "{page}");
    assert!(
        page.contains("Written by desk@clinic.example. Released by ruiz@clinic.example, today"),
        "{page}"
    );
    let today = ruiz.get(done.header("location")).await.text();
    assert!(today.contains("Look at it"), "{today}");
    // However much happened since.
    let mut tx = Tx::new();
    for n in 0..1_100 {
        tx.audit(Event::new(Actor::Gateway, EventKind::Route, n));
    }
    bench.store.commit(tx).await.unwrap();
    let page = ruiz.get(&format!("/message/{id}")).await.text();
    assert!(page.contains("Released by ruiz@clinic.example"), "{page}");
}

// WM7
#[tokio::test]
async fn at_a_staff_screen_a_provider_proves_for_one_message_and_is_not_signed_in() {
    let bench = Bench::new().await;
    let (_, seed, _) = bench.set_up(RUIZ).await;
    let id = held(&bench).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let before = desk.cookies.clone();
    let form = Form::of(&mut desk, id).await;
    let code = bench.code(&seed);
    let proof = [
        ("address", RUIZ),
        ("password", PHRASE),
        ("code", code.as_str()),
    ];
    let done = form.send(&mut desk, &proof).await;
    assert_eq!(done.header("location"), form.released(), "{}", done.text());
    assert!(done.headers.get("set-cookie").is_none());
    assert_eq!(desk.cookies, before);
    assert!(desk.get("/today").await.text().contains(DESK));
    let record = events(&bench, EventKind::Release).await;
    assert!(record[0].note.starts_with("at-staff-screen "));
}

#[tokio::test]
async fn nobody_but_the_named_provider_is_proved_at_a_staff_screen() {
    let bench = Bench::new().await;
    let (_, _, _) = bench.set_up(RUIZ).await;
    let id = held(&bench).await;
    bench.account("other@clinic.example", Role::Provider).await;
    let (_, others, _) = bench.set_up("other@clinic.example").await;
    let (mut desk, own, _) = bench.set_up(DESK).await;
    let form = Form::of(&mut desk, id).await;
    for (who, seed) in [("other@clinic.example", &others), (DESK, &own)] {
        let code = bench.code(seed);
        let proof = [
            ("address", who),
            ("password", PHRASE),
            ("code", code.as_str()),
        ];
        let answer = form.send(&mut desk, &proof).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{who}");
        // Nothing was tried: the page is no place to guess others' passwords.
        assert!(answer.text().contains("has to release it"), "{who}");
    }
    assert!(waits(&bench, id).await);
}

#[tokio::test]
async fn a_form_of_another_message_releases_neither() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let one = held(&bench).await;
    let other = held_saying(&bench, "All is lost.").await;
    let mut form = Form::of(&mut ruiz, one).await;
    let right = form.binding.clone();
    let code = bench.code(&seed);
    let theirs = Form::of(&mut ruiz, other).await.binding;
    for binding in ["", "00", &right.to_uppercase(), &"0".repeat(64), &theirs] {
        form.binding = binding.to_owned();
        let proof = [("password", PHRASE), ("code", code.as_str())];
        let answer = form.send(&mut ruiz, &proof).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{binding}");
        assert!(answer.text().contains("not the message that was shown"));
    }
    assert!(waits(&bench, one).await && waits(&bench, other).await);
}

#[tokio::test]
async fn guesses_at_a_release_wait_as_guesses_at_the_front_door_do() {
    let bench = Bench::new().await;
    let (_, seed, _) = bench.set_up(RUIZ).await;
    let id = held(&bench).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let form = Form::of(&mut desk, id).await;
    let mut last = None;
    for _ in 0..8 {
        let guess = [("address", RUIZ), ("password", "wrong"), ("code", "000000")];
        last = Some(form.send(&mut desk, &guess).await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!last.header("retry-after").is_empty());
    // The right one has to wait too.
    let code = bench.code(&seed);
    let proof = [
        ("address", RUIZ),
        ("password", PHRASE),
        ("code", code.as_str()),
    ];
    let answer = form.send(&mut desk, &proof).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(waits(&bench, id).await);
}

#[tokio::test]
async fn a_colleague_releases_in_an_emergency_with_a_reason_and_a_deputy_without() {
    let bench = Bench::new().await;
    let (_, _, _) = bench.set_up(RUIZ).await;
    bench.account("other@clinic.example", Role::Provider).await;
    let (mut other, seed, _) = bench.set_up("other@clinic.example").await;
    let id = held(&bench).await;
    let page = format!("/message/{id}");
    let form = other.get(&page).await.form();
    let fields = [("form", form.as_str()), ("reason", "Dr.+Ruiz+is+away")];
    other.post(&format!("{page}/open"), &fields).await;
    let form = Form::of(&mut other, id).await;
    let code = bench.code(&seed);
    let proof = [("password", PHRASE), ("code", code.as_str())];
    let bare = form.send(&mut other, &proof).await;
    assert!(
        bare.text().contains("give a reason of 10 to 200"),
        "{}",
        bare.text()
    );
    let mut whole = proof.to_vec();
    whole.push(("reason", "Dr.+Ruiz+is+away"));
    let done = form.send(&mut other, &whole).await;
    assert_eq!(done.header("location"), form.released(), "{}", done.text());

    let next = held(&bench).await;
    stand_in(&bench, "other@clinic.example").await;
    bench.pass(60);
    assert!(other.get("/today").await.text().contains("as deputy"));
    let form = Form::of(&mut other, next).await;
    release_by(&bench, &mut other, (&form, &seed)).await;
    let notes = events(&bench, EventKind::Release).await;
    let notes: Vec<&str> = notes.iter().map(|e| e.note.as_str()).collect();
    assert_eq!(notes, ["break-glass", "deputy"]);
}

async fn release_by(bench: &Bench, browser: &mut Browser, (form, seed): (&Form, &Seed)) {
    let code = bench.code(seed);
    let done = form
        .send(browser, &[("password", PHRASE), ("code", &code)])
        .await;
    assert_eq!(done.header("location"), form.released(), "{}", done.text());
}

async fn stand_in(bench: &Bench, who: &str) {
    let store = &bench.store;
    let provider = find(bench, RUIZ).await.id;
    let deputy = find(bench, who).await.id;
    let until = store.clock().now() + SignedDuration::from_hours(24);
    let mut tx = Tx::new();
    tx.put(&Deputy {
        provider,
        deputy,
        until,
    });
    store.commit(tx).await.unwrap();
}

#[tokio::test]
async fn it_goes_back_with_a_reason_that_carries_no_control_characters() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let id = held(&bench).await;
    let form = Form::of(&mut ruiz, id).await.form;
    let path = format!("/message/{id}/reject");
    for empty in ["", "%00%1B%0D%0A", "%E2%80%8B"] {
        let answer = ruiz
            .post(&path, &[("form", &form), ("reason", empty)])
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{empty}");
    }
    let reason = "Wrong+dose.%1B[2J%00%0D%0AX-Evil:+1";
    let done = ruiz
        .post(&path, &[("form", &form), ("reason", reason)])
        .await;
    assert_eq!(
        done.header("location"),
        "/today?done=returned",
        "{}",
        done.text()
    );
    assert!(!waits(&bench, id).await);
    let (mut desk, ..) = bench.set_up(DESK).await;
    // It is a draft of its writer; the provider does not see it any more.
    assert_eq!(
        desk.get(&format!("/message/{id}")).await.status,
        StatusCode::OK
    );
    let gone = ruiz.get(&format!("/message/{id}")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn only_its_writer_takes_back_what_waits() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let id = held(&bench).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let path = format!("/message/{id}/withdraw");
    let form = ruiz.get("/today").await.form();
    let theirs = ruiz.post(&path, &[("form", &form)]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert!(waits(&bench, id).await);
    let form = desk.get("/today").await.form();
    let done = desk.post(&path, &[("form", &form)]).await;
    assert_eq!(done.header("location"), "/today?done=withdrawn");
    assert!(!waits(&bench, id).await);
}

#[tokio::test]
async fn what_some_programs_show_in_place_of_the_page_is_shown_before_a_release() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let id = held_as(&bench, TWO_FACED).await;
    let page = format!("/message/{id}");
    // The frame shows the other one.
    let frame = ruiz.get(&format!("{page}/body")).await.text();
    assert!(
        frame.contains("All is well.") && !frame.contains("new account"),
        "{frame}"
    );
    for path in [format!("{page}/release"), page] {
        let text = ruiz.get(&path).await.text();
        for words in [
            "The same as plain text, as some mail programs show it",
            "Pay to our new account.",
        ] {
            assert!(text.contains(words), "{path} {words}: {text}");
        }
    }
    // Whoever has seen both may release it.
    let form = Form::of(&mut ruiz, id).await;
    release_by(&bench, &mut ruiz, (&form, &seed)).await;
}

#[tokio::test]
async fn a_picture_that_the_page_does_not_show_is_listed_before_a_release() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let id = held_as(&bench, PICTURES).await;
    let page = format!("/message/{id}");
    let frame = ruiz.get(&format!("{page}/body")).await.text();
    assert!(!frame.contains("<img"), "{frame}");
    let text = ruiz.get(&format!("{page}/release")).await.text();
    for words in [
        "2 files",
        "account.png",
        "other.png",
        &format!("{page}/file/1\""),
        &format!("{page}/files.zip\""),
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let picture = ruiz.get(&format!("{page}/file/1")).await;
    assert_eq!(picture.body, b"\x89PNG\r\n\x1a\n");
    let all = ruiz.get(&format!("{page}/files.zip")).await;
    assert!(all.body.starts_with(b"PK"), "{}", all.status);
}

/// Letters of which a page cannot show all: as a page, as plain text, as the plain
/// text that stands for a page, and one that is too long only once it is read.
fn long_letters() -> [String; 4] {
    let long = "All is well.\r\n".repeat(80_000);
    let page = TWO_FACED.replace("All is well.", &long);
    let instead = TWO_FACED.replace("Pay to our new account.", &long);
    let plain = format!("Subject: Your results\r\n\r\n{long}");
    // Of each octet that is stored here, the page gets two.
    let umlauts = format!("{}\r\n", "ä".repeat(30)).repeat(12_000);
    let grows = TWO_FACED.replace("All is well.", &umlauts).replace(
        "text/html\r\n",
        "text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n",
    );
    [page, plain, instead, grows]
}

#[tokio::test]
async fn what_is_too_long_to_be_shown_whole_is_not_released_on_the_page() {
    let bench = Bench::new().await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let mut held = Vec::new();
    for letter in long_letters() {
        let id = held_as(&bench, &letter).await;
        held.push(id);
        let path = format!("/message/{id}/release");
        let page = ruiz.get(&path).await;
        let text = page.text();
        for words in ["is not released on this page", "Its end is missing here."] {
            assert!(text.contains(words), "{} {words}", held.len());
        }
        for words in ["Release and send", "name=\"binding\""] {
            assert!(!text.contains(words), "{} {words}", held.len());
        }
        // Nor is it by a form that somebody makes up.
        let hold = bench.store.get(&Hold::at(id)).await.unwrap().unwrap();
        let form = Form {
            path,
            form: page.form(),
            binding: data_encoding::HEXLOWER.encode(&hold.binding),
        };
        let code = bench.code(&seed);
        let proof = [("password", PHRASE), ("code", code.as_str())];
        let answer = form.send(&mut ruiz, &proof).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text();
        assert!(text.contains("role=\"alert\"") && text.contains("is not released on this page"));
        assert!(waits(&bench, id).await);
    }
    assert!(events(&bench, EventKind::Release).await.is_empty());
    // It still goes back, and is still taken back.
    let form = ruiz.get("/today").await.form();
    let fields = [("form", form.as_str()), ("reason", "Too+long.")];
    let path = format!("/message/{}/reject", held[0]);
    let done = ruiz.post(&path, &fields).await;
    assert_eq!(done.header("location"), "/today?done=returned");
    let (mut desk, ..) = bench.set_up(DESK).await;
    let form = desk.get("/today").await.form();
    let path = format!("/message/{}/withdraw", held[1]);
    let done = desk.post(&path, &[("form", &form)]).await;
    assert_eq!(done.header("location"), "/today?done=withdrawn");
    assert!(!waits(&bench, held[0]).await && !waits(&bench, held[1]).await);
}
