//! What the suites stand on: a gateway in this process with a clock that the
//! test moves, the shared relay behind it, accounts, and a log that is read.
//!
//! A [`House`] that is dropped fails its test if its queue still holds a job,
//! or if a line of the log holds an address or a word that belongs to it. Its
//! addresses are its own, so that suites may run side by side.

use crate::postfix::{Mail, Postfix};
use crate::settings::{Settings, free_port};
use jiff::SignedDuration;
use sealpost::access::accounts;
use sealpost::access::app_password::{self, Wish};
use sealpost::access::password::Passwords;
use sealpost::config::Config;
use sealpost::desk::Desk;
use sealpost::model::{Actor, Address, Clock, ManualClock, Role, Scope, Secret};
use sealpost::queue;
use sealpost::serve::gateway::Gateway;
use sealpost::serve::ground;
use sealpost::store::{RootKey, Store};
use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// How long something may take that takes no time by the clock.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// How often we look.
const LOOK: Duration = Duration::from_millis(10);

/// One relay for all who are at work at the same time; the last one ends it.
pub(crate) struct Relay {
    postfix: Postfix,
    _folder: TempDir,
}

impl std::ops::Deref for Relay {
    type Target = Postfix;
    fn deref(&self) -> &Postfix {
        &self.postfix
    }
}

static RELAY: Mutex<Weak<Relay>> = Mutex::new(Weak::new());

/// The shared relay.
pub(crate) fn relay() -> Arc<Relay> {
    let mut shared = lock(&RELAY);
    if let Some(relay) = shared.upgrade() {
        return relay;
    }
    let folder = tempfile::tempdir().unwrap();
    let relay = Arc::new(Relay {
        postfix: Postfix::start(folder.path()),
        _folder: folder,
    });
    *shared = Arc::downgrade(&relay);
    relay
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name that no other test uses, for the local part of an address.
pub(crate) fn name(stem: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(100);
    format!("{stem}{}qx", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Waits until `look` finds something.
pub(crate) fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        thread::sleep(LOOK);
    }
}

/// What a mail program signs in with.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) address: String,
    pub(crate) password: String,
}

/// Where a mail program connects, and whom it trusts there.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) submission: u16,
    pub(crate) submission_tls: u16,
    pub(crate) imap_tls: u16,
    pub(crate) certificate: PathBuf,
}

/// A gateway in this process.
pub(crate) struct House {
    pub(crate) clock: ManualClock,
    pub(crate) door: Door,
    /// A provider who may send.
    pub(crate) doctor: Login,
    pub(crate) config: PathBuf,
    pub(crate) data: PathBuf,
    gateway: Option<Gateway>,
    runtime: tokio::runtime::Runtime,
    private: RefCell<Vec<String>>,
    _folder: TempDir,
}

impl House {
    /// A gateway as `sealpost init` would set it up, with `postfix` as its relay.
    pub(crate) fn open(postfix: &Postfix) -> Self {
        Self::with(postfix, |_| ())
    }

    /// The same with other settings.
    pub(crate) fn with(postfix: &Postfix, change: impl FnOnce(&mut Settings)) -> Self {
        listen();
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::under(folder.path());
        settings.relay(postfix);
        change(&mut settings);
        let config = settings.write();
        let text = fs::read_to_string(&config).unwrap();
        let parsed = Config::parse(&text, "test").unwrap_or_else(|faults| panic!("{faults}"));
        let root = RootKey::generate();
        root.write(&folder.path().join("keys/store.key")).unwrap();
        let clock = ManualClock::new("2026-11-22T15:00:00Z".parse().unwrap());
        let time = Clock::Manual(clock.clone());
        let stores = ground::settings(&parsed);
        drop(Store::create(&stores, &root, time.clone()).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        // A program that another test starts holds our files for the moment
        // between its fork and its exec, and with them the store's lock.
        let gateway = wait("the store's lock", || {
            match runtime.block_on(Gateway::start(&parsed, time.clone())) {
                Err(error) if error.to_string().contains("another process has") => None,
                started => Some(started.unwrap()),
            }
        });
        let mut house = Self {
            clock,
            door: Door {
                submission: gateway.submission()[0].port(),
                submission_tls: gateway.submission_tls()[0].port(),
                imap_tls: gateway.imap_tls()[0].port(),
                certificate: folder.path().join("certificate.pem"),
            },
            doctor: Login {
                address: String::new(),
                password: String::new(),
            },
            config,
            data: folder.path().join("data"),
            gateway: Some(gateway),
            runtime,
            private: RefCell::default(),
            _folder: folder,
        };
        house.doctor = house.account("ruiz", Role::Provider);
        house
    }

    /// An account with an app password.
    pub(crate) fn account(&self, stem: &str, role: Role) -> Login {
        let address = format!("{}@clinic.example", name(stem));
        self.hide(address.split('@').next().unwrap());
        let store = self.store();
        let password = self.runtime.block_on(async {
            let parsed = Address::parse(&address).unwrap();
            let account = accounts::add(store, parsed, role, Actor::Gateway)
                .await
                .unwrap();
            let wish = Wish {
                name: "test".to_owned(),
                scope: Scope::Both,
                networks: Vec::new(),
            };
            app_password::make(store, &Passwords::new(), &account, wish, Actor::Gateway)
                .await
                .unwrap()
        });
        self.hide(password.expose());
        Login {
            address,
            password: password.expose().to_owned(),
        }
    }

    /// A password for the office page, set for this account.
    pub(crate) fn phrase(&self, account: &Login) -> String {
        let phrase = name("four words for tests ");
        self.hide(&phrase);
        let store = self.store();
        self.runtime.block_on(async {
            let address = Address::parse(&account.address).unwrap();
            let found = accounts::find(store, &address).await.unwrap().unwrap();
            let (passwords, secret) = (Passwords::new(), Secret::new(&phrase));
            accounts::set_password(store, &passwords, found.id, &secret, Actor::Gateway)
                .await
                .unwrap();
        });
        phrase
    }

    /// Where the office page is found.
    pub(crate) fn office(&self) -> String {
        let port = self.gateway.as_ref().unwrap().office()[0].port();
        format!("https://office.localhost:{port}")
    }

    /// Somebody outside, of whom nothing may be logged.
    pub(crate) fn patient(&self, stem: &str) -> String {
        let local = name(stem);
        self.hide(&local);
        format!("{local}@example.test")
    }

    /// A word that may not be logged.
    pub(crate) fn hide(&self, word: &str) {
        self.private.borrow_mut().push(word.to_lowercase());
    }

    pub(crate) fn store(&self) -> &Store {
        self.gateway.as_ref().unwrap().store()
    }

    /// The port to which other servers bring mail back.
    pub(crate) fn inbound(&self) -> u16 {
        self.gateway.as_ref().unwrap().inbound()[0].port()
    }

    pub(crate) fn desk(&self) -> &Desk {
        self.gateway.as_ref().unwrap().desk()
    }

    pub(crate) fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Moves the clock on.
    pub(crate) fn later(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    /// `sealpost` with these arguments, on this gateway's configuration.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        sealpost(&self.config, arguments)
    }

    /// The same, and what it printed as JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.command(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The jobs in the queue.
    pub(crate) fn jobs(&self) -> Vec<queue::Listed> {
        self.runtime
            .block_on(queue::list(self.store(), 1000))
            .unwrap()
    }

    /// Waits until nothing is left to do.
    pub(crate) fn drained(&self) {
        let end = Instant::now() + PATIENCE;
        while let left = self.jobs()
            && !left.is_empty()
        {
            assert!(
                Instant::now() < end,
                "waited in vain, still queued: {left:?}"
            );
            thread::sleep(LOOK);
        }
    }

    fn leaks(&self) -> Vec<String> {
        let private = self.private.borrow();
        let lines = lock(&LOG);
        let leaks = lines.iter().filter(|line| {
            let line = line.to_lowercase();
            private.iter().any(|word| line.contains(word.as_str()))
        });
        leaks.cloned().collect()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let failed = thread::panicking();
        // The relay's answer arrives a moment before it is noted.
        let end = Instant::now() + Duration::from_secs(5);
        while !failed && !self.jobs().is_empty() && Instant::now() < end {
            thread::sleep(LOOK);
        }
        let left = if failed { Vec::new() } else { self.jobs() };
        if let Some(gateway) = self.gateway.take() {
            self.runtime.block_on(async {
                let patience = tokio::time::sleep(Duration::from_secs(10));
                tokio::select! { () = gateway.stop() => {}, () = patience => {} }
            });
        }
        if failed {
            return;
        }
        let jobs: Vec<_> = left.iter().map(|l| (l.job.lane, &l.job.answer)).collect();
        assert!(jobs.is_empty(), "the queue still holds {jobs:?}");
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "the log holds private words: {leaks:#?}");
    }
}

/// Pages for the office, on a name and a port of their own. Every name under
/// localhost is this machine (RFC 6761 §6.3).
pub(crate) fn office(settings: &mut Settings) {
    let port = free_port();
    settings.text("office.url", &format!("https://office.localhost:{port}"));
    settings.set("office.listen", &format!("[\"127.0.0.1:{port}\"]"));
}

/// Runs the binary.
pub(crate) fn sealpost(config: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .arg("-c")
        .arg(config)
        .args(arguments)
        .output()
        .unwrap()
}

/// A notice as the patient sees it.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) message_id: String,
    /// The link in the text part.
    pub(crate) link: String,
    /// Every decoded part, header first.
    pub(crate) decoded: String,
}

/// Reads a notice back; there is exactly one link in it, the same in both parts.
pub(crate) fn notice(mail: &Mail) -> Notice {
    let parsed = mail_parser::MessageParser::default()
        .parse(&mail.octets)
        .unwrap();
    let text = parsed.body_text(0).unwrap().into_owned();
    let links: Vec<&str> = text
        .split_whitespace()
        .filter(|word| word.starts_with("https://") && word.contains("/m/"))
        .collect();
    assert_eq!(links.len(), 1, "one link in {text}");
    assert!(parsed.body_html(0).unwrap().contains(links[0]));
    Notice {
        message_id: parsed.message_id().unwrap().to_owned(),
        link: links[0].to_owned(),
        decoded: decoded(mail),
    }
}

/// A mail as text with every encoding undone.
pub(crate) fn decoded(mail: &Mail) -> String {
    let mut all = mail.text();
    let parsed = mail_parser::MessageParser::default().parse(&mail.octets);
    for part in parsed.iter().flat_map(|m| &m.parts) {
        for header in &part.headers {
            let _ = write!(all, "\n{}: {:?}", header.name(), header.value());
        }
        let _ = write!(all, "\n{}", String::from_utf8_lossy(part.contents()));
    }
    all
}

/// Every line that was logged, at every level.
static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let listening = tracing_subscriber::registry().with(Listener);
        tracing::subscriber::set_global_default(listening).unwrap();
    });
}

struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // As the daemon does: a library's lines are not ours to answer for.
        if !event.metadata().target().starts_with("sealpost") {
            return;
        }
        let mut line = Line(format!("{} ", event.metadata().level()));
        event.record(&mut line);
        lock(&LOG).push(line.0);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }
}
