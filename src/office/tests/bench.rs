//! The office page over a real store, and somebody who signs in.

use crate::access::app_password::Wish;
use crate::access::login::Login;
use crate::access::office::Office as Entrance;
use crate::access::password::Passwords;
use crate::access::{accounts, factor};
use crate::config::name::Url;
use crate::desk::contacts::{Asker, Draft};
use crate::desk::{self, Desk};
use crate::model::{
    Account, Actor, Address, Clock, Language, Live, Mailbox, ManualClock, Role, Scope, Secret, Seed,
};
use crate::office::{Gap, Office, Settings};
use crate::outbound::{self, Outbound};
use crate::policy::Rules;
use crate::release;
use crate::report;
use crate::route::portal::Voice;
use crate::setup::{Ports, Servers, Web};
use crate::store::{RootKey, Store};
use crate::upload::Limits;
use crate::web::speech::Clinic;
use crate::web::tests::{Answer, Browser, HOST, Route, read};
use axum::body::Body;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tempfile::TempDir;

pub(super) const PHRASE: &str = "four words for tests";
pub(super) const RUIZ: &str = "ruiz@clinic.example";

pub(super) struct Bench {
    /// The chart's folder is `chart` in it.
    pub(super) folder: TempDir,
    pub(super) hand: ManualClock,
    pub(super) store: Store,
    pub(super) office: Office,
    pub(super) gaps: Live<Vec<Gap>>,
    passwords: Passwords,
}

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Every route.
pub(super) fn routes() -> Vec<Route> {
    let source = include_str!("../mod.rs");
    for other in [".merge(", ".nest", ".route_service"] {
        assert_eq!(source.matches(other).count(), 0, "{other}");
    }
    let routes = read(source);
    assert!(routes.len() >= 12, "the router is read wrongly");
    routes
}

impl Bench {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hand = ManualClock::new(Timestamp::from_second(1_790_000_000).unwrap());
        let place = crate::store::Settings {
            path: folder.path().join("data"),
            minimum_free: 1,
        };
        let clock = Clock::Manual(hand.clone());
        let store = Store::create(&place, &RootKey::generate(), clock).unwrap();
        let passwords = Passwords::new();
        let keys = (
            Login::new(store.clone(), passwords.clone()),
            passwords.clone(),
        );
        let desk = Desk::new(store.clone(), keys, Live::new(desk_settings(&folder)));
        let outbound = Outbound::new(store.clone(), Live::new(outbound_settings()));
        let entrance = Entrance::new(store.clone(), passwords.clone());
        let gaps = Live::new(Vec::new());
        let settings = Settings {
            clinic: Clinic {
                name: "North Clinic".into(),
                phone: Some("+1 503 555 0100".into()),
                zone: zone(),
                language: Language::English,
            },
            url: Url::parse(&format!("https://{HOST}")).unwrap(),
            // The address that every browser here comes from.
            trusted_proxies: vec!["192.0.2.7/32".parse().unwrap()],
            logo: None,
            gaps: gaps.clone(),
            servers: servers(),
        };
        let bench = Self {
            folder,
            hand,
            office: Office::new((entrance, desk, outbound), settings),
            store,
            gaps,
            passwords,
        };
        bench.account(RUIZ, Role::Provider).await;
        bench
    }

    pub(super) async fn account(&self, text: &str, role: Role) -> Account {
        let (store, by) = (&self.store, Actor::Gateway);
        let account = accounts::add(store, address(text), role, by).await.unwrap();
        let phrase = Secret::new(PHRASE);
        let set = accounts::set_password(store, &self.passwords, account.id, &phrase, by);
        set.await.unwrap();
        account
    }

    /// An app password of this account.
    pub(super) async fn app_password(&self, who: &str) {
        let wish = Wish {
            name: "Phone".into(),
            scope: Scope::Both,
            networks: Vec::new(),
        };
        let desk = &self.office.0.desk;
        desk.add_app_password(&address(who), wish).await.unwrap();
    }

    /// A contact of this name; the id.
    pub(super) async fn contact(&self, first: &str, last: &str) -> String {
        let draft = Draft {
            first: Some(first.into()),
            last: Some(last.into()),
            emails: Some(vec![format!("{}@example.com", first.to_lowercase())]),
            ..Draft::default()
        };
        let who = Asker::Operator { addresses: false };
        let put = self.office.0.desk.put_contact(&who, None, &draft).await;
        put.unwrap().to_string()
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::new(self.office.router())
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.hand.advance(SignedDuration::from_secs(seconds));
    }

    /// What the app shows now.
    pub(super) fn code(&self, seed: &Seed) -> String {
        let step = factor::step(self.store.clock().now());
        factor::code(seed, step).expose().to_owned()
    }

    /// A browser that has typed this address and the right password.
    pub(super) async fn halfway(&self, who: &str) -> Browser {
        let mut browser = self.browser();
        self.type_password(&mut browser, who).await;
        browser
    }

    pub(super) async fn type_password(&self, browser: &mut Browser, who: &str) {
        let form = browser.get("/").await.form();
        let fields = [("form", &*form), ("address", who), ("password", PHRASE)];
        let answer = browser.post("/sign-in", &spaced(&fields)).await;
        assert_eq!(answer.header("location"), "/code", "{}", answer.text());
    }

    /// A browser that has set up the second factor; its seed, and the page with
    /// the recovery codes.
    pub(super) async fn set_up(&self, who: &str) -> (Browser, Seed, Answer) {
        let mut browser = self.halfway(who).await;
        let page = browser.get("/factor").await;
        let (form, seed) = (page.form(), seed(&page));
        let fields = [("form", form.as_str()), ("code", &self.code(&seed))];
        let answer = browser.post("/factor", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        self.pass(60);
        (browser, seed, answer)
    }

    /// A browser that signs in with a second factor that is set up.
    pub(super) async fn signed_in(&self, who: &str, seed: &Seed) -> Browser {
        let mut browser = self.halfway(who).await;
        let form = browser.get("/code").await.form();
        let fields = [("form", form.as_str()), ("code", &self.code(seed))];
        let answer = browser.post("/code", &fields).await;
        assert_eq!(answer.header("location"), "/today", "{}", answer.text());
        self.pass(60);
        browser
    }

    /// Everything that a forged form could change.
    pub(super) async fn trace(&self) -> (u64, usize) {
        let events = self.store.audit_events(0, 1_000).await.unwrap();
        (self.store.figures().commits, events.len())
    }
}

/// A form of this session, as a browser writes it.
pub(super) async fn send(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = browser.get("/today").await.form();
    let code = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let fields: Vec<(&str, String)> = fields.iter().map(|(n, v)| (*n, code(v))).collect();
    let mut all = vec![("form", form.as_str())];
    all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
    browser.post(path, &all).await
}

/// A form with a file: its type and its body.
pub(super) fn upload(fields: &[(&str, &str)]) -> (&'static str, Body) {
    let mut body = String::new();
    for (name, value) in fields {
        let file = if *name == "file" {
            "; filename=\"c.csv\""
        } else {
            ""
        };
        let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}");
        body.push_str(&format!("--edge\r\n{head}\r\n\r\n{value}\r\n"));
    }
    body.push_str("--edge--\r\n");
    ("multipart/form-data; boundary=edge", Body::from(body))
}

/// Fields as a browser writes them.
pub(super) fn spaced<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let plus = |value: &'a str| {
        if value == PHRASE {
            "four+words+for+tests"
        } else {
            value
        }
    };
    fields
        .iter()
        .map(|(name, value)| (*name, plus(value)))
        .collect()
}

/// The seed as the page shows it to people.
pub(super) fn seed(page: &Answer) -> Seed {
    let text = page.text();
    let shown = text.split("class=\"seed\">").nth(1).unwrap();
    let shown = shown.split('<').next().unwrap().replace(' ', "");
    let octets = data_encoding::BASE32_NOPAD
        .decode(shown.as_bytes())
        .unwrap();
    let written = postcard::to_stdvec(&<[u8; 20]>::try_from(octets).unwrap()).unwrap();
    postcard::from_bytes(&written).unwrap()
}

fn servers() -> Servers {
    let ports = |tls, starttls| Ports {
        tls: Some(tls),
        starttls: Some(starttls),
    };
    Servers {
        clinic: "North Clinic".into(),
        domains: vec!["clinic.example".into()],
        host: HOST.into(),
        reading: ports(993, 143),
        sending: ports(465, 587),
        cloud_mirrors: false,
        web: Web {
            origin: "https://portal.clinic.example".into(),
            host: "portal.clinic.example".into(),
            port: 443,
        },
    }
}

fn zone() -> TimeZone {
    TimeZone::get("America/Los_Angeles").unwrap()
}

fn voice() -> Voice {
    let from = address("secure-mail@clinic.example");
    Voice {
        hostname: HOST.into(),
        clinic: "North Clinic".into(),
        from: from.clone(),
        bounce: from,
        subject: None,
        show_sender: false,
        portal: "https://portal.clinic.example".into(),
        language: Language::English,
        zone: zone(),
    }
}

fn outbound_settings() -> outbound::Settings {
    outbound::Settings {
        rules: Rules::sample(),
        secure_tag: None,
        clear_tag: None,
        expires: SignedDuration::from_hours(7 * 24),
        retain: SignedDuration::from_hours(90 * 24),
        new_recipients: 100,
        voice: voice(),
        holds: release::samples::settings(),
    }
}

fn desk_settings(folder: &TempDir) -> desk::Settings {
    let from = address("secure-mail@clinic.example");
    desk::Settings {
        domains: vec!["clinic.example".to_owned()],
        secure_tag: false,
        office: report::Office {
            hostname: HOST.into(),
            from: Mailbox {
                name: None,
                address: from,
            },
            language: Language::English,
            zone: zone(),
            retain: SignedDuration::from_hours(90 * 24),
            pages: None,
        },
        expires: SignedDuration::from_hours(7 * 24),
        voice: voice(),
        directory: desk::contacts::Directory {
            required: Vec::new(),
            lists_stubs: false,
        },
        rules: Rules::sample(),
        unopened: SignedDuration::from_hours(72),
        uploads: Limits {
            file: 10_000,
            all: 25_000,
            kinds: ["pdf", "png", "txt"].map(str::to_owned).into(),
        },
        chart: Some(folder.path().join("chart")),
    }
}
