//! The session: its states, and what a driver does with it.

use crate::wire::imap::answer::{self, Answer, Code, Condition};
use crate::wire::imap::command::{Append, Command};
use crate::wire::imap::dialect::Dialect;
use crate::wire::imap::gather::Gather;
use crate::wire::sasl::Credentials;
use bytes::{Bytes, BytesMut};

/// Wrong sign-ins in one connection: a person's program has the right password
/// or asks the person again.
const MAX_FAILED: u32 = 3;
/// Commands in a row that we had to refuse as wrong; a program that goes on
/// after these does not read what we say.
const MAX_ERRORS: u32 = 20;
/// How much may wait to be sent before the driver is asked to send it.
const MAX_WAITING: usize = 16 * 1024;

/// What a session is told at its start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Our own name, for the greeting.
    pub hostname: String,
    /// Whether the connection is encrypted already (RFC 8314, port 993). If
    /// not, STARTTLS comes first.
    pub tls: bool,
    /// Largest message that may be appended, in octets.
    pub append_limit: u64,
}

/// What the driver does next. It sends [`Session::output`] before each of them
/// but `Ask`, where it need not: pipelined answers then leave in one piece.
#[derive(Debug)]
pub enum Step {
    /// Read more octets. In [`Phase::Idle`] also wait for news.
    Read,
    /// Nothing but send: much is waiting, and more is to come.
    Send,
    /// Make the TLS handshake, then call [`Session::secured`].
    StartTls,
    /// Close the connection. A message that was coming will not be finished.
    Close,
    /// Something happened; most events want an answer.
    Ask(Event),
}

/// What the machine asks of its driver. Unless it says otherwise, the driver
/// answers with [`Session::accept`] or [`Session::answer`] before the next step.
#[derive(Debug)]
pub enum Event {
    /// Someone signs in.
    SignIn(Credentials),
    /// A command. The driver appends its data to [`Session::out`] first.
    Command(Box<Command>),
    /// A message will be put into a mailbox; may it come?
    Append(Append),
    /// Octets of the message, never a NUL among them. No answer;
    /// [`Session::answer`] with a refusal refuses the message.
    Octets(Bytes),
    /// The message is complete. Accepting it takes charge of it.
    AppendEnd,
    /// The message that had begun will not be finished. No answer.
    Abort,
    /// The client waits for news (RFC 2177): while [`Session::phase`] is
    /// [`Phase::Idle`], the driver may append data at any time. No answer.
    Idle,
    /// The client no longer waits.
    Done,
}

/// What a session waits for, so that a driver knows how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Somebody who has not signed in.
    Stranger,
    /// A command of somebody signed in; nothing of it has come.
    Ready,
    /// The rest of a command.
    Command,
    /// The octets of a message, or of what is thrown away.
    Octets,
    /// The client waits for news.
    Idle,
}

/// What the client has said it understands (RFC 5161, RFC 7162 §3.1, RFC 9051 §6.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enabled {
    /// Mod-sequences: every FETCH of flags says them.
    pub condstore: bool,
    /// VANISHED in the place of EXPUNGE. Never without `condstore`.
    pub qresync: bool,
    /// Which IMAP it speaks.
    pub dialect: Dialect,
}

/// One IMAP session.
#[derive(Debug)]
pub struct Session {
    pub(super) options: Options,
    pub(super) tls: bool,
    pub(super) place: Place,
    pub(super) state: State,
    pub(super) enabled: Enabled,
    pub(super) gather: Gather,
    /// Commands of a stranger so far.
    pub(super) commands: u32,
    failed: u32,
    errors: u32,
    /// The tag of the command that is being read or answered; `*` if it had none.
    pub(super) tag: String,
    pub(super) out: Vec<u8>,
}

/// How far the client has come (RFC 3501 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Stranger,
    SignedIn,
    Selected { read_only: bool },
}

/// What the next octets are, or whom we wait for.
#[derive(Debug)]
pub(super) enum State {
    /// A command.
    Await,
    /// The line of AUTHENTICATE.
    Exchange,
    /// DONE.
    Idle,
    /// So many octets of an appended message.
    Message(u64),
    /// The line end behind it.
    MessageEnd,
    /// The rest of a refused command.
    Refused(Refused),
    /// STARTTLS was answered; the driver makes the handshake.
    Handshake,
    /// The driver's answer.
    Asked(Question),
    Closed,
}

/// A refused command whose octets are on their way in any case.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) answer: Answer,
    /// Octets of the literal that is being thrown away.
    pub(super) left: u64,
    /// Octets that may still be announced.
    pub(super) room: u64,
}

/// What the driver was asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Question {
    SignIn,
    /// A command of this name.
    Command(&'static str),
    Select {
        read_only: bool,
    },
    Close,
    Append {
        length: u64,
        sync: bool,
    },
    AppendEnd,
    Done,
}

impl Session {
    /// A session that has just been connected; its greeting waits to be sent.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let mut session = Self {
            tls: options.tls,
            place: Place::Stranger,
            state: State::Await,
            enabled: Enabled::default(),
            gather: Gather::default(),
            commands: 0,
            failed: 0,
            errors: 0,
            tag: "*".to_owned(),
            out: Vec::new(),
            options,
        };
        let greeting = Code::Capability(session.capabilities());
        let text = format!("{} Sealpost is ready.", session.options.hostname);
        answer::ok(&mut session.out, &greeting, &text);
        session
    }

    /// Goes one step on with the octets that have come; takes what it used off
    /// their front. Call it until it says [`Step::Read`].
    pub fn step(&mut self, input: &mut BytesMut) -> Step {
        loop {
            let goes_on = !matches!(self.state, State::Closed | State::Asked(_));
            if self.out.len() > MAX_WAITING && goes_on {
                return Step::Send;
            }
            if let Some(step) = self.advance(input) {
                return step;
            }
        }
    }

    /// Takes what is to be sent.
    #[must_use]
    pub fn output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Where a driver appends data, with the functions of
    /// [`answer`](crate::wire::imap::answer): before it answers a command, and
    /// while the client is idle. It may send what is there at any time.
    pub const fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    /// The tag of the command that waits for its answer; for ESEARCH.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// What the client understands.
    #[must_use]
    pub const fn enabled(&self) -> Enabled {
        self.enabled
    }

    /// What the session waits for.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.state {
            _ if self.place == Place::Stranger => Phase::Stranger,
            State::Message(_) | State::MessageEnd | State::Refused(_) => Phase::Octets,
            State::Idle => Phase::Idle,
            _ if self.gather.is_fresh() => Phase::Ready,
            _ => Phase::Command,
        }
    }

    /// The TLS handshake is done. Nothing from before it counts (RFC 9051
    /// §11.1); the driver throws away whatever it had read.
    pub fn secured(&mut self) {
        self.tls = true;
        self.gather.forget();
        self.commands = 0;
        self.state = State::Await;
    }

    /// Answers the question with yes, in the words the protocol has for it.
    pub fn accept(&mut self) {
        let State::Asked(question) = self.state else {
            return;
        };
        let answer = match question {
            Question::SignIn => Answer::ok("Welcome."),
            Question::Select { read_only: true } => {
                Answer::ok("EXAMINE completed.").with(Code::ReadOnly)
            }
            Question::Select { read_only: false } => {
                Answer::ok("SELECT completed.").with(Code::ReadWrite)
            }
            Question::Close => Answer::ok("The mailbox is closed."),
            Question::Append { .. } | Question::AppendEnd => Answer::ok("APPEND completed."),
            Question::Done => Answer::ok("IDLE completed."),
            Question::Command(name) => Answer::ok(format!("{name} completed.")),
        };
        self.answer(answer);
    }

    /// Answers the question. After [`Event::Octets`], a refusal refuses the
    /// message that is coming.
    pub fn answer(&mut self, answer: Answer) {
        let yes = answer.condition == Condition::Ok;
        match self.state {
            State::Asked(question) => self.settle(question, answer, yes),
            State::Message(left) if !yes => self.throw_away(answer, left),
            State::MessageEnd if !yes => self.throw_away(answer, 0),
            _ => {}
        }
    }

    /// Says goodbye and closes, whatever was going on (RFC 3501 §7.1.5).
    pub fn bye(&mut self, code: Option<&Code>, text: &str) {
        answer::bye(&mut self.out, code, text);
        self.state = State::Closed;
    }

    fn settle(&mut self, question: Question, answer: Answer, yes: bool) {
        self.errors = 0;
        match question {
            Question::SignIn => return self.signed_in(answer, yes),
            Question::Append { length, sync } if yes => {
                if sync {
                    answer::go_on(&mut self.out, "Send the message.");
                }
                self.state = State::Message(length);
                return;
            }
            // The octets come although we do not want them.
            Question::Append {
                length,
                sync: false,
            } => return self.throw_away(answer, length),
            Question::Select { read_only } if yes => {
                let read_only = read_only || answer.code == Some(Code::ReadOnly);
                self.place = Place::Selected { read_only };
            }
            Question::Close if yes => self.place = Place::SignedIn,
            _ => {}
        }
        self.say(&answer);
    }

    fn signed_in(&mut self, mut answer: Answer, yes: bool) {
        if yes {
            self.place = Place::SignedIn;
            let capabilities = Code::Capability(self.capabilities());
            answer.code.get_or_insert(capabilities);
            return self.say(&answer);
        }
        self.say(&answer);
        self.failed += 1;
        if self.failed >= MAX_FAILED {
            self.bye(None, "There were too many failed sign-ins.");
        }
    }

    /// Ends the command with these words.
    pub(super) fn say(&mut self, answer: &Answer) {
        answer::tagged(&mut self.out, &self.tag, answer);
        self.state = State::Await;
    }

    /// Ends a command that the machine itself refuses.
    pub(super) fn fail(&mut self, answer: &Answer) -> Option<Step> {
        self.say(answer);
        // A stranger's every refusal counts: nothing else holds them up.
        let counts = answer.condition == Condition::Bad || self.place == Place::Stranger;
        self.errors += u32::from(counts);
        if self.errors > MAX_ERRORS {
            self.bye(None, "There were too many errors.");
        }
        None
    }

    /// Asks the driver.
    pub(super) fn ask(&mut self, question: Question, event: Event) -> Option<Step> {
        self.state = State::Asked(question);
        Some(Step::Ask(event))
    }

    fn throw_away(&mut self, answer: Answer, left: u64) {
        let room = self.skips();
        self.state = State::Refused(Refused { answer, left, room });
    }

    fn advance(&mut self, input: &mut BytesMut) -> Option<Step> {
        match self.state {
            State::Closed | State::Asked(_) | State::Handshake => Some(Step::Close),
            State::Await => self.await_command(input),
            State::Exchange => self.exchange(input),
            State::Idle => self.idle(input),
            State::Message(left) => self.message(left, input),
            State::MessageEnd => self.message_end(input),
            State::Refused(_) => self.refused(input),
        }
    }
}
