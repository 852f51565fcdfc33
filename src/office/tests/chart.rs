//! Files of the chart's folder, to be sent along: whose they are, and what is none.

use super::bench::{Bench, RUIZ};
use super::mail::{DESK, JANE, find};
use super::write::{PNG, came, led, opened, person, results, send, whole};
use crate::model::{ContactId, Role};
use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

const LOPEZ: &str = "lopez@clinic.example";

/// A patient's folder, as the chart makes it.
fn drawer(bench: &Bench, id: ContactId) -> PathBuf {
    let root = bench.folder.path().join("chart");
    let letters = id.to_string();
    let short = &letters[letters.len() - 11..letters.len() - 1];
    let drawer = root.join(format!("Doe Jane {short}"));
    fs::create_dir_all(&drawer).unwrap();
    fs::write(root.join(".sealpost-chart"), "").unwrap();
    drawer
}

fn key(id: ContactId, name: &str) -> String {
    format!("chart/{id}/{}", BASE64URL_NOPAD.encode(name.as_bytes()))
}

// WM6
#[tokio::test]
async fn files_of_the_patients_folder_are_seen_in_place_and_sent_along() {
    let bench = Bench::new().await;
    let ruiz = find(&bench, RUIZ).await.id;
    let jane = person(&bench, ("Jane", "Doe"), JANE, Some(ruiz)).await;
    let drawer = drawer(&bench, jane);
    fs::write(drawer.join("2026-11-01-lab.txt"), "Blood: fine <b>").unwrap();
    fs::write(drawer.join("hand.png"), PNG).unwrap();
    fs::write(drawer.join("liar.png"), "no picture").unwrap();
    // What she sent herself lies there too, and stands in the list once.
    came(&bench, RUIZ, jane, &[("own.txt", "text/plain", "T25l")]).await;
    fs::write(drawer.join("2026-09-21-own.txt"), "One").unwrap();
    bench.account(DESK, Role::Staff).await;
    let (mut desk, ..) = bench.set_up(DESK).await;
    let path = format!("/write/{jane}");
    let page = desk.get(&path).await.text();
    for words in [
        "2026-11-01-lab.txt",
        "Blood: fine &#60;b&#62;",
        "in the chart of Jane Doe",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (mut hers, ..) = bench.set_up(RUIZ).await;
    let page = hers.get(&path).await.text();
    assert!(
        page.contains("own.txt") && !page.contains("2026-09-21-own.txt"),
        "{page}"
    );
    let view = |name: &str| {
        let name = BASE64URL_NOPAD.encode(name.as_bytes());
        format!("/contacts/{jane}/chart/{name}")
    };
    let picture = desk.get(&view("hand.png")).await;
    let kind = picture.header("content-type");
    assert_eq!((kind, picture.body.as_slice()), ("image/png", PNG));
    for none in ["liar.png", "2026-11-01-lab.txt", "gone.png"] {
        let answer = desk.get(&view(none)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{none}");
    }
    let to = format!("{jane} {JANE}");
    let fields = results(&to);
    let picked = key(jane, "2026-11-01-lab.txt");
    let ticked = [&fields[..], &[("pick", picked.as_str())]].concat();
    let (sent, _) = led(&send(&mut desk, &path, &ticked, &[]).await);
    let file = &opened(&bench, sent).await.files()[0];
    assert_eq!(file.name.as_deref(), Some("2026-11-01-lab.txt"));
    assert_eq!(whole(&bench, sent, file.n).await, b"Blood: fine <b>");
    // A file from there is judged like one that is sent in.
    let picked = key(jane, "liar.png");
    let ticked = [&fields[..], &[("pick", picked.as_str())]].concat();
    let refused = send(&mut desk, &path, &ticked, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn nothing_leads_out_of_the_patients_folder() {
    let bench = Bench::new().await;
    let ruiz = find(&bench, RUIZ).await.id;
    let jane = person(&bench, ("Jane", "Doe"), JANE, Some(ruiz)).await;
    let drawer = drawer(&bench, jane);
    let secret = bench.folder.path().join("secret.txt");
    fs::write(&secret, "the root key").unwrap();
    symlink(&secret, drawer.join("link.txt")).unwrap();
    symlink(bench.folder.path(), drawer.join("folder")).unwrap();
    fs::write(drawer.join(".half.txt"), "half").unwrap();
    let pipe = drawer.join("pipe.txt");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    let page = ruiz.get(&path).await.text();
    for none in ["link.txt", "folder", "half.txt", "pipe.txt", "root key"] {
        assert!(!page.contains(none), "{none}: {page}");
    }
    let to = format!("{jane} {JANE}");
    let fields = results(&to);
    for name in [
        "link.txt",
        ".half.txt",
        "pipe.txt",
        "../secret.txt",
        "../../secret.txt",
        "folder/secret.txt",
        "..",
        ".",
        "",
        "/etc/passwd",
        "link.txt\0",
    ] {
        let picked = key(jane, name);
        let ticked = [&fields[..], &[("pick", picked.as_str())]].concat();
        let refused = send(&mut ruiz, &path, &ticked, &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(refused.text().contains("is not there any more"), "{name}");
    }
    // Nor is a folder followed that is a link itself.
    let tim = person(
        &bench,
        ("Tim", "Doe"),
        "tim@example.com",
        Some(find(&bench, RUIZ).await.id),
    )
    .await;
    let letters = tim.to_string();
    let short = &letters[letters.len() - 11..letters.len() - 1];
    let theirs = bench
        .folder
        .path()
        .join("chart")
        .join(format!("Doe Tim {short}"));
    symlink(bench.folder.path(), theirs).unwrap();
    let page = ruiz.get(&format!("/write/{tim}")).await.text();
    assert!(!page.contains("secret.txt"), "{page}");
}

// WM11
#[tokio::test]
async fn a_patients_folder_is_seen_by_their_provider_and_who_writes_for_them_alone() {
    let bench = Bench::new().await;
    bench.account(LOPEZ, Role::Provider).await;
    bench.account("root@clinic.example", Role::Admin).await;
    let ruiz = find(&bench, RUIZ).await.id;
    let jane = person(&bench, ("Jane", "Doe"), JANE, Some(ruiz)).await;
    let nobodys = person(&bench, ("Ann", "Roe"), "ann@example.com", None).await;
    for id in [jane, nobodys] {
        let drawer = drawer(&bench, id);
        fs::write(drawer.join("hand.png"), PNG).unwrap();
    }
    let picture = BASE64URL_NOPAD.encode(b"hand.png");
    for (who, sees) in [(RUIZ, true), (LOPEZ, false), ("root@clinic.example", false)] {
        let (mut browser, ..) = bench.set_up(who).await;
        for (id, seen) in [(jane, sees), (nobodys, false)] {
            let page = browser.get(&format!("/write/{id}")).await.text();
            assert_eq!(page.contains("hand.png"), seen, "{who} {page}");
            let view = browser
                .get(&format!("/contacts/{id}/chart/{picture}"))
                .await;
            assert_eq!(view.status == StatusCode::OK, seen, "{who}");
        }
    }
}

#[tokio::test]
async fn while_the_charts_disk_is_away_its_files_are_left_out() {
    let bench = Bench::new().await;
    let ruiz = find(&bench, RUIZ).await.id;
    let jane = person(&bench, ("Jane", "Doe"), JANE, Some(ruiz)).await;
    let drawer = drawer(&bench, jane);
    fs::write(drawer.join("lab.txt"), "One").unwrap();
    let (mut ruiz, ..) = bench.set_up(RUIZ).await;
    let path = format!("/write/{jane}");
    assert!(ruiz.get(&path).await.text().contains("lab.txt"));
    // An empty mount point bears no mark.
    fs::remove_file(bench.folder.path().join("chart/.sealpost-chart")).unwrap();
    assert!(!ruiz.get(&path).await.text().contains("lab.txt"));
    // What is no folder is said.
    fs::remove_dir_all(bench.folder.path().join("chart")).unwrap();
    fs::write(bench.folder.path().join("chart"), "").unwrap();
    let page = ruiz.get(&path).await.text();
    assert!(page.contains("cannot be reached at the moment"), "{page}");
}
