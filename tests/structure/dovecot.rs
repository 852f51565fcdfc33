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

/// Asks Dovecot the same of each message: the items of each answer by name.
pub(crate) fn fetch<'m>(
    messages: impl Iterator<Item = &'m [u8]>,
    items: &str,
) -> Vec<BTreeMap<String, Value>> {
    let home = tempfile::tempdir().expect("there is room for a maildir");
    let mut folders = vec![home.path().to_owned()];
    folders.extend(["mail", "mail/cur", "mail/new", "mail/tmp"].map(|f| home.path().join(f)));
    for folder in folders.iter().skip(1) {
        fs::create_dir(folder).expect("a folder is made");
    }
    let mut commands = "a EXAMINE INBOX\r\n".to_owned();
    for (n, message) in (1..).zip(messages) {
        let file = format!("mail/cur/{n:04}.x:2,S");
        fs::write(home.path().join(file), message).expect("a message is written");
        write!(commands, "b FETCH {n} {items}\r\n").expect("a line is written");
    }
    commands.push_str("c LOGOUT\r\n");
    let settings = settings(home.path(), &folders);
    answers(&spoken(&settings, home.path(), &commands))
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

/// The items of each `* n FETCH (…)`.
fn answers(said: &[u8]) -> Vec<BTreeMap<String, Value>> {
    let (mut found, mut rest) = (Vec::new(), said);
    while !rest.is_empty() {
        let line = rest
            .iter()
            .position(|o| *o == b'\n')
            .map_or(rest.len(), |at| at + 1);
        let head = String::from_utf8_lossy(&rest[..line]).into_owned();
        let mut words = head.splitn(4, ' ');
        let is_fetch = words.next() == Some("*") && words.nth(1) == Some("FETCH");
        if !is_fetch {
            assert!(
                !head.contains(" BAD ") && !head.contains(" NO "),
                "Dovecot says {head}"
            );
            rest = &rest[line..];
            continue;
        }
        let at = head.find('(').expect("there is a list");
        let (list, after) = read(&rest[at..]).expect("Dovecot speaks IMAP");
        let pairs = list.list().chunks(2).map(|pair| match pair {
            [Value::Atom(name), value] => (name.clone(), value.clone()),
            other => unreachable!("not an item: {other:?}"),
        });
        found.push(pairs.collect());
        rest = after;
    }
    found
}
