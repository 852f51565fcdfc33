//! What comes back after the relay had taken it: real reports by a real Postfix,
//! refusals as swaks hears them.

use crate::browser::Browser;
use crate::harness::{House, name, relay, wait};
use crate::holding::{count, newest};
use crate::imap::Imap;
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use crate::settings::{Settings, free_port};
use crate::visit::{announced, opened};
use std::fs;
use std::process::{Command, Stdio};

fn listens(settings: &mut Settings) {
    settings.set("inbound.listen", "[\"127.0.0.1:0\"]");
}

/// What another server says to the door, as swaks plays it.
fn brings(house: &House, to: &str, mail: &str, more: &[&str]) -> (bool, String) {
    let file = house.data.with_file_name(name("returned"));
    fs::write(&file, mail).unwrap();
    let output = Command::new("swaks")
        .args([
            "--server",
            "127.0.0.1",
            "--port",
            &house.inbound().to_string(),
        ])
        .args(["--ehlo", "mx.example.test", "--from", "<>", "--to", to])
        .args(["--data", &format!("@{}", file.display()), "--timeout", "30"])
        .args(more)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), said)
}

/// A report about somebody else altogether: whom it is about, its words never say.
fn report(facts: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.test\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.test\n\nFinal-Recipient: rfc822; other@elsewhere.example\n{facts}\n\n--b--\n"
    )
}

const FAILED: &str =
    "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such mailbox";

fn state(house: &House) -> String {
    let listed = house.json(&["message", "list", "--json"]);
    let mut all = listed.as_array().unwrap().iter();
    let sent = all.find(|m| m["direction"] == "outgoing").unwrap();
    sent["recipients"][0]["state"].as_str().unwrap().to_owned()
}

/// The notes of the audit trail.
fn noted(house: &House) -> Vec<String> {
    let read = house.run(house.store().audit_events(0, 1000)).unwrap();
    read.into_iter().map(|audited| audited.event.note).collect()
}

#[test]
fn a_notice_that_comes_back_after_the_relay_took_it_is_reported_to_its_writer() {
    let (port, mx) = (free_port(), relay());
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("postfix")).unwrap();
    // It takes every mail, and hands some to a server that wants none of them; then
    // it says so to the return address, over STARTTLS.
    fs::write(
        folder.path().join("postfix/transport"),
        format!(
            "/^gone.*@example\\.test$/ smtp:[127.0.0.1]:{}\n/^secure-mail\\+.*@clinic\\.example$/ smtp:[127.0.0.1]:{port}\n",
            mx.plain_port
        ),
    )
    .unwrap();
    let postfix = Postfix::start_with(
        folder.path(),
        "transport_maps = regexp:FOLDER/transport\nsmtp_tls_security_level = may\nsmtp_tls_loglevel = 1\nmyhostname = first.example.test\n",
    );
    let house = House::with(&postfix, |s| {
        s.set("inbound.listen", &format!("[\"127.0.0.1:{port}\"]"));
    });
    let to = house.patient("gone");
    mx.answer(&to, &["550 5.1.1 that mailbox has moved away"]);
    let letter = Letter::new(&house.doctor, &to);
    let said = swaks(&house.door, &house.doctor, &letter, true, &[]);
    assert!(said.good, "{}", said.text);
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    wait("the report", || {
        (count(&mut imap, "INBOX") > 0).then_some(())
    });
    let report = newest(&mut imap, "INBOX").replace("=\r\n", "");
    for words in [
        "Action: failed",
        "Status: 5.1.1",
        "that mailbox has moved away",
        "that mailbox does not exist",
        to.as_str(),
    ] {
        assert!(report.contains(words), "{words} is not in {report}");
    }
    assert!(!report.contains("fasting"), "the report returns the text");
    let taken = postfix.accepted().len();
    assert!(
        taken >= 2,
        "it refused the notice at once: {}",
        postfix.log()
    );
    assert_eq!(state(&house), "notice-bounced");
    imap.good("EXAMINE Sent");
    let flags = imap.good("FETCH 1 FLAGS");
    assert!(flags.contains("Sealpost-Failed"), "{flags}");
    let told = &postfix.wait_for(&house.doctor.address, 1)[0];
    assert!(!told.text().contains(&to), "what leaves names the patient");
    let secured = format!("TLS connection established to 127.0.0.1[127.0.0.1]:{port}");
    assert!(postfix.log().contains(&secured), "{}", postfix.log());
    // The server that brought it is told that it was taken.
    wait("the relay's note", || {
        let log = postfix.log();
        let mut lines = log.lines();
        lines.find(|l| l.contains("to=<secure-mail+n") && l.contains("status=sent (250"))?;
        Some(())
    });
    house.drained();
    assert_eq!(count(&mut imap, "INBOX"), 1, "one report and no more");
}

#[test]
fn nothing_is_taken_but_for_a_return_address_that_we_signed() {
    let relay = relay();
    let house = House::with(&relay, listens);
    let to = house.patient("jane");
    announced(&relay, &house.door, &house.doctor, &to);
    let ours = relay.wait_for(&to, 1)[0].from.clone();
    house.drained();
    let forged = ours.replacen("+n", "+c", 1);
    let mail = report(FAILED);
    for (address, code) in [
        ("somebody@elsewhere.example", "550 5.7.1"),
        (house.doctor.address.as_str(), "550 5.1.1"),
        ("secure-mail@clinic.example", "550 5.1.1"),
        (forged.as_str(), "550 5.1.1"),
    ] {
        let (good, said) = brings(&house, address, &mail, &[]);
        assert!(!good && said.contains(code), "{said}");
    }
    let (good, said) = brings(
        &house,
        &ours,
        &mail,
        &[
            "--auth",
            "PLAIN",
            "--auth-user",
            "x",
            "--auth-password",
            "y",
        ],
    );
    assert!(!good, "{said}");
    let large = format!(
        "{mail}{}",
        "a line that goes on and on and on\n".repeat(40_000)
    );
    let (good, said) = brings(&house, &ours, &large, &[]);
    assert!(!good && said.contains("552 5.3.4"), "{}", said.len());
    assert_eq!(state(&house), "notice-accepted", "something of it counted");
    // Under TLS, and said by somebody who is not the null sender.
    let (good, said) = brings(
        &house,
        &ours,
        &mail,
        &["--tls", "--from", "daemon@mx.example.test"],
    );
    assert!(good, "{said}");
    assert_eq!(state(&house), "notice-bounced");
}

#[test]
fn the_same_report_twice_tells_once_and_whatever_is_no_report_tells_nothing() {
    let relay = relay();
    let house = House::with(&relay, listens);
    let to = house.patient("jane");
    announced(&relay, &house.door, &house.doctor, &to);
    let ours = relay.wait_for(&to, 1)[0].from.clone();
    house.drained();
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let away = "From: jane@example.test\nSubject: Out of office\nAuto-Submitted: auto-replied\n\nAction: failed\n";
    for (mail, note) in [
        (away.to_owned(), "no-failure"),
        (report("Action: delivered\nStatus: 2.0.0"), "no-failure"),
        (report("Action: delayed\nStatus: 4.4.1"), "late-elsewhere"),
    ] {
        let (good, said) = brings(&house, &ours, &mail, &[]);
        assert!(good, "{said}");
        assert!(
            noted(&house).iter().any(|n| n == note),
            "{note} is not on record"
        );
        assert_eq!(state(&house), "notice-accepted");
    }
    house.drained();
    assert_eq!(count(&mut imap, "INBOX"), 0, "somebody was told of nothing");
    for _ in 0..2 {
        let (good, said) = brings(&house, &ours, &report(FAILED), &[]);
        assert!(good, "{said}");
    }
    assert_eq!(state(&house), "notice-bounced");
    house.drained();
    assert_eq!(count(&mut imap, "INBOX"), 1, "told once and no more");
    let told = newest(&mut imap, "INBOX");
    assert!(
        told.contains(&to) && !told.contains("other@elsewhere"),
        "{told}"
    );
}

#[test]
fn a_message_that_was_read_is_not_moved_back_by_what_comes_late() {
    let relay = relay();
    let house = House::with(&relay, listens);
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let ours = relay.wait_for(&to, 1)[0].from.clone();
    let browser = Browser::new(&house.door);
    opened(&relay, &browser, &link, &to).says("Please come fasting.");
    let (good, said) = brings(&house, &ours, &report(FAILED), &[]);
    assert!(good, "{said}");
    assert_eq!(state(&house), "opened");
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    assert_eq!(count(&mut imap, "INBOX"), 0);
}

#[test]
fn a_code_that_comes_back_is_said_on_the_page_that_waits_for_it() {
    let relay = relay();
    let house = House::with(&relay, listens);
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let browser = Browser::new(&house.door);
    let landing = browser.open(&link).says("Send me a code");
    let asked = browser.send(&format!("{link}/code"), &[("form", &landing.form())]);
    let place = asked.place().to_owned();
    let code = relay.wait_for(&to, 2)[1].from.clone();
    assert!(code.contains("+c"), "{code}");
    house.drained();
    let refused = "We could not send the code.";
    let page = browser.open(&place).text();
    assert!(!page.contains(refused), "{page}");
    let (good, said) = brings(&house, &code, &report(FAILED), &[]);
    assert!(good, "{said}");
    browser.open(&place).says(refused);
    assert_eq!(state(&house), "notice-accepted", "a code is no notice");
}
