//! Pages behind their sockets.

use crate::model::Clock;
use crate::net::{self, Entrance, Gate, Tls};
use crate::web::connection::Connections;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::{Instrument, Span};

/// A door with pages. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Pages {
    /// Every route.
    pub router: Router,
    /// The clock it works by.
    pub clock: Clock,
    /// Its certificate.
    pub tls: Tls,
    /// The span of a connection from this port.
    pub span: fn(u16) -> Span,
}

impl Pages {
    /// Serves one socket until `stop` becomes true; requests in hand have ten
    /// seconds more.
    pub async fn work(self, listener: TcpListener, gate: Gate, stop: watch::Receiver<bool>) {
        let (clock, span) = (self.clock.clone(), self.span);
        let connections = Connections {
            tls: self.tls,
            router: self.router,
            clock: self.clock,
            stop: stop.clone(),
        };
        // Before the handshake there is no word a browser would understand.
        let entrance = Entrance {
            listener,
            gate,
            full: Vec::new(),
            network_full: Vec::new(),
        };
        net::serve(entrance, clock, stop, move |stream, peer, mut permit| {
            // A browser that only reads looks like one that only waits: nobody
            // here is cut off for another.
            permit.known();
            let span = span(peer.port);
            let run = connections.clone().run(stream, peer).instrument(span);
            async move {
                run.await;
                drop(permit);
            }
        })
        .await;
    }
}
