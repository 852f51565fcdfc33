//! Programs that are run against a gateway, and what they said.

use crate::harness::{Door, Login};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Longest silence of a program: a machine that is busy with other suites is slow.
const SILENCE: Duration = Duration::from_secs(120);

/// A script beside this file, with all that it needs in its environment.
pub(crate) fn script(name: &str, door: &Door, login: &Login) -> Command {
    let path = here(name);
    let mut command = match name.rsplit_once('.') {
        Some((_, "mjs")) => Command::new("node"),
        // tests/install makes it.
        _ => Command::new(here("venv/bin/python")),
    };
    command
        .arg(path)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("IMAP_PORT", door.imap_tls.to_string())
        .env("SMTP_PORT", door.submission_tls.to_string())
        .env("TRUST", &door.certificate)
        .env("ADDRESS", &login.address)
        .env("PASSWORD", &login.password)
        .stdin(Stdio::null());
    command
}

/// Runs a script to its end.
pub(crate) fn play(name: &str, door: &Door, login: &Login, more: &[&str]) -> String {
    run(script(name, door, login).args(more))
}

/// Runs a program, which must succeed; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&output.stderr).into_owned();
    let words: Vec<_> = command.get_args().collect();
    assert!(output.status.success(), "{words:?}\n{said}\n{wrong}");
    said + &wrong
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/clients")
        .join(name)
}

/// A script that is at work while the test does something else.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<(String, Instant)>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if send.send((line, Instant::now())).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line it printed must be this one; when that was.
    pub(crate) fn says(&self, wanted: &str) -> Instant {
        let (line, when) = self.lines.recv_timeout(SILENCE).unwrap();
        assert_eq!(line, wanted);
        when
    }

    /// It comes to its end, and is content.
    pub(crate) fn ends(mut self) {
        let ended = self.child.wait().unwrap();
        assert!(
            ended.success(),
            "the script failed; what it said stands above"
        );
    }
}
