//! IMAP4rev1 and IMAP4rev2 (RFC 3501, RFC 9051 and extensions) as a machine:
//! octets in, answers and questions out.
//!
//! The machine knows the protocol and nothing else: no I/O, no clock, no
//! mailboxes. Commands come out as types ([`command::Command`]); what is said
//! of mailboxes and messages the driver appends with the functions of
//! [`answer`]. A driver is a short loop around [`Session::step`]; the door over
//! sockets and the test of dialogues are two.
//!
//! ```text
//!  * OK ──▶ Stranger ──LOGIN, AUTHENTICATE──▶ ?SignIn ──OK──▶ SignedIn ◀─┐
//!            │    ▲                                            │    ▲    │ OK
//!   STARTTLS ▼    │                           SELECT, EXAMINE  ▼    │ ?Close
//!           handshake                              ?Select ──OK──▶ Selected
//!
//!  between two commands (Await), signed in:
//!    a command ──▶ ?Command ──▶ data, then OK, NO or BAD ──▶ Await
//!    IDLE ──▶ Idle (data at any time) ──DONE──▶ ?Done ──▶ Await
//!    APPEND ──▶ ?Append ──"+"──▶ Message, Message, … ──CRLF──▶ ?AppendEnd ──▶ Await
//!                  └──NO──▶ Refused: the octets are thrown away, then NO ──▶ Await
//! ```
//!
//! `?Name` waits for the driver. LOGOUT, three failed sign-ins, too many
//! errors and lines that cannot be told apart close. The driver's loop:
//!
//! ```text
//!  loop {
//!      match session.step(&mut input) {
//!          Send     => write(session.output())
//!          Read     => write(session.output()), then read into input;
//!                      while phase() is Idle wait for news too, append it to out()
//!          StartTls => write(session.output()), handshake, input.clear(), secured()
//!          Close    => write(session.output()), return
//!          Ask(SignIn(credentials)) => accept() or answer(NO [AUTHENTICATIONFAILED])
//!          Ask(Command(command))    => append data to out(), sending it when it
//!                                      is much; then accept() or answer(…)
//!          Ask(Append(append))      => accept() or answer(NO [TRYCREATE])
//!          Ask(Octets(octets))      => keep them; answer(NO) to stop
//!          Ask(AppendEnd)           => store, then answer(OK [APPENDUID …])
//!          Ask(Abort)               => forget them
//!          Ask(Idle)                => begin to watch
//!          Ask(Done)                => last news to out(), accept()
//!      }
//!  }
//! ```
//!
//! A client is answered in its [`Dialect`]: what is written otherwise in
//! IMAP4rev2 than in IMAP4rev1 takes it as an argument (decision 0027).
//!
//! imap-codec parses, behind a small parser of ours for what it cannot
//! (decision 0024); nothing of it is seen outside.
//!
//! *Architecture invariant:* a literal is always read or refused as what was
//! announced; where it is unknown how long one is, we hang up. So no octet of a
//! message or of a name is ever run as a command.
//! *Architecture invariant:* nothing received before the TLS handshake is used
//! after it.
//! *Architecture invariant:* memory is bounded: a stranger's command by 8 KiB,
//! any other by 64 KiB and 256 KiB of literals; an appended message is never held.

pub mod answer;
pub mod command;
mod convert;
mod dialect;
mod dispatch;
mod front;
mod gather;
mod glob;
mod literal;
mod names;
mod narrow;
mod nest;
mod query;
mod reader;
mod session;
pub mod set;
mod sign_in;
mod utf7;
mod verb;

pub use crate::wire::sasl::Credentials;
pub use answer::{Answer, Code};
pub use command::{Append, Command};
pub use dialect::Dialect;
pub use glob::DELIMITER;
pub use session::{Enabled, Event, Options, Phase, Session, Step};
