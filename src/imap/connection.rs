//! One connection: reads, waits, writes, and signs in. What somebody signed in
//! asks for is done in `inside`.

use crate::access::login::{LoginError, SignedIn};
use crate::imap::inside::{DELETED, Inside};
use crate::imap::{Door, Mode, mirror};
use crate::model::{Account, Pace, Scope};
use crate::net::{Permit, Stream};
use crate::wire::imap::{Answer, Code, Command, Credentials, Event, Phase, Session, Step, answer};
use bytes::BytesMut;
use jiff::{SignedDuration, Timestamp};
use std::io;
use std::net::IpAddr;
use tokio::sync::watch;

/// How long a stranger may think about one command: a person's program signs in
/// at once.
const STRANGER: SignedDuration = SignedDuration::from_secs(60);
/// How long a stranger may be connected at all.
const STRANGER_IN_ALL: SignedDuration = SignedDuration::from_mins(3);
/// How long somebody signed in may be silent. RFC 3501 §5.4 asks for thirty
/// minutes at least, and programs in IDLE begin anew after twenty-nine.
const SILENT: SignedDuration = SignedDuration::from_mins(31);
/// How long between two pieces of one command or of a message.
const PIECE: SignedDuration = SignedDuration::from_mins(3);
/// How slowly a command or a message may come in all, from its first octet to
/// its last: it keeps a seat and room in the store. The rate is that of a message
/// on its way out (`smtp`), a quarter of the slowest office line we know of; ten
/// minutes are for whoever moves all of a mailbox here over such a line, beside
/// others.
const ARRIVAL: Pace = Pace {
    start: SignedDuration::from_mins(10),
    rate: 4 * 1024,
};
/// How often it is asked whether account and app password are still in use:
/// whoever is switched off, or stole a phone, reads no longer than this.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// How long the TLS handshake may take: a slow phone needs five seconds.
const HANDSHAKE: SignedDuration = SignedDuration::from_secs(30);
/// How long a client may leave what we send lying.
const WRITE: SignedDuration = SignedDuration::from_mins(2);
/// Longest wait after too many wrong passwords.
const SLOW: SignedDuration = SignedDuration::from_secs(10);

/// What a program hears that copies mail to its maker.
const MIRROR: &str = "This program copies mail to its maker's servers and is not allowed here. Use classic Outlook, Thunderbird or Apple Mail.";

/// One connection.
pub(super) struct Connection {
    door: Door,
    line: Line,
    peer: IpAddr,
    permit: Permit,
    stop: watch::Receiver<bool>,
    input: BytesMut,
    /// It said it is a program that copies mailboxes to its maker.
    mirror: bool,
    inside: Option<Box<Inside>>,
    /// Who signed in, and with what.
    signed_in: Option<SignedIn>,
    /// When the client last said something.
    heard: Timestamp,
    /// What is on its way in.
    arrival: Option<Arrival>,
    /// When the account was last known to be in use.
    asked: Timestamp,
}

/// A command or a message on its way in; one that was refused is still read to
/// its end.
#[derive(Clone, Copy)]
struct Arrival {
    begun: Timestamp,
    octets: u64,
}

impl Arrival {
    /// Until when more of it must have come.
    fn due(self) -> Timestamp {
        after(self.begun, ARRIVAL.time_for(self.octets))
    }
}

/// Why a wait is over.
enum Woken {
    /// So many octets came; none, and the client is gone.
    Octets(usize),
    /// There is news; or the mailbox was deleted.
    News(bool),
    /// The client was silent for too long.
    Silent,
    /// What it sends comes too slowly.
    Slow,
    /// It is time to ask for its account.
    Again,
    /// The gateway ends.
    Stop,
}

/// The way to the client.
pub(super) struct Line {
    stream: Stream,
    clock: crate::model::Clock,
}

/// Why a connection ends otherwise than by the protocol. None of it is ours.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    #[error(transparent)]
    Broken(#[from] io::Error),
    #[error("the client closed the connection")]
    Closed,
    #[error("the client took too long")]
    Late,
    #[error("the store could not be read")]
    Store,
}

impl Line {
    /// Sends what the session has to say so far, in one piece.
    pub(super) async fn flush(&mut self, session: &mut Session) -> Result<(), End> {
        let output = session.output();
        if output.is_empty() {
            return Ok(());
        }
        self.send(&output).await
    }

    /// Reads; little, where nothing is on its way and perhaps nothing will be
    /// for long.
    async fn read(&mut self, input: &mut BytesMut, between: bool) -> io::Result<usize> {
        if between {
            self.stream.hear(input).await
        } else {
            self.stream.read(input).await
        }
    }

    /// Sends octets.
    pub(super) async fn send(&mut self, octets: &[u8]) -> Result<(), End> {
        tokio::select! {
            written = self.stream.write(octets) => Ok(written?),
            () = self.clock.sleep(WRITE) => Err(End::Late),
        }
    }
}

impl Connection {
    pub(super) fn new(
        door: Door,
        stream: Stream,
        (peer, permit): (IpAddr, Permit),
        stop: watch::Receiver<bool>,
    ) -> Self {
        let heard = door.clock.now();
        Self {
            line: Line {
                stream,
                clock: door.clock.clone(),
            },
            door,
            peer,
            permit,
            stop,
            input: BytesMut::new(),
            mirror: false,
            inside: None,
            signed_in: None,
            heard,
            arrival: None,
            asked: heard,
        }
    }

    /// From the first octet to the last.
    pub(super) async fn run(mut self, mode: Mode) {
        if mode == Mode::Already
            && let Err(end) = self.secure().await
        {
            return tracing::debug!(event = "imap.no-tls", reason = %end, "A client made no TLS connection.");
        }
        let mut session = Session::new(self.door.options(mode));
        match Box::pin(self.converse(&mut session)).await {
            Ok(()) => tracing::debug!(event = "imap.closed", "A session ended."),
            Err(end) => {
                tracing::debug!(event = "imap.broken-off", reason = %end, "A session was broken off.");
            }
        }
        tokio::select! {
            () = self.line.stream.close() => {}
            () = self.door.clock.sleep(WRITE) => {}
        }
    }

    async fn converse(&mut self, session: &mut Session) -> Result<(), End> {
        let known_by = after(self.heard, STRANGER_IN_ALL);
        loop {
            let step = session.step(&mut self.input);
            if !matches!(step, Step::Ask(_)) {
                self.line.flush(session).await?;
            }
            match step {
                Step::Send => {}
                Step::Read => self.read(session, known_by).await?,
                Step::StartTls => {
                    self.secure().await?;
                    session.secured();
                }
                Step::Close => return Ok(()),
                Step::Ask(event) => Box::pin(self.decide(session, event)).await?,
            }
        }
    }

    async fn read(&mut self, session: &mut Session, known_by: Timestamp) -> Result<(), End> {
        match self.wait(session.phase(), known_by).await? {
            Woken::Octets(0) => return Err(End::Closed),
            Woken::Octets(octets) => self.came(octets),
            Woken::News(true) => {
                if let Some(inside) = &mut self.inside {
                    inside.tell(session, true);
                }
            }
            Woken::News(false) => session.bye(None, DELETED),
            Woken::Silent => session.bye(None, "You were silent for too long."),
            Woken::Slow => session.bye(None, "This came too slowly."),
            Woken::Again => {
                self.ask_again(session).await;
            }
            Woken::Stop => session.bye(
                Some(&Code::Unavailable),
                "Sealpost is being restarted. Try again in a minute.",
            ),
        }
        Ok(())
    }

    async fn wait(&mut self, phase: Phase, known_by: Timestamp) -> Result<Woken, End> {
        let between = matches!(phase, Phase::Stranger | Phase::Ready | Phase::Idle);
        let (due, then) = self.due(phase, between, known_by);
        let idle = phase == Phase::Idle;
        Ok(tokio::select! {
            read = self.line.read(&mut self.input, between) => Woken::Octets(read?),
            news = news(self.inside.as_deref_mut()), if idle => Woken::News(news),
            () = self.door.clock.sleep_until(due) => then,
            // Ok and Err alike: whoever held the other end is going.
            _ = self.stop.wait_for(|stop| *stop), if between => Woken::Stop,
        })
    }

    /// How long to wait, and what it means that this is over.
    fn due(&mut self, phase: Phase, between: bool, known_by: Timestamp) -> (Timestamp, Woken) {
        let silent = match phase {
            Phase::Stranger => after(self.heard, STRANGER).min(known_by),
            Phase::Ready | Phase::Idle => after(self.heard, SILENT),
            Phase::Command | Phase::Octets => after(self.heard, PIECE),
        };
        let slow = self.arriving(between);
        let again = match self.inside {
            Some(_) => after(self.asked, AGAIN),
            None => Timestamp::MAX,
        };
        match silent.min(slow).min(again) {
            due if due == silent => (due, Woken::Silent),
            due if due == slow => (due, Woken::Slow),
            due => (due, Woken::Again),
        }
    }

    fn came(&mut self, octets: usize) {
        self.heard = self.door.clock.now();
        if let Some(arrival) = &mut self.arrival {
            arrival.octets = arrival.octets.saturating_add(octets as u64);
        }
    }

    /// Until when more of what is on its way must have come.
    fn arriving(&mut self, between: bool) -> Timestamp {
        if between {
            self.arrival = None;
            return Timestamp::MAX;
        }
        let begun = self.heard;
        let arrival = self.arrival.get_or_insert(Arrival { begun, octets: 0 });
        arrival.due()
    }

    /// Says goodbye to an account that was switched off, and to a program whose
    /// app password was taken back; whether it may stay.
    async fn ask_again(&mut self, session: &mut Session) -> bool {
        self.asked = self.door.clock.now();
        let Some(signed_in) = &self.signed_in else {
            return true;
        };
        // If the store does not say, commands will.
        let stays = self.door.login.still_opens(signed_in).await.unwrap_or(true);
        if !stays {
            session.bye(
                None,
                "This account, or this app password, is no longer in use.",
            );
        }
        stays
    }

    /// Makes the TLS handshake. Nothing that was read in clear survives it.
    async fn secure(&mut self) -> Result<(), End> {
        self.input.clear();
        tokio::select! {
            secured = self.line.stream.secure(&self.door.tls) => Ok(secured?),
            () = self.door.clock.sleep(HANDSHAKE) => Err(End::Late),
        }
    }

    async fn decide(&mut self, session: &mut Session, event: Event) -> Result<(), End> {
        match event {
            Event::SignIn(credentials) => {
                match self.sign_in(credentials).await {
                    Ok(()) => session.accept(),
                    Err(answer) => session.answer(answer),
                }
                Ok(())
            }
            Event::Command(command) => {
                let again = after(self.asked, AGAIN) <= self.door.clock.now();
                if again && !self.ask_again(session).await {
                    return Ok(());
                }
                if let Command::Id(fields) = *command {
                    self.met(&fields);
                    if self.mirror && self.turned_out(session).await {
                        return Ok(());
                    }
                    let ours = [("name", "Sealpost"), ("version", env!("CARGO_PKG_VERSION"))];
                    answer::id(session.out(), &ours);
                    session.accept();
                    return Ok(());
                }
                match &mut self.inside {
                    Some(inside) => inside.command(session, &mut self.line, *command).await,
                    None => Err(End::Closed),
                }
            }
            event => {
                if matches!(event, Event::Append(_)) {
                    self.arrival = None;
                }
                match &mut self.inside {
                    Some(inside) => inside.event(session, event).await,
                    None => Err(End::Closed),
                }
            }
        }
    }

    /// Who the program says it is.
    fn met(&mut self, fields: &[(String, Option<String>)]) {
        if !self.door.settings.current().allow_cloud_mirrors && mirror::copies_to_its_maker(fields)
        {
            self.mirror = true;
            tracing::warn!(event = "imap.mirror", ip = %self.peer, "A program that copies mailboxes to its maker was turned away; imap.allow-cloud-mirrors lets it in.");
        }
    }

    /// Says goodbye to a program that named itself only after it had signed in;
    /// whether it had.
    async fn turned_out(&mut self, session: &mut Session) -> bool {
        let Some(SignedIn { account, .. }) = &self.signed_in else {
            return false;
        };
        self.note_mirror(account).await;
        session.bye(Some(&Code::Alert), MIRROR);
        true
    }

    async fn note_mirror(&self, account: &Account) {
        let noted = self.door.login.turned_away(account, self.peer, "mirror");
        if let Err(error) = noted.await {
            tracing::error!(event = "imap.failed", reason = %error, "An event could not be put on record.");
        }
    }

    async fn sign_in(&mut self, credentials: Credentials) -> Result<(), Answer> {
        let Credentials { identity, password } = credentials;
        let verified = self
            .door
            .login
            .sign_in(&identity, &password, Scope::Imap, self.peer)
            .await;
        let error = match verified {
            Ok(SignedIn { account, .. }) if self.mirror => {
                self.note_mirror(&account).await;
                return Err(Answer::no(MIRROR).with(Code::Alert));
            }
            Ok(signed_in) => {
                let account = signed_in.account.clone();
                let settings = self.door.settings.current();
                let Some(seat) = self.door.seats.take(account.id, settings.per_account) else {
                    return Err(
                        Answer::no("This account has too many connections.").with(Code::Limit)
                    );
                };
                let inside = Inside::new(
                    self.door.mailboxes.clone(),
                    account,
                    (seat, settings.append_limit),
                );
                let inside = inside.await.map_err(|_| unavailable())?;
                self.inside = Some(Box::new(inside));
                self.signed_in = Some(signed_in);
                self.permit.known();
                tracing::debug!(event = "imap.signed-in", "A mail client signed in.");
                return Ok(());
            }
            Err(LoginError::Busy) => return Err(unavailable()),
            Err(error) => error,
        };
        // The line that fail2ban reads: its first three fields are fixed.
        tracing::warn!(event = "auth.failed", proto = "imap", ip = %self.peer, "A mail client could not sign in.");
        if let LoginError::Slow(wait) = error {
            self.door.clock.sleep(wait.min(SLOW)).await;
            return Err(Answer::no(
                "There were too many wrong passwords. Wait a while, then try again.",
            )
            .with(Code::Unavailable));
        }
        Err(Answer::no("The address or the app password is not right.")
            .with(Code::AuthenticationFailed))
    }
}

fn unavailable() -> Answer {
    Answer::no("Sealpost is busy. Try again in a minute.").with(Code::Unavailable)
}

/// Waits until there is news for whoever is idle; `false` if none will come.
async fn news(inside: Option<&mut Inside>) -> bool {
    match inside {
        Some(inside) => inside.news().await,
        None => std::future::pending().await,
    }
}

fn after(begun: Timestamp, span: SignedDuration) -> Timestamp {
    begun.saturating_add(span).unwrap_or(Timestamp::MAX)
}
