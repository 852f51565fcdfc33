//! Mail scanners: they fetch every link of every notice at once, from many
//! networks, press every button and send every form, for hours.

use super::bench::{Answer, Bench, Browser};
use crate::access::link;
use crate::model::{EventKind, Recipient, State, Token};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;

const BETWEEN: SignedDuration = SignedDuration::from_secs(30);

fn bot(bench: &Bench, network: usize) -> Browser {
    let mut bot = bench.browser();
    from(&mut bot, network);
    bot
}

/// Lets a browser come through the proxy from a network of its own.
fn from(browser: &mut Browser, network: usize) {
    let ip = format!("203.{}.{}.7", network / 200, network % 200);
    browser.headers = vec![
        ("x-forwarded-for", ip),
        ("sec-fetch-site", "same-origin".to_owned()),
    ];
}

/// The forms of a page: where each goes, and the values it carries.
fn forms(page: &Answer) -> Vec<(String, String)> {
    let text = page.text();
    let forms = text.split("<form").skip(1).map(|form| {
        let after = |mark: &str| {
            let (_, rest) = form.split_once(mark).unwrap();
            rest.split('"').next().unwrap().to_owned()
        };
        (after("action=\""), after("name=\"form\" value=\""))
    });
    forms.collect()
}

/// One visit of a bot: it looks at everything and presses everything.
async fn visit(bot: &mut Browser, link: &str, typed: &str) {
    for path in ["", "/enter", "/code", "/again"] {
        for method in [Method::HEAD, Method::GET] {
            let path = format!("{link}{path}");
            let page = bot.ask(method, &path, None, Body::empty()).await;
            for (action, form) in forms(&page) {
                let fields = [("form", form.as_str()), ("code", typed), ("private", "yes")];
                let kind = "application/x-www-form-urlencoded";
                let pairs = fields.map(|(n, v)| format!("{n}={v}")).join("&");
                let answer = bot
                    .ask(Method::POST, &action, Some(kind), Body::from(pairs))
                    .await;
                let next = answer.header("location").to_owned();
                if !next.is_empty() {
                    bot.get(&next).await;
                }
            }
        }
    }
}

async fn state(bench: &Bench, token: &Token) -> State {
    let (grant, _) = link::find(&bench.store, token).await.unwrap().unwrap();
    let key = Recipient::at(grant.message, grant.n);
    bench.store.get(&key).await.unwrap().unwrap().state
}

async fn counted(bench: &Bench, kind: EventKind) -> usize {
    let events = bench.store.audit_events(0, 10_000).await.unwrap();
    let these = events
        .iter()
        .filter(|e| e.event.kind == kind && e.event.success);
    these.count()
}

/// No two codes for one address closer than the rule allows, however many
/// links it has.
async fn spaced(bench: &Bench, to: &str, links: usize) {
    let made = bench.codes_to(to).await;
    for pair in made.windows(links + 1) {
        let apart = pair[links].duration_since(pair[0]);
        assert!(
            apart >= BETWEEN,
            "{to} got {} codes in {apart:?}",
            links + 1
        );
    }
}

#[tokio::test]
async fn a_swarm_of_scanners_opens_nothing_and_the_patient_gets_in_at_once_and_later() {
    let bench = Bench::new().await;
    let people = [
        "jane@example.com",
        "jane@example.com",
        "bob@example.com",
        "eve@example.com",
    ];
    let mut links = Vec::new();
    for to in people {
        links.push(bench.send_to(to).await);
    }
    let path = |link: &Token| format!("/m/{}", link.expose());
    // While the swarm is at work, Eve comes: at once.
    for n in 0..10 {
        for link in &links {
            visit(&mut bot(&bench, n), &path(link), "").await;
        }
    }
    let mut eve = bot(&bench, 5_000);
    bench.hand.advance(BETWEEN);
    let led = bench.enter(&mut eve, &links[3]).await;
    assert!(eve.get(&led).await.text().contains("results"));

    // Then for two hours, each time from other networks, and typing too: what is
    // no code, and now and then what could be one.
    for hour in 0..3 {
        for n in 0..20 {
            let network = 100 + hour * 100 + n;
            let typed = ["", "test", "12345", "000000"][n % 4];
            for link in &links[..3] {
                visit(&mut bot(&bench, network), &path(link), typed).await;
            }
            // First in quick succession, then for hours.
            let pause = if hour == 0 { 7 } else { 180 };
            bench.hand.advance(SignedDuration::from_secs(pause));
        }
    }
    for (to, links) in [("jane@example.com", 2), ("bob@example.com", 1)] {
        spaced(&bench, to, links).await;
    }
    for link in &links[..3] {
        assert_eq!(state(&bench, link).await, State::NoticeAccepted);
    }
    assert_eq!(counted(&bench, EventKind::Open).await, 1, "Eve's alone");
    assert_eq!(counted(&bench, EventKind::CodeTry).await, 1, "Eve's alone");
    assert_eq!(counted(&bench, EventKind::Download).await, 0);
    assert_eq!(counted(&bench, EventKind::AskAgain).await, 0);

    // Now the patients come, each from a network that has not been here.
    for (n, link) in links[..3].iter().enumerate() {
        let mut patient = bot(&bench, 6_000 + n);
        bench.hand.advance(BETWEEN);
        let led = bench.enter(&mut patient, link).await;
        assert!(patient.get(&led).await.text().contains("results"));
    }
    assert_eq!(counted(&bench, EventKind::Open).await, 4);
}

#[tokio::test]
async fn a_swarm_at_the_very_same_moment_causes_one_code_for_each_link() {
    let bench = Bench::new().await;
    let links = [
        bench.send_to("jane@example.com").await,
        bench.send_to("bob@example.com").await,
    ];
    let mut pressed = Vec::new();
    for n in 0..40 {
        let path = format!("/m/{}", links[n % 2].expose());
        let mut bot = bot(&bench, n);
        let form = bot.get(&path).await.form();
        pressed.push(async move {
            let fields = [("form", form.as_str())];
            bot.forged(&format!("{path}/code"), &fields).await.status
        });
    }
    let answers = futures_util::future::join_all(pressed).await;
    assert!(
        answers
            .iter()
            .all(|status| *status == StatusCode::SEE_OTHER),
        "{answers:?}"
    );
    for to in ["jane@example.com", "bob@example.com"] {
        assert_eq!(bench.codes_to(to).await.len(), 1, "{to}");
    }
}

#[tokio::test]
async fn a_code_is_taken_however_it_is_pasted() {
    let bench = Bench::new().await;
    let digits = |code: &str, zero: u32| -> String {
        let moved = code.bytes().map(|b| zero + u32::from(b - b'0'));
        moved.filter_map(char::from_u32).collect()
    };
    let ways: [&dyn Fn(&str) -> String; 20] = [
        &|c| c.to_owned(),
        &|c| format!("{} {}", &c[..3], &c[3..]),
        &|c| format!("{}-{}", &c[..3], &c[3..]),
        &|c| format!("{}\u{2013}{}", &c[..3], &c[3..]),
        &|c| format!("{}\u{2011}{}", &c[..3], &c[3..]),
        &|c| format!(" {c}\n"),
        &|c| format!("\r\n{c}\r\n"),
        &|c| format!("\t{c}\t"),
        &|c| format!("{}\u{a0}{}", &c[..3], &c[3..]),
        &|c| format!("{}\u{202f}{}\u{3000}", &c[..2], &c[2..]),
        &|c| format!("\u{feff}{c}"),
        &|c| c.chars().flat_map(|d| [d, '\u{200b}']).collect(),
        &|c| c.chars().flat_map(|d| [d, ' ']).collect(),
        &|c| format!("{}\u{ad}{}", &c[..3], &c[3..]),
        &|c| format!("\u{2066}{c}\u{2069}\u{200e}"),
        &|c| format!("\u{202b}{c}\u{202c}"),
        &|c| digits(c, 0xff10),
        &|c| digits(c, 0x660),
        &|c| digits(c, 0x6f0),
        &|c| format!("{}{}", digits(&c[..3], 0xff10), &c[3..]),
    ];
    for (n, way) in ways.into_iter().enumerate() {
        let link = bench.send_to(&format!("patient{n}@example.com")).await;
        let path = format!("/m/{}", link.expose());
        let mut browser = bench.browser();
        let form = browser.get(&path).await.form();
        browser
            .post(&format!("{path}/code"), &[("form", &form)])
            .await;
        let typed = way(&bench.code().await);
        let sent =
            percent_encoding::utf8_percent_encode(&typed, percent_encoding::NON_ALPHANUMERIC);
        let sent = sent.to_string();
        let fields = [("form", form.as_str()), ("code", sent.as_str())];
        let answer = browser.post(&format!("{path}/enter"), &fields).await;
        assert!(
            answer.header("location").starts_with("/message/"),
            "{typed:?}: {}",
            answer.text()
        );
        bench.hand.advance(SignedDuration::from_secs(1));
    }
}
