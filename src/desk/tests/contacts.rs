//! The directory at the desk: who sees it, who keeps it, what is on record.

use crate::access::accounts;
use crate::desk::contacts::{Asker, Draft, Problem, Wanted};
use crate::desk::tests::{Bench, address};
use crate::desk::{Desk, Refused};
use crate::folders;
use crate::model::{
    Account, Actor, ContactId, EventKind, Flags, Mailbox, MessageId, Role, Standing, System,
};
use crate::store::records::Contact;
use crate::store::{Change, Tx};
use jiff::SignedDuration;

const OPERATOR: Asker = Asker::Operator { addresses: false };
const RUIZ: &str = "ruiz@clinic.example";

async fn account(bench: &Bench, at: &str, role: Role) -> Account {
    let by = Actor::Operator(0);
    let made = accounts::add(bench.store(), address(at), role, by).await;
    made.unwrap()
}

fn asks(account: &Account) -> Asker {
    Asker::Account(Box::new(account.clone()))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn jane() -> Draft {
    Draft {
        first: text("Jane"),
        last: text("Canary"),
        born: text("1980-01-31"),
        phones: Some(vec!["+1 555 0100".into()]),
        emails: Some(vec!["canary@example.com".into()]),
        postal: text("1 Canary St"),
        provider: text(RUIZ),
        ..Draft::default()
    }
}

fn wanted(words: &str) -> Wanted {
    Wanted {
        words: words.to_owned(),
        limit: 50,
        ..Wanted::default()
    }
}

async fn with_ruiz() -> (Bench, Account) {
    let bench = Bench::new();
    let ruiz = account(&bench, RUIZ, Role::Provider).await;
    (bench, ruiz)
}

async fn put(desk: &Desk, who: &Asker, draft: &Draft) -> ContactId {
    desk.put_contact(who, None, draft).await.unwrap()
}

fn sentence<T: std::fmt::Debug>(refused: Result<T, Refused>) -> String {
    match refused {
        Err(Refused::Wish(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_office_sees_people_and_whoever_runs_the_machine_sees_masks() {
    let (bench, ruiz) = with_ruiz().await;
    let admin = account(&bench, "admin@clinic.example", Role::Admin).await;
    let desk = &bench.desk;
    let id = put(desk, &asks(&ruiz), &jane()).await;
    let shown = desk.contact(&asks(&ruiz), id).await.unwrap();
    assert_eq!(shown.contact.name.as_deref(), Some("Jane Canary"));
    assert_eq!(shown.contact.provider.as_deref(), Some(RUIZ));
    assert!(shown.missing.is_empty());
    for masked in [asks(&admin), OPERATOR] {
        let list = desk.contacts(&masked, wanted("")).await.unwrap();
        assert_eq!(list.contacts.len(), 1);
        let record = desk.contact(&masked, id).await.unwrap();
        for view in [&list.contacts[0], &record.contact] {
            let json = serde_json::to_string(view).unwrap();
            for word in ["Jane", "anary", "1980", "555", "St"] {
                assert!(!json.contains(word), "{word}: {json}");
            }
            assert_eq!(view.listed.as_deref(), Some("C•••, J•••"));
            assert_eq!(view.emails, ["c•••@example.com"]);
        }
    }
    assert!(bench.events(EventKind::Disclose).await.is_empty());
    // Whoever finds a mask by a word knows that word.
    sentence(desk.contacts(&asks(&admin), wanted("canary")).await);
    let found = desk.contacts(&OPERATOR, wanted("canary")).await.unwrap();
    assert_eq!(found.contacts.len(), 1);
    assert_eq!(bench.events(EventKind::Disclose).await[0].note, "search");
    let whole = Asker::Operator { addresses: true };
    let found = desk.contacts(&whole, wanted("canary")).await.unwrap();
    assert_eq!(found.contacts[0].emails, ["canary@example.com"]);
    desk.contact(&whole, id).await.unwrap();
    let disclosed = bench.events(EventKind::Disclose).await;
    let objects: Vec<&str> = disclosed.iter().map(|e| e.object.as_str()).collect();
    assert_eq!(objects, ["contacts", "contacts", &id.to_string()]);
    assert!(!format!("{shown:?}{found:?}").contains("anary"));
}

#[tokio::test]
async fn an_account_that_is_off_sees_nothing_and_an_administrator_keeps_nothing() {
    let (bench, ruiz) = with_ruiz().await;
    let admin = asks(&account(&bench, "admin@clinic.example", Role::Admin).await);
    let off = asks(&Account {
        standing: Standing::Disabled,
        ..ruiz.clone()
    });
    let staff = asks(&account(&bench, "desk@clinic.example", Role::Staff).await);
    let desk = &bench.desk;
    let id = put(desk, &staff, &jane()).await;
    for who in [&admin, &off] {
        assert!(sentence(desk.put_contact(who, None, &jane()).await).contains("staff"));
        sentence(desk.grant_portal(who, id).await);
        sentence(desk.import_contacts(who, b"last\n", true).await);
        sentence(desk.export_contacts(who, false).await);
        sentence(desk.contact_history(who, id, None).await);
    }
    sentence(desk.contacts(&off, wanted("")).await);
    sentence(desk.contact(&off, id).await);
    // Taking everything away is for a provider.
    assert!(sentence(desk.export_contacts(&staff, false).await).contains("provider"));
    sentence(desk.contact_history(&OPERATOR, id, None).await);
    let kept = bench.events(EventKind::Contact).await;
    assert_eq!(kept.len(), 1, "the refused left no trace in the directory");
}

#[tokio::test]
async fn what_is_wrong_comes_back_field_by_field() {
    let (bench, _) = with_ruiz().await;
    let draft = Draft {
        born: text("31.1.1980"),
        emails: Some(vec!["jane".into()]),
        ..jane()
    };
    let put = bench.desk.put_contact(&OPERATOR, None, &draft).await;
    let Err(Refused::Problems(problems)) = put else {
        panic!("{put:?}");
    };
    assert_eq!(problems.0, [Problem::Born, Problem::Email]);
    assert!(bench.all::<Contact>().await.is_empty());
    let nobody = ContactId::from_octets([1; 16]);
    let put = bench
        .desk
        .put_contact(&OPERATOR, Some(nobody), &draft)
        .await;
    assert!(sentence(put).contains("there is no contact"));
}

#[tokio::test]
async fn the_portal_is_opened_and_closed_and_each_is_on_record() {
    let (bench, ruiz) = with_ruiz().await;
    let (desk, who) = (&bench.desk, asks(&ruiz));
    let bare = Draft {
        postal: text(""),
        phones: Some(Vec::new()),
        ..jane()
    };
    let id = put(desk, &who, &bare).await;
    let refused = desk.grant_portal(&who, id).await.unwrap_err().to_string();
    for word in ["phone number", "postal address"] {
        assert!(refused.contains(word), "{refused}");
    }
    desk.put_contact(&who, Some(id), &jane()).await.unwrap();
    desk.grant_portal(&who, id).await.unwrap();
    let shown = desk.contact(&who, id).await.unwrap();
    assert_eq!(shown.contact.portal, Some(bench.now()));
    desk.revoke_portal(&who, id).await.unwrap();
    let events = bench.events(EventKind::Contact).await;
    let notes: Vec<&str> = events.iter().map(|e| e.note.as_str()).collect();
    assert_eq!(notes, ["added", "changed", "granted", "revoked"]);
    assert!(events.iter().all(|e| e.actor == Actor::Account(ruiz.id)));
    assert!(events.iter().all(|e| e.object == id.to_string()));
}

#[tokio::test]
async fn a_new_name_renames_the_views_of_all_who_have_one() {
    let (bench, ruiz) = with_ruiz().await;
    let vega = account(&bench, "vega@clinic.example", Role::Provider).await;
    let (desk, store) = (&bench.desk, bench.store());
    let id = put(desk, &OPERATOR, &jane()).await;
    let mut tx = Tx::new();
    let view = folders::of_contact(store, &mut tx, ruiz.id, id)
        .await
        .unwrap();
    store.commit(tx).await.unwrap();
    let name = async || {
        let list = folders::list(store, &ruiz).await.unwrap();
        list.into_iter().find(|f| f.id == view).unwrap().name
    };
    assert!(name().await.starts_with("Patients/Canary, Jane "));
    let before = store.changes(0, 1000).await.unwrap().unwrap().len();
    let phone = Draft {
        phones: Some(vec!["2".into()]),
        ..Draft::default()
    };
    desk.put_contact(&OPERATOR, Some(id), &phone).await.unwrap();
    assert_eq!(store.changes(0, 1000).await.unwrap().unwrap().len(), before);
    let married = Draft {
        last: text("Finch"),
        ..Draft::default()
    };
    desk.put_contact(&OPERATOR, Some(id), &married)
        .await
        .unwrap();
    assert!(name().await.starts_with("Patients/Finch, Jane "));
    // The same by a file.
    let file = desk.export_contacts(&OPERATOR, true).await.unwrap();
    let file = file.replace(";Finch;", ";Wren;");
    let done = desk
        .import_contacts(&OPERATOR, file.as_bytes(), false)
        .await;
    assert!(done.unwrap().done);
    assert!(name().await.starts_with("Patients/Wren, Jane "));
    let changes = store
        .changes(0, 1000)
        .await
        .unwrap()
        .unwrap()
        .split_off(before);
    let told: Vec<Change> = changes.into_iter().map(|(_, change)| change).collect();
    assert_eq!(told, [Change::Folders(ruiz.id), Change::Folders(ruiz.id)]);
    let list = folders::list(store, &vega).await.unwrap();
    assert!(list.iter().all(|folder| folder.contact.is_none()));
}

#[tokio::test]
async fn a_history_is_what_stands_in_ones_own_folder() {
    let (bench, ruiz) = with_ruiz().await;
    let vega = account(&bench, "vega@clinic.example", Role::Provider).await;
    let (desk, store) = (&bench.desk, bench.store());
    let id = put(desk, &OPERATOR, &jane()).await;
    let mut messages = Vec::new();
    for n in 0..3 {
        bench.hand.advance(SignedDuration::from_secs(1));
        let message = MessageId::new(bench.now());
        let mut tx = Tx::new();
        let view = folders::of_contact(store, &mut tx, ruiz.id, id)
            .await
            .unwrap();
        let flags = if n == 0 {
            System::SEEN.into()
        } else {
            Flags::default()
        };
        tx.file(view, message, flags, None);
        store.commit(tx).await.unwrap();
        messages.push(message);
    }
    let history = desk.contact_history(&asks(&ruiz), id, None).await.unwrap();
    let ids: Vec<MessageId> = history.iter().map(|h| h.message).collect();
    messages.reverse();
    assert_eq!(ids, messages);
    let seen: Vec<bool> = history.iter().map(|h| h.seen).collect();
    assert_eq!(seen, [false, false, true]);
    let older = desk
        .contact_history(&asks(&ruiz), id, Some(history[0].uid))
        .await;
    assert_eq!(older.unwrap(), history[1..]);
    let theirs = desk.contact_history(&asks(&vega), id, None).await.unwrap();
    assert!(theirs.is_empty());
}

#[tokio::test]
async fn a_file_goes_in_whole_or_not_at_all() {
    let (bench, ruiz) = with_ruiz().await;
    let (desk, who) = (&bench.desk, asks(&ruiz));
    let good = "last,first,email,provider\nDoe,Ann,a@example.com,ruiz@clinic.example\n";
    let bad = format!("{good}Roe,Rob,nobody,ruiz@clinic.example\n");
    let trial = desk
        .import_contacts(&who, bad.as_bytes(), true)
        .await
        .unwrap();
    let tried = desk
        .import_contacts(&who, bad.as_bytes(), false)
        .await
        .unwrap();
    assert_eq!(trial.lines[1], tried.lines[1]);
    assert_eq!((tried.added, tried.refused, tried.done), (1, 1, false));
    assert_eq!(tried.lines[1].verdict, "refused");
    assert!(tried.lines[1].reason.as_ref().unwrap().contains("e-mail"));
    assert!(bench.all::<Contact>().await.is_empty());
    let trial = desk
        .import_contacts(&who, good.as_bytes(), true)
        .await
        .unwrap();
    assert!(!trial.done && bench.all::<Contact>().await.is_empty());
    let done = desk
        .import_contacts(&who, good.as_bytes(), false)
        .await
        .unwrap();
    assert_eq!((done.added, done.done), (1, true));
    let again = desk
        .import_contacts(&who, good.as_bytes(), false)
        .await
        .unwrap();
    assert_eq!((again.same, again.done), (1, true));
    assert_eq!(bench.events(EventKind::Contact).await.len(), 1);
    let wide = desk.import_contacts(&who, b"\xff\xfea\0", true).await;
    assert!(sentence(wide).contains("UTF-16"));
    let out = desk.export_contacts(&who, false).await.unwrap();
    assert!(out.starts_with("\u{feff}id,last,first,"));
    let disclosed = bench.events(EventKind::Disclose).await;
    assert_eq!((disclosed.len(), disclosed[0].note.as_str()), (1, "export"));
}

#[tokio::test]
async fn those_who_were_only_written_to_are_listed_if_the_clinic_completes_them() {
    let (bench, _) = with_ruiz().await;
    let desk = &bench.desk;
    let mailbox = Mailbox {
        name: text("Stub Person"),
        address: address("stub@example.com"),
    };
    let mut tx = Tx::new();
    crate::contacts::stub(bench.store(), &mut tx, &mailbox.address, mailbox.name);
    // A colleague was written to, too.
    crate::contacts::stub(bench.store(), &mut tx, &address(RUIZ), None);
    bench.store().commit(tx).await.unwrap();
    let count = async |wanted| {
        let found = desk.contacts(&OPERATOR, wanted).await.unwrap();
        found.contacts.len()
    };
    assert_eq!(count(wanted("")).await, 0);
    assert_eq!(
        count(wanted("stub")).await,
        1,
        "found by a search all the same"
    );
    let all = Wanted {
        unlisted: true,
        ..wanted("")
    };
    assert_eq!(count(all).await, 1);
    let mut settings = desk.settings.current().as_ref().clone();
    settings.directory.lists_stubs = true;
    desk.settings.replace(settings);
    assert_eq!(count(wanted("")).await, 1);
}
