//! `sealpost dns print`: BIND takes the lines as they stand.

use crate::clinic::{Clinic, err, out};
use std::fs;
use std::process::Command;

/// A zone with the machines of this clinic, and these lines in it.
fn zone(lines: &str) -> String {
    format!(
        "$TTL 3600\n\
         @ IN SOA ns hostmaster 1 7200 3600 1209600 3600\n\
         @ IN NS ns\n\
         ns IN A 192.0.2.53\n\
         mail IN A 192.0.2.1\n\
         mail IN AAAA 2001:db8::1\n\
         {lines}"
    )
}

/// What BIND makes of the zone, a record a line; or what it has to say.
fn read(clinic: &Clinic, lines: &str) -> Result<String, String> {
    let file = clinic.folder.path().join("zone");
    fs::write(&file, zone(lines)).unwrap();
    let judged = Command::new("named-checkzone")
        .args(["-i", "full", "-k", "fail", "-n", "fail", "-D"])
        .args(["-o", "-", "clinic.example"])
        .arg(&file)
        .output()
        .unwrap();
    let records = out(&judged);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    // A machine that does not exist is a remark to BIND, and a fault here.
    let said = err(&judged);
    let fine = |line: &str| line == "OK" || line.ends_with(": loaded serial 1");
    match judged.status.success() && said.lines().all(fine) {
        true => Ok(records.lines().map(|l| words(l) + "\n").collect()),
        false => Err(said),
    }
}

fn printed(clinic: &Clinic) -> String {
    let output = clinic.run("dns print", "");
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    out(&output)
}

#[test]
fn bind_takes_the_records_and_reads_them_as_they_are_meant() {
    let clinic = Clinic::new();
    let lines = printed(&clinic);
    let records = read(&clinic, &lines).unwrap_or_else(|said| panic!("{said}\n{lines}"));
    for record in [
        "_submissions._tcp.clinic.example. 3600 IN SRV 0 1 465 mail.clinic.example.",
        "_submission._tcp.clinic.example. 3600 IN SRV 10 1 587 mail.clinic.example.",
        "_imaps._tcp.clinic.example. 3600 IN SRV 0 1 993 mail.clinic.example.",
        "_imap._tcp.clinic.example. 3600 IN SRV 0 0 0 .",
        "autoconfig.clinic.example. 3600 IN CNAME mail.clinic.example.",
    ] {
        assert!(records.contains(record), "{record} is not in {records}");
    }
    // What is for some clinics only can be switched on by hand.
    let more = lines.replace(";_autodiscover", "_autodiscover");
    let records = read(&clinic, &more).unwrap();
    let record = "_autodiscover._tcp.clinic.example. 3600 IN SRV 0 1 443 mail.clinic.example.";
    assert!(records.contains(record), "{records}");
    let more = lines
        .replace(";ua-auto", "ua-auto")
        .replace(";_ua-auto", "_ua-auto");
    let records = read(&clinic, &more).unwrap();
    for record in [
        "ua-auto-config.clinic.example. 3600 IN CNAME mail.clinic.example.",
        "_ua-auto-config.clinic.example. 3600 IN TXT \"v=UAAC1; a=sha256; d=",
    ] {
        assert!(records.contains(record), "{record} is not in {records}");
    }
    // It would say so.
    read(&clinic, &lines.replace("993", "99300")).unwrap_err();
    read(&clinic, &lines.replace("993 mail.", "993 male.")).unwrap_err();
}

#[test]
fn what_the_settings_offer_is_what_dns_says() {
    let clinic = Clinic::new();
    clinic.set("imap.listen", "[\"127.0.0.1:1143\", \"[::]:143\"]");
    clinic.set("imap.listen-tls", "[\"[::]:1993\"]");
    clinic.set("submission.listen", "[]");
    clinic.set("portal.url", "\"https://192.0.2.1\"");
    let lines = printed(&clinic);
    let records = read(&clinic, &lines).unwrap_or_else(|said| panic!("{said}\n{lines}"));
    for record in [
        "_submission._tcp.clinic.example. 3600 IN SRV 0 0 0 .",
        "_imaps._tcp.clinic.example. 3600 IN SRV 0 1 1993 mail.clinic.example.",
        "_imap._tcp.clinic.example. 3600 IN SRV 10 1 143 mail.clinic.example.",
        "autoconfig.clinic.example. 3600 IN A 192.0.2.1",
    ] {
        assert!(records.contains(record), "{record} is not in {records}");
    }
    // Programs ask on port 443 alone.
    clinic.set("portal.url", "\"https://mail.clinic.example:8443\"");
    let lines = printed(&clinic);
    let records = read(&clinic, &lines).unwrap();
    assert!(!records.contains("autoconfig"), "{records}");
    assert!(lines.contains("must be answered on port 443"), "{lines}");
}
