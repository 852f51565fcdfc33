//! SIGKILL at random moments under load, with a real relay behind: what was
//! acknowledged arrives, and a second copy only where SMTP allows one.

use crate::daemon::Daemon;
use crate::harness::{Door, Login, notice, wait};
use crate::postfix::Postfix;
use crate::smtp::{Smtp, trusting};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ROUNDS: u32 = 100;
const CLIENTS: usize = 4;
/// Longest time from the relay's taking a mail to our durable note of it: a few
/// commits on a busy disk. Outside of it no kill excuses a second copy.
const WINDOW: f64 = 1.0;
/// Stands in every text.
const CANARY: &str = "Bitternbodytext";

/// What became of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// A client got 250.
    Acknowledged,
    /// The connection broke before the answer, and it was not sent again.
    Unknown,
}

/// What the clients know.
#[derive(Default)]
struct Book {
    fates: Mutex<BTreeMap<String, Fate>>,
    over: AtomicBool,
    next: AtomicU64,
    /// Answers that were neither 250 nor a lost connection.
    odd: Mutex<Vec<String>>,
}

/// Seconds since 1970: the relay's own measure.
#[expect(
    clippy::disallowed_methods,
    reason = "the moment is compared with another process's"
)]
fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

/// One mail program: sends until all is over, and again what got no answer.
fn client(door: &Door, login: &Login, book: &Book) {
    let config = trusting(&door.certificate);
    let mut unsent: Option<String> = None;
    while !book.over.load(Ordering::Relaxed) {
        let Ok(mut smtp) = Smtp::try_sign_in(door.submission, &config, login) else {
            thread::sleep(Duration::from_millis(5));
            continue;
        };
        while !book.over.load(Ordering::Relaxed) {
            let n = book.next.fetch_add(1, Ordering::Relaxed);
            let to = unsent
                .take()
                .unwrap_or_else(|| format!("p{n}@example.test"));
            match send(&mut smtp, login, &to) {
                Ok(()) => note(book, &to, Fate::Acknowledged),
                Err(error) => {
                    note(book, &to, Fate::Unknown);
                    if error.kind() == io::ErrorKind::Other {
                        book.odd.lock().unwrap().push(error.to_string());
                    }
                    // Two of three are sent again, as a mail program would.
                    unsent = (!n.is_multiple_of(3)).then_some(to);
                    break;
                }
            }
        }
    }
}

fn send(smtp: &mut Smtp, login: &Login, to: &str) -> io::Result<()> {
    let from = &login.address;
    let text = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Your visit\r\nMessage-ID: <{to}.sent>\r\nDate: Sun, 22 Nov 2026 15:00:00 +0000\r\n\r\n{CANARY}\r\n"
    );
    smtp.submit(from, to, &text)?.is(250).map(drop)
}

fn note(book: &Book, to: &str, fate: Fate) {
    book.fates.lock().unwrap().insert(to.to_owned(), fate);
}

/// A pseudo-random walk, so that a failure can be repeated.
fn random(seed: &mut u64) -> f64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed % 10_000) as f64 / 10_000.0
}

/// Starts and kills the daemon; the moments of the kills.
fn rounds(daemon: &mut Daemon) -> Vec<f64> {
    let mut seed = now().to_bits() | 1;
    println!("seed {seed}");
    let mut kills = Vec::new();
    for _ in 0..ROUNDS {
        daemon.spawn();
        // Some die while they start, some under full load.
        thread::sleep(Duration::from_secs_f64(0.02 + 1.0 * random(&mut seed)));
        daemon.kill();
        kills.push(now());
    }
    kills
}

#[test]
fn what_was_acknowledged_arrives_although_the_gateway_is_killed_a_hundred_times() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = Postfix::start(folder.path());
    let mut daemon = Daemon::start(&postfix, |settings| {
        settings.set("limits.new-recipients-per-hour", "10000");
        settings.text("log.level", "warn");
    });
    let logins: Vec<Login> = (0..CLIENTS)
        .map(|_| daemon.account("ruiz", "provider"))
        .collect();
    daemon.kill();
    let book = Arc::new(Book::default());
    let clients: Vec<_> = logins
        .into_iter()
        .map(|login| {
            let (book, door) = (Arc::clone(&book), daemon.door.clone());
            thread::spawn(move || client(&door, &login, &book))
        })
        .collect();
    let began = Instant::now();
    let kills = rounds(&mut daemon);
    // As the last kill left it, and at the end.
    assert_sealed(&daemon);
    daemon.resume();
    thread::sleep(Duration::from_secs(1));
    book.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    assert_eq!(
        *book.odd.lock().unwrap(),
        Vec::<String>::new(),
        "odd answers"
    );
    drain(&daemon);
    let fates = book.fates.lock().unwrap().clone();
    let acknowledged = fates.values().filter(|f| **f == Fate::Acknowledged).count();
    println!(
        "{acknowledged} acknowledged of {} in {:?}",
        fates.len(),
        began.elapsed()
    );
    assert!(
        acknowledged > 200,
        "too little load to prove anything: {acknowledged}"
    );
    judge(&postfix, &fates, &kills);

    assert_eq!(daemon.stop().code(), Some(0));
    assert_sealed(&daemon);
    let verified = daemon.good(&["store", "verify"]);
    assert!(verified.contains("everything is in order"), "{verified}");
}

fn assert_sealed(daemon: &Daemon) {
    for (path, octets) in daemon.octets() {
        let found = octets.windows(CANARY.len()).any(|w| w == CANARY.as_bytes());
        assert!(!found, "{} holds a text in clear", path.display());
        let name = path.to_string_lossy();
        assert!(!name.contains("blobs"), "{name}");
    }
}

/// Waits until the queue is empty.
fn drain(daemon: &Daemon) {
    let end = Instant::now() + Duration::from_secs(120);
    let mut left = daemon.jobs();
    while !left.is_empty() {
        assert!(
            Instant::now() < end,
            "{} jobs are stuck, such as {}",
            left.len(),
            left[0]
        );
        // A try that the kill cut off looks to us like a relay that hung up.
        for job in left.iter().filter(|job| job["attempts"] != 0) {
            daemon.command(&["queue", "retry", job["id"].as_str().unwrap()]);
        }
        thread::sleep(Duration::from_millis(500));
        left = daemon.jobs();
    }
}

/// Holds what came against what was promised.
fn judge(postfix: &Postfix, fates: &BTreeMap<String, Fate>, kills: &[f64]) {
    let taken = taken(&postfix.log());
    let total: usize = taken.values().map(Vec::len).sum();
    let mails = wait("all that the relay took", || {
        let mails = postfix.mails();
        (mails.len() >= total).then_some(mails)
    });
    let mut came: HashMap<String, Vec<&crate::postfix::Mail>> = HashMap::new();
    for mail in &mails {
        came.entry(mail.to.clone()).or_default().push(mail);
    }
    let lost: Vec<&String> = fates
        .iter()
        .filter(|(to, fate)| **fate == Fate::Acknowledged && !came.contains_key(*to))
        .map(|(to, _)| to)
        .collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let unasked: Vec<&String> = came.keys().filter(|to| !fates.contains_key(*to)).collect();
    assert!(unasked.is_empty(), "nobody sent to {unasked:?}");

    let (mut copies, mut widest) = (0, 0.0_f64);
    for (to, mails) in came.iter().filter(|(_, mails)| mails.len() > 1) {
        let first = notice(mails[0]);
        for mail in mails {
            assert_eq!(mail.octets, mails[0].octets, "two notices to {to} differ");
        }
        let times = &taken[&first.message_id];
        assert_eq!(times.len(), mails.len(), "{to}: {times:?}");
        copies += times.len() - 1;
        // Every copy but the last was taken just before a kill, and that kill
        // came before the next copy.
        for pair in times.windows(2) {
            let kill = kills.iter().find(|kill| **kill >= pair[0]);
            let kill = *kill.unwrap_or_else(|| panic!("{to}: a copy without a kill: {times:?}"));
            let gap = kill - pair[0];
            assert!(kill <= pair[1], "{to}: taken twice in one run: {times:?}");
            assert!(
                gap <= WINDOW,
                "{to}: taken {gap} s before the kill: {times:?}"
            );
            widest = widest.max(gap);
        }
    }
    println!(
        "{} mails, {copies} copies, the widest window {widest:.3} s",
        mails.len()
    );
}

/// From the relay's log: for each Message-ID, when its transactions began, in
/// order. Postfix's long queue ids (`enable_long_queue_ids`) hold that moment
/// to the microsecond.
fn taken(log: &str) -> HashMap<String, Vec<f64>> {
    let mut taken: HashMap<String, Vec<f64>> = HashMap::new();
    // Those that were answered with 250 are the ones that qmgr has seen.
    let active: std::collections::HashSet<&str> = log
        .lines()
        .filter(|line| line.contains("/qmgr[") && line.contains("from=<"))
        .filter_map(|line| line.split("]: ").nth(1)?.split(':').next())
        .collect();
    for line in log.lines().filter(|line| line.contains("/cleanup[")) {
        let Some((head, id)) = line.split_once(": message-id=<") else {
            continue;
        };
        let queue_id = head.rsplit(' ').next().unwrap();
        if active.contains(queue_id) {
            let id = id.trim_end_matches('>').to_owned();
            taken.entry(id).or_default().push(began(queue_id));
        }
    }
    for times in taken.values_mut() {
        times.sort_by(f64::total_cmp);
    }
    taken
}

/// When a long queue id was made: seconds in base 52, microseconds in four
/// digits, `z`, the rest.
fn began(queue_id: &str) -> f64 {
    const DIGITS: &str = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
    let (time, _) = queue_id.rsplit_once('z').unwrap();
    let (seconds, micros) = time.split_at(time.len() - 4);
    let value = |digits: &str| {
        let value = |c| DIGITS.find(c).unwrap() as f64;
        digits.chars().fold(0.0, |sum, c| sum * 52.0 + value(c))
    };
    value(seconds) + value(micros) / 1e6
}

#[test]
fn a_queue_id_of_the_relay_tells_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = Postfix::start(folder.path());
    let before = now();
    let mut smtp = Smtp::connect(postfix.plain_port).unwrap();
    smtp.ehlo().unwrap();
    let mail = "From: a@example.test\r\nMessage-ID: <one@example.test>\r\n\r\nHello";
    smtp.submit("a@example.test", "b@example.test", mail)
        .unwrap()
        .is(250)
        .unwrap();
    postfix.wait_for("b@example.test", 1);
    let times = taken(&postfix.log());
    let at = times["one@example.test"][0];
    assert!((before..=now()).contains(&at), "{at} is not after {before}");
}
