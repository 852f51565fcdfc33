//! A real Postfix as the relay: started by hand on loopback ports, with folders
//! of its own, ended by its process id. Every address of every domain ends in
//! one maildir, so nothing ever leaves this machine.
//!
//! What the relay says to a recipient is steered by a policy server that runs
//! in the test: by the name (`reject…` gets 550, `defer…` gets 450, `grey…` gets
//! 450 once), or by [`Postfix::answer`].

use crate::settings::free_port;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long Postfix may take to greet, or to deliver what it took.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often we look.
const LOOK: Duration = Duration::from_millis(20);

/// What a recipient hears: the next of these at each RCPT, then acceptance.
type Answers = Arc<Mutex<HashMap<String, VecDeque<String>>>>;

/// A running Postfix.
pub(crate) struct Postfix {
    /// Takes mail over STARTTLS, which it insists on.
    pub(crate) port: u16,
    /// Takes mail over TLS from the first octet.
    pub(crate) tls_port: u16,
    /// Takes mail without TLS.
    pub(crate) plain_port: u16,
    /// Where every mail ends.
    pub(crate) maildir: PathBuf,
    /// Its log.
    pub(crate) log: PathBuf,
    /// The certificate to trust, PEM; made out to `localhost` and `127.0.0.1`.
    pub(crate) trust: PathBuf,
    folder: PathBuf,
    master: Option<Child>,
    answers: Answers,
}

/// A mail as it lies in the maildir.
#[derive(Clone, Debug)]
pub(crate) struct Mail {
    /// The envelope sender, empty for the null sender.
    pub(crate) from: String,
    /// The envelope recipient.
    pub(crate) to: String,
    /// The mail as the relay got it, without the fields it added on top, its
    /// lines ended by LF.
    pub(crate) octets: Vec<u8>,
}

impl Mail {
    /// The mail as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets).into_owned()
    }
}

impl Postfix {
    /// Starts a Postfix that keeps everything below `folder`.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, "")
    }

    /// The same with more lines of main.cf, in which `FOLDER` is where it lives.
    pub(crate) fn start_with(folder: &Path, more: &str) -> Self {
        let folder = folder.join("postfix");
        fs::create_dir_all(&folder).unwrap();
        let answers = Answers::default();
        let policy = serve_policy(Arc::clone(&answers));
        let [port, tls_port, plain_port] = [(); 3].map(|()| free_port());
        let mut postfix = Self {
            port,
            tls_port,
            plain_port,
            maildir: folder.join("mail/inbox"),
            log: folder.join("mail.log"),
            trust: folder.join("relay.pem"),
            folder,
            master: None,
            answers,
        };
        postfix.prepare(policy, more);
        postfix.resume();
        postfix
    }

    /// Says `answers` (`450 4.2.0 later`) to the next tries for this recipient.
    pub(crate) fn answer(&self, recipient: &str, answers: &[&str]) {
        let answers = answers.iter().map(|a| (*a).to_owned());
        let mut all = self.answers.lock().unwrap();
        all.entry(recipient.to_lowercase())
            .or_default()
            .extend(answers);
    }

    /// Ends Postfix, as if the relay were down. What it has taken stays in its
    /// queue.
    pub(crate) fn stop(&mut self) {
        let Some(mut master) = self.master.take() else {
            return;
        };
        let pid = fs::read_to_string(self.folder.join("queue/pid/master.pid")).unwrap_or_default();
        let pid = pid.trim();
        if !pid.is_empty() {
            // The group first: master's children are in it.
            as_root(&format!(
                "kill -TERM -- -{pid} 2>/dev/null || kill -TERM {pid}"
            ));
        }
        let _ = master.wait();
    }

    /// Starts it again after [`Postfix::stop`], on the same ports.
    pub(crate) fn resume(&mut self) {
        let folder = self.folder.display();
        let command = format!("exec \"$(postconf -dh daemon_directory)/master\" -c {folder} -d");
        let mut shell = root_shell();
        shell.arg(command).process_group(0).stdin(Stdio::null());
        let errors = fs::File::create(self.folder.join("errors")).unwrap();
        shell.stdout(errors.try_clone().unwrap()).stderr(errors);
        self.master = Some(shell.spawn().unwrap());
        self.wait_until_it_greets();
    }

    /// Every mail delivered so far, oldest first.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let mut files: Vec<PathBuf> = ["new", "cur"]
            .iter()
            .filter_map(|sub| fs::read_dir(self.maildir.join(sub)).ok())
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect();
        let age = |path: &PathBuf| fs::metadata(path).and_then(|m| m.modified()).ok();
        files.sort_by_key(|path| (age(path), path.clone()));
        files.iter().map(|path| read(path)).collect()
    }

    /// Waits until at least `count` mails have come to `recipient`.
    pub(crate) fn wait_for(&self, recipient: &str, count: usize) -> Vec<Mail> {
        let end = Instant::now() + PATIENCE;
        loop {
            let mut mails = self.mails();
            mails.retain(|mail| mail.to.eq_ignore_ascii_case(recipient));
            if mails.len() >= count {
                return mails;
            }
            assert!(
                Instant::now() < end,
                "{} of {count} mails came; the relay's log:\n{}",
                mails.len(),
                self.log()
            );
            thread::sleep(LOOK);
        }
    }

    /// What Postfix has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The Message-IDs of all transactions that Postfix answered with `250`, in
    /// their order, duplicates among them.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let log = self.log();
        log.lines()
            .filter(|line| line.contains("/cleanup["))
            .filter_map(|line| line.split_once("message-id=<")?.1.split_once('>'))
            .map(|(id, _)| id.to_owned())
            .collect()
    }

    /// Folders, owners, certificate, configuration.
    fn prepare(&self, policy: SocketAddr, more: &str) {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        fs::write(&self.trust, made.cert.pem()).unwrap();
        let key = self.folder.join("relay.key");
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        let more = more.replace("FOLDER", &self.folder.display().to_string());
        let settings = format!("{}{more}", self.main_cf(policy));
        fs::write(self.folder.join("main.cf"), settings).unwrap();
        fs::write(self.folder.join("master.cf"), self.master_cf()).unwrap();
        // Postfix's own user must be able to come in from outside.
        for path in self.folder.ancestors() {
            let Ok(about) = fs::metadata(path) else { break };
            let mode = about.permissions().mode();
            if mode & 0o011 != 0o011 {
                let open = fs::Permissions::from_mode(mode | 0o011);
                fs::set_permissions(path, open).unwrap();
            }
        }
        let folder = self.folder.display();
        let owner = mail_owner();
        as_root(&format!(
            "set -e; cd {folder}
            chown root:root main.cf master.cf relay.key
            mkdir -p queue/pid data mail/inbox/new mail/inbox/cur mail/inbox/tmp
            chown root:root queue queue/pid; chown -R {owner} mail; chown postfix data
            cd queue
            mkdir -p active bounce corrupt defer deferred flush hold incoming private saved trace
            chmod 0700 active bounce corrupt defer deferred flush hold incoming private saved trace
            chown postfix active bounce corrupt defer deferred flush hold incoming private saved trace
            mkdir -p maildrop public
            chown postfix:postdrop maildrop public; chmod 0730 maildrop; chmod 0710 public"
        ));
    }

    fn main_cf(&self, policy: SocketAddr) -> String {
        let folder = self.folder.display();
        let owner = mail_owner();
        format!(
            "compatibility_level = 3.6
            queue_directory = {folder}/queue
            data_directory = {folder}/data
            maillog_file = {folder}/mail.log
            maillog_file_prefixes = {folder}
            myhostname = relay.example.test
            mydestination =
            mynetworks = 127.0.0.0/8
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            alias_maps =
            alias_database =
            virtual_mailbox_domains = static:all
            virtual_mailbox_base = {folder}/mail
            virtual_mailbox_maps = static:inbox/
            virtual_minimum_uid = 100
            virtual_uid_maps = static:{owner}
            virtual_gid_maps = static:{owner}
            virtual_mailbox_limit = 0
            default_transport = error:this relay sends nothing
            message_size_limit = 104857600
            smtpd_tls_cert_file = {folder}/relay.pem
            smtpd_tls_key_file = {folder}/relay.key
            smtpd_tls_security_level = encrypt
            smtpd_tls_loglevel = 1
            smtpd_relay_restrictions = permit_mynetworks, reject
            smtpd_recipient_restrictions = check_policy_service inet:{policy}
            smtpd_policy_service_default_action = 451 4.3.5 no policy
            smtpd_peername_lookup = no
            smtpd_client_connection_count_limit = 0
            disable_dns_lookups = yes
            smtputf8_enable = yes
            in_flow_delay = 0s
            enable_long_queue_ids = yes
            biff = no\n"
        )
        .replace("\n            ", "\n")
    }

    fn master_cf(&self) -> String {
        let mut services = format!(
            "127.0.0.1:{} inet n - n - - smtpd
            127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
            127.0.0.1:{} inet n - n - - smtpd -o smtpd_tls_security_level=none
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            flush unix n - n 1000? 0 flush
            proxywrite unix - - n - 1 proxymap
            postlog unix-dgram n - n - 1 postlogd
            virtual unix - n n - - virtual\n",
            self.port, self.tls_port, self.plain_port
        )
        .replace("\n            ", "\n");
        let plain = [
            ("cleanup", "n", "0"),
            ("rewrite", "-", "-"),
            ("bounce", "-", "0"),
            ("defer", "-", "0"),
            ("trace", "-", "0"),
            ("verify", "-", "1"),
            ("proxymap", "-", "-"),
            ("smtp", "-", "-"),
            ("relay", "-", "-"),
            ("showq", "n", "-"),
            ("error", "-", "-"),
            ("retry", "-", "-"),
            ("discard", "-", "-"),
            ("anvil", "-", "1"),
            ("scache", "-", "1"),
        ];
        for (name, private, most) in plain {
            let program = match name {
                "rewrite" => "trivial-rewrite",
                "defer" | "trace" => "bounce",
                "relay" => "smtp",
                "retry" => "error",
                name => name,
            };
            writeln!(services, "{name} unix {private} - n - {most} {program}").unwrap();
        }
        services
    }

    fn wait_until_it_greets(&mut self) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if greets(self.port).is_some() {
                return;
            }
            let ended = self.master.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "Postfix ended: {}", self.complaints());
            thread::sleep(LOOK);
        }
        panic!("Postfix does not greet: {}", self.complaints());
    }

    fn complaints(&self) -> String {
        let errors = fs::read_to_string(self.folder.join("errors")).unwrap_or_default();
        format!("{errors}\n{}", self.log())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.stop();
        // What it owns is in the way of whoever removes the folder.
        if !rustix::process::getuid().is_root() {
            let own = rustix::process::getuid().as_raw();
            as_root(&format!("chown -R {own} {}", self.folder.display()));
        }
    }
}

/// Whether a server on this port says who it is.
fn greets(port: u16) -> Option<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut socket = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut code = [0; 3];
    socket.read_exact(&mut code).ok()?;
    let _ = socket.write_all(b"QUIT\r\n");
    (&code == b"220").then_some(())
}

/// The user whose mail it is: ours, or nobody where we are root, since Postfix
/// delivers as no system user.
fn mail_owner() -> u32 {
    match rustix::process::getuid().as_raw() {
        0 => 65_534,
        own => own,
    }
}

/// A shell as root, which Postfix needs: by ourselves, or with sudo.
fn root_shell() -> Command {
    let mut shell = if rustix::process::getuid().is_root() {
        Command::new("sh")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    };
    shell.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").arg("-c");
    shell
}

fn as_root(script: &str) {
    let done = root_shell().arg(script).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{script}: {said}");
}

/// Reads a delivered mail: the virtual agent puts Return-Path, X-Original-To
/// and Delivered-To on top, and the server its Received.
fn read(path: &Path) -> Mail {
    let octets = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&octets).into_owned();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let line = line.unwrap_or_default().trim();
        line.trim_start_matches('<')
            .trim_end_matches('>')
            .to_owned()
    };
    let mut rest = octets.as_slice();
    for name in [
        "Return-Path:",
        "X-Original-To:",
        "Delivered-To:",
        "Received:",
    ] {
        if rest.starts_with(name.as_bytes()) {
            rest = after_field(rest);
        }
    }
    Mail {
        from: field("Return-Path:"),
        to: field("X-Original-To:"),
        octets: rest.to_vec(),
    }
}

/// What follows the first header field, its continuation lines included.
fn after_field(octets: &[u8]) -> &[u8] {
    let mut rest = octets;
    loop {
        let Some(end) = rest.iter().position(|octet| *octet == b'\n') else {
            return &[];
        };
        rest = &rest[end + 1..];
        if !rest.starts_with(b" ") && !rest.starts_with(b"\t") {
            return rest;
        }
    }
}

/// The policy server (SMTPD_POLICY_README): lines `name=value`, an empty line,
/// then `action=…` back.
fn serve_policy(answers: Answers) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let greyed: Arc<Mutex<HashSet<String>>> = Arc::default();
    thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            let (answers, greyed) = (Arc::clone(&answers), Arc::clone(&greyed));
            thread::spawn(move || {
                let mut write = socket.try_clone().unwrap();
                let mut recipient = String::new();
                for line in BufReader::new(socket).lines().map_while(Result::ok) {
                    if let Some(value) = line.strip_prefix("recipient=") {
                        recipient = value.to_lowercase();
                    } else if line.is_empty() {
                        let action = judge(&recipient, &answers, &greyed);
                        if write!(write, "action={action}\n\n").is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    address
}

fn judge(recipient: &str, answers: &Answers, greyed: &Mutex<HashSet<String>>) -> String {
    let told = answers
        .lock()
        .unwrap()
        .get_mut(recipient)
        .and_then(VecDeque::pop_front);
    if let Some(told) = told {
        return told;
    }
    let grey = recipient.starts_with("grey");
    let action = if recipient.starts_with("reject") {
        "550 5.1.1 no such mailbox here"
    } else if recipient.starts_with("defer") {
        "450 4.2.0 not now"
    } else if grey && greyed.lock().unwrap().insert(recipient.to_owned()) {
        "450 4.7.1 Greylisted, try again"
    } else {
        "DUNNO"
    };
    action.to_owned()
}
