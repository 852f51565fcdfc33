//! Literals: what a command may hold, an appended message, and what is thrown
//! away because it was refused.

use crate::wire::imap::answer::{self, Answer, Code};
use crate::wire::imap::command::Append;
use crate::wire::imap::convert::{self, Parsed};
use crate::wire::imap::gather::{Announced, Found};
use crate::wire::imap::session::{Event, Place, Question, Refused, Session, State, Step};
use crate::wire::imap::verb::{Line, Verb};
use bytes::{Buf, BytesMut};

/// Largest literal but APPEND's: the longest a name, a password or a text to
/// search for could sensibly be.
const MAX_LITERAL: u64 = 64 * 1024;
/// All literals of one command.
const MAX_LITERALS: u64 = 256 * 1024;
/// All that a stranger's command may hold: LOGIN takes a twentieth.
pub(super) const MAX_STRANGER: usize = 8 * 1024;
/// How much of a refused command is thrown away, so that the refusal can be
/// read. Past that we hang up.
const MAX_SKIPPED: u64 = 1024 * 1024;
const MAX_SKIPPED_STRANGER: u64 = 64 * 1024;

impl Session {
    /// A line of a command ended in a literal.
    pub(super) fn literal(&mut self, announced: Announced) -> Option<Step> {
        let Some(line) = Line::new(self.gather.text()) else {
            self.tag = "*".to_owned();
            return self.refuse(Answer::bad("A command begins with a tag."), announced);
        };
        self.tag = line.tag.to_owned();
        let verb = match self.gate(&line) {
            Ok((verb, _, _)) => verb,
            Err(answer) => return self.refuse(answer, announced),
        };
        if verb == Verb::Append
            && let Some(append) = self.appended(announced.length)
        {
            self.gather.forget();
            return match append.and_then(|append| self.fits(append)) {
                Ok(append) => {
                    let Announced { length, sync } = announced;
                    self.ask(Question::Append { length, sync }, Event::Append(append))
                }
                Err(answer) => self.refuse(answer, announced),
            };
        }
        let held = self.gather.literals() as u64;
        let (one, all) = match self.place {
            Place::Stranger => (MAX_STRANGER as u64, MAX_STRANGER as u64),
            _ => (MAX_LITERAL, MAX_LITERALS),
        };
        if announced.length > one || held.saturating_add(announced.length) > all {
            let answer = Answer::no("The command is too large.").with(Code::TooBig);
            return self.refuse(answer, announced);
        }
        if announced.sync {
            answer::go_on(&mut self.out, "Go on.");
        }
        // It is at most MAX_LITERAL.
        self.gather
            .hold(usize::try_from(announced.length).unwrap_or_default());
        None
    }

    /// Reads an APPEND up to its message: the codec is given an empty one.
    /// `None` if the literal is not the message, but, say, the mailbox's name.
    fn appended(&self, length: u64) -> Option<Result<Append, Answer>> {
        let text = self.gather.text();
        let at = text.iter().rposition(|octet| *octet == b'{')?;
        let head = text.get(..at)?;
        // A message may come as "~{", a literal8 (RFC 3516 §4.4).
        let head = head.strip_suffix(b"~").unwrap_or(head);
        head.ends_with(b" ").then_some(())?;
        let text = [head, b"{0}\r\n\r\n"].concat();
        match convert::read(&text, length, self.enabled.dialect)? {
            Ok(Parsed::Append(append)) => Some(Ok(append)),
            Ok(_) => None,
            Err(answer) => Some(Err(answer)),
        }
    }

    fn fits(&self, append: Append) -> Result<Append, Answer> {
        if append.length > self.options.append_limit {
            return Err(Answer::no("The message is too large.").with(Code::TooBig));
        }
        if append.length == 0 {
            return Err(Answer::no("The message is empty."));
        }
        Ok(append)
    }

    /// Refuses a command that ends in a literal: at once if the client waits
    /// for us, else when all of it has come (RFC 7888 §4).
    pub(super) fn refuse(&mut self, answer: Answer, announced: Announced) -> Option<Step> {
        self.gather.forget();
        if announced.sync {
            return self.fail(&answer);
        }
        let room = self.skips();
        self.skip(
            Refused {
                answer,
                left: 0,
                room,
            },
            announced.length,
        )
    }

    /// How much may be thrown away.
    pub(super) fn skips(&self) -> u64 {
        match self.place {
            Place::Stranger => MAX_SKIPPED_STRANGER,
            _ => MAX_SKIPPED.max(self.options.append_limit.saturating_mul(2)),
        }
    }

    fn skip(&mut self, refused: Refused, length: u64) -> Option<Step> {
        let Some(room) = refused.room.checked_sub(length) else {
            let answer = refused.answer;
            self.say(&answer);
            self.bye(Some(&Code::TooBig), "This is more than we read.");
            return None;
        };
        let left = length;
        self.state = State::Refused(Refused {
            left,
            room,
            ..refused
        });
        None
    }

    /// Throws the rest of a refused command away.
    pub(super) fn refused(&mut self, input: &mut BytesMut) -> Option<Step> {
        let State::Refused(refused) = &mut self.state else {
            return None;
        };
        let length = usize::try_from(refused.left).unwrap_or(usize::MAX);
        let length = length.min(input.len());
        input.advance(length);
        refused.left -= length as u64;
        if refused.left > 0 {
            return Some(Step::Read);
        }
        let found = self.gather.next(input, self.longest());
        if found == Found::More {
            return Some(Step::Read);
        }
        self.gather.forget();
        let State::Refused(refused) = std::mem::replace(&mut self.state, State::Await) else {
            return None;
        };
        match found {
            Found::Literal(Announced {
                length,
                sync: false,
            }) => self.skip(refused, length),
            Found::Literal(_) | Found::Whole => self.fail(&refused.answer),
            found => self.unreadable(&found),
        }
    }

    /// The octets of an appended message.
    pub(super) fn message(&mut self, left: u64, input: &mut BytesMut) -> Option<Step> {
        if left == 0 {
            self.state = State::MessageEnd;
            return None;
        }
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        if length == 0 {
            return Some(Step::Read);
        }
        let octets = input.split_to(length).freeze();
        let left = left - octets.len() as u64;
        // RFC 3501 §4.3.1: a literal has no NUL. A literal8 may have one, and
        // RFC 3516 §4.4 names the code for a mailbox that cannot keep it.
        if octets.contains(&0) {
            self.state = State::Message(left);
            let answer = Answer::no("The message holds a NUL; such parts come as base64 here.");
            self.answer(answer.with(Code::UnknownCte));
            return Some(Step::Ask(Event::Abort));
        }
        self.state = State::Message(left);
        Some(Step::Ask(Event::Octets(octets)))
    }

    /// What stands behind an appended message: nothing.
    pub(super) fn message_end(&mut self, input: &mut BytesMut) -> Option<Step> {
        match self.gather.next(input, self.longest()) {
            Found::More => return Some(Step::Read),
            Found::Whole => {
                let rest = self.gather.take();
                if &rest[..] == b"\r\n" {
                    return self.ask(Question::AppendEnd, Event::AppendEnd);
                }
                self.fail(&Answer::bad("Nothing may follow the message."));
            }
            // MULTIAPPEND (RFC 3502) is not offered.
            Found::Literal(announced) => {
                let answer = Answer::bad("One APPEND takes one message.");
                self.refuse(answer, announced);
            }
            found => {
                self.unreadable(&found);
            }
        }
        Some(Step::Ask(Event::Abort))
    }
}
