//! A small IMAP client that does as it is told, also what no mail program does.
//! TLS from the first octet; every command has the tag `x`.

use crate::harness::{Door, Login, PATIENCE};
use crate::smtp::{dial, trusting};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// A connection.
pub(crate) struct Imap {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

impl Imap {
    /// Connects and reads the greeting.
    pub(crate) fn connect(door: &Door) -> io::Result<Self> {
        Self::connect_from(Ipv4Addr::LOCALHOST, door)
    }

    /// The same from another address of this machine.
    pub(crate) fn connect_from(from: Ipv4Addr, door: &Door) -> io::Result<Self> {
        let socket = dial(from, door.imap_tls)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        let name = ServerName::try_from("localhost").unwrap();
        let client = ClientConnection::new(trusting(&door.certificate), name).unwrap();
        let mut imap = Self {
            stream: BufReader::new(StreamOwned::new(client, socket)),
        };
        let greeting = imap.line()?;
        assert!(greeting.starts_with(b"* OK "), "it greets otherwise");
        Ok(imap)
    }

    /// Connects and signs in.
    pub(crate) fn sign_in(door: &Door, login: &Login) -> Self {
        let mut imap = Self::connect(door).unwrap();
        imap.good(&enter(login));
        imap
    }

    /// The same, and opens the INBOX.
    pub(crate) fn inbox(door: &Door, login: &Login) -> Self {
        let mut imap = Self::sign_in(door, login);
        imap.good("SELECT INBOX");
        imap
    }

    pub(crate) fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(octets)?;
        self.stream.get_mut().flush()
    }

    /// Sends a command; what is said up to the end of its answer.
    pub(crate) fn say(&mut self, command: &str) -> io::Result<String> {
        self.send(format!("x {command}\r\n").as_bytes())?;
        self.answer()
    }

    /// What is said up to the end of the next command's answer.
    pub(crate) fn answer(&mut self) -> io::Result<String> {
        let mut said = Vec::new();
        loop {
            let line = self.line()?;
            said.extend_from_slice(&line);
            if line.starts_with(b"x ") {
                return Ok(String::from_utf8_lossy(&said).into_owned());
            }
        }
    }

    /// Waits for a line that holds these words, such as what IDLE tells.
    pub(crate) fn told(&mut self, words: &str) -> String {
        loop {
            let line = String::from_utf8_lossy(&self.line().unwrap()).into_owned();
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Sends a command, which must go well.
    pub(crate) fn good(&mut self, command: &str) -> String {
        let said = self.say(command).unwrap();
        assert!(said.lines().any(|l| l.starts_with("x OK")), "{said}");
        said
    }

    /// Puts a message into the INBOX.
    pub(crate) fn append(&mut self, message: &str) -> String {
        let length = message.len();
        self.say(&format!("APPEND INBOX {{{length}+}}\r\n{message}"))
            .unwrap()
    }

    /// The next line.
    pub(crate) fn hears(&mut self) -> String {
        String::from_utf8(self.line().unwrap()).unwrap()
    }

    /// One line, with the literals in it.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            if self.stream.read_until(b'\n', &mut line)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let Some(length) = announced(&line) else {
                return Ok(line);
            };
            let before = line.len();
            line.resize(before + length, 0);
            self.stream.read_exact(&mut line[before..])?;
        }
    }

    /// Reads until the connection ends, however it ends.
    pub(crate) fn rest(&mut self) -> String {
        let mut said = Vec::new();
        let _ = self.stream.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    }

    /// The same, if the connection has ended already.
    pub(crate) fn ended(&mut self, said: &mut Vec<u8>) -> bool {
        let look = Some(Duration::from_millis(10));
        self.stream.get_ref().sock.set_read_timeout(look).unwrap();
        match self.stream.read_to_end(said) {
            Ok(_) => true,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }
}

/// LOGIN.
pub(crate) fn enter(login: &Login) -> String {
    format!("LOGIN \"{}\" \"{}\"", login.address, login.password)
}

fn announced(line: &[u8]) -> Option<usize> {
    let line = std::str::from_utf8(line.strip_suffix(b"}\r\n")?).ok();
    line?.rsplit('{').next()?.parse().ok()
}
