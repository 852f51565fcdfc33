//! Starts a script and grants its wishes.

use crate::harness::{self, House, notice, relay, wait};
use crate::postfix::{Mail, Postfix};
use askama::Template;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use mail_parser::{MessageParser, MimeHeaders};
use sealpost::model::{Address, Direction, EventKind, GrantId, Language, Recipient, Role};
use sealpost::portal::calm::Calm;
use sealpost::portal::page::Page;
use sealpost::store::Tx;
use sealpost::store::records::{Grant, MailboxGrant, Message};
use sealpost::web::assets::Assets;
use sealpost::web::speech::{Clinic, Speech};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Plays a script before a gateway whose clinic speaks English.
pub(crate) fn play(script: &str, arguments: &[&str]) {
    play_in("en", script, arguments);
}

/// Plays a script before a gateway of its own; it fails if the script does.
pub(crate) fn play_in(language: &str, script: &str, arguments: &[&str]) {
    let relay = relay();
    let house = House::with(&relay, |settings| {
        settings.text("clinic.language", language);
        // A limit that a test can pass without a long upload.
        settings.text("portal.max-file-size", "1 MB");
        // A script can so come from many networks.
        settings.set("portal.trusted-proxies", "[\"127.0.0.1/32\"]");
        harness::office(settings);
    });
    let mut stage = Stage {
        house: &house,
        relay: &relay,
        patients: HashMap::new(),
    };
    let mut node = Command::new("node")
        .arg(format!(
            "{}/tests/browser/{script}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .arg(language)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut answers = node.stdin.take().unwrap();
    for wish in BufReader::new(node.stdout.take().unwrap()).lines() {
        let wish: Value = serde_json::from_str(&wish.unwrap()).unwrap();
        let answer = stage.grant(&wish);
        writeln!(answers, "{answer}").unwrap();
    }
    let ended = node.wait().unwrap();
    assert!(
        ended.success(),
        "{script} failed; what it said stands above"
    );
}

/// The doctor's mail program. It wants to be made and dropped in the runtime.
fn office(house: &House) -> AsyncSmtpTransport<Tokio1Executor> {
    let trust = Certificate::from_pem(&fs::read(&house.door.certificate).unwrap()).unwrap();
    let tls = TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(trust)
        .build_rustls()
        .unwrap();
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
        .port(house.door.submission_tls)
        .tls(Tls::Wrapper(tls))
        .credentials(Credentials::new(
            house.doctor.address.clone(),
            house.doctor.password.clone(),
        ))
        .build()
}

/// Waits until the portal has closed what the moved clock made too old. A
/// request that a browser sends on such a connection at that very moment would
/// be lost, which no real quarter of an hour brings about. A connection that is
/// in use stays open, and is not waited for long.
fn unused_connections_closed(portal: u16) {
    let end = Instant::now() + Duration::from_secs(5);
    while connections(portal) > 0 && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
}

/// The portal's port, as its address in the settings has it.
fn portal(house: &House) -> u16 {
    let settings = fs::read_to_string(&house.config).unwrap();
    let after = settings.split("https://localhost:").nth(1).unwrap();
    let port: String = after.chars().take_while(char::is_ascii_digit).collect();
    port.parse().unwrap()
}

/// Open connections at this port, as the kernel lists them.
fn connections(port: u16) -> usize {
    let here = format!(":{port:04X}");
    let listed = fs::read_to_string("/proc/net/tcp").unwrap();
    let ours = listed.lines().filter(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let local = fields.next().is_some_and(|local| local.ends_with(&here));
        // State 01 is ESTABLISHED.
        local && fields.nth(1) == Some("01")
    });
    ours.count()
}

struct Stage<'a> {
    house: &'a House,
    relay: &'a Postfix,
    /// How many mails have been read for each patient.
    patients: HashMap<String, usize>,
}

impl Stage<'_> {
    fn grant(&mut self, wish: &Value) -> Value {
        let word = |name: &str| wish[name].as_str().unwrap_or_default().to_owned();
        match word("wish").as_str() {
            "doctor" => json!(self.house.doctor.address),
            // Somebody who works here, with a password for the office page.
            "office" => {
                let role = match word("role").as_str() {
                    "admin" => Role::Admin,
                    "staff" => Role::Staff,
                    _ => Role::Provider,
                };
                let account = self.house.account(&word("stem"), role);
                let password = self.house.phrase(&account);
                json!({ "url": self.house.office(), "address": account.address, "password": password })
            }
            // Somebody in the directory; the id.
            "person" => self.person(&word("to"), wish),
            "revoke" => self.done(&["contact", "revoke", &word("id")]),
            "confidential" => self.done(&["contact", "set", &word("id"), "--confidential", "true"]),
            // The time by the gateway's clock, in seconds.
            "now" => json!({ "now": self.house.store().clock().now().as_second() }),
            "patient" => json!(self.house.patient(&word("stem"))),
            "send" => self.send(&word("to"), &word("mail")),
            "notice" => {
                let mail = self.next(&word("to"));
                json!({ "link": notice(&mail).link, "text": text(&mail), "html": html(&mail), "subject": subject(&mail) })
            }
            "code" => {
                let mail = self.next(&word("to"));
                json!({ "code": code(&mail), "text": text(&mail), "html": html(&mail), "subject": subject(&mail) })
            }
            "later" => {
                let by = SignedDuration::from_secs(wish["seconds"].as_i64().unwrap());
                self.house.later(by);
                unused_connections_closed(portal(self.house));
                Value::Null
            }
            "relay" => {
                self.relay.answer(&word("to"), &[word("answer").as_str()]);
                Value::Null
            }
            "drained" => {
                self.house.drained();
                Value::Null
            }
            "withdraw" => self.withdraw(&word("to")),
            // Its time is over now, without the clock being moved.
            "expire" => self.change(&word("to"), |grant, now| grant.expires = now),
            // What a hundred wrong codes do.
            "bar" => self.change(&word("to"), |grant, _| grant.failures = 100),
            "state" => self.state(&word("to")),
            "calm" => calm(&word("page"), (&word("style"), &word("language"))),
            "answer" => self.answer(&word("from")),
            other => panic!("no wish {other}"),
        }
    }

    /// Adds a patient of the doctor, who may sign in if that is wished.
    fn person(&self, to: &str, wish: &Value) -> Value {
        let word = |name: &str, other| wish[name].as_str().unwrap_or(other);
        let doctor = &self.house.doctor.address;
        let added = self.done(&[
            "contact",
            "add",
            "--first",
            word("first", "Jane"),
            "--last",
            word("last", "Doe"),
            "--born",
            "1980-01-31",
            "--phone",
            "+1 503 555 0123",
            "--email",
            to,
            "--postal",
            "1 Main St",
            "--provider",
            doctor,
        ]);
        if wish["portal"] == json!(true) {
            self.done(&["contact", "grant", added.as_str().unwrap()]);
        }
        added
    }

    /// A command that succeeds; what it printed.
    fn done(&self, arguments: &[&str]) -> Value {
        let output = self.house.command(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        json!(String::from_utf8_lossy(&output.stdout).trim())
    }

    fn send(&self, to: &str, mail: &str) -> Value {
        let from = self.house.doctor.address.parse().unwrap();
        let envelope = Envelope::new(Some(from), vec![to.parse().unwrap()]).unwrap();
        let sent = self.house.run(async {
            let office = office(self.house);
            office.send_raw(&envelope, mail.as_bytes()).await
        });
        if let Err(error) = sent {
            panic!("the office's mail was refused: {error}");
        }
        Value::Null
    }

    /// The next mail that comes to this patient.
    fn next(&mut self, to: &str) -> Mail {
        let read = self.patients.entry(to.to_owned()).or_default();
        *read += 1;
        self.relay.wait_for(to, *read).remove(*read - 1)
    }

    /// The office takes the newest message to this patient back.
    fn withdraw(&self, to: &str) -> Value {
        let store = self.house.store();
        let message = self.house.run(async {
            let newest = self.grants(to).await.remove(0);
            let grant = store.get(&Grant::at(newest)).await.unwrap().unwrap();
            grant.message.to_string()
        });
        self.house
            .json(&["message", "recall", &message, "--recipient", to, "--json"])
    }

    /// Changes the grant of this patient's newest message.
    fn change(&self, to: &str, change: impl FnOnce(&mut Grant, Timestamp)) -> Value {
        let store = self.house.store();
        self.house.run(async {
            let newest = self.grants(to).await.remove(0);
            let held = store.hold(&Grant::at(newest)).await.unwrap().unwrap();
            let mut grant = held.record.clone();
            change(&mut grant, store.clock().now());
            let mut tx = Tx::new();
            tx.replace(&held, &grant);
            store.commit(tx).await.unwrap();
        });
        Value::Null
    }

    /// The grants of this patient's messages, the newest first.
    async fn grants(&self, to: &str) -> Vec<GrantId> {
        let store = self.house.store();
        let mailbox = store.address_key(&Address::parse(to).unwrap());
        let prefix = [mailbox.octets().as_slice()];
        let all = store.range_back::<MailboxGrant>(&prefix, None, 100);
        all.await.unwrap().iter().map(|m| m.grant).collect()
    }

    /// What became of this patient's messages, and of the codes for them: the
    /// seconds between two codes of one message, the last code that came.
    fn state(&self, to: &str) -> Value {
        let store = self.house.store();
        let (grants, opened, gaps) = self.house.run(async {
            let ids = self.grants(to).await;
            let events = store.audit_events(0, 10_000).await.unwrap();
            let (mut states, mut gaps) = (Vec::new(), Vec::new());
            for id in &ids {
                let grant = store.get(&Grant::at(*id)).await.unwrap().unwrap();
                let key = Recipient::at(grant.message, grant.n);
                let recipient = store.get(&key).await.unwrap().unwrap();
                states.push(format!("{:?}", recipient.state));
                let codes = events.iter().filter(|e| {
                    e.event.kind == EventKind::CodeRequest
                        && e.event.success
                        && e.event.object == id.to_string()
                });
                let times: Vec<_> = codes.map(|e| e.at).collect();
                let apart = times
                    .windows(2)
                    .map(|t| t[1].duration_since(t[0]).as_secs());
                gaps.extend(apart);
            }
            let opened = events.iter().filter(|e| {
                e.event.kind == EventKind::Open
                    && ids.iter().any(|id| e.event.object == id.to_string())
            });
            (states, opened.count(), gaps)
        });
        let mails = self.relay.mails();
        let theirs: Vec<&Mail> = mails.iter().filter(|m| m.to == to).collect();
        let last = theirs.last().filter(|m| !text(m).contains("/m/"));
        json!({ "grants": grants, "opened": opened, "gaps": gaps, "mails": theirs.len(), "last": last.map(|m| code(m)) })
    }

    /// The newest answer of this patient, as it lies in the office.
    fn answer(&self, from: &str) -> Value {
        wait("the answer", || {
            let store = self.house.store();
            self.house.run(async {
                let all = store.range_back::<Message>(&[], None, 1000).await.unwrap();
                for message in all.iter().filter(|m| m.direction == Direction::Incoming) {
                    let content = store.open_content(message.content).await.unwrap()?;
                    let octets = content.read(0, 10 << 20).await.unwrap().to_vec();
                    let mail = MessageParser::default().parse(&octets)?;
                    let sender = mail.from().and_then(|f| f.first()?.address());
                    if sender.is_some_and(|s| s.eq_ignore_ascii_case(from)) {
                        let files = mail.attachments().map(|file| {
                            json!({ "name": file.attachment_name(), "octets": data_encoding::BASE64.encode(file.contents()) })
                        });
                        let files: Vec<Value> = files.collect();
                        return Some(json!({ "text": mail.body_text(0), "files": files }));
                    }
                }
                None
            })
        })
    }
}

/// The one code in a mail's text: six digits, or eight for the front page.
fn code(mail: &Mail) -> String {
    let text = text(mail);
    let digits = text.split(|c: char| !c.is_ascii_digit());
    let code: Vec<&str> = digits.filter(|run| matches!(run.len(), 6 | 8)).collect();
    assert_eq!(code.len(), 1, "one code in {text}");
    code[0].to_owned()
}

/// A page that a healthy gateway does not show, drawn as it would draw it.
fn calm(name: &str, (style, language): (&str, &str)) -> Value {
    let calm = match name {
        "fault" => Calm::Fault {
            reference: "k3mtq7xw".to_owned(),
        },
        "room" => Calm::Room,
        "slow" => Calm::Slow,
        "host" => Calm::Host,
        "foreign" => Calm::Foreign,
        other => panic!("no page {other}"),
    };
    let clinic = Clinic {
        name: "Harbour Clinic".to_owned(),
        phone: Some("+1 503 555 0100".to_owned()),
        zone: TimeZone::UTC,
        language: Language::English,
    };
    let assets = Assets {
        style: style.to_owned(),
        logo: "/icon.svg".to_owned(),
    };
    let page = Page {
        speech: Speech {
            language: Language::from_tag(language).unwrap(),
            clinic: &clinic,
            now: Timestamp::UNIX_EPOCH,
        },
        assets: &assets,
        here: "/".to_owned(),
        reader: None,
    };
    json!({ "html": calm.view(page).render().unwrap() })
}

fn text(mail: &Mail) -> String {
    let parsed = MessageParser::default().parse(&mail.octets).unwrap();
    parsed.body_text(0).unwrap().into_owned()
}

fn html(mail: &Mail) -> String {
    let parsed = MessageParser::default().parse(&mail.octets).unwrap();
    parsed.body_html(0).unwrap().into_owned()
}

fn subject(mail: &Mail) -> String {
    let parsed = MessageParser::default().parse(&mail.octets).unwrap();
    parsed.subject().unwrap().to_owned()
}
