//! The session: its states, and what a driver does with it.

use crate::model::parcel::Wanted;
use crate::model::{Address, Envelope, Language, Reply};
use crate::wire::sasl::Credentials;
use crate::wire::smtp::content::Content;
use crate::wire::smtp::exchange::{Exchange, Progress};
use crate::wire::smtp::line::{Line, LineReader};
use crate::wire::smtp::pace::{Pace, Verdict};
use crate::wire::smtp::{render, replies};
use bytes::{Bytes, BytesMut};
use jiff::SignedDuration;
use zeroize::Zeroize;

/// What a session is told at its start.
#[derive(Clone, Debug)]
pub struct Options {
    /// Our own name, for the greeting and EHLO.
    pub hostname: String,
    /// The language of the sentences.
    pub language: Language,
    /// Whether the connection is encrypted already.
    pub tls: Tls,
    /// Largest message, in octets.
    pub max_size: u64,
    /// Most recipients of a message.
    pub recipients: usize,
    /// Errors after which we hang up.
    pub errors: u32,
    /// Whom it serves.
    pub service: Service,
}

/// Whom a session serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The office's mail programs, which encrypt and sign in first (RFC 6409).
    Submission,
    /// Other mail servers (RFC 5321), which bring back what they could not deliver:
    /// nobody signs in, and encryption is offered (RFC 3207 §4 forbids to require
    /// it of them). What may come in is the driver's to say, recipient by recipient.
    Returns,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first octet (RFC 8314, port 465).
    Already,
    /// By STARTTLS (RFC 3207, port 587).
    Offered,
}

/// What the driver does next. It sends [`Session::output`] before each of them
/// but `Ask`, where it need not: pipelined replies then leave in one piece.
#[derive(Debug)]
pub enum Step {
    /// Read more octets.
    Read,
    /// Wait, then step on: the reply that follows is held back so long.
    Pause(SignedDuration),
    /// Make the TLS handshake, then call [`Session::secured`].
    StartTls,
    /// Close the connection.
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
    /// May this sender send? `None` is the null sender `<>`.
    Mail(Option<Address>),
    /// May it go to this recipient?
    Recipient(Wanted),
    /// The envelope is whole and the message is about to come.
    Begin(Box<Envelope>),
    /// Octets of the message, without the dots of DATA; lines end in CRLF. No
    /// answer; [`Session::answer`] with a refusal refuses the message.
    Content(Bytes),
    /// The message is complete and well formed. Accepting it takes charge of it.
    Finish,
    /// The message that had begun will not be finished. No answer.
    Abort,
}

/// What a session waits for, so that a driver knows how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A command of somebody who has not signed in.
    Stranger,
    /// A command of somebody signed in, between two messages.
    Between,
    /// A command within a transaction.
    Transaction,
    /// The octets of a message.
    Content,
}

/// One SMTP session.
#[derive(Debug)]
pub struct Session {
    pub(super) options: Options,
    pub(super) tls: bool,
    pub(super) signed_in: bool,
    pub(super) state: State,
    /// Replies may hold UTF-8: the transaction asked for SMTPUTF8.
    pub(super) international: bool,
    pub(super) pace: Pace,
    lines: LineReader,
    output: Vec<u8>,
    /// How long `held` is still held back.
    pause: Option<SignedDuration>,
    /// A reply that comes late, on purpose.
    held: Vec<u8>,
}

/// Where the session stands, with what that place knows.
#[derive(Debug)]
pub(super) enum State {
    /// Connected, or TLS was just made: EHLO must come.
    Greeted,
    /// EHLO came; not signed in.
    Met,
    /// Within AUTH: the next line is its own.
    Exchange(Exchange),
    /// Signed in, no transaction.
    Ready,
    /// MAIL was accepted.
    Transaction(Box<Envelope>),
    /// DATA's octets come.
    Data(Content),
    /// A BDAT chunk's octets come.
    Chunk(Content, Chunk),
    /// Between two chunks.
    Chunks(Content),
    /// The octets of a chunk that is refused come.
    Skip(Skip),
    /// The driver was asked.
    Asked(Question),
    /// The driver makes the TLS handshake.
    Handshake,
    /// It is over. Also where a driver lands that steps on without answering.
    Closed,
}

/// What the driver was asked, with what is needed to go on.
#[derive(Debug)]
pub(super) enum Question {
    SignIn,
    Mail(Box<Envelope>),
    Recipient(Box<Envelope>, Wanted),
    /// DATA; whether octets stood behind it before it was answered.
    Data {
        early: bool,
    },
    Chunk(Chunk),
    Finish,
}

/// A BDAT chunk: what of it is still to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) left: u64,
    pub(super) last: bool,
}

/// A chunk to be thrown away, and what is said then.
#[derive(Debug)]
pub(super) struct Skip {
    pub(super) left: u64,
    pub(super) reply: Reply,
    pub(super) back: Box<State>,
}

impl Session {
    /// A session that has just been connected; its greeting waits to be sent.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let greeting = format!("220 {} ESMTP Sealpost\r\n", options.hostname);
        Self {
            tls: options.tls == Tls::Already,
            signed_in: false,
            state: State::Greeted,
            international: false,
            pace: Pace::new(options.errors),
            lines: LineReader::default(),
            output: greeting.into_bytes(),
            pause: None,
            held: Vec::new(),
            options,
        }
    }

    /// Goes one step on with the octets that have come; takes what it used off
    /// their front. Call it until it says [`Step::Read`].
    pub fn step(&mut self, input: &mut BytesMut) -> Step {
        loop {
            if let Some(pause) = self.pause.take() {
                return Step::Pause(pause);
            }
            self.output.append(&mut self.held);
            if let Some(step) = self.advance(input) {
                return step;
            }
        }
    }

    /// Takes what is to be sent.
    #[must_use]
    pub fn output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// What the session waits for.
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.state {
            State::Data(_) | State::Chunk(..) | State::Skip(_) if self.may_send() => Phase::Content,
            State::Transaction(_) | State::Chunks(_) => Phase::Transaction,
            _ if self.signed_in => Phase::Between,
            _ => Phase::Stranger,
        }
    }

    /// The TLS handshake is done. Nothing from before it counts (RFC 3207 §4.2);
    /// the driver throws away whatever it had read.
    pub fn secured(&mut self) {
        self.tls = true;
        self.lines = LineReader::default();
        self.state = State::Greeted;
    }

    /// Answers the question with yes, in the words the protocol has for it.
    pub fn accept(&mut self) {
        if let Some(question) = self.question() {
            self.settle(question, None);
        }
    }

    /// Answers the question: a positive reply is yes. A reply 421 also closes.
    /// After [`Event::Content`], refuses the message that is coming.
    pub fn answer(&mut self, reply: Reply) {
        if reply.code == 421 {
            return self.hang_up(&reply);
        }
        if let State::Data(content) | State::Chunk(content, _) = &mut self.state {
            return content.refuse(reply);
        }
        let Some(question) = self.question() else {
            return;
        };
        if reply.is_positive() {
            self.settle(question, Some(reply));
        } else {
            self.refuse(question, reply);
        }
    }

    /// Says this and closes, whatever was going on.
    pub fn hang_up(&mut self, reply: &Reply) {
        self.say(reply);
        self.state = State::Closed;
    }

    fn question(&mut self) -> Option<Question> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Asked(question) => Some(question),
            state => {
                self.state = state;
                None
            }
        }
    }

    fn settle(&mut self, question: Question, reply: Option<Reply>) {
        let (usual, state) = match question {
            Question::SignIn => {
                self.signed_in = true;
                self.pace.progress(false);
                (replies::SIGNED_IN, State::Ready)
            }
            Question::Mail(envelope) => (replies::SENDER_OK, State::Transaction(envelope)),
            Question::Recipient(mut envelope, wanted) => {
                envelope.recipients.push(wanted);
                (replies::RECIPIENT_OK, State::Transaction(envelope))
            }
            Question::Data { .. } => (replies::begin_data(), State::Data(self.content())),
            // Its reply comes when its octets have come.
            Question::Chunk(chunk) => {
                self.state = State::Chunk(self.content(), chunk);
                return;
            }
            Question::Finish => {
                if !self.pace.progress(true) {
                    self.say(&reply.unwrap_or(replies::ACCEPTED));
                    return self.hang_up(&replies::COMMANDS);
                }
                (replies::ACCEPTED, State::Ready)
            }
        };
        self.state = state;
        self.say(&reply.unwrap_or(usual));
        if matches!(self.state, State::Ready) {
            self.international = false;
        }
    }

    fn refuse(&mut self, question: Question, reply: Reply) {
        self.state = self.base();
        match question {
            Question::SignIn => return self.error(&reply),
            Question::Recipient(envelope, _) => {
                self.state = State::Transaction(envelope);
                // Who guesses at addresses here is slowed down, and hung up on.
                if self.options.service == Service::Returns {
                    return self.error(&reply);
                }
            }
            Question::Chunk(chunk) => return self.skip_chunk(chunk.left, reply, State::Ready),
            // A message that was sent before we agreed to it must not be run as
            // commands (RFC 2920 §3.1: DATA is the last of its group).
            Question::Data { early: true } => return self.hang_up(&reply),
            Question::Mail(_) | Question::Data { early: false } | Question::Finish => {}
        }
        self.say(&reply);
    }

    fn content(&self) -> Content {
        Content::new(self.options.max_size)
    }

    /// Where a session stands that is in the middle of nothing.
    pub(super) fn base(&self) -> State {
        if self.may_send() {
            State::Ready
        } else {
            State::Met
        }
    }

    /// Whether this peer may begin a message, once it has greeted.
    pub(super) fn may_send(&self) -> bool {
        self.signed_in || self.options.service == Service::Returns
    }

    pub(super) fn say(&mut self, reply: &Reply) {
        let octets = self.octets(reply);
        self.send(&octets);
    }

    fn octets(&self, reply: &Reply) -> Vec<u8> {
        render(reply, self.options.language, self.international)
    }

    pub(super) fn send(&mut self, octets: &[u8]) {
        self.output.extend_from_slice(octets);
    }

    /// Says what was wrong; the more was wrong, the later.
    pub(super) fn error(&mut self, reply: &Reply) {
        let verdict = self.pace.error();
        self.weigh(verdict, reply);
    }

    pub(super) fn weigh(&mut self, verdict: Verdict, reply: &Reply) {
        match verdict {
            Verdict::Fine => self.say(reply),
            Verdict::Slow(pause) => {
                self.pause = Some(pause);
                self.held = self.octets(reply);
            }
            Verdict::Enough => self.hang_up(&replies::ERRORS),
        }
    }

    /// Says what was wrong and goes on from `state`.
    pub(super) fn fail(&mut self, state: State, reply: &Reply) -> Option<Step> {
        self.state = state;
        self.error(reply);
        None
    }

    fn advance(&mut self, input: &mut BytesMut) -> Option<Step> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Closed | State::Asked(_) | State::Handshake => Some(Step::Close),
            State::Data(content) => self.data(content, input),
            State::Chunk(content, chunk) => self.chunk(content, chunk, input),
            State::Skip(skip) => self.skip(skip, input),
            State::Exchange(exchange) => self.exchange(exchange, input),
            state => self.await_command(state, input),
        }
    }

    fn await_command(&mut self, state: State, input: &mut BytesMut) -> Option<Step> {
        // A TLS handshake begins with 0x16 0x03: whoever sends it cannot read
        // our sentence, but the log of their program may show it.
        if !self.tls && input.starts_with(&[0x16]) {
            self.hang_up(&replies::TLS_HERE);
            return None;
        }
        let line = match self.lines.next(input) {
            Line::More => {
                self.state = state;
                return Some(Step::Read);
            }
            Line::Long => return self.fail(state, &replies::LINE_LONG),
            Line::Broken => return self.fail(state, &replies::LINE_BROKEN),
            Line::Text(line) => line,
        };
        self.command(state, line, input)
    }

    fn exchange(&mut self, exchange: Exchange, input: &mut BytesMut) -> Option<Step> {
        let mut line = match self.lines.next(input) {
            Line::More => {
                self.state = State::Exchange(exchange);
                return Some(Step::Read);
            }
            Line::Long => return self.fail(self.base(), &replies::SIGN_IN_LINE_LONG),
            Line::Broken => return self.fail(self.base(), &replies::SIGN_IN_MALFORMED),
            Line::Text(line) => line,
        };
        let progress = exchange.answer(&line);
        line.zeroize();
        self.progress(progress)
    }

    pub(super) fn progress(&mut self, progress: Progress) -> Option<Step> {
        match progress {
            Progress::More(exchange) => {
                self.send(exchange.challenge());
                self.state = State::Exchange(exchange);
                None
            }
            Progress::Done(credentials) => {
                self.state = State::Asked(Question::SignIn);
                Some(Step::Ask(Event::SignIn(credentials)))
            }
            Progress::Refused(reply) => self.fail(self.base(), &reply),
        }
    }
}
