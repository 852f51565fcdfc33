//! The connection under the dialogue: TCP, TLS, and STARTTLS.
//!
//! We open it ourselves rather than let the library do it. A small packet must
//! not wait for the acknowledgement of the one before (TCP_NODELAY). An address
//! that does not answer must leave time for the next one. Plain text is allowed
//! to a loopback address only. Octets that somebody slips in behind the answer
//! to STARTTLS must not be read as if they came through TLS. A reply without
//! text (`354` alone), which RFC 5321 §4.2 allows, must be read. A line without
//! an end must not fill the memory: the library looks at a line's length only
//! once it has all of it.

use super::Security;
use super::offer::{Listener, Offer};
use crate::delivery::outcome::{Step, Trouble};
use crate::model::Clock;
use jiff::SignedDuration;
use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::pki_types::ServerName;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Longest reply that is read before TLS, in octets: RFC 5321 §4.5.3.1.5 has
/// lines of 512, and EHLO brings a dozen or two.
const MAX_REPLY: usize = 16 * 1024;
/// Longest line of a reply, in octets, its end included: RFC 5321 §4.5.3.1.5
/// has 512, and the library refuses more than 1000.
const MAX_LINE: usize = 2 * 1024;
/// Octets read from the wire at once: replies are short.
const CHUNK: usize = 1024;
/// Longest wait for one address: TCP asks it at 0, 1, 3 and 7 seconds.
const ONE_ADDRESS: SignedDuration = SignedDuration::from_secs(10);
/// Longest wait for all addresses together: half of what the opening may take,
/// so that TLS and the greeting have the other half.
const ALL_ADDRESSES: SignedDuration = SignedDuration::from_secs(30);

/// A failure on the way to an open connection.
pub(super) type Failure = (Step, Trouble);

/// Connects and secures the connection as `security` says.
pub(super) async fn open(
    server: (&str, u16),
    security: Security,
    tls: Arc<rustls::ClientConfig>,
    hello: &str,
    clock: &Clock,
) -> Result<Replies, Failure> {
    let found = lookup_host(server).await;
    let found = found.map_err(|_| (Step::Connect, Trouble::Lost))?;
    let tcp = connect(&found.collect::<Vec<_>>(), security, clock).await?;
    match security {
        Security::None => Ok(Replies::new(Wire::Plain(tcp))),
        Security::Tls => Ok(Replies::new(secure(tcp, server.0, tls).await?)),
        Security::StartTls => {
            let tcp = start_tls(tcp, hello).await?;
            let wire = secure(tcp, server.0, tls).await?;
            Ok(Replies::greeted(wire))
        }
    }
}

/// The first of these addresses that answers, each asked for a bounded time: a
/// network that swallows IPv6 must not keep us from IPv4.
pub(super) async fn connect(
    addresses: &[SocketAddr],
    security: Security,
    clock: &Clock,
) -> Result<TcpStream, Failure> {
    let count = i32::try_from(addresses.len()).unwrap_or(i32::MAX).max(1);
    let share = (ALL_ADDRESSES / count).min(ONE_ADDRESS);
    let mut failure = (Step::Connect, Trouble::Lost);
    for address in addresses {
        if security == Security::None && !address.ip().is_loopback() {
            let why = "relay.security = \"none\" is allowed to a loopback address only";
            failure = (Step::Secure, Trouble::Tls(why.to_owned()));
            continue;
        }
        let connected = tokio::select! {
            connected = TcpStream::connect(address) => connected.ok(),
            () = clock.sleep(share) => None,
        };
        if let Some(tcp) = connected {
            let set = tcp.set_nodelay(true);
            set.map_err(|_| (Step::Connect, Trouble::Lost))?;
            return Ok(tcp);
        }
    }
    Err(failure)
}

async fn secure(
    tcp: TcpStream,
    host: &str,
    tls: Arc<rustls::ClientConfig>,
) -> Result<Wire, Failure> {
    let failed = |why: String| (Step::Secure, Trouble::Tls(why));
    let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
    let stream = TlsConnector::from(tls).connect(name, tcp).await;
    let stream = stream.map_err(|error| failed(explained(&error)))?;
    Ok(Wire::Tls(Box::new(stream)))
}

/// The library's words, but for the fault that small relays have most often and
/// that nobody understands by its name.
fn explained(error: &io::Error) -> String {
    let words = error.to_string();
    // webpki's own kind of error, which rustls passes on by its name alone.
    if words.contains("CaUsedAsEndEntity") {
        return "the relay's certificate is itself a CA certificate; make one without CA:TRUE, \
                signed by itself or by that CA, and name it under relay.trust"
            .to_owned();
    }
    words
}

/// RFC 3207 §4: greeting, EHLO, STARTTLS. Reads octet by octet, so that nothing
/// that follows the last reply is kept: it goes into the TLS handshake, which
/// then fails.
async fn start_tls(mut tcp: TcpStream, hello: &str) -> Result<TcpStream, Failure> {
    reply(&mut tcp).await.map_err(|t| (Step::Hello, t))?;
    let offer = ask(&mut tcp, &format!("EHLO {hello}\r\n")).await;
    let offer = offer.map_err(|t| (Step::Hello, t))?;
    let offers = |line: &str| {
        line.get(4..)
            .is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))
    };
    if !offer.lines().any(offers) {
        return Err((Step::Secure, Trouble::Missing("STARTTLS")));
    }
    let ready = ask(&mut tcp, "STARTTLS\r\n").await;
    ready.map_err(|t| (Step::Secure, t))?;
    Ok(tcp)
}

async fn ask(tcp: &mut TcpStream, command: &str) -> Result<String, Trouble> {
    let sent = tcp.write_all(command.as_bytes()).await;
    sent.map_err(|_| Trouble::Lost)?;
    reply(tcp).await
}

/// One reply with all its lines (RFC 5321 §4.2.1); a negative one is a trouble.
async fn reply(tcp: &mut TcpStream) -> Result<String, Trouble> {
    let mut text = String::new();
    let mut line = 0;
    while text.len() < MAX_REPLY {
        let octet = tcp.read_u8().await.map_err(|_| Trouble::Lost)?;
        text.push(printable(octet));
        if octet != b'\n' {
            continue;
        }
        let last = text.get(line..).unwrap_or_default();
        if last.as_bytes().get(3) == Some(&b'-') {
            line = text.len();
            continue;
        }
        let code = last.get(..3).and_then(|code| code.parse::<u16>().ok());
        return match code {
            Some(200..=299) => Ok(text),
            Some(code @ 400..=599) => {
                let text = last.get(4..).unwrap_or_default().to_owned();
                Err(Trouble::Reply { code, text })
            }
            _ => Err(Trouble::Garbled),
        };
    }
    Err(Trouble::Garbled)
}

/// Replies are US-ASCII; what is not is shown as a question mark, since the
/// library gives up on a line that is no UTF-8.
const fn printable(octet: u8) -> char {
    if octet.is_ascii() { octet as char } else { '?' }
}

/// Plain or secured.
#[derive(Debug)]
enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection whose replies always have a text, in lines of bounded length.
#[derive(Debug)]
pub(super) struct Replies {
    wire: Wire,
    /// Read and tidied, not yet asked for.
    ready: Vec<u8>,
    /// The line that is being read, at most [`MAX_LINE`] octets.
    line: Vec<u8>,
    listener: Listener,
}

impl Replies {
    /// A connection on which the relay is about to greet.
    fn new(wire: Wire) -> Self {
        Self {
            wire,
            ready: Vec::new(),
            line: Vec::new(),
            listener: Listener::default(),
        }
    }

    /// A connection whose greeting has been read; the library is given another.
    fn greeted(wire: Wire) -> Self {
        let mut replies = Self::new(wire);
        let greeting = b"220 secured\r\n";
        replies.listener.hear(greeting);
        replies.ready.extend_from_slice(greeting);
        replies
    }

    /// What the relay offers, once its answer to EHLO has been read.
    pub(super) fn offer(&self) -> Offer {
        self.listener.offer()
    }

    fn tidy(&mut self, octets: &[u8]) -> io::Result<()> {
        for octet in octets {
            if self.line.len() == 3 && *octet == b'\r' {
                self.ready.push(b' ');
            }
            let octet = if octet.is_ascii() { *octet } else { b'?' };
            self.ready.push(octet);
            self.line.push(octet);
            if octet == b'\n' {
                self.listener.hear(&self.line);
                self.line.clear();
            } else if self.line.len() >= MAX_LINE {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(())
    }
}

impl AsyncRead for Replies {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ready.is_empty() {
            let mut chunk = [0; CHUNK];
            let mut raw = ReadBuf::new(&mut chunk);
            ready!(match &mut self.wire {
                Wire::Plain(stream) => Pin::new(stream).poll_read(cx, &mut raw),
                Wire::Tls(stream) => Pin::new(stream).poll_read(cx, &mut raw),
            })?;
            if raw.filled().is_empty() {
                // Said as an error: to the library an end would be a bad reply.
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.tidy(raw.filled())?;
        }
        let fits = self.ready.len().min(buf.remaining());
        let rest = self.ready.split_off(fits);
        buf.put_slice(&self.ready);
        self.ready = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replies {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_write(cx, octets),
            Wire::Tls(stream) => Pin::new(stream).poll_write(cx, octets),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Wire::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Wire::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Replies {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.wire {
            Wire::Plain(stream) => stream.peer_addr(),
            Wire::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}
