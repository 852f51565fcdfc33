//! One HTTPS connection: handshake, requests (RFC 9112), and an end in good
//! order.

use crate::model::Clock;
use crate::net::{Peer, Tls};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::SignedDuration;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt;

/// Longest handshake: a slow phone needs two seconds.
const MAX_HANDSHAKE: SignedDuration = SignedDuration::from_secs(10);
/// Longest time until a request's header is whole, and between two requests.
const MAX_HEADER_TIME: Duration = Duration::from_secs(30);
/// Octets of a request's header: cookies and a long path are 2 KB.
const MAX_HEADER: usize = 16 * 1024;
/// Fields of a request's header: browsers send twenty.
const MAX_FIELDS: usize = 64;

/// What every connection of a door shares.
#[derive(Clone, Debug)]
pub struct Connections {
    /// The certificate.
    pub tls: Tls,
    /// The routes. Each request finds its [`Peer`] among its extensions.
    pub router: Router,
    /// The clock.
    pub clock: Clock,
    /// Becomes true when the daemon ends.
    pub stop: watch::Receiver<bool>,
}

impl Connections {
    /// Serves one connection to its end. When the daemon ends, the request in
    /// hand is answered and no other is read.
    pub async fn run(mut self, stream: TcpStream, peer: Peer) {
        let Some(stream) = self.handshake(stream).await else {
            return;
        };
        let router = self.router;
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            router.clone().oneshot(request)
        });
        let mut server = http1::Builder::new();
        server
            .timer(TokioTimer::new())
            .header_read_timeout(MAX_HEADER_TIME);
        server.max_buf_size(MAX_HEADER).max_headers(MAX_FIELDS);
        let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = ending(&mut self.stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(event = "web.connection-ended", reason = %error, "A browser's connection broke off.");
        }
    }
}

impl Connections {
    async fn handshake(&self, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let handshake = tokio::select! {
            handshake = self.tls.accept(stream) => handshake,
            () = self.clock.sleep(MAX_HANDSHAKE) => return None,
        };
        let failed = |error: &std::io::Error| {
            tracing::debug!(event = "web.handshake-failed", reason = %error.kind(), "A browser did not finish the TLS handshake.");
        };
        handshake.inspect_err(failed).ok()
    }
}

/// Waits until the daemon ends; whoever cannot tell any more has ended.
async fn ending(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
