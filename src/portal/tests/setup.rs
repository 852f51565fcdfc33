//! What mail programs ask for by themselves: answered under the names they use,
//! to everybody alike, and nothing else under these names.

use super::bench::{Bench, HOST};
use super::strangers::{raw, status};
use crate::access::accounts;
use crate::model::Address;
use crate::setup::{pacc, zone};

const CONFIG: &str = "/mail/config-v1.1.xml";
const WELL_KNOWN: &str = "/.well-known/autoconfig/mail/config-v1.1.xml";
const XML: &str = "/autodiscover/autodiscover.xml";
const JSON: &str = "/autodiscover/autodiscover.json";
const PACC: &str = "/.well-known/user-agent-configuration.json";

async fn get(bench: &Bench, target: &str, fields: &str) -> String {
    let asked = format!("GET {target} HTTP/1.1\r\n{fields}Connection: close\r\n\r\n");
    raw(bench, &asked).await
}

async fn ask(bench: &Bench, host: &str, address: &str) -> String {
    let body = format!(
        "<Autodiscover><Request><EMailAddress>{address}</EMailAddress></Request></Autodiscover>"
    );
    let asked = format!(
        "POST {XML} HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    raw(bench, &asked).await
}

#[tokio::test]
async fn a_program_is_answered_under_the_names_it_asks_and_under_no_other() {
    let bench = Bench::new().await;
    let config = [
        "autoconfig.clinic.example",
        "AUTOCONFIG.clinic.example:8443",
    ];
    let domain = ["clinic.example", "clinic.example:443", "second.example"];
    let described = [
        "ua-auto-config.clinic.example",
        "ua-auto-config.second.example",
    ];
    let discover = ["autodiscover.clinic.example", "clinic.example"];
    let own = [HOST, "old.clinic.example"];
    for (path, hosts) in [
        (CONFIG, config.as_slice()),
        (WELL_KNOWN, &domain),
        (PACC, &described),
        (
            "/autodiscover/autodiscover.json?Protocol=AutodiscoverV1",
            &discover,
        ),
    ] {
        for host in hosts.iter().chain(&own) {
            let answer = get(&bench, path, &format!("Host: {host}\r\n")).await;
            assert_eq!(status(&answer), 200, "{host} {path}: {answer}");
        }
        for host in [
            "evil.example",
            "autoconfig.evil.example",
            "autoconfig.autoconfig.clinic.example",
            "autoconfig.clinic.example.evil.example",
            "autoconfig.",
            "www.clinic.example",
            "evil@autoconfig.clinic.example",
            "autoconfig.clinic.example:x",
            "",
        ] {
            let answer = get(&bench, path, &format!("Host: {host}\r\n")).await;
            assert_eq!(status(&answer), 421, "{host} {path}: {answer}");
            assert!(!answer.contains("evil"), "{answer}");
        }
        for fields in [
            "",
            "Host: clinic.example\r\nHost: autoconfig.clinic.example\r\n",
        ] {
            assert_eq!(status(&get(&bench, path, fields).await), 400, "{fields}");
        }
    }
    // Each name has its own paths.
    for (host, path) in [
        ("clinic.example", CONFIG),
        ("autodiscover.clinic.example", CONFIG),
        ("autoconfig.clinic.example", WELL_KNOWN),
        ("autoconfig.clinic.example", JSON),
        ("clinic.example", PACC),
        ("ua-auto-config.clinic.example", CONFIG),
    ] {
        let answer = get(&bench, path, &format!("Host: {host}\r\n")).await;
        assert_eq!(status(&answer), 421, "{host} {path}");
    }
}

#[tokio::test]
async fn under_the_names_of_programs_there_is_no_portal() {
    let bench = Bench::new().await;
    let link = bench.send().await;
    let page = format!("/m/{}", link.expose());
    for host in [
        "autoconfig.clinic.example",
        "autodiscover.clinic.example",
        "clinic.example",
    ] {
        for path in [
            "/",
            "/help",
            &page,
            "/inbox",
            "/icon.svg",
            "/mail/",
            "/mail/config-v1.1.xml/",
        ] {
            let answer = get(&bench, path, &format!("Host: {host}\r\n")).await;
            assert_eq!(status(&answer), 421, "{host} {path}");
        }
    }
}

#[tokio::test]
async fn no_answer_has_a_cookie_or_binds_the_clinics_other_sites() {
    let bench = Bench::new().await;
    let fields = "Cookie: __Host-session=abc; __Host-language=es\r\nAccept-Language: es\r\n";
    for (host, binds) in [(HOST, true), ("autoconfig.clinic.example", false)] {
        for query in ["", "?emailaddress=ruiz%40clinic.example", "?lang=es"] {
            let target = format!("{CONFIG}{query}");
            let answer = get(&bench, &target, &format!("Host: {host}\r\n{fields}")).await;
            assert_eq!(status(&answer), 200, "{answer}");
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(!head.contains("set-cookie"), "{head}");
            assert!(
                head.contains("content-type: text/xml; charset=utf-8"),
                "{head}"
            );
            assert!(head.contains("x-content-type-options: nosniff"), "{head}");
            assert!(head.contains("content-security-policy: sandbox;"), "{head}");
            assert_eq!(head.contains("strict-transport-security"), binds, "{head}");
            assert!(
                body.contains("<hostname>mail.clinic.example</hostname>"),
                "{body}"
            );
            assert!(!body.contains("ruiz"), "{body}");
        }
    }
}

#[tokio::test]
async fn a_device_gets_a_signed_profile_for_any_address_of_the_clinic_from_the_portal_alone() {
    let bench = Bench::new().await;
    bench.send().await;
    let before = bench.trace().await;
    let own = format!("Host: {HOST}\r\n");
    let real = get(&bench, "/apple/ruiz@clinic.example", &own).await;
    let (head, body) = real.split_once("\r\n\r\n").unwrap();
    assert_eq!(status(head), 200, "{head}");
    for field in [
        "content-type: application/x-apple-aspen-config",
        "content-disposition: attachment; filename=\"mail.mobileconfig\"",
        "cache-control: no-store",
    ] {
        assert!(head.contains(field), "{field}: {head}");
    }
    assert!(!head.contains("set-cookie"), "{head}");
    // The content lies inside of the signature, and the certificate's name beside it.
    for part in [
        "<string>ruiz@clinic.example</string>",
        "rcgen self signed cert",
    ] {
        assert!(body.contains(part), "{part}");
    }
    assert!(!body.starts_with("<?xml"), "it is not signed");
    // Whether there is an account makes no difference.
    for made_up in [
        "/apple/nono@clinic.example",
        "/apple/a%2Fb%3Fc%23d@SECOND.example",
    ] {
        assert_eq!(status(&get(&bench, made_up, &own).await), 200, "{made_up}");
    }
    for (target, host, expected) in [
        ("/apple/jane@example.com", HOST, 404),
        ("/apple/ruiz", HOST, 404),
        ("/apple/ruiz%0A@clinic.example", HOST, 404),
        ("/apple/", HOST, 404),
        (
            "/apple/ruiz@clinic.example",
            "autoconfig.clinic.example",
            421,
        ),
        ("/apple/ruiz@clinic.example", "clinic.example", 421),
        (
            "/apple/ruiz@clinic.example",
            "autodiscover.clinic.example",
            421,
        ),
    ] {
        let answer = get(&bench, target, &format!("Host: {host}\r\n")).await;
        assert_eq!(status(&answer), expected, "{host} {target}");
        assert!(!answer.contains("jane"), "{answer}");
        if target.contains('@') && expected == 404 {
            assert!(answer.contains("There is no profile here."), "{answer}");
        }
    }
    assert_eq!(bench.trace().await, before);
}

#[tokio::test]
async fn each_profile_takes_a_connection_of_its_own() {
    let bench = Bench::new().await;
    let asked = format!("GET /apple/ruiz@clinic.example HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
    let answer = raw(&bench, &asked.repeat(3)).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
}

#[tokio::test]
async fn dns_is_told_the_digest_of_what_is_served() {
    let bench = Bench::new().await;
    let answer = get(&bench, PACC, "Host: ua-auto-config.clinic.example\r\n").await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let lines = zone::lines(&bench.portal.0.servers);
    assert!(lines.contains(&pacc::record(body)), "{body}\n{lines}");
}

#[tokio::test]
async fn who_asks_does_not_learn_whether_an_address_has_an_account() {
    let bench = Bench::new().await;
    bench.send().await;
    let ruiz = Address::parse("ruiz@clinic.example").unwrap();
    assert!(accounts::find(&bench.store, &ruiz).await.unwrap().is_some());
    let before = bench.trace().await;
    let host = "autodiscover.clinic.example";
    let real = ask(&bench, host, "ruiz@clinic.example").await;
    let made_up = ask(&bench, host, "nono@clinic.example").await;
    assert!(
        real.contains("<LoginName>ruiz@clinic.example</LoginName>"),
        "{real}"
    );
    assert_eq!(made_up.replace("nono", "ruiz"), real);
    let outside = ask(&bench, host, "jane@example.com").await;
    assert_eq!(status(&outside), 200);
    assert!(outside.contains("<ErrorCode>500</ErrorCode>"), "{outside}");
    // A question without end is not read to its end.
    let long = ask(&bench, host, &"x".repeat(20_000)).await;
    assert_eq!(status(&long), 413, "{long}");
    assert!(!long.contains("xxx"), "{long}");
    assert_eq!(bench.trace().await, before);
}
