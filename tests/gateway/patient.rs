//! The patient's side, from the notice in the mailbox to the answer in the
//! office, and what scanners and strangers get.

use crate::browser::{Browser, code, origin};
use crate::daemon::Daemon;
use crate::harness::{House, decoded, relay, wait};
use crate::visit::{announced, opened, replied};
use jiff::SignedDuration;
use sealpost::access::accounts;
use sealpost::folders;
use sealpost::model::{Address, Direction};
use sealpost::store::records::Message;
use std::fs;

/// The answer as it was filed in the doctor's INBOX, decoded.
fn answered(house: &House) -> String {
    let answer = wait("the answer", || {
        let store = house.store();
        let all = house.run(store.range_back::<Message>(&[], None, 10));
        let mut all = all.unwrap().into_iter();
        all.find(|m| m.direction == Direction::Incoming)
    });
    let octets = house.run(async {
        let store = house.store();
        let doctor = Address::parse(&house.doctor.address).unwrap();
        let account = accounts::active(store, &doctor).await.unwrap().unwrap();
        let inbox = folders::id(store, Some(account.id), "INBOX");
        let entries = store.entries(inbox, 0, 10).await.unwrap();
        assert!(entries.iter().any(|e| e.message == answer.id), "not filed");
        let content = store.open_content(answer.content).await.unwrap().unwrap();
        content.read(0, 1 << 20).await.unwrap().to_vec()
    });
    decoded(&crate::postfix::Mail {
        from: String::new(),
        to: String::new(),
        octets,
    })
}

/// Writes an answer with a file to the message at this address.
fn answer(house: &House, browser: &Browser, message: &str) {
    let note = house.data.with_file_name("note.txt");
    fs::write(&note, "Avocetfile: a note of mine\n").unwrap();
    house.hide("Avocet");
    let text = "Avocettext: I will, thank you.";
    replied(browser, message, text, &[note]);
    browser.open(message).says("You replied");
}

// WM8
#[test]
fn a_notice_comes_from_the_address_that_the_clinic_has_set_for_notices() {
    let relay = relay();
    let house = House::with(&relay, |settings| {
        settings.text("notice.from", "front-desk@clinic.example");
    });
    let to = house.patient("jane");
    announced(&relay, &house.door, &house.doctor, &to);
    let mail = relay.wait_for(&to, 1).remove(0);
    let text = String::from_utf8(mail.octets).unwrap();
    let from = text.lines().find(|line| line.starts_with("From:")).unwrap();
    assert!(from.contains("<front-desk@clinic.example>"), "{from}");
    assert!(!text.contains(&house.doctor.address), "{text}");
}

#[test]
fn a_patient_reads_and_answers_with_a_file() {
    let relay = relay();
    let office = format!("{}@example.test", crate::harness::name("office"));
    let house = House::with(&relay, |settings| settings.text("office.notify", &office));
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let browser = Browser::new(&house.door);
    let landing = browser.open(&link).says("•••@example.test").text();
    for word in [
        to.as_str(),
        "About your visit",
        "fasting",
        &house.doctor.address,
    ] {
        assert!(!landing.contains(word), "{word} is on the landing page");
    }
    let page = opened(&relay, &browser, &link, &to)
        .says("Please come fasting.")
        .says("About your visit");
    let file = browser.open(&page.links("/file/")[0]);
    assert_eq!(
        file.body,
        fs::read("Cargo.lock").unwrap(),
        "the file was changed"
    );

    let message = page.place().to_owned();
    answer(&house, &browser, &message);
    let text = answered(&house);
    for word in [
        "Avocettext: I will",
        "Avocetfile: a note",
        "note.txt",
        "In-Reply-To",
    ] {
        assert!(text.contains(word), "{word} is not in {text}");
    }
    // The office hears that there is something, and no more.
    let alert = decoded(&relay.wait_for(&office, 1)[0]);
    for word in ["Avocet", "visit", to.as_str(), "jane", "note.txt"] {
        assert!(!alert.contains(word), "{word} is in {alert}");
    }
    let listed = house.json(&["message", "list", "--json"]);
    let mut all = listed.as_array().unwrap().iter();
    let sent = all.find(|m| m["direction"] == "outgoing").unwrap();
    assert_eq!(sent["recipients"][0]["state"], "replied");

    let form = browser
        .open(&page.links("/inbox")[0])
        .says("About your visit")
        .form();
    browser.send(
        &format!("{}/sign-out", origin(&message)),
        &[("form", &form)],
    );
    let closed = browser.open(&message).text();
    assert!(
        !closed.contains("fasting"),
        "signed out and still open: {closed}"
    );
}

#[test]
fn an_answer_that_nobody_reads_is_told_once_more_and_names_the_mailbox_alone() {
    let relay = relay();
    let office = format!("{}@example.test", crate::harness::name("office"));
    let house = House::with(&relay, |settings| {
        settings.text("office.notify", &office);
        settings.text("office.unread-after", "2h");
    });
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let browser = Browser::new(&house.door);
    let page = opened(&relay, &browser, &link, &to);
    answer(&house, &browser, page.place());
    relay.wait_for(&office, 1);
    house.drained();
    house.later(SignedDuration::from_hours(2));
    let told = decoded(&relay.wait_for(&office, 2)[1]);
    for said in ["for at least 2 hours", &house.doctor.address] {
        assert!(told.contains(said), "{said} is not in {told}");
    }
    for word in ["Avocet", "visit", to.as_str(), "jane", "note.txt"] {
        assert!(!told.contains(word), "{word} is in {told}");
    }
    let trail = house.command(&["audit", "export"]).stdout;
    let trail = String::from_utf8(trail).unwrap();
    assert_eq!(trail.matches("still-unread").count(), 1, "{trail}");
}

#[test]
fn scanners_may_look_at_everything_and_nothing_happens() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    house.drained();
    for _ in 0..10 {
        let scanner = Browser::new(&house.door);
        for path in ["", "/code", "/enter", "/again"] {
            scanner.head(&format!("{link}{path}"));
            scanner.open(&format!("{link}{path}"));
        }
        // Buttons without their form's value, or with somebody else's.
        for path in ["/code", "/enter", "/again"] {
            let pressed = scanner.send(&format!("{link}{path}"), &[("code", "123456")]);
            assert!(pressed.status >= 400, "{path} answers {}", pressed.status);
        }
    }
    assert!(house.jobs().is_empty(), "a scanner caused work");
    assert_eq!(relay.wait_for(&to, 1).len(), 1, "a scanner caused mail");
    let listed = house.json(&["message", "list", "--json"]);
    assert_eq!(listed[0]["recipients"][0]["state"], "notice-accepted");
    assert_eq!(
        listed[0]["recipients"][0]["portal"]["opened"],
        serde_json::Value::Null
    );
}

#[test]
fn a_late_code_is_explained_and_comes() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let browser = Browser::new(&house.door);
    let form = browser.open(&link).form();
    relay.answer(&to, &["450 4.7.1 Greylisted"]);
    browser.send(&format!("{link}/code"), &[("form", &form)]);
    let page = wait("the delay on the page", || {
        let page = browser.open(&format!("{link}/enter"));
        page.text().contains("has not left yet").then_some(page)
    });
    house.later(SignedDuration::from_secs(15));
    let code = code(relay.wait_for(&to, 2).last().unwrap());
    let fields = [
        ("form", page.form()),
        ("code", format!(" {} {}\n", &code[..3], &code[3..])),
    ];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser
        .send(&format!("{link}/enter"), &fields)
        .says("Please come fasting.");
    house.drained();
}

#[test]
fn what_has_expired_is_asked_for_again_and_what_nobody_knows_is_not() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    house.drained();
    house.later(SignedDuration::from_hours(7 * 24 + 1));
    let browser = Browser::new(&house.door);
    let page = browser.open(&link);
    let text = page.text();
    assert!(
        text.contains("This message is no longer available"),
        "{text}"
    );
    assert!(!text.contains("Send me a code"), "{text}");
    browser
        .send(&format!("{link}/again"), &[("form", &page.form())])
        .says("We asked the office");
    let wrong = format!("{}x", &link[..link.len() - 1]);
    let text = browser.open(&wrong).text();
    assert!(text.contains("This link is not complete"), "{text}");
    assert!(
        !text.contains("name=\"form\""),
        "an unknown link has a button"
    );
}

#[test]
fn an_answer_that_was_confirmed_survives_a_kill() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let doctor = daemon.account("ruiz", "provider");
    let to = daemon.patient("jane");
    let link = announced(&relay, &daemon.door, &doctor, &to);
    let browser = Browser::new(&daemon.door);
    let message = opened(&relay, &browser, &link, &to)
        .says("Please come fasting.")
        .place()
        .to_owned();
    for round in 1..=8 {
        let form = browser.open(&format!("{message}/reply")).form();
        let text = format!("Whimbrel number {round}");
        browser
            .send_files(
                &format!("{message}/reply"),
                &[("form", &form), ("text", &text)],
            )
            .says(&text);
        daemon.kill();
        daemon.resume();
        // The session lives on, and so does the answer.
        let sent = origin(&message) + "/sent";
        assert_eq!(distinct(&browser.open(&sent).links("/sent/")), round);
    }
    let listed: serde_json::Value =
        serde_json::from_str(&daemon.good(&["message", "list", "--json"])).unwrap();
    let answers = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["direction"] == "incoming");
    assert_eq!(answers.count(), 8);
    for (path, octets) in daemon.octets() {
        let found = octets.windows(8).any(|window| window == b"Whimbrel");
        assert!(!found, "{} holds an answer in clear", path.display());
    }
}

fn distinct(links: &[String]) -> usize {
    let set: std::collections::BTreeSet<&str> = links
        .iter()
        .map(|link| link.split(['?', '#']).next().unwrap())
        .collect();
    set.len()
}
