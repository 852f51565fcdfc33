//! What became of a message, as the mail program of its writer shows it.

use crate::browser::Browser;
use crate::harness::{House, Login, notice, relay, wait};
use crate::holding::{Clinic, WAITING, count, newest, told};
use crate::imap::Imap;
use crate::programs::{Letter, swaks};
use crate::visit::{announced, opened};
use jiff::SignedDuration;
use sealpost::policy::How;

/// The one keyword that says what became of the only message of a folder.
///
/// A change between two commands may be told before the answer (RFC 3501,
/// section 7.4.2): each line bears one keyword, and the last line is the newest.
fn mark(imap: &mut Imap, folder: &str) -> String {
    imap.good(&format!("EXAMINE \"{folder}\""));
    let said = imap.good("FETCH 1 FLAGS");
    let mut newest = None;
    for line in said.lines().filter(|line| line.contains("FETCH (")) {
        let marks: Vec<&str> = line
            .split([' ', '(', ')'])
            .filter(|word| word.starts_with("Sealpost-"))
            .collect();
        assert_eq!(marks.len(), 1, "{said}");
        newest = Some(marks[0].to_owned());
    }
    newest.unwrap_or_else(|| panic!("no message in {folder}: {said}"))
}

/// Waits until the copy in Sent says this.
fn shows(house: &House, login: &Login, word: &str) {
    let mut imap = Imap::sign_in(&house.door, login);
    wait(word, || (mark(&mut imap, "Sent") == word).then_some(()));
}

fn modseq(imap: &mut Imap) -> u64 {
    let said = imap.good("FETCH 1 MODSEQ");
    let (_, rest) = said.split_once("MODSEQ (").unwrap();
    rest.split(')').next().unwrap().parse().unwrap()
}

#[test]
fn a_writer_sees_in_sent_how_far_a_message_came_and_idle_tells() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    shows(&house, &house.doctor, "Sealpost-Noticed");
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    imap.good("SELECT Sent");
    imap.good("STORE 1 +FLAGS ($Important)");
    let before = modseq(&mut imap);
    imap.send(b"x IDLE\r\n").unwrap();
    imap.told("+ ");
    let browser = Browser::new(&house.door);
    browser.open(&link).says("Send me a code");
    let page = opened(&relay, &browser, &link, &to).says("Please come fasting.");
    let line = imap.told("Sealpost-");
    assert!(
        line.contains("Sealpost-Opened"),
        "a link's page counts as opened: {line}"
    );
    assert!(
        line.contains("$Important") && line.contains("\\Seen"),
        "{line}"
    );
    browser.open(&page.links("/file/")[0]);
    imap.told("Sealpost-Downloaded");
    let message = page.place().to_owned();
    let form = browser.open(&format!("{message}/reply")).form();
    browser.send_files(
        &format!("{message}/reply"),
        &[("form", form.as_str()), ("text", "I will.")],
    );
    imap.told("Sealpost-Replied");
    imap.send(b"DONE\r\n").unwrap();
    imap.answer().unwrap();
    assert!(modseq(&mut imap) > before);
    assert_eq!(mark(&mut imap, "Sent"), "Sealpost-Replied");
    house.drained();
}

#[test]
fn of_several_recipients_the_worst_is_shown() {
    let relay = relay();
    let house = House::with(&relay, |s| s.text("policy.copies", "each"));
    let mut all: Vec<String> = (0..8).map(|_| house.patient("jane")).collect();
    let letter = Letter::new(&house.doctor, &all.join(","));
    let said = swaks(&house.door, &house.doctor, &letter, true, &[]);
    assert!(said.good, "{}", said.text);
    shows(&house, &house.doctor, "Sealpost-Noticed");
    all.push(house.patient("reject"));
    house.drained();
    let other = house.account("second", sealpost::model::Role::Provider);
    let letter = Letter::new(&other, &all.join(","));
    let said = swaks(&house.door, &other, &letter, true, &[]);
    assert!(said.good, "{}", said.text);
    shows(&house, &other, "Sealpost-Failed");
    house.drained();
}

#[test]
fn who_writes_and_whose_name_it_bears_see_what_waits_and_what_became_of_it() {
    let clinic = Clinic::open(|_| ());
    let house = &clinic.house;
    let id = clinic.held(&clinic.letter());
    for login in [&clinic.desk, clinic.doctor()] {
        let shown = mark(&mut clinic.imap(login), WAITING);
        assert_eq!(shown, "Sealpost-Held");
    }
    let by = clinic.by(clinic.doctor(), How::Own);
    let view = clinic.shown(clinic.doctor()).remove(0);
    clinic.release(&view, &by).unwrap();
    for login in [&clinic.desk, clinic.doctor()] {
        shows(house, login, "Sealpost-Noticed");
    }
    let said = house.command(&["message", "recall", &id, "--yes"]);
    assert!(said.status.success());
    for login in [&clinic.desk, clinic.doctor()] {
        shows(house, login, "Sealpost-Recalled");
    }
}

#[test]
fn a_message_nobody_read_shows_that_it_expired_and_an_extension_that_it_goes_on() {
    let relay = relay();
    let house = House::with(&relay, |s| s.text("policy.expires", "2d"));
    let to = house.patient("jane");
    announced(&relay, &house.door, &house.doctor, &to);
    shows(&house, &house.doctor, "Sealpost-Noticed");
    let listed = house.json(&["message", "list", "--json"]);
    let id = listed[0]["id"].as_str().unwrap().to_owned();
    house.later(SignedDuration::from_hours(50));
    shows(&house, &house.doctor, "Sealpost-Expired");
    let letter = told(&mut Imap::sign_in(&house.door, &house.doctor));
    for word in [to.as_str(), id.as_str(), "has not opened", "extend"] {
        assert!(letter.contains(word), "{word} is not in {letter}");
    }
    house.later(SignedDuration::from_hours(3));
    house.drained();
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    assert_eq!(count(&mut imap, "INBOX"), 1, "told once and no more");
    assert!(relay.mails().iter().all(|m| m.to != house.doctor.address));
    let said = house.command(&["message", "extend", &id]);
    assert!(said.status.success());
    shows(&house, &house.doctor, "Sealpost-Noticed");
    relay.wait_for(&to, 2);
    house.drained();
}

#[test]
fn whoever_asks_for_a_receipt_is_told_once_inside_that_it_was_opened() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let letter = Letter::new(&house.doctor, &to);
    let asks = format!("Disposition-Notification-To: {}", house.doctor.address);
    let said = swaks(
        &house.door,
        &house.doctor,
        &letter,
        true,
        &[
            "--header",
            &asks,
            "--header",
            "Message-Id: <asked@clinic.example>",
        ],
    );
    assert!(said.good, "{}", said.text);
    let link = notice(&relay.wait_for(&to, 1)[0]).link;
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    // Somebody looks at the link: that is no reader.
    Browser::new(&house.door).open(&link).says("Send me a code");
    house.drained();
    assert_eq!(count(&mut imap, "INBOX"), 0, "a look counts as reading");
    for _ in 0..2 {
        let browser = Browser::new(&house.door);
        opened(&relay, &browser, &link, &to).says("Please come fasting.");
        house.later(SignedDuration::from_mins(2));
    }
    wait("the receipt", || {
        (count(&mut imap, "INBOX") > 0).then_some(())
    });
    let report = newest(&mut imap, "INBOX");
    for line in [
        "report-type=\"disposition-notification\"",
        "Original-Message-ID: <asked@clinic.example>",
        &format!("Final-Recipient: rfc822; {to}"),
        "Disposition: manual-action/MDN-sent-automatically; displayed",
    ] {
        assert!(report.contains(line), "{line} is not in {report}");
    }
    assert!(!report.contains("fasting"), "it returns the text");
    house.drained();
    assert_eq!(count(&mut imap, "INBOX"), 1, "told once and no more");
    assert!(
        relay.mails().iter().all(|m| m.to != house.doctor.address),
        "it left"
    );
}
