//! What the office may still do with a message that is under way: take it
//! back, give more time, be asked again, and remind.

use crate::browser::Browser;
use crate::daemon::Daemon;
use crate::harness::{House, notice, relay, wait};
use crate::postfix::{Mail, Postfix};
use crate::programs::{Letter, swaks};
use crate::visit::{announced, opened};
use jiff::SignedDuration;
use std::process::Command;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A message whose notice has come, in a gateway of its own.
struct Case {
    house: House,
    to: String,
    /// The link in the notice.
    link: String,
    /// The message's id.
    id: String,
}

impl Case {
    fn new(relay: &Postfix) -> Self {
        let house = House::open(relay);
        let to = house.patient("jane");
        let link = announced(relay, &house.door, &house.doctor, &to);
        let id = newest(&house);
        reached(&house, &id, "notice-accepted");
        Self {
            house,
            to,
            link,
            id,
        }
    }

    /// The patient presses "Ask the office to send it again".
    fn asks(&self, browser: &Browser) {
        let page = browser.open(&self.link);
        let form = page.form();
        let asked = browser.send(&format!("{}/again", self.link), &[("form", &form)]);
        holds(&asked.text(), &["We asked the office"]);
    }

    /// The open tasks.
    fn tasks(&self) -> Vec<serde_json::Value> {
        let listed = self.house.json(&["task", "list", "--json"]);
        listed.as_array().unwrap().clone()
    }
}

/// The id of the newest message.
fn newest(house: &House) -> String {
    let listed = house.json(&["message", "list", "--json"]);
    listed[0]["id"].as_str().unwrap().to_owned()
}

/// Waits until a message has come to this state for its one recipient.
fn reached(house: &House, id: &str, state: &str) {
    wait(state, || {
        let shown = house.json(&["message", "show", id, "--json"]);
        (shown["recipients"][0]["state"] == state).then_some(())
    });
}

/// What a command printed that succeeded.
fn said(house: &House, arguments: &[&str]) -> String {
    let output = house.command(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command said that was refused.
fn refused(house: &House, arguments: &[&str]) -> String {
    let output = house.command(arguments);
    assert_eq!(output.status.code(), Some(64), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn holds(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "{words} is not in {text}");
    }
}

fn lacks(text: &str, words: &[&str]) {
    for words in words {
        assert!(!text.contains(words), "{words} is in {text}");
    }
}

/// Nothing of the message, nor who wrote it, stands in one of our mails.
fn tells_nothing(house: &House, mail: &Mail) {
    let doctor = &house.doctor.address;
    let words = ["About your visit", "fasting", "lock.txt", doctor];
    lacks(&notice(mail).decoded, &words);
}

/// The office sees who asks for what, and what helps; one that it closes can be
/// asked for again.
fn seen_and_closed(case: &Case, browser: &Browser) {
    let tasks = case.tasks();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0]["message"], case.id.as_str());
    assert_eq!(tasks[0]["stands"], "expired");
    let house = &case.house;
    let shown = said(house, &["task", "list"]);
    holds(&shown, &["•••@example.test", "sealpost message extend"]);
    lacks(&shown, &[&case.to]);
    holds(&said(house, &["task", "list", "--addresses"]), &[&case.to]);
    let task = tasks[0]["id"].as_str().unwrap();
    said(house, &["task", "done", task]);
    refused(house, &["task", "done", task]);
    let none = said(house, &["task", "list"]);
    assert_eq!(none, "nobody has asked for anything\n");
    case.asks(browser);
    assert_eq!(case.tasks().len(), 1);
}

#[test]
fn a_message_that_expired_is_asked_for_and_comes_again() {
    let relay = relay();
    let case = Case::new(&relay);
    let (house, id) = (&case.house, case.id.as_str());
    house.later(DAY * 8);
    reached(house, id, "expired");
    let browser = Browser::new(&house.door);
    case.asks(&browser);
    seen_and_closed(&case, &browser);

    let told = said(house, &["message", "extend", id]);
    holds(
        &told,
        &["can be read until", "request to send it again is closed"],
    );
    assert!(case.tasks().is_empty());
    let mails = relay.wait_for(&case.to, 2);
    let (first, again) = (notice(&mails[0]), notice(&mails[1]));
    assert_ne!(first.link, again.link);
    assert_ne!(first.message_id, again.message_id);
    tells_nothing(house, &mails[1]);
    reached(house, id, "notice-accepted");
    opened(&relay, &browser, &again.link, &case.to).says("Please come fasting.");
    let other = Browser::new(&house.door);
    house.later(SignedDuration::from_mins(1));
    opened(&relay, &other, &case.link, &case.to).says("Please come fasting.");
    let shown = said(house, &["message", "show", id]);
    holds(&shown, &[", extended 2026-11-30"]);
}

#[test]
fn a_message_that_is_taken_back_is_gone_at_the_next_click() {
    let relay = relay();
    let case = Case::new(&relay);
    let (house, id) = (&case.house, case.id.as_str());
    let browser = Browser::new(&house.door);
    let page = opened(&relay, &browser, &case.link, &case.to).says("Please come fasting.");
    let message = page.place().to_owned();
    let file = page.links("/file/").remove(0);
    let recall = ["message", "recall", id, "--recipient", &case.to];
    holds(&said(house, &recall), &["withdrawn; it had been read on"]);
    let stranger = Browser::new(&house.door);
    for (browser, place) in [
        (&browser, &message),
        (&browser, &format!("{message}/reply")),
        (&browser, &file),
        (&stranger, &case.link),
    ] {
        let page = browser.open(place);
        assert_eq!(page.status, 410, "{place}");
        let text = page.text();
        holds(&text, &["This message was taken back", "+1 503 555 0100"]);
        lacks(&text, &["fasting", "About your visit"]);
    }
    let inbox = browser.open(&page.links("/inbox")[0]).text();
    lacks(
        &inbox,
        &["About your visit", "no longer available", "/message/"],
    );
    let shown = said(house, &["message", "show", id]);
    holds(&shown, &["recalled since", ", withdrawn 2026-11-22"]);
    // What was withdrawn is not given back.
    holds(
        &refused(house, &["message", "extend", id]),
        &["write it anew"],
    );
}

#[test]
fn a_reminder_comes_once_two_days_before_and_not_to_whoever_has_read() {
    let relay = relay();
    let house = House::with(&relay, |settings| settings.text("notice.reminder", "2d"));
    let (reader, late) = (house.patient("jane"), house.patient("bob"));
    let link = announced(&relay, &house.door, &house.doctor, &reader);
    opened(&relay, &Browser::new(&house.door), &link, &reader).says("fasting");
    // So that one of the two is the newest.
    house.later(SignedDuration::from_mins(1));
    announced(&relay, &house.door, &house.doctor, &late);
    let id = newest(&house);
    reached(&house, &id, "notice-accepted");
    house.later(DAY * 4);
    house.drained();
    assert_eq!(relay.wait_for(&late, 1).len(), 1, "too early");
    house.later(DAY);
    // The clock goes on, as clocks do: who looks each minute looks again.
    wait("a reminder", || {
        house.later(SignedDuration::from_mins(1));
        let mails = relay.mails().into_iter();
        (mails.filter(|mail| mail.to == late).count() == 2).then_some(())
    });
    let mails = relay.wait_for(&late, 2);
    let reminder = notice(&mails[1]);
    tells_nothing(&house, &mails[1]);
    let words = ["It has not been read yet", "29 November 2026"];
    holds(&reminder.decoded, &words);
    house.later(DAY);
    house.later(SignedDuration::from_hours(20));
    house.drained();
    assert_eq!(relay.wait_for(&late, 2).len(), 2, "a second reminder");
    assert_eq!(
        relay.wait_for(&reader, 2).len(),
        2,
        "a reminder of what was read"
    );
    let shown = said(&house, &["message", "show", &id]);
    holds(&shown, &[", reminder queued 2026-11-27"]);
    let browser = Browser::new(&house.door);
    opened(&relay, &browser, &reminder.link, &late).says("Please come fasting.");
}

/// Types `answer` at a terminal where `sealpost` runs; what it said and its
/// exit code.
fn at_a_terminal(daemon: &Daemon, arguments: &str, answer: &str) -> (String, Option<i32>) {
    let command = format!(
        "echo {answer} | script -qefc '{} -c {} {arguments}' /dev/null",
        env!("CARGO_BIN_EXE_sealpost"),
        daemon.config.display()
    );
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (said, output.status.code())
}

/// The one message of a daemon: its notice waits, since the relay defers it.
fn waiting(daemon: &Daemon) -> String {
    let doctor = daemon.account("ruiz", "provider");
    let letter = Letter::new(&doctor, &daemon.patient("defer"));
    assert!(swaks(&daemon.door, &doctor, &letter, true, &[]).good);
    wait("a try", || {
        daemon.jobs().into_iter().find(|j| j["attempts"] == 1)
    });
    let listed: serde_json::Value =
        serde_json::from_str(&daemon.good(&["message", "list", "--json"])).unwrap();
    listed[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_message_is_extended_with_and_without_a_daemon() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let id = waiting(&daemon);
    for round in ["with", "without"] {
        let said = daemon.good(&["message", "extend", &id]);
        holds(&said, &["a new notice is in the queue"]);
        assert_eq!(daemon.jobs().len(), 1, "{round}: one notice is enough");
        for wrong in [
            ["--until", "2020-01-01"],
            ["--until", "soon"],
            ["--recipient", "a@b.example"],
        ] {
            let extend = ["message", "extend", &id, wrong[0], wrong[1]];
            daemon.bad(&extend, 64);
        }
        assert_eq!(daemon.good(&["task", "list", "--json"]).trim(), "[]");
        daemon.bad(&["task", "done", &"0".repeat(26)], 64);
        if round == "with" {
            assert_eq!(daemon.stop().code(), Some(0));
        }
    }
}

#[test]
fn a_message_is_taken_back_once_somebody_at_the_terminal_says_yes() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let id = waiting(&daemon);
    assert_eq!(daemon.stop().code(), Some(0));
    let recall = format!("message recall {id}");
    let (said, code) = at_a_terminal(&daemon, &recall, "n");
    assert_eq!(code, Some(1), "{said}");
    holds(
        &said,
        &["It cannot be undone. [y/N]", "nothing was changed"],
    );
    assert_eq!(daemon.jobs().len(), 1);
    let (said, code) = at_a_terminal(&daemon, &recall, "y");
    assert_eq!(code, Some(0), "{said}");
    holds(&said, &["its notice had not left and will not"]);
    assert!(daemon.jobs().is_empty());
    daemon.resume();
    let again = daemon.good(&["message", "recall", &id, "--json"]);
    holds(&again, &["\"withdrawn\": true", "was withdrawn before"]);
    daemon.bad(&["message", "recall", &"0".repeat(26)], 64);
}
