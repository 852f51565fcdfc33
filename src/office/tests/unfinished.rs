//! What somebody was writing on a page and did not send: no word of it is lost, and
//! nobody else is shown it.

use super::bench::{Bench, RUIZ};
use super::mail::{DESK, JANE, answered, find};
use super::write::{form, led, opened, person, post, results, send};
use crate::access::{accounts, sweep};
use crate::desk::office::UNFINISHED;
use crate::folders;
use crate::model::{Actor, EventKind, Role, Seed, Standing, WorkId};
use crate::store::Tx;
use crate::store::records::Unfinished;
use crate::web::tests::{Answer, Browser};
use axum::http::StatusCode;
use jiff::SignedDuration;

const HALF_AN_HOUR: i64 = 31 * 60;

/// What a form of this page holds besides what is typed.
struct Sheet {
    form: String,
    once: String,
    by: String,
    seen: String,
}

impl Sheet {
    async fn of(browser: &mut Browser, path: &str) -> Self {
        Self::read(&browser.get(path).await)
    }

    fn read(page: &Answer) -> Self {
        let text = page.text();
        let hidden = |name: &str| {
            let start = format!("name=\"{name}\" value=\"");
            let (_, rest) = text.split_once(&start).unwrap_or_else(|| panic!("{text}"));
            rest.split('"').next().unwrap().to_owned()
        };
        Self {
            form: page.form(),
            once: hidden("once"),
            by: hidden("by"),
            seen: hidden("seen"),
        }
    }

    /// Presses a button of the page; a file had been chosen.
    async fn press(&self, browser: &mut Browser, path: &str, typed: &[(&str, &str)]) -> Answer {
        let own = [
            ("form", self.form.as_str()),
            ("once", &self.once),
            ("by", &self.by),
            ("seen", &self.seen),
        ];
        browser.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
        let fields = [own.as_slice(), typed].concat();
        let answer = post(browser, path, form(&fields, &[("list.txt", b"one")])).await;
        browser.headers.clear();
        answer
    }
}

async fn kept(bench: &Bench) -> Vec<Unfinished> {
    bench.store.range(&[], None, 500).await.unwrap()
}

/// The texts that are kept, the oldest first.
async fn texts(bench: &Bench) -> Vec<String> {
    let mut kept = kept(bench).await;
    kept.sort_by_key(|one| one.at);
    kept.into_iter().map(|one| one.text).collect()
}

async fn notes(bench: &Bench) -> Vec<String> {
    let events = bench.store.audit_events(0, 10_000).await.unwrap();
    let drafts = events.into_iter().map(|audited| audited.event);
    let drafts = drafts.filter(|event| event.kind == EventKind::Draft);
    drafts.map(|event| event.note).collect()
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
    let to = format!("{jane} {JANE}");
    let sheet = Sheet::of(&mut ruiz, &path).await;
    bench.pass(HALF_AN_HOUR);
    let answer = sheet.press(&mut ruiz, &path, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked?kept=1");
    let locked = ruiz.get("/locked?kept=1").await.text();
    assert!(locked.contains("What you wrote is kept"), "{locked}");

    back_in(&bench, &mut ruiz, &seed).await;
    let today = ruiz.get("/today").await.text();
    let on = format!("/unfinished/{}", kept(&bench).await[0].id);
    let wanted = [
        "1 message you have not finished",
        "Results",
        "To Jane Doe",
        &on,
    ];
    for word in wanted {
        assert!(today.contains(word), "{word}: {today}");
    }
    let blank = ruiz.get(&path).await.text();
    assert!(
        blank.contains("that is not finished") && blank.contains(&on),
        "{blank}"
    );
    let page = ruiz.get(&on).await;
    let text = page.text();
    for word in [
        "value=\"Results\"",
        "See here.",
        "You began this message before",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let again = Sheet::read(&page);
    let (id, word) = led(&again.press(&mut ruiz, &path, &results(&to)).await);
    assert_eq!(word, "sent");
    assert_eq!(opened(&bench, id).await.head.subject, "Results");
    assert_eq!(kept(&bench).await, [], "what is sent is finished");
    let today = ruiz.get("/today").await.text();
    assert!(!today.contains("not finished"), "{today}");
    assert_eq!(notes(&bench).await, ["kept-late"]);
    // Whoever did not see that it was sent sends the same form again: one message.
    let (second, _) = led(&again.press(&mut ruiz, &path, &results(&to)).await);
    assert_eq!(second, id);
}

#[tokio::test]
async fn a_session_that_its_owner_ended_or_that_is_a_day_old_keeps_nothing() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let sheet = Sheet::of(&mut ruiz, &path).await;
    bench.pass(HALF_AN_HOUR);
    for wrong in ["", "ABCDEFGH"] {
        let form = wrong.to_owned();
        let (once, by, seen) = (sheet.once.clone(), sheet.by.clone(), String::new());
        let forged = Sheet {
            form,
            once,
            by,
            seen,
        };
        let answer = forged.press(&mut ruiz, &path, &results(&to)).await;
        assert_eq!(answer.header("location"), "/locked");
    }
    let dropped = format!("{path}?do=drop");
    let answer = sheet.press(&mut ruiz, &dropped, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked");
    bench.pass(24 * 3_600);
    let answer = sheet.press(&mut ruiz, &path, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked");
    // Signing out after the time is over ends it too.
    back_in(&bench, &mut ruiz, &seed).await;
    let sheet = Sheet::of(&mut ruiz, &path).await;
    bench.pass(HALF_AN_HOUR);
    let cookies = ruiz.cookies.clone();
    ruiz.post("/sign-out", &[("form", &sheet.form)]).await;
    ruiz.cookies = cookies;
    let answer = sheet.press(&mut ruiz, &path, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked");
    // And so does whoever switches the account off.
    back_in(&bench, &mut ruiz, &seed).await;
    let sheet = Sheet::of(&mut ruiz, &path).await;
    let id = find(&bench, RUIZ).await.id;
    let off = accounts::set_standing(&bench.store, id, Standing::Disabled, Actor::Gateway);
    off.await.unwrap();
    let answer = sheet
        .press(&mut ruiz, &format!("{path}?do=keep"), &results(&to))
        .await;
    assert_eq!(answer.header("location"), "/locked");
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
    let sheet = Sheet::of(&mut ruiz, &path).await;
    let answer = sheet.press(&mut ruiz, &keep, &half).await;
    // A file had been chosen, and is not kept.
    assert_eq!(answer.header("location"), "/today?done=kept-files");
    let on = format!("/unfinished/{}", kept(&bench).await[0].id);
    let page = ruiz.get(&on).await.text();
    assert!(
        page.contains("Half a sentence") && page.contains("Throw away"),
        "{page}"
    );
    let today = ruiz.get("/today?done=kept-files").await.text();
    let unnamed = today.contains("Message without a subject");
    assert!(today.contains("Kept for later") && unnamed, "{today}");
    for theirs in ["/today", &path] {
        let page = desk.get(theirs).await.text();
        assert!(!page.contains("Half a sentence"), "{page}");
        assert!(!page.contains("not finished"), "{page}");
    }
    assert_eq!(desk.get(&on).await.status, StatusCode::NOT_FOUND);
    // Nothing typed is nothing to keep, and takes nothing away.
    let sheet = Sheet::of(&mut ruiz, &on).await;
    let nothing = [("subject", " "), ("text", "\n")];
    let answer = sheet.press(&mut ruiz, &keep, &nothing).await;
    assert_eq!(answer.header("location"), "/today");
    assert_eq!(texts(&bench).await, ["Half a sentence"]);
    // What is too long for a message is said, and stays on the page.
    let long = "a".repeat(100_001);
    let answer = sheet.press(&mut ruiz, &keep, &[("text", &long)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains(&long));
    let drop = format!("{path}?do=drop");
    let answer = sheet.press(&mut ruiz, &drop, &half).await;
    assert_eq!(answer.header("location"), "/today?done=dropped");
    assert_eq!(kept(&bench).await, []);
    assert_eq!(notes(&bench).await, ["kept", "thrown-away"]);
}

#[tokio::test]
async fn what_another_window_has_kept_is_neither_replaced_nor_removed() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let keep = format!("{path}?do=keep");
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let blank = Sheet::of(&mut ruiz, &path).await;
    let other = Sheet::of(&mut ruiz, &path).await;
    other
        .press(&mut ruiz, &keep, &[("text", "A long letter")])
        .await;
    // A short one from a page that was opened before is sent; the long one stays.
    led(&blank.press(&mut ruiz, &path, &results(&to)).await);
    assert_eq!(texts(&bench).await, ["A long letter"]);
    // Two windows go on with the same text; the later of the two is not lost either.
    let on = format!("/unfinished/{}", kept(&bench).await[0].id);
    let first = Sheet::of(&mut ruiz, &on).await;
    let second = Sheet::of(&mut ruiz, &on).await;
    bench.pass(1);
    second
        .press(&mut ruiz, &keep, &[("text", "The finished letter")])
        .await;
    assert_eq!(texts(&bench).await, ["The finished letter"]);
    let today = format!("{path}?do=drop");
    let answer = first.press(&mut ruiz, &today, &[("text", "x")]).await;
    assert_eq!(answer.header("location"), "/today?done=not");
    bench.pass(HALF_AN_HOUR);
    let answer = first
        .press(&mut ruiz, &path, &[("text", "A long letter")])
        .await;
    assert_eq!(answer.header("location"), "/locked?kept=1");
    assert_eq!(
        texts(&bench).await,
        ["The finished letter", "A long letter"]
    );
    back_in(&bench, &mut ruiz, &seed).await;
    let today = ruiz.get("/today").await.text();
    assert!(
        today.contains("2 messages you have not finished"),
        "{today}"
    );
}

#[tokio::test]
async fn a_form_from_before_the_last_sign_in_comes_back_with_every_word_to_who_wrote_it() {
    let bench = Bench::new().await;
    bench.account(DESK, Role::Staff).await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let (mut ruiz, seed, _) = bench.set_up(RUIZ).await;
    let sheet = Sheet::of(&mut ruiz, &path).await;
    bench.pass(HALF_AN_HOUR);
    // In another window.
    back_in(&bench, &mut ruiz, &seed).await;
    let before = bench.trace().await.1;
    let answer = sheet.press(&mut ruiz, &path, &results(&to)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(bench.trace().await.1, before, "nothing is sent or kept");
    let page = answer.text();
    for word in ["You have signed in again", "value=\"Results\"", "See here."] {
        assert!(page.contains(word), "{word}: {page}");
    }
    let fresh = Sheet::read(&answer);
    let (_, word) = led(&fresh.press(&mut ruiz, &path, &results(&to)).await);
    assert_eq!(word, "sent");
    // A colleague who has signed in at this browser meanwhile does not send it.
    let (mut desk, ..) = bench.set_up(DESK).await;
    let answer = sheet.press(&mut desk, &path, &results(&to)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!answer.text().contains("See here."), "{}", answer.text());
    assert_eq!(kept(&bench).await, []);
}

#[tokio::test]
async fn what_is_sent_between_password_and_code_of_another_window_is_kept() {
    let bench = Bench::new().await;
    bench.account(DESK, Role::Staff).await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let sheet = Sheet::of(&mut ruiz, &path).await;
    bench.pass(HALF_AN_HOUR);
    bench.type_password(&mut ruiz, RUIZ).await;
    let answer = sheet.press(&mut ruiz, &path, &results(&to)).await;
    assert_eq!(answer.header("location"), "/locked?kept=1");
    assert_eq!(texts(&bench).await, ["See here."]);
    // But not as somebody else's.
    let (_, _, _) = bench.set_up(DESK).await;
    let mut desk = bench.halfway(DESK).await;
    let answer = sheet.press(&mut desk, &path, &results(&to)).await;
    assert_eq!(answer.header("location"), "/code");
    assert_eq!(kept(&bench).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_any_more_can_be_read_and_thrown_away_and_names_nobody() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let id = answered(&bench, RUIZ).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/message/{id}/answer");
    let to = format!("{jane} {JANE}");
    let half = [
        ("to", to.as_str()),
        ("subject", "Re: Results"),
        ("text", "Take two"),
    ];
    let sheet = Sheet::of(&mut ruiz, &path).await;
    sheet
        .press(&mut ruiz, &format!("{path}?do=keep"), &half)
        .await;
    let today = ruiz.get("/today").await.text();
    assert!(today.contains("To Jane Doe"), "{today}");
    // The message is gone from the mailbox.
    let mut tx = Tx::new();
    folders::take_out(&bench.store, &mut tx, id).await.unwrap();
    bench.store.commit(tx).await.unwrap();
    let today = ruiz.get("/today").await.text();
    assert!(
        today.contains("Re: Results") && !today.contains("To Jane Doe"),
        "{today}"
    );
    let on = format!("/unfinished/{}", kept(&bench).await[0].id);
    let page = ruiz.get(&on).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(
        text.contains("Take two") && text.contains("You can copy the words"),
        "{text}"
    );
    let (_, seen) = text.split_once("name=\"seen\" value=\"").unwrap();
    let seen = seen.split('"').next().unwrap();
    let fields = [("form", page.form()), ("seen", seen.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let drop = format!("{on}/drop");
    let answer = ruiz.post(&drop, &fields).await;
    assert_eq!(answer.header("location"), "/today?done=dropped");
    let answer = ruiz.post(&drop, &fields).await;
    assert_eq!(answer.header("location"), "/today?done=not");
    assert_eq!(kept(&bench).await, []);
}

#[tokio::test]
async fn the_newest_twenty_are_kept_and_each_for_a_month() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    for n in 0..22 {
        let once = WorkId::new(bench.store.clock().now()).to_string();
        let text = format!("Text {n}");
        let fields = [("once", once.as_str()), ("text", &text)];
        let answer = send(&mut ruiz, &format!("{path}?do=keep"), &fields, &[]).await;
        assert_eq!(answer.header("location"), "/today?done=kept");
        bench.pass(1);
    }
    let texts = texts(&bench).await;
    assert_eq!((texts.len(), texts[0].as_str()), (20, "Text 2"));
    // What comes from a session that is over makes no room for itself.
    let sheet = Sheet::of(&mut ruiz, &path).await;
    bench.pass(HALF_AN_HOUR);
    let answer = sheet.press(&mut ruiz, &path, &[("text", "One more")]).await;
    assert_eq!(answer.header("location"), "/locked");
    let idle = SignedDuration::from_mins(15);
    bench.pass(UNFINISHED.as_secs() - HALF_AN_HOUR - 60);
    sweep::sweep(&bench.store, idle).await.unwrap();
    assert_eq!(kept(&bench).await.len(), 20);
    bench.pass(120);
    sweep::sweep(&bench.store, idle).await.unwrap();
    assert_eq!(kept(&bench).await, []);
}
