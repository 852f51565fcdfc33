//! The directory of contacts from the command line.

use crate::clinic::{Clinic, err, out, run};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

const RUIZ: &str = "ruiz@clinic.example";

fn clinic() -> Clinic {
    let clinic = Clinic::new();
    good(&clinic.run(&format!("user add {RUIZ} --role provider"), ""));
    clinic
}

/// Runs a command whose words may have spaces in them.
fn contact(clinic: &Clinic, words: &[&str]) -> Output {
    let file = clinic.config().display().to_string();
    run(&[&["contact"], words, &["-c", &file]].concat(), "")
}

fn good(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    out(output)
}

fn refused(output: &Output, words: &[&str]) {
    assert_eq!(output.status.code(), Some(64), "{}", out(output));
    for word in words {
        assert!(err(output).contains(word), "{word}: {}", err(output));
    }
}

fn add(clinic: &Clinic, last: &str, first: &str, email: &str) -> String {
    let words = [
        "add",
        "--last",
        last,
        "--first",
        first,
        "--email",
        email,
        "--provider",
        RUIZ,
    ];
    let id = good(&contact(clinic, &words));
    assert_eq!(id.trim().len(), 26, "the id stands alone: {id:?}");
    id.trim().to_owned()
}

fn record(clinic: &Clinic, id: &str) -> serde_json::Value {
    let shown = good(&contact(clinic, &["show", id, "--json", "--addresses"]));
    serde_json::from_str(&shown).unwrap()
}

#[test]
fn a_contact_is_added_changed_found_and_let_into_the_portal() {
    let clinic = clinic();
    let id = add(&clinic, "Núñez", "José", "jose@example.com");
    refused(
        &contact(&clinic, &["grant", &id]),
        &["date of birth", "phone number", "postal address"],
    );
    let words = [
        "set",
        &id,
        "--born",
        "1980-01-31",
        "--phone",
        "+34 600 1",
        "--postal",
        "C. Mayor 1",
        "--language",
        "es",
        "--confidential",
        "true",
    ];
    assert_eq!(good(&contact(&clinic, &words)), "");
    good(&contact(&clinic, &["grant", &id]));
    let shown = record(&clinic, &id);
    assert_eq!(shown["contact"]["name"], "José Núñez");
    assert_eq!(shown["contact"]["status"], "patient");
    assert_eq!(shown["contact"]["born"], "1980-01-31");
    assert_eq!(shown["contact"]["confidential"], true);
    assert!(shown["contact"]["portal"].is_string());
    good(&contact(&clinic, &["revoke", &id]));
    assert!(record(&clinic, &id)["contact"]["portal"].is_null());
}

#[test]
fn a_list_shows_masks_unless_names_and_addresses_are_asked_for() {
    let clinic = clinic();
    let id = add(&clinic, "Núñez", "José", "jose@example.com");
    good(&contact(&clinic, &["set", &id, "--phone", "+34 600 1"]));
    let listed = good(&contact(&clinic, &["list", "nunez", "600"]));
    assert!(
        listed.contains(&id) && listed.contains("N•••, J•••"),
        "{listed}"
    );
    assert!(
        !listed.contains("Núñez") && !listed.contains("jose@"),
        "{listed}"
    );
    let listed = good(&contact(&clinic, &["list", "--addresses"]));
    assert!(listed.contains("Núñez, José"), "{listed}");
    assert!(listed.contains("jose@example.com"), "{listed}");
    let none = good(&contact(&clinic, &["list", "smith"]));
    assert_eq!(none, "nobody was found\n");
}

#[test]
fn a_family_is_shown_from_each_of_its_members() {
    let clinic = clinic();
    let mother = add(&clinic, "Doe", "Ann", "family@example.com");
    let child = add(&clinic, "Doe", "Ben", "family@example.com");
    good(&contact(&clinic, &["set", &child, "--guarantor", &mother]));
    for (one, other) in [(&mother, &child), (&child, &mother)] {
        let shown = record(&clinic, one);
        assert_eq!(shown["family"][0]["id"], other.as_str());
        assert_eq!(shown["sharing"][0]["id"], other.as_str());
    }
    let shown = good(&contact(&clinic, &["show", &child, "--addresses"]));
    assert!(
        shown.contains("family: ") && shown.contains("Doe, Ann"),
        "{shown}"
    );
    refused(
        &contact(&clinic, &["set", &mother, "--guarantor", &child]),
        &["head of the family"],
    );
}

#[test]
fn what_cannot_be_kept_says_why() {
    let clinic = clinic();
    let words = ["add", "--last", "Doe", "--born", "1/31/1980"];
    refused(&contact(&clinic, &words), &["1980-01-31"]);
    let words = ["add", "--last", "Doe"];
    refused(
        &contact(&clinic, &words),
        &["e-mail address is missing", "primary provider"],
    );
    let nobody = "0".repeat(26);
    refused(
        &contact(&clinic, &["show", &nobody]),
        &["sealpost contact list"],
    );
    assert_eq!(contact(&clinic, &["show", "7"]).status.code(), Some(64));
    // The clinic asks for less.
    clinic.set("contacts.required", "[\"name\"]");
    good(&contact(&clinic, &words));
}

/// A spreadsheet as Excel in Europe writes it.
const SHEET: &str = "\u{feff}last;first;born;email;postal;provider\r\n\
    Doe;Ann;1980-01-31;ann@example.com;\"C. Mayor 1\r\nMadrid\";ruiz@clinic.example\r\n\
    Núñez;José;;jose@example.com;;ruiz@clinic.example\r\n";

#[test]
fn a_spreadsheet_is_tried_brought_in_and_written_again() {
    let clinic = clinic();
    let (sheet, copy) = (clinic.path("sheet.csv"), clinic.path("copy.csv"));
    let (sheet, copy) = (sheet.to_str().unwrap(), copy.to_str().unwrap());
    fs::write(sheet, SHEET).unwrap();
    let tried = good(&contact(&clinic, &["import", sheet, "--dry-run"]));
    assert!(tried.contains("line 2: add\nline 4: add\n"), "{tried}");
    assert!(
        tried.contains("2 to add") && tried.contains("a trial"),
        "{tried}"
    );
    let none = good(&contact(&clinic, &["list"]));
    assert_eq!(none, "nobody was found\n");
    let done = good(&contact(&clinic, &["import", sheet, "--json"]));
    let done: serde_json::Value = serde_json::from_str(&done).unwrap();
    assert_eq!((&done["added"], &done["done"]), (&2.into(), &true.into()));
    let id = done["lines"][0]["contact"].as_str().unwrap();
    let postal = &record(&clinic, id)["contact"]["postal"];
    assert_eq!(postal, "C. Mayor 1\nMadrid");

    good(&contact(&clinic, &["export", copy]));
    assert_eq!(mode(copy), 0o600);
    refused(
        &contact(&clinic, &["export", copy]),
        &["nothing is overwritten"],
    );
    let same = good(&contact(&clinic, &["import", copy]));
    assert!(
        same.contains("0 to change, 2 the same, 0 refused"),
        "{same}"
    );
    let printed = good(&contact(&clinic, &["export", "-", "--semicolons"]));
    assert!(printed.starts_with("\u{feff}id;last;first;"), "{printed}");

    // What was taken out goes into another clinic.
    let other = self::clinic();
    good(&contact(&other, &["import", copy]));
    let there = good(&contact(&other, &["export", "-"]));
    assert_eq!(there, fs::read_to_string(copy).unwrap());
}

fn mode(path: &str) -> u32 {
    let about = fs::metadata(Path::new(path)).unwrap();
    about.permissions().mode() & 0o777
}

#[test]
fn a_sheet_with_a_wrong_line_changes_nothing_and_ends_with_1() {
    let clinic = clinic();
    let sheet = clinic.path("sheet.csv");
    let path = sheet.to_str().unwrap();
    fs::write(
        &sheet,
        format!("{SHEET}Roe;Rob;31/01/1980;rob@example.com;;\r\n"),
    )
    .unwrap();
    let tried = contact(&clinic, &["import", path]);
    assert_eq!(tried.status.code(), Some(1), "{}", err(&tried));
    let said = out(&tried);
    assert!(
        said.contains("line 5: refused: the date of birth is not"),
        "{said}"
    );
    assert!(said.contains("nothing was changed"), "{said}");
    assert!(!said.contains("Roe"), "{said}");
    assert_eq!(good(&contact(&clinic, &["list"])), "nobody was found\n");

    // Saved by an older Excel: Windows-1252.
    let octets: Vec<u8> = SHEET
        .chars()
        .skip(1)
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    fs::write(&sheet, octets).unwrap();
    refused(
        &contact(&clinic, &["import", path]),
        &["line 4 is not in UTF-8", "CSV UTF-8"],
    );
    fs::write(&sheet, "last,allergies\n").unwrap();
    refused(&contact(&clinic, &["import", path]), &["column 2"]);
    refused(
        &contact(&clinic, &["import", "/nonexistent.csv"]),
        &["cannot be read"],
    );
}

#[test]
fn nothing_of_a_contact_stands_in_the_data_folder_in_clear() {
    let clinic = clinic();
    let words = [
        "add",
        "--last",
        "Kestrelname",
        "--first",
        "Wrenname",
        "--born",
        "1980-01-31",
        "--phone",
        "Finchphone",
        "--email",
        "plover@lapwing.example",
        "--postal",
        "Siskinstreet",
        "--provider",
        RUIZ,
    ];
    good(&contact(&clinic, &words));
    let mut files = vec![clinic.path("data")];
    let mut octets = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(&path).unwrap().map(|e| e.unwrap().path()));
        } else {
            octets.extend(fs::read(&path).unwrap());
        }
    }
    assert!(octets.len() > 1000);
    for word in [
        "Kestrel", "Wrenname", "1980-01", "Finch", "plover", "lapwing", "Siskin",
    ] {
        let found = octets.windows(word.len()).any(|w| w == word.as_bytes());
        assert!(!found, "{word} stands in the data folder");
    }
}
