//! The office page behind its sockets.

use crate::access::office::Office as Entrance;
use crate::desk::Desk;
use crate::net::{Gate, Tls};
use crate::office::{Office, Settings};
use crate::web::door::Pages;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The office's door. Cloning it is cheap; clones are the same door.
#[derive(Clone, Debug)]
pub struct Door(Pages);

impl Door {
    /// The door in front of the office's desk.
    #[must_use]
    pub fn new(parts: (Entrance, Desk), settings: Settings, tls: Tls) -> Self {
        let office = Office::new(parts, settings);
        Self(Pages {
            router: office.router(),
            clock: office.0.clock.clone(),
            tls,
            span: |port| tracing::info_span!("office", peer.port = port),
        })
    }

    /// Serves one socket until `stop` becomes true; requests in hand have ten
    /// seconds more.
    pub async fn work(self, listener: TcpListener, gate: Gate, stop: watch::Receiver<bool>) {
        self.0.work(listener, gate, stop).await;
    }
}
