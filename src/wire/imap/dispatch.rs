//! What each command does in each state.

use crate::wire::imap::answer::{self, Answer, Code};
use crate::wire::imap::command::{Command, Item, Key, Search};
use crate::wire::imap::convert::{self, Parsed};
use crate::wire::imap::dialect::Dialect;
use crate::wire::imap::front;
use crate::wire::imap::gather::Found;
use crate::wire::imap::literal::MAX_STRANGER;
use crate::wire::imap::narrow::narrowed;
use crate::wire::imap::nest;
use crate::wire::imap::session::{Event, Place, Question, Session, State, Step};
use crate::wire::imap::verb::{Line, Needs, Verb};
use bytes::BytesMut;
use zeroize::Zeroize;

/// Longest command without its literals. RFC 7162 §4 asks for 8 KiB; a client
/// that knows many separate UIDs names them all in one QRESYNC or UID STORE.
const MAX_COMMAND: usize = 64 * 1024;
/// Commands before signing in: a dialogue with two failed attempts takes ten.
const MAX_COMMANDS: u32 = 50;

/// What is offered whatever the state.
const ALWAYS: &str = "IMAP4rev1 IMAP4rev2 LITERAL+ SASL-IR ID";
/// What is offered after signing in, besides.
const SIGNED_IN: &str = "IDLE UIDPLUS MOVE NAMESPACE SPECIAL-USE CREATE-SPECIAL-USE ENABLE \
    UNSELECT CONDSTORE QRESYNC STATUS=SIZE SORT THREAD=ORDEREDSUBJECT THREAD=REFERENCES ESEARCH \
    SEARCHRES LIST-EXTENDED LIST-STATUS WITHIN BINARY";

impl Session {
    /// What this session offers now.
    pub(super) fn capabilities(&self) -> String {
        match self.place {
            Place::Stranger if !self.tls => format!("{ALWAYS} STARTTLS LOGINDISABLED"),
            Place::Stranger => format!("{ALWAYS} AUTH=PLAIN"),
            _ => {
                let limit = self.options.append_limit;
                format!("{ALWAYS} {SIGNED_IN} APPENDLIMIT={limit}")
            }
        }
    }

    /// The longest command, without its literals.
    pub(super) const fn longest(&self) -> usize {
        match self.place {
            Place::Stranger => MAX_STRANGER,
            _ => MAX_COMMAND,
        }
    }

    pub(super) fn await_command(&mut self, input: &mut BytesMut) -> Option<Step> {
        // A TLS handshake begins with 0x16 0x03: whoever sends it cannot read
        // our sentence, but the log of their program may show it.
        if !self.tls && self.gather.is_fresh() && input.starts_with(&[0x16]) {
            self.bye(None, "TLS begins with STARTTLS on this port.");
            return None;
        }
        match self.gather.next(input, self.longest()) {
            Found::More => Some(Step::Read),
            Found::Literal(announced) => self.literal(announced),
            Found::Whole => {
                let mut text = self.gather.take();
                let step = self.command(&text, input.is_empty());
                text.zeroize();
                step
            }
            found => self.unreadable(&found),
        }
    }

    /// Nobody knows where the next command would begin, so we hang up.
    pub(super) fn unreadable(&mut self, found: &Found) -> Option<Step> {
        self.gather.forget();
        match found {
            Found::Long => self.bye(Some(&Code::TooBig), "This line is too long."),
            _ => self.bye(
                None,
                "A line ends in CR LF, and holds no other CR, LF or NUL.",
            ),
        }
        None
    }

    /// Runs a whole command. `last`: nothing has come behind it.
    fn command(&mut self, text: &[u8], last: bool) -> Option<Step> {
        let Some(line) = Line::new(text.strip_suffix(b"\r\n").unwrap_or(text)) else {
            self.tag = "*".to_owned();
            return self.fail(&Answer::bad("A command begins with a tag and a space."));
        };
        // Whatever follows is a browser's, perhaps sent by a hostile page.
        if self.place == Place::Stranger && line.is_http() {
            self.bye(None, "This is a mail server, not a web page.");
            return None;
        }
        self.tag = line.tag.to_owned();
        if self.place == Place::Stranger {
            self.commands += 1;
            if self.commands > MAX_COMMANDS {
                self.bye(None, "There were too many commands without a sign-in.");
                return None;
            }
        }
        match self.gate(&line) {
            Ok((verb, uid, arguments)) => self.dispatch((verb, uid), arguments, last),
            Err(answer) => self.fail(&answer),
        }
    }

    /// Which command it is, if it is allowed here; with its arguments.
    pub(super) fn gate<'a>(&self, line: &Line<'a>) -> Result<(Verb, bool, &'a [u8]), Answer> {
        let (uid, name, arguments) = line.split();
        let Some(verb) = Verb::named(&name, uid) else {
            return Err(Answer::bad("There is no such command."));
        };
        match (verb.needs(), self.place) {
            (Needs::Stranger, Place::Stranger) | (Needs::Nothing, _) => {}
            (Needs::Stranger, _) => return Err(Answer::bad("You are already signed in.")),
            (_, Place::Stranger) => return Err(Answer::bad("Please sign in first.")),
            (Needs::Selected, Place::SignedIn) => {
                return Err(Answer::bad("Please select a mailbox first."));
            }
            (Needs::Selected, Place::Selected { read_only: true }) if verb.changes() => {
                let answer = Answer::no("This mailbox is open for reading only.");
                return Err(answer.with(Code::ReadOnly));
            }
            _ => {}
        }
        if verb.bare(uid) && !arguments.is_empty() {
            return Err(arguments_of(verb));
        }
        Ok((verb, uid, arguments))
    }

    fn dispatch(&mut self, verb: (Verb, bool), arguments: &[u8], last: bool) -> Option<Step> {
        match verb.0 {
            Verb::Capability => {
                let list = self.capabilities();
                answer::capability(&mut self.out, &list);
                self.done(Verb::Capability)
            }
            Verb::Logout => {
                answer::bye(&mut self.out, None, "Goodbye.");
                self.done(Verb::Logout);
                self.state = State::Closed;
                None
            }
            Verb::Noop if self.place == Place::Stranger => self.done(Verb::Noop),
            Verb::StartTls => self.start_tls(last),
            Verb::Login => self.login(arguments),
            Verb::Authenticate => self.authenticate(arguments),
            Verb::Idle => {
                answer::go_on(&mut self.out, "Waiting for news, or DONE.");
                self.state = State::Idle;
                Some(Step::Ask(Event::Idle))
            }
            Verb::Noop | Verb::Check => self.asked(verb.0, Command::Noop),
            Verb::Namespace => self.asked(verb.0, Command::Namespace),
            Verb::Close => {
                let expunge = self.place == Place::Selected { read_only: false };
                self.asked(verb.0, Command::Close { expunge })
            }
            Verb::Unselect => self.asked(verb.0, Command::Close { expunge: false }),
            Verb::Expunge if !verb.1 => self.asked(verb.0, Command::Expunge(None)),
            _ => match self.parse(verb, arguments) {
                Some(Ok(Parsed::Command(command))) => self.asked(verb.0, command),
                Some(Ok(Parsed::Enable(names))) => self.enable(&names),
                Some(Err(answer)) => self.fail(&answer),
                // An APPEND without a message; that with one never gets here.
                Some(Ok(Parsed::Append(_))) | None => self.fail(&arguments_of(verb.0)),
            },
        }
    }

    fn done(&mut self, verb: Verb) -> Option<Step> {
        self.say(&Answer::ok(format!("{} completed.", verb.name())));
        None
    }

    /// Reads what is left to read: by the small parser, or by the codec.
    fn parse(&self, verb: (Verb, bool), arguments: &[u8]) -> Option<Result<Parsed, Answer>> {
        let dialect = self.enabled.dialect;
        let command = match verb.0 {
            Verb::List | Verb::Lsub => {
                front::list(arguments, verb.0 == Verb::Lsub, dialect)?.map(Command::List)
            }
            Verb::Status => front::status(arguments, dialect)?,
            Verb::Create => front::create(arguments, dialect)?,
            _ => return self.decode(verb, arguments),
        };
        Some(command.map(Parsed::Command))
    }

    fn decode(&self, verb: (Verb, bool), arguments: &[u8]) -> Option<Result<Parsed, Answer>> {
        let (returns, arguments) = match verb.0 {
            Verb::Search => front::returns(arguments)?,
            _ => (None, arguments),
        };
        let arguments = narrowed(verb.0, arguments);
        let arguments = front::saved(verb.0, &arguments)?;
        let arguments = match nest::grouped(verb.0, arguments)? {
            Ok(arguments) => arguments,
            Err(answer) => return Some(Err(answer)),
        };
        let uid = if verb.1 { "UID " } else { "" };
        let head = format!("{} {uid}{} ", self.tag, verb.0.name());
        let text = [head.as_bytes(), &arguments, b"\r\n"].concat();
        let dialect = self.enabled.dialect;
        let returns = returns.or_else(|| dialect.returns());
        Some(match convert::read(&text, 0, dialect)? {
            Ok(Parsed::Command(Command::Search(search))) => {
                Ok(Parsed::Command(Command::Search(Search {
                    returns,
                    ..search
                })))
            }
            // What was saved before is no more what `$` means.
            Err(answer) if returns.is_some_and(|returns| returns.save) => {
                Ok(Parsed::Command(Command::Search(Search {
                    uid: verb.1,
                    key: Key::Nothing,
                    returns,
                    refused: Some(answer),
                })))
            }
            parsed => parsed,
        })
    }

    /// Hands a command to the driver.
    fn asked(&mut self, verb: Verb, command: Command) -> Option<Step> {
        if !self.enabled.qresync && needs_qresync(&command) {
            return self.fail(&Answer::bad("Please send ENABLE QRESYNC first."));
        }
        self.enabled.condstore |= command.enables_condstore();
        let question = match &command {
            Command::Select(select) => {
                // RFC 3501 §6.3.1: whether or not it goes well, the mailbox
                // that was open is closed. RFC 7162 §3.2.11 has it said.
                if matches!(self.place, Place::Selected { .. }) {
                    self.place = Place::SignedIn;
                    answer::ok(
                        &mut self.out,
                        &Code::Closed,
                        "The mailbox before it is closed.",
                    );
                }
                Question::Select {
                    read_only: select.read_only,
                }
            }
            Command::Close { .. } => Question::Close,
            _ => Question::Command(verb.name()),
        };
        self.ask(question, Event::Command(Box::new(command)))
    }

    /// ENABLE (RFC 5161): what we do not have is passed over.
    fn enable(&mut self, names: &[String]) -> Option<Step> {
        let wanted = |name: &str| names.iter().any(|n| n == name);
        let (condstore, qresync) = (wanted("CONDSTORE"), wanted("QRESYNC"));
        let counted = self.enabled.condstore;
        self.enabled.condstore |= condstore || qresync;
        self.enabled.qresync |= qresync;
        let rev2 = wanted("IMAP4REV2");
        if rev2 {
            self.enabled.dialect = Dialect::Rev2;
        }
        let told = [
            condstore.then_some("CONDSTORE"),
            qresync.then_some("QRESYNC"),
            rev2.then_some("IMAP4rev2"),
        ];
        let told: Vec<&str> = told.into_iter().flatten().collect();
        answer::enabled(&mut self.out, &told);
        let selected = matches!(self.place, Place::Selected { .. });
        if selected && self.enabled.condstore && !counted {
            // RFC 7162 §3.1: the mailbox's highest mod-sequence is said.
            return self.asked(Verb::Enable, Command::Noop);
        }
        self.done(Verb::Enable)
    }

    fn start_tls(&mut self, last: bool) -> Option<Step> {
        if self.tls {
            return self.fail(&Answer::bad("TLS is there already."));
        }
        // RFC 3501 §6.2.1: nothing may stand behind STARTTLS; what does was put
        // there to be run under somebody else's encryption.
        if !last {
            self.bye(None, "Nothing may follow STARTTLS before the handshake.");
            return None;
        }
        self.say(&Answer::ok("Begin TLS."));
        self.state = State::Handshake;
        Some(Step::StartTls)
    }

    /// What comes while the client waits for news (RFC 2177).
    pub(super) fn idle(&mut self, input: &mut BytesMut) -> Option<Step> {
        let found = self.gather.next(input, self.longest());
        match found {
            Found::More => Some(Step::Read),
            Found::Literal(announced) => self.refuse(not_done(), announced),
            Found::Whole if self.gather.text().eq_ignore_ascii_case(b"DONE\r\n") => {
                self.gather.forget();
                self.ask(Question::Done, Event::Done)
            }
            Found::Whole => {
                self.gather.forget();
                self.fail(&not_done())
            }
            found => self.unreadable(&found),
        }
    }
}

fn not_done() -> Answer {
    Answer::bad("IDLE ends with DONE.")
}

fn arguments_of(verb: Verb) -> Answer {
    Answer::bad(format!("These are no arguments of {}.", verb.name()))
}

/// RFC 7162 §3.2.5, §3.2.6: only for a client that has enabled it.
fn needs_qresync(command: &Command) -> bool {
    match command {
        Command::Select(select) => select.qresync.is_some(),
        Command::Fetch(fetch) => fetch.vanished && fetch.items.contains(&Item::Uid),
        _ => false,
    }
}
