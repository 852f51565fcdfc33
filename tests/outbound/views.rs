//! Patients' folders: what is in them, for whom, and until when.

use crate::bench::{Bench, Mail, PATIENT};
use jiff::SignedDuration;
use sealpost::folders::{self, Folder};
use sealpost::model::{Account, MailboxId, MessageId, Role, System};
use sealpost::policy::Copies;
use sealpost::store::Row;

async fn views(bench: &Bench, account: &Account) -> Vec<Folder> {
    let list = folders::list(bench.store(), account).await.unwrap();
    list.into_iter().filter(|f| f.contact.is_some()).collect()
}

async fn rows(bench: &Bench, folder: MailboxId) -> Vec<Row> {
    bench.store().rows(folder, None).await.unwrap().rows
}

/// What stands in an account's views, with their names cut before the short id.
async fn shown(bench: &Bench, account: &Account) -> Vec<(String, Vec<MessageId>)> {
    let mut shown = Vec::new();
    for view in views(bench, account).await {
        let (name, short) = view.name.rsplit_once(' ').unwrap();
        assert_eq!(short.len(), 4);
        let rows = rows(bench, view.id).await;
        let read = |row: &Row| row.flags.system == System::SEEN;
        assert!(rows.iter().all(read), "what is new is told by INBOX alone");
        let messages = rows.iter().map(|row| row.message).collect();
        shown.push((name.to_owned(), messages));
    }
    shown
}

#[tokio::test]
async fn what_was_sent_is_in_the_views_of_all_whom_an_answer_reaches() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let blind = bench.account("blind@clinic.example", Role::Staff).await;
    let mail = Mail::new("first")
        .field("Cc: vega@clinic.example")
        .envelope_to(&[PATIENT, "vega@clinic.example", "blind@clinic.example"]);
    let first = bench.send(&ruiz, &mail).await;
    assert!(views(&bench, &ruiz).await.is_empty(), "not at acceptance");
    let accepted = bench.message(first).await.accepted;
    bench.hand.advance(SignedDuration::from_secs(90));
    bench.dispatch().await;
    let second = bench.send(&ruiz, &Mail::new("second")).await;
    bench.dispatch().await;
    let jane = "Patients/CanaryPatient Doe".to_owned();
    assert_eq!(
        shown(&bench, &ruiz).await,
        [(jane.clone(), vec![first, second])]
    );
    assert_eq!(shown(&bench, &vega).await, [(jane, vec![first])]);
    assert!(shown(&bench, &blind).await.is_empty());
    let view = views(&bench, &ruiz).await.remove(0);
    assert_eq!(rows(&bench, view.id).await[0].filed, accepted);
}

#[tokio::test]
async fn a_patient_who_was_written_to_blindly_is_in_the_writers_view_alone() {
    let bench = Bench::new(|s| s.rules.copies = Copies::Each);
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("blind")
        .to(&["vega@clinic.example"])
        .envelope_to(&["vega@clinic.example", PATIENT]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    let patient = "Patients/Patient".to_owned();
    assert_eq!(shown(&bench, &ruiz).await, [(patient, vec![id])]);
    assert!(shown(&bench, &vega).await.is_empty());
    assert_eq!(bench.filed(&vega, "INBOX").await, [(id, false)]);
}

#[tokio::test]
async fn what_was_destroyed_has_left_every_folder() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("gone")).await;
    bench.dispatch().await;
    let (sent, view) = (
        folders::sent(bench.store(), ruiz.id),
        views(&bench, &ruiz).await.remove(0).id,
    );
    assert_eq!(bench.store().placed(id).await.unwrap().len(), 2);
    bench.days(29).await;
    assert_eq!(rows(&bench, view).await.len(), 1);
    bench.days(2).await;
    assert!(bench.message(id).await.purged.is_some());
    for folder in [sent, view] {
        assert!(rows(&bench, folder).await.is_empty());
        assert_eq!(bench.store().vanished(folder, 0).await.unwrap(), [1]);
    }
    assert!(bench.store().placed(id).await.unwrap().is_empty());
    assert!(bench.store().verify().await.unwrap().is_clean());
}
