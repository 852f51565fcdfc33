//! A gateway without doors, and the messages it is given.

use jiff::SignedDuration;
use jiff::Timestamp;
use sealpost::access::accounts;
use sealpost::folders;
use sealpost::model::parcel::Body;
use sealpost::model::parcel::Wanted;
use sealpost::model::{
    Account, Actor, Address, Arg, Clock, Envelope, Head, Lane, Language, Live, Mailbox,
    ManualClock, MessageId, Notify, Office, Parcel, Recipient, Reply, Role, System, Token,
};
use sealpost::outbound::{Outbound, Settings};
use sealpost::policy::{Copies, Default as Unmarked, Rules, Staff, Unknown};
use sealpost::queue;
use sealpost::release;
use sealpost::route::portal::Voice;
use sealpost::store::records::{Grant, Message, Work};
use sealpost::store::{Entry, RootKey, Store};
use sealpost::sweep::Sweep;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const IDLE: SignedDuration = SignedDuration::from_mins(15);
pub(crate) const PATIENT: &str = "jane@patient.example";

/// Words that must never leave in clear.
pub(crate) const CANARIES: [&str; 4] =
    ["CanarySubject", "CanaryBody", "CanaryFile", "CanaryPatient"];

/// A gateway without doors.
pub(crate) struct Bench {
    folder: TempDir,
    root: RootKey,
    pub(crate) hand: ManualClock,
    rules: Settings,
    live: Option<(Store, Outbound, Live<Settings>)>,
}

impl Bench {
    pub(crate) fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut rules = settings();
        change(&mut rules);
        let mut bench = Self {
            folder: tempfile::tempdir().unwrap(),
            root: RootKey::generate(),
            hand: ManualClock::new(Timestamp::from_second(1_795_370_400).unwrap()),
            rules,
            live: None,
        };
        let place = bench.place();
        bench.begin(Store::create(&place, &bench.root, bench.clock()).unwrap());
        bench
    }

    pub(crate) fn place(&self) -> sealpost::store::Settings {
        sealpost::store::Settings {
            path: self.folder.path().join("data"),
            minimum_free: 1,
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::Manual(self.hand.clone())
    }

    pub(crate) fn begin(&mut self, store: Store) {
        let live = Live::new(self.rules.clone());
        let outbound = Outbound::new(store.clone(), live.clone());
        self.live = Some((store, outbound, live));
    }

    /// What a kill and a new start do: everything in memory is gone.
    pub(crate) fn restart(&mut self) {
        self.live = None;
        let store = Store::open(&self.place(), &self.root, self.clock()).unwrap();
        self.begin(store);
    }

    pub(crate) fn store(&self) -> &Store {
        &self.live.as_ref().unwrap().0
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.live.as_ref().unwrap().1
    }

    pub(crate) fn reload(&self, change: impl FnOnce(&mut Settings)) {
        let mut rules = self.rules.clone();
        change(&mut rules);
        self.live.as_ref().unwrap().2.replace(rules);
    }

    pub(crate) async fn account(&self, text: &str, role: Role) -> Account {
        let by = Actor::Operator(0);
        accounts::add(self.store(), address(text), role, by)
            .await
            .unwrap()
    }

    pub(crate) async fn ruiz(&self) -> Account {
        self.account("ruiz@clinic.example", Role::Provider).await
    }

    pub(crate) async fn submit(&self, by: &Account, mail: &Mail) -> Result<Reply, Reply> {
        let ip = "192.0.2.7".parse().unwrap();
        let sender = self.outbound().sender(by.clone(), ip);
        let mut intake = self.outbound().begin(sender, mail.envelope(by)).unwrap();
        for piece in mail.text.as_bytes().chunks(mail.cut) {
            intake.write(piece).await?;
        }
        intake.finish().await
    }

    /// Submits what must be taken, and gives its reference.
    pub(crate) async fn send(&self, by: &Account, mail: &Mail) -> MessageId {
        let reply = self.submit(by, mail).await.unwrap();
        assert_eq!((reply.code, reply.text), (250, "accepted"));
        reference(&reply)
    }

    /// Submits what must be held, and gives its reference.
    pub(crate) async fn hold(&self, by: &Account, mail: &Mail) -> MessageId {
        let reply = self.submit(by, mail).await.unwrap();
        assert_eq!((reply.code, reply.text), (250, "held"));
        reference(&reply)
    }

    /// Submits what must be refused, and gives the sentence's name.
    pub(crate) async fn refused(&self, by: &Account, mail: &Mail) -> &'static str {
        self.submit(by, mail).await.unwrap_err().text
    }

    pub(crate) async fn dispatch(&self) {
        while self.outbound().turn().await.unwrap() > 0 {}
    }

    pub(crate) async fn message(&self, id: MessageId) -> Message {
        self.store().get(&Message::at(id)).await.unwrap().unwrap()
    }

    pub(crate) async fn recipient(&self, id: MessageId, n: u16) -> Recipient {
        let key = Recipient::at(id, n);
        self.store().get(&key).await.unwrap().unwrap()
    }

    pub(crate) async fn grant(&self, id: MessageId, n: u16) -> Grant {
        let grant = self.recipient(id, n).await.grant.unwrap();
        self.store().get(&Grant::at(grant)).await.unwrap().unwrap()
    }

    pub(crate) async fn head(&self, id: MessageId) -> Head {
        let message = self.message(id).await;
        let content = self.store().open_content(message.content).await;
        content.unwrap().unwrap().open_head(&message.head).unwrap()
    }

    /// The stored octets of a message.
    pub(crate) async fn octets(&self, id: MessageId) -> Vec<u8> {
        let content = self.message(id).await.content;
        let content = self.store().open_content(content).await.unwrap().unwrap();
        let mut octets = Vec::new();
        while octets.len() < usize::try_from(content.length()).unwrap() {
            octets.extend(content.read(octets.len() as u64, usize::MAX).await.unwrap());
        }
        octets
    }

    pub(crate) async fn parcels(&self, lane: Lane) -> Vec<Parcel> {
        let listed = queue::list(self.store(), 1000).await.unwrap();
        let jobs = listed.into_iter().filter(|l| l.job.lane == lane);
        jobs.map(|l| match l.job.work {
            Work::Deliver(parcel) => parcel,
            other => panic!("no parcel: {other:?}"),
        })
        .collect()
    }

    pub(crate) async fn filed(&self, account: &Account, folder: &str) -> Vec<(MessageId, bool)> {
        let folder = folders::id(self.store(), Some(account.id), folder);
        let entries = self.store().entries(folder, 0, 100).await.unwrap();
        let seen = |e: &Entry| e.flags.system.contains(System::SEEN);
        entries.iter().map(|e| (e.message, seen(e))).collect()
    }

    /// Days go by, with the gateway at work.
    pub(crate) async fn days(&self, count: i64) {
        for _ in 0..count {
            self.hand.advance(SignedDuration::from_hours(24));
            self.sweep().await;
        }
    }

    /// A sweep that has not looked yet.
    pub(crate) fn sweeper(&self) -> Sweep {
        let settings = sealpost::sweep::Settings {
            idle: IDLE,
            reminder: None,
            unread: None,
            voice: self.rules.voice.clone(),
            office: self.rules.holds.office.clone(),
        };
        Sweep::new(self.store().clone(), Live::new(settings))
    }

    pub(crate) async fn sweep(&self) {
        let mut sweep = self.sweeper();
        while sweep.turn().await.unwrap() {}
    }

    /// How many records of a kind there are.
    pub(crate) async fn count<R: sealpost::store::Record>(&self) -> usize {
        let all = self.store().range::<R>(&[], None, 1000).await.unwrap();
        all.len()
    }

    pub(crate) fn content_files(&self) -> usize {
        files_below(&self.folder.path().join("data/content"))
    }
}

pub(crate) fn files_below(path: &Path) -> usize {
    let entries = fs::read_dir(path).unwrap().map(|e| e.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}

pub(crate) fn settings() -> Settings {
    Settings {
        rules: Rules {
            default: Unmarked::Secure,
            clear_domains: vec!["supplier.example".into()],
            clear_tag: true,
            secure_tag: true,
            copies: Copies::Refuse,
            staff: Staff::Hold,
            unknown: Unknown::Take,
        },
        secure_tag: Some("[secure]".into()),
        clear_tag: Some("[clear]".into()),
        expires: SignedDuration::from_hours(7 * 24),
        retain: SignedDuration::from_hours(30 * 24),
        new_recipients: 1000,
        voice: Voice {
            hostname: "gate.clinic.example".into(),
            clinic: "North Clinic".into(),
            from: address("notice@clinic.example"),
            bounce: address("bounce@clinic.example"),
            subject: None,
            show_sender: false,
            portal: "https://gate.clinic.example".into(),
            language: Language::English,
            zone: jiff::tz::TimeZone::UTC,
        },
        holds: release::Settings {
            lasts: SignedDuration::from_hours(48),
            by_move: false,
            notify: None,
            office: Office {
                hostname: "gate.clinic.example".into(),
                from: Mailbox {
                    name: None,
                    address: address("notice@clinic.example"),
                },
                language: Language::English,
                zone: jiff::tz::TimeZone::UTC,
                retain: SignedDuration::from_hours(30 * 24),
                pages: None,
            },
        },
    }
}

/// A message as a mail client would hand it in.
#[derive(Clone)]
pub(crate) struct Mail {
    pub(crate) to: Vec<String>,
    pub(crate) text: String,
    pub(crate) cut: usize,
    pub(crate) null: bool,
    pub(crate) notify: Notify,
}

impl Mail {
    /// To one patient, with a file.
    pub(crate) fn new(id: &str) -> Self {
        let text = format!(
            "From: Dr. Ruiz <ruiz@clinic.example>\r\n\
             To: CanaryPatient Doe <{PATIENT}>\r\n\
             Subject: CanarySubject results\r\n\
             Date: Sun, 22 Nov 2026 10:00:00 -0800\r\n\
             Message-ID: <{id}@clinic.example>\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"cut\"\r\n\
             \r\n\
             --cut\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             \r\n\
             CanaryBody is written here.\r\n\
             --cut\r\n\
             Content-Type: application/pdf\r\n\
             Content-Disposition: attachment; filename=\"CanaryFile.pdf\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             \r\n\
             JVBERi0xLjQK\r\n\
             --cut--\r\n"
        );
        Self {
            to: vec![PATIENT.into()],
            text,
            cut: 4096,
            null: false,
            notify: Notify::Default,
        }
    }

    /// The same with the recipients in the envelope and in To.
    pub(crate) fn to(mut self, to: &[&str]) -> Self {
        self.to = to.iter().map(|t| (*t).to_owned()).collect();
        let line = format!("CanaryPatient Doe <{PATIENT}>");
        self.swap(&line, &to.join(", "))
    }

    /// The same from somebody who wants to hear this.
    pub(crate) fn notify(mut self, notify: Notify) -> Self {
        self.notify = notify;
        self
    }

    /// The same with other recipients in the envelope alone.
    pub(crate) fn envelope_to(mut self, to: &[&str]) -> Self {
        self.to = to.iter().map(|t| (*t).to_owned()).collect();
        self
    }

    pub(crate) fn swap(mut self, old: &str, new: &str) -> Self {
        assert!(self.text.contains(old), "{old} is not in the message");
        self.text = self.text.replacen(old, new, 1);
        self
    }

    pub(crate) fn field(self, field: &str) -> Self {
        self.swap("MIME-Version", &format!("{field}\r\nMIME-Version"))
    }

    pub(crate) fn subject(self, subject: &str) -> Self {
        self.swap("CanarySubject results", subject)
    }

    pub(crate) fn envelope(&self, by: &Account) -> Envelope {
        let wanted = |to: &String| Wanted {
            address: address(to),
            notify: self.notify,
            original: None,
        };
        Envelope {
            sender: (!self.null).then(|| by.address.clone()),
            recipients: self.to.iter().map(wanted).collect(),
            announced: None,
            international: false,
            ret: None,
            envid: None,
        }
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn reference(reply: &Reply) -> MessageId {
    match &reply.args[..] {
        [.., ("reference", Arg::Text(id))] => id.parse().unwrap(),
        other => panic!("no reference in {other:?}"),
    }
}

/// The mail in a parcel, and all that its encodings hide.
pub(crate) fn readable(parcel: &Parcel) -> String {
    let Body::Here(octets) = &parcel.body else {
        panic!("a message itself leaves")
    };
    let mut text = String::from_utf8(octets.clone()).unwrap();
    let mail = mail_parser::MessageParser::new().parse(octets).unwrap();
    text.push_str(mail.subject().unwrap_or_default());
    for part in &mail.parts {
        text.push_str(part.text_contents().unwrap_or_default());
        text.push_str(&String::from_utf8_lossy(part.contents()));
    }
    text
}

/// The token of the link in a notice.
pub(crate) fn token(parcel: &Parcel) -> Token {
    let text = readable(parcel);
    let at = text.rfind("https://gate.clinic.example/m/").unwrap() + 30;
    let end = text[at..].find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    Token::parse(&text[at..end.map_or(text.len(), |e| at + e)]).unwrap()
}
