//! Real mail programs at the door: what they send arrives as a notice, and what
//! is refused they are told in words.

use crate::harness::{House, Login, decoded, notice, relay};
use crate::postfix::Postfix;
use crate::programs::{Letter, Said, msmtp, python, swaks};
use crate::smtp::Smtp;
use sealpost::folders;
use sealpost::model::{Notify, Recipient, Return, Role};
use sealpost::store::records::Message;
use std::fs;
use std::path::Path;

/// One notice came to `to`, and it says nothing of the letter.
fn noticed(relay: &Postfix, house: &House, to: &str) {
    let mails = relay.wait_for(to, 1);
    let notice = notice(&mails[0]);
    assert!(notice.link.starts_with("https://localhost:"), "{notice:?}");
    assert!(!notice.decoded.contains("fasting"), "{notice:?}");
    assert!(!notice.decoded.contains("About your visit"), "{notice:?}");
    assert!(
        !notice.decoded.contains(&house.doctor.address),
        "{notice:?}"
    );
    house.drained();
    assert_eq!(relay.wait_for(to, 1).len(), 1, "a second notice came");
}

fn accepted(said: &Said) {
    assert!(said.good, "{}", said.text);
}

fn messages(house: &House) -> Vec<Message> {
    house
        .run(house.store().range_back::<Message>(&[], None, 100))
        .unwrap()
}

#[test]
fn swaks_sends_on_both_ports_and_with_both_mechanisms() {
    let relay = relay();
    let house = House::open(&relay);
    for (tls, mechanism) in [
        (false, "PLAIN"),
        (true, "LOGIN"),
        (true, "PLAIN"),
        (false, "LOGIN"),
    ] {
        let to = house.patient("jane");
        let letter = Letter::new(&house.doctor, &to);
        let said = swaks(
            &house.door,
            &house.doctor,
            &letter,
            tls,
            &["--auth", mechanism],
        );
        accepted(&said);
        assert!(
            said.text.contains("250 2.0.0 Accepted. Reference "),
            "{}",
            said.text
        );
        noticed(&relay, &house, &to);
    }
    assert_eq!(messages(&house).len(), 4);
}

#[test]
fn swaks_pipelines_and_attaches_a_file() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let letter = Letter::new(&house.doctor, &to);
    let more = [
        "--pipeline",
        "--attach-name",
        "plan.pdf",
        "--attach",
        "@Cargo.lock",
    ];
    accepted(&swaks(&house.door, &house.doctor, &letter, false, &more));
    noticed(&relay, &house, &to);
    let size = fs::metadata("Cargo.lock").unwrap().len();
    assert!(messages(&house)[0].size > size, "the file was lost");
}

#[test]
fn msmtp_sends_on_both_ports() {
    let relay = relay();
    let house = House::open(&relay);
    for tls in [false, true] {
        let to = house.patient("jane");
        accepted(&msmtp(
            &house.door,
            &house.doctor,
            &Letter::new(&house.doctor, &to),
            tls,
        ));
        noticed(&relay, &house, &to);
    }
}

#[test]
fn smtplib_sends_eight_bit_text() {
    let relay = relay();
    let house = House::open(&relay);
    for mechanism in ["PLAIN", "LOGIN"] {
        let to = house.patient("jane");
        let said = python(
            &house.door,
            &house.doctor,
            &to,
            mechanism,
            &[
                "text = f'From: {me}\\r\\nTo: {you}\\r\\nSubject: Cita\\r\\nMIME-Version: 1.0\\r\\nContent-Type: text/plain; charset=utf-8\\r\\nContent-Transfer-Encoding: 8bit\\r\\n\\r\\nVenga en ayunas, señora.\\r\\n'",
                "s.sendmail(me, [you], text.encode(), mail_options=['BODY=8BITMIME'])",
            ],
        );
        accepted(&said);
        noticed(&relay, &house, &to);
    }
}

#[test]
fn smtplib_sends_to_an_international_address() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house
        .patient("josé")
        .replace("example.test", "clínica.test");
    let said = python(
        &house.door,
        &house.doctor,
        &to,
        "PLAIN",
        &[
            "m = EmailMessage()",
            "m['From'], m['To'], m['Subject'] = me, you, 'Cita de mañana'",
            "m.set_content('Venga en ayunas, señora.')",
            "s.send_message(m)",
        ],
    );
    accepted(&said);
    noticed(&relay, &house, &to);
}

#[test]
fn a_client_sends_in_chunks() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let letter = Letter::new(&house.doctor, &to)
        .lines()
        .replace('\n', "\r\n");
    let (first, second) = letter.split_at(60);
    let mut smtp = Smtp::sign_in(&house.door, &house.doctor);
    let said = smtp.say(&format!(
        "MAIL FROM:<{}> BODY=8BITMIME",
        house.doctor.address
    ));
    said.unwrap().is(250).unwrap();
    smtp.say(&format!("RCPT TO:<{to}>"))
        .unwrap()
        .is(250)
        .unwrap();
    // RFC 3030 §2: the octets follow the command, whatever they are.
    smtp.send(format!("BDAT {}\r\n{first}", first.len()).as_bytes())
        .unwrap();
    smtp.read().unwrap().is(250).unwrap();
    smtp.send(format!("BDAT {} LAST\r\n{second}", second.len()).as_bytes())
        .unwrap();
    let said = smtp.read().unwrap().is(250).unwrap();
    assert!(said.text.contains("Reference"), "{said:?}");
    noticed(&relay, &house, &to);
}

#[test]
fn what_a_sender_wants_to_hear_is_kept_and_told() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let letter = Letter::new(&house.doctor, &to)
        .lines()
        .replace('\n', "\r\n");
    let mut smtp = Smtp::sign_in(&house.door, &house.doctor);
    for line in [
        format!(
            "MAIL FROM:<{}> RET=HDRS ENVID=QQ314159",
            house.doctor.address
        ),
        format!("RCPT TO:<{to}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{to}"),
    ] {
        smtp.say(&line).unwrap().is(250).unwrap();
    }
    smtp.say("DATA").unwrap().is(354).unwrap();
    smtp.send(format!("{letter}.\r\n").as_bytes()).unwrap();
    smtp.read().unwrap().is(250).unwrap();
    noticed(&relay, &house, &to);
    // The report that was filed is a message too, and nobody's own.
    let mut messages = messages(&house).into_iter();
    let message = messages.find(|m| m.account.is_some()).unwrap();
    assert_eq!(message.envid.as_deref(), Some("QQ314159"));
    assert_eq!(message.ret, Some(Return::Headers));
    let recipient = house.run(house.store().get(&Recipient::at(message.id, 0)));
    let recipient = recipient.unwrap().unwrap();
    assert_eq!(recipient.original, Some(format!("rfc822;{to}")));
    let wanted = Notify::On {
        success: true,
        failure: true,
        delay: false,
    };
    assert_eq!(recipient.notify, wanted);
    // The notice was taken, and the sender asked to hear so.
    house.drained();
    let filed = house.run(async {
        let store = house.store();
        let inbox = folders::id(store, message.account, "INBOX");
        let entries = store.entries(inbox, 0, 9).await.unwrap();
        assert_eq!(entries.len(), 1);
        let report = store.get(&Message::at(entries[0].message)).await.unwrap();
        let content = store.open_content(report.unwrap().content).await.unwrap();
        content.unwrap().read(0, 1 << 20).await.unwrap().to_vec()
    });
    let report = String::from_utf8(filed).unwrap();
    for line in [
        "Action: relayed\r\n",
        "Original-Envelope-Id: QQ314159\r\n",
        &format!("Original-Recipient: rfc822;{to}\r\n"),
    ] {
        assert!(report.contains(line), "{line} is not in {report}");
    }
    let outside = decoded(&relay.wait_for(&house.doctor.address, 1)[0]);
    assert!(!outside.contains(&to), "{outside}");
}

#[test]
fn a_message_that_is_sent_again_after_a_lost_answer_is_one_message() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let letter = format!(
        "Message-ID: <{to}>\n{}",
        Letter::new(&house.doctor, &to).lines()
    );
    let letter = letter.replace('\n', "\r\n");
    let first = Smtp::sign_in(&house.door, &house.doctor)
        .submit(&house.doctor.address, &to, &letter)
        .unwrap();
    let again = Smtp::sign_in(&house.door, &house.doctor)
        .submit(&house.doctor.address, &to, &letter)
        .unwrap();
    assert_eq!((first.code, &first.text), (250, &again.text));
    noticed(&relay, &house, &to);
    assert_eq!(messages(&house).len(), 1);
}

/// A letter, what swaks is told besides, and the sentence that comes back.
type Slip = (Letter, Vec<String>, &'static str);

const COPY: &str = "550 5.7.1 A secure message goes directly to one patient. Please move the patient's address from Cc or Bcc to To and send again.";

/// What is wrong with the letter itself.
fn wrong_letters(letter: &Letter, desk: &Login, other: &str) -> Vec<Slip> {
    let with = |change: &dyn Fn(&mut Letter), sentence| {
        let mut changed = letter.clone();
        change(&mut changed);
        (changed, Vec::new(), sentence)
    };
    vec![
        with(
            &|l| l.subject = " \u{a0} ".to_owned(),
            "554 5.6.0 The subject is empty. Please write a subject and send again.",
        ),
        with(
            &|l| l.text = " ".to_owned(),
            "554 5.6.0 The message has no text. Please write a few words in the message itself and send again.",
        ),
        with(
            &|l| l.from.clone_from(&desk.address),
            "553 5.7.1 You signed in as ",
        ),
        with(
            &|l| l.to = format!("{},{other}", l.to),
            "550 5.7.1 This message is for several people outside the clinic. A secure message goes to one patient at a time.",
        ),
    ]
}

/// What is wrong with its header, or its size.
fn wrong_headers(letter: &Letter, desk: &Login, scan: &Path) -> Vec<Slip> {
    let with = |words: &[&str], sentence| {
        let words = words.iter().map(|w| (*w).to_owned()).collect();
        (letter.clone(), words, sentence)
    };
    let (cc, from) = (
        format!("Cc: {}", letter.to),
        format!("From: {}", desk.address),
    );
    let to = format!("To: {}", desk.address);
    let scan = format!("@{}", scan.display());
    vec![
        with(&["--header", &cc, "--header", &to], COPY),
        with(&["--header", "To: undisclosed-recipients:;"], COPY),
        with(
            &["--header", "From: somebody@else.example"],
            "553 5.7.1 You signed in as ",
        ),
        with(&["--header", &from], "553 5.7.1 You signed in as "),
        with(
            &["--header", "Auto-Submitted: auto-replied"],
            "550 5.7.1 This is an automatic message or a read receipt, and those are not sent to patients.",
        ),
        with(
            &["--attach-name", "scan.png", "--attach", &scan],
            "552 5.3.4 The message with its files is larger than 1 MB. Send the files in several messages, or make them smaller.",
        ),
    ]
}

#[test]
fn what_is_refused_is_told_in_words_and_leaves_nothing_behind() {
    let relay = relay();
    let house = House::with(&relay, |s| s.set("submission.max-message-size", "\"1 MB\""));
    let desk = house.account("desk", Role::Staff);
    let scan = house.data.with_file_name("scan");
    fs::write(&scan, vec![b'x'; 1_000_000]).unwrap();
    let letter = Letter::new(&house.doctor, &house.patient("jane"));
    let mut slips = wrong_letters(&letter, &desk, &house.patient("carl"));
    slips.extend(wrong_headers(&letter, &desk, &scan));
    for (letter, more, sentence) in slips {
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let said = swaks(&house.door, &house.doctor, &letter, false, &more);
        assert!(!said.good, "accepted: {}", said.text);
        let told = heard(&said.text);
        assert!(told.contains(sentence), "{sentence:?} is not in {told:?}");
    }
    let letter = Letter::new(&desk, &house.patient("jane"));
    let said = swaks(&house.door, &desk, &letter, true, &[]);
    let told = heard(&said.text);
    assert!(
        told.contains("553 5.7.1 A message to somebody outside goes out in a provider's name."),
        "{told}"
    );
    assert!(
        messages(&house).is_empty(),
        "a refused message is in the store"
    );
    assert_eq!(
        files(&house.data.join("content")),
        0,
        "content was left behind"
    );
    assert!(house.jobs().is_empty());
}

#[test]
fn msmtp_and_smtplib_show_the_sentence_too() {
    let relay = relay();
    let house = House::open(&relay);
    let mut letter = Letter::new(&house.doctor, &house.patient("jane"));
    letter.subject = String::new();
    let said = msmtp(&house.door, &house.doctor, &letter, false);
    assert!(!said.good);
    assert!(
        said.text
            .contains("The subject is empty. Please write a subject"),
        "{}",
        said.text
    );
    let said = python(
        &house.door,
        &house.doctor,
        &letter.to,
        "PLAIN",
        &[
            "m = EmailMessage()",
            "m['From'], m['To'], m['Subject'] = me, you, 'Your visit'",
            "s.send_message(m)",
        ],
    );
    assert!(!said.good);
    assert!(
        said.text.contains("554 5.6.0 The message has no text."),
        "{}",
        said.text
    );
    assert!(messages(&house).is_empty());
}

#[test]
fn nobody_signs_in_without_tls_or_with_a_wrong_password() {
    let relay = relay();
    let house = House::open(&relay);
    let mut smtp = Smtp::connect(house.door.submission).unwrap();
    let offered = smtp.ehlo().unwrap().text;
    assert!(
        offered.contains("STARTTLS") && !offered.contains("AUTH"),
        "{offered}"
    );
    let said = smtp.say("AUTH PLAIN AGEAYg==").unwrap();
    assert_eq!(said.code, 538, "{said:?}");
    assert!(
        said.text
            .contains("choose SSL/TLS with port 465, or STARTTLS with port 587")
    );
    let said = smtp.say("MAIL FROM:<a@clinic.example>").unwrap();
    assert_eq!(said.code, 530, "{said:?}");

    let letter = Letter::new(&house.doctor, &house.patient("jane"));
    let mut wrong = house.doctor.clone();
    wrong.password = "correct-horse-battery".to_owned();
    house.hide(&wrong.password);
    let said = swaks(&house.door, &wrong, &letter, false, &[]);
    assert!(!said.good);
    let told = heard(&said.text);
    assert!(
        told.contains("535 5.7.8 The e-mail address or the app password is not correct."),
        "{told}"
    );
    assert!(messages(&house).is_empty());
}

#[test]
fn a_message_to_oneself_is_filed_and_announced() {
    let relay = relay();
    let house = House::open(&relay);
    let letter = Letter::new(&house.doctor, &house.doctor.address.clone());
    accepted(&swaks(&house.door, &house.doctor, &letter, false, &[]));
    let mails = relay.wait_for(&house.doctor.address, 1);
    notice(&mails[0]);
    house.drained();
}

/// What swaks was told, its lines joined.
fn heard(transcript: &str) -> String {
    let lines = transcript.lines().filter_map(|line| {
        let line = line.strip_prefix("<** ").or(line.strip_prefix("<~* "))?;
        Some(line)
    });
    let mut told = String::new();
    for line in lines {
        let (code, rest) = line.split_at_checked(4).unwrap_or((line, ""));
        // A long sentence takes several lines, each with code and enhanced code.
        let rest = match told.is_empty() {
            true => format!("{} {rest}", code.trim_end_matches(['-', ' '])),
            false => rest
                .split_once(' ')
                .map_or(rest, |(_, words)| words)
                .to_owned(),
        };
        if !told.is_empty() {
            told.push(' ');
        }
        told.push_str(&rest);
    }
    told
}

fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files(&path) } else { 1 })
        .sum()
}
