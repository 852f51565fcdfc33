//! What a patient takes away: all files as an archive, the message as a mail,
//! as other programs read them.

use crate::browser::Browser;
use crate::harness::{House, notice, relay};
use crate::programs::{Letter, swaks};
use crate::visit::opened;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Names as they might come, each with what is in it.
const FILES: [(&str, &[u8]); 6] = [
    ("Informe de María.pdf", b"%PDF-1.7 one"),
    ("../../x", b"two"),
    ("../../x", b"three"),
    ("CON", b"four"),
    ("a\u{1}b\u{202E}fdp.exe", b"five"),
    ("C:\\Windows\\x", b"six"),
];

/// A large file of every octet.
fn scan() -> Vec<u8> {
    (0..=255).cycle().take(3_000_000).collect()
}

/// The letter as a mail program writes it, with lines that nobody but the
/// gateway should see.
fn letter(from: &str, to: &[&str], copy: &str) -> String {
    let encode = |octets: &[u8]| {
        let text = data_encoding::BASE64.encode(octets);
        let lines = text.as_bytes().chunks(76);
        let lines: Vec<&str> = lines.map(|l| std::str::from_utf8(l).unwrap()).collect();
        lines.join("\n")
    };
    let mut mail = format!(
        "From: \"Dr. Ruiz\" <{from}>\nTo: {}\nCc: Bob <{copy}>\nSubject: =?utf-8?Q?Ma=C3=B1ana?=\n\
         Date: Sun, 22 Nov 2026 06:00:00 -0800\nMessage-ID: <avocet@clinic.test>\nX-Mailer: for {copy}\n\
         References: <{copy}>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"part\"\n\n\
         --part\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nHola, se=C3=B1ora.\n",
        to.join(", ")
    );
    let scan = scan();
    let all = FILES.iter().copied().chain([("scan.bin", scan.as_slice())]);
    for (name, octets) in all {
        let name = data_encoding::BASE64.encode(name.as_bytes());
        mail += &format!(
            "--part\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\
             Content-Disposition: attachment; filename=\"=?utf-8?B?{name}?=\"\n\n{}\n",
            encode(octets)
        );
    }
    mail + "--part--\n"
}

/// What a Python script prints about a file.
fn python(script: &str, path: &Path) -> String {
    let done = Command::new("python3")
        .args(["-X", "utf8", "-c", script])
        .arg(path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    String::from_utf8(done.stdout).unwrap()
}

const ARCHIVE: &str = r"
import sys, tempfile, os, zipfile
with zipfile.ZipFile(sys.argv[1]) as z, tempfile.TemporaryDirectory() as folder:
    assert z.testzip() is None
    z.extractall(folder + '/in')
    assert os.listdir(folder) == ['in']
    for i in z.infolist():
        octets = open(f'{folder}/in/{i.filename}', 'rb').read()
        assert octets == z.read(i)
        known = octets == bytes(range(256)) * 11718 + bytes(range(192))
        print(i.filename, 'as it was' if known else octets)
";

const MAIL: &str = r"
import sys, email, email.policy
with open(sys.argv[1], 'rb') as f: mail = email.message_from_binary_file(f, policy=email.policy.default)
assert not mail.defects and not any(p.defects for p in mail.walk())
for name, value in mail.items(): print(name + ':', value)
print(mail.get_body().get_content().strip())
for part in mail.iter_attachments():
    octets = part.get_content()
    print('as it was' if octets == bytes(range(256)) * 11718 + bytes(range(192)) else octets)
";

#[test]
fn a_patient_takes_files_and_message_away_and_learns_of_nobody_else() {
    let relay = relay();
    let house = House::with(&relay, |settings| settings.text("policy.copies", "each"));
    let (jane, bob) = (house.patient("jane"), house.patient("bob"));
    let from = &house.doctor.address;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("letter"), letter(from, &[&jane, &bob], &bob)).unwrap();
    let envelope = Letter {
        to: format!("{jane},{bob}"),
        ..Letter::new(&house.doctor, &jane)
    };
    let data = format!("@{}", file("letter").display());
    // swaks would write the subject anew.
    let said = swaks(
        &house.door,
        &house.doctor,
        &Letter {
            subject: "=?utf-8?Q?Ma=C3=B1ana?=".to_owned(),
            ..envelope
        },
        true,
        &["--data", &data],
    );
    assert!(said.good, "{}", said.text);
    let link = notice(&relay.wait_for(&jane, 1)[0]).link;
    let browser = Browser::new(&house.door);
    let page = opened(&relay, &browser, &link, &jane).says("Download all files");

    let all = browser.open(&page.links("/files.zip")[0]);
    fs::write(file("all.zip"), &all.body).unwrap();
    let tested = Command::new("unzip")
        .arg("-t")
        .arg(file("all.zip"))
        .output();
    let tested = String::from_utf8_lossy(&tested.unwrap().stdout).into_owned();
    assert!(tested.contains("No errors detected"), "{tested}");
    assert_eq!(
        python(ARCHIVE, &file("all.zip")),
        "Informe de María.pdf b'%PDF-1.7 one'\nx b'two'\nx (2) b'three'\n_CON b'four'\n\
         a bfdp.exe b'five'\nx (3) b'six'\nscan.bin as it was\n"
    );

    let copy = browser.open(&page.links("/message.eml")[0]);
    fs::write(file("message.eml"), &copy.body).unwrap();
    assert_eq!(
        python(MAIL, &file("message.eml")),
        format!(
            "From: \"Dr. Ruiz\" <{from}>\nTo: {jane}\nSubject: Mañana\nDate: Sun, 22 Nov 2026 14:00:00 +0000\n\
             Message-ID: <avocet@clinic.test>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"part\"\n\
             Hola, señora.\nb'%PDF-1.7 one'\nb'two'\nb'three'\nb'four'\nb'five'\nb'six'\nas it was\n"
        )
    );
    for taken in [&all, &copy, &page] {
        let text = taken.text();
        let stem = bob.split('@').next().unwrap();
        assert!(!text.contains(stem), "{} names another reader", taken.url);
    }
    let listed = house.json(&["message", "list", "--json"]);
    let recipients = listed[0]["recipients"].as_array().unwrap().iter();
    let states: Vec<_> = recipients.map(|r| r["state"].clone()).collect();
    assert!(states.contains(&"downloaded".into()), "{states:?}");
}
