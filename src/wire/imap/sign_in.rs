//! LOGIN and AUTHENTICATE PLAIN (RFC 3501 §6.2, RFC 4959).

use crate::wire::imap::answer::{self, Answer, Code};
use crate::wire::imap::front;
use crate::wire::imap::gather::Found;
use crate::wire::imap::session::{Event, Question, Session, State, Step};
use crate::wire::sasl::{self, Credentials, Fault};
use bytes::BytesMut;
use zeroize::Zeroize;

impl Session {
    pub(super) fn login(&mut self, arguments: &[u8]) -> Option<Step> {
        if !self.tls {
            return self.fail(&privacy());
        }
        match front::login(arguments) {
            Some(credentials) => self.signs_in(credentials),
            None => self.fail(&Answer::bad("LOGIN takes a name and a password.")),
        }
    }

    pub(super) fn authenticate(&mut self, arguments: &[u8]) -> Option<Step> {
        if !self.tls {
            return self.fail(&privacy());
        }
        let mut words = arguments.split(|b| *b == b' ');
        let (mechanism, initial) = (words.next().unwrap_or_default(), words.next());
        if words.next().is_some() || mechanism.is_empty() {
            return self.fail(&Answer::bad("AUTHENTICATE takes a mechanism."));
        }
        if !mechanism.eq_ignore_ascii_case(b"PLAIN") {
            let answer = Answer::no("PLAIN is the mechanism here.");
            return self.fail(&answer.with(Code::Cannot));
        }
        if let Some(initial) = initial {
            // RFC 4959 §3: "=" is an empty response; PLAIN has no use for one.
            return self.response(initial);
        }
        answer::go_on(&mut self.out, "");
        self.state = State::Exchange;
        None
    }

    /// The line that answers `+`.
    pub(super) fn exchange(&mut self, input: &mut BytesMut) -> Option<Step> {
        let found = self.gather.next(input, self.longest());
        match found {
            Found::More => Some(Step::Read),
            Found::Literal(announced) => self.refuse(malformed(), announced),
            Found::Whole => {
                let mut line = self.gather.take();
                let step = match line.strip_suffix(b"\r\n") {
                    Some(b"*") => self.fail(&Answer::bad("The sign-in was cancelled.")),
                    line => self.response(line.unwrap_or_default()),
                };
                line.zeroize();
                step
            }
            found => self.unreadable(&found),
        }
    }

    fn response(&mut self, line: &[u8]) -> Option<Step> {
        let credentials = sasl::decode(line).and_then(|text| sasl::plain(&text));
        self.signs_in(credentials)
    }

    fn signs_in(&mut self, credentials: Result<Credentials, Fault>) -> Option<Step> {
        match credentials {
            Ok(credentials) => self.ask(Question::SignIn, Event::SignIn(credentials)),
            Err(Fault::Malformed) => self.fail(&malformed()),
            Err(Fault::Other) => {
                let answer = Answer::no("Nobody signs in for somebody else here.");
                self.fail(&answer.with(Code::AuthenticationFailed))
            }
        }
    }
}

fn malformed() -> Answer {
    Answer::bad("This is no name and password.")
}

fn privacy() -> Answer {
    let answer = Answer::no("Please turn on TLS (STARTTLS) in your mail program first.");
    answer.with(Code::PrivacyRequired)
}
