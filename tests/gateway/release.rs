//! Staff write, a provider releases: over real submission, real IMAP, a real relay.

use crate::harness::{Login, decoded, notice, wait};
use crate::holding::{Clinic, WAITING, count, newest, reference, told};
use crate::programs::{Letter, swaks};
use jiff::SignedDuration;
use sealpost::desk::holds::HoldView;
use sealpost::model::{Actor, Role};
use sealpost::policy::How;
use std::fs;

#[test]
fn what_staff_write_is_held_and_seen_by_both_and_nothing_leaves() {
    let clinic = Clinic::open(|_| ());
    let id = clinic.held(&clinic.letter());
    clinic.nothing_left();

    let (mut doctor, mut desk) = (clinic.imap(clinic.doctor()), clinic.imap(&clinic.desk));
    let held = newest(&mut doctor, WAITING);
    assert_eq!(held, newest(&mut desk, WAITING));
    let drafted = format!("X-Sealpost-Drafted-By: {}\r\n", clinic.desk.address);
    for words in [drafted.as_str(), "Please come fasting."] {
        assert!(held.contains(words), "{held}");
    }
    assert_eq!(count(&mut doctor, "Sent") + count(&mut desk, "Sent"), 0);
    let unread = doctor.good(&format!("STATUS \"{WAITING}\" (UNSEEN)"));
    assert!(unread.contains("UNSEEN 1"), "{unread}");

    let listed = clinic.house.json(&["hold", "list", "--json"]);
    assert_eq!(listed[0]["id"], id.as_str());
    assert!(!listed.to_string().contains(&clinic.to), "{listed}");
    let state = clinic.house.json(&["message", "show", &id, "--json"]);
    assert_eq!(state["recipients"][0]["state"], "held");
}

#[test]
fn the_provider_is_told_that_something_waits_and_not_what() {
    let clinic = Clinic::open(|_| ());
    let id = clinic.held(&clinic.letter());
    let told = told(&mut clinic.imap(clinic.doctor()));
    for words in ["A message waits for your release", &id] {
        assert!(told.contains(words), "{told}");
    }
    for words in ["fasting", &clinic.to] {
        assert!(!told.contains(words), "{told}");
    }
    assert_eq!(clinic.count(&clinic.desk, "INBOX"), 0);
}

#[test]
fn what_is_released_leaves_once_and_is_what_was_held() {
    let clinic = Clinic::open(|_| ());
    clinic.held(&clinic.letter());
    let (mut doctor, mut desk) = (clinic.imap(clinic.doctor()), clinic.imap(&clinic.desk));
    let held = newest(&mut doctor, WAITING);
    let views = clinic.shown(clinic.doctor());
    assert_eq!(views.len(), 1);
    let to = views[0].recipients[0].address.as_deref();
    assert_eq!(to, Some(clinic.to.as_str()));
    let screen = How::AtStaffScreen(clinic.account(&clinic.desk).id);
    let by = clinic.by(clinic.doctor(), screen);
    clinic.release(&views[0], &by).unwrap();
    let told = notice(&clinic.relay.wait_for(&clinic.to, 1)[0]);
    assert!(!told.decoded.contains("fasting"), "{told:?}");
    for imap in [&mut doctor, &mut desk] {
        assert_eq!(newest(imap, "Sent"), held);
        assert_eq!(count(imap, WAITING), 0);
    }
    let again = clinic.release(&views[0], &by).unwrap_err();
    assert!(again.contains("does not wait"), "{again}");
    clinic.house.drained();
    assert_eq!(clinic.relay.wait_for(&clinic.to, 1).len(), 1);
}

#[test]
fn what_is_rejected_goes_back_to_the_drafts_with_the_reason_and_may_come_again() {
    let clinic = Clinic::open(|_| ());
    let file = clinic.house.data.parent().unwrap().join("letter");
    let letter = clinic.letter();
    let text = format!(
        "Message-ID: <once@clinic.example>\nDate: Sun, 22 Nov 2026 07:00:00 -0800\n{}",
        letter.lines()
    );
    fs::write(&file, text).unwrap();
    let data = format!("@{}", file.display());
    let send = || {
        swaks(
            &clinic.house.door,
            &clinic.desk,
            &letter,
            true,
            &["--data", &data],
        )
    };
    let first = reference(&send());
    assert_eq!(
        reference(&send()),
        first,
        "a second try is the same message"
    );
    let by = clinic.by(clinic.doctor(), How::Own);
    assert!(clinic.reject(&first, " ", &by).is_err(), "without a reason");
    clinic
        .reject(&first, "The hour is wrong: it is ten.", &by)
        .unwrap();

    let mut desk = clinic.imap(&clinic.desk);
    let draft = newest(&mut desk, "Drafts");
    assert!(draft.contains("Please come fasting."), "{draft}");
    let flags = desk.good("FETCH * FLAGS");
    assert!(flags.contains("\\Draft"), "{flags}");
    let told = told(&mut desk);
    for words in ["The hour is wrong: it is ten.", &first] {
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(count(&mut desk, WAITING), 0);
    assert_eq!(clinic.count(clinic.doctor(), WAITING), 0);
    clinic.nothing_left();

    // Sent again as it is, it waits again: nothing is taken for sent that was not.
    let second = reference(&send());
    assert_ne!(second, first);
    assert_eq!(clinic.count(clinic.doctor(), WAITING), 1);
    // The draft is the desk's own now, and goes when it is deleted.
    desk.good("SELECT Drafts");
    desk.good("STORE 1 +FLAGS (\\Deleted)");
    desk.good("EXPUNGE");
    let gone = clinic.house.command(&["message", "show", &first]);
    assert!(!gone.status.success(), "it is still there");
}

#[test]
fn what_nobody_releases_goes_back_in_time_and_both_are_told() {
    let clinic = Clinic::open(|settings| settings.text("policy.hold-expires", "3h"));
    let id = clinic.held(&clinic.letter());
    let views = clinic.shown(clinic.doctor());
    clinic.house.later(SignedDuration::from_mins(179));
    assert_eq!(clinic.count(&clinic.desk, "Drafts"), 0);
    clinic.house.later(SignedDuration::from_mins(2));
    // Whether the sweep has come yet or not, it is too late.
    let by = clinic.by(clinic.doctor(), How::Own);
    assert!(clinic.release(&views[0], &by).is_err());
    wait("the message in Drafts", || {
        (clinic.count(&clinic.desk, "Drafts") == 1).then_some(())
    });
    for (login, words) in [
        (&clinic.desk, "lies in your folder Drafts"),
        (clinic.doctor(), "went back to"),
    ] {
        let told = told(&mut clinic.imap(login));
        assert!(told.contains(words) && told.contains(&id), "{told}");
        assert_eq!(clinic.count(login, WAITING), 0);
    }
    clinic.nothing_left();
}

/// Runs a command, which must succeed.
fn good(clinic: &Clinic, arguments: &[&str]) {
    let done = clinic.house.command(arguments);
    assert!(done.status.success(), "{done:?}");
}

/// Why this one may not release it.
fn refused(clinic: &Clinic, view: &HoldView, login: &Login, how: How) -> String {
    let by = clinic.by(login, how);
    clinic.release(view, &by).unwrap_err()
}

#[test]
fn who_may_release_is_asked_when_it_is_released_and_not_before() {
    let clinic = Clinic::open(|_| ());
    let lopez = clinic.house.account("lopez", Role::Provider);
    clinic.held(&clinic.letter());
    let view = clinic.shown(clinic.doctor()).remove(0);
    assert!(clinic.shown(&lopez).is_empty(), "somebody else's");
    let doctor = clinic.doctor();
    for (login, how, why) in [
        (&lopez, How::Own, "another provider's name"),
        (&clinic.desk, How::Own, "only a provider"),
        (&lopez, How::Deputy, "do not stand in"),
        (&lopez, How::BreakGlass("soon".into()), "a reason"),
    ] {
        let said = refused(&clinic, &view, login, how);
        assert!(said.contains(why), "{said}");
    }
    good(&clinic, &["user", "disable", &doctor.address]);
    let emergency = How::BreakGlass("She is on a ward round".into());
    for (login, how, why) in [
        (doctor, How::Own, "only a provider"),
        (&lopez, emergency, "no longer has an account"),
    ] {
        let said = refused(&clinic, &view, login, how);
        assert!(said.contains(why), "{said}");
    }
    clinic.nothing_left();
    good(&clinic, &["user", "enable", &doctor.address]);
    let by = clinic.by(doctor, How::Own);
    clinic.release(&view, &by).unwrap();
    clinic.relay.wait_for(&clinic.to, 1);
}

#[test]
fn a_deputy_releases_until_the_day_is_over_or_somebody_ends_it() {
    let clinic = Clinic::open(|_| ());
    let lopez = clinic.house.account("lopez", Role::Provider);
    clinic.held(&clinic.letter());
    let view = clinic.shown(clinic.doctor()).remove(0);
    let doctor = clinic.doctor().address.as_str();
    let day = ["--until", "2026-11-23"];
    let deputy = [
        &["user", "deputy", doctor, "--to", &lopez.address],
        &day[..],
    ]
    .concat();
    good(&clinic, &deputy);
    let listed = clinic.house.command(&["user", "list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let until = "releases in its stead until 2026-11-24T07:59:59Z";
    assert!(listed.contains(until), "{listed}");
    assert_eq!(clinic.shown(&lopez).len(), 1, "a deputy sees it");
    good(&clinic, &["user", "deputy", doctor, "--none"]);
    let said = refused(&clinic, &view, &lopez, How::Deputy);
    assert!(said.contains("do not stand in"), "{said}");
    good(&clinic, &deputy);
    clinic.house.later(SignedDuration::from_hours(42));
    let said = refused(&clinic, &view, &lopez, How::Deputy);
    assert!(said.contains("do not stand in"), "{said}");
    let next = ["--until", "2026-11-24"];
    good(&clinic, &[&deputy[..5], &next[..]].concat());
    clinic
        .release(&view, &clinic.by(&lopez, How::Deputy))
        .unwrap();
    clinic.relay.wait_for(&clinic.to, 1);
}

#[test]
fn an_emergency_release_is_on_record_with_its_reason() {
    let clinic = Clinic::open(|_| ());
    let house = &clinic.house;
    let lopez = house.account("lopez", Role::Provider);
    clinic.held(&clinic.letter());
    let view = clinic.shown(clinic.doctor()).remove(0);
    let reason = How::BreakGlass("She is on a ward round".into());
    clinic.release(&view, &clinic.by(&lopez, reason)).unwrap();
    clinic.relay.wait_for(&clinic.to, 1);
    let events = house.run(house.store().audit_events(0, 1000)).unwrap();
    let noted = |kind: &str| {
        let of = events
            .iter()
            .filter(|e| format!("{:?}", e.event.kind) == kind);
        of.map(|e| e.event.note.clone()).collect::<Vec<_>>()
    };
    assert_eq!(noted("BreakGlass"), ["She is on a ward round"]);
    assert_eq!(noted("Release"), ["break-glass"]);
    assert_eq!(noted("Hold"), [""]);
}

#[test]
fn a_clinic_may_let_one_account_send_and_bind_another_to_a_provider() {
    let clinic = Clinic::open(|_| ());
    let house = &clinic.house;
    let lopez = house.account("lopez", Role::Provider);
    let set = |arguments: &[&str]| {
        let arguments = [&["user", "set", &clinic.desk.address], arguments].concat();
        let done = house.command(&arguments);
        assert!(done.status.success(), "{done:?}");
    };
    // In one's own name one writes to colleagues alone.
    let own = Letter::new(&clinic.desk, &clinic.to);
    let said = clinic.send(&own);
    assert!(
        !said.good && said.text.contains("553 5.7.1"),
        "{}",
        said.text
    );
    assert!(said.text.contains("in a provider's name"), "{}", said.text);
    let colleague = Letter::new(&clinic.desk, &lopez.address);
    assert!(clinic.send(&colleague).good);
    wait("the colleague's mail", || {
        (clinic.count(&lopez, "INBOX") == 1).then_some(())
    });

    set(&["--writes-for", &lopez.address]);
    let said = clinic.send(&clinic.letter());
    assert!(
        !said.good && said.text.contains("553 5.7.1"),
        "{}",
        said.text
    );
    assert!(said.text.contains("You do not write for"), "{}", said.text);
    assert!(
        clinic.send(&own).text.contains(&lopez.address),
        "it names whose"
    );
    let done = house.command(&[
        "user",
        "set",
        &lopez.address,
        "--name",
        "Dr. Ana L\u{f3}pez",
    ]);
    assert!(done.status.success(), "{done:?}");
    let said = clinic.send(&Letter::new(&lopez, &clinic.to));
    let words = "Held for release by Dr. Ana Lopez (ref ";
    assert!(said.text.contains(words), "{}", said.text);
    clinic.nothing_left();

    set(&["--writes-for", "all", "--staff", "send"]);
    let said = clinic.send(&clinic.letter());
    assert!(
        said.good && said.text.contains("Accepted."),
        "{}",
        said.text
    );
    clinic.relay.wait_for(&clinic.to, 1);
    assert_eq!(clinic.count(&clinic.desk, "Sent"), 2);
    assert_eq!(clinic.count(clinic.doctor(), WAITING), 0);
    set(&["--staff", "inherit"]);
    clinic.held(&clinic.letter());
}

#[test]
fn a_changed_message_under_the_same_message_id_is_another_and_needs_a_release_of_its_own() {
    let clinic = Clinic::open(|_| ());
    let file = clinic.house.data.parent().unwrap().join("letter");
    let send = |text: &str| {
        let letter = Letter {
            text: text.to_owned(),
            ..clinic.letter()
        };
        let head = "Message-ID: <same@clinic.example>\nDate: Sun, 22 Nov 2026 07:00:00 -0800\n";
        fs::write(&file, format!("{head}{}", letter.lines())).unwrap();
        let data = format!("@{}", file.display());
        reference(&swaks(
            &clinic.house.door,
            &clinic.desk,
            &letter,
            true,
            &["--data", &data],
        ))
    };
    let first = send("Take one in the morning.");
    let shown = clinic.shown(clinic.doctor()).remove(0);
    let second = send("Take ten in the morning.");
    assert_ne!(first, second);
    let by = clinic.by(clinic.doctor(), How::Own);
    // What was shown does not release what came after it.
    let swapped = HoldView {
        id: second.clone(),
        ..shown.clone()
    };
    let refused = clinic.release(&swapped, &by).unwrap_err();
    assert!(
        refused.contains("not the message that was shown"),
        "{refused}"
    );
    clinic.nothing_left();
    clinic.release(&shown, &by).unwrap();
    clinic.relay.wait_for(&clinic.to, 1);
    let sent = newest(&mut clinic.imap(clinic.doctor()), "Sent");
    assert!(sent.contains("Take one"), "{sent}");
    assert_eq!(clinic.count(clinic.doctor(), WAITING), 1);
    // Nobody takes back what somebody else wrote.
    let withdraw = |actor| {
        let desk = clinic.house.desk().used_by(actor);
        clinic
            .house
            .run(desk.withdraw_hold(second.parse().unwrap()))
    };
    let doctor = clinic.account(clinic.doctor()).id;
    assert!(withdraw(Actor::Account(doctor)).is_err());
    withdraw(Actor::Account(clinic.account(&clinic.desk).id)).unwrap();
    assert_eq!(clinic.count(&clinic.desk, "Drafts"), 1);
}

#[test]
fn clear_mail_that_was_held_leaves_without_our_own_fields() {
    let clinic = Clinic::open(|settings| {
        settings.set("policy.clear-domains", "[\"partner.test\"]");
        settings.text("office.notify", "alerts@outside.test");
    });
    let to = clinic.to.replace("example.test", "partner.test");
    let id = clinic.held(&Letter::new(clinic.doctor(), &to));
    // The office's alert says that something waits, and nothing more.
    let alert = decoded(&clinic.relay.wait_for("alerts@outside.test", 1)[0]);
    assert!(
        !alert.contains("fasting") && !alert.contains(&to),
        "{alert}"
    );
    let view = clinic.shown(clinic.doctor()).remove(0);
    assert_eq!(view.id, id);
    clinic
        .release(&view, &clinic.by(clinic.doctor(), How::Own))
        .unwrap();
    let clear = clinic.relay.wait_for(&to, 1).remove(0).text();
    assert!(clear.contains("Please come fasting."), "{clear}");
    assert!(!clear.to_lowercase().contains("sealpost-"), "{clear}");
}

#[test]
fn whoever_runs_the_machine_takes_a_message_back_and_can_release_none() {
    let clinic = Clinic::open(|_| ());
    let id = clinic.held(&clinic.letter());
    let shown = clinic
        .house
        .json(&["hold", "show", &id, "--addresses", "--json"]);
    assert_eq!(shown["recipients"][0]["address"], clinic.to.as_str());
    assert!(!shown.to_string().contains("About your visit"), "{shown}");
    // It has not left, so nothing can be recalled; the sentence says what can.
    let recall = clinic.house.command(&["message", "recall", &id]);
    let said = String::from_utf8(recall.stderr).unwrap();
    assert!(said.contains("sealpost hold withdraw"), "{said}");
    let done = clinic.house.command(&["hold", "withdraw", &id]);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(clinic.count(&clinic.desk, "Drafts"), 1);
    let told = told(&mut clinic.imap(&clinic.desk));
    assert!(told.contains("no longer waits for release"), "{told}");
    let again = clinic.house.command(&["hold", "withdraw", &id]);
    assert_eq!(again.status.code(), Some(64));
    let none = clinic.house.command(&["hold", "release", &id]);
    assert_eq!(none.status.code(), Some(64));
    clinic.nothing_left();
}
