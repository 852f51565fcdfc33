//! The doors that speak SMTP. By submission, mail programs of the office come in,
//! on 465 and 587, and hand their messages to [`crate::outbound`]. By [`Returns`],
//! other servers bring back what they could not deliver.
//!
//! The protocol is [`crate::wire::smtp`]'s; here are the sockets, the waiting,
//! and the answers to what the protocol asks. Passwords pass through, to
//! [`crate::access`], and are neither kept nor logged.

mod connection;
mod in_flight;
pub mod returns;
mod submitting;

use crate::access::login::Login;
use crate::model::{Clock, Language, Live, Reply};
use crate::net::{self, Entrance, Gate, Permit, Stream, Tls};
use crate::outbound::Outbound;
use crate::smtp::connection::{Answers, Connection, Line};
use crate::smtp::in_flight::InFlight;
use crate::smtp::submitting::Submitting;
use crate::wire::smtp::{Options, Service, render, replies};
pub use returns::Returns;
use std::net::IpAddr;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::Instrument;

/// How a port of a door is encrypted: from the first octet (465) or by
/// STARTTLS (587).
pub use crate::wire::smtp::Tls as Mode;

/// What the configuration says about a door. Replaced whole by a reload;
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

/// What both doors have.
#[derive(Clone, Debug)]
struct Base {
    clock: Clock,
    tls: Tls,
    settings: Live<Settings>,
    service: Service,
}

/// The submission door. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Door {
    base: Base,
    outbound: Outbound,
    login: Login,
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
            base: Base {
                clock: outbound.clock().clone(),
                tls,
                settings,
                service: Service::Submission,
            },
            in_flight: InFlight::new(in_flight),
            outbound,
            login,
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
        let base = self.base.clone();
        let answers = move |ip, permit| Submitting::new(self.clone(), ip, permit);
        base.serve((listener, mode), gate, stop, answers).await;
    }
}

impl Base {
    async fn serve<A: Answers + 'static>(
        self,
        (listener, mode): (TcpListener, Mode),
        gate: Gate,
        stop: watch::Receiver<bool>,
        answers: impl Fn(IpAddr, Permit) -> A,
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
            let line = Line {
                stream: Stream::Clear(stream),
                clock: self.clock.clone(),
                tls: self.tls.clone(),
                stop: end.clone(),
            };
            let connection = Connection::new(line, answers(peer.ip, permit));
            let span = tracing::info_span!("smtp", peer.port = peer.port);
            connection.run(self.options(mode)).instrument(span)
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
            service: self.service,
        }
    }
}

#[cfg(test)]
mod tests;
