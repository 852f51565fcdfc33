//! Requests that no browser sends: strange methods, and games with the host's
//! name. They go as octets through the HTTP machine that the door uses.

use super::bench::{Bench, HOST};
use super::map::{Scene, routes};
use crate::net::Peer;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

/// What comes back for these octets, as text.
pub(super) async fn raw(bench: &Bench, request: &str) -> String {
    let (mut browser, door) = tokio::io::duplex(1 << 16);
    let router = bench.portal.router();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer {
            ip: "192.0.2.7".parse().unwrap(),
            port: 50_000,
        });
        router.clone().oneshot(request)
    });
    let served = tokio::spawn(async move {
        let _ = http1::Builder::new()
            .max_buf_size(16 * 1024)
            .serve_connection(TokioIo::new(door), service)
            .await;
    });
    browser.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    browser.read_to_end(&mut answer).await.unwrap();
    served.await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(super) fn status(answer: &str) -> u16 {
    let first = answer.lines().next().unwrap_or_default();
    first
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or(0)
}

#[tokio::test]
async fn a_host_that_is_not_ours_is_turned_away_and_never_repeated() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let page = format!("/m/{}", link.expose());
    for target in ["/", "/help", &page] {
        let own = format!("https://{HOST}{target}");
        let foreign = format!("https://evil.example{target}");
        let user = format!("https://{HOST}:1@evil.example{target}");
        for (target, hosts, expected) in [
            (target, &[HOST][..], 200),
            (target, &["MAIL.clinic.example:8443"], 200),
            (target, &["old.clinic.example"], 200),
            (target, &["evil.example"], 421),
            (target, &["evil.example:443"], 421),
            (target, &[""], 421),
            (target, &[" "], 421),
            (target, &[], 400),
            (target, &[HOST, "evil.example"], 400),
            (target, &["evil.example", HOST], 400),
            (target, &[HOST, HOST], 400),
            (target, &["mail.clinic.example.evil.example"], 421),
            (target, &["evil.example#mail.clinic.example"], 421),
            (target, &["mail.clinic.example@evil.example"], 421),
            (target, &["mail.clinic.example:443@evil.example"], 421),
            (target, &["mail.clinic.example:evil.example"], 421),
            (target, &["mail.clinic.example/evil.example"], 421),
            (target, &["mail.clinic.example, evil.example"], 421),
            (target, &["mail.clinic.example\tevil.example"], 421),
            (target, &["[::1]"], 421),
            (target, &["127.0.0.1"], 421),
            // RFC 9112 §3.2.2: the host of the request line counts.
            (&own, &["evil.example"], 200),
            (&foreign, &[HOST], 421),
            (&user, &[HOST], 421),
        ] {
            let fields: String = hosts.iter().map(|h| format!("Host: {h}\r\n")).collect();
            let asked = format!("GET {target} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n");
            let answer = raw(&bench, &asked).await;
            assert_eq!(status(&answer), expected, "{asked}{answer}");
            assert!(!answer.contains("evil"), "{asked}{answer}");
        }
    }
}

#[tokio::test]
async fn what_proxies_add_about_the_host_changes_no_link() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let page = format!("/m/{}", link.expose());
    let form = bench.browser().get(&page).await.form();
    let more = "X-Forwarded-Host: evil.example\r\nX-Forwarded-Server: evil.example\r\nX-Host: evil.example\r\n\
        X-Original-URL: /evil\r\nX-Rewrite-URL: /evil\r\nX-Forwarded-Prefix: /evil\r\nX-Forwarded-Proto: evil\r\n\
        X-Forwarded-For: evil.example\r\nForwarded: host=evil.example;proto=evil\r\nX-HTTP-Method-Override: DELETE\r\nConnection: close\r\n";
    for target in ["/", "/help", "/inbox", "/evil/nothing", &page] {
        let asked = format!("GET {target} HTTP/1.1\r\nHost: {HOST}\r\n{more}\r\n");
        let answer = raw(&bench, &asked).await;
        assert!(
            !answer.replace("/evil/nothing", "").contains("evil"),
            "{answer}"
        );
    }
    let body = format!("form={form}");
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let asked = format!(
        "POST {page}/code HTTP/1.1\r\nHost: {HOST}\r\nSec-Fetch-Site: same-origin\r\n{kind}\r\nContent-Length: {}\r\n{more}\r\n{body}",
        body.len()
    );
    let answer = raw(&bench, &asked).await;
    assert!(
        answer.contains(&format!("location: {page}/enter\r\n")),
        "{answer}"
    );
    assert!(!answer.contains("evil"), "{answer}");
}

#[tokio::test]
async fn strange_methods_are_refused_and_nothing_is_echoed() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let before = bench.trace().await;
    let long = "G".repeat(9_000);
    for method in [
        "TRACE", "TRACK", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND", "DEBUG", "get", "Get",
        "post", "GETX", "G*T", &long,
    ] {
        for target in ["/", &format!("/m/{}/code", link.expose())] {
            let asked = format!(
                "{method} {target} HTTP/1.1\r\nHost: {HOST}\r\nX-Canary: avocet\r\nCookie: c=avocet\r\nConnection: close\r\n\r\n"
            );
            let answer = raw(&bench, &asked).await;
            assert!([405, 400].contains(&status(&answer)), "{method}: {answer}");
            if status(&answer) == 405 {
                assert!(answer.contains("allow: "), "{answer}");
                assert!(answer.contains("x-content-type-options: nosniff"));
            }
            assert!(!answer.contains("avocet"), "{answer}");
        }
    }
    for line in [
        "OPTIONS * HTTP/1.1",
        "CONNECT evil.example:443 HTTP/1.1",
        "GET",
        "GET / HTTP/9.9",
        "\0\0",
    ] {
        let asked = format!("{line}\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
        let answer = raw(&bench, &asked).await;
        assert!(matches!(status(&answer), 0 | 400..500), "{line}: {answer}");
        assert!(!answer.contains("evil"), "{answer}");
    }
    assert_eq!(bench.trace().await, before);
}

#[tokio::test]
async fn every_route_takes_the_methods_it_says_and_no_other() {
    let mut scene = Scene::set().await;
    scene.inside.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    for route in routes() {
        let path = scene.path(route.pattern);
        for method in [
            "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH", "get",
        ] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = scene
                .inside
                .ask(method.clone(), &path, None, Body::empty())
                .await;
            let served = match method {
                Method::HEAD => Method::GET,
                ref other => other.clone(),
            };
            let refused = answer.status == StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(refused, !route.methods.contains(&served), "{method} {path}");
            if refused {
                let allow = answer.header("allow");
                assert!(!allow.is_empty(), "{method} {path}");
            }
        }
    }
}
