//! One connection: reads, waits and writes. What the protocol asks, the door
//! answers that stands behind it ([`Answers`]).

use crate::model::{Clock, Pace};
use crate::net::{Stream, Tls};
use crate::smtp::Mode;
use crate::wire::smtp::{Event, Options, Phase, Session, Step, replies};
use bytes::BytesMut;
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::io;
use tokio::sync::watch;

/// How long a stranger may think about one command. RFC 5321 §4.5.3.2.7 asks
/// for five minutes, for servers that anybody may write to; here a person's
/// program signs in at once.
const STRANGER: SignedDuration = SignedDuration::from_secs(60);
/// How long a stranger may be connected at all, with all the waiting that
/// errors cost.
const STRANGER_IN_ALL: SignedDuration = SignedDuration::from_mins(3);
/// How long a client that is signed in may be silent (RFC 5321 §4.5.3.2.7).
const COMMAND: SignedDuration = SignedDuration::from_mins(5);
/// How long between two pieces of a message (RFC 5321 §4.5.3.2.5).
const CONTENT: SignedDuration = SignedDuration::from_mins(3);
/// How slowly a message may come in all, with the commands between its chunks:
/// it keeps room for itself. Five minutes cover any letter, whatever the line
/// does; the rate is a quarter of the slowest office line we know of (128 kbit/s
/// upwards), so that four colleagues may send at once.
const ARRIVAL: Pace = Pace {
    start: SignedDuration::from_mins(5),
    rate: 4 * 1024,
};
/// How long the TLS handshake may take: a slow phone needs five seconds.
const HANDSHAKE: SignedDuration = SignedDuration::from_secs(30);
/// How long a client may leave our answer lying.
const WRITE: SignedDuration = SignedDuration::from_mins(1);

/// Who answers what the protocol asks of one connection.
pub(super) trait Answers: Send {
    /// Answers a question, as [`Event`] says.
    fn decide(&mut self, session: &mut Session, event: Event) -> impl Future<Output = ()> + Send;

    /// Whether a message is on its way in.
    fn has_message(&self) -> bool;

    /// The message that was on its way in will not be finished.
    fn forget(&mut self);
}

/// The line to a peer.
pub(super) struct Line {
    pub(super) stream: Stream,
    pub(super) clock: Clock,
    pub(super) tls: Tls,
    pub(super) stop: watch::Receiver<bool>,
}

/// One connection.
pub(super) struct Connection<A> {
    line: Line,
    answers: A,
    input: BytesMut,
    arrival: Option<Arrival>,
}

/// Octets on their way in, from the first to the last of a message; one that
/// was refused is still read to its end.
#[derive(Clone, Copy)]
struct Arrival {
    begun: Timestamp,
    octets: u64,
}

/// Why a connection ends otherwise than by the protocol. None of it is ours.
#[derive(Debug, thiserror::Error)]
enum End {
    #[error(transparent)]
    Broken(#[from] io::Error),
    #[error("the client closed the connection")]
    Closed,
    #[error("the client took too long")]
    Late,
}

impl<A: Answers> Connection<A> {
    pub(super) fn new(line: Line, answers: A) -> Self {
        Self {
            line,
            answers,
            input: BytesMut::new(),
            arrival: None,
        }
    }

    /// From the first octet to the last.
    pub(super) async fn run(mut self, options: Options) {
        let mode = options.tls;
        let mut session = Session::new(options);
        if mode == Mode::Already
            && let Err(end) = self.secure().await
        {
            return tracing::debug!(event = "smtp.no-tls", reason = %end, "A client made no TLS connection.");
        }
        match Box::pin(self.converse(&mut session)).await {
            Ok(()) => tracing::debug!(event = "smtp.closed", "A session ended."),
            Err(end) => {
                tracing::debug!(event = "smtp.broken-off", reason = %end, "A session was broken off.");
            }
        }
        // A message that was not finished is gone before the client knows.
        self.answers.forget();
        tokio::select! {
            () = self.line.stream.close() => {}
            () = self.line.clock.sleep(WRITE) => {}
        }
    }

    async fn converse(&mut self, session: &mut Session) -> Result<(), End> {
        let known_by = self.in_time(STRANGER_IN_ALL);
        loop {
            let step = session.step(&mut self.input);
            if !matches!(step, Step::Ask(_)) {
                self.flush(session).await?;
            }
            match step {
                Step::Read => self.read(session, known_by).await?,
                Step::Pause(span) => self.line.clock.sleep(span).await,
                Step::StartTls => {
                    self.secure().await?;
                    session.secured();
                }
                Step::Close => return Ok(()),
                Step::Ask(event) => {
                    if matches!(event, Event::Begin(_)) {
                        self.arrival = None;
                    }
                    self.answers.decide(session, event).await;
                }
            }
        }
    }

    /// Sends what the session has said so far, in one piece.
    async fn flush(&mut self, session: &mut Session) -> Result<(), End> {
        let output = session.output();
        if output.is_empty() {
            return Ok(());
        }
        tokio::select! {
            written = self.line.stream.write(&output) => Ok(written?),
            () = self.line.clock.sleep(WRITE) => Err(End::Late),
        }
    }

    async fn read(&mut self, session: &mut Session, known_by: Timestamp) -> Result<(), End> {
        let phase = session.phase();
        let due = match phase {
            Phase::Stranger => self.in_time(STRANGER).min(known_by),
            Phase::Between | Phase::Transaction => self.in_time(COMMAND),
            Phase::Content => self.in_time(CONTENT),
        };
        let slow = self.arriving(phase);
        let idle = matches!(phase, Phase::Stranger | Phase::Between);
        tokio::select! {
            read = self.line.stream.read(&mut self.input) => match read? {
                0 => Err(End::Closed),
                octets => {
                    if let Some(arrival) = &mut self.arrival {
                        arrival.octets = arrival.octets.saturating_add(octets as u64);
                    }
                    Ok(())
                }
            },
            () = self.line.clock.sleep_until(due.min(slow)) => {
                let late = if due <= slow { replies::IDLE } else { replies::SLOW };
                session.hang_up(&late);
                Ok(())
            }
            // Ok and Err alike: whoever held the other end is going.
            _ = self.line.stop.wait_for(|stop| *stop), if idle => {
                session.hang_up(&replies::CLOSING);
                Ok(())
            }
        }
    }

    /// Until when a message that is arriving must have gone on.
    fn arriving(&mut self, phase: Phase) -> Timestamp {
        if !self.answers.has_message() && phase != Phase::Content {
            self.arrival = None;
            return Timestamp::MAX;
        }
        let arrival = *self.arrival.get_or_insert(Arrival {
            begun: self.line.clock.now(),
            octets: 0,
        });
        let due = arrival
            .begun
            .saturating_add(ARRIVAL.time_for(arrival.octets));
        due.unwrap_or(Timestamp::MAX)
    }

    fn in_time(&self, span: SignedDuration) -> Timestamp {
        let due = self.line.clock.now().saturating_add(span);
        due.unwrap_or(Timestamp::MAX)
    }

    /// Makes the TLS handshake. Nothing that was read in clear survives it.
    async fn secure(&mut self) -> Result<(), End> {
        self.input.clear();
        tokio::select! {
            secured = self.line.stream.secure(&self.line.tls) => Ok(secured?),
            () = self.line.clock.sleep(HANDSHAKE) => Err(End::Late),
        }
    }
}
