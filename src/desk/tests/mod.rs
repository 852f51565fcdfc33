//! The desk on a real store, with a clock that the test moves.

mod audit;
mod contacts;
mod extended;
mod recalled;
mod reminded;
mod staff;
mod tasks;

use crate::access::link;
use crate::access::login::Login;
use crate::access::password::Passwords;
use crate::desk::contacts::Field;
use crate::desk::{self, Desk};
use crate::model::{
    Actor, Address, Clock, Event, EventKind, GrantId, Head, Lane, Language, Live, ManualClock,
    MessageId, Recipient, Route, State, TaskId, Token,
};
use crate::queue::{self, Listed};
use crate::release;
use crate::route::portal::{self, Voice};
use crate::store::records::{Draft, Ended, Ending, Grant, Message, OpenTask, Task, TaskKind, Work};
use crate::store::{RootKey, Settings, Store, Tx, samples};
use crate::sweep::{self, Sweep};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tempfile::TempDir;

/// The clinic keeps content for 90 days, and its zone is eight hours behind.
const RETAIN: SignedDuration = SignedDuration::from_hours(90 * 24);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
const JANE: &str = "jane@example.com";
const BOB: &str = "bob@example.net";

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn voice() -> Voice {
    Voice {
        hostname: "mail.clinic.example".into(),
        clinic: "Harbour Clinic".into(),
        from: address("secure-mail@clinic.example"),
        bounce: address("secure-mail@clinic.example"),
        subject: None,
        show_sender: false,
        portal: "https://mail.clinic.example".into(),
        language: Language::English,
        zone: TimeZone::get("America/Los_Angeles").unwrap(),
    }
}

/// A desk that administrator 7 uses.
pub(super) fn desk() -> (TempDir, Desk, ManualClock) {
    let folder = tempfile::tempdir().unwrap();
    let place = Settings {
        path: folder.path().join("data"),
        minimum_free: 0,
    };
    let hand = ManualClock::new("2026-11-22T15:00:00Z".parse().unwrap());
    let clock = Clock::Manual(hand.clone());
    let store = Store::create(&place, &RootKey::generate(), clock).unwrap();
    let passwords = Passwords::new();
    let keys = (Login::new(store.clone(), passwords.clone()), passwords);
    let settings = Live::new(desk::Settings {
        domains: vec!["clinic.example".to_owned()],
        secure_tag: false,
        office: release::samples::settings().office,
        expires: WEEK,
        voice: voice(),
        directory: desk::contacts::Directory {
            required: vec![Field::Name, Field::Email, Field::Provider],
            lists_stubs: false,
        },
        rules: crate::policy::Rules::sample(),
        unopened: SignedDuration::from_hours(72),
        uploads: crate::upload::Limits::default(),
        chart: None,
    });
    let desk = Desk::new(store, keys, settings);
    (folder, desk.used_by(Actor::Operator(7)), hand)
}

struct Bench {
    desk: Desk,
    hand: ManualClock,
    _folder: TempDir,
}

/// A message and what its first recipient was given.
struct Sent {
    id: MessageId,
    grants: Vec<GrantId>,
    links: Vec<Token>,
}

impl Bench {
    fn new() -> Self {
        let (folder, desk, hand) = desk();
        Self {
            desk,
            hand,
            _folder: folder,
        }
    }

    fn store(&self) -> &Store {
        &self.desk.store
    }

    fn now(&self) -> Timestamp {
        self.store().clock().now()
    }

    fn days(&self, days: i64) {
        self.hand.advance(SignedDuration::from_hours(24 * days));
    }

    /// A message whose notices are in the queue.
    async fn send(&self, to: &[&str]) -> Sent {
        let (store, now) = (self.store(), self.now());
        let mut content = store.write_content();
        content.write(b"Subject: x\r\n\r\nx\r\n").await.unwrap();
        let content = content.finish().await.unwrap();
        let head = Head {
            envelope: to.iter().map(|to| address(to)).collect(),
            ..Head::default()
        };
        let mut tx = Tx::new();
        let mut message = samples::message(now, &content, &head);
        message.recipients = u16::try_from(to.len()).unwrap();
        tx.put(&message);
        tx.put(&Ending {
            at: now + RETAIN,
            what: Ended::Content(message.id),
        });
        tx.attach(content);
        let mut sent = Sent {
            id: message.id,
            grants: Vec::new(),
            links: Vec::new(),
        };
        for (n, to) in (0..).zip(&head.envelope) {
            let mut grant = samples::grant(store, message.id, to);
            grant.n = n;
            let token = link::make(store, &mut tx, grant.id);
            let occasion = portal::Occasion {
                cause: portal::Cause::Given,
                grant: &grant,
                sender: None,
                known: None,
            };
            let notice = portal::prepare(store, &voice(), &occasion, &token);
            queue::push(&mut tx, now, Lane::Notice, Work::Deliver(notice.parcel));
            tx.put(&grant);
            tx.put(&samples::recipient(&grant, State::Queued));
            tx.put(&Ending {
                at: grant.expires,
                what: Ended::Grant(grant.id),
            });
            sent.grants.push(grant.id);
            sent.links.push(token);
        }
        store.commit(tx).await.unwrap();
        sent
    }

    /// The relay takes every notice that waits; the grants' time runs from now
    /// as it did from their making.
    async fn taken(&self) {
        let mut tx = Tx::new();
        for listed in self.jobs().await {
            queue::drop(self.store(), &mut tx, listed.job.id)
                .await
                .unwrap();
        }
        self.store().commit(tx).await.unwrap();
        for mut grant in self.all::<Grant>().await {
            grant.noticed.get_or_insert(self.now());
            let mut recipient = self.recipient(&grant).await;
            if recipient.state == State::Queued {
                recipient.state = State::NoticeAccepted;
            }
            self.put(&grant).await;
            self.put(&recipient).await;
        }
    }

    async fn change(&self, id: GrantId, change: impl FnOnce(&mut Grant)) {
        let mut grant = self.grant(id).await;
        change(&mut grant);
        self.put(&grant).await;
    }

    async fn put<R: crate::store::Record>(&self, record: &R) {
        let mut tx = Tx::new();
        tx.put(record);
        self.store().commit(tx).await.unwrap();
    }

    /// Its reader asks to have it sent again.
    async fn asked(&self, grant: GrantId) -> TaskId {
        let task = Task {
            id: TaskId::new(self.now()),
            kind: TaskKind::SendAgain,
            grant,
            created: self.now(),
            done: None,
        };
        self.put(&task).await;
        let task = task.id;
        self.put(&OpenTask { grant, task }).await;
        task
    }

    async fn grant(&self, id: GrantId) -> Grant {
        self.store().get(&Grant::at(id)).await.unwrap().unwrap()
    }

    async fn recipient(&self, grant: &Grant) -> Recipient {
        let key = Recipient::at(grant.message, grant.n);
        self.store().get(&key).await.unwrap().unwrap()
    }

    async fn state(&self, id: GrantId) -> State {
        self.recipient(&self.grant(id).await).await.state
    }

    async fn all<R: crate::store::Record>(&self) -> Vec<R> {
        self.store().range::<R>(&[], None, 100).await.unwrap()
    }

    async fn jobs(&self) -> Vec<Listed> {
        queue::list(self.store(), 100).await.unwrap()
    }

    /// What a link leads to.
    async fn leads(&self, link: &Token) -> link::LinkState {
        let found = link::find(self.store(), link).await.unwrap();
        found.unwrap().1
    }

    /// A sweep that reminds so long before the end, as it is after a start.
    fn sweeper(&self, reminder: Option<SignedDuration>) -> Sweep {
        let settings = sweep::Settings {
            idle: SignedDuration::from_mins(15),
            reminder,
            unread: None,
            voice: voice(),
            office: release::samples::settings().office,
        };
        Sweep::new(self.store().clone(), Live::new(settings))
    }

    /// The audit events of a kind, oldest first.
    async fn events(&self, kind: EventKind) -> Vec<Event> {
        let events = self.store().audit_events(0, 1000).await.unwrap();
        let events = events.into_iter().map(|e| e.event);
        events.filter(|e| e.kind == kind).collect()
    }

    async fn refused<T: std::fmt::Debug>(
        &self,
        wish: impl Future<Output = Result<T, desk::Refused>>,
    ) -> String {
        let before = self.all::<Grant>().await;
        match wish.await {
            Err(desk::Refused::Wish(reason)) => {
                assert_eq!(self.all::<Grant>().await, before, "refused, and changed");
                reason
            }
            other => panic!("{other:?}"),
        }
    }
}

/// All that is due for a sweep.
async fn swept(sweep: &mut Sweep) {
    while sweep.turn().await.unwrap() {}
}

/// The link in the notice that waits last in the queue.
fn new_link(jobs: &[Listed]) -> Token {
    let Some(Work::Deliver(parcel)) = jobs.last().map(|l| &l.job.work) else {
        panic!("no mail waits");
    };
    let crate::model::parcel::Body::Here(mail) = &parcel.body else {
        panic!("the mail is elsewhere");
    };
    let mail = mail_parser::MessageParser::new().parse(mail).unwrap();
    let text = mail.body_text(0).unwrap().into_owned();
    let link = text.split_whitespace().find(|w| w.contains("/m/")).unwrap();
    Token::parse(link.rsplit('/').next().unwrap()).unwrap()
}
