//! The sockets that systemd holds for the gateway (sd_listen_fds(3)). A door
//! without one binds its own.
//!
//! sd-notify tells the names, listenfd makes sockets of the numbers: this crate
//! forbids unsafe code (docs/decisions/0020-held-sockets.md).

use listenfd::ListenFd;
use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};

/// A door that systemd may hold sockets for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Submission with STARTTLS.
    Submission,
    /// Submission over TLS from the first octet.
    Submissions,
    /// IMAP with STARTTLS.
    Imap,
    /// IMAP over TLS from the first octet.
    Imaps,
    /// What other servers bring back.
    Inbound,
    /// The portal.
    Portal,
    /// The office page.
    Office,
}

impl Door {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Submission,
        Self::Submissions,
        Self::Imap,
        Self::Imaps,
        Self::Inbound,
        Self::Portal,
        Self::Office,
    ];

    /// Its `FileDescriptorName=` in a socket unit. Those for mail have the
    /// names of their services (RFC 8314 §7.3).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Submissions => "submissions",
            Self::Imap => "imap",
            Self::Imaps => "imaps",
            Self::Inbound => "inbound",
            Self::Portal => "portal",
            Self::Office => "office",
        }
    }

    /// The setting that says where it listens if systemd holds no socket.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Submission => "submission.listen",
            Self::Submissions => "submission.listen-tls",
            Self::Imap => "imap.listen",
            Self::Imaps => "imap.listen-tls",
            Self::Inbound => "inbound.listen",
            Self::Portal => "portal.listen",
            Self::Office => "office.listen",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|door| door.name() == name)
    }
}

/// Why the sockets that were handed over cannot be used. The unit is wrong, and
/// stays so.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The variables contradict each other.
    #[error(
        "the sockets that the service manager hands over cannot be told apart ({0}); LISTEN_FDS and LISTEN_FDNAMES must fit each other"
    )]
    Unclear(io::Error),
    /// A name that no door has.
    #[error(
        "the service manager hands over a socket named \"{0}\", which no door has; write FileDescriptorName=submission, submissions, imap, imaps, inbound, portal or office in its unit"
    )]
    Unknown(String),
    /// No TCP socket.
    #[error(
        "the socket named \"{name}\" cannot be used ({error}); its unit needs ListenStream= with a TCP port"
    )]
    Unfit {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: io::Error,
    },
}

/// The sockets that were handed to this process, by door.
#[derive(Debug, Default)]
pub struct Sockets(Vec<(Door, TcpListener)>);

impl Sockets {
    /// Takes what was handed over; nothing, if this process was started
    /// otherwise. It clears the variables, so it is called before there is a
    /// second thread, and a second call finds nothing.
    ///
    /// # Errors
    /// [`SocketError`] names the socket.
    pub fn take() -> Result<Self, SocketError> {
        let names: Vec<String> = sd_notify::listen_fds_with_names()
            .map_err(SocketError::Unclear)?
            .map(|(_, name)| name)
            .collect();
        let mut given = ListenFd::from_env();
        let mut sockets = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            let door = Door::named(&name).ok_or_else(|| SocketError::Unknown(name.clone()))?;
            let taken = given.take_tcp_listener(index);
            let taken = taken.and_then(|t| t.ok_or_else(|| io::ErrorKind::NotFound.into()));
            match taken {
                Ok(listener) => sockets.push((door, listener)),
                Err(error) => return Err(SocketError::Unfit { name, error }),
            }
        }
        Ok(Self(sockets))
    }

    /// Where they listen.
    #[must_use]
    pub fn held(&self) -> Held {
        let address = |(door, socket): &(Door, TcpListener)| {
            let address = socket.local_addr().ok()?;
            Some((*door, address))
        };
        Held(self.0.iter().filter_map(address).collect())
    }

    /// Those of one door, ready for the runtime.
    ///
    /// # Errors
    /// If the system does not let them be used.
    pub(super) fn of(&mut self, door: Door) -> io::Result<Vec<tokio::net::TcpListener>> {
        let mut found = Vec::new();
        for (_, socket) in self.0.extract_if(.., |(theirs, _)| *theirs == door) {
            socket.set_nonblocking(true)?;
            found.push(tokio::net::TcpListener::from_std(socket)?);
        }
        Ok(found)
    }
}

/// Where the sockets listen that systemd holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held(Vec<(Door, SocketAddr)>);

impl Held {
    /// Where a door's sockets listen; empty if it binds its own.
    #[must_use]
    pub fn of(&self, door: Door) -> Vec<SocketAddr> {
        let theirs = self.0.iter().filter(|(theirs, _)| *theirs == door);
        theirs.map(|(_, address)| *address).collect()
    }
}

/// Where a door listens, and who holds its sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// Which door.
    pub door: Door,
    /// Its addresses.
    pub addresses: Vec<SocketAddr>,
    /// Whether systemd holds its sockets.
    pub held: bool,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let addresses: Vec<String> = self.addresses.iter().map(SocketAddr::to_string).collect();
        match (addresses.is_empty(), self.held) {
            (true, _) => f.write_str("nowhere"),
            (_, true) => write!(f, "{}, a socket of systemd", addresses.join(" ")),
            (_, false) => write!(f, "{}, bound by itself", addresses.join(" ")),
        }
    }
}
