use super::bench::{Bench, HOST};
use crate::portal::guard;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::routing::get;
use axum::{Router, middleware};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use tower::ServiceExt;

#[tokio::test]
async fn a_message_is_read_in_two_presses_and_one_code_and_then_in_one() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();

    let landing = browser.get(&path).await;
    assert_eq!(landing.status, StatusCode::OK);
    assert!(landing.text().contains("j•••@example.com") && !landing.text().contains("jane@"));

    let asked = browser
        .post(&format!("{path}/code"), &[("form", &landing.form())])
        .await;
    assert_eq!(asked.header("location"), format!("{path}/enter"));
    let page = browser.get(asked.header("location")).await.text();
    assert!(
        page.contains("autocomplete=\"one-time-code\"") && !page.contains("maxlength"),
        "{page}"
    );

    let code = bench.code().await;
    let spaced = format!("+{}-{}%0A", &code[..3], &code[3..]);
    let entered = browser
        .post(
            &format!("{path}/enter"),
            &[("form", &landing.form()), ("code", &spaced)],
        )
        .await;
    let message = entered.header("location").to_owned();
    assert!(message.starts_with("/message/"), "{message}");
    let shown = browser.get(&message).await;
    assert!(
        shown.text().contains("Your &#60;results&#62;"),
        "{}",
        shown.text()
    );
    assert_eq!(shown.header("refresh"), "900; url=/locked");

    let again = browser.get(&path).await;
    assert_eq!(
        (again.status, again.header("location")),
        (StatusCode::SEE_OTHER, message.as_str())
    );
}

#[tokio::test]
async fn looking_without_a_session_changes_nothing_and_sends_nothing() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let before = bench.audited().await;
    let mut browser = bench.browser();
    for path in ["", "/enter", "/code", "/again"] {
        for method in [Method::GET, Method::HEAD] {
            for _ in 0..10 {
                browser
                    .ask(
                        method.clone(),
                        &format!("/m/{}{path}", link.expose()),
                        None,
                        Body::empty(),
                    )
                    .await;
            }
        }
    }
    assert_eq!(bench.audited().await, before);
    assert_eq!(
        browser.get(&format!("/m/{}", link.expose())).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_wrong_code_is_not_shown_again_and_says_what_is_left() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();
    let form = browser.get(&path).await.form();
    browser
        .post(&format!("{path}/code"), &[("form", &form)])
        .await;
    let code = bench.code().await;
    let wrong = if code == "123456" { "654321" } else { "123456" };
    let empty = browser
        .post(&format!("{path}/enter"), &[("form", &form), ("code", "++")])
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = browser
        .post(
            &format!("{path}/enter"),
            &[("form", &form), ("code", wrong)],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = answer.text();
    assert!(
        text.contains("You have 4 tries left")
            && text.contains("aria-describedby=\"code-problem\""),
        "{text}"
    );
    assert!(!text.contains(wrong));
    for _ in 0..4 {
        browser
            .post(
                &format!("{path}/enter"),
                &[("form", &form), ("code", wrong)],
            )
            .await;
    }
    let late = browser
        .post(
            &format!("{path}/enter"),
            &[("form", &form), ("code", wrong)],
        )
        .await;
    assert_eq!(
        late.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        late.text()
    );
    assert!(late.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[tokio::test]
async fn who_asked_for_too_many_codes_is_not_offered_another() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();
    let form = browser.get(&path).await.form();
    let button = format!("action=\"{path}/code\"");
    for _ in 0..8 {
        let asked = browser
            .post(&format!("{path}/code"), &[("form", &form)])
            .await;
        let page = browser.get(asked.header("location")).await.text();
        let many = page.contains("We sent several codes");
        assert_eq!(page.contains(&button), !many, "{page}");
        if many {
            return;
        }
        bench.hand.advance(SignedDuration::from_secs(61));
    }
    panic!("there is no end to codes");
}

#[tokio::test]
async fn dead_ends_say_what_they_are_and_offer_one_way_on() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();
    let unknown = browser.get("/m/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(!unknown.text().contains("<button"));
    assert_eq!(browser.get("/m/short").await.status, StatusCode::NOT_FOUND);

    bench.hand.advance(SignedDuration::from_hours(8 * 24));
    let expired = browser.get(&path).await;
    assert_eq!(expired.status, StatusCode::GONE);
    assert!(!expired.text().contains("j•••@"), "nothing else is told");
    let asked = browser
        .post(&format!("{path}/again"), &[("form", &expired.form())])
        .await;
    assert!(
        asked.text().contains("We asked the office"),
        "{}",
        asked.text()
    );
    let again = browser.get(&path).await.text();
    assert!(
        again.contains("already asked the office") && !again.contains("/again\""),
        "{again}"
    );
}

#[tokio::test]
async fn a_page_open_for_hours_gets_a_fresh_form_instead_of_an_error() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();
    let form = browser.get(&path).await.form();
    bench.hand.advance(SignedDuration::from_hours(3));
    let answer = browser
        .post(&format!("{path}/code"), &[("form", &form)])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.text().contains(&format!("href=\"{path}\"")),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn a_file_is_saved_under_its_name_and_never_opened() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let page = browser.get(&message).await.text();
    let path = page
        .split("href=\"")
        .find(|h| h.contains("/file/"))
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let file = browser.get(&path).await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment;")
    );
    assert_eq!(
        file.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert_eq!(file.body, b"<svg onload=\"x()\"/>");
    assert_eq!(
        browser.get(&format!("{message}/file/99")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        browser.get(&format!("{message}/file/x")).await.status,
        StatusCode::NOT_FOUND
    );
    let body = browser.get(&format!("{message}/body")).await;
    assert!(body.text().contains("All is <b>well</b>") && !body.text().contains("bad()"));
    assert!(
        body.header("content-security-policy")
            .starts_with("sandbox allow-popups")
    );
}

#[tokio::test]
async fn after_signing_out_nothing_is_left_to_go_back_to() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let stolen = browser.cookies.clone();
    let form = browser.get(&message).await.form();
    let out = browser.post("/sign-out", &[("form", &form)]).await;
    assert!(out.text().contains("You are signed out"));
    assert!(out.header("clear-site-data").contains("\"cache\""));
    // The language is all that stays.
    assert!(
        browser.cookies.keys().eq(["__Host-language"]),
        "{:?}",
        browser.cookies
    );
    browser.cookies = stolen;
    for path in [message.as_str(), "/inbox", "/sent", "/files"] {
        let answer = browser.get(path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/locked"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn who_is_signed_in_finds_the_way_back_from_a_page_that_does_not_exist() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, _) = bench.signed_in(&link).await;
    for path in ["/nowhere", "/no/where"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let text = answer.text();
        assert!(
            text.contains("Go to my messages") && text.contains("Sign out"),
            "{text}"
        );
    }
    browser.cookies.clear();
    let text = browser.get("/nowhere").await.text();
    assert!(text.contains("go back to the e-mail") && !text.contains("Sign out"));
}

#[tokio::test]
async fn an_idle_session_closes_and_shows_the_way_back() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    bench.hand.advance(SignedDuration::from_mins(16));
    assert_eq!(browser.get(&message).await.header("location"), "/locked");
    let locked = browser.get("/locked").await.text();
    assert!(
        locked.contains("15 minutes") && locked.contains(&format!("/m/{}", link.expose())),
        "{locked}"
    );
    let mut stranger = bench.browser();
    assert_eq!(stranger.get("/inbox").await.header("location"), "/");
}

#[tokio::test]
async fn a_language_is_switched_by_a_link_and_stays() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    browser.headers = vec![("accept-language", "es-MX,es;q=0.9,en;q=0.5".into())];
    let page = browser.get("/").await.text();
    assert!(
        page.contains("<html lang=\"es\">") && page.contains("href=\"/?lang=en\""),
        "{page}"
    );
    assert!(
        browser
            .get("/help?lang=en")
            .await
            .text()
            .contains("<html lang=\"en\">")
    );
    assert!(browser.get("/").await.text().contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn what_a_form_led_to_is_not_a_dead_end_when_a_phone_opens_it_again() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();
    for end in ["code", "again"] {
        let page = browser.get(&format!("{path}/{end}")).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
        let way = format!("class=\"button main\" href=\"{path}\"");
        assert!(page.text().contains(&way), "{}", page.text());
    }
    let long = "1".repeat(20_000);
    let page = browser
        .post(&format!("{path}/enter"), &[("code", &long)])
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text().contains(&format!("href=\"{path}\"")));
    let odd = browser.get("/m/x\"onclick=alert(1)/code").await.text();
    assert!(!odd.contains("Open the page again") && !odd.contains("\"onclick"));
}

#[tokio::test]
async fn a_panic_shows_a_reference_and_nothing_else() {
    let bench = Bench::new().await;
    let state = bench.portal.clone();
    let boom = Router::new()
        .route("/", get(async || -> &'static str { panic!("canary") }))
        .layer(middleware::from_fn_with_state(state, guard::guard));
    let request = Request::get("/")
        .header("host", HOST)
        .body(Body::empty())
        .unwrap();
    let answer = boom.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8_lossy(&body);
    assert!(
        page.contains("Reference:") && !page.contains("canary"),
        "{page}"
    );
}

#[tokio::test]
async fn a_prefetch_and_a_head_do_not_count_as_reading() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let before = bench.audited().await;
    browser
        .ask(Method::HEAD, &message, None, Body::empty())
        .await;
    browser.headers = vec![("sec-purpose", "prefetch".into())];
    assert_eq!(browser.get(&message).await.status, StatusCode::OK);
    assert_eq!(bench.audited().await, before);
    browser.headers.clear();
    browser.get(&message).await;
    assert!(bench.audited().await > before);
}
