//! A gateway as `sealpost init` makes it, and commands that are run in it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder that `sealpost init` has filled.
pub(crate) struct Clinic {
    pub(crate) folder: TempDir,
}

impl Clinic {
    pub(crate) fn new() -> Self {
        let clinic = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let made = clinic.init();
        assert_eq!(made.status.code(), Some(0), "{}", err(&made));
        clinic
    }

    pub(crate) fn init(&self) -> Output {
        let dir = self.path("").display().to_string();
        let words = [
            "init",
            "--dir",
            &dir,
            "--hostname",
            "mail.clinic.example",
            "--domain",
            "clinic.example",
        ];
        run(&words, "")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("gateway").join(name)
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.path("sealpost.toml")
    }

    /// Runs a command of this clinic.
    pub(crate) fn run(&self, line: &str, input: &str) -> Output {
        let file = self.config().display().to_string();
        let words: Vec<&str> = line.split(' ').chain(["-c", &file]).collect();
        run(&words, input)
    }

    /// Sets a key as a text editor would: the line that has it, commented or not.
    /// One that several sections have is named with its own: `imap.listen-tls`.
    pub(crate) fn set(&self, key: &str, value: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        let found = lines_of(&text, key);
        assert_eq!(found.len(), 1, "{key} is not unique");
        let bare = key.rsplit('.').next().unwrap();
        let changed = text
            .lines()
            .enumerate()
            .map(|(n, line)| match found.contains(&n) {
                true => format!("{bare} = {value}\n"),
                false => format!("{line}\n"),
            });
        fs::write(self.config(), changed.collect::<String>()).unwrap();
    }

    pub(crate) fn line_of(&self, key: &str) -> usize {
        let text = fs::read_to_string(self.config()).unwrap();
        lines_of(&text, key).first().unwrap() + 1
    }

    /// The check must fail with exactly one fault, at `key`, that says `words`.
    pub(crate) fn assert_fault(&self, key: &str, words: &str) {
        let before = tree(self.folder.path());
        let checked = self.run("check", "");
        let said = err(&checked);
        assert_eq!(checked.status.code(), Some(78), "{said}{}", out(&checked));
        assert_eq!(said.lines().count(), 1, "{said}");
        let place = format!("{}:{}: ", self.config().display(), self.line_of(key));
        assert!(said.contains(&place), "{said}, not at {place}");
        assert!(said.contains(words) && said.contains("; "), "{said}");
        assert_eq!(
            tree(self.folder.path()),
            before,
            "the check changed something"
        );
    }
}

/// The lines that have a key, counted from 0.
fn lines_of(text: &str, key: &str) -> Vec<usize> {
    let (wanted, key) = key.rsplit_once('.').unwrap_or(("", key));
    let mut section = "";
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
        }
        let here = wanted.is_empty() || wanted == section;
        let bare = line.trim_start_matches('#');
        if here && bare.starts_with(&format!("{key} = ")) {
            found.push(n);
        }
    }
    found
}

pub(crate) fn run(words: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Every path below, with mode, size and time of change.
pub(crate) fn tree(path: &Path) -> Vec<String> {
    let about = fs::metadata(path).unwrap();
    let changed = about.modified().unwrap();
    let mut all = vec![format!(
        "{path:?} {:?} {} {changed:?}",
        about.permissions(),
        about.len()
    )];
    if about.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        entries.sort();
        all.extend(entries.iter().flat_map(|entry| tree(entry)));
    }
    all
}
