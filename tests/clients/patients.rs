//! What a patient's answer looks like in the office's mail program, and who sees it.

use crate::browser::Browser;
use crate::harness::{House, Login, relay};
use crate::postfix::Postfix;
use crate::script::{Running, play, script};
use crate::visit::{announced, opened, replied};
use sealpost::model::Role;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Requirements SE12: from the patient's "sent" to the announcement.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A patient reads what `doctor` wrote, and has the form for an answer open.
struct Patient {
    browser: Browser,
    message: String,
}

impl Patient {
    fn of(relay: &Postfix, house: &House, doctor: &Login) -> Self {
        let to = house.patient("jane");
        let link = announced(relay, &house.door, doctor, &to);
        let browser = Browser::new(&house.door);
        let page = opened(relay, &browser, &link, &to).says("Please come fasting.");
        let message = page.place().to_owned();
        Self { browser, message }
    }

    /// Sends an answer with a file; when the patient read that it was sent.
    fn answers(&self, text: &str, file: &str) -> Instant {
        let file = PathBuf::from(file);
        replied(&self.browser, &self.message, text, &[file]);
        Instant::now()
    }
}

#[test]
fn se12_a_patients_answer_is_announced_within_a_second_and_read_octet_for_octet() {
    let relay = relay();
    let house = House::open(&relay);
    let patient = Patient::of(&relay, &house, &house.doctor);
    let file = house.data.with_file_name("scan.pdf");
    let mut octets = b"%PDF-1.4\n".to_vec();
    octets.extend((0..200_000_u64).map(|n| (n * n / 7).to_le_bytes()[0]));
    fs::write(&file, octets).unwrap();
    let file = file.to_string_lossy();
    house.hide("Avocet");
    let mut waiting = script("answer.py", &house.door, &house.doctor);
    let waiting = Running::start(waiting.args([&*file, "Avocettext: I will."]));
    waiting.says("waiting");
    let sent = patient.answers("Avocettext: I will.", &file);
    let pushed = waiting.says("pushed");
    let late = pushed.saturating_duration_since(sent);
    assert!(late < AT_ONCE, "announced after {late:?}");
    waiting.ends();
}

#[test]
fn se14_a_provider_sees_the_folders_of_their_own_patients_alone() {
    let relay = relay();
    let house = House::open(&relay);
    let other = house.account("vance", Role::Provider);
    let file = house.data.with_file_name("note.txt");
    fs::write(&file, "a note of mine\n").unwrap();
    let file = file.to_string_lossy();
    for (doctor, text) in [(&house.doctor, "Whimbrel one"), (&other, "Whimbrel two")] {
        Patient::of(&relay, &house, doctor).answers(text, &file);
    }
    house.drained();
    let list = |login| play("views.py", &house.door, login, &[]);
    let (mine, theirs) = (list(&house.doctor), list(&other));
    let named = |text: &str| -> Vec<String> {
        let names = text.lines().filter_map(|l| l.strip_prefix("folder "));
        names.map(str::to_owned).collect()
    };
    assert_eq!((named(&mine).len(), named(&theirs).len()), (1, 1));
    assert_ne!(named(&mine), named(&theirs));
    for (said, own, foreign) in [
        (&mine, "Whimbrel one", "Whimbrel two"),
        (&theirs, "Whimbrel two", "Whimbrel one"),
    ] {
        assert!(said.contains(own), "{own} is not in {said}");
        assert!(!said.contains(foreign), "{foreign} is in {said}");
    }
    // Nor by its name.
    play(
        "closed.py",
        &house.door,
        &house.doctor,
        &[&named(&theirs)[0]],
    );
}

#[test]
fn the_shared_mailbox_has_read_for_each_account_and_other_flags_for_all() {
    let relay = relay();
    let house = House::open(&relay);
    let desk = house.account("desk", Role::Staff);
    let more = [desk.address.as_str(), desk.password.as_str()];
    play("shared.py", &house.door, &house.doctor, &more);
}
