//! The audit trail of a gateway at work (requirements C15.1, C15.3): everything
//! that happens is in it, and an auditor can take it out.

use crate::browser::{Browser, code};
use crate::daemon::Daemon;
use crate::harness::{House, Login, notice, relay, wait};
use crate::holding::Clinic;
use crate::postfix::Postfix;
use crate::programs::{Letter, swaks};
use crate::visit::{announced, replied};
use Tried::{Elsewhere, Here};
use jiff::SignedDuration;
use rustix::process::Signal;
use sealpost::access::accounts;
use sealpost::desk::office::{Whence, Wish, Work};
use sealpost::model::{Address, Composing, EventKind, Role, WorkId};
use sealpost::policy::How;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::net::Ipv4Addr;

/// Where an event is seen to be written by what causes it.
enum Tried {
    /// In the walk below, by an actor of this sort.
    Here(&'static str),
    /// In another test, of this name: why it cannot be here.
    Elsewhere(&'static str, &'static str),
}

/// One list of every kind of event there is: with a kind that is not in it, this
/// suite does not compile, and one that nothing wrote fails below.
macro_rules! kinds {
    ($($kind:ident: $stands_for:literal, $tried:expr;)*) => {
        const KINDS: &[EventKind] = &[$(EventKind::$kind),*];

        /// What of requirement C15.1 it stands for, and where it is tried.
        const fn required(kind: EventKind) -> (&'static str, Tried) {
            match kind {
                $(EventKind::$kind => ($stands_for, $tried),)*
            }
        }
    };
}

// What C15.1 names beyond these the product does not have yet: trust in foreign
// certificates, backup and restore.
kinds! {
    SignIn: "sign-in, and its failure", Here("account");
    SignOut: "sign-out", Here("recipient");
    Submit: "a message was accepted or refused", Here("account");
    Hold: "hold", Here("account");
    Release: "release", Here("account");
    BreakGlass: "access in an emergency", Here("account");
    Route: "route decision", Here("gateway");
    Notice: "notice", Here("gateway");
    CodeRequest: "code asked for", Here("visitor");
    CodeTry: "code tried", Here("visitor");
    Lock: "a lock on who guesses", Here("gateway");
    Open: "open", Here("recipient");
    Download: "download", Here("recipient");
    Reply: "reply", Here("recipient");
    AskAgain: "the office is asked for more", Here("visitor");
    Task: "what the office did about it", Here("operator");
    Expiry: "expiry, and its change", Here("operator");
    Recall: "recall", Here("operator");
    Purge: "destruction of content", Here("gateway");
    Key: "key use", Here("gateway");
    Account: "admin action on an account", Here("operator");
    Contact: "admin action on a contact", Here("operator");
    Queue: "admin action on the queue", Here("operator");
    Store: "upkeep of the store", Here("operator");
    Disclose: "who looked at addresses", Here("operator");
    Export: "export of a file, and of the trail itself", Here("gateway");
    Draft: "draft", Here("account");
    Configuration: "config change", Elsewhere(
        "a_configuration_that_came_into_force_or_was_refused_is_on_record",
        "only the daemon reads its configuration anew",
    );
}

/// In their own words; a spreadsheet would take it for a formula.
const REASON: &str = "=1+1 she is on a ward round";

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
    // What is on its way when the clock leaps has waited too long for an answer.
    house.drained();
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

/// What staff wrote to this patient is held, and released in an emergency.
fn emergency(clinic: &Clinic, to: &str) {
    let lopez = clinic.house.account("lopez", Role::Provider);
    clinic.held(&Letter::new(clinic.doctor(), to));
    let view = clinic.shown(clinic.doctor()).remove(0);
    let reason = How::BreakGlass(REASON.into());
    clinic.release(&view, &clinic.by(&lopez, reason)).unwrap();
    clinic.relay.wait_for(to, 2);
}

/// The doctor begins a message on a page and keeps it for later.
fn unfinished(house: &House, contact: &str) {
    let doctor = Address::parse(&house.doctor.address).unwrap();
    let typed = Wish {
        text: "Half a sentence".into(),
        ..Wish::default()
    };
    let kept = house.run(async {
        let doctor = accounts::find(house.store(), &doctor).await.unwrap();
        let work = Work {
            id: WorkId::new(house.store().clock().now()),
            composing: Composing::To(contact.parse().unwrap()),
            seen: None,
        };
        let whence = Whence {
            ip: Ipv4Addr::LOCALHOST.into(),
            late: false,
        };
        let desk = house.desk();
        desk.keep_unfinished(&doctor.unwrap(), work, &typed, whence)
            .await
    });
    assert!(kept.unwrap());
}

/// Gives the patient of this address a name; the contact's id.
fn named(house: &House, jane: &str) -> String {
    let listed = house.json(&["contact", "list", "--unlisted", "--json", "--addresses"]);
    let mut all = listed["contacts"].as_array().unwrap().iter();
    let contact = all.find(|c| c.to_string().contains(jane)).unwrap();
    let id = contact["id"].as_str().unwrap().to_owned();
    let doctor = house.doctor.address.clone();
    let names = [
        "contact", "set", &id, "--first", "Jane", "--last", "Kestrel",
    ];
    let rest = ["--status", "patient", "--provider", doctor.as_str()];
    done(house, &[&names[..], &rest].concat());
    id
}

#[test]
fn every_event_is_on_record_and_the_accounting_of_a_patient_is_whole() {
    let chart = tempfile::tempdir().unwrap();
    let clinic = Clinic::open(|settings| {
        settings.text("chart.folder", &chart.path().to_string_lossy());
        settings.text("policy.expires", "1h");
        settings.text("store.retain", "1d");
    });
    let (house, relay, jane) = (&clinic.house, &*clinic.relay, clinic.to.as_str());
    let doctor = house.doctor.address.clone();
    let other = house.account("other", Role::Provider);
    let bob = house.patient("bob");
    let link = announced(relay, &house.door, &house.doctor, jane);
    announced(relay, &house.door, &house.doctor, &bob);
    emergency(&clinic, &bob);
    house.drained();
    let id = named(house, jane);
    done(
        house,
        &["user", "set", &other.address, "--name", "Dr. Other"],
    );
    visit(relay, house, &link, jane);
    noted(house, EventKind::Export);
    unfinished(house, &id);
    upkeep(house);
    afterwards(relay, house, &link, jane);
    guesses(house, &other);
    noted(house, EventKind::Lock);

    let all = trail(house, &[]);
    everything(&all);
    for entry in &all {
        assert!(!entry.to_string().contains('@'), "an address is in {entry}");
    }
    accounting(house, &id);
    let whole = trail(house, &["--contact", &id, "--addresses"]);
    let text = serde_json::to_string(&whole).unwrap();
    assert!(
        text.contains(jane) && text.contains(&doctor),
        "who and whom is not in {text}"
    );
    assert!(!text.contains(&bob), "another patient is in {text}");
    table(house);
}

/// Whether every kind of event is among these, and says who, what, when and with
/// what result.
fn everything(all: &[Value]) {
    let found: BTreeSet<(&str, &str)> = all
        .iter()
        .map(|e| (e["event"].as_str().unwrap(), e["actor"].as_str().unwrap()))
        .collect();
    for kind in KINDS {
        let (word, (stands_for, tried)) = (word(*kind), required(*kind));
        match tried {
            Here(actor) => assert!(
                found.contains(&(word.as_str(), actor)),
                "{word} by {actor} ({stands_for}) is not among {found:?}"
            ),
            Elsewhere(test, why) => assert!(
                include_str!("audit.rs").contains(&format!("fn {test}()")),
                "{word} is tried nowhere, although {why}"
            ),
        }
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
    let guarded = format!("'{REASON}");
    assert!(
        table.contains(&guarded),
        "a cell begins a formula, or the reason is lost: {table}"
    );
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
    fs::write(&daemon.config, &text).unwrap();
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
    assert_eq!(daemon.stop().code(), Some(0));
}
