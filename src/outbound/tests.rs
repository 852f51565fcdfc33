//! Acceptance on a real store: what changes between judging and keeping.

use crate::access::accounts;
use crate::mime::index::Indexer;
use crate::mime::normalise::{Stamp, normalise};
use crate::model::parcel::Wanted;
use crate::model::{
    Account, Actor, Address, Clock, Envelope, Live, ManualClock, MessageId, Notify, Role, Standing,
};
use crate::outbound::intake::Arrived;
use crate::outbound::judge::{Judged, Submission};
use crate::outbound::{Outbound, samples};
use crate::store::records::{Hold, Message};
use crate::store::{Error, RootKey, Settings, Store};
use jiff::Timestamp;
use std::net::{IpAddr, Ipv4Addr};
use tempfile::TempDir;

const OPERATOR: Actor = Actor::Operator(0);
const PATIENT: &str = "jane@example.com";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// A clinic whose desk writes in Dr. Ruiz's name.
struct Clinic {
    _folder: TempDir,
    outbound: Outbound,
    ruiz: Account,
    desk: Account,
}

impl Clinic {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let place = Settings {
            path: folder.path().join("data"),
            minimum_free: 0,
        };
        let store = Store::create(&place, &RootKey::generate(), Clock::Manual(hand)).unwrap();
        let account = async |text, role| accounts::add(&store, address(text), role, OPERATOR).await;
        let ruiz = account("ruiz@clinic.example", Role::Provider).await;
        let desk = account("desk@clinic.example", Role::Staff).await;
        Self {
            _folder: folder,
            outbound: Outbound::new(store.clone(), Live::new(samples::settings())),
            ruiz: ruiz.unwrap(),
            desk: desk.unwrap(),
        }
    }

    fn store(&self) -> &Store {
        &self.outbound.store
    }

    fn submission(&self, by: &Account) -> Submission {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let wanted = Wanted {
            address: address(PATIENT),
            notify: Notify::Default,
            original: None,
        };
        Submission {
            outbound: self.outbound.clone(),
            settings: self.outbound.settings.current(),
            meant: None,
            once: None,
            sender: self.outbound.sender(by.clone(), ip),
            envelope: Envelope {
                sender: Some(by.address.clone()),
                recipients: vec![wanted],
                announced: None,
                international: false,
                ret: None,
                envid: None,
            },
            id: MessageId::new(self.store().clock().now()),
        }
    }

    /// A letter in Dr. Ruiz's name that has arrived, with one more field.
    async fn arrived(&self, field: &str) -> Arrived {
        let header = format!(
            "From: ruiz@clinic.example\r\nTo: {PATIENT}\r\nSubject: Your visit\r\n{field}\r\n"
        );
        let now = self.store().clock().now();
        let stamp = Stamp {
            received: "by mail.clinic.example".to_owned(),
            writer: None,
            date: now,
            message_id: format!("{}@mail.clinic.example", MessageId::new(now)),
            secure_tag: "",
            clear_tag: "",
        };
        let normalised = normalise(header.as_bytes(), &stamp).unwrap();
        let text = b"Please come fasting.\r\n";
        let mut indexer = Indexer::new(&normalised.octets);
        indexer.write(text).unwrap();
        let mut content = self.store().write_content();
        content.write(&normalised.octets).await.unwrap();
        content.write(text).await.unwrap();
        Arrived {
            content: content.finish().await.unwrap(),
            index: indexer.finish().unwrap(),
            digest: [7; 32],
            binding: [8; 32],
            facts: normalised.facts,
        }
    }

    /// What is judged of it; or the name of the sentence why not.
    async fn weigh(&self, submission: &Submission, field: &str) -> Result<Judged, &'static str> {
        let judged = submission.weigh(self.arrived(field).await).await;
        judged.map_err(|reply| reply.text)
    }

    async fn kept(&self) -> usize {
        let messages = self.store().range::<Message>(&[], None, 10).await.unwrap();
        let holds = self.store().range::<Hold>(&[], None, 10).await.unwrap();
        messages.len() + holds.len()
    }
}

#[tokio::test]
async fn who_is_switched_off_while_a_message_is_judged_neither_writes_it_nor_gives_the_name() {
    for writer in [true, false] {
        let clinic = Clinic::new().await;
        let submission = clinic.submission(&clinic.desk);
        let judged = clinic.weigh(&submission, "").await.unwrap();
        let (gone, then) = match writer {
            true => (&clinic.desk, "refuse-disabled"),
            false => (&clinic.ruiz, "refuse-from"),
        };
        accounts::set_standing(clinic.store(), gone.id, Standing::Disabled, OPERATOR)
            .await
            .unwrap();
        let key = [9; 32];
        let late = submission.keep(judged, key).await;
        assert_eq!(late.unwrap_err(), Error::Conflict);
        assert_eq!(clinic.kept().await, 0);
        // The writer is asked to try again, and then hears why not.
        assert_eq!(submission.overtaken(key).await.unwrap_err().code, 451);
        assert_eq!(clinic.weigh(&submission, "").await.err(), Some(then));
    }
}

#[tokio::test]
async fn what_bears_a_providers_name_asks_for_answers_in_the_clinic_alone() {
    let clinic = Clinic::new().await;
    let by_desk = clinic.submission(&clinic.desk);
    for foreign in [
        "Reply-To: x@else.example\r\n",
        "Reply-To: desk@clinic.example, x@else.example\r\n",
        "Disposition-Notification-To: x@else.example\r\n",
        "Return-Receipt-To: nobody\r\n",
    ] {
        let refused = clinic.weigh(&by_desk, foreign).await.err();
        assert_eq!(refused, Some("refuse-answers"), "{foreign}");
        // Whoever writes in the own name has answers sent anywhere.
        let own = clinic.submission(&clinic.ruiz);
        let own = clinic.weigh(&own, foreign).await.unwrap();
        assert!(own.held_for.is_none(), "{foreign}");
    }
    let inside = "Reply-To: Desk <DESK@clinic.example>, ruiz@clinic.example\r\n";
    let held = clinic.weigh(&by_desk, inside).await.unwrap();
    assert_eq!(held.held_for.map(|to| to.id), Some(clinic.ruiz.id));
    // Who has left reads no answers.
    let lopez = address("lopez@clinic.example");
    let lopez = accounts::add(clinic.store(), lopez, Role::Provider, OPERATOR).await;
    let off = accounts::set_standing(
        clinic.store(),
        lopez.unwrap().id,
        Standing::Disabled,
        OPERATOR,
    );
    off.await.unwrap();
    let left = clinic
        .weigh(&by_desk, "Reply-To: lopez@clinic.example\r\n")
        .await;
    assert_eq!(left.err(), Some("refuse-answers"));
}
