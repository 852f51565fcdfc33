//! Delivery over a real store, to a server that says what it is told to say.

use super::Delivery;
use super::relay::tests::{Server, settings};
use crate::access::passcode;
use crate::folders;
use crate::model::parcel::Body;
use crate::model::{
    Account, AccountId, Address, Clock, GrantId, Head, JobId, Lane, Language, Live, Mailbox,
    ManualClock, MessageId, Notify, Parcel, Purpose, Recipient, Role, Route, State,
};
use crate::queue;
use crate::report::Office;
use crate::store::records::{Code, CodeMail, Ended, Ending, Grant, Message, Request, Work};
use crate::store::{RootKey, Settings, Store, Tx, samples};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const PATIENT: &str = "jane.canary@example.test";

struct Bench {
    store: Store,
    hand: ManualClock,
    stop: watch::Sender<bool>,
    work: Option<JoinHandle<()>>,
    account: AccountId,
    _folder: TempDir,
}

impl Bench {
    async fn start(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_800_000_000).unwrap());
        let place = Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let clock = Clock::Manual(hand.clone());
        let store = Store::create(&place, &RootKey::generate(), clock).unwrap();
        let doctor = address("doctor@clinic.example");
        let account = Account::new(doctor, Role::Provider, hand_now(&store));
        let mut tx = Tx::new();
        tx.put(&account);
        store.commit(tx).await.unwrap();
        let office = Live::new(Office {
            hostname: "mail.clinic.example".to_owned(),
            from: Mailbox {
                name: None,
                address: address("secure@clinic.example"),
            },
            language: Language::English,
            zone: TimeZone::UTC,
            retain: SignedDuration::from_hours(24 * 90),
        });
        let receiving = Arc::new(AtomicUsize::new(0));
        let relay = settings(server.port);
        let delivery = Delivery::new(&store, relay, &office, &receiving).unwrap();
        let (stop, stopped) = watch::channel(false);
        let work = tokio::spawn(async move { delivery.work(stopped).await });
        Self {
            store,
            hand,
            stop,
            work: Some(work),
            account: account.id,
            _folder: folder,
        }
    }

    fn now(&self) -> Timestamp {
        hand_now(&self.store)
    }

    /// An accepted message with one recipient and a grant.
    async fn message(&self) -> (MessageId, GrantId) {
        self.wished(Notify::Default, Route::Portal).await
    }

    /// The same by another way, to somebody whose writer wants to hear this.
    async fn wished(&self, notify: Notify, route: Route) -> (MessageId, GrantId) {
        let (store, now) = (&self.store, self.now());
        let head = Head {
            envelope: vec![address(PATIENT)],
            ..Head::default()
        };
        let mut content = store.write_content();
        content.write(ORIGINAL).await.unwrap();
        let content = content.finish().await.unwrap();
        let message = Message {
            account: Some(self.account),
            envid: Some("q+2B1".to_owned()),
            ..samples::message(now, &content, &head)
        };
        let grant = samples::grant(store, message.id, &address(PATIENT));
        let mut tx = Tx::new();
        tx.attach(content);
        tx.put(&message);
        tx.put(&Recipient {
            notify,
            route: Some(route),
            ..samples::recipient(&grant, State::Queued)
        });
        let (at, what) = (grant.expires, Ended::Grant(grant.id));
        tx.put(&Ending { at, what });
        tx.put(&grant);
        store.commit(tx).await.unwrap();
        (message.id, grant.id)
    }

    /// A message that leaves as it is.
    async fn clear(&self, notify: Notify) -> MessageId {
        let (message, _) = self.wished(notify, Route::Clear).await;
        let purpose = Purpose::Clear { message, n: 0 };
        self.push(Lane::Clear, purpose, PATIENT, MAIL).await;
        message
    }

    /// What is in the doctor's INBOX once the queue is empty.
    async fn reports(&self) -> Vec<String> {
        let quiet = || async { queue::list(&self.store, 9).await.unwrap().is_empty() };
        self.until(quiet).await;
        let inbox = folders::id(&self.store, Some(self.account), "INBOX");
        let mut reports = Vec::new();
        for entry in self.store.entries(inbox, 0, 9).await.unwrap() {
            let message = self.store.get(&Message::at(entry.message)).await.unwrap();
            let content = self.store.open_content(message.unwrap().content).await;
            let octets = content.unwrap().unwrap().read(0, 1 << 16).await.unwrap();
            reports.push(String::from_utf8(octets.to_vec()).unwrap());
        }
        reports
    }

    async fn push(&self, lane: Lane, purpose: Purpose, to: &str, mail: &[u8]) -> JobId {
        let parcel = Parcel {
            sender: Some(address("bounce@clinic.example")),
            recipient: address(to),
            purpose,
            body: Body::Here(mail.to_vec()),
        };
        let mut tx = Tx::new();
        let id = queue::push(&mut tx, self.now(), lane, Work::Deliver(parcel));
        self.store.commit(tx).await.unwrap();
        id
    }

    async fn notice(&self, to: &str, mail: &[u8]) -> (MessageId, GrantId) {
        let (message, grant) = self.message().await;
        let purpose = Purpose::Notice {
            message,
            n: 0,
            grant,
        };
        self.push(Lane::Notice, purpose, to, mail).await;
        (message, grant)
    }

    async fn code(&self) -> GrantId {
        let grant = GrantId::new(self.now());
        let mut request: Request = passcode::unasked(grant, self.now());
        request.codes.push(Code {
            serial: 1,
            hash: [0; 32],
            created: self.now(),
            mail: CodeMail::Waiting,
        });
        let mut tx = Tx::new();
        tx.put(&request);
        self.store.commit(tx).await.unwrap();
        let purpose = Purpose::Code { grant, serial: 1 };
        self.push(Lane::Code, purpose, PATIENT, MAIL).await;
        grant
    }

    async fn code_mail(&self, grant: GrantId) -> CodeMail {
        let request = self.store.get(&Request::at(grant)).await.unwrap();
        request.unwrap().codes[0].mail.clone()
    }

    async fn state(&self, message: MessageId) -> State {
        let recipient = self.store.get(&Recipient::at(message, 0)).await.unwrap();
        recipient.unwrap().state
    }

    async fn reach(&self, message: MessageId, state: State) {
        let reached = || async { self.state(message).await == state };
        self.until(reached).await;
    }

    /// Waits, without a clock, until `done` is true; a test that waits for ever
    /// has failed.
    async fn until<F: Future<Output = bool>>(&self, done: impl Fn() -> F) {
        while !done().await {
            tokio::task::yield_now().await;
        }
    }

    async fn end(mut self) {
        self.stop.send(true).unwrap();
        self.work.take().unwrap().await.unwrap();
    }
}

/// What a doctor wrote.
const ORIGINAL: &[u8] =
    b"Subject: canary subject\r\nMessage-ID: <a@clinic.example>\r\n\r\ncanary body\r\n";
/// What leaves.
const MAIL: &[u8] = b"Subject: x\r\n\r\nhello\r\n";

fn hand_now(store: &Store) -> Timestamp {
    store.clock().now()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn friendly(line: &str) -> Option<&'static str> {
    (line == ".").then_some("250 2.0.0 queued\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_notice_starts_the_recipients_time() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let began = bench.now();
    bench.hand.advance(SignedDuration::from_hours(1));
    let (message, grant) = bench.notice(PATIENT, MAIL).await;
    bench
        .until(|| async { bench.state(message).await == State::NoticeAccepted })
        .await;
    let grant = bench.store.get(&Grant::at(grant)).await.unwrap().unwrap();
    assert_eq!(grant.noticed, Some(began + SignedDuration::from_hours(1)));
    let endings: Vec<Ending> = bench.store.range(&[], None, 9).await.unwrap();
    assert_eq!(endings.len(), 1);
    assert_eq!(endings[0].at, grant.expires);
    assert!(queue::list(&bench.store, 9).await.unwrap().is_empty());
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_notice_is_reported_in_the_senders_mailbox_and_nothing_of_it_leaves() {
    let server = Server::start(|line| match line {
        "RCPT TO:<jane.canary@example.test>" => Some("550 5.1.1 no such user\r\n"),
        line => friendly(line),
    })
    .await;
    let bench = Bench::start(&server).await;
    let (message, _) = bench.notice(PATIENT, MAIL).await;
    let inbox = folders::id(&bench.store, Some(bench.account), "INBOX");
    let quiet = || async { queue::list(&bench.store, 9).await.unwrap().is_empty() };
    bench.until(quiet).await;
    assert_eq!(bench.state(message).await, State::NoticeBounced);
    let entries = bench.store.entries(inbox, 0, 9).await.unwrap();
    assert_eq!(entries.len(), 1);
    let report = bench
        .store
        .get(&Message::at(entries[0].message))
        .await
        .unwrap()
        .unwrap();
    let content = bench
        .store
        .open_content(report.content)
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8(content.read(0, 1 << 16).await.unwrap()).unwrap();
    assert!(text.contains(PATIENT) && text.contains("canary subject"));
    assert!(
        !text.contains("canary body"),
        "a report returns headers only"
    );
    assert!(crate::delivery::relay::is_canonical(text.as_bytes()));
    let head = content.open_head(&report.head).unwrap();
    assert!(!head.parts.is_empty());
    // What left: one try of the notice, and one mail to the sender.
    let heard = server.heard();
    assert!(heard.contains(&"RCPT TO:<doctor@clinic.example>".to_owned()));
    let named = heard.iter().filter(|line| line.contains("canary"));
    assert_eq!(
        named.count(),
        1,
        "only the RCPT of the notice names the patient"
    );
    bench.end().await;
}

const SUCCESS: Notify = Notify::On {
    success: true,
    failure: true,
    delay: false,
};

/// One report with this action, and one mail that says that it is there.
async fn assert_told(bench: &Bench, server: &Server, action: &str) {
    let doctor = "RCPT TO:<doctor@clinic.example>".to_owned();
    let reports = bench.reports().await;
    assert_eq!(reports.len(), 1, "{reports:?}");
    for line in [
        &format!("Action: {action}\r\n"),
        "Status: 2.0.0\r\n",
        "Original-Envelope-Id: q+1\r\n",
        PATIENT,
    ] {
        assert!(reports[0].contains(line), "{line} in {}", reports[0]);
    }
    assert!(!reports[0].contains("canary body"));
    let heard = server.heard();
    assert_eq!(heard.iter().filter(|line| **line == doctor).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_was_accepted_is_reported_as_relayed_to_whoever_asked() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let (message, grant) = bench.wished(SUCCESS, Route::Portal).await;
    let purpose = Purpose::Notice {
        message,
        n: 0,
        grant,
    };
    bench.push(Lane::Notice, purpose, PATIENT, MAIL).await;
    assert_told(&bench, &server, "relayed").await;
    // A second notice of the same message is no second success.
    bench.push(Lane::Notice, purpose, PATIENT, MAIL).await;
    let patient = format!("RCPT TO:<{PATIENT}>");
    let again = || async { server.heard().iter().filter(|l| **l == patient).count() == 2 };
    bench.until(again).await;
    assert_eq!(bench.reports().await.len(), 1);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clear_mail_to_a_relay_without_dsn_is_reported_as_relayed() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let message = bench.clear(SUCCESS).await;
    assert_told(&bench, &server, "relayed").await;
    assert_eq!(bench.state(message).await, State::Relayed);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clear_mail_to_a_relay_with_dsn_takes_the_wishes_along_and_we_report_nothing() {
    let server = Server::start(|line| match line {
        line if line.starts_with("EHLO") => Some("250-relay.example\r\n250 DSN\r\n"),
        line => friendly(line),
    })
    .await;
    let bench = Bench::start(&server).await;
    let message = bench.clear(SUCCESS).await;
    bench.reach(message, State::Relayed).await;
    assert_eq!(bench.reports().await, [""; 0]);
    let heard = server.heard();
    let rcpt = format!("RCPT TO:<{PATIENT}> NOTIFY=SUCCESS,FAILURE");
    assert!(heard.contains(&rcpt), "{heard:?}");
    let mail = "MAIL FROM:<bounce@clinic.example> ENVID=q+2B1".to_owned();
    assert!(heard.contains(&mail), "{heard:?}");
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_is_told_to_nobody_who_did_not_ask() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    for notify in [Notify::Default, Notify::Never] {
        let message = bench.clear(notify).await;
        bench.reach(message, State::Relayed).await;
    }
    let (message, _) = bench.notice(PATIENT, MAIL).await;
    bench.reach(message, State::NoticeAccepted).await;
    assert_eq!(bench.reports().await, [""; 0]);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_to_a_mailbox_here_is_reported_as_delivered() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let (message, _) = bench.wished(SUCCESS, Route::Local).await;
    let mut tx = Tx::new();
    let work = Work::Tell { message, n: 0 };
    queue::push(&mut tx, bench.now(), Lane::Success, work);
    bench.store.commit(tx).await.unwrap();
    assert_told(&bench, &server, "delivered").await;
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_notice_is_reported_once_and_given_up_after_two_days() {
    let server = Server::start(|line| match line {
        "RCPT TO:<jane.canary@example.test>" => Some("450 4.2.0 later\r\n"),
        line => friendly(line),
    })
    .await;
    let bench = Bench::start(&server).await;
    let (message, _) = bench.notice(PATIENT, MAIL).await;
    let inbox = folders::id(&bench.store, Some(bench.account), "INBOX");
    let reports = || async {
        let entries = bench.store.entries(inbox, 0, 9).await.unwrap();
        entries.len()
    };
    // Time passes when nothing is in hand; each step is one turn of the queue.
    while bench.state(message).await == State::Queued {
        let listed = queue::list(&bench.store, 9).await.unwrap();
        let Some(next) = listed.iter().map(|l| l.due).min() else {
            break;
        };
        let busy = listed.iter().any(|l| l.leased) || next <= bench.now();
        if busy {
            tokio::task::yield_now().await;
        } else {
            let early = bench.now();
            assert!(early < next);
            bench.hand.advance(next.duration_since(early));
        }
    }
    assert_eq!(bench.state(message).await, State::NoticeBounced);
    assert_eq!(reports().await, 2, "one for the delay, one for the end");
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deferred_code_says_when_it_is_tried_next_and_a_taken_one_since_when() {
    let server = Server::start(|line| match line {
        line if line.starts_with("RCPT") && first() => Some("450 4.7.1 greylisted\r\n"),
        line => friendly(line),
    })
    .await;
    fn first() -> bool {
        static ASKED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
        !ASKED.swap(true, std::sync::atomic::Ordering::Relaxed)
    }
    let bench = Bench::start(&server).await;
    let grant = bench.code().await;
    let later = bench.now() + SignedDuration::from_secs(15);
    bench
        .until(|| async { bench.code_mail(grant).await == CodeMail::Deferred(later) })
        .await;
    bench.hand.advance(SignedDuration::from_secs(15));
    bench
        .until(|| async { bench.code_mail(grant).await == CodeMail::Handed(later) })
        .await;
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notices_that_stall_never_delay_a_code() {
    let server = Server::start(|line| match line {
        // Silence, for every notice there is.
        "RCPT TO:<stall@example.test>" => Some(""),
        line => friendly(line),
    })
    .await;
    let bench = Bench::start(&server).await;
    for _ in 0..50 {
        bench.notice("stall@example.test", MAIL).await;
    }
    let grant = bench.code().await;
    let at = bench.now();
    bench
        .until(|| async { bench.code_mail(grant).await == CodeMail::Handed(at) })
        .await;
    let stalled = "RCPT TO:<stall@example.test>";
    let stall = || async { server.heard().iter().filter(|l| *l == stalled).count() == 8 };
    bench.until(stall).await;
    // A stop puts back those that wait, and lets go of those that stall. One
    // step in time, once the stop was heard: a second one could end the lease
    // of what is put back.
    bench.stop.send(true).unwrap();
    let heard = || async {
        let listed = queue::list(&bench.store, 99).await.unwrap();
        listed.iter().filter(|l| l.leased).count() == 8
    };
    bench.until(heard).await;
    bench.hand.advance(SignedDuration::from_mins(6));
    bench
        .until(|| async { bench.work.as_ref().unwrap().is_finished() })
        .await;
    let left = queue::list(&bench.store, 99).await.unwrap();
    assert_eq!(left.len(), 50);
    assert!(left.iter().all(|listed| !listed.leased));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_must_not_leave_is_set_aside_and_the_rest_flows() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let (bad, _) = bench.notice(PATIENT, b"Subject: x\n\nsmuggled\r\n").await;
    let (good, _) = bench.notice(PATIENT, MAIL).await;
    bench
        .until(|| async { bench.state(good).await == State::NoticeAccepted })
        .await;
    let aside = || async {
        let listed = queue::list(&bench.store, 9).await.unwrap();
        listed.len() == 1 && listed[0].due == queue::ASIDE
    };
    bench.until(aside).await;
    assert_eq!(bench.state(bad).await, State::Queued);
    assert!(!server.heard().iter().any(|line| line.contains("smuggled")));
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_of_a_message_taken_back_does_not_leave() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let (message, grant) = bench.message().await;
    let mut record = bench.store.get(&Grant::at(grant)).await.unwrap().unwrap();
    record.recalled = Some(bench.now());
    let mut tx = Tx::new();
    tx.put(&record);
    bench.store.commit(tx).await.unwrap();
    let purpose = Purpose::Notice {
        message,
        n: 0,
        grant,
    };
    bench.push(Lane::Notice, purpose, PATIENT, MAIL).await;
    let gone = || async { queue::list(&bench.store, 9).await.unwrap().is_empty() };
    bench.until(gone).await;
    assert!(server.heard().is_empty());
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_moves_nothing_and_one_that_was_overtaken_does_not_leave() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let (message, grant) = bench.notice(PATIENT, MAIL).await;
    bench.reach(message, State::NoticeAccepted).await;
    let purpose = Purpose::Reminder {
        message,
        n: 0,
        grant,
    };
    let before = server.heard().len();
    let quiet = || async { queue::list(&bench.store, 9).await.unwrap().is_empty() };
    bench.push(Lane::Notice, purpose, PATIENT, MAIL).await;
    bench.until(quiet).await;
    let after = server.heard().len();
    assert!(after > before, "it did not leave");
    assert_eq!(bench.state(message).await, State::NoticeAccepted);
    // It is read while the next one waits.
    let mut record = bench.store.get(&Grant::at(grant)).await.unwrap().unwrap();
    record.opened = Some(bench.now());
    let mut tx = Tx::new();
    tx.put(&record);
    bench.store.commit(tx).await.unwrap();
    bench.push(Lane::Notice, purpose, PATIENT, MAIL).await;
    bench.until(quiet).await;
    assert_eq!(server.heard().len(), after);
    bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: run it alone, in release, with --nocapture"]
async fn measure_how_many_notices_leave_in_a_second() {
    let server = Server::start(friendly).await;
    let bench = Bench::start(&server).await;
    let mail = [
        b"Subject: x\r\n\r\n".as_slice(),
        &b"0123456789\r\n".repeat(700),
    ]
    .concat();
    let count: u32 = 2000;
    let (message, grant) = bench.message().await;
    let purpose = Purpose::Notice {
        message,
        n: 0,
        grant,
    };
    let began = std::time::Instant::now();
    let pushes = (0..count).map(|_| bench.push(Lane::Notice, purpose, PATIENT, &mail));
    futures_util::future::join_all(pushes).await;
    println!("queued in {:?}", began.elapsed());
    let quiet = || async { queue::list(&bench.store, 1).await.unwrap().is_empty() };
    while !quiet().await {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("{:.0} delivered a second", f64::from(count) / seconds);
    bench.end().await;
}
