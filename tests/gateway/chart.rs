//! Patients' files on their way into the clinic's own records: the folder, and a
//! real program that takes events.

use crate::browser::Browser;
use crate::daemon::Daemon;
use crate::harness::{House, relay, wait};
use crate::holding::newest;
use crate::imap::Imap;
use crate::postfix::Postfix;
use crate::settings::Settings;
use crate::visit::{announced, opened, replied};
use jiff::SignedDuration;
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
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

/// What OpenSSL computes as the signature of an event.
fn by_openssl(one: &Value) -> String {
    let mut openssl = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", KEY, "-hex"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let signed = format!("{}.{}", one["t"], one["body"].as_str().unwrap());
    let mut pipe = openssl.stdin.take().unwrap();
    pipe.write_all(signed.as_bytes()).unwrap();
    drop(pipe);
    let output = openssl.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.trim().rsplit(' ').next().unwrap().to_owned()
}

/// Whether these events say of whom and which answer by ids alone, and the first
/// was told again.
fn well_told(came: &[Value], contact: &str) {
    let (replies, files_told) = (about(came, "reply"), about(came, "file"));
    assert_eq!(replies + files_told, came.len(), "{came:?}");
    assert!(replies > 0 && files_told > 1, "{came:?}");
    let first = &came[0];
    for one in came {
        well_signed(one);
        assert_eq!(one["event"]["contact"], contact);
        assert_eq!(one["event"]["message"], first["event"]["message"]);
    }
    let again: Vec<&Value> = came
        .iter()
        .filter(|c| c["event"]["id"] == first["event"]["id"])
        .collect();
    assert!(again.len() > 1, "it was not tried again: {came:?}");
    assert!(again[0]["t"].as_i64() < again[1]["t"].as_i64(), "{again:?}");
    assert_eq!(again[0]["event"], again[1]["event"]);
}

/// Whether an event came where it should, signed, and without a word of content.
fn well_signed(one: &Value) {
    assert_eq!(one["good"], true, "{one}");
    assert_eq!(one["v1"], by_openssl(one), "{one}");
    assert_eq!(
        (one["path"].as_str(), one["type"].as_str()),
        (Some("/Hook?from=sealpost"), Some("application/json"))
    );
    let said = one["body"].as_str().unwrap().to_lowercase();
    for word in ["avocet", "kestrel", "jane", "@"] {
        assert!(!said.contains(word), "{word} is in {said}");
    }
}

/// The files of the newest message in the provider's folder of their one patient,
/// by their names.
fn in_the_mail_program(house: &House) -> BTreeMap<String, Vec<u8>> {
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let said = imap.good("LIST \"\" \"Patients/Kestrel, Jane *\"");
    let folder = said.split_once("\"/\" \"").unwrap().1;
    let folder = folder.split('"').next().unwrap();
    let mail = newest(&mut imap, folder);
    let parsed = MessageParser::default().parse(mail.as_bytes()).unwrap();
    let files = parsed.attachments().map(|file| {
        let name = file.attachment_name().unwrap().to_owned();
        (name, file.contents().to_vec())
    });
    files.collect()
}

#[test]
fn se14_a_patients_files_lie_in_the_chart_and_in_the_mail_programs_folder_of_the_patient() {
    let relay = relay();
    let place = tempfile::tempdir().unwrap();
    let chart = place.path().join("chart");
    fs::create_dir(&chart).unwrap();
    let receiver = Receiver::start("500 302", true);
    let house = House::with(&relay, |settings| {
        settings.text("chart.folder", &chart.to_string_lossy());
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
    // A browser that says where its file is to go.
    let rude = format!("{};filename=\"../../../escape.txt\"", file.display());
    replied(&browser, &message, "Avocettext", &[file, rude.into()]);

    // The answer and the files: three events, and the first two tries fail.
    receiver.came(1);
    let_go(&house);
    well_told(&receiver.came(5), &contact);

    let found = files(&chart);
    let names: Vec<&str> = found.keys().map(|path| path.to_str().unwrap()).collect();
    let drawer = names[0].split('/').next().unwrap();
    assert!(drawer.starts_with("Kestrel Jane "), "{names:?}");
    let wanted = ["Avocet lab.txt", "escape.txt"].map(|n| format!("{drawer}/2026-11-22-{n}"));
    assert_eq!(names, wanted);
    for (path, octets) in &found {
        assert_eq!(octets, b"Avocet: what the laboratory found\n");
        let mode = fs::metadata(chart.join(path)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{path:?}");
    }
    let beside = fs::read_dir(place.path()).unwrap().count();
    assert_eq!(beside, 1, "something lies beside the chart's folder");
    let mailed = in_the_mail_program(&house);
    let names: Vec<&str> = mailed.keys().map(String::as_str).collect();
    assert_eq!(names, ["Avocet lab.txt", "escape.txt"]);
    let same = |octets: &Vec<u8>| octets == b"Avocet: what the laboratory found\n";
    assert!(mailed.values().all(same), "{mailed:?}");
}

/// A gateway whose chart lies on a disk of its own, which can be full or lost: in
/// a namespace of its own anybody may mount one.
struct Mounted {
    daemon: Daemon,
    place: TempDir,
}

impl Mounted {
    fn start(relay: &Postfix, size: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("chart");
        fs::create_dir(&root).unwrap();
        let mut daemon = Daemon::make(relay, |settings| {
            settings.text("chart.folder", &root.to_string_lossy());
        });
        let line = format!("{} && exec \"$0\" \"$@\"", mount(size, "\"$CHART\""));
        let mut unshare = Command::new("unshare");
        unshare.args(["--map-root-user", "--mount", "sh", "-c", &line]);
        unshare.arg(env!("CARGO_BIN_EXE_sealpost"));
        daemon.spawn_by(unshare.env("CHART", &root));
        wait("a greeting", || daemon.greets().then_some(()));
        Self { daemon, place }
    }

    fn root(&self) -> PathBuf {
        self.place.path().join("chart")
    }

    /// Runs a line where the gateway's disks are; `$0` is `sealpost`, `$1` the
    /// chart's folder, `$2` the configuration.
    fn inside(&self, line: &str) -> Output {
        let pid = self.daemon.id().to_string();
        let entered = ["--user", "--mount", "--preserve-credentials"];
        Command::new("nsenter")
            .args(["--target", &pid])
            .args(entered)
            .args(["sh", "-c", line, env!("CARGO_BIN_EXE_sealpost")])
            .args([&self.root(), &self.daemon.config])
            .output()
            .unwrap()
    }

    fn done(&self, line: &str) {
        let output = self.inside(line);
        assert!(output.status.success(), "{line}: {output:?}");
    }

    /// The chart's folder as the gateway sees it.
    fn seen(&self) -> PathBuf {
        let root = self.root();
        let root = root.strip_prefix("/").unwrap();
        Path::new("/proc")
            .join(self.daemon.id().to_string())
            .join("root")
            .join(root)
    }

    /// The one job that waits for the chart, once it was tried.
    fn waits(&self) -> Value {
        wait("a file that waits", || {
            let mut jobs = self.daemon.jobs().into_iter();
            jobs.find(|job| job["purpose"] == "chart" && job["attempts"] == 1)
        })
    }

    /// Has it tried now; it must be done.
    fn again(&self, job: &Value) {
        let id = job["id"].as_str().unwrap();
        self.daemon.good(&["queue", "retry", id]);
        wait("an empty queue", || {
            self.daemon.jobs().is_empty().then_some(())
        });
    }
}

fn mount(size: &str, place: &str) -> String {
    format!("mount -t tmpfs -o size={size},mode=700 chart {place}")
}

#[test]
fn a_full_disk_and_a_lost_one_hold_a_file_back_and_say_so_and_it_comes_whole_later() {
    let relay = relay();
    let disk = Mounted::start(&relay, "256k");
    let daemon = &disk.daemon;
    let doctor = daemon.account("ruiz", "provider");
    let to = daemon.patient("jane");
    let link = announced(&relay, &daemon.door, &doctor, &to);
    let browser = Browser::new(&daemon.door);
    let message = opened(&relay, &browser, &link, &to).place().to_owned();
    let scan = daemon.folder.path().join("scan.txt");
    let octets = b"what the laboratory found\n".repeat(40_000);
    fs::write(&scan, &octets).unwrap();
    let only = |found: BTreeMap<PathBuf, Vec<u8>>| -> Vec<u8> {
        assert_eq!(found.len(), 1, "{:?}", found.keys());
        found.into_values().next().unwrap()
    };

    // Full: it is said where one looks, and half of a file is not left lying there.
    replied(
        &browser,
        &message,
        "Whimbrel one",
        std::slice::from_ref(&scan),
    );
    let job = disk.waits();
    let said = job["answer"]["text"].as_str().unwrap();
    assert!(said.contains("No space left"), "{said}");
    assert!(files(&disk.seen()).is_empty(), "half of a file is there");
    let checked = disk.inside("\"$0\" -c \"$2\" check");
    let checked = String::from_utf8_lossy(&[checked.stdout, checked.stderr].concat()).into_owned();
    let wait_there = "MiB free; patients' files wait in the queue";
    assert!(checked.contains(wait_there), "{checked}");
    disk.done("mount -o remount,size=16m \"$1\"");
    disk.again(&job);
    assert!(only(files(&disk.seen())) == octets, "it is not whole");

    // Lost: what stands in its place is not written to.
    disk.done("umount \"$1\"");
    let note = daemon.folder.path().join("note.txt");
    fs::write(&note, "a note\n").unwrap();
    replied(&browser, &message, "Whimbrel two", &[note]);
    let job = disk.waits();
    let said = job["answer"]["text"].as_str().unwrap();
    assert!(said.contains("mount its disk"), "{said}");
    let beside = fs::read_dir(disk.seen()).unwrap().count();
    assert_eq!(beside, 0, "it was written beside the disk");
    let anew = mount("16m", "\"$1\"");
    disk.done(&format!("{anew} && : > \"$1\"/.sealpost-chart"));
    disk.again(&job);
    assert_eq!(only(files(&disk.seen())), b"a note\n");
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
