//! The relay against a server that says exactly what it is told to say. A real
//! one is met in `tests/gateway`.

use super::stream::connect;
use super::{Patience, Relay, Security, Settings, Transaction, Wishes, is_canonical};
use crate::delivery::outcome::{Duty, Outcome, Step};
use crate::model::{Address, Clock, ManualClock, Notify, Return, Secret};
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::PrivateKeyDer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
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
    socket: TcpStream,
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
    let (sender, recipient) = (to("bounce@clinic.example"), to("jane@example.test"));
    let transaction = Transaction {
        sender: Some(&sender),
        recipient: &recipient,
        wishes: None,
        mail: MAIL,
    };
    relay.hand_over(&transaction).await
}

/// A mail from the null sender.
async fn send_to(relay: &Relay, recipient: &str, mail: &[u8]) -> Outcome {
    let transaction = Transaction {
        sender: None,
        recipient: &to(recipient),
        wishes: None,
        mail,
    };
    relay.hand_over(&transaction).await
}

fn friendly(line: &str) -> Option<&'static str> {
    (line == ".").then_some("250 2.0.0 queued as 1\r\n")
}

#[tokio::test]
async fn a_mail_is_handed_over_octet_for_octet_and_the_answer_kept() {
    let server = Server::start(friendly).await;
    let outcome = send(&relay(settings(server.port))).await;
    let Outcome::Accepted(answer, Duty::Ours) = outcome else {
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
    assert!(matches!(send(&relay).await, Outcome::Accepted(..)));
    let refused = send_to(&relay, "nobody@example.test", MAIL).await;
    assert!(matches!(refused, Outcome::Failed(_)));
    assert!(matches!(send(&relay).await, Outcome::Accepted(..)));
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
    assert!(matches!(send(&relay).await, Outcome::Accepted(..)));
    let second = send_to(&relay, "jane@example.test", MAIL).await;
    assert!(matches!(second, Outcome::Accepted(..)), "{second:?}");
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
    assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
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
    let outcome = send_to(&relay, "josé@example.test", MAIL).await;
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
        let outcome = send_to(&relay, "jane@example.test", mail).await;
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

/// A server that offers all that we use.
fn capable(line: &str) -> Option<&'static str> {
    match line {
        "." => Some("250 2.0.0 queued\r\n"),
        line if line.starts_with("EHLO") => Some(
            "250-relay.example\r\n250-SIZE 1000000\r\n250-dsn\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n",
        ),
        _ => None,
    }
}

fn wishes(original: &str) -> Wishes {
    Wishes {
        notify: Notify::On {
            success: true,
            failure: true,
            delay: false,
        },
        original: Some(original.to_owned()),
        ret: Some(Return::Headers),
        envid: Some("q+2B1".to_owned()),
    }
}

/// A mail of a doctor with wishes, and the MAIL and RCPT that were heard.
async fn submit(server: &Server, wishes: &Wishes, mail: &[u8]) -> (Outcome, [String; 2]) {
    let (sender, recipient) = (to("ruiz@clinic.example"), to("jane@example.test"));
    let transaction = Transaction {
        sender: Some(&sender),
        recipient: &recipient,
        wishes: Some(wishes),
        mail,
    };
    let outcome = relay(settings(server.port)).hand_over(&transaction).await;
    let heard = server.heard();
    let last = |verb: &str| {
        let line = heard.iter().rev().find(|line| line.starts_with(verb));
        line.cloned().unwrap_or_default()
    };
    (outcome, [last("MAIL"), last("RCPT")])
}

#[tokio::test]
async fn a_relay_that_offers_dsn_gets_the_senders_wishes_and_the_duty_with_them() {
    let server = Server::start(capable).await;
    let (outcome, heard) = submit(&server, &wishes("rfc822;jane+2Bx@example.test"), MAIL).await;
    assert!(matches!(outcome, Outcome::Accepted(_, Duty::Relays)));
    let expected = [
        "MAIL FROM:<ruiz@clinic.example> SIZE=28 RET=HDRS ENVID=q+2B1",
        "RCPT TO:<jane@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;jane+2Bx@example.test",
    ];
    assert_eq!(heard, expected);
    assert_eq!(MAIL.len(), 28);
    let never = Wishes {
        notify: Notify::Never,
        ..Wishes::default()
    };
    let (_, heard) = submit(&server, &never, MAIL).await;
    assert_eq!(heard[1], "RCPT TO:<jane@example.test> NOTIFY=NEVER");
    // Our own mails have no wishes, and nobody else reports on them.
    let outcome = send(&relay(settings(server.port))).await;
    assert!(matches!(outcome, Outcome::Accepted(_, Duty::Ours)));
}

#[tokio::test]
async fn a_wish_cannot_add_a_parameter_or_a_command_and_is_ascii_without_smtputf8() {
    let server = Server::start(capable).await;
    let sly = Wishes {
        envid: Some("x BODY=BINARYMIME".to_owned()),
        ..wishes("rfc822;a\r\nRSET")
    };
    let (_, heard) = submit(&server, &sly, MAIL).await;
    assert!(!heard[0].contains("ENVID") && !heard[1].contains("ORCPT"));
    let (_, heard) = submit(&server, &wishes("utf-8;jos\u{e9}@example.test"), MAIL).await;
    assert!(heard[1].ends_with("ORCPT=utf-8;jos\\x{E9}@example.test"));
}

#[tokio::test]
async fn a_relay_without_dsn_is_not_told_of_wishes() {
    let server = Server::start(friendly).await;
    let (outcome, heard) = submit(&server, &wishes("rfc822;jane@example.test"), MAIL).await;
    assert!(matches!(outcome, Outcome::Accepted(_, Duty::Ours)));
    let expected = [
        "MAIL FROM:<ruiz@clinic.example>",
        "RCPT TO:<jane@example.test>",
    ];
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_header_outside_ascii_needs_smtputf8_and_a_body_only_8bitmime() {
    let header = "Subject: ma\u{f1}ana\r\n\r\nhello\r\n".as_bytes();
    let body = "Subject: x\r\n\r\nma\u{f1}ana\r\n".as_bytes();
    let server = Server::start(capable).await;
    for (mail, asked) in [
        (header, "MAIL FROM:<> SMTPUTF8 BODY=8BITMIME SIZE="),
        (body, "MAIL FROM:<> BODY=8BITMIME SIZE="),
    ] {
        let relay = relay(settings(server.port));
        let outcome = send_to(&relay, "jane@example.test", mail).await;
        assert!(matches!(outcome, Outcome::Accepted(..)), "{outcome:?}");
        let heard = server.heard();
        let mail = heard.iter().rev().find(|line| line.starts_with("MAIL"));
        assert!(mail.unwrap().starts_with(asked), "{mail:?}");
    }
    let bare = Server::start(|line| match line {
        line if line.starts_with("EHLO") => Some("250 relay.example\r\n"),
        line => friendly(line),
    })
    .await;
    for (mail, code) in [(header, "5.6.7"), (body, "5.6.3")] {
        let relay = relay(settings(bare.port));
        let outcome = send_to(&relay, "jane@example.test", mail).await;
        let Outcome::Failed(answer) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(answer.text.starts_with(code), "{answer:?}");
    }
    assert!(!bare.heard().iter().any(|line| line.starts_with("MAIL")));
}

#[tokio::test]
async fn a_line_without_an_end_is_given_up_after_two_kibibytes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let flood = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut sent = 0;
        socket.write_all(b"220 ").await.unwrap();
        // It ends when the other side hangs up, and only then.
        while let Ok(octets) = socket.write(&[b'x'; 1024]).await {
            sent += octets;
            assert!(sent < 64 << 20, "the relay fills our memory");
        }
    });
    let outcome = send(&relay(settings(port))).await;
    assert!(
        matches!(&outcome, Outcome::Deferred(answer) if answer.text.contains("could not be read")),
        "{outcome:?}"
    );
    flood.await.unwrap();
}

#[tokio::test]
async fn an_address_that_swallows_everything_leaves_time_for_the_next_one() {
    // A queue for one connection, and one in it: what comes now gets no answer.
    let hole = TcpSocket::new_v4().unwrap();
    hole.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let hole = hole.listen(0).unwrap();
    let swallows = hole.local_addr().unwrap();
    let _first = TcpStream::connect(swallows).await.unwrap();
    let answers = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let answers_at = answers.local_addr().unwrap();
    let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
    let clock = Clock::Manual(hand.clone());
    let addresses = [swallows, answers_at];
    let mut connecting = std::pin::pin!(connect(&addresses, Security::None, &clock));
    tokio::select! {
        biased;
        _ = &mut connecting => panic!("the first address answers"),
        () = std::future::ready(()) => {}
    }
    hand.advance(SignedDuration::from_secs(10));
    // Were it the system that gives up, it would take two minutes.
    let patience = std::time::Duration::from_secs(20);
    let connected = tokio::time::timeout(patience, connecting).await;
    let connected = connected.expect("the first address is waited for");
    assert_eq!(connected.unwrap().peer_addr().unwrap(), answers_at);
}
