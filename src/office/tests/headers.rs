//! The headers of every route, in a snapshot that a reviewer can read; and the
//! cookies.

use super::bench::{Bench, RUIZ, routes};
use crate::model::{Role, Token};
use crate::web::tests::{PAGE, cookies, written};
use axum::body::Body;
use axum::http::Method;
use std::fmt::Write as _;

#[tokio::test]
async fn every_route_answers_with_the_headers_of_the_snapshot() {
    let bench = Bench::new().await;
    bench.account("new@clinic.example", Role::Staff).await;
    let (mut inside, _, page) = bench.set_up(RUIZ).await;
    let mut halfway = bench.halfway(RUIZ).await;
    let mut new = bench.halfway("new@clinic.example").await;
    let text = page.text();
    let style = text.split("href=\"/style-").nth(1).unwrap();
    let style = format!("/style-{}", style.split('"').next().unwrap());
    let mut shown = String::from("Every response, unless a line below says otherwise:\n");
    for (name, value) in PAGE {
        let _ = writeln!(shown, "    {name}: {value}");
    }
    let mut patterns: Vec<&str> = routes().iter().map(|r| r.pattern).collect();
    patterns.push("/nothing/here");
    for pattern in patterns {
        let path = pattern.replace("/{file}", &style);
        for method in ["GET", "HEAD", "POST", "PUT"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let mut outside = bench.browser();
            for (who, browser) in [
                ("outside", &mut outside),
                ("with a right password", &mut halfway),
                ("without a second factor", &mut new),
                ("signed in", &mut inside),
            ] {
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
    let mut browser = bench.browser();
    let front = browser.get("/").await;
    let (_, _, entered) = bench.set_up(RUIZ).await;
    let set = [cookies(&front), cookies(&entered)].concat();
    let names: Vec<&str> = set.iter().map(|(name, ..)| name.as_str()).collect();
    let all = ["__Host-office-door", "__Host-office", "__Host-office-known"];
    assert_eq!(names, all);
    for (name, value, rest) in &set {
        assert!(
            rest.starts_with("Path=/; Secure; HttpOnly; SameSite=Lax"),
            "{name}: {rest}"
        );
        assert!(!rest.contains("Domain"), "{name}: {rest}");
        assert_eq!(rest.contains("Max-Age"), name.ends_with("known"), "{name}");
        assert!(value.len() >= 26, "{name} can be guessed");
    }
}

#[tokio::test]
async fn each_stage_has_a_cookie_of_its_own_and_none_that_was_planted() {
    let bench = Bench::new().await;
    let planted = Token::new().expose().to_owned();
    let mut browser = bench.browser();
    for name in ["__Host-office", "__Host-office-known"] {
        browser.cookies.insert(name.into(), planted.clone());
    }
    bench.type_password(&mut browser, RUIZ).await;
    let halfway = browser.cookies["__Host-office"].clone();
    assert_ne!(halfway, planted);
    let (mut inside, ..) = bench.set_up(RUIZ).await;
    assert_ne!(inside.cookies["__Host-office"], halfway);
    assert!(inside.cookies.values().all(|value| *value != planted));
    for former in [planted, halfway] {
        let mut thief = bench.browser();
        thief.cookies.insert("__Host-office".into(), former);
        assert_eq!(thief.get("/today").await.header("location"), "/locked");
    }
    // Signing out ends it for whoever has a copy of the cookie too.
    let copy = inside.cookies["__Host-office"].clone();
    let form = inside.get("/today").await.form();
    let out = inside.post("/sign-out", &[("form", &form)]).await;
    let [(name, value, rest)] = &cookies(&out)[..] else {
        panic!("{:?}", out.headers);
    };
    assert_eq!((name.as_str(), value.as_str()), ("__Host-office", ""));
    assert_eq!(rest, "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    inside.cookies.insert("__Host-office".into(), copy);
    assert_eq!(inside.get("/today").await.header("location"), "/locked");
}
