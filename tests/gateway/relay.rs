//! The relay client against a real Postfix.

use crate::postfix::Postfix;
use jiff::Timestamp;
use sealpost::delivery::outcome::{Outcome, Step};
use sealpost::delivery::relay::{Patience, Relay, Security, Settings, Transaction};
use sealpost::model::{Address, Clock};
use std::fs;
use std::sync::Arc;
use std::time::Instant;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn settings(postfix: &Postfix, security: Security) -> Settings {
    let port = match security {
        Security::Tls => postfix.tls_port,
        Security::StartTls => postfix.port,
        Security::None => postfix.plain_port,
    };
    Settings {
        host: "localhost".to_owned(),
        port,
        security,
        login: None,
        trust: fs::read(&postfix.trust).unwrap(),
        hello: "mail.clinic.example".to_owned(),
    }
}

fn relay(settings: Settings) -> Relay {
    Relay::new(Arc::new(settings), Clock::System, 4, Patience::SHORT).unwrap()
}

async fn send(relay: &Relay, to: &str, mail: &[u8]) -> Outcome {
    let transaction = Transaction {
        sender: None,
        recipient: &address(to),
        wishes: None,
        mail,
    };
    relay.hand_over(&transaction).await
}

fn mail(id: &str) -> Vec<u8> {
    let lines = [
        "From: clinic@clinic.example",
        "To: jane@example.test",
        "Subject: a test",
        "Date: Sun, 22 Nov 2026 15:00:00 +0000",
        &format!("Message-ID: <{id}@clinic.example>"),
        "",
        ".a line with a dot",
        "..and two",
        ".",
        "café",
    ];
    (lines.join("\r\n") + "\r\n").into_bytes()
}

#[tokio::test]
async fn a_mail_arrives_octet_for_octet_by_every_way_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = Postfix::start(folder.path());
    let sender = address("bounce+x@clinic.example");
    for security in [Security::StartTls, Security::Tls, Security::None] {
        let to = format!("jane-{security:?}@example.test").to_lowercase();
        let relay = relay(settings(&postfix, security));
        let mail = mail(&to.replace('@', "."));
        let transaction = Transaction {
            sender: Some(&sender),
            recipient: &address(&to),
            wishes: None,
            mail: &mail,
        };
        let outcome = relay.hand_over(&transaction).await;
        assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
        let came = postfix.wait_for(&to, 1);
        let sent = String::from_utf8(mail).unwrap().replace("\r\n", "\n");
        assert_eq!(came[0].text(), sent, "the mail was changed on its way");
        assert_eq!(came[0].from, "bounce+x@clinic.example");
    }
    assert_eq!(postfix.accepted().len(), 3);
    let log = postfix.log();
    assert!(log.contains("TLSv1.3"), "no TLS in {log}");
}

#[tokio::test]
async fn the_answers_of_a_real_relay_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mut postfix = Postfix::start(folder.path());
    let relay = relay(settings(&postfix, Security::StartTls));
    let send = async |to: &str| send(&relay, to, &mail("x")).await;
    let refused = send("reject@example.test").await;
    assert!(matches!(&refused, Outcome::Failed(a) if a.code == 550 && a.text.starts_with("5.1.1")));
    let deferred = send("defer@example.test").await;
    assert!(matches!(&deferred, Outcome::Deferred(a) if a.code == 450));
    assert!(matches!(
        send("grey@example.test").await,
        Outcome::Deferred(_)
    ));
    assert!(matches!(
        send("grey@example.test").await,
        Outcome::Accepted(..)
    ));
    postfix.answer("jane@example.test", &["451 4.3.0 once"]);
    assert!(matches!(
        send("jane@example.test").await,
        Outcome::Deferred(_)
    ));
    assert!(matches!(
        send("jane@example.test").await,
        Outcome::Accepted(..)
    ));
    assert!(matches!(
        send("josé@example.test").await,
        Outcome::Accepted(..)
    ));
    postfix.stop();
    assert!(matches!(send("jane@example.test").await, Outcome::Deferred(a) if a.code == 0));
    postfix.resume();
    assert!(matches!(
        send("jane@example.test").await,
        Outcome::Accepted(..)
    ));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = Postfix::start(folder.path());
    let mut settings = settings(&postfix, Security::StartTls);
    settings.trust.clear();
    let outcome = send(&relay(settings), "jane@example.test", &mail("x")).await;
    assert!(
        matches!(outcome, Outcome::Fault(_, Step::Secure, _)),
        "{outcome:?}"
    );
    assert!(postfix.accepted().is_empty());
}

#[tokio::test]
async fn a_hundred_mails_need_few_connections() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = Postfix::start(folder.path());
    let relay = Arc::new(relay(settings(&postfix, Security::StartTls)));
    let began = Instant::now();
    let sending = (0..100).map(|n| {
        let relay = Arc::clone(&relay);
        async move {
            let id = format!("{n}.{}", Timestamp::UNIX_EPOCH);
            send(&relay, "many@example.test", &mail(&id)).await
        }
    });
    for outcome in futures_util::future::join_all(sending).await {
        assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
    }
    println!("100 mails in {:?}", began.elapsed());
    assert_eq!(postfix.wait_for("many@example.test", 100).len(), 100);
    relay.close().await;
    let connections = postfix.log().matches("]: connect from").count();
    // One is the fixture's own look at the greeting.
    assert!(connections <= 5 + 1, "{connections} connections");
}
