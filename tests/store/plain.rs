//! Traps of the engine that stay shut.

use crate::child;
use crate::harness::{Place, accept, files};
use std::io::Read;

#[test]
fn content_of_no_size_makes_a_blob_file() {
    let place = Place::new();
    let store = place.create();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        for length in (0..200 * 1024).step_by(509) {
            accept(&store, length).await;
        }
    });
    drop(store);
    let blobs = |path: &std::path::PathBuf| path.to_string_lossy().contains("blobs");
    assert!(!files(&place.data()).iter().any(blobs));
    assert!(!place.data().join("records/blobs").exists());
    drop(place.open());
    assert!(!place.data().join("records/blobs").exists());
}

#[test]
fn a_second_process_is_told_that_the_store_is_open() {
    let place = Place::new();
    let store = place.create();
    let order = format!(
        "open|{}|{}\n",
        place.data().display(),
        place.key().display()
    );
    let ask = || {
        let mut child = child::start(&order, |_| {});
        let mut said = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        child.wait().unwrap();
        said
    };
    let said = ask();
    assert!(
        said.contains("refused another process has the store"),
        "{said}"
    );
    drop(store);
    assert!(ask().contains("opened"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_wait_together_share_one_sync() {
    let place = Place::new();
    let store = place.create();
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            for _ in 0..20 {
                accept(&store, 2000).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let figures = store.figures();
    assert_eq!(figures.commits, 640);
    assert!(figures.syncs * 3 < figures.commits, "{figures:?}");
}
