//! The IMAP door: the office's mail programs read here, on 993 and, where it is
//! configured, on 143 with STARTTLS.
//!
//! The protocol is [`crate::wire::imap`]'s, the mailboxes are
//! [`crate::mailbox`]'s; here are the sockets, the waiting, and what each
//! command says and does. Passwords pass through, to [`crate::access`], and are
//! neither kept nor logged.

mod connection;
mod fetch;
mod find;
mod folders;
mod inside;
mod mirror;
mod seats;
mod select;
mod store;

use crate::access::login::Login;
use crate::imap::connection::Connection;
use crate::imap::seats::Seats;
use crate::mailbox::Mailboxes;
use crate::model::{Clock, Live};
use crate::net::{self, Entrance, Gate, Stream, Tls};
use crate::wire::imap::Options;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::Instrument;

/// How a port of the door is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// By STARTTLS (143).
    Offered,
    /// From the first octet (993).
    Already,
}

/// What the configuration says about this door. Replaced whole by a reload;
/// sessions that are open keep what they began with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Our name in the greeting.
    pub hostname: String,
    /// Largest message that may be put into a mailbox, in octets.
    pub append_limit: u64,
    /// Whether programs may sign in that copy the mailbox to their maker.
    pub allow_cloud_mirrors: bool,
    /// Most connections of one account.
    pub per_account: u32,
}

/// The IMAP door. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Door {
    mailboxes: Mailboxes,
    login: Login,
    clock: Clock,
    tls: Tls,
    settings: Live<Settings>,
    seats: Seats,
}

impl Door {
    /// The door in front of `mailboxes`.
    #[must_use]
    pub fn new(mailboxes: Mailboxes, login: Login, tls: Tls, settings: Live<Settings>) -> Self {
        Self {
            clock: mailboxes.clock().clone(),
            mailboxes,
            login,
            tls,
            settings,
            seats: Seats::default(),
        }
    }

    /// Serves one socket until `stop` becomes true; then every session is told
    /// goodbye between two commands.
    pub async fn work(
        self,
        listener: TcpListener,
        mode: Mode,
        gate: Gate,
        stop: watch::Receiver<bool>,
    ) {
        let full = |text: &str| match mode {
            Mode::Offered => format!("* BYE {text}\r\n").into_bytes(),
            Mode::Already => Vec::new(),
        };
        let entrance = Entrance {
            listener,
            gate,
            full: full("There are too many connections. Try again in a minute."),
            network_full: full("There are too many connections from your network."),
        };
        let clock = self.clock.clone();
        let end = stop.clone();
        net::serve(entrance, clock, stop, move |stream, peer, permit| {
            let who = (peer.ip, permit);
            let connection = Connection::new(self.clone(), Stream::Clear(stream), who, end.clone());
            let span = tracing::info_span!("imap", peer.port = peer.port);
            connection.run(mode).instrument(span)
        })
        .await;
    }

    fn options(&self, mode: Mode) -> Options {
        let settings = self.settings.current();
        Options {
            hostname: settings.hostname.clone(),
            tls: mode == Mode::Already,
            append_limit: settings.append_limit,
        }
    }
}
