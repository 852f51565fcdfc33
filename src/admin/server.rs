//! The answering side.
//!
//! Security: whoever gets an answer here can make accounts. The socket has mode
//! 0600, and besides, the kernel names the user behind each connection: only
//! root and the gateway's own user are heard.

use crate::admin::{Answer, Verb, answer};
use crate::desk::Desk;
use crate::model::Actor;
use jiff::SignedDuration;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Longest question, in octets: the longest verb with a long password.
const MAX_QUESTION: u64 = 16 << 10;

/// Questions at once. Administrators are few.
const AT_ONCE: usize = 8;

/// How long a question may take to arrive.
const PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// The socket, bound.
#[derive(Debug)]
pub struct Door {
    listener: UnixListener,
    path: PathBuf,
    desk: Desk,
}

impl Door {
    /// Binds the socket. One that a dead gateway left is replaced.
    ///
    /// # Errors
    /// If another gateway listens there, or the folder cannot be written.
    pub async fn open(path: &Path, desk: Desk) -> io::Result<Self> {
        match UnixStream::connect(path).await {
            Ok(_) => {
                let message = format!(
                    "another gateway listens on {}; stop it first",
                    path.display()
                );
                return Err(io::Error::new(ErrorKind::AddrInUse, message));
            }
            Err(e) if e.kind() == ErrorKind::ConnectionRefused => fs::remove_file(path)?,
            Err(_) => {}
        }
        let listener = UnixListener::bind(path)?;
        // Until this line the mode is the umask's; who slips in is still asked
        // for their user id.
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        Ok(Self {
            listener,
            path: path.to_owned(),
            desk,
        })
    }

    /// Answers until `stop` says so; what was asked is answered first.
    pub async fn work(self, mut stop: watch::Receiver<bool>) {
        let permits = Arc::new(Semaphore::new(AT_ONCE));
        let mut open = JoinSet::new();
        while !*stop.borrow() {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                Some(_) = open.join_next() => continue,
                _ = stop.changed() => continue,
            };
            let (Ok((stream, _)), Ok(permit)) = (accepted, permits.clone().acquire_owned().await)
            else {
                continue;
            };
            let desk = self.desk.clone();
            open.spawn(async move {
                if let Err(error) = converse(stream, desk).await {
                    tracing::debug!(event = "admin.broken-off", reason = %error, "A question on the admin socket was broken off.");
                }
                drop(permit);
            });
        }
        while open.join_next().await.is_some() {}
        // The next start would replace it; but a socket that nobody answers
        // only confuses.
        let _ = fs::remove_file(&self.path);
    }
}

async fn converse(stream: UnixStream, desk: Desk) -> io::Result<()> {
    let caller = stream.peer_cred()?.uid();
    if caller != 0 && caller != rustix::process::geteuid().as_raw() {
        tracing::warn!(
            event = "admin.refused",
            uid = caller,
            "A user who may not use the admin socket was turned away."
        );
        return Ok(());
    }
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(reader.take(MAX_QUESTION));
    let clock = desk.clock().clone();
    tokio::select! {
        read = reader.read_line(&mut line) => { read?; }
        () = clock.sleep(PATIENCE) => return Err(ErrorKind::TimedOut.into()),
    }
    let answer = match serde_json::from_str::<Verb>(&line) {
        Ok(verb) => answer(&desk.used_by(Actor::Operator(caller)), verb).await,
        Err(_) => Answer::Refused(
            "the gateway does not know this question; is it the same version as this command?"
                .into(),
        ),
    };
    let mut octets = serde_json::to_vec(&answer)?;
    octets.push(b'\n');
    writer.write_all(&octets).await?;
    writer.shutdown().await
}
