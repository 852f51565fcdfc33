//! A portal over a real store, and a browser that keeps cookies.

use crate::access::password::Passwords;
use crate::access::{accounts, link};
use crate::config::name::Url;
use crate::mime::index::Indexer;
use crate::model::parcel::Body as ParcelBody;
use crate::model::{
    AccountId, Actor, Address, Clock, ContactId, Head, Lane, Language, Live, Mailbox, ManualClock,
    Role, State, Token,
};
use crate::pki::Signer;
use crate::portal::{Portal, Settings};
use crate::queue;
use crate::setup::{Ports, Servers, Web};
use crate::store::records::{
    Contact, ContactAddress, ContactStatus, MailboxGrant, Message, Thread, Work,
};
use crate::store::{RootKey, Store, Tx, samples};
use crate::upload::Limits;
use crate::visit::{Letterhead, Rules, Visit};
use crate::web::speech::Clinic;
pub(super) use crate::web::tests::{Answer, Browser, HOST};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use tempfile::TempDir;

const JANE: &str = "jane@example.com";

pub(super) struct Bench {
    _folder: TempDir,
    pub(super) hand: ManualClock,
    pub(super) store: Store,
    pub(super) portal: Portal,
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

impl Bench {
    pub(super) async fn new() -> Self {
        Self::listing(&[]).await
    }

    /// The same where patients may write to these.
    pub(super) async fn listing(write_to: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let settings = crate::store::Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let store =
            Store::create(&settings, &RootKey::generate(), Clock::Manual(hand.clone())).unwrap();
        let mut rules = rules();
        rules.write_to = write_to.iter().map(|one| address(one)).collect();
        let visit = Visit::new(store.clone(), Passwords::new(), Live::new(rules));
        let portal = Portal::new(visit, pages());
        Self {
            _folder: folder,
            hand,
            store,
            portal,
        }
    }

    /// A message to Jane, as dispatch leaves it; its link.
    pub(super) async fn send(&self) -> Token {
        self.send_to(JANE).await
    }

    pub(super) async fn ruiz(&self) -> AccountId {
        let ruiz = address("ruiz@clinic.example");
        if let Some(account) = accounts::find(&self.store, &ruiz).await.unwrap() {
            return account.id;
        }
        match accounts::add(&self.store, ruiz, Role::Provider, Actor::Gateway).await {
            Ok(account) => account.id,
            Err(error) => panic!("{error}"),
        }
    }

    /// The same to somebody else.
    pub(super) async fn send_to(&self, to: &str) -> Token {
        self.send_about(to, None).await
    }

    /// The same about one of those who read there.
    pub(super) async fn send_about(&self, to: &str, whom: Option<&Contact>) -> Token {
        let to = address(to);
        let now = self.store.clock().now();
        let ruiz = self.ruiz().await;
        let (head, octets) = letter();
        let mut writer = self.store.write_content();
        writer.write(&octets).await.unwrap();
        let content = writer.finish().await.unwrap();
        let thread = crate::outbound::thread_id(&self.store, &to, &head.message_id);
        let message = Message {
            account: Some(ruiz),
            thread,
            ..samples::message(now, &content, &head)
        };
        let mut grant = samples::grant(&self.store, message.id, &to);
        grant.contact = whom.map_or(grant.contact, |whom| whom.id);
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
            accounts: vec![ruiz],
        });
        tx.insert(&samples::recipient(&grant, State::NoticeAccepted));
        let token = link::make(&self.store, &mut tx, grant.id);
        self.store.commit(tx).await.unwrap();
        token
    }

    /// When each code was made whose mail waits to leave to this address.
    pub(super) async fn codes_to(&self, to: &str) -> Vec<Timestamp> {
        let jobs = queue::list(&self.store, 1_000).await.unwrap();
        let codes = jobs.into_iter().filter(|l| l.job.lane == Lane::Code);
        let theirs = codes.filter(|l| match &l.job.work {
            Work::Deliver(parcel) => parcel.recipient == address(to),
            Work::Dispatch(_)
            | Work::Tell { .. }
            | Work::Displayed { .. }
            | Work::Chart { .. }
            | Work::Announce(_) => false,
        });
        let mut made: Vec<Timestamp> = theirs.map(|l| l.job.created).collect();
        made.sort_unstable();
        made
    }

    /// The code mails that wait to leave to this address.
    pub(super) async fn mails_to(&self, to: &str) -> Vec<Vec<u8>> {
        let jobs = queue::list(&self.store, 1_000).await.unwrap();
        let mails = jobs.into_iter().filter_map(|l| match l.job.work {
            Work::Deliver(parcel) if parcel.recipient == address(to) => match parcel.body {
                ParcelBody::Here(octets) => Some(octets),
                ParcelBody::Content(_) => None,
            },
            _ => None,
        });
        mails.collect()
    }

    /// Everything that a forged form could change: what was written, put on
    /// record, and given to the queue.
    pub(super) async fn trace(&self) -> (u64, usize, usize) {
        let jobs = queue::list(&self.store, 1_000).await.unwrap().len();
        (self.store.figures().commits, self.audited().await, jobs)
    }

    /// The newest code for a message that waits to leave.
    pub(super) async fn code(&self) -> String {
        self.code_of(6).await
    }

    /// The newest code for the front page.
    pub(super) async fn front_code(&self) -> String {
        self.code_of(8).await
    }

    /// Somebody in the directory, who may sign in.
    pub(super) async fn granted(&self, first: &str, email: &str) -> Contact {
        self.person(first, email, |_| {}).await
    }

    /// The same, changed.
    pub(super) async fn person(
        &self,
        first: &str,
        email: &str,
        change: impl FnOnce(&mut Contact),
    ) -> Contact {
        let now = self.store.clock().now();
        let mut contact = Contact {
            first: Some(first.into()),
            last: Some("Doe".into()),
            addresses: vec![address(email)],
            portal: Some(now),
            status: ContactStatus::Patient,
            provider: Some(self.ruiz().await),
            ..Contact::stub(ContactId::new(now), now)
        };
        change(&mut contact);
        let mut tx = Tx::new();
        tx.put(&contact);
        tx.put(&ContactAddress {
            address: self.store.address_key(&address(email)),
            contact: contact.id,
        });
        self.store.commit(tx).await.unwrap();
        contact
    }

    /// Takes an address away from somebody.
    pub(super) async fn leaves(&self, contact: &Contact, email: &str) {
        let mut tx = Tx::new();
        let key = self.store.address_key(&address(email));
        tx.delete(&ContactAddress::at(key, contact.id));
        self.store.commit(tx).await.unwrap();
    }

    /// Changes what the directory says of somebody.
    pub(super) async fn amend(&self, contact: &Contact, change: impl FnOnce(&mut Contact)) {
        let mut contact = contact.clone();
        change(&mut contact);
        let mut tx = Tx::new();
        tx.put(&contact);
        self.store.commit(tx).await.unwrap();
    }

    /// A browser that asked for a code at the front page.
    pub(super) async fn asking(&self, email: &str) -> (Browser, Answer) {
        let mut browser = self.browser();
        let form = browser.get("/").await.form();
        let fields = [("form", form.as_str()), ("address", email)];
        let asked = browser.post("/sign-in", &fields).await;
        (browser, asked)
    }

    /// Types a code at the front page.
    pub(super) async fn try_front(&self, browser: &mut Browser, code: &str) -> Answer {
        let form = browser.get("/").await.form();
        let fields = [("form", form.as_str()), ("code", code)];
        browser.post("/sign-in/code", &fields).await
    }

    /// A browser that came in by the front page.
    pub(super) async fn came_in(&self, email: &str) -> Browser {
        let (mut browser, _) = self.asking(email).await;
        let code = self.front_code().await;
        let entered = self.try_front(&mut browser, &code).await;
        assert_eq!(entered.header("location"), "/inbox", "{}", entered.text());
        browser
    }

    async fn code_of(&self, length: usize) -> String {
        let jobs = queue::list(&self.store, 1_000).await.unwrap();
        let mails = jobs
            .into_iter()
            .filter(|l| l.job.lane == Lane::Code)
            .filter_map(|l| match l.job.work {
                Work::Deliver(parcel) => match parcel.body {
                    ParcelBody::Here(octets) => {
                        Some((l.job.created, String::from_utf8(octets).unwrap()))
                    }
                    ParcelBody::Content(_) => None,
                },
                Work::Dispatch(_)
                | Work::Tell { .. }
                | Work::Displayed { .. }
                | Work::Chart { .. }
                | Work::Announce(_) => None,
            });
        let (_, mail) = mails
            .max_by_key(|(created, _)| *created)
            .expect("a code was sent");
        // The text alone: a boundary or an id may hold six digits by chance.
        let mail = mail_parser::MessageParser::default().parse(&mail);
        let text = mail.as_ref().and_then(|m| m.body_text(0)).unwrap();
        let mut runs = text.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| run.len() == length)
            .expect("a code")
            .to_owned()
    }

    pub(super) async fn audited(&self) -> usize {
        self.store.audit_events(0, 1_000).await.unwrap().len()
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(self.portal.router())
    }

    /// A browser that has followed the link and proved the mailbox.
    pub(super) async fn signed_in(&self, link: &Token) -> (Browser, String) {
        let mut browser = self.browser();
        let message = self.enter(&mut browser, link).await;
        (browser, message)
    }

    /// Proves the mailbox with this browser; where it is led to.
    pub(super) async fn enter(&self, browser: &mut Browser, link: &Token) -> String {
        let path = format!("/m/{}", link.expose());
        let form = browser.get(&format!("{path}/enter")).await.form();
        browser
            .post(&format!("{path}/code"), &[("form", &form)])
            .await;
        let code = self.code().await;
        let answer = browser
            .post(
                &format!("{path}/enter"),
                &[("form", &form), ("code", &code)],
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.header("location").to_owned()
    }
}

fn rules() -> Rules {
    Rules {
        idle: SignedDuration::from_mins(15),
        uploads: Limits {
            file: 10_000,
            all: 25_000,
            kinds: ["docx", "pdf", "png", "txt"].map(str::to_owned).into(),
        },
        retain: SignedDuration::from_hours(24 * 365),
        letterhead: Letterhead {
            clinic: "North Clinic".into(),
            hostname: HOST.into(),
            from: address("secure@clinic.example"),
            bounce: address("bounce@clinic.example"),
            language: Language::English,
        },
        write_to: Vec::new(),
        notify: None,
        unread_after: None,
        chart: crate::chart::Wanted::default(),
    }
}

fn pages() -> Settings {
    let url = |text| Url::parse(text).unwrap();
    Settings {
        clinic: Clinic {
            name: "North Clinic".into(),
            phone: Some("+1 503 555 0100".into()),
            zone: TimeZone::get("America/Los_Angeles").unwrap(),
            language: Language::English,
        },
        url: url("https://mail.clinic.example"),
        former_urls: vec![url("https://old.clinic.example")],
        servers: Servers {
            clinic: "North Clinic".into(),
            domains: vec!["clinic.example".into(), "second.example".into()],
            host: HOST.into(),
            reading: Ports {
                tls: Some(993),
                starttls: None,
            },
            sending: Ports {
                tls: Some(465),
                starttls: Some(587),
            },
            cloud_mirrors: false,
            web: Web {
                origin: "https://mail.clinic.example".into(),
                host: HOST.into(),
                port: 443,
            },
        },
        signer: Live::new(Some(signer())),
        // The address that every browser here comes from.
        trusted_proxies: vec!["192.0.2.7/32".parse().unwrap()],
        logo: None,
    }
}

fn signer() -> Signer {
    let made = rcgen::generate_simple_self_signed([HOST.to_owned()]).unwrap();
    let key = made.signing_key.serialize_pem();
    Signer::new(made.cert.pem().as_bytes(), key.as_bytes()).unwrap()
}

/// A letter with HTML, a file that could run, and one that could not.
fn letter() -> (Head, Vec<u8>) {
    let header = "From: Dr. Maria Ruiz <ruiz@clinic.example>\r\nTo: jane@example.com\r\nSubject: Your <results>\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
    let body = "--b\r\nContent-Type: text/html\r\n\r\n<p onclick=\"x()\">All is <b>well</b></p><script>bad()</script>\r\n\
        --b\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=\"an\u{e1}lisis.svg\"\r\n\r\n<svg onload=\"x()\"/>\r\n\
        --b\r\nContent-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment\r\n\r\nnotes\r\n--b--\r\n";
    let mut indexer = Indexer::new(header.as_bytes());
    indexer.write(body.as_bytes()).unwrap();
    let mailbox = |name: Option<&str>, text| Mailbox {
        name: name.map(str::to_owned),
        address: address(text),
    };
    let head = Head {
        subject: "Your <results>".into(),
        from: Some(mailbox(Some("Dr. Maria Ruiz"), "ruiz@clinic.example")),
        to: vec![mailbox(None, JANE)],
        envelope: vec![address(JANE)],
        message_id: "first@clinic.example".into(),
        parts: indexer.finish().unwrap().parts,
        ..Head::default()
    };
    (head, [header.as_bytes(), body.as_bytes()].concat())
}
