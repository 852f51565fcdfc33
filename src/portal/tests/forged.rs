//! Forms that no page of ours sent, on every route there is.

use super::bench::{Answer, Browser};
use super::map::{Scene, routes};
use super::upload::{KIND, parts};
use crate::web::tests::ELSEWHERE;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;

/// Posts as a form of this route would: with files where it takes files.
async fn post(browser: &mut Browser, path: &str, form: &str) -> Answer {
    if path.ends_with("/reply") || path == "/new" {
        let body = Body::from(parts(form, "Not by her", &[]));
        return browser.ask(Method::POST, path, Some(KIND), body).await;
    }
    let fields = [("form", form), ("code", "000000"), ("private", "yes")];
    browser.forged(path, &fields).await
}

/// What takes a POST from anywhere: mail programs ask so, and nothing is changed
/// by it.
const OPEN: [&str; 2] = [
    "/autodiscover/autodiscover.xml",
    "/Autodiscover/Autodiscover.xml",
];

fn posts() -> Vec<&'static str> {
    let posts = routes().into_iter();
    let posts = posts.filter(|r| r.methods.contains(&Method::POST));
    posts.map(|r| r.pattern).collect()
}

/// The routes that change something.
fn forms() -> Vec<&'static str> {
    let mut posts = posts();
    posts.retain(|pattern| !OPEN.contains(pattern));
    posts
}

#[tokio::test]
async fn what_takes_a_question_from_anywhere_changes_nothing_and_knows_nobody() {
    let mut scene = Scene::set().await;
    let before = scene.bench.trace().await;
    for pattern in OPEN {
        assert!(posts().contains(&pattern), "{pattern}");
        let mut outside = scene.bench.browser();
        let first = post(&mut outside, pattern, "x").await;
        assert_eq!(first.status, StatusCode::OK, "{pattern}");
        for said in ELSEWHERE {
            for browser in [&mut scene.inside, &mut outside] {
                let owned = said.iter().map(|(n, v)| (*n, (*v).to_owned()));
                browser.headers = owned.collect();
                let answer = post(browser, pattern, "x").await;
                browser.headers.clear();
                assert_eq!(answer.body, first.body, "{pattern} {said:?}");
                assert!(answer.headers.get("set-cookie").is_none(), "{pattern}");
            }
        }
    }
    assert_eq!(scene.bench.trace().await, before);
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_by_every_route() {
    let mut scene = Scene::set().await;
    assert!(forms().len() >= 13);
    for pattern in forms() {
        let (path, form) = (scene.path(pattern), scene.form(pattern).await);
        let mut outside = scene.bench.browser();
        let before = scene.bench.trace().await;
        for said in ELSEWHERE {
            for browser in [&mut scene.inside, &mut outside] {
                let owned = said.iter().map(|(n, v)| (*n, (*v).to_owned()));
                browser.headers = owned.collect();
                let answer = post(browser, &path, &form).await;
                browser.headers.clear();
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {said:?}");
                assert!(answer.headers.get("set-cookie").is_none(), "{path}");
            }
        }
        // And in every kind of body that a foreign form can have.
        for kind in [
            None,
            Some("text/plain"),
            Some("application/json"),
            Some(KIND),
        ] {
            scene.inside.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
            let body = Body::from(format!("form={form}"));
            let answer = scene.inside.ask(Method::POST, &path, kind, body).await;
            scene.inside.headers.clear();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {kind:?}");
        }
        assert_eq!(
            scene.bench.trace().await,
            before,
            "{path} changed something"
        );
    }
    // The same forms from a page of ours are taken: it was the sender alone.
    for pattern in forms() {
        let (path, form) = (scene.path(pattern), scene.form(pattern).await);
        scene.inside.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
        let answer = post(&mut scene.inside, &path, &form).await;
        scene.inside.headers.clear();
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path}");
        if pattern == "/sign-out" {
            scene.bench.hand.advance(SignedDuration::from_mins(1));
            scene.inside = scene.bench.signed_in(&scene.link).await.0;
        }
    }
}

#[tokio::test]
async fn a_form_with_another_value_than_its_own_is_refused_by_every_route() {
    let mut scene = Scene::set().await;
    let other = scene.bench.send_to("bob@example.com").await;
    scene.bench.hand.advance(SignedDuration::from_secs(1));
    let (mut bob, message) = scene.bench.signed_in(&other).await;
    let bobs = bob.get(&message).await.form();
    let enter = format!("/m/{}/enter", other.expose());
    let bobs_link = scene.bench.browser().get(&enter).await.form();
    let (link, session) = (scene.form("/m/").await, scene.form("/inbox").await);
    let front = scene.form("/sign-in").await;
    for pattern in forms() {
        let path = scene.path(pattern);
        let own = if pattern.starts_with("/m/") {
            [&link, &session]
        } else if pattern.starts_with("/sign-in") {
            [&front, &session]
        } else {
            [&session, &link]
        };
        let near = own[0].to_uppercase();
        let cut = &own[0][1..];
        let long = own[0].repeat(3);
        let wrong = ["", "AAAA", own[1], &near, cut, &long, &bobs, &bobs_link];
        let before = scene.bench.trace().await;
        for value in wrong.into_iter().filter(|value| *value != own[0].as_str()) {
            scene.inside.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
            let answer = post(&mut scene.inside, &path, value).await;
            let refused = [StatusCode::FORBIDDEN, StatusCode::BAD_REQUEST];
            assert!(refused.contains(&answer.status), "{path}: {value}");
            assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        }
        assert_eq!(
            scene.bench.trace().await,
            before,
            "{path} changed something"
        );
    }
    // A link's value is good for an hour or two.
    scene.bench.hand.advance(SignedDuration::from_hours(3));
    let mut outside = scene.bench.browser();
    let before = scene.bench.trace().await;
    for pattern in forms().into_iter().filter(|p| p.starts_with("/m/")) {
        outside.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
        let answer = post(&mut outside, &scene.path(pattern), &link).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{pattern}");
    }
    assert_eq!(scene.bench.trace().await, before);
}

#[tokio::test]
async fn what_is_only_looked_at_takes_no_form() {
    let mut scene = Scene::set().await;
    let form = scene.form("/inbox").await;
    let before = scene.bench.trace().await;
    for route in routes() {
        if route.methods.contains(&Method::POST) {
            continue;
        }
        let path = scene.path(route.pattern);
        let answer = scene.inside.post(&path, &[("form", &form)]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert_eq!(scene.bench.trace().await, before);
}
