//! Codes under attack, on a real store.

use super::{AWAY, Bench, from, other};
use crate::access::codes;
use crate::access::link;
use crate::access::passcode::{Press, Try};
use crate::model::{Address, EventKind, MessageId, Token};
use crate::store::records::Grant;
use crate::store::{Tx, samples};
use std::net::{IpAddr, Ipv4Addr};

/// A network that nobody else in the test uses.
fn network(n: u16) -> IpAddr {
    let [high, low] = n.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(203, high, low, 9))
}

async fn grant_to(bench: &Bench, to: &str) -> (Grant, Token) {
    let address = Address::parse(to).unwrap();
    let now = bench.store.clock().now();
    let grant = samples::grant(&bench.store, MessageId::new(now), &address);
    let mut tx = Tx::new();
    tx.insert(&grant);
    let token = link::make(&bench.store, &mut tx, grant.id);
    bench.store.commit(tx).await.unwrap();
    (grant, token)
}

/// Wrong tries from one network; what the last one led to.
async fn guess(bench: &Bench, grant: &Grant, ip: IpAddr, times: usize, wrong: &str) -> Option<Try> {
    let mut last = None;
    for _ in 0..times {
        last = Some(bench.attempt(grant, from(ip, None), wrong).await.0);
    }
    last
}

#[tokio::test]
async fn of_several_live_codes_any_opens_and_then_none() {
    for chosen in 0..3 {
        let bench = Bench::new();
        let (grant, _) = bench.grant().await;
        let mut live = Vec::new();
        for n in 0..3 {
            live.push(bench.press(grant.id, network(n)).await.1.unwrap());
            bench.pass(31);
        }
        let (verdict, entered) = bench
            .attempt(&grant, from(network(9), None), live[chosen].expose())
            .await;
        assert_eq!(verdict, Try::Right, "the code numbered {chosen}");
        assert!(entered.is_some());
        for (n, code) in (20..).zip(&live) {
            let (verdict, entered) = bench
                .attempt(&grant, from(network(n), None), code.expose())
                .await;
            assert_eq!(verdict, Try::Wrong { left: 4 }, "played again");
            assert!(entered.is_none());
        }
        assert_eq!(bench.count(EventKind::CodeTry, true).await, 1);
    }
}

#[tokio::test]
async fn a_code_opens_nothing_of_another_patient_and_nothing_of_an_earlier_request() {
    let bench = Bench::new();
    let (jane, _) = bench.grant().await;
    let (bob, _) = grant_to(&bench, "bob@example.com").await;
    let (_, janes) = bench.press(jane.id, AWAY).await;
    let _ = bench.press(bob.id, AWAY).await;
    let janes = janes.unwrap();
    let (verdict, _) = bench.attempt(&bob, from(AWAY, None), janes.expose()).await;
    assert_eq!(verdict, Try::Wrong { left: 4 });
    // Half an hour later Jane asks again: the first mail is of no use.
    bench.pass(31 * 60);
    let (press, fresh) = bench.press(jane.id, AWAY).await;
    assert_eq!(press, Press::Code);
    let fresh = fresh.unwrap();
    if fresh != janes {
        let (verdict, _) = bench
            .attempt(&jane, from(network(1), None), janes.expose())
            .await;
        assert_eq!(verdict, Try::Wrong { left: 4 });
    }
    let (verdict, _) = bench
        .attempt(&jane, from(network(2), None), fresh.expose())
        .await;
    assert_eq!(verdict, Try::Right);
}

#[tokio::test]
async fn codes_tries_and_counts_survive_a_restart() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (_, first) = bench.press(grant.id, AWAY).await;
    let first = first.unwrap();
    guess(&bench, &grant, network(1), 3, other(&first)).await;
    let bench = bench.restart();
    let left = guess(&bench, &grant, network(1), 1, other(&first)).await;
    assert_eq!(left, Some(Try::Wrong { left: 1 }), "of five tries");
    // The spacing, and the hour's allowance.
    assert!(matches!(
        bench.press(grant.id, AWAY).await.0,
        Press::Joined { .. }
    ));
    for _ in 0..4 {
        bench.pass(11 * 60);
        assert_eq!(bench.press(grant.id, AWAY).await.0, Press::Code);
    }
    bench.pass(60);
    let before = bench.press(grant.id, AWAY).await.0;
    let bench = bench.restart();
    assert!(matches!(before, Press::Joined { .. }), "five an hour");
    assert_eq!(bench.press(grant.id, AWAY).await.0, before);
    // The lock.
    let mut tx = Tx::new();
    let failing = Grant {
        failures: 99,
        ..grant.clone()
    };
    tx.put(&failing);
    bench.store.commit(tx).await.unwrap();
    let locked = guess(&bench, &grant, network(2), 1, other(&first)).await;
    assert_eq!(locked, Some(Try::Locked));
    let bench = bench.restart();
    assert_eq!(bench.press(grant.id, network(3)).await.0, Press::Locked);
}

#[tokio::test]
async fn a_live_code_opens_after_a_restart() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (_, code) = bench.press(grant.id, AWAY).await;
    let bench = bench.restart();
    let code = code.unwrap();
    let (verdict, entered) = bench.attempt(&grant, from(AWAY, None), code.expose()).await;
    assert!(verdict == Try::Right && entered.is_some());
}

#[tokio::test]
async fn failing_networks_lock_out_neither_a_fresh_network_nor_a_known_browser() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let (_, code) = bench.press(grant.id, AWAY).await;
    let (_, entered) = bench
        .attempt(&grant, from(AWAY, None), code.unwrap().expose())
        .await;
    let (_, known) = entered.unwrap();
    bench.pass(60);
    let (_, code) = bench.press(grant.id, AWAY).await;
    let code = code.unwrap();
    // Three networks use up every try of the request, and go on.
    for n in 1..=3 {
        guess(&bench, &grant, network(n), 8, other(&code)).await;
    }
    let (verdict, _) = bench
        .attempt(&grant, from(network(1), None), code.expose())
        .await;
    assert!(matches!(verdict, Try::Wait(_)), "{verdict:?}");
    // The known browser, in the network that failed: the code still counts.
    let (verdict, _) = bench
        .attempt(&grant, from(network(1), Some(&known)), code.expose())
        .await;
    assert_eq!(verdict, Try::Right);

    // The same again, and now somebody from a fresh network comes.
    bench.pass(60);
    let (_, code) = bench.press(grant.id, AWAY).await;
    for n in 11..=13 {
        guess(&bench, &grant, network(n), 8, other(&code.clone().unwrap())).await;
    }
    bench.pass(31);
    let (press, fresh) = bench.press(grant.id, network(99)).await;
    assert_eq!(press, Press::Code, "a new request, with tries of its own");
    let (verdict, _) = bench
        .attempt(&grant, from(network(99), None), fresh.unwrap().expose())
        .await;
    assert_eq!(verdict, Try::Right);
}

#[tokio::test]
async fn a_week_of_guessing_is_looked_at_a_hundred_times_at_most() {
    let bench = Bench::new();
    let (grant, _) = bench.grant().await;
    let mut looked_at = 0;
    let mut locked = false;
    // One guesser with as many networks as wanted, a round every ten minutes.
    for round in 0..(7 * 24 * 6 - 1) {
        let ip = network(round);
        let (_, code) = bench.press(grant.id, ip).await;
        let wrong = code.as_ref().map_or("123456", |code| other(code));
        for _ in 0..6 {
            let live = codes::look(&bench.store, grant.id).await.unwrap();
            let live = live.map_or(0, |request| request.codes.len());
            let before = bench.count_failures(&grant).await;
            let (verdict, _) = bench.attempt(&grant, from(ip, None), wrong).await;
            let counted = bench.count_failures(&grant).await - before;
            looked_at += u32::try_from(live).unwrap().min(counted);
            locked |= verdict == Try::Locked;
        }
        bench.pass(600);
        if locked {
            break;
        }
    }
    assert!(locked, "nobody stops a guesser");
    assert!(looked_at <= 100, "{looked_at} chances in a million");
    assert_eq!(
        bench.press(grant.id, network(60_000)).await.0,
        Press::Locked
    );
}
