//! Contacts: the list, the form, the file; and who may not see them.

use super::bench::{Bench, RUIZ, address, routes, send, upload};
use crate::access::accounts;
use crate::folders;
use crate::model::{
    AccountId, ContactId, Direction, EventKind, Flags, Head, Language, Role, State,
};
use crate::store::{Tx, samples};
use crate::texts;
use crate::web::tests::{Answer, Browser};
use axum::http::{Method, StatusCode};

const FRONT: &str = "front@clinic.example";
const ROOT: &str = "root@clinic.example";

const OTHER: &str = "other@clinic.example";

/// The path that a form led to.
fn led(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

/// The value of a hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let text = page.text();
    let after = text.split(&format!("name=\"{name}\" value=\"")).nth(1);
    let after = after.unwrap_or_else(|| panic!("no {name} in {text}"));
    after.split('"').next().unwrap().to_owned()
}

async fn staff(bench: &Bench) -> Browser {
    bench.account(FRONT, Role::Staff).await;
    bench.set_up(FRONT).await.0
}

async fn disclosed(bench: &Bench) -> usize {
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let of = |kind| events.iter().filter(|e| e.event.kind == kind).count();
    of(EventKind::Disclose)
}

#[tokio::test]
async fn somebody_is_added_found_in_any_writing_and_changed() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let fields = [
        ("first", "<José>"),
        ("last", "Núñez"),
        ("born", "1980-01-31"),
        ("email1", "jose@example.com"),
        ("postal", "1 Main St\r\nPortland"),
        ("status", "patient"),
    ];
    let path = led(&send(&mut front, "/contacts/new", &fields).await);
    let page = front.get(&path).await.text();
    assert!(
        page.contains("Núñez, &#60;José&#62;") && page.contains("31 January 1980"),
        "{page}"
    );
    assert!(page.contains("1 Main St\nPortland") && !page.contains("<José>"));
    // For the portal more is needed, and the page says what.
    assert!(page.contains("the record still needs") && page.contains("<li>Phone</li>"));
    for (words, found) in [
        ("nunez", true),
        ("1980-01", true),
        ("1/31/1980", true),
        ("31/1/1980", false),
        ("JOSE@", true),
        ("smith", false),
    ] {
        let list = send(&mut front, "/contacts", &[("words", words)]).await;
        assert_eq!(list.text().contains("Núñez"), found, "{words}");
    }
    let change = format!("{}/change", path.split('?').next().unwrap());
    let seen = hidden(&front.get(&change).await, "seen");
    let fields = [
        ("seen", seen.as_str()),
        ("first", "José"),
        ("last", "Pérez"),
        ("provider", RUIZ),
    ];
    assert!(page.contains("<dd>Nobody</dd>"), "{page}");
    let path = led(&send(&mut front, &change, &fields).await);
    let page = front.get(&path).await.text();
    assert!(page.contains("<bdi>ruiz@clinic.example</bdi>"), "{page}");
    // What was left empty is taken away.
    assert!(
        page.contains("Pérez, José") && !page.contains("1980"),
        "{page}"
    );
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_in_either_language_and_nothing_is_lost() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let fields = [
        ("first", "Jane\u{7}"),
        ("last", "\u{202e}Doe"),
        ("born", "3000-01-01"),
        ("email1", "no address"),
        ("phone1", "1\n2"),
        ("provider", "nobody@clinic.example"),
    ];
    for (tag, said) in [
        (
            "en",
            [
                "a character in it",
                "in the future",
                "not an e-mail address",
                "choose another",
            ],
        ),
        (
            "es",
            [
                "un carácter",
                "en el futuro",
                "no es un correo",
                "elija otro",
            ],
        ),
    ] {
        front.get(&format!("/today?lang={tag}")).await;
        let answer = send(&mut front, "/contacts/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        for said in said {
            assert!(page.contains(said), "{tag} {said}: {page}");
        }
        for (name, _) in fields {
            let field = page.split(&format!("id=\"{name}\"")).nth(1).unwrap();
            assert!(
                field.split('>').next().unwrap().contains("aria-invalid"),
                "{name}"
            );
        }
        assert!(page.contains("value=\"no address\"") && page.contains("value=\"3000-01-01\""));
    }
    let list = front.get("/contacts").await.text();
    assert!(!list.contains("class=\"line\""), "{list}");
}

#[tokio::test]
async fn of_two_tabs_that_change_one_record_the_later_is_told_and_keeps_what_was_typed() {
    let bench = Bench::new().await;
    let id = bench.contact("Jane", "Doe").await;
    let mut front = staff(&bench).await;
    let change = format!("/contacts/{id}/change");
    let (one, other) = (front.get(&change).await, front.get(&change).await);
    let (one, other) = (hidden(&one, "seen"), hidden(&other, "seen"));
    let fields = |seen, first| {
        [
            ("seen", seen),
            ("first", first),
            ("last", "Doe"),
            ("email1", "jane@example.com"),
        ]
    };
    led(&send(&mut front, &change, &fields(&*one, "Janet")).await);
    let late = send(&mut front, &change, &fields(&*other, "Joan")).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let page = late.text();
    assert!(
        page.contains("changed meanwhile") && page.contains("Now: Janet"),
        "{page}"
    );
    assert!(page.contains("value=\"Joan\"") && !page.contains("Now: Doe"));
    assert!(
        front
            .get(&format!("/contacts/{id}"))
            .await
            .text()
            .contains("Doe, Janet")
    );
    // Who has seen it may insist; nonsense in the field is as late as late.
    let nonsense = send(&mut front, &change, &fields("nonsense", "Joan")).await;
    assert_eq!(nonsense.status, StatusCode::CONFLICT);
    let seen = hidden(&late, "seen");
    led(&send(&mut front, &change, &fields(&*seen, "Joan")).await);
    assert!(
        front
            .get(&format!("/contacts/{id}"))
            .await
            .text()
            .contains("Doe, Joan")
    );
}

#[tokio::test]
async fn who_may_be_here_already_is_named_before_anybody_is_added_twice() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let jane = [
        ("first", "Jane"),
        ("last", "Doe"),
        ("born", "1980-01-31"),
        ("email1", "d@example.com"),
    ];
    led(&send(&mut front, "/contacts/new", &jane).await);
    for again in [
        // The same name and birthday; the same mailbox.
        [
            ("first", "JANE"),
            ("last", "doe"),
            ("born", "1980-01-31"),
            ("email1", ""),
        ],
        [
            ("first", "Tim"),
            ("last", "Doe"),
            ("born", "2015-05-05"),
            ("email1", "d@example.com"),
        ],
    ] {
        let answer = send(&mut front, "/contacts/new", &again).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
        assert!(answer.text().contains("Is this somebody you have already?"));
        assert!(answer.text().contains("Doe, Jane"));
        let sure: Vec<_> = again.into_iter().chain([("sure", "yes")]).collect();
        led(&send(&mut front, "/contacts/new", &sure).await);
    }
    // Another birthday is another person.
    let other = [("first", "Jane"), ("last", "Doe"), ("born", "1990-01-31")];
    led(&send(&mut front, "/contacts/new", &other).await);
}

#[tokio::test]
async fn an_address_that_was_looked_for_stands_in_the_form_for_somebody_new() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let words = [("words", "Jane new@example.org")];
    let found = send(&mut front, "/write", &words).await;
    assert!(found.text().contains("action=\"/contacts/new\""));
    assert_eq!(hidden(&found, "email1"), "new@example.org");
    let fields = [("begin", "1"), ("email1", "new@example.org")];
    let begun = send(&mut front, "/contacts/new", &fields).await;
    assert_eq!(begun.status, StatusCode::OK);
    let page = begun.text();
    assert!(page.contains("value=\"new@example.org\""), "{page}");
    assert!(page.contains("value=\"patient\" selected") && !page.contains("aria-invalid"));
    // Nobody is added before it is saved.
    let list = front.get("/contacts").await.text();
    assert!(!list.contains("class=\"line\""), "{list}");
}

#[tokio::test]
async fn a_file_whose_columns_are_called_as_on_the_pages_is_read_in_either_language() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let labels = [
        "office-field-last",
        "office-field-first",
        "office-field-name",
        "office-field-born",
        "office-field-status",
        "office-field-language",
        "office-field-phone",
        "office-field-email",
        "office-field-postal",
        "office-field-provider",
        "office-field-guarantor",
        "office-field-portal",
        "office-field-confidential",
    ];
    for language in Language::ALL {
        let head = labels.map(|id| texts::say(language, id, &[])).join(",");
        let file = format!("{head}\nDoe,Jane,,1980-01-31,patient,en,,,,,,,\n");
        let looked = import(&mut front, "", &file).await;
        assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
        assert!(looked.text().contains("1 contact would be added."));
    }
}

async fn import(browser: &mut Browser, seen: &str, file: &str) -> Answer {
    let form = browser.get("/today").await.form();
    let (kind, body) = upload(&[("form", &form), ("seen", seen), ("file", file)]);
    browser.headers = vec![("sec-fetch-site", "same-origin".into())];
    let answer = browser
        .ask(Method::POST, "/contacts/import", Some(kind), body)
        .await;
    browser.headers.clear();
    answer
}

#[tokio::test]
async fn a_file_is_looked_at_line_by_line_before_it_is_brought_in() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let wrong = "last,first,born\r\nDoe,Jane,1980-01-31\r\nRoe,Rick,31/1/80\r\n";
    let looked = import(&mut front, "", wrong).await;
    assert_eq!(looked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = looked.text();
    assert!(
        page.contains("Line 3") && page.contains("Date of birth: Please write"),
        "{page}"
    );
    assert!(page.contains("1 line is refused") && !page.contains("name=\"seen\""));

    let right = "last,first,born\r\nDoe,\"Jane <b>\",1980-01-31\r\n";
    let looked = import(&mut front, "", right).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    assert!(looked.text().contains("Doe, Jane &#60;b&#62;"));
    assert!(
        front
            .get("/contacts")
            .await
            .text()
            .contains("Nobody has been added")
    );
    let seen = hidden(&looked, "seen");
    // Somebody adds her meanwhile: it is shown anew.
    let jane = [
        ("first", "Jane <b>"),
        ("last", "Doe"),
        ("born", "1980-01-31"),
    ];
    led(&send(&mut front, "/contacts/new", &jane).await);
    let late = import(&mut front, &seen, right).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text().contains("have changed since you looked"));
    let more = format!("{right}Roe,Rick,1970-01-01\r\n");
    let looked = import(&mut front, "", &more).await;
    let done = import(&mut front, &hidden(&looked, "seen"), &more).await;
    let path = led(&done);
    assert!(
        path.starts_with("/contacts/import?added=1&changed=0&new="),
        "{path}"
    );
    assert!(front.get("/contacts").await.text().contains("Roe, Rick"));
    // Who is new is one press away.
    let page = front.get(&path).await.text();
    assert!(page.contains("Roe, Rick") && !page.contains("Doe, Jane"));
}

#[tokio::test]
async fn a_file_that_is_a_bomb_is_refused_in_words() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let before = bench.trace().await.1;
    let lines = "x,y@example.com\n".repeat(100_000);
    for (file, said) in [
        (format!("last,email\n{lines}"), "too large for this page"),
        (format!("last\n{}", "a\n".repeat(30_000)), "too many lines"),
        (format!("last\n\"{}", "\"\"".repeat(200_000)), "is too long"),
        ("\u{0},\u{0}\n\u{0}".to_owned(), "must name the columns"),
        (String::new(), "choose a file"),
    ] {
        let answer = import(&mut front, "", &file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(answer.text().contains(said), "{said}");
    }
    assert_eq!(bench.trace().await.1, before);
}

#[tokio::test]
async fn a_provider_takes_the_directory_out_and_nobody_else_does() {
    let bench = Bench::new().await;
    bench.contact("Jane", "Doe").await;
    let mut front = staff(&bench).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    assert!(
        ruiz.get("/contacts/export")
            .await
            .text()
            .contains("all your patients")
    );
    assert_eq!(disclosed(&bench).await, 0);
    let file = send(&mut ruiz, "/contacts/export", &[]).await;
    assert!(
        file.text().contains("Doe") && file.header("content-disposition").starts_with("attachment")
    );
    assert_eq!(disclosed(&bench).await, 1);
    assert_eq!(
        front.get("/contacts/export").await.status,
        StatusCode::NOT_FOUND
    );
    let refused = send(&mut front, "/contacts/export", &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert!(
        !front
            .get("/contacts")
            .await
            .text()
            .contains("/contacts/export")
    );
    assert_eq!(disclosed(&bench).await, 1);
}

#[tokio::test]
async fn granting_portal_sign_in_names_what_is_missing_and_takes_a_complete_record_alone() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let id = bench.contact("Jane", "Doe").await;
    let portal = format!("/contacts/{id}/portal");
    let lacks = send(&mut front, &portal, &[("may", "yes")]).await;
    assert_eq!(lacks.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        lacks
            .text()
            .contains("It still needs: Date of birth, Phone"),
        "{}",
        lacks.text()
    );
    let change = format!("/contacts/{id}/change");
    let seen = hidden(&front.get(&change).await, "seen");
    let all = [
        ("seen", seen.as_str()),
        ("first", "Jane"),
        ("last", "Doe"),
        ("born", "1980-01-31"),
        ("email1", "jane@example.com"),
        ("phone1", "+1 555 0100"),
        ("postal", "1 Main St"),
        ("provider", RUIZ),
    ];
    led(&send(&mut front, &change, &all).await);
    let granted = led(&send(&mut front, &portal, &[("may", "yes")]).await);
    let page = front.get(&granted).await.text();
    assert!(page.contains("without a link since"));
    // What to tell the patient.
    let told = "<strong>https://portal.clinic.example</strong>";
    assert!(page.contains(told), "{page}");
    let revoked = led(&send(&mut front, &portal, &[("may", "no")]).await);
    assert!(
        front
            .get(&revoked)
            .await
            .text()
            .contains("no longer sign in")
    );
}

#[tokio::test]
async fn who_runs_the_gateway_sees_no_contact_and_who_works_there_no_account() {
    let bench = Bench::new().await;
    let contact = bench.contact("Jane", "Doe").await;
    let root = bench.account(ROOT, Role::Admin).await;
    let mut front = staff(&bench).await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let (mut admin, ..) = bench.set_up(ROOT).await;
    let before = bench.trace().await.1;
    let mut seen = 0;
    for route in routes() {
        let (id, closed): (_, Vec<&mut Browser>) = match route.pattern {
            path if path.starts_with("/contacts") => (contact.clone(), vec![&mut admin]),
            path if path.starts_with("/accounts") || path == "/audit" => {
                (root.id.to_string(), vec![&mut front, &mut ruiz])
            }
            _ => continue,
        };
        let path = route.pattern.replace("{id}", &id);
        for browser in closed {
            let mut answers = vec![browser.get(&path).await];
            if path == "/contacts/import" {
                answers.push(import(browser, "", "last\nDoe\n").await);
            } else if route.methods.contains(&Method::POST) {
                answers.push(send(browser, &path, &[("to", "off"), ("may", "yes")]).await);
            }
            for answer in answers {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
                let text = answer.text();
                assert!(
                    !text.contains("Doe") && !text.contains("Everybody"),
                    "{path}"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
    assert_eq!(bench.trace().await.1, before);
}

#[tokio::test]
async fn who_was_only_written_to_is_listed_below_and_becomes_a_patient_by_change() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let mut tx = Tx::new();
    let whom = address("new@example.org");
    let id = crate::contacts::stub(&bench.store, &mut tx, &whom, None);
    bench.store.commit(tx).await.unwrap();
    let page = front.get("/contacts").await.text();
    let below = page.split("Only written to so far").nth(1).unwrap();
    assert!(below.contains("new@example.org") && below.contains(&id.to_string()));
    let form = front.get(&format!("/contacts/{id}/change")).await.text();
    assert!(form.contains("value=\"patient\" selected"), "{form}");
    let found = send(&mut front, "/contacts", &[("words", "new@")])
        .await
        .text();
    assert!(found.contains("new@example.org") && !found.contains("Only written to so far"));
}

#[tokio::test]
async fn what_was_typed_anew_is_put_into_the_record_that_is_there_and_looked_at_first() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let jane = [
        ("first", "Jane"),
        ("last", "Doe"),
        ("born", "1/31/1980"),
        ("email1", "jane@example.com"),
        ("phone1", "555 0100"),
    ];
    let path = led(&send(&mut front, "/contacts/new", &jane).await);
    let path = path.split('?').next().unwrap().to_owned();
    let again = [
        ("first", "Jane"),
        ("last", "Doe"),
        ("born", "1980-01-31"),
        ("email1", "jane@example.org"),
    ];
    let answer = send(&mut front, "/contacts/new", &again).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let change = format!("{path}/change");
    assert!(answer.text().contains(&format!("formaction=\"{change}\"")));
    let look: Vec<_> = again.into_iter().chain([("look", "yes")]).collect();
    let shown = send(&mut front, &change, &look).await;
    assert_eq!(shown.status, StatusCode::OK);
    let page = shown.text();
    // Nothing that was known is lost, and nothing is saved yet.
    for kept in ["jane@example.com", "jane@example.org", "555 0100"] {
        assert!(
            page.contains(&format!("value=\"{kept}\"")),
            "{kept}: {page}"
        );
    }
    let record = front.get(&path).await.text();
    assert!(!record.contains("jane@example.org"));
    let seen = hidden(&shown, "seen");
    let save = [
        ("seen", seen.as_str()),
        ("first", "Jane"),
        ("last", "Doe"),
        ("born", "1980-01-31"),
        ("email1", "jane@example.com"),
        ("email2", "jane@example.org"),
    ];
    led(&send(&mut front, &change, &save).await);
    assert!(front.get(&path).await.text().contains("jane@example.org"));
}

#[tokio::test]
async fn the_family_of_the_chosen_head_is_no_stranger() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let ann = [
        ("first", "Ann"),
        ("last", "Doe"),
        ("born", "1980-01-31"),
        ("email1", "doe@example.com"),
    ];
    let path = led(&send(&mut front, "/contacts/new", &ann).await);
    let head = path.split(['/', '?']).nth(2).unwrap().to_owned();
    let tim = [
        ("first", "Tim"),
        ("last", "Doe"),
        ("born", "2015-05-05"),
        ("email1", "doe@example.com"),
        ("guarantor", head.as_str()),
    ];
    led(&send(&mut front, "/contacts/new", &tim).await);
    // The same child once more is the same child.
    let answer = send(&mut front, "/contacts/new", &tim).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text().contains("Doe, Tim"));
}

#[tokio::test]
async fn an_address_that_no_mail_reaches_is_refused() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let fields = [("first", "Jane"), ("email1", "jane@example")];
    let answer = send(&mut front, "/contacts/new", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("has no dot"), "{}", answer.text());
}

// WM11
#[tokio::test]
async fn nobody_makes_a_colleagues_patient_their_own() {
    let bench = Bench::new().await;
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    bench.account(OTHER, Role::Provider).await;
    let (mut other, ..) = bench.set_up(OTHER).await;
    let fields = [
        ("first", "Jane"),
        ("email1", "jane@example.com"),
        ("provider", RUIZ),
    ];
    let page = led(&send(&mut ruiz, "/contacts/new", &fields).await);
    let page = page.split('?').next().unwrap().to_owned();
    let change = format!("{page}/change");
    let take = async |browser: &mut Browser| {
        let seen = hidden(&browser.get(&change).await, "seen");
        let fields = [
            ("seen", seen.as_str()),
            ("first", "Jane"),
            ("email1", "jane@example.com"),
            ("provider", OTHER),
        ];
        send(browser, &change, &fields).await
    };
    let refused = take(&mut other).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("a colleague’s patient"),
        "{}",
        refused.text()
    );
    let id = page.rsplit('/').next().unwrap();
    let file = format!("id,first,provider\n{id},Jane,{OTHER}\n");
    let looked = import(&mut other, "", &file).await;
    assert!(
        looked.text().contains("a colleague’s patient"),
        "{}",
        looked.text()
    );
    // The patient's own provider names another one, and that is on record.
    led(&take(&mut ruiz).await);
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let mut notes = events.iter().map(|audited| audited.event.note.as_str());
    assert!(notes.any(|note| note == "changed provider"));
}

#[tokio::test]
async fn of_a_file_all_unknown_columns_are_named_and_what_a_line_changes() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let jane = bench.contact("Jane", "Doe").await;
    let looked = import(&mut front, "", "last,hat,shoe\nDoe,x,y\n").await;
    let page = looked.text();
    assert!(page.contains("“hat”, “shoe”"), "{page}");
    let file = format!("id,last,phone\n{jane},Doe,555 0100\n");
    let looked = import(&mut front, "", &file).await;
    assert!(
        looked.text().contains("Would change: Phone"),
        "{}",
        looked.text()
    );
}

/// A message between the office and Jane, filed for these accounts.
async fn filed(
    bench: &Bench,
    jane: &str,
    (subject, state): (&str, Option<State>),
    to: &[AccountId],
) {
    let (store, now) = (&bench.store, bench.store.clock().now());
    let head = Head {
        subject: subject.into(),
        ..Head::default()
    };
    let mut writer = store.write_content();
    writer.write(b"Subject: x\r\n\r\nx\r\n").await.unwrap();
    let content = writer.finish().await.unwrap();
    let mut message = samples::message(now, &content, &head);
    if state.is_none() {
        message.direction = Direction::Incoming;
    }
    let mut tx = Tx::new();
    tx.attach(content);
    tx.insert(&message);
    let contact: ContactId = jane.parse().unwrap();
    if let Some(state) = state {
        let mut grant = samples::grant(store, message.id, &address("jane@example.com"));
        grant.contact = contact;
        tx.insert(&samples::recipient(&grant, state));
    }
    for account in to {
        let view = folders::of_contact(store, &mut tx, *account, contact).await;
        tx.file(view.unwrap(), message.id, Flags::default(), None);
    }
    store.commit(tx).await.unwrap();
    bench.pass(60);
}

#[tokio::test]
async fn a_contacts_history_shows_what_was_sent_and_received_and_its_state_to_who_may_see_it() {
    let bench = Bench::new().await;
    let vega = bench
        .account("vega@clinic.example", Role::Provider)
        .await
        .id;
    let ruiz = accounts::find(&bench.store, &address(RUIZ)).await.unwrap();
    let ruiz = ruiz.unwrap().id;
    let jane = bench.contact("Jane", "Doe").await;
    let opened = ("Your <results>", Some(State::Opened));
    filed(&bench, &jane, opened, &[ruiz]).await;
    filed(&bench, &jane, ("My question", None), &[ruiz, vega]).await;
    filed(
        &bench,
        &jane,
        ("Come again", Some(State::NoticeBounced)),
        &[vega],
    )
    .await;
    let path = format!("/contacts/{jane}");
    let (mut browser, ..) = bench.set_up(RUIZ).await;
    let page = browser.get(&path).await.text();
    let lines: Vec<&str> = page.split("/message/").skip(1).collect();
    assert_eq!(lines.len(), 2, "{page}");
    // The newest first.
    assert!(lines[0].contains("My question") && lines[0].contains("Received"));
    assert!(lines[0].contains("Not read yet"));
    assert!(lines[1].contains("Your &#60;results&#62;") && lines[1].contains("Sent"));
    assert!(lines[1].contains("Opened"));
    assert!(!page.contains("Come again"));
    let (mut browser, ..) = bench.set_up("vega@clinic.example").await;
    let page = browser.get(&path).await.text();
    assert!(page.contains("Come again") && page.contains("The notice came back"));
    assert!(page.contains("My question") && !page.contains("results"));
    let page = staff(&bench).await.get(&path).await.text();
    assert!(page.contains("None that you see"), "{page}");
}

#[tokio::test]
async fn a_file_that_changes_who_can_read_messages_says_so_before_anything_else() {
    let bench = Bench::new().await;
    let mut front = staff(&bench).await;
    let jane = bench.contact("Jane", "Doe").await;
    let file = format!("id,last,email\n,Roe,roe@example.com\n{jane},,thief@example.org\n");
    let looked = import(&mut front, "", &file).await;
    let page = looked.text();
    assert!(
        page.contains("For 1 contact, messages would go to other e-mail addresses"),
        "{page}"
    );
    let (moved, added) = (page.find("Line 3").unwrap(), page.find("Line 2").unwrap());
    assert!(moved < added, "what nobody may overlook comes first");
    led(&import(&mut front, &hidden(&looked, "seen"), &file).await);
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let notes: Vec<&str> = events.iter().map(|e| e.event.note.as_str()).collect();
    assert!(notes.contains(&"imported addresses"), "{notes:?}");
}
