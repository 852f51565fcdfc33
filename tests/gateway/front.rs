//! In without a link, with real programs: a patient who is let in writes first,
//! and the office's answer goes by the portal.

use crate::browser::{Browser, Page};
use crate::harness::{House, decoded, notice, relay, wait};
use crate::imap::Imap;
use crate::postfix::{Mail, Postfix};
use crate::programs::{Letter, swaks};
use sealpost::access::accounts;
use sealpost::folders;
use sealpost::model::Address;
use sealpost::store::records::Message;
use std::fs;

/// Where the portal is.
fn portal(house: &House) -> String {
    let settings = fs::read_to_string(&house.config).unwrap();
    let (_, after) = settings.split_once("https://localhost:").unwrap();
    let port: String = after.chars().take_while(char::is_ascii_digit).collect();
    format!("https://localhost:{port}")
}

/// A patient of the doctor's who may sign in; the id.
fn granted(house: &House, to: &str) -> String {
    let doctor = house.doctor.address.clone();
    house.hide("wheatear");
    let added = house.command(&[
        "contact",
        "add",
        "--last",
        "Wheatear",
        "--first",
        "Jane",
        "--born",
        "1980-01-31",
        "--phone",
        "+1 503 555 0123",
        "--email",
        to,
        "--postal",
        "1 Main St",
        "--provider",
        &doctor,
    ]);
    let id = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    assert!(house.command(&["contact", "grant", &id]).status.success());
    id
}

/// The one run of eight digits in the newest mail to this patient.
fn code(relay: &Postfix, to: &str, count: usize) -> String {
    let mail = relay.wait_for(to, count).remove(count - 1);
    let parsed = mail_parser::MessageParser::default().parse(&mail.octets);
    let text = parsed.unwrap().body_text(0).unwrap().into_owned();
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let runs: Vec<&str> = runs.filter(|run| run.len() >= 6).collect();
    assert_eq!(runs.len(), 1, "{text}");
    assert_eq!(runs[0].len(), 8, "{text}");
    runs[0].to_owned()
}

/// Names an address at the front page.
fn asks(browser: &Browser, portal: &str, address: &str) -> Page {
    let form = browser.open(&format!("{portal}/")).form();
    let fields = [("form", form.as_str()), ("address", address)];
    browser.send(&format!("{portal}/sign-in"), &fields)
}

/// Writes a new message.
fn writes(browser: &Browser, portal: &str) {
    let form = browser.open(&format!("{portal}/new")).form();
    let fields = [
        ("form", form.as_str()),
        ("subject", "My avocets"),
        ("text", "May I take two avocets?"),
    ];
    browser
        .send_files(&format!("{portal}/new"), &fields)
        .says("Your message was sent");
}

/// The octets of what lies in the doctor's INBOX.
fn in_the_office(house: &House) -> Vec<u8> {
    wait("the message", || {
        house.run(async {
            let store = house.store();
            let doctor = Address::parse(&house.doctor.address).unwrap();
            let account = accounts::active(store, &doctor).await.unwrap().unwrap();
            let inbox = folders::inbox(store, account.id);
            let entries = store.entries(inbox, 0, 10).await.unwrap();
            let message = Message::at(entries.first()?.message);
            let message = store.get(&message).await.unwrap()?;
            let content = store.open_content(message.content).await.unwrap()?;
            Some(content.read(0, 1 << 20).await.unwrap().to_vec())
        })
    })
}

/// A patient signs in and asks; the browser, where the portal is, and the question's
/// Message-ID.
fn question(relay: &Postfix, house: &House, to: &str) -> (Browser, String, String) {
    let portal = portal(house);
    let browser = Browser::new(&house.door);
    let page = asks(&browser, &portal, to).says("•••@example.test");
    let code = code(relay, to, 1);
    let fields = [("form", page.form()), ("code", code)];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    browser
        .send(&format!("{portal}/sign-in/code"), &fields)
        .says("No messages yet");
    writes(&browser, &portal);
    let mail = Mail {
        from: String::new(),
        to: String::new(),
        octets: in_the_office(house),
    };
    let text = decoded(&mail);
    assert!(text.contains("May I take two avocets?"), "{text}");
    let parsed = mail_parser::MessageParser::default().parse(&mail.octets);
    let message_id = parsed.unwrap().message_id().unwrap().to_owned();
    (browser, portal, message_id)
}

/// The doctor answers in a mail program.
fn answers(house: &House, to: &str, message_id: &str) {
    let letter = Letter {
        subject: "Re: My avocets".into(),
        text: "Take one avocet.".into(),
        ..Letter::new(&house.doctor, to)
    };
    let header = format!("In-Reply-To: <{message_id}>");
    let more = ["--header", &header];
    assert!(swaks(&house.door, &house.doctor, &letter, true, &more).good);
}

#[test]
fn a_patient_writes_first_and_the_answer_comes_by_the_portal() {
    let relay = relay();
    // What is not marked leaves in clear here, but for what belongs to this.
    let house = House::with(&relay, |settings| {
        settings.text("policy.default", "tagged");
        settings.text("policy.secure-tag", "[secure]");
    });
    let to = house.patient("jane");
    house.hide("avocet");
    let id = granted(&house, &to);
    let (browser, portal, message_id) = question(&relay, &house, &to);
    answers(&house, &to, &message_id);
    let told = notice(&relay.wait_for(&to, 2)[1]);
    assert!(
        !told.decoded.to_lowercase().contains("avocet"),
        "{}",
        told.decoded
    );
    let page = browser
        .open(&format!("{portal}/inbox"))
        .says("Re: My avocets");
    browser
        .open(&page.links("/message/")[0])
        .says("Take one avocet.");

    // The right is taken back: out at once.
    assert!(house.command(&["contact", "revoke", &id]).status.success());
    browser
        .open(&format!("{portal}/inbox"))
        .says("We closed your messages");
    house.drained();
}

#[test]
fn a_question_waits_again_when_its_answer_is_taken_back_before_anybody_read_it() {
    let relay = relay();
    let house = House::open(&relay);
    let to = house.patient("jane");
    house.hide("avocet");
    granted(&house, &to);
    let (browser, portal, message_id) = question(&relay, &house, &to);
    for read in [false, true] {
        answers(&house, &to, &message_id);
        house.drained();
        // As the mail program marks what was answered in it.
        let mut imap = Imap::sign_in(&house.door, &house.doctor);
        imap.good("SELECT INBOX");
        imap.good("STORE 1 +FLAGS (\\Seen \\Answered)");
        if read {
            let page = browser.open(&format!("{portal}/inbox"));
            let page = page.says("Re: My avocets");
            browser
                .open(&page.links("/message/")[0])
                .says("Take one avocet.");
        }
        let listed = house.json(&["message", "list", "--json"]);
        let mut all = listed.as_array().unwrap().iter();
        let sent =
            all.find(|m| m["direction"] == "outgoing" && m["recipients"][0]["state"] != "recalled");
        let id = sent.unwrap()["id"].as_str().unwrap().to_owned();
        let said = house.command(&["message", "recall", &id, "--yes"]);
        assert!(said.status.success());
        imap.good("NOOP");
        let flags = imap.good("FETCH 1 FLAGS");
        let line = flags
            .lines()
            .rfind(|line| line.contains("FETCH ("))
            .unwrap();
        assert_eq!(line.contains("\\Answered"), read, "{flags}");
        assert_eq!(line.contains("\\Seen"), read, "{flags}");
    }
    house.drained();
}

#[test]
fn nobody_else_gets_a_mail_from_the_front_page() {
    let relay = relay();
    let house = House::open(&relay);
    let (to, stranger) = (house.patient("jane"), house.patient("john"));
    granted(&house, &to);
    let portal = portal(&house);
    let mut said = Vec::new();
    for address in [&stranger, &to] {
        let page = asks(&Browser::new(&house.door), &portal, address);
        assert!(page.url.ends_with("/sign-in/code"), "{}", page.url);
        said.push((page.status, page.url));
    }
    assert_eq!(said[0], said[1]);
    code(&relay, &to, 1);
    house.drained();
    assert!(relay.mails().iter().all(|mail| mail.to != stranger));
}
