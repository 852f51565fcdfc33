//! A process of its own that works on a store until it is ended: this test
//! binary, started once more to run the one test below. It is told what to do
//! on its standard input, so that a run by hand, without any, does nothing.

use crate::harness::{accept, below, flag, open, purge, vanish};
use sealpost::model::{Clock, MessageId};
use sealpost::store::{RootKey, Settings, Store};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

const TASKS: usize = 16;

/// Starts a child; `more` may set its environment.
pub(crate) fn start(order: &str, more: impl FnOnce(&mut Command)) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--ignored",
        "--exact",
        "child::works_as_told",
        "--nocapture",
        "--test-threads=1",
    ]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    more(&mut command);
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(order.as_bytes())
        .unwrap();
    child
}

#[test]
#[ignore = "a child process of the other tests"]
fn works_as_told() {
    let mut order = String::new();
    io::stdin().read_line(&mut order).unwrap();
    let words: Vec<&str> = order.trim().split('|').collect();
    match *words.as_slice() {
        ["open", data, key] => say_how_it_opens(Path::new(data), Path::new(key)),
        ["work", data, key, acks, limit] => {
            let sink: Box<dyn Write + Send> = match acks {
                "-" => Box::new(io::stdout()),
                path => Box::new(File::create(path).unwrap()),
            };
            work(
                Path::new(data),
                Path::new(key),
                sink,
                limit.parse().unwrap(),
            );
        }
        _ => {}
    }
}

fn say_how_it_opens(data: &Path, key: &Path) {
    let root = RootKey::read(key).unwrap();
    let settings = Settings {
        path: data.to_path_buf(),
        minimum_free: 0,
    };
    match Store::open(&settings, &root, Clock::System) {
        Ok(_) => println!("opened"),
        Err(error) => println!("refused {error}"),
    }
}

/// Many sessions at once accept and purge messages. After `limit` commits the
/// process exits with all of them under way.
fn work(data: &Path, key: &Path, sink: Box<dyn Write + Send>, limit: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (sink, done) = (Arc::new(Mutex::new(sink)), Arc::new(AtomicUsize::new(0)));
    runtime.block_on(async {
        let store = if data.exists() {
            open(data, key, "a child")
        } else {
            create(data, key)
        };
        let mut tasks = JoinSet::new();
        for _ in 0..TASKS {
            let (store, sink, done) = (store.clone(), Arc::clone(&sink), Arc::clone(&done));
            tasks.spawn(async move {
                while done.fetch_add(1, Ordering::Relaxed) < limit {
                    session(&store, &sink).await;
                }
            });
        }
        // The first to end, or to fail, ends the process in the midst of the rest.
        tasks.join_next().await.unwrap().unwrap();
        std::process::exit(0);
    });
}

async fn session(store: &Store, sink: &Mutex<Box<dyn Write + Send>>) {
    let say = |line: &str| {
        let mut sink = sink.lock().unwrap();
        sink.write_all(line.as_bytes()).unwrap();
        sink.flush().unwrap();
    };
    let length = match below(20) {
        0 => 128 * 1024 + below(200_000),
        1..5 => below(128 * 1024),
        _ => below(8 * 1024),
    };
    let (id, content, uid, kept) = accept(store, length).await;
    say(&kept);
    in_folder(store, (id, uid), say).await;
    if below(12) != 0 {
        say(&format!("purging {id}\n"));
        say(&purge(store, id, content).await);
    }
    if below(50) == 0 {
        store.roll_keys().await.unwrap();
    }
    if below(1000) == 0 {
        store.compact().await.unwrap();
    }
}

/// What a client does with an entry: half are flagged, a quarter expunged.
async fn in_folder(store: &Store, (id, uid): (MessageId, u32), say: impl Fn(&str)) {
    if below(2) == 0 {
        say(&flag(store, id, uid).await);
    }
    if below(4) == 0 {
        say(&format!("vanishing {id} {uid}\n"));
        say(&vanish(store, id, uid).await);
    }
}

fn create(data: &Path, key: &Path) -> Store {
    let root = RootKey::read(key).unwrap();
    let settings = Settings {
        path: data.to_path_buf(),
        minimum_free: 0,
    };
    Store::create(&settings, &root, Clock::System).unwrap()
}
