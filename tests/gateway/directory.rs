//! The directory of contacts, as writers and readers of mail meet it.

use crate::harness::{House, relay};
use crate::imap::Imap;
use crate::programs::{Letter, Said, swaks};
use jiff::SignedDuration;

/// The provider writes; `more` is for swaks.
fn writes(house: &House, to: &str, more: &[&str]) -> Said {
    let letter = Letter::new(&house.doctor, to);
    swaks(&house.door, &house.doctor, &letter, true, more)
}

/// A command that succeeds; what it printed.
fn done(house: &House, arguments: &[&str]) -> String {
    let output = house.command(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Adds a patient of the provider.
fn patient(house: &House, (last, first): (&str, &str), email: &str) -> String {
    let doctor = house.doctor.address.clone();
    let words = [
        "contact",
        "add",
        "--last",
        last,
        "--first",
        first,
        "--email",
        email,
        "--provider",
        &doctor,
    ];
    done(house, &words)
}

/// The provider's folders of patients, as LIST names them.
fn folders(imap: &mut Imap) -> Vec<String> {
    let said = imap.good("LIST \"\" \"Patients/*\"");
    let lines = said.lines().filter(|line| line.starts_with("* LIST"));
    let quoted = lines.filter_map(|line| Some(line.split_once("\"/\" ")?.1.trim()));
    quoted
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

fn word<'a>(said: &'a str, before: &str) -> &'a str {
    let rest = said.split_once(before).unwrap().1;
    rest.split([']', ' ', ')']).next().unwrap()
}

#[test]
fn a_patients_folder_bears_the_contacts_name_and_a_new_name_keeps_its_uids() {
    let relay = relay();
    let house = House::open(&relay);
    house.hide("kestrel");
    house.hide("finch");
    let to = house.patient("jane");
    assert!(writes(&house, &to, &[]).good);
    house.drained();
    let listed = house.json(&["contact", "list", "--unlisted", "--json"]);
    let id = listed["contacts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["contacts"][0]["status"], "stub");

    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let short = folders(&mut imap)[0].rsplit_once(' ').unwrap().1.to_owned();
    let doctor = house.doctor.address.clone();
    let named = [
        "contact", "set", &id, "--first", "Jane", "--last", "Kestrel",
    ];
    let rest = ["--status", "patient", "--provider", doctor.as_str()];
    done(&house, &[&named[..], &rest].concat());
    let name = format!("Patients/Kestrel, Jane {short}");
    assert_eq!(folders(&mut imap), [name.as_str()]);
    let selected = imap.good(&format!("SELECT \"{name}\""));
    let validity = word(&selected, "UIDVALIDITY ").to_owned();
    assert!(imap.good("UID FETCH 1:* (UID)").contains("UID 1"));

    // Another program renames while this one looks.
    done(&house, &["contact", "set", &id, "--last", "Finch"]);
    assert!(
        imap.good("UID FETCH 1 (BODY[HEADER.FIELDS (SUBJECT)])")
            .contains("About your visit")
    );
    let new = format!("Patients/Finch, Jane {short}");
    assert_eq!(folders(&mut imap), [new.as_str()]);
    assert!(
        !imap
            .say(&format!("SELECT \"{name}\""))
            .unwrap()
            .contains("x OK")
    );
    let selected = imap.good(&format!("SELECT \"{new}\""));
    assert_eq!(word(&selected, "UIDVALIDITY "), validity);
    assert!(imap.good("UID FETCH 1:* (UID)").contains("UID 1"));
    // What is written later stands there too.
    assert!(writes(&house, &to, &[]).good);
    house.drained();
    assert!(imap.good("NOOP").contains("* 2 EXISTS"));
}

#[test]
fn a_writer_who_names_one_of_a_family_reaches_their_folder() {
    let relay = relay();
    let house = House::open(&relay);
    house.hide("kestrel");
    let to = house.patient("family");
    let ann = patient(&house, ("Kestrel", "Ann"), &to);
    // Of the same moment neither is the older.
    house.later(SignedDuration::from_secs(1));
    let ben = patient(&house, ("Kestrel", "Bénédict"), &to);
    done(&house, &["contact", "set", &ben, "--guarantor", &ann]);
    let mut imap = Imap::sign_in(&house.door, &house.doctor);
    let named = format!("To: \"Benedict Kestrel\" <{to}>");
    assert!(writes(&house, &to, &["--header", &named]).good);
    house.drained();
    let first = folders(&mut imap);
    assert_eq!(first.len(), 1);
    assert!(first[0].starts_with("Patients/Kestrel, B"), "{first:?}");
    // Nobody's name: it is for the oldest.
    assert!(writes(&house, &to, &[]).good);
    house.drained();
    let both = folders(&mut imap);
    assert_eq!(both.len(), 2);
    assert!(
        both.iter()
            .any(|name| name.starts_with("Patients/Kestrel, Ann "))
    );
    let shown = house.json(&["contact", "show", &ann, "--json", "--addresses"]);
    assert_eq!(shown["family"][0]["id"], ben.as_str());
}

#[test]
fn where_everybody_is_entered_first_a_slip_in_an_address_is_refused_in_words() {
    let relay = relay();
    let house = House::with(&relay, |s| s.text("contacts.unknown", "refuse"));
    let to = house.patient("jane");
    let said = writes(&house, &to, &[]);
    assert!(!said.good, "{}", said.text);
    assert!(said.text.contains("550 5.7.1"), "{}", said.text);
    let sentence = format!("{to} is not in your clinic's list of contacts");
    assert!(said.text.contains(&sentence), "{}", said.text);
    let none = house.json(&["contact", "list", "--unlisted", "--json"]);
    assert_eq!(
        none["contacts"],
        serde_json::json!([]),
        "a refusal enters nobody"
    );
    patient(&house, ("Kestrel", "Jane"), &to);
    let said = writes(&house, &to, &[]);
    assert!(said.good, "{}", said.text);
    house.drained();
    relay.wait_for(&to, 1);
}

#[test]
fn a_large_file_of_contacts_goes_through_the_socket_of_a_gateway_at_work() {
    let relay = relay();
    let house = House::open(&relay);
    house.hide("kestrel");
    let mut sheet = "last,first,email,postal,provider\n".to_owned();
    for n in 0..3000 {
        sheet.push_str(&format!(
            "Kestrel{n},Jane,k{n}@example.test,\"1 Main St\nHarbour\",{}\n",
            house.doctor.address
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.csv");
    std::fs::write(&file, &sheet).unwrap();
    let file = file.to_str().unwrap();
    let done = house.json(&["contact", "import", file, "--json"]);
    assert_eq!(
        (&done["added"], &done["done"]),
        (&3000.into(), &true.into())
    );
    let found = house.json(&["contact", "list", "kestrel2999", "--json"]);
    assert_eq!(found["contacts"].as_array().unwrap().len(), 1);
    let copy = folder.path().join("copy.csv");
    let copy = copy.to_str().unwrap();
    assert!(house.command(&["contact", "export", copy]).status.success());
    let same = house.json(&["contact", "import", copy, "--json"]);
    assert_eq!(same["same"], 3000);
}
