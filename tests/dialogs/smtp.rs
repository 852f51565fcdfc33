//! The submission machine in dialogues.
//!
//! ```text
//! @ returns              other servers bring mail back
//! @ max-size 100         and recipients, errors, language: the session's options
//! @ refuse mail 553 5.7.1 smtp-fault    the driver's answer to this question, once or more
//! D: 2s                  the answer that follows is delayed
//! ```

use crate::script::{self, Setup, escape};
use bytes::BytesMut;
use sealpost::model::{Language, Reply};
use sealpost::wire::smtp::{Event, Options, Service, Session, Step, Tls};

/// What a dialogue sets.
pub(crate) struct Submission {
    options: Options,
    signed_in: bool,
    refusals: Vec<(String, Reply)>,
}

impl Default for Submission {
    fn default() -> Self {
        Self {
            options: Options {
                hostname: "mail.clinic.example".to_owned(),
                language: Language::English,
                tls: Tls::Offered,
                max_size: 50_000_000,
                recipients: 100,
                errors: 10,
                service: Service::Submission,
            },
            signed_in: false,
            refusals: Vec::new(),
        }
    }
}

impl Setup for Submission {
    fn setting(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["tls"] => self.options.tls = Tls::Already,
            ["returns"] => self.options.service = Service::Returns,
            ["signed", "in"] => {
                self.options.tls = Tls::Already;
                self.signed_in = true;
            }
            ["max-size", n] => self.options.max_size = n.parse().ok()?,
            ["recipients", n] => self.options.recipients = n.parse().ok()?,
            ["errors", n] => self.options.errors = n.parse().ok()?,
            ["language", tag] => self.options.language = Language::from_tag(tag)?,
            ["refuse", event, code, enhanced, text] => {
                let mut numbers = enhanced.split('.').map(|n| n.parse::<u16>().ok());
                let class = u8::try_from(numbers.next()??).ok()?;
                let enhanced = (class, numbers.next()??, numbers.next()??);
                let text = String::leak((*text).to_owned());
                let reply = Reply::new(code.parse().ok()?, enhanced, text);
                self.refusals.push(((*event).to_owned(), reply));
            }
            _ => return None,
        }
        Some(())
    }
    fn driver(&self) -> Box<dyn script::Driver> {
        let mut driver = Driver::new(self);
        if self.signed_in {
            script::Driver::feed(
                &mut driver,
                b"EHLO client.example\r\nAUTH PLAIN AGphbmVAY2xpbmljLmV4YW1wbGUAc2VjcmV0\r\n",
            );
            driver.seen.clear();
        } else {
            script::Driver::feed(&mut driver, b"");
        }
        Box::new(driver)
    }
}

/// The scripted driver: says yes, unless the dialogue has it refuse.
struct Driver {
    session: Session,
    input: BytesMut,
    refusals: Vec<(String, Reply)>,
    message: Vec<u8>,
    seen: Vec<String>,
    closed: bool,
}

impl Driver {
    fn new(dialogue: &Submission) -> Self {
        Self {
            session: Session::new(dialogue.options.clone()),
            input: BytesMut::new(),
            refusals: dialogue.refusals.clone(),
            message: Vec::new(),
            seen: Vec::new(),
            closed: false,
        }
    }

    fn show(&mut self) {
        let output = String::from_utf8(self.session.output()).expect("replies are UTF-8");
        assert!(output.is_empty() || output.ends_with("\r\n"));
        for line in output.split_terminator("\r\n") {
            assert!(
                line.len() <= 510 && !line.contains(['\r', '\n']),
                "{line:?}"
            );
            self.seen.push(format!("S: {line}"));
        }
    }

    fn decide(&mut self, event: Event) {
        let name = match event {
            Event::SignIn(credentials) => {
                assert!(credentials.identity.contains('@'));
                "sign-in"
            }
            Event::Mail(_) => "mail",
            Event::Recipient(_) => "recipient",
            Event::Begin(envelope) => {
                assert!(!envelope.recipients.is_empty());
                self.message.clear();
                "begin"
            }
            Event::Content(octets) => {
                self.message.extend_from_slice(&octets);
                if self
                    .refusals
                    .first()
                    .is_some_and(|(name, _)| name == "content")
                {
                    self.session.answer(self.refusals.remove(0).1);
                }
                return;
            }
            Event::Abort => return self.seen.push("E: abort".to_owned()),
            Event::Finish => {
                let message = std::mem::take(&mut self.message);
                self.seen.push(format!("M: {}", escape(&message)));
                "finish"
            }
        };
        match self
            .refusals
            .iter()
            .position(|(refused, _)| refused == name)
        {
            Some(at) => self.session.answer(self.refusals.remove(at).1),
            None => self.session.accept(),
        }
    }
}

impl script::Driver for Driver {
    fn feed(&mut self, octets: &[u8]) {
        if self.closed {
            return;
        }
        self.input.extend_from_slice(octets);
        loop {
            let step = self.session.step(&mut self.input);
            self.show();
            match step {
                Step::Read => return,
                Step::Pause(span) => self.seen.push(format!("D: {}s", span.as_secs())),
                Step::StartTls => {
                    self.seen.push("T".to_owned());
                    self.session.secured();
                }
                Step::Close => {
                    self.seen.push("X".to_owned());
                    self.closed = true;
                    return;
                }
                Step::Ask(event) => self.decide(event),
            }
        }
    }

    fn seen(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen)
    }
}
