//! The door with everything real behind it: store, accounts, acceptance, TLS.

use crate::access::accounts;
use crate::access::app_password::{self, Wish};
use crate::access::login::Login;
use crate::access::password::Passwords;
use crate::model::{
    Actor, Address, Clock, Language, Live, ManualClock, Role, Scope, Standing, heard,
};
use crate::net::{Gate, Limits, Tls};
use crate::outbound::{self, Outbound};
use crate::policy::{self, Copies, Rules, Staff, Unknown};
use crate::release;
use crate::route::portal::Voice;
use crate::smtp::{Door, Mode, Settings};
use crate::store::records::Message;
use crate::store::{self, RootKey, Store};
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

/// A clinic with one provider, jane, whose office listens here.
struct Clinic {
    _folder: TempDir,
    store: Store,
    door: Door,
    hand: ManualClock,
    stop: watch::Sender<bool>,
    certificate: CertificateDer<'static>,
    tls: Tls,
    /// PLAIN's response, in base64.
    credentials: String,
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A mail program.
struct Client(BufReader<Box<dyn Wire>>);

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn rules() -> outbound::Settings {
    outbound::Settings {
        rules: Rules {
            default: policy::Default::Secure,
            clear_domains: Vec::new(),
            clear_tag: false,
            secure_tag: false,
            copies: Copies::Refuse,
            staff: Staff::Hold,
            unknown: Unknown::Take,
        },
        secure_tag: None,
        clear_tag: None,
        expires: SignedDuration::from_hours(24),
        retain: SignedDuration::from_hours(48),
        new_recipients: 10,
        voice: Voice {
            hostname: "mail.clinic.example".to_owned(),
            clinic: "Clinic".to_owned(),
            from: address("notice@clinic.example"),
            bounce: address("bounce@clinic.example"),
            subject: None,
            show_sender: false,
            portal: "https://portal.clinic.example".to_owned(),
            language: Language::English,
            zone: jiff::tz::TimeZone::UTC,
        },
        holds: release::samples::settings(),
    }
}

/// Makes an account; PLAIN's response for it, in base64.
async fn provider(store: &Store, passwords: &Passwords, name: &str) -> String {
    let by = Actor::Operator(0);
    let account = accounts::add(store, address(name), Role::Provider, by)
        .await
        .unwrap();
    let wish = Wish {
        name: "Outlook".to_owned(),
        scope: Scope::Smtp,
        networks: Vec::new(),
    };
    let password = app_password::make(store, passwords, &account, wish, by)
        .await
        .unwrap();
    let plain = format!("\0{name}\0{}", password.expose());
    data_encoding::BASE64.encode(plain.as_bytes())
}

impl Clinic {
    async fn open(in_flight: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let place = store::Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let store =
            Store::create(&place, &RootKey::generate(), Clock::Manual(hand.clone())).unwrap();
        let passwords = Passwords::new();
        let credentials = provider(&store, &passwords, "jane@clinic.example").await;
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let tls = Tls::new(
            cert.pem().as_bytes(),
            signing_key.serialize_pem().as_bytes(),
            &[],
        )
        .unwrap();
        let settings = Live::new(Settings {
            hostname: "mail.clinic.example".to_owned(),
            language: Language::English,
            max_size: 1_000_000,
            recipients: 100,
            errors: 10,
        });
        let outbound = Outbound::new(store.clone(), Live::new(rules()));
        let login = Login::new(store.clone(), passwords);
        Self {
            _folder: folder,
            door: Door::new(outbound, login, tls.clone(), settings, in_flight),
            store,
            hand,
            stop: watch::channel(false).0,
            certificate: cert.der().clone(),
            tls,
            credentials,
        }
    }

    async fn listen(&self, mode: Mode, connections: u32) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let gate = Gate::new(Limits {
            connections,
            per_network: 100,
        });
        tokio::spawn(
            self.door
                .clone()
                .work(listener, mode, gate, self.stop.subscribe()),
        );
        here
    }

    async fn secure(&self, stream: TcpStream) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        Client(BufReader::new(Box::new(stream)))
    }

    /// A mail program that has made TLS on the port that begins in clear.
    async fn starttls(&self, here: SocketAddr) -> Client {
        let mut stream = TcpStream::connect(here).await.unwrap();
        stream.write_all(b"EHLO client.example\r\n").await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"250 STARTTLS\r\n") {
            heard.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(b"STARTTLS\r\n").await.unwrap();
        let mut ready = [0; 10];
        stream.read_exact(&mut ready).await.unwrap();
        assert_eq!(&ready, b"220 2.0.0 ");
        while stream.read_u8().await.unwrap() != b'\n' {}
        self.secure(stream).await
    }

    /// A mail program that has signed in on the TLS port.
    async fn signed_in(&self, here: SocketAddr) -> Client {
        self.signed_in_as(here, &self.credentials).await
    }

    async fn signed_in_as(&self, here: SocketAddr, credentials: &str) -> Client {
        let stream = TcpStream::connect(here).await.unwrap();
        // What a test says is there before its clock moves on.
        stream.set_nodelay(true).unwrap();
        let mut client = self.secure(stream).await;
        client.hears("220 mail.clinic.example").await;
        client.says("EHLO client.example").await;
        client.hears("250 AUTH PLAIN LOGIN").await;
        client.says(&format!("AUTH PLAIN {credentials}")).await;
        client.hears("235 2.7.0").await;
        client
    }

    async fn messages(&self) -> usize {
        self.store
            .range::<Message>(&[], None, 100)
            .await
            .unwrap()
            .len()
    }
}

impl Client {
    fn clear(stream: TcpStream) -> Self {
        Self(BufReader::new(Box::new(stream)))
    }

    async fn says(&mut self, line: &str) {
        self.0
            .write_all(format!("{line}\r\n").as_bytes())
            .await
            .unwrap();
        self.0.flush().await.unwrap();
    }

    /// Reads one reply; its last line begins so.
    async fn hears(&mut self, expected: &str) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                assert!(
                    line.starts_with(expected),
                    "{line:?} instead of {expected:?}"
                );
                return line;
            }
        }
    }

    async fn envelope(&mut self) {
        self.says("MAIL FROM:<jane@clinic.example>\r\nRCPT TO:<paul@patient.example>\r\nDATA")
            .await;
        self.hears("250 2.1.0").await;
        self.hears("250 2.1.5").await;
    }

    async fn letter(&mut self) {
        self.says("From: jane@clinic.example\r\nTo: paul@patient.example\r\nSubject: Results\r\n\r\nDear Paul\r\n.").await;
    }

    /// Whether the other end has closed.
    async fn ended(&mut self) -> bool {
        let mut rest = Vec::new();
        self.0.read_to_end(&mut rest).await.is_err() || rest.is_empty()
    }
}

#[tokio::test]
async fn a_message_handed_in_on_465_is_in_the_store_when_250_is_said() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut client = clinic.signed_in(here).await;
    client.envelope().await;
    client.hears("354 ").await;
    client.letter().await;
    client.hears("250 2.0.0").await;
    assert_eq!(clinic.messages().await, 1);
    client.says("QUIT").await;
    client.hears("221 2.0.0").await;
    assert!(client.ended().await);
}

#[tokio::test]
async fn starttls_on_587_forgets_what_came_before_and_carries_a_message() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Offered, 10).await;
    let mut client = clinic.starttls(here).await;
    client
        .says(&format!("AUTH PLAIN {}", clinic.credentials))
        .await;
    client.hears("503 5.5.1").await;
    client.says("EHLO client.example").await;
    client.hears("250 AUTH PLAIN LOGIN").await;
    client
        .says(&format!("AUTH PLAIN {}", clinic.credentials))
        .await;
    client.hears("235 2.7.0").await;
    client.envelope().await;
    client.hears("354 ").await;
    client.letter().await;
    client.hears("250 2.0.0").await;
    assert_eq!(clinic.messages().await, 1);
}

#[tokio::test]
async fn what_is_injected_behind_starttls_ends_the_session() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Offered, 10).await;
    let mut client = Client::clear(TcpStream::connect(here).await.unwrap());
    client.hears("220 mail").await;
    client.says("EHLO client.example").await;
    client.hears("250 STARTTLS").await;
    client
        .says("STARTTLS\r\nMAIL FROM:<mallory@attacker.example>")
        .await;
    client.hears("503 5.5.1").await;
    assert!(client.ended().await);
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_leaves_the_line_that_fail2ban_reads() {
    heard::listen();
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut client = clinic.secure(TcpStream::connect(here).await.unwrap()).await;
    client.says("EHLO client.example").await;
    client.hears("220 ").await;
    client.hears("250 AUTH").await;
    let wrong = data_encoding::BASE64.encode(b"\0jane@clinic.example\0canary-password");
    client.says(&format!("AUTH PLAIN {wrong}")).await;
    client.hears("535 5.7.8").await;
    client.says("MAIL FROM:<jane@clinic.example>").await;
    client.hears("530 5.7.0").await;
    let log = heard::lines().concat();
    assert!(
        log.contains(r#"event="auth.failed" proto="smtp" ip=127.0.0.1"#),
        "{log}"
    );
    assert!(!log.contains("canary") && !log.contains("jane"), "{log}");
}

#[tokio::test]
async fn a_stranger_has_a_minute_and_a_client_five() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut known = clinic.signed_in(here).await;
    let mut stranger = clinic.secure(TcpStream::connect(here).await.unwrap()).await;
    stranger.hears("220 ").await;
    // What was answered is waited for anew: both sessions now wait.
    known.says("NOOP").await;
    known.hears("250 2.0.0").await;
    tokio::task::yield_now().await;
    clinic.hand.advance(SignedDuration::from_secs(61));
    stranger.hears("421 4.4.2").await;
    assert!(stranger.ended().await);
    known.says("NOOP").await;
    known.hears("250 2.0.0").await;
    tokio::task::yield_now().await;
    clinic.hand.advance(SignedDuration::from_secs(301));
    known.hears("421 4.4.2").await;
}

#[tokio::test]
async fn at_the_end_an_idle_session_hears_it_and_a_message_under_way_comes_in() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut idle = clinic.signed_in(here).await;
    let mut busy = clinic.signed_in(here).await;
    busy.envelope().await;
    busy.hears("354 ").await;
    clinic.stop.send_replace(true);
    idle.hears("421 4.3.2").await;
    assert!(idle.ended().await);
    busy.letter().await;
    busy.hears("250 2.0.0").await;
    busy.hears("421 4.3.2").await;
    assert_eq!(clinic.messages().await, 1);
}

#[tokio::test]
async fn a_message_that_breaks_off_leaves_nothing_and_gives_its_room_back() {
    // Room for one piece: one message at a time.
    let clinic = Clinic::open(1).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut first = clinic.signed_in(here).await;
    first.envelope().await;
    first.hears("354 ").await;
    first.says("Subject: half").await;
    let mut second = clinic.signed_in(here).await;
    second.envelope().await;
    second.hears("452 4.3.1").await;
    drop(first);
    loop {
        second.envelope().await;
        let reply = second.hears("").await;
        if reply.starts_with("354") {
            break;
        }
    }
    assert_eq!(clinic.messages().await, 0);
    second.letter().await;
    second.hears("250 2.0.0").await;
    assert_eq!(clinic.messages().await, 1);
}

#[tokio::test]
async fn one_account_that_takes_its_room_leaves_another_its_own() {
    // A quarter of this is two of the largest messages.
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let announce =
        "MAIL FROM:<jane@clinic.example> SIZE=1000000\r\nRCPT TO:<paul@patient.example>\r\nDATA";
    let mut held = Vec::new();
    for expected in ["354 ", "354 ", "452 4.3.1 Your account"] {
        let mut client = clinic.signed_in(here).await;
        client.says(announce).await;
        client.hears("250 2.1.0").await;
        client.hears("250 2.1.5").await;
        client.hears(expected).await;
        held.push(client);
    }
    let paul = provider(&clinic.store, &Passwords::new(), "paul@clinic.example").await;
    let mut other = clinic.signed_in_as(here, &paul).await;
    other.says(&announce.replace("jane@", "paul@")).await;
    other.hears("250 2.1.0").await;
    other.hears("250 2.1.5").await;
    other.hears("354 ").await;
}

#[tokio::test]
async fn a_message_that_trickles_in_is_cut_off_and_gives_its_room_back() {
    // Room for one piece: one message at a time.
    let clinic = Clinic::open(1).await;
    let here = clinic.listen(Mode::Already, 10).await;
    // No pause is as long as one may be, in a message or between its chunks.
    for (begin, more) in [("DATA", "A: b"), ("BDAT 6\r\nA: b", "NOOP")] {
        let mut client = clinic.signed_in(here).await;
        client
            .says(&format!(
                "MAIL FROM:<jane@clinic.example>\r\nRCPT TO:<paul@patient.example>\r\n{begin}"
            ))
            .await;
        client.hears("250 2.1.0").await;
        client.hears("250 2.1.5").await;
        client
            .hears(if begin == "DATA" { "354 " } else { "250 " })
            .await;
        for _ in 0..4 {
            client.says(more).await;
            if more == "NOOP" {
                client.hears("250 2.0.0").await;
            }
            for _ in 0..200 {
                tokio::task::yield_now().await;
            }
            clinic.hand.advance(SignedDuration::from_secs(85));
        }
        // Had it not ended, it would now, for another reason.
        clinic.hand.advance(SignedDuration::from_mins(5));
        client.hears("421 4.4.2 The message came too slowly").await;
        assert!(client.ended().await);
    }
    let mut next = clinic.signed_in(here).await;
    next.envelope().await;
    next.hears("354 ").await;
}

#[tokio::test]
async fn one_too_many_hears_why_where_the_port_begins_in_clear() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Offered, 1).await;
    let mut stranger = Client::clear(TcpStream::connect(here).await.unwrap());
    stranger.hears("220 ").await;
    // Whom nobody knows makes room; who has signed in stays.
    let mut first = clinic.starttls(here).await;
    assert!(stranger.ended().await);
    first.says("EHLO client.example").await;
    first.hears("250 AUTH PLAIN LOGIN").await;
    let sign_in = format!("AUTH PLAIN {}", clinic.credentials);
    first.says(&sign_in).await;
    first.hears("235 2.7.0").await;
    let mut second = Client::clear(TcpStream::connect(here).await.unwrap());
    second.hears("421 4.3.2").await;
    assert!(second.ended().await);
    first.says("NOOP").await;
    first.hears("250 ").await;
}

#[tokio::test]
async fn a_new_certificate_is_for_new_connections_and_the_open_ones_go_on() {
    let mut clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut open = clinic.signed_in(here).await;
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    clinic
        .tls
        .replace(
            cert.pem().as_bytes(),
            signing_key.serialize_pem().as_bytes(),
        )
        .unwrap();
    clinic.certificate = cert.der().clone();
    let mut new = clinic.signed_in(here).await;
    new.says("NOOP").await;
    new.hears("250 2.0.0").await;
    open.says("NOOP").await;
    open.hears("250 2.0.0").await;
}

#[tokio::test]
async fn an_account_that_is_switched_off_cannot_go_on_in_an_open_session() {
    let clinic = Clinic::open(10_000_000).await;
    let here = clinic.listen(Mode::Already, 10).await;
    let mut client = clinic.signed_in(here).await;
    let jane = accounts::find(&clinic.store, &address("jane@clinic.example"))
        .await
        .unwrap()
        .unwrap();
    accounts::set_standing(
        &clinic.store,
        jane.id,
        Standing::Disabled,
        Actor::Operator(0),
    )
    .await
    .unwrap();
    client.says("MAIL FROM:<jane@clinic.example>").await;
    client
        .hears("421 4.7.0 This account is no longer in use")
        .await;
    assert!(client.ended().await);
}
