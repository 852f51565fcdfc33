//! Strangers and clients that stall, at the IMAP door. After each attack an
//! office client reads as before, and the daemon has not grown.
//!
//! What each test shows:
//! - strangers: an endless line, a literal of 4 GiB, half a TLS handshake and a
//!   thousand connections that say nothing cost no memory and keep nobody out;
//! - who guesses is turned away after three tries, and fail2ban finds it;
//! - an APPEND beyond the limit is refused, and one that stalls is cut off;
//! - who never reads is cut off, and has no more connections than an account may;
//! - nothing of a person stands in the log.

use crate::attacks::Target;
use crate::daemon::Daemon;
use crate::fail2ban;
use crate::harness::{Door, House, Login, PATIENCE, relay, wait};
use crate::imap::{Imap, enter};
use crate::protection::holds;
use crate::smtp::dial;
use jiff::SignedDuration;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

/// What an attack may add to the daemon's peak, in MiB: the cards that are kept,
/// some buffers, and what the allocator keeps of them.
pub(crate) const GROWTH: u64 = 64;

/// A message; `fields` are header lines, each with its line end.
pub(crate) fn letter(subject: &str, fields: &str, text: &str) -> String {
    format!(
        "From: Somebody <somebody@example.test>\r\nTo: office@example.test\r\nSubject: {subject}\r\nDate: Sun, 22 Nov 2026 15:00:00 +0000\r\n{fields}\r\n{text}\r\n"
    )
}

/// About so much text, in KiB.
pub(crate) fn text(kib: usize) -> String {
    let line = "Please come fasting on Monday, and bring your letter of referral.\r\n";
    line.repeat(kib * 1024 / line.len())
}

/// Fills the INBOX with a message and its copies: 2 to the power of `doublings`.
pub(crate) fn fill(imap: &mut Imap, message: &str, doublings: u32) {
    assert!(imap.append(message).contains("x OK"));
    imap.good("SELECT INBOX");
    for _ in 0..doublings {
        imap.good("COPY 1:* INBOX");
        imap.good("NOOP");
    }
    let said = imap.good("STATUS INBOX (MESSAGES)");
    let wanted = format!("MESSAGES {}", 1 << doublings);
    assert!(said.contains(&wanted), "{said}");
}

#[test]
fn a_line_without_end_is_cut_off_before_and_after_sign_in() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    for (known, longest) in [(false, 8), (true, 64)] {
        let connect = || match known {
            true => Imap::sign_in(door, &target.doctor),
            false => Imap::connect(door).unwrap(),
        };
        // A little too long: there is a word of farewell.
        let mut imap = connect();
        imap.send(&vec![b'a'; longest * 1024]).unwrap();
        imap.send(b"a").unwrap();
        let said = imap.rest();
        assert!(said.contains("* BYE [TOOBIG]"), "{known}: {said}");
        let endless = vec![b'a'; 1 << 20];
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut imap = connect();
            let taken = (0..64).take_while(|_| imap.send(&endless).is_ok()).count();
            assert!(taken < 64, "{taken} MiB of a line were taken");
            held.push(imap);
        }
    }
    Imap::inbox(door, &target.doctor);
    target.well_within(GROWTH);
}

#[test]
fn a_literal_of_four_gibibytes_is_refused_before_it_comes() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    for (known, command) in [
        (false, "LOGIN"),
        (false, "AUTHENTICATE PLAIN"),
        (true, "SEARCH SUBJECT"),
        (true, "SELECT"),
        (true, "APPEND INBOX"),
    ] {
        let mut imap = match known {
            true => Imap::inbox(door, &target.doctor),
            false => Imap::connect(door).unwrap(),
        };
        // It waits to be told to go on, and is told no.
        for length in [4_294_967_296_u64, u64::MAX] {
            let said = imap.say(&format!("{command} {{{length}}}")).unwrap();
            assert!(!said.contains("x OK") && !said.contains("+ "), "{said}");
        }
        imap.good("NOOP");
        // It does not wait: nobody knows what would be a command.
        let announced = format!("x {command} {{4294967296+}}\r\nx NOOP\r\n");
        imap.send(announced.as_bytes()).unwrap();
        let said = imap.rest();
        assert!(said.contains("* BYE [TOOBIG]"), "{command}: {said}");
        assert!(!said.contains("x OK"), "{command}: {said}");
    }
    target.well_within(GROWTH);
}

/// Whether the other side has closed.
fn closed(mut socket: &TcpStream) -> bool {
    socket.set_nonblocking(true).unwrap();
    match socket.read(&mut [0; 64]) {
        Ok(octets) => octets == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}

/// The beginning of a TLS handshake.
const HALF: &[u8] = &[0x16, 3, 1, 2, 0, 1];

#[test]
fn a_thousand_strangers_who_say_nothing_keep_no_reader_out() {
    let target = Target::new(|_| ());
    let door = &target.daemon.door;
    let mut working = Imap::sign_in(door, &target.doctor);
    fill(&mut working, &letter("Results", "", "All is well."), 0);
    let mut held = Vec::new();
    for n in 0..1000_u32 {
        // Half of them in the office's own network, half from everywhere.
        let [.., high, low] = n.to_be_bytes();
        let from = match n % 2 {
            0 => Ipv4Addr::new(127, 0, 0, low.max(2)),
            _ => Ipv4Addr::new(127, 1 + high, low, 2),
        };
        let mut socket = dial(from, door.imap_tls).unwrap();
        socket.write_all(HALF).unwrap();
        held.push(socket);
    }
    for from in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 99, 9, 9)] {
        let mut reader = Imap::connect_from(from, door).unwrap();
        reader.good(&enter(&target.doctor));
        reader.good("SELECT INBOX");
        assert!(reader.good("FETCH 1 BODY[]").contains("All is well."));
    }
    working.good("NOOP");
    // [limits] connections is 500, and one of them is the client at work.
    wait("the oldest to be gone", || {
        let open = held.iter().filter(|socket| !closed(socket)).count();
        (open < 500).then_some(())
    });
    target.well_within(GROWTH);
    assert!(target.daemon.log().contains("event=net.full"));
}

#[test]
fn half_a_tls_handshake_is_waited_for_half_a_minute_and_no_longer() {
    let relay = relay();
    let house = House::open(&relay);
    let mut half = dial(Ipv4Addr::LOCALHOST, house.door.imap_tls).unwrap();
    half.write_all(HALF).unwrap();
    house.later(SignedDuration::from_secs(20));
    Imap::inbox(&house.door, &house.doctor);
    assert!(!closed(&half), "it was given no time");
    wait("the end of the handshake", || {
        house.later(SignedDuration::from_secs(10));
        closed(&half).then_some(())
    });
    Imap::inbox(&house.door, &house.doctor);
}

#[test]
fn who_guesses_passwords_is_turned_away_after_three_and_fail2ban_finds_each() {
    let relay = relay();
    let daemon = Daemon::start(&relay, |settings| settings.text("log.level", "trace"));
    let doctor = daemon.account("ruiz", "provider");
    let nurse = daemon.account("nurse", "provider");
    let mut guesser = Imap::connect(&daemon.door).unwrap();
    for guess in ["Twiteguess1", "Twiteguess2", "Twiteguess3"] {
        daemon.hide(guess);
        let login = Login {
            address: doctor.address.clone(),
            password: guess.to_owned(),
        };
        let said = guesser.say(&enter(&login)).unwrap();
        assert!(said.contains("x NO [AUTHENTICATIONFAILED]"), "{said}");
    }
    let said = guesser.rest();
    assert!(said.contains("* BYE There were too many"), "{said}");
    Imap::inbox(&daemon.door, &nurse);
    let log = daemon.log();
    let line = "event=auth.failed proto=imap ip=127.0.0.1 ";
    assert_eq!(log.matches(line).count(), 3, "{log}");
    let file = daemon.folder.path().join("log");
    fs::write(&file, &log).unwrap();
    assert_eq!(fail2ban::found(&file.to_string_lossy()), ["127.0.0.1"; 3]);
}

#[test]
fn an_append_of_one_octet_too_much_is_refused_and_what_follows_it_runs() {
    let relay = relay();
    let house = House::with(&relay, |s| {
        s.set("submission.max-message-size", "\"1 MB\"");
    });
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let said = imap.good("CAPABILITY");
    assert!(said.contains(" APPENDLIMIT=1000000"), "{said}");
    let mut message = letter("Large", "", &text(900));
    message.push_str(&"x".repeat(1_000_000 - message.len()));
    let said = imap.append(&message);
    assert!(said.contains("x OK [APPENDUID"), "{said}");
    message.push('x');
    let said = imap.append(&message);
    assert!(said.contains("x NO [TOOBIG]"), "{said}");
    let said = imap.say("APPEND INBOX {1000001}").unwrap();
    assert!(said.contains("x NO [TOOBIG]"), "{said}");
    let said = imap.good("STATUS INBOX (MESSAGES)");
    assert!(said.contains("MESSAGES 1)"), "{said}");
}

#[test]
fn an_append_that_stalls_is_cut_off_and_leaves_nothing() {
    let relay = relay();
    let house = House::open(&relay);
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    imap.send(b"x APPEND INBOX {100000+}\r\nSubject: Half\r\n\r\nHal")
        .unwrap();
    let mut said = Vec::new();
    wait("the end of the stalled one", || {
        house.later(SignedDuration::from_secs(60));
        imap.ended(&mut said).then_some(())
    });
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("* BYE You were silent"), "{said}");
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let said = imap.good("STATUS INBOX (MESSAGES)");
    assert!(said.contains("MESSAGES 0)"), "{said}");
}

#[test]
fn an_append_that_trickles_is_cut_off_after_ten_minutes_and_leaves_nothing() {
    let relay = relay();
    let house = House::open(&relay);
    let mut slow = Imap::sign_in(&house.door, &house.doctor);
    slow.send(b"x APPEND INBOX {5000000+}\r\nSubject: Long\r\n\r\n")
        .unwrap();
    let (mut said, mut halves) = (Vec::new(), 0);
    while halves < 60 && !slow.ended(&mut said) {
        halves += 1;
        // An octet every minute is no silence.
        if halves % 2 == 0 {
            let _ = slow.send(b"x");
        }
        house.later(SignedDuration::from_secs(30));
    }
    assert!((20..24).contains(&halves), "{halves} half minutes");
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("* BYE This came too slowly."), "{said}");
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let said = imap.good("STATUS INBOX (MESSAGES)");
    assert!(said.contains("MESSAGES 0)"), "{said}");
}

#[test]
fn who_never_reads_is_cut_off_and_an_account_has_so_many_connections_and_no_more() {
    let relay = relay();
    let house = House::with(&relay, |s| s.set("imap.connections-per-account", "5"));
    let nurse = house.account("nurse", sealpost::model::Role::Provider);
    let mut first = Imap::sign_in(&house.door, &house.doctor);
    fill(&mut first, &letter("Large", "", &text(1024)), 4);
    let mut held = vec![first];
    while held.len() < 5 {
        held.push(Imap::inbox(&house.door, &house.doctor));
    }
    // Sixteen mebibytes each time: more than sockets hold.
    let all = "x FETCH 1:* BODY.PEEK[]\r\n".repeat(4);
    for imap in &mut held {
        imap.send(all.as_bytes()).unwrap();
    }
    let knock = |login: &Login| {
        let mut imap = Imap::connect(&house.door).unwrap();
        let said = imap.say(&enter(login)).unwrap();
        (imap, said)
    };
    let (_, said) = knock(&house.doctor);
    let words = "x NO [LIMIT] This account has too many connections.";
    assert!(said.contains(words), "{said}");
    let (_, said) = knock(&nurse);
    assert!(said.contains("x OK"), "{said}");
    // Half an hour would be silence; the limit for what lies unread is minutes.
    let mut instead = Vec::new();
    for _ in 0..40 {
        house.later(SignedDuration::from_secs(30));
        let (imap, said) = knock(&house.doctor);
        if said.contains("x OK") {
            instead.push(imap);
        }
    }
    assert_eq!(instead.len(), 5, "places of those who did not read");
    for imap in &mut held {
        assert!(imap.rest().len() < 60 << 20, "all of it came");
    }
}

/// Everything in which a client can put a word, with `word` in it.
fn tell(door: &Door, login: &Login, word: &str) {
    let mut imap = Imap::connect(door).unwrap();
    for wrong in [
        format!("LOGIN {word}@clinic.example {word}"),
        format!("{word} {word}"),
        format!("LOGIN {word}"),
    ] {
        assert!(!imap.say(&wrong).unwrap().contains("x OK"));
    }
    imap.good(&format!("ID (\"name\" \"{word}\" \"{word}\" \"{word}\")"));
    imap.good(&enter(login));
    let name = format!("Content-Disposition: attachment; filename=\"{word}.txt\"\r\n");
    let message = letter(word, &format!("{name}X-{word}: {word}\r\n"), word);
    assert!(imap.append(&message).contains("x OK"));
    imap.good(&format!("CREATE \"{word}\""));
    imap.good(&format!("RENAME \"{word}\" \"{word}2\""));
    imap.good(&format!("LIST \"\" \"*{word}*\""));
    imap.good("SELECT INBOX");
    imap.good(&format!("STORE 1:* +FLAGS ({word})"));
    imap.good(&format!("SEARCH OR SUBJECT {word} TEXT {word}"));
    let said = imap.good(&format!(
        "FETCH 1:* (BODY[HEADER.FIELDS (X-{word})] BODY[])"
    ));
    assert!(said.contains(word), "{said}");
    imap.good(&format!("COPY 1:* \"{word}2\""));
    for wrong in [
        format!("SELECT \"{word}\\{word}\""),
        format!("SELECT no{word}"),
        format!("FETCH {word} {word}"),
        format!("SEARCH CHARSET {word} TEXT {word}"),
        format!("APPEND no{word} {{1+}}\r\nx"),
    ] {
        assert!(!imap.say(&wrong).unwrap().contains("x OK"), "{wrong}");
    }
    imap.send(format!("x APPEND INBOX {{1000+}}\r\n{word}").as_bytes())
        .unwrap();
    drop(imap);
    let mut clear = dial(Ipv4Addr::LOCALHOST, door.imap_tls).unwrap();
    clear.set_read_timeout(Some(PATIENCE)).unwrap();
    clear
        .write_all(format!("x LOGIN {word}\r\n").as_bytes())
        .unwrap();
    let _ = clear.read_to_end(&mut Vec::new());
}

#[test]
fn no_address_subject_text_name_or_password_of_a_reader_is_logged_at_any_level() {
    let relay = relay();
    for (format, level) in [
        ("text", "error"),
        ("text", "warn"),
        ("text", "info"),
        ("text", "debug"),
        ("text", "trace"),
        ("json", "trace"),
    ] {
        let mut daemon = Daemon::start(&relay, |settings| {
            settings.text("log.format", format);
            settings.text("log.level", level);
        });
        let doctor = daemon.account("ruizprovider", "provider");
        tell(&daemon.door, &doctor, "Dunlinword");
        assert_eq!(daemon.stop().code(), Some(0));
        let log = daemon.log();
        let local = doctor.address.split('@').next().unwrap();
        for word in ["Dunlinword", local, &doctor.password] {
            assert!(!holds(log.as_bytes(), word), "{level}: {word} in {log}");
        }
        let talks = matches!(level, "debug" | "trace");
        assert_eq!(talks, log.contains("imap.signed-in"), "{level}: {log}");
    }
}
