//! What somebody was writing on a page and did not send: no word of it is lost, and
//! nobody else is shown it.

use super::bench::{Bench, RUIZ};
use super::mail::{DESK, JANE, answered};
use super::write::{form, led, opened, person, post, results, send};
use crate::access::sweep;
use crate::desk::office::UNFINISHED;
use crate::model::{EventKind, Role, Seed};
use crate::store::records::Unfinished;
use crate::web::tests::{Answer, Browser};
use axum::http::StatusCode;
use jiff::SignedDuration;

const HALF_AN_HOUR: i64 = 31 * 60;

/// Sends the form of a page that was opened a while ago.
async fn late(browser: &mut Browser, path: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
    let fields = [&[("form", token)], fields].concat();
    browser.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    let answer = post(browser, path, form(&fields, &[("scan.png", b"")])).await;
    browser.headers.clear();
    answer
}

async fn kept(bench: &Bench) -> Vec<Unfinished> {
    bench.store.range(&[], None, 500).await.unwrap()
}

/// Signs in anew in the same browser.
async fn back_in(bench: &Bench, browser: &mut Browser, seed: &Seed) {
    bench.type_password(browser, RUIZ).await;
    let token = browser.get("/code").await.form();
    let fields = [("form", token.as_str()), ("code", &bench.code(seed))];
    let answer = browser.post("/code", &fields).await;
    assert_eq!(answer.header("location"), "/today", "{}", answer.text());
    bench.pass(60);
}

#[tokio::test]
async fn what_was_being_written_when_the_session_ended_stands_on_today_after_the_next_sign_in() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    let token = ruiz.get(&path).await.form();
    bench.pass(HALF_AN_HOUR);
    let to = format!("{jane} {JANE}");
    let answer = late(&mut ruiz, &path, &token, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked?kept=1");
    let locked = ruiz.get("/locked?kept=1").await.text();
    assert!(locked.contains("What you wrote is kept"), "{locked}");

    back_in(&bench, &mut ruiz, &seed).await;
    let today = ruiz.get("/today").await.text();
    for word in [
        "1 message you have not finished",
        "Results",
        "To Jane Doe",
        &path,
    ] {
        assert!(today.contains(word), "{word}: {today}");
    }
    let page = ruiz.get(&path).await.text();
    for word in [
        "value=\"Results\"",
        "See here.",
        "You began this message before",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let (id, word) = led(&send(&mut ruiz, &path, &results(&to), &[]).await);
    assert_eq!(word, "sent");
    assert_eq!(opened(&bench, id).await.head.subject, "Results");
    assert_eq!(kept(&bench).await, [], "what is sent is finished");
    let today = ruiz.get("/today").await.text();
    assert!(!today.contains("not finished"), "{today}");
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let drafts = events.iter().filter(|e| e.event.kind == EventKind::Draft);
    let notes: Vec<_> = drafts.map(|e| (&*e.event.object, &*e.event.note)).collect();
    assert_eq!(notes, [(jane.to_string().as_str(), "kept")]);
}

#[tokio::test]
async fn a_session_that_its_owner_ended_or_that_is_a_day_old_keeps_nothing() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let token = ruiz.get(&path).await.form();
    bench.pass(HALF_AN_HOUR);
    for wrong in ["", "ABCDEFGH"] {
        let answer = late(&mut ruiz, &path, wrong, &results(&to)).await;
        assert_eq!(answer.header("location"), "/locked");
    }
    bench.pass(24 * 3_600);
    let answer = late(&mut ruiz, &path, &token, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked");
    back_in(&bench, &mut ruiz, &seed).await;
    let token = ruiz.get(&path).await.form();
    ruiz.post("/sign-out", &[("form", &token)]).await;
    let answer = late(&mut ruiz, &path, &token, &results(&to)).await;
    assert_eq!(answer.header("location"), "/");
    assert_eq!(kept(&bench).await, []);
}

#[tokio::test]
async fn what_is_kept_for_later_waits_for_its_writer_alone_until_it_is_thrown_away() {
    let bench = Bench::new().await;
    bench.account(DESK, Role::Staff).await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let keep = format!("{path}?do=keep");
    let half = [("to", ""), ("subject", ""), ("text", "Half a sentence")];
    let answer = send(&mut ruiz, &keep, &half, &[("scan.png", b"x")]).await;
    assert_eq!(answer.header("location"), "/today?done=kept");
    let page = ruiz.get(&path).await.text();
    assert!(
        page.contains("Half a sentence") && page.contains("Throw away"),
        "{page}"
    );
    let today = ruiz.get("/today?done=kept").await.text();
    assert!(
        today.contains("Kept for later") && today.contains("Message without a subject"),
        "{today}"
    );
    for theirs in ["/today", &path] {
        let page = desk.get(theirs).await.text();
        assert!(!page.contains("Half a sentence"), "{page}");
        assert!(!page.contains("not finished"), "{page}");
        assert!(!page.contains("Throw away"), "{page}");
    }
    // Nothing typed is nothing to keep, and takes nothing away.
    let nothing = [("subject", " "), ("text", "\n")];
    let answer = send(&mut ruiz, &keep, &nothing, &[]).await;
    assert_eq!(answer.header("location"), "/today");
    assert_eq!(kept(&bench).await.len(), 1);
    let answer = send(&mut ruiz, &format!("{path}?do=drop"), &half, &[]).await;
    assert_eq!(answer.header("location"), "/today?done=dropped");
    assert_eq!(kept(&bench).await, []);
    assert!(!ruiz.get(&path).await.text().contains("Half a sentence"));
}

#[tokio::test]
async fn a_form_from_before_the_last_sign_in_comes_back_with_every_word_and_can_be_sent() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let token = ruiz.get(&path).await.form();
    bench.pass(HALF_AN_HOUR);
    // In another window.
    back_in(&bench, &mut ruiz, &seed).await;
    let before = bench.trace().await.1;
    let answer = late(&mut ruiz, &path, &token, &results(&to)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(bench.trace().await.1, before, "nothing is sent or kept");
    assert_eq!(kept(&bench).await, []);
    let page = answer.text();
    for word in ["You have signed in again", "value=\"Results\"", "See here."] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let token = answer.form();
    let fields = [&[("form", token.as_str())], results(&to).as_slice()].concat();
    ruiz.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    let (_, word) = led(&post(&mut ruiz, &path, form(&fields, &[])).await);
    assert_eq!(word, "sent");
}

#[tokio::test]
async fn an_answer_that_is_not_finished_names_who_wrote_as_long_as_it_is_seen() {
    let bench = Bench::new().await;
    person(&bench, ("Jane", "Doe"), JANE, None).await;
    let id = answered(&bench, RUIZ).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/message/{id}/answer");
    let half = [("subject", "Re: Results"), ("text", "Take two")];
    let keep = format!("{path}?do=keep");
    let answer = send(&mut ruiz, &keep, &half, &[]).await;
    assert_eq!(answer.header("location"), "/today?done=kept");
    let today = ruiz.get("/today").await.text();
    assert!(
        today.contains(&path) && today.contains("To Jane Doe"),
        "{today}"
    );
    // Of a message that one does not see, nothing is kept.
    bench.account(DESK, Role::Staff).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let answer = send(&mut desk, &keep, &half, &[]).await;
    assert_eq!(answer.header("location"), "/today");
    assert_eq!(kept(&bench).await.len(), 1);
}

#[tokio::test]
async fn what_nobody_takes_up_again_is_gone_after_a_month() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let keep = format!("/write/{jane}?do=keep");
    send(&mut ruiz, &keep, &[("text", "Half")], &[]).await;
    let idle = SignedDuration::from_mins(15);
    bench.pass(UNFINISHED.as_secs() - 60);
    sweep::sweep(&bench.store, idle).await.unwrap();
    assert_eq!(kept(&bench).await.len(), 1);
    bench.pass(60);
    sweep::sweep(&bench.store, idle).await.unwrap();
    assert_eq!(kept(&bench).await, []);
}
