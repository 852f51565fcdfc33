//! Each form as it is written, in snapshots that a reviewer can read, and what
//! must hold of all of them.

use crate::model::{Address, Language};
use crate::setup::{Ports, Servers, Web, autoconfig, autodiscover, pacc, profile, sheet, zone};

fn servers() -> Servers {
    Servers {
        clinic: "Harbour & Sons <Clinic>".into(),
        domains: vec!["clinic.example".into(), "harbour.example".into()],
        host: "mail.clinic.example".into(),
        reading: Ports {
            tls: Some(993),
            starttls: None,
        },
        sending: Ports {
            tls: Some(465),
            starttls: Some(587),
        },
        cloud_mirrors: false,
        web: Web {
            origin: "https://secure.clinic.example".into(),
            host: "secure.clinic.example".into(),
            port: 443,
        },
    }
}

fn nobody_reads() -> Servers {
    Servers {
        reading: Ports::default(),
        ..servers()
    }
}

fn ruiz() -> Address {
    Address::parse("Dr.Ruiz@clinic.example").unwrap()
}

fn question(address: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006\"><Request><EMailAddress>{address}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema></Request></Autodiscover>"
    )
}

#[test]
fn a_person_gets_a_page_in_either_language() {
    let page = |language| sheet::page(&servers(), &ruiz(), language).unwrap();
    insta::assert_snapshot!("sheet-en", page(Language::English));
    insta::assert_snapshot!("sheet-es", page(Language::Spanish));
}

#[test]
fn the_page_fits_on_paper_and_says_what_holds_of_this_clinic() {
    for language in Language::ALL {
        let page = sheet::page(&servers(), &ruiz(), language).unwrap();
        for line in page.lines() {
            assert!(line.chars().count() <= 76, "{line}");
            assert_eq!(line.trim_end(), line);
        }
        assert!(page.lines().count() <= 110, "more than two sheets");
        for word in ["mail.clinic.example", "993", "465", "587", "SSL/TLS"] {
            assert!(page.contains(word), "{word}");
        }
        assert!(page.contains("Dr.Ruiz@clinic.example"));
        let open = Servers {
            cloud_mirrors: true,
            ..servers()
        };
        assert_ne!(page, sheet::page(&open, &ruiz(), language).unwrap());
    }
}

#[test]
fn thunderbird_gets_every_domain_and_the_better_port_first() {
    insta::assert_snapshot!("autoconfig", autoconfig::document(&servers()).unwrap());
}

#[test]
fn outlook_gets_the_same_for_every_address_of_the_clinic_and_nothing_for_others() {
    let answer = autodiscover::xml(&servers(), &question("Dr.Ruiz@clinic.example"));
    insta::assert_snapshot!("autodiscover", answer);
    let other = autodiscover::xml(&servers(), &question("nobody@harbour.example"));
    let theirs = other.replace("nobody@harbour.example", "Dr.Ruiz@clinic.example");
    assert_eq!(theirs, answer);
    for nothing in [
        question("jane@elsewhere.example"),
        question(""),
        question("a&amp;b"),
        question("x</EMailAddress>@clinic.example"),
        question("<!ENTITY a 'b'>@clinic.example"),
        "<EMailAddress>ruiz@clinic.example".into(),
        String::new(),
    ] {
        let said = autodiscover::xml(&servers(), &nothing);
        assert!(said.contains("<ErrorCode>500</ErrorCode>"), "{nothing}");
        assert!(!said.contains("elsewhere"), "{said}");
    }
    let spiked = autodiscover::xml(&servers(), &question("a'&b@clinic.example"));
    assert!(!spiked.contains("'&b@"), "{spiked}");
}

#[test]
fn the_json_of_outlook_leads_to_the_xml_and_nowhere_else() {
    let answer = autodiscover::json(&servers(), Some("autodiscoverv1")).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        answer["Url"],
        "https://secure.clinic.example/autodiscover/autodiscover.xml"
    );
    for other in [None, Some("Rest"), Some("ActiveSync"), Some("")] {
        let said = autodiscover::json(&servers(), other).unwrap_err();
        let said: serde_json::Value = serde_json::from_str(said).unwrap();
        assert_eq!(said["ErrorCode"], "InvalidProtocol");
    }
}

#[test]
fn a_program_that_knows_the_draft_gets_hosts_and_no_ports_and_dns_has_the_digest() {
    let document = pacc::document(&servers()).unwrap();
    let read: serde_json::Value = serde_json::from_str(&document).unwrap();
    let host = serde_json::json!({ "host": "mail.clinic.example" });
    for protocol in ["imap", "smtp", "submit"] {
        assert_eq!(read["protocols"][protocol], host, "{protocol}");
    }
    assert_eq!(read["authentication"]["password"], true);
    assert_eq!(read["info"]["provider"]["name"], "Harbour & Sons <Clinic>");
    assert_eq!(pacc::document(&servers()), Some(document.clone()));
    let digest = pacc::record(&document);
    assert_eq!(digest.len(), "v=UAAC1; a=sha256; d=".len() + 44, "{digest}");
    assert!(zone::lines(&servers()).contains(&digest), "{digest}");
}

#[test]
fn what_the_draft_cannot_say_is_shortened_or_left_out() {
    // A name of sixty characters at most, in one line.
    let long = Servers {
        clinic: format!("North \t Clinic {}", "\u{f1}".repeat(60)),
        ..servers()
    };
    let read = pacc::document(&long).unwrap();
    let read: serde_json::Value = serde_json::from_str(&read).unwrap();
    let name = read["info"]["provider"]["name"].as_str().unwrap();
    assert!(name.starts_with("North Clinic \u{f1}"), "{name}");
    assert_eq!(name.chars().count(), 60);
    // Other ports cannot be said.
    for (reading, sending) in [
        (Some(1993), Some(465)),
        (Some(993), Some(587)),
        (Some(993), None),
    ] {
        let mut odd = servers();
        (odd.reading.tls, odd.sending.tls) = (reading, sending);
        assert_eq!(pacc::document(&odd), None);
        assert!(!zone::lines(&odd).contains("ua-auto-config"));
    }
}

#[test]
fn a_profile_for_apple_holds_no_password_and_takes_the_place_of_an_older_one() {
    let profile = profile::document(&servers(), &ruiz()).unwrap();
    insta::assert_snapshot!("profile", profile);
    for key in ["IncomingPassword", "OutgoingPassword"] {
        assert!(!profile.contains(&format!("<key>{key}</key>")), "{key}");
    }
    assert_eq!(
        profile::document(&servers(), &ruiz()),
        Some(profile.clone())
    );
    let other = Address::parse("desk@clinic.example").unwrap();
    let other = profile::document(&servers(), &other).unwrap();
    let id = |profile: &str| {
        let (_, rest) = profile.split_once("<key>PayloadUUID</key>").unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    assert_ne!(id(&profile), id(&other));
}

#[test]
fn the_place_of_a_profile_is_a_path_whatever_the_address_is() {
    for (address, path) in [
        ("Dr.Ruiz@clinic.example", "Dr.Ruiz@clinic.example"),
        ("a+b=c_d-e@clinic.example", "a+b=c_d-e@clinic.example"),
        (
            "a/b?c#d%20@clinic.example",
            "a%2Fb%3Fc%23d%2520@clinic.example",
        ),
        ("\"a b\"@clinic.example", "%22a%20b%22@clinic.example"),
        ("mu\u{f1}oz@clinic.example", "mu%C3%B1oz@clinic.example"),
    ] {
        let address = Address::parse(address).unwrap();
        let url = profile::url(&servers(), &address);
        assert_eq!(url, format!("https://secure.clinic.example/apple/{path}"));
    }
}

#[test]
fn dns_is_told_what_is_offered_and_what_is_not() {
    insta::assert_snapshot!("zone", zone::lines(&servers()));
    let odd = Servers {
        web: Web {
            origin: "https://secure.clinic.example:8443".into(),
            port: 8443,
            ..servers().web
        },
        ..nobody_reads()
    };
    let lines = zone::lines(&odd);
    assert!(lines.contains("_imaps._tcp.clinic.example. IN SRV 0 0 0 .\n"));
    assert!(!lines.contains("IN CNAME"), "{lines}");
}

#[test]
fn where_mail_cannot_be_read_no_program_gets_half_a_set_up() {
    let servers = nobody_reads();
    assert_eq!(autoconfig::document(&servers), None);
    assert_eq!(profile::document(&servers, &ruiz()), None);
    assert_eq!(sheet::page(&servers, &ruiz(), Language::English), None);
    let said = autodiscover::xml(&servers, &question("ruiz@clinic.example"));
    assert!(said.contains("<ErrorCode>500</ErrorCode>"), "{said}");
}
