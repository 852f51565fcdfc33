//! The front page: who gets in, who does not, and that nobody can tell one
//! address from another.

use super::bench::{Answer, Bench};
use crate::model::{EventKind, Token};
use axum::http::StatusCode;
use jiff::SignedDuration;

const JANE: &str = "jane@example.com";
const NOBODY: &str = "john@example.com";

/// What a stranger can see of an answer, without what is drawn at random.
fn seen(answer: &Answer, reference: &str) -> (StatusCode, String, String) {
    let names: Vec<&str> = answer.headers.keys().map(|name| name.as_str()).collect();
    let text = answer.text().replace(reference, "KTVR");
    (
        answer.status,
        format!("{names:?} {}", answer.header("location")),
        without_forms(&text),
    )
}

fn without_forms(text: &str) -> String {
    let mut pieces = text.split("name=\"form\" value=\"");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| {
        let (_, rest) = piece.split_once('"').unwrap_or_default();
        format!("{all}…{rest}")
    })
}

/// The four letters on the page for the code.
fn reference(page: &str) -> String {
    let (_, rest) = page.split_once("the letters <strong>").expect(page);
    rest[..4].to_owned()
}

#[tokio::test]
async fn who_may_sign_in_types_an_address_and_a_code_and_reads_as_ever() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    bench.send().await;
    let (mut browser, asked) = bench.asking(" Jane@Example.com ").await;
    assert_eq!(asked.header("location"), "/sign-in/code");
    let page = browser.get("/sign-in/code").await.text();
    assert!(page.contains("autocomplete=\"one-time-code\""), "{page}");
    let code = bench.front_code().await;
    let spaced = format!("{}+{}", &code[..4], &code[4..]);
    let entered = bench.try_front(&mut browser, &spaced).await;
    assert_eq!(entered.header("location"), "/inbox", "{}", entered.text());
    assert!(!browser.cookies.contains_key("__Host-front"));
    let inbox = browser.get("/inbox").await.text();
    assert!(inbox.contains("Your &#60;results&#62;"), "{inbox}");
    for tab in ["/sent", "/files"] {
        assert_eq!(browser.get(tab).await.status, StatusCode::OK);
    }
    assert_eq!(browser.get("/").await.header("location"), "/inbox");
}

#[tokio::test]
async fn an_address_that_may_not_sign_in_is_answered_in_the_same_words_and_gets_no_mail() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    bench
        .person("Bob", "bob@example.com", |bob| bob.portal = None)
        .await;
    let mut all = Vec::new();
    for address in [JANE, NOBODY, "bob@example.com", "jane@north.example"] {
        let before = bench.store.figures().commits;
        // Each from a network of its own: those are slowed down.
        let mut browser = bench.browser();
        browser.headers = vec![("x-forwarded-for", format!("203.0.{}.9", all.len()))];
        let form = browser.get("/").await.form();
        let fields = [("form", form.as_str()), ("address", address)];
        let asked = browser.post("/sign-in", &fields).await;
        let wrote = bench.store.figures().commits - before;
        let page = browser.get("/sign-in/code").await;
        let letters = reference(&page.text());
        let mut said = vec![seen(&asked, &letters), seen(&page, &letters)];
        for code in ["", "12", "00000000", "11111111", "22222222"] {
            let answer = bench.try_front(&mut browser, code).await;
            said.push(seen(&answer, &letters));
        }
        bench.hand.advance(SignedDuration::from_mins(12));
        let form = browser.get("/").await.form();
        let again = browser.post("/sign-in/again", &[("form", &form)]).await;
        said.push(seen(&again, &letters));
        let page = browser.get("/sign-in/code").await;
        let letters = reference(&page.text());
        said.push(seen(&page, &letters));
        // The mask shows what was typed, and no more.
        let domain = address.split('@').nth(1).unwrap();
        let masked = format!("{}•••@{domain}", &address[..1]);
        let told = said.into_iter();
        let told: Vec<_> = told
            .map(|(status, head, text)| (status, head, text.replace(&masked, "WHO")))
            .collect();
        all.push((told, wrote));
    }
    for (told, wrote) in &all[1..] {
        for (first, other) in all[0].0.iter().zip(told) {
            assert_eq!(first, other);
        }
        assert_eq!(all[0].1, *wrote, "as many commits");
    }
    assert_eq!(bench.codes_to(JANE).await.len(), 2);
    for nobody in [NOBODY, "bob@example.com", "jane@north.example"] {
        assert!(bench.codes_to(nobody).await.is_empty(), "{nobody} got mail");
    }
}

#[tokio::test]
async fn a_code_opens_in_the_browser_that_asked_and_in_no_other() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let (mut patient, _) = bench.asking(JANE).await;
    let code = bench.front_code().await;
    // Somebody else asks for the same address: the patient's code still works.
    bench.hand.advance(SignedDuration::from_secs(40));
    let (mut thief, _) = bench.asking(JANE).await;
    let refused = bench.try_front(&mut thief, &code).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let entered = bench.try_front(&mut patient, &code).await;
    assert_eq!(entered.header("location"), "/inbox");
    // And it worked once.
    let (mut again, _) = (thief, ());
    let refused = bench.try_front(&mut again, &code).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_code_ends_with_the_next_with_five_tries_and_with_half_an_hour() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let (mut browser, _) = bench.asking(JANE).await;
    let first = bench.front_code().await;
    bench.hand.advance(SignedDuration::from_secs(31));
    let form = browser.get("/").await.form();
    browser.post("/sign-in/again", &[("form", &form)]).await;
    let refused = bench.try_front(&mut browser, &first).await;
    assert!(
        refused.text().contains("You have 4 tries left"),
        "{}",
        refused.text()
    );
    let second = bench.front_code().await;
    for _ in 0..4 {
        bench.try_front(&mut browser, "00000000").await;
    }
    bench.hand.advance(SignedDuration::from_mins(5));
    let spent = bench.try_front(&mut browser, &second).await;
    assert!(
        spent.text().contains("Please ask for a new code"),
        "{}",
        spent.text()
    );

    let form = browser.get("/").await.form();
    browser.post("/sign-in/again", &[("form", &form)]).await;
    let third = bench.front_code().await;
    bench.hand.advance(SignedDuration::from_mins(30));
    let late = bench.try_front(&mut browser, &third).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_stranger_who_asks_again_and_again_fills_no_patients_mailbox() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    for n in 0..60 {
        let mut browser = bench.browser();
        browser.headers = vec![("x-forwarded-for", format!("203.0.{n}.9"))];
        let form = browser.get("/").await.form();
        let fields = [("form", form.as_str()), ("address", JANE)];
        let asked = browser.post("/sign-in", &fields).await;
        assert_eq!(asked.header("location"), "/sign-in/code");
        bench.hand.advance(SignedDuration::from_secs(30));
    }
    assert_eq!(bench.codes_to(JANE).await.len(), 5, "in half an hour");
    bench.hand.advance(SignedDuration::from_hours(1));
    // A link still brings one: those are counted apart.
    let link = bench.send().await;
    bench.signed_in(&link).await;
}

#[tokio::test]
async fn a_network_that_asks_for_many_addresses_is_slowed_down() {
    let bench = Bench::new().await;
    let mut told = Vec::new();
    for n in 0..21 {
        let (_, asked) = bench.asking(&format!("patient{n}@example.com")).await;
        told.push(asked.status);
    }
    assert!(told[..20].iter().all(|s| *s == StatusCode::SEE_OTHER));
    assert_eq!(told[20], StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_hundred_wrong_codes_in_an_hour_close_the_front_page_and_no_link() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let (mut patient, _) = bench.asking(JANE).await;
    let code = bench.front_code().await;
    let mut tried = 0;
    'world: for n in 0..40 {
        let mut guesser = bench.browser();
        guesser.headers = vec![("x-forwarded-for", format!("198.51.{n}.9"))];
        let form = guesser.get("/").await.form();
        let address = format!("patient{n}@example.com");
        let fields = [("form", form.as_str()), ("address", address.as_str())];
        guesser.post("/sign-in", &fields).await;
        for _ in 0..4 {
            tried += 1;
            let answer = bench.try_front(&mut guesser, "00000000").await;
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                break 'world;
            }
        }
    }
    assert_eq!(tried, 100);
    let rests = bench.try_front(&mut patient, &code).await;
    assert_eq!(rests.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(rests.text().contains("closed for"), "{}", rests.text());
    assert_eq!(
        bench.asking(JANE).await.1.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    bench.hand.advance(SignedDuration::from_secs(1));
    let link = bench.send().await;
    bench.signed_in(&link).await;
    let events = bench.store.audit_events(0, 10_000).await.unwrap();
    let locks = events
        .iter()
        .filter(|e| e.event.kind == EventKind::Lock && e.event.note == "budget");
    assert_eq!(locks.count(), 1);
    // Who has proved the mailbox with this browser is not kept out by strangers.
    bench.hand.advance(SignedDuration::from_secs(1));
    let mut known = bench.browser();
    let link = bench.send_about(JANE, None).await;
    bench.enter(&mut known, &link).await;
    known.cookies.remove("__Host-session");
    bench.hand.advance(SignedDuration::from_mins(1));
    let form = known.get("/").await.form();
    let fields = [("form", form.as_str()), ("address", JANE)];
    known.post("/sign-in", &fields).await;
    let code = bench.front_code().await;
    let entered = bench.try_front(&mut known, &code).await;
    assert_eq!(entered.header("location"), "/inbox", "{}", entered.text());
    // After an hour it is open again.
    bench.hand.advance(SignedDuration::from_mins(61));
    bench.came_in(JANE).await;
}

#[tokio::test]
async fn a_cookie_that_somebody_planted_opens_nothing() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let planted = Token::new().expose().to_owned();
    let mut victim = bench.browser();
    for name in ["__Host-session", "__Host-known", "__Host-front"] {
        victim.cookies.insert(name.into(), planted.clone());
    }
    let form = victim.get("/").await.form();
    let fields = [("form", form.as_str()), ("address", JANE)];
    victim.post("/sign-in", &fields).await;
    let code = bench.front_code().await;
    let entered = bench.try_front(&mut victim, &code).await;
    assert_eq!(entered.header("location"), "/inbox");
    assert!(victim.cookies.values().all(|value| *value != planted));
    let mut thief = bench.browser();
    for name in ["__Host-session", "__Host-known", "__Host-front"] {
        thief.cookies.insert(name.into(), planted.clone());
    }
    assert_eq!(thief.get("/inbox").await.header("location"), "/locked");
    assert_eq!(thief.get("/sign-in/code").await.header("location"), "/");
}

#[tokio::test]
async fn whose_right_is_taken_back_is_out_at_once_and_a_link_still_opens() {
    let bench = Bench::new().await;
    let jane = bench.granted("Jane", JANE).await;
    let link = bench.send().await;
    let mut browser = bench.came_in(JANE).await;
    bench.hand.advance(SignedDuration::from_mins(1));
    let (mut linked, message) = bench.signed_in(&link).await;
    assert_eq!(browser.get(&message).await.status, StatusCode::OK);
    bench.hand.advance(SignedDuration::from_mins(1));
    let (mut waiting, _) = bench.asking(JANE).await;
    let code = bench.front_code().await;
    bench.amend(&jane, |jane| jane.portal = None).await;
    for path in ["/inbox", "/sent", "/files", message.as_str()] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("location"), "/locked", "{path}");
    }
    let refused = bench.try_front(&mut waiting, &code).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(linked.get(&message).await.status, StatusCode::OK);
}

#[tokio::test]
async fn looking_at_the_front_page_writes_nothing() {
    let bench = Bench::new().await;
    let before = bench.trace().await;
    let mut browser = bench.browser();
    for path in ["/", "/sign-in", "/sign-in/code", "/sign-in/again"] {
        browser.get(path).await;
    }
    assert_eq!(bench.trace().await, before);
}

#[tokio::test]
async fn a_mail_for_the_front_page_holds_one_code_of_eight_digits_and_no_other_number() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    bench.asking(JANE).await;
    let mails = bench.mails_to(JANE).await;
    let mail = mail_parser::MessageParser::default()
        .parse(&mails[0])
        .unwrap();
    let text = mail.body_text(0).unwrap();
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let runs: Vec<usize> = runs.map(str::len).filter(|n| *n >= 4).collect();
    assert_eq!(runs, [8], "{text}");
    assert!(text.contains("sign in") && !text.contains("http"), "{text}");
}
