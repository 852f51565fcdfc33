//! What waits for release, in mail programs: no slip releases it or loses it; and
//! neither does a kill.

use crate::daemon::Daemon;
use crate::harness::{Door, Login, Relay, notice, relay, wait};
use crate::holding::{Clinic, WAITING, count, reference};
use crate::imap::Imap;
use crate::programs::{Letter, swaks};
use sealpost::policy::How;
use std::collections::BTreeSet;
use std::fs;
use std::thread;

#[test]
fn the_copy_that_a_mail_program_puts_into_sent_is_not_kept_while_the_message_waits() {
    let clinic = Clinic::open(|_| ());
    let file = clinic.house.data.parent().unwrap().join("letter");
    let letter = clinic.letter();
    let text = format!(
        "Message-ID: <copy@clinic.example>\nDate: Sun, 22 Nov 2026 07:00:00 -0800\n{}",
        letter.lines()
    );
    fs::write(&file, &text).unwrap();
    let data = format!("@{}", file.display());
    reference(&swaks(
        &clinic.house.door,
        &clinic.desk,
        &letter,
        true,
        &["--data", &data],
    ));
    let mut desk = clinic.imap(&clinic.desk);
    let text = text.replace('\n', "\r\n");
    let append = |desk: &mut Imap, folder: &str, text: &str| {
        let length = text.len();
        desk.say(&format!(
            "APPEND \"{folder}\" (\\Seen) {{{length}+}}\r\n{text}"
        ))
        .unwrap()
    };
    let said = append(&mut desk, "Sent", &text);
    assert!(
        said.contains("x OK") && !said.contains("APPENDUID"),
        "{said}"
    );
    assert_eq!(
        (count(&mut desk, "Sent"), count(&mut desk, WAITING)),
        (0, 1)
    );
    // Another letter is no copy of it.
    let said = append(&mut desk, "Sent", &text.replace("fasting", "rested"));
    assert!(said.contains("APPENDUID"), "{said}");
    let said = append(&mut desk, WAITING, &text);
    assert!(said.contains("x NO [CANNOT]"), "{said}");

    let view = clinic.shown(clinic.doctor()).remove(0);
    clinic
        .release(&view, &clinic.by(clinic.doctor(), How::Own))
        .unwrap();
    clinic.relay.wait_for(&clinic.to, 1);
    // Whoever was offline puts the copy in late: it takes the place of ours.
    let said = append(&mut desk, "Sent", &text);
    assert!(said.contains("APPENDUID"), "{said}");
    assert_eq!(count(&mut desk, "Sent"), 2);
}

#[test]
fn no_slip_in_a_mail_program_releases_or_loses_what_is_held() {
    let clinic = Clinic::open(|settings| settings.set("policy.release-by-move", "true"));
    clinic.held(&clinic.letter());
    let mut doctor = clinic.imap(clinic.doctor());
    let mut desk = clinic.imap(&clinic.desk);
    for imap in [&mut doctor, &mut desk] {
        imap.good(&format!("SELECT \"{WAITING}\""));
        for slip in [
            "MOVE 1 Trash",
            "MOVE 1 Drafts",
            "COPY 1 \"Awaiting release\"",
        ] {
            let said = imap.say(slip).unwrap();
            assert!(said.contains("x NO [CANNOT]"), "{slip}: {said}");
        }
        imap.good("STORE 1 +FLAGS (\\Deleted)");
        let said = imap.say("EXPUNGE").unwrap();
        assert!(said.contains("x NO [CANNOT]"), "{said}");
        imap.good("CLOSE");
        assert_eq!(count(imap, WAITING), 1);
        imap.good(&format!("SELECT \"{WAITING}\""));
        imap.good("STORE 1 -FLAGS (\\Deleted)");
        let said = imap.say("DELETE \"Awaiting release\"").unwrap();
        assert!(said.contains("x NO"), "{said}");
    }
    clinic.nothing_left();
}

#[test]
fn to_the_release_folder_only_a_provider_moves_only_what_waits() {
    let clinic = Clinic::open(|settings| settings.set("policy.release-by-move", "true"));
    clinic.held(&clinic.letter());
    let mut doctor = clinic.imap(clinic.doctor());
    let mut desk = clinic.imap(&clinic.desk);
    for imap in [&mut doctor, &mut desk] {
        imap.good(&format!("SELECT \"{WAITING}\""));
    }
    // The desk has no such folder, and cannot make one.
    let folders = desk.good("LIST \"\" *");
    assert!(!folders.contains(" Release\r\n"), "{folders}");
    for slip in [
        "MOVE 1 Release",
        "COPY 1 Release",
        "CREATE Release",
        "CREATE Release/x",
    ] {
        let said = desk.say(slip).unwrap();
        assert!(said.contains("x NO"), "{slip}: {said}");
    }
    let said = doctor.say("COPY 1 Release").unwrap();
    assert!(said.contains("x NO [CANNOT]"), "{said}");
    let text = "Subject: x\r\n\r\nx\r\n";
    let said = doctor
        .say(&format!("APPEND Release {{{}+}}\r\n{text}", text.len()))
        .unwrap();
    assert!(said.contains("x NO [CANNOT]"), "{said}");
    let mut inbox = Imap::inbox(&clinic.house.door, clinic.doctor());
    let said = inbox.say("MOVE 1 Release").unwrap();
    assert!(said.contains("x NO [CANNOT]"), "{said}");
    clinic.nothing_left();
}

#[test]
fn what_goes_to_somebody_whom_a_mail_program_does_not_show_is_not_released_by_moving_it() {
    let clinic = Clinic::open(|settings| {
        settings.set("policy.release-by-move", "true");
        settings.text("policy.copies", "each");
    });
    let hidden = clinic.house.patient("mallory");
    let letter = Letter {
        to: format!("{},{hidden}", clinic.to),
        ..clinic.letter()
    };
    let to = format!("To: {}", clinic.to);
    let door = &clinic.house.door;
    reference(&swaks(
        door,
        &clinic.desk,
        &letter,
        true,
        &["--header", &to],
    ));
    let mut doctor = clinic.imap(clinic.doctor());
    doctor.good(&format!("SELECT \"{WAITING}\""));
    let said = doctor.say("MOVE 1 Release").unwrap();
    assert!(
        said.contains("x NO [CANNOT] the message has a blind copy"),
        "{said}"
    );
    clinic.nothing_left();
    // The page shows whom, and there it may be released.
    let view = clinic.shown(clinic.doctor()).remove(0);
    let to: Vec<_> = view
        .recipients
        .iter()
        .map(|r| r.address.as_deref())
        .collect();
    assert_eq!(to, [Some(clinic.to.as_str()), Some(hidden.as_str())]);
    let by = clinic.by(clinic.doctor(), How::Own);
    clinic.release(&view, &by).unwrap();
    clinic.relay.wait_for(&hidden, 1);
    clinic.relay.wait_for(&clinic.to, 1);
}

#[test]
fn of_two_who_release_at_once_exactly_one_does_and_one_notice_leaves() {
    let clinic = Clinic::open(|settings| settings.set("policy.release-by-move", "true"));
    for _ in 0..5 {
        clinic.held(&clinic.letter());
        let together: Vec<bool> = thread::scope(|scope| {
            let sessions: Vec<_> = (0..4)
                .map(|_| {
                    let mut doctor = clinic.imap(clinic.doctor());
                    doctor.good(&format!("SELECT \"{WAITING}\""));
                    doctor
                })
                .collect();
            let sessions: Vec<_> = sessions
                .into_iter()
                .map(|mut doctor| {
                    scope.spawn(move || doctor.say("MOVE 1 Release").unwrap().contains("x OK"))
                })
                .collect();
            sessions.into_iter().map(|s| s.join().unwrap()).collect()
        });
        assert_eq!(
            together.iter().filter(|done| **done).count(),
            1,
            "{together:?}"
        );
    }
    clinic.relay.wait_for(&clinic.to, 5);
    clinic.house.drained();
    assert_eq!(clinic.relay.wait_for(&clinic.to, 5).len(), 5);
    assert_eq!(clinic.count(clinic.doctor(), WAITING), 0);
    assert_eq!(clinic.count(clinic.doctor(), "Sent"), 5);
}

/// Hands the letter in and hears that it waits.
fn hold(door: &Door, desk: &Login, doctor: &Login, to: &str) {
    reference(&swaks(door, desk, &Letter::new(doctor, to), true, &[]));
}

#[test]
fn what_is_held_and_what_is_released_survive_a_kill_and_nothing_leaves_twice() {
    let relay = relay();
    let mut daemon = Daemon::start(&relay, |settings| {
        settings.set("policy.release-by-move", "true");
    });
    let doctor = daemon.account("ruiz", "provider");
    let desk = daemon.account("desk", "staff");
    let to = daemon.patient("jane");
    for round in 1..=5 {
        hold(&daemon.door, &desk, &doctor, &to);
        daemon.kill();
        daemon.resume();
        assert!(daemon.jobs().is_empty(), "nothing is on its way");
        let mut imap = Imap::sign_in(&daemon.door, &doctor);
        assert_eq!(count(&mut imap, WAITING), 1);
        imap.good(&format!("SELECT \"{WAITING}\""));
        imap.good("MOVE 1 Release");
        daemon.kill();
        daemon.resume();
        assert_eq!(notices(&relay, &to, round), round);
        let mut imap = Imap::sign_in(&daemon.door, &doctor);
        assert_eq!(count(&mut imap, WAITING), 0);
        assert_eq!(count(&mut imap, "Sent"), round);
    }
    wait("an empty queue", || daemon.jobs().is_empty().then_some(()));
    assert_eq!(notices(&relay, &to, 5), 5);
}

/// How many different notices came, at least `count`. One may come twice if a kill
/// fell between the relay's answer and our note of it; it is the same mail then.
fn notices(relay: &Relay, to: &str, count: usize) -> usize {
    let all = wait("the notices", || {
        let mails = relay.wait_for(to, count);
        let ids: BTreeSet<String> = mails.iter().map(|mail| notice(mail).message_id).collect();
        (ids.len() >= count).then_some(ids)
    });
    all.len()
}
