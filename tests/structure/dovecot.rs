//! Dovecot's IMAP process over a maildir of its own, signed in from the start
//! and spoken to over its standard input: no port, no service, no password.

use crate::value::{Value, read};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::{Command, Stdio};

/// Debian's place for it (package dovecot-imapd).
const IMAP: &str = "/usr/lib/dovecot/imap";
/// Dovecot does not serve root. Then it is `nobody`, whose ids are these on
/// every Debian.
const NOBODY: u32 = 65_534;

/// What Dovecot says.
#[derive(Debug)]
pub(crate) enum Said {
    /// The items of a message, by name.
    Fetch(u32, BTreeMap<String, Value>),
    /// The messages that were found.
    Search(Vec<u32>),
}

/// Puts messages into a mailbox, gives the commands, and tells what came back.
pub(crate) fn ask<'m>(messages: impl Iterator<Item = &'m [u8]>, commands: &[String]) -> Vec<Said> {
    let home = tempfile::tempdir().expect("there is room for a maildir");
    let mut folders = vec![home.path().to_owned()];
    folders.extend(["mail", "mail/cur", "mail/new", "mail/tmp"].map(|f| home.path().join(f)));
    for folder in folders.iter().skip(1) {
        fs::create_dir(folder).expect("a folder is made");
    }
    for (n, message) in messages.enumerate() {
        let file = home.path().join(format!("mail/cur/{n}.x:2,S"));
        fs::write(file, message).expect("a message is written");
    }
    let mut lines = "a EXAMINE INBOX\r\n".to_owned();
    for command in commands {
        write!(lines, "b {command}\r\n").expect("a line is written");
    }
    lines.push_str("c LOGOUT\r\n");
    let settings = settings(home.path(), &folders);
    said(&spoken(&settings, home.path(), &lines))
}

/// Writes the configuration; Dovecot's user owns the folders.
fn settings(home: &Path, folders: &[std::path::PathBuf]) -> std::path::PathBuf {
    let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
    let (uid, gid) = if uid.is_root() {
        for folder in folders {
            chown(folder, Some(NOBODY), Some(NOBODY)).expect("root may do so");
        }
        (NOBODY, NOBODY)
    } else {
        (uid.as_raw(), gid.as_raw())
    };
    let at = home.display();
    let file = home.join("dovecot.conf");
    let text = format!(
        "base_dir = {at}\nstate_dir = {at}\nmail_location = maildir:{at}/mail\nssl = no\n\
         first_valid_uid = 1\nfirst_valid_gid = 1\nmail_uid = {uid}\nmail_gid = {gid}\n"
    );
    fs::write(&file, text).expect("the configuration is written");
    file
}

fn spoken(settings: &Path, home: &Path, commands: &str) -> Vec<u8> {
    let mut imap = Command::new(IMAP)
        .arg("-c")
        .arg(settings)
        .env_clear()
        .env("USER", "office")
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Dovecot's imap is installed (tests/install)");
    let mut input = imap.stdin.take().expect("it has an input");
    let mut output = imap.stdout.take().expect("it has an output");
    let mut said = Vec::new();
    std::thread::scope(|scope| {
        // It may be busy answering while we still ask.
        scope.spawn(|| input.write_all(commands.as_bytes()).expect("it listens"));
        output.read_to_end(&mut said).expect("it answers");
    });
    drop(input);
    imap.wait().expect("it ends");
    said
}

/// The answers that bring something, in their order.
fn said(octets: &[u8]) -> Vec<Said> {
    let (mut said, mut rest) = (Vec::new(), octets);
    while !rest.is_empty() {
        let end = rest.iter().position(|o| *o == b'\n');
        let line = String::from_utf8_lossy(&rest[..end.map_or(rest.len(), |at| at + 1)]);
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |word: &&str| word.parse().expect("it is a number");
        match words[..] {
            ["*", n, "FETCH", ..] => {
                let at = line.find('(').expect("there is a list");
                let (list, after) = read(&rest[at..]).expect("Dovecot speaks IMAP");
                let pairs = list.list().chunks(2).map(|pair| match pair {
                    [Value::Atom(name), value] => (name.clone(), value.clone()),
                    other => unreachable!("not an item: {other:?}"),
                });
                said.push(Said::Fetch(number(&n), pairs.collect()));
                rest = after;
                continue;
            }
            ["*", "SEARCH", ref found @ ..] => {
                said.push(Said::Search(found.iter().map(number).collect()));
            }
            [_, "BAD" | "NO", ..] => unreachable!("Dovecot says {line}"),
            _ => {}
        }
        rest = end.map_or(&[][..], |at| &rest[at + 1..]);
    }
    said
}
