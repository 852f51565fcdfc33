//! People and programs that mean harm, at the submission door of the real
//! daemon. After each attack the gateway is as good as before ([`Target::well`]):
//! an office client's message is taken and announced in time, nothing waits in
//! the queue, and the daemon has not grown.
//!
//! What each test shows:
//! - slow senders: who dribbles a command, or a message, is cut off by the clock,
//!   keeps nobody else waiting and leaves nothing;
//! - long lines: 32 MiB without a line end, and a command of 2 MiB, in clear, in
//!   TLS and within AUTH, are thrown away as they come;
//! - idle connections: of a thousand, the newest hold what [limits] allows and no
//!   more, and an office client signs in and sends beside them, from elsewhere
//!   and from the same network; who has signed in keeps the place;
//! - half-closed connections: after TLS's `close_notify`, and after a TCP end
//!   without one, in the middle of DATA and of BDAT, no message is kept;
//! - BDAT that lies about its size, comes out of order, or never ends.

use crate::daemon::Daemon;
use crate::harness::{House, Login, Relay, notice, relay, wait};
use crate::programs::Letter;
use crate::settings::Settings;
use crate::smtp::{Smtp, trusting};
use jiff::SignedDuration;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A good message must be announced so soon, also on a busy machine.
const IN_TIME: Duration = Duration::from_secs(20);
/// What an attack may add to the daemon's peak, in MiB: some buffers of TLS and
/// headers, and what the allocator keeps of them. Ten times less than the
/// attacks send.
const GROWTH: u64 = 64;

/// A daemon under attack, with an office client that goes on working.
pub(crate) struct Target {
    pub(crate) daemon: Daemon,
    pub(crate) relay: Arc<Relay>,
    pub(crate) doctor: Login,
    before: u64,
}

impl Target {
    pub(crate) fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let relay = relay();
        let daemon = Daemon::start(&relay, change);
        let doctor = daemon.account("ruiz", "provider");
        let mut target = Self {
            daemon,
            relay,
            doctor,
            before: 0,
        };
        // What every daemon needs once it works is not the attack's.
        target.send(Ipv4Addr::LOCALHOST);
        target.before = target.daemon.peak();
        target
    }

    pub(crate) fn sign_in(&self) -> Smtp {
        Smtp::sign_in(&self.daemon.door, &self.doctor)
    }

    /// A good message from this address of the machine.
    pub(crate) fn send(&self, from: Ipv4Addr) {
        let began = Instant::now();
        let to = self.daemon.patient("jane");
        let config = trusting(&self.daemon.door.certificate);
        let mut smtp = Smtp::connect_from(from, self.daemon.door.submission).unwrap();
        smtp.known(&config, &self.doctor).unwrap();
        let text = good(&self.doctor, &to);
        let said = smtp.submit(&self.doctor.address, &to, &text).unwrap();
        said.is(250).unwrap();
        notice(&self.relay.wait_for(&to, 1)[0]);
        assert!(began.elapsed() < IN_TIME, "it took {:?}", began.elapsed());
    }

    /// How many messages the gateway has taken.
    pub(crate) fn kept(&self) -> usize {
        let listed = self.daemon.good(&["message", "list", "--json"]);
        let all: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
        all.len()
    }

    /// It works as before, and has grown by no more than `MiB`.
    pub(crate) fn well_within(&self, growth: u64) {
        self.send(Ipv4Addr::LOCALHOST);
        wait("an empty queue", || {
            self.daemon.jobs().is_empty().then_some(())
        });
        let peak = self.daemon.peak();
        println!("memory: {} MiB before, {peak} MiB at the most", self.before);
        assert!(
            peak <= self.before + growth,
            "it grew from {} to {peak} MiB",
            self.before
        );
    }

    pub(crate) fn well(&self) {
        self.well_within(GROWTH);
    }
}

/// A message nobody could object to.
pub(crate) fn good(from: &Login, to: &str) -> String {
    Letter::new(from, to).lines().replace('\n', "\r\n")
}

/// Reads answers until the connection ends; the codes.
fn last_words(smtp: &mut Smtp) -> Vec<u16> {
    let mut codes = Vec::new();
    while let Ok(reply) = smtp.read() {
        codes.push(reply.code);
    }
    codes
}

#[test]
fn who_dribbles_a_command_or_a_message_is_cut_off_and_keeps_nobody_waiting() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let mut strangers: Vec<Smtp> = (0..20)
        .map(|_| Smtp::connect(house.door.submission).unwrap())
        .collect();
    let mut writers: Vec<Smtp> = (0..20)
        .map(|_| {
            let mut smtp = Smtp::sign_in(&house.door, &house.doctor);
            smtp.begin(&house.doctor.address, &to).unwrap();
            smtp
        })
        .collect();
    // Twelve minutes, one octet each half minute: never silent, never done.
    let text = good(&house.doctor, &to);
    for octet in text.as_bytes().iter().take(24) {
        for smtp in strangers.iter_mut().chain(&mut writers) {
            // Who was cut off already cannot write any more.
            let _ = smtp.send(&[*octet]);
        }
        house.later(SignedDuration::from_secs(30));
    }
    for smtp in strangers.iter_mut().chain(&mut writers) {
        let said = last_words(smtp);
        // The line may be cut before the sentence is read.
        assert!(said.is_empty() || said == [421], "{said:?}");
    }
    let listed = house.json(&["message", "list", "--json"]);
    assert_eq!(listed.as_array().unwrap().len(), 0, "something was kept");
    let mut smtp = Smtp::sign_in(&house.door, &house.doctor);
    let said = smtp.submit(&house.doctor.address, &to, &text).unwrap();
    said.is(250).unwrap();
    notice(&relay.wait_for(&to, 1)[0]);
}

#[test]
fn a_line_without_end_and_a_command_of_two_mebibytes_are_thrown_away() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let endless = vec![b'a'; 1 << 20];
    let long = [vec![b'a'; 2 << 20], b"\r\n".to_vec()].concat();
    // In clear, as a stranger: an endless line, then a long one that ends.
    let mut smtp = Smtp::connect(door.submission).unwrap();
    for _ in 0..32 {
        smtp.send(&endless).unwrap();
    }
    smtp.send(b"\r\n").unwrap();
    smtp.read().unwrap().is(500).unwrap();
    smtp.send(&long).unwrap();
    smtp.read().unwrap().is(500).unwrap();
    // What stood in the line was not run.
    smtp.send(&[&endless[..], b" \r\nNOOP\r\n"].concat())
        .unwrap();
    smtp.read().unwrap().is(500).unwrap();
    smtp.read().unwrap().is(250).unwrap();
    // In TLS, within AUTH, and in a transaction.
    let mut smtp = Smtp::connect(door.submission).unwrap();
    smtp.ehlo().unwrap();
    smtp.start_tls(&trusting(&door.certificate)).unwrap();
    smtp.ehlo().unwrap();
    smtp.say("AUTH LOGIN").unwrap().is(334).unwrap();
    smtp.send(&long).unwrap();
    assert!(smtp.read().unwrap().code >= 500);
    let mut smtp = target.sign_in();
    let address = &target.doctor.address;
    smtp.say(&format!("MAIL FROM:<{address}>"))
        .unwrap()
        .is(250)
        .unwrap();
    for verb in ["RCPT TO:<", "NOOP ", ""] {
        smtp.send(&[verb.as_bytes(), &long].concat()).unwrap();
        smtp.read().unwrap().is(500).unwrap();
    }
    target.well();
}

/// Idle connections, one after the other from these addresses.
fn idle(port: u16, from: impl Fn(u32) -> Ipv4Addr) -> Vec<Smtp> {
    let connect = |n| Smtp::connect_from(from(n), port).unwrap();
    (0..1000).map(connect).collect()
}

/// Which of them are still open, by their numbers.
fn open(held: &mut [Smtp]) -> Vec<usize> {
    let mut open = Vec::new();
    for (n, smtp) in held.iter_mut().enumerate() {
        if smtp.say("NOOP").is_ok() {
            open.push(n);
        }
    }
    open
}

#[test]
fn a_thousand_idle_connections_keep_nobody_out_not_even_in_their_own_network() {
    let target = Target::new(|_| ());
    let port = target.daemon.door.submission;
    let mut working = target.sign_in();
    let mut held = idle(port, |n| {
        Ipv4Addr::new(127, 0, 0, n.to_be_bytes()[3] / 2 + 2)
    });
    // [limits] per-network is 50, and one of them is the client at work.
    assert_eq!(open(&mut held), (951..1000).collect::<Vec<_>>());
    target.send(Ipv4Addr::LOCALHOST);
    target.send(Ipv4Addr::new(127, 9, 9, 9));
    working.say("NOOP").unwrap().is(250).unwrap();
    target.well();
    let log = target.daemon.log();
    assert!(
        (1..5).contains(&log.matches("event=net.full").count()),
        "{log}"
    );
}

#[test]
fn a_thousand_idle_connections_from_everywhere_keep_nobody_out() {
    let target = Target::new(|_| ());
    let port = target.daemon.door.submission;
    let mut working = target.sign_in();
    let mut held = idle(port, |n| {
        Ipv4Addr::new(127, 1, n.to_be_bytes()[2] * 8 + n.to_be_bytes()[3] / 32, 2)
    });
    // [limits] connections is 500, and one of them is the client at work.
    assert_eq!(open(&mut held), (501..1000).collect::<Vec<_>>());
    target.send(Ipv4Addr::new(127, 9, 9, 9));
    working.say("NOOP").unwrap().is(250).unwrap();
    target.well();
}

#[test]
fn who_has_signed_in_keeps_the_place_and_one_more_hears_that_it_is_full() {
    let target = Target::new(|settings| settings.set("limits.per-network", "3"));
    let mut working: Vec<Smtp> = (0..3).map(|_| target.sign_in()).collect();
    let port = target.daemon.door.submission;
    let said = Smtp::connect(port).err().unwrap().to_string();
    assert!(said.starts_with("421 4.7.0"), "{said}");
    for smtp in &mut working {
        smtp.say("NOOP").unwrap().is(250).unwrap();
    }
    drop(working);
    // The gateway hears a moment later that they have gone.
    wait("room for one more", || Smtp::connect(port).ok());
    target.well();
}

/// Sends the first part of a message in `way`; the connection in the middle of it.
fn half_sent(target: &Target, way: &str) -> Smtp {
    let to = target.daemon.patient("jane");
    let text = good(&target.doctor, &to);
    let mut smtp = target.sign_in();
    let from = &target.doctor.address;
    if way == "DATA" {
        smtp.begin(from, &to).unwrap();
        // All but the last dot: it must not count as there.
        smtp.send(format!("{text}\r\n.").as_bytes()).unwrap();
    } else {
        smtp.say(&format!("MAIL FROM:<{from}>")).unwrap();
        smtp.say(&format!("RCPT TO:<{to}>")).unwrap();
        let whole = format!("BDAT {} LAST\r\n{text}", text.len() + 1);
        smtp.send(whole.as_bytes()).unwrap();
    }
    smtp
}

#[test]
fn a_message_whose_connection_is_half_closed_is_not_kept() {
    let target = Target::new(|_| ());
    let before = target.kept();
    let mut open = Vec::new();
    for way in ["DATA", "BDAT"] {
        let mut notified = half_sent(&target, way);
        notified.close_notify().unwrap();
        let mut cut = half_sent(&target, way);
        cut.half_close().unwrap();
        let gone = half_sent(&target, way);
        drop(gone);
        open.extend([notified, cut]);
    }
    for smtp in &mut open {
        // The gateway ends too; it does not wait for its three minutes.
        let said = last_words(smtp);
        assert!(said.iter().all(|code| *code >= 400), "{said:?}");
    }
    assert_eq!(target.kept(), before, "half a message was kept");
    target.well();
    assert_eq!(target.kept(), before + 1);
}

#[test]
fn bdat_that_lies_or_comes_out_of_order_runs_nothing_and_keeps_nothing() {
    let target = Target::new(|_| ());
    let before = target.kept();
    // After MAIL and RCPT: what is sent, what is said to it, and whether the
    // gateway hangs up, since nobody knows where the chunk would have ended.
    let cases: [(&str, &[u16], bool); 12] = [
        ("BDAT -1\r\nNOOP\r\n", &[501], true),
        ("BDAT 0x10\r\nNOOP\r\n", &[501], true),
        ("BDAT 18446744073709551615 LAST\r\nQUIT\r\n", &[552], true),
        ("BDAT 18446744073709551616 LAST\r\nQUIT\r\n", &[501], true),
        ("BDAT 99999999999999999999999\r\nQUIT\r\n", &[501], true),
        ("BDAT 60000000 LAST\r\nQUIT\r\n", &[552], true),
        ("BDAT 0 LAST\r\nNOOP\r\n", &[554, 250], false),
        (
            "BDAT 0\r\nBDAT 0\r\nBDAT 0 LAST\r\n",
            &[250, 250, 554],
            false,
        ),
        ("BDAT 6\r\nQUIT\r\nDATA\r\nNOOP\r\n", &[250, 503], true),
        (
            "BDAT 6\r\nQUIT\r\nRSET\r\nBDAT 6 LAST\r\nQUIT\r\n",
            &[250, 250, 503],
            false,
        ),
        (
            "BDAT 4\r\na\nb\nBDAT 6 LAST\r\nQUIT\r\n",
            &[550, 503],
            false,
        ),
        ("BDAT 6 LAST NOW\r\nQUIT\r\n", &[501], true),
    ];
    for (octets, codes, ends) in cases {
        let to = target.daemon.patient("jane");
        let mut smtp = target.sign_in();
        smtp.say(&format!("MAIL FROM:<{}>", target.doctor.address))
            .unwrap();
        smtp.say(&format!("RCPT TO:<{to}>")).unwrap();
        smtp.send(octets.as_bytes()).unwrap();
        let said: Vec<u16> = codes
            .iter()
            .map_while(|_| smtp.read().ok())
            .map(|r| r.code)
            .collect();
        assert_eq!(said, codes, "{octets:?}");
        assert_eq!(smtp.say("NOOP").is_err(), ends, "{octets:?}");
    }
    // Without a transaction, and after one that was refused.
    let mut smtp = target.sign_in();
    smtp.send(b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n").unwrap();
    smtp.read().unwrap().is(503).unwrap();
    smtp.read().unwrap().is(250).unwrap();
    assert_eq!(target.kept(), before, "something was kept");
    target.well();
}
