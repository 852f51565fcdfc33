//! What each command does in each state.

use crate::model::Reply;
use crate::wire::smtp::command::{self, Verb};
use crate::wire::smtp::exchange::Exchange;
use crate::wire::smtp::session::{Chunk, Event, Question, Service, Session, State, Step};
use crate::wire::smtp::{path, render, replies};
use bytes::BytesMut;
use zeroize::Zeroize;

impl Session {
    /// Runs one command line. `input` is what came behind it.
    pub(super) fn command(
        &mut self,
        state: State,
        mut line: BytesMut,
        input: &BytesMut,
    ) -> Option<Step> {
        if !self.pace.command(self.signed_in) {
            self.hang_up(&replies::COMMANDS);
            return None;
        }
        // RFC 6531 §3.3: what is not ASCII is UTF-8.
        let Ok(text) = std::str::from_utf8(&line) else {
            return self.fail(state, &replies::LINE_BROKEN);
        };
        let (verb, arguments) = Verb::of(text);
        if line.len() + 2 > verb.longest() {
            return self.fail(state, &replies::LINE_LONG);
        }
        if let Some(reply) = self.gate(verb, &state) {
            return self.fail(state, &reply);
        }
        let step = self.dispatch(state, verb, arguments, input);
        if verb == Verb::Auth {
            line.zeroize();
        }
        step
    }

    fn dispatch(
        &mut self,
        state: State,
        verb: Verb,
        arguments: &str,
        input: &BytesMut,
    ) -> Option<Step> {
        match verb {
            Verb::Ehlo | Verb::Helo => self.hello(state, verb, arguments),
            Verb::StartTls => self.start_tls(state, arguments, input),
            Verb::Auth => self.auth(state, arguments),
            Verb::Mail => self.mail(state, arguments),
            Verb::Rcpt => self.rcpt(state, arguments),
            Verb::Data => self.data_command(state, arguments, input),
            Verb::Bdat => self.bdat(state, arguments),
            Verb::Rset if !arguments.is_empty() => self.fail(state, &replies::ARGUMENT),
            Verb::Rset => self.reset(&state),
            Verb::Noop => self.noise(state, &replies::OK),
            Verb::Vrfy if arguments.is_empty() => self.fail(state, &replies::ARGUMENT),
            Verb::Vrfy => self.noise(state, &replies::VERIFY),
            Verb::Help => self.noise(state, &replies::HELP),
            // RFC 5321 §4.1.1.10: QUIT may come at any time.
            Verb::Quit => {
                self.hang_up(&replies::BYE);
                None
            }
            Verb::NotHere => self.fail(state, &replies::NOT_HERE),
            Verb::Unknown => self.fail(state, &replies::UNKNOWN),
            // Whatever follows is a browser's, perhaps sent by a hostile page.
            Verb::Http => {
                self.hang_up(&replies::HTTP);
                None
            }
        }
    }

    /// What must have happened before: TLS, then EHLO, then AUTH. BDAT passes,
    /// since its octets must be read before it can be refused.
    fn gate(&self, verb: Verb, state: &State) -> Option<Reply> {
        if matches!(verb, Verb::Mail | Verb::Rcpt | Verb::Data) {
            return self.stranger(state);
        }
        if verb == Verb::Auth && self.options.service == Service::Returns {
            return Some(replies::NOT_HERE);
        }
        if verb == Verb::Auth && !self.tls {
            return Some(replies::AUTH_ENCRYPT_FIRST);
        }
        let early = matches!(state, State::Greeted);
        let met = matches!(verb, Verb::Auth | Verb::StartTls);
        (early && met).then_some(replies::HELLO_FIRST)
    }

    fn stranger(&self, state: &State) -> Option<Reply> {
        let returns = self.options.service == Service::Returns;
        if !self.tls && !returns {
            Some(replies::ENCRYPT_FIRST)
        } else if matches!(state, State::Greeted) {
            Some(replies::HELLO_FIRST)
        } else if !self.may_send() {
            Some(replies::SIGN_IN_FIRST)
        } else {
            None
        }
    }

    fn noise(&mut self, state: State, reply: &Reply) -> Option<Step> {
        self.state = state;
        let verdict = self.pace.noise();
        self.weigh(verdict, reply);
        None
    }

    fn reset(&mut self, state: &State) -> Option<Step> {
        // RFC 5321 §4.1.1.5: RSET before EHLO is fine and changes nothing.
        let back = if matches!(state, State::Greeted) {
            State::Greeted
        } else {
            self.base()
        };
        self.noise(back, &replies::OK);
        self.international = false;
        matches!(state, State::Chunks(_)).then_some(Step::Ask(Event::Abort))
    }

    fn hello(&mut self, state: State, verb: Verb, arguments: &str) -> Option<Step> {
        if !command::is_client(arguments) {
            return self.fail(state, &replies::ARGUMENT);
        }
        let mut lines = vec![self.options.hostname.clone()];
        if verb == Verb::Ehlo {
            lines.extend(self.extensions());
        }
        self.send(&render::keywords(250, &lines));
        // RFC 5321 §4.1.4: EHLO in mid-session is also a reset.
        self.state = self.base();
        self.international = false;
        matches!(state, State::Chunks(_)).then_some(Step::Ask(Event::Abort))
    }

    /// What this session offers now.
    fn extensions(&self) -> Vec<String> {
        let mut lines: Vec<String> = [
            "PIPELINING",
            "8BITMIME",
            "SMTPUTF8",
            "DSN",
            "CHUNKING",
            "ENHANCEDSTATUSCODES",
        ]
        .map(str::to_owned)
        .into();
        lines.insert(1, format!("SIZE {}", self.options.max_size));
        if self.options.service == Service::Returns {
            // What comes back is answered by no report (RFC 3464 §2).
            lines.retain(|line| line != "DSN");
        }
        if !self.tls {
            lines.push("STARTTLS".to_owned());
        } else if !self.may_send() {
            lines.push("AUTH PLAIN LOGIN".to_owned());
        }
        lines
    }

    fn start_tls(&mut self, state: State, arguments: &str, input: &BytesMut) -> Option<Step> {
        if self.tls {
            return self.fail(state, &replies::TLS_TWICE);
        }
        if !arguments.is_empty() {
            return self.fail(state, &replies::ARGUMENT);
        }
        // RFC 3207 §4.2, RFC 2920 §3.1: nothing may stand behind STARTTLS; what
        // does was put there to be run under somebody else's encryption.
        if !input.is_empty() {
            self.hang_up(&replies::TLS_GROUP);
            return None;
        }
        self.say(&replies::TLS_READY);
        self.state = State::Handshake;
        Some(Step::StartTls)
    }

    fn auth(&mut self, state: State, arguments: &str) -> Option<Step> {
        if self.signed_in {
            return self.fail(state, &replies::SIGN_IN_TWICE);
        }
        let (mechanism, initial) = match arguments.split_once(' ') {
            Some((mechanism, initial)) => (mechanism, Some(initial)),
            None => (arguments, None),
        };
        if mechanism.is_empty() {
            return self.fail(state, &replies::ARGUMENT);
        }
        let Some(exchange) = Exchange::named(mechanism) else {
            return self.fail(state, &replies::SIGN_IN_MECHANISM);
        };
        match initial {
            None => {
                self.send(exchange.challenge());
                self.state = State::Exchange(exchange);
                None
            }
            // RFC 4954 §4: "=" is an initial response of no octets.
            Some("=") => self.progress(exchange.answer(b"")),
            Some(initial) => self.progress(exchange.answer(initial.as_bytes())),
        }
    }

    fn mail(&mut self, state: State, arguments: &str) -> Option<Step> {
        if !matches!(state, State::Ready) {
            return self.fail(state, &replies::MAIL_TWICE);
        }
        let envelope = match path::mail(arguments) {
            Ok(envelope) => envelope,
            Err(reply) => return self.fail(state, &reply),
        };
        // RFC 1870 §6.1: what is announced as too large is refused at once.
        if envelope
            .announced
            .is_some_and(|size| size > self.options.max_size)
        {
            return self.fail(state, &replies::too_large(self.options.max_size));
        }
        self.international = envelope.international;
        let sender = envelope.sender.clone();
        self.state = State::Asked(Question::Mail(Box::new(envelope)));
        Some(Step::Ask(Event::Mail(sender)))
    }

    fn rcpt(&mut self, state: State, arguments: &str) -> Option<Step> {
        let envelope = match state {
            State::Transaction(envelope) => envelope,
            State::Chunks(_) => return self.fail(state, &replies::CHUNKS_BEGUN),
            _ => return self.fail(state, &replies::MAIL_FIRST),
        };
        let wanted = match path::rcpt(arguments) {
            Ok(wanted) => wanted,
            Err(reply) => return self.fail(State::Transaction(envelope), &reply),
        };
        if wanted.address.is_international() && !envelope.international {
            return self.fail(State::Transaction(envelope), &replies::INTERNATIONAL);
        }
        // The same recipient twice is one recipient.
        let folded = wanted.address.folded();
        if envelope
            .recipients
            .iter()
            .any(|r| r.address.folded() == folded)
        {
            self.state = State::Transaction(envelope);
            self.say(&replies::RECIPIENT_OK);
            return None;
        }
        if envelope.recipients.len() >= self.options.recipients {
            // No error of the client's: RFC 5321 §4.5.3.1.10 has it send the rest anew.
            self.state = State::Transaction(envelope);
            self.say(&replies::too_many_recipients(self.options.recipients));
            return None;
        }
        self.state = State::Asked(Question::Recipient(envelope, wanted.clone()));
        Some(Step::Ask(Event::Recipient(wanted)))
    }

    fn data_command(&mut self, state: State, arguments: &str, input: &BytesMut) -> Option<Step> {
        let early = !input.is_empty();
        let refusal = match &state {
            _ if !arguments.is_empty() => replies::ARGUMENT,
            State::Transaction(envelope) if envelope.recipients.is_empty() => {
                replies::NO_RECIPIENTS
            }
            State::Transaction(_) => return self.begin(state, Question::Data { early }),
            State::Chunks(_) => replies::CHUNKS_BEGUN,
            _ => replies::MAIL_FIRST,
        };
        if early {
            // What stands behind is a message, not commands.
            self.hang_up(&refusal);
            return None;
        }
        self.fail(state, &refusal)
    }

    fn bdat(&mut self, state: State, arguments: &str) -> Option<Step> {
        let Some((left, last)) = command::chunk(arguments) else {
            // Nobody knows where the chunk ends.
            self.hang_up(&replies::ARGUMENT);
            return None;
        };
        if let Some(reply) = self.stranger(&state) {
            self.skip_chunk(left, reply, state);
            return None;
        }
        let chunk = Chunk { left, last };
        match state {
            State::Transaction(envelope) if envelope.recipients.is_empty() => {
                self.skip_chunk(left, replies::NO_RECIPIENTS, State::Transaction(envelope));
                None
            }
            // RFC 3030 §2 and our bound: a size is believed only up to the limit.
            State::Transaction(_) if left > self.options.max_size => {
                self.skip_chunk(
                    left,
                    replies::too_large(self.options.max_size),
                    State::Ready,
                );
                None
            }
            State::Transaction(_) => self.begin(state, Question::Chunk(chunk)),
            State::Chunks(content) if content.exceeds(left) => {
                self.skip_chunk(
                    left,
                    replies::too_large(self.options.max_size),
                    State::Ready,
                );
                Some(Step::Ask(Event::Abort))
            }
            State::Chunks(content) => {
                self.state = State::Chunk(content, chunk);
                None
            }
            state => {
                self.skip_chunk(left, replies::MAIL_FIRST, state);
                None
            }
        }
    }

    fn begin(&mut self, state: State, question: Question) -> Option<Step> {
        let State::Transaction(envelope) = state else {
            return self.fail(state, &replies::MAIL_FIRST);
        };
        self.state = State::Asked(question);
        Some(Step::Ask(Event::Begin(envelope)))
    }
}
