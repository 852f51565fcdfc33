//! The headers of every route, in a snapshot that a reviewer can read; and
//! the cookies.

use super::bench::{Bench, Browser};
use super::map::{Scene, routes};
use crate::model::Token;
use crate::web::tests::{PAGE, cookies, written};
use axum::body::Body;
use axum::http::Method;
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[tokio::test]
async fn every_route_answers_with_the_headers_of_the_snapshot() {
    let mut scene = Scene::set().await;
    let mut shown = String::from("Every response, unless a line below says otherwise:\n");
    for (name, value) in PAGE {
        let _ = writeln!(shown, "    {name}: {value}");
    }
    let missing = ["/nothing/here", "/m/unknown"];
    let missing = missing.map(|path| (path, path.to_owned()));
    let known: Vec<_> = routes()
        .iter()
        .map(|r| (r.pattern, scene.path(r.pattern)))
        .collect();
    for (pattern, path) in known.into_iter().chain(missing) {
        for method in ["GET", "HEAD", "POST", "PUT"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            for inside in [false, true] {
                let mut outside = scene.bench.browser();
                let (who, browser): (_, &mut Browser) = if inside {
                    ("signed in", &mut scene.inside)
                } else {
                    ("outside", &mut outside)
                };
                let answer = browser
                    .ask(method.clone(), &path, None, Body::empty())
                    .await;
                let _ = write!(shown, "{method} {pattern}, {who}: {}", written(&answer));
            }
        }
    }
    insta::assert_snapshot!("headers", shown);
}

#[tokio::test]
async fn every_cookie_is_for_this_host_and_no_script() {
    let bench = Bench::new().await;
    for (private, lasts) in [("", false), ("yes", true)] {
        let link = bench.send_to(&format!("jane{private}@example.com")).await;
        let path = format!("/m/{}", link.expose());
        let mut browser = bench.browser();
        let form = browser.get(&path).await.form();
        browser
            .post(&format!("{path}/code"), &[("form", &form)])
            .await;
        let code = bench.code().await;
        let fields = [
            ("form", form.as_str()),
            ("code", &code),
            ("private", private),
        ];
        let answer = browser
            .post(&format!("{path}/enter?lang=es"), &fields)
            .await;
        let set = cookies(&answer);
        let names: BTreeSet<&str> = set.iter().map(|(name, ..)| name.as_str()).collect();
        let all = [
            "__Host-known",
            "__Host-language",
            "__Host-link",
            "__Host-session",
        ];
        assert_eq!(names, all.into());
        for (name, value, rest) in &set {
            assert!(
                rest.starts_with("Path=/; Secure; HttpOnly; SameSite=Lax"),
                "{name}"
            );
            assert!(!rest.contains("Domain"), "{name}: {rest}");
            let chosen = name == "__Host-language";
            assert_eq!(rest.contains("Max-Age"), lasts || chosen, "{name}: {rest}");
            // 128 bits and more, five to a letter.
            assert!(chosen || value.len() >= 26, "{name} can be guessed");
        }
        bench.hand.advance(jiff::SignedDuration::from_secs(1));
    }
}

#[tokio::test]
async fn a_code_makes_a_new_session_and_ends_the_one_before() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let first = browser.cookies["__Host-session"].clone();
    bench.hand.advance(jiff::SignedDuration::from_secs(60));
    bench.enter(&mut browser, &link).await;
    let second = browser.cookies["__Host-session"].clone();
    assert_ne!(first, second);
    assert!(browser.get(&message).await.text().contains("results"));
    browser.cookies.insert("__Host-session".into(), first);
    assert_eq!(browser.get(&message).await.header("location"), "/locked");

    // A cookie that somebody planted beforehand is not made a session.
    let planted = Token::new();
    let planted = planted.expose().to_owned();
    let mut victim = bench.browser();
    for name in ["__Host-session", "__Host-known", "__Host-link"] {
        victim.cookies.insert(name.into(), planted.clone());
    }
    bench.hand.advance(jiff::SignedDuration::from_secs(60));
    bench.enter(&mut victim, &link).await;
    assert!(victim.cookies.values().all(|value| *value != planted));
    let mut thief = bench.browser();
    thief.cookies.insert("__Host-session".into(), planted);
    assert_eq!(thief.get(&message).await.header("location"), "/locked");
}

#[tokio::test]
async fn signing_out_clears_the_cookies_with_the_flags_they_were_set_with() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let (mut browser, message) = bench.signed_in(&link).await;
    let form = browser.get(&message).await.form();
    let out = browser.post("/sign-out", &[("form", &form)]).await;
    let cleared = cookies(&out);
    for name in ["__Host-session", "__Host-known", "__Host-link"] {
        let (_, value, rest) = cleared.iter().find(|(n, ..)| n == name).unwrap();
        assert_eq!(value, "");
        assert_eq!(rest, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
