//! The accept loop every door stands behind.

use crate::model::Clock;
use crate::net::gate::{Asked, Entered, Full, Gate, Permit};
use jiff::{SignedDuration, Timestamp};
use std::future::Future;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long work in hand may go on after the signal to stop: under systemd's
/// 90 s, and more than any healthy client needs to finish a message.
const DRAIN: SignedDuration = SignedDuration::from_secs(10);
/// How often the log says that connections are turned away: a flood of them must
/// not become a flood of lines.
const NOTED: SignedDuration = SignedDuration::from_secs(10);
/// How long we wait when the system has no more sockets or memory to give.
const BACK_OFF: SignedDuration = SignedDuration::from_millis(200);

/// Where connections come in.
#[derive(Debug)]
pub struct Entrance {
    /// The bound socket.
    pub listener: TcpListener,
    /// Who may come in.
    pub gate: Gate,
    /// What somebody hears who is turned away because there are too many; empty
    /// where the protocol has no word for it (TLS).
    pub full: Vec<u8>,
    /// The same when there are too many from their network.
    pub network_full: Vec<u8>,
}

/// Who connected.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its address; an IPv4 address is never written as IPv6.
    pub ip: IpAddr,
    /// Its port.
    pub port: u16,
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self {
            ip: address.ip().to_canonical(),
            port: address.port(),
        }
    }
}

/// Accepts connections and runs `work` for each, until `stop` becomes true;
/// then accepts no more, and gives what is under way ten seconds to end before
/// it is dropped. `work` watches `stop` itself if it can end earlier. It holds
/// the permit, and is dropped when its peer must make room for another.
pub async fn serve<W, F>(entrance: Entrance, clock: Clock, mut stop: watch::Receiver<bool>, work: W)
where
    W: Fn(TcpStream, Peer, Permit) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut open = JoinSet::new();
    let mut away = TurnedAway::default();
    while !*stop.borrow_and_update() {
        let accepted = tokio::select! {
            accepted = entrance.listener.accept() => accepted,
            Some(ended) = open.join_next() => {
                note(ended);
                continue;
            }
            changed = stop.changed() => {
                if changed.is_err() {
                    break;
                }
                continue;
            }
        };
        match accepted {
            Ok((stream, address)) => match entrance.admit(&stream, address.into()) {
                Ok(entered) => {
                    away.note(entered.for_room, clock.now());
                    let work = work(stream, address.into(), entered.permit);
                    open.spawn(attend(work, entered.asked));
                }
                Err(full) => away.note(Some(full), clock.now()),
            },
            Err(error) => rest(&error, &clock).await,
        }
    }
    drop(entrance);
    drain(open, &clock).await;
}

/// A connection's work, until it ends or must make room.
async fn attend(work: impl Future<Output = ()>, asked: Asked) {
    tokio::select! {
        () = work => {}
        () = asked.to_leave() => {}
    }
}

impl Entrance {
    /// Lets a connection in, or tells it why not.
    fn admit(&self, stream: &TcpStream, peer: Peer) -> Result<Entered, Full> {
        let entered = self.gate.enter(peer.ip);
        let words: &[u8] = match entered {
            Ok(_) => {
                // Every door writes whole answers; waiting for more to send
                // only delays. A socket that refuses this is gone already.
                let _ = stream.set_nodelay(true);
                &[]
            }
            Err(Full::InAll) => &self.full,
            Err(Full::FromNetwork) => &self.network_full,
        };
        if !words.is_empty() {
            // A fresh socket has room for one line; if not, closing says enough.
            let _ = stream.try_write(words);
        }
        entered
    }
}

/// How many were turned away since the log last said so.
#[derive(Default)]
struct TurnedAway {
    count: u64,
    noted: Option<Timestamp>,
}

impl TurnedAway {
    fn note(&mut self, full: Option<Full>, now: Timestamp) {
        let Some(full) = full else {
            return;
        };
        self.count += 1;
        if self
            .noted
            .is_some_and(|noted| now.duration_since(noted) < NOTED)
        {
            return;
        }
        tracing::warn!(event = "net.full", bound = ?full, connections = self.count, "Connections were turned away; [limits] has the bounds.");
        *self = Self {
            count: 0,
            noted: Some(now),
        };
    }
}

/// What an accept loop does when it could not accept: a peer that is gone
/// already is its own affair; anything else (no file handles left, no memory)
/// passes only if we leave the system alone a moment.
pub async fn rest(error: &io::Error, clock: &Clock) {
    let gone = [
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionReset,
        ErrorKind::Interrupted,
    ];
    if gone.contains(&error.kind()) {
        return;
    }
    tracing::error!(event = "net.accept-failed", reason = %error, "A connection could not be accepted; a short rest, then on. Raise LimitNOFILE if this repeats.");
    clock.sleep(BACK_OFF).await;
}

async fn drain(mut open: JoinSet<()>, clock: &Clock) {
    let all = async {
        while let Some(ended) = open.join_next().await {
            note(ended);
        }
    };
    tokio::select! {
        () = all => return,
        () = clock.sleep(DRAIN) => {}
    }
    tracing::warn!(
        event = "net.drain-ended",
        connections = open.len(),
        "Connections were still open at the end and are closed."
    );
    open.shutdown().await;
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if ended.is_err_and(|error| error.is_panic()) {
        tracing::error!(
            event = "net.connection-failed",
            "A connection ended by a fault of the gateway; the others go on."
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Entrance, serve};
    use crate::model::{Clock, ManualClock};
    use crate::net::gate::{Gate, Limits, Permit};
    use jiff::{SignedDuration, Timestamp};
    use std::net::SocketAddr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;
    use tokio::task::JoinHandle;

    async fn start(
        connections: u32,
    ) -> (SocketAddr, ManualClock, watch::Sender<bool>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let gate = Gate::new(Limits {
            connections,
            per_network: 100,
        });
        let entrance = Entrance {
            listener,
            gate,
            full: b"full\r\n".to_vec(),
            network_full: Vec::new(),
        };
        let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
        let (stop, stopped) = watch::channel(false);
        let echo = |mut stream: TcpStream, _, mut permit: Permit| async move {
            permit.known();
            let mut octet = [0];
            while stream.read_exact(&mut octet).await.is_ok() {
                assert_ne!(octet, *b"!", "as asked");
                stream.write_all(&octet).await.unwrap();
            }
        };
        let task = tokio::spawn(serve(entrance, Clock::Manual(hand.clone()), stopped, echo));
        (address, hand, stop, task)
    }

    async fn echoed(stream: &mut TcpStream) -> bool {
        let mut octet = [0];
        stream.write_all(b"a").await.is_ok() && stream.read_exact(&mut octet).await.is_ok()
    }

    #[tokio::test]
    async fn who_is_one_too_many_hears_it_and_a_panic_ends_one_connection_only() {
        let (address, _hand, _stop, _task) = start(1).await;
        let mut first = TcpStream::connect(address).await.unwrap();
        assert!(echoed(&mut first).await);
        let mut heard = String::new();
        let mut second = TcpStream::connect(address).await.unwrap();
        second.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "full\r\n");
        first.write_all(b"!").await.unwrap();
        assert_eq!(first.read(&mut [0; 8]).await.unwrap_or(0), 0);
        let mut third = TcpStream::connect(address).await.unwrap();
        assert!(echoed(&mut third).await);
    }

    #[tokio::test]
    async fn at_the_end_nobody_new_comes_in_and_the_last_have_ten_seconds() {
        let (address, hand, stop, task) = start(10).await;
        let mut open = TcpStream::connect(address).await.unwrap();
        assert!(echoed(&mut open).await);
        stop.send(true).unwrap();
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(echoed(&mut open).await);
        assert!(!task.is_finished());
        while !task.is_finished() {
            hand.advance(SignedDuration::from_secs(10));
            tokio::task::yield_now().await;
        }
        assert!(!echoed(&mut open).await);
    }
}
