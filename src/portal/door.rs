//! The portal behind its sockets.

use crate::net::{Gate, Tls};
use crate::portal::{Portal, Settings};
use crate::visit::Visit;
use crate::web::door::Pages;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The portal's door. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Door(Pages);

impl Door {
    /// The door in front of a recipient's desk.
    #[must_use]
    pub fn new(visit: Visit, settings: Settings, tls: Tls) -> Self {
        let portal = Portal::new(visit, settings);
        Self(Pages {
            router: portal.router(),
            clock: portal.clock().clone(),
            tls,
            span: |port| tracing::info_span!("portal", peer.port = port),
        })
    }

    /// Serves one socket until `stop` becomes true; requests in hand have ten
    /// seconds more.
    pub async fn work(self, listener: TcpListener, gate: Gate, stop: watch::Receiver<bool>) {
        self.0.work(listener, gate, stop).await;
    }
}
