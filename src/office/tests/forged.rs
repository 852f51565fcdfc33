//! Forms that no page of ours sent, on every route there is.

use super::bench::{Bench, PHRASE, RUIZ, routes, spaced};
use crate::model::{Role, Token};
use crate::web::tests::{Answer, Browser, ELSEWHERE};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use std::sync::Arc;

/// Posts all that a form of any route holds.
async fn post(browser: &mut Browser, path: &str, form: &str) -> Answer {
    let fields = [
        ("form", form),
        ("address", RUIZ),
        ("password", PHRASE),
        ("code", "000000"),
    ];
    browser.forged(path, &spaced(&fields)).await
}

fn forms() -> Vec<&'static str> {
    let posts = routes().into_iter();
    let posts = posts.filter(|r| r.methods.contains(&Method::POST));
    let posts: Vec<&str> = posts.map(|r| r.pattern).collect();
    assert!(posts.len() >= 5);
    posts
}

/// Somebody at every stage.
struct Scene {
    bench: Arc<Bench>,
    outside: Browser,
    halfway: Browser,
    new: Browser,
    inside: Browser,
}

impl Scene {
    async fn set() -> Self {
        let bench = Bench::new().await;
        bench.account("new@clinic.example", Role::Staff).await;
        let (inside, ..) = bench.set_up(RUIZ).await;
        let mut outside = bench.browser();
        outside.get("/").await;
        Self {
            halfway: bench.halfway(RUIZ).await,
            new: bench.halfway("new@clinic.example").await,
            outside,
            inside,
            bench: Arc::new(bench),
        }
    }

    /// Whose form it is that this route takes, and the form's value.
    async fn owner(&mut self, path: &str) -> (&mut Browser, String) {
        let (browser, page) = match path {
            "/sign-in" => (&mut self.outside, "/"),
            "/code" => (&mut self.halfway, "/code"),
            "/factor" => (&mut self.new, "/factor"),
            _ => (&mut self.inside, "/today"),
        };
        let form = browser.get(page).await.form();
        (browser, form)
    }
}

#[tokio::test]
async fn a_form_from_another_site_is_refused_by_every_route() {
    let mut scene = Scene::set().await;
    let bench = Arc::clone(&scene.bench);
    for path in forms() {
        let (browser, form) = scene.owner(path).await;
        let before = bench.trace().await;
        for said in ELSEWHERE {
            let owned = said.iter().map(|(n, v)| (*n, (*v).to_owned()));
            browser.headers = owned.collect();
            let answer = post(browser, path, &form).await;
            browser.headers.clear();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {said:?}");
            assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        }
        for kind in [None, Some("text/plain"), Some("application/json")] {
            browser.headers = vec![("sec-fetch-site", "cross-site".to_owned())];
            let body = Body::from(format!("form={form}"));
            let answer = browser.ask(Method::POST, path, kind, body).await;
            browser.headers.clear();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {kind:?}");
        }
        assert_eq!(bench.trace().await, before, "{path} changed something");
    }
    // The same forms from a page of ours are taken: it was the sender alone.
    for path in forms() {
        let (browser, form) = scene.owner(path).await;
        browser.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
        let answer = post(browser, path, &form).await;
        browser.headers.clear();
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_form_with_another_value_than_its_own_is_refused_by_every_route() {
    let mut scene = Scene::set().await;
    let bench = Arc::clone(&scene.bench);
    let mut others = Vec::new();
    for path in forms() {
        others.push(scene.owner(path).await.1);
    }
    // Somebody else's first form, which another browser was given.
    others.push(bench.browser().get("/").await.form());
    for path in forms() {
        let (browser, own) = scene.owner(path).await;
        let mut wrong = vec![String::new(), own.to_lowercase(), own[1..].to_owned()];
        wrong.push(own.repeat(3));
        wrong.extend(others.iter().filter(|other| **other != own).cloned());
        let before = bench.trace().await;
        for value in wrong {
            browser.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
            let answer = post(browser, path, &value).await;
            browser.headers.clear();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}: {value}");
            assert!(answer.headers.get("set-cookie").is_none(), "{path}");
        }
        assert_eq!(bench.trace().await, before, "{path} changed something");
    }
    // Without the cookie that the first form is bound to, it is nobody's: so no
    // other site signs a browser in to an account of its own.
    let (_, form) = scene.owner("/sign-in").await;
    for door in [None, Some(Token::new().expose().to_owned())] {
        let mut victim = bench.browser();
        victim
            .cookies
            .extend(door.map(|d| ("__Host-office-door".to_owned(), d)));
        victim.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
        let answer = post(&mut victim, "/sign-in", &form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!victim.cookies.contains_key("__Host-office"));
    }
}

#[tokio::test]
async fn what_is_only_looked_at_takes_no_form_and_looking_changes_nothing() {
    let mut scene = Scene::set().await;
    let bench = Arc::clone(&scene.bench);
    let before = bench.trace().await;
    for route in routes() {
        for browser in [
            &mut scene.outside,
            &mut scene.halfway,
            &mut scene.new,
            &mut scene.inside,
        ] {
            for method in [Method::GET, Method::HEAD] {
                browser
                    .ask(method, route.pattern, None, Body::empty())
                    .await;
            }
            if !route.methods.contains(&Method::POST) {
                let answer = browser.post(route.pattern, &[("form", "x")]).await;
                let status = StatusCode::METHOD_NOT_ALLOWED;
                assert_eq!(answer.status, status, "{}", route.pattern);
            }
        }
    }
    // But for the note that a session is in use, which waits a minute.
    assert_eq!(bench.trace().await.1, before.1);
    assert!(bench.trace().await.0 <= before.0 + 1);
}

#[tokio::test]
async fn a_request_that_names_two_hosts_sees_no_page() {
    let bench = Bench::new().await;
    let mut browser = bench.browser();
    browser.headers = vec![("host", "portal.clinic.example".to_owned())];
    // Two names, of which a proxy may have judged by the other.
    assert_eq!(browser.get("/").await.status, StatusCode::BAD_REQUEST);
}
