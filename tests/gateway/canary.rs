//! Words that belong to a patient, and words that open doors, are put into every
//! place where a person can put one, and looked for in every place where nobody
//! may find one (requirements C12.4, C15.5).
//!
//! Put in: subject, text, patient's and writer's name, header field, file name
//! and file in several encodings; address local parts; app password, account
//! password, guessed passwords; commands that are no SMTP; links, codes, wrong
//! codes, form fields and queries; an answer's text, file name and file, also of
//! files that are refused; what the relay quotes in its answers.
//!
//! Looked for in: the log, at each of its levels and in both formats; the data
//! folder while the gateway runs, after SIGKILL, and after an ordered end; every
//! mail that leaves (notices, codes, reports, alerts); what the admin socket
//! answers without `--addresses`; the process's environment and command line.
//! A panic writes its place and nothing else, and no core file is written
//! ([`no_core_file_and_no_secret_beside_the_process`]; `serve::logging` has the
//! panic's own test).
//!
//! A word counts as found in clear, in either case, reversed, in base64 and its
//! URL form at each offset, quoted-printable, percent, hex, UTF-16 of both
//! orders, JSON escapes, and gzip is never used.

use crate::browser::{Browser, code, origin};
use crate::daemon::Daemon;
use crate::harness::{Login, decoded, name, notice, relay, wait};
use crate::postfix::Postfix;
use crate::protection::holds;
use crate::smtp::Smtp;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::fmt::Write as _;
use std::fs;

/// What nobody but office and patient may ever see.
const TOLD: [&str; 16] = [
    "Kestrelsubject",
    "Wrenbodytext",
    "Finchfilename",
    "Ploverfileinside",
    "Dunlinpatient",
    "Curlewheader",
    "Siskinwriter",
    "Dotterelcommand",
    "Godwitquery",
    "Avocetanswer",
    "Knotanswerfile",
    "Ruffanswerinside",
    "Pipitrefused",
    "Serinaccountpass",
    "Twiteguessed",
    "Brantrelay",
];

/// The most that waits in one test for what leaves.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// One clinic and all that was put into it.
struct Case {
    daemon: Daemon,
    doctor: Login,
    office: String,
    /// Words of this run: addresses, passwords, links, codes.
    own: Vec<String>,
}

impl Case {
    fn start(relay: &Postfix, format: &str, level: &str) -> Self {
        let office = format!("{}@example.test", name("frontdesk"));
        let daemon = Daemon::start(relay, |settings| {
            settings.text("log.format", format);
            settings.text("log.level", level);
            settings.text("office.notify", &office);
            settings.text("policy.copies", "each");
        });
        let doctor = daemon.account("ruizprovider", "provider");
        let mut case = Self {
            daemon,
            doctor: doctor.clone(),
            office,
            own: Vec::new(),
        };
        case.private(&doctor.address);
        case.private(&doctor.password);
        let office = case.office.clone();
        case.private(&office);
        case
    }

    /// Remembers what may be found nowhere: an address's local part, a secret.
    fn private(&mut self, word: &str) {
        self.own.push(word.split('@').next().unwrap().to_owned());
    }

    fn patient(&mut self, stem: &str) -> String {
        let to = self.daemon.patient(stem);
        self.private(&to);
        to
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        let own = self.own.iter().map(String::as_str);
        TOLD.into_iter().chain(own)
    }

    fn assert_clean(&self, place: &str, octets: &[u8]) {
        for word in self.words() {
            assert!(!holds(octets, word), "{word} stands in {place}");
        }
    }

    fn assert_sealed(&self, when: &str) {
        let files = self.daemon.octets();
        let size: usize = files.iter().map(|(_, octets)| octets.len()).sum();
        assert!(size > 10_000, "the data folder holds {size} octets only");
        for (path, octets) in files {
            self.assert_clean(&format!("{} {when}", path.display()), &octets);
            let name = path.to_string_lossy().into_owned();
            self.assert_clean("a file's name", name.as_bytes());
        }
    }
}

/// A message with every word in its place, in an encoding of its own.
fn letter(from: &Login, to: &str, round: usize) -> String {
    let base64 = |text: &str| BASE64_STANDARD.encode(text);
    let file = "Ploverfileinside, 120 over 80\r\n".repeat(30);
    let text = "You have Wrenbodytext, we fear.\r\n";
    let (subject, name, kind, body, attached) = match round {
        0 => (
            "About Kestrelsubject".to_owned(),
            "filename=\"Finchfilename.txt\"".to_owned(),
            "Content-Transfer-Encoding: 8bit".to_owned(),
            text.to_owned(),
            ("8bit", file),
        ),
        1 => (
            format!("=?utf-8?b?{}?=", base64("Über Kestrelsubject")),
            "filename*=utf-8''%C3%9C%46inchfilename.txt".to_owned(),
            "Content-Transfer-Encoding: base64".to_owned(),
            base64(text),
            ("base64", base64(&file)),
        ),
        _ => (
            "=?iso-8859-1?q?=DCber_=4Bestrelsubject?=".to_owned(),
            "filename*0=\"Finchfi\";\r\n filename*1=\"lename.txt\"".to_owned(),
            "Content-Transfer-Encoding: quoted-printable".to_owned(),
            "You have Wren=\r\nbodytext, we f=65ar.\r\n".to_owned(),
            ("quoted-printable", file.replace("Plover", "=50lover")),
        ),
    };
    // Long lines of base64 are cut as mail programs cut them.
    let cut = |text: &str| match text.contains(' ') {
        true => text.to_owned(),
        false => text
            .as_bytes()
            .chunks(76)
            .fold(String::new(), |mut all, line| {
                let _ = write!(all, "{}\r\n", String::from_utf8_lossy(line));
                all
            }),
    };
    format!(
        "From: \"Siskinwriter\" <{}>\r\nTo: \"Dunlinpatient\" <{to}>\r\nSubject: {subject}\r\nX-Chart: Curlewheader\r\nComments: Curlewheader\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=Curlewheader\r\n\r\n--Curlewheader\r\nContent-Type: text/plain; charset=utf-8\r\n{kind}\r\n\r\n{}\r\n--Curlewheader\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; {name}\r\nContent-Transfer-Encoding: {}\r\n\r\n{}\r\n--Curlewheader--\r\n",
        from.address,
        cut(&body),
        attached.0,
        cut(&attached.1),
    )
}

/// What goes well, what waits, what is refused outside, and what is refused here.
fn submit(case: &mut Case, relay: &Postfix) -> String {
    let doctor = case.doctor.clone();
    let reader = case.patient("janepatient");
    let (defer, reject) = (case.patient("deferpatient"), case.patient("rejectpatient"));
    let local = |address: &str| address.split('@').next().unwrap().to_owned();
    // Relays quote what they refuse, with and without the address's brackets.
    relay.answer(
        &defer,
        &[&format!(
            "450 4.2.0 <{defer}>: Brantrelay, mailbox {} is full",
            local(&defer)
        )],
    );
    relay.answer(
        &reject,
        &[&format!(
            "550 5.1.1 <{reject}>: Brantrelay, user {} unknown",
            local(&reject)
        )],
    );
    let mut smtp = Smtp::sign_in(&case.daemon.door, &doctor);
    for (round, to) in [&reader, &defer, &reject].into_iter().enumerate() {
        let said = smtp.submit(&doctor.address, to, &letter(&doctor, to, round));
        said.unwrap().is(250).unwrap();
    }
    // Refused at the end, by the header, by an octet, and half-way.
    let whole = letter(&doctor, &reader, 0);
    for wrong in [
        whole.replace("From:", "Fr om:"),
        whole.replace("Curlewheader\r\nMIME", "Curlewheader\nMIME"),
        whole.replace("\r\n\r\n--", "\r\nFrom: Siskinwriter\r\n\r\n--"),
        whole.replace(
            "Content-Type: multipart/mixed",
            "To: Dunlinpatient <@\r\nX: y",
        ),
    ] {
        let said = smtp.submit(&doctor.address, &reader, &wrong).unwrap();
        assert!(said.code >= 500, "{said:?}");
    }
    smtp.begin(&doctor.address, &reader).unwrap();
    smtp.send(&whole.as_bytes()[..whole.len() / 2]).unwrap();
    reader
}

/// Commands, names and passwords of people who do not belong here.
fn misbehave(case: &mut Case) {
    let door = case.daemon.door.clone();
    let stranger = case.patient("stranger");
    let mut smtp = Smtp::sign_in(&door, &case.doctor);
    for line in [
        "Dotterelcommand NOW".to_owned(),
        "EHLO Dotterelcommand.example".to_owned(),
        format!("MAIL FROM:<{stranger}>"),
        format!("MAIL FROM:<{}> Dotterelcommand=1", case.doctor.address),
        format!("RCPT TO:<{stranger}"),
        "VRFY Dotterelcommand".to_owned(),
        "GET /Dotterelcommand HTTP/1.1".to_owned(),
    ] {
        let _ = smtp.say(&line);
    }
    for (user, password) in [
        (case.doctor.address.clone(), "Twiteguessed".to_owned()),
        (
            stranger.replace("example.test", "clinic.example"),
            case.doctor.password.clone(),
        ),
        (
            "Twiteguessed".to_owned(),
            "Serinaccountpass 1 2 3".to_owned(),
        ),
        (
            case.doctor.address.clone(),
            "Serinaccountpass 1 2 3".to_owned(),
        ),
    ] {
        let login = Login {
            address: user,
            password,
        };
        let trust = crate::smtp::trusting(&door.certificate);
        assert!(Smtp::try_sign_in(door.submission, &trust, &login).is_err());
    }
}

/// The patient opens, errs, reads, answers, and is refused a file.
fn visit(case: &mut Case, relay: &Postfix, to: &str) {
    let link = notice(&relay.wait_for(to, 1)[0]).link;
    let token = link.rsplit('/').next().unwrap().to_owned();
    case.own.push(token);
    let browser = Browser::new(&case.daemon.door);
    let landing = browser.open(&link);
    browser.open(&format!(
        "{}/Godwitquery?name=Godwitquery&to={to}",
        origin(&link)
    ));
    browser.open(&format!("{link}?Godwitquery=Godwitquery"));
    let asked = browser.send(&format!("{link}/code"), &[("form", &landing.form())]);
    let sent = code(relay.wait_for(to, 2).last().unwrap());
    for wrong in ["000000", "Godwitquery"] {
        let fields = [("form", asked.form()), ("code", wrong.to_owned())];
        let fields = fields.each_ref().map(|(n, v)| (*n, v.as_str()));
        browser.send(&format!("{link}/enter"), &fields);
    }
    let fields = [("form", asked.form()), ("code", sent.clone())];
    let fields = fields.each_ref().map(|(n, v)| (*n, v.as_str()));
    let page = browser
        .send(&format!("{link}/enter"), &fields)
        .says("Wrenbodytext")
        .says("Kestrelsubject");
    case.own.push(sent);
    let file = browser.open(&page.links("/file/")[0]);
    assert!(file.text().contains("Ploverfileinside"));
    let message = page.place().to_owned();
    answer(case, &browser, &message);
}

fn answer(case: &Case, browser: &Browser, message: &str) {
    let reply = format!("{message}/reply");
    let folder = case.daemon.folder.path();
    let (good, bad) = (
        folder.join("Knotanswerfile.txt"),
        folder.join("Pipitrefused.exe"),
    );
    fs::write(&good, "Ruffanswerinside\n".repeat(50)).unwrap();
    fs::write(&bad, "MZ Pipitrefused\n".repeat(50)).unwrap();
    for file in [&bad, &good] {
        let form = browser.open(&reply).form();
        let file = format!("@{}", file.display());
        let fields = [
            ("form", form.as_str()),
            ("text", "Avocetanswer: thank you."),
            ("file", &file),
        ];
        browser.send_files(&reply, &fields);
    }
    browser.open(message).says("You replied");
}

/// An account password is set, and lost.
fn account(case: &Case) {
    let address = &case.doctor.address;
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .arg("-c")
        .arg(&case.daemon.config)
        .args(["user", "passwd", address])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"Serinaccountpass 1 2 3\n").unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// Everything that can be put in; returns when all of it has had its effect.
fn provoke(case: &mut Case, relay: &Postfix) {
    account(case);
    let reader = submit(case, relay);
    misbehave(case);
    visit(case, relay, &reader);
    // The alert of the answer, the report of the refused address, a first try.
    relay.wait_for(&case.office, 1);
    relay.wait_for(&case.doctor.address, 1);
    wait("a first try", || {
        let jobs = case.daemon.jobs();
        jobs.iter().any(|job| job["attempts"] == 1).then_some(())
    });
}

/// What whoever runs the machine sees without asking for addresses.
fn assert_masked(case: &Case) {
    let daemon = &case.daemon;
    let listed = daemon.good(&["message", "list", "--json"]);
    let all: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
    assert!(all.len() >= 4, "{listed}");
    let mut shown = listed.clone();
    for message in &all {
        let id = message["id"].as_str().unwrap();
        shown += &daemon.good(&["message", "show", id]);
        shown += &daemon.good(&["message", "show", id, "--json"]);
    }
    for words in [
        &["message", "list"][..],
        &["queue", "list"],
        &["queue", "list", "--json"],
        &["store", "verify"],
        &["store", "verify", "--json"],
        &["store", "compact", "--json"],
        &["config", "show"],
    ] {
        shown += &daemon.good(words);
    }
    // The office's own address stands in the settings, and what a relay says to
    // the administrator in its own words; nothing else does.
    let office = case.office.split('@').next().unwrap();
    let shown = shown.replace(office, "").replace("Brantrelay", "");
    case.assert_clean("the answers of the admin socket", shown.as_bytes());
    let whole = daemon.good(&["message", "list", "--addresses"]);
    assert!(whole.contains(&case.doctor.address), "{whole}");
}

fn assert_nothing_left(case: &Case, relay: &Postfix) {
    let mails = relay.mails();
    let ours = mails.iter().filter(|mail| {
        let local = mail.to.split('@').next().unwrap();
        case.own.iter().any(|word| word == local)
    });
    let mut count = 0;
    for mail in ours {
        count += 1;
        let text = decoded(mail);
        for word in TOLD {
            assert!(!holds(text.as_bytes(), word), "{word} left in {text}");
        }
        // A mail names its own recipient, who knows the address, and nobody else.
        let local = mail.to.split('@').next().unwrap();
        let others = case
            .own
            .iter()
            .filter(|word| word.len() > 6 && *word != local);
        for word in others.filter(|word| !mail.text().contains(&format!("/m/{word}"))) {
            assert!(!holds(text.as_bytes(), word), "{word} left in {text}");
        }
    }
    assert!(count >= 4, "{count} mails left: too few to prove anything");
}

fn assert_silent(case: &Case, level: &str) {
    let log = case.daemon.log();
    let least = if level == "error" { 0 } else { 5 };
    assert!(log.lines().count() >= least, "nothing was logged: {log}");
    let heard = log
        .lines()
        .filter(|line| line.contains("auth.failed"))
        .count();
    assert!(level == "error" || heard == 4, "{heard} failures in {log}");
    for word in case.words().filter(|word| !is_code(word)) {
        assert!(!holds(log.as_bytes(), word), "{word} was logged:\n{log}");
    }
    // Six digits stand in many a time and id: a code must not stand alone.
    for code in case.words().filter(|word| is_code(word)) {
        let mut words = log.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        assert!(!words.any(|word| word == code), "a code was logged:\n{log}");
    }
}

fn is_code(word: &str) -> bool {
    word.len() == 6 && word.bytes().all(|octet| octet.is_ascii_digit())
}

/// One level of one format, from the first word to the last look.
fn look_everywhere(format: &str, level: &str) {
    let relay = relay();
    let mut case = Case::start(&relay, format, level);
    provoke(&mut case, &relay);
    assert_masked(&case);
    case.assert_sealed("while it runs");
    for file in ["environ", "cmdline"] {
        case.assert_clean(file, &case.daemon.about(file));
    }
    case.daemon.kill();
    case.assert_sealed("after a kill");
    case.daemon.resume();
    assert_eq!(case.daemon.stop().code(), Some(0));
    case.assert_sealed("after the end");
    assert_silent(&case, level);
    assert_nothing_left(&case, &relay);
}

#[test]
fn no_word_of_a_patient_and_no_secret_is_found_anywhere_at_any_level_of_the_log() {
    for level in LEVELS {
        look_everywhere("text", level);
    }
}

#[test]
fn nor_in_the_log_for_programs() {
    look_everywhere("json", "trace");
}

#[test]
fn no_core_file_and_no_secret_beside_the_process() {
    let relay = relay();
    let case = Case::start(&relay, "text", "info");
    let limits = String::from_utf8(case.daemon.about("limits")).unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size"));
    let values: Vec<&str> = core.unwrap().split_whitespace().skip(4).collect();
    assert_eq!(values[..2], ["0", "0"], "{limits}");
    let environment = case.daemon.about("environ");
    let key = case.daemon.data.with_file_name("keys").join("store.key");
    let key = fs::read_to_string(key).unwrap();
    case.assert_clean("environ", &environment);
    assert!(!holds(&environment, key.trim()));
    assert!(!holds(&case.daemon.about("cmdline"), key.trim()));
}

#[test]
fn the_search_finds_a_word_in_every_disguise() {
    let word = "Kestrelsubject";
    let hex: String = word.bytes().map(|b| format!("{b:02x}")).collect();
    let percent: String = word.bytes().map(|b| format!("%{b:02X}")).collect();
    let quoted: String = word.bytes().map(|b| format!("={b:02X}")).collect();
    let escaped: String = word.bytes().map(|b| format!("\\u{b:04x}")).collect();
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let back: String = word.chars().rev().collect();
    for text in [hex, percent, quoted, escaped, back, word.to_uppercase()] {
        assert!(holds(format!("..{text}..").as_bytes(), word), "{text}");
    }
    assert!(holds(&wide, word));
    assert!(!holds(b"Kestrel subject", word));
}
