//! What the relay says, and what the gateway makes of it.

use crate::harness::{House, decoded, notice, relay, wait};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use jiff::SignedDuration;
use sealpost::access::accounts;
use sealpost::folders;
use sealpost::model::Address;
use sealpost::store::Entry;
use sealpost::store::records::Message;
use serde_json::Value;

/// Sends a letter to `to`; its reference.
fn send(house: &House, to: &str) -> String {
    let letter = Letter::new(&house.doctor, to);
    let said = swaks(&house.door, &house.doctor, &letter, true, &[]);
    assert!(said.good, "{}", said.text);
    let (_, rest) = said.text.split_once("Reference ").unwrap();
    rest.split('.').next().unwrap().to_owned()
}

/// What is filed in the doctor's INBOX.
fn inbox(house: &House) -> Vec<Entry> {
    house.run(async {
        let store = house.store();
        let address = Address::parse(&house.doctor.address).unwrap();
        let account = accounts::active(store, &address).await.unwrap().unwrap();
        let inbox = folders::id(store, Some(account.id), "INBOX");
        store.entries(inbox, 0, 100).await.unwrap()
    })
}

/// The octets of a filed message.
fn read(house: &House, entry: &Entry) -> String {
    house.run(async {
        let store = house.store();
        let message = store
            .get(&Message::at(entry.message))
            .await
            .unwrap()
            .unwrap();
        let content = store.open_content(message.content).await.unwrap().unwrap();
        let octets = content.read(0, 1 << 20).await.unwrap();
        String::from_utf8(octets.to_vec()).unwrap()
    })
}

/// The state of the one recipient.
fn state(house: &House, reference: &str) -> String {
    let shown = house.json(&["message", "show", reference, "--json"]);
    shown["recipients"][0]["state"].as_str().unwrap().to_owned()
}

/// The one job that waits and was tried `tries` times.
fn deferred(house: &House, tries: u64) -> Value {
    wait("a deferred job", || {
        let listed = house.json(&["queue", "list", "--json"]);
        let job = listed.as_array().unwrap().first()?.clone();
        (job["attempts"] == tries && job["in_hand"] == false).then_some(job)
    })
}

#[test]
fn a_mailbox_that_does_not_exist_is_reported_to_the_writer() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("reject");
    let reference = send(&house, &to);
    let filed = wait("a report", || inbox(&house).first().cloned());
    let report = read(&house, &filed);
    let mail = crate::postfix::Mail {
        from: String::new(),
        to: house.doctor.address.clone(),
        octets: report.clone().into_bytes(),
    };
    let words = decoded(&mail);
    for word in [
        "multipart/report",
        "report-type=delivery-status",
        "Action: failed",
        "Status: 5.1.1",
        &format!("rfc822;{to}"),
        "About your visit",
    ] {
        let flat = words.replace("rfc822; ", "rfc822;").replace('"', "");
        assert!(flat.contains(word), "{word:?} is not in {words}");
    }
    assert!(!words.contains("fasting"), "the report returns the text");
    assert_eq!(state(&house, &reference), "notice-bounced");
    // What is told outside is only that there is something to read.
    let told = &relay.wait_for(&house.doctor.address, 1)[0];
    let outside = decoded(told);
    for private in [to.as_str(), "About your visit", "fasting", "jane"] {
        assert!(!outside.contains(private), "{private} is in {outside}");
    }
    assert_eq!(told.from, "", "a report has the null sender");
    house.drained();
    assert_eq!(inbox(&house).len(), 1, "one report and no more");
}

#[test]
fn a_relay_that_asks_to_wait_is_asked_again() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    relay.answer(&to, &["450 4.2.0 later", "451 4.3.0 and later"]);
    let reference = send(&house, &to);
    let job = deferred(&house, 1);
    assert_eq!(job["answer"]["code"], 450);
    assert_eq!(job["purpose"], "notice");
    assert_eq!(state(&house, &reference), "queued");
    house.later(SignedDuration::from_secs(59));
    assert_eq!(
        deferred(&house, 1)["answer"]["code"],
        450,
        "tried too early"
    );
    house.later(SignedDuration::from_secs(1));
    assert_eq!(deferred(&house, 2)["answer"]["code"], 451);
    house.later(SignedDuration::from_mins(2));
    notice(&relay.wait_for(&to, 1)[0]);
    house.drained();
    assert_eq!(state(&house, &reference), "notice-accepted");
    assert!(
        inbox(&house).is_empty(),
        "a short delay is nobody's concern"
    );
}

#[test]
fn a_long_delay_is_reported_once_and_the_end_after_two_days() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("defer");
    let reference = send(&house, &to);
    deferred(&house, 1);
    house.later(SignedDuration::from_mins(4 * 60 + 1));
    wait("a delay note", || inbox(&house).first().cloned());
    let note = read(&house, &inbox(&house)[0]);
    assert!(note.contains("Action: delayed"), "{note}");
    assert_eq!(state(&house, &reference), "queued");
    // One try before the clock was moved, one at the delay note, one an hour.
    for hour in 0..60 {
        deferred_or_done(&house, hour + 2);
        if house.jobs().is_empty() {
            assert!((40..48).contains(&hour), "given up after {hour} hours");
            break;
        }
        house.later(SignedDuration::from_mins(61));
    }
    house.drained();
    assert_eq!(state(&house, &reference), "notice-bounced");
    let filed = inbox(&house);
    assert_eq!(filed.len(), 2, "one note of the delay, one of the end");
    assert!(read(&house, &filed[1]).contains("Action: failed"));
}

fn deferred_or_done(house: &House, tries: u32) {
    wait("a try", || {
        let jobs = house.jobs();
        let notice = jobs
            .iter()
            .find(|l| l.job.lane == sealpost::model::Lane::Notice);
        match notice {
            None => jobs.is_empty().then_some(()),
            Some(listed) => (listed.job.attempts >= tries && !listed.leased).then_some(()),
        }
    });
}

#[test]
fn while_the_relay_is_down_everything_waits_and_then_moves() {
    let folder = tempfile::tempdir().unwrap();
    let mut postfix = Postfix::start(folder.path());
    let house = House::open(&postfix);
    postfix.stop();
    let people: Vec<String> = (0..5).map(|_| house.patient("jane")).collect();
    for to in &people {
        send(&house, to);
    }
    wait("five tries", || {
        let jobs = house.jobs();
        let tried = jobs.iter().filter(|l| l.job.attempts == 1 && !l.leased);
        (tried.count() == 5).then_some(())
    });
    let listed = house.json(&["queue", "list", "--json"]);
    assert_eq!(listed[0]["answer"]["code"], 0, "nobody answered");
    postfix.resume();
    house.later(SignedDuration::from_mins(1));
    for to in &people {
        notice(&postfix.wait_for(to, 1)[0]);
    }
    house.drained();
    assert_eq!(postfix.accepted().len(), 5);
}

#[test]
fn a_relay_without_tls_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let postfix = Postfix::start(folder.path());
    let house = House::with(&postfix, |settings| {
        settings.set("relay.port", &postfix.plain_port.to_string());
    });
    let to = house.patient("jane");
    let reference = send(&house, &to);
    let job = deferred(&house, 1);
    assert!(postfix.accepted().is_empty());
    assert!(
        !postfix.log().contains(&to),
        "the relay has seen the address"
    );
    assert_eq!(state(&house, &reference), "queued");
    // An operator gives up; the writer is told, inside the gateway.
    house.json(&["queue", "drop", job["id"].as_str().unwrap(), "--json"]);
    assert_eq!(inbox(&house).len(), 1);
    assert_eq!(state(&house, &reference), "notice-bounced");
    // The outside note to the writer cannot leave either.
    while !house.jobs().is_empty() {
        let jobs = house.json(&["queue", "list", "--json"]);
        for job in jobs.as_array().unwrap() {
            house.command(&["queue", "drop", job["id"].as_str().unwrap()]);
        }
    }
    assert!(postfix.accepted().is_empty());
}

#[test]
fn an_operator_has_a_notice_tried_at_once() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    relay.answer(&to, &["450 4.2.0 later"]);
    send(&house, &to);
    let job = deferred(&house, 1);
    house.json(&["queue", "retry", job["id"].as_str().unwrap(), "--json"]);
    notice(&relay.wait_for(&to, 1)[0]);
}
