//! What it costs to name one folder of thousands.

use super::{Bench, letter};
use crate::folders;
use crate::model::{ContactId, Role};
use crate::store::Tx;
use crate::store::records::Contact;
use crate::wire::imap::command::{List, ListSelect};

/// Gives the account views of so many contacts more.
async fn patients(bench: &Bench, count: usize) {
    let (store, now) = (&bench.store, bench.store.clock().now());
    let mut tx = Tx::new();
    for n in 0..count {
        let contact = Contact {
            name: Some(format!("Jane Doe {n}")),
            ..Contact::stub(ContactId::new(now), now)
        };
        tx.put(&contact);
        let made = folders::of_contact(store, &mut tx, bench.ruiz.id, contact.id);
        made.await.unwrap();
    }
    store.commit(tx).await.unwrap();
}

fn list(pattern: &str) -> List {
    List {
        patterns: vec![pattern.to_owned()],
        ..List::default()
    }
}

impl Bench {
    async fn listed(&self, list: &List) -> Vec<String> {
        let names = self.mailboxes.list(&self.ruiz, list).await.unwrap();
        names.into_iter().map(|name| name.name).collect()
    }

    /// Reads for SELECT or STATUS, for APPEND, and for what clients list first.
    async fn reads(&self, name: &str) -> [u64; 3] {
        let reads = || self.store.figures().reads;
        let start = reads();
        drop(self.view(name).await);
        let opened = reads();
        self.put(name, &letter(1, "Results", "All is well.")).await;
        let appended = reads();
        self.listed(&list("%")).await;
        [opened - start, appended - opened, reads() - appended]
    }
}

#[tokio::test]
async fn what_names_one_folder_reads_no_more_where_there_are_thousands() {
    let bench = Bench::new().await;
    patients(&bench, 3).await;
    let view = bench.listed(&list("Patients/*")).await.remove(0);
    bench
        .mailboxes
        .create(&bench.ruiz, "Receipts", None)
        .await
        .unwrap();
    let names = [view.as_str(), "INBOX", "Receipts", "Shared/INBOX"];
    let mut few = Vec::new();
    for name in names {
        // Opened once, a folder is known.
        bench.view(name).await;
        few.push(bench.reads(name).await);
    }
    patients(&bench, 2000).await;
    bench.mailboxes.catch_up().await.unwrap();
    let mut many = Vec::new();
    for name in names {
        many.push(bench.reads(name).await);
    }
    assert_eq!(few, many);
    assert!(many.iter().flatten().all(|reads| *reads < 40), "{many:?}");
    let before = bench.store.figures().reads;
    assert_eq!(bench.listed(&list("*")).await.len(), 7 + 1 + 2003 + 1 + 2);
    let all = bench.store.figures().reads - before;
    println!("reads for SELECT, APPEND, LIST %: {few:?}, then {many:?}; for all names {all}");
}

#[tokio::test]
async fn a_list_says_of_patients_what_it_says_with_all_of_them_read() {
    let bench = Bench::new().await;
    assert!(
        !bench
            .listed(&list("%"))
            .await
            .contains(&"Patients".to_owned())
    );
    patients(&bench, 3).await;
    let top = bench.mailboxes.list(&bench.ruiz, &list("%")).await.unwrap();
    let patients = top.iter().find(|name| name.name == "Patients").unwrap();
    assert!(patients.folder.is_none() && patients.children && !patients.within);
    assert_eq!(top.len(), 7 + 2, "and Shared");
    assert_eq!(bench.listed(&list("%/%")).await.len(), 3 + 1);
    assert_eq!(bench.listed(&list("Patients")).await, ["Patients"]);
    let mut recursive = list("%");
    recursive.select = ListSelect {
        subscribed: true,
        recursive: true,
        special: false,
    };
    let top = bench.mailboxes.list(&bench.ruiz, &recursive).await.unwrap();
    let patients = top.iter().find(|name| name.name == "Patients").unwrap();
    assert!(patients.within, "something below is subscribed to");
    let admin = crate::model::Account {
        role: Role::Admin,
        ..bench.ruiz.clone()
    };
    let seen = bench.mailboxes.find(&admin, "Shared/INBOX").await.unwrap();
    assert_eq!(seen, None);
}
