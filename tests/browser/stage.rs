//! Starts a script and grants its wishes.

use crate::harness::{House, notice, relay, wait};
use crate::postfix::{Mail, Postfix};
use jiff::SignedDuration;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use mail_parser::{MessageParser, MimeHeaders};
use sealpost::model::{Address, Direction};
use sealpost::store::Tx;
use sealpost::store::records::{Grant, MailboxGrant, Message};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

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
            "patient" => json!(self.house.patient(&word("stem"))),
            "send" => self.send(&word("to"), &word("mail")),
            "notice" => {
                let mail = self.next(&word("to"));
                json!({ "link": notice(&mail).link, "text": text(&mail), "html": html(&mail), "subject": subject(&mail) })
            }
            "code" => {
                let mail = self.next(&word("to"));
                let text = text(&mail);
                let digits = text.split(|c: char| !c.is_ascii_digit());
                let code = digits.filter(|run| run.len() == 6).collect::<Vec<_>>();
                assert_eq!(code.len(), 1, "one code in {text}");
                json!({ "code": code[0], "text": text, "html": html(&mail), "subject": subject(&mail) })
            }
            "later" => {
                let by = SignedDuration::from_secs(wish["seconds"].as_i64().unwrap());
                self.house.later(by);
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
            "expire" => self.expire(&word("to")),
            "answer" => self.answer(&word("from")),
            other => panic!("no wish {other}"),
        }
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
        let message = self.newest(to).message.to_string();
        self.house
            .json(&["message", "recall", &message, "--recipient", to, "--json"])
    }

    /// The newest message's time is over now, without the clock being moved.
    fn expire(&self, to: &str) -> Value {
        let store = self.house.store();
        let mut grant = self.newest(to);
        grant.expires = store.clock().now();
        let mut tx = Tx::new();
        tx.put(&grant);
        self.house.run(store.commit(tx)).unwrap();
        Value::Null
    }

    fn newest(&self, to: &str) -> Grant {
        let store = self.house.store();
        let mailbox = store.address_key(&Address::parse(to).unwrap());
        self.house.run(async {
            let prefix = [mailbox.octets().as_slice()];
            let all = store.range_back::<MailboxGrant>(&prefix, None, 1);
            let newest = all.await.unwrap().remove(0).grant;
            store.get(&Grant::at(newest)).await.unwrap().unwrap()
        })
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
