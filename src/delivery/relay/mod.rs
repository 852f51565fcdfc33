//! The relay: the one mail server that takes what leaves. Only this folder
//! knows lettre.
//!
//! It may touch: the network, towards the relay alone, and the relay's password.
//! It must not log an address, a subject, or the relay's words, which may quote
//! both.
//!
//! lettre speaks the dialogue (EHLO, AUTH, replies, dot-stuffing). What it does
//! not do is done here: time-outs at every step, required TLS and lines of
//! bounded length (`stream`), DSN and SIZE (`offer`, `transaction`), a check
//! that line ends are canonical, and one recipient per transaction, since a
//! refused one ends the transaction for all.

mod offer;
mod stream;
mod transaction;

pub use crate::config::Security;
pub use transaction::{Transaction, Wishes};

use crate::delivery::outcome::{Outcome, Step, Trouble, answer, judge};
use crate::model::{Clock, Secret};
use crate::net::tls::{self, TrustError};
use jiff::{SignedDuration, Timestamp};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use offer::Offer;
use std::collections::VecDeque;
use std::error::Error as _;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A connection that rested longer is not used again: servers hang up on
/// clients that say nothing, and a try on a dead connection costs a turn.
const REST: SignedDuration = SignedDuration::from_secs(15);
/// Mails over one connection: many servers allow about a hundred.
const PER_CONNECTION: u32 = 100;
/// Connecting, TLS, greeting and sign-in.
const OPENING: SignedDuration = SignedDuration::from_secs(60);
/// A polite good-bye is not worth more.
const GOODBYE: SignedDuration = SignedDuration::from_secs(2);
/// What a slow line needs per mebibyte of a mail: 1 Mbit/s and some.
const PER_MEBIBYTE: i64 = 12;

/// Where the relay is and how to speak with it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name or address; its certificate must be made out to it.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is protected.
    pub security: Security,
    /// The name and password to sign in with, if it wants that.
    pub login: Option<(String, Secret)>,
    /// PEM certificates trusted besides the public ones. A certificate signed
    /// by itself is trusted if it is no CA certificate.
    pub trust: Vec<u8>,
    /// Our own host name, for EHLO.
    pub hello: String,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The trust file.
    #[error("the file relay.trust holds no certificate that can be read ({0}); it must be PEM")]
    Trust(String),
    /// The crypto provider.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
}

/// How long the relay may take. RFC 5321 §4.5.3.2 wishes five minutes for a
/// command and ten for the final answer.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the answer to a command.
    pub command: SignedDuration,
    /// For the answer to the mail, besides the time that its octets need.
    pub mail: SignedDuration,
}

impl Patience {
    /// As RFC 5321 wishes.
    pub const LONG: Self = Self {
        command: SignedDuration::from_mins(5),
        mail: SignedDuration::from_mins(10),
    };
    /// For a mail that somebody waits for at a screen: another try is better
    /// than another minute.
    pub const SHORT: Self = Self {
        command: SignedDuration::from_secs(30),
        mail: SignedDuration::from_mins(2),
    };
}

/// Connections to the relay, a bounded number, each used again and again.
pub struct Relay {
    settings: Arc<Settings>,
    tls: Arc<rustls::ClientConfig>,
    patience: Patience,
    clock: Clock,
    permits: Semaphore,
    resting: Mutex<VecDeque<Connection>>,
}

struct Connection {
    smtp: AsyncSmtpConnection,
    offer: Offer,
    mails: u32,
    rested: Timestamp,
}

/// How a transaction ended.
struct Turn {
    outcome: Outcome,
    /// The connection, if it can take another mail.
    connection: Option<Connection>,
    /// Whether the relay hung up before it heard of this mail.
    unheard: bool,
}

impl Relay {
    /// A relay to which at most `connections` are open at a time.
    ///
    /// # Errors
    /// [`SettingsError`] if the trusted certificates cannot be read.
    pub fn new(
        settings: Arc<Settings>,
        clock: Clock,
        connections: usize,
        patience: Patience,
    ) -> Result<Self, SettingsError> {
        Ok(Self {
            tls: Arc::new(client_tls(&settings.trust)?),
            settings,
            patience,
            clock,
            permits: Semaphore::new(connections),
            resting: Mutex::default(),
        })
    }

    /// Hands one mail to the relay for one recipient and waits for its answer.
    /// A mail whose line ends are not canonical is never sent.
    pub async fn hand_over(&self, transaction: &Transaction<'_>) -> Outcome {
        if !is_canonical(transaction.mail) {
            return Outcome::Unfit("line-ends");
        }
        let Ok(_permit) = self.permits.acquire().await else {
            return Outcome::Unstarted;
        };
        if let Some(connection) = self.rested().await {
            let turn = self.turn(connection, transaction).await;
            // The relay may close a connection that rests; a fresh one is tried
            // at once.
            if !turn.unheard {
                self.rest(turn.connection);
                return turn.outcome;
            }
        }
        match self.open().await {
            Ok(connection) => {
                let turn = self.turn(connection, transaction).await;
                self.rest(turn.connection);
                turn.outcome
            }
            Err((step, trouble)) => judge(step, trouble, self.clock.now()),
        }
    }

    /// Lets what is on the wire end, and starts nothing more.
    pub fn finish(&self) {
        self.permits.close();
    }

    /// Says good-bye on every connection that rests.
    pub async fn close(&self) {
        let resting = std::mem::take(&mut *self.lock());
        for connection in resting {
            self.quit(connection).await;
        }
    }

    /// Whether a connection is open without work.
    #[must_use]
    pub fn rests(&self) -> bool {
        !self.lock().is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Connection>> {
        // A panic cannot leave a list of connections half-changed.
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rest(&self, connection: Option<Connection>) {
        if let Some(mut connection) = connection.filter(|c| c.mails < PER_CONNECTION) {
            connection.rested = self.clock.now();
            self.lock().push_back(connection);
        }
    }

    /// The connection used last, if it is still fresh; stale ones are closed.
    async fn rested(&self) -> Option<Connection> {
        let now = self.clock.now();
        loop {
            let connection = self.lock().pop_back()?;
            if now.duration_since(connection.rested) < REST {
                return Some(connection);
            }
            self.quit(connection).await;
        }
    }

    async fn quit(&self, mut connection: Connection) {
        let _ = self.within(GOODBYE, connection.smtp.quit()).await;
    }

    async fn open(&self) -> Result<Connection, stream::Failure> {
        let mut step = Step::Connect;
        let opening = self.opening(&mut step);
        let opened = tokio::select! {
            opened = opening => opened,
            () = self.clock.sleep(OPENING) => Err(Trouble::Silence),
        };
        opened.map_err(|trouble| (step, trouble))
    }

    async fn opening(&self, step: &mut Step) -> Result<Connection, Trouble> {
        let settings = &*self.settings;
        let server = (settings.host.as_str(), settings.port);
        let tls = Arc::clone(&self.tls);
        let (security, hello) = (settings.security, &settings.hello);
        let wire = stream::open(server, security, tls, hello, &self.clock).await;
        let wire = wire.map_err(|(at, trouble)| {
            *step = at;
            trouble
        })?;
        *step = Step::Hello;
        let offer = wire.offer();
        let hello = ClientId::Domain(settings.hello.clone());
        let opened = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello).await;
        let mut smtp = opened.map_err(|error| trouble(&error))?;
        if let Some((name, password)) = &settings.login {
            *step = Step::SignIn;
            let info = smtp.server_info();
            let offers = |mechanism| info.supports_auth_mechanism(mechanism);
            if !offers(Mechanism::Plain) && !offers(Mechanism::Login) {
                return Err(Trouble::Missing("AUTH PLAIN or LOGIN"));
            }
            let login = Credentials::new(name.clone(), password.expose().to_owned());
            let signed = smtp
                .auth(&[Mechanism::Plain, Mechanism::Login], &login)
                .await;
            signed.map_err(|error| trouble(&error))?;
        }
        Ok(Connection {
            smtp,
            offer,
            mails: 0,
            rested: self.clock.now(),
        })
    }

    /// One transaction, and what is left of the connection after it.
    async fn turn(&self, mut connection: Connection, transaction: &Transaction<'_>) -> Turn {
        connection.mails += 1;
        let duty = transaction.duty(&connection.offer);
        let result = self.transact(&mut connection, transaction);
        let (step, trouble) = match result.await {
            Ok(told) => {
                let text = told.message().collect::<Vec<_>>().join(" ");
                let answer = answer(self.clock.now(), told.code().into(), &text);
                return Turn {
                    outcome: Outcome::Accepted(answer, duty),
                    connection: Some(connection),
                    unheard: false,
                };
            }
            Err(failure) => failure,
        };
        // After an answer the dialogue is in order and goes on; after 421 the
        // relay hangs up (RFC 5321 §3.8), and after anything else nobody knows
        // where it stands.
        let orderly = match trouble {
            Trouble::Reply { code, .. } => code != 421,
            Trouble::Cannot(_) => true,
            _ => false,
        };
        let left = match trouble {
            Trouble::Reply { code: 421, .. } | Trouble::Lost => step == Step::Sender,
            _ => false,
        };
        let outcome = judge(step, trouble, self.clock.now());
        let span = self.patience.command;
        let reset = orderly
            && self
                .within(span, connection.smtp.command("RSET\r\n"))
                .await
                .is_ok();
        Turn {
            outcome,
            connection: reset.then_some(connection),
            unheard: left,
        }
    }

    /// RFC 5321 §3.3.
    async fn transact(
        &self,
        connection: &mut Connection,
        transaction: &Transaction<'_>,
    ) -> Result<Response, stream::Failure> {
        let Connection { smtp, offer, .. } = connection;
        let (patience, mail) = (self.patience, transaction.mail);
        let command = transaction.mail(offer);
        let command = command.map_err(|trouble| (Step::Sender, trouble))?;
        let told = self.within(patience.command, smtp.command(command)).await;
        told.map_err(|trouble| (Step::Sender, trouble))?;
        let command = transaction.rcpt(offer);
        let told = self.within(patience.command, smtp.command(command)).await;
        told.map_err(|trouble| (Step::Recipient, trouble))?;
        let told = self
            .within(patience.command, smtp.command("DATA\r\n"))
            .await;
        let told = told.map_err(|trouble| (Step::Data, trouble))?;
        if !told.has_code(354) {
            return Err((Step::Data, Trouble::Garbled));
        }
        // lettre writes CRLF before the final dot, whatever came before; the
        // mail's own last CRLF would become an empty line.
        let octets = mail.strip_suffix(b"\r\n").unwrap_or(mail);
        let size = i64::try_from(mail.len() >> 20).unwrap_or(i64::MAX / PER_MEBIBYTE);
        let span = patience.mail + SignedDuration::from_secs(size * PER_MEBIBYTE);
        let told = self.within(span, smtp.message(octets)).await;
        let told = told.map_err(|trouble| (Step::Body, trouble))?;
        if u16::from(told.code()) >= 300 {
            return Err((Step::Body, Trouble::Garbled));
        }
        Ok(told)
    }

    async fn within<T>(
        &self,
        span: SignedDuration,
        step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, Trouble> {
        // From now on, not from when the command has been written.
        let patience = self.clock.sleep(span);
        tokio::select! {
            result = step => result.map_err(|error| trouble(&error)),
            () = patience => Err(Trouble::Silence),
        }
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Whether every line ends with CRLF, the last one too, and no CR or LF stands
/// alone. A bare one could end the mail early for some servers and not for
/// others, and smuggle in a second one.
#[must_use]
pub fn is_canonical(mail: &[u8]) -> bool {
    let mut before = 0;
    for octet in mail {
        if (before == b'\r') != (*octet == b'\n') {
            return false;
        }
        before = *octet;
    }
    mail.ends_with(b"\r\n")
}

fn trouble(error: &lettre::transport::smtp::Error) -> Trouble {
    if let Some(code) = error.status() {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let code = code.into();
        return Trouble::Reply { code, text };
    }
    let source = error.source().and_then(|e| e.downcast_ref::<io::Error>());
    let endless = source.is_some_and(|e| e.kind() == io::ErrorKind::InvalidData);
    if error.is_response() || error.is_client() || endless {
        Trouble::Garbled
    } else {
        Trouble::Lost
    }
}

fn client_tls(trust: &[u8]) -> Result<rustls::ClientConfig, SettingsError> {
    tls::towards(trust).map_err(|error| match error {
        TrustError::Certificate(why) => SettingsError::Trust(why),
        TrustError::Tls(error) => SettingsError::Tls(error),
    })
}

#[cfg(test)]
pub(super) mod tests;
