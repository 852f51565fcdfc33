//! Set-up of mail programs, as they ask for it over HTTPS: curl under the names
//! that they use, and a reader of XML.

use crate::harness::{House, relay};
use std::fs;
use std::process::Command;

/// What curl is answered when it asks the portal under another name.
fn ask(house: &House, host: &str, path: &str, more: &[&str]) -> (String, String) {
    let config = fs::read_to_string(&house.config).unwrap();
    let config: toml::Table = config.parse().unwrap();
    let url = config["portal"]["url"].as_str().unwrap();
    let port = url.rsplit(':').next().unwrap();
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--max-time", "30", "--insecure"])
        .args(["--resolve", &format!("{host}:{port}:127.0.0.1")])
        .args(["--write-out", "\n%{http_code}"])
        .args(more)
        .arg(format!("https://{host}:{port}{path}"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{host}{path}: {said}");
    let answer = String::from_utf8(output.stdout).unwrap();
    let (body, status) = answer.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}

/// The texts of these elements, in their order, as Python's reader of XML finds
/// them whatever their namespace is.
fn elements(xml: &str, names: &[&str]) -> Vec<String> {
    let script = "import sys, xml.etree.ElementTree as tree\n\
        for element in tree.fromstring(sys.argv[1].encode()).iter():\n    \
            if element.tag.rsplit('}')[-1] in sys.argv[2:]: print(element.text)";
    let mut python = Command::new("python3");
    let output = python.args(["-c", script, xml]).args(names).output();
    let output = output.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{xml}");
    let texts = String::from_utf8(output.stdout).unwrap();
    texts.lines().map(str::to_owned).collect()
}

#[test]
fn a_mail_program_is_told_the_ports_that_are_listened_on() {
    let house = House::open(&relay());
    let ports = [
        house.door.imap_tls,
        house.door.submission_tls,
        house.door.submission,
    ];
    let ports = ports.map(|port| port.to_string());
    for (host, path) in [
        ("autoconfig.clinic.example", "/mail/config-v1.1.xml"),
        (
            "clinic.example",
            "/.well-known/autoconfig/mail/config-v1.1.xml",
        ),
    ] {
        let (status, xml) = ask(&house, host, path, &[]);
        assert_eq!(status, "200", "{xml}");
        assert_eq!(elements(&xml, &["port"]), ports);
        assert_eq!(elements(&xml, &["hostname"]), ["localhost"; 3]);
    }
    let question = "<Autodiscover><Request><EMailAddress>ruiz@clinic.example</EMailAddress></Request></Autodiscover>";
    let (status, xml) = ask(
        &house,
        "autodiscover.clinic.example",
        "/autodiscover/autodiscover.xml",
        &["--header", "Content-Type: text/xml", "--data", question],
    );
    assert_eq!(status, "200", "{xml}");
    assert_eq!(elements(&xml, &["Type"]), ["IMAP", "SMTP"]);
    assert_eq!(elements(&xml, &["Port"]), ports[..2]);
    assert_eq!(elements(&xml, &["LoginName"]), ["ruiz@clinic.example"; 2]);
    // The pages are the portal's alone.
    assert_eq!(ask(&house, "autoconfig.clinic.example", "/", &[]).0, "421");
}
