//! The password for the front page.

use super::bench::{Answer, Bench, Browser};
use axum::http::StatusCode;
use jiff::SignedDuration;

const JANE: &str = "jane@example.com";
const GOOD: &str = "teapot-lantern-orbit";

async fn choose(browser: &mut Browser, password: &str, again: &str) -> Answer {
    let form = browser.get("/password").await.form();
    let all = [
        ("form", form.as_str()),
        ("password", password),
        ("again", again),
    ];
    browser.post("/password", &all).await
}

async fn sign_in(browser: &mut Browser, address: &str, password: &str) -> Answer {
    let form = browser.get("/").await.form();
    let all = [
        ("form", form.as_str()),
        ("address", address),
        ("password", password),
    ];
    browser.post("/sign-in", &all).await
}

#[tokio::test]
async fn a_password_stands_for_the_code_where_the_browser_is_known_and_nowhere_else() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let mut home = bench.came_in(JANE).await;
    let kept = choose(&mut home, GOOD, GOOD).await;
    assert_eq!(
        kept.header("location"),
        "/password?done=set",
        "{}",
        kept.text()
    );
    let page = home.get("/password?done=set").await.text();
    assert!(page.contains("Your password is kept"), "{page}");
    home.cookies.remove("__Host-session");
    let codes = bench.codes_to(JANE).await.len();
    let entered = sign_in(&mut home, JANE, GOOD).await;
    assert_eq!(entered.header("location"), "/inbox", "{}", entered.text());
    assert_eq!(home.get("/inbox").await.status, StatusCode::OK);
    assert_eq!(bench.codes_to(JANE).await.len(), codes, "no code was sent");

    bench.hand.advance(SignedDuration::from_mins(1));
    let mut away = bench.browser();
    let asked = sign_in(&mut away, JANE, GOOD).await;
    assert_eq!(asked.header("location"), "/sign-in/code");
    assert_eq!(away.get("/inbox").await.header("location"), "/");
    let code = bench.front_code().await;
    let entered = bench.try_front(&mut away, &code).await;
    assert_eq!(entered.header("location"), "/inbox");
}

#[tokio::test]
async fn a_wrong_password_hears_the_same_whoever_it_is_and_has_to_wait() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    bench.granted("Ann", "ann@example.com").await;
    let mut home = bench.came_in(JANE).await;
    choose(&mut home, GOOD, GOOD).await;
    let mut all = Vec::new();
    for address in [JANE, "ann@example.com", "nobody@example.com"] {
        let mut guesser = bench.browser();
        let mut said = Vec::new();
        for _ in 0..6 {
            let answer = sign_in(&mut guesser, address, "teapot-lantern-orbiT").await;
            let text = answer.text();
            let (_, text) = text.split_once("<main").unwrap();
            let form = guesser.get("/").await.form();
            let text = text.replace(address, "WHO").replace(&form, "FORM");
            said.push((answer.status, text));
        }
        assert_eq!(said[0].0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(said[5].0, StatusCode::TOO_MANY_REQUESTS);
        all.push(said);
    }
    assert!(all[0] == all[1] && all[1] == all[2], "{all:?}");
    // The patient's own browser waits for nobody.
    home.cookies.remove("__Host-session");
    let entered = sign_in(&mut home, JANE, GOOD).await;
    assert_eq!(entered.header("location"), "/inbox");
    // And who forgot it leaves it out.
    bench.hand.advance(SignedDuration::from_mins(1));
    let (mut away, _) = bench.asking(JANE).await;
    let code = bench.front_code().await;
    let entered = bench.try_front(&mut away, &code).await;
    assert_eq!(entered.header("location"), "/inbox");
}

#[tokio::test]
async fn who_tries_one_password_at_many_mailboxes_has_to_wait_and_nobody_else_does() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let mut home = bench.came_in(JANE).await;
    choose(&mut home, GOOD, GOOD).await;
    home.cookies.remove("__Host-session");
    let mut guesser = bench.browser();
    guesser.headers = vec![("x-forwarded-for", "198.51.100.9".to_owned())];
    let mut tried = 0;
    for n in 0..30 {
        let address = format!("patient{n}@example.com");
        let answer = sign_in(&mut guesser, &address, "spring-in-the-harbour").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
        tried += 1;
    }
    assert_eq!(tried, 19, "the twentieth has to wait");
    // From the same network, the browser that proved the mailbox waits for nobody.
    home.headers = guesser.headers.clone();
    let entered = sign_in(&mut home, JANE, GOOD).await;
    assert_eq!(entered.header("location"), "/inbox", "{}", entered.text());
}

#[tokio::test]
async fn a_password_ends_with_the_right_for_which_it_was_chosen() {
    let bench = Bench::new().await;
    let jane = bench.granted("Jane", JANE).await;
    let mut home = bench.came_in(JANE).await;
    choose(&mut home, GOOD, GOOD).await;
    home.cookies.remove("__Host-session");
    bench.hand.advance(SignedDuration::from_mins(1));
    let now = bench.store.clock().now();
    bench.amend(&jane, |jane| jane.portal = Some(now)).await;
    let refused = sign_in(&mut home, JANE, GOOD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_everybody_would_try_is_no_password() {
    let bench = Bench::new().await;
    bench.granted("Jane", JANE).await;
    let mut browser = bench.came_in(JANE).await;
    for (password, again, said) in [
        ("short", "short", "fewer than 12 characters"),
        (
            "password1234",
            "password1234",
            "Many people use this password",
        ),
        (GOOD, "teapot", "not the same"),
    ] {
        let refused = choose(&mut browser, password, again).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains(said), "{}", refused.text());
        assert!(!refused.text().contains(GOOD), "it is not shown again");
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_one_taken_away_opens_nothing() {
    let bench = Bench::new().await;
    let jane = bench.granted("Jane", JANE).await;
    let mut home = bench.came_in(JANE).await;
    bench.hand.advance(SignedDuration::from_mins(1));
    let mut away = bench.came_in(JANE).await;
    choose(&mut home, GOOD, GOOD).await;
    assert_eq!(away.get("/inbox").await.header("location"), "/locked");
    assert_eq!(home.get("/inbox").await.status, StatusCode::OK);

    let form = home.get("/password").await.form();
    let gone = home.post("/password/remove", &[("form", &form)]).await;
    assert_eq!(gone.header("location"), "/password?done=removed");
    home.cookies.remove("__Host-session");
    let refused = sign_in(&mut home, JANE, GOOD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Nor does one of somebody who may no longer sign in.
    bench.hand.advance(SignedDuration::from_mins(1));
    let mut home = bench.came_in(JANE).await;
    choose(&mut home, GOOD, GOOD).await;
    home.cookies.remove("__Host-session");
    bench.amend(&jane, |jane| jane.portal = None).await;
    let refused = sign_in(&mut home, JANE, GOOD).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
