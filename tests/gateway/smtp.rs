//! A small SMTP client that does as it is told, also what no mail program does.

use crate::harness::{Door, Login};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server's answer, its lines joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) code: u16,
    pub(crate) text: String,
}

/// A connection.
pub(crate) struct Smtp {
    stream: BufReader<Line>,
}

enum Line {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
    Gone,
}

/// Trusts one certificate alone.
pub(crate) fn trusting(certificate: &Path) -> Arc<ClientConfig> {
    let pem = fs::read(certificate).unwrap();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(&pem).unwrap())
        .unwrap();
    let config = ClientConfig::builder().with_root_certificates(roots);
    Arc::new(config.with_no_client_auth())
}

/// A connection from this address of the machine (all of 127/8 is its own).
pub(crate) fn dial(from: Ipv4Addr, port: u16) -> io::Result<TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let socket = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        let connected = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await?;
        connected.into_std()
    })?;
    socket.set_nonblocking(false)?;
    Ok(socket)
}

impl Smtp {
    /// Connects in clear and reads the greeting.
    pub(crate) fn connect(port: u16) -> io::Result<Self> {
        Self::over(TcpStream::connect((Ipv4Addr::LOCALHOST, port))?)
    }

    /// The same from another address of this machine.
    pub(crate) fn connect_from(from: Ipv4Addr, port: u16) -> io::Result<Self> {
        Self::over(dial(from, port)?)
    }

    /// Reads the greeting from a connection that stands.
    pub(crate) fn over(socket: TcpStream) -> io::Result<Self> {
        let mut smtp = Self::silent(socket)?;
        smtp.expect(220)?;
        Ok(smtp)
    }

    /// The code of whatever the server says first.
    pub(crate) fn first_word(socket: TcpStream) -> io::Result<u16> {
        Ok(Self::silent(socket)?.read()?.code)
    }

    fn silent(socket: TcpStream) -> io::Result<Self> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(Line::Clear(socket)),
        })
    }

    /// Connects with STARTTLS, greets and signs in.
    pub(crate) fn sign_in(door: &Door, login: &Login) -> Self {
        let config = trusting(&door.certificate);
        Self::try_sign_in(door.submission, &config, login).unwrap()
    }

    /// The same, where the server may be gone.
    pub(crate) fn try_sign_in(
        port: u16,
        config: &Arc<ClientConfig>,
        login: &Login,
    ) -> io::Result<Self> {
        let mut smtp = Self::connect(port)?;
        smtp.known(config, login)?;
        Ok(smtp)
    }

    /// Makes TLS and signs in.
    pub(crate) fn known(&mut self, config: &Arc<ClientConfig>, login: &Login) -> io::Result<()> {
        self.ehlo()?;
        self.start_tls(config)?;
        self.ehlo()?;
        let words = format!("\0{}\0{}", login.address, login.password);
        let said = self.say(&format!("AUTH PLAIN {}", BASE64_STANDARD.encode(words)))?;
        said.is(235).map(drop)
    }

    /// EHLO, and what the server offers.
    pub(crate) fn ehlo(&mut self) -> io::Result<Reply> {
        self.say("EHLO client.example.test")?.is(250)
    }

    pub(crate) fn start_tls(&mut self, config: &Arc<ClientConfig>) -> io::Result<()> {
        self.say("STARTTLS")?.is(220)?;
        let Line::Clear(socket) = std::mem::replace(self.stream.get_mut(), Line::Gone) else {
            panic!("TLS within TLS");
        };
        let name = ServerName::try_from("localhost").unwrap();
        let client = ClientConnection::new(Arc::clone(config), name).unwrap();
        let tls = StreamOwned::new(client, socket);
        *self.stream.get_mut() = Line::Tls(Box::new(tls));
        Ok(())
    }

    /// The certificate the server showed, DER.
    pub(crate) fn certificate(&self) -> Vec<u8> {
        match self.stream.get_ref() {
            Line::Tls(tls) => tls.conn.peer_certificates().unwrap()[0].to_vec(),
            _ => panic!("no TLS"),
        }
    }

    /// Sends a line and reads the answer.
    pub(crate) fn say(&mut self, line: &str) -> io::Result<Reply> {
        self.send(format!("{line}\r\n").as_bytes())?;
        self.read()
    }

    pub(crate) fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(octets)?;
        self.stream.get_mut().flush()
    }

    /// Says in TLS that nothing more comes, and leaves the connection open.
    pub(crate) fn close_notify(&mut self) -> io::Result<()> {
        let Line::Tls(tls) = self.stream.get_mut() else {
            panic!("no TLS");
        };
        tls.conn.send_close_notify();
        tls.flush()
    }

    /// Ends our side of the TCP connection, whatever TLS thinks of it.
    pub(crate) fn half_close(&mut self) -> io::Result<()> {
        match self.stream.get_ref() {
            Line::Clear(socket) => socket.shutdown(Shutdown::Write),
            Line::Tls(tls) => tls.sock.shutdown(Shutdown::Write),
            Line::Gone => Ok(()),
        }
    }

    /// MAIL, RCPT and DATA, up to the 354.
    pub(crate) fn begin(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.say(&format!("MAIL FROM:<{from}>"))?.is(250)?;
        self.say(&format!("RCPT TO:<{to}>"))?.is(250)?;
        self.say("DATA")?.is(354).map(drop)
    }

    /// Reads an answer, all its lines.
    pub(crate) fn read(&mut self) -> io::Result<Reply> {
        let mut all = Vec::new();
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            let (code, rest) = line.split_at_checked(3).ok_or(io::ErrorKind::InvalidData)?;
            all.push(rest.get(1..).unwrap_or_default().to_owned());
            if !rest.starts_with('-') {
                return Ok(Reply {
                    code: code.parse().map_err(io::Error::other)?,
                    text: all.join("\n"),
                });
            }
        }
    }

    fn expect(&mut self, code: u16) -> io::Result<Reply> {
        self.read()?.is(code)
    }

    /// Sends one message; the answer to its end.
    pub(crate) fn submit(&mut self, from: &str, to: &str, message: &str) -> io::Result<Reply> {
        self.begin(from, to)?;
        self.send(format!("{}\r\n.\r\n", message.replace("\r\n.", "\r\n..")).as_bytes())?;
        self.read()
    }
}

impl Reply {
    /// This answer, if it has this code.
    pub(crate) fn is(self, code: u16) -> io::Result<Self> {
        if self.code == code {
            return Ok(self);
        }
        Err(io::Error::other(format!("{} {}", self.code, self.text)))
    }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

impl Write for Line {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        match self {
            Self::Clear(socket) => socket.write(octets),
            Self::Tls(tls) => tls.write(octets),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Clear(socket) => socket.flush(),
            Self::Tls(tls) => tls.flush(),
            Self::Gone => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}
