//! The relay against a server that says exactly what it is told to say. A real
//! one is met in `tests/gateway`.

use super::{Patience, Relay, Security, Settings, is_canonical};
use crate::delivery::outcome::{Outcome, Step};
use crate::model::{Address, Clock, ManualClock, Secret};
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::PrivateKeyDer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

const MAIL: &[u8] = b"Subject: x\r\n\r\n.first\r\nlast\r\n";

/// A server that answers each line it hears by `answer`; `None` is silence.
pub(in crate::delivery) struct Server {
    pub(in crate::delivery) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    connections: mpsc::UnboundedReceiver<()>,
}

impl Server {
    pub(in crate::delivery) async fn start(answer: fn(&str) -> Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (met, connections) = mpsc::unbounded_channel();
        let book = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let _ = met.send(());
                tokio::spawn(serve(socket, answer, Arc::clone(&book)));
            }
        });
        Self {
            port,
            heard,
            connections,
        }
    }

    pub(in crate::delivery) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn connections(&mut self) -> usize {
        let mut count = 0;
        while self.connections.try_recv().is_ok() {
            count += 1;
        }
        count
    }
}

async fn serve(
    socket: tokio::net::TcpStream,
    answer: fn(&str) -> Option<&'static str>,
    book: Arc<Mutex<Vec<String>>>,
) {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut data = false;
    let mut line = "connect".to_owned();
    loop {
        let told = match (data, line.as_str()) {
            (true, ".") => answer("."),
            (true, _) => Some(""),
            (false, line) => answer(line).or_else(|| usual(line)),
        };
        data = if data {
            line != "."
        } else {
            told.is_some_and(|told| told.starts_with("354"))
        };
        let Some(told) = told else {
            std::future::pending::<()>().await;
            return;
        };
        if told == "hang up" || write.write_all(told.as_bytes()).await.is_err() {
            return;
        }
        let Ok(Some(next)) = lines.next_line().await else {
            return;
        };
        book.lock().unwrap().push(next.clone());
        line = next;
    }
}

/// What a friendly server says.
fn usual(line: &str) -> Option<&'static str> {
    let verb = line.split([' ', ':']).next()?.to_ascii_uppercase();
    match verb.as_str() {
        "CONNECT" => Some("220 relay.example ESMTP\r\n"),
        "EHLO" => Some("250-relay.example\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"),
        "AUTH" => Some("235 2.7.0 welcome\r\n"),
        "MAIL" | "RCPT" | "RSET" => Some("250 2.0.0 ok\r\n"),
        "DATA" => Some("354 go on\r\n"),
        "QUIT" => Some("221 bye\r\n"),
        _ => None,
    }
}

pub(in crate::delivery) fn settings(port: u16) -> Settings {
    Settings {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        login: None,
        trust: Vec::new(),
        hello: "mail.clinic.example".to_owned(),
    }
}

fn relay(settings: Settings) -> Relay {
    Relay::new(Arc::new(settings), Clock::System, 2, Patience::LONG).unwrap()
}

fn to(text: &str) -> Address {
    Address::parse(text).unwrap()
}

async fn send(relay: &Relay) -> Outcome {
    let sender = to("bounce@clinic.example");
    relay
        .hand_over(Some(&sender), &to("jane@example.test"), MAIL)
        .await
}

fn friendly(line: &str) -> Option<&'static str> {
    (line == ".").then_some("250 2.0.0 queued as 1\r\n")
}

#[tokio::test]
async fn a_mail_is_handed_over_octet_for_octet_and_the_answer_kept() {
    let server = Server::start(friendly).await;
    let outcome = send(&relay(settings(server.port))).await;
    let Outcome::Accepted(answer) = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!(
        (answer.code, answer.text.as_str()),
        (250, "2.0.0 queued as 1")
    );
    let heard = server.heard();
    let expected = [
        "EHLO mail.clinic.example",
        "MAIL FROM:<bounce@clinic.example>",
        "RCPT TO:<jane@example.test>",
        "DATA",
        "Subject: x",
        "",
        "..first",
        "last",
        ".",
    ];
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn one_connection_carries_many_mails_and_a_refusal_does_not_end_it() {
    let mut server = Server::start(|line| match line {
        "." => Some("250 2.0.0 ok\r\n"),
        "RCPT TO:<nobody@example.test>" => Some("550 5.1.1 unknown\r\n"),
        _ => None,
    })
    .await;
    let relay = relay(settings(server.port));
    assert!(matches!(send(&relay).await, Outcome::Accepted(_)));
    let refused = relay
        .hand_over(None, &to("nobody@example.test"), MAIL)
        .await;
    assert!(matches!(refused, Outcome::Failed(_)));
    assert!(matches!(send(&relay).await, Outcome::Accepted(_)));
    assert_eq!(server.connections(), 1);
    assert!(server.heard().contains(&"MAIL FROM:<>".to_owned()));
}

#[tokio::test]
async fn a_connection_that_the_relay_closed_while_it_rested_is_replaced() {
    static CLOSED: AtomicBool = AtomicBool::new(false);
    let mut server = Server::start(|line| match line {
        "." => Some("250 2.0.0 ok\r\n"),
        "MAIL FROM:<>" if !CLOSED.swap(true, Ordering::Relaxed) => Some("hang up"),
        _ => None,
    })
    .await;
    let relay = relay(settings(server.port));
    assert!(matches!(send(&relay).await, Outcome::Accepted(_)));
    let second = relay.hand_over(None, &to("jane@example.test"), MAIL).await;
    assert!(matches!(second, Outcome::Accepted(_)), "{second:?}");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn replies_without_a_text_are_read() {
    let server = Server::start(|line| match line {
        "DATA" => Some("354\r\n"),
        "." => Some("250\r\n"),
        _ => None,
    })
    .await;
    let outcome = send(&relay(settings(server.port))).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_relay_that_stalls_lets_go_of_the_worker() {
    let server = Server::start(|line| match line {
        "DATA" => Some("354 go on\r\n"),
        _ => None,
    })
    .await;
    let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
    let clock = Clock::Manual(hand.clone());
    let relay = Relay::new(Arc::new(settings(server.port)), clock, 1, Patience::SHORT).unwrap();
    let sending = tokio::spawn(async move { send(&relay).await });
    while server.heard().last().map(String::as_str) != Some(".") {
        tokio::task::yield_now().await;
    }
    hand.advance(SignedDuration::from_mins(2));
    let outcome = sending.await.unwrap();
    assert!(matches!(outcome, Outcome::Deferred(answer) if answer.code == 0));
}

#[tokio::test]
async fn a_refused_sign_in_is_the_settings_fault_and_loses_nothing() {
    let server = Server::start(|line| {
        line.starts_with("AUTH")
            .then_some("535 5.7.8 wrong password\r\n")
    })
    .await;
    let mut settings = settings(server.port);
    settings.login = Some(("gateway".to_owned(), Secret::new("wrong")));
    let outcome = send(&relay(settings)).await;
    assert!(
        matches!(outcome, Outcome::Fault(_, Step::SignIn, _)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_relay_without_starttls_gets_nothing() {
    let server = Server::start(friendly).await;
    let mut settings = settings(server.port);
    settings.security = Security::StartTls;
    let outcome = send(&relay(settings)).await;
    assert!(
        matches!(outcome, Outcome::Fault(_, Step::Secure, _)),
        "{outcome:?}"
    );
    assert_eq!(server.heard(), ["EHLO mail.clinic.example"]);
}

#[tokio::test]
async fn octets_slipped_in_behind_starttls_are_never_read_as_replies() {
    let server = Server::start(|line| match line {
        "EHLO mail.clinic.example" => Some("250 STARTTLS\r\n"),
        "STARTTLS" => Some("220 go\r\n250-evil\r\n250 8BITMIME\r\n250 ok\r\n250 ok\r\n"),
        _ => None,
    })
    .await;
    let mut settings = settings(server.port);
    settings.security = Security::StartTls;
    let outcome = send(&relay(settings)).await;
    assert!(
        matches!(outcome, Outcome::Fault(_, Step::Secure, _)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn plain_text_goes_to_this_machine_alone() {
    let mut settings = settings(25);
    // RFC 5737: an address that nobody has.
    settings.host = "192.0.2.1".to_owned();
    let outcome = send(&relay(settings)).await;
    assert!(
        matches!(outcome, Outcome::Fault(_, Step::Secure, _)),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn an_international_address_fails_where_the_relay_cannot_carry_it() {
    let server = Server::start(friendly).await;
    let relay = relay(settings(server.port));
    let outcome = relay.hand_over(None, &to("josé@example.test"), MAIL).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_mail_with_bare_line_ends_never_leaves() {
    let mut server = Server::start(friendly).await;
    let relay = relay(settings(server.port));
    for mail in [
        b"Subject: x\n\nhello\r\n".as_slice(),
        b"Subject: x\r\n\r\nhello\r.\r\n",
        b"Subject: x\r\n\r\nhello\r\n\n.\r\n",
        b"Subject: x\r\n\r\nhello\r\r\n",
        b"Subject: x\r\n\r\nhello",
        b"Subject: x\r\n\r\nhello\r",
    ] {
        let outcome = relay.hand_over(None, &to("jane@example.test"), mail).await;
        assert!(matches!(outcome, Outcome::Unfit(_)), "{mail:?}");
    }
    assert_eq!(server.connections(), 0);
    assert!(is_canonical(MAIL));
}

#[tokio::test]
async fn a_relay_that_shows_a_ca_certificate_is_told_what_to_make_instead() {
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pair = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&pair).unwrap();
    let key = PrivateKeyDer::try_from(pair.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(listener.local_addr().unwrap().port());
    settings.host = "localhost".to_owned();
    settings.security = Security::Tls;
    settings.trust = certificate.pem().into_bytes();
    tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        while let Ok((socket, _)) = listener.accept().await {
            let _ = acceptor.accept(socket).await;
        }
    });
    let Outcome::Fault(_, Step::Secure, why) = send(&relay(settings)).await else {
        panic!("a CA certificate was taken")
    };
    assert!(why.contains("make one without CA:TRUE"), "{why}");
}
