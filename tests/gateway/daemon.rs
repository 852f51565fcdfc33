//! The real binary as a daemon in a folder of its own: started, killed, and
//! started again. Its log goes into files; one that is dropped fails its test
//! if a line of them holds a private word.

use crate::harness::{Door, Login, PATIENCE, name, sealpost, wait};
use crate::postfix::Postfix;
use crate::settings::{Settings, free_port};
use crate::smtp::Smtp;
use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A gateway that `sealpost init` made and `sealpost serve` runs.
pub(crate) struct Daemon {
    pub(crate) door: Door,
    pub(crate) config: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) folder: TempDir,
    child: Option<Child>,
    runs: u32,
    environment: Vec<(String, OsString)>,
    private: RefCell<Vec<String>>,
}

impl Daemon {
    /// Makes store and keys, and a configuration with `change`; starts nothing.
    pub(crate) fn make(postfix: &Postfix, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("clinic");
        let output = Command::new(env!("CARGO_BIN_EXE_sealpost"))
            .args(["init", "--hostname", "localhost"])
            .args(["--domain", "clinic.example", "--dir"])
            .arg(&home)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let mut settings = Settings::under(&home);
        settings.relay(postfix);
        let door = Door {
            submission: free_port(),
            submission_tls: free_port(),
            imap_tls: free_port(),
            certificate: home.join("certificate.pem"),
        };
        for (key, port) in [
            ("submission.listen", door.submission),
            ("submission.listen-tls", door.submission_tls),
            ("imap.listen-tls", door.imap_tls),
        ] {
            settings.set(key, &format!("[\"127.0.0.1:{port}\"]"));
        }
        change(&mut settings);
        Self {
            door,
            config: settings.write(),
            data: home.join("data"),
            folder,
            child: None,
            runs: 0,
            environment: Vec::new(),
            private: RefCell::default(),
        }
    }

    /// Makes and starts one.
    pub(crate) fn start(postfix: &Postfix, change: impl FnOnce(&mut Settings)) -> Self {
        let mut daemon = Self::make(postfix, change);
        daemon.resume();
        daemon
    }

    /// Starts it (again), and waits until it greets.
    pub(crate) fn resume(&mut self) {
        self.spawn();
        let end = Instant::now() + PATIENCE;
        while !self.greets() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {ended:?}\n{}", self.log());
            assert!(Instant::now() < end, "it does not greet:\n{}", self.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts it and does not wait.
    pub(crate) fn spawn(&mut self) {
        self.spawn_by(&mut Command::new(env!("CARGO_BIN_EXE_sealpost")));
    }

    /// The same by a program that runs it, such as systemd-socket-activate; the
    /// arguments of `sealpost` follow those that `by` has.
    pub(crate) fn spawn_by(&mut self, by: &mut Command) {
        self.runs += 1;
        let log = File::create(self.log_file(self.runs)).unwrap();
        let child = by
            .arg("-c")
            .arg(&self.config)
            .arg("serve")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// Whether it lets mail programs in.
    pub(crate) fn greets(&self) -> bool {
        Smtp::connect(self.door.submission).is_ok_and(|mut smtp| smtp.say("QUIT").is_ok())
    }

    fn log_file(&self, run: u32) -> PathBuf {
        self.folder.path().join(format!("log-{run:04}"))
    }

    /// All that was logged, by every run.
    pub(crate) fn log(&self) -> String {
        (1..=self.runs)
            .map(|run| String::from_utf8_lossy(&fs::read(self.log_file(run)).unwrap()).into_owned())
            .collect()
    }

    /// Gives the next runs a variable.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.push((name.to_owned(), value.into()));
    }

    /// A file about the process below `/proc`.
    pub(crate) fn about(&self, file: &str) -> Vec<u8> {
        let pid = self.child.as_ref().unwrap().id();
        fs::read(format!("/proc/{pid}/{file}")).unwrap()
    }

    /// The most memory it has held so far, in MiB.
    pub(crate) fn peak(&self) -> u64 {
        let status = String::from_utf8(self.about("status")).unwrap();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib: u64 = line
            .unwrap()
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap();
        kib / 1024
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// The process that was started.
    pub(crate) fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let child = self.child.as_ref().unwrap();
        let pid = rustix::process::Pid::from_child(child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        self.signal(rustix::process::Signal::TERM);
        self.ended()
    }

    /// How it ended, if it has.
    pub(crate) fn try_ended(&mut self) -> Option<ExitStatus> {
        let ended = self.child.as_mut()?.try_wait().unwrap();
        if ended.is_some() {
            self.child = None;
        }
        ended
    }

    /// Waits until it ends by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        wait("the daemon's end", || child.try_wait().unwrap())
    }

    /// `sealpost` with these arguments.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        sealpost(&self.config, arguments)
    }

    /// The same; it must succeed. What it printed.
    pub(crate) fn good(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same; it must fail with this code. What it said on standard error.
    pub(crate) fn bad(&self, arguments: &[&str], code: i32) -> String {
        let output = self.command(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(
            !said.trim().is_empty(),
            "{arguments:?} failed without a word"
        );
        said
    }

    /// What is in the queue.
    pub(crate) fn jobs(&self) -> Vec<serde_json::Value> {
        serde_json::from_str(&self.good(&["queue", "list", "--json"])).unwrap()
    }

    /// Makes an account with an app password, by the commands.
    pub(crate) fn account(&self, stem: &str, role: &str) -> Login {
        let address = format!("{}@clinic.example", name(stem));
        self.good(&["user", "add", &address, "--role", role]);
        let printed = self.good(&["user", "app-password", &address, "--name", "test"]);
        let password = printed.trim_end_matches('\n').to_owned();
        self.hide(address.split('@').next().unwrap());
        self.hide(&password);
        Login { address, password }
    }

    /// Somebody outside, of whom nothing may be logged.
    pub(crate) fn patient(&self, stem: &str) -> String {
        let local = name(stem);
        self.hide(&local);
        format!("{local}@example.test")
    }

    /// A word that may not be logged.
    pub(crate) fn hide(&self, word: &str) {
        self.private.borrow_mut().push(word.to_lowercase());
    }

    /// Everything in the data folder, file by file.
    pub(crate) fn octets(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.data.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => folders.push(path),
                    // What the daemon removed meanwhile is not there to be read.
                    false => files.extend(fs::read(&path).ok().map(|octets| (path, octets))),
                }
            }
        }
        files
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            for line in tail.iter().rev() {
                let _ = writeln!(std::io::stderr(), "daemon: {line}");
            }
            return;
        }
        let log = self.log().to_lowercase();
        let private = self.private.borrow();
        let leaks: Vec<&str> = log
            .lines()
            .filter(|line| private.iter().any(|word| line.contains(word.as_str())))
            .collect();
        assert!(leaks.is_empty(), "the log holds private words: {leaks:#?}");
    }
}
