//! What a mail program costs that waits for news: the usual state of every
//! connection of an office. The process is the real daemon.

use crate::daemon::Daemon;
use crate::harness::{Login, relay};
use crate::imap::{Imap, enter};

/// Connections that wait at once.
const MANY: usize = 1000;
/// What one that waits may take, in KiB, with all that TLS holds for it.
const WAITING: usize = 40;

/// Memory of the daemon's own, in KiB: (without what it maps from files, all).
fn memory(daemon: &Daemon) -> (usize, usize) {
    let all = String::from_utf8(daemon.about("smaps_rollup")).unwrap();
    let field = |name: &str| {
        let line = all.lines().find_map(|line| line.strip_prefix(name));
        let number = line.unwrap().trim().trim_end_matches(" kB");
        number.parse::<usize>().unwrap()
    };
    (field("Anonymous:"), field("Rss:"))
}

#[test]
fn a_thousand_mail_programs_that_wait_for_news_take_little_memory() {
    let relay = relay();
    let daemon = Daemon::start(&relay, |s| {
        s.set("limits.connections", "4000");
        s.set("limits.per-network", "4000");
        s.set("imap.connections-per-account", "1000");
    });
    // What a command of 48 KiB needs must not be kept until the next.
    let uids: Vec<String> = (1..10_000).map(|n| (2 * n).to_string()).collect();
    let long = format!("UID FETCH {} FLAGS", uids.join(","));
    let wait = |imap: &mut Imap, login: &Login| {
        imap.good(&enter(login));
        imap.good("SELECT INBOX");
        imap.good(&long);
        imap.send(b"x IDLE\r\n").unwrap();
        assert!(imap.hears().starts_with("+ "));
    };
    let connect = || -> Vec<Imap> {
        let all = (0..MANY).map(|_| Imap::connect(&daemon.door).unwrap());
        all.collect()
    };
    let logins = ["ruiz", "vega", "nurse"].map(|stem| daemon.account(stem, "provider"));
    // Hashing a password takes 19 MiB; for a minute the answer is remembered.
    for login in &logins {
        wait(&mut Imap::connect(&daemon.door).unwrap(), login);
    }
    let [doctor, others @ ..] = &logins;
    // The first two thousand lie in what that and the start of the daemon have
    // left; the next must be given memory of their own.
    let mut held = Vec::new();
    for login in others {
        let mut more = connect();
        more.iter_mut().for_each(|imap| wait(imap, login));
        held.extend(more);
    }
    let before = memory(&daemon);
    let mut all = connect();
    let strangers = memory(&daemon);
    all.iter_mut().for_each(|imap| wait(imap, doctor));
    let waiting = memory(&daemon);
    assert_eq!(held.len() + all.len(), 3 * MANY);
    let each = |now: (usize, usize)| {
        let tenths = |now: usize, before: usize| now.saturating_sub(before) * 10 / MANY;
        (tenths(now.0, before.0), tenths(now.1, before.1))
    };
    let (greeted, idle) = (each(strangers), each(waiting));
    println!(
        "a connection, in tenths of a KiB (anonymous, resident): after the handshake {greeted:?}, waiting for news {idle:?}"
    );
    assert!(idle.1 < WAITING * 10, "{idle:?}");
    // They still hear.
    let mut one = all.remove(0);
    one.send(b"DONE\r\n").unwrap();
    assert!(one.answer().unwrap().contains("x OK"));
    assert!(one.append("Subject: News\r\n\r\nx\r\n").contains("x OK"));
    for imap in &mut all {
        assert_eq!(imap.hears(), "* 1 EXISTS\r\n");
    }
}
