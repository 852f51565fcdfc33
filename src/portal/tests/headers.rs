//! The headers of every route, in a snapshot that a reviewer can read; and
//! the cookies.

use super::bench::{Answer, Bench, Browser};
use super::map::{Scene, routes};
use crate::model::Token;
use axum::body::Body;
use axum::http::Method;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What every page carries, whatever it says. A response that differs is
/// written out.
const PAGE: [(&str, &str); 8] = [
    ("cache-control", "no-store"),
    ("content-security-policy", crate::web::headers::PAGE_POLICY),
    ("content-type", "text/html; charset=utf-8"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "same-origin"),
    ("strict-transport-security", "max-age=63072000"),
    ("x-content-type-options", "nosniff"),
];

/// A response in one line, and a line for each header in which it is no page.
fn written(answer: &Answer) -> String {
    let mut said: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in &answer.headers {
        let all = said.entry(name.as_str()).or_default();
        let mark = if all.is_empty() { "" } else { " | " };
        let _ = write!(all, "{mark}{}", masked(value.to_str().unwrap()));
    }
    // It changes with every word.
    said.remove("content-length");
    let mut lines = format!("{}\n", answer.status.as_u16());
    for (name, expected) in PAGE {
        match said.remove(name) {
            None => lines.push_str(&format!("    no {name}\n")),
            Some(value) if value != expected => {
                lines.push_str(&format!("    {name}: {value}\n"));
            }
            Some(_) => {}
        }
    }
    for (name, value) in said {
        let _ = writeln!(lines, "    {name}: {value}");
    }
    lines
}

/// A value without ids and tokens.
fn masked(value: &str) -> String {
    let pieces = value.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let masked = pieces.map(|piece| {
        let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let random = word.len() >= 16 && word.bytes().all(|b| b.is_ascii_alphanumeric());
        piece.replace(word, if random { "…" } else { word })
    });
    masked.collect()
}

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

/// The cookies that a response sets: name, value, the rest.
fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let fields = answer.headers.get_all("set-cookie").into_iter();
    let fields = fields.map(|field| {
        let field = field.to_str().unwrap();
        let (pair, rest) = field.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), rest.to_owned())
    });
    fields.collect()
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
