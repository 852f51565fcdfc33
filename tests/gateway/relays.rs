//! Relays that stall, lie, or are gone for a day. What was accepted is never
//! lost, nothing is taken for delivered that was not, and nobody waits for ever.
//!
//! No real mail server can be made to behave like this, so the relay here is a
//! script over real TLS: an [`Actor`] that answers as it is told. As soon as it
//! behaves, the mail arrives.
//!
//! What each test shows:
//! - a relay that goes silent at any step lets go of the worker in its time, and
//!   the mail comes at a later try;
//! - garbage, endless replies, replies to another command, and hanging up, at
//!   any step: deferred, never delivered and never lost;
//! - `250` and hanging up: the mail is the relay's from the `250` on, and leaves
//!   once;
//! - a relay that is down for a day: everything waits, each writer hears of the
//!   delay once, and everything arrives once.

use crate::harness::{House, notice, wait};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use crate::settings::Settings;
use jiff::SignedDuration;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// What the relay does at a step instead of what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Says this.
    Say(&'static str),
    /// Says this and closes the connection.
    SayAndLeave(&'static str),
    /// Says nothing any more.
    Stall,
    /// Says nothing until it is told to behave, then what it should.
    Wait,
    /// Never comes to the end of a reply.
    Endless,
    /// Never comes to the end of a line.
    EndlessLine,
}

#[derive(Default)]
struct Script {
    acts: HashMap<String, Act>,
    /// Mails whose final dot came, each with its recipient.
    taken: Vec<(String, String)>,
    /// How often it did something else than it should.
    acted: usize,
}

/// A relay that answers as it is told, over TLS from the first octet.
#[derive(Clone)]
pub(crate) struct Actor {
    script: Arc<Mutex<Script>>,
    port: u16,
    trust: PathBuf,
    _folder: Arc<TempDir>,
}

impl Actor {
    pub(crate) fn start() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let trust = folder.path().join("actor.pem");
        fs::write(&trust, made.cert.pem()).unwrap();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::Pkcs8(key));
        let config = Arc::new(config.unwrap());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let actor = Self {
            script: Arc::default(),
            port: listener.local_addr().unwrap().port(),
            trust,
            _folder: Arc::new(folder),
        };
        let stage = actor.clone();
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (stage, config) = (stage.clone(), Arc::clone(&config));
                thread::spawn(move || stage.play(socket, config));
            }
        });
        actor
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on, at `step`: `connect`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `.`.
    pub(crate) fn at(&self, step: &str, act: Act) {
        self.script().acts.insert(step.to_owned(), act);
    }

    /// From now on it behaves.
    pub(crate) fn behave(&self) {
        self.script().acts.clear();
    }

    /// How many mails came to their final dot for this recipient.
    pub(crate) fn taken(&self, to: &str) -> usize {
        let script = self.script();
        script.taken.iter().filter(|(whom, _)| whom == to).count()
    }

    /// How often it did something else than it should.
    fn acted(&self) -> usize {
        self.script().acted
    }

    pub(crate) fn serve(&self, settings: &mut Settings) {
        settings.text("relay.host", "localhost");
        settings.set("relay.port", &self.port.to_string());
        settings.text("relay.security", "tls");
        settings.text("relay.trust", &self.trust.to_string_lossy());
    }

    /// A connection; whatever goes wrong ends it.
    fn play(&self, socket: TcpStream, config: Arc<ServerConfig>) {
        let connection = ServerConnection::new(config).unwrap();
        let mut wire = BufReader::new(StreamOwned::new(connection, socket));
        let _ = self.act(&mut wire);
    }

    fn act(&self, wire: &mut Wire) -> io::Result<()> {
        let (mut step, mut to) = ("connect".to_owned(), String::new());
        loop {
            let act = self.script().acts.get(&step).cloned();
            self.script().acted += usize::from(act.is_some());
            match act {
                None => wire.get_mut().write_all(usual(&step).as_bytes())?,
                Some(Act::Wait) => {
                    while self.script().acts.contains_key(&step) {
                        thread::sleep(Duration::from_millis(5));
                    }
                    wire.get_mut().write_all(usual(&step).as_bytes())?;
                }
                Some(act) => perform(wire, &act)?,
            }
            if step == "DATA" {
                let mail = until_dot(wire)?;
                self.script().taken.push((to.clone(), mail));
                step = ".".to_owned();
                continue;
            }
            let mut line = String::new();
            if step == "QUIT" || wire.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.starts_with("RCPT") {
                to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
            }
            step = line
                .split([' ', '\r'])
                .next()
                .unwrap_or_default()
                .to_owned();
        }
    }
}

type Wire = BufReader<StreamOwned<ServerConnection, TcpStream>>;

fn usual(step: &str) -> &'static str {
    match step {
        "connect" => "220 actor.example.test\r\n",
        "EHLO" => "250-actor.example.test\r\n250 8BITMIME\r\n",
        "DATA" => "354 go on\r\n",
        "QUIT" => "221 bye\r\n",
        _ => "250 2.0.0 ok\r\n",
    }
}

fn perform(wire: &mut Wire, act: &Act) -> io::Result<()> {
    let stream = wire.get_mut();
    match act {
        Act::Say(words) => stream.write_all(words.as_bytes()),
        Act::Wait => Ok(()),
        Act::SayAndLeave(words) => {
            stream.write_all(words.as_bytes())?;
            stream.conn.send_close_notify();
            stream.flush()?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        Act::Stall => {
            // Until the other side gives up.
            let mut octet = String::new();
            while wire.read_line(&mut octet)? > 0 {}
            Err(io::ErrorKind::ConnectionAborted.into())
        }
        Act::Endless => loop {
            stream.write_all(b"250-and another line\r\n")?;
        },
        Act::EndlessLine => loop {
            stream.write_all(b"250 and another word and another word ")?;
        },
    }
}

fn until_dot(wire: &mut Wire) -> io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        if wire.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == ".\r\n" {
            return Ok(mail);
        }
        mail.push_str(&line);
    }
}

/// A house whose relay is an actor.
fn house(actor: &Actor) -> House {
    let relay = crate::harness::relay();
    House::with(&relay, |settings| actor.serve(settings))
}

fn send(house: &House, to: &str) {
    // A connection that rests is not used again after this time.
    house.later(SignedDuration::from_secs(20));
    let letter = Letter::new(&house.doctor, to);
    let said = swaks(&house.door, &house.doctor, &letter, false, &[]);
    assert!(said.good, "{}", said.text);
}

/// Waits until the one job was tried and waits for its next try.
fn tried(house: &House, when: &str) {
    wait(&format!("a try, {when}"), || {
        let jobs = house.jobs();
        assert_eq!(jobs.len(), 1, "{when}");
        (jobs[0].job.attempts > 0 && !jobs[0].leased).then_some(())
    });
}

fn state(house: &House, to: &str) -> String {
    let listed = house.json(&["message", "list", "--addresses", "--json"]);
    let all = listed.as_array().unwrap();
    let found = all.iter().find(|m| m["recipients"][0]["address"] == to);
    found.unwrap()["recipients"][0]["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

const STEPS: [&str; 6] = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "."];

#[test]
fn a_relay_that_goes_silent_at_any_step_is_left_and_tried_again() {
    let actor = Actor::start();
    let house = house(&actor);
    for step in STEPS {
        let to = house.patient("jane");
        let acted = actor.acted();
        actor.at(step, Act::Stall);
        send(&house, &to);
        // It is on the wire; then its patience ends, which the clock decides.
        wait(&format!("silence at {step}"), || {
            (actor.acted() > acted).then_some(())
        });
        wait(&format!("the end of patience at {step}"), || {
            let jobs = house.jobs();
            if jobs[0].leased {
                house.later(SignedDuration::from_secs(20));
            }
            (jobs[0].job.attempts > 0 && !jobs[0].leased).then_some(())
        });
        assert_eq!(state(&house, &to), "queued", "{step}");
        let before = actor.taken(&to);
        assert_eq!(before > 0, step == ".", "{step}");
        actor.behave();
        arrives(&house, &actor, &to, before + 1, step);
    }
}

/// Moves the clock on, a little at a time and never while a mail is in hand,
/// until `done`.
fn onward(house: &House, what: &str, mut done: impl FnMut() -> bool) {
    wait(what, || {
        if done() {
            return Some(());
        }
        if house.jobs().iter().all(|listed| !listed.leased) {
            house.later(SignedDuration::from_secs(20));
        }
        None
    });
}

/// Once the relay behaves, the next try comes through.
fn arrives(house: &House, actor: &Actor, to: &str, count: usize, when: &str) {
    onward(house, &format!("the mail after {when}"), || {
        house.jobs().is_empty()
    });
    assert_eq!(state(house, to), "notice-accepted", "{when}");
    let all: Vec<String> = actor.script().taken.iter().map(|t| t.0.clone()).collect();
    assert_eq!(actor.taken(to), count, "{when}: {to} of {all:?}");
}

#[test]
fn a_relay_that_talks_nonsense_is_never_believed() {
    let nonsense = [
        Act::Say("\u{1}\u{2}garbage\u{fffd}\r\n"),
        Act::Say("\r\n\r\n"),
        Act::Say("2x0 what\r\n"),
        Act::Say("999 unheard of\r\n"),
        Act::Say("1\r\n"),
        Act::Endless,
        Act::EndlessLine,
        Act::SayAndLeave(""),
        Act::SayAndLeave("25"),
        Act::SayAndLeave("421 4.3.2 going down\r\n"),
        Act::SayAndLeave("250-never finished\r\n"),
    ];
    let actor = Actor::start();
    let house = house(&actor);
    for step in STEPS {
        for act in &nonsense {
            let when = format!("{act:?} at {step}");
            let to = house.patient("jane");
            actor.at(step, act.clone());
            send(&house, &to);
            tried(&house, &when);
            assert_eq!(state(&house, &to), "queued", "{when}");
            actor.behave();
            let before = actor.taken(&to);
            assert_eq!(before > 0, step == ".", "{when}");
            arrives(&house, &actor, &to, before + 1, &when);
        }
    }
}

#[test]
fn an_answer_to_another_command_is_not_taken_for_the_mails_own() {
    let actor = Actor::start();
    let house = house(&actor);
    // 250 to DATA, where 354 belongs: nothing was asked for, nothing was taken.
    // 354 to the final dot: the relay wants more, and has not taken it.
    for (step, words) in [
        ("DATA", "250 2.0.0 ok, queued\r\n"),
        (".", "354 go on\r\n"),
        ("MAIL", "354 go on\r\n"),
        ("RCPT", "221 bye\r\n"),
    ] {
        let to = house.patient("jane");
        actor.at(step, Act::Say(words));
        send(&house, &to);
        wait(&format!("a try with {words:?} at {step}"), || {
            let jobs = house.jobs();
            let tried = jobs.first().is_none_or(|l| l.job.attempts > 0);
            tried.then_some(())
        });
        println!("{step} {words:?}: {}", state(&house, &to));
        if step != "RCPT" && step != "MAIL" {
            assert_eq!(state(&house, &to), "queued", "{step}");
        }
        actor.behave();
        onward(&house, "an empty queue", || house.jobs().is_empty());
        assert_eq!(state(&house, &to), "notice-accepted", "{step}");
    }
}

#[test]
fn a_relay_that_takes_a_mail_and_hangs_up_has_it_and_gets_it_once() {
    let actor = Actor::start();
    let house = house(&actor);
    actor.at(".", Act::SayAndLeave("250 2.0.0 queued\r\n"));
    let people: Vec<String> = (0..5).map(|_| house.patient("jane")).collect();
    for to in &people {
        send(&house, to);
        // The next one moves the clock: nothing may be under way by then.
        house.drained();
    }
    house.later(SignedDuration::from_hours(50));
    for to in &people {
        assert_eq!(actor.taken(to), 1);
        assert_eq!(state(&house, to), "notice-accepted");
    }
}

#[test]
fn a_relay_that_is_down_for_a_day_delays_everything_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut postfix = Postfix::start(folder.path());
    let house = House::open(&postfix);
    postfix.stop();
    let people: Vec<String> = (0..12).map(|_| house.patient("jane")).collect();
    for to in &people {
        send(&house, to);
    }
    // A day, a quarter of an hour at a time.
    for _ in 0..96 {
        house.later(SignedDuration::from_mins(15));
        wait("no worker", || {
            house.jobs().iter().all(|l| !l.leased).then_some(())
        });
    }
    for to in &people {
        assert_eq!(state(&house, to), "queued");
    }
    postfix.resume();
    house.later(SignedDuration::from_hours(1));
    for to in &people {
        notice(&postfix.wait_for(to, 1)[0]);
    }
    house.drained();
    let came = |to: &str| postfix.wait_for(to, 1).len();
    assert!(people.iter().all(|to| came(to) == 1), "a second copy came");
    // One word of the delay for each message, outside and without content.
    assert_eq!(came(&house.doctor.address), people.len());
}
