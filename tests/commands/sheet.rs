//! `sealpost user sheet`: a page for a person, and a profile that the readers of
//! property lists take.

use crate::clinic::{Clinic, err, out};
use std::fs;
use std::process::Command;

fn with_an_account() -> Clinic {
    let clinic = Clinic::new();
    let made = clinic.run("user add Dr.Ruiz@clinic.example --role provider", "");
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    clinic
}

#[test]
fn a_person_gets_a_page_without_a_password_in_the_language_asked_for() {
    let clinic = with_an_account();
    let password = clinic.run("user app-password dr.ruiz@clinic.example --name desk", "");
    let password = out(&password);
    let page = clinic.run("user sheet dr.ruiz@clinic.example", "");
    assert_eq!(page.status.code(), Some(0), "{}", err(&page));
    let page = out(&page);
    // As the account has it, not as it was typed.
    assert!(page.contains("Dr.Ruiz@clinic.example"), "{page}");
    for word in [
        "mail.clinic.example",
        "993",
        "465",
        "Thunderbird",
        "Outlook",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains(password.trim()), "{page}");
    let spanish = out(&clinic.run("user sheet dr.ruiz@clinic.example --language es", ""));
    assert!(spanish.contains("Contraseña"), "{spanish}");
    clinic.set("language", "\"es\"");
    assert_eq!(
        out(&clinic.run("user sheet dr.ruiz@clinic.example", "")),
        spanish
    );
}

#[test]
fn a_page_for_nobody_or_without_a_place_to_read_is_refused() {
    let clinic = with_an_account();
    let profile = clinic.path("slip.mobileconfig");
    let line = format!("--mobileconfig {}", profile.display());
    for (line, code, words) in [
        (
            format!("user sheet ruis@clinic.example {line}"),
            64,
            "no such account",
        ),
        (
            "user sheet dr.ruiz@clinic.example --language fr".into(),
            64,
            "[possible values: en, es]",
        ),
    ] {
        let refused = clinic.run(&line, "");
        assert_eq!(refused.status.code(), Some(code), "{line}");
        assert!(err(&refused).contains(words), "{}", err(&refused));
    }
    clinic.set("imap.listen-tls", "[]");
    let refused = clinic.run(&format!("user sheet dr.ruiz@clinic.example {line}"), "");
    assert_eq!(refused.status.code(), Some(64));
    assert!(
        err(&refused).contains("imap.listen-tls"),
        "{}",
        err(&refused)
    );
    assert!(!profile.exists());
}

#[test]
fn the_profile_is_a_property_list_with_servers_and_no_password() {
    let clinic = with_an_account();
    let file = clinic.path("ruiz.mobileconfig");
    let line = format!(
        "user sheet dr.ruiz@clinic.example --mobileconfig {}",
        file.display()
    );
    let made = clinic.run(&line, "");
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    // The gateway's own certificate signed it, which is its own authority here.
    let verified = Command::new("openssl")
        .args(["cms", "-verify", "-inform", "DER", "-purpose", "any", "-in"])
        .arg(&file)
        .arg("-CAfile")
        .arg(clinic.path("tls/certificate.pem"))
        .arg("-binary")
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", err(&verified));
    let content = clinic.path("content.plist");
    fs::write(&content, verified.stdout).unwrap();
    let script =
        "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
    let read = Command::new("python3")
        .args(["-c", script])
        .arg(&content)
        .output();
    let read = read.unwrap();
    assert!(read.status.success(), "{}", err(&read));
    let profile: serde_json::Value = serde_json::from_str(&out(&read)).unwrap();
    assert_eq!(profile["PayloadType"], "Configuration");
    let account = &profile["PayloadContent"][0];
    for (key, value) in [
        ("PayloadType", serde_json::json!("com.apple.mail.managed")),
        ("EmailAccountType", "EmailTypeIMAP".into()),
        ("EmailAddress", "Dr.Ruiz@clinic.example".into()),
        ("IncomingMailServerHostName", "mail.clinic.example".into()),
        ("IncomingMailServerPortNumber", 993.into()),
        ("IncomingMailServerUseSSL", true.into()),
        ("OutgoingMailServerHostName", "mail.clinic.example".into()),
        ("OutgoingMailServerPortNumber", 465.into()),
        ("OutgoingMailServerUseSSL", true.into()),
        ("OutgoingPasswordSameAsIncomingPassword", true.into()),
    ] {
        assert_eq!(account[key], value, "{key}");
    }
    let keys = account.as_object().unwrap().keys();
    let keys: Vec<&String> = keys.filter(|k| k.ends_with("Password")).collect();
    assert_eq!(keys, ["OutgoingPasswordSameAsIncomingPassword"]);
    // Nothing is overwritten.
    let before = fs::read(&file).unwrap();
    let again = clinic.run(&line, "");
    assert_eq!(again.status.code(), Some(64), "{}", err(&again));
    assert!(
        err(&again).contains("nothing is overwritten"),
        "{}",
        err(&again)
    );
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_profile_that_cannot_be_signed_is_written_as_it_is_and_says_so() {
    let clinic = with_an_account();
    let file = clinic.path("ruiz.mobileconfig");
    let line = format!(
        "user sheet dr.ruiz@clinic.example --mobileconfig {}",
        file.display()
    );
    let key = clinic.path("tls/private-key.pem");
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "90",
        ])
        .args(["-subj", "/CN=mail.clinic.example", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(clinic.path("tls/certificate.pem"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", err(&made));
    let checked = clinic.run("check", "");
    let said = out(&checked);
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
    assert!(said.contains("iPad are given out unsigned"), "{said}");
    assert!(
        said.contains("; get a certificate for a key of RSA"),
        "{said}"
    );
    for (lost, why) in [(false, "neither RSA"), (true, "cannot be read")] {
        if lost {
            fs::remove_file(&key).unwrap();
            fs::remove_file(&file).unwrap();
        }
        let written = clinic.run(&line, "");
        let said = err(&written);
        assert_eq!(written.status.code(), Some(0), "{said}");
        assert!(
            said.contains("is not signed") && said.contains(why),
            "{said}"
        );
        assert!(fs::read(&file).unwrap().starts_with(b"<?xml"));
    }
}
