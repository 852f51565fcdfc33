//! `sealpost check`: each fault is found, with the line and the fix, and nothing
//! is changed.

use crate::clinic::{Clinic, err, out};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_fresh_folder_passes_the_check_and_is_closed_to_others() {
    let clinic = Clinic::new();
    let checked = clinic.run("check", "");
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
    assert!(out(&checked).contains("not finished"), "{}", out(&checked));
    for (name, mode) in [
        ("", 0o700),
        ("data", 0o700),
        ("keys/store.key", 0o600),
        ("tls/private-key.pem", 0o600),
    ] {
        let found = fs::metadata(clinic.path(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o777, mode, "{name}");
    }
}

#[test]
fn a_key_that_others_can_read_fails_the_check() {
    let clinic = Clinic::new();
    let key = clinic.path("keys/store.key");
    fs::set_permissions(&key, Permissions::from_mode(0o640)).unwrap();
    clinic.assert_fault("key-file", "can be read by others; chmod 600");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, "no key\n").unwrap();
    clinic.assert_fault("key-file", "cannot be used");
    fs::remove_file(&key).unwrap();
    clinic.assert_fault("key-file", "cannot be read");
}

#[test]
fn a_key_that_is_linked_into_the_data_fails_the_check() {
    let clinic = Clinic::new();
    let (key, inside) = (clinic.path("keys/store.key"), clinic.path("data/store.key"));
    fs::rename(&key, &inside).unwrap();
    std::os::unix::fs::symlink(&inside, &key).unwrap();
    clinic.assert_fault("key-file", "leads into store.path");
}

#[test]
fn a_missing_store_fails_the_check() {
    let clinic = Clinic::new();
    fs::remove_dir_all(clinic.path("data")).unwrap();
    clinic.assert_fault("path", "cannot be read");
}

#[test]
fn certificates_must_parse_belong_to_their_key_and_name_this_host() {
    let clinic = Clinic::new();
    clinic.set("mode", "\"files\"");
    assert_eq!(clinic.run("check", "").status.code(), Some(0));

    let named = |names: [&str; 2]| {
        rcgen::generate_simple_self_signed(names.map(str::to_owned).to_vec()).unwrap()
    };
    let other = named(["other.example", "office.clinic.example"]);
    let (certificate, key) = (
        clinic.path("tls/certificate.pem"),
        clinic.path("tls/private-key.pem"),
    );
    fs::write(&certificate, other.cert.pem()).unwrap();
    clinic.assert_fault("private-key", "does not belong to tls.certificate");
    fs::write(&key, other.signing_key.serialize_pem()).unwrap();
    clinic.assert_fault("certificate", "is not for mail.clinic.example");
    let other = named(["mail.clinic.example", "other.example"]);
    fs::write(&certificate, other.cert.pem()).unwrap();
    fs::write(&key, other.signing_key.serialize_pem()).unwrap();
    clinic.assert_fault("certificate", "is not for office.clinic.example");
    fs::write(&certificate, "nothing\n").unwrap();
    clinic.assert_fault("certificate", "holds no certificate in PEM form");
}

#[test]
fn a_certificate_that_has_ended_fails_the_check() {
    let clinic = Clinic::new();
    clinic.set("mode", "\"files\"");
    let names = ["mail.clinic.example", "office.clinic.example"];
    let mut params = rcgen::CertificateParams::new(names.map(str::to_owned)).unwrap();
    params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let pair = rcgen::KeyPair::generate().unwrap();
    let ended = params.self_signed(&pair).unwrap();
    fs::write(clinic.path("tls/certificate.pem"), ended.pem()).unwrap();
    fs::write(clinic.path("tls/private-key.pem"), pair.serialize_pem()).unwrap();
    clinic.assert_fault("certificate", "ended on");
}

#[test]
fn a_password_file_that_others_can_read_fails_the_check() {
    let clinic = Clinic::new();
    let file = clinic.path("relay-password");
    fs::write(&file, "secret\n").unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
    clinic.set("username", "\"gateway\"");
    clinic.set(
        "password-file",
        &format!("{:?}", file.display().to_string()),
    );
    clinic.assert_fault("password-file", "can be read by others");
}

#[test]
fn an_address_of_another_machine_fails_the_check() {
    let clinic = Clinic::new();
    clinic.set("submission.listen-tls", "[\"192.0.2.1:465\"]");
    clinic.assert_fault(
        "submission.listen-tls",
        "which is no address of this machine",
    );
}

#[test]
fn the_doors_for_reading_are_checked_and_shown_like_the_others() {
    let clinic = Clinic::new();
    let said = out(&clinic.run("check", ""));
    assert!(said.contains("imaps: [::]:993, bound by itself"), "{said}");
    assert!(said.contains("imap: nowhere\n"), "{said}");
    clinic.set("imap.listen-tls", "[\"192.0.2.1:993\"]");
    clinic.assert_fault("imap.listen-tls", "which is no address of this machine");
    clinic.set("imap.listen-tls", "[\"[::]:465\"]");
    clinic.assert_fault("imap.listen-tls", "and so has submission.listen-tls");
}

#[test]
fn what_comes_back_is_asked_for_until_somebody_listens() {
    let clinic = Clinic::new();
    let said = out(&clinic.run("check", ""));
    for words in [
        "not finished",
        "inbound.listen is empty",
        "secure-mail+…@clinic.example",
        "a rule of the mail server of clinic.example",
        "MX record",
        "inbound: nowhere\n",
    ] {
        assert!(said.contains(words), "{words} is not in {said}");
    }
    clinic.set("inbound.listen", "[\"[::]:2525\"]");
    let said = out(&clinic.run("check", ""));
    assert!(!said.contains("inbound.listen is empty"), "{said}");
    assert!(
        said.contains("inbound: [::]:2525, bound by itself"),
        "{said}"
    );
    clinic.set("inbound.listen", "[\"192.0.2.1:2525\"]");
    clinic.assert_fault("inbound.listen", "which is no address of this machine");
}

#[test]
fn a_key_of_another_store_fails_the_check() {
    let (clinic, other) = (Clinic::new(), Clinic::new());
    fs::copy(other.path("keys/store.key"), clinic.path("keys/store.key")).unwrap();
    clinic.assert_fault("key-file", "does not open the store in");
}

#[test]
fn the_files_of_a_self_signed_certificate_are_looked_at_once_they_are_there() {
    let clinic = Clinic::new();
    let key = clinic.path("tls/private-key.pem");
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    clinic.assert_fault("private-key", "can be read by others; chmod 600");
    fs::remove_file(&key).unwrap();
    clinic.assert_fault("private-key", "cannot be read");
    // Neither is there before the first start.
    fs::remove_file(clinic.path("tls/certificate.pem")).unwrap();
    assert_eq!(clinic.run("check", "").status.code(), Some(0));
}

#[test]
fn a_certificate_signed_by_itself_is_warned_of_though_it_came_in_a_file() {
    let clinic = Clinic::new();
    clinic.set("mode", "\"files\"");
    let said = out(&clinic.run("check", ""));
    assert!(
        said.contains("tls.certificate is signed by itself"),
        "{said}"
    );
}

#[test]
fn a_missing_socket_folder_fails_the_check_unless_systemd_makes_it() {
    let clinic = Clinic::new();
    let elsewhere = clinic.path("missing/admin.sock");
    clinic.set("socket", &format!("{:?}", elsewhere.display().to_string()));
    clinic.assert_fault("socket", "does not exist; make it");
    clinic.set("socket", "\"/run/no-such-sealpost/admin.sock\"");
    let checked = clinic.run("check", "");
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
    assert!(
        out(&checked).contains("RuntimeDirectory"),
        "{}",
        out(&checked)
    );
}

#[test]
fn a_link_that_looks_like_fraud_is_remarked() {
    let clinic = Clinic::new();
    let remark = "readers and filters take such links for fraud";
    assert!(!out(&clinic.run("check", "")).contains(remark));
    clinic.set("portal.url", "\"https://localhost.portal.example\"");
    let checked = clinic.run("check", "");
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
    assert!(out(&checked).contains(remark), "{}", out(&checked));
}

#[test]
fn a_logo_must_be_a_picture() {
    let clinic = Clinic::new();
    let logo = clinic.path("logo.png");
    fs::write(&logo, "<svg></svg>").unwrap();
    clinic.set("logo", &format!("{:?}", logo.display().to_string()));
    clinic.assert_fault("logo", "is neither PNG nor JPEG");
}

#[test]
fn a_chart_that_cannot_be_written_is_remarked_and_keeps_nothing_from_starting() {
    let clinic = Clinic::new();
    let folder = clinic.path("chart");
    clinic.set("folder", &format!("{:?}", folder.display().to_string()));
    let checked = clinic.run("check", "");
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
    let said = out(&checked);
    assert!(said.contains("wait in the queue until it does"), "{said}");
    fs::write(&folder, "a file").unwrap();
    assert!(out(&clinic.run("check", "")).contains("is no folder"));
    fs::remove_file(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    let said = out(&clinic.run("check", ""));
    assert!(!said.contains("chart.folder"), "{said}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "the check wrote");
}

#[test]
fn a_webhooks_key_must_be_there_closed_to_others_and_long_enough() {
    let clinic = Clinic::new();
    let key = clinic.path("webhook-secret");
    clinic.set("webhook", "\"https://records.clinic.example/sealpost\"");
    clinic.set(
        "webhook-secret",
        &format!("{:?}", key.display().to_string()),
    );
    clinic.assert_fault("webhook-secret", "cannot be read");
    fs::write(&key, "short\n").unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    clinic.assert_fault("webhook-secret", "can be read by others");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    clinic.assert_fault("webhook-secret", "holds fewer than 16 characters");
    fs::write(&key, "a key of the clinic, long enough\n").unwrap();
    let checked = clinic.run("check", "");
    assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
}
