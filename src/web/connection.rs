//! One HTTPS connection: handshake, requests (RFC 9112), and an end in good
//! order.

use crate::model::Clock;
use crate::net::{Peer, Tls};
use crate::web::flowing::Flowing;
use crate::web::timer::ByClock;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
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
/// While a request is answered, the route's own bounds count and those of
/// [`Flowing`].
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
            .timer(ByClock(self.clock))
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
    async fn handshake(&self, stream: TcpStream) -> Option<TlsStream<Flowing<TcpStream>>> {
        let stream = Flowing::new(stream, self.clock.clone());
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

#[cfg(test)]
mod tests {
    use super::Connections;
    use crate::model::{Clock, ManualClock};
    use crate::net::{Tls, tls};
    use axum::Router;
    use axum::routing::get;
    use futures_util::FutureExt;
    use jiff::{SignedDuration, Timestamp};
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::pki_types::ServerName;
    use rustls::{ClientConfig, RootCertStore};
    use std::sync::Arc;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;
    use tokio::task::JoinHandle;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;

    /// More than sockets and TLS hold back on both sides, all together.
    const LARGE: usize = 32 << 20;

    /// A browser's connection to a small site, and the site's side of it.
    struct Site {
        browser: TlsStream<TcpStream>,
        served: JoinHandle<()>,
        hand: ManualClock,
        _stop: watch::Sender<bool>,
    }

    impl Site {
        async fn open() -> Self {
            let CertifiedKey { cert, signing_key } =
                generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            let key = signing_key.serialize_pem();
            let tls = Tls::new(cert.pem().as_bytes(), key.as_bytes(), tls::HTTP).unwrap();
            let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
            let (stop, stopped) = watch::channel(false);
            let large = get(async || vec![b'x'; LARGE]);
            let connections = Connections {
                tls,
                router: Router::new()
                    .route("/large", large)
                    .route("/", get(async || "hello")),
                clock: Clock::Manual(hand.clone()),
                stop: stopped,
            };
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await;
            let (accepted, peer) = listener.accept().await.unwrap();
            let served = tokio::spawn(connections.run(accepted, peer.into()));
            let mut roots = RootCertStore::empty();
            roots.add(cert.der().clone()).unwrap();
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            let name = ServerName::try_from("localhost").unwrap();
            let browser = TlsConnector::from(Arc::new(config))
                .connect(name, stream.unwrap())
                .await
                .unwrap();
            Self {
                browser,
                served,
                hand,
                _stop: stop,
            }
        }

        async fn asks(&mut self, path: &str, times: usize) {
            let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            let all = request.repeat(times);
            self.browser.write_all(all.as_bytes()).await.unwrap();
        }

        /// Whether the site lets go within so many seconds.
        async fn ends_within(&mut self, seconds: u32) -> bool {
            for _ in 0..seconds {
                self.hand.advance(SignedDuration::from_secs(1));
                for _ in 0..200 {
                    tokio::task::yield_now().await;
                }
            }
            self.served.is_finished()
        }
    }

    #[tokio::test]
    async fn a_browser_that_does_not_read_its_answers_is_let_go() {
        for (path, times) in [("/large", 1), ("/", 1_000_000)] {
            let mut site = Site::open().await;
            if times == 1 {
                site.asks(path, 1).await;
            } else {
                // It goes on asking until neither side takes any more.
                while site.asks(path, 100).now_or_never().is_some() {
                    for _ in 0..200 {
                        tokio::task::yield_now().await;
                    }
                }
            }
            site.browser.read_u8().await.unwrap();
            assert!(!site.ends_within(50).await, "{path}");
            assert!(site.ends_within(600).await, "{path}");
        }
    }

    #[tokio::test]
    async fn a_browser_that_asks_for_nothing_more_is_let_go_after_half_a_minute() {
        let mut site = Site::open().await;
        for _ in 0..2 {
            site.asks("/", 1).await;
            let mut answer = Vec::new();
            while !answer.ends_with(b"hello") {
                answer.push(site.browser.read_u8().await.unwrap());
            }
            assert!(!site.ends_within(29).await);
        }
        assert!(site.ends_within(2).await);
    }

    #[tokio::test]
    async fn a_browser_that_reads_slowly_is_given_all_of_its_answer() {
        let mut site = Site::open().await;
        site.asks("/large", 1).await;
        let mut taken = 0;
        let mut octets = vec![0; 1 << 20];
        while taken < LARGE {
            taken += site.browser.read(&mut octets).await.unwrap();
            site.hand.advance(SignedDuration::from_millis(10));
        }
        assert!(!site.served.is_finished());
    }
}
