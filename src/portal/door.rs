//! The portal behind its sockets.

use crate::net::{self, Entrance, Gate, Tls};
use crate::portal::{Portal, Settings};
use crate::visit::Visit;
use crate::web::connection::Connections;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::Instrument;

/// The portal's door. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Door {
    portal: Portal,
    tls: Tls,
}

impl Door {
    /// The door in front of a recipient's desk.
    #[must_use]
    pub fn new(visit: Visit, settings: Settings, tls: Tls) -> Self {
        Self {
            portal: Portal::new(visit, settings),
            tls,
        }
    }

    /// Serves one socket until `stop` becomes true; requests in hand have ten
    /// seconds more.
    pub async fn work(self, listener: TcpListener, gate: Gate, stop: watch::Receiver<bool>) {
        let clock = self.portal.clock().clone();
        let connections = Connections {
            tls: self.tls,
            router: self.portal.router(),
            clock: clock.clone(),
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
            let span = tracing::info_span!("portal", peer.port = peer.port);
            let run = connections.clone().run(stream, peer).instrument(span);
            async move {
                run.await;
                drop(permit);
            }
        })
        .await;
    }
}
