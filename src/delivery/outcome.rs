//! What the relay's answer means for a parcel. Pure: a step of the dialogue and
//! what happened there go in, a verdict comes out.
//!
//! Three rules: only the relay's own 5xx about this mail or this recipient ends
//! a parcel; what concerns the relay or its settings (TLS, sign-in, our sender)
//! never does, since it would end every parcel; everything unclear waits.

use crate::mime::dsn;
use crate::model::Answer;
use jiff::Timestamp;

/// Longest text of an answer that is kept, in characters: enough for two
/// lines of a page.
const MAX_TEXT: usize = 200;

/// A step of the dialogue with the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The TCP connection.
    Connect,
    /// The relay's greeting, EHLO and its answer.
    Hello,
    /// STARTTLS and the TLS handshake.
    Secure,
    /// AUTH.
    SignIn,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, up to the `354`.
    Data,
    /// The mail, up to the relay's final answer.
    Body,
}

impl Step {
    /// The step's name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Hello => "hello",
            Self::Secure => "tls",
            Self::SignIn => "sign-in",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Data => "data",
            Self::Body => "body",
        }
    }
}

/// What went wrong at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The relay said no.
    Reply {
        /// Its reply code.
        code: u16,
        /// Its words.
        text: String,
    },
    /// It did not answer in time.
    Silence,
    /// The connection could not be made, or was lost.
    Lost,
    /// Its answer is no SMTP.
    Garbled,
    /// TLS or the settings for it failed: the reason, which names no person.
    Tls(String),
    /// It does not offer what we must have: the name of the extension.
    Missing(&'static str),
    /// It does not offer what this one mail needs: the name of the extension.
    Cannot(&'static str),
}

/// Who tells a mail's sender how it fares once the relay has taken it, as far as
/// the sender wants to hear (RFC 3461 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    /// We do: the relay was told of no wishes.
    Ours,
    /// The relay does: it was given the sender's wishes.
    Relays,
}

/// What has become of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// The relay has taken it and answers for it now.
    Accepted(Answer, Duty),
    /// Not now.
    Deferred(Answer),
    /// Not now, and no other parcel either, until somebody mends the relay or
    /// its settings: the step, and what is wrong there.
    Fault(Answer, Step, String),
    /// Never.
    Failed(Answer),
    /// Not tried: the gateway is stopping.
    Unstarted,
    /// Nobody waits for it any more: withdrawn, or a code that is over.
    Unwanted,
    /// It must not leave as it is, and that is our fault: the reason.
    Unfit(&'static str),
}

/// The verdict on a parcel that met `trouble` at `step`.
pub fn judge(step: Step, trouble: Trouble, at: Timestamp) -> Outcome {
    let plain = |text: &str| answer(at, 0, text);
    match trouble {
        Trouble::Silence => Outcome::Deferred(plain("no answer in time")),
        Trouble::Lost if step == Step::Connect => Outcome::Deferred(plain("no connection")),
        Trouble::Lost => Outcome::Deferred(plain("the connection was lost")),
        Trouble::Garbled => Outcome::Deferred(plain("the answer could not be read")),
        Trouble::Tls(why) => Outcome::Fault(plain("no secure connection"), step, why),
        Trouble::Missing(what) => Outcome::Fault(
            plain("the relay lacks what is needed"),
            step,
            format!("the relay does not offer {what}"),
        ),
        // RFC 6531 §3.2 and RFC 6152 §3: such a mail must not be sent there.
        Trouble::Cannot(what) => {
            let code = if what == "8BITMIME" { "5.6.3" } else { "5.6.7" };
            Outcome::Failed(plain(&format!("{code} the relay does not offer {what}")))
        }
        Trouble::Reply { code, text } => judge_reply(step, code, &text, at),
    }
}

/// What kept the relay from answering, in our own words, which name no person;
/// `None` if it did answer.
#[must_use]
pub fn own_reason(answer: &Answer) -> Option<&str> {
    (answer.code == 0).then_some(answer.text.as_str())
}

fn judge_reply(step: Step, code: u16, text: &str, at: Timestamp) -> Outcome {
    let answer = answer(at, code, text);
    if code < 500 {
        return Outcome::Deferred(answer);
    }
    // RFC 1870 §6.1: to a MAIL with a SIZE, 552 says that this mail is too large.
    let size = matches!(enhanced(&answer), None | Some("5.3.4" | "5.2.3"));
    if step == Step::Sender && code == 552 && size {
        return Outcome::Failed(answer);
    }
    let about_us = matches!(
        step,
        Step::Connect | Step::Hello | Step::Secure | Step::SignIn | Step::Sender
    );
    // RFC 4954 §6: 530, 534, 535 and 538 ask for a sign-in or refuse ours,
    // whichever command they answer.
    if about_us || matches!(code, 530 | 534 | 535 | 538) {
        let why = format!("the relay answered {code}");
        return Outcome::Fault(answer, step, why);
    }
    // RFC 5321 §4.5.3.1.10: old servers say 552 to a recipient where 452 is
    // meant. One with an enhanced code knows what it says.
    if step == Step::Recipient && code == 552 && enhanced(&answer).is_none() {
        return Outcome::Deferred(answer);
    }
    Outcome::Failed(answer)
}

/// An answer with its text on one line and cut to size.
#[must_use]
pub fn answer(at: Timestamp, code: u16, text: &str) -> Answer {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>();
    Answer {
        at,
        code,
        text: line.join(" ").chars().take(MAX_TEXT).collect(),
    }
}

/// The enhanced status code with which an answer begins (RFC 3463 §2), the only
/// part of its text that may be logged.
#[must_use]
pub fn enhanced(answer: &Answer) -> Option<&str> {
    dsn::status(&answer.text)
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Step, Trouble, answer, enhanced, judge, own_reason};
    use jiff::Timestamp;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn reply(step: Step, code: u16, text: &str) -> Outcome {
        let text = text.to_owned();
        judge(step, Trouble::Reply { code, text }, AT)
    }

    #[test]
    fn only_a_refusal_of_this_mail_or_recipient_ends_a_parcel() {
        for step in [Step::Recipient, Step::Data, Step::Body] {
            let verdict = reply(step, 550, "5.1.1 no such user");
            assert!(matches!(verdict, Outcome::Failed(_)), "{step:?}");
            let verdict = reply(step, 450, "4.7.1 later");
            assert!(matches!(verdict, Outcome::Deferred(_)), "{step:?}");
        }
    }

    #[test]
    fn a_fault_of_the_relay_or_its_settings_loses_nothing() {
        for step in [Step::Hello, Step::Secure, Step::SignIn, Step::Sender] {
            let verdict = reply(step, 554, "5.7.1 go away");
            assert!(matches!(verdict, Outcome::Fault(..)), "{step:?}");
        }
        assert!(matches!(
            reply(Step::Recipient, 530, "5.7.0 authentication required"),
            Outcome::Fault(..)
        ));
        let tls = judge(Step::Secure, Trouble::Tls("unknown issuer".into()), AT);
        assert!(matches!(tls, Outcome::Fault(..)));
        let bare = judge(Step::Secure, Trouble::Missing("STARTTLS"), AT);
        assert!(matches!(bare, Outcome::Fault(..)));
    }

    #[test]
    fn silence_and_a_lost_connection_wait() {
        for trouble in [Trouble::Silence, Trouble::Lost, Trouble::Garbled] {
            let verdict = judge(Step::Body, trouble, AT);
            assert!(matches!(verdict, Outcome::Deferred(_)));
        }
    }

    #[test]
    fn an_old_552_to_a_recipient_waits_and_a_full_mailbox_does_not() {
        let verdict = reply(Step::Recipient, 552, "too many recipients");
        assert!(matches!(verdict, Outcome::Deferred(_)));
        let verdict = reply(Step::Recipient, 552, "5.2.2 mailbox full");
        assert!(matches!(verdict, Outcome::Failed(_)));
        let verdict = reply(Step::Body, 552, "message too large");
        assert!(matches!(verdict, Outcome::Failed(_)));
    }

    #[test]
    fn a_relay_that_says_nothing_has_our_reason_and_one_that_speaks_never_lends_its_words() {
        let Outcome::Deferred(silent) = judge(Step::Body, Trouble::Silence, AT) else {
            panic!("silence is no deferral")
        };
        assert_eq!(own_reason(&silent), Some("no answer in time"));
        let spoken = answer(AT, 450, "4.2.0 jane@example.com is busy");
        assert_eq!(own_reason(&spoken), None);
    }

    #[test]
    fn a_mail_that_is_too_large_for_the_relay_ends_and_a_full_sender_waits() {
        for text in ["5.3.4 message too big", "message size exceeds limit"] {
            let verdict = reply(Step::Sender, 552, text);
            assert!(matches!(verdict, Outcome::Failed(_)), "{text}");
        }
        let verdict = reply(Step::Sender, 552, "5.2.2 your quota is used up");
        assert!(matches!(verdict, Outcome::Fault(..)));
    }

    #[test]
    fn a_mail_that_the_relay_cannot_carry_ends_with_the_code_that_says_why() {
        for (what, code) in [("SMTPUTF8", "5.6.7"), ("8BITMIME", "5.6.3")] {
            match judge(Step::Sender, Trouble::Cannot(what), AT) {
                Outcome::Failed(answer) => assert_eq!(enhanced(&answer), Some(code)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_answer_is_kept_on_one_short_line() {
        let kept = answer(
            AT,
            550,
            &format!("5.1.1 no\r\n such\tuser {}", "x".repeat(500)),
        );
        assert!(kept.text.starts_with("5.1.1 no such user xxx"));
        assert_eq!(kept.text.chars().count(), 200);
        assert_eq!(enhanced(&kept), Some("5.1.1"));
        assert_eq!(enhanced(&answer(AT, 550, "jane@example.com unknown")), None);
        assert_eq!(enhanced(&answer(AT, 550, "5.1.1.1 odd")), None);
    }
}
