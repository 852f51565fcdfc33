//! One connection: reads, waits, writes, and answers what the protocol asks.

use crate::access::login::{LoginError, SignedIn};
use crate::model::{Address, Envelope, Pace, Reply, Scope};
use crate::net::{Permit, Stream};
use crate::outbound::{Intake, Sender};
use crate::smtp::in_flight::{Coming, Share};
use crate::smtp::{Door, Mode};
use crate::wire::smtp::{Credentials, Event, Phase, Session, Step, replies};
use bytes::BytesMut;
use jiff::{SignedDuration, Timestamp};
use std::io;
use std::net::IpAddr;
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
/// Longest wait after too many wrong passwords, before the line is cut: it
/// costs the guesser time and us one idle task.
const SLOW: SignedDuration = SignedDuration::from_secs(10);

/// One connection.
pub(super) struct Connection {
    door: Door,
    stream: Stream,
    peer: IpAddr,
    permit: Permit,
    stop: watch::Receiver<bool>,
    input: BytesMut,
    /// Who signed in, and with what.
    signed_in: Option<SignedIn>,
    message: Option<Incoming>,
    arrival: Option<Arrival>,
}

/// Octets on their way in, from the first to the last of a message; one that
/// was refused is still read to its end.
#[derive(Clone, Copy)]
struct Arrival {
    begun: Timestamp,
    octets: u64,
}

/// A message on its way in.
struct Incoming {
    intake: Intake,
    share: Share,
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

impl Connection {
    pub(super) fn new(
        door: Door,
        stream: Stream,
        (peer, permit): (IpAddr, Permit),
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            door,
            stream,
            peer,
            permit,
            stop,
            input: BytesMut::new(),
            signed_in: None,
            message: None,
            arrival: None,
        }
    }

    /// From the first octet to the last.
    pub(super) async fn run(mut self, mode: Mode) {
        let mut session = Session::new(self.door.options(mode));
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
        self.message = None;
        tokio::select! {
            () = self.stream.close() => {}
            () = self.door.clock.sleep(WRITE) => {}
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
                Step::Pause(span) => self.door.clock.sleep(span).await,
                Step::StartTls => {
                    self.secure().await?;
                    session.secured();
                }
                Step::Close => return Ok(()),
                Step::Ask(event) => self.decide(session, event).await,
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
            written = self.stream.write(&output) => Ok(written?),
            () = self.door.clock.sleep(WRITE) => Err(End::Late),
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
            read = self.stream.read(&mut self.input) => match read? {
                0 => Err(End::Closed),
                octets => {
                    if let Some(arrival) = &mut self.arrival {
                        arrival.octets = arrival.octets.saturating_add(octets as u64);
                    }
                    Ok(())
                }
            },
            () = self.door.clock.sleep_until(due.min(slow)) => {
                let late = if due <= slow { replies::IDLE } else { replies::SLOW };
                session.hang_up(&late);
                Ok(())
            }
            // Ok and Err alike: whoever held the other end is going.
            _ = self.stop.wait_for(|stop| *stop), if idle => {
                session.hang_up(&replies::CLOSING);
                Ok(())
            }
        }
    }

    /// Until when a message that is arriving must have gone on.
    fn arriving(&mut self, phase: Phase) -> Timestamp {
        if self.message.is_none() && phase != Phase::Content {
            self.arrival = None;
            return Timestamp::MAX;
        }
        let arrival = *self.arrival.get_or_insert(Arrival {
            begun: self.door.clock.now(),
            octets: 0,
        });
        let due = arrival
            .begun
            .saturating_add(ARRIVAL.time_for(arrival.octets));
        due.unwrap_or(Timestamp::MAX)
    }

    fn in_time(&self, span: SignedDuration) -> Timestamp {
        let due = self.door.clock.now().saturating_add(span);
        due.unwrap_or(Timestamp::MAX)
    }

    /// Makes the TLS handshake. Nothing that was read in clear survives it.
    async fn secure(&mut self) -> Result<(), End> {
        self.input.clear();
        tokio::select! {
            secured = self.stream.secure(&self.door.tls) => Ok(secured?),
            () = self.door.clock.sleep(HANDSHAKE) => Err(End::Late),
        }
    }

    async fn decide(&mut self, session: &mut Session, event: Event) {
        let verdict = match event {
            Event::SignIn(credentials) => self.sign_in(credentials).await,
            Event::Mail(from) => self.mail(from.as_ref()).await.map(|()| None),
            // Every recipient is judged with the message, when all are known.
            Event::Recipient(_) => Ok(None),
            Event::Begin(envelope) => self.begin(*envelope).map(|()| None),
            Event::Content(octets) => {
                if let Err(reply) = self.write(&octets).await {
                    self.message = None;
                    session.answer(reply);
                }
                return;
            }
            Event::Finish => self.finish().await.map(Some),
            Event::Abort => {
                self.message = None;
                return;
            }
        };
        match verdict {
            Ok(None) => session.accept(),
            Ok(Some(reply)) | Err(reply) => session.answer(reply),
        }
    }

    async fn sign_in(&mut self, credentials: Credentials) -> Result<Option<Reply>, Reply> {
        let Credentials { identity, password } = credentials;
        let verified = self
            .door
            .login
            .sign_in(&identity, &password, Scope::Smtp, self.peer)
            .await;
        let error = match verified {
            Ok(signed_in) => {
                self.signed_in = Some(signed_in);
                self.permit.known();
                tracing::debug!(event = "smtp.signed-in", "A mail client signed in.");
                return Ok(None);
            }
            Err(LoginError::Busy) => return Err(replies::SIGN_IN_BUSY),
            Err(error) => error,
        };
        // The line that fail2ban reads: its first three fields are fixed.
        tracing::warn!(event = "auth.failed", proto = "smtp", ip = %self.peer, "A mail client could not sign in.");
        if let LoginError::Slow(wait) = error {
            self.door.clock.sleep(wait.min(SLOW)).await;
            return Err(replies::SIGN_IN_SLOW);
        }
        Err(replies::SIGN_IN_REFUSED)
    }

    /// Who hands messages in here.
    fn sender(&self) -> Result<Sender, Reply> {
        let account = self.signed_in.as_ref().map(|s| s.account.clone());
        let account = account.ok_or(replies::FAULT)?;
        Ok(self.door.outbound.sender(account, self.peer))
    }

    /// Says goodbye to an account that was switched off, and to a program whose
    /// app password was taken back: a session can outlive both.
    async fn ask_again(&self) -> Result<(), Reply> {
        let signed_in = self.signed_in.as_ref().ok_or(replies::FAULT)?;
        match self.door.login.still_opens(signed_in).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(replies::ACCOUNT_OFF),
            Err(error) => {
                tracing::error!(event = "store.failed", reason = %error, "A session could not be looked at again; its client was asked to try later.");
                Err(replies::FAULT)
            }
        }
    }

    async fn mail(&self, from: Option<&Address>) -> Result<(), Reply> {
        self.ask_again().await?;
        self.door.outbound.mail(&self.sender()?, from).await
    }

    fn begin(&mut self, envelope: Envelope) -> Result<(), Reply> {
        let sender = self.sender()?;
        self.arrival = None;
        let share = self.door.in_flight.begin(Coming {
            account: sender.account.id,
            announced: envelope.announced,
            largest: self.door.settings.current().max_size,
        })?;
        let intake = self.door.outbound.begin(sender, envelope)?;
        self.message = Some(Incoming { intake, share });
        Ok(())
    }

    async fn write(&mut self, octets: &[u8]) -> Result<(), Reply> {
        let Some(message) = &mut self.message else {
            return Ok(());
        };
        self.door.in_flight.grow(&mut message.share, octets.len())?;
        message.intake.write(octets).await
    }

    async fn finish(&mut self) -> Result<Reply, Reply> {
        match self.message.take() {
            Some(Incoming { intake, share }) => {
                // It may have been hours on its way.
                self.ask_again().await?;
                let verdict = Box::pin(intake.finish()).await;
                drop(share);
                verdict
            }
            None => Err(replies::FAULT),
        }
    }
}
