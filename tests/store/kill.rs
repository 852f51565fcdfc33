//! SIGKILL at random moments: what was acknowledged is there, octet for octet,
//! and nothing readable stands on the disk.

use crate::child;
use crate::harness::{Place, Promises, below, nothing_readable};
use std::io::Read;
use std::time::Duration;

const ROUNDS: usize = 100;
/// Longest life of a child after its first acknowledgement, in microseconds.
const LIFE: usize = 60_000;

#[test]
fn whatever_was_acknowledged_survives_a_hundred_kills() {
    let place = Place::new();
    drop(place.create());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut promises = Promises::default();
    for round in 0..ROUNDS {
        let before = promises.len();
        round_of_work(&place, &mut promises);
        runtime.block_on(promises.check(&place.open(), &format!("round {round}")));
        assert!(promises.len() >= before);
    }
    assert!(
        promises.len() > ROUNDS,
        "too little was acknowledged to prove anything"
    );
    nothing_readable(&place.data());
}

/// Lets a child work for a while, kills it, and takes what it promised.
fn round_of_work(place: &Place, promises: &mut Promises) {
    let order = format!(
        "work|{}|{}|-|1000000\n",
        place.data().display(),
        place.key().display()
    );
    let mut child = child::start(&order, |_| {});
    let mut out = child.stdout.take().unwrap();
    let mut said = Vec::new();
    // The time runs from its first promise: before, it may still be starting.
    while !said.windows(4).any(|w| w == b"kept") {
        let mut more = [0; 64];
        let length = out.read(&mut more).unwrap();
        assert!(length > 0, "the child ended by itself");
        said.extend(&more[..length]);
    }
    let killer = std::thread::spawn(move || {
        // A real moment in a real process: no clock of ours can stand in here.
        std::thread::sleep(Duration::from_micros(u64::try_from(below(LIFE)).unwrap()));
        child.kill().unwrap();
        child.wait().unwrap();
    });
    out.read_to_end(&mut said).unwrap();
    killer.join().unwrap();
    let said = String::from_utf8(said).unwrap();
    // The last piece may have been cut off in the middle.
    let whole = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().for_each(|line| promises.take(line));
}
