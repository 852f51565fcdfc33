//! Set-up of mail programs, as they ask for it over HTTPS: curl under the names
//! that they use, and a reader of XML.

use crate::daemon::Daemon;
use crate::harness::{House, relay, wait};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

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

/// Runs a program in a folder.
fn run(folder: &Path, program: &str, line: &str) -> Output {
    let mut command = Command::new(program);
    let output = command.args(line.split(' ')).current_dir(folder).output();
    output.unwrap()
}

/// The same OpenSSL command; it must succeed.
fn openssl(folder: &Path, line: &str) -> Vec<u8> {
    let output = run(folder, "openssl", line);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}: {said}");
    output.stdout
}

/// A certificate for the daemon from the authority in `ca.pem`, with a key of this
/// kind, in the place of the one it has. Its serial number.
fn issue(home: &Path, kind: &str) -> String {
    openssl(
        home,
        &format!(
            "req -x509 -newkey {kind} -nodes -days 30 -CA ca.pem -CAkey ca.key -keyout private-key.pem -out leaf.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost -addext basicConstraints=CA:false"
        ),
    );
    let [leaf, ca] = ["leaf.pem", "ca.pem"].map(|name| fs::read(home.join(name)).unwrap());
    fs::write(home.join("certificate.pem"), [leaf, ca].concat()).unwrap();
    let key = home.join("private-key.pem");
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    let serial = openssl(home, "x509 -in leaf.pem -noout -serial");
    String::from_utf8(serial).unwrap().trim().to_owned()
}

#[test]
fn the_profile_for_apple_is_signed_with_the_certificate_that_is_in_force() {
    let relay = relay();
    let mut daemon = Daemon::make(&relay, |s| s.text("tls.mode", "files"));
    let home = daemon.config.parent().unwrap().to_owned();
    openssl(
        &home,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -keyout ca.key -out ca.pem -subj /CN=CA",
    );
    let config: toml::Table = fs::read_to_string(&daemon.config).unwrap().parse().unwrap();
    let url = config["portal"]["url"].as_str().unwrap().to_owned();
    let fetch = |name: &str| {
        let line = format!("-sS --max-time 30 --cacert ca.pem -w %{{content_type}} -o {name}");
        let output = run(
            &home,
            "curl",
            &format!("{line} {url}/apple/nono@clinic.example"),
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert_eq!(output.stdout, b"application/x-apple-aspen-config");
        fs::read(home.join(name)).unwrap()
    };
    let verify = |name: &str| {
        let line = "cms -verify -inform DER -CAfile ca.pem -purpose any -binary -signer signer.pem";
        run(&home, "openssl", &format!("{line} -in {name}"))
    };
    let mut profiles = Vec::new();
    for (round, kind) in [
        "ec -pkeyopt ec_paramgen_curve:P-256",
        "rsa:2048",
        "ec -pkeyopt ec_paramgen_curve:P-384",
    ]
    .into_iter()
    .enumerate()
    {
        let serial = issue(&home, kind);
        reload(&mut daemon, round);
        let mut signed = fetch("signed");
        let verified = verify("signed");
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success(), "{kind}: {said}");
        let signer = openssl(&home, "x509 -in signer.pem -noout -serial");
        assert_eq!(String::from_utf8(signer).unwrap().trim(), serial, "{kind}");
        profiles.push(verified.stdout);
        // One letter of the server's name.
        let at = signed.windows(9).position(|w| w == b"localhost").unwrap();
        signed[at] ^= 1;
        fs::write(home.join("changed"), signed).unwrap();
        assert!(!verify("changed").status.success(), "{kind}");
    }
    let warning = "iPad are given out unsigned";
    assert!(!daemon.log().contains(warning), "{}", daemon.log());

    // A key that devices do not take: the same profile, and a word about it.
    issue(&home, "ed25519");
    reload(&mut daemon, profiles.len());
    profiles.push(fetch("plain"));
    assert!(profiles.iter().all(|profile| *profile == profiles[0]));
    assert!(profiles[0].starts_with(b"<?xml"));
    assert_eq!(daemon.log().matches(warning).count(), 1, "{}", daemon.log());
    assert_eq!(daemon.stop().code(), Some(0));
}

/// Starts the daemon, or has it read its certificate anew.
fn reload(daemon: &mut Daemon, round: usize) {
    if round == 0 {
        return daemon.resume();
    }
    daemon.signal(Signal::HUP);
    let reloaded = |log: &str| log.matches("event=reloaded").count() == round;
    wait("the reload", || reloaded(&daemon.log()).then_some(()));
}
