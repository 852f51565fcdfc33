//! Writing on a page: the same rules as from a mail program, and nothing that was
//! typed is lost.

use super::bench::{Bench, RUIZ, address};
use super::mail::{DESK, JANE, answered, find};
use crate::access::accounts;
use crate::contacts;
use crate::folders;
use crate::mime::index::Indexer;
use crate::model::{
    AccountId, Actor, ContactId, Direction, Flags, Head, Mailbox, MessageId, Recipient, Role,
    Standing, State, System,
};
use crate::reading::{self, Opened};
use crate::store::Tx;
use crate::store::records::{Contact, ContactAddress, Hold, Message};
use crate::web::tests::{Answer, Browser};
use axum::body::Body;
use axum::http::{Method, StatusCode};

const LOPEZ: &str = "lopez@clinic.example";
const KIND: &str = "multipart/form-data; boundary=x";
/// A whole picture of one pixel.
pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\nIDATx\x9cc\0\x01\0\0\x05\0\x01\r\n-\xb4\0\0\0\0IEND\xaeB`\x82";

/// A form as a browser sends it.
pub(super) fn form(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    for (name, octets) in files {
        let head = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend_from_slice(octets);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    body
}

pub(super) async fn post(browser: &mut Browser, path: &str, body: Vec<u8>) -> Answer {
    let kind = Some(KIND);
    browser
        .ask(Method::POST, path, kind, Body::from(body))
        .await
}

/// Sends a form from a page of ours.
pub(super) async fn send(
    browser: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Answer {
    let token = browser.get("/today").await.form();
    let fields = [&[("form", token.as_str())], fields].concat();
    browser.headers = vec![("sec-fetch-site", "same-origin".to_owned())];
    let answer = post(browser, path, form(&fields, files)).await;
    browser.headers.clear();
    answer
}

/// Somebody of the directory.
pub(super) async fn person(
    bench: &Bench,
    name: (&str, &str),
    to: &str,
    of: Option<AccountId>,
) -> ContactId {
    let (store, now) = (&bench.store, bench.store.clock().now());
    bench.pass(1);
    let id = ContactId::new(now);
    let contact = Contact {
        first: Some(name.0.into()),
        last: Some(name.1.into()),
        addresses: vec![address(to)],
        provider: of,
        ..Contact::stub(id, now)
    };
    let mut tx = Tx::new();
    tx.insert(&contact);
    tx.put(&ContactAddress {
        address: store.address_key(&address(to)),
        contact: id,
    });
    store.commit(tx).await.unwrap();
    id
}

/// A short message of Dr. Ruiz to this person.
pub(super) fn results(to: &str) -> [(&'static str, &str); 4] {
    let (subject, text) = ("Results", "See here.");
    [
        ("from", RUIZ),
        ("to", to),
        ("subject", subject),
        ("text", text),
    ]
}

/// Whether this address is chosen in the page's list.
pub(super) fn is_chosen(page: &str, value: &str) -> bool {
    page.contains(&format!("<option value=\"{value}\" selected>"))
}

/// The message that a form's answer leads to, and the word behind it.
pub(super) fn led(answer: &Answer) -> (MessageId, String) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    let path = answer.header("location").to_owned();
    let (path, word) = path.split_once("?done=").unwrap();
    let id = path.strip_prefix("/message/").unwrap();
    (id.parse().unwrap(), word.to_owned())
}

pub(super) async fn opened(bench: &Bench, id: MessageId) -> Opened {
    reading::open(&bench.store, id).await.unwrap().unwrap()
}

async fn recipient(bench: &Bench, id: MessageId) -> Recipient {
    let found = bench.store.get(&Recipient::at(id, 0)).await;
    found.unwrap().unwrap()
}

pub(super) async fn whole(bench: &Bench, id: MessageId, n: u16) -> Vec<u8> {
    let mut file = opened(bench, id).await.file(n).unwrap();
    let mut octets = Vec::new();
    while let Some(piece) = file.next().await.unwrap() {
        octets.extend(piece);
    }
    octets
}

// WM1, WM4
#[tokio::test]
async fn staff_write_in_the_primary_providers_name_and_hear_whose_release_it_waits_for() {
    let bench = Bench::new().await;
    bench.account(DESK, Role::Staff).await;
    bench.account(LOPEZ, Role::Provider).await;
    let lopez = find(&bench, LOPEZ).await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, Some(lopez.id)).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let path = format!("/write/{jane}");
    let led_by = desk.get(&format!("/write?to={jane}")).await;
    assert_eq!(led_by.header("location"), path);
    let page = desk.get(&path).await.text();
    assert!(is_chosen(&page, LOPEZ), "{page}");
    assert!(page.contains(RUIZ) && !page.contains(&format!("value=\"{DESK}\"")));
    assert!(page.contains("waits until they release it"), "{page}");
    let to = format!("{jane} {JANE}");
    let fields = [
        ("from", LOPEZ),
        ("to", &to),
        ("subject", "Your visit"),
        ("text", "Please come fasting."),
    ];
    let (id, word) = led(&send(&mut desk, &path, &fields, &[]).await);
    assert_eq!(word, "held");
    let hold = bench.store.get(&Hold::at(id)).await.unwrap().unwrap();
    assert_eq!(hold.provider, lopez.id);
    assert_eq!(recipient(&bench, id).await.state, State::Held);
    assert_eq!(recipient(&bench, id).await.contact, jane);
    let page = desk.get(&format!("/message/{id}?done=held")).await.text();
    for words in [
        "It waits for release.",
        LOPEZ,
        "Your visit",
        "Please come fasting.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // In their own name staff send nothing out, whatever a form says.
    let forged = [&[("from", DESK)], &fields[1..]].concat();
    let answer = send(&mut desk, &path, &forged, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_provider_sends_in_the_own_name_at_once() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    assert!(is_chosen(&ruiz.get(&path).await.text(), RUIZ));
    let to = format!("{jane} {JANE}");
    let fields = [
        ("from", RUIZ),
        ("to", &to),
        ("subject", "Análisis"),
        ("text", "Todo bien.\r\n<b>x</b>"),
    ];
    let (id, word) = led(&send(&mut ruiz, &path, &fields, &[("note.txt", b"one")]).await);
    assert_eq!(word, "sent");
    assert_eq!(recipient(&bench, id).await.state, State::Queued);
    let message = opened(&bench, id).await;
    assert_eq!(message.head.subject, "Análisis");
    assert_eq!(
        message.text().await.unwrap().unwrap().trim_end(),
        "Todo bien.\n<b>x</b>".replace('\n', "\r\n")
    );
    assert_eq!(message.files()[0].name.as_deref(), Some("note.txt"));
    assert_eq!(whole(&bench, id, message.files()[0].n).await, b"one");
    let page = ruiz.get(&format!("/message/{id}?done=sent")).await.text();
    assert!(page.contains("Sent. The message is on its way."), "{page}");
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_sends_one_message_and_a_change_is_another() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    let page = ruiz.get(&path).await.text();
    let (_, once) = page.split_once("name=\"once\" value=\"").unwrap();
    let once = once.split('"').next().unwrap();
    let to = format!("{jane} {JANE}");
    let fields = [&[("once", once)], results(&to).as_slice()].concat();
    let file: (&str, &[u8]) = ("note.txt", b"one");
    let (first, _) = led(&send(&mut ruiz, &path, &fields, &[file]).await);
    bench.pass(1);
    let (again, _) = led(&send(&mut ruiz, &path, &fields, &[file]).await);
    assert_eq!(again, first);
    let (other, _) = led(&send(&mut ruiz, &path, &fields, &[("note.txt", b"two")]).await);
    assert_ne!(other, first);
    // Drawn anew, the page writes a message of its own.
    let anew = ruiz.get(&path).await.text();
    assert!(!anew.contains(once));
}

// WM3
#[tokio::test]
async fn of_several_at_one_address_the_one_is_meant_who_was_chosen_even_of_one_name() {
    let bench = Bench::new().await;
    let mother = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let daughter = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    for (chosen, other) in [(daughter, mother), (mother, daughter)] {
        let path = format!("/write/{chosen}");
        let page = ruiz.get(&path).await.text();
        assert!(page.contains("whom the message is about"), "{page}");
        assert!(is_chosen(&page, &format!("{chosen} {JANE}")), "{page}");
        assert!(
            page.contains(&format!("value=\"{other} {JANE}\"")),
            "{page}"
        );
        let to = format!("{chosen} {JANE}");
        let fields = [
            ("from", RUIZ),
            ("to", &to),
            ("subject", "Results"),
            ("text", "Fine."),
        ];
        let (id, _) = led(&send(&mut ruiz, &path, &fields, &[]).await);
        assert_eq!(recipient(&bench, id).await.contact, chosen);
    }
    // Nobody is written to at an address that is not theirs.
    let to = format!("{mother} evil@example.com");
    let fields = [
        ("from", RUIZ),
        ("to", &to),
        ("subject", "Results"),
        ("text", "Fine."),
    ];
    let answer = send(&mut ruiz, &format!("/write/{mother}"), &fields, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

// WM5
#[tokio::test]
async fn subject_and_message_are_asked_for_and_what_was_typed_stays() {
    let bench = Bench::new().await;
    bench.account(LOPEZ, Role::Provider).await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    let to = format!("{jane} {JANE}");
    let large = vec![b'x'; 10_001];
    let long = "x".repeat(201);
    let (letter, blank) = ("A long letter", " \u{a0} ");
    let no_files: &[(&str, &[u8])] = &[];
    let (exe, pdf, much) = (
        [("a.exe", b"MZ".as_slice())],
        [("a.pdf", b"MZ".as_slice())],
        [("a.txt", large.as_slice())],
    );
    let wrong_kind = "We cannot take “a.exe”";
    let cases = [
        ("", letter, no_files, "Please write a subject."),
        (blank, letter, no_files, "Please write a subject."),
        (&long, letter, no_files, "longer than 200 characters"),
        ("Results", blank, no_files, "Please write a few words."),
        ("Results", letter, &exe, wrong_kind),
        ("Results", letter, &pdf, "does not hold what its name says"),
        ("Results", letter, &much, "is larger than 10 KB"),
    ];
    for (subject, text, files, says) in cases {
        let fields = [
            ("from", LOPEZ),
            ("to", &to),
            ("subject", subject),
            ("text", text),
        ];
        let answer = send(&mut ruiz, &path, &fields, files).await;
        let page = answer.text();
        assert!(answer.status.is_client_error(), "{page}");
        assert!(page.contains(says), "{says}: {page}");
        assert!(page.contains(&format!("value=\"{subject}\"")), "{page}");
        assert!(page.contains(text), "{page}");
        assert!(is_chosen(&page, LOPEZ) && is_chosen(&page, &to), "{page}");
        assert_eq!(page.contains("choose your files again"), !files.is_empty());
    }
    let sent = folders::sent(&bench.store, find(&bench, RUIZ).await.id);
    let rows = bench.store.rows(sent, None).await.unwrap().rows;
    assert!(rows.is_empty());
}

#[tokio::test]
async fn what_the_way_out_refuses_is_said_in_its_words_and_what_was_typed_stays() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let letter = "A long letter";
    let to_clinic = person(&bench, ("Left", "Us"), "left@clinic.example", None).await;
    let left = bench.account("left@clinic.example", Role::Staff).await;
    let off = accounts::set_standing(&bench.store, left.id, Standing::Disabled, Actor::Gateway);
    off.await.unwrap();
    let to = format!("{to_clinic} left@clinic.example");
    let fields = [
        ("from", RUIZ),
        ("to", &to),
        ("subject", "Results"),
        ("text", letter),
    ];
    let answer = send(&mut ruiz, &format!("/write/{to_clinic}"), &fields, &[]).await;
    let page = answer.text();
    assert!(page.contains("has been switched off"), "{page}");
    assert!(page.contains(letter), "{page}");
}

/// A message from Jane with these files, where this account finds it: in INBOX, and
/// among her mail.
pub(super) async fn came(
    bench: &Bench,
    who: &str,
    from: ContactId,
    files: &[(&str, &str, &str)],
) -> MessageId {
    let (store, account) = (&bench.store, find(bench, who).await);
    let now = store.clock().now();
    bench.pass(1);
    let mut octets = String::from(
        "Subject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHello\r\n",
    );
    for (name, kind, content) in files {
        octets.push_str(&format!("--x\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; filename={name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}\r\n"));
    }
    octets.push_str("--x--\r\n");
    let end = octets.find("\r\n\r\n").unwrap() + 4;
    let mut indexer = Indexer::new(&octets.as_bytes()[..end]);
    indexer.write(&octets.as_bytes()[end..]).unwrap();
    let mut content = store.write_content();
    content.write(octets.as_bytes()).await.unwrap();
    let content = content.finish().await.unwrap();
    let head = Head {
        from: Some(Mailbox {
            name: None,
            address: address(JANE),
        }),
        parts: indexer.finish().unwrap().parts,
        message_id: "hello@example.com".into(),
        ..Head::default()
    };
    let id = MessageId::new(now);
    let mut tx = Tx::new();
    tx.insert(&Message::settled(
        id,
        Direction::Incoming,
        now,
        (&content, &head),
    ));
    tx.attach(content);
    tx.file(
        folders::inbox(store, account.id),
        id,
        Flags::default(),
        None,
    );
    let view = folders::of_contact(store, &mut tx, account.id, from)
        .await
        .unwrap();
    tx.file(view, id, System::SEEN.into(), None);
    store.commit(tx).await.unwrap();
    id
}

// WM6
#[tokio::test]
async fn files_that_the_patient_has_sent_are_seen_in_place_and_sent_on() {
    let bench = Bench::new().await;
    bench.account(LOPEZ, Role::Provider).await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    let (text, png) = (
        data_encoding::BASE64.encode(b"Blood: fine <b>"),
        data_encoding::BASE64.encode(PNG),
    );
    let files = [
        ("lab.txt", "text/plain", text.as_str()),
        ("arm.png", "image/png", &png),
        ("liar.png", "image/png", &text),
    ];
    let id = came(&bench, RUIZ, jane, &files).await;
    let theirs = came(&bench, LOPEZ, jane, &files[..1]).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    let page = ruiz.get(&path).await.text();
    for words in [
        "lab.txt",
        "Blood: fine &#60;b&#62;",
        "arm.png",
        &format!("/message/{id}/view/2"),
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(&theirs.to_string()), "{page}");
    let picture = ruiz.get(&format!("/message/{id}/view/2")).await;
    assert_eq!(
        (picture.header("content-type"), picture.body.as_slice()),
        ("image/png", PNG)
    );
    // What is no picture is not shown as one, whatever it calls itself.
    for n in [1, 3] {
        let none = ruiz.get(&format!("/message/{id}/view/{n}")).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
    let to = format!("{jane} {JANE}");
    let (lab, arm) = (format!("{id}/1"), format!("{id}/2"));
    let fields = results(&to);
    let ticked = [&fields[..], &[("pick", &lab), ("pick", &arm)]].concat();
    let (sent, _) = led(&send(&mut ruiz, &path, &ticked, &[("own.txt", b"mine")]).await);
    let message = opened(&bench, sent).await;
    let names: Vec<_> = message
        .files()
        .into_iter()
        .map(|f| f.name.unwrap())
        .collect();
    assert_eq!(names, ["lab.txt", "arm.png", "own.txt"]);
    let second = message.files()[1].n;
    assert_eq!(whole(&bench, sent, second).await, PNG);
    // Ticks stay when something is refused; what another account keeps is not taken.
    let other = format!("{theirs}/1");
    let ticked = [&fields[..], &[("pick", &lab), ("pick", &other)]].concat();
    let answer = send(&mut ruiz, &path, &ticked, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text();
    assert!(page.contains(&format!("value=\"{lab}\" checked")), "{page}");
    assert!(page.contains("is not there any more"), "{page}");
}

// WM12
#[tokio::test]
async fn an_answer_goes_back_to_the_patient_and_what_it_answers_is_done() {
    let bench = Bench::new().await;
    let id = answered(&bench, RUIZ).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/message/{id}/answer");
    let page = ruiz.get(&format!("/message/{id}")).await.text();
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
    let page = ruiz.get(&path).await.text();
    assert!(
        page.contains("value=\"Re: Your &#60;results&#62;\""),
        "{page}"
    );
    assert!(is_chosen(&page, RUIZ) && page.contains("one.txt"), "{page}");
    let people = contacts::sharing(&bench.store, &address(JANE))
        .await
        .unwrap();
    let to = format!("{} {JANE}", people[0].id);
    let fields = [
        ("from", RUIZ),
        ("to", to.as_str()),
        ("subject", "Re: Your <results>"),
        ("text", "Yes."),
    ];
    let (sent, word) = led(&send(&mut ruiz, &path, &fields, &[]).await);
    assert_eq!(word, "sent");
    let head = opened(&bench, sent).await.head;
    let answers = format!("{id}@clinic.example");
    assert_eq!(*head.references.last().unwrap(), answers);
    assert_eq!(head.to[0].address.as_str(), JANE);
    assert!(ruiz.get("/today").await.text().contains("<title>Today"));
    let account = find(&bench, RUIZ).await;
    for (folder, uid, reader) in folders::places(&bench.store, account.id, id).await.unwrap() {
        let row = bench.store.row(folder, uid, reader).await.unwrap().unwrap();
        assert!(
            row.flags
                .system
                .contains(System::SEEN.with(System::ANSWERED))
        );
    }
    // A colleague who does not see it answers nothing.
    bench.account(LOPEZ, Role::Provider).await;
    let (mut lopez, ..) = bench.set_up(LOPEZ).await;
    assert_eq!(lopez.get(&path).await.status, StatusCode::NOT_FOUND);
    let fields = [
        ("from", LOPEZ),
        ("to", to.as_str()),
        ("subject", "Re: x"),
        ("text", "Yes."),
    ];
    let answer = send(&mut lopez, &path, &fields, &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn people_are_found_by_a_form_and_no_name_stands_in_an_address() {
    let bench = Bench::new().await;
    let jane = person(&bench, ("Jane", "Doe"), JANE, None).await;
    bench.account("root@clinic.example", Role::Admin).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let form = ruiz.get("/write").await.form();
    let found = ruiz
        .post("/write", &[("form", &form), ("words", "jan")])
        .await;
    let text = found.text();
    for words in [
        &format!("href=\"/write/{jane}\""),
        "Doe, Jane",
        JANE,
        "1 person found",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let none = ruiz
        .post("/write", &[("form", &form), ("words", "nobody")])
        .await;
    assert!(none.text().contains("Nobody found"));
    let (mut root, ..) = bench.set_up("root@clinic.example").await;
    let form = root.get("/today").await.form();
    for path in ["/write".to_owned(), format!("/write/{jane}")] {
        assert_eq!(root.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    let answer = root
        .post("/write", &[("form", &form), ("words", "jan")])
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
