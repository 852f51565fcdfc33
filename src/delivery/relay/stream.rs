//! The connection under the dialogue: TCP, TLS, and STARTTLS.
//!
//! We open it ourselves rather than let the library do it, for four reasons: a
//! small packet must not wait for the acknowledgement of the one before
//! (TCP_NODELAY); plain text is allowed to a loopback address only; octets that
//! somebody slips in behind the answer to STARTTLS must not be read as if they
//! came through TLS; and a reply without text (`354` alone), which RFC 5321
//! §4.2 allows, must be read.

use super::Security;
use crate::delivery::outcome::{Step, Trouble};
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
/// Octets read from the wire at once: replies are short.
const CHUNK: usize = 1024;

/// A failure on the way to an open connection.
pub(super) type Failure = (Step, Trouble);

/// Connects and secures the connection as `security` says.
pub(super) async fn open(
    server: (&str, u16),
    security: Security,
    tls: Arc<rustls::ClientConfig>,
    hello: &str,
) -> Result<Replies, Failure> {
    let tcp = connect(server, security).await?;
    match security {
        Security::None => Ok(Replies::new(Wire::Plain(tcp), b"")),
        Security::Tls => Ok(Replies::new(secure(tcp, server.0, tls).await?, b"")),
        Security::StartTls => {
            let tcp = start_tls(tcp, hello).await?;
            let wire = secure(tcp, server.0, tls).await?;
            // The greeting has been read already; the library wants one.
            Ok(Replies::new(wire, b"220 secured\r\n"))
        }
    }
}

async fn connect((host, port): (&str, u16), security: Security) -> Result<TcpStream, Failure> {
    let lost = |_| (Step::Connect, Trouble::Lost);
    let mut failure = (Step::Connect, Trouble::Lost);
    for address in lookup_host((host, port)).await.map_err(lost)? {
        if security == Security::None && !address.ip().is_loopback() {
            let why = "relay.security = \"none\" is allowed to a loopback address only";
            failure = (Step::Secure, Trouble::Tls(why.to_owned()));
            continue;
        }
        if let Ok(tcp) = TcpStream::connect(address).await {
            tcp.set_nodelay(true).map_err(lost)?;
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

/// A connection whose replies always have a text.
#[derive(Debug)]
pub(super) struct Replies {
    wire: Wire,
    /// Read and tidied, not yet asked for.
    ready: Vec<u8>,
    /// Octets since the last line end, counted up to four.
    column: u8,
}

impl Replies {
    fn new(wire: Wire, first: &[u8]) -> Self {
        Self {
            wire,
            ready: first.to_vec(),
            column: 0,
        }
    }

    fn tidy(&mut self, octets: &[u8]) {
        for octet in octets {
            if self.column == 3 && *octet == b'\r' {
                self.ready.push(b' ');
            }
            self.ready
                .push(if octet.is_ascii() { *octet } else { b'?' });
            self.column = match octet {
                b'\n' => 0,
                _ => self.column.saturating_add(1).min(4),
            };
        }
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
            self.tidy(raw.filled());
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
