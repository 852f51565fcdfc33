//! A power cut at any moment: what was acknowledged is there. The work is done
//! by a child under the recorder `powercut.c`; `disk.rs` says what is left.

use crate::child;
use crate::disk::{Disk, Luck, notes};
use crate::harness::{Place, Promises, below, nothing_readable, open};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Processes one after the other on the same folder: the first makes the store,
/// each next one recovers what an abrupt exit left.
const PROCESSES: usize = 6;
/// Sessions each of them goes through.
const SESSIONS: usize = 250;
/// Moments at which the power is cut, in each process.
const CUTS: usize = 8;
/// Notes that a recovery takes, and a little more.
const RECOVERY: usize = 40;

#[test]
fn whatever_was_acknowledged_survives_a_power_cut() {
    let place = Place::new();
    let recorder = build_recorder(place.folder.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (mut disk, mut promises, mut proved) = (Disk::new(), Promises::default(), 0);
    for process in 0..PROCESSES {
        let noted = record(&place, &recorder, process);
        disk.next_process();
        // Half of the cuts fall into the recovery at the start of a process.
        let moments: BTreeSet<usize> = (0..CUTS)
            .map(|n| below(if n % 2 == 0 { RECOVERY } else { noted.len() }))
            .chain([noted.len() - 1])
            .collect();
        let mut made = process > 0;
        for (n, note) in noted.iter().enumerate() {
            if let Some(line) = disk.replay(note) {
                made = true;
                line.lines().for_each(|line| promises.take(line));
            }
            if made && moments.contains(&n) {
                for luck in Luck::ALL {
                    let when = format!("process {process}, note {n} of {}, {luck:?}", noted.len());
                    runtime.block_on(cut(&disk, luck, &promises, &place, &when));
                    proved += 1;
                }
            }
        }
    }
    let figures = format!(
        "{} messages, {proved} cuts, {} segments reused",
        promises.len(),
        disk.reused
    );
    println!("{figures}");
    assert!(
        promises.len() > 30 && proved > 100 && disk.reused > 0,
        "too little to prove anything: {figures}"
    );
    nothing_readable(&place.data());
}

/// Opens what a cut leaves and holds the store to its promises, twice: the
/// second time as it is after the first recovery.
async fn cut(disk: &Disk, luck: Luck, promises: &Promises, place: &Place, when: &str) {
    // What is rebuilt need not be durable itself: memory is quicker.
    let folder = tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap();
    let data = folder.path().join("data");
    disk.rebuild(luck, &data);
    for _ in 0..2 {
        let store = open(&data, &place.key(), when);
        promises.check(&store, when).await;
    }
}

/// Lets a child work under the recorder and reads what was noted.
fn record(place: &Place, recorder: &Path, process: usize) -> Vec<crate::disk::Note> {
    let folder = place.folder.path().canonicalize().unwrap();
    let (acks, noted) = (
        folder.join(format!("acks{process}")),
        folder.join(format!("notes{process}")),
    );
    let (data, key) = (place.data(), place.key());
    let order = format!(
        "work|{}|{}|{}|{SESSIONS}\n",
        data.display(),
        key.display(),
        acks.display()
    );
    let mut child = child::start(&order, |command| {
        command.env("LD_PRELOAD", recorder);
        command
            .env("POWERCUT_FOLDER", &data)
            .env("POWERCUT_ACKS", &acks)
            .env("POWERCUT_NOTES", &noted);
    });
    assert!(child.wait().unwrap().success());
    let read = notes(&noted);
    fs::remove_file(noted).unwrap();
    read
}

fn build_recorder(folder: &Path) -> PathBuf {
    let library = folder.join("powercut.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/powercut.c");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-Wall", "-o"])
        .arg(&library)
        .arg(source)
        .arg("-lpthread");
    assert!(
        compiler.status().unwrap().success(),
        "the recorder needs a C compiler"
    );
    library
}
