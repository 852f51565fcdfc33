//! The answering side.
//!
//! Security: whoever gets an answer here can make accounts. The socket has mode
//! 0600, and besides, the kernel names the user behind each connection: only
//! root and the gateway's own user are heard.

use crate::admin::{Answer, Verb, answer};
use crate::desk::Desk;
use crate::desk::contacts::MAX_OCTETS;
use crate::model::Actor;
use crate::net;
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

/// Longest question, in octets: the largest file of contacts, in base64, with
/// room for the rest of its verb.
const MAX_QUESTION: u64 = (MAX_OCTETS as u64) / 3 * 4 + (16 << 10);

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
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    net::rest(&error, self.desk.clock()).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
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

#[cfg(test)]
mod tests {
    use super::Door;
    use crate::access::login::Login;
    use crate::access::password::Passwords;
    use crate::admin::{self, Answer, Asked, Verb, ask};
    use crate::desk::{self, Desk};
    use crate::model::{AccountPolicy, Address, Clock, Language, Live, Mailbox, ManualClock, Role};
    use crate::report::Office;
    use crate::route::portal::Voice;
    use crate::store::{RootKey, Settings, Store};
    use jiff::{SignedDuration, Timestamp, tz::TimeZone};
    use std::os::fd::OwnedFd;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};
    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{UnixListener, UnixStream};
    use tokio::sync::watch;

    struct Gateway {
        _folder: TempDir,
        socket: PathBuf,
        desk: Desk,
    }

    fn gateway() -> Gateway {
        gateway_by(Clock::System)
    }

    fn gateway_by(clock: Clock) -> Gateway {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            path: folder.path().join("data"),
            minimum_free: 0,
        };
        let store = Store::create(&settings, &RootKey::generate(), clock).unwrap();
        let passwords = Passwords::new();
        let login = Login::new(store.clone(), passwords.clone());
        Gateway {
            socket: folder.path().join("admin.sock"),
            desk: Desk::new(store, (login, passwords), rules()),
            _folder: folder,
        }
    }

    fn rules() -> Live<desk::Settings> {
        let from = Address::parse("secure-mail@clinic.example").unwrap();
        Live::new(desk::Settings {
            domains: vec!["clinic.example".to_owned()],
            secure_tag: false,
            office: Office {
                hostname: "mail.clinic.example".into(),
                from: Mailbox {
                    name: None,
                    address: from.clone(),
                },
                language: Language::English,
                zone: TimeZone::UTC,
                retain: SignedDuration::from_hours(24),
                pages: None,
            },
            expires: SignedDuration::from_hours(24),
            voice: Voice {
                hostname: "mail.clinic.example".into(),
                clinic: "Harbour Clinic".into(),
                from: from.clone(),
                bounce: from,
                subject: None,
                show_sender: false,
                portal: "https://mail.clinic.example".into(),
                language: Language::English,
                zone: TimeZone::UTC,
            },
            directory: desk::contacts::Directory::default(),
            rules: crate::policy::Rules::sample(),
            unopened: SignedDuration::from_hours(72),
            uploads: crate::upload::Limits::default(),
            chart: None,
        })
    }

    fn add(address: &str) -> Verb {
        Verb::UserAdd {
            address: Address::parse(address).unwrap(),
            role: Role::Staff,
            password: None,
            policy: AccountPolicy::Inherit,
        }
    }

    #[tokio::test]
    async fn the_door_answers_its_own_user_until_it_is_stopped() {
        let gateway = gateway();
        let nobody = ask(&gateway.socket, &Verb::UserList).await.unwrap();
        assert!(matches!(nobody, Asked::Nobody));

        let door = Door::open(&gateway.socket, gateway.desk.clone())
            .await
            .unwrap();
        let mode = std::fs::metadata(&gateway.socket)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let (stop, stopped) = watch::channel(false);
        let work = tokio::spawn(door.work(stopped));

        let made = ask(&gateway.socket, &add("jane@clinic.example"))
            .await
            .unwrap();
        assert!(matches!(made, Asked::Answered(Answer::Done)), "{made:?}");
        let again = ask(&gateway.socket, &add("jane@clinic.example"))
            .await
            .unwrap();
        assert!(
            matches!(again, Asked::Answered(Answer::Refused(_))),
            "{again:?}"
        );
        let listed = ask(&gateway.socket, &Verb::UserList).await.unwrap();
        let Asked::Answered(Answer::Accounts(accounts)) = listed else {
            panic!("{listed:?}");
        };
        assert_eq!(accounts.len(), 1);

        assert!(
            Door::open(&gateway.socket, gateway.desk.clone())
                .await
                .is_err(),
            "two gateways"
        );
        stop.send(true).unwrap();
        work.await.unwrap();
        assert!(!gateway.socket.exists());
    }

    #[tokio::test]
    async fn an_account_that_could_protect_nothing_is_not_made() {
        let gateway = gateway();
        let mut verb = add("jane@clinic.example");
        if let Verb::UserAdd { policy, .. } = &mut verb {
            *policy = AccountPolicy::Off;
        }
        let answer = admin::answer(&gateway.desk, verb).await;
        let Answer::Refused(reason) = answer else {
            panic!("{answer:?}");
        };
        assert!(reason.contains("policy.secure-tag"), "{reason}");
        let answer = admin::answer(&gateway.desk, Verb::UserList).await;
        assert!(matches!(answer, Answer::Accounts(list) if list.is_empty()));
    }

    #[tokio::test]
    async fn a_socket_that_a_dead_gateway_left_is_replaced() {
        let gateway = gateway();
        drop(std::os::unix::net::UnixListener::bind(&gateway.socket).unwrap());
        assert!(Door::open(&gateway.socket, gateway.desk).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_no_verb_is_refused_and_a_flood_is_cut_off() {
        let gateway = gateway();
        let door = Door::open(&gateway.socket, gateway.desk.clone())
            .await
            .unwrap();
        let (_stop, stopped) = watch::channel(false);
        tokio::spawn(door.work(stopped));
        for question in [b"GET / HTTP/1.1\r\n".to_vec(), vec![b'x'; 100_000]] {
            let mut stream = UnixStream::connect(&gateway.socket).await.unwrap();
            // The door may hang up in the middle of a flood.
            let _ = stream.write_all(&question).await;
            let mut said = Vec::new();
            let _ = stream.read_to_end(&mut said).await;
            let said = String::from_utf8(said).unwrap();
            assert!(said.is_empty() || said.contains("refused"), "{said}");
        }
    }

    /// How often the log said that nobody could be let in.
    #[derive(Clone, Default)]
    struct Failures(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Failures {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(octets);
            Ok(octets.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Failures {
        fn count(&self) -> usize {
            let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            log.matches("net.accept-failed").count()
        }
    }

    #[tokio::test]
    async fn a_door_that_cannot_let_anybody_in_rests_before_it_tries_again() {
        let failures = Failures::default();
        let writer = failures.clone();
        let log = tracing_subscriber::fmt().with_writer(move || writer.clone());
        let _guard = tracing::subscriber::set_default(log.finish());
        let hand = ManualClock::new(Timestamp::UNIX_EPOCH);
        let gateway = gateway_by(Clock::Manual(hand.clone()));
        let mut door = Door::open(&gateway.socket, gateway.desk).await.unwrap();
        // A socket on which nobody listens fails every accept at once, as any
        // does when no file handles are left.
        let (socket, mut other) = std::os::unix::net::UnixStream::pair().unwrap();
        std::io::Write::write_all(&mut other, b"x").unwrap();
        socket.set_nonblocking(true).unwrap();
        let socket = std::os::unix::net::UnixListener::from(OwnedFd::from(socket));
        door.listener = UnixListener::from_std(socket).unwrap();
        let (stop, stopped) = watch::channel(false);
        let work = tokio::spawn(door.work(stopped));
        for seen in 1..4 {
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
            assert_eq!(failures.count(), seen);
            hand.advance(SignedDuration::from_secs(1));
        }
        stop.send_replace(true);
        while !work.is_finished() {
            hand.advance(SignedDuration::from_secs(1));
            tokio::task::yield_now().await;
        }
    }
}
