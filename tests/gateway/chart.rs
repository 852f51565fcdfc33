//! Patients' files on their way into the clinic's own records: the folder, and a
//! real program that takes events.

use crate::browser::Browser;
use crate::daemon::Daemon;
use crate::harness::{House, relay, wait};
use crate::settings::Settings;
use crate::visit::{announced, opened, replied};
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

const KEY: &str = "a key of the clinic, long enough";

/// A program of the clinic that takes events.
struct Receiver {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Receiver {
    /// One that answers with these numbers first; over TLS if it is `secure`.
    fn start(plan: &str, secure: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("plan"), plan).unwrap();
        fs::write(path("record"), "").unwrap();
        fs::write(path("key"), format!("{KEY}\n")).unwrap();
        fs::set_permissions(path("key"), fs::Permissions::from_mode(0o600)).unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        fs::write(path("certificate.pem"), made.cert.pem()).unwrap();
        fs::write(path("private.pem"), made.signing_key.serialize_pem()).unwrap();
        let mut command = Command::new("python3");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/receiver.py"))
            .args([path("record"), path("plan")])
            .arg(KEY);
        if secure {
            command.args([path("certificate.pem"), path("private.pem")]);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        Self {
            child,
            port: line.trim().parse().unwrap(),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Settings that send events here.
    fn set(&self, settings: &mut Settings, scheme: &str) {
        let url = format!("{scheme}://localhost:{}/Hook?from=sealpost", self.port);
        settings.text("chart.webhook", &url);
        settings.text("chart.webhook-secret", &self.path("key").to_string_lossy());
    }

    /// What came, once it is so much.
    fn came(&self, count: usize) -> Vec<Value> {
        wait("an event", || {
            let text = fs::read_to_string(self.path("record")).unwrap();
            let all: Vec<Value> = text
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .collect();
            (all.len() >= count).then_some(all)
        })
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Every file below the chart's folder but its mark: by its path, what is in it.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for drawer in fs::read_dir(root).unwrap() {
        let drawer = drawer.unwrap().path();
        if !drawer.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&drawer).unwrap() {
            let path = entry.unwrap().path();
            let octets = fs::read(&path).unwrap();
            found.insert(path.strip_prefix(root).unwrap().to_owned(), octets);
        }
    }
    found
}

/// Gives the one contact of a house a name.
fn named(house: &House, first: &str, last: &str) -> String {
    house.drained();
    let listed = house.json(&["contact", "list", "--unlisted", "--json"]);
    let id = listed["contacts"][0]["id"].as_str().unwrap().to_owned();
    let doctor = house.doctor.address.clone();
    let names = ["contact", "set", &id, "--first", first, "--last", last];
    let rest = ["--status", "patient", "--provider", doctor.as_str()];
    let done = house.command(&[&names[..], &rest].concat());
    assert!(done.status.success(), "{done:?}");
    id
}

/// How many of these events are of one kind.
fn about(came: &[Value], kind: &str) -> usize {
    let is = |one: &&Value| one["event"]["event"] == kind;
    came.iter().filter(is).count()
}

/// Moves the clock whenever all that is left waits for it, until nothing is.
fn let_go(house: &House) {
    wait("an empty queue", || {
        let (jobs, now) = (house.jobs(), house.store().clock().now());
        if !jobs.is_empty() && jobs.iter().all(|job| job.due > now) {
            house.later(SignedDuration::from_mins(1));
        }
        jobs.is_empty().then_some(())
    });
}

#[test]
fn a_patients_file_lies_in_the_chart_and_the_clinics_program_hears_of_it() {
    let relay = relay();
    let chart = tempfile::tempdir().unwrap();
    let receiver = Receiver::start("500 302", true);
    let house = House::with(&relay, |settings| {
        settings.text("chart.folder", &chart.path().to_string_lossy());
        receiver.set(settings, "https");
        let trust = receiver.path("certificate.pem");
        settings.text("chart.webhook-trust", &trust.to_string_lossy());
    });
    house.hide("kestrel");
    house.hide("Avocet");
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let contact = named(&house, "Jane", "Kestrel");
    let browser = Browser::new(&house.door);
    let message = opened(&relay, &browser, &link, &to).place().to_owned();
    let file = house.data.with_file_name("Avocet lab.txt");
    fs::write(&file, "Avocet: what the laboratory found\n").unwrap();
    replied(&browser, &message, "Avocettext", &[file]);

    // The answer and the file: two events, and the first is asked for again.
    let first = receiver.came(1)[0].clone();
    let_go(&house);
    let came = receiver.came(4);
    let (replies, files_told) = (about(&came, "reply"), about(&came, "file"));
    assert_eq!(replies + files_told, 4, "{came:?}");
    assert!(replies > 0 && files_told > 0, "{came:?}");
    for one in &came {
        assert_eq!(one["good"], true, "{one}");
        assert_eq!(
            (one["path"].as_str(), one["type"].as_str()),
            (Some("/Hook?from=sealpost"), Some("application/json"))
        );
        assert_eq!(one["event"]["contact"], contact.as_str());
        assert_eq!(one["event"]["message"], first["event"]["message"]);
        let said = one["event"].to_string().to_lowercase();
        for word in ["avocet", "kestrel", "jane", "@"] {
            assert!(!said.contains(word), "{word} is in {said}");
        }
    }
    let again: Vec<&Value> = came
        .iter()
        .filter(|c| c["event"]["id"] == first["event"]["id"])
        .collect();
    assert!(again.len() > 1, "it was not tried again: {came:?}");
    assert!(again[0]["t"].as_i64() < again[1]["t"].as_i64(), "{again:?}");
    assert_eq!(again[0]["event"], again[1]["event"]);

    let found = files(chart.path());
    assert_eq!(found.len(), 1, "{found:?}");
    let (path, octets) = found.iter().next().unwrap();
    let path = path.to_str().unwrap();
    assert!(path.starts_with("Kestrel Jane "), "{path}");
    assert!(path.ends_with("/2026-11-22-Avocet lab.txt"), "{path}");
    assert_eq!(octets, b"Avocet: what the laboratory found\n");
}

#[test]
fn a_program_that_cannot_be_trusted_is_told_nothing_and_is_given_up_after_a_day() {
    let relay = relay();
    let receiver = Receiver::start("", true);
    let house = House::with(&relay, |settings| receiver.set(settings, "https"));
    let to = house.patient("jane");
    let link = announced(&relay, &house.door, &house.doctor, &to);
    let browser = Browser::new(&house.door);
    let message = opened(&relay, &browser, &link, &to).place().to_owned();
    replied(&browser, &message, "Thank you", &[]);
    let job = wait("a try", || {
        let jobs = house.json(&["queue", "list", "--json"]);
        let job = jobs
            .as_array()
            .unwrap()
            .iter()
            .find(|j| j["purpose"] == "webhook");
        job.filter(|job| job["attempts"] == 1).cloned()
    });
    let said = job["answer"]["text"].as_str().unwrap();
    assert!(said.starts_with("TLS failed"), "{said}");
    // Mail goes on meanwhile.
    let other = house.patient("bob");
    announced(&relay, &house.door, &house.doctor, &other);
    house.later(SignedDuration::from_hours(25));
    house.drained();
    assert_eq!(fs::read_to_string(receiver.path("record")).unwrap(), "");
}

#[test]
fn every_file_is_in_the_chart_once_although_the_gateway_is_killed_again_and_again() {
    const ROUNDS: usize = 6;
    const EACH: usize = 3;
    let relay = relay();
    let chart = tempfile::tempdir().unwrap();
    let mut daemon = Daemon::start(&relay, |settings| {
        settings.text("chart.folder", &chart.path().to_string_lossy());
    });
    let doctor = daemon.account("ruiz", "provider");
    let to = daemon.patient("jane");
    let link = announced(&relay, &daemon.door, &doctor, &to);
    let browser = Browser::new(&daemon.door);
    let message = opened(&relay, &browser, &link, &to).place().to_owned();
    let scan = |round: usize, n: usize| {
        let mut octets = format!("round {round}, file {n}\n").into_bytes();
        octets.extend((0..1_000_000).map(|at: usize| b'a' + u8::try_from(at % 26).unwrap()));
        octets
    };
    for round in 0..ROUNDS {
        let sent: Vec<PathBuf> = (0..EACH)
            .map(|n| {
                let file = daemon.folder.path().join(format!("scan {n}.txt"));
                fs::write(&file, scan(round, n)).unwrap();
                file
            })
            .collect();
        replied(&browser, &message, &format!("Whimbrel {round}"), &sent);
        // Each kill falls a little later.
        thread::sleep(Duration::from_millis(15 * u64::try_from(round).unwrap()));
        daemon.kill();
        daemon.resume();
    }
    wait("an empty queue", || daemon.jobs().is_empty().then_some(()));
    let mut found: Vec<Vec<u8>> = files(chart.path()).into_values().collect();
    let mut wanted: Vec<Vec<u8>> = (0..ROUNDS)
        .flat_map(|round| (0..EACH).map(move |n| (round, n)))
        .map(|(round, n)| scan(round, n))
        .collect();
    found.sort();
    wanted.sort();
    assert_eq!(
        found.len(),
        wanted.len(),
        "a file is missing, or came twice"
    );
    assert!(found == wanted, "a file is not as it was sent");
}
