//! The audit trail of a gateway at work (requirements C15.1, C15.3): everything
//! that happens is in it, and an auditor can take it out.

use crate::browser::{Browser, code};
use crate::daemon::Daemon;
use crate::harness::{House, Login, notice, relay, wait};
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use crate::visit::{announced, replied};
use jiff::SignedDuration;
use rustix::process::Signal;
use sealpost::model::{EventKind, Role};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// What requirement C15.1 names, event by event, as far as the product has it.
/// Whoever adds a kind of event says here what it stands for, and drives it below.
const fn required(kind: EventKind) -> &'static str {
    match kind {
        EventKind::SignIn => "sign-in, and its failure",
        EventKind::SignOut => "sign-out",
        EventKind::Submit => "a message was accepted or refused",
        EventKind::Route => "route decision",
        EventKind::Notice => "notice",
        EventKind::CodeRequest | EventKind::CodeTry => "code",
        EventKind::Lock => "a lock",
        EventKind::Open => "open",
        EventKind::Download => "download",
        EventKind::Reply => "reply",
        EventKind::AskAgain | EventKind::Task => "what the office is asked to do",
        EventKind::Expiry => "expiry, and its change",
        EventKind::Recall => "recall",
        EventKind::Purge => "destruction",
        EventKind::Key => "key use",
        EventKind::Account | EventKind::Contact => "admin action",
        EventKind::Disclose => "who looked at addresses",
        EventKind::Queue => "admin action on the queue",
        EventKind::Configuration => "config change",
        EventKind::Store => "upkeep of the store",
        EventKind::Export => "export",
    }
}

const KINDS: [EventKind; 23] = [
    EventKind::SignIn,
    EventKind::SignOut,
    EventKind::Submit,
    EventKind::Route,
    EventKind::Notice,
    EventKind::CodeRequest,
    EventKind::CodeTry,
    EventKind::Lock,
    EventKind::Open,
    EventKind::Download,
    EventKind::Reply,
    EventKind::AskAgain,
    EventKind::Expiry,
    EventKind::Recall,
    EventKind::Purge,
    EventKind::Key,
    EventKind::Account,
    EventKind::Disclose,
    EventKind::Queue,
    EventKind::Store,
    EventKind::Task,
    EventKind::Contact,
    EventKind::Export,
];

fn word(kind: EventKind) -> String {
    serde_json::to_value(kind)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// The audit trail as the command writes it.
fn trail(house: &House, more: &[&str]) -> Vec<Value> {
    let words = [&["audit", "export", "--format", "json"][..], more].concat();
    house.json(&words).as_array().unwrap().clone()
}

/// Waits until an event of this kind is on record.
fn noted(house: &House, kind: EventKind) {
    let wanted = word(kind);
    wait(&wanted, || {
        let events = house.run(house.store().audit_events(0, 10_000)).unwrap();
        events.iter().any(|e| e.event.kind == kind).then_some(())
    });
}

fn done(house: &House, words: &[&str]) {
    let output = house.command(words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
}

/// The patient reads, takes the file, answers with one, and signs out.
fn visit(relay: &Postfix, house: &House, link: &str, to: &str) {
    let browser = Browser::new(&house.door);
    let landing = browser.open(link).says("Send me a code");
    let asked = browser.send(&format!("{link}/code"), &[("form", &landing.form())]);
    let right = code(relay.wait_for(to, 2).last().unwrap());
    let wrong = if right == "123456" {
        "654321"
    } else {
        "123456"
    };
    let form = asked.form();
    browser.send(
        &format!("{link}/enter"),
        &[("form", &form), ("code", wrong)],
    );
    let page = browser.send(
        &format!("{link}/enter"),
        &[("form", &form), ("code", &right)],
    );
    let page = page.says("Please come fasting.");
    browser.open(&page.links("/file/")[0]);
    let file = house.data.with_file_name("result.txt");
    fs::write(&file, "my result\n").unwrap();
    let message = page.place().to_owned();
    replied(&browser, &message, "Thank you very much", &[file]);
    let form = browser.open(&page.links("/inbox")[0]).form();
    let out = format!("{}/sign-out", crate::browser::origin(&message));
    browser.send(&out, &[("form", &form)]);
}

/// What happens to the message afterwards, from its end to its destruction.
fn afterwards(relay: &Postfix, house: &House, link: &str, to: &str) {
    let listed = house.json(&["message", "list", "--json", "--addresses"]);
    let mut all = listed.as_array().unwrap().iter();
    let sent = all.find(|m| m["direction"] == "outgoing" && m["recipients"][0]["address"] == to);
    let id = sent.unwrap()["id"].as_str().unwrap().to_owned();
    house.later(SignedDuration::from_mins(61));
    noted(house, EventKind::Expiry);
    let browser = Browser::new(&house.door);
    let page = browser.open(link);
    browser
        .send(&format!("{link}/again"), &[("form", &page.form())])
        .says("We asked the office");
    let tasks = house.json(&["task", "list", "--json"]);
    done(house, &["task", "done", tasks[0]["id"].as_str().unwrap()]);
    done(house, &["message", "extend", &id]);
    notice(relay.wait_for(to, 3).last().unwrap());
    house.drained();
    done(house, &["message", "recall", &id, "--yes"]);
    house.later(SignedDuration::from_hours(25));
    noted(house, EventKind::Purge);
    house.later(SignedDuration::from_hours(25));
    noted(house, EventKind::Key);
}

/// What whoever runs the machine does.
fn upkeep(house: &House) {
    let letter = Letter::new(&house.doctor, &house.patient("defer"));
    assert!(swaks(&house.door, &house.doctor, &letter, true, &[]).good);
    let job = wait("a deferred job", || {
        let jobs = house.json(&["queue", "list", "--json"]);
        let job = jobs
            .as_array()
            .unwrap()
            .iter()
            .find(|j| j["purpose"] == "notice");
        job.filter(|job| job["in_hand"] == false && job["attempts"] == 1)
            .map(|job| job["id"].as_str().unwrap().to_owned())
    });
    done(house, &["queue", "drop", &job, "--yes"]);
    done(house, &["store", "compact"]);
}

/// Wrong passwords until the account waits.
fn guesses(house: &House, who: &Login) {
    for n in 0..5 {
        let wrong = Login {
            password: format!("not the password {n}"),
            ..who.clone()
        };
        let letter = Letter::new(&wrong, &wrong.address);
        assert!(!swaks(&house.door, &wrong, &letter, true, &[]).good);
    }
}

#[test]
fn every_event_is_on_record_and_the_accounting_of_a_patient_is_whole() {
    let relay = relay();
    let chart = tempfile::tempdir().unwrap();
    let house = House::with(&relay, |settings| {
        settings.text("chart.folder", &chart.path().to_string_lossy());
        settings.text("policy.expires", "1h");
        settings.text("store.retain", "1d");
    });
    let other = house.account("other", Role::Provider);
    let (jane, bob) = (house.patient("jane"), house.patient("bob"));
    let link = announced(&relay, &house.door, &house.doctor, &jane);
    announced(&relay, &house.door, &house.doctor, &bob);
    house.drained();
    let listed = house.json(&["contact", "list", "--unlisted", "--json", "--addresses"]);
    let mut all = listed["contacts"].as_array().unwrap().iter();
    let contact = all.find(|c| c.to_string().contains(&jane)).unwrap();
    let id = contact["id"].as_str().unwrap().to_owned();
    let doctor = house.doctor.address.clone();
    let names = [
        "contact", "set", &id, "--first", "Jane", "--last", "Kestrel",
    ];
    let rest = ["--status", "patient", "--provider", doctor.as_str()];
    done(&house, &[&names[..], &rest].concat());
    visit(&relay, &house, &link, &jane);
    noted(&house, EventKind::Export);
    upkeep(&house);
    afterwards(&relay, &house, &link, &jane);
    guesses(&house, &other);

    let all = trail(&house, &[]);
    everything(&all);
    for entry in &all {
        assert!(!entry.to_string().contains('@'), "an address is in {entry}");
    }
    accounting(&house, &id);
    let whole = trail(&house, &["--contact", &id, "--addresses"]);
    let text = serde_json::to_string(&whole).unwrap();
    assert!(
        text.contains(&jane) && text.contains(&doctor),
        "who and whom is not in {text}"
    );
    assert!(!text.contains(&bob), "another patient is in {text}");
    table(&house);
}

/// Whether every kind of event is among these, and says who, what, when and with
/// what result.
fn everything(all: &[Value]) {
    let found: BTreeSet<&str> = all.iter().map(|e| e["event"].as_str().unwrap()).collect();
    for kind in KINDS {
        let (word, stands_for) = (word(kind), required(kind));
        assert!(
            found.contains(word.as_str()),
            "{word} ({stands_for}) is not among {found:?}"
        );
    }
    for event in ["sign-in", "code-try"] {
        for success in [true, false] {
            let is = |e: &&Value| e["event"] == event && e["success"] == success;
            assert!(all.iter().any(|e| is(&e)), "{event}, success {success}");
        }
    }
    for entry in all {
        let time = entry["time"].as_str().unwrap();
        assert!(time.starts_with("2026-11-2"), "{entry}");
        assert!(
            entry["actor"].is_string() && entry["success"].is_boolean(),
            "{entry}"
        );
    }
}

/// Whether all that happened to one patient's message is in their accounting.
fn accounting(house: &House, contact: &str) {
    let hers = trail(house, &["--contact", contact]);
    let events: BTreeSet<&str> = hers.iter().map(|e| e["event"].as_str().unwrap()).collect();
    let wanted = "submit route notice code-request code-try open download reply export \
                  ask-again task expiry recall purge contact";
    for event in wanted.split_whitespace() {
        assert!(events.contains(event), "{event} is not among {events:?}");
    }
    for entry in &hers {
        let mut contacts = entry["contacts"].as_array().unwrap().iter();
        assert!(contacts.any(|c| c.as_str() == Some(contact)), "{entry}");
    }
    let handles: BTreeSet<&str> = hers.iter().filter_map(|e| e["address"].as_str()).collect();
    assert_eq!(handles.len(), 1, "one address, one handle: {handles:?}");
}

/// The same as a table, and the chain under it.
fn table(house: &House) {
    let before = trail(house, &[]);
    assert_eq!(before.last().unwrap()["event"], "export");
    let disclosed = |e: &Value| e["note"] == "audit-with-addresses";
    assert!(before.iter().any(disclosed), "nobody sees who took it out");
    let table = house.command(&["audit", "export", "--from", "2026-11-22"]);
    let table = String::from_utf8(table.stdout).unwrap();
    assert!(table.starts_with("sequence,time,actor,"), "{table:.200}");
    // Its head, and what taking it out adds.
    assert_eq!(table.lines().count(), before.len() + 2, "a line an entry");
    let verified = house.json(&["audit", "verify", "--json"]);
    assert_eq!(verified["clean"], true);
    assert!(verified["good"].as_u64().unwrap() > 20, "{verified}");
}

#[test]
fn a_configuration_that_came_into_force_or_was_refused_is_on_record() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |_| ());
    let text = fs::read_to_string(&daemon.config).unwrap();
    let hangup = |text: &str, event: &str| {
        fs::write(&daemon.config, text).unwrap();
        daemon.signal(Signal::HUP);
        wait(event, || daemon.log().contains(event).then_some(()));
    };
    hangup(
        &format!("{text}[contacts]\nunknown = \"stub\"\n"),
        "event=reloaded",
    );
    hangup(&text.replace("[relay]", "[realy]"), "event=reload.refused");
    let said = daemon.good(&["audit", "export", "--format", "json"]);
    let all: Vec<Value> = serde_json::from_str(&said).unwrap();
    let kept: Vec<&Value> = all
        .iter()
        .filter(|e| e["event"] == "configuration")
        .collect();
    let notes: Vec<&str> = kept.iter().map(|e| e["note"].as_str().unwrap()).collect();
    assert_eq!(notes, ["started", "reloaded", "refused"]);
    assert_ne!(
        kept[0]["object"], kept[1]["object"],
        "the change is not seen"
    );
    assert_eq!(kept[2]["success"], false);
    fs::write(&daemon.config, &text).unwrap();
    assert_eq!(daemon.stop().code(), Some(0));
}
