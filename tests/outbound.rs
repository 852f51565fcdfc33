//! The way out over a real store and a clock that stands still: whole messages
//! in, and what stands in the store afterwards. No sockets.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use sealpost::access::accounts;
use sealpost::access::link::{self, LinkState};
use sealpost::folders;
use sealpost::model::parcel::{Body, Wanted};
use sealpost::model::{
    Account, AccountPolicy, Actor, Address, Arg, Clock, Envelope, Head, Lane, Language, Live,
    ManualClock, MessageId, Notify, Parcel, Recipient, RecipientKind, Reply, Role, Route, Standing,
    State, Token,
};
use sealpost::outbound::{Outbound, Settings};
use sealpost::policy::{Copies, Default as Unmarked, Rules, Staff};
use sealpost::queue;
use sealpost::route::portal::Voice;
use sealpost::store::records::{Contact, Grant, Message, Thread, Work};
use sealpost::store::{RootKey, Store, Tx};
use sealpost::sweep::Sweep;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const IDLE: SignedDuration = SignedDuration::from_mins(15);
const PATIENT: &str = "jane@patient.example";

/// Words that must never leave in clear.
const CANARIES: [&str; 4] = ["CanarySubject", "CanaryBody", "CanaryFile", "CanaryPatient"];

/// A gateway without doors.
struct Bench {
    folder: TempDir,
    root: RootKey,
    hand: ManualClock,
    rules: Settings,
    live: Option<(Store, Outbound, Live<Settings>)>,
}

impl Bench {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
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

    fn place(&self) -> sealpost::store::Settings {
        sealpost::store::Settings {
            path: self.folder.path().join("data"),
            minimum_free: 1,
        }
    }

    fn clock(&self) -> Clock {
        Clock::Manual(self.hand.clone())
    }

    fn begin(&mut self, store: Store) {
        let live = Live::new(self.rules.clone());
        let outbound = Outbound::new(store.clone(), live.clone());
        self.live = Some((store, outbound, live));
    }

    /// What a kill and a new start do: everything in memory is gone.
    fn restart(&mut self) {
        self.live = None;
        let store = Store::open(&self.place(), &self.root, self.clock()).unwrap();
        self.begin(store);
    }

    fn store(&self) -> &Store {
        &self.live.as_ref().unwrap().0
    }

    fn outbound(&self) -> &Outbound {
        &self.live.as_ref().unwrap().1
    }

    fn reload(&self, change: impl FnOnce(&mut Settings)) {
        let mut rules = self.rules.clone();
        change(&mut rules);
        self.live.as_ref().unwrap().2.replace(rules);
    }

    async fn account(&self, text: &str, role: Role) -> Account {
        let by = Actor::Operator(0);
        accounts::add(self.store(), address(text), role, by)
            .await
            .unwrap()
    }

    async fn ruiz(&self) -> Account {
        self.account("ruiz@clinic.example", Role::Provider).await
    }

    async fn submit(&self, by: &Account, mail: &Mail) -> Result<Reply, Reply> {
        let ip = "192.0.2.7".parse().unwrap();
        let sender = self.outbound().sender(by.clone(), ip);
        let mut intake = self.outbound().begin(sender, mail.envelope(by)).unwrap();
        for piece in mail.text.as_bytes().chunks(mail.cut) {
            intake.write(piece).await?;
        }
        intake.finish().await
    }

    /// Submits what must be taken, and gives its reference.
    async fn send(&self, by: &Account, mail: &Mail) -> MessageId {
        let reply = self.submit(by, mail).await.unwrap();
        assert_eq!((reply.code, reply.text), (250, "accepted"));
        reference(&reply)
    }

    /// Submits what must be refused, and gives the sentence's name.
    async fn refused(&self, by: &Account, mail: &Mail) -> &'static str {
        self.submit(by, mail).await.unwrap_err().text
    }

    async fn dispatch(&self) {
        while self.outbound().turn().await.unwrap() > 0 {}
    }

    async fn message(&self, id: MessageId) -> Message {
        self.store().get(&Message::at(id)).await.unwrap().unwrap()
    }

    async fn recipient(&self, id: MessageId, n: u16) -> Recipient {
        let key = Recipient::at(id, n);
        self.store().get(&key).await.unwrap().unwrap()
    }

    async fn grant(&self, id: MessageId, n: u16) -> Grant {
        let grant = self.recipient(id, n).await.grant.unwrap();
        self.store().get(&Grant::at(grant)).await.unwrap().unwrap()
    }

    async fn head(&self, id: MessageId) -> Head {
        let message = self.message(id).await;
        let content = self.store().open_content(message.content).await;
        content.unwrap().unwrap().open_head(&message.head).unwrap()
    }

    /// The stored octets of a message.
    async fn octets(&self, id: MessageId) -> Vec<u8> {
        let content = self.message(id).await.content;
        let content = self.store().open_content(content).await.unwrap().unwrap();
        let mut octets = Vec::new();
        while octets.len() < usize::try_from(content.length()).unwrap() {
            octets.extend(content.read(octets.len() as u64, usize::MAX).await.unwrap());
        }
        octets
    }

    async fn parcels(&self, lane: Lane) -> Vec<Parcel> {
        let listed = queue::list(self.store(), 1000).await.unwrap();
        let jobs = listed.into_iter().filter(|l| l.job.lane == lane);
        jobs.map(|l| match l.job.work {
            Work::Deliver(parcel) => parcel,
            Work::Dispatch(_) => panic!("a message is not dispatched"),
        })
        .collect()
    }

    async fn filed(&self, account: &Account, folder: &str) -> Vec<(MessageId, bool)> {
        let folder = folders::id(self.store(), Some(account.id), folder);
        let entries = self.store().entries(folder, 0, 100).await.unwrap();
        entries.iter().map(|e| (e.message, e.seen)).collect()
    }

    async fn sweep(&self) {
        let mut sweep = Sweep::new(self.store().clone(), IDLE);
        while sweep.turn().await.unwrap() {}
    }

    /// How many records of a kind there are.
    async fn count<R: sealpost::store::Record>(&self) -> usize {
        let all = self.store().range::<R>(&[], None, 1000).await.unwrap();
        all.len()
    }

    fn content_files(&self) -> usize {
        files_below(&self.folder.path().join("data/content"))
    }
}

fn files_below(path: &Path) -> usize {
    let entries = fs::read_dir(path).unwrap().map(|e| e.unwrap().path());
    entries
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}

fn settings() -> Settings {
    Settings {
        rules: Rules {
            default: Unmarked::Secure,
            clear_domains: vec!["supplier.example".into()],
            clear_tag: true,
            secure_tag: true,
            copies: Copies::Refuse,
            staff: Staff::Hold,
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
    }
}

/// A message as a mail client would hand it in.
#[derive(Clone)]
struct Mail {
    to: Vec<String>,
    text: String,
    cut: usize,
    null: bool,
}

impl Mail {
    /// To one patient, with a file.
    fn new(id: &str) -> Self {
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
        }
    }

    /// The same with the recipients in the envelope and in To.
    fn to(mut self, to: &[&str]) -> Self {
        self.to = to.iter().map(|t| (*t).to_owned()).collect();
        let line = format!("CanaryPatient Doe <{PATIENT}>");
        self.swap(&line, &to.join(", "))
    }

    /// The same with other recipients in the envelope alone.
    fn envelope_to(mut self, to: &[&str]) -> Self {
        self.to = to.iter().map(|t| (*t).to_owned()).collect();
        self
    }

    fn swap(mut self, old: &str, new: &str) -> Self {
        assert!(self.text.contains(old), "{old} is not in the message");
        self.text = self.text.replacen(old, new, 1);
        self
    }

    fn field(self, field: &str) -> Self {
        self.swap("MIME-Version", &format!("{field}\r\nMIME-Version"))
    }

    fn subject(self, subject: &str) -> Self {
        self.swap("CanarySubject results", subject)
    }

    fn envelope(&self, by: &Account) -> Envelope {
        let wanted = |to: &String| Wanted {
            address: address(to),
            notify: Notify::Default,
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

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn reference(reply: &Reply) -> MessageId {
    match &reply.args[..] {
        [("reference", Arg::Text(id))] => id.parse().unwrap(),
        other => panic!("no reference in {other:?}"),
    }
}

/// The mail in a parcel, and all that its encodings hide.
fn readable(parcel: &Parcel) -> String {
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
fn token(parcel: &Parcel) -> Token {
    let text = readable(parcel);
    let at = text.rfind("https://gate.clinic.example/m/").unwrap() + 30;
    let end = text[at..].find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    Token::parse(&text[at..end.map_or(text.len(), |e| at + e)]).unwrap()
}

#[tokio::test]
async fn an_accepted_message_is_named_and_survives_a_restart() {
    let mut bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("one")).await;
    bench.restart();
    let message = bench.message(id).await;
    assert_eq!((message.account, message.recipients), (Some(ruiz.id), 1));
    assert!(message.protected && !message.dispatched);
    assert_eq!(bench.recipient(id, 0).await.state, State::Queued);
}

#[tokio::test]
async fn the_facts_of_a_message_are_bare_however_it_is_cut() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    for cut in [1, 7, 100, 1 << 20] {
        let mut mail = Mail::new(&format!("cut{cut}"))
            .subject("[SECURE] =?utf-8?q?Su_cita_ma=C3=B1ana?=")
            .field("Bcc: hidden@else.example\r\nX-Sealpost-Route: clear");
        mail.cut = cut;
        let id = bench.send(&ruiz, &mail).await;
        let head = bench.head(id).await;
        assert_eq!(head.subject, "Su cita mañana");
        assert_eq!(head.from.unwrap().name.as_deref(), Some("Dr. Ruiz"));
        assert_eq!(head.envelope, [address(PATIENT)]);
        let octets = bench.octets(id).await;
        let texts: Vec<_> = head
            .parts
            .iter()
            .map(|p| {
                let (at, long) = (p.offset.try_into().unwrap(), p.length.try_into().unwrap());
                let octets: &[u8] = octets.get(at..).unwrap().get(..long).unwrap();
                std::str::from_utf8(octets).unwrap().trim_end()
            })
            .collect();
        assert_eq!(texts, ["CanaryBody is written here.", "JVBERi0xLjQK"]);
        assert_eq!(head.parts[1].name.as_deref(), Some("CanaryFile.pdf"));
        let text = String::from_utf8(octets).unwrap();
        assert!(text.starts_with("Received: by gate.clinic.example"));
        for gone in ["hidden@", "X-Sealpost", "[SECURE]"] {
            assert!(!text.contains(gone), "{gone} stayed");
        }
    }
}

#[tokio::test]
async fn what_is_refused_in_the_dialogue_leaves_nothing() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let desk = bench.account("desk@clinic.example", Role::Staff).await;
    let boss = bench.account("boss@clinic.example", Role::Admin).await;
    let left = bench.account("left@clinic.example", Role::Provider).await;
    let by = Actor::Operator(0);
    accounts::set_standing(bench.store(), left.id, Standing::Disabled, by)
        .await
        .unwrap();
    let mail = || Mail::new("no");
    let from = "Dr. Ruiz <ruiz@clinic.example>";
    let mut bounce = mail();
    bounce.null = true;
    let two = [PATIENT, "second@patient.example"];
    // Large enough to have become a file by the time it is refused.
    let large = mail()
        .subject("\u{a0}")
        .swap("JVBERi0xLjQK\r\n", &"QUFBQUFB\r\n".repeat(50_000));
    let cases = [
        (
            &ruiz,
            mail().subject("[secure] \u{a0}"),
            "refuse-no-subject",
        ),
        (&ruiz, large, "refuse-no-subject"),
        (
            &ruiz,
            mail().swap("CanaryBody is written here.", "\u{a0}"),
            "refuse-no-text",
        ),
        (&ruiz, mail().to(&two), "refuse-several"),
        (&ruiz, mail().swap("To: C", "Cc: C"), "refuse-copy"),
        (
            &ruiz,
            mail().envelope_to(&["blind@patient.example"]),
            "refuse-copy",
        ),
        (&ruiz, mail().swap(from, "x@else.example"), "refuse-from"),
        (
            &ruiz,
            mail().field("Sender: x@else.example"),
            "refuse-sender",
        ),
        (
            &desk,
            mail().swap(from, "desk@clinic.example"),
            "refuse-staff",
        ),
        (&desk, mail(), "refuse-other-provider"),
        (
            &boss,
            mail().swap(from, "boss@clinic.example"),
            "refuse-admin",
        ),
        (
            &left,
            mail().swap(from, "left@clinic.example"),
            "refuse-disabled",
        ),
        (
            &ruiz,
            mail().to(&["left@clinic.example"]),
            "refuse-switched-off",
        ),
        (
            &ruiz,
            mail().field("Auto-Submitted: auto-replied"),
            "refuse-automatic",
        ),
        (&ruiz, bounce, "refuse-automatic"),
        (
            &ruiz,
            mail().field("X-Sealpost-Expires: soon"),
            "refuse-expires",
        ),
        (
            &ruiz,
            mail().field("X-Sealpost-Expires: 366d"),
            "refuse-expires",
        ),
        (&ruiz, mail().field("To: x@else.example"), "refuse-header"),
    ];
    for (by, mail, reason) in cases {
        assert_eq!(bench.refused(by, &mail).await, reason);
    }
    assert_eq!(bench.count::<Message>().await, 0);
    assert_eq!(bench.count::<Recipient>().await, 0);
    assert_eq!(bench.count::<Contact>().await, 0);
    assert!(queue::list(bench.store(), 9).await.unwrap().is_empty());
    assert_eq!(bench.content_files(), 0);
    assert!(bench.filed(&ruiz, "Sent").await.is_empty());
}

#[tokio::test]
async fn a_message_without_a_body_is_refused_for_its_missing_text() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mut mail = Mail::new("short");
    let end = mail.text.find("MIME-Version").unwrap();
    mail.text.truncate(end);
    assert_eq!(bench.refused(&ruiz, &mail).await, "refuse-no-text");
}

#[tokio::test]
async fn a_resend_within_two_days_gives_the_first_reference() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("again");
    let first = bench.send(&ruiz, &mail).await;
    bench.hand.advance(SignedDuration::from_hours(47));
    assert_eq!(bench.send(&ruiz, &mail).await, first);
    let other = mail.clone().field("X-Sealpost-Expires: 1d");
    assert_ne!(bench.send(&ruiz, &other).await, first);
    bench.hand.advance(SignedDuration::from_hours(1));
    assert_ne!(bench.send(&ruiz, &mail).await, first);
    assert_eq!(bench.count::<Message>().await, 3);
}

#[tokio::test]
async fn the_same_message_twice_at_once_is_kept_once() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("twin");
    let (one, two, three) = tokio::join!(
        bench.submit(&ruiz, &mail),
        bench.submit(&ruiz, &mail),
        bench.submit(&ruiz, &mail)
    );
    let one = reference(&one.unwrap());
    assert_eq!(reference(&two.unwrap()), one);
    assert_eq!(reference(&three.unwrap()), one);
    assert_eq!(bench.count::<Message>().await, 1);
    bench.dispatch().await;
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 1);
}

#[tokio::test]
async fn new_addresses_are_counted_across_messages_that_arrive_together() {
    let mut bench = Bench::new(|s| s.new_recipients = 3);
    let ruiz = bench.ruiz().await;
    let mails: Vec<Mail> = (0..8)
        .map(|n| Mail::new(&format!("n{n}")).to(&[&format!("p{n}@patient.example")]))
        .collect();
    let all = mails.iter().map(|mail| bench.submit(&ruiz, mail));
    let replies = futures_util::future::join_all(all).await;
    assert_eq!(replies.iter().filter(|r| r.is_ok()).count(), 3);
    let late = replies.iter().find_map(|r| r.as_ref().err()).unwrap();
    assert_eq!((late.code, late.text), (450, "refuse-new-recipients"));
    bench.restart();
    let fresh = Mail::new("fresh").to(&["fresh@patient.example"]);
    assert_eq!(bench.refused(&ruiz, &fresh).await, "refuse-new-recipients");
    // Whoever was written to before is not new.
    let known = Mail::new("known").to(&["p0@patient.example"]);
    bench.send(&ruiz, &known).await;
    bench.hand.advance(SignedDuration::from_hours(1));
    bench.send(&ruiz, &fresh).await;
}

#[tokio::test]
async fn every_recipient_ends_in_exactly_one_route() {
    let bench = Bench::new(|s| s.rules.copies = Copies::Each);
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("many")
        .to(&[PATIENT, "vega@clinic.example", "info@supplier.example"])
        .envelope_to(&[
            PATIENT,
            "vega@clinic.example",
            "JANE@patient.example",
            "info@supplier.example",
            "blind@patient.example",
        ]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    let message = bench.message(id).await;
    // Jane stands twice in the envelope and is one person.
    assert_eq!((message.recipients, message.dispatched), (4, true));
    let mut routes = Vec::new();
    for n in 0..4 {
        let recipient = bench.recipient(id, n).await;
        assert_eq!(
            recipient.grant.is_some(),
            recipient.route == Some(Route::Portal)
        );
        routes.push((recipient.route.unwrap(), recipient.kind, recipient.state));
    }
    use RecipientKind::{Bcc, To};
    let expected = [
        (Route::Portal, To, State::Queued),
        (Route::Local, To, State::Delivered),
        (Route::Portal, To, State::Queued),
        (Route::Portal, Bcc, State::Queued),
    ];
    assert_eq!(routes, expected);
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 3);
    assert!(bench.parcels(Lane::Clear).await.is_empty());
    assert_eq!(bench.filed(&vega, "INBOX").await, [(id, false)]);
}

#[tokio::test]
async fn local_mail_is_filed_here_and_the_writer_keeps_a_copy() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("local").to(&["Vega@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    assert_eq!(bench.filed(&ruiz, "Sent").await, [(id, true)]);
    bench.dispatch().await;
    assert_eq!(bench.filed(&vega, "INBOX").await, [(id, false)]);
    assert!(queue::list(bench.store(), 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_message_to_oneself_is_filed_and_announced() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("self").to(&["ruiz@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    assert_eq!(bench.filed(&ruiz, "INBOX").await, [(id, false)]);
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1);
    let (grant, state) = link::find(bench.store(), &token(&notices[0]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((grant.message, state), (id, LinkState::Open));
}

#[tokio::test]
async fn a_copy_to_oneself_is_only_filed() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("copy")
        .field("Cc: ruiz@clinic.example")
        .envelope_to(&[PATIENT, "ruiz@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    assert_eq!(bench.filed(&ruiz, "INBOX").await, [(id, false)]);
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].recipient, address(PATIENT));
}

#[tokio::test]
async fn a_notice_leads_to_the_grant_and_says_nothing_of_the_message() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("notice")).await;
    bench.dispatch().await;
    let notices = bench.parcels(Lane::Notice).await;
    assert_eq!(notices.len(), 1);
    let text = readable(&notices[0]);
    for canary in CANARIES.iter().chain(&["Ruiz", "Doe"]) {
        assert!(!text.contains(canary), "the notice says {canary}");
    }
    let token = token(&notices[0]);
    let found = link::find(bench.store(), &token).await.unwrap();
    let (grant, state) = found.unwrap();
    assert_eq!((grant.message, grant.n, state), (id, 0, LinkState::Open));
    assert_eq!(grant.address, address(PATIENT));
    assert_eq!(grant.lasts, 7 * 24 * 3600);
    // What is kept of the notice leads nowhere.
    let kept = String::from_utf8(grant.notice).unwrap();
    let joined = kept.replace("=\r\n", "");
    assert!(
        joined.contains("/m/****"),
        "the link is not in the kept notice"
    );
    assert!(!joined.contains(token.expose()));
}

#[tokio::test]
async fn clear_is_closed_to_whatever_refers_to_protected_mail() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let clear = |id: &str| Mail::new(id).subject("[clear] Opening hours");
    // A conversation that was clear from its start stays open to clear.
    let open = bench.send(&ruiz, &clear("root")).await;
    let more = clear("more").field("In-Reply-To: <root@clinic.example>");
    assert!(!bench.message(open).await.protected);
    let more = bench.send(&ruiz, &more).await;
    assert!(!bench.message(more).await.protected);
    // One protected answer, accepted and not yet dispatched, closes it.
    let sealed = Mail::new("sealed").field("References: <root@clinic.example>");
    bench.send(&ruiz, &sealed).await;
    for (id, field) in [
        ("a", "References: <root@clinic.example>"),
        ("b", "In-Reply-To: <sealed@clinic.example>"),
        ("c", "References: <other@x> <sealed@clinic.example>"),
    ] {
        let id = bench.send(&ruiz, &clear(id).field(field)).await;
        assert!(bench.message(id).await.protected, "{field}");
    }
    // Also for somebody else, since answers quote.
    let other = clear("d")
        .to(&["else@other.example"])
        .field("In-Reply-To: <sealed@clinic.example>");
    let id = bench.send(&ruiz, &other).await;
    assert!(bench.message(id).await.protected);
    // What was accepted as clear and still waits is protected now too.
    bench.dispatch().await;
    assert!(bench.message(open).await.protected);
    assert!(bench.parcels(Lane::Clear).await.is_empty());
}

#[tokio::test]
async fn clear_mail_leaves_as_it_is_where_the_policy_allows_it() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("order").to(&["info@supplier.example", "x@supplier.example"]);
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    assert!(bench.parcels(Lane::Notice).await.is_empty());
    let parcels = bench.parcels(Lane::Clear).await;
    assert_eq!(parcels.len(), 2);
    let content = bench.message(id).await.content;
    assert!(parcels.iter().all(|p| p.body == Body::Content(content)));
    assert_eq!(parcels[0].sender, Some(ruiz.address));
}

#[tokio::test]
async fn a_colleague_switched_off_after_acceptance_is_not_written_to_outside() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    let mail = Mail::new("gone").to(&["info@supplier.example", "vega@clinic.example"]);
    let id = bench.send(&ruiz, &mail).await;
    let by = Actor::Operator(0);
    accounts::set_standing(bench.store(), vega.id, Standing::Disabled, by)
        .await
        .unwrap();
    bench.dispatch().await;
    assert_eq!(bench.recipient(id, 1).await.route, Some(Route::Local));
    let parcels = bench.parcels(Lane::Clear).await;
    assert_eq!(parcels.len(), 1);
    assert_eq!(parcels[0].recipient, address("info@supplier.example"));
}

#[tokio::test]
async fn the_whole_office_side_takes_part_in_the_conversation() {
    let bench = Bench::new(|s| s.rules.staff = Staff::Send);
    let ruiz = bench.ruiz().await;
    let desk = bench.account("desk@clinic.example", Role::Staff).await;
    let vega = bench.account("vega@clinic.example", Role::Provider).await;
    bench.account("blind@clinic.example", Role::Provider).await;
    let mail = Mail::new("talk")
        .field("Cc: vega@clinic.example")
        .envelope_to(&[PATIENT, "vega@clinic.example", "blind@clinic.example"]);
    let id = bench.send(&desk, &mail).await;
    bench.dispatch().await;
    let thread = bench.message(id).await.thread;
    let thread = bench.store().get(&Thread::at(thread)).await.unwrap();
    assert_eq!(thread.unwrap().accounts, [desk.id, ruiz.id, vega.id]);
    // Answers of several at once: nobody is forgotten.
    let reply = |from: &str, id: &str| {
        Mail::new(id)
            .swap("ruiz@clinic.example", from)
            .field("References: <talk@clinic.example>")
    };
    bench.send(&ruiz, &reply("ruiz@clinic.example", "r1")).await;
    let lee = bench.account("lee@clinic.example", Role::Provider).await;
    let kim = bench.account("kim@clinic.example", Role::Provider).await;
    bench.send(&lee, &reply("lee@clinic.example", "r2")).await;
    bench.send(&kim, &reply("kim@clinic.example", "r3")).await;
    assert_eq!(bench.outbound().turn().await.unwrap(), 3);
    bench.dispatch().await;
    let thread = bench.message(id).await.thread;
    let thread = bench.store().get(&Thread::at(thread)).await.unwrap();
    let mut accounts = thread.unwrap().accounts;
    accounts.sort();
    let mut expected = vec![desk.id, ruiz.id, vega.id, lee.id, kim.id];
    expected.sort();
    assert_eq!(accounts, expected);
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 4);
}

#[tokio::test]
async fn a_message_lasts_as_long_as_its_writer_says() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("long").field("X-Sealpost-Expires: 60d");
    let id = bench.send(&ruiz, &mail).await;
    bench.dispatch().await;
    let grant = bench.grant(id, 0).await;
    assert_eq!(grant.lasts, 60 * 24 * 3600);
    let octets = String::from_utf8(bench.octets(id).await).unwrap();
    assert!(!octets.contains("X-Sealpost"));
    // It is not destroyed as long as it can be read, whatever `retain` says.
    bench.hand.advance(SignedDuration::from_hours(31 * 24));
    bench.sweep().await;
    assert_eq!(bench.message(id).await.purged, None);
    bench.hand.advance(SignedDuration::from_hours(30 * 24));
    bench.sweep().await;
    assert!(bench.message(id).await.purged.is_some());
}

#[tokio::test]
async fn an_account_has_a_policy_of_its_own() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let by = Actor::Operator(0);
    let set = async |policy| {
        accounts::set_policy(bench.store(), ruiz.id, policy, by)
            .await
            .unwrap();
    };
    let sent = async |mail: Mail| {
        bench
            .message(bench.send(&ruiz, &mail).await)
            .await
            .protected
    };
    let order = |id: &str| Mail::new(id).to(&["info@supplier.example"]);

    assert!(!sent(order("a")).await);
    set(AccountPolicy::Secure).await;
    assert!(sent(order("b").subject("[clear] Order")).await);
    set(AccountPolicy::Off).await;
    assert!(!sent(Mail::new("c")).await);
    assert!(sent(Mail::new("d").subject("[secure] Results")).await);
    let answer = Mail::new("e").field("In-Reply-To: <d@clinic.example>");
    assert!(sent(answer).await);
    // Nothing could ask for protection: then off says nothing.
    bench.reload(|s| {
        s.secure_tag = None;
        s.rules.secure_tag = false;
    });
    assert!(sent(Mail::new("f")).await);
    // Raised between acceptance and dispatch, it counts.
    set(AccountPolicy::Secure).await;
    bench.dispatch().await;
    assert!(bench.parcels(Lane::Clear).await.is_empty());
}

#[tokio::test]
async fn a_grant_expires_when_its_time_is_over() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("week")).await;
    bench.dispatch().await;
    let token = token(&bench.parcels(Lane::Notice).await[0]);
    bench.hand.advance(SignedDuration::from_hours(7 * 24 - 1));
    bench.sweep().await;
    assert_eq!(bench.recipient(id, 0).await.state, State::Queued);
    bench.hand.advance(SignedDuration::from_hours(1));
    bench.sweep().await;
    assert_eq!(bench.recipient(id, 0).await.state, State::Expired);
    let (_, state) = link::find(bench.store(), &token).await.unwrap().unwrap();
    assert_eq!(state, LinkState::Expired);
}

#[tokio::test]
async fn content_is_destroyed_after_its_time_and_the_keys_roll_across_restarts() {
    let mut bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let day = SignedDuration::from_hours(24);
    let first = bench.send(&ruiz, &Mail::new("first")).await;
    bench.dispatch().await;
    bench.hand.advance(SignedDuration::from_hours(12));
    let second = bench.send(&ruiz, &Mail::new("second")).await;
    bench.dispatch().await;
    bench.hand.advance(SignedDuration::from_hours(30 * 24 - 12));
    assert_eq!(bench.store().unrolled().await.unwrap(), None);
    bench.sweep().await;
    let message = bench.message(first).await;
    assert!(message.purged.is_some() && message.head.is_empty());
    let gone = bench.store().open_content(message.content).await.unwrap();
    assert!(gone.is_none());
    let grant = bench.grant(first, 0).await;
    assert!(grant.purged.is_some() && grant.notice.is_empty());
    // The key was a month old, so it went at once.
    assert_eq!(bench.store().unrolled().await.unwrap(), None);
    bench.hand.advance(SignedDuration::from_hours(12));
    bench.sweep().await;
    assert!(bench.message(second).await.purged.is_some());
    assert!(bench.store().unrolled().await.unwrap().is_some());
    // No process lives for a day, and still the key goes after one.
    for _ in 0..2 {
        bench.restart();
        bench.hand.advance(day / 4);
        bench.sweep().await;
    }
    assert_eq!(bench.store().unrolled().await.unwrap(), None);
}

#[tokio::test]
async fn a_large_message_becomes_a_file_and_reads_back_the_same() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let lines = "VGhpcyBpcyBhIGxpbmUgb2YgYSBsYXJnZSBmaWxl\r\n".repeat(75_000);
    let mut mail = Mail::new("large").swap("JVBERi0xLjQK\r\n", &lines);
    mail.cut = 10_007;
    assert!(mail.text.len() > 3_000_000);
    let id = bench.send(&ruiz, &mail).await;
    assert_eq!(bench.content_files(), 1);
    let octets = bench.octets(id).await;
    assert_eq!(octets.len() as u64, bench.message(id).await.size);
    let at = octets.len() - mail.text.len();
    assert!(octets.starts_with(b"Received: "));
    assert!(octets.ends_with(mail.text.as_bytes()));
    assert!(octets.get(..at).unwrap().ends_with(b"\r\n"));
    let head = bench.head(id).await;
    assert_eq!(head.parts[1].length, lines.len() as u64 - 2);
}

#[tokio::test]
async fn a_kill_between_acceptance_and_dispatch_leaves_exactly_one_notice() {
    let mut bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let id = bench.send(&ruiz, &Mail::new("kill")).await;
    bench.restart();
    // The next process dies with the job in its hand.
    let lease = SignedDuration::from_secs(60);
    let taken = queue::take(bench.store(), &[Lane::Dispatch], 9, lease).await;
    assert_eq!(taken.unwrap().len(), 1);
    bench.restart();
    assert_eq!(queue::reclaim(bench.store()).await.unwrap(), 1);
    bench.dispatch().await;
    let before = bench.grant(id, 0).await.id;
    bench.restart();
    queue::reclaim(bench.store()).await.unwrap();
    bench.dispatch().await;
    assert_eq!(bench.parcels(Lane::Notice).await.len(), 1);
    assert_eq!(bench.grant(id, 0).await.id, before);
    assert_eq!(bench.count::<Grant>().await, 1);
}

#[tokio::test]
async fn a_message_that_breaks_off_leaves_nothing_and_is_counted_no_more() {
    let bench = Bench::new(|_| ());
    let ruiz = bench.ruiz().await;
    let mail = Mail::new("half");
    let sender = bench
        .outbound()
        .sender(ruiz.clone(), "192.0.2.7".parse().unwrap());
    let receiving = bench.outbound().receiving();
    let count = || receiving.load(std::sync::atomic::Ordering::Relaxed);
    let mut intake = bench
        .outbound()
        .begin(sender, mail.envelope(&ruiz))
        .unwrap();
    intake.write(mail.text.as_bytes()).await.unwrap();
    intake.write(&vec![b'a'; 400_000]).await.unwrap();
    assert_eq!((count(), bench.content_files()), (1, 1));
    drop(intake);
    assert_eq!((count(), bench.content_files()), (0, 0));
    assert_eq!(bench.count::<Message>().await, 0);
    bench.send(&ruiz, &mail).await;
    assert_eq!(count(), 0);
}

/// One case of the property: who is written to, and what speaks for clear.
#[derive(Clone, Debug)]
struct Case {
    to: Vec<&'static str>,
    tagged: bool,
    clear_configured: bool,
    secure_tag: bool,
    clear_tag: bool,
    answer: bool,
    account: AccountPolicy,
}

fn case() -> impl Strategy<Value = Case> {
    let anybody = prop_oneof![
        Just(PATIENT),
        Just("second@other.example"),
        Just("info@supplier.example"),
        Just("vega@clinic.example"),
        Just("ruiz@clinic.example"),
    ];
    let account = prop_oneof![
        Just(AccountPolicy::Off),
        Just(AccountPolicy::Inherit),
        Just(AccountPolicy::Secure),
    ];
    let flags = any::<(bool, bool, bool, bool, bool)>();
    let to = proptest::collection::vec(anybody, 1..5);
    (to, flags, account).prop_map(|(to, flags, account)| {
        let (tagged, clear_configured, secure_tag, clear_tag, answer) = flags;
        Case {
            to,
            tagged,
            clear_configured,
            secure_tag,
            clear_tag,
            answer,
            account,
        }
    })
}

impl Case {
    /// Whether anything in the words of the policy asks for protection.
    fn is_protected(&self) -> bool {
        let may = |to: &&str| {
            to.ends_with("@supplier.example")
                || to.ends_with("@clinic.example")
                || self.tagged
                || self.account == AccountPolicy::Off
                || (self.clear_tag && self.clear_configured)
        };
        self.secure_tag
            || self.answer
            || self.account == AccountPolicy::Secure
            || !self.to.iter().all(may)
    }

    async fn run(&self, bench: &Bench, ruiz: &Account, n: usize) -> Result<(), String> {
        bench.reload(|s| {
            s.rules.copies = Copies::Each;
            if self.tagged {
                s.rules.default = Unmarked::Tagged;
            }
            if !self.clear_configured {
                (s.clear_tag, s.rules.clear_tag) = (None, false);
            }
        });
        let by = Actor::Operator(0);
        accounts::set_policy(bench.store(), ruiz.id, self.account, by)
            .await
            .unwrap();
        let secure = if self.secure_tag { "[secure] " } else { "" };
        let clear = if self.clear_tag { "[clear] " } else { "" };
        let mut mail = Mail::new(&format!("case{n}"))
            .subject(&format!("{clear}CanarySubject {secure}results"))
            .to(&self.to);
        if self.answer {
            mail = mail.field("In-Reply-To: <sealed@clinic.example>");
        }
        let id = bench.send(ruiz, &mail).await;
        bench.dispatch().await;
        let message = bench.message(id).await;
        if self.is_protected() && !message.protected {
            return Err("a message that needs protection has none".into());
        }
        let mut tx = Tx::new();
        for listed in queue::list(bench.store(), 1000).await.unwrap() {
            let Work::Deliver(parcel) = &listed.job.work else {
                return Err("a message is not dispatched".into());
            };
            match &parcel.body {
                Body::Content(_) if self.is_protected() => {
                    return Err("a protected message leaves as it is".into());
                }
                Body::Content(_) => {}
                Body::Here(_) => {
                    let text = readable(parcel);
                    if let Some(word) = CANARIES.iter().find(|c| text.contains(**c)) {
                        return Err(format!("{word} leaves in a notice"));
                    }
                }
            }
            queue::drop(bench.store(), &mut tx, listed.job.id)
                .await
                .unwrap();
        }
        bench.store().commit(tx).await.unwrap();
        Ok(())
    }
}

#[test]
fn no_octet_of_a_protected_message_is_in_any_parcel() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let bench = Bench::new(|_| ());
    let ruiz = runtime.block_on(async {
        let ruiz = bench.ruiz().await;
        bench.account("vega@clinic.example", Role::Provider).await;
        bench.send(&ruiz, &Mail::new("sealed")).await;
        ruiz
    });
    let count = std::cell::Cell::new(0);
    proptest!(ProptestConfig::with_cases(96), |(case in case())| {
        count.set(count.get() + 1);
        let judged = runtime.block_on(case.run(&bench, &ruiz, count.get()));
        prop_assert!(judged.is_ok(), "{:?}", judged);
    });
}
