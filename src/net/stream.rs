//! A connection, in clear or under TLS.

use crate::net::tls::Tls;
use bytes::BytesMut;
use std::io::{self, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// How much is read at a time: one TLS record (RFC 8446 §5.1), a few network
/// packets. What a peer can make us hold is a small multiple of it.
const READ: usize = 16 * 1024;
/// How much is read first of whoever was silent: nearly every command.
const WORD: usize = 1024;

/// A connection, in clear or under TLS.
#[derive(Debug)]
pub enum Stream {
    /// In clear.
    Clear(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
    /// Lost in a handshake that failed.
    Gone,
}

impl Stream {
    /// Reads what there is, at most 16 KiB, behind what `buffer` holds; `0` at
    /// the end of the stream. Cancelling it loses nothing.
    ///
    /// # Errors
    /// The socket's, or TLS's.
    pub async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        self.read_most(buffer, READ).await
    }

    /// The same of somebody who may say nothing for half an hour, and then a
    /// word: reads less, and so holds less meanwhile.
    ///
    /// # Errors
    /// As [`Stream::read`].
    pub async fn hear(&mut self, buffer: &mut BytesMut) -> io::Result<usize> {
        self.read_most(buffer, WORD).await
    }

    async fn read_most(&mut self, buffer: &mut BytesMut, most: usize) -> io::Result<usize> {
        if buffer.is_empty() {
            // One that a long command has made large is not kept.
            *buffer = BytesMut::new();
        }
        buffer.reserve(most);
        match self {
            Self::Clear(stream) => stream.read_buf(buffer).await,
            Self::Tls(stream) => stream.read_buf(buffer).await,
            Self::Gone => Ok(0),
        }
    }

    /// Writes all of it, in one piece if the peer takes it.
    ///
    /// # Errors
    /// The socket's, or TLS's.
    pub async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        match self {
            Self::Clear(stream) => stream.write_all(octets).await,
            Self::Tls(stream) => {
                stream.write_all(octets).await?;
                stream.flush().await
            }
            Self::Gone => Err(ErrorKind::NotConnected.into()),
        }
    }

    /// Makes the TLS handshake, as the server.
    ///
    /// # Errors
    /// Whatever went wrong in it, or that there is TLS already; the connection
    /// is lost then.
    pub async fn secure(&mut self, tls: &Tls) -> io::Result<()> {
        match std::mem::replace(self, Self::Gone) {
            Self::Clear(stream) => {
                *self = Self::Tls(Box::new(tls.accept(stream).await?));
                Ok(())
            }
            Self::Tls(_) | Self::Gone => Err(io::Error::other("no clear connection to encrypt")),
        }
    }

    /// Ends it in good order, so that the last answer arrives.
    pub async fn close(&mut self) {
        // A peer that has gone already is no news.
        let _ = match self {
            Self::Clear(stream) => stream.shutdown().await,
            Self::Tls(stream) => stream.shutdown().await,
            Self::Gone => Ok(()),
        };
    }
}
