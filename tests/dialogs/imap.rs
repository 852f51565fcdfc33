//! The IMAP machine in dialogues.
//!
//! ```text
//! @ selected             signed in, and INBOX is selected
//! @ rev2                 the same, and the client has enabled IMAP4rev2
//! @ append-limit 100     the largest message
//! @ refuse sign-in AUTHENTICATIONFAILED    the driver's answer to this question, once or more
//! E: Status { mailbox: "INBOX", items: [Messages] }    the driver was asked for this
//! ```
//!
//! The driver's mailbox holds three messages with the UIDs 2, 3 and 6 and the
//! text `abc`. While the client is idle a message arrives.

use crate::script::{self, Setup, escape};
use bytes::BytesMut;
use sealpost::wire::imap::answer::{self, Found, Listed, Row};
use sealpost::wire::imap::command::{Fetch, Item, Search, StatusItem, Wanted};
use sealpost::wire::imap::set::Which;
use sealpost::wire::imap::{Answer, Code, Command, Event, Options, Phase, Session, Step};

const UIDS: [u32; 3] = [2, 3, 6];

/// What a dialogue sets.
pub(crate) struct Mailbox {
    options: Options,
    start: &'static [u8],
    refusals: Vec<(String, Code)>,
}

impl Default for Mailbox {
    fn default() -> Self {
        Self {
            options: Options {
                hostname: "mail.clinic.example".to_owned(),
                tls: false,
                append_limit: 3_000_000,
            },
            start: b"",
            refusals: Vec::new(),
        }
    }
}

impl Setup for Mailbox {
    fn setting(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["tls"] => self.options.tls = true,
            ["signed", "in"] => {
                self.options.tls = true;
                self.start = b"x LOGIN jane secret\r\n";
            }
            ["selected"] => {
                self.options.tls = true;
                self.start = b"x LOGIN jane secret\r\nx SELECT INBOX\r\n";
            }
            ["rev2"] => {
                self.options.tls = true;
                self.start = b"x LOGIN jane secret\r\nx ENABLE IMAP4rev2\r\nx SELECT INBOX\r\n";
            }
            ["append-limit", n] => self.options.append_limit = n.parse().ok()?,
            ["refuse", event, code] => {
                let code = match *code {
                    "AUTHENTICATIONFAILED" => Code::AuthenticationFailed,
                    "NONEXISTENT" => Code::NonExistent,
                    "OVERQUOTA" => Code::OverQuota,
                    "TRYCREATE" => Code::TryCreate,
                    "UNKNOWN-CTE" => Code::UnknownCte,
                    _ => return None,
                };
                self.refusals.push(((*event).to_owned(), code));
            }
            _ => return None,
        }
        Some(())
    }

    fn driver(&self) -> Box<dyn script::Driver> {
        let mut driver = Driver {
            session: Session::new(self.options.clone()),
            input: BytesMut::new(),
            refusals: self.refusals.clone(),
            message: Vec::new(),
            seen: Vec::new(),
            closed: false,
        };
        script::Driver::feed(&mut driver, self.start);
        if !self.start.is_empty() {
            driver.seen.clear();
        }
        Box::new(driver)
    }
}

/// The scripted driver: says yes, unless the dialogue has it refuse.
struct Driver {
    session: Session,
    input: BytesMut,
    refusals: Vec<(String, Code)>,
    message: Vec<u8>,
    seen: Vec<String>,
    closed: bool,
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
                Step::Send => {}
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

impl Driver {
    fn show(&mut self) {
        let output = String::from_utf8(self.session.output()).expect("answers are UTF-8 here");
        assert!(output.is_empty() || output.ends_with("\r\n"));
        for line in output.split_terminator("\r\n") {
            assert!(!line.contains(['\r', '\n']), "{line:?}");
            self.seen.push(format!("S: {line}"));
        }
    }

    fn tell(&mut self, event: impl std::fmt::Debug) {
        self.seen.push(format!("E: {event:?}"));
    }

    fn decide(&mut self, event: Event) {
        match event {
            Event::SignIn(credentials) => {
                assert_eq!(credentials.password.expose(), "secret");
                self.seen.push(format!("E: {}", credentials.identity));
                self.reply("sign-in", None);
            }
            Event::Command(command) => {
                self.tell(&command);
                self.run(&command);
            }
            Event::Append(append) => {
                self.tell(append);
                self.message.clear();
                self.reply("append", None);
            }
            Event::Octets(octets) => {
                self.message.extend_from_slice(&octets);
                if self.refusals.iter().any(|(name, _)| name == "octets") {
                    self.reply("octets", None);
                }
            }
            Event::AppendEnd => {
                self.seen.push(format!("M: {}", escape(&self.message)));
                self.reply("append-end", Some(Code::AppendUid(7, 8)));
            }
            Event::Abort => self.seen.push("E: abort".to_owned()),
            Event::Idle => {
                assert_eq!(self.session.phase(), Phase::Idle);
                answer::exists(self.session.out(), 4);
            }
            Event::Done => self.reply("done", None),
        }
    }

    /// Says no if the dialogue has it so; else yes.
    fn reply(&mut self, name: &str, code: Option<Code>) {
        let refused = self
            .refusals
            .iter()
            .position(|(refused, _)| refused == name);
        match (refused, code) {
            (Some(at), _) => {
                let code = self.refusals.remove(at).1;
                self.session.answer(Answer::no("No.").with(code));
            }
            (None, Some(code)) => self.session.answer(Answer::ok("Yes.").with(code)),
            (None, None) => self.session.accept(),
        }
    }

    fn run(&mut self, command: &Command) {
        let tag = self.session.tag().to_owned();
        let dialect = self.session.enabled().dialect;
        let out = self.session.out();
        match command {
            Command::Select(_) => answer::exists(out, UIDS.len()),
            Command::List(list) => {
                for name in ["INBOX", "Sent", "Patients/Ana"] {
                    if list.matches(name) {
                        let listed = Listed {
                            name,
                            ..Listed::default()
                        };
                        answer::list(out, dialect, list.lsub, &listed);
                    }
                }
            }
            Command::Status { mailbox, items } => {
                let values: Vec<(StatusItem, u64)> = items.iter().map(|i| (*i, 3)).collect();
                answer::status(out, dialect, mailbox, &values);
            }
            Command::Search(search) => found(out, &tag, search),
            Command::Fetch(fetch) => rows(out, fetch),
            _ => {}
        }
        let name = format!("{command:?}");
        let name = name
            .split([' ', '('])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        self.reply(&name, None);
    }
}

fn found(out: &mut Vec<u8>, tag: &str, search: &Search) {
    let found = Found {
        numbers: if search.uid { &UIDS } else { &[1, 2, 3] },
        uid: search.uid,
        modseq: search.key.has_modseq().then_some(9),
    };
    match search.returns {
        Some(returns) => answer::esearch(out, tag, returns, &found),
        None => answer::search(out, &found),
    }
}

fn rows(out: &mut Vec<u8>, fetch: &Fetch) {
    let Which::Set(set) = &fetch.set else { return };
    let wanted = set.resolve(if fetch.uid { 6 } else { 3 });
    let places: Vec<usize> = if fetch.uid {
        wanted.select(&UIDS, |uid| *uid).flatten().collect()
    } else {
        wanted.positions(UIDS.len()).flatten().collect()
    };
    for place in places {
        let mut row = Row::begin(out, place + 1);
        for item in &fetch.items {
            match item {
                Item::Uid => row.uid(out, UIDS.get(place).copied().unwrap_or_default()),
                Item::Size => row.size(out, 3),
                Item::Section(section) if section.wanted == Wanted::DecodedSize => {
                    row.decoded_size(out, section, 3);
                }
                Item::Section(section) => {
                    row.section(out, section, 3);
                    out.extend_from_slice(b"abc");
                }
                _ => {}
            }
        }
        Row::end(out);
    }
}
