//! A recipient's whole visit, on a real store.

use crate::access::password::Passwords;
use crate::access::{accounts, link};
use crate::folders;
use crate::mime::index::Indexer;
use crate::model::parcel::Body;
use crate::model::{
    Account, Actor, Address, Clock, Direction, EventKind, Flags, Head, Lane, Language, Live,
    Mailbox, ManualClock, MessageId, Purpose, Recipient, Role, Secret, Standing, State, System,
    Token,
};
use crate::outbound;
use crate::policy;
use crate::queue;
use crate::release;
use crate::store::records::{
    Ended, Ending, Grant, Job, MailboxGrant, Message, OpenTask, Task, Thread, Work,
};
use crate::store::{RootKey, Settings, Store, Tx, samples};
use crate::sweep::{self, Sweep};
use crate::upload::{Fault, Limits};
use crate::visit::{
    Admission, Asked, Caller, Landing, Letterhead, Mark, Reader, Refusal, Rules, Sent, Unseen,
    Verified, Visit, Which,
};
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use tempfile::TempDir;

const JANE: &str = "jane@example.com";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n";

/// Two texts, a picture in the HTML, and a file of 3000 octets in base64.
fn original() -> (Head, Vec<u8>) {
    let file = data_encoding::BASE64.encode(&report());
    let lines: Vec<&str> = file
        .as_bytes()
        .chunks(76)
        .map(|l| std::str::from_utf8(l).unwrap())
        .collect();
    let body = format!(
        "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
         --c\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nAll is well, José.\r\n\
         --c\r\nContent-Type: text/html\r\n\r\n<p onclick=\"x()\">All is <b>well</b></p><script>bad()</script>\r\n--c--\r\n\
         --b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=report.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        lines.join("\r\n")
    );
    letter(&body)
}

/// A letter with these parts, between boundaries `b`.
fn letter(body: &str) -> (Head, Vec<u8>) {
    let header = "From: Dr. Maria Ruiz <ruiz@clinic.example>\r\nTo: jane@example.com, bob@example.net\r\n\
        Cc: Front Desk <desk@clinic.example>\r\nSubject: Your results\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    let mut indexer = Indexer::new(header.as_bytes());
    indexer.write(body.as_bytes()).unwrap();
    let desk = Mailbox {
        name: Some("Front Desk".into()),
        address: address("desk@clinic.example"),
    };
    let head = Head {
        subject: "Your results".into(),
        from: Some(Mailbox {
            name: Some("Dr. Maria Ruiz".into()),
            address: address("ruiz@clinic.example"),
        }),
        to: [JANE, "bob@example.net"]
            .map(|a| Mailbox {
                name: None,
                address: address(a),
            })
            .into(),
        cc: vec![desk],
        envelope: vec![address(JANE)],
        message_id: "first@clinic.example".into(),
        parts: indexer.finish().unwrap().parts,
        ..Head::default()
    };
    (head, [header.as_bytes(), body.as_bytes()].concat())
}

fn report() -> Vec<u8> {
    PDF.iter().copied().cycle().take(3_000).collect()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

struct Bench {
    folder: TempDir,
    hand: ManualClock,
    store: Store,
    visit: Visit,
    ruiz: Account,
    desk: Account,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let settings = Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let store =
            Store::create(&settings, &RootKey::generate(), Clock::Manual(hand.clone())).unwrap();
        let add = async |name: &str| {
            accounts::add(&store, address(name), Role::Provider, Actor::Gateway)
                .await
                .unwrap()
        };
        let (ruiz, desk) = (
            add("ruiz@clinic.example").await,
            add("desk@clinic.example").await,
        );
        let visit = Visit::new(store.clone(), Passwords::new(), Live::new(rules()));
        Self {
            folder,
            hand,
            store,
            visit,
            ruiz,
            desk,
        }
    }

    fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    fn pass(&self, seconds: i64) {
        self.hand.advance(SignedDuration::from_secs(seconds));
    }

    /// A message to `to`, as dispatch leaves it.
    async fn send(&self, to: &str) -> (Grant, Token) {
        self.send_letter(to, original()).await
    }

    async fn send_letter(&self, to: &str, (head, octets): (Head, Vec<u8>)) -> (Grant, Token) {
        let now = self.now();
        let mut writer = self.store.write_content();
        writer.write(&octets).await.unwrap();
        let content = writer.finish().await.unwrap();
        let thread = outbound::thread_id(&self.store, &address(to), &head.message_id);
        let message = Message {
            account: Some(self.ruiz.id),
            thread,
            ..samples::message(now, &content, &head)
        };
        let grant = samples::grant(&self.store, message.id, &address(to));
        let mut tx = Tx::new();
        tx.attach(content);
        tx.insert(&message);
        tx.insert(&grant);
        tx.insert(&MailboxGrant {
            mailbox: grant.mailbox,
            grant: grant.id,
        });
        tx.put(&Thread {
            id: thread,
            accounts: vec![self.ruiz.id, self.desk.id],
        });
        tx.insert(&samples::recipient(&grant, State::NoticeAccepted));
        let token = link::make(&self.store, &mut tx, grant.id);
        self.store.commit(tx).await.unwrap();
        (grant, token)
    }

    /// The mails that wait in a lane, oldest first.
    async fn mails(&self, lane: Lane) -> Vec<(Job, Purpose, String)> {
        let listed = queue::list(&self.store, 100).await.unwrap();
        let mut mails = Vec::new();
        for listed in listed.into_iter().filter(|l| l.job.lane == lane) {
            let Work::Deliver(parcel) = listed.job.work.clone() else {
                continue;
            };
            let Body::Here(octets) = parcel.body else {
                continue;
            };
            mails.push((
                listed.job,
                parcel.purpose,
                String::from_utf8(octets).unwrap(),
            ));
        }
        mails.sort_by_key(|(job, ..)| job.created);
        mails
    }

    /// Follows the link to a live session.
    async fn enter(&self, link: &Token) -> (Reader, Token) {
        let asked = self.visit.request_code(link, &caller()).await.unwrap();
        assert!(matches!(asked, Asked::Sent(_)), "{asked:?}");
        let (.., mail) = self.mails(Lane::Code).await.pop().unwrap();
        let code = code_in(&mail);
        let verified = self
            .visit
            .verify(link, &Secret::new(code), false, &caller())
            .await
            .unwrap();
        let Verified::In(entry) = verified else {
            panic!("{verified:?}")
        };
        (self.reader(&entry.session).await, entry.session)
    }

    async fn reader(&self, cookie: &Token) -> Reader {
        match self.visit.reader(cookie, &caller()).await.unwrap() {
            Admission::In(reader) => reader,
            other => panic!("{other:?}"),
        }
    }

    async fn state(&self, grant: &Grant) -> State {
        let key = Recipient::at(grant.message, grant.n);
        self.store.get(&key).await.unwrap().unwrap().state
    }

    /// A sweep, where something may wait for so many hours, or for ever.
    async fn sweep(&self, hours: Option<i64>) {
        let settings = sweep::Settings {
            idle: SignedDuration::from_mins(15),
            reminder: None,
            unread: hours.map(|hours| sweep::Unread {
                to: address("office@elsewhere.example"),
                after: SignedDuration::from_hours(hours),
            }),
            voice: outbound::samples::settings().voice,
            office: release::samples::settings().office,
        };
        let mut sweep = Sweep::new(self.store.clone(), Live::new(settings));
        while sweep.turn().await.unwrap() {}
    }

    /// What was told of what still waits: when it leaves, and the mail.
    async fn told(&self) -> Vec<(Timestamp, String)> {
        let mails = self.mails(Lane::Report).await.into_iter();
        let told = mails.filter(|(.., mail)| mail.contains("is still waiting"));
        told.map(|(job, _, mail)| (job.due, mail.replace("=\r\n", "")))
            .collect()
    }

    async fn count(&self, kind: EventKind) -> usize {
        let events = self.store.audit_events(0, 1_000).await.unwrap();
        events.iter().filter(|e| e.event.kind == kind).count()
    }

    async fn inbox_of(&self, account: &Account) -> Vec<MessageId> {
        let folder = folders::id(&self.store, Some(account.id), "INBOX");
        let entries = self.store.entries(folder, 0, 100).await.unwrap();
        entries.into_iter().map(|entry| entry.message).collect()
    }

    async fn download(&self, reader: &Reader, which: Which, n: u16) -> Vec<u8> {
        let mut download = self
            .visit
            .file(reader, which, n, &caller())
            .await
            .unwrap()
            .unwrap();
        let mut octets = Vec::new();
        while let Some(piece) = download.next().await.unwrap() {
            octets.extend(piece);
        }
        octets
    }
}

fn rules() -> Rules {
    Rules {
        idle: SignedDuration::from_mins(15),
        uploads: Limits {
            file: 10_000,
            all: 25_000,
            kinds: ["pdf", "png", "txt"].map(str::to_owned).into(),
        },
        retain: SignedDuration::from_hours(24 * 365),
        letterhead: Letterhead {
            clinic: "North Clinic".into(),
            hostname: "mail.clinic.example".into(),
            from: address("secure@clinic.example"),
            bounce: address("bounce@clinic.example"),
            language: Language::English,
        },
        write_to: Vec::new(),
        notify: Some(address("office@elsewhere.example")),
        unread_after: Some(SignedDuration::from_hours(24)),
        chart: crate::chart::Wanted::default(),
    }
}

fn caller() -> Caller {
    Caller {
        ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
        known: None,
        agent: "desktop",
        counts: true,
    }
}

fn code_in(mail: &str) -> String {
    let text = mail.split("\r\n\r\n").nth(2).unwrap();
    let runs = text.split(|c: char| !c.is_ascii_digit());
    runs.into_iter()
        .find(|run| run.len() == 6)
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_link_alone_shows_a_masked_address_and_changes_nothing() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let before = bench.store.figures().commits;
    for _ in 0..50 {
        let Landing::Open(front) = bench.visit.landing(&link).await.unwrap() else {
            panic!()
        };
        assert_eq!(
            (front.masked.as_str(), front.expires),
            ("j•••@example.com", grant.expires)
        );
        let page = bench.visit.code_page(&link).await.unwrap().unwrap();
        assert!(page.reference.is_none() && page.mail.is_none());
    }
    assert_eq!(bench.store.figures().commits, before);
    assert!(bench.mails(Lane::Code).await.is_empty());
    assert_eq!(
        bench.visit.landing(&Token::new()).await.unwrap(),
        Landing::Unknown
    );
}

#[tokio::test]
async fn the_code_goes_to_the_recipient_alone_and_bears_the_pages_reference() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let Asked::Sent(page) = bench.visit.request_code(&link, &caller()).await.unwrap() else {
        panic!()
    };
    let (job, purpose, mail) = bench.mails(Lane::Code).await.pop().unwrap();
    assert_eq!(
        purpose,
        Purpose::Code {
            grant: grant.id,
            serial: 0
        }
    );
    assert!(mail.contains(page.reference.as_deref().unwrap()));
    let Work::Deliver(parcel) = job.work else {
        panic!()
    };
    assert_eq!(parcel.recipient, address(JANE));
    assert!(parcel.sender.unwrap().as_str().starts_with("bounce+c"));
    for secret in ["results", "Ruiz", "report.pdf"] {
        assert!(!mail.contains(secret), "{secret} stands in the code mail");
    }
    let Asked::Joined(second) = bench.visit.request_code(&link, &caller()).await.unwrap() else {
        panic!()
    };
    assert_eq!(second.reference, page.reference);
    assert_eq!(
        second.again,
        Some(bench.now() + SignedDuration::from_secs(30))
    );
}

#[tokio::test]
async fn a_reader_sees_text_and_file_and_no_other_recipient() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    assert_eq!(
        bench.visit.own(&reader, &link).await.unwrap(),
        Some(grant.id)
    );
    let which = Which::Received(grant.id);
    let unseen = Caller {
        counts: false,
        ..caller()
    };
    bench
        .visit
        .message(&reader, which, &unseen)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        bench.state(&grant).await,
        State::NoticeAccepted,
        "a prefetch is no look"
    );
    let list = bench.visit.inbox(&reader, None).await.unwrap();
    assert_eq!((list.lines[0].mark, list.lines[0].files), (Mark::New, 1));

    let letter = bench
        .visit
        .message(&reader, which, &caller())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(letter.from, "Dr. Maria Ruiz");
    assert_eq!(letter.to, [JANE, "Front Desk"]);
    assert!(letter.framed);
    assert_eq!(letter.text, None, "the HTML says it already");
    let body = bench.visit.body(&reader, which).await.unwrap().unwrap();
    assert!(
        body.contains("<b>well</b>") && !body.contains("bad()") && !body.contains("onclick"),
        "{body}"
    );
    assert_eq!(bench.state(&grant).await, State::Opened);
    assert_eq!(bench.count(EventKind::Open).await, 1);

    let file = &letter.files[0];
    assert_eq!(file.name.as_deref(), Some("report.pdf"));
    assert!(file.size.abs_diff(3_000) <= 2, "{}", file.size);
    assert_eq!(bench.download(&reader, which, file.n).await, report());
    assert_eq!(bench.state(&grant).await, State::Downloaded);
    assert!(
        bench
            .visit
            .file(&reader, which, 0, &caller())
            .await
            .unwrap()
            .is_none(),
        "a text is no file"
    );
    assert_eq!(bench.visit.files(&reader).await.unwrap()[0].file, *file);
}

#[tokio::test]
async fn a_session_of_one_mailbox_opens_nothing_of_another() {
    let bench = Bench::new().await;
    let (_, janes) = bench.send(JANE).await;
    let (bobs, link) = bench.send("bob@example.net").await;
    let (reader, _) = bench.enter(&janes).await;
    let which = Which::Received(bobs.id);
    assert!(
        bench
            .visit
            .message(&reader, which, &caller())
            .await
            .unwrap()
            .is_none()
    );
    assert!(bench.visit.body(&reader, which).await.unwrap().is_none());
    assert!(
        bench
            .visit
            .file(&reader, which, 2, &caller())
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        bench
            .visit
            .begin_reply(&reader, bobs.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(bench.visit.own(&reader, &link).await.unwrap().is_none());
    bench
        .visit
        .keep_draft(reader.owner(), bobs.id, "mine")
        .await
        .unwrap();
    assert_eq!(
        bench.visit.inbox(&reader, None).await.unwrap().lines.len(),
        1
    );
}

/// Answers with a text and a file, and with the empty file field of a form.
async fn answer(bench: &Bench, reader: &Reader, grant: &Grant) -> Sent {
    let begun = bench.visit.begin_reply(reader, grant.id).await;
    let mut intake = begun.unwrap().unwrap();
    intake.text("Thank you,\nJane").await.unwrap();
    intake.begin_file("../../my report.pdf").await.unwrap();
    for piece in report().chunks(700) {
        intake.write(piece).await.unwrap();
    }
    intake.end_file().await.unwrap();
    intake.begin_file("").await.unwrap();
    intake.end_file().await.unwrap();
    intake.finish(&caller()).await.unwrap()
}

#[tokio::test]
async fn an_answer_reaches_every_account_of_the_conversation() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let sent = answer(&bench, &reader, &grant).await;
    assert_eq!(bench.inbox_of(&bench.ruiz).await, [sent.message]);
    assert_eq!(bench.inbox_of(&bench.desk).await, [sent.message]);
    for account in [&bench.ruiz, &bench.desk] {
        let list = folders::list(&bench.store, account).await.unwrap();
        let view = list.iter().find(|f| f.contact == Some(grant.contact));
        let rows = bench.store.rows(view.unwrap().id, None).await.unwrap().rows;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].message, sent.message);
        assert!(rows[0].flags.system.contains(System::SEEN));
    }
    assert_eq!(bench.state(&grant).await, State::Replied);
    let message = bench.store.get(&Message::at(sent.message)).await;
    let message = message.unwrap().unwrap();
    assert_eq!(message.direction, Direction::Incoming);
    assert_eq!(message.answers, Some(grant.id));
    let content = bench.store.open_content(message.content).await;
    let octets = content.unwrap().unwrap().read(0, usize::MAX).await.unwrap();
    let text = String::from_utf8(octets).unwrap();
    for line in [
        "In-Reply-To: <first@clinic.example>",
        "Subject: Re: Your results",
        "my report.pdf",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains(".."), "{text}");
    let alerts = bench.mails(Lane::Report).await;
    assert_eq!(alerts.len(), 1);
    assert!(!alerts[0].2.contains("Jane") && !alerts[0].2.contains("results"));
}

#[tokio::test]
async fn an_answer_can_be_read_again_by_its_writer() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let owner = reader.owner();
    bench
        .visit
        .keep_draft(owner, grant.id, "Thank")
        .await
        .unwrap();
    let read = async |which| {
        let letter = bench.visit.message(&reader, which, &caller()).await;
        letter.unwrap().unwrap()
    };
    let which = Which::Received(grant.id);
    assert_eq!(read(which).await.draft.as_deref(), Some("Thank"));
    let sent = answer(&bench, &reader, &grant).await;
    let own = Which::Sent(sent.message);
    let letter = read(own).await;
    let text = letter.text.unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "Thank you,\nJane");
    assert_eq!(letter.to, ["Dr. Maria Ruiz", "desk@clinic.example"]);
    let n = letter.files[0].n;
    assert_eq!(bench.download(&reader, own, n).await, report());
    let list = bench.visit.sent(&reader, None).await.unwrap();
    assert_eq!(list.lines[0].files, 1);
    assert_eq!(bench.visit.files(&reader).await.unwrap().len(), 2);
    let letter = read(which).await;
    assert_eq!((letter.draft, letter.replied), (None, Some(sent.at)));
}

#[tokio::test]
async fn answers_in_a_row_cause_one_alert_in_a_quarter_of_an_hour() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    for _ in 0..4 {
        let mut intake = bench
            .visit
            .begin_reply(&reader, grant.id)
            .await
            .unwrap()
            .unwrap();
        intake.text("One more thing").await.unwrap();
        intake.finish(&caller()).await.unwrap();
        bench.pass(60);
    }
    let due: Vec<_> = bench
        .mails(Lane::Report)
        .await
        .into_iter()
        .map(|(job, ..)| job.created)
        .collect();
    assert_eq!(due.len(), 2);
    assert_eq!(due[1].duration_since(due[0]), SignedDuration::from_mins(15));
}

/// An answer of one line.
async fn say(bench: &Bench, reader: &Reader, grant: &Grant) -> MessageId {
    let begun = bench.visit.begin_reply(reader, grant.id).await;
    let mut intake = begun.unwrap().unwrap();
    intake.text("One more thing").await.unwrap();
    intake.finish(&caller()).await.unwrap().message
}

const DAY: i64 = 24 * 3_600;

#[tokio::test]
async fn an_answer_that_still_waits_is_told_once_more_by_its_mailboxes_and_no_patient() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let sent = answer(&bench, &reader, &grant).await;
    bench.pass(DAY - 1);
    bench.sweep(Some(24)).await;
    assert!(bench.told().await.is_empty(), "told too early");
    bench.pass(1);
    bench.sweep(Some(24)).await;
    let told = bench.told().await;
    assert_eq!(told.len(), 1);
    let (due, mail) = &told[0];
    assert_eq!(*due, bench.now(), "it leaves at once");
    for said in [
        "To: <office@elsewhere.example>",
        "for at least 24 hours",
        "ruiz@clinic.example, desk@clinic.example",
    ] {
        assert!(mail.contains(said), "{said} is not in {mail}");
    }
    // Whether somebody has looked at it on the office page is not known.
    for claim in ["opened it", "has read it", "unread"] {
        assert!(!mail.contains(claim), "{claim} is in {mail}");
    }
    let id = sent.message.to_string();
    for word in ["jane", "Jane", "results", "Thank", "report.pdf", &id] {
        assert!(!mail.contains(word), "{word} is in {mail}");
    }
    for _ in 0..3 {
        bench.pass(DAY);
        bench.sweep(Some(24)).await;
    }
    assert_eq!(bench.told().await.len(), 1, "told again");
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let mut events = events.iter().map(|found| &found.event);
    let event = events.find(|event| event.note == "still-unread").unwrap();
    assert_eq!(
        (event.actor, event.kind, event.object.as_str()),
        (Actor::Gateway, EventKind::Notice, id.as_str())
    );
    assert!(events.all(|event| event.note != "still-unread"));
}

/// What Ruiz may do with an answer before its time is over; the desk does nothing.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Mark(System),
    Move(&'static str),
    Expunge,
    Destroy,
}

async fn does(bench: &Bench, deed: Deed, id: MessageId) {
    match deed {
        Deed::Mark(flag) => {
            let marked = folders::mark(&bench.store, bench.ruiz.id, id, (flag, None));
            assert!(marked.await.unwrap());
        }
        Deed::Move(to) => take_out_of_inbox(bench, id, Some(to)).await,
        Deed::Expunge => take_out_of_inbox(bench, id, None).await,
        Deed::Destroy => destroy(&bench.store, id).await,
    }
}

async fn take_out_of_inbox(bench: &Bench, id: MessageId, to: Option<&str>) {
    let (store, ruiz) = (&bench.store, bench.ruiz.id);
    let inbox = folders::inbox(store, ruiz);
    let rows = store.rows(inbox, None).await.unwrap().rows;
    let mut tx = Tx::new();
    if let Some(to) = to {
        let to = folders::id(store, Some(ruiz), to);
        assert!(folders::copy(store, &mut tx, to, &rows).await.unwrap());
    }
    let gone = [(rows[0].uid, id)];
    let out = folders::expunge(store, &mut tx, inbox, &gone);
    out.await.unwrap();
    store.commit(tx).await.unwrap();
}

/// What the end of its retention does.
async fn destroy(store: &Store, id: MessageId) {
    let held = store.hold(&Message::at(id)).await.unwrap().unwrap();
    let mut message = held.record.clone();
    message.purged = Some(store.clock().now());
    let mut tx = Tx::new();
    folders::take_out(store, &mut tx, id).await.unwrap();
    tx.purge(message.content);
    tx.replace(&held, &message);
    store.commit(tx).await.unwrap();
}

#[tokio::test]
async fn what_one_of_the_office_has_dealt_with_is_not_told_again_and_what_was_moved_unread_is() {
    for (deed, is_told) in [
        (Deed::Mark(System::SEEN), false),
        (Deed::Mark(System::ANSWERED), false),
        (Deed::Mark(System::DELETED), false),
        (Deed::Move("Trash"), false),
        (Deed::Expunge, false),
        (Deed::Destroy, false),
        (Deed::Mark(System::FLAGGED), true),
        (Deed::Move("Archive"), true),
    ] {
        let bench = Bench::new().await;
        let (grant, link) = bench.send(JANE).await;
        let (reader, _) = bench.enter(&link).await;
        let id = say(&bench, &reader, &grant).await;
        bench.pass(DAY - 1);
        does(&bench, deed, id).await;
        bench.pass(1);
        bench.sweep(Some(24)).await;
        let told = bench.told().await.len();
        assert_eq!(told, usize::from(is_told), "{deed:?}");
    }
}

#[tokio::test]
async fn answers_in_a_row_that_nobody_reads_are_told_twice_and_behind_no_other_alert() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    for _ in 0..3 {
        say(&bench, &reader, &grant).await;
        bench.pass(60);
    }
    // Of what comes now, Ruiz alone hears.
    let (desk, by) = (bench.desk.id, Actor::Gateway);
    accounts::set_standing(&bench.store, desk, Standing::Disabled, by)
        .await
        .unwrap();
    say(&bench, &reader, &grant).await;
    // One announcement has left, and one is under way.
    bench.pass(DAY - 240);
    say(&bench, &reader, &grant).await;
    say(&bench, &reader, &grant).await;
    let first = bench.now() + SignedDuration::from_mins(1);
    for _ in 0..4 {
        bench.pass(60);
        bench.sweep(Some(24)).await;
    }
    let told = bench.told().await;
    let quarter = SignedDuration::from_mins(15);
    let mut due: Vec<_> = told
        .iter()
        .map(|(due, _)| due.duration_since(first))
        .collect();
    due.sort_unstable();
    let minutes = SignedDuration::from_mins;
    assert_eq!(due, [minutes(0), minutes(3), quarter]);
    let alone = told.iter().filter(|(_, mail)| !mail.contains("desk@"));
    assert_eq!(alone.count(), 1);
    let events = bench.store.audit_events(0, 1_000).await.unwrap();
    let on_record = events.iter().filter(|e| e.event.note == "still-unread");
    assert_eq!(on_record.count(), 4);
}

#[tokio::test]
async fn a_reload_may_give_more_time_to_read_and_may_end_it() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    say(&bench, &reader, &grant).await;
    bench.pass(DAY);
    bench.sweep(Some(48)).await;
    assert!(bench.told().await.is_empty());
    bench.pass(DAY - 1);
    bench.sweep(Some(48)).await;
    assert!(bench.told().await.is_empty());
    bench.pass(1);
    bench.sweep(Some(48)).await;
    let told = bench.told().await;
    assert_eq!(told.len(), 1);
    assert!(told[0].1.contains("for at least 48 hours"));

    say(&bench, &reader, &grant).await;
    bench.pass(DAY);
    bench.sweep(None).await;
    bench.sweep(Some(24)).await;
    assert_eq!(bench.told().await.len(), 1);
}

#[tokio::test]
async fn what_lies_unread_in_the_shared_mailbox_is_told_until_one_of_the_office_has_read_it() {
    for is_read in [false, true] {
        let bench = Bench::new().await;
        let (grant, link) = bench.send(JANE).await;
        for account in [&bench.ruiz, &bench.desk] {
            accounts::set_standing(&bench.store, account.id, Standing::Disabled, Actor::Gateway)
                .await
                .unwrap();
        }
        let new = address("kim@clinic.example");
        let kim = accounts::add(&bench.store, new, Role::Staff, Actor::Gateway);
        let kim = kim.await.unwrap();
        let (reader, _) = bench.enter(&link).await;
        let id = say(&bench, &reader, &grant).await;
        if is_read {
            let seen = (System::SEEN, None);
            let marked = folders::mark(&bench.store, kim.id, id, seen).await;
            assert!(marked.unwrap());
        }
        bench.pass(DAY);
        bench.sweep(Some(24)).await;
        let told = bench.told().await;
        assert_eq!(told.len(), usize::from(!is_read));
        for (_, mail) in told {
            assert!(
                mail.contains("in the shared mailbox of the office"),
                "{mail}"
            );
            let body = mail.split("\r\n\r\n").nth(1).unwrap();
            assert!(!body.contains('@'), "{body}");
        }
    }
}

/// An answer of the desk in Ruiz's name, to this address, that waits for its release
/// and refers to a message.
async fn held(bench: &Bench, writer: &Account, to: &str, id: MessageId) -> Message {
    let store = &bench.store;
    let head = Head {
        envelope: vec![address(to)],
        references: vec![format!("{id}@mail.clinic.example")],
        ..Head::default()
    };
    let mut content = store.write_content();
    content.write(b"\r\nCome at nine.\r\n").await.unwrap();
    let content = content.finish().await.unwrap();
    let mut message = samples::message(bench.now(), &content, &head);
    message.account = Some(writer.id);
    let grant = samples::grant(store, message.id, &address(to));
    let new = release::New {
        message: message.id,
        writer: (writer, store.network_key(caller().ip)),
        provider: &bench.ruiz,
        binding: [0; 32],
        submitted: [0; 32],
    };
    let mut tx = Tx::new();
    tx.attach(content);
    tx.insert(&message);
    tx.insert(&samples::recipient(&grant, State::Held));
    release::hold(store, &mut tx, &release::samples::settings(), &new)
        .await
        .unwrap();
    store.commit(tx).await.unwrap();
    message
}

const HOUR: i64 = 3_600;

#[tokio::test]
async fn while_an_answer_waits_for_release_nobody_is_told_and_if_it_is_rejected_the_office_is() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let id = say(&bench, &reader, &grant).await;
    bench.pass(DAY - HOUR);
    let answer = held(&bench, &bench.desk, JANE, id).await;
    bench.pass(HOUR);
    for _ in 0..5 {
        bench.sweep(Some(24)).await;
        bench.pass(HOUR);
    }
    assert!(bench.told().await.is_empty(), "told while its answer waits");
    let by = release::Releaser {
        provider: bench.ruiz.id,
        how: policy::How::Own,
    };
    let office = release::samples::settings().office;
    let reason = (answer.id, "The hour is wrong.");
    release::reject(&bench.store, &office, reason, &by)
        .await
        .unwrap();
    bench.sweep(Some(24)).await;
    let told = bench.told().await;
    assert_eq!(told.len(), 1);
    assert!(told[0].1.contains("for at least 29 hours"), "{}", told[0].1);
}

#[tokio::test]
async fn what_is_held_and_is_no_answer_to_it_that_can_be_released_keeps_nobody_from_being_told() {
    for case in ["forwarded", "another", "stranger", "unreadable"] {
        let bench = Bench::new().await;
        let (grant, link) = bench.send(JANE).await;
        let (reader, _) = bench.enter(&link).await;
        let id = say(&bench, &reader, &grant).await;
        let (store, desk) = (&bench.store, &bench.desk);
        match case {
            "forwarded" => drop(held(&bench, desk, "bob@example.net", id).await),
            "another" => drop(held(&bench, desk, JANE, MessageId::new(bench.now())).await),
            "stranger" => {
                let kim = address("kim@clinic.example");
                let kim = accounts::add(store, kim, Role::Staff, Actor::Gateway);
                held(&bench, &kim.await.unwrap(), JANE, id).await;
            }
            _ => {
                let was = held(&bench, desk, JANE, id).await;
                let spoilt = store.hold(&Message::at(was.id)).await.unwrap().unwrap();
                let mut message = spoilt.record.clone();
                message.head.pop();
                let mut tx = Tx::new();
                tx.replace(&spoilt, &message);
                store.commit(tx).await.unwrap();
            }
        }
        bench.pass(DAY);
        bench.sweep(Some(24)).await;
        assert_eq!(bench.told().await.len(), 1, "{case}");
    }
}

/// Something that a patient wrote to Ruiz alone, and so large that it has a file of its
/// own.
async fn large(bench: &Bench) -> MessageId {
    let (store, now) = (&bench.store, bench.now());
    let mut content = store.write_content();
    content.write(&[b'x'; 200_000]).await.unwrap();
    let content = content.finish().await.unwrap();
    let head = Head {
        envelope: vec![bench.ruiz.address.clone()],
        ..Head::default()
    };
    let id = MessageId::new(now);
    let mut tx = Tx::new();
    tx.insert(&Message::settled(
        id,
        Direction::Incoming,
        now,
        (&content, &head),
    ));
    tx.attach(content);
    tx.file(
        folders::inbox(store, bench.ruiz.id),
        id,
        Flags::default(),
        None,
    );
    tx.put(&Ending {
        at: now + SignedDuration::from_hours(24),
        what: Ended::Unread(id),
    });
    store.commit(tx).await.unwrap();
    id
}

/// The one file of content in the store.
fn content_file(bench: &Bench) -> PathBuf {
    let folder = bench.folder.path().join("data").join("content");
    let folders = fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files = files.map(|file| file.unwrap().path());
    let file = files.next().unwrap();
    assert!(files.next().is_none());
    file
}

#[tokio::test]
async fn what_cannot_be_read_is_looked_at_again_and_holds_up_nothing_that_is_due_behind_it() {
    for lost in [false, true] {
        let bench = Bench::new().await;
        let (grant, link) = bench.send(JANE).await;
        let (reader, _) = bench.enter(&link).await;
        large(&bench).await;
        bench.pass(1);
        say(&bench, &reader, &grant).await;
        let file = content_file(&bench);
        let aside = file.with_extension("aside");
        fs::rename(&file, &aside).unwrap();
        if !lost {
            // A link to itself: the disk neither gives the file nor says that it is not there.
            symlink(&file, &file).unwrap();
        }
        bench.pass(DAY);
        bench.sweep(Some(24)).await;
        let told = bench.told().await;
        assert_eq!(told.len(), 1);
        assert!(told[0].1.contains("desk@clinic.example"), "{}", told[0].1);
        fs::rename(&aside, &file).unwrap();
        bench.pass(HOUR - 1);
        bench.sweep(Some(24)).await;
        assert_eq!(
            bench.told().await.len(),
            1,
            "looked at before an hour is over"
        );
        bench.pass(1);
        bench.sweep(Some(24)).await;
        let told = bench.told().await;
        assert_eq!(told.len(), 2);
        let alone = told.iter().filter(|(_, mail)| !mail.contains("desk@"));
        assert_eq!(alone.count(), 1);
    }
}

#[tokio::test]
async fn if_all_who_got_it_are_switched_off_it_is_said_and_what_one_had_read_stays_read() {
    for (off, is_read) in [(1, false), (2, false), (2, true)] {
        let bench = Bench::new().await;
        let (grant, link) = bench.send(JANE).await;
        let (reader, _) = bench.enter(&link).await;
        let id = say(&bench, &reader, &grant).await;
        if is_read {
            does(&bench, Deed::Mark(System::SEEN), id).await;
        }
        for account in [&bench.ruiz, &bench.desk].into_iter().take(off) {
            accounts::set_standing(&bench.store, account.id, Standing::Disabled, Actor::Gateway)
                .await
                .unwrap();
        }
        bench.pass(DAY);
        bench.sweep(Some(24)).await;
        let told = bench.told().await;
        assert_eq!(told.len(), usize::from(!is_read));
        for (_, mail) in told {
            let said = mail.contains("No account that got it is switched on any more.");
            assert_eq!(said, off == 2, "{mail}");
        }
    }
}

#[tokio::test]
async fn with_nobody_left_an_answer_reaches_the_shared_mailbox() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    for account in [&bench.ruiz, &bench.desk] {
        accounts::set_standing(&bench.store, account.id, Standing::Disabled, Actor::Gateway)
            .await
            .unwrap();
    }
    let (reader, _) = bench.enter(&link).await;
    let mut intake = bench
        .visit
        .begin_reply(&reader, grant.id)
        .await
        .unwrap()
        .unwrap();
    intake.text("Is anybody there?").await.unwrap();
    let sent = intake.finish(&caller()).await.unwrap();
    let shared = folders::id(&bench.store, None, "INBOX");
    let entries = bench.store.entries(shared, 0, 10).await.unwrap();
    assert_eq!(entries[0].message, sent.message);
}

/// Begins an answer with a text and adds one file.
async fn with_file(
    bench: &Bench,
    reader: &Reader,
    grant: &Grant,
    file: (&str, &[u8]),
) -> Result<(), Refusal> {
    let mut intake = bench.visit.begin_reply(reader, grant.id).await?.unwrap();
    intake.text("Hello").await?;
    intake.begin_file(file.0).await?;
    intake.write(file.1).await?;
    intake.end_file().await
}

#[tokio::test]
async fn a_file_that_may_not_come_is_refused_by_name_and_nothing_is_kept() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let file = async |name: &str, octets: &[u8]| {
        let refusal = with_file(&bench, &reader, &grant, (name, octets)).await;
        format!("{:?}", refusal.unwrap_err())
    };
    let large = file("a.txt", &[b' '; 10_001]).await;
    assert_eq!(large, r#"File(Large { name: "a.txt", limit: 10000 })"#);
    assert_eq!(
        file("a.exe", b"MZ").await,
        r#"File(Kind { name: "a.exe" })"#
    );
    assert_eq!(
        file("a.pdf", b"MZ").await,
        r#"File(Mismatch { name: "a.pdf" })"#
    );
    assert_eq!(file("a.txt", b"").await, r#"File(Empty { name: "a.txt" })"#);
    let list = bench.visit.sent(&reader, None).await.unwrap();
    assert!(list.lines.is_empty());
    assert!(bench.inbox_of(&bench.ruiz).await.is_empty());
    assert_eq!(bench.state(&grant).await, State::NoticeAccepted);
}

#[tokio::test]
async fn an_answer_with_nothing_or_too_much_in_it_is_refused() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let begin = async || {
        let begun = bench.visit.begin_reply(&reader, grant.id).await;
        begun.unwrap().unwrap()
    };
    let empty = begin().await.finish(&caller()).await;
    assert!(matches!(empty, Err(Refusal::Empty)));
    let mut blank = begin().await;
    blank.text(" \u{a0}\n").await.unwrap();
    let blank = blank.finish(&caller()).await;
    assert!(matches!(blank, Err(Refusal::Empty)));
    let long = begin().await.text(&"x".repeat(100_001)).await;
    assert!(matches!(long, Err(Refusal::LongText { limit: 100_000 })));
    let mut much = begin().await;
    for name in ["1.txt", "2.txt"] {
        much.begin_file(name).await.unwrap();
        much.write(&[b' '; 9_000]).await.unwrap();
        much.end_file().await.unwrap();
    }
    much.begin_file("3.txt").await.unwrap();
    let much = much.write(&[b' '; 9_000]).await;
    assert!(matches!(
        much,
        Err(Refusal::File(Fault::LargeAll { limit: 25_000, name })) if name == "3.txt"
    ));
}

#[tokio::test]
async fn a_text_beside_html_is_shown_with_it() {
    let bench = Bench::new().await;
    let parts = "--b\r\n\r\nTake 5 < 6 mg.\r\nDaily.\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>Dr. Ruiz</p>\r\n--b--\r\n";
    let (grant, link) = bench.send_letter(JANE, letter(parts)).await;
    let (reader, _) = bench.enter(&link).await;
    let body = bench.visit.body(&reader, Which::Received(grant.id)).await;
    assert_eq!(
        body.unwrap().as_deref(),
        Some("<p>Take 5 &lt; 6 mg.<br>Daily.</p><p>Dr. Ruiz</p>")
    );
}

#[tokio::test]
async fn a_mailbox_answers_twenty_times_a_day() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let answer = async |reader: &Reader| {
        let begun = bench.visit.begin_reply(reader, grant.id).await;
        let mut intake = begun.unwrap().unwrap();
        intake.text("Thank you").await?;
        intake.finish(&caller()).await
    };
    for n in 0..20 {
        assert!(answer(&reader).await.is_ok(), "answer {n}");
        bench.pass(1);
    }
    let more = answer(&reader).await;
    assert!(matches!(more, Err(Refusal::ManyAnswers { limit: 20 })));
    bench.pass(24 * 60 * 60);
    assert!(answer(&bench.enter(&link).await.0).await.is_ok());
}

#[tokio::test]
async fn a_message_taken_back_while_it_is_answered_takes_no_answer() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let mut intake = bench
        .visit
        .begin_reply(&reader, grant.id)
        .await
        .unwrap()
        .unwrap();
    intake.text("Hello").await.unwrap();
    let mut tx = Tx::new();
    tx.put(&Grant {
        recalled: Some(bench.now()),
        ..grant.clone()
    });
    bench.store.commit(tx).await.unwrap();
    assert!(matches!(
        intake.finish(&caller()).await,
        Err(Refusal::Closed)
    ));
    assert!(matches!(
        bench.visit.landing(&link).await.unwrap(),
        Landing::Withdrawn(_)
    ));
    let inbox = bench.visit.inbox(&reader, None).await.unwrap();
    assert!(inbox.lines.is_empty(), "{inbox:?}");
    let which = Which::Received(grant.id);
    let unseen = bench.visit.unseen(&reader, which).await.unwrap();
    assert_eq!(unseen, Unseen::Withdrawn);
}

#[tokio::test]
async fn after_its_time_the_office_can_be_asked_once() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    assert!(matches!(
        bench.visit.ask_again(&link, &caller()).await.unwrap(),
        Landing::Open(_)
    ));
    bench.pass(7 * 24 * 3_600);
    let Landing::Expired(closed) = bench.visit.landing(&link).await.unwrap() else {
        panic!()
    };
    assert!(!closed.asked);
    for _ in 0..3 {
        let Landing::Expired(closed) = bench.visit.ask_again(&link, &caller()).await.unwrap()
        else {
            panic!()
        };
        assert!(closed.asked);
    }
    assert_eq!(bench.count(EventKind::AskAgain).await, 1);
    let open = bench
        .store
        .get(&OpenTask::at(grant.id))
        .await
        .unwrap()
        .unwrap();
    assert!(
        bench
            .store
            .get(&Task::at(open.task))
            .await
            .unwrap()
            .is_some()
    );
    assert!(matches!(
        bench.visit.request_code(&link, &caller()).await.unwrap(),
        Asked::Closed(Landing::Expired(_))
    ));
    assert_eq!(
        bench
            .visit
            .ask_again(&Token::new(), &caller())
            .await
            .unwrap(),
        Landing::Unknown
    );
}

#[tokio::test]
async fn a_text_written_after_time_out_is_offered_after_the_next_code() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (_, cookie) = bench.enter(&link).await;
    bench.pass(16 * 60);
    let Admission::Stale(stale) = bench.visit.reader(&cookie, &caller()).await.unwrap() else {
        panic!()
    };
    bench
        .visit
        .keep_draft(stale.owner(), grant.id, "Half a sentence")
        .await
        .unwrap();
    let (reader, cookie) = bench.enter(&link).await;
    let which = Which::Received(grant.id);
    let letter = bench
        .visit
        .message(&reader, which, &caller())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(letter.draft.as_deref(), Some("Half a sentence"));
    bench
        .visit
        .drop_draft(reader.owner(), grant.id)
        .await
        .unwrap();
    let letter = bench
        .visit
        .message(&reader, which, &caller())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(letter.draft, None);
    bench.visit.sign_out(&reader, &caller()).await.unwrap();
    assert!(matches!(
        bench.visit.reader(&cookie, &caller()).await.unwrap(),
        Admission::Out
    ));
    assert_eq!(bench.count(EventKind::SignOut).await, 1);
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    let bench = Bench::new().await;
    let mut link = Token::new();
    for _ in 0..27 {
        (_, link) = bench.send(JANE).await;
        bench.pass(1);
    }
    let (reader, _) = bench.enter(&link).await;
    let first = bench.visit.inbox(&reader, None).await.unwrap();
    assert_eq!(first.lines.len(), 25);
    assert!(
        first
            .lines
            .is_sorted_by_key(|line| std::cmp::Reverse(line.date))
    );
    let second = bench.visit.inbox(&reader, first.next).await.unwrap();
    assert_eq!((second.lines.len(), second.next), (2, None));
}

/// Two files of one name, one that has none, and a body that stays as it is.
fn parcel() -> (Head, Vec<u8>) {
    let file = data_encoding::BASE64.encode(&report().repeat(50));
    let lines: Vec<&str> = file
        .as_bytes()
        .chunks(76)
        .map(|l| std::str::from_utf8(l).unwrap())
        .collect();
    letter(&format!(
        "--b\r\nContent-Type: text/plain\r\n\r\nDear Jane\r\n\
         --b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --b\r\nContent-Type: text/csv; name=A.PDF\r\nContent-Disposition: attachment\r\n\r\n1;2\r\n\
         --b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n\r\nnameless\r\n--b--\r\n",
        lines.join("\r\n")
    ))
}

/// All octets of a download, which come in small pieces.
async fn whole(mut download: crate::visit::Download) -> Vec<u8> {
    let mut octets = Vec::new();
    while let Some(piece) = download.next().await.unwrap() {
        assert!(piece.len() <= 70_000, "{} octets at once", piece.len());
        octets.extend(piece);
    }
    octets
}

#[tokio::test]
async fn all_files_come_in_one_archive_piece_by_piece_and_count_as_downloaded() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send_letter(JANE, parcel()).await;
    let (single, other) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let which = Which::Received(grant.id);
    let all = bench.visit.all_files(&reader, which, &caller()).await;
    let octets = whole(all.unwrap().unwrap()).await;
    for (name, content) in [
        ("a.pdf", report().repeat(50)),
        ("A (2).PDF", b"1;2".to_vec()),
        ("file", b"nameless".to_vec()),
    ] {
        let entry = [name.as_bytes(), &content].concat();
        let mut places = octets.windows(entry.len());
        assert!(places.any(|place| place == entry), "{name} is not whole");
    }
    assert_eq!(bench.state(&grant).await, State::Downloaded);
    assert_eq!(bench.count(EventKind::Download).await, 1);
    let one = Which::Received(single.id);
    let all = bench.visit.all_files(&reader, one, &caller()).await;
    assert!(all.unwrap().is_none(), "one file needs no archive");
    assert_eq!(bench.state(&single).await, State::NoticeAccepted);
    assert!(bench.visit.own(&reader, &other).await.unwrap().is_some());
}

#[tokio::test]
async fn a_copy_names_the_reader_and_the_office_alone_and_keeps_the_body() {
    let bench = Bench::new().await;
    let (head, stored) = parcel();
    let (grant, link) = bench.send_letter(JANE, (head, stored.clone())).await;
    let (reader, _) = bench.enter(&link).await;
    let which = Which::Received(grant.id);
    let copy = bench.visit.copy(&reader, which, &caller()).await;
    let octets = whole(copy.unwrap().unwrap()).await;
    let split = |octets: &[u8]| octets.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    assert_eq!(octets[split(&octets)..], stored[split(&stored)..]);
    let head = String::from_utf8_lossy(&octets[..split(&octets)]).into_owned();
    for line in [
        "From: \"Dr. Maria Ruiz\" <ruiz@clinic.example>",
        "To: <jane@example.com>",
        "Cc: \"Front Desk\" <desk@clinic.example>",
        "Content-Type: multipart/mixed; boundary=b",
    ] {
        assert!(head.contains(line), "{head}");
    }
    assert!(!head.contains("bob@"), "{head}");
    assert_eq!(bench.state(&grant).await, State::Downloaded);
    let (bobs, _) = bench.send("bob@example.net").await;
    let bobs = Which::Received(bobs.id);
    for what in [
        bench.visit.copy(&reader, bobs, &caller()).await,
        bench.visit.all_files(&reader, bobs, &caller()).await,
    ] {
        assert!(what.unwrap().is_none(), "a message of another mailbox");
    }
}

#[tokio::test]
async fn a_kept_text_is_bounded_and_dropped_after_a_month() {
    let bench = Bench::new().await;
    let (grant, link) = bench.send(JANE).await;
    let (reader, _) = bench.enter(&link).await;
    let keep = async |text: &str| {
        let kept = bench.visit.keep_draft(reader.owner(), grant.id, text);
        kept.await.unwrap();
        let at = crate::store::records::Draft::at(reader.mailbox, grant.id);
        bench.store.get(&at).await.unwrap().map(|draft| draft.text)
    };
    assert_eq!(keep(" \n").await, None, "nothing to keep");
    let long = "ñ".repeat(100_001);
    assert_eq!(keep(&long).await.unwrap().chars().count(), 100_000);
    assert_eq!(
        keep("one message, one text").await.unwrap(),
        "one message, one text"
    );
    let day = 24 * 60 * 60;
    let sweep = async || {
        let idle = SignedDuration::from_mins(15);
        crate::access::sweep::sweep(&bench.store, idle)
            .await
            .unwrap();
        let at = crate::store::records::Draft::at(reader.mailbox, grant.id);
        bench.store.get(&at).await.unwrap().is_some()
    };
    bench.pass(30 * day - 1);
    assert!(sweep().await, "a month is not over");
    bench.pass(1);
    assert!(!sweep().await, "a text was kept for ever");
}
