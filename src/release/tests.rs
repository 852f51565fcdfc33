//! Ends of a wait on a real store, where something changes at the same moment.

use crate::access::accounts;
use crate::folders;
use crate::model::{
    Account, Actor, Address, Clock, Head, ManualClock, MessageId, Role, Standing, State,
};
use crate::policy::{self, Denied, How};
use crate::release::go::{Case, go, reachable};
use crate::release::{Binding, New, Refused, Releaser, hold, reject, release, samples, withdraw};
use crate::store::records::Hold;
use crate::store::{Error, RootKey, Settings, Store, Tx, samples as kept};
use jiff::Timestamp;
use std::net::{IpAddr, Ipv4Addr};
use tempfile::TempDir;

const OPERATOR: Actor = Actor::Operator(0);
const TEXT: &[u8] = b"Subject: Your visit\r\n\r\nPlease come fasting.\r\n";
const PATIENT: &str = "jane@example.com";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn head(to: &str) -> Head {
    Head {
        envelope: vec![address(to)],
        ..Head::default()
    }
}

/// A provider, and somebody at the desk who writes in that name.
struct Bench {
    _folder: TempDir,
    store: Store,
    ruiz: Account,
    desk: Account,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let place = Settings {
            path: folder.path().join("data"),
            minimum_free: 0,
        };
        let store = Store::create(&place, &RootKey::generate(), Clock::Manual(hand)).unwrap();
        let ruiz = account(&store, "ruiz@clinic.example", Role::Provider).await;
        let desk = account(&store, "desk@clinic.example", Role::Staff).await;
        Self {
            _folder: folder,
            store,
            ruiz,
            desk,
        }
    }

    /// A message of the desk in the provider's name, to one recipient, that waits.
    async fn hold(&self, to: &str) -> Hold {
        let store = &self.store;
        let mut content = store.write_content();
        content.write(TEXT).await.unwrap();
        let content = content.finish().await.unwrap();
        let (now, head) = (store.clock().now(), head(to));
        let mut message = kept::message(now, &content, &head);
        message.account = Some(self.desk.id);
        let mut binding = Binding::default();
        binding.write(TEXT);
        let mut tx = Tx::new();
        tx.insert(&message);
        let grant = kept::grant(store, message.id, &address(to));
        tx.insert(&kept::recipient(&grant, State::Held));
        tx.attach(content);
        let network = store.network_key(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let new = New {
            message: message.id,
            writer: (&self.desk, network),
            provider: &self.ruiz,
            binding: binding.finish(head.envelope.iter()),
            submitted: [0; 32],
        };
        hold(store, &mut tx, &samples::settings(), &new)
            .await
            .unwrap();
        store.commit(tx).await.unwrap();
        store.get(&Hold::at(message.id)).await.unwrap().unwrap()
    }

    async fn switch_off(&self, account: &Account) {
        accounts::set_standing(&self.store, account.id, Standing::Disabled, OPERATOR)
            .await
            .unwrap();
    }

    /// How often the audit trail says this.
    async fn noted(&self, note: &str) -> usize {
        let events = self.store.audit_events(0, 10_000).await.unwrap();
        events.iter().filter(|e| e.event.note == note).count()
    }

    async fn drafts(&self) -> Vec<MessageId> {
        let drafts = folders::drafts(&self.store, self.desk.id);
        let entries = self.store.entries(drafts, 0, 100).await.unwrap();
        entries.iter().map(|entry| entry.message).collect()
    }
}

async fn account(store: &Store, text: &str, role: Role) -> Account {
    accounts::add(store, address(text), role, OPERATOR)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_who_end_a_wait_at_once_the_others_hear_that_it_is_gone_and_nothing_is_damaged() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let office = samples::settings().office;
    let by = Releaser {
        provider: bench.ruiz.id,
        how: How::Own,
    };
    let writer = Actor::Account(bench.desk.id);
    for _ in 0..30 {
        let Hold {
            message, binding, ..
        } = bench.hold(PATIENT).await;
        let one = || {
            let (store, by) = (store.clone(), by.clone());
            tokio::spawn(async move { release(&store, (message, binding), &by).await })
        };
        let (one, two, three) = (one(), one(), one());
        let (rejected, withdrawn) = tokio::join!(
            reject(store, &office, (message, "The hour is wrong."), &by),
            withdraw(store, &office, message, writer),
        );
        let released = [one.await, two.await, three.await].map(Result::unwrap);
        let ends: Vec<_> = released.into_iter().chain([rejected, withdrawn]).collect();
        let gone = ends.iter().filter(|e| matches!(e, Err(Refused::Gone)));
        assert_eq!(gone.count(), 4, "{ends:?}");
        assert_eq!(ends.iter().filter(|e| e.is_ok()).count(), 1, "{ends:?}");
    }
    assert_eq!(bench.noted("damaged").await, 0);
}

#[tokio::test]
async fn what_somebody_else_ended_a_moment_before_is_not_taken_for_damaged() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let office = samples::settings().office;
    let by = Releaser {
        provider: bench.ruiz.id,
        how: How::Own,
    };
    for end in ["release", "reject", "withdraw"] {
        let held = bench.hold(PATIENT).await;
        let id = held.message;
        let late = Case::read(store, id, &by, policy::may_release);
        let late = late.await.unwrap();
        match end {
            "release" => release(store, (id, held.binding), &by).await,
            "reject" => reject(store, &office, (id, "The hour is wrong."), &by).await,
            _ => withdraw(store, &office, id, Actor::Account(bench.desk.id)).await,
        }
        .unwrap();
        // It is read again then, and is gone.
        let late = go(store, &late, &by).await.unwrap_err();
        assert!(matches!(late, Refused::Store(Error::Conflict)), "{late}");
        let again = release(store, (id, held.binding), &by).await.unwrap_err();
        assert!(matches!(again, Refused::Gone), "{again}");
    }
    assert_eq!(bench.noted("damaged").await, 0);
}

#[tokio::test]
async fn a_recipient_who_is_switched_off_at_the_moment_of_a_release_stops_it() {
    let bench = Bench::new().await;
    let lopez = account(&bench.store, "lopez@clinic.example", Role::Provider).await;
    let head = head("lopez@clinic.example");
    let mut tx = Tx::new();
    reachable(&bench.store, &mut tx, &head).await.unwrap();
    bench.switch_off(&lopez).await;
    let late = bench.store.commit(tx).await;
    assert_eq!(late.unwrap_err(), Error::Conflict);
    let refused = reachable(&bench.store, &mut Tx::new(), &head).await;
    assert!(matches!(refused, Err(Refused::SwitchedOff)));
}

#[tokio::test]
async fn what_bears_the_name_of_somebody_switched_off_still_goes_back_to_who_wrote_it() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let office = samples::settings().office;
    let lopez = account(store, "lopez@clinic.example", Role::Provider).await;
    let held = bench.hold(PATIENT).await;
    bench.switch_off(&bench.ruiz).await;
    let by = Releaser {
        provider: lopez.id,
        how: How::BreakGlass("Dr. Ruiz has left".to_owned()),
    };
    let refused = release(store, (held.message, held.binding), &by).await;
    let why = refused.unwrap_err();
    assert!(
        matches!(why, Refused::Denied(Denied::ProviderGone)),
        "{why}"
    );
    let reason = (held.message, "Please write it in my name.");
    reject(store, &office, reason, &by).await.unwrap();
    assert_eq!(bench.drafts().await, [held.message]);
}
