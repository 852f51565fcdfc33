//! Submission (RFC 6409) as a machine: octets in, replies and questions out. Other
//! servers, who bring mail back, speak with the same machine, without TLS and AUTH
//! being required ([`Service::Returns`]).
//!
//! The machine knows the protocol and nothing else. It does no I/O, reads no
//! clock, and decides nothing about people: for that it asks its driver (an
//! [`Event`]) and waits for the answer. A driver is a short loop around
//! [`Session::step`]; the door over sockets and the test of dialogues are two.
//!
//! ```text
//!  220 ──▶ Greeted ──EHLO──▶ Met ──AUTH──▶ Exchange ──▶ ?SignIn ──235──▶ Ready
//!             ▲               │                                        │   ▲
//!             └─── handshake ◀┘ STARTTLS               MAIL ──▶ ?Mail ─┘   │
//!                                                                 │ 250    │
//!                                RCPT ──▶ ?Recipient ◀──▶ Transaction      │
//!                                                          │      │        │
//!                                              DATA ──▶ ?Begin  BDAT ──▶ ?Begin
//!                                                          │ 354    │      │
//!                                                        Data     Chunk ◀─▶ Chunks
//!                                                          │        │ LAST │
//!                                                          └─▶ ?Finish ────┘ 250
//! ```
//!
//! `?Name` waits for the driver. EHLO and RSET lead back to `Ready` (or `Met`)
//! from every state between commands; QUIT, 421 and too many errors close.
//!
//! *Architecture invariant:* a message ends at `CRLF . CRLF` and nowhere else;
//! one that holds a bare CR or LF is read to that end and refused, so nothing
//! inside it is ever run as a command (SMTP smuggling).
//! *Architecture invariant:* nothing received before the TLS handshake is used
//! after it (RFC 3207 §4.2).
//! *Architecture invariant:* memory is bounded: a command line by
//! 12 288 octets (RFC 4954 §4), content by what the driver reads at a time.

mod body;
mod command;
mod content;
mod dispatch;
mod exchange;
mod line;
mod pace;
mod path;
mod render;
pub mod replies;
mod session;

pub use crate::wire::sasl::Credentials;
pub use content::MAX_CONTENT_LINE;
pub use render::render;
pub use session::{Event, Options, Phase, Service, Session, Step, Tls};
