use super::bench::{Answer, Bench};
use crate::web::headers::{BODY_POLICY, FILE_POLICY, PAGE_POLICY, PRINT_POLICY};
use axum::body::Body;
use axum::http::Method;

/// Every header of a response but what differs from day to day.
fn snapshot(answer: &Answer) -> String {
    let mut lines: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| {
            ![
                "content-length",
                "set-cookie",
                "location",
                "content-disposition",
                "refresh",
                "allow",
                "content-type",
            ]
            .contains(&name.as_str())
        })
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines.join("\n")
}

fn expected(policy: &str, cache: &str) -> String {
    format!(
        "cache-control: {cache}\ncontent-security-policy: {policy}\n\
         cross-origin-opener-policy: same-origin\ncross-origin-resource-policy: same-origin\n\
         referrer-policy: same-origin\nstrict-transport-security: max-age=63072000\nx-content-type-options: nosniff"
    )
}

/// The first reference of a page that names `part`.
fn reference(page: &str, part: &str) -> String {
    let found = page
        .split("href=\"")
        .find(|h| h.split('"').next().unwrap().contains(part));
    found.unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_route_answers_with_the_same_guard() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let m = format!("/m/{}", link.expose());
    let (mut inside, message) = bench.signed_in(&link).await;
    let style = reference(&inside.get("/").await.text(), "/style-");
    let day = "public, max-age=86400";
    let mut outside = bench.browser();
    for (path, policy, cache) in [
        ("/", PAGE_POLICY, "no-store"),
        ("/help", PAGE_POLICY, "no-store"),
        ("/locked", PAGE_POLICY, "no-store"),
        (&m, PAGE_POLICY, "no-store"),
        (&format!("{m}/enter"), PAGE_POLICY, "no-store"),
        ("/m/unknown", PAGE_POLICY, "no-store"),
        ("/inbox", PAGE_POLICY, "no-store"),
        ("/sent", PAGE_POLICY, "no-store"),
        ("/files", PAGE_POLICY, "no-store"),
        (&message, PAGE_POLICY, "no-store"),
        (&format!("{message}/reply"), PAGE_POLICY, "no-store"),
        ("/sent/nothing", PAGE_POLICY, "no-store"),
        ("/nothing/here", PAGE_POLICY, "no-store"),
        ("/logo", PAGE_POLICY, "no-store"),
        ("/icon.svg", FILE_POLICY, day),
        (&style, FILE_POLICY, "public, max-age=31536000, immutable"),
    ] {
        for (who, browser) in [("outside", &mut outside), ("inside", &mut inside)] {
            for method in [Method::GET, Method::HEAD] {
                let answer = browser.ask(method, path, None, Body::empty()).await;
                assert_eq!(snapshot(&answer), expected(policy, cache), "{who} {path}");
            }
        }
    }
    for path in [
        &format!("{m}/code"),
        &format!("{m}/enter"),
        &format!("{m}/again"),
        "/sign-out",
        &format!("{message}/reply"),
        &format!("{message}/discard"),
        "/inbox",
        "/nothing",
    ] {
        assert_eq!(
            snapshot(&outside.forged(path, &[]).await),
            expected(PAGE_POLICY, "no-store"),
            "POST {path}"
        );
    }
}

#[tokio::test]
async fn what_a_message_holds_has_a_policy_of_its_own() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut inside, message) = bench.signed_in(&link).await;
    let file = reference(&inside.get(&message).await.text(), "/file/");
    let body = format!("{message}/body");
    let mut outside = bench.browser();
    for (path, policy) in [
        (&body, BODY_POLICY),
        (&file, FILE_POLICY),
        (&format!("{message}/files.zip"), FILE_POLICY),
        (&format!("{message}/message.eml"), FILE_POLICY),
        (&format!("{message}/print"), PRINT_POLICY),
    ] {
        for (browser, policy) in [(&mut inside, policy), (&mut outside, PAGE_POLICY)] {
            let answer = browser.get(path).await;
            assert_eq!(snapshot(&answer), expected(policy, "no-store"), "{path}");
        }
    }
}

#[tokio::test]
async fn every_cookie_is_for_this_host_and_no_script() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let path = format!("/m/{}", link.expose());
    let mut browser = bench.browser();
    let form = browser.get(&path).await.form();
    browser
        .post(&format!("{path}/code"), &[("form", &form)])
        .await;
    let code = bench.code().await;
    for private in ["", "yes"] {
        let fields = [
            ("form", form.as_str()),
            ("code", code.as_str()),
            ("private", private),
        ];
        let answer = browser
            .post(&format!("{path}/enter?lang=es"), &fields)
            .await;
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            assert!(
                cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"),
                "{cookie}"
            );
        }
    }
}
