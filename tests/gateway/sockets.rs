//! Sockets that somebody else holds: systemd-socket-activate opens them and
//! hands them over, as systemd does.

use crate::browser::Browser;
use crate::daemon::Daemon;
use crate::harness::{Door, notice, relay, wait};
use crate::programs::{Letter, swaks};
use crate::settings::{Settings, free_port};
use crate::smtp::Smtp;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Ports that are held for a daemon, and what hands them over.
struct Holder {
    ports: Vec<u16>,
    command: Command,
}

impl Holder {
    /// A socket for each of these names.
    fn of(names: &str) -> Self {
        let ports: Vec<u16> = names.split(':').map(|_| free_port()).collect();
        let mut command = Command::new("systemd-socket-activate");
        for port in &ports {
            command.args(["--listen", &format!("127.0.0.1:{port}")]);
        }
        command.arg(format!("--fdname={names}"));
        Self { ports, command }
    }

    /// Runs the program itself.
    fn runs(mut self) -> Self {
        self.command.arg(env!("CARGO_BIN_EXE_sealpost"));
        self
    }

    /// Runs it, and when it ends runs it again on the same sockets, as systemd
    /// does at a restart; the second end is the last.
    fn runs_twice(mut self) -> Self {
        let script =
            r#"for run in 1 2; do (LISTEN_PID=$BASHPID exec setpriv --pdeathsig KILL "$@"); done"#;
        self.command.args(["bash", "-c", script, "bash"]);
        self.runs()
    }

    fn door(&self, daemon: &Daemon) -> Door {
        Door {
            submission: self.ports[0],
            submission_tls: self.ports[1],
            imap_tls: self.ports[3],
            certificate: daemon.door.certificate.clone(),
        }
    }
}

const ALL: &str = "submission:submissions:portal:imaps:inbound";

/// A connection to a port that is held, whether or not anybody serves it yet.
fn connect(port: u16) -> io::Result<TcpStream> {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
}

fn url(settings: &mut Settings, port: u16) {
    settings.text("portal.url", &format!("https://localhost:{port}"));
}

#[test]
fn a_connection_made_before_the_gateway_is_ready_is_answered_on_the_socket_it_is_handed() {
    let relay = relay();
    let mut holder = Holder::of(ALL);
    let portal = holder.ports[2];
    let mut daemon = Daemon::make(&relay, |s| url(s, portal));
    let told = daemon.folder.path().join("notify");
    let manager = UnixDatagram::bind(&told).unwrap();
    let patience = Some(Duration::from_secs(30));
    manager.set_read_timeout(patience).unwrap();
    let variable = format!("--setenv=NOTIFY_SOCKET={}", told.display());
    holder.command.arg(variable);
    let mut holder = holder.runs();
    let held = holder.door(&daemon);
    let own = std::mem::replace(&mut daemon.door, held);
    daemon.spawn_by(&mut holder.command);

    // Nothing runs yet: the first connection is what starts the gateway.
    let early = wait("a held socket", || connect(holder.ports[0]).ok());
    let early = Smtp::over(early).unwrap();
    let mut words = [0; 512];
    let length = manager.recv(&mut words).unwrap();
    let words = String::from_utf8_lossy(&words[..length]).into_owned();
    assert!(words.starts_with("READY=1\n"), "{words}");
    for (name, port) in ALL.split(':').zip(&holder.ports) {
        let said = format!("{name}: 127.0.0.1:{port}, a socket of systemd");
        assert!(words.contains(&said), "{words} does not say {said}");
        let said = format!("{name}=\"127.0.0.1:{port}, a socket of systemd\"");
        assert!(daemon.log().contains(&said), "{}", daemon.log());
    }
    drop(early);

    let doctor = daemon.account("ruiz", "provider");
    for tls in [false, true] {
        let to = daemon.patient("jane");
        let letter = Letter::new(&doctor, &to);
        let said = swaks(&daemon.door, &doctor, &letter, tls, &[]);
        assert!(said.good, "{}", said.text);
        let link = notice(&relay.wait_for(&to, 1)[0]).link;
        Browser::new(&daemon.door)
            .open(&link)
            .says("Send me a code");
    }
    // The addresses of the configuration are not used, and that is said.
    for port in [own.submission, own.submission_tls] {
        assert!(connect(port).is_err(), "it listens on {port} too");
    }
    let log = daemon.log();
    assert!(
        log.contains("submission.listen is not used: systemd holds the socket"),
        "{log}"
    );
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn a_door_without_a_held_socket_binds_its_own() {
    let relay = relay();
    let mut holder = Holder::of("portal").runs();
    let portal = holder.ports[0];
    let mut daemon = Daemon::make(&relay, |s| url(s, portal));
    daemon.spawn_by(&mut holder.command);
    let early = wait("a held socket", || connect(portal).ok());
    let ready = wait("the gateway", || {
        let log = daemon.log();
        log.lines()
            .find(|l| l.contains("event=ready"))
            .map(str::to_owned)
    });
    let own = daemon.door.submission;
    assert!(
        ready.contains(&format!("submission=\"127.0.0.1:{own}, bound by itself\"")),
        "{ready}"
    );
    assert!(
        ready.contains(&format!(
            "portal=\"127.0.0.1:{portal}, a socket of systemd\""
        )),
        "{ready}"
    );
    drop(early);
    Smtp::connect(own).unwrap();
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn a_socket_with_a_name_that_no_door_has_ends_with_78_and_is_named() {
    let relay = relay();
    for (names, said) in [
        ("submission:smtp", "named \"smtp\""),
        ("unknown", "named \"unknown\""),
    ] {
        let mut holder = Holder::of(names).runs();
        let mut daemon = Daemon::make(&relay, |_| ());
        daemon.spawn_by(&mut holder.command);
        wait("a held socket", || connect(holder.ports[0]).ok());
        assert_eq!(daemon.ended().code(), Some(78), "{}", daemon.log());
        let log = daemon.log();
        assert!(
            log.contains(said) && log.contains("FileDescriptorName="),
            "{log}"
        );
    }
}

#[test]
fn a_socket_that_is_not_tcp_ends_with_78() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |_| ());
    let path = daemon.folder.path().join("held");
    let mut by = Command::new("systemd-socket-activate");
    by.arg("--listen").arg(&path).arg("--fdname=portal");
    daemon.spawn_by(by.arg(env!("CARGO_BIN_EXE_sealpost")));
    wait("a held socket", || {
        std::os::unix::net::UnixStream::connect(&path).ok()
    });
    assert_eq!(daemon.ended().code(), Some(78), "{}", daemon.log());
    assert!(
        daemon.log().contains("named \"portal\" cannot be used"),
        "{}",
        daemon.log()
    );
}

#[test]
fn a_check_tells_a_held_socket_from_an_address_to_be_bound() {
    let relay = relay();
    let daemon = Daemon::make(&relay, |_| ());
    let own = daemon.door.submission;
    let alone = daemon.good(&["check"]);
    let said = format!("submission: 127.0.0.1:{own}, bound by itself, unless systemd holds");
    assert!(alone.contains(&said), "{alone}");

    let mut holder = Holder::of("submission").runs();
    let port = holder.ports[0];
    holder.command.arg("-c").arg(&daemon.config).arg("check");
    let mut check = holder.command.stdout(Stdio::piped()).spawn().unwrap();
    let early = wait("a held socket", || connect(port).ok());
    wait("the check", || check.try_wait().unwrap());
    drop(early);
    let said = io::read_to_string(check.stdout.take().unwrap()).unwrap();
    assert!(
        said.contains(&format!(
            "submission: 127.0.0.1:{port}, a socket of systemd\n"
        )),
        "{said}"
    );
    assert!(said.contains("submission.listen is not used"), "{said}");
    assert!(
        said.contains("unless systemd holds its socket (sealpost-portal.socket)"),
        "{said}"
    );
}

/// The daemon that a holder runs now.
fn below(holder: u32) -> Option<Pid> {
    let list = format!("/proc/{holder}/task/{holder}/children");
    let child = fs::read_to_string(list).ok()?;
    Pid::from_raw(child.split_whitespace().next()?.parse().ok()?)
}

#[test]
fn a_restart_under_held_sockets_turns_nobody_away() {
    let relay = relay();
    let mut holder = Holder::of(ALL).runs_twice();
    let [submission, _, portal, _, _] = holder.ports[..] else {
        panic!("five ports");
    };
    let mut daemon = Daemon::make(&relay, |s| url(s, portal));
    daemon.spawn_by(&mut holder.command);
    let starts = |daemon: &Daemon| daemon.log().matches("event=ready").count();
    wait("a held socket", || connect(submission).ok());
    wait("the first start", || (starts(&daemon) == 1).then_some(()));
    let first = below(daemon.id()).unwrap();

    let over = AtomicBool::new(false);
    let heard: Vec<io::Result<u16>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| knock(submission, &over)))
            .collect();
        kill_process(first, Signal::TERM).unwrap();
        wait("the second start", || (starts(&daemon) == 2).then_some(()));
        over.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .flat_map(|c| c.join().unwrap())
            .collect()
    });
    // 421 is a word too: come again. It comes from the one that ends.
    let turned: Vec<_> = heard
        .iter()
        .filter(|h| !matches!(h, Ok(220 | 421)))
        .collect();
    assert!(turned.is_empty(), "of {} attempts: {turned:?}", heard.len());
    // Each of the four at least; more where the restart takes longer.
    assert!(heard.len() >= 4, "only {} attempts", heard.len());
    assert_ne!(below(daemon.id()), Some(first));
    let page = Browser::new(&daemon.door).open(&format!("https://localhost:{portal}/"));
    assert!(page.status < 500, "{}", page.text());
    kill_process(below(daemon.id()).unwrap(), Signal::TERM).unwrap();
    assert_eq!(daemon.ended().code(), Some(0));
}

/// What one client hears, one attempt after the other, until it is over.
fn knock(port: u16, over: &AtomicBool) -> Vec<io::Result<u16>> {
    let mut heard = Vec::new();
    while !over.load(Ordering::Relaxed) {
        heard.push(connect(port).and_then(Smtp::first_word));
    }
    heard
}

#[test]
fn a_port_that_nobody_holds_does_turn_them_away() {
    // What the test above relies on: a refusal would be seen.
    let port = free_port();
    assert!(connect(port).is_err());
    let held = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    assert!(connect(port).is_ok());
    drop(held);
}

/// A folder of credentials as systemd makes it.
fn credentials(daemon: &Daemon) -> std::path::PathBuf {
    let folder = daemon.folder.path().join("credentials");
    fs::create_dir(&folder).unwrap();
    let key = daemon.data.with_file_name("keys").join("store.key");
    fs::rename(key, folder.join("store-key")).unwrap();
    folder
}

#[test]
fn the_store_key_may_come_as_a_credential_and_never_stands_in_the_environment() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |s| s.text("store.key-file", ""));
    let folder = credentials(&daemon);
    // Without it there is no start.
    daemon.spawn();
    assert_eq!(daemon.ended().code(), Some(78));
    assert!(
        daemon.log().contains("credential store-key"),
        "{}",
        daemon.log()
    );

    let mut command = Command::new(env!("CARGO_BIN_EXE_sealpost"));
    daemon.spawn_by(command.env("CREDENTIALS_DIRECTORY", &folder));
    wait("a greeting", || Smtp::connect(daemon.door.submission).ok());
    let key = fs::read_to_string(folder.join("store-key")).unwrap();
    let environment = fs::read(
        Path::new("/proc")
            .join(daemon.id().to_string())
            .join("environ"),
    );
    let environment = String::from_utf8_lossy(&environment.unwrap()).into_owned();
    assert!(environment.contains("CREDENTIALS_DIRECTORY="));
    assert!(!environment.contains(key.trim()));
    assert_eq!(daemon.stop().code(), Some(0));
}
