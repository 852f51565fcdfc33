//! The submission door: mail programs of the office come in here, on 465 and
//! 587, and hand their messages to [`crate::outbound`].
//!
//! The protocol is [`crate::wire::smtp`]'s; here are the sockets, the waiting,
//! and the answers to what the protocol asks. Passwords pass through, to
//! [`crate::access`], and are neither kept nor logged.

mod connection;
mod in_flight;

use crate::access::login::Login;
use crate::model::{Clock, Language, Live, Reply};
use crate::net::{self, Entrance, Gate, Stream, Tls};
use crate::outbound::Outbound;
use crate::smtp::connection::Connection;
use crate::smtp::in_flight::InFlight;
use crate::wire::smtp::{Options, render, replies};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::Instrument;

/// How a port of the door is encrypted: from the first octet (465) or by
/// STARTTLS (587).
pub use crate::wire::smtp::Tls as Mode;

/// What the configuration says about this door. Replaced whole by a reload;
/// sessions that are open keep what they began with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Our name in greeting and EHLO.
    pub hostname: String,
    /// The language of the sentences.
    pub language: Language,
    /// Largest message, in octets.
    pub max_size: u64,
    /// Most recipients of a message.
    pub recipients: usize,
    /// Errors after which a session is closed.
    pub errors: u32,
}

/// The submission door. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Door {
    outbound: Outbound,
    login: Login,
    clock: Clock,
    tls: Tls,
    settings: Live<Settings>,
    in_flight: InFlight,
}

impl Door {
    /// The door in front of `outbound`. At most `in_flight` octets of messages
    /// are on their way in at once.
    #[must_use]
    pub fn new(
        outbound: Outbound,
        login: Login,
        tls: Tls,
        settings: Live<Settings>,
        in_flight: u64,
    ) -> Self {
        Self {
            clock: outbound.clock().clone(),
            in_flight: InFlight::new(in_flight),
            outbound,
            login,
            tls,
            settings,
        }
    }

    /// Serves one socket until `stop` becomes true; then sessions between two
    /// messages are closed with `421`, and those within one have ten seconds.
    pub async fn work(
        self,
        listener: TcpListener,
        mode: Mode,
        gate: Gate,
        stop: watch::Receiver<bool>,
    ) {
        let entrance = Entrance {
            listener,
            gate,
            full: self.farewell(mode, &replies::CONNECTIONS),
            network_full: self.farewell(mode, &replies::NETWORK_CONNECTIONS),
        };
        let clock = self.clock.clone();
        let end = stop.clone();
        net::serve(entrance, clock, stop, move |stream, peer, permit| {
            let who = (peer.ip, permit);
            let connection = Connection::new(self.clone(), Stream::Clear(stream), who, end.clone());
            let span = tracing::info_span!("smtp", peer.port = peer.port);
            connection.run(mode).instrument(span)
        })
        .await;
    }

    fn farewell(&self, mode: Mode, reply: &Reply) -> Vec<u8> {
        match mode {
            Mode::Offered => render(reply, self.settings.current().language, false),
            Mode::Already => Vec::new(),
        }
    }

    fn options(&self, mode: Mode) -> Options {
        let settings = self.settings.current();
        Options {
            hostname: settings.hostname.clone(),
            language: settings.language,
            tls: mode,
            max_size: settings.max_size,
            recipients: settings.recipients,
            errors: settings.errors,
        }
    }
}

#[cfg(test)]
mod tests;
