//! The chart over a store: what is written where, once, whatever happens between.

use crate::chart::folder::{Drawer, Found, MARK, Root};
use crate::chart::write::Place;
use crate::chart::{Answered, Chart, Settings, Wanted, follow, name};
use crate::model::message::PartRole;
use crate::model::{
    Clock, ContactId, Direction, EventKind, Head, Lane, Live, ManualClock, MessageId, Part,
};
use crate::queue;
use crate::store::records::{Charting, Contact, Message};
use crate::store::{self, RootKey, Store, Tx};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Bench {
    _folder: TempDir,
    root: PathBuf,
    store: Store,
    hand: ManualClock,
    chart: Chart,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let settings = store::Settings {
        path: folder.path().join("data"),
        minimum_free: 0,
    };
    let hand = ManualClock::new("2026-11-23T04:00:00Z".parse().unwrap());
    let clock = Clock::Manual(hand.clone());
    let store = Store::create(&settings, &RootKey::generate(), clock).unwrap();
    let root = folder.path().join("chart");
    fs::create_dir(&root).unwrap();
    let settings = Settings {
        folder: Some(root.clone()),
        webhook: None,
        zone: TimeZone::get("America/Los_Angeles").unwrap(),
    };
    Bench {
        chart: Chart::new(store.clone(), Live::new(settings)),
        _folder: folder,
        root,
        store,
        hand,
    }
}

/// What stands in a folder, hidden files left out.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

impl Bench {
    async fn contact(&self, last: &str) -> ContactId {
        let now = self.store.clock().now();
        let contact = Contact {
            first: Some("Jane".into()),
            last: Some(last.into()),
            ..Contact::stub(ContactId::new(now), now)
        };
        self.put(&contact).await;
        contact.id
    }

    async fn put(&self, contact: &Contact) {
        let mut tx = Tx::new();
        tx.put(contact);
        self.store.commit(tx).await.unwrap();
    }

    /// An answer with these files.
    async fn answer(&self, contact: ContactId, files: &[(&str, &[u8])]) -> MessageId {
        let now = self.store.clock().now();
        let mut content = self.store.write_content();
        let mut parts = Vec::new();
        let mut at = 0;
        for (name, octets) in files {
            let encoded = data_encoding::BASE64.encode(octets).into_bytes();
            content.write(&encoded).await.unwrap();
            let length = encoded.len() as u64;
            parts.push(Part {
                offset: at,
                length,
                encoding: "base64".into(),
                kind: "application/octet-stream".into(),
                charset: None,
                name: Some((*name).to_owned()),
                content_id: None,
                role: PartRole::File,
            });
            at += length;
        }
        let content = content.finish().await.unwrap();
        let head = Head {
            parts,
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
        let wanted = Wanted {
            files: true,
            news: false,
        };
        let answered = Answered {
            message: id,
            contact: Some(contact),
            parts: &head.parts,
        };
        follow(&mut tx, now, wanted, &answered);
        self.store.commit(tx).await.unwrap();
        id
    }

    /// Works until nothing is due.
    async fn work(&self) {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        let place = Place {
            root: &self.root,
            zone: &zone,
            news: false,
        };
        while let Some(job) = queue::look(&self.store, Lane::Chart, 1)
            .await
            .unwrap()
            .pop()
        {
            self.chart.write(&place, &job).await.unwrap();
        }
    }

    async fn jobs(&self) -> Vec<queue::Listed> {
        queue::list(&self.store, 100).await.unwrap()
    }

    /// The one patient's folder.
    fn drawer(&self) -> PathBuf {
        let all = names(&self.root);
        assert_eq!(all.len(), 1, "{all:?}");
        self.root.join(&all[0])
    }

    async fn exports(&self) -> usize {
        let events = self.store.audit_events(0, 100).await.unwrap();
        let exports = events.iter().filter(|e| e.event.kind == EventKind::Export);
        exports.filter(|e| e.event.success).count()
    }
}

#[tokio::test]
async fn every_file_lies_in_its_patients_folder_octet_for_octet_and_closed_to_others() {
    let bench = bench();
    let jane = bench.contact("Doe").await;
    let scan: Vec<u8> = (0..=255).cycle().take(200_001).collect();
    bench
        .answer(
            jane,
            &[
                ("scan.pdf", &scan),
                ("../../x", b"two"),
                ("scan.pdf", b"three"),
            ],
        )
        .await;
    bench.work().await;
    assert!(bench.jobs().await.is_empty());
    let drawer = bench.drawer();
    let name = drawer.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("Doe Jane "), "{name}");
    // By the clinic's clock it is still the day before.
    assert_eq!(
        names(&drawer),
        [
            "2026-11-22-scan-2.pdf",
            "2026-11-22-scan.pdf",
            "2026-11-22-x"
        ]
    );
    let read = |name: &str| fs::read(drawer.join(name)).unwrap();
    // Which of the two of one name comes first is not said.
    let mut both = ["2026-11-22-scan.pdf", "2026-11-22-scan-2.pdf"].map(read);
    both.sort_by_key(Vec::len);
    assert!(both == [b"three".to_vec(), scan], "not octet for octet");
    assert_eq!(
        fs::read_dir(&drawer).unwrap().count(),
        3,
        "something is left over"
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&drawer), 0o700);
    assert_eq!(mode(&drawer.join("2026-11-22-x")), 0o600);
    assert_eq!(bench.exports().await, 3);
}

#[tokio::test]
async fn a_patient_who_marries_keeps_the_folder_and_a_namesake_has_another() {
    let bench = bench();
    let jane = bench.contact("Doe").await;
    bench.answer(jane, &[("a.txt", b"one")]).await;
    bench.work().await;
    let held = bench.store.get(&Contact::at(jane)).await.unwrap().unwrap();
    let renamed = Contact {
        last: Some("Finch".into()),
        ..held
    };
    bench.put(&renamed).await;
    bench.answer(jane, &[("b.txt", b"two")]).await;
    bench.work().await;
    assert_eq!(
        names(&bench.drawer()),
        ["2026-11-22-a.txt", "2026-11-22-b.txt"]
    );
    let other = bench.contact("Finch").await;
    bench.answer(other, &[("c.txt", b"three")]).await;
    bench.work().await;
    assert_eq!(names(&bench.root).len(), 2);
}

#[tokio::test]
async fn no_link_leads_out_of_the_folder_and_nothing_is_written_over() {
    let bench = bench();
    let jane = bench.contact("Doe").await;
    let outside = bench.root.with_file_name("outside");
    fs::create_dir(&outside).unwrap();
    let wanted = name::folder(
        Some(jane),
        bench.store.get(&Contact::at(jane)).await.unwrap().as_ref(),
    );
    symlink(&outside, bench.root.join(&wanted.whole)).unwrap();
    bench.answer(jane, &[("a.txt", b"one")]).await;
    bench.work().await;
    assert!(names(&outside).is_empty(), "a link was followed");
    let jobs = bench.jobs().await;
    assert_eq!(jobs.len(), 1);
    let said = &jobs[0].job.answer.as_ref().unwrap().text;
    assert!(
        said.contains("the patient's folder cannot be made or entered"),
        "{said}"
    );

    fs::remove_file(bench.root.join(&wanted.whole)).unwrap();
    let drawer = bench.root.join(&wanted.whole);
    fs::create_dir(&drawer).unwrap();
    // A file of the clinic's own, and a link under the name that comes next.
    fs::write(drawer.join("2026-11-22-a.txt"), "theirs").unwrap();
    symlink(outside.join("x"), drawer.join("2026-11-22-a-2.txt")).unwrap();
    bench.hand.advance(SignedDuration::from_mins(1));
    bench.work().await;
    assert!(bench.jobs().await.is_empty());
    assert_eq!(
        fs::read(drawer.join("2026-11-22-a.txt")).unwrap(),
        b"theirs"
    );
    assert_eq!(fs::read(drawer.join("2026-11-22-a-3.txt")).unwrap(), b"one");
    assert!(names(&outside).is_empty(), "a link was followed");
}

#[tokio::test]
async fn no_name_of_a_file_or_a_patient_leads_out_of_the_folder() {
    let bench = bench();
    let before = names(bench.root.parent().unwrap());
    let long = "x".repeat(5_000);
    let hostile = [
        "../x",
        "../../../../tmp/x",
        "/etc/passwd",
        "..",
        ".",
        "",
        "a\0b",
        "\0",
        "..\\..\\x",
        "a/../../b",
        "\u{202E}fdp.exe",
        "a\nb",
        ".sealpost-chart",
        long.as_str(),
    ];
    let files = hostile.map(|name| (name, name.as_bytes()));
    for last in ["../..", "/", "a\0/../b", "..", ""] {
        let jane = bench.contact(last).await;
        bench.answer(jane, &files).await;
    }
    bench.work().await;
    assert!(bench.jobs().await.is_empty());
    assert_eq!(names(bench.root.parent().unwrap()), before);
    let drawers = names(&bench.root);
    assert_eq!(drawers.len(), 5, "{drawers:?}");
    for drawer in drawers {
        let found = names(&bench.root.join(&drawer));
        assert_eq!(found.len(), hostile.len(), "{found:?}");
        for name in found {
            assert!(name.starts_with("2026-11-22-"), "{name}");
            let whole = name.len() <= 120 && !name.contains(char::is_control);
            assert!(whole, "{name}");
        }
    }
}

#[tokio::test]
async fn a_lost_disk_holds_the_files_back_and_loses_none() {
    let bench = bench();
    let jane = bench.contact("Doe").await;
    bench.answer(jane, &[("a.txt", b"one")]).await;
    bench.work().await;
    // The share is not mounted: an empty folder stands in its place.
    let away = bench.root.with_file_name("away");
    fs::rename(&bench.root, &away).unwrap();
    fs::create_dir(&bench.root).unwrap();
    let message = bench.answer(jane, &[("b.txt", b"two")]).await;
    bench.work().await;
    let jobs = bench.jobs().await;
    let said = &jobs[0].job.answer.as_ref().unwrap().text;
    assert!(
        said.contains("is not the one that was written to before"),
        "{said}"
    );
    assert!(
        jobs[0].due > bench.store.clock().now(),
        "it is tried again later"
    );
    assert!(
        names(&bench.root).is_empty(),
        "it was written beside the disk"
    );

    let kept = bench.store.get(&Charting::at(message, 0)).await.unwrap();
    assert!(kept.is_some_and(|kept| kept.inode.is_none()));

    fs::remove_dir(&bench.root).unwrap();
    fs::rename(&away, &bench.root).unwrap();
    bench.hand.advance(SignedDuration::from_mins(1));
    bench.work().await;
    assert_eq!(
        names(&bench.drawer()),
        ["2026-11-22-a.txt", "2026-11-22-b.txt"]
    );
}

#[tokio::test]
async fn whoever_makes_the_mark_begins_a_new_folder() {
    let bench = bench();
    let jane = bench.contact("Doe").await;
    bench.answer(jane, &[("a.txt", b"one")]).await;
    bench.work().await;
    fs::remove_dir_all(&bench.root).unwrap();
    fs::create_dir(&bench.root).unwrap();
    fs::write(bench.root.join(MARK), "").unwrap();
    bench.answer(jane, &[("b.txt", b"two")]).await;
    bench.work().await;
    assert_eq!(names(&bench.drawer()), ["2026-11-22-b.txt"]);
}

/// The states in which a kill can leave a file whose octets were noted as whole.
#[tokio::test]
async fn a_file_is_written_once_wherever_a_kill_falls() {
    for stage in [
        "half",
        "whole",
        "named",
        "linked",
        "taken away",
        "other disk",
    ] {
        let bench = bench();
        let jane = bench.contact("Doe").await;
        let message = bench.answer(jane, &[("a.txt", b"one")]).await;
        let contact = bench.store.get(&Contact::at(jane)).await.unwrap();
        let wanted = name::folder(Some(jane), contact.as_ref());
        drop(
            Root::open(&bench.root, false)
                .unwrap()
                .drawer(&wanted)
                .unwrap(),
        );
        let drawer = bench.drawer();
        let temporary = drawer.join(format!(".sealpost-{message}-0"));
        let named = drawer.join("2026-11-22-a.txt");
        fs::write(&temporary, if stage == "half" { "o" } else { "one" }).unwrap();
        let inode = fs::metadata(&temporary).unwrap().ino();
        match stage {
            "named" => fs::rename(&temporary, &named).unwrap(),
            "linked" => fs::hard_link(&temporary, &named).unwrap(),
            "taken away" => fs::remove_file(&temporary).unwrap(),
            _ => {}
        }
        let held = bench
            .store
            .hold(&Charting::at(message, 0))
            .await
            .unwrap()
            .unwrap();
        let noted = match stage {
            "half" => None,
            "other disk" => Some(inode + 1_000_000),
            _ => Some(inode),
        };
        let mut tx = Tx::new();
        let charting = Charting {
            inode: noted,
            ..held.record.clone()
        };
        tx.replace(&held, &charting);
        bench.store.commit(tx).await.unwrap();

        bench.work().await;
        assert!(bench.jobs().await.is_empty(), "{stage}");
        assert_eq!(names(&drawer), ["2026-11-22-a.txt"], "{stage}");
        assert_eq!(fs::read(&named).unwrap(), b"one", "{stage}");
        assert!(!temporary.exists(), "{stage}: half of a file is left over");
        let left = bench.store.get(&Charting::at(message, 0)).await.unwrap();
        assert!(left.is_none(), "{stage}");
    }
}

#[test]
fn a_name_that_is_taken_is_passed_over_and_a_file_is_found_by_its_inode() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::open(folder.path(), false).unwrap();
    let drawer: Drawer = root.drawer(&name::folder(None, None)).unwrap();
    drop(drawer.begin("t").unwrap());
    let inode = drawer.keep("t").unwrap();
    assert_eq!(drawer.find(inode, "t").unwrap(), Found::Temporary);
    drawer.name("t", |n| format!("a{n}")).unwrap();
    assert_eq!(drawer.find(inode, "t").unwrap(), Found::Named);
    drop(drawer.begin("t").unwrap());
    drawer.name("t", |n| format!("a{n}")).unwrap();
    drop(drawer.begin("t").unwrap());
    assert!(
        drawer.name("t", |_| "a1".to_owned()).is_err(),
        "a name was taken twice"
    );
}

#[tokio::test]
async fn what_was_written_of_a_message_that_is_destroyed_does_not_stay_behind() {
    let bench = bench();
    let jane = bench.contact("Doe").await;
    let message = bench.answer(jane, &[("a.txt", b"one")]).await;
    let contact = bench.store.get(&Contact::at(jane)).await.unwrap();
    let wanted = name::folder(Some(jane), contact.as_ref());
    let root = Root::open(&bench.root, false).unwrap();
    drop(root.drawer(&wanted).unwrap());
    let temporary = bench.drawer().join(format!(".sealpost-{message}-0"));
    fs::write(&temporary, "one").unwrap();
    let held = bench.store.hold(&Charting::at(message, 0)).await;
    let held = held.unwrap().unwrap();
    let mut tx = Tx::new();
    let inode = Some(fs::metadata(&temporary).unwrap().ino());
    tx.replace(
        &held,
        &Charting {
            inode,
            ..held.record.clone()
        },
    );
    tx.delete(&Message::at(message));
    bench.store.commit(tx).await.unwrap();
    bench.work().await;
    assert!(bench.jobs().await.is_empty());
    assert_eq!(names(&bench.drawer()), Vec::<String>::new());
    assert!(!temporary.exists());
}
