//! Nothing of a protected message leaves in clear, is written in clear, or is
//! logged: words that stand nowhere else are sent through and looked for.

use crate::daemon::Daemon;
use crate::harness::{Login, decoded, notice, relay, wait};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use std::fs;

/// One word for each place a person's data can stand in.
const CANARIES: [&str; 7] = [
    "Kestrelsubject",
    "Wrenbodytext",
    "Finchfilename",
    "Ploverfileinside",
    "Dunlinpatient",
    "Curlewheader",
    "Siskinwriter",
];

/// Sends a letter with every canary in its place.
fn send(daemon: &Daemon, doctor: &Login, to: &str) {
    let file = daemon.folder.path().join("attached");
    fs::write(&file, "Ploverfileinside\n".repeat(40)).unwrap();
    let mut letter = Letter::new(doctor, to);
    letter.subject = "About Kestrelsubject".to_owned();
    letter.text = "You have Wrenbodytext, we fear.".to_owned();
    let said = swaks(
        &daemon.door,
        doctor,
        &letter,
        false,
        &[
            "--header",
            &format!("To: \"Dunlinpatient\" <{to}>"),
            "--header",
            &format!("From: \"Siskinwriter\" <{}>", doctor.address),
            "--add-header",
            "X-Chart: Curlewheader",
            "--attach-name",
            "Finchfilename.txt",
            "--attach",
            &format!("@{}", file.display()),
        ],
    );
    assert!(said.good, "{}", said.text);
}

/// The word as it stands, in either case and backwards, in the three ways base64
/// can write it and their URL form, and octet by octet as other codes write it.
fn disguises(word: &str) -> Vec<Vec<u8>> {
    let plain = word.to_lowercase();
    let mut all = vec![word.chars().rev().collect::<String>().to_lowercase()];
    for write in [
        |octet: u8| format!("{octet:02x}"),
        |octet: u8| format!("%{octet:02x}"),
        |octet: u8| format!("={octet:02x}"),
        |octet: u8| format!("\\u{octet:04x}"),
        |octet: u8| format!("&#{octet};"),
        |octet: u8| format!("{octet}, "),
    ] {
        all.push(word.bytes().map(write).collect());
    }
    let mut all: Vec<Vec<u8>> = all.into_iter().map(String::into_bytes).collect();
    for wide in [u16::to_le_bytes, u16::to_be_bytes] {
        all.push(plain.encode_utf16().flat_map(wide).collect());
    }
    all.push(plain.into_bytes());
    all
}

/// The three ways; the ends also depend on the neighbours, and what is shorter
/// than six letters stands somewhere by chance. Letters of base64 have a case.
fn in_base64(word: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for shift in 0..3 {
        let shifted = format!("{}{word}", "x".repeat(shift));
        let coded = BASE64_STANDARD_NO_PAD.encode(shifted);
        let inner = coded[4..coded.len() - 4].to_owned();
        if inner.len() >= 6 {
            all.push(inner.replace('+', "-").replace('/', "_").into_bytes());
            all.push(inner.into_bytes());
        }
    }
    all
}

pub(crate) fn holds(octets: &[u8], word: &str) -> bool {
    let lower = octets.to_ascii_lowercase();
    let finds = |octets: &[u8], all: Vec<Vec<u8>>| {
        let mut all = all.iter();
        all.any(|d| memchr::memmem::find(octets, d).is_some())
    };
    finds(&lower, disguises(word)) || finds(octets, in_base64(word))
}

fn assert_sealed(daemon: &Daemon, more: &[&str]) {
    let files = daemon.octets();
    let size: usize = files.iter().map(|(_, octets)| octets.len()).sum();
    assert!(size > 10_000, "the data folder holds {size} octets only");
    for (path, octets) in files {
        for word in CANARIES.iter().chain(more) {
            assert!(!holds(&octets, word), "{word} stands in {}", path.display());
        }
    }
}

fn assert_silent(daemon: &Daemon, more: &[&str]) {
    let log = daemon.log();
    assert!(log.lines().count() > 5, "nothing was logged: {log}");
    for word in CANARIES.iter().chain(more) {
        assert!(!holds(log.as_bytes(), word), "{word} was logged:\n{log}");
    }
}

fn assert_nothing_left(relay: &Postfix) {
    for mail in relay.mails() {
        let text = decoded(&mail);
        for word in CANARIES {
            assert!(!holds(text.as_bytes(), word), "{word} left in {text}");
        }
    }
}

#[test]
fn the_search_finds_what_it_is_meant_to_find() {
    let word = "Kestrelsubject";
    for text in [
        "..Kestrelsubject..".to_owned(),
        BASE64_STANDARD_NO_PAD.encode("a Kestrelsubject here"),
        BASE64_STANDARD_NO_PAD.encode("ab Kestrelsubject here"),
        BASE64_STANDARD_NO_PAD.encode("abc Kestrelsubject here"),
    ] {
        assert!(holds(text.as_bytes(), word), "{text}");
    }
    assert!(!holds(b"Kestrel subject", word));
}

/// Sends what is taken, what waits, what is refused, and a failed sign-in; the
/// words that belong to nobody else.
fn provoke(daemon: &Daemon, relay: &Postfix) -> Vec<String> {
    let doctor = daemon.account("ruiz", "provider");
    let (to, waiting) = (daemon.patient("jane"), daemon.patient("defer"));
    send(daemon, &doctor, &to);
    let told = notice(&relay.wait_for(&to, 1)[0]);
    // This one stays in the queue, notice, link and all.
    send(daemon, &doctor, &waiting);
    let mut letter = Letter::new(&doctor, &to);
    letter.subject = " ".to_owned();
    letter.text = "Wrenbodytext again".to_owned();
    assert!(!swaks(&daemon.door, &doctor, &letter, true, &[]).good);
    let mut guess = doctor.clone();
    guess.password = "Curlewheader-Siskinwriter".to_owned();
    assert!(!swaks(&daemon.door, &guess, &letter, true, &[]).good);
    wait("a first try", || {
        let jobs = daemon.jobs();
        jobs.iter().any(|job| job["attempts"] == 1).then_some(())
    });
    let shown = daemon.good(&["message", "list", "--addresses"]);
    assert!(shown.contains(&to), "nothing to be found: {shown}");
    let local = |address: &str| address.split('@').next().unwrap().to_owned();
    vec![
        local(&to),
        local(&waiting),
        local(&doctor.address),
        told.link.rsplit('/').next().unwrap().to_owned(),
        doctor.password,
    ]
}

#[test]
fn nothing_of_a_message_is_seen_outside_at_rest_or_in_the_log() {
    let relay = relay();
    for format in ["text", "json"] {
        let mut daemon = Daemon::start(&relay, |settings| {
            settings.text("log.format", format);
            settings.text("log.level", "trace");
        });
        let private = provoke(&daemon, &relay);
        let private: Vec<&str> = private.iter().map(String::as_str).collect();
        for list in [["message", "list"], ["queue", "list"]] {
            let [noun, verb] = list;
            let listed = daemon.good(&list) + &daemon.good(&[noun, verb, "--json"]);
            for word in CANARIES.iter().chain(&private) {
                assert!(!listed.contains(word), "{word} is in {listed}");
            }
        }
        assert_sealed(&daemon, &private);
        daemon.kill();
        assert_sealed(&daemon, &private);
        daemon.resume();
        assert_eq!(daemon.stop().code(), Some(0));
        assert_sealed(&daemon, &private);
        assert_silent(&daemon, &private);
        assert_nothing_left(&relay);
    }
}

#[test]
fn a_message_leaves_in_clear_only_where_the_policy_allows_it() {
    let relay = relay();
    let daemon = Daemon::start(&relay, |settings| {
        settings.set("policy.clear-domains", "[\"partner.test\"]");
        settings.text("policy.copies", "each");
    });
    let doctor = daemon.account("ruiz", "provider");
    let partner = daemon
        .patient("lab")
        .replace("example.test", "partner.test");
    let letter = Letter::new(&doctor, &partner);
    assert!(swaks(&daemon.door, &doctor, &letter, true, &[]).good);
    let clear = &relay.wait_for(&partner, 1)[0];
    assert!(
        clear.text().contains("Please come fasting."),
        "{}",
        clear.text()
    );
    assert_eq!(clear.from, doctor.address);

    // One patient among the recipients closes the clear way for all.
    let (jane, other) = (daemon.patient("jane"), daemon.patient("lab"));
    let other = other.replace("example.test", "partner.test");
    let letter = Letter {
        to: format!("{other},{jane}"),
        ..Letter::new(&doctor, &jane)
    };
    assert!(swaks(&daemon.door, &doctor, &letter, true, &[]).good);
    for to in [&jane, &other] {
        let told = notice(&relay.wait_for(to, 1)[0]);
        assert!(!told.decoded.contains("fasting"), "{told:?}");
    }
    // A look-alike of the domain is not the domain.
    let sly = daemon
        .patient("sly")
        .replace("example.test", "partner.test.evil.test");
    assert!(
        swaks(
            &daemon.door,
            &doctor,
            &Letter::new(&doctor, &sly),
            true,
            &[]
        )
        .good
    );
    let told = notice(&relay.wait_for(&sly, 1)[0]);
    assert!(!told.decoded.contains("fasting"), "{told:?}");
}
